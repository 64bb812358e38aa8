//! Counts, integer sums and ends: one cell each, side by side per group; 32 bits for counts, as a table has no more rows than
//! 32 bits say, 64 bits for the others.

use super::super::super::error::EngineError;
use super::super::bits::Bits;
use super::super::block::Block;
use super::super::column::Values;
use super::parts::Column;
use crate::ir::NodeId;
use indexmap::IndexMap;
use std::rc::Rc;

/// One kind of fold that fits cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Rows(usize),
    Known(Column),
    Sum(Column),
    Least(Column),
    Greatest(Column),
    /// Three cells: the instant, the value, and what is known of it.
    Timed {
        at: Option<NodeId>,
        column: Column,
        latest: bool,
    },
}

/// What the third cell of a timed value says.
const NO_ROW: i64 = 0;
const MISSING: i64 = 1;
const KNOWN: i64 = 2;

#[derive(Default)]
pub(super) struct Cells {
    parts: IndexMap<Part, usize>,
    /// A record as it begins.
    blank: Vec<i64>,
    records: Vec<i64>,
    /// Counts of a group.
    counted: usize,
    counts: Vec<u32>,
    /// What sums lost to overflow, by place of their cell: the true sum is the cell plus this.
    carried: IndexMap<usize, i128>,
}

impl Cells {
    fn part(&mut self, part: Part, blank: &[i64]) -> usize {
        let next = self.blank.len();
        let at = *self.parts.entry(part).or_insert(next);
        if at == next {
            self.blank.extend_from_slice(blank);
        }
        at
    }

    fn count_of(&mut self, part: Part) -> usize {
        let next = self.counted;
        let at = *self.parts.entry(part).or_insert(next);
        self.counted += usize::from(at == next);
        at
    }

    pub(super) fn rows(&mut self, mask: usize) -> usize {
        self.count_of(Part::Rows(mask))
    }

    pub(super) fn known(&mut self, column: Column) -> usize {
        self.count_of(Part::Known(column))
    }

    pub(super) fn sum(&mut self, column: Column) -> usize {
        self.part(Part::Sum(column), &[0])
    }

    pub(super) fn least(&mut self, column: Column) -> usize {
        self.part(Part::Least(column), &[i64::MAX])
    }

    pub(super) fn greatest(&mut self, column: Column) -> usize {
        self.part(Part::Greatest(column), &[i64::MIN])
    }

    pub(super) fn timed(&mut self, at: Option<NodeId>, column: Column, latest: bool) -> usize {
        self.part(Part::Timed { at, column, latest }, &[0, 0, NO_ROW])
    }

    pub(super) fn reach(&mut self, groups: usize) {
        longer(&mut self.records, &self.blank, groups);
        longer(&mut self.counts, &vec![0; self.counted], groups);
    }

    /// A count of a group; `None` for groups that no row has.
    pub(super) fn count(&self, group: u32, at: usize) -> Option<i64> {
        let place = (group as usize).checked_mul(self.counted)? + at;
        self.counts.get(place).map(|count| i64::from(*count))
    }

    /// The cell of a group; `None` for groups that no row has.
    pub(super) fn get(&self, group: u32, at: usize) -> Option<i64> {
        let place = (group as usize).checked_mul(self.blank.len())? + at;
        self.records.get(place).copied()
    }

    /// A sum of ints, exact.
    pub(super) fn exact(&self, group: u32, at: usize) -> Option<i128> {
        let cell = self.get(group, at)?;
        let carried =
            if self.carried.is_empty() { 0 } else { self.carried.get(&(group as usize * self.blank.len() + at)).copied().unwrap_or(0) };
        Some(i128::from(cell) + carried)
    }

    /// The value at the first or last instant, ordered.
    pub(super) fn at_end(&self, group: u32, at: usize) -> Option<i64> {
        (self.get(group, at + 2)? == KNOWN).then(|| self.get(group, at + 1)).flatten()
    }

