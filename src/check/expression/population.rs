//! Facts about a subject among all others: `quintile`, `in top 20%`, `place`, `zscore`.

use crate::check::names::Scope;
use crate::check::problems::types as problems;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Kind, Link, NodeId, Operator, PlaceEntry, Population};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, ExpressionKind};
use crate::types::{Physical, Type, Value};

impl Checker {
    pub(super) fn quintile(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (mut value, mut within, mut best_low, mut missing_worst) = (None, None, None, false);
        let mut fits = true;
        for argument in arguments {
            match &argument.kind {
                ArgumentKind::Rows { value: expression, per: None, filter, among: None } if value.is_none() => {
                    value = Some(expression);
                    within = filter.as_ref();
                }
                ArgumentKind::Named { name, value } => match (name.text.as_str(), word(value).as_deref()) {
                    ("best", Some("low")) => best_low = Some(true),
                    ("best", Some("high")) => best_low = Some(false),
                    ("missing", Some("worst")) => missing_worst = true,
                    (_, _) => fits = false,
                },
                _ => fits = false,
            }
        }
        let (Some(value), Some(best_low), true) = (value, best_low, fits) else {
            let signature = "quintile(x where E, best: low|high, missing: worst)";
            self.report(Problem::new(&problems::BAD_ARGUMENT, span).with("function", "quintile").with("signature", signature));
            return None;
        };
        let typed = self.ordered_number(value, "`quintile`", scope)?;
        let within = self.members(within, span, scope)?;
        let table = scope.table?;
        let optional = within.is_some() || typed.optional && !missing_worst;
        let population = Population::Quintile { value: typed.node, best_low, missing_worst, within };
        let node = self.add_in(table, Kind::Population(Box::new(population)), Type::Int, optional, span);
        Some(self.typed(node, span))
    }

    /// `place(x where E among same PATH, best: low)`: the place from 1 among those for whom E holds, ties by key.
    pub(super) fn place(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (mut rows, mut best_low) = (None, None);
        let mut fits = true;
        for argument in arguments {
            match &argument.kind {
                ArgumentKind::Rows { value, per: None, filter, among } if rows.is_none() => {
                    rows = Some((value, filter.as_ref(), among.as_ref()))
                }
                ArgumentKind::Named { name, value } => match (name.text.as_str(), word(value).as_deref()) {
                    ("best", Some("low")) => best_low = Some(true),
                    ("best", Some("high")) => best_low = Some(false),
                    (_, _) => fits = false,
                },
                _ => fits = false,
            }
        }
        let (Some((value, filter, among)), Some(best_low), true) = (rows, best_low, fits) else {
            let signature = "place(x where E among same PATH, best: low|high)";
            self.report(Problem::new(&problems::BAD_ARGUMENT, span).with("function", "place").with("signature", signature));
            return None;
        };
        let typed = self.ordered_number(value, "`place`", scope)?;
        let mut counted: Vec<NodeId> = self.members(filter, span, scope)?.into_iter().collect();
        let per = match among {
            Some(path) => Some(self.path(path, scope)?.node),
            None => None,
        };
        // Who has no value, or belongs to no group, has no place.
        for needed in [Some(typed.node), per].into_iter().flatten() {
            counted.push(self.is_known(needed, span));
        }
        let flag = self.all(&counted, span);
        let entries = vec![PlaceEntry { flag, keys: vec![(typed.node, !best_low)], per, weight: None }];
        let node = self.add_in(scope.table?, Kind::Population(Box::new(Population::Place { entries, at: 0 })), Type::Int, true, span);
        Some(self.typed(node, span))
    }

