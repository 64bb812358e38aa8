//! Comments of a file: documentation, suppressions, and which lines they stand above.

use crate::diag::Problem;
use crate::source::{FileId, Span};
use crate::syntax::ast::{Allow, Name};
use crate::syntax::problems;

/// One comment, from `#` to the end of its line (without the break).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Nothing but blanks stands before it on its line.
    pub(crate) own_line: bool,
    /// The next thing in the file begins on the line right below.
    pub(crate) touches_next: bool,
}

/// All comments of a file in order, with their texts.
#[derive(Debug, Default)]
pub(crate) struct Comments {
    pub(crate) list: Vec<Comment>,
    texts: Vec<String>,
    next_starts: Vec<usize>,
    /// End of the block that documents the file.
    file_block: usize,
}

impl Comments {
    /// `found` are the places of the comments in `text`.
    pub(crate) fn new(text: &str, found: Vec<Comment>) -> Self {
        let mut comments = Self::default();
        for mut comment in found {
            let after = text.get(comment.end..).unwrap_or("");
            let blank = after.len() - after.trim_start().len();
            let gap = after.get(..blank).unwrap_or("");
            comment.touches_next = gap.matches('\n').count() == 1;
            comments.next_starts.push(comment.end + blank);
            comments.texts.push(text.get(comment.start..comment.end).unwrap_or("").trim_end().to_owned());
            comments.list.push(comment);
        }
        comments.file_block = comments.count_file_block(text);
        comments
    }

    /// How many leading comments document the file.
    fn count_file_block(&self, text: &str) -> usize {
        let Some(first) = self.list.first() else { return 0 };
        let lead = text.get(..first.start).unwrap_or("");
        if !lead.trim_start_matches('\u{feff}').trim().is_empty() || !is_documentation(self.texts.first()) {
            return 0;
        }
        let mut count = 0;
        for (at, comment) in self.list.iter().enumerate() {
            if !is_documentation(self.texts.get(at)) {
                break;
            }
            count = at + 1;
            let next = self.next_starts.get(at).copied().unwrap_or(text.len());
            let next_is_comment = self.list.get(at + 1).is_some_and(|other| other.start == next);
            if !comment.touches_next {
                return count;
            }
            if next_is_comment && is_documentation(self.texts.get(at + 1)) {
                continue;
            }
            let rest = text.get(next..).unwrap_or("");
            let leads_imports = ["use", "subject"]
                .iter()
                .any(|word| rest.strip_prefix(word).is_some_and(|after| after.starts_with([' ', '\t', '\r', '\n'])));
            return if leads_imports || rest.is_empty() || next_is_comment { count } else { 0 };
        }
        count
    }

    pub(crate) fn file_documentation(&self) -> Option<String> {
        joined(self.texts.iter().take(self.file_block))
    }

    /// Indexes of the unbroken run of own-line comments right above an offset.
    fn run_above(&self, offset: usize) -> std::ops::Range<usize> {
        let end = self.list.partition_point(|comment| comment.end <= offset);
        let mut start = end;
        let mut expected = offset;
        while start > self.file_block {
            let Some(comment) = self.list.get(start - 1) else { break };
            let next = self.next_starts.get(start - 1).copied();
            if !comment.own_line || !comment.touches_next || next != Some(expected) {
                break;
            }
            expected = comment.start;
            start -= 1;
        }
        start..end
    }

    /// `##` lines directly above an offset, without their signs.
    pub(crate) fn documentation_above(&self, offset: usize) -> Option<String> {
        let run = self.run_above(offset);
        joined(self.texts.get(run).unwrap_or(&[]).iter().filter(|text| is_documentation(Some(text))))
    }

    /// Suppressions above an item and inside it.
    pub(crate) fn allows(&self, file: FileId, start: usize, end: usize, problems: &mut Vec<Problem>) -> Vec<Allow> {
        let first = self.run_above(start).start;
        let mut allows = Vec::new();
        for (comment, text) in self.list.iter().zip(&self.texts).skip(first) {
            if comment.start >= end {
                break;
            }
            let span = Span::new(file, comment.start, comment.end);
            match read_allow(text, span) {
                Reading::Allow(allow) => allows.push(allow),
                Reading::Unreadable => problems.push(Problem::new(&problems::BAD_ALLOW, span)),
                Reading::Other => {}
            }
        }
        allows
    }
}

enum Reading {
    Allow(Allow),
    Unreadable,
    Other,
}

fn read_allow(text: &str, span: Span) -> Reading {
    let Some(order) = text.trim_start_matches('#').trim_start().strip_prefix("strat:") else { return Reading::Other };
    let trimmed = order.trim_start();
    let Some((slug, reason)) = trimmed.strip_prefix("allow(").and_then(|rest| rest.split_once(')')) else {
        return Reading::Unreadable;
    };
    let slug_start = span.start as usize + (text.len() - trimmed.len()) + "allow(".len();
    let slug_span = Span::new(span.file, slug_start, slug_start + slug.len());
    let slug = Name { text: slug.trim().to_owned(), span: slug_span };
    Reading::Allow(Allow { slug, reason: reason.trim().to_owned(), span })
}

fn is_documentation(text: Option<&String>) -> bool {
    text.is_some_and(|text| text.starts_with("##"))
}

fn joined<'a>(lines: impl Iterator<Item = &'a String>) -> Option<String> {
    let lines: Vec<&str> = lines
        .map(|line| {
            let bare = line.trim_start_matches('#');
            bare.strip_prefix(' ').unwrap_or(bare)
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
