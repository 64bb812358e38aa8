//! What turns out to be one value for the whole run: folds over tables without rows, and all that follows from them. On a first day
//! every ledger is empty, and most of what a strategy asks about its own past is decided here, once.

use super::super::error::EngineError;
use super::super::shape::is_boundary;
use super::Blocks;
use super::block::{Block, Rows};
use super::prepared::Prepared;
use crate::ir::{Kind, Link, Node, NodeId};
use crate::types::Value;
use indexmap::IndexSet;
use std::rc::Rc;

/// What a run is asked for.
#[derive(Clone, Copy)]
pub(in super::super) enum Wanted<'a> {
    /// Emissions and watches of the program.
    Outcome,
    Nodes(&'a [NodeId]),
}

impl Blocks<'_> {
    /// Roots that still matter: an emission that goes to nobody needs no fields.
    pub(super) fn roots(&self, wanted: Wanted<'_>) -> Vec<NodeId> {
        match wanted {
            Wanted::Nodes(nodes) => nodes.to_vec(),
            Wanted::Outcome => {
                let living = self.program.emissions.iter().filter(|emission| !self.is_never(emission.flag));
                let fields = living.flat_map(|emission| emission.fields.iter().map(|(_, node)| *node).chain([emission.flag]));
                fields.chain(self.program.watches.iter().map(|watch| watch.node)).collect()
            }
        }
    }

    /// Whether a flag is true for nobody.
    pub(super) fn is_never(&self, flag: NodeId) -> bool {
        self.scalars.get(&flag).is_some_and(|value| value.as_bool() != Some(true))
    }

    /// Nodes that the run still has to know, ascending.
    pub(super) fn living(&self, wanted: Wanted<'_>) -> Result<Vec<NodeId>, EngineError> {
        let mut seen: IndexSet<(NodeId, bool)> = IndexSet::new();
        // Only the outcome reads what was stored; for rows of other passes a node is computed again.
        let mut stack: Vec<(NodeId, bool)> = self.roots(wanted).into_iter().map(|id| (id, true)).collect();
        while let Some((id, outcome)) = stack.pop() {
            if !seen.insert((id, outcome)) || self.scalars.contains_key(&id) || outcome && self.stored.contains_key(&id) {
                continue;
            }
            let node = self.node(id)?;
            match &node.kind {
                // What looks at rows one by one reads their nodes whenever it is asked.
                kind if is_boundary(kind) && self.ready.get(&id).is_none_or(Prepared::looks_at_rows) => {
                    stack.extend(kind.operands().into_iter().map(|id| (id, false)));
                }
                Kind::Outer(inner) => stack.push((*inner, false)),
                _ => stack.extend(self.reads(id)?.into_iter().map(|id| (id, outcome))),
            }
        }
        let living: std::collections::BTreeSet<NodeId> = seen.into_iter().map(|(id, _)| id).collect();
        Ok(living.into_iter().collect())
    }

    /// Forgets what nothing asks for any more: the records of a fold are as long as its subjects are many.
    pub(super) fn forget(&mut self, wanted: Wanted<'_>) -> Result<(), EngineError> {
        let living = self.living(wanted)?;
        self.ready.retain(|id, _| living.binary_search(id).is_ok());
        Ok(())
    }

    /// The value of a fold no row counts for, when it is the same for every surrounding row.
    pub(super) fn of_nothing(&self, id: NodeId) -> Result<Option<Value>, EngineError> {
        let Kind::Aggregate(aggregate) = &self.node(id)?.kind else { return Ok(None) };
        let keyed = match &aggregate.link {
            Link::Key { row_key: _, outer_key } => !self.node(*outer_key)?.optional,
            Link::Everyone => true,
        };
        if aggregate.at_least.is_some_and(|least| least > 0) {
            return Ok(Some(Value::Missing));
        }
        let value = aggregate.function.of_nothing();
        Ok((keyed || value == Value::Missing).then_some(value))
    }

    /// Spreads what is known: nodes whose value follows from values of the run.
    pub(super) fn spread(&mut self, living: &[NodeId]) -> Result<(), EngineError> {
        for id in living {
            if self.scalars.contains_key(id) {
                continue;
            }
            let node = self.node(*id)?;
            let value = match self.decided(*id, node)? {
                Some(value) => Some(value),
                None if self.follows(*id, node)? => Some(self.computed(*id)?),
                None => None,
            };
            if let Some(value) = value {
                self.scalars.insert(*id, value);
            }
        }
        Ok(())
    }

    /// A value that one operand alone decides, or that a fold over nothing has.
    fn decided(&self, id: NodeId, node: &Node) -> Result<Option<Value>, EngineError> {
        let known = |id: &NodeId| self.scalars.get(id);
        let any = |nodes: &[NodeId], wanted: &Value| nodes.iter().any(|id| known(id) == Some(wanted));
        let missing = |nodes: &[NodeId]| any(nodes, &Value::Missing).then_some(Value::Missing);
        Ok(match &node.kind {
            Kind::And(nodes) => any(nodes, &Value::Bool(false)).then_some(Value::Bool(false)),
            Kind::Or(nodes) => any(nodes, &Value::Bool(true)).then_some(Value::Bool(true)),
            Kind::Compare { operator: _, left, right } | Kind::Arithmetic { operator: _, left, right } => missing(&[*left, *right]),
            Kind::Call { function: _, arguments } => missing(arguments),
            Kind::Concat(nodes) => missing(nodes),
            Kind::Bucket { experiment: _, salt: _, unit: _, only } => self.is_never(*only).then_some(Value::Missing),
            Kind::Aggregate(_) => match self.ready.get(&id) {
                Some(Prepared::Fold(pass)) if pass.keys.groups() == 0 => self.of_nothing(id)?,
                Some(Prepared::Correlated(correlated)) if correlated.held.is_empty() => self.of_nothing(id)?,
                Some(_) | None => None,
            },
            _ => None,
        })
    }

    /// Whether everything a node reads is one value for the run.
    fn follows(&self, id: NodeId, node: &Node) -> Result<bool, EngineError> {
        match &node.kind {
            Kind::Column(_) | Kind::Outer(_) => Ok(false),
            kind if is_boundary(kind) => Ok(false),
            _ => Ok(self.reads(id)?.iter().all(|operand| self.scalars.contains_key(operand))),
        }
    }

    fn computed(&self, id: NodeId) -> Result<Value, EngineError> {
        let plan = self.plan(&[id], &IndexSet::new())?;
        let block = Rc::new(Block::new(self, None, Rows::From(0), 1, Vec::new()));
        block.compute(&plan)?;
        Ok(block.values(id)?.get(0))
    }
}
