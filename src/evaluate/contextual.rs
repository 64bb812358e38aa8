//! Reallocation by registered segment: each segment's rates are pulled towards the arm's mean over segments as far as the
//! segments agree (partial pooling), and a segment that is too small uses the shares of all customers.

use super::best::{LiveArm, ReallocationRules, best_mean, best_rate, reallocate};
use super::proportion::Rate;
use super::segments::heterogeneity;
use super::withheld::{Measured, Withheld, paired};

/// Next shares of one segment's arms.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentShares {
    pub shares: Vec<f64>,
    /// P(best) the shares come from.
    pub chances: Vec<f64>,
    /// False when the segment was too small and uses the chances of all customers.
    pub own: bool,
}

/// Next shares per segment. `rates` and `current` have one row per segment and one entry per arm: mature responses, and shares
/// now. The chances of a segment come from normal rates shrunk by DerSimonian and Laird's τ² over the segments, arm by arm.
///
/// # Errors
/// No segments, rows of different length, or all customers together are too few for [`reallocate`].
pub fn by_segment(rates: &[Vec<Rate>], current: &[Vec<f64>], rules: &ReallocationRules) -> Measured<Vec<SegmentShares>> {
    paired(rates.len(), current.len())?;
    let arms = rates.first().map_or(0, Vec::len);
    for (row, shares) in rates.iter().zip(current) {
        paired(row.len(), arms)?;
        paired(shares.len(), arms)?;
    }
    let total = |arm: usize| {
        let own = || rates.iter().filter_map(move |row| row.get(arm));
        Rate { successes: own().map(|rate| rate.successes).sum(), n: own().map(|rate| rate.n).sum() }
    };
    let everybody: Vec<Rate> = (0..arms).map(total).collect();
    if let Some(rate) = everybody.iter().find(|rate| !enough(rate, rules)) {
        return Err(Withheld::TooFewUnits { have: rate.n.min(rate.successes), need: rules.units.max(rules.conversions) });
    }
    let parent: Vec<f64> = best_rate(&everybody, (1.0, 1.0))?.iter().map(|chance| chance.best).collect();
    let shrunk: Vec<Vec<(f64, f64)>> = (0..arms).map(|arm| pooled(rates, arm, rules)).collect();
    let mut found = Vec::with_capacity(rates.len());
    for (at, (row, shares)) in rates.iter().zip(current).enumerate() {
        let own = row.iter().all(|rate| enough(rate, rules));
        let chances = if own { chances_of(&shrunk, rates, at, rules)? } else { parent.clone() };
        let arms: Vec<LiveArm> = chances
            .iter()
            .zip(shares)
            .map(|(chance, share)| LiveArm { share: *share, units: rules.units, conversions: rules.conversions, chance: *chance })
            .collect();
        found.push(SegmentShares { shares: reallocate(&arms, rules)?, chances, own });
    }
    Ok(found)
}

fn enough(rate: &Rate, rules: &ReallocationRules) -> bool {
    rate.n >= rules.units && rate.successes >= rules.conversions
}

/// Rate and standard error with half a response and half a failure added, so that neither is zero.
fn normal(rate: &Rate) -> (f64, f64) {
    let p = (rate.successes + 0.5) / (rate.n + 1.0);
    (p, (p * (1.0 - p) / (rate.n + 1.0)).sqrt())
}

/// One arm's shrunk rates in the segments that are large enough, in their order.
fn pooled(rates: &[Vec<Rate>], arm: usize, rules: &ReallocationRules) -> Vec<(f64, f64)> {
    let large = rates.iter().filter(|row| row.iter().all(|rate| enough(rate, rules)));
    let (means, errors): (Vec<f64>, Vec<f64>) = large.filter_map(|row| row.get(arm)).map(normal).unzip();
    match heterogeneity(&means, &errors).and_then(|found| found.between) {
        Ok(found) => found.shrunk,
        // A single large segment has nothing to be pooled with.
        Err(_) => means.into_iter().zip(errors).collect(),
    }
}

fn chances_of(shrunk: &[Vec<(f64, f64)>], rates: &[Vec<Rate>], segment: usize, rules: &ReallocationRules) -> Measured<Vec<f64>> {
    let place = rates.iter().take(segment).filter(|row| row.iter().all(|rate| enough(rate, rules))).count();
    let (means, errors): (Vec<f64>, Vec<f64>) = shrunk.iter().filter_map(|arm| arm.get(place).copied()).unzip();
    Ok(best_mean(&means, &errors, false)?.iter().map(|chance| chance.best).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn large_segments_go_their_own_way_and_small_ones_follow_everybody() {
        let rates = vec![
            vec![Rate::new(100, 1000), Rate::new(200, 1000)],
            vec![Rate::new(220, 1000), Rate::new(100, 1000)],
            vec![Rate::new(1, 10), Rate::new(2, 10)],
        ];
        let found = by_segment(&rates, &vec![vec![0.5, 0.5]; 3], &ReallocationRules::default()).unwrap();
        assert!(found[0].own && found[0].shares[1] > 0.69, "{found:?}");
        assert!(found[1].own && found[1].shares[0] > 0.69, "{found:?}");
        assert!(!found[2].own);
        assert!(found.iter().all(|segment| (segment.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12));
        assert!(by_segment(&rates[2..], &[vec![0.5, 0.5]], &ReallocationRules::default()).is_err());
        assert!(by_segment(&[], &[], &ReallocationRules::default()).is_err());
    }

    #[test]
    fn segments_that_agree_share_one_answer() {
        let row = vec![Rate::new(100, 1000), Rate::new(110, 1000)];
        let found = by_segment(&[row.clone(), row], &[vec![0.5, 0.5], vec![0.5, 0.5]], &ReallocationRules::default()).unwrap();
        assert_eq!(found[0], found[1]);
    }
}
