//! 1 The verdict: the goal as registered, the result, what to do, the money, and what would change the answer.

use super::super::markup::Markup;
use super::super::plot::{Bar, Group, meter};
use super::super::voice::Voice;
use super::scene::{Scene, money, spoken};
use super::table::{Cell, Table, paragraph};
use super::{icons, rendered};
use crate::evaluate::evaluation::{Estimate, GoalRow, Met, Unit};
use askama::Template;

#[derive(Template)]
#[template(path = "verdict.html")]
struct VerdictPage<'a> {
    state: &'static str,
    icon: Markup,
    met: &'static str,
    rule: Markup,
    title: Markup,
    registered_head: &'a str,
    registered: Markup,
    sentence: Markup,
    meter: Markup,
    facts: Vec<(&'static str, Markup)>,
}

#[derive(Template)]
#[template(path = "banner.html")]
struct BannerPage {
    icon: Markup,
    title: &'static str,
    text: Markup,
}

/// `met`, `not met`, `not yet knowable` in words.
#[must_use]
pub fn met_words(voice: Voice, met: Met, randomised: bool) -> &'static str {
    match met {
        Met::Met if !randomised => voice.say("Reached, cause not shown", "数值达到，因果未证实"),
        Met::Met => voice.say("Goal met", "目标达成"),
        Met::NotMet => voice.say("Goal not met", "目标未达成"),
        Met::NotYetKnowable => voice.say("Not yet knowable", "尚无法判断"),
    }
}

/// The red warning of trials whose units were not drawn by chance.
fn banner(scene: &Scene<'_>) -> Markup {
    if scene.trial.randomised {
        return Markup::default();
    }
    let how = match &scene.trial.because {
        None => Markup::default(),
        Some(because) => {
            paragraph(&Markup::text(scene.say("How they came into their groups: ", "分组方式：")).then(&Markup::text(because)))
        }
    };
    let text = Markup::text(scene.say(
        "Who got what was not drawn by chance. A difference below may come from who the customers are and not from what was done. Differences are adjusted for what is known; nothing here supports a roll-out, at best it is worth testing.",
        "客户并非随机分组。下面的差异可能来自客户本身，而不是所做的动作。差异已按已知信息调整；本页不能作为推广依据，至多说明值得做一次随机试验。",
    ));
    let title = scene.say("Observed, not randomised", "观察性数据，未随机分组");
    rendered(&BannerPage { icon: icons::light(crate::evaluate::evaluation::Light::Red), title, text: text.then(&how) })
}

/// One bar against zero and the registered line.
#[must_use]
pub fn group_of(scene: &Scene<'_>, row: &GoalRow, bars: Vec<Bar>) -> Group {
    let line = row.threshold.map(|line| {
        let written = scene.voice.difference(row.unit, line);
        let words = match (row.role.as_str(), scene.voice.chinese()) {
            ("guard", false) => format!("margin {written}"),
            ("guard", true) => format!("护栏界限 {written}"),
            (_, false) => format!("target {written}"),
            (_, true) => format!("目标 {written}"),
        };
        (line, words)
    });
    Group { title: String::new(), unit: row.unit, up: Some(row.up), line, bars }
}

/// One arm's difference as a bar.
#[must_use]
pub fn bar_of(scene: &Scene<'_>, label: &str, arm: &str, unit: Unit, estimate: &Estimate) -> Bar {
    Bar {
        label: label.to_owned(),
        arm: scene.style(arm),
        value: estimate.value.known(),
        lower: estimate.lower.known(),
        upper: estimate.upper.known(),
        mark: None,
        text: scene.voice.estimate(unit, estimate).line(),
    }
}

fn meter_of(scene: &Scene<'_>) -> Markup {
    let Some(row) = scene.decisive().filter(|row| row.difference.value.known().is_some()) else { return Markup::default() };
    let bar = bar_of(scene, &scene.arm(&row.arm), &row.arm, row.unit, &row.difference);
    let description = format!("{}: {}. {}", scene.arm(&row.arm), bar.text, row.registered);
    let title = format!(
        "{}{}{}",
        scene.goal(&row.name),
        scene.voice.colon(),
        scene.say("result against the registered goal", "结果与登记目标对照")
    );
    let picture = meter(&group_of(scene, row, vec![bar]), &title, &description, scene.voice);
    Markup::written(format!("<div class=\"dr\">{}{}</div>", picture.wide, picture.narrow))
}

