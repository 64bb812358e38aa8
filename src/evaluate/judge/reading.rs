//! The figure of one measure in one arm: a level with its spread, ready for any comparison.

use crate::evaluate::effect::{Alternative, Effect, Interval};
use crate::evaluate::moments::{Moments, PairMoments, Sample};
use crate::evaluate::observed::{Cell, ObservedMeasure};
use crate::evaluate::proportion::{Rate, wilson};
use crate::evaluate::quantile::quantile;
use crate::evaluate::ratio::ratio_sample;
use crate::evaluate::sequential::confidence_sequence;
use crate::evaluate::survival::{Curve, Spell, kaplan_meier};
use crate::evaluate::tally::PairTally;
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{Fold, Looks, Measure, Terms};

use super::view::{capped, factor_of};

/// Lengths of [`Fold::Lasting`] are stored in millionths of their unit.
const LENGTH_UNITS: f64 = 1e-6;
/// A curve is shown, and compared, while at least so many are under observation.
pub const LEAST_AT_RISK: f64 = 20.0;

/// A level with its spread per customer, in units of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Mean and variance per customer; of ratios, quantiles and lengths the variance that gives the standard error.
    pub sample: Measured<Sample>,
    /// Successes, of shares of customers.
    pub rate: Option<Rate>,
    /// Customers it rests on.
    pub units: u64,
}

impl Reading {
    pub fn nobody() -> Self {
        Self { sample: Err(Withheld::NoUnits), rate: None, units: 0 }
    }

    /// The mature customers of a cell.
    pub fn of(measure: &Measure, cell: &Cell, cap: Option<f64>, horizon: Option<f64>, alpha: f64) -> Self {
        let factor = factor_of(measure);
        match &measure.fold {
            Fold::Rate { .. } => Self::of_rate(cell.value.count(), cell.value.sum()),
            Fold::Mean { .. } | Fold::Sum { .. } => match cap {
                Some(cap) => Self::of_sample(capped(&cell.values, factor, cap).sample()),
                None => Self::of_sample(scaled(&cell.value.moments().sample(), factor)),
            },
            Fold::Ratio { .. } => Self::of_ratio(&cell.ratio, factor),
            Fold::Quantile { at, .. } => {
                let sample = quantile(&cell.values, f64::from(*at) / 1e6, alpha)
                    .map(|found| scaled(&error_sample(cell.values.len() as u64, found.value, found.variance), factor));
                Self { sample, rate: None, units: cell.values.len() as u64 }
            }
            Fold::Lasting { .. } => {
                let spells = spells(cell);
                let units = spells.len() as u64;
                let kept = horizon.ok_or(Withheld::NoUnits).and_then(|until| kaplan_meier(&spells, alpha)?.restricted_mean(until));
                Self { sample: kept.map(|(mean, error)| error_sample(units, mean, error * error)), rate: None, units }
            }
        }
    }

    /// From the tallies of a cut or a day. Quantiles and lengths have none.
    pub fn of_tally(measure: &Measure, tally: &PairTally) -> Self {
        let factor = factor_of(measure);
        match &measure.fold {
            Fold::Rate { .. } => Self::of_rate(tally.x().count(), tally.x().sum()),
            Fold::Mean { .. } | Fold::Sum { .. } => Self::of_sample(scaled(&tally.x().moments().sample(), factor)),
            Fold::Ratio { .. } => Self::of_ratio(tally, factor),
            Fold::Quantile { .. } | Fold::Lasting { .. } => Self::nobody(),
        }
    }

    pub fn of_rate(n: u64, successes: f64) -> Self {
        if n == 0 {
            return Self::nobody();
        }
        Self { sample: Ok(Sample::rate(n, successes)), rate: Some(Rate { successes, n: n as f64 }), units: n }
    }

    pub fn of_sample(sample: Sample) -> Self {
        if sample.n == 0 { Self::nobody() } else { Self { sample: Ok(sample), rate: None, units: sample.n } }
    }

    fn of_ratio(tally: &PairTally, factor: f64) -> Self {
        let pair = tally.moments().pair();
        // The numerator carries the unit; a ratio of two sums of money has none and its type says so.
        Self { sample: ratio_sample(&pair).map(|sample| scaled(&sample, factor)), rate: None, units: pair.x.n }
    }

