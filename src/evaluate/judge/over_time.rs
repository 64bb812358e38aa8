//! How the result grew: the cumulative difference by day of entry, and who entered when.

use crate::evaluate::evaluation::{ExposureDay, Series, SeriesPoint};
use crate::evaluate::tally::PairTally;
use crate::ir::GoalRole;
use std::collections::BTreeMap;

use super::beside::reading;
use super::compare::compare;
use super::contrast::measure_of;
use super::estimate::estimate;
use super::view::View;
use super::{print, target};

const DAY: i64 = 86_400_000;

/// One series per goal that has days, and treatment arm. Uncapped and over all customers, whatever the decision's method is.
pub fn series(view: &View) -> Vec<Series> {
    let Some(control) = view.control else { return Vec::new() };
    let mut found = Vec::new();
    for goal in view.trial.goals.iter().filter(|goal| goal.role != GoalRole::Exploratory) {
        let Some(measure) = measure_of(goal) else { continue };
        let Some(days) = view.observed.measures.get(measure).map(|own| &own.by_day) else { continue };
        for arm in &view.treatments {
            let (mut own, mut base) = (PairTally::default(), PairTally::default());
            let mut points = Vec::with_capacity(days.len());
            for (day, tallies) in days {
                let (Some(t), Some(c)) = (tallies.get(*arm), tallies.get(control)) else { continue };
                own.merge(t);
                base.merge(c);
                let compared = compare(&reading(view, measure, &own), &reading(view, measure, &base), view.terms);
                let Some(day) = print::day(i64::from(*day)) else { continue };
                let difference = estimate(compared.difference, compared.interval);
                points.push(SeriesPoint { day, n: own.x().count(), n_against: base.x().count(), difference });
            }
            if !points.is_empty() {
                let (name, label, unit) = (goal.name.clone(), goal.label.clone(), target::unit(view, goal));
                found.push(Series { goal: name, label, unit, arm: view.arm_key(*arm), points });
            }
        }
    }
    found
}

/// Units entered by day, aligned with the arms.
pub fn exposure(view: &View) -> Vec<ExposureDay> {
    let mut days: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for (instant, entered) in &view.observed.phases {
        let counts = days.entry(instant.div_euclid(DAY)).or_insert_with(|| vec![0; view.trial.arms.len()]);
        for (count, own) in counts.iter_mut().zip(entered) {
            *count += own.units;
        }
    }
    days.into_iter().filter_map(|(day, counts)| Some(ExposureDay { day: print::day(day)?, counts })).collect()
}
