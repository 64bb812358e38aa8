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

#[test]
fn names_that_clash_are_reported() {
    let (place, folder) = folder();
    let clash = |file: &str, text: &str| {
        fs::write(folder.join(file), text).unwrap();
        fs::write(place.path().join("strat.toml"), "entry = \"campaigns\"\ndata = \"data\"\n").unwrap();
        let output = command(&[OsStr::new("check"), place.path().as_os_str(), OsStr::new("--format"), OsStr::new("json")]).output().unwrap();
        assert_exit(&output, 1);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["problems"].to_string()
    };
    let same_strategy = clash("sell.strat", &strategy("care", "sales"));
    assert!(same_strategy.contains("duplicate-name") && same_strategy.contains("care"), "{same_strategy}");
    let other_meaning = clash("sell.strat", &strategy("sell", "sales").replace("5万元", "9万元"));
    assert!(other_meaning.contains("duplicate-name") && other_meaning.contains("rich"), "{other_meaning}");
}
