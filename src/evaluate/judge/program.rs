//! Sections about the program as a whole: metrics by group, moves between labels, credit over channels, expected value of
//! customers. Each is a pure function from plain inputs to its part of the report.

use crate::evaluate::attribution::{self as rules, Journey, Rule, credits, markov, shapley};
use crate::evaluate::drift::{FLOOR, stability};
use crate::evaluate::evaluation::{
    self, Attribution, AttributionRow, Figure, Lifetime, Met, MetricBound, MetricGroup, MetricReport, Migration, Unit, Words,
};
use crate::evaluate::lifetime::{History, Purchases, Values, value_independence};
use crate::evaluate::numeric::sum;
use crate::evaluate::withheld::{Measured, Withheld, finite};
use std::collections::BTreeMap;

use super::print;

/// One group of a metric: values of `by`, the figure now and one window earlier (in units of the page), customers it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub group: Vec<String>,
    pub value: Measured<f64>,
    pub previous: Measured<f64>,
    pub n: u64,
}

/// A metric by group. `name` and `label` of the metric, `written` its text; `bound` with true where the value should be at least that. A
/// value as of now is known or it is not: it has no interval.
#[must_use]
pub fn metric(
    (name, label): (&str, Option<&str>),
    unit: Unit,
    written: &str,
    groups: Vec<Group>,
    bound: Option<(f64, bool)>,
) -> MetricReport {
    let value = groups.first().and_then(|own| own.value.ok());
    let bound = bound.map(|(bound, at_least)| {
        let met = match value {
            None => Met::NotYetKnowable,
            Some(value) if if at_least { value >= bound } else { value <= bound } => Met::Met,
            Some(_) => Met::NotMet,
        };
        MetricBound { at_least, value: bound, met }
    });
    let groups =
        groups.into_iter().map(|own| MetricGroup { group: own.group, value: own.value.into(), previous: own.previous.into(), n: own.n });
    MetricReport {
        name: name.to_owned(),
        label: label.map(str::to_owned),
        unit,
        written: written.to_owned(),
        groups: groups.collect(),
        bound,
    }
}

/// Moves between the labels of a ladder. `counts` has a row per label one comes from and a column per label one goes to, aligned
/// with `labels`; the index is of the two days' sizes of the labels, with its 95% critical value (Yurdakul 2018).
#[must_use]
pub fn migration(
    ladder: &str,
    label: Option<&str>,
    days: (&str, &str),
    labels: Vec<(String, Option<String>)>,
    counts: Vec<Vec<u64>>,
) -> Migration {
    let from: Vec<f64> = counts.iter().map(|row| row.iter().sum::<u64>() as f64).collect();
    let to: Vec<f64> = (0..labels.len()).map(|at| counts.iter().filter_map(|row| row.get(at)).sum::<u64>() as f64).collect();
    let total: f64 = from.iter().sum();
    let stayed: u64 = counts.iter().enumerate().filter_map(|(at, row)| row.get(at)).sum();
    let changed = if total > 0.0 { Ok((total - stayed as f64) / total) } else { Err(Withheld::NoUnits) };
    let found = stability(&from, &to, FLOOR);
    Migration {
        ladder: ladder.to_owned(),
        label: label.map(str::to_owned),
        from_day: days.0.to_owned(),
        to_day: days.1.to_owned(),
        labels,
        counts,
        changed: changed.into(),
        psi: found.as_ref().map(|own| own.index).map_err(|reason| *reason).into(),
        psi_critical: found.and_then(|own| own.critical).into(),
    }
}

/// What a metric asks to be credited.
#[derive(Debug, Clone, PartialEq)]
pub struct CreditRequest<'a> {
    pub metric: &'a str,
    pub label: Option<&'a str>,
    /// The registered rule, as its column is called.
    pub rule: &'a str,
    pub lookback_days: f64,
    /// Of the rule `time decay`.
    pub half_life_days: f64,
    /// Spent per channel, in yuan; channels without a touch are listed with no credit.
    pub costs: &'a BTreeMap<String, f64>,
}

/// Names of the rules as columns, the same order everywhere.
const RULES: [&str; 7] = ["first", "last", "linear", "position", "time decay", "Shapley", "Markov"];

/// Credit by every rule; each rule's credits sum to the conversions of journeys with a touch. A convention, not an effect.
#[must_use]
pub fn attribution(request: &CreditRequest, journeys: &[Journey]) -> Attribution {
    let of = |rule: Rule| credits(journeys, rule);
    let columns: [Measured<rules::Credits>; 7] = [
        of(Rule::First),
        of(Rule::Last),
        of(Rule::Linear),
        of(Rule::Position),
        of(Rule::TimeDecay { half_life_days: request.half_life_days }),
        shapley(journeys),
        markov(journeys).map(|found| found.credits),
    ];
    let touched = journeys.iter().flat_map(|journey| &journey.touches);
    let channels: std::collections::BTreeSet<&String> = touched.chain(request.costs.keys()).collect();
    let rows = channels.into_iter().map(|channel| AttributionRow {
        channel: channel.clone(),
        credits: RULES
            .iter()
            .zip(&columns)
            .map(|(name, column)| {
                let own = column.as_ref().map(|credits| credits.get(channel).copied().unwrap_or(0.0)).map_err(|reason| *reason);
                ((*name).to_owned(), Figure::from(own))
            })
            .collect(),
        cost: request.costs.get(channel).copied().unwrap_or(0.0),
    });
    Attribution {
        metric: request.metric.to_owned(),
        label: request.label.map(str::to_owned),
        rule: request.rule.to_owned(),
        lookback_days: request.lookback_days,
        conversions: sum(journeys.iter().map(|journey| journey.conversions)),
        rows: rows.collect(),
    }
}

