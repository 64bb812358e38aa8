//! Rates: intervals of one rate, and the difference of two.

use super::distribution::{beta_quantile, chi_square_sf, normal_sf, normal_upper_quantile};
use super::effect::Interval;
use super::numeric::root;
use super::special::ln_gamma;
use super::withheld::{Measured, Withheld, finite, level};

/// Responses among customers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    pub successes: f64,
    pub n: f64,
}

impl Rate {
    /// A rate of whole customers.
    #[must_use]
    pub fn new(successes: u64, n: u64) -> Self {
        Self { successes: successes as f64, n: n as f64 }
    }

    /// successes / n.
    ///
    /// # Errors
    /// Nobody, or more successes than customers.
    pub fn share(&self) -> Measured<f64> {
        if self.n == 0.0 {
            return Err(Withheld::NoUnits);
        }
        if !(self.n > 0.0 && self.successes >= 0.0 && self.successes <= self.n) {
            return Err(Withheld::OutOfRange { value: self.successes });
        }
        finite(self.successes / self.n)
    }
}

/// z of a two-sided interval.
fn critical(alpha: f64) -> Measured<f64> {
    Ok(normal_upper_quantile(level(alpha)? / 2.0))
}

/// Wilson's interval, the default: (x + z²/2)/(n + z²) ± z/(n + z²) √(x(n-x)/n + z²/4). Has width also at x = 0 and x = n
/// (Brown, Cai and DasGupta 2001).
///
/// # Errors
/// Nobody, or an argument out of range; so for every interval of this file.
pub fn wilson(rate: &Rate, alpha: f64) -> Measured<Interval> {
    let (p, z) = (rate.share()?, critical(alpha)?);
    let total = rate.n + z * z;
    let centre = (rate.successes + z * z / 2.0) / total;
    let half = z / total * (rate.n * p * (1.0 - p) + z * z / 4.0).sqrt();
    let found = Interval::around(centre, half).clipped(0.0, 1.0);
    // At the ends the formula is exactly 0 or 1; rounding must not move it.
    Ok(Interval {
        lower: if rate.successes == 0.0 { 0.0 } else { found.lower },
        upper: if rate.successes == rate.n { 1.0 } else { found.upper },
    })
}

/// Wald's interval p ± z √(p(1-p)/n), clipped; collapses to a point at 0 and n, kept for comparison only.
///
/// # Errors
/// As [`wilson`].
pub fn wald(rate: &Rate, alpha: f64) -> Measured<Interval> {
    let p = rate.share()?;
    Ok(Interval::around(p, critical(alpha)? * (p * (1.0 - p) / rate.n).sqrt()).clipped(0.0, 1.0))
}

/// Agresti and Coull (1998): Wald's interval with z²/2 successes and failures added, clipped.
///
/// # Errors
/// As [`wilson`].
pub fn agresti_coull(rate: &Rate, alpha: f64) -> Measured<Interval> {
    rate.share()?;
    let z = critical(alpha)?;
    let n = rate.n + z * z;
    let p = (rate.successes + z * z / 2.0) / n;
    Ok(Interval::around(p, z * (p * (1.0 - p) / n).sqrt()).clipped(0.0, 1.0))
}

/// Jeffreys' interval: quantiles of Beta(x + 1/2, n - x + 1/2).
///
/// # Errors
/// As [`wilson`].
pub fn jeffreys(rate: &Rate, alpha: f64) -> Measured<Interval> {
    rate.share()?;
    let (tail, a, b) = (level(alpha)? / 2.0, rate.successes + 0.5, rate.n - rate.successes + 0.5);
    Ok(Interval { lower: beta_quantile(tail, a, b), upper: 1.0 - beta_quantile(tail, b, a) })
}

