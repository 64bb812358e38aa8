//! New texts from edits: everything else stays as it is, byte for byte.

use super::{Change, ChangeKind, comment};
use crate::diag::Language;
use crate::evaluate::evaluation::Evaluation;
use crate::source::{FileId, SourceFile, Sources};
use std::collections::BTreeMap;

/// A stretch of bytes and what stands there afterwards.
type Piece = (usize, usize, String);

/// The new text of every file with a change.
pub(super) fn texts(sources: &Sources, changes: &[Change], evaluation: &Evaluation, language: Language) -> BTreeMap<FileId, String> {
    let mut by_file: BTreeMap<FileId, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_file.entry(change.clause.file).or_default().push(change);
    }
    let revised = |(id, changes): (FileId, Vec<&Change>)| {
        let file = sources.get(id)?;
        let mut pieces: Vec<Piece> = Vec::new();
        for edit in changes.iter().flat_map(|change| &change.edits) {
            pieces.push((edit.span.start as usize, edit.span.end as usize, edit.replacement.clone()));
        }
        pieces.extend(comments(file, &changes, evaluation, language));
        let after = applied(&file.text, pieces)?;
        Some((id, in_layout(&file.text, after))).filter(|(_, after)| *after != file.text)
    };
    by_file.into_iter().filter_map(revised).collect()
}

/// The comments above the lines on which changed clauses begin, in place of earlier ones of ours.
fn comments(file: &SourceFile, changes: &[&Change], evaluation: &Evaluation, language: Language) -> Vec<Piece> {
    let mut by_line: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_line.entry(file.line_of(change.clause.start as usize)).or_default().push(change);
    }
    let ending = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    let above = |(line, changes): (usize, Vec<&Change>)| {
        let own = file.line_text(line);
        let indent = own.get(..own.len() - own.trim_start().len()).unwrap_or("");
        let first = (0..line).rev().take_while(|above| comment::is_ours(file.line_text(*above))).last().unwrap_or(line);
        let mut text = String::new();
        for change in changes {
            let hashes = match change.kind {
                ChangeKind::Param => "##",
                ChangeKind::Arms | ChangeKind::Runs => "#",
            };
            for line in comment::lines(change, evaluation, language, hashes, indent) {
                text.push_str(&line);
                text.push_str(ending);
            }
        }
        (file.line_start(first), file.line_start(line), text)
    };
    by_line.into_iter().map(above).collect()
}

fn applied(text: &str, mut pieces: Vec<Piece>) -> Option<String> {
    pieces.sort();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, replacement) in pieces {
        out.push_str(text.get(at..start)?);
        out.push_str(&replacement);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// A text that was in the standard layout stays in it; any other keeps its own.
fn in_layout(before: &str, after: String) -> String {
    if crate::syntax::format(before).ok().as_deref() != Some(before) {
        return after;
    }
    crate::syntax::format(&after).unwrap_or(after)
}
