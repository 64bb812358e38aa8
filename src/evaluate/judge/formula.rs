//! Arithmetic over the figures of an arm, with its uncertainty: value and slopes together (forward differentiation), so that the
//! standard error follows by the delta method. Where all depends on one difference only, its own interval is used: money made
//! of "extra responses" has Newcombe's interval, stretched.

use crate::evaluate::distribution::{normal_sf, normal_upper_quantile};
use crate::evaluate::effect::{Effect, Interval};
use crate::evaluate::evaluation::{Unit, Words};
use crate::evaluate::numeric::sum;
use crate::evaluate::withheld::{Measured, Withheld, finite};
use crate::ir::{Baseline, Fold, Formula};
use crate::types::Type;
use std::collections::BTreeMap;

use super::compare::{Comparison, Method, compare};
use super::view::{View, factor_of, factor_of_type};

/// A value and how fast it moves with the level of (measure, arm), in stored units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sloped {
    pub value: f64,
    slopes: BTreeMap<(usize, usize), f64>,
}

impl Sloped {
    fn number(value: f64) -> Self {
        Self { value, slopes: BTreeMap::new() }
    }

    /// `a` times this plus `b` times the other, slopes alike; the value is given.
    fn mixed(&self, a: f64, other: &Self, b: f64, value: f64) -> Self {
        let mut slopes = BTreeMap::new();
        for (at, slope) in &self.slopes {
            *slopes.entry(*at).or_insert(0.0) += a * slope;
        }
        for (at, slope) in &other.slopes {
            *slopes.entry(*at).or_insert(0.0) += b * slope;
        }
        Self { value, slopes }
    }
}

/// The value of a formula in one arm, in stored units.
///
/// # Errors
/// A figure it needs is withheld, or it divides by zero.
pub fn value(view: &View, formula: &Formula, arm: usize) -> Measured<Sloped> {
    let both = |left: &Formula, right: &Formula| -> Measured<(Sloped, Sloped)> { Ok((value(view, left, arm)?, value(view, right, arm)?)) };
    match formula {
        Formula::Measure(measure) => {
            let own = level(view, *measure, arm)?;
            // A sum is a total where one computes with it, and per customer where arms are compared.
            if view.measure(*measure).is_some_and(|measure| matches!(measure.fold, Fold::Sum { .. })) {
                let n = view.reading(*measure, arm).units as f64;
                return Ok(own.mixed(n, &Sloped::default(), 0.0, own.value * n));
            }
            Ok(own)
        }
        Formula::Number(number) => Ok(Sloped::number(*number)),
        Formula::Cost => Ok(Sloped::number(view.observed.arms.get(arm).map_or(0.0, |own| own.cost as f64))),
        Formula::Minutes => Ok(Sloped::number(view.observed.arms.get(arm).map_or(0.0, |own| own.staff as f64 / 60_000.0))),
        Formula::Entered => Ok(Sloped::number(view.assigned(arm) as f64)),
        Formula::Reached(goal) => {
            let own = level(view, measure_of(view, *goal)?, arm)?;
            let n = view.reading(measure_of(view, *goal)?, arm).units as f64;
            Ok(own.mixed(n, &Sloped::default(), 0.0, own.value * n))
        }
        Formula::Incremental(goal) => incremental(view, *goal, arm),
        Formula::Negate(inner) => {
            let own = value(view, inner, arm)?;
            Ok(own.mixed(-1.0, &Sloped::default(), 0.0, -own.value))
        }
        Formula::Add(left, right) => both(left, right).map(|(a, b)| a.mixed(1.0, &b, 1.0, a.value + b.value)),
        Formula::Subtract(left, right) => both(left, right).map(|(a, b)| a.mixed(1.0, &b, -1.0, a.value - b.value)),
        Formula::Multiply(left, right) => both(left, right).map(|(a, b)| a.mixed(b.value, &b, a.value, a.value * b.value)),
        Formula::Divide(left, right) => {
            let (a, b) = both(left, right)?;
            if b.value == 0.0 {
                return Err(Withheld::ZeroDenominator);
            }
            Ok(a.mixed(1.0 / b.value, &b, -a.value / (b.value * b.value), a.value / b.value))
        }
    }
}

fn measure_of(view: &View, goal: usize) -> Measured<usize> {
    match view.goal(goal).map(|goal| &goal.figure) {
        Some(Formula::Measure(measure)) => Ok(*measure),
        Some(_) | None => Err(Withheld::NotRegistered),
    }
}

fn level(view: &View, measure: usize, arm: usize) -> Measured<Sloped> {
    let factor = view.measure(measure).map_or(1.0, factor_of);
    Ok(Sloped { value: view.reading(measure, arm).level()? / factor, slopes: BTreeMap::from([((measure, arm), 1.0)]) })
}

/// (level − baseline) × customers.
fn incremental(view: &View, goal: usize, arm: usize) -> Measured<Sloped> {
    let measure = measure_of(view, goal)?;
    let own = level(view, measure, arm)?;
    let base = match view.goal(goal).map(|goal| &goal.baseline) {
        Some(Baseline::Measure(other)) => level(view, *other, arm)?,
        Some(Baseline::Figure(figure)) => value(view, figure, arm)?,
        Some(Baseline::Control | Baseline::Bound) | None => level(view, measure, view.control.ok_or(Withheld::NotRegistered)?)?,
    };
    let n = view.reading(measure, arm).units as f64;
    Ok(own.mixed(n, &base, -n, (own.value - base.value) * n))
}

