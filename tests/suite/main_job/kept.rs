//! What runs keep for later ones: members of a cohort, rows that actions write; and runs that need an approval.

use super::{assert_exit, cut, list, read_tree, run};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

const PROGRAM: &str = "use std.schema
subject customers

cohort june \"六月客群\" = status = \"active\" frozen 2025-06-30

action lead \"商机\" { writes leads { topic: \"wealth\"  status: \"open\"  value: 1.5万元 } }

strategy note \"记商机\" {
  owner \"甲部\"  approver \"乙部\"
  class service  purpose \"service\"
  on while june and not exists(leads) again always
  plan { do lead with { why: salutation } }
}
";

fn project() -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let project = place.path().join("project");
    fs::create_dir_all(project.join("data")).unwrap();
    fs::write(project.join("main.strat"), PROGRAM).unwrap();
    fs::write(project.join("strat.toml"), "entry = \"main.strat\"\ndata = \"data\"\nledger = \"ledger\"\n").unwrap();
    customers(&project, &[("A", "active"), ("B", "frozen"), ("C", "active")]);
    (place, project)
}

fn customers(project: &std::path::Path, rows: &[(&str, &str)]) {
    let mut text = String::from("customer_id,salutation,open_date,status,is_employee\n");
    for (key, status) in rows {
        text.push_str(&format!("{key},,2019-01-01,{status},false\n"));
    }
    fs::write(project.join("data/customers.csv"), text).unwrap();
}

#[test]
fn members_and_leads_are_kept_for_later_runs() {
    let (place, project) = project();
    let out = place.path().join("out");
    let early = run(&project, &out, &["--as-of", "2025-06-29", "--format", "json"]);
    assert_exit(&early, 2);
    assert!(String::from_utf8_lossy(&early.stdout).contains("cohort-not-frozen"));
    assert_exit(&run(&project, &out, &["--as-of", "2025-06-30"]), 0);
    let ledger = read_tree(&project.join("ledger"));
    let part =
        |table: &str| ledger.iter().find(|(name, _)| name.starts_with(&format!("{table}/"))).map(|(_, bytes)| bytes.clone()).unwrap();
    let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    assert_eq!(cut(&part("cohorts"), &columns(&["cohort_id", "customer_id"])), [["june", "A"], ["june", "C"]]);
    assert_eq!(
        cut(&part("leads"), &columns(&["customer_id", "topic", "value", "status"])),
        [["A", "wealth", "15000.00", "open"], ["C", "wealth", "15000.00", "open"]]
    );
    let (header, rows) = list(&read_tree(&out)["actions.csv"]);
    assert_eq!(rows.len(), 2);
    assert!(header.contains(&String::from("why")));
    // B is active now and too late; A has a lead; C left and stays a member.
    customers(&project, &[("A", "active"), ("B", "active"), ("C", "closed"), ("D", "active")]);
    assert_exit(&run(&project, &out, &["--as-of", "2025-07-30"]), 0);
    let (_, rows) = list(&read_tree(&out)["actions.csv"]);
    assert!(rows.is_empty(), "{rows:?}");
    let parts = read_tree(&project.join("ledger")).keys().filter(|name| name.starts_with("cohorts/")).count();
    assert_eq!(parts, 1);
}

#[test]
fn a_program_without_approval_is_refused() {
    let (place, project) = project();
    let (out, file) = (place.path().join("out"), place.path().join("approvals.txt"));
    let words = ["--as-of", "2025-06-30", "--format", "json", "--require-approval", file.to_str().unwrap()];
    fs::write(&file, "# nothing yet\n").unwrap();
    let output = run(&project, &out, &words);
    assert_exit(&output, 4);
    assert!(!out.exists());
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let problem = value["problems"][0].to_string();
    assert!(problem.contains("program-not-approved"), "{problem}");
    let is_hash = |word: &&str| word.len() == 64 && word.chars().all(|sign| sign.is_ascii_hexdigit());
    let hash = problem.split(|sign: char| !sign.is_ascii_alphanumeric()).find(is_hash).unwrap().to_owned();
    fs::write(&file, format!("{hash} 甲部 2025-06-30\n")).unwrap();
    let output = run(&project, &out, &words);
    assert_exit(&output, 4);
    assert!(String::from_utf8_lossy(&output.stdout).contains("approved-by-owner"));
    fs::write(&file, format!("{hash} 乙部 2025-06-30\n")).unwrap();
    assert_exit(&run(&project, &out, &words), 0);
    fs::write(project.join("main.strat"), PROGRAM.replace("1.5万元", "2万元")).unwrap();
    assert_exit(&run(&project, &out, &words), 4);
}