    /// `x in top 20%`, `x in top 20% among active`
    pub(super) fn in_top(
        &mut self,
        value: &Expression,
        share: &Expression,
        among: Option<&Expression>,
        span: Span,
        scope: &Scope,
    ) -> Option<NodeId> {
        let typed = self.ordered_number(value, "`in top`", scope)?;
        let share_value = self.fixed_float(share, scope, "`top`")?;
        let share = self.constant(Value::float(share_value), Type::Percent, share.span);
        let within = self.members(among, span, scope)?;
        let table = scope.table?;
        let optional = within.is_some() || typed.optional;
        let population = Population::Top { value: typed.node, share, within };
        let top = self.add_in(table, Kind::Population(Box::new(population)), Type::Bool, optional, span);
        // Whoever is not among them is not in their top.
        let members: Vec<NodeId> = within.into_iter().chain([top]).collect();
        Some(self.all(&members, span))
    }

    /// `zscore(x where E, at least N)`: distance from the mean of all subjects in standard deviations of all subjects.
    pub(super) fn zscore(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (value, filter, least) = match arguments {
            [Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter, among: None } }] => (value, filter.as_ref(), None),
            [
                Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter, among: None } },
                Argument { span: _, kind: ArgumentKind::AtLeast(least) },
            ] => (value, filter.as_ref(), Some(least)),
            _ => {
                let signature = "zscore(x where E, at least N)";
                self.report(Problem::new(&problems::BAD_ARGUMENT, span).with("function", "zscore").with("signature", signature));
                return None;
            }
        };
        let typed = self.ordered_number(value, "`zscore`", scope)?;
        let within = self.members(filter, span, scope)?;
        let table = scope.table?;
        let at_least = match least {
            Some(least) => Some(u32::try_from(self.whole(least, scope, "`at least`")?).unwrap_or(0)),
            None => None,
        };
        let number = if typed.ty.physical() == Physical::Int { self.float(typed.node, Type::Number, span) } else { typed.node };
        // Only rows with a value count towards the least number of them.
        let known = self.is_known(number, span);
        let counted: Vec<NodeId> = within.into_iter().chain([known]).collect();
        let filter = Some(self.all(&counted, span));
        let mut of_all = |function: AggregateFunction| {
            let (value, from, until) = (Some(number), None, None);
            let aggregate = Aggregate { table, link: Link::Everyone, function, value, filter, at: None, from, until, at_least };
            self.add_in(table, Kind::Aggregate(Box::new(aggregate)), Type::Number, true, span)
        };
        let (mean, deviation) = (of_all(AggregateFunction::Mean), of_all(AggregateFunction::Deviation));
        let distance = self.binary(Operator::Subtract, number, mean, Type::Number, span);
        let score = self.binary(Operator::Divide, distance, deviation, Type::Number, span);
        let node = match within {
            Some(within) => self.only_where(within, score, span),
            None => score,
        };
        Some(self.typed(node, span))
    }

    fn ordered_number(&mut self, value: &Expression, place: &str, scope: &Scope) -> Option<Typed> {
        let typed = self.expression(value, scope)?;
        if matches!(typed.ty.physical(), Physical::Bool | Physical::Text) {
            let problem = Problem::new(&problems::WRONG_TYPE, typed.span).with("where", place).with("expected", "a number");
            self.report(problem.with("found", &typed.ty));
            return None;
        }
        Some(typed)
    }

    /// Who counts: those for whom the condition is certainly true. `Some(None)` is everybody.
    #[allow(clippy::option_option)]
    fn members(&mut self, condition: Option<&Expression>, span: Span, scope: &Scope) -> Option<Option<NodeId>> {
        let seen = scope.table.and_then(|table| self.row_is_seen(table, span));
        let Some(condition) = condition else { return Some(seen) };
        let typed = self.condition_of(condition, scope, "`where`")?;
        let holds = self.surely(typed.node, condition.span);
        Some(Some(self.all(&seen.into_iter().chain([holds]).collect::<Vec<_>>(), span)))
    }
}

/// A bare word used as the value of a named argument.
fn word(expression: &Expression) -> Option<String> {
    match expression.kind.as_ref() {
        ExpressionKind::Path(path) => Some(path.text()),
        _ => None,
    }
}
