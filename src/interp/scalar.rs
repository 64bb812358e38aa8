//! The meaning of operations on the values of one row: three-valued logic, comparison, arithmetic.

use crate::ir::{Comparison, Operator};
use crate::types::Value;
use std::cmp::Ordering;

/// Unknown stays unknown.
pub(super) fn not(value: &Value) -> Value {
    value.as_bool().map_or(Value::Missing, |truth| Value::Bool(!truth))
}

/// Kleene: false if any is false, else unknown if any is unknown, else true.
pub(super) fn and<'a>(values: impl IntoIterator<Item = &'a Value>) -> Value {
    decided_by(false, values)
}

/// Kleene: true if any is true, else unknown if any is unknown, else false.
pub(super) fn or<'a>(values: impl IntoIterator<Item = &'a Value>) -> Value {
    decided_by(true, values)
}

fn decided_by<'a>(decisive: bool, values: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut result = Value::Bool(!decisive);
    for value in values {
        match value.as_bool() {
            Some(truth) if truth == decisive => return Value::Bool(decisive),
            Some(_) => {}
            None => result = Value::Missing,
        }
    }
    result
}

/// Unknown when a side is missing; texts and bools have no order.
pub(super) fn compare(operator: Comparison, left: &Value, right: &Value) -> Value {
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some((a.cmp(b), true)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b).map(|order| (order, true)),
        (Value::Bool(a), Value::Bool(b)) => Some((a.cmp(b), false)),
        (Value::Text(a), Value::Text(b)) => Some((a.cmp(b), false)),
        (_, _) => None,
    };
    let Some((order, ordered)) = order else { return Value::Missing };
    match operator {
        Comparison::Equal => Value::Bool(order == Ordering::Equal),
        Comparison::NotEqual => Value::Bool(order != Ordering::Equal),
        Comparison::Less if ordered => Value::Bool(order == Ordering::Less),
        Comparison::LessOrEqual if ordered => Value::Bool(order != Ordering::Greater),
        Comparison::Greater if ordered => Value::Bool(order == Ordering::Greater),
        Comparison::GreaterOrEqual if ordered => Value::Bool(order != Ordering::Less),
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => Value::Missing,
    }
}

/// `value = a or value = b …`; of an empty set that is false for every value.
pub(super) fn one_of(value: &Value, set: &[Value]) -> Value {
    let equal: Vec<Value> = set.iter().map(|member| compare(Comparison::Equal, value, member)).collect();
    or(&equal)
}

/// Missing when a side is missing, on overflow, on division by zero, and for `Divide` of ints.
pub(super) fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Value {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => {
            let result = match operator {
                Operator::Add => a.checked_add(*b),
                Operator::Subtract => a.checked_sub(*b),
                Operator::Multiply => a.checked_mul(*b),
                Operator::Divide => None,
            };
            result.map_or(Value::Missing, Value::Int)
        }
        (Value::Float(a), Value::Float(b)) => Value::float(match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
        }),
        (_, _) => Value::Missing,
    }
}

/// Missing for the one int without an opposite.
pub(super) fn negate(value: &Value) -> Value {
    match value {
        Value::Int(number) => number.checked_neg().map_or(Value::Missing, Value::Int),
        Value::Float(number) => Value::float(-number),
        Value::Missing | Value::Bool(_) | Value::Text(_) => Value::Missing,
    }
}

/// An int as the nearest float; floats stay.
#[allow(clippy::cast_precision_loss)]
pub(super) fn to_float(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::Float(*number as f64),
        Value::Float(number) => Value::float(*number),
        Value::Missing | Value::Bool(_) | Value::Text(_) => Value::Missing,
    }
}

/// Texts joined; missing when any is missing.
pub(super) fn concat<'a>(values: impl IntoIterator<Item = &'a Value>) -> Value {
    let parts: Option<Vec<&str>> = values.into_iter().map(Value::as_text).collect();
    parts.map_or(Value::Missing, |parts| Value::Text(parts.concat()))
}

/// A builtin applied: a missing operand or an unknown function gives missing, and so does a float that is not finite.
pub(super) fn call(function: &str, arguments: Vec<Value>) -> Value {
    if arguments.iter().any(Value::is_missing) {
        return Value::Missing;
    }
    match crate::builtins::find(function).map(|builtin| (builtin.row)(&arguments)) {
        Some(Value::Float(number)) => Value::float(number),
        Some(value) => value,
        None => Value::Missing,
    }
}

/// The first true row's label; else `otherwise` when all rows are false, else `unknown`.
pub(super) fn ladder(rows: &[(&Value, u32)], otherwise: Option<u32>, unknown: Option<u32>) -> Value {
    let won = rows.iter().find(|(condition, _)| condition.as_bool() == Some(true)).map(|(_, label)| *label);
    let all_false = rows.iter().all(|(condition, _)| condition.as_bool() == Some(false));
    let label = won.or(if all_false { otherwise } else { unknown });
    label.map_or(Value::Missing, |label| Value::Int(i64::from(label)))
}
