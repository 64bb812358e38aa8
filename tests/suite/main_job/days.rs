//! Days one after the other: looking ahead, coming in order, replayed without a trace.

use super::{assert_exit, cut, list, read_tree, run};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const PROGRAM: &str = "subject customers
entity customers { key customer_id : text  status : text }
entity loans { key loan_id : text  customer_id : ref customers as client  maturity : date }
channel sms \"短信\" cost 0.05元
channel rm_call \"电话\" cost 8元 staff 10 minutes
template hello for sms, rm_call = \"您好\"
policy house always { contact { at most 3 contacts in any 7 days } }
strategy care \"关怀\" {
  class service purpose \"service\"
  on while status = \"active\" again after 30 days
  plan {
    wave first { send sms using hello }
    wave second after 2 days { send rm_call using hello }
  }
}
strategy renew \"续存\" for loans {
  class sales purpose \"service\"
  on 7 days before maturity again always
  plan { send sms using hello }
}
";

fn project() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    fs::create_dir_all(project.join("data")).unwrap();
    fs::write(project.join("main.strat"), PROGRAM).unwrap();
    fs::write(project.join("strat.toml"), "entry = \"main.strat\"\ndata = \"data\"\n").unwrap();
    fs::write(project.join("data/customers.csv"), "customer_id,status\nA,active\nB,closed\n").unwrap();
    fs::write(project.join("data/loans.csv"), "loan_id,customer_id,maturity\nL1,B,2026-11-12\n").unwrap();
    (place, project)
}

/// Strategy, wave, unit and day due of every action of a run.
fn actions(project: &Path, as_of: &str, more: &[&str]) -> Vec<Vec<String>> {
    let out = project.with_file_name("out");
    let ledger = project.with_file_name("ledger");
    let mut words = vec!["--as-of", as_of, "--since", "2026-11-01 00:00", "--ledger", ledger.to_str().unwrap(), "--forms", "csv"];
    words.extend(more);
    assert_exit(&run(project, &out, &words), 0);
    let columns = ["strategy_id", "wave", "unit_id", "due_from"].map(String::from);
    cut(&read_tree(&out)["actions.csv"], &columns)
}

#[test]
fn a_run_ahead_sends_early_and_once() {
    let (_place, project) = project();
    assert_eq!(actions(&project, "2026-11-02 00:00", &["--ahead", "24h"]), [["care", "first", "A", "2026-11-02 00:00:00"]]);
    // The second wave falls due on the 4th, the loan is asked about on the 5th.
    assert_eq!(actions(&project, "2026-11-03 00:00", &["--ahead", "24h"]), Vec::<Vec<String>>::new());
    assert_eq!(
        actions(&project, "2026-11-03 12:00", &["--ahead", "2 days"]),
        [["care", "second", "A", "2026-11-04 00:00:00"], ["renew", "1", "L1", "2026-11-05 00:00:00"]]
    );
    for day in ["2026-11-04 00:00", "2026-11-05 12:00", "2026-11-06 00:00"] {
        assert_eq!(actions(&project, day, &[]), Vec::<Vec<String>>::new(), "{day}");
    }
    let contacts =
        read_tree(&project.with_file_name("ledger")).into_iter().find(|(name, _)| name.starts_with("contacts/20261103")).unwrap().1;
    assert_eq!(cut(&contacts, &["unit_id", "due_from"].map(String::from)), [["A", "2026-11-04 00:00:00"], ["L1", "2026-11-05 00:00:00"]]);
}

#[test]
fn ahead_wants_a_length_of_time() {
    let (place, project) = project();
    let output = run(
        &project,
        &place.path().join("out"),
        &["--as-of", "2026-11-02", "--since", "2026-11-01", "--ahead", "soon", "--format", "json"],
    );
    assert_exit(&output, 2);
    assert!(String::from_utf8_lossy(&output.stdout).contains("bad-setting"));
}

#[test]
fn days_come_in_order() {
    let (place, project) = project();
    actions(&project, "2026-11-03 00:00", &[]);
    actions(&project, "2026-11-03 00:00", &[]);
    let ledger = place.path().join("ledger");
    let before = read_tree(&ledger);
    let out = place.path().join("out");
    let late = |as_of: &str, more: &[&str]| {
        let mut words = vec!["--as-of", as_of, "--since", "2026-11-01 00:00", "--ledger", ledger.to_str().unwrap(), "--format", "json"];
        words.extend(more);
        run(&project, &out, &words)
    };
    for output in [late("2026-11-02 00:00", &[]), late("2026-11-03 00:00", &["--ahead", "24h"])] {
        assert_exit(&output, 4);
        assert!(String::from_utf8_lossy(&output.stdout).contains("out-of-order"));
    }
    fs::write(project.join("main.strat"), PROGRAM.replace("after 2 days", "after 3 days")).unwrap();
    assert_exit(&late("2026-11-03 00:00", &[]), 4);
    assert_eq!(read_tree(&ledger), before);
    actions(&project, "2026-11-04 00:00", &[]);
}

