//! Params: a value inside a range, the only thing a test, an overlay or the loop may change.

use super::names::Scope;
use super::problems::declarations as problems;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::Param;
use crate::syntax::ast::{self, Expression, ItemKind};
use crate::types::Value;
use std::cmp::Ordering;

impl Checker {
    /// What a param stands for now: a test's value, that of an overlay for everybody, or its own.
    pub(crate) fn param_expression(&self, module: usize, param: &ast::Param) -> Expression {
        let qualified = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&param.name.text));
        let set = self.overrides.get(&qualified).or_else(|| self.whole_params.get(&qualified));
        set.cloned().unwrap_or_else(|| param.value.clone())
    }

    pub(super) fn lower_params(&mut self) -> Vec<Param> {
        let mut out = Vec::new();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Param(param) = &item.kind else { continue };
                self.check_param(module, param);
                let name = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&param.name.text));
                let value = self.param_expression(module, param);
                let text = |checker: &Self, expression: &Expression| checker.sources.text(expression.span).trim().to_string();
                let range = param.range.as_ref().map(|(low, high)| (text(self, low), text(self, high)));
                out.push(Param { name, value: text(self, &value), range });
            }
        }
        out
    }

    fn check_param(&mut self, module: usize, param: &ast::Param) {
        let value = self.param_expression(module, param);
        self.check_param_value(module, param, &value);
    }

    /// Whether a value is of the param's type and in its range.
    pub(super) fn check_param_value(&mut self, module: usize, param: &ast::Param, value: &Expression) {
        let scope = Scope::constant(module);
        let Some((low, high)) = &param.range else {
            let counted = self.evaluations(value, module).is_some();
            if !counted && self.try_length(value, &scope).is_none() {
                self.expression(value, &scope);
            }
            return;
        };
        let below = self.compare_constants(value, low, &scope);
        let above = self.compare_constants(value, high, &scope);
        if below == Some(Ordering::Less) || above == Some(Ordering::Greater) {
            let text = |checker: &Self, expression: &Expression| checker.sources.text(expression.span).trim().to_string();
            let problem = Problem::new(&problems::PARAM_RANGE, value.span)
                .with("name", &param.name.text)
                .with("value", text(self, value))
                .with("low", text(self, low))
                .with("high", text(self, high));
            self.report(problem);
        }
    }

    fn compare_constants(&mut self, a: &Expression, b: &Expression, scope: &Scope) -> Option<Ordering> {
        if let (Some(a), Some(b)) = (self.evaluations(a, scope.module), self.evaluations(b, scope.module)) {
            return Some(a.cmp(&b));
        }
        if let (Some(a), Some(b)) = (self.try_length(a, scope), self.try_length(b, scope)) {
            return Some(a.approximate().cmp(&b.approximate()));
        }
        let (a, b) = (self.expression(a, scope)?, self.expression(b, scope)?);
        let (a, b) = self.same_unit(a, b, "compared", "比较")?;
        let (a, b) = (self.fixed_value(&a)?, self.fixed_value(&b)?);
        Some(a.cmp(&b))
    }

    /// The value of a constant expression, folding negation and arithmetic of constants.
    pub(crate) fn fixed_value(&self, typed: &Typed) -> Option<Value> {
        super::expression::fold(&self.graph, typed.node)
    }

    /// A whole number known when the program is checked.
    pub(crate) fn whole(&mut self, expression: &Expression, scope: &Scope, place: &str) -> Option<i64> {
        let typed = self.expression(expression, scope)?;
        match self.fixed_value(&typed) {
            Some(Value::Int(value)) => Some(value),
            Some(Value::Missing | Value::Bool(_) | Value::Float(_) | Value::Text(_)) | None => {
                self.report(Problem::new(&super::problems::types::NOT_CONSTANT, expression.span).with("where", place));
                None
            }
        }
    }

    /// A float known when the program is checked; ints count.
    pub(crate) fn fixed_float(&mut self, expression: &Expression, scope: &Scope, place: &str) -> Option<f64> {
        let typed = self.expression(expression, scope)?;
        match self.fixed_value(&typed) {
            Some(Value::Float(value)) => Some(value),
            #[allow(clippy::cast_precision_loss)]
            Some(Value::Int(value)) => Some(value as f64),
            Some(Value::Missing | Value::Bool(_) | Value::Text(_)) | None => {
                self.report(Problem::new(&super::problems::types::NOT_CONSTANT, expression.span).with("where", place));
                None
            }
        }
    }
}
