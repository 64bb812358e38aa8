//! Equal inputs give equal bytes, whatever the order of rows, the number of threads, the form of the program or the number of runs.

use super::{EXAMPLES, Tree, assert_exit, assert_same, command, copy_tree, example, plain, read_tree, results, run};
use polars::prelude::{Column, DataFrame, ParquetWriter};
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

/// The report without its table of input files, whose bytes are what differs.
fn without_inputs(tree: &mut Tree, name: &str, from: &str, to: &str) {
    let mut text = String::from_utf8(tree[name].clone()).unwrap();
    let start = text.find(from).unwrap_or_else(|| panic!("{from} in {text}"));
    let end = start + text[start..].find(to).unwrap();
    text.replace_range(start..end, "");
    tree.insert(name.to_owned(), text.into_bytes());
}

/// A run with a ledger of its own: what it wrote, apart from the record of its input files, and the ledger.
fn kept(project: &Path) -> (Tree, Tree) {
    let place = tempfile::tempdir().unwrap();
    let (out, ledger) = (place.path().join("out"), place.path().join("ledger"));
    assert_exit(&run(project, &out, &["--ledger", ledger.to_str().unwrap()]), 0);
    let mut tree = results(&out);
    let mut manifest: serde_json::Value = serde_json::from_slice(&tree["manifest.json"]).unwrap();
    assert!(manifest["run_id"].is_string());
    assert!(manifest.as_object_mut().unwrap().remove("inputs").is_some());
    tree.insert(String::from("manifest.json"), serde_json::to_vec(&manifest).unwrap());
    without_inputs(&mut tree, "report.html", "<section id=\"inputs\">", "</section>");
    without_inputs(&mut tree, "report.md", "| 表 | 文件 |", "\n\n");
    (tree, read_tree(&ledger))
}

#[test]
fn the_order_of_rows_does_not_matter() {
    for name in EXAMPLES {
        let place = tempfile::tempdir().unwrap();
        let project = place.path().join("project");
        copied(name, &project);
        let before = kept(&project);
        shuffle(&project.join("data"));
        let after = kept(&project);
        assert_same(&after.0, &before.0, name);
        assert_same(&after.1, &before.1, &format!("ledger of {name}"));
    }
}

/// Replaces `accounts.csv` by a folder of Parquet parts with so many rows each.
fn in_parts(data: &Path, rows: usize, backwards: bool) {
    let mut reader = csv::Reader::from_path(example("first_100_rate_uplift").join("data/accounts.csv")).unwrap();
    let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut cells: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect();
    if backwards {
        cells.reverse();
    }
    let folder = data.join("accounts");
    let _ = fs::remove_dir_all(&folder);
    let _ = fs::remove_file(data.join("accounts.csv"));
    fs::create_dir_all(&folder).unwrap();
    for (at, part) in cells.chunks(rows).enumerate() {
        let cell = |row: &Vec<String>, at: usize| Some(row[at].clone()).filter(|cell| !cell.is_empty());
        let columns = header
            .iter()
            .enumerate()
            .map(|(at, name)| Column::new(name.as_str().into(), part.iter().map(|row| cell(row, at)).collect::<Vec<Option<String>>>()));
        let mut frame = DataFrame::new(part.len(), columns.collect()).unwrap();
        ParquetWriter::new(fs::File::create(folder.join(format!("part-{at}.parquet"))).unwrap()).finish(&mut frame).unwrap();
    }
}

#[test]
fn the_cut_of_parquet_into_parts_does_not_matter() {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    copied("first_100_rate_uplift", &project);
    let csv = kept(&project);
    for (rows, backwards) in [(1_000, false), (3, false), (4, true)] {
        in_parts(&project.join("data"), rows, backwards);
        let parts = kept(&project);
        assert_same(&parts.0, &csv.0, &format!("{rows} rows in a part"));
        assert_same(&parts.1, &csv.1, &format!("ledger, {rows} rows in a part"));
    }
}

#[test]
fn a_second_run_of_a_moment_with_other_data_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let (project, out, ledger) = (place.path().join("project"), place.path().join("out"), place.path().join("ledger"));
    copied("first_100_rate_uplift", &project);
    let words = ["--ledger", ledger.to_str().unwrap(), "--format", "json"];
    assert_exit(&run(&project, &out, &words), 0);
    let (first, first_ledger) = (read_tree(&out), read_tree(&ledger));
    // A salutation is part of a message and of no row of the ledger; a customer who is gone is part of both.
    let customers = project.join("data/customers.csv");
    let text = fs::read_to_string(&customers).unwrap();
    let named = text.replace("女士", "太太").replace("先生", "老板");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.remove(1);
    for other in [named, lines.join("\n")] {
        assert_ne!(other, text);
        fs::write(&customers, other).unwrap();
        let refused = run(&project, &out, &words);
        assert_exit(&refused, 4);
        assert!(String::from_utf8_lossy(&refused.stdout).contains("ledger-conflict"));
        assert_same(&read_tree(&out), &first, "outputs");
        assert_same(&read_tree(&ledger), &first_ledger, "ledger");
    }
    fs::write(&customers, text).unwrap();
    assert_exit(&run(&project, &out, &words), 0);
    assert_same(&read_tree(&ledger), &first_ledger, "ledger");
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
