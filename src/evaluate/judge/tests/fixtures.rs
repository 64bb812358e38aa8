//! Trials and observations from a few numbers.

use crate::evaluate::evaluation::{Estimate, Figure, GoalRow, TrialReport};
use crate::evaluate::observed::{Cell, Entered, Observed, ObservedArm, ObservedCut, ObservedLevel, ObservedMeasure};
use crate::evaluate::tally::{PairTally, Scale, Tally};
use crate::ir::{Baseline, Cut, Design, Fold, Formula, GoalRole, Measure, NodeId, Target, Terms, Trial, TrialArm, TrialGoal, TrialKind};
use crate::source::Span;
use crate::types::{TableId, Type};
use std::collections::BTreeMap;

pub const NODE: NodeId = NodeId(0);
/// 2025-07-01 00:00, and a day.
pub const START: i64 = 1_751_328_000_000;
pub const DAY: i64 = 86_400_000;

pub fn rate_measure(name: &str) -> Measure {
    Measure {
        name: name.to_owned(),
        label: None,
        written: format!("rate({name})"),
        ty: Type::Percent,
        fold: Fold::Rate { holds: NODE },
        mature: None,
        before: None,
        cap: None,
    }
}

pub fn money_measure(name: &str) -> Measure {
    Measure { written: format!("mean({name})"), ty: Type::Money, fold: Fold::Mean { value: NODE }, ..rate_measure(name) }
}

pub fn goal(name: &str, measure: usize, target: Target) -> TrialGoal {
    TrialGoal {
        name: name.to_owned(),
        label: None,
        role: GoalRole::Goal,
        written: "target".to_owned(),
        figure: Formula::Measure(measure),
        ty: Type::Percent,
        target,
        baseline: Baseline::Control,
        up: true,
        worthwhile: None,
        span: Span::default(),
    }
}

pub fn guard(name: &str, measure: usize, margin: f64) -> TrialGoal {
    TrialGoal { role: GoalRole::Guard, up: false, ..goal(name, measure, Target::Margin(margin)) }
}

/// Arms by name and share; the last one is control.
pub fn trial(arms: &[(&str, Option<f64>)], measures: Vec<Measure>, goals: Vec<TrialGoal>) -> Trial {
    let last = arms.len().saturating_sub(1);
    Trial {
        name: "demo".to_owned(),
        label: Some("示例".to_owned()),
        kind: TrialKind::Strategy,
        owner: None,
        design: Design::Randomised,
        table: TableId(0),
        span: Span::default(),
        assigned: NODE,
        arm: NODE,
        arms: arms
            .iter()
            .enumerate()
            .map(|(at, (name, share))| TrialArm { name: (*name).to_owned(), label: None, share: *share, control: at == last })
            .collect(),
        strategies: Vec::new(),
        entry: None,
        probability: None,
        proposed: None,
        cluster: None,
        score: None,
        measures,
        goals,
        decide: None,
        cuts: Vec::new(),
        covariates: Vec::new(),
        drift: None,
        terms: Terms::default(),
    }
}

/// Nobody anywhere yet.
pub fn observed(trial: Trial) -> Observed {
    let arms = trial.arms.len();
    Observed {
        as_of: START + 30 * DAY,
        arms: vec![ObservedArm::default(); arms],
        foreign_arms: BTreeMap::new(),
        several_arms: 0,
        lost: vec![0; arms],
        phases: BTreeMap::new(),
        measures: trial.measures.iter().map(|_| ObservedMeasure { arms: vec![Cell::default(); arms], by_day: BTreeMap::new() }).collect(),
        cuts: Vec::new(),
        covariates: Vec::new(),
        drift: None,
        rows: None,
        trial,
    }
}

/// Customers and successes of a rate, per arm; all of them assigned on the first day with the registered shares.
pub fn with_rates(mut own: Observed, measure: usize, counts: &[(u64, u64)]) -> Observed {
    for (arm, (n, hits)) in counts.iter().enumerate() {
        own.arms[arm].assigned = *n;
        own.measures[measure].arms[arm].value = Tally::of_rate(*n, *hits);
    }
    let entered: Vec<Entered> = counts.iter().zip(&own.trial.arms).map(|((n, _), arm)| Entered { units: *n, share: arm.share }).collect();
    own.phases.insert(START, entered);
    own
}

/// Values of one arm, in minor units.
pub fn with_values(mut own: Observed, measure: usize, arm: usize, values: &[i64]) -> Observed {
    let mut tally = Tally::new(Scale::Whole);
    for value in values {
        tally.add(Some(*value));
    }
    let mut sorted: Vec<f64> = values.iter().map(|value| *value as f64).collect();
    sorted.sort_by(f64::total_cmp);
    own.arms[arm].assigned = values.len() as u64;
    let cell = &mut own.measures[measure].arms[arm];
    cell.value = tally;
    cell.values = sorted;
    own
}

/// A tally of `n` flags of which `hits` hold, as days and cuts keep them.
pub fn flags(n: u64, hits: u64) -> PairTally {
    PairTally::single(Tally::of_rate(n, hits))
}

pub fn cut(name: &str, stratified: bool) -> Cut {
    Cut { name: name.to_owned(), label: None, value: NODE, levels: Vec::new(), stratified, beside: false }
}

/// One level of a cut for measure 0: customers and successes per arm.
pub fn level(name: &str, counts: &[(u64, u64)]) -> ObservedLevel {
    ObservedLevel {
        name: name.to_owned(),
        label: None,
        assigned: counts.iter().map(|own| own.0).collect(),
        measures: vec![counts.iter().map(|(n, hits)| flags(*n, *hits)).collect()],
    }
}

pub fn with_cut(mut own: Observed, cut: Cut, levels: Vec<ObservedLevel>) -> Observed {
    own.trial.cuts.push(cut);
    own.cuts.push(ObservedCut { levels });
    own
}

pub fn known(figure: &Figure) -> f64 {
    figure.known().unwrap_or_else(|| panic!("withheld: {figure:?}"))
}

/// Value, lower and upper end.
pub fn ends(estimate: &Estimate) -> (f64, f64, f64) {
    (known(&estimate.value), known(&estimate.lower), known(&estimate.upper))
}

pub fn row<'a>(report: &'a TrialReport, goal: &str, arm: &str) -> &'a GoalRow {
    report.goals.iter().find(|row| row.name == goal && row.arm == arm).unwrap_or_else(|| panic!("no row {goal} {arm}"))
}

pub fn slug(figure: &Figure) -> &str {
    match figure {
        Figure::Known(value) => panic!("known: {value}"),
        Figure::Withheld(reason) => &reason.withheld,
    }
}

pub fn near(got: f64, wanted: f64, by: f64) {
    assert!((got - wanted).abs() <= by, "got {got}, expected {wanted}");
}
