//! Distribution functions and their inverses. Each upper tail is computed as such, never as one minus the lower one, so that
//! small p-values keep their digits. Arguments outside the range give "not a number"; callers check them first.
//!
//! Normal, gamma and chi-square: statrs. Student, F, beta and binomial: the incomplete beta of this room (`special`).

use super::numeric::{integral, root};
use super::special::{incomplete_beta, ln_beta_kernel, ln_gamma, normal_density, normal_upper};
use statrs::function::{erf, gamma};

/// Φ(x), the lower tail of the standard normal distribution.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    normal_upper(-x)
}

/// 1 - Φ(x).
#[must_use]
pub fn normal_sf(x: f64) -> f64 {
    normal_upper(x)
}

/// The value below which a share `p` of the standard normal distribution lies (statrs, then one Newton step).
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return if p <= 1.0 { -normal_quantile_low(1.0 - p) } else { f64::NAN };
    }
    if p >= 0.0 { normal_quantile_low(p) } else { f64::NAN }
}

/// The same for the upper tail: the value above which a share `p` lies, exact for tiny `p`.
#[must_use]
pub fn normal_upper_quantile(p: f64) -> f64 {
    -normal_quantile(p)
}

fn normal_quantile_low(p: f64) -> f64 {
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let first = -std::f64::consts::SQRT_2 * erf::erfc_inv(2.0 * p);
    if !first.is_finite() {
        return root(|x| normal_upper(-x).ln() - p.ln(), -40.0, 0.0).unwrap_or(f64::NAN);
    }
    let density = normal_density(first);
    if density > 0.0 { first - (normal_upper(-first) - p) / density } else { first }
}

/// Lower and upper tail of Student's distribution with `df` > 0 degrees of freedom.
#[must_use]
pub fn student_tails(t: f64, df: f64) -> (f64, f64) {
    if df.is_infinite() {
        return (normal_cdf(t), normal_sf(t));
    }
    if t.is_infinite() {
        return if t > 0.0 { (1.0, 0.0) } else { (0.0, 1.0) };
    }
    if df > 1e6 {
        let z = nearly_normal(t.abs(), df);
        let (small, large) = (normal_upper(z), normal_upper(-z));
        return if t > 0.0 { (large, small) } else { (small, large) };
    }
    // Scaled so that neither square overflows.
    let (x, y) = if t * t <= df {
        (t * t / df / (1.0 + t * t / df), 1.0 / (1.0 + t * t / df))
    } else {
        (1.0 / (1.0 + df / t / t), df / t / t / (1.0 + df / t / t))
    };
    let (inner, outer) = incomplete_beta(0.5, df / 2.0, x, y);
    let (small, large) = (0.5 * outer, 0.5 + 0.5 * inner);
    if t > 0.0 { (large, small) } else { (small, large) }
}

/// The normal deviate with the tail of `t`, by Hill's (1970) expansion; its error falls with the fourth power of `df`. The
/// incomplete beta loses digits there, because one of its arguments is nearly one.
fn nearly_normal(t: f64, df: f64) -> f64 {
    let a = df - 0.5;
    let b = 48.0 * a * a;
    let square = a * (t * t / df).ln_1p();
    let correction = (((-0.4 * square - 3.3) * square - 24.0) * square - 85.5) / (0.8 * square * square + 100.0 + b) + square + 3.0;
    square.sqrt() * (1.0 + correction / b)
}

/// Lower tail of Student's distribution.
#[must_use]
pub fn student_cdf(t: f64, df: f64) -> f64 {
    student_tails(t, df).0
}

/// Upper tail of Student's distribution.
#[must_use]
pub fn student_sf(t: f64, df: f64) -> f64 {
    student_tails(t, df).1
}

/// The two-sided p-value of a statistic `t`.
#[must_use]
pub fn student_two_sided(t: f64, df: f64) -> f64 {
    (2.0 * student_sf(t.abs(), df)).min(1.0)
}

/// The value below which a share `p` of Student's distribution lies.
#[must_use]
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if !(df > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p > 0.5 {
        return student_upper_quantile(1.0 - p, df);
    }
    -student_upper_quantile(p, df)
}

/// The value above which a share `p` of Student's distribution lies, exact for tiny `p`.
#[must_use]
pub fn student_upper_quantile(p: f64, df: f64) -> f64 {
    if p.is_nan() || df.is_nan() || df <= 0.0 || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -student_upper_quantile(1.0 - p, df);
    }
    if p == 0.5 {
        return 0.0;
    }
    if p == 0.0 {
        return f64::INFINITY;
    }
    let goal = p.ln();
    let gap = |t: f64| student_sf(t, df).max(f64::MIN_POSITIVE).ln() - goal;
    let mut upper = normal_upper_quantile(p).max(1.0);
    while gap(upper) > 0.0 && upper < 1e300 {
        upper *= 2.0;
    }
    root(gap, 0.0, upper).unwrap_or(f64::NAN)
}

/// Lower tail of the gamma distribution with the given shape and scale 1 (statrs).
#[must_use]
pub fn gamma_cdf(x: f64, shape: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { gamma::checked_gamma_lr(shape, x).unwrap_or(f64::NAN) }
}

/// Upper tail of the gamma distribution with the given shape and scale 1 (statrs).
#[must_use]
pub fn gamma_sf(x: f64, shape: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { gamma::checked_gamma_ur(shape, x).unwrap_or(f64::NAN) }
}

