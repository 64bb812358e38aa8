//! From a level and its spread to the customers, days and power of every goal.
//!
//! For two arms with shares s_t and s_c of everybody, N customers give n_c = N s_c and n_t = N s_t; what a test needs in control is
//! turned into N. Levels are corrected as the judgement corrects them by Holm at its first step: α/m for m tests of a family.

use super::{Answerable, EffectForecast, GoalForecast};
use crate::evaluate::distribution::{normal_sf, normal_upper_quantile};
use crate::evaluate::effect::{Alternative, Effect};
use crate::evaluate::evaluation::{Figure, Reason, Unit, Words};
use crate::evaluate::power::{Plan, days_left, progress, units_for_means, units_for_rates};
use crate::evaluate::sequential::confidence_sequence;
use crate::evaluate::withheld::{Measured, Withheld, finite};
use crate::ir::{Baseline, Fold, Formula, GoalRole, Looks, Target, Trial, TrialGoal};
use crate::types::Type;

/// A figure without treatment.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Customers it was measured on; 0 where somebody said it.
    pub units: f64,
    /// In stored units: fractions, minor units of money.
    pub level: Measured<f64>,
    /// Variance of one customer's value.
    pub variance: Measured<f64>,
    pub source: Words,
}

/// Who enters.
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// Assigned on the first day, all arms.
    pub first_day: f64,
    /// Newly assigned per later day; withheld where that is not known. Zero: the first day takes all there are.
    pub per_day: Measured<f64>,
}

/// Effects that are looked at, as multiples of the target.
const TIMES: [f64; 3] = [0.5, 1.0, 2.0];
/// Beyond this many days a question is not answered by the segment.
const MOST_DAYS: f64 = 1_096.0;

/// Every goal and guard of a trial for every treatment arm; `levels` align with the trial's measures.
#[must_use]
pub fn plan(trial: &Trial, levels: &[Level], audience: &Audience) -> Vec<GoalForecast> {
    let control = trial.arms.iter().find(|arm| arm.control);
    let treated: Vec<_> = trial.arms.iter().filter(|arm| !arm.control).collect();
    let planned = |goal: &&TrialGoal| goal.role != GoalRole::Exploratory;
    let mut out = Vec::new();
    for (at, goal) in trial.goals.iter().filter(planned).enumerate() {
        for arm in &treated {
            let shares = arm.share.zip(control.and_then(|control| control.share));
            let question = Question { trial, goal, shares, tests: family(trial, goal, at), audience, level: level_of(goal, levels) };
            out.push(question.answer(&arm.name));
        }
    }
    out
}

/// Tests of the family a goal belongs to: the primary goal over the arms; the other goals over arms and goals behind it; guards alone.
fn family(trial: &Trial, goal: &TrialGoal, at: usize) -> f64 {
    let arms = trial.arms.iter().filter(|arm| !arm.control).count().max(1);
    let goals = trial.goals.iter().filter(|goal| goal.role == GoalRole::Goal).count();
    #[allow(clippy::cast_precision_loss, reason = "a handful")]
    match (goal.role, at) {
        (GoalRole::Goal, 0) => arms as f64,
        (GoalRole::Goal, _) => (arms * goals.saturating_sub(1).max(1)) as f64,
        (GoalRole::Guard | GoalRole::Exploratory, _) => 1.0,
    }
}

fn level_of<'a>(goal: &TrialGoal, levels: &'a [Level]) -> Option<(usize, &'a Level)> {
    match goal.figure {
        Formula::Measure(at) => Some((at, levels.get(at)?)),
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
        | Formula::Divide(..) => None,
    }
}

/// One goal, one arm.
struct Question<'a> {
    trial: &'a Trial,
    goal: &'a TrialGoal,
    /// Of the arm and of control.
    shares: Option<(f64, f64)>,
    tests: f64,
    audience: &'a Audience,
    level: Option<(usize, &'a Level)>,
}

/// The numbers a question is planned with.
#[derive(Clone, Copy)]
struct Known {
    level: f64,
    variance: f64,
    rate: bool,
    /// Of the arm and of what it is compared with; a fixed bound has no share.
    treated: f64,
    control: Option<f64>,
    /// Two-sided, corrected.
    alpha: f64,
    power: f64,
    looks: Looks,
}

