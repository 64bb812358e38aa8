//! Why one subject got what it got.

use super::campaign::{Campaign, SOURCE};
use super::world::{AGE, AMOUNT, CUSTOMERS, DAY, EVENTS, ID, MANAGER, NAME, OWNER, World, text};
use strat::diag::Language;
use strat::interp::explain::{Absence, Explanation, MASK, Reason, Truth, explain, render};
use strat::ir::{AggregateFunction, Comparison, Fact, FactKind, Kind, NodeId};
use strat::source::{SourceFile, Sources, Span};
use strat::types::{Type, Value};

/// Customers of both arms, one excluded, one undecided, one active.
fn explained(subject: &str) -> Explanation {
    let mut campaign = Campaign::new();
    let world = &mut campaign.world;
    for (id, manager) in [("C1", text("R1")), ("C2", text("none")), ("C3", text("R1")), ("C4", Value::Missing), ("C5", text("R1"))] {
        world.customer(id, &[(MANAGER, manager), (AGE, Value::Int(40)), (NAME, text("王先生"))]);
    }
    world.event(1, "C5", Some(DAY), &[]);
    explain(&world.program, &world.interpreter(), subject).unwrap()
}

/// The names and values a reason lists.
fn seen(reason: &Reason) -> Vec<(&str, Option<&str>)> {
    reason.seen.iter().map(|seen| (seen.name.as_str(), seen.value.as_deref())).collect()
}

fn in_arm(control: bool) -> &'static str {
    ["C1", "C3"].into_iter().find(|unit| (strat::builtins::hash::bucket("wake_up", "s0", unit) >= 5_000) == control).unwrap()
}

#[test]
fn what_is_sent_is_shown_with_personal_data_masked() {
    let explanation = explained(in_arm(false));
    let strategy = &explanation.strategies[0];
    assert_eq!((strategy.trigger.truth, strategy.arm.as_deref(), &strategy.absence), (Truth::True, Some("plain"), &None));
    assert_eq!(strategy.bucket, Some(strat::builtins::hash::bucket("wake_up", "s0", in_arm(false))));
    assert_eq!(strategy.actions[0].message, Some(format!("{MASK}，您好")));
    assert_eq!(strategy.exits, ["reached"]);
    let tiers = &explanation.facts[1];
    assert_eq!((tiers.value.as_deref(), tiers.because.as_deref()), (Some("adult"), Some("年满十八")));
}

#[test]
fn absence_has_the_smallest_reason() {
    assert_eq!(explained(in_arm(true)).strategies[0].absence, Some(Absence::Control { arm: String::from("control") }));
    for (subject, truth, value) in [("C2", Truth::True, Some("none")), ("C4", Truth::Unknown, None)] {
        let explanation = explained(subject);
        let Some(Absence::Stopped { stage, rule, reason, .. }) = &explanation.strategies[0].absence else { unreachable!() };
        assert_eq!((*stage, rule.as_str(), reason.truth), ("legal", "unassigned", truth));
        assert_eq!(seen(reason), [("customers.rm_id", value)]);
    }
    let explanation = explained("C5");
    let Some(Absence::NotTriggered(reason)) = &explanation.strategies[0].absence else { unreachable!() };
    assert_eq!((reason.truth, seen(reason)), (Truth::False, vec![("exists(transactions)", Some("true"))]));
}

#[test]
fn an_explanation_reads_in_both_languages_with_and_without_source() {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("main.strat", SOURCE));
    let explanation = explained("C2");
    let english = "\
customers C2
facts
  segment dormant \"沉睡客户\": true  main.strat:1
    [exists(transactions) = false]
  tiers ages: adult
    because 年满十八
strategies
  wake_up \"唤醒\"
    nothing: stopped by unassigned (legal)
    trigger: true
      [exists(transactions) = false]
    legal unassigned: true, stops here  main.strat:2
      rm_id = \"none\"  [customers.rm_id = none]
";
    assert_eq!(render(&explanation, Some(&sources), Language::English), english);
    let chinese = render(&explanation, None, Language::Chinese);
    assert!(chinese.contains("法规 unassigned：成立，止于此\n      [customers.rm_id = none]\n"), "{chinese}");
    assert!(serde_json::to_string(&explanation).unwrap().contains("\"stopped\""));
}

#[test]
fn a_label_that_is_held_back_has_no_winning_row() {
    let mut campaign = Campaign::new();
    let world = &mut campaign.world;
    world.customer("C1", &[(AGE, Value::Int(40))]);
    let ladder = world.program.facts[1].node;
    let ty = world.program.type_of(ladder);
    world.program.facts[1].node = world.constant(Value::Int(1), ty);
    let explanation = explain(&world.program, &world.interpreter(), "C1").unwrap();
    let held = &explanation.facts[1];
    assert_eq!((held.value.as_deref(), held.because.as_deref(), held.row), (Some("child"), None, None));
}

#[test]
fn nobody_is_explained_by_a_key_that_is_not_there() {
    let campaign = Campaign::new();
    assert_eq!(explain(&campaign.world.program, &campaign.world.interpreter(), "C1"), None);
}

fn fact(world: &mut World, kind: FactKind, name: &str, node: NodeId) {
    let name = String::from(name);
    world.program.facts.push(Fact {
        kind,
        name,
        label: None,
        node,
        table: CUSTOMERS,
        span: Span::default(),
        rows: Vec::new(),
        not_before: None,
    });
}

