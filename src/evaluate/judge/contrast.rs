//! Every comparison a trial asks for, made once: goals and guards against their baseline, treatment arms against each other, and
//! the corrections over all of them.
//!
//! The decision's method follows the design: strata are combined where arms were drawn within them or where shares moved,
//! clusters widen the error where units were assigned together, covariates adjust where nobody was drawn by chance. What that
//! changed is shown beside.

use crate::evaluate::effect::Effect;
use crate::evaluate::evaluation::Words;
use crate::evaluate::moments::Sample;
use crate::evaluate::multiple::{benjamini_hochberg, holm};
use crate::evaluate::regression::{clustered_difference, regression_adjusted};
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{Baseline, Fold, Formula, GoalRole, Looks, Target, TrialGoal};

use super::compare::{Comparison, Method, against_bound, compare, samples};
use super::reading::{Reading, earlier};
use super::strata::{Strata, strata_of};
use super::view::{View, factor_of, factor_of_type};
use super::{formula, people};

/// Fewer clusters per arm say nothing about the spread between them.
const LEAST_CLUSTERS: f64 = 8.0;

/// What an arm is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    Control(usize),
    Arm(usize),
    Measure(usize),
    /// An arithmetic over figures of the same arm.
    Figure,
    /// In units of the page.
    Bound(f64),
    /// A baseline that does not exist: no control arm.
    Nobody,
}

/// One goal in one arm.
#[derive(Debug, Clone)]
pub struct Contrast {
    pub goal: usize,
    pub arm: usize,
    pub against: Against,
    pub comparison: Comparison,
    /// Plain comparison of the two arms, where the decision's is another one.
    pub plain: Option<Comparison>,
    pub p_adjusted: Measured<f64>,
    pub correction: Words,
}

impl Contrast {
    fn withheld(goal: usize, arm: usize, against: Against) -> Self {
        let comparison = Comparison::withheld(Method::Means, Withheld::NotRegistered);
        Self { goal, arm, against, comparison, plain: None, p_adjusted: Err(Withheld::NoUnits), correction: Words::default() }
    }
}

/// The measure of a goal that is one figure.
pub fn measure_of(goal: &TrialGoal) -> Option<usize> {
    if let Formula::Measure(measure) = &goal.figure { Some(*measure) } else { None }
}

/// All comparisons: first every goal and arm against its baseline, in written order, then arm against arm.
pub fn all(view: &View) -> Vec<Contrast> {
    let mut found = Vec::new();
    for (at, goal) in view.trial.goals.iter().enumerate() {
        let arms: Vec<usize> = match view.control {
            Some(_) => view.treatments.clone(),
            // Without control every arm stands for itself.
            None => (0..view.trial.arms.len()).collect(),
        };
        found.extend(arms.into_iter().map(|arm| against_baseline(view, at, goal, arm)));
    }
    for (at, goal) in view.trial.goals.iter().enumerate().filter(|(_, goal)| goal.role == GoalRole::Goal) {
        for (place, first) in view.treatments.iter().enumerate() {
            for second in view.treatments.iter().skip(place + 1) {
                found.push(between_arms(view, at, goal, *first, *second));
            }
        }
    }
    adjust(view, &mut found);
    found
}

fn against_baseline(view: &View, at: usize, goal: &TrialGoal, arm: usize) -> Contrast {
    let against = baseline(view, goal);
    let (comparison, plain) = match (measure_of(goal), against) {
        (_, Against::Nobody) => {
            let level = measure_of(goal).map_or(Err(Withheld::NotRegistered), |measure| view.reading(measure, arm).level());
            let units = measure_of(goal).map_or(0, |measure| view.reading(measure, arm).units);
            (Comparison { level, units, ..Comparison::withheld(Method::Means, Withheld::NotRegistered) }, None)
        }
        (Some(measure), Against::Control(other) | Against::Arm(other)) => designed(view, measure, arm, other),
        (Some(measure), Against::Measure(other)) => {
            (compare(&view.reading(measure, arm), &view.reading(other, arm), view.terms).without_cause(), None)
        }
        (Some(measure), Against::Bound(bound)) => (against_bound(&view.reading(measure, arm), bound, view.terms), None),
        (None, Against::Control(other) | Against::Arm(other)) => (formula::against(view, &goal.figure, &goal.ty, arm, other), None),
        (None, Against::Bound(bound)) => (formula_bound(view, goal, arm, bound), None),
        (_, Against::Figure) => {
            let Baseline::Figure(base) = &goal.baseline else {
                return Contrast::withheld(at, arm, against);
            };
            (formula::against_figure(view, &goal.figure, base, &goal.ty, arm).without_cause(), None)
        }
        (None, Against::Measure(_)) => (Comparison::withheld(Method::Means, Withheld::NotRegistered), None),
    };
    Contrast { goal: at, arm, against, comparison, plain, p_adjusted: Err(Withheld::NoUnits), correction: Words::default() }
}

