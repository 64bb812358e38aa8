//! Whole versions side by side on one cohort, with the rule beside the decision. A version whose interval holds no effect is
//! inconclusive and cannot win, nor can one that breaches a guard; among the rest the registered formula chooses.

use crate::evaluate::decide::Rule;
use crate::evaluate::economics::cost_per_response;
use crate::evaluate::evaluation::{Figure, Unit, VersionRow, VersionsReport, Words};
use crate::evaluate::guard::GuardState;
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{Formula, GoalRole, TrialKind};

use super::contrast::{Against, Contrast, measure_of};
use super::estimate::{because, estimate};
use super::evidence::{Decided, has_increment};
use super::view::View;
use super::{formula, print, target};

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Chosen,
    Beaten,
    /// Kept from winning by money: the formula is below what control has.
    Loses,
    Inconclusive,
    /// The comparison is in doubt or too early.
    Undecided,
    Breached,
    Worse,
}

struct Version<'a> {
    contrast: &'a Contrast,
    decided_by: Measured<f64>,
    standing: Standing,
}

/// `None` unless whole versions are compared, or a deciding formula is registered.
pub fn report(view: &View, contrasts: &[Contrast], decided: &[Decided]) -> Option<VersionsReport> {
    if view.trial.kind != TrialKind::Compare && view.trial.decide.is_none() {
        return None;
    }
    let primary = view.primary?;
    let own = contrasts.iter().filter(|contrast| contrast.goal == primary && matches!(contrast.against, Against::Control(_)));
    let mut versions: Vec<Version> = own
        .map(|contrast| Version {
            contrast,
            decided_by: decided_by(view, contrast),
            standing: standing(view, contrasts, contrast, decided),
        })
        .collect();
    let up = view.goal(primary).is_none_or(|goal| goal.up);
    let highest = view.trial.decide.as_ref().map_or(up, |(highest, _, _)| *highest);
    let chosen = choose(view, &mut versions, highest);
    let unit = unit(view);
    let chosen_key = chosen.map(|arm| view.arm_key(arm));
    let mut rows = Vec::new();
    for arm in 0..view.trial.arms.len() {
        rows.push(match versions.iter().find(|version| version.contrast.arm == arm) {
            Some(version) => row(view, version, &versions, unit),
            None => control_row(view, arm),
        });
    }
    Some(VersionsReport { rule: rule(view), unit, sentence: sentence(view, chosen, &versions, unit), rows, chosen: chosen_key })
}

/// The registered rule in its words: `highest profit`; without one the primary goal decides.
fn rule(view: &View) -> String {
    match &view.trial.decide {
        Some((_, _, text)) if text.starts_with("highest") || text.starts_with("lowest") => text.clone(),
        Some((highest, _, text)) => format!("{} {text}", if *highest { "highest" } else { "lowest" }),
        None => {
            let goal = view.primary.and_then(|at| view.goal(at));
            goal.map_or_else(String::new, |goal| format!("{} {}", if goal.up { "highest" } else { "lowest" }, goal.name))
        }
    }
}

fn unit(view: &View) -> Unit {
    match &view.trial.decide {
        Some((_, formula, _)) => formula::unit(view, formula),
        None => view.primary.and_then(|at| view.goal(at)).map_or(Unit::Number, |goal| target::unit(view, goal)),
    }
}

fn decided_by(view: &View, contrast: &Contrast) -> Measured<f64> {
    match &view.trial.decide {
        Some((_, formula, _)) => {
            formula::value(view, formula, contrast.arm).map(|found| found.value * formula::factor(unit(view)) * share(view, formula))
        }
        None => contrast.comparison.level,
    }
}

/// Lengths of time are the only plain figures with a factor of their own.
fn share(view: &View, formula: &Formula) -> f64 {
    match formula {
        Formula::Measure(measure) => {
            let own = view.measure(*measure);
            own.map_or(1.0, |own| if super::view::unit_of(own) == Unit::Money { 1.0 } else { super::view::factor_of(own) })
        }
        Formula::Number(_)
        | Formula::Cost
        | Formula::Minutes
        | Formula::Incremental(_)
        | Formula::Reached(_)
        | Formula::Entered
        | Formula::Negate(_)
        | Formula::Add(..)
        | Formula::Subtract(..)
        | Formula::Multiply(..)
        | Formula::Divide(..) => 1.0,
    }
}

fn standing(view: &View, contrasts: &[Contrast], own: &Contrast, decided: &[Decided]) -> Standing {
    let alpha = view.terms.alpha;
    let up = view.goal(own.goal).is_none_or(|goal| goal.up);
    let breached = contrasts.iter().filter(|other| other.arm == own.arm && !matches!(other.against, Against::Arm(_))).any(|other| {
        let guard = view.goal(other.goal).filter(|goal| goal.role == GoalRole::Guard);
        guard.is_some_and(|goal| target::guard(view, goal, other).is_ok_and(|found| found.state == GuardState::Breached))
    });
    let rule = decided.iter().find(|decided| decided.arm == own.arm).map(|decided| decided.decision.rule);
    if !own.comparison.conclusive(own.p_adjusted, alpha) {
        Standing::Inconclusive
    } else if own.comparison.good(up).is_ok_and(|interval| interval.upper < 0.0) {
        Standing::Worse
    } else if breached {
        Standing::Breached
    } else if !view.randomised || matches!(rule, Some(Rule::Investigate | Rule::TooEarly)) {
        Standing::Undecided
    } else {
        Standing::Beaten
    }
}

