//! Comparisons: versions of one idea on one frozen cohort. Every arm is a whole strategy, and the control group is shared.

use super::Draft;
use crate::check::Checker;
use crate::check::problems::{outcomes as problems, strategy as strategies};
use crate::check::synthetic::Synthetic;
use crate::diag::Problem;
use crate::ir::{Kind, NodeId};
use crate::syntax::ast::{self, Expression, ExpressionKind, ItemKind};
use crate::types::{Type, Value};

impl Checker {
    /// Every comparison of the entry file: who owns it, its cohort, its strategies.
    pub(super) fn check_compares(&mut self) {
        for item in self.items(0) {
            let ItemKind::Compare(compare) = &item.kind else { continue };
            if let (Some(owner), Some(approver)) = (&compare.owner, &compare.approver) {
                if owner.text == approver.text {
                    let problem = Problem::new(&strategies::FOUR_EYES, approver.span).with("name", &owner.text);
                    self.report(problem.with("strategy", &compare.name.text));
                }
            }
            self.check_population(compare);
            let known = self.declared_names(0, |kind| matches!(kind, ItemKind::Strategy(_)));
            let Some(arms) = &compare.arms else {
                self.report(
                    Problem::new(&problems::COMPARE_INCOMPLETE, compare.name.span)
                        .with("compare", &compare.name.text)
                        .with("missing", "`arms`"),
                );
                continue;
            };
            for (name, _) in arms.arms.iter().filter(|(name, _)| name.text != "control") {
                if !known.contains(&name.text) {
                    self.undeclared("strategy", name, known.clone());
                }
            }
        }
    }

    fn check_population(&mut self, compare: &ast::Compare) {
        let Some(population) = &compare.population else {
            let problem = Problem::new(&problems::COMPARE_INCOMPLETE, compare.name.span).with("compare", &compare.name.text);
            self.report(problem.with("missing", "`population`"));
            return;
        };
        if !self.find_item(population, 0).is_some_and(|(_, item)| matches!(item.kind, ItemKind::Cohort(_))) {
            let known = self.declared_names(0, |kind| matches!(kind, ItemKind::Cohort(_)));
            self.undeclared("cohort", &ast::Name { text: population.text(), span: population.span }, known);
        }
    }

    /// The comparison a strategy is a version of.
    fn comparison_of(&self, strategy: &str) -> Option<ast::Compare> {
        self.items(0).iter().find_map(|item| match &item.kind {
            ItemKind::Compare(compare) => {
                let is_arm = compare.arms.as_ref().is_some_and(|arms| arms.arms.iter().any(|(name, _)| name.text == strategy));
                is_arm.then(|| compare.clone())
            }
            _ => None,
        })
    }

    /// A version as its comparison runs it: the arms are the comparison's, and only its cohort enters.
    pub(super) fn compared(&mut self, mut strategy: ast::Strategy) -> ast::Strategy {
        let Some(compare) = self.comparison_of(&strategy.name.text) else { return strategy };
        if let Some(own) = &strategy.arms {
            let problem = Problem::new(&problems::COMPARE_OF_ARMS, own.span).with("strategy", &strategy.name.text);
            self.report(problem.with("compare", &compare.name.text));
            return strategy;
        }
        strategy.arms = compare.arms.clone().map(|arms| ast::Arms { experiment: Some(compare.name.clone()), ..arms });
        if let Some(population) = &compare.population {
            // `subject.` finds the cohort from the rows of an event too.
            let mut segments = vec![ast::Name { text: String::from("subject"), span: population.span }];
            segments.extend(population.segments.iter().cloned());
            let path = ast::Path { segments, span: population.span };
            let member = Expression { span: population.span, kind: Box::new(ExpressionKind::Path(path)) };
            for trigger in &mut strategy.triggers {
                let conditions = trigger.filter.take().into_iter().chain([member.clone()]).collect();
                trigger.filter = Synthetic(population.span).all(conditions);
            }
        }
        strategy
    }

    /// In a comparison only the arm that is this very strategy is treated by it. Two-valued; `None` outside comparisons.
    pub(super) fn treated_by_version(&mut self, draft: &Draft<'_>, arm: Option<NodeId>) -> Option<NodeId> {
        self.comparison_of(&draft.ast.name.text)?;
        let at = draft.arms.iter().position(|arm| arm.name == draft.ast.name.text)?;
        let kind = Kind::OneOf { value: arm?, set: vec![Value::Int(i64::try_from(at).ok()?)] };
        let own = self.add(kind, Type::Bool, true, draft.span);
        Some(self.surely(own, draft.span))
    }

    /// Two-valued: belongs to the control group, whatever is treated; `None` without one.
    pub(super) fn held_back(&mut self, draft: &Draft<'_>, arm: NodeId) -> Option<NodeId> {
        let at = draft.arms.iter().position(|arm| arm.control)?;
        let kind = Kind::OneOf { value: arm, set: vec![Value::Int(i64::try_from(at).ok()?)] };
        let control = self.add(kind, Type::Bool, true, draft.span);
        Some(self.surely(control, draft.span))
    }
}
