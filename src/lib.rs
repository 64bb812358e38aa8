//! strat: a language for running retail customers at a bank.
//!
//! ```text
//! .strat text ─ syntax ─► ast ─ check ─► ir::Program ─┬─ interp ─► one subject: test, explain
//!                                                      └─ engine ─► frames ─► actions, exclusions, assignments, ledger
//! ledger + outcomes ─ engine::observe ─► Observed ─ evaluate::judge ─► Evaluation ─┬─ report ─► html · xlsx · md · json
//!                                                                                  └─ tune ─► an edit to the .strat text
//! ```
//!
//! Every stage returns a value and its problems. Only the binary prints, reads the clock, the environment or the disk.

pub mod builtins;
pub mod check;
pub mod diag;
#[cfg(feature = "engine")]
pub mod engine;
pub mod evaluate;
pub mod interp;
pub mod ir;
#[cfg(feature = "onnx")]
pub mod network;
pub mod report;
pub mod sample;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod tune;
pub mod types;
