//! Customer lifetime value without a contract: how often customers will buy (BG/NBD) and for how much (gamma-gamma).

use super::numeric::{lowest, sum};
use super::special::{hypergeometric_series, ln_gamma};
use super::withheld::{Measured, Withheld, finite, paired};

/// Parameters of BG/NBD: purchases of a living customer come at a rate that is Gamma(r, α) over customers; after each purchase a
/// customer leaves with a chance that is Beta(a, b) over customers (Fader, Hardie and Lee 2005).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Purchases {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

/// What is known of one customer. Times in one unit, such as weeks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    /// Repeat purchases.
    pub frequency: f64,
    /// From the first to the last purchase; 0 without a repeat.
    pub recency: f64,
    /// From the first purchase to now.
    pub age: f64,
}

/// Purchases that are counted one by one before the other form is used.
const MOST_COUNTED: u32 = 5_000_000;
/// By which sums that only their quotient is needed of are divided, lest they overflow.
const SCALE: f64 = 1e200;

impl Purchases {
    fn checked(&self) -> Measured<()> {
        match [self.r, self.alpha, self.a, self.b].into_iter().find(|value| !(*value > 0.0 && value.is_finite())) {
            Some(value) => Err(Withheld::OutOfRange { value }),
            None => Ok(()),
        }
    }

    /// Expected repeat purchases of a new customer in the time `t` (equation 9):
    /// (a+b-1)/(a-1) (1 - (α/(α+t))^r ₂F₁(r, b; a+b-1; t/(α+t))).
    ///
    /// # Errors
    /// A parameter is not positive, `t` negative, or so long that nothing can be summed.
    pub fn expected(&self, t: f64) -> Measured<f64> {
        self.checked()?;
        if !(t >= 0.0 && t.is_finite()) {
            return Err(Withheld::OutOfRange { value: t });
        }
        self.growth(0.0, t / (self.alpha + t))
    }

    /// (a+b+x-1)/(a-1) (1 - (1-z)^(r+x) ₂F₁(r+x, b+x; a+b+x-1; z)), for z the share of the whole time that is still to come.
    fn growth(&self, x: f64, z: f64) -> Measured<f64> {
        match self.counted(x, z) {
            Some(found) => finite(found),
            None => self.transformed(x, z),
        }
    }

    /// The same as a sum over the number of purchases of somebody who never leaves, which is negative binomial,
    /// P(k) ∝ (r+x)_k/k! z^k, of those made before leaving, Σ_{n<k} (b+x)_n/(a+b+x)_n. All terms are positive and there is no
    /// pole, neither at a = 1 nor at a + b = 1. `None` where too many purchases would have to be counted.
    fn counted(&self, x: f64, z: f64) -> Option<f64> {
        let (p, q) = (self.r + x, self.b + x);
        let (mut mass, mut staying, mut made) = (1.0_f64, 1.0_f64, 0.0_f64);
        let (mut masses, mut total) = (0.0, 0.0);
        for count in 0..MOST_COUNTED {
            let k = f64::from(count);
            masses += mass;
            total += mass * made;
            made += staying;
            staying *= (q + k) / (q + self.a + k);
            mass *= (p + k) / (k + 1.0) * z;
            // From here on each mass falls by that much or more, while what is made before leaving grows by one at most.
            let fall = z.max((p + k + 1.0) / (k + 2.0) * z);
            if fall < 1.0 && mass * (made + 1.0 / (1.0 - fall)) <= 1e-17 * (1.0 - fall) * total {
                return Some(total / masses);
            }
            if mass > SCALE {
                (mass, masses, total) = (mass / SCALE, masses / SCALE, total / SCALE);
            }
        }
        None
    }

    /// The same by Euler's transformation: (1-z)^(r+x) ₂F₁ is (1-z)^(a-1) ₂F₁(a+b-1-r, a-1; a+b+x-1; z), whose terms fall
    /// faster where the time to come is long.
    fn transformed(&self, x: f64, z: f64) -> Measured<f64> {
        if (self.a - 1.0).abs() < 1e-6 {
            // The limit at a = 1, where numerator and denominator vanish together.
            let near = |a: f64| Self { a, ..*self }.transformed(x, z);
            return Ok(f64::midpoint(near(1.0 - 2e-5)?, near(1.0 + 2e-5)?));
        }
        let (c, first) = (self.a + self.b + x - 1.0, self.a + self.b - 1.0 - self.r);
        // Terms of both signs lose a digit for every few units below zero; c = 0 is a pole of the series alone.
        if first < -10.0 || c.abs() < 1e-9 {
            return Err(Withheld::NoSolution);
        }
        let series = hypergeometric_series(first, self.a - 1.0, c, z);
        if series.is_nan() {
            return Err(Withheld::NoSolution);
        }
        finite(c / (self.a - 1.0) * (1.0 - (1.0 - z).powf(self.a - 1.0) * series))
    }

