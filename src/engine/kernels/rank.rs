//! Facts about a population from a few breakpoints instead of a rank of every row.

use super::{data_type, full, lift};
use crate::types::{Physical, Value};
use polars::prelude::*;

/// Four breakpoints of a quintile score, worst first. A missing breakpoint lies below every known value.
#[derive(Clone)]
pub(in crate::engine) struct Breakpoints {
    pub(in crate::engine) values: Vec<Value>,
    pub(in crate::engine) best_low: bool,
    /// The score of a missing value.
    pub(in crate::engine) of_missing: Option<i64>,
}

impl Breakpoints {
    fn better<T: PartialOrd>(&self, value: T, breakpoint: Option<T>) -> bool {
        breakpoint.is_none_or(|breakpoint| if self.best_low { value < breakpoint } else { value > breakpoint })
    }

    fn score<T: PartialOrd + Copy>(&self, value: Option<T>, breakpoints: &[Option<T>]) -> Option<i64> {
        let Some(value) = value else { return self.of_missing };
        Some(breakpoints.iter().fold(1, |score, breakpoint| score + i64::from(self.better(value, *breakpoint))))
    }
}

/// 1 to 5 for rows where `within` is true (all rows without it).
pub(in crate::engine) fn score(value: Expr, physical: Physical, within: Option<Expr>, breakpoints: Breakpoints) -> Expr {
    let mut operands = vec![value];
    operands.extend(within);
    lift(operands, DataType::Int64, move |columns, height| {
        let value = full(columns, 0, &data_type(physical), height)?;
        let inside = if columns.len() > 1 { Some(full(columns, 1, &DataType::Boolean, height)?) } else { None };
        let inside = inside.as_ref().map(|series| series.bool()).transpose()?;
        let is_inside = |row: usize| inside.is_none_or(|inside| inside.get(row) == Some(true));
        let scores: Int64Chunked = if physical == Physical::Float {
            let limits: Vec<Option<f64>> = breakpoints.values.iter().map(Value::as_float).collect();
            value
                .f64()?
                .iter()
                .enumerate()
                .map(|(row, value)| if is_inside(row) { breakpoints.score(value, &limits) } else { None })
                .collect()
        } else {
            let limits: Vec<Option<i64>> = breakpoints.values.iter().map(Value::as_int).collect();
            value
                .i64()?
                .iter()
                .enumerate()
                .map(|(row, value)| if is_inside(row) { breakpoints.score(value, &limits) } else { None })
                .collect()
        };
        Ok(scores.into_series())
    })
}

/// Whether a known value reaches the threshold.
pub(in crate::engine) fn threshold(value: Expr, limit: Value) -> Expr {
    match limit {
        Value::Int(limit) => value.gt_eq(super::int_literal(limit)),
        Value::Float(limit) => value.gt_eq(lit(Scalar::from(limit))),
        // No limit: every known value reaches it.
        Value::Missing => when(value.is_not_null()).then(lit(true)).otherwise(lit(Scalar::null(DataType::Boolean))),
        Value::Bool(_) | Value::Text(_) => lit(Scalar::null(DataType::Boolean)),
    }
}
