//! Windows of time, as bounds on instants. Windows are half-open; nothing at or after T is ever seen.

use crate::check::Checker;
use crate::check::length::Length;
use crate::check::names::Scope;
use crate::check::problems::types as problems;
use crate::diag::Problem;
use crate::ir::{Comparison, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{CalendarPeriod, Expression, Window, WindowKind};
use crate::types::{Period, TableId, TableKind, Type};

/// `from <= instant < until`; a missing bound is open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds {
    pub from: Option<NodeId>,
    pub until: Option<NodeId>,
}

impl Checker {
    /// What rows of a table with a time may ever be seen: those before T, and of panels those of completed periods.
    pub(crate) fn visible(&mut self, table: TableId, span: Span) -> Bounds {
        let Some(known) = self.table(table) else { return Bounds::default() };
        if known.at.is_none() {
            return Bounds::default();
        }
        let until = match known.period {
            Some(period) => self.period_start(period, span),
            None => self.as_of(span),
        };
        Bounds { from: None, until: Some(until) }
    }

    /// The first instant of the period T lies in.
    fn period_start(&mut self, period: Period, span: Span) -> NodeId {
        let as_of = self.as_of(span);
        self.period_start_of(period, as_of, span)
    }

    fn period_start_of(&mut self, period: Period, moment: NodeId, span: Span) -> NodeId {
        let word = match period {
            Period::Month => "month_start",
            Period::Quarter => "quarter_start",
        };
        self.calendar_start_of(word, moment, span)
    }

    fn calendar_start(&mut self, function: &str, span: Span) -> NodeId {
        let as_of = self.as_of(span);
        self.calendar_start_of(function, as_of, span)
    }

    fn calendar_start_of(&mut self, function: &str, moment: NodeId, span: Span) -> NodeId {
        let day = self.call("day", vec![moment], Type::Date, span);
        let start = if function == "day" { day } else { self.call(function, vec![day], Type::Date, span) };
        self.call("to_time", vec![start], Type::Time, span)
    }

    /// The time column of a table as an instant, in its row space.
    pub(crate) fn at_of(&mut self, table: TableId, span: Span) -> Option<NodeId> {
        let column = self.table(table)?.at?;
        let node = self.column(table, column, span);
        let typed = self.typed(node, span);
        Some(self.as_time(&typed).node)
    }

    /// Rows of events are there from their time on: two-valued, the row lies before T. `None` for tables that are not of events.
    pub(crate) fn row_is_seen(&mut self, table: TableId, span: Span) -> Option<NodeId> {
        let known = self.table(table)?;
        let at = known.at.and_then(|at| known.column(at))?;
        if known.kind != TableKind::Event || !matches!(at.ty, Type::Time | Type::Date) {
            return None;
        }
        let (at, now) = (self.at_of(table, span)?, self.as_of(span));
        Some(self.surely_compare(Comparison::Less, at, now, span))
    }

    /// A window on the time column of a table; bounds live in `scope`, the space of the aggregate.
    pub(crate) fn table_window(&mut self, window: &Window, table: TableId, scope: &Scope) -> Option<Bounds> {
        let known = self.table(table)?;
        let (name, period) = (known.name.clone(), known.period);
        if known.at.is_none() {
            self.report(Problem::new(&problems::WINDOW_WITHOUT_TIME, window.span).with("table", name));
            return None;
        }
        if let WindowKind::Next { length: _ } = &window.kind {
            self.report(Problem::new(&problems::FUTURE_WINDOW, window.span).with("table", name));
            return None;
        }
        if let Some(period) = period {
            self.check_whole_periods(window, period, &name, scope)?;
        }
        let base = match period {
            Some(period) => self.period_start(period, window.span),
            None => self.as_of(window.span),
        };
        if let (WindowKind::Within { length }, Some(period)) = (&window.kind, period) {
            // Whole periods after the entry that are over when the window is.
            let (entry, end) = self.outcome_window(length, window.span, scope)?;
            let end = self.period_start_of(period, end, window.span);
            return Some(Bounds { from: Some(entry), until: Some(self.earlier(end, base, window.span)) });
        }
        self.window_bounds(window, base, scope)
    }

    /// The entry whose outcome is judged, and the end of a length after it.
    fn outcome_window(&mut self, length: &Expression, span: Span, scope: &Scope) -> Option<(NodeId, NodeId)> {
        let Some(entry) = self.outcome_entry_here(scope) else {
            self.report(Problem::new(&problems::WINDOW_MISPLACED, span));
            return None;
        };
        let length = self.length(length, scope, "`within`")?;
        Some((entry, self.shift(entry, length, span)))
    }

    /// The earlier of two times: nothing at or after T is ever seen.
    pub(crate) fn earlier(&mut self, one: NodeId, other: NodeId, span: Span) -> NodeId {
        let optional = self.optional(one) || self.optional(other);
        let first = self.add(Kind::Compare { operator: Comparison::LessOrEqual, left: one, right: other }, Type::Bool, optional, span);
        self.either(first, one, other, span)
    }

