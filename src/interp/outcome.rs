//! A whole run: every emission's rows and every watch's counts.

use super::Interpreter;
use crate::ir::{Count, Emission, Watch};
use crate::types::{Type, Value};

/// One row of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmittedRow {
    /// Row of the emission's table.
    pub row: u32,
    /// The values of that row's key columns.
    pub key: Vec<Value>,
    /// One value per field of the emission, in its order.
    pub fields: Vec<Value>,
}

/// What a run writes and counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In the order of `program.emissions`; rows by ascending key, then row.
    pub emissions: Vec<Vec<EmittedRow>>,
    /// In the order of `program.watches`.
    pub watches: Vec<Count>,
}

impl Interpreter<'_> {
    /// Runs the whole program.
    #[must_use]
    pub fn run(&self) -> Outcome {
        Outcome {
            emissions: self.program.emissions.iter().map(|emission| self.emit(emission)).collect(),
            watches: self.program.watches.iter().map(|watch| self.count(watch)).collect(),
        }
    }

    /// The rows of one emission, by ascending key, then row.
    #[must_use]
    pub fn emit(&self, emission: &Emission) -> Vec<EmittedRow> {
        let chosen = (0..self.rows(emission.table)).filter(|row| self.value(emission.flag, *row).as_bool() == Some(true));
        let mut out: Vec<EmittedRow> = chosen
            .map(|row| EmittedRow {
                row,
                key: self.key(emission.table, row),
                fields: emission.fields.iter().map(|(_, node)| self.value(*node, row)).collect(),
            })
            .collect();
        out.sort_by(|a, b| (&a.key, a.row).cmp(&(&b.key, b.row)));
        out
    }

    /// The counts of one watch over all rows of its table: `[false, true]`, or per label as many as its ladder has.
    #[must_use]
    pub fn count(&self, watch: &Watch) -> Count {
        let places = match self.program.type_of(watch.node) {
            Type::Label(ladder) => self.program.ladder(ladder).map_or(0, |ladder| ladder.labels.len()),
            Type::Bool | Type::Missing => 2,
            Type::Int
            | Type::Number
            | Type::Money
            | Type::Percent
            | Type::Rate
            | Type::BasisPoints
            | Type::Text
            | Type::Choice(_)
            | Type::Date
            | Type::Time
            | Type::Month
            | Type::Quarter
            | Type::Duration
            | Type::List => 0,
        };
        let mut count = Count { known: vec![0; places], unknown: 0 };
        for row in 0..self.rows(watch.table) {
            let place = match self.value(watch.node, row) {
                Value::Bool(truth) => Some(usize::from(truth)),
                Value::Int(ordinal) => usize::try_from(ordinal).ok(),
                Value::Missing | Value::Float(_) | Value::Text(_) => None,
            };
            match place.and_then(|place| count.known.get_mut(place)) {
                Some(slot) => *slot += 1,
                None => count.unknown += 1,
            }
        }
        count
    }
}
