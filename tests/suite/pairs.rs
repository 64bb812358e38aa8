//! Facts that look at everybody's rows at once: what goes together, and groups of rows folded before they are folded.

use crate::layers::{assert_passes, slugs, written};
use strat::ir::Output;

const HEAD: &str = "use std.schema\nsubject customers\n";

/// Six holders: five have P1, three P2, all of these P1 too; two have P3, one of them P1 too. C7 has nothing, C8 only what is closed.
const HELD: &str = r#"as of 2025-07-01 00:00
  given products (product_id, name, family, risk_level) ("P1", "活期", "deposit", 1) ("P2", "基金", "fund", 3) ("P3", "保险", "insurance", 2)
  given customers (customer_id, status) ("C1", "active") ("C2", "active") ("C3", "active") ("C4", "active") ("C5", "active") ("C6", "active")
    ("C7", "active") ("C8", "active")
  given accounts (account_id, customer_id, account_class, product_id, balance, status)
    ("A1", "C1", "I", "P1", 1元, "active") ("A2", "C1", "I", "P1", 1元, "active") ("A3", "C1", "I", "P2", 1元, "active")
    ("A4", "C2", "I", "P1", 1元, "active") ("A5", "C2", "I", "P2", 1元, "active") ("A6", "C3", "I", "P2", 1元, "active") ("A7", "C3", "I", "P1", 1元, "active")
    ("A8", "C4", "I", "P1", 1元, "active") ("A9", "C4", "I", missing, 1元, "active") ("A10", "C5", "I", "P3", 1元, "active")
    ("A11", "C6", "I", "P3", 1元, "active") ("A12", "C6", "I", "P1", 1元, "active") ("A13", "C8", "I", "P1", 1元, "closed")
"#;

