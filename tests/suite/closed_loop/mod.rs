//! The closed loop from outside: `strat evaluate` over examples and real data, on the built binary, read back from `report.json`.

mod examples;
mod pacing;
mod programme;
mod real;

use crate::main_job::{Tree, assert_exit, command, read_tree};
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

pub(super) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// `strat evaluate PROJECT --data DATA --as-of T --out OUT`; the folder as files.
pub(super) fn evaluate(project: &Path, data: &Path, as_of: &str, out: &Path, more: &[&str]) -> Tree {
    let mut words = vec![OsStr::new("evaluate"), project.as_os_str(), OsStr::new("--data"), data.as_os_str()];
    words.extend([OsStr::new("--as-of"), OsStr::new(as_of), OsStr::new("--out"), out.as_os_str()]);
    words.extend(more.iter().map(OsStr::new));
    let output = command(&words).output().unwrap();
    assert_exit(&output, 0);
    read_tree(out)
}

/// The judgement as it was written.
pub(super) fn report(tree: &Tree) -> Value {
    serde_json::from_slice(&tree["report.json"]).unwrap()
}

/// The row of a goal in an arm against another.
pub(super) fn goal<'a>(trial: &'a Value, name: &str, arm: &str, against: &str) -> &'a Value {
    let rows = trial["goals"].as_array().unwrap();
    let found = rows.iter().find(|row| row["name"] == name && row["arm"] == arm && row["against"] == against);
    found.unwrap_or_else(|| panic!("no row {name} {arm} {against} in {rows:#?}"))
}

/// A check of whether the comparison can be trusted.
pub(super) fn check<'a>(trial: &'a Value, slug: &str) -> &'a Value {
    let rows = trial["trust"].as_array().unwrap();
    rows.iter().find(|row| row["slug"] == slug).unwrap_or_else(|| panic!("no check {slug} in {rows:#?}"))
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}
