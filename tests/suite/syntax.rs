//! Reading and formatting: every form of the language, every mistake in one run, no input that panics.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod drafts;
mod formatting;
mod hostile;
mod meaning;
mod mistakes;

use strat::source::{FileId, SourceFile};
use strat::syntax::ast::{File, ItemKind};
use strat::syntax::{Parsed, parse};

fn read(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// `line slug` of every problem.
fn found(text: &str) -> Vec<String> {
    let source = SourceFile::new("test", text);
    read(text).problems.iter().map(|problem| format!("{} {}", source.locate(problem.span.start as usize).line, problem.kind.slug)).collect()
}

/// The tree as text without places.
fn shape(file: &File) -> String {
    let full = format!("{file:#?}");
    let mut out = String::new();
    let mut skip = false;
    for line in full.lines() {
        let trimmed = line.trim_start();
        if trimmed.ends_with("Span {") {
            out.push_str("span\n");
            skip = true;
        }
        if !skip {
            out.push_str(line);
            out.push('\n');
        }
        if skip && trimmed.starts_with('}') {
            skip = false;
        }
    }
    out
}

/// Names of the items, or the word of an item without one.
fn names(file: &File) -> Vec<String> {
    file.items
        .iter()
        .map(|item| match &item.kind {
            ItemKind::Use(_) => "use".to_owned(),
            ItemKind::Subject(_) => "subject".to_owned(),
            ItemKind::Param(param) => param.name.text.clone(),
            ItemKind::Feature(feature) => feature.name.text.clone(),
            ItemKind::Segment(segment) => segment.name.text.clone(),
            ItemKind::Ladder(ladder) => ladder.name.text.clone(),
            ItemKind::Channel(channel) => channel.name.text.clone(),
            ItemKind::Strategy(strategy) => strategy.name.text.clone(),
            ItemKind::Metric(metric) => metric.name.text.clone(),
            other => format!("{other:?}").split('(').next().unwrap_or("").to_owned(),
        })
        .collect()
}

/// Comments of a text that parses, in order.
fn comments(text: &str) -> Vec<String> {
    pieces(text).into_iter().filter(|piece| piece.starts_with('#')).map(|piece| piece.trim_end().to_owned()).collect()
}

/// Words, signs, numbers and texts of a text that parses, without comments.
fn words_of(text: &str) -> Vec<String> {
    pieces(text).into_iter().filter(|piece| !piece.starts_with('#')).collect()
}

/// A plain splitter of its own, so that tests do not lean on the code they test: texts, comments, and what blanks part.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(sign) = rest.chars().next() {
        let length = match sign {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, sign)| {
                    let ends = *sign == '"' && !escaped;
                    escaped = *sign == '\\' && !escaped;
                    ends
                });
                end.map_or(rest.len(), |(at, _)| at + 1)
            }
            _ if sign.is_whitespace() => {
                rest = &rest[sign.len_utf8()..];
                continue;
            }
            _ => rest.find(|next: char| next.is_whitespace() || next == '"' || next == '#').unwrap_or(rest.len()),
        };
        pieces.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
    pieces
}
