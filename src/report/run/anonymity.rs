//! Small numbers stay small: cells of fewer than ten subjects are not counted out, and neither is what they could be computed from.

use super::{FEWEST_SHOWN, Tally};
use crate::report::printed::count;

/// A number as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Exact(u64),
    /// From 1 to 9.
    Few,
    /// Ten or more, not said how many, since a smaller one could be computed from it.
    Kept,
}

impl Shown {
    pub fn print(self) -> String {
        match self {
            Self::Exact(number) => count(number),
            Self::Few => format!("<{FEWEST_SHOWN}"),
            Self::Kept => format!("≥{FEWEST_SHOWN}"),
        }
    }

    /// For bars; nothing for what is not shown.
    pub fn number(self) -> u64 {
        match self {
            Self::Exact(number) => number,
            Self::Few | Self::Kept => 0,
        }
    }
}

/// One number that stands in no sum.
pub(super) fn alone(tally: Tally) -> Shown {
    if tally.few { Shown::Few } else { Shown::Exact(tally.rows) }
}

/// A number of subjects that stands in no sum.
pub(super) fn subjects(number: u64) -> Shown {
    alone(Tally::new(number, 1))
}

/// Cells whose sum is shown beside them. Where some are few, the smallest others are kept back until the hidden ones are at least
/// two and sum to ten or more.
pub(super) fn cells(tallies: &[Tally]) -> Vec<Shown> {
    let mut shown: Vec<Shown> = tallies.iter().map(|tally| alone(*tally)).collect();
    while !may_be_summed(tallies.iter().copied().zip(shown.iter().copied())) {
        let exact = shown.iter_mut().zip(tallies).filter(|(shown, tally)| matches!(shown, Shown::Exact(_)) && tally.rows > 0);
        match exact.min_by_key(|(_, tally)| tally.rows) {
            Some((cell, _)) => *cell = Shown::Kept,
            None => break,
        }
    }
    shown
}

/// Whether a sum may stand beside cells shown like this: nothing is hidden, or enough that no hidden one can be computed.
fn may_be_summed(cells: impl Iterator<Item = (Tally, Shown)>) -> bool {
    let hidden = cells.filter(|(_, shown)| !matches!(shown, Shown::Exact(_)));
    let (number, sum) = hidden.fold((0, 0), |(number, sum), (tally, _)| (number + 1, sum + tally.rows));
    number == 0 || (number >= 2 && sum >= FEWEST_SHOWN)
}

/// The sum of cells that are shown like this elsewhere in the report.
pub(super) fn sum(cells: impl Iterator<Item = (Tally, Shown)> + Clone) -> Shown {
    let rows = cells.clone().map(|(tally, _)| tally.rows).sum();
    match (may_be_summed(cells.clone()), rows) {
        (true, rows) => Shown::Exact(rows),
        (false, rows) if rows < FEWEST_SHOWN || cells.clone().all(|(tally, _)| tally.few || tally.rows == 0) => Shown::Few,
        (false, _) => Shown::Kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tallies(rows: &[u64]) -> Vec<Tally> {
        rows.iter().map(|rows| Tally::new(*rows, 1)).collect()
    }

    fn printed(rows: &[u64]) -> (Vec<String>, String) {
        let tallies = tallies(rows);
        let shown = cells(&tallies);
        let sum = sum(tallies.iter().copied().zip(shown.iter().copied())).print();
        (shown.into_iter().map(Shown::print).collect(), sum)
    }

    #[test]
    fn few_are_never_computed_from_what_is_beside_them() {
        assert_eq!(printed(&[100, 0, 20]), (vec!["100".into(), "0".into(), "20".into()], "120".into()));
        // 123 - 100 would tell; so the smaller of the others is kept back.
        assert_eq!(printed(&[100, 3, 20]), (vec!["100".into(), "<10".into(), "≥10".into()], "123".into()));
        // 1 and 1 of a known 2 would tell.
        assert_eq!(printed(&[1, 1, 50]), (vec!["<10".into(), "<10".into(), "≥10".into()], "52".into()));
        assert_eq!(printed(&[7, 6, 50]), (vec!["<10".into(), "<10".into(), "50".into()], "63".into()));
        assert_eq!(printed(&[3, 0]), (vec!["<10".into(), "0".into()], "<10".into()));
        assert_eq!(printed(&[3]), (vec!["<10".into()], "<10".into()));
        assert_eq!(printed(&[]), (Vec::new(), "0".into()));
    }

    #[test]
    fn several_rows_of_one_subject_are_few_subjects() {
        assert!(Tally::new(15, 2).few);
        assert!(!Tally::new(20, 2).few);
        assert!(!Tally::new(0, 2).few);
    }
}
