//! Exact sums of values, squares and products: moments that no order of rows changes by a bit.
//!
//! A value is held as an integer: as it is where it is one (counts, money in minor units), else in units of 1e-9 (as sums of floats
//! everywhere in strat). Squares and products of two values are summed in 256 bits. Central moments are formed exactly and become
//! floats once, at the end: n·Σx² − (Σx)², not a difference of two large floats.

use super::moments::{Moments, PairMoments};
use crate::builtins::sums::{FIXED_UNITS, fixed};
use ethnum::{AsI256, I256};

/// Whole numbers per 1 of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Bools, ints, money in minor units.
    #[default]
    Whole,
    /// Floats, in units of 1e-9.
    Billionths,
}

impl Scale {
    /// How many there are.
    #[must_use]
    pub fn units(self) -> f64 {
        match self {
            Self::Whole => 1.0,
            Self::Billionths => FIXED_UNITS,
        }
    }

    /// The whole number that stands for a float; `None` where it has none or is too large to be squared.
    #[must_use]
    pub fn whole(self, value: f64) -> Option<i64> {
        let whole = match self {
            #[allow(clippy::cast_possible_truncation, reason = "bounded by the guard")]
            Self::Whole => (value.abs() < 9e18).then_some(value.round() as i128)?,
            Self::Billionths => fixed(value)?,
        };
        i64::try_from(whole).ok()
    }
}

/// How many values, their sum and that of their squares, in the scale of the tally they go into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub n: u64,
    pub sum: i128,
    pub squares: i128,
}

/// Exact n, Σx, Σx², Σx³ of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    scale: Scale,
    n: u64,
    sum: I256,
    squares: I256,
    cubes: I256,
    /// Values that were too large to be added.
    lost: u64,
}

impl Tally {
    /// An empty tally of values in a scale.
    #[must_use]
    pub fn new(scale: Scale) -> Self {
        Self { scale, ..Self::default() }
    }

    /// The tally of `n` bools of which `hits` are true.
    #[must_use]
    pub fn of_rate(n: u64, hits: u64) -> Self {
        let hits = I256::from(hits);
        Self { scale: Scale::Whole, n, sum: hits, squares: hits, cubes: hits, lost: 0 }
    }

    /// Adds one value, given in the tally's scale.
    pub fn add(&mut self, value: Option<i64>) {
        let Some(value) = value else {
            self.lost += 1;
            return;
        };
        let square = i128::from(value) * i128::from(value);
        self.n += 1;
        self.sum += value.as_i256();
        self.squares += square.as_i256();
        self.cubes += square.as_i256() * value.as_i256();
    }

    /// Adds the sums of some values, without their cubes: for the many small tallies of which no skewness is asked.
    pub fn add_part(&mut self, part: Part) {
        self.n += part.n;
        self.sum += part.sum.as_i256();
        self.squares += part.squares.as_i256();
    }

    /// Both together; they have one scale.
    pub fn merge(&mut self, other: &Self) {
        self.scale = if self.n == 0 { other.scale } else { self.scale };
        self.n += other.n;
        self.sum += other.sum;
        self.squares += other.squares;
        self.cubes += other.cubes;
        self.lost += other.lost;
    }

    /// How many values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.n
    }

    /// How many values were too large to count.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// The exact sum in the tally's scale, where 128 bits hold it.
    #[must_use]
    pub fn total(&self) -> Option<i128> {
        i128::try_from(self.sum).ok()
    }

    /// The sum as a float.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum.as_f64() / self.scale.units()
    }

    /// The moments, each rounded once.
    #[must_use]
    pub fn moments(&self) -> Moments {
        if self.n == 0 {
            return Moments::default();
        }
        let (n, units) = (I256::from(self.n), self.scale.units());
        let count = self.n as f64;
        let second = central(n, self.sum, self.sum, self.squares) / (units * units);
        // n²Σx³ − 3nΣxΣx² + 2(Σx)³ over n².
        let exact = || {
            let first = n.checked_mul(n)?.checked_mul(self.cubes)?;
            let middle = n.checked_mul(I256::from(3))?.checked_mul(self.sum)?.checked_mul(self.squares)?;
            let last = self.sum.checked_mul(self.sum)?.checked_mul(self.sum)?.checked_mul(I256::from(2))?;
            first.checked_sub(middle)?.checked_add(last)
        };
        let third = exact().map_or_else(
            || {
                let (sum, squares, cubes) = (self.sum.as_f64(), self.squares.as_f64(), self.cubes.as_f64());
                cubes - 3.0 * sum / count * squares + 2.0 * sum * (sum / count) * (sum / count)
            },
            |third| third.as_f64() / count / count,
        );
        Moments { n: self.n, mean: self.sum.as_f64() / count / units, second, third: third / units.powi(3) }
    }
}

