//! Layers over all strategies of a program: contact, arbitration, places. Every test of a program is run by the interpreter, and its
//! data is given to the frames, which must write the same rows.

mod arbitration;
mod capacity;
mod contact;
mod places;

use strat::check::{Checked, StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::interp::test::run_test;

/// The program checks, and its tests pass on both sides.
#[track_caller]
pub fn assert_passes(text: &str) {
    let Checked { sources, mut problems, program: _, tests } = check("main.strat", text, &StandardOnly);
    problems.retain(strat::diag::Problem::is_error);
    assert!(!tests.is_empty() || !problems.is_empty(), "no test");
    for (program, test) in &tests {
        problems.extend(run_test(program, test).failures.iter().map(|failure| failure.problem()));
        #[cfg(feature = "engine")]
        assert_frames_agree(program, test);
    }
    assert!(problems.is_empty(), "{}", render(Format::Human, &problems, &sources, &Options::default()));
}

#[cfg(feature = "engine")]
#[track_caller]
fn assert_frames_agree(program: &strat::ir::Program, test: &strat::ir::Test) {
    use crate::agree::{compare, graph::World};
    let moment = strat::ir::Moment { as_of: test.as_of, previous: test.previous };
    let snapshot = strat::interp::Snapshot::from_tests(&test.tables);
    let world = World { program: program.clone(), snapshot, moment, nodes: std::collections::BTreeMap::new() };
    for seed in [1, 4] {
        let both = [true, false].into_iter();
        let found = both.filter_map(|blocks| compare::disagreement(&world, &compare::options(seed, blocks), false)).next();
        assert!(found.is_none(), "{}: {}", test.title, found.unwrap().what);
    }
}

/// The slugs of what a program is refused for.
pub fn slugs(text: &str) -> Vec<&'static str> {
    check("main.strat", text, &StandardOnly).problems.iter().filter(|problem| problem.is_error()).map(|problem| problem.kind.slug).collect()
}

/// A service strategy with consent for everybody: `head` is what stands between name and plan.
pub fn strategy(name: &str, head: &str, plan: &str) -> String {
    format!("strategy {name} {{ purpose \"service\" {head} on while status = \"active\" again always plan {{ {plan} }} }}\n")
}

/// The same program with its strategies in the other order.
pub fn both_ways(before: &str, strategies: &[String], after: &str) -> [String; 2] {
    let there = strategies.concat();
    let back: String = strategies.iter().rev().cloned().collect();
    [format!("{before}{there}{after}"), format!("{before}{back}{after}")]
}

/// What one customer is told.
pub fn explained(text: &str, subject: &str) -> String {
    let Checked { sources, problems, program: _, tests } = check("main.strat", text, &StandardOnly);
    let (program, test) = tests.first().unwrap_or_else(|| panic!("{problems:#?}"));
    let moment = strat::ir::Moment { as_of: test.as_of, previous: test.previous };
    let snapshot = strat::interp::Snapshot::from_tests(&test.tables);
    let interpreter = strat::interp::Interpreter::new(program, &snapshot, moment);
    let explanation = strat::interp::explain::explain(program, &interpreter, subject).unwrap();
    let english = strat::diag::Language::English;
    strat::interp::explain::render(&explanation, Some(&sources), english)
}
