//! The same comparison by other methods, beside the decision's: capped or uncapped, less noisy by what was known before, by ranks,
//! in Bayesian words, on those who were reached.

use crate::evaluate::bayes::{Prior, posterior};
use crate::evaluate::cuped::cuped_difference;
use crate::evaluate::economics::complier_effect;
use crate::evaluate::effect::{Alternative, Effect, Interval, Scale};
use crate::evaluate::evaluation::{Beside, Estimate, Figure, Words};
use crate::evaluate::quantile::mann_whitney;
use crate::evaluate::segments::post_stratified;
use crate::evaluate::withheld::Measured;
use crate::ir::{Fold, GoalRole, TrialGoal};

use super::compare::{Comparison, samples};
use super::contrast::{Against, Contrast, measure_of};
use super::estimate::{because, estimate};
use super::reading::{Reading, earlier, scaled};
use super::strata::strata_of;
use super::view::{View, capped, factor_of, pooled_cap};
use super::{print, target};

/// Share of values kept as they are when no cap was registered and the capped result is shown beside.
const USUAL_CAP: f64 = 0.999;
/// What is believed of a relative effect before: thirty percent either way (GrowthBook's proper prior).
const BELIEF: Prior = Prior { mean: 0.0, deviation: 0.3 };

/// All lines that apply.
pub fn lines(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Vec<Beside> {
    let mut found = Vec::new();
    if goal.role == GoalRole::Guard {
        found.extend(margin(view, goal, contrast));
    }
    if let Some(plain) = &contrast.plain {
        found.push(of_comparison(
            "pooled",
            Words::new("all customers together, as if independent", "全部客户合并、按独立处理"),
            plain,
            None,
        ));
    }
    let (Some(measure), Against::Control(other) | Against::Arm(other)) = (measure_of(goal), contrast.against) else { return found };
    let pair = Pairing { view, measure, arm: contrast.arm, other };
    found.extend(pair.caps());
    found.extend(pair.reduced());
    found.extend(pair.stratified(contrast));
    found.extend(pair.ranks());
    if view.randomised {
        found.extend(bayes(view, goal, contrast));
        found.extend(pair.reached(contrast));
    }
    found
}

fn of_comparison(slug: &str, title: Words, found: &Comparison, extra: Option<(Words, Figure)>) -> Beside {
    Beside { slug: slug.to_owned(), title, difference: estimate(found.difference, found.interval), p: found.p.into(), extra }
}

fn of_effect(slug: &str, title: Words, effect: Measured<Effect>, alpha: f64, extra: Option<(Words, Figure)>) -> Beside {
    let tested = effect.and_then(|effect| effect.test(Alternative::Different, alpha));
    let interval: Measured<Interval> = tested.map(|test| test.interval);
    Beside {
        slug: slug.to_owned(),
        title,
        difference: estimate(effect.map(|effect| effect.estimate), interval),
        p: tested.map(|test| test.p).into(),
        extra,
    }
}

/// One-sided bounds against the margin: what makes a guard safe, unproven or breached.
fn margin(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Option<Beside> {
    let found = target::guard(view, goal, contrast);
    let margin = target::margin(view, goal, contrast).ok()?;
    let sign = target::sign(goal);
    Some(Beside {
        slug: "margin".to_owned(),
        title: Words::new("one-sided bounds against the margin", "对容忍幅度的单侧界限"),
        difference: estimate(contrast.comparison.difference, found.map(|guard| guard.good.scaled(sign))),
        p: found.map(|guard| guard.p).into(),
        extra: Some((Words::new("margin", "容忍幅度"), Figure::Known(margin))),
    })
}

/// A posterior that pulls the estimate towards no effect: what a winner may be expected to keep.
fn bayes(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Option<Beside> {
    let own = &contrast.comparison;
    let base = own.level_against.ok()?;
    let found = own.effect.and_then(|effect| posterior(&effect, Some(BELIEF), Scale::Absolute, base, view.terms.alpha));
    let (title, extra) = match found {
        Ok(found) => {
            let better = if goal.up { found.chance_higher } else { 1.0 - found.chance_higher };
            let risk = if goal.up { found.risk_of_treatment } else { found.risk_of_control };
            let text = print::percent(better);
            let title = Words::new(
                format!("{text} chance to be better; estimate pulled towards no effect (prior ±30%)"),
                format!("有 {text} 的可能更好；估计值向无效应收缩（先验 ±30%）"),
            );
            (title, Some((Words::new("expected loss if chosen", "选用时的期望损失"), Figure::Known(risk))))
        }
        Err(_) => (Words::new("chance to be better", "更好的可能性"), None),
    };
    Some(Beside {
        slug: "bayes".to_owned(),
        title,
        difference: estimate(found.map(|own| own.mean), found.map(|own| own.interval)),
        p: because("no-test", Words::new("a belief, not a test", "这是信念而非检验")),
        extra,
    })
}

/// Two arms on one measure.
struct Pairing<'a> {
    view: &'a View<'a>,
    measure: usize,
    arm: usize,
    other: usize,
}

impl Pairing<'_> {
    fn fold(&self) -> Option<&Fold> {
        self.view.measure(self.measure).map(|own| &own.fold)
    }

    fn factor(&self) -> f64 {
        self.view.measure(self.measure).map_or(1.0, factor_of)
    }

    fn mean(&self) -> bool {
        matches!(self.fold(), Some(Fold::Mean { .. } | Fold::Sum { .. }))
    }

    /// Uncapped where a cap was registered, capped where none was.
    fn caps(&self) -> Option<Beside> {
        if !self.mean() {
            return None;
        }
        let (own, base) = (self.view.cell(self.measure, self.arm)?, self.view.cell(self.measure, self.other)?);
        let factor = self.factor();
        if let Some(cap) = self.view.caps.get(self.measure).copied().flatten() {
            let plain = |cell: &crate::evaluate::observed::Cell| scaled(&cell.value.moments().sample(), factor);
            let found = samples(&plain(own), &plain(base), None, self.view.terms);
            let extra = (Words::new("cap of the decision", "判断所用的截尾值"), Figure::Known(cap));
            return Some(of_comparison("uncapped", Words::new("uncapped", "不截尾"), &found, Some(extra)));
        }
        if own.values.is_empty() || base.values.is_empty() {
            return None;
        }
        let cap = pooled_cap(self.view.observed, self.measure, USUAL_CAP).ok()?;
        let most = own.values.last().into_iter().chain(base.values.last()).fold(f64::NEG_INFINITY, |most, value| most.max(value * factor));
        if most <= cap {
            return None;
        }
        let found = samples(&capped(&own.values, factor, cap).sample(), &capped(&base.values, factor, cap).sample(), None, self.view.terms);
        let extra = (Words::new("cap: 99.9% of all arms together", "截尾值：各组合并的 99.9% 分位"), Figure::Known(cap));
        Some(of_comparison("capped", Words::new("capped at 99.9%", "在 99.9% 分位截尾"), &found, Some(extra)))
    }

    /// Less noise by the value before the entry (CUPED).
    fn reduced(&self) -> Option<Beside> {
        let measure = self.view.measure(self.measure)?;
        measure.before?;
        if !matches!(self.fold(), Some(Fold::Mean { .. } | Fold::Sum { .. } | Fold::Rate { .. })) {
            return None;
        }
        let of = |arm: usize| self.view.cell(self.measure, arm).map(|cell| earlier(&cell.before, self.factor()));
        let (own, base) = (of(self.arm)?, of(self.other)?);
        if own.n == 0 && base.n == 0 {
            return None;
        }
        let found = cuped_difference(&own.pair(), &base.pair(), &own.merged(&base).pair(), Scale::Absolute);
        let n = print::count((own.n + base.n) as f64);
        let title = Words::new(
            format!("less noise by the value before the entry (CUPED), {n} customers with one"),
            format!("用进入前的取值降低噪声（CUPED），{n} 位客户有该值"),
        );
        let saved = (Words::new("share of variance saved", "节省的方差占比"), found.map(|own| own.variance_saved).into());
        Some(of_effect("variance-reduced", title, found.map(|own| own.effect), self.view.terms.alpha, Some(saved)))
    }

    /// Post-stratified, where the decision is not already.
    fn stratified(&self, contrast: &Contrast) -> Option<Beside> {
        if contrast.plain.is_some() {
            return None;
        }
        let strata = strata_of(self.view, self.measure, self.arm, self.other)?;
        let found = post_stratified(&strata.arms);
        let title =
            Words::new(format!("within {} and combined by their sizes", strata.over.en), format!("在{}内比较后按规模合并", strata.over.zh));
        Some(Beside {
            slug: "stratified".to_owned(),
            title,
            difference: estimate(found.map(|own| own.difference), found.and_then(|own| own.interval(self.view.terms.alpha))),
            p: found.map(|own| own.p()).into(),
            extra: None,
        })
    }

    /// Do values tend to be higher: order, not money.
    fn ranks(&self) -> Option<Beside> {
        if !self.mean() {
            return None;
        }
        let (own, base) = (self.view.cell(self.measure, self.arm)?, self.view.cell(self.measure, self.other)?);
        if own.values.is_empty() || base.values.is_empty() {
            return None;
        }
        let found = mann_whitney(&own.values, &base.values);
        let higher =
            (Words::new("chance that a customer's value is higher", "该组客户取值更高的可能"), found.map(|own| own.superiority).into());
        Some(Beside {
            slug: "rank".to_owned(),
            title: Words::new("rank test: order, not means", "秩检验：比较次序而非均值"),
            difference: ranks_only(),
            p: found.map(|own| own.p).into(),
            extra: Some(higher),
        })
    }

    /// The effect on those who were reached, where only some of the treated were and nobody in control.
    fn reached(&self, contrast: &Contrast) -> Option<Beside> {
        if Some(contrast.goal) != self.view.primary || Some(self.other) != self.view.control {
            return None;
        }
        let (own, base) = (self.view.observed.arms.get(self.arm)?, self.view.observed.arms.get(self.other)?);
        if own.assigned == 0 || own.reached == 0 || own.reached >= own.assigned || base.reached > 0 {
            return None;
        }
        let rate = own.reached as f64 / own.assigned as f64;
        let found = contrast.comparison.effect.and_then(|effect| complier_effect(&effect, rate, own.assigned as f64));
        let extra = (Words::new("share reached", "触达率"), Figure::Known(rate));
        let title = Words::new("on those who were reached (difference over share reached)", "对实际触达者的效应（差异除以触达率）");
        Some(of_effect("reached", title, found, self.view.terms.alpha, Some(extra)))
    }
}

/// Ranks know no difference of means.
fn ranks_only() -> Estimate {
    let reason = || because("ranks", Words::new("ranks have no difference of means", "秩检验不给出均值差"));
    Estimate { value: reason(), lower: reason(), upper: reason() }
}

/// The figure of a measure from a tally of a cut or a day.
pub fn reading(view: &View, measure: usize, tally: &crate::evaluate::tally::PairTally) -> Reading {
    view.measure(measure).map_or_else(Reading::nobody, |own| Reading::of_tally(own, tally))
}
