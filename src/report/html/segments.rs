//! 7 Segments: the registered cuts, who gains and who is harmed, and responses by score.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Bar, Decile, Forest, Group, StripCell, StripRow, half_forest, qini, strip};
use super::scene::{SMALLEST_CELL, Scene, cell_count, difference, few, level, p, plain, spoken, withheld};
use super::table::{Cell, Table, figure, folded, heading, paragraph};
use crate::evaluate::evaluation::{CutLevel, CutReport, Unit, UpliftPart, UpliftReport};

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let cuts = &scene.trial.cuts;
    let uplift = scene.trial.uplift.as_ref().map_or_else(Markup::default, |report| uplift(scene, report));
    if cuts.is_empty() {
        return uplift;
    }
    let primary = scene.primary();
    let of_primary: Vec<&CutReport> = cuts.iter().filter(|cut| Some(cut.goal.as_str()) == primary).collect();
    let others: Vec<&CutReport> = cuts.iter().filter(|cut| Some(cut.goal.as_str()) != primary).collect();
    let note = scene.say(
        "Cuts look for where the effect differs; single segments are not decided on. p-values are adjusted over the values of a cut. Shrunken: pulled towards the whole by how little is known.",
        "分群用于寻找差异所在，不单独据此决策。p 值已在同一分群内校正。收缩值：信息越少，越向总体靠拢。",
    );
    let mut out = paragraph(&Markup::text(note)).then(&heat(scene, &of_primary));
    let pictures = of_primary.iter().fold(Markup::default(), |all, cut| all.then(&cut_forest(scene, cut)));
    out = out.then(&pictures.inside("div", "duo"));
    out.then(&others_folded(scene, &others)).then(&uplift)
}

fn level_name(scene: &Scene<'_>, level: &CutLevel) -> String {
    match (&level.label, level.name.as_str()) {
        (Some(label), _) => cleaned(label, 60),
        (None, "") => scene.say("(missing)", "（缺失）").into(),
        (None, "(other)") => scene.say("(other)", "（其他）").into(),
        (None, name) => cleaned(name, 60),
    }
}

fn is_small(level: &CutLevel) -> bool {
    level.n < SMALLEST_CELL || level.n_against < SMALLEST_CELL
}

fn cut_name(scene: &Scene<'_>, cut: &CutReport) -> String {
    let name = cleaned(cut.label.as_deref().unwrap_or(&cut.name), 60);
    let arms = scene.trial.cuts.iter().filter(|other| other.name == cut.name && other.goal == cut.goal).count();
    if arms > 1 { format!("{name} · {}", cleaned(&scene.arm(&cut.arm), 40)) } else { name }
}

/// All cuts of the primary goal at a glance: a row per value, a column per arm.
fn heat(scene: &Scene<'_>, cuts: &[&CutReport]) -> Markup {
    let Some(first) = cuts.first() else { return Markup::default() };
    let mut arms: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for cut in cuts {
        if !arms.contains(&cut.arm.as_str()) {
            arms.push(&cut.arm);
        }
        if !names.contains(&cut.name.as_str()) {
            names.push(&cut.name);
        }
    }
    let up = scene.trial.goals.iter().find(|row| row.name == first.goal).is_none_or(|row| row.up);
    let shown = |level: &&CutLevel| !is_small(level);
    let most = cuts.iter().flat_map(|cut| &cut.levels).filter(shown).filter_map(|level| level.difference.value.known());
    let most = most.fold(0.0_f64, |most, value| most.max(value.abs())).max(f64::MIN_POSITIVE);
    let cell =
        |cut: Option<&&CutReport>, name: &str| match cut.and_then(|cut| Some((cut, cut.levels.iter().find(|level| level.name == name)?))) {
            None => StripCell { heat: None, text: "–".into(), tip: String::new() },
            Some((_, level)) if is_small(level) => StripCell { heat: None, text: "<10".into(), tip: few(scene.voice).into() },
            Some((cut, level)) => {
                let value = level.difference.value.known();
                let text = value.map_or_else(|| scene.say("withheld", "不予给出").into(), |value| scene.voice.difference(cut.unit, value));
                let tip = scene.voice.estimate(cut.unit, &level.difference).line();
                StripCell { heat: value.map(|value| if up { value / most } else { -value / most }), text, tip }
            }
        };
    let mut rows = Vec::new();
    for name in &names {
        let of_name: Vec<&&CutReport> = cuts.iter().filter(|cut| cut.name == *name).collect();
        let Some(one) = of_name.first() else { continue };
        for (index, level) in one.levels.iter().enumerate() {
            let cells = arms.iter().map(|arm| cell(of_name.iter().find(|cut| cut.arm == *arm).copied(), &level.name));
            let heading = (index == 0).then(|| cleaned(one.label.as_deref().unwrap_or(&one.name), 60));
            rows.push(StripRow { label: level_name(scene, level), heading, cells: cells.collect() });
        }
    }
    rows.truncate(60);
    let columns: Vec<String> = arms.iter().map(|arm| cleaned(&scene.arm(arm), 40)).collect();
    let title = scene.say("Difference at a glance, by segment and arm", "各客群、各组差异一览");
    let heads: Vec<&str> = [scene.say("Segment", "客群")].into_iter().chain(columns.iter().map(String::as_str)).collect();
    let mut data = Table::new(title, &heads);
    for row in &rows {
        let cells = row.cells.iter().map(|cell| Cell::number(Markup::text(&cell.text)));
        data.row([Cell::text(&row.label)].into_iter().chain(cells).collect());
    }
    let description = rows
        .iter()
        .take(12)
        .map(|row| format!("{}: {}", row.label, row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>().join(" / ")));
    let note = scene
        .say("Green: better than its baseline; red: worse; the sign says the same.", "绿色：优于基线；红色：劣于基线；正负号含义相同。");
    figure(&strip(title, &description.collect::<Vec<_>>().join("; "), &columns, &rows), note, &data, scene.detail, scene.voice)
}

