//! Several entry files in one folder are one program: one pass, one arbitration.

use super::{assert_exit, command, cut, read_tree, run};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SCHEMA: &str = "entity customers { key customer_id : text  status : text  aum : money }
entity loans { key loan_id : text  customer_id : ref customers as client }
channel sms \"短信\"
policy house always { contact { at most 1 sms in any 7 days }  arbitration { order service, sales } }
";

fn strategy(name: &str, class: &str) -> String {
    format!(
        "use tables\nsubject customers\nfeature rich \"有钱\" = aum >= 5万元\ntemplate hello for sms = \"您好\"
strategy {name} {{ class {class} purpose \"service\" on while status = \"active\" and rich again never plan {{ send sms using hello }} }}\n"
    )
}

fn folder() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("campaigns");
    fs::create_dir_all(place.path().join("data")).unwrap();
    fs::create_dir_all(&folder).unwrap();
    fs::write(place.path().join("data/customers.csv"), "customer_id,status,aum\nA,active,60000\nB,active,10\nC,closed,60000\n").unwrap();
    fs::write(place.path().join("data/loans.csv"), "loan_id,customer_id\nL1,C\n").unwrap();
    fs::write(folder.join("tables.strat"), SCHEMA).unwrap();
    fs::write(folder.join("sell.strat"), strategy("sell", "sales")).unwrap();
    fs::write(folder.join("care.strat"), strategy("care", "service")).unwrap();
    let loans = "use tables\nsubject loans\ntemplate note for sms = \"请按时还款\"
strategy remind { class sales purpose \"service\" on while true again never plan { send sms using note } }\n";
    fs::write(folder.join("remind.strat"), loans).unwrap();
    (place, folder)
}

fn rows(place: &Path, file: &str, columns: &[&str]) -> Vec<Vec<String>> {
    cut(&read_tree(&place.join("out"))[file], &columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_folder_of_strategies_shares_one_arbitration() {
    let (place, folder) = folder();
    let data = place.path().join("data");
    let words = ["--data", data.to_str().unwrap(), "--as-of", "2026-11-20"];
    assert_exit(&run(&folder, &place.path().join("out"), &words), 0);
    assert_eq!(rows(place.path(), "actions.csv", &["strategy_id", "unit_id"]), [["care", "A"], ["remind", "L1"]]);
    assert_eq!(rows(place.path(), "exclusions.csv", &["strategy_id", "customer_id", "rule"]), [["sell", "A", "at_most_1_sms"]]);
    // A project says the same with a setting.
    fs::write(place.path().join("strat.toml"), "entry = \"campaigns\"\ndata = \"data\"\n").unwrap();
    assert_exit(&run(place.path(), &place.path().join("out"), &["--as-of", "2026-11-20"]), 0);
    assert_eq!(rows(place.path(), "actions.csv", &["strategy_id", "unit_id"]), [["care", "A"], ["remind", "L1"]]);
}

fn ask(place: &Path, words: &[&str], code: i32) -> String {
    let mut all: Vec<&OsStr> = words.iter().map(OsStr::new).collect();
    all.extend([OsStr::new("--project"), place.as_os_str()]);
    let output = command(&all).output().unwrap();
    assert_exit(&output, code);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn questions_are_answered_over_all_files_of_a_folder() {
    let (place, folder) = folder();
    let place = place.path();
    fs::write(place.join("strat.toml"), "entry = \"campaigns\"\ndata = \"data\"\nas_of = 2026-11-20\n").unwrap();
    let kind = "tiers kind \"状态\" best first { open when client.status = \"active\"  shut otherwise  shut when unknown }\n";
    let loans = fs::read_to_string(folder.join("remind.strat")).unwrap();
    fs::write(folder.join("remind.strat"), loans + kind).unwrap();
    let page = ask(place, &["explain", "A"], 0);
    for line in [
        "care  care.strat:5",
        "sell  sell.strat:5",
        "trigger: true  sell.strat:5",
        "contact policy at_most_1_sms: true, stops here  tables.strat:4",
    ] {
        assert!(page.lines().any(|known| known.trim() == line), "{line}\n{page}");
    }
    let page = ask(place, &["explain", "L1"], 0);
    assert!(page.contains("trigger: true  remind.strat:4\n      on while true again never\n"), "{page}");
    assert!(page.contains("tiers kind \"状态\": shut  remind.strat:5"), "{page}");
    assert!(!ask(place, &["explain", "A", "--strategy", "sell"], 0).contains("care.strat:5\n    acts"));
    let value: serde_json::Value =
        serde_json::from_str(&ask(place, &["explain", "A", "--strategy", "sell", "--format", "json"], 0)).unwrap();
    assert!(value["strategies"][0]["trigger_span"]["file"].as_str().unwrap().ends_with("sell.strat"), "{value}");
    let counted = |expression: &str| {
        let value: serde_json::Value = serde_json::from_str(&ask(place, &["count", expression, "--format", "json"], 0)).unwrap();
        let groups = value["groups"].as_array().unwrap().iter().map(|group| group["holds"].as_u64().unwrap());
        (value["total"].as_u64().unwrap(), groups.collect::<Vec<_>>())
    };
    assert_eq!(counted("rich and status = \"active\""), (3, vec![1]));
    // What only a loan has is asked of loans.
    assert_eq!(counted("client.status = \"closed\""), (1, vec![1]));
    assert_eq!(counted("kind"), (1, vec![1]));
    assert!(ask(place, &["count", "nonsense = 3", "--format", "json"], 2).contains("unknown-name"));
    // A folder without a project file is asked the same way.
    let data = place.join("data");
    let words = [
        "count",
        "rich",
        "--project",
        folder.to_str().unwrap(),
        "--data",
        data.to_str().unwrap(),
        "--as-of",
        "2026-11-20",
        "--by",
        "status",
    ];
    let output = command(&words.map(OsStr::new)).output().unwrap();
    assert_exit(&output, 0);
    assert!(String::from_utf8_lossy(&output.stdout).contains("closed"));
}

#[test]
fn names_that_clash_are_reported() {
    let (place, folder) = folder();
    let clash = |file: &str, text: &str| {
        fs::write(folder.join(file), text).unwrap();
        fs::write(place.path().join("strat.toml"), "entry = \"campaigns\"\ndata = \"data\"\n").unwrap();
        let output =
            command(&[OsStr::new("check"), place.path().as_os_str(), OsStr::new("--format"), OsStr::new("json")]).output().unwrap();
        assert_exit(&output, 1);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["problems"].to_string()
    };
    let same_strategy = clash("sell.strat", &strategy("care", "sales"));
    assert!(same_strategy.contains("duplicate-name") && same_strategy.contains("care"), "{same_strategy}");
    let other_meaning = clash("sell.strat", &strategy("sell", "sales").replace("5万元", "9万元"));
    assert!(other_meaning.contains("duplicate-name") && other_meaning.contains("rich"), "{other_meaning}");
}
