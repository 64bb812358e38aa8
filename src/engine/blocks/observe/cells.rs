//! One measure of a trial while its rows are looked at.

use super::terms::Terms;
use super::{Members, View};
use crate::engine::error::EngineError;
use crate::evaluate::observed::{Cell, ObservedMeasure};
use crate::evaluate::tally::{PairTally, Scale, Tally};
use crate::ir::{Fold, Measure};
use std::collections::BTreeMap;

/// Customers up to whom single values are kept for robustness checks; beyond, only where a cap or a quantile needs them.
const KEPT_VALUES: usize = 1_000_000;

/// What is added up for one group of customers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sums {
    /// Customers, and those for whom it holds.
    Rate(u64, u64),
    Value(Tally),
    Pair(PairTally),
}

impl Sums {
    pub(super) fn pairs(self) -> PairTally {
        match self {
            Sums::Rate(n, hits) => PairTally::single(Tally::of_rate(n, hits)),
            Sums::Value(tally) => PairTally::single(tally),
            Sums::Pair(pairs) => pairs,
        }
    }
}

/// One measure over arms, days and levels.
pub(super) struct Gathering<'t> {
    measure: &'t Measure,
    empty: Sums,
    arms: Vec<Cell>,
    /// Of rates, per arm: customers and those for whom it holds.
    rates: Vec<(u64, u64)>,
    /// Per day of entry and arm.
    days: Vec<Sums>,
    /// Per cut, per level and arm.
    cuts: Vec<Vec<Sums>>,
    keeps: bool,
    kept: usize,
}

