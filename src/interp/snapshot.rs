//! The data a program is evaluated over: plain columns per table.

use crate::ir::TestTable;
use crate::types::{ColumnId, TableId, Value};

/// The value of every cell that is not there.
pub(super) static MISSING: Value = Value::Missing;

/// The rows of one table, column by column. Values are held as `types` says (money in minor units, dates in days, …).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableData {
    /// Number of rows; every column reads as missing beyond its own length.
    pub rows: usize,
    /// Indexed by [`ColumnId`]; columns that are not given are missing in every row.
    pub columns: Vec<Vec<Value>>,
}

impl TableData {
    /// Adds a row of the given cells; all other columns are missing in it. Floats outside the language (NaN, infinity) are missing.
    pub fn push(&mut self, cells: impl IntoIterator<Item = (ColumnId, Value)>) {
        for (column, value) in cells {
            let at = column.0 as usize;
            if self.columns.len() <= at {
                self.columns.resize(at + 1, Vec::new());
            }
            if let Some(values) = self.columns.get_mut(at) {
                values.resize(self.rows, Value::Missing);
                values.push(clean(value));
            }
        }
        self.rows += 1;
    }

    /// A cell; missing where there is none.
    #[must_use]
    pub fn get(&self, column: ColumnId, row: u32) -> &Value {
        self.columns.get(column.0 as usize).and_then(|values| values.get(row as usize)).unwrap_or(&MISSING)
    }
}

/// NaN and infinity become missing and the two zeros one, whatever the door a value came through.
fn clean(value: Value) -> Value {
    match value {
        Value::Float(number) => Value::float(number),
        Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Text(_) => value,
    }
}

/// All tables of a run, by [`TableId`]. A table that is absent has no rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    tables: Vec<Option<TableData>>,
}

impl Snapshot {
    /// A snapshot in which every table is absent.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tables of a `test` block. Columns that a block does not list are missing; several blocks for one table add up.
    #[must_use]
    pub fn from_tests(tables: &[TestTable]) -> Self {
        let mut out = Self::new();
        for table in tables {
            out.change(table.table, |_| {});
            for row in &table.rows {
                out.push(table.table, table.columns.iter().copied().zip(row.iter().cloned()));
            }
        }
        out
    }

    /// Replaces a table by whole columns; cells are cleaned as in [`TableData::push`].
    pub fn set(&mut self, table: TableId, data: TableData) {
        let columns = data.columns.into_iter().map(|values| values.into_iter().map(clean).collect()).collect();
        self.change(table, |slot| *slot = TableData { rows: data.rows, columns });
    }

    /// Adds one row to a table; see [`TableData::push`].
    pub fn push(&mut self, table: TableId, cells: impl IntoIterator<Item = (ColumnId, Value)>) {
        self.change(table, |slot| slot.push(cells));
    }

    /// The data of a table, or `None` when it is absent.
    #[must_use]
    pub fn table(&self, table: TableId) -> Option<&TableData> {
        self.tables.get(table.0 as usize).and_then(Option::as_ref)
    }

    /// Number of rows of a table; rows beyond 32 bits do not exist.
    #[must_use]
    pub fn rows(&self, table: TableId) -> u32 {
        self.table(table).map_or(0, |data| u32::try_from(data.rows).unwrap_or(u32::MAX))
    }

    /// A cell; missing where there is none.
    #[must_use]
    pub fn get(&self, table: TableId, column: ColumnId, row: u32) -> &Value {
        self.table(table).map_or(&MISSING, |data| data.get(column, row))
    }

    fn change(&mut self, table: TableId, change: impl FnOnce(&mut TableData)) {
        let at = table.0 as usize;
        if self.tables.len() <= at {
            self.tables.resize(at + 1, None);
        }
        if let Some(slot) = self.tables.get_mut(at) {
            change(slot.get_or_insert_default());
        }
    }
}
