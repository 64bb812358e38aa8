//! Caps and capacities for all who share something, caps after places, caps of an offer.

use super::{assert_passes, explained, slugs, strategy};

const HEAD: &str = r#"use std.schema
subject customers
feature worth = sum(accounts.balance) ?? 0元
template a for sms, rm_visit, ai_call = "甲"
template b for app_push = "乙"
"#;

const DATA: &str = r#"as of 2025-07-01 09:00
  given branches (branch_id, name, kind) ("B1", "x", "standard") ("B2", "y", "standard")
  given customers (customer_id, status, branch_id)
    ("C1", "active", "B1") ("C2", "active", "B1") ("C3", "active", "B1") ("C4", "active", "B2") ("C5", "active", missing)
  given accounts (account_id, customer_id, account_class, balance, status)
    ("A1", "C1", "I", 1万元, "active") ("A2", "C2", "I", 5万元, "active") ("A3", "C3", "I", 3万元, "active")
  given loans (loan_id, customer_id, outstanding, status)
    ("L1", "C1", 3万元, "active") ("L2", "C1", 1万元, "active") ("L4", "C4", 1万元, "active")
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, sent_at)
    ("K1", "customers", "C3", "C3", "old", "sms", 2025-07-01 08:00) ("K2", "customers", "C3", "C3", "old", "rm_visit", 2025-06-30 08:00)
"#;

fn loans(plan: &str) -> String {
    format!(
        "strategy lend for loans {{ priority 1 purpose \"service\" rank by outstanding desc on while status = \"active\" again always plan {{ {plan} }} }}\n"
    )
}

#[test]
fn a_cap_per_branch_counts_everybody_of_the_branch() {
    let house = "policy house always { contact { at most 2 contacts per branch_id per calendar day  at most 1 sms in any 7 days } }\n";
    let person = strategy("person", "priority 2 rank by worth desc", "send app_push using b");
    let text = format!(
        "{HEAD}{house}{person}{}test \"branches\" {{ {DATA}
  expect \"L1\" send sms using a
  expect \"L2\" excluded at_most_1_sms
  expect \"L4\" send sms using a
  expect \"C1\" excluded at_most_2_contacts_per_branch_id  expect \"C2\" excluded at_most_2_contacts_per_branch_id
  expect \"C4\" send app_push using b
  expect \"C5\" excluded at_most_2_contacts_per_branch_id }}\n",
        loans("send sms using a")
    );
    assert_passes(&text);
    let told = explained(&text, "C2");
    assert!(told.contains("stopped by at_most_2_contacts_per_branch_id (contact policy)"), "{told}");
    // One more place, and it goes to the richest of the branch.
    assert_passes(
        &text
            .replace("at most 2 contacts per branch_id", "at most 3 contacts per branch_id")
            .replace("at_most_2_contacts_per_branch_id", "at_most_3_contacts_per_branch_id")
            .replace("expect \"C2\" excluded at_most_3_contacts_per_branch_id", "expect \"C2\" send app_push using b"),
    );
}

#[test]
fn rows_stopped_by_a_cap_of_their_own_leave_the_place_to_the_next() {
    let house =
        "policy house always { arbitration { at most 1 sms per branch_id per calendar week } contact { at most 1 sms in any 7 days } }\n";
    let all = strategy("all", "rank by worth desc", "send sms using a");
    // C3 had a text today, which fills the week of B1; nobody of B2 had one.
    assert_passes(&format!(
        "{HEAD}{house}{all}test \"week\" {{ {DATA} expect \"C3\" excluded at_most_1_sms  expect \"C2\" excluded at_most_1_sms_per_branch_id  expect \"C4\" send sms using a }}\n"
    ));
    assert_passes(&format!(
        "{HEAD}{}{all}test \"two\" {{ {DATA} expect \"C3\" excluded at_most_1_sms  expect \"C2\" send sms using a  expect \"C1\" excluded at_most_2_sms_per_branch_id }}\n",
        house.replace("arbitration { at most 1 sms", "arbitration { at most 2 sms")
    ));
    let valued = strategy("other", "value 3", "send sms using a") + &strategy("more", "value 9", "send app_push using b");
    assert_passes(&format!(
        "{HEAD}{}{valued}test \"values\" {{ {DATA}
  expect \"C4\" send app_push using b  expect \"C4\" excluded arbitration  expect \"C1\" send app_push using b  expect \"C2\" excluded at_most_3_contacts_per_branch_id }}\n",
        "policy house always { arbitration { at most 1 contact in any 2 hours  at most 3 contacts per branch_id per calendar week } }\n"
    ));
}