/// Clopper and Pearson (1934): Beta quantiles (x, n - x + 1) and (x + 1, n - x); never covers less than asked.
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(rate: &Rate, alpha: f64) -> Measured<Interval> {
    rate.share()?;
    let (tail, x, n) = (level(alpha)? / 2.0, rate.successes, rate.n);
    let lower = if x == 0.0 { 0.0 } else { beta_quantile(tail, x, n - x + 1.0) };
    let upper = if x == n { 1.0 } else { 1.0 - beta_quantile(tail, n - x, x + 1.0) };
    Ok(Interval { lower, upper })
}

/// z of the pooled test, (p_t - p_c)/√(p(1-p)(1/n_t + 1/n_c)); also the square root of the score statistic of no difference.
///
/// # Errors
/// Nobody, or everybody or nobody responded in both arms ([`Withheld::NoVariation`]).
pub fn pooled_z(treatment: &Rate, control: &Rate) -> Measured<f64> {
    let difference = treatment.share()? - control.share()?;
    let pooled = (treatment.successes + control.successes) / (treatment.n + control.n);
    let variance = pooled * (1.0 - pooled) * (1.0 / treatment.n + 1.0 / control.n);
    if variance > 0.0 { finite(difference / variance.sqrt()) } else { Err(Withheld::NoVariation) }
}

/// The two-sided p-value of [`pooled_z`].
///
/// # Errors
/// As [`pooled_z`].
pub fn pooled_p(treatment: &Rate, control: &Rate) -> Measured<f64> {
    Ok(2.0 * normal_sf(pooled_z(treatment, control)?.abs()))
}

/// The score test of no difference as a chi-square with one degree of freedom (Farrington and Manning 1990 at zero).
///
/// # Errors
/// As [`pooled_z`].
pub fn score_p(treatment: &Rate, control: &Rate) -> Measured<f64> {
    Ok(chi_square_sf(pooled_z(treatment, control)?.powi(2), 1.0))
}

/// Wald's interval of the difference, not clipped.
///
/// # Errors
/// As [`wilson`].
pub fn difference_wald(treatment: &Rate, control: &Rate, alpha: f64) -> Measured<Interval> {
    let (t, c) = (treatment.share()?, control.share()?);
    let variance = t * (1.0 - t) / treatment.n + c * (1.0 - c) / control.n;
    Ok(Interval::around(t - c, critical(alpha)? * variance.sqrt()))
}

/// Newcombe's (1998) hybrid interval, the default: with Wilson's l, u of each arm,
/// d - √((p_t-l_t)² + (u_c-p_c)²) and d + √((u_t-p_t)² + (p_c-l_c)²). Works with no response at all.
///
/// # Errors
/// As [`wilson`].
pub fn difference_newcombe(treatment: &Rate, control: &Rate, alpha: f64) -> Measured<Interval> {
    let (t, c) = (treatment.share()?, control.share()?);
    let (own_t, own_c) = (wilson(treatment, alpha)?, wilson(control, alpha)?);
    let difference = t - c;
    Ok(Interval {
        lower: difference - (t - own_t.lower).hypot(own_c.upper - c),
        upper: difference + (own_t.upper - t).hypot(c - own_c.lower),
    }
    .clipped(-1.0, 1.0))
}

/// Agresti and Caffo (2000): Wald's interval after one success and one failure more in each arm. It can leave [-1, 1]; clip it when showing.
///
/// # Errors
/// As [`wilson`].
pub fn difference_agresti_caffo(treatment: &Rate, control: &Rate, alpha: f64) -> Measured<Interval> {
    treatment.share()?;
    control.share()?;
    let more = |rate: &Rate| Rate { successes: rate.successes + 1.0, n: rate.n + 2.0 };
    difference_wald(&more(treatment), &more(control), alpha)
}

