//! What planning needs to know of every node before any data is read.

use crate::ir::{Graph, Kind, Link, NodeId, Population, row_operands};
use crate::types::Value;

/// Properties of the nodes of a graph, by node id.
pub(super) struct Shape {
    /// One value for the whole run.
    scalar: Vec<bool>,
    /// Nodes of the surrounding space that the node reads through `Outer`.
    outers: Vec<Vec<NodeId>>,
    /// 0 for what rows alone decide; each fold, crossing or population fact below adds one.
    level: Vec<u32>,
    /// Never missing, whatever the data.
    certain: Vec<bool>,
}

/// Whether a node needs more than its own row: a fold, a step to another table, a fact about the population.
pub(super) fn is_boundary(kind: &Kind) -> bool {
    matches!(kind, Kind::Via { .. } | Kind::Aggregate(_) | Kind::FirstCrossing(_) | Kind::Association(_) | Kind::Population(_))
}

impl Shape {
    pub(super) fn of(graph: &Graph) -> Shape {
        let mut shape = Shape { scalar: Vec::new(), outers: Vec::new(), level: Vec::new(), certain: Vec::new() };
        for (_, node) in graph.iter() {
            let own = shape.own_operands(&node.kind);
            let outers = shape.outers_of(&node.kind, &own);
            let scalar = shape.scalar_of(&node.kind, &own);
            let below = node.kind.operands().into_iter().map(|id| shape.level(id)).max().unwrap_or(0);
            let certain = shape.certain_of(&node.kind);
            shape.scalar.push(scalar);
            shape.outers.push(outers);
            shape.level.push(below + u32::from(is_boundary(&node.kind)));
            shape.certain.push(certain);
        }
        shape
    }

    pub(super) fn is_scalar(&self, id: NodeId) -> bool {
        self.scalar.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// Whether the value depends on the row of the surrounding space.
    pub(super) fn is_open(&self, id: NodeId) -> bool {
        !self.outers(id).is_empty()
    }

    pub(super) fn outers(&self, id: NodeId) -> &[NodeId] {
        self.outers.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn level(&self, id: NodeId) -> u32 {
        self.level.get(id.0 as usize).copied().unwrap_or(0)
    }

    pub(super) fn is_certain(&self, id: NodeId) -> bool {
        self.certain.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// Nodes of the current space that the row expressions of a fold read.
    pub(super) fn captured(&self, kind: &Kind) -> Vec<NodeId> {
        let mut out = Vec::new();
        for root in row_operands(kind) {
            for id in self.outers(root) {
                if !out.contains(id) {
                    out.push(*id);
                }
            }
        }
        out
    }

    /// Operands in the node's own space.
    pub(super) fn own_operands(&self, kind: &Kind) -> Vec<NodeId> {
        let outer_key = |link: &Link| match link {
            Link::Key { row_key: _, outer_key } => Some(*outer_key),
            Link::Everyone => None,
        };
        match kind {
            // One value for the run is the same in every space.
            Kind::Outer(node) if self.is_scalar(*node) => vec![*node],
            Kind::Outer(_) => Vec::new(),
            Kind::Via { key, table: _, value: _ } => vec![*key],
            Kind::Aggregate(aggregate) => {
                let mut out: Vec<NodeId> = [outer_key(&aggregate.link), aggregate.from, aggregate.until].into_iter().flatten().collect();
                out.extend(self.captured(kind));
                out
            }
            Kind::FirstCrossing(crossing) => {
                let mut out: Vec<NodeId> = [outer_key(&crossing.link), Some(crossing.threshold), crossing.from, Some(crossing.until)]
                    .into_iter()
                    .flatten()
                    .collect();
                out.extend(self.captured(kind));
                out
            }
            Kind::Association(association) => [vec![association.outer_key], self.captured(kind)].concat(),
            other => other.operands(),
        }
    }

    fn outers_of(&self, kind: &Kind, own: &[NodeId]) -> Vec<NodeId> {
        if let Kind::Outer(node) = kind {
            return if self.is_scalar(*node) { Vec::new() } else { vec![*node] };
        }
        let mut out: Vec<NodeId> = Vec::new();
        for operand in own {
            for id in self.outers(*operand) {
                if !out.contains(id) {
                    out.push(*id);
                }
            }
        }
        out
    }

    fn scalar_of(&self, kind: &Kind, own: &[NodeId]) -> bool {
        match kind {
            Kind::Column(_) => false,
            Kind::Outer(node) => self.is_scalar(*node),
            Kind::Population(population) => matches!(population.as_ref(), Population::Total { .. }),
            _ => own.iter().all(|id| self.is_scalar(*id)),
        }
    }

    fn certain_of(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Constant(value) => !matches!(value, Value::Missing),
            Kind::AsOf | Kind::IsMissing(_) | Kind::IsTrue(_) => true,
            Kind::Not(node) => self.is_certain(*node),
            Kind::And(nodes) | Kind::Or(nodes) => nodes.iter().all(|id| self.is_certain(*id)),
            Kind::Ladder { rows: _, otherwise, unknown } => otherwise.is_some() && unknown.is_some(),
            Kind::Coalesce(_, fallback) => self.is_certain(*fallback),
            _ => false,
        }
    }
}