    pub(super) fn take(&mut self, block: &Block<'_>, groups: &[u32], masks: &[Bits]) -> Result<(), EngineError> {
        let stride = self.blank.len();
        let parts: Vec<(Part, usize)> = self.parts.iter().map(|(part, at)| (*part, *at)).collect();
        for (part, at) in parts {
            let place = |row: usize| groups.get(row).map(|group| *group as usize * stride + at);
            let count = |row: usize| groups.get(row).map(|group| *group as usize * self.counted + at);
            match part {
                Part::Rows(mask) => {
                    let Some(rows) = masks.get(mask) else { continue };
                    rows.each(|row| increase(&mut self.counts, count(row)));
                }
                Part::Known(column) => {
                    let known = block.values(column.value)?.known();
                    let Some(mask) = masks.get(column.mask) else { continue };
                    mask.and(&known).each(|row| increase(&mut self.counts, count(row)));
                }
                Part::Sum(column) => {
                    let (values, rows) = known_values(block, column, masks)?;
                    let values = values.ordered().unwrap_or_default();
                    rows.each(|row| self.add(place(row), values.get(row).copied().unwrap_or(0)));
                }
                Part::Least(column) => {
                    let (values, rows) = known_values(block, column, masks)?;
                    let values = values.ordered().unwrap_or_default();
                    rows.each(|row| {
                        let value = values.get(row).copied().unwrap_or(i64::MAX);
                        self.change(place(row), |cell| *cell = value.min(*cell));
                    });
                }
                Part::Greatest(column) => {
                    let (values, rows) = known_values(block, column, masks)?;
                    let values = values.ordered().unwrap_or_default();
                    rows.each(|row| {
                        let value = values.get(row).copied().unwrap_or(i64::MIN);
                        self.change(place(row), |cell| *cell = value.max(*cell));
                    });
                }
                Part::Timed { at, column, latest } => self.take_timed(block, masks, at, column, latest, place)?,
            }
        }
        Ok(())
    }

    fn change(&mut self, place: Option<usize>, change: impl FnOnce(&mut i64)) {
        if let Some(cell) = place.and_then(|place| self.records.get_mut(place)) {
            change(cell);
        }
    }

    fn add(&mut self, place: Option<usize>, value: i64) {
        let Some(place) = place else { return };
        let Some(cell) = self.records.get_mut(place) else { return };
        match cell.checked_add(value) {
            Some(sum) => *cell = sum,
            None => {
                *self.carried.entry(place).or_insert(0) += i128::from(*cell) + i128::from(value);
                *cell = 0;
            }
        }
    }

    fn take_timed(
        &mut self,
        block: &Block<'_>,
        masks: &[Bits],
        at: Option<NodeId>,
        column: Column,
        latest: bool,
        place: impl Fn(usize) -> Option<usize>,
    ) -> Result<(), EngineError> {
        let values = block.values(column.value)?;
        let (known, ordered) = (values.known(), values.ordered().unwrap_or_default());
        let Some(mask) = masks.get(column.mask) else { return Ok(()) };
        let at = at.map(|at| block.values(at)).transpose()?;
        let instants = match at.as_deref() {
            Some(Values::Int { values, known }) => Some((values, known)),
            Some(Values::Bool { .. } | Values::Float { .. } | Values::Text(_)) => return Ok(()),
            None => None,
        };
        let rows = match instants {
            Some((_, given)) => mask.and(given),
            None => mask.clone(),
        };
        for row in rows.ones() {
            let instant = instants.and_then(|(instants, _)| instants.get(row)).copied().unwrap_or(0);
            let value = if known.get(row) { ordered.get(row).copied() } else { None };
            let Some(place) = place(row) else { continue };
            let Some([held_at, held, state]) = self.records.get_mut(place..place + 3) else { continue };
            let further = if latest { instant > *held_at } else { instant < *held_at };
            let replaces = if *state == NO_ROW || further {
                true
            } else if instant == *held_at {
                match value {
                    Some(value) if *state == KNOWN => (value > *held) == latest && value != *held,
                    Some(_) => true,
                    None => false,
                }
            } else {
                false
            };
            if replaces {
                *held_at = instant;
                *held = value.unwrap_or(0);
                *state = if value.is_some() { KNOWN } else { MISSING };
            }
        }
        Ok(())
    }
}

/// Adds records as they begin until there is one per group.
fn longer<T: Copy>(records: &mut Vec<T>, blank: &[T], groups: usize) {
    let have = records.len().checked_div(blank.len()).unwrap_or(groups);
    if groups > have {
        // Growing by half: a longer copy of the records is made only as often as needed.
        let wanted = groups * blank.len();
        if wanted > records.capacity() {
            records.reserve_exact(wanted.max(records.len() / 2 * 3) - records.len());
        }
        for _ in have..groups {
            records.extend_from_slice(blank);
        }
    }
}

fn increase(counts: &mut [u32], place: Option<usize>) {
    if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
        *count = count.saturating_add(1);
    }
}

/// Values, and the rows of the mask where they are known.
fn known_values(block: &Block<'_>, column: Column, masks: &[Bits]) -> Result<(Rc<Values>, Bits), EngineError> {
    let values = block.values(column.value)?;
    let rows = masks.get(column.mask).map_or_else(|| Bits::none(block.len), |mask| mask.and(&values.known()));
    Ok((values, rows))
}
