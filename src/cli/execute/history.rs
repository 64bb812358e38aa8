//! What earlier runs left in the ledger, and what this one adds.

use super::super::ledger::{LedgerPart, LedgerStore};
use super::super::outputs::{RunFields, WriteError, gather, ledger_bytes, time_text};
use super::super::session::{Failure, Session};
use super::problems::OUT_OF_ORDER;
use chrono::NaiveDateTime;
use polars::prelude::DataFrame;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::ir::{Moment, Output, Program};

/// How instants stand in the record of runs.
const STAMP: &str = "%Y-%m-%dT%H:%M:%S";

/// Between the first and the last instant of parts read as one.
const FROM_TO: &str = " … ";

/// Outputs that are rows of the ledger, with the table they go to.
const LEDGER_TABLES: &[(Output, &str)] = &[
    (Output::Entries, "entries"),
    (Output::Contacts, "contacts"),
    (Output::Assignments, "assignments"),
    (Output::Grants, "grants"),
    (Output::TierHistory, "tier_history"),
    (Output::Journeys, "journeys"),
];

/// The ledger as a run sees it.
#[derive(Debug, Default)]
pub(super) struct History {
    folder: Option<PathBuf>,
    /// Parts of runs as of earlier instants, oldest first. A run never sees what runs as of its own instant or later wrote, so
    /// repeating it gives the same answer.
    pub parts: Vec<LedgerPart>,
    /// The last completed run of this program before this one.
    pub previous: Option<i64>,
    /// Runs as of this instant or later: name and instant.
    unseen: Vec<(String, String)>,
}

impl History {
    /// Reads the ledger before an instant; no folder means no history.
    pub(super) fn read(session: &Session, folder: Option<&Path>, program: &Program, as_of: i64) -> Result<History, Failure> {
        let Some(folder) = folder else { return Ok(History::default()) };
        let store = LedgerStore::new(folder);
        let failed = |error: super::super::ledger::LedgerError| error.failure(session, folder);
        let parts = store.read_parts().map_err(failed)?;
        let runs = store.runs().map_err(failed)?;
        let mark = program_mark(program);
        let mine = runs.iter().filter(|(run, _)| run.starts_with(&mark)).filter_map(|(_, as_of)| instant(as_of));
        let previous = mine.filter(|at| *at < as_of).max();
        Ok(History {
            folder: Some(folder.to_owned()),
            parts: parts.into_iter().filter(|part| instant(&part.as_of).is_some_and(|at| at < as_of)).collect(),
            previous,
            unseen: runs.into_iter().filter(|(_, at)| instant(at).is_none_or(|at| at >= as_of)).collect(),
        })
    }

    /// A run decides with everything before it in sight: one that the ledger does not hold yet comes after all that it holds.
    ///
    /// # Errors
    /// The ledger holds another run as of the same instant or a later one.
    pub(super) fn in_order(&self, run: &str, as_of: i64) -> Result<(), Failure> {
        if self.unseen.iter().any(|(known, _)| known == run) {
            return Ok(());
        }
        match self.unseen.last() {
            Some((_, other)) => {
                let problem = Problem::new(&OUT_OF_ORDER, NOWHERE).with("other", other.replace('T', " "));
                Err(Failure::refused(problem.with("as_of", time_text(as_of))))
            }
            None => Ok(()),
        }
    }

    /// The parts as sources: those of one table and one header are read as one, since a ledger of a year has hundreds.
    pub(super) fn sources(&self) -> Vec<LedgerPart> {
        let mut out: Vec<LedgerPart> = Vec::new();
        for part in &self.parts {
            let (header, rows) = part.split_header();
            match out.iter_mut().rev().find(|known| known.table == part.table) {
                Some(known) if known.split_header().0 == header && known.bytes.ends_with(b"\n") => {
                    known.bytes.extend_from_slice(rows);
                    let first = known.as_of.split(FROM_TO).next().unwrap_or_default().to_owned();
                    known.as_of = format!("{first}{FROM_TO}{}", part.as_of);
                }
                Some(_) | None => out.push(part.clone()),
            }
        }
        out
    }

    /// Table and hash of the parts that were read.
    pub(super) fn visible(&self) -> Vec<(String, String)> {
        self.parts.iter().map(|part| (part.table.clone(), blake3::hash(&part.bytes).to_hex().to_string())).collect()
    }

