//! Facts about one subject among all.

use super::world::{AGE, CUSTOMERS, ID, MANAGER, RATIO, World, text};
use strat::ir::{Comparison, Count, Emission, Kind, Ladder, LadderLabel, NodeId, Output, PlaceEntry, Population, Watch, Weight};
use strat::types::{LadderId, Type, Value};

/// Customers with these ages, keys falling so that key order is the reverse of row order.
fn with_ages(ages: &[Option<i64>]) -> World {
    let mut world = World::new();
    for (at, age) in ages.iter().enumerate() {
        let manager = if at % 2 == 0 { text("R1") } else { Value::Missing };
        world.customer(&format!("C{:03}", 900 - at), &[(AGE, age.map_or(Value::Missing, Value::Int)), (MANAGER, manager)]);
    }
    world
}

fn facts(world: &mut World, population: Population, ty: Type) -> Vec<Option<i64>> {
    let node = world.node(Some(CUSTOMERS), Kind::Population(Box::new(population)), ty);
    let rows = world.interpreter().rows(CUSTOMERS);
    let number = |value: Value| match value {
        Value::Bool(truth) => Some(i64::from(truth)),
        other => other.as_int(),
    };
    world.values(node, rows).into_iter().map(number).collect()
}

fn adults(world: &mut World) -> NodeId {
    let (age, adult) = (world.column(CUSTOMERS, AGE), world.int(18));
    world.compare(CUSTOMERS, Comparison::GreaterOrEqual, age, adult)
}

#[test]
fn quintiles_count_those_strictly_worse() {
    let mut world = with_ages(&[Some(10), Some(20), Some(20), Some(30), None]);
    let value = world.column(CUSTOMERS, AGE);
    let mut score =
        |best_low, missing_worst| facts(&mut world, Population::Quintile { value, best_low, missing_worst, within: None }, Type::Int);
    assert_eq!(score(false, false), [Some(1), Some(2), Some(2), Some(4), None]);
    assert_eq!(score(true, false), [Some(4), Some(2), Some(2), Some(1), None]);
    assert_eq!(score(false, true), [Some(2), Some(3), Some(3), Some(5), Some(1)]);
    assert_eq!(score(true, true), [Some(5), Some(3), Some(3), Some(2), Some(1)]);
    let within = Some(adults(&mut world));
    let scores = facts(&mut world, Population::Quintile { value, best_low: false, missing_worst: false, within }, Type::Int);
    assert_eq!(scores, [None, Some(1), Some(1), Some(4), None]);
}

#[test]
fn the_top_holds_the_last_place_and_all_its_ties() {
    let mut world = with_ages(&[Some(40), Some(30), Some(30), Some(20), None]);
    let value = world.column(CUSTOMERS, AGE);
    let mut top = |share: f64| {
        let share = world.constant(Value::Float(share), Type::Percent);
        facts(&mut world, Population::Top { value, share, within: None }, Type::Bool)
    };
    assert_eq!(top(0.2), [Some(1), Some(0), Some(0), Some(0), None]);
    assert_eq!(top(0.200001), [Some(1), Some(1), Some(1), Some(0), None], "k is rounded up");
    assert_eq!(top(0.0), [Some(0), Some(0), Some(0), Some(0), None]);
    assert_eq!(top(1.0), [Some(1), Some(1), Some(1), Some(1), None], "fewer known values than places");
}

#[test]
fn places_follow_keys_then_the_table_key() {
    let mut world = with_ages(&[Some(20), None, Some(30), Some(20)]);
    let (value, id) = (world.column(CUSTOMERS, AGE), world.column(CUSTOMERS, ID));
    let known = world.node(Some(CUSTOMERS), Kind::IsMissing(id), Type::Bool);
    let flag = world.node(Some(CUSTOMERS), Kind::Not(known), Type::Bool);
    let mut place = |descending, per| {
        let entries = vec![PlaceEntry { flag, keys: vec![(value, descending)], per, weight: None }];
        facts(&mut world, Population::Place { entries, at: 0 }, Type::Int)
    };
    assert_eq!(place(false, None), [Some(2), Some(4), Some(3), Some(1)], "equal ages go by key, and keys fall with the rows");
    assert_eq!(place(true, None), [Some(3), Some(4), Some(1), Some(2)], "missing is last in either direction");
    let per = Some(world.column(CUSTOMERS, MANAGER));
    let entries = vec![PlaceEntry { flag, keys: vec![(value, true)], per, weight: None }];
    let places = facts(&mut world, Population::Place { entries, at: 0 }, Type::Int);
    assert_eq!(places, [Some(2), Some(2), Some(1), Some(1)]);
}

