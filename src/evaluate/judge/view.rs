//! What all sections look at: the trial, its arms, the figure of every measure in every arm, in units of the page.

use crate::evaluate::evaluation::{Unit, Words};
use crate::evaluate::moments::{Moments, quantile_of_sorted};
use crate::evaluate::observed::{Cell, Observed};
use crate::evaluate::power::Plan;
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{Design, Fold, GoalRole, Measure, Terms, Trial, TrialGoal};
use crate::types::Type;

use super::reading::{self, Reading};

const DAY: f64 = 86_400_000.0;

/// One trial as the sections see it.
pub struct View<'a> {
    pub observed: &'a Observed,
    pub trial: &'a Trial,
    pub terms: &'a Terms,
    pub randomised: bool,
    pub control: Option<usize>,
    /// All other arms, in written order.
    pub treatments: Vec<usize>,
    /// The first goal that is no guard and not only watched.
    pub primary: Option<usize>,
    /// Per measure: values beyond it count as it. Of all arms together, in units of the page.
    pub caps: Vec<Option<f64>>,
    /// Per measure, per arm.
    readings: Vec<Vec<Reading>>,
}

impl<'a> View<'a> {
    pub fn new(observed: &'a Observed) -> Self {
        let trial = &observed.trial;
        let control = trial.control();
        let arms = trial.arms.len();
        let caps: Vec<Option<f64>> = trial
            .measures
            .iter()
            .enumerate()
            .map(|(at, measure)| measure.cap.and_then(|share| pooled_cap(observed, at, f64::from(share) / 1e6).ok()))
            .collect();
        let readings = trial
            .measures
            .iter()
            .enumerate()
            .map(|(at, measure)| {
                let cap = caps.get(at).copied().flatten();
                let horizon = reading::horizon(measure, observed.measures.get(at));
                let of = |arm: usize| observed.measures.get(at).and_then(|own| own.arms.get(arm));
                (0..arms)
                    .map(|arm| of(arm).map_or_else(Reading::nobody, |cell| Reading::of(measure, cell, cap, horizon, trial.terms.alpha)))
                    .collect()
            })
            .collect();
        Self {
            observed,
            trial,
            terms: &trial.terms,
            randomised: trial.design == Design::Randomised,
            control,
            treatments: (0..arms).filter(|arm| Some(*arm) != control).collect(),
            primary: trial.goals.iter().position(|goal| goal.role == GoalRole::Goal),
            caps,
            readings,
        }
    }

    pub fn goal(&self, at: usize) -> Option<&'a TrialGoal> {
        self.trial.goals.get(at)
    }

    pub fn measure(&self, at: usize) -> Option<&'a Measure> {
        self.trial.measures.get(at)
    }

    pub fn cell(&self, measure: usize, arm: usize) -> Option<&'a Cell> {
        self.observed.measures.get(measure)?.arms.get(arm)
    }

    /// The figure of a measure in an arm, mature customers only.
    pub fn reading(&self, measure: usize, arm: usize) -> Reading {
        self.readings.get(measure).and_then(|arms| arms.get(arm)).cloned().unwrap_or_else(Reading::nobody)
    }

    /// The name in English, the display name in Chinese.
    pub fn arm_name(&self, arm: usize) -> Words {
        self.trial.arms.get(arm).map_or_else(Words::default, |own| named(&own.name, own.label.as_deref()))
    }

    pub fn arm_key(&self, arm: usize) -> String {
        self.trial.arms.get(arm).map_or_else(String::new, |own| own.name.clone())
    }

    pub fn assigned(&self, arm: usize) -> u64 {
        self.observed.arms.get(arm).map_or(0, |own| own.assigned)
    }

    pub fn assigned_total(&self) -> u64 {
        self.observed.arms.iter().map(|own| own.assigned).sum()
    }

    /// What the arm cost, in yuan.
    pub fn cost(&self, arm: usize) -> f64 {
        self.observed.arms.get(arm).map_or(0.0, |own| own.cost as f64 / 100.0)
    }

    /// Days from the first entry to now; `None` where entries have no time.
    pub fn days(&self) -> Option<f64> {
        let (first, _) = self.entries()?;
        Some(((self.observed.as_of as f64 - first as f64) / DAY).max(0.0))
    }

    /// First and last known instant of entry; who has none is kept at the least instant there is.
    pub fn entries(&self) -> Option<(i64, i64)> {
        let mut known = self.observed.phases.keys().copied().filter(|instant| *instant != i64::MIN);
        let first = known.next()?;
        Some((first, known.next_back().unwrap_or(first)))
    }

    /// The plan of power: two-sided level and power as registered.
    pub fn plan(&self, ratio: f64) -> Plan {
        Plan { alpha: self.terms.alpha, power: self.terms.power, ratio }
    }

    /// `Ok` where differences may be called lifts.
    pub fn causal(&self) -> Measured<()> {
        if self.randomised { Ok(()) } else { Err(Withheld::NotRandomised) }
    }
}

