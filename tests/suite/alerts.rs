//! Alerts over the answers of the scenario: a fall, too few answers, nothing to say.

use super::examples::{instant, load, rows};
use super::main_job::{assert_exit, cut, read_tree, run};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use strat::check::{StandardOnly, check};
use strat::interp::Interpreter;
use strat::ir::{Moment, Output};

const PROGRAM: &str = "use std.schema
subject surveys

param fall = 10 in 5 .. 30

metric monthly_nps \"月度净推荐值\" = nps(nps, previous month, at least LEAST) by journey, branch_id
alert nps_falls \"净推荐值下滑\" when monthly_nps <= previous(monthly_nps) - fall to owner
";

const JUNE: [&str; 10] = ["10", "9", "9", "10", "9", "8", "7", "6", "3", "0"];

/// May at +32 of forty, June at +20 of ten for the loans of B1; B2 did not fall; B3 has no branch.
fn surveys() -> String {
    let mut out = String::from("survey_id,customer_id,branch_id,journey,sent_at,answered_at,nps\n");
    let mut number = 0;
    let mut row = |branch: &str, month: &str, nps: &str| {
        number += 1;
        writeln!(out, "V{number:03},C1,{branch},loan_application,2025-{month}-10 09:00:00,,{nps}").unwrap();
    };
    // 40 answers: 21 promoters, 11 passive, 8 detractors are (21 - 8) / 40 = 32.5.
    (0..21).for_each(|_| row("B1", "05", "9"));
    (0..11).for_each(|_| row("B1", "05", "7"));
    (0..8).for_each(|_| row("B1", "05", "2"));
    JUNE.iter().for_each(|nps| row("B1", "06", nps));
    // A survey without an answer is no answer.
    row("B1", "06", "");
    for month in ["05", "06"] {
        (0..12).for_each(|_| row("B2", month, "9"));
    }
    (0..12).for_each(|_| row("", "05", "9"));
    (0..12).for_each(|_| row("", "06", "0"));
    out
}

fn project(folder: &Path, least: &str) {
    fs::create_dir_all(folder.join("data")).unwrap();
    fs::write(folder.join("watch.strat"), PROGRAM.replace("LEAST", least)).unwrap();
    fs::write(folder.join("data/surveys.csv"), surveys()).unwrap();
    fs::write(folder.join("data/customers.csv"), "customer_id,open_date,status,is_employee\nC1,2020-01-01,active,false\n").unwrap();
    let settings = "entry = \"watch.strat\"\ndata = \"data\"\nas_of = \"2025-07-01 00:00\"\nzone = \"Asia/Shanghai\"\ncurrency = \"CNY\"\n";
    fs::write(folder.join("strat.toml"), settings).unwrap();
}

/// State, group, value, n, value before, n before and reason of every row, of a run and of the interpreter, which must agree.
fn alerts(least: &str) -> Vec<Vec<String>> {
    let place = tempfile::tempdir().unwrap();
    project(place.path(), least);
    let out = place.path().join("out");
    assert_exit(&run(place.path(), &out, &[]), 0);
    let columns: Vec<String> = ["state", "group", "value", "n", "before", "n_before", "reason"].map(String::from).to_vec();
    let found = cut(&read_tree(&out)["alerts.csv"], &columns);
    let program = check("watch.strat", &PROGRAM.replace("LEAST", least), &StandardOnly).program.unwrap();
    let snapshot = load(&program, &place.path().join("data"));
    let outcome = Interpreter::new(&program, &snapshot, Moment { as_of: instant("2025-07-01 00:00"), previous: None }).run();
    assert_eq!(found, rows(&program, &outcome, Output::Alerts, &columns));
    found
}

fn words(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_string()).collect()
}

#[test]
fn a_fall_on_enough_answers_is_raised() {
    let group = "journey = loan_application, branch_id = B1";
    let reason = "monthly_nps <= previous(monthly_nps) - fall";
    assert_eq!(alerts("10"), [words(&["raised", group, "20", "10", "32.5", "40", reason])]);
}

#[test]
fn too_few_answers_raise_nothing_and_say_so() {
    let group = |branch: &str| format!("journey = loan_application, branch_id = {branch}");
    let found = alerts("30");
    assert_eq!(found[0], words(&["too_few", &group("B1"), "", "10", "32.5", "40", "n = 10 < 30"]));
    assert_eq!(found[1], words(&["too_few", &group("B2"), "", "12", "", "12", "n = 12 < 30 n_before = 12 < 30"]));
    assert_eq!(found.len(), 2, "a survey of no branch is in no group: {found:?}");
}

#[test]
fn a_comparison_says_what_each_version_takes() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/strategy_compare");
    let place = tempfile::tempdir().unwrap();
    let output = run(&example, &place.path().join("out"), &[]);
    assert_exit(&output, 0);
    let readme = fs::read_to_string(example.join("README.md")).unwrap();
    let promised = &readme[readme.find("comparison of").unwrap()..];
    let promised = promised.split("```").next().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains(promised), "{shown}");
}
