//! Random programs over random data: the frames must say what the interpreter says, bit for bit, whatever optimisations are on.
//!
//! `STRAT_PROGRAMS=100000` runs longer than the default, `STRAT_SEED=n` runs one program.

mod compare;
mod data;
mod graph;
mod random;
mod shrink;

use compare::disagreement;
use random::Random;

/// Programs of an ordinary test run.
const PROGRAMS: u64 = 2_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn frames_and_interpreter_agree_on_random_programs() {
    let seeds = match number("STRAT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("STRAT_PROGRAMS").unwrap_or(PROGRAMS),
    };
    let threads = 2;
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let seeds = seeds.clone();
            scope.spawn(move || {
                for seed in seeds.filter(|seed| seed % threads == thread) {
                    check(seed);
                }
            });
        }
    });
}

fn check(seed: u64) {
    let mut random = Random::new(seed);
    let world = graph::world(&mut random);
    let options = compare::options(seed);
    if let Some(found) = disagreement(&world, &options) {
        panic!("seed {seed}, {options:?}\n{}", shrink::report(world, &options, found));
    }
}

#[test]
fn random_programs_hold_every_kind_of_node() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let world = graph::world(&mut Random::new(seed));
        seen.extend(world.program.graph.iter().map(|(_, node)| graph::kind_name(&node.kind)));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), graph::KIND_NAMES);
}