/// The value below which a share `p` of the gamma distribution lies.
#[must_use]
pub fn gamma_quantile(p: f64, shape: f64) -> f64 {
    if !(shape > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    let tail = |x: f64| {
        if p <= 0.5 {
            gamma_cdf(x, shape).max(f64::MIN_POSITIVE).ln() - p.ln()
        } else {
            (1.0 - p).ln() - gamma_sf(x, shape).max(f64::MIN_POSITIVE).ln()
        }
    };
    let mut upper = shape.max(1.0);
    while tail(upper) < 0.0 && upper < 1e300 {
        upper *= 2.0;
    }
    // On the scale of logarithms, so that tiny quantiles keep their digits.
    root(|log| tail(log.exp()), -745.0, upper.ln()).map_or(f64::NAN, f64::exp)
}

/// Lower tail of the chi-square distribution.
#[must_use]
pub fn chi_square_cdf(x: f64, df: f64) -> f64 {
    gamma_cdf(x / 2.0, df / 2.0)
}

/// Upper tail of the chi-square distribution.
#[must_use]
pub fn chi_square_sf(x: f64, df: f64) -> f64 {
    gamma_sf(x / 2.0, df / 2.0)
}

/// The value below which a share `p` of the chi-square distribution lies.
#[must_use]
pub fn chi_square_quantile(p: f64, df: f64) -> f64 {
    2.0 * gamma_quantile(p, df / 2.0)
}

/// Lower and upper tail of the F distribution.
#[must_use]
pub fn f_tails(x: f64, above: f64, below: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    let ratio = above * x / below;
    if ratio.is_infinite() {
        return (1.0, 0.0);
    }
    incomplete_beta(above / 2.0, below / 2.0, ratio / (1.0 + ratio), 1.0 / (1.0 + ratio))
}

/// Lower and upper tail of the beta distribution.
#[must_use]
pub fn beta_tails(x: f64, a: f64, b: f64) -> (f64, f64) {
    if x <= 0.0 {
        (0.0, 1.0)
    } else if x >= 1.0 {
        (1.0, 0.0)
    } else {
        incomplete_beta(a, b, x, 1.0 - x)
    }
}

/// ln(x / (1 - x)) of the value below which a share `p` of the beta distribution lies; the scale keeps digits at both ends.
#[must_use]
pub fn beta_quantile_logit(p: f64, a: f64, b: f64) -> f64 {
    // Beyond, e^-x can no longer be stored with all its digits.
    const LEAST: f64 = 700.0;
    let gap = |logit: f64| {
        let (lower, upper) = incomplete_beta(a, b, 1.0 / (1.0 + (-logit).exp()), 1.0 / (1.0 + logit.exp()));
        if p <= 0.5 { lower.max(f64::MIN_POSITIVE).ln() - p.ln() } else { (1.0 - p).ln() - upper.max(f64::MIN_POSITIVE).ln() }
    };
    if gap(-LEAST) >= 0.0 {
        return -LEAST;
    }
    if gap(LEAST) <= 0.0 { LEAST } else { root(gap, -LEAST, LEAST).unwrap_or(f64::NAN) }
}

/// The value below which a share `p` of the beta distribution lies.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&p)) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return p;
    }
    1.0 / (1.0 + (-beta_quantile_logit(p, a, b)).exp())
}

/// Lower tail P(X <= k) and upper tail P(X > k) of the binomial distribution.
#[must_use]
pub fn binomial_tails(k: f64, n: f64, p: f64) -> (f64, f64) {
    let k = k.floor();
    if k < 0.0 {
        (0.0, 1.0)
    } else if k >= n {
        (1.0, 0.0)
    } else {
        let (lower, upper) = incomplete_beta(k + 1.0, n - k, p, 1.0 - p);
        (upper, lower)
    }
}

/// P(X = k) of the binomial distribution.
#[must_use]
pub fn binomial_mass(k: f64, n: f64, p: f64) -> f64 {
    if k < 0.0 || k > n || k.fract() != 0.0 {
        return 0.0;
    }
    if p == 0.0 || p == 1.0 {
        return if (k == 0.0 && p == 0.0) || (k == n && p == 1.0) { 1.0 } else { 0.0 };
    }
    // 1 / B(k + 1, n - k + 1) = (n + 1) C(n, k).
    (ln_beta_kernel(k + 1.0, n - k + 1.0, p, 1.0 - p) - (n + 1.0).ln() - p.ln() - (-p).ln_1p()).exp()
}

/// Upper tail P(T > t) of the noncentral Student distribution: the normal tail averaged over the spread,
/// ∫ Φ(ncp - t s) f(s) ds with f the density of chi/√df.
#[must_use]
pub fn noncentral_student_sf(t: f64, df: f64, noncentrality: f64) -> f64 {
    let density = |s: f64| (df / 2.0 * (df / 2.0).ln() - ln_gamma(df / 2.0) + (df - 1.0) * s.ln() - df * s * s / 2.0).exp() * 2.0;
    let at = |p: f64| (chi_square_quantile(p, df) / df).sqrt();
    let mut ends: Vec<f64> = [1e-18, 1e-14, 1e-10, 1e-7, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999].map(at).to_vec();
    let last = ends.last().copied().unwrap_or(1.0);
    let width = 1.0 / (2.0 * df).sqrt();
    ends.extend((1..=6).map(|step| last + width * f64::from(step)));
    ends.insert(0, 0.0);
    integral(&ends, |s| if s > 0.0 { normal_upper(t * s - noncentrality) * density(s) } else { 0.0 })
}
