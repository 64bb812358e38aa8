//! Can the comparison be trusted: shares of arms, leaks, balance, the join of outcomes, customers in several arms or strategies.

use super::contingency::{Association, association};
use super::distribution::{chi_square_sf, normal_sf};
use super::effect::{Alternative, mean_difference};
use super::moments::Sample;
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, paired};

/// Under this p-value arms are not the size they were meant to be (GrowthBook, Eppo).
pub const MISMATCH_LEVEL: f64 = 0.001;

/// Sample ratio mismatch: were the arms filled as registered.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRatio {
    /// Σ (o - e)²/e over arms with a positive expectation.
    pub chi_square: f64,
    /// Those arms less one.
    pub degrees: f64,
    pub p: f64,
    /// Units each arm should have.
    pub expected: Vec<f64>,
    /// Places of arms that should have nobody and have somebody: a separate alarm.
    pub leaks: Vec<usize>,
    /// Largest deviation of an arm's share from its registered share; with millions of customers a tiny one is significant.
    pub largest_deviation: f64,
    /// p below [`MISMATCH_LEVEL`].
    pub mismatch: bool,
}

/// One stretch of time with fixed assignment weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Units per arm.
    pub observed: Vec<f64>,
    /// Registered weights per arm; any scale.
    pub weights: Vec<f64>,
}

/// Pearson's test against the registered weights. An arm with nobody is tested; an arm with weight zero is a leak if it has anybody.
///
/// # Errors
/// Lists of different length, nobody at all, a negative weight, or fewer than two arms with a positive weight.
pub fn sample_ratio(observed: &[f64], weights: &[f64]) -> Measured<SampleRatio> {
    sample_ratio_phases(&[Phase { observed: observed.to_vec(), weights: weights.to_vec() }])
}

/// The same when weights changed on the way: expectations are summed over the phases, so that a registered change is no alarm.
///
/// # Errors
/// As [`sample_ratio`], for any phase.
pub fn sample_ratio_phases(phases: &[Phase]) -> Measured<SampleRatio> {
    let arms = phases.first().map_or(0, |phase| phase.observed.len());
    let (mut observed, mut expected) = (vec![0.0; arms], vec![0.0; arms]);
    let mut leaked = vec![0.0; arms];
    for phase in phases {
        paired(phase.observed.len(), arms)?;
        paired(phase.weights.len(), arms)?;
        if let Some(value) = phase.weights.iter().chain(&phase.observed).find(|value| !(value.is_finite() && **value >= 0.0)) {
            return Err(Withheld::OutOfRange { value: *value });
        }
        let weights = sum(phase.weights.iter().copied());
        // Who came in through a closed door is reported apart and expected nowhere.
        let open = phase.weights.iter().zip(&phase.observed).filter(|(weight, _)| **weight > 0.0).map(|(_, units)| *units);
        let units = sum(open);
        for (at, (weight, seen)) in phase.weights.iter().zip(&phase.observed).enumerate() {
            let add = |list: &mut Vec<f64>, value: f64| {
                if let Some(place) = list.get_mut(at) {
                    *place += value;
                }
            };
            if *weight > 0.0 {
                add(&mut observed, *seen);
                add(&mut expected, weight / weights * units);
            } else {
                add(&mut leaked, *seen);
            }
        }
    }
    let leaks = leaked.iter().enumerate().filter(|(_, units)| **units > 0.0).map(|(at, _)| at).collect();
    judged(&observed, expected, leaks)
}

fn judged(observed: &[f64], expected: Vec<f64>, leaks: Vec<usize>) -> Measured<SampleRatio> {
    let total = sum(expected.iter().copied());
    if total == 0.0 {
        return Err(Withheld::NoUnits);
    }
    let live: Vec<(f64, f64)> =
        observed.iter().zip(&expected).filter(|(_, share)| **share > 0.0).map(|(seen, share)| (*seen, *share)).collect();
    if live.len() < 2 {
        return Err(Withheld::TooFewUnits { have: live.len() as f64, need: 2.0 });
    }
    let chi_square = sum(live.iter().map(|(seen, share)| (seen - share).powi(2) / share));
    let degrees = live.len() as f64 - 1.0;
    let p = chi_square_sf(chi_square, degrees);
    let largest_deviation = live.iter().map(|(seen, share)| ((seen - share) / total).abs()).fold(0.0, f64::max);
    Ok(SampleRatio { chi_square: finite(chi_square)?, degrees, p, expected, leaks, largest_deviation, mismatch: p < MISMATCH_LEVEL })
}

/// Balance of something known before assignment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// (m_t - m_c)/√((s_t² + s_c²)/2); above 0.1 in size it is shown.
    pub standardised: f64,
    /// Two-sided p-value of Welch's test; below 0.001 it is flagged.
    pub p: f64,
}

/// Compares the arms on a value from before assignment.
///
/// # Errors
/// As [`mean_difference`].
pub fn balance(treatment: &Sample, control: &Sample) -> Measured<Balance> {
    let test = mean_difference(treatment, control)?.test(Alternative::Different, 0.05)?;
    Ok(Balance { standardised: standardised_difference(treatment, control)?, p: test.p })
}

/// The standardised mean difference.
///
/// # Errors
/// Nobody or a single customer in an arm, or no variation in both.
pub fn standardised_difference(treatment: &Sample, control: &Sample) -> Measured<f64> {
    treatment.several()?;
    control.several()?;
    let spread = f64::midpoint(treatment.spread()?, control.spread()?).sqrt();
    if spread > 0.0 { finite((treatment.mean - control.mean) / spread) } else { Err(Withheld::NoVariation) }
}

