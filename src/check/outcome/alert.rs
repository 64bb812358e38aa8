//! Alerts: a condition over figures, one row for every group in which it holds, and one that says why where there are too few rows.

use super::figure::{Figure, Over, Support};
use crate::check::Checker;
use crate::check::problems::{outcomes as problems, types};
use crate::diag::{Problem, Text};
use crate::ir::{Comparison, Emission, FormatStyle, Kind, NodeId, Output, PlaceEntry, Population};
use crate::source::Span;
use crate::syntax::ast::{self, ArgumentKind, Expression, ExpressionKind, ItemKind, Path};
use crate::types::{TableId, Type, Value};

/// Between the parts of a group's key; no text of a bank holds it.
const BETWEEN: &str = "\u{1f}";

/// A metric an alert looks at.
struct Watched {
    module: usize,
    metric: ast::Metric,
    path: Path,
    table: TableId,
}

/// How a metric is broken down.
#[derive(Clone, Copy)]
pub(super) struct Group {
    /// One text per group; missing where a part is.
    pub key: NodeId,
    /// The group as people read it: `journey = loan_application, branch_id = B1`.
    pub words: NodeId,
}

impl Checker {
    /// The rows of all alerts.
    pub(in crate::check) fn lower_alerts(&mut self) -> Vec<Emission> {
        let mut out = Vec::new();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                if let ItemKind::Alert(alert) = &item.kind {
                    out.extend(self.lower_alert(module, alert));
                }
            }
        }
        out
    }

    fn lower_alert(&mut self, module: usize, alert: &ast::Alert) -> Option<Emission> {
        let paths = mentions(alert);
        let watched = self.watched(module, alert, &paths)?;
        let table = match watched.first() {
            Some(first) => first.table,
            None => self.about(module, None, alert.name.span)?,
        };
        let group = match watched.first() {
            Some(first) => self.metric_group(first.module, &first.metric, table)?,
            None => None,
        };
        let over = Over { module, table, group: group.map(|group| group.key), ago: 0, goals: &[], depth: 0 };
        let figure = self.figure(&alert.when, &over)?;
        self.check_alert(alert, &figure, &watched)?;
        let value = match watched.first() {
            Some(first) => Some(self.metric_figure(first.module, &first.metric, &over)?),
            None => None,
        };
        let earlier = match watched.first() {
            Some(first) if asks_previous(&alert.when) => Some(self.metric_figure(first.module, &first.metric, &Over { ago: 1, ..over })?),
            Some(_) | None => None,
        };
        self.alert_rows(alert, table, group, &figure, value.as_ref(), earlier.as_ref())
    }

    /// The metrics of an alert: all about one table, broken down the same way.
    fn watched(&mut self, module: usize, alert: &ast::Alert, paths: &[Path]) -> Option<Vec<Watched>> {
        let mut out: Vec<Watched> = Vec::new();
        for path in paths {
            let Some((at, item)) = self.find_item(path, module) else { continue };
            let ItemKind::Metric(metric) = &item.kind else { continue };
            let table = self.about(at, metric.table.as_ref(), metric.name.span)?;
            if let Some(first) = out.first() {
                let texts = |by: &[Path]| by.iter().map(Path::text).collect::<Vec<_>>();
                if first.table != table || texts(&first.metric.by) != texts(&metric.by) {
                    let name = |table: TableId| self.table(table).map_or_else(String::new, |table| table.name.clone());
                    let (here, other) = (name(first.table), name(table));
                    let problem = Problem::new(&problems::ALERT_MIXED, path.span).with("alert", &alert.name.text);
                    self.report(problem.with("table", here).with("other", other));
                    return None;
                }
            }
            out.push(Watched { module: at, metric: metric.clone(), path: path.clone(), table });
        }
        Some(out)
    }

    fn check_alert(&mut self, alert: &ast::Alert, figure: &Figure, watched: &[Watched]) -> Option<()> {
        let name = &alert.name.text;
        if figure.typed.ty != Type::Bool {
            let problem = Problem::new(&types::NOT_A_CONDITION, alert.when.span).with("where", "`alert`");
            self.report(problem.with("found", &figure.typed.ty));
            return None;
        }
        if figure.outcome {
            self.report(Problem::new(&problems::ALERT_OF_OUTCOMES, alert.when.span).with("alert", name));
            return None;
        }
        let Some(bare) = figure.supports.iter().find(|support| support.least.is_none_or(|least| least < 1)) else { return Some(()) };
        let inside = |watched: &&Watched| {
            let span = watched.metric.value.span;
            span.file == bare.span.file && span.start <= bare.span.start && bare.span.end <= span.end
        };
        let metric = watched.iter().find(inside);
        let place = metric.map_or(bare.span, |metric| metric.path.span);
        let shown = metric.map_or_else(|| self.sources.text(bare.span).to_string(), |metric| metric.path.text());
        let problem = Problem::new(&problems::ALERT_WITHOUT_MINIMUM, place).with("alert", name).with("metric", shown);
        self.report(match metric {
            Some(_) => problem.label(bare.span, Text { en: "`at least 30` belongs here", zh: "`at least 30` 应写在这里" }),
            None => problem,
        });
        None
    }

    /// `by A, B` of a metric; `None` inside where it has none.
    pub(super) fn metric_group(&mut self, module: usize, metric: &ast::Metric, table: TableId) -> Option<Option<Group>> {
        let scope = crate::check::names::Scope::of(module, table);
        let (mut keys, mut words) = (Vec::new(), Vec::new());
        for path in &metric.by {
            let typed = self.path(path, &scope)?;
            let text = self.formatted(&typed, FormatStyle::Plain, path.span);
            let opening = if keys.is_empty() { String::new() } else { String::from(", ") };
            if !keys.is_empty() {
                keys.push(self.text_constant(BETWEEN, path.span));
            }
            keys.push(text);
            words.push(self.text_constant(format!("{opening}{} = ", path.text()), path.span));
            words.push(text);
        }
        let span = metric.name.span;
        if keys.is_empty() {
            return Some(None);
        }
        let join = |checker: &mut Self, parts: Vec<NodeId>| match parts.as_slice() {
            [single] => *single,
            _ => {
                let optional = parts.iter().any(|part| checker.optional(*part));
                checker.add(Kind::Concat(parts), Type::Text, optional, span)
            }
        };
        Some(Some(Group { key: join(self, keys), words: join(self, words) }))
    }

    /// One row for every group, at the first row of it by key.
    fn alert_rows(
        &mut self,
        alert: &ast::Alert,
        table: TableId,
        group: Option<Group>,
        figure: &Figure,
        value: Option<&Figure>,
        earlier: Option<&Figure>,
    ) -> Option<Emission> {
        let span = alert.name.span;
        let first = self.first_of_group(table, group, span);
        let raised = self.surely(figure.typed.node, span);
        let mut supports: Vec<Support> = Vec::new();
        for support in &figure.supports {
            if !supports.iter().any(|known| known.rows == support.rows) {
                supports.push(*support);
            }
        }
        let zero = self.constant(Value::Int(0), Type::Int, span);
        let (mut some, mut few, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
        let empty = self.text_constant("", span);
        for support in &supports {
            let least = self.constant(Value::Int(support.least.unwrap_or(0)), Type::Int, span);
            some.push(self.surely_compare(Comparison::Greater, support.rows, zero, span));
            let below = self.surely_compare(Comparison::Less, support.rows, least, span);
            few.push(below);
            let own = self.support_words(support, earlier, span);
            reasons.push(self.either(below, own, empty, span));
        }
        let (some, few) = (self.any(&some, span), self.any(&few, span));
        let told = self.any(&[raised, few], span);
        let flag = self.all(&[first, some, told], span);
        let why_not = self.add(Kind::Concat(reasons), Type::Text, false, span);
        let why_not = self.call("trim", vec![why_not], Type::Text, span);
        let condition = self.sources.text(alert.when.span).split_whitespace().collect::<Vec<_>>().join(" ");
        let words = self.text_constant(condition, span);
        let (raised_word, few_word) = (self.text_constant("raised", span), self.text_constant("too_few", span));
        let mut fields: Vec<(String, NodeId)> = vec![
            (String::from("alert"), self.text_constant(alert.name.text.clone(), span)),
            (String::from("to"), self.alert_receiver(alert)),
        ];
        if let Some(group) = group {
            fields.push((String::from("group"), group.words));
        }
        fields.push((String::from("state"), self.either(raised, raised_word, few_word, span)));
        for (name, rows, figure) in [("value", "n", value), ("before", "n_before", earlier)] {
            let Some(figure) = figure else { continue };
            fields.push((String::from(name), figure.typed.node));
            fields.extend(figure.supports.first().map(|support| (String::from(rows), support.rows)));
        }
        fields.push((String::from("reason"), self.either(raised, words, why_not, span)));
        Some(Emission { output: Output::Alerts, table, flag, fields, strategy: None })
    }

    /// `n = 10 < 30`
    fn support_words(&mut self, support: &Support, earlier: Option<&Figure>, span: Span) -> NodeId {
        let before = earlier.is_some_and(|earlier| earlier.supports.iter().any(|other| other.rows == support.rows));
        let opening = self.text_constant(if before { "n_before = " } else { "n = " }, span);
        let typed = self.typed(support.rows, span);
        let rows = self.formatted(&typed, FormatStyle::Plain, span);
        let closing = self.text_constant(format!(" < {} ", support.least.unwrap_or(0)), span);
        let none = self.text_constant("0", span);
        let rows = if self.optional(rows) { self.first_known(rows, none, span) } else { rows };
        self.add(Kind::Concat(vec![opening, rows, closing]), Type::Text, false, span)
    }

    /// Two-valued: the first row of its group, by the table's key.
    pub(super) fn first_of_group(&mut self, table: TableId, group: Option<Group>, span: Span) -> NodeId {
        let flag = match group {
            Some(group) => self.is_known(group.key, span),
            None => self.truth(true, span),
        };
        let place = Population::Place {
            entries: vec![PlaceEntry { flag, keys: Vec::new(), per: group.map(|group| group.key), weight: None }],
            at: 0,
        };
        let place = self.add_in(table, Kind::Population(Box::new(place)), Type::Int, true, span);
        let one = self.constant(Value::Int(1), Type::Int, span);
        self.surely_compare(Comparison::Equal, place, one, span)
    }

    /// Whom an alert goes to: a name, or the owners of the program's strategies.
    fn alert_receiver(&mut self, alert: &ast::Alert) -> NodeId {
        let named = alert.to.as_ref().map_or("owner", |to| to.text.as_str()).to_string();
        if named != "owner" {
            return self.text_constant(named, alert.name.span);
        }
        let mut owners: Vec<String> = Vec::new();
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            if let Some(owner) = strategy.owner.as_ref().filter(|owner| !owners.contains(&owner.text)) {
                owners.push(owner.text.clone());
            }
        }
        let text = if owners.is_empty() { named } else { owners.join("、") };
        self.text_constant(text, alert.name.span)
    }
}

