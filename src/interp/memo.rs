//! What is already known: one value per place.

use crate::ir::NodeId;
use crate::types::Value;
use indexmap::IndexMap;

/// One evaluation: a node, the row of its space, and the rows it was entered from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub node: NodeId,
    /// 0 for nodes without space.
    pub row: u32,
    /// Rows of the surrounding spaces, innermost first, as many as [`crate::ir::Kind::Outer`] can reach from this node; empty for
    /// nearly all nodes.
    pub frames: Vec<u32>,
}

/// Rows per page: explaining one subject of millions touches one page per node.
const PAGE: usize = 64;

/// Values of one node by row, page by page; a page is as long as its last known row asks.
#[derive(Debug, Default)]
struct Pages(Vec<Vec<Option<Value>>>);

impl Pages {
    fn get(&self, row: u32) -> Option<&Value> {
        let row = row as usize;
        self.0.get(row / PAGE)?.get(row % PAGE)?.as_ref()
    }

    fn set(&mut self, row: u32, value: Value) {
        let row = row as usize;
        if self.0.len() <= row / PAGE {
            self.0.resize_with(row / PAGE + 1, Vec::new);
        }
        let Some(page) = self.0.get_mut(row / PAGE) else { return };
        if page.len() <= row % PAGE {
            page.resize(row % PAGE + 1, None);
        }
        if let Some(slot) = page.get_mut(row % PAGE) {
            *slot = Some(value);
        }
    }
}

#[derive(Debug, Default)]
struct Known {
    closed: Pages,
    /// Values that depend on surrounding rows, apart for each of them.
    open: IndexMap<Vec<u32>, IndexMap<u32, Value>>,
}

/// Values of all places evaluated so far.
#[derive(Debug)]
pub(super) struct Memo(Vec<Known>);

impl Memo {
    pub(super) fn new(nodes: usize) -> Self {
        Self((0..nodes).map(|_| Known::default()).collect())
    }

    pub(super) fn get(&self, node: NodeId, row: u32, frames: &[u32]) -> Option<&Value> {
        let known = self.0.get(node.0 as usize)?;
        if frames.is_empty() { known.closed.get(row) } else { known.open.get(frames)?.get(&row) }
    }

    pub(super) fn set(&mut self, node: NodeId, row: u32, frames: &[u32], value: Value) {
        let Some(known) = self.0.get_mut(node.0 as usize) else { return };
        if frames.is_empty() {
            known.closed.set(row, value);
        } else {
            known.open.entry(frames.to_vec()).or_default().insert(row, value);
        }
    }
}
