//! Triggers that time pulls: offsets from a date, the time after one, periods of the calendar; and what is seen too late.
//!
//! A moment is called by the first run after it, however many days were not run in between. It is missed when its time is over by then,
//! or when the run after it did not know it: a row that came late, a date that was moved. To tell that from a moment an earlier run saw
//! and a rule stopped, whatever is called or missed leaves a row in the ledger of journeys; so a miss is told once.

use super::Draft;
use super::trigger::Fired;
use crate::check::Checker;
use crate::check::expression::Bounds;
use crate::check::length::{DAY, Length};
use crate::ir::{AggregateFunction, Comparison, Emission, Kind, Link, NodeId, Output};
use crate::source::Span;
use crate::syntax::ast::{self, CalendarPeriod};
use crate::types::{Type, Value};

const CALLED: &str = "called";
const MISSED: &str = "missed";

/// A moment that calls its subject.
pub(super) struct Calling {
    moment: NodeId,
    /// How the trigger reads, by which the ledger knows it.
    words: String,
    /// Two-valued: the subject did not enter at or after the moment.
    not_entered: NodeId,
    /// Two-valued: an earlier run called or missed this moment or a later one.
    known: NodeId,
    /// Two-valued: at or after the last completed run.
    recent: NodeId,
    /// Two-valued: `recent`, or not before the first moment that was ever called. What lies before is older than the strategy.
    ours: NodeId,
    span: Span,
}

/// A moment with what it comes to, whatever the trigger asks besides.
pub(super) struct Called {
    calling: Calling,
    reached: NodeId,
    missed: NodeId,
}

impl Checker {
    pub(super) fn calling(&mut self, draft: &Draft<'_>, trigger: &ast::Trigger, moment: NodeId, last: NodeId) -> Option<Calling> {
        let span = trigger.span;
        let words = self.trigger_words(trigger);
        let entered = self.surely_compare(Comparison::GreaterOrEqual, last, moment, span);
        let not_entered = self.negation(entered, span);
        let rows = [("event", &[CALLED, MISSED][..]), ("reason", &[words.as_str()][..])];
        let latest = self.latest_time(draft, "journeys", "happened_at", &rows)?;
        let known = self.surely_compare(Comparison::GreaterOrEqual, latest, moment, span);
        let previous = self.previous_run(span);
        let recent = self.surely_compare(Comparison::GreaterOrEqual, moment, previous, span);
        let first = self.first_called(draft, &words, span)?;
        let after_first = self.surely_compare(Comparison::GreaterOrEqual, moment, first, span);
        let ours = self.any(&[recent, after_first], span);
        Some(Calling { moment, words, not_entered, known, recent, ours, span })
    }

