//! What the rules R0 to R9 are given, for one treatment arm, in units of the page; and what they decide.

use crate::evaluate::best::{LiveArm, ReallocationRules};
use crate::evaluate::decide::{Adaptive, AdaptiveArm, Decision, Evidence, Goal, Guardrail, Progress, Trust, decide};
use crate::evaluate::distribution::normal_upper_quantile;
use crate::evaluate::effect::Interval;
use crate::evaluate::multiple::adjusted_interval;
use crate::evaluate::power::{self, Plan, days_left, units_for_rates};
use crate::evaluate::withheld::{Measured, Withheld, finite};
use crate::ir::{Formula, GoalRole, TrialGoal};

use super::contrast::{Against, Contrast, anytime, measure_of};
use super::view::View;
use super::{arms, formula, money, target};

/// What is decided of one arm.
#[derive(Debug, Clone)]
pub struct Decided {
    pub arm: usize,
    pub decision: Decision,
    pub progress: Progress,
    /// Estimate of the primary goal in the good direction.
    pub estimate: Measured<f64>,
}

/// The decision for every arm that the primary goal was compared for.
pub fn decisions(view: &View, contrasts: &[Contrast], trust: &Trust) -> Vec<Decided> {
    let own = contrasts.iter().filter(|contrast| Some(contrast.goal) == view.primary && !matches!(contrast.against, Against::Arm(_)));
    own.filter_map(|primary| {
        let evidence = evidence(view, contrasts, trust, primary)?;
        let (progress, estimate) = (evidence.progress, evidence.primary.estimate);
        Some(Decided { arm: primary.arm, decision: decide(&evidence), progress, estimate })
    })
    .collect()
}

fn goal(view: &View, own: &TrialGoal, contrast: &Contrast) -> Goal {
    let aim = target::aim(view, own, contrast);
    let conclusive = contrast.comparison.conclusive(contrast.p_adjusted, view.terms.alpha);
    // The corrected test and the relative interval have a say too: the rules see an interval that agrees with both.
    let interval = aim.interval.and_then(|interval| {
        let claims = interval.excludes(0.0) && matches!(contrast.against, Against::Control(_) | Against::Measure(_) | Against::Figure);
        Ok(match (claims && !conclusive, aim.estimate, contrast.p_adjusted) {
            (true, Ok(estimate), Ok(p)) => agreeing(adjusted_interval(estimate, interval, p, view.terms.alpha)?),
            (true, Ok(_) | Err(_), Ok(_) | Err(_)) => agreeing(interval),
            (false, Ok(_) | Err(_), Ok(_) | Err(_)) => interval,
        })
    });
    Goal {
        name: own.name.clone(),
        interval,
        estimate: aim.estimate,
        p: contrast.comparison.p,
        p_adjusted: contrast.p_adjusted,
        threshold: aim.threshold,
        worthwhile: aim.worthwhile,
        detectable: contrast.comparison.detectable,
    }
}

/// Where only the relative interval holds no effect, the absolute one is stretched to hold it too.
fn agreeing(interval: Interval) -> Interval {
    Interval { lower: interval.lower.min(0.0), upper: interval.upper.max(0.0) }
}

