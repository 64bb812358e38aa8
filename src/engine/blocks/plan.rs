//! What has to be computed for some nodes of one space, in which order, and what can be forgotten when.

use super::super::error::EngineError;
use super::Blocks;
use crate::ir::{Kind, NodeId, Population};
use crate::types::ColumnId;
use indexmap::{IndexMap, IndexSet};

/// Nodes of one space to be computed for a block, operands first.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) order: Vec<Planned>,
    /// Columns of the table that are read.
    pub(super) columns: Vec<ColumnId>,
    /// Nodes that an earlier pass over the table stored.
    pub(super) stored: Vec<NodeId>,
}

/// One node, and the nodes nobody asks for after it.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) id: NodeId,
    pub(super) released: Vec<NodeId>,
}

impl Blocks<'_> {
    /// Plans `roots`; `given` nodes are there already.
    pub(super) fn plan(&self, roots: &[NodeId], given: &IndexSet<NodeId>) -> Result<Plan, EngineError> {
        let mut seen: IndexSet<NodeId> = IndexSet::new();
        let mut columns: IndexSet<ColumnId> = IndexSet::new();
        let mut users: IndexMap<NodeId, NodeId> = IndexMap::new();
        let mut stack: Vec<NodeId> = roots.to_vec();
        while let Some(id) = stack.pop() {
            if !seen.insert(id) || given.contains(&id) {
                continue;
            }
            let node = self.node(id)?;
            if let (Kind::Column(column), false) = (&node.kind, self.scalars.contains_key(&id)) {
                columns.insert(*column);
            }
            for operand in self.reads(id)? {
                let last = users.entry(operand).or_insert(id);
                *last = (*last).max(id);
                stack.push(operand);
            }
        }
        seen.sort_unstable();
        columns.sort_unstable();
        let mut released: IndexMap<NodeId, Vec<NodeId>> = IndexMap::new();
        let roots: IndexSet<NodeId> = roots.iter().copied().collect();
        for (operand, user) in users {
            if !roots.contains(&operand) && !given.contains(&operand) {
                released.entry(user).or_default().push(operand);
            }
        }
        let stored = seen.iter().filter(|id| given.contains(*id) && self.stored.contains_key(*id)).copied().collect();
        let order = seen.into_iter().filter(|id| !given.contains(id));
        let order = order.map(|id| Planned { id, released: released.swap_remove(&id).unwrap_or_default() }).collect();
        Ok(Plan { order, columns: columns.into_iter().collect(), stored })
    }

    /// Operands that still matter where others are the same for the whole run and decide nothing.
    pub(super) fn shortened(&self, kind: &Kind) -> Option<Vec<NodeId>> {
        let truth = |id: &NodeId| self.scalars.get(id).map(crate::types::Value::as_bool);
        match kind {
            Kind::And(nodes) => Some(nodes.iter().filter(|id| truth(id) != Some(Some(true))).copied().collect()),
            Kind::Or(nodes) => Some(nodes.iter().filter(|id| truth(id) != Some(Some(false))).copied().collect()),
            Kind::If { condition, then, otherwise } => match truth(condition) {
                Some(Some(true)) => Some(vec![*then]),
                Some(Some(false)) => Some(vec![*otherwise]),
                Some(None) | None => None,
            },
            Kind::Coalesce(first, second) => match self.scalars.get(first) {
                Some(crate::types::Value::Missing) => Some(vec![*second]),
                Some(_) => Some(vec![*first]),
                None => None,
            },
            _ => None,
        }
    }

    /// Operands that are read in the block of the node itself.
    pub(super) fn reads(&self, id: NodeId) -> Result<Vec<NodeId>, EngineError> {
        if self.scalars.contains_key(&id) {
            return Ok(Vec::new());
        }
        let node = self.node(id)?;
        if let Some(read) = self.shortened(&node.kind) {
            return Ok(read);
        }
        Ok(match &node.kind {
            Kind::Population(population) => match population.as_ref() {
                Population::Quintile { value, within, .. } | Population::Top { value, within, .. } => {
                    std::iter::once(*value).chain(*within).collect()
                }
                Population::Place { .. } | Population::Total { .. } => Vec::new(),
            },
            kind => self.shape.own_operands(kind),
        })
    }
}
