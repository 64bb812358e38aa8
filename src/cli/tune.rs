//! `strat tune`: what a judgement proposes, as a patch that the owner of the program may apply. Nothing is applied here.

use super::arguments::Tune;
use super::atomic;
use super::judged::judged;
use super::problems::{NO_TEXT_TO_EDIT, PROPOSAL_NOT_APPLIED, REPORT_OUT_OF_DATE};
use super::project::Project;
use super::session::{Exit, Failure, Session, shown};
use super::stages::{self, Loaded};
use serde_json::{Value, json};
use std::path::Path;
use strat::diag::Problem;
use strat::diag::render::{Format, NOWHERE};
use strat::evaluate::evaluation::{Evaluation, Words};
use strat::source::{FileId, Sources};
use strat::tune::{Change, Left, Tuned, confirm, propose};

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Tune) -> Result<Exit, Failure> {
    let project = Project::load(session, arguments.project.as_deref().unwrap_or(Path::new(".")))?;
    let evaluation = judged(session, &arguments.judged)?;
    let loaded = stages::program(session, &project.entry)?;
    let Some(own) = &loaded.own else {
        return Err(Failure::could_not_run(Problem::new(&NO_TEXT_TO_EDIT, NOWHERE).with("path", shown(&project.entry))));
    };
    same_program(&loaded, &evaluation)?;
    let entries = stages::entry_count(session, &project.entry)?;
    let mut tuned = propose(own, entries, &loaded.program, &evaluation, session.language);
    let notes = if tuned.texts.is_empty() { Vec::new() } else { confirmed(session, &loaded, entries, &mut tuned)? };
    let folder = shown(&project.folder);
    let patch = Patch::of(own, &tuned, &folder);
    let result = Proposed { evaluation: &evaluation, own, tuned: &tuned, notes: &notes, patch: &patch };
    result.show(session, arguments, &folder)
}

/// A judgement speaks of the text it was made for.
fn same_program(loaded: &Loaded, evaluation: &Evaluation) -> Result<(), Failure> {
    if loaded.hash == evaluation.program_hash {
        return Ok(());
    }
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    let problem = Problem::new(&REPORT_OUT_OF_DATE, NOWHERE).with("as_of", &evaluation.as_of);
    Err(Failure::refused(problem.with("judged", short(&evaluation.program_hash)).with("hash", short(&loaded.hash))))
}

/// Checks the edited program; what else it does differently.
fn confirmed(session: &mut Session, loaded: &Loaded, entries: usize, tuned: &mut Tuned) -> Result<Vec<Words>, Failure> {
    let checked = stages::edited(&mut session.sources, loaded, entries, &tuned.texts);
    let (problems, after) = checked.map(|checked| (checked.problems, checked.program)).unwrap_or_default();
    let Some(after) = after else { return Err(Failure { exit: Exit::Findings, problems }) };
    confirm(&loaded.program, &after, tuned).map_err(|left| Failure { exit: Exit::Findings, problems: vec![not_applied(&left)] })
}

fn not_applied(left: &Left) -> Problem {
    let problem = Problem::new(&PROPOSAL_NOT_APPLIED, NOWHERE).with("trial", &left.trial).with("what", &left.what);
    problem.with("reason", &left.reason.en).with("reason_zh", &left.reason.zh)
}

/// The change of every file in the form `git apply` and `patch -p1` read.
struct Patch {
    text: String,
    /// Names count from the project folder because some file lies outside the current one.
    from_project: bool,
}

