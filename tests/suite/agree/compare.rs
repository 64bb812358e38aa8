//! The same program on both sides.

use super::graph::World;
use indexmap::IndexMap;
use polars::prelude::*;
use strat::engine::{self, Options, Tables};
use strat::interp::{Interpreter, Snapshot};
use strat::ir::{NodeId, Program};
use strat::types::{Physical, TableId, Value};

/// Where the two sides differ.
#[derive(Debug, Clone)]
pub struct Difference {
    pub what: String,
    /// The table and nodes asked for, when the difference is about nodes.
    pub nodes: Option<(TableId, Vec<NodeId>)>,
}

/// Another combination of switches per seed.
pub fn options(seed: u64, blocks: bool) -> Options {
    Options {
        blocks,
        kept_rows: if seed % 4 == 1 { 0 } else { 1 << 16 },
        block_rows: if seed.is_multiple_of(4) { 7 } else { 64 },
        streaming: seed.is_multiple_of(4),
        slice_rows: seed.is_multiple_of(3).then_some(50),
        share_nodes: !seed.is_multiple_of(5),
        fuse_folds: !seed.is_multiple_of(7),
        select_places: !seed.is_multiple_of(9),
        stamp_extremes: seed % 3 != 1,
    }
}

fn series(name: &str, physical: Physical, values: &[Value]) -> Column {
    let name = PlSmallStr::from(name);
    match physical {
        Physical::Bool => values.iter().map(Value::as_bool).collect::<BooleanChunked>().with_name(name).into_column(),
        Physical::Int => values.iter().map(Value::as_int).collect::<Int64Chunked>().with_name(name).into_column(),
        Physical::Float => values.iter().map(Value::as_float).collect::<Float64Chunked>().with_name(name).into_column(),
        Physical::Text => values.iter().map(Value::as_text).collect::<StringChunked>().with_name(name).into_column(),
    }
}

/// The snapshot as frames, in several chunks.
pub fn tables(program: &Program, snapshot: &Snapshot) -> Tables {
    let mut out: Tables = IndexMap::new();
    for (at, schema) in (0..).zip(&program.tables) {
        let table = TableId(at);
        let Some(data) = snapshot.table(table) else { continue };
        let columns: Vec<Column> = (0..)
            .zip(&schema.columns)
            .map(|(column, definition)| {
                let values: Vec<Value> =
                    (0..data.rows).map(|row| data.get(strat::types::ColumnId(column), u32::try_from(row).unwrap()).clone()).collect();
                series(&definition.name, definition.ty.physical(), &values)
            })
            .collect();
        let whole = DataFrame::new(data.rows, columns).unwrap();
        let cut = data.rows / 3;
        let mut chunked = whole.slice(0, cut);
        chunked.vstack_mut(&whole.slice(i64::try_from(cut).unwrap(), data.rows)).unwrap();
        out.insert(table, chunked.lazy());
    }
    out
}

/// A cell as a value of the language.
pub fn cell(column: &Column, row: usize) -> Value {
    match column.get(row).unwrap() {
        AnyValue::Null => Value::Missing,
        AnyValue::Boolean(value) => Value::Bool(value),
        AnyValue::Int64(value) => Value::Int(value),
        AnyValue::Float64(value) => Value::Float(value),
        AnyValue::String(value) => Value::Text(String::from(value)),
        AnyValue::StringOwned(value) => Value::Text(value.to_string()),
        other => panic!("{other:?} has no place in a result"),
    }
}

/// Equal to the last bit, types included.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (_, _) => a == b,
    }
}

fn rows_by_key(world: &World, interpreter: &Interpreter<'_>, table: TableId) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..world.snapshot.rows(table)).collect();
    rows.sort_by_key(|row| (interpreter.key(table, *row), *row));
    rows
}

/// The first place where nodes of a table differ.
pub fn nodes_differ(world: &World, options: &Options, table: TableId, nodes: &[NodeId]) -> Option<String> {
    let interpreter = Interpreter::new(&world.program, &world.snapshot, world.moment);
    let found = match engine::evaluate(&world.program, &tables(&world.program, &world.snapshot), world.moment, options, table, nodes) {
        Ok(found) => found,
        Err(error) => return Some(format!("table {table:?}: {error}")),
    };
    let rows = rows_by_key(world, &interpreter, table);
    if found.height() != rows.len() {
        return Some(format!("table {table:?}: {} rows instead of {}", found.height(), rows.len()));
    }
    for node in nodes {
        let column = found.column(&format!("n{}", node.0)).unwrap();
        for (at, row) in rows.iter().enumerate() {
            let (expected, got) = (interpreter.value(*node, *row), cell(column, at));
            if !same(&expected, &got) {
                return Some(format!("table {table:?} node {node:?} row {row}: interpreter {expected:?}, frames {got:?}"));
            }
        }
    }
    None
}

fn outcome_differs(world: &World, options: &Options) -> Option<String> {
    let interpreter = Interpreter::new(&world.program, &world.snapshot, world.moment);
    let expected = interpreter.run();
    let found = match engine::run(&world.program, &tables(&world.program, &world.snapshot), world.moment, options) {
        Ok(found) => found,
        Err(error) => return Some(format!("run: {error}")),
    };
    if expected.watches != found.watches {
        return Some(format!("watches: interpreter {:?}, frames {:?}", expected.watches, found.watches));
    }
    for (at, (expected, found)) in expected.emissions.iter().zip(&found.emissions).enumerate() {
        let fields = world.program.emissions[at].fields.len();
        if fields > 0 && expected.len() != found.height() {
            return Some(format!("emission {at}: interpreter {} rows, frames {}", expected.len(), found.height()));
        }
        for (row, emitted) in expected.iter().enumerate() {
            for (field, value) in emitted.fields.iter().enumerate() {
                let got = cell(&found.columns()[field], row);
                if !same(value, &got) {
                    return Some(format!("emission {at} row {row} field {field}: interpreter {value:?}, frames {got:?}"));
                }
            }
        }
    }
    None
}

/// Compares all nodes, emissions and watches; node by node only where that says more.
pub fn disagreement(world: &World, options: &Options, every_way: bool) -> Option<Difference> {
    let found = outcome_differs(world, options);
    if found.is_none() && !every_way {
        return None;
    }
    for (table, nodes) in &world.nodes {
        if let Some(what) = nodes_differ(world, options, *table, nodes) {
            return Some(Difference { what, nodes: Some((*table, nodes.clone())) });
        }
    }
    found.map(|what| Difference { what, nodes: None })
}
