//! Operations whose operands are all of the same rows: the row meaning of every node kind, a block at a time.

use super::super::error::EngineError;
use super::arithmetic;
use super::bits::Bits;
use super::block::Block;
use super::column::Values;
use super::logic::{self, compare, one_of};
use crate::builtins;
use crate::builtins::hash::bucket_value;
use crate::ir::{Kind, Node, NodeId};
use crate::types::{Physical, Type, Value};
use polars::prelude::StringChunked;
use std::rc::Rc;

/// The values of a node whose operands are known.
pub(super) fn evaluate(block: &Block<'_>, id: NodeId, node: &Node) -> Result<Rc<Values>, EngineError> {
    if let Some(operands) = block.engine.shortened(&node.kind) {
        if let Some(values) = short(block, node, &operands)? {
            return Ok(values);
        }
    }
    if let Kind::Coalesce(first, _) = &node.kind {
        let first = block.values(*first)?;
        if first.known().is_all() {
            return Ok(first);
        }
    }
    Ok(Rc::new(match &node.kind {
        Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Compare { .. } | Kind::OneOf { .. } | Kind::IsMissing(_) | Kind::IsTrue(_) => {
            truth(block, id, node)?
        }
        Kind::Coalesce(..) | Kind::If { .. } | Kind::Ladder { .. } => choice(block, id, node)?,
        Kind::Arithmetic { .. } | Kind::Negate(_) | Kind::ToFloat(_) | Kind::Round(_) => number(block, id, node)?,
        Kind::Call { function, arguments } => call(function, &all(block, arguments)?, node.ty.physical(), block.len)?,
        Kind::LabelName(label) => label_name(block, *label, &*block.values(*label)?)?,
        Kind::Bucket { experiment, salt, unit, only } => {
            let (unit, only) = (block.values(*unit)?, block.values(*only)?.yes());
            let bucket = |(row, only): (usize, bool)| if only { bucket_value(experiment, salt, &unit.get(row)).as_int() } else { None };
            Values::ints(only.iter().enumerate().map(bucket), block.len)
        }
        Kind::Concat(nodes) => concat(&all(block, nodes)?, block.len),
        Kind::Format { value, style } => {
            let ty = &block.engine.node(*value)?.ty;
            let values = block.values(*value)?;
            let text = |row: usize| match values.get(row) {
                Value::Missing => Value::Missing,
                value => builtins::format_value(&value, ty, style),
            };
            Values::collect((0..block.len).map(text), Physical::Text, block.len)
        }
        Kind::Constant(_)
        | Kind::AsOf
        | Kind::PreviousRun
        | Kind::Column(_)
        | Kind::Outer(_)
        | Kind::Via { .. }
        | Kind::Aggregate(_)
        | Kind::FirstCrossing(_)
        | Kind::Association(_)
        | Kind::Population(_) => return Err(EngineError::Damaged(id)),
    }))
}

fn all(block: &Block<'_>, ids: &[NodeId]) -> Result<Vec<Rc<Values>>, EngineError> {
    ids.iter().map(|id| block.values(*id)).collect()
}

/// A node of which only some operands still matter.
fn short(block: &Block<'_>, node: &Node, operands: &[NodeId]) -> Result<Option<Rc<Values>>, EngineError> {
    let physical = node.ty.physical();
    Ok(match (&node.kind, operands) {
        (Kind::And(_), operands) => Some(Rc::new(logic::and(&all(block, operands)?, block.len))),
        (Kind::Or(_), operands) => Some(Rc::new(logic::or(&all(block, operands)?, block.len))),
        // The literal `missing` may stand as another type than its surroundings.
        (_, [operand]) if block.engine.physical(*operand)? == physical => Some(block.values(*operand)?),
        (_, [operand]) => {
            let values = block.values(*operand)?;
            Some(Rc::new(Values::collect((0..block.len).map(|row| values.get(row)), physical, block.len)))
        }
        (_, _) => None,
    })
}