impl Patch {
    fn of(own: &Sources, tuned: &Tuned, folder: &str) -> Self {
        let outside = |id: &FileId| {
            own.get(*id).is_some_and(|file| file.name.starts_with('/') || file.name.starts_with("../") || file.name.contains(":/"))
        };
        let from_project = tuned.texts.keys().any(outside);
        let mut text = String::new();
        for (id, after) in &tuned.texts {
            let Some(file) = own.get(*id) else { continue };
            let inner = file.name.strip_prefix(folder).map_or(file.name.as_str(), |inner| inner.trim_start_matches('/'));
            let name = if from_project { inner } else { file.name.as_str() };
            // A blank ends a name, unless a tab does.
            let end = if name.contains(' ') { "\t" } else { "" };
            let difference = similar::TextDiff::from_lines(file.text.as_str(), after.as_str());
            let (before, after) = (format!("a/{name}{end}"), format!("b/{name}{end}"));
            text.push_str(&difference.unified_diff().context_radius(3).header(&before, &after).to_string());
        }
        Self { text, from_project }
    }
}

/// What is shown.
struct Proposed<'a> {
    evaluation: &'a Evaluation,
    own: &'a Sources,
    tuned: &'a Tuned,
    notes: &'a [Words],
    patch: &'a Patch,
}

impl Proposed<'_> {
    fn show(&self, session: &Session, arguments: &Tune, folder: &str) -> Result<Exit, Failure> {
        if let Some(path) = arguments.patch.as_deref().filter(|_| !self.tuned.texts.is_empty()) {
            atomic::replace_file(path, self.patch.text.as_bytes()).map_err(|error| session.unwritable(path, &error))?;
        }
        match session.format {
            Format::Json => session.print(&format!("{:#}\n", self.json())),
            Format::Human | Format::Short | Format::Sarif | Format::Github => {
                let left: Vec<Problem> = self.tuned.left.iter().map(not_applied).collect();
                if !left.is_empty() {
                    session.report_warnings(left);
                }
                if arguments.patch.is_none() {
                    session.print(&self.patch.text);
                }
                session.say(&self.lines(session, arguments.patch.as_deref(), folder));
            }
        }
        Ok(Exit::Ok)
    }

    /// What people are told beside the patch.
    fn lines(&self, session: &Session, patch: Option<&Path>, folder: &str) -> String {
        if self.tuned.texts.is_empty() {
            return session.words("nothing to propose: the program stays as it is\n", "没有需要修改的提议，程序保持不变\n").to_owned();
        }
        let mut out = String::new();
        for note in self.notes {
            out.push_str(&format!("{}\n", note.of(session.language)));
        }
        let file = patch.map_or_else(|| String::from("decisions.patch"), shown);
        let command = if self.patch.from_project { format!("patch -p1 -d {folder} < {file}") } else { format!("git apply {file}") };
        let text = session.words(
            "{n} proposed, nothing applied; the owner of the program may apply it with: {command}\n",
            "共 {n} 处提议，尚未应用；程序负责人可用此命令应用：{command}\n",
        );
        out.push_str(&text.replace("{n}", &self.tuned.changes.len().to_string()).replace("{command}", &command));
        out
    }

    fn json(&self) -> Value {
        let left = |left: &Left| json!({ "trial": left.trial, "what": left.what, "reason": left.reason });
        json!({
            "format_version": "1.0",
            "program": self.evaluation.program,
            "program_hash": self.evaluation.program_hash,
            "as_of": self.evaluation.as_of,
            "changes": self.tuned.changes.iter().map(|change| self.change(change)).collect::<Vec<_>>(),
            "not_applied": self.tuned.left.iter().map(left).collect::<Vec<_>>(),
            "notes": self.notes,
            "patch": self.patch.text,
        })
    }

    fn change(&self, change: &Change) -> Value {
        let edit = |edit: &strat::diag::Edit| {
            let place = self.own.get(edit.span.file).map(|file| file.locate(edit.span.start as usize));
            json!({
                "line": place.map(|place| place.line),
                "column": place.map(|place| place.column),
                "from": self.own.text(edit.span),
                "to": edit.replacement,
            })
        };
        json!({
            "trial": change.trial,
            "kind": change.kind.word(),
            "summary": change.summary,
            "because": change.because,
            "next_units": change.next_units,
            "next_date": change.next_date,
            "file": self.own.get(change.clause.file).map(|file| file.name.as_str()),
            "edits": change.edits.iter().map(edit).collect::<Vec<_>>(),
        })
    }
}
