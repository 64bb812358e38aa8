//! Special functions that statrs lacks or has only for moderate arguments: statrs 0.19 stops the continued fraction of the
//! incomplete beta after 140 terms (too few from about 10,000 customers on) and returns `1 - small` in the upper tail.

use statrs::function::gamma::ln_gamma as statrs_ln_gamma;
use std::f64::consts::PI;

/// ζ(k) - 1 for k = 2, 3, … (DLMF 25.2.1), as far as (1/2)^k of it can be told from zero.
const ZETA_LESS_ONE: [f64; 25] = [
    0.644_934_066_848_226_4,
    0.202_056_903_159_594_3,
    0.082_323_233_711_138_19,
    0.036_927_755_143_369_93,
    0.017_343_061_984_449_14,
    0.008_349_277_381_922_827,
    0.004_077_356_197_944_34,
    0.002_008_392_826_082_214_3,
    0.000_994_575_127_818_085_3,
    0.000_494_188_604_119_464_5,
    0.000_246_086_553_308_048_3,
    0.000_122_713_347_578_489_15,
    6.124_813_505_870_483e-5,
    3.058_823_630_702_049e-5,
    1.528_225_940_865_187e-5,
    7.637_197_637_899_763e-6,
    3.817_293_264_999_84e-6,
    1.908_212_716_553_939e-6,
    9.539_620_338_727_962e-7,
    4.769_329_867_878_064e-7,
    2.384_505_027_277_33e-7,
    1.192_199_259_653_110_7e-7,
    5.960_818_905_125_948e-8,
    2.980_350_351_465_228e-8,
    1.490_155_482_836_504_3e-8,
];
/// 1 - γ, with Euler's constant γ.
const ONE_LESS_EULER: f64 = 0.422_784_335_098_467_14;

/// ln Γ(z) for z > 0 (statrs, Lanczos); around its zeros at 1 and 2, where that keeps no relative accuracy, by its series there.
#[must_use]
pub fn ln_gamma(z: f64) -> f64 {
    if (z - 1.0).abs() < 0.5 {
        ln_gamma_after_two(z - 1.0) - (z - 1.0).ln_1p()
    } else if (z - 2.0).abs() <= 0.5 {
        ln_gamma_after_two(z - 2.0)
    } else {
        statrs_ln_gamma(z)
    }
}

/// ln Γ(2 + x) = (1 - γ) x + Σ (-1)^k (ζ(k) - 1) x^k/k over k >= 2, for |x| <= 1/2 (DLMF 5.7.3).
fn ln_gamma_after_two(x: f64) -> f64 {
    let series = ZETA_LESS_ONE.iter().enumerate().rev().fold(0.0, |rest, (at, zeta)| zeta / (at as f64 + 2.0) - x * rest);
    x * (ONE_LESS_EULER + x * series)
}

/// What Stirling's formula misses: ln Γ(z) - (z - 1/2) ln z + z - ln(2π)/2, for z > 0 (Abramowitz and Stegun 6.1.41).
fn stirling_error(z: f64) -> f64 {
    if z < 10.0 {
        return ln_gamma(z) - (z - 0.5) * z.ln() + z - 0.5 * (2.0 * PI).ln();
    }
    let square = 1.0 / (z * z);
    let series = 1.0 / 1188.0 - square * 691.0 / 360_360.0;
    let series = 1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square * series)));
    series / z
}

/// x ln(x/m) + m - x without cancellation near x = m (Loader 2000, the deviance term of the saddle-point expansion).
fn deviance(x: f64, m: f64) -> f64 {
    if x == 0.0 {
        return m;
    }
    let relative = (x - m) / (x + m);
    if relative.abs() >= 0.1 {
        return x * (x / m).ln() + m - x;
    }
    let mut total = (x - m) * relative;
    let mut term = 2.0 * x * relative;
    for odd in (3..60).step_by(2) {
        term *= relative * relative;
        let next = total + term / f64::from(odd);
        if next == total {
            break;
        }
        total = next;
    }
    total
}

/// ln of x^a y^b / B(a, b) where y = 1 - x is given apart, so that neither tail loses digits. Needs a, b > 0.
#[must_use]
pub fn ln_beta_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let scale = 0.5 * (a / n * b / (2.0 * PI)).ln();
    scale + stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y)
}

