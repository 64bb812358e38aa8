//! `test` blocks.

use super::campaign::Campaign;
use super::world::text;
use strat::diag::Language;
use strat::interp::test::run_test;
use strat::ir::Expectation;
use strat::types::Value;

fn name(value: &str) -> String {
    String::from(value)
}

fn send(channel: &str, template: Option<&str>, negated: bool) -> Expectation {
    Expectation::Send { channel: name(channel), template: template.map(name), negated }
}

/// C1 and C3 fall into different halves of the buckets of `wake_up:s0`.
#[test]
fn every_kind_of_expectation_can_be_met() {
    let campaign = Campaign::new();
    let rows = [
        ("C1", text("R1"), Value::Int(40)),
        ("C2", text("none"), Value::Int(40)),
        ("C3", text("R1"), Value::Int(3)),
        ("C4", Value::Missing, Value::Missing),
    ];
    let buckets = ["C1", "C3"].map(|unit| strat::builtins::hash::bucket("wake_up", "s0", unit) < 5_000);
    let (taken, control) = if buckets == [true, false] { ("C1", "C3") } else { ("C3", "C1") };
    assert_ne!(buckets[0], buckets[1], "the fixture needs one customer in each arm");
    let met = [
        (taken, send("sms", Some("wake_plain"), false)),
        (taken, send("sms", None, false)),
        (taken, send("sms", Some("wake_bonus"), true)),
        (taken, Expectation::Do { action: name("lift"), negated: true }),
        (taken, Expectation::Text { text: name("客户，您好") }),
        (taken, Expectation::Exit { name: name("reached") }),
        (taken, Expectation::Arm { arm: name("plain") }),
        (taken, Expectation::Holds { node: campaign.dormant }),
        (control, Expectation::Arm { arm: name("control") }),
        (control, Expectation::Nothing),
        ("C2", Expectation::Excluded { rule: name("unassigned") }),
        ("C4", Expectation::Excluded { rule: name("unassigned") }),
    ];
    let report = run_test(&campaign.world.program, &campaign.test(&rows, &met));
    assert!(report.passed(), "{report:#?}");
    assert_eq!(report.title, "三天后外呼");
}

#[test]
fn a_failure_says_what_was_expected_and_what_happened() {
    let campaign = Campaign::new();
    let wrong = [
        ("C2", send("sms", Some("wake_plain"), false)),
        ("C2", Expectation::Do { action: name("lift"), negated: false }),
        ("C2", Expectation::Arm { arm: name("plain") }),
        ("C2", Expectation::Exit { name: name("reached") }),
        ("C2", Expectation::Text { text: name("您好") }),
        ("C2", Expectation::Excluded { rule: name("age") }),
        ("C9", Expectation::Nothing),
    ];
    let rows = [("C2", text("none"), Value::Int(40))];
    let report = run_test(&campaign.world.program, &campaign.test(&rows, &wrong));
    assert_eq!(report.failures.len(), wrong.len());
    let expected: Vec<&str> = report.failures.iter().map(|failure| failure.expected.as_str()).collect();
    let wanted = ["send sms using wake_plain", "do lift", "arm plain", "exit reached", "text \"您好\"", "excluded age", "nothing"];
    assert_eq!(expected, wanted);
    let found = report.failures[0].found.as_ref().unwrap();
    assert_eq!(found.exclusions, ["wake_up: unassigned (legal)"]);
    assert_eq!(found.labels, ["ages = adult"]);
    let problem = report.failures[0].problem();
    assert_eq!(problem.title(Language::English), "`C2` was expected: send sms using wake_plain");
    assert_eq!(problem.title(Language::Chinese), "“C2”应当：send sms using wake_plain");
    let notes: Vec<String> = problem.notes.iter().map(|note| note.render(Language::English, &problem.arguments)).collect();
    assert_eq!(notes, ["no action was taken", "excluded by: wake_up: unassigned (legal)", "labels: ages = adult"]);
    let absent = report.failures[6].problem();
    assert_eq!(
        (absent.kind.slug, absent.title(Language::English).as_str()),
        ("subject-not-given", "the test expects something of `C9`, which no `given` names")
    );
}

#[test]
fn a_condition_that_does_not_hold_shows_its_values() {
    let campaign = Campaign::new();
    let condition = campaign.world.program.strategies[0].gates[0].condition;
    let rows = [("C1", Value::Missing, Value::Missing), ("C2", text("R1"), Value::Missing)];
    let holds = |subject| (subject, Expectation::Holds { node: condition });
    let report = run_test(&campaign.world.program, &campaign.test(&rows, &[holds("C1"), holds("C2")]));
    let conditions: Vec<_> = report.failures.iter().map(|failure| failure.found.as_ref().unwrap().condition.clone().unwrap()).collect();
    let wanted =
        [("unknown", "customers.rm_id is missing"), ("false", "customers.rm_id = R1")].map(|(truth, seen)| (name(truth), name(seen)));
    assert_eq!(conditions, wanted);
}
