//! Programs with tests, one file per construct: the tests hold, and both engines say the same about every subject they give.

#[cfg(feature = "engine")]
mod engines;

use crate::guards::source_text::root;
use std::fs;
use std::path::PathBuf;
use strat::check::{Checked, StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::interp::explain::{explain, render as explained};
use strat::interp::test::run_test;
use strat::interp::{Interpreter, Snapshot};
use strat::ir::Moment;

/// The programs of this folder, name and text.
pub fn programs() -> Vec<(String, String)> {
    let folder = root().join("tests/suite/blocks");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let programs = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "strat"));
    programs.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_block_checks_and_its_tests_hold() {
    for (name, text) in programs() {
        let Checked { sources, mut problems, program: _, tests } = check(&name, &text, &StandardOnly);
        problems.extend(tests.iter().flat_map(|(program, test)| run_test(program, test).failures).map(|failure| failure.problem()));
        assert!(problems.is_empty(), "{}", render(Format::Human, &problems, &sources, &Options::default()));
        assert!(!tests.is_empty(), "{name} has no test");
    }
}

/// What `strat explain` prints about a subject of the first test of a program of this folder.
pub fn explanation(file: &str, subject: &str) -> String {
    let (_, text) = programs().into_iter().find(|(name, _)| name == file).unwrap();
    let Checked { sources, tests, .. } = check(file, &text, &StandardOnly);
    let (program, test) = tests.first().unwrap();
    let snapshot = Snapshot::from_tests(&test.tables);
    let interpreter = Interpreter::new(program, &snapshot, Moment { as_of: test.as_of, previous: test.previous });
    let found = explain(program, &interpreter, subject).unwrap();
    explained(&found, Some(&sources), strat::diag::Language::English)
}

#[test]
fn an_explanation_shows_the_points_that_counted() {
    let page = explanation("score.strat", "B");
    for part in ["score worth \"价值评分\": 3", "+10 资产在5万以上", "-8 未成年", "+1"] {
        assert!(page.contains(part), "{page}");
    }
    assert!(!page.contains("+5 持有三个以上产品"), "{page}");
}

#[test]
fn a_stale_score_says_when_it_was_computed() {
    let page = explanation("model.strat", "B");
    for part in
        ["model churn \"流失分\": missing", "last_scored \"最近打分\": 2025-05-01 00:00", "segment unscored_now \"没有新分数\": true"]
    {
        assert!(page.contains(part), "{page}");
    }
}

#[test]
fn a_cohort_writes_its_members_once() {
    let (_, text) = programs().into_iter().find(|(name, _)| name == "cohort.strat").unwrap();
    let Checked { tests, .. } = check("cohort.strat", &text, &StandardOnly);
    let rows = |at: usize| {
        let (program, test) = &tests[at];
        let snapshot = Snapshot::from_tests(&test.tables);
        let run = Interpreter::new(program, &snapshot, Moment { as_of: test.as_of, previous: test.previous }).run();
        let cohorts = program.find_table("cohorts").unwrap();
        let written =
            program.emissions.iter().zip(run.emissions).filter(|(emission, _)| emission.output == strat::ir::Output::Ledger(cohorts));
        written.flat_map(|(_, rows)| rows).map(|row| format!("{:?}", row.fields)).collect::<Vec<String>>()
    };
    let first = rows(0);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains("june") && first[0].contains("\"A\"") && first[0].contains("rich"), "{first:?}");
    assert!(rows(1).is_empty());
}

#[test]
fn deeds_write_whole_rows_and_a_bundle_gives_its_parts() {
    let (_, text) = programs().into_iter().find(|(name, _)| name == "content.strat").unwrap();
    let Checked { tests, .. } = check("content.strat", &text, &StandardOnly);
    let (program, test) = &tests[3];
    let snapshot = Snapshot::from_tests(&test.tables);
    let run = Interpreter::new(program, &snapshot, Moment { as_of: test.as_of, previous: test.previous }).run();
    let rows = |output: strat::ir::Output| {
        let written = program.emissions.iter().zip(&run.emissions).filter(|(emission, _)| emission.output == output);
        let named = written.flat_map(|(emission, rows)| rows.iter().map(|row| (emission.fields.iter().map(|(name, _)| name), row)));
        let shown = named.map(|(names, row)| {
            let cells = names
                .zip(&row.fields)
                .filter(|(name, _)| !name.ends_with("_at") && *name != "ts" && *name != "grant_id" && *name != "lead_id");
            cells.map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<String>>().join(" ")
        });
        shown.collect::<Vec<String>>()
    };
    let ledger = |name: &str| strat::ir::Output::Ledger(program.find_table(name).unwrap());
    assert_eq!(rows(ledger("qualifications")), ["qualification=Text(\"vip_lane\") customer_id=Text(\"A\")"]);
    assert_eq!(rows(ledger("leads")), ["topic=Text(\"wealth\") status=Text(\"open\") value=Int(1200000) customer_id=Text(\"A\")"]);
    let grants = rows(strat::ir::Output::Grants).join("\n");
    for part in ["offer_id=Text(\"points\") state=Text(\"redeemed\")", "offer_id=Text(\"gift_set\")", "offer_id=Text(\"coupon\")"] {
        assert!(grants.contains(part), "{grants}");
    }
    assert_eq!(grants.matches("offer_id=Text(\"points\")").count(), 2, "{grants}");
}
