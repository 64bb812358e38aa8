//! strat: a language for running retail customers at a bank.
//!
//! ```text
//! .strat text ─ syntax ─► ast ─ check ─► ir::Program ─┬─ interp ─► one subject: test, explain
//!                                                      └─ engine ─► frames ─► actions, exclusions, assignments, ledger
//! ```
//!
//! Every stage returns a value and its problems. Only the binary prints, reads the clock, the environment or the disk.

pub mod source;
pub mod diag;
pub mod syntax;
pub mod types;
pub mod ir;
pub mod builtins;
pub mod evaluate;
pub mod stdlib;
pub mod check;
pub mod interp;
#[cfg(feature = "engine")]
pub mod engine;
pub mod report;
pub mod sample;
