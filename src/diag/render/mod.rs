//! From a list of problems to text: for people, for `grep`, for machines and for code hosts.
//!
//! Nothing here prints; every renderer returns the whole text, ended by a line break when it is not empty. Columns differ per
//! output: people and JSON get characters, SARIF gets UTF-16 units, the terminal gets carets aligned by display cells.

mod github;
mod human;
mod json;
mod place;
mod sarif;
mod short;
mod source_view;
#[cfg(test)]
mod tests;

pub use github::github;
pub use human::human;
pub use json::{FORMAT_VERSION, json};
pub use place::{Place, place_of};
pub use sarif::sarif;
pub use short::short;

use super::{Language, Problem, Severity};
use crate::source::{FileId, Sources, Span};
use std::collections::BTreeMap;

/// Where a problem stands that belongs to no file: a wrong flag, an interrupted run.
pub const NOWHERE: Span = Span { file: FileId(u32::MAX), start: 0, end: 0 };

/// Which text a list of problems becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Snippets with carets.
    #[default]
    Human,
    /// One line per problem.
    Short,
    /// One versioned JSON document.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands that a code host turns into annotations.
    Github,
}

impl Format {
    /// Whether a program reads it: then nothing else may share its stream.
    #[must_use]
    pub fn is_machine(self) -> bool {
        match self {
            Format::Human | Format::Short => false,
            Format::Json | Format::Sarif | Format::Github => true,
        }
    }
}

/// How to render.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The language of every word we add; keys of machine formats stay English.
    pub language: Language,
    /// Terminal colours, human form only.
    pub colour: bool,
    /// How many problems of one file people see before "and N more". JSON and SARIF always hold all of them.
    pub per_file: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { language: Language::English, colour: false, per_file: 50 }
    }
}

/// Renders `problems` (already sorted by [`super::tidy`]) in one of the formats. Human and short end with the summary line.
#[must_use]
pub fn render(format: Format, problems: &[Problem], sources: &Sources, options: &Options) -> String {
    match format {
        Format::Human => human(problems, sources, options) + &summary_line(problems, options.language),
        Format::Short => short(problems, sources, options) + &summary_line(problems, options.language),
        Format::Json => json(problems, sources, options.language),
        Format::Sarif => sarif(problems, sources, options.language),
        Format::Github => github(problems, sources, options),
    }
}

fn summary_line(problems: &[Problem], language: Language) -> String {
    if problems.is_empty() { String::new() } else { summary(problems, language) + "\n" }
}

/// How many problems of each severity, and in how many files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Problems with at least one safe fix.
    pub fixable: usize,
    /// Files with at least one problem.
    pub files: usize,
}

/// Counts a list of problems.
#[must_use]
pub fn count(problems: &[Problem]) -> Counts {
    let mut counts = Counts::default();
    let mut files = std::collections::BTreeSet::new();
    for problem in problems {
        match problem.kind.severity {
            Severity::Error => counts.errors += 1,
            Severity::Warning => counts.warnings += 1,
            Severity::Info => counts.infos += 1,
        }
        counts.fixable += usize::from(problem.fixes.iter().any(|fix| fix.safe));
        if problem.span.file != NOWHERE.file {
            files.insert(problem.span.file);
        }
    }
    counts.files = files.len();
    counts
}

/// `2 errors, 1 warning in 1 file; 1 can be fixed with --fix`, without a line break; `no problems` for an empty list.
#[must_use]
pub fn summary(problems: &[Problem], language: Language) -> String {
    let counts = count(problems);
    let parts = [(counts.errors, Severity::Error), (counts.warnings, Severity::Warning), (counts.infos, Severity::Info)];
    let found: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, severity)| counted(*n, *severity, language)).collect();
    match language {
        Language::English if found.is_empty() => String::from("no problems"),
        Language::Chinese if found.is_empty() => String::from("没有问题"),
        Language::English => {
            let place = match counts.files {
                0 => String::new(),
                1 => String::from(" in 1 file"),
                n => format!(" in {n} files"),
            };
            let fix = if counts.fixable > 0 { format!("; {} can be fixed with --fix", counts.fixable) } else { String::new() };
            found.join(", ") + &place + &fix
        }
        Language::Chinese => {
            let place = if counts.files > 0 { format!("{} 个文件中有 ", counts.files) } else { String::new() };
            let fix = if counts.fixable > 0 { format!("；其中 {} 个可用 --fix 修复", counts.fixable) } else { String::new() };
            place + &found.join("、") + &fix
        }
    }
}

fn counted(n: usize, severity: Severity, language: Language) -> String {
    match (language, severity) {
        (Language::English, Severity::Info) => format!("{n} info"),
        (Language::English, severity) => format!("{n} {}{}", word(severity, language), if n == 1 { "" } else { "s" }),
        (Language::Chinese, severity) => format!("{n} 个{}", word(severity, language)),
    }
}

/// The word for a severity, as shown to people.
#[must_use]
pub fn word(severity: Severity, language: Language) -> &'static str {
    match (language, severity) {
        (Language::English, Severity::Error) => "error",
        (Language::English, Severity::Warning) => "warning",
        (Language::English, Severity::Info) => "info",
        (Language::Chinese, Severity::Error) => "错误",
        (Language::Chinese, Severity::Warning) => "警告",
        (Language::Chinese, Severity::Info) => "提示",
    }
}

/// The problems people see, in the given order, and how many more each file has. Errors are kept before warnings.
fn capped(problems: &[Problem], per_file: usize) -> (Vec<&Problem>, BTreeMap<FileId, usize>) {
    let mut by_weight: Vec<usize> = (0..problems.len()).collect();
    by_weight.sort_by_key(|at| problems.get(*at).map(|problem| problem.kind.severity));
    let mut seen: BTreeMap<FileId, usize> = BTreeMap::new();
    let mut hidden: BTreeMap<FileId, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for at in by_weight {
        let Some(problem) = problems.get(at) else { continue };
        let so_far = seen.entry(problem.span.file).or_default();
        *so_far += 1;
        if *so_far > per_file {
            *hidden.entry(problem.span.file).or_default() += 1;
        } else {
            kept.push(at);
        }
    }
    kept.sort_unstable();
    (kept.into_iter().filter_map(|at| problems.get(at)).collect(), hidden)
}

/// `a.strat: and 12 more`, one line per file that was cut.
fn hidden_lines(hidden: &BTreeMap<FileId, usize>, sources: &Sources, language: Language) -> String {
    let mut out = String::new();
    for (file, more) in hidden {
        let name = sources.get(*file).map_or("", |file| file.name.as_str());
        let line = match language {
            Language::English => format!("{name}: and {more} more\n"),
            Language::Chinese => format!("{name}：另有 {more} 个\n"),
        };
        out.push_str(line.trim_start_matches([':', '：', ' ']));
    }
    out
}

/// Makes control characters visible, so that text from a file can neither move the cursor nor break a line-based format.
fn visible(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return String::from(text);
    }
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { String::from(c) }).collect()
}
