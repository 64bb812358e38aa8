//! Raw frames become physical frames of the schema, and everything the data gets wrong is reported together.
//!
//! A raw frame is a file as it is: all texts from CSV, typed from Parquet. A physical frame has the columns the program reads,
//! named as in the schema, held as [`crate::types::Physical`] says. Nothing is collected but counts: values stay lazy.

mod cell;
mod check;
mod convert;
mod headers;
mod keys;
pub mod problems;
mod reads;
mod snapshot;
mod zone;

pub use convert::held_as;
pub use problems::DataProblem;
pub use reads::Reads;
pub use snapshot::{snapshot, values};
pub use zone::Zone;

use super::Tables;
use crate::ir::Program;
use crate::types::{Column, ColumnId, Table, TableId, TableKind, Type};
use convert::Conversion;
use headers::Matched;
use polars::prelude::{
    DataFrame, DataType, Expr, Field, IdxSize, IntoLazy, LazyFrame, NULL, PolarsError, PolarsResult, Schema, UnionArgs, UniqueKeepStrategy,
    col, concat, lit,
};
use problems::{MISSING_TABLE, UNREADABLE_DATA};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Codes of the check pass. `MISSING` is 1 so that a null test cast to a number is a code.
const FINE: u8 = 0;
const MISSING: u8 = 1;
const WRONG: u8 = 2;
const TOO_FINE: u8 = 3;
const NOT_IN_SET: u8 = 4;

/// Name of the only column of a table that is read for its rows alone.
pub const ROWS_ALONE: &str = "__row";

/// The number of a row, for columns declared `from line number`.
const LINE: &str = "__line";

/// Rows of one file, or of parts with one header.
#[derive(Clone)]
pub struct RawSource {
    /// The file as messages name it: `customers.csv`.
    pub name: String,
    pub frame: LazyFrame,
    /// Written by a run: patterns, units and headers that the schema declares for files of others do not apply.
    pub ours: bool,
    /// Rows, when they are known without reading them.
    pub rows: Option<u64>,
    /// Headers of columns that are known to have no null and no empty text.
    pub complete: BTreeSet<String>,
}

impl RawSource {
    /// A file of which nothing is known before it is read.
    #[must_use]
    pub fn new(name: impl Into<String>, frame: LazyFrame) -> Self {
        RawSource { name: name.into(), frame, ours: false, rows: None, complete: BTreeSet::new() }
    }
}

/// The files of every table that has any. Sources of a ledger come in order of preference: the first row of a key stays.
pub type RawTables = BTreeMap<TableId, Vec<RawSource>>;

/// What binding has to know beside schema and data.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    /// The zone instants with an offset are turned into.
    pub zone: Zone,
    /// Looks for repeated keys and dangling references in events of any length.
    pub check_all: bool,
}

/// Data that keeps its contract.
#[derive(Clone, Default)]
pub struct Bound {
    pub tables: Tables,
    /// Rows of every table that was bound.
    pub rows: BTreeMap<TableId, u64>,
    /// Rows of every source, by table and name.
    pub source_rows: BTreeMap<(TableId, String), u64>,
    /// Warnings and notes.
    pub notes: Vec<DataProblem>,
}

impl Bound {
    /// The tables of data alone, for runs in a row over files that do not change: no ledger, no notes, and as much as fits into `cells`
    /// cells read into memory, the smallest tables first.
    ///
    /// # Errors
    /// A table that cannot be read.
    pub fn held(mut self, program: &Program, cells: u64) -> PolarsResult<Bound> {
        self.notes = Vec::new();
        self.tables.retain(|id, _| program.table(*id).is_some_and(|table| table.kind != TableKind::Ledger));
        let mut sizes = Vec::new();
        for (id, frame) in &mut self.tables {
            let columns = frame.collect_schema()?.len() as u64;
            sizes.push((columns.saturating_mul(self.rows.get(id).copied().unwrap_or(u64::MAX)), *id));
        }
        sizes.sort_unstable();
        let mut room = cells;
        for (size, id) in sizes {
            let Some(frame) = self.tables.get_mut(&id).filter(|_| size <= room) else { break };
            *frame = check::collected(frame.clone())?.lazy();
            room -= size;
        }
        Ok(self)
    }

