//! 13 The appendix: every rule with its numbers, every test, notes, the registered plan, the files read, and what the words mean.

use super::super::markup::Markup;
use super::super::voice::{Voice, precise};
use super::scene::{Scene, count};
use super::table::{Cell, Table, folded, heading};
use super::{goals, rendered};
use crate::evaluate::evaluation::{Evaluation, Finding, FindingFact};
use askama::Template;

struct FactView {
    holds: bool,
    mark: &'static str,
    words: Markup,
}

struct RuleView {
    class: &'static str,
    chip: &'static str,
    code: Markup,
    standing: &'static str,
    title: Markup,
    facts: Vec<FactView>,
}

#[derive(Template)]
#[template(path = "rules.html")]
struct RulesPage {
    rules: Vec<RuleView>,
}

#[derive(Template)]
#[template(path = "terms.html")]
struct TermsPage {
    terms: Vec<(&'static str, &'static str)>,
}

fn fact(scene: &Scene<'_>, fact: &FindingFact) -> FactView {
    let of = if fact.of.is_empty() { Markup::default() } else { Markup::text(" (").then(&Markup::name(&fact.of)).then(&Markup::text(")")) };
    let value = scene.voice.figure(&fact.value, precise).line();
    let compared = format!(": {value} {} {}", fact.sign, precise(fact.limit));
    FactView {
        holds: fact.holds,
        mark: if fact.holds { "✓" } else { "✗" },
        words: scene.words(&fact.what).then(&of).then(&Markup::text(&compared)),
    }
}

fn rules(scene: &Scene<'_>, findings: &[Finding]) -> Markup {
    let view = |finding: &Finding| {
        let (class, chip, standing) = match finding.standing.as_str() {
            "decides" => ("on", "st-met", scene.say("decides", "裁决")),
            "outranked" => ("", "plain", scene.say("holds, outranked", "成立，但被更高规则取代")),
            _ => ("off", "plain", scene.say("rejected", "不成立")),
        };
        RuleView {
            class,
            chip,
            code: Markup::text(&finding.rule),
            standing,
            title: scene.words(&finding.title),
            facts: finding.facts.iter().map(|one| fact(scene, one)).collect(),
        }
    };
    rendered(&RulesPage { rules: findings.iter().map(view).collect() })
}

/// The trial's part of the section.
#[must_use]
pub fn of_trial(scene: &Scene<'_>) -> Markup {
    let verdict = &scene.trial.verdict;
    let mut out = Markup::default();
    if !verdict.findings.is_empty() {
        out = heading(scene.say("Rules, in their order, with the numbers that decided", "规则（按顺序）及其依据"))
            .then(&rules(scene, &verdict.findings));
    }
    for arm in verdict.by_arm.iter().filter(|arm| Some(arm.arm.as_str()) != verdict.arm.as_deref() && !arm.findings.is_empty()).take(7) {
        let title = format!("{}{}", scene.say("Rules for ", "规则："), scene.arm(&arm.arm));
        out = out.then(&folded(&super::super::markup::cleaned(&title, 80), rules(scene, &arm.findings)));
    }
    out = out.then(&goals::tests(scene));
    let notes = &scene.trial.notes;
    if !notes.is_empty() {
        let items =
            notes.iter().take(100).map(|note| scene.words(note).inside("li", "")).fold(Markup::default(), |all, item| all.then(&item));
        out = out
            .then(&heading(scene.say("Definitions, exclusions and departures from the plan", "定义、排除与计划偏离")))
            .then(&items.inside("ul", "no-t"));
    }
    out
}

/// The part of the whole programme.
#[must_use]
pub fn of_programme(evaluation: &Evaluation, voice: Voice) -> Markup {
    let title = voice.say("Plan and files", "计划与文件");
    let heads =
        [voice.say("What", "项目"), voice.say("File", "文件"), voice.say("Rows", "行数"), voice.say("Fingerprint", "指纹 (blake3)")];
    let mut table = Table::new(title, &heads);
    let hash = |hash: &str| Cell::words(Markup::text(hash).inside("code", "hs"));
    let program = Markup::text(voice.say("registered plan", "登记的计划"));
    table.row(vec![Cell::words(program), Cell::words(Markup::name(&evaluation.program)), Cell::text("–"), hash(&evaluation.program_hash)]);
    for input in evaluation.inputs.iter().take(60) {
        table.row(vec![
            Cell::words(Markup::name(&input.table)),
            Cell::words(Markup::name(&input.file)),
            count(voice, input.rows),
            hash(&input.hash),
        ]);
    }
    let words = heading(voice.say("How to read this page", "如何阅读本页")).then(&rendered(&TermsPage { terms: terms(evaluation, voice) }));
    heading(title).then(&table.block()).then(&words)
}

fn terms(evaluation: &Evaluation, voice: Voice) -> Vec<(&'static str, &'static str)> {
    let mut terms = vec![
        (voice.say("Difference", "差异"), voice.say("Arm minus baseline. Shares differ in percentage points (pp): from 6.0% to 8.1% is +2.10 pp.", "实验组减去基线。比率的差以百分点（pp）表示：从 6.0% 到 8.1% 为 +2.10 pp。")),
        (voice.say("(a to b)", "（a 至 b）"), voice.say("The interval: if the same were done many times, 95 of 100 such intervals would hold the true difference, unless another level is named.", "区间：若重复多次，约 95% 的此类区间包含真实差异（另有说明者除外）。")),
        ("p", voice.say("How often chance alone would give a difference at least as large, were there none. Adjusted: corrected for the number of comparisons.", "若其实没有差异，仅凭偶然得到至少这么大差异的概率。校正后：已考虑比较次数。")),
        (voice.say("Not yet knowable", "尚无法判断"), voice.say("The interval holds both the target and its failure; more customers or more days are needed.", "区间同时包含达标与不达标；需要更多客户或更长时间。")),
        (voice.say("Guard", "护栏"), voice.say("What must not get worse by more than its margin. Safe: the interval excludes that. Unproven: it does not yet.", "不得恶化超过界限的指标。安全：区间已排除恶化；尚未证实：还不能排除。")),
        (voice.say("Withheld", "不予给出"), voice.say("A number that cannot be computed honestly is replaced by the reason, never by zero.", "无法可靠计算的数字以原因代替，绝不写成零。")),
        ("<10", voice.say("Groups of fewer than ten customers are not shown.", "少于十位客户的分组不予展示。")),
    ];
    if evaluation.trials.iter().any(|trial| trial.randomised) && evaluation.trials.iter().all(|trial| trial.randomised) {
        let lift = (
            voice.say("Lift", "相对提升"),
            voice.say(
                "The difference relative to the baseline, with Fieller's interval, which never contradicts the test.",
                "差异相对于基线的比例；采用 Fieller 区间，与检验结论始终一致。",
            ),
        );
        terms.insert(1, lift);
    }
    terms
}
