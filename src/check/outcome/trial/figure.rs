//! From figures as written to formulas over measures.

use super::super::figure::Over;
use super::super::parts::lengths_within;
use super::{Docket, plain_path};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::outcomes as problems;
use crate::diag::Problem;
use crate::ir::{Fold, Formula, NodeId};
use crate::syntax::ast::{Argument, ArgumentKind, ArithmeticOperator, Expression, ExpressionKind, ItemKind, Path};
use crate::types::{Type, Value};

/// Metrics may use each other to this depth; the check of figures refuses what is defined by itself before.
const DEEPEST: usize = 20;

/// From where a figure is looked at.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub module: usize,
    /// The entry the figure is judged from.
    pub entry: Option<NodeId>,
    /// Two-valued: the figure is of these people, whoever asks.
    pub people: Option<NodeId>,
    /// Only what was before the real entry is seen.
    pub before_entry: bool,
    /// What its measures are called.
    pub name: &'a str,
    pub label: Option<&'a str>,
    pub depth: usize,
}

impl Checker {
    /// The formula of a figure; `None` where it cannot be judged by a formula of one arm.
    pub(super) fn formula(&mut self, docket: &mut Docket, view: &View<'_>, figure: &Expression) -> Option<Formula> {
        if let (None, Some(length)) = (view.entry, lengths_within(figure).first()) {
            self.report(Problem::new(&problems::ENTRY_TIME_MISSING, length.span).with("experiment", &docket.name));
            return None;
        }
        match figure.kind.as_ref() {
            ExpressionKind::Literal(_) => self.number_written(figure, view.module),
            ExpressionKind::Path(path) => self.named_formula(docket, view, path, figure),
            ExpressionKind::Negate(inner) => Some(Formula::Negate(Box::new(self.formula(docket, view, inner)?))),
            ExpressionKind::Arithmetic { operator, operator_span: _, left, right } => {
                if *operator == ArithmeticOperator::Divide
                    && let Some(ratio) = self.ratio(docket, view, figure, left, right)
                {
                    return Some(ratio);
                }
                let (left, right) = (Box::new(self.formula(docket, view, left)?), Box::new(self.formula(docket, view, right)?));
                Some(match operator {
                    ArithmeticOperator::Add => Formula::Add(left, right),
                    ArithmeticOperator::Subtract => Formula::Subtract(left, right),
                    ArithmeticOperator::Multiply => Formula::Multiply(left, right),
                    ArithmeticOperator::Divide => Formula::Divide(left, right),
                })
            }
            ExpressionKind::Call { function, arguments } => self.called_formula(docket, view, figure, &function.text(), arguments),
            ExpressionKind::Text(_)
            | ExpressionKind::List(_)
            | ExpressionKind::Since { .. }
            | ExpressionKind::Not(_)
            | ExpressionKind::Coalesce(..)
            | ExpressionKind::Comparison { .. }
            | ExpressionKind::In { .. }
            | ExpressionKind::Is { .. }
            | ExpressionKind::And(..)
            | ExpressionKind::Or(..) => None,
        }
    }

    /// A number that is known when the program is checked, in the unit it is held in.
    pub(super) fn number_written(&mut self, written: &Expression, module: usize) -> Option<Formula> {
        self.fixed_number(written, module).map(Formula::Number)
    }

