//! The main job from outside: `strat run` over the examples, on the built binary.

mod broken;
mod days;
mod expected;
mod interrupted;
mod kept;
mod questions;
mod same_bytes;
mod together;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Every example with data of its own.
const EXAMPLES: [&str; 10] = [
    "first_100_rate_uplift",
    "study_abroad_dwell",
    "rfm_octants",
    "dormant_three_waves",
    "post_loan_traffic_light",
    "nps_closed_loop",
    "berka",
    "refer_999_points",
    "high_value_churn",
    "strategy_compare",
];

/// A folder as relative paths and bytes.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

pub(crate) fn command(words: &[&OsStr]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strat"));
    for name in ["STRAT_LANG", "LC_ALL", "LANG", "NO_COLOR", "FORCE_COLOR", "POLARS_MAX_THREADS"] {
        command.env_remove(name);
    }
    command.args(words);
    if !words.contains(&OsStr::new("--lang")) {
        command.args(["--lang", "en"]);
    }
    command
}

/// `strat run PROJECT --out OUT` and more words.
pub(crate) fn run(project: &Path, out: &Path, more: &[&str]) -> Output {
    let mut words = vec![OsStr::new("run"), project.as_os_str(), OsStr::new("--out"), out.as_os_str()];
    words.extend(more.iter().map(OsStr::new));
    command(&words).output().unwrap()
}

pub(crate) fn assert_exit(output: &Output, code: i32) {
    let shown = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{shown}{}", String::from_utf8_lossy(&output.stdout));
}

pub(crate) fn read_tree(folder: &Path) -> Tree {
    let mut out = Tree::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.exists() {
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
            out.insert(name, fs::read(&path).unwrap());
        }
    }
    out
}

/// What a run wrote, without the file that tells how long it took.
pub(crate) fn results(folder: &Path) -> Tree {
    let mut tree = read_tree(folder);
    assert!(tree.remove("timings.json").is_some(), "{:?}", tree.keys());
    tree
}

/// The same files with the same bytes; names the first one that differs.
pub(crate) fn assert_same(left: &Tree, right: &Tree, what: &str) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{what}");
    for (name, bytes) in left {
        assert!(bytes == &right[name], "{what}: {name} differs");
    }
}

pub(crate) fn copy_tree(from: &Path, to: &Path) {
    for (name, bytes) in read_tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The results of one plain run of an example, made once for all tests.
fn plain(name: &'static str) -> &'static Tree {
    static RUNS: [OnceLock<Tree>; EXAMPLES.len()] = [const { OnceLock::new() }; EXAMPLES.len()];
    let at = EXAMPLES.iter().position(|known| *known == name).unwrap();
    RUNS[at].get_or_init(|| {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("out");
        assert_exit(&run(&example(name), &out, &[]), 0);
        results(&out)
    })
}

/// A list as a header and its rows.
pub(crate) fn list(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.headers().unwrap().iter().map(String::from).collect();
    (header, reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect())
}

/// Some columns of a list, rows sorted.
pub(crate) fn cut(bytes: &[u8], columns: &[String]) -> Vec<Vec<String>> {
    let (header, rows) = list(bytes);
    let places: Vec<usize> = columns.iter().map(|column| header.iter().position(|known| known == column).unwrap()).collect();
    let mut out: Vec<Vec<String>> = rows.iter().map(|row| places.iter().map(|at| row[*at].clone()).collect()).collect();
    out.sort();
    out
}

/// The lists as texts without the number of the run, which names the bytes of the inputs.
fn lists(tree: &Tree) -> BTreeMap<&str, String> {
    let manifest: serde_json::Value = serde_json::from_slice(&tree["manifest.json"]).unwrap();
    let run = manifest["run_id"].as_str().unwrap();
    let texts = tree.iter().filter(|(name, _)| name.ends_with(".csv"));
    texts.map(|(name, bytes)| (name.as_str(), String::from_utf8(bytes.clone()).unwrap().replace(run, "RUN"))).collect()
}