    /// Without some of its tables.
    #[must_use]
    pub fn without(mut self, tables: &[TableId]) -> Bound {
        self.tables.retain(|id, _| !tables.contains(id));
        self
    }
}

/// Events longer than this are not searched for repeated keys and dangling references unless asked.
const LONG_TABLE: u64 = 5_000_000;

/// Binds what the program reads. `found` names the tables the data has, for advice.
///
/// # Errors
/// All problems together, warnings and notes included, when any of them is an error.
pub fn bind(program: &Program, reads: &Reads, raw: RawTables, found: &[String], settings: Settings) -> Result<Bound, Vec<DataProblem>> {
    bind_onto(Bound::default(), program, reads, raw, found, settings)
}

/// Binds what is not bound already. What `known` holds kept its contract before and is not looked at again.
///
/// # Errors
/// As of [`bind`].
pub fn bind_onto(
    known: Bound,
    program: &Program,
    reads: &Reads,
    mut raw: RawTables,
    found: &[String],
    settings: Settings,
) -> Result<Bound, Vec<DataProblem>> {
    let fresh: BTreeSet<TableId> = reads.columns.keys().copied().filter(|id| !known.tables.contains_key(id)).collect();
    let mut bound = known;
    for (id, columns) in reads.columns.iter().filter(|(id, _)| fresh.contains(id)) {
        let Some(table) = program.table(*id) else { continue };
        let sources = raw.remove(id).unwrap_or_default();
        if sources.is_empty() && table.kind != TableKind::Ledger {
            bound.notes.push(DataProblem::of_table(&MISSING_TABLE, table).with("found", listed(found)));
            continue;
        }
        let frame = bind_table(*id, table, columns, &sources, settings, &mut bound);
        bound.tables.insert(*id, frame);
    }
    // Frames of tables with errors may fail when they are read; keys and references wait until cells are right.
    if !bound.notes.iter().any(DataProblem::is_error) {
        keys::check(program, reads, &mut bound, &fresh, settings.check_all);
    }
    if bound.notes.iter().any(DataProblem::is_error) { Err(bound.notes) } else { Ok(bound) }
}

/// Names in quotes, at most twenty.
fn listed(names: &[String]) -> String {
    let mut shown: Vec<&str> = names.iter().take(20).map(String::as_str).collect();
    if names.len() > 20 {
        shown.push("…");
    }
    shown.join(", ")
}

fn bind_table(
    id: TableId,
    table: &Table,
    columns: &BTreeSet<ColumnId>,
    sources: &[RawSource],
    settings: Settings,
    bound: &mut Bound,
) -> LazyFrame {
    let mut frames = Vec::new();
    let mut rows = 0;
    for source in sources {
        match bind_source(table, columns, &numbered(table, columns, source, rows), settings, &mut bound.notes) {
            Ok((frame, count)) => {
                frames.push(frame);
                rows += count;
                bound.source_rows.insert((id, source.name.clone()), count);
            }
            Err(error) => bound.notes.push(unreadable(table, &source.name, &error)),
        }
    }
    bound.rows.insert(id, rows);
    match frames.len() {
        0 => empty(table, columns),
        1 => frames.swap_remove(0),
        _ => union(table, columns, frames),
    }
}

/// The source with the number of each row in the table, where a column asks for it: files go on where the one before ended.
fn numbered<'a>(table: &Table, columns: &BTreeSet<ColumnId>, source: &'a RawSource, before: u64) -> Cow<'a, RawSource> {
    if !columns.iter().filter_map(|id| table.column(*id)).any(|column| column.line_number) {
        return Cow::Borrowed(source);
    }
    let first = IdxSize::try_from(before.saturating_add(1)).unwrap_or(IdxSize::MAX);
    Cow::Owned(RawSource { frame: source.frame.clone().with_row_index(LINE, Some(first)), ..source.clone() })
}

/// Rows of several sources; a ledger keeps the first row of each key, since channel systems repeat what a run wrote.
fn union(table: &Table, columns: &BTreeSet<ColumnId>, frames: Vec<LazyFrame>) -> LazyFrame {
    let Ok(all) = concat(&frames, UnionArgs { parallel: false, rechunk: false, maintain_order: true, ..Default::default() }) else {
        return empty(table, columns);
    };
    let key: Vec<Expr> = table.key.iter().filter_map(|id| table.column(*id)).map(|column| col(column.name.as_str())).collect();
    if table.kind == TableKind::Ledger && !key.is_empty() && table.key.iter().all(|id| columns.contains(id)) {
        all.unique_stable_generic(Some(key), UniqueKeepStrategy::First)
    } else {
        all
    }
}

