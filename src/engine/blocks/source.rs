//! Tables as batches of rows, in the order of the table, as often as they are asked for.

use super::super::error::{EngineError, while_doing};
use super::super::{Options, kernels};
use crate::types::{ColumnId, Table};
use polars::prelude::*;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

const STEP: &str = "read the rows of a table";

/// Values a reader may have under way: it works ahead on whole groups of rows, and on more of them the more cores there are.
const UNDER_WAY: usize = 40 << 20;

/// Stands for the columns of a table of which none is read: its rows still count.
const NOTHING: &str = "nothing";

pub(super) struct Source {
    frame: LazyFrame,
    /// Columns the program reads, with their names.
    columns: Vec<(ColumnId, PlSmallStr)>,
    /// Everything, when it is little.
    kept: Option<DataFrame>,
    streaming: bool,
    /// Rows of a slice, when the table can be read slice by slice.
    slice: Slice,
    /// Rows found when all were read; 0 before.
    rows: Cell<usize>,
}

/// How much of a table is read by one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slice {
    /// All of it: to find a row, those before it have to be read.
    Whole,
    /// As many rows as the columns allow.
    Bounded,
    Rows(usize),
}

/// Columns of consecutive rows, one per id asked for.
pub(super) struct Batch {
    pub(super) columns: Vec<(ColumnId, Series)>,
    pub(super) rows: usize,
}

impl Batch {
    pub(super) fn slice(&self, from: usize, rows: usize) -> Batch {
        let offset = i64::try_from(from).unwrap_or(i64::MAX);
        Batch { columns: self.columns.iter().map(|(id, series)| (*id, series.slice(offset, rows))).collect(), rows }
    }
}

impl Source {
    /// `frame` is `None` for a table that is not there: it has no rows.
    pub(super) fn open(table: &Table, frame: Option<&LazyFrame>, columns: &[ColumnId], options: &Options) -> Result<Source, EngineError> {
        let streaming = options.streaming;
        let declared: Vec<_> = columns.iter().filter_map(|id| table.column(*id).map(|column| (*id, column))).collect();
        let names = declared.iter().map(|(id, column)| (*id, PlSmallStr::from(column.name.as_str()))).collect();
        let Some(frame) = frame else {
            let mut empty: Vec<Column> = declared
                .iter()
                .map(|(_, column)| Column::new_empty(PlSmallStr::from(column.name.as_str()), &kernels::data_type(column.ty.physical())))
                .collect();
            if empty.is_empty() {
                empty.push(Column::new_empty(PlSmallStr::from(NOTHING), &DataType::Boolean));
            }
            let data = DataFrame::new(0, empty).map_err(while_doing(STEP))?;
            return Ok(Source {
                frame: data.clone().lazy(),
                columns: names,
                kept: Some(data),
                streaming,
                slice: Slice::Whole,
                rows: Cell::new(0),
            });
        };
        let slice = match options.slice_rows {
            _ if !is_sliceable(&frame.logical_plan) => Slice::Whole,
            Some(rows) => Slice::Rows(rows.max(1)),
            None => Slice::Bounded,
        };
        let mut source = Source { frame: frame.clone(), columns: names, kept: None, streaming, slice, rows: Cell::new(0) };
        let first = source.query(columns)?.limit(IdxSize::try_from(options.kept_rows + 1).unwrap_or(IdxSize::MAX));
        let first = first.collect_with_engine(source.engine()).map_err(while_doing(STEP))?.unwrap_single();
        if first.height() <= options.kept_rows {
            source.kept = Some(first);
        }
        Ok(source)
    }

    /// Whether all of it is in memory.
    pub(super) fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// Rows of the table, as far as they were counted before.
    pub(super) fn rows(&self) -> usize {
        self.kept.as_ref().map_or_else(|| self.rows.get(), DataFrame::height)
    }

    fn engine(&self) -> Engine {
        if self.streaming { Engine::Streaming } else { Engine::InMemory }
    }

