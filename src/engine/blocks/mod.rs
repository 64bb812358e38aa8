//! The block engine: nodes evaluated over blocks of a few thousand rows that are read, used and forgotten.
//!
//! ```text
//! level by level: one pass per table ─ fold by key · hold · rank ─► what looks beyond its row is prepared
//! last: one pass per table that rows are written about ─ flags ─► rows of emissions, counts of watches
//! ```
//!
//! Nothing is kept per row but what folds and ranks need, so memory follows the number of subjects and not of columns or events.
//! Nodes of one row are computed for a block at once, each once, truths as packed bits. Rows are taken in the order of the table
//! and every result is a function of them, so that nothing depends on how they were read.

mod arithmetic;
mod association;
mod bits;
mod block;
mod column;
mod constants;
mod crossing;
mod emit;
mod fold;
mod held;
mod keys;
mod logic;
pub(super) mod observe;
mod operations;
mod plan;
mod population;
mod prepared;
mod settle;
mod source;
mod stored;

use super::error::EngineError;
use super::shape::Shape;
use super::{Options, Tables, needs};
use crate::ir::{Aggregate, Moment, Node, NodeId, Program};
use crate::types::{ColumnId, Physical, Table, TableId, Value};
use block::{Block, Rows};
use column::Values;
pub(super) use constants::Wanted;
use indexmap::{IndexMap, IndexSet};
use plan::Plan;
use prepared::Prepared;
use source::{Batch, Source};
use std::cell::RefCell;
use std::rc::Rc;
use stored::Stored;

/// State of one run.
pub(super) struct Blocks<'a> {
    program: &'a Program,
    shape: Shape,
    /// Rows of a block.
    rows: usize,
    sources: IndexMap<TableId, Source>,
    /// Values that are one for the whole run, as they become known.
    scalars: IndexMap<NodeId, Value>,
    ready: IndexMap<NodeId, Prepared>,
    /// Nodes whose values for all rows of their table were kept.
    stored: IndexMap<NodeId, Stored>,
    /// Such values repeated for a whole block.
    repeated: RefCell<IndexMap<NodeId, Rc<Values>>>,
}

impl<'a> Blocks<'a> {
    /// Prepares what is wanted; `outputs` are tables whose keys are needed besides.
    pub(super) fn new(
        program: &'a Program,
        tables: &Tables,
        moment: Moment,
        options: &Options,
        outputs: &[TableId],
        wanted: Wanted<'_>,
    ) -> Result<Self, EngineError> {
        let mut engine = Blocks {
            program,
            shape: Shape::of(&program.graph),
            rows: options.block_rows.max(1),
            sources: IndexMap::new(),
            scalars: IndexMap::new(),
            ready: IndexMap::new(),
            stored: IndexMap::new(),
            repeated: RefCell::new(IndexMap::new()),
        };
        let reachable = program.graph.reachable(engine.roots(wanted));
        for (table, columns) in needs::columns(program, &reachable, outputs)? {
            let schema = engine.schema(table)?;
            let columns: Vec<ColumnId> = columns.into_iter().collect();
            let source = Source::open(schema, tables.get(&table), &columns, options)?;
            engine.sources.insert(table, source);
        }
        engine.scalars = needs::known_before(program, &reachable, moment)?;
        engine.settle(&reachable, wanted)?;
        Ok(engine)
    }

    fn node(&self, id: NodeId) -> Result<&'a Node, EngineError> {
        self.program.graph.get(id).ok_or(EngineError::Damaged(id))
    }

    pub(super) fn physical(&self, id: NodeId) -> Result<Physical, EngineError> {
        Ok(self.node(id)?.ty.physical())
    }

    fn schema(&self, table: TableId) -> Result<&'a Table, EngineError> {
        self.program.table(table).ok_or(EngineError::NoTable(table))
    }

    fn key(&self, table: TableId) -> Result<&'a [ColumnId], EngineError> {
        Ok(&self.schema(table)?.key)
    }

    fn prepared(&self, id: NodeId) -> Result<&Prepared, EngineError> {
        self.ready.get(&id).ok_or(EngineError::Damaged(id))
    }

    /// Whether rows count differently for different surrounding rows, beyond the link.
    fn is_correlated(&self, id: NodeId, aggregate: &Aggregate) -> Result<bool, EngineError> {
        let bounds = [aggregate.from, aggregate.until].into_iter().flatten();
        Ok(!self.shape.captured(&self.node(id)?.kind).is_empty() || bounds.into_iter().any(|bound| !self.scalars.contains_key(&bound)))
    }

    /// The values of a node that is one for the whole run.
    fn constant(&self, id: NodeId, len: usize) -> Result<Option<Rc<Values>>, EngineError> {
        let Some(value) = self.scalars.get(&id) else { return Ok(None) };
        if len != self.rows {
            return Ok(Some(Rc::new(Values::repeat(value, self.physical(id)?, len))));
        }
        if let Some(values) = self.repeated.borrow().get(&id) {
            return Ok(Some(Rc::clone(values)));
        }
        let values = Rc::new(Values::repeat(value, self.physical(id)?, len));
        self.repeated.borrow_mut().insert(id, Rc::clone(&values));
        Ok(Some(values))
    }

    /// All rows of a table block by block, with the columns of the plan and `more`, computed as planned.
    fn each_block<'b>(
        &'b self,
        table: TableId,
        plan: &Plan,
        more: &[ColumnId],
        mut take: impl FnMut(&Rc<Block<'b>>) -> Result<(), EngineError>,
    ) -> Result<usize, EngineError>
    where
        'a: 'b,
    {
        let source = self.sources.get(&table).ok_or(EngineError::NoTable(table))?;
        let wanted: Vec<ColumnId> = plan.columns.iter().chain(more).copied().collect::<IndexSet<_>>().into_iter().collect();
        let mut first = 0;
        source.each(&wanted, |batch| {
            let mut from = 0;
            while from < batch.rows {
                let rows = self.rows.min(batch.rows - from);
                let Batch { columns, rows } = batch.slice(from, rows);
                let block = Rc::new(Block::new(self, Some(table), Rows::From(first), rows, columns));
                for id in &plan.stored {
                    if let Some(stored) = self.stored.get(id) {
                        block.put(*id, Rc::new(stored.slice(first, rows)));
                    }
                }
                block.compute(plan)?;
                take(&block)?;
                from += rows;
                first += rows;
            }
            Ok(())
        })?;
        Ok(first)
    }
}
