//! What customers agreed to, what was sent to them, what they answered, and what was granted.

use super::Bank;
use super::calendar::DAY;
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::reference::{channel_cost, staff_id};
use super::shape::{TableName, Tables};
use super::table::Value;

/// Channel, share with a marketing row, share of those that agree.
const MARKETING: &[(&str, f64, f64)] = &[
    ("sms", 0.97, 0.78),
    ("app_push", 0.9, 0.66),
    ("app_inbox", 0.9, 0.93),
    ("ai_call", 0.85, 0.44),
    ("rm_call", 0.9, 0.58),
    ("rm_visit", 0.7, 0.35),
    ("wechat", 0.55, 0.6),
    ("email", 0.5, 0.4),
];
const SERVICE: &[(&str, f64, f64)] = &[
    ("sms", 0.97, 0.96),
    ("app_push", 0.92, 0.88),
    ("app_inbox", 0.92, 0.97),
    ("ai_call", 0.8, 0.7),
    ("rm_call", 0.85, 0.86),
    ("rm_visit", 0.6, 0.6),
];

/// A campaign of the past year: id, waves with their channel and template, offer.
#[derive(Debug, Clone, Copy, Default)]
struct Campaign {
    id: &'static str,
    waves: &'static [(&'static str, &'static str, &'static str)],
    offer: Option<&'static str>,
}

const CAMPAIGNS: &[(Campaign, u32)] = &[
    (
        Campaign {
            id: "spring_deposit",
            waves: &[("invite", "sms", "spring_invite"), ("remind", "app_push", "spring_remind")],
            offer: Some("goal_coupon"),
        },
        34,
    ),
    (Campaign { id: "first_100", waves: &[("invite", "app_push", "first100")], offer: Some("rate50") }, 12),
    (
        Campaign {
            id: "card_activation",
            waves: &[("text", "sms", "card_text"), ("call", "ai_call", "card_call")],
            offer: Some("login_voucher"),
        },
        26,
    ),
    (
        Campaign { id: "wealth_review", waves: &[("call", "rm_call", "review_call"), ("visit", "rm_visit", "review_visit")], offer: None },
        10,
    ),
    (Campaign { id: "points_mall", waves: &[("inbox", "app_inbox", "points_news")], offer: Some("points999") }, 18),
];

/// Writes consents, contacts, responses and grants.
pub(super) fn write(bank: &Bank, person: &Person, tables: &mut Tables) {
    consents(bank, person, tables);
    let mut draw = Draw::new(bank.seed, person.number, Topic::Outreach);
    let mut count = Sequence::default();
    let campaigns = if person.status == "active" { draw.poisson(1.3).min(6) } else { 0 };
    for _ in 0..campaigns {
        campaign(bank, person, &mut count, &mut draw, tables);
    }
    if draw.chance(0.012) {
        count.responses += 1;
        let at = i64::from((bank.as_of - draw.day(1, 200)).max(person.opened)) * DAY + draw.between(9, 20) * 3_600_000;
        let kind = draw.pick(&["complaint", "unsubscribe"]);
        let reply = Reply { contact: None, at, kind, grade: None, worth: None };
        response(bank, person, count.responses, &reply, tables);
    }
}

fn consents(bank: &Bank, person: &Person, tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Consents);
    // People who refuse one channel tend to refuse them all.
    let openness = 0.75 + 0.5 * draw.unit();
    let mut add = |channel: &str, purpose: &str, present: f64, agrees: f64| {
        let known = draw.chance(present);
        let allowed = draw.chance(agrees * openness);
        let unclear = draw.chance(0.006);
        let at = i64::from(draw.day(person.opened, bank.as_of - 1)) * DAY + draw.between(8 * 3_600, 22 * 3_600) * 1_000;
        if known {
            let flag = if unclear { Value::Missing } else { Value::Flag(allowed) };
            tables.push(TableName::Consents, &[Value::Text(&person.id), Value::Text(channel), Value::Text(purpose), flag, Value::Time(at)]);
        }
    };
    for (channel, present, agrees) in MARKETING {
        add(channel, "marketing", *present, *agrees);
    }
    for (channel, present, agrees) in SERVICE {
        add(channel, "service", *present, *agrees);
    }
    add("counter", "credit", 0.62, 0.95);
}

/// Running numbers of one customer's ledger rows.
#[derive(Default)]
struct Sequence {
    contacts: u64,
    responses: u64,
    grants: u64,
}

