//! Worked cases of statistical methods, computed with independent packages, run through the public functions of `evaluate`.
//!
//! The file of cases is named by the environment variable `STRAT_ORACLES`; without it, `oracles/stats_vectors.json` in the
//! folder `shared` beside the package. Every case of every method must be run; a method nobody knows fails.

mod between;
mod compare;
pub mod files;
mod groups;
mod inputs;
mod planning;
mod value;

use compare::differences;
use inputs::Inputs;
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What a method answers to its inputs, in the keys of the file.
type Method = fn(&Inputs) -> Value;

fn methods() -> BTreeMap<&'static str, Method> {
    [between::METHODS, groups::METHODS, planning::METHODS, value::METHODS].into_iter().flatten().copied().collect()
}

fn file_of_cases() -> PathBuf {
    match std::env::var_os("STRAT_ORACLES") {
        Some(named) => PathBuf::from(named),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/oracles/stats_vectors.json"),
    }
}

/// `None` where the method panics: one broken case must not hide the others.
fn attempt(method: Method, inputs: &Inputs) -> Option<Value> {
    catch_unwind(AssertUnwindSafe(|| method(inputs))).ok()
}

/// One line per failing number; the count of cases run per method.
fn run(text: &str) -> (Vec<String>, BTreeMap<String, usize>) {
    let file: Value = serde_json::from_str(text).expect("the file of cases is JSON");
    let known = methods();
    let mut failures = Vec::new();
    let mut ran: BTreeMap<String, usize> = BTreeMap::new();
    for case in file["cases"].as_array().expect("the file has cases") {
        let (id, method) = (case["id"].as_str().unwrap_or("?"), case["method"].as_str().unwrap_or("?"));
        let Some(answer) = known.get(method) else {
            failures.push(format!("{id}: nobody knows the method `{method}`"));
            continue;
        };
        *ran.entry(method.to_owned()).or_default() += 1;
        let inputs = Inputs::new(&case["inputs"], &case["expected"]);
        let Some(got) = attempt(*answer, &inputs) else {
            failures.push(format!("{id}: the method panicked"));
            continue;
        };
        let (relative, absolute) = (case["tolerance"]["rel"].as_f64().unwrap_or(0.0), case["tolerance"]["abs"].as_f64().unwrap_or(0.0));
        failures.extend(differences(&case["expected"], &got, relative, absolute).into_iter().map(|line| format!("{id}{line}")));
    }
    for method in file["methods"].as_object().map(|methods| methods.keys()).into_iter().flatten() {
        if !ran.contains_key(method) {
            failures.push(format!("{method}: no case of this method was run"));
        }
    }
    (failures, ran)
}

#[test]
fn every_worked_case_passes_within_its_tolerance() {
    let path = file_of_cases();
    let Ok(text) = std::fs::read_to_string(&path) else {
        assert!(std::env::var_os("STRAT_ORACLES").is_none(), "no file of cases at {}", path.display());
        println!("skipped: no file of worked cases; name one with STRAT_ORACLES");
        return;
    };
    let (failures, ran) = run(&text);
    let cases: usize = ran.values().sum();
    println!("{cases} cases of {} methods", ran.len());
    assert!(failures.is_empty(), "{} numbers differ:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_harness_can_fail() {
    let case = |method: &str, expected: &str| {
        format!(
            r#"{{"methods": {{"psi": ""}}, "cases": [{{"id": "c", "method": "{method}", "tolerance": {{"rel": 1e-8, "abs": 0}},
                "inputs": {{"expected_counts": [10, 10], "actual_counts": [12, 8], "floor": 0.0001}}, "expected": {expected}}}]}}"#
        )
    };
    let lines = |method: &str, expected: &str| run(&case(method, expected)).0;
    assert!(lines("psi", r#"{"psi": 0.0405465108108164}"#).is_empty());
    assert_eq!(lines("psi", r#"{"psi": 0.04054652}"#).len(), 1);
    assert_eq!(lines("psi", r#"{"psi": null}"#).len(), 1);
    assert_eq!(lines("psi", r#"{"per_bin": [0.0]}"#).len(), 1);
    assert_eq!(lines("psi", r#"{"unheard": 1}"#).len(), 1);
    assert_eq!(attempt(|_| panic!("a broken method"), &Inputs::new(&Value::Null, &Value::Null)), None);
    // Unknown, and therefore also no case of `psi`.
    assert_eq!(lines("astrology", r#"{"psi": 1}"#).len(), 2);
}
