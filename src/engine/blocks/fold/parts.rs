//! What folds are made of, each part once: counts, sums and ends over rows under one mask.

use super::super::super::error::EngineError;
use super::super::Blocks;
use super::super::bits::Bits;
use super::super::block::Block;
use super::super::column::Values;
use super::cells::Cells;
use super::finish::Finish;
use super::lists::Lists;
use crate::ir::{Aggregate, AggregateFunction, NodeId};
use crate::types::{Physical, Value};
use indexmap::{IndexMap, IndexSet};

/// One end of a window: a value of the run, or of the surrounding row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Bound {
    /// `None` is missing: no row lies within.
    Fixed(Option<i64>),
    Surrounding(NodeId),
}

/// Which rows count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) struct Mask {
    filter: Option<NodeId>,
    at: Option<NodeId>,
    from: Option<Bound>,
    until: Option<Bound>,
}

/// A value of rows under a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) struct Column {
    pub(super) value: NodeId,
    pub(super) mask: usize,
}

/// State of all folds of a pass.
#[derive(Default)]
pub(in super::super) struct Folding {
    pub(super) masks: IndexSet<Mask>,
    /// Nodes of rows that are read.
    pub(in super::super) roots: IndexSet<NodeId>,
    pub(super) cells: Cells,
    pub(super) lists: Lists,
    pub(super) finishes: IndexMap<NodeId, Finish>,
    groups: u32,
}

impl Folding {
    pub(in super::super) fn add(&mut self, engine: &Blocks<'_>, id: NodeId, aggregate: &Aggregate) -> Result<(), EngineError> {
        self.roots.extend(super::row_roots(aggregate));
        let bound = |node: NodeId| match engine.scalars.get(&node) {
            Some(value) => Bound::Fixed(value.as_int()),
            None => Bound::Surrounding(node),
        };
        let (from, until) = (aggregate.from.map(bound), aggregate.until.map(bound));
        // Without a window the time of a row does not decide whether it counts.
        let at = aggregate.at.filter(|_| from.is_some() || until.is_some());
        // A bound without a time to compare holds for no row of an aggregate that has one, and is not asked about otherwise.
        let (from, until) =
            if aggregate.at.is_some() { (from, until) } else { (from.map(|_| Bound::Fixed(None)), until.map(|_| Bound::Fixed(None))) };
        let mask = self.masks.insert_full(Mask { filter: aggregate.filter, at, from, until }).0;
        let finish = self.finish(engine, id, aggregate, mask)?;
        self.finishes.insert(id, finish);
        Ok(())
    }

    fn finish(&mut self, engine: &Blocks<'_>, id: NodeId, aggregate: &Aggregate, mask: usize) -> Result<Finish, EngineError> {
        let held = engine.physical(id)?;
        let rows = self.cells.rows(mask);
        let enough = aggregate.at_least.map(|least| (rows, i64::from(least)));
        let Some(value) = aggregate.value else {
            return match aggregate.function {
                AggregateFunction::Count => Ok(Finish::count(rows, enough)),
                AggregateFunction::Exists => Ok(Finish::exists(rows, enough)),
                _ => Err(EngineError::Damaged(id)),
            };
        };
        let of = engine.physical(value)?;
        let column = Column { value, mask };
        // A column that is always known is counted by its rows.
        let known = if engine.node(value)?.optional { self.cells.known(column) } else { rows };
        let text = of == Physical::Text;
        // The latest of instants is the greatest.
        let function = match aggregate.function {
            AggregateFunction::Latest if aggregate.at == Some(value) => AggregateFunction::Max,
            AggregateFunction::Earliest if aggregate.at == Some(value) => AggregateFunction::Min,
            function => function,
        };
        Ok(match function {
            AggregateFunction::Count => Finish::count(known, enough),
            AggregateFunction::Exists => Finish::exists(rows, enough),
            AggregateFunction::Sum if of == Physical::Float => Finish::float_sum(self.lists.exact(column, false), enough),
            AggregateFunction::Sum => Finish::int_sum(self.cells.sum(column), known, enough),
            AggregateFunction::Mean if of == Physical::Float => Finish::float_mean(self.lists.exact(column, false), held, enough),
            AggregateFunction::Mean => Finish::int_mean(self.cells.sum(column), known, held, enough),
            AggregateFunction::Deviation => {
                let (sums, squares) = (self.lists.exact(column, false), self.lists.exact(column, true));
                Finish::deviation(sums, squares, of, held, enough)
            }
            AggregateFunction::Min if text => Finish::text(self.lists.text_end(None, column, false), enough),
            AggregateFunction::Max if text => Finish::text(self.lists.text_end(None, column, true), enough),
            AggregateFunction::Min => Finish::end(self.cells.least(column), known, of, enough),
            AggregateFunction::Max => Finish::end(self.cells.greatest(column), known, of, enough),
            AggregateFunction::Latest if text => Finish::text(self.lists.text_end(aggregate.at, column, true), enough),
            AggregateFunction::Earliest if text => Finish::text(self.lists.text_end(aggregate.at, column, false), enough),
            AggregateFunction::Latest => Finish::timed(self.cells.timed(aggregate.at, column, true), of, enough),
            AggregateFunction::Earliest => Finish::timed(self.cells.timed(aggregate.at, column, false), of, enough),
            AggregateFunction::Median => Finish::place(self.lists.gathered(column), 500_000, of, enough),
            AggregateFunction::Quantile(quantile) => Finish::place(self.lists.gathered(column), quantile, of, enough),
            AggregateFunction::Distinct => Finish::distinct(self.lists.gathered(column), enough),
        })
    }

