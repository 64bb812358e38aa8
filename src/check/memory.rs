//! What earlier runs recorded about labels: `previous(LABEL)`, and which labels have to be recorded for that.

use super::names::Scope;
use super::problems::{names, types};
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{AggregateFunction, Comparison, Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, ExpressionKind, Item, ItemKind, Path};
use crate::types::{LadderId, TableId, Type};
use std::rc::Rc;

/// Which recorded rows of `tier_history` are asked for.
pub(crate) struct History<'a> {
    /// The subject's key as text.
    pub unit: NodeId,
    pub space: TableId,
    /// The ladder's qualified name.
    pub scheme: &'a str,
    /// Only rows with one of these labels; empty for all.
    pub only: &'a [&'a str],
    /// Rows recorded before this instant.
    pub until: NodeId,
    pub span: Span,
}

impl Checker {
    /// A column of the last such row; missing when there is none.
    pub(crate) fn history(&mut self, history: &History<'_>, column: &str) -> Option<NodeId> {
        let span = history.span;
        let table = self.find_table("tier_history")?;
        let scheme = self.named_column(table, "scheme", span)?;
        let mut conditions = vec![self.one_of(scheme, &[history.scheme], span)];
        if !history.only.is_empty() {
            let label = self.history_column(table, "label", span)?;
            conditions.push(self.one_of(label, history.only, span));
        }
        let filter = self.all(&conditions, span);
        let value = self.history_column(table, column, span)?;
        let ty = self.type_of(value);
        let row_key = self.ledger_unit(table, span)?;
        let link = Link::Key { row_key, outer_key: history.unit };
        let mut aggregate = self.ledger_aggregate(table, link, AggregateFunction::Latest, Some(value), filter, span);
        aggregate.until = Some(history.until);
        Some(self.add_in(history.space, Kind::Aggregate(Box::new(aggregate)), ty, true, span))
    }

    fn history_column(&mut self, table: TableId, column: &str, span: Span) -> Option<NodeId> {
        let found = self.named_column(table, column, span);
        if found.is_none() {
            let name = self.table(table).map_or_else(String::new, |table| table.name.clone());
            self.report(Problem::new(&super::problems::declarations::COLUMN_MISSING, span).with("table", name).with("column", column));
        }
        found
    }

    /// The label a text names; missing for a text that is no label of the ladder any more.
    pub(crate) fn label_named(&mut self, text: NodeId, ladder: LadderId, span: Span) -> Option<NodeId> {
        let labels: Vec<String> = self.ladders.get(ladder.0 as usize)?.labels.iter().map(|label| label.name.clone()).collect();
        let mut rows = Vec::new();
        for (at, label) in labels.iter().enumerate() {
            rows.push((self.one_of(text, &[label], span), u32::try_from(at).ok()?));
        }
        Some(self.add(Kind::Ladder { rows, otherwise: None, unknown: None }, Type::Label(ladder), true, span))
    }

    /// `previous(LABEL)`: as recorded by the last run; `previous(LABEL, D)`: the one in force D ago.
    pub(super) fn previous(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (path, ago) = match arguments {
            [label] => (plain_path(label), None),
            [label, ago] => (plain_path(label), plain(ago)),
            _ => (None, None),
        };
        let (Some(path), true) = (path, arguments.len() == 1 || ago.is_some()) else {
            self.report(
                Problem::new(&types::BAD_ARGUMENT, span)
                    .with("function", "previous")
                    .with("signature", "previous(LABEL), previous(LABEL, 180 days)"),
            );
            return None;
        };
        let space = scope.table?;
        let (module, item) = self.remembered_item(path, scope)?;
        let ladder = self.ladder_of(module, &item, space)?;
        let scheme = self.ladders.get(ladder.0 as usize)?.name.clone();
        let until = self.recorded_until(ago, span, scope)?;
        let unit = self.unit_of(space, span)?;
        let text = self.history(&History { unit, space, scheme: &scheme, only: &[], until, span }, "label")?;
        self.remembered.push((module, item, space));
        let node = self.label_named(text, ladder, span)?;
        Some(self.typed(node, span))
    }

    /// The tiers or partition a path names; it must be about the rows of the scope.
    fn remembered_item(&mut self, path: &Path, scope: &Scope) -> Option<(usize, Rc<Item>)> {
        let Some((module, item)) = self.find_item(path, scope.module) else {
            self.path(path, scope);
            return None;
        };
        let ItemKind::Ladder(_) = &item.kind else {
            let found = super::facts::kind_word(&item.kind);
            let problem = Problem::new(&types::WRONG_TYPE, path.span).with("where", "`previous`").with("expected", "tiers or a partition");
            self.report(problem.with("found", format!("{found} `{}`", path.text())));
            return None;
        };
        if self.fact_table(module, &item) != scope.table {
            let name = |checker: &Self, id: Option<TableId>| {
                id.and_then(|id| checker.table(id)).map_or_else(String::new, |table| table.name.clone())
            };
            let (about, here) = (name(self, self.fact_table(module, &item)), name(self, scope.table));
            let problem = Problem::new(&names::FACT_OF_OTHER_TABLE, path.span).with("name", path.text()).with("table", &about);
            self.report(problem.with("here", here).with("path", about));
            return None;
        }
        Some((module, item))
    }

    /// The ladder of an item, which may be the one being lowered: what was recorded never depends on what is decided now.
    fn ladder_of(&mut self, module: usize, item: &Rc<Item>, table: TableId) -> Option<LadderId> {
        let (name, _) = super::names::declared(&item.kind)?;
        let qualified = self.modules.get(module)?.qualified(&name.text);
        let registered = |checker: &Self| {
            let at = checker.ladders.iter().position(|ladder| ladder.name == qualified)?;
            u32::try_from(at).ok().map(LadderId)
        };
        match registered(self) {
            Some(found) => Some(found),
            None => {
                self.fact(module, item, table)??;
                registered(self)
            }
        }
    }

    /// Rows recorded by this same evaluation are not history, so the same day run twice gives the same.
    fn recorded_until(&mut self, ago: Option<&Expression>, span: Span, scope: &Scope) -> Option<NodeId> {
        let start = self.evaluation_day_start(span);
        let Some(ago) = ago else { return Some(start) };
        let length = self.length(ago, scope, "`previous`")?;
        let now = self.as_of(span);
        let then = self.shift(now, length.negated(), span);
        let earlier = self.surely_compare(Comparison::Less, then, start, span);
        Some(self.either(earlier, then, start, span))
    }
}

fn plain(argument: &Argument) -> Option<&Expression> {
    match &argument.kind {
        ArgumentKind::Rows { value, per: None, filter: None, among: None } => Some(value),
        _ => None,
    }
}

fn plain_path(argument: &Argument) -> Option<&Path> {
    match plain(argument)?.kind.as_ref() {
        ExpressionKind::Path(path) => Some(path),
        _ => None,
    }
}
