//! Retention: how long customers stay, with those who had not left by the end of observation counted for as long as they were seen.

use super::distribution::{chi_square_sf, normal_sf, normal_upper_quantile};
use super::effect::Interval;
use super::matrix::solve;
use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, level};

/// One customer's time and whether it ended with the event (leaving) or with the end of observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    pub duration: f64,
    pub ended: bool,
}

/// The curve at a time at which somebody left or dropped out of observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub time: f64,
    /// Under observation just before.
    pub at_risk: f64,
    pub events: f64,
    /// Share still there after this time.
    pub survival: f64,
    /// Greenwood's sum Σ d/(n(n-d)) so far; infinite once nobody is left.
    pub greenwood: f64,
    /// log(-log) interval; withheld before the first event.
    pub interval: Measured<Interval>,
}

/// A Kaplan–Meier curve (Kaplan and Meier 1958).
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    pub steps: Vec<Step>,
}

fn ascending(spells: &[Spell]) -> Measured<Vec<Spell>> {
    if spells.is_empty() {
        return Err(Withheld::NoUnits);
    }
    if let Some(spell) = spells.iter().find(|spell| !(spell.duration >= 0.0 && spell.duration.is_finite())) {
        return Err(Withheld::OutOfRange { value: spell.duration });
    }
    let mut sorted = spells.to_vec();
    sorted.sort_by(|left, right| left.duration.total_cmp(&right.duration));
    Ok(sorted)
}

/// S = Π (1 - d/n) with the interval exp(-exp(ln(-ln S) ± z √(Σ d/(n(n-d)))/ln S)). When everybody left, the interval is [0, 0].
///
/// # Errors
/// Nobody, a negative duration, or `alpha` out of range.
pub fn kaplan_meier(spells: &[Spell], alpha: f64) -> Measured<Curve> {
    let z = normal_upper_quantile(level(alpha)? / 2.0);
    let sorted = ascending(spells)?;
    let (mut at_risk, mut survival, mut greenwood) = (sorted.len() as f64, 1.0, 0.0);
    let mut steps = Vec::new();
    for group in sorted.chunk_by(|left, right| left.duration == right.duration) {
        let Some(first) = group.first() else { continue };
        let events = group.iter().filter(|spell| spell.ended).count() as f64;
        survival *= (at_risk - events) / at_risk;
        if events > 0.0 {
            greenwood += events / (at_risk * (at_risk - events));
        }
        steps.push(Step { time: first.duration, at_risk, events, survival, greenwood, interval: bounds(survival, greenwood, z) });
        at_risk -= group.len() as f64;
    }
    Ok(Curve { steps })
}

fn bounds(survival: f64, greenwood: f64, z: f64) -> Measured<Interval> {
    if survival >= 1.0 {
        return Err(Withheld::NoVariation);
    }
    if survival <= 0.0 {
        return Ok(Interval { lower: 0.0, upper: 0.0 });
    }
    let half = z * greenwood.sqrt() / survival.ln().abs();
    Ok(Interval { lower: survival.powf(half.exp()), upper: survival.powf((-half).exp()) })
}

/// How far a product of shares may stand above one half and still be it: rounding of the factors.
const ROUNDING: f64 = 1e-12;

impl Curve {
    /// The first time at which half or fewer are left.
    ///
    /// # Errors
    /// [`Withheld::NotReached`].
    pub fn median(&self) -> Measured<f64> {
        self.steps.iter().find(|step| step.survival <= 0.5 + ROUNDING).map(|step| step.time).ok_or(Withheld::NotReached)
    }

    /// Share still there at a time.
    ///
    /// # Errors
    /// After the end of observation while somebody was left.
    pub fn at(&self, time: f64) -> Measured<f64> {
        self.covers(time)?;
        Ok(self.steps.iter().take_while(|step| step.time <= time).last().map_or(1.0, |step| step.survival))
    }

    fn covers(&self, time: f64) -> Measured<()> {
        let Some(last) = self.steps.last() else { return Err(Withheld::NoUnits) };
        if time.is_nan() || time < 0.0 {
            Err(Withheld::OutOfRange { value: time })
        } else if time > last.time && last.survival > 0.0 {
            Err(Withheld::NotReached)
        } else {
            Ok(())
        }
    }

