//! What must hold for every program and every data.

use super::data::{DAY, Data, shuffled, snapshot};
use super::source::Source;
use crate::agree::compare::{cell, disagreement, options, tables};
use crate::agree::graph::World;
use crate::agree::random::Random;
use std::collections::{BTreeMap, BTreeSet};
use strat::check::{StandardOnly, check};
use strat::diag::render::{Format, Options, render};
use strat::interp::{Interpreter, Outcome, Snapshot};
use strat::ir::{Moment, NodeId, Output, Program, read_artifact, write_artifact};
use strat::types::{Table, TableId, Type, Value};

/// What went wrong: a word that stays the same while the case is made smaller, and the whole story.
#[derive(Debug, Clone)]
pub struct Failure {
    pub kind: String,
    pub story: String,
}

fn failure(kind: impl Into<String>, story: impl Into<String>) -> Failure {
    Failure { kind: kind.into(), story: story.into() }
}

/// The checked program, or the problems.
pub fn checked(text: &str) -> Result<Program, Failure> {
    let found = check("main", text, &StandardOnly);
    let errors: Vec<_> = found.problems.into_iter().filter(strat::diag::Problem::is_error).collect();
    match (found.program, errors.first()) {
        (Some(program), None) => Ok(program),
        (_, first) => {
            let kind = format!("refused: {}", first.map_or("", |problem| problem.kind.slug));
            Err(failure(kind, render(Format::Human, &errors, &found.sources, &Options::default())))
        }
    }
}

