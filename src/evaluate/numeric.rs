//! Numerical tools of this room: sums, roots, quadrature, minimisation. No random numbers, no state.

use super::withheld::{Measured, Withheld};

/// Compensated sum (Neumaier 1974): the error does not grow with the number of terms.
#[must_use]
pub fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    // An infinite term makes the compensation meaningless.
    if lost.is_finite() { total + lost } else { total }
}

/// The place where a monotone function changes sign, by bisection and the secant (Brent 1973, chapter 4).
/// `lower` and `upper` must have function values of opposite sign (zero counts as either).
///
/// # Errors
/// There is no change of sign between the ends.
pub fn root(mut function: impl FnMut(f64) -> f64, lower: f64, upper: f64) -> Measured<f64> {
    let (mut a, mut b) = (lower, upper);
    let (mut at_a, mut at_b) = (function(a), function(b));
    if at_a == 0.0 {
        return Ok(a);
    }
    if at_b == 0.0 {
        return Ok(b);
    }
    if at_a.is_nan() || at_b.is_nan() || (at_a > 0.0) == (at_b > 0.0) {
        return Err(Withheld::NoSolution);
    }
    if at_a.abs() < at_b.abs() {
        std::mem::swap(&mut a, &mut b);
        std::mem::swap(&mut at_a, &mut at_b);
    }
    let (mut c, mut at_c, mut before, mut bisected) = (a, at_a, a, true);
    for _ in 0..400 {
        if at_b == 0.0 || (b - a).abs() <= 2.0 * f64::EPSILON * b.abs().max(f64::MIN_POSITIVE) {
            break;
        }
        let mut next = if at_a != at_c && at_b != at_c {
            a * at_b * at_c / ((at_a - at_b) * (at_a - at_c))
                + b * at_a * at_c / ((at_b - at_a) * (at_b - at_c))
                + c * at_a * at_b / ((at_c - at_a) * (at_c - at_b))
        } else {
            b - at_b * (b - a) / (at_b - at_a)
        };
        let quarter = (3.0 * a + b) / 4.0;
        let between = next > quarter.min(b) && next < quarter.max(b);
        let slow = if bisected { (next - b).abs() >= (b - c).abs() / 2.0 } else { (next - b).abs() >= (c - before).abs() / 2.0 };
        bisected = !between || slow;
        if bisected {
            next = f64::midpoint(a, b);
        }
        let at_next = function(next);
        before = c;
        c = b;
        at_c = at_b;
        if (at_a > 0.0) == (at_next > 0.0) {
            a = next;
            at_a = at_next;
        } else {
            b = next;
            at_b = at_next;
        }
        if at_a.abs() < at_b.abs() {
            std::mem::swap(&mut a, &mut b);
            std::mem::swap(&mut at_a, &mut at_b);
        }
    }
    Ok(b)
}

/// Half of the 20 nodes and weights of Gauss–Legendre quadrature on [-1, 1] (Abramowitz and Stegun 1964, table 25.4).
const GAUSS_LEGENDRE: [(f64, f64); 10] = [
    (0.076_526_521_133_497_34, 0.152_753_387_130_725_84),
    (0.227_785_851_141_645_07, 0.149_172_986_472_603_74),
    (0.373_706_088_715_419_55, 0.142_096_109_318_382_04),
    (0.510_867_001_950_827_1, 0.131_688_638_449_176_64),
    (0.636_053_680_726_515, 0.118_194_531_961_518_41),
    (0.746_331_906_460_150_8, 0.101_930_119_817_240_44),
    (0.839_116_971_822_218_8, 0.083_276_741_576_704_75),
    (0.912_234_428_251_326, 0.062_672_048_334_109_07),
    (0.963_971_927_277_913_8, 0.040_601_429_800_386_94),
    (0.993_128_599_185_094_9, 0.017_614_007_139_152_118),
];

/// Places and weights of 20-point Gauss–Legendre quadrature in each of the neighbouring intervals given by their ascending
/// ends: the sum of weight times function is the integral, exact for polynomials up to degree 39.
#[must_use]
pub fn quadrature(ends: &[f64]) -> Vec<(f64, f64)> {
    let mut points = Vec::with_capacity(20 * ends.len());
    for pair in ends.windows(2) {
        let [lower, upper] = pair else { continue };
        let (middle, half) = (f64::midpoint(*lower, *upper), (upper - lower) / 2.0);
        if half > 0.0 {
            points.extend(GAUSS_LEGENDRE.iter().map(|(node, weight)| (middle - half * node, half * weight)));
            points.extend(GAUSS_LEGENDRE.iter().map(|(node, weight)| (middle + half * node, half * weight)));
        }
    }
    points
}

