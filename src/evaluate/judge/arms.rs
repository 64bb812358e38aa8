//! The arms: sizes, shares, levels of the primary goal, the chance to be the best and what choosing each is expected to lose.

use crate::evaluate::best::{Chance, best_mean, best_rate};
use crate::evaluate::evaluation::{ArmRow, Estimate, Figure};
use crate::evaluate::proportion::Rate;
use crate::evaluate::tally::PairTally;
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::TrialGoal;

use super::contrast::measure_of;
use super::estimate::{estimate, withheld};
use super::reading::Reading;
use super::view::View;

/// One row per arm, in written order.
pub fn rows(view: &View, proposed: &[Option<f64>]) -> Vec<ArmRow> {
    let total = view.assigned_total();
    let primary = view.primary.and_then(|at| view.goal(at));
    let measure = primary.and_then(measure_of);
    let all: Vec<Reading> =
        (0..view.trial.arms.len()).map(|arm| measure.map_or_else(Reading::nobody, |measure| view.reading(measure, arm))).collect();
    let chances = view.causal().and_then(|()| chances(view, primary.ok_or(Withheld::NotRegistered)?, &all));
    let rows = view.trial.arms.iter().enumerate().map(|(at, arm)| {
        let seen = view.observed.arms.get(at).cloned().unwrap_or_default();
        let own = chances.clone().and_then(|all| all.get(at).copied().ok_or(Withheld::NoUnits));
        ArmRow {
            name: arm.name.clone(),
            label: arm.label.clone(),
            control: arm.control,
            share: arm.share,
            found: if total > 0 { Figure::Known(seen.assigned as f64 / total as f64) } else { Withheld::NoUnits.into() },
            proposed: proposed.get(at).copied().flatten(),
            assigned: seen.assigned,
            reached: seen.reached,
            level: all.get(at).map_or_else(|| withheld(Withheld::NoUnits), |reading| level(view, reading)),
            best: own.map(|own| own.best).into(),
            loss: own.map(|own| own.expected_loss).into(),
            cost: view.cost(at),
            staff_minutes: seen.staff as f64 / 60_000.0,
        }
    });
    rows.collect()
}

fn level(view: &View, reading: &Reading) -> Estimate {
    estimate(reading.level(), reading.interval(view.terms, view.terms.alpha))
}

/// The chance of each arm to have the best level: highest, or lowest where less is better. Rates with a flat prior.
///
/// # Errors
/// Fewer than two arms, nobody in one, or no spread.
pub fn chances(view: &View, goal: &TrialGoal, readings: &[Reading]) -> Measured<Vec<Chance>> {
    debug_assert!(view.trial.goals.contains(goal));
    let rates: Option<Vec<Rate>> = readings.iter().map(|reading| reading.rate).collect();
    if let Some(rates) = rates {
        let turned: Vec<Rate> =
            rates.iter().map(|rate| if goal.up { *rate } else { Rate { successes: rate.n - rate.successes, n: rate.n } }).collect();
        return best_rate(&turned, (1.0, 1.0));
    }
    let mut means = Vec::new();
    let mut errors = Vec::new();
    for reading in readings {
        means.push(reading.level()?);
        errors.push(reading.error()?);
    }
    best_mean(&means, &errors, !goal.up)
}

/// The same figures without those who entered on the last day of entry: what was known one wave ago. `None` before the second wave.
pub fn before_last_wave(view: &View, measure: usize, arms: &[usize]) -> Option<Vec<Reading>> {
    let own = view.measure(measure)?;
    let days = &view.observed.measures.get(measure)?.by_day;
    let (last, _) = days.last_key_value()?;
    let mut sums = vec![PairTally::default(); arms.len()];
    let mut waves = 0;
    for (_, tallies) in days.iter().filter(|(day, _)| *day != last) {
        waves += 1;
        for (sum, arm) in sums.iter_mut().zip(arms) {
            if let Some(tally) = tallies.get(*arm) {
                sum.merge(tally);
            }
        }
    }
    (waves > 0).then(|| sums.iter().map(|tally| Reading::of_tally(own, tally)).collect())
}
