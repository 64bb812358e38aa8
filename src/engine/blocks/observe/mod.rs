//! The pass of a judgement: all rows of a trial's table once, block by block, into exact sums per arm, day and level.

mod cells;
mod drifting;
mod levels;
mod names;
mod reading;
mod single;
mod terms;

use super::bits::Bits;
use super::block::Block;
use super::column::Values;
use super::{Blocks, Wanted};
use crate::builtins::DAY_MILLISECONDS;
use crate::engine::error::EngineError;
use crate::engine::{Options, Tables};
use crate::evaluate::observed::{Entered, Observed, ObservedArm, Rows};
use crate::evaluate::tally::{Scale, Tally};
use crate::ir::{Fold, Measure, Moment, NodeId, Program, Trial, TrialKind};
use crate::types::{ColumnId, Value};
use cells::Gathering;
use drifting::Drifting;
use indexmap::{IndexMap, IndexSet};
use levels::Seen;
use reading::{Reading, scale_of};
use single::Singles;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Units of a trial with their arm and entry, in no order, for the join with what the ledger says of them.
#[derive(Debug, Default)]
pub(in super::super) struct Units {
    pub(in super::super) keys: Vec<String>,
    pub(in super::super) arms: Vec<u32>,
    /// Milliseconds; missing entries are those of nobody.
    pub(in super::super) entries: Vec<Option<i64>>,
}

/// What is asked of the pass.
pub(in super::super) struct Asked<'a> {
    pub(in super::super) trial: &'a Trial,
    /// Units that are in more than one arm, by key: they are in none here.
    pub(in super::super) in_several: &'a IndexSet<String>,
    /// Whether the units are asked for.
    pub(in super::super) units: bool,
}

/// Looks at every row of the trial's table.
pub(in super::super) fn pass(
    program: &Program,
    tables: &Tables,
    moment: Moment,
    options: &Options,
    asked: &Asked<'_>,
) -> Result<(Observed, Units), EngineError> {
    let mut nodes = asked.trial.nodes();
    nodes.sort_unstable();
    nodes.dedup();
    let engine = Blocks::new(program, tables, moment, options, &[asked.trial.table], Wanted::Nodes(&nodes))?;
    let plan = engine.plan(&nodes, &IndexSet::new())?;
    let key: Vec<ColumnId> = engine.key(asked.trial.table)?.to_vec();
    let mut gathered = Gathered::new(program, asked);
    engine.each_block(asked.trial.table, &plan, &key, |block| gathered.take(&View { block, key: &key }))?;
    let order = match gathered.singles {
        Some(_) => Some(engine.order(asked.trial.table)?),
        None => None,
    };
    gathered.finish(moment, order.as_deref())
}

/// The rows of a block as the pass sees them.
struct View<'b> {
    block: &'b Rc<Block<'b>>,
    key: &'b [ColumnId],
}

impl View<'_> {
    fn values(&self, node: NodeId) -> Result<Rc<Values>, EngineError> {
        match self.block.engine.constant(node, self.block.len)? {
            Some(values) => Ok(values),
            None => self.block.values(node),
        }
    }

    fn reading(&self, node: NodeId) -> Result<Reading, EngineError> {
        Ok(Reading::of(&*self.values(node)?))
    }

    fn yes(&self, node: NodeId) -> Result<Bits, EngineError> {
        Ok(self.values(node)?.yes())
    }

    /// The key of a row as text, as ledgers write it.
    fn key(&self, row: usize) -> Result<String, EngineError> {
        let mut parts = Vec::new();
        for column in self.key {
            parts.push(text_of(&self.block.read(*column)?.get(row)));
        }
        Ok(parts.join("|"))
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => value.clone(),
    }
}

/// The members of a block: rows that are in an arm of the trial.
struct Members {
    rows: Vec<u32>,
    arms: Vec<u32>,
    /// By day of entry; of nobody where rows have no time.
    days: Groups,
    /// By level, per cut.
    levels: Vec<Groups>,
}