/// The best of those that may win. A formula of money made of extra responses is zero for control: a version below that loses.
fn choose(view: &View, versions: &mut [Version], highest: bool) -> Option<usize> {
    let gains = view.trial.decide.as_ref().is_some_and(|(_, formula, _)| has_increment(formula)) && unit(view) == Unit::Money;
    let better = |own: f64, other: f64| if highest { own > other } else { own < other };
    let mut best: Option<(usize, f64)> = None;
    for (at, version) in versions.iter_mut().enumerate() {
        let (Standing::Beaten, Ok(value)) = (version.standing, version.decided_by) else { continue };
        if gains && highest && value <= 0.0 {
            version.standing = Standing::Loses;
        } else if best.is_none_or(|(_, before)| better(value, before)) {
            best = Some((at, value));
        }
    }
    let (at, _) = best?;
    let version = versions.get_mut(at)?;
    version.standing = Standing::Chosen;
    Some(version.contrast.arm)
}

/// Why there is no comparison in control's own row.
fn is_control() -> Figure {
    because("control", Words::new("the control arm, which the others are compared with", "对照组，其他组与之比较"))
}

fn control_row(view: &View, arm: usize) -> VersionRow {
    let measure = view.primary.and_then(|at| view.goal(at)).and_then(measure_of);
    let reading = measure.map(|measure| view.reading(measure, arm));
    let none = || crate::evaluate::evaluation::Estimate { value: is_control(), lower: is_control(), upper: is_control() };
    let own = view.trial.arms.get(arm);
    VersionRow {
        arm: view.arm_key(arm),
        label: own.and_then(|own| own.label.clone()),
        n: reading.as_ref().map_or(0, |reading| reading.units),
        reached: reading.as_ref().and_then(|reading| reading.rate).map(|rate| rate.successes),
        level: reading.map_or(Err(Withheld::NotRegistered), |reading| reading.level()).into(),
        lift: none(),
        difference: none(),
        incremental: is_control(),
        cost: view.cost(arm),
        per_incremental: is_control(),
        decided_by: is_control(),
        verdict: "control".to_owned(),
        words: Words::new("control", "对照组"),
    }
}

fn row(view: &View, version: &Version, all: &[Version], unit: Unit) -> VersionRow {
    let own = &version.contrast.comparison;
    let arm = version.contrast.arm;
    let measure = view.goal(version.contrast.goal).and_then(measure_of);
    let rate = measure.and_then(|measure| view.reading(measure, arm).rate);
    let n = own.units as f64;
    let causal = view.causal();
    let cost = view.cost(arm);
    let incremental = causal.and(own.difference).map(|difference| difference * n);
    VersionRow {
        arm: view.arm_key(arm),
        label: view.trial.arms.get(arm).and_then(|own| own.label.clone()),
        n: own.units,
        reached: rate.map(|rate| rate.successes),
        level: own.level.into(),
        lift: estimate(own.lift, own.lift_interval),
        difference: estimate(own.difference, own.interval),
        incremental: incremental.into(),
        cost,
        per_incremental: causal.and(own.difference).and_then(|difference| cost_per_response(difference, n, cost).1).into(),
        decided_by: version.decided_by.into(),
        verdict: slug(version.standing).to_owned(),
        words: words(version, all, unit),
    }
}

fn slug(standing: Standing) -> &'static str {
    match standing {
        Standing::Chosen => "chosen",
        Standing::Beaten | Standing::Loses => "beaten",
        Standing::Inconclusive | Standing::Undecided => "inconclusive",
        Standing::Breached => "guard_breached",
        Standing::Worse => "worse",
    }
}

fn words(version: &Version, all: &[Version], unit: Unit) -> Words {
    let lift = |version: &Version| version.contrast.comparison.difference.unwrap_or(f64::NEG_INFINITY);
    let chosen = all.iter().find(|other| other.standing == Standing::Chosen);
    let larger = chosen.is_some_and(|chosen| lift(version) > lift(chosen));
    let loses = unit == Unit::Money && version.decided_by.is_ok_and(|value| value < 0.0);
    match version.standing {
        Standing::Chosen => Words::new("chosen", "入选"),
        Standing::Beaten | Standing::Loses if larger && loses => Words::new("larger lift, loses money", "效果更大，但亏钱"),
        Standing::Beaten | Standing::Loses if loses => Words::new("loses money", "亏钱"),
        Standing::Beaten | Standing::Loses if larger => Words::new("larger lift, lower by the rule", "效果更大，但按规则较低"),
        Standing::Beaten | Standing::Loses => Words::new("beaten by the rule", "按规则落选"),
        Standing::Inconclusive => Words::new("inconclusive: the interval holds no effect", "无定论：区间包含无效应"),
        Standing::Undecided => Words::new("inconclusive: the comparison cannot be decided yet", "无定论：对比尚不能下判断"),
        Standing::Breached => Words::new("breaches a guard", "突破护栏"),
        Standing::Worse => Words::new("worse than control", "劣于对照组"),
    }
}

fn sentence(view: &View, chosen: Option<usize>, versions: &[Version], unit: Unit) -> Words {
    let rule = rule(view);
    let Some(arm) = chosen else {
        return Words::new(format!("by the rule `{rule}` no version is chosen"), format!("按规则 `{rule}`，没有版本入选"));
    };
    let value = versions.iter().find(|version| version.contrast.arm == arm).map_or(Err(Withheld::NoUnits), |version| version.decided_by);
    let name = view.arm_name(arm);
    match value {
        Ok(value) => {
            let text = print::level(unit, value);
            Words::new(
                format!("by the rule `{rule}` {} is chosen with {}", name.en, text.en),
                format!("按规则 `{rule}`，{}入选，取值 {}", name.zh, text.zh),
            )
        }
        Err(_) => Words::new(format!("by the rule `{rule}` {} is chosen", name.en), format!("按规则 `{rule}`，{}入选", name.zh)),
    }
}
