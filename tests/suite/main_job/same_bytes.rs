//! Equal inputs give equal bytes, whatever the order of rows, the number of threads, the form of the program or the number of runs.

use super::{EXAMPLES, Tree, assert_exit, assert_same, command, copy_tree, example, lists, plain, read_tree, results, run};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// A project folder whose data are a copy of an example's.
fn copied(name: &str, to: &Path) {
    copy_tree(&example(name), to);
}

/// Turns every file of rows round and takes every third row first; no cell of the examples holds a line break.
fn shuffle(folder: &Path) {
    for (name, bytes) in read_tree(folder) {
        let text = String::from_utf8(bytes).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let rows: Vec<&str> = rows.lines().rev().collect();
        let mixed: Vec<&str> = (0..3).flat_map(|part| rows.iter().skip(part).step_by(3).copied()).collect();
        fs::write(folder.join(name), format!("{header}\n{}\n", mixed.join("\n"))).unwrap();
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    for name in EXAMPLES {
        let place = tempfile::tempdir().unwrap();
        let (project, out) = (place.path().join("project"), place.path().join("out"));
        copied(name, &project);
        shuffle(&project.join("data"));
        assert_exit(&run(&project, &out, &[]), 0);
        let found = results(&out);
        assert_eq!(lists(&found), lists(plain(name)), "{name}");
        assert_eq!(watches(&found), watches(plain(name)), "{name}");
    }
}

fn watches(tree: &Tree) -> serde_json::Value {
    let manifest: serde_json::Value = serde_json::from_slice(&tree["manifest.json"]).unwrap();
    manifest["watches"].clone()
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for name in EXAMPLES {
        for threads in ["1", "2"] {
            let place = tempfile::tempdir().unwrap();
            let (project, out) = (example(name), place.path().join("out"));
            let words = [OsStr::new("run"), project.as_os_str(), OsStr::new("--out"), out.as_os_str()];
            assert_exit(&command(&words).env("POLARS_MAX_THREADS", threads).output().unwrap(), 0);
            assert_same(&results(&out), plain(name), &format!("{name} with {threads} threads"));
        }
    }
}

#[test]
fn a_compiled_program_gives_the_same_bytes() {
    for name in EXAMPLES {
        let place = tempfile::tempdir().unwrap();
        let (project, out) = (place.path().join("project"), place.path().join("out"));
        copied(name, &project);
        let compiled = project.join("program.bin");
        let words = [OsStr::new("compile"), project.as_os_str(), OsStr::new("--out"), compiled.as_os_str()];
        assert_exit(&command(&words).output().unwrap(), 0);
        fs::remove_file(project.join(format!("{name}.strat"))).unwrap();
        let settings = fs::read_to_string(project.join("strat.toml")).unwrap().replace(&format!("{name}.strat"), "program.bin");
        fs::write(project.join("strat.toml"), settings).unwrap();
        assert_exit(&run(&project, &out, &[]), 0);
        assert_same(&results(&out), plain(name), name);
    }
}

#[test]
fn a_second_run_of_the_same_moment_changes_nothing() {
    for name in EXAMPLES {
        let place = tempfile::tempdir().unwrap();
        let (out, ledger) = (place.path().join("out"), place.path().join("ledger"));
        let words = ["--ledger", ledger.to_str().unwrap()];
        assert_exit(&run(&example(name), &out, &words), 0);
        let (first, first_ledger) = (results(&out), read_tree(&ledger));
        assert!(first_ledger.contains_key("runs.csv"));
        for _ in 0..2 {
            assert_exit(&run(&example(name), &out, &words), 0);
            assert_same(&results(&out), &first, name);
            assert_same(&read_tree(&ledger), &first_ledger, name);
        }
    }
}
