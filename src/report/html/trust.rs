//! 2 Can we trust it: every check with its light, and how alike the arms were before they entered.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Covariate, balance};
use super::super::voice::{fixed, precise};
use super::scene::{Scene, Sections, p};
use super::table::{Cell, Table, figure};
use super::{icons, rendered};
use crate::evaluate::evaluation::{BalanceRow, Light};
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
    if trial.trust.is_empty() && trial.balance.is_empty() {
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
    lights.then(&love(scene))
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