fn pairs(limits: &str, expected: &str) -> String {
    format!(
        "{HEAD}feature next = association(accounts.product_id where status = \"active\", {limits})
template a for sms = \"{{next|无}} {{next.because|无}} {{next.support:百分比|无}} {{next.confidence:百分比|无}} {{next.lift|无}}\"
strategy s {{ purpose \"service\" on while status = \"active\" again always plan {{ send sms using a }} }}
test \"pairs\" {{ {HELD} {expected} }}\n"
    )
}

fn told(text: &str) -> Vec<(String, String)> {
    written(text, Output::Actions, "message")
}

#[test]
fn what_holders_of_the_same_hold_too() {
    let text = pairs(
        "support: 1%, confidence: 5%, lift: 1.1",
        "expect \"C4\" next = \"P2\"  expect \"C6\" next = \"P2\"  expect \"C1\" next is missing",
    );
    assert_passes(&text);
    let none = "无 无 无 无 无";
    let said = told(&text);
    assert_eq!(said[3], (String::from("C4"), String::from("P2 P1 50% 60% 1.2")));
    for at in [0, 1, 2, 4, 6, 7] {
        assert_eq!(said[at].1, none, "{said:?}");
    }
    // A lift must be above its limit, a share must reach it.
    let lifted = |limits: &str| {
        told(&pairs(limits, "expect \"C7\" next is missing"))
            .into_iter()
            .filter(|(_, text)| text != none)
            .map(|(who, _)| who)
            .collect::<Vec<_>>()
    };
    assert_eq!(lifted("support: 1%, confidence: 5%, lift: 1.2"), Vec::<String>::new());
    assert_eq!(lifted("support: 50%, confidence: 60%, lift: 1.1"), ["C4", "C6"]);
    assert_eq!(lifted("support: 50.0001%, confidence: 5%, lift: 1.1"), Vec::<String>::new());
    assert_eq!(lifted("support: 1%, confidence: 60.0001%, lift: 1.1"), Vec::<String>::new());
    // Of several the most confident, then the most lifted, then by name.
    let all = pairs("support: 0%, confidence: 0%, lift: 0", "expect \"C5\" next = \"P1\"  expect \"C1\" next = \"P3\"");
    assert_passes(&all);
    assert_eq!(told(&all)[4].1, "P1 P3 16.6% 50% 0.6");
    assert_eq!(told(&all)[0].1, "P3 P1 16.6% 20% 0.6");
}

#[test]
fn an_association_is_asked_as_it_is_written() {
    let with = |call: &str| slugs(&format!("{HEAD}feature next = {call}\n"));
    let limits = "support: 1%, confidence: 5%, lift: 1.2";
    assert_eq!(with(&format!("association(accounts.product_id, {limits})")), [""; 0]);
    assert_eq!(with(&format!("association(app_events.page_category, last 90 days, {limits})")), [""; 0]);
    for bad in [
        "association(accounts.product_id, support: 1%)",
        "association(accounts.product_id, support: 1%, confidence: 2, lift: 1)",
        "association(accounts.balance, lift: 1)",
    ] {
        assert_eq!(with(bad), ["bad-argument"], "{bad}");
    }
    assert_eq!(with(&format!("association(accounts.product_id where open_date > subject.open_date, {limits})")), ["subject-unseen"]);
    assert_eq!(with(&format!("association(transactions.type, since subject.open_date, {limits})")).first(), Some(&"subject-unseen"));
    assert_eq!(
        slugs(&format!("{HEAD}feature next = association(accounts.product_id, {limits})\nfeature x = next.strength\n")),
        ["not-declared"]
    );
}

const SPENT: &str = r#"as of 2025-07-01 00:00
  given customers (customer_id, status) ("C1", "active") ("C2", "active") ("C3", "active")
  given transactions (txn_id, customer_id, ts, type, amount)
    ("T1", "C1", 2025-06-20 10:00, "payment", -30元) ("T2", "C1", 2025-06-21 10:00, "payment", -50元) ("T3", "C1", 2025-06-22 10:00, "fee", -60元)
    ("T4", "C1", 2025-06-23 10:00, missing, -900元) ("T5", "C1", 2025-01-23 10:00, "payment", -900元) ("T6", "C1", 2025-06-24 10:00, "fee", 500元)
    ("T7", "C2", 2025-06-20 10:00, "payment", -10元)
"#;

#[test]
fn groups_are_folded_before_they_are_folded() {
    let test = |expected: &str| {
        assert_passes(&format!(
            "{HEAD}feature least   = min(sum(transactions.amount) per type where amount < 0元, last 90 days)
feature newest  = sum(latest(transactions.amount) per type)
feature usual   = mean(count(transactions) per type, last 90 days)
feature spread  = stddev(sum(transactions.amount) per type, last 90 days)
feature several = max(count(transactions) per type where amount < 0元, last 90 days, at least 2)
feature kinds   = count(transactions per type, last 90 days)
template a for sms = \"{{least|无}} {{newest|无}} {{usual|无}} {{spread|无}} {{several|无}} {{kinds}}\"
strategy s {{ purpose \"service\" on while status = \"active\" again always plan {{ send sms using a }} }}
test \"groups\" {{ {SPENT} {expected} }}\n"
        ));
    };
    // By type: payments 30 + 50, fee 60; the newest of each are 50 out and 500 in.
    test(
        "expect \"C1\" least = -80元    expect \"C1\" newest = 450元  expect \"C1\" usual = 2  expect \"C1\" several = 2  expect \"C1\" kinds = 2",
    );
    test("expect \"C1\" spread = 260元");
    test("expect \"C2\" least = -10元    expect \"C2\" several is missing  expect \"C2\" spread = 0元");
    test("expect \"C3\" least is missing expect \"C3\" usual is missing    expect \"C3\" kinds = 0");
}

#[test]
fn a_group_says_what_it_is_worth() {
    let with = |call: &str| slugs(&format!("{HEAD}feature f = {call}\n"));
    assert_eq!(with("sum(transactions.amount per type)"), ["group-value-missing"]);
    assert_eq!(with("latest(sum(transactions.amount) per type)"), ["group-value-missing"]);
    assert_eq!(with("max(sum(transactions.amount) per type where amount > subject.income_month)"), ["subject-unseen"]);
    assert_eq!(with("max(sum(transactions.amount) per amount)"), ["wrong-type"]);
    assert_eq!(with("max(sum(customer_month.aum) per month)"), ["table-shape"]);
}
