//! One figure in two groups: difference, interval, p, lift. Which methods were used is part of the result.
//!
//! The interval excludes no difference exactly when p is below alpha, but for rates: there p is the pooled test's (or Fisher's)
//! and the interval Newcombe's, which can part within a hair of alpha. [`Comparison::conclusive`] is therefore the only word on
//! whether no effect is excluded: test, interval and relative interval must all say so.

use crate::evaluate::best::best_rate;
use crate::evaluate::distribution::{normal_cdf, normal_sf, normal_upper_quantile};
use crate::evaluate::effect::{Alternative, Effect, Interval, mean_difference};
use crate::evaluate::evaluation::Words;
use crate::evaluate::lift::fieller;
use crate::evaluate::moments::Sample;
use crate::evaluate::power::detectable_mean;
use crate::evaluate::proportion::{Rate, RateTest, default_p, difference_newcombe, wilson};
use crate::evaluate::sequential::confidence_sequence;
use crate::evaluate::withheld::{Measured, Withheld, finite};
use crate::ir::{Looks, Terms};

use super::reading::Reading;

/// How a comparison was made.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    PooledNewcombe,
    FisherNewcombe,
    Means,
    Sequence,
    /// Against a fixed bound.
    Bound,
    /// With its own words: strata, clusters, covariates, formulas.
    Own(Words),
}

impl Method {
    pub fn words(&self) -> Words {
        match self {
            Self::PooledNewcombe => Words::new(
                "two rates: pooled z for p, Newcombe for the interval, Fieller for the relative one; no effect is excluded only where all agree",
                "两个比率：p 值用合并 z 检验，区间用 Newcombe 法，相对差用 Fieller 法；三者一致才算排除无效应",
            ),
            Self::FisherNewcombe => Words::new(
                "two rates, few responses: Fisher's exact p, Newcombe for the interval; no effect is excluded only where both agree",
                "两个比率、响应较少：p 值用 Fisher 精确检验，区间用 Newcombe 法；两者一致才算排除无效应",
            ),
            Self::Means => Words::new(
                "two means: Welch's t for p and interval, Fieller at the same critical value for the relative one",
                "两个均值：p 值与区间用 Welch t 检验，相对差用同一临界值的 Fieller 法",
            ),
            Self::Sequence => {
                Words::new("confidence sequence: p and interval hold at every look", "置信序列：p 值与区间在任何时点查看都有效")
            }
            Self::Bound => Words::new("the arm's own level against a fixed bound", "本组水平与固定界限比较"),
            Self::Own(words) => words.clone(),
        }
    }
}

/// The chance that the arm's level is the higher one. Of rates it is an integral, found only where it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Higher {
    Found(Measured<f64>),
    /// The arm's rate and the one it is held against, with flat priors.
    OfRates(Rate, Rate),
}

impl Higher {
    pub fn chance(&self) -> Measured<f64> {
        match self {
            Self::Found(chance) => *chance,
            Self::OfRates(own, against) => best_rate(&[*own, *against], (1.0, 1.0))?.first().map(|own| own.best).ok_or(Withheld::NoUnits),
        }
    }
}

/// A difference of two levels, in units of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub method: Method,
    pub level: Measured<f64>,
    pub level_against: Measured<f64>,
    pub difference: Measured<f64>,
    pub interval: Measured<Interval>,
    pub p: Measured<f64>,
    /// With its standard error, for power and wording; of rates unpooled.
    pub effect: Measured<Effect>,
    pub lift: Measured<f64>,
    pub lift_interval: Measured<Interval>,
    /// That the level is higher than the other one.
    pub higher: Higher,
    pub detectable: Measured<f64>,
    pub units: u64,
    pub units_against: u64,
}

impl Comparison {
    /// Nothing can be said, for one reason.
    pub fn withheld(method: Method, reason: Withheld) -> Self {
        let no = Err(reason);
        Self {
            method,
            level: no,
            level_against: no,
            difference: no,
            interval: Err(reason),
            p: no,
            effect: Err(reason),
            lift: no,
            lift_interval: Err(reason),
            higher: Higher::Found(no),
            detectable: no,
            units: 0,
            units_against: 0,
        }
    }