fn cut_forest(scene: &Scene<'_>, cut: &CutReport) -> Markup {
    let up = scene.trial.goals.iter().find(|row| row.name == cut.goal).map(|row| row.up);
    let mut bars: Vec<Bar> = cut
        .levels
        .iter()
        .take(21)
        .map(|level| {
            let hidden = is_small(level);
            let known = |figure: &crate::evaluate::evaluation::Figure| if hidden { None } else { figure.known() };
            Bar {
                label: level_name(scene, level),
                arm: scene.style(&cut.arm),
                value: known(&level.difference.value),
                lower: known(&level.difference.lower),
                upper: known(&level.difference.upper),
                mark: None,
                text: if hidden { few(scene.voice).into() } else { scene.voice.estimate(cut.unit, &level.difference).line() },
            }
        })
        .collect();
    if cut.stratified.value.known().is_some() {
        bars.push(Bar {
            label: scene.say("all, combined", "合并").into(),
            arm: 0,
            value: cut.stratified.value.known(),
            lower: cut.stratified.lower.known(),
            upper: cut.stratified.upper.known(),
            mark: None,
            text: scene.voice.estimate(cut.unit, &cut.stratified).line(),
        });
    }
    let title = cut_name(scene, cut);
    let description = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.text)).collect::<Vec<_>>().join("; ");
    let group = Group { title: String::new(), unit: cut.unit, up, line: None, bars };
    let sentence = cut.sentence.of(scene.voice.language);
    figure(
        &half_forest(&Forest { title, description, groups: vec![group] }, scene.voice),
        sentence,
        &cut_table(scene, cut),
        scene.detail,
        scene.voice,
    )
}

fn cut_table(scene: &Scene<'_>, cut: &CutReport) -> Table {
    let voice = scene.voice;
    let arm = cleaned(&scene.arm(&cut.arm), 30);
    let heads = [
        scene.say("Segment", "客群").to_owned(),
        format!("n, {arm}"),
        scene.say("n, baseline", "n，基线").to_owned(),
        arm,
        scene.say("Baseline", "基线").to_owned(),
        scene.say("Difference", "差异").to_owned(),
        scene.say("Adjusted p", "校正后 p").to_owned(),
        scene.say("Shrunken", "收缩值").to_owned(),
    ];
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut table = Table::new(&format!("{} · {}", cut_name(scene, cut), scene.goal(&cut.goal)), &heads);
    for one in &cut.levels {
        let mut cells = vec![
            Cell::text(&level_name(scene, one)),
            Cell::number(cell_count(voice, one.n)),
            Cell::number(cell_count(voice, one.n_against)),
        ];
        if is_small(one) {
            cells.extend((0..5).map(|_| Cell::words(withheld(few(voice)))));
        } else {
            cells.push(level(voice, cut.unit, &one.level));
            cells.push(level(voice, cut.unit, &one.level_against));
            cells.push(difference(voice, cut.unit, &one.difference));
            cells.push(p(voice, &one.p_adjusted));
            cells.push(Cell::number(spoken(&voice.figure(&one.shrunken, |value| voice.difference(cut.unit, value)))));
        }
        table.row(cells);
    }
    table.note = heterogeneity(scene, cut);
    table
}

