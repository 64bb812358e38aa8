//! What a customer holds: accounts with their share of the customer's assets.

use super::Bank;
use super::calendar::{civil, day_number, month_of};
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::reference::{INVESTMENTS, TIME_DEPOSITS};
use super::shape::{TableName, Tables};
use super::table::Value;

/// An account before its balance is known.
#[derive(Debug, Clone)]
pub(super) struct Holding {
    pub(super) product: &'static str,
    pub(super) class: &'static str,
    /// Weight in the money of its kind: time deposits against each other and demand, investments against each other.
    pub(super) weight: f64,
    pub(super) rate: f64,
    pub(super) opened: i32,
    pub(super) maturity: Option<i32>,
    /// Balance in fen at the last month end, or the bill of a credit card.
    pub(super) balance: i64,
}

/// The accounts of a customer; the first is the everyday account. Balances add up to the assets of the last month end.
pub(super) fn holdings(bank: &Bank, person: &Person) -> Vec<Holding> {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Holdings);
    let since = |draw: &mut Draw| draw.day(person.opened, bank.as_of - 1);
    let plain = |product, class, rate, opened| Holding { product, class, weight: 0.0, rate, opened, maturity: None, balance: 0 };
    let mut list = vec![plain("P101", "I", 0.0005, person.opened)];
    if draw.chance(0.27) {
        let day = since(&mut draw);
        list.push(plain("P102", "II", 0.0005, day));
    }
    if draw.chance(0.05) {
        let day = since(&mut draw);
        list.push(plain("P102", "III", 0.0005, day));
    }
    let rich = person.wealth;
    let deposits = if rich < 3_000.0 { 0 } else { draw.poisson(if rich < 50_000.0 { 0.55 } else { 1.5 }).min(4) };
    for _ in 0..deposits {
        let (product, months, rate) = draw.weighted(TIME_DEPOSITS);
        // Still running: opened less than its term ago.
        let term = months * 30;
        let opened = (bank.as_of - draw.day(1, term)).max(person.opened);
        let weight = draw.log_normal(1.0, 0.5);
        let maturity = Some((opened + term).max(bank.as_of));
        list.push(Holding { product, class: "time_deposit", weight, rate, opened, maturity, balance: 0 });
    }
    let investments = if rich < 5_000.0 { 0 } else { draw.poisson(if rich < 50_000.0 { 0.45 } else { 1.3 }).min(4) };
    for _ in 0..investments {
        let product = draw.weighted(INVESTMENTS);
        let opened = since(&mut draw);
        let maturity = (product == "P203").then(|| bank.as_of + draw.day(0, 180));
        list.push(Holding { product, class: "wealth", weight: draw.log_normal(1.0, 0.6), rate: 0.0, opened, maturity, balance: 0 });
    }
    if person.credit_card {
        let opened = since(&mut draw);
        let product = if rich > 300_000.0 { "P602" } else { "P601" };
        let usage = if person.habit == Habit::Dormant { 0.0 } else { draw.log_normal(1_800.0, 1.0) };
        list.push(Holding { balance: (usage * 100.0) as i64, ..plain(product, "credit", 0.1825, opened) });
    }
    list
}

/// Writes the rows of the account table.
pub(super) fn write(bank: &Bank, person: &Person, holdings: &[Holding], tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Bills);
    for (place, holding) in holdings.iter().enumerate() {
        let card = holding.class == "credit";
        let status = if person.closed.is_some() {
            "closed"
        } else if person.status == "frozen" {
            "frozen"
        } else if card && draw.chance(0.12) {
            "inactive"
        } else {
            "active"
        };
        let bill = (card && status == "active").then_some(holding.balance);
        let due = bill.map(|_| due_day(bank, draw.day(1, 25)));
        let balance = if person.closed.is_some() || card { 0 } else { holding.balance };
        tables.push(
            TableName::Accounts,
            &[
                Value::Text(&bank.sub_id("A", person.number, place as u64 + 1, 2)),
                Value::Text(&person.id),
                Value::Text(holding.product),
                Value::Text(holding.class),
                Value::Integer(balance),
                Value::number((holding.rate > 0.0).then_some(holding.rate)),
                Value::Date(holding.opened),
                Value::date(person.closed.map(|closed| closed.max(holding.opened))),
                Value::date(holding.maturity),
                Value::Text(status),
                Value::integer(bill),
                Value::date(due),
            ],
        );
    }
}

/// The next due day with this day of month, on or after `as_of`.
fn due_day(bank: &Bank, of_month: i32) -> i32 {
    let (year, month, _) = civil(bank.as_of);
    let this = day_number(year, month, of_month);
    if this >= bank.as_of { this } else { day_number((month_of(bank.as_of) + 1).div_euclid(12), month % 12 + 1, of_month) }
}
