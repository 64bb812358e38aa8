//! Quantiles of a metric, caps for outliers, and the rank test as a line of robustness.

use super::distribution::{normal_sf, normal_upper_quantile};
use super::effect::{Alternative, Effect, Scale, Test, mean_difference};
use super::lift::delta_lift;
use super::moments::{Moments, Sample, quantile_of_sorted};
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, level};

/// A quantile with its order-statistic interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    pub value: f64,
    pub lower: f64,
    pub upper: f64,
    /// ((upper - lower)/(2 z))².
    pub variance: f64,
}

/// How many customers a quantile needs: more than z² max(ν/(1-ν), (1-ν)/ν), about 380 for the 99th percentile.
#[must_use]
pub fn units_for_quantile(nu: f64, alpha: f64) -> f64 {
    let z = normal_upper_quantile(alpha / 2.0);
    z * z * (nu / (1.0 - nu)).max((1.0 - nu) / nu)
}

/// The quantile ν of customers' values with the interval between the order statistics at ν ± z √(ν(1-ν)/n) (Deng, Knoblich and
/// Lu 2018). The values need not be sorted.
///
/// # Errors
/// ν or alpha is out of range, or there are fewer customers than [`units_for_quantile`].
pub fn quantile(values: &[f64], nu: f64, alpha: f64) -> Measured<Quantile> {
    let (nu, alpha) = (level(nu)?, level(alpha)?);
    let n = values.len() as f64;
    let need = units_for_quantile(nu, alpha);
    if values.is_empty() {
        return Err(Withheld::NoUnits);
    }
    if n <= need {
        return Err(Withheld::TooFewUnits { have: n, need });
    }
    let sorted = ascending(values);
    let z = normal_upper_quantile(alpha / 2.0);
    let half = z * (nu * (1.0 - nu) / n).sqrt();
    let lower = quantile_of_sorted(&sorted, (nu - half).max(0.0))?;
    let upper = quantile_of_sorted(&sorted, (nu + half).min(1.0))?;
    Ok(Quantile { value: quantile_of_sorted(&sorted, nu)?, lower, upper, variance: ((upper - lower) / (2.0 * z)).powi(2) })
}

fn ascending(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// A quantile of one arm as a warehouse query delivers it: the estimate and the order statistics at 95 percent, taken at
/// `sampled` customers' distance from it (GrowthBook, quantile).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventQuantile {
    pub n: u64,
    /// The sample size for which `lower` and `upper` were placed.
    pub sampled: f64,
    /// ν.
    pub level: f64,
    pub estimate: f64,
    pub lower: f64,
    pub upper: f64,
    /// Variance with whole customers as clusters over variance of independent events; 1 when the unit is the customer.
    pub cluster_factor: f64,
}

impl EventQuantile {
    /// The arm as a sample whose "variance of one customer" gives the quantile's standard error:
    /// (n*/n)(n - 1)((upper - lower)/(2 z))², at least 1e-5 from 100 customers on.
    ///
    /// # Errors
    /// Fewer customers than [`units_for_quantile`], or no width.
    pub fn sample(&self) -> Measured<Sample> {
        level(self.level)?;
        let n = self.n as f64;
        let need = units_for_quantile(self.level, 0.05);
        if n <= need || self.n <= 1 {
            return Err(Withheld::TooFewUnits { have: n, need: need.max(1.0) });
        }
        let z = normal_upper_quantile(0.025);
        let own = self.sampled / n * (n - 1.0) * ((self.upper - self.lower) / (2.0 * z)).powi(2) * self.cluster_factor;
        // Bounds that fell together could not resolve an interval at any size.
        if own.is_nan() || own <= 0.0 {
            return Err(Withheld::NoVariation);
        }
        let variance = if self.n < 100 { own } else { own.max(1e-5) };
        Ok(Sample { n: self.n, mean: self.estimate, variance })
    }
}

/// How much the variance of an event quantile grows because events of one customer go together: `below` and `events` are, per
/// customer, the events at or below the quantile and all events (Deng, Knoblich and Lu 2018).
///
/// # Errors
/// No events, lists of different length, one customer, or no variation.
pub fn cluster_factor(below: &[f64], events: &[f64], nu: f64) -> Measured<f64> {
    super::withheld::paired(below.len(), events.len())?;
    let mut pair = super::moments::PairMoments::default();
    for (part, all) in below.iter().zip(events) {
        pair.push(*part, *all);
    }
    let pair = pair.pair();
    let variance = super::ratio::ratio_sample(&pair)?.error_squared()?;
    let independent = level(nu)? * (1.0 - nu) / sum(events.iter().copied());
    if variance > 0.0 { finite(variance / independent) } else { Err(Withheld::NoVariation) }
}

/// The difference of two arms' quantiles.
///
/// # Errors
/// As [`EventQuantile::sample`]; also a control quantile of zero on the relative scale.
pub fn quantile_lift(treatment: &EventQuantile, control: &EventQuantile, scale: Scale) -> Measured<Effect> {
    let (treatment, control) = (treatment.sample()?, control.sample()?);
    match scale {
        Scale::Absolute => mean_difference(&treatment, &control),
        Scale::Relative => delta_lift(&treatment, &control),
    }
}

