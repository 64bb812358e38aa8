//! Who is tied to whom: ownership, guarantees, colleagues, families, devices, and who recommended the bank to whom.

use super::calendar::{DAY, moment};
use super::lending::Loan;
use super::origin::employer;
use super::person::Person;
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;
use super::{Bank, NEIGHBOURHOOD, business, reference};
use std::collections::BTreeSet;

/// Edges of one customer on their way into the table; an edge of the same ends and kind is written once.
struct Edges<'a> {
    bank: &'a Bank,
    tables: &'a mut Tables,
    seen: BTreeSet<(String, String, &'static str)>,
}

impl Edges<'_> {
    fn add(&mut self, from: (&'static str, &str), to: (&'static str, &str), kind: &'static str, since: i32, draw: &mut Draw) {
        if from.1 == to.1 || !self.seen.insert((from.1.to_owned(), to.1.to_owned(), kind)) {
            return;
        }
        let since = since.min(self.bank.as_of - 1);
        let ended = draw.chance(0.06).then(|| draw.day(since, self.bank.as_of - 1));
        let weight = (draw.unit() * 100.0).round() / 100.0;
        self.tables.push(
            TableName::Relations,
            &[
                Value::Text(from.1),
                Value::Text(from.0),
                Value::Text(to.1),
                Value::Text(to.0),
                Value::Text(kind),
                Value::Date(since),
                Value::date(ended),
                Value::number((!draw.chance(0.1)).then_some(weight)),
            ],
        );
    }
}

/// Writes the edges that lead from this customer or the customer's company, and the referrals that brought the customer in.
pub(super) fn write(bank: &Bank, person: &Person, loans: &[Loan], tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Ties);
    let mut edges = Edges { bank, tables, seen: BTreeSet::new() };
    people(bank, person, &mut edges, &mut draw);
    if let Some(company) = person.company {
        company_edges(bank, person, company, loans, &mut edges, &mut draw);
    }
    devices(bank, person, &mut edges, &mut draw);
    if let Some(referrer) = person.referrer {
        referrals(bank, person, referrer, tables, &mut draw);
    }
}

fn people(bank: &Bank, person: &Person, edges: &mut Edges<'_>, draw: &mut Draw) {
    let me = ("customer", person.id.as_str());
    let past = |draw: &mut Draw| bank.as_of - draw.day(30, 3_000);
    let nearest = (person.number - 1) / NEIGHBOURHOOD * NEIGHBOURHOOD + 1;
    if let Some(company) = person.employer {
        let id = business::company_id(bank, company);
        let joined = past(draw);
        edges.add(me, ("company", &id), "payroll", joined, draw);
        if draw.chance(0.04) {
            let kind = draw.pick(&["director", "supervisor", "executive", "shareholder"]);
            edges.add(me, ("company", &id), kind, joined, draw);
        }
        let colleagues =
            (nearest.max(person.number.saturating_sub(40))..person.number).rev().filter(|other| employer(bank, *other) == Some(company));
        for other in colleagues.take(2) {
            edges.add(me, ("customer", &bank.id("C", other)), "co_worker", joined, draw);
        }
    }
    if person.number > 1 && draw.chance(0.14) {
        let other = person.number - 1 - draw.below((person.number - 1).min(6));
        edges.add(me, ("customer", &bank.id("C", other.max(1))), "family", past(draw), draw);
    }
    if let Some(referrer) = person.referrer {
        edges.add(("customer", &bank.id("C", referrer)), me, "referral", person.opened, draw);
    }
    if draw.chance(0.3) {
        edges.add(me, ("branch", &reference::branch_id(person.branch)), "visits_branch", person.opened, draw);
    }
}

