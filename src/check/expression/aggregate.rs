//! Aggregates: `agg(EXPR per COLUMN where COND, WINDOW, at least N)`.

use super::rows::Rows;
use crate::check::names::Scope;
use crate::check::problems::{names, types as problems};
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, Expression, ExpressionKind, Path, Window};
use crate::types::{Physical, TableId, Type};

/// The parts of an aggregate as written.
#[derive(Clone)]
pub(super) struct Parts<'a> {
    pub value: &'a Expression,
    pub filter: Option<&'a Expression>,
    pub among: Option<&'a Path>,
    pub window: Option<&'a Window>,
    pub at_least: Option<&'a Expression>,
    /// Second plain argument: the share of `quantile`.
    pub second: Option<&'a Expression>,
    /// Rows with one value of this column are one group.
    pub per: Option<&'a Path>,
}

pub(crate) fn function_of(name: &str) -> Option<AggregateFunction> {
    Some(match name {
        "count" => AggregateFunction::Count,
        "sum" => AggregateFunction::Sum,
        "mean" => AggregateFunction::Mean,
        "min" => AggregateFunction::Min,
        "max" => AggregateFunction::Max,
        "median" => AggregateFunction::Median,
        "quantile" => AggregateFunction::Quantile(500_000),
        "stddev" => AggregateFunction::Deviation,
        "distinct" => AggregateFunction::Distinct,
        "latest" => AggregateFunction::Latest,
        "earliest" => AggregateFunction::Earliest,
        "exists" => AggregateFunction::Exists,
        _ => return None,
    })
}

impl Checker {
    pub(super) fn aggregate(
        &mut self,
        name: &str,
        function: AggregateFunction,
        arguments: &[Argument],
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        let parts = self.aggregate_parts(name, arguments, span)?;
        let space = scope.table?;
        if let Some(per) = parts.per.filter(|_| function != AggregateFunction::Count) {
            return self.grouped(name, function, &parts, per, span, scope);
        }
        let rows = self.aggregate_rows(name, &parts, span, scope)?;
        // Among rows of its own table `subject` is the one that asks, as everywhere.
        let prefix = if parts.among.is_some() { Vec::new() } else { rows.prefix.clone() };
        let row_scope = scope.rows(rows.table, prefix);
        let mut value = self.aggregate_value(name, &parts, &rows, &row_scope)?;
        let mut filters: Vec<NodeId> = rows.filter.into_iter().collect();
        let mut function = function;
        if let Some(per) = parts.per {
            // Different values of the column among the rows whose own value is known.
            if let Some(counted) = value.take() {
                filters.push(self.is_known(counted.node, counted.span));
            }
            value = Some(self.path(per, &row_scope)?);
            function = AggregateFunction::Distinct;
        }
        if let Some(filter) = parts.filter {
            filters.push(self.condition_of(filter, &row_scope, "`where`")?.node);
        }
        self.refuse_old_scores(&parts, rows.table, span);
        let bounds = match parts.window {
            Some(window) => self.table_window(window, rows.table, scope)?,
            None => self.visible(rows.table, span),
        };
        let function = self.settle_function(name, function, parts.second, scope)?;
        let ty = self.aggregate_type(name, function, value.as_ref(), span)?;
        let at_least = match parts.at_least {
            Some(count) => Some(u32::try_from(self.whole(count, scope, "`at least`")?).unwrap_or(0)),
            None => None,
        };
        let optional = self.aggregate_optional(function, &rows, at_least);
        let filter = if filters.is_empty() { None } else { Some(self.all(&filters, span)) };
        let aggregate = Aggregate {
            table: rows.table,
            link: rows.link,
            function,
            value: value.map(|value| value.node),
            filter,
            at: self.at_of(rows.table, span),
            from: bounds.from,
            until: bounds.until,
            at_least,
        };
        Some(self.folded(space, aggregate, ty, optional, span))
    }

