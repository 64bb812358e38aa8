//! Moments of one value, or of two values, per customer: all that most comparisons need. They are gathered in one pass, merge
//! across blocks, and are cut again by segment without reading rows twice.
//!
//! Accumulation is by differences from the running mean (Welford 1962; Chan, Golub and LeVeque 1983; third moment: Pébay
//! 2008), because `n * sum_of_squares - sum^2` cancels for balances around a million.

use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite};

/// Streaming moments of one value.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// How many customers.
    pub n: u64,
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub second: f64,
    /// Sum of cubed deviations from the mean.
    pub third: f64,
}

impl Moments {
    /// The moments of a list.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut moments = Self::default();
        for value in values {
            moments.push(*value);
        }
        moments
    }

    /// Adds one customer.
    pub fn push(&mut self, value: f64) {
        *self = self.merged(&Self { n: 1, mean: value, second: 0.0, third: 0.0 });
    }

    /// The moments of two disjoint groups together.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        if self.n == 0 || other.n == 0 {
            return if self.n == 0 { *other } else { *self };
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let n = a + b;
        let gap = other.mean - self.mean;
        Self {
            n: self.n + other.n,
            mean: self.mean + gap * b / n,
            second: self.second + other.second + gap * gap * a * b / n,
            third: self.third
                + other.third
                + gap.powi(3) * a * b * (a - b) / (n * n)
                + 3.0 * gap * (a * other.second - b * self.second) / n,
        }
    }

    /// Mean and variance for a comparison of means. A single customer measures no variance.
    #[must_use]
    pub fn sample(&self) -> Sample {
        let variance = if self.n > 1 { self.second / (self.n - 1) as f64 } else { f64::NAN };
        Sample { n: self.n, mean: self.mean, variance }
    }

    /// Skewness, the third standardised moment.
    ///
    /// # Errors
    /// Fewer than three customers, or no variation.
    pub fn skewness(&self) -> Measured<f64> {
        if self.n < 3 {
            return Err(Withheld::TooFewUnits { have: self.n as f64, need: 3.0 });
        }
        if self.second <= 0.0 {
            return Err(Withheld::NoVariation);
        }
        let n = self.n as f64;
        finite(n.sqrt() * self.third / self.second.powf(1.5))
    }

    /// How many customers per arm the normal approximation of a mean needs: 355 skewness² (Kohavi, Tang and Xu 2020,
    /// chapter 17, after Boos and Hughes-Oliver 2000).
    ///
    /// # Errors
    /// The skewness is withheld.
    pub fn units_for_normality(&self) -> Measured<f64> {
        Ok(355.0 * self.skewness()?.powi(2))
    }
}

/// One arm, ready for a comparison: size, mean, and variance of one customer's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    pub n: u64,
    pub mean: f64,
    /// Per customer, not of the mean. Not a number where none was measured: ask [`Sample::spread`], which withholds it then.
    pub variance: f64,
}

impl Sample {
    /// A rate: `successes` of `n`, variance p (1 - p).
    #[must_use]
    pub fn rate(n: u64, successes: f64) -> Self {
        let mean = if n == 0 { 0.0 } else { successes / n as f64 };
        Self { n, mean, variance: mean * (1.0 - mean) }
    }

    /// From printed sums; only for data that arrives so, since the difference cancels for large means.
    #[must_use]
    pub fn from_sums(n: u64, total: f64, squares: f64) -> Self {
        let count = n as f64;
        let mean = if n == 0 { 0.0 } else { total / count };
        let variance = if n > 1 { (squares - total * total / count) / (count - 1.0) } else { f64::NAN };
        Self { n, mean, variance }
    }

    /// The variance of one customer's value. Of a rate it is p (1 - p) for any number of customers.
    ///
    /// # Errors
    /// Nobody, or a single customer of a mean.
    pub fn spread(&self) -> Measured<f64> {
        match self.n {
            0 => Err(Withheld::NoUnits),
            1 if self.variance.is_nan() => Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 }),
            _ => finite(self.variance),
        }
    }

    /// The squared standard error of the mean.
    ///
    /// # Errors
    /// As [`Sample::spread`].
    pub fn error_squared(&self) -> Measured<f64> {
        Ok(self.spread()? / self.n as f64)
    }

    /// There are at least two customers, who can differ.
    ///
    /// # Errors
    /// Nobody, or one customer only.
    pub fn several(&self) -> Measured<()> {
        match self.n {
            0 => Err(Withheld::NoUnits),
            1 => Err(Withheld::TooFewUnits { have: 1.0, need: 2.0 }),
            _ => Ok(()),
        }
    }

    /// The arm can be compared: at least two customers who differ.
    ///
    /// # Errors
    /// Nobody, one customer only, or no variation.
    pub fn usable(&self) -> Measured<()> {
        self.several()?;
        // A sum of squares that cancelled to below zero measures nothing either; nor does "not a number".
        if self.variance > 0.0 && self.variance.is_finite() { Ok(()) } else { Err(Withheld::NoVariation) }
    }
}

/// Streaming moments of two values of the same customer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PairMoments {
    pub n: u64,
    pub mean_x: f64,
    pub mean_y: f64,
    pub second_x: f64,
    pub second_y: f64,
    /// Sum of products of the deviations.
    pub cross: f64,
}

