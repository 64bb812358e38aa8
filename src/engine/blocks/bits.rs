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
        let mut bytes = Vec::with_capacity(len);
        bytes.extend(bits.into_iter().take(len).map(u8::from));
        Bits::of_bytes(&bytes)
    }

    /// One bit per byte of 0 or 1.
    pub(super) fn of_bytes(bytes: &[u8]) -> Bits {
        let (whole, rest) = bytes.as_chunks::<64>();
        let mut words: Vec<u64> = whole.iter().map(packed).collect();
        if !rest.is_empty() {
            let mut last = [0_u8; 64];
            last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            words.push(packed(&last));
        }
        Bits { words, len: bytes.len() }
    }

    /// One bit per pair of items.
    pub(super) fn of_pairs<A: Copy, B: Copy>(left: &[A], right: &[B], test: impl Fn(A, B) -> bool) -> Bits {
        let words = left.chunks(64).zip(right.chunks(64)).map(|(left, right)| {
            let mut bytes = [0_u8; 64];
            for (byte, (a, b)) in bytes.iter_mut().zip(left.iter().zip(right)) {
                *byte = u8::from(test(*a, *b));
            }
            packed(&bytes)
        });
        Bits { words: words.collect(), len: left.len().min(right.len()) }
    }

    /// One bit per item.
    pub(super) fn of_each<A: Copy>(values: &[A], test: impl Fn(A) -> bool) -> Bits {
        let words = values.chunks(64).map(|part| {
            let mut bytes = [0_u8; 64];
            for (byte, a) in bytes.iter_mut().zip(part) {
                *byte = u8::from(test(*a));
            }
            packed(&bytes)
        });
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

    /// The first where a bit is set, else the second.
    pub(super) fn choose<T: Copy>(&self, first: &[T], second: &[T]) -> Vec<T> {
        let mut out = Vec::with_capacity(self.len);
        for (word, (first, second)) in self.words.iter().zip(first.chunks(64).zip(second.chunks(64))) {
            match *word {
                0 => out.extend_from_slice(second),
                u64::MAX => out.extend_from_slice(first),
                word => out.extend(first.iter().zip(second).enumerate().map(|(at, (a, b))| if word >> at & 1 == 1 { *a } else { *b })),
            }
        }
        out
    }

    /// Calls `take` for every row whose bit is set, ascending.
    pub(super) fn each(&self, mut take: impl FnMut(usize)) {
        for (at, word) in self.words.iter().enumerate() {
            let first = at * 64;
            if *word == u64::MAX {
                (first..first + 64).for_each(&mut take);
            } else {
                let mut word = *word;
                while word != 0 {
                    take(first + word.trailing_zeros() as usize);
                    word &= word - 1;
                }
            }
        }
    }

    /// 64 rows per word; what stands beyond the length is ignored.
    pub(super) fn of_words(words: impl Iterator<Item = u64>, len: usize) -> Bits {
        let mut words: Vec<u64> = words.take(len.div_ceil(64)).collect();
        words.resize(len.div_ceil(64), 0);
        Bits { words, len }.cut()
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

/// 64 bytes of 0 or 1 as bits.
fn packed(bytes: &[u8; 64]) -> u64 {
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().rev().fold(0, |word, eight| {
        // Each byte's lowest bit travels to the top byte, in order.
        word << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
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
    fn tests_and_choices_go_row_by_row() {
        let values: Vec<i64> = (0..130).collect();
        let odd = Bits::of_each(&values, |value| value % 2 == 1);
        assert_eq!(odd, Bits::collect(130, values.iter().map(|value| value % 2 == 1)));
        assert_eq!(Bits::of_pairs(&values, &values, |a, b| a == b), Bits::all(130));
        let other: Vec<i64> = values.iter().map(|value| -value).collect();
        let chosen = odd.choose(&values, &other);
        assert!(chosen.iter().zip(&values).all(|(chosen, value)| *chosen == if value % 2 == 1 { *value } else { -value }));
        assert_eq!(Bits::all(130).choose(&values, &other), values);
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
