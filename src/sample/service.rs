//! Journeys, surveys about them, and conversations.

use super::Bank;
use super::calendar::{DAY, moment};
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::reference;
use super::shape::{TableName, Tables};
use super::table::Value;

/// A name or topic with the words that belong to it.
type Journey = (&'static str, &'static [&'static str]);
type Talk = (&'static str, &'static [&'static str], &'static [&'static str]);

const JOURNEYS: &[(Journey, u32)] = &[
    (("loan_application", &["form", "documents", "credit_check", "signing", "disbursed"]), 16),
    (("account_open", &["identity", "risk_notice", "opened"]), 22),
    (("wealth_buy", &["browse", "risk_test", "order", "paid"]), 34),
    (("card_open", &["form", "credit_check", "card_sent"]), 18),
    (("complaint_close", &["received", "investigated", "closed"]), 10),
];

const PRAISE: &[&str] = &["客户经理很专业", "办理很快，体验不错", "手机银行好用", "服务周到", "利率合适，推荐给朋友了"];
const BLAME: &[&str] =
    &["等太久了，排队一个多小时", "响应太慢，电话打不通", "问题还没解决", "说了三次未解决", "收费不透明", "流程太复杂", "系统总是闪退"];

/// Topic, intents, and sentences customers say.
const TALKS: &[(Talk, u32)] = &[
    (("balance", &["query_balance", "query_bill"], &["查一下余额", "我想看看本月账单"]), 26),
    (("card", &["card_limit", "card_annual_fee"], &["信用卡年费怎么收", "能不能提高额度"]), 20),
    (("loan", &["loan_rate", "loan_renewal"], &["贷款利率能不能降一点", "快到期了怎么续贷"]), 14),
    (("wealth", &["wealth_yield", "wealth_risk"], &["这个产品收益有多少", "最近净值一直在跌，我很担心"]), 18),
    (("app", &["login_problem", "transfer_limit"], &["登录不上去", "转账限额怎么调"]), 13),
    (("complaint", &["complaint_fee", "complaint_service"], &["为什么乱扣费，我要投诉", "你们的服务太差了"]), 9),
];

/// Writes journeys, surveys and interactions.
pub(super) fn write(bank: &Bank, person: &Person, tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Service);
    let last = person.active_until.min(bank.as_of) - 1;
    let first = (bank.as_of - 365).max(person.opened);
    if last >= first {
        let share = f64::from(last - first + 1) / 365.0;
        let journeys = draw.poisson(share * (0.25 + person.pace * 0.05)).min(9);
        for sequence in 1..=journeys {
            journey(bank, person, sequence, draw.day(first, last), &mut draw, tables);
        }
        let sessions = draw.poisson(share * (0.35 + person.pace * 0.06)).min(40);
        let mut talks = 0;
        for session in 1..=sessions {
            let day = draw.day(first, last);
            talk(bank, person, session, day, &mut talks, &mut draw, tables);
        }
    }
}

fn journey(bank: &Bank, person: &Person, sequence: u64, day: i32, draw: &mut Draw, tables: &mut Tables) {
    let (name, steps) = draw.weighted(JOURNEYS);
    let started = moment(day, draw.unit());
    let minutes = draw.log_normal(if name == "loan_application" { 900.0 } else { 14.0 }, 0.9).clamp(1.0, 20_000.0);
    let ended = (started + (minutes * 60.0) as i64 * 1_000).min(Person::now(bank) - 60_000);
    let completed = draw.chance(0.72);
    let reached = if completed { steps.last().copied().unwrap_or_default() } else { draw.pick(steps) };
    let branch = reference::branch_id(person.branch);
    tables.push(
        TableName::JourneysDone,
        &[
            Value::Text(&bank.sub_id("J", person.number, sequence, 2)),
            Value::Text(&person.id),
            Value::Text(name),
            Value::Time(started.min(ended)),
            Value::Time(ended),
            Value::Flag(completed),
            Value::Text(reached),
            if draw.chance(0.35) { Value::Missing } else { Value::Text(&branch) },
        ],
    );
    let sent = ended + DAY;
    if completed && sent < Person::now(bank) - DAY && draw.chance(0.8) {
        survey(bank, person, sequence, name, sent, draw, tables);
    }
}

fn survey(bank: &Bank, person: &Person, sequence: u64, journey: &str, sent: i64, draw: &mut Draw, tables: &mut Tables) {
    let answered_at = sent + draw.between(4, 4_000) * 60_000;
    let answered = draw.chance(0.38) && answered_at < Person::now(bank);
    let unhappy = journey == "complaint_close" || person.habit == Habit::Fading;
    let score = if unhappy {
        draw.weighted(&[(0_i64, 6), (1, 3), (2, 4), (3, 6), (4, 7), (5, 12), (6, 14), (7, 18), (8, 16), (9, 9), (10, 5)])
    } else {
        draw.weighted(&[(0, 2), (1, 1), (2, 1), (3, 2), (4, 2), (5, 5), (6, 7), (7, 16), (8, 24), (9, 22), (10, 18)])
    };
    let csat = ((score as f64 / 10.0 + 0.08 * draw.normal()).clamp(0.0, 1.0) * 100.0).round() / 100.0;
    let comment = match score {
        ..=6 if draw.chance(0.6) => Some(draw.pick(BLAME)),
        9.. if draw.chance(0.25) => Some(draw.pick(PRAISE)),
        _ => None,
    };
    let open = answered && !draw.chance(0.03);
    tables.push(
        TableName::Surveys,
        &[
            Value::Text(&bank.sub_id("U", person.number, sequence, 2)),
            Value::Text(&person.id),
            Value::Text(&reference::branch_id(person.branch)),
            Value::Text(journey),
            Value::Time(sent),
            Value::time(answered.then_some(answered_at)),
            Value::integer(open.then_some(score)),
            Value::number((open && !draw.chance(0.15)).then_some(csat)),
            Value::text(comment.filter(|_| answered)),
        ],
    );
}

fn talk(bank: &Bank, person: &Person, session: u64, day: i32, talks: &mut u64, draw: &mut Draw, tables: &mut Tables) {
    let (topic, intents, sentences) = draw.weighted(TALKS);
    let channel = draw.weighted(&[
        ("phone_in", 22),
        ("chat_bot", 40),
        ("phone_out", 14),
        ("ai_call", 10),
        ("branch", 8),
        ("wechat", 5),
        ("email", 1),
    ]);
    let intent = draw.pick(intents);
    let mut at = i64::from(day) * DAY + draw.between(8 * 60, 20 * 60) * 60_000;
    let turns = if channel == "chat_bot" { 1 + draw.poisson(0.7).min(4) } else { 1 };
    for turn in 1..=turns {
        *talks += 1;
        let angry = topic == "complaint";
        let mood = draw.weighted(&[
            ("positive", if angry { 0 } else { 18 }),
            ("neutral", if angry { 10 } else { 70 }),
            ("anxious", 8),
            ("complaining", if angry { 50 } else { 3 }),
            ("angry", if angry { 25 } else { 1 }),
        ]);
        let outbound = channel == "phone_out" || channel == "ai_call";
        let result = draw.weighted(&[("answered", 52), ("no_answer", 26), ("refused", 9), ("accepted", 7), ("callback", 6)]);
        let objection = draw.weighted(&[("other_bank_vip", 3), ("short_of_funds", 4), ("risk_doubt", 3)]);
        let agent = reference::staff_id(person.branch, draw.below(reference::MANAGERS + 2));
        let human = matches!(channel, "phone_in" | "phone_out" | "branch" | "wechat");
        // The same intent again in one session: the customer was not understood.
        let said = if turn > 1 && draw.chance(0.5) { intent } else { draw.pick(intents) };
        tables.push(
            TableName::Interactions,
            &[
                Value::Text(&bank.sub_id("I", person.number, *talks, 3)),
                Value::Text(&person.id),
                Value::Time(at),
                Value::Text(&bank.sub_id("Z", person.number, session, 3)),
                Value::Text(channel),
                if human { Value::Text(&agent) } else { Value::Missing },
                Value::Text(topic),
                Value::Text(said),
                if draw.chance(0.2) { Value::Missing } else { Value::Text(draw.pick(sentences)) },
                if draw.chance(0.3) { Value::Missing } else { Value::Text(mood) },
                if outbound && draw.chance(0.3) { Value::Text(objection) } else { Value::Missing },
                if outbound { Value::Text(result) } else { Value::Missing },
                Value::Flag(angry && draw.chance(0.3)),
            ],
        );
        at += draw.between(10, 120) * 1_000;
    }
}
