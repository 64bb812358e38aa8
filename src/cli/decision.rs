//! `strat explain` about a subject: every rule and value behind what it got.

use super::arguments::Explain;
use super::execute::{Opened, Opening, stopped};
use super::problems::{NO_SUCH_STRATEGY, NO_SUCH_SUBJECT};
use super::session::{Exit, Failure, Session};
use super::settings_of;
use super::stages::{self, Loaded};
use serde_json::{Map, Value, json};
use std::path::Path;
use strat::diag::nearest::nearest;
use strat::diag::render::NOWHERE;
use strat::diag::Problem;
use strat::engine::bind::{Reads, snapshot};
use strat::interp::explain::{Explanation, explain_row, render};
use strat::interp::{Interpreter, Snapshot};
use strat::ir::Program;
use strat::source::{FileId, Sources, Span};
use strat::types::TableId;

/// Explains the subject with this key.
pub fn run(session: &mut Session, arguments: &Explain, key: &str) -> Result<Exit, Failure> {
    let project = settings_of(session, Some(arguments.project.as_deref().unwrap_or(Path::new("."))), &arguments.settings)?;
    project.data(session)?;
    project.instant(session)?;
    let loaded = stages::program(session, &project.entry)?;
    let session = &*session;
    let program = &loaded.program;
    known_strategy(session, program, arguments.strategy.as_deref())?;
    let opening = Opening::new(session, &project, &loaded, None, false)?;
    let (rows, read) = rows(&opening, program)?;
    let interpreter = Interpreter::new(program, &rows, opening.moment);
    let found = tables(program).into_iter().find_map(|table| Some((table, interpreter.find(table, key)?)));
    let explanation = found.map(|(table, row)| {
        let mut explanation = explain_row(&interpreter, table, row);
        let readable = |name: &str| program.facts.iter().find(|fact| fact.name == name).is_none_or(|fact| read.hold(program, fact.node));
        explanation.facts.retain(|fact| readable(&fact.name));
        explanation.strategies.retain(|strategy| arguments.strategy.as_ref().is_none_or(|name| strategy.name == *name));
        explanation
    });
    opening.progress.step("");
    let explanation = explanation.ok_or_else(|| no_such_subject(session, program, &interpreter, key))?;
    let sources = loaded.sources(session);
    if session.format.is_machine() {
        session.print(&as_json(&explanation, sources.as_ref(), &loaded)?);
    } else {
        session.print(&render(&explanation, sources.as_ref(), session.language));
    }
    Ok(Exit::Ok)
}

/// The rows, and what of the data was read for them. A fact that no run needs may be about data that is not there: then only what a
/// run reads is read.
fn rows(opening: &Opening<'_>, program: &Program) -> Result<(Snapshot, Reads), Failure> {
    let everything = Reads::of_explanation(program);
    let (opened, read) = match opening.open(program, everything.clone()) {
        Ok(opened) => (opened, everything),
        Err(_) => {
            let needed = Reads::of_run(program);
            (opening.open(program, needed.clone())?, needed)
        }
    };
    let Opened { bound, .. } = opened;
    Ok((snapshot(program, &bound.tables).map_err(stopped)?, read))
}

/// The tables a key may be of: the program's own first, then those of its strategies.
fn tables(program: &Program) -> Vec<TableId> {
    let mut out = vec![program.subject];
    for strategy in &program.strategies {
        if !out.contains(&strategy.table) {
            out.push(strategy.table);
        }
    }
    out
}

fn known_strategy(session: &Session, program: &Program, name: Option<&str>) -> Result<(), Failure> {
    let Some(name) = name else { return Ok(()) };
    let names = || program.strategies.iter().map(|strategy| strategy.name.as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    let advice = match nearest(name, names()).first() {
        Some(best) => session.words("did you mean `{}`?", "是不是 `{}`？").replace("{}", best),
        None => format!("{}{}", session.words("the program has: ", "程序中有："), names().collect::<Vec<_>>().join(", ")),
    };
    let problem = Problem::new(&NO_SUCH_STRATEGY, NOWHERE).with("name", name).with("advice", advice);
    Err(Failure::could_not_run(problem))
}

fn no_such_subject(session: &Session, program: &Program, interpreter: &Interpreter<'_>, key: &str) -> Failure {
    let names: Vec<String> = tables(program)
        .into_iter()
        .filter_map(|id| program.table(id).map(|table| (id, table)))
        .map(|(id, table)| format!("`{}` ({} {})", table.name, interpreter.rows(id), session.words("rows", "行")))
        .collect();
    let tables = names.join(session.words(" or ", "、"));
    Failure::could_not_run(Problem::new(&NO_SUCH_SUBJECT, NOWHERE).with("key", key).with("tables", tables))
}

/// The explanation as one document; places are `{file, line, column, start, end}`, the first three as people read them.
fn as_json(explanation: &Explanation, sources: Option<&Sources>, loaded: &Loaded) -> Result<String, Failure> {
    let mut value = serde_json::to_value(explanation).map_err(|error| stopped(error.to_string()))?;
    place(&mut value, sources, &loaded.program);
    Ok(format!("{value:#}\n"))
}

/// Replaces every place by one that names its file.
fn place(value: &mut Value, sources: Option<&Sources>, program: &Program) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| place(item, sources, program)),
        Value::Object(fields) => match span(fields) {
            Some(span) => *value = placed(span, sources, program),
            None => fields.iter_mut().for_each(|(_, field)| place(field, sources, program)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn span(fields: &Map<String, Value>) -> Option<Span> {
    let number = |name: &str| fields.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    Some(Span { file: FileId(number("file")?), start: number("start")?, end: number("end")? }).filter(|_| fields.len() == 3)
}

fn placed(span: Span, sources: Option<&Sources>, program: &Program) -> Value {
    if let Some(file) = sources.and_then(|sources| sources.get(span.file)) {
        let at = file.locate(span.start as usize);
        return json!({"file": file.name, "line": at.line, "column": at.column, "start": span.start, "end": span.end});
    }
    let name = program.sources.get(span.file.0 as usize).map(|source| source.name.as_str());
    json!({"file": name, "start": span.start, "end": span.end})
}
