//! From text to tree: scan (slips of the keyboard), grammar, walk; and recovery when the grammar refuses.

mod act;
pub(crate) mod comments;
mod declaration;
mod explain;
mod expression;
pub(crate) mod grammar;
mod literal;
mod recover;
pub(crate) mod scan;
mod step;
mod strategy;
mod table;
pub(crate) mod tokens;
mod trial;
mod walk;
mod watch;
pub(crate) mod words;

use self::comments::Comments;
use self::grammar::{Rule, StratParser};
use self::recover::recover;
use self::scan::{Cleaned, clean};
use self::walk::{Nodes, Walk};
use super::Parsed;
use super::ast::{File, Item};
use super::problems;
use crate::diag::{Problem, tidy};
use crate::source::{FileId, Span};
use pest::Parser;

/// Larger files are refused unread.
const SIZE_LIMIT_MB: usize = 64;

impl<'t> Walk<'t> {
    /// Appends the items of a parsed file.
    fn read(&mut self, nodes: Nodes<'t>, items: &mut Vec<Item>) {
        for file in nodes {
            for node in file.into_inner().filter(|node| node.as_rule() == Rule::item) {
                items.extend(self.item(&node));
            }
        }
    }
}

/// Reads one file. Never fails: what cannot be read becomes problems, the rest a tree.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    if text.len() > SIZE_LIMIT_MB << 20 {
        let problem = Problem::new(&problems::FILE_TOO_LARGE, Span::new(file, 0, 0)).with("limit", SIZE_LIMIT_MB);
        let file = File { id: file, documentation: None, items: Vec::new(), broken: Vec::new() };
        return Parsed { file, problems: vec![problem] };
    }
    let cleaned = clean(file, text);
    let comments = Comments::new(text, cleaned.comments.clone());
    parse_cleaned(file, text, &cleaned, &comments)
}

/// Moves a place of the cleaned text to the character boundaries of the author's text.
fn round(problem: &mut Problem, text: &str) {
    let spans = problem.fixes.iter_mut().flat_map(|fix| fix.edits.iter_mut().map(|edit| &mut edit.span));
    for span in spans.chain(std::iter::once(&mut problem.span)) {
        let (mut start, mut end) = ((span.start as usize).min(text.len()), (span.end as usize).min(text.len()));
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        *span = Span::new(span.file, start, end);
    }
}

fn parse_cleaned(file: FileId, text: &str, cleaned: &Cleaned, comments: &Comments) -> Parsed {
    let mut tree = File { id: file, documentation: comments.file_documentation(), items: Vec::new(), broken: Vec::new() };
    let mut problems = cleaned.problems.clone();
    let mut walk = Walk { file, original: text, base: 0, comments, problems: Vec::new() };
    match StratParser::parse(Rule::file, &cleaned.text) {
        Ok(nodes) => {
            let mut inner = Walk { file, original: text, base: 0, comments, problems: Vec::new() };
            inner.read(nodes, &mut tree.items);
            problems.append(&mut inner.problems);
        }
        Err(_) => {
            let mut recovered = recover(&mut walk, cleaned);
            tree.items = recovered.items;
            tree.broken = recovered.broken;
            recovered.problems.iter_mut().for_each(|problem| round(problem, text));
            problems.append(&mut recovered.problems);
        }
    }
    problems.append(&mut walk.problems);
    tidy(&mut problems);
    Parsed { file: tree, problems }
}
