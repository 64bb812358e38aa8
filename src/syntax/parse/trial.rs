//! What is judged: goals, terms, experiments assigned by others.

use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::syntax::ast::{
    Experiment, ExperimentArm, Goal, GoalKind, GoalTarget, GoalTargetKind, Judge, JudgeAmount, JudgeDrift, JudgeLooks, Path, Versus,
};

impl<'t> Walk<'t> {
    pub(super) fn goal(&mut self, node: &Node<'t>) -> Goal {
        let kind = if self.child(node, Rule::kw_guard).is_some() { GoalKind::Guard } else { GoalKind::Goal };
        for sign in self.all(node, Rule::sign_equals) {
            self.check_operator(&sign);
        }
        let mut goal = Goal {
            span: self.span(node),
            kind,
            name: self.child_name(node),
            label: self.child_label(node),
            metric: self.child_expression(node),
            target: self.child(node, Rule::goal_target).map(|target| self.goal_target(&target)),
            worthwhile: None,
            before: None,
            cap: None,
        };
        for part in node.clone().into_inner() {
            let slot = match part.as_rule() {
                Rule::goal_worthwhile => &mut goal.worthwhile,
                Rule::goal_before => &mut goal.before,
                Rule::goal_cap => &mut goal.cap,
                _ => continue,
            };
            let value = self.child_expression(&part);
            self.once(slot, value, &part);
        }
        goal
    }

    fn goal_target(&mut self, node: &Node<'t>) -> GoalTarget {
        let span = self.span(node);
        let Some(inner) = node.clone().into_inner().next() else {
            return GoalTarget { span, kind: GoalTargetKind::AtLeast(self.absent(node)) };
        };
        let value = self.child_expression(&inner);
        let kind = match inner.as_rule() {
            Rule::at_most => GoalTargetKind::AtMost(value),
            Rule::at_least => GoalTargetKind::AtLeast(value),
            _ => {
                let versus = self.child(&inner, Rule::versus).map(|versus| self.versus(&versus));
                GoalTargetKind::Change { by: value, versus }
            }
        };
        GoalTarget { span, kind }
    }

    fn versus(&mut self, node: &Node<'t>) -> Versus {
        if let Some(prior) = self.child(node, Rule::versus_prior) {
            return Versus::Prior(self.child_expression(&prior));
        }
        if let Some(cohort) = self.child(node, Rule::versus_cohort) {
            return Versus::Cohort(self.child_name(&cohort));
        }
        Versus::Name(self.child_path(node))
    }

