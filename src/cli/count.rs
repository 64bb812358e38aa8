//! `strat count`: how many subjects an expression holds for.

use super::arguments::Count;
use super::session::{Exit, Failure, Session};
use super::settings_of;

/// Runs the command.
#[cfg(not(feature = "engine"))]
pub fn run(session: &mut Session, arguments: &Count) -> Result<Exit, Failure> {
    let _ = (settings_of(session, arguments.project.as_deref(), &arguments.settings)?, &arguments.expression, &arguments.by);
    Err(super::not_in_this_build("count"))
}

/// Runs the command.
#[cfg(feature = "engine")]
pub use counted::run;

#[cfg(feature = "engine")]
mod counted {
    use super::super::execute::{Job, failed};
    use super::super::output::summary_table;
    use super::super::problems::{PRIVATE_COLUMN, UNKNOWN_GROUP};
    use super::super::stages::{self, Loaded};
    use super::{Count, Exit, Failure, Session, settings_of};
    use polars::prelude::DataFrame;
    use std::collections::BTreeMap;
    use strat::builtins::{DAY_MILLISECONDS, format_value};
    use strat::diag::Problem;
    use strat::diag::nearest::nearest;
    use strat::diag::render::NOWHERE;
    use strat::engine::bind::{Reads, values};
    use strat::engine::{Options, evaluate};
    use strat::ir::{FactKind, FormatStyle, Kind, NodeId, Program};
    use strat::types::{TableKind, Type, Value};

    /// Subjects of one group: for whom it holds, does not hold, and is not known.
    type Counts = [u64; 3];

    /// Runs the command. The name of a ladder counts its labels.
    pub fn run(session: &mut Session, arguments: &Count) -> Result<Exit, Failure> {
        let project = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
        let loaded = stages::program(session, &project.entry)?;
        let ladder = loaded.program.facts.iter().find(|fact| {
            matches!(fact.kind, FactKind::Tiers | FactKind::Partition)
                && (fact.name == arguments.expression || fact.label.as_ref() == Some(&arguments.expression))
        });
        let (mut program, condition) = match ladder {
            Some(ladder) => (Program { subject: ladder.table, ..loaded.program.clone() }, None),
            None => {
                let (program, node) = stages::check_expression(session, &project.entry, &arguments.expression)?;
                (program, Some(node))
            }
        };
        let by = arguments.by.as_deref().or(ladder.map(|_| arguments.expression.as_str()));
        let by = by.map(|name| group(&mut program, name)).transpose()?;
        let at = time_of_rows(&mut program);
        let counts = counted(session, &project, &loaded, &program, Asked { condition, by, at })?;
        show(session, &counts, by.is_some(), condition.is_some());
        Ok(Exit::Ok)
    }

    /// The node of a fact or column of the subject.
    fn group(program: &mut Program, name: &str) -> Result<NodeId, Failure> {
        let subject = program.subject;
        let of_subject = program.facts.iter().filter(|fact| fact.table == subject);
        if let Some(fact) = of_subject.clone().find(|fact| fact.name == name || fact.label.as_deref() == Some(name)) {
            return Ok(fact.node);
        }
        let table = program.table(subject);
        if let Some((id, column)) =
            table.and_then(|table| Some((table.find_column(name)?, table)).and_then(|(id, table)| Some((id, table.column(id)?))))
        {
            if column.pii {
                return Err(Failure::could_not_run(Problem::new(&PRIVATE_COLUMN, NOWHERE).with("name", name)));
            }
            let (ty, optional, span) = (column.ty.clone(), column.optional, column.span);
            return Ok(program.graph.add(Kind::Column(id), ty, optional, Some(subject), span));
        }
        let columns = table.into_iter().flat_map(|table| table.columns.iter().map(|column| column.name.as_str()));
        let near = nearest(name, of_subject.map(|fact| fact.name.as_str()).chain(columns)).first().map(|near| (*near).to_owned());
        let problem =
            Problem::new(&UNKNOWN_GROUP, NOWHERE).with("name", name).with("nearest", near.unwrap_or_else(|| String::from("status")));
        Err(Failure::could_not_run(problem))
    }

    /// What is counted, by what, and when the rows happened.
    struct Asked {
        condition: Option<NodeId>,
        by: Option<NodeId>,
        at: Option<(NodeId, i64)>,
    }

    /// When a row of events happened, and the milliseconds of one unit of that; rows at or after the instant are not there yet.
    fn time_of_rows(program: &mut Program) -> Option<(NodeId, i64)> {
        let table = program.table(program.subject).filter(|table| table.kind == TableKind::Event)?;
        let at = table.at?;
        let (ty, span) = table.column(at).map(|column| (column.ty.clone(), column.span))?;
        let unit = match ty {
            Type::Time => 1,
            Type::Date => DAY_MILLISECONDS,
            _ => return None,
        };
        let subject = program.subject;
        Some((program.graph.add(Kind::Column(at), ty, false, Some(subject), span), unit))
    }

