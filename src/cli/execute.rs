//! The main job: files and ledger in, lists and ledger out.
//!
//! ```text
//! data, ledger ─ open ─ bind ─► tables ─ engine ─► emissions ─► lists, summary, ledger rows ─► ledger, output folder
//! ```
//!
//! Order of the last steps: every file is written in a working folder, then the ledger takes the rows of this run, then the working
//! folder becomes the output folder. A crash before the ledger changes nothing; one after it leaves the previous outputs, and the
//! same run again finds its rows in the ledger and puts the same outputs in place.

mod finish;
mod history;
mod opening;
mod problems;

pub use opening::{Opened, Opening};

use super::arguments::Run;
use super::atomic::AtomicFolder;
use super::outputs::Forms;
use super::problems::MISSING_SETTING;
use super::project::Project;
use super::session::{Exit, Failure, Session};
use super::stages::Loaded;
use problems::RUN_FAILED;
use serde::Serialize;
use std::path::Path;
use std::time::Instant;
use strat::diag::render::NOWHERE;
use strat::diag::{Problem, ProblemKind};
use strat::engine::Options;
use strat::engine::bind::Reads;
use strat::ir::{Program, Watch};

/// Everything a run is given.
struct Job<'a> {
    opening: &'a Opening<'a>,
    /// The checked program, with a watch of candidates per strategy at the end.
    program: &'a Program,
    forms: Forms,
    out: &'a Path,
}

/// How long each step took, in milliseconds.
#[derive(Debug, Default, Serialize)]
struct Timings {
    open: u64,
    bind: u64,
    run: u64,
    write: u64,
}

fn milliseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Runs a checked program as the arguments say.
///
/// # Errors
/// Data that breaks its contract, a failed run, counts that do not tie, folders that cannot be written.
pub fn run_program(session: &Session, project: &Project, loaded: &Loaded, arguments: &Run) -> Result<Exit, Failure> {
    let out = project.out.as_deref().ok_or_else(|| {
        let advice = session.words("give --out DIR, or write: out = \"out\"", "请使用 --out DIR，或写：out = \"out\"");
        setting(&MISSING_SETTING, "out", "", advice)
    })?;
    let opening = Opening::new(session, project, loaded, arguments.since.as_deref(), arguments.check_all)?;
    let counted = with_candidates(&loaded.program);
    let job = Job { opening: &opening, program: &counted, forms: Forms::of(&arguments.forms), out };
    // Refuses a folder that is not ours before any work is done.
    let folder = AtomicFolder::begin(out).map_err(|error| error.failure(session))?;
    let Opened { bound, inputs, open, bind } = opening.open(job.program, Reads::of_run(job.program))?;
    opening.progress.step(session.words("deciding", "计算中"));
    let started = Instant::now();
    let outcome = strat::engine::run(job.program, &bound.tables, opening.moment, &Options::default()).map_err(|error| failed(&error))?;
    let timings = Timings { open, bind, run: milliseconds(started), write: 0 };
    if !bound.notes.is_empty() && !session.format.is_machine() {
        session.report(opening.placed(&bound.notes));
    }
    job.finish(folder, &inputs, &outcome, timings)
}

fn setting(kind: &'static ProblemKind, name: &str, value: &str, advice: &str) -> Failure {
    Failure::could_not_run(Problem::new(kind, NOWHERE).with("name", name).with("value", format!("`{value}`")).with("advice", advice))
}

/// A step that failed for a reason the user cannot have caused.
fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::could_not_run(Problem::new(&RUN_FAILED, NOWHERE).with("reason", error))
}

/// Reading or deciding that failed, in the words of what failed.
pub fn stopped(reason: String) -> Failure {
    Failure::could_not_run(Problem::new(&RUN_FAILED, NOWHERE).with("reason", reason))
}

/// The program with a count of the candidates of every strategy, for the tie-out.
fn with_candidates(program: &Program) -> Program {
    let mut program = program.clone();
    let considered = program.strategies.iter().map(|strategy| Watch {
        name: format!("strategy {} considered", strategy.name),
        table: strategy.table,
        node: strategy.candidate,
        reads: Vec::new(),
    });
    program.watches.extend(considered.collect::<Vec<_>>());
    program
}
