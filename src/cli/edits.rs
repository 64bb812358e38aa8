//! Applying safe fixes, and showing changes.

use std::collections::BTreeMap;
use strat::diag::{Edit, Problem};
use strat::source::{FileId, Sources};

/// The new text of every file that the safe fixes change. One fix per problem; a fix that touches a place another one has
/// already changed waits for the next round.
pub fn fixed(problems: &[Problem], sources: &Sources) -> BTreeMap<FileId, String> {
    let mut accepted: Vec<&Edit> = Vec::new();
    for problem in problems {
        let Some(fix) = problem.fixes.iter().find(|fix| fix.safe && !fix.edits.is_empty()) else { continue };
        let free = |edit: &&Edit| !accepted.iter().any(|taken| touches(taken, edit));
        if fix.edits.iter().all(|edit| free(&edit)) {
            accepted.extend(&fix.edits);
        }
    }
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in accepted {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    by_file
        .into_iter()
        .filter_map(|(file, edits)| {
            let before = &sources.get(file)?.text;
            let after = applied(before, edits)?;
            if after == *before { None } else { Some((file, after)) }
        })
        .collect()
}

/// Two edits at one point, or with a character in common. Neighbours that only meet do not touch.
fn touches(left: &Edit, right: &Edit) -> bool {
    let (a, b) = (left.span, right.span);
    a.file == b.file && ((a.start < b.end && b.start < a.end) || a.start == b.start)
}

fn applied(text: &str, mut edits: Vec<&Edit>) -> Option<String> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start as usize)?);
        out.push_str(&edit.replacement);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The change of one file in the form `patch` reads.
pub fn difference(name: &str, before: &str, after: &str) -> String {
    similar::TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(name, name).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use strat::diag::{ProblemKind, Severity, Text};
    use strat::source::{SourceFile, Span};

    const NOTHING: Text = Text { en: "", zh: "" };
    static KIND: ProblemKind = ProblemKind { slug: "sample", severity: Severity::Error, title: NOTHING, help: None, label: NOTHING };

    fn problem(file: FileId, start: usize, end: usize, new: &str, safe: bool) -> Problem {
        let span = Span::new(file, start, end);
        Problem::new(&KIND, span).fix(NOTHING, span, new, safe)
    }

    #[test]
    fn safe_fixes_that_do_not_touch_are_applied_together() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a", "客，户：1"));
        let problems = [
            problem(file, 9, 12, ":", true),
            problem(file, 3, 6, ",", true),
            problem(file, 0, 6, "never, it touches", true),
            problem(file, 12, 13, "never, it is not safe", false),
        ];
        let changed = fixed(&problems, &sources);
        assert_eq!(changed.get(&file).unwrap(), "客,户:1");
    }

    #[test]
    fn a_fix_that_changes_nothing_is_no_change() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a", "same"));
        assert!(fixed(&[problem(file, 0, 4, "same", true)], &sources).is_empty());
        assert!(fixed(&[problem(file, 2, 9, "past the end", true)], &sources).is_empty());
    }

    #[test]
    fn differences_name_the_file() {
        assert_eq!(difference("x.strat", "a\nb\n", "a\nc\n"), "--- x.strat\n+++ x.strat\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }
}
