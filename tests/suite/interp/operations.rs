//! Operations on the values of one row.

use super::world::{AGE, CUSTOMERS, EVENTS, ID, MANAGER, OWNER, RATIO, World, text};
use strat::ir::{Comparison, FormatStyle, Kind, Ladder, LadderLabel, NodeId, Operator};
use strat::types::{LadderId, Type, Value};

const TRUE: Value = Value::Bool(true);
const FALSE: Value = Value::Bool(false);
const UNKNOWN: Value = Value::Missing;

fn truths(world: &mut World) -> [(NodeId, Value); 3] {
    [TRUE, FALSE, UNKNOWN].map(|value| (world.constant(value.clone(), Type::Bool), value))
}

/// The result of a kind without space.
fn of(world: &mut World, kind: Kind, ty: Type) -> Value {
    let node = world.node(None, kind, ty);
    world.value(node)
}

#[test]
fn and_and_or_are_kleene_over_all_nine_pairs() {
    let mut world = World::new();
    for (left, left_value) in truths(&mut world) {
        for (right, right_value) in truths(&mut world) {
            let pair = [&left_value, &right_value];
            let and = if pair.contains(&&FALSE) {
                FALSE
            } else if pair.contains(&&UNKNOWN) {
                UNKNOWN
            } else {
                TRUE
            };
            let or = if pair.contains(&&TRUE) {
                TRUE
            } else if pair.contains(&&UNKNOWN) {
                UNKNOWN
            } else {
                FALSE
            };
            assert_eq!(of(&mut world, Kind::And(vec![left, right]), Type::Bool), and, "{pair:?}");
            assert_eq!(of(&mut world, Kind::Or(vec![left, right]), Type::Bool), or, "{pair:?}");
        }
    }
    assert_eq!(of(&mut world, Kind::And(vec![]), Type::Bool), TRUE);
    assert_eq!(of(&mut world, Kind::Or(vec![]), Type::Bool), FALSE);
}

#[test]
fn one_operand_forms_over_three_truths() {
    let mut world = World::new();
    let [(yes, _), (no, _), (unknown, _)] = truths(&mut world);
    let kinds: [(fn(NodeId) -> Kind, [Value; 3]); 3] =
        [(Kind::Not, [FALSE, TRUE, UNKNOWN]), (Kind::IsTrue, [TRUE, FALSE, FALSE]), (Kind::IsMissing, [FALSE, FALSE, TRUE])];
    for (kind, wanted) in kinds {
        for (node, value) in [yes, no, unknown].into_iter().zip(wanted) {
            assert_eq!(of(&mut world, kind(node), Type::Bool), value);
        }
    }
}

#[test]
fn if_coalesce_and_ladder_with_unknown_conditions() {
    let mut world = World::new();
    let [(yes, _), (no, _), (unknown, _)] = truths(&mut world);
    let (one, two, none) = (world.int(1), world.int(2), world.constant(Value::Missing, Type::Int));
    for (condition, wanted) in [(yes, Value::Int(1)), (no, Value::Int(2)), (unknown, Value::Missing)] {
        assert_eq!(of(&mut world, Kind::If { condition, then: one, otherwise: two }, Type::Int), wanted);
    }
    assert_eq!(of(&mut world, Kind::Coalesce(none, two), Type::Int), Value::Int(2));
    assert_eq!(of(&mut world, Kind::Coalesce(one, two), Type::Int), Value::Int(1));

    let ty = Type::Label(LadderId(0));
    let mut ladder = |rows: &[NodeId], otherwise, unknown| {
        let rows = rows.iter().copied().zip(0..).collect();
        of(&mut world, Kind::Ladder { rows, otherwise, unknown }, ty.clone())
    };
    assert_eq!(ladder(&[no, yes], Some(7), Some(8)), Value::Int(1));
    assert_eq!(ladder(&[unknown, yes], Some(7), Some(8)), Value::Int(1), "an unknown row above does not hide a true one");
    assert_eq!(ladder(&[no, no], Some(7), Some(8)), Value::Int(7));
    assert_eq!(ladder(&[no, unknown], Some(7), Some(8)), Value::Int(8));
    assert_eq!(ladder(&[no, unknown], Some(7), None), Value::Missing);
    assert_eq!(ladder(&[no], None, Some(8)), Value::Missing);
}

