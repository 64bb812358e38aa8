//! Plans that change while people are inside: what the change means for them, before anything is decided.
//!
//! Every run of a plan that differs from the one before leaves its waves in the ledger (`strat_plans`). The next run compares: who
//! entered under the old plan and is not through must find every wave they had in the new one, in an order that takes nobody back.

use super::super::ledger::LedgerPart;
use super::super::session::{Exit, Failure, Session};
use super::super::{data, stages::Loaded};
use super::failed;
use super::problems::{PLAN_CHANGED, PLAN_NEEDS_MAPPING, PLAN_REFUSED};
use polars::prelude::StringChunked;
use std::collections::{BTreeMap, BTreeSet};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::ir::{Program, Strategy};

/// The table of plans in the ledger. No program declares a table of this name.
pub(super) const PLANS: &str = "strat_plans";

const HEADER: &str = "strategy_id,subject,place,wave,after";

/// A plan as an earlier run recorded it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OldPlan {
    subject: String,
    /// Waves with their delays.
    waves: Vec<(String, String)>,
}

/// One person in a journey: the arm, and the waves already behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Person {
    entered: String,
    arm: String,
    had: BTreeSet<String>,
    left: bool,
}

/// What a change means for the people in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// They go on; the text says what is new.
    Safe(String),
    /// These waves are gone and must be found again under another name.
    NeedsMapping(Vec<String>),
    Refused(&'static str, &'static str),
}

/// Whether a plan can have people in it between two runs.
fn keeps_people(strategy: &Strategy) -> bool {
    strategy.plan.len() > 1 || strategy.plan.first().is_some_and(|wave| !wave.after.is_empty())
}

/// Compares the plans of a program with those in the ledger, and says what the changes mean.
///
/// # Errors
/// A change that people in flight cannot follow.
pub(super) fn check(session: &Session, loaded: &Loaded, program: &Program, parts: &[LedgerPart]) -> Result<(), Failure> {
    let old = recorded(parts);
    let mut problems = Vec::new();
    let mut refused = false;
    for (name, plan) in &old {
        let strategy = program.strategies.iter().find(|strategy| strategy.name == *name);
        if strategy.is_some_and(|strategy| described(program, strategy) == *plan) || plan.waves.is_empty() {
            continue;
        }
        // A strategy of another program that keeps its books here is that program's affair.
        let Some(strategy) = strategy else { continue };
        let people = in_flight(program, name, plan, parts)?;
        if people.is_empty() {
            continue;
        }
        let verdict = judge(program, strategy, plan, &people);
        refused |= !matches!(verdict, Verdict::Safe(_));
        let problem = problem(session, name, people.len(), verdict);
        problems.push(loaded.placed(Problem { span: strategy.span, ..problem }));
    }
    if refused {
        return Err(Failure { exit: Exit::Refused, problems });
    }
    session.report_warnings(problems);
    Ok(())
}

/// The rows that record the plans of a program, if any differs from what the ledger holds.
pub(super) fn rows(program: &Program, parts: &[LedgerPart]) -> Option<(String, Vec<u8>)> {
    let old = recorded(parts);
    let mut out = format!("{HEADER}\n");
    let mut differs = false;
    for strategy in program.strategies.iter() {
        let plan = if keeps_people(strategy) { described(program, strategy) } else { OldPlan::default() };
        let known = old.get(&strategy.name).cloned().unwrap_or_default();
        if plan == known {
            continue;
        }
        differs = true;
        if plan.waves.is_empty() {
            out.push_str(&format!("{},,0,,\n", strategy.name));
        }
        for (place, (wave, after)) in plan.waves.iter().enumerate() {
            out.push_str(&format!("{},{},{},{wave},{after}\n", strategy.name, plan.subject, place + 1));
        }
    }
    differs.then(|| (PLANS.to_owned(), out.into_bytes()))
}

fn described(program: &Program, strategy: &Strategy) -> OldPlan {
    let subject = program.table(strategy.table).map(|table| table.name.clone()).unwrap_or_default();
    OldPlan { subject, waves: strategy.plan.iter().map(|wave| (wave.name.clone(), wave.after.replace(',', " "))).collect() }
}

/// The last plan of every strategy. Names and delays hold no comma.
fn recorded(parts: &[LedgerPart]) -> BTreeMap<String, OldPlan> {
    let mut out: BTreeMap<String, OldPlan> = BTreeMap::new();
    for part in parts.iter().filter(|part| part.table == PLANS) {
        let mut here: BTreeMap<String, OldPlan> = BTreeMap::new();
        for line in String::from_utf8_lossy(&part.bytes).lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [strategy, subject, _, wave, after] = cells.as_slice() else { continue };
            let plan = here.entry((*strategy).to_owned()).or_default();
            plan.subject = (*subject).to_owned();
            if !wave.is_empty() {
                plan.waves.push(((*wave).to_owned(), (*after).to_owned()));
            }
        }
        out.extend(here);
    }
    out
}

