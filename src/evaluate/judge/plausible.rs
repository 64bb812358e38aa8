//! Is the size of a result believable, and does it have the customers its method needs: Twyman's law, heavy tails, few clusters.

use crate::evaluate::evaluation::{Check, Light, Words};
use crate::evaluate::validity::{Plausibility, plausibility};
use crate::ir::{Fold, GoalRole, Looks};

use super::contrast::{Against, Contrast, measure_of};
use super::reading::scaled_moments;
use super::trust::check;
use super::view::{View, capped, factor_of, named};
use super::{people, print};

/// The checks of this file that have something to say.
pub fn checks(view: &View, contrasts: &[Contrast]) -> Vec<Check> {
    let mut found = Vec::new();
    found.extend(contrasts.iter().filter_map(|contrast| size(view, contrast)));
    found.extend((0..view.trial.measures.len()).filter_map(|measure| tails(view, measure)));
    found.extend(clusters(view));
    found
}

/// The primary goal's lift is over a half: look for an error first.
fn size(view: &View, contrast: &Contrast) -> Option<Check> {
    if Some(contrast.goal) != view.primary || !matches!(contrast.against, Against::Control(_)) {
        return None;
    }
    let lift = contrast.comparison.lift.ok()?;
    let text = print::signed_percent(lift);
    let arm = view.arm_name(contrast.arm);
    let (light, sentence) = match plausibility(lift) {
        Plausibility::Ordinary => return None,
        Plausibility::Suspicious => (
            Light::Amber,
            Words::new(
                format!("{} is {text} away from control: look for an error before believing it", arm.en),
                format!("{}与对照组相差 {text}：先排查错误，再相信结果", arm.zh),
            ),
        ),
        Plausibility::Negligible => (
            Light::Green,
            Words::new(
                format!("{} is {text} away from control: too small to matter", arm.en),
                format!("{}与对照组相差 {text}：小到没有实际意义", arm.zh),
            ),
        ),
    };
    Some(check("size", Words::new("size of the result", "结果大小"), light, sentence, Ok(lift), Some(0.5)))
}

/// Means of skewed values need 355 skewness² customers in every arm.
fn tails(view: &View, measure: usize) -> Option<Check> {
    let own = view.measure(measure)?;
    if !matches!(own.fold, Fold::Mean { .. } | Fold::Sum { .. }) || view.terms.looks != Looks::Once {
        return None;
    }
    let factor = factor_of(own);
    let cap = view.caps.get(measure).copied().flatten();
    let mut worst: Option<(f64, f64)> = None;
    for arm in 0..view.trial.arms.len() {
        let cell = view.cell(measure, arm)?;
        let moments = cap.map_or_else(|| scaled_moments(&cell.value.moments(), factor), |cap| capped(&cell.values, factor, cap));
        let Ok(need) = moments.units_for_normality() else { continue };
        let short = need > moments.n as f64 && worst.is_none_or(|(have, before)| need / moments.n as f64 > before / have);
        worst = if short { Some((moments.n as f64, need)) } else { worst };
    }
    let (have, need) = worst?;
    let name = named(&own.name, own.label.as_deref());
    let (n, all) = (print::count(have), print::count(need.ceil()));
    let sentence = Words::new(
        format!(
            "{} has a long tail: an arm has {n} customers and the interval of a mean wants {all}; see the capped and rank lines",
            name.en
        ),
        format!("{}的分布尾部很长：有一组只有 {n} 位客户，均值区间需要 {all} 位；请看截尾与秩检验", name.zh),
    );
    Some(check("heavy-tail", Words::new("long tails", "长尾分布"), Light::Amber, sentence, Ok(need), Some(have)))
}

/// Few groups assigned together.
fn clusters(view: &View) -> Option<Check> {
    view.trial.cluster?;
    let measure = view.trial.goals.iter().filter(|goal| goal.role == GoalRole::Goal).find_map(measure_of)?;
    let (arm, other) = (*view.treatments.first()?, view.control?);
    let people = people::of(view, measure, arm, other, false)?;
    let least = people.clusters(true).min(people.clusters(false));
    let light = if least < 15 { Light::Amber } else { Light::Green };
    let sentence = Words::new(
        format!("the smaller of the first two arms has {least} groups that were assigned together"),
        format!("前两组中较小的一组有 {least} 个整群"),
    );
    Some(check("clusters", Words::new("groups assigned together", "整群分组"), light, sentence, Ok(least as f64), Some(15.0)))
}