/// `Q = 3.2, p = 0.071, I² = 37%`
fn heterogeneity(scene: &Scene<'_>, cut: &CutReport) -> String {
    let voice = scene.voice;
    match (cut.q.known(), cut.q_p.known(), cut.i_squared.known()) {
        (Some(q), Some(p), Some(share)) => {
            let words = scene.say("Do the segments differ? Cochran's Q", "各客群是否不同？Cochran Q");
            format!("{words} = {}, {}, I² = {}", super::super::voice::fixed(q, 2), voice.p(p), voice.share(share))
        }
        (_, _, _) => String::new(),
    }
}

fn others_folded(scene: &Scene<'_>, others: &[&CutReport]) -> Markup {
    if others.is_empty() {
        return Markup::default();
    }
    let title = match scene.voice.chinese() {
        false => format!("Cuts of the other goals ({})", others.len()),
        true => format!("其他目标的分群（{}）", others.len()),
    };
    if !scene.detail.all_cuts {
        let words = scene.say(" To keep this page small they are in report.json only.", "：为控制页面大小，仅收录在 report.json 中。");
        return Markup::text(&format!("{title}{words}")).inside("p", "nt");
    }
    let tables =
        others.iter().fold(Markup::default(), |all, cut| all.then(&cut_table(scene, cut).at_most(scene.detail.rows, scene.voice).block()));
    folded(&title, tables)
}

fn uplift(scene: &Scene<'_>, report: &UpliftReport) -> Markup {
    let voice = scene.voice;
    let unit = scene.trial.goals.iter().find(|row| row.name == report.goal).map_or(Unit::Share, |row| row.unit);
    let small = |part: &UpliftPart| part.n < SMALLEST_CELL || part.n_against < SMALLEST_CELL;
    let title = scene.say("Who responds, by score", "按评分看响应");
    let heads = [
        scene.say("Part, highest first", "分段（高到低）"),
        scene.say("n", "n"),
        scene.say("n, baseline", "n，基线"),
        scene.say("Level", "水平"),
        scene.say("Baseline", "基线"),
        scene.say("Difference", "差异"),
        scene.say("Cumulative", "累计增量"),
        scene.say("Profit", "利润"),
    ];
    let mut data = Table::new(title, &heads);
    let mut parts = Vec::new();
    for part in &report.parts {
        let mut cells = vec![
            Cell::text(&part.part.to_string()),
            Cell::number(cell_count(voice, part.n)),
            Cell::number(cell_count(voice, part.n_against)),
        ];
        if small(part) {
            cells.extend((0..5).map(|_| Cell::words(withheld(few(voice)))));
        } else {
            cells.push(level(voice, unit, &part.level));
            cells.push(level(voice, unit, &part.level_against));
            cells.push(difference(voice, unit, &part.difference));
            cells.push(plain(voice, &part.cumulative));
            cells.push(level(voice, Unit::Money, &part.profit));
        }
        data.row(cells);
        let shown = if small(part) { None } else { part.difference.value.known() };
        let text = if small(part) { few(voice).into() } else { voice.estimate(unit, &part.difference).line() };
        parts.push(Decile { label: part.part.to_string(), difference: shown, text });
    }
    let coefficient = voice.figure(&report.coefficient, |value| super::super::voice::fixed(value, 3)).line();
    let lead = Markup::text(scene.say("Score ", "评分 "))
        .then(&Markup::name(&report.score))
        .then(&Markup::text(&format!(" · Qini {coefficient}")));
    let description =
        format!("Qini {coefficient}. {}", parts.iter().map(|part| format!("{}: {}", part.label, part.text)).collect::<Vec<_>>().join("; "));
    let picture = qini(title, &description, &report.curve, &parts, voice);
    heading(title).then(&paragraph(&lead)).then(&figure(&picture, "", &data, scene.detail, voice))
}
