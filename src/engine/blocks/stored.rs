//! Values of nodes for all rows of a table, kept small, so that a later pass need not compute them again.

use super::bits::Bits;
use super::column::Values;

/// Bits of all rows so far. While all of them are set, only their number is kept.
#[derive(Debug, Default)]
struct Run {
    words: Option<Vec<u64>>,
    len: usize,
    /// Rows to come, as far as they are known.
    rows: usize,
}

impl Run {
    fn of(rows: usize) -> Run {
        Run { words: None, len: 0, rows }
    }

    fn push(&mut self, bits: &Bits) {
        if self.words.is_none() && bits.is_all() {
            self.len += bits.len();
            return;
        }
        let (len, rows) = (self.len, self.rows);
        let words = self.words.get_or_insert_with(|| {
            let mut words = Vec::with_capacity(rows.div_ceil(64).max(len.div_ceil(64)) + 1);
            words.resize(len / 64, u64::MAX);
            words.extend((len % 64 > 0).then(|| (1 << (len % 64)) - 1));
            words
        });
        let shift = len % 64;
        for word in bits.words() {
            if shift == 0 {
                words.push(*word);
            } else {
                if let Some(last) = words.last_mut() {
                    *last |= word << shift;
                }
                words.push(word >> (64 - shift));
            }
        }
        self.len += bits.len();
        words.truncate(self.len.div_ceil(64));
    }

    fn slice(&self, from: usize, len: usize) -> Bits {
        let Some(words) = &self.words else { return Bits::all(len) };
        let (first, shift) = (from / 64, from % 64);
        let word = |at: usize| words.get(at).copied().unwrap_or(0);
        let words = (first..).map(|at| if shift == 0 { word(at) } else { word(at) >> shift | word(at + 1) << (64 - shift) });
        Bits::of_words(words, len)
    }
}

/// Ints in as few bytes as they all fit.
#[derive(Debug)]
enum Ints {
    Bytes(Vec<i8>),
    Halves(Vec<i32>),
    Whole(Vec<i64>),
}

impl Ints {
    fn push(&mut self, values: &[i64]) {
        match self {
            Ints::Bytes(held) => {
                if values.iter().all(|value| i8::try_from(*value).is_ok()) {
                    return held.extend(values.iter().filter_map(|value| i8::try_from(*value).ok()));
                }
                *self = Ints::Halves(held.iter().map(|value| i32::from(*value)).collect());
                self.push(values);
            }
            Ints::Halves(held) => {
                if values.iter().all(|value| i32::try_from(*value).is_ok()) {
                    return held.extend(values.iter().filter_map(|value| i32::try_from(*value).ok()));
                }
                *self = Ints::Whole(held.iter().map(|value| i64::from(*value)).collect());
                self.push(values);
            }
            Ints::Whole(held) => held.extend_from_slice(values),
        }
    }

    fn slice(&self, from: usize, len: usize) -> Vec<i64> {
        match self {
            Ints::Bytes(held) => held.get(from..from + len).unwrap_or_default().iter().map(|value| i64::from(*value)).collect(),
            Ints::Halves(held) => held.get(from..from + len).unwrap_or_default().iter().map(|value| i64::from(*value)).collect(),
            Ints::Whole(held) => held.get(from..from + len).unwrap_or_default().to_vec(),
        }
    }
}

/// The values of one node for the rows so far: truths, or ints that mean something where they are known.
#[derive(Debug)]
pub(super) struct Stored {
    /// Truths have none.
    ints: Option<Ints>,
    yes: Run,
    known: Run,
}

impl Stored {
    /// For a table of about so many rows.
    pub(super) fn of_truths(rows: usize) -> Stored {
        Stored { ints: None, yes: Run::of(rows), known: Run::of(rows) }
    }

    /// For a table of about so many rows.
    pub(super) fn of_ints(rows: usize) -> Stored {
        Stored { ints: Some(Ints::Bytes(Vec::with_capacity(rows))), yes: Run::default(), known: Run::of(rows) }
    }

    /// Adds the values of the next rows.
    pub(super) fn push(&mut self, values: &Values) {
        self.known.push(&values.known());
        match (values, &mut self.ints) {
            (Values::Int { values, known }, Some(ints)) if known.is_all() => ints.push(values),
            // What stands where nothing is known need not be kept.
            (Values::Int { values, known }, Some(ints)) => ints.push(&known.choose(values, &vec![0; values.len()])),
            (_, Some(ints)) => ints.push(&vec![0; values.len()]),
            (_, None) => self.yes.push(&values.yes()),
        }
    }

    pub(super) fn slice(&self, from: usize, len: usize) -> Values {
        let known = self.known.slice(from, len);
        match &self.ints {
            Some(ints) => Values::Int { values: ints.slice(from, len), known },
            None => Values::Bool { yes: self.yes.slice(from, len), known },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_comes_back_in_any_slices() {
        let values: Vec<Option<i64>> =
            (0..1_000).map(|row| (row < 100 || row % 7 != 0).then_some(if row < 300 { row % 100 } else { row * 1_000_000_007 })).collect();
        let (mut ints, mut truths) = (Stored::of_ints(700), Stored::of_truths(0));
        let mut from = 0;
        for step in [1, 63, 64, 65, 7, 300, 500] {
            let part: Vec<Option<i64>> = values[from..from + step].to_vec();
            ints.push(&Values::ints(part.iter().copied(), step));
            truths.push(&Values::truths(&part.iter().map(|value| value.map(|value| value % 2 == 0)).collect::<Vec<_>>()));
            from += step;
        }
        for (from, len) in [(0, 1_000), (1, 64), (63, 66), (500, 1), (129, 700), (999, 1)] {
            let (ints, truths) = (ints.slice(from, len), truths.slice(from, len));
            for row in 0..len {
                assert_eq!(ints.get(row).as_int(), values[from + row]);
                assert_eq!(truths.get(row).as_bool(), values[from + row].map(|value| value % 2 == 0));
            }
        }
    }
}
