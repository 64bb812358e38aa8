//! Days in a row with the ledger in memory: the what-if before launch. Nothing is written unless asked for.

use super::super::arguments::Replay;
use super::super::atomic::{AtomicFolder, MANIFEST_KEY};
use super::super::data::OpenedData;
use super::super::output::summary_table;
use super::super::outputs::{ExclusionCount, Lists, RunFields, StaffCount, Summary, ledger_bytes, staff_of, time_text};
use super::super::problems::BAD_SETTING;
use super::super::project::{AsOf, Project};
use super::super::session::{Exit, Failure, Session};
use super::super::stages::Loaded;
use super::{Job, Timings, failed, history, setting, with_candidates};
use chrono::{NaiveDate, TimeDelta};
use polars::prelude::PolarsResult;
use serde::Serialize;
use std::collections::BTreeMap;
use strat::diag::Language;
use strat::engine::Options;
use strat::engine::bind::Reads;
use strat::ir::Program;

/// Days that one replay takes at most.
const MOST_DAYS: i64 = 3_700;

/// What one day would have done.
#[derive(Debug, Default, Serialize)]
struct DayCounts {
    day: String,
    as_of: String,
    candidates: u64,
    actions: u64,
    assignments: u64,
    excluded: u64,
    /// Contacts per channel; operational actions stand under the empty name.
    volumes: BTreeMap<String, u64>,
    /// What the channels cost, in minor units of the currency.
    cost: i64,
    /// What the channels take of people's time.
    staff_minutes: i64,
    /// The most that one person has to do, per channel.
    busiest: Vec<StaffCount>,
    /// Actions that the layer of capacity stopped.
    capacity_stopped: u64,
    exclusions: Vec<ExclusionCount>,
}

#[derive(Serialize)]
struct Report<'a> {
    written_by: String,
    program: &'a str,
    program_blake3: &'a str,
    from: &'a str,
    to: &'a str,
    currency: &'a str,
    days: &'a [DayCounts],
}

/// The counts of every day, and its actions as bytes of a list.
struct Replayed {
    days: Vec<DayCounts>,
    actions: Vec<(String, Vec<u8>)>,
}

/// Replays a checked program as the arguments say.
///
/// # Errors
/// Days that are no days, data that breaks its contract, a failed run, counts that do not tie.
pub fn replay_program(session: &Session, project: &Project, loaded: &Loaded, arguments: &Replay) -> Result<Exit, Failure> {
    let (from, to) = (day(session, "--from", &arguments.from)?, day(session, "--to", &arguments.to)?);
    if to < from || (to - from).num_days() >= MOST_DAYS {
        let advice = session.words("the last day comes after the first, within ten years", "最后一天应不早于第一天，且不超过十年");
        return Err(setting(&BAD_SETTING, "--to", &arguments.to, advice));
    }
    let folder = arguments.out.as_deref().map(AtomicFolder::begin).transpose().map_err(|error| error.failure(session))?;
    let program = with_candidates(&loaded.program, true);
    let replayed = replay(session, project, loaded, &program, (from, to), arguments)?;
    let report = Report {
        written_by: format!("strat {}", env!("CARGO_PKG_VERSION")),
        program: &program.name,
        program_blake3: &loaded.hash,
        from: &arguments.from,
        to: &arguments.to,
        currency: &project.currency,
        days: &replayed.days,
    };
    debug_assert_eq!(MANIFEST_KEY, "written_by");
    let mut bytes = serde_json::to_vec_pretty(&report).map_err(|error| failed(&error))?;
    bytes.push(b'\n');
    if let Some(folder) = folder {
        let stopped = |error: super::super::atomic::FolderError| error.failure(session);
        for (day, list) in &replayed.actions {
            folder.write(&format!("actions/{day}.csv"), list).map_err(stopped)?;
        }
        folder.write("days.csv", day_list(&replayed.days).as_bytes()).map_err(stopped)?;
        folder.write("exclusions.csv", exclusion_list(&replayed.days).as_bytes()).map_err(stopped)?;
        folder.commit(&bytes).map_err(stopped)?;
    }
    if session.format.is_machine() {
        session.print(&String::from_utf8_lossy(&bytes));
    } else {
        session.print(&table(session.language, &replayed.days));
        session.print(&reasons(session.language, &replayed.days));
    }
    Ok(Exit::Ok)
}

