//! Money: what the treatment earned beyond control, with its interval, and what it cost.

use super::effect::{Alternative, Effect, Interval};
use super::withheld::{Measured, Withheld, finite};

/// Declared costs and margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Per contacted (treated) customer.
    pub per_contact: f64,
    pub fixed: f64,
    /// Contribution per unit of the metric: 0.35 when 35 cents of each unit of revenue stay.
    pub margin: f64,
}

/// The economics of one arm against control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Economics {
    /// Extra metric per treated customer.
    pub per_customer: f64,
    /// Times the treated customers, with its interval.
    pub total: f64,
    pub total_interval: Measured<Interval>,
    pub cost: f64,
    /// margin × total.
    pub extra_margin: f64,
    /// Extra margin less cost; its interval comes from the interval of the difference, since net is linear in it.
    pub net: f64,
    pub net_interval: Measured<Interval>,
    /// net / cost; withheld when nothing was spent.
    pub return_on_cost: Measured<f64>,
    /// Extra metric per customer that pays the cost; withheld without a margin.
    pub break_even: Measured<f64>,
}

/// Money from an absolute difference of means (its own interval, Welch's t) and the number of treated customers.
///
/// # Errors
/// No treated customers, or `alpha` out of range.
pub fn economics(effect: &Effect, treated: f64, costs: &Costs, alpha: f64) -> Measured<Economics> {
    from_interval(effect.estimate, Ok(effect.test(Alternative::Different, alpha)?.interval), treated, costs)
}

/// The same from a difference with whatever interval it has (Newcombe's, a confidence sequence): money is linear in it. Where that
/// is withheld, so are those of money, and the sums are still given.
///
/// # Errors
/// No treated customers, or a result too large to store.
pub fn from_interval(difference: f64, interval: Measured<Interval>, treated: f64, costs: &Costs) -> Measured<Economics> {
    if treated.is_nan() || treated <= 0.0 {
        return Err(Withheld::NoUnits);
    }
    let total_interval = interval.map(|interval| interval.scaled(treated));
    let total = finite(difference * treated)?;
    let cost = finite(treated * costs.per_contact + costs.fixed)?;
    let extra_margin = finite(costs.margin * total)?;
    let net = extra_margin - cost;
    Ok(Economics {
        per_customer: difference,
        total,
        total_interval,
        cost,
        extra_margin,
        net,
        net_interval: total_interval.map(|interval| interval.scaled(costs.margin).moved(-cost)),
        return_on_cost: if cost > 0.0 { finite(net / cost) } else { Err(Withheld::NotPriced) },
        break_even: if costs.margin > 0.0 { finite(cost / (treated * costs.margin)) } else { Err(Withheld::NotPriced) },
    })
}

/// Extra responses of the treated and what each cost; the second is "none" when there are no extra responses.
pub fn cost_per_response(rate_difference: f64, treated: f64, cost: f64) -> (f64, Measured<f64>) {
    let extra = rate_difference * treated;
    (extra, if extra > 0.0 { finite(cost / extra) } else { Err(Withheld::NoIncrement) })
}

/// The effect on those who were reached, when delivery failed for some of the treated only: ITT / delivery rate, with the delta
/// method (Angrist, Imbens and Rubin 1996). Label it as such.
///
/// # Errors
/// The delivery rate is not in 0..=1 or zero.
pub fn complier_effect(effect: &Effect, delivery_rate: f64, treated: f64) -> Measured<Effect> {
    if !(delivery_rate > 0.0 && delivery_rate <= 1.0) {
        return Err(Withheld::OutOfRange { value: delivery_rate });
    }
    let rate_variance = delivery_rate * (1.0 - delivery_rate) / treated;
    let variance = super::effect::ratio_variance(effect.estimate, effect.standard_error.powi(2), delivery_rate, rate_variance, 0.0)?;
    Ok(Effect { estimate: effect.estimate / delivery_rate, standard_error: variance.sqrt(), ..*effect })
}

/// A shipped winner's estimate is biased upwards: the posterior mean under N(0, τ²) of past strategies' effects, with its
/// standard deviation.
///
/// # Errors
/// τ is not positive.
pub fn shrunken_winner(effect: &Effect, tau: f64) -> Measured<(f64, f64)> {
    if tau.is_nan() || tau <= 0.0 {
        return Err(Withheld::OutOfRange { value: tau });
    }
    let kept = tau * tau / (tau * tau + effect.standard_error.powi(2));
    Ok((effect.estimate * kept, effect.standard_error * kept.sqrt()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_money() {
        let effect = Effect { estimate: -0.5, standard_error: 0.1, degrees: f64::INFINITY, units: 100.0 };
        let free = Costs { per_contact: 0.0, fixed: 0.0, margin: 0.0 };
        let found = economics(&effect, 50.0, &free, 0.05).unwrap();
        assert_eq!(found.return_on_cost, Err(Withheld::NotPriced));
        assert_eq!(found.break_even, Err(Withheld::NotPriced));
        assert!(found.total_interval.unwrap().lower < found.total_interval.unwrap().upper);
        let few = Withheld::TooFewUnits { have: 1.0, need: 2.0 };
        let single = from_interval(4.0, Err(few), 1.0, &Costs { per_contact: 1.0, fixed: 0.5, margin: 0.5 }).unwrap();
        assert_eq!((single.total, single.cost, single.net), (4.0, 1.5, 0.5));
        assert_eq!((single.total_interval, single.net_interval), (Err(few), Err(few)));
        assert_eq!(economics(&effect, 0.0, &free, 0.05), Err(Withheld::NoUnits));
        assert_eq!(cost_per_response(-0.01, 1000.0, 5.0).1, Err(Withheld::NoIncrement));
        assert_eq!(complier_effect(&effect, 1.0, 50.0).unwrap().standard_error, 0.1);
        assert_eq!(complier_effect(&effect, 0.5, 1e12).unwrap().estimate, -1.0);
        assert!((shrunken_winner(&effect, 0.1).unwrap().0 + 0.25).abs() < 1e-12);
    }
}
