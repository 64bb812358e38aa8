//! Random schemas and rows, with the values that break engines.

use super::random::Random;
use strat::interp::{Snapshot, TableData};
use strat::source::Span;
use strat::types::{Column, ColumnId, LadderId, Reference, Table, TableId, TableKind, Type, Value};

/// The moment of all runs: 2026-11-20.
pub const TODAY: i64 = 20_777;
pub const DAY: i64 = 86_400_000;

pub const CUSTOMERS: TableId = TableId(0);
pub const EVENTS: TableId = TableId(1);
pub const MANAGERS: TableId = TableId(2);
pub const MONTHS: TableId = TableId(3);
pub const LOANS: TableId = TableId(4);

fn column(name: &str, ty: Type) -> Column {
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

fn refers(mut column: Column, table: TableId) -> Column {
    column.reference = Some(Reference { table, path_name: String::from("it"), back: None });
    column
}

fn table(name: &str, kind: TableKind, columns: Vec<Column>, key: &[u32], at: Option<u32>) -> Table {
    let (name, span) = (String::from(name), Span::default());
    let key = key.iter().map(|id| ColumnId(*id)).collect();
    Table { name, label: None, kind, columns, key, at: at.map(ColumnId), period: None, purpose: None, file: None, span }
}

pub const TYPES: [Type; 10] = [
    Type::Bool,
    Type::Int,
    Type::Number,
    Type::Money,
    Type::Percent,
    Type::Text,
    Type::Date,
    Type::Time,
    Type::Duration,
    Type::Label(LadderId(0)),
];

/// Two entities, events, a panel without key, loans; each with some columns of random types besides. Names try to collide with
/// whatever an engine calls its own columns.
pub fn tables(random: &mut Random) -> Vec<Table> {
    let mut out = vec![
        table(
            "customers",
            TableKind::Entity,
            vec![column("s1", Type::Text), refers(column("manager", Type::Text), MANAGERS), column("age", Type::Int)],
            &[0],
            None,
        ),
        table(
            "events",
            TableKind::Event,
            vec![
                column("id", Type::Int),
                refers(column("customer", Type::Text), CUSTOMERS),
                column("at", Type::Time),
                column("amount", Type::Money),
                column("session", Type::Text),
            ],
            &[0],
            Some(2),
        ),
        table("managers", TableKind::Entity, vec![column("key", Type::Text), column("cap", Type::Int)], &[0], None),
        table(
            "months",
            TableKind::Event,
            vec![refers(column("customer", Type::Text), CUSTOMERS), column("row", Type::Time), column("aum", Type::Money)],
            &[],
            Some(1),
        ),
        table(
            "loans",
            TableKind::Entity,
            vec![column("loan", Type::Int), column("branch", Type::Text), refers(column("c0", Type::Text), CUSTOMERS)],
            &[0, 1],
            None,
        ),
    ];
    for table in &mut out {
        for extra in 0..random.below(6) {
            let ty = random.pick(&TYPES).clone();
            table.columns.push(column(&format!("x{extra}"), ty));
        }
    }
    out
}

/// A value of a type, often one at an edge.
pub fn value(random: &mut Random, ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::Bool(random.chance(50)),
        Type::Int | Type::Money | Type::BasisPoints => Value::Int(int(random)),
        Type::Number | Type::Percent | Type::Rate => Value::float(float(random)),
        Type::Date | Type::Month | Type::Quarter => Value::Int(day(random)),
        Type::Time if random.chance(2) => Value::Int(*random.pick(&[i64::MAX, i64::MIN, 1 << 62, -(1 << 62), (1 << 62) - 1])),
        Type::Time => Value::Int(day(random) * DAY + *random.pick(&[0, 1, DAY - 1, DAY / 2])),
        Type::Duration => Value::Int(*random.pick(&[0, 1, 1_000, 60_000, 3_600_000, DAY, 7 * DAY])),
        Type::Label(_) => Value::Int(random.between(0, 3)),
        Type::Text | Type::Choice(_) | Type::List | Type::Missing => Value::Text(String::from(*random.pick(&WORDS))),
    }
}

const WORDS: [&str; 9] = ["", "a", "A", "C1", "客户", "活跃", "é", "a much longer text that does not fit in twelve bytes", "0"];

fn int(random: &mut Random) -> i64 {
    if random.chance(10) {
        *random.pick(&[i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1, 1 << 62, -(1 << 62), 1 << 53, (1 << 53) + 1])
    } else {
        random.between(-5, 20) * random.pick(&[1, 1, 100])
    }
}

fn float(random: &mut Random) -> f64 {
    if random.chance(12) {
        *random.pick(&[1e18, -1e18, 1.1e18, 1e300, -1e300, f64::MAX, f64::MIN_POSITIVE, 5e-10, -5e-10, 1e-310, -0.0])
    } else {
        *random.pick(&[0.0, 0.1, 0.2, 0.3, -0.1, 0.5, 1.5, 2.5, -2.5, 1.0 / 3.0, 100.0, 12.345_678_901_2, 1e9])
    }
}

/// Days around today, month ends and leap days among them.
fn day(random: &mut Random) -> i64 {
    match random.below(4) {
        0 => *random.pick(&[TODAY, TODAY - 1, TODAY + 1, 20_819, 20_512, 19_782, 19_783, 0, -1, 11_016]),
        _ => TODAY + random.between(-400, 60),
    }
}

/// A key of a thing; the same few again and again, so that references meet.
pub fn key(ty: &Type, at: usize) -> Value {
    match ty {
        Type::Int => Value::Int(match at {
            0 => i64::MIN,
            1 => i64::MAX,
            at => i64::try_from(at).unwrap() - 5,
        }),
        _ => Value::Text(match at {
            0 => String::new(),
            1 => String::from("客户一"),
            at => format!("K{at}"),
        }),
    }
}

/// Rows for a table; keys are unique, references mostly meet.
pub fn rows(random: &mut Random, table: &Table) -> TableData {
    let rows = *random.pick(&[0, 1, 2, 5, 5, 17, 17, 40, 40, 63, 64, 65, 130]);
    let rows = if random.chance(2) { 1_000 } else { rows };
    let mut columns = Vec::new();
    for (at, column) in table.columns.iter().enumerate() {
        let is_key = table.key.iter().any(|id| id.0 as usize == at);
        let missing = *random.pick(&[0, 0, 20, 20, 60, 100]);
        let constant = random.chance(10).then(|| value(random, &column.ty));
        let cells = (0..rows).map(|row| match (&column.reference, &constant) {
            _ if is_key && table.key.len() == 1 => key(&column.ty, rows - 1 - row),
            _ if is_key => {
                if column.ty == Type::Int {
                    Value::Int(i64::try_from(row / 2).unwrap())
                } else {
                    key(&Type::Text, row % 2)
                }
            }
            _ if random.chance(missing) => Value::Missing,
            (Some(_), _) => key(&Type::Text, random.below(20)),
            (None, Some(constant)) => constant.clone(),
            (None, None) => value(random, &column.ty),
        });
        columns.push(cells.collect());
    }
    TableData { rows, columns }
}

pub fn snapshot(random: &mut Random, tables: &[Table]) -> Snapshot {
    let mut out = Snapshot::new();
    for (at, table) in (0..).zip(tables) {
        if !random.chance(3) {
            out.set(TableId(at), rows(random, table));
        }
    }
    out
}
