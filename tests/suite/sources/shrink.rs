//! From a failing case to the smallest one that fails the same way.

use super::data::Data;
use super::source::Source;
use super::verify::{Failure, verify};
use std::fmt::Write;
use strat::ir::Moment;

/// Tries after which the case is small enough.
const TRIES: usize = 700;

struct Case {
    source: Source,
    data: Data,
    moment: Moment,
    seed: u64,
    failure: Failure,
    tries: usize,
}

impl Case {
    /// Keeps a smaller case when it fails the same way.
    fn try_with(&mut self, source: Source, data: Data) -> bool {
        self.tries += 1;
        match verify(&source, &data, self.moment, self.seed, true) {
            Err(found) if found.kind == self.failure.kind => {
                (self.source, self.data, self.failure) = (source, data, found);
                true
            }
            _ => false,
        }
    }

    fn without_declarations(&mut self) -> bool {
        let mut changed = false;
        for at in (0..self.source.pieces.len()).rev() {
            let mut smaller = self.source.clone();
            smaller.pieces.remove(at);
            if self.tries < TRIES && self.try_with(smaller, self.data.clone()) {
                changed = true;
                continue;
            }
            for part in (0..self.source.pieces[at].parts.len()).rev() {
                let mut smaller = self.source.clone();
                smaller.pieces[at].parts.remove(part);
                changed |= self.tries < TRIES && self.try_with(smaller, self.data.clone());
            }
        }
        changed
    }

    fn without_rows(&mut self) -> bool {
        let mut changed = false;
        for table in self.data.keys().cloned().collect::<Vec<_>>() {
            let mut length = self.data[&table].count;
            while length > 0 {
                let mut start = 0;
                while start < self.data[&table].count && self.tries < TRIES {
                    let mut smaller = self.data.clone();
                    let rows = smaller.get_mut(&table).unwrap();
                    let end = (start + length).min(rows.count);
                    rows.count -= end - start;
                    rows.columns.values_mut().for_each(|cells| drop(cells.drain(start..end)));
                    if self.try_with(self.source.clone(), smaller) { changed = true } else { start = end }
                }
                length /= 2;
            }
        }
        changed
    }
}

/// The smallest case found, as a report.
pub fn report(source: Source, data: Data, moment: Moment, seed: u64, failure: Failure) -> String {
    let mut case = Case { source, data, moment, seed, failure, tries: 0 };
    while case.tries < TRIES && (case.without_declarations() | case.without_rows()) {}
    let mut out = format!("seed {seed}: {}\n{}\n{:?}\n{}", case.failure.kind, case.failure.story, moment, case.source.text());
    let named = case.source.text();
    for (name, rows) in case.data.iter().filter(|(name, rows)| rows.count > 0 && (rows.count < 8 || named.contains(name.as_str()))) {
        let _ = writeln!(out, "{name}: {} rows", rows.count);
        for (column, cells) in rows.columns.iter().filter(|_| rows.count < 8) {
            let _ = writeln!(out, "  {column}: {cells:?}");
        }
    }
    out
}
