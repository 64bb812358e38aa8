//! Which header of a file is which column.

use super::listed;
use super::problems::{ABSENT_COLUMN, DUPLICATE_HEADER, DataProblem, MISSING_COLUMN};
use crate::diag::nearest::nearest;
use crate::types::{Column, Table};
use polars::prelude::{DataType, PlSmallStr, Schema};

/// What was found for a column.
pub(super) enum Matched {
    Header(String, DataType),
    /// None of its names is there, and it may be missing.
    Absent(DataProblem),
}

/// The header as people meant it: no byte-order mark, no blanks around.
fn bare(header: &str) -> &str {
    header.trim_start_matches('\u{feff}').trim()
}

/// Finds a column by its declared header, its name or its label.
///
/// # Errors
/// A required column that is not there; two headers that both fit.
pub(super) fn find(table: &Table, column: &Column, schema: &Schema, file: &str) -> Result<Matched, DataProblem> {
    let accepted: Vec<&str> =
        [column.header.as_deref(), Some(column.name.as_str()), column.label.as_deref()].into_iter().flatten().collect();
    // A repeated header is renamed by the reader of CSV: `name_duplicated_0`.
    let original = |header: &str| match header.rsplit_once("_duplicated_") {
        Some((before, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => before.to_owned(),
        Some(_) | None => header.to_owned(),
    };
    let fitting: Vec<(&PlSmallStr, &DataType)> = schema.iter().filter(|(header, _)| accepted.contains(&bare(&original(header)))).collect();
    match fitting.as_slice() {
        [] if column.optional => Ok(Matched::Absent(DataProblem::of_column(&ABSENT_COLUMN, table, column).with("file", file))),
        [] => Err(missing(table, column, schema, file)),
        [(header, dtype)] => Ok(Matched::Header(header.to_string(), (*dtype).clone())),
        _ => {
            let names: Vec<String> = fitting.iter().map(|(header, _)| bare(&original(header)).to_owned()).collect();
            Err(DataProblem::of_column(&DUPLICATE_HEADER, table, column).with("file", file).with("found", listed(&names)))
        }
    }
}

fn missing(table: &Table, column: &Column, schema: &Schema, file: &str) -> DataProblem {
    let headers: Vec<String> = schema.iter_names().map(|name| bare(name).to_owned()).collect();
    let advice = nearest(&column.name, headers.iter().map(String::as_str))
        .into_iter()
        .next()
        .map(|name| format!("→ `{name}`? "))
        .unwrap_or_default();
    DataProblem::of_column(&MISSING_COLUMN, table, column).with("file", file).with("found", listed(&headers)).with("nearest", advice)
}
