//! Arithmetic over blocks: missing where it leaves the type, beyond 64 bits, infinite or not a number.

use super::bits::Bits;
use super::column::Values;
use crate::ir::Operator;

pub(super) fn binary(operator: Operator, left: &Values, right: &Values) -> Values {
    match (left, right) {
        (Values::Int { values: a, known: a_known }, Values::Int { values: b, known: b_known }) => {
            let known = a_known.and(b_known);
            match operator {
                Operator::Add => ints(a, b, known, i64::overflowing_add),
                Operator::Subtract => ints(a, b, known, i64::overflowing_sub),
                Operator::Multiply => ints(a, b, known, i64::overflowing_mul),
                Operator::Divide => ints(a, b, known, |_, _| (0, true)),
            }
        }
        (Values::Float { values: a, known: a_known }, Values::Float { values: b, known: b_known }) => {
            let known = a_known.and(b_known);
            match operator {
                Operator::Add => floats(a, b, known, |a, b| a + b),
                Operator::Subtract => floats(a, b, known, |a, b| a - b),
                Operator::Multiply => floats(a, b, known, |a, b| a * b),
                Operator::Divide => floats(a, b, known, |a, b| a / b),
            }
        }
        // Operands of a checked program are of one number type; the literal `missing` is of none.
        (_, Values::Float { .. }) | (Values::Float { .. }, _) => {
            Values::Float { values: vec![0.0; left.len()], known: Bits::none(left.len()) }
        }
        (_, _) => Values::Int { values: vec![0; left.len()], known: Bits::none(left.len()) },
    }
}

fn ints(a: &[i64], b: &[i64], known: Bits, operation: impl Fn(i64, i64) -> (i64, bool)) -> Values {
    let mut overflows = false;
    let values = a
        .iter()
        .zip(b)
        .map(|(a, b)| {
            let (value, over) = operation(*a, *b);
            overflows |= over;
            value
        })
        .collect();
    let known = if overflows { known.and_not(&Bits::of_pairs(a, b, |a, b| operation(a, b).1)) } else { known };
    Values::Int { values, known }
}

/// A float inside the language: adding zero turns -0.0 into 0.0.
fn tame(values: Vec<f64>, known: Bits) -> Values {
    let finite = Bits::of_each(&values, f64::is_finite);
    Values::Float { values, known: known.and(&finite) }
}

fn floats(a: &[f64], b: &[f64], known: Bits, operation: impl Fn(f64, f64) -> f64) -> Values {
    tame(a.iter().zip(b).map(|(a, b)| operation(*a, *b) + 0.0).collect(), known)
}

pub(super) fn negate(value: &Values) -> Values {
    match value {
        Values::Int { values, known } => Values::Int {
            values: values.iter().map(|value| value.wrapping_neg()).collect(),
            known: known.and(&Bits::of_each(values, |value| value != i64::MIN)),
        },
        Values::Float { values, known } => tame(values.iter().map(|value| 0.0 - value).collect(), known.clone()),
        Values::Bool { .. } | Values::Text(_) => Values::Int { values: vec![0; value.len()], known: Bits::none(value.len()) },
    }
}

/// The nearest float.
#[allow(clippy::cast_precision_loss)]
pub(super) fn to_float(value: &Values) -> Values {
    match value {
        Values::Int { values, known } => Values::Float { values: values.iter().map(|value| *value as f64).collect(), known: known.clone() },
        Values::Float { values, known } => Values::Float { values: values.clone(), known: known.clone() },
        Values::Bool { .. } | Values::Text(_) => Values::Float { values: vec![0.0; value.len()], known: Bits::none(value.len()) },
    }
}

/// The nearest int, halves away from zero; missing beyond 64 bits.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn round(value: &Values) -> Values {
    match value {
        Values::Float { values, known } => {
            // 2^63 itself is a float and does not fit.
            let fits = Bits::of_each(values, |value| (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value.round()));
            Values::Int { values: values.iter().map(|value| value.round() as i64).collect(), known: known.and(&fits) }
        }
        Values::Int { values, known } => Values::Int { values: values.clone(), known: known.clone() },
        Values::Bool { .. } | Values::Text(_) => Values::Int { values: vec![0; value.len()], known: Bits::none(value.len()) },
    }
}
