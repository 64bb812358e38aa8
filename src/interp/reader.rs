//! Reading operands: from the memo, through paths, and through the links to other tables.

use super::Interpreter;
use super::association::Bests;
use super::crossing::Firings;
use super::memo::{Memo, Place};
use super::snapshot::MISSING;
use crate::ir::{Kind, Link, NodeId};
use crate::types::{TableId, Value};
use indexmap::IndexMap;
use std::rc::Rc;

/// Rows of a table by the value of a key, in row order.
pub(super) type RowsByKey = IndexMap<Value, Vec<u32>>;

/// What is built once per table and key rather than once per row. Looked up, never iterated.
#[derive(Default)]
pub(super) struct Indexes {
    /// By row-key node, table and surrounding rows.
    links: IndexMap<(NodeId, TableId, Vec<u32>), Rc<RowsByKey>>,
    keys: IndexMap<TableId, Rc<IndexMap<Value, u32>>>,
    pub(super) firings: IndexMap<(NodeId, Vec<u32>), Rc<Firings>>,
    pub(super) associations: IndexMap<(NodeId, Vec<u32>), Rc<Bests>>,
}

/// Reads operands for one place, noting those that are not known yet.
pub(super) struct Reader<'a> {
    pub interpreter: &'a Interpreter<'a>,
    pub memo: &'a Memo,
    pub place: &'a Place,
    pub wanted: Vec<Place>,
}

impl<'a> Reader<'a> {
    /// The operand for the place's own row.
    pub fn here(&mut self, node: NodeId) -> Option<&'a Value> {
        self.at(node, self.place.row, &self.place.frames)
    }

    /// The operand for another row, entered from the given rows.
    pub fn at(&mut self, node: NodeId, row: u32, frames: &[u32]) -> Option<&'a Value> {
        let interpreter = self.interpreter;
        if node >= self.place.node {
            return Some(&MISSING);
        }
        let Some(definition) = interpreter.program.graph.get(node) else { return Some(&MISSING) };
        match (&definition.kind, definition.space) {
            (Kind::Constant(value), _) => return Some(value),
            (Kind::Column(column), Some(table)) => return Some(interpreter.snapshot.get(table, *column, row)),
            (_, _) => {}
        }
        let row = if definition.space.is_some() { row } else { 0 };
        let reach = interpreter.depth(node).min(frames.len());
        let found = self.memo.get(node, row, frames.get(..reach).unwrap_or_default());
        if found.is_none() {
            self.wanted.push(interpreter.place(node, row, frames));
        }
        found
    }

    /// Several operands for the place's own row.
    pub fn all(&mut self, nodes: &[NodeId]) -> Option<Vec<&'a Value>> {
        let values: Vec<Option<&'a Value>> = nodes.iter().map(|node| self.here(*node)).collect();
        values.into_iter().collect()
    }

    /// The operand for all rows of a table, within the place's own surroundings.
    pub fn column(&mut self, node: NodeId, table: TableId) -> Option<Vec<&'a Value>> {
        self.column_within(node, table, &self.place.frames)
    }

    /// The operand for all rows of a table, entered from the given rows.
    pub fn column_within(&mut self, node: NodeId, table: TableId, frames: &[u32]) -> Option<Vec<&'a Value>> {
        let rows = self.interpreter.rows(table);
        let values: Vec<Option<&'a Value>> = (0..rows).map(|row| self.at(node, row, frames)).collect();
        values.into_iter().collect()
    }

    /// The surroundings of row expressions entered from this place, cut to what any of the nodes can reach.
    pub fn inside(&self, nodes: &[NodeId]) -> Vec<u32> {
        let reach = nodes.iter().map(|node| self.interpreter.depth(*node)).max().unwrap_or(0);
        std::iter::once(self.place.row).chain(self.place.frames.iter().copied()).take(reach).collect()
    }

    /// The rows of `table` linked to this place, or `Some(None)` when the outer key is missing.
    pub fn linked(&mut self, indexes: &mut Indexes, link: &Link, table: TableId, frames: &[u32]) -> Option<Option<Vec<u32>>> {
        let Link::Key { row_key, outer_key } = link else { return Some(Some((0..self.interpreter.rows(table)).collect())) };
        let index = self.index(indexes, *row_key, table, frames);
        let key = self.here(*outer_key)?;
        let index = index?;
        Some((!key.is_missing()).then(|| index.get(key).cloned().unwrap_or_default()))
    }

    fn index(&mut self, indexes: &mut Indexes, row_key: NodeId, table: TableId, frames: &[u32]) -> Option<Rc<RowsByKey>> {
        let name = (row_key, table, frames.to_vec());
        if let Some(index) = indexes.links.get(&name) {
            return Some(Rc::clone(index));
        }
        let keys = self.column_within(row_key, table, frames)?;
        let mut index = RowsByKey::new();
        for (row, key) in (0..).zip(keys) {
            if !key.is_missing() {
                index.entry(key.clone()).or_default().push(row);
            }
        }
        let index = Rc::new(index);
        indexes.links.insert(name, Rc::clone(&index));
        Some(index)
    }

    /// The row of `table` with this key.
    pub fn row_of(&self, indexes: &mut Indexes, table: TableId, key: &Value) -> Option<u32> {
        let interpreter = self.interpreter;
        let index = indexes.keys.entry(table).or_insert_with(|| {
            let mut index = IndexMap::new();
            if let Some([column]) = interpreter.program.table(table).map(|table| table.key.as_slice()) {
                for row in 0..interpreter.rows(table) {
                    index.entry(interpreter.snapshot.get(table, *column, row).clone()).or_insert(row);
                }
            }
            Rc::new(index)
        });
        if key.is_missing() { None } else { index.get(key).copied() }
    }
}
