//! When there was no random control. Results of this file are "adjusted differences": never a lift, never a reason to ship.

use super::distribution::student_two_sided;
use super::moments::{Moments, Sample, mean};
use super::numeric::sum;
use super::validity::standardised_difference;
use super::withheld::{Measured, Withheld, finite, paired};

/// A two-by-two panel: every unit before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifferenceInDifferences {
    /// (T_after - T_before) - (C_after - C_before).
    pub effect: f64,
    /// Least squares of y on group × time, errors of equal spread; kept for comparison.
    pub error_plain: Measured<f64>,
    /// The same, robust to unequal spread (HC1); withheld for a group of one, whose spread is not measured.
    pub error_robust: Measured<f64>,
    /// Clustered on the unit (CR1), the one to use; withheld for a group of one.
    pub error_clustered: Measured<f64>,
    /// t with units - 1 degrees of freedom.
    pub p: Measured<f64>,
    /// Means: treated before, treated after, control before, control after.
    pub means: [f64; 4],
}

/// Difference in differences. Needs parallel trends: run it on two periods before the start as a placebo and expect no effect.
///
/// # Errors
/// Lists of different length, or a group without units.
pub fn difference_in_differences(treated: &[bool], before: &[f64], after: &[f64]) -> Measured<DifferenceInDifferences> {
    paired(treated.len(), before.len())?;
    paired(treated.len(), after.len())?;
    let of = |values: &[f64], wanted: bool| -> Moments {
        Moments::of(&values.iter().zip(treated).filter(|(_, own)| **own == wanted).map(|(value, _)| *value).collect::<Vec<_>>())
    };
    let change: Vec<f64> = before.iter().zip(after).map(|(from, to)| to - from).collect();
    let cells = [of(before, true), of(after, true), of(before, false), of(after, false)];
    let (change_t, change_c) = (of(&change, true), of(&change, false));
    if change_t.n == 0 || change_c.n == 0 {
        return Err(Withheld::NoUnits);
    }
    let several = change_t.sample().several().and(change_c.sample().several());
    let units = treated.len() as f64;
    let rows = 2.0 * units;
    let squares = sum(cells.iter().map(|cell| cell.second));
    let plain = squares / (rows - 4.0) * sum(cells.iter().map(|cell| 1.0 / cell.n as f64));
    let robust = rows / (rows - 4.0) * sum(cells.iter().map(|cell| cell.second / (cell.n as f64).powi(2)));
    let within = |change: &Moments| change.second / (change.n as f64).powi(2);
    let positive = |variance: f64| if variance > 0.0 { finite(variance.sqrt()) } else { Err(Withheld::NoVariation) };
    let clustered = units / (units - 1.0) * (rows - 1.0) / (rows - 4.0) * (within(&change_t) + within(&change_c));
    let error_clustered = several.and_then(|()| positive(clustered));
    let effect = finite(change_t.mean - change_c.mean)?;
    Ok(DifferenceInDifferences {
        effect,
        error_plain: if rows > 4.0 { positive(plain) } else { Err(Withheld::TooFewUnits { have: units, need: 3.0 }) },
        error_robust: several.and_then(|()| positive(robust)),
        error_clustered,
        p: error_clustered.map(|error| student_two_sided(effect / error, units - 1.0)),
        means: cells.map(|cell| cell.mean),
    })
}

/// Customers with outcome, whether treated, and the chance of treatment given what is known of them.
#[derive(Debug, Clone, Copy)]
pub struct Observed<'a> {
    pub outcome: &'a [f64],
    pub treated: &'a [bool],
    pub propensity: &'a [f64],
}

