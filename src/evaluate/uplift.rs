//! Does a score find the customers whom treatment changes: uplift and Qini curves, and the table by tenths of the score.

use super::numeric::sum;
use super::withheld::{Measured, Withheld, finite, paired};

/// A customer of an experiment with a score, higher meaning "treat sooner".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    pub responded: bool,
    pub score: f64,
    pub treated: bool,
}

/// A curve over the customers treated first: counts and cumulative effect. Customers with equal scores are one point.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    pub customers: Vec<f64>,
    pub effect: Vec<f64>,
}

impl Curve {
    /// Area under the curve by trapezoids.
    #[must_use]
    pub fn area(&self) -> f64 {
        let steps = self.customers.windows(2).zip(self.effect.windows(2));
        sum(steps.map(|(across, up)| match (across, up) {
            ([from, to], [low, high]) => (to - from) * f64::midpoint(*low, *high),
            (_, _) => 0.0,
        }))
    }

    /// Area under the straight line to the same end: customers chosen at random.
    #[must_use]
    pub fn random_area(&self) -> f64 {
        let last = |list: &[f64]| list.last().copied().unwrap_or(0.0);
        last(&self.customers) * last(&self.effect) / 2.0
    }
}

/// Highest score first. Equal scores stand in reversed order of arrival, as scikit-uplift has them.
fn ordered(customers: &[Scored]) -> Vec<Scored> {
    let mut order = customers.to_vec();
    // Adding zero makes the two zeros one score.
    order.sort_by(|left, right| (left.score + 0.0).total_cmp(&(right.score + 0.0)));
    order.reverse();
    order
}

fn checked(customers: &[Scored]) -> Measured<()> {
    let treated = customers.iter().filter(|customer| customer.treated).count();
    if let Some(customer) = customers.iter().find(|customer| customer.score.is_nan()) {
        return Err(Withheld::OutOfRange { value: customer.score });
    }
    if treated == 0 || treated == customers.len() { Err(Withheld::NoUnits) } else { Ok(()) }
}

/// Treated and control counts and responses so far.
#[derive(Clone, Copy, Default)]
struct Tally {
    treated: f64,
    control: f64,
    treated_responses: f64,
    control_responses: f64,
}

impl Tally {
    fn add(&mut self, customer: &Scored) {
        let response = f64::from(u8::from(customer.responded));
        if customer.treated {
            self.treated += 1.0;
            self.treated_responses += response;
        } else {
            self.control += 1.0;
            self.control_responses += response;
        }
    }
}

fn curve(customers: &[Scored], value: impl Fn(&Tally) -> f64) -> Curve {
    let mut found = Curve { customers: vec![0.0], effect: vec![0.0] };
    let mut tally = Tally::default();
    for group in ordered(customers).chunk_by(|left, right| left.score == right.score) {
        for customer in group {
            tally.add(customer);
        }
        found.customers.push(tally.treated + tally.control);
        found.effect.push(value(&tally));
    }
    found
}

fn part(above: f64, below: f64) -> f64 {
    // A curve has nothing to subtract before the first customer of an arm.
    if below == 0.0 { 0.0 } else { above / below }
}

fn qini_of(customers: &[Scored]) -> Curve {
    curve(customers, |tally| tally.treated_responses - tally.control_responses * part(tally.treated, tally.control))
}

fn uplift_of(customers: &[Scored]) -> Curve {
    curve(customers, |tally| {
        (part(tally.treated_responses, tally.treated) - part(tally.control_responses, tally.control)) * (tally.treated + tally.control)
    })
}

/// Y_t(k) - Y_c(k) N_t(k)/N_c(k) (Radcliffe 2007).
///
/// # Errors
/// An arm is empty, or a score is not a number.
pub fn qini_curve(customers: &[Scored]) -> Measured<Curve> {
    checked(customers)?;
    Ok(qini_of(customers))
}

/// (Y_t(k)/N_t(k) - Y_c(k)/N_c(k)) k.
///
/// # Errors
/// As [`qini_curve`].
pub fn uplift_curve(customers: &[Scored]) -> Measured<Curve> {
    checked(customers)?;
    Ok(uplift_of(customers))
}

