//! Calls: aggregates, `if`, population facts, builtins.

use super::aggregate::function_of;
use crate::check::names::Scope;
use crate::check::problems::{names as problems, types};
use crate::check::wording;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{AggregateFunction, Kind, Operator};
use crate::source::Span;
use crate::syntax::ast::{
    Argument, ArgumentKind, Decimal, DurationUnit, Expression, ExpressionKind, ItemKind, Literal, Path, Window, WindowKind,
};
use crate::types::{Physical, Type, Value};

/// Functions whose meaning a later version brings.
const LATER: &[&str] =
    &["reach", "attributed", "rate", "retained", "nps", "incremental", "cost", "minutes", "at_entry", "skipped", "choose"];

impl Checker {
    pub(super) fn call_function(&mut self, function: &Path, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let name = function.text();
        if let Some(bound) = self.bound_call(&name, arguments, scope) {
            return Some(Typed { span, ..bound });
        }
        if let Some(aggregate) = function_of(&name) {
            return self.aggregate(&name, aggregate, arguments, span, scope);
        }
        match name.as_str() {
            "if" => return self.if_call(arguments, span, scope),
            // What a goal asks of the entry.
            "at_entry" if self.outcome_entry(scope).is_some() => {
                let plain = self.plain_arguments("at_entry", arguments)?;
                let value = self.expression(plain.first()?, scope)?;
                let entry = self.outcome_entry(scope)?;
                return self.at_entry(&value, entry, scope, span);
            }
            "association" => return self.association(arguments, span, scope),
            "quintile" => return self.quintile(arguments, span, scope),
            "change" => return self.change(arguments, span, scope),
            "hops" => return self.hops(arguments, span, scope),
            "previous" => return self.previous(arguments, span, scope),
            "place" => return self.place(arguments, span, scope),
            "zscore" => return self.zscore(arguments, span, scope),
            "streak" => return self.streak(arguments, span, scope),
            "pick" => return self.pick(arguments, span, scope),
            "worst" | "best" => return self.worst_or_best(&name, arguments, span, scope),
            _ => {}
        }
        if let Some((module, item)) = self.find_item(function, scope.module) {
            if let ItemKind::Lexicon(lexicon) = &item.kind {
                return self.lexicon_call(module, lexicon, arguments, span, scope);
            }
        }
        if let Some(called) = self.feature_call(function, arguments, span, scope) {
            return called;
        }
        if LATER.contains(&name.as_str()) {
            self.report(Problem::new(&problems::NOT_AVAILABLE, function.span).with("what", format!("`{name}(…)`")));
            return None;
        }
        match crate::builtins::find(&name) {
            Some(builtin) if !builtin.internal => self.builtin(builtin, arguments, span, scope),
            Some(_) | None => {
                self.unknown_function(function, &name);
                None
            }
        }
    }