    /// Whether "no effect" is excluded: p below the level, and neither the interval nor the relative one holds zero.
    pub fn conclusive(&self, p: Measured<f64>, alpha: f64) -> bool {
        let excluded = self.interval.is_ok_and(|interval| interval.excludes(0.0));
        let relative = self.lift_interval.map_or(true, |interval| interval.excludes(0.0));
        p.is_ok_and(|p| p < alpha) && excluded && relative
    }

    /// The interval in the direction in which higher is better.
    pub fn good(&self, up: bool) -> Measured<Interval> {
        self.interval.map(|interval| interval.scaled(if up { 1.0 } else { -1.0 }))
    }

    /// Without anything that claims a cause.
    pub fn without_cause(mut self) -> Self {
        self.lift = Err(Withheld::NotRandomised);
        self.lift_interval = Err(Withheld::NotRandomised);
        self.higher = Higher::Found(Err(Withheld::NotRandomised));
        self
    }
}

/// Treatment against control.
pub fn compare(treatment: &Reading, control: &Reading, terms: &Terms) -> Comparison {
    match (treatment.rate, control.rate, terms.looks) {
        (Some(t), Some(c), Looks::Once) => rates(&t, &c, terms),
        (Some(_) | None, Some(_) | None, Looks::Once | Looks::Anytime { .. }) => match (treatment.sample, control.sample) {
            (Ok(t), Ok(c)) => {
                let mut found = samples(&t, &c, None, terms);
                if treatment.rate.is_some_and(|rate| rate.successes == 0.0) || control.rate.is_some_and(|rate| rate.successes == 0.0) {
                    found.lift = Err(Withheld::NoResponses);
                    found.lift_interval = Err(Withheld::NoResponses);
                }
                found
            }
            (Err(reason), _) | (_, Err(reason)) => half(treatment, control, reason),
        },
    }
}

/// One of the levels is not there: the other one is still shown.
fn half(treatment: &Reading, control: &Reading, reason: Withheld) -> Comparison {
    Comparison {
        level: treatment.level(),
        level_against: control.level(),
        units: treatment.units,
        units_against: control.units,
        ..Comparison::withheld(Method::Means, reason)
    }
}

fn rates(t: &Rate, c: &Rate, terms: &Terms) -> Comparison {
    let (level, level_against) = (t.share(), c.share());
    let difference = level.and_then(|own| Ok(own - level_against?));
    let tested = default_p(t, c);
    let (sample_t, sample_c) = (Sample::rate(t.n as u64, t.successes), Sample::rate(c.n as u64, c.successes));
    let (lift, lift_interval) = if t.successes == 0.0 || c.successes == 0.0 {
        (Err(Withheld::NoResponses), Err(Withheld::NoResponses))
    } else {
        relative(&sample_t, &sample_c, terms.alpha)
    };
    Comparison {
        method: if matches!(tested, Ok((_, RateTest::Fisher))) { Method::FisherNewcombe } else { Method::PooledNewcombe },
        level,
        level_against,
        difference,
        interval: difference_newcombe(t, c, terms.alpha),
        p: tested.map(|(p, _)| p),
        effect: mean_difference(&sample_t, &sample_c),
        lift,
        lift_interval,
        higher: Higher::OfRates(*t, *c),
        detectable: detectable(&sample_t, &sample_c, terms),
        units: t.n as u64,
        units_against: c.n as u64,
    }
}

/// Fieller's lift with its interval.
fn relative(t: &Sample, c: &Sample, alpha: f64) -> (Measured<f64>, Measured<Interval>) {
    match fieller(t, c, alpha) {
        Ok(found) => (found.lift, found.interval),
        Err(reason) => (Err(reason), Err(reason)),
    }
}

