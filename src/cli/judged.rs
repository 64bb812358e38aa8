//! A judgement that was made earlier, read from the folder it was written to.

use super::problems::UNREADABLE_REPORT;
use super::session::{Failure, Session, shown};
use std::fmt::Display;
use std::path::Path;
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::evaluate::evaluation::{Evaluation, REPORT_FORMAT};

/// The file of a judged folder that programs read.
const REPORT: &str = "report.json";

/// Reads the judgement in a folder.
pub fn judged(session: &Session, folder: &Path) -> Result<Evaluation, Failure> {
    let path = folder.join(REPORT);
    let bytes = std::fs::read(&path).map_err(|error| session.unreadable(&path, &error))?;
    let wrong = |reason: &dyn Display| {
        Failure::could_not_run(Problem::new(&UNREADABLE_REPORT, NOWHERE).with("path", shown(&path)).with("reason", reason))
    };
    let evaluation: Evaluation = serde_json::from_slice(&bytes).map_err(|error| wrong(&error))?;
    match evaluation.format {
        REPORT_FORMAT => Ok(evaluation),
        other => Err(wrong(&format!("{} {other}", session.words("format", "格式")))),
    }
}