/// `grown = age >= 18`, `rich = sum(amount) >= 100`, and a segment over both.
fn two_conditions(both: fn(Vec<NodeId>) -> Kind, age: Value, amount: Option<i64>) -> Reason {
    let mut world = World::new();
    world.customer("A", &[(AGE, age)]);
    if let Some(amount) = amount {
        world.event(1, "A", Some(DAY), &[(AMOUNT, Value::Int(amount))]);
    }
    let (age, adult) = (world.column(CUSTOMERS, AGE), world.int(18));
    let grown = world.compare(CUSTOMERS, Comparison::GreaterOrEqual, age, adult);
    let total = world.own(AggregateFunction::Sum, Some(AMOUNT));
    let (total, enough) = (world.fold(total, Type::Money), world.constant(Value::Int(10_000), Type::Money));
    let rich = world.compare(CUSTOMERS, Comparison::GreaterOrEqual, total, enough);
    fact(&mut world, FactKind::Feature, "total", total);
    let segment = world.node(Some(CUSTOMERS), both(vec![grown, rich]), Type::Bool);
    fact(&mut world, FactKind::Segment, "target", segment);
    let explanation = explain(&world.program, &world.interpreter(), "A").unwrap();
    explanation.facts[1].reason.clone().unwrap()
}

#[test]
fn only_the_deciding_operand_is_named() {
    let reason = two_conditions(Kind::And, Value::Int(40), Some(500));
    assert_eq!((reason.truth, seen(&reason)), (Truth::False, vec![("total", Some("5元"))]));
    let reason = two_conditions(Kind::And, Value::Int(3), Some(500));
    assert_eq!((reason.truth, seen(&reason)), (Truth::False, vec![("customers.age", Some("3"))]));
    let reason = two_conditions(Kind::Or, Value::Int(3), Some(10_000));
    assert_eq!((reason.truth, seen(&reason)), (Truth::True, vec![("total", Some("100元"))]));
    let reason = two_conditions(Kind::Or, Value::Int(3), Some(500));
    assert_eq!((reason.truth, seen(&reason)), (Truth::False, vec![("customers.age", Some("3")), ("total", Some("5元"))]));
}

#[test]
fn an_unknown_condition_names_the_missing_leaves() {
    let reason = two_conditions(Kind::And, Value::Missing, None);
    let both = vec![("customers.age", None), ("sum(transactions.amount)", None)];
    assert_eq!((reason.truth, seen(&reason)), (Truth::Unknown, both));
    let reason = two_conditions(Kind::And, Value::Missing, Some(10_000));
    assert_eq!((reason.truth, seen(&reason)), (Truth::Unknown, vec![("customers.age", None)]));
}

#[test]
fn values_along_a_path_are_named_by_where_they_stand() {
    let mut world = World::new();
    world.customer("A", &[(AGE, Value::Int(30)), (MANAGER, text("B")), (NAME, text("王"))]);
    world.customer("B", &[(AGE, Value::Int(60)), (NAME, text("李"))]);
    let (manager, age, name) = (world.column(CUSTOMERS, MANAGER), world.column(CUSTOMERS, AGE), world.column(CUSTOMERS, NAME));
    let mut via = |value, ty| world.node(Some(CUSTOMERS), Kind::Via { key: manager, table: CUSTOMERS, value }, ty);
    let (their_age, their_name) = (via(age, Type::Int), via(name, Type::Text));
    let older = world.compare(CUSTOMERS, Comparison::Greater, their_age, age);
    fact(&mut world, FactKind::Segment, "younger_than_manager", older);
    fact(&mut world, FactKind::Feature, "their_name", their_name);
    let interpreter = world.interpreter();
    let first = explain(&world.program, &interpreter, "A").unwrap();
    let ages = vec![("customers.age", Some("60")), ("customers.age", Some("30"))];
    assert_eq!(seen(first.facts[0].reason.as_ref().unwrap()), ages);
    assert_eq!((first.facts[1].value.as_deref(), first.facts[1].masked), (Some(MASK), true));
    let second = explain(&world.program, &interpreter, "B").unwrap();
    assert_eq!(seen(second.facts[0].reason.as_ref().unwrap()), [("customers.rm_id", None)]);
    assert_eq!(second.facts[1].value, None);
}

#[test]
fn deep_conditions_are_explained_without_program_stack() {
    let mut world = World::new();
    world.customer("A", &[]);
    let (id, owner, age) = (world.column(CUSTOMERS, ID), world.column(EVENTS, OWNER), world.column(CUSTOMERS, AGE));
    assert_ne!(id, owner);
    let mut deep = world.node(Some(CUSTOMERS), Kind::IsMissing(age), Type::Bool);
    for _ in 0..50_000 {
        deep = world.node(Some(CUSTOMERS), Kind::Not(deep), Type::Bool);
    }
    fact(&mut world, FactKind::Segment, "deep", deep);
    let explanation = explain(&world.program, &world.interpreter(), "A").unwrap();
    let reason = explanation.facts[0].reason.as_ref().unwrap();
    assert_eq!((reason.truth, seen(reason)), (Truth::True, vec![("customers.age", None)]));
}
