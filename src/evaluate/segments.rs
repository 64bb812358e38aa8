//! Strata and segments: combining them, asking whether they differ, and shrinking what each one seems to show.

use super::distribution::{chi_square_sf, normal_sf, normal_upper_quantile};
use super::effect::Interval;
use super::moments::Sample;
use super::numeric::sum;
use super::proportion::Rate;
use super::withheld::{Measured, Withheld, finite, level, paired};

/// A difference combined over strata that were fixed before assignment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PostStratified {
    /// Σ (n_s/N) d_s.
    pub difference: f64,
    /// √(Σ (n_s/N)² (v_t/n_t + v_c/n_c)).
    pub standard_error: f64,
}

impl PostStratified {
    /// Two-sided p-value by the normal distribution.
    #[must_use]
    pub fn p(&self) -> f64 {
        2.0 * normal_sf((self.difference / self.standard_error).abs())
    }

    /// The interval of level 1 - alpha.
    ///
    /// # Errors
    /// `alpha` is out of range.
    pub fn interval(&self, alpha: f64) -> Measured<Interval> {
        Ok(Interval::around(self.difference, normal_upper_quantile(level(alpha)? / 2.0) * self.standard_error))
    }
}

/// Evaluates within assignment strata (where assignment shares may differ) and combines by the strata's sizes. Treatment first.
///
/// # Errors
/// No strata, a stratum in which an arm is empty or a mean rests on a single customer, or no variation at all.
pub fn post_stratified(strata: &[(Sample, Sample)]) -> Measured<PostStratified> {
    let size = |(t, c): &(Sample, Sample)| (t.n + c.n) as f64;
    let total = sum(strata.iter().map(size));
    if total == 0.0 || strata.iter().any(|(t, c)| t.n == 0 || c.n == 0) {
        return Err(Withheld::NoUnits);
    }
    let difference = sum(strata.iter().map(|stratum| size(stratum) / total * (stratum.0.mean - stratum.1.mean)));
    let part = |stratum: &(Sample, Sample)| -> Measured<f64> {
        Ok((size(stratum) / total).powi(2) * (stratum.0.error_squared()? + stratum.1.error_squared()?))
    };
    let variance = sum(strata.iter().map(part).collect::<Measured<Vec<f64>>>()?);
    if variance > 0.0 {
        Ok(PostStratified { difference: finite(difference)?, standard_error: variance.sqrt() })
    } else {
        Err(Withheld::NoVariation)
    }
}

/// Rates over strata by odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MantelHaenszel {
    /// Σ(a d/N)/Σ(b c/N) (Mantel and Haenszel 1959); withheld when nobody in the denominator.
    pub odds_ratio: Measured<f64>,
    /// Test of no association in any stratum, one degree of freedom, no continuity correction.
    pub chi_square: f64,
    pub p: f64,
    /// Breslow and Day (1980): do the strata's odds ratios differ; strata - 1 degrees of freedom, without Tarone's correction.
    pub homogeneity: Measured<(f64, f64)>,
}

/// Cochran–Mantel–Haenszel over strata, treatment first.
///
/// # Errors
/// No strata, or no response or no failure in any of them.
pub fn mantel_haenszel(strata: &[(Rate, Rate)]) -> Measured<MantelHaenszel> {
    let (mut above, mut below, mut seen, mut expected, mut variance) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (t, c) in strata {
        t.share()?;
        c.share()?;
        let n = t.n + c.n;
        let (yes, no) = (t.successes + c.successes, n - t.successes - c.successes);
        above += t.successes * (c.n - c.successes) / n;
        below += (t.n - t.successes) * c.successes / n;
        seen += t.successes;
        expected += t.n * yes / n;
        variance += if n > 1.0 { t.n * c.n * yes * no / (n * n * (n - 1.0)) } else { 0.0 };
    }
    if strata.is_empty() {
        return Err(Withheld::NoUnits);
    }
    if variance <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let odds_ratio = if below > 0.0 && above > 0.0 { finite(above / below) } else { Err(Withheld::NoResponses) };
    let chi_square = (seen - expected).powi(2) / variance;
    let homogeneity = odds_ratio.and_then(|ratio| breslow_day(strata, ratio));
    Ok(MantelHaenszel { odds_ratio, chi_square, p: chi_square_sf(chi_square, 1.0), homogeneity })
}

fn breslow_day(strata: &[(Rate, Rate)], ratio: f64) -> Measured<(f64, f64)> {
    let degrees = strata.len() as f64 - 1.0;
    if degrees < 1.0 {
        return Err(Withheld::TooFewUnits { have: strata.len() as f64, need: 2.0 });
    }
    let mut total = 0.0;
    for (t, c) in strata {
        let yes = t.successes + c.successes;
        // The treated successes a under the common ratio: (1 - ψ) a² + (n_c - yes + ψ (n_t + yes)) a - ψ n_t yes = 0.
        let (square, line, constant) = (1.0 - ratio, c.n - yes + ratio * (t.n + yes), -ratio * t.n * yes);
        let root = (line * line - 4.0 * square * constant).max(0.0).sqrt();
        // The form of the root that does not cancel.
        let fitted = if line + root == 0.0 { 0.0 } else { -2.0 * constant / (line + root) };
        let inverse = 1.0 / fitted + 1.0 / (t.n - fitted) + 1.0 / (yes - fitted) + 1.0 / (c.n - yes + fitted);
        total += (t.successes - fitted).powi(2) * inverse;
    }
    Ok((finite(total)?, chi_square_sf(total, degrees)))
}