/// One customer who bought: repeat purchases, times in one unit, and the mean value of a repeat purchase in yuan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Purchaser {
    pub history: History,
    /// 0 without a repeat purchase.
    pub mean_value: f64,
}

/// What lifetime value is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct LifetimeRequest<'a> {
    pub metric: &'a str,
    pub label: Option<&'a str>,
    /// In the unit of the histories, and in words: `12 months`.
    pub horizon: f64,
    pub horizon_words: &'a str,
}

/// BG/NBD for how often, gamma-gamma for how much, both by maximum likelihood; expected purchases and value of all customers
/// together over the horizon. The value is withheld where frequency and value go together.
#[must_use]
pub fn lifetime(request: &LifetimeRequest, customers: &[Purchaser]) -> Lifetime {
    let histories: Vec<History> = customers.iter().map(|own| own.history).collect();
    let pairs: Vec<(f64, f64)> = customers.iter().map(|own| (own.history.frequency, own.mean_value)).collect();
    let purchases = Purchases::fit(&histories);
    let independent =
        value_independence(&pairs.iter().map(|own| own.0).collect::<Vec<_>>(), &pairs.iter().map(|own| own.1).collect::<Vec<_>>());
    let values = Values::fit(&pairs);
    let expected = purchases.and_then(|(model, _)| each(customers, |own| model.expected_given(&own.history, request.horizon)));
    let worth = independent.and(purchases).and_then(|(model, _)| {
        let (values, _) = values?;
        each(customers, |own| {
            Ok(model.expected_given(&own.history, request.horizon)? * values.expected(own.history.frequency, own.mean_value)?)
        })
    });
    let mut parameters: Vec<(String, Figure)> = Vec::new();
    let mut put = |name: &str, value: Measured<f64>| parameters.push((name.to_owned(), value.into()));
    for (name, pick) in [("r", 0_usize), ("alpha", 1), ("a", 2), ("b", 3), ("log-likelihood", 4)] {
        put(name, purchases.and_then(|(model, likelihood)| parameter([model.r, model.alpha, model.a, model.b, likelihood], pick)));
    }
    for (name, pick) in [("p", 0_usize), ("q", 1), ("v", 2)] {
        put(name, values.and_then(|(model, _)| parameter([model.p, model.q, model.v], pick)));
    }
    put("correlation of frequency and value", independent);
    Lifetime {
        metric: request.metric.to_owned(),
        label: request.label.map(str::to_owned),
        customers: customers.len() as u64,
        parameters,
        expected_purchases: expected.into(),
        expected_value: worth.into(),
        horizon: request.horizon_words.to_owned(),
        sentence: sentence(request, customers.len(), expected, worth),
    }
}

fn parameter<const N: usize>(all: [f64; N], at: usize) -> Measured<f64> {
    all.get(at).copied().ok_or(Withheld::NoUnits).and_then(finite)
}

fn each(customers: &[Purchaser], of: impl Fn(&Purchaser) -> Measured<f64>) -> Measured<f64> {
    let all: Measured<Vec<f64>> = customers.iter().map(of).collect();
    finite(sum(all?))
}

fn sentence(request: &LifetimeRequest, customers: usize, expected: Measured<f64>, worth: Measured<f64>) -> Words {
    let n = print::count(customers as f64);
    let words = request.horizon_words;
    let horizon = if words.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | '_')) {
        Words::new(format!("the next {words} (in the unit of their age)"), format!("今后 {words}（与观察时长同单位）"))
    } else {
        Words::new(format!("the next {words}"), format!("今后 {words} "))
    };
    let purchases = match expected {
        Ok(expected) => {
            let text = print::number(expected, 1);
            Words::new(
                format!("{n} customers are expected to buy {text} times more within {}.", horizon.en),
                format!("{n} 位客户预计在{}内再购买 {text} 次。", horizon.zh),
            )
        }
        Err(reason) => stop(&print::reasoned(reason)),
    };
    let value = match worth {
        Ok(worth) => {
            let text = print::level(evaluation::Unit::Money, worth);
            Words::new(format!("That is worth {}.", text.en), format!("价值 {}。", text.zh))
        }
        Err(reason) => stop(&print::reasoned(reason)),
    };
    if purchases == value { purchases } else { print::joined(&[purchases, value]) }
}

fn stop(words: &Words) -> Words {
    Words::new(format!("Value: {}.", words.en), format!("价值：{}。", words.zh))
}