    fn query(&self, wanted: &[ColumnId]) -> Result<LazyFrame, EngineError> {
        let mut names: Vec<Expr> = self.columns.iter().filter(|(id, _)| wanted.contains(id)).map(|(_, name)| col(name.clone())).collect();
        let mut frame = self.frame.clone();
        if names.is_empty() {
            // Any column tells how many rows there are.
            let schema = frame.collect_schema().map_err(while_doing(STEP))?;
            match schema.iter_names().next() {
                Some(name) => names.push(col(name.clone()).is_null().alias(NOTHING)),
                None => names.push(lit(true).alias(NOTHING)),
            }
        }
        Ok(frame.select(names))
    }

    fn batch(&self, data: &DataFrame, wanted: &[ColumnId]) -> Result<Batch, EngineError> {
        let mut columns = Vec::with_capacity(wanted.len());
        for (id, name) in self.columns.iter().filter(|(id, _)| wanted.contains(id)) {
            let column = data.column(name).map_err(while_doing(STEP))?;
            columns.push((*id, column.as_materialized_series().clone()));
        }
        Ok(Batch { columns, rows: data.height() })
    }

    /// Hands over all rows, batch by batch.
    pub(super) fn each(&self, wanted: &[ColumnId], mut take: impl FnMut(Batch) -> Result<(), EngineError>) -> Result<(), EngineError> {
        if let Some(data) = &self.kept {
            return take(self.batch(data, wanted)?);
        }
        let query = self.query(wanted)?;
        let engine = self.engine();
        let slice = match self.slice {
            Slice::Whole => usize::MAX,
            Slice::Bounded => UNDER_WAY / wanted.len().max(1),
            Slice::Rows(rows) => rows,
        };
        std::thread::scope(|scope| {
            let (send, receive) = sync_channel::<DataFrame>(1);
            let reading = scope.spawn(move || read(&query, engine, slice, &send));
            let mut result = Ok(());
            let mut rows = 0;
            for data in &receive {
                rows += data.height();
                result = self.batch(&data, wanted).and_then(&mut take);
                if result.is_err() {
                    break;
                }
            }
            // The reader stops when nobody listens any more.
            drop(receive);
            let read = match reading.join() {
                Ok(read) => read.map_err(while_doing(STEP)),
                Err(_) => Err(EngineError::Frame { step: STEP, source: polars_err!(ComputeError: "the reader stopped") }),
            };
            self.rows.set(rows);
            result.and(read)
        })
    }
}

/// Whether rows can be read without those before them.
fn is_sliceable(plan: &DslPlan) -> bool {
    match plan {
        DslPlan::Scan { scan_type, .. } => matches!(scan_type.as_ref(), FileScanDsl::Parquet { .. }),
        DslPlan::DataFrameScan { .. } => true,
        DslPlan::Select { input, .. } | DslPlan::HStack { input, .. } => is_sliceable(input),
        _ => false,
    }
}

/// Sends all rows of a query, slice by slice.
fn read(query: &LazyFrame, engine: Engine, slice: usize, send: &SyncSender<DataFrame>) -> PolarsResult<()> {
    let mut from = 0;
    loop {
        let part = match IdxSize::try_from(slice) {
            Ok(rows) => query.clone().slice(from, rows),
            Err(_) => query.clone(),
        };
        let (found, send) = (Arc::new(AtomicUsize::new(0)), send.clone());
        let sent = Arc::clone(&found);
        let sink = PlanCallback::new(move |data: DataFrame| {
            let rows = data.height();
            let nobody_listens = send.send(data).is_err();
            if !nobody_listens {
                sent.fetch_add(rows, Ordering::Relaxed);
            }
            Ok(nobody_listens)
        });
        part.sink_batches(sink, true, None)?.collect_with_engine(engine)?;
        if found.load(Ordering::Relaxed) < slice {
            return Ok(());
        }
        from = from.saturating_add(i64::try_from(slice).unwrap_or(i64::MAX));
    }
}
