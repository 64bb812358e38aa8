//! The main job: files and ledger in, lists and ledger out.
//!
//! ```text
//! data, ledger ─ open ─ bind ─► tables ─ engine ─► emissions ─► lists, summary, ledger rows ─► ledger, output folder
//! ```
//!
//! Order of the last steps: every file is written in a working folder, then the ledger takes the rows of this run, then the working
//! folder becomes the output folder. A crash before the ledger changes nothing; one after it leaves the previous outputs, and the
//! same run again finds its rows in the ledger and puts the same outputs in place.

mod ahead;
mod approval;
mod comparison;
mod finish;
mod flight;
mod forecast;
mod history;
mod judge;
mod models;
mod problems;
mod replay;
mod report;

pub use forecast::forecast_program;
pub use judge::judge_program;
pub use replay::replay_program;

use super::arguments::Run;
use super::atomic::AtomicFolder;
use super::data::{self, InputFile, OpenedData};
use super::outputs::Forms;
use super::problems::{BAD_SETTING, MISSING_SETTING};
use super::progress::Progress;
use super::project::{AsOf, Project};
use super::session::{Exit, Failure, Session};
use super::stages::Loaded;
use history::History;
use problems::RUN_FAILED;
use serde::Serialize;
use std::cell::OnceCell;
use std::path::Path;
use std::time::Instant;
use strat::diag::render::NOWHERE;
use strat::diag::{Problem, ProblemKind};
use strat::engine::bind::problems::ABSENT_TABLE;
use strat::engine::bind::{Bound, DataProblem, RawTables, Reads, Settings, Zone, bind_onto, snapshot};
use strat::engine::{Options, Tables};
use strat::interp::Snapshot;
use strat::ir::{Moment, Output, Program, Watch};
use strat::types::TableId;

/// A program with the data and the history it is executed over.
pub struct Job<'a> {
    session: &'a Session,
    project: &'a Project,
    loaded: &'a Loaded,
    /// The loaded program, perhaps with nodes or watches more.
    program: &'a Program,
    pub moment: Moment,
    /// How far beyond its instant a run looks, in milliseconds.
    ahead: Option<i64>,
    settings: Settings,
    history: History,
    progress: Progress,
    /// Opened before data is.
    networks: OnceCell<models::Networks>,
    /// Tables of data that many runs in a row share.
    held: OnceCell<Bound>,
}

/// Cells that runs in a row may keep in memory: about a gigabyte.
const HELD_CELLS: u64 = 100_000_000;

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
    if let Some(file) = &arguments.require_approval {
        approval::require(session, loaded, file)?;
    }
    let ahead = arguments.ahead.as_deref().map(|text| ahead::length(session, text)).transpose()?;
    let mut counted = with_candidates(&loaded.program, project.ledger.is_some());
    if let Some(ahead) = ahead {
        counted.look_ahead(project.instant(session)?.and_utc().timestamp_millis().saturating_add(ahead));
    }
    let job = Job { ahead, ..Job::new(session, project, loaded, &counted, arguments.since.as_deref(), arguments.check_all)? };
    job.history.in_order(&job.run_id(), job.moment.as_of)?;
    flight::check(session, loaded, job.program, &job.history.parts)?;
    refuse_early_cohorts(loaded, job.moment)?;
    if job.moment.previous.is_none() && strat::engine::needs_previous_run(&loaded.program) {
        let advice = session.words(
            "the program reacts to events and no run came before; say from when: --since 2025-06-30, or in strat.toml: since = \"2025-06-30\"",
            "程序会响应事件，而之前没有运行过；请说明从何时看起：--since 2025-06-30，或在 strat.toml 写：since = \"2025-06-30\"",
        );
        return Err(setting(&MISSING_SETTING, "since", "", advice));
    }
    // Refuses a folder that is not ours before any work is done.
    let folder = AtomicFolder::begin(out).map_err(|error| error.failure(session))?;
    let mut timings = Timings::default();
    let (bound, inputs) = job.bound(&Reads::of_run(job.program), &mut timings)?;
    job.progress.step(session.words("deciding", "计算中"));
    let started = Instant::now();
    let outcome = strat::engine::run(job.program, &bound.tables, job.moment, &Options::default()).map_err(|error| failed(&error))?;
    timings.run = milliseconds(started);
    if !bound.notes.is_empty() && !session.format.is_machine() {
        session.report(job.placed(&bound.notes));
    }
    job.finish(Target { folder, out, forms: Forms::of(&arguments.forms), show: arguments.show }, &inputs, &outcome, timings)
}