/// A program without places and hashes of its text.
fn meaning(program: &Program) -> serde_json::Value {
    fn strip(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.remove("span");
                members.remove("trigger_span");
                members.remove("sources");
                members.values_mut().for_each(strip);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(program).unwrap();
    strip(&mut value);
    value
}

fn forms(text: &str, program: &Program) -> Result<(), Failure> {
    let tidy = strat::syntax::format(text).map_err(|problems| failure("format refuses", format!("{problems:?}")))?;
    let again = strat::syntax::format(&tidy).map_err(|problems| failure("format refuses its own", format!("{problems:?}")))?;
    if tidy != again {
        return Err(failure("formatting twice differs", again));
    }
    let formatted = checked(&tidy).map_err(|found| failure("formatted text is refused", found.story))?;
    if meaning(&formatted) != meaning(program) {
        return Err(failure("formatting changes the program", tidy));
    }
    let bytes = write_artifact(program).map_err(|error| failure("artifact", error.to_string()))?;
    let read = read_artifact(&bytes).map_err(|error| failure("artifact", error.to_string()))?;
    if write_artifact(&read).as_ref() != Ok(&bytes) {
        return Err(failure("artifact differs", ""));
    }
    Ok(())
}

/// Nodes to name when something differs: facts, flags, fields and watches.
fn nodes(program: &Program) -> BTreeMap<TableId, Vec<NodeId>> {
    let mut out: BTreeMap<TableId, BTreeSet<NodeId>> = BTreeMap::new();
    for fact in &program.facts {
        out.entry(fact.table).or_default().insert(fact.node);
    }
    for watch in &program.watches {
        out.entry(watch.table).or_default().insert(watch.node);
    }
    for emission in &program.emissions {
        let here = out.entry(emission.table).or_default();
        here.insert(emission.flag);
        here.extend(emission.fields.iter().map(|(_, node)| *node));
    }
    for strategy in &program.strategies {
        let here = out.entry(strategy.table).or_default();
        here.extend([strategy.trigger, strategy.candidate, strategy.assigned]);
        here.extend(strategy.gates.iter().map(|gate| gate.condition));
    }
    out.into_iter().map(|(table, nodes)| (table, nodes.into_iter().collect())).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// Rows of an output of a strategy as field and value.
fn rows<'a>(program: &'a Program, outcome: &'a Outcome, output: Output, strategy: Option<u32>) -> Vec<BTreeMap<&'a str, &'a Value>> {
    let pairs = program.emissions.iter().zip(&outcome.emissions);
    let wanted = pairs.filter(|(emission, _)| emission.output == output && (strategy.is_none() || emission.strategy == strategy));
    wanted
        .flat_map(|(emission, rows)| {
            rows.iter().map(|row| emission.fields.iter().map(|(name, _)| name.as_str()).zip(&row.fields).collect::<BTreeMap<_, _>>())
        })
        .collect()
}

fn units(rows: &[BTreeMap<&str, &Value>]) -> BTreeSet<String> {
    rows.iter().map(|row| text(row["unit_id"])).collect()
}

/// Nobody is lost, nobody stopped is reached, nothing is named twice, no quota is passed.
fn invariants(source: &Source, program: &Program, ran: &Ran, before: &Data) -> Result<(), Failure> {
    let outcome = &ran.outcome;
    for ((at, strategy), candidates) in (0..).zip(&program.strategies).zip(&ran.candidates) {
        let (actions, exclusions) =
            (rows(program, outcome, Output::Actions, Some(at)), rows(program, outcome, Output::Exclusions, Some(at)));
        let accounted: BTreeSet<String> = units(&actions).union(&units(&exclusions)).cloned().collect();
        if *candidates != accounted {
            let lost: Vec<_> = candidates.symmetric_difference(&accounted).collect();
            return Err(failure("candidates are not accounted for", format!("{}: {lost:?}", strategy.name)));
        }
        if actions.iter().any(|row| row.get("arm").is_some_and(|arm| **arm == Value::Text(String::from("control")))) {
            return Err(failure("control is reached", strategy.name.clone()));
        }
        let waves: BTreeSet<&str> = strategy.actions.iter().map(|action| action.wave.as_str()).collect();
        let hard = |row: &&BTreeMap<&str, &Value>| ["legal", "eligibility", "suitability"].contains(&text(row["stage"]).as_str());
        let operations = strategy.actions.iter().any(|action| action.channel.is_none());
        let stopped: Vec<_> = exclusions.iter().filter(hard).cloned().collect();
        if waves.len() < 2 && !operations && !units(&stopped).is_disjoint(&units(&actions)) {
            return Err(failure("the excluded are reached", strategy.name.clone()));
        }
    }
    for (output, id) in [(Output::Actions, "action_id"), (Output::Contacts, "contact_id"), (Output::Grants, "grant_id")] {
        let mut seen = BTreeSet::new();
        for row in rows(program, outcome, output, None).iter().filter_map(|row| row.get(id)) {
            if !seen.insert(text(row)) {
                return Err(failure(format!("two rows have one {id}"), text(row)));
            }
        }
    }
    budgets(source, program, outcome, before)?;
    quotas(source, program, outcome)
}

/// What a run spends is within what each strategy may spend in all; what random ledgers gave back may be spent again.
fn budgets(source: &Source, program: &Program, outcome: &Outcome, before: &Data) -> Result<(), Failure> {
    let given_back = |table: &str, column: &str| -> i128 {
        let values = before.get(table).and_then(|rows| rows.columns.get(column)).map(Vec::as_slice).unwrap_or_default();
        values.iter().filter_map(Value::as_int).filter(|amount| *amount < 0).map(i128::from).sum()
    };
    let back = -given_back("spending", "amount") - given_back("contacts", "cost");
    for piece in source.pieces.iter().filter(|piece| piece.head.starts_with("strategy ")) {
        let name = piece.head.split(' ').nth(1).unwrap_or_default();
        let amount = |part: &String| part.strip_prefix("budget ")?.strip_suffix("元")?.parse::<f64>().ok();
        let Some(budget) = piece.parts.iter().find_map(amount) else { continue };
        let at = program.strategies.iter().position(|strategy| strategy.name == name).and_then(|at| u32::try_from(at).ok());
        let sum = |output: Output, field: &str| -> i128 {
            rows(program, outcome, output, at)
                .iter()
                .filter_map(|row| row.get(field).and_then(|value| value.as_int()))
                .map(i128::from)
                .sum()
        };
        let given = program.find_table("spending").map_or(0, |spending| sum(Output::Ledger(spending), "amount"));
        let spent = sum(Output::Contacts, "cost") + given;
        if (spent - back) as f64 > (budget * 100.0).round() {
            return Err(failure("a budget is passed", format!("{name}: {spent} of {budget}元")));
        }
    }
    Ok(())
}

fn quotas(source: &Source, program: &Program, outcome: &Outcome) -> Result<(), Failure> {
    let grants = rows(program, outcome, Output::Grants, None);
    for piece in source.pieces.iter().filter(|piece| piece.head.starts_with("offer ")) {
        let name = piece.head.split(' ').nth(1).unwrap_or_default();
        let Some(quota) = piece.parts.iter().find_map(|part| part.strip_prefix("quota ")?.parse::<usize>().ok()) else { continue };
        let given: BTreeSet<String> = grants
            .iter()
            .filter(|row| {
                text(row["offer_id"]) == name
                    && row.get("state").is_some_and(|state| ["invited", "redeemed"].contains(&text(state).as_str()))
            })
            .map(|row| format!("{} {}", text(row["subject"]), text(row["unit_id"])))
            .collect();
        if given.len() > quota {
            return Err(failure("a quota is passed", format!("{name}: {} of {quota}", given.len())));
        }
    }
    Ok(())
}

/// The ledger that an output is written to.
fn ledger_of<'a>(program: &'a Program, output: &Output) -> Option<&'a Table> {
    let name = match output {
        Output::Entries => "entries",
        Output::Contacts => "contacts",
        Output::Assignments => "assignments",
        Output::Grants => "grants",
        Output::TierHistory => "tier_history",
        Output::Journeys => "journeys",
        Output::Ledger(table) => return program.table(*table),
        _ => return None,
    };
    program.table(program.find_table(name)?)
}

