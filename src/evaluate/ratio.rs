//! Ratio metrics: the sum of one value over the sum of another (spend per purchase, cost per response, clicks per view).

use super::effect::{Effect, Scale, mean_difference};
use super::lift::delta_lift;
use super::moments::{Pair, Sample};
use super::withheld::{Measured, Withheld};

/// An arm's ratio of sums as if it were a mean: x over y with the delta-method variance of one customer,
/// var_x/ȳ² + var_y x̄²/ȳ⁴ - 2 cov x̄/ȳ³ (Deng, Knoblich and Lu 2018).
///
/// # Errors
/// The denominator sums to zero, or there are fewer than two customers.
pub fn ratio_sample(arm: &Pair) -> Measured<Sample> {
    if arm.x.n == 0 {
        return Err(Withheld::NoUnits);
    }
    if arm.y.mean == 0.0 {
        return Err(Withheld::ZeroDenominator);
    }
    if arm.x.n == 1 {
        return Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 });
    }
    let mean = arm.x.mean / arm.y.mean;
    let variance = (arm.x.variance + arm.y.variance * mean * mean - 2.0 * arm.covariance * mean) / (arm.y.mean * arm.y.mean);
    Ok(Sample { n: arm.x.n, mean, variance })
}

/// The difference of two ratio metrics. Print numerator and denominator apart as well: a ratio can rise because its denominator fell.
///
/// # Errors
/// A denominator is zero, an arm is too small or constant, or the control ratio is zero on the relative scale.
pub fn ratio_difference(treatment: &Pair, control: &Pair, scale: Scale) -> Measured<Effect> {
    let (treatment, control) = (ratio_sample(treatment)?, ratio_sample(control)?);
    match scale {
        Scale::Absolute => mean_difference(&treatment, &control),
        Scale::Relative => delta_lift(&treatment, &control),
    }
}