/// Areas between a curve and random choice over that of a perfect score. Definitions differ between packages, so print the
/// curve's own area as well; only for outcomes of yes and no.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficients {
    /// Perfect: treated responders first, control responders last.
    pub qini: Measured<f64>,
    /// Perfect: as if nobody could be harmed. Withheld without extra responses, where that curve would run backwards.
    pub qini_without_harm: Measured<f64>,
    pub uplift: Measured<f64>,
}

/// Normalised areas (scikit-uplift).
///
/// # Errors
/// As [`qini_curve`]; a coefficient alone is withheld when a perfect score would be no better than chance.
pub fn coefficients(customers: &[Scored]) -> Measured<Coefficients> {
    let (qini, uplift) = (qini_curve(customers)?, uplift_curve(customers)?);
    let rescored = |score: &dyn Fn(&Scored) -> f64| -> Vec<Scored> {
        customers.iter().map(|customer| Scored { score: score(customer), ..*customer }).collect()
    };
    let number = |flag: bool| f64::from(u8::from(flag));
    let perfect = qini_of(&rescored(&|own| if own.responded { number(own.treated) - number(!own.treated) } else { 0.0 }));
    let (mut all, mut losses, mut spared) = (Tally::default(), 0.0, 0.0);
    for customer in customers {
        all.add(customer);
        spared += number(customer.treated && !customer.responded);
        losses += number(!customer.treated && customer.responded);
    }
    let extra = all.treated_responses - all.treated * all.control_responses / all.control;
    let unharmed = Curve { customers: vec![0.0, extra, all.treated + all.control], effect: vec![0.0, extra, extra] };
    let best = uplift_of(&rescored(&|own| {
        2.0 * number(own.responded == own.treated) + number(if losses > spared { own.responded } else { own.treated })
    }));
    let normalised = |found: &Curve, ideal: &Curve| {
        let most = ideal.area() - ideal.random_area();
        if most == 0.0 { Err(Withheld::NoVariation) } else { finite((found.area() - ideal.random_area()) / most) }
    };
    Ok(Coefficients {
        qini: normalised(&qini, &perfect),
        qini_without_harm: if extra > 0.0 { normalised(&qini, &unharmed) } else { Err(Withheld::NoIncrement) },
        uplift: normalised(&uplift, &best),
    })
}

/// The difference of response rates among the best `share` of all customers, or of each arm's customers when `by_arm`.
///
/// # Errors
/// As [`qini_curve`]; also when an arm has nobody among the best.
pub fn uplift_at(customers: &[Scored], share: f64, by_arm: bool) -> Measured<f64> {
    checked(customers)?;
    super::withheld::level(share)?;
    let order = ordered(customers);
    let rate = |treated: bool| -> Measured<f64> {
        let arm = order.iter().filter(|customer| customer.treated == treated);
        let chosen: Vec<&Scored> = if by_arm {
            let size = (arm.clone().count() as f64 * share) as usize;
            arm.take(size).collect()
        } else {
            let size = (order.len() as f64 * share) as usize;
            order.iter().take(size).filter(|customer| customer.treated == treated).collect()
        };
        if chosen.is_empty() {
            return Err(Withheld::NoUnits);
        }
        Ok(chosen.iter().filter(|customer| customer.responded).count() as f64 / chosen.len() as f64)
    };
    Ok(rate(true)? - rate(false)?)
}

/// One part of the customers by score, the best part first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    pub treated: u64,
    pub control: u64,
    pub rate_treated: f64,
    pub rate_control: f64,
    pub uplift: f64,
    pub standard_error: f64,
    /// Extra responses up to and including this part, if all its customers were treated.
    pub cumulative_extra: f64,
}

impl Part {
    /// What treating everybody of this part earns: uplift × value of a response - cost of a contact, per customer.
    #[must_use]
    pub fn profit(&self, value: f64, cost: f64) -> f64 {
        self.uplift * value - cost
    }
}

