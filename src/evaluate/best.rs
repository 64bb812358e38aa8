//! Which arm is best, and the shares of the next wave. One integral per arm instead of random draws: equal inputs give equal bits.

use super::distribution::{beta_quantile_logit, normal_cdf};
use super::numeric::quadrature;
use super::proportion::Rate;
use super::special::{incomplete_beta, ln_beta_kernel, normal_density};
use super::withheld::{Measured, Withheld};

/// One arm's chance to be the best and what choosing it is expected to cost against the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    pub best: f64,
    /// E[max over arms - this arm], in units of the metric.
    pub expected_loss: f64,
}

/// Where the quadrature intervals of an arm end, as upper tail shares; symmetric.
const TAILS: [f64; 11] = [1e-16, 1e-12, 1e-9, 1e-6, 1e-4, 2e-3, 0.02, 0.1, 0.25, 0.4, 0.5];

/// The chance of each arm to have the highest rate, with a Beta(a, b) prior (1, 1 = flat): ∫ f_i Π_{j≠i} F_j over the
/// log-odds, where the density has no poles; the loss is ∫ F_i (1 - Π_{j≠i} F_j).
///
/// # Errors
/// Fewer than two arms, nobody in one, or a prior that is not positive.
pub fn best_rate(arms: &[Rate], prior: (f64, f64)) -> Measured<Vec<Chance>> {
    if !(prior.0 > 0.0 && prior.1 > 0.0) {
        return Err(Withheld::OutOfRange { value: prior.0.min(prior.1) });
    }
    let mut posterior = Vec::with_capacity(arms.len());
    for arm in arms {
        if arm.n > 0.0 {
            arm.share()?;
        } else if arm.n < 0.0 || arm.successes != 0.0 {
            return Err(Withheld::OutOfRange { value: arm.n });
        }
        posterior.push((prior.0 + arm.successes, prior.1 + arm.n - arm.successes));
    }
    let mut ends: Vec<f64> = Vec::new();
    // Where all but 1e-16 of an arm lies.
    let mut spans = Vec::with_capacity(posterior.len());
    for (a, b) in &posterior {
        let from = ends.len();
        for tail in TAILS {
            ends.push(beta_quantile_logit(tail, *a, *b));
            ends.push(-beta_quantile_logit(tail, *b, *a));
        }
        let own = || ends.iter().skip(from).copied();
        spans.push((own().fold(f64::INFINITY, f64::min), own().fold(f64::NEG_INFINITY, f64::max)));
    }
    chances(&mut ends, posterior.len(), |arm, logit| {
        let (a, b) = posterior.get(arm).copied().unwrap_or((f64::NAN, f64::NAN));
        let (first, last) = spans.get(arm).copied().unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        if logit < first || logit > last {
            let (x, y) = (1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
            let below = f64::from(logit > last);
            return At { density: 0.0, lower: below, upper: 1.0 - below, unit: x * y };
        }
        let (x, y) = (1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
        let (lower, upper) = incomplete_beta(a, b, x, y);
        At { density: ln_beta_kernel(a, b, x, y).exp(), lower, upper, unit: x * y }
    })
}

/// The chance of each arm to have the highest mean (the lowest when `lower_is_better`), with normal uncertainty.
///
/// # Errors
/// Fewer than two arms, lists of different length, or a standard error that is not positive.
pub fn best_mean(means: &[f64], errors: &[f64], lower_is_better: bool) -> Measured<Vec<Chance>> {
    super::withheld::paired(means.len(), errors.len())?;
    if errors.iter().any(|error| !(*error > 0.0 && error.is_finite())) || means.iter().any(|mean| !mean.is_finite()) {
        return Err(Withheld::NoVariation);
    }
    let sign = if lower_is_better { -1.0 } else { 1.0 };
    let arms: Vec<(f64, f64)> = means.iter().zip(errors).map(|(mean, error)| (sign * mean, *error)).collect();
    let mut ends: Vec<f64> = Vec::new();
    for (mean, error) in &arms {
        ends.extend([-8.5, -7.0, -5.5, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.5, 7.0, 8.5].map(|place| mean + error * place));
    }
    chances(&mut ends, arms.len(), |arm, place| {
        let (mean, error) = arms.get(arm).copied().unwrap_or((f64::NAN, f64::NAN));
        let z = (place - mean) / error;
        At { density: normal_density(z) / error, lower: normal_cdf(z), upper: normal_cdf(-z), unit: 1.0 }
    })
}

/// An arm's distribution at one place of the axis.
#[derive(Clone, Copy)]
struct At {
    /// Per unit of the axis.
    density: f64,
    lower: f64,
    upper: f64,
    /// How much of the metric one unit of the axis is.
    unit: f64,
}

fn chances(ends: &mut Vec<f64>, arms: usize, at: impl Fn(usize, f64) -> At) -> Measured<Vec<Chance>> {
    if arms < 2 {
        return Err(Withheld::TooFewUnits { have: arms as f64, need: 2.0 });
    }
    ends.retain(|end| end.is_finite());
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut found = vec![Chance { best: 0.0, expected_loss: 0.0 }; arms];
    for (place, weight) in quadrature(ends) {
        let here: Vec<At> = (0..arms).map(|arm| at(arm, place)).collect();
        for (arm, chance) in found.iter_mut().enumerate() {
            let Some(own) = here.get(arm) else { continue };
            let others = || here.iter().enumerate().filter(move |(other, _)| *other != arm).map(|(_, other)| other);
            chance.best += weight * own.density * others().map(|other| other.lower).product::<f64>();
            // 1 - Π F_j without cancellation where every F_j is near one.
            let beaten =
                -others().map(|other| if other.lower > 0.5 { (-other.upper).ln_1p() } else { other.lower.ln() }).sum::<f64>().exp_m1();
            chance.expected_loss += weight * own.unit * own.lower * beaten;
        }
    }
    // What lies outside the quadrature is below 1e-15; shares must still sum to one.
    let total: f64 = found.iter().map(|chance| chance.best).sum();
    if total.is_nan() || (total - 1.0).abs() > 1e-6 {
        return Err(Withheld::NoSolution);
    }
    for chance in &mut found {
        chance.best /= total;
    }
    Ok(found)
}

/// Shares of a wave from the chances: f + (1 - k f) w, so that no arm falls below the floor and the order is kept (adding on the
/// simplex; cutting and rescaling would bias the posterior). A floor of 1/k or more gives equal shares.
#[must_use]
pub fn with_floor(chances: &[f64], floor: f64) -> Vec<f64> {
    let arms = chances.len() as f64;
    if arms * floor >= 1.0 {
        return vec![1.0 / arms; chances.len()];
    }
    chances.iter().map(|chance| floor + (1.0 - arms * floor) * chance).collect()
}

/// What reallocation needs to know of an arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiveArm {
    /// Share now, of the part that is not held out.
    pub share: f64,
    /// Mature customers.
    pub units: f64,
    /// Mature conversions.
    pub conversions: f64,
    /// P(best).
    pub chance: f64,
}

/// Limits of reallocation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReallocationRules {
    /// Least share of an arm; 0.05 for a bank.
    pub floor: f64,
    /// Most that a share may change in one wave; 0.20.
    pub largest_step: f64,
    /// Mature customers every arm needs; 100.
    pub units: f64,
    /// Mature conversions every arm needs; 40.
    pub conversions: f64,
}