/// Are outcomes found equally often in all arms: `assigned` and `found` customers per arm.
///
/// # Errors
/// As [`association`]; everybody found in every arm is no variation and no concern.
pub fn join_health(assigned: &[f64], found: &[f64]) -> Measured<Association> {
    paired(assigned.len(), found.len())?;
    let table: Vec<Vec<f64>> = assigned.iter().zip(found).map(|(all, with)| vec![*with, all - with]).collect();
    association(&table)
}

/// How customers in several arms weigh on a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// Under one percent were in two arms.
    Clean,
    /// One percent or more: warn, and take them out of both.
    Warn,
    /// Ten percent or more: do not trust the comparison.
    Alarm,
}

/// The share of units seen in more than one arm.
///
/// # Errors
/// Nobody.
pub fn several_arms(in_several: f64, units: f64) -> Measured<(f64, Exposure)> {
    if units <= 0.0 || units.is_nan() {
        return Err(Withheld::NoUnits);
    }
    let share = finite(in_several / units)?;
    let exposure = if share >= 0.1 {
        Exposure::Alarm
    } else if share >= 0.01 {
        Exposure::Warn
    } else {
        Exposure::Clean
    };
    Ok((share, exposure))
}

/// Does another strategy change this one's effect: the difference of its differences with and without the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    pub difference: f64,
    pub standard_error: f64,
    /// By the normal distribution; adjust over pairs of strategies by Benjamini–Hochberg.
    pub p: f64,
}

/// Treatment and control samples of customers inside the other strategy, then of those outside.
///
/// # Errors
/// A cell is empty or constant.
pub fn interaction(inside: &(Sample, Sample), outside: &(Sample, Sample)) -> Measured<Interaction> {
    let (with, without) = (mean_difference(&inside.0, &inside.1)?, mean_difference(&outside.0, &outside.1)?);
    let difference = with.estimate - without.estimate;
    let standard_error = with.standard_error.hypot(without.standard_error);
    Ok(Interaction { difference, standard_error, p: 2.0 * normal_sf((difference / standard_error).abs()) })
}

/// What the size of a lift alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plausibility {
    /// Under half a percent: too small to matter.
    Negligible,
    Ordinary,
    /// Over fifty percent: look for an error first (Twyman's law).
    Suspicious,
}

/// Judges a relative lift by its size.
#[must_use]
pub fn plausibility(lift: f64) -> Plausibility {
    if lift.abs() > 0.5 {
        Plausibility::Suspicious
    } else if lift.abs() < 0.005 {
        Plausibility::Negligible
    } else {
        Plausibility::Ordinary
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_change_of_weights_is_no_alarm() {
        let phases = [
            Phase { observed: vec![500.0, 500.0], weights: vec![1.0, 1.0] },
            Phase { observed: vec![100.0, 900.0], weights: vec![1.0, 9.0] },
        ];
        assert_eq!(sample_ratio_phases(&phases).unwrap().chi_square, 0.0);
        assert!(sample_ratio(&[600.0, 1400.0], &[1.0, 1.0]).unwrap().mismatch);
    }

    #[test]
    fn leaks_and_empty_arms() {
        let found = sample_ratio(&[100.0, 98.0, 3.0], &[1.0, 1.0, 0.0]).unwrap();
        assert_eq!(found.leaks, [2]);
        assert_eq!(found.degrees, 1.0);
        assert!(!found.mismatch);
        assert!(sample_ratio(&[0.0, 50.0], &[1.0, 1.0]).unwrap().mismatch);
        assert_eq!(sample_ratio(&[0.0, 0.0], &[1.0, 1.0]), Err(Withheld::NoUnits));
        assert!(sample_ratio(&[5.0, 5.0], &[1.0]).is_err());
        assert!(sample_ratio(&[5.0, 5.0], &[1.0, 0.0]).is_err());
    }

    #[test]
    fn other_checks() {
        assert_eq!(several_arms(5.0, 1000.0).unwrap().1, Exposure::Clean);
        assert_eq!(several_arms(10.0, 1000.0).unwrap().1, Exposure::Warn);
        assert_eq!(several_arms(0.0, 0.0), Err(Withheld::NoUnits));
        assert_eq!(plausibility(0.7), Plausibility::Suspicious);
        assert_eq!(join_health(&[10.0, 10.0], &[10.0, 10.0]), Err(Withheld::NoVariation));
        assert!(join_health(&[1000.0, 1000.0], &[990.0, 900.0]).unwrap().p < 1e-10);
        let cell = |mean: f64| Sample { n: 100, mean, variance: 1.0 };
        let found = interaction(&(cell(2.0), cell(1.0)), &(cell(1.0), cell(1.0))).unwrap();
        assert!((found.difference - 1.0).abs() < 1e-15 && (found.standard_error - 0.2).abs() < 1e-12);
        assert!((balance(&cell(1.1), &cell(1.0)).unwrap().standardised - 0.1).abs() < 1e-12);
        let few = Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 });
        assert_eq!(standardised_difference(&Sample { n: 1, mean: 1.0, variance: f64::NAN }, &cell(1.0)), few);
        assert_eq!(standardised_difference(&cell(1.0), &Sample::rate(1, 1.0)), few);
    }
}
