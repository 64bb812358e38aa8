//! Trials: what is to be judged, lowered to nodes of the subject and formulas over its figures.
//!
//! Figures were checked before; here every one becomes values per subject, judged from its entry: the earliest assignment in the ledger,
//! or the column of an experiment. Analysis is by assignment: whoever was assigned counts, reached or not.

mod enrolment;
mod experiment;
mod figure;
mod measure;
mod plan;
mod target;
mod terms;

use super::parts::paths_of;
use super::study;
use crate::check::Checker;
use crate::check::problems::strategy as strategies;
use crate::diag::{Problem, any_error};
use crate::ir::{self, Baseline, Design, Drift, Formula, GoalRole, Measure, NodeId, Trial, TrialArm, TrialGoal, TrialKind};
use crate::source::Span;
use crate::syntax::ast::{self, Expression, ExpressionKind, Goal, ItemKind, Path};
use crate::types::TableId;
use std::collections::BTreeSet;

/// A goal, guard or metric that a trial judges, in the order of its goals.
#[derive(Clone)]
struct Planned {
    module: usize,
    name: String,
    label: Option<String>,
    role: GoalRole,
    figure: Expression,
    /// `None` for a metric that is only watched.
    goal: Option<Goal>,
    span: Span,
}

/// A trial in the making.
struct Docket {
    name: String,
    table: TableId,
    span: Span,
    /// When the subject entered; `None` where nothing says so.
    entry: Option<NodeId>,
    /// The names that mean all who entered: strategies, the comparison.
    names: Vec<String>,
    has_control: bool,
    plan: Vec<Planned>,
    measures: Vec<Measure>,
}

/// What the parts of a trial have in common, as its declaration says it.
struct Declared<'a> {
    name: &'a ast::Name,
    label: Option<&'a ast::Quoted>,
    owner: Option<&'a ast::Quoted>,
    goals: &'a [Goal],
    decide: Option<&'a (bool, Expression)>,
    judge: Option<&'a ast::Judge>,
}

/// Who is in a trial, since when, and in which arm.
struct Enrolment {
    assigned: NodeId,
    arm: NodeId,
    entry: Option<NodeId>,
    probability: Option<NodeId>,
    proposed: Option<NodeId>,
    arms: Vec<TrialArm>,
    strategies: Vec<u32>,
    kind: TrialKind,
    design: Design,
    /// The name in the ledger.
    experiment: String,
    names: Vec<String>,
}

/// Metrics by module and name.
type Names = BTreeSet<(usize, String)>;

impl Checker {
    /// All trials of the entry file. A program with mistakes has none.
    pub(in crate::check) fn lower_trials(&mut self, lowered: &[ir::Strategy]) -> Vec<Trial> {
        if any_error(&self.problems) {
            return Vec::new();
        }
        let (mut out, mut judged) = (Vec::new(), Names::new());
        for item in self.items(0) {
            let trial = match &item.kind {
                ItemKind::Strategy(strategy) => self.strategy_trial(strategy, lowered, &mut judged),
                ItemKind::Compare(compare) => self.compare_trial(compare, lowered, &mut judged),
                ItemKind::Experiment(experiment) => self.experiment_trial(experiment, lowered, &mut judged),
                _ => None,
            };
            out.extend(trial);
        }
        self.warn_of_unjudged(&judged);
        out
    }

    fn strategy_trial(&mut self, strategy: &ast::Strategy, lowered: &[ir::Strategy], judged: &mut Names) -> Option<Trial> {
        let enrolment = self.enrolled_by_strategy(strategy, lowered)?;
        let table = self.about(0, strategy.table.as_ref(), strategy.name.span)?;
        let declared = Declared {
            name: &strategy.name,
            label: strategy.label.as_ref(),
            owner: strategy.owner.as_ref(),
            goals: &strategy.goals,
            decide: None,
            judge: strategy.judge.as_ref(),
        };
        self.trial(&declared, table, enrolment, judged)
    }

    fn compare_trial(&mut self, compare: &ast::Compare, lowered: &[ir::Strategy], judged: &mut Names) -> Option<Trial> {
        let (table, enrolment) = self.enrolled_by_compare(compare, lowered)?;
        let declared = Declared {
            name: &compare.name,
            label: compare.label.as_ref(),
            owner: compare.owner.as_ref(),
            goals: &compare.goals,
            decide: compare.decide.as_ref(),
            judge: compare.judge.as_ref(),
        };
        self.trial(&declared, table, enrolment, judged)
    }

