//! Judging: data and ledger in, a report out.
//!
//! ```text
//! data, ledger ─ bind ─► tables ─ observe ─► sums per arm ─ judge ─► evaluation ─► report.html · report.xlsx · report.md · report.json
//! ```
//!
//! Nothing but the folder of the report is written; the ledger is only read.

mod studies;
mod summary;

use super::super::arguments::{Evaluate, ReportForm};
use super::super::atomic::{AtomicFolder, FolderError};
use super::super::data::InputFile;
use super::super::ledger::LedgerPart;
use super::super::outputs::time_text;
use super::super::project::Project;
use super::super::session::{Exit, Failure, Session};
use super::super::stages::Loaded;
use super::problems::{NOTHING_TO_JUDGE, REPORT_NOT_WRITTEN};
use super::{Job, MISSING_SETTING, Timings, failed, setting};
use serde::Serialize;
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::engine::{Options, moves, observe, trial_reads};
use strat::evaluate::evaluation::{Evaluation, Input, REPORT_FORMAT};
use strat::evaluate::judge::judge;
use strat::report;
use studies::moved;
use summary::summary;

/// The record of a judgement, by which the next one knows that the folder is ours.
#[derive(Serialize)]
struct Record<'a> {
    written_by: String,
    program: &'a str,
    program_blake3: &'a str,
    as_of: &'a str,
    inputs: &'a [Input],
    /// Name and blake3 of every file of the report.
    outputs: Vec<(String, String)>,
}

/// Judges a checked program as the arguments say.
///
/// # Errors
/// A program without anything to judge, data that breaks its contract, a folder that cannot be written.
pub fn judge_program(session: &Session, project: &Project, loaded: &Loaded, arguments: &Evaluate) -> Result<Exit, Failure> {
    let out = project.out.as_deref().ok_or_else(|| {
        let advice = session.words("give --out DIR, or write: out = \"out\"", "请使用 --out DIR，或写：out = \"out\"");
        setting(&MISSING_SETTING, "out", "", advice)
    })?;
    let program = &loaded.program;
    let studies = program.attributions.len() + program.lifetimes.len() + program.metrics.len() + program.pacing.len();
    if program.trials.is_empty() && studies == 0 {
        return Err(Failure::could_not_run(Problem::new(&NOTHING_TO_JUDGE, NOWHERE).with("program", &loaded.program.name)));
    }
    let job = Job::new(session, project, loaded, &loaded.program, None, false)?;
    let folder = AtomicFolder::begin(out).map_err(|error| error.failure(session))?;
    let evaluation = job.judged()?;
    let forms = if arguments.forms.is_empty() { ReportForm::ALL.to_vec() } else { arguments.forms.clone() };
    write(session, folder, &evaluation, &forms)?;
    job.progress.step("");
    if session.format.is_machine() {
        session.print(&report::json(&evaluation).map_err(|error| failed(&error))?);
    } else {
        session.print(&summary(session, &evaluation, out));
    }
    Ok(Exit::Ok)
}

impl Job<'_> {
    /// The judgement of every trial of the program, as of the instant of the job.
    fn judged(&self) -> Result<Evaluation, Failure> {
        let (bound, files) = self.bound(&trial_reads(self.program), &mut Timings::default())?;
        if !bound.notes.is_empty() && !self.session.format.is_machine() {
            self.session.report(self.placed(&bound.notes));
        }
        self.progress.step(self.session.words("judging", "评估中"));
        let mut trials = Vec::new();
        for trial in &self.program.trials {
            let observed = observe(self.program, trial, &bound.tables, self.moment, &Options::default()).map_err(|error| failed(&error))?;
            trials.push(judge(&observed));
        }
        let (metrics, pacing) = self.as_of_now(&bound.tables)?;
        Ok(Evaluation {
            format: REPORT_FORMAT,
            program: self.program.name.clone(),
            program_hash: self.loaded.hash.clone(),
            as_of: time_text(self.moment.as_of),
            inputs: self.inputs(&files),
            trials,
            metrics,
            migrations: moves(self.program, &bound.tables, self.moment).map_err(|error| failed(&error))?.into_iter().map(moved).collect(),
            attributions: self.program.attributions.iter().map(|study| self.credited(study, &bound.tables)).collect::<Result<_, _>>()?,
            pacing,
            lifetimes: self.program.lifetimes.iter().map(|study| self.valued(study, &bound.tables)).collect::<Result<_, _>>()?,
        })
    }

    /// The files of data, then the parts of the ledger that were visible.
    fn inputs(&self, files: &[InputFile]) -> Vec<Input> {
        let file =
            |file: &InputFile| Input { table: file.table.clone(), file: file.file.clone(), rows: file.rows, hash: file.blake3.clone() };
        let part = |(part, (table, hash)): (&LedgerPart, (String, String))| {
            let file = format!("ledger/{table} ({})", part.as_of.replace('T', " "));
            Input { file, table, rows: part.rows(), hash }
        };
        files.iter().map(file).chain(self.history.parts.iter().zip(self.history.visible()).map(part)).collect()
    }
}

/// Writes the folder as a whole.
fn write(session: &Session, folder: AtomicFolder, evaluation: &Evaluation, forms: &[ReportForm]) -> Result<(), Failure> {
    let stopped = |error: FolderError| error.failure(session);
    let mut outputs = Vec::new();
    for form in ReportForm::ALL.into_iter().filter(|form| forms.contains(form)) {
        let (name, bytes) = match form {
            ReportForm::Html => ("report.html", report::html(evaluation, session.language).into_bytes()),
            ReportForm::Xlsx => {
                let workbook = report::workbook(evaluation, session.language);
                (
                    "report.xlsx",
                    workbook.map_err(|error| Failure::could_not_run(Problem::new(&REPORT_NOT_WRITTEN, NOWHERE).with("reason", error)))?,
                )
            }
            ReportForm::Md => ("report.md", report::markdown(evaluation, session.language).into_bytes()),
            ReportForm::Json => ("report.json", report::json(evaluation).map_err(|error| failed(&error))?.into_bytes()),
        };
        folder.write(name, &bytes).map_err(stopped)?;
        outputs.push((name.to_owned(), blake3::hash(&bytes).to_hex().to_string()));
    }
    let record = Record {
        written_by: format!("strat {}", env!("CARGO_PKG_VERSION")),
        program: &evaluation.program,
        program_blake3: &evaluation.program_hash,
        as_of: &evaluation.as_of,
        inputs: &evaluation.inputs,
        outputs,
    };
    let mut bytes = serde_json::to_vec_pretty(&record).map_err(|error| failed(&error))?;
    bytes.push(b'\n');
    folder.commit(&bytes).map_err(stopped)
}
