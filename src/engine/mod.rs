//! The batch engine: a program over whole tables.
//!
//! ```text
//! Tables ─► levels: folds, steps, population facts, one pass per table and level ─► flags ─► rows of emissions, counts of watches
//! ```
//!
//! Two back ends say the same: blocks of rows (`blocks/`), which runs programs, and queries over frames (`executor` and the files
//! beside it), which it is checked against. Every node is computed once. Texts, identifiers and names are computed for the rows an
//! emission keeps and for no others. Results are sorted by key, so that bytes never depend on threads.

pub mod bind;
mod blocks;
mod emit;
mod error;
mod executor;
mod kernels;
mod lower;
mod models;
mod needs;
mod observe;
mod passes;
mod population;
mod shape;
mod space;

pub use error::EngineError;
pub use models::{Scoring, add_scores};
pub use observe::{histories, journeys, moves, observe, trial_reads};

use crate::ir::{Count, Moment, NodeId, Program};
use crate::types::TableId;
use blocks::{Blocks, Wanted};
use executor::Executor;
use indexmap::IndexMap;
use polars::prelude::{DataFrame, LazyFrame};

/// Bound tables: columns named as in the schema, of physical types only (Boolean, Int64, Float64, String), missing as null, no NaN and
/// no infinity, keys unique. A table that is not there has no rows.
pub type Tables = IndexMap<TableId, LazyFrame>;

/// How a run is executed. Every combination gives the same results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Evaluate block by block instead of by whole frames.
    pub blocks: bool,
    /// Rows of a block.
    pub block_rows: usize,
    /// Tables up to this many rows stay in memory while blocks are evaluated; longer ones are read as often as needed.
    pub kept_rows: usize,
    /// Run queries in batches of rows instead of column by column.
    pub streaming: bool,
    /// Work in slices of at most this many rows, which bounds memory at some cost: blocks are read so, flags of frames decided.
    /// Without it frames are whole, and a table of which any part can be read is read by slices that hold a bounded number of values.
    pub slice_rows: Option<usize>,
    /// Compute nodes that are used more than once as columns.
    pub share_nodes: bool,
    /// Fold everything with one table and link in one pass.
    pub fuse_folds: bool,
    /// Find breakpoints by selection instead of sorting.
    pub select_places: bool,
    /// Find latest and earliest values in the pass of the other folds instead of in two steps of their own.
    pub stamp_extremes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            blocks: true,
            block_rows: 8_192,
            kept_rows: 1 << 16,
            streaming: true,
            slice_rows: None,
            share_nodes: true,
            fuse_folds: true,
            select_places: true,
            stamp_extremes: true,
        }
    }
}

/// What a run decided.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// In the order of the program's emissions: columns are the fields, rows are sorted by the key of the emission's table.
    pub emissions: Vec<DataFrame>,
    /// In the order of the program's watches.
    pub watches: Vec<Count>,
    /// Rows of each table that emissions or watches are about.
    pub rows: IndexMap<TableId, u64>,
}

/// Runs a program over bound tables.
///
/// # Errors
/// See [`EngineError`].
pub fn run(program: &Program, tables: &Tables, moment: Moment, options: &Options) -> Result<Outcome, EngineError> {
    let of_emissions = program.emissions.iter().map(|emission| emission.table);
    let outputs: Vec<TableId> = of_emissions.chain(program.watches.iter().map(|watch| watch.table)).collect();
    if options.blocks {
        return Blocks::new(program, tables, moment, options, &outputs, Wanted::Outcome)?.outcome();
    }
    let of_emissions = program.emissions.iter().flat_map(|emission| emission.fields.iter().map(|(_, node)| *node).chain([emission.flag]));
    let roots: Vec<NodeId> = of_emissions.chain(program.watches.iter().map(|watch| watch.node)).collect();
    Executor::new(program, tables, moment, options, &roots, &outputs)?.outcome()
}

/// Values of nodes for every row of a table: its key columns, then `n<id>` per node, sorted by key.
///
/// # Errors
/// See [`EngineError`].
pub fn evaluate(
    program: &Program,
    tables: &Tables,
    moment: Moment,
    options: &Options,
    table: TableId,
    nodes: &[NodeId],
) -> Result<DataFrame, EngineError> {
    if options.blocks {
        return Blocks::new(program, tables, moment, options, &[table], Wanted::Nodes(nodes))?.values(table, nodes);
    }
    Executor::new(program, tables, moment, options, nodes, &[table])?.values(table, nodes)
}

/// Whether what a program does depends on when it last ran: it reacts to events or to offsets from dates.
#[must_use]
pub fn needs_previous_run(program: &crate::ir::Program) -> bool {
    let roots = program.emissions.iter().flat_map(|emission| emission.fields.iter().map(|(_, node)| *node).chain([emission.flag]));
    let needed = program.graph.reachable(roots.collect::<Vec<_>>());
    needed.into_iter().any(|id| program.graph.get(id).is_some_and(|node| node.kind == crate::ir::Kind::PreviousRun))
}
