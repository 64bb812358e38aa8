//! A model from a file in whole runs.

use super::bytes::logistic;
use crate::main_job::{assert_exit, command, run};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

pub const PROGRAM: &str = include_str!("../blocks/model_file.strat");

const CUSTOMERS: &str = "customer_id,aum,quiet_days\nA,100.00,10\nB,300.00,0\nC,,5\nD,0.00,0\n";

/// A project whose model is 1 / (1 + exp(-(0.01 aum - 0.1 days))): A and D are on 0.5, B above it, C cannot be scored.
fn project(weights: &[f32]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("data")).unwrap();
    fs::write(place.path().join("data/customers.csv"), CUSTOMERS).unwrap();
    fs::write(place.path().join("churn.strat"), PROGRAM).unwrap();
    fs::write(place.path().join("churn.onnx"), logistic(weights, 0.0)).unwrap();
    fs::write(place.path().join("strat.toml"), "entry = \"churn.strat\"\ndata = \"data\"\nas_of = \"2025-07-01 00:00\"\n").unwrap();
    place
}

fn lines(place: &Path, list: &str) -> Vec<String> {
    fs::read_to_string(place.join("out").join(list)).unwrap().lines().skip(1).map(String::from).collect()
}

fn manifest(place: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(place.join("out/manifest.json")).unwrap()).unwrap()
}

fn shown(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn scores_decide_and_a_missing_input_is_counted() {
    let place = project(&[0.01, -0.1]);
    assert_exit(&run(place.path(), &place.path().join("out"), &["--forms", "csv"]), 0);
    let sent = lines(place.path(), "actions.csv");
    assert_eq!(sent.len(), 3, "{sent:?}");
    assert!(sent.iter().any(|line| line.contains("0.952574")), "{sent:?}");
    assert!(sent.iter().filter(|line| line.contains(",0.5")).count() == 2, "{sent:?}");
    let stopped = lines(place.path(), "exclusions.csv");
    assert!(stopped.len() == 1 && stopped[0].contains(",C,") && stopped[0].contains("stale_model"), "{stopped:?}");
    let manifest = manifest(place.path());
    let counted =
        manifest["watches"].as_array().unwrap().iter().find(|watch| watch["name"] == "model churn without a fresh score").unwrap();
    assert_eq!(counted["counts"], serde_json::json!([["false", 3], ["true", 1]]));
    assert_eq!(manifest["models"][0]["file"], "churn.onnx");
    assert_eq!(manifest["models"][0]["blake3"], blake3::hash(&logistic(&[0.01, -0.1], 0.0)).to_hex().to_string());
}

#[test]
fn an_explanation_and_a_count_see_the_scores_of_the_run() {
    let place = project(&[0.01, -0.1]);
    let explained = command(&[OsStr::new("explain"), OsStr::new("B"), OsStr::new("--project"), place.path().as_os_str()]).output().unwrap();
    assert!(shown(&explained).contains("0.952574"), "{}", shown(&explained));
    let counted =
        command(&[OsStr::new("count"), OsStr::new("churn >= 0.5"), OsStr::new("--project"), place.path().as_os_str()]).output().unwrap();
    assert_exit(&counted, 0);
    assert!(shown(&counted).contains('3'), "{}", shown(&counted));
}

#[test]
fn scores_of_the_same_name_from_outside_give_way() {
    let place = project(&[0.01, -0.1]);
    let rows = "customer_id,model,version,score,scored_at\nC,churn,v1,0.9,2025-06-30 00:00\nB,churn,v0,0.1,2025-06-30 00:00\n";
    fs::write(place.path().join("data/model_scores.csv"), rows).unwrap();
    assert_exit(&run(place.path(), &place.path().join("out"), &["--forms", "csv"]), 0);
    let stopped = lines(place.path(), "exclusions.csv");
    assert!(stopped.len() == 1 && stopped[0].contains(",C,"), "{stopped:?}");
}

#[test]
fn another_network_makes_another_program_and_another_run() {
    let runs: Vec<serde_json::Value> = [[0.01, -0.1], [0.02, -0.1]]
        .iter()
        .map(|weights| {
            let place = project(weights);
            assert_exit(&run(place.path(), &place.path().join("out"), &["--forms", "csv"]), 0);
            manifest(place.path())
        })
        .collect();
    assert_ne!(runs[0]["program"]["blake3"], runs[1]["program"]["blake3"]);
    assert_ne!(runs[0]["run_id"], runs[1]["run_id"]);
}

#[test]
fn days_in_a_row_are_scored_day_by_day() {
    let place = project(&[0.01, -0.1]);
    let words = ["replay", "--from", "2025-06-29", "--to", "2025-06-30"].map(OsStr::new);
    let replayed = command(&[words.as_slice(), &[place.path().as_os_str()]].concat()).output().unwrap();
    assert_exit(&replayed, 0);
    assert!(shown(&replayed).contains("2025-06-30"), "{}", shown(&replayed));
}

#[test]
fn files_that_cannot_be_run_are_named() {
    let place = project(&[0.01, -0.1]);
    fs::write(place.path().join("churn.onnx"), logistic(&[0.01], 0.0)).unwrap();
    let fewer = run(place.path(), &place.path().join("out"), &[]);
    assert_exit(&fewer, 2);
    assert!(shown(&fewer).contains("it expects 1 inputs and is given 2"), "{}", shown(&fewer));
    fs::remove_file(place.path().join("churn.onnx")).unwrap();
    let gone = run(place.path(), &place.path().join("out"), &[]);
    assert_exit(&gone, 2);
    assert!(shown(&gone).contains("unreadable-file") && shown(&gone).contains("churn.onnx"), "{}", shown(&gone));
}

#[test]
fn a_compiled_program_keeps_to_its_network() {
    let place = project(&[0.01, -0.1]);
    let compiled = place.path().join("churn.program");
    let words = [OsStr::new("compile"), place.path().as_os_str(), OsStr::new("--out"), compiled.as_os_str()];
    assert_exit(&command(&words).output().unwrap(), 0);
    fs::write(place.path().join("strat.toml"), "entry = \"churn.program\"\ndata = \"data\"\nas_of = \"2025-07-01 00:00\"\n").unwrap();
    assert_exit(&run(place.path(), &place.path().join("out"), &["--forms", "csv"]), 0);
    fs::write(place.path().join("churn.onnx"), logistic(&[0.02, -0.1], 0.0)).unwrap();
    let changed = run(place.path(), &place.path().join("out"), &["--forms", "csv"]);
    assert_exit(&changed, 2);
    assert!(shown(&changed).contains("model-file-changed"), "{}", shown(&changed));
}
