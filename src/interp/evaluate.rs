//! Nodes to values.
//!
//! **How.** A stack holds the places that are wanted. The top place is tried: its operands are read from the memo; those that are
//! not there yet are pushed and the place is tried again when they are known. Nothing recurses, so depth costs heap only; every
//! place is computed once; and since operands have smaller ids than their users the stack always empties.
//!
//! Operands are asked for all at once rather than one after the other: every operation is total, so evaluating more than a short
//! circuit needs changes no answer.

use super::memo::{Memo, Place};
use super::reader::{Indexes, Reader};
use super::snapshot::Snapshot;
use super::{association, crossing, fold, population, scalar};
use crate::builtins::{format_value, hash, round_value};
use crate::ir::{Kind, Link, Moment, Node, NodeId, Population, Program};
use crate::types::{TableId, Type, Value};
use std::cell::RefCell;

/// Evaluates the nodes of one program over one snapshot at one moment. Everything computed is kept, so asking twice is free.
pub struct Interpreter<'a> {
    pub(super) program: &'a Program,
    pub(super) snapshot: &'a Snapshot,
    pub(super) moment: Moment,
    /// Per node: how many surrounding rows it can reach through [`Kind::Outer`].
    depths: Vec<usize>,
    state: RefCell<State>,
}

struct State {
    memo: Memo,
    indexes: Indexes,
}

/// What trying a place can give.
pub(super) enum Known {
    /// The value of the place.
    One(Value),
    /// The values of the place's node for all rows of its space.
    EveryRow(Vec<Value>),
}

impl<'a> Interpreter<'a> {
    /// Evaluates nothing yet.
    #[must_use]
    pub fn new(program: &'a Program, snapshot: &'a Snapshot, moment: Moment) -> Self {
        let state = State { memo: Memo::new(program.graph.len()), indexes: Indexes::default() };
        Self { program, snapshot, moment, depths: outer_depths(program), state: RefCell::new(state) }
    }

    /// The program it runs.
    #[must_use]
    pub fn program(&self) -> &'a Program {
        self.program
    }

    /// Number of rows of a table.
    #[must_use]
    pub fn rows(&self, table: TableId) -> u32 {
        self.snapshot.rows(table)
    }

    /// The value of a node for a row of its space; `row` does not matter for nodes without space.
    #[must_use]
    pub fn value(&self, node: NodeId, row: u32) -> Value {
        let mut state = self.state.borrow_mut();
        let State { memo, indexes } = &mut *state;
        let goal = self.place(node, row, &[]);
        let mut stack = vec![goal.clone()];
        while let Some(place) = stack.last() {
            if memo.get(place.node, place.row, &place.frames).is_some() {
                stack.pop();
                continue;
            }
            let mut reader = Reader { interpreter: self, memo, place, wanted: Vec::new() };
            match evaluate(&mut reader, indexes) {
                Some(Known::One(value)) => {
                    memo.set(place.node, place.row, &place.frames, value);
                    stack.pop();
                }
                Some(Known::EveryRow(values)) => {
                    for (row, value) in (0..).zip(values) {
                        memo.set(place.node, row, &place.frames, value);
                    }
                    // A row beyond the table has no fact about it.
                    if memo.get(place.node, place.row, &place.frames).is_none() {
                        memo.set(place.node, place.row, &place.frames, Value::Missing);
                    }
                    stack.pop();
                }
                None => {
                    let wanted = reader.wanted;
                    stack.extend(wanted);
                }
            }
        }
        memo.get(goal.node, goal.row, &goal.frames).cloned().unwrap_or(Value::Missing)
    }

    /// The values of a row's key columns, in order; empty for tables without key.
    #[must_use]
    pub fn key(&self, table: TableId, row: u32) -> Vec<Value> {
        let columns = self.program.table(table).map(|table| table.key.as_slice()).unwrap_or_default();
        columns.iter().map(|column| self.snapshot.get(table, *column, row).clone()).collect()
    }

    /// A row's key as people write it; the parts of a longer key are joined by `/`.
    #[must_use]
    pub fn key_text(&self, table: TableId, row: u32) -> String {
        let Some(schema) = self.program.table(table) else { return String::new() };
        let part = |column: &crate::types::ColumnId| {
            let ty = schema.column(*column).map_or(Type::Missing, |column| column.ty.clone());
            match format_value(self.snapshot.get(table, *column, row), &ty, &crate::ir::FormatStyle::Plain) {
                Value::Text(text) => text,
                Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => String::new(),
            }
        };
        schema.key.iter().map(part).collect::<Vec<_>>().join("/")
    }

    /// The row whose key reads as the text; the first one if several do.
    #[must_use]
    pub fn find(&self, table: TableId, key: &str) -> Option<u32> {
        (0..self.rows(table)).find(|row| self.key_text(table, *row) == key)
    }

    pub(super) fn place(&self, node: NodeId, row: u32, frames: &[u32]) -> Place {
        let has_space = self.program.graph.get(node).is_some_and(|node| node.space.is_some());
        let reach = self.depth(node).min(frames.len());
        Place { node, row: if has_space { row } else { 0 }, frames: frames.get(..reach).unwrap_or_default().to_vec() }
    }

    pub(super) fn depth(&self, node: NodeId) -> usize {
        self.depths.get(node.0 as usize).copied().unwrap_or(0)
    }
}