    /// `skipped(wave)` and other names that a scope binds as calls.
    fn bound_call(&self, name: &str, arguments: &[Argument], scope: &Scope) -> Option<Typed> {
        let [Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter: None, among: None } }] = arguments else {
            return None;
        };
        let ExpressionKind::Path(path) = value.kind.as_ref() else { return None };
        scope.bindings.get(&format!("{name}({})", path.text())).cloned()
    }

    fn unknown_function(&mut self, function: &Path, name: &str) {
        let mut known: Vec<&str> = crate::builtins::all().iter().filter(|builtin| !builtin.internal).map(|builtin| builtin.name).collect();
        known.extend([
            "count",
            "sum",
            "mean",
            "min",
            "max",
            "median",
            "quantile",
            "stddev",
            "distinct",
            "latest",
            "earliest",
            "exists",
            "if",
            "quintile",
            "association",
            "change",
            "place",
            "zscore",
            "streak",
            "pick",
            "worst",
            "best",
            "previous",
        ]);
        let problem = Problem::new(&problems::UNKNOWN_FUNCTION, function.span).with("name", name);
        self.report(wording::advised(problem, name, &known, ("functions are", "函数有")));
    }

    /// Plain arguments only.
    pub(super) fn plain_arguments<'a>(&mut self, name: &str, arguments: &'a [Argument]) -> Option<Vec<&'a Expression>> {
        let mut out = Vec::new();
        for argument in arguments {
            match &argument.kind {
                ArgumentKind::Rows { value, per: None, filter: None, among: None } => out.push(value),
                _ => {
                    self.bad_argument(name, argument.span);
                    return None;
                }
            }
        }
        Some(out)
    }

    fn if_call(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let plain = self.plain_arguments("if", arguments)?;
        let [condition, then, otherwise] = plain.as_slice() else {
            self.report(
                Problem::new(&types::BAD_ARGUMENT, span).with("function", "if").with("signature", "if(CONDITION, THEN, OTHERWISE)"),
            );
            return None;
        };
        let condition = self.condition_of(condition, scope, "`if`")?;
        let (then, otherwise) = (self.expression(then, scope)?, self.expression(otherwise, scope)?);
        let ty = self.common_type(&then.ty, &otherwise.ty);
        let (then, otherwise) = self.same_unit(then, otherwise, "combined", "合并")?;
        let optional = condition.optional || then.optional || otherwise.optional;
        let kind = Kind::If { condition: condition.node, then: then.node, otherwise: otherwise.node };
        let node = self.add(kind, ty, optional, span);
        Some(self.typed(node, span))
    }

    fn builtin(&mut self, builtin: &'static crate::builtins::Builtin, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let plain = self.plain_arguments(builtin.name, arguments)?;
        let mut operands: Vec<Typed> = Vec::new();
        for argument in plain {
            operands.push(self.expression(argument, scope)?);
        }
        let mut types: Vec<Type> = operands.iter().map(|operand| operand.ty.clone()).collect();
        let mut result = (builtin.result)(&types);
        if result.is_none() {
            // Whole numbers fit wherever numbers do.
            for operand in &mut operands {
                if operand.ty == Type::Int {
                    let node = self.float(operand.node, Type::Number, operand.span);
                    *operand = self.typed(node, operand.span);
                }
            }
            types = operands.iter().map(|operand| operand.ty.clone()).collect();
            result = (builtin.result)(&types);
        }
        let Some(ty) = result else {
            self.bad_argument(builtin.name, span);
            return None;
        };
        // A day function sees an instant.
        let mut nodes = Vec::new();
        for operand in &operands {
            let node = if builtin.name == "day" { self.as_time(operand).node } else { operand.node };
            nodes.push(node);
        }
        let node = self.call(builtin.name, nodes, ty, span);
        Some(self.typed(node, span))
    }

    /// `change(agg(…), D)`: the same aggregate over the last D, over that of the D before, minus one.
    fn change(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let plain = self.plain_arguments("change", arguments)?;
        let [aggregate, length] = plain.as_slice() else {
            self.report(Problem::new(&types::BAD_ARGUMENT, span).with("function", "change").with("signature", "change(AGGREGATE, LENGTH)"));
            return None;
        };
        let ExpressionKind::Call { function, arguments } = aggregate.kind.as_ref() else {
            self.bad_argument("change", aggregate.span);
            return None;
        };
        let windowed = |ending_ago: Option<Expression>| {
            let mut arguments = arguments.clone();
            let kind = WindowKind::Last { length: (*length).clone(), ending_ago };
            arguments.push(Argument { span: length.span, kind: ArgumentKind::Window(Window { span: length.span, kind }) });
            arguments
        };
        let now = self.call_function(function, &windowed(None), aggregate.span, scope)?;
        let before = self.call_function(function, &windowed(Some((*length).clone())), aggregate.span, scope)?;
        // The difference first: money and whole numbers are subtracted exactly, so that a fall of exactly 10% is -10%.
        let moved = self.binary(Operator::Subtract, now.node, before.node, now.ty.clone(), span);
        let whole = now.ty.physical() == Physical::Int;
        let float = |checker: &mut Self, node: crate::ir::NodeId| if whole { checker.float(node, Type::Number, span) } else { node };
        let (moved, before) = (float(self, moved), float(self, before.node));
        let node = self.binary(Operator::Divide, moved, before, Type::Number, span);
        Some(self.typed(node, span))
    }

    /// `days since X`
    pub(super) fn since(&mut self, unit: DurationUnit, unit_span: Span, moment: &Expression, span: Span, scope: &Scope) -> Option<Typed> {
        let from = self.moment(moment, scope, "`since`")?;
        let to = self.as_of(span);
        let exact = super::super::length::Length::of(Decimal { mantissa: 1, scale: 0 }, unit);
        let node = match (unit, exact) {
            (DurationUnit::Month | DurationUnit::Quarter | DurationUnit::Year, Some(length)) => {
                let months = self.call("months_between", vec![from, to], Type::Int, span);
                if length.months == 1 {
                    months
                } else {
                    let count = self.constant(Value::Int(length.months), Type::Int, span);
                    self.call("whole_parts", vec![months, count], Type::Int, span)
                }
            }
            (DurationUnit::Workday | DurationUnit::Evaluation, _) | (_, None) => {
                self.report(Problem::new(&problems::NOT_AVAILABLE, unit_span).with("what", "this unit before `since`"));
                return None;
            }
            (_, Some(length)) => {
                let unit = self.constant(Value::Int(length.milliseconds), Type::Duration, span);
                self.call("units_between", vec![from, to, unit], Type::Int, span)
            }
        };
        Some(self.typed(node, span))
    }

    /// Whether an expression is the literal `any`.
    pub(crate) fn is_any(expression: &Expression) -> bool {
        matches!(expression.kind.as_ref(), ExpressionKind::Literal(Literal::Any))
    }

    /// The earliest of a table's rows, used by triggers.
    pub(crate) const EARLIEST: AggregateFunction = AggregateFunction::Earliest;
}
