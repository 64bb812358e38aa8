//! Expressions: from what was written to typed nodes.

mod aggregate;
mod arithmetic;
mod association;
mod call;
mod comparison;
mod feature_call;
mod fold;
mod grouped;
mod hops;
mod labels;
mod literal;
mod path;
mod pick;
mod population;
mod rows;
mod streak;
mod text;
mod window;

pub(crate) use aggregate::function_of;
pub(crate) use comparison::comparison;
pub(crate) use fold::fold;
pub(crate) use literal::decimal_float;
pub(crate) use rows::{Belonging, Rows};
pub(crate) use text::{least_length, plain_words};
pub(crate) use window::Bounds;

use super::names::Scope;
use super::problems::types as problems;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Kind, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Presence};
use crate::types::{Type, Value};

impl Checker {
    /// Lowers an expression; `None` means a problem was reported.
    pub(crate) fn expression(&mut self, expression: &Expression, scope: &Scope) -> Option<Typed> {
        let span = expression.span;
        match expression.kind.as_ref() {
            ExpressionKind::Literal(literal) => self.literal(literal, span),
            ExpressionKind::Text(text) => self.text(text, scope),
            ExpressionKind::Path(path) => self.path(path, scope),
            ExpressionKind::List(_) => {
                let problem = Problem::new(&problems::WRONG_TYPE, span).with("where", "this place").with("expected", "one value");
                self.report(problem.with("found", "a list"));
                None
            }
            ExpressionKind::Call { function, arguments } => self.call_function(function, arguments, span, scope),
            ExpressionKind::Since { unit, unit_span, moment } => self.since(*unit, *unit_span, moment, span, scope),
            ExpressionKind::Negate(inner) => self.negate(inner, span, scope),
            ExpressionKind::Not(inner) => self.not(inner, span, scope),
            ExpressionKind::Coalesce(first, second) => self.coalesce(first, second, span, scope),
            ExpressionKind::Arithmetic { operator, operator_span, left, right } => {
                self.arithmetic(*operator, *operator_span, left, right, span, scope)
            }
            ExpressionKind::Comparison { first, rest } => self.comparison(first, rest, span, scope),
            ExpressionKind::In { value, negated, set } => self.membership(value, *negated, set, span, scope),
            ExpressionKind::Is { value, state } => self.presence(value, *state, span, scope),
            ExpressionKind::And(left, right) => self.connective(true, left, right, span, scope),
            ExpressionKind::Or(left, right) => self.connective(false, left, right, span, scope),
        }
    }

    /// Lowers an expression that must be true, false or unknown.
    pub(crate) fn condition(&mut self, expression: &Expression, scope: &Scope) -> Option<Typed> {
        self.condition_of(expression, scope, "this place")
    }

    pub(crate) fn condition_of(&mut self, expression: &Expression, scope: &Scope, place: &str) -> Option<Typed> {
        let typed = self.expression(expression, scope)?;
        if typed.ty == Type::Bool {
            // In these places a missing value counts as no.
            if ["a segment", "`where`", "`while`", "`entering`"].contains(&place) {
                self.lint_flipped(typed.node, expression.span);
            }
            return Some(typed);
        }
        let problem = Problem::new(&problems::NOT_A_CONDITION, expression.span).with("where", place).with("found", &typed.ty);
        self.report(problem);
        None
    }

    /// Makes a typed value of a node.
    pub(crate) fn typed(&self, node: NodeId, span: Span) -> Typed {
        Typed { node, ty: self.type_of(node), optional: self.optional(node), span }
    }

    fn connective(&mut self, and: bool, left: &Expression, right: &Expression, span: Span, scope: &Scope) -> Option<Typed> {
        let mut operands = Vec::new();
        let mut whole = true;
        // Chains are as long as the author likes, so they are walked, not recursed into.
        let mut pending = vec![right.clone(), left.clone()];
        while let Some(next) = pending.pop() {
            match (next.kind.as_ref(), and) {
                (ExpressionKind::And(a, b), true) | (ExpressionKind::Or(a, b), false) => pending.extend([b.clone(), a.clone()]),
                (_, _) => match self.condition_of(&next, scope, if and { "`and`" } else { "`or`" }) {
                    Some(typed) => operands.push(typed),
                    None => whole = false,
                },
            }
        }
        if !whole {
            return None;
        }
        let nodes: Vec<NodeId> = operands.iter().map(|operand| operand.node).collect();
        let node = if and { self.all(&nodes, span) } else { self.any(&nodes, span) };
        Some(self.typed(node, span))
    }

    /// Kleene `and` of conditions; of none it is true.
    pub(crate) fn all(&mut self, nodes: &[NodeId], span: Span) -> NodeId {
        self.join_conditions(nodes, true, span)
    }

    /// Kleene `or` of conditions; of none it is false.
    pub(crate) fn any(&mut self, nodes: &[NodeId], span: Span) -> NodeId {
        self.join_conditions(nodes, false, span)
    }

    fn join_conditions(&mut self, nodes: &[NodeId], and: bool, span: Span) -> NodeId {
        let mut kept: Vec<NodeId> = Vec::new();
        for node in nodes {
            match self.graph.constant(*node) {
                Some(Value::Bool(value)) if *value == and => {}
                Some(Value::Bool(_)) => return *node,
                Some(_) | None if kept.contains(node) => {}
                Some(_) | None => kept.push(*node),
            }
        }
        let optional = kept.iter().any(|node| self.optional(*node));
        match kept.as_slice() {
            [] => self.constant(Value::Bool(and), Type::Bool, span),
            [single] => *single,
            _ if and => self.add(Kind::And(kept), Type::Bool, optional, span),
            _ => self.add(Kind::Or(kept), Type::Bool, optional, span),
        }
    }

