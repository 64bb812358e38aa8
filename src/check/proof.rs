//! Proofs about ladders by trying one subject for every way the conditions can differ.
//!
//! Conditions are read as combinations of comparisons of a value with constants. For each value one sample is taken at every
//! constant, between neighbours and beyond both ends; every combination is tried, so a gap or an overlap comes with the subject
//! that shows it. Conditions that are no such comparison are taken as free true-or-false switches. Ladders with more combinations
//! than the bound are left unproved.

use super::Checker;
use super::problems::declarations as problems;
use crate::diag::Problem;
use crate::ir::{Comparison, Kind, NodeId, Population};
use crate::source::Span;
use crate::syntax::ast::{self, LadderKind};
use crate::types::{Type, Value};
use indexmap::IndexMap;

const MOST_COMBINATIONS: usize = 50_000;

type Samples = IndexMap<NodeId, Vec<Value>>;

impl Checker {
    pub(super) fn prove_ladder(&mut self, ladder: &ast::Ladder, conditions: &[(NodeId, u32)], places: &[(Span, String)], total: bool) {
        let mut samples = Samples::new();
        for (condition, _) in conditions {
            self.collect_samples(*condition, &mut samples);
        }
        for (node, values) in &mut samples {
            self.widen(*node, values);
        }
        let combinations = samples.values().try_fold(1_usize, |product, values| product.checked_mul(values.len()));
        if combinations.is_none_or(|count| count > MOST_COMBINATIONS) {
            return;
        }
        let mut reached = vec![false; conditions.len()];
        let (mut gap, mut overlap) = (None, None);
        for index in 0..combinations.unwrap_or(0) {
            let subject = pick(&samples, index);
            let holding: Vec<usize> =
                conditions.iter().enumerate().filter(|(_, (node, _))| self.holds(*node, &subject) == Some(true)).map(|(at, _)| at).collect();
            match holding.as_slice() {
                [] => gap = gap.or(Some(subject)),
                [first, rest @ ..] => {
                    if let Some(place) = reached.get_mut(*first) {
                        *place = true;
                    }
                    if let Some(second) = rest.first() {
                        overlap = overlap.or(Some((*second, subject)));
                    }
                }
            }
        }
        self.report_proof(ladder, places, total, &reached, gap, overlap);
    }

    fn report_proof(
        &mut self,
        ladder: &ast::Ladder,
        places: &[(Span, String)],
        total: bool,
        reached: &[bool],
        gap: Option<IndexMap<NodeId, Value>>,
        overlap: Option<(usize, IndexMap<NodeId, Value>)>,
    ) {
        let name = ladder.name.text.clone();
        let partition = ladder.kind == LadderKind::Partition;
        if let (Some(gap), false) = (&gap, total) {
            let example = self.describe(gap);
            let kind = if partition { &problems::PARTITION_GAP } else { &problems::NO_OTHERWISE };
            self.report(Problem::new(kind, ladder.name.span).with("ladder", &name).with("example", example));
        }
        if let (Some((row, subject)), true) = (&overlap, partition) {
            let example = self.describe(subject);
            let span = places.get(*row).map_or(ladder.name.span, |(span, _)| *span);
            self.report(Problem::new(&problems::PARTITION_OVERLAP, span).with("ladder", &name).with("example", example));
            return;
        }
        for (reached, (span, row)) in reached.iter().zip(places) {
            if !reached {
                self.report(Problem::new(&problems::UNREACHABLE_ROW, *span).with("ladder", &name).with("row", row));
            }
        }
    }

    /// The sample subject in words: `r = 3, f = 4`.
    fn describe(&self, subject: &IndexMap<NodeId, Value>) -> String {
        let mut out = Vec::new();
        for (node, value) in subject {
            let ty = self.type_of(*node);
            let value = match (&ty, value) {
                (Type::Label(ladder), Value::Int(at)) => {
                    let labels = self.ladders.get(ladder.0 as usize).map(|ladder| &ladder.labels);
                    labels.and_then(|labels| labels.get(usize::try_from(*at).ok()?)).map_or_else(String::new, |label| label.name.clone())
                }
                (_, value) => match crate::builtins::format_value(value, &ty, &crate::ir::FormatStyle::Plain) {
                    Value::Text(text) => text,
                    Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => String::from("missing"),
                },
            };
            let name = self.facts.find(*node).map(|fact| fact.name.rsplit('.').next().unwrap_or_default().to_string());
            let span = self.graph.get(*node).map(|node| node.span).unwrap_or_default();
            out.push(format!("{} = {value}", name.unwrap_or_else(|| self.sources.text(span).trim().to_string())));
        }
        if out.is_empty() { String::from("every subject") } else { out.join(", ") }
    }

