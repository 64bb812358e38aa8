//! The further sections of a trial: over time, by segment, uplift, funnel, how long customers stay, without chance, versions.

use super::{Estimate, Figure, Light, Unit, Words};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cumulative difference by day of entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Series {
    pub goal: String,
    pub label: Option<String>,
    pub unit: Unit,
    pub arm: String,
    pub points: Vec<SeriesPoint>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SeriesPoint {
    /// `2025-07-01`: everybody who entered until that day.
    pub day: String,
    pub n: u64,
    pub n_against: u64,
    pub difference: Estimate,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ExposureDay {
    pub day: String,
    pub counts: Vec<u64>,
}

/// One registered cut for one goal and arm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CutReport {
    pub name: String,
    pub label: Option<String>,
    pub goal: String,
    pub unit: Unit,
    pub arm: String,
    pub levels: Vec<CutLevel>,
    /// Cochran's Q with its p, I² and τ²; withheld with one level.
    pub q: Figure,
    pub q_p: Figure,
    pub i_squared: Figure,
    pub tau_squared: Figure,
    /// Combined over the levels with their own shares.
    pub stratified: Estimate,
    pub sentence: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct CutLevel {
    pub name: String,
    pub label: Option<String>,
    pub n: u64,
    pub n_against: u64,
    pub level: Figure,
    pub level_against: Figure,
    pub difference: Estimate,
    pub p: Figure,
    /// After Benjamini and Hochberg over the levels.
    pub p_adjusted: Figure,
    pub shrunken: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct UpliftReport {
    pub score: String,
    pub goal: String,
    pub parts: Vec<UpliftPart>,
    /// Share of customers, incremental responses; from (0, 0).
    pub curve: Vec<(f64, f64)>,
    pub coefficient: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct UpliftPart {
    /// From 1, the highest scores.
    pub part: u32,
    pub n: u64,
    pub n_against: u64,
    pub level: Figure,
    pub level_against: Figure,
    pub difference: Estimate,
    pub cumulative: Figure,
    pub profit: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FunnelStage {
    /// `assigned`, `reached`, `delivered`, `opened`, `clicked`, a kind of response, `goal`.
    pub slug: String,
    pub title: Words,
    /// Aligned with the arms.
    pub counts: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SurvivalReport {
    pub goal: String,
    pub label: Option<String>,
    pub unit: Unit,
    pub curves: Vec<SurvivalCurve>,
    pub log_rank: Figure,
    pub log_rank_p: Figure,
    /// Difference of restricted means against control, per treatment arm.
    pub kept_longer: Vec<(String, Estimate)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SurvivalCurve {
    pub arm: String,
    pub label: Option<String>,
    /// Stops where fewer than 20 are at risk.
    pub steps: Vec<SurvivalStep>,
    pub median: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct SurvivalStep {
    pub time: f64,
    pub at_risk: u64,
    pub kept: f64,
    pub lower: Figure,
    pub upper: Figure,
}

/// One way to estimate without chance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct AdjustedRow {
    pub goal: String,
    pub arm: String,
    /// `naive`, `regression`, `weighted`, `trimmed`, `doubly-robust`, `post-stratified`, `difference-in-differences` …
    pub slug: String,
    pub title: Words,
    pub difference: Estimate,
    pub p: Figure,
    /// Effective controls and the like.
    pub effective: Figure,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct BalanceRow {
    pub covariate: String,
    pub label: Option<String>,
    pub arm: String,
    /// Standardised difference before and after weighting.
    pub before: Figure,
    pub after: Option<Figure>,
    pub p: Figure,
}

/// The customers in the order in which they came, halved: is the later half like the first?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct DriftReport {
    /// The column they are ordered by; `None`: their entry.
    pub along: Option<String>,
    pub first: u64,
    pub later: u64,
    /// Customers whose place in the order is not known; they are in neither half.
    #[serde(default)]
    pub unplaced: u64,
    /// The greatest index first.
    pub rows: Vec<DriftRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct DriftRow {
    pub name: String,
    pub label: Option<String>,
    /// The outcome of the primary goal, not something known before.
    pub outcome: bool,
    /// Population stability index, and what it exceeds by chance one time in twenty.
    pub index: Figure,
    pub critical: Figure,
    pub light: Light,
    /// The value that moved most: its share of the first half and of the later one.
    pub moved: Option<DriftMove>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct DriftMove {
    /// Empty where the value is missing; `#3` is the third tenth of a number, counted from the least.
    pub value: String,
    pub label: Option<String>,
    pub first: f64,
    pub later: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct OffPolicyReport {
    pub goal: String,
    pub rows: u64,
    pub inverse: Estimate,
    pub self_normalised: Figure,
    pub effective: Figure,
    /// Whether the log supports an answer; red where not.
    pub supported: bool,
    pub sentence: Words,
}

/// The table of whole versions on one cohort, with the rule beside the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct VersionsReport {
    /// `highest profit`
    pub rule: String,
    /// How the formula of the rule, which each row has as `decided_by`, is printed.
    pub unit: Unit,
    pub rows: Vec<VersionRow>,
    pub chosen: Option<String>,
    pub sentence: Words,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct VersionRow {
    pub arm: String,
    pub label: Option<String>,
    pub n: u64,
    pub reached: Option<f64>,
    pub level: Figure,
    pub lift: Estimate,
    pub difference: Estimate,
    pub incremental: Figure,
    pub cost: f64,
    pub per_incremental: Figure,
    /// The formula of `decide`.
    pub decided_by: Figure,
    /// `control`, `chosen`, `beaten`, `inconclusive`, `guard_breached`, `worse`.
    pub verdict: String,
    pub words: Words,
}

/// An edit to the program, applied by nobody but its owner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Proposal {
    /// `shares`, `param`, `stop`, `ship`, `keep`.
    pub slug: String,
    /// What would change: an arm's name, a param.
    pub what: String,
    pub from: String,
    pub to: String,
    pub because: Words,
    /// Customers and date of the next decision.
    pub next_units: Figure,
    pub next_date: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct TestRow {
    pub goal: String,
    pub arm: String,
    pub against: String,
    pub method: Words,
    pub p: Figure,
    pub p_adjusted: Figure,
}
