//! The page around the sections: head, contents, one article per trial, one for the whole programme.

use super::super::markup::{Markup, cleaned};
use super::super::voice::Voice;
use super::heads::HEADS;
use super::scene::{Detail, Scene, Sections};
use super::{
    appendix, arms, attribution, contact, goals, icons, money, overview, programme, proposals, rendered, segments, time, trust, value,
    verdict,
};
use crate::evaluate::evaluation::{Evaluation, TrialReport};
use askama::Template;

#[derive(Template)]
#[template(path = "section.html")]
struct SectionPage<'a> {
    id: String,
    number: u8,
    title: &'a str,
    content: Markup,
    nothing: &'a str,
}

#[derive(Template)]
#[template(path = "trial.html")]
struct ArticlePage {
    id: String,
    kind: Markup,
    name: Markup,
    meta: Vec<Markup>,
    links: Vec<(String, &'static str)>,
    /// Whether the sections are listed here and not in the contents of the page.
    many: bool,
    sections: Vec<Markup>,
}

struct Entry {
    id: String,
    icon: Markup,
    title: Markup,
    links: Vec<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    lang: &'static str,
    title: Markup,
    skip: &'static str,
    patterns: Markup,
    kicker: &'static str,
    program: Markup,
    meta: Vec<Markup>,
    contents: &'static str,
    toc: Vec<Entry>,
    left_out: Markup,
    overview: Markup,
    articles: Vec<Markup>,
    foot: &'static str,
}

/// With more trials than this the contents name the trials, and each trial its sections.
const LISTED: usize = 4;

/// The page.
#[must_use]
pub fn page(evaluation: &Evaluation, voice: Voice, detail: Detail) -> String {
    let scenes: Vec<Scene<'_>> =
        evaluation.trials.iter().enumerate().map(|(index, trial)| Scene { voice, evaluation, trial, number: index + 1, detail }).collect();
    let alone = scenes.len() == 1;
    let many = scenes.len() > LISTED;
    let mut articles = Vec::new();
    let mut toc = Vec::new();
    let mut bytes = 0;
    for scene in &scenes {
        let (article, mut entry) = trial_article(scene, alone, many);
        bytes += article.as_str().len();
        if detail.most_bytes.is_some_and(|most| bytes > most) {
            break;
        }
        if many {
            entry.links.clear();
        }
        articles.push(article);
        toc.push(entry);
    }
    let shown = articles.len();
    if !alone {
        let (article, entry) = programme_article(evaluation, voice, detail);
        articles.push(article);
        toc.push(entry);
    }
    let title = format!("{} · {}", cleaned(&evaluation.program, 80), voice.say("report", "评估报告"));
    rendered(&Page {
        lang: voice.say("en", "zh-CN"),
        title: Markup::text(&title),
        skip: voice.say("To the content", "跳到正文"),
        patterns: patterns(),
        kicker: voice.say("Evaluation report", "策略评估报告"),
        program: Markup::name(&evaluation.program),
        meta: program_meta(evaluation, voice),
        contents: voice.say("Contents", "目录"),
        toc,
        left_out: left_out(voice, detail, scenes.len() - shown),
        overview: overview::content(&scenes, shown, voice),
        articles,
        foot: voice.say(
            "Written by strat. The same data and the same program give the same page, byte for byte. Every number is in report.json.",
            "由 strat 生成。相同数据与相同程序得到逐字节相同的页面。全部数字见 report.json。",
        ),
    })
    .as_str()
    .to_owned()
}

/// What is said at the top of a page that was written with less detail.
fn left_out(voice: Voice, detail: Detail, trials: usize) -> Markup {
    if detail.sections == Sections::All && detail.all_cuts {
        return Markup::default();
    }
    let short = voice.say(
        "This program is large; to keep the page small, long tables are cut. Everything is in report.json.",
        "内容较多：为控制页面大小，较长的表格已截短。完整数据见 report.json。",
    );
    let only = match (trials, voice.chinese()) {
        (0, _) => String::new(),
        (trials, false) => format!(" {trials} trials have their line in the overview only."),
        (trials, true) => format!("另有 {trials} 项试验仅在总览中列出。"),
    };
    Markup::text(short).then(&Markup::text(&only)).inside("p", "less")
}

fn program_meta(evaluation: &Evaluation, voice: Voice) -> Vec<Markup> {
    let as_of = Markup::text(&format!("{} {}", voice.say("as of", "截至"), cleaned(&evaluation.as_of, 30)));
    let hash = evaluation.program_hash.chars().take(12).collect::<String>();
    let plan = Markup::text(voice.say("plan ", "计划 ")).then(&Markup::text(&hash).inside("code", ""));
    let rows: u64 = evaluation.inputs.iter().map(|input| input.rows).fold(0, u64::saturating_add);
    let read = match voice.chinese() {
        false if evaluation.inputs.len() == 1 => format!("1 file, {} rows", voice.count(rows)),
        false => format!("{} files, {} rows", evaluation.inputs.len(), voice.count(rows)),
        true => format!("{} 个文件，{} 行", evaluation.inputs.len(), voice.count(rows)),
    };
    vec![as_of, plan, Markup::text(&read)]
}

/// One section, and its line in the contents.
fn section(voice: Voice, id: &str, number: u8, content: Markup) -> Option<(Markup, (String, &'static str))> {
    let head = HEADS.iter().find(|head| head.number == number)?;
    let title = voice.say(head.en, head.zh);
    let id = format!("{id}-{number}");
    let nothing = voice.say(head.nothing.0, head.nothing.1);
    Some((rendered(&SectionPage { id: id.clone(), number, title, content, nothing }), (id, title)))
}

/// Content by number of the section. The whole programme's are there where the trial is the only one.
fn trial_content(scene: &Scene<'_>, number: u8, alone: bool) -> Option<Markup> {
    let (evaluation, voice) = (scene.evaluation, scene.voice);
    let full = scene.detail.sections == Sections::All;
    let main = matches!(scene.detail.sections, Sections::All | Sections::Main);
    Some(match number {
        1 => verdict::content(scene),
        2 => trust::content(scene),
        3 => goals::content(scene),
        4 if main => arms::content(scene),
        5 if main => money::content(scene),
        6 if full => time::content(scene),
        7 if full => segments::content(scene),
        8 if main => contact::content(scene),
        9 if alone => value::content(scene).then(&value::lifetimes(evaluation, voice)),
        9 if full => value::content(scene),
        10 if alone => attribution::content(evaluation, voice),
        11 if alone => programme::content(evaluation, voice, scene.detail),
        12 => proposals::content(scene),
        13 if alone => appendix::of_trial(scene).then(&appendix::of_programme(evaluation, voice)),
        13 if full => appendix::of_trial(scene),
        _ => return None,
    })
}

fn kind(trial: &TrialReport, voice: Voice) -> Markup {
    let kind = match trial.kind.as_str() {
        "strategy" => voice.say("strategy", "策略"),
        "compare" => voice.say("comparison of versions", "版本对比"),
        "experiment" => voice.say("experiment", "实验"),
        "programme" => voice.say("whole programme", "整体经营"),
        other => return Markup::name(other),
    };
    let design =
        if trial.randomised { voice.say(" · drawn by chance", " · 随机分组") } else { voice.say(" · observed", " · 观察性") };
    Markup::text(kind).then(&Markup::text(design))
}

fn trial_meta(trial: &TrialReport, voice: Voice) -> Vec<Markup> {
    let mut meta = Vec::new();
    if let Some(owner) = &trial.owner {
        meta.push(Markup::text(voice.say("owner ", "负责人 ")).then(&Markup::name(owner)));
    }
    if let (Some(first), Some(last)) = (&trial.first_entry, &trial.last_entry) {
        let words = match voice.chinese() {
            false => format!("entries {} to {}", cleaned(first, 20), cleaned(last, 20)),
            true => format!("进入时间 {} 至 {}", cleaned(first, 20), cleaned(last, 20)),
        };
        meta.push(Markup::text(&words));
    }
    if let Some(days) = trial.days {
        meta.push(Markup::text(&format!("{} {}", super::super::voice::number(days), voice.say("days", "天"))));
    }
    let units: u64 = trial.arms.iter().map(|arm| arm.assigned).fold(0, u64::saturating_add);
    meta.push(Markup::text(&format!("{} {}", voice.count(units), voice.say("customers", "位客户"))));
    let looks = if trial.looks == "anytime" {
        voice.say("may be looked at any time", "可随时查看")
    } else {
        voice.say("looked at once", "一次性查看")
    };
    meta.push(Markup::text(&format!("α = {} · {looks}", super::super::voice::precise(trial.alpha))));
    meta
}

fn trial_article(scene: &Scene<'_>, alone: bool, many: bool) -> (Markup, Entry) {
    let id = format!("t{}", scene.number);
    let contents = HEADS.iter().filter_map(|head| section(scene.voice, &id, head.number, trial_content(scene, head.number, alone)?));
    let (sections, links): (Vec<_>, Vec<_>) = contents.unzip();
    let trial = scene.trial;
    let name = Markup::label(trial.label.as_deref(), &trial.name);
    let article = ArticlePage {
        id: id.clone(),
        kind: kind(trial, scene.voice),
        name: name.clone(),
        meta: trial_meta(trial, scene.voice),
        links: links.clone(),
        many,
        sections,
    };
    (rendered(&article), Entry { id, icon: icons::met(icons::shown(trial.verdict.met, trial.randomised)), title: name, links })
}

fn programme_article(evaluation: &Evaluation, voice: Voice, detail: Detail) -> (Markup, Entry) {
    let contents = [
        (9, value::lifetimes(evaluation, voice)),
        (10, attribution::content(evaluation, voice)),
        (11, programme::content(evaluation, voice, detail)),
        (13, appendix::of_programme(evaluation, voice)),
    ];
    let (sections, links): (Vec<_>, Vec<_>) =
        contents.into_iter().filter_map(|(number, content)| section(voice, "p", number, content)).unzip();
    let name = Markup::text(voice.say("The whole programme", "全局"));
    let article = ArticlePage {
        id: "p".into(),
        kind: Markup::text(voice.say("all strategies", "全部策略")),
        name: name.clone(),
        meta: Vec::new(),
        links: links.clone(),
        many: false,
        sections,
    };
    (rendered(&article), Entry { id: "p".into(), icon: Markup::default(), title: name, links })
}

/// One hatching per arm, so that bars can be told apart without colour.
fn patterns() -> Markup {
    let hatch = [
        "",
        "",
        "<path d=\"M-2 2l4-4M0 8l8-8M6 10l4-4\"/>",
        "<circle cx=\"4\" cy=\"4\" r=\"1.3\"/>",
        "<path d=\"M0 4h8\"/>",
        "<path d=\"M4 0v8\"/>",
        "<path d=\"M0 4h8M4 0v8\"/>",
        "<path d=\"M-2 6l4 4M0 0l8 8M6-2l4 4\"/>",
    ];
    let all = hatch.iter().enumerate().map(|(index, marks)| {
        format!("<pattern id=\"h{index}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect class=\"f{index}\" width=\"8\" height=\"8\"/><g class=\"ha\">{marks}</g></pattern>")
    });
    icons::symbols().then(&Markup::written(all.collect()))
}
