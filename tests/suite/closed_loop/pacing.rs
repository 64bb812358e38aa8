//! How far budgets and places have gone, from the command line: a budget in its season, and an offer of ten places.

use super::{number, report};
use crate::main_job::{assert_exit, command, read_tree};
use serde_json::json;
use std::ffi::OsStr;
use std::fs;

const PROGRAM: &str = r#"subject customers
entity customers { key customer_id : text  aum : money }
channel letter "信件" cost 2元
template season for letter = "开门红"
offer rate50 "加息50BP" { bp 50bp  quota 10 }

strategy spring "开门红" {
  class sales  purpose "service"
  runs 2025-01-01 .. 2025-04-10
  on while aum >= 1万元 again never
  rank by aum desc
  budget 100元
  plan { send letter using season }
}
strategy rich "加息" {
  class sales  purpose "service"
  on while aum >= 5万元 again never
  rank by aum desc
  plan { send letter using season offer rate50 }
}
"#;

#[test]
fn budgets_and_places_are_told_beside_the_time_that_is_over() {
    let place = tempfile::tempdir().unwrap();
    let (data, ledger) = (place.path().join("data"), place.path().join("ledger"));
    let program = place.path().join("season.strat");
    fs::create_dir_all(&data).unwrap();
    fs::write(&program, PROGRAM).unwrap();
    // Thirty with 20,000 yuan and six with 60,000: 36 letters of spring, six places of the offer.
    let rows: String = (0..36).map(|at| format!("C{at:02},{}\n", if at < 30 { 20_000 } else { 60_000 })).collect();
    fs::write(data.join("customers.csv"), format!("customer_id,aum\n{rows}")).unwrap();
    let run = |verb: &str, as_of: &str, out: &str| {
        let out = place.path().join(out);
        let mut words = vec![OsStr::new(verb), program.as_os_str(), OsStr::new("--data"), data.as_os_str()];
        words.extend([OsStr::new("--ledger"), ledger.as_os_str(), OsStr::new("--as-of"), OsStr::new(as_of)]);
        words.extend([OsStr::new("--out"), out.as_os_str()]);
        let output = command(&words).output().unwrap();
        assert_exit(&output, 0);
        (out, String::from_utf8(output.stdout).unwrap())
    };
    run("run", "2025-01-10 00:00", "out");
    let (judged, told) = run("evaluate", "2025-02-20 00:00", "judged");
    let report = report(&read_tree(&judged));
    let [spring, places] = report["pacing"].as_array().unwrap().as_slice() else { panic!("{}", report["pacing"]) };
    // 36 letters at 2 yuan; fifty of a hundred days.
    assert_eq!((number(&spring["used"]), number(&spring["whole"]), number(&spring["elapsed"])), (72.0, 100.0, 0.5));
    assert_eq!(
        (&spring["name"], &spring["from"], &spring["to"], &spring["light"]),
        (&json!("spring"), &json!("2025-01-01"), &json!("2025-04-10"), &json!("amber"))
    );
    assert_eq!((number(&places["used"]), number(&places["whole"]), &places["what"]), (6.0, 10.0, &json!("places")));
    assert!(told.contains("budget of 开门红 (spring): 72.00 yuan of 100.00 yuan spent (72.0%) after 50.0% of the time"), "{told}");
}
