//! What another rule of choosing would have earned, from logged decisions and the chance with which each was made.

use super::moments::{Moments, mean};
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, paired};

/// Estimated value of the proposed rule, per decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OffPolicy {
    /// Inverse propensity score: mean of w r with w = proposed/logged chance.
    pub weighted: f64,
    /// Its standard error; withheld for a single decision.
    pub standard_error: Measured<f64>,
    /// Self-normalised: Σ w r / Σ w; withheld when the proposed rule never does what was logged.
    pub normalised: Measured<f64>,
    /// (Σ w)²/Σ w²: how many logged decisions really speak for the proposed rule; withheld when it never does what was logged.
    pub effective: Measured<f64>,
    /// Logged decisions.
    pub decisions: f64,
}

/// Inverse propensity estimates (Dudík, Langford and Li 2011; Saito et al. 2020).
///
/// # Errors
/// Lists of different length, nobody, or a logged chance that is not positive.
pub fn off_policy(reward: &[f64], logged: &[f64], proposed: &[f64]) -> Measured<OffPolicy> {
    paired(reward.len(), logged.len())?;
    paired(reward.len(), proposed.len())?;
    let weights = weights(logged, proposed)?;
    let products: Vec<f64> = weights.iter().zip(reward).map(|(weight, own)| weight * own).collect();
    let moments = Moments::of(&products);
    let (total, squares) = (sum(weights.iter().copied()), sum(weights.iter().map(|weight| weight * weight)));
    let never = Err(Withheld::PoorOverlap { effective: 0.0, need: 1.0 });
    Ok(OffPolicy {
        weighted: finite(mean(&products)?)?,
        standard_error: moments.sample().error_squared().and_then(|squared| finite(squared.sqrt())),
        normalised: if total > 0.0 { finite(sum(products) / total) } else { never },
        effective: if squares > 0.0 { finite(total * total / squares) } else { never },
        decisions: reward.len() as f64,
    })
}

fn weights(logged: &[f64], proposed: &[f64]) -> Measured<Vec<f64>> {
    let weight = |(before, now): (&f64, &f64)| {
        if *before > 0.0 && *before <= 1.0 && (0.0..=1.0).contains(now) {
            Ok(now / before)
        } else {
            Err(Withheld::OutOfRange { value: *before })
        }
    };
    logged.iter().zip(proposed).map(weight).collect()
}

impl OffPolicy {
    /// Whether the log speaks for the proposed rule at all: at least 100 effective decisions and one percent of them.
    ///
    /// # Errors
    /// [`Withheld::PoorOverlap`] otherwise.
    pub fn supported(&self) -> Measured<()> {
        let need = (self.decisions * 0.01).max(100.0);
        let effective = self.effective.unwrap_or(0.0);
        if effective < need { Err(Withheld::PoorOverlap { effective, need }) } else { Ok(()) }
    }
}

/// The value by a model alone: the mean of what it predicts for the proposed rule.
///
/// # Errors
/// Nobody.
pub fn direct_method(predicted: &[f64]) -> Measured<f64> {
    mean(predicted)
}

/// Doubly robust: the model's value plus the weighted error of its prediction for the logged action; right when either the
/// chances or the model are.
///
/// # Errors
/// As [`off_policy`].
pub fn doubly_robust(reward: &[f64], logged: &[f64], proposed: &[f64], predicted_logged: &[f64], predicted: &[f64]) -> Measured<f64> {
    for list in [logged, proposed, predicted_logged, predicted] {
        paired(reward.len(), list.len())?;
    }
    let weights = weights(logged, proposed)?;
    let corrected: Vec<f64> = weights
        .iter()
        .zip(reward.iter().zip(predicted_logged))
        .zip(predicted)
        .map(|((weight, (own, model)), value)| value + weight * (own - model))
        .collect();
    mean(&corrected)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_logged_rule_itself_has_the_plain_mean() {
        let logged = [0.5; 200];
        let reward: Vec<f64> = (0..200).map(|at| f64::from(at % 2)).collect();
        let found = off_policy(&reward, &logged, &logged).unwrap();
        assert_eq!(found.weighted, 0.5);
        assert_eq!(found.effective, Ok(200.0));
        assert!(found.supported().is_ok());
        let never = off_policy(&reward, &logged, &[0.0; 200]).unwrap();
        assert!(never.normalised.is_err() && never.effective.is_err());
        assert!(matches!(never.supported(), Err(Withheld::PoorOverlap { .. })));
        assert!(off_policy(&[1.0], &[0.0], &[1.0]).is_err());
        assert!(off_policy(&[], &[], &[]).is_err());
        let one = off_policy(&[1.0], &[0.5], &[0.4]).unwrap();
        assert_eq!((one.weighted, one.standard_error), (0.8, Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 })));
    }
}
