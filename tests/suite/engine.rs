//! The batch engine on hand-built graphs: what random programs do not say by name.

use indexmap::IndexMap;
use polars::prelude::*;
use strat::engine::{EngineError, Options, Tables, evaluate, run};
use strat::ir::{
    Aggregate, AggregateFunction, Comparison, Count, Emission, Graph, Kind, Link, Moment, NodeId, Output, Population, Program, Watch,
};
use strat::source::Span;
use strat::types::{Column as SchemaColumn, ColumnId, Table, TableId, TableKind, Type, Value};

const CUSTOMERS: TableId = TableId(0);
const EVENTS: TableId = TableId(1);
const NOW: Moment = Moment { as_of: 1_000, previous: None };

fn column(name: &str, ty: Type) -> SchemaColumn {
    let (label, header, format) = (None, None, None);
    let (name, values, span) = (String::from(name), Vec::new(), Span::default());
    SchemaColumn {
        name,
        label,
        ty,
        optional: true,
        reference: None,
        pii: false,
        header,
        line_number: false,
        format,
        unit_milliseconds: 1,
        values,
        span,
    }
}

fn table(name: &str, kind: TableKind, columns: Vec<SchemaColumn>) -> Table {
    let (name, span) = (String::from(name), Span::default());
    Table { name, label: None, kind, columns, key: vec![ColumnId(0)], at: None, period: None, purpose: None, file: None, span }
}

/// Customers (id, score) and events (id, customer, at, amount).
struct World {
    program: Program,
    tables: Tables,
}

impl World {
    fn new() -> Self {
        let customers = vec![column("id", Type::Text), column("score", Type::Int)];
        let events = vec![column("id", Type::Int), column("customer", Type::Text), column("at", Type::Time), column("amount", Type::Money)];
        let program = Program {
            name: String::from("main"),
            sources: Vec::new(),
            subject: CUSTOMERS,
            tables: vec![table("customers", TableKind::Entity, customers), table("events", TableKind::Event, events)],
            ladders: Vec::new(),
            graph: Graph::default(),
            facts: Vec::new(),
            strategies: Vec::new(),
            emissions: Vec::new(),
            watches: Vec::new(),
            channels: Vec::new(),
            params: Vec::new(),
            trials: Vec::new(),
            attributions: Vec::new(),
            lifetimes: Vec::new(),
            pacing: Vec::new(),
            metrics: Vec::new(),
            models: Vec::new(),
        };
        World { program, tables: IndexMap::new() }
    }

    fn customers(mut self, rows: &[(Option<&str>, Option<i64>)]) -> Self {
        let (id, score): (Vec<Option<&str>>, Vec<Option<i64>>) = rows.iter().copied().unzip();
        self.tables.insert(CUSTOMERS, df!("id" => id, "score" => score).unwrap().lazy());
        self
    }

    fn events(mut self, rows: &[(Option<&str>, Option<i64>, Option<i64>)]) -> Self {
        let id: Vec<i64> = (0..).take(rows.len()).collect();
        let customer: Vec<Option<&str>> = rows.iter().map(|row| row.0).collect();
        let at: Vec<Option<i64>> = rows.iter().map(|row| row.1).collect();
        let amount: Vec<Option<i64>> = rows.iter().map(|row| row.2).collect();
        self.tables.insert(EVENTS, df!("id" => id, "customer" => customer, "at" => at, "amount" => amount).unwrap().lazy());
        self
    }

    fn add(&mut self, table: Option<TableId>, kind: Kind, ty: Type) -> NodeId {
        self.program.graph.add(kind, ty, true, table, Span::default())
    }

    fn column(&mut self, table: TableId, at: u32) -> NodeId {
        let ty = self.program.tables[table.0 as usize].columns[at as usize].ty.clone();
        self.add(Some(table), Kind::Column(ColumnId(at)), ty)
    }

    fn int(&mut self, value: i64, ty: Type) -> NodeId {
        self.add(None, Kind::Constant(Value::Int(value)), ty)
    }

    /// A fold of a customer's events in `[from, until)`.
    fn fold(&mut self, function: AggregateFunction, from: Option<i64>, until: Option<i64>) -> NodeId {
        let link = Link::Key { row_key: self.column(EVENTS, 1), outer_key: self.column(CUSTOMERS, 0) };
        let value = (function != AggregateFunction::Exists).then(|| self.column(EVENTS, 3));
        let at = Some(self.column(EVENTS, 2));
        let from = from.map(|from| self.int(from, Type::Time));
        let until = until.map(|until| self.int(until, Type::Time));
        let ty = if function == AggregateFunction::Exists { Type::Bool } else { Type::Money };
        let aggregate = Aggregate { table: EVENTS, link, function, value, filter: None, at, from, until, at_least: None };
        self.add(Some(CUSTOMERS), Kind::Aggregate(Box::new(aggregate)), ty)
    }

