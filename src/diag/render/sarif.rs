//! SARIF 2.1.0, for code-scanning dashboards. Columns are UTF-16 units from 1; file names are relative, percent-encoded URIs;
//! fingerprints hold no line number, so they survive edits above.

use super::place::ends;
use crate::diag::{Fix, Language, Problem, ProblemKind, Severity};
use crate::source::{Sources, Span};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One run with every problem; rules are the kinds that occur, in slug order.
#[must_use]
pub fn sarif(problems: &[Problem], sources: &Sources, language: Language) -> String {
    let kinds: BTreeMap<&str, &ProblemKind> = problems.iter().map(|problem| (problem.kind.slug, problem.kind)).collect();
    let rules: Vec<Value> = kinds.values().map(|kind| rule(kind)).collect();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = problems
        .iter()
        .map(|problem| {
            let index = kinds.keys().position(|slug| *slug == problem.kind.slug);
            let mark = fingerprint(problem, sources, &mut seen);
            result(problem, index, &mark, sources, language)
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "strat", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "the folder strat was run in" } } },
            "results": results,
        }],
    });
    // A tree of strings and numbers always serialises; an empty object would still be valid JSON.
    serde_json::to_string_pretty(&log).unwrap_or_else(|_| String::from("{}")) + "\n"
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Rules are texts with `{name}` left open: they describe the kind, not one case of it.
fn rule(kind: &ProblemKind) -> Value {
    let mut rule = json!({
        "id": kind.slug,
        "shortDescription": { "text": kind.title.en },
        "defaultConfiguration": { "level": level(kind.severity) },
    });
    if let (Some(help), Some(fields)) = (&kind.help, rule.as_object_mut()) {
        fields.insert(String::from("help"), json!({ "text": help.en }));
    }
    rule
}

fn result(problem: &Problem, index: Option<usize>, mark: &str, sources: &Sources, language: Language) -> Value {
    let mut text = problem.title(language);
    for extra in problem.notes.iter().map(|note| note.render(language, &problem.arguments)).chain(problem.help(language)) {
        text.push('\n');
        text.push_str(&extra);
    }
    let related: Vec<Value> = problem
        .labels
        .iter()
        .enumerate()
        .filter_map(|(id, label)| {
            let mut place = location(label.span, sources)?;
            let fields = place.as_object_mut()?;
            fields.insert(String::from("id"), json!(id));
            fields.insert(String::from("message"), json!({ "text": label.text.render(language, &problem.arguments) }));
            Some(place)
        })
        .collect();
    let fixes: Vec<Value> = problem.fixes.iter().filter_map(|fix| fix_value(fix, problem, sources, language)).collect();
    json!({
        "ruleId": problem.kind.slug,
        "ruleIndex": index,
        "level": level(problem.kind.severity),
        "message": { "text": text },
        "locations": location(problem.span, sources).into_iter().collect::<Vec<_>>(),
        "relatedLocations": related,
        "partialFingerprints": { "strat/v1": mark },
        "fixes": fixes,
    })
}

fn location(span: Span, sources: &Sources) -> Option<Value> {
    let (file, _, _) = ends(span, sources)?;
    Some(json!({ "physicalLocation": { "artifactLocation": artifact(&file.name), "region": region(span, sources) } }))
}

fn artifact(name: &str) -> Value {
    if name.starts_with('/') {
        return json!({ "uri": format!("file://{}", uri(name)) });
    }
    json!({ "uri": uri(name), "uriBaseId": "SRCROOT" })
}

/// Ends are exclusive, as the format asks.
fn region(span: Span, sources: &Sources) -> Value {
    match ends(span, sources) {
        Some((_, start, end)) => json!({
            "startLine": start.line,
            "startColumn": start.utf16_column,
            "endLine": end.line,
            "endColumn": end.utf16_column,
        }),
        None => Value::Null,
    }
}

fn fix_value(fix: &Fix, problem: &Problem, sources: &Sources, language: Language) -> Option<Value> {
    let mut changes: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let file = sources.get(edit.span.file)?;
        changes.entry(&file.name).or_default().push(json!({
            "deletedRegion": region(edit.span, sources),
            "insertedContent": { "text": edit.replacement },
        }));
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(name, replacements)| json!({ "artifactLocation": artifact(name), "replacements": replacements }))
        .collect();
    if changes.is_empty() {
        return None;
    }
    Some(json!({ "description": { "text": fix.title.render(language, &problem.arguments) }, "artifactChanges": changes }))
}

/// File, slug, the first line without its blanks, and which of several alike it is: stable under edits elsewhere, and unique.
fn fingerprint(problem: &Problem, sources: &Sources, seen: &mut BTreeMap<String, usize>) -> String {
    let (name, line) = match sources.get(problem.span.file) {
        Some(file) => (file.name.as_str(), file.line_text(file.line_of(problem.span.start as usize))),
        None => ("", ""),
    };
    let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    let key = format!("{name}\u{0}{}\u{0}{bare}", problem.kind.slug);
    let ordinal = seen.entry(key.clone()).or_default();
    let hash = blake3::hash(format!("{key}\u{0}{ordinal}").as_bytes());
    *ordinal += 1;
    hash.to_hex().chars().take(32).collect()
}

/// A relative path as a URI: everything outside the unreserved set and `/` is percent-encoded byte by byte.
fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~/".contains(c) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