/// Name and display name as words.
pub fn named(name: &str, label: Option<&str>) -> Words {
    Words::new(name, label.unwrap_or(name))
}

/// The percentile of the values of all arms together, in units of the page.
pub fn pooled_cap(observed: &Observed, measure: usize, share: f64) -> Measured<f64> {
    let factor = observed.trial.measures.get(measure).map_or(1.0, factor_of);
    let mut pooled: Vec<f64> =
        observed.measures.get(measure).map_or_else(Vec::new, |own| own.arms.iter().flat_map(|cell| cell.values.iter().copied()).collect());
    pooled.sort_by(f64::total_cmp);
    Ok(quantile_of_sorted(&pooled, share)? * factor)
}

/// The moments of values of which none counts for more than the cap; both in units of the page.
pub fn capped(values: &[f64], factor: f64, cap: f64) -> Moments {
    Moments::of(&values.iter().map(|value| (value * factor).min(cap)).collect::<Vec<_>>())
}

/// How a figure of this type is printed.
pub fn unit_of_type(ty: &Type) -> Unit {
    match ty {
        Type::Bool | Type::Percent | Type::Rate => Unit::Share,
        Type::Money => Unit::Money,
        Type::Duration => Unit::Days,
        Type::Month | Type::Quarter => Unit::Months,
        Type::Int
        | Type::Number
        | Type::BasisPoints
        | Type::Text
        | Type::Choice(_)
        | Type::Date
        | Type::Time
        | Type::Label(_)
        | Type::List
        | Type::Missing => Unit::Number,
    }
}

/// How a measure is printed.
pub fn unit_of(measure: &Measure) -> Unit {
    match &measure.fold {
        Fold::Rate { .. } => Unit::Share,
        Fold::Mean { .. } if measure.written.trim_start().starts_with("nps(") => Unit::Nps,
        Fold::Mean { .. } | Fold::Sum { .. } | Fold::Ratio { .. } | Fold::Quantile { .. } | Fold::Lasting { .. } => {
            unit_of_type(&measure.ty)
        }
    }
}

/// Page units per stored unit of a type: money is held in hundredths, lengths of time in milliseconds.
pub fn factor_of_type(ty: &Type) -> f64 {
    match ty {
        Type::Money => 0.01,
        Type::Duration => 1.0 / DAY,
        Type::Bool
        | Type::Int
        | Type::Number
        | Type::Percent
        | Type::Rate
        | Type::BasisPoints
        | Type::Text
        | Type::Choice(_)
        | Type::Date
        | Type::Time
        | Type::Month
        | Type::Quarter
        | Type::Label(_)
        | Type::List
        | Type::Missing => 1.0,
    }
}

/// Page units per stored unit of a measure. How long something lasts is observed in its own unit already.
pub fn factor_of(measure: &Measure) -> f64 {
    match &measure.fold {
        Fold::Rate { .. } | Fold::Lasting { .. } => 1.0,
        Fold::Mean { .. } | Fold::Sum { .. } | Fold::Ratio { .. } | Fold::Quantile { .. } => factor_of_type(&measure.ty),
    }
}