impl Default for ReallocationRules {
    fn default() -> Self {
        Self { floor: 0.05, largest_step: 0.2, units: 100.0, conversions: 40.0 }
    }
}

/// Next shares of the treatment arms of an adaptive strategy (the holdout is not among them and stays as it is): [`with_floor`],
/// then all arms move the same part of their way such that none changes by more than the largest step. Shares sum to one.
///
/// # Errors
/// Fewer than two arms, or an arm with too few mature customers or conversions.
pub fn reallocate(arms: &[LiveArm], rules: &ReallocationRules) -> Measured<Vec<f64>> {
    if arms.len() < 2 {
        return Err(Withheld::TooFewUnits { have: arms.len() as f64, need: 2.0 });
    }
    for arm in arms {
        if arm.units < rules.units {
            return Err(Withheld::TooFewUnits { have: arm.units, need: rules.units });
        }
        if arm.conversions < rules.conversions {
            return Err(Withheld::TooFewUnits { have: arm.conversions, need: rules.conversions });
        }
    }
    let goal = with_floor(&arms.iter().map(|arm| arm.chance).collect::<Vec<_>>(), rules.floor);
    let furthest = goal.iter().zip(arms).map(|(next, arm)| (next - arm.share).abs()).fold(0.0, f64::max);
    let part = if furthest > rules.largest_step { rules.largest_step / furthest } else { 1.0 };
    Ok(goal.iter().zip(arms).map(|(next, arm)| arm.share + part * (next - arm.share)).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn two_flat_arms_have_a_closed_form() {
        // P(Beta(1, b) < Beta(1, d)) = b / (b + d).
        let found = best_rate(&[Rate::new(0, 9), Rate::new(0, 2)], (1.0, 1.0)).unwrap();
        assert!((found.last().unwrap().best - 10.0 / 13.0).abs() < 1e-12, "{found:?}");
        // E[max] - E[first] of two uniforms: 2/3 - 1/2.
        let flat = best_rate(&[Rate::new(0, 0), Rate::new(0, 0)], (1.0, 1.0)).unwrap();
        assert!((flat.first().unwrap().expected_loss - 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_small_and_a_huge_arm_together() {
        let found = best_rate(&[Rate::new(500_000, 10_000_000), Rate::new(1, 10)], (1.0, 1.0)).unwrap();
        // Almost P(Beta(2, 10) > 0.05).
        let exact = incomplete_beta(2.0, 10.0, 0.05, 0.95).1;
        assert!((found.last().unwrap().best - exact).abs() < 1e-4, "{found:?}");
        assert!((found.iter().map(|chance| chance.best).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn normal_arms_agree_with_the_difference() {
        let found = best_mean(&[1.0, 1.3], &[0.2, 0.1], false).unwrap();
        let exact = normal_cdf(0.3 / 0.05_f64.sqrt());
        assert!((found.last().unwrap().best - exact).abs() < 1e-10, "{found:?} {exact}");
        assert_eq!(best_mean(&[1.0, 2.0], &[0.0, 1.0], false), Err(Withheld::NoVariation));
        assert!(best_mean(&[1.0], &[1.0], false).is_err());
    }

    #[test]
    fn shares_move_at_most_a_step_and_sum_to_one() {
        let arm = |share: f64, chance: f64| LiveArm { share, units: 500.0, conversions: 60.0, chance };
        let next = reallocate(&[arm(0.5, 0.99), arm(0.3, 0.01), arm(0.2, 0.0)], &ReallocationRules::default()).unwrap();
        assert!((next.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!((next.first().unwrap() - 0.7).abs() < 1e-12, "{next:?}");
        assert!(next.iter().all(|share| *share >= 0.05));
        assert_eq!(with_floor(&[0.2, 0.8], 0.5), [0.5, 0.5]);
        let thin = LiveArm { conversions: 12.0, ..arm(0.5, 0.5) };
        let refused = reallocate(&[arm(0.5, 0.5), thin], &ReallocationRules::default());
        assert_eq!(refused, Err(Withheld::TooFewUnits { have: 12.0, need: 40.0 }));
    }
}