/// Children come first, so one ascending pass knows every node's reach.
fn outer_depths(program: &Program) -> Vec<usize> {
    let mut depths: Vec<usize> = Vec::with_capacity(program.graph.len());
    for (_, node) in program.graph.iter() {
        let of = |id: NodeId| depths.get(id.0 as usize).copied().unwrap_or(0);
        let (inside, here) = row_expressions(&node.kind);
        let inside = inside.into_iter().map(of).max().unwrap_or(0).saturating_sub(1);
        let here = here.into_iter().map(of).max().unwrap_or(0);
        let own = usize::from(matches!(node.kind, Kind::Outer(_)));
        depths.push(inside.max(here + own));
    }
    depths
}

/// The operands a node evaluates for rows it folds, and those it evaluates where it stands itself.
fn row_expressions(kind: &Kind) -> (Vec<NodeId>, Vec<NodeId>) {
    let (link, mut inside) = match kind {
        Kind::Aggregate(aggregate) => (&aggregate.link, fold::row_nodes(aggregate)),
        Kind::FirstCrossing(crossing) => (&crossing.link, crossing::row_nodes(crossing)),
        Kind::Association(association) => return (association::row_nodes(association), vec![association.outer_key]),
        Kind::Constant(_)
        | Kind::AsOf
        | Kind::PreviousRun
        | Kind::Column(_)
        | Kind::Outer(_)
        | Kind::Via { .. }
        | Kind::Not(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Compare { .. }
        | Kind::OneOf { .. }
        | Kind::IsMissing(_)
        | Kind::IsTrue(_)
        | Kind::Coalesce(..)
        | Kind::If { .. }
        | Kind::Arithmetic { .. }
        | Kind::Negate(_)
        | Kind::ToFloat(_)
        | Kind::Round(_)
        | Kind::Call { .. }
        | Kind::Ladder { .. }
        | Kind::LabelName(_)
        | Kind::Population(_)
        | Kind::Bucket { .. }
        | Kind::Concat(_)
        | Kind::Format { .. } => return (Vec::new(), kind.operands()),
    };
    if let Link::Key { row_key, outer_key: _ } = link {
        inside.push(*row_key);
    }
    let here = kind.operands().into_iter().filter(|id| !inside.contains(id)).collect();
    (inside, here)
}

fn one(value: Value) -> Option<Known> {
    Some(Known::One(value))
}

/// Tries the reader's place; `None` when operands were not known, which the reader then lists.
fn evaluate(reader: &mut Reader<'_>, indexes: &mut Indexes) -> Option<Known> {
    let interpreter = reader.interpreter;
    let Some(node) = interpreter.program.graph.get(reader.place.node) else { return one(Value::Missing) };
    match &node.kind {
        Kind::Constant(value) => one(value.clone()),
        Kind::AsOf => one(Value::Int(interpreter.moment.as_of)),
        Kind::PreviousRun => one(interpreter.moment.previous.map_or(Value::Missing, Value::Int)),
        Kind::Column(column) => {
            one(node.space.map_or(Value::Missing, |table| interpreter.snapshot.get(table, *column, reader.place.row).clone()))
        }
        Kind::Outer(inner) => {
            let Some((row, frames)) = reader.place.frames.split_first() else { return one(Value::Missing) };
            one(reader.at(*inner, *row, frames)?.clone())
        }
        Kind::Via { key, table, value } => {
            let key = reader.here(*key)?;
            let Some(row) = reader.row_of(indexes, *table, key) else { return one(Value::Missing) };
            one(reader.at(*value, row, &reader.place.frames)?.clone())
        }
        Kind::Aggregate(aggregate) => one(fold::aggregate(reader, indexes, aggregate, &node.ty)?),
        Kind::FirstCrossing(crossing) => one(crossing::first_crossing(reader, indexes, crossing)?),
        Kind::Association(association) => one(association::associated(reader, indexes, association)?),
        Kind::Population(population) => Some(Known::EveryRow(population_of(reader, node, population)?)),
        Kind::Not(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Compare { .. }
        | Kind::OneOf { .. }
        | Kind::IsMissing(_)
        | Kind::IsTrue(_)
        | Kind::Coalesce(..)
        | Kind::If { .. }
        | Kind::Arithmetic { .. }
        | Kind::Negate(_)
        | Kind::ToFloat(_)
        | Kind::Round(_)
        | Kind::Call { .. }
        | Kind::Ladder { .. }
        | Kind::LabelName(_)
        | Kind::Bucket { .. }
        | Kind::Concat(_)
        | Kind::Format { .. } => {
            let operands = reader.all(&node.kind.operands())?;
            one(operation(interpreter.program, &node.kind, &operands))
        }
    }
}

fn population_of(reader: &mut Reader<'_>, node: &Node, population: &Population) -> Option<Vec<Value>> {
    let space_of = |id: &NodeId| reader.interpreter.program.graph.get(*id).and_then(|subject| subject.space);
    let space = match population {
        Population::Quintile { value: subject, .. } | Population::Top { value: subject, .. } | Population::Total { flag: subject } => {
            // A constant has no space of its own; it is the same for every row of the node's.
            space_of(subject).or(node.space)
        }
        Population::Place { .. } => node.space,
    };
    let rows = node.space.map_or(1, |table| reader.interpreter.rows(table));
    match space {
        Some(table) => population::facts(reader, population, table, rows),
        None => Some(vec![Value::Missing; rows as usize]),
    }
}

/// Operations whose operands are all of the same row, in the order of [`Kind::operands`].
fn operation(program: &Program, kind: &Kind, operands: &[&Value]) -> Value {
    let ty = |id: NodeId| program.type_of(id);
    match (kind, operands) {
        (Kind::Not(_), [value]) => scalar::not(value),
        (Kind::And(_), values) => scalar::and(values.iter().copied()),
        (Kind::Or(_), values) => scalar::or(values.iter().copied()),
        (Kind::Compare { operator, .. }, [left, right]) => scalar::compare(*operator, left, right),
        (Kind::OneOf { set, .. }, [value]) => scalar::one_of(value, set),
        (Kind::IsMissing(_), [value]) => Value::Bool(value.is_missing()),
        (Kind::IsTrue(_), [value]) => Value::Bool(value.as_bool() == Some(true)),
        (Kind::Coalesce(..), [first, second]) => {
            if first.is_missing() {
                (*second).clone()
            } else {
                (*first).clone()
            }
        }
        (Kind::If { .. }, [condition, then, otherwise]) => match condition.as_bool() {
            Some(true) => (*then).clone(),
            Some(false) => (*otherwise).clone(),
            None => Value::Missing,
        },
        (Kind::Arithmetic { operator, .. }, [left, right]) => scalar::arithmetic(*operator, left, right),
        (Kind::Negate(_), [value]) => scalar::negate(value),
        (Kind::ToFloat(_), [value]) => scalar::to_float(value),
        (Kind::Round(_), [value]) => round_value(value),
        (Kind::Call { function, .. }, values) => scalar::call(function, values.iter().map(|value| (*value).clone()).collect()),
        (Kind::Ladder { rows, otherwise, unknown }, values) => {
            let rows: Vec<(&Value, u32)> = values.iter().copied().zip(rows.iter().map(|(_, label)| *label)).collect();
            scalar::ladder(&rows, *otherwise, *unknown)
        }
        (Kind::LabelName(label), [value]) => label_name(program, &ty(*label), value),
        (Kind::Bucket { experiment, salt, .. }, [unit, only]) if only.as_bool() == Some(true) => hash::bucket_value(experiment, salt, unit),
        (Kind::Concat(_), values) => scalar::concat(values.iter().copied()),
        (Kind::Format { value: operand, style }, [value]) => format_value(value, &ty(*operand), style),
        // A bucket that is not wanted, or operands that do not fit, which a checked program does not have.
        (_, _) => Value::Missing,
    }
}

/// The name of a label; missing for values that are no label.
pub(super) fn label_name(program: &Program, ty: &Type, value: &Value) -> Value {
    let Type::Label(ladder) = ty else { return Value::Missing };
    let label = value.as_int().and_then(|ordinal| usize::try_from(ordinal).ok());
    let name = label.and_then(|ordinal| program.ladder(*ladder)?.labels.get(ordinal).map(|label| label.name.clone()));
    name.map_or(Value::Missing, Value::Text)
}
