//! The nodes of trials mean the same on both engines.

use super::World;
use crate::agree::compare::{cell, options, tables};
use polars::prelude::{Column, DataFrame, IntoColumn, IntoLazy, NewChunkedArray, StringChunked};
use std::collections::BTreeSet;
use strat::engine::bind::{RawSource, RawTables, Reads, Settings, bind};
use strat::types::{ColumnId, Value};

/// Every node of the trial for every subject, on both back ends, against the interpreter.
pub fn agree(world: &World) {
    let trial = world.trial();
    let nodes = trial.nodes();
    for blocks in [true, false] {
        let tables = tables(&world.program, &world.snapshot);
        let frame = strat::engine::evaluate(&world.program, &tables, world.moment, &options(2, blocks), trial.table, &nodes).unwrap();
        for node in &nodes {
            let column = frame.column(&format!("n{}", node.0)).unwrap();
            let found: Vec<Value> = (0..frame.height()).map(|row| cell(column, row)).collect();
            // Rows of the frame go by key, as the subjects were given.
            assert_eq!(found, world.values(*node), "{node:?} of {} with blocks {blocks}", trial.name);
        }
    }
}

#[test]
fn rows_are_numbered_over_all_files_of_a_table() {
    let text = "subject mailings\nentity mailings {\n  key line : int from line number\n  visit : int\n}\n";
    let program = super::checked(text).program.unwrap();
    let id = program.find_table("mailings").unwrap();
    let part = |name: &str, visits: &[&str]| {
        let cells: Column = StringChunked::from_slice("visit".into(), visits).into_column();
        RawSource::new(name, DataFrame::new(visits.len(), vec![cells]).unwrap().lazy())
    };
    let raw = RawTables::from([(id, vec![part("a.csv", &["1", "0"]), part("b.csv", &["1"])])]);
    let mut reads = Reads::default();
    reads.columns.insert(id, BTreeSet::from([ColumnId(0), ColumnId(1)]));
    let Ok(bound) = bind(&program, &reads, raw, &[], Settings::default()) else { panic!("the data is right") };
    let frame = bound.tables[&id].clone().collect().unwrap();
    let column = |name: &str| (0..frame.height()).map(|row| cell(frame.column(name).unwrap(), row)).collect::<Vec<_>>();
    assert_eq!(column("line"), [Value::Int(1), Value::Int(2), Value::Int(3)]);
    assert_eq!(column("visit"), [Value::Int(1), Value::Int(0), Value::Int(1)]);
}
