//! The README does what it says: every command is run, and what it prints is compared.

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// A folder that looks like a fresh clone as far as commands can see.
fn clone() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples"), &folder.path().join("examples"));
    copy(&root().join("tests/cases/readme"), &folder.path().join("tests/cases/readme"));
    folder
}

/// The words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out.retain(|word| !word.is_empty());
    out
}

fn run(command: &str, folder: &Path) -> (String, bool) {
    let arguments = command.strip_prefix("cargo run -- ").unwrap_or_else(|| panic!("not a command of ours: {command}"));
    let mut strat = Command::new(env!("CARGO_BIN_EXE_strat"));
    strat.args(words(arguments)).current_dir(folder).env("STRAT_LANG", "en").env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    let output = strat.output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

/// Blocks of one kind, in order.
fn blocks<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let open = format!("```{word}\n");
    text.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn commands_print_what_the_readme_shows() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let folder = clone();
    let shown = blocks(&readme, "console");
    assert!(shown.len() >= 4, "the README shows its output");
    for block in shown {
        let (command, expected) = block.split_once('\n').unwrap();
        let (printed, _) = run(command.strip_prefix("$ ").unwrap(), folder.path());
        assert_eq!(printed, expected, "{command}");
    }
}

#[test]
#[cfg(feature = "engine")]
fn the_first_command_ends_with_the_action_list() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let command = blocks(&readme, "sh").into_iter().find(|block| block.contains(" demo ")).unwrap().trim();
    let folder = clone();
    let (printed, worked) = run(command, folder.path());
    assert!(worked, "{printed}");
    let list = printed.split("assignments in").nth(1).unwrap();
    assert!(list.contains("customer_id") && list.contains("first_100") && list.contains("个名额"), "{printed}");
}

#[test]
fn the_program_of_the_front_page_is_the_example() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let example = fs::read_to_string(root().join("examples/wake_up/wake_up.strat")).unwrap();
    assert_eq!(blocks(&readme, "strat"), [example]);
}

#[test]
fn the_test_command_is_the_one_that_every_change_must_pass() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let script = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(blocks(&readme, "sh").iter().any(|block| block.trim() == "cargo test"));
    assert!(script.lines().any(|line| line.trim() == "cargo test"));
}

/// Commands of a block, those split over lines with a backslash in one.
fn commands(block: &str) -> Vec<String> {
    let joined = block.replace("\\\n", " ");
    joined
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// The language of each fenced block, in order.
fn fences(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("```")).step_by(2).collect()
}

/// Every block in the README of an example is a command that works, or a command with what it prints. Blocks share one folder, so a
/// later one may go on where an earlier one ended.
#[test]
#[cfg(feature = "engine")]
fn every_block_in_the_readmes_of_the_examples_is_true() {
    let mut shown = 0;
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        // A bank of 50,000 customers takes minutes; the demo runs the same program over a small one.
        if folder.ends_with("sample_bank") {
            continue;
        }
        let page = folder.join("README.md");
        let text = fs::read_to_string(&page).unwrap();
        let place = clone();
        let (mut console, mut plain) = (blocks(&text, "console").into_iter(), blocks(&text, "sh").into_iter());
        for fence in fences(&text) {
            match fence {
                "console" => {
                    let (command, expected) = console.next().unwrap().split_once('\n').unwrap();
                    let (printed, _) = run(command.strip_prefix("$ ").unwrap(), place.path());
                    assert_eq!(printed, expected, "{}: {command}", page.display());
                    shown += 1;
                }
                "sh" => {
                    for command in commands(plain.next().unwrap()) {
                        let (printed, worked) = run(&command, place.path());
                        assert!(worked, "{}: {command}\n{printed}", page.display());
                    }
                }
                other => panic!("{}: a block of `{other}` says nothing that can be checked", page.display()),
            }
        }
    }
    assert!(shown >= 2, "the examples show what they print");
}