/// The integral of a smooth function by [`quadrature`]. Nothing random: equal arguments give equal bits.
pub fn integral(ends: &[f64], mut function: impl FnMut(f64) -> f64) -> f64 {
    sum(quadrature(ends).into_iter().map(|(place, weight)| weight * function(place)))
}

/// The lowest point of a function of a few variables by the downhill simplex (Nelder and Mead 1965, with the restarts of
/// Press et al. 2007, section 10.5). Returns the point and the value there.
///
/// # Errors
/// No finite value was found.
pub fn lowest(start: &[f64], step: f64, mut function: impl FnMut(&[f64]) -> f64) -> Measured<(Vec<f64>, f64)> {
    let mut best = (start.to_vec(), function(start));
    for restart in 0..8 {
        let from = best.1;
        let found = simplex(&best.0, step / f64::from(1 << restart), &mut function);
        if found.1 < best.1 {
            best = found;
        }
        if restart > 0 && from - best.1 <= 1e-12 * best.1.abs().max(1.0) {
            break;
        }
    }
    if best.1.is_finite() { Ok(best) } else { Err(Withheld::NoSolution) }
}

fn simplex(start: &[f64], step: f64, function: &mut impl FnMut(&[f64]) -> f64) -> (Vec<f64>, f64) {
    let mut corners: Vec<(Vec<f64>, f64)> = vec![(start.to_vec(), function(start))];
    for moved in 0..start.len() {
        let corner: Vec<f64> = start.iter().enumerate().map(|(at, value)| if at == moved { value + step } else { *value }).collect();
        let value = function(&corner);
        corners.push((corner, value));
    }
    for _ in 0..2000 {
        corners.sort_by(|left, right| left.1.total_cmp(&right.1));
        let (Some(lowest), Some(highest)) = (corners.first().map(|corner| corner.1), corners.pop()) else { break };
        if (highest.1 - lowest).abs() <= 1e-13 * (highest.1.abs() + lowest.abs()) {
            corners.push(highest);
            break;
        }
        let second = corners.last().map_or(lowest, |corner| corner.1);
        let centre = mean_point(&corners, start.len());
        let along =
            |factor: f64| -> Vec<f64> { centre.iter().zip(&highest.0).map(|(middle, bad)| middle + factor * (bad - middle)).collect() };
        let reflected = along(-1.0);
        let value = function(&reflected);
        let mut kept = (reflected, value);
        if value < lowest {
            let stretched = along(-2.0);
            let further = function(&stretched);
            if further < value {
                kept = (stretched, further);
            }
        } else if value >= second {
            let shrunk = if value < highest.1 { along(-0.5) } else { along(0.5) };
            let nearer = function(&shrunk);
            if nearer < value.min(highest.1) {
                kept = (shrunk, nearer);
            } else {
                corners.push(highest);
                contract(&mut corners, function);
                continue;
            }
        }
        corners.push(kept);
    }
    corners.sort_by(|left, right| left.1.total_cmp(&right.1));
    corners.into_iter().next().unwrap_or_else(|| (start.to_vec(), f64::INFINITY))
}

fn mean_point(corners: &[(Vec<f64>, f64)], size: usize) -> Vec<f64> {
    let mut centre = vec![0.0; size];
    for (corner, _) in corners {
        for (total, value) in centre.iter_mut().zip(corner) {
            *total += value / corners.len() as f64;
        }
    }
    centre
}

fn contract(corners: &mut [(Vec<f64>, f64)], function: &mut impl FnMut(&[f64]) -> f64) {
    let Some(best) = corners.first().map(|corner| corner.0.clone()) else { return };
    for (corner, value) in corners.iter_mut().skip(1) {
        for (place, target) in corner.iter_mut().zip(&best) {
            *place = f64::midpoint(*place, *target);
        }
        *value = function(corner);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn roots_integrals_minima() {
        assert!((root(|x| x * x - 2.0, 0.0, 2.0).unwrap() - 2.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(root(|x| x * x + 1.0, -1.0, 1.0), Err(Withheld::NoSolution));
        assert!((integral(&[0.0, 1.0, 3.0], f64::exp) - (3.0_f64.exp() - 1.0)).abs() < 1e-13);
        let valley = |point: &[f64]| match point {
            [x, y] => 100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2),
            _ => f64::INFINITY,
        };
        let (point, value) = lowest(&[-1.2, 1.0], 0.5, valley).unwrap();
        assert!(value < 1e-12, "{value}");
        assert!(point.iter().all(|place| (place - 1.0).abs() < 1e-5), "{point:?}");
        assert!((sum([1e16, 1.0, -1e16]) - 1.0).abs() < 1e-15);
    }
}