    pub(super) fn judge(&mut self, node: &Node<'t>) -> Judge {
        let mut judge = Judge { span: self.span(node), ..Judge::default() };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::judge_alpha | Rule::judge_power | Rule::value | Rule::judge_floor | Rule::judge_holdout | Rule::judge_cheaper => {
                    let value = self.child_expression(&part);
                    let slot = match part.as_rule() {
                        Rule::judge_alpha => &mut judge.alpha,
                        Rule::judge_power => &mut judge.power,
                        Rule::value => &mut judge.value,
                        Rule::judge_floor => &mut judge.floor,
                        Rule::judge_holdout => &mut judge.holdout,
                        _ => &mut judge.cheaper,
                    };
                    self.once(slot, value, &part);
                }
                Rule::judge_looks => {
                    let looks = match self.child(&part, Rule::judge_amount) {
                        Some(planned) => JudgeLooks::Anytime(self.judge_amount(&planned)),
                        None => JudgeLooks::Once,
                    };
                    self.once(&mut judge.looks, looks, &part);
                }
                Rule::judge_least if judge.least.is_empty() => {
                    judge.least = self.all(&part, Rule::judge_amount).iter().map(|amount| self.judge_amount(amount)).collect();
                }
                Rule::judge_least => self.repeated(&part),
                Rule::judge_adaptive => {
                    let span = self.span(&part);
                    self.once(&mut judge.adaptive, span, &part);
                }
                Rule::judge_cuts => judge.cuts.extend(self.child_paths(&part)),
                Rule::judge_strata => judge.strata.extend(self.child_paths(&part)),
                Rule::judge_adjust => judge.adjust.extend(self.child_paths(&part)),
                Rule::judge_cluster | Rule::judge_score => {
                    let path = self.child_path(&part);
                    let slot = if part.as_rule() == Rule::judge_cluster { &mut judge.cluster } else { &mut judge.score };
                    self.once(slot, path, &part);
                }
                Rule::judge_beside => judge.beside.extend(self.child_paths(&part)),
                Rule::judge_drift => {
                    let along = self.child(&part, Rule::drift_along).map(|along| self.child_path(&along));
                    let drift = JudgeDrift { span: self.span(&part), of: self.child_paths(&part), along };
                    self.once(&mut judge.drift, drift, &part);
                }
                _ => {}
            }
        }
        judge
    }

    fn judge_amount(&mut self, node: &Node<'t>) -> JudgeAmount {
        let unit = self.child(node, Rule::judge_unit).map(|unit| self.child_name(&unit));
        JudgeAmount { amount: self.child_expression(node), unit }
    }

    fn child_paths(&mut self, node: &Node<'t>) -> Vec<Path> {
        self.child(node, Rule::paths).map(|paths| self.paths(&paths)).unwrap_or_default()
    }

    pub(super) fn experiment_item(&mut self, node: &Node<'t>) -> Experiment {
        let mut experiment = Experiment {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            owner: None,
            approver: None,
            arms: None,
            control: None,
            policy: None,
            at: None,
            probability: None,
            propose: None,
            observed: None,
            goals: Vec::new(),
            decide: None,
            judge: None,
        };
        for part in node.clone().into_inner() {
            self.experiment_clause(&mut experiment, &part);
        }
        experiment
    }

    fn experiment_clause(&mut self, experiment: &mut Experiment, part: &Node<'t>) {
        match part.as_rule() {
            Rule::owner | Rule::approver | Rule::experiment_control => {
                let value = self.child_quoted(part);
                let slot = match part.as_rule() {
                    Rule::owner => &mut experiment.owner,
                    Rule::approver => &mut experiment.approver,
                    _ => &mut experiment.control,
                };
                self.once(slot, value, part);
            }
            Rule::experiment_arms => {
                let arms = self.all(part, Rule::experiment_arm).iter().map(|arm| self.experiment_arm(arm)).collect();
                let column = self.child_path(part);
                self.once(&mut experiment.arms, (column, arms), part);
            }
            Rule::experiment_policy => {
                let policy = self.child_path(part);
                self.once(&mut experiment.policy, policy, part);
            }
            Rule::experiment_at => {
                let at = self.child_path(part);
                self.once(&mut experiment.at, at, part);
            }
            Rule::experiment_probability | Rule::experiment_propose => {
                let value = self.child_expression(part);
                let probability = part.as_rule() == Rule::experiment_probability;
                let slot = if probability { &mut experiment.probability } else { &mut experiment.propose };
                self.once(slot, value, part);
            }
            Rule::experiment_observed => {
                let because = self.child(part, Rule::quoted).map(|because| self.quoted(&because));
                let observed = (self.span(part), because);
                self.once(&mut experiment.observed, observed, part);
            }
            Rule::goal => experiment.goals.push(self.goal(part)),
            Rule::decide => {
                let decide = (self.child(part, Rule::kw_highest).is_some(), self.child_expression(part));
                self.once(&mut experiment.decide, decide, part);
            }
            Rule::judge => {
                let judge = self.judge(part);
                self.once(&mut experiment.judge, judge, part);
            }
            _ => {}
        }
    }

    fn experiment_arm(&mut self, node: &Node<'t>) -> ExperimentArm {
        ExperimentArm {
            value: self.child_quoted(node),
            label: self.child_label(node),
            share: self.child(node, Rule::experiment_share).map(|share| self.child_expression(&share)),
        }
    }
}
