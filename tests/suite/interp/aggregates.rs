//! Folds over another table's rows.

use super::world::{AMOUNT, AT, CUSTOMERS, DAY, EVENT_ID, EVENTS, ID, OWNER, SESSION, SHARE, World, text};
use strat::ir::{AggregateFunction, Comparison, FirstCrossing, Kind, Link, NodeId};
use strat::types::{ColumnId, Type, Value};

/// One customer with the given amounts on days 1, 2, …; `None` is a row whose amount is missing. B has no rows.
fn with_amounts(amounts: &[Option<i64>]) -> World {
    let mut world = World::new();
    world.customer("A", &[]);
    world.customer("B", &[]);
    for (day, amount) in (1..).zip(amounts) {
        world.event(day, "A", Some(day * DAY), &[(AMOUNT, amount.map_or(Value::Missing, Value::Int))]);
    }
    world
}

fn of_amounts(amounts: &[Option<i64>], function: AggregateFunction, ty: Type) -> [Value; 2] {
    let mut world = with_amounts(amounts);
    let aggregate = world.own(function, Some(AMOUNT));
    let node = world.fold(aggregate, ty);
    [world.interpreter().value(node, 0), world.interpreter().value(node, 1)]
}

const AMOUNTS: [Option<i64>; 6] = [Some(3), None, Some(1), Some(1), Some(10), None];

#[test]
fn every_function_over_rows_and_over_nothing() {
    let cases = [
        (AggregateFunction::Count, Type::Int, Value::Int(4), Value::Int(0)),
        (AggregateFunction::Sum, Type::Money, Value::Int(15), Value::Missing),
        (AggregateFunction::Mean, Type::Money, Value::Int(4), Value::Missing),
        (AggregateFunction::Mean, Type::Number, Value::Float(3.75), Value::Missing),
        (AggregateFunction::Min, Type::Money, Value::Int(1), Value::Missing),
        (AggregateFunction::Max, Type::Money, Value::Int(10), Value::Missing),
        (AggregateFunction::Median, Type::Money, Value::Int(1), Value::Missing),
        (AggregateFunction::Quantile(750_000), Type::Money, Value::Int(3), Value::Missing),
        (AggregateFunction::Quantile(750_001), Type::Money, Value::Int(10), Value::Missing),
        (AggregateFunction::Quantile(0), Type::Money, Value::Int(1), Value::Missing),
        (AggregateFunction::Deviation, Type::Number, Value::Float(13.6875_f64.sqrt()), Value::Missing),
        (AggregateFunction::Distinct, Type::Int, Value::Int(3), Value::Int(0)),
        (AggregateFunction::Latest, Type::Money, Value::Missing, Value::Missing),
        (AggregateFunction::Earliest, Type::Money, Value::Int(3), Value::Missing),
        (AggregateFunction::Exists, Type::Bool, Value::Bool(true), Value::Bool(false)),
    ];
    for (function, ty, wanted, nothing) in cases {
        assert_eq!(of_amounts(&AMOUNTS, function, ty), [wanted, nothing], "{function:?}");
    }
}

#[test]
fn rows_are_counted_without_a_value() {
    let mut world = with_amounts(&AMOUNTS);
    let aggregate = world.own(AggregateFunction::Count, None);
    let node = world.fold(aggregate, Type::Int);
    assert_eq!(world.values(node, 2), [Value::Int(6), Value::Int(0)]);
}

#[test]
fn int_sums_are_checked_at_the_end_only() {
    assert_eq!(of_amounts(&[Some(i64::MAX), Some(1), Some(-1)], AggregateFunction::Sum, Type::Money)[0], Value::Int(i64::MAX));
    assert_eq!(of_amounts(&[Some(i64::MAX), Some(1)], AggregateFunction::Sum, Type::Money)[0], Value::Missing);
    assert_eq!(of_amounts(&[Some(1), Some(2)], AggregateFunction::Mean, Type::Money)[0], Value::Int(2));
    assert_eq!(of_amounts(&[Some(-1), Some(-2)], AggregateFunction::Mean, Type::Money)[0], Value::Int(-2));
}

#[test]
fn float_sums_do_not_depend_on_order() {
    let sum = |values: &[f64]| {
        let mut world = World::new();
        world.customer("A", &[]);
        for (day, value) in (1..).zip(values) {
            world.event(day, "A", Some(day * DAY), &[(SHARE, Value::Float(*value))]);
        }
        let aggregate = world.own(AggregateFunction::Sum, Some(SHARE));
        let node = world.fold(aggregate, Type::Number);
        world.value(node)
    };
    assert_eq!(sum(&[0.1, 0.2]), Value::Float(0.3));
    assert_eq!(sum(&[0.1, 1e17, -1e17]), sum(&[1e17, -1e17, 0.1]));
    assert_eq!(sum(&[2e18]), Value::Missing);
    assert_eq!(sum(&[0.5, f64::NAN]), Value::Float(0.5), "NaN is missing at the door, and missing is skipped");
}

