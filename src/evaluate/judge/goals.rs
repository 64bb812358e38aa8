//! The table of goals: one row per goal, guard or watched metric and arm, the registered text beside the result.

use crate::evaluate::decide::Rule;
use crate::evaluate::evaluation::{GoalRow, Met, TestRow, Words};
use crate::evaluate::guard::GuardState;
use crate::ir::{GoalRole, TrialGoal};

use super::contrast::{Against, Contrast, measure_of};
use super::estimate::estimate;
use super::evidence::Decided;
use super::view::View;
use super::{beside, target};

/// Every comparison as a row.
pub fn rows(view: &View, contrasts: &[Contrast], decided: &[Decided]) -> Vec<GoalRow> {
    contrasts.iter().filter_map(|contrast| Some(row(view, view.goal(contrast.goal)?, contrast, decided))).collect()
}

fn role(goal: &TrialGoal) -> &'static str {
    match goal.role {
        GoalRole::Goal => "goal",
        GoalRole::Guard => "guard",
        GoalRole::Exploratory => "exploratory",
    }
}

/// The name of what an arm is compared with.
pub fn against_name(view: &View, against: Against) -> String {
    match against {
        Against::Control(arm) | Against::Arm(arm) => view.arm_key(arm),
        Against::Measure(measure) => view.measure(measure).map_or_else(String::new, |own| own.name.clone()),
        Against::Figure => "figure".to_owned(),
        Against::Bound(_) => "bound".to_owned(),
        Against::Nobody => "control".to_owned(),
    }
}

/// Met, as long as the comparison may be judged at all: in doubt or too early nothing is known.
pub fn met(view: &View, goal: &TrialGoal, contrast: &Contrast, decided: &[Decided]) -> Met {
    if matches!(contrast.against, Against::Arm(_)) {
        return Met::NotYetKnowable;
    }
    let rule = decided.iter().find(|own| own.arm == contrast.arm).map(|own| own.decision.rule);
    match rule {
        Some(Rule::Investigate | Rule::TooEarly) => Met::NotYetKnowable,
        Some(
            Rule::StopForHarm
            | Rule::Ship
            | Rule::ShipWithWatch
            | Rule::Futile
            | Rule::Conflict
            | Rule::Reallocate
            | Rule::Continue
            | Rule::Observational,
        )
        | None => target::met(view, goal, contrast),
    }
}

fn row(view: &View, goal: &TrialGoal, contrast: &Contrast, decided: &[Decided]) -> GoalRow {
    let own = &contrast.comparison;
    let measure = measure_of(goal);
    let count = |arm: Option<usize>| measure.zip(arm).and_then(|(measure, arm)| view.reading(measure, arm).rate).map(|rate| rate.successes);
    let other = match contrast.against {
        Against::Control(other) | Against::Arm(other) => Some(other),
        Against::Measure(_) | Against::Figure | Against::Bound(_) | Against::Nobody => None,
    };
    let cells = || {
        measure
            .into_iter()
            .flat_map(|measure| [Some(contrast.arm), other].into_iter().flatten().filter_map(move |arm| view.cell(measure, arm)))
    };
    let higher = own.higher.chance();
    let guarded = (goal.role == GoalRole::Guard).then(|| match target::guard(view, goal, contrast).map(|guard| guard.state) {
        Ok(GuardState::Safe) => "safe",
        Ok(GuardState::Breached) => "breached",
        Ok(GuardState::Unproven) | Err(_) => "unproven",
    });
    GoalRow {
        name: goal.name.clone(),
        label: goal.label.clone(),
        role: role(goal).to_owned(),
        unit: target::unit(view, goal),
        registered: goal.written.clone(),
        up: goal.up,
        threshold: target::threshold(view, goal, contrast),
        figure: measure.and_then(|measure| view.measure(measure)).map_or_else(|| goal.written.clone(), |own| own.written.clone()),
        arm: view.arm_key(contrast.arm),
        against: against_name(view, contrast.against),
        n: own.units,
        n_against: own.units_against,
        count: count(Some(contrast.arm)),
        count_against: count(other),
        level: own.level.into(),
        level_against: own.level_against.into(),
        difference: estimate(own.difference, own.interval),
        lift: estimate(own.lift, own.lift_interval),
        p: own.p.into(),
        p_adjusted: contrast.p_adjusted.into(),
        chance: higher.map(|higher| if goal.up { higher } else { 1.0 - higher }).into(),
        detectable: own.detectable.into(),
        guard: guarded.map(str::to_owned),
        met: met(view, goal, contrast, decided),
        unknown: cells().map(|cell| cell.unknown).sum(),
        immature: cells().map(|cell| cell.immature).sum(),
        method: method(contrast),
        beside: beside::lines(view, goal, contrast),
    }
}

/// Method and correction.
pub fn method(contrast: &Contrast) -> Words {
    let own = contrast.comparison.method.words();
    Words::new(format!("{}; {}", own.en, contrast.correction.en), format!("{}；{}", own.zh, contrast.correction.zh))
}

/// Every test of the goals.
pub fn tests(view: &View, contrasts: &[Contrast]) -> Vec<TestRow> {
    let rows = contrasts.iter().filter_map(|contrast| {
        let goal = view.goal(contrast.goal)?;
        Some(TestRow {
            goal: goal.name.clone(),
            arm: view.arm_key(contrast.arm),
            against: against_name(view, contrast.against),
            method: method(contrast),
            p: contrast.comparison.p.into(),
            p_adjusted: contrast.p_adjusted.into(),
        })
    });
    rows.collect()
}
