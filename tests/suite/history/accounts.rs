//! The second half of the audit: journeys keep their times, and every candidate is accounted for.

use super::audit::{Audit, cell, customer_of, rows, truth};
use super::bank::{DAY, Row, instant};
use super::late::Late;
use super::rules::{Again, Strategy, Subject, Trigger};
use super::world::{Day, RUN};
use std::collections::{BTreeMap, BTreeSet};

/// A row of the ledger: its own time, and the run that wrote it.
struct Mark<'a> {
    at: i64,
    run: i64,
    row: &'a Row,
}

/// What the ledger says about one unit in one strategy.
struct Past<'a> {
    entries: Vec<i64>,
    /// The same as they were recorded.
    entered: Vec<Mark<'a>>,
    contacts: Vec<Mark<'a>>,
    journeys: Vec<Mark<'a>>,
}

impl Past<'_> {
    /// When a wave was executed or skipped since an entry, as runs before an instant recorded it.
    fn over(&self, wave: &str, entry: i64, before: i64) -> Option<i64> {
        let latest = |marks: &[Mark<'_>], word: Option<&str>| {
            let of_wave =
                marks.iter().filter(|mark| cell(mark.row, "wave") == wave && word.is_none_or(|word| cell(mark.row, "event") == word));
            of_wave.filter(|mark| mark.at >= entry && mark.run < before).map(|mark| mark.at).max()
        };
        latest(&self.contacts, None)
            .or_else(|| latest(&self.journeys, Some("executed")))
            .or_else(|| latest(&self.journeys, Some("skipped")))
    }

    fn happened(&self, event: &str, entry: i64, before: i64) -> bool {
        self.journeys.iter().any(|mark| cell(mark.row, "event") == event && mark.at >= entry && mark.run < before)
    }
}

/// Units of a subject on one day.
fn units<'a>(day: &'a Day, subject: Subject) -> Vec<&'a str> {
    let (table, key) = match subject {
        Subject::Customers => ("customers", "customer_id"),
        Subject::Loans => ("loans", "loan_id"),
    };
    rows(&day.data, table).iter().map(|row| cell(row, key)).collect()
}