/// The score interval (Mee 1984): the differences d that the test with rates restricted to p_t - p_c = d (Farrington and
/// Manning 1990) does not reject.
///
/// # Errors
/// As [`wilson`].
pub fn difference_score(treatment: &Rate, control: &Rate, alpha: f64) -> Measured<Interval> {
    let difference = treatment.share()? - control.share()?;
    let z = critical(alpha)?;
    let statistic = |d: f64| restricted_z(treatment, control, difference, d);
    let lower = if difference <= -1.0 { -1.0 } else { root(|d| statistic(d) - z, -1.0, difference).unwrap_or(-1.0) };
    let upper = if difference >= 1.0 { 1.0 } else { root(|d| statistic(d) + z, difference, 1.0).unwrap_or(1.0) };
    Ok(Interval { lower, upper })
}

fn restricted_z(treatment: &Rate, control: &Rate, observed: f64, d: f64) -> f64 {
    let base = restricted_control(treatment, control, d);
    let shifted = (base + d).clamp(0.0, 1.0);
    let variance = shifted * (1.0 - shifted) / treatment.n + base * (1.0 - base) / control.n;
    let gap = observed - d;
    if gap == 0.0 {
        0.0
    } else if variance > 0.0 {
        // Bounded, so that the root finder only ever sees numbers.
        (gap / variance.sqrt()).clamp(-1e9, 1e9)
    } else {
        1e9_f64.copysign(gap)
    }
}

/// The most likely control rate when the treatment rate is `d` higher: the log-likelihood is concave, so its slope has one root.
fn restricted_control(treatment: &Rate, control: &Rate, d: f64) -> f64 {
    let (mut lower, mut upper) = ((-d).max(0.0), (1.0 - d).min(1.0));
    let term = |count: f64, share: f64| if count == 0.0 { 0.0 } else { count / share.max(1e-300) };
    let slope = |p: f64| {
        term(treatment.successes, p + d) - term(treatment.n - treatment.successes, 1.0 - p - d) + term(control.successes, p)
            - term(control.n - control.successes, 1.0 - p)
    };
    for _ in 0..200 {
        let middle = f64::midpoint(lower, upper);
        if middle <= lower || middle >= upper {
            break;
        }
        if slope(middle) > 0.0 {
            lower = middle;
        } else {
            upper = middle;
        }
    }
    f64::midpoint(lower, upper)
}

/// The interval of the ratio of rates on the logarithm: exp(ln RR ± z √(1/x_t - 1/n_t + 1/x_c - 1/n_c)) (Katz et al. 1978).
///
/// # Errors
/// As [`wilson`]; also when an arm has no response ([`Withheld::NoResponses`]).
pub fn ratio_interval(treatment: &Rate, control: &Rate, alpha: f64) -> Measured<Interval> {
    let (t, c) = (treatment.share()?, control.share()?);
    if t == 0.0 || c == 0.0 {
        return Err(Withheld::NoResponses);
    }
    let part = |rate: &Rate| 1.0 / rate.successes - 1.0 / rate.n;
    let half = critical(alpha)? * (part(treatment) + part(control)).sqrt();
    let centre = (t / c).ln();
    Ok(Interval { lower: (centre - half).exp(), upper: (centre + half).exp() })
}

/// Fisher's exact two-sided p-value: the chance of all tables with the same margins that are no likelier than the seen one.
/// Whole counts only.
///
/// # Errors
/// As [`wilson`].
pub fn fisher_exact(treatment: &Rate, control: &Rate) -> Measured<f64> {
    treatment.share()?;
    control.share()?;
    let successes = treatment.successes + control.successes;
    let (first, last) = ((successes - control.n).max(0.0), successes.min(treatment.n));
    let total = treatment.n + control.n;
    let mode = (((treatment.n + 1.0) * (successes + 1.0)) / (total + 2.0)).floor().clamp(first, last);
    // ln of P(k + 1) / P(k) of the hypergeometric distribution.
    let step = |k: f64| ((successes - k) * (treatment.n - k)).ln() - ((k + 1.0) * (control.n - successes + k + 1.0)).ln();
    let seen = log_weight(treatment, control, treatment.successes) - log_weight(treatment, control, mode);
    let limit = seen + 1e-9;
    let (mut all, mut extreme) = (0.0_f64, 0.0_f64);
    let mut add = |log: f64| {
        all += log.exp();
        if log <= limit {
            // Relative to the seen table, so that tiny p-values keep their digits.
            extreme += (log - seen).exp();
        }
    };
    add(0.0);
    let (mut k, mut log) = (mode, 0.0);
    while k < last && log > seen.min(0.0) - 50.0 {
        log += step(k);
        k += 1.0;
        add(log);
    }
    (k, log) = (mode, 0.0);
    while k > first && log > seen.min(0.0) - 50.0 {
        k -= 1.0;
        log -= step(k);
        add(log);
    }
    finite((extreme / all * seen.exp()).min(1.0))
}

