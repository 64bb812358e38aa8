//! Layers over all strategies of a program: contact, arbitration, places. Every test of a program is run by the interpreter, and its
//! data is given to the frames, which must write the same rows.

mod arbitration;
mod budget;
mod capacity;
mod choose;
mod contact;
mod control;
mod group;
mod hours;
mod overlay;
mod places;
mod unseen;

use strat::check::{Checked, Loader, StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::interp::test::run_test;

/// The program checks, and its tests pass on both sides.
#[track_caller]
pub fn assert_passes(text: &str) {
    assert_passes_with(text, &StandardOnly);
}

/// The same for a program with modules of its own.
#[track_caller]
pub fn assert_passes_with(text: &str, loader: &dyn Loader) {
    let Checked { sources, mut problems, program: _, tests } = check("main.strat", text, loader);
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
        for blocks in [true, false] {
            let found = compare::disagreement(&world, &compare::options(seed, blocks), false);
            assert!(found.is_none(), "{}, {seed}, blocks {blocks}: {}", test.title, found.unwrap().what);
        }
    }
}

/// The rows the first test of a program writes to an output: the value of `column` per subject.
pub fn written(text: &str, output: strat::ir::Output, column: &str) -> Vec<(String, String)> {
    let Checked { problems, tests, .. } = check("main.strat", text, &StandardOnly);
    let (program, test) = tests.first().unwrap_or_else(|| panic!("{problems:#?}"));
    let moment = strat::ir::Moment { as_of: test.as_of, previous: test.previous };
    let snapshot = strat::interp::Snapshot::from_tests(&test.tables);
    let interpreter = strat::interp::Interpreter::new(program, &snapshot, moment);
    let mut out = Vec::new();
    for emission in program.emissions.iter().filter(|emission| emission.output == output) {
        for row in interpreter.emit(emission) {
            let cell = |name: &str| emission.fields.iter().position(|(known, _)| known == name).map(|at| row.fields[at].clone());
            let subject = cell("unit_id").or(cell("customer_id")).and_then(|value| value.as_text().map(String::from)).unwrap_or_default();
            let value = match cell(column) {
                Some(strat::types::Value::Text(text)) => text,
                Some(strat::types::Value::Int(number)) => number.to_string(),
                Some(strat::types::Value::Missing) | None => String::from("-"),
                Some(other) => format!("{other:?}"),
            };
            out.push((subject, value));
        }
    }
    out.sort();
    out
}

/// The output of a ledger by its name.
pub fn ledger(text: &str, name: &str) -> strat::ir::Output {
    let Checked { tests, .. } = check("main.strat", text, &StandardOnly);
    let at = tests[0].0.tables.iter().position(|table| table.name == name).unwrap();
    strat::ir::Output::Ledger(strat::types::TableId(u32::try_from(at).unwrap()))
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
