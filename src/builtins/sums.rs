//! The arithmetic of folds, so that every engine gives the same bits in every order of rows and on any number of threads.
//!
//! Sums are 128-bit integers. Ints are added as they are; floats are rounded half away from zero to nine decimals first
//! (*fixed point*, units of 1e-9) and turned back into a float once, at the end.

use crate::types::Value;

/// Units per 1 of a float in fixed point.
pub const FIXED_UNITS: f64 = 1e9;

/// Floats beyond this size have no fixed-point form.
pub const FIXED_LIMIT: f64 = 1e18;

/// Parts that shares and quantiles are counted in.
pub const PARTS_PER_MILLION: u64 = 1_000_000;

/// A float in fixed point; `None` beyond [`FIXED_LIMIT`] and for values that are not finite.
#[must_use]
pub fn fixed(value: f64) -> Option<i128> {
    // At most 1e27 in size, so the cast is exact.
    #[allow(clippy::cast_possible_truncation)]
    (value.abs() <= FIXED_LIMIT).then(|| (value * FIXED_UNITS).round() as i128)
}

/// The float nearest to a fixed-point total.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn from_fixed(total: i128) -> f64 {
    total as f64 / FIXED_UNITS
}

/// A running total that either is exact or is known to be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactSum {
    total: Option<i128>,
    count: u64,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self::new()
    }
}

impl ExactSum {
    /// The sum of nothing: total 0 of 0 values.
    #[must_use]
    pub fn new() -> Self {
        Self { total: Some(0), count: 0 }
    }

    /// Adds one term; `None` is a value that has no exact form and loses the total.
    pub fn add(&mut self, term: Option<i128>) {
        self.total = self.total.zip(term).and_then(|(total, term)| total.checked_add(term));
        self.count += 1;
    }

    /// Adds an int.
    pub fn add_int(&mut self, value: i64) {
        self.add(Some(i128::from(value)));
    }

    /// Adds a float in fixed point.
    pub fn add_float(&mut self, value: f64) {
        self.add(fixed(value));
    }

    /// The total of two parts.
    #[must_use]
    pub fn merge(self, other: ExactSum) -> ExactSum {
        let total = self.total.zip(other.total).and_then(|(a, b)| a.checked_add(b));
        ExactSum { total, count: self.count + other.count }
    }

    /// How many values were added.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The exact total; `None` when it was lost.
    #[must_use]
    pub fn total(&self) -> Option<i128> {
        self.total
    }

    /// The sum of ints: missing for nothing, for a lost total and beyond 64 bits.
    #[must_use]
    pub fn int_sum(&self) -> Value {
        self.known_total().and_then(|total| i64::try_from(total).ok()).map_or(Value::Missing, Value::Int)
    }

    /// The sum of floats: missing for nothing and for a lost total.
    #[must_use]
    pub fn float_sum(&self) -> Value {
        self.known_total().map_or(Value::Missing, |total| Value::float(from_fixed(total)))
    }

    /// The mean of ints, rounded half away from zero to an int: money and durations.
    #[must_use]
    pub fn int_mean(&self) -> Value {
        self.known_total().and_then(|total| rounded_quotient(total, self.count)).map_or(Value::Missing, Value::Int)
    }

    /// The mean of ints as a float: total / count, each as the nearest float.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn int_mean_as_float(&self) -> Value {
        self.known_total().map_or(Value::Missing, |total| Value::float(total as f64 / self.count as f64))
    }

    /// The mean of floats: the sum as a float / count.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn float_mean(&self) -> Value {
        self.known_total().map_or(Value::Missing, |total| Value::float(from_fixed(total) / self.count as f64))
    }

    fn known_total(&self) -> Option<i128> {
        self.total.filter(|_| self.count > 0)
    }
}

/// total / count to the nearest int, halves away from zero; `None` for a count of 0 and beyond 64 bits.
#[must_use]
pub fn rounded_quotient(total: i128, count: u64) -> Option<i64> {
    let count = i128::from(count);
    let quotient = total.checked_div(count)?;
    let rest = total.checked_rem(count)?.abs();
    let away = if rest >= count - rest { total.signum() } else { 0 };
    i64::try_from(quotient + away).ok()
}

/// Population standard deviation of ints from n, Σx and Σx²: sqrt(max(0, sxx/n − (sx/n)²)), the difference taken exactly as
/// (n·sxx − sx²) / n² where that fits 128 bits, so that equal values have no deviation. Missing for n = 0.
#[must_use]
pub fn int_deviation(n: u64, sx: i128, sxx: i128) -> Value {
    spread(n, sx, sxx, 1)
}

/// As [`int_deviation`] for floats: Σx and Σx² are fixed-point totals, each square rounded to nine decimals as any float is.
#[must_use]
pub fn float_deviation(n: u64, sx: i128, sxx: i128) -> Value {
    spread(n, sx, sxx, 1_000_000_000)
}

/// `units` per 1 in both totals.
#[allow(clippy::cast_precision_loss)]
fn spread(n: u64, sx: i128, sxx: i128, units: i128) -> Value {
    if n == 0 {
        return Value::Missing;
    }
    let square = sx.checked_mul(sx);
    let exact = sxx.checked_mul(units).and_then(|sxx| sxx.checked_mul(i128::from(n))?.checked_sub(square?));
    let (count, scale) = (n as f64, units as f64);
    let variance = match exact {
        Some(difference) => difference.max(0) as f64 / (count * scale) / (count * scale),
        None => return deviation(n, sx as f64 / scale, sxx as f64 / scale),
    };
    Value::float(variance.sqrt())
}

