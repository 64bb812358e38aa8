//! 4 The arms: the comparison of whole versions, differences as a forest, chances of being best, shares now and proposed, and the
//! value of a proposed rule from the log.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Chance, Forest, Group, Share, allocation, best, forest};
use super::scene::{Scene, chance, count, difference, level, money, plain, spoken};
use super::table::{Cell, Table, figure, heading, paragraph};
use super::verdict::{bar_of, group_of};
use crate::evaluate::evaluation::{Figure, GoalRow, OffPolicyReport, Unit, VersionRow, VersionsReport};

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let trial = scene.trial;
    let versions = trial.versions.as_ref().map_or_else(Markup::default, |versions| self::versions(scene, versions));
    let log = trial.off_policy.as_ref().map_or_else(Markup::default, |report| off_policy(scene, report));
    versions.then(&differences(scene)).then(&chances(scene)).then(&shares(scene)).then(&arms(scene)).then(&log)
}

fn verdict_words(scene: &Scene<'_>, verdict: &str) -> &'static str {
    match verdict {
        "control" => scene.say("control", "对照"),
        "chosen" => scene.say("chosen", "选中"),
        "beaten" => scene.say("beaten", "落选"),
        "inconclusive" => scene.say("inconclusive", "证据不足"),
        "guard_breached" => scene.say("guard breached", "突破护栏"),
        "worse" => scene.say("worse", "更差"),
        _ => scene.say("not judged", "未判定"),
    }
}

fn versions(scene: &Scene<'_>, report: &VersionsReport) -> Markup {
    let rule = Markup::text(&report.rule).inside("code", "");
    let lead = Markup::text(scene.say("Decided by the registered rule ", "按登记的规则裁决："))
        .then(&rule)
        .then(&Markup::text(scene.say(". ", "。")));
    let lead = lead.then(&scene.words(&report.sentence));
    let mut heads = vec![scene.say("Version", "版本"), scene.say("Rate", "比率")];
    if scene.trial.randomised {
        heads.push(scene.say("Lift", "相对提升"));
    }
    heads.extend([
        scene.say("Difference", "差异"),
        scene.say("Incremental", "增量"),
        scene.say("Cost", "成本"),
        scene.say("Per incremental", "单位增量成本"),
    ]);
    heads.extend([scene.say("By the rule", "规则取值"), scene.say("Verdict", "结论")]);
    let mut table = Table::new(scene.say("Versions on one cohort", "同一人群上的各版本"), &heads).cards();
    for row in &report.rows {
        table.row(version(scene, report, row));
    }
    heading(scene.say("Which version", "选哪个版本")).then(&paragraph(&lead)).then(&table.block())
}

fn version(scene: &Scene<'_>, report: &VersionsReport, row: &VersionRow) -> Vec<Cell> {
    let voice = scene.voice;
    let unit = scene.decisive().map_or(Unit::Share, |row| row.unit);
    let chosen = report.chosen.as_deref() == Some(row.arm.as_str());
    let name = Markup::label(row.label.as_deref().or(Some(&scene.arm(&row.arm))), &row.arm);
    let control = row.verdict == "control";
    let of = match row.reached {
        Some(reached) => format!("{} / {}", super::super::voice::number(reached), voice.count(row.n)),
        None => format!("n = {}", voice.count(row.n)),
    };
    let rate = level(voice, unit, &row.level).content.then(&Markup::text(&of).inside("p", "ln sm nb"));
    let mut cells = vec![Cell::words(if chosen { name.inside("b", "") } else { name }), Cell::number(rate)];
    let compared = |cell: Cell| if control { Cell::number(Markup::text("–")) } else { cell };
    if scene.trial.randomised {
        cells.push(compared(Cell::number(spoken(&voice.relative(&row.lift)))));
    }
    cells.push(compared(difference(voice, unit, &row.difference)));
    cells.push(compared(plain(voice, &row.incremental)));
    cells.push(compared(Cell::number(money(voice, row.cost))));
    cells.push(compared(level(voice, Unit::Money, &row.per_incremental)));
    cells.push(compared(level(voice, report.unit, &row.decided_by)));
    let verdict = Markup::text(verdict_words(scene, &row.verdict)).inside("span", if chosen { "chip st-met" } else { "chip plain" });
    let words = scene.words(&row.words);
    cells.push(Cell::words(if words.is_empty() || control { verdict } else { verdict.then(&words.inside("p", "ln sm")) }));
    cells
}

/// One group per goal that is compared in more than one way, the primary one first.
fn differences(scene: &Scene<'_>) -> Markup {
    let mut groups: Vec<Group> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let title = if scene.trial.randomised {
        scene.say("Differences between the arms", "各组差异")
    } else {
        scene.say("Adjusted differences", "调整后差异")
    };
    let heads = [scene.say("Goal", "目标"), scene.say("Arm", "组"), scene.say("Against", "对比组"), scene.say("Difference", "差异")];
    let mut data = Table::new(title, &heads);
    for row in &scene.trial.goals {
        if !names.contains(&row.name.as_str()) {
            names.push(&row.name);
        }
        data.row(vec![
            Cell::words(Markup::label(row.label.as_deref(), &row.name)),
            Cell::words(scene.arm_markup(&row.arm)),
            Cell::words(scene.arm_markup(&row.against)),
            difference(scene.voice, row.unit, &row.difference),
        ]);
    }
    for name in names.iter().take(8) {
        let rows: Vec<&GoalRow> = scene.trial.goals.iter().filter(|row| row.name == *name).collect();
        let Some(first) = rows.first() else { continue };
        let alike = rows.iter().all(|row| row.against == first.against);
        let bars = rows.iter().map(|row| {
            let label = if alike { scene.arm(&row.arm) } else { format!("{} vs {}", scene.arm(&row.arm), scene.arm(&row.against)) };
            bar_of(scene, &label, &row.arm, row.unit, &row.difference)
        });
        let mut group = group_of(scene, first, bars.collect());
        group.title = match (alike, scene.voice.chinese()) {
            (true, false) => format!("{} (vs {})", scene.goal(name), scene.arm(&first.against)),
            (true, true) => format!("{}（vs {}）", scene.goal(name), scene.arm(&first.against)),
            (false, _) => scene.goal(name),
        };
        groups.push(group);
    }
    if groups.is_empty() {
        return Markup::default();
    }
    let said = groups.iter().flat_map(|group| group.bars.iter().map(|bar| format!("{}, {}: {}", group.title, bar.label, bar.text)));
    let description = said.take(12).collect::<Vec<_>>().join("; ");
    let note = scene.say(
        "An interval that leaves the line at zero on one side is a difference; dashed: what was registered.",
        "区间完全位于零线一侧即有差异；虚线为登记的目标或界限。",
    );
    let picture = forest(&Forest { title: title.to_owned(), description, groups }, scene.voice);
    figure(&picture, note, &data, scene.detail, scene.voice)
}

fn chances(scene: &Scene<'_>) -> Markup {
    let known = scene.trial.arms.iter().filter(|arm| arm.best.known().is_some()).count();
    if known < 2 {
        return Markup::default();
    }
    let unit = scene.decisive().map_or(Unit::Share, |row| row.unit);
    let title = scene.say("Chance of being the best arm", "成为最优组的概率");
    let heads = [scene.say("Arm", "组"), scene.say("Chance", "概率"), scene.say("Expected loss if chosen", "若选中的预期损失")];
    let mut data = Table::new(title, &heads);
    let written = |value: f64| match unit {
        Unit::Share if value < 0.000_05 => "<0.01 pp".to_owned(),
        _ => scene.voice.difference(unit, value).trim_start_matches('+').to_owned(),
    };
    let loss = |figure: &Figure| scene.voice.figure(figure, written);
    let mut bars = Vec::new();
    for arm in &scene.trial.arms {
        let said = scene.voice.figure(&arm.best, |value| scene.voice.chance(value));
        let text = match loss(&arm.loss) {
            lost if arm.loss.known().is_some() => format!("{} · {} {}", said.line(), scene.say("loss", "损失"), lost.line()),
            _ => said.line(),
        };
        bars.push(Chance { label: cleaned(&scene.arm(&arm.name), 60), arm: scene.style(&arm.name), chance: arm.best.known(), text });
        data.row(vec![Cell::words(scene.arm_markup(&arm.name)), chance(scene.voice, &arm.best), Cell::number(spoken(&loss(&arm.loss)))]);
    }
    let description = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect::<Vec<_>>().join("; ");
    let note = scene.say(
        "Loss: what is given up on average if this arm is chosen and another one is better.",
        "损失：若选中该组而其他组更好，平均会少得多少。",
    );
    figure(&best(title, &description, &bars), note, &data, scene.detail, scene.voice)
}

fn shares(scene: &Scene<'_>) -> Markup {
    let arms = &scene.trial.arms;
    let title = scene.say("Shares of the arms", "各组占比");
    let part = |share: f64| (share, scene.voice.share(share));
    let registered: Option<Vec<_>> = arms.iter().map(|arm| arm.share.map(part)).collect();
    let found: Option<Vec<_>> = arms.iter().map(|arm| arm.found.known().map(part)).collect();
    let proposed: Option<Vec<_>> = arms.iter().map(|arm| arm.proposed.map(part)).collect();
    let rows = [
        (scene.say("registered", "登记"), registered),
        (scene.say("found", "实际"), found),
        (scene.say("next wave", "下一波建议"), proposed),
    ];
    let bars: Vec<Share> = rows.into_iter().filter_map(|(label, parts)| Some(Share { label: label.into(), parts: parts? })).collect();
    if bars.len() < 2 {
        return Markup::default();
    }
    let heads: Vec<&str> = [scene.say("Arm", "组")].into_iter().chain(bars.iter().map(|bar| bar.label.as_str())).collect();
    let mut data = Table::new(title, &heads);
    for (index, arm) in arms.iter().enumerate() {
        let shares = bars.iter().map(|bar| Cell::number(Markup::text(bar.parts.get(index).map_or("", |part| part.1.as_str()))));
        data.row([Cell::words(scene.arm_markup(&arm.name))].into_iter().chain(shares).collect());
    }
    let said = |bar: &Share| bar.parts.iter().map(|part| part.1.clone()).collect::<Vec<_>>().join(" / ");
    let description = bars.iter().map(|bar| format!("{}: {}", bar.label, said(bar))).collect::<Vec<_>>().join("; ");
    figure(&allocation(title, &description, &scene.arms(), &bars), "", &data, scene.detail, scene.voice)
}

fn arms(scene: &Scene<'_>) -> Markup {
    let voice = scene.voice;
    let heads = [
        scene.say("Arm", "组"),
        scene.say("Customers", "客户数"),
        scene.say("Reached", "触达"),
        scene.say("Primary goal", "首要目标水平"),
        scene.say("Cost", "成本"),
        scene.say("Staff time", "人工时间"),
    ];
    let mut table = Table::new(scene.say("The arms", "各组概况"), &heads).cards();
    let unit = scene.decisive().map_or(Unit::Share, |row| row.unit);
    for arm in &scene.trial.arms {
        let control = if arm.control {
            Markup::text(" ").then(&Markup::text(scene.say("control", "对照")).inside("span", "tag"))
        } else {
            Markup::default()
        };
        let minutes =
            format!("{} {}", super::super::voice::number((arm.staff_minutes / 60.0 * 10.0).round() / 10.0), scene.say("hours", "小时"));
        table.row(vec![
            Cell::words(scene.arm_markup(&arm.name).then(&control)),
            count(voice, arm.assigned),
            count(voice, arm.reached),
            Cell::number(spoken(&voice.level_estimate(unit, &arm.level))),
            Cell::number(money(voice, arm.cost)),
            Cell::number(Markup::text(&minutes)),
        ]);
    }
    table.block()
}

fn off_policy(scene: &Scene<'_>, report: &OffPolicyReport) -> Markup {
    let voice = scene.voice;
    let unit = scene.trial.goals.iter().find(|row| row.name == report.goal).map_or(Unit::Share, |row| row.unit);
    let chip = if report.supported {
        Markup::text(scene.say("the log supports an answer", "日志可以支持结论")).inside("span", "chip st-green")
    } else {
        Markup::text(scene.say("the log cannot answer this", "日志不足以支持结论")).inside("span", "chip st-red")
    };
    let heads = [scene.say("Figure", "指标"), scene.say("Value", "数值")];
    let title = scene.say("A proposed rule, judged from the log", "用历史日志评估拟议规则");
    let mut table = Table::new(title, &heads);
    table.row(vec![Cell::text(scene.say("Logged decisions", "日志决策数")), count(voice, report.rows)]);
    table.row(vec![Cell::text(scene.say("Decisions that count for the rule", "有效决策数")), plain(voice, &report.effective)]);
    if report.supported {
        table.row(vec![
            Cell::text(scene.say("Value by inverse probability", "逆概率加权估计")),
            Cell::number(spoken(&voice.level_estimate(unit, &report.inverse))),
        ]);
        table.row(vec![Cell::text(scene.say("Self-normalised", "自归一化估计")), level(voice, unit, &report.self_normalised)]);
    }
    heading(title).then(&chip.inside("p", "tx")).then(&paragraph(&scene.words(&report.sentence))).then(&table.block())
}
