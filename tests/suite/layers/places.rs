//! The places of an offer are one line over everything that gives it.

use super::{assert_passes, both_ways, slugs, strategy};

const HEAD: &str = r#"use std.schema
subject customers
feature balance = sum(accounts.balance) ?? 0元
template a for sms = "甲"
template b for app_push = "乙"
offer gift { quota 3  reserve 1 }
action credit { }
"#;

const CUSTOMERS: &str = r#"
  as of 2025-07-01 00:00
  given customers (customer_id, status, is_employee) ("C1", "active", true) ("C2", "active", true) ("C3", "active", false) ("C4", "active", false) ("C5", "active", false)
  given accounts (account_id, customer_id, account_class, balance, status)
    ("A1", "C1", "I", 1万元, "active") ("A2", "C2", "I", 5万元, "active") ("A3", "C3", "I", 3万元, "active") ("A4", "C4", "I", 2万元, "active")
"#;

#[test]
fn strategies_that_give_one_offer_stand_in_one_line() {
    let staff = strategy("staff", "exclude others when not is_employee rank by balance desc", "send sms using a offer gift");
    let rest = strategy("rest", "exclude staff when is_employee rank by balance desc", "send app_push using b offer gift");
    let test = format!(
        "test \"one line\" {{ {CUSTOMERS}
  expect \"C2\" send sms using a  expect \"C3\" send app_push using b  expect \"C4\" send app_push using b
  expect \"C1\" excluded reserve  expect \"C5\" excluded quota }}"
    );
    for text in both_ways(HEAD, &[staff, rest], &test) {
        assert_passes(&text);
    }
}

#[test]
fn who_gets_an_offer_by_two_actions_takes_one_place() {
    let both = strategy("both", "rank by balance desc", "send sms using a offer gift  do credit offer gift");
    let test = format!(
        "test \"one place\" {{ {CUSTOMERS}
  expect \"C4\" send sms using a  expect \"C4\" do credit  expect \"C1\" excluded reserve  expect \"C5\" excluded quota }}"
    );
    assert_passes(&format!("{HEAD}{both}{test}"));
}

#[test]
fn a_limit_is_of_subjects_over_all_actions() {
    let both = strategy("both", "rank by balance desc limit 2", "send sms using a  do credit");
    let test = format!(
        "test \"limit\" {{ {CUSTOMERS}
  expect \"C2\" send sms using a  expect \"C3\" do credit  expect \"C3\" send sms using a
  expect \"C4\" excluded limit  expect \"C4\" nothing  expect \"C1\" nothing }}"
    );
    assert_passes(&format!("{HEAD}{both}{test}"));
}

#[test]
fn one_line_needs_one_ranking_and_one_kind_of_subject() {
    let by_balance = strategy("one", "rank by balance desc", "send sms using a offer gift");
    let by_age = strategy("two", "rank by open_date", "send sms using a offer gift");
    assert_eq!(slugs(&format!("{HEAD}{by_balance}{by_age}")), ["ranks-differ"]);
    let loans =
        "strategy loan for loans { purpose \"service\" on while status = \"active\" again always plan { send sms using a offer gift } }\n";
    assert_eq!(slugs(&format!("{HEAD}{by_balance}{loans}")), ["offer-of-two-tables"]);
}
