//! Scores: points added row by row, the total, and the strongest reasons.
//!
//! A row counts when its condition is certainly true and its points are known; every other row adds nothing, so a total is always
//! there. How often a row could not be decided is counted by every run.

use super::names::Scope;
use super::problems::facts as problems;
use super::proof::{MOST_COMBINATIONS, Samples, pick};
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{FactKind, FactRow, Kind, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{self, Item, Name};
use crate::types::{TableId, Type, Value};
use std::rc::Rc;

/// How many reasons `SCORE.reasons` gives.
const REASONS: i64 = 3;

/// One row, lowered.
#[derive(Debug, Clone)]
pub(super) struct Points {
    /// Two-valued.
    pub counts: Option<NodeId>,
    /// Never missing; 0 where the row does not count.
    pub node: NodeId,
    /// The points themselves when they are known before any data is seen.
    pub fixed: Option<Value>,
    pub because: Option<String>,
    pub span: Span,
}

/// The totals a score can reach.
#[derive(Debug, Clone)]
pub(crate) struct Totals {
    pub low: Value,
    pub high: Value,
    /// All of them in ascending order, when there are few.
    pub listed: Option<Vec<Value>>,
}

impl Totals {
    /// Of sample totals only those that a subject can have; the ends belong to them.
    pub fn keep_reachable(&self, samples: &mut Vec<Value>) {
        match &self.listed {
            Some(listed) => samples.clone_from(listed),
            None => {
                samples.retain(|value| *value >= self.low && *value <= self.high);
                samples.extend([self.low.clone(), self.high.clone()]);
            }
        }
    }
}

impl Checker {
    pub(super) fn lower_score(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        score: &ast::Score,
        scope: &Scope,
        table: TableId,
    ) -> Option<Typed> {
        let span = score.name.span;
        if score.rows.is_empty() {
            self.report(Problem::new(&problems::SCORE_EMPTY, span).with("name", &score.name.text));
            return None;
        }
        let rows = self.score_rows(score, scope)?;
        let whole = rows.iter().all(|row| self.type_of(row.node) == Type::Int);
        let fixed = rows.iter().all(|row| row.fixed.is_some());
        let mut total: Option<NodeId> = None;
        for row in &rows {
            let points = if whole { row.node } else { self.as_number(row.node, row.span) };
            let ty = if whole { Type::Int } else { Type::Number };
            // Constant points of ordinary size never overflow.
            let kind = |left| Kind::Arithmetic { operator: Operator::Add, left, right: points };
            total = Some(match total {
                Some(left) => self.add(kind(left), ty, !fixed, span),
                None => points,
            });
        }
        // A sum of constants alone is still a fact about every subject of the table.
        let node = total?;
        let listed = rows.iter().enumerate().filter_map(|(at, row)| {
            let label = u32::try_from(at).ok()?;
            Some(FactRow { label, condition: row.counts, points: Some(row.node), because: row.because.clone(), span: row.span })
        });
        let listed = listed.collect();
        self.list_fact(module, item, FactKind::Score, node, table, listed);
        self.find_totals(node, &rows, whole);
        for path in &score.monotone {
            self.prove_score_monotone(path, &rows, scope);
        }
        Some(self.typed(node, span))
    }

    fn as_number(&mut self, node: NodeId, span: Span) -> NodeId {
        if self.type_of(node) == Type::Int { self.float(node, Type::Number, span) } else { node }
    }

    fn score_rows(&mut self, score: &ast::Score, scope: &Scope) -> Option<Vec<Points>> {
        let mut rows = Vec::new();
        for (at, row) in score.rows.iter().enumerate() {
            let lowered = self.score_row(row, scope);
            if let (Some(points), Some(table)) = (&lowered, scope.table) {
                let name = points.because.clone().unwrap_or_else(|| (at + 1).to_string());
                self.watch_row(&score.name, &name, points, table);
            }
            rows.push(lowered);
        }
        rows.into_iter().collect()
    }

    /// Rows that can be undecided are counted.
    fn watch_row(&mut self, score: &Name, name: &str, points: &Points, table: TableId) {
        let asked = points.counts.and_then(|counts| match self.graph.get(counts).map(|node| &node.kind) {
            Some(Kind::IsTrue(asked)) => Some(*asked),
            Some(_) | None => None,
        });
        if let Some(asked) = asked {
            self.watch(format!("score {} \"{name}\"", score.text), table, asked);
        }
    }

    fn score_row(&mut self, row: &ast::ScoreRow, scope: &Scope) -> Option<Points> {
        let condition = match &row.when {
            Some(when) => Some(self.condition_of(when, scope, "`when`")),
            None => None,
        };
        let amount = self.expression(&row.add, scope)?;
        if !matches!(amount.ty, Type::Int | Type::Number) {
            self.report(Problem::new(&problems::POINTS_NOT_NUMBER, row.add.span).with("found", &amount.ty));
            return None;
        }
        let zero = if amount.ty == Type::Int { Value::Int(0) } else { Value::Float(0.0) };
        let zero = self.constant(zero, amount.ty.clone(), row.span);
        let fixed = self.fixed_value(&amount).filter(small);
        let known = match &fixed {
            Some(value) => self.constant(value.clone(), amount.ty.clone(), row.add.span),
            None if amount.optional => self.add(Kind::Coalesce(amount.node, zero), amount.ty.clone(), false, row.add.span),
            None => amount.node,
        };
        let because = row.because.as_ref().and_then(ast::TextLiteral::plain);
        let Some(condition) = condition else {
            return Some(Points { counts: None, node: known, fixed, because, span: row.span });
        };
        let counts = self.surely(condition?.node, row.span);
        let node = self.either(counts, known, zero, row.span);
        Some(Points { counts: Some(counts), node, fixed, because, span: row.span })
    }

    /// `SCORE.reason`, the strongest, and `SCORE.reasons`, the strongest three.
    pub(crate) fn score_member(&mut self, module: usize, item: &Rc<Item>, member: &Name, table: TableId) -> Option<Option<Typed>> {
        let score = self.fact(module, item, table)?;
        let Some(score) = score else { return Some(None) };
        let count = match member.text.as_str() {
            "reason" => 1,
            "reasons" => REASONS,
            _ => {
                let problem =
                    Problem::new(&super::problems::names::UNKNOWN_PART, member.span).with("kind", "score part").with("name", &member.text);
                self.report(super::wording::advised(problem, &member.text, &["reason", "reasons"], ("a score has", "评分有")));
                return Some(None);
            }
        };
        let rows = self.facts.find(score.node).map(|fact| fact.rows.clone()).unwrap_or_default();
        let mut arguments = vec![self.constant(Value::Int(count), Type::Int, member.span)];
        for row in rows {
            let (Some(points), Some(because)) = (row.points, row.because) else { continue };
            let reason = self.text_constant(because, row.span);
            let points = self.as_number(points, row.span);
            arguments.extend([points, reason]);
        }
        let node = self.add_in(table, Kind::Call { function: String::from("strongest_reasons"), arguments }, Type::Text, true, member.span);
        Some(Some(self.typed(node, member.span)))
    }

    /// The samples that decide which rows count; `None` when there are too many to try.
    pub(super) fn score_samples(&self, rows: &[Points]) -> Option<(Samples, usize)> {
        let mut samples = Samples::new();
        for counts in rows.iter().filter_map(|row| row.counts) {
            self.collect_samples(counts, &mut samples);
        }
        for (node, values) in &mut samples {
            self.widen(*node, values);
        }
        let combinations = samples.values().try_fold(1_usize, |product, values| product.checked_mul(values.len()))?;
        (combinations <= MOST_COMBINATIONS).then_some((samples, combinations))
    }

    /// The total of a sample subject; a value that may be missing is known here.
    pub(super) fn total_of(&self, rows: &[Points], subject: &indexmap::IndexMap<NodeId, Value>, whole: bool) -> Option<Value> {
        let mut sum = if whole { Value::Int(0) } else { Value::Float(0.0) };
        for row in rows {
            if row.counts.is_none_or(|counts| self.holds(counts, subject) == Some(true)) {
                sum = plus(&sum, row.fixed.as_ref()?)?;
            }
        }
        Some(sum)
    }

    fn find_totals(&mut self, node: NodeId, rows: &[Points], whole: bool) {
        let zero = if whole { Value::Int(0) } else { Value::Float(0.0) };
        let (mut low, mut high) = (zero.clone(), zero.clone());
        for row in rows {
            let Some(fixed) = &row.fixed else { return };
            let fixed = if whole { fixed.clone() } else { plus(&Value::Float(0.0), fixed).unwrap_or(Value::Missing) };
            let always = row.counts.is_none();
            let (Some(lower), Some(higher)) = (plus(&low, &fixed), plus(&high, &fixed)) else { return };
            if always || fixed < zero {
                low = lower;
            }
            if always || fixed > zero {
                high = higher;
            }
        }
        let optional = rows.iter().filter_map(|row| row.counts).any(|counts| self.reads_missing(counts));
        let mut listed = None;
        if let Some((samples, combinations)) = self.score_samples(rows).filter(|_| !optional) {
            let mut totals: Vec<Value> = (0..combinations).filter_map(|index| self.total_of(rows, &pick(&samples, index), whole)).collect();
            totals.sort();
            totals.dedup();
            low = totals.first().cloned().unwrap_or(low);
            high = totals.last().cloned().unwrap_or(high);
            listed = Some(totals).filter(|totals| totals.len() <= 200);
        }
        self.facts.totals.insert(node, Totals { low, high, listed });
    }
}

fn small(value: &Value) -> bool {
    match value {
        Value::Int(points) => points.unsigned_abs() <= 1_000_000_000_000,
        Value::Float(points) => points.abs() <= 1e12,
        Value::Missing | Value::Bool(_) | Value::Text(_) => false,
    }
}

#[allow(clippy::cast_precision_loss)]
fn plus(sum: &Value, points: &Value) -> Option<Value> {
    match (sum, points) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        (Value::Float(a), Value::Float(b)) => Some(Value::float(a + b)),
        (Value::Float(a), Value::Int(b)) => Some(Value::float(a + *b as f64)),
        (_, _) => None,
    }
}
