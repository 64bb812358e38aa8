//! Bayesian wording of a result: a chance to win and what a wrong choice would cost. Shown beside the interval, not instead of it.

use super::distribution::{normal_cdf, normal_sf, normal_upper_quantile};
use super::effect::{Effect, Interval, Scale};
use super::special::normal_excess;
use super::withheld::{Measured, Withheld, finite, level};

/// What was believed about the relative effect before: normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    pub mean: f64,
    pub deviation: f64,
}

/// The belief after the data: normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    pub mean: f64,
    pub deviation: f64,
    pub interval: Interval,
    /// The chance that the treatment's metric is higher.
    pub chance_higher: f64,
    /// The expected loss of keeping control: E[max(0, effect)].
    pub risk_of_control: f64,
    /// The expected loss of choosing the treatment: E[max(0, -effect)] = s φ(m/s) - m Φ(-m/s).
    pub risk_of_treatment: f64,
}

/// Precision-weighted posterior of an effect. Without a prior (improper) it is the estimate itself. The prior is on the
/// relative effect; for an absolute effect it is rescaled by |control mean| (GrowthBook, gbstats).
///
/// # Errors
/// The prior's deviation is not positive, or the control mean is zero where it is needed, or `alpha` is out of range.
pub fn posterior(effect: &Effect, prior: Option<Prior>, scale: Scale, control_mean: f64, alpha: f64) -> Measured<Posterior> {
    let z = normal_upper_quantile(level(alpha)? / 2.0);
    let own = effect.standard_error * effect.standard_error;
    let (mean, deviation) = match prior {
        None => (effect.estimate, effect.standard_error),
        Some(prior) => {
            let unit = match scale {
                Scale::Relative => 1.0,
                Scale::Absolute if control_mean == 0.0 => return Err(Withheld::ZeroBaseline),
                Scale::Absolute => control_mean.abs(),
            };
            let believed = (prior.deviation * unit).powi(2);
            if !(prior.deviation > 0.0 && believed > 0.0) {
                return Err(Withheld::OutOfRange { value: prior.deviation });
            }
            let precision = 1.0 / own + 1.0 / believed;
            ((effect.estimate / own + prior.mean * unit / believed) / precision, (1.0 / precision).sqrt())
        }
    };
    let place = finite(mean / deviation)?;
    Ok(Posterior {
        mean,
        deviation,
        interval: Interval::around(mean, z * deviation),
        chance_higher: if place > 0.0 { normal_cdf(place) } else { normal_sf(-place) },
        risk_of_control: deviation * normal_excess(-place),
        risk_of_treatment: deviation * normal_excess(place),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_two_risks_differ_by_the_mean_also_far_out() {
        for place in [-40.0, -9.0, -1.0, 0.0, 0.3, 7.4, 35.0] {
            let effect = Effect { estimate: place, standard_error: 1.0, degrees: f64::INFINITY, units: 10.0 };
            let found = posterior(&effect, None, Scale::Relative, 1.0, 0.05).unwrap();
            assert!((found.risk_of_control - found.risk_of_treatment - place).abs() < 1e-12 * place.abs().max(1.0), "{place}");
            assert!(found.risk_of_treatment > 0.0 || place > 38.0);
        }
        let effect = Effect { estimate: 1.0, standard_error: 1.0, degrees: 9.0, units: 10.0 };
        let prior = Some(Prior { mean: 0.0, deviation: 0.3 });
        assert_eq!(posterior(&effect, prior, Scale::Absolute, 0.0, 0.05), Err(Withheld::ZeroBaseline));
        assert!(posterior(&effect, Some(Prior { mean: 0.0, deviation: 0.0 }), Scale::Relative, 1.0, 0.05).is_err());
    }
}
