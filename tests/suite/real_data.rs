//! Statistics of real data against recomputed answers (`shared/data/reference.json`); skipped with a line when they are not there.

mod causal;
mod experiments;

use crate::oracles::files::{data_file, text_of};
use serde_json::Value;
use std::collections::BTreeMap;

/// Columns of a file by name.
pub struct Table {
    columns: BTreeMap<String, Vec<String>>,
}

impl Table {
    pub fn text(&self, column: &str) -> &[String] {
        self.columns.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }

    pub fn numbers(&self, column: &str) -> Vec<f64> {
        self.text(column).iter().map(|cell| cell.parse().unwrap_or(f64::NAN)).collect()
    }

    /// The numbers of the rows where another column has the word.
    pub fn numbers_where(&self, column: &str, other: &str, word: &str) -> Vec<f64> {
        self.numbers(column).into_iter().zip(self.text(other)).filter(|(_, own)| *own == word).map(|(value, _)| value).collect()
    }
}

pub fn table(name: &str, separator: u8) -> Option<Table> {
    let path = data_file(&format!("data/{name}"));
    if !path.exists() {
        println!("skipped: no {name}");
        return None;
    }
    let text = text_of(&path);
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let mut columns: BTreeMap<String, Vec<String>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
    for row in reader.records() {
        for (name, cell) in names.iter().zip(row.unwrap().iter()) {
            columns.get_mut(name).unwrap().push(cell.to_owned());
        }
    }
    Some(Table { columns })
}

/// The answer at a path of keys separated by `/`.
pub fn reference(path: &str) -> Value {
    let file: Value = serde_json::from_str(&text_of(&data_file("data/reference.json"))).unwrap();
    path.split('/').fold(file["reference"].clone(), |value, key| value[key].clone())
}

/// The printed answers have eight digits.
pub fn assert_close(path: &str, got: f64, answer: &Value) {
    let wanted = answer.as_f64().unwrap_or_else(|| panic!("{path}: {answer}"));
    assert!((got - wanted).abs() <= 5e-8 * wanted.abs().max(1e-300) + 1e-300, "{path}: got {got}, expected {wanted}");
}

pub fn check(path: &str, got: f64) {
    assert_close(path, got, &reference(path));
}
