//! The pages of problems keep their word: the wrong example is refused for exactly that reason, the right one is not refused.

use crate::guards::pages::{blocks, slugs};
use crate::guards::source_text::{files, root};
use std::collections::BTreeSet;
use std::fs;
use strat::check::{Checked, StandardOnly, check};
use strat::diag::Severity;
use strat::interp::test::run_test;

/// Problems that no text of a program shows, and why.
const NOT_ABOUT_TEXT: &[(&str, &str)] = &[
    ("absent-column", "data"),
    ("absent-table", "data"),
    ("ambiguous-table", "data"),
    ("approved-by-owner", "an approval file"),
    ("bad-command-line", "flags"),
    ("bad-compiled-program", "a file on disk"),
    ("bad-encoding", "data"),
    ("bad-project-file", "strat.toml"),
    ("bad-setting", "strat.toml"),
    ("cannot-write", "a file on disk"),
    ("check-left-out", "data"),
    ("counts-do-not-tie", "a run"),
    ("dangling-reference", "data"),
    ("duplicate-header", "data"),
    ("duplicate-key", "data"),
    ("internal-bug", "a mistake in strat itself"),
    ("ledger-conflict", "the ledger"),
    ("ledger-damaged", "the ledger"),
    ("missing-column", "data"),
    ("missing-required-value", "data"),
    ("missing-setting", "strat.toml"),
    ("missing-table", "data"),
    ("model-file-changed", "a file on disk"),
    ("model-file-unusable", "a file on disk"),
    ("model-needs-another-build", "the build"),
    ("no-programs-found", "flags"),
    ("no-text-to-edit", "a file on disk"),
    ("no-project", "flags"),
    ("not-in-this-build", "the build"),
    ("not-utf8", "a file that is no text"),
    ("null-key", "data"),
    ("output-not-ours", "a folder on disk"),
    ("private-column", "flags"),
    ("program-not-approved", "an approval file"),
    ("proposal-not-applied", "a judgement"),
    ("report-out-of-date", "a judgement"),
    ("out-of-order", "the ledger"),
    ("plan-changed", "the ledger"),
    ("plan-needs-mapping", "the ledger"),
    ("plan-refused", "the ledger"),
    ("run-failed", "a run"),
    ("sample-failed", "flags"),
    ("too-many-decimals-in-data", "data"),
    ("unexpected-text", "the last resort of the parser; no text is known to reach it"),
    ("unknown-group", "flags"),
    ("unknown-problem-name", "flags"),
    ("unknown-setting", "strat.toml"),
    ("unknown-strategy", "data"),
    ("nothing-to-judge", "a judgement"),
    ("report-not-written", "a judgement"),
    ("unknown-subject", "data"),
    ("unreadable-data", "data"),
    ("unreadable-file", "a file on disk"),
    ("unreadable-report", "a judgement"),
    ("value-not-in-set", "data"),
    ("wrong-type-in-data", "data"),
];

/// Problems whose wrong example is too long for a page, with a program that shows them.
fn too_long_for_a_page() -> Vec<(&'static str, String)> {
    let open = |sign: &str| sign.repeat(101);
    vec![
        ("nested-too-deep", format!("feature x = {}1{}\n", open("("), open(")"))),
        ("expression-too-long", format!("segment s = {}a = 1\n", "a = 1 or ".repeat(600))),
        ("too-many-problems", format!("strategy s {{\n{}}}\n", "  ownr \"x\"\n".repeat(200))),
        ("file-too-large", "#\n".repeat(33 << 20)),
    ]
}

/// Slugs of a program's problems of at least this severity, those of its tests included, each with its line.
fn found(text: &str, least: Severity) -> Vec<String> {
    let Checked { sources, mut problems, program: _, tests } = check("page.strat", text, &StandardOnly);
    for (program, test) in &tests {
        problems.extend(run_test(program, test).failures.iter().map(|failure| failure.problem()));
    }
    let counts = |severity: Severity| severity <= least;
    let kept = problems.iter().filter(|problem| counts(problem.kind.severity));
    kept.map(|problem| format!("{} at {}", problem.kind.slug, sources.place(problem.span))).collect()
}

fn slug(found: &str) -> &str {
    found.split(' ').next().unwrap()
}

fn exempt(slug: &str) -> bool {
    NOT_ABOUT_TEXT.iter().any(|(exempt, _)| *exempt == slug)
}

#[test]
fn the_wrong_example_of_a_page_shows_its_problem_and_nothing_else() {
    let too_long = too_long_for_a_page();
    let mut wrong = Vec::new();
    for path in files("docs/errors", "md") {
        let own = path.file_stem().unwrap().to_string_lossy().into_owned();
        if exempt(&own) || too_long.iter().any(|(made, _)| *made == own) {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        let examples: Vec<_> = blocks(&page).into_iter().filter(|block| block.section == "Wrong").collect();
        let [example] = examples.as_slice() else {
            wrong.push(format!("{own}: {} wrong examples", examples.len()));
            continue;
        };
        let found = found(&example.code, Severity::Warning);
        if example.language != "strat" || found.len() != 1 || slug(&found[0]) != own {
            wrong.push(format!("{own}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn long_wrong_examples_show_their_problem() {
    for (slug, text) in too_long_for_a_page() {
        let found = found(&text, Severity::Warning);
        assert!(found.iter().any(|found| self::slug(found) == slug), "{slug}: {found:?}");
    }
}

#[test]
fn the_right_example_of_a_page_is_not_refused() {
    let mut wrong = Vec::new();
    for path in files("docs/errors", "md") {
        let page = fs::read_to_string(&path).unwrap();
        for example in blocks(&page).iter().filter(|block| block.section == "Right" && block.language == "strat") {
            let found = found(&example.code, Severity::Error);
            if !found.is_empty() {
                wrong.push(format!("{}: {found:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_page_has_one_title_and_serves_both_languages() {
    let mut wrong = Vec::new();
    for path in files("docs/errors", "md") {
        let page = fs::read_to_string(&path).unwrap();
        let slug = path.file_stem().unwrap().to_string_lossy().into_owned();
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        let chinese =
            page.split("## 中文").nth(1).is_some_and(|text| text.chars().filter(|c| ('\u{4E00}'..='\u{9FFF}').contains(c)).count() >= 20);
        if !page.starts_with(&format!("# {slug}\n")) || headings != ["## Wrong", "## Right", "## 中文"] || !chinese {
            wrong.push(format!("{}: {headings:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_problem_outside_the_list_is_about_text() {
    let declared = slugs();
    let listed: BTreeSet<&str> = NOT_ABOUT_TEXT.iter().map(|(slug, _)| *slug).collect();
    assert_eq!(listed.len(), NOT_ABOUT_TEXT.len(), "a slug is listed twice");
    let gone: Vec<_> = listed.iter().filter(|slug| !declared.contains_key(**slug)).collect();
    assert!(gone.is_empty(), "no such problems: {gone:?}");
    assert!(root().join("docs/errors").is_dir());
}

#[test]
fn the_checker_lists_the_problems_the_pages_are_about() {
    let declared = slugs();
    for kind in strat::check::problems::all() {
        let places = &declared[kind.slug];
        assert!(places.iter().any(|place| place.starts_with("src/check/problems/")), "{}: {places:?}", kind.slug);
    }
}
