//! The form for people: title, snippet with carets, and what to do. miette draws the snippet; the words are ours.

use super::source_view::SourceView;
use super::{Options, capped, hidden_lines, visible, word};
use crate::diag::{Language, Problem, Severity};
use crate::source::Sources;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, SourceSpan};
use std::fmt;

/// Every problem with its snippet, a blank line between two of them; files cut at `options.per_file` say how many more there are.
#[must_use]
pub fn human(problems: &[Problem], sources: &Sources, options: &Options) -> String {
    let theme = if options.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_urls(false)
        .with_wrap_lines(false)
        .with_context_lines(1)
        .with_primary_span_start()
        .without_syntax_highlighting();
    let view = SourceView::new(sources);
    let (shown, hidden) = capped(problems, options.per_file);
    let mut out = String::new();
    for problem in shown {
        let drawn = Drawn { problem, view: &view, language: options.language };
        // Writing into a String cannot fail; a snippet that cannot be drawn still leaves title and help.
        if handler.render_report(&mut out, &drawn).is_err() {
            out.push('\n');
        }
        out.push_str(&footer(problem, options));
        out.push('\n');
    }
    out + &hidden_lines(&hidden, sources, options.language)
}

/// Help, notes and fixes below the snippet.
fn footer(problem: &Problem, options: &Options) -> String {
    let language = options.language;
    let (help, note, fix) = match language {
        Language::English => ("help: ", "note: ", "fix: "),
        Language::Chinese => ("帮助：", "说明：", "修复："),
    };
    let mut out = String::new();
    let mut line = |head: &str, text: &str| {
        let (on, off) = if options.colour { ("\u{1b}[36m", "\u{1b}[0m") } else { ("", "") };
        out.push_str(&format!("  {on}{head}{off}{}\n", visible(text)));
    };
    for text in &problem.notes {
        line(note, &text.render(language, &problem.arguments));
    }
    if let Some(text) = problem.help(language) {
        line(help, &text);
    }
    for way in &problem.fixes {
        line(fix, &way.title.render(language, &problem.arguments));
    }
    out
}

/// A problem in the shape miette draws.
struct Drawn<'a> {
    problem: &'a Problem,
    view: &'a SourceView<'a>,
    language: Language,
}

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.kind.slug)
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.problem.title(self.language)))
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let kind = self.problem.kind;
        Some(Box::new(format!("{}[{}]", word(kind.severity, self.language), kind.slug)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.kind.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.view)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let problem = self.problem;
        let words = |text: String| if text.is_empty() { None } else { Some(visible(&text)) };
        let own: Option<SourceSpan> = self.view.lay(problem.span);
        let own =
            own.map(|span| LabeledSpan::new_primary_with_span(words(problem.kind.label.render(self.language, &problem.arguments)), span));
        let others = problem.labels.iter().filter_map(|label| {
            let span = self.view.lay(label.span)?;
            Some(LabeledSpan::new_with_span(words(label.text.render(self.language, &problem.arguments)), span))
        });
        let all: Vec<LabeledSpan> = own.into_iter().chain(others).collect();
        if all.is_empty() { None } else { Some(Box::new(all.into_iter())) }
    }
}
