//! A small bank over a month: tables as texts, the way files hold them, day by day.

use crate::agree::random::Random;
use chrono::{DateTime, NaiveDateTime};
use std::collections::BTreeMap;

pub const DAY: i64 = 86_400_000;

/// The Monday before every month, 2026-11-02, in days since 1970.
pub const FIRST: i64 = 20_759;

/// A row by column names; a cell that is not there is empty.
pub type Row = BTreeMap<String, String>;

/// Rows by table.
pub type Tables = BTreeMap<String, Vec<Row>>;

pub fn time(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
}

pub fn date(day: i64) -> String {
    DateTime::from_timestamp_millis(day * DAY).unwrap().format("%Y-%m-%d").to_string()
}

/// Milliseconds of a time as any of our files holds it; `None` for an empty cell.
pub fn instant(text: &str) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    let text = text.replace('T', " ");
    let text = if text.len() == 10 { format!("{text} 00:00:00") } else { text };
    let text = if text.len() == 16 { format!("{text}:00") } else { text };
    Some(NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").unwrap_or_else(|_| panic!("{text}")).and_utc().timestamp_millis())
}

pub fn row<const N: usize>(cells: [(&str, String); N]) -> Row {
    cells.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// What differs from day to day: the first day it is so, the table, the row, the column and the new value.
struct Change {
    from: i64,
    table: &'static str,
    row: usize,
    column: &'static str,
    value: String,
}

pub struct Bank {
    tables: Tables,
    changes: Vec<Change>,
    /// Loans that are in the files only from a day on.
    late: Vec<(usize, i64)>,
    /// The instants of the runs, and the one before the first.
    pub runs: Vec<i64>,
    pub since: i64,
    /// How far every run looks ahead.
    pub ahead: i64,
}

const STATUS: [&str; 6] = ["active", "active", "active", "frozen", "closed", ""];

fn level(random: &mut Random) -> String {
    if random.chance(15) { String::new() } else { random.between(0, 6).to_string() }
}

fn yuan(random: &mut Random) -> String {
    if random.chance(15) { String::new() } else { format!("{}.00", random.between(0, 10) * 1000) }
}

/// Some customers, their loans and movements, and what other systems wrote to them before.
pub fn bank(random: &mut Random, days: i64) -> Bank {
    let first = FIRST + random.between(0, 6);
    let clock = *random.pick(&[0, 0, 34_200_000]);
    let customers = usize::try_from(random.between(2, 6)).unwrap();
    let (mut tables, mut changes) = (Tables::new(), Vec::new());
    let person = |at: usize| format!("C{at}");
    let manager = |random: &mut Random| (*random.pick(&["M0", "M1", "M1", ""])).to_owned();
    let rows = (0..customers).map(|at| {
        row([
            ("customer_id", person(at)),
            ("status", (*random.pick(&STATUS)).to_owned()),
            ("level", level(random)),
            ("worth", yuan(random)),
            ("rm_id", manager(random)),
            ("branch", (*random.pick(&["B0", "B0", "B1", ""])).to_owned()),
        ])
    });
    tables.insert(String::from("customers"), rows.collect());
    let staff = (0..2).map(|at| row([("staff_id", format!("M{at}")), ("cap", random.between(0, 2).to_string())]));
    tables.insert(String::from("staff"), staff.collect());
    let count = random.below(5);
    let late = (0..count).filter(|_| random.chance(25)).collect::<Vec<_>>().into_iter().map(|at| (at, random.between(1, days))).collect();
    let loans = (0..count).map(|at| {
        let maturity = if random.chance(10) { String::new() } else { date(first + random.between(-5, 40)) };
        row([("loan_id", format!("L{at}")), ("customer_id", person(random.below(customers))), ("maturity", maturity)])
    });
    tables.insert(String::from("loans"), loans.collect());
    let mut consents = Vec::new();
    for at in 0..customers {
        for channel in super::rules::CHANNELS {
            if random.chance(85) {
                let allowed = (*random.pick(&["true", "true", "true", "true", "false", ""])).to_owned();
                consents.push(row([
                    ("consent_id", format!("{at}{channel}")),
                    ("customer_id", person(at)),
                    ("channel", channel.to_owned()),
                    ("allowed", allowed),
                ]));
            }
        }
    }
    let moves = (0..random.below(30)).map(|at| {
        let ts = (first + random.between(-25, days)) * DAY + *random.pick(&[0, 1_000, DAY / 2, DAY - 1_000]);
        row([
            ("move_id", format!("V{at}")),
            ("customer_id", person(random.below(customers))),
            ("ts", time(ts)),
            ("amount", format!("{}.00", random.between(-50, 90))),
        ])
    });
    tables.insert(String::from("moves"), moves.collect());
    let contacts = (0..random.below(5)).map(|at| {
        let sent = (first + random.between(-12, 3)) * DAY + *random.pick(&[0, DAY / 2]);
        let customer = person(random.below(customers));
        let channel = (*random.pick(&super::rules::CHANNELS)).to_owned();
        let rest = row([("wave", String::from("x")), ("status", String::from("sent")), ("rm_id", manager(random))]);
        let mut known = row([
            ("contact_id", format!("K{at}")),
            ("subject", String::from("customers")),
            ("unit_id", customer.clone()),
            ("customer_id", customer),
        ]);
        known.extend(row([("strategy_id", String::from("other")), ("channel", channel), ("sent_at", time(sent))]));
        known.extend(rest);
        known
    });
    tables.insert(String::from("contacts"), contacts.collect());
    for _ in 0..random.below(8) {
        let from = random.between(1, days);
        let at = random.below(customers);
        changes.push(match random.below(5) {
            0 => Change { from, table: "customers", row: at, column: "status", value: (*random.pick(&STATUS)).to_owned() },
            1 => Change { from, table: "customers", row: at, column: "level", value: level(random) },
            2 => Change { from, table: "customers", row: at, column: "worth", value: yuan(random) },
            3 => Change { from, table: "loans", row: random.below(5), column: "maturity", value: date(first + random.between(-5, 40)) },
            _ => Change {
                from,
                table: "consents",
                row: random.below(consents.len().max(1)),
                column: "allowed",
                value: (*random.pick(&["true", "false", ""])).to_owned(),
            },
        });
    }
    tables.insert(String::from("consents"), consents);
    let closed = random.chance(40);
    let holiday = random.between(4, days) + first;
    let holiday = if random.chance(25) { holiday..holiday + random.between(3, 12) } else { 0..0 };
    let open = |day: &i64| !(closed && (day + 3) % 7 >= 5 || holiday.contains(day));
    let runs = (1..=days).map(|day| first + day).filter(open).map(|day| day * DAY + clock).collect();
    let ahead = if random.chance(25) { *random.pick(&[DAY, DAY, 3 * DAY / 2]) } else { 0 };
    Bank { tables, changes, late, runs, since: first * DAY + clock, ahead }
}

impl Bank {
    /// The files as they stand at an instant; later rows are there already, as a test of not looking ahead.
    pub fn tables(&self, as_of: i64) -> Tables {
        let mut out = self.tables.clone();
        let day = (as_of - self.since) / DAY;
        for change in self.changes.iter().filter(|change| change.from <= day) {
            if let Some(row) = out.get_mut(change.table).and_then(|rows| rows.get_mut(change.row)) {
                row.insert(change.column.to_owned(), change.value.clone());
            }
        }
        let hidden: Vec<usize> = self.late.iter().filter(|(_, from)| day < *from).map(|(row, _)| *row).collect();
        if let Some(loans) = out.get_mut("loans") {
            let mut at = 0..;
            loans.retain(|_| at.next().is_none_or(|at| !hidden.contains(&at)));
        }
        out
    }
}