impl Observed<'_> {
    fn checked(&self) -> Measured<()> {
        paired(self.outcome.len(), self.treated.len())?;
        paired(self.outcome.len(), self.propensity.len())?;
        if !self.treated.iter().any(|own| *own) || self.treated.iter().all(|own| *own) {
            return Err(Withheld::NoUnits);
        }
        match self.propensity.iter().find(|chance| !(**chance > 0.0 && **chance < 1.0)) {
            Some(chance) => Err(Withheld::OutOfRange { value: *chance }),
            None => Ok(()),
        }
    }

    fn rows(&self) -> impl Iterator<Item = (f64, bool, f64)> + '_ {
        self.outcome.iter().zip(self.treated).zip(self.propensity).map(|((outcome, treated), chance)| (*outcome, *treated, *chance))
    }

    fn weighted_mean(&self, wanted: bool, weight: impl Fn(f64) -> f64) -> f64 {
        let own = || self.rows().filter(|(_, treated, _)| *treated == wanted);
        sum(own().map(|(outcome, _, chance)| weight(chance) * outcome)) / sum(own().map(|(_, _, chance)| weight(chance)))
    }

    /// Places of customers whose propensity lies within `lower..=upper`; [0.1, 0.9] by Crump et al. 2009.
    #[must_use]
    pub fn within(&self, lower: f64, upper: f64) -> Vec<usize> {
        self.propensity.iter().enumerate().filter(|(_, chance)| (lower..=upper).contains(*chance)).map(|(at, _)| at).collect()
    }
}

/// Adjusted differences by several methods: show the spread, not one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighted {
    /// Average effect over everybody: Hájek's inverse propensity weights, 1/e and 1/(1-e).
    pub everybody: f64,
    /// Average effect on the treated: controls weighted by the odds e/(1-e).
    pub treated: f64,
    /// Average effect on the treated by the nearest control in propensity, with replacement; the first in order wins a tie.
    pub matched: f64,
    /// Effective number of treated and of control customers, (Σ w)²/Σ w².
    pub effective_treated: f64,
    pub effective_control: f64,
    /// The same of the controls under the odds weights of the effect on the treated.
    pub effective_odds: f64,
}

/// Weighting and matching by propensity.
///
/// # Errors
/// Lists of different length, one group empty, or a propensity that is not strictly between zero and one.
pub fn weighted(data: &Observed) -> Measured<Weighted> {
    data.checked()?;
    let everybody = data.weighted_mean(true, |chance| 1.0 / chance) - data.weighted_mean(false, |chance| 1.0 / (1.0 - chance));
    let treated = data.weighted_mean(true, |_| 1.0) - data.weighted_mean(false, |chance| chance / (1.0 - chance));
    let effective = |wanted: bool, weight: fn(f64) -> f64| {
        let weights = || data.rows().filter(move |(_, own, _)| *own == wanted).map(move |(_, _, chance)| weight(chance));
        sum(weights()).powi(2) / sum(weights().map(|weight| weight * weight))
    };
    Ok(Weighted {
        everybody: finite(everybody)?,
        treated: finite(treated)?,
        matched: finite(matched(data)?)?,
        effective_treated: finite(effective(true, |chance| 1.0 / chance))?,
        effective_control: finite(effective(false, |chance| 1.0 / (1.0 - chance)))?,
        effective_odds: finite(effective(false, |chance| chance / (1.0 - chance)))?,
    })
}

/// The standard error of [`Weighted::treated`], chances of treatment taken as known: √(s_t²/n_t + Σ w²(y - ȳ_w)²/(Σ w)²) with the
/// odds w = e/(1-e) of the controls (linearised ratio; Lunceford and Davidian 2004, there for inverse weights).
///
/// # Errors
/// As [`weighted`]; also a single customer in a group, or no variation at all.
pub fn treated_error(data: &Observed) -> Measured<f64> {
    data.checked()?;
    let sample = |wanted: bool| Moments::of(&data.rows().filter(|row| row.1 == wanted).map(|row| row.0).collect::<Vec<_>>()).sample();
    let treated = sample(true);
    sample(false).several()?;
    let odds = |chance: f64| chance / (1.0 - chance);
    let centre = data.weighted_mean(false, odds);
    let controls = || data.rows().filter(|row| !row.1);
    let total = sum(controls().map(|(_, _, chance)| odds(chance)));
    let spread = sum(controls().map(|(outcome, _, chance)| (odds(chance) * (outcome - centre)).powi(2))) / (total * total);
    let error = finite((treated.error_squared()? + spread).sqrt())?;
    if error > 0.0 { Ok(error) } else { Err(Withheld::NoVariation) }
}

