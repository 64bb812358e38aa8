//! Several tests at once. A withheld test is `None`: it stays withheld and does not count in the family.

use super::distribution::normal_upper_quantile;
use super::effect::Interval;
use super::withheld::{Measured, Withheld, level};

/// p-values with withheld ones among them, in the order of the tests.
pub type Family = Vec<Option<f64>>;

fn counted(p: &[Option<f64>]) -> usize {
    p.iter().filter(|value| value.is_some()).count()
}

fn each(p: &[Option<f64>], adjust: impl Fn(f64) -> f64) -> Family {
    p.iter().map(|value| value.map(|own| adjust(own).clamp(0.0, 1.0))).collect()
}

/// The places of the known p-values, smallest first; equal ones keep their order.
fn ascending(p: &[Option<f64>]) -> Vec<(usize, f64)> {
    let mut order: Vec<(usize, f64)> = p.iter().enumerate().filter_map(|(at, value)| value.map(|own| (at, own))).collect();
    order.sort_by(|left, right| left.1.total_cmp(&right.1));
    order
}

fn placed(p: &[Option<f64>], adjusted: impl IntoIterator<Item = (usize, f64)>) -> Family {
    let mut found: Family = vec![None; p.len()];
    for (at, value) in adjusted {
        if let Some(place) = found.get_mut(at) {
            *place = Some(value.clamp(0.0, 1.0));
        }
    }
    found
}

/// Bonferroni: m p.
#[must_use]
pub fn bonferroni(p: &[Option<f64>]) -> Family {
    let tests = counted(p) as f64;
    each(p, |own| own * tests)
}

/// Šidák: 1 - (1 - p)^m.
#[must_use]
pub fn sidak(p: &[Option<f64>]) -> Family {
    let tests = counted(p) as f64;
    each(p, |own| -((-own).ln_1p() * tests).exp_m1())
}

/// Holm (1979): sorted ascending, the running maximum of (m - i + 1) p_i.
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Family {
    let order = ascending(p);
    let tests = order.len();
    let mut highest = 0.0_f64;
    placed(
        p,
        order.into_iter().enumerate().map(|(rank, (at, own))| {
            highest = highest.max(own * (tests - rank) as f64);
            (at, highest)
        }),
    )
}

/// Benjamini and Hochberg (1995): sorted descending, the running minimum of p_i m / i. For exploratory segments, labelled as such.
#[must_use]
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Family {
    stepped_up(p, 1.0)
}

/// Benjamini and Yekutieli (2001): the same times Σ 1/i; holds under any dependence.
#[must_use]
pub fn benjamini_yekutieli(p: &[Option<f64>]) -> Family {
    stepped_up(p, (1..=counted(p)).map(|rank| 1.0 / rank as f64).sum())
}

fn stepped_up(p: &[Option<f64>], factor: f64) -> Family {
    let order = ascending(p);
    let tests = order.len() as f64;
    let mut least = 1.0_f64;
    placed(
        p,
        order.into_iter().enumerate().rev().map(|(rank, (at, own))| {
            least = least.min(own * factor * tests / (rank as f64 + 1.0));
            (at, least)
        }),
    )
}

/// The default of a strategy: the primary goal is tested alone at alpha; the others by Holm, and none of them may be called
/// established before the primary one is (serial gatekeeping: Westfall and Krishen 2001). A withheld primary goal closes the gate.
#[must_use]
pub fn gatekeeping(primary: Option<f64>, others: &[Option<f64>]) -> Family {
    let gate = primary.unwrap_or(1.0);
    holm(others).into_iter().map(|value| value.map(|own| own.max(gate))).collect()
}

/// The interval that belongs to an adjusted p-value: the deviation is backed out of it, never narrower than the raw interval,
/// without ends when the adjusted p-value is 1 (GrowthBook). Prefer [`family_alpha`] where the page has room for one interval only.
///
/// # Errors
/// The adjusted p-value is not a number or below zero, or `alpha` out of range.
pub fn adjusted_interval(estimate: f64, raw: Interval, p_adjusted: f64, alpha: f64) -> Measured<Interval> {
    let alpha = level(alpha)?;
    if p_adjusted.is_nan() || p_adjusted < 0.0 {
        return Err(Withheld::OutOfRange { value: p_adjusted });
    }
    if p_adjusted >= 1.0 {
        return Ok(Interval { lower: f64::NEG_INFINITY, upper: f64::INFINITY });
    }
    let deviation = estimate.abs() / normal_upper_quantile(p_adjusted / 2.0);
    let wide = Interval::around(estimate, deviation * normal_upper_quantile(alpha / 2.0));
    Ok(if wide.upper - wide.lower < raw.upper - raw.lower { raw } else { wide })
}

/// The level of each interval such that all of a family cover together (Bonferroni).
#[must_use]
pub fn family_alpha(alpha: f64, tests: usize) -> f64 {
    alpha / tests.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn withheld_tests_do_not_count() {
        assert_eq!(holm(&[Some(0.01), None, Some(0.04)]), [Some(0.02), None, Some(0.04)]);
        assert_eq!(benjamini_hochberg(&[None, Some(0.3)]), [None, Some(0.3)]);
        assert_eq!(bonferroni(&[]), []);
        assert_eq!(sidak(&[None]), [None]);
    }

    #[test]
    fn an_interval_needs_its_adjusted_chance() {
        let raw = Interval { lower: 0.02, upper: 0.18 };
        assert!(adjusted_interval(0.1, raw, f64::NAN, 0.05).is_err());
        assert_eq!(adjusted_interval(0.1, raw, 0.0, 0.05), Ok(raw));
        assert_eq!(adjusted_interval(0.1, raw, 1.0, 0.05), Ok(Interval { lower: f64::NEG_INFINITY, upper: f64::INFINITY }));
    }

    #[test]
    fn nothing_passes_before_the_primary_goal() {
        assert_eq!(gatekeeping(Some(0.2), &[Some(0.001), Some(0.5)]), [Some(0.2), Some(0.5)]);
        assert_eq!(gatekeeping(Some(0.01), &[Some(0.02), None]), [Some(0.02), None]);
        assert_eq!(gatekeeping(None, &[Some(0.001)]), [Some(1.0)]);
    }
}
