//! Hours and quiet days: a contact outside them is held or given up.

use super::{assert_passes, explained, slugs, strategy, written};
use strat::ir::Output;

fn head(rules: &str) -> String {
    format!(
        "use std.schema\nsubject customers\ntemplate a for sms = \"甲\"\ntemplate b for app_push, ai_call = \"乙\"
policy house always {{ contact {{ at most 1 sms in any 7 days  {rules} }} }}\n"
    )
}

/// A test whose customers are C1, free, and C2, who had a text lately.
fn at(time: &str, expected: &str) -> String {
    format!(
        "test \"hours\" {{ as of {time} given customers (customer_id, status) (\"C1\", \"active\") (\"C2\", \"active\")
  given contacts (contact_id, subject, unit_id, customer_id, strategy_id, channel, sent_at)
    (\"K1\", \"customers\", \"C2\", \"C2\", \"old\", \"sms\", 2025-09-29 00:00)
  {expected} }}\n"
    )
}

/// Milliseconds of an instant, a day of September or October 2025 and an hour.
fn instant(month: i64, day: i64, hour: i64) -> String {
    let days = 20_332 + if month == 9 { 0 } else { 30 } + day - 1;
    ((days * 24 + hour) * 3_600_000).to_string()
}

#[test]
fn a_contact_outside_hours_is_held_until_they_begin() {
    let sends = strategy("s", "", "send sms using a  send app_push using b");
    let held = |time: &str, rules: &str| {
        let text = format!(
            "{}{sends}{}",
            head(rules),
            at(time, "expect \"C1\" send sms using a  expect \"C1\" send app_push using b  expect \"C2\" send app_push")
        );
        assert_passes(&text);
        // C1's push, C1's text, C2's push; C2's text once its seven days are over.
        written(&text, Output::Actions, "held_until").into_iter().map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(held("2025-09-30 20:59", "hours 09:00 .. 21:00 for sms"), ["-", "-", "-"]);
    assert_eq!(held("2025-09-30 21:00", "hours 09:00 .. 21:00 for sms"), ["-", &instant(10, 1, 9), "-"]);
    assert_eq!(held("2025-09-30 08:59", "hours 09:00 .. 21:00 for sms hold"), ["-", &instant(9, 30, 9), "-"]);
    // Three rules at once: past midnight, workdays only, and two days of the bank's own after the holiday.
    let three = "hours 22:00 .. 10:00 for sms  hours 09:00 .. 20:00 on workdays for sms  quiet 2025-10-09 .. 2025-10-10";
    assert_eq!(held("2025-09-30 10:00", three), ["-", &instant(10, 11, 9), "-"]);
    assert_eq!(held("2025-10-10 09:30", three), [instant(10, 11, 0), instant(10, 11, 9), instant(10, 11, 0), instant(10, 11, 9)]);
}

#[test]
fn a_contact_outside_hours_that_drop_is_excluded_and_takes_nothing() {
    let strategies = [strategy("first", "class risk", "send ai_call using b"), strategy("second", "class sales", "send sms using a")];
    let rules = "at most 1 contact per calendar day  hours 09:00 .. 20:00 for ai_call drop  quiet 2025-10-01 .. 2025-10-01 for sms drop";
    let whole = |time: &str, expected: &str| {
        let text = format!(
            "{}policy order always {{ arbitration {{ order risk, sales }} }}\n{}{}",
            head(rules),
            strategies.concat(),
            at(time, expected)
        );
        assert_passes(&text);
        text
    };
    whole("2025-09-30 19:59", "expect \"C1\" send ai_call  expect \"C1\" not send sms  expect \"C1\" excluded at_most_1_contacts");
    let text =
        whole("2025-09-30 20:00", "expect \"C1\" excluded hours  expect \"C1\" send sms using a  expect \"C2\" excluded at_most_1_sms");
    let told = explained(&text, "C1");
    assert!(told.contains("contact policy") && told.contains("hours (outside the hours of this channel)"), "{told}");
    whole("2025-10-01 12:00", "expect \"C2\" excluded quiet_days  expect \"C1\" send ai_call");
    assert_eq!(
        written(&text, Output::Exclusions, "detail"),
        [("C1", "hours"), ("C2", "at_most_1_sms"), ("C2", "hours")].map(|(one, two)| (one.to_string(), two.to_string()))
    );
}

#[test]
fn values_are_compared_among_those_inside_hours() {
    let strategies =
        [strategy("one", "class sales value 9", "send ai_call using b"), strategy("two", "class sales value 1", "send sms using a")];
    let test = at("2025-09-30 21:00", "expect \"C1\" excluded hours  expect \"C1\" send sms using a");
    assert_passes(&format!(
        "{}{}{test}",
        head("at most 1 contact per calendar day  hours 09:00 .. 20:00 for ai_call drop"),
        strategies.concat()
    ));
}

#[test]
fn hours_that_never_come_stop_the_contact() {
    let sends = strategy("s", "", "send sms using a");
    let never = head("hours 09:00 .. 10:00 for sms  hours 10:00 .. 11:00 for sms drop");
    assert_passes(&format!("{never}{sends}{}", at("2025-09-30 10:30", "expect \"C1\" excluded hours")));
    let undecreed = head("hours 09:00 .. 20:00 on workdays for sms");
    assert_passes(&format!("{undecreed}{sends}{}", at("2099-09-30 10:30", "expect \"C1\" excluded hours")));
}

#[test]
fn wrong_hours_are_refused() {
    for (rule, slug) in [
        ("hours 09:00 .. 09:00 for sms", "hours-empty"),
        ("hours 1 days .. 2 days for sms", "hours-empty"),
        ("quiet 2025-10-03 .. 2025-10-01", "quiet-days-empty"),
        ("quiet 09:00 .. 10:00", "wrong-type"),
        ("hours 09:00 .. 10:00 for smss", "not-declared"),
    ] {
        assert_eq!(slugs(&format!("{}{}", head(rule), strategy("s", "", "send sms using a"))), [slug], "{rule}");
    }
    let named = format!("{}{}", head(""), strategy("s", "exclude hours when is_employee", "send sms using a"));
    assert_eq!(slugs(&named), ["reserved-reason"]);
}