    /// Makes room for groups.
    pub(in super::super) fn reach(&mut self, groups: u32) {
        if groups > self.groups {
            self.groups = groups;
            self.cells.reach(groups as usize);
            self.lists.reach(groups as usize);
        }
    }

    /// Folds the rows of a block into their groups.
    pub(in super::super) fn take(&mut self, block: &Block<'_>, groups: &[u32]) -> Result<(), EngineError> {
        let linked = super::counted(groups);
        let masks = self.masks.iter().map(|mask| mask.rows(block, &linked)).collect::<Result<Vec<Bits>, EngineError>>()?;
        self.cells.take(block, groups, &masks)?;
        self.lists.take(block, groups, &masks)
    }

    /// Puts lists in order once every row was taken.
    pub(in super::super) fn close(&mut self) {
        self.lists.close();
    }

    /// The result of a fold for rows of the given groups.
    pub(in super::super) fn result(&self, id: NodeId, groups: &[u32]) -> Result<Values, EngineError> {
        let finish = self.finishes.get(&id).ok_or(EngineError::Damaged(id))?;
        Ok(finish.values(self, groups))
    }
}

impl Mask {
    fn rows(&self, block: &Block<'_>, linked: &Bits) -> Result<Bits, EngineError> {
        let mut rows = linked.clone();
        if let Some(filter) = self.filter {
            rows = rows.and(&block.values(filter)?.yes());
        }
        for (bound, after) in [(self.from, true), (self.until, false)] {
            let Some(bound) = bound else { continue };
            let test = move |at: i64, bound: i64| if after { at >= bound } else { at < bound };
            let at = self.at.map(|at| block.values(at)).transpose()?;
            let within = match (at.as_deref(), bound) {
                (Some(Values::Int { values, known }), Bound::Fixed(Some(bound))) => known.and(&Bits::of_each(values, |at| test(at, bound))),
                (Some(Values::Int { values, known }), Bound::Surrounding(node)) => match surrounding(block, node)? {
                    Values::Int { values: bounds, known: given } => known.and(&given).and(&Bits::of_pairs(values, &bounds, test)),
                    Values::Bool { .. } | Values::Float { .. } | Values::Text(_) => Bits::none(block.len),
                },
                (_, _) => Bits::none(block.len),
            };
            rows = rows.and(&within);
        }
        Ok(rows)
    }
}

fn surrounding(block: &Block<'_>, node: NodeId) -> Result<Values, EngineError> {
    let (around, rows) = block.surrounding.as_ref().ok_or(EngineError::Damaged(node))?;
    Ok(around.values(node)?.gather(rows))
}

/// Whether values are missing, as results of folds.
pub(super) fn or_missing(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Missing)
}
