//! What a project is decided over: its data and its ledger, as of one moment. Shared by all commands that look at data.

use super::super::data::{self, InputFile, OpenedData};
use super::super::problems::BAD_SETTING;
use super::super::progress::Progress;
use super::super::project::{AsOf, Project};
use super::super::session::{Exit, Failure, Session};
use super::super::stages::Loaded;
use super::history::History;
use super::{milliseconds, setting};
use std::time::Instant;
use strat::diag::Problem;
use strat::engine::bind::{Bound, DataProblem, RawTables, Reads, Settings, Zone, bind};
use strat::ir::{Moment, Program};

/// A project whose settings are complete and whose ledger was read.
pub struct Opening<'a> {
    pub session: &'a Session,
    pub project: &'a Project,
    pub loaded: &'a Loaded,
    pub moment: Moment,
    pub(super) history: History,
    settings: Settings,
    pub progress: Progress,
}

/// Data that keeps its contract.
pub struct Opened {
    pub bound: Bound,
    pub inputs: Vec<InputFile>,
    /// Milliseconds it took to open the files and to bind them.
    pub(super) open: u64,
    pub(super) bind: u64,
}

impl<'a> Opening<'a> {
    /// Reads the ledger. `since` is the instant from which a first run looks for events.
    ///
    /// # Errors
    /// Settings that are missing or cannot be used, a ledger that cannot be read.
    pub fn new(session: &'a Session, project: &'a Project, loaded: &'a Loaded, since: Option<&str>, check_all: bool) -> Result<Self, Failure> {
        let as_of = project.instant(session)?.and_utc().timestamp_millis();
        let history = History::read(session, project.ledger.as_deref(), &loaded.program, as_of)?;
        let previous = match history.previous {
            Some(previous) => Some(previous),
            None => since.map(|given| instant(session, given)).transpose()?,
        };
        Ok(Opening {
            session,
            project,
            loaded,
            moment: Moment { as_of, previous },
            history,
            settings: Settings { zone: zone(session, project)?, check_all },
            progress: Progress::start(session.format.is_machine()),
        })
    }

    /// Opens the data folder and binds what is read; the problems of all files together.
    ///
    /// # Errors
    /// A folder that cannot be listed, data that breaks its contract.
    pub fn open(&self, program: &Program, reads: Reads) -> Result<Opened, Failure> {
        let started = Instant::now();
        let folder = self.project.data(self.session)?;
        let opened = data::open(folder, program, &reads, &self.progress);
        let OpenedData { raw, mut inputs, found, mut problems } = opened.map_err(|error| self.session.unreadable(folder, &error))?;
        let raw = self.with_history(program, raw, &mut problems);
        let open = milliseconds(started);
        self.progress.step(self.session.words("checking the data", "检查数据"));
        let started = Instant::now();
        // A table whose files could not be opened is reported once, not also as missing.
        let mut usable = reads;
        usable.columns.retain(|id, _| {
            let name = program.table(*id).map(|table| table.name.as_str());
            !problems.iter().any(|problem| Some(problem.table.as_str()) == name)
        });
        let bound = match bind(program, &usable, raw, &found, self.settings) {
            Ok(bound) if problems.is_empty() => bound,
            Ok(bound) => return Err(self.broken(problems, bound.notes)),
            Err(more) => return Err(self.broken(problems, more)),
        };
        for input in &mut inputs {
            let id = program.find_table(&input.table);
            let rows = id.and_then(|id| bound.source_rows.get(&(id, input.file.clone())));
            input.rows = rows.copied().unwrap_or(input.rows);
        }
        Ok(Opened { bound, inputs, open, bind: milliseconds(started) })
    }

    fn broken(&self, mut problems: Vec<DataProblem>, more: Vec<DataProblem>) -> Failure {
        problems.extend(more);
        Failure { exit: Exit::CouldNotRun, problems: self.placed(&problems) }
    }

    /// Problems at the declarations they are about, or nowhere when there is no text to point into.
    pub fn placed(&self, problems: &[DataProblem]) -> Vec<Problem> {
        problems.iter().map(|problem| self.loaded.placed(problem.problem().clone())).collect()
    }

    /// Rows of the ledger come before those of channel systems, so that they win.
    fn with_history(&self, program: &Program, mut raw: RawTables, problems: &mut Vec<DataProblem>) -> RawTables {
        for part in self.history.parts.iter().rev() {
            let Some(id) = program.find_table(&part.table) else { continue };
            let Some(table) = program.table(id) else { continue };
            match data::ledger_source(table, part.clone()) {
                Ok(source) => raw.entry(id).or_default().insert(0, source),
                Err(problem) => problems.push(problem),
            }
        }
        raw
    }
}

fn zone(session: &Session, project: &Project) -> Result<Zone, Failure> {
    let advice = session.words("write the name of a zone: \"Asia/Shanghai\"", "请写时区名称：\"Asia/Shanghai\"");
    Zone::parse(&project.zone).ok_or_else(|| setting(&BAD_SETTING, "zone", &project.zone, advice))
}

/// An instant given with a flag.
fn instant(session: &Session, given: &str) -> Result<i64, Failure> {
    let advice = session.words("write a day or a day and a time: 2026-11-13", "请写日期或日期加时间：2026-11-13");
    let instant = AsOf::parse(given).and_then(AsOf::instant).ok_or_else(|| setting(&BAD_SETTING, "--since", given, advice))?;
    Ok(instant.and_utc().timestamp_millis())
}