fn log_weight(treatment: &Rate, control: &Rate, k: f64) -> f64 {
    let choose = |n: f64, k: f64| ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    choose(treatment.n, k) + choose(control.n, treatment.successes + control.successes - k)
}

/// The p-value of the default decision and how it came about: the pooled test when every expected cell has at least 5, else Fisher's.
///
/// # Errors
/// As [`wilson`].
pub fn default_p(treatment: &Rate, control: &Rate) -> Measured<(f64, RateTest)> {
    treatment.share()?;
    control.share()?;
    let pooled = (treatment.successes + control.successes) / (treatment.n + control.n);
    let smallest = treatment.n.min(control.n) * pooled.min(1.0 - pooled);
    if smallest >= 5.0 {
        Ok((pooled_p(treatment, control)?, RateTest::Pooled))
    } else {
        Ok((fisher_exact(treatment, control)?, RateTest::Fisher))
    }
}

/// Which test of two rates was used; stated on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateTest {
    Pooled,
    Fisher,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nobody_and_everybody() {
        let (none, all) = (Rate::new(0, 40), Rate::new(40, 40));
        assert_eq!(wilson(&Rate::new(0, 0), 0.05), Err(Withheld::NoUnits));
        assert!(wilson(&Rate::new(5, 3), 0.05).is_err());
        assert_eq!(wilson(&none, 0.05).unwrap().lower, 0.0);
        assert_eq!(wilson(&all, 0.05).unwrap().upper, 1.0);
        assert_eq!(pooled_z(&none, &none), Err(Withheld::NoVariation));
        assert_eq!(pooled_z(&all, &all), Err(Withheld::NoVariation));
        assert_eq!(ratio_interval(&none, &all, 0.05), Err(Withheld::NoResponses));
        let both = difference_score(&none, &none, 0.05).unwrap();
        assert!(both.lower < 0.0 && both.upper > 0.0 && (both.lower + both.upper).abs() < 1e-12);
        assert_eq!(fisher_exact(&none, &none), Ok(1.0));
        assert_eq!(default_p(&Rate::new(1, 50), &Rate::new(0, 50)).unwrap().1, RateTest::Fisher);
        assert_eq!(difference_score(&all, &none, 0.05).unwrap().upper, 1.0);
    }

    #[test]
    fn the_score_interval_inverts_its_test() {
        let (t, c) = (Rate::new(130, 1000), Rate::new(100, 1000));
        let found = difference_score(&t, &c, pooled_p(&t, &c).unwrap()).unwrap();
        assert!(found.lower.abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn fisher_in_the_far_tail_and_by_symmetry() {
        // 1 / C(40, 20) twice: the two extreme tables.
        let p = fisher_exact(&Rate::new(20, 20), &Rate::new(0, 20)).unwrap();
        assert!((p / (2.0 / 137_846_528_820.0) - 1.0).abs() < 1e-9, "{p}");
        let far = fisher_exact(&Rate::new(900, 1000), &Rate::new(100, 1000)).unwrap();
        assert!(far > 0.0 && far < 1e-280, "{far}");
    }
}