fn matched(data: &Observed) -> Measured<f64> {
    // Controls by propensity, earlier rows first among equals; a search by halves finds the neighbours.
    let mut controls: Vec<(f64, usize, f64)> =
        data.rows().enumerate().filter(|(_, row)| !row.1).map(|(at, (outcome, _, chance))| (chance, at, outcome)).collect();
    controls.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let mut differences = Vec::new();
    for (outcome, _, chance) in data.rows().filter(|row| row.1) {
        let place = controls.partition_point(|control| control.0 < chance);
        let above = controls.get(place);
        // The first in order among those with the next lower propensity.
        let lower = place.checked_sub(1).and_then(|at| controls.get(at)).map(|control| control.0);
        let below = lower.and_then(|level| controls.get(controls.partition_point(|control| control.0 < level)));
        let distance = |control: &(f64, usize, f64)| (control.0 - chance).abs();
        let nearest = match (below, above) {
            (Some(left), Some(right)) if distance(left) == distance(right) => Some(if left.1 < right.1 { left } else { right }),
            (Some(left), Some(right)) => Some(if distance(left) < distance(right) { left } else { right }),
            (one, other) => one.or(other),
        };
        differences.push(outcome - nearest.ok_or(Withheld::NoUnits)?.2);
    }
    mean(&differences)
}

impl Weighted {
    /// Whether enough customers of both groups resemble each other: at least 100 effective in each.
    ///
    /// # Errors
    /// [`Withheld::PoorOverlap`] otherwise.
    pub fn supported(&self) -> Measured<()> {
        let effective = self.effective_treated.min(self.effective_control).min(self.effective_odds);
        if effective < 100.0 { Err(Withheld::PoorOverlap { effective, need: 100.0 }) } else { Ok(()) }
    }
}

/// Augmented inverse propensity weighting with model predictions without (`predicted_control`) and with treatment: estimate and
/// standard error (Robins, Rotnitzky and Zhao 1994).
///
/// # Errors
/// As [`weighted`].
pub fn augmented(data: &Observed, predicted_control: &[f64], predicted_treated: &[f64]) -> Measured<(f64, f64)> {
    data.checked()?;
    paired(data.outcome.len(), predicted_control.len())?;
    paired(data.outcome.len(), predicted_treated.len())?;
    let scores: Vec<f64> = data
        .rows()
        .zip(predicted_control.iter().zip(predicted_treated))
        .map(|((outcome, treated, chance), (without, with))| {
            let correction = if treated { (outcome - with) / chance } else { -(outcome - without) / (1.0 - chance) };
            with - without + correction
        })
        .collect();
    let sample = Moments::of(&scores).sample();
    Ok((finite(sample.mean)?, finite(sample.error_squared()?.sqrt())?))
}

/// Standardised difference of a covariate between treated and untreated, each customer with the given weight (1 before
/// weighting); variances are unweighted, so that before and after compare.
///
/// # Errors
/// Lists of different length, a group of nobody or of one, or no variation.
pub fn covariate_balance(covariate: &[f64], treated: &[bool], weights: &[f64]) -> Measured<f64> {
    paired(covariate.len(), treated.len())?;
    paired(covariate.len(), weights.len())?;
    let sample = |wanted: bool| -> Sample {
        let own = || covariate.iter().zip(weights).zip(treated).filter(move |(_, group)| **group == wanted).map(|(pair, _)| pair);
        let plain = Moments::of(&own().map(|(value, _)| *value).collect::<Vec<_>>()).sample();
        Sample { mean: sum(own().map(|(value, weight)| value * weight)) / sum(own().map(|(_, weight)| *weight)), ..plain }
    };
    standardised_difference(&sample(true), &sample(false))
}