    /// ln of a/(b+x-1) ((α+T)/(α+t_x))^(r+x), the odds of having left; -∞ without a repeat purchase.
    fn ln_gone(&self, customer: &History) -> f64 {
        if customer.frequency == 0.0 {
            return f64::NEG_INFINITY;
        }
        let stretch = ((self.alpha + customer.age) / (self.alpha + customer.recency)).ln();
        (self.a / (self.b + customer.frequency - 1.0)).ln() + (self.r + customer.frequency) * stretch
    }

    /// The chance that a customer is still one; 1 by construction without a repeat purchase.
    ///
    /// # Errors
    /// A parameter is not positive, or the history is impossible.
    pub fn alive(&self, customer: &History) -> Measured<f64> {
        self.checked()?;
        customer.checked()?;
        Ok(1.0 / (1.0 + self.ln_gone(customer).exp()))
    }

    /// Expected purchases in the next `t`, given the history (equation 10).
    ///
    /// # Errors
    /// A parameter is not positive, the history is impossible, or `t` is negative or so long that nothing can be summed.
    pub fn expected_given(&self, customer: &History, t: f64) -> Measured<f64> {
        let alive = self.alive(customer)?;
        if !(t >= 0.0 && t.is_finite()) {
            return Err(Withheld::OutOfRange { value: t });
        }
        finite(alive * self.growth(customer.frequency, t / (self.alpha + customer.age + t))?)
    }

    /// ln of the likelihood of all histories (equation 6).
    #[must_use]
    pub fn ln_likelihood(&self, customers: &[History]) -> f64 {
        let Self { r, alpha, a, b } = *self;
        let fixed = r * alpha.ln() - ln_gamma(r) + ln_gamma(a + b) - ln_gamma(b);
        sum(customers.iter().map(|customer| {
            let x = customer.frequency;
            let start = fixed + ln_gamma(r + x) + ln_gamma(b + x) - ln_gamma(a + b + x) - (r + x) * (alpha + customer.age).ln();
            start + ln_one_plus_exp(self.ln_gone(customer))
        }))
    }

    /// The most likely parameters, by downhill simplex on their logarithms, and ln of the likelihood there.
    ///
    /// # Errors
    /// Nobody, an impossible history, nobody who bought again, or no solution.
    pub fn fit(customers: &[History]) -> Measured<(Self, f64)> {
        if customers.is_empty() {
            return Err(Withheld::NoUnits);
        }
        for customer in customers {
            customer.checked()?;
        }
        if customers.iter().all(|customer| customer.frequency == 0.0) {
            return Err(Withheld::NoVariation);
        }
        let scale = sum(customers.iter().map(|customer| customer.age)) / customers.len() as f64;
        let unpack = |point: &[f64]| match point {
            [r, alpha, a, b] if point.iter().all(|value| value.abs() < 30.0) => {
                Some(Self { r: r.exp(), alpha: alpha.exp(), a: a.exp(), b: b.exp() })
            }
            _ => None,
        };
        let start = [0.0, (scale / 5.0).max(1e-6).ln(), 0.0, 0.5];
        let cost = |point: &[f64]| unpack(point).map_or(f64::INFINITY, |model| -model.ln_likelihood(customers));
        let (point, cost) = lowest(&start, 0.5, cost)?;
        unpack(&point).map(|model| (model, -cost)).ok_or(Withheld::NoSolution)
    }
}

/// ln(1 + e^x), also where e^x is too large to store.
fn ln_one_plus_exp(x: f64) -> f64 {
    if x > 700.0 { x } else { x.exp().ln_1p() }
}

impl History {
    fn checked(&self) -> Measured<()> {
        let whole = self.frequency >= 0.0 && self.frequency.is_finite();
        let ordered = self.recency >= 0.0 && self.recency <= self.age && self.age.is_finite();
        if whole && ordered { Ok(()) } else { Err(Withheld::OutOfRange { value: if whole { self.recency } else { self.frequency } }) }
    }
}

/// Parameters of gamma-gamma: values of one customer are Gamma(p, ν), ν over customers is Gamma(q, v) (Fader and Hardie 2013).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

