//! Figures: one value over many subjects, such as `nps(nps, previous month, at least 30)`.
//!
//! A figure that only reads what is there already is lowered to nodes of its table, one value for every row of a group. A figure about
//! the time after an entry (`within D`, `retained`, `cost`) is checked here and judged from the ledger when outcomes are in.

use super::parts::{Parts, mentions_within};
use crate::check::expression::{Bounds, function_of};
use crate::check::length::Length;
use crate::check::names::Scope;
use crate::check::problems::{names, outcomes as problems};
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{
    self, Argument, ArgumentKind, CalendarPeriod, ComparisonLink, Expression, ExpressionKind, ItemKind, Name, Path, Window, WindowKind,
};
use crate::types::{Physical, TableId, Type, Value};

/// The name under which rows of a figure see the entry whose outcome is judged.
pub(super) const OUTCOME: &str = "(outcome)";
/// Metrics may use each other to this depth; beyond it one is defined by itself.
const DEEPEST: usize = 20;
/// Functions of figures besides the aggregates.
const FIGURES: [&str; 9] = ["rate", "retained", "nps", "cost", "minutes", "incremental", "attributed", "lasting", "lifetime"];

/// Over which rows a figure runs.
#[derive(Clone)]
pub(super) struct Over<'a> {
    pub module: usize,
    pub table: TableId,
    /// Rows with one value of this text are one group; `None` where all rows are.
    pub group: Option<NodeId>,
    /// How many windows back.
    pub ago: u32,
    /// Goals that can be counted by their name.
    pub goals: &'a [ast::Goal],
    pub depth: usize,
}

/// How many rows an aggregate rests on, and how many it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Support {
    pub rows: NodeId,
    pub least: Option<i64>,
    pub span: Span,
}

/// A figure as lowered.
pub(super) struct Figure {
    pub typed: Typed,
    /// Whether it says over which time.
    pub windowed: bool,
    /// Whether it is about the time after an entry.
    pub outcome: bool,
    /// The aggregates it is made of.
    pub supports: Vec<Support>,
}

/// What a figure folds.
struct Folded {
    function: AggregateFunction,
    ty: Type,
    value: Option<NodeId>,
    filter: Option<NodeId>,
    least: Option<i64>,
}

/// What is found on the way through an expression.
#[derive(Default)]
struct Found {
    windowed: bool,
    outcome: bool,
    supports: Vec<Support>,
}

impl Checker {
    /// An expression over figures; `None` where a problem was reported.
    pub(super) fn figure(&mut self, expression: &Expression, over: &Over<'_>) -> Option<Figure> {
        let mut scope = Scope::of(over.module, over.table);
        let mut found = Found::default();
        let rewritten = self.without_figures(expression, over, &mut scope, &mut found)?;
        let typed = self.expression(&rewritten, &scope)?;
        Some(Figure { typed, windowed: found.windowed, outcome: found.outcome, supports: found.supports })
    }

