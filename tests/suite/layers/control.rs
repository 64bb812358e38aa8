//! A control group of the whole bank: nobody's strategies reach its members.

use super::{assert_passes, both_ways, explained, slugs, strategy, written};
use strat::ir::Output;

/// The group holds the buckets from 8000 on. Buckets of `house.control:s0:` and the customer, by hand from SHA-256: C1 3611, C2 7113,
/// C3 8651, C4 1723, C6 9678, C9 8264, C10 9416.
const HEAD: &str = r#"use std.schema
subject customers
template a for sms = "甲"
template b for app_push = "乙"
policy house always { eligibility { exclude left when customer_id = "C3" }  arbitration { control 20% } }
"#;

const DATA: &str = r#"as of 2025-07-01 00:00
  given customers (customer_id, status) ("C1", "active") ("C2", "active") ("C3", "active") ("C4", "closed") ("C6", "active")
    ("C9", "active") ("C10", "closed")
  given loans (loan_id, customer_id, status) ("L1", "C10", "active") ("L2", "C4", "active") ("L3", "C4", "active") ("L6", "C6", "active")
  given assignments (experiment, unit_id, arm, bucket, assigned_at)
    ("house.control", "C1", "control", 3611, 2025-06-01 00:00) ("house.control", "C9", "treated", 8264, 2025-06-01 00:00)
"#;

fn strategies() -> Vec<String> {
    vec![
        strategy("one", "class risk", "send sms using a"),
        strategy("two", "arms { on 50% control 50% }", "send app_push using b"),
        String::from(
            "strategy lend for loans { purpose \"service\" on while status = \"active\" again always plan { send sms using a } }\n",
        ),
    ]
}

#[test]
fn members_are_left_alone_by_every_strategy_and_recorded_once() {
    let test = format!(
        "test \"group\" {{ {DATA}
  expect \"C1\" nothing  expect \"C1\" excluded global_control
  expect \"C2\" send sms using a
  expect \"C3\" excluded left
  expect \"C6\" nothing  expect \"C6\" excluded global_control
  expect \"C9\" send sms using a
  expect \"L1\" excluded global_control  expect \"L1\" nothing
  expect \"L2\" send sms using a  expect \"L6\" nothing }}\n"
    );
    for text in both_ways(HEAD, &strategies(), &test) {
        assert_passes(&text);
        let groups: Vec<(String, String)> =
            written(&text, Output::Assignments, "experiment").into_iter().filter(|(_, name)| name == "house.control").collect();
        let who: Vec<&str> = groups.iter().map(|(who, _)| who.as_str()).collect();
        // Neither those the ledger holds nor those stopped before; C4 and C10 through their loans, once.
        assert_eq!(who, ["C10", "C2", "C4", "C6"]);
        let arms = written(&text, Output::Assignments, "arm");
        for (who, arm) in [("C10", "control"), ("C2", "treated"), ("C4", "treated"), ("C6", "control")] {
            assert!(arms.contains(&(String::from(who), String::from(arm))), "{who}: {arms:?}");
        }
        // A member has no arm of a strategy either.
        assert_eq!(arms.iter().filter(|(who, _)| who == "C6").count(), 1, "{arms:?}");
        assert!(written(&text, Output::Entries, "strategy_id").iter().all(|(who, _)| who != "C1" && who != "C6"));
    }
    let told = explained(&format!("{HEAD}{}{test}", strategies().concat()), "C6");
    assert!(told.contains("stopped by global_control (the control group of the whole bank) (assignment)"), "{told}");
}

#[test]
fn a_group_binds_the_strategies_under_its_policy_and_those_in_flight() {
    let head = HEAD.replace("policy house always", "policy house").replace("control 20%", "control held");
    let waves = strategy("waves", "under house", "wave now { send sms using a } wave later after 3 days { send app_push using b }");
    let free = strategy("free", "", "send sms using a");
    let test = "test \"waves\" { as of 2025-07-01 00:00
  given customers (customer_id, status) (\"C1\", \"active\") (\"C6\", \"active\")
  given entries (strategy_id, subject, unit_id, entered_at)
    (\"waves\", \"customers\", \"C1\", 2025-06-20 00:00) (\"waves\", \"customers\", \"C6\", 2025-06-20 00:00)
  given journeys (strategy_id, subject, unit_id, entered_at, wave, event, happened_at)
    (\"waves\", \"customers\", \"C1\", 2025-06-20 00:00, \"now\", \"executed\", 2025-06-20 00:00)
    (\"waves\", \"customers\", \"C6\", 2025-06-20 00:00, \"now\", \"executed\", 2025-06-20 00:00)
  expect \"C1\" send app_push using b
  expect \"C6\" not send app_push  expect \"C6\" send sms using a }\n";
    assert_passes(&format!("{head}param held = 20% in 5% .. 20%\n{waves}{free}{test}"));
}

#[test]
fn a_share_that_cannot_be_is_refused() {
    let with = |share: &str| {
        slugs(&format!("{}{}", HEAD.replace("20%", share), strategy("s", "exclude global_control when is_employee", "send sms using a")))
    };
    assert_eq!(with("0.001%"), ["share-too-fine", "reserved-reason"]);
    assert_eq!(with("120%"), ["share-too-fine", "reserved-reason"]);
}
