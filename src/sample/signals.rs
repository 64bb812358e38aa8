//! Model scores, tags and life events.

use super::Bank;
use super::calendar::{DAY, day_number};
use super::holdings::Holding;
use super::lending::Loan;
use super::person::{Habit, Person};
use super::random::{Draw, Topic};
use super::shape::{TableName, Tables};
use super::table::Value;

/// Writes scores, tags and life events.
pub(super) fn write(bank: &Bank, person: &Person, holdings: &[Holding], loans: &[Loan], tables: &mut Tables) {
    let mut draw = Draw::new(bank.seed, person.number, Topic::Signals);
    scores(bank, person, loans, &mut draw, tables);
    tags(bank, person, holdings, &mut draw, tables);
    life(bank, person, loans, &mut draw, tables);
}

fn scores(bank: &Bank, person: &Person, loans: &[Loan], draw: &mut Draw, tables: &mut Tables) {
    if person.closed.is_some() {
        return;
    }
    let leaving = match person.habit {
        Habit::Lively => -2.6,
        Habit::Steady => -1.8,
        Habit::Fading => 0.5,
        Habit::Dormant => -0.3,
    };
    let rich = (person.wealth / 8_500.0).ln().clamp(-3.0, 6.0);
    let borrows = if loans.is_empty() { -2.4 } else { -1.5 };
    let models = [
        ("churn_score", "v2", leaving, 0.93, ["余额下降", "登录减少", "交易减少"]),
        ("fund_score", "v3", -2.3 + 0.35 * rich, 0.55, ["理财页停留", "风险承受较高", "闲置活期较多"]),
        ("loan_score", "v2", borrows, 0.4, ["贷款页停留", "流水稳定", "纳税增长"]),
        ("care_score", "v1", -1.2, 0.3, ["历史响应", "客户经理联系", "权益使用"]),
    ];
    for (model, version, centre, covered, reasons) in models {
        if !draw.chance(covered) {
            continue;
        }
        // Scores come monthly; one customer in twelve was last scored too long ago to be used.
        let newest = if draw.chance(0.08) { draw.day(36, 150) } else { draw.day(1, 30) };
        for month in 0..2 {
            let day = bank.as_of - newest - 30 * month;
            if day < person.opened {
                break;
            }
            let score = 1.0 / (1.0 + (-(centre + 0.8 * draw.normal())).exp());
            let at = i64::from(day) * DAY + 2 * 3_600_000 + draw.between(0, 3_599) * 1_000;
            tables.push(
                TableName::ModelScores,
                &[
                    Value::Text(&person.id),
                    Value::Text(model),
                    Value::Text(version),
                    Value::Number((score * 10_000.0).round() / 10_000.0),
                    Value::Time(at),
                    Value::Text(draw.pick(&reasons)),
                    if draw.chance(0.3) { Value::Missing } else { Value::Text(draw.pick(&reasons)) },
                ],
            );
        }
    }
}

fn tags(bank: &Bank, person: &Person, holdings: &[Holding], draw: &mut Draw, tables: &mut Tables) {
    let mut add = |tag: &str, value: &str, kind: &str, draw: &mut Draw| {
        let at = i64::from((bank.as_of - draw.day(1, 170)).max(person.opened)) * DAY + draw.between(1, 5) * 3_600_000;
        let expires = (!draw.chance(0.15)).then_some(at + draw.between(60, 365) * DAY);
        let row = [Value::Text(&person.id), Value::Text(tag), Value::Text(value), Value::Text(kind), Value::Time(at), Value::time(expires)];
        tables.push(TableName::Tags, &row);
    };
    if draw.chance(0.42) {
        let interest = draw.weighted(&[("wealth", 36), ("travel", 28), ("food", 36)]);
        add("interest", interest, "predicted", draw);
    }
    let class = match person.habit {
        Habit::Lively => "high",
        Habit::Steady => "middle",
        Habit::Fading | Habit::Dormant => "low",
    };
    add("activity", class, "fact", draw);
    if person.employer.is_some() {
        add("payroll", "yes", "fact", draw);
    }
    if person.study_abroad {
        add("study_abroad", "intent", "predicted", draw);
    }
    if person.wealth > 30_000.0 && draw.chance(0.09) {
        add("other_bank_deposit_maturing", "yes", "model", draw);
    }
    if holdings.iter().any(|holding| holding.class == "wealth") && draw.chance(0.5) {
        let style = draw.weighted(&[("steady", 60), ("balanced", 28), ("bold", 12)]);
        add("investor_style", style, "model", draw);
    }
}

fn life(bank: &Bank, person: &Person, loans: &[Loan], draw: &mut Draw, tables: &mut Tables) {
    let mut add = |event: &str, day: i32, source: &str| {
        if day < bank.as_of && day >= bank.as_of - 730 {
            tables.push(TableName::LifeEvents, &[Value::Text(&person.id), Value::Text(event), Value::Date(day), Value::Text(source)]);
        }
    };
    if let Some(mortgage) = loans.iter().find(|loan| loan.product == "P501") {
        add("house_purchase", mortgage.start - draw.day(5, 40), "loan_system");
    }
    if let Some(year) = person.child_born {
        let born = day_number(year, 1, 1) + draw.day(0, 364);
        add("child_born", born, "declared");
        add("school_entry", day_number(year + 6, 9, 1), "derived");
    }
    if (24..=34).contains(&person.age) && draw.chance(0.06) {
        add("marriage", bank.as_of - draw.day(1, 700), "declared");
    }
    if (60..=61).contains(&person.age) {
        add("retirement", person.birth + 60 * 365 + 15, "derived");
    }
    if person.employer.is_some() && draw.chance(0.07) {
        add("salary_rise", bank.as_of - draw.day(1, 300), "payroll");
    }
    let age_days = bank.as_of - person.birth;
    add("birthday", bank.as_of - 1 - age_days % 365, "derived");
}
