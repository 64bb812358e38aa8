//! `strat forecast` from outside: numbers that can be counted by hand, both sources of levels, both languages, and nothing written.

use crate::main_job::{assert_exit, command};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use strat::evaluate::power::{Plan, units_for_rates};
use tempfile::TempDir;

const HEAD: &str = "subject customers
entity customers { key customer_id : text  opened : date }
event visits { key visit_id : text  customer_id : ref customers as customer  at ts : time }
channel sms \"短信\" cost 0.05元
channel rm_call \"电话\" cost 8元 staff 10 minutes
template hello for sms, rm_call = \"您好\"
";

const STRATEGY: &str = "strategy care \"关怀\" {
  class service purpose \"service\"
  on while days since opened >= 1 again after 30 days
  arms { told 50%  control 50% }
  plan { send sms using hello }
  goal visited \"10天到访率\" = rate(exists(visits, within 10 days)) target +50% rel vs control
}
";

const COMPARE: &str = "cohort base \"首批\" = days since opened >= 1 frozen 2025-06-28
strategy by_text \"短信\" {
  class service purpose \"service\"
  on while days since opened >= 1 again after 30 days
  plan { send sms using hello }
}
strategy by_call \"电话\" {
  class service purpose \"service\"
  on while days since opened >= 1 again after 30 days
  plan { send rm_call using hello }
}
compare ways \"短信还是电话\" {
  population base
  arms { by_text 40%  by_call 40%  control 20% }
  goal visited = rate(exists(visits, within 10 days)) target +50% rel vs control
  decide highest incremental(visited)
}
";

/// 200 customers of old and 30 of five days; 40 of the old ones came in the ten days before July, 100 only before that, one after.
fn project(program: &str) -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    fs::create_dir_all(project.join("data")).unwrap();
    fs::write(project.join("main.strat"), format!("{HEAD}{program}")).unwrap();
    fs::write(project.join("strat.toml"), "entry = \"main.strat\"\ndata = \"data\"\nas_of = \"2025-07-01 00:00\"\nledger = \"ledger\"\n")
        .unwrap();
    let customers: String = (0..230).map(|at| format!("C{at:03},{}\n", if at < 200 { "2020-01-01" } else { "2025-06-26" })).collect();
    fs::write(project.join("data/customers.csv"), format!("customer_id,opened\n{customers}")).unwrap();
    let day = |at: usize| match at {
        0..40 => "2025-06-28 10:00:00",
        40..140 => "2025-06-10 10:00:00",
        _ => "2025-07-03 10:00:00",
    };
    let visits: String = (0..141).map(|at| format!("V{at},C{at:03},{}\n", day(at))).collect();
    fs::write(project.join("data/visits.csv"), format!("visit_id,customer_id,ts\n{visits}")).unwrap();
    (place, project)
}

fn forecast(project: &Path, more: &[&str]) -> String {
    let mut words = vec![OsStr::new("forecast"), project.as_os_str()];
    words.extend(more.iter().map(OsStr::new));
    let output = command(&words).output().unwrap();
    assert_exit(&output, 0);
    String::from_utf8(output.stdout).unwrap()
}

fn numbers(project: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&forecast(project, &[&["--format", "json"], more].concat())).unwrap()
}

fn needed(level: f64, control: f64, treated: f64, alpha: f64) -> f64 {
    let plan = Plan { alpha, power: 0.8, ratio: treated / control };
    units_for_rates(level, level * 0.5, &plan).unwrap().unpooled / control
}