#[test]
fn comparisons_of_every_type_and_missing_sides() {
    let mut world = World::new();
    let operators = [
        (Comparison::Equal, [false, true, false]),
        (Comparison::NotEqual, [true, false, true]),
        (Comparison::Less, [true, false, false]),
        (Comparison::LessOrEqual, [true, true, false]),
        (Comparison::Greater, [false, false, true]),
        (Comparison::GreaterOrEqual, [false, true, true]),
    ];
    let ints = [(1, 2), (2, 2), (3, 2)].map(|(a, b)| (Value::Int(a), Value::Int(b), Type::Int));
    let floats = [(0.1, 0.2), (-0.0, 0.0), (1.0, -1.0)].map(|(a, b)| (Value::float(a), Value::float(b), Type::Number));
    for (operator, wanted) in operators {
        for cases in [&ints, &floats] {
            for ((a, b, ty), truth) in cases.iter().zip(wanted) {
                let (left, right) = (world.constant(a.clone(), ty.clone()), world.constant(b.clone(), ty.clone()));
                assert_eq!(
                    of(&mut world, Kind::Compare { operator, left, right }, Type::Bool),
                    Value::Bool(truth),
                    "{a:?} {operator:?} {b:?}"
                );
            }
        }
        let (left, right) = (world.constant(Value::Missing, Type::Int), world.int(2));
        assert_eq!(of(&mut world, Kind::Compare { operator, left, right }, Type::Bool), UNKNOWN);
        assert_eq!(of(&mut world, Kind::Compare { operator, left: right, right: left }, Type::Bool), UNKNOWN);
    }
    let (a, b) = (world.constant(text("甲"), Type::Text), world.constant(text("乙"), Type::Text));
    assert_eq!(of(&mut world, Kind::Compare { operator: Comparison::NotEqual, left: a, right: b }, Type::Bool), TRUE);
    assert_eq!(of(&mut world, Kind::Compare { operator: Comparison::Less, left: a, right: b }, Type::Bool), UNKNOWN, "texts have no order");
}

#[test]
fn sets_are_ors() {
    let mut world = World::new();
    let (known, missing) = (world.constant(text("a"), Type::Text), world.constant(Value::Missing, Type::Text));
    assert_eq!(of(&mut world, Kind::OneOf { value: known, set: vec![text("b"), text("a")] }, Type::Bool), TRUE);
    assert_eq!(of(&mut world, Kind::OneOf { value: known, set: vec![text("b")] }, Type::Bool), FALSE);
    assert_eq!(of(&mut world, Kind::OneOf { value: missing, set: vec![text("b")] }, Type::Bool), UNKNOWN);
    assert_eq!(of(&mut world, Kind::OneOf { value: missing, set: vec![] }, Type::Bool), FALSE);
}

#[test]
fn arithmetic_never_wraps_and_never_is_nan() {
    let mut world = World::new();
    let mut ints = |operator, left, right| {
        let (left, right) = (world.int(left), world.int(right));
        of(&mut world, Kind::Arithmetic { operator, left, right }, Type::Int)
    };
    assert_eq!(ints(Operator::Add, 2, 3), Value::Int(5));
    assert_eq!(ints(Operator::Add, i64::MAX, 1), Value::Missing);
    assert_eq!(ints(Operator::Subtract, i64::MIN, 1), Value::Missing);
    assert_eq!(ints(Operator::Multiply, i64::MAX, 2), Value::Missing);
    assert_eq!(ints(Operator::Divide, 4, 2), Value::Missing, "division is for floats");
    let mut floats = |operator, left: f64, right: f64| {
        let (left, right) = (world.constant(Value::Float(left), Type::Number), world.constant(Value::Float(right), Type::Number));
        of(&mut world, Kind::Arithmetic { operator, left, right }, Type::Number)
    };
    assert_eq!(floats(Operator::Divide, 1.0, 4.0), Value::Float(0.25));
    assert_eq!(floats(Operator::Divide, 1.0, 0.0), Value::Missing);
    assert_eq!(floats(Operator::Divide, 0.0, 0.0), Value::Missing);
    assert_eq!(floats(Operator::Multiply, f64::MAX, 2.0), Value::Missing);
    let least = world.int(i64::MIN);
    assert_eq!(of(&mut world, Kind::Negate(least), Type::Int), Value::Missing);
    let half = world.constant(Value::Float(-2.5), Type::Number);
    assert_eq!(of(&mut world, Kind::Round(half), Type::Int), Value::Int(-3));
    let huge = world.constant(Value::Float(1e19), Type::Number);
    assert_eq!(of(&mut world, Kind::Round(huge), Type::Int), Value::Missing);
    let big = world.int((1 << 53) + 1);
    assert_eq!(of(&mut world, Kind::ToFloat(big), Type::Number), Value::Float(9_007_199_254_740_992.0));
}

#[test]
fn floats_outside_the_language_are_missing_at_the_door() {
    let mut world = World::new();
    for (id, ratio) in [("A", f64::NAN), ("B", f64::INFINITY), ("C", -0.0)] {
        world.customer(id, &[(RATIO, Value::Float(ratio))]);
    }
    let ratio = world.column(CUSTOMERS, RATIO);
    assert_eq!(world.values(ratio, 3), [Value::Missing, Value::Missing, Value::Float(0.0)]);
}

