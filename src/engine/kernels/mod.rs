//! Row functions that frames do not have, over whole columns.
//!
//! A kernel sees its operands as columns of one height, or of height 1 when an operand is one value for all rows.

mod arithmetic;
mod fold;
mod ladder;
mod rank;
mod row;
mod stamp;

pub(super) use arithmetic::{float_binary, int_binary, negate, round};
pub(super) use fold::{Moments, deviation, fixed, mean, pick_place, square_high, square_low, total};
pub(super) use ladder::ladder;
pub(super) use rank::{Breakpoints, score, threshold};
pub(super) use row::{bucket, label_name, row_function};
pub(super) use stamp::{stamp, unstamp};

use crate::types::Physical;
use polars::prelude::*;

/// The data type that holds values of a physical type.
pub(super) fn data_type(physical: Physical) -> DataType {
    match physical {
        Physical::Bool => DataType::Boolean,
        Physical::Int => DataType::Int64,
        Physical::Float => DataType::Float64,
        Physical::Text => DataType::String,
    }
}

/// An expression from a function over columns; `kernel` gets the operands and the common height.
fn lift<K>(operands: Vec<Expr>, output: DataType, kernel: K) -> Expr
where
    K: Fn(&[Column], usize) -> PolarsResult<Series> + Send + Sync + 'static,
{
    map_multiple(
        move |columns: &mut [Column]| {
            let name = columns.first().map_or(PlSmallStr::EMPTY, |column| column.name().clone());
            let result = kernel(columns, height(columns))?;
            Ok(result.with_name(name).into_column())
        },
        operands,
        move |_, fields| {
            let name = fields.first().map_or(PlSmallStr::EMPTY, |field| field.name().clone());
            Ok(Field::new(name, output.clone()))
        },
    )
}

fn height(columns: &[Column]) -> usize {
    columns.iter().map(Column::len).find(|length| *length != 1).unwrap_or(1)
}

fn operand(columns: &[Column], at: usize, expected: &DataType) -> PolarsResult<Series> {
    let column = columns.get(at).ok_or_else(|| polars_err!(ComputeError: "operand {} is not there", at))?;
    let series = column.as_materialized_series();
    if series.dtype() == expected { Ok(series.clone()) } else { series.cast(expected) }
}

/// The operand at full height.
fn full(columns: &[Column], at: usize, expected: &DataType, height: usize) -> PolarsResult<Series> {
    let series = operand(columns, at, expected)?;
    Ok(if series.len() == height {
        series.rechunk()
    } else if height == 0 {
        series.clear()
    } else {
        series.new_from_index(0, height)
    })
}

/// A 64-bit literal; a plain one would take the narrowest type that holds it.
pub(super) fn int_literal(value: i64) -> Expr {
    lit(Scalar::from(value))
}
