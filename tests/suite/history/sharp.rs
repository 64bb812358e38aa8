//! The auditor is sharp: a month lived by looser rules, or told falsely, is found out, for every kind of breach.

use super::DAYS;
use super::audit::{Breach, audit};
use super::bank::bank;
use super::budget::Budget;
use super::rules::{Again, Rules, rules};
use super::world::{History, lived, program};
use crate::agree::random::Random;

/// Months tried until one shows the breach.
const TRIES: u64 = 200;

fn lived_by(seed: u64, loosen: impl Fn(&mut Rules)) -> Option<(Rules, History)> {
    let mut random = Random::new(seed);
    let promised = rules(&mut random);
    let bank = bank(&mut random, DAYS);
    let mut kept = promised.clone();
    loosen(&mut kept);
    if kept == promised {
        return None;
    }
    Some((promised, lived(&program(&kept).ok()?, &bank, seed, false)))
}

fn seen(kind: &str, breaches: &[Breach]) -> bool {
    breaches.iter().any(|breach| breach.kind == kind)
}

#[track_caller]
fn found_out(kind: &str, loosen: impl Fn(&mut Rules)) {
    let found = (0..TRIES).filter_map(|seed| lived_by(seed, &loosen)).any(|(promised, history)| seen(kind, &audit(&promised, &history)));
    assert!(found, "nobody notices: {kind}");
}

#[test]
fn looser_rules_are_noticed() {
    found_out("cap", |rules| {
        rules.caps.clear();
        rules.contest.clear();
        rules.strategies.iter_mut().for_each(|strategy| strategy.caps.clear());
    });
    found_out("cap", |rules| rules.caps.iter_mut().for_each(|cap| cap.most += 1));
    found_out("capacity", |rules| rules.capacities.clear());
    found_out("capacity", |rules| rules.capacities.iter_mut().for_each(|capacity| capacity.most = capacity.most.map(|most| most + 1)));
    found_out("quota", |rules| rules.offers.iter_mut().for_each(|offer| offer.quota += 1));
    found_out("offer again", |rules| rules.offers.iter_mut().for_each(|offer| offer.again = Again::Always));
    found_out("consent", |rules| rules.consent = false);
    found_out("legal", |rules| rules.legal = None);
    found_out("exclude", |rules| rules.strategies.iter_mut().for_each(|strategy| strategy.excludes.clear()));
    found_out("limit", |rules| rules.strategies.iter_mut().for_each(|strategy| strategy.limit = None));
}

#[test]
fn looser_times_money_and_groups_are_noticed() {
    let budgets =
        |rules: &mut Rules, change: fn(&mut Option<Budget>)| rules.strategies.iter_mut().for_each(|strategy| change(&mut strategy.budget));
    found_out("budget", |rules| budgets(rules, |budget| *budget = budget.map(|budget| Budget { fen: budget.fen + 5, ..budget })));
    found_out("budget", |rules| budgets(rules, |budget| *budget = budget.filter(|budget| budget.window.is_none())));
    found_out("books", |rules| rules.offers.iter_mut().for_each(|offer| offer.cost = None));
    found_out("hours", |rules| rules.hours.clear());
    found_out("hours", |rules| rules.hours.iter_mut().for_each(|hours| hours.drop = false));
    found_out("hours", |rules| rules.hours.iter_mut().for_each(|hours| hours.workdays = false));
    found_out("hours", |rules| rules.quiet.iter_mut().for_each(|quiet| quiet.last += 1));
    found_out("control", |rules| rules.control = rules.control.map(|share| share - 5));
}

#[test]
fn looser_journeys_are_noticed() {
    found_out("again", |rules| {
        rules.strategies.iter_mut().flat_map(|strategy| &mut strategy.triggers).for_each(|(_, again)| *again = Again::Always)
    });
    found_out("gap", |rules| {
        rules.strategies.iter_mut().flat_map(|strategy| &mut strategy.waves).for_each(|wave| wave.after_days = (wave.after_days - 1).max(0))
    });
    found_out("condition", |rules| rules.strategies.iter_mut().flat_map(|strategy| &mut strategy.waves).for_each(|wave| wave.when = None));
    found_out("lost", |rules| rules.strategies.iter_mut().for_each(|strategy| strategy.exits.clear()));
    found_out("order", |rules| {
        rules.order.reverse();
        rules.strategies.iter_mut().for_each(|strategy| strategy.priority = strategy.priority.map(|priority| 9 - priority));
    });
}

