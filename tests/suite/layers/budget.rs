//! Budgets: money goes to the first in rank order, over the ledger and the run, and is counted to the fen.

use super::{assert_passes, explained, ledger, slugs, written};
use strat::ir::Output;

/// A text costs 0.05元, so an action of `spend` costs 30.05元, what `gift` is worth and the price of its contact.
const HEAD: &str = r#"use std.schema
subject customers
feature worth = sum(accounts.balance)
feature bonus = latest(transactions.amount)
template a for sms = "甲"
template b for app_push = "乙"
template c for app_inbox = "丙"
template d for rm_call = "丁"
template e for rm_call = "戊"
offer gift { cost 30元 }
offer share { cost bonus }
action welcome { cost 50元 }
"#;

/// C1 to C5, the richest last; C6 has nothing.
const DATA: &str = r#"as of 2025-07-02 00:00
  given customers (customer_id, status) ("C1", "active") ("C2", "active") ("C3", "active") ("C4", "active") ("C5", "active") ("C6", "active")
  given accounts (account_id, customer_id, account_class, balance, status)
    ("A1", "C1", "I", 1万元, "active") ("A2", "C2", "I", 2万元, "active") ("A3", "C3", "I", 3万元, "active") ("A4", "C4", "I", 4万元, "active")
    ("A5", "C5", "I", 5万元, "active")
"#;

fn strategy(head: &str, plan: &str) -> String {
    format!(
        "strategy spend {{ purpose \"service\" rank by worth desc {head} on while status = \"active\" again always plan {{ {plan} }} }}\n"
    )
}

#[test]
fn the_first_in_rank_order_get_the_money() {
    let expected = "expect \"C5\" send sms using a  expect \"C4\" send sms using a  expect \"C3\" send sms using a
  expect \"C2\" excluded budget  expect \"C2\" nothing  expect \"C1\" excluded budget  expect \"C6\" excluded budget";
    let with = |budget: &str, expected: &str| {
        format!("{HEAD}{}test \"budget\" {{ {DATA} {expected} }}\n", strategy(&format!("budget {budget}"), "send sms using a offer gift"))
    };
    let text = with("90.15元", expected);
    assert_passes(&text);
    assert_eq!(written(&text, Output::Contacts, "cost").iter().map(|(_, cost)| cost.as_str()).collect::<Vec<_>>(), ["5", "5", "5"]);
    let spent = [("C3", "3000"), ("C4", "3000"), ("C5", "3000")].map(|(who, amount)| (who.to_string(), amount.to_string()));
    assert_eq!(written(&text, ledger(&text, "spending"), "amount"), spent);
    let told = explained(&text, "C2");
    assert!(told.contains("stopped by budget (more than the budget) (budget)"), "{told}");
    let detail = written(&text, Output::Exclusions, "detail");
    assert!(detail.contains(&(String::from("C2"), String::from("30.05元"))), "{detail:?}");
    // One fen less, and the third place is gone.
    assert_passes(&with("90.14元", "expect \"C4\" send sms using a  expect \"C3\" excluded budget"));
    assert_passes(&with("0元", "expect \"C5\" excluded budget  expect \"C5\" nothing"));
}

#[test]
fn what_the_ledger_spent_is_gone_and_what_came_back_is_not() {
    let past = r#"
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, sent_at, cost)
    ("K1", "customers", "X1", "X1", "spend", "sms",     2025-06-20 00:00, missing)
    ("K2", "customers", "X2", "X2", "spend", "rm_call", 2025-06-30 00:00, 20.10元)
    ("K3", "customers", "X3", "X3", "other", "rm_call", 2025-06-30 00:00, 99元)
  given spending (strategy_id, subject, unit_id, item, spent_at, amount)
    ("spend", "customers", "X1", "gift", 2025-06-20 00:00, 10元)
    ("spend", "customers", "X2", "gift", 2025-06-30 00:00, 10元)
    ("spend", "customers", "X4", "gift", 2025-06-01 00:00, 10元)
    ("spend", "customers", "X5", "gift", 2025-06-01 00:00, 10元)
    ("other", "customers", "X5", "gift", 2025-06-01 00:00, 99元)
  given grants (grant_id, subject, unit_id, offer_id, customer_id, strategy_id, state, ts)
    ("G1", "customers", "X4", "gift", "X4", "spend", "expired",  2025-06-08 00:00)
    ("G2", "customers", "X5", "gift", "X5", "spend", "expired",  2025-05-08 00:00)
    ("G3", "customers", "X2", "gift", "X2", "spend", "expired",  2025-07-01 00:00)
    ("G4", "customers", "X2", "gift", "X2", "spend", "accepted", 2025-06-30 12:00)
    ("G5", "customers", "X1", "else", "X1", "spend", "declined", 2025-06-30 12:00)
