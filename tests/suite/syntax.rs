//! Reading and formatting: every form of the language, every mistake in one run, no input that panics.

mod drafts;

use strat::source::{FileId, SourceFile};
use strat::syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// `line slug` of every problem.
fn found(text: &str) -> Vec<String> {
    let source = SourceFile::new("test", text);
    read(text)
        .problems
        .iter()
        .map(|problem| format!("{} {}", source.locate(problem.span.start as usize).line, problem.kind.slug))
        .collect()
}
