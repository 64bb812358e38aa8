//! Splitting the credit for conversions over the channels that touched a customer. A convention, not a causal effect: with a
//! holdout, scale the total credit to the incremental total. Every rule's credits sum to the conversions.

use super::matrix::{Rows, solve};
use super::numeric::sum;
use super::withheld::{Measured, Withheld, paired};
use std::collections::{BTreeMap, BTreeSet};

/// Customers who were touched in the same way.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// Channels in order of time; a channel may come again.
    pub touches: Vec<String>,
    /// Days from each touch to the conversion (or to the end).
    pub days_before: Vec<f64>,
    pub conversions: f64,
    /// Customers so touched who did not convert.
    pub others: f64,
}

/// Credit per channel; every channel that occurs is there, with 0 when it never took part in a conversion.
pub type Credits = BTreeMap<String, f64>;

/// How the credit of one journey is split over its touches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    First,
    Last,
    Linear,
    /// 40 percent to the first and to the last, the rest to those between; one touch takes all, two take half each.
    Position,
    /// 2^(-days / half-life).
    TimeDecay {
        half_life_days: f64,
    },
}

fn checked(journeys: &[Journey]) -> Measured<()> {
    if journeys.is_empty() {
        return Err(Withheld::NoUnits);
    }
    for journey in journeys {
        paired(journey.touches.len(), journey.days_before.len())?;
        for count in [journey.conversions, journey.others] {
            if !(count >= 0.0 && count.is_finite()) {
                return Err(Withheld::OutOfRange { value: count });
            }
        }
    }
    Ok(())
}

fn channels(journeys: &[Journey]) -> Credits {
    journeys.iter().flat_map(|journey| &journey.touches).map(|channel| (channel.clone(), 0.0)).collect()
}

/// Shares of one journey's touches, summing to one.
fn shares(rule: Rule, days: &[f64]) -> Vec<f64> {
    let touches = days.len();
    let last = touches.saturating_sub(1);
    let at = |place: usize| match rule {
        Rule::First => f64::from(u8::from(place == 0)),
        Rule::Last => f64::from(u8::from(place == last)),
        Rule::Linear => 1.0,
        Rule::Position if touches <= 2 => 1.0,
        Rule::Position if place == 0 || place == last => 0.4,
        Rule::Position => 0.2 / (touches - 2) as f64,
        Rule::TimeDecay { half_life_days } => {
            // Relative to the nearest touch, so that old journeys do not vanish altogether.
            let nearest = days.iter().copied().fold(f64::INFINITY, f64::min);
            (-(days.get(place).copied().unwrap_or(nearest) - nearest) / half_life_days).exp2()
        }
    };
    let weights: Vec<f64> = (0..touches).map(at).collect();
    let total = sum(weights.iter().copied());
    weights.into_iter().map(|weight| weight / total).collect()
}

/// Credits by a rule over the touches of each converting journey.
///
/// # Errors
/// No journeys, one without touches or with lists of different length, a negative count, or a half-life that is not positive.
pub fn credits(journeys: &[Journey], rule: Rule) -> Measured<Credits> {
    checked(journeys)?;
    if let Rule::TimeDecay { half_life_days: value } = rule
        && !(value > 0.0 && value.is_finite())
    {
        return Err(Withheld::OutOfRange { value });
    }
    let mut found = channels(journeys);
    for journey in journeys {
        for (channel, share) in journey.touches.iter().zip(shares(rule, &journey.days_before)) {
            if let Some(credit) = found.get_mut(channel) {
                *credit += journey.conversions * share;
            }
        }
    }
    Ok(found)
}

/// Shapley values where a set of channels is worth the conversions of journeys that use only them (Zhao, Mahboobi and Bagheri
/// 2018). The game is a sum of unanimity games, so each journey's conversions are shared equally by its distinct channels.
///
/// # Errors
/// As [`credits`].
pub fn shapley(journeys: &[Journey]) -> Measured<Credits> {
    checked(journeys)?;
    let mut found = channels(journeys);
    for journey in journeys {
        let distinct: BTreeSet<&String> = journey.touches.iter().collect();
        for channel in &distinct {
            if let Some(credit) = found.get_mut(*channel) {
                *credit += journey.conversions / distinct.len() as f64;
            }
        }
    }
    Ok(found)
}