    pub(super) fn fixed_number(&mut self, written: &Expression, module: usize) -> Option<f64> {
        let typed = self.expression(written, &Scope::constant(module))?;
        match self.fixed_value(&typed)? {
            #[allow(clippy::cast_precision_loss, reason = "amounts far below 2^53")]
            Value::Int(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            Value::Missing | Value::Bool(_) | Value::Text(_) => None,
        }
    }

    fn named_formula(&mut self, docket: &mut Docket, view: &View<'_>, path: &Path, written: &Expression) -> Option<Formula> {
        if view.depth >= DEEPEST {
            return None;
        }
        let inner = View { depth: view.depth + 1, ..*view };
        if let Some(at) = goal_named(docket, path) {
            let figure = docket.plan.get(at)?.figure.clone();
            return self.formula(docket, &View { module: 0, ..inner }, &figure);
        }
        match self.find_item(path, view.module).map(|(module, item)| (module, item.kind.clone())) {
            Some((module, ItemKind::Metric(metric))) => {
                let about = self.about(module, metric.table.as_ref(), metric.name.span);
                if about != Some(docket.table) {
                    return None;
                }
                self.formula(docket, &View { module, ..inner }, &metric.value)
            }
            Some((_, ItemKind::Param(_))) => self.number_written(written, view.module),
            Some(_) | None => None,
        }
    }

    fn called_formula(
        &mut self,
        docket: &mut Docket,
        view: &View<'_>,
        figure: &Expression,
        name: &str,
        arguments: &[Argument],
    ) -> Option<Formula> {
        let argument = single(arguments);
        let path = argument.and_then(plain_path);
        match name {
            "cost" | "minutes" => {
                let said = path?.text();
                let ours = said == "contacts" || docket.names.contains(&said);
                let formula = if name == "cost" { Formula::Cost } else { Formula::Minutes };
                return ours.then_some(formula);
            }
            "incremental" => return counted(docket, path?).map(Formula::Incremental),
            "previous" | "attributed" | "lifetime" => return None,
            "count" => {
                if let Some(at) = path.and_then(|path| counted(docket, path)) {
                    return Some(Formula::Reached(at));
                }
                if let Some(path) = path.filter(|path| self.is_strategy(path, view.module)) {
                    return docket.names.contains(&path.text()).then_some(Formula::Entered);
                }
            }
            _ => {}
        }
        let fold = self.outcome_fold(docket, view, name, arguments, figure.span)?;
        self.measured(docket, view, figure, fold).map(Formula::Measure)
    }

    /// `sum(a) / sum(b)`: one figure, whose two totals vary together.
    fn ratio(
        &mut self,
        docket: &mut Docket,
        view: &View<'_>,
        figure: &Expression,
        left: &Expression,
        right: &Expression,
    ) -> Option<Formula> {
        let numerator = self.subject_total(docket, view, left)?;
        let denominator = self.subject_total(docket, view, right)?;
        self.measured(docket, view, figure, Fold::Ratio { numerator, denominator }).map(Formula::Measure)
    }

    /// What one subject adds to a `sum` or `count`.
    fn subject_total(&mut self, docket: &mut Docket, view: &View<'_>, written: &Expression) -> Option<NodeId> {
        let ExpressionKind::Call { function, arguments } = written.kind.as_ref() else { return None };
        let name = function.text();
        let named = single(arguments).and_then(plain_path);
        let is_name = |path| counted(docket, path).is_some() || self.is_strategy(path, view.module);
        if name != "sum" && (name != "count" || named.is_some_and(is_name)) {
            return None;
        }
        match self.outcome_fold(docket, view, &name, arguments, written.span)? {
            Fold::Sum { value } => Some(value),
            Fold::Rate { .. } | Fold::Mean { .. } | Fold::Ratio { .. } | Fold::Quantile { .. } | Fold::Lasting { .. } => None,
        }
    }

    /// The type a figure was checked to have.
    pub(super) fn type_of_figure(&mut self, docket: &Docket, view: &View<'_>, figure: &Expression) -> Option<Type> {
        let goals: Vec<_> = docket.plan.iter().filter_map(|planned| planned.goal.clone()).collect();
        let over = Over { module: view.module, table: docket.table, group: None, ago: 0, goals: &goals, depth: 0 };
        self.figure(figure, &over).map(|figure| figure.typed.ty)
    }
}

/// The goal or guard of a name.
fn goal_named(docket: &Docket, path: &Path) -> Option<usize> {
    docket.plan.iter().position(|planned| planned.goal.is_some() && planned.name == path.text())
}

/// The goal that is counted under a name: its own, or that of the metric it is about.
fn counted(docket: &Docket, path: &Path) -> Option<usize> {
    let by_metric =
        || docket.plan.iter().position(|planned| plain_path(&planned.figure).is_some_and(|figure| figure.text() == path.text()));
    let watched = || docket.plan.iter().position(|planned| planned.goal.is_none() && planned.name == path.text());
    goal_named(docket, path).or_else(by_metric).or_else(watched)
}

/// The only argument of a call, where it is a plain one.
fn single(arguments: &[Argument]) -> Option<&Expression> {
    match arguments {
        [Argument { kind: ArgumentKind::Rows { value, per: None, filter: None, among: None }, .. }] => Some(value),
        _ => None,
    }
}
