//! Strata within which arms were drawn: registered cuts, and stretches of time with different shares of an adaptive trial. A
//! pooled difference would compare unlike customers there.

use crate::evaluate::evaluation::Words;
use crate::evaluate::moments::Sample;
use crate::evaluate::numeric::sum;
use crate::evaluate::tally::PairTally;
use crate::evaluate::withheld::{Measured, Withheld};
use std::collections::BTreeMap;

use super::reading::Reading;
use super::view::{View, named};

/// Treatment and control in every stratum.
pub struct Strata {
    /// What they are strata of.
    pub over: Words,
    pub arms: Vec<(Sample, Sample)>,
}

const DAY: i64 = 86_400_000;

/// The strata of two arms: the first stratified cut, else the stretches of an adaptive trial. `None` where there are none or an
/// arm is empty in one of them.
pub fn strata_of(view: &View, measure: usize, arm: usize, other: usize) -> Option<Strata> {
    if view.caps.get(measure).copied().flatten().is_some() {
        return None;
    }
    by_cut(view, measure, arm, other).or_else(|| if view.terms.adaptive { by_stretch(view, measure, arm, other) } else { None })
}

fn by_cut(view: &View, measure: usize, arm: usize, other: usize) -> Option<Strata> {
    let at = view.trial.cuts.iter().position(|cut| cut.stratified)?;
    let cut = view.trial.cuts.get(at)?;
    let levels = &view.observed.cuts.get(at)?.levels;
    let pairs = levels.iter().map(|level| level.measures.get(measure).map_or((None, None), |arms| (arms.get(arm), arms.get(other))));
    of_tallies(view, measure, pairs, named(&cut.name, cut.label.as_deref()))
}

/// Days with the same logged shares belong together.
fn by_stretch(view: &View, measure: usize, arm: usize, other: usize) -> Option<Strata> {
    let mut shares: BTreeMap<i32, Vec<u64>> = BTreeMap::new();
    for (instant, entered) in &view.observed.phases {
        let key = entered.iter().map(|own| own.share.map_or(u64::MAX, f64::to_bits)).collect();
        if let Ok(day) = i32::try_from(instant.div_euclid(DAY)) {
            shares.insert(day, key);
        }
    }
    let mut stretches: BTreeMap<&Vec<u64>, (PairTally, PairTally)> = BTreeMap::new();
    for (day, arms) in &view.observed.measures.get(measure)?.by_day {
        let (Some(key), Some(own), Some(base)) = (shares.get(day), arms.get(arm), arms.get(other)) else { return None };
        let (t, c) = stretches.entry(key).or_default();
        t.merge(own);
        c.merge(base);
    }
    if stretches.len() < 2 {
        return None;
    }
    let pairs = stretches.values().map(|(t, c)| (Some(t), Some(c)));
    of_tallies(view, measure, pairs, Words::new("stretches of equal shares", "比例相同的时段"))
}

fn of_tallies<'a>(
    view: &View,
    measure: usize,
    pairs: impl Iterator<Item = (Option<&'a PairTally>, Option<&'a PairTally>)>,
    over: Words,
) -> Option<Strata> {
    let own = view.measure(measure)?;
    let mut arms = Vec::new();
    for (t, c) in pairs {
        let (t, c) = (Reading::of_tally(own, t?), Reading::of_tally(own, c?));
        if t.units == 0 && c.units == 0 {
            continue;
        }
        arms.push((t.sample.ok()?, c.sample.ok()?));
    }
    (arms.len() > 1).then_some(Strata { over, arms })
}

impl Strata {
    /// Each arm as it would be if its strata had the sizes of both arms together: mean Σ w m, squared error Σ w² v/n. The
    /// difference of the two is the post-stratified one.
    ///
    /// # Errors
    /// Nobody, or a stratum in which an arm's mean has no error because of a single customer.
    pub fn standardised(&self) -> Measured<(Sample, Sample)> {
        let size = |(t, c): &(Sample, Sample)| (t.n + c.n) as f64;
        let total: f64 = self.arms.iter().map(size).sum();
        if total == 0.0 {
            return Err(Withheld::NoUnits);
        }
        let of = |pick: fn(&(Sample, Sample)) -> &Sample| -> Measured<Sample> {
            let n: u64 = self.arms.iter().map(|stratum| pick(stratum).n).sum();
            let weighted = || self.arms.iter().map(|stratum| (pick(stratum), size(stratum) / total));
            let mean = sum(weighted().map(|(sample, weight)| weight * sample.mean));
            let errors: Vec<f64> =
                weighted().map(|(sample, weight)| Ok(weight * weight * sample.error_squared()?)).collect::<Measured<_>>()?;
            Ok(Sample { n, mean, variance: sum(errors) * n as f64 })
        };
        Ok((of(|stratum| &stratum.0)?, of(|stratum| &stratum.1)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::moments::Moments;

    #[test]
    fn a_stratum_with_one_customer_withholds_the_error_of_a_mean_and_not_of_a_rate() {
        let (many, one) = (Moments::of(&[1.0, 2.0, 4.0]).sample(), Moments::of(&[3.0]).sample());
        let strata = |arms: Vec<(Sample, Sample)>| Strata { over: Words::same("wave"), arms };
        let few = Withheld::TooFewUnits { have: 1.0, need: 2.0 };
        assert_eq!(strata(vec![(many, many), (many, one)]).standardised(), Err(few));
        assert!(strata(vec![(many, many), (many, many)]).standardised().is_ok());
        let (rate, single) = (Sample::rate(4, 2.0), Sample::rate(1, 1.0));
        assert!(strata(vec![(rate, rate), (rate, single)]).standardised().is_ok());
        assert_eq!(strata(Vec::new()).standardised(), Err(Withheld::NoUnits));
    }
}
