//! Month by month: assets, deposits, loans, card spending, and what a customer brings and costs.

use super::Bank;
use super::calendar::{month_end, month_of, month_season};
use super::holdings::Holding;
use super::lending::Loan;
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;

/// Months of history.
pub(super) const MONTHS: i32 = 24;

/// One customer's month. Money in fen.
#[derive(Debug, Clone)]
pub(super) struct Month {
    end: i32,
    aum: i64,
    average: i64,
    wealth: i64,
    loan: i64,
    card: i64,
    products: i64,
    revenue: i64,
    cost: i64,
    /// Which figures were not delivered: aum, average, revenue.
    holes: [bool; 3],
}

/// The last 24 complete months before `as_of`, from the month of opening to that of closing.
/// The balances of the holdings are set so that they add up to the assets of the last month.
pub(super) fn months(bank: &Bank, person: &Person, holdings: &mut [Holding], loans: &[Loan]) -> Vec<Month> {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Balances);
    let last = month_of(bank.as_of) - 1;
    let trend = match person.habit {
        Habit::Lively => 0.012 + 0.02 * draw.normal(),
        Habit::Steady => 0.004 + 0.015 * draw.normal(),
        Habit::Fading | Habit::Dormant => 0.002,
    };
    let invested = if holdings.iter().any(|holding| holding.class == "wealth") { 0.2 + 0.5 * draw.unit() } else { 0.0 };
    let leak = 0.06 + 0.3 * draw.unit();
    let plunge = person.closed.is_none() && draw.chance(0.04);
    let first = (last - MONTHS + 1).max(month_of(person.opened));
    let mut level = (person.wealth * 100.0).ln();
    let mut wobble = 0.0;
    let mut list = Vec::with_capacity(MONTHS as usize);
    for month in first..=last {
        let end = month_end(month);
        if person.closed.is_some_and(|closed| end > closed + 31) {
            break;
        }
        // Money drains after the customer's last own transaction; dormant customers leave the rest where it is.
        let drained = end > person.active_until && end - person.active_until < 150;
        level += if drained { -leak } else { trend };
        wobble = 0.6 * wobble + 0.11 * draw.normal();
        let sudden = if plunge && month == last { 0.45 + 0.2 * draw.unit() } else { 1.0 };
        let full = (level + wobble).exp() * month_season(month) * sudden;
        let aum = if person.closed.is_some_and(|closed| end >= closed) { 0 } else { full as i64 };
        let average = (aum as f64 * (0.94 + 0.09 * draw.unit()) / sudden.sqrt()) as i64;
        let loan: i64 = loans.iter().map(|loan| loan.balance_at(last - month, end)).sum();
        let spends = person.credit_card && end < person.active_until + 31;
        let card = if spends { (draw.log_normal(150_000.0, 0.9)) as i64 } else { 0 };
        let products = 1 + holdings.iter().skip(1).filter(|holding| holding.opened <= end).count() as i64;
        let products = if aum == 0 && person.closed.is_some() { 0 } else { products };
        let revenue = aum / 1_000 + loan / 700 + card / 180;
        let cost = 180 + products * 45 + (person.pace * 12.0) as i64;
        let holes = [draw.chance(0.012), draw.chance(0.008), draw.chance(0.02)];
        let wealth = (aum as f64 * invested) as i64;
        list.push(Month { end, aum, average, wealth, loan, card, products, revenue, cost, holes });
    }
    spread(holdings, list.last());
    list
}

/// Splits the assets of the last month over the accounts, to the fen.
fn spread(holdings: &mut [Holding], last: Option<&Month>) {
    let (aum, wealth) = last.map_or((0, 0), |month| (month.aum, month.wealth));
    let deposit = aum - wealth;
    let total = |class: &str, holdings: &[Holding]| {
        holdings.iter().filter(|holding| holding.class == class).map(|holding| holding.weight).sum::<f64>()
    };
    let in_wealth = total("wealth", holdings);
    let in_time = total("time_deposit", holdings);
    let mut left = aum;
    for holding in holdings.iter_mut() {
        let share = match holding.class {
            "wealth" => wealth as f64 * holding.weight / in_wealth,
            "time_deposit" => deposit as f64 * 0.75 * holding.weight / (in_time + 0.001),
            "II" => deposit as f64 * 0.03,
            "III" => (deposit as f64 * 0.01).min(200_000.0),
            _ => continue,
        };
        holding.balance = (share as i64).min(left);
        left -= holding.balance;
    }
    if let Some(everyday) = holdings.first_mut() {
        everyday.balance = left;
    }
}

/// Writes the rows of the month table.
pub(super) fn write(person: &Person, months: &[Month], tables: &mut Tables) {
    for month in months {
        let [no_aum, no_average, no_revenue] = month.holes;
        tables.push(
            TableName::CustomerMonth,
            &[
                Value::Text(&person.id),
                Value::Date(month.end),
                Value::integer((!no_aum).then_some(month.aum)),
                Value::integer((!no_average).then_some(month.average)),
                Value::Integer(month.aum - month.wealth),
                Value::Integer(month.wealth),
                Value::Integer(month.loan),
                Value::Integer(month.card),
                Value::Integer(month.products),
                Value::integer((!no_revenue).then_some(month.revenue)),
                Value::integer((!no_revenue).then_some(month.cost)),
            ],
        );
    }
}
