//! Arithmetic with units. Money stays whole minor units: products are rounded half away from zero.

use crate::check::names::Scope;
use crate::check::problems::types as problems;
use crate::check::{Checker, Typed, length::Length};
use crate::diag::Problem;
use crate::ir::{Kind, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{ArithmeticOperator, Expression, ExpressionKind, Literal};
use crate::types::{Physical, Type, Value};

impl Checker {
    pub(super) fn arithmetic(
        &mut self,
        operator: ArithmeticOperator,
        operator_span: Span,
        left: &Expression,
        right: &Expression,
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        let additive = matches!(operator, ArithmeticOperator::Add | ArithmeticOperator::Subtract);
        if additive {
            if let Some(length) = self.try_length(right, scope) {
                let left = self.expression(left, scope)?;
                let length = if operator == ArithmeticOperator::Subtract { length.negated() } else { length };
                return self.add_length(left, length, span);
            }
        }
        let (left_typed, right_typed) = (self.expression(left, scope), self.expression(right, scope));
        let (a, b) = (left_typed?, right_typed?);
        if additive && a.ty == Type::Rate && b.ty == Type::Percent {
            self.percent_on_rate(right, &b);
            return None;
        }
        let node = match operator {
            ArithmeticOperator::Add => self.add_or_subtract(Operator::Add, &a, &b, span),
            ArithmeticOperator::Subtract => self.add_or_subtract(Operator::Subtract, &a, &b, span),
            ArithmeticOperator::Multiply => self.multiply(&a, &b, span),
            ArithmeticOperator::Divide => self.divide(&a, &b, span),
        };
        match node {
            Some(node) => Some(self.typed(node, span)),
            None => {
                let (verb, verb_zh) = match operator {
                    ArithmeticOperator::Add => ("added", "相加"),
                    ArithmeticOperator::Subtract => ("subtracted", "相减"),
                    ArithmeticOperator::Multiply => ("multiplied", "相乘"),
                    ArithmeticOperator::Divide => ("divided", "相除"),
                };
                let problem = Problem::new(&problems::UNIT_MISMATCH, operator_span).with("left", &a.ty).with("right", &b.ty);
                self.report(problem.with("verb", verb).with("verb_zh", verb_zh));
                None
            }
        }
    }

    fn percent_on_rate(&mut self, written: &Expression, value: &Typed) {
        let percent = self.sources.text(written.span).trim().to_string();
        let points = match self.fixed_value(value) {
            Some(Value::Float(value)) => format!("{}", (value * 1e4 * 1e6).round() / 1e6),
            Some(_) | None => String::from("50"),
        };
        let problem = Problem::new(&problems::PERCENT_ON_RATE, written.span).with("percent", percent).with("points", &points);
        let literal = matches!(written.kind.as_ref(), ExpressionKind::Literal(Literal::Percent(_)));
        let title = crate::diag::Text { en: "write it in basis points", zh: "改用基点" };
        self.report(if literal { problem.fix(title, written.span, format!("{points}bp"), false) } else { problem });
    }

    /// A moment or exact length moved by a length.
    fn add_length(&mut self, left: Typed, length: Length, span: Span) -> Option<Typed> {
        let node = match left.ty {
            Type::Duration if length.months == 0 && length.workdays == 0 => {
                let right = self.constant(Value::Int(length.milliseconds), Type::Duration, span);
                self.binary(Operator::Add, left.node, right, Type::Duration, span)
            }
            Type::Date | Type::Time | Type::Month | Type::Quarter => {
                let whole_days = length.milliseconds % super::super::length::DAY == 0;
                let time = self.as_time(&left);
                let moved = self.shift(time.node, length, span);
                if left.ty == Type::Time || !whole_days { moved } else { self.call("day", vec![moved], Type::Date, span) }
            }
            _ => {
                let problem = Problem::new(&problems::UNIT_MISMATCH, span).with("left", &left.ty).with("right", "duration");
                self.report(problem.with("verb", "added").with("verb_zh", "相加"));
                return None;
            }
        };
        Some(self.typed(node, span))
    }

    fn add_or_subtract(&mut self, operator: Operator, a: &Typed, b: &Typed, span: Span) -> Option<NodeId> {
        let share = |ty: &Type| matches!(ty, Type::Number | Type::Percent | Type::Rate);
        match (&a.ty, &b.ty) {
            (Type::Int | Type::Money | Type::BasisPoints | Type::Duration, _) if a.ty == b.ty => {
                Some(self.binary(operator, a.node, b.node, a.ty.clone(), span))
            }
            (Type::Rate, Type::BasisPoints) => {
                let points = self.points_as_share(b, span);
                let sum = self.binary(operator, a.node, points, Type::Rate, span);
                Some(self.call("steady", vec![sum], Type::Rate, span))
            }
            (Type::Percent, Type::BasisPoints) => {
                let points = self.points_as_share(b, span);
                let sum = self.binary(operator, a.node, points, Type::Percent, span);
                Some(self.call("steady", vec![sum], Type::Percent, span))
            }
            (Type::Int, ty) if share(ty) => {
                let left = self.float(a.node, ty.clone(), span);
                Some(self.binary(operator, left, b.node, ty.clone(), span))
            }
            (ty, Type::Int) if share(ty) => {
                let right = self.float(b.node, ty.clone(), span);
                Some(self.binary(operator, a.node, right, ty.clone(), span))
            }
            (x, y) if share(x) && share(y) => {
                let ty = if x == y { x.clone() } else { Type::Number };
                Some(self.binary(operator, a.node, b.node, ty, span))
            }
            (x, y) if x.is_moment() && y.is_moment() && operator == Operator::Subtract => {
                let (left, right) = (self.as_time(a), self.as_time(b));
                Some(self.binary(operator, left.node, right.node, Type::Duration, span))
            }
            (Type::Time, Type::Duration) => Some(self.binary(operator, a.node, b.node, Type::Time, span)),
            (x, Type::Duration) if x.is_moment() => {
                let left = self.as_time(a);
                Some(self.binary(operator, left.node, b.node, Type::Time, span))
            }
            (_, _) => None,
        }
    }

    /// Basis points as a fraction.
    pub(crate) fn points_as_share(&mut self, points: &Typed, span: Span) -> NodeId {
        let float = self.float(points.node, Type::Number, span);
        let scale = self.constant(Value::Float(10_000.0), Type::Number, span);
        self.binary(Operator::Divide, float, scale, Type::Number, span)
    }

    /// A plain factor as float: numbers, shares, rates, ints and basis points.
    fn factor(&mut self, value: &Typed, span: Span) -> Option<NodeId> {
        match value.ty {
            Type::Number | Type::Percent | Type::Rate => Some(value.node),
            Type::Int => Some(self.float(value.node, Type::Number, span)),
            Type::BasisPoints => Some(self.points_as_share(value, span)),
            _ => None,
        }
    }

    fn multiply(&mut self, a: &Typed, b: &Typed, span: Span) -> Option<NodeId> {
        let measured = |ty: &Type| matches!(ty, Type::Money | Type::Duration);
        match (&a.ty, &b.ty) {
            (Type::Int, Type::Int) => Some(self.binary(Operator::Multiply, a.node, b.node, Type::Int, span)),
            (x, Type::Int) if measured(x) || *x == Type::BasisPoints => {
                Some(self.binary(Operator::Multiply, a.node, b.node, x.clone(), span))
            }
            (Type::Int, y) if measured(y) || *y == Type::BasisPoints => {
                Some(self.binary(Operator::Multiply, a.node, b.node, y.clone(), span))
            }
            (x, _) if measured(x) => self.scaled(a, b, span),
            (_, y) if measured(y) => self.scaled(b, a, span),
            (_, _) => {
                let (left, right) = (self.factor(a, span)?, self.factor(b, span)?);
                Some(self.binary(Operator::Multiply, left, right, Type::Number, span))
            }
        }
    }

    /// Money or a length times a factor, rounded half away from zero to whole units again.
    fn scaled(&mut self, measured: &Typed, factor: &Typed, span: Span) -> Option<NodeId> {
        let factor = self.factor(factor, span)?;
        let float = self.float(measured.node, Type::Number, span);
        let product = self.binary(Operator::Multiply, float, factor, Type::Number, span);
        Some(self.add(Kind::Round(product), measured.ty.clone(), true, span))
    }

    fn divide(&mut self, a: &Typed, b: &Typed, span: Span) -> Option<NodeId> {
        match (&a.ty, &b.ty) {
            (Type::Money, Type::Money) | (Type::Duration, Type::Duration) | (Type::BasisPoints, Type::BasisPoints) => {
                let (left, right) = (self.float(a.node, Type::Number, span), self.float(b.node, Type::Number, span));
                Some(self.binary(Operator::Divide, left, right, Type::Number, span))
            }
            (Type::Money | Type::Duration, _) => {
                let divisor = self.factor(b, span)?;
                let float = self.float(a.node, Type::Number, span);
                let quotient = self.binary(Operator::Divide, float, divisor, Type::Number, span);
                Some(self.add(Kind::Round(quotient), a.ty.clone(), true, span))
            }
            (x, y) if x.physical() != Physical::Text && y.physical() != Physical::Text => {
                let (left, right) = (self.factor(a, span)?, self.factor(b, span)?);
                Some(self.binary(Operator::Divide, left, right, Type::Number, span))
            }
            (_, _) => None,
        }
    }
}