/// The table by equal parts of each arm's customers (scikit-uplift "by group"); the first parts take the remainder. Merge parts
/// with fewer than 100 customers per arm before judging them.
///
/// # Errors
/// As [`qini_curve`]; also when an arm has fewer customers than parts.
pub fn by_parts(customers: &[Scored], parts: usize) -> Measured<Vec<Part>> {
    checked(customers)?;
    let order = ordered(customers);
    let split = |treated: bool| -> Measured<Vec<(u64, f64)>> {
        let arm: Vec<bool> = order.iter().filter(|customer| customer.treated == treated).map(|customer| customer.responded).collect();
        if parts == 0 || arm.len() < parts {
            return Err(Withheld::TooFewUnits { have: arm.len() as f64, need: parts.max(1) as f64 });
        }
        let (size, larger) = (arm.len() / parts, arm.len() % parts);
        let mut rest = arm.as_slice();
        let mut found = Vec::with_capacity(parts);
        for at in 0..parts {
            let (own, others) = rest.split_at((size + usize::from(at < larger)).min(rest.len()));
            rest = others;
            found.push((own.len() as u64, own.iter().filter(|responded| **responded).count() as f64 / own.len() as f64));
        }
        Ok(found)
    };
    let (treated, control) = (split(true)?, split(false)?);
    paired(treated.len(), control.len())?;
    let mut cumulative_extra = 0.0;
    let table = treated.into_iter().zip(control).map(|((treated, rate_treated), (control, rate_control))| {
        let uplift = rate_treated - rate_control;
        cumulative_extra += uplift * (treated + control) as f64;
        let variance = rate_treated * (1.0 - rate_treated) / treated as f64 + rate_control * (1.0 - rate_control) / control as f64;
        Part { treated, control, rate_treated, rate_control, uplift, standard_error: variance.sqrt(), cumulative_extra }
    });
    Ok(table.collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn customer(responded: bool, score: f64, treated: bool) -> Scored {
        Scored { responded, score, treated }
    }

    #[test]
    fn a_perfect_score_has_coefficient_one_and_ties_are_one_point() {
        let customers = [customer(true, 1.0, true), customer(false, 0.0, true), customer(false, 0.0, false), customer(true, -1.0, false)];
        let found = coefficients(&customers).unwrap();
        assert!((found.qini.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(qini_curve(&customers).unwrap().customers, [0.0, 1.0, 3.0, 4.0]);
        let flat: Vec<Scored> = customers.iter().map(|own| Scored { score: 0.0, ..*own }).collect();
        assert_eq!(qini_curve(&flat).unwrap().customers, [0.0, 4.0]);
        assert_eq!(coefficients(&customers[..2]), Err(Withheld::NoUnits));
        assert!(by_parts(&customers, 5).is_err());
        assert_eq!(by_parts(&customers, 1).unwrap().first().unwrap().uplift, 0.0);
        assert_eq!(uplift_at(&customers, 0.3, false), Err(Withheld::NoUnits));
    }

    #[test]
    fn nobody_responded_leaves_no_coefficient() {
        let customers = [customer(false, 1.0, true), customer(false, 0.0, false)];
        let found = coefficients(&customers).unwrap();
        assert_eq!(found.qini, Err(Withheld::NoVariation));
        assert_eq!(found.qini_without_harm, Err(Withheld::NoIncrement));
    }

    #[test]
    fn a_harmful_treatment_has_no_coefficient_without_harm() {
        let customers = [customer(false, 2.0, true), customer(true, 1.0, false), customer(true, 0.0, true), customer(true, 3.0, false)];
        let found = coefficients(&customers).unwrap();
        assert!(found.qini.is_ok());
        assert_eq!(found.qini_without_harm, Err(Withheld::NoIncrement));
    }

    #[test]
    fn both_zeros_are_one_score() {
        for (first, second) in [(0.0, 0.0), (-0.0, 0.0), (0.0, -0.0)] {
            let order = ordered(&[customer(true, first, true), customer(false, second, true)]);
            assert_eq!(order.iter().map(|own| own.responded).collect::<Vec<_>>(), [false, true]);
        }
    }
}
