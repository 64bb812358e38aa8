//! Facts about one subject among all: breakpoints found by selection, places found by sorting the few that are flagged.

use super::super::error::EngineError;
use super::bits::Bits;
use super::block::Block;
use super::column::Values;
use crate::builtins::sums;
use crate::ir::{NodeId, PlaceEntry};
use crate::types::{ColumnId, Physical, Value};
use indexmap::IndexSet;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Values of a population while its rows are taken.
pub(super) struct Sample {
    value: NodeId,
    within: Option<NodeId>,
    known: Vec<i64>,
    rows: usize,
}

impl Sample {
    /// Of a table of about so many rows.
    pub(super) fn new(value: NodeId, within: Option<NodeId>, rows: usize) -> Sample {
        Sample { value, within, known: Vec::with_capacity(if within.is_none() { rows } else { 0 }), rows: 0 }
    }

    pub(super) fn roots(&self) -> Vec<NodeId> {
        std::iter::once(self.value).chain(self.within).collect()
    }

    pub(super) fn take(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        let values = block.values(self.value)?;
        let rows = members(block, self.within)?;
        self.rows += rows.count();
        let ordered = ordered(&values)?;
        let known = rows.and(&values.known());
        if known.is_all() {
            self.known.extend_from_slice(&ordered);
        } else {
            self.known.extend(known.ones().filter_map(|row| ordered.get(row).copied()));
        }
        Ok(())
    }

    /// 1 + floor(5 × strictly worse / n): a score above s where at least ceil(s·n/5) rows are strictly worse.
    pub(super) fn scores(mut self, best_low: bool, missing_worst: bool) -> Scores {
        let missing = if missing_worst { self.rows - self.known.len() } else { 0 };
        let count = self.known.len() + missing;
        let place = |score: usize| (score * count).div_ceil(5).checked_sub(missing + 1);
        let limits = match count {
            0 => vec![None; 4],
            _ => (1..=4).map(|score| place(score).and_then(|place| nth(&mut self.known, place, best_low))).collect(),
        };
        Scores { value: self.value, within: self.within, limits, best_low, of_missing: missing_worst.then_some(1) }
    }

    pub(super) fn threshold(mut self, share: Option<f64>) -> Threshold {
        let rows = u64::try_from(self.rows).unwrap_or(u64::MAX);
        let count = share.map(|share| usize::try_from(sums::top_count(share, rows)).unwrap_or(usize::MAX));
        let limit = match count {
            None => Limit::Unknown,
            Some(0) => Limit::Nobody,
            Some(count) => nth(&mut self.known, count - 1, true).map_or(Limit::Everybody, Limit::From),
        };
        Threshold { value: self.value, within: self.within, limit }
    }
}

/// The value at a place from 0, greatest first when `descending`.
fn nth(values: &mut [i64], place: usize, descending: bool) -> Option<i64> {
    let order = |a: &i64, b: &i64| if descending { b.cmp(a) } else { a.cmp(b) };
    (place < values.len()).then(|| *values.select_nth_unstable_by(place, order).1)
}

fn members(block: &Block<'_>, within: Option<NodeId>) -> Result<Bits, EngineError> {
    match within {
        Some(within) => Ok(block.values(within)?.yes()),
        None => Ok(Bits::all(block.len)),
    }
}

fn ordered(values: &Values) -> Result<Cow<'_, [i64]>, EngineError> {
    values.ordered().ok_or_else(|| EngineError::Unsupported { what: String::from("an order of texts") })
}

pub(super) struct Scores {
    value: NodeId,
    within: Option<NodeId>,
    /// Four breakpoints, worst first, in ordered form; a missing one lies below every value.
    limits: Vec<Option<i64>>,
    best_low: bool,
    of_missing: Option<i64>,
}

impl Scores {
    pub(super) fn values(&self, block: &Block<'_>) -> Result<Values, EngineError> {
        let values = block.values(self.value)?;
        let members = members(block, self.within)?;
        let (known, numbers) = (values.known(), ordered(&values)?);
        let beats = |value: i64, limit: &Option<i64>| limit.is_none_or(|limit| if self.best_low { value < limit } else { value > limit });
        let score = |value: i64| self.limits.iter().fold(1, |score, limit| score + i64::from(beats(value, limit)));
        let scores = members.iter().zip(known.iter()).zip(numbers.iter()).map(|((member, known), value)| match (member, known) {
            (true, true) => Some(score(*value)),
            (true, false) => self.of_missing,
            (false, _) => None,
        });
        Ok(Values::ints(scores, block.len))
    }
}

