//! The frame of one space: a table's rows with the columns attached to them so far.

use super::error::{EngineError, while_doing};
use super::kernels::int_literal;
use crate::ir::NodeId;
use crate::types::{ColumnId, Physical, TableId, Value};
use indexmap::IndexSet;
use polars::prelude::*;

/// Place of a row in a materialised space.
pub(super) const ROW: &str = "row";

/// The raw column of a table.
pub(super) fn raw_name(id: ColumnId) -> PlSmallStr {
    PlSmallStr::from(format!("c{}", id.0))
}

/// A computed node.
pub(super) fn node_name(id: NodeId) -> PlSmallStr {
    PlSmallStr::from(format!("n{}", id.0))
}

/// A node of the surrounding space, carried onto the rows of a fold.
pub(super) fn outer_name(id: NodeId) -> PlSmallStr {
    PlSmallStr::from(format!("o{}", id.0))
}

/// A typed literal, missing included.
pub(super) fn literal(value: &Value, physical: Physical) -> Expr {
    match value {
        Value::Missing => lit(Scalar::null(super::kernels::data_type(physical))),
        Value::Bool(value) => lit(*value),
        Value::Int(value) => int_literal(*value),
        Value::Float(value) => lit(Scalar::from(*value)),
        Value::Text(value) => lit(value.clone()),
    }
}

/// Rows of one table, or the one row of the run.
#[derive(Clone)]
pub(super) struct Space {
    pub(super) table: Option<TableId>,
    /// Lazy until something needs the place of rows.
    pub(super) frame: LazyFrame,
    /// Set when `frame` is exactly this data.
    pub(super) data: Option<DataFrame>,
    /// Nodes that are columns.
    pub(super) attached: IndexSet<NodeId>,
    /// Nodes of the surrounding space that are columns.
    pub(super) outer: IndexSet<NodeId>,
    /// Raw columns the program reads.
    pub(super) raw: Vec<ColumnId>,
    /// Columns carried beside these, such as the place of the surrounding row.
    pub(super) carried: Vec<PlSmallStr>,
    /// Steps between the data and `frame`.
    steps: usize,
}

/// Steps after which rows are brought into memory: plans are walked on the program stack.
pub(super) const MOST_STEPS: usize = 16;

impl Space {
    pub(super) fn new(table: Option<TableId>, frame: LazyFrame, raw: Vec<ColumnId>) -> Space {
        Space { table, frame, data: None, attached: IndexSet::new(), outer: IndexSet::new(), raw, carried: Vec::new(), steps: 0 }
    }

    /// The space of values that are one for the whole run: one row, no columns of its own.
    pub(super) fn of_the_run() -> Result<Space, EngineError> {
        let rows = Column::new(PlSmallStr::from(ROW), [0_i64]);
        let data = DataFrame::new(1, vec![rows]).map_err(while_doing("set up the run"))?;
        let mut space = Space::new(None, data.clone().lazy(), Vec::new());
        space.data = Some(data);
        Ok(space)
    }

    /// Replaces the frame by one with more columns; rows stay the same and in the same order.
    pub(super) fn extend(&mut self, frame: LazyFrame, nodes: impl IntoIterator<Item = NodeId>) {
        self.frame = frame;
        self.data = None;
        self.steps += 1;
        self.attached.extend(nodes);
    }

    /// Whether the plan of the frame has grown long.
    pub(super) fn is_long(&self) -> bool {
        self.steps > MOST_STEPS
    }

    /// Every column the space keeps.
    pub(super) fn columns(&self) -> Vec<Expr> {
        let raw = self.raw.iter().map(|id| raw_name(*id));
        let nodes = self.attached.iter().map(|id| node_name(*id));
        let outer = self.outer.iter().map(|id| outer_name(*id));
        raw.chain(nodes).chain(outer).chain(self.carried.iter().cloned()).map(col).collect()
    }

    /// Brings the rows into memory, numbered. Does nothing when they are there.
    pub(super) fn materialise(&mut self, collect: impl Fn(LazyFrame) -> PolarsResult<DataFrame>) -> Result<DataFrame, EngineError> {
        if let Some(data) = &self.data {
            return Ok(data.clone());
        }
        let step = "brought the rows of a table together";
        let numbered = self.carried.iter().any(|name| name == ROW);
        // A table of which nothing is read still has rows.
        let mut columns = self.columns();
        let mut frame = self.frame.clone();
        if columns.is_empty() {
            frame = frame.with_columns([int_literal(0).alias("one")]);
            columns.push(col("one"));
        }
        let mut data = collect(frame.select(columns)).map_err(while_doing(step))?;
        if !numbered {
            let rows: Int64Chunked = (0..data.height()).map(|row| i64::try_from(row).ok()).collect();
            data.with_column(rows.with_name(PlSmallStr::from(ROW)).into_column()).map_err(while_doing(step))?;
            self.carried.push(PlSmallStr::from(ROW));
        }
        // A column of one repeated value does not behave like others in every operation.
        let columns = data.columns().iter().map(|column| column.as_materialized_series().clone().into_column()).collect();
        data = DataFrame::new(data.height(), columns).map_err(while_doing(step))?;
        self.steps = 0;
        self.frame = data.clone().lazy();
        self.data = Some(data.clone());
        Ok(data)
    }
}