    /// The first moment by which a trigger of the strategy called anybody; one value for the run.
    fn first_called(&mut self, draft: &Draft<'_>, words: &str, span: Span) -> Option<NodeId> {
        let journeys = self.find_table("journeys")?;
        let mut conditions = Vec::new();
        for (column, values) in [("strategy_id", &[draft.ast.name.text.as_str()][..]), ("event", &[CALLED, MISSED]), ("reason", &[words])] {
            let column = self.named_column(journeys, column, span)?;
            conditions.push(self.one_of(column, values, span));
        }
        let filter = self.all(&conditions, span);
        let time = self.named_column(journeys, "happened_at", span)?;
        let aggregate = self.ledger_aggregate(journeys, Link::Everyone, AggregateFunction::Min, Some(time), filter, span);
        Some(self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), Type::Time, true, span))
    }

    /// `D before DATE`: a moment between the last completed run and T, or before the horizon of a run that looks ahead. It is too late
    /// once the day of the date is over, and when the run after it did not know of it. Who entered at it is not called again.
    pub(super) fn due_between_runs(&mut self, calling: Calling, date: NodeId) -> Fired {
        let (due, span) = (calling.moment, calling.span);
        let now = self.as_of(span);
        let horizon = self.constant(Value::Int(crate::ir::NO_HORIZON), Type::Time, span);
        let soon = self.within_bounds(due, Bounds { from: Some(now), until: Some(horizon) }, span);
        let soon = self.surely(soon, span);
        let past = self.surely_compare(Comparison::Less, due, now, span);
        let over = self.day_over(date, span);
        let in_time = self.negation(over, span);
        let on_time = self.all(&[calling.recent, past, in_time], span);
        let reached = self.any(&[on_time, soon], span);
        let known = self.is_known(due, span);
        let undecided = self.constant(Value::Missing, Type::Bool, span);
        let reached = self.either(known, reached, undecided, span);
        let fired = self.all(&[reached, calling.not_entered], span);
        let earlier = self.negation(calling.recent, span);
        let late = self.any(&[earlier, over], span);
        let missed = self.missed(&calling, &[past, late]);
        Fired { fired, time: due, row: None, missed: Some(missed), called: Some(Called { calling, reached, missed }) }
    }

    /// Two-valued: the day of a moment is over by T.
    fn day_over(&mut self, date: NodeId, span: Span) -> NodeId {
        let day = self.call("day", vec![date], Type::Date, span);
        let start = self.call("to_time", vec![day], Type::Time, span);
        let end = self.shift(start, Length { milliseconds: DAY, ..Length::default() }, span);
        let now = self.as_of(span);
        self.surely_compare(Comparison::Less, end, now, span)
    }

    /// `within D after DATE`: from the moment on, until the length is over. Who entered at it is not called again.
    pub(super) fn soon_after(&mut self, calling: Calling, length: Length) -> Fired {
        let (moment, span) = (calling.moment, calling.span);
        let now = self.as_of(span);
        let end = self.shift(moment, length, span);
        let begun = self.compare(Comparison::Less, moment, now, span);
        let open = self.compare(Comparison::Less, now, end, span);
        let reached = self.all(&[begun, open], span);
        let fired = self.all(&[reached, calling.not_entered], span);
        let over = self.surely_compare(Comparison::LessOrEqual, end, now, span);
        let missed = self.missed(&calling, &[over]);
        Fired { fired, time: moment, row: None, missed: Some(missed), called: Some(Called { calling, reached, missed }) }
    }

    /// Two-valued: too late, and no run called or missed it before.
    fn missed(&mut self, calling: &Calling, too_late: &[NodeId]) -> NodeId {
        let unknown = self.negation(calling.known, calling.span);
        let parts: Vec<NodeId> = [calling.ours, calling.not_entered, unknown].into_iter().chain(too_late.iter().copied()).collect();
        self.all(&parts, calling.span)
    }

    /// One row of the ledger of journeys the first time a moment is called or missed, whatever becomes of the subject.
    pub(super) fn record_call(&mut self, draft: &mut Draft<'_>, called: Called, running: NodeId) {
        let Called { calling, reached, missed } = called;
        let span = calling.span;
        let sure = self.surely(reached, span);
        let new = self.negation(calling.known, span);
        let called = self.all(&[sure, new, running], span);
        let missed = self.all(&[missed, running], span);
        let subject = self.table(draft.table).map_or_else(String::new, |table| table.name.clone());
        for (event, flag) in [(CALLED, called), (MISSED, missed)] {
            if self.never(flag) {
                continue;
            }
            let mut text = |text: &str| self.text_constant(text, span);
            let fields = [
                ("strategy_id", text(&draft.ast.name.text)),
                ("subject", text(&subject)),
                ("unit_id", draft.unit),
                ("customer_id", draft.customer.unwrap_or(draft.unit)),
                ("event", text(event)),
                ("reason", text(&calling.words)),
                ("happened_at", calling.moment),
            ];
            let fields = fields.into_iter().map(|(name, node)| (name.to_string(), node)).collect();
            draft.emissions.push(Emission { output: Output::Journeys, table: draft.table, flag, fields, strategy: Some(draft.index) });
        }
    }

    /// Once a period, in its first days. It is too late when no run came in those days.
    pub(super) fn every(&mut self, period: CalendarPeriod, within: Option<&ast::Expression>, last: NodeId, span: Span) -> Option<Fired> {
        let function = match period {
            CalendarPeriod::Day => "day",
            CalendarPeriod::Week => "week_start",
            CalendarPeriod::Month => "month_start",
            CalendarPeriod::Quarter => "quarter_start",
            CalendarPeriod::Year => "year_start",
        };
        let now = self.as_of(span);
        let day = self.evaluation_day(span);
        let start = if function == "day" { day } else { self.call(function, vec![day], Type::Date, span) };
        let start = self.call("to_time", vec![start], Type::Time, span);
        let entered = self.surely_compare(Comparison::GreaterOrEqual, last, start, span);
        let not_entered = self.negation(entered, span);
        let Some(within) = within else {
            return Some(Fired { fired: not_entered, time: now, row: None, missed: None, called: None });
        };
        let scope = crate::check::names::Scope::constant(0);
        let length = self.length(within, &scope, "`within`")?;
        let end = self.every_end(start, length, span);
        let open = self.compare(Comparison::LessOrEqual, now, end, span);
        let fired = self.all(&[not_entered, open], span);
        let over = self.surely_compare(Comparison::Greater, now, end, span);
        let before = self.graph.add(Kind::PreviousRun, Type::Time, true, None, span);
        let nobody_asked = self.surely_compare(Comparison::LessOrEqual, before, start, span);
        let missed = self.all(&[over, nobody_asked, not_entered], span);
        Some(Fired { fired, time: now, row: None, missed: Some(missed), called: None })
    }

    /// The first N days or workdays of a period; workdays end with the day they fall on.
    fn every_end(&mut self, start: NodeId, length: Length, span: Span) -> NodeId {
        if length.workdays == 0 {
            return self.shift(start, length, span);
        }
        let before = Length { milliseconds: -DAY, ..Length::default() };
        let eve = self.shift(start, before, span);
        let last = self.shift(eve, length, span);
        self.shift(last, Length { milliseconds: DAY, ..Length::default() }, span)
    }
}
