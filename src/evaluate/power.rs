//! How many customers a question needs, and what can be seen with those there are.

use super::distribution::{noncentral_student_sf, normal_sf, normal_upper_quantile, student_upper_quantile};
use super::effect::Effect;
use super::numeric::root;
use super::sequential::confidence_sequence;
use super::withheld::{Measured, Withheld, finite, level};

/// What a test is planned for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Two-sided level.
    pub alpha: f64,
    /// Chance to see the effect when it is there.
    pub power: f64,
    /// Treatment customers per control customer.
    pub ratio: f64,
}

impl Plan {
    /// z_{1-α/2} and z_power.
    fn quantiles(&self) -> Measured<(f64, f64)> {
        if !(self.ratio > 0.0 && self.ratio.is_finite()) {
            return Err(Withheld::OutOfRange { value: self.ratio });
        }
        Ok((normal_upper_quantile(level(self.alpha)? / 2.0), -normal_upper_quantile(level(self.power)?)))
    }
}

/// Control customers that a difference of two rates needs, by three usual formulas; they differ by up to 5 percent at 3 : 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateUnits {
    /// (z_{1-α/2} + z_p)² (p₁q₁ + p₂q₂/r)/d²; the one strat plans with.
    pub unpooled: f64,
    /// (z_{1-α/2} √((1 + 1/r) p̄q̄) + z_p √(p₁q₁ + p₂q₂/r))²/d².
    pub pooled: f64,
    /// By Cohen's h = 2 asin √p₂ - 2 asin √p₁, both tails counted.
    pub cohen_h: f64,
}

/// Customers in control for a difference `difference` from the control rate.
///
/// # Errors
/// A rate leaves 0..1, the difference or baseline is zero, or the plan is out of range.
pub fn units_for_rates(control: f64, difference: f64, plan: &Plan) -> Measured<RateUnits> {
    let (z, z_power) = plan.quantiles()?;
    let treatment = control + difference;
    level(control)?;
    level(treatment)?;
    if difference == 0.0 {
        return Err(Withheld::NoIncrement);
    }
    let spread = control * (1.0 - control) + treatment * (1.0 - treatment) / plan.ratio;
    let mean = (control + plan.ratio * treatment) / (1.0 + plan.ratio);
    let both = (1.0 + 1.0 / plan.ratio) * mean * (1.0 - mean);
    let h = 2.0 * (treatment.sqrt().asin() - control.sqrt().asin());
    let shift = both_tails(z, plan.power)?;
    Ok(RateUnits {
        unpooled: finite((z + z_power).powi(2) * spread / (difference * difference))?,
        pooled: finite((z * both.sqrt() + z_power * spread.sqrt()).powi(2) / (difference * difference))?,
        cohen_h: finite(shift * shift * (1.0 + 1.0 / plan.ratio) / (h * h))?,
    })
}

/// The standardised effect whose two-sided normal test has the power, the far tail counted.
fn both_tails(z: f64, power: f64) -> Measured<f64> {
    root(|shift| normal_sf(z - shift) + normal_sf(z + shift) - power, 0.0, z + 40.0)
}

/// Control customers for a standardised difference of means d = difference / standard deviation, by the noncentral t distribution.
///
/// # Errors
/// The difference is zero or the plan out of range.
pub fn units_for_means(cohen_d: f64, plan: &Plan) -> Measured<f64> {
    let (z, _) = plan.quantiles()?;
    if cohen_d == 0.0 || !cohen_d.is_finite() {
        return Err(Withheld::NoIncrement);
    }
    let first = (both_tails(z, plan.power)? / cohen_d).powi(2) * (1.0 + 1.0 / plan.ratio);
    // At least one degree of freedom.
    let least = 3.0 / (1.0 + plan.ratio);
    let gap = |n: f64| mean_power(cohen_d, n, plan).unwrap_or(0.0) - plan.power;
    if gap(least.max(first * 0.5)) >= 0.0 && gap(least) >= 0.0 {
        return Ok(least);
    }
    root(gap, least, (first * 2.0).max(10.0 * least))
}

/// The power of a two-sided t test with `control` control customers.
///
/// # Errors
/// The plan is out of range or there are too few customers.
pub fn mean_power(cohen_d: f64, control: f64, plan: &Plan) -> Measured<f64> {
    plan.quantiles()?;
    let degrees = control * (1.0 + plan.ratio) - 2.0;
    if degrees < 0.999_999 {
        return Err(Withheld::TooFewUnits { have: control * (1.0 + plan.ratio), need: 3.0 });
    }
    let centre = cohen_d.abs() * (control * plan.ratio / (1.0 + plan.ratio)).sqrt();
    let edge = student_upper_quantile(plan.alpha / 2.0, degrees);
    // The lower tail mirrors to an upper one with the centre on the other side.
    finite(noncentral_student_sf(edge, degrees, centre) + noncentral_student_sf(edge, degrees, -centre))
}

/// The smallest difference that a test with these sizes sees with the planned power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detectable {
    pub absolute: f64,
    /// As a share of the baseline; withheld when that is zero.
    pub relative: Measured<f64>,
}

/// Minimum detectable difference of two rates: (z_{1-α/2} + z_p) √(p(1-p)(1/n_c + 1/n_t)).
///
/// # Errors
/// Nobody in an arm, a baseline rate of zero or one (ask for one), or a plan out of range. `plan.ratio` is not used.
pub fn detectable_rate(control: f64, n_control: f64, n_treatment: f64, plan: &Plan) -> Measured<Detectable> {
    if !(0.0..=1.0).contains(&control) {
        return Err(Withheld::OutOfRange { value: control });
    }
    let variance = control * (1.0 - control);
    detectable_mean(control, variance, n_control, n_treatment, plan)
}