    fn experiment_trial(&mut self, experiment: &ast::Experiment, lowered: &[ir::Strategy], judged: &mut Names) -> Option<Trial> {
        let table = self.about(0, experiment.table.as_ref(), experiment.name.span)?;
        let enrolment = match &experiment.policy {
            Some(policy) => self.enrolled_by_policy(experiment, policy, table, lowered)?,
            None => self.enrolled_by_experiment(experiment, table)?,
        };
        let declared = Declared {
            name: &experiment.name,
            label: experiment.label.as_ref(),
            owner: experiment.owner.as_ref(),
            goals: &experiment.goals,
            decide: experiment.decide.as_ref(),
            judge: experiment.judge.as_ref(),
        };
        self.trial(&declared, table, enrolment, judged)
    }

    fn trial(&mut self, declared: &Declared<'_>, table: TableId, enrolment: Enrolment, judged: &mut Names) -> Option<Trial> {
        let has_control = enrolment.arms.iter().any(|arm| arm.control);
        let mut docket = Docket {
            name: declared.name.text.clone(),
            table,
            span: declared.name.span,
            entry: enrolment.entry,
            names: enrolment.names.clone(),
            has_control,
            plan: self.planned(declared, table, judged),
            measures: Vec::new(),
        };
        let mut goals: Vec<Option<TrialGoal>> = Vec::new();
        for at in 0..docket.plan.len() {
            let goal = self.trial_goal(&mut docket, at);
            goals.push(goal);
        }
        let mut decide = match declared.decide {
            Some((highest, by)) => self.decision(&mut docket, by).map(|formula| (*highest, formula, self.as_written(by.span))),
            None => None,
        };
        settle(&mut goals, &mut decide);
        self.not_of_this_trial(&docket, &goals);
        if let (Some((_, by)), None) = (declared.decide, &decide) {
            self.warn_not_judged(by.span, format!("the decision of `{}`", docket.name));
        }
        let ended = self.judged_by(declared.judge, &docket)?;
        // One arm and nothing to ask of those in it is no trial.
        if enrolment.arms.len() < 2 && goals.iter().all(Option::is_none) {
            return None;
        }
        let drift = ended.drift.map(|drift| with_outcome(drift, goals.iter().flatten().next(), &docket.measures));
        Some(Trial {
            name: enrolment.experiment,
            label: declared.label.map(|label| label.text.clone()),
            kind: enrolment.kind,
            owner: declared.owner.map(|owner| owner.text.clone()),
            design: enrolment.design,
            table,
            span: docket.span,
            assigned: enrolment.assigned,
            arm: enrolment.arm,
            arms: enrolment.arms,
            strategies: enrolment.strategies,
            entry: enrolment.entry,
            probability: enrolment.probability,
            proposed: enrolment.proposed,
            cluster: ended.cluster,
            score: ended.score,
            measures: docket.measures,
            goals: goals.into_iter().flatten().collect(),
            decide,
            cuts: ended.cuts,
            covariates: ended.covariates,
            drift,
            terms: ended.terms,
        })
    }

    /// Goals that no subject enters: held against their bound as of now, or only kept.
    fn not_of_this_trial(&mut self, docket: &Docket, goals: &[Option<TrialGoal>]) {
        for (at, _) in goals.iter().enumerate().filter(|(_, goal)| goal.is_none()) {
            let Some(planned) = docket.plan.get(at).cloned() else { continue };
            let name = (planned.name.as_str(), planned.label.as_deref());
            match planned.goal.as_ref().and_then(|goal| self.standing_goal(name, goal, docket.table)) {
                Some(goal) => self.standing_goals.push(goal),
                None => self.not_judged(docket, at),
            }
        }
    }

    fn decision(&mut self, docket: &mut Docket, by: &Expression) -> Option<Formula> {
        let view =
            figure::View { module: 0, entry: docket.entry, people: None, before_entry: false, name: "decide", label: None, depth: 0 };
        self.formula(docket, &view, by)
    }

    /// A goal that is read and kept only, unless something is wrong with it.
    fn not_judged(&mut self, docket: &Docket, at: usize) {
        let Some(planned) = docket.plan.get(at) else { return };
        let what = match planned.role {
            GoalRole::Exploratory => format!("metric `{}`", planned.name),
            GoalRole::Goal | GoalRole::Guard => format!("goal `{}`", planned.name),
        };
        self.warn_not_judged(planned.span, what);
    }

    fn warn_not_judged(&mut self, span: Span, what: String) {
        if !any_error(&self.problems) {
            self.report(Problem::new(&strategies::NOT_JUDGED, span).with("what", what));
        }
    }