/// The regularised incomplete beta function as both tails: I_x(a, b) and 1 - I_x(a, b), each to full relative accuracy, with
/// y = 1 - x. Continued fraction DLMF 8.17.22 by Lentz's method. Not a number outside a, b > 0 and 0 <= x <= 1.
#[must_use]
pub fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let inside = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
    if !inside {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if y == 0.0 {
        return (1.0, 0.0);
    }
    let kernel = ln_beta_kernel(a, b, x, y).exp();
    if x <= (a + 1.0) / (a + b + 2.0) {
        let lower = (kernel * beta_fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (kernel * beta_fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut above = 1.0;
    let mut below = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut total = below;
    let mut m = 0.0;
    // Convergence takes about the square root of the larger argument.
    while m < 200_000.0 {
        m += 1.0;
        let even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
        below = 1.0 / guard(1.0 + even * below);
        above = guard(1.0 + even / above);
        total *= below * above;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
        below = 1.0 / guard(1.0 + odd * below);
        above = guard(1.0 + odd / above);
        let change = below * above;
        total *= change;
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    total
}

/// The tail fraction K of Mills' ratio: (1 - Φ(x)) / φ(x) = 1 / (x + K), for x > 3 (Laplace's continued fraction).
fn mills_tail(x: f64) -> f64 {
    let mut tail = 0.0;
    for depth in (1..=300).rev() {
        tail = f64::from(depth) / (x + tail);
    }
    tail
}

/// The density of the standard normal distribution.
#[must_use]
pub fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// The upper tail 1 - Φ(x) to full relative accuracy, also far out.
#[must_use]
pub fn normal_upper(x: f64) -> f64 {
    if x > 3.0 { normal_density(x) / (x + mills_tail(x)) } else { 0.5 * statrs::function::erf::erfc(x / std::f64::consts::SQRT_2) }
}

/// E[max(0, Z - x)] of a standard normal Z: φ(x) - x (1 - Φ(x)), without cancellation for large x.
#[must_use]
pub fn normal_excess(x: f64) -> f64 {
    if x > 3.0 {
        let tail = mills_tail(x);
        normal_density(x) * tail / (x + tail)
    } else {
        normal_density(x) - x * normal_upper(x)
    }
}

/// Gauss's hypergeometric function ₂F₁(a, b; c; z) for c > 0 and z < 1 by its series (DLMF 15.2.1), after Euler's or Pfaff's
/// transformation where that converges better (DLMF 15.8.1). Not a number outside.
#[must_use]
pub fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    if z.is_nan() || z > 1.0 || c <= 0.0 {
        return f64::NAN;
    }
    if z == 1.0 {
        // Gauss's theorem, DLMF 15.4.20.
        let gap = c - a - b;
        return if gap > 0.0 && c > a && c > b {
            (ln_gamma(c) + ln_gamma(gap) - ln_gamma(c - a) - ln_gamma(c - b)).exp()
        } else if gap > 0.0 {
            f64::NAN
        } else {
            f64::INFINITY
        };
    }
    if z < 0.0 {
        return (1.0 - z).powf(-a) * hypergeometric(a, c - b, c, z / (z - 1.0));
    }
    // Euler's form has the smaller arguments when a + b is the larger side; with one below zero its terms would cancel.
    if a + b > c && c > a && c > b {
        (1.0 - z).powf(c - a - b) * hypergeometric_series(c - a, c - b, c, z)
    } else {
        hypergeometric_series(a, b, c, z)
    }
}

/// The plain series; arguments are those after the transformation. Not a number where two million terms do not suffice.
#[must_use]
pub fn hypergeometric_series(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut total, mut term) = (1.0_f64, 1.0_f64);
    for count in 0..2_000_000_u32 {
        let n = f64::from(count);
        term *= (a + n) * (b + n) / ((c + n) * (1.0 + n)) * z;
        total += term;
        // Beyond the arguments the terms keep their sign and each falls by no more than z or the next step; the rest is at most
        // term / (1 - that).
        let fall = z.max((a + n + 1.0) * (b + n + 1.0) / ((c + n + 1.0) * (2.0 + n)) * z);
        if n > a.abs().max(b.abs()) && fall < 1.0 && term.abs() <= f64::EPSILON * 0.1 * total.abs() * (1.0 - fall) {
            return total;
        }
    }
    f64::NAN
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values by mpmath with 50 digits.
    #[test]
    fn the_logarithm_of_gamma_keeps_its_digits_around_its_zeros() {
        let known = [
            (1.000_000_1, -5.772_155_829_918_507e-8),
            (1.001, -0.000_576_393_598_283_306_2),
            (0.999_9, 5.772_979_156_119_386_6e-5),
            (2.000_01, 4.227_875_597_648_36e-6),
            (1.999_99, -4.227_811_104_241_674e-6),
            (2.01, 0.004_260_022_907_098_346),
        ];
        for (z, value) in known {
            assert!((ln_gamma(z) / value - 1.0).abs() < 1e-12, "{z}");
        }
        assert_eq!((ln_gamma(1.0), ln_gamma(2.0)), (0.0, 0.0));
        // The pieces meet.
        for edge in [0.5, 1.5, 2.5] {
            assert!((ln_gamma(edge - 1e-13) - ln_gamma(edge + 1e-13)).abs() < 1e-12, "{edge}");
        }
    }

    #[test]
    fn the_hypergeometric_series_does_not_cancel_for_positive_arguments() {
        let found = hypergeometric(69.803_644_941_488_74, 0.123_056_823_050_955_01, 30.766_249_739_170_583, 0.598_886_734_562_046_9);
        assert!((found / 10.832_805_108_6 - 1.0).abs() < 1e-10, "{found}");
    }
}
