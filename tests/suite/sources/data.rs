//! Random rows for a checked program, by the names of tables and columns, so that they survive declarations being taken out.

use crate::agree::random::Random;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use strat::interp::{Snapshot, TableData};
use strat::ir::{Moment, Program};
use strat::types::{Column, TableId, TableKind, Type, Value};

pub const DAY: i64 = 86_400_000;

#[derive(Debug, Clone, Default)]
pub struct Rows {
    pub count: usize,
    pub columns: IndexMap<String, Vec<Value>>,
}

pub type Data = BTreeMap<String, Rows>;

/// 2026-11-20, 2026-03-31, 2024-02-29 09:30 and 2026-01-01, mostly a day after the last run.
pub fn moment(random: &mut Random) -> Moment {
    let as_of = *random.pick(&[20_777 * DAY, 20_777 * DAY, 20_543 * DAY, 19_782 * DAY + 34_200_000, 20_454 * DAY]);
    let previous = match random.below(5) {
        0 => None,
        1 => Some(as_of - 30 * DAY),
        _ => Some(as_of - DAY),
    };
    Moment { as_of, previous }
}

/// Words that mean something in the rows that runs write.
fn meaningful(random: &mut Random, program: &Program, column: &str) -> Option<Value> {
    let pick = |random: &mut Random, words: &[&str]| Some(Value::Text((*random.pick(words)).to_string()));
    let strategies: Vec<&str> = program.strategies.iter().map(|strategy| strategy.name.as_str()).chain(["other"]).collect();
    match column {
        "strategy_id" | "experiment" => pick(random, &strategies),
        "wave" => pick(random, &["first", "second", "third", "1", "2"]),
        "channel" => pick(random, &["sms", "ai_call", "app_push"]),
        "arm" => pick(random, &["one", "two", "control", "gone"]),
        "scheme" => pick(random, &["w0", "w1", "s0.on1", "s1.on1", "s0.on2"]),
        "label" => pick(random, &["a0", "b0", "c0", "a1", "c1", "true", "false"]),
        "offer_id" => pick(random, &["co0", "co1", "lo0"]),
        "subject" => pick(random, &["customers", "clients", "loans"]),
        _ => None,
    }
}

fn instant(random: &mut Random, as_of: i64) -> i64 {
    match random.below(8) {
        0 => as_of + *random.pick(&[0, -1, 1, -DAY, DAY, -7 * DAY, -30 * DAY, -30 * DAY - 1]),
        // Ends of months and leap days.
        1 => *random.pick(&[20_754, 20_512, 19_782, 20_147, 20_453, 20_542]) * DAY + *random.pick(&[0, DAY - 1]),
        _ => as_of.div_euclid(DAY) * DAY + random.between(-400, 40) * DAY + *random.pick(&[0, 1, DAY / 2, DAY - 1]),
    }
}

fn value(random: &mut Random, ty: &Type, as_of: i64) -> Value {
    let edge = random.chance(3);
    match ty {
        Type::Bool => Value::Bool(random.chance(50)),
        Type::Int if edge => Value::Int(*random.pick(&[i64::MAX, i64::MIN, 1 << 53, -1])),
        Type::Int | Type::BasisPoints => Value::Int(random.between(-3, 9)),
        Type::Money if edge => Value::Int(*random.pick(&[i64::MAX, i64::MIN, i64::MAX - 1, 1 << 62])),
        Type::Money => Value::Int(random.between(-20, 90) * *random.pick(&[1, 100, 1_000, 1_000_000])),
        Type::Number | Type::Percent | Type::Rate if edge => {
            Value::float(*random.pick(&[1e18, -1e300, 5e-10, f64::MAX, f64::MIN_POSITIVE]))
        }
        Type::Number | Type::Percent | Type::Rate => Value::float(*random.pick(&[0.0, 0.1, 0.3, 0.025, -2.5, 1.0, 1.5, 100.25, 1.0 / 3.0])),
        Type::Choice(known) => Value::Text(random.pick(known).clone()),
        Type::Text | Type::List | Type::Missing => {
            Value::Text(String::from(*random.pick(&["a", "A", "", "客户", "é", "abc", "a longer text than fits in twelve bytes"])))
        }
        Type::Date => Value::Int(instant(random, as_of).div_euclid(DAY)),
        Type::Time => Value::Int(instant(random, as_of)),
        Type::Month | Type::Quarter => Value::Int(month(random, as_of)),
        Type::Duration => Value::Int(*random.pick(&[0, 1_000, 10_000, 1_800_000, DAY, 7 * DAY])),
        Type::Label(_) => Value::Missing,
    }
}