    /// Mean time kept within the horizon, the area under the curve, and its standard error
    /// (Σ over events of (area to the right)² d/(n(n-d)); Klein and Moeschberger 2003, 4.5).
    ///
    /// # Errors
    /// The horizon lies after the end of observation while somebody was left.
    pub fn restricted_mean(&self, horizon: f64) -> Measured<(f64, f64)> {
        self.covers(horizon)?;
        let within: Vec<&Step> = self.steps.iter().take_while(|step| step.time < horizon).collect();
        let mut right = 0.0;
        let mut variance = 0.0;
        let mut until = horizon;
        for step in within.iter().rev() {
            right += step.survival * (until - step.time);
            until = step.time;
            if step.events > 0.0 && step.at_risk > step.events {
                variance += right * right * step.events / (step.at_risk * (step.at_risk - step.events));
            }
        }
        Ok((finite(right + until)?, variance.sqrt()))
    }

    /// The part of the curve that rests on at least `least` customers; 20 for a page.
    #[must_use]
    pub fn shown(&self, least: f64) -> Vec<Step> {
        self.steps.iter().take_while(|step| step.at_risk >= least).copied().collect()
    }
}

/// The log-rank test of equal curves (Mantel 1966).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRank {
    pub chi_square: f64,
    /// One degree of freedom.
    pub p: f64,
    /// Events of the first group less those expected.
    pub excess: f64,
}

/// Compares two groups over their whole time.
///
/// # Errors
/// A group is empty, a duration negative, or no event at a time at which both groups were seen.
pub fn log_rank(first: &[Spell], second: &[Spell]) -> Measured<LogRank> {
    let (first, second) = (ascending(first)?, ascending(second)?);
    let mut all: Vec<(Spell, bool)> = first.iter().map(|spell| (*spell, true)).chain(second.iter().map(|spell| (*spell, false))).collect();
    all.sort_by(|left, right| left.0.duration.total_cmp(&right.0.duration));
    let (mut own, mut total) = (first.len() as f64, all.len() as f64);
    let (mut excess, mut variance) = (0.0, 0.0);
    for group in all.chunk_by(|left, right| left.0.duration == right.0.duration) {
        let events = group.iter().filter(|(spell, _)| spell.ended).count() as f64;
        let own_events = group.iter().filter(|(spell, mine)| spell.ended && *mine).count() as f64;
        excess += own_events - events * own / total;
        if total > 1.0 {
            variance += events * (own / total) * (1.0 - own / total) * (total - events) / (total - 1.0);
        }
        own -= group.iter().filter(|(_, mine)| *mine).count() as f64;
        total -= group.len() as f64;
    }
    if variance <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let chi_square = excess * excess / variance;
    Ok(LogRank { chi_square, p: chi_square_sf(chi_square, 1.0), excess })
}

/// The log-rank test of several groups at once: chi-square with groups - 1 degrees of freedom, from the vector of excess events
/// and its hypergeometric covariances. Returns chi-square and p.
///
/// # Errors
/// Fewer than two groups, a group that is empty, a negative duration, or events that do not tell the groups apart.
pub fn log_rank_groups(groups: &[Vec<Spell>]) -> Measured<(f64, f64)> {
    if groups.len() < 2 {
        return Err(Withheld::TooFewUnits { have: groups.len() as f64, need: 2.0 });
    }
    let mut all: Vec<(Spell, usize)> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        all.extend(ascending(group)?.into_iter().map(|spell| (spell, at)));
    }
    all.sort_by(|left, right| left.0.duration.total_cmp(&right.0.duration));
    let mut at_risk: Vec<f64> = groups.iter().map(|group| group.len() as f64).collect();
    let mut total = all.len() as f64;
    // The last group follows from the others.
    let free = groups.len() - 1;
    let mut excess = vec![0.0; free];
    let mut covariance = vec![vec![0.0; free]; free];
    for tied in all.chunk_by(|left, right| left.0.duration == right.0.duration) {
        let events = tied.iter().filter(|(spell, _)| spell.ended).count() as f64;
        let spread = if total > 1.0 { events * (total - events) / (total - 1.0) } else { 0.0 };
        let shares: Vec<f64> = at_risk.iter().map(|own| own / total).collect();
        for (at, ((gap, row), share)) in excess.iter_mut().zip(covariance.iter_mut()).zip(&shares).enumerate() {
            let own = tied.iter().filter(|(spell, group)| spell.ended && *group == at).count() as f64;
            *gap += own - events * share;
            for (other, (place, partner)) in row.iter_mut().zip(&shares).enumerate() {
                *place += spread * share * (f64::from(u8::from(at == other)) - partner);
            }
        }
        for (_, group) in tied {
            if let Some(own) = at_risk.get_mut(*group) {
                *own -= 1.0;
            }
        }
        total -= tied.len() as f64;
    }
    let column: Vec<Vec<f64>> = excess.iter().map(|gap| vec![*gap]).collect();
    let solved = solve(&covariance, &column).map_err(|_| Withheld::NoVariation)?;
    let chi_square = finite(sum(excess.iter().zip(solved.iter().flatten()).map(|(gap, weight)| gap * weight)))?;
    Ok((chi_square, chi_square_sf(chi_square, free as f64)))
}

