//! `strat explain`: the page of a problem, or the decision about one subject.

use super::arguments::Explain;
use super::problems::UNKNOWN_PROBLEM;
use super::project::Project;
use super::session::{Exit, Failure, Session};
use super::settings_of;
#[cfg(feature = "engine")]
use super::{
    execute::Job,
    problems::{UNKNOWN_STRATEGY, UNKNOWN_SUBJECT},
    stages,
};
use std::path::PathBuf;
use strat::diag::Problem;
use strat::diag::nearest::nearest;
use strat::diag::render::NOWHERE;
#[cfg(feature = "engine")]
use strat::engine::bind::Reads;
#[cfg(feature = "engine")]
use strat::interp::{
    Interpreter, Snapshot,
    explain::{explain_row, render},
};
#[cfg(feature = "engine")]
use strat::ir::Program;
use strat::stdlib::{docs_errors, error_page};

/// Runs the command. Names of problems win over subjects: they are never keys of customers.
pub fn run(session: &mut Session, arguments: &Explain) -> Result<Exit, Failure> {
    let what = arguments.what.as_deref().unwrap_or_default();
    if arguments.list {
        let names: String = docs_errors().iter().map(|(slug, _)| format!("{slug}\n")).collect();
        session.print(&names);
        return Ok(Exit::Ok);
    }
    if let Some(page) = error_page(what) {
        session.print(page);
        return Ok(Exit::Ok);
    }
    if looks_like_slug(what) && arguments.project.is_none() {
        let near = nearest(what, docs_errors().iter().map(|(slug, _)| *slug));
        let advice = match near.first() {
            Some(best) => session.words("did you mean `{}`?", "是不是 `{}`？").replace("{}", best),
            None => session.words("strat explain --list shows all names", "strat explain --list 可列出所有名称").to_owned(),
        };
        let problem = Problem::new(&UNKNOWN_PROBLEM, NOWHERE).with("name", what).with("advice", advice);
        return Err(Failure::could_not_run(problem));
    }
    let folder = arguments.project.clone().unwrap_or_else(|| PathBuf::from("."));
    let project = settings_of(session, Some(&folder), &arguments.settings)?;
    subject(session, &project, what, arguments.strategy.as_deref())
}

/// Kebab-case words without a digit; keys of subjects have digits or capitals.
fn looks_like_slug(what: &str) -> bool {
    what.contains('-') && what.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// The decision about one subject, on the reference meaning.
#[cfg(feature = "engine")]
fn subject(session: &mut Session, project: &Project, key: &str, strategy: Option<&str>) -> Result<Exit, Failure> {
    let loaded = stages::program(session, &project.entry)?;
    let program = &loaded.program;
    let job = Job::new(session, project, &loaded, program, None, false)?;
    let (snapshot, read) = rows(&job, program)?;
    let interpreter = Interpreter::new(program, &snapshot, job.moment);
    let tables = std::iter::once(program.subject).chain(program.strategies.iter().map(|strategy| strategy.table));
    let Some((table, row)) = tables.into_iter().find_map(|table| Some((table, interpreter.find(table, key)?))) else {
        let table = program.table(program.subject).map(|table| table.name.clone()).unwrap_or_default();
        return Err(Failure::could_not_run(Problem::new(&UNKNOWN_SUBJECT, NOWHERE).with("key", key).with("table", table)));
    };
    let mut explanation = explain_row(&interpreter, table, row);
    explanation.facts.retain(|view| program.facts.iter().any(|fact| fact.name == view.name && read.hold(program, fact.node)));
    if let Some(wanted) = strategy {
        let known: Vec<String> = program.strategies.iter().map(|strategy| strategy.name.clone()).collect();
        if !known.iter().any(|name| name == wanted) {
            let problem = Problem::new(&UNKNOWN_STRATEGY, NOWHERE).with("name", wanted).with("known", known.join(", "));
            return Err(Failure::could_not_run(problem));
        }
        explanation.strategies.retain(|view| view.name == wanted);
    }
    if session.format.is_machine() {
        let mut value = serde_json::to_value(&explanation).unwrap_or_default();
        name_places(&mut value, loaded.own.as_ref());
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        session.print(&(text + "\n"));
    } else {
        session.print(&render(&explanation, loaded.own.as_ref(), session.language));
    }
    Ok(Exit::Ok)
}

/// The rows, and what was read of the data. A fact that no run needs may be about data that is not there: then only what a run
/// reads is read.
#[cfg(feature = "engine")]
fn rows(job: &Job<'_>, program: &Program) -> Result<(Snapshot, Reads), Failure> {
    let everything = Reads::of_explanation(program);
    if let Ok(rows) = job.snapshot(&everything) {
        return Ok((rows, everything));
    }
    let needed = Reads::of_run(program);
    Ok((job.snapshot(&needed)?, needed))
}

/// Byte ranges mean nothing outside this program: each place becomes file, line and column.
#[cfg(feature = "engine")]
fn name_places(value: &mut serde_json::Value, sources: Option<&strat::source::Sources>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                // `row` is the place of the ladder row that won.
                if name == "span" || name == "trigger_span" || (name == "row" && field.is_object()) {
                    *field = place(field, sources).unwrap_or_default();
                } else {
                    name_places(field, sources);
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| name_places(item, sources)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) | serde_json::Value::String(_) => {}
    }
}

#[cfg(feature = "engine")]
fn place(span: &serde_json::Value, sources: Option<&strat::source::Sources>) -> Option<serde_json::Value> {
    let span: strat::source::Span = serde_json::from_value(span.clone()).ok()?;
    let file = sources?.get(span.file)?;
    let at = file.locate(span.start as usize);
    Some(serde_json::json!({ "file": file.name, "line": at.line, "column": at.column }))
}

/// The decision about one subject.
#[cfg(not(feature = "engine"))]
fn subject(_: &mut Session, _: &Project, _: &str, _: Option<&str>) -> Result<Exit, Failure> {
    Err(super::not_in_this_build("explain"))
}