/// A comparison after capping. Show the uncapped one beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capped {
    pub cap: f64,
    /// How many customers' values were cut.
    pub capped_treatment: u64,
    pub capped_control: u64,
    pub treatment: Sample,
    pub control: Sample,
    /// Of the means; known also where no test is.
    pub difference: f64,
    /// Withheld where nothing varies below the cap, as when most values are zero and the cap is too.
    pub effect: Measured<Effect>,
    pub test: Measured<Test>,
}

/// The cap for both arms: the percentile of the customers' values of all arms together (of those that are not zero when
/// `ignore_zeros`), never per arm.
///
/// # Errors
/// Nobody, or a percentile out of range.
pub fn common_cap(treatment: &[f64], control: &[f64], percentile: f64, ignore_zeros: bool) -> Measured<f64> {
    let pooled: Vec<f64> = treatment.iter().chain(control).copied().filter(|value| !ignore_zeros || *value != 0.0).collect();
    quantile_of_sorted(&ascending(&pooled), percentile)
}

/// Welch's test after capping (winsorising) the upper tail at [`common_cap`].
///
/// # Errors
/// An arm without anybody, as [`common_cap`], or `alpha` out of range.
pub fn capped_difference(treatment: &[f64], control: &[f64], percentile: f64, ignore_zeros: bool, alpha: f64) -> Measured<Capped> {
    let cap = common_cap(treatment, control, percentile, ignore_zeros)?;
    let cut = |values: &[f64]| -> (Sample, u64) {
        let kept: Vec<f64> = values.iter().map(|value| value.min(cap)).collect();
        (Moments::of(&kept).sample(), values.iter().filter(|value| **value > cap).count() as u64)
    };
    let ((treatment, capped_treatment), (control, capped_control)) = (cut(treatment), cut(control));
    if treatment.n == 0 || control.n == 0 {
        return Err(Withheld::NoUnits);
    }
    let difference = finite(treatment.mean - control.mean)?;
    let effect = mean_difference(&treatment, &control);
    let alpha = level(alpha)?;
    let test = effect.and_then(|effect| effect.test(Alternative::Different, alpha));
    Ok(Capped { cap, capped_treatment, capped_control, treatment, control, difference, effect, test })
}

/// The rank test of Mann and Whitney.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// U of the first list: pairs in which it is higher, ties as halves.
    pub u: f64,
    /// Two-sided, normal approximation with tie and continuity correction.
    pub p: f64,
    /// U / (n₁ n₂): the chance that a customer of the first list is higher.
    pub superiority: f64,
}

/// Whether values of one arm tend to be higher. It tests order, not means: never the answer to a money question.
///
/// # Errors
/// An empty list, or all values equal.
pub fn mann_whitney(x: &[f64], y: &[f64]) -> Measured<RankTest> {
    if x.is_empty() || y.is_empty() {
        return Err(Withheld::NoUnits);
    }
    let mut all: Vec<(f64, bool)> = x.iter().map(|value| (*value, true)).chain(y.iter().map(|value| (*value, false))).collect();
    all.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0.0);
    for group in all.chunk_by(|left, right| left.0 == right.0) {
        let size = group.len() as f64;
        let own = group.iter().filter(|(_, first)| *first).count() as f64;
        ranks += own * (before + (size + 1.0) / 2.0);
        ties += size * size * size - size;
        before += size;
    }
    let (n1, n2) = (x.len() as f64, y.len() as f64);
    let n = n1 + n2;
    let u = ranks - n1 * (n1 + 1.0) / 2.0;
    let variance = n1 * n2 / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance.is_nan() || variance <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let z = (u.max(n1 * n2 - u) - n1 * n2 / 2.0 - 0.5) / variance.sqrt();
    Ok(RankTest { u, p: (2.0 * normal_sf(z)).min(1.0), superiority: u / (n1 * n2) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_quantiles_and_caps() {
        assert!(matches!(quantile(&[1.0; 30], 0.99, 0.05), Err(Withheld::TooFewUnits { .. })));
        assert_eq!(quantile(&[], 0.5, 0.05), Err(Withheld::NoUnits));
        assert!((units_for_quantile(0.99, 0.05) - 380.3).abs() < 0.1);
        // Most values are zero, so the cap is zero and nothing is left to compare.
        let mostly: Vec<f64> = (0..100).map(|at| if at == 7 { 50.0 } else { 0.0 }).collect();
        let capped = capped_difference(&mostly, &mostly, 0.9, false, 0.05).unwrap();
        assert_eq!((capped.cap, capped.capped_treatment, capped.difference), (0.0, 1, 0.0));
        assert_eq!((capped.effect, capped.test), (Err(Withheld::NoVariation), Err(Withheld::NoVariation)));
        assert_eq!(capped_difference(&mostly, &[], 0.9, false, 0.05), Err(Withheld::NoUnits));
        assert_eq!(mann_whitney(&[1.0, 1.0], &[1.0]), Err(Withheld::NoVariation));
        assert_eq!(mann_whitney(&[], &[1.0]), Err(Withheld::NoUnits));
    }

    #[test]
    fn one_event_per_customer_is_not_clustered() {
        let below: Vec<f64> = (0..1000).map(|at| f64::from(u8::from(at % 2 == 0))).collect();
        let factor = cluster_factor(&below, &vec![1.0; 1000], 0.5).unwrap();
        assert!((factor - 1.0).abs() < 2e-3, "{factor}");
    }
}
