//! What a run leaves in its output folder.
//!
//! ```text
//! actions.csv  actions.parquet  actions.xlsx      every action; the workbook also holds summary, exclusions and assignments
//! actions/<channel>.csv                           the list of one channel; actions/operations.csv holds what is no contact
//! exclusions.csv  exclusions.parquet              every candidate that was stopped, with the rule
//! assignments.csv  assignments.parquet            who is in which arm
//! alerts.csv  alerts.parquet                      what crossed a line, and what was not judged for lack of rows; only with alerts
//! report.html  report.md                          counts for people, small ones hidden; of equal runs the same bytes
//! manifest.json                                   what went in, what came out, counts; the same bytes for the same inputs
//! timings.json                                    how long it took; the only file that differs from run to run
//! ```

mod cell;
mod excel;
mod gather;
mod manifest;
mod parquet;
mod sheet;
mod summary;
mod text;

pub use cell::time_text;
pub use gather::{RunFields, gather};
pub use manifest::{Inputs, Manifest};
pub use sheet::Sheet;
pub use summary::{ActionCount, ExclusionCount, StaffCount, Summary, Tie, staff_of, tie_out};
use text::OutputFile;
pub use text::{WriteError, ledger_bytes};

use super::arguments::ListForm;
use polars::prelude::{DataFrame, PolarsResult};
use std::path::Path;
use strat::diag::Language;
use strat::ir::{Output, Program};

/// The lists of a run.
pub struct Lists<'a> {
    pub actions: Sheet<'a>,
    pub exclusions: Sheet<'a>,
    pub assignments: Sheet<'a>,
    /// `None` for a program without alerts.
    pub alerts: Option<Sheet<'a>>,
}

impl<'a> Lists<'a> {
    /// Gathers the lists. `frames` align with the emissions of the program.
    ///
    /// # Errors
    /// A frame without a field of its emission.
    pub fn of(program: &'a Program, frames: &[DataFrame], run: &RunFields) -> PolarsResult<Lists<'a>> {
        let watched = program.emissions.iter().any(|emission| emission.output == Output::Alerts);
        Ok(Lists {
            actions: gather(program, Output::Actions, frames, run)?,
            exclusions: gather(program, Output::Exclusions, frames, run)?,
            // The share of the arm is for the ledger, from which evaluations weigh it.
            assignments: gather(program, Output::Assignments, frames, run)?.without("share"),
            alerts: if watched { Some(gather(program, Output::Alerts, frames, run)?) } else { None },
        })
    }
}

/// One hash for the three lists, whatever forms they are written in.
///
/// # Errors
/// A column that is not held as its type says.
pub fn list_digest(lists: &Lists<'_>, written: &[OutputFile]) -> Result<String, WriteError> {
    let mut hasher = blake3::Hasher::new();
    for (name, sheet) in [("actions.csv", &lists.actions), ("exclusions.csv", &lists.exclusions), ("assignments.csv", &lists.assignments)] {
        match written.iter().find(|file| file.file == name) {
            Some(file) => hasher.update(file.blake3.as_bytes()),
            None => hasher.update(text::csv_hash(sheet)?.as_bytes()),
        };
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Which forms of the lists are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forms {
    pub csv: bool,
    pub parquet: bool,
    pub excel: bool,
}

impl Forms {
    /// The forms asked for; all when none is.
    pub fn of(asked: &[ListForm]) -> Forms {
        let has = |form| asked.is_empty() || asked.contains(&form);
        Forms { csv: has(ListForm::Csv), parquet: has(ListForm::Parquet), excel: has(ListForm::Xlsx) }
    }
}

/// What the workbook says beside the lists.
pub struct Front {
    pub language: Language,
    pub as_of: i64,
    /// Name and value.
    pub facts: Vec<(String, String)>,
}

/// Writes the lists into an empty folder and says what was written, in the order of names.
///
/// # Errors
/// See [`WriteError`].
pub fn write_lists(
    program: &Program,
    lists: &Lists<'_>,
    summary: &Summary,
    front: &Front,
    forms: Forms,
    folder: &Path,
) -> Result<Vec<OutputFile>, WriteError> {
    let mut files = Vec::new();
    let mut named = vec![("actions", &lists.actions), ("exclusions", &lists.exclusions), ("assignments", &lists.assignments)];
    named.extend(lists.alerts.as_ref().map(|alerts| ("alerts", alerts)));
    for (name, sheet) in named {
        if forms.csv {
            files.push(text::write_csv(sheet, folder, &format!("{name}.csv"))?);
        }
        if forms.parquet {
            files.push(parquet::write_parquet(sheet, folder, &format!("{name}.parquet"))?);
        }
    }
    if forms.csv {
        let channels: Vec<String> = program
            .channels
            .iter()
            .map(|channel| channel.name.clone())
            .filter(|name| {
                program.strategies.iter().flat_map(|strategy| &strategy.actions).any(|action| action.channel.as_ref() == Some(name))
            })
            .collect();
        files.extend(text::write_channels(&lists.actions, &channels, folder)?);
    }
    if forms.excel {
        let book = excel::Book {
            language: front.language,
            as_of: front.as_of,
            facts: front.facts.clone(),
            counts_header: Summary::header(front.language).map(String::from).to_vec(),
            counts: summary.rows(),
            actions: &lists.actions,
            exclusions: &lists.exclusions,
            assignments: &lists.assignments,
        };
        files.push(excel::write_book(&book, folder, "actions.xlsx")?);
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}
