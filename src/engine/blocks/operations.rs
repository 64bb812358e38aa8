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
    let of = |id: NodeId| block.values(id);
    let all = |ids: &[NodeId]| ids.iter().map(|id| block.values(*id)).collect::<Result<Vec<_>, _>>();
    let physical = node.ty.physical();
    if let Some(operands) = block.engine.shortened(&node.kind) {
        match (&node.kind, operands.as_slice()) {
            (Kind::And(_), operands) => return Ok(Rc::new(logic::and(&all(operands)?, block.len))),
            (Kind::Or(_), operands) => return Ok(Rc::new(logic::or(&all(operands)?, block.len))),
            // The literal `missing` may stand as another type than its surroundings.
            (_, [operand]) if block.engine.physical(*operand)? == physical => return of(*operand),
            (_, [operand]) => {
                let values = of(*operand)?;
                return Ok(Rc::new(Values::collect((0..block.len).map(|row| values.get(row)), physical, block.len)));
            }
            (_, _) => {}
        }
    }
    Ok(Rc::new(match &node.kind {
        Kind::Not(value) => logic::not(&*of(*value)?),
        Kind::And(nodes) => logic::and(&all(nodes)?, block.len),
        Kind::Or(nodes) => logic::or(&all(nodes)?, block.len),
        Kind::Compare { operator, left, right } => compare(*operator, &*of(*left)?, &*of(*right)?),
        Kind::OneOf { value, set } => one_of(&*of(*value)?, set),
        Kind::IsMissing(value) => Values::Bool { yes: of(*value)?.known().not(), known: Bits::all(block.len) },
        Kind::IsTrue(value) => Values::Bool { yes: of(*value)?.yes(), known: Bits::all(block.len) },
        Kind::Coalesce(first, second) => {
            let first = of(*first)?;
            let known = first.known();
            if known.is_all() {
                return Ok(first);
            }
            logic::choose(&known, &first, &*of(*second)?, physical)
        }
        Kind::If { condition, then, otherwise } => {
            let condition = of(*condition)?;
            let chosen = logic::choose(&condition.yes(), &*of(*then)?, &*of(*otherwise)?, physical);
            logic::hide(chosen, &condition.known())
        }
        Kind::Arithmetic { operator, left, right } => arithmetic::binary(*operator, &*of(*left)?, &*of(*right)?),
        Kind::Negate(value) => arithmetic::negate(&*of(*value)?),
        Kind::ToFloat(value) => arithmetic::to_float(&*of(*value)?),
        Kind::Round(value) => arithmetic::round(&*of(*value)?),
        Kind::Call { function, arguments } => call(function, &all(arguments)?, physical, block.len)?,
        Kind::Ladder { rows, otherwise, unknown } => {
            let conditions = rows.iter().map(|(condition, label)| Ok((of(*condition)?, *label))).collect::<Result<Vec<_>, EngineError>>()?;
            logic::ladder(&conditions, *otherwise, *unknown, block.len)
        }
        Kind::LabelName(label) => label_name(block, *label, &*of(*label)?)?,
        Kind::Bucket { experiment, salt, unit, only } => {
            let (unit, only) = (of(*unit)?, of(*only)?.yes());
            let bucket = |(row, only): (usize, bool)| if only { bucket_value(experiment, salt, &unit.get(row)).as_int() } else { None };
            Values::ints(only.iter().enumerate().map(bucket), block.len)
        }
        Kind::Concat(nodes) => concat(&all(nodes)?, block.len),
        Kind::Format { value, style } => {
            let ty = &block.engine.node(*value)?.ty;
            let values = of(*value)?;
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
        | Kind::Population(_) => return Err(EngineError::Damaged(id)),
    }))
}

/// A builtin over rows whose operands are all known; missing elsewhere.
fn call(function: &str, operands: &[Rc<Values>], output: Physical, len: usize) -> Result<Values, EngineError> {
    let Some(builtin) = builtins::find(function) else {
        return Err(EngineError::Unsupported { what: format!("the function `{function}`") });
    };
    let known = operands.iter().fold(Bits::all(len), |known, operand| known.and(&operand.known()));
    let mut arguments: Vec<Value> = Vec::with_capacity(operands.len());
    let row = |(row, known): (usize, bool)| {
        if !known {
            return Value::Missing;
        }
        arguments.clear();
        arguments.extend(operands.iter().map(|operand| operand.get(row)));
        match (builtin.row)(&arguments) {
            Value::Float(number) => Value::float(number),
            value => value,
        }
    };
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
