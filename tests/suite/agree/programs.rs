//! Programs with their own tests: the interpreter and the frames agree on every fact, action and ledger row of each test.

use super::compare::{disagreement, options};
use super::graph::World;
use crate::guards::source_text::root;
use std::fs;
use strat::check::{StandardOnly, check};
use strat::interp::Snapshot;
use strat::interp::test::run_test;
use strat::ir::{Moment, NodeId};
use strat::types::TableId;

/// Each program of tests/cases/programs, by name.
fn cases() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(root().join("tests/cases/programs")).unwrap() {
        let path = entry.unwrap().path();
        out.push((path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()));
    }
    out.sort();
    out
}

#[test]
fn programs_mean_the_same_in_both_engines() {
    std::thread::Builder::new().stack_size(super::STACK).spawn(compare_all).unwrap().join().unwrap();
}

fn compare_all() {
    for (name, text) in cases() {
        let checked = check(&name, &text, &StandardOnly);
        assert!(checked.problems.is_empty(), "{name}: {:#?}", checked.problems);
        for (program, test) in checked.tests {
            let report = run_test(&program, &test);
            assert!(report.passed(), "{name}: {:#?}", report.failures);
            let tables = (0..u32::try_from(program.tables.len()).unwrap()).map(TableId);
            let nodes =
                |table: TableId| program.facts.iter().filter(|fact| fact.table == table).map(|fact| fact.node).collect::<Vec<NodeId>>();
            let nodes = tables.map(|table| (table, nodes(table))).filter(|(_, nodes)| !nodes.is_empty()).collect();
            let snapshot = Snapshot::from_tests(&test.tables);
            let world = World { program, snapshot, moment: Moment { as_of: test.as_of, previous: test.previous }, nodes };
            for (seed, blocks) in (0..4).flat_map(|seed| [(seed, true), (seed, false)]) {
                let found = disagreement(&world, &options(seed, blocks), true);
                assert!(found.is_none(), "{name}, {}, {seed}, blocks {blocks}: {}", test.title, found.unwrap().what);
            }
        }
    }
}