pub(super) fn day(session: &Session, name: &str, text: &str) -> Result<NaiveDate, Failure> {
    match AsOf::parse(text) {
        Some(AsOf::Day(day)) => Ok(day),
        Some(AsOf::Instant(_)) | None => {
            let advice = session.words("write a day: 2026-11-20", "请写日期：2026-11-20");
            Err(setting(&BAD_SETTING, name, text, advice))
        }
    }
}

fn replay(
    session: &Session,
    project: &Project,
    loaded: &Loaded,
    program: &Program,
    (from, to): (NaiveDate, NaiveDate),
    arguments: &Replay,
) -> Result<Replayed, Failure> {
    let first = Project { as_of: Some(AsOf::Day(from)), ..project.clone() };
    let mut job = Job::new(session, &first, loaded, program, arguments.since.as_deref(), false)?;
    super::refuse_early_cohorts(loaded, job.moment)?;
    // The first day looks at itself alone unless somebody says otherwise.
    job.moment.previous = job.moment.previous.or_else(|| from.and_hms_opt(0, 0, 0).map(|start| start.and_utc().timestamp_millis()));
    let reads = Reads::of_run(program);
    let opened = job.opened(&reads)?;
    job.hold(&reads, &opened)?;
    let mut out = Replayed { days: Vec::new(), actions: Vec::new() };
    let mut day = from;
    while day <= to {
        let Some(as_of) = AsOf::Day(day).instant() else { break };
        job.moment.as_of = as_of.and_utc().timestamp_millis();
        job.progress.step(&day.to_string());
        let (counts, list) = one_day(&mut job, &reads, &opened, day)?;
        out.actions.push((counts.day.clone(), list));
        out.days.push(counts);
        job.moment.previous = Some(job.moment.as_of);
        let Some(next) = day.checked_add_signed(TimeDelta::days(1)) else { break };
        day = next;
    }
    job.progress.step("");
    Ok(out)
}

/// One run whose rows go to the ledger in memory.
fn one_day(job: &mut Job<'_>, reads: &Reads, opened: &OpenedData, day: NaiveDate) -> Result<(DayCounts, Vec<u8>), Failure> {
    let (bound, _) = job.bound_over(reads, opened.clone(), &mut Timings::default())?;
    let outcome = strat::engine::run(job.program, &bound.tables, job.moment, &Options::default()).map_err(|error| failed(&error))?;
    let run_id = job.run_id();
    let version = job.loaded.hash.chars().take(12).collect();
    let run = RunFields { run_id: run_id.clone(), as_of: job.moment.as_of, version };
    let lists = Lists::of(job.program, &outcome.emissions, &run).map_err(|error| failed(&error))?;
    let candidates = job.tied(&lists, &outcome.watches)?.iter().map(|tie| tie.candidates).sum();
    let rows = history::rows(job.program, &outcome.emissions, &run).map_err(|error| failed(&error))?;
    job.history.followed_by(&run_id, job.moment.as_of, rows);
    let mut counts = counted(job.program, &lists).map_err(|error| failed(&error))?;
    counts.day = day.to_string();
    counts.as_of = time_text(job.moment.as_of);
    counts.candidates = candidates;
    Ok((counts, ledger_bytes(&lists.actions).map_err(|error| failed(&error))?))
}

fn counted(program: &Program, lists: &Lists<'_>) -> PolarsResult<DayCounts> {
    let summary = Summary::of(program, lists)?;
    let mut volumes: BTreeMap<String, u64> = BTreeMap::new();
    for count in &summary.actions {
        *volumes.entry(count.channel.clone()).or_default() += count.actions;
    }
    let (mut cost, mut staff) = (0_i64, 0_i64);
    for channel in &program.channels {
        let number = i64::try_from(volumes.get(&channel.name).copied().unwrap_or(0)).unwrap_or(i64::MAX);
        cost = cost.saturating_add(channel.cost.saturating_mul(number));
        staff = staff.saturating_add(channel.staff_milliseconds.saturating_mul(number));
    }
    let stopped = summary.exclusions.iter().filter(|count| count.stage == "capacity").map(|count| count.exclusions).sum();
    Ok(DayCounts {
        actions: lists.actions.rows() as u64,
        assignments: lists.assignments.rows() as u64,
        excluded: lists.exclusions.rows() as u64,
        volumes,
        cost,
        staff_minutes: staff / 60_000,
        busiest: busiest(staff_of(lists)?),
        capacity_stopped: stopped,
        exclusions: summary.exclusions,
        ..DayCounts::default()
    })
}

