//! Which rows an aggregate folds, and how they belong to the row it is asked for.

use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::names as problems;
use crate::diag::Problem;
use crate::ir::{Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{ArgumentKind, ColumnRole, Expression, ExpressionKind, ItemKind, Name, Path, TextPart};
use crate::types::{ColumnId, TableId, TableKind, Type, Value};

/// Rows of a table as seen from the current row.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub table: TableId,
    pub link: Link,
    /// A condition every linked row also meets: ledgers keep rows of many kinds of subject.
    pub filter: Option<NodeId>,
    pub prefix: Vec<String>,
}

/// How rows of a table name the thing they belong to.
pub(crate) enum Belonging {
    Column(TableId, ColumnId),
    /// A ledger's `subject` and `unit_id`.
    Unit(TableId),
    Ambiguous(TableId, Vec<String>),
}

impl Checker {
    /// Finds the rows the paths of an expression lead to; `None` when no path leads to rows.
    pub(crate) fn rows_in(&mut self, value: &Expression, scope: &Scope) -> Option<Option<Rows>> {
        let mut paths = Vec::new();
        collect_paths(value, &mut paths);
        for path in paths {
            if let Some(rows) = self.rows_of_path(&path, scope) {
                return Some(rows);
            }
        }
        None
    }

    /// Walks references from the current table until a name means rows.
    fn rows_of_path(&mut self, path: &Path, scope: &Scope) -> Option<Option<Rows>> {
        let mut position = scope.table?;
        let mut key = None;
        let mut prefix = Vec::new();
        let mut outer_scope = false;
        for (at, segment) in path.segments.iter().enumerate() {
            prefix.push(segment.text.clone());
            if at == 0 && segment.text == "subject" {
                position = scope.outer.as_ref().and_then(|outer| outer.table).unwrap_or(position);
                outer_scope = scope.outer.is_some();
                continue;
            }
            let is_value = self.table(position)?.find_column(&segment.text).is_some() && at + 1 == path.segments.len();
            if !is_value {
                if let Some(belonging) = self.rows_from(position, segment) {
                    return Some(self.link(position, key, belonging, prefix, segment.span, outer_scope, scope));
                }
            }
            let (column, target) = self.reference(position, &segment.text)?;
            let step = self.column(position, column, segment.span);
            let space = scope.table?;
            key = Some(match key {
                Some(key) => {
                    let ty = self.type_of(step);
                    self.add_in(space, Kind::Via { key, table: position, value: step }, ty, true, segment.span)
                }
                None if outer_scope => {
                    let (ty, optional) = (self.type_of(step), self.optional(step));
                    self.add_in(space, Kind::Outer(step), ty, optional, segment.span)
                }
                None => step,
            });
            position = target;
        }
        None
    }

