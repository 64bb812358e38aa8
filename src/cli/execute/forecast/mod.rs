//! The forecast before a launch. Nothing is written unless asked for, and never to the ledger.
//!
//! ```text
//! days tried ─ runs with the ledger in memory ─► audience, contacts, cost, staff
//! a launch one window ago, nobody treated ─ observe ─► levels without treatment ─ plan ─► customers, days, power of every goal
//! ```

mod baseline;
mod days;
mod said;
mod tables;

use super::super::arguments::Forecast as Asked;
use super::super::atomic::AtomicFolder;
use super::super::problems::BAD_SETTING;
use super::super::project::{AsOf, Project};
use super::super::session::{Exit, Failure, Session};
use super::super::stages::Loaded;
use super::{Job, failed, setting, with_candidates};
use baseline::{Found, Launched};
use chrono::TimeDelta;
use days::{Tallied, tally};
use said::Said;
use serde_json::json;
use std::collections::BTreeMap;
use strat::engine::bind::Reads;
use strat::engine::trial_reads;
use strat::evaluate::evaluation::{Evaluation, Figure};
use strat::evaluate::forecast::{Audience, FORECAST_FORMAT, Forecast, TrialForecast, plan};
use strat::evaluate::{Measured, Withheld};
use strat::ir::{Program, Trial, TrialKind};

/// Days that one forecast tries at most.
const MOST_DAYS: i64 = 3_700;
const DAY: i64 = 86_400_000;

/// Forecasts a checked program as the arguments say; `judged` may give levels that the data does not.
///
/// # Errors
/// Days that are no days, data that breaks its contract, a failed run, counts that do not tie, a folder that cannot be written.
pub fn forecast_program(
    session: &Session,
    project: &Project,
    loaded: &Loaded,
    asked: &Asked,
    judged: Option<&Evaluation>,
) -> Result<Exit, Failure> {
    let said = Said::of(session, asked, judged)?;
    let instants = instants(session, project, asked)?;
    let folder = asked.out.as_deref().map(AtomicFolder::begin).transpose().map_err(|error| error.failure(session))?;
    let program = with_candidates(&loaded.program, true);
    let mut reads = Reads::of_run(&program);
    for (table, columns) in trial_reads(&program).columns {
        reads.columns.entry(table).or_default().extend(columns);
    }
    let (Some(first), Some(last)) = (instants.first().copied(), instants.last().copied()) else { return Ok(Exit::Ok) };
    let at_first = Project { as_of: as_of(first), ..project.clone() };
    let mut job = Job::new(session, &at_first, loaded, &program, asked.since.as_deref(), false)?;
    super::refuse_early_cohorts(loaded, job.moment)?;
    // The first day looks at itself alone unless somebody says otherwise.
    job.moment.previous = job.moment.previous.or(Some(first - DAY));
    let opened = job.opened(&reads)?;
    job.hold(&reads, &opened)?;
    let days = tally(&mut job, &reads, &opened, &instants)?;
    let launched = Launched { session, project, loaded, program: &program, reads: &reads, opened: &opened, at: last };
    // What others assigned is over; what a whole programme does is the sum of its strategies.
    let launched_here = |trial: &&Trial| !matches!(trial.kind, TrialKind::Experiment | TrialKind::Programme);
    let trials = program.trials.iter().filter(launched_here).map(|trial| planned(&launched, trial, &days, &said));
    let forecast = Forecast {
        format: FORECAST_FORMAT,
        program: program.name.clone(),
        program_hash: loaded.hash.clone(),
        from: minute(first),
        to: minute(last),
        currency: project.currency.clone(),
        trials: trials.collect::<Result<_, _>>()?,
        strategies: days.strategies,
    };
    job.progress.step("");
    write(session, folder, &forecast)?;
    Ok(Exit::Ok)
}

/// The instants that are tried, ascending.
fn instants(session: &Session, project: &Project, asked: &Asked) -> Result<Vec<i64>, Failure> {
    let (Some(from), Some(to)) = (&asked.from, &asked.to) else {
        return Ok(vec![project.instant(session)?.and_utc().timestamp_millis()]);
    };
    let (mut day, last) = (super::replay::day(session, "--from", from)?, super::replay::day(session, "--to", to)?);
    if last < day || (last - day).num_days() >= MOST_DAYS {
        let advice = session.words("the last day comes after the first, within ten years", "最后一天应不早于第一天，且不超过十年");
        return Err(setting(&BAD_SETTING, "--to", to, advice));
    }
    let mut out = Vec::new();
    while day <= last {
        out.extend(AsOf::Day(day).instant().map(|instant| instant.and_utc().timestamp_millis()));
        let Some(next) = day.checked_add_signed(TimeDelta::days(1)) else { break };
        day = next;
    }
    Ok(out)
}

