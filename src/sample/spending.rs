//! Transactions: what customers do themselves, and what the bank or an employer does to their account.

use super::Bank;
use super::business;
use super::calendar::{busyness, civil, festival_distance, moment, month_of, month_start};
use super::holdings::Holding;
use super::lending::Loan;
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;

/// Days of history.
const DAYS: i32 = 400;

/// A transaction before it has a number. Money in fen, signed.
struct Entry {
    at: i64,
    amount: i64,
    kind: &'static str,
    channel: &'static str,
    counterparty: Option<(&'static str, u64)>,
    initiator: &'static str,
    cross_border: bool,
    fee: i64,
    mcc: Option<&'static str>,
    /// Place of the account among the holdings.
    account: usize,
}

/// Writes the rows of the transaction table, in order of time.
pub(super) fn write(bank: &Bank, person: &Person, holdings: &[Holding], loans: &[Loan], tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Spending);
    let mut entries = Vec::new();
    own(bank, person, holdings, &mut draw, &mut entries);
    regular(bank, person, loans, &mut draw, &mut entries);
    if person.company.is_some() {
        abroad(bank, person, &mut draw, &mut entries);
    }
    entries.sort_by_key(|entry| (entry.at, entry.kind, entry.amount));
    for (sequence, entry) in entries.iter().enumerate() {
        let counterparty = entry.counterparty.map(|(kind, number)| match kind {
            "company" => business::company_id(bank, number),
            "merchant" => bank.id("H", number),
            _ => bank.id("Y", number),
        });
        tables.push(
            TableName::Transactions,
            &[
                Value::Text(&bank.sub_id("T", person.number, sequence as u64 + 1, 5)),
                Value::Text(&person.id),
                Value::Text(&bank.sub_id("A", person.number, entry.account as u64 + 1, 2)),
                Value::Time(entry.at),
                Value::Integer(entry.amount),
                Value::Text(entry.kind),
                Value::Text(entry.channel),
                Value::text(entry.counterparty.map(|(kind, _)| kind)),
                Value::text(counterparty.as_deref()),
                Value::Text(entry.initiator),
                Value::Flag(entry.cross_border),
                Value::Integer(entry.fee),
                Value::text(entry.mcc),
            ],
        );
    }
}

fn own(bank: &Bank, person: &Person, holdings: &[Holding], draw: &mut Draw, entries: &mut Vec<Entry>) {
    let first = (bank.as_of - DAYS).max(person.opened);
    let last = person.active_until.min(bank.as_of) - 1;
    if last < first {
        return;
    }
    let count = draw.poisson(person.pace * f64::from(last - first + 1) / 30.4).min(2_500);
    let card = holdings.iter().position(|holding| holding.class == "credit");
    let invests = holdings.iter().any(|holding| holding.class == "wealth");
    for _ in 0..count {
        let mut day = draw.day(first, last);
        for _ in 0..3 {
            if draw.unit() < busyness(day) {
                break;
            }
            day = draw.day(first, last);
        }
        let mut entry = own_entry(bank, person, invests, day, draw);
        if entry.kind == "payment"
            && draw.chance(0.35)
            && let Some(card) = card.filter(|place| holdings.get(*place).is_some_and(|holding| holding.opened <= day))
        {
            entry.account = card;
        }
        entries.push(entry);
    }
    // The last own transaction of those who left money behind: most of it moved to their account at another bank.
    if person.habit == Habit::Fading && draw.chance(0.4) {
        let kind = ("same_name_other_bank", draw.below(900_000));
        let amount = -((person.wealth * 100.0 * (0.2 + 0.5 * draw.unit())) as i64).max(100);
        entries.push(Entry {
            amount,
            kind: "transfer_out",
            channel: "app",
            counterparty: Some(kind),
            ..blank(moment(last, draw.unit()), "customer")
        });
    }
}

fn blank(at: i64, initiator: &'static str) -> Entry {
    Entry { at, amount: 0, kind: "fee", channel: "app", counterparty: None, initiator, cross_border: false, fee: 0, mcc: None, account: 0 }
}

const MERCHANTS: &[(&str, u32)] = &[
    ("5411", 30),
    ("5812", 24),
    ("4111", 10),
    ("5311", 9),
    ("5541", 6),
    ("5912", 5),
    ("4900", 6),
    ("8220", 2),
    ("7011", 3),
    ("5732", 3),
    ("8062", 2),
];

