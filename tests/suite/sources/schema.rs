//! Random tables: things, what happens to them, and monthly panels.

use super::source::Piece;
use crate::agree::random::Random;

/// What a value is, as far as the generator keeps kinds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Number,
    Money,
    Percent,
    Text,
    Choice,
    Date,
    Time,
    Length,
}

pub const CHOICES: [&str; 3] = ["active", "closed", "冻结"];

const KINDS: [Kind; 10] =
    [Kind::Bool, Kind::Int, Kind::Number, Kind::Money, Kind::Percent, Kind::Text, Kind::Choice, Kind::Date, Kind::Time, Kind::Length];

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Kind::Bool => "bool",
            Kind::Int => "int",
            Kind::Number => "number",
            Kind::Money => "money",
            Kind::Percent => "percent",
            Kind::Text | Kind::Choice => "text",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Length => "duration(seconds)",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub optional: bool,
    /// Table and the name of the step.
    pub refers: Option<(usize, String)>,
}

#[derive(Debug, Clone)]
pub struct Table {
    pub name: &'static str,
    pub columns: Vec<Column>,
    /// Rows have a time.
    pub timed: bool,
    /// Rows are months.
    pub panel: bool,
}

/// The subject comes first. The names of tables are words nobody uses for columns.
pub struct Schema {
    pub tables: Vec<Table>,
    pub pieces: Vec<Piece>,
    /// Place of the loans, another possible subject, when there are any.
    pub loans: Option<usize>,
    pub consents: bool,
}

fn extra(random: &mut Random, prefix: &str, at: usize) -> Column {
    let kind = *random.pick(&KINDS);
    Column { name: format!("{prefix}{at}"), kind, optional: random.chance(60), refers: None }
}

fn line(column: &Column, at: usize, tables: &[Table]) -> String {
    let mark = if column.optional { "?" } else { "" };
    let ty = match (&column.refers, column.kind) {
        (Some((table, step)), _) => {
            let known = tables.get(*table).map_or("", |table| table.name);
            format!("ref {known}{mark} as {step}")
        }
        (None, Kind::Choice) => format!("text in [{}]{mark}", CHOICES.map(|value| format!("\"{value}\"")).join(", ")),
        (None, kind) => format!("{}{mark}", kind.word()),
    };
    format!("{} : {ty}{}", column.name, if at.is_multiple_of(3) { " \"列\"" } else { "" })
        .replace(" \"列\"", &format!(" \"列 {}\"", column.name))
}

fn table(random: &mut Random, name: &'static str, prefix: &str, refers: &[(usize, &str, bool)], most: usize) -> Table {
    let mut columns: Vec<Column> = refers
        .iter()
        .map(|(table, step, optional)| Column {
            name: format!("{step}_id"),
            kind: Kind::Text,
            optional: *optional,
            refers: Some((*table, (*step).to_string())),
        })
        .collect();
    for at in 0..=random.below(most) {
        columns.push(extra(random, prefix, at));
    }
    Table { name, columns, timed: false, panel: false }
}

fn piece(kind: &str, table: &Table, key: Option<&str>, at: Option<&str>, tables: &[Table]) -> Piece {
    let mut parts: Vec<String> = key.map(|key| format!("key {key}")).into_iter().collect();
    parts.extend(at.map(|at| format!("at {at}")));
    parts.extend(table.columns.iter().enumerate().map(|(at, column)| line(column, at, tables)));
    Piece::block(format!("{kind} {} \"表 {}\"", table.name, table.name), parts)
}

/// One to three things, an event table, sometimes a panel, sometimes consents.
pub fn schema(random: &mut Random) -> Schema {
    let (mut tables, mut pieces) = (Vec::new(), Vec::new());
    let subject = *random.pick(&["customers", "customers", "clients"]);
    let number = random.chance(25);
    let key = if number { "k : int" } else { "k : text" };
    let branches = random.chance(50);
    let to_branch = [(1, "branch", true)];
    let mut own = table(random, subject, "c", if branches { &to_branch } else { &[] }, 6);
    // There is always something to be asked.
    own.columns.push(Column { name: String::from("level"), kind: Kind::Int, optional: true, refers: None });
    tables.push(own);
    if branches {
        tables.push(table(random, "branches", "b", &[], 3));
    }
    let loans = random.chance(50).then_some(tables.len());
    if loans.is_some() {
        tables.push(table(random, "loans", "l", &[(0, "client", false)], 4));
    }
    let moves = tables.len();
    let loose = random.chance(20);
    let mut rows = table(random, "moves", "m", &[(0, "client", loose)], 5);
    let date = random.chance(25);
    rows.columns.push(Column { name: String::from("ts"), kind: if date { Kind::Date } else { Kind::Time }, optional: false, refers: None });
    rows.columns.push(Column { name: String::from("amount"), kind: Kind::Money, optional: random.chance(40), refers: None });
    rows.timed = true;
    tables.push(rows);
    let panel = random.chance(50).then_some(tables.len());
    if panel.is_some() {
        let mut rows = table(random, "monthly", "p", &[(0, "client", false)], 3);
        (rows.timed, rows.panel) = (true, true);
        tables.push(rows);
    }
    for (at, table) in tables.iter().enumerate() {
        pieces.push(match at {
            0 => piece("entity", table, Some(key), None, &tables),
            at if at == moves => {
                let mut shown = table.clone();
                shown.columns.retain(|column| column.name != "ts");
                piece("event", &shown, Some("k : int"), Some(if date { "ts : date" } else { "ts : time" }), &tables)
            }
            at if Some(at) == panel => piece("event", table, None, Some("month : month"), &tables),
            at if Some(at) == loans => piece("entity", table, Some("k : int"), None, &tables),
            _ => piece("entity", table, Some("k : text"), None, &tables),
        });
    }
    let consents = random.chance(40);
    if consents {
        let parts = [format!("client_id : ref {subject} as client"), String::from("channel : text"), String::from("allowed : bool?")];
        pieces.push(Piece::block("entity consents", [vec![String::from("key k : int")], parts.to_vec()].concat()));
    }
    Schema { tables, pieces, loans, consents }
}
