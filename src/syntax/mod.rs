//! From text to tree and back: the grammar's front end, recovery, and the formatter.

pub mod ast;
mod format;
mod parse;
pub mod problems;

pub use format::format;
pub use parse::parse;

use crate::diag::Problem;

/// What reading one file yields: the good items, always, and what was wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    pub file: ast::File,
    /// In order of place.
    pub problems: Vec<Problem>,
}