    fn values(&self, node: NodeId) -> Vec<Option<i64>> {
        let found = evaluate(&self.program, &self.tables, NOW, &Options::default(), CUSTOMERS, &[node]).unwrap();
        found.column(&format!("n{}", node.0)).unwrap().cast(&DataType::Int64).unwrap().i64().unwrap().iter().collect()
    }
}

#[test]
fn no_rows_are_nothing_and_no_key_is_missing() {
    let mut world = World::new().customers(&[(Some("a"), None), (Some("b"), None), (None, None)]).events(&[
        (Some("a"), Some(1), Some(5)),
        (Some("a"), Some(2), None),
        (None, Some(3), Some(7)),
    ]);
    let (count, sum) = (world.fold(AggregateFunction::Count, None, None), world.fold(AggregateFunction::Sum, None, None));
    let exists = world.fold(AggregateFunction::Exists, None, None);
    assert_eq!(world.values(count), [Some(1), Some(0), None]);
    assert_eq!(world.values(sum), [Some(5), None, None]);
    assert_eq!(world.values(exists), [Some(1), Some(0), None]);
}

#[test]
fn windows_are_half_open_and_share_a_pass() {
    let mut world = World::new().customers(&[(Some("a"), None)]).events(&[
        (Some("a"), Some(10), Some(1)),
        (Some("a"), Some(20), Some(2)),
        (Some("a"), Some(30), Some(4)),
        (Some("a"), None, Some(8)),
    ]);
    let windows = [(Some(10), Some(30), 3), (Some(11), Some(31), 6), (None, Some(20), 1), (Some(20), None, 6), (None, None, 15)];
    for (from, until, expected) in windows {
        let sum = world.fold(AggregateFunction::Sum, from, until);
        assert_eq!(world.values(sum), [Some(expected)], "{from:?}..{until:?}");
    }
}

/// Two folds by the same key of a customer, of different levels and over tables whose keys come in different orders.
#[test]
fn folds_of_different_tables_keep_their_groups_apart() {
    let mut world = World::new().customers(&[(Some("a"), Some(10)), (Some("b"), Some(20)), (Some("c"), Some(30))]).events(&[
        (Some("c"), Some(1), Some(3)),
        (Some("b"), Some(1), Some(2)),
        (Some("a"), Some(1), Some(1)),
    ]);
    let paid = world.fold(AggregateFunction::Sum, None, None);
    let (score, nought) = (world.column(CUSTOMERS, 1), world.int(0, Type::Int));
    let flag = world.add(Some(CUSTOMERS), Kind::Compare { operator: Comparison::Greater, left: score, right: nought }, Type::Bool);
    let total = world.add(None, Kind::Population(Box::new(Population::Total { flag })), Type::Int);
    let plus = |world: &mut World, left, right| {
        world.add(Some(CUSTOMERS), Kind::Arithmetic { operator: strat::ir::Operator::Add, left, right }, Type::Int)
    };
    let value = plus(&mut world, score, total);
    let id = world.column(CUSTOMERS, 0);
    let link = Link::Key { row_key: id, outer_key: id };
    let function = AggregateFunction::Max;
    let own =
        Aggregate { table: CUSTOMERS, link, function, value: Some(value), filter: None, at: None, from: None, until: None, at_least: None };
    let own = world.add(Some(CUSTOMERS), Kind::Aggregate(Box::new(own)), Type::Int);
    let both = plus(&mut world, paid, own);
    assert_eq!(world.values(both), [Some(14), Some(25), Some(36)]);
}

#[test]
fn sums_that_leave_64_bits_are_missing_and_come_back_when_they_return() {
    let big = Some(i64::MAX);
    let mut world = World::new().customers(&[(Some("a"), None), (Some("b"), None)]).events(&[
        (Some("a"), Some(1), big),
        (Some("a"), Some(1), Some(1)),
        (Some("b"), Some(1), big),
        (Some("b"), Some(1), Some(1)),
        (Some("b"), Some(1), Some(-1)),
    ]);
    let sum = world.fold(AggregateFunction::Sum, None, None);
    assert_eq!(world.values(sum), [None, big]);
}

#[test]
fn the_latest_value_is_the_greatest_at_the_last_instant_however_far_away() {
    for last in [50, i64::MAX] {
        let mut world = World::new().customers(&[(Some("a"), None), (Some("b"), None)]).events(&[
            (Some("a"), Some(1), Some(100)),
            (Some("a"), Some(last), Some(-3)),
            (Some("a"), Some(last), None),
            (Some("a"), Some(last), Some(-2)),
            (Some("b"), Some(1), Some(9)),
            (Some("b"), Some(last), None),
        ]);
        let latest = world.fold(AggregateFunction::Latest, None, None);
        let earliest = world.fold(AggregateFunction::Earliest, None, None);
        assert_eq!(world.values(latest), [Some(-2), None]);
        assert_eq!(world.values(earliest), [Some(100), Some(9)]);
    }
}

