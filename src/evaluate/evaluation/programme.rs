//! What a report says of the whole programme: metrics, moves between labels, credit, expected value.

use super::{Figure, Light, Met, Unit, Words};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct MetricReport {
    pub name: String,
    pub label: Option<String>,
    pub unit: Unit,
    pub written: String,
    pub groups: Vec<MetricGroup>,
    /// What a goal about everybody is held against.
    #[serde(default)]
    pub bound: Option<MetricBound>,
}

/// A registered bound, and whether the value of all is inside it now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct MetricBound {
    /// `at least` or `at most` this.
    pub at_least: bool,
    pub value: f64,
    pub met: Met,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct MetricGroup {
    /// Values of `by`, in its order; empty for all.
    pub group: Vec<String>,
    pub value: Figure,
    /// One window earlier.
    pub previous: Figure,
    pub n: u64,
}

/// Moves between labels from one evaluation of a ladder to the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Migration {
    pub ladder: String,
    pub label: Option<String>,
    pub from_day: String,
    pub to_day: String,
    pub labels: Vec<(String, Option<String>)>,
    /// Rows: from; columns: to; aligned with `labels`.
    pub counts: Vec<Vec<u64>>,
    pub changed: Figure,
    /// Population stability index and its 95% critical value.
    pub psi: Figure,
    pub psi_critical: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Attribution {
    pub metric: String,
    pub label: Option<String>,
    /// The registered rule.
    pub rule: String,
    pub lookback_days: f64,
    pub conversions: f64,
    pub rows: Vec<AttributionRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct AttributionRow {
    pub channel: String,
    /// Credit by rule: first, last, linear, position, time decay, Shapley, Markov. Each sums to the conversions.
    pub credits: Vec<(String, Figure)>,
    pub cost: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Lifetime {
    pub metric: String,
    pub label: Option<String>,
    pub customers: u64,
    /// BG/NBD: r, alpha, a, b; log-likelihood. Gamma-gamma: p, q, v.
    pub parameters: Vec<(String, Figure)>,
    /// Over the horizon of the metric.
    pub expected_purchases: Figure,
    pub expected_value: Figure,
    pub horizon: String,
    pub sentence: Words,
}

/// How far one limited thing has gone, beside how much of its time is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Pace {
    /// `budget` of a strategy, or `places` of an offer.
    pub what: String,
    /// Name of the strategy or the offer.
    pub name: String,
    pub label: Option<String>,
    /// Of what span of time the limit is: `per calendar week`; empty for all of it.
    pub window: String,
    /// `money` or `number`.
    pub unit: Unit,
    pub whole: f64,
    pub used: f64,
    pub share: Figure,
    /// First and last day the strategy runs, and how much of that is over.
    pub from: Option<String>,
    pub to: Option<String>,
    pub elapsed: Figure,
    pub light: Light,
    pub sentence: Words,
}
