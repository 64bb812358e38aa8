//! Companies with their takings and taxes. Every twelfth customer owns one; its rows belong to the owner's chunk.

use super::calendar::{DAY, festival_distance, month_end, month_of};
use super::lending::Loan;
use super::origin::employer;
use super::person::{Habit, Person};
use super::places::{CITIES, COMPANY_WORDS, INDUSTRIES, Industry};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;
use super::{Bank, NEIGHBOURHOOD};

const EVERY: u64 = 12;
const OFFSET: u64 = 5;

/// The company a customer owns, counted from 1.
pub(super) fn owned(number: u64) -> Option<u64> {
    (number % EVERY == OFFSET).then_some(number / EVERY + 1)
}

/// How many customers in [first, last] own a company.
pub(super) fn owned_between(first: u64, last: u64) -> u64 {
    let up_to = |number: u64| (number + EVERY - OFFSET) / EVERY;
    up_to(last).saturating_sub(up_to(first.saturating_sub(1)))
}

/// The company of the first owner at or after a customer number.
pub(super) fn first_owned_from(number: u64) -> Option<u64> {
    (number..number + EVERY).find_map(owned)
}

/// Id of a company.
pub(super) fn company_id(bank: &Bank, company: u64) -> String {
    bank.id("E", company)
}

/// Any company of the bank; none in a bank too small to have one.
pub(super) fn any_company(bank: &Bank, draw: &mut Draw) -> Option<u64> {
    let count = owned_between(1, bank.customers);
    (count > 0).then(|| 1 + draw.below(count))
}

/// How a company is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Weather {
    #[default]
    Calm,
    Bumpy,
    Storm,
}

/// Writes the owner's company with its months and quarters.
pub(super) fn write(bank: &Bank, person: &Person, loans: &[Loan], tables: &mut Tables) {
    let Some(company) = person.company else { return };
    let id = company_id(bank, company);
    let mut draw = Draw::new(bank.seed, company, Topic::Company);
    let industry = draw.weighted(INDUSTRIES);
    let city = draw.weighted(CITIES);
    let county = draw.pick(city.counties);
    let name = format!("{}{}{}{}有限公司", city.name, draw.pick(COMPANY_WORDS), draw.pick(&["", "", "达", "兴", "联"]), industry.words);
    let borrows = loans.iter().any(|loan| loan.business);
    let troubled = loans.iter().any(|loan| loan.business && loan.overdue > 15);
    let weather = if troubled {
        draw.weighted(&[(Weather::Calm, 1), (Weather::Bumpy, 3), (Weather::Storm, 6)])
    } else {
        draw.weighted(&[(Weather::Calm, 70), (Weather::Bumpy, 23), (Weather::Storm, 7)])
    };
    let risk = draw.chance(if weather == Weather::Storm { 0.25 } else { 0.015 });
    let risk_at = risk.then(|| i64::from(bank.as_of - draw.day(1, 400)) * DAY + draw.between(8, 18) * 3_600_000);
    let headcount = headcount(bank, company);
    let cost = ((0.041 + 0.008 * draw.normal()).max(0.028) * 10_000.0).round() / 10_000.0;
    tables.push(
        TableName::Companies,
        &[
            Value::Text(&id),
            Value::Text(&name),
            Value::Text(industry.code),
            Value::Text(county),
            Value::Flag(borrows || draw.chance(0.62)),
            Value::number((!draw.chance(0.12)).then_some(cost)),
            Value::time(risk_at),
            Value::Integer(headcount),
            Value::Flag(headcount > 0),
        ],
    );
    // Every borrower reports; of the others only those with a terminal of this bank do.
    if borrows || draw.chance(0.45) {
        takings(bank, &id, industry, weather, person.habit == Habit::Dormant && !borrows, tables, &mut draw);
    }
}

fn headcount(bank: &Bank, company: u64) -> i64 {
    let owner = (company - 1) * EVERY + OFFSET;
    let first = (owner - 1) / NEIGHBOURHOOD * NEIGHBOURHOOD + 1;
    let last = (first + NEIGHBOURHOOD - 1).min(bank.customers);
    (first..=last).filter(|number| employer(bank, *number) == Some(company)).count() as i64
}

fn takings(bank: &Bank, id: &str, industry: Industry, weather: Weather, stopped: bool, tables: &mut Tables, draw: &mut Draw) {
    let (shake, growth) = match weather {
        Weather::Calm => (0.1, 0.006 + 0.008 * draw.normal()),
        Weather::Bumpy => (0.38, -0.006 + 0.014 * draw.normal()),
        Weather::Storm => (0.95, -0.06 + 0.02 * draw.normal()),
    };
    let base = draw.log_normal(130_000.0, 1.0);
    let ticket = draw.log_normal(85.0, 0.6);
    let last = month_of(bank.as_of) - 1;
    let mut quarter = 0.0;
    for month in last - 23..=last {
        let end = month_end(month);
        let closed_for_festival = if (-5..=28).contains(&festival_distance(end)) { 0.62 } else { 1.0 };
        let age = f64::from(month - last);
        let noise = (shake * draw.normal() - shake * shake / 2.0).exp();
        let amount = base * (growth * age).exp() * closed_for_festival * noise;
        quarter += amount;
        let silent = stopped && month > last - 9;
        if !silent && !draw.chance(0.012) {
            let count = (amount / ticket).ceil() as i64;
            let row = [Value::Text(id), Value::Date(end), Value::Integer((amount * 100.0) as i64), Value::Integer(count)];
            tables.push(TableName::PosMonth, &row);
        }
        if month.rem_euclid(3) == 2 {
            let tax = quarter * industry.tax_share * (1.0 + 0.06 * draw.normal());
            quarter = 0.0;
            if !silent && !draw.chance(0.03) {
                tables.push(TableName::TaxFilings, &[Value::Text(id), Value::Date(end), Value::Integer((tax.max(0.0) * 100.0) as i64)]);
            }
        }
    }
}
