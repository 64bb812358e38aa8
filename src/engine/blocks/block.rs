//! Some rows of one table, and the values of nodes for them.

use super::super::error::{EngineError, while_doing};
use super::Blocks;
use super::column::Values;
use super::operations;
use super::plan::Plan;
use crate::ir::{Kind, NodeId};
use crate::types::{ColumnId, TableId};
use polars::prelude::Series;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Which rows of the table.
pub(super) enum Rows {
    /// Consecutive rows from this one on.
    From(usize),
    Picked(Vec<u32>),
}

/// The block whose rows surround these, and for each of these rows the one that surrounds it.
pub(super) type Surrounding<'a> = (Rc<Block<'a>>, Vec<u32>);

/// Which rows of a keyed pass belong to the rows of a block: the first fold of the pass, the key, and a group per row.
type FoundGroups = Vec<((Option<NodeId>, Option<NodeId>), Rc<Vec<u32>>)>;

/// Values of nodes so far.
enum Known {
    /// A place for every node of the program: blocks of whole tables compute most of them.
    All(Vec<Option<Rc<Values>>>),
    /// Rows that were picked for one output, and the one value of a run, need a few nodes, and there are as many such blocks as
    /// outputs and values: a place for every node in each would make a program of twice the strategies cost four times as much.
    Few(BTreeMap<NodeId, Rc<Values>>),
}

impl Known {
    fn get(&self, id: NodeId) -> Option<&Rc<Values>> {
        match self {
            Known::All(slots) => slots.get(id.0 as usize)?.as_ref(),
            Known::Few(values) => values.get(&id),
        }
    }

    fn put(&mut self, id: NodeId, values: Rc<Values>) {
        match self {
            Known::All(slots) => {
                if let Some(slot) = slots.get_mut(id.0 as usize) {
                    *slot = Some(values);
                }
            }
            Known::Few(known) => {
                known.insert(id, values);
            }
        }
    }

    fn forget(&mut self, id: NodeId) {
        match self {
            Known::All(slots) => {
                if let Some(slot) = slots.get_mut(id.0 as usize) {
                    *slot = None;
                }
            }
            Known::Few(known) => {
                known.remove(&id);
            }
        }
    }
}

pub(super) struct Block<'a> {
    pub(super) engine: &'a Blocks<'a>,
    pub(super) table: Option<TableId>,
    pub(super) rows: Rows,
    pub(super) len: usize,
    pub(super) raw: Vec<(ColumnId, Series)>,
    pub(super) surrounding: Option<Surrounding<'a>>,
    known: RefCell<Known>,
    groups: RefCell<FoundGroups>,
}

impl<'a> Block<'a> {
    pub(super) fn new(engine: &'a Blocks<'a>, table: Option<TableId>, rows: Rows, len: usize, raw: Vec<(ColumnId, Series)>) -> Block<'a> {
        let known = RefCell::new(match (&rows, table) {
            (Rows::From(_), Some(_)) => Known::All(vec![None; engine.program.graph.len()]),
            (Rows::From(_), None) | (Rows::Picked(_), _) => Known::Few(BTreeMap::new()),
        });
        Block { engine, table, rows, len, raw, surrounding: None, known, groups: RefCell::new(Vec::new()) }
    }

    /// The place of a row in its table.
    pub(super) fn place(&self, row: usize) -> u32 {
        match &self.rows {
            Rows::From(first) => u32::try_from(first + row).unwrap_or(u32::MAX),
            Rows::Picked(rows) => rows.get(row).copied().unwrap_or(u32::MAX),
        }
    }

    /// Computes what the plan asks for.
    pub(super) fn compute(self: &Rc<Self>, plan: &Plan) -> Result<(), EngineError> {
        for planned in &plan.order {
            let there = self.known.borrow().get(planned.id).is_some();
            if !there {
                let values = self.evaluate(planned.id)?;
                self.put(planned.id, values);
            }
            let mut known = self.known.borrow_mut();
            for id in &planned.released {
                known.forget(*id);
            }
        }
        Ok(())
    }

    pub(super) fn put(&self, id: NodeId, values: Rc<Values>) {
        self.known.borrow_mut().put(id, values);
    }

    /// The values of a node that was computed before.
    pub(super) fn values(&self, id: NodeId) -> Result<Rc<Values>, EngineError> {
        self.known.borrow().get(id).cloned().ok_or(EngineError::Damaged(id))
    }

    pub(super) fn raw(&self, column: ColumnId) -> Option<&Series> {
        self.raw.iter().find(|(id, _)| *id == column).map(|(_, series)| series)
    }

    /// The values of a column as it stands in the table.
    pub(super) fn read(&self, column: ColumnId) -> Result<Rc<Values>, EngineError> {
        let table = self.table.unwrap_or(TableId(u32::MAX));
        let series = self.raw(column).ok_or(EngineError::NoTable(table))?;
        Ok(Rc::new(Values::read(series).map_err(while_doing("read the values of a column"))?))
    }

    fn evaluate(self: &Rc<Self>, id: NodeId) -> Result<Rc<Values>, EngineError> {
        if let Some(values) = self.engine.constant(id, self.len)? {
            return Ok(values);
        }
        let node = self.engine.node(id)?;
        Ok(match &node.kind {
            Kind::Column(column) => self.read(*column)?,
            // One value for the run is the same for every row.
            Kind::Outer(inner) if self.engine.shape.is_scalar(*inner) => self.values(*inner)?,
            Kind::Outer(inner) => {
                let (surrounding, rows) = self.surrounding.as_ref().ok_or(EngineError::Damaged(id))?;
                Rc::new(surrounding.values(*inner)?.gather(rows))
            }
            Kind::Via { .. } | Kind::Aggregate(_) | Kind::FirstCrossing(_) | Kind::Association(_) | Kind::Population(_) => {
                Rc::new(self.engine.prepared(id)?.values(self, id)?)
            }
            _ => operations::evaluate(self, id, node)?,
        })
    }

    /// The group of each row in a keyed pass, looked up once per key. `pass` tells passes apart.
    pub(super) fn groups(
        &self,
        pass: Option<NodeId>,
        key: Option<NodeId>,
        find: impl FnOnce(Option<&Values>) -> Vec<u32>,
    ) -> Result<Rc<Vec<u32>>, EngineError> {
        let found = self.groups.borrow().iter().find(|(name, _)| *name == (pass, key)).map(|(_, groups)| Rc::clone(groups));
        if let Some(groups) = found {
            return Ok(groups);
        }
        let keys = key.map(|key| self.values(key)).transpose()?;
        let groups = Rc::new(find(keys.as_deref()));
        self.groups.borrow_mut().push(((pass, key), Rc::clone(&groups)));
        Ok(groups)
    }
}
