//! Random programs over random data: the frames must say what the interpreter says, bit for bit, whatever optimisations are on.
//!
//! `STRAT_PROGRAMS=100000` runs longer than the default, `STRAT_SEED=n` runs one program.

pub mod compare;
mod data;
mod folds;
pub mod graph;
mod programs;
pub mod random;
mod shrink;

use compare::disagreement;
use random::Random;

/// Frames are planned by recursion, which takes much room when not optimised.
const STACK: usize = 64 << 20;

/// Reports after which a thread stops looking.
const FAILURES: usize = 3;

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
    let search = &|thread: u64| -> Vec<String> {
        seeds.clone().filter(|seed| seed % threads == thread).filter_map(failure).take(FAILURES).collect()
    };
    let reports: Vec<String> = std::thread::scope(|scope| {
        let start = |thread| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || search(thread)).unwrap();
        let handles: Vec<_> = (0..threads).map(start).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    assert!(reports.is_empty(), "{}", reports.join("\n\n"));
}

fn failure(seed: u64) -> Option<String> {
    let world = graph::world(&mut Random::new(seed));
    let blocks = compare::options(seed, true);
    let in_blocks = disagreement(&world, &blocks, seed.is_multiple_of(32)).map(|found| (blocks, found));
    let (options, found) = in_blocks.or_else(|| {
        let frames = compare::options(seed, false);
        disagreement(&world, &frames, seed.is_multiple_of(32)).map(|found| (frames, found))
    })?;
    Some(format!("seed {seed}, {options:?}\n{}", shrink::report(world, &options, found)))
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
