//! The values of a cut while rows are looked at, and the day on which they entered.

use super::super::column::Values;
use super::Groups;
use super::names::Names;
use crate::engine::error::EngineError;
use crate::evaluate::observed::{MOST_LEVELS, ObservedCut, ObservedLevel};
use crate::evaluate::tally::PairTally;
use crate::ir::Cut;
use crate::types::Type;

/// The levels of one cut as they were first seen.
pub(super) struct Seen<'t> {
    names: Names<'t>,
    /// Per level, per arm.
    assigned: Vec<Vec<u64>>,
    arms: usize,
}

impl<'t> Seen<'t> {
    pub(super) fn new(cut: &'t Cut, ty: Type, arms: usize) -> Seen<'t> {
        Seen { names: Names::new(ty, &cut.levels), assigned: Vec::new(), arms }
    }

    /// The group of each member, whose arm counts one more.
    pub(super) fn take(&mut self, values: &Values, rows: &[u32], arms: &[u32]) -> Groups {
        let numbers = self.names.of(values, rows);
        self.assigned.resize_with(self.names.len(), || vec![0; self.arms]);
        let mut group = |(number, arm): (u32, &u32)| {
            let count = self.assigned.get_mut(number as usize).and_then(|counts| counts.get_mut(*arm as usize));
            if let Some(count) = count {
                *count += 1;
            }
            u32::try_from(number as usize * self.arms).unwrap_or(u32::MAX).saturating_add(*arm)
        };
        let of = numbers.into_iter().zip(arms).map(&mut group).collect();
        Groups { of, count: self.names.len() * self.arms }
    }

    /// The cut with its measures; `measures`: per measure, per level as seen, per arm.
    pub(super) fn finish(self, measures: &[Vec<Vec<PairTally>>]) -> Result<ObservedCut, EngineError> {
        let mut levels: Vec<(usize, ObservedLevel)> = Vec::new();
        for (at, (place, name, label)) in self.names.told().enumerate() {
            let none = || vec![PairTally::default(); self.arms];
            let measures = measures.iter().map(|levels| levels.get(at).cloned().unwrap_or_else(none)).collect();
            let assigned = self.assigned.get(at).cloned().unwrap_or_else(|| vec![0; self.arms]);
            levels.push((place, ObservedLevel { name, label, assigned, measures }));
        }
        levels.sort_by(|(a, left), (b, right)| (a, &left.name).cmp(&(b, &right.name)));
        let mut levels: Vec<ObservedLevel> = levels.into_iter().map(|(_, level)| level).collect();
        if levels.len() > MOST_LEVELS {
            let mut sizes: Vec<u64> = levels.iter().map(|level| level.assigned.iter().sum()).collect();
            sizes.sort_unstable_by(|a, b| b.cmp(a));
            let least = sizes.get(MOST_LEVELS - 2).copied().unwrap_or(0);
            let mut shown = Vec::new();
            let mut other = ObservedLevel { name: String::from("(other)"), ..ObservedLevel::default() };
            for level in levels {
                let size: u64 = level.assigned.iter().sum();
                if size >= least && shown.len() < MOST_LEVELS - 1 {
                    shown.push(level);
                } else {
                    add_level(&mut other, &level);
                }
            }
            shown.push(other);
            levels = shown;
        }
        Ok(ObservedCut { levels })
    }
}

fn add_level(into: &mut ObservedLevel, level: &ObservedLevel) {
    if into.assigned.is_empty() {
        into.assigned.clone_from(&level.assigned);
        into.measures.clone_from(&level.measures);
        return;
    }
    for (sum, count) in into.assigned.iter_mut().zip(&level.assigned) {
        *sum += count;
    }
    for (sums, measures) in into.measures.iter_mut().zip(&level.measures) {
        for (sum, tally) in sums.iter_mut().zip(measures) {
            sum.merge(tally);
        }
    }
}