    /// Names the run: a program, an instant, what came before. The data is not part of the name, so that the order of rows and
    /// the cut of files change nothing; that one name means one result is what [`LedgerStore::commit`] watches.
    pub(super) fn run_id(&self, program: &Program, program_hash: &str, moment: Moment, ahead: Option<i64>) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut add = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        add(program_hash);
        add(&moment.as_of.to_string());
        add(&format!("{:?}", moment.previous));
        if let Some(ahead) = ahead {
            add(&format!("ahead {ahead}"));
        }
        for (table, hash) in self.visible() {
            add(&table);
            add(&hash);
        }
        let hash: String = hasher.finalize().to_hex().chars().take(16).collect();
        format!("{}-{hash}", program_mark(program))
    }

    /// The ledger of a day that follows this one without being written: what the run added, and the run itself.
    pub(super) fn followed_by(&mut self, run: &str, as_of: i64, tables: Vec<(String, Vec<u8>)>) {
        let stamp = stamp(as_of);
        let part = |(table, bytes): (String, Vec<u8>)| LedgerPart { run: run.to_owned(), as_of: stamp.clone(), table, bytes };
        self.parts.extend(tables.into_iter().map(part));
        self.previous = Some(as_of);
    }

    /// Adds the rows of a run, all tables or none. `decided` stands for its lists.
    pub(super) fn commit(
        &self,
        session: &Session,
        run: &str,
        as_of: i64,
        tables: &[(String, Vec<u8>)],
        decided: &str,
    ) -> Result<(), Failure> {
        let Some(folder) = &self.folder else { return Ok(()) };
        LedgerStore::new(folder).commit(run, &stamp(as_of), tables, decided).map(|_| ()).map_err(|error| error.failure(session, folder))
    }
}

/// Runs of one program begin alike, whatever version of it ran.
fn program_mark(program: &Program) -> String {
    blake3::hash(program.name.as_bytes()).to_hex().chars().take(8).collect()
}

/// How an instant stands in the record of runs.
fn stamp(as_of: i64) -> String {
    chrono::DateTime::from_timestamp_millis(as_of).map(|time| time.format(STAMP).to_string()).unwrap_or_else(|| time_text(as_of))
}

fn instant(text: &str) -> Option<i64> {
    NaiveDateTime::parse_from_str(text, STAMP).ok().map(|time| time.and_utc().timestamp_millis())
}

/// The rows of this run, per ledger table.
pub(super) fn rows(program: &Program, frames: &[DataFrame], run: &RunFields) -> Result<Vec<(String, Vec<u8>)>, WriteError> {
    let mut outputs: Vec<(Output, &str)> = LEDGER_TABLES.to_vec();
    let named: BTreeSet<Output> = program.emissions.iter().map(|emission| emission.output).collect();
    outputs.extend(named.into_iter().filter_map(|output| match output {
        Output::Ledger(table) => program.table(table).map(|table| (output, table.name.as_str())),
        Output::Actions
        | Output::Exclusions
        | Output::Assignments
        | Output::Entries
        | Output::Contacts
        | Output::Grants
        | Output::TierHistory
        | Output::Journeys
        | Output::Metrics
        | Output::Alerts => None,
    }));
    let mut tables = Vec::new();
    for (output, table) in outputs {
        let sheet = gather(program, output, frames, run)?;
        if sheet.rows() > 0 {
            tables.push((table.to_owned(), ledger_bytes(&sheet)?));
        }
    }
    Ok(tables)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(as_of: &str, table: &str, text: &str) -> LedgerPart {
        LedgerPart { run: String::from("r"), as_of: as_of.to_owned(), table: table.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn parts_of_one_header_are_read_as_one_and_keep_their_order() {
        let parts = vec![
            part("d1", "contacts", "a,b\n1,2\n"),
            part("d1", "entries", "a,b\n7,7\n"),
            part("d2", "contacts", "a,b\n3,4\n"),
            part("d3", "contacts", "a,b,c\n5,6,7\n"),
            part("d4", "contacts", "a,b\n8,9\n"),
            part("d5", "contacts", "a,b\n"),
        ];
        let found = History { parts, ..History::default() }.sources();
        let told: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|part| (part.table.as_str(), part.as_of.as_str(), std::str::from_utf8(&part.bytes).unwrap_or_default()))
            .collect();
        assert_eq!(
            told,
            [
                ("contacts", "d1 … d2", "a,b\n1,2\n3,4\n"),
                ("entries", "d1", "a,b\n7,7\n"),
                ("contacts", "d3", "a,b,c\n5,6,7\n"),
                ("contacts", "d4 … d5", "a,b\n8,9\n"),
            ]
        );
    }
}