const REFERRALS: &str = r#"use std.schema
subject referrals
action credit "积分"
offer gift { }
strategy refer { purpose "service" recipient referrer on while device_id = "new" again never rank by activate_ts asc
  at most 2 gift per referrer_id per calendar month
  plan { do credit offer gift } }
test "two a month" {
  as of 2025-07-15 00:00
  given customers (customer_id, status) ("P1", "active") ("P2", "active")
  given referrals (referral_id, referrer_id, referee_id, click_ts, activate_ts, device_id)
    ("F0", "P2", "Q0", 2025-07-01 00:00, 2025-07-02 00:00, "old") ("F9", "P2", "Q9", 2025-06-01 00:00, 2025-06-02 00:00, "old")
    ("F1", "P1", "Q1", 2025-07-01 00:00, 2025-07-04 00:00, "new") ("F2", "P1", "Q2", 2025-07-01 00:00, 2025-07-02 00:00, "new")
    ("F3", "P2", "Q3", 2025-07-01 00:00, 2025-07-04 00:00, "new") ("F4", "P2", "Q4", 2025-07-01 00:00, 2025-07-02 00:00, "new")
    ("F5", "P1", "Q5", 2025-07-01 00:00, 2025-07-03 00:00, "new")
  given grants (grant_id, subject, unit_id, offer_id, customer_id, strategy_id, state, ts)
    ("G0", "referrals", "F0", "gift", "P2", "refer", "held",     2025-07-04 00:00) ("G1", "referrals", "F0", "gift", "P2", "refer", "redeemed", 2025-07-05 00:00)
    ("G2", "referrals", "F9", "gift", "P2", "refer", "redeemed", 2025-06-05 00:00) ("G3", "referrals", "F9", "gift", "P2", "refer", "declined", 2025-07-05 00:00)
  expect "F2" do credit  expect "F5" do credit  expect "F1" excluded at_most_2_gift_per_referrer_id  expect "F1" nothing
  expect "F4" do credit  expect "F3" excluded at_most_2_gift_per_referrer_id
}
"#;

#[test]
fn what_operations_give_is_capped_per_path_of_the_strategy() {
    assert_passes(REFERRALS);
    let own = REFERRALS
        .replace("  at most 2 gift per referrer_id per calendar month\n", "")
        .replace("offer gift { }", "offer gift { at most 2 per referrer_id per calendar month }");
    assert_passes(&own);
    let person =
        REFERRALS.replace("at most 2 gift per referrer_id", "at most 2 gift").replace("at_most_2_gift_per_referrer_id", "at_most_2_gift");
    // Without a path both rows of F0 count for P2.
    assert_passes(&person.replace("expect \"F4\" do credit", "expect \"F4\" excluded at_most_2_gift"));
}

#[test]
fn a_capacity_per_branch_serves_strategies_about_anything() {
    let house = "policy house always { capacity { capacity 2 rm_visit per branch_id per calendar week overflow drop  capacity 2 ai_call overflow drop } }\n";
    let person = strategy("person", "priority 2 rank by worth desc", "send rm_visit using a  send ai_call using a");
    let test = format!(
        "test \"branches\" {{ {DATA}
  expect \"L1\" send rm_visit  expect \"L2\" excluded capacity  expect \"L4\" send rm_visit
  expect \"C2\" not send rm_visit  expect \"C4\" send rm_visit  expect \"C5\" excluded no_assignee
  expect \"C2\" send ai_call  expect \"C3\" send ai_call  expect \"C1\" not send ai_call }}\n"
    );
    assert_passes(&format!("{HEAD}{house}{person}{}{test}", loans("send rm_visit using a")));
}

#[test]
fn a_cap_of_the_capacity_layer_counts_only_who_got_a_place() {
    let head = format!("{HEAD}offer gift {{ quota 1 }}\npolicy house always {{ capacity {{ at most 1 contact per calendar day }} }}\n");
    let first = strategy("first", "priority 1 rank by worth desc", "send sms using a offer gift");
    let second = strategy("second", "priority 2", "send app_push using b");
    assert_passes(&format!(
        "{head}{second}{first}test \"places\" {{ {DATA}
  expect \"C2\" send sms using a  expect \"C2\" excluded at_most_1_contacts
  expect \"C1\" excluded quota  expect \"C1\" send app_push using b  expect \"C3\" excluded at_most_1_contacts }}\n"
    ));
}

#[test]
fn caps_that_cannot_be_counted_are_refused() {
    let with = |rule: &str| slugs(&format!("{HEAD}policy house always {{ {rule} }}\n{}", strategy("s", "", "send sms using a")));
    assert_eq!(with("eligibility { at most 1 sms in any 7 days }"), ["cap-before-assignment"]);
    assert_eq!(with("contact { at most 1 sms per branchid in any 7 days }"), ["unknown-name"]);
}
