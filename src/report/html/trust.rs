//! 2 Can we trust it: every check with its light, and how alike the arms were before they entered.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Covariate, balance};
use super::super::voice::{fixed, precise};
use super::scene::{Scene, Sections, p};
use super::table::{Cell, Table, figure, heading};
use super::{icons, rendered};
use crate::evaluate::evaluation::{BalanceRow, DriftMove, DriftRow, Figure, Light};
use askama::Template;

struct CheckView {
    class: &'static str,
    icon: Markup,
    light: &'static str,
    title: Markup,
    sentence: Markup,
    numbers: Markup,
}

#[derive(Template)]
#[template(path = "checks.html")]
struct ChecksPage {
    summary: String,
    checks: Vec<CheckView>,
}

/// The light in words.
#[must_use]
pub fn light_words(scene: &Scene<'_>, light: Light) -> &'static str {
    match light {
        Light::Green => scene.say("fine", "通过"),
        Light::Amber => scene.say("watch", "留意"),
        Light::Red => scene.say("stop", "不可信"),
    }
}

fn class(light: Light) -> &'static str {
    match light {
        Light::Green => "green",
        Light::Amber => "amber",
        Light::Red => "red",
    }
}

fn summary(scene: &Scene<'_>) -> String {
    let of = |light: Light| scene.trial.trust.iter().filter(|check| check.light == light).count();
    let (red, amber, green) = (of(Light::Red), of(Light::Amber), of(Light::Green));
    let worst = match (red, amber) {
        (0, 0) => scene.say("Nothing speaks against the comparison.", "没有发现影响可信度的问题。"),
        (0, _) if !scene.trial.randomised => scene.say(
            "Nobody drew the arms by chance: no difference here is more than an adjusted one.",
            "各组并非随机产生：这里的差异都只是调整后的差异。",
        ),
        (0, _) => scene.say("The comparison holds; read the amber points with it.", "比较成立；请结合黄色项目一起看。"),
        (_, _) => scene.say("A red check caps the verdict at “investigate”.", "有红色项目：结论至多为“先排查”。"),
    };
    match scene.voice.chinese() {
        false => format!("{green} fine, {amber} to watch, {red} red. {worst}"),
        true => format!("{green} 项通过，{amber} 项留意，{red} 项红色。{worst}"),
    }
}

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let trial = scene.trial;
    if trial.trust.is_empty() && trial.balance.is_empty() && trial.drift.is_none() {
        return Markup::default();
    }
    let checks = trial.trust.iter().map(|check| {
        let value = check.value.known().map(|value| format!("{} {}", scene.say("found", "实测"), precise(value)));
        let limit = check.limit.map(|limit| format!("{} {}", scene.say("limit", "界限"), precise(limit)));
        let numbers: Vec<String> = [value, limit].into_iter().flatten().collect();
        CheckView {
            class: class(check.light),
            icon: icons::light(check.light),
            light: light_words(scene, check.light),
            title: scene.words(&check.title),
            sentence: scene.words(&check.sentence),
            numbers: Markup::text(&numbers.join(" · ")),
        }
    });
    let lights = if trial.trust.is_empty() {
        Markup::default()
    } else {
        rendered(&ChecksPage { summary: summary(scene), checks: checks.collect() })
    };
    lights.then(&love(scene)).then(&drift(scene))
}