#[test]
fn ties_at_the_last_place_are_all_in() {
    let mut world = World::new().customers(&[
        (Some("a"), Some(3)),
        (Some("b"), Some(5)),
        (Some("c"), Some(3)),
        (Some("d"), Some(1)),
        (Some("e"), None),
    ]);
    let value = world.column(CUSTOMERS, 1);
    let share = world.add(None, Kind::Constant(Value::Float(0.4)), Type::Percent);
    let top = Population::Top { value, share, within: None };
    let top = world.add(Some(CUSTOMERS), Kind::Population(Box::new(top)), Type::Bool);
    assert_eq!(world.values(top), [Some(1), Some(1), Some(1), Some(0), None]);
    let quintile = Population::Quintile { value, best_low: false, missing_worst: true, within: None };
    let quintile = world.add(Some(CUSTOMERS), Kind::Population(Box::new(quintile)), Type::Int);
    assert_eq!(world.values(quintile), [Some(3), Some(5), Some(3), Some(2), Some(1)]);
}

fn campaign() -> World {
    let mut world = World::new().customers(&[(Some("c"), Some(3)), (Some("a"), Some(9)), (Some("b"), None), (Some("客户"), Some(7))]);
    let (id, score) = (world.column(CUSTOMERS, 0), world.column(CUSTOMERS, 1));
    let limit = world.int(5, Type::Int);
    let compared = world.add(Some(CUSTOMERS), Kind::Compare { operator: Comparison::Greater, left: score, right: limit }, Type::Bool);
    let flag = world.add(Some(CUSTOMERS), Kind::IsTrue(compared), Type::Bool);
    let fields = vec![(String::from("who"), id), (String::from("score"), score)];
    world.program.emissions.push(Emission { output: Output::Actions, table: CUSTOMERS, flag, fields, strategy: None });
    world.program.watches.push(Watch { name: String::from("segment rich"), table: CUSTOMERS, node: compared, reads: Vec::new() });
    world
}

#[test]
fn emissions_are_sorted_by_key_and_watches_count_the_undecided() {
    let world = campaign();
    for streaming in [true, false] {
        for slice_rows in [None, Some(1), Some(3)] {
            let options = Options { streaming, slice_rows, ..Options::default() };
            let outcome = run(&world.program, &world.tables, NOW, &options).unwrap();
            let expected = df!("who" => ["a", "客户"], "score" => [9_i64, 7]).unwrap();
            assert!(outcome.emissions[0].equals_missing(&expected), "{:?}", outcome.emissions);
            assert_eq!(outcome.watches, [Count { known: vec![1, 2], unknown: 1 }]);
            assert_eq!(outcome.rows.get(&CUSTOMERS), Some(&4));
        }
    }
}

#[test]
fn an_absent_table_has_no_rows() {
    let mut world = campaign();
    world.tables.clear();
    let outcome = run(&world.program, &world.tables, NOW, &Options::default()).unwrap();
    assert_eq!(outcome.emissions[0].shape(), (0, 2));
    assert_eq!(outcome.watches, [Count { known: vec![0, 0], unknown: 0 }]);
}

#[test]
fn a_damaged_program_is_an_error() {
    let mut world = campaign();
    let call = world.add(Some(CUSTOMERS), Kind::Call { function: String::from("no_such_function"), arguments: vec![] }, Type::Int);
    let nowhere = world.add(Some(TableId(9)), Kind::Column(ColumnId(0)), Type::Int);
    let ask = |node| evaluate(&world.program, &world.tables, NOW, &Options::default(), CUSTOMERS, &[node]);
    assert!(matches!(ask(call), Err(EngineError::Unsupported { .. })));
    assert!(matches!(ask(nowhere), Err(EngineError::NoTable(_))));
    assert!(matches!(ask(NodeId(1_000)), Err(EngineError::Damaged(_))));
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut world = World::new().customers(&[(Some("a"), Some(1))]);
    let mut node = world.column(CUSTOMERS, 1);
    for step in 0..300 {
        let (one, other) = (world.int(step % 7, Type::Int), world.column(CUSTOMERS, 1));
        let sum = Kind::Arithmetic { operator: strat::ir::Operator::Add, left: node, right: one };
        let sum = world.add(Some(CUSTOMERS), sum, Type::Int);
        node = world.add(Some(CUSTOMERS), Kind::Coalesce(sum, other), Type::Int);
    }
    let expected = 1 + (0..300).map(|step| step % 7).sum::<i64>();
    assert_eq!(world.values(node), [Some(expected)]);
}