    fn counted(
        session: &Session,
        project: &super::super::project::Project,
        loaded: &Loaded,
        program: &Program,
        Asked { condition, by, at }: Asked,
    ) -> Result<BTreeMap<(Value, String), Counts>, Failure> {
        let nodes: Vec<NodeId> = condition.into_iter().chain(by).chain(at.map(|(node, _)| node)).collect();
        let mut reads = Reads::of_nodes(program, nodes.iter().copied());
        reads.add_key(program, program.subject);
        let job = Job::new(session, project, loaded, program, None, false)?;
        let tables = job.tables(&reads)?;
        let frame = evaluate(program, &tables, job.moment, &Options::default(), program.subject, &nodes).map_err(|error| failed(&error))?;
        let conditions = condition.map(|node| column(&frame, node)).transpose()?;
        let groups = by.map(|node| column(&frame, node)).transpose()?;
        let times = at.map(|(node, _)| column(&frame, node)).transpose()?;
        let unseen = |row: usize| match (times.as_ref().and_then(|times| times.get(row)), at) {
            (Some(Value::Int(time)), Some((_, unit))) => time.saturating_mul(unit) >= job.moment.as_of,
            (_, _) => false,
        };
        let ty = by.map(|node| program.type_of(node));
        let mut counts: BTreeMap<(Value, String), Counts> = BTreeMap::new();
        for row in (0..frame.height()).filter(|row| !unseen(*row)) {
            let group = groups.as_ref().and_then(|groups| groups.get(row)).cloned().unwrap_or(Value::Missing);
            let name = ty.as_ref().map(|ty| shown(program, &group, ty)).unwrap_or_default();
            let place = match conditions.as_ref().and_then(|conditions| conditions.get(row)) {
                Some(Value::Bool(true)) => 0,
                Some(Value::Bool(false)) => 1,
                Some(_) => 2,
                None => 0,
            };
            if let Some(count) = counts.entry((group, name)).or_default().get_mut(place) {
                *count += 1;
            }
        }
        Ok(counts)
    }

    fn column(frame: &DataFrame, node: NodeId) -> Result<Vec<Value>, Failure> {
        let found = frame.column(&format!("n{}", node.0)).and_then(values);
        found.map_err(|error| failed(&error))
    }

    /// The value of a group as people read it.
    fn shown(program: &Program, value: &Value, ty: &Type) -> String {
        if let (Type::Label(ladder), Value::Int(place)) = (ty, value) {
            let label = program.ladder(*ladder).and_then(|ladder| ladder.labels.get(usize::try_from(*place).ok()?));
            return label.map(|label| label.name.clone()).unwrap_or_default();
        }
        match format_value(value, ty, &FormatStyle::Plain) {
            Value::Text(text) => text,
            Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => String::from("–"),
        }
    }

    fn show(session: &Session, counts: &BTreeMap<(Value, String), Counts>, grouped: bool, conditional: bool) {
        let total: u64 = counts.values().flatten().sum();
        if session.format.is_machine() {
            let groups: Vec<_> = counts
                .iter()
                .map(|((_, name), [holds, not, unknown])| serde_json::json!({"group": name, "holds": holds, "does_not": not, "unknown": unknown}))
                .collect();
            return session.print(&format!("{}\n", serde_json::json!({"total": total, "groups": groups})));
        }
        let mut header = vec![session.words("holds", "成立")];
        if conditional {
            header.extend([session.words("does not", "不成立"), session.words("unknown", "未知")]);
        } else if let Some(first) = header.first_mut() {
            *first = session.words("subjects", "数量");
        }
        header.push(session.words("share", "占比"));
        if grouped {
            header.insert(0, session.words("group", "分组"));
        }
        let row = |(name, counts): (&String, &Counts)| -> Vec<String> {
            let [holds, ..] = counts;
            // Of the group for a condition, of all for a ladder.
            let whole = if conditional { counts.iter().sum() } else { total };
            let share = if whole == 0 { 0.0 } else { *holds as f64 * 100.0 / whole as f64 };
            let counts = counts.iter().take(if conditional { 3 } else { 1 }).map(u64::to_string).chain([format!("{share:.1}%")]);
            grouped.then(|| name.clone()).into_iter().chain(counts).collect()
        };
        let rows: Vec<Vec<String>> = counts.iter().map(|((_, name), counts)| row((name, counts))).collect();
        session.print(&summary_table(&header, &rows));
    }
}
