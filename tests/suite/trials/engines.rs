//! The nodes of trials mean the same on both engines.

use super::World;
use crate::agree::compare::{cell, options, tables};
use strat::types::Value;

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
