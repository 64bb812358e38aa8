//! Proofs about ladders by trying one subject for every way the conditions can differ.
//!
//! Conditions are read as combinations of comparisons of a value with constants. For each value one sample is taken at every
//! constant, between neighbours and beyond both ends; every combination is tried, so a gap or an overlap comes with the subject
//! that shows it. A value that is asked whether it is missing is also tried missing. Conditions that are no such comparison are taken
//! as free true-or-false switches. Ladders with more combinations than the bound are left unproved.

use super::Checker;
use super::bands::Bands;
use super::problems::declarations as problems;
use crate::diag::Problem;
use crate::ir::{Comparison, Kind, NodeId, Population};
use crate::source::Span;
use crate::syntax::ast::{self, LadderKind};
use crate::types::{Physical, Type, Value};
use indexmap::IndexMap;

pub(super) const MOST_COMBINATIONS: usize = 50_000;

/// The values tried, per node.
pub(super) type Samples = IndexMap<NodeId, Vec<Value>>;
/// One value per node: a subject that could exist.
pub(super) type Subject = IndexMap<NodeId, Value>;

impl Checker {
    /// Reports gaps, overlaps and rows never reached; returns whether some row decides for every subject, missing values included.
    pub(super) fn prove_ladder(
        &mut self,
        ladder: &ast::Ladder,
        conditions: &[(NodeId, u32)],
        places: &[(Span, String)],
        total: bool,
    ) -> bool {
        let nodes: Vec<NodeId> = conditions.iter().map(|(node, _)| *node).collect();
        let samples = self.samples_of(&nodes);
        let Some(combinations) = combinations(&samples) else { return false };
        let mut decided = samples.iter().all(|(node, values)| !self.optional(*node) || values.contains(&Value::Missing));
        let mut reached = vec![false; conditions.len()];
        let mut possible = vec![false; conditions.len()];
        let (mut gap, mut overlap) = (None, None);
        let mut bands = Bands::new(self, &nodes);
        for index in 0..combinations {
            let subject = pick(&samples, index);
            let truths: Vec<Option<bool>> = nodes.iter().map(|node| self.holds(*node, &subject)).collect();
            bands.see(&truths, &subject);
            let holding: Vec<usize> = truths.iter().enumerate().filter(|(_, truth)| **truth == Some(true)).map(|(at, _)| at).collect();
            for at in &holding {
                if let Some(place) = possible.get_mut(*at) {
                    *place = true;
                }
            }
            match holding.as_slice() {
                // What cannot be decided is for the row `when unknown`.
                [] if truths.contains(&None) => decided = false,
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
        for (at, _) in possible.iter().enumerate().filter(|(_, possible)| !**possible) {
            if self.beyond_totals(ladder, conditions.get(at), places.get(at)) {
                if let Some(reported) = reached.get_mut(at) {
                    *reported = true;
                }
            }
        }
        self.report_bands(ladder, places, &bands, gap.is_some());
        self.report_proof(ladder, places, total, &reached, gap, overlap);
        decided
    }

    fn report_proof(
        &mut self,
        ladder: &ast::Ladder,
        places: &[(Span, String)],
        total: bool,
        reached: &[bool],
        gap: Option<Subject>,
        overlap: Option<(usize, Subject)>,
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

    /// Every value the conditions look at, with the values to try for it.
    pub(super) fn samples_of(&self, conditions: &[NodeId]) -> Samples {
        let mut samples = Samples::new();
        for condition in conditions {
            self.collect_samples(*condition, &mut samples);
        }
        for (node, values) in &mut samples {
            self.widen(*node, values);
        }
        samples
    }

    /// The sample subject in words: `r = 3, f = 4`.
    pub(super) fn describe(&self, subject: &Subject) -> String {
        let out: Vec<String> =
            subject.iter().map(|(node, value)| format!("{} = {}", self.name_of(*node), self.shown(*node, value))).collect();
        if out.is_empty() { String::from("every subject") } else { out.join(", ") }
    }

    /// A node by its declared name, else as it is written.
    pub(super) fn name_of(&self, node: NodeId) -> String {
        let declared = self.facts.find(node).map(|fact| fact.name.rsplit('.').next().unwrap_or_default().to_string());
        declared.unwrap_or_else(|| {
            let span = self.graph.get(node).map(|node| node.span).unwrap_or_default();
            self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
        })
    }

    /// A value of a node as people read it.
    pub(super) fn shown(&self, node: NodeId, value: &Value) -> String {
        let ty = self.type_of(node);
        match (&ty, value) {
            (Type::Label(ladder), Value::Int(at)) => {
                let labels = self.ladders.get(ladder.0 as usize).map(|ladder| &ladder.labels);
                labels.and_then(|labels| labels.get(usize::try_from(*at).ok()?)).map_or_else(String::new, |label| label.name.clone())
            }
            (_, Value::Bool(value)) => value.to_string(),
            (_, value) => match crate::builtins::format_value(value, &ty, &crate::ir::FormatStyle::Plain) {
                Value::Text(text) => text,
                Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => String::from("missing"),
            },
        }
    }

    pub(super) fn collect_samples(&self, node: NodeId, samples: &mut Samples) {
        match self.graph.get(node).map(|node| &node.kind) {
            Some(Kind::Not(inner) | Kind::IsTrue(inner)) => self.collect_samples(*inner, samples),
            Some(Kind::And(operands) | Kind::Or(operands)) => operands.iter().for_each(|operand| self.collect_samples(*operand, samples)),
            Some(Kind::Compare { operator: _, left, right }) => match (self.graph.constant(*left), self.graph.constant(*right)) {
                // Decided for everybody.
                (Some(_), Some(_)) => {}
                (None, Some(value)) => self.collect_leaves(*left, std::slice::from_ref(value), samples),
                (Some(value), None) => self.collect_leaves(*right, std::slice::from_ref(value), samples),
                (None, None) if self.both_labels(*left, *right) => {
                    self.collect_leaves(*left, &[], samples);
                    self.collect_leaves(*right, &[], samples);
                }
                (None, None) => switch(node, samples),
            },
            Some(Kind::OneOf { value, set }) => self.collect_leaves(*value, set, samples),
            Some(Kind::IsMissing(value)) => self.collect_leaves(*value, &[Value::Missing], samples),
            Some(Kind::Constant(_)) | None => {}
            Some(_) => switch(node, samples),
        }
    }

    fn both_labels(&self, left: NodeId, right: NodeId) -> bool {
        matches!((self.type_of(left), self.type_of(right)), (Type::Label(_), Type::Label(_)))
    }

    /// The values that decide what an operand is: those of `if` and `??` are looked into, unless they have a name.
    fn collect_leaves(&self, node: NodeId, constants: &[Value], samples: &mut Samples) {
        match self.graph.get(node).map(|node| &node.kind) {
            Some(Kind::Constant(_)) | None => {}
            Some(Kind::If { condition, then, otherwise }) if self.facts.find(node).is_none() => {
                self.collect_samples(*condition, samples);
                self.collect_leaves(*then, constants, samples);
                self.collect_leaves(*otherwise, constants, samples);
            }
            Some(Kind::Coalesce(first, second)) if self.facts.find(node).is_none() => {
                let mut with_missing = constants.to_vec();
                with_missing.push(Value::Missing);
                self.collect_leaves(*first, &with_missing, samples);
                self.collect_leaves(*second, constants, samples);
            }
            Some(_) => samples.entry(node).or_default().extend(constants.iter().cloned()),
        }
    }

    /// Adds the values between and beyond the constants a node is compared with.
    pub(super) fn widen(&self, node: NodeId, values: &mut Vec<Value>) {
        values.sort();
        values.dedup();
        let missing = values.contains(&Value::Missing);
        if let Some(mut known) = self.closed_set(node) {
            if missing {
                known.insert(0, Value::Missing);
            }
            *values = known;
            return;
        }
        if !Self::floats(values) {
            self.neighbours(node, values);
        }
        if let Some(totals) = self.facts.totals.get(&node) {
            totals.keep_reachable(values);
        }
        values.sort();
        values.dedup();
    }

    /// Values of a whole number or a text: the constants, those beside them, and some value where nothing but missing is asked for.
    fn neighbours(&self, node: NodeId, values: &mut Vec<Value>) {
        let mut more = Vec::new();
        if values.iter().all(Value::is_missing) {
            more.push(match self.type_of(node).physical() {
                Physical::Bool => Value::Bool(true),
                Physical::Int => Value::Int(0),
                Physical::Float => Value::Float(0.0),
                Physical::Text => Value::Text(String::from("other")),
            });
        }
        for value in values.iter() {
            match value {
                Value::Int(value) => more.extend([value.saturating_sub(1), value.saturating_add(1)].map(Value::Int)),
                Value::Text(_) => more.push(Value::Text(String::from("other"))),
                Value::Missing | Value::Bool(_) | Value::Float(_) => {}
            }
        }
        values.extend(more);
    }

    /// Values of a measured quantity: the thresholds, one in the middle of each two, one beyond each end.
    fn floats(values: &mut Vec<Value>) -> bool {
        let thresholds: Vec<f64> = values.iter().filter_map(Value::as_float).collect();
        let (Some(first), Some(last)) = (thresholds.first(), thresholds.last()) else { return false };
        let step = |value: f64| (value.abs() * 1e-3).max(1e-3);
        let middles = thresholds.iter().zip(thresholds.iter().skip(1)).map(|(a, b)| f64::midpoint(*a, *b));
        let mut more: Vec<Value> = middles.map(Value::Float).collect();
        more.extend([first - step(*first), last + step(*last)].map(Value::Float));
        values.extend(more);
        true
    }

    /// All values a node can have, where these are few.
    fn closed_set(&self, node: NodeId) -> Option<Vec<Value>> {
        if let Some(Kind::Population(population)) = self.graph.get(node).map(|node| &node.kind) {
            if let Population::Quintile { .. } = population.as_ref() {
                return Some((1..=5).map(Value::Int).collect());
            }
        }
        match self.type_of(node) {
            Type::Label(ladder) => {
                let count = self.ladders.get(ladder.0 as usize).map_or(0, |ladder| ladder.labels.len());
                Some((0..count).filter_map(|at| i64::try_from(at).ok()).map(Value::Int).collect())
            }
            Type::Choice(known) => Some(known.into_iter().map(Value::Text).collect()),
            Type::Bool => Some(vec![Value::Bool(false), Value::Bool(true)]),
            _ => None,
        }
    }

    /// The condition for a sample subject; `None` is unknown.
    pub(super) fn holds(&self, node: NodeId, subject: &Subject) -> Option<bool> {
        if let Some(Value::Bool(value)) = subject.get(&node) {
            return Some(*value);
        }
        match &self.graph.get(node)?.kind {
            Kind::Not(inner) => self.holds(*inner, subject).map(|value| !value),
            Kind::IsTrue(inner) => Some(self.holds(*inner, subject) == Some(true)),
            Kind::And(operands) => self.joined(operands, subject, true),
            Kind::Or(operands) => self.joined(operands, subject, false),
            Kind::IsMissing(inner) => Some(self.sampled(*inner, subject)?.is_missing()),
            Kind::Compare { operator, left, right } => {
                let (left, right) = (self.sampled(*left, subject)?, self.sampled(*right, subject)?);
                if left.is_missing() || right.is_missing() {
                    return None;
                }
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
            Kind::OneOf { value, set } => {
                let value = self.sampled(*value, subject)?;
                (!value.is_missing()).then(|| set.contains(&value))
            }
            Kind::Constant(value) => value.as_bool(),
            _ => None,
        }
    }

    /// Kleene `and` and `or`.
    fn joined(&self, operands: &[NodeId], subject: &Subject, and: bool) -> Option<bool> {
        let mut out = Some(and);
        for operand in operands {
            match self.holds(*operand, subject) {
                Some(value) if value == and => {}
                Some(value) => return Some(value),
                None => out = None,
            }
        }
        out
    }

    /// The value of an operand for a sample subject; `None` where it was not sampled.
    fn sampled(&self, node: NodeId, subject: &Subject) -> Option<Value> {
        if let Some(value) = subject.get(&node) {
            return Some(value.clone());
        }
        match &self.graph.get(node)?.kind {
            Kind::Constant(value) => Some(value.clone()),
            Kind::If { condition, then, otherwise } => match self.holds(*condition, subject) {
                Some(true) => self.sampled(*then, subject),
                Some(false) => self.sampled(*otherwise, subject),
                None => Some(Value::Missing),
            },
            Kind::Coalesce(first, second) => {
                let first = self.sampled(*first, subject)?;
                if first.is_missing() { self.sampled(*second, subject) } else { Some(first) }
            }
            _ => None,
        }
    }
}

/// How many subjects there are to try; `None` when too many.
pub(super) fn combinations(samples: &Samples) -> Option<usize> {
    samples.values().try_fold(1_usize, |product, values| product.checked_mul(values.len())).filter(|count| *count <= MOST_COMBINATIONS)
}

fn switch(node: NodeId, samples: &mut Samples) {
    samples.entry(node).or_default().extend([Value::Bool(false), Value::Bool(true)]);
}

/// The combination with this number.
pub(super) fn pick(samples: &Samples, index: usize) -> Subject {
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