/// How much longer the first group was kept within the horizon, a number a manager can read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeptLonger {
    pub difference: f64,
    pub standard_error: f64,
    pub interval: Interval,
    pub p: f64,
}

/// The difference of restricted means.
///
/// # Errors
/// As [`Curve::restricted_mean`]; also when neither curve varies within the horizon.
pub fn kept_longer(first: &Curve, second: &Curve, horizon: f64, alpha: f64) -> Measured<KeptLonger> {
    let ((a, error_a), (b, error_b)) = (first.restricted_mean(horizon)?, second.restricted_mean(horizon)?);
    let standard_error = error_a.hypot(error_b);
    if standard_error <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let z = normal_upper_quantile(level(alpha)? / 2.0);
    let difference = a - b;
    let interval = Interval::around(difference, z * standard_error);
    Ok(KeptLonger { difference, standard_error, interval, p: 2.0 * normal_sf((difference / standard_error).abs()) })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn spells(list: &[(f64, bool)]) -> Vec<Spell> {
        list.iter().map(|(duration, ended)| Spell { duration: *duration, ended: *ended }).collect()
    }

    #[test]
    fn nobody_left_and_everybody_left() {
        let stayed = kaplan_meier(&spells(&[(3.0, false), (5.0, false)]), 0.05).unwrap();
        assert_eq!(stayed.median(), Err(Withheld::NotReached));
        assert_eq!(stayed.steps.last().unwrap().interval, Err(Withheld::NoVariation));
        assert_eq!(stayed.restricted_mean(4.0), Ok((4.0, 0.0)));
        assert_eq!(stayed.restricted_mean(6.0), Err(Withheld::NotReached));
        let gone = kaplan_meier(&spells(&[(1.0, true), (2.0, true)]), 0.05).unwrap();
        assert_eq!(gone.median(), Ok(1.0));
        assert_eq!(gone.at(9.0), Ok(0.0));
        assert_eq!(gone.restricted_mean(10.0).unwrap().0, 1.5);
        assert!(kaplan_meier(&[], 0.05).is_err());
        assert!(kaplan_meier(&spells(&[(-1.0, true)]), 0.05).is_err());
        assert_eq!(log_rank(&spells(&[(1.0, false)]), &spells(&[(1.0, false)])), Err(Withheld::NoVariation));
        assert_eq!(gone.shown(2.0).len(), 1);
    }

    #[test]
    fn exactly_half_is_the_median_also_where_the_product_is_rounded_up() {
        // 14 customers; the rounded product is 0.5 and a few units of the last digit after the seventh has left.
        let durations = [1.0, 2.0, 3.0, 3.0, 5.0, 6.0, 7.0, 8.0, 8.0, 8.0, 8.0, 10.0, 11.0, 14.0];
        let ended = [true, true, true, true, true, true, true, true, false, true, false, false, false, true];
        let list: Vec<(f64, bool)> = durations.into_iter().zip(ended).collect();
        let curve = kaplan_meier(&spells(&list), 0.05).unwrap();
        assert!(curve.steps.iter().any(|step| step.time == 7.0 && step.survival > 0.5));
        assert_eq!(curve.median(), Ok(7.0));
    }

    #[test]
    fn equal_groups_do_not_differ() {
        let group = spells(&[(1.0, true), (2.0, true), (3.0, false), (4.0, true)]);
        assert!(log_rank(&group, &group).unwrap().chi_square < 1e-20);
        let other = spells(&[(1.0, true), (1.0, true), (2.0, true)]);
        let (two, many) = (log_rank(&group, &other).unwrap(), log_rank_groups(&[group.clone(), other]).unwrap());
        assert!((two.chi_square - many.0).abs() < 1e-12 && (two.p - many.1).abs() < 1e-12);
        assert!(log_rank_groups(std::slice::from_ref(&group)).is_err());
        let curve = kaplan_meier(&group, 0.05).unwrap();
        assert_eq!(kept_longer(&curve, &curve, 3.5, 0.05).unwrap().difference, 0.0);
    }
}
