//! Studies: credit for conversions (`attributed`), and what customers are expected to bring (`lifetime`). Each is the whole of a metric;
//! reports show it, and nothing decides by it.

use super::figure::{Figure, Over};
use super::parts::Parts;
use crate::check::Checker;
use crate::check::expression::Belonging;
use crate::check::names::Scope;
use crate::diag::any_error;
use crate::ir::{AttributionStudy, CreditRule, Kind, LifetimeStudy, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, Argument, ArgumentKind, Expression, ExpressionKind, ItemKind};
use crate::types::{ColumnId, TableId, Type, Value};

/// Rules by their name in a program.
const RULES: [&str; 5] = ["first_touch", "last_touch", "linear", "position", "time_decay"];
/// Credit halves in so many days unless `half_life` says otherwise.
const HALF_LIFE_DAYS: i64 = 7;
const DAY: i64 = 86_400_000;

/// Whether a metric is a study, which is shown and judges nothing.
pub(super) fn is_study(value: &Expression) -> bool {
    let ExpressionKind::Call { function, arguments } = value.kind.as_ref() else { return false };
    match function.text().as_str() {
        "lifetime" => true,
        "attributed" => arguments.first().is_some_and(
            |first| matches!(&first.kind, ArgumentKind::Rows { value, .. } if matches!(value.kind.as_ref(), ExpressionKind::Call { .. })),
        ),
        _ => false,
    }
}

/// What counts as a conversion.
struct Conversions {
    table: TableId,
    who: ColumnId,
    counts: NodeId,
    value: Option<NodeId>,
    ty: Type,
}

impl Checker {
    /// The studies of the author's modules. A program with mistakes has none.
    pub(in crate::check) fn lower_studies(&mut self) -> (Vec<AttributionStudy>, Vec<LifetimeStudy>) {
        let (mut attributions, mut lifetimes) = (Vec::new(), Vec::new());
        if any_error(&self.problems) {
            return (attributions, lifetimes);
        }
        for module in 0..self.modules.len() {
            if self.is_standard(module) {
                continue;
            }
            for item in self.items(module) {
                let ItemKind::Metric(metric) = &item.kind else { continue };
                let ExpressionKind::Call { function, arguments } = metric.value.kind.as_ref() else { continue };
                if !is_study(&metric.value) {
                    continue;
                }
                let Some(table) = self.about(module, metric.table.as_ref(), metric.name.span) else { continue };
                match function.text().as_str() {
                    "attributed" => attributions.extend(self.attribution(module, metric, table, arguments)),
                    "lifetime" => lifetimes.extend(self.lifetime(module, metric, table, arguments)),
                    _ => {}
                }
            }
        }
        (attributions, lifetimes)
    }

    /// Checks a study where a figure stands; its value is that of a report.
    pub(super) fn study_figure(&mut self, name: &str, arguments: &[Argument], span: Span, over: &Over<'_>) -> Option<Figure> {
        let parts = Parts::of(arguments).or_else(|| self.bad_figure(name, span))?;
        let fits = match name {
            // A column of the subject, as in a cost per attributed one, is kept and not judged.
            "attributed" if matches!(parts.value.kind.as_ref(), ExpressionKind::Path(_)) => {
                self.expression(parts.value, &Scope::of(over.module, over.table)).is_some() && self.lookback(over.module, &parts).is_some()
            }
            "attributed" => {
                let conversions = self.conversions(over.module, over.table, parts.value);
                conversions.is_some() && self.credit_rule(over.module, &parts).is_some() && self.lookback(over.module, &parts).is_some()
            }
            _ => self.purchases(over.module, over.table, &parts).is_some(),
        };
        if !fits {
            return self.bad_figure(name, span);
        }
        Some(self.placeholder(Type::Number, true, span))
    }

    fn attribution(&mut self, module: usize, metric: &ast::Metric, of: TableId, arguments: &[Argument]) -> Option<AttributionStudy> {
        let parts = Parts::of(arguments)?;
        let Conversions { table, who, counts, value, ty } = self.conversions(module, of, parts.value)?;
        let span = metric.value.span;
        Some(AttributionStudy {
            name: metric.name.text.clone(),
            label: metric.label.as_ref().map(|label| label.text.clone()),
            table,
            counts,
            who: self.column(table, who, span),
            of,
            at: self.at_of(table, span)?,
            value,
            ty,
            rule: self.credit_rule(module, &parts)?,
            lookback: self.lookback(module, &parts)?,
        })
    }

