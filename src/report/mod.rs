//! The forms in which a judgement and a run are read. Everything here is drawn from
//! [`Evaluation`](crate::evaluate::evaluation::Evaluation); scales, ticks and roundings are made here, statistics are not.

pub mod html;
pub mod json;
pub mod markdown;
pub mod markup;
pub mod plot;
pub mod printed;
pub mod run;
pub mod tables;
pub mod voice;
#[cfg(feature = "engine")]
pub mod workbook;

pub use html::html;
pub use json::json;
pub use markdown::markdown;
#[cfg(feature = "engine")]
pub use workbook::workbook;
