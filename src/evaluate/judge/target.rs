//! The registered goal beside its result: threshold, the effect worth having, met or not.
//!
//! A goal is met when its estimate reaches the target *and* no effect is excluded: "+35% against control" is met by +35.0% (11.1%
//! to 67.3%). It is not met when the interval lies wholly short of the target. Anything else is not yet knowable. The rules are
//! given the same: their threshold is no effect once the estimate reaches the target, and the target itself before that, which no
//! lower end can pass while the estimate falls short of it.

use crate::evaluate::effect::{Alternative, Interval};
use crate::evaluate::evaluation::{Met, Words};
use crate::evaluate::guard::{Guard, GuardState, non_inferiority};
use crate::evaluate::numeric::root;
use crate::evaluate::proportion::{Rate, difference_newcombe};
use crate::evaluate::sequential::confidence_sequence;
use crate::evaluate::withheld::{Measured, Withheld, finite};
use crate::ir::{GoalRole, Target, TrialGoal};

use super::contrast::{Against, Contrast, anytime, measure_of};
use super::print;
use super::view::{View, factor_of, factor_of_type, unit_of, unit_of_type};

/// Page units per stored unit of a goal's figure.
pub fn factor(view: &View, goal: &TrialGoal) -> f64 {
    measure_of(goal).and_then(|measure| view.measure(measure)).map_or_else(|| factor_of_type(&goal.ty), factor_of)
}

/// How a goal's figure is printed.
pub fn unit(view: &View, goal: &TrialGoal) -> crate::evaluate::evaluation::Unit {
    measure_of(goal).and_then(|measure| view.measure(measure)).map_or_else(|| unit_of_type(&goal.ty), unit_of)
}

/// 1 where more is better, else −1.
pub fn sign(goal: &TrialGoal) -> f64 {
    if goal.up { 1.0 } else { -1.0 }
}

/// A target as a difference in the good direction, in units of the page; 0 where none was registered.
fn difference_of(view: &View, goal: &TrialGoal, target: &Target, base: Measured<f64>) -> Measured<f64> {
    Ok(match target {
        Target::Relative(share) => match base? {
            // Nothing is 35% more than nothing.
            0.0 => return Err(Withheld::ZeroBaseline),
            base => sign(goal) * share * base.abs(),
        },
        Target::Absolute(by) => sign(goal) * by * factor(view, goal),
        Target::Margin(by) => -by * factor(view, goal),
        Target::AtMost(_) | Target::AtLeast(_) | Target::None => 0.0,
    })
}

/// The difference a row is held against, as it is drawn: what a goal asks for; a guard's margin, on the side that is worse.
pub fn threshold(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Option<f64> {
    if matches!(contrast.against, Against::Bound(_)) {
        return Some(0.0);
    }
    match (&goal.target, goal.role) {
        (Target::None, _) => None,
        (Target::Margin(_), _) | (_, GoalRole::Guard) => margin(view, goal, contrast).ok().map(|margin| -sign(goal) * margin),
        (target, GoalRole::Goal | GoalRole::Exploratory) => {
            difference_of(view, goal, target, contrast.comparison.level_against).ok().map(|by| sign(goal) * by)
        }
    }
}

/// What the rules are given of a goal: interval and estimate in the good direction, threshold and the effect worth having.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Aim {
    pub interval: Measured<Interval>,
    pub estimate: Measured<f64>,
    pub threshold: f64,
    pub worthwhile: f64,
}

