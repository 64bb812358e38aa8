//! Hours and quiet days: said as rules, and looked at afterwards. When a rule allows an instant is written here from the language alone.

use super::audit::{Audit, cell};
use super::bank::{DAY, date, instant, time};
use super::rules::{CHANNELS, Rules, Strategy};
use crate::agree::random::Random;
use std::collections::BTreeSet;

const MINUTE: i64 = 60_000;

/// Days after which a contact is not held any longer.
const YEAR: i64 = 366;

/// `hours A .. B`, in minutes of a day; an end before the start means past midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    pub from: i64,
    pub to: i64,
    pub workdays: bool,
    pub channels: Vec<&'static str>,
    pub drop: bool,
}

/// `quiet D .. D`, as days since 1970, both in; for all channels when none is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    pub first: i64,
    pub last: i64,
    pub channels: Vec<&'static str>,
    pub drop: bool,
}

/// One rule or two.
pub fn hours(random: &mut Random) -> Vec<Hours> {
    let rule = |random: &mut Random| {
        let (from, to) = *random.pick(&[(540, 1200), (540, 1200), (600, 1080), (1320, 480), (0, 570), (570, 571), (480, 600)]);
        let mut channels: Vec<&str> = CHANNELS.iter().copied().filter(|_| random.chance(50)).collect();
        if channels.is_empty() {
            channels.push("ai_call");
        }
        Hours { from, to, workdays: random.chance(35), channels, drop: random.chance(35) }
    };
    (0..1 + random.below(2)).map(|_| rule(random)).collect()
}

/// Some days of the month.
pub fn quiet(random: &mut Random) -> Quiet {
    let first = super::bank::FIRST + random.between(2, 30);
    let channels = if random.chance(50) { Vec::new() } else { vec![*random.pick(&CHANNELS)] };
    Quiet { first, last: first + random.between(0, 4), channels, drop: random.chance(35) }
}

fn named(channels: &[&str]) -> String {
    if channels.is_empty() { String::new() } else { format!(" for {}", channels.join(", ")) }
}

impl Hours {
    pub fn write(&self) -> String {
        let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let workdays = if self.workdays { " on workdays" } else { "" };
        format!(
            "hours {} .. {}{workdays}{}{}",
            clock(self.from),
            clock(self.to),
            named(&self.channels),
            if self.drop { " drop" } else { "" }
        )
    }

    fn binds(&self, channel: &str) -> bool {
        self.channels.contains(&channel)
    }

    fn allows(&self, at: i64) -> bool {
        let (day, clock) = (at.div_euclid(DAY), at.rem_euclid(DAY));
        // From November 2026 to the end of that year no decree moves a workday. 1970-01-01 was a Thursday.
        let weekend = (day + 3).rem_euclid(7) > 4;
        let (from, to) = (self.from * MINUTE, self.to * MINUTE);
        let inside = if from < to { from <= clock && clock < to } else { clock >= from || clock < to };
        inside && !(self.workdays && weekend)
    }
}

impl Quiet {
    pub fn write(&self) -> String {
        format!("quiet {} .. {}{}{}", date(self.first), date(self.last), named(&self.channels), if self.drop { " drop" } else { " hold" })
    }

    fn binds(&self, channel: &str) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }

    fn allows(&self, at: i64) -> bool {
        !(self.first..=self.last).contains(&at.div_euclid(DAY))
    }
}

impl Rules {
    fn allowed(&self, channel: &str, at: i64) -> bool {
        self.hours.iter().filter(|rule| rule.binds(channel)).all(|rule| rule.allows(at))
            && self.quiet.iter().filter(|rule| rule.binds(channel)).all(|rule| rule.allows(at))
    }

    /// The first instant from one on that all rules about a channel allow: itself, the beginning of a day, or that of some hours.
    fn opening(&self, channel: &str, from: i64) -> Option<i64> {
        if self.allowed(channel, from) {
            return Some(from);
        }
        let clocks: BTreeSet<i64> = self.hours.iter().map(|rule| rule.from * MINUTE).chain([0]).collect();
        let day = from.div_euclid(DAY);
        let starts = (day..day + YEAR).flat_map(|day| clocks.iter().map(move |clock| day * DAY + clock));
        starts.filter(|at| *at > from).find(|at| self.allowed(channel, *at))
    }

    /// The reasons for which a contact on a channel is given up.
    fn given_up(&self, channel: &str, at: i64) -> BTreeSet<&'static str> {
        let mut out = BTreeSet::new();
        if self.hours.iter().any(|rule| rule.drop && rule.binds(channel) && !rule.allows(at)) {
            out.insert("hours");
        }
        if self.quiet.iter().any(|rule| rule.drop && rule.binds(channel) && !rule.allows(at)) {
            out.insert("quiet_days");
        }
        if self.opening(channel, at).is_none() {
            out.extend(["hours", "quiet_days"]);
        }
        out
    }
}

/// Every channel some step of a strategy may go out on.
fn channels(strategy: &Strategy) -> BTreeSet<&'static str> {
    let steps = strategy.waves.iter().flat_map(|wave| &wave.steps);
    steps.flat_map(|step| [Some(step.channel), step.on_consent, step.on_capacity]).flatten().collect()
}

impl Audit<'_> {
    /// No contact goes out at a time that some rule does not allow, what is held says until when, and nothing is given up without need.
    pub fn hours(&mut self) {
        let mut found = Vec::new();
        for day in &self.history.days {
            for action in &day.actions {
                let channel = cell(action, "channel");
                let goes = instant(cell(action, "due_from")).map_or(day.as_of, |due| due.max(day.as_of));
                let who = || format!("{} {} {channel} as of {}", cell(action, "strategy_id"), cell(action, "unit_id"), time(day.as_of));
                let given_up = self.rules.given_up(channel, goes);
                if !given_up.is_empty() {
                    found.push(format!("{}: {given_up:?} at {}", who(), time(goes)));
                    continue;
                }
                let held = instant(cell(action, "held_until"));
                let opening = self.rules.opening(channel, goes);
                if held.or(Some(goes)) != opening {
                    found.push(format!("{}: held until {:?} and not {:?}", who(), held.map(time), opening.map(time)));
                }
            }
            for row in day.exclusions.iter().filter(|row| ["hours", "quiet_days"].contains(&cell(row, "rule"))) {
                let strategy = self.rules.strategy(cell(row, "strategy_id")).unwrap();
                let needed =
                    channels(strategy).into_iter().any(|channel| self.rules.given_up(channel, day.as_of).contains(cell(row, "rule")));
                // What was to go out later is asked for its own time.
                if !needed && day.horizon == day.as_of {
                    found.push(format!("given up without need: {row:?}"));
                }
            }
        }
        found.into_iter().for_each(|story| self.breach("hours", story));
    }
}
