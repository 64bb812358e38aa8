//! Lengths of time, which may be exact or run by the calendar.

use super::names::Scope;
use super::problems::types as problems;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Kind, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{self, DurationUnit, Expression, ExpressionKind, Literal};
use crate::types::{Type, Value};

/// A length of time: whole months, an exact part, and workdays, at most one of them not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Length {
    pub months: i64,
    pub milliseconds: i64,
    pub workdays: i64,
}

pub(crate) const DAY: i64 = 86_400_000;

impl Length {
    pub fn of(amount: ast::Decimal, unit: DurationUnit) -> Option<Self> {
        let whole = |factor: i64| {
            let scale = 10_i128.checked_pow(amount.scale)?;
            let value = amount.mantissa.checked_mul(i128::from(factor))?;
            (value % scale == 0).then_some(value / scale).and_then(|value| i64::try_from(value).ok())
        };
        let exact = |milliseconds: i64| whole(milliseconds).map(|milliseconds| Length { milliseconds, ..Length::default() });
        let months = |count: i64| whole(count).map(|months| Length { months, ..Length::default() });
        match unit {
            DurationUnit::Second => exact(1_000),
            DurationUnit::Minute => exact(60_000),
            DurationUnit::Hour => exact(3_600_000),
            DurationUnit::Day => exact(DAY),
            DurationUnit::Week => exact(7 * DAY),
            DurationUnit::Month => months(1),
            DurationUnit::Quarter => months(3),
            DurationUnit::Year => months(12),
            DurationUnit::Workday => whole(1).map(|workdays| Length { workdays, ..Length::default() }),
            DurationUnit::Evaluation => None,
        }
    }

    /// For ordering param ranges only: a month counts as 30 days and a bit.
    pub fn approximate(self) -> i64 {
        self.milliseconds.saturating_add(self.months.saturating_mul(2_629_746_000)).saturating_add(self.workdays.saturating_mul(DAY))
    }

    pub fn times(self, count: u32) -> Self {
        let count = i64::from(count);
        Length { months: self.months * count, milliseconds: self.milliseconds * count, workdays: self.workdays * count }
    }

    pub fn negated(self) -> Self {
        Length { months: -self.months, milliseconds: -self.milliseconds, workdays: -self.workdays }
    }
}

impl Checker {
    /// The length an expression stands for, when it is a literal, a param or a product of these; `None` without a problem otherwise.
    pub(crate) fn try_length(&mut self, expression: &Expression, scope: &Scope) -> Option<Length> {
        match expression.kind.as_ref() {
            ExpressionKind::Literal(Literal::Duration { amount, unit }) => Length::of(*amount, *unit),
            ExpressionKind::Path(path) => {
                if let [single] = path.segments.as_slice() {
                    if let Some(length) = scope.length(&single.text) {
                        return Some(length);
                    }
                    if scope.binds(&single.text) {
                        return None;
                    }
                }
                let (module, item) = self.find_item(path, scope.module)?;
                match &item.kind {
                    ast::ItemKind::Param(param) => {
                        let value = self.param_expression(module, param);
                        let length = self.try_length(&value, &Scope::constant(module))?;
                        self.length_for_all(module, param, path.span);
                        Some(length)
                    }
                    _ => None,
                }
            }
            ExpressionKind::Negate(inner) => self.try_length(inner, scope).map(Length::negated),
            _ => None,
        }
    }

    /// A required length; reports when it is none.
    pub(crate) fn length(&mut self, expression: &Expression, scope: &Scope, place: &str) -> Option<Length> {
        let found = self.try_length(expression, scope);
        if found.is_none() {
            self.report(Problem::new(&problems::NOT_A_LENGTH, expression.span).with("where", place));
        }
        found
    }

    /// `moment + length`, where the moment is a time.
    pub(crate) fn shift(&mut self, moment: NodeId, length: Length, span: Span) -> NodeId {
        let mut node = moment;
        if length.months != 0 {
            let months = self.constant(Value::Int(length.months), Type::Int, span);
            node = self.call("shift_months_time", vec![node, months], Type::Time, span);
        }
        if length.milliseconds != 0 {
            let exact = self.constant(Value::Int(length.milliseconds), Type::Duration, span);
            let optional = self.optional(node);
            node = self.add(Kind::Arithmetic { operator: Operator::Add, left: node, right: exact }, Type::Time, optional, span);
        }
        if length.workdays != 0 {
            let count = self.constant(Value::Int(length.workdays), Type::Int, span);
            let day = self.call("day", vec![node], Type::Date, span);
            let moved = self.call("add_workdays", vec![day, count], Type::Date, span);
            node = self.call("to_time", vec![moved], Type::Time, span);
        }
        node
    }

    /// A call of a builtin whose operand types are known to fit.
    pub(crate) fn call(&mut self, function: &str, arguments: Vec<NodeId>, ty: Type, span: Span) -> NodeId {
        let partial = crate::builtins::find(function).is_some_and(|builtin| builtin.partial);
        let optional = partial || arguments.iter().any(|argument| self.optional(*argument));
        self.add(Kind::Call { function: function.to_string(), arguments }, ty, optional, span)
    }

    /// Any moment as an instant: a day is its first one, a month its first day's.
    pub(crate) fn as_time(&mut self, value: &Typed) -> Typed {
        if value.ty == Type::Time {
            return value.clone();
        }
        let node = self.call("to_time", vec![value.node], Type::Time, value.span);
        Typed { node, ty: Type::Time, optional: value.optional, span: value.span }
    }

    pub(crate) fn as_of(&mut self, span: Span) -> NodeId {
        self.graph.add(Kind::AsOf, Type::Time, false, None, span)
    }
}
