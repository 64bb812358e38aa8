//! Money of each treatment arm against control: linear in the difference of the primary goal, so that its interval is that
//! difference's, stretched. "Benefit not priced" where no value was registered.

use crate::evaluate::economics::{Costs, Economics, cost_per_response, from_interval};
use crate::evaluate::evaluation::MoneyRow;
use crate::evaluate::withheld::{Measured, Withheld};

use super::contrast::{Against, Contrast};
use super::estimate::{estimate, withheld};
use super::view::View;

/// One row per treatment arm whose primary goal is a share of customers.
pub fn rows(view: &View, contrasts: &[Contrast]) -> Vec<MoneyRow> {
    let own = contrasts.iter().filter(|contrast| Some(contrast.goal) == view.primary && matches!(contrast.against, Against::Control(_)));
    own.filter(|contrast| counts(view, contrast)).map(|contrast| row(view, contrast)).collect()
}

/// Extra responses can be counted: the primary goal is a rate.
fn counts(view: &View, contrast: &Contrast) -> bool {
    let measure = view.goal(contrast.goal).and_then(super::contrast::measure_of);
    measure.is_some_and(|measure| view.reading(measure, contrast.arm).rate.is_some())
}

/// What the arm cost beyond what its customers would have cost in control.
pub fn extra_cost(view: &View, contrast: &Contrast) -> f64 {
    let Against::Control(control) = contrast.against else { return view.cost(contrast.arm) };
    let (own, base) = (view.assigned(contrast.arm) as f64, view.assigned(control) as f64);
    if base > 0.0 { view.cost(contrast.arm) - view.cost(control) * (own / base) } else { view.cost(contrast.arm) }
}

/// Economics of the registered value of a success, in yuan.
///
/// # Errors
/// No value is registered, units did not come by chance, or the difference has no interval.
pub fn of(view: &View, contrast: &Contrast) -> Measured<Economics> {
    view.causal()?;
    let value = view.terms.value.ok_or(Withheld::NotPriced)? / 100.0;
    counted(view, contrast, value)
}

fn counted(view: &View, contrast: &Contrast, value: f64) -> Measured<Economics> {
    let own = &contrast.comparison;
    let costs = Costs { per_contact: 0.0, fixed: extra_cost(view, contrast), margin: value };
    from_interval(own.difference?, Ok(own.interval?), own.units as f64, &costs)
}

fn row(view: &View, contrast: &Contrast) -> MoneyRow {
    let own = &contrast.comparison;
    let n = own.units as f64;
    let cost = extra_cost(view, contrast);
    let causal = view.causal();
    let incremental = causal.and(own.difference).map(|difference| difference * n);
    let interval = causal.and(own.interval);
    let found = of(view, contrast);
    let benefit = found.map(|own| own.extra_margin);
    MoneyRow {
        arm: view.arm_key(contrast.arm),
        contacted: view.observed.arms.get(contrast.arm).map_or(0, |arm| arm.reached),
        cost,
        value: view.terms.value.map(|value| value / 100.0),
        incremental: estimate(incremental, interval.map(|interval| interval.scaled(n))),
        cost_per_incremental: causal.and(own.difference).and_then(|difference| cost_per_response(difference, n, cost).1).into(),
        benefit: estimate(benefit, found.and_then(|own| Ok(own.net_interval?.moved(own.cost)))),
        net: estimate(found.map(|own| own.net), found.and_then(|own| own.net_interval)),
        roi: found.and_then(|own| own.return_on_cost).into(),
        break_even: found.and_then(|own| own.break_even).into(),
        net_per_thousand: match found {
            Ok(own) if n > 0.0 => estimate(Ok(own.net * 1000.0 / n), own.net_interval.map(|interval| interval.scaled(1000.0 / n))),
            Ok(_) => withheld(Withheld::NoUnits),
            Err(reason) => withheld(reason),
        },
    }
}
