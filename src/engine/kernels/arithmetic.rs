//! Arithmetic that is missing where it leaves the type: beyond 64 bits, infinite, not a number.

use super::{full, lift, operand};
use crate::ir::Operator;
use polars::prelude::arity::{binary_elementwise, unary_elementwise};
use polars::prelude::*;

/// `left operator right` of ints; overflow and division are missing.
pub(in crate::engine) fn int_binary(operator: Operator, left: Expr, right: Expr) -> Expr {
    let function = match operator {
        Operator::Add => i64::checked_add,
        Operator::Subtract => i64::checked_sub,
        Operator::Multiply => i64::checked_mul,
        Operator::Divide => |_, _| None,
    };
    lift(vec![left, right], DataType::Int64, move |columns, height| {
        let (left, right) = (operand(columns, 0, &DataType::Int64)?, operand(columns, 1, &DataType::Int64)?);
        let (left, right) = (left.i64()?, right.i64()?);
        let result: Int64Chunked = if left.len() == height && right.len() == height {
            binary_elementwise(left, right, |a: Option<i64>, b: Option<i64>| function(a?, b?))
        } else if left.len() == height {
            let constant = right.get(0);
            unary_elementwise(left, |a: Option<i64>| function(a?, constant?))
        } else {
            let constant = left.get(0);
            unary_elementwise(right, |b: Option<i64>| function(constant?, b?))
        };
        Ok(result.into_series())
    })
}

/// A float inside the language, or nothing.
fn tame(value: f64) -> Option<f64> {
    // Adding zero turns -0.0 into 0.0.
    value.is_finite().then_some(value + 0.0)
}

/// `left operator right` of floats; a result that is not finite is missing.
pub(in crate::engine) fn float_binary(operator: Operator, left: Expr, right: Expr) -> Expr {
    let function: fn(f64, f64) -> f64 = match operator {
        Operator::Add => |a, b| a + b,
        Operator::Subtract => |a, b| a - b,
        Operator::Multiply => |a, b| a * b,
        Operator::Divide => |a, b| a / b,
    };
    lift(vec![left, right], DataType::Float64, move |columns, height| {
        let (left, right) = (operand(columns, 0, &DataType::Float64)?, operand(columns, 1, &DataType::Float64)?);
        let (left, right) = (left.f64()?, right.f64()?);
        let result: Float64Chunked = if left.len() == height && right.len() == height {
            binary_elementwise(left, right, |a: Option<f64>, b: Option<f64>| tame(function(a?, b?)))
        } else if left.len() == height {
            let constant = right.get(0);
            unary_elementwise(left, |a: Option<f64>| tame(function(a?, constant?)))
        } else {
            let constant = left.get(0);
            unary_elementwise(right, |b: Option<f64>| tame(function(constant?, b?)))
        };
        Ok(result.into_series())
    })
}

/// The value with the other sign; the smallest int has none.
pub(in crate::engine) fn negate(value: Expr, float: bool) -> Expr {
    if float {
        lift(vec![value], DataType::Float64, |columns, height| {
            let value = full(columns, 0, &DataType::Float64, height)?;
            let result: Float64Chunked = unary_elementwise(value.f64()?, |a: Option<f64>| tame(-a?));
            Ok(result.into_series())
        })
    } else {
        lift(vec![value], DataType::Int64, |columns, height| {
            let value = full(columns, 0, &DataType::Int64, height)?;
            let result: Int64Chunked = unary_elementwise(value.i64()?, |a: Option<i64>| a?.checked_neg());
            Ok(result.into_series())
        })
    }
}

/// The nearest int of a float, halves away from zero; missing beyond 64 bits.
pub(in crate::engine) fn round(value: Expr) -> Expr {
    lift(vec![value], DataType::Int64, |columns, height| {
        let value = full(columns, 0, &DataType::Float64, height)?;
        let result: Int64Chunked = unary_elementwise(value.f64()?, |a: Option<f64>| {
            let rounded = a?.round();
            // 2^63 itself is a float and does not fit; the cast is exact inside the range.
            #[allow(clippy::cast_possible_truncation)]
            (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded).then_some(rounded as i64)
        });
        Ok(result.into_series())
    })
}
