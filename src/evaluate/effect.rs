//! A difference of treatment minus control with its uncertainty, and the tests and intervals that follow from it.

use super::distribution::{student_cdf, student_sf, student_two_sided, student_upper_quantile};
use super::moments::Sample;
use super::withheld::{Measured, Withheld, finite, level};

/// Lower and upper end; an end may be infinite where the interval is one-sided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl Interval {
    /// `centre` with the same distance to both sides.
    #[must_use]
    pub fn around(centre: f64, half: f64) -> Self {
        Self { lower: centre - half, upper: centre + half }
    }

    /// Whether the value lies strictly outside.
    #[must_use]
    pub fn excludes(&self, value: f64) -> bool {
        value < self.lower || value > self.upper
    }

    /// Both ends times a factor; a negative factor swaps them.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let (a, b) = (self.lower * factor, self.upper * factor);
        Self { lower: a.min(b), upper: a.max(b) }
    }

    /// Both ends moved.
    #[must_use]
    pub fn moved(&self, by: f64) -> Self {
        Self { lower: self.lower + by, upper: self.upper + by }
    }

    /// The interval cut to a range that the quantity cannot leave.
    #[must_use]
    pub fn clipped(&self, lower: f64, upper: f64) -> Self {
        Self { lower: self.lower.clamp(lower, upper), upper: self.upper.clamp(lower, upper) }
    }
}

/// Whether a difference is in units of the metric or a share of the control mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    Absolute,
    /// Divided by |control mean|.
    Relative,
}

/// What a test is against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alternative {
    Different,
    /// Treatment greater than control.
    Greater,
    /// Treatment less than control.
    Less,
}

/// An estimated difference.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    pub estimate: f64,
    pub standard_error: f64,
    /// Degrees of freedom (Welch–Satterthwaite); infinite for a normal reference.
    pub degrees: f64,
    /// Customers of both arms.
    pub units: f64,
}

/// A test with its interval: the interval excludes the tested value exactly when `p < alpha`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    pub statistic: f64,
    pub p: f64,
    pub interval: Interval,
}

impl Effect {
    /// Test of no difference and the interval of level 1 - alpha; one-sided ones have one infinite end.
    ///
    /// # Errors
    /// `alpha` lies outside 0..1.
    pub fn test(&self, alternative: Alternative, alpha: f64) -> Measured<Test> {
        let alpha = level(alpha)?;
        let statistic = self.estimate / self.standard_error;
        let half = |tail: f64| finite(student_upper_quantile(tail, self.degrees) * self.standard_error);
        let (p, interval) = match alternative {
            Alternative::Different => (student_two_sided(statistic, self.degrees), Interval::around(self.estimate, half(alpha / 2.0)?)),
            Alternative::Greater => {
                let interval = Interval { lower: self.estimate - half(alpha)?, upper: f64::INFINITY };
                (student_sf(statistic, self.degrees), interval)
            }
            Alternative::Less => {
                let interval = Interval { lower: f64::NEG_INFINITY, upper: self.estimate + half(alpha)? };
                (student_cdf(statistic, self.degrees), interval)
            }
        };
        Ok(Test { statistic, p: finite(p)?, interval })
    }
}

/// Degrees of freedom of Welch and Satterthwaite for the difference of two means.
///
/// # Errors
/// An arm has no variance.
pub fn welch_degrees(treatment: &Sample, control: &Sample) -> Measured<f64> {
    let (t, c) = (treatment.error_squared()?, control.error_squared()?);
    // Divided by the sum first: variances of 1e200 must not overflow.
    let (share_t, share_c) = (t / (t + c), c / (t + c));
    Ok(1.0 / (share_t * share_t / (treatment.n as f64 - 1.0) + share_c * share_c / (control.n as f64 - 1.0)))
}

/// The difference of two means, unequal variances (Welch 1947): SE² = s_t²/n_t + s_c²/n_c.
///
/// # Errors
/// An arm has fewer than two customers, or no variation.
pub fn mean_difference(treatment: &Sample, control: &Sample) -> Measured<Effect> {
    treatment.usable()?;
    control.usable()?;
    let standard_error = finite((treatment.error_squared()? + control.error_squared()?).sqrt())?;
    Ok(Effect {
        estimate: finite(treatment.mean - control.mean)?,
        standard_error,
        degrees: welch_degrees(treatment, control)?,
        units: treatment.n as f64 + control.n as f64,
    })
}

/// The variance of A / B for independent means A, B, by the delta method: v_a/b² + v_b a²/b⁴ - 2 c a/b³.
///
/// # Errors
/// The denominator is zero.
pub fn ratio_variance(a: f64, variance_a: f64, b: f64, variance_b: f64, covariance: f64) -> Measured<f64> {
    if b == 0.0 {
        return Err(Withheld::ZeroDenominator);
    }
    let ratio = a / b;
    finite((variance_a + variance_b * ratio * ratio - 2.0 * covariance * ratio) / (b * b))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_excludes_zero_exactly_when_the_test_says_so() {
        for step in 0..200 {
            let treatment = Sample { n: 40, mean: f64::from(step) * 0.01, variance: 1.3 };
            let control = Sample { n: 17, mean: 0.0, variance: 2.0 };
            let effect = mean_difference(&treatment, &control).unwrap();
            for alternative in [Alternative::Different, Alternative::Greater, Alternative::Less] {
                let test = effect.test(alternative, 0.05).unwrap();
                assert_eq!(test.interval.excludes(0.0), test.p < 0.05, "{alternative:?} {step}");
            }
        }
    }

    #[test]
    fn constant_or_single_arms_are_withheld() {
        let fine = Sample { n: 9, mean: 1.0, variance: 1.0 };
        let withheld = |sample: Sample| mean_difference(&fine, &sample).unwrap_err();
        assert_eq!(withheld(Sample { n: 0, ..fine }), Withheld::NoUnits);
        assert_eq!(withheld(Sample { n: 1, ..fine }), Withheld::TooFewUnits { have: 1.0, need: 2.0 });
        assert_eq!(withheld(Sample { variance: 0.0, ..fine }), Withheld::NoVariation);
        assert_eq!(withheld(Sample { variance: f64::NAN, ..fine }), Withheld::NoVariation);
        assert!(mean_difference(&fine, &fine).unwrap().test(Alternative::Different, 0.0).is_err());
    }
}
