//! `monotone in x`: more of x never improves the label; proved or refuted by trying every way the rows can differ.

use super::Checker;
use super::names::Scope;
use super::problems::ladders as problems;
use super::proof::{Samples, Subject, combinations, pick};
use crate::diag::Problem;
use crate::ir::NodeId;
use crate::syntax::ast::{self, Path};
use crate::types::{LadderId, Physical, Type, Value};

/// Why a claim stays undecided, in both languages.
type Why = (String, String);

impl Checker {
    pub(super) fn check_monotone(
        &mut self,
        ladder: &ast::Ladder,
        id: LadderId,
        conditions: &[(NodeId, u32)],
        otherwise: Option<u32>,
        scope: &Scope,
    ) {
        for path in &ladder.monotone {
            let Some(best_first) = self.order_of(id, "`monotone`", path.span) else { return };
            let Some(typed) = self.path(path, scope) else { continue };
            let countable = matches!(typed.ty.physical(), Physical::Int | Physical::Float) && !matches!(typed.ty, Type::Label(_));
            if !countable {
                let problem = Problem::new(&super::problems::types::WRONG_TYPE, path.span).with("where", "`monotone in`");
                self.report(problem.with("expected", "a number or a moment").with("found", &typed.ty));
                continue;
            }
            self.prove_monotone(ladder, id, path, typed.node, &(conditions, otherwise), best_first);
        }
    }

    fn prove_monotone(
        &mut self,
        ladder: &ast::Ladder,
        id: LadderId,
        path: &Path,
        value: NodeId,
        rows: &(&[(NodeId, u32)], Option<u32>),
        best_first: bool,
    ) {
        let nodes: Vec<NodeId> = rows.0.iter().map(|(node, _)| *node).collect();
        let mut samples = self.samples_of(&nodes);
        if !self.graph.reachable(nodes).contains(&value) {
            return;
        }
        if let Some((why, why_zh)) = self.undecided(&samples, value) {
            let problem = Problem::new(&problems::MONOTONE_UNDECIDED, path.span).with("ladder", &ladder.name.text);
            self.report(problem.with("value", path.text()).with("why", why).with("why_zh", why_zh));
            return;
        }
        // The claimed value varies fastest, from low to high.
        if let Some(at) = samples.get_index_of(&value) {
            samples.move_index(at, 0);
        }
        let Some((before, after, labels)) = self.counter_example(&samples, value, rows, best_first) else { return };
        let label = |at: u32| {
            let labels = self.ladders.get(id.0 as usize).map(|ladder| &ladder.labels);
            labels.and_then(|labels| labels.get(at as usize)).map_or_else(String::new, |label| label.name.clone())
        };
        let more = after.get(&value).map_or_else(String::new, |more| self.shown(value, more));
        let problem = Problem::new(&problems::NOT_MONOTONE, path.span).with("ladder", &ladder.name.text).with("value", path.text());
        let problem = problem.with("example", self.describe(&before)).with("more", more);
        let problem = problem.with("before", label(labels.0)).with("after", label(labels.1));
        self.report(problem);
    }

    fn undecided(&self, samples: &Samples, value: NodeId) -> Option<Why> {
        for node in samples.keys().filter(|node| **node != value) {
            if self.graph.reachable([*node]).contains(&value) {
                let name = self.name_of(*node);
                return Some((format!("the rows look at `{name}`, which is computed from it"), format!("各行看的是由它算出的 `{name}`")));
            }
        }
        let many = || (String::from("there are too many combinations to try"), String::from("需要尝试的组合太多"));
        combinations(samples).is_none().then(many)
    }

    /// Two subjects that differ only in the value, the second with more of it and a better label.
    fn counter_example(
        &self,
        samples: &Samples,
        value: NodeId,
        rows: &(&[(NodeId, u32)], Option<u32>),
        best_first: bool,
    ) -> Option<(Subject, Subject, (u32, u32))> {
        let steps = samples.get(&value).map_or(1, Vec::len).max(1);
        let mut last: Option<(Subject, u32)> = None;
        for index in 0..combinations(samples)? {
            if index % steps == 0 {
                last = None;
            }
            let subject = pick(samples, index);
            if subject.get(&value).is_none_or(Value::is_missing) {
                continue;
            }
            let Some(label) = self.label_for(rows, &subject) else { continue };
            if let Some((before, was)) = last.take() {
                let improved = if best_first { label < was } else { label > was };
                if improved {
                    return Some((before, subject, (was, label)));
                }
            }
            last = Some((subject, label));
        }
        None
    }

    /// The label of the rows for a sample subject; `None` for one that the row `when unknown` gets.
    fn label_for(&self, (conditions, otherwise): &(&[(NodeId, u32)], Option<u32>), subject: &Subject) -> Option<u32> {
        let mut unknown = false;
        for (condition, label) in *conditions {
            match self.holds(*condition, subject) {
                Some(true) => return Some(*label),
                Some(false) => {}
                None => unknown = true,
            }
        }
        if unknown { None } else { *otherwise }
    }
}