/// Minimum detectable difference of two means with the given baseline mean and variance per customer.
///
/// # Errors
/// As [`detectable_rate`].
pub fn detectable_mean(mean: f64, variance: f64, n_control: f64, n_treatment: f64, plan: &Plan) -> Measured<Detectable> {
    let (z, z_power) = plan.quantiles()?;
    if !(n_control > 0.0 && n_treatment > 0.0) {
        return Err(Withheld::NoUnits);
    }
    if variance.is_nan() || variance <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let absolute = finite((z + z_power) * (variance * (1.0 / n_control + 1.0 / n_treatment)).sqrt())?;
    let relative = if mean == 0.0 { Err(Withheld::ZeroBaseline) } else { finite(absolute / mean.abs()) };
    Ok(Detectable { absolute, relative })
}

/// How far a running test is from its planned power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Power for the target effect with the customers there are.
    pub power_now: f64,
    /// Customers still needed, as a multiple of those there are; 0 when the power is reached, withheld when it is not within 2^27
    /// times the customers.
    pub factor: Measured<f64>,
    /// Both arms together.
    pub additional_units: Measured<f64>,
}

/// Additional customers until the target effect (on the scale of `effect`) is seen with the planned power, at the target and not
/// at the observed effect. `tuning` is the planned size of a confidence sequence; `None` for a fixed horizon.
///
/// # Errors
/// The plan is out of range.
pub fn progress(effect: &Effect, target: f64, plan: &Plan, tuning: Option<f64>) -> Measured<Progress> {
    let (z, _) = plan.quantiles()?;
    let target = target.abs();
    let power = |factor: f64| -> f64 {
        let error = effect.standard_error / (1.0 + factor).sqrt();
        let half = match tuning {
            None => Ok(z * error),
            Some(planned) => {
                let later = Effect { estimate: 0.0, standard_error: error, units: effect.units * (1.0 + factor), ..*effect };
                confidence_sequence(&later, super::effect::Alternative::Different, plan.alpha, planned).map(|test| test.interval.upper)
            }
        };
        half.map_or(0.0, |half| normal_sf((half - target) / error) + normal_sf((half + target) / error))
    };
    let power_now = finite(power(0.0))?;
    let factor = if power_now >= plan.power { Ok(0.0) } else { multiple(power, plan.power) };
    Ok(Progress { power_now, factor, additional_units: factor.map(|factor| factor * effect.units) })
}

/// The multiple of the customers at which a rising power reaches the wanted one.
fn multiple(power: impl Fn(f64) -> f64, wanted: f64) -> Measured<f64> {
    let mut most = 1.0_f64;
    while power(most) < wanted {
        most *= 2.0;
        if most > f64::from(1_u32 << 27) {
            return Err(Withheld::NotReached);
        }
    }
    root(|factor| power(factor) - wanted, 0.0, most)
}

/// Days until `needed` customers are there when `per_day` become eligible each day; rounded up.
///
/// # Errors
/// Nobody becomes eligible, or `available` (when known) is less than needed: the question cannot be answered with this segment.
pub fn days_left(needed: f64, per_day: f64, available: Option<f64>) -> Measured<f64> {
    if let Some(have) = available
        && have < needed
    {
        return Err(Withheld::TooFewUnits { have, need: needed });
    }
    if per_day.is_nan() || per_day <= 0.0 {
        return Err(Withheld::NoUnits);
    }
    finite((needed.max(0.0) / per_day).ceil())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn planning_edges() {
        let plan = Plan { alpha: 0.05, power: 0.8, ratio: 1.0 };
        assert!(units_for_rates(0.0, 0.01, &plan).is_err());
        assert_eq!(units_for_rates(0.1, 0.0, &plan), Err(Withheld::NoIncrement));
        assert!(units_for_rates(0.1, 0.01, &Plan { power: 1.0, ..plan }).is_err());
        assert_eq!(detectable_rate(0.0, 10.0, 10.0, &plan), Err(Withheld::NoVariation));
        assert_eq!(detectable_rate(0.1, 0.0, 10.0, &plan), Err(Withheld::NoUnits));
        assert_eq!(days_left(100.0, 9.0, Some(50.0)), Err(Withheld::TooFewUnits { have: 50.0, need: 100.0 }));
        assert_eq!(days_left(100.0, 9.0, None), Ok(12.0));
        // A huge effect needs the fewest customers a t test can have.
        assert!(units_for_means(50.0, &plan).unwrap() < 3.0);
    }

    #[test]
    fn the_required_number_has_the_power() {
        for (d, ratio) in [(0.3, 1.0), (0.8, 3.0), (2.0, 0.5)] {
            let plan = Plan { alpha: 0.01, power: 0.9, ratio };
            let n = units_for_means(d, &plan).unwrap();
            assert!((mean_power(d, n, &plan).unwrap() - 0.9).abs() < 1e-9);
        }
        let effect = Effect { estimate: 0.0, standard_error: 0.1, degrees: f64::INFINITY, units: 1000.0 };
        let plan = Plan { alpha: 0.05, power: 0.8, ratio: 1.0 };
        let more = progress(&effect, 0.2, &plan, None).unwrap();
        assert!((0.1 / (1.0 + more.factor.unwrap()).sqrt() * 2.801_6 - 0.2).abs() < 1e-4);
        assert_eq!(progress(&effect, 2.0, &plan, None).unwrap().factor, Ok(0.0));
        // Without an effect the power is the level, however many customers there are.
        let never = progress(&effect, 0.0, &plan, None).unwrap();
        assert!((never.power_now - 0.05).abs() < 1e-12);
        assert_eq!((never.factor, never.additional_units), (Err(Withheld::NotReached), Err(Withheld::NotReached)));
    }
}
