//! Shares as written: sums of params and numbers, and the values of params that give the shares wanted.

use super::declared::{Declared, Module, fraction};
use crate::syntax::ast::{ArithmeticOperator, Expression, ExpressionKind};
use std::collections::BTreeMap;

/// Shares that differ by less are the same: far below a basis point.
const CLOSE: f64 = 1e-9;

/// constant + Σ coefficient × param.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Linear {
    constant: f64,
    terms: BTreeMap<String, f64>,
}

impl Linear {
    fn number(constant: f64) -> Self {
        Self { constant, terms: BTreeMap::new() }
    }

    /// Whether params are part of it.
    pub fn has_params(&self) -> bool {
        !self.terms.is_empty()
    }

    fn scaled(mut self, by: f64) -> Self {
        self.constant *= by;
        self.terms.values_mut().for_each(|coefficient| *coefficient *= by);
        self
    }

    fn plus(mut self, other: Self) -> Self {
        self.constant += other.constant;
        for (name, coefficient) in other.terms {
            *self.terms.entry(name).or_default() += coefficient;
        }
        self.terms.retain(|_, coefficient| coefficient.abs() > CLOSE);
        self
    }

    /// Its value; `None` where a param is not among the values.
    fn at(&self, values: &BTreeMap<String, f64>) -> Option<f64> {
        self.terms.iter().try_fold(self.constant, |sum, (name, coefficient)| Some(sum + coefficient * values.get(name)?))
    }
}

/// An expression as a sum of params; `None` for one that is none.
pub(super) fn linear(expression: &Expression, module: &Module, declared: &Declared) -> Option<Linear> {
    if let Some(value) = fraction(expression) {
        return Some(Linear::number(value));
    }
    match &*expression.kind {
        ExpressionKind::Path(path) => {
            let param = declared.param_of(module, path)?;
            Some(Linear { constant: 0.0, terms: BTreeMap::from([(param.qualified, 1.0)]) })
        }
        ExpressionKind::Negate(inner) => Some(linear(inner, module, declared)?.scaled(-1.0)),
        ExpressionKind::Arithmetic { operator, operator_span: _, left, right } => {
            let (left, right) = (linear(left, module, declared)?, linear(right, module, declared)?);
            match operator {
                ArithmeticOperator::Add => Some(left.plus(right)),
                ArithmeticOperator::Subtract => Some(left.plus(right.scaled(-1.0))),
                ArithmeticOperator::Multiply if !right.has_params() => Some(left.scaled(right.constant)),
                ArithmeticOperator::Multiply if !left.has_params() => Some(right.scaled(left.constant)),
                ArithmeticOperator::Divide if !right.has_params() && right.constant != 0.0 => Some(left.scaled(1.0 / right.constant)),
                ArithmeticOperator::Multiply | ArithmeticOperator::Divide => None,
            }
        }
        _ => None,
    }
}

/// The values of all params for which every sum with params has its target; `None` where there are none or more than one can tell.
pub(super) fn solve(wanted: &[(Linear, f64)]) -> Option<BTreeMap<String, f64>> {
    let mut values: BTreeMap<String, f64> = BTreeMap::new();
    loop {
        let found = wanted.iter().find_map(|(sum, target)| {
            let mut open = sum.terms.iter().filter(|(name, _)| !values.contains_key(*name));
            let (name, coefficient) = open.next().filter(|_| open.next().is_none())?;
            let known = Linear {
                constant: sum.constant,
                terms: sum.terms.iter().filter(|(other, _)| *other != name).map(|(n, c)| (n.clone(), *c)).collect(),
            };
            Some((name.clone(), (target - known.at(&values)?) / coefficient))
        });
        match found {
            Some((name, value)) => values.insert(name, value),
            None => break,
        };
    }
    let met = |(sum, target): &(Linear, f64)| sum.at(&values).is_some_and(|value| (value - target).abs() < CLOSE);
    wanted.iter().filter(|(sum, _)| sum.has_params()).all(met).then_some(values)
}