    /// `count(accounts where …)`, `sum(transactions.amount where …)` over rows that belong to a customer and have a time.
    fn conversions(&mut self, module: usize, of: TableId, written: &Expression) -> Option<Conversions> {
        let ExpressionKind::Call { function, arguments } = written.kind.as_ref() else { return None };
        let [Argument { kind: ArgumentKind::Rows { value, per: None, filter, among: None }, .. }] = arguments.as_slice() else {
            return None;
        };
        let ExpressionKind::Path(path) = value.kind.as_ref() else { return None };
        let (first, rest) = path.segments.split_first()?;
        let Some(Belonging::Column(table, who)) = self.rows_from(of, first) else { return None };
        self.table(table)?.at?;
        let scope = Scope::of(module, table);
        let value = match (function.text().as_str(), rest) {
            ("count", []) => None,
            ("sum", [column]) => {
                let column = self.table(table)?.find_column(&column.text)?;
                Some(self.column(table, column, path.span))
            }
            _ => return None,
        };
        let counts = match filter {
            Some(filter) => {
                let condition = self.condition_of(filter, &scope, "`where`")?.node;
                self.add_in(table, Kind::IsTrue(condition), Type::Bool, false, written.span)
            }
            None => self.truth(true, written.span),
        };
        let ty = value.map_or(Type::Int, |value| self.type_of(value));
        Some(Conversions { table, who, counts, value, ty })
    }

    fn credit_rule(&mut self, module: usize, parts: &Parts<'_>) -> Option<CreditRule> {
        let name = match parts.named("rule").map(|rule| rule.kind.as_ref()) {
            None => String::from("last_touch"),
            Some(ExpressionKind::Path(path)) => path.text(),
            Some(_) => return None,
        };
        let half_life = match parts.named("half_life") {
            Some(length) => self.length(length, &Scope::constant(module), "`half_life`")?.milliseconds,
            None => HALF_LIFE_DAYS * DAY,
        };
        Some(match RULES.iter().position(|rule| *rule == name)? {
            0 => CreditRule::First,
            1 => CreditRule::Last,
            2 => CreditRule::Linear,
            3 => CreditRule::Position,
            _ => CreditRule::Decay { half_life: half_life.max(1) },
        })
    }

    /// An exact length: a month has no number of milliseconds.
    fn lookback(&mut self, module: usize, parts: &Parts<'_>) -> Option<i64> {
        let lookback = self.length(parts.named("lookback")?, &Scope::constant(module), "`lookback`")?;
        (lookback.months == 0 && lookback.milliseconds > 0).then_some(lookback.milliseconds)
    }

    fn lifetime(&mut self, module: usize, metric: &ast::Metric, table: TableId, arguments: &[Argument]) -> Option<LifetimeStudy> {
        let parts = Parts::of(arguments)?;
        let [repeats, recency, age, value] = self.purchases(module, table, &parts)?;
        let next = parts.named("next")?;
        let number = |checker: &mut Self, node: Option<NodeId>| node.map(|node| checker.as_float(node, metric.value.span));
        Some(LifetimeStudy {
            name: metric.name.text.clone(),
            label: metric.label.as_ref().map(|label| label.text.clone()),
            table,
            repeats: number(self, repeats)?,
            recency: number(self, recency)?,
            age: number(self, age)?,
            value,
            value_type: value.map_or(Type::Number, |value| self.type_of(value)),
            next: self.fixed_float(next, &Scope::constant(module), "`next`")?,
            written: self.sources.text(next.span).trim().to_owned(),
        })
    }

    /// Repeat purchases, recency, age and mean value of each subject.
    fn purchases(&mut self, module: usize, table: TableId, parts: &Parts<'_>) -> Option<[Option<NodeId>; 4]> {
        let scope = Scope::of(module, table);
        let mut nodes = [None; 4];
        let written = [Some(parts.value), parts.named("recency"), parts.named("age"), parts.named("value")];
        for (place, (slot, expression)) in nodes.iter_mut().zip(written).enumerate() {
            let Some(expression) = expression else {
                if place < 3 {
                    return None;
                }
                continue;
            };
            let typed = self.expression(expression, &scope)?;
            if !matches!(typed.ty, Type::Int | Type::Number | Type::Money) {
                return None;
            }
            *slot = Some(typed.node);
        }
        self.fixed_float(parts.named("next")?, &Scope::constant(module), "`next`").filter(|next| *next > 0.0)?;
        Some(nodes)
    }

    fn as_float(&mut self, node: NodeId, span: Span) -> NodeId {
        if self.type_of(node) == Type::Number {
            return node;
        }
        let optional = self.optional(node);
        match self.graph.constant(node) {
            Some(Value::Int(value)) => {
                #[allow(clippy::cast_precision_loss)]
                let value = Value::Float(*value as f64);
                self.constant(value, Type::Number, span)
            }
            Some(_) | None => self.add(Kind::ToFloat(node), Type::Number, optional, span),
        }
    }
}
