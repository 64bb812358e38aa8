//! A table held in memory with its rows by key: for steps to another table, and for folds that look at linked rows one by one.

use super::super::error::{EngineError, while_doing};
use super::super::kernels;
use super::Blocks;
use super::block::{Block, Rows, Surrounding};
use super::column::Values;
use super::keys::{Keys, NO_GROUP};
use crate::types::{ColumnId, Table, TableId};
use polars::prelude::*;
use std::rc::Rc;

const STEP: &str = "held the rows of a table";

pub(super) struct Held {
    table: TableId,
    columns: Vec<(ColumnId, Series)>,
    pub(super) keys: Keys,
    /// Group of each row, while rows are taken.
    groups: Vec<u32>,
    /// Where the rows of each group begin in `order`.
    starts: Vec<usize>,
    order: Vec<u32>,
}

impl Held {
    /// Holds `wanted` columns of a table.
    pub(super) fn new(schema: &Table, table: TableId, wanted: &[ColumnId], together: bool) -> Held {
        let keys = if together { Keys::together() } else { Keys::new() };
        let empty = |id: &ColumnId| {
            let physical = schema.column(*id)?.ty.physical();
            Some((*id, Series::new_empty(PlSmallStr::EMPTY, &kernels::data_type(physical))))
        };
        Held { table, columns: wanted.iter().filter_map(empty).collect(), keys, groups: Vec::new(), starts: Vec::new(), order: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = ColumnId> {
        self.columns.iter().map(|(id, _)| *id)
    }

    /// Adds the rows of a block, with the key of each row.
    pub(super) fn take(&mut self, block: &Block<'_>, key: Option<&Values>) -> Result<(), EngineError> {
        self.groups.extend(self.keys.insert(key, block.len));
        for (id, held) in &mut self.columns {
            let series = block.raw(*id).ok_or(EngineError::NoTable(self.table))?;
            held.append(series).map_err(while_doing(STEP))?;
        }
        Ok(())
    }

    /// Puts rows together by key, in the order of the table.
    pub(super) fn close(&mut self) {
        for (_, series) in &mut self.columns {
            *series = series.rechunk();
        }
        let mut starts = vec![0_usize; self.keys.groups() as usize + 1];
        for group in self.groups.iter().filter(|group| **group < NO_GROUP) {
            if let Some(count) = starts.get_mut(*group as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; sum];
        for (row, group) in (0_u32..).zip(&self.groups) {
            let Some(place) = next.get_mut(*group as usize) else { continue };
            if let Some(slot) = order.get_mut(*place) {
                *slot = row;
            }
            *place += 1;
        }
        self.groups = Vec::new();
        (self.starts, self.order) = (starts, order);
    }

    /// Rows of a group, ascending; none for what is no group.
    pub(super) fn rows_of(&self, group: u32) -> &[u32] {
        let bounds = self.starts.get(group as usize).zip(self.starts.get(group as usize + 1));
        bounds.and_then(|(from, until)| self.order.get(*from..*until)).unwrap_or_default()
    }

    /// The given rows as a block.
    pub(super) fn picked<'a>(
        &self,
        engine: &'a Blocks<'a>,
        rows: Vec<u32>,
        surrounding: Option<Surrounding<'a>>,
    ) -> Result<Rc<Block<'a>>, EngineError> {
        let raw = gathered(&self.columns, &rows)?;
        let len = rows.len();
        let mut block = Block::new(engine, Some(self.table), Rows::Picked(rows), len, raw);
        block.surrounding = surrounding;
        Ok(Rc::new(block))
    }
}

/// Rows of columns.
pub(super) fn gathered(columns: &[(ColumnId, Series)], rows: &[u32]) -> Result<Vec<(ColumnId, Series)>, EngineError> {
    let places = IdxCa::from_vec(PlSmallStr::EMPTY, rows.to_vec());
    columns.iter().map(|(id, series)| Ok((*id, series.take(&places).map_err(while_doing(STEP))?))).collect()
}
