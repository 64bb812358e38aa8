//! 3 The goals: each goal, guard and watched metric in each arm, with its interval, its test and whether it is met.

use super::super::markup::Markup;
use super::icons;
use super::scene::{Scene, Sections, chance, count, level, p, spoken, withheld};
use super::table::{Cell, Table, folded, heading};
use crate::evaluate::evaluation::{Beside, Estimate, GoalRow, Met, Unit};

fn role(scene: &Scene<'_>, row: &GoalRow, first: bool) -> &'static str {
    match row.role.as_str() {
        "goal" if first => scene.say("primary goal", "首要目标"),
        "goal" => scene.say("goal", "目标"),
        "guard" => scene.say("guard", "护栏"),
        _ => scene.say("exploratory", "探索性指标"),
    }
}

fn standing(scene: &Scene<'_>, row: &GoalRow) -> Markup {
    let (words, met) = match row.guard.as_deref() {
        Some("safe") => (scene.say("safe", "安全"), Met::Met),
        Some("breached") => (scene.say("breached", "已突破"), Met::NotMet),
        Some(_) => (scene.say("unproven", "尚未证实"), Met::NotYetKnowable),
        None if row.role == "exploratory" => return Markup::text(scene.say("watched only", "仅观察")).inside("span", "wh"),
        None => match row.met {
            Met::Met if !scene.trial.randomised => (scene.say("reached", "数值达到"), Met::NotYetKnowable),
            Met::Met => (scene.say("met", "达成"), Met::Met),
            Met::NotMet => (scene.say("not met", "未达成"), Met::NotMet),
            Met::NotYetKnowable => (scene.say("not yet knowable", "尚无法判断"), Met::NotYetKnowable),
        },
    };
    let class = format!("chip st-{}", icons::state(met));
    icons::met(met).then(&Markup::text(words)).inside("span", &class)
}

fn line(head: &str, content: &Markup) -> Markup {
    Markup::written(format!("<span class=\"hd\">{}</span> ", super::super::markup::escaped(head))).then(content).inside("p", "ln")
}

/// `8.1% v 6.0%`, with successes of customers below, in the same order.
fn levels(scene: &Scene<'_>, row: &GoalRow) -> Markup {
    let voice = scene.voice;
    let both =
        level(voice, row.unit, &row.level).content.then(&Markup::text(" vs ")).then(&level(voice, row.unit, &row.level_against).content);
    let of = |n: u64, successes: Option<f64>| {
        let words = match successes {
            Some(successes) => format!("{} / {}", super::super::voice::number(successes), voice.count(n)),
            None => format!("n = {}", voice.count(n)),
        };
        Markup::text(&words).inside("p", "ln sm nb")
    };
    let against = if scene.is_arm(&row.against) { of(row.n_against, row.count_against) } else { Markup::default() };
    both.then(&of(row.n, row.count)).then(&against)
}

/// Method, what can be detected, and who was left out.
fn small_print(scene: &Scene<'_>, row: &GoalRow) -> Markup {
    let voice = scene.voice;
    let mut out = scene.words(&row.method);
    if let Some(detectable) = row.detectable.known() {
        let words =
            format!(" · {} {}", scene.say("detectable", "可检出差异"), voice.difference(row.unit, detectable).trim_start_matches('+'));
        out = out.then(&Markup::text(&words));
    }
    for (many, en, zh) in [(row.unknown, "value not known", "取值未知"), (row.immature, "not yet mature", "观察期未满")] {
        if many > 0 {
            out = out.then(&Markup::text(&format!(" · {} {}", scene.say(en, zh), voice.count(many))));
        }
    }
    out
}

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let trial = scene.trial;
    if trial.goals.is_empty() {
        return Markup::default();
    }
    let difference = if trial.randomised { scene.say("Difference", "差异") } else { scene.say("Adjusted difference", "调整后差异") };
    let mut heads = vec![scene.say("Goal", "目标"), scene.say("Level", "水平"), difference];
    if trial.randomised {
        heads.push(scene.say("Lift", "相对提升"));
    }
    heads.extend([scene.say("Test", "检验"), scene.say("Result", "结果"), scene.say("Method", "方法")]);
    let mut table = Table::new(scene.say("Goals, guards and watched metrics", "目标、护栏与观察指标"), &heads).cards();
    let mut before = "";
    for row in &trial.goals {
        table.row(cells(scene, row, row.name == before));
        before = &row.name;
    }
    let other = if scene.detail.sections == Sections::Least { Markup::default() } else { beside(scene) };
    table.block().then(&other).then(&adjusted(scene))
}