/// Who came first and who came later, by characteristic.
fn drift(scene: &Scene<'_>) -> Markup {
    let Some(report) = scene.trial.drift.as_ref().filter(|_| scene.detail.sections != Sections::Least) else { return Markup::default() };
    let heads = [
        scene.say("Characteristic", "特征"),
        scene.say("Stability index", "稳定性指数"),
        scene.say("By chance below", "偶然波动上限"),
        scene.say("Moved most", "变化最大的取值"),
        scene.say("First half", "前半"),
        scene.say("Later half", "后半"),
        "",
    ];
    let title = scene.say("Are later customers like earlier ones?", "后来的客户与先来的是否相似？");
    let mut data = Table::new(title, &heads);
    for row in &report.rows {
        let index =
            |figure: &Figure, digits: usize| Cell::number(Markup::text(&scene.voice.figure(figure, |value| fixed(value, digits)).line()));
        let part = |value: f64| Cell::number(Markup::text(&scene.voice.share(value)));
        let (value, first, later) = match &row.moved {
            Some(moved) => (moved_value(scene, row, moved), part(moved.first), part(moved.later)),
            None => (Markup::text(scene.say("nothing", "无")), Cell::text("–"), Cell::text("–")),
        };
        let name = Markup::label(row.label.as_deref(), &row.name);
        let name = if row.outcome { name.then(&Markup::text(scene.say(" (outcome)", "（结果）"))) } else { name };
        let light = icons::light(row.light).then(&Markup::text(" ")).then(&Markup::text(light_words(scene, row.light)));
        data.row(vec![
            Cell::words(name),
            index(&row.index, 3),
            index(&row.critical, 4),
            Cell::words(value),
            first,
            later,
            Cell::words(light),
        ]);
    }
    let order = match (&report.along, scene.voice.chinese()) {
        (Some(along), false) => format!("by {}", cleaned(along, 40)),
        (Some(along), true) => format!("按{}排序", cleaned(along, 40)),
        (None, false) => "by entry".to_owned(),
        (None, true) => "按进入时间排序".to_owned(),
    };
    let (first, later) = (scene.voice.count(report.first), scene.voice.count(report.later));
    let note = match scene.voice.chinese() {
        false => format!("{first} customers came first and {later} later, {order}; over 0.1 and above chance is watched"),
        true => format!("{order}：前半 {first} 位，后半 {later} 位；指数超过 0.1 且超出偶然波动即留意"),
    };
    let unplaced = match (report.unplaced, scene.voice.chinese()) {
        (0, _) => String::new(),
        (n, false) => format!("; {} have no place in the order", scene.voice.count(n)),
        (n, true) => format!("；{} 位没有先后信息", scene.voice.count(n)),
    };
    let note = note + &unplaced;
    let mut table = data.at_most(scene.detail.rows, scene.voice);
    if table.note.is_empty() {
        table.note = note;
    }
    heading(title).then(&table.block())
}

/// The value that moved most, in words.
fn moved_value(scene: &Scene<'_>, row: &DriftRow, moved: &DriftMove) -> Markup {
    if row.outcome {
        return Markup::text(scene.say("reached", "达成"));
    }
    match moved.value.strip_prefix('#').and_then(|tenth| tenth.parse::<u32>().ok()) {
        Some(tenth) if !scene.voice.chinese() => Markup::text(&format!("tenth {tenth} from the least")),
        Some(tenth) => Markup::text(&format!("从小到大第 {tenth} 段")),
        None if moved.value.is_empty() => Markup::text(scene.say("(missing)", "（缺失）")),
        None => Markup::label(moved.label.as_deref(), &moved.value),
    }
}

fn love(scene: &Scene<'_>) -> Markup {
    let rows = &scene.trial.balance;
    if rows.is_empty() || scene.detail.sections == Sections::Least {
        return Markup::default();
    }
    let several = rows.iter().any(|row| Some(row.arm.as_str()) != rows.first().map(|first| first.arm.as_str()));
    let label = |row: &BalanceRow| {
        let name = row.label.clone().unwrap_or_else(|| row.covariate.clone());
        let name = cleaned(&name, 60);
        if several { format!("{name} · {}", scene.arm(&row.arm)) } else { name }
    };
    let signed = |value: f64| if value > 0.0 { format!("+{}", fixed(value, 3)) } else { fixed(value, 3) };
    let heads = [
        scene.say("Known before", "事前信息"),
        scene.say("Arm", "组"),
        scene.say("Before weighting", "加权前"),
        scene.say("After", "加权后"),
        "p",
    ];
    let title = scene.say("Were the arms alike before they entered?", "进入之前各组是否相似？");
    let mut data = Table::new(title, &heads);
    let mut dots = Vec::new();
    for row in rows {
        let after = row.after.as_ref();
        let said = |figure| scene.voice.figure(figure, signed).line();
        let text = match after {
            Some(after) => format!("{} → {}", said(&row.before), said(after)),
            None => said(&row.before),
        };
        dots.push(Covariate {
            label: label(row),
            arm: scene.style(&row.arm),
            before: row.before.known(),
            after: after.and_then(|figure| figure.known()),
            text,
        });
        data.row(vec![
            Cell::words(Markup::label(row.label.as_deref(), &row.covariate)),
            Cell::words(scene.arm_markup(&row.arm)),
            Cell::number(Markup::text(&said(&row.before))),
            Cell::number(Markup::text(&after.map_or_else(|| scene.say("not weighted", "未加权").into(), said))),
            p(scene.voice, &row.p),
        ]);
    }
    dots.truncate(40);
    let description = dots.iter().take(12).map(|dot| format!("{}: {}", dot.label, dot.text)).collect::<Vec<_>>().join("; ");
    figure(&balance(title, &description, &dots, scene.voice), "", &data, scene.detail, scene.voice)
}