"#;
    let with = |budget: &str, expected: &str| {
        assert_passes(&format!(
            "{HEAD}{}test \"past\" {{ {DATA}{past} {expected} }}\n",
            strategy(&format!("budget {budget}"), "send sms using a offer gift")
        ));
    };
    // Contacts 0.05 + 20.10; gifts of X1, X2 and X5, not of X4, whose invitation expired after: 50.15 in all.
    with("80.20元", "expect \"C5\" send sms using a  expect \"C4\" excluded budget");
    with("80.19元", "expect \"C5\" excluded budget");
    // Since Monday, 2025-06-30: 20.10 and the gift of X2.
    with("60.15元 per calendar week", "expect \"C5\" send sms using a  expect \"C4\" excluded budget");
    with("60.14元 per calendar week", "expect \"C5\" excluded budget");
    // Since 2025-06-02: all but what X5 got on the first.
    with("70.20元 in any 30 days", "expect \"C5\" send sms using a  expect \"C4\" excluded budget");
    with("70.19元 in any 30 days", "expect \"C5\" excluded budget");
}

#[test]
fn amounts_differ_by_subject_and_unknown_ones_are_not_paid() {
    let past = r#"
  given transactions (txn_id, customer_id, ts, amount)
    ("T1", "C1", 2025-06-01 00:00, 10元) ("T2", "C2", 2025-06-01 00:00, 0元) ("T4", "C4", 2025-06-01 00:00, -5元) ("T5", "C5", 2025-06-01 00:00, 40元)
"#;
    let text = format!(
        "{HEAD}{}test \"amounts\" {{ {DATA}{past}
  expect \"C5\" send app_push using b  expect \"C3\" excluded budget  expect \"C6\" excluded budget
  expect \"C4\" send app_push using b  expect \"C2\" send app_push using b  expect \"C1\" excluded budget }}\n",
        strategy("budget 49.99元", "send app_push using b offer share")
    );
    assert_passes(&text);
    // Whoever is too dear is passed over, and those behind may still be served.
    let less =
        text.replace("budget 49.99元", "budget 11元").replace("expect \"C5\" send app_push using b", "expect \"C5\" excluded budget");
    assert_passes(&less.replace("expect \"C1\" excluded budget", "expect \"C1\" send app_push using b"));
    // Nothing is spent on those who get nothing of worth.
    assert_eq!(written(&text, ledger(&text, "spending"), "amount").len(), 1);
}

#[test]
fn a_subject_pays_for_its_steps_before_the_next_subject() {
    let both = strategy("budget 130.10元", "send sms using a offer gift  do welcome");
    assert_passes(&format!(
        "{HEAD}{both}test \"steps\" {{ {DATA}
  expect \"C5\" send sms using a  expect \"C5\" do welcome
  expect \"C4\" send sms using a  expect \"C4\" excluded budget  expect \"C4\" not do welcome
  expect \"C3\" excluded budget   expect \"C3\" nothing }}\n"
    ));
}

#[test]
fn a_budget_is_money() {
    let with = |budget: &str| slugs(&format!("{HEAD}{}", strategy(&format!("budget {budget}"), "send sms using a")));
    assert_eq!(with("500"), ["wrong-type"]);
    assert_eq!(with("worth"), ["fact-of-other-table"]);
    let rate = "offer rate { cost 20bp }\n";
    assert_eq!(slugs(&format!("{HEAD}{rate}{}", strategy("budget 1元", "send sms using a offer rate"))), ["wrong-type"]);
}

