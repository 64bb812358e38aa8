//! Loans, pre-approved limits and alerts of the credit bureau.

use super::Bank;
use super::business;
use super::calendar::{DAY, moment};
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;

/// A loan. Money in fen, days since 1970-01-01.
#[derive(Debug, Clone)]
pub(super) struct Loan {
    pub(super) sequence: u64,
    pub(super) product: &'static str,
    pub(super) business: bool,
    pub(super) start: i32,
    pub(super) term_months: i32,
    principal: i64,
    outstanding: i64,
    /// Paid back each month.
    pub(super) instalment: i64,
    rate: f64,
    pub(super) overdue: i64,
    worst: i64,
    pub(super) status: &'static str,
}

impl Loan {
    /// Balance in fen at a month end `months_ago` complete months before the last one.
    pub(super) fn balance_at(&self, months_ago: i32, end: i32) -> i64 {
        if end < self.start || self.status == "settled" {
            return 0;
        }
        (self.outstanding + self.instalment * i64::from(months_ago)).min(self.principal)
    }

    /// Whether the loan is still running.
    pub(super) fn active(&self) -> bool {
        self.status == "active"
    }
}

struct Terms {
    product: &'static str,
    median: f64,
    spread: f64,
    months: &'static [i32],
    rate: f64,
    /// Whether the principal is paid at the end.
    bullet: bool,
}

const MORTGAGE: Terms = Terms { product: "P501", median: 780_000.0, spread: 0.5, months: &[240, 300, 360], rate: 0.0335, bullet: false };
const CONSUMER: Terms = Terms { product: "P502", median: 42_000.0, spread: 0.7, months: &[12, 24, 36], rate: 0.0388, bullet: false };
const RENOVATION: Terms = Terms { product: "P503", median: 90_000.0, spread: 0.4, months: &[36, 60], rate: 0.042, bullet: false };
const BUSINESS: Terms = Terms { product: "P504", median: 620_000.0, spread: 0.9, months: &[12, 12, 24, 36], rate: 0.0395, bullet: true };
const TAX_LOAN: Terms = Terms { product: "P505", median: 310_000.0, spread: 0.7, months: &[12, 12, 24], rate: 0.0415, bullet: true };

/// The loans of a customer, oldest kind first.
pub(super) fn loans(bank: &Bank, person: &Person) -> Vec<Loan> {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Lending);
    let mut list = Vec::new();
    let adult = (23..=62).contains(&person.age) && person.closed.is_none();
    for (terms, probability) in [(&MORTGAGE, 0.075), (&CONSUMER, 0.11), (&RENOVATION, 0.02)] {
        if adult && draw.chance(probability) {
            list.push(loan(bank, person, terms, list.len() as u64, &mut draw));
        }
    }
    if person.company.is_some() && person.closed.is_none() {
        for (terms, probability) in [(&BUSINESS, 0.5), (&TAX_LOAN, 0.18)] {
            if draw.chance(probability) {
                let mut business = loan(bank, person, terms, list.len() as u64, &mut draw);
                business.business = true;
                list.push(business);
            }
        }
    }
    list
}

fn loan(bank: &Bank, person: &Person, terms: &Terms, sequence: u64, draw: &mut Draw) -> Loan {
    let term_months = draw.pick(terms.months);
    let longest = (term_months * 30).min(2_400);
    // A few ran out in the past year and are settled.
    let start = (bank.as_of - draw.day(1, longest + if term_months <= 36 { 120 } else { 0 })).max(person.opened);
    let ended = start + term_months * 30 < bank.as_of;
    let principal = (draw.log_normal(terms.median, terms.spread) / 1_000.0).round().max(3.0) as i64 * 100_000;
    let paid = i64::from((bank.as_of - start) / 30);
    let instalment = if terms.bullet { 0 } else { principal / i64::from(term_months.max(1)) };
    let stress = if person.habit == Habit::Fading { 0.16 } else { 0.05 };
    let overdue = if draw.chance(stress) { draw.between(1, 120) } else { 0 };
    let worst = overdue.max(if draw.chance(0.12) { draw.between(1, 29) } else { 0 });
    let written_off = overdue > 100;
    let status = if written_off {
        "written_off"
    } else if ended && overdue == 0 {
        "settled"
    } else {
        "active"
    };
    let left = (principal - instalment * paid).max(instalment);
    Loan {
        sequence: sequence + 1,
        product: terms.product,
        business: false,
        start,
        term_months,
        principal,
        outstanding: if status == "settled" { 0 } else { left },
        instalment,
        rate: ((terms.rate + 0.004 * draw.normal()).max(0.028) * 10_000.0).round() / 10_000.0,
        overdue: if status == "settled" { 0 } else { overdue },
        worst,
        status,
    }
}

/// Writes loans, limits and bureau alerts.
pub(super) fn write(bank: &Bank, person: &Person, loans: &[Loan], tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Alerts);
    for loan in loans {
        let company = person.company.filter(|_| loan.business).map(|company| business::company_id(bank, company));
        let limit = loan.principal + if loan.business { draw.between(0, 3) * loan.principal / 10 } else { 0 };
        tables.push(
            TableName::Loans,
            &[
                Value::Text(&bank.sub_id("L", person.number, loan.sequence, 2)),
                Value::Text(&person.id),
                Value::text(company.as_deref()),
                Value::Text(loan.product),
                Value::Time(moment(loan.start, 0.2 + 0.5 * draw.unit())),
                Value::Integer(loan.principal),
                Value::Integer(loan.outstanding),
                Value::Integer(limit),
                Value::Number(loan.rate),
                Value::Date(loan.start + loan.term_months * 365 / 12),
                Value::Integer(i64::from((bank.as_of - loan.start) / 30)),
                Value::Integer(loan.overdue),
                Value::Integer(loan.worst),
                Value::Text(loan.status),
            ],
        );
    }
    if person.age >= 20 && person.status == "active" && draw.chance(0.3) {
        let preapproved = (draw.log_normal(60_000.0, 0.7) / 1_000.0).ceil() as i64 * 100_000;
        let valid = bank.as_of + draw.day(-30, 180);
        tables.push(TableName::Limits, &[Value::Text(&person.id), Value::Integer(preapproved), Value::Date(valid)]);
    }
    alerts(bank, person, loans, &mut draw, tables);
}

fn alerts(bank: &Bank, person: &Person, loans: &[Loan], draw: &mut Draw, tables: &mut Tables) {
    let troubled = loans.iter().any(|loan| loan.overdue > 0);
    let mean = if troubled {
        0.9
    } else if loans.is_empty() {
        0.006
    } else {
        0.06
    };
    for sequence in 1..=draw.poisson(mean).min(9) {
        let earliest = (bank.as_of - 300).max(person.opened);
        let at = i64::from(draw.day(earliest, bank.as_of - 1)) * DAY + draw.between(6, 22) * 3_600_000;
        let severity = draw.weighted(&[("abnormal", if troubled { 40 } else { 12 }), ("query_surge", 36), ("info", 30)]);
        let id = bank.sub_id("K", person.number, sequence, 1);
        tables.push(TableName::BureauAlerts, &[Value::Text(&id), Value::Text(&person.id), Value::Time(at), Value::Text(severity)]);
    }
}
