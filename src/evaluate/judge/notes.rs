//! What a reader should know besides: who is counted, who is left out and how many, departures from what was registered.

use crate::evaluate::evaluation::Words;
use crate::ir::Looks;

use super::contrast::{Contrast, measure_of};
use super::evidence::Decided;
use super::view::View;
use super::{adjusted, print};

/// The notes of one trial.
pub fn all(view: &View, contrasts: &[Contrast], decided: &[Decided]) -> Vec<Words> {
    let mut found = vec![Words::new(
        "Everybody assigned counts in the arm of the assignment, contacted or not; only customers observed to the end of a window decide.",
        "所有已分组的客户都计入其所在组，无论是否触达；只有已满观察期的客户参与判断。",
    )];
    if !view.randomised {
        found.push(Words::new(
            "Arms were not drawn by chance: differences are adjusted differences, they show no cause and nothing is shipped on them.",
            "各组并非随机产生：差异均为调整后差异，不说明因果，也不据以推广。",
        ));
        found.extend(view.treatments.iter().find_map(|arm| adjusted::hidden(view, *arm)));
        found.extend(overlap(view));
    }
    found.extend(looks(view, decided));
    found.extend(left_out(view));
    found.extend(too_large(view));
    found.extend(control_cost(view));
    if view.treatments.len() > 1 && contrasts.iter().any(|contrast| Some(contrast.goal) == view.primary) {
        found.push(Words::new(
            "The best of several arms looks better than it is; the Bayesian line pulls it towards no effect.",
            "多组中的最优者往往被高估；贝叶斯一行已向无效应收缩。",
        ));
    }
    if let Some(value) = view.terms.value {
        let text = print::number(value / 100.0, 2);
        found.push(Words::new(
            format!("One customer who reached the primary goal is worth {text} yuan, as registered."),
            format!("按登记，每位达成主要目标的客户价值 {text} 元。"),
        ));
    }
    found
}

/// Groups that hardly resemble each other.
fn overlap(view: &View) -> Option<Words> {
    let measure = measure_of(view.goal(view.primary?)?)?;
    let reason = view.treatments.iter().find_map(|arm| adjusted::overlap(view, measure, *arm)?.err())?;
    let words = print::reasoned(reason);
    Some(Words::new(format!("The groups hardly resemble each other: {}.", words.en), format!("两组客户差别过大：{}。", words.zh)))
}

fn looks(view: &View, decided: &[Decided]) -> Option<Words> {
    match view.terms.looks {
        Looks::Anytime { planned } => {
            let n = print::count(planned);
            Some(Words::new(
                format!("Results may be looked at any time: intervals are confidence sequences planned for {n} customers."),
                format!("结果可随时查看：区间为按 {n} 位客户规划的置信序列。"),
            ))
        }
        Looks::Once => {
            let early = decided.iter().any(|own| own.progress.mature_units < own.progress.planned_units);
            early.then(|| Words::new("An interim look, not a decision: one look was registered.", "这是期中查看而非决策：登记只看一次。"))
        }
    }
}

/// Unknown and immature, per measure that has any.
fn left_out(view: &View) -> Vec<Words> {
    let mut found = Vec::new();
    for (measure, observed) in view.trial.measures.iter().zip(&view.observed.measures) {
        let unknown: u64 = observed.arms.iter().map(|cell| cell.unknown).sum();
        let immature: u64 = observed.arms.iter().map(|cell| cell.immature).sum();
        if unknown + immature == 0 {
            continue;
        }
        let (a, b) = (print::count(unknown as f64), print::count(immature as f64));
        let name = measure.label.clone().unwrap_or_else(|| measure.name.clone());
        found.push(Words::new(
            format!("{}: {a} customers left out because the value is not known, {b} not yet observed to the end.", measure.name),
            format!("{name}：{a} 位客户取值未知而未计入，{b} 位未满观察期。"),
        ));
    }
    found
}

fn too_large(view: &View) -> Option<Words> {
    let lost: u64 = view.observed.measures.iter().flat_map(|own| &own.arms).map(|cell| cell.value.lost()).sum();
    let n = print::count(lost as f64);
    (lost > 0).then(|| Words::new(format!("{n} values were too large to count."), format!("{n} 个取值过大，未计入。")))
}

fn control_cost(view: &View) -> Option<Words> {
    let cost = view.cost(view.control?);
    let text = print::number(cost, 2);
    (cost > 0.0).then(|| {
        Words::new(
            format!("Control cost {text} yuan; money counts what an arm cost beyond that, by customer."),
            format!("对照组花费 {text} 元；收益按人扣除对照组成本后的增量计算。"),
        )
    })
}
