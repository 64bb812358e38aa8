//! The formatter: one style, no options, every comment kept.
//!
//! The author's line breaks inside a clause stay. Every clause of a spread block begins a line; a block written on one line stays
//! there while it fits. Neighbouring rows of tables, ladders, params and tests are aligned.
//!
//! Invariants, held by tests: formatting twice changes nothing more; comments stay equal in content and order; the tree stays
//! equal but for places.

mod layout;
mod outline;
mod render;

use self::layout::{Content, Line, Page};
use super::parse::comments::Comments;
use super::parse::parse;
use super::parse::scan::clean;
use super::parse::tokens::tokenize;
use crate::diag::{Problem, any_error};
use crate::source::FileId;

/// Breaking a line can move a comment, and a moved comment can let lines join: a text settles after two or three rounds.
const ROUNDS: usize = 8;

/// The formatted text: the layout that another round does not change.
///
/// # Errors
/// The problems of a text that cannot be read; it is left as it is.
pub fn format(text: &str) -> Result<String, Vec<Problem>> {
    let mut settled = lay_out(text)?;
    for _ in 0..ROUNDS {
        let next = lay_out(&settled)?;
        if next == settled {
            break;
        }
        settled = next;
    }
    Ok(settled)
}

/// One round of layout.
fn lay_out(text: &str) -> Result<String, Vec<Problem>> {
    let read = parse(FileId(0), text);
    if any_error(&read.problems) {
        return Err(read.problems);
    }
    let cleaned = clean(FileId(0), text);
    let Some(outline) = outline::outline(&cleaned.text) else { return Err(read.problems) };
    let comments = Comments::new(text, cleaned.comments.clone());
    let tokens = tokenize(&cleaned.text, &cleaned.comments);
    let mut page = Page::new(&cleaned.text, &tokens, &comments.list, &outline);
    page.decide_blocks();
    let mut lines = page.break_long(page.lines());
    separate_items(&page, &mut lines);
    Ok(render::render(&page, &lines))
}

/// A blank line between two declarations when one of them is a block over several lines, above the comments of the second.
fn separate_items(page: &Page<'_>, lines: &mut [Line]) {
    let starts: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| match &line.content {
            Content::Tokens(range) => page.tokens.get(range.start).is_some_and(|token| page.outline.items.contains(&token.start)),
            Content::Comment(_) => false,
        })
        .map(|(number, _)| number)
        .collect();
    let is_comment = |line: &Line| matches!(line.content, Content::Comment(_));
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(lines.len()));
    let closes = |line: &Line| match &line.content {
        Content::Tokens(range) => page.tokens.get(range.start).is_some_and(|token| token.text(page.text) == "}"),
        Content::Comment(_) => false,
    };
    let tall: Vec<bool> = starts.iter().zip(ends).map(|(start, end)| lines.get(*start..end).unwrap_or(&[]).iter().any(closes)).collect();
    for (pair, tallness) in starts.windows(2).zip(tall.windows(2)) {
        let (&[_, next], &[left, right]) = (pair, tallness) else { continue };
        if !left && !right {
            continue;
        }
        let mut first = next;
        while first > 0 && lines.get(first - 1).is_some_and(is_comment) {
            first -= 1;
        }
        if lines.get(first..=next).unwrap_or(&[]).iter().any(|line| line.blank_before) {
            continue;
        }
        if let Some(line) = lines.get_mut(first) {
            line.blank_before = true;
        }
    }
}