/// The rows a run wrote as rows of the ledger.
pub fn carried(program: &Program, emissions: &[Vec<Vec<Value>>], data: &Data) -> Result<Data, Failure> {
    let mut out = data.clone();
    for (emission, written) in program.emissions.iter().zip(emissions) {
        let Some(table) = ledger_of(program, &emission.output) else { continue };
        let target = out.entry(table.name.clone()).or_default();
        for row in written {
            for column in &table.columns {
                let at = emission.fields.iter().position(|(field, _)| *field == column.name);
                let found = at.map_or(Value::Missing, |at| row[at].clone());
                let value = match (found, &column.ty, at.map(|at| program.type_of(emission.fields[at].1))) {
                    (Value::Text(text), Type::Int, _) => text.parse().map_or(Value::Missing, Value::Int),
                    (Value::Int(time), Type::Date, Some(Type::Time)) => Value::Int(time.div_euclid(DAY)),
                    (value, _, _) => value,
                };
                if value.is_missing() && !column.optional {
                    return Err(failure("a ledger row lacks a required value", format!("{}.{}", table.name, column.name)));
                }
                target.columns.entry(column.name.clone()).or_default().push(value);
            }
            target.count += 1;
        }
    }
    Ok(out)
}

/// What the interpreter makes of a world.
struct Ran {
    outcome: Outcome,
    /// Units considered, per strategy.
    candidates: Vec<BTreeSet<String>>,
}

fn ran(world: &World) -> Ran {
    let interpreter = Interpreter::new(&world.program, &world.snapshot, world.moment);
    let unit = |table: TableId, row: u32| match interpreter.key(table, row).first() {
        Some(Value::Int(number)) => number.to_string(),
        Some(other) => text(other),
        None => String::new(),
    };
    let considered = |strategy: &strat::ir::Strategy| {
        let rows = 0..world.snapshot.rows(strategy.table);
        let chosen = rows.filter(|row| interpreter.value(strategy.candidate, *row) == Value::Bool(true));
        chosen.map(|row| unit(strategy.table, row)).collect()
    };
    Ran { outcome: interpreter.run(), candidates: world.program.strategies.iter().map(considered).collect() }
}

