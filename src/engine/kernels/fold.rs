//! The exact parts of folds: fixed-point terms before the grouping, the closing formula after it.

use super::{full, lift, operand};
use crate::builtins::sums;
use crate::types::Physical;
use polars::prelude::arity::unary_elementwise;
use polars::prelude::*;

/// Floats in fixed point, 128 bits; missing where a value has no such form.
pub(in crate::engine) fn fixed(value: Expr, squared: bool) -> Expr {
    lift(vec![value], DataType::Int128, move |columns, height| {
        let value = full(columns, 0, &DataType::Float64, height)?;
        let result: Int128Chunked =
            unary_elementwise(value.f64()?, |a: Option<f64>| a.and_then(|a| sums::fixed(if squared { a * a } else { a })));
        Ok(result.into_series())
    })
}

/// The upper 64 bits of the square of an int: two such sums never overflow where one sum of squares could.
pub(in crate::engine) fn square_high(value: Expr) -> Expr {
    square_part(value, |square| square >> 64)
}

/// The lower 64 bits of the square of an int.
pub(in crate::engine) fn square_low(value: Expr) -> Expr {
    square_part(value, |square| square & i128::from(u64::MAX))
}

fn square_part(value: Expr, part: fn(i128) -> i128) -> Expr {
    lift(vec![value], DataType::Int128, move |columns, height| {
        let value = full(columns, 0, &DataType::Int64, height)?;
        let result: Int128Chunked = unary_elementwise(value.i64()?, |a: Option<i64>| a.map(|a| part(i128::from(a) * i128::from(a))));
        Ok(result.into_series())
    })
}

/// The columns a fold over numbers leaves per group. `kept` counts terms that have an exact form, `count` all known values.
#[derive(Clone)]
pub(in crate::engine) struct Moments {
    pub(in crate::engine) total: Expr,
    pub(in crate::engine) kept: Expr,
    pub(in crate::engine) count: Expr,
}

impl Moments {
    fn operands(self) -> Vec<Expr> {
        vec![self.total, self.kept, self.count]
    }
}

/// Per group: total, and how many values; `None` when there is nothing or a term was lost.
fn parts(columns: &[Column], height: usize) -> PolarsResult<impl Iterator<Item = Option<(i128, u64)>>> {
    let total = full(columns, 0, &DataType::Int128, height)?.i128()?.clone();
    let kept = full(columns, 1, &DataType::Int64, height)?.i64()?.clone();
    let count = full(columns, 2, &DataType::Int64, height)?.i64()?.clone();
    let rows = (0..height).map(move |row| {
        let (total, kept, count) = (total.get(row)?, kept.get(row)?, count.get(row)?);
        let count = u64::try_from(count).ok()?;
        (count > 0 && u64::try_from(kept).ok()? == count).then_some((total, count))
    });
    Ok(rows)
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value + 0.0)
}

/// The sum of a group, as `physical`.
pub(in crate::engine) fn total(moments: Moments, physical: Physical) -> Expr {
    if physical == Physical::Float {
        lift(moments.operands(), DataType::Float64, |columns, height| {
            let sums = parts(columns, height)?.map(|part| part.and_then(|(total, _)| finite(sums::from_fixed(total))));
            Ok(sums.collect::<Float64Chunked>().into_series())
        })
    } else {
        lift(moments.operands(), DataType::Int64, |columns, height| {
            let sums = parts(columns, height)?.map(|part| part.and_then(|(total, _)| i64::try_from(total).ok()));
            Ok(sums.collect::<Int64Chunked>().into_series())
        })
    }
}

/// The mean of a group: of ints as a rounded int or as a float, of floats as a float.
#[allow(clippy::cast_precision_loss)]
pub(in crate::engine) fn mean(moments: Moments, of: Physical, physical: Physical) -> Expr {
    if physical == Physical::Int {
        return lift(moments.operands(), DataType::Int64, |columns, height| {
            let means = parts(columns, height)?.map(|part| part.and_then(|(total, count)| sums::rounded_quotient(total, count)));
            Ok(means.collect::<Int64Chunked>().into_series())
        });
    }
    let as_float: fn(i128) -> f64 = if of == Physical::Float { sums::from_fixed } else { |total| total as f64 };
    lift(moments.operands(), DataType::Float64, move |columns, height| {
        let means = parts(columns, height)?.map(|part| part.and_then(|(total, count)| finite(as_float(total) / count as f64)));
        Ok(means.collect::<Float64Chunked>().into_series())
    })
}

/// The population deviation of a group. `squares` are fixed-point squares of floats, or the two halves of the squares of ints.
pub(in crate::engine) fn deviation(moments: Moments, squares: Moments, high: Option<Expr>) -> Expr {
    let of_ints = high.is_some();
    let mut operands = moments.operands();
    operands.extend(squares.operands());
    operands.extend(high);
    lift(operands, DataType::Float64, move |columns, height| {
        let high = if of_ints { Some(full(columns, 6, &DataType::Int128, height)?) } else { None };
        let high = high.as_ref().map(|series| series.i128()).transpose()?;
        let second = columns.get(3..6).unwrap_or_default();
        let groups = parts(columns, height)?.zip(parts(second, height)?).enumerate().map(|(row, (values, squares))| {
            let ((sx, count), (low, _)) = (values?, squares?);
            let deviation = match high {
                Some(high) => {
                    let sxx = high.get(row)?.checked_mul(1 << 64)?.checked_add(low)?;
                    sums::int_deviation(count, sx, sxx)
                }
                None => sums::float_deviation(count, sx, low),
            };
            deviation.as_float()
        });
        Ok(groups.collect::<Float64Chunked>().into_series())
    })
}

/// From a list of known values per group, the one at the place of a quantile.
pub(in crate::engine) fn pick_place(values: Expr, quantile: u32, output: DataType) -> Expr {
    let inner = output.clone();
    lift(vec![values], output, move |columns, _| {
        let lists = operand(columns, 0, &DataType::List(Box::new(inner.clone())))?;
        let mut out: Vec<AnyValue<'static>> = Vec::with_capacity(lists.len());
        let lists = lists.list()?;
        for group in 0..lists.len() {
            let picked = match lists.get_as_series(group) {
                Some(list) => {
                    let sorted = list.drop_nulls().sort(SortOptions::default())?;
                    let count = sorted.len();
                    let place = sums::quantile_place(quantile, u64::try_from(count).unwrap_or(u64::MAX));
                    let at = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX);
                    if at < count { sorted.get(at)?.into_static() } else { AnyValue::Null }
                }
                None => AnyValue::Null,
            };
            out.push(picked);
        }
        Series::from_any_values_and_dtype(PlSmallStr::EMPTY, &out, &inner, true)
    })
}