/// What is registered is not written again for the goal's other arms.
fn cells(scene: &Scene<'_>, row: &GoalRow, again: bool) -> Vec<Cell> {
    let voice = scene.voice;
    let first = scene.primary() == Some(row.name.as_str());
    let name = Markup::label(row.label.as_deref(), &row.name).inside("b", "gn");
    let registered =
        if again || row.registered.is_empty() { Markup::default() } else { Markup::text(&row.registered).inside("p", "ln mono") };
    let versus = scene.arm_markup(&row.arm).then(&Markup::text(" vs ")).then(&scene.arm_markup(&row.against)).inside("p", "ln");
    let role = Markup::text(role(scene, row, first)).inside("span", "tag");
    let mut cells = vec![
        Cell::words(name.then(&Markup::text(" ")).then(&role).then(&versus).then(&registered)),
        Cell::words(levels(scene, row)),
        Cell::words(spoken(&voice.estimate(row.unit, &row.difference))),
    ];
    if scene.trial.randomised {
        cells.push(Cell::words(spoken(&voice.relative(&row.lift))));
    }
    let adjusted = match row.p_adjusted.known() {
        Some(adjusted) => line(scene.say("adjusted", "校正后"), &spoken(&voice.figure(&row.p_adjusted, |_| voice.p(adjusted)))),
        None => Markup::default(),
    };
    let chance = match &row.chance {
        figure if figure.known().is_some() => line(scene.say("better", "更优概率"), &chance(voice, figure).content),
        _ => Markup::default(),
    };
    cells.push(Cell::words(p(voice, &row.p).content.then(&adjusted).then(&chance)));
    cells.push(Cell::words(standing(scene, row)));
    cells.push(Cell::words(small_print(scene, row).inside("span", "sm")));
    cells
}

/// The same comparisons by other methods.
fn beside(scene: &Scene<'_>) -> Markup {
    let heads = [
        scene.say("Goal", "目标"),
        scene.say("Arm", "组"),
        scene.say("Method", "方法"),
        scene.say("Difference", "差异"),
        "p",
        scene.say("More", "附注"),
    ];
    let title = scene.say("The same by other methods", "其他方法的结果");
    let mut table = Table::new(title, &heads);
    let one = |row: &GoalRow, beside: &Beside| {
        let extra = match &beside.extra {
            None => Markup::text("–"),
            Some((words, figure)) => {
                let written = scene.voice.figure(figure, |value| match beside.slug.as_str() {
                    "variance-reduced" => scene.voice.share(value),
                    "capped" | "uncapped" => scene.voice.level(row.unit, value),
                    _ => super::super::voice::number(value),
                });
                scene.words(words).then(&Markup::text(" ")).then(&spoken(&written))
            }
        };
        vec![
            Cell::words(Markup::label(row.label.as_deref(), &row.name)),
            Cell::words(scene.arm_markup(&row.arm)),
            Cell::words(scene.words(&beside.title)),
            Cell::number(spoken(&scene.voice.estimate(row.unit, &beside.difference))),
            p(scene.voice, &beside.p),
            Cell::words(extra),
        ]
    };
    for row in &scene.trial.goals {
        for other in &row.beside {
            table.row(one(row, other));
        }
    }
    table.at_most(scene.detail.rows, scene.voice).folded(title)
}

/// Ways to estimate without chance, side by side.
fn adjusted(scene: &Scene<'_>) -> Markup {
    let trial = scene.trial;
    if trial.adjusted.is_empty() {
        return Markup::default();
    }
    let unit_of = |goal: &str| trial.goals.iter().find(|row| row.name == goal).map_or(Unit::Number, |row| row.unit);
    let title = scene.say("Ways to estimate without chance, side by side", "非随机情形下的各种估计");
    let heads = [
        scene.say("Method", "方法"),
        scene.say("Goal", "目标"),
        scene.say("Arm", "组"),
        scene.say("Difference", "差异"),
        "p",
        scene.say("Effective customers", "有效客户数"),
    ];
    let mut table = Table::new(title, &heads);
    for row in &trial.adjusted {
        let effective = match row.effective.known() {
            Some(effective) => Cell::number(Markup::text(&super::super::voice::number(effective.round()))),
            None => Cell::words(withheld(&scene.voice.figure(&row.effective, |_| String::new()).line())),
        };
        table.row(vec![
            Cell::words(scene.words(&row.title)),
            Cell::words(Markup::name(&scene.goal(&row.goal))),
            Cell::words(scene.arm_markup(&row.arm)),
            estimate(scene, unit_of(&row.goal), &row.difference),
            p(scene.voice, &row.p),
            effective,
        ]);
    }
    heading(title).then(&table.block())
}

fn estimate(scene: &Scene<'_>, unit: Unit, estimate: &Estimate) -> Cell {
    Cell::number(spoken(&scene.voice.estimate(unit, estimate)))
}

/// A block of closed tests, for the appendix.
#[must_use]
pub fn tests(scene: &Scene<'_>) -> Markup {
    let heads = [
        scene.say("Goal", "目标"),
        scene.say("Arm", "组"),
        scene.say("Against", "对比组"),
        scene.say("Method", "方法"),
        "p",
        scene.say("Adjusted p", "校正后 p"),
    ];
    let title = scene.say("Every test that was run", "全部检验");
    let mut table = Table::new(title, &heads);
    for row in &scene.trial.tests {
        table.row(vec![
            Cell::words(Markup::name(&scene.goal(&row.goal))),
            Cell::words(scene.arm_markup(&row.arm)),
            Cell::words(scene.arm_markup(&row.against)),
            Cell::words(scene.words(&row.method)),
            p(scene.voice, &row.p),
            p(scene.voice, &row.p_adjusted),
        ]);
    }
    let many = scene.trial.tests.len();
    if many == 0 {
        return Markup::default();
    }
    let head = format!("{title} ({})", count(scene.voice, many as u64).content);
    folded(&head, table.at_most(scene.detail.rows * 2, scene.voice).block())
}
