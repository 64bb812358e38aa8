//! Random programs as text: the checker takes them, both engines agree on them, and what a run promises holds.
//!
//! `STRAT_SOURCES=100000` runs longer than the default, `STRAT_SOURCE=n` runs one program.

pub mod data;
mod expression;
mod facts;
mod found;
mod program;
mod rows;
mod schema;
mod shrink;
mod source;
mod strategy;
pub mod verify;

use crate::agree::random::Random;
use verify::Failure;

/// Frames are planned by recursion, which takes much room when not optimised.
const STACK: usize = 64 << 20;

/// Reports after which a thread stops looking.
const FAILURES: usize = 3;

/// Programs of an ordinary test run.
const SOURCES: u64 = 300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn failing(seed: u64) -> Option<String> {
    let mut random = Random::new(seed);
    let source = program::program(&mut random);
    let program = match verify::checked(&source.text()) {
        Ok(program) => program,
        Err(Failure { kind, story }) => return Some(format!("seed {seed}: {kind}\n{story}\n{}", source.text())),
    };
    let moment = data::moment(&mut random);
    let data = data::data(&mut random, &program, moment.as_of);
    let failure = verify::verify(&source, &data, moment, seed, number("STRAT_SOURCES").or(number("STRAT_SOURCE")).is_some()).err()?;
    Some(shrink::report(source, data, moment, seed, failure))
}

#[test]
fn random_programs_as_text_mean_one_thing() {
    let seeds = match number("STRAT_SOURCE") {
        Some(seed) => seed..seed + 1,
        None => 0..number("STRAT_SOURCES").unwrap_or(SOURCES),
    };
    let threads = 2;
    let search = &|thread: u64| -> Vec<String> {
        seeds.clone().filter(|seed| seed % threads == thread).filter_map(failing).take(FAILURES).collect()
    };
    let reports: Vec<String> = std::thread::scope(|scope| {
        let start = |thread| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || search(thread)).unwrap();
        let handles: Vec<_> = (0..threads).map(start).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    assert!(reports.is_empty(), "{}", reports.join("\n\n"));
}