/// Strategies may not use a cohort before it is frozen.
fn refuse_early_cohorts(loaded: &Loaded, moment: Moment) -> Result<(), Failure> {
    let early = loaded.program.facts.iter().find(|fact| fact.not_before.is_some_and(|from| from > moment.as_of));
    match early {
        Some(fact) => {
            let problem = Problem::new(&strat::check::problems::facts::COHORT_TOO_EARLY, fact.span).with("name", &fact.name);
            Err(Failure::could_not_run(loaded.placed(problem)))
        }
        None => Ok(()),
    }
}

/// Where the lists go.
struct Target<'a> {
    folder: AtomicFolder,
    out: &'a Path,
    forms: Forms,
    /// How many rows of the action list to print at the end.
    show: Option<usize>,
}

fn setting(kind: &'static ProblemKind, name: &str, value: &str, advice: &str) -> Failure {
    Failure::could_not_run(Problem::new(kind, NOWHERE).with("name", name).with("value", format!("`{value}`")).with("advice", advice))
}

fn zone(session: &Session, project: &Project) -> Result<Zone, Failure> {
    let advice = session.words("write the name of a zone: \"Asia/Shanghai\"", "请写时区名称：\"Asia/Shanghai\"");
    Zone::parse(&project.zone).ok_or_else(|| setting(&BAD_SETTING, "zone", &project.zone, advice))
}

/// The instant from which a first run looks for events.
fn since(session: &Session, project: &Project, given: Option<&str>) -> Result<Option<i64>, Failure> {
    let Some(given) = given else {
        return Ok(project.since.and_then(AsOf::instant).map(|instant| instant.and_utc().timestamp_millis()));
    };
    let advice = session.words("write a day or a day and a time: 2026-11-13", "请写日期或日期加时间：2026-11-13");
    let instant = AsOf::parse(given).and_then(AsOf::instant).ok_or_else(|| setting(&BAD_SETTING, "--since", given, advice))?;
    Ok(Some(instant.and_utc().timestamp_millis()))
}

/// A step that failed for a reason the user cannot have caused.
pub fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::could_not_run(Problem::new(&RUN_FAILED, NOWHERE).with("reason", error))
}

/// The program with a count of the candidates of every strategy, for the tie-out. Without a ledger nobody reads its rows.
fn with_candidates(program: &Program, ledger: bool) -> Program {
    let mut program = program.clone();
    let is_list = |output| matches!(output, Output::Actions | Output::Exclusions | Output::Assignments | Output::Alerts);
    program.emissions.retain(|emission| ledger || is_list(emission.output));
    let considered = program.strategies.iter().map(|strategy| Watch {
        name: format!("strategy {} considered", strategy.name),
        table: strategy.table,
        node: strategy.candidate,
        reads: Vec::new(),
    });
    program.watches.extend(considered.collect::<Vec<_>>());
    program
}

