//! The JSON form: one document, keys in English, everything a program needs to show, count or apply.

use super::place::{Place, ends};
use super::{Counts, count};
use crate::diag::{Fix, Language, Problem, Severity};
use crate::source::{Sources, Span};
use serde::Serialize;
use std::collections::BTreeMap;

/// Grows in its second part when keys are added, in its first when a key changes its meaning or goes.
pub const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    strat_version: &'static str,
    language: &'static str,
    problems: Vec<Entry<'a>>,
    summary: Counts,
}

#[derive(Serialize)]
struct Entry<'a> {
    slug: &'static str,
    severity: &'static str,
    /// In the language asked for; `slug` and `arguments` do not change with it.
    message: String,
    arguments: &'a BTreeMap<&'static str, String>,
    help: Option<String>,
    notes: Vec<String>,
    /// `null` for a problem that belongs to no file.
    location: Option<Location<'a>>,
    labels: Vec<LabelEntry<'a>>,
    fixes: Vec<FixEntry<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    file: &'a str,
    start: Place,
    /// Exclusive.
    end: Place,
}

#[derive(Serialize)]
struct LabelEntry<'a> {
    message: String,
    primary: bool,
    location: Option<Location<'a>>,
}

#[derive(Serialize)]
struct FixEntry<'a> {
    title: String,
    safe: bool,
    edits: Vec<EditEntry<'a>>,
}

#[derive(Serialize)]
struct EditEntry<'a> {
    location: Option<Location<'a>>,
    replacement: &'a str,
}

/// The whole list as one JSON document. Never cut: programs do their own paging.
#[must_use]
pub fn json(problems: &[Problem], sources: &Sources, language: Language) -> String {
    let document = Document {
        format_version: FORMAT_VERSION,
        strat_version: env!("CARGO_PKG_VERSION"),
        language: match language {
            Language::English => "en",
            Language::Chinese => "zh",
        },
        problems: problems.iter().map(|problem| entry(problem, sources, language)).collect(),
        summary: count(problems),
    };
    // A tree of strings and numbers always serialises; an empty object would still be valid JSON.
    serde_json::to_string_pretty(&document).unwrap_or_else(|_| String::from("{}")) + "\n"
}

fn entry<'a>(problem: &'a Problem, sources: &'a Sources, language: Language) -> Entry<'a> {
    let own = problem.kind.label.render(language, &problem.arguments);
    let mut labels = Vec::new();
    if !own.is_empty() {
        labels.push(LabelEntry { message: own, primary: true, location: location(problem.span, sources) });
    }
    labels.extend(problem.labels.iter().map(|label| LabelEntry {
        message: label.text.render(language, &problem.arguments),
        primary: false,
        location: location(label.span, sources),
    }));
    Entry {
        slug: problem.kind.slug,
        severity: match problem.kind.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        },
        message: problem.title(language),
        arguments: &problem.arguments,
        help: problem.help(language),
        notes: problem.notes.iter().map(|note| note.render(language, &problem.arguments)).collect(),
        location: location(problem.span, sources),
        labels,
        fixes: problem.fixes.iter().map(|fix| fix_entry(fix, problem, sources, language)).collect(),
    }
}

fn fix_entry<'a>(fix: &'a Fix, problem: &Problem, sources: &'a Sources, language: Language) -> FixEntry<'a> {
    FixEntry {
        title: fix.title.render(language, &problem.arguments),
        safe: fix.safe,
        edits: fix.edits.iter().map(|edit| EditEntry { location: location(edit.span, sources), replacement: &edit.replacement }).collect(),
    }
}

fn location(span: Span, sources: &Sources) -> Option<Location<'_>> {
    let (file, start, end) = ends(span, sources)?;
    Some(Location { file: &file.name, start, end })
}
