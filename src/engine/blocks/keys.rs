//! Keys to small numbers: what rows of one table are grouped by and rows of another look up.
//!
//! Bank keys are mostly a fixed text and a running number of fixed width, or plain small ints. Those are looked up by position;
//! all others by hash. Keys change from the first way to the second as soon as one does not fit.

use super::column::Values;
use polars::prelude::*;

/// A key that is missing: it belongs to no group, and nothing can be said about it.
pub(super) const NO_KEY: u32 = u32::MAX;
/// A known key that no row has.
pub(super) const NO_GROUP: u32 = u32::MAX - 1;

/// Running numbers beyond this are looked up by hash: positions take four bytes each.
const MOST_POSITIONS: usize = 1 << 26;

/// Texts like `C00000017`: the same start, then digits, all of one length.
#[derive(Debug, Clone)]
struct Pattern {
    start: Vec<u8>,
    digits: usize,
}

impl Pattern {
    fn of(text: &str) -> Option<Pattern> {
        let bytes = text.as_bytes();
        let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let start = bytes.get(..bytes.len() - digits)?;
        (1..=15).contains(&digits).then(|| Pattern { start: start.to_vec(), digits })
    }

    fn number(&self, text: &str) -> Option<usize> {
        let (start, digits) = text.as_bytes().split_at_checked(self.start.len())?;
        if digits.len() != self.digits || start != self.start {
            return None;
        }
        match digits.split_last_chunk::<8>() {
            Some((more, last)) => {
                let more = more.iter().try_fold(0, |number, byte| Some(number * 10 + digit(*byte)?))?;
                Some(more * 100_000_000 + eight_digits(u64::from_le_bytes(*last))?)
            }
            None => digits.iter().try_fold(0, |number, byte| Some(number * 10 + digit(*byte)?)),
        }
    }

    fn text(&self, number: usize) -> String {
        format!("{}{number:0width$}", String::from_utf8_lossy(&self.start), width = self.digits)
    }
}

fn digit(byte: u8) -> Option<usize> {
    byte.is_ascii_digit().then(|| usize::from(byte - b'0'))
}