/// The first of those with most to do, per channel.
fn busiest(staff: Vec<StaffCount>) -> Vec<StaffCount> {
    let mut out: Vec<StaffCount> = Vec::new();
    for count in staff {
        match out.iter_mut().find(|known| known.channel == count.channel) {
            Some(known) if known.contacts >= count.contacts => {}
            Some(known) => *known = count,
            None => out.push(count),
        }
    }
    out
}

fn yuan(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)
}

/// The channels that any day used, by name.
fn channels(days: &[DayCounts]) -> Vec<&str> {
    let mut names: Vec<&str> = days.iter().flat_map(|day| day.volumes.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A row per day, and their sum.
fn table(language: Language, days: &[DayCounts]) -> String {
    let chinese = language == Language::Chinese;
    let word = |english: &'static str, chinese_word: &'static str| if chinese { chinese_word } else { english };
    let names = channels(days);
    let mut header = vec![word("day", "日期"), word("candidates", "候选"), word("actions", "动作")];
    header.extend(names.iter().map(|name| if name.is_empty() { word("operations", "操作") } else { name }));
    header.extend([
        word("cost", "成本"),
        word("staff min", "人工分钟"),
        word("busiest", "最忙"),
        word("no capacity", "人手不足"),
        word("excluded", "排除"),
    ]);
    let mut rows: Vec<Vec<String>> = days.iter().map(|day| line(day, &names)).collect();
    let sum = |value: fn(&DayCounts) -> u64| days.iter().map(value).sum::<u64>().to_string();
    let mut last = vec![word("all", "合计").to_owned(), sum(|day| day.candidates), sum(|day| day.actions)];
    last.extend(names.iter().map(|name| days.iter().filter_map(|day| day.volumes.get(*name)).sum::<u64>().to_string()));
    last.push(yuan(days.iter().map(|day| day.cost).fold(0, i64::saturating_add)));
    last.push(days.iter().map(|day| day.staff_minutes).fold(0, i64::saturating_add).to_string());
    last.extend([String::new(), sum(|day| day.capacity_stopped), sum(|day| day.excluded)]);
    rows.push(last);
    summary_table(&header, &rows)
}

fn line(day: &DayCounts, names: &[&str]) -> Vec<String> {
    let mut row = vec![day.day.clone(), day.candidates.to_string(), day.actions.to_string()];
    row.extend(names.iter().map(|name| day.volumes.get(*name).copied().unwrap_or(0).to_string()));
    let most = day.busiest.iter().map(|count| format!("{} {} {}", count.assignee, count.channel, count.contacts)).collect::<Vec<_>>();
    row.extend([
        yuan(day.cost),
        day.staff_minutes.to_string(),
        most.join(", "),
        day.capacity_stopped.to_string(),
        day.excluded.to_string(),
    ]);
    row
}

/// Why people were left out, by day.
fn reasons(language: Language, days: &[DayCounts]) -> String {
    let header = match language {
        Language::English => ["day", "strategy", "stage", "rule", "excluded"],
        Language::Chinese => ["日期", "策略", "环节", "规则", "排除"],
    };
    let of_day = |day: &DayCounts| -> Vec<Vec<String>> {
        let row = |count: &ExclusionCount| {
            vec![day.day.clone(), count.strategy.clone(), count.stage.clone(), count.rule.clone(), count.exclusions.to_string()]
        };
        day.exclusions.iter().map(row).collect()
    };
    let rows: Vec<Vec<String>> = days.iter().flat_map(of_day).collect();
    summary_table(&header, &rows)
}

/// Names hold no comma, quote or line break.
fn day_list(days: &[DayCounts]) -> String {
    let mut out = String::from("day,candidates,actions,assignments,cost,staff_minutes,capacity_stopped,excluded\n");
    for day in days {
        let numbers = [day.candidates, day.actions, day.assignments].map(|number| number.to_string()).join(",");
        out.push_str(&format!(
            "{},{numbers},{},{},{},{}\n",
            day.day,
            yuan(day.cost),
            day.staff_minutes,
            day.capacity_stopped,
            day.excluded
        ));
    }
    out
}

fn exclusion_list(days: &[DayCounts]) -> String {
    let mut out = String::from("day,strategy,stage,rule,exclusions\n");
    for day in days {
        for count in &day.exclusions {
            out.push_str(&format!("{},{},{},{},{}\n", day.day, count.strategy, count.stage, count.rule, count.exclusions));
        }
    }
    out
}