/// The engine of whole frames takes long to plan, so few programs go through it; blocks take the others.
fn wide(seed: u64) -> bool {
    seed % 50 == 3
}

/// A run on the interpreter, which frames repeat where asked for.
fn compared(world: &World, seed: u64, frames: bool) -> Result<Ran, Failure> {
    match if frames { disagreement(world, &options(seed, !wide(seed)), false) } else { None } {
        Some(found) => Err(failure("the engines differ", found.what)),
        None => Ok(ran(world)),
    }
}

/// The rows of each emission, as the engine that runs gives them.
pub fn emitted(program: &Program, snapshot: &Snapshot, moment: Moment) -> Result<Vec<Vec<Vec<Value>>>, Failure> {
    let found = strat::engine::run(program, &tables(program, snapshot), moment, &strat::engine::Options::default());
    let found = found.map_err(|error| failure("the engine fails", error.to_string()))?;
    let rows = found
        .emissions
        .iter()
        .map(|frame| (0..frame.height()).map(|row| frame.columns().iter().map(|column| cell(column, row)).collect()).collect());
    Ok(rows.collect())
}

fn framed(world: &World) -> Result<Vec<Vec<Vec<Value>>>, Failure> {
    emitted(&world.program, &world.snapshot, world.moment)
}

/// The rows of each emission of a run of the interpreter.
pub fn rows_of(outcome: &Outcome) -> Vec<Vec<Vec<Value>>> {
    outcome.emissions.iter().map(|rows| rows.iter().map(|row| row.fields.clone()).collect()).collect()
}

/// An outcome without the places of rows in their tables.
fn without_places(outcome: &Outcome) -> (Vec<Vec<&[Value]>>, &[strat::ir::Count]) {
    (outcome.emissions.iter().map(|rows| rows.iter().map(|row| row.fields.as_slice()).collect()).collect(), &outcome.watches)
}

/// Everything that must hold; the first that does not.
pub fn verify(source: &Source, data: &Data, moment: Moment, seed: u64, thorough: bool) -> Result<(), Failure> {
    let text = source.text();
    let program = checked(&text)?;
    // In an ordinary run every third program is also formatted and stored, and every fourth goes on to a second run on frames.
    if thorough || seed.is_multiple_of(3) {
        forms(&text, &program)?;
    }
    let world = |data: &Data, moment: Moment| World {
        snapshot: snapshot(&program, data),
        nodes: nodes(&program),
        program: program.clone(),
        moment,
    };
    let first = world(data, moment);
    let run = compared(&first, seed, true)?;
    invariants(source, &program, &run, data)?;
    let outcome = run.outcome;
    let mixed = world(&shuffled(&mut Random::new(seed), data), moment);
    if seed.is_multiple_of(4) && without_places(&ran(&mixed).outcome) != without_places(&outcome) {
        return Err(failure("the order of rows matters", ""));
    }
    if seed.is_multiple_of(8) && framed(&mixed)? != framed(&first)? {
        return Err(failure("the order of rows matters to frames", ""));
    }
    let later = Moment { as_of: moment.as_of + 3 * DAY, previous: Some(moment.as_of) };
    let lived = carried(&program, &rows_of(&outcome), data)?;
    let second = world(&lived, later);
    let next = compared(&second, seed + 1, thorough || seed.is_multiple_of(4))
        .map_err(|found| failure("the engines differ on the next run", found.story))?;
    invariants(source, &program, &next, &lived).map_err(|found| failure(format!("next run: {}", found.kind), found.story))?;
    let (before, after) = (rows(&program, &outcome, Output::Actions, None), rows(&program, &next.outcome, Output::Actions, None));
    let ids: BTreeSet<String> = before.iter().filter_map(|row| row.get("action_id").map(|id| self::text(id))).collect();
    match after.iter().filter_map(|row| row.get("action_id")).find(|id| ids.contains(&self::text(id))) {
        Some(id) => Err(failure("an action comes again", self::text(id))),
        None => Ok(()),
    }
}
