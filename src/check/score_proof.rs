//! What can be proved about a score: that a grade can be reached, and that more of something never costs points.

use super::Checker;
use super::names::Scope;
use super::problems::facts as problems;
use super::proof::pick;
use super::score::Points;
use crate::diag::Problem;
use crate::ir::{FormatStyle, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, Path};
use crate::types::{Type, Value};
use indexmap::IndexMap;

impl Checker {
    /// Reports a row of a ladder that asks for totals its score never reaches; whether it did.
    pub(super) fn beyond_totals(
        &mut self,
        ladder: &ast::Ladder,
        condition: Option<&(NodeId, u32)>,
        place: Option<&(Span, String)>,
    ) -> bool {
        let (Some((condition, _)), Some((span, row))) = (condition, place) else { return false };
        let score = self.graph.reachable([*condition]).into_iter().find(|node| self.facts.totals.contains_key(node));
        let Some((score, totals)) = score.and_then(|score| Some((score, self.facts.totals.get(&score)?.clone()))) else { return false };
        let name = self.facts.find(score).map_or_else(String::new, |fact| fact.name.clone());
        let problem =
            Problem::new(&problems::UNREACHABLE_GRADE, *span).with("row", row).with("ladder", &ladder.name.text).with("score", name);
        self.report(problem.with("low", shown(&totals.low)).with("high", shown(&totals.high)));
        true
    }

    /// `monotone in x`: with everything else equal, more of x never lowers the total.
    pub(super) fn prove_score_monotone(&mut self, path: &Path, rows: &[Points], scope: &Scope) {
        let Some(axis) = self.path(path, scope) else { return };
        let depends = |checker: &Self, node: NodeId| checker.graph.reachable([node]).into_iter().any(|below| below == axis.node);
        let concerned: Vec<Points> = rows.iter().filter(|row| depends(self, row.node)).cloned().collect();
        if concerned.is_empty() {
            return;
        }
        if concerned.iter().any(|row| row.fixed.is_none()) {
            return self.unproved(path, "points that depend on it are not constant");
        }
        let Some((samples, combinations)) = self.score_samples(&concerned) else {
            return self.unproved(path, "there are too many combinations");
        };
        let hidden = samples.keys().any(|node| *node != axis.node && depends(self, *node));
        if hidden || !samples.contains_key(&axis.node) {
            return self.unproved(path, "it is not only compared with constants");
        }
        let mut runs: IndexMap<Vec<Value>, Vec<(Value, Value)>> = IndexMap::new();
        for index in 0..combinations {
            let subject = pick(&samples, index);
            let others = subject.iter().filter(|(node, _)| **node != axis.node).map(|(_, value)| value.clone()).collect();
            let (Some(at), Some(total)) =
                (subject.get(&axis.node).cloned(), self.total_of(&concerned, &subject, self.all_whole(&concerned)))
            else {
                continue;
            };
            // A missing value is neither more nor less.
            if at.is_missing() {
                continue;
            }
            runs.entry(others).or_default().push((at, total));
        }
        let falling = self.better_is_less(&axis.ty);
        for run in runs.values_mut() {
            run.sort();
            if falling {
                run.reverse();
            }
            let drop = run.windows(2).find_map(|pair| match pair {
                [before, after] if after.1 < before.1 => Some((before.clone(), after.clone())),
                _ => None,
            });
            if let Some((before, after)) = drop {
                let words = |checker: &Self, value: &Value| checker.describe(&IndexMap::from([(axis.node, value.clone())]));
                let (first, second) = (words(self, &before.0), words(self, &after.0));
                let problem = Problem::new(&problems::SCORE_NOT_MONOTONE, path.span).with("name", path.text());
                let problem = problem.with("before", first).with("after", second);
                return self.report(problem.with("points_before", shown(&before.1)).with("points_after", shown(&after.1)));
            }
        }
    }

    fn unproved(&mut self, path: &Path, reason: &str) {
        self.report(Problem::new(&problems::MONOTONE_UNPROVED, path.span).with("name", path.text()).with("reason", reason));
    }

    fn all_whole(&self, rows: &[Points]) -> bool {
        rows.iter().all(|row| self.type_of(row.node) == Type::Int)
    }

    /// Labels of a ladder that begins with the best one: the smaller place is the better label.
    fn better_is_less(&self, ty: &Type) -> bool {
        match ty {
            Type::Label(ladder) => self.ladders.get(ladder.0 as usize).and_then(|ladder| ladder.best_first) == Some(true),
            _ => false,
        }
    }

    /// Whether a missing value can keep a row from counting, which gives totals that no sample shows.
    pub(super) fn reads_missing(&self, counts: NodeId) -> bool {
        matches!(self.graph.get(counts).map(|node| &node.kind), Some(Kind::IsTrue(_)))
    }
}

/// Points as people read them.
fn shown(value: &Value) -> String {
    match crate::builtins::format_value(value, &Type::Number, &FormatStyle::Plain) {
        Value::Text(text) => text,
        Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => String::from("0"),
    }
}
