//! The reference meaning of a program: plain values, row by row, written to be read.
//!
//! ```text
//! ir::Program + Snapshot + Moment ─ Interpreter ─┬─ value(node, row)   one node of one row
//!                                                ├─ run()              every emission and count
//!                                                ├─ test::run_test     one `test` block
//!                                                └─ explain::explain   why one subject got what it got
//! ```
//!
//! The doc comments of [`crate::ir`] are the meaning; where they leave a case open it is settled here and other engines follow:
//!
//! - A window bound that is missing lets no row count; the aggregate is then that of nothing (0, false or missing).
//! - `Latest` and `Earliest` skip rows without a time; without an `at` node all rows share one instant.
//! - `Top` is missing outside its `within`, like `Quintile`.
//! - A key that occurs twice names its first row.
//!
//! **Depth.** Nodes are evaluated with an explicit stack of places still to be known, never by recursion, so a chain of any depth
//! needs no program stack (see `evaluate`).

mod association;
mod crossing;
mod evaluate;
pub mod explain;
mod fold;
mod memo;
mod outcome;
mod population;
mod reader;
mod scalar;
mod snapshot;
pub mod test;

pub use evaluate::Interpreter;
pub use outcome::{EmittedRow, Outcome};
pub use snapshot::{Snapshot, TableData};