enum Limit {
    /// The share is missing.
    Unknown,
    Nobody,
    /// Fewer known values than places.
    Everybody,
    From(i64),
}

pub(super) struct Threshold {
    value: NodeId,
    within: Option<NodeId>,
    limit: Limit,
}

impl Threshold {
    pub(super) fn values(&self, block: &Block<'_>) -> Result<Values, EngineError> {
        let values = block.values(self.value)?;
        let known = members(block, self.within)?.and(&values.known());
        Ok(match self.limit {
            Limit::Unknown => Values::Bool { yes: Bits::none(block.len), known: Bits::none(block.len) },
            Limit::Nobody => Values::Bool { yes: Bits::none(block.len), known },
            Limit::Everybody => Values::Bool { yes: known.clone(), known },
            Limit::From(least) => Values::Bool { yes: known.and(&Bits::of_each(&ordered(&values)?, |value| value >= least)), known },
        })
    }
}

/// A part of a sort key; missing comes last in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Ordered as the value is; a text by its place among all texts of the key.
    Known(i64),
    Missing,
}

/// What stands in line for places: pairs of a row and an entry, while they are taken.
pub(super) struct Ranking {
    entries: Vec<PlaceEntry>,
    /// The key columns of the table, which decide ties.
    ties: Vec<ColumnId>,
    /// Per entry, the rows that stand in line, ascending.
    lines: Vec<Vec<u32>>,
    /// Entry of each pair, and its place in the line of that entry.
    pairs: Vec<(u32, u32)>,
    sort: Vec<Key>,
    groups: Vec<u32>,
    /// What each pair takes and how far the sum may go, where entries have weights.
    weights: Vec<(i64, Option<i64>)>,
    group_names: IndexSet<Value>,
    texts: Vec<IndexSet<String>>,
    tied: Vec<Vec<polars::prelude::Series>>,
}

impl Ranking {
    pub(super) fn new(entries: &[PlaceEntry], ties: &[ColumnId]) -> Ranking {
        Ranking {
            entries: entries.to_vec(),
            ties: ties.to_vec(),
            lines: vec![Vec::new(); entries.len()],
            pairs: Vec::new(),
            sort: Vec::new(),
            groups: Vec::new(),
            weights: Vec::new(),
            group_names: IndexSet::new(),
            texts: vec![IndexSet::new(); entries.first().map_or(0, |entry| entry.keys.len())],
            tied: vec![Vec::new(); ties.len()],
        }
    }

    pub(super) fn roots(&self) -> Vec<NodeId> {
        let of = |entry: &PlaceEntry| {
            std::iter::once(entry.flag)
                .chain(entry.keys.iter().map(|(key, _)| *key))
                .chain(entry.per)
                .chain(entry.weight.iter().flat_map(|weight| [weight.amount, weight.most]))
                .collect::<Vec<_>>()
        };
        self.entries.iter().flat_map(of).collect()
    }

    /// Columns of the table read besides.
    pub(super) fn columns(&self) -> &[ColumnId] {
        &self.ties
    }

    pub(super) fn take(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        let raw: Vec<_> = self.ties.iter().filter_map(|id| block.raw(*id).map(|series| (*id, series.clone()))).collect();
        for (at, (entry, line)) in (0_u32..).zip(self.entries.iter().zip(&mut self.lines)) {
            let flagged = block.values(entry.flag)?.yes();
            let picked: Vec<u32> = flagged.ones().filter_map(|row| u32::try_from(row).ok()).collect();
            if picked.is_empty() {
                continue;
            }
            for row in &picked {
                self.pairs.push((at, u32::try_from(line.len()).unwrap_or(u32::MAX)));
                line.push(block.place(*row as usize));
            }
            let mut columns = Vec::with_capacity(entry.keys.len());
            for ((key, _), texts) in entry.keys.iter().zip(&mut self.texts) {
                columns.push(sortable(&block.values(*key)?.gather(&picked), texts));
            }
            for row in 0..picked.len() {
                self.sort.extend(columns.iter().filter_map(|column| column.get(row).copied()));
            }
            if let Some(per) = entry.per {
                let groups = block.values(per)?;
                for row in &picked {
                    let group = self.group_names.insert_full(groups.get(*row as usize)).0;
                    self.groups.push(u32::try_from(group).unwrap_or(u32::MAX));
                }
            }
            if let Some(weight) = entry.weight {
                let (amounts, most) = (block.values(weight.amount)?, block.values(weight.most)?);
                let of = |row: &u32| (amounts.get(*row as usize).as_int().unwrap_or(0), most.get(*row as usize).as_int());
                self.weights.extend(picked.iter().map(of));
            }
            for (tied, (_, series)) in self.tied.iter_mut().zip(super::held::gathered(&raw, &picked)?) {
                tied.push(series);
            }
        }
        Ok(())
    }