fn unreadable(table: &Table, file: &str, error: &PolarsError) -> DataProblem {
    let reason = error.to_string();
    let reason = reason.lines().next().unwrap_or_default().to_owned();
    DataProblem::of_table(&UNREADABLE_DATA, table).with("file", file).with("reason", reason)
}

/// No rows, with the physical columns.
fn empty(table: &Table, columns: &BTreeSet<ColumnId>) -> LazyFrame {
    let fields = columns.iter().filter_map(|id| table.column(*id));
    let mut schema: Schema = fields.map(|column| Field::new(column.name.as_str().into(), held_as(column.ty.physical()))).collect();
    if schema.is_empty() {
        schema.insert(ROWS_ALONE.into(), DataType::Boolean);
    }
    DataFrame::empty_with_schema(&schema).lazy()
}

/// The column as its file writes it. What a run wrote may be of a program whose channels were others: no set of values binds it.
fn as_written(column: &Column, ours: bool) -> Cow<'_, Column> {
    let choice = matches!(column.ty, Type::Choice(_));
    if ours && (choice || column.format.is_some() || column.unit_milliseconds != 1) {
        let ty = if choice { Type::Text } else { column.ty.clone() };
        Cow::Owned(Column { ty, format: None, unit_milliseconds: 1, values: Vec::new(), ..column.clone() })
    } else {
        Cow::Borrowed(column)
    }
}

/// One column of one source.
struct Bindable<'a> {
    column: &'a Column,
    key: bool,
    /// Known to have no missing cell.
    complete: bool,
    conversion: Conversion,
}

fn bind_source(
    table: &Table,
    columns: &BTreeSet<ColumnId>,
    source: &RawSource,
    settings: Settings,
    notes: &mut Vec<DataProblem>,
) -> PolarsResult<(LazyFrame, u64)> {
    let mut schema = Schema::clone(source.frame.clone().collect_schema()?.as_ref());
    let line = schema.shift_remove(LINE);
    let mut bindable = Vec::new();
    let mut absent = Vec::new();
    for id in columns {
        let Some(column) = table.column(*id) else { continue };
        let found = match &line {
            Some(number) if column.line_number => Ok(Matched::Header(String::from(LINE), number.clone())),
            Some(_) | None => headers::find(table, column, &schema, &source.name),
        };
        match found {
            Ok(Matched::Header(header, dtype)) => {
                match convert::conversion(&dtype, &header, &as_written(column, source.ours), settings.zone) {
                    Some(conversion) => {
                        let complete = source.complete.contains(&header);
                        bindable.push(Bindable { column, key: table.key.contains(id), complete, conversion });
                    }
                    None => notes.push(check::wrong_column(table, column, &source.name, &dtype)),
                }
            }
            Ok(Matched::Absent(note)) => {
                absent.push(column);
                // What a channel system does not know of a contact only strat writes; it would be said every night.
                if table.kind != TableKind::Ledger {
                    notes.push(note);
                }
            }
            Err(problem) => notes.push(problem),
        }
    }
    let rows = check::cells(table, source, &bindable, notes)?;
    let nothing = absent.iter().map(|column| lit(NULL).cast(held_as(column.ty.physical())).alias(column.name.as_str()));
    let mut values: Vec<Expr> =
        bindable.iter().map(|bindable| bindable.conversion.values.clone().alias(bindable.column.name.as_str())).collect();
    if values.is_empty() {
        let first = schema.iter_names().next().cloned().unwrap_or_default();
        values.push(col(first).is_null().alias(ROWS_ALONE));
    }
    let mut order: Vec<Expr> = columns.iter().filter_map(|id| table.column(*id)).map(|column| col(column.name.as_str())).collect();
    if order.is_empty() {
        order.push(col(ROWS_ALONE));
    }
    let frame = source.frame.clone().select(values);
    let frame = if absent.is_empty() { frame } else { frame.with_columns(nothing.collect::<Vec<_>>()) };
    Ok((frame.select(order), rows))
}
