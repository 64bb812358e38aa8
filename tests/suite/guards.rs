//! Rules about the source itself: who may use whom, how long things get, what must not be written.

pub mod pages;
pub mod source_text;

use source_text::{SourceText, block_end, files, relative, root, sources};
use std::fs;

/// Rooms from low to high; a room uses only itself and rooms before it.
const ROOMS: &[&str] = &[
    "source", "diag", "types", "syntax", "ir", "builtins", "evaluate", "network", "stdlib", "check", "tune", "interp", "engine", "sql",
    "sample", "report", "cli",
];

/// Files that may name a hash map, each with the reason why its order cannot leak.
const HASH_MAPS_ALLOWED: &[(&str, &str)] = &[];

/// Files of the library that may touch the outside world, each with the reason.
const OUTSIDE_WORLD_ALLOWED: &[(&str, &str)] = &[];

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 60;
/// Bytes; the pages of the language are a tenth of it.
const LARGEST_COMMITTED: u64 = 500_000;

fn assert_none(rule: &str, offenders: &[String]) {
    assert!(offenders.is_empty(), "{rule}:\n{}", offenders.join("\n"));
}

/// `src/check/tiers.rs` and `src/check.rs` are the room `check`; `src/lib.rs` and `src/main.rs` are none.
fn room(path: &str) -> Option<&str> {
    let first = path.strip_prefix("src/")?.split('/').next()?;
    let name = first.strip_suffix(".rs").unwrap_or(first);
    if matches!(name, "lib" | "main") { None } else { Some(name) }
}

/// The first words after every `crate::`, groups in braces taken apart.
fn used_rooms(source: &SourceText) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for start in ["crate::", "strat::"] {
        for (at, _) in source.code.match_indices(start) {
            if source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &source.code[at + start.len()..];
            for part in first_words(rest) {
                found.push((source.line(at), part));
            }
        }
    }
    found
}

