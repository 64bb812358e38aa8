//! Days in a row with the ledger in memory, added up per strategy.

use super::super::super::data::OpenedData;
use super::super::super::outputs::{Lists, RunFields, Summary, Tie};
use super::super::super::session::Failure;
use super::super::comparison::each;
use super::super::{Job, Timings, failed, history};
use super::Assigned;
use polars::prelude::DataFrame;
use std::collections::BTreeMap;
use strat::engine::Options;
use strat::engine::bind::Reads;
use strat::evaluate::forecast::{Excluded, Load, StrategyForecast};
use strat::ir::{Output, Program, Strategy, TrialKind};

/// The days tried, added up.
#[derive(Default)]
pub(super) struct Tallied {
    pub strategies: Vec<StrategyForecast>,
    pub days: usize,
    /// Assigned on the first day, and on all later ones.
    pub first: Assigned,
    pub later: Assigned,
}

/// What one run decided: lists counted, rows added to the ledger in memory.
pub(super) struct Ran {
    pub assigned: Assigned,
    pub strategies: Vec<StrategyForecast>,
    pub load: BTreeMap<(usize, String, String), u64>,
}

/// Runs every instant after the other.
pub(super) fn tally(job: &mut Job<'_>, reads: &Reads, opened: &OpenedData, instants: &[i64]) -> Result<Tallied, Failure> {
    let mut out = Tallied { days: instants.len(), ..Tallied::default() };
    let mut load: BTreeMap<(usize, String, String), u64> = BTreeMap::new();
    for (at, instant) in instants.iter().enumerate() {
        job.moment.as_of = *instant;
        job.progress.step(&super::super::super::outputs::time_text(*instant));
        let ran = run(job, reads, opened)?;
        for (key, count) in ran.assigned {
            *(if at == 0 { &mut out.first } else { &mut out.later }).entry(key).or_default() += count;
        }
        for (key, count) in ran.load {
            *load.entry(key).or_default() += count;
        }
        join(&mut out.strategies, ran.strategies);
        job.moment.previous = Some(*instant);
    }
    for ((at, channel, person), count) in load {
        let Some(strategy) = out.strategies.get_mut(at) else { continue };
        let known = strategy.load.iter().position(|load| load.channel == channel);
        let place = known.unwrap_or_else(|| {
            strategy.load.push(Load { channel, people: 0, contacts: 0, busiest: String::new(), most: 0 });
            strategy.load.len() - 1
        });
        let Some(load) = strategy.load.get_mut(place) else { continue };
        load.people += 1;
        load.contacts += count;
        if count > load.most {
            (load.most, load.busiest) = (count, person);
        }
    }
    Ok(out)
}

/// One run whose rows go to the ledger in memory.
pub(super) fn run(job: &mut Job<'_>, reads: &Reads, opened: &OpenedData) -> Result<Ran, Failure> {
    let (bound, _) = job.bound_over(reads, opened.clone(), &mut Timings::default())?;
    let outcome = strat::engine::run(job.program, &bound.tables, job.moment, &Options::default()).map_err(|error| failed(&error))?;
    let run_id = job.run_id();
    let version = job.loaded.hash.chars().take(12).collect();
    let fields = RunFields { run_id: run_id.clone(), as_of: job.moment.as_of, version };
    let lists = Lists::of(job.program, &outcome.emissions, &fields).map_err(|error| failed(&error))?;
    let ties = job.tied(&lists, &outcome.watches)?;
    let rows = history::rows(job.program, &outcome.emissions, &fields).map_err(|error| failed(&error))?;
    let ran = counted(job.program, &lists, &ties, &outcome.emissions)?;
    job.history.followed_by(&run_id, job.moment.as_of, rows);
    Ok(ran)
}

/// A strategy with its candidates, nothing counted yet.
fn begun(strategy: &Strategy, tie: &Tie) -> StrategyForecast {
    let (name, label) = (strategy.name.clone(), strategy.label.clone());
    StrategyForecast { name, label, candidates: tie.candidates, ..StrategyForecast::default() }
}

