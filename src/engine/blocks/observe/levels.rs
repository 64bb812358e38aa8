//! The values of a cut while rows are looked at, and the day on which they entered.

use super::super::column::Values;
use super::Groups;
use crate::builtins::format_value;
use crate::engine::error::EngineError;
use crate::evaluate::observed::{MOST_LEVELS, ObservedCut, ObservedLevel};
use crate::evaluate::tally::PairTally;
use crate::ir::{Cut, FormatStyle};
use crate::types::{Type, Value};
use indexmap::IndexMap;

/// The levels of one cut as they were first seen.
pub(super) struct Seen<'t> {
    cut: &'t Cut,
    ty: Type,
    names: IndexMap<Value, Vec<u64>>,
    arms: usize,
}

impl<'t> Seen<'t> {
    pub(super) fn new(cut: &'t Cut, ty: Type, arms: usize) -> Seen<'t> {
        // The labels of a ladder are levels even where nobody has them.
        let labels = (0..cut.levels.len()).filter_map(|at| i64::try_from(at).ok()).map(|at| (Value::Int(at), vec![0; arms]));
        Seen { cut, ty, names: labels.collect(), arms }
    }

    /// The group of each member, whose arm counts one more.
    pub(super) fn take(&mut self, values: &Values, rows: &[u32], arms: &[u32]) -> Groups {
        let mut of = Vec::with_capacity(rows.len());
        if let Values::Text(texts) = values {
            // Few texts stand in a cut: those of a block are known by themselves before any is copied.
            let mut known: Vec<(Option<&str>, usize)> = Vec::new();
            for (row, arm) in rows.iter().zip(arms) {
                let text = texts.get(*row as usize);
                let at = match known.iter().find(|(seen, _)| *seen == text) {
                    Some((_, at)) => *at,
                    None => {
                        let at = self.place(text.map_or(Value::Missing, |text| Value::Text(text.to_owned())));
                        if known.len() < MOST_LEVELS {
                            known.push((text, at));
                        }
                        at
                    }
                };
                of.push(self.count(at, *arm));
            }
        } else {
            for (row, arm) in rows.iter().zip(arms) {
                let at = self.place(values.get(*row as usize));
                of.push(self.count(at, *arm));
            }
        }
        Groups { of, count: self.names.len() * self.arms }
    }

    fn place(&mut self, value: Value) -> usize {
        match self.names.get_index_of(&value) {
            Some(at) => at,
            None => self.names.insert_full(value, vec![0; self.arms]).0,
        }
    }

    fn count(&mut self, at: usize, arm: u32) -> u32 {
        if let Some(count) = self.names.get_index_mut(at).and_then(|(_, counts)| counts.get_mut(arm as usize)) {
            *count += 1;
        }
        u32::try_from(at * self.arms).unwrap_or(u32::MAX).saturating_add(arm)
    }

    /// Name and display name of a level.
    fn named(&self, value: &Value) -> (String, Option<String>) {
        if let (Value::Int(at), false) = (value, self.cut.levels.is_empty()) {
            if let Some(label) = usize::try_from(*at).ok().and_then(|at| self.cut.levels.get(at)) {
                return label.clone();
            }
        }
        match format_value(value, &self.ty, &FormatStyle::Plain) {
            Value::Text(text) => (text, None),
            Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => (String::new(), None),
        }
    }

    /// The cut with its measures; `measures`: per measure, per level as seen, per arm.
    pub(super) fn finish(self, measures: &[Vec<Vec<PairTally>>]) -> Result<ObservedCut, EngineError> {
        let ladder = !self.cut.levels.is_empty();
        let mut levels: Vec<(usize, ObservedLevel)> = Vec::new();
        for (at, (value, assigned)) in self.names.iter().enumerate() {
            let (name, label) = self.named(value);
            let none = || vec![PairTally::default(); self.arms];
            let measures = measures.iter().map(|levels| levels.get(at).cloned().unwrap_or_else(none)).collect();
            let place = if ladder && !value.is_missing() { at } else { usize::MAX };
            levels.push((place, ObservedLevel { name, label, assigned: assigned.clone(), measures }));
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
