//! The best of a subject's options, experiments that exclude each other, and what stands in for an action that a layer stopped.

use super::{assert_passes, both_ways, explained, slugs, strategy, written};
use strat::ir::Output;

const HEAD: &str = r#"use std.schema
subject customers
feature worth = sum(accounts.balance) ?? 0元
template a for sms = "甲"
template b for app_push = "乙"
template c for email = "丙"
"#;

const VISITS: &str = r#"as of 2025-07-01 00:00
  given customers (customer_id, status, vip_level) ("C1", "active", "x") ("C2", "active", "y") ("C3", "active", missing) ("C4", "active", "x")
  given app_events (event_id, customer_id, ts, event, page_id, dwell_s)
    ("E1", "C1", 2025-06-01 00:00, "page_view", "meal", 9 seconds) ("E2", "C1", 2025-06-01 00:00, "page_view", "film", 8 seconds)
    ("E3", "C2", 2025-06-01 00:00, "page_view", "meal", 9 seconds) ("E4", "C2", 2025-06-01 00:00, "page_view", "rest", 8 seconds)
    ("E5", "C4", 2025-06-01 00:00, "page_view", "rest", 1 seconds)
"#;

fn choice(count: &str) -> String {
    strategy(
        "s",
        "arms { on 100% }",
        &format!(
            "choose {count} by sum(app_events.dwell_s where page_id = option) {{
    film                       -> send sms using a
    meal when vip_level = \"x\" -> send app_push using b
    rest                       -> send email using c }}"
        ),
    )
}

#[test]
fn the_greatest_open_options_are_taken() {
    // C1: meal 9, film 8, rest missing. C2: meal is not open, rest 8. C3: nothing known, so as written. C4: rest 1, then as written.
    let one = format!(
        "{HEAD}{}test \"one\" {{ {VISITS}
  expect \"C1\" send app_push  expect \"C1\" not send sms  expect \"C1\" not send email  expect \"C1\" excluded not_chosen
  expect \"C2\" send email     expect \"C2\" not send app_push  expect \"C2\" not send sms
  expect \"C3\" send sms       expect \"C3\" not send email
  expect \"C4\" send email     expect \"C4\" not send sms }}\n",
        choice("1")
    );
    assert_passes(&one);
    let lost = written(&one, Output::Exclusions, "detail");
    let own = |who: &str| lost.iter().filter(|(known, _)| known == who).map(|(_, option)| option.as_str()).collect::<Vec<_>>();
    assert_eq!((own("C1"), own("C2"), own("C3"), own("C4")), (vec!["film", "rest"], vec!["film"], vec!["rest"], vec!["film", "meal"]));
    assert_eq!(written(&one, Output::Actions, "tier")[0], (String::from("C1"), String::from("meal")));
    assert_passes(&format!(
        "{HEAD}{}test \"two\" {{ {VISITS}
  expect \"C1\" send app_push  expect \"C1\" send sms  expect \"C1\" not send email
  expect \"C4\" send email     expect \"C4\" send sms  expect \"C4\" not send app_push }}\n",
        choice("2")
    ));
    assert_passes(&format!("{HEAD}{}test \"none\" {{ {VISITS} expect \"C1\" nothing expect \"C1\" excluded not_chosen }}\n", choice("0")));
}

#[test]
fn options_have_names_of_their_own_and_numbers_to_compare() {
    let with = |options: &str| slugs(&format!("{HEAD}{}", strategy("s", "", options)));
    assert_eq!(with("choose 1 by vip_level { one -> send sms using a }"), ["wrong-type"]);
    assert_eq!(with("choose worth by 1 { one -> send sms using a }"), ["fact-of-other-table"]);
    assert_eq!(with("choose 1 by 1 { one -> send sms using a  one -> send app_push using b }"), ["duplicate-label"]);
}

