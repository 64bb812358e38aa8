//! The cells of a column, and how a value is written.

use chrono::{DateTime, Datelike, Timelike};
use polars::prelude::*;
use std::fmt::Write as _;
use strat::types::{Physical, Type};

const DAY: i64 = 86_400_000;

/// The cells of one column.
pub enum Cells<'a> {
    Bool(&'a BooleanChunked),
    Int(&'a Int64Chunked, &'a Type),
    Float(&'a Float64Chunked),
    Text(&'a StringChunked),
}

/// One value on its way to a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CellValue<'a> {
    Missing,
    Bool(bool),
    Int(i64, &'a Type),
    Float(f64),
    Text(&'a str),
}

impl<'a> Cells<'a> {
    /// Reads a column whose values are held as a type says.
    ///
    /// # Errors
    /// A column that is held otherwise.
    pub fn of(column: &'a Column, ty: &'a Type) -> PolarsResult<Self> {
        Ok(match ty.physical() {
            Physical::Bool => Cells::Bool(column.bool()?),
            Physical::Int => Cells::Int(column.i64()?, ty),
            Physical::Float => Cells::Float(column.f64()?),
            Physical::Text => Cells::Text(column.str()?),
        })
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> CellValue<'a> {
        match self {
            Cells::Bool(cells) => cells.get(row).map_or(CellValue::Missing, CellValue::Bool),
            Cells::Int(cells, ty) => cells.get(row).map_or(CellValue::Missing, |value| CellValue::Int(value, ty)),
            Cells::Float(cells) => cells.get(row).map_or(CellValue::Missing, CellValue::Float),
            Cells::Text(cells) => cells.get(row).map_or(CellValue::Missing, CellValue::Text),
        }
    }
}

impl CellValue<'_> {
    /// The value as files hold it: money `12.34`, date `2026-11-20`, time `2026-11-20 09:00:00`, share `0.038`, missing nothing.
    /// Binding reads all of it back.
    pub fn write(&self, out: &mut String) {
        let _ = match self {
            CellValue::Missing => Ok(()),
            CellValue::Bool(value) => write!(out, "{value}"),
            CellValue::Float(value) => write!(out, "{value}"),
            CellValue::Text(text) => out.write_str(text),
            CellValue::Int(value, ty) => write_int(*value, ty, out),
        };
    }
}

fn write_int(value: i64, ty: &Type, out: &mut String) -> std::fmt::Result {
    let day = |days: i64| days.checked_mul(DAY).and_then(DateTime::from_timestamp_millis);
    match ty {
        Type::Money => {
            let sign = if value < 0 { "-" } else { "" };
            write!(out, "{sign}{}.{:02}", value.unsigned_abs() / 100, value.unsigned_abs() % 100)
        }
        Type::Date => day(value).map_or(Ok(()), |day| write!(out, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day())),
        Type::Month => day(value).map_or(Ok(()), |day| write!(out, "{:04}-{:02}", day.year(), day.month())),
        Type::Quarter => day(value).map_or(Ok(()), |day| write!(out, "{}Q{}", day.year(), day.month0() / 3 + 1)),
        Type::Time => DateTime::from_timestamp_millis(value).map_or(Ok(()), |time| {
            let (year, month, day) = (time.year(), time.month(), time.day());
            write!(out, "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
            match value.rem_euclid(1000) {
                0 => Ok(()),
                rest => write!(out, ".{rest:03}"),
            }
        }),
        _ => write!(out, "{value}"),
    }
}

/// A time in milliseconds as files hold it.
pub fn time_text(milliseconds: i64) -> String {
    let mut out = String::new();
    CellValue::Int(milliseconds, &Type::Time).write(&mut out);
    out
}