impl Question<'_> {
    fn answer(&self, arm: &str) -> GoalForecast {
        let unit = self
            .level
            .and_then(|(at, _)| self.trial.measures.get(at))
            .map_or_else(|| unit_of(&self.goal.ty), |measure| unit_of(&measure.ty));
        let page = |value: f64| if unit == Unit::Money { value / 100.0 } else { value };
        let figure = |value: Result<f64, Figure>| value.map_or_else(|reason| reason, |value| Figure::from(finite(page(value))));
        let known = self.known();
        let target = known.as_ref().map_err(Clone::clone).and_then(|known| self.target(known).map_err(Figure::from));
        let detectable =
            known.as_ref().map_err(Clone::clone).and_then(|known| known.detectable(self.audience.first_day).map_err(Figure::from));
        let effects: Vec<EffectForecast> = TIMES.iter().map(|times| self.effect(*times, &known, &target, &figure)).collect();
        let answerable = answerable(effects.get(1));
        let level = self.level.map(|(_, level)| level);
        GoalForecast {
            name: self.goal.name.clone(),
            label: self.goal.label.clone(),
            role: String::from(if self.goal.role == GoalRole::Guard { "guard" } else { "goal" }),
            registered: self.goal.written.clone(),
            unit,
            arm: arm.to_owned(),
            alpha: self.alpha(),
            baseline: level.map_or_else(|| several(), |level| figure(level.level.map_err(Figure::from))),
            baseline_units: level.map_or(0.0, |level| level.units),
            source: level.map_or_else(Words::default, |level| level.source.clone()),
            target: figure(target.clone()),
            detectable: figure(detectable),
            sentence: sentence(answerable, effects.get(1)),
            effects,
            answerable,
        }
    }

    /// A guard is held by one side of its interval.
    fn alpha(&self) -> f64 {
        let sides = if self.one_sided() { 2.0 } else { 1.0 };
        sides * self.trial.terms.alpha / self.tests
    }

    fn one_sided(&self) -> bool {
        matches!(self.goal.target, Target::Margin(_))
    }

    fn known(&self) -> Result<Known, Figure> {
        let (at, level) = self.level.ok_or_else(several)?;
        let measure = self.trial.measures.get(at).ok_or_else(several)?;
        let rate = match measure.fold {
            Fold::Rate { .. } => true,
            Fold::Mean { .. } | Fold::Sum { .. } | Fold::Ratio { .. } => false,
            Fold::Quantile { .. } | Fold::Lasting { .. } => return Err(no_formula()),
        };
        // Compared with anything else, units were not drawn by chance.
        let (treated, control) = if self.goal.baseline == Baseline::Control {
            let (treated, control) = self.shares.ok_or_else(no_control)?;
            (treated, Some(control))
        } else if self.goal.baseline == Baseline::Bound {
            (self.shares.map_or(1.0, |(treated, _)| treated), None)
        } else {
            return Err(no_control());
        };
        Ok(Known {
            level: level.level.map_err(Figure::from)?,
            // A rate against a bound is planned with the spread at the bound, which it has even where nobody complained so far.
            variance: if rate && control.is_none() { level.variance.unwrap_or(0.0) } else { level.variance.map_err(Figure::from)? },
            rate,
            treated,
            control,
            alpha: self.alpha(),
            power: self.trial.terms.power,
            looks: self.trial.terms.looks,
        })
    }

    /// The difference of the target, with its sign.
    fn target(&self, known: &Known) -> Measured<f64> {
        let sign = if self.goal.up { 1.0 } else { -1.0 };
        match &self.goal.target {
            Target::Relative(share) => finite(sign * share.abs() * known.level.abs()),
            Target::Absolute(by) => Ok(sign * by.abs()),
            // To be shown: no worse by as much.
            Target::Margin(by) => Ok(-sign * by.abs()),
            Target::AtMost(bound) | Target::AtLeast(bound) => Ok(bound - known.level),
            Target::None => self.goal.worthwhile.as_ref().map_or(Err(Withheld::NoIncrement), |worth| match worth {
                Target::Relative(share) => finite(sign * share.abs() * known.level.abs()),
                Target::Absolute(by) => Ok(sign * by.abs()),
                Target::AtMost(_) | Target::AtLeast(_) | Target::Margin(_) | Target::None => Err(Withheld::NoIncrement),
            }),
        }
    }

    fn effect(
        &self,
        times: f64,
        known: &Result<Known, Figure>,
        target: &Result<f64, Figure>,
        figure: &dyn Fn(Result<f64, Figure>) -> Figure,
    ) -> EffectForecast {
        let difference = target.clone().map(|target| target * times);
        let with = |asked: &dyn Fn(&Known, f64) -> Measured<f64>| -> Result<f64, Figure> {
            let (known, difference) = (known.as_ref().map_err(Clone::clone)?, difference.clone()?);
            asked(known, difference).map_err(Figure::from)
        };
        let margin = self.one_sided();
        let needed = with(&|known, difference| known.needed(difference, margin));
        let power = with(&|known, difference| known.power_at(difference, margin, self.audience.first_day));
        let days = needed.clone().and_then(|needed| self.days(needed).map_err(Figure::from));
        let plain = |value: Result<f64, Figure>| value.map_or_else(|reason| reason, |value| Figure::from(finite(value)));
        EffectForecast {
            times,
            difference: figure(difference),
            needed: plain(needed.map(f64::ceil)),
            days: plain(days),
            power: plain(power),
        }
    }

    /// Days after the first one.
    fn days(&self, needed: f64) -> Measured<f64> {
        let Audience { first_day, per_day } = self.audience;
        if needed <= *first_day {
            return Ok(0.0);
        }
        let per_day = (*per_day)?;
        let most = first_day + per_day * MOST_DAYS;
        days_left(needed - first_day, per_day, Some(most - first_day)).map_err(|reason| match reason {
            Withheld::TooFewUnits { .. } | Withheld::NoUnits => Withheld::TooFewUnits { have: most, need: needed.ceil() },
            other => other,
        })
    }
}

