//! `strat explain` and `strat count` over the examples.

use super::{assert_exit, command, example};
use std::ffi::OsStr;
use std::process::Output;

fn ask(name: &str, words: &[&str]) -> Output {
    let project = example(name);
    let mut all: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    all.extend([OsStr::new("--project"), project.as_os_str()]);
    command(&all).output().unwrap()
}

fn text_of(output: &Output) -> String {
    assert_exit(output, 0);
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output, code: i32) -> serde_json::Value {
    assert_exit(output, code);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_verdict_comes_first_with_the_rule_that_decided_it() {
    let cases = [
        ("first_100_rate_uplift", "C3", "nothing: stopped by already_invited (the offer was given before) (eligibility)"),
        ("first_100_rate_uplift", "C5", "nothing: stopped by reserve (no open place is left for it, it waits in the reserve) (quota)"),
        ("first_100_rate_uplift", "C7", "nothing: stopped by aum_below_floor \"资产不足\" (eligibility)"),
        ("first_100_rate_uplift", "C8", "nothing: stopped by rate_cap \"超利率上限\" (eligibility)"),
        ("study_abroad_dwell", "E2", "nothing: not triggered"),
        ("study_abroad_dwell", "E5", "nothing: stopped by cool_off (it was started too lately to start again) (trigger)"),
        ("study_abroad_dwell", "E8", "nothing: stopped by minor \"未成年\" (eligibility)"),
    ];
    for (name, key, verdict) in cases {
        let page = text_of(&ask(name, &["explain", key]));
        let lines: Vec<&str> = page.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| *line == "strategies").unwrap();
        assert_eq!(lines[at + 2], verdict, "{key}\n{page}");
    }
}

#[test]
fn rules_show_where_they_are_written_and_what_they_saw() {
    let page = text_of(&ask("first_100_rate_uplift", &["explain", "C7"]));
    let rule = "eligibility aum_below_floor \"资产不足\": true, stops here  first_100_rate_uplift.strat:48\n      \
                aum_now < aum_floor  [aum_now = 40,000元, aum_floor = 5万元]\n";
    assert!(page.contains(rule), "{page}");
    let page = text_of(&ask("first_100_rate_uplift", &["explain", "C5"]));
    assert!(page.contains("place in line = 2, distinct(grants) = 1]"), "{page}");
    let page = text_of(&ask("study_abroad_dwell", &["explain", "E8"]));
    assert!(page.contains("[customers.birth_date = •••, adult = 18]"), "{page}");
}

#[test]
fn explanations_for_programs_name_files_and_lines() {
    let value = json(&ask("first_100_rate_uplift", &["explain", "C8", "--format", "json", "--strategy", "first_100"]), 0);
    assert_eq!((value["subject"].as_str(), value["table"].as_str()), (Some("C8"), Some("customers")));
    let strategy = &value["strategies"][0];
    assert_eq!(strategy["absence"]["stopped"]["rule"], "rate_cap");
    let gate = strategy["gates"].as_array().unwrap().iter().find(|gate| gate["rule"] == "rate_cap").unwrap();
    assert!(gate["span"]["file"].as_str().unwrap().ends_with("first_100_rate_uplift.strat"));
    assert_eq!(gate["span"]["line"], 35);
}

#[test]
fn unknown_names_are_told_apart() {
    let cases: [(&[&str], &str); 5] = [
        (&["count", "maturing > 0元", "--by", "salutation"], "private-column"),
        (&["explain", "C99"], "unknown-subject"),
        (&["explain", "C5", "--strategy", "first_10"], "unknown-strategy"),
        (&["count", "maturing > 0元", "--by", "statu"], "unknown-group"),
        (&["count", "maturing"], "not-a-condition"),
    ];
    for (words, slug) in cases {
        let words: Vec<&str> = words.iter().copied().chain(["--format", "json"]).collect();
        assert_eq!(json(&ask("first_100_rate_uplift", &words), 2)["problems"][0]["slug"], slug, "{words:?}");
    }
}

#[test]
fn counts_are_those_of_the_data() {
    let counts = |name: &str, words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().chain(["--format", "json"]).collect();
        let value = json(&ask(name, &words), 0);
        let number = |line: &serde_json::Value, field: &str| line[field].as_u64().unwrap();
        let of = |line: &serde_json::Value| {
            (line["group"].as_str().unwrap().to_owned(), number(line, "holds"), number(line, "does_not"), number(line, "unknown"))
        };
        (number(&value, "total"), value["groups"].as_array().unwrap().iter().map(of).collect::<Vec<_>>())
    };
    let found = counts("first_100_rate_uplift", &["count", "maturing > 0元"]);
    assert_eq!(found, (9, vec![(String::new(), 7, 2, 0)]));
    let found = counts("first_100_rate_uplift", &["count", "aum_now > 50万元", "--by", "status"]);
    assert_eq!(found, (9, vec![("active".to_owned(), 3, 6, 0)]));
    let (total, labels) = counts("rfm_octants", &["count", "rfm.octant"]);
    assert_eq!((total, labels.iter().map(|line| line.1).sum::<u64>()), (10, 10));
    assert_eq!(labels.last(), Some(&("lost".to_owned(), 3, 0, 0)));
}

#[test]
fn a_fact_that_no_run_needs_does_not_stop_an_explanation() {
    let place = tempfile::tempdir().unwrap();
    super::copy_tree(&example("first_100_rate_uplift"), place.path());
    let program = place.path().join("first_100_rate_uplift.strat");
    let text =
        std::fs::read_to_string(&program).unwrap().replace("offer rate50 ", "feature spent = sum(transactions.amount)\n\noffer rate50 ");
    std::fs::write(&program, text).unwrap();
    let words = ["explain", "C7", "--project", place.path().to_str().unwrap()].map(OsStr::new);
    let page = text_of(&command(&words).output().unwrap());
    assert!(page.contains("aum_below_floor") && page.contains("feature maturing") && !page.contains("feature spent"), "{page}");
}