    /// Metrics about the time after an entry that no trial looks at.
    fn warn_of_unjudged(&mut self, judged: &Names) {
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Metric(metric) = &item.kind else { continue };
                if study::is_study(&metric.value) {
                    continue;
                }
                if !judged.contains(&(module, metric.name.text.clone())) && self.is_of_outcomes(module, metric) {
                    self.warn_not_judged(metric.name.span, format!("metric `{}`", metric.name.text));
                }
            }
        }
    }

    /// The text of the author on one line.
    pub(in crate::check::outcome) fn as_written(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The metrics expressions name, and those that these name.
    fn metrics_named(&self, expressions: &[&Expression], module: usize, out: &mut Names) {
        for path in expressions.iter().flat_map(|expression| paths_of(expression)) {
            let Some((at, item)) = self.find_item(path, module) else { continue };
            let ItemKind::Metric(metric) = &item.kind else { continue };
            if out.insert((at, metric.name.text.clone())) {
                self.metrics_named(&[&metric.value], at, out);
            }
        }
    }
}

/// The path an expression is, where it is nothing else.
fn plain_path(expression: &Expression) -> Option<&Path> {
    match expression.kind.as_ref() {
        ExpressionKind::Path(path) => Some(path),
        _ => None,
    }
}

/// The outcome of the primary goal drifts too, where it is known of everybody: a rate without a window.
fn with_outcome(mut drift: Drift, primary: Option<&TrialGoal>, measures: &[Measure]) -> Drift {
    let of_goal = primary.filter(|goal| goal.role == GoalRole::Goal).and_then(|goal| match goal.figure {
        Formula::Measure(at) => measures.get(at).map(|measure| (goal, measure)),
        _ => None,
    });
    if let Some((goal, Measure { fold: ir::Fold::Rate { holds }, mature: None, .. })) = of_goal {
        let (name, label) = (goal.name.clone(), goal.label.clone());
        drift.of.push(ir::Characteristic { name, label, value: *holds, levels: Vec::new(), tenths: false, outcome: true });
    }
    drift
}

/// Formulas speak of goals by their place. What speaks of a goal that cannot be judged cannot be judged either; the others move up.
fn settle(goals: &mut [Option<TrialGoal>], decide: &mut Option<(bool, Formula, String)>) {
    loop {
        let mut next = 0;
        let places: Vec<Option<usize>> = goals
            .iter()
            .map(|goal| {
                let place = goal.as_ref().map(|_| next);
                next += usize::from(goal.is_some());
                place
            })
            .collect();
        let lost = |goal: &TrialGoal| {
            !tells(&goal.figure, &places) || matches!(&goal.baseline, Baseline::Figure(formula) if !tells(formula, &places))
        };
        let mut dropped = false;
        for goal in goals.iter_mut() {
            if goal.as_ref().is_some_and(lost) {
                *goal = None;
                dropped = true;
            }
        }
        if dropped {
            continue;
        }
        for goal in goals.iter_mut().flatten() {
            renumber(&mut goal.figure, &places);
            if let Baseline::Figure(formula) = &mut goal.baseline {
                renumber(formula, &places);
            }
        }
        if decide.as_ref().is_some_and(|(_, formula, _)| !tells(formula, &places)) {
            *decide = None;
        }
        if let Some((_, formula, _)) = decide {
            renumber(formula, &places);
        }
        return;
    }
}

/// Whether every goal a formula speaks of is there.
fn tells(formula: &Formula, places: &[Option<usize>]) -> bool {
    match formula {
        Formula::Incremental(at) | Formula::Reached(at) => places.get(*at).copied().flatten().is_some(),
        Formula::Negate(inner) => tells(inner, places),
        Formula::Add(left, right) | Formula::Subtract(left, right) | Formula::Multiply(left, right) | Formula::Divide(left, right) => {
            tells(left, places) && tells(right, places)
        }
        Formula::Measure(_) | Formula::Number(_) | Formula::Cost | Formula::Minutes | Formula::Entered => true,
    }
}

fn renumber(formula: &mut Formula, places: &[Option<usize>]) {
    match formula {
        Formula::Incremental(at) | Formula::Reached(at) => *at = places.get(*at).copied().flatten().unwrap_or(*at),
        Formula::Negate(inner) => renumber(inner, places),
        Formula::Add(left, right) | Formula::Subtract(left, right) | Formula::Multiply(left, right) | Formula::Divide(left, right) => {
            renumber(left, places);
            renumber(right, places);
        }
        Formula::Measure(_) | Formula::Number(_) | Formula::Cost | Formula::Minutes | Formula::Entered => {}
    }
}
