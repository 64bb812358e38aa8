//! Does a registered score find the customers whom treatment changes: tenths of the score, and the curve of incremental responses.

use crate::evaluate::evaluation::{UpliftPart, UpliftReport};
use crate::evaluate::proportion::{Rate, difference_newcombe};
use crate::evaluate::uplift::{Part, Scored, by_parts, coefficients, qini_curve};
use crate::evaluate::withheld::{Measured, Withheld};

use super::contrast::measure_of;
use super::estimate::{estimate, figure};
use super::view::View;

/// Parts with fewer customers of an arm are merged.
const LEAST_PER_PART: usize = 100;
const MOST_PARTS: usize = 10;
/// Points of the curve that are drawn.
const POINTS: usize = 100;

/// The best treatment arm against control on the primary goal. `None` without a score, without control, where the goal is no share
/// of customers, or where an arm has fewer than two parts' customers.
pub fn report(view: &View, arm: Option<usize>) -> Option<UpliftReport> {
    let (arm, control) = (arm?, view.control?);
    let goal = view.goal(view.primary?)?;
    let measure = measure_of(goal)?;
    view.reading(measure, arm).rate?;
    let rows = view.observed.rows.as_ref()?;
    let values = rows.values.get(measure)?;
    let customers: Vec<Scored> = rows
        .arm
        .iter()
        .zip(values)
        .zip(&rows.score)
        .filter(|((own, value), score)| (**own as usize == arm || **own as usize == control) && !value.is_nan() && !score.is_nan())
        .map(|((own, value), score)| Scored { responded: *value > 0.5, score: *score, treated: *own as usize == arm })
        .collect();
    let treated = customers.iter().filter(|customer| customer.treated).count();
    let least = treated.min(customers.len() - treated);
    let parts = (least / LEAST_PER_PART).min(MOST_PARTS);
    if parts < 2 {
        return None;
    }
    let table = by_parts(&customers, parts).ok()?;
    let curve = qini_curve(&customers).ok()?;
    let total = customers.len() as f64;
    let step = curve.customers.len().div_ceil(POINTS).max(1);
    let last = curve.customers.len().saturating_sub(1);
    let points = curve.customers.iter().zip(&curve.effect).enumerate();
    Some(UpliftReport {
        score: "score".to_owned(),
        goal: goal.name.clone(),
        parts: table.iter().enumerate().map(|(at, part)| row(view, at, part, arm)).collect(),
        curve: points.filter(|(at, _)| at % step == 0 || *at == last).map(|(_, (at, effect))| (at / total, *effect)).collect(),
        coefficient: coefficients(&customers).and_then(|own| own.qini).into(),
    })
}

fn row(view: &View, at: usize, part: &Part, arm: usize) -> UpliftPart {
    let rate = |share: f64, n: u64| Rate { successes: (share * n as f64).round(), n: n as f64 };
    let interval = difference_newcombe(&rate(part.rate_treated, part.treated), &rate(part.rate_control, part.control), view.terms.alpha);
    let assigned = view.assigned(arm) as f64;
    let cost: Measured<f64> = if assigned > 0.0 { Ok(view.cost(arm) / assigned) } else { Err(Withheld::NoUnits) };
    let profit = view.causal().and(view.terms.value.ok_or(Withheld::NotPriced)).and_then(|value| Ok(part.profit(value / 100.0, cost?)));
    UpliftPart {
        part: u32::try_from(at + 1).unwrap_or(u32::MAX),
        n: part.treated,
        n_against: part.control,
        level: figure(Ok(part.rate_treated)),
        level_against: figure(Ok(part.rate_control)),
        difference: estimate(Ok(part.uplift), interval),
        cumulative: figure(Ok(part.cumulative_extra)),
        profit: profit.into(),
    }
}
