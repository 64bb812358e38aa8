//! Types, units, values and the schema of tables.
//!
//! A [`Type`] is what the strategist sees; a [`Physical`] is how engines hold it. Money is whole minor units (fen), dates are days
//! and instants milliseconds since 1970-01-01 of the project's local time, a month or quarter is its first day, a label its place
//! in its ladder.

use crate::source::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnId(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LadderId(pub u32);

/// What an expression is, with its unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    Bool,
    Int,
    /// A plain number without unit; ratios are numbers.
    Number,
    Money,
    /// A share, held as a fraction: 30% is 0.3.
    Percent,
    /// An interest rate, held as a fraction; it moves by basis points only.
    Rate,
    BasisPoints,
    Text,
    /// `text in [..]`: a closed set of values.
    Choice(Vec<String>),
    Date,
    Time,
    Month,
    Quarter,
    /// An exact length in milliseconds.
    Duration,
    /// A label of a ladder; ordered by the ladder's rows.
    Label(LadderId),
    /// `list of text`
    List,
    /// The literal `missing`, which takes the type of its surroundings.
    Missing,
}

/// How a value is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Physical {
    Bool,
    /// 64-bit signed.
    Int,
    /// 64-bit float, never NaN or infinite.
    Float,
    Text,
}

impl Type {
    #[must_use]
    pub fn physical(&self) -> Physical {
        match self {
            Type::Bool => Physical::Bool,
            Type::Int
            | Type::Money
            | Type::BasisPoints
            | Type::Date
            | Type::Time
            | Type::Month
            | Type::Quarter
            | Type::Duration
            | Type::Label(_) => Physical::Int,
            Type::Number | Type::Percent | Type::Rate => Physical::Float,
            Type::Text | Type::Choice(_) | Type::List => Physical::Text,
            Type::Missing => Physical::Bool,
        }
    }

    /// Whether the value names a moment: date, time, month or quarter.
    #[must_use]
    pub fn is_moment(&self) -> bool {
        matches!(self, Type::Date | Type::Time | Type::Month | Type::Quarter)
    }

    /// Whether the value is a text, closed set or not.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Type::Text | Type::Choice(_))
    }
}

/// The word used in messages; the same in both languages, since it is what the author types.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Number => "number",
            Type::Money => "money",
            Type::Percent => "percent",
            Type::Rate => "rate",
            Type::BasisPoints => "bp",
            Type::Text => "text",
            Type::Choice(_) => "text in […]",
            Type::Date => "date",
            Type::Time => "time",
            Type::Month => "month",
            Type::Quarter => "quarter",
            Type::Duration => "duration",
            Type::Label(_) => "label",
            Type::List => "list of text",
            Type::Missing => "missing",
        })
    }
}

/// One value, missing included. Floats compare and hash by bits, so values can key maps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Value {
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

impl Value {
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Value::Missing)
    }

    /// A float that stays inside the language: NaN and infinity are missing, and there is one zero.
    #[must_use]
    pub fn float(value: f64) -> Value {
        if value.is_finite() { Value::Float(if value == 0.0 { 0.0 } else { value }) } else { Value::Missing }
    }

    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            Value::Missing | Value::Int(_) | Value::Float(_) | Value::Text(_) => None,
        }
    }

    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            Value::Missing | Value::Bool(_) | Value::Float(_) | Value::Text(_) => None,
        }
    }

    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(value) => Some(*value),
            Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Text(_) => None,
        }
    }

    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(value) => Some(value),
            Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Missing => 4,
            Value::Bool(_) => 0,
            Value::Int(_) => 1,
            Value::Float(_) => 2,
            Value::Text(_) => 3,
        }
    }
}

/// Total order within one physical type; texts by bytes; missing last.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == std::cmp::Ordering::Equal
    }
}

impl Eq for Value {}

impl std::hash::Hash for Value {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Value::Missing => {}
            Value::Bool(value) => value.hash(state),
            Value::Int(value) => value.hash(state),
            Value::Float(value) => value.to_bits().hash(state),
            Value::Text(value) => value.hash(state),
        }
    }
}

/// What rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TableKind {
    /// Things with a key, as of the snapshot.
    Entity,
    /// Rows with a time.
    Event,
    /// An event table that runs write.
    Ledger,
    /// Edges between things.
    Link,
}

/// The length of the periods of a panel table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Period {
    Month,
    Quarter,
}

impl Period {
    #[must_use]
    pub fn months(self) -> i64 {
        match self {
            Period::Month => 1,
            Period::Quarter => 3,
        }
    }
}

/// A many-to-one step from a column to the table it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub table: TableId,
    /// The name a path uses for the thing: `customer`.
    pub path_name: String,
    /// The name the thing uses for these rows, when it is not the table's name.
    pub back: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// Display name, also accepted as a name and as a header in data.
    pub label: Option<String>,
    pub ty: Type,
    pub optional: bool,
    pub reference: Option<Reference>,
    pub pii: bool,
    /// Header in the data when it is neither name nor label.
    pub header: Option<String>,
    /// The place of the row in its table, from 1, instead of a column of the data.
    pub line_number: bool,
    /// strftime pattern of dates and times in the data; ISO otherwise.
    pub format: Option<String>,
    /// Milliseconds per unit of a `duration(unit)` column; 1 otherwise.
    pub unit_milliseconds: i64,
    /// Spelling in the data -> value of the closed set.
    pub values: Vec<(String, String)>,
    pub span: Span,
}

/// A table of the schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub label: Option<String>,
    pub kind: TableKind,
    pub columns: Vec<Column>,
    /// Key columns in order; empty when rows have no key.
    pub key: Vec<ColumnId>,
    /// The time column of events and ledgers.
    pub at: Option<ColumnId>,
    /// Set when `at` is a month or quarter.
    pub period: Option<Period>,
    /// The purpose a strategy must share to read it.
    pub purpose: Option<String>,
    /// Name of the file or folder in the data, without extension, when it is not `name`.
    pub file: Option<String>,
    pub span: Span,
}

impl Table {
    #[must_use]
    pub fn column(&self, id: ColumnId) -> Option<&Column> {
        self.columns.get(id.0 as usize)
    }

    /// Finds a column by name or label.
    #[must_use]
    pub fn find_column(&self, name: &str) -> Option<ColumnId> {
        let at = self
            .columns
            .iter()
            .position(|column| column.name == name)
            .or_else(|| self.columns.iter().position(|column| column.label.as_deref() == Some(name)))?;
        Some(ColumnId(u32::try_from(at).ok()?))
    }
}