impl Values {
    /// The expected value of a purchase: the customer's own mean weighed against everybody's,
    /// w z̄ + (1-w) p v/(q-1) with w = p x/(p x + q - 1), which is p (v + x z̄)/(p x + q - 1).
    ///
    /// # Errors
    /// A parameter is not positive, or q and the frequency are too small for a mean to exist.
    pub fn expected(&self, frequency: f64, mean_value: f64) -> Measured<f64> {
        if let Some(value) = [self.p, self.q, self.v].into_iter().find(|value| !(*value > 0.0 && value.is_finite())) {
            return Err(Withheld::OutOfRange { value });
        }
        let below = self.p * frequency + self.q - 1.0;
        if !(frequency >= 0.0 && below > 0.0) {
            return Err(Withheld::OutOfRange { value: self.q });
        }
        // Without a repeat purchase the customer's own mean says nothing, whatever stands in the column.
        let own = if frequency == 0.0 { 0.0 } else { frequency * mean_value };
        finite(self.p * (self.v + own) / below)
    }

    /// ln of the likelihood of mean values given frequencies; only customers with a repeat purchase of positive value count.
    #[must_use]
    pub fn ln_likelihood(&self, customers: &[(f64, f64)]) -> f64 {
        let Self { p, q, v } = *self;
        sum(customers.iter().filter(|(x, mean)| *x > 0.0 && *mean > 0.0).map(|(x, mean)| {
            ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q) + q * v.ln() + (p * x - 1.0) * mean.ln() + p * x * x.ln()
                - (p * x + q) * (x * mean + v).ln()
        }))
    }

    /// The most likely parameters of pairs (frequency, mean value) and ln of the likelihood there.
    ///
    /// # Errors
    /// Nobody bought again, or no solution.
    pub fn fit(customers: &[(f64, f64)]) -> Measured<(Self, f64)> {
        let buyers: Vec<(f64, f64)> = customers.iter().copied().filter(|(x, mean)| *x > 0.0 && *mean > 0.0).collect();
        if buyers.is_empty() {
            return Err(Withheld::NoUnits);
        }
        let scale = sum(buyers.iter().map(|(_, mean)| *mean)) / buyers.len() as f64;
        let unpack = |point: &[f64]| match point {
            [p, q, v] if point.iter().all(|value| value.abs() < 30.0) => Some(Self { p: p.exp(), q: q.exp(), v: v.exp() }),
            _ => None,
        };
        let cost = |point: &[f64]| unpack(point).map_or(f64::INFINITY, |model| -model.ln_likelihood(&buyers));
        let (point, cost) = lowest(&[1.0, 1.0, scale.ln()], 0.5, cost)?;
        unpack(&point).map(|model| (model, -cost)).ok_or(Withheld::NoSolution)
    }
}

/// The correlation of frequency and mean value among repeat buyers; gamma-gamma holds only when it is near zero.
///
/// # Errors
/// Fewer than three repeat buyers, no variation, or [`Withheld::Correlated`] when it is 0.1 or more in size.
pub fn value_independence(frequency: &[f64], mean_value: &[f64]) -> Measured<f64> {
    paired(frequency.len(), mean_value.len())?;
    let mut pair = super::moments::PairMoments::default();
    for (x, mean) in frequency.iter().zip(mean_value).filter(|(x, _)| **x > 0.0) {
        pair.push(*x, *mean);
    }
    if pair.n < 3 {
        return Err(Withheld::TooFewUnits { have: pair.n as f64, need: 3.0 });
    }
    let spread = (pair.second_x * pair.second_y).sqrt();
    if spread.is_nan() || spread <= 0.0 {
        return Err(Withheld::NoVariation);
    }
    let correlation = pair.cross / spread;
    if correlation.abs() < 0.1 { Ok(correlation) } else { Err(Withheld::Correlated { correlation }) }
}

/// Lifetime value of a customer over `periods` of length `period`: expected purchases in each, times the expected value and the
/// margin, discounted by `discount` per period.
///
/// # Errors
/// As [`Purchases::expected_given`].
pub fn lifetime_value(model: &Purchases, customer: &History, value: f64, plan: &Horizon) -> Measured<f64> {
    let mut before = 0.0;
    let mut total = 0.0;
    for at in 1..=plan.periods {
        let until = model.expected_given(customer, plan.period * f64::from(at))?;
        total += (until - before) * value * plan.margin / (1.0 + plan.discount).powi(at.cast_signed());
        before = until;
    }
    finite(total)
}