    /// A deviation is computed as a float; one of money or lengths is whole units again, as a mean is.
    pub(super) fn folded(&mut self, space: TableId, aggregate: Aggregate, ty: Type, optional: bool, span: Span) -> Typed {
        let whole = aggregate.function == AggregateFunction::Deviation && ty.physical() == Physical::Int;
        let held = if whole { Type::Number } else { ty.clone() };
        let mut node = self.add_in(space, Kind::Aggregate(Box::new(aggregate)), held, optional, span);
        if whole {
            node = self.add(Kind::Round(node), ty, optional, span);
        }
        self.typed(node, span)
    }

    /// A score the author reads from the table of scores needs a window, as a `model` needs a maximum age.
    fn refuse_old_scores(&mut self, parts: &Parts<'_>, table: TableId, span: Span) {
        let scores = self.table(table).is_some_and(|table| table.name == crate::check::model::SCORES);
        let ExpressionKind::Path(path) = parts.value.kind.as_ref() else { return };
        let read = path.segments.last().is_some_and(|last| last.text == "score");
        // What stands for a `model` is written nowhere.
        let written = self.sources.text(parts.value.span).contains(crate::check::model::SCORES);
        if scores && read && written && parts.window.is_none() {
            let text = self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
            self.report(Problem::new(&crate::check::problems::facts::SCORE_OF_ANY_AGE, span).with("text", text));
        }
    }