    fn collect_samples(&self, node: NodeId, samples: &mut Samples) {
        match self.graph.get(node).map(|node| &node.kind) {
            Some(Kind::Not(inner) | Kind::IsTrue(inner)) => self.collect_samples(*inner, samples),
            Some(Kind::And(operands) | Kind::Or(operands)) => operands.iter().for_each(|operand| self.collect_samples(*operand, samples)),
            Some(Kind::Compare { operator: _, left, right }) => match (self.graph.constant(*left), self.graph.constant(*right)) {
                (None, Some(value)) => samples.entry(*left).or_default().push(value.clone()),
                (Some(value), None) => samples.entry(*right).or_default().push(value.clone()),
                // Decided for everybody.
                (Some(_), Some(_)) => {}
                (None, None) => switch(node, samples),
            },
            Some(Kind::OneOf { value, set }) => samples.entry(*value).or_default().extend(set.iter().cloned()),
            Some(Kind::Constant(_)) | None => {}
            Some(_) => switch(node, samples),
        }
    }

    /// Adds the values between and beyond the constants a node is compared with.
    fn widen(&self, node: NodeId, values: &mut Vec<Value>) {
        values.sort();
        values.dedup();
        if let Some(Kind::Population(population)) = self.graph.get(node).map(|node| &node.kind) {
            if let Population::Quintile { .. } = population.as_ref() {
                *values = (1..=5).map(Value::Int).collect();
                return;
            }
        }
        if let Type::Label(ladder) = self.type_of(node) {
            let count = self.ladders.get(ladder.0 as usize).map_or(0, |ladder| ladder.labels.len());
            *values = (0..count).filter_map(|at| i64::try_from(at).ok()).map(Value::Int).collect();
            return;
        }
        if let Type::Choice(known) = self.type_of(node) {
            *values = known.into_iter().map(Value::Text).collect();
            return;
        }
        let mut more = Vec::new();
        for value in values.iter() {
            match value {
                Value::Int(value) => more.extend([value.saturating_sub(1), value.saturating_add(1)].map(Value::Int)),
                Value::Float(value) => {
                    let step = (value.abs() * 1e-3).max(1e-3);
                    more.extend([value - step, value + step].map(Value::Float));
                }
                Value::Text(_) => more.push(Value::Text(String::from("other"))),
                Value::Missing | Value::Bool(_) => {}
            }
        }
        values.extend(more);
        values.sort();
        values.dedup();
    }

    /// The condition for a sample subject.
    fn holds(&self, node: NodeId, subject: &IndexMap<NodeId, Value>) -> Option<bool> {
        if let Some(Value::Bool(value)) = subject.get(&node) {
            return Some(*value);
        }
        match &self.graph.get(node)?.kind {
            Kind::Not(inner) => self.holds(*inner, subject).map(|value| !value),
            Kind::IsTrue(inner) => Some(self.holds(*inner, subject) == Some(true)),
            Kind::And(operands) => Some(operands.iter().all(|operand| self.holds(*operand, subject) == Some(true))),
            Kind::Or(operands) => Some(operands.iter().any(|operand| self.holds(*operand, subject) == Some(true))),
            Kind::Compare { operator, left, right } => {
                let (left, right) = (self.sampled(*left, subject)?, self.sampled(*right, subject)?);
                let ordering = left.cmp(&right);
                Some(match operator {
                    Comparison::Equal => ordering.is_eq(),
                    Comparison::NotEqual => ordering.is_ne(),
                    Comparison::Less => ordering.is_lt(),
                    Comparison::LessOrEqual => ordering.is_le(),
                    Comparison::Greater => ordering.is_gt(),
                    Comparison::GreaterOrEqual => ordering.is_ge(),
                })
            }
            Kind::OneOf { value, set } => Some(set.contains(&self.sampled(*value, subject)?)),
            Kind::Constant(value) => value.as_bool(),
            _ => None,
        }
    }

    fn sampled(&self, node: NodeId, subject: &IndexMap<NodeId, Value>) -> Option<Value> {
        subject.get(&node).cloned().or_else(|| self.graph.constant(node).cloned())
    }
}

fn switch(node: NodeId, samples: &mut Samples) {
    samples.entry(node).or_default().extend([Value::Bool(false), Value::Bool(true)]);
}

/// The combination with this number.
fn pick(samples: &Samples, index: usize) -> IndexMap<NodeId, Value> {
    let mut rest = index;
    let mut out = IndexMap::new();
    for (node, values) in samples {
        let count = values.len().max(1);
        if let Some(value) = values.get(rest % count) {
            out.insert(*node, value.clone());
        }
        rest /= count;
    }
    out
}