    /// What a name means as rows belonging to `table`: a table that refers to it, or a name given with `back`.
    pub(crate) fn rows_from(&self, table: TableId, name: &Name) -> Option<Belonging> {
        for (at, candidate) in self.tables.iter().enumerate() {
            let back = candidate.columns.iter().position(|column| {
                column
                    .reference
                    .as_ref()
                    .is_some_and(|reference| reference.table == table && reference.back.as_deref() == Some(name.text.as_str()))
            });
            if let Some(column) = back {
                return Some(Belonging::Column(table_id(at)?, column_id(column)?));
            }
        }
        let target = self.find_table(&name.text)?;
        let rows = self.table(target)?;
        let referring: Vec<usize> = rows
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.reference.as_ref().is_some_and(|reference| reference.table == table))
            .map(|(at, _)| at)
            .collect();
        match referring.as_slice() {
            [single] => Some(Belonging::Column(target, column_id(*single)?)),
            [] if rows.kind == TableKind::Link => Some(Belonging::Column(target, self.link_source(target)?)),
            [] if rows.kind == TableKind::Ledger && rows.find_column("unit_id").is_some() => Some(Belonging::Unit(target)),
            [] => None,
            several => {
                let backs = several.iter().filter_map(|at| rows.columns.get(*at)?.reference.as_ref()?.back.clone()).collect();
                Some(Belonging::Ambiguous(target, backs))
            }
        }
    }

    /// The `from` column of a link table.
    fn link_source(&self, table: TableId) -> Option<ColumnId> {
        let name = &self.table(table)?.name;
        let written = self.modules.iter().flat_map(|module| &module.items).find_map(|item| match &item.kind {
            ItemKind::Table(written) if written.name.text == *name => Some(written),
            _ => None,
        })?;
        let from = written.columns.iter().find(|column| column.roles.contains(&ColumnRole::From))?;
        self.table(table)?.find_column(&from.name.text)
    }

    #[allow(clippy::too_many_arguments)]
    fn link(
        &mut self,
        position: TableId,
        key: Option<NodeId>,
        belonging: Belonging,
        prefix: Vec<String>,
        span: Span,
        outer_scope: bool,
        scope: &Scope,
    ) -> Option<Rows> {
        let outer_key = match key {
            Some(key) => key,
            None => {
                let own = self.own_key(position, span)?;
                match scope.table {
                    Some(space) if outer_scope => {
                        let ty = self.type_of(own);
                        self.add_in(space, Kind::Outer(own), ty, false, span)
                    }
                    Some(_) | None => own,
                }
            }
        };
        match belonging {
            Belonging::Column(table, column) => {
                let row_key = self.column(table, column, span);
                Some(Rows { table, link: Link::Key { row_key, outer_key }, filter: None, prefix })
            }
            Belonging::Unit(table) => {
                let row_key = self.named_column(table, "unit_id", span)?;
                let outer_key = self.as_text(outer_key, span);
                let filter = self.unit_filter(table, position, span);
                Some(Rows { table, link: Link::Key { row_key, outer_key }, filter, prefix })
            }
            Belonging::Ambiguous(table, backs) => {
                let names = |checker: &Self, id: TableId| checker.table(id).map_or_else(String::new, |table| table.name.clone());
                let (rows, here) = (names(self, table), names(self, position));
                let problem = Problem::new(&problems::AMBIGUOUS_ROWS, span).with("rows", rows).with("table", here);
                self.report(problem.with("known", backs.join(", ")));
                None
            }
        }
    }

    /// `subject = "loans"` on a ledger that has such a column.
    fn unit_filter(&mut self, ledger: TableId, subject: TableId, span: Span) -> Option<NodeId> {
        let column = self.named_column(ledger, "subject", span)?;
        let name = self.table(subject)?.name.clone();
        let optional = self.optional(column);
        let same = self.add(Kind::OneOf { value: column, set: vec![Value::Text(name)] }, Type::Bool, optional, span);
        Some(same)
    }

    pub(crate) fn named_column(&mut self, table: TableId, name: &str, span: Span) -> Option<NodeId> {
        let column = self.table(table)?.find_column(name)?;
        Some(self.column(table, column, span))
    }

    /// The single key column of a table, as a node.
    pub(crate) fn own_key(&mut self, table: TableId, span: Span) -> Option<NodeId> {
        let key = self.table(table)?.key.clone();
        match key.as_slice() {
            [single] => Some(self.column(table, *single, span)),
            _ => {
                let name = self.table(table)?.name.clone();
                let problem = Problem::new(&super::super::problems::declarations::TABLE_SHAPE, span).with("kind", "table");
                self.report(problem.with("table", name).with("what", "a single `key` column"));
                None
            }
        }
    }

    /// A key as the text ledgers keep.
    pub(crate) fn as_text(&mut self, node: NodeId, span: Span) -> NodeId {
        if self.type_of(node) == Type::Int { self.call("digits", vec![node], Type::Text, span) } else { node }
    }
}

fn table_id(at: usize) -> Option<TableId> {
    Some(TableId(u32::try_from(at).ok()?))
}

fn column_id(at: usize) -> Option<ColumnId> {
    Some(ColumnId(u32::try_from(at).ok()?))
}

/// The paths of an expression outside nested function calls that fold rows themselves.
fn collect_paths(expression: &Expression, out: &mut Vec<Path>) {
    match expression.kind.as_ref() {
        ExpressionKind::Path(path) => out.push(path.clone()),
        ExpressionKind::Literal(_) => {}
        ExpressionKind::Text(text) => out.extend(text.parts.iter().filter_map(|part| match part {
            TextPart::Slot(slot) => Some(slot.path.clone()),
            TextPart::Text(_) => None,
        })),
        ExpressionKind::List(items) => items.iter().for_each(|item| collect_paths(item, out)),
        ExpressionKind::Call { function: _, arguments } => {
            for argument in arguments {
                if let ArgumentKind::Rows { value, per: _, filter: _, among: _ } = &argument.kind {
                    collect_paths(value, out);
                }
            }
        }
        ExpressionKind::Since { unit: _, unit_span: _, moment } => collect_paths(moment, out),
        ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) => collect_paths(inner, out),
        ExpressionKind::Is { value, state: _ } | ExpressionKind::In { value, negated: _, set: _ } => collect_paths(value, out),
        ExpressionKind::Coalesce(a, b) | ExpressionKind::And(a, b) | ExpressionKind::Or(a, b) => {
            collect_paths(a, out);
            collect_paths(b, out);
        }
        ExpressionKind::Arithmetic { operator: _, operator_span: _, left, right } => {
            collect_paths(left, out);
            collect_paths(right, out);
        }
        ExpressionKind::Comparison { first, rest } => {
            collect_paths(first, out);
            rest.iter().for_each(|link| collect_paths(&link.right, out));
        }
    }
}
