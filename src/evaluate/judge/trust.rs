//! Can the comparison be trusted: what is checked before any number is believed, and what of it the rules are given. Everything
//! that is red here is a reason of rule R0.

use crate::evaluate::decide::Trust;
use crate::evaluate::evaluation::{Check, CutReport, DriftReport, Light, TestRow, Words};
use crate::evaluate::validity::{self, Exposure, MISMATCH_LEVEL, join_health};
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{Design, GoalRole};

use super::contrast::{Against, Contrast, measure_of};
use super::estimate::uncorrected;
use super::view::View;
use super::{balance, drift, interaction, plausible, print, ratio};

/// p below which a check is watched.
pub const WATCH: f64 = 0.01;

/// The checks in the order of the page, and the evidence for the rules.
pub fn checks(view: &View, contrasts: &[Contrast], cuts: &[CutReport], drift: Option<&DriftReport>) -> (Vec<Check>, Trust) {
    let mut trust = Trust::clean();
    let mut found = Vec::new();
    found.extend(by_chance(view));
    ratio::checks(view, &mut found, &mut trust);
    several(view, &mut found, &mut trust);
    join(view, &mut found, &mut trust);
    balance::check(view, &mut found, &mut trust);
    maturity(view, &mut found);
    contamination(view, &mut found);
    found.extend(interaction::checked(view, cuts));
    found.extend(drift.map(drift::checked));
    found.extend(plausible::checks(view, contrasts));
    // A goal that is held against another window of the same customers does not rest on how arms were drawn.
    let own = contrasts.iter().find(|contrast| Some(contrast.goal) == view.primary);
    if own.is_some_and(|own| matches!(own.against, Against::Measure(_) | Against::Nobody)) {
        for check in found.iter_mut().filter(|check| matches!(check.slug.as_str(), "balance" | "probabilities")) {
            check.light = check.light.min(Light::Amber);
        }
    }
    (found, trust)
}

/// One check.
pub fn check(slug: &str, title: Words, light: Light, sentence: Words, value: Measured<f64>, limit: Option<f64>) -> Check {
    Check { slug: slug.to_owned(), title, light, sentence, value: value.into(), limit }
}

/// Red below a thousandth, amber below a hundredth.
pub fn light_of(p: f64) -> Light {
    if p < MISMATCH_LEVEL {
        Light::Red
    } else if p < WATCH {
        Light::Amber
    } else {
        Light::Green
    }
}

/// Nobody drew the arms by chance: said first, since everything below rests on it.
fn by_chance(view: &View) -> Option<Check> {
    let Design::Observed { because } = &view.trial.design else { return None };
    let (en, zh) = match because {
        Some(because) => (format!(": {because}"), format!("：{because}")),
        None => (String::new(), String::new()),
    };
    let sentence = Words::new(
        format!("nobody drew the arms by chance{en}; differences are adjusted differences, and at best worth a test"),
        format!("各组并非随机产生{zh}；差异只是调整后的差异，最多说明值得做一次试验"),
    );
    let title = Words::new("drawn by chance", "是否随机分组");
    Some(check("by-chance", title, Light::Amber, sentence, Err(Withheld::NotRandomised), None))
}

fn several(view: &View, found: &mut Vec<Check>, trust: &mut Trust) {
    let title = Words::new("customers in several arms", "同时属于多组的客户");
    let several = view.observed.several_arms as f64;
    if let Ok((share, exposure)) = validity::several_arms(several, several + view.assigned_total() as f64) {
        trust.several = share;
        let light = match exposure {
            Exposure::Clean => Light::Green,
            Exposure::Warn => Light::Amber,
            Exposure::Alarm => Light::Red,
        };
        let (n, text) = (print::count(several), print::percent(share));
        let sentence = Words::new(
            format!("{n} customers ({text}) are listed in more than one arm and count in none"),
            format!("{n} 位客户（{text}）同时属于多组，均不计入"),
        );
        found.push(check("several-arms", title, light, sentence, Ok(share), Some(0.01)));
    }
    let foreign: u64 = view.observed.foreign_arms.values().sum();
    if foreign > 0 {
        let names = view.observed.foreign_arms.keys().take(5).cloned().collect::<Vec<_>>();
        let n = print::count(foreign as f64);
        let sentence = Words::new(
            format!("{n} customers have an arm that is not registered: {}", names.join(", ")),
            format!("{n} 位客户的组别未登记：{}", names.join("、")),
        );
        let title = Words::new("arms that are not registered", "未登记的组别");
        found.push(check("foreign-arms", title, Light::Amber, sentence, Ok(foreign as f64), None));
    }
}

