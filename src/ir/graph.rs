//! The graph of nodes, each distinct node once.

use super::{Kind, Node, NodeId};
use crate::source::Span;
use crate::types::{TableId, Type, Value};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Nodes in an order where operands come before their users.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graph {
    nodes: Vec<Node>,
    /// Only for building; not part of the artifact.
    #[serde(skip)]
    known: IndexMap<(Kind, Option<TableId>, Type), NodeId>,
}

impl Graph {
    #[must_use]
    pub fn get(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(at, node)| (NodeId(u32::try_from(at).unwrap_or(u32::MAX)), node))
    }

    /// The value of a constant node.
    #[must_use]
    pub fn constant(&self, id: NodeId) -> Option<&Value> {
        match self.get(id).map(|node| &node.kind) {
            Some(Kind::Constant(value)) => Some(value),
            Some(_) | None => None,
        }
    }

    /// Gives every constant of a type and a value another value.
    pub fn replace_constant(&mut self, ty: &Type, from: &Value, to: &Value) {
        for node in self.nodes.iter_mut().filter(|node| node.ty == *ty) {
            if let Kind::Constant(value) = &mut node.kind
                && value == from
            {
                *value = to.clone();
            }
        }
        self.known.retain(|(kind, _, _), _| !matches!(kind, Kind::Constant(value) if value == from));
    }

    /// Makes a node another one of the same type, for all that read it.
    pub fn replace(&mut self, id: NodeId, kind: Kind) {
        if let Some(node) = self.nodes.get_mut(id.0 as usize) {
            node.kind = kind;
            self.known.retain(|_, known| *known != id);
        }
    }

    /// Adds a node, or finds the equal one. The first writer's place is kept.
    pub fn add(&mut self, kind: Kind, ty: Type, optional: bool, space: Option<TableId>, span: Span) -> NodeId {
        let key = (kind, space, ty);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let (kind, space, ty) = key.clone();
        self.nodes.push(Node { kind, ty, optional, space, span });
        self.known.insert(key, id);
        id
    }

    /// The nodes that the given roots need, in ascending order.
    #[must_use]
    pub fn reachable(&self, roots: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut needed = vec![false; self.nodes.len()];
        let mut stack: Vec<NodeId> = roots.into_iter().collect();
        while let Some(id) = stack.pop() {
            if let Some(seen) = needed.get_mut(id.0 as usize) {
                if !*seen {
                    *seen = true;
                    if let Some(node) = self.get(id) {
                        stack.extend(node.kind.operands());
                    }
                }
            }
        }
        self.iter().filter(|(id, _)| needed.get(id.0 as usize).copied().unwrap_or(false)).map(|(id, _)| id).collect()
    }
}