fn company_edges(bank: &Bank, person: &Person, company: u64, loans: &[Loan], edges: &mut Edges<'_>, draw: &mut Draw) {
    let me = ("customer", person.id.as_str());
    let own_id = business::company_id(bank, company);
    let own = ("company", own_id.as_str());
    let founded = bank.as_of - draw.day(400, 4_000);
    edges.add(me, own, "owner", founded, draw);
    if draw.chance(0.7) {
        edges.add(me, own, "director", founded, draw);
    }
    let borrows = loans.iter().any(|loan| loan.business && loan.active());
    if borrows && person.number > 1 && draw.chance(0.3) {
        let other = person.number - 1 - draw.below((person.number - 1).min(NEIGHBOURHOOD));
        edges.add(("customer", &bank.id("C", other.max(1))), own, "guarantee", bank.as_of - draw.day(10, 900), draw);
    }
    // Towards companies with a smaller number: most are near, some are the few large ones everybody trades with.
    let ties = if borrows { 1 + draw.poisson(1.2).min(6) } else { draw.poisson(0.5).min(4) };
    for _ in 0..ties {
        if company < 2 {
            break;
        }
        let span = (company - 1).min(if draw.chance(0.6) { 20 } else { u64::MAX });
        let other = if span <= 20 { company - 1 - draw.below(span) } else { 1 + (span as f64 * draw.unit().powf(2.5)) as u64 };
        let kind = draw.weighted(&[("supply_chain", 60), ("guarantee", 22), ("shareholder", 18)]);
        edges.add(own, ("company", &business::company_id(bank, other.clamp(1, company - 1))), kind, bank.as_of - draw.day(30, 2_000), draw);
    }
    // The owner sits on the board of a neighbour now and then.
    if company > 1 && draw.chance(0.12) {
        let kind = draw.pick(&["director", "supervisor", "executive"]);
        edges.add(me, ("company", &business::company_id(bank, company - 1)), kind, bank.as_of - draw.day(100, 2_500), draw);
    }
}

fn devices(bank: &Bank, person: &Person, edges: &mut Edges<'_>, draw: &mut Draw) {
    if person.sessions <= 0.0 {
        return;
    }
    let me = ("customer", person.id.as_str());
    let since = (bank.as_of - draw.day(1, 700)).max(person.opened);
    edges.add(me, ("device", &person.device), "device_used", since, draw);
    if draw.chance(0.03) && person.number > 1 {
        let borrowed = super::numbered("D", &[(person.number - 1, bank.width), (1, 1)]);
        edges.add(me, ("device", &borrowed), "device_used", bank.as_of - draw.day(1, 80), draw);
    }
}

fn referrals(bank: &Bank, person: &Person, referrer: u64, tables: &mut Tables, draw: &mut Draw) {
    let opened_at = moment(person.opened, 0.1 + 0.8 * draw.unit());
    let clicked = opened_at - (draw.log_normal(2.5, 1.3).min(60.0) * DAY as f64) as i64;
    let used = opened_at + (draw.log_normal(5.0, 1.1).min(90.0) * DAY as f64) as i64;
    let activated = (draw.chance(0.8) && used < Person::now(bank)).then_some(used);
    // One referrer in sixty runs a farm: all "friends" come from one device.
    let device = if referrer.is_multiple_of(60) || draw.chance(0.03) {
        super::numbered("D", &[(referrer, bank.width), (1, 1)])
    } else {
        person.device.clone()
    };
    let device = (!draw.chance(0.04)).then_some(device);
    let manager = draw.chance(0.2).then(|| reference::staff_id(person.branch, draw.below(reference::MANAGERS)));
    let mut clicks = vec![(referrer, clicked)];
    if referrer > 1 && draw.chance(0.15) {
        clicks.push((referrer - 1, clicked - draw.between(1, 9 * 24) * 3_600_000));
    }
    clicks.sort_unstable_by_key(|(who, at)| (*at, *who));
    for (sequence, (who, at)) in clicks.iter().enumerate() {
        tables.push(
            TableName::Referrals,
            &[
                Value::Text(&bank.sub_id("R", person.number, sequence as u64 + 1, 1)),
                Value::Text(&bank.id("C", *who)),
                Value::Text(&person.id),
                Value::Text(&bank.id("RC", *who)),
                Value::Text("P601"),
                Value::Time(*at),
                Value::Time(opened_at),
                Value::time(activated),
                Value::text(device.as_deref()),
                Value::text(manager.as_deref()),
            ],
        );
    }
}
