//! Workflow commands of GitHub-like code hosts: `::error file=…,line=…::message`.
//!
//! The host keeps ten errors and ten warnings per step and silently drops the rest, so the gravest come first. It takes
//! columns only when a span stays on one line.

use super::place::ends;
use super::{Options, capped};
use crate::diag::{Language, Problem, Severity};
use crate::source::Sources;

/// One command per problem, errors before warnings before the rest, files in order within each.
#[must_use]
pub fn github(problems: &[Problem], sources: &Sources, options: &Options) -> String {
    let (mut shown, hidden) = capped(problems, options.per_file);
    shown.sort_by_key(|problem| problem.kind.severity);
    let mut out: String = shown.iter().map(|problem| command(problem, sources, options.language)).collect();
    let more: usize = hidden.values().sum();
    if more > 0 {
        let text = match options.language {
            Language::English => format!("and {more} more problems"),
            Language::Chinese => format!("另有 {more} 个问题"),
        };
        out.push_str(&format!("::notice::{text}\n"));
    }
    out
}

fn command(problem: &Problem, sources: &Sources, language: Language) -> String {
    let level = match problem.kind.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some((file, start, end)) = ends(problem.span, sources) {
        properties.push(format!("file={}", property(&file.name)));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column.max(start.column)));
        }
    }
    properties.push(format!("title={}", property(problem.kind.slug)));
    let mut text = problem.title(language);
    for note in &problem.notes {
        text.push('\n');
        text.push_str(&note.render(language, &problem.arguments));
    }
    if let Some(help) = problem.help(language) {
        let head = match language {
            Language::English => "help: ",
            Language::Chinese => "帮助：",
        };
        text.push_str(&format!("\n{head}{help}"));
    }
    format!("::{level} {}::{}\n", properties.join(","), data(&text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
