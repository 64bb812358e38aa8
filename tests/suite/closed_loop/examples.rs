//! Examples carried through to their outcomes: known effects are found, and the worked table of two versions is printed digit by digit.

use super::{check, evaluate, example, goal, number, report};
use crate::main_job::{Tree, command};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;

fn judged(name: &str, as_of: &str) -> (Tree, Value) {
    let out = tempfile::tempdir().unwrap();
    let tree = evaluate(&example(name), &example(name).join("outcome"), as_of, &out.path().join("report"), &[]);
    let report = report(&tree);
    (tree, report)
}

#[test]
fn the_worked_table_of_two_versions() {
    let (_, report) = judged("strategy_compare", "2025-08-01");
    let trial = report["trials"].as_array().unwrap().iter().find(|trial| trial["name"] == "wake_versions").unwrap();
    let table = &trial["versions"];
    let row =
        |arm: &str| table["rows"].as_array().unwrap().iter().find(|row| row["arm"] == arm).unwrap_or_else(|| panic!("no {arm} in {table}"));
    let rounded = |value: &Value, digits: usize| format!("{:.digits$}", number(value));
    let percent = |value: &Value, digits: usize| format!("{:.digits$}", number(value) * 100.0);
    let (control, a, b) = (row("control"), row("wake_a"), row("wake_b"));
    assert_eq!((control["n"].as_u64(), a["n"].as_u64(), b["n"].as_u64()), (Some(2000), Some(4000), Some(4000)));
    assert_eq!([control, a, b].map(|row| percent(&row["level"], 1)), ["6.0", "8.1", "9.5"]);
    assert_eq!([a, b].map(|row| percent(&row["lift"]["value"], 1)), ["35.0", "58.3"]);
    assert_eq!(
        [a, b].map(|row| [percent(&row["lift"]["lower"], 1), percent(&row["lift"]["upper"], 1)]),
        [["11.1", "67.3"], ["31.0", "95.5"]]
    );
    assert_eq!([a, b].map(|row| percent(&row["difference"]["value"], 2)), ["2.10", "3.50"]);
    assert_eq!(
        [a, b].map(|row| [percent(&row["difference"]["lower"], 2), percent(&row["difference"]["upper"], 2)]),
        [["0.71", "3.41"], ["2.08", "4.85"]]
    );
    assert_eq!([a, b].map(|row| rounded(&row["incremental"], 0)), ["84", "140"]);
    assert_eq!([a, b].map(|row| rounded(&row["cost"], 0)), ["1600", "9000"]);
    assert_eq!([a, b].map(|row| rounded(&row["per_incremental"], 2)), ["19.05", "64.29"]);
    assert_eq!([a, b].map(|row| rounded(&row["decided_by"], 0)), ["3440", "-600"]);
    assert_eq!((table["chosen"].as_str(), a["verdict"].as_str()), (Some("wake_a"), Some("chosen")));
    assert!(table["rule"].as_str().unwrap().contains("highest"), "{table}");
}

#[test]
fn a_known_effect_is_found_with_its_money() {
    let (_, report) = judged("dormant_three_waves", "2025-08-20");
    let trial = report["trials"].as_array().unwrap().iter().find(|trial| trial["name"] == "dormant_wakeup").unwrap();
    let row = goal(trial, "activation", "wake", "control");
    // Drawn with 18% and 8%.
    let (lower, upper) = (number(&row["difference"]["lower"]), number(&row["difference"]["upper"]));
    assert!(lower < 0.10 && 0.10 < upper && lower > 0.0, "{row}");
    assert_eq!(row["met"], "met", "{row}");
    assert_eq!(check(trial, "sample-ratio")["light"], "green");
    let counts = |stage: &str| trial["funnel"].as_array().unwrap().iter().find(|row| row["slug"] == stage).map(|row| row["counts"].clone());
    let arms: Vec<u64> = trial["arms"].as_array().unwrap().iter().map(|arm| arm["assigned"].as_u64().unwrap()).collect();
    assert_eq!(arms.iter().sum::<u64>(), 2400);
    assert_eq!(counts("assigned"), Some(serde_json::json!(arms)));
    let entered: u64 = trial["exposure"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|day| day["counts"].as_array().unwrap())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(entered, 2400);
}

#[test]
fn managers_keep_more_than_machines() {
    let (_, report) = judged("high_value_churn", "2025-08-01");
    let trial = report["trials"].as_array().unwrap().iter().find(|trial| trial["name"] == "retain_best").unwrap();
    for (arm, effect) in [("manager", 0.14), ("machine", 0.08)] {
        let row = goal(trial, "kept", arm, "control");
        let (lower, upper) = (number(&row["difference"]["lower"]), number(&row["difference"]["upper"]));
        assert!(lower < effect && effect < upper, "{arm}: {row}");
    }
}

#[test]
fn shuffled_rows_and_threads_change_no_byte() {
    let name = "dormant_three_waves";
    let data = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(example(name).join("outcome")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut lines = text.lines();
        let head = lines.next().unwrap();
        let mut rows: Vec<&str> = lines.collect();
        rows.reverse();
        let middle = rows.len() / 3;
        rows.rotate_left(middle);
        fs::write(data.path().join(path.file_name().unwrap()), format!("{head}\n{}\n", rows.join("\n"))).unwrap();
    }
    let (first, _) = judged(name, "2025-08-20");
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("report");
    let words = [
        OsStr::new("evaluate"),
        example(name).as_os_str().to_owned().leak(),
        OsStr::new("--data"),
        data.path().as_os_str(),
        OsStr::new("--as-of"),
        OsStr::new("2025-08-20"),
        OsStr::new("--out"),
        folder.as_os_str(),
    ];
    let output = command(&words).env("POLARS_MAX_THREADS", "1").output().unwrap();
    crate::main_job::assert_exit(&output, 0);
    let second = crate::main_job::read_tree(&folder);
    // Hashes of the input files differ, and nothing else.
    let without_inputs = |tree: &Tree| {
        let mut value = super::report(tree);
        value.as_object_mut().unwrap().remove("inputs");
        value
    };
    assert_eq!(without_inputs(&first), without_inputs(&second));
}