    pub(super) fn aggregate_parts<'a>(&mut self, name: &str, arguments: &'a [Argument], span: Span) -> Option<Parts<'a>> {
        let mut parts: Option<Parts<'a>> = None;
        for argument in arguments {
            match (&argument.kind, &mut parts) {
                (ArgumentKind::Rows { value, per, filter, among }, None) => {
                    let (filter, among, per) = (filter.as_ref(), among.as_ref(), per.as_ref());
                    parts = Some(Parts { value, filter, among, window: None, at_least: None, second: None, per });
                }
                (ArgumentKind::Rows { value, per: None, filter: None, among: None }, Some(parts)) if parts.second.is_none() => {
                    parts.second = Some(value);
                }
                (ArgumentKind::Window(window), Some(parts)) if parts.window.is_none() => parts.window = Some(window),
                (ArgumentKind::AtLeast(count), Some(parts)) if parts.at_least.is_none() => parts.at_least = Some(count),
                (_, _) => {
                    self.bad_argument(name, argument.span);
                    return None;
                }
            }
        }
        if parts.is_none() {
            self.report(Problem::new(&problems::ROWS_EXPECTED, span).with("function", name));
        }
        parts
    }

    pub(super) fn bad_argument(&mut self, function: &str, span: Span) {
        let signature =
            crate::builtins::find(function).map_or("AGGREGATE(EXPR where CONDITION, WINDOW, at least N)", |builtin| builtin.signature);
        self.report(Problem::new(&problems::BAD_ARGUMENT, span).with("function", function).with("signature", signature));
    }

    pub(super) fn aggregate_rows(&mut self, name: &str, parts: &Parts<'_>, span: Span, scope: &Scope) -> Option<Rows> {
        if let Some(among) = parts.among {
            return self.among_rows(among, scope);
        }
        if let Some(found) = self.rows_in(parts.value, scope) {
            return found;
        }
        let head = match parts.value.kind.as_ref() {
            ExpressionKind::Path(path) => path.segments.first(),
            _ => None,
        };
        if let Some(name) = head {
            if let Some(table) = self.find_table(&name.text) {
                let words = |id: Option<TableId>| id.and_then(|id| self.table(id)).map_or_else(String::new, |table| table.name.clone());
                let (rows, here) = (words(Some(table)), words(scope.table));
                self.report(Problem::new(&names::ROWS_NOT_LINKED, parts.value.span).with("rows", rows).with("table", here));
                return None;
            }
            if let ExpressionKind::Path(path) = parts.value.kind.as_ref() {
                if !self.means_something(path, scope) {
                    self.path(path, scope);
                    return None;
                }
            }
        }
        self.report(Problem::new(&problems::ROWS_EXPECTED, span).with("function", name));
        None
    }

    /// All rows of the current table that share the value of a path.
    fn among_rows(&mut self, among: &Path, scope: &Scope) -> Option<Rows> {
        let table = scope.table?;
        let key = self.path(among, scope)?;
        let link = Link::Key { row_key: key.node, outer_key: key.node };
        Some(Rows { table, link, filter: None, prefix: vec![String::from("subject")] })
    }

    pub(super) fn aggregate_value(&mut self, name: &str, parts: &Parts<'_>, rows: &Rows, row_scope: &Scope) -> Option<Option<Typed>> {
        let whole_row = match parts.value.kind.as_ref() {
            ExpressionKind::Path(path) => path.segments.iter().map(|segment| &segment.text).eq(rows.prefix.iter()),
            _ => false,
        };
        if whole_row {
            if matches!(name, "count" | "exists") {
                return Some(None);
            }
            self.report(Problem::new(&problems::ROWS_WITHOUT_FUNCTION, parts.value.span).with("path", rows.prefix.join(".")));
            return None;
        }
        self.expression(parts.value, row_scope).map(Some)
    }

    pub(super) fn settle_function(
        &mut self,
        name: &str,
        function: AggregateFunction,
        second: Option<&Expression>,
        scope: &Scope,
    ) -> Option<AggregateFunction> {
        match (function, second) {
            (AggregateFunction::Quantile(_), Some(share)) => {
                let share = self.fixed_float(share, scope, "`quantile`")?;
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                Some(AggregateFunction::Quantile((share.clamp(0.0, 1.0) * 1e6).round() as u32))
            }
            (function, None) => Some(function),
            (_, Some(extra)) => {
                self.bad_argument(name, extra.span);
                None
            }
        }
    }

    pub(crate) fn aggregate_type(&mut self, name: &str, function: AggregateFunction, value: Option<&Typed>, span: Span) -> Option<Type> {
        let value_type = value.map(|value| value.ty.clone());
        let fits = match (function, &value_type) {
            (AggregateFunction::Count | AggregateFunction::Exists, _) => true,
            (AggregateFunction::Distinct | AggregateFunction::Latest | AggregateFunction::Earliest, Some(_)) => true,
            (AggregateFunction::Sum | AggregateFunction::Mean | AggregateFunction::Deviation, Some(ty)) => {
                matches!(ty, Type::Int | Type::Number | Type::Money | Type::Percent | Type::Rate | Type::BasisPoints | Type::Duration)
            }
            (AggregateFunction::Min | AggregateFunction::Max | AggregateFunction::Median | AggregateFunction::Quantile(_), Some(ty)) => {
                matches!(ty.physical(), Physical::Int | Physical::Float)
            }
            (_, None) => false,
        };
        if !fits {
            let found = value_type.map_or_else(|| String::from("rows"), |ty| ty.to_string());
            let problem = Problem::new(&problems::WRONG_TYPE, value.map_or(span, |value| value.span)).with("where", format!("`{name}`"));
            self.report(problem.with("expected", "a number or a moment").with("found", found));
            return None;
        }
        Some(match function {
            AggregateFunction::Count | AggregateFunction::Distinct => Type::Int,
            AggregateFunction::Exists => Type::Bool,
            AggregateFunction::Deviation => match value_type {
                Some(Type::Int | Type::BasisPoints) | None => Type::Number,
                Some(ty) => ty,
            },
            AggregateFunction::Mean => match value_type {
                Some(Type::Int) | None => Type::Number,
                Some(ty) => ty,
            },
            AggregateFunction::Sum
            | AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::Median
            | AggregateFunction::Quantile(_)
            | AggregateFunction::Latest
            | AggregateFunction::Earliest => value_type?,
        })
    }

    /// Counting and existence are known wherever the key is.
    pub(super) fn aggregate_optional(&self, function: AggregateFunction, rows: &Rows, at_least: Option<u32>) -> bool {
        let missing_key = match &rows.link {
            Link::Key { row_key: _, outer_key } => self.optional(*outer_key),
            Link::Everyone => false,
        };
        let total = matches!(function, AggregateFunction::Count | AggregateFunction::Distinct | AggregateFunction::Exists);
        missing_key || !total || at_least.is_some()
    }
}
