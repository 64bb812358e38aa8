//! The parts of a figure as written, and walks over expressions.

use crate::check::Checker;
use crate::check::names::Scope;
use crate::ir::AggregateFunction;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, ExpressionKind, InSet, Name, Path, Window, WindowKind};

/// The parts of a call of a figure.
pub(super) struct Parts<'a> {
    pub value: &'a Expression,
    pub filter: Option<&'a Expression>,
    pub window: Option<&'a Window>,
    pub least: Option<&'a Expression>,
    /// Second plain argument: the share of `quantile`.
    pub second: Option<&'a Expression>,
    pub named: Vec<(&'a Name, &'a Expression)>,
}

impl<'a> Parts<'a> {
    pub fn of(arguments: &'a [Argument]) -> Option<Self> {
        let (first, rest) = arguments.split_first()?;
        let ArgumentKind::Rows { value, per: None, filter, among: None } = &first.kind else { return None };
        let mut parts = Parts { value, filter: filter.as_ref(), window: None, least: None, second: None, named: Vec::new() };
        for argument in rest {
            match &argument.kind {
                ArgumentKind::Window(window) if parts.window.is_none() => parts.window = Some(window),
                ArgumentKind::AtLeast(least) if parts.least.is_none() => parts.least = Some(least),
                ArgumentKind::Named { name, value } => parts.named.push((name, value)),
                ArgumentKind::Rows { value, per: None, filter: None, among: None } if parts.second.is_none() => parts.second = Some(value),
                ArgumentKind::Window(_)
                | ArgumentKind::AtLeast(_)
                | ArgumentKind::Rows { .. }
                | ArgumentKind::AtMost(_)
                | ArgumentKind::To(_) => return None,
            }
        }
        Some(parts)
    }

    pub fn named(&self, wanted: &str) -> Option<&'a Expression> {
        self.named.iter().find(|(name, _)| name.text == wanted).map(|(_, value)| *value)
    }

    /// The length of `within D` of the figure itself.
    pub fn within(&self) -> Option<&'a Expression> {
        match self.window {
            Some(Window { kind: WindowKind::Within { length }, .. }) => Some(length),
            Some(_) | None => None,
        }
    }
}

impl Checker {
    /// The function with the share of `quantile(x, 0.9)`; a second value belongs to nothing else.
    pub(super) fn quantile_at(&mut self, function: AggregateFunction, parts: &Parts<'_>, scope: &Scope) -> Option<AggregateFunction> {
        match (function, parts.second) {
            (AggregateFunction::Quantile(_), Some(share)) => {
                let share = self.fixed_float(share, scope, "`quantile`")?;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a million")]
                Some(AggregateFunction::Quantile((share.clamp(0.0, 1.0) * 1e6).round() as u32))
            }
            (function, None) => Some(function),
            (_, Some(extra)) => self.bad_figure("quantile", extra.span),
        }
    }
}

/// What a walk comes by.
pub(super) enum Seen<'a> {
    Expression(&'a Expression),
    Window(&'a Window),
}

/// Walks an expression with everything inside it, outer parts first.
pub(super) fn walk<'a>(expression: &'a Expression, see: &mut dyn FnMut(Seen<'a>)) {
    see(Seen::Expression(expression));
    match expression.kind.as_ref() {
        ExpressionKind::Literal(_) | ExpressionKind::Text(_) | ExpressionKind::Path(_) => {}
        ExpressionKind::List(items) => items.iter().for_each(|item| walk(item, see)),
        ExpressionKind::Call { function: _, arguments } => arguments.iter().for_each(|argument| walk_argument(argument, see)),
        ExpressionKind::Since { unit: _, unit_span: _, moment } => walk(moment, see),
        ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) | ExpressionKind::Is { value: inner, state: _ } => walk(inner, see),
        ExpressionKind::Coalesce(left, right)
        | ExpressionKind::And(left, right)
        | ExpressionKind::Or(left, right)
        | ExpressionKind::Arithmetic { operator: _, operator_span: _, left, right } => {
            walk(left, see);
            walk(right, see);
        }
        ExpressionKind::Comparison { first, rest } => {
            walk(first, see);
            rest.iter().for_each(|link| walk(&link.right, see));
        }
        ExpressionKind::In { value, negated: _, set } => {
            walk(value, see);
            match set {
                InSet::Values(values) => walk(values, see),
                InSet::Window(window) => see(Seen::Window(window)),
                InSet::Top { share: _, among } => among.iter().for_each(|among| walk(among, see)),
            }
        }
    }
}

fn walk_argument<'a>(argument: &'a Argument, see: &mut dyn FnMut(Seen<'a>)) {
    match &argument.kind {
        ArgumentKind::Rows { value, per: _, filter, among: _ } => {
            walk(value, see);
            filter.iter().for_each(|filter| walk(filter, see));
        }
        ArgumentKind::Window(window) => see(Seen::Window(window)),
        ArgumentKind::Named { name: _, value } => walk(value, see),
        ArgumentKind::AtLeast(_) | ArgumentKind::AtMost(_) | ArgumentKind::To(_) => {}
    }
}

/// The lengths of all `within D` inside.
pub(super) fn lengths_within(expression: &Expression) -> Vec<&Expression> {
    let mut out = Vec::new();
    walk(expression, &mut |seen| {
        if let Seen::Window(Window { kind: WindowKind::Within { length }, .. }) = seen {
            out.push(length);
        }
    });
    out
}

/// Whether an expression looks at the time after an entry.
pub(super) fn mentions_within(expression: &Expression) -> bool {
    !lengths_within(expression).is_empty()
}

/// The paths inside, in order.
pub(super) fn paths_of(expression: &Expression) -> Vec<&Path> {
    let mut out = Vec::new();
    walk(expression, &mut |seen| {
        if let Seen::Expression(Expression { kind, .. }) = seen
            && let ExpressionKind::Path(path) = kind.as_ref()
        {
            out.push(path);
        }
    });
    out
}

/// The functions called inside.
pub(super) fn functions_of(expression: &Expression) -> Vec<String> {
    let mut out = Vec::new();
    walk(expression, &mut |seen| {
        if let Seen::Expression(Expression { kind, .. }) = seen
            && let ExpressionKind::Call { function, arguments: _ } = kind.as_ref()
        {
            out.push(function.text());
        }
    });
    out
}