    fn check_whole_periods(&mut self, window: &Window, period: Period, table: &str, scope: &Scope) -> Option<()> {
        let WindowKind::Last { length, ending_ago } = &window.kind else { return Some(()) };
        for part in [Some(length), ending_ago.as_ref()].into_iter().flatten() {
            let found = self.length(part, scope, "a window")?;
            if found.milliseconds != 0 || found.workdays != 0 || found.months % period.months() != 0 {
                let (word, word_zh) = match period {
                    Period::Month => ("month", "月"),
                    Period::Quarter => ("quarter", "季"),
                };
                let problem = Problem::new(&problems::WINDOW_NOT_WHOLE, part.span).with("table", table);
                self.report(problem.with("period", word).with("period_zh", word_zh));
                return None;
            }
        }
        Some(())
    }

    fn window_bounds(&mut self, window: &Window, base: NodeId, scope: &Scope) -> Option<Bounds> {
        let span = window.span;
        match &window.kind {
            WindowKind::Last { length, ending_ago } => {
                let length = self.length(length, scope, "a window")?;
                let ending = match ending_ago {
                    Some(ago) => self.length(ago, scope, "`ending … ago`")?,
                    None => Length::default(),
                };
                // From T in one step, so that months clamp once.
                let both = Length {
                    months: length.months + ending.months,
                    milliseconds: length.milliseconds + ending.milliseconds,
                    workdays: length.workdays + ending.workdays,
                };
                let until = self.shift(base, ending.negated(), span);
                let from = self.shift(base, both.negated(), span);
                Some(Bounds { from: Some(from), until: Some(until) })
            }
            WindowKind::Next { length } => {
                let length = self.length(length, scope, "a window")?;
                let until = self.shift(base, length, span);
                Some(Bounds { from: Some(base), until: Some(until) })
            }
            WindowKind::This(period) => {
                let start = self.calendar_start(start_function(*period), span);
                Some(Bounds { from: Some(start), until: Some(base) })
            }
            WindowKind::Previous(period) => {
                let until = self.calendar_start(start_function(*period), span);
                let from = self.shift(until, period_length(*period).negated(), span);
                Some(Bounds { from: Some(from), until: Some(until) })
            }
            WindowKind::Since { moment } => {
                let from = self.moment(moment, scope, "`since`")?;
                Some(Bounds { from: Some(from), until: Some(base) })
            }
            WindowKind::Within { length } => {
                // Only where an outcome is judged: from the entry on.
                let (entry, end) = self.outcome_window(length, span, scope)?;
                Some(Bounds { from: Some(entry), until: Some(self.earlier(end, base, span)) })
            }
        }
    }

    /// An expression that must be a moment, as an instant.
    pub(crate) fn moment(&mut self, expression: &Expression, scope: &Scope, place: &str) -> Option<NodeId> {
        let typed = self.expression(expression, scope)?;
        if typed.ty.is_moment() {
            return Some(self.as_time(&typed).node);
        }
        let problem = Problem::new(&problems::WRONG_TYPE, expression.span).with("where", place).with("expected", "a date or time");
        self.report(problem.with("found", &typed.ty));
        None
    }

    /// `date in next 30 days`
    pub(super) fn in_window(&mut self, value: &Expression, window: &Window, span: Span, scope: &Scope) -> Option<NodeId> {
        let at = self.moment(value, scope, "`in` with a window")?;
        let base = self.as_of(window.span);
        let bounds = self.window_bounds(window, base, scope)?;
        Some(self.within_bounds(at, bounds, span))
    }

    /// `from <= at < until` as a condition.
    pub(crate) fn within_bounds(&mut self, at: NodeId, bounds: Bounds, span: Span) -> NodeId {
        let mut conditions = Vec::new();
        for (bound, operator) in [(bounds.from, Comparison::GreaterOrEqual), (bounds.until, Comparison::Less)] {
            if let Some(right) = bound {
                let optional = self.optional(at) || self.optional(right);
                conditions.push(self.add(Kind::Compare { operator, left: at, right }, Type::Bool, optional, span));
            }
        }
        self.all(&conditions, span)
    }
}

fn start_function(period: CalendarPeriod) -> &'static str {
    match period {
        CalendarPeriod::Day => "day",
        CalendarPeriod::Week => "week_start",
        CalendarPeriod::Month => "month_start",
        CalendarPeriod::Quarter => "quarter_start",
        CalendarPeriod::Year => "year_start",
    }
}

fn period_length(period: CalendarPeriod) -> Length {
    match period {
        CalendarPeriod::Day => Length { milliseconds: crate::check::length::DAY, ..Length::default() },
        CalendarPeriod::Week => Length { milliseconds: 7 * crate::check::length::DAY, ..Length::default() },
        CalendarPeriod::Month => Length { months: 1, ..Length::default() },
        CalendarPeriod::Quarter => Length { months: 3, ..Length::default() },
        CalendarPeriod::Year => Length { months: 12, ..Length::default() },
    }
}
