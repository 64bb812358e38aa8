//! Were the arms filled as registered: by the probabilities in force when each customer entered, as logged; a registered share
//! where none was. Equal shares are never assumed.

use crate::evaluate::decide::Trust;
use crate::evaluate::evaluation::{Check, Light, Words};
use crate::evaluate::observed::Entered;
use crate::evaluate::validity::{MISMATCH_LEVEL, Phase, SampleRatio, sample_ratio_phases};
use crate::evaluate::withheld::{Measured, Withheld};

use super::print;
use super::trust::{check, light_of};
use super::view::View;

/// Fewer customers expected in an arm test nothing (GrowthBook).
const LEAST_EXPECTED: f64 = 8.0;

/// Shares, leaks, and rows without a probability.
pub fn checks(view: &View, found: &mut Vec<Check>, trust: &mut Trust) {
    if !view.randomised {
        trust.ratio_p = Err(Withheld::NotRegistered);
        return;
    }
    let tested = tested(view);
    let leaked = leaked(view, tested.as_ref());
    trust.leaked_units = leaked;
    trust.ratio_p = tested.as_ref().map(|found| found.p).map_err(|reason| *reason);
    found.push(shares(&tested));
    if leaked > 0.0 {
        let n = print::count(leaked);
        let sentence = Words::new(format!("{n} customers came into arms whose share was zero"), format!("{n} 位客户进入了比例为零的组"));
        found.push(check("leak", Words::new("closed arms", "零比例的组"), Light::Red, sentence, Ok(leaked), Some(0.0)));
    }
    if view.trial.probability.is_some() {
        found.extend(unlogged(view, trust));
    }
}

fn shares(tested: &Measured<SampleRatio>) -> Check {
    let title = Words::new("sizes of the arms", "各组人数比例");
    let (light, sentence) = match tested {
        Ok(found) => {
            let (p, by) = (print::chance(found.p), print::number(found.largest_deviation * 100.0, 2));
            let words = match light_of(found.p) {
                Light::Green => Words::new("as registered", "与登记一致"),
                Light::Amber => Words::new("watch", "需关注"),
                Light::Red => Words::new("not as registered", "与登记不符"),
            };
            let sentence = Words::new(
                format!("{}: p {p}, largest deviation {by} pp", words.en),
                format!("{}：p {p}，最大偏差 {by} 个百分点", words.zh),
            );
            (light_of(found.p), sentence)
        }
        Err(Withheld::NotRegistered) => {
            (Light::Amber, Words::new("no shares are registered or logged, so nothing can be tested", "没有登记或记录分组比例，无法检验"))
        }
        Err(_) => (Light::Green, Words::new("too few arms or customers to be tested", "组数或人数过少，无法检验")),
    };
    check("sample-ratio", title, light, sentence, tested.as_ref().map(|found| found.p).map_err(|reason| *reason), Some(MISMATCH_LEVEL))
}

fn tested(view: &View) -> Measured<SampleRatio> {
    let registered: Vec<Option<f64>> = view.trial.arms.iter().map(|arm| arm.share).collect();
    let mut phases: Vec<Phase> = Vec::new();
    for entered in view.observed.phases.values() {
        if let Some(weights) = weights(entered, &registered) {
            phases.push(Phase { observed: entered.iter().map(|own| own.units as f64).collect(), weights });
        }
    }
    if view.observed.phases.is_empty() {
        let all: Option<Vec<f64>> = registered.iter().copied().collect();
        let observed = (0..view.trial.arms.len()).map(|arm| view.assigned(arm) as f64).collect();
        phases.extend(all.map(|weights| Phase { observed, weights }));
    }
    if phases.is_empty() {
        return Err(Withheld::NotRegistered);
    }
    let found = sample_ratio_phases(&phases)?;
    let live = found.expected.iter().copied().filter(|expected| *expected > 0.0);
    let least = live.fold(f64::INFINITY, f64::min);
    if least < LEAST_EXPECTED { Err(Withheld::TooFewUnits { have: least, need: LEAST_EXPECTED }) } else { Ok(found) }
}

/// The shares in force at one instant. An arm that nobody entered has none logged: what the others leave belongs to it, and where
/// several are without, in proportion to what is registered. `None` where that is not enough to know.
fn weights(entered: &[Entered], registered: &[Option<f64>]) -> Option<Vec<f64>> {
    let logged: Vec<Option<f64>> = entered.iter().map(|own| own.share).collect();
    let unlogged = entered.iter().zip(&logged).any(|(own, share)| own.units > 0 && share.is_none());
    if unlogged {
        return registered.iter().copied().collect();
    }
    let rest = 1.0 - logged.iter().flatten().sum::<f64>();
    let open: Vec<usize> = logged.iter().enumerate().filter(|(_, share)| share.is_none()).map(|(at, _)| at).collect();
    if rest < 1e-9 || open.is_empty() {
        return Some(logged.into_iter().map(|share| share.unwrap_or(0.0)).collect());
    }
    if let [only] = open.as_slice() {
        return Some(logged.iter().enumerate().map(|(at, share)| if at == *only { rest } else { share.unwrap_or(0.0) }).collect());
    }
    let of = |at: &usize| registered.get(*at).copied().flatten();
    let total: f64 = open.iter().map(of).sum::<Option<f64>>()?;
    if total <= 0.0 {
        return None;
    }
    let share = |(at, share): (usize, &Option<f64>)| share.map_or_else(|| of(&at).map(|own| own / total * rest), Some);
    logged.iter().enumerate().map(share).collect()
}

/// Customers in arms whose share was zero when they entered.
fn leaked(view: &View, tested: Result<&SampleRatio, &Withheld>) -> f64 {
    let closed = |own: &&Entered| own.units > 0 && own.share == Some(0.0);
    let logged: u64 = view.observed.phases.values().flatten().filter(closed).map(|own| own.units).sum();
    if logged > 0 || !view.observed.phases.is_empty() {
        return logged as f64;
    }
    tested.map_or(0.0, |found| found.leaks.iter().map(|arm| view.assigned(*arm) as f64).sum())
}

fn unlogged(view: &View, trust: &mut Trust) -> Option<Check> {
    let all = || view.observed.phases.values().flatten();
    let total: u64 = all().map(|own| own.units).sum();
    if total == 0 {
        return None;
    }
    let without: u64 = all().filter(|own| own.share.is_none()).map(|own| own.units).sum();
    let share = without as f64 / total as f64;
    // A ledger from before probabilities were logged: the registered shares stand in for all of them.
    let never = without == total && view.trial.arms.iter().all(|arm| arm.share.is_some());
    trust.unlogged = if never { 0.0 } else { share };
    let light = match without {
        0 => Light::Green,
        _ if never => Light::Amber,
        _ => Light::Red,
    };
    let n = print::count(without as f64);
    let sentence = if never {
        Words::new("never logged; the registered shares are taken instead", "从未记录；以登记的分组比例代替")
    } else if without > 0 {
        Words::new(format!("{n} customers have no logged probability of their arm"), format!("{n} 位客户没有记录分组概率"))
    } else {
        Words::new("logged for every customer", "每位客户都有记录")
    };
    Some(check("probabilities", Words::new("probability of the arm", "分组概率"), light, sentence, Ok(share), Some(0.0)))
}
