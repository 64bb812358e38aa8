//! Folds: everything that rows of one table are folded into by one key, in one pass.
//!
//! Each group has a record of 64-bit cells, one record after the other, so that a row touches one place in memory whatever is
//! folded. Folds share the cells they have in common. What does not fit a cell – exact sums of floats, the values themselves for
//! quantiles, texts – has a list of its own.

mod cells;
mod finish;
mod lists;
mod parts;

pub(super) use parts::Folding;

use super::super::error::EngineError;
use super::Blocks;
use super::bits::Bits;
use super::block::{Block, Rows};
use super::column::Values;
use super::keys::{Keys, NO_GROUP, NO_KEY};
use super::plan::Plan;
use crate::ir::{Aggregate, Link, NodeId};
use crate::types::TableId;
use std::rc::Rc;

/// Folds of one table by one key.
pub(super) struct Pass {
    pub(super) row_key: Option<NodeId>,
    pub(super) folds: Vec<NodeId>,
    pub(super) keys: Rc<Keys>,
    /// The table whose rows, one after the other, are the groups.
    seeded: Option<TableId>,
    pub(super) folding: Folding,
}

/// The nodes of rows that folds read.
pub(super) fn row_roots(aggregate: &Aggregate) -> Vec<NodeId> {
    [aggregate.value, aggregate.filter, aggregate.at].into_iter().flatten().collect()
}

impl Pass {
    pub(super) fn new(
        engine: &Blocks<'_>,
        row_key: Option<NodeId>,
        folds: Vec<(NodeId, &Aggregate)>,
        seed: Option<(TableId, Rc<Keys>)>,
    ) -> Result<Pass, EngineError> {
        let mut folding = Folding::default();
        for (id, aggregate) in &folds {
            folding.add(engine, *id, aggregate)?;
        }
        let seeded = seed.as_ref().map(|(table, _)| *table);
        let keys = match seed {
            Some((_, keys)) => keys,
            None if row_key.is_some() => Rc::new(Keys::new()),
            None => Rc::new(Keys::together()),
        };
        let folds = folds.into_iter().map(|(id, _)| id).collect();
        let mut pass = Pass { row_key, folds, keys, seeded, folding };
        pass.folding.reach(pass.keys.groups());
        Ok(pass)
    }

    /// Tells passes apart: a fold belongs to one pass.
    fn name(&self) -> Option<NodeId> {
        self.folds.first().copied()
    }

    pub(super) fn roots(&self) -> Vec<NodeId> {
        self.folding.roots.iter().copied().chain(self.row_key).collect()
    }

    pub(super) fn take(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        let key = self.row_key.map(|key| block.values(key)).transpose()?;
        // Rows of nobody are folded for nobody.
        let groups = match (self.seeded, Rc::get_mut(&mut self.keys)) {
            (None, Some(keys)) => keys.insert(key.as_deref(), block.len),
            (_, _) => self.keys.find(key.as_deref(), block.len),
        };
        self.folding.reach(self.keys.groups());
        self.folding.take(block, &groups)
    }

    /// The result of a fold for the rows of a block of the surrounding table.
    pub(super) fn values(&self, block: &Block<'_>, id: NodeId, aggregate: &Aggregate) -> Result<Values, EngineError> {
        let outer_key = match &aggregate.link {
            Link::Key { row_key: _, outer_key } => Some(*outer_key),
            Link::Everyone => None,
        };
        let groups = match (&block.rows, self.seeded) {
            (Rows::From(first), Some(table)) if block.table == Some(table) => {
                block.groups(self.name(), outer_key, |_| consecutive(*first, block.len))?
            }
            (_, _) => block.groups(self.name(), outer_key, |keys| self.keys.find(keys, block.len))?,
        };
        self.folding.result(id, &groups)
    }
}

fn consecutive(first: usize, len: usize) -> Vec<u32> {
    (first..first + len).map(|row| u32::try_from(row).unwrap_or(NO_GROUP)).collect()
}

/// Rows linked to each surrounding row, folded for a block at once; for folds whose conditions depend on the surrounding row.
pub(super) struct Correlated {
    pub(super) held: Rc<super::held::Held>,
    pub(super) plan: Plan,
}

/// Pairs of rows folded at once.
const PAIRS: usize = 1 << 15;

impl Correlated {
    pub(super) fn values<'a>(&self, block: &Rc<Block<'a>>, id: NodeId, aggregate: &Aggregate) -> Result<Values, EngineError> {
        let outer_key = match &aggregate.link {
            Link::Key { row_key: _, outer_key } => Some(block.values(*outer_key)?),
            Link::Everyone => None,
        };
        let found = self.held.keys.find(outer_key.as_deref(), block.len);
        let mut folding = Folding::default();
        folding.add(block.engine, id, aggregate)?;
        folding.reach(u32::try_from(block.len).unwrap_or(NO_GROUP));
        let mut surrounding: Vec<u32> = Vec::new();
        let mut rows: Vec<u32> = Vec::new();
        let mut groups: Vec<u32> = Vec::with_capacity(block.len);
        for (outer, group) in (0_u32..).zip(&found) {
            groups.push(if *group == NO_KEY { NO_KEY } else { outer });
            for linked in self.held.rows_of(*group).chunks(PAIRS) {
                rows.extend_from_slice(linked);
                surrounding.resize(rows.len(), outer);
                if rows.len() >= PAIRS {
                    self.fold(block, &mut folding, &mut surrounding, &mut rows)?;
                }
            }
        }
        self.fold(block, &mut folding, &mut surrounding, &mut rows)?;
        folding.close();
        folding.result(id, &groups)
    }

    fn fold<'a>(
        &self,
        block: &Rc<Block<'a>>,
        folding: &mut Folding,
        surrounding: &mut Vec<u32>,
        rows: &mut Vec<u32>,
    ) -> Result<(), EngineError> {
        if rows.is_empty() {
            return Ok(());
        }
        let groups = std::mem::take(surrounding);
        let pairs = self.held.picked(block.engine, std::mem::take(rows), Some((Rc::clone(block), groups.clone())))?;
        pairs.compute(&self.plan)?;
        folding.take(&pairs, &groups)
    }
}

/// Rows that count and belong to a group.
fn counted(groups: &[u32]) -> Bits {
    Bits::of_each(groups, |group| group < NO_GROUP)
}