/// How strongly something unseen would have to go with both treatment and outcome, as risk ratios, to explain a risk ratio away
/// (E-value: VanderWeele and Ding 2017): RR + √(RR (RR - 1)) for RR >= 1, else of 1/RR.
///
/// # Errors
/// The ratio is not positive.
pub fn e_value(risk_ratio: f64) -> Measured<f64> {
    if !(risk_ratio > 0.0 && risk_ratio.is_finite()) {
        return Err(Withheld::OutOfRange { value: risk_ratio });
    }
    let ratio = risk_ratio.max(1.0 / risk_ratio);
    Ok(ratio + (ratio * (ratio - 1.0)).sqrt())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn equal_propensities_give_the_plain_difference() {
        let (outcome, treated, propensity) = ([1.0, 2.0, 3.0, 5.0], [false, false, true, true], [0.5; 4]);
        let data = Observed { outcome: &outcome, treated: &treated, propensity: &propensity };
        let found = weighted(&data).unwrap();
        assert!((found.everybody - 2.5).abs() < 1e-12 && (found.treated - 2.5).abs() < 1e-12);
        // All controls are equally near, so the first one is everybody's match.
        assert!((found.matched - 3.0).abs() < 1e-12);
        assert!(found.supported().is_err());
        // Equal weights: Welch's treated part and the controls' spread by n, not n - 1.
        assert!((treated_error(&data).unwrap() - (2.0_f64 / 2.0 + 0.5 / 4.0).sqrt()).abs() < 1e-12);
        assert!(weighted(&Observed { treated: &[true; 4], ..data }).is_err());
        assert!(weighted(&Observed { propensity: &[0.0, 0.5, 0.5, 0.5], ..data }).is_err());
        assert_eq!(data.within(0.1, 0.9).len(), 4);
    }

    #[test]
    fn matching_takes_the_first_of_equally_near_controls() {
        let data =
            Observed { outcome: &[10.0, 20.0, 0.0, 30.0], treated: &[false, false, true, false], propensity: &[0.5, 0.25, 0.375, 0.25] };
        assert_eq!(weighted(&data).unwrap().matched, -10.0);
    }

    #[test]
    fn e_values() {
        assert!((e_value(2.0).unwrap() - (2.0 + 2.0_f64.sqrt())).abs() < 1e-12);
        assert_eq!(e_value(1.0), Ok(1.0));
        assert!((e_value(0.5).unwrap() - e_value(2.0).unwrap()).abs() < 1e-12);
        assert!(e_value(0.0).is_err());
    }

    #[test]
    fn constant_changes_and_single_units_have_an_effect_without_an_error() {
        let found = difference_in_differences(&[true, true, false, false], &[1.0, 2.0, 3.0, 4.0], &[2.0, 3.0, 3.0, 4.0]).unwrap();
        assert_eq!((found.effect, found.means), (1.0, [1.5, 2.5, 3.5, 3.5]));
        assert_eq!((found.error_clustered, found.p), (Err(Withheld::NoVariation), Err(Withheld::NoVariation)));
        assert!(found.error_plain.is_ok() && found.error_robust.is_ok());
        let few = Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 });
        let single = difference_in_differences(&[true, false, false], &[1.0, 2.0, 3.0], &[4.0, 3.0, 5.0]).unwrap();
        assert_eq!((single.effect, single.error_robust, single.error_clustered, single.p), (1.5, few, few, few));
        assert!(single.error_plain.is_ok());
        let least = difference_in_differences(&[true, false], &[1.0, 2.0], &[1.0, 2.0]).unwrap();
        assert_eq!((least.effect, least.error_plain.is_err()), (0.0, true));
        assert_eq!(difference_in_differences(&[true, true], &[1.0, 2.0], &[1.0, 2.0]), Err(Withheld::NoUnits));
    }

    #[test]
    fn a_group_of_one_has_no_error_and_no_balance() {
        let few = Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 });
        for treated in [[true, false, false, false], [false, true, true, true]] {
            let data = Observed { outcome: &[1.0, 2.0, 3.0, 5.0], treated: &treated, propensity: &[0.3, 0.4, 0.5, 0.6] };
            assert!(weighted(&data).is_ok());
            assert_eq!(treated_error(&data), few);
            assert_eq!(covariate_balance(data.outcome, &treated, &[1.0; 4]), few);
        }
    }
}
