//! Whole months: random rules over a random bank, day by day, looked at by an auditor who knows only what the language promises.
//!
//! `STRAT_MONTHS=20000` runs longer than the default, `STRAT_MONTH=n` runs one month and shows it.

mod accounts;
mod audit;
mod bank;
mod budget;
mod control;
mod hours;
mod late;
mod rules;
mod runs;
mod sharp;
mod world;
mod writing;

use crate::agree::random::Random;
use audit::{Breach, audit};

/// Months of an ordinary test run.
const MONTHS: u64 = 500;

/// Every so many months the engine that runs lives the month too, and must decide the same.
const ENGINE: u64 = 16;

/// Days of a month.
const DAYS: i64 = 30;

/// Reports after which a thread stops looking.
const FAILURES: usize = 3;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn month(seed: u64) -> Result<(rules::Rules, world::History), String> {
    let mut random = Random::new(seed);
    let rules = rules::rules(&mut random);
    let bank = bank::bank(&mut random, DAYS);
    let history = world::lived(&world::program(&rules)?, &bank, seed, seed % ENGINE == 7);
    Ok((rules, history))
}

/// Everything a month wrote, for whoever looks into one.
fn show(history: &world::History) {
    let line = |row: &bank::Row| {
        row.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join(" ")
    };
    for day in &history.days {
        println!("as of {}", bank::time(day.as_of));
        day.actions.iter().for_each(|row| println!("  action {}", line(row)));
        day.exclusions.iter().for_each(|row| println!("  exclusion {}", line(row)));
    }
    for (name, rows) in &history.ledger {
        rows.iter().for_each(|row| println!("{name} {}", line(row)));
    }
}

fn failing(seed: u64) -> Option<String> {
    let (rules, history) = match month(seed) {
        Ok(lived) => lived,
        Err(story) => return Some(format!("month {seed}: {story}")),
    };
    if number("STRAT_MONTH").is_some() {
        show(&history);
    }
    let breaches = audit(&rules, &history);
    if breaches.is_empty() {
        return None;
    }
    let lines: Vec<String> = breaches.iter().take(6).map(|Breach { kind, story }| format!("  {kind}: {story}")).collect();
    let report = format!("month {seed}: {} breaches\n{}\n{}", breaches.len(), lines.join("\n"), rules.text());
    println!("{report}");
    Some(report)
}

#[test]
fn a_month_keeps_every_promise() {
    let seeds = match number("STRAT_MONTH") {
        Some(seed) => seed..seed + 1,
        None => 0..number("STRAT_MONTHS").unwrap_or(MONTHS),
    };
    let search =
        |thread: u64| -> Vec<String> { seeds.clone().filter(|seed| seed % 2 == thread).filter_map(failing).take(FAILURES).collect() };
    let reports: Vec<String> = std::thread::scope(|scope| {
        let start = |thread| {
            let search = &search;
            std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, move || search(thread)).unwrap()
        };
        let handles: Vec<_> = [0, 1].into_iter().map(start).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    assert!(reports.is_empty(), "{}", reports.join("\n\n"));
}