/// Credits by how much would be lost without each channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Markov {
    /// Conversions shared in proportion to the removal effects.
    pub credits: Credits,
    /// 1 - P(conversion without the channel)/P(conversion).
    pub removal: Credits,
    /// P(conversion) of the chain.
    pub conversion: f64,
}

/// Order-one Markov chain over the touches (Anderl et al. 2016): start → touches → conversion or end; removing a channel sends
/// its visitors to the end. Without journeys that did not convert the removal effects saturate.
///
/// # Errors
/// As [`credits`]; also when nobody converted.
pub fn markov(journeys: &[Journey]) -> Measured<Markov> {
    checked(journeys)?;
    let conversions = sum(journeys.iter().map(|journey| journey.conversions));
    if conversions <= 0.0 {
        return Err(Withheld::NoResponses);
    }
    let chain = Chain::of(journeys);
    let conversion = chain.conversion(None)?;
    let mut removal = channels(journeys);
    for (at, effect) in removal.values_mut().enumerate() {
        *effect = 1.0 - chain.conversion(Some(at))? / conversion;
    }
    let total = sum(removal.values().copied());
    let credits = removal.iter().map(|(channel, effect)| (channel.clone(), conversions * effect / total)).collect();
    Ok(Markov { credits, removal, conversion })
}

/// Visits from the start (last row) and from each channel, to each channel, and to the conversion.
struct Chain {
    moves: Rows,
    converted: Vec<f64>,
    /// All that leave a place, including those to the end.
    leaving: Vec<f64>,
}

impl Chain {
    fn of(journeys: &[Journey]) -> Self {
        let place: BTreeMap<String, usize> = channels(journeys).into_keys().enumerate().map(|(at, channel)| (channel, at)).collect();
        let start = place.len();
        let mut chain = Self { moves: vec![vec![0.0; start]; start + 1], converted: vec![0.0; start + 1], leaving: vec![0.0; start + 1] };
        for journey in journeys {
            let customers = journey.conversions + journey.others;
            let mut from = start;
            for to in journey.touches.iter().filter_map(|channel| place.get(channel).copied()) {
                chain.count(from, Some(to), customers);
                from = to;
            }
            chain.count(from, None, customers);
            if let Some(total) = chain.converted.get_mut(from) {
                *total += journey.conversions;
            }
        }
        chain
    }

    fn count(&mut self, from: usize, to: Option<usize>, customers: f64) {
        if let Some(total) = self.leaving.get_mut(from) {
            *total += customers;
        }
        if let Some(total) = to.and_then(|to| self.moves.get_mut(from)?.get_mut(to)) {
            *total += customers;
        }
    }

    /// P(conversion) from the start when nobody gets past the removed channel: solves p = R + Q p.
    fn conversion(&self, removed: Option<usize>) -> Measured<f64> {
        let size = self.moves.len() - 1;
        let share = |from: usize, count: f64| {
            let total = self.leaving.get(from).copied().unwrap_or(0.0);
            if total > 0.0 && removed != Some(from) { count / total } else { 0.0 }
        };
        let rows = self.moves.iter().enumerate().take(size);
        let system: Rows = rows
            .map(|(from, row)| row.iter().enumerate().map(|(to, count)| f64::from(u8::from(from == to)) - share(from, *count)).collect())
            .collect();
        let ends: Rows = self.converted.iter().enumerate().take(size).map(|(from, count)| vec![share(from, *count)]).collect();
        let chances = solve(&system, &ends)?;
        let first = self.moves.last().map(Vec::as_slice).unwrap_or_default();
        Ok(sum(first.iter().zip(chances.iter().flatten()).map(|(count, chance)| share(size, *count) * chance)))
    }
}