/// Months of the ordinary rules, each lived once.
struct Months(Vec<(Rules, History)>);

impl Months {
    fn get(&mut self, seed: u64) -> &(Rules, History) {
        let at = usize::try_from(seed).unwrap();
        while self.0.len() <= at {
            let seed = self.0.len() as u64;
            let mut random = Random::new(seed);
            let rules = rules(&mut random);
            let bank = bank(&mut random, DAYS);
            let history = lived(&program(&rules).unwrap(), &bank, seed, false);
            self.0.push((rules, history));
        }
        &self.0[at]
    }

    /// Some month, told otherwise, is found out.
    #[track_caller]
    fn told(&mut self, kind: &str, change: impl Fn(&mut History) -> bool) {
        let found = (0..TRIES).any(|seed| {
            let (rules, history) = self.get(seed);
            let mut history = history.clone();
            change(&mut history) && seen(kind, &audit(rules, &history))
        });
        assert!(found, "nobody notices: {kind}");
    }
}

#[test]
fn false_books_are_noticed() {
    let mut months = Months(Vec::new());
    months.told("lost", |history| {
        let day = history.days.iter_mut().find(|day| day.exclusions.iter().any(|row| row["rule"] == "cool_off"));
        day.is_some_and(|day| {
            day.exclusions.retain(|row| row["rule"] != "cool_off");
            true
        })
    });
    months.told("twice", |history| {
        let day = history.days.iter_mut().find(|day| !day.actions.is_empty());
        day.is_some_and(|day| {
            day.actions.push(day.actions[0].clone());
            true
        })
    });
    months.told("ledger", |history| history.ledger.get_mut("contacts").is_some_and(|contacts| contacts.pop().is_some()));
    months.told("reason", |history| {
        let row = history.days.iter_mut().flat_map(|day| &mut day.exclusions).next();
        row.is_some_and(|row| row.insert(String::from("rule"), String::from("because")).is_some())
    });
    months.told("arm", |history| {
        let row = history.days.iter_mut().flat_map(|day| &mut day.actions).find(|row| row.contains_key("arm"));
        row.is_some_and(|row| row.insert(String::from("arm"), String::from("control")).is_some())
    });
    months.told("hours", |history| {
        let row =
            history.days.iter_mut().flat_map(|day| &mut day.actions).find(|row| row.get("held_until").is_some_and(|held| !held.is_empty()));
        row.is_some_and(|row| row.remove("held_until").is_some())
    });
    months.told("books", |history| history.ledger.get_mut("spending").is_some_and(|spending| spending.pop().is_some()));
    months.told("control", |history| {
        let row = history.ledger.get_mut("assignments").and_then(|rows| rows.iter_mut().find(|row| row["experiment"] == "house.control"));
        row.is_some_and(|row| row.insert(String::from("arm"), String::from("both")).is_some())
    });
    months.told("lost", |history| {
        let before: usize = history.days.iter().map(|day| day.exclusions.len()).sum();
        history.days.iter_mut().for_each(|day| day.exclusions.retain(|row| row["rule"] != "missed_window"));
        history.days.iter().map(|day| day.exclusions.len()).sum::<usize>() < before
    });
    months.told("entry", |history| history.ledger.remove("entries").is_some());
    months.told("uncalled", |history| {
        let rows: Vec<_> =
            history.days.iter().flat_map(|day| day.exclusions.iter().filter(|row| row["rule"] == "control").cloned()).collect();
        history.days.iter_mut().for_each(|day| day.exclusions.extend(rows.clone()));
        !rows.is_empty()
    });
}