/// Over what and how lifetime value is summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Horizon {
    pub periods: u32,
    /// In the unit of the histories.
    pub period: f64,
    /// Per period.
    pub discount: f64,
    /// Contribution per unit of value.
    pub margin: f64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const CDNOW: Purchases = Purchases { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

    #[test]
    fn edges_of_histories() {
        let never = History { frequency: 0.0, recency: 0.0, age: 38.86 };
        assert_eq!(CDNOW.alive(&never), Ok(1.0));
        assert_eq!(CDNOW.expected(0.0), Ok(0.0));
        assert!(CDNOW.alive(&History { recency: 50.0, ..never }).is_err());
        assert!(Purchases { a: -1.0, ..CDNOW }.alive(&never).is_err());
        // A very frequent buyer does not overflow.
        let often = History { frequency: 5000.0, recency: 38.0, age: 38.86 };
        let expected = CDNOW.expected_given(&often, 39.0).unwrap();
        assert!(expected > 0.0 && expected < 6000.0, "{expected}");
        assert!(CDNOW.ln_likelihood(&[often, History { recency: 0.001, ..often }]).is_finite());
    }

    #[test]
    fn the_pole_at_one_is_removed() {
        let customer = History { frequency: 3.0, recency: 20.0, age: 30.0 };
        let at = |a: f64| Purchases { a, ..CDNOW }.expected_given(&customer, 10.0).unwrap();
        assert!((at(1.0) - at(1.001)).abs() < 1e-3 && (at(1.0) - at(0.999)).abs() < 1e-3);
    }

    /// Values by mpmath with 60 digits.
    #[test]
    fn frequent_buyers_and_the_pole_at_a_plus_b_of_one() {
        let near =
            |found: Measured<f64>, value: f64, share: f64| assert!((found.unwrap() / value - 1.0).abs() < share, "{found:?} {value}");
        let model = Purchases { r: 80.0, alpha: 80.0, a: 0.8, b: 0.9 };
        near(model.expected_given(&History { frequency: 2.0, recency: 7.0, age: 10.0 }, 1000.0), 3.990_011, 1e-6);
        near(model.expected(1000.0), 13.407_94, 1e-6);
        let model = Purchases { r: 200.0, alpha: 300.0, a: 0.8, b: 0.9 };
        near(model.expected_given(&History { frequency: 1.0, recency: 5.0, age: 40.0 }, 500.0), 6.13e-9, 1e-3);
        let model = Purchases { r: 0.3, alpha: 5.0, a: 0.3, b: 0.7 };
        near(model.expected_given(&History { frequency: 0.0, recency: 0.0, age: 30.0 }, 20.0), 0.156_358_396_273_713_42, 1e-12);
        near(model.expected(20.0), 0.837_388_354_090_209_4, 1e-12);
    }

    #[test]
    fn both_forms_of_expected_purchases_agree() {
        for model in [CDNOW, Purchases { r: 5.0, alpha: 50.0, a: 1.3, b: 0.4 }, Purchases { a: 1.0, ..CDNOW }] {
            for (x, z) in [(0.0, 0.5), (2.0, 0.01), (26.0, 0.4), (3.0, 0.999)] {
                let (counted, transformed) = (model.counted(x, z).unwrap(), model.transformed(x, z).unwrap());
                assert!((counted / transformed - 1.0).abs() < 1e-8, "{model:?} {x} {z}: {counted} {transformed}");
            }
        }
        assert!((CDNOW.expected(1e5).unwrap() / 29.607_861_654_554_955 - 1.0).abs() < 1e-10);
        for model in [CDNOW, Purchases { r: 80.0, ..CDNOW }] {
            assert_eq!(model.expected(1e12), Err(Withheld::NoSolution));
        }
    }

    #[test]
    fn value_edges() {
        let values = Values { p: 6.25, q: 3.74, v: 15.44 };
        assert!((values.expected(0.0, 99.0).unwrap() - 6.25 * 15.44 / 2.74).abs() < 1e-12);
        assert!(Values { q: 0.5, ..values }.expected(0.0, 1.0).is_err());
        assert!(matches!(value_independence(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]), Err(Withheld::Correlated { .. })));
        assert!(Purchases::fit(&[]).is_err());
        assert!(Values::fit(&[(0.0, 5.0)]).is_err());
        let customer = History { frequency: 2.0, recency: 30.43, age: 38.86 };
        let plan = Horizon { periods: 12, period: 4.345, discount: 0.01, margin: 1.0 };
        let total = lifetime_value(&CDNOW, &customer, 24.66, &plan).unwrap();
        let undiscounted = 24.66 * CDNOW.expected_given(&customer, 12.0 * 4.345).unwrap();
        assert!(total > 0.9 * undiscounted && total < undiscounted);
    }
}
