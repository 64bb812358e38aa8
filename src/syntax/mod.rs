//! From text to tree and back: the grammar's front end, recovery, and the formatter.

pub mod ast;