fn first_words(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = rest.strip_prefix('{') else { return vec![word(rest)] };
    let mut depth = 0_usize;
    let mut words = vec![word(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => words.push(word(&group[at + 1..])),
            _ => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn rooms_use_only_rooms_below_them() {
    let height = |name: &str| ROOMS.iter().position(|room| *room == name);
    let mut offenders = Vec::new();
    for source in sources() {
        let Some(own) = room(&source.path) else { continue };
        let Some(own_height) = height(own) else {
            offenders.push(format!("{}: the room `{own}` has no place in the order of rooms", source.path));
            continue;
        };
        for (line, used) in used_rooms(&source) {
            if height(&used).is_some_and(|used_height| used_height > own_height) {
                offenders.push(format!("{}:{line}: `{own}` must not use `{used}`", source.path));
            }
        }
    }
    assert_none("a room uses a higher one", &offenders);
}

#[test]
fn files_stay_short() {
    let mut offenders = Vec::new();
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        let lines = fs::read_to_string(&path).expect("a source file is UTF-8").lines().count();
        if lines > LONGEST_FILE {
            offenders.push(format!("{}: {lines} lines", relative(&path)));
        }
    }
    assert_none("a file is too long", &offenders);
}

/// `path:line: name, n lines` of every function longer than allowed.
fn long_functions(source: &SourceText) -> Vec<String> {
    let mut offenders = Vec::new();
    for (at, _) in source.code.match_indices("fn ") {
        if source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &source.code[at..];
        let Some(open) = rest.find('{') else { continue };
        // `fn name(…);` in a trait and `fn(…)` types have no body of their own.
        if rest[..open].contains(';') {
            continue;
        }
        let lines = source.code[at..block_end(&source.code, at + open)].matches('\n').count() + 1;
        if lines > LONGEST_FUNCTION {
            let name: String = rest["fn ".len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            offenders.push(format!("{}:{}: {name}, {lines} lines", source.path, source.line(at)));
        }
    }
    offenders
}

#[test]
fn functions_stay_short() {
    let offenders: Vec<String> = sources().iter().flat_map(long_functions).collect();
    assert_none("a function is too long", &offenders);
}

#[test]
fn nothing_panics_on_purpose() {
    let forbidden = [".unwrap()", ".expect(", "panic!", "todo!", "dbg!", "unimplemented!"];
    let offenders: Vec<String> =
        sources().iter().flat_map(|source| forbidden.iter().flat_map(|word| source.places(word)).collect::<Vec<_>>()).collect();
    assert_none("a way to panic outside tests", &offenders);
}

#[test]
fn no_order_leaks_from_hash_maps() {
    let forbidden = ["HashMap", "HashSet"];
    let offenders: Vec<String> = sources()
        .iter()
        .filter(|source| !HASH_MAPS_ALLOWED.iter().any(|(path, _)| *path == source.path))
        .flat_map(|source| forbidden.iter().flat_map(|word| source.places(word)).collect::<Vec<_>>())
        .collect();
    assert_none("a hash map", &offenders);
}

#[test]
fn the_library_never_touches_the_outside_world() {
    let forbidden = [
        "println!",
        "eprintln!",
        "print!",
        "eprint!",
        "std::env::",
        "std::fs",
        "std::process",
        "SystemTime",
        "Instant::now",
        "Utc::now",
        "Local::now",
    ];
    let offenders: Vec<String> = sources()
        .iter()
        .filter(|source| !matches!(room(&source.path), None | Some("cli")))
        .filter(|source| !OUTSIDE_WORLD_ALLOWED.iter().any(|(path, _)| *path == source.path))
        .flat_map(|source| forbidden.iter().flat_map(|word| source.places(word)).collect::<Vec<_>>())
        .collect();
    assert_none("the library prints, or reads clock, environment or disk", &offenders);
}

#[test]
fn modules_have_names_that_say_something() {
    let forbidden = ["utils", "util", "helpers", "helper", "common", "misc"];
    let named = |path: &str| path.split(['/', '.']).any(|part| forbidden.contains(&part));
    let offenders: Vec<String> =
        files("src", "rs").iter().chain(&files("tests", "rs")).map(|path| relative(path)).filter(|path| named(path)).collect();
    assert_none("a module name that says nothing", &offenders);
}

#[test]
fn no_test_is_switched_off() {
    let attribute = format!("#[{}", "ignore");
    let switched_off = |path: &std::path::PathBuf| fs::read_to_string(path).is_ok_and(|text| text.contains(&attribute));
    let offenders: Vec<String> =
        files("src", "rs").into_iter().chain(files("tests", "rs")).filter(switched_off).map(|path| relative(&path)).collect();
    assert_none("a test that is never run", &offenders);
}

/// Committed text files; when this is not a checkout, the folders a checkout has.
fn committed() -> Vec<String> {
    let listed = std::process::Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output();
    match listed {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            String::from_utf8_lossy(&output.stdout).split('\u{0}').filter(|path| !path.is_empty()).map(String::from).collect()
        }
        Ok(_) | Err(_) => ["src", "tests", "docs", "stdlib", "examples", "grammar", "benches"]
            .iter()
            .flat_map(|folder| ["rs", "md", "strat", "toml", "pest"].map(|ending| files(folder, ending)).concat())
            .map(|path| relative(&path))
            .collect(),
    }
}

#[test]
fn nothing_large_is_committed() {
    let size = |path: &String| fs::metadata(root().join(path)).map_or(0, |data| data.len());
    let offenders: Vec<String> = committed().into_iter().filter(|path| size(path) > LARGEST_COMMITTED).collect();
    assert_none("a file is too large for the project", &offenders);
}

#[test]
fn no_path_of_one_machine_is_committed() {
    let folders = ["work", "root", "tmp", "home"].map(|name| format!("/{name}/"));
    let opens = |before: Option<char>| before.is_none_or(|c| c.is_whitespace() || "\"'`(=:<[,".contains(c));
    let mut offenders = Vec::new();
    for path in committed() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            for folder in &folders {
                if line.match_indices(folder).any(|(at, _)| opens(line[..at].chars().next_back())) {
                    offenders.push(format!("{path}:{}: {folder}", number + 1));
                }
            }
        }
    }
    assert_none("a path of one machine", &offenders);
}

#[test]
fn groups_and_lifetimes_do_not_fool_the_guards() {
    assert_eq!(first_words("{source::Span, diag::{Problem, tidy}, check}"), ["source", "diag", "check"]);
    assert_eq!(first_words("syntax::ast::File"), ["syntax"]);
    assert_eq!(room("src/check/tiers.rs"), Some("check"));
    assert_eq!(room("src/main.rs"), None);
}
