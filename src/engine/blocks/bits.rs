//! Packed truth: one bit per row of a block, 64 rows per step.

/// Bits beyond the length are never set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    pub(super) fn none(len: usize) -> Bits {
        Bits { words: vec![0; len.div_ceil(64)], len }
    }

    pub(super) fn all(len: usize) -> Bits {
        Bits { words: vec![u64::MAX; len.div_ceil(64)], len }.cut()
    }

    pub(super) fn same(value: bool, len: usize) -> Bits {
        if value { Bits::all(len) } else { Bits::none(len) }
    }

    /// One bit per item; the iterator gives at least `len` of them.
    pub(super) fn collect(len: usize, bits: impl IntoIterator<Item = bool>) -> Bits {
        let mut out = Bits::none(len);
        let mut bits = bits.into_iter().take(len);
        for word in &mut out.words {
            for (at, bit) in bits.by_ref().take(64).enumerate() {
                *word |= u64::from(bit) << at;
            }
        }
        out
    }

    /// One bit per pair of items.
    pub(super) fn of_pairs<A: Copy, B: Copy>(left: &[A], right: &[B], test: impl Fn(A, B) -> bool) -> Bits {
        let words = left.chunks(64).zip(right.chunks(64)).map(|(left, right)| {
            left.iter().zip(right).enumerate().fold(0, |word, (at, (a, b))| word | u64::from(test(*a, *b)) << at)
        });
        Bits { words: words.collect(), len: left.len().min(right.len()) }
    }

    /// One bit per item.
    pub(super) fn of_each<A: Copy>(values: &[A], test: impl Fn(A) -> bool) -> Bits {
        let words = values.chunks(64).map(|part| part.iter().enumerate().fold(0, |word, (at, a)| word | u64::from(test(*a)) << at));
        Bits { words: words.collect(), len: values.len() }
    }

    fn cut(mut self) -> Bits {
        let rest = self.len % 64;
        if let (true, Some(last)) = (rest > 0, self.words.last_mut()) {
            *last &= (1 << rest) - 1;
        }
        self
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    pub(super) fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(super) fn is_all(&self) -> bool {
        self.count() == self.len
    }

    fn combined(&self, other: &Bits, with: impl Fn(u64, u64) -> u64) -> Bits {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| with(*a, *b)).collect();
        Bits { words, len: self.len.min(other.len) }
    }

    pub(super) fn and(&self, other: &Bits) -> Bits {
        self.combined(other, |a, b| a & b)
    }

    pub(super) fn and_not(&self, other: &Bits) -> Bits {
        self.combined(other, |a, b| a & !b)
    }

    pub(super) fn or(&self, other: &Bits) -> Bits {
        self.combined(other, |a, b| a | b)
    }

    pub(super) fn not(&self) -> Bits {
        Bits { words: self.words.iter().map(|word| !word).collect(), len: self.len }.cut()
    }

    /// Rows whose bit is set, ascending.
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let row = at * 64 + word.trailing_zeros() as usize;
                word &= word - 1;
                Some(row)
            })
        })
    }

    /// All bits, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = bool> {
        self.words.iter().flat_map(|word| (0..64).map(move |at| word >> at & 1 == 1)).take(self.len)
    }

    /// The bits of the given rows.
    pub(super) fn gather(&self, rows: &[u32]) -> Bits {
        Bits::collect(rows.len(), rows.iter().map(|row| self.get(*row as usize)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_set_beyond_the_length() {
        for len in [0, 1, 63, 64, 65, 130] {
            assert_eq!(Bits::all(len).count(), len);
            assert_eq!(Bits::none(len).not(), Bits::all(len));
            assert_eq!(Bits::all(len).not().count(), 0);
            assert!(Bits::all(len).is_all());
        }
    }

    #[test]
    fn rows_come_in_order() {
        let bits = Bits::collect(130, (0..130).map(|row| row % 3 == 0));
        let rows: Vec<usize> = bits.ones().collect();
        assert_eq!(rows, (0..130).filter(|row| row % 3 == 0).collect::<Vec<_>>());
        assert_eq!(bits.iter().filter(|bit| *bit).count(), rows.len());
        assert_eq!(bits.gather(&[0, 1, 129, 200]).iter().collect::<Vec<_>>(), [true, false, true, false]);
    }
}
