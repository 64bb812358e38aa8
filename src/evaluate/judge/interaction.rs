//! Do strategies get in each other's way: is the effect the same in every arm of the others that were named.

use crate::evaluate::evaluation::{Check, CutReport, Light, Words};
use crate::evaluate::withheld::Withheld;

use super::print;
use super::trust::check;
use super::view::{View, named};

/// The check; `None` where no other strategy was named. Each test's p is corrected for how many there are (Bonferroni).
pub fn checked(view: &View, cuts: &[CutReport]) -> Option<Check> {
    let beside: Vec<_> = view.trial.cuts.iter().filter(|cut| cut.beside).collect();
    if beside.is_empty() {
        return None;
    }
    let goal = view.primary.and_then(|at| view.goal(at));
    let own = |report: &&CutReport| Some(&report.goal) == goal.map(|goal| &goal.name) && beside.iter().any(|cut| cut.name == report.name);
    let tests: Vec<(&CutReport, f64)> = cuts.iter().filter(own).filter_map(|report| Some((report, report.q_p.known()?))).collect();
    let title = Words::new("other strategies' arms", "其他策略的组别");
    let limit = Some(view.terms.alpha);
    let Some((worst, p)) = tests.iter().copied().min_by(|(_, a), (_, b)| a.total_cmp(b)) else {
        let sentence = Words::new(
            "too few customers are in the other strategies as well to tell whether the effect differs there",
            "同时处于其他策略的客户太少，无法判断效果是否不同",
        );
        return Some(check("interaction", title, Light::Green, sentence, Err(Withheld::NoUnits), limit));
    };
    let p = (p * tests.len() as f64).min(1.0);
    let light = if p < view.terms.alpha { Light::Amber } else { Light::Green };
    let name = named(&worst.name, worst.label.as_deref());
    let text = print::chance(p);
    let sentence = if light == Light::Amber {
        Words::new(
            format!("the effect is not the same in all arms of {}: p {text}; the two get in each other's way, or help each other", name.en),
            format!("在{}的各组中效果不同：p {text}；两者相互影响", name.zh),
        )
    } else {
        let names: Vec<Words> = beside.iter().map(|cut| named(&cut.name, cut.label.as_deref())).collect();
        let names = print::listed(&names);
        Words::new(
            format!("the effect is alike in all arms of {}: least p {text}", names.en),
            format!("在{}的各组中效果相近：最小 p {text}", names.zh),
        )
    };
    Some(check("interaction", title, light, sentence, Ok(p), limit))
}
