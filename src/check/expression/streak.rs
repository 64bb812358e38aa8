//! `streak(ROWS where E, WINDOW)`: how many of the latest rows in a row meet a condition.
//!
//! Of events it is the number of rows after the last one that does not certainly meet it. Of a panel it is the number of whole
//! periods up to the last completed one; a month without a row breaks it.

use super::window::Bounds;
use crate::check::names::Scope;
use crate::check::problems::types as problems;
use crate::check::{Checker, Typed, length::Length};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind};
use crate::types::{Period, TableId, Type, Value};

/// Rows of one table that belong to the subject.
struct Belonging {
    table: TableId,
    link: Link,
    at: NodeId,
    bounds: Bounds,
    span: Span,
}

const INSTANT: Length = Length { months: 0, milliseconds: 1, workdays: 0 };

impl Checker {
    pub(super) fn streak(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (value, condition, window) = match arguments {
            [Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter: Some(filter), among: None } }] => {
                (value, filter, None)
            }
            [
                Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter: Some(filter), among: None } },
                Argument { span: _, kind: ArgumentKind::Window(window) },
            ] => (value, filter, Some(window)),
            _ => {
                let signature = "streak(TABLE where CONDITION, WINDOW)";
                self.report(Problem::new(&problems::BAD_ARGUMENT, span).with("function", "streak").with("signature", signature));
                return None;
            }
        };
        let space = scope.table?;
        let Some(rows) = self.rows_in(value, scope) else {
            self.report(Problem::new(&problems::ROWS_EXPECTED, value.span).with("function", "streak"));
            return None;
        };
        let rows = rows?;
        let row_scope = scope.rows(rows.table, rows.prefix.clone());
        let condition = self.condition_of(condition, &row_scope, "`where`")?;
        let good = self.surely(condition.node, condition.span);
        let Some(at) = self.at_of(rows.table, span) else {
            let name = self.table(rows.table).map_or_else(String::new, |table| table.name.clone());
            self.report(Problem::new(&problems::WINDOW_WITHOUT_TIME, span).with("table", name));
            return None;
        };
        let bounds = match window {
            Some(window) => self.table_window(window, rows.table, scope)?,
            None => self.visible(rows.table, span),
        };
        let own: Vec<NodeId> = rows.filter.into_iter().collect();
        let belonging = Belonging { table: rows.table, link: rows.link, at, bounds, span };
        let broken = self.breaks(&belonging, good, &own)?;
        let last_break = self.fold_of(&belonging, space, AggregateFunction::Max, broken, belonging.bounds, Type::Time);
        let after = self.shift(last_break, INSTANT, span);
        let start = match belonging.bounds.from {
            Some(from) => from,
            // Long before any row.
            None => self.constant(Value::Int(-62_135_596_800_000), Type::Time, span),
        };
        let from = self.first_known(after, start, span);
        let counted: Vec<NodeId> = own.into_iter().chain([good]).collect();
        let counted = self.all(&counted, span);
        let bounds = Bounds { from: Some(from), until: belonging.bounds.until };
        let period = self.table(belonging.table)?.period;
        let function = if period.is_some() { AggregateFunction::Distinct } else { AggregateFunction::Count };
        let node = self.fold_of(&belonging, space, function, counted, bounds, Type::Int);
        Some(self.typed(node, span))
    }

    /// Rows that end a streak: those that do not meet the condition and, in a panel, those no next period follows.
    fn breaks(&mut self, rows: &Belonging, good: NodeId, own: &[NodeId]) -> Option<NodeId> {
        let span = rows.span;
        let bad = self.negation(good, span);
        let broken = match self.table(rows.table)?.period {
            None => bad,
            Some(period) => {
                let follows = self.next_period(rows, period, own)?;
                let last = self.negation(follows, span);
                self.any(&[bad, last], span)
            }
        };
        let all: Vec<NodeId> = own.iter().copied().chain([broken]).collect();
        Some(self.all(&all, span))
    }

    /// In a row: the subject has a row for the next period, or the next period is not complete yet.
    fn next_period(&mut self, rows: &Belonging, period: Period, own: &[NodeId]) -> Option<NodeId> {
        let span = rows.span;
        let Link::Key { row_key, outer_key: _ } = rows.link else { return None };
        let next = self.shift(rows.at, Length { months: period.months(), ..Length::default() }, span);
        let end = self.shift(next, INSTANT, span);
        let same =
            Belonging { table: rows.table, link: Link::Key { row_key, outer_key: row_key }, at: rows.at, bounds: Bounds::default(), span };
        let filter = self.all(own, span);
        let bounds = Bounds { from: Some(next), until: Some(end) };
        let there = self.fold_of(&same, rows.table, AggregateFunction::Exists, filter, bounds, Type::Bool);
        let there = self.surely(there, span);
        let until = rows.bounds.until?;
        let to_come = self.surely_compare(crate::ir::Comparison::GreaterOrEqual, next, until, span);
        Some(self.any(&[there, to_come], span))
    }

    /// A fold of the times of rows, or of rows.
    fn fold_of(
        &mut self,
        rows: &Belonging,
        space: TableId,
        function: AggregateFunction,
        filter: NodeId,
        bounds: Bounds,
        ty: Type,
    ) -> NodeId {
        let whole = matches!(function, AggregateFunction::Count | AggregateFunction::Exists);
        let value = (!whole).then_some(rows.at);
        let missing_key = match &rows.link {
            Link::Key { row_key: _, outer_key } => self.optional(*outer_key),
            Link::Everyone => false,
        };
        let optional = missing_key || function == AggregateFunction::Max;
        let aggregate = Aggregate {
            table: rows.table,
            link: rows.link.clone(),
            function,
            value,
            filter: Some(filter),
            at: Some(rows.at),
            from: bounds.from,
            until: bounds.until,
            at_least: None,
        };
        self.add_in(space, Kind::Aggregate(Box::new(aggregate)), ty, optional, rows.span)
    }
}
