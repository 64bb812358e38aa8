//! One measure of a trial while its rows are looked at.

use super::reading::Reading;
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
enum Sums {
    /// Customers, and those for whom it holds.
    Rate(u64, u64),
    Value(Tally),
    Pair(PairTally),
}

/// A value of a row, ready to be added to any number of sums.
#[derive(Clone, Copy)]
enum Term {
    Truth(bool),
    Value(i64, i128),
    Pair(i64, i64),
}

impl Sums {
    fn add(&mut self, term: Term) {
        match (self, term) {
            (Sums::Rate(n, hits), Term::Truth(holds)) => {
                *n += 1;
                *hits += u64::from(holds);
            }
            (Sums::Value(tally), Term::Value(value, square)) => tally.add_squared(value, square),
            (Sums::Pair(pairs), Term::Pair(x, y)) => pairs.add(Some(x), Some(y)),
            // Sums and terms of one measure are of one kind.
            (Sums::Rate(..), Term::Value(..) | Term::Pair(..))
            | (Sums::Value(_), Term::Truth(_) | Term::Pair(..))
            | (Sums::Pair(_), Term::Truth(_) | Term::Value(..)) => {}
        }
    }

    fn pairs(self) -> PairTally {
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
    /// Per day of entry, per arm.
    days: Vec<Vec<Sums>>,
    /// Per cut, per level, per arm.
    cuts: Vec<Vec<Vec<Sums>>>,
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
        let mature = self.measure.mature.map(|node| view.yes(node)).transpose()?;
        let before = self.measure.before.map(|node| view.reading(node)).transpose()?;
        let (first, second) = match &self.measure.fold {
            Fold::Rate { holds: value } | Fold::Mean { value } | Fold::Sum { value } | Fold::Quantile { value, at: _ } => {
                (view.reading(*value)?, None)
            }
            Fold::Ratio { numerator, denominator } => (view.reading(*numerator)?, Some(view.reading(*denominator)?)),
            Fold::Lasting { length, ended, horizon: _ } => (view.reading(*length)?, Some(view.reading(*ended)?)),
        };
        let arms = self.arms.len();
        self.days.resize_with(self.days.len().max(members.days), || vec![self.empty; arms]);
        for (cut, levels) in self.cuts.iter_mut().zip(&members.levels) {
            cut.resize_with(cut.len().max(levels.known), || vec![self.empty; arms]);
        }
        for (at, (row, arm)) in members.rows.iter().zip(&members.arms).enumerate() {
            let (row, arm) = (*row as usize, *arm as usize);
            let Some(cell) = self.arms.get_mut(arm) else { continue };
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
            let term = self.measure_term(arm, row, value, other.flatten(), &first, before.as_ref());
            if let Some(sums) = members.day.get(at).and_then(|day| self.days.get_mut(*day as usize)).and_then(|arms| arms.get_mut(arm)) {
                sums.add(term);
            }
            for (cut, levels) in self.cuts.iter_mut().zip(&members.levels) {
                let level = levels.of.get(at).and_then(|level| cut.get_mut(*level as usize));
                if let Some(sums) = level.and_then(|arms| arms.get_mut(arm)) {
                    sums.add(term);
                }
            }
        }
        if self.kept > KEPT_VALUES && self.measure.cap.is_none() && !matches!(self.measure.fold, Fold::Quantile { .. }) {
            self.keeps = false;
            self.arms.iter_mut().for_each(|cell| cell.values = Vec::new());
        }
        Ok(())
    }

    /// Adds a mature value to its arm; what days and levels add besides.
    fn measure_term(&mut self, arm: usize, row: usize, value: i64, other: Option<i64>, first: &Reading, before: Option<&Reading>) -> Term {
        let (keeps, rate) = (self.keeps, self.rates.get_mut(arm));
        let Some(cell) = self.arms.get_mut(arm) else { return Term::Truth(false) };
        if let Some(before) = before.and_then(|before| before.get(row)) {
            cell.before.add(Some(before), Some(value));
        }
        match &self.measure.fold {
            Fold::Rate { holds: _ } => {
                if let Some((n, hits)) = rate {
                    *n += 1;
                    *hits += u64::from(value != 0);
                }
                Term::Truth(value != 0)
            }
            Fold::Ratio { .. } => {
                let other = other.unwrap_or_default();
                cell.value.add(Some(value));
                cell.ratio.add(Some(value), Some(other));
                Term::Pair(value, other)
            }
            Fold::Lasting { .. } => {
                cell.value.add(Some(value));
                // Whole numbers of millionths, so that lengths of every scale are told apart alike.
                #[allow(clippy::cast_possible_truncation)]
                let length = (first.float(row) * 1e6).round() as i64;
                let (ended, censored) = cell.spells.entry(length).or_default();
                *(if other == Some(0) { censored } else { ended }) += 1;
                Term::Value(value, i128::from(value) * i128::from(value))
            }
            Fold::Mean { .. } | Fold::Sum { .. } | Fold::Quantile { .. } => {
                cell.value.add(Some(value));
                if keeps {
                    cell.values.push(first.float(row));
                    self.kept += 1;
                }
                Term::Value(value, i128::from(value) * i128::from(value))
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
        let pairs = |arms: Vec<Sums>| arms.into_iter().map(Sums::pairs).collect::<Vec<_>>();
        let by_day: BTreeMap<i32, Vec<PairTally>> = day.iter().copied().zip(self.days.into_iter().map(pairs)).collect();
        let cuts = self.cuts.into_iter().map(|levels| levels.into_iter().map(pairs).collect()).collect();
        (ObservedMeasure { arms: self.arms, by_day }, cuts)
    }
}