/// The interval of a value, in stored units.
///
/// # Errors
/// A level it depends on has no standard error.
pub fn interval(view: &View, found: &Sloped) -> Measured<Interval> {
    if let Some(interval) = linear(view, found) {
        return interval;
    }
    Ok(Interval::around(found.value, normal_upper_quantile(view.terms.alpha / 2.0) * error(view, found)?))
}

fn error(view: &View, found: &Sloped) -> Measured<f64> {
    let mut parts = Vec::new();
    for ((measure, arm), slope) in found.slopes.iter().filter(|(_, slope)| **slope != 0.0) {
        let factor = view.measure(*measure).map_or(1.0, factor_of);
        parts.push((slope * view.reading(*measure, *arm).error()? / factor).powi(2));
    }
    finite(sum(parts).sqrt())
}

/// Where the value is k × (treatment − control) of one measure plus something certain.
fn linear(view: &View, found: &Sloped) -> Option<Measured<Interval>> {
    let control = view.control?;
    let mut slopes = found.slopes.iter().filter(|(_, slope)| **slope != 0.0);
    let (((first, arm_a), a), ((second, arm_b), b)) = (slopes.next()?, slopes.next()?);
    if slopes.next().is_some() || first != second || (a + b).abs() > 1e-12 * a.abs() {
        return None;
    }
    let (arm, k) = if *arm_b == control { (*arm_a, *a) } else { (*arm_b, *b) };
    if *arm_a != control && *arm_b != control {
        return None;
    }
    let factor = view.measure(*first).map_or(1.0, factor_of);
    let compared = compare(&view.reading(*first, arm), &view.reading(*first, control), view.terms);
    Some(compared.interval.and_then(|interval| Ok(interval.moved(-compared.difference?).scaled(k / factor).moved(found.value))))
}

/// A compound figure of an arm against the same of another arm.
pub fn against(view: &View, formula: &Formula, ty: &Type, arm: usize, other: usize) -> Comparison {
    let units = (view.assigned(arm), view.assigned(other));
    compared(view, ty, units, value(view, formula, arm), value(view, formula, other))
}

/// A compound figure of an arm against another compound figure of the same arm.
pub fn against_figure(view: &View, formula: &Formula, base: &Formula, ty: &Type, arm: usize) -> Comparison {
    let units = view.assigned(arm);
    compared(view, ty, (units, units), value(view, formula, arm), value(view, base, arm))
}

fn compared(view: &View, ty: &Type, (units, units_against): (u64, u64), own: Measured<Sloped>, base: Measured<Sloped>) -> Comparison {
    let factor = factor_of_type(ty);
    let gap = own.clone().and_then(|own| base.clone().map(|base| own.mixed(1.0, &base, -1.0, own.value - base.value)));
    let interval = gap.clone().and_then(|gap| interval(view, &gap)).map(|interval| interval.scaled(factor));
    let effect = gap.clone().and_then(|gap| {
        let standard_error = error(view, &gap)? * factor;
        let units = (units + units_against) as f64;
        if standard_error > 0.0 {
            Ok(Effect { estimate: gap.value * factor, standard_error, degrees: f64::INFINITY, units })
        } else {
            Err(Withheld::NoVariation)
        }
    });
    let known = |found: Measured<Sloped>| found.and_then(|found| finite(found.value * factor));
    Comparison {
        method: Method::Own(Words::new(
            "several figures: delta method, figures taken as independent; where only one difference matters, its own interval",
            "多个指标的运算：delta 法，各指标按独立处理；只取决于一个差异时用该差异自身的区间",
        )),
        level: known(own),
        level_against: known(base),
        difference: known(gap),
        interval,
        p: effect.map(|effect| 2.0 * normal_sf((effect.estimate / effect.standard_error).abs())),
        effect,
        lift: Err(Withheld::NotRegistered),
        lift_interval: Err(Withheld::NotRegistered),
        higher: super::compare::Higher::Found(
            effect.map(|effect| crate::evaluate::distribution::normal_cdf(effect.estimate / effect.standard_error)),
        ),
        detectable: effect.map(|effect| {
            (normal_upper_quantile(view.terms.alpha / 2.0) - normal_upper_quantile(view.terms.power)) * effect.standard_error
        }),
        units,
        units_against,
    }
}

/// What a formula is measured in: money where costs or money take part in it.
pub fn unit(view: &View, formula: &Formula) -> Unit {
    match formula {
        Formula::Measure(measure) => view.measure(*measure).map_or(Unit::Number, super::view::unit_of),
        Formula::Cost => Unit::Money,
        Formula::Minutes => Unit::Minutes,
        Formula::Number(_) | Formula::Incremental(_) | Formula::Reached(_) | Formula::Entered => Unit::Number,
        Formula::Negate(inner) => unit(view, inner),
        Formula::Add(left, right) | Formula::Subtract(left, right) | Formula::Multiply(left, right) => {
            let (left, right) = (unit(view, left), unit(view, right));
            if left == Unit::Money || right == Unit::Money || left == right {
                if right == Unit::Money { right } else { left }
            } else if left == Unit::Number {
                right
            } else {
                left
            }
        }
        Formula::Divide(left, right) => {
            let (left, right) = (unit(view, left), unit(view, right));
            if left == right { Unit::Number } else { left }
        }
    }
}

/// Page units per stored unit of a formula.
pub fn factor(unit: Unit) -> f64 {
    if unit == Unit::Money { 0.01 } else { 1.0 }
}
