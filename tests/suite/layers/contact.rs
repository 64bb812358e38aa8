//! Contact caps count what stands ahead in the order of the run, never in the order of the file.

use super::{assert_passes, both_ways, explained, slugs, strategy};

const HEAD: &str = r#"use std.schema
subject customers
template a for sms = "甲"
template b for sms = "乙"
template c for app_push = "丙"
policy house always {
  contact     { at most 1 sms in any 7 days  at most 2 contacts in any 30 days }
  arbitration { order risk, service, retention, sales }
}
"#;

const CUSTOMERS: &str = r#"
  as of 2025-07-01 00:00
  given customers (customer_id, status, is_employee) ("C1", "active", false) ("C2", "active", false)
"#;

#[test]
fn class_comes_before_priority_and_priority_before_name() {
    let orders = [
        (strategy("z", "class service priority 9", "send sms using a"), strategy("y", "class sales priority 1", "send sms using b")),
        (strategy("z", "class sales priority 1", "send sms using a"), strategy("y", "class sales priority 2", "send sms using b")),
        (strategy("z", "class sales priority 2", "send sms using a"), strategy("y", "class sales", "send sms using b")),
        (strategy("m", "class sales", "send sms using a"), strategy("n", "class sales", "send sms using b")),
        (strategy("z", "class sales", "send sms using a"), strategy("y", "", "send sms using b")),
    ];
    for (winner, loser) in orders {
        let test = format!(
            "test \"one wins\" {{ {CUSTOMERS} expect \"C1\" send sms using a  expect \"C1\" not send sms using b expect \"C1\" excluded at_most_1_sms }}"
        );
        for text in both_ways(HEAD, &[winner, loser], &test) {
            assert_passes(&text);
        }
    }
}

#[test]
fn a_cap_counts_candidates_that_later_lose_a_place() {
    let first = strategy("first", "class service rank by customer_id is known desc", "send sms using a offer gift");
    let second = strategy("second", "class sales", "send sms using b");
    let test = format!(
        "offer gift {{ quota 1 }}\ntest \"layers\" {{ {CUSTOMERS}
  expect \"C1\" send sms using a  expect \"C2\" excluded quota
  expect \"C1\" excluded at_most_1_sms  expect \"C2\" excluded at_most_1_sms  expect \"C2\" nothing }}"
    );
    for text in both_ways(HEAD, &[first, second], &test) {
        assert_passes(&text);
    }
}

#[test]
fn the_ledger_counts_and_a_stopped_contact_does_not() {
    let strategies = [
        strategy("one", "class risk", "send sms using a"),
        strategy("two", "class service", "send app_push using c"),
        strategy("three", "class sales", "send sms using b"),
    ];
    let test = format!(
        "test \"ledger\" {{ {CUSTOMERS}
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, sent_at)
    (\"K1\", \"customers\", \"C1\", \"C1\", \"old\", \"sms\", 2025-06-25 00:00)
    (\"K2\", \"customers\", \"C2\", \"C2\", \"old\", \"rm_call\", 2025-06-20 00:00)
  expect \"C1\" send app_push using c  expect \"C1\" not send sms
  expect \"C2\" send sms using a       expect \"C2\" excluded at_most_2_contacts }}"
    );
    for text in both_ways(HEAD, &strategies, &test) {
        assert_passes(&text);
    }
}

const LOANS: &str = r#"use std.schema
subject loans
template a for sms = "甲"
template b for sms = "乙"
policy house always { contact { at most 2 sms in any 7 days  at most 3 contacts in any 30 days } }
strategy loan { priority 1 purpose "service" on while status = "active" again always rank by outstanding desc plan { send sms using a } }
"#;

#[test]
fn rows_that_reach_one_person_count_each_other() {
    let test = r#"
test "three loans of one customer" {
  as of 2025-07-01 00:00
  given customers (customer_id, status) ("C1", "active") ("C2", "active")
  given loans (loan_id, customer_id, outstanding, status)
    ("L1", "C1", 1万元, "active") ("L2", "C1", 3万元, "active") ("L3", "C1", 2万元, "active") ("L4", "C2", 1万元, "active")
  expect "L1" excluded at_most_2_sms
  expect "L2" send sms using a
  expect "L3" send sms using a
  expect "L4" send sms using a
}
"#;
    assert_passes(&format!("{LOANS}{test}"));
}

#[test]
fn strategies_about_other_tables_count_too() {
    let other = "strategy person for customers { priority 2 purpose \"service\" on while status = \"active\" again always plan { send sms using b } }\n";
    let test = r#"
test "a loan and its customer" {
  as of 2025-07-01 00:00
  given customers (customer_id, status) ("C1", "active") ("C2", "active") ("C3", "active")
  given loans (loan_id, customer_id, outstanding, status)
    ("L1", "C1", 1万元, "active") ("L2", "C1", 3万元, "active") ("L4", "C2", 1万元, "active")
  expect "L1" send sms using a
  expect "L2" send sms using a
  expect "C1" excluded at_most_2_sms
  expect "C2" send sms using b
  expect "C3" send sms using b
}
"#;
    assert_passes(&format!("{LOANS}{other}{test}"));
}

#[test]
fn two_orders_of_classes_are_refused() {
    let more = "policy two always { arbitration { order sales, risk } }\npolicy three always { arbitration { order risk, risk } }\n";
    let found = slugs(&format!("{HEAD}{more}"));
    assert_eq!(found, ["orders-differ", "orders-differ", "duplicate-label"]);
}

#[test]
fn an_explanation_tells_a_rule_of_several_waves_once() {
    let waves = strategy(
        "two",
        "exclude staff when is_employee",
        "wave now { send sms using a  send app_push using c }  wave later after 3 days { send sms using b }",
    );
    let test = format!(
        "test \"waves\" {{ {CUSTOMERS}
  given entries (strategy_id, subject, unit_id, entered_at) (\"two\", \"customers\", \"C2\", 2025-06-20 00:00)
  given journeys (strategy_id, subject, unit_id, entered_at, wave, event, happened_at)
    (\"two\", \"customers\", \"C2\", 2025-06-20 00:00, \"now\", \"executed\", 2025-06-20 00:00)
  expect \"C1\" send app_push using c  expect \"C2\" send sms using b }}"
    );
    let text = format!("{HEAD}{waves}{test}");
    assert_passes(&text);
    for subject in ["C1", "C2"] {
        let told = explained(&text, subject);
        let count = |part: &str| told.matches(part).count();
        assert_eq!((count("eligibility staff"), count("at_most_1_sms")), (1, 1), "{told}");
    }
    let told = explained(&text, "C1");
    assert!(told.contains("at_most_2_contacts [now a]") && told.contains("at_most_2_contacts [now c]"), "{told}");
}
