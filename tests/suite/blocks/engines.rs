//! Frames and interpreter on the tests of every program we ship: facts, rows written and counts are the same.

use super::programs;
use crate::agree::compare::{disagreement, options};
use crate::agree::graph::World;
use std::collections::BTreeMap;
use std::fs;
use strat::check::{Checked, StandardOnly, check};
use strat::interp::Snapshot;
use strat::ir::{Moment, NodeId, Program, Test};
use strat::types::TableId;

fn world(program: &Program, test: &Test) -> World {
    let mut nodes: BTreeMap<TableId, Vec<NodeId>> = BTreeMap::new();
    for fact in &program.facts {
        let own = program.graph.get(fact.node).is_some_and(|node| node.space == Some(fact.table));
        if own {
            nodes.entry(fact.table).or_default().push(fact.node);
        }
    }
    let moment = Moment { as_of: test.as_of, previous: test.previous };
    World { program: program.clone(), snapshot: Snapshot::from_tests(&test.tables), moment, nodes }
}

fn assert_agreed(name: &str, text: &str) {
    let Checked { tests, .. } = check(name, text, &StandardOnly);
    for (seed, (program, test)) in (0..).zip(&tests) {
        let world = world(program, test);
        for (seed, blocks) in [(seed * 6, true), (seed * 6 + 5, false)] {
            let found = disagreement(&world, &options(seed, blocks), true);
            assert!(found.is_none(), "{name}, {:?}: {found:?}", test.title);
        }
    }
}

#[test]
fn engines_agree_on_every_block() {
    for (name, text) in programs() {
        assert_agreed(&name, &text);
    }
}

#[test]
fn engines_agree_on_the_tests_of_standard_modules() {
    for (name, text) in strat::stdlib::modules().iter().filter(|(name, _)| !["std.events", "std.ledgers"].contains(name)) {
        assert_agreed(name, text);
    }
}

#[test]
fn engines_agree_on_the_tests_of_examples() {
    for folder in fs::read_dir(crate::guards::source_text::root().join("examples")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "strat") {
                assert_agreed(&path.to_string_lossy(), &fs::read_to_string(&path).unwrap());
            }
        }
    }
}