#[test]
fn levels_come_from_those_who_would_have_entered_one_window_ago() {
    let (_place, project) = project(STRATEGY);
    let found = numbers(&project, &[]);
    let trial = &found["trials"][0];
    let first: u64 = trial["first_day"].as_array().unwrap().iter().map(|arm| arm[1].as_u64().unwrap()).sum();
    assert_eq!((first, trial["per_day"].as_f64(), trial["window_days"].as_f64()), (230, Some(3.0), Some(10.0)));
    let goal = &trial["goals"][0];
    assert_eq!((goal["baseline"].as_f64(), goal["baseline_units"].as_f64()), (Some(0.2), Some(200.0)));
    assert!((goal["target"].as_f64().unwrap() - 0.1).abs() < 1e-12);
    let expected = needed(0.2, 0.5, 0.5, 0.05);
    let target = &goal["effects"][1];
    assert_eq!(target["needed"].as_f64(), Some(expected.ceil()));
    assert_eq!(target["days"].as_f64(), Some(((expected - 230.0) / 3.0).ceil()));
    assert_eq!(goal["answerable"], "later");
    let strategy = &found["strategies"][0];
    let told = strategy["arms"]["told"].as_u64().unwrap();
    assert_eq!((strategy["candidates"].as_u64(), strategy["contacts"]["sms"].as_u64()), (Some(230), Some(told)));
    #[allow(clippy::cast_precision_loss)]
    let cost = told as f64 * 0.05;
    assert!((strategy["cost"].as_f64().unwrap() - cost).abs() < 1e-9);
    assert_eq!(strategy["excluded"][0]["rule"], "control");
    assert!(!project.join("ledger").exists());
}

#[test]
fn days_that_show_nobody_later_cannot_answer() {
    let (_place, project) = project(STRATEGY);
    let found = numbers(&project, &["--from", "2025-06-30", "--to", "2025-07-02"]);
    let trial = &found["trials"][0];
    assert_eq!(trial["per_day"].as_f64(), Some(0.0));
    assert_eq!(trial["goals"][0]["answerable"], "never");
    let text = forecast(&project, &["--from", "2025-06-30", "--to", "2025-07-02"]);
    assert!(text.contains("cannot be answered with this segment"), "{text}");
}

#[test]
fn a_frozen_group_is_looked_at_as_it_is_and_has_nobody_else() {
    let (_place, project) = project(COMPARE);
    let found = numbers(&project, &[]);
    let trial = &found["trials"][0];
    assert_eq!(trial["per_day"].as_f64(), Some(0.0));
    let goals = trial["goals"].as_array().unwrap();
    assert_eq!(goals.len(), 2);
    let level = 40.0 / 230.0;
    assert!((goals[0]["baseline"].as_f64().unwrap() - level).abs() < 1e-12, "{}", goals[0]);
    assert_eq!(goals[0]["baseline_units"].as_f64(), Some(230.0));
    assert!(goals[0]["source"]["en"].as_str().unwrap().starts_with("those who enter now"));
    // Two arms share the level of 5%.
    assert_eq!(goals[0]["alpha"].as_f64(), Some(0.025));
    let expected = needed(level, 0.2, 0.4, 0.025);
    assert!((goals[0]["effects"][1]["needed"].as_f64().unwrap() - expected.ceil()).abs() <= 1.0);
    assert_eq!(goals[0]["answerable"], "never");
    let strategies = found["strategies"].as_array().unwrap();
    assert!(strategies[0]["arms"].get("by_text").is_some() && strategies[0]["arms"].get("by_call").is_none());
    assert!(strategies[1]["arms"].get("by_call").is_some());
}

#[test]
fn a_level_given_by_hand_wins_and_the_folder_holds_the_same() {
    let (place, project) = project(STRATEGY);
    let out = place.path().join("out");
    let text = forecast(&project, &["--baseline", "visited=30%", "--out", out.to_str().unwrap(), "--lang", "zh"]);
    for words in ["受众、触达与成本", "基线：手工给出", "30.00%", "+15.00pp"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let written: Value = serde_json::from_slice(&fs::read(out.join("forecast.json")).unwrap()).unwrap();
    assert_eq!(written["trials"][0]["goals"][0]["baseline"].as_f64(), Some(0.3));
    let page = fs::read_to_string(out.join("forecast.md")).unwrap();
    assert!(page.starts_with("# 上线前预测：main"), "{page}");
    assert!(page.contains("| visited 10天到访率 | told |"), "{page}");
    let wrong =
        command(&[OsStr::new("forecast"), project.as_os_str(), OsStr::new("--baseline"), OsStr::new("visited=often")]).output().unwrap();
    assert_exit(&wrong, 2);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("bad-setting"));
}
