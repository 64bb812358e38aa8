//! What random programs found, each as the smallest program that shows it.

use super::verify;
use crate::layers::{assert_passes, slugs};

const HEAD: &str = "subject customers
entity customers { key k : int  level : int?  c : bool? }
event moves { key m : int  client_id : ref customers as client  at ts : time  amount : money?  session : text }
channel sms channel ai_call
template hello for sms, ai_call = \"您好\"
action mark {}
";

const PEOPLE: &str = "as of 2026-11-20 00:00  given customers (k, level, c) (1, 3, true) (2, missing, false)";

#[test]
fn a_constant_decides_a_ladder_for_everybody() {
    let program = "feature f = 5元\npartition w by f { a when >= 3元  b when < 3元  a when unknown }";
    assert_eq!(slugs(&format!("{HEAD}{program}")), ["unreachable-row"]);
}

#[test]
fn a_constant_is_level_with_itself() {
    let program = "feature f = 5元\nsegment g = f in top 30%\nfeature q = quintile(f, best: high)";
    assert_passes(&format!("{HEAD}{program}\ntest \"level\" {{ {PEOPLE} expect 1 g expect 2 g expect 1 q = 1 }}"));
}

#[test]
fn a_running_total_may_ask_the_subject() {
    let strategy = "strategy s { on moves where subject.level >= 3 and amount > 0元 per session when sum(amount) > 100元 again always
  plan { send sms using hello } }";
    let test = format!(
        "test \"own rows\" {{ {PEOPLE} previous 2026-11-19 00:00
  given moves (m, client_id, ts, amount, session)
    (1, 1, 2026-11-19 08:00, 60元, \"a\") (2, 1, 2026-11-19 09:00, 60元, \"a\") (3, 2, 2026-11-19 09:00, 900元, \"b\")
  expect 1 send sms  expect 2 nothing }}"
    );
    assert_passes(&format!("{HEAD}{strategy}\n{test}"));
}

#[test]
fn a_lone_wave_with_a_delay_happens_once() {
    let strategy = "strategy s { on while c again never  plan { wave later after 2 days { do mark } } }";
    let text = format!(
        "{HEAD}{strategy}\ntest \"due, then done\" {{ {PEOPLE}
  given entries (strategy_id, subject, unit_id, entered_at) (\"s\", \"customers\", \"1\", 2026-11-15 00:00)
  expect 1 do mark }}
test \"done\" {{ {PEOPLE}
  given entries (strategy_id, subject, unit_id, entered_at) (\"s\", \"customers\", \"1\", 2026-11-15 00:00)
  given journeys (strategy_id, subject, unit_id, entered_at, wave, event, happened_at)
    (\"s\", \"customers\", \"1\", 2026-11-15 00:00, \"later\", \"executed\", 2026-11-17 00:00)
  expect 1 nothing }}"
    );
    assert_passes(&text);
    let program = verify::checked(&text).unwrap_or_else(|found| panic!("{}", found.story));
    assert!(program.emissions.iter().any(|emission| emission.output == strat::ir::Output::Journeys), "what happened is recorded");
}

#[test]
fn a_contact_of_an_earlier_journey_hides_nothing() {
    let strategy = "strategy s { on while c again after 30 days
  plan { wave one { do mark } wave two after 1 days { do mark } } }";
    let test = format!(
        "test \"second journey\" {{ {PEOPLE}
  given entries (strategy_id, subject, unit_id, entered_at) (\"s\", \"customers\", \"1\", 2026-11-15 00:00)
  given contacts (contact_id, subject, unit_id, strategy_id, wave, channel, sent_at)
    (\"K\", \"customers\", \"1\", \"s\", \"two\", \"sms\", 2026-05-01 00:00)
  given journeys (strategy_id, subject, unit_id, entered_at, wave, event, happened_at)
    (\"s\", \"customers\", \"1\", 2026-11-15 00:00, \"one\", \"executed\", 2026-11-15 00:00)
    (\"s\", \"customers\", \"1\", 2026-11-15 00:00, \"two\", \"executed\", 2026-11-16 00:00)
  expect 1 nothing }}"
    );
    assert_passes(&format!("{HEAD}{strategy}\n{test}"));
}

#[test]
fn templates_nobody_sends_are_checked() {
    let found = |text: &str| slugs(&format!("{HEAD}{text}"));
    assert_eq!(found("template t for sms = \"{level}\""), ["nullable-slot"]);
    assert_eq!(found("template t for sms = \"{nobody|?}\""), ["unknown-name"]);
    assert_eq!(found("template t for sms = \"仅剩几席\""), ["scarcity-without-quota"]);
    let offer = "offer o { quota 5 }\n";
    assert!(found(&format!("{offer}template t for sms = \"仅剩{{o.open_places}}席\"")).is_empty());
    assert!(found("template t for sms = \"{trigger.amount|?}\"").is_empty() && found("template t for sms = \"{amount|?}\"").is_empty());
}

#[test]
fn a_wrong_trigger_does_not_hide_the_plan_and_brings_nothing_else() {
    let strategy = |on: &str, plan: &str| format!("{HEAD}strategy s {{ {on} plan {{ {plan} }} }}");
    assert_eq!(slugs(&strategy("on while levle > 3 again never", "send sms using hello")), ["unknown-name"]);
    let both = slugs(&strategy("on while levle > 3 again never", "send sms using helo"));
    assert_eq!(both, ["unknown-name", "not-declared"]);
    let row = strategy("on moves where levle > 3 again never", "send sms using hello when trigger.amount > 3元");
    assert_eq!(slugs(&row), ["unknown-name"]);
}
