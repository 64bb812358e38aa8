//! The generated front end of `grammar/strat.pest`. Its types stay inside `syntax`.

/// Reads cleaned text by the rules of the grammar file.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/strat.pest"]
pub(crate) struct StratParser;