#[test]
fn places_and_totals_take_true_flags_only() {
    let mut world = with_ages(&[Some(10), None, Some(30), Some(20)]);
    let flag = adults(&mut world);
    let entries = vec![PlaceEntry { flag, keys: vec![], per: None, weight: None }];
    assert_eq!(facts(&mut world, Population::Place { entries, at: 0 }, Type::Int), [None, None, Some(2), Some(1)]);
    let total = world.node(None, Kind::Population(Box::new(Population::Total { flag })), Type::Int);
    assert_eq!(world.value(total), Value::Int(2));
}

#[test]
fn entries_of_one_pool_stand_in_one_line() {
    let mut world = with_ages(&[Some(20), None, Some(30), Some(20)]);
    let (value, grown) = (world.column(CUSTOMERS, AGE), adults(&mut world));
    let always = world.constant(Value::Bool(true), Type::Bool);
    let none = world.constant(Value::Missing, Type::Int);
    let entries = vec![
        PlaceEntry { flag: grown, keys: vec![(value, true)], per: None, weight: None },
        PlaceEntry { flag: always, keys: vec![(value, true)], per: None, weight: None },
        PlaceEntry { flag: grown, keys: vec![(none, true)], per: None, weight: None },
    ];
    let mut place = |at| facts(&mut world, Population::Place { entries: entries.clone(), at }, Type::Int);
    assert_eq!(place(0), [Some(5), None, Some(1), Some(3)], "one row takes a place with each entry, in their order");
    assert_eq!(place(1), [Some(6), Some(9), Some(2), Some(4)]);
    assert_eq!(place(2), [Some(10), None, Some(8), Some(7)], "missing keys last, then by key of the table, then by entry");
}

#[test]
fn amounts_are_served_in_order_while_they_fit() {
    let mut world = with_ages(&[Some(20), None, Some(30), Some(20)]);
    let amount = world.column(CUSTOMERS, AGE);
    let flag = world.constant(Value::Bool(true), Type::Bool);
    let mut served = |most: Value| {
        let most = world.constant(most, Type::Int);
        let entries = vec![PlaceEntry { flag, keys: vec![(amount, true)], per: None, weight: Some(Weight { amount, most }) }];
        facts(&mut world, Population::Place { entries, at: 0 }, Type::Int)
    };
    assert_eq!(served(Value::Int(100)), [Some(70), Some(70), Some(30), Some(50)], "a missing amount takes nothing");
    assert_eq!(served(Value::Int(69)), [None, Some(50), Some(30), Some(50)]);
    assert_eq!(served(Value::Int(29)), [None, Some(20), None, Some(20)], "what is too much adds nothing, and the next may fit");
    assert_eq!(served(Value::Int(-1)), [None; 4]);
    assert_eq!(served(Value::Missing), [None; 4]);
}

#[test]
fn runs_emit_by_key_and_count_what_is_undecided() {
    let mut world = with_ages(&[Some(10), None, Some(30), Some(20)]);
    let flag = adults(&mut world);
    let age = world.column(CUSTOMERS, AGE);
    let labels = ["young", "adult"].map(|name| LadderLabel { name: String::from(name), label: None }).to_vec();
    world.program.ladders.push(Ladder { name: String::from("ages"), label: None, labels, best_first: None });
    let ladder =
        world.node(Some(CUSTOMERS), Kind::Ladder { rows: vec![(flag, 1)], otherwise: Some(0), unknown: None }, Type::Label(LadderId(0)));
    let fields = vec![(String::from("age"), age)];
    world.program.emissions.push(Emission { output: Output::Actions, table: CUSTOMERS, flag, fields, strategy: None });
    for (name, node) in [("segment adult", flag), ("tiers ages", ladder)] {
        world.program.watches.push(Watch { name: String::from(name), table: CUSTOMERS, node, reads: Vec::new() });
    }
    let outcome = world.interpreter().run();
    let rows: Vec<_> = outcome.emissions[0].iter().map(|row| (row.row, row.key.clone(), row.fields.clone())).collect();
    let wanted = [(3, vec![text("C897")], vec![Value::Int(20)]), (2, vec![text("C898")], vec![Value::Int(30)])];
    assert_eq!(rows, wanted);
    assert_eq!(outcome.watches, [Count { known: vec![1, 2], unknown: 1 }, Count { known: vec![1, 2], unknown: 1 }]);
    assert_eq!(world.interpreter().run(), outcome);
}

#[test]
fn an_absent_table_has_no_rows() {
    let mut world = World::new();
    let value = world.column(CUSTOMERS, RATIO);
    assert_eq!(world.interpreter().rows(CUSTOMERS), 0);
    assert_eq!(world.value(value), Value::Missing);
    assert_eq!(facts(&mut world, Population::Quintile { value, best_low: false, missing_worst: true, within: None }, Type::Int), []);
}
