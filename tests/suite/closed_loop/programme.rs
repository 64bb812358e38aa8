//! The whole programme against the control group of a policy: who is in which group is found here from the hash the language names.

use super::{check, goal, number, report};
use crate::main_job::{assert_exit, command, read_tree};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs;

const CUSTOMERS: usize = 1500;

const PROGRAM: &str = r#"subject customers
entity customers { key customer_id : text  opened : date }
entity loans { key loan_id : text  customer_id : ref customers as customer  due : date }
event visits { key visit_id : text  customer_id : ref customers as customer  at ts : time }
channel sms "短信" cost 0.05元
channel letter "信件" cost 2元
template hello for sms = "您好"
template due_soon for letter = "您的贷款即将到期"
policy house "行级政策" always { arbitration { control 20% } }

strategy care "关怀" {
  class service  purpose "service"
  on while days since opened >= 100 again never
  plan { send sms using hello }
}
strategy renew "续贷" for loans {
  class service  purpose "service"
  on while due > 2025-01-01 again never
  plan { send letter using due_soon }
}
experiment whole "整体经营" {
  control of house
  goal visited "30天到访率" = rate(exists(visits, within 30 days)) target +5pp vs control
  judge { drift opened }
}
"#;

fn name(at: usize) -> String {
    format!("C{at:04}")
}

/// The last 2,000 of 10,000 buckets are held back.
fn held_back(customer: &str) -> bool {
    let hex: String = Sha256::digest(format!("house.control:s0:{customer}")).iter().map(|byte| format!("{byte:02x}")).collect();
    u64::from_str_radix(&hex[..13], 16).unwrap() % 10_000 >= 8_000
}

/// Of old customers (every third is new and only some of those have a loan).
fn is_new(at: usize) -> bool {
    at % 3 == 0
}

fn has_loan(at: usize) -> bool {
    at % 5 == 0
}

/// Whoever is treated comes more often.
fn visits(at: usize) -> bool {
    let every = if held_back(&name(at)) { 5 } else { 3 };
    at % every == 1
}

#[test]
fn everybody_treated_against_everybody_held_back() {
    let place = tempfile::tempdir().unwrap();
    let (project, ledger, judged) = (place.path().join("project"), place.path().join("ledger"), place.path().join("judged"));
    let data = project.join("data");
    fs::create_dir_all(&data).unwrap();
    fs::write(project.join("main.strat"), PROGRAM).unwrap();
    fs::write(project.join("strat.toml"), "entry = \"main.strat\"\n").unwrap();
    let all = || 0..CUSTOMERS;
    let opened = |at: usize| if is_new(at) { "2025-06-20" } else { "2020-01-01" };
    let customers: String = all().map(|at| format!("{},{}\n", name(at), opened(at))).collect();
    fs::write(data.join("customers.csv"), format!("customer_id,opened\n{customers}")).unwrap();
    let loans: String = all().filter(|at| has_loan(*at)).map(|at| format!("L{at},{},2025-09-01\n", name(at))).collect();
    fs::write(data.join("loans.csv"), format!("loan_id,customer_id,due\n{loans}")).unwrap();
    let came: String = all().filter(|at| visits(*at)).map(|at| format!("V{at},{},2025-07-10 10:00:00\n", name(at))).collect();
    fs::write(data.join("visits.csv"), format!("visit_id,customer_id,ts\n{came}")).unwrap();
    let shared = [OsStr::new("--data"), data.as_os_str(), OsStr::new("--ledger"), ledger.as_os_str()];
    let mut run = vec![OsStr::new("run"), project.as_os_str()];
    run.extend(shared);
    let out = place.path().join("out");
    run.extend(["--as-of", "2025-07-01 00:00", "--out"].map(OsStr::new));
    run.push(out.as_os_str());
    assert_exit(&command(&run).output().unwrap(), 0);
    let mut evaluate = vec![OsStr::new("evaluate"), project.as_os_str()];
    evaluate.extend(shared);
    evaluate.extend(["--as-of", "2025-09-01 00:00", "--out"].map(OsStr::new));
    evaluate.push(judged.as_os_str());
    assert_exit(&command(&evaluate).output().unwrap(), 0);
    let report = report(&read_tree(&judged));

    let trial = report["trials"].as_array().unwrap().iter().find(|trial| trial["kind"] == "programme").unwrap();
    assert_eq!((&trial["randomised"], trial["label"].as_str()), (&Value::Bool(true), Some("整体经营")));
    // Old customers by the first strategy, new ones with a loan by the second.
    let taken: Vec<usize> = all().filter(|at| !is_new(*at) || has_loan(*at)).collect();
    let count = |wanted: &dyn Fn(usize) -> bool| taken.iter().filter(|at| wanted(**at)).count() as u64;
    let (held, treated) = (count(&|at| held_back(&name(at))), count(&|at| !held_back(&name(at))));
    let arm = |name: &str| trial["arms"].as_array().unwrap().iter().find(|arm| arm["name"] == name).unwrap();
    assert_eq!((arm("treated")["assigned"].as_u64(), arm("control")["assigned"].as_u64()), (Some(treated), Some(held)));
    assert_eq!((arm("treated")["reached"].as_u64(), arm("control")["reached"].as_u64()), (Some(treated), Some(0)));
    let row = goal(trial, "visited", "treated", "control");
    let (came, stayed_away) = (count(&|at| visits(at) && !held_back(&name(at))), count(&|at| visits(at) && held_back(&name(at))));
    assert_eq!((number(&row["count"]), number(&row["count_against"])), (came as f64, stayed_away as f64));
    // 5 分 each text, 2 元 each letter, of all strategies under the policy.
    let letters = count(&|at| has_loan(at) && !held_back(&name(at)));
    let texts = count(&|at| !is_new(at) && !held_back(&name(at)));
    assert!((number(&arm("treated")["cost"]) - (texts as f64 * 0.05 + letters as f64 * 2.0)).abs() < 1e-9, "{}", arm("treated"));
    assert_eq!((check(trial, "sample-ratio")["light"].as_str(), check(trial, "drift")["light"].as_str()), (Some("green"), Some("green")));
    assert!(trial["trust"].as_array().unwrap().iter().all(|check| check["slug"] != "control-contacted"), "{}", trial["trust"]);
}