#[test]
fn months_end_where_they_end() {
    let mut world = World::new();
    // 2026-01-31 is day 20484.
    let (day, count) = (world.constant(Value::Int(20_484), Type::Date), world.int(1));
    let moved = world.node(None, Kind::Call { function: String::from("shift_months"), arguments: vec![day, count] }, Type::Date);
    assert_eq!(of(&mut world, Kind::Format { value: moved, style: FormatStyle::Plain }, Type::Text), text("2026-02-28"));
    let none = world.constant(Value::Missing, Type::Int);
    let call = |function: &str, arguments| Kind::Call { function: String::from(function), arguments };
    assert_eq!(of(&mut world, call("shift_months", vec![day, none]), Type::Date), Value::Missing);
    assert_eq!(of(&mut world, call("no_such_function", vec![day]), Type::Date), Value::Missing);
}

#[test]
fn texts_join_unless_a_part_is_missing() {
    let mut world = World::new();
    let (a, b, none) =
        (world.constant(text("您"), Type::Text), world.constant(text("好"), Type::Text), world.constant(Value::Missing, Type::Text));
    assert_eq!(of(&mut world, Kind::Concat(vec![a, b]), Type::Text), text("您好"));
    assert_eq!(of(&mut world, Kind::Concat(vec![a, none]), Type::Text), Value::Missing);
    let money = world.constant(Value::Int(2_399_999), Type::Money);
    assert_eq!(of(&mut world, Kind::Format { value: money, style: FormatStyle::TenThousandYuan }, Type::Text), text("2.3万元"));
}

#[test]
fn labels_have_names_and_buckets_follow_the_published_vectors() {
    let mut world = World::new();
    let label = |name: &str| LadderLabel { name: String::from(name), label: None };
    let labels = vec![label("plain"), label("bonus")];
    world.program.ladders.push(Ladder { name: String::from("arms"), label: None, labels, best_first: None });
    let ty = Type::Label(LadderId(0));
    let (bonus, beyond) = (world.constant(Value::Int(1), ty.clone()), world.constant(Value::Int(2), ty));
    assert_eq!(of(&mut world, Kind::LabelName(bonus), Type::Text), text("bonus"));
    assert_eq!(of(&mut world, Kind::LabelName(beyond), Type::Text), Value::Missing);

    let [(yes, _), (no, _), (unknown, _)] = truths(&mut world);
    let mut bucket = |salt: &str, unit: &str, only| {
        let unit = world.constant(text(unit), Type::Text);
        of(&mut world, Kind::Bucket { experiment: String::from("demo"), salt: String::from(salt), unit, only }, Type::Int)
    };
    assert_eq!(bucket("s0", "C000001", yes), Value::Int(5388));
    assert_eq!(bucket("s0", "C000002", yes), Value::Int(2573));
    assert_eq!(bucket("s1", "C000001", yes), Value::Int(5403));
    assert_eq!(bucket("s0", "客户一", yes), Value::Int(2241));
    assert_eq!(bucket("s0", "C000001", no), Value::Missing);
    assert_eq!(bucket("s0", "C000001", unknown), Value::Missing);
}

#[test]
fn paths_walk_to_the_row_with_the_key() {
    let mut world = World::new();
    world.customer("A", &[(AGE, Value::Int(30))]);
    world.customer("A", &[(AGE, Value::Int(99))]);
    for (id, owner) in [(1, "A"), (2, "Z")] {
        world.event(id, owner, None, &[]);
    }
    world.snapshot.push(EVENTS, []);
    let (key, value) = (world.column(EVENTS, OWNER), world.column(CUSTOMERS, AGE));
    let via = world.node(Some(EVENTS), Kind::Via { key, table: CUSTOMERS, value }, Type::Int);
    assert_eq!(world.values(via, 3), [Value::Int(30), Value::Missing, Value::Missing]);
}

#[test]
fn two_hundred_thousand_levels_need_no_program_stack() {
    let mut world = World::new();
    world.customer("A", &[(MANAGER, text("R1"))]);
    let (id, manager) = (world.column(CUSTOMERS, ID), world.column(CUSTOMERS, MANAGER));
    let mut deep = world.compare(CUSTOMERS, Comparison::NotEqual, id, manager);
    let first = deep;
    for _ in 0..200_000 {
        deep = world.node(Some(CUSTOMERS), Kind::And(vec![deep, first]), Type::Bool);
    }
    assert_eq!(world.value(deep), TRUE);
    let wide = world.node(Some(CUSTOMERS), Kind::Or((0..200_000).map(|at| NodeId(first.0 + at)).collect()), Type::Bool);
    assert_eq!(world.value(wide), TRUE);
}
