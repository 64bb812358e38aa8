//! Looking before the end: confidence sequences that hold at every look, the mixture sequential test, and planned looks.

use super::distribution::{normal_sf, normal_upper_quantile};
use super::effect::{Alternative, Effect, Interval, Test};
use super::numeric::{quadrature, root};
use super::special::normal_density;
use super::withheld::{Measured, Withheld, finite, level};

/// How much of the mixture's weight lies near the planned size `tuning` (customers of both arms), eq. 161 of Waudby-Smith et
/// al. 2023: ρ = √((-2 ln α + ln(1 - 2 ln α))/N*). Fixed for the run. One-sided sequences use 2 α.
fn mixture(alpha: f64, tuning: f64) -> Measured<f64> {
    let log = -2.0 * level(alpha)?.ln();
    if tuning > 0.0 { finite(((log + (log + 1.0).ln()) / tuning).sqrt()) } else { Err(Withheld::OutOfRange { value: tuning }) }
}

/// Half the width of the sequence per standard error; `units` are the customers of both arms so far.
fn width(units: f64, rho: f64, log: f64) -> f64 {
    let scale = units * rho * rho;
    (2.0 * (scale + 1.0) / scale * log).sqrt()
}

/// An asymptotic confidence sequence (Waudby-Smith et al. 2023): valid at every look, however often one looks.
///
/// Two-sided (eq. 9 and 155): half = se √(2(Nρ²+1)/(Nρ²) ln(√(Nρ²+1)/α)); p = min(1, √(Nρ²+1) exp(-ρ²S/(2(Nρ²+1)))) with
/// S = N d²/se². One-sided (eq. 134): ln(1 + √(Nρ²+1)/(2α)) with α doubled inside ρ; p is the level at which the sequence
/// touches zero with ρ kept, between 1e-5 and 0.4999 as in GrowthBook.
///
/// # Errors
/// A level or the tuning is out of range, or a one-sided alpha is 1/2 or more.
pub fn confidence_sequence(effect: &Effect, alternative: Alternative, alpha: f64, tuning: f64) -> Measured<Test> {
    let units = effect.units;
    let statistic = effect.estimate / effect.standard_error;
    match alternative {
        Alternative::Different => {
            let rho = mixture(alpha, tuning)?;
            let scale = units * rho * rho;
            let half = effect.standard_error * width(units, rho, (scale + 1.0).sqrt().ln() - alpha.ln());
            let evidence = scale * statistic * statistic / (2.0 * (scale + 1.0)) - 0.5 * scale.ln_1p();
            Ok(Test { statistic, p: (-evidence).exp().min(1.0), interval: Interval::around(effect.estimate, finite(half)?) })
        }
        Alternative::Greater => {
            let (half, p) = one_sided(effect, statistic, alpha, tuning)?;
            Ok(Test { statistic, p, interval: Interval { lower: effect.estimate - half, upper: f64::INFINITY } })
        }
        Alternative::Less => {
            let (half, p) = one_sided(effect, -statistic, alpha, tuning)?;
            Ok(Test { statistic, p, interval: Interval { lower: f64::NEG_INFINITY, upper: effect.estimate + half } })
        }
    }
}

/// `statistic` is positive in the direction of the alternative.
fn one_sided(effect: &Effect, statistic: f64, alpha: f64, tuning: f64) -> Measured<(f64, f64)> {
    let (rho, scale) = one_sided_mixture(effect, alpha, tuning)?;
    let half = width(effect.units, rho, (scale / (2.0 * alpha)).ln_1p());
    Ok((finite(half * effect.standard_error)?, touching(effect, statistic, (rho, scale), 0.0)))
}

fn one_sided_mixture(effect: &Effect, alpha: f64, tuning: f64) -> Measured<(f64, f64)> {
    if alpha >= 0.5 {
        return Err(Withheld::OutOfRange { value: alpha });
    }
    let rho = mixture(2.0 * alpha, tuning)?;
    Ok((rho, (effect.units * rho * rho + 1.0).sqrt()))
}