fn evidence(view: &View, contrasts: &[Contrast], trust: &Trust, primary: &Contrast) -> Option<Evidence> {
    let own = view.goal(primary.goal)?;
    let of = |role: GoalRole| {
        contrasts.iter().filter(move |contrast| {
            let same = contrast.arm == primary.arm && !matches!(contrast.against, Against::Arm(_)) && Some(contrast.goal) != view.primary;
            same && view.goal(contrast.goal).is_some_and(|goal| goal.role == role)
        })
    };
    let primary_goal = goal(view, own, primary);
    let progress = progress(view, primary, &primary_goal);
    let randomised = view.randomised && !matches!(primary.against, Against::Measure(_) | Against::Figure | Against::Nobody);
    Some(Evidence {
        randomised,
        trust: trust.clone(),
        other_goals: of(GoalRole::Goal).filter_map(|contrast| Some(goal(view, view.goal(contrast.goal)?, contrast))).collect(),
        guardrails: of(GoalRole::Guard).filter_map(|contrast| guardrail(view, contrast)).collect(),
        net: net(view, primary),
        progress,
        alpha: view.terms.alpha,
        holdout: view.terms.holdout,
        cheaper_margin: view.terms.cheaper,
        adaptive: if view.terms.adaptive { adaptive(view, primary) } else { None },
        test_units: if randomised { Err(Withheld::NotRegistered) } else { test_units(view, primary, primary_goal.worthwhile) },
        primary: primary_goal,
    })
}

fn guardrail(view: &View, contrast: &Contrast) -> Option<Guardrail> {
    let own = view.goal(contrast.goal)?;
    let units = (contrast.comparison.units + contrast.comparison.units_against) as f64;
    Some(Guardrail {
        name: own.name.clone(),
        margin: target::margin(view, own, contrast).unwrap_or(0.0),
        found: target::guard(view, own, contrast),
        units,
    })
}

/// Net money: of the registered value of a success, or of the formula of `decide` where that is money.
fn net(view: &View, primary: &Contrast) -> Option<Measured<Interval>> {
    if view.terms.value.is_some() {
        return Some(money::of(view, primary).and_then(|own| own.net_interval));
    }
    let (highest, formula, _) = view.trial.decide.as_ref()?;
    let unit = formula::unit(view, formula);
    if unit != crate::evaluate::evaluation::Unit::Money || !highest || !has_increment(formula) {
        return None;
    }
    let found = formula::value(view, formula, primary.arm);
    Some(found.and_then(|found| formula::interval(view, &found)).map(|interval| interval.scaled(formula::factor(unit))))
}

/// Extra responses take part in it, so that it is what the arm earned beyond control.
pub fn has_increment(formula: &Formula) -> bool {
    match formula {
        Formula::Incremental(_) => true,
        Formula::Measure(_) | Formula::Number(_) | Formula::Cost | Formula::Minutes | Formula::Reached(_) | Formula::Entered => false,
        Formula::Negate(inner) => has_increment(inner),
        Formula::Add(left, right) | Formula::Subtract(left, right) | Formula::Multiply(left, right) | Formula::Divide(left, right) => {
            has_increment(left) || has_increment(right)
        }
    }
}

fn progress(view: &View, primary: &Contrast, goal: &Goal) -> Progress {
    let own = &primary.comparison;
    let mature_units = (own.units + own.units_against) as f64;
    let planned_units = view.terms.least_units as f64;
    let least = (planned_units - mature_units).max(0.0);
    // Customers who are in already but not yet observed to the end count towards those still needed.
    let waiting = measure_of_primary(view).map_or(0, |measure| immature(view, measure, primary)) as f64;
    let more_units = more(view, primary, goal).map(|more| (more.max(least) - waiting).max(0.0).ceil());
    let days = view.days();
    let per_day =
        days.filter(|days| *days > 0.0).map_or(0.0, |days| (view.assigned(primary.arm) + assigned_against(view, primary)) as f64 / days);
    Progress {
        mature_units,
        planned_units,
        // Without times of entry the registered days cannot be held against anything.
        days: days.unwrap_or(view.terms.least_days),
        least_days: view.terms.least_days,
        sequential: anytime(view).is_some(),
        more_units,
        more_days: more_units.and_then(|units| days_left(units, per_day, None)),
    }
}

fn measure_of_primary(view: &View) -> Option<usize> {
    view.primary.and_then(|at| view.goal(at)).and_then(measure_of)
}

fn assigned_against(view: &View, primary: &Contrast) -> u64 {
    match primary.against {
        Against::Control(other) | Against::Arm(other) => view.assigned(other),
        Against::Measure(_) | Against::Figure | Against::Bound(_) | Against::Nobody => 0,
    }
}

