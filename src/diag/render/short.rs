//! One line per problem, for `grep`, editors' quick-fix lists and terse terminals.

use super::{Options, capped, hidden_lines, visible, word};
use crate::diag::Problem;
use crate::source::Sources;

/// `path:line:column: error[slug] message`; the place is left out for a problem that belongs to no file.
#[must_use]
pub fn short(problems: &[Problem], sources: &Sources, options: &Options) -> String {
    let (shown, hidden) = capped(problems, options.per_file);
    let mut out = String::new();
    for problem in shown {
        if sources.get(problem.span.file).is_some() {
            out.push_str(&visible(&sources.place(problem.span)));
            out.push_str(": ");
        }
        let kind = problem.kind;
        let title = visible(&problem.title(options.language));
        out.push_str(&format!("{}[{}] {title}\n", word(kind.severity, options.language), kind.slug));
    }
    out + &hidden_lines(&hidden, sources, options.language)
}
