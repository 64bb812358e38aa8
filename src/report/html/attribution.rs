//! 10 Attribution: conversions credited to channels, by the registered rule and by others beside it.

use super::super::markup::{Markup, cleaned, escaped};
use super::super::voice::{Voice, number};
use super::scene::{money, spoken};
use super::table::{Cell, Table, heading, paragraph};
use crate::evaluate::evaluation::{Attribution, Evaluation};

/// The section's content.
#[must_use]
pub fn content(evaluation: &Evaluation, voice: Voice) -> Markup {
    if evaluation.attributions.is_empty() {
        return Markup::default();
    }
    let words = voice.say(
        "Credit says who was there, not what was caused; for that read the comparisons by chance above. Each column sums to the conversions.",
        "归因说明谁参与过，不说明因果；因果请看随机对照的结果。每一列之和等于转化总数。",
    );
    evaluation.attributions.iter().fold(paragraph(&Markup::text(words)), |all, one| all.then(&table(one, voice)))
}

fn rule_words(rule: &str, voice: Voice) -> String {
    match rule {
        "first" | "first-touch" => voice.say("first touch", "首次触点").into(),
        "last" | "last-touch" => voice.say("last touch", "末次触点").into(),
        "linear" => voice.say("linear", "线性").into(),
        "position" | "position-based" => voice.say("position", "位置加权").into(),
        "time-decay" | "time decay" | "time_decay" => voice.say("time decay", "时间衰减").into(),
        "shapley" | "Shapley" => voice.say("Shapley", "夏普利值").into(),
        "markov" | "Markov" => voice.say("Markov", "马尔可夫").into(),
        other => cleaned(other, 40),
    }
}

fn table(one: &Attribution, voice: Voice) -> Markup {
    let title = cleaned(one.label.as_deref().unwrap_or(&one.metric), 60);
    let rules: Vec<&str> = one.rows.first().map(|row| row.credits.iter().map(|credit| credit.0.as_str()).collect()).unwrap_or_default();
    let heads: Vec<String> = [voice.say("Channel", "渠道").to_owned()]
        .into_iter()
        .chain(rules.iter().map(|rule| if *rule == one.rule { format!("{} ★", rule_words(rule, voice)) } else { rule_words(rule, voice) }))
        .chain([voice.say("Cost", "成本").to_owned()])
        .collect();
    let mut table = Table::new(&title, &heads.iter().map(String::as_str).collect::<Vec<_>>());
    for row in &one.rows {
        let credits = row.credits.iter().map(|(rule, figure)| {
            let bar = match figure.known() {
                Some(credit) if *rule == one.rule && one.conversions > 0.0 => bar(credit / one.conversions),
                _ => Markup::default(),
            };
            let written = voice.figure(figure, |credit| number((credit * 100.0).round() / 100.0));
            Cell::number(spoken(&written).then(&bar))
        });
        let cost = Cell::number(money(voice, row.cost));
        table.row([Cell::words(Markup::name(&row.channel))].into_iter().chain(credits).chain([cost]).collect());
    }
    let rule = rule_words(&one.rule, voice);
    let note = match voice.chinese() {
        false => format!(
            "★ registered rule: {rule}; {} conversions; touches of the {} days before",
            number(one.conversions),
            number(one.lookback_days)
        ),
        true => format!("★ 登记的规则：{rule}；转化 {} 次；回溯 {} 天内的触点", number(one.conversions), number(one.lookback_days)),
    };
    table.note = note;
    heading(&title).then(&table.block())
}

/// A bar inside a cell; the number beside it says the same.
fn bar(share: f64) -> Markup {
    let width = escaped(&super::super::plot::canvas::at((share.clamp(0.0, 1.0)) * 60.0));
    Markup::written(format!(
        "<svg class=\"cb\" viewBox=\"0 0 60 6\" aria-hidden=\"true\"><rect class=\"e\" width=\"60\" height=\"6\"/><rect class=\"f1\" width=\"{width}\" height=\"6\"/></svg>"
    ))
}
