//! `strat count` over data: subjects for which a condition is true, false or unknown, or subjects per label.

use super::arguments::Count;
use super::execute::{Opened, Opening, stopped};
use super::output::summary_table;
use super::problems::{NO_SUCH_SPLIT, PRIVATE_SPLIT};
use super::session::{Exit, Failure, Session};
use super::settings_of;
use super::stages::{self, Loaded};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use strat::builtins::format_value;
use strat::diag::{Language, Problem};
use strat::diag::nearest::nearest;
use strat::diag::render::NOWHERE;
use strat::engine::bind::{Reads, values};
use strat::engine::{Options, evaluate};
use strat::ir::{FormatStyle, Kind, NodeId, Program};
use strat::source::Span;
use strat::types::{Table, TableId, Type, Value};

/// What is counted.
struct Question {
    program: Program,
    table: TableId,
    node: NodeId,
    /// What it is counted apart by.
    by: Option<NodeId>,
}

/// One line of the answer.
#[derive(Debug, Serialize)]
struct Line {
    /// The value it was counted apart by; absent without one, null when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Option<String>>,
    /// `true`, `false`, the name of a label; null is unknown.
    value: Option<String>,
    subjects: u64,
    /// Of the subjects with the same `by`.
    share: f64,
}

#[derive(Serialize)]
struct Answer<'a> {
    expression: &'a str,
    table: &'a str,
    subjects: u64,
    counts: &'a [Line],
}

/// Counts and shows.
pub fn run(session: &mut Session, arguments: &Count) -> Result<Exit, Failure> {
    let project = settings_of(session, arguments.project.as_deref().or(Some(Path::new("."))), &arguments.settings)?;
    project.data(session)?;
    project.instant(session)?;
    let loaded = stages::program(session, &project.entry)?;
    let question = question(session, &loaded, arguments)?;
    let session = &*session;
    let opening = Opening::new(session, &project, &loaded, None, false)?;
    let nodes: Vec<NodeId> = std::iter::once(question.node).chain(question.by).collect();
    let program = &question.program;
    let Opened { bound, .. } = opening.open(program, Reads::of_values(program, question.table, &nodes))?;
    opening.progress.step(session.words("counting", "计数中"));
    let frame = evaluate(program, &bound.tables, opening.moment, &Options::default(), question.table, &nodes);
    let frame = frame.map_err(|error| stopped(error.to_string()))?;
    let column = |node: NodeId| {
        let column = frame.column(&format!("n{}", node.0)).and_then(values);
        column.map_err(|error| stopped(error.to_string()))
    };
    let (found, groups) = (column(question.node)?, question.by.map(column).transpose()?);
    opening.progress.step("");
    let lines = lines(&question, &found, groups.as_deref());
    let table = program.table(question.table).map(|table| table.name.as_str()).unwrap_or_default();
    show(session, &Answer { expression: &arguments.expression, table, subjects: found.len() as u64, counts: &lines })?;
    Ok(Exit::Ok)
}

fn question(session: &mut Session, loaded: &Loaded, arguments: &Count) -> Result<Question, Failure> {
    let program = &loaded.program;
    let countable = |node: NodeId| matches!(program.type_of(node), Type::Bool | Type::Label(_));
    let fact = program.facts.iter().find(|fact| countable(fact.node) && is_called(&fact.name, fact.label.as_deref(), &arguments.expression));
    let (mut program, table, node) = match (fact, loaded.entry()) {
        (Some(fact), _) => (program.clone(), fact.table, fact.node),
        (None, Some(entry)) => {
            let checked = stages::check_expression(&mut session.sources, entry, &arguments.expression);
            let (program, node) = checked.map_err(|problems| Failure { exit: Exit::CouldNotRun, problems })?;
            let table = program.subject;
            (program, table, node)
        }
        (None, None) => return Err(unknown(session, &arguments.expression, program, program.subject)),
    };
    let by = arguments.by.as_deref().map(|by| split(session, &mut program, table, by)).transpose()?;
    Ok(Question { program, table, node, by })
}

fn is_called(name: &str, label: Option<&str>, wanted: &str) -> bool {
    name == wanted.trim() || label == Some(wanted.trim())
}

/// The fact or column to count apart by.
fn split(session: &Session, program: &mut Program, table: TableId, by: &str) -> Result<NodeId, Failure> {
    if let Some(fact) = program.facts.iter().find(|fact| fact.table == table && is_called(&fact.name, fact.label.as_deref(), by)) {
        return Ok(fact.node);
    }
    let column = program.table(table).and_then(|schema| {
        let at = schema.columns.iter().position(|column| is_called(&column.name, column.label.as_deref(), by))?;
        let id = schema.find_column(&schema.columns.get(at)?.name)?;
        schema.column(id).map(|column| (id, column.ty.clone(), column.optional, column.pii))
    });
    match column {
        Some((_, _, _, true)) => Err(Failure::could_not_run(Problem::new(&PRIVATE_SPLIT, NOWHERE).with("name", by))),
        Some((id, ty, optional, false)) => Ok(program.graph.add(Kind::Column(id), ty, optional, Some(table), Span::default())),
        None => Err(unknown(session, by, program, table)),
    }
}

