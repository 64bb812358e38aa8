//! Physical frames as plain columns, for the row interpreter.

use super::check::collected;
use super::problems::DataProblem;
use super::{Tables, unreadable};
use crate::interp::{Snapshot, TableData};
use crate::ir::Program;
use crate::types::Value;
use polars::prelude::*;

/// Collects every table. Meant for looks at single subjects: all rows come into memory, in the order of the files.
///
/// # Errors
/// A file that cannot be read after all.
pub fn snapshot(program: &Program, tables: &Tables) -> Result<Snapshot, DataProblem> {
    let mut out = Snapshot::new();
    for (id, frame) in tables {
        let Some(table) = program.table(*id) else { continue };
        let wrong = |error: PolarsError| unreadable(table, &table.name, &error);
        let frame = collected(frame.clone()).map_err(wrong)?;
        let mut data = TableData { rows: frame.height(), columns: vec![Vec::new(); table.columns.len()] };
        for column in frame.columns() {
            let place = table.columns.iter().position(|declared| declared.name == column.name().as_str());
            if let Some(slot) = place.and_then(|place| data.columns.get_mut(place)) {
                *slot = values(column).map_err(wrong)?;
            }
        }
        out.set(*id, data);
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