impl Audit<'_> {
    fn past(&self, strategy: &Strategy, unit: &str) -> Past<'_> {
        let about = |name: &str, time: &'static str| -> Vec<Mark<'_>> {
            let mine = rows(&self.history.ledger, name)
                .iter()
                .filter(|row| cell(row, "strategy_id") == strategy.name && cell(row, "unit_id") == unit);
            mine.map(|row| {
                let at = instant(cell(row, "due_from")).or_else(|| instant(cell(row, time))).unwrap();
                Mark { at, run: instant(cell(row, RUN)).unwrap(), row }
            })
            .collect()
        };
        let entered = about("entries", "entered_at");
        let mut entries: Vec<i64> = entered.iter().map(|mark| mark.at).collect();
        entries.sort_unstable();
        Past { entries, entered, contacts: about("contacts", "sent_at"), journeys: about("journeys", "happened_at") }
    }

    /// Nobody enters too soon again, and no wave goes out before its time or after the end.
    pub fn journeys(&mut self) {
        let mut found = Vec::new();
        for strategy in &self.rules.strategies {
            let mut seen = BTreeSet::new();
            for day in &self.history.days {
                seen.extend(units(day, strategy.subject));
            }
            for unit in seen {
                let past = self.past(strategy, unit);
                let who = format!("{} {unit}", strategy.name);
                for pair in past.entries.windows(2) {
                    let free = |again: &Again| match again {
                        Again::Always => pair[1] > pair[0],
                        Again::Never => false,
                        Again::AfterDays(days) => pair[1] >= pair[0] + days * DAY && pair[1] > pair[0],
                    };
                    if !strategy.triggers.iter().any(|(_, again)| free(again)) {
                        found.push(("again", format!("{who}: {} {}", super::bank::time(pair[0]), super::bank::time(pair[1]))));
                    }
                }
                for Mark { at, run, row } in &past.contacts {
                    // What a run sends ahead belongs to an entry it knew, not to a later one.
                    let known = past.entered.iter().filter(|entry| entry.at <= *at && entry.run <= *run).map(|entry| entry.at);
                    let Some(entry) = known.max() else {
                        found.push(("entry", format!("{who}: contact without entry as of {}", super::bank::time(*at))));
                        continue;
                    };
                    let Some(number) = strategy.waves.iter().position(|wave| wave.name == cell(row, "wave")) else { continue };
                    let after = strategy.waves[number].after_days * DAY;
                    let before = match number.checked_sub(1) {
                        Some(previous) => past.over(strategy.waves[previous].name, entry, run + 1),
                        None => Some(entry),
                    };
                    if before.is_none_or(|before| before + after > *at) && after > 0 {
                        found.push(("gap", format!("{who}: {} as of {}, {before:?}", cell(row, "wave"), super::bank::time(*at))));
                    }
                    if past.happened("exited", entry, *run) {
                        found.push(("exit", format!("{who}: {} as of {}", cell(row, "wave"), super::bank::time(*at))));
                    }
                }
            }
        }
        found.into_iter().for_each(|(kind, story)| self.breach(kind, story));
    }

    /// Who must be in the lists of a day, and who may be besides.
    fn wanted(&self, strategy: &Strategy, late: &[Late], at: usize, unit: &str) -> (bool, bool) {
        let day = &self.history.days[at];
        let before = at.checked_sub(1).map(|at| &self.history.days[at]);
        let past = self.past(strategy, unit);
        let last = self.entry_before(strategy, unit, day);
        let customer = customer_of(day, strategy.subject, unit);
        let fires =
            |until: i64| strategy.triggers.iter().any(|(trigger, _)| self.fired(trigger, strategy, day, before, unit, (last, until)));
        let (fired, soon) = (fires(day.as_of), fires(day.horizon));
        let missed = strategy.triggers.iter().zip(late).any(|((trigger, _), late)| match trigger {
            Trigger::EveryWeekIn(days) => Self::week_missed(*days, day, last),
            _ => late[at].contains(unit),
        });
        let (fired, soon) = (fired || missed, soon || missed);
        let lone = strategy.waves.len() == 1 && strategy.waves[0].after_days == 0;
        let Some(entry) = last else { return (fired, soon) };
        let waits = past.happened("deferred", entry, day.as_of);
        let flies = !lone
            && !past.happened("exited", entry, day.as_of)
            && strategy.waves.last().is_some_and(|wave| past.over(wave.name, entry, day.as_of).is_none());
        let ends = strategy.exits.iter().any(|(_, condition)| truth(condition, day, customer) == Some(true));
        // Through all its waves, a journey stays open for its exits until one ends it or the subject enters anew.
        let rests = !flies && !lone && !strategy.exits.is_empty() && !past.happened("exited", entry, day.as_of);
        if rests {
            let free = |again: &Again| match again {
                Again::Always => true,
                Again::Never => false,
                Again::AfterDays(days) => entry + days * DAY <= day.previous,
            };
            let anew = strategy
                .triggers
                .iter()
                .any(|(trigger, again)| free(again) && self.fired(trigger, strategy, day, before, unit, (last, day.as_of)));
            return (ends || anew || missed, ends || fired || soon || waits);
        }
        if !flies {
            return (fired, soon || waits);
        }
        let arm = rows(&self.history.ledger, "assignments")
            .iter()
            .find(|row| cell(row, "experiment") == strategy.name && cell(row, "unit_id") == unit)
            .map_or("", |row| cell(row, "arm"));
        if arm == "control" {
            return (false, false);
        }
        let mut time = entry;
        for wave in &strategy.waves {
            match past.over(wave.name, entry, day.as_of) {
                Some(over) => time = over,
                None => {
                    let due = time + wave.after_days * DAY;
                    return (due <= day.as_of || ends, due <= day.as_of || due < day.horizon || ends || waits);
                }
            }
        }
        (ends, ends || waits)
    }

    /// The last entry that runs before this one recorded.
    pub fn entry_before(&self, strategy: &Strategy, unit: &str, day: &Day) -> Option<i64> {
        let mine = rows(&self.history.ledger, "entries")
            .iter()
            .filter(|row| cell(row, "strategy_id") == strategy.name && cell(row, "unit_id") == unit);
        let earlier = mine.filter(|row| instant(cell(row, RUN)).unwrap() < day.as_of);
        earlier.map(|row| instant(cell(row, "entered_at")).unwrap()).max()
    }

    fn fired(
        &self,
        trigger: &Trigger,
        strategy: &Strategy,
        day: &Day,
        before: Option<&Day>,
        unit: &str,
        (last, until): (Option<i64>, i64),
    ) -> bool {
        let customer = customer_of(day, strategy.subject, unit);
        match trigger {
            Trigger::While(condition) => truth(condition, day, customer) == Some(true),
            Trigger::Entering(condition) => {
                let was = before.and_then(|before| truth(condition, before, customer_of(before, strategy.subject, unit)));
                truth(condition, day, customer) == Some(true) && was != Some(true)
            }
            Trigger::Move(yuan) => rows(&day.data, "moves").iter().any(|row| {
                let ts = instant(cell(row, "ts")).unwrap();
                let amount: f64 = cell(row, "amount").parse().unwrap();
                cell(row, "customer_id") == unit && amount >= *yuan as f64 && day.previous <= ts && ts < day.as_of
            }),
            Trigger::Before(_) | Trigger::After(_) => super::late::calls(trigger, day, unit, last, until),
            Trigger::EveryWeek => last.is_none_or(|last| last < super::late::monday(day)),
            Trigger::EveryWeekIn(days) => {
                let monday = super::late::monday(day);
                last.is_none_or(|last| last < monday) && day.as_of <= monday + days * DAY
            }
        }
    }

    /// Every candidate is in a list with a reason, nobody else is, and what was sent is in the ledger once.
    pub fn accounts(&mut self) {
        let mut found = Vec::new();
        let known = self.reasons();
        let late: Vec<Vec<Late>> = self
            .rules
            .strategies
            .iter()
            .map(|strategy| strategy.triggers.iter().map(|(trigger, _)| self.late(strategy, trigger)).collect())
            .collect();
        for (at, day) in self.history.days.iter().enumerate() {
            for (strategy, late) in self.rules.strategies.iter().zip(&late) {
                let mine = |row: &&Row| cell(row, "strategy_id") == strategy.name;
                let listed: BTreeSet<&str> =
                    day.actions.iter().chain(&day.exclusions).filter(mine).map(|row| cell(row, "unit_id")).collect();
                for unit in units(day, strategy.subject) {
                    let (must, may) = self.wanted(strategy, late, at, unit);
                    let who = || format!("{} {unit} as of {}", strategy.name, super::bank::time(day.as_of));
                    if must && !listed.contains(unit) {
                        found.push(("lost", who()));
                    }
                    if !may && listed.contains(unit) {
                        found.push(("uncalled", who()));
                    }
                }
            }
            for row in day.exclusions.iter().filter(|row| !known.contains(cell(row, "rule")) || cell(row, "stage").is_empty()) {
                found.push(("reason", format!("{row:?}")));
            }
        }
        found.extend(self.ties());
        found.into_iter().for_each(|(kind, story)| self.breach(kind, story));
    }

    /// Actions with a channel, and contacts of the ledger.
    fn ties(&self) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let mut sent: BTreeMap<&str, i64> = BTreeMap::new();
        for (day, action) in self.history.days.iter().flat_map(|day| day.actions.iter().map(move |action| (day, action))) {
            if sent.insert(cell(action, "action_id"), day.as_of).is_some() {
                out.push(("twice", format!("{action:?}")));
            }
        }
        let mut booked = BTreeSet::new();
        for contact in self.contacts.iter().filter(|contact| contact.ours) {
            let id = cell(contact.row, "action_id");
            if sent.get(id) != Some(&contact.run) || !booked.insert(id) {
                out.push(("ledger", format!("{:?}", contact.row)));
            }
        }
        if booked.len() != sent.len() {
            out.push(("ledger", format!("{} actions, {} contacts", sent.len(), booked.len())));
        }
        out
    }

    /// Every name that may stand as a reason.
    fn reasons(&self) -> BTreeSet<String> {
        let built_in = [
            "unlawful",
            "no_consent",
            "cool_off",
            "already_invited",
            "reserve",
            "quota",
            "capacity",
            "no_assignee",
            "arbitration",
            "control",
            "not_due",
            "skipped",
            "limit",
            "no_step",
        ];
        let mut out: BTreeSet<String> = built_in.map(String::from).into();
        let asked = [
            ("hours", !self.rules.hours.is_empty()),
            ("quiet_days", !self.rules.quiet.is_empty()),
            ("global_control", self.rules.control.is_some()),
            ("budget", self.rules.strategies.iter().any(|strategy| strategy.budget.is_some())),
            (
                "missed_window",
                self.rules.strategies.iter().flat_map(|strategy| &strategy.triggers).any(|(trigger, _)| trigger.may_be_missed()),
            ),
        ];
        out.extend(asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name.to_owned()));
        for strategy in &self.rules.strategies {
            out.extend(strategy.excludes.iter().chain(&strategy.exits).map(|(name, _)| name.clone()));
        }
        let own = self.rules.strategies.iter().flat_map(|strategy| &strategy.caps);
        out.extend(self.rules.caps.iter().chain(&self.rules.contest).chain(own).map(super::rules::Cap::name));
        out
    }
}
