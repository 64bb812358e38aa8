//! A run that is killed leaves the previous results and a ledger that can be gone on with.

use super::{Tree, assert_exit, assert_same, command, copy_tree, example, read_tree, results, run};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const NAME: &str = "first_100_rate_uplift";
const NEXT_DAY: &str = "2025-07-02 00:00";

/// Results and ledger in a folder.
fn state(folder: &Path) -> (Tree, Vec<u8>) {
    let ledger = read_tree(&folder.join("ledger"));
    (results(&folder.join("out")), ledger["runs.csv"].clone())
}

fn next_day(folder: &Path) -> std::process::Output {
    run(&example(NAME), &folder.join("out"), &["--ledger", folder.join("ledger").to_str().unwrap(), "--as-of", NEXT_DAY])
}

#[test]
fn a_killed_run_loses_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (before, after) = (place.path().join("before"), place.path().join("after"));
    assert_exit(&run(&example(NAME), &before.join("out"), &["--ledger", before.join("ledger").to_str().unwrap()]), 0);
    copy_tree(&before, &after);
    let started = Instant::now();
    assert_exit(&next_day(&after), 0);
    let whole = started.elapsed();
    let (old, new) = (state(&before), state(&after));
    assert_ne!(old, new);
    // Delays go round the length of a whole run in steps that share no factor with it.
    for attempt in 0_u32..10 {
        let folder = place.path().join(format!("attempt-{attempt}"));
        copy_tree(&before, &folder);
        kill_after(whole * (attempt * 7 % 11) / 10 + Duration::from_millis(5), &folder);
        let (found, record) = state(&folder);
        let outputs = if found == old.0 { &old.0 } else { &new.0 };
        assert_same(&found, outputs, &format!("attempt {attempt}"));
        assert!(record == old.1 || record == new.1, "attempt {attempt}: the record of the ledger is neither old nor new");
        assert!(found == old.0 || record == new.1, "attempt {attempt}: results are there before their rows in the ledger");
        assert_exit(&next_day(&folder), 0);
        assert_same(&state(&folder).0, &new.0, &format!("attempt {attempt}, run again"));
        assert_eq!(state(&folder).1, new.1, "attempt {attempt}, run again");
        let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "attempt {attempt} leaves {left:?}");
    }
}

fn kill_after(delay: Duration, folder: &Path) {
    let (project, out, ledger) = (example(NAME), folder.join("out"), folder.join("ledger"));
    let words = ["run".as_ref(), project.as_os_str(), "--out".as_ref(), out.as_os_str(), "--ledger".as_ref(), ledger.as_os_str()];
    let words: Vec<&OsStr> = words.into_iter().chain(["--as-of", NEXT_DAY].map(OsStr::new)).collect();
    let mut child = command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    let _ = child.kill();
    child.wait().unwrap();
}
