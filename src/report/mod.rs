//! What a judgement and a run look like to people: drawn from what is said of them, computing nothing.

pub mod json;
pub mod markdown;
pub mod printed;
pub mod run;
pub mod tables;
#[cfg(feature = "engine")]
pub mod workbook;