fn immature(view: &View, measure: usize, primary: &Contrast) -> u64 {
    let of = |arm: usize| view.cell(measure, arm).map_or(0, |cell| cell.immature);
    let other = match primary.against {
        Against::Control(other) | Against::Arm(other) => of(other),
        Against::Measure(_) | Against::Figure | Against::Bound(_) | Against::Nobody => 0,
    };
    of(primary.arm) + other
}

/// Customers of both arms until the effect worth having is seen with the registered power.
fn more(view: &View, primary: &Contrast, goal: &Goal) -> Measured<f64> {
    let effect = primary.comparison.effect?;
    if goal.worthwhile == 0.0 {
        return Err(Withheld::NotRegistered);
    }
    let found = power::progress(&effect, goal.worthwhile, &view.plan(1.0), anytime(view))?;
    finite(found.additional_units?)
}

/// Customers of both arms, half and half, that a random test of the effect worth having needs.
fn test_units(view: &View, primary: &Contrast, worthwhile: f64) -> Measured<f64> {
    let plan = view.plan(1.0);
    let base = primary.comparison.level_against?;
    let worth = if worthwhile > 0.0 { worthwhile } else { primary.comparison.difference?.abs() };
    let reading = measure_of_primary(view).map(|measure| view.reading(measure, primary.arm));
    let control = match reading.as_ref().and_then(|reading| reading.rate) {
        Some(_) => units_for_rates(base, worth, &plan)?.unpooled,
        None => {
            let sample = reading.map_or(Err(Withheld::NoUnits), |reading| reading.sample)?;
            sample.usable()?;
            units_for_a_mean(worth / sample.variance.sqrt(), view.terms.alpha, view.terms.power)?
        }
    };
    finite((2.0 * control).ceil())
}

/// Control customers for a standardised difference. Where there are many, Student's and the normal distribution agree to a customer.
fn units_for_a_mean(cohen_d: f64, alpha: f64, power: f64) -> Measured<f64> {
    let z = normal_upper_quantile(alpha / 2.0) - normal_upper_quantile(power);
    let normal = 2.0 * (z / cohen_d).powi(2);
    if normal > 10_000.0 { finite(normal) } else { power::units_for_means(cohen_d, &Plan { alpha, power, ratio: 1.0 }) }
}

fn adaptive(view: &View, primary: &Contrast) -> Option<Adaptive> {
    let measure = measure_of_primary(view)?;
    let goal = view.goal(primary.goal)?;
    let live: Vec<usize> = view.treatments.clone();
    let now = arms::chances(view, goal, &live.iter().map(|arm| view.reading(measure, *arm)).collect::<Vec<_>>()).ok()?;
    let before = arms::before_last_wave(view, measure, &live).and_then(|readings| arms::chances(view, goal, &readings).ok());
    let open: f64 = live.iter().filter_map(|arm| view.trial.arms.get(*arm)?.share).sum();
    let found = live.iter().zip(&now).enumerate().map(|(at, (arm, chance))| {
        let share = view.trial.arms.get(*arm).and_then(|own| own.share).map_or(1.0 / live.len() as f64, |share| share / open);
        let reading = view.reading(measure, *arm);
        let conversions = reading.rate.map_or(reading.units as f64, |rate| rate.successes);
        AdaptiveArm {
            live: LiveArm { share, units: reading.units as f64, conversions, chance: chance.best },
            expected_loss: chance.expected_loss,
            before: before.as_ref().and_then(|all| all.get(at)).map(|own| (own.best, own.expected_loss)),
        }
    });
    Some(Adaptive {
        arms: found.collect(),
        rules: ReallocationRules { floor: view.terms.floor, ..ReallocationRules::default() },
        baseline: primary.comparison.level_against.unwrap_or(0.0),
    })
}