/// Net money of the arm, or why there is none.
fn money_fact(scene: &Scene<'_>) -> Option<Markup> {
    let row = scene.trial.money.iter().find(|row| Some(row.arm.as_str()) == scene.trial.verdict.arm.as_deref())?;
    let cost = Markup::text(scene.say("cost ", "成本 ")).then(&money(scene.voice, row.cost)).inside("p", "nt");
    let net = if row.value.is_none() {
        Markup::text(scene.say("benefit not priced", "收益未定价"))
    } else {
        Markup::text(scene.say("net ", "净收益 ")).then(&spoken(&scene.voice.estimate(Unit::Money, &row.net)))
    };
    Some(net.then(&cost))
}

fn confidence(scene: &Scene<'_>) -> Option<Markup> {
    let row = scene.decisive()?;
    let chance = scene.voice.figure(&row.chance, |chance| scene.voice.chance(chance));
    let p = spoken(&scene.voice.figure(&row.p, |p| scene.voice.p(p)));
    let line = if row.chance.known().is_some() {
        let better = Markup::text(scene.say("that ", "")).then(&scene.arm_markup(&row.arm));
        let better = better.then(&Markup::text(scene.say(" is better than ", " 优于 "))).then(&scene.arm_markup(&row.against));
        better.then(&Markup::text(" · ")).then(&p)
    } else {
        p
    };
    Some(spoken(&chance).then(&line.inside("p", "nt")))
}

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let verdict = &scene.trial.verdict;
    let mut facts = vec![(scene.say("What to do", "建议动作"), scene.words(&verdict.action))];
    facts.extend(money_fact(scene).map(|fact| (scene.say("Money", "收支"), fact)));
    facts.extend(confidence(scene).map(|fact| (scene.say("Chance", "把握"), fact)));
    facts.push((scene.say("What would change the answer", "什么会改变结论"), scene.words(&verdict.would_change)));
    facts.retain(|fact| !fact.1.is_empty());
    let registered = scene.decisive().map_or_else(Markup::default, |row| {
        Markup::name(&scene.goal(&row.name))
            .inside("b", "")
            .then(&Markup::text(" · "))
            .then(&Markup::text(&row.registered))
            .then(&Markup::text(" · "))
            .then(&Markup::text(&row.figure).inside("code", ""))
    });
    let shown = icons::shown(verdict.met, scene.trial.randomised);
    let card = rendered(&VerdictPage {
        state: icons::state(shown),
        icon: icons::met(shown),
        met: met_words(scene.voice, verdict.met, scene.trial.randomised),
        rule: Markup::text(&verdict.rule),
        title: scene.words(&verdict.title),
        registered_head: scene.say("Goal as registered", "登记的目标"),
        registered,
        sentence: scene.words(&verdict.sentence),
        meter: meter_of(scene),
        facts,
    });
    banner(scene).then(&card).then(&by_arm(scene))
}

/// Verdicts of the arms, where there is more than one.
fn by_arm(scene: &Scene<'_>) -> Markup {
    if scene.trial.verdict.by_arm.len() < 2 {
        return Markup::default();
    }
    let heads = [scene.say("Arm", "实验组"), scene.say("Verdict", "结论"), scene.say("What to do", "建议动作")];
    let mut table = Table::new(scene.say("Verdict by arm", "各组结论"), &heads).cards();
    for arm in &scene.trial.verdict.by_arm {
        let title = Markup::text(&arm.rule).then(&Markup::text(" · ")).then(&scene.words(&arm.title));
        table.row(vec![Cell::words(scene.arm_markup(&arm.arm)), Cell::words(title), Cell::words(scene.words(&arm.action))]);
    }
    table.block()
}