/// `2025-07-01 00:00`
fn minute(instant: i64) -> String {
    let text = super::super::outputs::time_text(instant);
    text.strip_suffix(":00").map_or_else(|| text.clone(), str::to_owned)
}

fn as_of(instant: i64) -> Option<AsOf> {
    chrono::DateTime::from_timestamp_millis(instant).map(|instant| AsOf::Instant(instant.naive_utc()))
}

/// Everything about one trial.
fn planned(launched: &Launched<'_>, trial: &Trial, days: &Tallied, said: &Said<'_>) -> Result<TrialForecast, Failure> {
    // Without a figure there is nothing to measure.
    let none = || Found { levels: Vec::new(), window_days: 0.0, per_day: Err(Withheld::NoUnits) };
    let found = if trial.measures.is_empty() { none() } else { launched.levels(trial)? };
    let levels: Vec<_> = trial.measures.iter().zip(found.levels).map(|(measure, level)| said.or(trial, measure, level)).collect();
    let assigned = |arm: &str| days.first.get(&(trial.name.clone(), arm.to_owned())).copied().unwrap_or(0);
    let first_day: Vec<(String, u64)> = trial.arms.iter().map(|arm| (arm.name.clone(), assigned(&arm.name))).collect();
    let per_day = per_day(trial, days, found.per_day);
    #[allow(clippy::cast_precision_loss, reason = "customers of a bank")]
    let audience = Audience { first_day: first_day.iter().map(|(_, count)| *count as f64).sum(), per_day };
    Ok(TrialForecast {
        name: trial.name.clone(),
        label: trial.label.clone(),
        first_day,
        per_day: Figure::from(per_day),
        window_days: found.window_days,
        goals: plan(trial, &levels, &audience),
    })
}

/// Who enters later: a frozen group takes nobody; else what the days tried show, else what followed a launch one window ago.
fn per_day(trial: &Trial, days: &Tallied, after_launch: Measured<f64>) -> Measured<f64> {
    if trial.kind == TrialKind::Compare {
        return Ok(0.0);
    }
    let of_trial = |counts: &BTreeMap<(String, String), u64>| {
        counts.iter().filter(|((name, _), _)| *name == trial.name).map(|(_, count)| *count).sum::<u64>()
    };
    #[allow(clippy::cast_precision_loss, reason = "customers of a bank")]
    match days.days.checked_sub(1) {
        None | Some(0) => after_launch.map_err(|_| Withheld::NoUnits),
        Some(later) => Ok(of_trial(&days.later) as f64 / later as f64),
    }
}

/// Shows the forecast, and writes it where asked for.
fn write(session: &Session, folder: Option<AtomicFolder>, forecast: &Forecast) -> Result<(), Failure> {
    let mut bytes = serde_json::to_vec_pretty(forecast).map_err(|error| failed(&error))?;
    bytes.push(b'\n');
    let tables = tables::tables(forecast, session.language);
    if let Some(folder) = folder {
        let stopped = |error: super::super::atomic::FolderError| error.failure(session);
        folder.write("forecast.json", &bytes).map_err(stopped)?;
        folder.write("forecast.md", tables::markdown(forecast, &tables, session.language).as_bytes()).map_err(stopped)?;
        let manifest = json!({
            "written_by": format!("strat {}", env!("CARGO_PKG_VERSION")),
            "program": forecast.program,
            "program_blake3": forecast.program_hash,
            "from": forecast.from,
            "to": forecast.to,
        });
        folder.commit(format!("{manifest:#}\n").as_bytes()).map_err(stopped)?;
    }
    if session.format.is_machine() {
        session.print(&String::from_utf8_lossy(&bytes));
    } else {
        session.print(&tables::text(&tables));
    }
    Ok(())
}

/// Customers newly assigned in one run, by experiment and arm.
type Assigned = BTreeMap<(String, String), u64>;

/// The strategies a trial is made of.
fn strategies_of<'p>(program: &'p Program, trial: &Trial) -> Vec<&'p strat::ir::Strategy> {
    trial.strategies.iter().filter_map(|at| program.strategies.get(*at as usize)).collect()
}