impl Known {
    /// Variances of a value in the arm and in control when the arm differs by `difference`.
    fn spreads(&self, difference: f64) -> Measured<(f64, f64)> {
        if !self.rate {
            return Ok((self.variance, self.variance));
        }
        let treated = self.level + difference;
        if !(0.0..=1.0).contains(&treated) {
            return Err(Withheld::OutOfRange { value: treated });
        }
        Ok((treated * (1.0 - treated), self.level * (1.0 - self.level)))
    }

    /// Standard error of the difference with `customers` of all arms.
    fn error(&self, difference: f64, customers: f64) -> Measured<f64> {
        let (treated, control) = self.spreads(difference)?;
        if customers <= 0.0 || self.treated <= 0.0 || self.control.is_some_and(|share| share <= 0.0) {
            return Err(Withheld::NoUnits);
        }
        let of_control = self.control.map_or(0.0, |share| control / (customers * share));
        finite((treated / (customers * self.treated) + of_control).sqrt())
    }

    fn plan(&self) -> Plan {
        let ratio = self.control.map_or(1.0, |control| self.treated / control);
        Plan { alpha: self.alpha, power: self.power, ratio }
    }

    fn tuning(&self) -> Option<f64> {
        match self.looks {
            Looks::Once => None,
            Looks::Anytime { planned } => Some(planned),
        }
    }

    /// Customers of all arms. A margin is to be shown while there is no difference.
    fn needed(&self, difference: f64, margin: bool) -> Measured<f64> {
        if difference == 0.0 {
            return Err(Withheld::NoIncrement);
        }
        let true_difference = if margin { 0.0 } else { difference };
        match (self.tuning(), self.control) {
            (None, Some(control)) if self.rate && !margin => Ok(units_for_rates(self.level, difference, &self.plan())?.unpooled / control),
            (None, Some(control)) if !self.rate => Ok(units_for_means(difference / self.deviation()?, &self.plan())? / control),
            (tuning, _) => {
                // From one customer on, so that the multiple is the number.
                let effect =
                    Effect { estimate: 0.0, standard_error: self.error(true_difference, 1.0)?, degrees: f64::INFINITY, units: 1.0 };
                Ok(1.0 + progress(&effect, difference, &self.plan(), tuning)?.factor?)
            }
        }
    }