/// Eight digits, the first in the lowest byte, added up in pairs, then fours, then eights.
fn eight_digits(text: u64) -> Option<usize> {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    // A digit stays below 0x3A, so six more do not carry into its high half.
    if text & HIGH != ZEROS || text.wrapping_add(0x0606_0606_0606_0606) & HIGH != ZEROS {
        return None;
    }
    let pairs = (text & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(2561) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(6_553_601) >> 16;
    let all = (fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(42_949_672_960_001) >> 32;
    usize::try_from(all).ok()
}

#[derive(Debug, Clone)]
enum Lookup {
    /// No key was seen.
    Empty,
    /// One group for all rows.
    Together,
    /// Group + 1 at the position of a number; 0 where there is none.
    Numbers(Vec<u32>),
    Patterned(Pattern, Vec<u32>),
    /// Consecutive numbers in their order, from the first on: the group follows from the number.
    Consecutive(Pattern, usize),
    /// Bools and floats as their bits.
    Ints(PlHashMap<i64, u32>),
    Texts(PlHashMap<PlSmallStr, u32>),
}

/// Groups are numbered from 0 in order of first appearance.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    lookup: Lookup,
    groups: u32,
}

fn position(positions: &[u32], number: usize) -> Option<u32> {
    positions.get(number).copied().filter(|group| *group > 0).map(|group| group - 1)
}

/// Makes room for a number; false when it is too large to be a position.
fn reach(positions: &mut Vec<u32>, number: usize) -> bool {
    if number >= MOST_POSITIONS {
        return false;
    }
    if number >= positions.len() {
        // A fresh allocation of zeros takes no memory before it is written.
        let mut longer = vec![0; (number + 1).next_power_of_two()];
        for (to, from) in longer.iter_mut().zip(positions.iter()) {
            if *from > 0 {
                *to = *from;
            }
        }
        *positions = longer;
    }
    true
}

fn small(value: i64) -> Option<usize> {
    usize::try_from(value).ok()
}

impl Keys {
    pub(super) fn new() -> Keys {
        Keys { lookup: Lookup::Empty, groups: 0 }
    }

    /// All rows are one group, which is there even without rows.
    pub(super) fn together() -> Keys {
        Keys { lookup: Lookup::Together, groups: 1 }
    }

    pub(super) fn groups(&self) -> u32 {
        self.groups
    }

    /// The group of each row's key, made where it is new; `NO_KEY` for missing keys. `len` counts rows when there is no key.
    pub(super) fn insert(&mut self, keys: Option<&Values>, len: usize) -> Vec<u32> {
        let Some(keys) = keys else { return vec![0; len] };
        match keys {
            Values::Text(texts) => texts.iter().map(|text| text.map_or(NO_KEY, |text| self.insert_text(text))).collect(),
            Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => {
                let numbers = keys.ordered().unwrap_or_default();
                keys.known()
                    .iter()
                    .zip(numbers.iter())
                    .map(|(known, number)| if known { self.insert_int(*number) } else { NO_KEY })
                    .collect()
            }
        }
    }

    /// The group of each row's key: `NO_KEY` for missing keys, `NO_GROUP` for those never inserted.
    pub(super) fn find(&self, keys: Option<&Values>, len: usize) -> Vec<u32> {
        let Some(keys) = keys else { return vec![0; len] };
        match keys {
            Values::Text(texts) => texts.iter().map(|text| text.map_or(NO_KEY, |text| self.find_text(text).unwrap_or(NO_GROUP))).collect(),
            Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => {
                let numbers = keys.ordered().unwrap_or_default();
                let group = |number| self.find_int(number).unwrap_or(NO_GROUP);
                keys.known().iter().zip(numbers.iter()).map(|(known, number)| if known { group(*number) } else { NO_KEY }).collect()
            }
        }
    }

    fn find_text(&self, text: &str) -> Option<u32> {
        match &self.lookup {
            Lookup::Patterned(pattern, positions) => position(positions, pattern.number(text)?),
            Lookup::Texts(map) => map.get(text).copied(),
            Lookup::Consecutive(pattern, first) => {
                let group = pattern.number(text)?.checked_sub(*first)?;
                u32::try_from(group).ok().filter(|group| *group < self.groups)
            }
            Lookup::Together => Some(0),
            Lookup::Empty | Lookup::Numbers(_) | Lookup::Ints(_) => None,
        }
    }

    fn find_int(&self, number: i64) -> Option<u32> {
        match &self.lookup {
            Lookup::Numbers(positions) => position(positions, small(number)?),
            Lookup::Ints(map) => map.get(&number).copied(),
            Lookup::Together => Some(0),
            Lookup::Empty | Lookup::Patterned(..) | Lookup::Consecutive(..) | Lookup::Texts(_) => None,
        }
    }

    pub(super) fn insert_text(&mut self, text: &str) -> u32 {
        if let Lookup::Empty = self.lookup {
            self.lookup = match Pattern::of(text) {
                Some(pattern) => Lookup::Patterned(pattern, Vec::new()),
                None => Lookup::Texts(PlHashMap::default()),
            };
        }
        let next = self.groups;
        let group = match &mut self.lookup {
            Lookup::Patterned(pattern, positions) => match pattern.number(text) {
                Some(number) if reach(positions, number) => match positions.get_mut(number) {
                    Some(slot) => {
                        if *slot == 0 {
                            *slot = next + 1;
                        }
                        *slot - 1
                    }
                    None => next,
                },
                Some(_) | None => {
                    self.to_texts();
                    return self.insert_text(text);
                }
            },
            Lookup::Texts(map) => match map.get(text) {
                Some(group) => *group,
                None => {
                    map.insert(PlSmallStr::from(text), next);
                    next
                }
            },
            Lookup::Together => 0,
            // Keys of one table are of one type.
            Lookup::Empty | Lookup::Numbers(_) | Lookup::Ints(_) | Lookup::Consecutive(..) => return NO_GROUP,
        };
        self.groups = self.groups.max(group + 1);
        group
    }

    pub(super) fn insert_int(&mut self, number: i64) -> u32 {
        if let Lookup::Empty = self.lookup {
            self.lookup = Lookup::Numbers(Vec::new());
        }
        let next = self.groups;
        let group = match &mut self.lookup {
            Lookup::Numbers(positions) => match small(number) {
                Some(at) if reach(positions, at) => match positions.get_mut(at) {
                    Some(slot) => {
                        if *slot == 0 {
                            *slot = next + 1;
                        }
                        *slot - 1
                    }
                    None => next,
                },
                Some(_) | None => {
                    self.to_ints();
                    return self.insert_int(number);
                }
            },
            Lookup::Ints(map) => *map.entry(number).or_insert(next),
            Lookup::Together => 0,
            Lookup::Empty | Lookup::Patterned(..) | Lookup::Consecutive(..) | Lookup::Texts(_) => return NO_GROUP,
        };
        self.groups = self.groups.max(group + 1);
        group
    }

    /// Says that no key will be added. Running numbers without a gap need no table then.
    pub(super) fn close(&mut self) {
        let Lookup::Patterned(pattern, positions) = &self.lookup else { return };
        let Some(first) = positions.iter().position(|group| *group > 0) else { return };
        let count = self.groups as usize;
        let rows = positions.get(first..first + count).unwrap_or_default();
        if rows.len() == count && (1..).zip(rows).all(|(place, group)| place == *group) {
            self.lookup = Lookup::Consecutive(pattern.clone(), first);
        }
    }

    fn to_texts(&mut self) {
        if let Lookup::Patterned(pattern, positions) = &self.lookup {
            let seen = positions.iter().enumerate().filter(|(_, group)| **group > 0);
            let map = seen.map(|(number, group)| (PlSmallStr::from(pattern.text(number)), group - 1)).collect();
            self.lookup = Lookup::Texts(map);
        }
    }

    fn to_ints(&mut self) {
        if let Lookup::Numbers(positions) = &self.lookup {
            let seen = positions.iter().enumerate().filter(|(_, group)| **group > 0);
            let map = seen.map(|(number, group)| (i64::try_from(number).unwrap_or(i64::MAX), group - 1)).collect();
            self.lookup = Lookup::Ints(map);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[Option<&str>]) -> Values {
        Values::Text(texts.iter().copied().collect())
    }

    #[test]
    fn running_numbers_are_the_texts_they_stand_for() {
        let mut keys = Keys::new();
        assert_eq!(keys.insert(Some(&texts(&[Some("C07"), None, Some("C01"), Some("C07")])), 4), [0, NO_KEY, 1, 0]);
        assert_eq!(keys.find(Some(&texts(&[Some("C7"), Some("C007"), Some("c07"), Some("C01")])), 4), [NO_GROUP, NO_GROUP, NO_GROUP, 1]);
        assert_eq!(keys.insert(Some(&texts(&[Some("客户"), Some("C7"), Some("C01"), Some("C07")])), 4), [2, 3, 1, 0]);
        assert_eq!(keys.find(Some(&texts(&[Some("C07"), Some("客户"), Some("")])), 3), [0, 2, NO_GROUP]);
        assert_eq!(keys.groups(), 4);
    }

    #[test]
    fn consecutive_numbers_are_found_without_a_table() {
        for (keys, consecutive) in [(["C08", "C09", "C10"], true), (["C08", "C10", "C09"], false), (["C07", "C09", "C10"], false)] {
            let mut closed = Keys::new();
            closed.insert(Some(&texts(&keys.map(Some))), 3);
            let asked = texts(&[Some("C07"), Some("C08"), Some("C09"), Some("C10"), Some("C11"), Some("C1"), None]);
            let before = closed.find(Some(&asked), 7);
            closed.close();
            assert_eq!(matches!(closed.lookup, Lookup::Consecutive(..)), consecutive);
            assert_eq!(closed.find(Some(&asked), 7), before);
        }
    }

    #[test]
    fn digits_are_read_eight_at_a_time() {
        let pattern = Pattern::of("K00000000").unwrap();
        for number in [0, 1, 9, 10, 12_345_678, 99_999_999] {
            assert_eq!(pattern.number(&pattern.text(number)), Some(number));
        }
        for text in ["K0000000:", "K0000000/", "K000000 0", "K0000000a", "K000000é", "L00000000", "K0000000", "K000000000"] {
            assert_eq!(pattern.number(text), None, "{text}");
        }
        let long = Pattern::of("2026123456789").unwrap();
        assert_eq!(long.number("2026123456790"), Some(2_026_123_456_790));
    }

    #[test]
    fn large_and_negative_ints_change_the_way_but_not_the_groups() {
        let mut keys = Keys::new();
        let ints = |ints: &[i64]| Values::ints(ints.iter().map(|int| Some(*int)), ints.len());
        assert_eq!(keys.insert(Some(&ints(&[5, 3, 5])), 3), [0, 1, 0]);
        assert_eq!(keys.insert(Some(&ints(&[-1, i64::MAX, 3])), 3), [2, 3, 1]);
        assert_eq!(keys.find(Some(&ints(&[5, 4, -1])), 3), [0, NO_GROUP, 2]);
    }
}
