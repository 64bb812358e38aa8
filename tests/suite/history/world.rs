//! A program over a month in memory: checked once, then executed day by day, the ledger carried on.

use super::bank::{Bank, DAY, Row, Tables, date, instant, time};
use super::rules::Rules;
use crate::agree::random::Random;
use crate::sources::data::{Data, Rows, snapshot};
use crate::sources::verify::{carried, checked, emitted, rows_of};
use indexmap::IndexMap;
use std::collections::BTreeMap;
use strat::interp::Interpreter;
use strat::ir::{Moment, Output, Program};
use strat::types::{Type, Value};

/// One run: what it saw and what it wrote.
#[derive(Clone)]
pub struct Day {
    pub as_of: i64,
    pub previous: i64,
    /// What falls due before it may be done already.
    pub horizon: i64,
    pub data: Tables,
    pub actions: Vec<Row>,
    pub exclusions: Vec<Row>,
}

/// Besides its columns a row of the ledger says which run wrote it.
pub const RUN: &str = "run as of";

/// A month: its runs, and the ledger they left.
#[derive(Clone)]
pub struct History {
    pub days: Vec<Day>,
    pub ledger: Tables,
}

fn value(text: &str, ty: &Type) -> Value {
    if text.is_empty() {
        return Value::Missing;
    }
    match ty {
        Type::Int => Value::Int(text.parse().unwrap()),
        Type::Bool => Value::Bool(text == "true"),
        Type::Money => Value::Int(text.replace('.', "").parse().unwrap()),
        Type::Date => Value::Int(instant(text).unwrap() / DAY),
        Type::Time => Value::Int(instant(text).unwrap()),
        Type::Text | Type::Choice(_) => Value::Text(text.to_owned()),
        other => panic!("{other:?} is not in this bank"),
    }
}

fn shown(value: &Value, ty: &Type) -> String {
    match (value, ty) {
        (Value::Missing, _) => String::new(),
        (Value::Int(at), Type::Time) => time(*at),
        (Value::Int(day), Type::Date) => date(*day),
        (Value::Int(number), _) => number.to_string(),
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Float(number), _) => number.to_string(),
        (Value::Text(text), _) => text.clone(),
    }
}

/// The tables of a bank as values.
fn typed(program: &Program, tables: &Tables) -> Data {
    let mut out = Data::new();
    for (name, rows) in tables {
        let table = program.table(program.find_table(name).unwrap()).unwrap();
        let columns: IndexMap<String, Vec<Value>> = table
            .columns
            .iter()
            .map(|column| {
                (column.name.clone(), rows.iter().map(|row| value(row.get(&column.name).map_or("", String::as_str), &column.ty)).collect())
            })
            .collect();
        out.insert(name.clone(), Rows { count: rows.len(), columns });
    }
    out
}

/// Rows of a typed table as texts.
fn texts(program: &Program, name: &str, rows: &Rows) -> Vec<Row> {
    let table = program.table(program.find_table(name).unwrap()).unwrap();
    let cell = |column: &strat::types::Column, at: usize| {
        (column.name.clone(), rows.columns.get(&column.name).map_or_else(String::new, |cells| shown(&cells[at], &column.ty)))
    };
    (0..rows.count).map(|at| table.columns.iter().map(|column| cell(column, at)).collect()).collect()
}

fn list(program: &Program, emissions: &[Vec<Vec<Value>>], output: Output) -> Vec<Row> {
    let pairs = program.emissions.iter().zip(emissions).filter(|(emission, _)| emission.output == output);
    pairs
        .flat_map(|(emission, rows)| {
            rows.iter().map(|fields| {
                emission
                    .fields
                    .iter()
                    .zip(fields)
                    .map(|((name, node), value)| (name.clone(), shown(value, &program.type_of(*node))))
                    .collect()
            })
        })
        .collect()
}

