//! Constant folding, for values that must be known when the program is checked.

use crate::ir::{Graph, Kind, NodeId, Operator};
use crate::types::Value;

/// The value of a node that is made of constants only.
pub(crate) fn fold(graph: &Graph, node: NodeId) -> Option<Value> {
    match &graph.get(node)?.kind {
        Kind::Constant(value) => Some(value.clone()),
        Kind::ToFloat(inner) => match fold(graph, *inner)? {
            #[allow(clippy::cast_precision_loss)]
            Value::Int(value) => Some(Value::float(value as f64)),
            Value::Missing | Value::Bool(_) | Value::Float(_) | Value::Text(_) => None,
        },
        Kind::Round(inner) => Some(crate::builtins::round_value(&fold(graph, *inner)?)),
        Kind::Negate(inner) => match fold(graph, *inner)? {
            Value::Int(value) => value.checked_neg().map(Value::Int),
            Value::Float(value) => Some(Value::float(-value)),
            Value::Missing | Value::Bool(_) | Value::Text(_) => None,
        },
        Kind::Arithmetic { operator, left, right } => arithmetic(*operator, &fold(graph, *left)?, &fold(graph, *right)?),
        Kind::Call { function, arguments } => {
            let values: Option<Vec<Value>> = arguments.iter().map(|argument| fold(graph, *argument)).collect();
            Some((crate::builtins::find(function)?.row)(&values?))
        }
        _ => None,
    }
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => match operator {
            Operator::Add => a.checked_add(*b),
            Operator::Subtract => a.checked_sub(*b),
            Operator::Multiply => a.checked_mul(*b),
            Operator::Divide => None,
        }
        .map(Value::Int),
        (Value::Float(a), Value::Float(b)) => Some(Value::float(match operator {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
        })),
        (_, _) => None,
    }
}
