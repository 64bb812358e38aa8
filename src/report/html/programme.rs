//! 11 The programme: its metrics as of now by group, and who moved between the labels of its ladders.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Flow, flow};
use super::super::voice::{Voice, precise};
use super::icons;
use super::scene::{Detail, SMALLEST_CELL, cell_count, few, level, share, spoken, withheld};
use super::table::{Cell, Table, figure, heading, paragraph};
use crate::evaluate::evaluation::{Evaluation, Figure, Met, MetricBound, MetricGroup, MetricReport, Migration};

/// The section's content.
#[must_use]
pub fn content(evaluation: &Evaluation, voice: Voice, detail: Detail) -> Markup {
    let metrics = evaluation.metrics.iter().fold(Markup::default(), |all, metric| all.then(&metric_of(metric, voice, detail)));
    let moves = evaluation.migrations.iter().fold(Markup::default(), |all, one| all.then(&migration(one, voice, detail)));
    pacing(evaluation, voice, detail).then(&metrics).then(&moves)
}

/// Budgets and places beside the time that is over.
fn pacing(evaluation: &Evaluation, voice: Voice, detail: Detail) -> Markup {
    if evaluation.pacing.is_empty() {
        return Markup::default();
    }
    let title = voice.say("How far budgets and places have gone", "预算与名额进度");
    let heads = [
        voice.say("Of", "对象"),
        voice.say("Limit", "上限"),
        voice.say("Used", "已用"),
        voice.say("Share", "占比"),
        voice.say("Time over", "时间进度"),
        voice.say("Pace", "进度"),
    ];
    let mut table = Table::new(title, &heads);
    for row in &evaluation.pacing {
        let amount = |value: f64| level(voice, row.unit, &Figure::Known(value));
        let what = if row.what == "budget" { voice.say("budget of ", "预算：") } else { voice.say("places of ", "名额：") };
        let of = Markup::text(what).then(&Markup::label(row.label.as_deref(), &row.name));
        let words = Markup::text(if voice.chinese() { &row.sentence.zh } else { &row.sentence.en });
        let time = row.elapsed.known().map_or_else(|| Cell::text("–"), |elapsed| Cell::number(Markup::text(&voice.share(elapsed))));
        table.row(vec![
            Cell::words(of),
            amount(row.whole),
            amount(row.used),
            share(voice, &row.share),
            time,
            Cell::words(icons::light(row.light).then(&Markup::text(" ")).then(&words)),
        ]);
    }
    heading(title).then(&table.at_most(detail.rows, voice).block())
}

fn metric_of(metric: &MetricReport, voice: Voice, detail: Detail) -> Markup {
    let title = cleaned(metric.label.as_deref().unwrap_or(&metric.name), 60);
    let heads = [
        voice.say("Group", "分组"),
        voice.say("Now", "当前"),
        voice.say("One window earlier", "上一窗口"),
        voice.say("Way", "变化方向"),
        "n",
    ];
    let mut table = Table::new(&title, &heads);
    for group in &metric.groups {
        table.row(group_row(metric, group, voice));
    }
    let written = paragraph(&Markup::text(&metric.written).inside("code", ""));
    let bound = metric.bound.as_ref().map_or_else(Markup::default, |bound| paragraph(&held_against(metric, bound, voice)));
    heading(&title).then(&written).then(&bound).then(&table.at_most(detail.rows, voice).block())
}

/// `✓ met: at least 100,000`
fn held_against(metric: &MetricReport, bound: &MetricBound, voice: Voice) -> Markup {
    let words = match bound.met {
        Met::Met => voice.say("met", "达成"),
        Met::NotMet => voice.say("not met", "未达成"),
        Met::NotYetKnowable => voice.say("not yet knowable", "尚无法判断"),
    };
    let side = if bound.at_least { voice.say(": at least ", "：不低于 ") } else { voice.say(": at most ", "：不高于 ") };
    let value = level(voice, metric.unit, &Figure::Known(bound.value)).content;
    icons::met(bound.met).then(&Markup::text(&format!(" {words}{side}"))).then(&value)
}