/// See [`Aim`]. A level against a fixed bound is moved by the bound, so that "below the bound" is not mistaken for harm.
pub fn aim(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Aim {
    let own = &contrast.comparison;
    let (mut interval, mut estimate) = (own.good(goal.up), own.difference.map(|difference| sign(goal) * difference));
    if let Against::Bound(bound) = contrast.against {
        let by = bound.abs();
        interval = interval.map(|interval| interval.moved(by));
        estimate = estimate.map(|estimate| estimate + by);
        return Aim { interval, estimate, threshold: by, worthwhile: 0.0 };
    }
    let target = difference_of(view, goal, &goal.target, own.level_against);
    interval = target.and(interval);
    let target = target.unwrap_or(0.0);
    let reached = reaches(view, goal, contrast);
    let threshold = match goal.target {
        Target::Margin(_) => target,
        Target::Relative(_) | Target::Absolute(_) | Target::AtMost(_) | Target::AtLeast(_) | Target::None => {
            if reached {
                target.min(0.0)
            } else {
                target
            }
        }
    };
    let worth = goal.worthwhile.as_ref().map(|worth| difference_of(view, goal, worth, own.level_against).unwrap_or(0.0));
    let worthwhile = worth.unwrap_or(if matches!(goal.target, Target::Margin(_)) { 0.0 } else { target });
    Aim { interval, estimate, threshold, worthwhile: worthwhile.abs() }
}

/// Whether the estimate alone reaches the target.
fn reaches(view: &View, goal: &TrialGoal, contrast: &Contrast) -> bool {
    let own = &contrast.comparison;
    let target = difference_of(view, goal, &goal.target, own.level_against);
    // Half a unit of the last place of a fraction: 84 of 4,000 more is +35%, whatever the binary rounding.
    own.difference.is_ok_and(|difference| target.is_ok_and(|target| sign(goal) * difference >= target - 1e-12 * (1.0 + target.abs())))
}

/// Met, not met, or not yet knowable, from the numbers alone; see the head of this file.
pub fn met(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Met {
    if goal.role == GoalRole::Guard || matches!(goal.target, Target::Margin(_)) {
        return match guard(view, goal, contrast).map(|guard| guard.state) {
            Ok(GuardState::Safe) => Met::Met,
            Ok(GuardState::Breached) => Met::NotMet,
            Ok(GuardState::Unproven) | Err(_) => Met::NotYetKnowable,
        };
    }
    let Ok(interval) = contrast.comparison.good(goal.up) else { return Met::NotYetKnowable };
    if matches!(contrast.against, Against::Bound(_)) {
        return if interval.lower > 0.0 {
            Met::Met
        } else if interval.upper < 0.0 {
            Met::NotMet
        } else {
            Met::NotYetKnowable
        };
    }
    let Ok(target) = difference_of(view, goal, &goal.target, contrast.comparison.level_against) else { return Met::NotYetKnowable };
    if goal.role == GoalRole::Exploratory && goal.target == Target::None {
        return Met::NotYetKnowable;
    }
    let better = interval.lower > 0.0 && contrast.comparison.conclusive(contrast.p_adjusted, view.terms.alpha);
    if better && reaches(view, goal, contrast) {
        Met::Met
    } else if interval.upper < target.max(0.0) {
        Met::NotMet
    } else {
        Met::NotYetKnowable
    }
}

/// Non-inferiority of a guard, or of a goal that asks for no more than that.
///
/// # Errors
/// A level or its spread is withheld.
pub fn guard(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Measured<Guard> {
    let alpha = view.terms.alpha;
    let margin = margin(view, goal, contrast)?;
    if let (Some(planned), Ok(effect)) = (anytime(view), contrast.comparison.effect) {
        let lower = confidence_sequence(&effect, Alternative::Greater, alpha, planned)?.interval.lower;
        let upper = confidence_sequence(&effect, Alternative::Less, alpha, planned)?.interval.upper;
        let good = Interval { lower, upper }.scaled(sign(goal));
        let fixed = non_inferiority(&effect, margin, goal.up, alpha)?;
        return Ok(Guard { good, state: state(&good, margin), ..fixed });
    }
    match contrast.comparison.effect {
        Ok(effect) => non_inferiority(&effect, margin, goal.up, alpha),
        // Rates of which one has no spread: nobody complained. Newcombe's interval still has both ends.
        Err(reason) => counted(view, goal, contrast, margin).unwrap_or(Err(reason)),
    }
}

/// The margin of a guard, in units of the page; a bound has none.
pub fn margin(view: &View, goal: &TrialGoal, contrast: &Contrast) -> Measured<f64> {
    match goal.target {
        Target::Margin(by) => Ok(by * factor(view, goal)),
        Target::Relative(_) | Target::Absolute(_) => {
            difference_of(view, goal, &goal.target, contrast.comparison.level_against).map(f64::abs)
        }
        Target::AtMost(_) | Target::AtLeast(_) | Target::None => Ok(0.0),
    }
}

fn state(good: &Interval, margin: f64) -> GuardState {
    if good.lower > -margin {
        GuardState::Safe
    } else if good.upper < -margin {
        GuardState::Breached
    } else {
        GuardState::Unproven
    }
}

fn counted(view: &View, goal: &TrialGoal, contrast: &Contrast, margin: f64) -> Option<Measured<Guard>> {
    let measure = measure_of(goal)?;
    let other = match contrast.against {
        Against::Control(other) | Against::Arm(other) => other,
        Against::Measure(_) | Against::Figure | Against::Nobody => return None,
        Against::Bound(bound) => {
            let own = view.reading(measure, contrast.arm);
            let good = own.interval(view.terms, 2.0 * view.terms.alpha).ok()?.moved(-bound).scaled(sign(goal));
            let p = if good.lower > 0.0 { view.terms.alpha } else { 1.0 };
            return Some(Ok(Guard { t: 0.0, p, good, state: state(&good, margin) }));
        }
    };
    let (own, base) = (view.reading(measure, contrast.arm).rate?, view.reading(measure, other).rate?);
    Some(newcombe_guard(&own, &base, sign(goal), margin, view.terms.alpha))
}

/// One-sided bounds by Newcombe's interval of twice the level; p is the level at which the bound touches the margin.
fn newcombe_guard(own: &Rate, base: &Rate, sign: f64, margin: f64, alpha: f64) -> Measured<Guard> {
    let bounds = |level: f64| difference_newcombe(own, base, 2.0 * level).map(|interval| interval.scaled(sign));
    let good = bounds(alpha)?;
    let room = |level: f64| bounds(level).map_or(f64::NAN, |interval| interval.lower + margin);
    let (least, most) = (1e-12, 0.499_999);
    let p = if room(least) > 0.0 {
        least
    } else if room(most) < 0.0 {
        1.0
    } else {
        root(room, least, most)?
    };
    let t = crate::evaluate::distribution::normal_upper_quantile(p.min(most));
    Ok(Guard { t: finite(t)?, p, good, state: state(&good, margin) })
}

/// The registered goal in words: `+35% relative against control`.
pub fn registered(view: &View, goal: &TrialGoal, contrast: Option<&Contrast>) -> Words {
    let unit = unit(view, goal);
    let against = match contrast.map(|contrast| contrast.against) {
        Some(Against::Measure(other)) => view.measure(other).map_or_else(Words::default, |measure| {
            Words::new(measure.name.clone(), measure.label.clone().unwrap_or_else(|| measure.name.clone()))
        }),
        Some(Against::Figure) => {
            let name = goal.written.rsplit_once(" vs ").map_or("figure", |(_, name)| name);
            Words::new(name, name)
        }
        Some(Against::Control(_) | Against::Arm(_) | Against::Bound(_) | Against::Nobody) | None => Words::new("control", "对照组"),
    };
    let by = |amount: f64| print::difference(unit, amount * factor(view, goal));
    let level = |amount: f64| print::level(unit, amount * factor(view, goal));
    match &goal.target {
        Target::Relative(share) => {
            let text = format!("{}{}%", if *share > 0.0 { "+" } else { "" }, print::short(share * 100.0));
            Words::new(format!("{text} relative against {}", against.en), format!("相对{} {text}", against.zh))
        }
        Target::Absolute(amount) => {
            let text = by(*amount);
            Words::new(format!("{} against {}", text.en, against.en), format!("较{} {}", against.zh, text.zh))
        }
        Target::AtMost(bound) => Words::new(format!("at most {}", level(*bound).en), format!("不高于 {}", level(*bound).zh)),
        Target::AtLeast(bound) => Words::new(format!("at least {}", level(*bound).en), format!("不低于 {}", level(*bound).zh)),
        Target::Margin(amount) => {
            let text = by(if goal.up { -*amount } else { *amount });
            let (en, zh) = if goal.up { ("at least", "不低于") } else { ("at most", "不高于") };
            Words::new(format!("{en} {} {}", against.en, text.en), format!("{zh}{} {}", against.zh, text.zh))
        }
        Target::None if goal.up => Words::new(format!("more than {}", against.en), format!("高于{}", against.zh)),
        Target::None => Words::new(format!("less than {}", against.en), format!("低于{}", against.zh)),
    }
}