impl PairMoments {
    /// Adds one customer.
    pub fn push(&mut self, x: f64, y: f64) {
        *self = self.merged(&Self { n: 1, mean_x: x, mean_y: y, ..Self::default() });
    }

    /// The moments of two disjoint groups together.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        if self.n == 0 || other.n == 0 {
            return if self.n == 0 { *other } else { *self };
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let share = b / (a + b);
        let (gap_x, gap_y) = (other.mean_x - self.mean_x, other.mean_y - self.mean_y);
        Self {
            n: self.n + other.n,
            mean_x: self.mean_x + gap_x * share,
            mean_y: self.mean_y + gap_y * share,
            second_x: self.second_x + other.second_x + gap_x * gap_x * a * share,
            second_y: self.second_y + other.second_y + gap_y * gap_y * a * share,
            cross: self.cross + other.cross + gap_x * gap_y * a * share,
        }
    }

    /// Both values for a comparison.
    #[must_use]
    pub fn pair(&self) -> Pair {
        let degrees = if self.n > 1 { (self.n - 1) as f64 } else { f64::NAN };
        Pair {
            x: Sample { n: self.n, mean: self.mean_x, variance: self.second_x / degrees },
            y: Sample { n: self.n, mean: self.mean_y, variance: self.second_y / degrees },
            covariance: self.cross / degrees,
        }
    }
}

/// Two values of the customers of one arm, ready for a comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub x: Sample,
    pub y: Sample,
    pub covariance: f64,
}

/// The covariance from printed sums: divided by n for two rates, by n - 1 otherwise.
#[must_use]
pub fn covariance_from_sums(n: u64, sum_x: f64, sum_y: f64, products: f64, both_rates: bool) -> f64 {
    if n <= 1 {
        return 0.0;
    }
    let count = n as f64;
    (products - sum_x * sum_y / count) / if both_rates { count } else { count - 1.0 }
}

/// The mean of a list.
///
/// # Errors
/// The list is empty.
pub fn mean(values: &[f64]) -> Measured<f64> {
    if values.is_empty() {
        return Err(Withheld::NoUnits);
    }
    finite(sum(values.iter().copied()) / values.len() as f64)
}

/// The quantile of an ascending list by linear interpolation between order statistics at (n - 1) p (Hyndman and Fan 1996,
/// type 7; the default of numpy).
///
/// # Errors
/// The list is empty or `p` lies outside 0..1.
pub fn quantile_of_sorted(sorted: &[f64], p: f64) -> Measured<f64> {
    if !(0.0..=1.0).contains(&p) {
        return Err(Withheld::OutOfRange { value: p });
    }
    let place = (sorted.len().saturating_sub(1)) as f64 * p;
    let below = place.floor();
    let Some(lower) = sorted.get(below as usize) else { return Err(Withheld::NoUnits) };
    let upper = sorted.get(below as usize + 1).unwrap_or(lower);
    finite(lower + (upper - lower) * (place - below))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn balances_around_a_million_keep_their_variance() {
        let values: Vec<f64> = (0..1000).map(|at| 1e9 + f64::from(at % 3)).collect();
        let moments = Moments::of(&values);
        assert!(
            (moments.sample().variance - Moments::of(&(0..1000).map(|at| f64::from(at % 3)).collect::<Vec<_>>()).sample().variance).abs()
                < 1e-9
        );
    }

    #[test]
    fn blocks_merge_to_the_same_moments() {
        let values: Vec<f64> = (0..200).map(|at| (f64::from(at) * 0.7).sin().exp()).collect();
        let (left, right) = values.split_at(73);
        let (whole, merged) = (Moments::of(&values), Moments::of(left).merged(&Moments::of(right)));
        assert_eq!(whole.n, merged.n);
        for (a, b) in [(whole.mean, merged.mean), (whole.second, merged.second), (whole.third, merged.third)] {
            assert!((a - b).abs() < 1e-12 * a.abs().max(1.0));
        }
        assert!(whole.skewness().unwrap() > 0.0);
        assert_eq!(Moments::of(&[2.0, 2.0, 2.0]).skewness(), Err(Withheld::NoVariation));
    }

    #[test]
    fn a_single_customer_measures_no_variance_but_of_a_rate() {
        let few = Withheld::TooFewUnits { have: 1.0, need: 2.0 };
        assert_eq!(Moments::of(&[5.0]).sample().error_squared(), Err(few));
        assert_eq!(Sample::from_sums(1, 5.0, 25.0).error_squared(), Err(few));
        let mut pair = PairMoments::default();
        pair.push(5.0, 2.0);
        assert_eq!(pair.pair().x.spread(), Err(few));
        assert_eq!(Moments::default().sample().spread(), Err(Withheld::NoUnits));
        assert_eq!(Sample::rate(1, 1.0).error_squared(), Ok(0.0));
        assert_eq!(Sample::rate(1, 1.0).several(), Err(few));
        assert_eq!(Moments::of(&[5.0, 7.0]).sample().error_squared(), Ok(1.0));
    }

    #[test]
    fn an_empty_list_has_no_mean() {
        assert_eq!(mean(&[]), Err(Withheld::NoUnits));
        assert_eq!(quantile_of_sorted(&[], 0.5), Err(Withheld::NoUnits));
        assert_eq!(quantile_of_sorted(&[1.0, 2.0, 4.0], 0.75), Ok(3.0));
    }
}