    /// The expression with a bound name in place of every figure.
    fn without_figures(&mut self, expression: &Expression, over: &Over<'_>, scope: &mut Scope, found: &mut Found) -> Option<Expression> {
        let span = expression.span;
        let kind = match expression.kind.as_ref() {
            ExpressionKind::Literal(_) => return Some(expression.clone()),
            ExpressionKind::Path(path) => return self.named_figure(path, expression, over, scope, found),
            ExpressionKind::Call { function, arguments } => {
                let figure = self.figure_call(function, arguments, span, over)?;
                return Some(bound(scope, found, figure, span));
            }
            ExpressionKind::Negate(inner) => ExpressionKind::Negate(self.without_figures(inner, over, scope, found)?),
            ExpressionKind::Not(inner) => ExpressionKind::Not(self.without_figures(inner, over, scope, found)?),
            ExpressionKind::Coalesce(a, b) => {
                ExpressionKind::Coalesce(self.without_figures(a, over, scope, found)?, self.without_figures(b, over, scope, found)?)
            }
            ExpressionKind::And(a, b) => {
                ExpressionKind::And(self.without_figures(a, over, scope, found)?, self.without_figures(b, over, scope, found)?)
            }
            ExpressionKind::Or(a, b) => {
                ExpressionKind::Or(self.without_figures(a, over, scope, found)?, self.without_figures(b, over, scope, found)?)
            }
            ExpressionKind::Arithmetic { operator, operator_span, left, right } => ExpressionKind::Arithmetic {
                operator: *operator,
                operator_span: *operator_span,
                left: self.without_figures(left, over, scope, found)?,
                right: self.without_figures(right, over, scope, found)?,
            },
            ExpressionKind::Comparison { first, rest } => {
                let first = self.without_figures(first, over, scope, found)?;
                let mut links = Vec::new();
                for link in rest {
                    let right = self.without_figures(&link.right, over, scope, found)?;
                    links.push(ComparisonLink { right, ..link.clone() });
                }
                ExpressionKind::Comparison { first, rest: links }
            }
            ExpressionKind::Text(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Since { .. }
            | ExpressionKind::In { .. }
            | ExpressionKind::Is { .. } => return self.not_a_figure(span),
        };
        Some(Expression { span, kind: Box::new(kind) })
    }

    fn not_a_figure<T>(&mut self, span: Span) -> Option<T> {
        let text = self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        self.report(Problem::new(&problems::NOT_A_FIGURE, span).with("text", text));
        None
    }

    /// A metric, a goal, or a param.
    fn named_figure(
        &mut self,
        path: &Path,
        written: &Expression,
        over: &Over<'_>,
        scope: &mut Scope,
        found: &mut Found,
    ) -> Option<Expression> {
        if let [name] = path.segments.as_slice() {
            if let Some(goal) = over.goals.iter().find(|goal| goal.name.text == name.text) {
                let inner = Over { depth: over.depth + 1, ..over.clone() };
                self.refuse_cycle(name, over)?;
                let figure = self.figure(&goal.metric, &inner)?;
                return Some(bound(scope, found, figure, path.span));
            }
        }
        match self.find_item(path, over.module).map(|(module, item)| (module, item.kind.clone())) {
            Some((module, ItemKind::Metric(metric))) => {
                let figure = self.metric_figure(module, &metric, over)?;
                Some(bound(scope, found, figure, path.span))
            }
            Some((_, ItemKind::Param(_))) => Some(written.clone()),
            Some(_) => self.not_a_figure(path.span),
            None => {
                let known = self.declared_names(over.module, |kind| matches!(kind, ItemKind::Metric(_)));
                self.undeclared("metric", &Name { text: path.text(), span: path.span }, known);
                None
            }
        }
    }

    fn refuse_cycle(&mut self, name: &Name, over: &Over<'_>) -> Option<()> {
        if over.depth < DEEPEST {
            return Some(());
        }
        self.report(Problem::new(&names::CYCLIC_DEFINITION, name.span).with("name", &name.text));
        None
    }

    /// A metric in the groups of what asks for it, where it is about the same table.
    pub(super) fn metric_figure(&mut self, module: usize, metric: &ast::Metric, over: &Over<'_>) -> Option<Figure> {
        self.refuse_cycle(&metric.name, over)?;
        let table = self.about(module, metric.table.as_ref(), metric.name.span)?;
        let group = if table == over.table { over.group } else { None };
        self.figure(&metric.value, &Over { module, table, group, ago: over.ago, goals: over.goals, depth: over.depth + 1 })
    }

    fn figure_call(&mut self, function: &Path, arguments: &[Argument], span: Span, over: &Over<'_>) -> Option<Figure> {
        let name = function.text();
        match name.as_str() {
            "previous" => self.previous_figure(arguments, span, over),
            "cost" | "minutes" => self.spent(&name, arguments, span, over),
            "incremental" => {
                let [Argument { kind: ArgumentKind::Rows { value, per: None, filter: None, among: None }, .. }] = arguments else {
                    return self.bad_figure(&name, span);
                };
                let inner = self.figure(value, over)?;
                Some(Figure { outcome: true, ..self.placeholder(Type::Number, inner.windowed, span) })
            }
            "count" => match self.counted_name(arguments, over) {
                Some(()) => Some(self.placeholder(Type::Int, true, span)),
                None => self.row_figure(&name, arguments, span, over),
            },
            _ if function_of(&name).is_some() || FIGURES.contains(&name.as_str()) => self.row_figure(&name, arguments, span, over),
            _ => self.not_a_figure(span),
        }
    }

    pub(super) fn bad_figure<T>(&mut self, name: &str, span: Span) -> Option<T> {
        let problem = Problem::new(&crate::check::problems::types::BAD_ARGUMENT, span).with("function", name);
        self.report(problem.with("signature", signature(name)));
        None
    }

    /// A figure that only outcomes will tell.
    pub(super) fn placeholder(&mut self, ty: Type, windowed: bool, span: Span) -> Figure {
        let node = self.constant(Value::Missing, ty.clone(), span);
        Figure { typed: Typed { node, ty, optional: true, span }, windowed, outcome: true, supports: Vec::new() }
    }

    /// `count(kept)`, `count(retain_best)`: those who reached a goal, those who entered a strategy.
    fn counted_name(&self, arguments: &[Argument], over: &Over<'_>) -> Option<()> {
        let [Argument { kind: ArgumentKind::Rows { value, per: None, filter: None, among: None }, .. }] = arguments else { return None };
        let ExpressionKind::Path(path) = value.kind.as_ref() else { return None };
        let goal = over.goals.iter().any(|goal| goal.name.text == path.text());
        (goal || self.is_strategy(path, over.module)).then_some(())
    }

    pub(super) fn is_strategy(&self, path: &Path, module: usize) -> bool {
        self.find_item(path, module).is_some_and(|(_, item)| matches!(item.kind, ItemKind::Strategy(_) | ItemKind::Compare(_)))
    }

    /// `cost(S)`, `minutes(S)` of a strategy, or of all contacts.
    fn spent(&mut self, name: &str, arguments: &[Argument], span: Span, over: &Over<'_>) -> Option<Figure> {
        let [Argument { kind: ArgumentKind::Rows { value, per: None, filter: None, among: None }, .. }] = arguments else {
            return self.bad_figure(name, span);
        };
        let ExpressionKind::Path(path) = value.kind.as_ref() else { return self.bad_figure(name, span) };
        if path.text() != "contacts" && !self.is_strategy(path, over.module) {
            let known = self.declared_names(over.module, |kind| matches!(kind, ItemKind::Strategy(_)));
            self.undeclared("strategy", &Name { text: path.text(), span: path.span }, known);
            return None;
        }
        let ty = if name == "cost" { Type::Money } else { Type::Number };
        Some(self.placeholder(ty, true, span))
    }

    /// `previous(M)`: the same figure one window earlier.
    fn previous_figure(&mut self, arguments: &[Argument], span: Span, over: &Over<'_>) -> Option<Figure> {
        let [Argument { kind: ArgumentKind::Rows { value, per: None, filter: None, among: None }, .. }] = arguments else {
            return self.bad_figure("previous", span);
        };
        self.figure(value, &Over { ago: over.ago + 1, ..over.clone() })
    }

    /// A figure over the rows of its table.
    fn row_figure(&mut self, name: &str, arguments: &[Argument], span: Span, over: &Over<'_>) -> Option<Figure> {
        if matches!(name, "attributed" | "lifetime") {
            return self.study_figure(name, arguments, span, over);
        }
        let Some(parts) = Parts::of(arguments) else { return self.bad_figure(name, span) };
        let mut scope = Scope::of(over.module, over.table);
        let now = self.as_of(span);
        for bound in [OUTCOME, "entry"] {
            scope.bind(bound, now, Type::Time, true, span);
        }
        if name == "lasting" {
            let lasting = self.lasting(&parts, span, &scope)?;
            return Some(self.placeholder(lasting.ty, true, span));
        }
        if self.is_of_linked_rows(name, parts.value, &scope) {
            let linked = self.linked(name, arguments, &parts, span, &scope)?;
            let mut figure = self.placeholder(linked.ty, parts.window.is_some(), span);
            let least = parts.least.and_then(|least| self.whole(least, &Scope::constant(over.module), "`at least`"));
            figure.supports.push(Support { rows: figure.typed.node, least, span });
            return Some(figure);
        }
        let whole_row = matches!(name, "count" | "exists") && self.is_whole_row(parts.value, over.table);
        let value = if whole_row { None } else { Some(self.figure_value(name, parts.value, span, &scope)?) };
        let filter = match parts.filter {
            Some(filter) => Some(self.condition_of(filter, &scope, "`where`")?.node),
            None => None,
        };
        let least = match parts.least {
            Some(least) => Some(self.whole(least, &Scope::constant(over.module), "`at least`")?),
            None => None,
        };
        let (function, ty) = match name {
            "rate" | "retained" => (AggregateFunction::Mean, Type::Percent),
            "nps" => (AggregateFunction::Mean, Type::Number),
            _ => {
                let function = self.quantile_at(function_of(name)?, &parts, &scope)?;
                (function, self.aggregate_type(name, function, value.as_ref(), span)?)
            }
        };
        let within = mentions_within(parts.value) || parts.filter.is_some_and(mentions_within);
        if name != "retained" && !within && parts.within().is_none() {
            return self.present_figure(
                &parts,
                Folded { function, ty, value: value.map(|value| value.node), filter, least },
                span,
                over,
                &scope,
            );
        }
        if let Some(Window { kind: WindowKind::Within { length }, .. }) = parts.window {
            self.length(length, &scope, "`within`")?;
        }
        let mut figure = self.placeholder(ty, within || parts.window.is_some(), span);
        figure.supports.push(Support { rows: figure.typed.node, least, span });
        Some(figure)
    }

    /// A figure over what is there already, with the number of rows it rests on.
    fn present_figure(&mut self, parts: &Parts<'_>, folded: Folded, span: Span, over: &Over<'_>, scope: &Scope) -> Option<Figure> {
        let Folded { function, ty, value, filter, least } = folded;
        // A row that says nothing counts neither for the figure nor for its least number of rows.
        let known = value.filter(|value| self.optional(*value)).map(|value| self.is_known(value, span));
        let filter = match (filter, known) {
            (Some(filter), Some(known)) => Some(self.all(&[filter, known], span)),
            (filter, known) => filter.or(known),
        };
        let Bounds { from, until } = self.figure_bounds(parts.window, over, scope, span)?;
        let link = match over.group {
            Some(group) => Link::Key { row_key: group, outer_key: group },
            None => Link::Everyone,
        };
        let (table, at) = (over.table, self.at_of(over.table, span));
        let at_least = least.and_then(|least| u32::try_from(least).ok());
        let aggregate = Aggregate { table, link, function, value, filter, at, from, until, at_least };
        let counted = Aggregate { function: AggregateFunction::Count, at_least: None, ..aggregate.clone() };
        let node = self.add_in(table, Kind::Aggregate(Box::new(aggregate)), ty, true, span);
        let rows = self.add_in(table, Kind::Aggregate(Box::new(counted)), Type::Int, true, span);
        let windowed = parts.window.is_some();
        Some(Figure { typed: self.typed(node, span), windowed, outcome: false, supports: vec![Support { rows, least, span }] })
    }

    /// What a row contributes.
    pub(super) fn figure_value(&mut self, name: &str, written: &Expression, span: Span, scope: &Scope) -> Option<Typed> {
        match name {
            "rate" | "retained" => {
                let condition = self.condition_of(written, scope, &format!("`{name}`"))?;
                let (one, none) =
                    (self.constant(Value::Float(1.0), Type::Percent, span), self.constant(Value::Float(0.0), Type::Percent, span));
                let node = self.either(condition.node, one, none, span);
                Some(self.typed(node, span))
            }
            "nps" => {
                let score = self.expression(written, scope)?;
                self.require_type(&score, &Type::Int, "`nps`")?;
                let number = |checker: &mut Self, value: f64| checker.constant(Value::Float(value), Type::Number, span);
                let (up, flat, down) = (number(self, 100.0), number(self, 0.0), number(self, -100.0));
                let (nine, six) = (self.constant(Value::Int(9), Type::Int, span), self.constant(Value::Int(6), Type::Int, span));
                let promoter = self.compare(Comparison::GreaterOrEqual, score.node, nine, span);
                let detractor = self.compare(Comparison::LessOrEqual, score.node, six, span);
                let rest = self.either(detractor, down, flat, span);
                let node = self.either(promoter, up, rest, span);
                Some(self.typed(node, span))
            }
            _ => self.expression(written, scope),
        }
    }

    pub(super) fn is_whole_row(&self, value: &Expression, table: TableId) -> bool {
        let ExpressionKind::Path(path) = value.kind.as_ref() else { return false };
        let [single] = path.segments.as_slice() else { return false };
        self.find_table(&single.text) == Some(table)
    }

    fn figure_bounds(&mut self, window: Option<&Window>, over: &Over<'_>, scope: &Scope, span: Span) -> Option<Bounds> {
        let Some(window) = window else {
            if over.ago > 0 {
                self.report(Problem::new(&problems::NO_EARLIER_WINDOW, span));
                return None;
            }
            return Some(self.visible(over.table, span));
        };
        let bounds = self.table_window(window, over.table, scope)?;
        let step = match &window.kind {
            _ if over.ago == 0 => return Some(bounds),
            WindowKind::Last { length, ending_ago: _ } => self.length(length, scope, "a window")?,
            WindowKind::Previous(period) => period_length(*period),
            WindowKind::This(_) | WindowKind::Next { .. } | WindowKind::Since { .. } | WindowKind::Within { .. } => {
                self.report(Problem::new(&problems::NO_EARLIER_WINDOW, window.span));
                return None;
            }
        };
        let back = step.times(over.ago).negated();
        let mut moved = |bound: Option<NodeId>| bound.map(|bound| self.shift(bound, back, window.span));
        Some(Bounds { from: moved(bounds.from), until: moved(bounds.until) })
    }
}

impl Checker {
    /// The entry whose outcome is judged, where one is.
    pub(crate) fn outcome_entry(&self, scope: &Scope) -> Option<NodeId> {
        let here = scope.bindings.get(OUTCOME).map(|entry| entry.node);
        here.or_else(|| scope.outer.as_ref().and_then(|outer| self.outcome_entry(outer)))
    }