/// The same in floats, for totals too large to be squared exactly; loses digits where the deviation is small beside the mean.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn deviation(n: u64, sx: f64, sxx: f64) -> Value {
    if n == 0 {
        return Value::Missing;
    }
    let n = n as f64;
    let mean = sx / n;
    Value::float((sxx / n - mean * mean).max(0.0).sqrt())
}

/// The place from 1 of a quantile among `n` ascending values: ceil(q·n), at least 1; `quantile` in parts per million.
#[must_use]
pub fn quantile_place(quantile: u32, n: u64) -> u64 {
    parts_of(u64::from(quantile), n).max(1)
}

/// k of `in top share`: ceil(share × n), the share rounded to parts per million; a share below 0 counts as 0.
#[must_use]
pub fn top_count(share: f64, n: u64) -> u64 {
    // The cast saturates: negative shares become 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    let parts = (share * PARTS_PER_MILLION as f64).round() as u64;
    parts_of(parts, n)
}

/// The score 1 (worst) to 5 of a value with `worse` strictly worse ones among `n`.
#[must_use]
pub fn quintile(worse: u64, n: u64) -> Value {
    let score = (u128::from(worse) * 5).checked_div(u128::from(n)).and_then(|fifth| i64::try_from(fifth + 1).ok());
    score.map_or(Value::Missing, Value::Int)
}

fn parts_of(parts: u64, n: u64) -> u64 {
    let count = (u128::from(parts) * u128::from(n)).div_ceil(u128::from(PARTS_PER_MILLION));
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floats(values: &[f64]) -> ExactSum {
        values.iter().fold(ExactSum::new(), |mut sum, value| {
            sum.add_float(*value);
            sum
        })
    }

    fn ints(values: &[i64]) -> ExactSum {
        values.iter().fold(ExactSum::new(), |mut sum, value| {
            sum.add_int(*value);
            sum
        })
    }

    #[test]
    fn decimals_add_up_in_any_order() {
        assert_eq!(floats(&[0.1, 0.2]).float_sum(), Value::Float(0.3));
        assert_eq!(floats(&[1e17, 0.1, -1e17]).float_sum(), floats(&[1e17, -1e17, 0.1]).float_sum());
        assert_eq!(floats(&[0.1]).merge(floats(&[0.2])), floats(&[0.2, 0.1]));
    }

    #[test]
    fn halves_of_the_last_decimal_go_away_from_zero() {
        assert_eq!(fixed(0.5e-9), Some(1));
        assert_eq!(fixed(-0.5e-9), Some(-1));
        assert_eq!(fixed(0.4e-9), Some(0));
    }

    #[test]
    fn values_beyond_the_limit_lose_the_sum() {
        assert_eq!(fixed(1e18), Some(1e27 as i128));
        assert_eq!(fixed(1.1e18), None);
        assert_eq!(fixed(f64::NAN), None);
        assert_eq!(floats(&[2e18, -2e18]).float_sum(), Value::Missing);
        assert_eq!(floats(&[2e18]).float_mean(), Value::Missing);
    }

    #[test]
    fn int_sums_pass_through_128_bits() {
        assert_eq!(ints(&[i64::MAX, 1, -1]).int_sum(), Value::Int(i64::MAX));
        assert_eq!(ints(&[i64::MAX, 1]).int_sum(), Value::Missing);
        assert_eq!(ints(&[i64::MAX, i64::MAX]).int_mean(), Value::Int(i64::MAX));
        assert_eq!(ints(&[]).int_sum(), Value::Missing);
    }

    #[test]
    fn int_means_round_halves_away_from_zero() {
        assert_eq!(ints(&[1, 2]).int_mean(), Value::Int(2));
        assert_eq!(ints(&[-1, -2]).int_mean(), Value::Int(-2));
        assert_eq!(ints(&[1, 1, 2]).int_mean(), Value::Int(1));
        assert_eq!(ints(&[1, 2, 2]).int_mean(), Value::Int(2));
        assert_eq!(ints(&[]).int_mean(), Value::Missing);
        assert_eq!(ints(&[1, 2]).int_mean_as_float(), Value::Float(1.5));
    }

    #[test]
    fn deviation_is_of_the_population_and_nothing_for_equal_values() {
        assert_eq!(int_deviation(4, 20, 120), Value::Float(5.0_f64.sqrt()));
        assert_eq!(int_deviation(3, 3 * 123_456_789_012, 3 * 123_456_789_012 * 123_456_789_012), Value::Float(0.0));
        assert_eq!(float_deviation(3, 300_000_000, 30_000_000), Value::Float(0.0));
        assert_eq!(float_deviation(2, 2_000_000_000, 4_000_000_000), Value::Float(1.0));
        assert_eq!(int_deviation(0, 0, 0), Value::Missing);
    }

    #[test]
    fn deviation_beyond_exact_range_falls_back_to_floats() {
        let Value::Float(deviation) = int_deviation(2, 1 << 80, i128::MAX) else { unreachable!() };
        let wanted = ((i128::MAX as f64) / 2.0 - 2.0_f64.powi(79).powi(2)).max(0.0).sqrt();
        assert_eq!(deviation, wanted);
    }

    #[test]
    fn places_of_quantiles_and_shares() {
        assert_eq!(
            (quantile_place(500_000, 5), quantile_place(500_000, 4), quantile_place(0, 4), quantile_place(1_000_000, 4)),
            (3, 2, 1, 4)
        );
        assert_eq!((top_count(0.2, 10), top_count(0.2, 11), top_count(0.0, 10), top_count(-1.0, 10), top_count(1.0, 3)), (2, 3, 0, 0, 3));
        assert_eq!((quintile(0, 7), quintile(6, 7), quintile(4, 5)), (Value::Int(1), Value::Int(5), Value::Int(5)));
    }
}
