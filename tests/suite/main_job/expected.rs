//! The rows of `expected/`, and those of the interpreter.

use super::super::examples;
use super::{EXAMPLES, cut, example, list, plain};
use std::fs;
use strat::interp::Interpreter;
use strat::ir::{Moment, Output};

fn words(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| (*column).to_string()).collect()
}

#[test]
fn every_example_gives_its_expected_lists() {
    for name in EXAMPLES {
        for file in ["actions.csv", "exclusions.csv", "assignments.csv"] {
            let Ok(expected) = fs::read(example(name).join("expected").join(file)) else {
                assert_eq!(name, "berka");
                continue;
            };
            let (columns, mut rows) = list(&expected);
            rows.sort();
            assert_eq!(cut(&plain(name)[file], &columns), rows, "{name}/{file}: found, then expected, columns {columns:?}");
        }
    }
}

#[test]
fn the_bank_of_berka_has_its_expected_counts() {
    let manifest: serde_json::Value = serde_json::from_slice(&plain("berka")["manifest.json"]).unwrap();
    let expected = super::super::berka::expected("standin");
    let watch = |name: &str| manifest["watches"].as_array().unwrap().iter().find(|watch| watch["name"] == name).unwrap();
    for segment in ["pensioner", "troubled", "open_now"] {
        let counts = watch(&format!("segment {segment}"));
        assert_eq!(counts["counts"][1], serde_json::json!(["true", expected[segment]]), "{segment}");
    }
    for tiers in ["worth", "standing"] {
        for label in watch(&format!("tiers {tiers}"))["counts"].as_array().unwrap() {
            let wanted = expected[tiers].get(label[0].as_str().unwrap()).and_then(serde_json::Value::as_u64).unwrap_or(0);
            assert_eq!(label[1].as_u64(), Some(wanted), "{tiers} {}", label[0]);
        }
    }
    for strategy in ["pension_savings", "wake_up"] {
        for (arm, count) in expected[strategy]["arms"].as_object().unwrap() {
            let rows = cut(&plain("berka")["assignments.csv"], &words(&["experiment", "arm"]));
            let found = rows.iter().filter(|row| row[0] == strategy && row[1] == *arm).count();
            assert_eq!(Some(found as u64), count.as_u64(), "{strategy} {arm}");
        }
    }
}

#[test]
fn frames_and_interpreter_agree_on_the_examples() {
    for (name, as_of) in EXAMPLES.into_iter().map(|name| (name, if name == "berka" { "1994-04-01 00:00" } else { "2025-07-01 00:00" })) {
        let program = examples::program(name);
        let snapshot = examples::load(&program, &example(name).join("data"));
        let previous = (name == "nps_closed_loop").then(|| examples::instant("2025-06-30 00:00"));
        let moment = Moment { as_of: examples::instant(as_of), previous };
        let outcome = Interpreter::new(&program, &snapshot, moment).run();
        let files: [(Output, &str, &[&str]); 3] = [
            (
                Output::Actions,
                "actions.csv",
                &["strategy_id", "unit_id", "arm", "channel", "offer_id", "template_id", "message", "assignee_id"],
            ),
            (Output::Exclusions, "exclusions.csv", &["strategy_id", "unit_id", "stage", "rule"]),
            (Output::Assignments, "assignments.csv", &["experiment", "unit_id", "arm", "bucket"]),
        ];
        for (output, file, columns) in files {
            let columns = words(columns);
            assert_eq!(cut(&plain(name)[file], &columns), examples::rows(&program, &outcome, output, &columns), "{name}/{file}");
        }
    }
}