/// Rounds numbers for print so that they still sum to the rounded total: each is cut to `digits` decimals, and the largest
/// remainders get the missing units (Hamilton's method; the first in order wins a tie).
#[must_use]
pub fn rounded_to_total(values: &[f64], digits: i32) -> Vec<f64> {
    let unit = 10.0_f64.powi(digits);
    // Noise of the last binary digit must not decide.
    let scaled: Vec<f64> = values.iter().map(|value| (value * unit * 1e6).round() / 1e6).collect();
    let missing = (sum(scaled.iter().copied()).round() - sum(scaled.iter().map(|value| value.floor()))).max(0.0) as usize;
    let mut order: Vec<(usize, f64)> = scaled.iter().map(|value| value - value.floor()).enumerate().collect();
    order.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    let raised: BTreeSet<usize> = order.into_iter().take(missing).map(|(at, _)| at).collect();
    scaled.iter().enumerate().map(|(at, value)| (value.floor() + f64::from(u8::from(raised.contains(&at)))) / unit).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn journey(touches: &[&str], conversions: f64, others: f64) -> Journey {
        let days_before = (0..touches.len()).rev().map(|at| at as f64 * 3000.0).collect();
        Journey { touches: touches.iter().map(|name| (*name).to_owned()).collect(), days_before, conversions, others }
    }

    #[test]
    fn every_rule_sums_to_the_conversions() {
        let journeys = [
            journey(&["email"], 3.0, 9.0),
            journey(&["email", "push", "email"], 2.0, 4.0),
            journey(&["branch"], 0.0, 7.0),
            journey(&["push", "sms", "email", "call", "push"], 5.0, 1.0),
        ];
        for rule in [Rule::First, Rule::Last, Rule::Linear, Rule::Position, Rule::TimeDecay { half_life_days: 7.0 }] {
            assert!((credits(&journeys, rule).unwrap().values().sum::<f64>() - 10.0).abs() < 1e-12, "{rule:?}");
        }
        assert!((shapley(&journeys).unwrap().values().sum::<f64>() - 10.0).abs() < 1e-12);
        let found = markov(&journeys).unwrap();
        assert!((found.credits.values().sum::<f64>() - 10.0).abs() < 1e-12);
        assert_eq!(found.credits.get("branch"), Some(&0.0));
        assert!((found.conversion - 10.0 / 31.0).abs() < 1e-12);
    }

    #[test]
    fn shapley_equals_its_definition() {
        let journeys =
            [journey(&["a"], 5.0, 0.0), journey(&["a", "b"], 4.0, 0.0), journey(&["b", "c", "a"], 6.0, 0.0), journey(&["c"], 1.0, 0.0)];
        let worth = |set: &BTreeSet<&str>| -> f64 {
            journeys.iter().filter(|own| own.touches.iter().all(|touch| set.contains(touch.as_str()))).map(|own| own.conversions).sum()
        };
        let orders = [["a", "b", "c"], ["a", "c", "b"], ["b", "a", "c"], ["b", "c", "a"], ["c", "a", "b"], ["c", "b", "a"]];
        let mut exact: BTreeMap<&str, f64> = BTreeMap::new();
        for order in orders {
            let mut set = BTreeSet::new();
            for channel in order {
                let before = worth(&set);
                set.insert(channel);
                *exact.entry(channel).or_default() += (worth(&set) - before) / 6.0;
            }
        }
        for (channel, credit) in shapley(&journeys).unwrap() {
            assert!((credit - exact.get(channel.as_str()).unwrap()).abs() < 1e-12, "{channel}");
        }
    }

    #[test]
    fn edges_and_rounding() {
        assert_eq!(markov(&[journey(&["a"], 0.0, 3.0)]), Err(Withheld::NoResponses));
        assert!(credits(&[], Rule::First).is_err());
        assert!(credits(&[journey(&[], 1.0, 0.0)], Rule::First).is_err());
        assert!(credits(&[journey(&["a"], 1.0, 0.0)], Rule::TimeDecay { half_life_days: 0.0 }).is_err());
        assert_eq!(rounded_to_total(&[1.0 / 3.0; 3], 2), [0.34, 0.33, 0.33]);
        assert_eq!(rounded_to_total(&[2.0, 17.333_333, 10.333_333, 1.333_334], 0), [2.0, 17.0, 10.0, 2.0]);
        let shares = rounded_to_total(&[0.1, 0.2, 0.7], 1);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