/// The count of A's rows in a window over days; rows lie on days 1..=4 and one row has no time.
fn counted(from: Option<Option<i64>>, until: Option<Option<i64>>) -> Value {
    let mut world = with_amounts(&[Some(1), Some(2), Some(3), Some(4)]);
    world.event(9, "A", None, &[(AMOUNT, Value::Int(9))]);
    let mut aggregate = world.own(AggregateFunction::Count, None);
    let mut bound =
        |day: Option<Option<i64>>| day.map(|day| world.constant(day.map_or(Value::Missing, |day| Value::Int(day * DAY)), Type::Time));
    (aggregate.from, aggregate.until) = (bound(from), bound(until));
    let node = world.fold(aggregate, Type::Int);
    world.value(node)
}

#[test]
fn windows_include_their_start_and_not_their_end() {
    assert_eq!(counted(None, None), Value::Int(5));
    assert_eq!(counted(Some(Some(2)), Some(Some(4))), Value::Int(2));
    assert_eq!(counted(Some(Some(2)), None), Value::Int(3), "a row without time never lies in a window");
    assert_eq!(counted(None, Some(Some(1))), Value::Int(0));
    assert_eq!(counted(Some(None), None), Value::Int(0), "a missing bound lets no row count");
}

#[test]
fn filters_take_true_only_and_too_few_rows_are_missing() {
    let mut world = with_amounts(&[Some(1), None, Some(5)]);
    let (amount, two) = (world.column(EVENTS, AMOUNT), world.constant(Value::Int(2), Type::Money));
    let mut aggregate = world.own(AggregateFunction::Count, None);
    aggregate.filter = Some(world.compare(EVENTS, Comparison::Less, amount, two));
    let one = world.fold(aggregate.clone(), Type::Int);
    aggregate.at_least = Some(1);
    let enough = world.fold(aggregate.clone(), Type::Int);
    aggregate.at_least = Some(2);
    let few = world.fold(aggregate, Type::Int);
    assert_eq!([world.value(one), world.value(enough), world.value(few)], [Value::Int(1), Value::Int(1), Value::Missing]);
}

#[test]
fn ties_of_latest_and_earliest_go_to_the_known_extremes() {
    let mut world = World::new();
    world.customer("A", &[]);
    for (id, at, amount) in [(1, 1, Some(5)), (2, 1, Some(2)), (3, 4, Some(7)), (4, 4, None), (5, 4, Some(9))] {
        world.event(id, "A", Some(at * DAY), &[(AMOUNT, amount.map_or(Value::Missing, Value::Int))]);
    }
    world.event(6, "A", None, &[(AMOUNT, Value::Int(100))]);
    for (function, wanted) in [(AggregateFunction::Latest, 9), (AggregateFunction::Earliest, 2)] {
        let aggregate = world.own(function, Some(AMOUNT));
        let node = world.fold(aggregate, Type::Money);
        assert_eq!(world.value(node), Value::Int(wanted));
    }
}

#[test]
fn missing_keys_never_meet() {
    let mut world = World::new();
    world.snapshot.push(CUSTOMERS, []);
    world.snapshot.push(EVENTS, [(AMOUNT, Value::Int(1))]);
    for function in [AggregateFunction::Count, AggregateFunction::Exists] {
        let aggregate = world.own(function, None);
        let node = world.fold(aggregate, Type::Int);
        assert_eq!(world.value(node), Value::Missing);
    }
}

#[test]
fn everyone_is_one_value_for_the_run() {
    let mut world = with_amounts(&[Some(1), Some(2)]);
    world.event(9, "B", Some(DAY), &[(AMOUNT, Value::Int(40))]);
    let mut aggregate = world.own(AggregateFunction::Sum, Some(AMOUNT));
    aggregate.link = Link::Everyone;
    let node = world.node(None, Kind::Aggregate(Box::new(aggregate)), Type::Money);
    assert_eq!(world.values(node, 2), [Value::Int(43), Value::Int(43)]);
}

/// Events of everyone whose amount is at least the asking customer's own greatest amount.
#[test]
fn outer_values_stay_with_their_row() {
    let mut world = with_amounts(&[Some(5), Some(1)]);
    world.event(8, "B", Some(DAY), &[(AMOUNT, Value::Int(3))]);
    let greatest = world.own(AggregateFunction::Max, Some(AMOUNT));
    let greatest = world.fold(greatest, Type::Money);
    let outer = world.node(Some(EVENTS), Kind::Outer(greatest), Type::Money);
    let amount = world.column(EVENTS, AMOUNT);
    let filter = world.compare(EVENTS, Comparison::GreaterOrEqual, amount, outer);
    let mut aggregate = world.own(AggregateFunction::Count, None);
    (aggregate.link, aggregate.filter) = (Link::Everyone, Some(filter));
    let node = world.fold(aggregate, Type::Int);
    assert_eq!(world.values(node, 2), [Value::Int(1), Value::Int(2)]);
}