/// Buckets of `x.layer:s0:` by hand from SHA-256: C1 8233, C2 4852, C5 5730, C6 61.
#[test]
fn a_subject_belongs_to_one_experiment_of_a_layer() {
    let of = |name: &str, plan: &str| strategy(name, "arms layer x { on 50% control 50% }", plan);
    let strategies = [of("one", "send sms using a"), of("two", "send app_push using b"), strategy("free", "", "send email using c")];
    let test = "test \"layer\" { as of 2025-07-01 00:00
  given customers (customer_id, status) (\"C1\", \"active\") (\"C2\", \"active\") (\"C5\", \"active\") (\"C6\", \"active\")
  given assignments (experiment, unit_id, arm, bucket, assigned_at) (\"two\", \"C6\", \"on\", 1, 2025-06-01 00:00) (\"gone\", \"C1\", \"on\", 1, 2025-06-01 00:00)
  expect \"C6\" send app_push using b  expect \"C6\" excluded other_experiment  expect \"C6\" send email using c
  expect \"C1\" not send sms  expect \"C2\" not send app_push  expect \"C5\" not send sms }\n";
    for text in both_ways(HEAD, &strategies, test) {
        assert_passes(&text);
        let assigned = written(&text, Output::Assignments, "experiment");
        // The first half of the buckets is of `one`; C6 is in the ledger already.
        assert_eq!(assigned, [("C1", "two"), ("C2", "one"), ("C5", "two")].map(|(who, what)| (who.to_string(), what.to_string())));
    }
    let told = explained(&format!("{HEAD}{}{test}", strategies.concat()), "C6");
    assert!(told.contains("stopped by other_experiment (belongs to another experiment of the layer) (assignment)"), "{told}");
    let mixed = "strategy lend for loans { purpose \"service\" on while status = \"active\" again always arms layer x { on 100% } plan { send sms using a } }\n";
    let found = slugs(&format!("{HEAD}{}{mixed}", strategies[0]));
    assert_eq!(found, ["layer-of-two-tables"]);
}

const LAYERS: &str = r#"offer gift { quota 1 }
policy house always {
  eligibility { exclude staff when is_employee and candidate.channel = "sms" }
  suitability { exclude young when vip_level = "young" and candidate.channel = "app_push" }
  contact { at most 1 sms in any 7 days }
}
"#;

#[test]
fn what_stands_in_passes_its_own_rules_and_the_limit() {
    let sends = "send sms using a offer gift
      else on eligibility send app_push using b  else on contact send app_push using b  else on quota send email using c";
    let test = r#"test "else" { as of 2025-07-01 00:00
  given customers (customer_id, status, is_employee, vip_level) ("C1", "active", false, "x") ("C2", "active", false, "x")
    ("C3", "active", true, "x") ("C4", "active", true, "young") ("C5", "active", false, "x") ("C6", "active", false, "young") ("C7", "active", false, "x")
  given accounts (account_id, customer_id, account_class, balance, status)
    ("A1", "C1", "I", 1万元, "active") ("A2", "C2", "I", 6万元, "active") ("A3", "C3", "I", 4万元, "active") ("A5", "C5", "I", 3万元, "active")
    ("A6", "C6", "I", 5万元, "active") ("A7", "C7", "I", 2万元, "active")
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, sent_at)
    ("K1", "customers", "C2", "C2", "old", "sms", 2025-06-30 08:00) ("K6", "customers", "C6", "C6", "old", "sms", 2025-06-30 08:00)
  expect "C2" send app_push using b  expect "C2" excluded at_most_1_sms
  expect "C6" nothing                expect "C6" excluded at_most_1_sms  expect "C6" excluded young
  expect "C3" send app_push using b  expect "C3" not send sms
  expect "C4" excluded staff         expect "C4" nothing
  expect "C5" send sms using a
  expect "C7" send email using c     expect "C7" excluded quota
  expect "C1" excluded quota         expect "C1" excluded limit  expect "C1" nothing }
"#;
    let limited = strategy("s", "rank by worth desc limit 5", sends);
    assert_passes(&format!("{HEAD}{LAYERS}{limited}{test}"));
}

#[test]
fn an_arbitration_that_is_lost_leaves_the_other_channel() {
    let house = "policy house always { arbitration { order risk, sales  at most 1 sms per calendar day } }\n";
    let strategies = [
        strategy("first", "class risk", "send sms using a"),
        strategy("second", "class sales", "send sms using a else on arbitration send email using c"),
    ];
    let test = "test \"lost\" { as of 2025-07-01 00:00 given customers (customer_id, status) (\"C1\", \"active\")
  expect \"C1\" send sms using a  expect \"C1\" send email using c  expect \"C1\" excluded arbitration }\n";
    for text in both_ways(&format!("{HEAD}{house}"), &strategies, test) {
        assert_passes(&text);
    }
}

#[test]
fn a_place_is_only_kept_where_one_was_given() {
    let with = |plan: &str| slugs(&format!("{HEAD}{LAYERS}offer other {{ quota 1 }}\n{}", strategy("s", "", plan)));
    assert_eq!(with("send sms using a offer gift else on contact send app_push using b offer gift"), ["fallback-without-place"]);
    assert_eq!(with("send sms using a offer gift else on capacity send app_push using b offer other"), ["fallback-without-place"]);
    assert_eq!(with("send sms using a offer gift else on budget send app_push using b offer other"), ["fallback-without-place"]);
    assert_eq!(with("send sms using a offer gift else on budget send app_push using b offer gift"), [""; 0]);
    assert_eq!(with("send sms using a else on weather send app_push using b"), ["not-declared"]);
}
