//! 9 Retention and value: how long customers stay, and what they are expected to be worth.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Curve, Step, survival};
use super::super::voice::Voice;
use super::super::voice::number;
use super::scene::{Scene, count, difference, level, money, plain, share, spoken, thinned};
use super::table::{Cell, Table, figure, heading, paragraph};
use crate::evaluate::evaluation::{Evaluation, Lifetime, SurvivalReport, Unit};

/// The trial's part of the section.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    scene.trial.survival.iter().fold(Markup::default(), |all, report| all.then(&one(scene, report)))
}

fn one(scene: &Scene<'_>, report: &SurvivalReport) -> Markup {
    let voice = scene.voice;
    let name = cleaned(report.label.as_deref().unwrap_or(&report.goal), 60);
    let title = format!("{name}{}{}", voice.colon(), scene.say("share still there", "留存曲线"));
    let heads = [
        scene.say("Arm", "组"),
        scene.say("Time", "时间"),
        scene.say("Still watched", "仍在观察"),
        scene.say("Still there", "留存"),
        scene.say("From", "下限"),
        scene.say("To", "上限"),
    ];
    let mut data = Table::new(&title, &heads);
    let mut curves = Vec::new();
    for curve in &report.curves {
        let steps = thinned(&curve.steps, scene.detail.points).into_iter().map(|step| Step {
            time: step.time,
            at_risk: step.at_risk,
            kept: step.kept,
            lower: step.lower.known(),
            upper: step.upper.known(),
        });
        curves.push(Curve { label: cleaned(&scene.arm(&curve.arm), 60), arm: scene.style(&curve.arm), steps: steps.collect() });
        for step in thinned(&curve.steps, 12) {
            data.row(vec![
                Cell::words(scene.arm_markup(&curve.arm)),
                Cell::number(Markup::text(&number(step.time))),
                count(voice, step.at_risk),
                Cell::number(Markup::text(&voice.share(step.kept))),
                share(voice, &step.lower),
                share(voice, &step.upper),
            ]);
        }
    }
    let medians = report.curves.iter().map(|curve| {
        format!(
            "{}: {} {}",
            scene.arm(&curve.arm),
            scene.say("median", "中位数"),
            voice.figure(&curve.median, |value| voice.level(report.unit, value)).line()
        )
    });
    let description = medians.collect::<Vec<_>>().join("; ");
    let axis = format!("{} ({})", scene.say("time since entry", "进入后时间"), voice.unit(report.unit));
    let picture = survival(&title, &description, &axis, &curves, voice);
    figure(&picture, "", &data, scene.detail, voice).then(&longer(scene, report))
}

fn longer(scene: &Scene<'_>, report: &SurvivalReport) -> Markup {
    let voice = scene.voice;
    let heads = [scene.say("Arm", "组"), scene.say("Median", "中位数"), scene.say("Kept longer than control", "比对照多留存")];
    let mut table = Table::new(scene.say("How long customers stay", "客户留存时长"), &heads);
    for curve in &report.curves {
        let kept = report.kept_longer.iter().find(|kept| kept.0 == curve.arm);
        table.row(vec![
            Cell::words(scene.arm_markup(&curve.arm)),
            level(voice, report.unit, &curve.median),
            kept.map_or_else(|| Cell::text("–"), |kept| difference(voice, report.unit, &kept.1)),
        ]);
    }
    let p = voice.figure(&report.log_rank_p, |p| voice.p(p));
    let words = Markup::text(scene.say("Log-rank test of all arms: ", "各组对数秩检验：")).then(&spoken(&p));
    table.block().then(&paragraph(&words))
}

/// The part that belongs to the whole programme: expected value of customers.
#[must_use]
pub fn lifetimes(evaluation: &Evaluation, voice: Voice) -> Markup {
    evaluation.lifetimes.iter().fold(Markup::default(), |all, lifetime| all.then(&lifetime_of(lifetime, voice)))
}

fn lifetime_of(lifetime: &Lifetime, voice: Voice) -> Markup {
    let name = cleaned(lifetime.label.as_deref().unwrap_or(&lifetime.metric), 60);
    let title = format!("{}{}{name}", voice.say("Expected value of customers", "客户预期价值"), voice.colon());
    let heads = [voice.say("Figure", "指标"), voice.say("Value", "数值")];
    let mut table = Table::new(&title, &heads);
    table.row(vec![Cell::text(voice.say("Customers", "客户数")), count(voice, lifetime.customers)]);
    table.row(vec![Cell::text(voice.say("Horizon", "展望期")), Cell::number(Markup::text(&lifetime.horizon))]);
    table.row(vec![
        Cell::text(voice.say("Expected purchases, all customers", "预期交易次数（全部客户）")),
        plain(voice, &lifetime.expected_purchases),
    ]);
    let value = lifetime
        .expected_value
        .known()
        .map_or_else(|| level(voice, Unit::Money, &lifetime.expected_value), |value| Cell::number(money(voice, value)));
    table.row(vec![Cell::text(voice.say("Expected value, all customers", "预期价值（全部客户）")), value]);
    for (parameter, figure) in &lifetime.parameters {
        table.row(vec![Cell::words(Markup::name(parameter)), plain(voice, figure)]);
    }
    heading(&title).then(&paragraph(&Markup::text(lifetime.sentence.of(voice.language)))).then(&table.block())
}