fn truth(block: &Block<'_>, id: NodeId, node: &Node) -> Result<Values, EngineError> {
    let of = |id: &NodeId| block.values(*id);
    Ok(match &node.kind {
        Kind::Not(value) => logic::not(&*of(value)?),
        Kind::And(nodes) => logic::and(&all(block, nodes)?, block.len),
        Kind::Or(nodes) => logic::or(&all(block, nodes)?, block.len),
        Kind::Compare { operator, left, right } => compare(*operator, &*of(left)?, &*of(right)?),
        Kind::OneOf { value, set } => one_of(&*of(value)?, set),
        Kind::IsMissing(value) => Values::Bool { yes: of(value)?.known().not(), known: Bits::all(block.len) },
        Kind::IsTrue(value) => Values::Bool { yes: of(value)?.yes(), known: Bits::all(block.len) },
        _ => return Err(EngineError::Damaged(id)),
    })
}

fn choice(block: &Block<'_>, id: NodeId, node: &Node) -> Result<Values, EngineError> {
    let of = |id: &NodeId| block.values(*id);
    let physical = node.ty.physical();
    Ok(match &node.kind {
        Kind::Coalesce(first, second) => {
            let first = of(first)?;
            logic::choose(&first.known(), &first, &*of(second)?, physical)
        }
        Kind::If { condition, then, otherwise } => {
            let condition = of(condition)?;
            let chosen = logic::choose(&condition.yes(), &*of(then)?, &*of(otherwise)?, physical);
            logic::hide(chosen, &condition.known())
        }
        Kind::Ladder { rows, otherwise, unknown } => {
            let conditions = rows.iter().map(|(condition, label)| Ok((of(condition)?, *label))).collect::<Result<Vec<_>, EngineError>>()?;
            logic::ladder(&conditions, *otherwise, *unknown, block.len)
        }
        _ => return Err(EngineError::Damaged(id)),
    })
}

fn number(block: &Block<'_>, id: NodeId, node: &Node) -> Result<Values, EngineError> {
    let of = |id: &NodeId| block.values(*id);
    Ok(match &node.kind {
        Kind::Arithmetic { operator, left, right } => arithmetic::binary(*operator, &*of(left)?, &*of(right)?),
        Kind::Negate(value) => arithmetic::negate(&*of(value)?),
        Kind::ToFloat(value) => arithmetic::to_float(&*of(value)?),
        Kind::Round(value) => arithmetic::round(&*of(value)?),
        _ => return Err(EngineError::Damaged(id)),
    })
}

/// A builtin over rows whose operands are all known; missing elsewhere.
fn call(function: &str, operands: &[Rc<Values>], output: Physical, len: usize) -> Result<Values, EngineError> {
    let Some(builtin) = builtins::find(function) else {
        return Err(EngineError::Unsupported { what: format!("the function `{function}`") });
    };
    let known = operands.iter().fold(Bits::all(len), |known, operand| known.and(&operand.known()));
    let mut arguments: Vec<Value> = vec![Value::Missing; operands.len()];
    let mut row = |(row, known): (usize, bool)| {
        if !known {
            return Value::Missing;
        }
        for (argument, operand) in arguments.iter_mut().zip(operands) {
            *argument = match operand.as_ref() {
                Values::Int { values, known: _ } => Value::Int(values.get(row).copied().unwrap_or(0)),
                other => other.get(row),
            };
        }
        match (builtin.row)(&arguments) {
            Value::Float(number) => Value::float(number),
            value => value,
        }
    };
    if output == Physical::Int {
        return Ok(Values::ints(known.iter().enumerate().map(|place| row(place).as_int()), len));
    }
    Ok(Values::collect(known.iter().enumerate().map(row), output, len))
}

fn label_name(block: &Block<'_>, id: NodeId, labels: &Values) -> Result<Values, EngineError> {
    let Type::Label(ladder) = &block.engine.node(id)?.ty else { return Err(EngineError::Damaged(id)) };
    let ladder = block.engine.program.ladder(*ladder).ok_or(EngineError::Damaged(id))?;
    let name = |row: usize| {
        let place = labels.get(row).as_int().and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| ladder.labels.get(place)).map(|label| label.name.as_str())
    };
    let names: StringChunked = (0..labels.len()).map(name).collect();
    Ok(Values::Text(names))
}

fn concat(parts: &[Rc<Values>], len: usize) -> Values {
    let joined = |row: usize| {
        let mut text = String::new();
        for part in parts {
            match part.as_ref() {
                Values::Text(texts) => text.push_str(texts.get(row)?),
                Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => return None,
            }
        }
        Some(text)
    };
    let texts: StringChunked = (0..len).map(joined).collect();
    Values::Text(texts)
}