impl<'t> Gathering<'t> {
    pub(super) fn new(measure: &'t Measure, arms: usize, cuts: usize, scales: (Scale, Scale), before: Scale) -> Gathering<'t> {
        let empty = match &measure.fold {
            Fold::Rate { holds: _ } => Sums::Rate(0, 0),
            Fold::Mean { .. } | Fold::Sum { .. } | Fold::Quantile { .. } | Fold::Lasting { .. } => Sums::Value(Tally::new(scales.0)),
            Fold::Ratio { .. } => Sums::Pair(PairTally::new(scales.0, scales.1)),
        };
        let cell = Cell {
            value: Tally::new(scales.0),
            ratio: PairTally::new(scales.0, scales.1),
            before: PairTally::new(before, scales.0),
            early: Tally::new(scales.0),
            ..Cell::default()
        };
        let keeps = matches!(measure.fold, Fold::Mean { .. } | Fold::Sum { .. } | Fold::Quantile { .. });
        Gathering {
            measure,
            empty,
            arms: vec![cell; arms],
            rates: vec![(0, 0); arms],
            days: Vec::new(),
            cuts: vec![Vec::new(); cuts],
            keeps,
            kept: 0,
        }
    }

    /// Adds the members of a block.
    pub(super) fn take(&mut self, view: &View<'_>, members: &Members) -> Result<(), EngineError> {
        let terms = self.terms(view, members)?;
        self.add_to_arms(&terms, &members.arms);
        let bound = terms.bound();
        for (sums, groups) in std::iter::once(&mut self.days).chain(&mut self.cuts).zip(members.groups()) {
            sums.resize(sums.len().max(groups.count), self.empty);
            terms.add(sums, &groups.of, bound);
        }
        if self.kept > KEPT_VALUES && self.measure.cap.is_none() && !matches!(self.measure.fold, Fold::Quantile { .. }) {
            self.keeps = false;
            self.arms.iter_mut().for_each(|cell| cell.values = Vec::new());
        }
        Ok(())
    }

    /// The members of a block that count: mature, and their value known. The others are counted here.
    fn terms(&mut self, view: &View<'_>, members: &Members) -> Result<Terms, EngineError> {
        let mature = self.measure.mature.map(|node| view.yes(node)).transpose()?;
        let before = self.measure.before.map(|node| view.reading(node)).transpose()?;
        let (first, second) = match &self.measure.fold {
            Fold::Rate { holds: value } | Fold::Mean { value } | Fold::Sum { value } | Fold::Quantile { value, at: _ } => {
                (view.reading(*value)?, None)
            }
            Fold::Ratio { numerator, denominator } => (view.reading(*numerator)?, Some(view.reading(*denominator)?)),
            Fold::Lasting { length, ended, horizon: _ } => (view.reading(*length)?, Some(view.reading(*ended)?)),
        };
        let mut terms = Terms::with_capacity(members.rows.len(), second.is_some());
        for (at, (row, arm)) in (0..).zip(members.rows.iter().zip(&members.arms)) {
            let row = *row as usize;
            let Some(cell) = self.arms.get_mut(*arm as usize) else { continue };
            let value = first.get(row);
            if mature.as_ref().is_some_and(|mature| !mature.get(row)) {
                cell.immature += 1;
                if value.is_some() {
                    cell.early.add(value);
                }
                continue;
            }
            let other = second.as_ref().map(|second| second.get(row));
            let (Some(value), false) = (value, other == Some(None)) else {
                cell.unknown += 1;
                continue;
            };
            if let Some(before) = before.as_ref().and_then(|before| before.get(row)) {
                cell.before.add(Some(before), Some(value));
            }
            match &self.measure.fold {
                Fold::Rate { holds: _ } | Fold::Ratio { .. } => {}
                Fold::Lasting { .. } => {
                    // Whole numbers of millionths, so that lengths of every scale are told apart alike.
                    #[allow(clippy::cast_possible_truncation)]
                    let length = (first.float(row) * 1e6).round() as i64;
                    let (ended, censored) = cell.spells.entry(length).or_default();
                    *(if other.flatten() == Some(0) { censored } else { ended }) += 1;
                }
                Fold::Mean { .. } | Fold::Sum { .. } | Fold::Quantile { .. } => {
                    if self.keeps {
                        cell.values.push(first.float(row));
                        self.kept += 1;
                    }
                }
            }
            terms.at.push(at);
            terms.first.push(value);
            if let Some(other) = other.flatten() {
                terms.second.push(other);
            }
        }
        if matches!(self.measure.fold, Fold::Lasting { .. }) {
            terms.second = Vec::new();
        }
        Ok(terms)
    }

    fn add_to_arms(&mut self, terms: &Terms, arms: &[u32]) {
        if matches!(self.empty, Sums::Rate(..)) {
            let counts = terms.counts(arms, self.rates.len());
            for ((n, hits), (more, held)) in self.rates.iter_mut().zip(counts) {
                *n += more;
                *hits += held;
            }
            return;
        }
        // Only here are cubes asked for: skewness is told of whole arms.
        for (place, (at, value)) in terms.at.iter().zip(&terms.first).enumerate() {
            let Some(cell) = arms.get(*at as usize).and_then(|arm| self.arms.get_mut(*arm as usize)) else { continue };
            cell.value.add(Some(*value));
            if let Some(other) = terms.second.get(place) {
                cell.ratio.add(Some(*value), Some(*other));
            }
        }
    }

    /// What was observed; per cut, per level, per arm besides. `day` tells which day each place stands for.
    pub(super) fn finish(mut self, day: &[i32]) -> (ObservedMeasure, Vec<Vec<Vec<PairTally>>>) {
        for (cell, (n, hits)) in self.arms.iter_mut().zip(&self.rates) {
            if matches!(self.measure.fold, Fold::Rate { .. }) {
                cell.value = Tally::of_rate(*n, *hits);
            }
            cell.values.sort_unstable_by(f64::total_cmp);
        }
        let arms = self.arms.len().max(1);
        let by_place = |sums: &[Sums]| -> Vec<Vec<PairTally>> {
            sums.chunks(arms).map(|sums| sums.iter().map(|sums| sums.pairs()).collect()).collect()
        };
        let by_day: BTreeMap<i32, Vec<PairTally>> = day.iter().copied().zip(by_place(&self.days)).collect();
        let cuts = self.cuts.iter().map(|sums| by_place(sums)).collect();
        (ObservedMeasure { arms: self.arms, by_day }, cuts)
    }
}
