//! Aggregates of groups: `max(sum(transactions.amount) per counterparty where COND, WINDOW, at least N)`.
//!
//! The rows that count are put together by subject and COLUMN, each group is folded by the inner function, and the outer one folds the
//! groups. In the graph every row knows the value of its group, and the outer function takes one row of each.

use super::aggregate::{Parts, function_of};
use super::rows::Rows;
use super::window::Bounds;
use crate::check::names::Scope;
use crate::check::problems::types as problems;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Comparison, FormatStyle, Kind, Link, NodeId, row_operands};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, ExpressionKind, Path};
use crate::types::Type;

/// What folds the rows of a group.
struct Inner<'a> {
    name: String,
    function: AggregateFunction,
    value: &'a Expression,
}

/// Rows, what is read of each, and which of them count.
pub(super) struct Gathered {
    pub rows: Rows,
    pub row_scope: Scope,
    pub value: Option<Typed>,
    pub filters: Vec<NodeId>,
    pub bounds: Bounds,
}

impl Checker {
    pub(super) fn grouped(
        &mut self,
        name: &str,
        function: AggregateFunction,
        parts: &Parts<'_>,
        per: &Path,
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        let space = scope.table?;
        let foldable = !matches!(function, AggregateFunction::Exists | AggregateFunction::Latest | AggregateFunction::Earliest);
        let Some(inner) = inner_of(parts.value).filter(|_| foldable) else {
            let problem = Problem::new(&problems::GROUP_VALUE, parts.value.span).with("function", name).with("column", per.text());
            self.report(problem.with("value", self.sources.text(parts.value.span).to_string()));
            return None;
        };
        let shown = format!("{name}(… per {})", per.text());
        let rows_parts = Parts { value: inner.value, ..parts.clone() };
        let Gathered { rows, row_scope, value, filters, bounds } = self.gathered(&inner.name, &shown, &rows_parts, span, scope)?;
        let inner_type = self.aggregate_type(&inner.name, inner.function, value.as_ref(), inner.value.span)?;
        let group = self.group_key(&rows.link, per, &row_scope)?;
        let key = self.own_key(rows.table, span)?;
        let filter = if filters.is_empty() { None } else { Some(self.all(&filters, span)) };
        let (table, at) = (rows.table, self.at_of(rows.table, span));
        let link = Link::Key { row_key: group, outer_key: group };
        let of_group = |function, value| Aggregate {
            table,
            link: link.clone(),
            function,
            value,
            filter,
            at,
            from: bounds.from,
            until: bounds.until,
            at_least: None,
        };
        let folded = of_group(inner.function, value.map(|value| value.node));
        let folded = self.folded(table, folded, inner_type, true, span);
        // Of each group the row that comes first, then by key.
        let first = of_group(AggregateFunction::Earliest, Some(key));
        let key_type = self.type_of(key);
        let first = self.add_in(table, Kind::Aggregate(Box::new(first)), key_type, true, span);
        let stands_for_it = self.surely_compare(Comparison::Equal, key, first, span);
        let filter = Some(self.all(&[filters, vec![stands_for_it]].concat(), span));
        let function = self.settle_function(name, function, parts.second, scope)?;
        let ty = self.aggregate_type(name, function, Some(&folded), span)?;
        let at_least = match parts.at_least {
            Some(count) => Some(u32::try_from(self.whole(count, scope, "`at least`")?).unwrap_or(0)),
            None => None,
        };
        let optional = self.aggregate_optional(function, &rows, at_least);
        let (link, value) = (rows.link, Some(folded.node));
        let groups = Aggregate { table, link, function, value, filter, at, from: bounds.from, until: bounds.until, at_least };
        Some(self.folded(space, groups, ty, optional, span))
    }

    /// The rows of a function that looks at everybody's at once.
    pub(super) fn gathered(&mut self, function: &str, shown: &str, parts: &Parts<'_>, span: Span, scope: &Scope) -> Option<Gathered> {
        let rows = self.aggregate_rows(function, parts, span, scope)?;
        let prefix = if parts.among.is_some() { Vec::new() } else { rows.prefix.clone() };
        let row_scope = scope.rows(rows.table, prefix);
        let value = self.aggregate_value(function, parts, &rows, &row_scope)?;
        let mut filters: Vec<NodeId> = rows.filter.into_iter().collect();
        if let Some(filter) = parts.filter {
            filters.push(self.condition_of(filter, &row_scope, "`where`")?.node);
        }
        let bounds = match parts.window {
            Some(window) => self.table_window(window, rows.table, scope)?,
            None => self.visible(rows.table, span),
        };
        let mut ends = [bounds.from, bounds.until].into_iter().flatten();
        let of_one = ends.any(|end| self.graph.get(end).is_some_and(|node| node.space.is_some()));
        let read = filters.iter().copied().chain(value.as_ref().map(|value| value.node));
        if of_one || read.into_iter().any(|node| self.reads_outside(node)) {
            self.report(Problem::new(&problems::SUBJECT_UNSEEN, span).with("function", shown));
            return None;
        }
        Some(Gathered { rows, row_scope, value, filters, bounds })
    }

    /// In rows: whose they are and the value of the column, as one text.
    fn group_key(&mut self, link: &Link, per: &Path, row_scope: &Scope) -> Option<NodeId> {
        let column = self.path(per, row_scope)?;
        let span = per.span;
        let text = match &column.ty {
            Type::Text | Type::Choice(_) => column.node,
            Type::Int | Type::Date | Type::Month | Type::Quarter | Type::Label(_) => self.formatted(&column, FormatStyle::Plain, span),
            other => {
                let problem =
                    Problem::new(&problems::WRONG_TYPE, span).with("where", "`per`").with("expected", "a text, a whole number or a day");
                self.report(problem.with("found", other));
                return None;
            }
        };
        let Link::Key { row_key, outer_key: _ } = link else { return Some(text) };
        let key = self.typed(*row_key, span);
        let key = if key.ty.is_text() { key.node } else { self.formatted(&key, FormatStyle::Plain, span) };
        let between = self.text_constant("\u{1f}", span);
        Some(self.concat(vec![key, between, text], span))
    }

    /// Whether a node of rows reads the subject around them.
    fn reads_outside(&self, node: NodeId) -> bool {
        let mut open = vec![(node, 0_usize)];
        let mut seen = std::collections::BTreeSet::new();
        while let Some((node, depth)) = open.pop() {
            if !seen.insert((node, depth)) {
                continue;
            }
            let Some(kind) = self.graph.get(node).map(|node| &node.kind) else { continue };
            if let Kind::Outer(inner) = kind {
                match depth.checked_sub(1) {
                    Some(depth) => open.push((*inner, depth)),
                    None => return true,
                }
                continue;
            }
            // A step to another table leads away from the row, not into rows of their own.
            let inside = if matches!(kind, Kind::Via { .. }) { Vec::new() } else { row_operands(kind) };
            open.extend(kind.operands().into_iter().map(|operand| (operand, depth + usize::from(inside.contains(&operand)))));
        }
        false
    }
}

/// `sum(transactions.amount)` as the value of each group.
fn inner_of(value: &Expression) -> Option<Inner<'_>> {
    let ExpressionKind::Call { function, arguments } = value.kind.as_ref() else { return None };
    let [Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter: None, among: None } }] = arguments.as_slice() else {
        return None;
    };
    let name = function.text();
    Some(Inner { function: function_of(&name)?, name, value })
}