/// Everybody who entered under the old plan and neither left nor got through; control waits for nothing.
fn in_flight(program: &Program, strategy: &str, plan: &OldPlan, parts: &[LedgerPart]) -> Result<Vec<Person>, Failure> {
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    each(program, parts, "entries", &["strategy_id", "unit_id", "entered_at", "arm"], |row| {
        let [name, unit, entered, arm] = row else { return };
        let person = people.entry((*unit).to_owned()).or_default();
        if *name == strategy && *entered >= person.entered.as_str() {
            *person = Person { entered: (*entered).to_owned(), arm: (*arm).to_owned(), ..Person::default() };
        }
    })?;
    each(program, parts, "journeys", &["strategy_id", "unit_id", "entered_at", "wave", "event"], |row| {
        let [name, unit, entered, wave, event] = row else { return };
        let Some(person) = people.get_mut(*unit).filter(|person| *name == strategy && person.entered == *entered) else { return };
        match *event {
            "exited" => person.left = true,
            "executed" | "skipped" => _ = person.had.insert((*wave).to_owned()),
            _ => {}
        }
    })?;
    let through = |person: &Person| plan.waves.last().is_some_and(|(last, _)| person.had.contains(last));
    Ok(people
        .into_values()
        .filter(|person| !person.entered.is_empty() && person.arm != "control" && !person.left && !through(person))
        .collect())
}

/// Some columns of every row of a ledger table, as texts.
fn each(program: &Program, parts: &[LedgerPart], table: &str, columns: &[&str], mut row: impl FnMut(&[&str])) -> Result<(), Failure> {
    let Some(schema) = program.find_table(table).and_then(|id| program.table(id)) else { return Ok(()) };
    for part in parts.iter().filter(|part| part.table == table) {
        let Ok(source) = data::ledger_source(schema, part.clone()) else { continue };
        let frame = source.frame.collect().map_err(|error| failed(&error))?;
        let found: Vec<Option<&StringChunked>> =
            columns.iter().map(|name| frame.column(name).ok().and_then(|column| column.str().ok())).collect();
        for at in 0..frame.height() {
            let cells: Vec<&str> = found.iter().map(|column| column.and_then(|column| column.get(at)).unwrap_or("")).collect();
            row(&cells);
        }
    }
    Ok(())
}

fn judge(program: &Program, strategy: &Strategy, old: &OldPlan, people: &[Person]) -> Verdict {
    if program.table(strategy.table).is_none_or(|table| table.name != old.subject) {
        return Verdict::Refused("it is about another table now", "它的主体换了");
    }
    if people.iter().any(|person| !person.arm.is_empty() && !strategy.arms.iter().any(|arm| arm.name == person.arm)) {
        return Verdict::Refused("an arm that some of them are in is gone", "其中有人所在的实验组已不存在");
    }
    let place = |wave: &str| strategy.plan.iter().position(|known| known.name == wave || known.was.iter().any(|name| name == wave));
    let old_place = |wave: &str| old.waves.iter().position(|(known, _)| known == wave);
    let mut gone: Vec<String> = people.iter().flat_map(|person| &person.had).filter(|wave| place(wave).is_none()).cloned().collect();
    gone.sort();
    gone.dedup();
    if !gone.is_empty() {
        return Verdict::NeedsMapping(gone);
    }
    for person in people {
        let had: BTreeSet<usize> = person.had.iter().filter_map(|wave| place(wave)).collect();
        let Some(last) = had.last().copied() else { continue };
        let last_before = person.had.iter().filter_map(|wave| old_place(wave)).max();
        for (at, wave) in strategy.plan.iter().enumerate().take(last).filter(|(at, _)| !had.contains(at)) {
            // What was still open before it stays open.
            let names = std::iter::once(&wave.name).chain(&wave.was);
            let was_open = names.filter_map(|name| old_place(name)).any(|before| Some(before) < last_before);
            if !was_open && at < last {
                return Verdict::Refused(
                    "a wave now comes before one that some of them have had",
                    "有波次被放到了其中一些人已经走过的波次之前",
                );
            }
        }
    }
    Verdict::Safe(strategy.plan.iter().map(|wave| wave.name.as_str()).collect::<Vec<_>>().join(" → "))
}

fn problem(session: &Session, strategy: &str, people: usize, verdict: Verdict) -> Problem {
    let of = |kind| Problem::new(kind, NOWHERE).with("strategy", strategy).with("people", people);
    match verdict {
        Verdict::Safe(plan) => of(&PLAN_CHANGED).with("plan", plan),
        Verdict::NeedsMapping(gone) => {
            let first = gone.first().cloned().unwrap_or_default();
            of(&PLAN_NEEDS_MAPPING).with("waves", gone.join(", ")).with("first", first)
        }
        Verdict::Refused(english, chinese) => of(&PLAN_REFUSED).with("why", session.words(english, chinese)),
    }
}

#[cfg(test)]
#[path = "flight_tests.rs"]
mod tests;
