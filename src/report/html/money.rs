//! 5 Money: what an arm cost, what it brought, what is left, and where it pays for itself.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Bar, Forest, Group, Purse, forest, money as drawn};
use super::scene::{Scene, difference, level, money, spoken};
use super::table::{Cell, Table, figure};
use super::verdict::bar_of;
use crate::evaluate::evaluation::{MoneyRow, Unit};

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    if scene.trial.money.is_empty() {
        return Markup::default();
    }
    picture(scene).then(&break_even(scene)).then(&table(scene).block())
}

fn table(scene: &Scene<'_>) -> Table {
    let voice = scene.voice;
    let heads = [
        scene.say("Arm", "组"),
        scene.say("Cost", "成本"),
        scene.say("Incremental", "增量达成"),
        scene.say("Cost per incremental", "单位增量成本"),
        scene.say("Benefit", "收益"),
        scene.say("Net", "净收益"),
        "ROI",
        scene.say("Net per 1,000", "每千人净收益"),
    ];
    let mut table = Table::new(scene.say("Money by arm", "各组收支"), &heads).cards();
    for row in &scene.trial.money {
        let value = match row.value {
            Some(value) => Markup::text(scene.say("one is worth ", "单次价值 ")).then(&money(voice, value)).inside("p", "ln sm"),
            None => super::scene::withheld(scene.say("benefit not priced", "收益未定价")),
        };
        let contacted = Markup::text(&format!("{} {}", scene.say("contacted", "触达"), voice.count(row.contacted))).inside("p", "ln sm");
        table.row(vec![
            Cell::words(scene.arm_markup(&row.arm).then(&contacted).then(&value)),
            Cell::number(money(voice, row.cost)),
            difference(voice, Unit::Number, &row.incremental),
            level(voice, Unit::Money, &row.cost_per_incremental),
            difference(voice, Unit::Money, &row.benefit),
            difference(voice, Unit::Money, &row.net),
            Cell::number(spoken(&voice.figure(&row.roi, |roi| format!("{}%", super::super::voice::number((roi * 100.0).round()))))),
            difference(voice, Unit::Money, &row.net_per_thousand),
        ]);
    }
    table
}

fn picture(scene: &Scene<'_>) -> Markup {
    let title = scene.say("Cost, benefit and net", "成本、收益与净收益");
    let priced = |row: &&MoneyRow| row.net.value.known().is_some();
    let purses: Vec<Purse> = scene
        .trial
        .money
        .iter()
        .filter(priced)
        .map(|row| Purse {
            label: cleaned(&scene.arm(&row.arm), 60),
            arm: scene.style(&row.arm),
            cost: row.cost,
            benefit: row.benefit.value.known(),
            net: row.net.value.known(),
            lower: row.net.lower.known(),
            upper: row.net.upper.known(),
            text: scene.voice.estimate(Unit::Money, &row.net).line(),
        })
        .collect();
    if purses.is_empty() {
        return Markup::default();
    }
    let description = purses.iter().map(|purse| format!("{}: {}", purse.label, purse.text)).collect::<Vec<_>>().join("; ");
    let heads = [scene.say("Arm", "组"), scene.say("Cost", "成本"), scene.say("Benefit", "收益"), scene.say("Net", "净收益")];
    let mut data = Table::new(title, &heads);
    for row in scene.trial.money.iter().filter(priced) {
        data.row(vec![
            Cell::words(scene.arm_markup(&row.arm)),
            Cell::number(money(scene.voice, row.cost)),
            difference(scene.voice, Unit::Money, &row.benefit),
            difference(scene.voice, Unit::Money, &row.net),
        ]);
    }
    figure(&drawn(title, &description, &purses, scene.voice), "", &data, scene.detail, scene.voice)
}

/// The measured difference of each arm against the one at which it pays for itself.
fn break_even(scene: &Scene<'_>) -> Markup {
    let Some(primary) = scene.primary() else { return Markup::default() };
    let title = scene.say("Does the difference pay for itself?", "差异能否覆盖成本？");
    let heads = [scene.say("Arm", "组"), scene.say("Difference", "差异"), scene.say("Needed to break even", "盈亏平衡所需差异")];
    let mut data = Table::new(title, &heads);
    let mut bars = Vec::new();
    let mut shape = None;
    for row in &scene.trial.money {
        let goal = scene.trial.goals.iter().find(|goal| goal.name == primary && goal.arm == row.arm);
        let (Some(goal), Some(needed)) = (goal, row.break_even.known()) else { continue };
        let name = cleaned(&scene.arm(&row.arm), 60);
        let written = scene.voice.difference(goal.unit, needed);
        data.row(vec![
            Cell::words(scene.arm_markup(&row.arm)),
            difference(scene.voice, goal.unit, &goal.difference),
            Cell::number(Markup::text(&written)),
        ]);
        bars.push(Bar { mark: Some(needed), ..bar_of(scene, &name, &row.arm, goal.unit, &goal.difference) });
        shape = Some((goal.unit, goal.up));
    }
    let Some((unit, up)) = shape else { return Markup::default() };
    let needed = |bar: &Bar| bar.mark.map(|mark| scene.voice.difference(unit, mark)).unwrap_or_default();
    let description =
        bars.iter().map(|bar| format!("{}: {}; {} {}", bar.label, bar.text, scene.say("break-even", "盈亏平衡"), needed(bar)));
    let description = description.collect::<Vec<_>>().join(". ");
    let groups = vec![Group { title: String::new(), unit, up: Some(up), line: None, bars }];
    let note = scene.say(
        "Dashed: the difference at which an arm pays for itself. An interval wholly beyond it earns more than it costs.",
        "虚线：该组收支相抵所需的差异。区间完全越过虚线即收益超过成本。",
    );
    figure(&forest(&Forest { title: title.to_owned(), description, groups }, scene.voice), note, &data, scene.detail, scene.voice)
}

/// Net of the arm the verdict is about, for the overview.
#[must_use]
pub fn net_of(scene: &Scene<'_>) -> Markup {
    match scene.trial.money.iter().find(|row| Some(row.arm.as_str()) == scene.trial.verdict.arm.as_deref()) {
        Some(row) if row.value.is_some() => spoken(&scene.voice.estimate(Unit::Money, &row.net)),
        Some(_) => super::scene::withheld(scene.say("benefit not priced", "收益未定价")),
        None => super::scene::withheld(scene.say("no cost declared", "未登记成本")),
    }
}