/// The first day of a month of the last two years or the next.
fn month(random: &mut Random, as_of: i64) -> i64 {
    use chrono::{DateTime, Datelike, Months, NaiveDate};
    let day = DateTime::from_timestamp_millis(as_of).unwrap().date_naive();
    let first = NaiveDate::from_ymd_opt(day.year(), day.month(), 1).unwrap();
    let back = u32::try_from(random.below(26)).unwrap();
    let month = first + Months::new(1) - Months::new(back);
    (month - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days()
}

fn key(ty: &Type, at: usize) -> Value {
    match (ty, at) {
        (Type::Int, 0) => Value::Int(i64::MAX),
        (Type::Int, at) => Value::Int(i64::try_from(at).unwrap() - 3),
        (_, 1) => Value::Text(String::from("客户一")),
        (_, at) => Value::Text(format!("K{at}")),
    }
}

/// As many rows as engines cut at, and now and then many.
fn count(random: &mut Random, kind: TableKind) -> usize {
    if random.below(400) == 0 {
        return 1_000;
    }
    match kind {
        TableKind::Entity => *random.pick(&[0, 1, 1, 5, 5, 9, 9, 9, 17, 17, 63, 64, 65]),
        TableKind::Event => *random.pick(&[0, 1, 9, 17, 17, 40, 65]),
        TableKind::Ledger => *random.pick(&[0, 0, 3, 17, 40]),
        TableKind::Link => *random.pick(&[0, 5]),
    }
}

/// Ledgers that have no column of their own for the generator to speak of stay empty.
const LEDGERS: [&str; 6] = ["contacts", "assignments", "grants", "tier_history", "entries", "journeys"];

pub fn data(random: &mut Random, program: &Program, as_of: i64) -> Data {
    let counts: Vec<usize> = program
        .tables
        .iter()
        .map(|table| if table.kind == TableKind::Ledger && !LEDGERS.contains(&table.name.as_str()) { 0 } else { count(random, table.kind) })
        .collect();
    let subject = program.subject.0 as usize;
    let mut out = Data::new();
    for (at, table) in program.tables.iter().enumerate() {
        let mut rows = Rows { count: counts[at], columns: IndexMap::new() };
        for (place, column) in table.columns.iter().enumerate() {
            let is_key = table.key.iter().any(|id| id.0 as usize == place);
            let missing = if column.optional { *random.pick(&[0, 10, 10, 40, 100]) } else { 0 };
            let cells = (0..rows.count).map(|row| {
                if is_key {
                    return key(&column.ty, rows.count - 1 - row);
                }
                if random.chance(missing) {
                    return Value::Missing;
                }
                reference(random, column, &counts, subject, program)
                    .or_else(|| if table.kind == TableKind::Ledger { meaningful(random, program, &column.name) } else { None })
                    .unwrap_or_else(|| value(random, &column.ty, as_of))
            });
            let cells = cells.collect();
            rows.columns.insert(column.name.clone(), cells);
        }
        out.insert(table.name.clone(), rows);
    }
    out
}

/// A key of the thing referred to, mostly one that is there.
fn reference(random: &mut Random, column: &Column, counts: &[usize], subject: usize, program: &Program) -> Option<Value> {
    let (target, text) = match &column.reference {
        Some(reference) => (reference.table.0 as usize, column.ty != Type::Int),
        None if column.name == "unit_id" => (subject, true),
        None => return None,
    };
    let count = counts[target].max(1) + usize::from(random.chance(5));
    let at = random.below(count);
    let schema = &program.tables[target];
    let ty = schema.key.first().and_then(|id| schema.column(*id)).map_or(Type::Text, |column| column.ty.clone());
    Some(match key(&ty, at) {
        Value::Int(number) if text => Value::Text(number.to_string()),
        other => other,
    })
}

/// The rows of the tables and columns that the program has.
pub fn snapshot(program: &Program, data: &Data) -> Snapshot {
    let mut out = Snapshot::new();
    for (at, table) in (0..).zip(&program.tables) {
        let Some(rows) = data.get(&table.name) else { continue };
        let columns = table.columns.iter().map(|column| match rows.columns.get(&column.name) {
            Some(cells) => cells.clone(),
            None => vec![Value::Missing; rows.count],
        });
        out.set(TableId(at), TableData { rows: rows.count, columns: columns.collect() });
    }
    out
}

/// The same rows in another order.
pub fn shuffled(random: &mut Random, data: &Data) -> Data {
    let mut out = data.clone();
    for rows in out.values_mut() {
        let mut order: Vec<usize> = (0..rows.count).collect();
        for at in (1..rows.count).rev() {
            order.swap(at, random.below(at + 1));
        }
        for cells in rows.columns.values_mut() {
            *cells = order.iter().map(|row| cells[*row].clone()).collect();
        }
    }
    out
}