/// Units of `assignments` that are not in the table, and values that are not known, by arm.
fn join(view: &View, found: &mut Vec<Check>, trust: &mut Trust) {
    let arms = 0..view.trial.arms.len();
    let lost = |arm: usize| view.observed.lost.get(arm).copied().unwrap_or(0) as f64;
    let assigned: Vec<f64> = arms.clone().map(|arm| view.assigned(arm) as f64 + lost(arm)).collect();
    let there: Vec<f64> = arms.clone().map(|arm| view.assigned(arm) as f64).collect();
    let title = Words::new("customers found in the data", "分组客户在数据中的匹配");
    let (checked, p) = matched("join-health", title, &assigned, &there, Words::new("were not found in the data", "未在数据中找到"));
    found.extend(checked);
    trust.join_p = p;
    let Some(measure) = view.primary.and_then(|at| view.goal(at)).and_then(measure_of) else { return };
    let of = |arm: usize| {
        view.cell(measure, arm).map_or((0.0, 0.0), |cell| {
            let known = view.reading(measure, arm).units as f64;
            (known + cell.unknown as f64, known)
        })
    };
    let (all, known): (Vec<f64>, Vec<f64>) = arms.map(of).unzip();
    let title = Words::new("outcomes known", "结果已知的客户");
    let words = Words::new("have no known outcome of the primary goal", "主要目标的结果未知");
    let (checked, p) = matched("missing-values", title, &all, &known, words);
    found.extend(checked);
    trust.join_p = match (trust.join_p, p) {
        (Ok(first), Ok(second)) => Ok(first.min(second)),
        (Ok(first), Err(_)) => Ok(first),
        (Err(_), second) => second,
    };
}

fn matched(slug: &str, title: Words, all: &[f64], there: &[f64], words: Words) -> (Option<Check>, Measured<f64>) {
    let (total, kept): (f64, f64) = (all.iter().sum(), there.iter().sum());
    if total <= 0.0 {
        return (None, Err(Withheld::NoUnits));
    }
    let p = join_health(all, there).map(|found| found.p);
    let share = (total - kept) / total;
    let (n, text) = (print::count(total - kept), print::percent(share));
    let (light, tail) = match p {
        Ok(p) => (
            light_of(p),
            Words::new(format!("; equal in all arms: p {}", print::chance(p)), format!("；各组一致性 p {}", print::chance(p))),
        ),
        Err(_) => (Light::Green, Words::default()),
    };
    let sentence =
        Words::new(format!("{n} customers ({text}) {}{}", words.en, tail.en), format!("{n} 位客户（{text}）{}{}", words.zh, tail.zh));
    // Everybody found in every arm has no test and needs none.
    let value = if p.is_ok() { p } else { Ok(1.0) };
    let value = if matches!(p, Err(Withheld::NoVariation)) && share > 0.0 { p } else { value };
    (Some(check(slug, title, light, sentence, value, Some(MISMATCH_LEVEL))), p)
}

