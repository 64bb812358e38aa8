//! Customers and their transactions, and a graph over them.

use strat::interp::{Interpreter, Snapshot};
use strat::ir::{Aggregate, AggregateFunction, Comparison, Graph, Kind, Link, Moment, NodeId, Program};
use strat::source::Span;
use strat::types::{Column, ColumnId, Reference, Table, TableId, TableKind, Type, Value};

pub const CUSTOMERS: TableId = TableId(0);
pub const EVENTS: TableId = TableId(1);
pub const DAY: i64 = 86_400_000;

/// Columns of the customers.
pub const ID: ColumnId = ColumnId(0);
pub const AGE: ColumnId = ColumnId(1);
pub const RATIO: ColumnId = ColumnId(2);
pub const MANAGER: ColumnId = ColumnId(3);
pub const NAME: ColumnId = ColumnId(4);

/// Columns of the events.
pub const EVENT_ID: ColumnId = ColumnId(0);
pub const OWNER: ColumnId = ColumnId(1);
pub const AT: ColumnId = ColumnId(2);
pub const AMOUNT: ColumnId = ColumnId(3);
pub const SHARE: ColumnId = ColumnId(4);
pub const SESSION: ColumnId = ColumnId(5);

pub fn column(name: &str, ty: Type) -> Column {
    Column {
        name: String::from(name),
        label: None,
        ty,
        optional: true,
        reference: None,
        pii: false,
        header: None,
        line_number: false,
        format: None,
        unit_milliseconds: 1,
        values: Vec::new(),
        span: Span::default(),
    }
}

fn table(name: &str, kind: TableKind, columns: Vec<Column>, at: Option<ColumnId>) -> Table {
    let (name, span) = (String::from(name), Span::default());
    Table { name, label: None, kind, columns, key: vec![ColumnId(0)], at, period: None, purpose: None, file: None, span }
}

/// A program under construction with the data it will see.
pub struct World {
    pub program: Program,
    pub snapshot: Snapshot,
    pub moment: Moment,
}

pub fn text(value: &str) -> Value {
    Value::Text(String::from(value))
}

impl World {
    pub fn new() -> Self {
        let mut name = column("salutation", Type::Text);
        name.pii = true;
        let customers = vec![
            column("customer_id", Type::Text),
            column("age", Type::Int),
            column("ratio", Type::Number),
            column("rm_id", Type::Text),
            name,
        ];
        let mut owner = column("customer_id", Type::Text);
        owner.reference = Some(Reference { table: CUSTOMERS, path_name: String::from("customer"), back: None });
        let events = vec![
            column("event_id", Type::Int),
            owner,
            column("ts", Type::Time),
            column("amount", Type::Money),
            column("share", Type::Number),
            column("session", Type::Text),
        ];
        let program = Program {
            name: String::from("main"),
            sources: Vec::new(),
            subject: CUSTOMERS,
            tables: vec![table("customers", TableKind::Entity, customers, None), table("transactions", TableKind::Event, events, Some(AT))],
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
        Self { program, snapshot: Snapshot::new(), moment: Moment { as_of: 100 * DAY, previous: None } }
    }

    /// A node evaluated per row of `space`.
    pub fn node(&mut self, space: Option<TableId>, kind: Kind, ty: Type) -> NodeId {
        self.program.graph.add(kind, ty, true, space, Span::default())
    }

    pub fn constant(&mut self, value: Value, ty: Type) -> NodeId {
        self.node(None, Kind::Constant(value), ty)
    }

    pub fn int(&mut self, value: i64) -> NodeId {
        self.constant(Value::Int(value), Type::Int)
    }

    pub fn column(&mut self, table: TableId, column: ColumnId) -> NodeId {
        let ty = self.program.table(table).unwrap().column(column).unwrap().ty.clone();
        self.node(Some(table), Kind::Column(column), ty)
    }

    pub fn compare(&mut self, table: TableId, operator: Comparison, left: NodeId, right: NodeId) -> NodeId {
        self.node(Some(table), Kind::Compare { operator, left, right }, Type::Bool)
    }

    pub fn customer(&mut self, id: &str, cells: &[(ColumnId, Value)]) {
        self.snapshot.push(CUSTOMERS, std::iter::once((ID, text(id))).chain(cells.iter().cloned()));
    }

    pub fn event(&mut self, id: i64, owner: &str, at: Option<i64>, cells: &[(ColumnId, Value)]) {
        let at = at.map_or(Value::Missing, Value::Int);
        let own = [(EVENT_ID, Value::Int(id)), (OWNER, text(owner)), (AT, at)];
        self.snapshot.push(EVENTS, own.into_iter().chain(cells.iter().cloned()));
    }

    /// A customer's events by their customer_id.
    pub fn own_events(&mut self) -> Link {
        Link::Key { row_key: self.column(EVENTS, OWNER), outer_key: self.column(CUSTOMERS, ID) }
    }

    /// A fold of a customer's events, without filter or window.
    pub fn own(&mut self, function: AggregateFunction, value: Option<ColumnId>) -> Aggregate {
        let link = self.own_events();
        let value = value.map(|value| self.column(EVENTS, value));
        let at = Some(self.column(EVENTS, AT));
        Aggregate { table: EVENTS, link, function, value, filter: None, at, from: None, until: None, at_least: None }
    }

    pub fn fold(&mut self, aggregate: Aggregate, ty: Type) -> NodeId {
        self.node(Some(CUSTOMERS), Kind::Aggregate(Box::new(aggregate)), ty)
    }

    pub fn interpreter(&self) -> Interpreter<'_> {
        Interpreter::new(&self.program, &self.snapshot, self.moment)
    }

    /// The values of a node for the first rows.
    pub fn values(&self, node: NodeId, rows: u32) -> Vec<Value> {
        let interpreter = self.interpreter();
        (0..rows).map(|row| interpreter.value(node, row)).collect()
    }

    pub fn value(&self, node: NodeId) -> Value {
        self.interpreter().value(node, 0)
    }
}