    /// Puts the pairs in order: by the keys, then by the key of the table, the row and the entry. Places per entry.
    pub(super) fn places(mut self) -> Result<Vec<Places>, EngineError> {
        self.order_texts();
        let ties: Vec<Values> = self.tied.iter().map(|parts| joined(parts)).collect::<Result<_, _>>()?;
        let descending: Vec<bool> =
            self.entries.first().map(|entry| entry.keys.iter().map(|(_, descending)| *descending).collect()).unwrap_or_default();
        let width = descending.len();
        let key = |at: usize| self.sort.get(at * width..(at + 1) * width).unwrap_or_default();
        let pair = |at: usize| {
            let (entry, place) = self.pairs.get(at).copied().unwrap_or_default();
            (self.lines.get(entry as usize).and_then(|line| line.get(place as usize)), entry)
        };
        // The first key beside its pair decides most comparisons without a look elsewhere.
        let from_greatest = descending.first().copied().unwrap_or(false);
        let first = |at: usize| match key(at).first() {
            Some(Key::Known(number)) if from_greatest => (false, !*number),
            Some(Key::Known(number)) => (false, *number),
            Some(Key::Missing) | None => (true, 0),
        };
        let pairs = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
        let mut order: Vec<((bool, i64), u32)> = (0..pairs).map(|at| (first(at as usize), at)).collect();
        order.sort_unstable_by(|(a_first, a), (b_first, b)| {
            let (a, b) = (*a as usize, *b as usize);
            let rest = || by_keys(key(a), key(b), &descending).then_with(|| by_ties(&ties, a, b)).then_with(|| pair(a).cmp(&pair(b)));
            a_first.cmp(b_first).then_with(rest)
        });
        if self.weighted() {
            return Ok(self.sums(&order));
        }
        let mut places: Vec<Vec<u32>> = self.lines.iter().map(|line| vec![0; line.len()]).collect();
        let mut reached: Vec<u32> = vec![0; self.group_names.len().max(1)];
        for (_, at) in order {
            let group = self.groups.get(at as usize).copied().unwrap_or(0);
            let Some(next) = reached.get_mut(group as usize) else { continue };
            *next += 1;
            let (entry, place) = self.pairs.get(at as usize).copied().unwrap_or_default();
            if let Some(slot) = places.get_mut(entry as usize).and_then(|places| places.get_mut(place as usize)) {
                *slot = *next;
            }
        }
        Ok(self.lines.into_iter().zip(places).map(|(rows, places)| Places { rows, reached: Reached::Places(places) }).collect())
    }

    fn weighted(&self) -> bool {
        self.entries.first().is_some_and(|entry| entry.weight.is_some())
    }

    /// Sums of what was served instead of places.
    fn sums(self, order: &[((bool, i64), u32)]) -> Vec<Places> {
        let mut sums: Vec<Vec<Option<i64>>> = self.lines.iter().map(|line| vec![None; line.len()]).collect();
        let mut reached: Vec<i128> = vec![0; self.group_names.len().max(1)];
        for (_, at) in order {
            let group = self.groups.get(*at as usize).copied().unwrap_or(0);
            let Some(sum) = reached.get_mut(group as usize) else { continue };
            let (amount, most) = self.weights.get(*at as usize).copied().unwrap_or((0, None));
            let next = sum.saturating_add(i128::from(amount));
            if most.is_none_or(|most| next > i128::from(most)) {
                continue;
            }
            *sum = next;
            let (entry, place) = self.pairs.get(*at as usize).copied().unwrap_or_default();
            if let Some(slot) = sums.get_mut(entry as usize).and_then(|sums| sums.get_mut(place as usize)) {
                *slot = i64::try_from(*sum).ok();
            }
        }
        self.lines.into_iter().zip(sums).map(|(rows, sums)| Places { rows, reached: Reached::Sums(sums) }).collect()
    }

