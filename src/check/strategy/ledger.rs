//! What earlier runs wrote, read back for one subject.

use super::Draft;
use crate::check::Checker;
use crate::ir::{AggregateFunction, Comparison, Kind, Link, NodeId};
use crate::source::Span;
use crate::types::{TableId, Type};

impl Checker {
    /// The latest time among a ledger's rows of this strategy and subject; missing when there are none.
    pub(super) fn latest_time(&mut self, draft: &Draft<'_>, ledger: &str, column: &str, more: &[(&str, &[&str])]) -> Option<NodeId> {
        let span = draft.span;
        let table = self.find_table(ledger)?;
        let strategy = self.named_column(table, "strategy_id", span)?;
        let mut conditions = vec![self.one_of(strategy, &[draft.ast.name.text.as_str()], span)];
        for (column, values) in more {
            let column = self.named_column(table, column, span)?;
            conditions.push(self.one_of(column, values, span));
        }
        let filter = self.all(&conditions, span);
        let value = match ledger {
            "contacts" => self.contact_time(table, span)?,
            _ => self.named_column(table, column, span)?,
        };
        self.of_unit(draft, table, AggregateFunction::Max, Some(value), filter, Type::Time)
    }

    /// In contact rows: when a contact goes out. What a run that looked ahead decided goes out after that run.
    pub(super) fn contact_time(&mut self, contacts: TableId, span: Span) -> Option<NodeId> {
        let sent = self.named_column(contacts, "sent_at", span)?;
        let Some(planned) = self.table(contacts)?.find_column("due_from") else { return Some(sent) };
        let planned = self.column(contacts, planned, span);
        Some(self.first_known(planned, sent, span))
    }

    /// An aggregate over the rows of a ledger that are about the subject.
    pub(super) fn of_unit(
        &mut self,
        draft: &Draft<'_>,
        table: TableId,
        function: AggregateFunction,
        value: Option<NodeId>,
        filter: NodeId,
        ty: Type,
    ) -> Option<NodeId> {
        let row_key = self.ledger_unit(table, draft.span)?;
        let link = Link::Key { row_key, outer_key: draft.unit };
        let aggregate = self.ledger_aggregate(table, link, function, value, filter, draft.span);
        Some(self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), ty, true, draft.span))
    }

    /// The arm the ledger holds for the subject in this experiment, as text.
    pub(super) fn recorded_arm(&mut self, draft: &Draft<'_>) -> Option<NodeId> {
        let table = self.find_table("assignments")?;
        let experiment = self.named_column(table, "experiment", draft.span)?;
        let filter = self.one_of(experiment, &[super::experiment_of(draft.ast).as_str()], draft.span);
        let arm = self.named_column(table, "arm", draft.span)?;
        self.of_unit(draft, table, AggregateFunction::Latest, Some(arm), filter, Type::Text)
    }

    /// The share of the arm a subject gets, where the ledger keeps it: with what probability it got that arm.
    pub(super) fn share_in_force(&mut self, draft: &Draft<'_>, arm: Option<NodeId>) -> Option<NodeId> {
        self.table(self.find_table("assignments")?)?.find_column("share")?;
        let mut shares = draft.arms.iter().enumerate().rev();
        let (_, last) = shares.next()?;
        let fraction = |checker: &mut Self, share: u32| {
            let value = crate::types::Value::float(f64::from(share) / 10_000.0);
            checker.constant(value, Type::Number, draft.span)
        };
        let mut found = fraction(self, last.share);
        for (at, other) in shares {
            let kind = Kind::OneOf { value: arm?, set: vec![crate::types::Value::Int(i64::try_from(at).ok()?)] };
            let own = self.add(kind, Type::Bool, true, draft.span);
            let (own, share) = (self.surely(own, draft.span), fraction(self, other.share));
            found = self.either(own, share, found, draft.span);
        }
        Some(found)
    }

    /// The label recorded for a scheme by the evaluation before this one, as text.
    pub(crate) fn recorded_label(&mut self, unit: NodeId, space: TableId, scheme: &str, span: Span) -> Option<NodeId> {
        let until = self.evaluation_day_start(span);
        self.history(&crate::check::memory::History { unit, space, scheme, only: &[], until, span }, "label")
    }

    /// The day an evaluation as of T is recorded under: the day of the last instant before T.
    pub(crate) fn evaluation_day(&mut self, span: Span) -> NodeId {
        let as_of = self.as_of(span);
        let before = crate::check::length::Length { milliseconds: -1, ..crate::check::length::Length::default() };
        let last = self.shift(as_of, before, span);
        self.call("day", vec![last], Type::Date, span)
    }

    /// Rows recorded by this same evaluation are not history.
    pub(crate) fn evaluation_day_start(&mut self, span: Span) -> NodeId {
        let day = self.evaluation_day(span);
        self.call("to_time", vec![day], Type::Time, span)
    }

    /// The last completed run, or the beginning of time when there was none.
    pub(super) fn previous_run(&mut self, span: Span) -> NodeId {
        let previous = self.graph.add(Kind::PreviousRun, Type::Time, true, None, span);
        let start = self.constant(crate::types::Value::Int(0), Type::Time, span);
        self.add(Kind::Coalesce(previous, start), Type::Time, false, span)
    }

    pub(crate) fn compare(&mut self, operator: Comparison, left: NodeId, right: NodeId, span: Span) -> NodeId {
        let optional = self.optional(left) || self.optional(right);
        self.add(Kind::Compare { operator, left, right }, Type::Bool, optional, span)
    }

    /// `compare`, with unknown as false.
    pub(crate) fn surely_compare(&mut self, operator: Comparison, left: NodeId, right: NodeId, span: Span) -> NodeId {
        let node = self.compare(operator, left, right, span);
        self.surely(node, span)
    }

    pub(crate) fn is_known(&mut self, node: NodeId, span: Span) -> NodeId {
        if !self.optional(node) {
            return self.truth(true, span);
        }
        let missing = self.add(Kind::IsMissing(node), Type::Bool, false, span);
        self.negation(missing, span)
    }

    /// The first unless missing.
    pub(crate) fn first_known(&mut self, first: NodeId, second: NodeId, span: Span) -> NodeId {
        if !self.optional(first) {
            return first;
        }
        let (ty, optional) = (self.type_of(first), self.optional(second));
        self.add(Kind::Coalesce(first, second), ty, optional, span)
    }

    /// `value` where the condition is true, missing elsewhere.
    pub(crate) fn only_where(&mut self, condition: NodeId, value: NodeId, span: Span) -> NodeId {
        let ty = self.type_of(value);
        let missing = self.constant(crate::types::Value::Missing, ty, span);
        self.either(condition, value, missing, span)
    }
}
