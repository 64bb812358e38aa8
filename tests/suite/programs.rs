//! Every program we ship checks and passes its own tests: standard modules, examples, and each block of the documents.

use std::fs;
use std::path::{Path, PathBuf};
use strat::check::{Checked, StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::interp::test::run_test;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is wrong with a program, in the short form; empty when it checks and its tests pass.
fn complaints(name: &str, text: &str) -> String {
    let Checked { sources, mut problems, program: _, tests } = check(name, text, &StandardOnly);
    problems.retain(strat::diag::Problem::is_error);
    for (program, test) in &tests {
        problems.extend(run_test(program, test).failures.iter().map(|failure| failure.problem()));
    }
    if problems.is_empty() { String::new() } else { render(Format::Human, &problems, &sources, &Options::default()) }
}

fn assert_sound(programs: impl IntoIterator<Item = (String, String)>) {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (name, text) in programs {
        seen += 1;
        let found = complaints(&name, &text);
        if !found.is_empty() {
            wrong.push(format!("== {name}\n{found}"));
        }
    }
    assert!(seen > 0, "no program was found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn files_with(folder: &Path, ending: &str, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_with(&path, ending, out);
        } else if path.extension().is_some_and(|found| found == ending) {
            out.push(path);
        }
    }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

/// The `strat` blocks of a document that stand on their own, with the line each begins at.
fn blocks(document: &str) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut open: Option<(bool, usize, String)> = None;
    for (at, line) in document.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(word)) => open = Some((word.trim() == "strat", at + 2, String::new())),
            (Some(_), Some(_)) => out.extend(open.take().filter(|(whole, _, _)| *whole).map(|(_, line, text)| (line, text))),
            (Some((_, _, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    out
}

#[test]
fn standard_modules_check_and_pass_their_tests() {
    // Events and ledgers name tables of std.schema, which reads them.
    let modules = strat::stdlib::modules().iter().filter(|(name, _)| !["std.events", "std.ledgers"].contains(name));
    assert_sound(modules.map(|(name, text)| ((*name).to_string(), (*text).to_string())));
}

#[test]
fn standard_modules_carry_tests() {
    // The tests of events and ledgers are in std.schema.
    let without: Vec<&str> =
        strat::stdlib::modules().iter().filter(|(_, text)| !text.contains("\ntest \"")).map(|(name, _)| *name).collect();
    assert_eq!(without, ["std.events", "std.ledgers"]);
}

#[test]
fn examples_check_and_pass_their_tests() {
    let mut found = Vec::new();
    files_with(&root().join("examples"), "strat", &mut found);
    assert_sound(found.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap())));
}

#[test]
fn blocks_of_the_documents_check_and_pass_their_tests() {
    let documents = ["README.md", "docs/language.md", "docs/tutorial.md", "docs/glossary.md"];
    let programs = documents.iter().filter_map(|name| Some((name, fs::read_to_string(root().join(name)).ok()?)));
    assert_sound(programs.flat_map(|(name, text)| blocks(&text).into_iter().map(move |(line, block)| (format!("{name}:{line}"), block))));
}

/// The lints about consent and missing values speak only where something is wrong, so what we ship is silent.
#[test]
fn lints_have_nothing_to_say_about_what_we_ship() {
    let mut found = Vec::new();
    files_with(&root().join("examples"), "strat", &mut found);
    let examples = found.iter().map(|path| (shown(path), fs::read_to_string(path).unwrap()));
    let modules = strat::stdlib::modules().iter().map(|(name, text)| ((*name).to_string(), (*text).to_string()));
    for (name, text) in examples.chain(modules) {
        let problems = check(&name, &text, &StandardOnly).problems;
        let lint = problems.iter().find(|problem| ["unknown-flipped", "contact-without-consent"].contains(&problem.kind.slug));
        assert!(lint.is_none(), "{name}: {lint:?}");
    }
}
