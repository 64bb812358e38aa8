//! The one shape of a problem: slug, wording in both languages, where, why and what to do about it.
//!
//! No concrete problem lives here. Each room declares its own as `static NAME: ProblemKind` items that keep slug, wording,
//! help and labels together; this room sorts, deduplicates and renders them.

pub mod nearest;
pub mod render;

use crate::source::Span;
use std::collections::BTreeMap;

/// How much a problem matters. Only `Error` makes a file unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
    Info,
}

/// The language of messages. Slugs never translate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

/// One sentence in both languages; `{name}` is replaced by the argument of that name, in Chinese by `name_zh` where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Text {
    #[must_use]
    pub fn render(&self, language: Language, arguments: &BTreeMap<&'static str, String>) -> String {
        let template = match language {
            Language::English => self.en,
            Language::Chinese => self.zh,
        };
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            out.push_str(before);
            let Some(close) = after.find('}') else {
                out.push_str(after);
                return out;
            };
            let name = after.get(1..close).unwrap_or("");
            let own = match language {
                Language::English => None,
                Language::Chinese => arguments.get(format!("{name}_zh").as_str()),
            };
            rest = after.get(close + 1..).unwrap_or("");
            match (own, arguments.get(name)) {
                (Some(value), _) => rest = joined(&mut out, value, rest),
                (None, Some(value)) => out.push_str(value),
                (None, None) => out.push_str(after.get(..=close).unwrap_or("")),
            }
        }
        out.push_str(rest);
        out
    }
}

/// Appends Chinese words; a blank that stood between names and text is dropped between Chinese characters.
fn joined<'a>(out: &mut String, value: &str, rest: &'a str) -> &'a str {
    let chinese = |character: Option<char>| character.is_some_and(|character| ('\u{3000}'..='\u{9FFF}').contains(&character));
    if out.ends_with(' ') && chinese(out.chars().rev().nth(1)) && chinese(value.chars().next()) {
        out.pop();
    }
    out.push_str(value);
    match rest.strip_prefix(' ') {
        Some(behind) if chinese(value.chars().next_back()) && chinese(behind.chars().next()) => behind,
        Some(_) | None => rest,
    }
}

/// Everything that is fixed about a problem. One `static` item per problem, in the room that finds it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// Stable, readable, never translated: `overlapping-tiers`. The page is `docs/errors/<slug>.md`.
    pub slug: &'static str,
    pub severity: Severity,
    /// What is wrong, lower case, no final period, business words.
    pub title: Text,
    /// What to do about it.
    pub help: Option<Text>,
    /// What the underlined place is, shown beside the carets; empty means no words there.
    pub label: Text,
}

/// A second place that matters, with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: Text,
}

/// Replacement of the text of one span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub replacement: String,
}

/// A way out, ready to apply. `safe` fixes keep the meaning the author certainly had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub title: Text,
    pub edits: Vec<Edit>,
    pub safe: bool,
}

/// One found problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: &'static ProblemKind,
    pub span: Span,
    pub arguments: BTreeMap<&'static str, String>,
    pub labels: Vec<Label>,
    pub fixes: Vec<Fix>,
    /// Extra lines below the snippet, for a counter-example subject or the readings of an ambiguous form.
    pub notes: Vec<Text>,
}

impl Problem {
    #[must_use]
    pub fn new(kind: &'static ProblemKind, span: Span) -> Self {
        Self { kind, span, arguments: BTreeMap::new(), labels: Vec::new(), fixes: Vec::new(), notes: Vec::new() }
    }

    /// Sets a `{name}` used by title, help, labels and notes.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.arguments.insert(name, value.to_string());
        self
    }

    #[must_use]
    pub fn label(mut self, span: Span, text: Text) -> Self {
        self.labels.push(Label { span, text });
        self
    }

    #[must_use]
    pub fn note(mut self, text: Text) -> Self {
        self.notes.push(text);
        self
    }

    /// A fix that replaces one span.
    #[must_use]
    pub fn fix(mut self, title: Text, span: Span, replacement: impl Into<String>, safe: bool) -> Self {
        self.fixes.push(Fix { title, edits: vec![Edit { span, replacement: replacement.into() }], safe });
        self
    }

    #[must_use]
    pub fn is_error(&self) -> bool {
        self.kind.severity == Severity::Error
    }

    #[must_use]
    pub fn title(&self, language: Language) -> String {
        self.kind.title.render(language, &self.arguments)
    }

    #[must_use]
    pub fn help(&self, language: Language) -> Option<String> {
        self.kind.help.as_ref().map(|help| help.render(language, &self.arguments))
    }
}

/// Sorts by place, then severity, then slug; drops exact repeats and later problems at the same span with the same slug.
pub fn tidy(problems: &mut Vec<Problem>) {
    problems
        .sort_by(|a, b| (a.span, a.kind.severity, a.kind.slug, &a.arguments).cmp(&(b.span, b.kind.severity, b.kind.slug, &b.arguments)));
    problems.dedup_by(|later, earlier| {
        let same_place = later.span == earlier.span && later.span != render::NOWHERE;
        // One declaration may be broken by several files of data.
        let same_file = later.arguments.get("file") == earlier.arguments.get("file");
        later.kind.slug == earlier.kind.slug && (later == earlier || (same_place && same_file))
    });
}

/// Whether any problem makes the program unusable.
#[must_use]
pub fn any_error(problems: &[Problem]) -> bool {
    problems.iter().any(Problem::is_error)
}