fn campaign(bank: &Bank, person: &Person, count: &mut Sequence, draw: &mut Draw, tables: &mut Tables) {
    let campaign = draw.weighted(CAMPAIGNS);
    let arm = draw.weighted(&[("standard", 45), ("bonus", 45), ("control", 10)]);
    let mut day = bank.as_of - draw.day(1, 330);
    if arm == "control" || day < person.opened {
        return;
    }
    for (wave, channel, template) in campaign.waves {
        let at = i64::from(day) * DAY + draw.between(9 * 60, 20 * 60) * 60_000;
        if at >= Person::now(bank) {
            return;
        }
        count.contacts += 1;
        let id = bank.sub_id("N", person.number, count.contacts, 3);
        let human = channel.starts_with("rm_");
        let staff = human.then(|| person.manager.clone().unwrap_or_else(|| staff_id(person.branch, 0)));
        let status = if *channel == "app_push" {
            draw.weighted(&[("sent", 12), ("delivered", 58), ("opened", 19), ("clicked", 7), ("failed", 4)])
        } else {
            draw.weighted(&[("delivered", 80), ("opened", 8), ("clicked", 6), ("failed", 6)])
        };
        let sent = Sent { campaign, wave, channel, template, arm, status, at };
        contact(&id, person, &sent, staff.as_deref(), tables);
        if answer(bank, person, count, &id, &sent, draw, tables) {
            return;
        }
        day += draw.day(3, 9);
    }
}

/// One contact as it left the bank.
struct Sent<'a> {
    campaign: Campaign,
    wave: &'a str,
    channel: &'a str,
    template: &'a str,
    arm: &'a str,
    status: &'a str,
    at: i64,
}

fn contact(id: &str, person: &Person, sent: &Sent<'_>, staff: Option<&str>, tables: &mut Tables) {
    let Sent { campaign, wave, channel, template, arm, status, at } = *sent;
    let action = id.replacen('N', "X", 1);
    let offer = campaign.offer.filter(|_| arm == "bonus");
    tables.push(
        TableName::Contacts,
        &[
            Value::Text(id),
            Value::Text("customers"),
            Value::Text(&person.id),
            Value::Text(&action),
            Value::Text(&person.id),
            Value::Text(campaign.id),
            Value::Text("1"),
            Value::Text(arm),
            Value::Text(wave),
            Value::Text(channel),
            Value::text(offer),
            Value::Text(template),
            Value::Time(at),
            Value::Text(status),
            Value::text(staff),
            Value::Integer(channel_cost(channel)),
        ],
    );
}

/// Writes what a contact led to; true when the customer took the offer and the campaign ends for them.
fn answer(
    bank: &Bank,
    person: &Person,
    count: &mut Sequence,
    contact: &str,
    sent: &Sent<'_>,
    draw: &mut Draw,
    tables: &mut Tables,
) -> bool {
    let Sent { campaign, channel, status, at, .. } = *sent;
    let eager = match person.habit {
        Habit::Lively => 0.16,
        Habit::Steady => 0.09,
        Habit::Fading => 0.04,
        Habit::Dormant => 0.02,
    };
    let call = channel.ends_with("call");
    let at = at + draw.between(1, 2_800) * 60_000;
    let answers = draw.chance(if call { 0.4 } else { eager });
    if status == "failed" || !answers || at >= Person::now(bank) {
        return false;
    }
    count.responses += 1;
    let kind = if call {
        draw.weighted(&[("answer", 66), ("accept", 14), ("decline", 20)])
    } else {
        draw.weighted(&[("click", 58), ("purchase", 14), ("activate", 10), ("accept", 18)])
    };
    let grade = call.then(|| draw.weighted(&[("A", 15), ("B", 30), ("C", 55)]));
    let worth = (kind == "purchase").then(|| (draw.log_normal(person.wealth * 0.1, 0.6) / 1_000.0).ceil() as i64 * 100_000);
    let reply = Reply { contact: Some(contact), at, kind, grade, worth };
    response(bank, person, count.responses, &reply, tables);
    let taken = matches!(kind, "accept" | "purchase");
    if taken && let Some(offer) = campaign.offer {
        count.grants += 1;
        let state = draw.weighted(&[("accepted", 50), ("redeemed", 35), ("expired", 15)]);
        tables.push(
            TableName::Grants,
            &[
                Value::Text(&bank.sub_id("G", person.number, count.grants, 3)),
                Value::Text("customers"),
                Value::Text(&person.id),
                Value::Text(offer),
                Value::Text(&person.id),
                Value::Text(campaign.id),
                Value::Text(state),
                Value::Time(at),
                Value::Time(at + 30 * DAY),
            ],
        );
    }
    taken
}

/// One row of the response ledger; a grade comes with the words of the call.
struct Reply<'a> {
    contact: Option<&'a str>,
    at: i64,
    kind: &'static str,
    grade: Option<&'static str>,
    worth: Option<i64>,
}

fn response(bank: &Bank, person: &Person, sequence: u64, reply: &Reply<'_>, tables: &mut Tables) {
    let words = reply.grade.map(|grade| match grade {
        "A" => "客户：可以，帮我办理。",
        "B" => "客户：好的，我考虑一下。",
        _ => "客户：暂时不需要。",
    });
    tables.push(
        TableName::Responses,
        &[
            Value::Text(&bank.sub_id("O", person.number, sequence, 3)),
            Value::text(reply.contact),
            Value::Text(&person.id),
            Value::Time(reply.at),
            Value::Text(reply.kind),
            Value::text(reply.worth.map(|_| "P113")),
            Value::integer(reply.worth),
            Value::text(words),
            Value::text(reply.grade),
        ],
    );
}
