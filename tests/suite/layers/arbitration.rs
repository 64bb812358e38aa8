//! Who of several strategies gets one customer: class, priority, value, name.

use super::{assert_passes, both_ways, explained, slugs};

const HEAD: &str = r#"use std.schema
subject customers
feature worth = sum(accounts.balance) ?? 0元
template a for sms = "甲"
template b for app_push = "乙"
template c for ai_call = "丙"
offer gift { }
policy house always {
  arbitration { order risk, service, retention, sales  at most 1 contact per calendar day }
  contact { at most 1 sms in any 7 days  at most 1 gift per calendar month  at most 2 retention in any 30 days }
}
"#;

fn strategies() -> Vec<String> {
    let text = |name: &str, head: &str, plan: &str| {
        format!("strategy {name} {{ purpose \"service\" {head} again always plan {{ send {plan} }} }}\n")
    };
    let active = "on while status = \"active\"";
    vec![
        text("a1", &format!("class sales value worth {active}"), "sms using a"),
        text("a2", &format!("class sales value 2万元 {active}"), "app_push using b"),
        text("a3", &format!("class sales value max(accounts.balance) {active}"), "sms using a"),
        text("a4", "class risk on while vip_level = \"x\"", "ai_call using c"),
        text("a5", "class retention on while vip_level = \"gift\"", "ai_call using c offer gift"),
        text("a6", "class service at most 1 app_push in any 60 days on while vip_level = \"twice\"", "app_push using b"),
    ]
}

const TEST: &str = r#"
test "values" {
  as of 2025-07-01 09:00
  given customers (customer_id, status, vip_level)
    ("C1", "active", "y") ("C2", "active", "y") ("C3", "active", "x") ("C4", "active", "y") ("C5", "active", "gift")
    ("C6", "closed", "gift") ("C7", "closed", "twice") ("C8", "active", "y")
  given accounts (account_id, customer_id, account_class, balance, status)
    ("A1", "C1", "I", 1万元, "active") ("A2", "C2", "I", 5万元, "active") ("A3", "C4", "I", 3万元, "active")
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, offer_id, sent_at)
    ("K1", "customers", "C4", "C4", "old", "sms",      missing, 2025-06-28 00:00)
    ("K2", "customers", "C5", "C5", "old", "rm_call",  "gift",  2025-07-01 08:00)
    ("K3", "customers", "C6", "C6", "a5",  "rm_call",  missing, 2025-06-20 00:00)
    ("K4", "customers", "C6", "C6", "a5",  "rm_call",  missing, 2025-06-21 00:00)
    ("K5", "customers", "C7", "C7", "a6",  "app_push", missing, 2025-06-01 00:00)
    ("K6", "customers", "C8", "C8", "old", "rm_call",  missing, 2025-07-01 00:00)
  expect "C1" send app_push using b
  expect "C1" excluded arbitration
  expect "C2" send sms using a
  expect "C3" send ai_call using c
  expect "C3" not send app_push using b
  expect "C3" excluded no_value
  expect "C4" excluded at_most_1_sms
  expect "C4" send app_push
  expect "C5" excluded at_most_1_gift
  expect "C6" excluded at_most_2_retention
  expect "C7" excluded at_most_1_app_push
  expect "C8" excluded at_most_1_contacts
  expect "C8" nothing
}
"#;

#[test]
fn the_greatest_value_wins_inside_class_and_priority() {
    for text in both_ways(HEAD, &strategies(), TEST) {
        assert_passes(&text);
    }
}

#[test]
fn an_explanation_names_what_stopped_the_loser() {
    let told = explained(&format!("{HEAD}{}{TEST}", strategies().concat()), "C1");
    assert!(told.contains("stopped by arbitration (another strategy is preferred)"), "{told}");
    assert!(told.lines().count() < 120, "{told}");
}

#[test]
fn values_of_two_units_are_refused() {
    let more = "strategy a9 { class sales purpose \"service\" value 0.5 on while status = \"active\" again always plan { send ai_call using c } }\n";
    let found = slugs(&format!("{HEAD}{}{more}", strategies().concat()));
    assert!(found.contains(&"values-differ"), "{found:?}");
    let found = slugs(&format!("{HEAD}policy two always {{ contact {{ at most 1 smss in any 7 days }} }}\n"));
    assert_eq!(found, ["not-declared"]);
}
