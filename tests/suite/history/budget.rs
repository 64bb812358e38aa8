//! Budgets: said as rules, and the books looked at afterwards, to the fen.

use super::audit::{Audit, cell, customer_of, period_start, rows};
use super::bank::{DAY, Row, instant, time};
use super::rules::{Strategy, Window};
use super::world::RUN;
use crate::agree::random::Random;
use std::collections::BTreeMap;

/// What an offer costs the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    Fen(i64),
    /// Basis points of what the customer is worth.
    OfWorth(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub fen: i64,
    /// `None` is for good.
    pub window: Option<Window>,
}

pub fn cost(random: &mut Random) -> Cost {
    if random.chance(50) { Cost::Fen(random.between(1, 900)) } else { Cost::OfWorth(random.between(1, 30)) }
}

pub fn budget(random: &mut Random, window: impl Fn(&mut Random) -> Window) -> Budget {
    let window = random.chance(60).then(|| window(random));
    Budget { fen: *random.pick(&[0, 5, 10, 85, 165, 810, 1600, 3000, 9000]), window }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}元", fen / 100, fen % 100)
}

/// Fen of an amount as files hold it (`8.50`) or as the memory does (`850`).
fn fen(text: &str) -> Option<i64> {
    text.replace('.', "").parse().ok()
}

impl Cost {
    pub fn write(self) -> String {
        match self {
            Cost::Fen(fen) => yuan(fen),
            Cost::OfWorth(points) => format!("worth * {points}bp"),
        }
    }

    fn of(self, customer: Option<&Row>) -> Option<i64> {
        match self {
            Cost::Fen(fen) => Some(fen),
            Cost::OfWorth(points) => Some(fen(cell(customer?, "worth"))? * points / 10_000),
        }
    }
}

impl Budget {
    pub fn write(&self) -> String {
        let window = self.window.map_or_else(String::new, |window| format!(" {}", window.write()));
        format!("budget {}{window}", yuan(self.fen))
    }

    /// Whether what was spent by a run counts in one of a later run, or of the same.
    fn counts(&self, spent: i64, run: i64) -> bool {
        spent <= run
            && match self.window {
                None => true,
                Some(Window::InAnyDays(days)) => spent > run - days * DAY,
                Some(window @ (Window::CalendarDay | Window::CalendarWeek)) => spent >= period_start(run, window),
            }
    }
}

/// Fen a contact on a channel costs.
fn price(channel: &str) -> i64 {
    match channel {
        "sms" => 5,
        "ai_call" => 80,
        "rm_call" => 800,
        _ => 0,
    }
}

/// One action that was paid for.
struct Paid<'a> {
    run: i64,
    action: &'a str,
    unit: &'a str,
    offer: &'a str,
    price: i64,
    given: i64,
}

impl Audit<'_> {
    pub fn budgets(&mut self) {
        let mut found = Vec::new();
        for strategy in &self.rules.strategies {
            let Some(budget) = strategy.budget else { continue };
            let paid = self.paid(strategy, &mut found);
            for day in &self.history.days {
                let now: i64 = paid.iter().filter(|paid| paid.run == day.as_of).map(|paid| paid.price + paid.given).sum();
                let spent: i64 = paid
                    .iter()
                    .filter(|paid| budget.counts(paid.run, day.as_of))
                    .map(|paid| paid.price + if self.came_back(paid, day.as_of) { 0 } else { paid.given })
                    .sum();
                if now > 0 && spent > budget.fen {
                    found.push(("budget", format!("{} {budget:?}: {spent} fen as of {}", strategy.name, time(day.as_of))));
                }
            }
            found.extend(self.books(strategy, &paid).into_iter().map(|story| ("books", story)));
        }
        found.into_iter().for_each(|(kind, story)| self.breach(kind, story));
    }

    fn paid(&self, strategy: &Strategy, found: &mut Vec<(&'static str, String)>) -> Vec<Paid<'_>> {
        let mine = self.contacts.iter().filter(|contact| contact.ours && cell(contact.row, "strategy_id") == strategy.name);
        let mut out = Vec::new();
        for contact in mine {
            let (unit, offer) = (cell(contact.row, "unit_id"), cell(contact.row, "offer_id"));
            let customer = customer_of(self.day(contact.run), strategy.subject, unit);
            let cost = self.rules.offers.iter().find(|known| known.name == offer).and_then(|offer| offer.cost);
            let given = cost.map_or(Some(0), |cost| cost.of(customer));
            if given.is_none() {
                found.push(("budget", format!("{} pays what nobody knows: {:?}", strategy.name, contact.row)));
            }
            let (price, given) = (price(cell(contact.row, "channel")), given.unwrap_or(0));
            out.push(Paid { run: contact.run, action: cell(contact.row, "action_id"), unit, offer, price, given });
        }
        out
    }

    /// The first answer after an offer, among what is known before a run: it was declined or its time was over.
    fn came_back(&self, paid: &Paid<'_>, run: i64) -> bool {
        let foreign = self.history.days.last().map(|day| rows(&day.data, "grants")).unwrap_or_default();
        let about = |row: &&Row| cell(row, "unit_id") == paid.unit && cell(row, "offer_id") == paid.offer;
        let known = |row: &&Row| instant(cell(row, RUN)).or_else(|| instant(cell(row, "ts"))).is_some_and(|at| at < run);
        let answers = rows(&self.history.ledger, "grants").iter().chain(foreign).filter(about).filter(known);
        let answers =
            answers.filter(|row| cell(row, "state") != "invited").filter_map(|row| Some((instant(cell(row, "ts"))?, cell(row, "state"))));
        answers.filter(|(at, _)| *at >= paid.run).min().is_some_and(|(_, state)| ["declined", "expired"].contains(&state))
    }

    /// What was paid is in the books, each amount once.
    fn books(&self, strategy: &Strategy, paid: &[Paid<'_>]) -> Vec<String> {
        let mut out = Vec::new();
        let mine = |row: &&Row| cell(row, "strategy_id") == strategy.name;
        for contact in self.contacts.iter().filter(|contact| contact.ours && mine(&contact.row)) {
            if fen(cell(contact.row, "cost")) != Some(price(cell(contact.row, "channel"))) {
                out.push(format!("the price of {:?}", contact.row));
            }
        }
        let mut written: BTreeMap<&str, i64> = BTreeMap::new();
        for row in rows(&self.history.ledger, "spending").iter().filter(mine) {
            if written.insert(cell(row, "action_id"), fen(cell(row, "amount")).unwrap()).is_some() {
                out.push(format!("paid twice: {row:?}"));
            }
        }
        let given: BTreeMap<&str, i64> = paid.iter().filter(|paid| paid.given > 0).map(|paid| (paid.action, paid.given)).collect();
        if written != given {
            out.push(format!("{}: {written:?} is written, {given:?} was given", strategy.name));
        }
        out
    }
}