fn maturity(view: &View, found: &mut Vec<Check>) {
    let Some(measure) = view.primary.and_then(|at| view.goal(at)).and_then(measure_of) else { return };
    let cells = || (0..view.trial.arms.len()).filter_map(|arm| view.cell(measure, arm).map(|cell| (arm, cell)));
    let immature: u64 = cells().map(|(_, cell)| cell.immature).sum();
    let mature: u64 = cells().map(|(arm, cell)| view.reading(measure, arm).units + cell.unknown).sum();
    if mature + immature == 0 {
        return;
    }
    let share = mature as f64 / (mature + immature) as f64;
    let light = if share < 0.5 { Light::Amber } else { Light::Green };
    let (own, rest) = (print::percent(share), print::count(immature as f64));
    let sentence = Words::new(
        format!("{own} of the customers have been observed to the end of the goal's window; {rest} are not yet and decide nothing"),
        format!("{own} 的客户已满目标观察期；{rest} 位未满，不参与判断"),
    );
    found.push(check("maturity", Words::new("maturity", "观察期完成度"), light, sentence, Ok(share), Some(0.5)));
}

/// Customers whom other strategies contacted, by arm; and contacts of the trial's own strategies in control.
fn contamination(view: &View, found: &mut Vec<Check>) {
    let elsewhere: Vec<f64> = view.observed.arms.iter().map(|arm| arm.elsewhere as f64).collect();
    let total: f64 = elsewhere.iter().sum();
    if total > 0.0 {
        let assigned: Vec<f64> = view.observed.arms.iter().map(|arm| arm.assigned as f64).collect();
        let p = join_health(&assigned, &elsewhere).map(|found| found.p);
        let share = total / view.assigned_total().max(1) as f64;
        let light = if p.is_ok_and(|p| p < WATCH) { Light::Amber } else { Light::Green };
        let text = print::percent(share);
        let tail = p.map_or_else(
            |_| Words::default(),
            |p| Words::new(format!("; alike in all arms: p {}", print::chance(p)), format!("；各组一致性 p {}", print::chance(p))),
        );
        let sentence = Words::new(
            format!("other strategies contacted {text} of the customers since their entry{}", tail.en),
            format!("进入后被其他策略触达的客户占 {text}{}", tail.zh),
        );
        found.push(check("contamination", Words::new("other strategies", "其他策略的影响"), light, sentence, p, Some(WATCH)));
    }
    let Some(control) = view.control.and_then(|arm| view.observed.arms.get(arm)) else { return };
    if control.reached > 0 {
        let n = print::count(control.reached as f64);
        let sentence = Words::new(
            format!("{n} customers of control were contacted by the strategies of this comparison"),
            format!("对照组中有 {n} 位客户被本次对比的策略触达"),
        );
        let title = Words::new("contacts in control", "对照组被触达");
        found.push(check("control-contacted", title, Light::Amber, sentence, Ok(control.reached as f64), Some(0.0)));
    }
}

/// Names of the checks that are red.
pub fn red(checks: &[Check]) -> Vec<Words> {
    checks.iter().filter(|check| check.light == Light::Red).map(|check| check.title.clone()).collect()
}

/// Measures of registered goals that have a value before the entry.
pub fn before_goals<'a>(view: &'a View) -> impl Iterator<Item = usize> + 'a {
    let goals = view.trial.goals.iter().filter(|goal| goal.role == GoalRole::Goal);
    let measures = goals.filter_map(measure_of);
    let mut seen: Vec<usize> = measures.filter(|measure| view.measure(*measure).is_some_and(|own| own.before.is_some())).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.into_iter()
}

/// Every test of the checks.
pub fn tests(checks: &[Check]) -> Vec<TestRow> {
    let tested = |check: &&Check| matches!(check.slug.as_str(), "sample-ratio" | "join-health" | "missing-values" | "contamination");
    let of = |check: &Check| TestRow {
        goal: String::new(),
        arm: String::new(),
        against: String::new(),
        method: Words::new(format!("{}: chi-square", check.title.en), format!("{}：卡方检验", check.title.zh)),
        p: check.value.clone(),
        p_adjusted: uncorrected(),
    };
    checks.iter().filter(tested).map(of).collect()
}
