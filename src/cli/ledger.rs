//! The ledger on disk: what runs wrote, one immutable part per table and run, and one record of the runs that finished.
//!
//! ```text
//! ledger/contacts/20261120-1f0c2a9be011.csv     a part: written once, never changed
//! ledger/runs.csv                               run,as_of,table,part,blake3 – replaced as a whole, last
//! ```
//!
//! The last line of a run names no table; its hash stands for the lists of the run, so that a run of the same name with another
//! result is known as one even when the ledger's own rows are equal.
//!
//! A part counts only when `runs.csv` lists it, so a crash before the record loses nothing and leaves nothing to see; the same
//! run again finds its record and does nothing.

use super::atomic::replace_file;
use super::problems::{LEDGER_CONFLICT, LEDGER_DAMAGED};
use super::session::{Failure, Session, shown};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use thiserror::Error;

const RECORD: &str = "runs.csv";
const HEADER: &str = "run,as_of,table,part,blake3";

/// Why the ledger was not read or written.
#[derive(Debug, Error)]
pub enum LedgerError {
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    /// A part is missing or was changed, or the record cannot be read.
    #[error("{what}")]
    Damaged { what: String },
    /// The run is recorded with other rows.
    #[error("run {run} is recorded with other rows")]
    Conflict { run: String },
}

impl LedgerError {
    /// The problem shown to the user, and how the process ends.
    pub fn failure(&self, session: &Session, folder: &Path) -> Failure {
        match self {
            LedgerError::Io { path, error } => session.unwritable(path, error),
            LedgerError::Damaged { what } => {
                Failure::refused(Problem::new(&LEDGER_DAMAGED, NOWHERE).with("path", shown(folder)).with("what", what))
            }
            LedgerError::Conflict { run } => Failure::refused(Problem::new(&LEDGER_CONFLICT, NOWHERE).with("run", run)),
        }
    }
}

/// One part of one table, written by one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerPart {
    pub run: String,
    pub as_of: String,
    pub table: String,
    pub bytes: Vec<u8>,
}

impl LedgerPart {
    /// How many rows it has, the header aside. A line may end inside quotes.
    pub fn rows(&self) -> u64 {
        let (mut quoted, mut ends) = (false, 0_u64);
        for byte in &self.bytes {
            quoted ^= *byte == b'"';
            ends += u64::from(*byte == b'\n' && !quoted);
        }
        ends.saturating_sub(1)
    }

    /// The first line with its end, and what follows it.
    pub fn split_header(&self) -> (&[u8], &[u8]) {
        let end = self.bytes.iter().position(|byte| *byte == b'\n').map_or(self.bytes.len(), |at| at + 1);
        self.bytes.split_at_checked(end).unwrap_or((&self.bytes, &[]))
    }
}

/// Whether a commit wrote anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    Now,
    /// The same run had already written the same rows.
    Before,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    run: String,
    as_of: String,
    /// Empty, like the part, in the line that stands for the lists of the run.
    table: String,
    part: String,
    blake3: String,
}

/// A ledger folder; it need not exist before the first commit.
#[derive(Debug, Clone)]
pub struct LedgerStore {
    folder: PathBuf,
}

