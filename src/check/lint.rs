//! Checks on whole declarations: repeats, later constructs, silenced problems.

use super::Checker;
use super::names::{Module, declared};
use super::policy::RuleKind;
use super::problems::{names as problems, strategy as strategies, types};
use super::strategy::Draft;
use crate::diag::{Problem, any_error};
use crate::ir::{Comparison, Kind, NodeId, Stage};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, PlanBody, StepKind};
use indexmap::IndexMap;

impl Checker {
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
                    ItemKind::Lexicon(lexicon) => {
                        self.keywords(module, lexicon);
                    }
                    ItemKind::Policy(policy) => self.check_policy(module, policy),
                    _ => {}
                }
            }
        }
    }

    /// Warnings about the program as a whole.
    pub(super) fn lint(&mut self) {
        self.check_display_labels();
        self.check_unsent_templates();
        self.check_outcomes();
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            if let (Some(owner), Some(approver)) = (&strategy.owner, &strategy.approver) {
                if owner.text == approver.text {
                    let problem = Problem::new(&strategies::FOUR_EYES, approver.span).with("name", &owner.text);
                    self.report(problem.with("strategy", &strategy.name.text));
                }
            }
        }
    }
}

impl Checker {
    /// A strategy that contacts people must ask for consent wherever consents are kept.
    pub(super) fn ask_for_consent(&mut self, draft: &Draft<'_>) {
        let asks = draft.rules.iter().any(|rule| rule.stage == Stage::Consent && matches!(rule.rule, RuleKind::Exclude(_)));
        let contacts = draft.ast.plan.as_ref().is_some_and(sends);
        if contacts && !asks && self.find_table("consents").is_some() {
            let name = &draft.ast.name;
            self.report(Problem::new(&strategies::CONTACT_WITHOUT_CONSENT, name.span).with("strategy", &name.text));
        }
    }

    /// Warns where a negative test of a column that may be missing decides and a missing value counts as no: `not x`, `x != "a"`
    /// and `x not in […]` leave out the rows of which nothing is known, against what the words say.
    pub(super) fn lint_flipped(&mut self, condition: NodeId, span: Span) {
        let asked: Vec<NodeId> = self.graph.reachable([condition]).into_iter().filter_map(|id| self.asked_whether_missing(id)).collect();
        let mut pending = vec![condition];
        while let Some(id) = pending.pop() {
            let Some(node) = self.graph.get(id) else { continue };
            let (tested, place) = match &node.kind {
                Kind::And(operands) | Kind::Or(operands) => {
                    pending.extend(operands);
                    continue;
                }
                Kind::Not(inner) => (self.tested_value(*inner), node.span),
                Kind::Compare { operator: Comparison::NotEqual, left, right: _ } => (Some(*left), node.span),
                _ => continue,
            };
            let Some(column) = tested.filter(|tested| !asked.contains(tested)).and_then(|tested| self.column_that_may_miss(tested)) else {
                continue;
            };
            let place = if place.file == span.file && place.start >= span.start && place.end <= span.end { place } else { span };
            self.report(Problem::new(&types::UNKNOWN_FLIPPED, place).with("column", column));
        }
    }

    fn asked_whether_missing(&self, id: NodeId) -> Option<NodeId> {
        match self.graph.get(id).map(|node| &node.kind) {
            Some(Kind::IsMissing(value)) => Some(*value),
            Some(_) | None => None,
        }
    }

    /// What a test that is negated looks at.
    fn tested_value(&self, test: NodeId) -> Option<NodeId> {
        match self.graph.get(test).map(|node| &node.kind)? {
            Kind::Column(_) => Some(test),
            Kind::OneOf { value, set: _ } => Some(*value),
            Kind::Compare { operator: Comparison::Equal, left, right: _ } => Some(*left),
            _ => None,
        }
    }

    fn column_that_may_miss(&self, id: NodeId) -> Option<String> {
        let node = self.graph.get(id).filter(|node| node.optional)?;
        let Kind::Column(column) = &node.kind else { return None };
        self.table(node.space?)?.column(*column).map(|column| column.name.clone())
    }
}

fn sends(plan: &ast::Plan) -> bool {
    let steps: Vec<&ast::Step> = match &plan.body {
        PlanBody::Waves(waves) => waves.iter().flat_map(|wave| &wave.steps).collect(),
        PlanBody::Steps(steps) => steps.iter().collect(),
    };
    let mut pending = steps;
    while let Some(step) = pending.pop() {
        match &step.kind {
            StepKind::Send(_) => return true,
            StepKind::By { label: _, branches } => pending.extend(branches.iter().flat_map(|branch| &branch.steps)),
            StepKind::Choose { count: _, by: _, options } => pending.extend(options.iter().flat_map(|option| &option.steps)),
            StepKind::Do(_) | StepKind::None { because: _ } => {}
        }
    }
    false
}

/// A program with mistakes is not advised on top: one mistake is one message.
pub(super) fn drop_advice_on_refused(found: &mut Vec<Problem>) {
    if any_error(found) {
        let advice = [&strategies::CONTACT_WITHOUT_CONSENT, &strategies::NOT_JUDGED, &types::UNKNOWN_FLIPPED];
        found.retain(|problem| !advice.iter().any(|kind| std::ptr::eq(*kind, problem.kind)));
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
                let inside =
                    problem.span.file == item.span.file && problem.span.start >= item.span.start && problem.span.end <= item.span.end;
                problem.is_error() || !inside || problem.kind.slug != allow.slug.text
            });
            if problems_found.len() == before {
                problems_found.push(Problem::new(&problems::UNUSED_ALLOW, allow.span).with("slug", &allow.slug.text));
            }
        }
    }
}
