//! Checks on whole declarations: repeats, later constructs, silenced problems.

use super::Checker;
use super::facts::{is_later, kind_word};
use super::names::{Module, declared};
use super::problems::{names as problems, strategy as strategies};
use crate::diag::Problem;
use crate::syntax::ast::ItemKind;
use indexmap::IndexMap;

impl Checker {
    /// Declarations that are read but have no meaning in this version.
    pub(super) fn refuse_later_declarations(&mut self) {
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                if !is_later(&item.kind) {
                    continue;
                }
                if let Some((name, _)) = declared(&item.kind) {
                    self.later(&format!("`{}`", kind_word(&item.kind)), name.span);
                }
            }
        }
    }

    /// Declarations checked whether used or not.
    pub(super) fn check_declarations(&mut self) {
        for module in 0..self.modules.len() {
            let mut seen: IndexMap<String, crate::source::Span> = IndexMap::new();
            for item in self.items(module) {
                if let (Some((name, _)), false) = (declared(&item.kind), matches!(item.kind, ItemKind::Table(_) | ItemKind::Channel(_))) {
                    if let Some(first) = seen.insert(name.text.clone(), name.span) {
                        let problem = Problem::new(&problems::DUPLICATE_NAME, name.span).with("name", &name.text);
                        self.report(problem.label(first, crate::diag::Text { en: "first declared here", zh: "首次声明在这里" }));
                    }
                }
                match &item.kind {
                    ItemKind::Template(template) => self.check_template(template),
                    ItemKind::Policy(policy) => self.check_policy(module, policy),
                    ItemKind::Metric(metric) => {
                        self.report(Problem::new(&strategies::NOT_JUDGED, metric.name.span).with("what", format!("metric `{}`", metric.name.text)));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Warnings about the program as a whole.
    pub(super) fn lint(&mut self) {
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            if let (Some(owner), Some(approver)) = (&strategy.owner, &strategy.approver) {
                if owner.text == approver.text {
                    let problem = Problem::new(&strategies::FOUR_EYES, approver.span).with("name", &owner.text);
                    self.report(problem.with("strategy", &strategy.name.text));
                }
            }
            for goal in &strategy.goals {
                self.report(Problem::new(&strategies::NOT_JUDGED, goal.name.span).with("what", format!("goal `{}`", goal.name.text)));
            }
        }
    }
}

/// Drops the problems that an item's `allow` lines name; reports those without a reason and those that silence nothing.
pub(super) fn apply_allows(modules: &[Module], problems_found: &mut Vec<Problem>) {
    for item in modules.iter().flat_map(|module| &module.items) {
        for allow in &item.allows {
            if allow.reason.trim().is_empty() {
                problems_found.push(Problem::new(&problems::ALLOW_WITHOUT_REASON, allow.span).with("slug", &allow.slug.text));
                continue;
            }
            let before = problems_found.len();
            problems_found.retain(|problem| {
                let inside = problem.span.file == item.span.file && problem.span.start >= item.span.start && problem.span.end <= item.span.end;
                problem.is_error() || !inside || problem.kind.slug != allow.slug.text
            });
            if problems_found.len() == before {
                problems_found.push(Problem::new(&problems::UNUSED_ALLOW, allow.span).with("slug", &allow.slug.text));
            }
        }
    }
}