    /// The level alone.
    pub fn level(&self) -> Measured<f64> {
        self.sample.map(|sample| sample.mean)
    }

    /// The standard error of the level; a single customer gives none, whatever is measured.
    pub fn error(&self) -> Measured<f64> {
        let sample = self.sample?;
        sample.several()?;
        Ok(sample.error_squared()?.sqrt())
    }

    /// The interval of the level itself: Wilson for rates, Student for means, a confidence sequence where looks are free.
    pub fn interval(&self, terms: &Terms, alpha: f64) -> Measured<Interval> {
        match (self.rate, terms.looks) {
            (Some(rate), Looks::Once) => wilson(&rate, alpha),
            (Some(_) | None, looks) => {
                let effect = self.against(0.0)?;
                match looks {
                    Looks::Once => Ok(effect.test(Alternative::Different, alpha)?.interval),
                    Looks::Anytime { planned } => Ok(confidence_sequence(&effect, Alternative::Different, alpha, planned)?.interval),
                }
            }
        }
    }

    /// The level less a fixed number, as an effect.
    pub fn against(&self, bound: f64) -> Measured<Effect> {
        let sample = self.sample?;
        sample.usable()?;
        let n = sample.n as f64;
        Ok(Effect { estimate: sample.mean - bound, standard_error: sample.error_squared()?.sqrt(), degrees: n - 1.0, units: n })
    }
}

/// A sample whose standard error of the mean is √variance.
fn error_sample(n: u64, mean: f64, variance: f64) -> Sample {
    Sample { n, mean, variance: variance * n as f64 }
}

/// In other units.
pub fn scaled(sample: &Sample, factor: f64) -> Sample {
    Sample { n: sample.n, mean: sample.mean * factor, variance: sample.variance * factor * factor }
}

/// Moments in other units.
pub fn scaled_moments(moments: &Moments, factor: f64) -> Moments {
    Moments { n: moments.n, mean: moments.mean * factor, second: moments.second * factor * factor, third: moments.third * factor.powi(3) }
}

/// The earlier value as `y` and the value as `x`, which is how variance reduction wants them; stored the other way round.
pub fn earlier(tally: &PairTally, factor: f64) -> PairMoments {
    let stored = tally.moments();
    PairMoments {
        n: stored.n,
        mean_x: stored.mean_y * factor,
        mean_y: stored.mean_x * factor,
        second_x: stored.second_y * factor * factor,
        second_y: stored.second_x * factor * factor,
        cross: stored.cross * factor * factor,
    }
}

/// One spell per customer.
pub fn spells(cell: &Cell) -> Vec<Spell> {
    let mut found = Vec::new();
    for (length, (ended, censored)) in &cell.spells {
        let duration = *length as f64 * LENGTH_UNITS;
        found.extend((0..*ended).map(|_| Spell { duration, ended: true }));
        found.extend((0..*censored).map(|_| Spell { duration, ended: false }));
    }
    found
}

/// Up to where lengths are compared: as registered, else as far as every arm has [`LEAST_AT_RISK`] under observation.
pub fn horizon(measure: &Measure, observed: Option<&ObservedMeasure>) -> Option<f64> {
    let Fold::Lasting { horizon, .. } = &measure.fold else { return None };
    if horizon.is_some() {
        return *horizon;
    }
    let curves = observed?.arms.iter().filter_map(|cell| kaplan_meier(&spells(cell), 0.05).ok());
    let ends = curves.filter_map(|curve: Curve| curve.shown(LEAST_AT_RISK).last().map(|step| step.time));
    ends.fold(None, |least: Option<f64>, end| Some(least.map_or(end, |own| own.min(end))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_has_a_level_without_an_error() {
        let few = Withheld::TooFewUnits { have: 1.0, need: 2.0 };
        for one in [Reading::of_sample(Moments::of(&[3.0]).sample()), Reading::of_rate(1, 1.0)] {
            assert!(one.level().is_ok());
            assert_eq!(one.error(), Err(few));
            assert_eq!(one.against(0.0), Err(few));
        }
        assert_eq!(Reading::of_sample(Moments::of(&[3.0, 5.0]).sample()).error(), Ok(1.0));
        assert_eq!(Reading::nobody().error(), Err(Withheld::NoUnits));
    }
}
