//! What is ready to give the values of a node that looks beyond its own row.

use super::super::error::EngineError;
use super::association::Holdings;
use super::block::Block;
use super::column::Values;
use super::crossing::Firings;
use super::fold::{Correlated, Pass};
use super::held::Held;
use super::keys::NO_KEY;
use super::plan::Plan;
use super::population::{Places, Scores, Threshold};
use crate::ir::{Kind, NodeId};
use std::rc::Rc;

pub(super) enum Prepared {
    /// Rows folded by key, in one pass with others.
    Fold(Rc<Pass>),
    /// Rows to be folded for each surrounding row.
    Correlated(Correlated),
    /// The table a reference leads to, and what is read there.
    Step(Rc<Held>, Plan),
    Firings(Firings),
    Holdings(Rc<Holdings>),
    Scores(Scores),
    Threshold(Threshold),
    Places(Rc<Places>),
}

impl Prepared {
    /// Whether nodes of the rows it leads to are computed each time.
    pub(super) fn looks_at_rows(&self) -> bool {
        match self {
            Prepared::Correlated(_) | Prepared::Step(..) => true,
            Prepared::Fold(_)
            | Prepared::Firings(_)
            | Prepared::Holdings(_)
            | Prepared::Scores(_)
            | Prepared::Threshold(_)
            | Prepared::Places(_) => false,
        }
    }

    pub(super) fn values<'a>(&self, block: &Rc<Block<'a>>, id: NodeId) -> Result<Values, EngineError> {
        let node = block.engine.node(id)?;
        match (self, &node.kind) {
            (Prepared::Fold(pass), Kind::Aggregate(aggregate)) => pass.values(block, id, aggregate),
            (Prepared::Correlated(correlated), Kind::Aggregate(aggregate)) => correlated.values(block, id, aggregate),
            (Prepared::Step(held, plan), Kind::Via { key, table: _, value }) => step(block, held, plan, *key, *value),
            (Prepared::Firings(firings), Kind::FirstCrossing(crossing)) => firings.values(block, crossing),
            (Prepared::Holdings(holdings), Kind::Association(association)) => holdings.values(block, association, node.ty.physical()),
            (Prepared::Scores(scores), Kind::Population(_)) => scores.values(block),
            (Prepared::Threshold(threshold), Kind::Population(_)) => threshold.values(block),
            (Prepared::Places(places), Kind::Population(_)) => Ok(places.values(block)),
            (_, _) => Err(EngineError::Damaged(id)),
        }
    }
}

/// Values of another table along a key; missing where there is no such row.
fn step<'a>(block: &Rc<Block<'a>>, held: &Rc<Held>, plan: &Plan, key: NodeId, value: NodeId) -> Result<Values, EngineError> {
    let keys = block.values(key)?;
    let groups = held.keys.find(Some(&keys), block.len);
    let mut rows = Vec::with_capacity(block.len);
    let mut places = Vec::with_capacity(block.len);
    for group in groups {
        let row = if group == NO_KEY { None } else { held.rows_of(group).first() };
        places.push(if row.is_some() { u32::try_from(rows.len()).unwrap_or(u32::MAX) } else { u32::MAX });
        rows.extend(row);
    }
    let picked = held.picked(block.engine, rows, None)?;
    picked.compute(plan)?;
    Ok(picked.values(value)?.gather_known(&places))
}
