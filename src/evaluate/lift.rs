//! Relative lift: Fieller's interval for the page, the delta method for comparison with other products.

use super::distribution::{normal_sf, normal_upper_quantile};
use super::effect::{Effect, Interval, mean_difference, ratio_variance};
use super::moments::Sample;
use super::withheld::{Measured, Withheld, finite, level};

/// Relative lift with the interval that never disagrees with the test of the absolute difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fieller {
    /// How far the control mean is from zero: 1 or more means that it cannot be told from zero.
    pub g: f64,
    /// (m_t - m_c) / |m_c|, withheld when the control mean is zero.
    pub lift: Measured<f64>,
    /// Withheld when g is 1 or more.
    pub interval: Measured<Interval>,
    /// Two-sided p-value of the absolute difference by the normal distribution.
    pub absolute_p: f64,
}

/// Fieller (1954): with r = m_t/m_c and g = z² s_c²/(n_c m_c²) < 1, the interval of m_t/m_c - 1 is
/// (r ∓ (z/|m_c|) √((1-g) s_t²/n_t + r² s_c²/n_c)) / (1-g) - 1. For a negative control mean the lift keeps the sign of the
/// difference, as everywhere in this room.
///
/// # Errors
/// An arm is too small or constant, or `alpha` lies outside 0..1.
pub fn fieller(treatment: &Sample, control: &Sample, alpha: f64) -> Measured<Fieller> {
    let effect = mean_difference(treatment, control)?;
    let z = normal_upper_quantile(level(alpha)? / 2.0);
    let (error_t, error_c) = (treatment.error_squared()?, control.error_squared()?);
    let absolute_p = 2.0 * normal_sf((effect.estimate / effect.standard_error).abs());
    if control.mean == 0.0 {
        return Ok(Fieller { g: f64::INFINITY, lift: Err(Withheld::ZeroBaseline), interval: Err(Withheld::ZeroBaseline), absolute_p });
    }
    let g = z * z * error_c / (control.mean * control.mean);
    let ratio = treatment.mean / control.mean;
    let interval = if g < 1.0 {
        let half = z / control.mean.abs() * ((1.0 - g) * error_t + ratio * ratio * error_c).sqrt();
        let ratios = Interval { lower: (ratio - half) / (1.0 - g), upper: (ratio + half) / (1.0 - g) };
        Ok(ratios.moved(-1.0).scaled(control.mean.signum()))
    } else {
        Err(Withheld::UncertainBaseline { g })
    };
    Ok(Fieller { g, lift: finite(effect.estimate / control.mean.abs()), interval, absolute_p })
}

/// The delta-method lift: (m_t - m_c)/|m_c| with variance v_t/(n_t m_c²) + v_c m_t²/(n_c m_c⁴); degrees of freedom of Welch
/// from the absolute variances (GrowthBook, gbstats).
///
/// # Errors
/// An arm is too small or constant, or the control mean is zero.
pub fn delta_lift(treatment: &Sample, control: &Sample) -> Measured<Effect> {
    let absolute = mean_difference(treatment, control)?;
    if control.mean == 0.0 {
        return Err(Withheld::ZeroBaseline);
    }
    let variance = ratio_variance(treatment.mean, treatment.error_squared()?, control.mean, control.error_squared()?, 0.0)?;
    Ok(Effect { estimate: finite(absolute.estimate / control.mean.abs())?, standard_error: variance.sqrt(), ..absolute })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fieller_excludes_zero_exactly_when_the_absolute_test_does() {
        for step in 0..400 {
            let control = Sample { n: 1000, mean: 0.1, variance: 0.09 };
            let treatment = Sample { n: 900, mean: 0.06 + f64::from(step) * 2e-4, variance: 0.1 };
            let found = fieller(&treatment, &control, 0.05).unwrap();
            assert_eq!(found.interval.unwrap().excludes(0.0), found.absolute_p < 0.05, "step {step}");
        }
    }

    #[test]
    fn losses_shrink_or_grow_in_the_direction_of_the_difference() {
        let control = Sample { n: 500, mean: -10.0, variance: 4.0 };
        let better = Sample { n: 500, mean: -9.0, variance: 4.0 };
        let found = fieller(&better, &control, 0.05).unwrap();
        assert!(found.lift.unwrap() > 0.0 && found.interval.unwrap().lower > 0.0);
        let nothing = Sample { mean: 0.0, ..control };
        assert_eq!(fieller(&better, &nothing, 0.05).unwrap().interval, Err(Withheld::ZeroBaseline));
        assert_eq!(delta_lift(&better, &nothing), Err(Withheld::ZeroBaseline));
        assert!(matches!(
            fieller(&better, &Sample { mean: 0.01, ..control }, 0.05).unwrap().interval,
            Err(Withheld::UncertainBaseline { .. })
        ));
    }
}