fn join(into: &mut Data, more: &Data) {
    for (name, rows) in more {
        let target = into.entry(name.clone()).or_default();
        for (column, cells) in &rows.columns {
            let known = target.columns.entry(column.clone()).or_insert_with(|| vec![Value::Missing; target.count]);
            known.extend(cells.iter().cloned());
        }
        target.count += rows.count;
        let count = target.count;
        target.columns.values_mut().for_each(|cells| cells.resize(count, Value::Missing));
    }
}

/// Some of those invited answer until the next run; the answers come from another system.
fn answers(random: &mut Random, actions: &[Row], as_of: i64) -> Vec<Row> {
    let invited = actions.iter().filter(|row| row.get("offer_id").is_some_and(|offer| !offer.is_empty()));
    let answered = invited.filter_map(|row| {
        let state = *random.pick(&["accepted", "declined", "", ""]);
        (!state.is_empty()).then(|| {
            super::bank::row([
                ("grant_id", format!("{}-{state}", row["action_id"])),
                ("subject", String::from("customers")),
                ("unit_id", row["unit_id"].clone()),
                ("offer_id", row["offer_id"].clone()),
                ("customer_id", row["customer_id"].clone()),
                ("state", state.to_owned()),
                ("ts", time(as_of + DAY / 3)),
            ])
        })
    });
    answered.collect()
}

/// The program of some rules.
pub fn program(rules: &Rules) -> Result<Program, String> {
    let text = rules.text();
    checked(&text).map_err(|found| format!("{}\n{}\n{text}", found.kind, found.story))
}

/// Runs every day of a bank by the reference meaning, and by the engine that runs when asked, which must decide the same. What other
/// systems answer differs with `seed` only.
pub fn lived(program: &Program, bank: &Bank, seed: u64, engine: bool) -> History {
    let mut random = Random::new(seed);
    let mut ledger = Data::new();
    let mut answered: Vec<Row> = Vec::new();
    let (mut days, mut previous) = (Vec::new(), bank.since);
    // How many rows of each table the ledger held after each run.
    let mut counts: Vec<(i64, BTreeMap<String, usize>)> = Vec::new();
    for as_of in &bank.runs {
        let mut data = bank.tables(*as_of);
        if !answered.is_empty() {
            data.insert(String::from("grants"), answered.clone());
        }
        let mut seen = typed(program, &data);
        join(&mut seen, &ledger);
        let moment = Moment { as_of: *as_of, previous: Some(previous) };
        let snapshot = snapshot(program, &seen);
        let mut ahead = None;
        if bank.ahead > 0 {
            let mut program = program.clone();
            program.look_ahead(as_of + bank.ahead);
            ahead = Some(program);
        }
        let program = ahead.as_ref().unwrap_or(program);
        let emissions = rows_of(&Interpreter::new(program, &snapshot, moment).run());
        if engine {
            let run = emitted(program, &snapshot, moment).unwrap_or_else(|found| panic!("{}: {}", found.kind, found.story));
            assert!(run == emissions, "seed {seed}: the engine differs from the interpreter as of {}", time(*as_of));
        }
        ledger = carried(program, &emissions, &ledger).unwrap_or_else(|found| panic!("{}: {}", found.kind, found.story));
        counts.push((*as_of, ledger.iter().map(|(name, rows)| (name.clone(), rows.count)).collect()));
        let actions = list(program, &emissions, Output::Actions);
        answered.extend(answers(&mut random, &actions, *as_of));
        days.push(Day {
            as_of: *as_of,
            previous,
            horizon: as_of + bank.ahead,
            data,
            actions,
            exclusions: list(program, &emissions, Output::Exclusions),
        });
        previous = *as_of;
    }
    let mut tables: BTreeMap<String, Vec<Row>> = ledger.iter().map(|(name, rows)| (name.clone(), texts(program, name, rows))).collect();
    for (name, rows) in &mut tables {
        for (at, row) in rows.iter_mut().enumerate() {
            let run = counts.iter().find(|(_, counts)| counts.get(name).is_some_and(|count| *count > at));
            row.insert(String::from(RUN), time(run.map_or(0, |(as_of, _)| *as_of)));
        }
    }
    History { days, ledger: tables }
}