/// A group for each member of a block: its place among days or levels, times the number of arms, and its arm.
#[derive(Default)]
struct Groups {
    of: Vec<u32>,
    /// Groups seen so far.
    count: usize,
}

impl Members {
    fn groups(&self) -> impl Iterator<Item = &Groups> {
        std::iter::once(&self.days).chain(&self.levels)
    }
}

/// What was added up so far.
struct Gathered<'t> {
    trial: &'t Trial,
    in_several: &'t IndexSet<String>,
    by_text: IndexMap<&'t str, u32>,
    arms: Vec<ObservedArm>,
    foreign: BTreeMap<String, u64>,
    several: u64,
    phases: BTreeMap<i64, Vec<Entered>>,
    days: IndexSet<i32>,
    measures: Vec<Gathering<'t>>,
    cuts: Vec<Seen<'t>>,
    covariates: Vec<Vec<Tally>>,
    singles: Option<Singles<'t>>,
    drifting: Option<Drifting<'t>>,
    units: Option<Units>,
}

impl<'t> Gathered<'t> {
    fn new(program: &Program, asked: &Asked<'t>) -> Gathered<'t> {
        let trial = asked.trial;
        let arms = trial.arms.len();
        let scale = |node: NodeId| scale_of(program.type_of(node).physical());
        let gathering = |measure: &'t Measure| {
            let scales = match &measure.fold {
                Fold::Rate { holds: _ } => (Scale::Whole, Scale::Whole),
                Fold::Mean { value } | Fold::Sum { value } | Fold::Quantile { value, at: _ } => (scale(*value), Scale::Whole),
                Fold::Ratio { numerator, denominator } => (scale(*numerator), scale(*denominator)),
                Fold::Lasting { length, ended, horizon: _ } => (scale(*length), scale(*ended)),
            };
            Gathering::new(measure, arms, trial.cuts.len(), scales, measure.before.map_or(Scale::Whole, scale))
        };
        Gathered {
            trial,
            in_several: asked.in_several,
            by_text: trial.arms.iter().map(|arm| arm.name.as_str()).zip(0..).collect(),
            arms: vec![ObservedArm::default(); arms],
            foreign: BTreeMap::new(),
            several: 0,
            phases: BTreeMap::new(),
            days: IndexSet::new(),
            measures: trial.measures.iter().map(gathering).collect(),
            cuts: trial.cuts.iter().map(|cut| Seen::new(cut, program.type_of(cut.value), arms)).collect(),
            covariates: trial.covariates.iter().map(|covariate| vec![Tally::new(scale(covariate.value)); arms]).collect(),
            singles: Singles::wanted(trial),
            drifting: Drifting::wanted(program, trial.drift.as_ref(), trial.entry),
            units: asked.units.then(Units::default),
        }
    }

    fn take(&mut self, view: &View<'_>) -> Result<(), EngineError> {
        let members = self.members(view)?;
        for measure in &mut self.measures {
            measure.take(view, &members)?;
        }
        for (covariate, tallies) in self.trial.covariates.iter().zip(&mut self.covariates) {
            let reading = view.reading(covariate.value)?;
            for (row, arm) in members.rows.iter().zip(&members.arms) {
                if let (Some(value), Some(tally)) = (reading.get(*row as usize), tallies.get_mut(*arm as usize)) {
                    tally.add(Some(value));
                }
            }
        }
        if let Some(singles) = &mut self.singles {
            singles.take(view, &members)?;
        }
        if let Some(drifting) = &mut self.drifting {
            drifting.take(view, &members)?;
        }
        Ok(())
    }

