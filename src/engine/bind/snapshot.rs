//! Physical frames as plain columns, for the row interpreter.

use super::Tables;
use super::check::collected;
use crate::interp::{Snapshot, TableData};
use crate::ir::Program;
use crate::types::{TableId, Value};
use polars::prelude::*;
use std::collections::BTreeMap;

/// Bound tables as the row interpreter takes them. Meant for one look at one subject: the rows come into memory.
///
/// # Errors
/// A file that cannot be read, in the words of the reader.
pub fn snapshot(program: &Program, tables: &Tables) -> Result<Snapshot, String> {
    let mut out = Snapshot::new();
    for (id, mut columns) in collect_columns(tables)? {
        let Some(table) = program.table(id) else { continue };
        let rows = columns.values().map(Vec::len).max().unwrap_or(0);
        let columns = table.columns.iter().map(|column| columns.remove(&column.name).unwrap_or_default()).collect();
        out.set(id, TableData { rows, columns });
    }
    Ok(out)
}

/// Columns of a table by name, all of one length, rows in the order of the files.
pub type ColumnValues = BTreeMap<String, Vec<Value>>;

/// Collects every table. Meant for one look at one subject: the rows come into memory.
///
/// # Errors
/// A file that cannot be read, in the words of the reader.
pub fn collect_columns(tables: &Tables) -> Result<BTreeMap<TableId, ColumnValues>, String> {
    let mut out = BTreeMap::new();
    for (id, frame) in tables {
        let frame = collected(frame.clone()).map_err(|error| error.to_string())?;
        let mut columns = ColumnValues::new();
        for column in frame.columns() {
            columns.insert(column.name().to_string(), values(column).map_err(|error| error.to_string())?);
        }
        out.insert(*id, columns);
    }
    Ok(out)
}

/// The values of one physical column.
///
/// # Errors
/// A column that is not held as one of the physical types.
pub fn values(column: &Column) -> PolarsResult<Vec<Value>> {
    Ok(match column.dtype() {
        DataType::Boolean => column.bool()?.iter().map(|cell| cell.map_or(Value::Missing, Value::Bool)).collect(),
        DataType::Float64 => column.f64()?.iter().map(|cell| cell.map_or(Value::Missing, Value::float)).collect(),
        DataType::String => column.str()?.iter().map(|cell| cell.map_or(Value::Missing, |text| Value::Text(text.to_owned()))).collect(),
        DataType::Null => vec![Value::Missing; column.len()],
        _ => {
            let whole = column.cast(&DataType::Int64)?;
            whole.i64()?.iter().map(|cell| cell.map_or(Value::Missing, Value::Int)).collect()
        }
    })
}