/// For each of my events: how many of its owner's events exceed both it and my id's length; two levels of surroundings.
#[test]
fn outer_reaches_through_two_folds() {
    let mut world = with_amounts(&[Some(5), Some(1)]);
    world.customer("BB", &[]);
    world.event(8, "BB", Some(DAY), &[(AMOUNT, Value::Int(3))]);
    let id = world.column(CUSTOMERS, ID);
    let length = world.node(Some(CUSTOMERS), Kind::Call { function: String::from("length"), arguments: vec![id] }, Type::Int);
    let once = world.node(Some(EVENTS), Kind::Outer(length), Type::Int);
    let twice = world.node(Some(EVENTS), Kind::Outer(once), Type::Int);
    let amount = world.column(EVENTS, AMOUNT);
    let above = world.compare(EVENTS, Comparison::Greater, amount, twice);
    let mut inner = world.own(AggregateFunction::Count, None);
    (inner.link, inner.filter) = (Link::Everyone, Some(above));
    let inner = world.node(Some(EVENTS), Kind::Aggregate(Box::new(inner)), Type::Int);
    let mut outer = world.own(AggregateFunction::Sum, None);
    outer.value = Some(inner);
    let node = world.fold(outer, Type::Int);
    // A (length 1): two rows above 1, counted for each of A's two events. BB (length 2): two rows above 2, for its one event.
    assert_eq!(world.values(node, 3), [Value::Int(4), Value::Missing, Value::Int(2)]);
}

struct Crossing {
    world: World,
    node: NodeId,
}

fn crossing(rows: &[(i64, &str, i64, Option<&str>, Option<i64>)], value: bool, threshold: i64, from: i64) -> Crossing {
    let mut world = World::new();
    world.customer("A", &[]);
    world.customer("B", &[]);
    for (id, owner, day, session, dwell) in rows {
        let cells = [(SESSION, session.map_or(Value::Missing, text)), (AMOUNT, dwell.map_or(Value::Missing, Value::Int))];
        world.event(*id, owner, Some(day * DAY), &cells);
    }
    let mut column = |column: ColumnId| world.column(EVENTS, column);
    let (at, order, group, amount) = (column(AT), vec![column(EVENT_ID)], vec![column(OWNER), column(SESSION)], column(AMOUNT));
    let link = world.own_events();
    let (threshold, from) = (world.constant(Value::Int(threshold), Type::Int), Some(world.constant(Value::Int(from * DAY), Type::Time)));
    let until = world.node(None, Kind::AsOf, Type::Time);
    let value = value.then_some(amount);
    let comparison = Comparison::Greater;
    let crossing = FirstCrossing { table: EVENTS, link, filter: None, at, order, group, value, comparison, threshold, from, until };
    let node = world.node(Some(CUSTOMERS), Kind::FirstCrossing(Box::new(crossing)), Type::Time);
    Crossing { world, node }
}

#[test]
fn a_group_fires_once_at_the_first_row_above_the_threshold() {
    let rows = [
        (1, "A", 1, Some("s"), Some(100)),
        (2, "A", 3, Some("s"), Some(100)),
        (3, "A", 4, Some("s"), Some(100)),
        (4, "A", 5, Some("t"), Some(500)),
        (5, "A", 2, None, Some(900)),
        (6, "B", 2, Some("s"), None),
        (7, "B", 200, Some("s"), Some(900)),
    ];
    let case = crossing(&rows, true, 180, 0);
    assert_eq!(case.world.values(case.node, 2), [Value::Int(3 * DAY), Value::Missing], "no group key and later than T never count");
    let later = crossing(&rows, true, 180, 4);
    assert_eq!(later.world.value(later.node), Value::Int(5 * DAY), "session s fired before the window and does not fire again");
    let counted = crossing(&rows, false, 2, 0);
    assert_eq!(counted.world.value(counted.node), Value::Int(4 * DAY), "without a value rows are counted");
}

#[test]
fn events_read_their_own_customer_inside_a_fold() {
    let mut world = with_amounts(&[Some(5), Some(1)]);
    let owner = world.column(EVENTS, OWNER);
    let count = world.own(AggregateFunction::Count, None);
    let count = world.fold(count, Type::Int);
    let via = world.node(Some(EVENTS), Kind::Via { key: owner, table: CUSTOMERS, value: count }, Type::Int);
    let mut aggregate = world.own(AggregateFunction::Sum, None);
    aggregate.value = Some(via);
    let node = world.fold(aggregate, Type::Int);
    assert_eq!(world.values(node, 2), [Value::Int(4), Value::Missing]);
}
