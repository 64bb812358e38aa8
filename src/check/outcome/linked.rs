//! Figures over rows that belong to a subject: `mean(surveys.csat, within 14 days)` adds up per subject, so that subjects stay the
//! units of a comparison.

use super::parts::{Parts, functions_of};
use crate::check::names::Scope;
use crate::check::{Checker, Typed};
use crate::ir::{AggregateFunction, NodeId};
use crate::source::Span;
use crate::syntax::ast::{
    Argument, ArgumentKind, ComparisonLink, ComparisonOperator, Decimal, Expression, ExpressionKind, Literal, Name, Path,
};
use crate::types::{Physical, TableId, Type, Value};

/// What one subject adds.
pub(super) struct Linked {
    pub total: NodeId,
    /// What the total is divided by in the end: rows whose value is known.
    pub rows: Option<NodeId>,
    pub ty: Type,
}

/// The parts of `lasting(LENGTH, ended: CONDITION, horizon: N)`.
pub(super) struct Lasting {
    pub length: NodeId,
    pub ended: NodeId,
    /// In the unit of the length.
    pub horizon: Option<f64>,
    pub ty: Type,
}

impl Checker {
    /// Whether what a figure folds are rows that belong to the subject, not values of the subject.
    pub(super) fn is_of_linked_rows(&mut self, name: &str, value: &Expression, scope: &Scope) -> bool {
        if !matches!(name, "count" | "sum" | "mean" | "nps") || !functions_of(value).is_empty() {
            return false;
        }
        let reported = self.problems.len();
        let rows = self.rows_in(value, scope);
        // Whatever is wrong with the rows is said once, when they are read.
        self.problems.truncate(reported);
        rows.is_some_and(|rows| rows.is_none_or(|rows| Some(rows.table) != scope.table))
    }

    /// Per subject: the total over its rows, and how many rows that rests on where the figure is a mean.
    pub(super) fn linked(&mut self, name: &str, arguments: &[Argument], parts: &Parts<'_>, span: Span, scope: &Scope) -> Option<Linked> {
        let call = |function: &str, value: Option<Expression>| written_call(function, value, arguments, span);
        if name == "count" {
            let total = self.expression(&call("count", None), scope)?;
            return Some(Linked { total: total.node, rows: None, ty: Type::Int });
        }
        let points = if name == "nps" { Some(nps_points(parts.value)) } else { None };
        let total = self.expression(&call("sum", points), scope)?;
        let ty = match name {
            "mean" => self.aggregate_type("mean", AggregateFunction::Mean, Some(&total), span)?,
            "nps" => Type::Number,
            _ => total.ty.clone(),
        };
        let zero = self.zero(&total.ty, span);
        let total = self.first_known(total.node, zero, span);
        let rows = match name {
            "sum" => None,
            _ => Some(self.expression(&call("count", None), scope)?.node),
        };
        Some(Linked { total, rows, ty })
    }

    /// Nothing, in the unit of a type.
    pub(super) fn zero(&mut self, ty: &Type, span: Span) -> NodeId {
        let value = if ty.physical() == Physical::Int { Value::Int(0) } else { Value::Float(0.0) };
        self.constant(value, ty.clone(), span)
    }

    pub(super) fn lasting(&mut self, parts: &Parts<'_>, span: Span, scope: &Scope) -> Option<Lasting> {
        let Some(ended) = parts.named("ended") else { return self.bad_figure("lasting", span) };
        let length = self.expression(parts.value, scope)?;
        if !matches!(length.ty, Type::Int | Type::Number | Type::Duration) {
            return self.require_type(&length, &Type::Number, "`lasting`").and(None);
        }
        let ended = self.condition_of(ended, scope, "`ended`")?;
        let horizon = match parts.named("horizon") {
            Some(horizon) => Some(self.horizon(horizon, &length, scope)?),
            None => None,
        };
        let length_node = match parts.filter {
            Some(filter) => {
                let filter = self.condition_of(filter, scope, "`where`")?;
                self.only_where(filter.node, length.node, span)
            }
            None => length.node,
        };
        Some(Lasting { length: length_node, ended: ended.node, horizon, ty: length.ty })
    }

    fn horizon(&mut self, written: &Expression, length: &Typed, scope: &Scope) -> Option<f64> {
        if length.ty == Type::Duration {
            let found = self.length(written, &Scope::constant(scope.module), "`horizon`")?;
            return Some(found.approximate() as f64);
        }
        self.fixed_float(written, &Scope::constant(scope.module), "`horizon`")
    }

    /// The table of a scope, which figures always have.
    pub(super) fn rows_named(&self, table: TableId) -> String {
        self.table(table).map_or_else(String::new, |table| table.name.clone())
    }
}

/// The call with another function, perhaps of another value, without `at least N`, which is about the figure.
fn written_call(function: &str, value: Option<Expression>, arguments: &[Argument], span: Span) -> Expression {
    let mut arguments: Vec<Argument> =
        arguments.iter().filter(|argument| !matches!(argument.kind, ArgumentKind::AtLeast(_))).cloned().collect();
    if let (Some(wanted), Some(Argument { kind: ArgumentKind::Rows { value, .. }, .. })) = (value, arguments.first_mut()) {
        *value = wanted;
    }
    let function = Path { segments: vec![Name { text: function.to_string(), span }], span };
    Expression { span, kind: Box::new(ExpressionKind::Call { function, arguments }) }
}

/// 100 for a promoter, −100 for a detractor, 0 for the rest.
fn nps_points(score: &Expression) -> Expression {
    let span = score.span;
    let of = |kind: ExpressionKind| Expression { span, kind: Box::new(kind) };
    let number = |mantissa: i128| of(ExpressionKind::Literal(Literal::Number(Decimal { mantissa, scale: 0 })));
    let compare = |operator, bound| {
        let rest = vec![ComparisonLink { operator, operator_span: span, right: number(bound) }];
        of(ExpressionKind::Comparison { first: score.clone(), rest })
    };
    let either = |condition: Expression, then: Expression, otherwise: Expression| {
        let plain = |value: Expression| Argument { span, kind: ArgumentKind::Rows { value, per: None, filter: None, among: None } };
        let function = Path { segments: vec![Name { text: String::from("if"), span }], span };
        of(ExpressionKind::Call { function, arguments: vec![plain(condition), plain(then), plain(otherwise)] })
    };
    let detractor = either(compare(ComparisonOperator::LessOrEqual, 6), of(ExpressionKind::Negate(number(100))), number(0));
    either(compare(ComparisonOperator::GreaterOrEqual, 9), number(100), detractor)
}