fn own_entry(bank: &Bank, person: &Person, invests: bool, day: i32, draw: &mut Draw) -> Entry {
    let invest_weight = if invests { 4 } else { 0 };
    let kind = draw.weighted(&[
        ("payment", 58),
        ("transfer_out", 13),
        ("transfer_in", 13),
        ("withdrawal", 5),
        ("deposit", 4),
        ("wealth_buy", invest_weight),
        ("wealth_redeem", invest_weight / 2),
    ]);
    let size = (person.wealth / 8_500.0).powf(0.35).clamp(0.4, 12.0);
    let mobile: &[(&str, u32)] = if person.sessions > 0.0 {
        &[("app", 70), ("third_party", 20), ("ecny", 2), ("counter", 8)]
    } else {
        &[("counter", 55), ("atm", 45)]
    };
    let base = blank(moment(day, draw.unit()), "customer");
    let fen = |yuan: f64| (yuan * 100.0).round().max(1.0) as i64;
    match kind {
        "payment" => {
            let abroad = draw.chance(if person.study_abroad { 0.05 } else { 0.004 });
            let amount = fen(draw.log_normal(62.0 * size, 1.15));
            let fee = if abroad { amount / 66 } else { 0 };
            let channel = draw.weighted(&[("third_party", 68), ("pos", 19), ("app", 11), ("ecny", 2)]);
            let merchant = Some(("merchant", draw.below(60_000)));
            let mcc = (!draw.chance(0.03)).then(|| draw.weighted(MERCHANTS));
            Entry { amount: -amount, kind, channel, counterparty: merchant, cross_border: abroad, fee, mcc, ..base }
        }
        "transfer_out" | "transfer_in" => {
            // Red packets are sent in lucky amounts around the lunar new year.
            let lucky = (-2..=6).contains(&festival_distance(day)) && draw.chance(0.7);
            let amount =
                if lucky { draw.pick(&[6_600, 8_800, 18_800, 66_600, 88_800]) } else { fen((draw.log_normal(900.0 * size, 1.2)).round()) };
            let whom = draw.weighted(&[("person", 52), ("same_name_other_bank", 26), ("internet_wealth", 14), ("company", 8)]);
            let other = if whom == "company" { business::any_company(bank, draw) } else { Some(draw.below(900_000)) };
            let sign = if kind == "transfer_in" { 1 } else { -1 };
            Entry { amount: sign * amount, kind, channel: draw.weighted(mobile), counterparty: other.map(|number| (whom, number)), ..base }
        }
        "withdrawal" => {
            Entry { amount: -draw.between(1, 40) * 10_000, kind, channel: draw.weighted(&[("atm", 72), ("counter", 28)]), ..base }
        }
        "deposit" => Entry { amount: draw.between(2, 90) * 10_000, kind, channel: draw.weighted(&[("atm", 60), ("counter", 40)]), ..base },
        _ => {
            let amount = (draw.log_normal(person.wealth * 0.12, 0.6) / 1_000.0).ceil() as i64 * 100_000;
            Entry { amount: if kind == "wealth_buy" { -amount } else { amount }, kind, channel: draw.weighted(mobile), ..base }
        }
    }
}

/// Salaries, interest, loan repayments and yearly fees: nobody's hand moves, so none of it wakes a dormant customer.
fn regular(bank: &Bank, person: &Person, loans: &[Loan], draw: &mut Draw, entries: &mut Vec<Entry>) {
    let payday = draw.pick(&[5, 10, 10, 15, 15, 20, 25]);
    let until = person.closed.unwrap_or(bank.as_of);
    let first = (bank.as_of - DAYS).max(person.opened);
    for month in month_of(first)..=month_of(bank.as_of - 1) {
        let start = month_start(month);
        let inside = |day: i32| day >= first && day < until;
        if let Some(company) = person.employer {
            let bonus = if festival_distance(start + payday) > -35 && festival_distance(start + payday) <= 0 { 2.2 } else { 1.0 };
            let amount = ((person.salary * bonus * (0.96 + 0.08 * draw.unit())) * 100.0) as i64;
            let at = moment(start + payday - 1, 0.12 + 0.1 * draw.unit());
            if inside(start + payday - 1) {
                entries.push(Entry { amount, kind: "payroll", counterparty: Some(("company", company)), ..blank(at, "system") });
            }
        }
        let (_, of_year, _) = civil(start);
        if of_year % 3 == 0 && inside(start + 20) {
            let amount = (person.wealth * 0.0014).clamp(0.01, 9_000.0);
            entries.push(Entry { amount: (amount * 100.0) as i64, kind: "interest", ..blank(moment(start + 20, 0.001), "system") });
        }
        for loan in loans.iter().filter(|loan| loan.active() && loan.start < start && loan.overdue == 0) {
            if inside(start + 17) {
                let amount = -(loan.instalment + 10_000).max(20_000);
                entries.push(Entry { amount, kind: "loan_repay", ..blank(moment(start + 17, 0.02), "system") });
            }
        }
        if of_year == 4 && person.vip() == "none" && inside(start + 10) {
            entries.push(Entry { amount: -1_000, fee: 1_000, ..blank(moment(start + 10, 0.003), "system") });
        }
    }
}

/// Cross-border payments of trading companies, with the fees that a global account would save.
fn abroad(bank: &Bank, person: &Person, draw: &mut Draw, entries: &mut Vec<Entry>) {
    if !draw.chance(0.16) {
        return;
    }
    let first = (bank.as_of - 190).max(person.opened);
    let last = person.active_until.min(bank.as_of) - 1;
    if last < first {
        return;
    }
    for _ in 0..draw.poisson(14.0) {
        let at = moment(draw.day(first, last), 0.2 + 0.5 * draw.unit());
        let amount = (draw.log_normal(180_000.0, 0.8) * 100.0) as i64;
        let other = Some(("company", business::any_company(bank, draw).unwrap_or(1)));
        entries.push(Entry {
            amount: -amount,
            kind: "transfer_out",
            counterparty: other,
            cross_border: true,
            fee: amount / 500 + 8_000,
            ..blank(at, "customer")
        });
    }
}