fn between_arms(view: &View, at: usize, goal: &TrialGoal, first: usize, second: usize) -> Contrast {
    // The better arm first: it is the one somebody would choose.
    let level = |arm: usize| measure_of(goal).map_or(Err(Withheld::NotRegistered), |measure| view.reading(measure, arm).level());
    let turned = match (level(first), level(second)) {
        (Ok(a), Ok(b)) => (a < b) == goal.up && a != b,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
    };
    let (arm, other) = if turned { (second, first) } else { (first, second) };
    let (comparison, plain) = match measure_of(goal) {
        Some(measure) => designed(view, measure, arm, other),
        None => (formula::against(view, &goal.figure, &goal.ty, arm, other), None),
    };
    let against = Against::Arm(other);
    Contrast { goal: at, arm, against, comparison, plain, p_adjusted: Err(Withheld::NoUnits), correction: Words::default() }
}

/// A compound figure against a fixed bound: the same arithmetic against nothing.
fn formula_bound(view: &View, goal: &TrialGoal, arm: usize, bound: f64) -> Comparison {
    let factor = factor_of_type(&goal.ty);
    let found = formula::value(view, &goal.figure, arm);
    let level = found.clone().map(|found| found.value * factor);
    let interval = found.and_then(|found| formula::interval(view, &found)).map(|interval| interval.scaled(factor));
    Comparison {
        level,
        level_against: Ok(bound),
        difference: level.map(|level| level - bound),
        interval: interval.map(|interval| interval.moved(-bound)),
        units: view.assigned(arm),
        ..Comparison::withheld(Method::Bound, Withheld::NotRegistered)
    }
}

/// What a goal is held against.
fn baseline(view: &View, goal: &TrialGoal) -> Against {
    let factor = measure_of(goal).and_then(|measure| view.measure(measure)).map_or_else(|| factor_of_type(&goal.ty), factor_of);
    match (&goal.target, &goal.baseline) {
        (Target::AtMost(bound) | Target::AtLeast(bound), _) => Against::Bound(bound * factor),
        (_, Baseline::Measure(other)) => Against::Measure(*other),
        (_, Baseline::Figure(_)) => Against::Figure,
        (_, Baseline::Control) => view.control.map_or(Against::Nobody, Against::Control),
        (Target::Relative(_) | Target::Absolute(_) | Target::Margin(_) | Target::None, Baseline::Bound) => Against::Nobody,
    }
}

/// The comparison the design asks for, and the plain one where that is another.
pub fn designed(view: &View, measure: usize, arm: usize, other: usize) -> (Comparison, Option<Comparison>) {
    let plain = compare(&view.reading(measure, arm), &view.reading(measure, other), view.terms);
    if !view.randomised {
        let plain = plain.without_cause();
        return match two_differences(view, measure, arm, other, &plain).or_else(|| adjusted(view, measure, arm, other)) {
            Some(found) => (found.without_cause(), Some(plain)),
            None => (Comparison { method: unadjusted(&plain.method), ..plain }, None),
        };
    }
    if view.trial.cluster.is_some()
        && let Some(found) = clustered(view, measure, arm, other)
    {
        return (found, Some(plain));
    }
    let found = strata_of(view, measure, arm, other).and_then(|strata| stratified(view, &strata));
    match found {
        Some(found) => (found, Some(plain)),
        None => (plain, None),
    }
}

/// Nothing to adjust by.
fn unadjusted(method: &Method) -> Method {
    let words = method.words();
    Method::Own(Words::new(
        format!("as found, not adjusted, arms not drawn by chance; {}", words.en),
        format!("原始差异，未调整，非随机分组；{}", words.zh),
    ))
}