/// The level at which the one-sided sequence touches zero, by halving; it stops once the end of the interval is within
/// `resolution` of zero, in units of the effect (GrowthBook: 1e-6; 0 goes on to the last digit). [`confidence_sequence`] uses 0.
///
/// # Errors
/// As [`confidence_sequence`]; [`Alternative::Different`] has its p-value in closed form and none here.
pub fn touching_level(effect: &Effect, alternative: Alternative, alpha: f64, tuning: f64, resolution: f64) -> Measured<f64> {
    let statistic = effect.estimate / effect.standard_error;
    let towards = match alternative {
        Alternative::Greater => statistic,
        Alternative::Less => -statistic,
        Alternative::Different => return Err(Withheld::OutOfRange { value: alpha }),
    };
    Ok(touching(effect, towards, one_sided_mixture(effect, alpha, tuning)?, resolution))
}

fn touching(effect: &Effect, statistic: f64, (rho, scale): (f64, f64), resolution: f64) -> f64 {
    let (mut least, mut most) = (1e-5, 0.4999);
    let end = |level: f64| (statistic - width(effect.units, rho, (scale / (2.0 * level)).ln_1p())) * effect.standard_error;
    if end(least) > 0.0 {
        return least;
    }
    if end(most) < 0.0 {
        return most;
    }
    let mut level = f64::midpoint(least, most);
    for _ in 0..100 {
        let gap = end(level);
        if gap < 0.0 {
            least = level;
        } else {
            most = level;
        }
        level = f64::midpoint(least, most);
        if gap.abs() < resolution {
            break;
        }
    }
    level
}

/// One look of a running test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    pub difference: f64,
    pub standard_error: f64,
}

/// What the mixture test says at a look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixtureLook {
    /// The likelihood ratio Λ against no difference.
    pub ratio: f64,
    /// min over the looks so far of 1/Λ, at most 1: valid whenever one stops.
    pub p: f64,
}

/// The mixture sequential probability ratio test with a normal mixture of variance τ² (Johari, Koomen, Pekelis and Walsh 2017):
/// Λ = √(se²/(se²+τ²)) exp(d² τ²/(2 se² (se²+τ²))), p_n = min(p_{n-1}, 1/Λ).
///
/// # Errors
/// τ² is not positive, or a standard error is not ([`Withheld::NoVariation`]).
pub fn mixture_test(looks: &[Look], tau_squared: f64) -> Measured<Vec<MixtureLook>> {
    if !(tau_squared > 0.0 && tau_squared.is_finite()) {
        return Err(Withheld::OutOfRange { value: tau_squared });
    }
    let mut least = 1.0_f64;
    let mut found = Vec::with_capacity(looks.len());
    for look in looks {
        let own = look.standard_error * look.standard_error;
        if own.is_nan() || own <= 0.0 {
            return Err(Withheld::NoVariation);
        }
        let evidence = 0.5 * (own / (own + tau_squared)).ln() + look.difference.powi(2) * tau_squared / (2.0 * own * (own + tau_squared));
        least = least.min((-evidence).exp());
        found.push(MixtureLook { ratio: evidence.exp(), p: least });
    }
    Ok(found)
}

/// How the error level is spent over planned looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spending {
    /// Almost nothing early (Lan and DeMets 1983, O'Brien–Fleming type, half of alpha to each side): 4 - 4 Φ(z_{α/4}/√t).
    Late,
    /// About evenly (Pocock type): α ln(1 + (e - 1) t).
    Even,
}

impl Spending {
    /// The level spent up to the share `t` of the planned information.
    #[must_use]
    pub fn spent(self, alpha: f64, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        match self {
            Self::Late => 4.0 * normal_sf(normal_upper_quantile(alpha / 4.0) / t.min(1.0).sqrt()),
            Self::Even => alpha * ((std::f64::consts::E - 1.0) * t.min(1.0)).ln_1p(),
        }
    }
}

