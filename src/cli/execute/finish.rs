//! From what the engine decided to what is on disk.

use super::super::atomic::{AtomicFolder, FolderError, MANIFEST};
use super::super::data::InputFile;
use super::super::output::summary_table;
use super::super::outputs::{
    Front, Inputs, Lists, Manifest, RunFields, Sheet, Summary, Tie, WriteError, list_digest, tie_out, time_text, write_lists,
};
use super::super::problems::CANNOT_WRITE;
use super::super::session::{Exit, Failure, shown};
use super::comparison::comparison_lines;
use super::problems::COUNTS_DO_NOT_TIE;
use super::report::Decided;
use super::{Job, Target, Timings, failed, history, milliseconds};
use std::path::Path;
use std::time::Instant;
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::engine::Outcome;
use strat::ir::Count;
use strat::report::run::RunReport;

impl Job<'_> {
    /// Writes lists, record and ledger, and shows the table of counts.
    pub(super) fn finish(
        &self,
        target: Target<'_>,
        inputs: &[InputFile],
        outcome: &Outcome,
        mut timings: Timings,
    ) -> Result<Exit, Failure> {
        let Target { folder, out, forms, show } = target;
        self.progress.step(self.session.words("writing", "写出中"));
        let started = Instant::now();
        let run_id = self.run_id();
        let version = self.loaded.hash.chars().take(12).collect();
        let run = RunFields { run_id: run_id.clone(), as_of: self.moment.as_of, version };
        let lists = Lists::of(self.program, &outcome.emissions, &run).map_err(|error| failed(&error))?;
        let summary = Summary::of(self.program, &lists).map_err(|error| failed(&error))?;
        let ties = self.tied(&lists, &outcome.watches)?;
        let rows = self.ledger_rows(outcome, &run, out)?;
        let front = Front { language: self.project.locale, as_of: self.moment.as_of, facts: self.facts(&run_id, &lists) };
        let files =
            write_lists(self.program, &lists, &summary, &front, forms, folder.path()).map_err(|error| self.unwritten(out, &error))?;
        // Without a ledger nothing remembers what was decided.
        let decided = match self.project.ledger {
            Some(_) => list_digest(&lists, &files).map_err(|error| self.unwritten(out, &error))?,
            None => String::new(),
        };
        let decided_counts = Decided { run_id: &run_id, lists: &lists, summary: &summary, ties: &ties, inputs, outcome };
        self.write_report(&folder, &self.run_report(&decided_counts))?;
        let before = previous_manifest(out, &run_id, inputs);
        let record = Inputs {
            program: self.program,
            program_hash: &self.loaded.hash,
            moment: self.moment,
            ahead: self.ahead,
            zone: &self.project.zone,
            currency: &self.project.currency,
            files: inputs,
            ledger: &self.history.visible(),
            previous_manifest: before.as_deref(),
        };
        let manifest =
            Manifest::new(&run_id, &record, &files, &summary, &ties, &outcome.watches).bytes().map_err(|error| failed(&error))?;
        timings.write = milliseconds(started);
        let written = serde_json::to_vec_pretty(&timings).map_err(|error| failed(&error))?;
        let stopped = |error: FolderError| error.failure(self.session);
        folder.write("timings.json", &written).map_err(stopped)?;
        self.history.commit(self.session, &run_id, self.moment.as_of, &rows, &decided)?;
        folder.commit(&manifest).map_err(stopped)?;
        self.progress.step("");
        self.show(out, &lists, &summary, &manifest);
        if let Some(first) = show
            && !self.session.format.is_machine()
        {
            self.session
                .print(&lists.actions.first_rows(first, &["strategy_id", "customer_id", "wave", "arm", "channel", "due_by", "message"]));
        }
        Ok(Exit::Ok)
    }

    /// What the run adds to the ledger, where there is one: its rows, and the plans under which people are in flight.
    fn ledger_rows(&self, outcome: &Outcome, run: &RunFields, out: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        if self.project.ledger.is_none() {
            return Ok(Vec::new());
        }
        let mut rows = history::rows(self.program, &outcome.emissions, run).map_err(|error| self.unwritten(out, &error))?;
        rows.extend(super::flight::rows(self.program, &self.history.parts));
        Ok(rows)
    }

    /// The report in the language of the project.
    fn write_report(&self, folder: &AtomicFolder, report: &RunReport) -> Result<(), Failure> {
        let language = self.project.locale;
        let page = strat::report::run::html(report, language).map_err(|error| failed(&error))?;
        let text = strat::report::run::markdown(report, language);
        let stopped = |error: FolderError| error.failure(self.session);
        folder.write("report.html", page.as_bytes()).map_err(stopped)?;
        folder.write("report.md", text.as_bytes()).map_err(stopped)
    }

    /// Every candidate must be in a list.
    pub(super) fn tied(&self, lists: &Lists<'_>, watches: &[Count]) -> Result<Vec<Tie>, Failure> {
        let first = watches.len().saturating_sub(self.program.strategies.len());
        let considered: Vec<u64> = watches.iter().skip(first).map(|count| count.known.get(1).copied().unwrap_or(0)).collect();
        let ties = tie_out(self.program, lists, &considered);
        let loose = ties.iter().filter(|tie| tie.accounted_for != tie.candidates).map(|tie| {
            let problem = Problem::new(&COUNTS_DO_NOT_TIE, NOWHERE).with("strategy", &tie.strategy);
            problem.with("candidates", tie.candidates).with("found", tie.accounted_for)
        });
        let loose: Vec<Problem> = loose.collect();
        if loose.is_empty() { Ok(ties) } else { Err(Failure { exit: Exit::Refused, problems: loose }) }
    }

    fn unwritten(&self, out: &Path, error: &WriteError) -> Failure {
        let reason = match error {
            WriteError::Io(error) => self.session.reason(error),
            WriteError::Frame(_) | WriteError::Excel(_) => error.to_string(),
        };
        Failure::could_not_run(Problem::new(&CANNOT_WRITE, NOWHERE).with("path", shown(out)).with("reason", reason))
    }

    /// What the first sheet of the workbook says above the counts.
    fn facts(&self, run_id: &str, lists: &Lists<'_>) -> Vec<(String, String)> {
        let chinese = self.project.locale == strat::diag::Language::Chinese;
        let name = |english: &str, chinese_name: &str| if chinese { chinese_name.to_owned() } else { english.to_owned() };
        vec![
            (name("program", "程序"), self.program.name.clone()),
            (name("version", "版本"), self.loaded.hash.clone()),
            (name("as of", "截至"), time_text(self.moment.as_of)),
            (name("run", "运行号"), run_id.to_owned()),
            (name("actions", "动作数"), lists.actions.rows().to_string()),
            (name("exclusions", "排除数"), lists.exclusions.rows().to_string()),
            (name("assignments", "分组数"), lists.assignments.rows().to_string()),
        ]
    }

    /// The table of counts for people, the record for programs.
    fn show(&self, out: &Path, lists: &Lists<'_>, summary: &Summary, manifest: &[u8]) {
        if self.session.format.is_machine() {
            return self.session.print(&String::from_utf8_lossy(manifest));
        }
        let header = Summary::header(self.session.language);
        let (out, rows) = (shown(out), [&lists.actions, &lists.exclusions, &lists.assignments].map(|sheet| sheet.rows()));
        let [actions, exclusions, assignments] = rows;
        let line = match self.session.language {
            strat::diag::Language::English => format!("{actions} actions, {exclusions} exclusions, {assignments} assignments in {out}\n"),
            strat::diag::Language::Chinese => format!("{out}：{actions} 个动作，{exclusions} 条排除，{assignments} 条分组\n"),
        };
        let alerts = lists.alerts.as_ref().map_or_else(String::new, |alerts| self.alert_lines(alerts));
        let compared = comparison_lines(self.program, lists, self.session.language);
        self.session.print(&(summary_table(&header, &summary.rows()) + &line + &compared + &alerts));
    }
}