/// Whether segments differ, and by how much.
#[derive(Debug, Clone, PartialEq)]
pub struct Heterogeneity {
    /// Precision-weighted mean effect and its standard error.
    pub fixed: f64,
    pub standard_error: f64,
    /// Cochran's Q = Σ w (d - d̄)², k - 1 degrees of freedom.
    pub q: f64,
    pub degrees: f64,
    /// How the segments differ; withheld for a single one.
    pub between: Measured<Between>,
}

/// What several segments say about each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Between {
    /// Of [`Heterogeneity::q`], by chi-square.
    pub p: f64,
    /// Share of variation beyond chance, max(0, 1 - df/Q).
    pub i_squared: f64,
    /// Between-segment variance by DerSimonian and Laird (1986), never below zero; zero means: no sign that segments differ.
    pub tau_squared: f64,
    /// The moment estimate before it is cut at zero.
    pub moment: f64,
    /// Each segment's effect pulled towards the mean: (d/se² + d̄/τ²)/(1/se² + 1/τ²), with its standard error. All equal the
    /// mean when τ² is zero.
    pub shrunk: Vec<(f64, f64)>,
}

/// Effects of segments with their standard errors.
///
/// # Errors
/// No segments, lists of different length, or a standard error that is not positive.
pub fn heterogeneity(effects: &[f64], errors: &[f64]) -> Measured<Heterogeneity> {
    paired(effects.len(), errors.len())?;
    if errors.iter().any(|error| !(*error > 0.0 && error.is_finite())) {
        return Err(Withheld::NoVariation);
    }
    let weights: Vec<f64> = errors.iter().map(|error| 1.0 / (error * error)).collect();
    let total = sum(weights.iter().copied());
    let fixed = sum(weights.iter().zip(effects).map(|(weight, effect)| weight * effect)) / total;
    let q = sum(weights.iter().zip(effects).map(|(weight, effect)| weight * (effect - fixed).powi(2)));
    let degrees = effects.len() as f64 - 1.0;
    let between = between(effects, &weights, fixed, q);
    Ok(Heterogeneity { fixed: finite(fixed)?, standard_error: (1.0 / total).sqrt(), q, degrees, between })
}

fn between(effects: &[f64], weights: &[f64], fixed: f64, q: f64) -> Measured<Between> {
    if effects.len() < 2 {
        return Err(Withheld::TooFewUnits { have: effects.len() as f64, need: 2.0 });
    }
    let degrees = effects.len() as f64 - 1.0;
    let total = sum(weights.iter().copied());
    let moment = (q - degrees) / (total - sum(weights.iter().map(|weight| weight * weight)) / total);
    let tau_squared = moment.max(0.0);
    let shrunk = weights.iter().zip(effects).map(|(weight, effect)| shrink(*effect, *weight, fixed, 1.0 / total, tau_squared)).collect();
    Ok(Between {
        p: chi_square_sf(q, degrees),
        i_squared: if q > 0.0 { (1.0 - degrees / q).max(0.0) } else { 0.0 },
        tau_squared,
        moment,
        shrunk,
    })
}

fn shrink(effect: f64, weight: f64, mean: f64, mean_variance: f64, tau_squared: f64) -> (f64, f64) {
    if tau_squared <= 0.0 {
        return (mean, mean_variance.sqrt());
    }
    let between = 1.0 / tau_squared;
    ((effect * weight + mean * between) / (weight + between), (1.0 / (weight + between)).sqrt())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::moments::Moments;
    use super::*;

    #[test]
    fn segments_that_agree_all_show_the_mean() {
        let found = heterogeneity(&[1.0, 1.01, 0.99], &[0.5, 0.5, 0.5]).unwrap();
        let between = found.between.unwrap();
        assert_eq!(between.tau_squared, 0.0);
        assert_eq!(between.i_squared, 0.0);
        assert!(between.moment < 0.0);
        assert!(between.shrunk.iter().all(|(effect, _)| (effect - found.fixed).abs() < 1e-15));
        let single = heterogeneity(&[1.0], &[0.5]).unwrap();
        assert_eq!((single.fixed, single.standard_error, single.q), (1.0, 0.5, 0.0));
        assert_eq!(single.between, Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 }));
        assert_eq!(heterogeneity(&[], &[]), Err(Withheld::NoUnits));
        assert_eq!(heterogeneity(&[1.0, 2.0], &[0.5, 0.0]), Err(Withheld::NoVariation));
        let apart = heterogeneity(&[0.0, 4.0], &[0.5, 0.5]).unwrap().between.unwrap();
        assert!(apart.shrunk.first().unwrap().0 > 0.0 && apart.shrunk.last().unwrap().0 < 4.0);
    }

    #[test]
    fn strata_edges() {
        let arm = |successes: u64, n: u64| Rate::new(successes, n);
        assert_eq!(mantel_haenszel(&[]), Err(Withheld::NoUnits));
        assert_eq!(mantel_haenszel(&[(arm(0, 5), arm(0, 5))]), Err(Withheld::NoVariation));
        let sparse = mantel_haenszel(&[(arm(3, 5), arm(0, 5)), (arm(1, 9), arm(0, 9))]).unwrap();
        assert_eq!(sparse.odds_ratio, Err(Withheld::NoResponses));
        assert_eq!(post_stratified(&[(Sample::rate(5, 1.0), Sample::rate(0, 0.0))]), Err(Withheld::NoUnits));
        // One customer of a mean measures no spread; of a rate it is p (1 - p).
        let (many, one) = (Moments::of(&[1.0, 2.0, 4.0]).sample(), Moments::of(&[3.0]).sample());
        let few = Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 });
        assert_eq!(post_stratified(&[(many, many), (many, one)]), few);
        assert!(post_stratified(&[(Sample::rate(5, 1.0), Sample::rate(5, 2.0)), (Sample::rate(5, 1.0), Sample::rate(1, 1.0))]).is_ok());
    }
}
