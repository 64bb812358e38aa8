//! The values of one measure in one block, added up by group: in as few bits as hold the block's sums, then into exact tallies.

use super::cells::Sums;
use crate::evaluate::tally::Part;
use std::ops::{AddAssign, Mul};

/// Members of a block with their values.
pub(super) struct Terms {
    /// Places among the members, ascending.
    pub(super) at: Vec<u32>,
    pub(super) first: Vec<i64>,
    /// The other value of pairs; empty for single values.
    pub(super) second: Vec<i64>,
}

/// How many bits hold every sum of squares and products of the block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Bits64,
    Bits128,
    /// Every value goes into its tally by itself.
    More,
}

/// A sum in few bits.
trait Exact: Copy + Default + AddAssign + Mul<Output = Self> + From<i64> + Into<i128> {}

impl Exact for i64 {}
impl Exact for i128 {}

impl Terms {
    pub(super) fn with_capacity(members: usize, pairs: bool) -> Terms {
        let second = if pairs { Vec::with_capacity(members) } else { Vec::new() };
        Terms { at: Vec::with_capacity(members), first: Vec::with_capacity(members), second }
    }

    pub(super) fn bound(&self) -> Bound {
        let largest = self.first.iter().chain(&self.second).map(|value| u128::from(value.unsigned_abs())).max().unwrap_or(0);
        // A value has 64 bits and its square at most 126.
        match (largest * largest).checked_mul(self.first.len() as u128) {
            Some(total) if total < i64::MAX as u128 => Bound::Bits64,
            Some(total) if total < i128::MAX as u128 => Bound::Bits128,
            Some(_) | None => Bound::More,
        }
    }

    /// How many there are and for how many it holds, per group.
    pub(super) fn counts(&self, groups: &[u32], count: usize) -> Vec<(u64, u64)> {
        let mut counts = vec![(0, 0); count];
        for (at, value) in self.at.iter().zip(&self.first) {
            if let Some((n, hits)) = groups.get(*at as usize).and_then(|group| counts.get_mut(*group as usize)) {
                *n += 1;
                *hits += u64::from(*value != 0);
            }
        }
        counts
    }

    /// Adds everything to the sums of its group.
    pub(super) fn add(&self, sums: &mut [Sums], groups: &[u32], bound: Bound) {
        match sums.first() {
            None => {}
            Some(Sums::Rate(..)) => {
                let counts = self.counts(groups, sums.len());
                for (sums, (more, held)) in sums.iter_mut().zip(counts) {
                    if let Sums::Rate(n, hits) = sums {
                        *n += more;
                        *hits += held;
                    }
                }
            }
            Some(Sums::Value(_)) => match bound {
                Bound::Bits64 => self.add_values::<i64>(sums, groups),
                Bound::Bits128 => self.add_values::<i128>(sums, groups),
                Bound::More => self.add_singly(sums, groups),
            },
            Some(Sums::Pair(_)) => match bound {
                Bound::Bits64 => self.add_pairs::<i64>(sums, groups),
                Bound::Bits128 => self.add_pairs::<i128>(sums, groups),
                Bound::More => self.add_singly(sums, groups),
            },
        }
    }

    fn add_values<T: Exact>(&self, sums: &mut [Sums], groups: &[u32]) {
        let mut parts = vec![(0_u64, T::default(), T::default()); sums.len()];
        for (at, value) in self.at.iter().zip(&self.first) {
            if let Some((n, sum, squares)) = groups.get(*at as usize).and_then(|group| parts.get_mut(*group as usize)) {
                let value = T::from(*value);
                *n += 1;
                *sum += value;
                *squares += value * value;
            }
        }
        for (sums, (n, sum, squares)) in sums.iter_mut().zip(parts) {
            if let Sums::Value(tally) = sums {
                tally.add_part(Part { n, sum: sum.into(), squares: squares.into() });
            }
        }
    }

    fn add_pairs<T: Exact>(&self, sums: &mut [Sums], groups: &[u32]) {
        let none = [T::default(); 5];
        let mut parts = vec![(0_u64, none); sums.len()];
        for ((at, x), y) in self.at.iter().zip(&self.first).zip(&self.second) {
            let slot = groups.get(*at as usize).and_then(|group| parts.get_mut(*group as usize));
            if let Some((n, [sum_x, squares_x, sum_y, squares_y, products])) = slot {
                let (x, y) = (T::from(*x), T::from(*y));
                *n += 1;
                *sum_x += x;
                *squares_x += x * x;
                *sum_y += y;
                *squares_y += y * y;
                *products += x * y;
            }
        }
        for (sums, (n, parts)) in sums.iter_mut().zip(parts) {
            if let Sums::Pair(pairs) = sums {
                let [sum_x, squares_x, sum_y, squares_y, products] = parts.map(Into::into);
                let (x, y) = (Part { n, sum: sum_x, squares: squares_x }, Part { n, sum: sum_y, squares: squares_y });
                pairs.add_parts(x, y, products);
            }
        }
    }

    fn add_singly(&self, sums: &mut [Sums], groups: &[u32]) {
        for (place, (at, value)) in self.at.iter().zip(&self.first).enumerate() {
            let square = i128::from(*value) * i128::from(*value);
            match groups.get(*at as usize).and_then(|group| sums.get_mut(*group as usize)) {
                Some(Sums::Value(tally)) => tally.add_part(Part { n: 1, sum: i128::from(*value), squares: square }),
                Some(Sums::Pair(pairs)) => {
                    let other = self.second.get(place).copied().unwrap_or_default();
                    let (x, y) = (i128::from(*value), i128::from(other));
                    pairs.add_parts(Part { n: 1, sum: x, squares: square }, Part { n: 1, sum: y, squares: y * y }, x * y);
                }
                Some(Sums::Rate(..)) | None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::tally::{PairTally, Scale, Tally};

    fn terms(first: Vec<i64>, second: Vec<i64>) -> Terms {
        Terms { at: (0..).take(first.len()).collect(), first, second }
    }

    #[test]
    fn every_width_gives_the_same_sums() {
        let groups = [0, 1, 0, 1, 1];
        let own = terms(vec![3, -7, 11, 0, 5], vec![2, 2, -9, 1, 4]);
        for empty in [Sums::Value(Tally::new(Scale::Whole)), Sums::Pair(PairTally::new(Scale::Whole, Scale::Whole))] {
            let by = |bound: Bound| {
                let mut sums = vec![empty; 2];
                own.add(&mut sums, &groups, bound);
                sums.into_iter().map(Sums::pairs).collect::<Vec<_>>()
            };
            assert_eq!(by(Bound::Bits64), by(Bound::More));
            assert_eq!(by(Bound::Bits128), by(Bound::More));
        }
    }

    #[test]
    fn a_block_of_large_values_is_summed_in_more_bits() {
        let bound = |largest: i64, n: usize| terms(vec![largest; n], Vec::new()).bound();
        assert!(bound(1_000_000, 4_096) == Bound::Bits64);
        assert!(bound(3_037_000_499, 1) == Bound::Bits64 && bound(3_037_000_499, 2) == Bound::Bits128);
        assert!(bound(i64::MAX, 1) == Bound::Bits128 && bound(i64::MIN, 3) == Bound::More);
        let mut sums = vec![Sums::Value(Tally::new(Scale::Whole))];
        let own = terms(vec![i64::MIN; 3], Vec::new());
        own.add(&mut sums, &[0, 0, 0], own.bound());
        let Sums::Value(tally) = sums.remove(0) else { unreachable!() };
        assert_eq!((tally.count(), tally.total()), (3, Some(i128::from(i64::MIN) * 3)));
    }
}