impl<'a> Job<'a> {
    /// Prepares a program, which is the loaded one or made from it, to be executed over the data of a project.
    ///
    /// # Errors
    /// A missing or wrong setting, a ledger that cannot be read.
    pub fn new(
        session: &'a Session,
        project: &'a Project,
        loaded: &'a Loaded,
        program: &'a Program,
        first_since: Option<&str>,
        check_all: bool,
    ) -> Result<Job<'a>, Failure> {
        let as_of = project.instant(session)?.and_utc().timestamp_millis();
        let history = History::read(session, project.ledger.as_deref(), program, as_of)?;
        let previous = match history.previous {
            Some(previous) => Some(previous),
            None => since(session, project, first_since)?,
        };
        let settings = Settings { zone: zone(session, project)?, check_all };
        let progress = Progress::start(session.format.is_machine());
        Ok(Job {
            session,
            project,
            loaded,
            program,
            moment: Moment { as_of, previous },
            ahead: None,
            settings,
            history,
            progress,
            networks: OnceCell::new(),
            held: OnceCell::new(),
        })
    }

    /// The name of this run.
    fn run_id(&self) -> String {
        self.history.run_id(self.program, &self.loaded.hash, self.moment, self.ahead)
    }

    /// The bound tables that the nodes read, for questions about data that write nothing.
    ///
    /// # Errors
    /// Data that breaks its contract.
    pub fn tables(&self, reads: &Reads) -> Result<Tables, Failure> {
        let (bound, _) = self.bound(reads, &mut Timings::default())?;
        self.progress.step("");
        Ok(bound.tables)
    }

    /// The data as the row interpreter takes it.
    ///
    /// # Errors
    /// Data that breaks its contract.
    pub fn snapshot(&self, reads: &Reads) -> Result<Snapshot, Failure> {
        let tables = self.tables(reads)?;
        snapshot(self.program, &tables).map_err(|problem| self.broken(vec![problem], Vec::new()))
    }

    /// Opens the data folder and binds what the program reads; the problems of all files together.
    fn bound(&self, reads: &Reads, timings: &mut Timings) -> Result<(Bound, Vec<InputFile>), Failure> {
        let started = Instant::now();
        let opened = self.opened(reads)?;
        timings.open = milliseconds(started);
        self.bound_over(reads, opened, timings)
    }

    /// The files of the tables that are read.
    fn opened(&self, reads: &Reads) -> Result<OpenedData, Failure> {
        let networks = self.networks(reads)?;
        let _ = self.networks.set(networks);
        let folder = self.project.data(self.session)?;
        data::open(folder, self.program, reads, &self.progress).map_err(|error| self.session.unreadable(folder, &error))
    }

    /// Binds opened data for many runs in a row: what is not of the ledger is checked once and kept.
    fn hold(&self, reads: &Reads, opened: &OpenedData) -> Result<(), Failure> {
        // Scores of models run in process are those of one instant.
        if !self.program.models.is_empty() {
            return Ok(());
        }
        let (bound, _) = self.bound_over(reads, opened.clone(), &mut Timings::default())?;
        let _ = self.held.set(bound.held(self.program, HELD_CELLS).map_err(|error| failed(&error))?);
        Ok(())
    }

    /// Binds opened data and the ledger.
    fn bound_over(&self, reads: &Reads, opened: OpenedData, timings: &mut Timings) -> Result<(Bound, Vec<InputFile>), Failure> {
        let OpenedData { raw, mut inputs, found, mut problems } = opened;
        let raw = self.with_score_tables(self.with_history(raw, &mut problems), reads);
        self.progress.step(self.session.words("checking the data", "检查数据"));
        let started = Instant::now();
        let (raw, absent) = self.with_optional_tables(raw, reads);
        // A table whose files could not be opened is reported once, not also as missing.
        let mut usable = reads.clone();
        usable.columns.retain(|id, _| {
            let name = self.program.table(*id).map(|table| table.name.as_str());
            !problems.iter().any(|problem| Some(problem.table.as_str()) == name)
        });
        let written: Vec<TableId> = self.history.parts.iter().filter_map(|part| self.program.find_table(&part.table)).collect();
        let known = self.held.get().cloned().unwrap_or_default().without(&written);
        let bound = match bind_onto(known, self.program, &usable, raw, &found, self.settings) {
            Ok(bound) if problems.is_empty() => bound,
            Ok(bound) => return Err(self.broken(problems, bound.notes)),
            Err(more) => return Err(self.broken(problems, more)),
        };
        let mut bound = bound;
        bound.notes.extend(absent);
        timings.bind = milliseconds(started);
        for input in &mut inputs {
            let id = self.program.find_table(&input.table);
            let rows = id.and_then(|id| bound.source_rows.get(&(id, input.file.clone())));
            input.rows = rows.copied().unwrap_or(input.rows);
        }
        let bound = match self.networks.get() {
            Some(networks) => self.with_scores(bound, reads, networks)?,
            None => bound,
        };
        Ok((bound, inputs))
    }

    fn broken(&self, mut problems: Vec<DataProblem>, more: Vec<DataProblem>) -> Failure {
        problems.extend(more);
        Failure { exit: Exit::CouldNotRun, problems: self.placed(&problems) }
    }

    /// Problems at the declarations they are about, or nowhere when there is no text to point into.
    fn placed(&self, problems: &[DataProblem]) -> Vec<Problem> {
        problems.iter().map(|problem| self.loaded.placed(problem.problem().clone())).collect()
    }

    /// Tables that the project calls optional and the data does not have, without rows, and a note for each.
    fn with_optional_tables(&self, mut raw: RawTables, reads: &Reads) -> (RawTables, Vec<DataProblem>) {
        let mut notes = Vec::new();
        for id in reads.columns.keys().filter(|id| !raw.contains_key(id)).copied().collect::<Vec<_>>() {
            let Some(table) = self.program.table(id).filter(|table| self.project.optional_tables.contains(&table.name)) else { continue };
            raw.insert(id, vec![data::no_rows(table)]);
            notes.push(DataProblem::of_table(&ABSENT_TABLE, table));
        }
        (raw, notes)
    }

    /// Rows of the ledger come before those of channel systems, so that they win.
    fn with_history(&self, mut raw: RawTables, problems: &mut Vec<DataProblem>) -> RawTables {
        for part in self.history.sources().into_iter().rev() {
            let Some(id) = self.program.find_table(&part.table) else { continue };
            let Some(table) = self.program.table(id) else { continue };
            match data::ledger_source(table, part) {
                Ok(source) => raw.entry(id).or_default().insert(0, source),
                Err(problem) => problems.push(problem),
            }
        }
        raw
    }
}