/// The metrics an alert names, in order.
pub(super) fn mentions(alert: &ast::Alert) -> Vec<Path> {
    let mut out = Vec::new();
    mentioned(&alert.when, &mut out);
    out
}

/// The paths an expression over figures mentions, in order.
fn mentioned(expression: &Expression, out: &mut Vec<Path>) {
    match expression.kind.as_ref() {
        ExpressionKind::Path(path) => out.push(path.clone()),
        ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) => mentioned(inner, out),
        ExpressionKind::Coalesce(a, b) | ExpressionKind::And(a, b) | ExpressionKind::Or(a, b) => {
            mentioned(a, out);
            mentioned(b, out);
        }
        ExpressionKind::Arithmetic { operator: _, operator_span: _, left, right } => {
            mentioned(left, out);
            mentioned(right, out);
        }
        ExpressionKind::Comparison { first, rest } => {
            mentioned(first, out);
            rest.iter().for_each(|link| mentioned(&link.right, out));
        }
        ExpressionKind::Call { function, arguments } if function.text() == "previous" => {
            for argument in arguments {
                if let ArgumentKind::Rows { value, .. } = &argument.kind {
                    mentioned(value, out);
                }
            }
        }
        _ => {}
    }
}

/// Whether it compares with an earlier window.
fn asks_previous(expression: &Expression) -> bool {
    match expression.kind.as_ref() {
        ExpressionKind::Call { function, arguments: _ } => function.text() == "previous",
        ExpressionKind::Negate(inner) | ExpressionKind::Not(inner) => asks_previous(inner),
        ExpressionKind::Coalesce(a, b) | ExpressionKind::And(a, b) | ExpressionKind::Or(a, b) => asks_previous(a) || asks_previous(b),
        ExpressionKind::Arithmetic { operator: _, operator_span: _, left, right } => asks_previous(left) || asks_previous(right),
        ExpressionKind::Comparison { first, rest } => asks_previous(first) || rest.iter().any(|link| asks_previous(&link.right)),
        _ => false,
    }
}
