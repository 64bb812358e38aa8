//! Guardrails: what must not get worse by more than a margin.

use super::distribution::{student_cdf, student_sf, student_upper_quantile};
use super::effect::{Effect, Interval};
use super::withheld::{Measured, Withheld, finite, level};

/// Where a guardrail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuardState {
    /// The one-sided bound lies inside the margin.
    Safe,
    /// The whole interval lies beyond the margin, on the worse side.
    Breached,
    /// Neither: too few customers to say, never "safe".
    Unproven,
}

/// A guardrail's test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard {
    pub t: f64,
    /// One-sided p-value against "worse than the margin".
    pub p: f64,
    /// One-sided bounds of level 1 - alpha on both sides, in the direction in which higher is better.
    pub good: Interval,
    pub state: GuardState,
}

/// Non-inferiority by a margin δ > 0 of a difference treatment - control: t = (d + δ)/se when higher is better,
/// (d - δ)/se when lower is.
///
/// # Errors
/// The margin is negative or `alpha` out of range.
pub fn non_inferiority(effect: &Effect, margin: f64, higher_is_better: bool, alpha: f64) -> Measured<Guard> {
    if !(margin >= 0.0 && margin.is_finite()) {
        return Err(Withheld::OutOfRange { value: margin });
    }
    let half = finite(student_upper_quantile(level(alpha)?, effect.degrees) * effect.standard_error)?;
    let (t, p, good) = if higher_is_better {
        let t = (effect.estimate + margin) / effect.standard_error;
        (t, student_sf(t, effect.degrees), Interval::around(effect.estimate, half))
    } else {
        let t = (effect.estimate - margin) / effect.standard_error;
        (t, student_cdf(t, effect.degrees), Interval::around(-effect.estimate, half))
    };
    let state = if p < alpha {
        GuardState::Safe
    } else if good.upper < -margin {
        GuardState::Breached
    } else {
        GuardState::Unproven
    };
    Ok(Guard { t, p: finite(p)?, good, state })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_underpowered_guardrail_is_unproven() {
        let effect = |estimate: f64, standard_error: f64| Effect { estimate, standard_error, degrees: 1e4, units: 1e4 };
        let state = |estimate: f64, error: f64, higher: bool| non_inferiority(&effect(estimate, error), 1.0, higher, 0.05).unwrap().state;
        assert_eq!(state(0.0, 5.0, true), GuardState::Unproven);
        assert_eq!(state(0.0, 0.1, true), GuardState::Safe);
        assert_eq!(state(-3.0, 0.1, true), GuardState::Breached);
        assert_eq!(state(3.0, 0.1, false), GuardState::Breached);
        assert_eq!(state(-3.0, 0.1, false), GuardState::Safe);
        assert!(non_inferiority(&effect(0.0, 1.0), -1.0, true, 0.05).is_err());
    }
}