    fn deviation(&self) -> Measured<f64> {
        if self.variance > 0.0 { Ok(self.variance.sqrt()) } else { Err(Withheld::NoVariation) }
    }

    /// Power with the customers there are.
    fn power_at(&self, difference: f64, margin: bool, customers: f64) -> Measured<f64> {
        let error = self.error(if margin { 0.0 } else { difference }, customers)?;
        if error <= 0.0 {
            return Err(Withheld::NoVariation);
        }
        let half = self.half_width(error, customers)?;
        let far = if margin { 0.0 } else { normal_sf((half + difference.abs()) / error) };
        finite(normal_sf((half - difference.abs()) / error) + far)
    }

    fn half_width(&self, error: f64, customers: f64) -> Measured<f64> {
        match self.tuning() {
            None => Ok(normal_upper_quantile(self.alpha / 2.0) * error),
            Some(planned) => {
                let effect = Effect { estimate: 0.0, standard_error: error, degrees: f64::INFINITY, units: customers };
                Ok(confidence_sequence(&effect, Alternative::Different, self.alpha, planned)?.interval.upper)
            }
        }
    }

    /// The smallest difference seen with the planned power: half the interval and z_power standard errors at the baseline's spread.
    fn detectable(&self, customers: f64) -> Measured<f64> {
        let error = self.error(0.0, customers)?;
        if error <= 0.0 {
            return Err(Withheld::NoVariation);
        }
        finite(self.half_width(error, customers)? - normal_upper_quantile(self.power) * error)
    }
}

fn answerable(effect: Option<&EffectForecast>) -> Answerable {
    match effect.map(|effect| (&effect.needed, &effect.days)) {
        Some((Figure::Known(_), Figure::Known(days))) => {
            if *days == 0.0 {
                Answerable::AtOnce
            } else {
                Answerable::Later
            }
        }
        Some((Figure::Known(_), Figure::Withheld(reason))) if reason.withheld == "too-few-units" => Answerable::Never,
        Some((Figure::Known(_) | Figure::Withheld(_), Figure::Withheld(_) | Figure::Known(_))) | None => Answerable::Unknown,
    }
}

fn sentence(answerable: Answerable, effect: Option<&EffectForecast>) -> Words {
    let number = |figure: &Figure| figure.known().map_or_else(String::new, |value| format!("{value:.0}"));
    let (needed, days) = effect.map_or_else(|| (String::new(), String::new()), |effect| (number(&effect.needed), number(&effect.days)));
    match answerable {
        Answerable::AtOnce => Words::new(
            format!("the first day has the {needed} customers that the target needs"),
            format!("首日的客户已满足目标所需的 {needed} 位"),
        ),
        Answerable::Later => Words::new(
            format!("the {needed} customers that the target needs will have entered after {days} days"),
            format!("目标所需的 {needed} 位客户将在 {days} 天后进入完毕"),
        ),
        Answerable::Never => Words::new(
            format!("cannot be answered with this segment: the target needs {needed} customers, which it does not have within three years"),
            format!("这个客群无法回答：目标需要 {needed} 位客户，三年内也达不到"),
        ),
        Answerable::Unknown => Words::new("cannot be planned yet; the numbers above say what is missing", "尚无法规划，原因见上列各数"),
    }
}

fn unit_of(ty: &Type) -> Unit {
    match ty {
        Type::Money => Unit::Money,
        Type::Percent | Type::Rate | Type::Bool => Unit::Share,
        _ => Unit::Number,
    }
}

fn reason(slug: &str, en: &str, zh: &str) -> Figure {
    Figure::Withheld(Reason { withheld: slug.to_owned(), words: Words::new(en, zh) })
}

fn several() -> Figure {
    reason("several-figures", "withheld, because it is made of several figures", "不予给出：由多个指标组成")
}

fn no_formula() -> Figure {
    reason("no-formula", "withheld, because no formula for its sample size is known here", "不予给出：此类指标没有样本量公式")
}

fn no_control() -> Figure {
    reason("no-control", "withheld, because it is not held against a control group", "不予给出：不是与对照组比较")
}