    /// Who of a block is in an arm, with day and levels.
    fn members(&mut self, view: &View<'_>) -> Result<Members, EngineError> {
        let (assigned, arm) = (view.yes(self.trial.assigned)?, view.values(self.trial.arm)?);
        let entry = self.trial.entry.map(|entry| view.reading(entry)).transpose()?;
        let share = self.trial.probability.map(|share| view.reading(share)).transpose()?;
        let mut members = Members { rows: Vec::new(), arms: Vec::new(), days: Groups::default(), levels: Vec::new() };
        let arms = self.trial.arms.len();
        for row in assigned.ones() {
            if !self.in_several.is_empty() && self.in_several.contains(&view.key(row)?) {
                self.several += 1;
                continue;
            }
            let name = match &*arm {
                Values::Text(texts) => Cow::Borrowed(texts.get(row).unwrap_or_default()),
                other => Cow::Owned(text_of(&other.get(row))),
            };
            let Some(arm) = self.by_text.get(&*name).copied() else {
                *self.foreign.entry(name.into_owned()).or_default() += 1;
                continue;
            };
            let entered = entry.as_ref().and_then(|entry| entry.get(row));
            if let Some(found) = self.arms.get_mut(arm as usize) {
                found.assigned += 1;
            }
            self.enter(arm, entered, share.as_ref().and_then(|share| share.get(row).map(|_| share.float(row))));
            if self.trial.entry.is_some() {
                let day = entered.map_or(i32::MIN, |entered| i32::try_from(entered.div_euclid(DAY_MILLISECONDS)).unwrap_or(i32::MAX));
                let place = self.days.insert_full(day).0;
                members.days.of.push(u32::try_from(place * arms).unwrap_or(u32::MAX).saturating_add(arm));
            }
            if let Some(units) = &mut self.units {
                units.keys.push(view.key(row)?);
                units.arms.push(arm);
                units.entries.push(entered);
            }
            members.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
            members.arms.push(arm);
        }
        members.days.count = self.days.len() * arms;
        for (cut, seen) in self.trial.cuts.iter().zip(&mut self.cuts) {
            members.levels.push(seen.take(&*view.values(cut.value)?, &members.rows, &members.arms));
        }
        Ok(members)
    }

    /// Counts an entry. Runs enter many at one instant; rows of files have instants of their own and are taken by day.
    fn enter(&mut self, arm: u32, entered: Option<i64>, share: Option<f64>) {
        let at = match (entered, self.trial.kind) {
            (None, _) => i64::MIN,
            (Some(entered), TrialKind::Experiment) => entered.div_euclid(DAY_MILLISECONDS) * DAY_MILLISECONDS,
            (Some(entered), TrialKind::Strategy | TrialKind::Compare | TrialKind::Programme) => entered,
        };
        let arms = self.phases.entry(at).or_insert_with(|| vec![Entered::default(); self.trial.arms.len()]);
        if let Some(slot) = arms.get_mut(arm as usize) {
            slot.units += 1;
            slot.share = slot.share.or(share);
        }
    }

    fn finish(self, moment: Moment, order: Option<&[u32]>) -> Result<(Observed, Units), EngineError> {
        let days: Vec<i32> = self.days.into_iter().collect();
        let (mut measures, mut by_cut) = (Vec::new(), vec![Vec::new(); self.cuts.len()]);
        for measure in self.measures {
            let (observed, cuts) = measure.finish(&days);
            measures.push(observed);
            for (of_cut, levels) in by_cut.iter_mut().zip(cuts) {
                of_cut.push(levels);
            }
        }
        let cuts = self.cuts.into_iter().zip(&by_cut).map(|(seen, measures)| seen.finish(measures)).collect::<Result<_, _>>()?;
        let rows: Option<Rows> = self.singles.map(|singles| singles.finish(order));
        let observed = Observed {
            trial: self.trial.clone(),
            as_of: moment.as_of,
            lost: vec![0; self.arms.len()],
            arms: self.arms,
            foreign_arms: self.foreign,
            several_arms: self.several,
            phases: self.phases,
            measures,
            cuts,
            covariates: self.covariates,
            drift: self.drifting.map(Drifting::finish),
            rows,
        };
        Ok((observed, self.units.unwrap_or_default()))
    }
}
