//! The smallest part of a condition that decides it.

use super::naming::{Naming, truth};
use super::{Reason, Seen, Truth};
use crate::interp::Interpreter;
use crate::ir::{Kind, NodeId, Population};
use crate::types::{TableId, Value};
use std::collections::BTreeSet;

/// A condition's truth and the values that decided it, in the words of a program: `unknown`, `customers.age missing`.
pub(in crate::interp) fn condition_in_words(interpreter: &Interpreter<'_>, condition: NodeId, row: u32) -> (String, String) {
    let reason = Naming::new(interpreter).reason(condition, row);
    let truth = match reason.truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    };
    let seen = reason.seen.iter().map(|seen| match &seen.value {
        Some(value) => format!("{} = {value}", seen.name),
        None => format!("{} is missing", seen.name),
    });
    (String::from(truth), seen.collect::<Vec<_>>().join(", "))
}

impl Naming<'_> {
    /// Why a condition has its truth for a row.
    pub fn reason(&self, condition: NodeId, row: u32) -> Reason {
        self.reason_after(condition, row, &BTreeSet::new())
    }

    /// The same for a condition about those who got that far: `settled` conditions were told where they were decided.
    pub fn reason_after(&self, condition: NodeId, row: u32, settled: &BTreeSet<NodeId>) -> Reason {
        let whole = truth(&self.interpreter.value(condition, row));
        let part = self.deciding(condition, row);
        let span = self.interpreter.program().graph.get(part).map(|node| node.span).unwrap_or_default();
        let seen: Vec<Seen> = match truth(&self.interpreter.value(part, row)) {
            Truth::Unknown => self.collect(part, row, true, settled),
            Truth::True | Truth::False if part != condition && self.fact(part).is_some() => {
                self.seen_as_fact(part, row).into_iter().collect()
            }
            Truth::True | Truth::False => self.collect(part, row, false, settled),
        };
        // A rule that asks nothing else is told in full.
        if seen.is_empty() && !settled.is_empty() {
            return self.reason(condition, row);
        }
        Reason { truth: whole, span, seen }
    }

    /// Walks down to the part that alone gives the answer: a named fact, a comparison, or a form with several such parts.
    fn deciding(&self, condition: NodeId, row: u32) -> NodeId {
        let mut part = condition;
        loop {
            if part != condition && self.fact(part).is_some() {
                return part;
            }
            let value = self.interpreter.value(part, row).as_bool();
            let next = match (self.kind(part), value) {
                (Some(Kind::And(operands)), Some(false)) => self.first_with(operands, row, Some(false)),
                (Some(Kind::Or(operands)), Some(true)) => self.first_with(operands, row, Some(true)),
                (Some(Kind::And(operands) | Kind::Or(operands)), None) => self.only_unknown(operands, row),
                (Some(Kind::Not(operand) | Kind::IsTrue(operand)), _) => Some(*operand),
                (Some(_) | None, _) => None,
            };
            match next {
                Some(next) => part = next,
                None => return part,
            }
        }
    }

    fn first_with(&self, operands: &[NodeId], row: u32, wanted: Option<bool>) -> Option<NodeId> {
        operands.iter().copied().find(|operand| self.interpreter.value(*operand, row).as_bool() == wanted)
    }

    fn only_unknown(&self, operands: &[NodeId], row: u32) -> Option<NodeId> {
        let mut unknown = operands.iter().copied().filter(|operand| self.interpreter.value(*operand, row).is_missing());
        match (unknown.next(), unknown.next()) {
            (Some(only), None) => Some(only),
            (Some(_) | None, _) => None,
        }
    }

    /// Depth first in written order with a list of open places, so depth costs no program stack. With `missing_only`, places with a
    /// value are passed over and named facts are looked into; a missing place all of whose operands are known is a leaf.
    fn collect(&self, start: NodeId, row: u32, missing_only: bool, settled: &BTreeSet<NodeId>) -> Vec<Seen> {
        let mut out: Vec<Seen> = Vec::new();
        let mut visited = BTreeSet::new();
        let mut open = vec![(start, row)];
        while let Some((node, row)) = open.pop() {
            if !visited.insert((node, row)) || (missing_only && !self.interpreter.value(node, row).is_missing()) {
                continue;
            }
            if node != start && settled.contains(&node) {
                continue;
            }
            let named = !missing_only && node != start && self.fact(node).is_some();
            let mut parts = if named { Vec::new() } else { self.parts(node, row) };
            if missing_only {
                parts.retain(|(part, row)| self.interpreter.value(*part, *row).is_missing());
            }
            if parts.is_empty() || matches!(self.kind(node), Some(Kind::Population(_))) {
                let seen = if named { self.seen_as_fact(node, row) } else { self.seen_as_data(node, row) };
                out.extend(seen.filter(|seen| !out.contains(seen)));
            }
            open.extend(parts.into_iter().rev());
        }
        out
    }

    /// The places a place was computed from; none for leaves.
    fn parts(&self, node: NodeId, row: u32) -> Vec<(NodeId, u32)> {
        let Some(kind) = self.kind(node) else { return Vec::new() };
        match kind {
            Kind::Via { key, table, value } => match self.row_of(*table, &self.interpreter.value(*key, row)) {
                Some(other) => vec![(*value, other)],
                None => vec![(*key, row)],
            },
            Kind::Aggregate(_) | Kind::FirstCrossing(_) | Kind::Association(_) | Kind::Outer(_) | Kind::Bucket { .. } => Vec::new(),
            Kind::Population(population) => match population.as_ref() {
                Population::Quintile { value, .. } | Population::Top { value, .. } => vec![(*value, row)],
                Population::Place { .. } | Population::Total { .. } => Vec::new(),
            },
            // Nobody counted is no value to show.
            Kind::Coalesce(count, other) if self.is_silent(*count, row) => vec![(*other, row)],
            Kind::Constant(_)
            | Kind::AsOf
            | Kind::PreviousRun
            | Kind::Column(_)
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
            | Kind::Concat(_)
            | Kind::Format { .. } => kind.operands().into_iter().map(|operand| (operand, row)).collect(),
        }
    }

    /// A sum of something that no author named, over nobody.
    fn is_silent(&self, node: NodeId, row: u32) -> bool {
        let Some(Kind::Aggregate(aggregate)) = self.kind(node) else { return false };
        let named =
            aggregate.value.is_none_or(|value| matches!(self.kind(value), Some(Kind::Column(_)) | None) || self.fact(value).is_some());
        !named && self.fact(node).is_none() && self.interpreter.value(node, row).is_missing()
    }

    fn row_of(&self, table: TableId, key: &Value) -> Option<u32> {
        if key.is_missing() {
            return None;
        }
        (0..self.interpreter.rows(table)).find(|row| matches!(self.interpreter.key(table, *row).as_slice(), [own] if own == key))
    }
}