/// One number per customer, which single customers can be asked for.
fn single(view: &View, measure: usize) -> bool {
    view.measure(measure).is_some_and(|measure| matches!(measure.fold, Fold::Rate { .. } | Fold::Mean { .. } | Fold::Sum { .. }))
}

/// Compared within the strata. `None` where one of them is too small for an error of its own, as where one is empty: then all are compared
/// together.
fn stratified(view: &View, strata: &Strata) -> Option<Comparison> {
    let (t, c) = strata.standardised().ok()?;
    let method = Words::new(
        format!("within {} and combined by their sizes (post-stratified); Fieller for the relative interval", strata.over.en),
        format!("在{}内比较后按规模合并（事后分层）；相对差用 Fieller 法", strata.over.zh),
    );
    Some(Comparison { method: Method::Own(method), ..samples(&t, &c, Some(f64::INFINITY), view.terms) })
}

/// Errors that count whole groups. `None` where single customers were not kept.
fn clustered(view: &View, measure: usize, arm: usize, other: usize) -> Option<Comparison> {
    let people = people::of(view, measure, arm, other, false)
        .filter(|people| single(view, measure) && people.cluster.len() == people.outcome.len())?;
    let method = |clusters: f64| {
        Method::Own(Words::new(
            format!("{clusters} groups assigned together: cluster-robust error, t with {} degrees of freedom", clusters - 1.0),
            format!("{clusters} 个整群分组：整群稳健标准误，自由度 {} 的 t 分布", clusters - 1.0),
        ))
    };
    let least = people.clusters(true).min(people.clusters(false)) as f64;
    let (t, c) = people.moments();
    if least < LEAST_CLUSTERS {
        let reason = Withheld::TooFewUnits { have: least, need: LEAST_CLUSTERS };
        return Some(Comparison {
            level: Reading::of_sample(t.sample()).level(),
            level_against: Reading::of_sample(c.sample()).level(),
            units: t.n,
            units_against: c.n,
            ..Comparison::withheld(method(least), reason)
        });
    }
    Some(match clustered_difference(&people.outcome, &people.treated, &people.cluster) {
        Ok(found) => {
            // Both variances grow alike, so that the error of the difference is the cluster-robust one.
            let wide = |sample: Sample| Sample { variance: sample.variance * found.design_effect, ..sample };
            let compared = samples(&wide(t.sample()), &wide(c.sample()), Some(found.clusters as f64 - 1.0), view.terms);
            Comparison { method: method(found.clusters as f64), ..compared }
        }
        Err(reason) => Comparison::withheld(method(least), reason),
    })
}

/// Without chance, where the value before is known: the difference of the changes, each unit its own cluster.
fn two_differences(view: &View, measure: usize, arm: usize, other: usize, plain: &Comparison) -> Option<Comparison> {
    let factor = view.measure(measure).filter(|own| own.before.is_some()).map(factor_of)?;
    let change = |arm: usize| -> Option<Sample> {
        let pair = earlier(&view.cell(measure, arm)?.before, factor);
        let spread = pair.second_x + pair.second_y - 2.0 * pair.cross;
        (pair.n > 1).then(|| Sample { n: pair.n, mean: pair.mean_x - pair.mean_y, variance: spread / (pair.n - 1) as f64 })
    };
    let compared = samples(&change(arm)?, &change(other)?, None, view.terms);
    let method = Words::new(
        "difference in differences: the change of the arm less the change of the others, Welch; not by chance",
        "双重差分：该组变化减去对照变化，Welch 检验；非随机分组",
    );
    Some(Comparison { method: Method::Own(method), level: plain.level, level_against: plain.level_against, ..compared })
}