/// (n·Σxy − ΣxΣy) / n, exactly where 256 bits hold it.
fn central(n: I256, sum_x: I256, sum_y: I256, products: I256) -> f64 {
    let exact = n.checked_mul(products).and_then(|left| left.checked_sub(sum_x.checked_mul(sum_y)?));
    match exact {
        Some(exact) => exact.as_f64() / n.as_f64(),
        None => products.as_f64() - sum_x.as_f64() * (sum_y.as_f64() / n.as_f64()),
    }
}

/// Exact sums of two values of the same customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PairTally {
    x: Tally,
    y: Tally,
    products: I256,
}

impl PairTally {
    /// An empty tally of pairs.
    #[must_use]
    pub fn new(x: Scale, y: Scale) -> Self {
        Self { x: Tally::new(x), y: Tally::new(y), products: I256::ZERO }
    }

    /// Adds one pair; a pair of which one is too large counts as lost on both sides.
    pub fn add(&mut self, x: Option<i64>, y: Option<i64>) {
        let both = x.zip(y);
        self.x.add(both.map(|(x, _)| x));
        self.y.add(both.map(|(_, y)| y));
        if let Some((x, y)) = both {
            self.products += (i128::from(x) * i128::from(y)).as_i256();
        }
    }

    /// Adds the sums of some pairs, without cubes.
    pub fn add_parts(&mut self, x: Part, y: Part, products: i128) {
        self.x.add_part(x);
        self.y.add_part(y);
        self.products += products.as_i256();
    }

    /// Values alone: the second one of every pair is zero.
    #[must_use]
    pub fn single(x: Tally) -> Self {
        Self { x, y: Tally { n: x.n, ..Tally::default() }, products: I256::ZERO }
    }

    /// Both together.
    pub fn merge(&mut self, other: &Self) {
        self.x.merge(&other.x);
        self.y.merge(&other.y);
        self.products += other.products;
    }

    #[must_use]
    pub fn x(&self) -> &Tally {
        &self.x
    }

    #[must_use]
    pub fn y(&self) -> &Tally {
        &self.y
    }

    /// The moments, each rounded once.
    #[must_use]
    pub fn moments(&self) -> PairMoments {
        let (x, y) = (self.x.moments(), self.y.moments());
        if x.n == 0 {
            return PairMoments::default();
        }
        let cross = central(I256::from(self.x.n), self.x.sum, self.y.sum, self.products) / (self.x.scale.units() * self.y.scale.units());
        PairMoments { n: x.n, mean_x: x.mean, mean_y: y.mean, second_x: x.second, second_y: y.second, cross }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sums_do_not_depend_on_order_and_agree_with_the_streaming_moments() {
        let values: Vec<f64> = (0..500).map(|step| f64::from(step * step % 97) * 1.37 - 31.25 + 1e6).collect();
        let tally = |values: &mut dyn Iterator<Item = f64>| {
            let mut tally = Tally::new(Scale::Billionths);
            values.for_each(|value| tally.add(Scale::Billionths.whole(value)));
            tally
        };
        let (forth, back) = (tally(&mut values.iter().copied()), tally(&mut values.iter().rev().copied()));
        assert_eq!(forth, back);
        let (exact, streamed) = (forth.moments(), Moments::of(&values));
        assert_eq!(exact.n, streamed.n);
        for (got, expected) in [(exact.mean, streamed.mean), (exact.second, streamed.second), (exact.third, streamed.third)] {
            assert!((got - expected).abs() <= 1e-6 * expected.abs(), "{got} {expected}");
        }
    }

    #[test]
    fn a_small_spread_beside_a_large_mean_is_not_cancelled() {
        let mut tally = Tally::new(Scale::Whole);
        for value in [1_000_000_000_000_001, 1_000_000_000_000_003] {
            tally.add(Some(value));
        }
        assert!((tally.moments().second - 2.0).abs() < f64::EPSILON);
        assert_eq!(tally.total(), Some(2_000_000_000_000_004));
    }

    #[test]
    fn pairs_have_their_covariance_and_count_what_is_too_large() {
        let mut pairs = PairTally::new(Scale::Whole, Scale::Billionths);
        for (x, y) in [(1, 0.5), (2, 1.5), (4, 2.0)] {
            pairs.add(Some(x), Scale::Billionths.whole(y));
        }
        pairs.add(Scale::Billionths.whole(1e30), Some(1));
        let moments = pairs.moments();
        let mut expected = PairMoments::default();
        for (x, y) in [(1.0, 0.5), (2.0, 1.5), (4.0, 2.0)] {
            expected.push(x, y);
        }
        assert_eq!(moments.n, 3);
        assert!((moments.cross - expected.cross).abs() < 1e-9);
        assert_eq!(pairs.x().lost(), 1);
    }

    #[test]
    fn a_rate_is_counted() {
        let moments = Tally::of_rate(4, 1).moments();
        assert!((moments.mean - 0.25).abs() < f64::EPSILON && (moments.second - 0.75).abs() < 1e-12);
    }
}