    /// The same as seen from the rows of a scope.
    pub(crate) fn outcome_entry_here(&mut self, scope: &Scope) -> Option<NodeId> {
        self.bound(OUTCOME, scope).map(|entry| entry.node)
    }
}

/// Puts a figure under a name that no author can write.
fn bound(scope: &mut Scope, found: &mut Found, figure: Figure, span: Span) -> Expression {
    let name = format!("(figure {})", scope.bindings.len());
    scope.bindings.insert(name.clone(), figure.typed);
    found.windowed |= figure.windowed;
    found.outcome |= figure.outcome;
    found.supports.extend(figure.supports);
    Expression { span, kind: Box::new(ExpressionKind::Path(Path { segments: vec![Name { text: name, span }], span })) }
}

fn period_length(period: CalendarPeriod) -> Length {
    let exact = |days: i64| Length { milliseconds: days * crate::check::length::DAY, ..Length::default() };
    let months = |months: i64| Length { months, ..Length::default() };
    match period {
        CalendarPeriod::Day => exact(1),
        CalendarPeriod::Week => exact(7),
        CalendarPeriod::Month => months(1),
        CalendarPeriod::Quarter => months(3),
        CalendarPeriod::Year => months(12),
    }
}

fn signature(name: &str) -> &'static str {
    match name {
        "previous" => "previous(METRIC)",
        "cost" => "cost(STRATEGY)",
        "minutes" => "minutes(STRATEGY)",
        "incremental" => "incremental(GOAL)",
        "lasting" => "lasting(LENGTH, ended: CONDITION, horizon: N)",
        "attributed" => "attributed(count(ROWS where CONDITION), rule: last_touch, lookback: 30 days)",
        "lifetime" => "lifetime(REPEATS, recency: R, age: A, value: MEAN_VALUE, next: N)",
        "nps" => "nps(SCORE, WINDOW, at least N)",
        _ => "rate(CONDITION where CONDITION, WINDOW, at least N)",
    }
}

/// Whether a type is held as a number, so that a target can be compared with it.
pub(super) fn is_measure(ty: &Type) -> bool {
    matches!(ty.physical(), Physical::Int | Physical::Float) && !matches!(ty, Type::Label(_))
}