fn unknown(session: &Session, name: &str, program: &Program, table: TableId) -> Failure {
    let facts = program.facts.iter().filter(|fact| fact.table == table).map(|fact| fact.name.as_str());
    let columns = program.table(table).map(|table: &Table| table.columns.iter().map(|column| column.name.as_str())).into_iter().flatten();
    let advice = match nearest(name, facts.chain(columns)).first() {
        Some(best) => session.words("did you mean `{}`?", "是不是 `{}`？").replace("{}", best),
        None => session.words("name a column of the subject's table or a fact of the program", "请写对象表的列名或程序中的事实名").to_owned(),
    };
    Failure::could_not_run(Problem::new(&NO_SUCH_SPLIT, NOWHERE).with("name", name).with("advice", advice))
}

/// Answers a node can have, in the order they are shown; unknown comes last.
fn answers(program: &Program, node: NodeId) -> Vec<(Value, Option<String>)> {
    let mut out: Vec<(Value, Option<String>)> = match program.type_of(node) {
        Type::Label(ladder) => {
            let labels = program.ladder(ladder).map(|ladder| ladder.labels.as_slice()).unwrap_or_default();
            (0..).zip(labels).map(|(ordinal, label)| (Value::Int(ordinal), Some(label.name.clone()))).collect()
        }
        _ => [true, false].map(|answer| (Value::Bool(answer), Some(answer.to_string()))).to_vec(),
    };
    out.push((Value::Missing, None));
    out
}

fn lines(question: &Question, found: &[Value], groups: Option<&[Value]>) -> Vec<Line> {
    let mut counts: BTreeMap<(&Value, &Value), u64> = BTreeMap::new();
    let mut totals: BTreeMap<&Value, u64> = BTreeMap::new();
    for (at, value) in found.iter().enumerate() {
        let group = groups.and_then(|groups| groups.get(at)).unwrap_or(&Value::Missing);
        *counts.entry((group, value)).or_default() += 1;
        *totals.entry(group).or_default() += 1;
    }
    if totals.is_empty() {
        totals.insert(&Value::Missing, 0);
    }
    let answers = answers(&question.program, question.node);
    let mut out = Vec::new();
    for (group, total) in totals {
        let by = question.by.map(|by| named(&question.program, by, group));
        for (answer, name) in &answers {
            let subjects = counts.get(&(group, answer)).copied().unwrap_or(0);
            let share = if total == 0 { 0.0 } else { subjects as f64 / total as f64 };
            out.push(Line { by: by.clone(), value: name.clone(), subjects, share });
        }
    }
    out
}

/// A value as people read it; `None` is missing.
fn named(program: &Program, node: NodeId, value: &Value) -> Option<String> {
    match (program.type_of(node), value) {
        (Type::Label(ladder), Value::Int(ordinal)) => {
            let labels = &program.ladder(ladder)?.labels;
            labels.get(usize::try_from(*ordinal).ok()?).map(|label| label.name.clone())
        }
        (ty, value) => format_value(value, &ty, &FormatStyle::Plain).as_text().map(String::from),
    }
}

fn show(session: &Session, answer: &Answer<'_>) -> Result<(), Failure> {
    if session.format.is_machine() {
        let text = serde_json::to_string_pretty(answer).map_err(|error| stopped(error.to_string()))?;
        session.print(&format!("{text}\n"));
        return Ok(());
    }
    let unknown = |name: &Option<String>| name.clone().unwrap_or_else(|| session.words("unknown", "未知").to_owned());
    let split = answer.counts.iter().any(|line| line.by.is_some());
    let mut header = vec![answer.expression, session.words("subjects", "人数"), session.words("share", "占比")];
    if split {
        header.insert(0, session.words("by", "分组"));
    }
    let row = |line: &Line| {
        let group = line.by.as_ref().map(|by| by.clone().unwrap_or_else(|| session.words("missing", "缺失").to_owned()));
        let own = [unknown(&line.value), line.subjects.to_string(), format!("{:.1}%", line.share * 100.0)];
        group.into_iter().chain(own).collect::<Vec<String>>()
    };
    // Of many groups only what is there is shown.
    let shown = answer.counts.iter().filter(|line| !split || line.subjects > 0);
    let rows: Vec<Vec<String>> = shown.map(row).collect();
    let all = match session.language {
        Language::English => format!("{} rows of {}\n", answer.subjects, answer.table),
        Language::Chinese => format!("{} 共 {} 行\n", answer.table, answer.subjects),
    };
    session.print(&(summary_table(&header, &rows) + &all));
    Ok(())
}