    pub(crate) fn negation(&mut self, node: NodeId, span: Span) -> NodeId {
        match self.graph.get(node).map(|node| &node.kind) {
            Some(Kind::Constant(Value::Bool(value))) => {
                let value = !*value;
                self.constant(Value::Bool(value), Type::Bool, span)
            }
            Some(Kind::Not(inner)) => *inner,
            Some(_) | None => {
                let optional = self.optional(node);
                self.add(Kind::Not(node), Type::Bool, optional, span)
            }
        }
    }

    /// Two-valued: unknown counts as false.
    pub(crate) fn surely(&mut self, node: NodeId, span: Span) -> NodeId {
        if self.optional(node) { self.add(Kind::IsTrue(node), Type::Bool, false, span) } else { node }
    }

    /// Two-valued: unknown counts as true.
    pub(crate) fn possibly(&mut self, node: NodeId, span: Span) -> NodeId {
        if !self.optional(node) {
            return node;
        }
        let not = self.negation(node, span);
        let surely_not = self.surely(not, span);
        self.negation(surely_not, span)
    }

    fn not(&mut self, inner: &Expression, span: Span, scope: &Scope) -> Option<Typed> {
        let typed = self.condition_of(inner, scope, "`not`")?;
        let node = self.negation(typed.node, span);
        Some(self.typed(node, span))
    }

    fn negate(&mut self, inner: &Expression, span: Span, scope: &Scope) -> Option<Typed> {
        let typed = self.expression(inner, scope)?;
        let signed = matches!(typed.ty, Type::Int | Type::Number | Type::Money | Type::Percent | Type::BasisPoints | Type::Duration);
        if !signed {
            let problem = Problem::new(&problems::WRONG_TYPE, span).with("where", "`-`").with("expected", "a number");
            self.report(problem.with("found", &typed.ty));
            return None;
        }
        let value = match self.fixed_value(&typed) {
            Some(Value::Int(value)) => value.checked_neg().map(Value::Int),
            Some(Value::Float(value)) => Some(Value::float(-value)),
            Some(Value::Missing | Value::Bool(_) | Value::Text(_)) | None => None,
        };
        let node = match value {
            Some(value) => self.constant(value, typed.ty.clone(), span),
            None => self.add(Kind::Negate(typed.node), typed.ty.clone(), true, span),
        };
        Some(self.typed(node, span))
    }

    fn coalesce(&mut self, first: &Expression, second: &Expression, span: Span, scope: &Scope) -> Option<Typed> {
        let (first, second) = (self.expression(first, scope)?, self.expression(second, scope)?);
        if !first.optional {
            let text = self.sources.text(first.span).to_string();
            self.report(Problem::new(&problems::NEVER_MISSING, first.span).with("text", text));
        }
        let ty = self.common_type(&first.ty, &second.ty);
        let (first, second) = self.same_unit(first, second, "combined", "合并")?;
        let node = self.add(Kind::Coalesce(first.node, second.node), ty, first.optional && second.optional, span);
        Some(self.typed(node, span))
    }

    /// The type of a value that is one of two; the left one where both are shares.
    pub(crate) fn common_type(&self, left: &Type, right: &Type) -> Type {
        match (left, right) {
            (Type::Missing, other) | (other, Type::Missing) => other.clone(),
            (Type::Int, Type::Number | Type::Percent | Type::Rate) => right.clone(),
            (Type::Choice(a), Type::Choice(b)) if a == b => left.clone(),
            (Type::Choice(_), _) if right.is_text() => Type::Text,
            (a, b) if a != b && a.is_moment() && b.is_moment() => Type::Time,
            (_, _) => left.clone(),
        }
    }

    fn presence(&mut self, value: &Expression, state: Presence, span: Span, scope: &Scope) -> Option<Typed> {
        let typed = self.expression(value, scope)?;
        if !typed.optional {
            let text = self.sources.text(value.span).to_string();
            self.report(Problem::new(&problems::NEVER_MISSING, value.span).with("text", text));
        }
        let missing = match self.fixed_value(&typed) {
            Some(value) => self.constant(Value::Bool(value.is_missing()), Type::Bool, span),
            None => self.add(Kind::IsMissing(typed.node), Type::Bool, false, span),
        };
        let node = match state {
            Presence::Missing => missing,
            Presence::Known => self.negation(missing, span),
        };
        Some(self.typed(node, span))
    }

    /// `if` as a node, with the branches already of one type.
    pub(crate) fn either(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId, span: Span) -> NodeId {
        match self.graph.constant(condition) {
            Some(Value::Bool(true)) => return then,
            Some(Value::Bool(false)) => return otherwise,
            Some(_) | None => {}
        }
        let optional = self.optional(condition) || self.optional(then) || self.optional(otherwise);
        let ty = self.type_of(then);
        self.add(Kind::If { condition, then, otherwise }, ty, optional, span)
    }

    /// A float of an int value; constants fold.
    pub(crate) fn float(&mut self, node: NodeId, ty: Type, span: Span) -> NodeId {
        if let Some(Value::Int(value)) = self.graph.constant(node) {
            #[allow(clippy::cast_precision_loss)]
            let value = Value::float(*value as f64);
            return self.constant(value, ty, span);
        }
        let optional = self.optional(node);
        self.add(Kind::ToFloat(node), ty, optional, span)
    }

    pub(crate) fn binary(&mut self, operator: Operator, left: NodeId, right: NodeId, ty: Type, span: Span) -> NodeId {
        // Any arithmetic can overflow or divide by zero, so it may be missing.
        self.add(Kind::Arithmetic { operator, left, right }, ty, true, span)
    }
}