impl Job<'_> {
    /// One line for every alert raised, and for every group too small to be judged.
    fn alert_lines(&self, alerts: &Sheet<'_>) -> String {
        let Ok(alerts) = alerts.page(0..alerts.rows()) else { return String::new() };
        let texts = ["alert", "group", "state", "reason", "to"].map(|name| alerts.texts(name));
        let mut out = String::new();
        for row in 0..alerts.rows() {
            let [alert, group, state, reason, to] = texts.map(|column| column.and_then(|column| column.get(row)).unwrap_or(""));
            let group = if group.is_empty() { String::new() } else { format!(" [{group}]") };
            out += &match (self.session.language, state) {
                (strat::diag::Language::English, "raised") => format!("alert {alert}{group} to {to}: {reason}\n"),
                (strat::diag::Language::English, _) => format!("no alert {alert}{group}: {reason}\n"),
                (strat::diag::Language::Chinese, "raised") => format!("预警 {alert}{group}，通知 {to}：{reason}\n"),
                (strat::diag::Language::Chinese, _) => format!("不判断预警 {alert}{group}：{reason}\n"),
            };
        }
        out
    }
}

/// The hash of the manifest this run follows. A repeated run follows what it followed before, so that its bytes stay the same.
fn previous_manifest(out: &Path, run_id: &str, inputs: &[InputFile]) -> Option<String> {
    let bytes = std::fs::read(out.join(MANIFEST)).ok()?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let same_run = value.get("run_id").and_then(|run| run.as_str()) == Some(run_id);
    if same_run && value.get("inputs") == serde_json::to_value(inputs).ok().as_ref() {
        return value.get("previous_manifest").and_then(|hash| hash.as_str()).map(String::from);
    }
    Some(blake3::hash(&bytes).to_hex().to_string())
}