fn counted(program: &Program, lists: &Lists<'_>, ties: &[Tie], frames: &[DataFrame]) -> Result<Ran, Failure> {
    let summary = Summary::of(program, lists).map_err(|error| failed(&error))?;
    let place = |name: &str| program.strategies.iter().position(|strategy| strategy.name == name);
    let mut strategies: Vec<StrategyForecast> = program.strategies.iter().zip(ties).map(|(strategy, tie)| begun(strategy, tie)).collect();
    for count in summary.actions {
        let Some(strategy) = place(&count.strategy).and_then(|at| strategies.get_mut(at)) else { continue };
        if let Some(channel) = program.channels.iter().find(|channel| channel.name == count.channel) {
            strategy.cost += yuan(i128::from(channel.cost) * i128::from(count.actions));
            strategy.staff_minutes += minutes(i128::from(channel.staff_milliseconds) * i128::from(count.actions));
        }
        *strategy.contacts.entry(count.channel).or_default() += count.actions;
    }
    for count in summary.exclusions {
        let Some(strategy) = place(&count.strategy).and_then(|at| strategies.get_mut(at)) else { continue };
        strategy.excluded.push(Excluded { layer: count.stage, rule: count.rule, subjects: count.exclusions });
    }
    let mut load: BTreeMap<(usize, String, String), u64> = BTreeMap::new();
    each(&lists.actions, ["strategy_id", "channel", "assignee_id"], |[strategy, channel, person]| {
        if let Some(at) = place(strategy).filter(|_| !person.is_empty()) {
            *load.entry((at, channel.to_owned(), person.to_owned())).or_default() += 1;
        }
    });
    let mut assigned = Assigned::new();
    let spending = program.find_table("spending");
    for (emission, frame) in program.emissions.iter().zip(frames) {
        let own = emission.strategy.and_then(|at| usize::try_from(at).ok()).and_then(|at| strategies.get_mut(at));
        match emission.output {
            Output::Assignments => count_arms(frame, own, &mut assigned),
            Output::Ledger(table) if Some(table) == spending => {
                let sum = frame.column("amount").ok().and_then(|amount| amount.i64().ok()).and_then(polars::prelude::ChunkAgg::sum);
                if let (Some(strategy), Some(sum)) = (own, sum) {
                    strategy.spending += yuan(i128::from(sum));
                }
            }
            Output::Ledger(_)
            | Output::Actions
            | Output::Exclusions
            | Output::Entries
            | Output::Contacts
            | Output::Grants
            | Output::TierHistory
            | Output::Journeys
            | Output::Metrics
            | Output::Alerts => {}
        }
    }
    for (strategy, own) in program.strategies.iter().zip(&mut strategies) {
        // The arms of a comparison are whole strategies: each shows its own arm and the shared control group.
        if let Some(experiment) = compared_as(program, &strategy.name) {
            let of_arm = |arm: &str| assigned.get(&(experiment.to_owned(), arm.to_owned())).map(|count| (arm.to_owned(), *count));
            let arms = strategy.arms.iter().filter(|arm| arm.control || arm.name == strategy.name);
            own.arms = arms.filter_map(|arm| of_arm(&arm.name)).collect();
        }
    }
    Ok(Ran { assigned, strategies, load })
}

/// The comparison a strategy is a version of.
fn compared_as<'p>(program: &'p Program, strategy: &str) -> Option<&'p str> {
    let compares = program.trials.iter().filter(|trial| trial.kind == TrialKind::Compare);
    let has_arm = |trial: &&strat::ir::Trial| trial.arms.iter().any(|arm| arm.name == strategy);
    compares.into_iter().find(has_arm).map(|trial| trial.name.as_str())
}

fn count_arms(frame: &DataFrame, mut own: Option<&mut StrategyForecast>, assigned: &mut Assigned) {
    let texts = |name: &str| frame.column(name).ok().and_then(|column| column.str().ok());
    let (Some(experiments), Some(arms)) = (texts("experiment"), texts("arm")) else { return };
    for (experiment, arm) in experiments.iter().zip(arms.iter()) {
        let (Some(experiment), Some(arm)) = (experiment, arm) else { continue };
        *assigned.entry((experiment.to_owned(), arm.to_owned())).or_default() += 1;
        if let Some(strategy) = own.as_deref_mut() {
            *strategy.arms.entry(arm.to_owned()).or_default() += 1;
        }
    }
}

/// Adds one day to those before it; both align with the program's strategies.
fn join(all: &mut Vec<StrategyForecast>, day: Vec<StrategyForecast>) {
    if all.is_empty() {
        *all = day;
        return;
    }
    for (known, day) in all.iter_mut().zip(day) {
        known.candidates += day.candidates;
        known.cost += day.cost;
        known.spending += day.spending;
        known.staff_minutes += day.staff_minutes;
        for (arm, count) in day.arms {
            *known.arms.entry(arm).or_default() += count;
        }
        for (channel, count) in day.contacts {
            *known.contacts.entry(channel).or_default() += count;
        }
        for excluded in day.excluded {
            match known.excluded.iter_mut().find(|other| (&other.layer, &other.rule) == (&excluded.layer, &excluded.rule)) {
                Some(other) => other.subjects += excluded.subjects,
                None => known.excluded.push(excluded),
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn yuan(minor: i128) -> f64 {
    minor as f64 / 100.0
}

#[allow(clippy::cast_precision_loss, reason = "shown in minutes")]
fn minutes(milliseconds: i128) -> f64 {
    milliseconds as f64 / 60_000.0
}
