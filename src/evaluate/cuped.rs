//! Less noise by what was known before assignment (CUPED: Deng, Xu, Kohavi and Walker 2013), for means and for ratio metrics.

use super::effect::{Effect, Scale, mean_difference, welch_degrees};
use super::moments::{Pair, Sample};
use super::withheld::{Measured, Withheld, finite};

/// An adjusted difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// How much of the earlier value is taken off; 0 when the earlier value cannot help.
    pub theta: f64,
    pub effect: Effect,
    /// The share of the difference's variance that the adjustment removed (negative when it added some).
    pub variance_saved: f64,
}

/// θ = cov(Y, X)/var(X) over both arms together; 0 when X does not vary. `x` is the value after, `y` the one before
/// assignment; `joint` holds both arms' customers.
fn pooled_theta(joint: &Pair) -> f64 {
    if joint.y.variance > 0.0 && joint.x.variance > 0.0 { joint.covariance / joint.y.variance } else { 0.0 }
}

fn adjusted_sample(arm: &Pair, theta: f64) -> Sample {
    Sample {
        n: arm.x.n,
        mean: arm.x.mean - theta * arm.y.mean,
        variance: arm.x.variance + theta * theta * arm.y.variance - 2.0 * theta * arm.covariance,
    }
}

/// Adjusted difference of means; in each pair `x` is the outcome and `y` the same customer's earlier value, which must predate
/// assignment. `joint` is the pair of both arms together (its θ is used for both).
///
/// Relative scale: divided by the unadjusted control mean, gradient [1/c, -θ/c, -m_t/c², θ/c] (GrowthBook, cuped-technical).
///
/// # Errors
/// An arm is too small, its adjusted value is constant, or the control mean is zero on the relative scale.
pub fn cuped_difference(treatment: &Pair, control: &Pair, joint: &Pair, scale: Scale) -> Measured<Adjusted> {
    let theta = pooled_theta(joint);
    let (adjusted_t, adjusted_c) = (adjusted_sample(treatment, theta), adjusted_sample(control, theta));
    let absolute = mean_difference(&adjusted_t, &adjusted_c)?;
    let plain = treatment.x.error_squared()? + control.x.error_squared()?;
    let variance_saved = 1.0 - absolute.standard_error.powi(2) / plain;
    let effect = match scale {
        Scale::Absolute => absolute,
        Scale::Relative => {
            let base = control.x.mean;
            if base == 0.0 || adjusted_c.mean == 0.0 {
                return Err(Withheld::ZeroBaseline);
            }
            let ratio = treatment.x.mean / base;
            let control_part =
                control.x.variance * ratio * ratio - 2.0 * theta * control.covariance * ratio + theta * theta * control.y.variance;
            let variance = (adjusted_t.error_squared()? + control_part / control.x.n as f64) / (base * base);
            relative(absolute, base, variance)?
        }
    };
    Ok(Adjusted { theta, effect, variance_saved })
}

fn relative(absolute: Effect, base: f64, variance: f64) -> Measured<Effect> {
    if variance > 0.0 {
        Ok(Effect { estimate: finite(absolute.estimate / base.abs())?, standard_error: variance.sqrt(), ..absolute })
    } else {
        Err(Withheld::NoVariation)
    }
}

/// One arm of an adjusted ratio metric: means and covariances of numerator and denominator after, numerator and denominator
/// before, in this order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioArm {
    pub n: u64,
    pub means: [f64; 4],
    /// Symmetric.
    pub covariances: [[f64; 4]; 4],
}

impl RatioArm {
    fn ratios(&self) -> (f64, f64) {
        let [above, below, above_before, below_before] = self.means;
        (above / below, above_before / below_before)
    }

    /// The gradient of m/d - θ m'/d' in the four means.
    fn gradient(&self, theta: f64) -> [f64; 4] {
        let [_, below, _, below_before] = self.means;
        let (after, before) = self.ratios();
        [1.0 / below, -after / below, -theta / below_before, theta * before / below_before]
    }

    fn product(&self, left: [f64; 4], right: [f64; 4]) -> f64 {
        self.covariances.iter().zip(left).map(|(row, a)| row.iter().zip(right).map(|(value, b)| a * value * b).sum::<f64>()).sum()
    }

    fn sample(&self, theta: f64) -> Sample {
        let (after, before) = self.ratios();
        let gradient = self.gradient(theta);
        Sample { n: self.n, mean: after - theta * before, variance: self.product(gradient, gradient) }
    }

    fn usable(&self) -> Measured<()> {
        let [_, below, _, below_before] = self.means;
        if self.n == 0 {
            Err(Withheld::NoUnits)
        } else if below == 0.0 || below_before == 0.0 {
            Err(Withheld::ZeroDenominator)
        } else {
            Ok(())
        }
    }
}

/// Adjusted difference of ratio metrics; θ minimises the variance of the adjusted difference:
/// θ = -Σ cov(before, after) / Σ var(before) over the arms, each per customer (GrowthBook, gbstats).
///
/// # Errors
/// A denominator is zero, an arm is too small or constant, or the control ratio is zero on the relative scale.
pub fn cuped_ratio_difference(treatment: &RatioArm, control: &RatioArm, scale: Scale) -> Measured<Adjusted> {
    treatment.usable()?;
    control.usable()?;
    let halves = |arm: &RatioArm| {
        let [above, below, above_before, below_before] = arm.gradient(1.0);
        let (after, before) = ([above, below, 0.0, 0.0], [0.0, 0.0, above_before, below_before]);
        (arm.product(before, after), arm.product(before, before))
    };
    let ((cross_t, own_t), (cross_c, own_c)) = (halves(treatment), halves(control));
    let theta = if own_t + own_c > 0.0 { -(cross_t + cross_c) / (own_t + own_c) } else { 0.0 };
    let (adjusted_t, adjusted_c) = (treatment.sample(theta), control.sample(theta));
    let absolute = mean_difference(&adjusted_t, &adjusted_c)?;
    let plain = treatment.sample(0.0).error_squared()? + control.sample(0.0).error_squared()?;
    let variance_saved = 1.0 - absolute.standard_error.powi(2) / plain;
    let effect = match scale {
        Scale::Absolute => absolute,
        Scale::Relative => {
            let (base, _) = control.ratios();
            if base == 0.0 {
                return Err(Withheld::ZeroBaseline);
            }
            // In the control arm the estimate also moves with the baseline it is divided by; the sign belongs to |baseline|.
            let [above, below, above_before, below_before] = control.gradient(theta);
            let pull = 1.0 + absolute.estimate * base.signum() / base.abs();
            let gradient = [-above * pull, -below * pull, -above_before, -below_before];
            let variance = (adjusted_t.error_squared()? + control.product(gradient, gradient) / control.n as f64) / (base * base);
            let degrees = welch_degrees(&adjusted_t, &adjusted_c)?;
            Effect { degrees, ..relative(absolute, base, variance)? }
        }
    };
    Ok(Adjusted { theta, effect, variance_saved })
}