#[test]
fn what_stands_in_spends_what_the_others_left() {
    let with = |budget: &str, plan: &str, expected: &str| {
        let text = format!("{HEAD}{}test \"left\" {{ {DATA} {expected} }}\n", strategy(&format!("budget {budget}"), plan));
        assert_passes(&text);
        text
    };
    // Two gifts with their texts leave 0.04: two pushes of 0.02, to the first of those in line.
    let pushed = with(
        "60.14元",
        "send sms using a offer gift else on budget send app_push using b",
        "expect \"C5\" send sms using a  expect \"C5\" not send app_push  expect \"C4\" send sms using a
  expect \"C3\" send app_push using b  expect \"C3\" excluded budget  expect \"C3\" not send sms
  expect \"C2\" send app_push using b  expect \"C1\" nothing  expect \"C1\" excluded budget  expect \"C6\" nothing",
    );
    let costs: Vec<String> = written(&pushed, Output::Contacts, "cost").into_iter().map(|(_, cost)| cost).collect();
    assert_eq!(costs, ["2", "2", "5", "5"]);
    assert_eq!(written(&pushed, ledger(&pushed, "spending"), "amount").len(), 2);
    // What costs nothing goes to everybody the budget stopped, whatever is left.
    with(
        "0元",
        "send sms using a offer gift else on budget send app_inbox using c",
        "expect \"C5\" send app_inbox using c  expect \"C6\" send app_inbox using c",
    );
    // An operation stands in as well, and is paid for.
    with(
        "50元",
        "send rm_call using d offer gift else on budget do welcome",
        "expect \"C5\" do welcome  expect \"C4\" nothing  expect \"C4\" excluded budget",
    );
}

#[test]
fn what_stands_in_passes_every_layer_and_is_not_in_its_own_way() {
    let house = "policy house always {
  eligibility { exclude push when candidate.channel = \"app_push\" and customer_id = \"C3\" }
  contact { at most 1 contact in any 7 days }
  arbitration { at most 1 contact per calendar day }
  capacity { capacity 3 rm_call per calendar day overflow drop } }\n";
    let with = |budget: &str, plan: &str, expected: &str| {
        assert_passes(&format!("{HEAD}{house}{}test \"layers\" {{ {DATA} {expected} }}\n", strategy(&format!("budget {budget}"), plan)));
    };
    // The cap of one contact leaves room for what stands in for it; its own rules stop it where they hold.
    with(
        "60.14元",
        "send sms using a offer gift else on budget send app_push using b",
        "expect \"C4\" send sms using a  expect \"C3\" nothing  expect \"C3\" excluded push
  expect \"C2\" send app_push using b  expect \"C1\" send app_push using b  expect \"C6\" nothing",
    );
    // Three calls have a seat; the budget stops one of them, and its seat is free for the call without a gift.
    with(
        "180元",
        "send rm_call using d offer gift else on budget send rm_call using e",
        "expect \"C5\" send rm_call using d  expect \"C4\" send rm_call using d  expect \"C3\" send rm_call using e
  expect \"C2\" excluded capacity  expect \"C2\" nothing",
    );
}

#[test]
fn a_place_is_kept_where_the_budget_stops_its_action() {
    let text = format!(
        "{HEAD}offer few {{ quota 3  cost 10元 }}\n{}test \"place\" {{ {DATA}
  expect \"C5\" send rm_call using d  expect \"C4\" send sms using a  expect \"C3\" send sms using a  expect \"C2\" excluded quota }}\n",
        strategy("budget 80元", "send rm_call using d offer few else on budget send sms using a offer few")
    );
    assert_passes(&text);
    let granted = written(&text, Output::Grants, "offer_id");
    assert_eq!(granted.len(), 3, "{granted:?}");
}

#[test]
fn what_stands_in_competes_by_value_without_the_action_it_replaces() {
    let house = "policy house always { arbitration { order sales  at most 1 contact per calendar day } }\n";
    let dear = "strategy dear { class sales purpose \"service\" value 50元 budget 0元 rank by worth desc on while status = \"active\" again always plan { send rm_call using d else on budget send app_inbox using c } }\n";
    let cheap = "strategy cheap { class sales purpose \"service\" value 9元 on while customer_id = \"C1\" again always plan { send sms using a } }\n";
    assert_passes(&format!(
        "{HEAD}{house}{dear}{cheap}test \"value\" {{ {DATA} expect \"C1\" excluded arbitration  expect \"C1\" send app_inbox using c  expect \"C5\" send app_inbox using c }}\n"
    ));
}