    /// Numbers of texts become their places among the texts.
    fn order_texts(&mut self) {
        let width = self.texts.len();
        for (column, texts) in self.texts.iter().enumerate().filter(|(_, texts)| !texts.is_empty()) {
            let mut sorted: Vec<usize> = (0..texts.len()).collect();
            sorted.sort_unstable_by_key(|number| texts.get_index(*number));
            let mut places = vec![0_i64; texts.len()];
            for (place, number) in (0..).zip(sorted) {
                if let Some(slot) = places.get_mut(number) {
                    *slot = place;
                }
            }
            for key in self.sort.iter_mut().skip(column).step_by(width.max(1)) {
                if let Key::Known(number) = key {
                    *number = usize::try_from(*number).ok().and_then(|number| places.get(number)).copied().unwrap_or(0);
                }
            }
        }
    }
}

fn by_keys(a: &[Key], b: &[Key], descending: &[bool]) -> Ordering {
    for ((a, b), descending) in a.iter().zip(b).zip(descending) {
        let order = match (a, b) {
            (Key::Known(a), Key::Known(b)) if *descending => b.cmp(a),
            (_, _) => a.cmp(b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn sortable(values: &Values, texts: &mut IndexSet<String>) -> Vec<Key> {
    let key = |known: bool, number: i64| if known { Key::Known(number) } else { Key::Missing };
    match values {
        Values::Text(cells) => cells
            .iter()
            .map(|text| match text {
                Some(text) => {
                    let number = texts.get_index_of(text).unwrap_or_else(|| texts.insert_full(text.to_owned()).0);
                    Key::Known(i64::try_from(number).unwrap_or(i64::MAX))
                }
                None => Key::Missing,
            })
            .collect(),
        Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => {
            values.known().iter().zip(values.ordered().unwrap_or_default().iter()).map(|(known, number)| key(known, *number)).collect()
        }
    }
}

fn joined(parts: &[polars::prelude::Series]) -> Result<Values, EngineError> {
    let failed = super::super::error::while_doing("put subjects in order");
    let mut parts = parts.iter();
    let Some(first) = parts.next() else { return Ok(Values::repeat(&Value::Missing, Physical::Int, 0)) };
    let mut whole = first.clone();
    for part in parts {
        whole.append(part).map_err(&failed)?;
    }
    Values::read(&whole.rechunk()).map_err(&failed)
}

fn by_ties(ties: &[Values], a: usize, b: usize) -> Ordering {
    for values in ties {
        let order = match values {
            Values::Text(texts) => match (texts.get(a), texts.get(b)) {
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
            Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => values.get(a).cmp(&values.get(b)),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// How far the rows in the line of one entry got.
pub(super) struct Places {
    /// Ascending.
    rows: Vec<u32>,
    reached: Reached,
}

/// Of each row of a line.
enum Reached {
    /// Its place from 1.
    Places(Vec<u32>),
    /// What was served up to and including it; `None` when it was not.
    Sums(Vec<Option<i64>>),
}

impl Reached {
    fn get(&self, at: usize) -> Option<i64> {
        match self {
            Reached::Places(places) => places.get(at).map(|place| i64::from(*place)),
            Reached::Sums(sums) => sums.get(at).copied().flatten(),
        }
    }
}

impl Places {
    pub(super) fn values(&self, block: &Block<'_>) -> Values {
        let mut at = block.len.checked_sub(1).map_or(0, |_| self.rows.partition_point(|row| *row < block.place(0)));
        let place = |row: usize| {
            let row = block.place(row);
            // Rows of a block ascend, so the next one is mostly here already.
            if self.rows.get(at).is_some_and(|next| *next < row) || at > 0 && self.rows.get(at - 1).is_some_and(|before| *before >= row) {
                at = self.rows.partition_point(|other| *other < row);
            }
            let found = self.rows.get(at) == Some(&row);
            let place = if found { self.reached.get(at) } else { None };
            at += usize::from(found);
            place
        };
        Values::ints((0..block.len).map(place), block.len)
    }
}