fn group_row(metric: &MetricReport, group: &MetricGroup, voice: Voice) -> Vec<Cell> {
    let name = if group.group.is_empty() {
        Markup::text(voice.say("all", "全部"))
    } else {
        let parts = group
            .group
            .iter()
            .map(|part| if part.is_empty() { Markup::text(voice.say("(missing)", "（缺失）")) } else { Markup::name(part) });
        parts.reduce(|all, part| all.then(&Markup::text(" · ")).then(&part)).unwrap_or_default()
    };
    if group.n < SMALLEST_CELL {
        let hidden = || Cell::words(withheld(few(voice)));
        return vec![Cell::words(name), hidden(), hidden(), hidden(), Cell::number(cell_count(voice, group.n))];
    }
    let way = match (group.value.known(), group.previous.known()) {
        (Some(now), Some(before)) if now > before => voice.say("▲ up", "▲ 上升"),
        (Some(now), Some(before)) if now < before => voice.say("▼ down", "▼ 下降"),
        (Some(_), Some(_)) => voice.say("= same", "= 持平"),
        (_, _) => voice.say("not comparable", "无法比较"),
    };
    vec![
        Cell::words(name),
        level(voice, metric.unit, &group.value),
        level(voice, metric.unit, &group.previous),
        Cell::text(way),
        Cell::number(cell_count(voice, group.n)),
    ]
}

fn migration(one: &Migration, voice: Voice, detail: Detail) -> Markup {
    let title = cleaned(one.label.as_deref().unwrap_or(&one.ladder), 60);
    let labels: Vec<String> = one.labels.iter().map(|(name, label)| cleaned(label.as_deref().unwrap_or(name), 40)).collect();
    let mut flows = Vec::new();
    let mut hidden = 0_usize;
    let heads: Vec<&str> = [voice.say("From ↓ to →", "从 ↓ 到 →")].into_iter().chain(labels.iter().map(String::as_str)).collect();
    let mut data = Table::new(&title, &heads);
    for (from, (counts, label)) in one.counts.iter().zip(&labels).enumerate() {
        for (to, count) in counts.iter().enumerate() {
            if *count < SMALLEST_CELL {
                hidden += 1;
            } else {
                flows.push(Flow { from, to, count: *count });
            }
        }
        data.row([Cell::text(label)].into_iter().chain(counts.iter().map(|count| Cell::number(cell_count(voice, *count)))).collect());
    }
    let note = match (hidden, voice.chinese()) {
        (0, _) => String::new(),
        (_, false) => "Moves of fewer than 10 customers are not drawn and are written <10.".to_owned(),
        (_, true) => "少于 10 位客户的迁移不绘出，以 <10 表示。".to_owned(),
    };
    let drawn = if flows.is_empty() {
        paragraph(&Markup::text(&note)).then(&data.block())
    } else {
        let name = |index: usize| labels.get(index).map_or("", String::as_str);
        let moves = flows.iter().filter(|flow| flow.from != flow.to);
        let description = moves
            .take(16)
            .map(|flow| format!("{} → {}: {}", name(flow.from), name(flow.to), voice.count(flow.count)))
            .collect::<Vec<_>>()
            .join("; ");
        let picture_title = format!("{title}{}{} → {}", voice.colon(), cleaned(&one.from_day, 20), cleaned(&one.to_day, 20));
        let picture = flow(&picture_title, &description, &labels, &flows, (&one.from_day, &one.to_day), voice);
        figure(&picture, &note, &data, detail, voice)
    };
    heading(&title).then(&paragraph(&stability(one, voice))).then(&drawn)
}

/// Share that moved and the stability index against its critical value.
fn stability(one: &Migration, voice: Voice) -> Markup {
    let changed = Markup::text(voice.say("Moved to another label: ", "标签发生变化：")).then(&share(voice, &one.changed).content);
    let index = |figure: &Figure| spoken(&voice.figure(figure, precise));
    let words = changed.then(&Markup::text(" · PSI ")).then(&index(&one.psi));
    words
        .then(&Markup::text(voice.say(" (critical ", "（临界值 ")))
        .then(&index(&one.psi_critical))
        .then(&Markup::text(voice.say(")", "）")))
}