/// Without chance: least squares with covariates. `None` without any.
fn adjusted(view: &View, measure: usize, arm: usize, other: usize) -> Option<Comparison> {
    if view.trial.covariates.is_empty() || !single(view, measure) {
        return None;
    }
    let people = people::of(view, measure, arm, other, true).filter(|people| people.checked().is_ok())?;
    let (t, c) = people.moments();
    let found = regression_adjusted(&people.outcome, &people.treated, &people.covariates).ok()?;
    let effect =
        Effect { estimate: found.effect, standard_error: found.standard_error, degrees: found.degrees, units: people.outcome.len() as f64 };
    let tested = effect.test(crate::evaluate::effect::Alternative::Different, view.terms.alpha);
    let method = Words::new(
        format!("adjusted difference: least squares with {} covariates (Lin), HC2 error; not by chance", people.covariates.len()),
        format!("调整后差异：{} 个协变量的最小二乘（Lin），HC2 标准误；非随机分组", people.covariates.len()),
    );
    Some(Comparison {
        method: Method::Own(method),
        difference: Ok(found.effect),
        interval: tested.map(|test| test.interval),
        p: tested.map(|test| test.p),
        effect: Ok(effect),
        ..compare(&Reading::of_sample(t.sample()), &Reading::of_sample(c.sample()), view.terms)
    })
}

/// Corrections: the primary goal alone (Holm over its arms), then Holm over arms × other goals behind that gate, guards by their
/// own margin and not corrected, Benjamini and Hochberg for what is only watched and for arms against each other.
fn adjust(view: &View, found: &mut [Contrast]) {
    let role = |contrast: &Contrast| view.goal(contrast.goal).map(|goal| goal.role);
    let paired = |contrast: &Contrast| matches!(contrast.against, Against::Arm(_));
    let is_primary = |contrast: &Contrast| Some(contrast.goal) == view.primary && !paired(contrast);
    let is_other = |contrast: &Contrast| role(contrast) == Some(GoalRole::Goal) && Some(contrast.goal) != view.primary && !paired(contrast);
    let is_watched = |contrast: &Contrast| role(contrast) == Some(GoalRole::Exploratory) && !paired(contrast);
    let is_guard = |contrast: &Contrast| role(contrast) == Some(GoalRole::Guard);
    let alone = if view.treatments.len() > 1 {
        Words::new("primary goal alone; Holm over its arms", "主要目标单独检验；各组间用 Holm 校正")
    } else {
        Words::new("primary goal alone, not corrected", "主要目标单独检验，不校正")
    };
    apply(found, &is_primary, holm, &alone);
    let gates: Vec<(usize, Measured<f64>)> =
        found.iter().filter(|contrast| is_primary(contrast)).map(|contrast| (contrast.arm, contrast.p_adjusted)).collect();
    apply(
        found,
        &is_other,
        holm,
        &Words::new("Holm over arms × other goals, behind the primary goal", "在主要目标之后，对组×其余目标用 Holm 校正"),
    );
    for contrast in found.iter_mut().filter(|contrast| is_other(contrast)) {
        let gate = gates.iter().find(|(arm, _)| *arm == contrast.arm).map_or(1.0, |(_, p)| p.unwrap_or(1.0));
        contrast.p_adjusted = contrast.p_adjusted.map(|p| p.max(gate));
    }
    apply(found, &is_watched, benjamini_hochberg, &Words::new("exploratory: Benjamini–Hochberg", "探索性：Benjamini–Hochberg 校正"));
    apply(found, &paired, benjamini_hochberg, &Words::new("arm against arm: Benjamini–Hochberg", "组间比较：Benjamini–Hochberg 校正"));
    for contrast in found.iter_mut().filter(|contrast| is_guard(contrast) && !paired(contrast)) {
        contrast.p_adjusted = contrast.comparison.p;
        contrast.correction = Words::new("guard: by its margin, not corrected", "护栏：按容忍幅度检验，不校正");
    }
}

fn apply(found: &mut [Contrast], of: &dyn Fn(&Contrast) -> bool, correct: fn(&[Option<f64>]) -> Vec<Option<f64>>, words: &Words) {
    let family: Vec<Option<f64>> = found.iter().filter(|contrast| of(contrast)).map(|contrast| contrast.comparison.p.ok()).collect();
    for (contrast, p) in found.iter_mut().filter(|contrast| of(contrast)).zip(correct(&family)) {
        contrast.p_adjusted = match (p, contrast.comparison.p) {
            (Some(p), _) => Ok(p),
            (None, Err(reason)) => Err(reason),
            (None, Ok(_)) => Err(Withheld::NoUnits),
        };
        contrast.correction = words.clone();
    }
}

/// Whether looks are free.
pub fn anytime(view: &View) -> Option<f64> {
    match view.terms.looks {
        Looks::Once => None,
        Looks::Anytime { planned } => Some(planned),
    }
}
