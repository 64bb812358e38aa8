//! A synthetic bank in the canonical data model: the same customers for the same seed, in any chunk size, on any machine with the same maths library.
//!
//! Every row is a function of (seed, customer number), so chunks can be made independently and ten million customers stream through
//! bounded memory. Rows about companies belong to the chunk of the owner, rows about a pair to the chunk of the later customer.
//!
//! ```
//! use strat::sample::{Bank, TableName};
//! let bank = Bank::new(1_000, 7, chrono::NaiveDate::from_ymd_opt(2025, 7, 1).unwrap_or_default());
//! let first = bank.chunk(1..101);
//! assert_eq!(first.get(TableName::Customers).map(|table| table.rows), Some(100));
//! ```

mod balance;
mod business;
mod calendar;
mod csv;
mod holdings;
mod lending;
mod origin;
mod outreach;
#[cfg(feature = "engine")]
mod parquet;
mod person;
mod places;
mod random;
mod reference;
mod service;
mod shape;
mod signals;
mod spending;
mod table;
mod ties;
mod visits;

pub use csv::{write_csv_head, write_csv_rows};
#[cfg(feature = "engine")]
pub use parquet::write_parquet;
pub use shape::{TableName, Tables};
pub use table::{Cells, Column, Kind, Table, Value};

use chrono::{Datelike, NaiveDate};
use person::Person;
use std::ops::Range;

/// How many customers share one neighbourhood of employers; employers, colleagues and directors are found inside it.
const NEIGHBOURHOOD: u64 = 240;

/// A synthetic bank.
#[derive(Debug, Clone)]
pub struct Bank {
    customers: u64,
    seed: u64,
    /// Every event lies before the start of this day.
    as_of: i32,
    /// Digits in a customer number.
    width: usize,
    branches: u64,
}

impl Bank {
    /// A bank of `customers` customers, numbered from 1, seen at the start of the day `as_of`.
    #[must_use]
    pub fn new(customers: u64, seed: u64, as_of: NaiveDate) -> Bank {
        let epoch = NaiveDate::default().num_days_from_ce();
        let width = customers.checked_ilog10().map_or(1, |digits| digits as usize + 1).max(7);
        Bank { customers, seed, as_of: as_of.num_days_from_ce() - epoch, width, branches: (customers / 500).clamp(6, 1_500) }
    }

    /// How many customers the bank has.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.customers
    }

    /// Tables that do not belong to a customer: products, offers, branches, staff and channel costs.
    #[must_use]
    pub fn reference(&self) -> Tables {
        let mut tables = Tables::new();
        reference::fill(self, &mut tables);
        tables
    }

    /// Everything about the customers with these numbers (1 to `customers`; numbers outside are skipped).
    #[must_use]
    pub fn chunk(&self, numbers: Range<u64>) -> Tables {
        let mut tables = Tables::new();
        for number in numbers.start.max(1)..numbers.end.min(self.customers.saturating_add(1)) {
            self.customer(number, &mut tables);
        }
        tables
    }

    fn customer(&self, number: u64, tables: &mut Tables) {
        let person = Person::of(self, number);
        person.write(self, tables);
        let loans = lending::loans(self, &person);
        let mut holdings = holdings::holdings(self, &person);
        let months = balance::months(self, &person, &mut holdings, &loans);
        balance::write(&person, &months, tables);
        holdings::write(self, &person, &holdings, tables);
        lending::write(self, &person, &loans, tables);
        spending::write(self, &person, &holdings, &loans, tables);
        visits::write(self, &person, &loans, tables);
        business::write(self, &person, &loans, tables);
        ties::write(self, &person, &loans, tables);
        service::write(self, &person, tables);
        outreach::write(self, &person, tables);
        signals::write(self, &person, &holdings, &loans, tables);
    }

    fn id(&self, prefix: &str, number: u64) -> String {
        numbered(prefix, &[(number, self.width)])
    }

    fn sub_id(&self, prefix: &str, number: u64, sequence: u64, digits: usize) -> String {
        numbered(prefix, &[(number, self.width), (sequence, digits)])
    }
}

/// The prefix followed by each number padded with zeros to its digits.
fn numbered(prefix: &str, parts: &[(u64, usize)]) -> String {
    let mut id = String::with_capacity(24);
    id.push_str(prefix);
    for (number, digits) in parts {
        let text = number.to_string();
        id.push_str("000000000000".get(..digits.saturating_sub(text.len())).unwrap_or(""));
        id.push_str(&text);
    }
    id
}
