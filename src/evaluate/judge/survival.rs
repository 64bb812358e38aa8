//! How long customers stay, per arm: Kaplan–Meier curves, the log-rank test, and how much longer they were kept up to the horizon.

use crate::evaluate::effect::Interval;
use crate::evaluate::evaluation::{Estimate, SurvivalCurve, SurvivalReport, SurvivalStep, TestRow, Words};
use crate::evaluate::survival::{Curve, Spell, kaplan_meier, log_rank_groups};
use crate::ir::{Fold, TrialGoal};

use super::compare::compare;
use super::contrast::measure_of;
use super::estimate::{estimate, figure, uncorrected};
use super::reading::{LEAST_AT_RISK, spells};
use super::target;
use super::view::View;

/// Steps of a curve that are drawn.
const STEPS: usize = 100;

/// One report per goal about how long something lasts.
pub fn reports(view: &View) -> Vec<SurvivalReport> {
    let goals = view.trial.goals.iter().filter_map(|goal| Some((goal, measure_of(goal)?)));
    goals
        .filter(|(_, measure)| view.measure(*measure).is_some_and(|own| matches!(own.fold, Fold::Lasting { .. })))
        .filter_map(|(goal, measure)| report(view, goal, measure))
        .collect()
}

fn report(view: &View, goal: &TrialGoal, measure: usize) -> Option<SurvivalReport> {
    let arms = view.trial.arms.len();
    let all: Vec<Vec<Spell>> = (0..arms).map(|arm| view.cell(measure, arm).map_or_else(Vec::new, spells)).collect();
    if all.iter().all(Vec::is_empty) {
        return None;
    }
    let curves = all.iter().enumerate().filter_map(|(arm, own)| {
        let curve = kaplan_meier(own, view.terms.alpha).ok()?;
        Some(SurvivalCurve {
            arm: view.arm_key(arm),
            label: view.trial.arms.get(arm).and_then(|own| own.label.clone()),
            median: curve.median().into(),
            steps: steps(&curve),
        })
    });
    let tested = log_rank_groups(&all.iter().filter(|own| !own.is_empty()).cloned().collect::<Vec<_>>());
    Some(SurvivalReport {
        goal: goal.name.clone(),
        label: goal.label.clone(),
        unit: target::unit(view, goal),
        curves: curves.collect(),
        log_rank: tested.map(|own| own.0).into(),
        log_rank_p: tested.map(|own| own.1).into(),
        kept_longer: kept_longer(view, measure),
    })
}

/// The curve as far as enough customers are under observation, thinned evenly where it is long.
fn steps(curve: &Curve) -> Vec<SurvivalStep> {
    let shown = curve.shown(LEAST_AT_RISK);
    let step = shown.len().div_ceil(STEPS).max(1);
    let last = shown.len().saturating_sub(1);
    let kept = shown.iter().enumerate().filter(|(at, _)| at % step == 0 || *at == last);
    kept.map(|(_, own)| SurvivalStep {
        time: own.time,
        at_risk: own.at_risk as u64,
        kept: own.survival,
        lower: figure(own.interval.map(|interval: Interval| interval.lower)),
        upper: figure(own.interval.map(|interval: Interval| interval.upper)),
    })
    .collect()
}

fn kept_longer(view: &View, measure: usize) -> Vec<(String, Estimate)> {
    let Some(control) = view.control else { return Vec::new() };
    let base = view.reading(measure, control);
    let of = |arm: &usize| {
        let compared = compare(&view.reading(measure, *arm), &base, view.terms);
        (view.arm_key(*arm), estimate(compared.difference, compared.interval))
    };
    view.treatments.iter().map(of).collect()
}

/// The log-rank tests.
pub fn tests(reports: &[SurvivalReport]) -> Vec<TestRow> {
    let of = |report: &SurvivalReport| TestRow {
        goal: report.goal.clone(),
        arm: String::new(),
        against: String::new(),
        method: Words::new("log-rank test of all arms", "各组的对数秩检验"),
        p: report.log_rank_p.clone(),
        p_adjusted: uncorrected(),
    };
    reports.iter().map(of).collect()
}
