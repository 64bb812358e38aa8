//! What staff can do in a day goes to the first in the order of the run; the rest waits, is dropped, or is done otherwise.

use super::{assert_passes, slugs};

const HEAD: &str = r#"use std.schema
subject customers
feature worth = sum(accounts.balance)
template a for rm_call, ai_call, rm_visit = "甲"
policy house always {
  contact { at most 1 contact in any 30 days }
  consent { exclude consent when candidate.channel = "ai_call" and vip_level = "none" }
  capacity {
    capacity assignee.cap_calls_day rm_call per assignee per calendar day overflow defer
    capacity 2 ai_call per calendar day overflow drop
    capacity 1 rm_visit per branch_id per calendar week overflow defer
  }
}
"#;

const DATA: &str = r#"
  given branches (branch_id, name, kind) ("B1", "x", "standard") ("B2", "y", "standard")
  given rm_roster (rm_id, branch_id, role, cap_calls_day) ("M1", "B1", "rm", 2) ("M2", "B1", "rm", missing)
  given customers (customer_id, status, rm_id, branch_id, vip_level)
    ("C1", "active", "M1", "B1", "x") ("C2", "active", "M1", "B1", "x") ("C3", "active", "M1", "B2", "x")
    ("C4", "active", missing, "B2", "x") ("C5", "active", "M2", "B2", "none") ("C6", "active", "M1", "B2", "x")
  given accounts (account_id, customer_id, account_class, balance, status)
    ("A1", "C1", "I", 1万元, "active") ("A2", "C2", "I", 5万元, "active") ("A3", "C3", "I", 3万元, "active")
"#;

#[test]
fn a_full_manager_hands_the_call_to_the_machine() {
    assert_passes(&format!(
        "{HEAD}strategy calls {{ purpose \"service\" rank by worth desc on while status = \"active\" again always
  plan {{ send rm_call using a to rm  else on capacity send ai_call using a }} }}
test \"capacity\" {{
  as of 2025-07-01 09:00 {DATA}
  expect \"C2\" send rm_call using a  expect \"C3\" send rm_call using a
  expect \"C1\" send ai_call using a  expect \"C1\" not send rm_call
  expect \"C4\" send ai_call using a
  expect \"C5\" excluded consent      expect \"C5\" excluded capacity
  expect \"C6\" excluded capacity     expect \"C6\" nothing
}}"
    ));
}

#[test]
fn what_the_ledger_and_better_strategies_took_is_gone() {
    assert_passes(&format!(
        "{HEAD}strategy second {{ class sales priority 2 purpose \"service\" rank by worth desc on while status = \"active\" again always plan {{ send rm_call using a to rm }} }}
strategy first {{ class sales priority 1 purpose \"service\" on while customer_id = \"C6\" again always plan {{ send rm_call using a to rm }} }}
test \"one line\" {{
  as of 2025-07-01 09:00 {DATA}
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, sent_at, rm_id)
    (\"K1\", \"customers\", \"X\", \"C9\", \"old\", \"rm_call\", 2025-07-01 08:00, \"M1\") (\"K2\", \"customers\", \"X\", \"C9\", \"old\", \"rm_call\", 2025-06-30 08:00, \"M1\")
  expect \"C6\" send rm_call using a
  expect \"C2\" excluded capacity  expect \"C3\" excluded capacity  expect \"C4\" excluded no_assignee  expect \"C5\" excluded capacity
}}"
    ));
}

#[test]
fn a_deferred_action_is_due_again_and_alone() {
    let text = |journeys: &str, expected: &str| {
        format!(
            "{HEAD}strategy visits {{ purpose \"service\" rank by worth desc on entering status = \"active\" again after 90 days
  arms {{ visited 99%  control 1% }}
  plan {{ send rm_visit using a to rm }} }}
test \"defer\" {{
  as of 2025-07-01 09:00  previous 2025-06-30 {DATA}
  given tier_history (subject, unit_id, scheme, as_of, label)
    (\"customers\", \"C1\", \"visits.on.1\", 2025-06-29, \"true\") (\"customers\", \"C2\", \"visits.on.1\", 2025-06-29, \"true\")
  given entries (strategy_id, subject, unit_id, entered_at)
    (\"visits\", \"customers\", \"C1\", 2025-06-24 00:00) (\"visits\", \"customers\", \"C2\", 2025-06-24 00:00) (\"visits\", \"customers\", \"C3\", 2025-06-24 00:00)
    (\"visits\", \"customers\", \"C4\", 2025-06-24 00:00) (\"visits\", \"customers\", \"C5\", 2025-06-24 00:00) (\"visits\", \"customers\", \"C6\", 2025-06-24 00:00)
  given journeys (strategy_id, subject, unit_id, entered_at, wave, event, happened_at, reason) {journeys}
  {expected}
}}"
        )
    };
    let row = |unit: &str, at: &str| format!("(\"visits\", \"customers\", \"{unit}\", 2025-06-24 00:00, \"1\", \"deferred\", {at}, \"a\")");
    assert_passes(&text(&row("C1", "2025-06-24 00:00"), "expect \"C1\" send rm_visit using a  expect \"C2\" nothing"));
    let two = format!("{} {}", row("C1", "2025-06-24 00:00"), row("C2", "2025-06-24 00:00"));
    assert_passes(&text(&two, "expect \"C2\" send rm_visit using a  expect \"C1\" excluded capacity"));
    let sent = format!(
        "{}\n  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, wave, channel, template_id, sent_at)
    (\"K1\", \"customers\", \"C1\", \"C1\", \"visits\", \"1\", \"rm_visit\", \"a\", 2025-06-26 00:00)",
        row("C1", "2025-06-24 00:00")
    );
    assert_passes(&text(&sent, "expect \"C1\" nothing"));
}

#[test]
fn a_capacity_says_whose_it_is_and_what_becomes_of_the_rest() {
    let visit = "strategy v { purpose \"service\" on while status = \"active\" again always plan { send rm_call using a } }\n";
    assert_eq!(slugs(&format!("{HEAD}{visit}")), ["assignee-missing"]);
    let found = slugs(&format!("{HEAD}policy two always {{ capacity {{ capacity 5 ai_call per calendar day }} }}\n"));
    assert_eq!(found, ["overflow-missing"]);
}
