//! The design drafts, where they are at hand, and own fixtures.

use super::{found, read};
use std::path::PathBuf;

fn strat_files(folder: PathBuf) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<(String, String)> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "strat"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// Own fixtures plus the drafts when the design folder stands beside the repository.
pub(super) fn samples() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = strat_files(root.join("tests/cases/syntax"));
    for place in ["../shared/design/drafts", "../../shared/design/drafts"] {
        let drafts = strat_files(root.join(place));
        if !drafts.is_empty() {
            files.extend(drafts);
            return files;
        }
    }
    println!("design drafts are not beside the repository: only own fixtures are read");
    files
}

#[test]
fn every_sample_is_read_without_problems() {
    for (name, text) in samples() {
        assert_eq!(found(&text), Vec::<String>::new(), "{name}");
        assert!(!read(&text).file.items.is_empty(), "{name}");
    }
}