const LATE: &str = "subject loans
entity customers { key customer_id : text }
entity loans { key loan_id : text  customer_id : ref customers as client  begun : date?  maturity : date? }
channel sms \"短信\"
template hello for sms = \"您好\"
strategy renew { purpose \"service\" on 3 days before maturity again never plan { send sms using hello } }
strategy guide { purpose \"service\" on within 2 days after begun again always plan { send sms using hello } }
strategy weekly { purpose \"service\" on every week within 1 days again always plan { send sms using hello } }
";

/// `strategy unit` of what a run did, then of what it missed.
fn late_day(project: &Path, as_of: &str, loans: &str) -> (Vec<String>, Vec<String>) {
    fs::write(project.join("data/loans.csv"), format!("loan_id,customer_id,begun,maturity\n{loans}")).unwrap();
    let (out, ledger) = (project.with_file_name("out"), project.with_file_name("ledger"));
    let words = ["--as-of", as_of, "--since", "2026-11-01 00:00", "--ledger", ledger.to_str().unwrap(), "--forms", "csv"];
    assert_exit(&run(project, &out, &words), 0);
    let tree = read_tree(&out);
    let of = |rows: Vec<Vec<String>>| {
        rows.into_iter().filter(|row| row[2] != "cool_off").map(|row| format!("{} {}", row[0], row[1])).collect::<Vec<_>>()
    };
    let columns = |third: &str| ["strategy_id", "unit_id", third].map(String::from);
    let missed = cut(&tree["exclusions.csv"], &columns("rule"));
    assert!(missed.iter().all(|row| ["missed_window", "cool_off"].contains(&row[2].as_str())), "{missed:?}");
    (of(cut(&tree["actions.csv"], &columns("channel"))), of(missed))
}

#[test]
fn what_is_seen_too_late_is_said_once_and_never_sent() {
    let (_place, project) = project();
    fs::write(project.join("main.strat"), LATE).unwrap();
    fs::write(project.join("data/customers.csv"), "customer_id\nA\n").unwrap();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    // Monday closes: the week is asked, L1's maturity is three days away on the 2nd, L2 began on the 2nd. What began or fell due before
    // the first run is not the strategy's business.
    let mut loans = String::from("L1,A,,2026-11-05\nL2,A,2026-11-02,\nL3,A,2026-10-01,2026-11-03\n");
    let day = late_day(&project, "2026-11-03 00:00", &loans);
    assert_eq!(day, (names(&["guide L2", "renew L1", "weekly L1", "weekly L2", "weekly L3"]), names(&[])));
    // L4 and L5 come too late into the files: their moments are after the first one called and before the last run.
    loans.push_str("L4,A,,2026-11-05\nL5,A,2026-11-02,\n");
    assert_eq!(late_day(&project, "2026-11-05 00:00", &loans), (names(&[]), names(&["guide L5", "renew L4"])));
    assert_eq!(late_day(&project, "2026-11-05 00:00", &loans), (names(&[]), names(&["guide L5", "renew L4"])), "a day run twice");
    assert_eq!(late_day(&project, "2026-11-06 00:00", &loans), (names(&[]), names(&[])), "said once");
    // Six days are not run. What is still of use happens now: L6 is due on the 9th and matures on the 12th, L8 began on the 11th. L7 has
    // matured and the two days after L9 began are over; nobody asked in the first day of the week.
    loans.push_str("L6,A,,2026-11-12\nL7,A,,2026-11-10\nL8,A,2026-11-11,\nL9,A,2026-11-08,\n");
    let missed: Vec<String> = (1..=9).map(|at| format!("weekly L{at}")).collect();
    let day = late_day(&project, "2026-11-12 00:00", &loans);
    assert_eq!(day, (names(&["guide L8", "renew L6"]), [names(&["guide L9", "renew L7"]), missed].concat()));
    assert_eq!(late_day(&project, "2026-11-13 00:00", &loans), (names(&[]), names(&[])));
    // A maturity that is moved is a new moment.
    let loans = loans.replace("L6,A,,2026-11-12", "L6,A,,2026-11-16");
    assert_eq!(late_day(&project, "2026-11-14 00:00", &loans), (names(&[]), names(&[])), "never again, so L6 cools off");
}

fn replay(project: &Path, more: &[&str]) -> Output {
    let mut words = vec![OsStr::new("replay"), project.as_os_str()];
    words.extend(more.iter().map(OsStr::new));
    super::command(&words).output().unwrap()
}

#[test]
fn a_replay_is_the_days_it_replays() {
    let (place, project) = project();
    let days = ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05", "2026-11-06"];
    let mut lived: Vec<usize> = Vec::new();
    for day in days {
        lived.push(actions(&project, day, &[]).len());
    }
    let before = read_tree(place.path());
    let words = ["--from", "2026-11-02", "--to", "2026-11-06", "--since", "2026-11-01 00:00", "--format", "json"];
    let output = replay(&project, &words);
    assert_exit(&output, 0);
    assert_eq!(read_tree(place.path()), before, "a replay writes nothing");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let replayed: Vec<u64> = report["days"].as_array().unwrap().iter().map(|day| day["actions"].as_u64().unwrap()).collect();
    assert_eq!(replayed, lived.iter().map(|number| *number as u64).collect::<Vec<_>>());
    let call = &report["days"][2];
    assert_eq!(
        (call["volumes"]["rm_call"].as_u64(), call["cost"].as_i64(), call["staff_minutes"].as_i64()),
        (Some(1), Some(800), Some(10))
    );
    assert!(report["days"][1]["exclusions"].to_string().contains("cool_off") || report["days"][1]["excluded"] == 0);
    let out = place.path().join("replayed");
    assert_exit(&replay(&project, &["--from", "2026-11-02", "--to", "2026-11-06", "--out", out.to_str().unwrap()]), 0);
    let (header, rows) = list(&read_tree(&out)["days.csv"]);
    assert_eq!((header[0].as_str(), rows.len()), ("day", 5));
    assert_exit(&replay(&project, &["--from", "2026-11-06", "--to", "2026-11-02"]), 2);
    assert_exit(&replay(&project, &["--from", "tomorrow", "--to", "2026-11-02"]), 2);
}

/// A program whose plan of `care` is another one.
fn replanned(project: &Path, plan: &str) {
    let start = PROGRAM.find("  plan {\n    wave first").unwrap();
    let end = start + PROGRAM[start..].find("  }\n}").unwrap();
    fs::write(project.join("main.strat"), format!("{}  plan {{\n    {plan}\n{}", &PROGRAM[..start], &PROGRAM[end..])).unwrap();
}

#[test]
fn a_changed_plan_says_what_becomes_of_people_in_flight() {
    let (place, project) = project();
    actions(&project, "2026-11-02 00:00", &[]);
    let ledger = place.path().join("ledger");
    let out = place.path().join("out");
    let third = |as_of: &str, format: &str| {
        let words =
            ["--as-of", as_of, "--since", "2026-11-01 00:00", "--ledger", ledger.to_str().unwrap(), "--forms", "csv", "--format", format];
        run(&project, &out, &words)
    };
    let refused = |plan: &str, slug: &str| {
        replanned(&project, plan);
        let before = read_tree(&ledger);
        let output = third("2026-11-03 00:00", "json");
        assert_exit(&output, 4);
        assert!(String::from_utf8_lossy(&output.stdout).contains(slug), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(read_tree(&ledger), before);
    };
    refused("wave hello { send sms using hello } wave second after 2 days { send rm_call using hello }", "plan-needs-mapping");
    refused(
        "wave zero { send sms using hello } wave first { send sms using hello } wave second after 2 days { send rm_call using hello }",
        "plan-refused",
    );
    // Another delay and one wave more at the end: those in flight go on by the new plan.
    replanned(
        &project,
        "wave first { send sms using hello } wave second after 1 days { send rm_call using hello } wave third after 1 days { send sms using hello }",
    );
    let output = third("2026-11-03 00:00", "human");
    assert_exit(&output, 0);
    assert!(String::from_utf8_lossy(&output.stderr).contains("plan-changed"), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(cut(&read_tree(&out)["actions.csv"], &[String::from("wave")]), [["second"]]);
    // Names that changed are said, and nobody is called twice.
    replanned(
        &project,
        "wave hello was first { send sms using hello } wave ring was second, first_call after 1 days { send rm_call using hello } wave third after 1 days { send sms using hello }",
    );
    let output = third("2026-11-04 00:00", "human");
    assert_exit(&output, 0);
    assert_eq!(cut(&read_tree(&out)["actions.csv"], &[String::from("wave")]), [["third"]]);
    // The plan is recorded once, not by every run.
    assert_exit(&third("2026-11-05 00:00", "human"), 0);
    assert_eq!(read_tree(&ledger).keys().filter(|name| name.starts_with("strat_plans/")).count(), 3);
}