/// Two-sided boundaries for |z| at planned looks: the test may stop at look k when |z_k| exceeds the k-th value, and the chance
/// of ever stopping without an effect is alpha. `information` are the ascending shares of the planned sample at the looks, the
/// last usually 1. Armitage, McPherson and Rowe (1969) by recursive quadrature; Jennison and Turnbull 2000, chapter 19.
///
/// # Errors
/// No look, shares that do not ascend in 0..1, or a level out of range.
pub fn boundaries(information: &[f64], alpha: f64, spending: Spending) -> Measured<Vec<f64>> {
    let alpha = level(alpha)?;
    let (mut before, mut spent) = (0.0_f64, 0.0_f64);
    let mut found: Vec<f64> = Vec::with_capacity(information.len());
    // Score z√t at the last look, as quadrature points with the chance of still running and being there.
    let mut running: Vec<(f64, f64)> = Vec::new();
    for share in information {
        if !(*share > before && *share <= 1.0) {
            return Err(Withheld::OutOfRange { value: *share });
        }
        let spread = (share - before).sqrt();
        let goal = (spending.spent(alpha, *share) - spent).max(1e-300);
        let outside = |edge: f64| -> f64 {
            if running.is_empty() {
                return 2.0 * normal_sf(edge / spread);
            }
            running.iter().map(|(place, chance)| chance * (normal_sf((edge - place) / spread) + normal_sf((edge + place) / spread))).sum()
        };
        let edge = root(|edge| outside(edge).max(1e-320).ln() - goal.ln(), 0.0, 40.0)?;
        found.push(edge / share.sqrt());
        running = still_running(&running, edge, spread);
        spent += goal;
        before = *share;
    }
    if found.is_empty() { Err(Withheld::NoUnits) } else { Ok(found) }
}

/// The density of the score inside the boundary after a look, on fresh quadrature points.
fn still_running(running: &[(f64, f64)], edge: f64, spread: f64) -> Vec<(f64, f64)> {
    let density = |place: f64| -> f64 {
        if running.is_empty() {
            return normal_density(place / spread) / spread;
        }
        running.iter().map(|(from, chance)| chance * normal_density((place - from) / spread) / spread).sum()
    };
    // Beyond nine standard deviations there is nobody.
    let reach = edge.min(9.0);
    let panels = 12;
    let ends: Vec<f64> = (0..=panels).map(|at| -reach + 2.0 * reach * f64::from(at) / f64::from(panels)).collect();
    quadrature(&ends).into_iter().map(|(place, weight)| (place, weight * density(place))).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn planned_looks_reproduce_published_boundaries() {
        let looks = [0.2, 0.4, 0.6, 0.8, 1.0];
        // Lan-DeMets boundaries for five equal looks at 5 percent, as in the table of Reboussin et al. 2000.
        let late = boundaries(&looks, 0.05, Spending::Late).unwrap();
        for (found, published) in late.iter().zip([4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) {
            assert!((found - published).abs() < 2e-4, "{late:?}");
        }
        let even = boundaries(&looks, 0.05, Spending::Even).unwrap();
        for (found, published) in even.iter().zip([2.4380, 2.4268, 2.4101, 2.3966, 2.3859]) {
            assert!((found - published).abs() < 2e-3, "{even:?}");
        }
        let single = boundaries(&[1.0], 0.05, Spending::Late).unwrap();
        assert!((single.first().unwrap() - 1.959_963_984_540_054).abs() < 1e-9);
        assert!(boundaries(&[0.5, 0.4], 0.05, Spending::Late).is_err());
        assert_eq!(boundaries(&[], 0.05, Spending::Late), Err(Withheld::NoUnits));
    }

    #[test]
    fn a_confidence_sequence_is_wider_than_the_fixed_interval_and_agrees_with_its_p() {
        for step in 1..60 {
            let effect = Effect { estimate: f64::from(step) * 0.1, standard_error: 1.0, degrees: f64::INFINITY, units: 4000.0 };
            let test = confidence_sequence(&effect, Alternative::Different, 0.05, 5000.0).unwrap();
            assert!(test.interval.upper - effect.estimate > 1.96);
            assert_eq!(test.interval.excludes(0.0), test.p < 0.05, "{step}");
            let greater = confidence_sequence(&effect, Alternative::Greater, 0.05, 5000.0).unwrap();
            assert_eq!(greater.interval.excludes(0.0), greater.p < 0.05, "{step}");
        }
    }

    #[test]
    fn overwhelming_evidence_does_not_overflow() {
        let effect = Effect { estimate: 1e6, standard_error: 1.0, degrees: f64::INFINITY, units: 1e6 };
        assert_eq!(confidence_sequence(&effect, Alternative::Different, 0.05, 5000.0).unwrap().p, 0.0);
        let looks = mixture_test(&[Look { difference: 1e6, standard_error: 1.0 }], 1.0).unwrap();
        assert_eq!(looks.first().unwrap().p, 0.0);
        assert_eq!(mixture_test(&[Look { difference: 1.0, standard_error: 0.0 }], 1.0), Err(Withheld::NoVariation));
    }
}
