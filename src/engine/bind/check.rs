//! The check pass: every cell of every column that could be wrong, counted in one query per file.

use super::convert::Conversion;
use super::problems::{DataProblem, MISSING_REQUIRED_VALUE, NULL_KEY, TOO_MANY_DECIMALS, VALUE_NOT_IN_SET, WRONG_TYPE, masked};
use super::{Bindable, MISSING, NOT_IN_SET, RawSource, TOO_FINE, WRONG, listed};
use crate::diag::nearest::nearest;
use crate::types::{Column, Table, Type};
use polars::prelude::*;

const ROW: &str = "__row";

/// Runs a query on the streaming engine.
pub(super) fn collected(frame: LazyFrame) -> PolarsResult<DataFrame> {
    // One plan gives one frame; several come from sinks only.
    frame.collect_with_engine(Engine::Streaming).map(|result| result.unwrap_single())
}

/// The number in the first row of a column.
pub(super) fn first_number(frame: &DataFrame, name: &str) -> PolarsResult<u64> {
    let value = frame.column(name)?.cast(&DataType::UInt64)?;
    Ok(value.u64()?.get(0).unwrap_or(0))
}

/// Counts what is wrong with the cells of a source and returns its rows.
pub(super) fn cells(table: &Table, source: &RawSource, bindable: &[Bindable<'_>], notes: &mut Vec<DataProblem>) -> PolarsResult<u64> {
    let checked: Vec<(String, &Bindable<'_>)> = bindable
        .iter()
        .filter(|bindable| !bindable.conversion.always_right || !bindable.complete && (bindable.key || !bindable.column.optional))
        .enumerate()
        .map(|(at, bindable)| (format!("c{at}"), bindable))
        .collect();
    let codes: Vec<Expr> = checked.iter().map(|(name, bindable)| bindable.conversion.codes.clone().alias(name.as_str())).collect();
    if let (true, Some(rows)) = (codes.is_empty(), source.rows) {
        return Ok(rows);
    }
    if codes.is_empty() {
        let count = collected(source.frame.clone().select([len().alias(ROW)]))?;
        return first_number(&count, ROW);
    }
    let mut counts = vec![len().alias(ROW)];
    for (name, bindable) in &checked {
        for code in codes_of(bindable) {
            let hit = col(name.as_str()).eq(lit(code));
            counts.push(hit.cast(DataType::UInt64).sum().alias(format!("{name}_{code}")));
        }
    }
    let counted = collected(source.frame.clone().select(codes).select(counts))?;
    for (name, bindable) in &checked {
        for code in codes_of(bindable) {
            let rows = first_number(&counted, &format!("{name}_{code}"))?;
            if rows > 0 {
                notes.push(found(table, source, bindable, code, rows)?);
            }
        }
    }
    first_number(&counted, ROW)
}

/// The codes that would be problems.
fn codes_of(bindable: &Bindable<'_>) -> Vec<u8> {
    let mut codes = Vec::new();
    if bindable.key || !bindable.column.optional {
        codes.push(MISSING);
    }
    if !bindable.conversion.always_right {
        codes.extend(match bindable.column.ty {
            Type::Choice(_) => [NOT_IN_SET].as_slice(),
            Type::Money => [WRONG, TOO_FINE].as_slice(),
            _ => [WRONG].as_slice(),
        });
    }
    codes
}

/// A column whose type in the file can never be the declared one.
pub(super) fn wrong_column(table: &Table, column: &Column, file: &str, dtype: &DataType) -> DataProblem {
    DataProblem::of_column(&WRONG_TYPE, table, column)
        .with("file", file)
        .with("type", word(&column.ty))
        .with("example", example(&column.ty))
        .with("rows", "all")
        .with("first", 1)
        .with("sample", format!("({dtype})"))
}

/// The problem behind a code, with its first row.
fn found(table: &Table, source: &RawSource, bindable: &Bindable<'_>, code: u8, rows: u64) -> PolarsResult<DataProblem> {
    let column = bindable.column;
    let (first, value) = first_of(source, &bindable.conversion, code)?;
    let kind = match code {
        MISSING if bindable.key => &NULL_KEY,
        MISSING => &MISSING_REQUIRED_VALUE,
        TOO_FINE => &TOO_MANY_DECIMALS,
        NOT_IN_SET => &VALUE_NOT_IN_SET,
        _ => &WRONG_TYPE,
    };
    let mut problem = DataProblem::of_column(kind, table, column)
        .with("file", &source.name)
        .counted(rows, first)
        .with("sample", masked(value.as_deref().unwrap_or_default(), column.pii))
        .with("type", word(&column.ty))
        .with("example", example(&column.ty));
    if let (Type::Choice(allowed), Some(value)) = (&column.ty, value) {
        let spellings = column.values.iter().map(|(spelling, _)| spelling.as_str()).chain(allowed.iter().map(String::as_str));
        let advice = nearest(value.trim(), spellings).into_iter().next().map(|near| format!("→ \"{near}\"? ")).unwrap_or_default();
        problem = problem.with("nearest", advice).with("allowed", listed(allowed));
    }
    Ok(problem)
}

/// Row number from 1 and text of the first cell with the code.
fn first_of(source: &RawSource, conversion: &Conversion, code: u8) -> PolarsResult<(Option<u64>, Option<String>)> {
    let frame = source
        .frame
        .clone()
        .with_row_index(ROW, Some(1))
        .select([col(ROW), conversion.codes.clone().alias("__code"), conversion.shown.clone().alias("__shown")])
        .filter(col("__code").eq(lit(code)))
        .limit(1);
    let found = collected(frame)?;
    if found.height() == 0 {
        return Ok((None, None));
    }
    let shown = found.column("__shown")?.str()?.get(0).map(String::from);
    Ok((Some(first_number(&found, ROW)?), shown))
}

/// The type as its author writes it.
fn word(ty: &Type) -> String {
    ty.to_string()
}

/// How a value of the type is written in a file.
fn example(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "true, false, 1, 0, 是, 否, Y, N",
        Type::Int => "42",
        Type::Number => "0.5",
        Type::Money => "12000.50",
        Type::Percent | Type::Rate => "3.8%, 0.038",
        Type::BasisPoints => "25",
        Type::Date => "2026-11-20",
        Type::Time => "2026-11-20 09:00:00",
        Type::Month => "2026-11, 2026-11-30",
        Type::Quarter => "2026Q4, 2026-12-31",
        Type::Duration => "90",
        Type::Text | Type::Choice(_) | Type::Label(_) | Type::List | Type::Missing => "C0001",
    }
}