/// Two means, or anything with a standard error. `degrees` replaces Welch's, where the error was found in another way.
pub fn samples(t: &Sample, c: &Sample, degrees: Option<f64>, terms: &Terms) -> Comparison {
    let effect = mean_difference(t, c).map(|effect| Effect { degrees: degrees.unwrap_or(effect.degrees), ..effect });
    let tested = effect.and_then(|effect| match terms.looks {
        Looks::Once => effect.test(Alternative::Different, terms.alpha),
        Looks::Anytime { planned } => confidence_sequence(&effect, Alternative::Different, terms.alpha, planned),
    });
    // The critical value that was used, as a level of the normal distribution: the relative interval must not disagree.
    let critical = tested.and_then(|test| {
        let half = (test.interval.upper - test.interval.lower) / 2.0;
        finite(half / effect?.standard_error)
    });
    let (lift, lift_interval) = match critical {
        Ok(critical) => relative(t, c, 2.0 * normal_sf(critical)),
        Err(reason) => (Err(reason), Err(reason)),
    };
    Comparison {
        method: match terms.looks {
            Looks::Once => Method::Means,
            Looks::Anytime { .. } => Method::Sequence,
        },
        level: finite(t.mean),
        level_against: finite(c.mean),
        difference: finite(t.mean - c.mean),
        interval: tested.map(|test| test.interval),
        p: tested.map(|test| test.p),
        effect,
        lift,
        lift_interval,
        higher: Higher::Found(effect.and_then(|effect| finite(normal_cdf(effect.estimate / effect.standard_error)))),
        detectable: match terms.looks {
            Looks::Once => detectable(t, c, terms),
            Looks::Anytime { .. } => {
                let power = -normal_upper_quantile(terms.power);
                critical.and_then(|critical| finite((critical + power) * effect?.standard_error))
            }
        },
        units: t.n,
        units_against: c.n,
    }
}

fn detectable(t: &Sample, c: &Sample, terms: &Terms) -> Measured<f64> {
    let plan = crate::evaluate::power::Plan { alpha: terms.alpha, power: terms.power, ratio: 1.0 };
    Ok(detectable_mean(c.mean, c.spread()?, c.n as f64, t.n as f64, &plan)?.absolute)
}

/// The arm's own level against a fixed bound.
pub fn against_bound(own: &Reading, bound: f64, terms: &Terms) -> Comparison {
    let level = own.level();
    let effect = own.against(bound);
    let interval = own.interval(terms, terms.alpha).map(|interval| interval.moved(-bound));
    let p = match (own.rate, terms.looks) {
        (Some(rate), Looks::Once) => score_p(&rate, bound, terms.alpha),
        (None, Looks::Once) => effect.and_then(|effect| Ok(effect.test(Alternative::Different, terms.alpha)?.p)),
        (Some(_) | None, Looks::Anytime { planned }) => {
            effect.and_then(|effect| Ok(confidence_sequence(&effect, Alternative::Different, terms.alpha, planned)?.p))
        }
    };
    Comparison {
        method: Method::Bound,
        level,
        level_against: Ok(bound),
        difference: level.map(|level| level - bound),
        interval,
        p,
        effect,
        lift: Err(Withheld::NotRegistered),
        lift_interval: Err(Withheld::NotRegistered),
        higher: Higher::Found(effect.and_then(|effect| finite(normal_cdf(effect.estimate / effect.standard_error)))),
        detectable: effect
            .map(|effect| (normal_upper_quantile(terms.alpha / 2.0) - normal_upper_quantile(terms.power)) * effect.standard_error),
        units: own.units,
        units_against: 0,
    }
}

/// Two-sided p of the score test that Wilson's interval inverts: z = (p̂ - p)/√(p(1-p)/n). A bound of 0 or 1 has no spread; there
/// the interval decides alone.
fn score_p(rate: &Rate, bound: f64, alpha: f64) -> Measured<f64> {
    let share = rate.share()?;
    if bound <= 0.0 || bound >= 1.0 {
        let excluded = wilson(rate, alpha)?.excludes(bound);
        return if excluded { Ok(0.0) } else { Ok(1.0) };
    }
    finite(2.0 * normal_sf(((share - bound) / (bound * (1.0 - bound) / rate.n).sqrt()).abs()))
}
