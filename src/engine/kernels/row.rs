//! Row meanings lifted over columns, and the text functions that only survivors need.

use super::{data_type, full, lift};
use crate::builtins::hash::bucket_value;
use crate::types::{Physical, Value};
use polars::prelude::*;

/// One operand of a row function, typed once.
enum Operand {
    Bool(BooleanChunked),
    Int(Int64Chunked),
    Float(Float64Chunked),
    Text(StringChunked),
}

impl Operand {
    fn read(columns: &[Column], at: usize, physical: Physical, height: usize) -> PolarsResult<Operand> {
        let series = full(columns, at, &data_type(physical), height)?;
        Ok(match physical {
            Physical::Bool => Operand::Bool(series.bool()?.clone()),
            Physical::Int => Operand::Int(series.i64()?.clone()),
            Physical::Float => Operand::Float(series.f64()?.clone()),
            Physical::Text => Operand::Text(series.str()?.clone()),
        })
    }

    fn get(&self, at: usize) -> Option<Value> {
        match self {
            Operand::Bool(values) => values.get(at).map(Value::Bool),
            Operand::Int(values) => values.get(at).map(Value::Int),
            Operand::Float(values) => values.get(at).map(Value::Float),
            Operand::Text(values) => values.get(at).map(|text| Value::Text(String::from(text))),
        }
    }
}

/// Values of one physical type as a column.
fn collect(values: impl Iterator<Item = Value>, physical: Physical) -> Series {
    match physical {
        Physical::Bool => values.map(|value| value.as_bool()).collect::<BooleanChunked>().into_series(),
        Physical::Int => values.map(|value| value.as_int()).collect::<Int64Chunked>().into_series(),
        Physical::Float => values.map(|value| value.as_float()).collect::<Float64Chunked>().into_series(),
        Physical::Text => values
            .map(|value| match value {
                Value::Text(text) => Some(text),
                Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
            })
            .collect::<StringChunked>()
            .into_series(),
    }
}

/// A function of one row's values over columns; a missing operand makes the result missing without a call.
pub(in crate::engine) fn row_function<F>(operands: Vec<(Expr, Physical)>, output: Physical, function: F) -> Expr
where
    F: Fn(&[Value]) -> Value + Send + Sync + 'static,
{
    let (expressions, types): (Vec<Expr>, Vec<Physical>) = operands.into_iter().unzip();
    lift(expressions, data_type(output), move |columns, height| {
        let operands: Vec<Operand> =
            types.iter().enumerate().map(|(at, physical)| Operand::read(columns, at, *physical, height)).collect::<PolarsResult<_>>()?;
        let mut values: Vec<Value> = Vec::with_capacity(operands.len());
        let rows = (0..height).map(|row| {
            values.clear();
            for operand in &operands {
                match operand.get(row) {
                    Some(value) => values.push(value),
                    None => return Value::Missing,
                }
            }
            function(&values)
        });
        Ok(collect(rows, output))
    })
}

/// The name of a label; an ordinal outside the ladder is missing.
pub(in crate::engine) fn label_name(label: Expr, names: Vec<String>) -> Expr {
    lift(vec![label], DataType::String, move |columns, height| {
        let labels = full(columns, 0, &DataType::Int64, height)?;
        let name = |label: Option<i64>| usize::try_from(label?).ok().and_then(|label| names.get(label)).map(String::as_str);
        Ok(labels.i64()?.iter().map(name).collect::<StringChunked>().into_series())
    })
}

/// The assignment bucket of a unit where `only` is true.
pub(in crate::engine) fn bucket(experiment: String, salt: String, unit: Expr, physical: Physical, only: Expr) -> Expr {
    lift(vec![unit, only], DataType::Int64, move |columns, height| {
        let unit = Operand::read(columns, 0, physical, height)?;
        let only = full(columns, 1, &DataType::Boolean, height)?;
        let buckets = only.bool()?.iter().enumerate().map(|(row, only)| match only {
            Some(true) => unit.get(row).and_then(|unit| bucket_value(&experiment, &salt, &unit).as_int()),
            Some(false) | None => None,
        });
        Ok(buckets.collect::<Int64Chunked>().into_series())
    })
}
