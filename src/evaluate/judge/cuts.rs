//! Registered cuts: the difference for each value, whether values differ, and what each one's effect is likely to be once chance
//! is allowed for. Hypotheses for the next wave, unless one was registered to decide.

use crate::evaluate::evaluation::{CutLevel, CutReport, TestRow, Words};
use crate::evaluate::multiple::benjamini_hochberg;
use crate::evaluate::observed::ObservedLevel;
use crate::evaluate::segments::{Between, heterogeneity, post_stratified};
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{Cut, TrialGoal};

use super::beside::reading;
use super::compare::{Comparison, compare};
use super::contrast::measure_of;
use super::estimate::{estimate, uncorrected};
use super::reading::Reading;
use super::view::View;
use super::{print, target};

/// One report per cut, goal and treatment arm; goals whose figure has no tallies by level are left out.
pub fn reports(view: &View) -> Vec<CutReport> {
    let Some(control) = view.control else { return Vec::new() };
    let mut found = Vec::new();
    for (cut, observed) in view.trial.cuts.iter().zip(&view.observed.cuts) {
        for goal in &view.trial.goals {
            let Some(measure) = measure_of(goal) else { continue };
            for arm in &view.treatments {
                found.extend(report(view, cut, &observed.levels, goal, measure, *arm, control));
            }
        }
    }
    found
}

struct Level<'a> {
    observed: &'a ObservedLevel,
    own: Reading,
    base: Reading,
    compared: Comparison,
}

fn report(
    view: &View,
    cut: &Cut,
    levels: &[ObservedLevel],
    goal: &TrialGoal,
    measure: usize,
    arm: usize,
    control: usize,
) -> Option<CutReport> {
    let of = |level: &ObservedLevel, arm: usize| {
        level.measures.get(measure).and_then(|arms| arms.get(arm)).map_or_else(Reading::nobody, |tally| reading(view, measure, tally))
    };
    let levels: Vec<Level> = levels
        .iter()
        .map(|level| {
            let (own, base) = (of(level, arm), of(level, control));
            let compared = compare(&own, &base, view.terms);
            Level { observed: level, own, base, compared }
        })
        .collect();
    if levels.iter().all(|level| level.own.units == 0 && level.base.units == 0) {
        return None;
    }
    let corrected = benjamini_hochberg(&levels.iter().map(|level| level.compared.p.ok()).collect::<Vec<_>>());
    let (places, spread) = spread(&levels);
    let shrunken = |at: usize| -> Measured<f64> {
        let place = places.iter().position(|own| *own == at).ok_or(Withheld::NoVariation)?;
        spread.as_ref().map_err(|reason| *reason)?.1.shrunk.get(place).map(|own| own.0).ok_or(Withheld::NoUnits)
    };
    let q = |value: fn(&(f64, Between)) -> f64| spread.as_ref().map(value).map_err(|reason| *reason).into();
    let strata: Vec<_> = levels
        .iter()
        .filter(|level| level.own.units + level.base.units > 0)
        .filter_map(|level| Some((level.own.sample.ok()?, level.base.sample.ok()?)))
        .collect();
    let combined = post_stratified(&strata);
    let rows = levels.iter().enumerate().map(|(at, level)| row(level, corrected.get(at).copied().flatten(), shrunken(at)));
    Some(CutReport {
        name: cut.name.clone(),
        label: cut.label.clone(),
        goal: goal.name.clone(),
        unit: target::unit(view, goal),
        arm: view.arm_key(arm),
        levels: rows.collect(),
        q: q(|own| own.0),
        q_p: q(|own| own.1.p),
        i_squared: q(|own| own.1.i_squared),
        tau_squared: q(|own| own.1.tau_squared),
        stratified: estimate(combined.map(|own| own.difference), combined.and_then(|own| own.interval(view.terms.alpha))),
        sentence: sentence(view, &spread),
    })
}

/// Cochran's Q and what follows from it over the levels that have a standard error, and which those are.
fn spread(levels: &[Level]) -> (Vec<usize>, Measured<(f64, Between)>) {
    let known: Vec<(usize, f64, f64)> = levels
        .iter()
        .enumerate()
        .filter_map(|(at, level)| level.compared.effect.ok().map(|effect| (at, effect.estimate, effect.standard_error)))
        .collect();
    let effects: Vec<f64> = known.iter().map(|own| own.1).collect();
    let errors: Vec<f64> = known.iter().map(|own| own.2).collect();
    let found = if known.is_empty() {
        Err(Withheld::TooFewUnits { have: 0.0, need: 2.0 })
    } else {
        heterogeneity(&effects, &errors).and_then(|found| Ok((found.q, found.between?)))
    };
    (known.iter().map(|own| own.0).collect(), found)
}

fn row(level: &Level, corrected: Option<f64>, shrunken: Measured<f64>) -> CutLevel {
    let own = &level.compared;
    CutLevel {
        name: level.observed.name.clone(),
        label: level.observed.label.clone(),
        n: level.own.units,
        n_against: level.base.units,
        level: level.own.level().into(),
        level_against: level.base.level().into(),
        difference: estimate(own.difference, own.interval),
        p: own.p.into(),
        p_adjusted: match (corrected, own.p) {
            (Some(p), _) => Ok(p),
            (None, Err(reason)) => Err(reason),
            (None, Ok(_)) => Err(Withheld::NoUnits),
        }
        .into(),
        shrunken: shrunken.into(),
    }
}

fn sentence(view: &View, spread: &Measured<(f64, Between)>) -> Words {
    match spread {
        Err(reason) => print::reasoned(*reason),
        Ok((_, own)) => {
            let (p, part) = (print::chance(own.p), print::percent(own.i_squared));
            if own.p < view.terms.alpha {
                Words::new(
                    format!("the difference is not the same for all: p {p}, {part} of the variation is more than chance"),
                    format!("各类客户的差异并不相同：p {p}，{part} 的变动超出随机"),
                )
            } else if own.tau_squared > 0.0 {
                Words::new(
                    format!("the differences may be the same for all: p {p}; read the pulled ones"),
                    format!("各类客户的差异可能相同：p {p}；请看收缩后的数值"),
                )
            } else {
                Words::new(
                    format!("no sign that the difference is not the same for all: p {p}; each is pulled to the common one"),
                    format!("没有迹象表明各类客户的差异不同：p {p}；均收缩到共同值"),
                )
            }
        }
    }
}

/// Every test of the cuts.
pub fn tests(reports: &[CutReport]) -> Vec<TestRow> {
    let mut found = Vec::new();
    for report in reports {
        let method = |what: &str| {
            let name = report.label.clone().unwrap_or_else(|| report.name.clone());
            Words::new(
                format!("{} {what}: as the goal; Benjamini–Hochberg over the values", report.name),
                format!("{name} {what}：同目标的方法；各取值间用 Benjamini–Hochberg 校正"),
            )
        };
        found.extend(report.levels.iter().map(|level| TestRow {
            goal: report.goal.clone(),
            arm: report.arm.clone(),
            against: "control".to_owned(),
            method: method(&level.name),
            p: level.p.clone(),
            p_adjusted: level.p_adjusted.clone(),
        }));
        found.push(TestRow {
            goal: report.goal.clone(),
            arm: report.arm.clone(),
            against: "control".to_owned(),
            method: Words::new(
                format!("{}: do the values differ (Cochran's Q)", report.name),
                format!("{}：各取值是否不同（Cochran Q）", report.label.clone().unwrap_or_else(|| report.name.clone())),
            ),
            p: report.q_p.clone(),
            p_adjusted: uncorrected(),
        });
    }
    found
}
