//! Data as banks have it: values by their Chinese names, ledgers that name what a row is about in their own way, channels of the program's
//! own, tables a bank does not have, rows that have not happened yet.

use crate::main_job::{assert_exit, command};
use std::ffi::OsStr;
use std::fs;

const PROGRAM: &str = r#"use std.schema
use std.eligibility
subject customers
channel letter "信件" cost 2元
template care for letter = "感谢一路同行"
feature light = latest(tier_history.label where scheme = "post_loan.light")
policy red_light { eligibility { exclude red "红灯" when (light ?? "green") = "red" } }
strategy write "致信" {
  class service  purpose "marketing"
  under eligibility.marketing_base, red_light
  on while exists(accounts where account_class = "credit" and status = "active") again after 30 days
  plan { send letter using care }
}
"#;

const FILES: [(&str, &str); 5] = [
    (
        "客户表.csv",
        "客户号,客户状态,开户日期,本行员工\nC1,正常,2020-01-01,否\nC2,正常,2020-01-01,否\nC3,正常,2020-01-01,\nC4,冻结,2020-01-01,否\nC5,正常,2020-01-01,否\n",
    ),
    (
        "accounts.csv",
        "account_id,customer_id,account_class,balance,status\nA1,C1,信用卡,0,正常\nA2,C2,信用卡,0,正常\nA3,C3,credit,0,active\nA4,C4,信用卡,0,正常\nA5,C5,信用卡,0,销户\n",
    ),
    ("consents.csv", "customer_id,channel,purpose,allowed\nC1,信件,营销,是\nC2,letter,marketing,true\nC3,信件,营销,是\nC4,信件,营销,是\n"),
    (
        "tier_history.csv",
        "subject,unit_id,scheme,as_of,label\n客户,C1,post_loan.light,2025-06-01,green\ncustomer,C2,post_loan.light,2025-06-01,red\n",
    ),
    ("interactions.csv", "interaction_id,customer_id,ts,channel,complaint_open\n"),
];

#[test]
fn chinese_values_names_of_subjects_and_channels_of_its_own() {
    let place = tempfile::tempdir().unwrap();
    let (program, data) = (place.path().join("letters.strat"), place.path().join("data"));
    fs::create_dir(&data).unwrap();
    fs::write(&program, PROGRAM).unwrap();
    for (name, text) in FILES {
        fs::write(data.join(name), text).unwrap();
    }
    let run = |as_of: &str| {
        let (out, ledger) = (place.path().join("out"), place.path().join("ledger"));
        let mut words = vec![OsStr::new("run"), program.as_os_str(), OsStr::new("--data"), data.as_os_str()];
        words.extend([OsStr::new("--ledger"), ledger.as_os_str(), OsStr::new("--as-of"), OsStr::new(as_of)]);
        words.extend([OsStr::new("--out"), out.as_os_str()]);
        assert_exit(&command(&words).output().unwrap(), 0);
        let who = |file: &str, field: &str| {
            let text = fs::read_to_string(out.join(file)).unwrap();
            let mut lines = text.trim_start_matches('\u{feff}').lines().map(|line| line.split(',').collect::<Vec<_>>());
            let header = lines.next().unwrap();
            let at = |name: &str| header.iter().position(|known| *known == name).unwrap();
            let (customer, field) = (at("customer_id"), at(field));
            let mut rows: Vec<String> = lines.map(|line| format!("{} {}", line[customer], line[field])).collect();
            rows.sort();
            rows
        };
        (who("actions.csv", "channel"), who("exclusions.csv", "rule"))
    };
    // C2 is red, of C3 nobody knows whether they work here, C4 is frozen, the card of C5 is closed.
    let (actions, exclusions) = run("2025-07-01 00:00");
    assert_eq!(actions, ["C1 letter"]);
    assert_eq!(exclusions, ["C2 red", "C3 staff", "C4 deceased"]);
    // The next run reads what this one wrote, in a channel that no standard list has.
    let (actions, exclusions) = run("2025-07-02 00:00");
    assert_eq!(actions, Vec::<String>::new());
    assert!(exclusions.contains(&"C1 cool_off".to_owned()), "{exclusions:?}");
}

#[test]
fn a_table_that_strat_toml_calls_optional_counts_as_empty() {
    let place = tempfile::tempdir().unwrap();
    let program = "use std.schema\nsubject customers\nchannel letter cost 2元\ntemplate care for letter = \"感谢\"\n\
        strategy write { class service purpose \"service\"\n  on while not exists(loans where status = \"active\") again never\n  \
        plan { send letter using care } }\n";
    fs::write(place.path().join("main.strat"), program).unwrap();
    fs::create_dir(place.path().join("data")).unwrap();
    fs::write(place.path().join("data/customers.csv"), "customer_id,status,open_date,is_employee\nC1,active,2020-01-01,false\n").unwrap();
    let run = |more: &str| {
        let settings = format!("entry = \"main.strat\"\ndata = \"data\"\nas_of = \"2025-07-01 00:00\"\n{more}\n");
        fs::write(place.path().join("strat.toml"), settings).unwrap();
        let out = place.path().join("out");
        command(&[OsStr::new("run"), place.path().as_os_str(), OsStr::new("--out"), out.as_os_str()]).output().unwrap()
    };
    let refused = run("");
    assert_exit(&refused, 2);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("missing-table") && told.contains("optional_tables = [\"loans\"]"), "{told}");
    let done = run("optional_tables = [\"loans\"]");
    assert_exit(&done, 0);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(told.contains("absent-table"), "{told}");
    assert!(fs::read_to_string(place.path().join("out/actions.csv")).unwrap().contains("C1"));
    let wrong = run("optional_tables = \"loans\"");
    assert_exit(&wrong, 2);
}

#[test]
fn rows_of_events_are_counted_from_their_time_on() {
    let place = tempfile::tempdir().unwrap();
    let (program, data) = (place.path().join("visits.strat"), place.path().join("data"));
    fs::create_dir(&data).unwrap();
    fs::write(&program, "subject visits\nevent visits { key visit_id : text  at ts : time  minutes : int }\n").unwrap();
    let rows = "V1,2025-06-30 23:59:59,40\nV2,2025-07-01 00:00:00,90\nV3,2026-01-01 00:00:00,50\nV4,2025-01-01 00:00:00,5\n";
    fs::write(data.join("visits.csv"), format!("visit_id,ts,minutes\n{rows}")).unwrap();
    let mut words = vec![OsStr::new("count"), OsStr::new("minutes >= 10"), OsStr::new("--project"), program.as_os_str()];
    words.extend([OsStr::new("--data"), data.as_os_str()]);
    words.extend(["--as-of", "2025-07-01 00:00", "--format", "json"].map(OsStr::new));
    let output = command(&words).output().unwrap();
    assert_exit(&output, 0);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = told.to_string();
    assert!(text.contains("\"holds\":1") && text.contains("\"does_not\":1"), "{text}");
}
