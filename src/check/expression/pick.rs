//! `pick(TABLE where E)`: the key of one row – the one with most free capacity, then the smallest key.

use crate::check::names::Scope;
use crate::check::problems::types as problems;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Kind, Link, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, ComparisonOperator, Expression, ExpressionKind};
use crate::types::{TableId, Type, Value};

/// The column that says how many subjects a row can take.
const CAPACITY: &str = "portfolio_max";

impl Checker {
    pub(super) fn pick(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (value, filter) = match arguments {
            [Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter, among: None } }] => (value, filter.as_ref()),
            _ => return self.bad_pick(span),
        };
        let ExpressionKind::Path(path) = value.kind.as_ref() else { return self.bad_pick(span) };
        let (space, table) = (scope.table?, self.keyed_table(path)?);
        let key = self.own_key(table, span)?;
        let row_scope = scope.rows(table, vec![path.text()]);
        let mut link = Link::Everyone;
        let mut conditions: Vec<NodeId> = Vec::new();
        for part in filter.map(conjuncts).unwrap_or_default() {
            if let (Link::Everyone, Some(found)) = (&link, self.linked_by(&part, scope, &row_scope)) {
                link = found;
                continue;
            }
            conditions.push(self.condition_of(&part, &row_scope, "`where`")?.node);
        }
        let (at, spare) = self.free_places(table, space, span);
        conditions.extend(spare);
        let filter = (!conditions.is_empty()).then(|| self.all(&conditions, span));
        let ty = self.type_of(key);
        let function = AggregateFunction::Earliest;
        let aggregate = Aggregate { table, link, function, value: Some(key), filter, at, from: None, until: None, at_least: None };
        let node = self.add_in(space, Kind::Aggregate(Box::new(aggregate)), ty, true, span);
        Some(self.typed(node, span))
    }

    fn bad_pick(&mut self, span: Span) -> Option<Typed> {
        let problem = Problem::new(&problems::BAD_ARGUMENT, span).with("function", "pick");
        self.report(problem.with("signature", "pick(TABLE where CONDITION)"));
        None
    }

    /// `branch_id = subject.branch_id` joins by that column.
    fn linked_by(&mut self, part: &Expression, scope: &Scope, row_scope: &Scope) -> Option<Link> {
        let ExpressionKind::Comparison { first, rest } = part.kind.as_ref() else { return None };
        let [link] = rest.as_slice() else { return None };
        let (ExpressionKind::Path(left), ExpressionKind::Path(right)) = (first.kind.as_ref(), link.right.kind.as_ref()) else {
            return None;
        };
        let subject = |path: &crate::syntax::ast::Path| path.segments.first().is_some_and(|head| head.text == "subject");
        if link.operator != ComparisonOperator::Equal || subject(left) == subject(right) {
            return None;
        }
        let (row, outer) = if subject(right) { (left, right) } else { (right, left) };
        let (row, outer) = (self.path(row, row_scope)?, self.path(outer, scope)?);
        let equal = row.ty == outer.ty || row.ty.is_text() && outer.ty.is_text();
        equal.then_some(Link::Key { row_key: row.node, outer_key: outer.node })
    }

    /// Of rows that say how many subjects they take: fewest free places last, and none without one.
    fn free_places(&mut self, table: TableId, space: TableId, span: Span) -> (Option<NodeId>, Option<NodeId>) {
        let start = self.constant(Value::Int(0), Type::Time, span);
        let (Some(most), Some(reference)) = (self.named_column(table, CAPACITY, span), self.referring(space, table, span)) else {
            return (None, None);
        };
        let Some(key) = self.own_key(table, span) else { return (None, None) };
        let link = Link::Key { row_key: reference, outer_key: key };
        let function = AggregateFunction::Count;
        let taken =
            Aggregate { table: space, link, function, value: None, filter: None, at: None, from: None, until: None, at_least: None };
        let taken = self.add_in(table, Kind::Aggregate(Box::new(taken)), Type::Int, false, span);
        let free = self.binary(Operator::Subtract, most, taken, Type::Int, span);
        let fewest = self.add(Kind::Negate(free), Type::Time, true, span);
        let at = self.first_known(fewest, start, span);
        let zero = self.constant(Value::Int(0), Type::Int, span);
        let full = self.surely_compare(crate::ir::Comparison::LessOrEqual, free, zero, span);
        let spare = self.negation(full, span);
        (Some(at), Some(spare))
    }

    /// The column of `space` that refers to `table`.
    fn referring(&mut self, space: TableId, table: TableId, span: Span) -> Option<NodeId> {
        let columns = &self.table(space)?.columns;
        let at = columns.iter().position(|column| column.reference.as_ref().is_some_and(|reference| reference.table == table))?;
        Some(self.column(space, crate::types::ColumnId(u32::try_from(at).ok()?), span))
    }
}

/// The parts of a condition that must all hold.
fn conjuncts(condition: &Expression) -> Vec<Expression> {
    let mut out = Vec::new();
    let mut pending = vec![condition.clone()];
    while let Some(next) = pending.pop() {
        match next.kind.as_ref() {
            ExpressionKind::And(a, b) => pending.extend([b.clone(), a.clone()]),
            _ => out.push(next),
        }
    }
    out
}
