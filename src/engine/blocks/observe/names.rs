//! The different values of a fact, numbered as they are first seen, and how they are told.

use super::super::column::Values;
use crate::builtins::format_value;
use crate::evaluate::observed::MOST_LEVELS;
use crate::ir::FormatStyle;
use crate::types::{Type, Value};
use indexmap::IndexSet;

pub(super) struct Names<'t> {
    ty: Type,
    /// Names and display names of a ladder's labels; empty otherwise.
    labels: &'t [(String, Option<String>)],
    values: IndexSet<Value>,
}

impl<'t> Names<'t> {
    /// The labels of a ladder are there even where nobody has them.
    pub(super) fn new(ty: Type, labels: &'t [(String, Option<String>)]) -> Names<'t> {
        let values = (0..labels.len()).filter_map(|at| i64::try_from(at).ok()).map(Value::Int).collect();
        Names { ty, labels, values }
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The number of the value in each of the rows.
    pub(super) fn of(&mut self, values: &Values, rows: &[u32]) -> Vec<u32> {
        let Values::Text(texts) = values else { return rows.iter().map(|row| self.number(values.get(*row as usize))).collect() };
        // Few texts stand in such a fact: those of a block are known by themselves before any is copied.
        let mut known: Vec<(Option<&str>, u32)> = Vec::new();
        let mut number = |row: &u32| {
            let text = texts.get(*row as usize);
            if let Some((_, number)) = known.iter().find(|(seen, _)| *seen == text) {
                return *number;
            }
            let number = self.number(text.map_or(Value::Missing, |text| Value::Text(text.to_owned())));
            if known.len() < MOST_LEVELS {
                known.push((text, number));
            }
            number
        };
        rows.iter().map(&mut number).collect()
    }

    fn number(&mut self, value: Value) -> u32 {
        let at = match self.values.get_index_of(&value) {
            Some(at) => at,
            None => self.values.insert_full(value).0,
        };
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// By number: the place of a label in its ladder (the greatest number for everything else), name, and display name. The name of a
    /// missing value is empty.
    pub(super) fn told(&self) -> impl Iterator<Item = (usize, String, Option<String>)> {
        self.values.iter().map(|value| {
            let place = match value {
                Value::Int(at) => usize::try_from(*at).ok(),
                Value::Missing | Value::Bool(_) | Value::Float(_) | Value::Text(_) => None,
            };
            if let Some((place, (name, label))) = place.and_then(|place| Some((place, self.labels.get(place)?))) {
                return (place, name.clone(), label.clone());
            }
            match format_value(value, &self.ty, &FormatStyle::Plain) {
                Value::Text(text) => (usize::MAX, text, None),
                Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => (usize::MAX, String::new(), None),
            }
        })
    }
}
