//! `choose N by EXPR { … }`: the N best of a subject's own options.

use super::Draft;
use super::action::{Reach, Way};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::{names, types};
use crate::diag::Problem;
use crate::ir::{Comparison, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{ChooseOption, Expression};
use crate::types::{Physical, Type, Value};

/// An option of one subject.
struct Choice {
    /// Two-valued: it may be taken.
    open: NodeId,
    worth: NodeId,
}

impl Checker {
    /// The options taken are those that are open, the greatest worth first, equal ones as written; a missing worth comes last.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn collect_choices(
        &mut self,
        draft: &mut Draft<'_>,
        count: &Expression,
        by: &Expression,
        options: &[ChooseOption],
        way: &Way,
        at: NodeId,
        out: &mut Vec<Reach>,
    ) -> Option<()> {
        let most = self.whole(count, &Scope::constant(draft.module), "`choose`");
        let mut choices = Vec::new();
        let mut whole = most.is_some();
        for (number, option) in options.iter().enumerate() {
            if options.iter().take(number).any(|earlier| earlier.name.text == option.name.text) {
                self.report(Problem::new(&names::DUPLICATE_CLAUSE, option.name.span).with("name", &option.name.text));
            }
            match self.choice(draft, by, option) {
                Some(choice) => choices.push(choice),
                None => whole = false,
            }
        }
        if !whole {
            return None;
        }
        let most = self.constant(Value::Int(most?), Type::Int, count.span);
        for (number, (option, choice)) in options.iter().zip(&choices).enumerate() {
            let ahead = self.ahead_of(&choices, number, option.span);
            let ahead = self.number_of(&ahead, option.span);
            let free = self.surely_compare(Comparison::Less, ahead, most, option.span);
            let chosen = self.all(&[choice.open, free], option.span);
            let left = self.negation(chosen, option.span);
            let mut lost = vec![choice.open, left];
            lost.extend(way.branch.iter().chain(&way.chosen));
            let lost = self.all(&lost, option.span);
            let mut inner = way.clone();
            inner.branch.push(chosen);
            inner.tier = Some(self.text_constant(option.name.text.clone(), option.span));
            let before = out.len();
            whole &= self.collect_steps(draft, &option.steps, &inner, at, out).is_some();
            if let Some(first) = out.get_mut(before) {
                first.passed_over = Some((option.name.text.clone(), lost));
            }
        }
        whole.then_some(())
    }

    fn choice(&mut self, draft: &Draft<'_>, by: &Expression, option: &ChooseOption) -> Option<Choice> {
        let open = match &option.when {
            Some(when) => {
                let condition = self.condition_of(when, &draft.scope, "`when`")?;
                self.surely(condition.node, option.span)
            }
            None => self.truth(true, option.span),
        };
        let mut scope = draft.scope.clone();
        let name = self.text_constant(option.name.text.clone(), option.name.span);
        scope.bind("option", name, Type::Text, false, option.name.span);
        let worth = self.expression(by, &scope)?;
        if !matches!(worth.ty.physical(), Physical::Int | Physical::Float) || matches!(worth.ty, Type::Label(_)) {
            let problem = Problem::new(&types::WRONG_TYPE, by.span).with("where", "`choose`");
            self.report(problem.with("expected", "a number").with("found", &worth.ty));
            return None;
        }
        Some(Choice { open, worth: worth.node })
    }

    /// The options that come before one, as two-valued flags.
    fn ahead_of(&mut self, choices: &[Choice], number: usize, span: Span) -> Vec<NodeId> {
        let Some(own) = choices.get(number) else { return Vec::new() };
        let mut out = Vec::new();
        for (at, other) in choices.iter().enumerate().filter(|(at, _)| *at != number) {
            let earlier = at < number;
            let operator = if earlier { Comparison::GreaterOrEqual } else { Comparison::Greater };
            let better = self.surely_compare(operator, other.worth, own.worth, span);
            let mut ways = vec![better];
            if self.optional(own.worth) {
                let unknown = self.add(Kind::IsMissing(own.worth), Type::Bool, false, span);
                let known = self.is_known(other.worth, span);
                let decides = if earlier { self.truth(true, span) } else { known };
                ways.push(self.all(&[unknown, decides], span));
            }
            let before = self.any(&ways, span);
            out.push(self.all(&[other.open, before], span));
        }
        out
    }
}
