//! What a trial judges, in order: goals, guards, and metrics of its subjects that nothing else looks at.

use super::super::figure::Over;
use super::super::parts::{functions_of, mentions_within, paths_of};
use super::{Declared, Names, Planned};
use crate::check::Checker;
use crate::ir::GoalRole;
use crate::syntax::ast::{self, Expression, Goal, GoalKind, GoalTargetKind, ItemKind, Versus};
use crate::types::TableId;

impl Checker {
    /// Goals first, then guards, then what is only watched; notes the metrics that are judged by it.
    pub(super) fn planned(&mut self, declared: &Declared<'_>, table: TableId, judged: &mut Names) -> Vec<Planned> {
        let of = |goal: &Goal| Planned {
            module: 0,
            name: goal.name.text.clone(),
            label: goal.label.as_ref().map(|label| label.text.clone()),
            role: if goal.kind == GoalKind::Goal { GoalRole::Goal } else { GoalRole::Guard },
            figure: goal.metric.clone(),
            goal: Some(goal.clone()),
            span: goal.name.span,
        };
        let mut out: Vec<Planned> = Vec::new();
        for kind in [GoalKind::Goal, GoalKind::Guard] {
            out.extend(declared.goals.iter().filter(|goal| goal.kind == kind).map(of));
        }
        let mut used = Names::new();
        let mut read: Vec<Expression> = declared.goals.iter().flat_map(expressions_of).collect();
        read.extend(declared.decide.map(|(_, by)| by.clone()));
        self.metrics_named(&read.iter().collect::<Vec<_>>(), 0, &mut used);
        out.extend(self.watched_metrics(table, &used, judged));
        judged.extend(used);
        out
    }

    /// Metrics about the subjects after their entry, which no goal of the trial looks at.
    fn watched_metrics(&mut self, table: TableId, used: &Names, judged: &mut Names) -> Vec<Planned> {
        let mut out = Vec::new();
        for module in 0..self.modules.len() {
            if self.is_standard(module) {
                continue;
            }
            for item in self.items(module) {
                let ItemKind::Metric(metric) = &item.kind else { continue };
                let key = (module, metric.name.text.clone());
                let about = self.about(module, metric.table.as_ref(), metric.name.span);
                if about != Some(table) || used.contains(&key) || !self.stands_alone(metric) {
                    continue;
                }
                judged.insert(key);
                out.push(Planned {
                    module,
                    name: self.modules.get(module).map_or_else(|| metric.name.text.clone(), |module| module.qualified(&metric.name.text)),
                    label: metric.label.as_ref().map(|label| label.text.clone()),
                    role: GoalRole::Exploratory,
                    figure: metric.value.clone(),
                    goal: None,
                    span: metric.name.span,
                });
            }
        }
        out
    }

    /// A metric with `within` that speaks of no strategy, goal or other metric and can be told of any who entered.
    fn stands_alone(&self, metric: &ast::Metric) -> bool {
        let functions = functions_of(&metric.value);
        let foreign = ["cost", "minutes", "incremental", "attributed", "lifetime", "previous"];
        mentions_within(&metric.value) && !functions.iter().any(|function| foreign.contains(&function.as_str()))
    }

    /// Whether a metric is about the time after an entry.
    pub(super) fn is_of_outcomes(&mut self, module: usize, metric: &ast::Metric) -> bool {
        let every_goal = self.every_goal();
        let Some(table) = self.about(module, metric.table.as_ref(), metric.name.span) else { return false };
        let over = Over { module, table, group: None, ago: 0, goals: &every_goal, depth: 0 };
        self.metric_figure(module, metric, &over).is_some_and(|figure| figure.outcome)
    }
}

/// Everything a goal reads.
fn expressions_of(goal: &Goal) -> Vec<Expression> {
    let mut out = vec![goal.metric.clone()];
    match goal.target.as_ref().map(|target| &target.kind) {
        Some(GoalTargetKind::AtMost(bound) | GoalTargetKind::AtLeast(bound)) => out.push(bound.clone()),
        Some(GoalTargetKind::Change { by: _, versus: Some(Versus::Name(path)) }) => {
            out.push(Expression { span: path.span, kind: Box::new(ast::ExpressionKind::Path(path.clone())) });
        }
        Some(GoalTargetKind::Change { by: _, versus: Some(Versus::Prior(_) | Versus::Cohort(_)) | None }) | None => {}
    }
    out
}

/// Whether an expression names something.
pub(super) fn names(expression: &Expression, wanted: &str) -> bool {
    paths_of(expression).iter().any(|path| path.text() == wanted)
}