impl LedgerStore {
    /// The ledger in a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Every part of every finished run, in the order the runs finished. A part that is not what its run wrote is an error.
    pub fn read_parts(&self) -> Result<Vec<LedgerPart>, LedgerError> {
        let mut parts = Vec::new();
        for line in self.record()? {
            if line.table.is_empty() {
                continue;
            }
            let path = self.folder.join(&line.part);
            let bytes = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(LedgerError::Damaged { what: format!("{} ?", line.part) });
                }
                read => read.map_err(|error| LedgerError::Io { path, error })?,
            };
            if fingerprint(&bytes) != line.blake3 {
                return Err(LedgerError::Damaged { what: format!("{} ≠ {}", line.part, line.blake3) });
            }
            parts.push(LedgerPart { run: line.run, as_of: line.as_of, table: line.table, bytes });
        }
        Ok(parts)
    }

    /// The runs that finished, oldest first, with their instants.
    pub fn runs(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let mut runs: Vec<(String, String)> = Vec::new();
        for line in self.record()? {
            if runs.last().is_none_or(|(run, _)| *run != line.run) {
                runs.push((line.run, line.as_of));
            }
        }
        Ok(runs)
    }

    /// Adds what one run wrote, all tables or none. `run` names the run and `decided` its lists; names and instants are made of
    /// letters, digits and `_ - . : T`. A run of a name that is there already must have decided and written the same.
    pub fn commit(&self, run: &str, as_of: &str, tables: &[(String, Vec<u8>)], decided: &str) -> Result<Committed, LedgerError> {
        let names = tables.iter().map(|(table, _)| table.as_str()).chain([run, as_of]);
        for name in names {
            if !is_plain(name) {
                return Err(self.failed(io::Error::from(io::ErrorKind::InvalidInput)));
            }
        }
        fs::create_dir_all(&self.folder).map_err(|error| self.failed(error))?;
        let _alone = File::open(&self.folder).ok().filter(|file| file.lock().is_ok());
        let mut record = self.record()?;
        let lines = lines(run, as_of, tables, decided);
        let before: Vec<&Line> = record.iter().filter(|line| line.run == run).collect();
        if !before.is_empty() {
            let same = before.iter().copied().eq(&lines);
            return if same { Ok(Committed::Before) } else { Err(LedgerError::Conflict { run: run.to_owned() }) };
        }
        for (line, (table, bytes)) in lines.iter().zip(tables) {
            let failed = |error| self.failed(error);
            fs::create_dir_all(self.folder.join(table)).map_err(failed)?;
            replace_file(&self.folder.join(&line.part), bytes).map_err(failed)?;
        }
        record.extend(lines);
        replace_file(&self.folder.join(RECORD), written(&record).as_bytes()).map_err(|error| self.failed(error))?;
        Ok(Committed::Now)
    }

    fn failed(&self, error: io::Error) -> LedgerError {
        LedgerError::Io { path: self.folder.clone(), error }
    }

    fn record(&self) -> Result<Vec<Line>, LedgerError> {
        let text = match fs::read_to_string(self.folder.join(RECORD)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(LedgerError::Damaged { what: RECORD.into() }),
            read => read.map_err(|error| self.failed(error))?,
        };
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(LedgerError::Damaged { what: format!("{RECORD}:1") });
        }
        let parsed = lines.enumerate().map(|(at, line)| parsed(line).ok_or_else(|| format!("{RECORD}:{}", at + 2)));
        parsed.collect::<Result<_, _>>().map_err(|what| LedgerError::Damaged { what })
    }
}

/// Names that can stand in a file name and between commas as they are, and cannot leave the folder.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "_-.:".contains(c);
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain) && name != RECORD
}

fn fingerprint(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Lines of one run in the order of its tables, and last the one for its lists.
fn lines(run: &str, as_of: &str, tables: &[(String, Vec<u8>)], decided: &str) -> Vec<Line> {
    let line = |table: &str, part: String, blake3: String| Line {
        run: run.to_owned(),
        as_of: as_of.to_owned(),
        table: table.to_owned(),
        part,
        blake3,
    };
    let day: String = as_of.chars().filter(char::is_ascii_alphanumeric).collect();
    let of_table = |(table, bytes): &(String, Vec<u8>)| {
        let hash = fingerprint(bytes);
        // Two runs may write the same bytes; each keeps a part of its own.
        let mark: String = fingerprint(format!("{run}\n{table}\n{hash}").as_bytes()).chars().take(12).collect();
        line(table, format!("{table}/{day}-{mark}.csv"), hash)
    };
    tables.iter().map(of_table).chain([line("", String::new(), decided.to_owned())]).collect()
}

fn written(record: &[Line]) -> String {
    let mut text = format!("{HEADER}\n");
    for Line { run, as_of, table, part, blake3 } in record {
        text.push_str(&format!("{run},{as_of},{table},{part},{blake3}\n"));
    }
    text
}

fn parsed(line: &str) -> Option<Line> {
    let mut fields = line.split(',').map(String::from);
    let (run, as_of, table, part, blake3) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let stays_inside = !Path::new(&part).is_absolute() && !part.split('/').any(|step| step == "..");
    let whole = fields.next().is_none() && !run.is_empty() && table.is_empty() == part.is_empty();
    (whole && stays_inside).then_some(Line { run, as_of, table, part, blake3 })
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
