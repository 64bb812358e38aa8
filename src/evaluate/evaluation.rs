//! What a judgement says: plain numbers with their methods, and sentences in both languages. `report.json` is this, written out;
//! every other form of the report is drawn from it and computes nothing.
//!
//! Shares and rates are fractions, money is in units of the currency (yuan), never minor units, times are local and written
//! `2025-07-01 00:00`. A number that cannot be given is its reason ([`Figure`]).

use super::withheld::{Measured, Withheld};
use crate::diag::Language;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The form of `report.json`; a change that readers would notice raises it.
pub const REPORT_FORMAT: u32 = 1;

/// Words in both languages, with their numbers in them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    #[must_use]
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }

    /// One text that is no language's: a name.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { en: text.clone(), zh: text }
    }

    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}

impl From<crate::diag::Text> for Words {
    fn from(text: crate::diag::Text) -> Self {
        Self::new(text.en, text.zh)
    }
}

/// A number, or the reason why there is none: `0.021`, or `{"withheld": "too-few-units", "en": "…", "zh": "…"}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(untagged)]
pub enum Figure {
    Known(f64),
    Withheld(Reason),
}

/// Why a number is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Reason {
    /// [`Withheld::slug`].
    #[cfg_attr(feature = "schema", schemars(description = "A stable word for the reason; never translated."))]
    pub withheld: String,
    #[serde(flatten)]
    pub words: Words,
}

impl Figure {
    #[must_use]
    pub fn known(&self) -> Option<f64> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Withheld(_) => None,
        }
    }
}

impl From<Measured<f64>> for Figure {
    /// An infinite number has no place on a page: it becomes [`Withheld::TooLarge`].
    fn from(measured: Measured<f64>) -> Self {
        match measured.and_then(super::withheld::finite) {
            Ok(value) => Self::Known(value),
            Err(reason) => reason.into(),
        }
    }
}

impl From<Withheld> for Figure {
    fn from(reason: Withheld) -> Self {
        let words = Words::new(reason.sentence(Language::English), reason.sentence(Language::Chinese));
        Self::Withheld(Reason { withheld: reason.slug().to_owned(), words })
    }
}

/// An estimate with its interval; ends are withheld with it, and an end that is open on one side is withheld alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Estimate {
    pub value: Figure,
    pub lower: Figure,
    pub upper: Figure,
}

/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction shown as `8.1%`; differences in percentage points.
    Share,
    /// Yuan.
    Money,
    Number,
    /// −100 to 100.
    Nps,
    Days,
    Months,
    Minutes,
}

/// A whole judgement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Evaluation {
    /// [`REPORT_FORMAT`].
    #[cfg_attr(feature = "schema", schemars(description = "The form of this file.", extend("const" = REPORT_FORMAT)))]
    pub format: u32,
    /// The program's name, its hash, and the file it was read from.
    pub program: String,
    pub program_hash: String,
    pub as_of: String,
    /// The files judged: name, rows, blake3.
    pub inputs: Vec<Input>,
    pub trials: Vec<TrialReport>,
    /// Metrics of the program as of now, by group.
    pub metrics: Vec<MetricReport>,
    /// Who moved from which label to which, per ladder with a history.
    pub migrations: Vec<Migration>,
    /// Credit split over channels, where a metric asks for it.
    pub attributions: Vec<Attribution>,
    /// Expected value of customers, where a metric asks for it.
    pub lifetimes: Vec<Lifetime>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Input {
    pub table: String,
    pub file: String,
    pub rows: u64,
    pub hash: String,
}

/// One trial judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct TrialReport {
    pub name: String,
    pub label: Option<String>,
    pub owner: Option<String>,
    /// `strategy`, `compare` or `experiment`.
    pub kind: String,
    /// Drawn by chance. Everything below avoids "lift" and "caused" where it is not.
    pub randomised: bool,
    /// How units came into their arms, where not by chance.
    pub because: Option<String>,
    /// First and last entry, and days from the first to now.
    pub first_entry: Option<String>,
    pub last_entry: Option<String>,
    pub days: Option<f64>,
    pub alpha: f64,
    /// `once` or `anytime`.
    pub looks: String,
    pub verdict: Verdict,
    pub trust: Vec<Check>,
    pub goals: Vec<GoalRow>,
    pub arms: Vec<ArmRow>,
    pub money: Vec<MoneyRow>,
    pub over_time: Vec<Series>,
    /// Units entered by day and arm: days ascending, counts aligned with `arms`.
    pub exposure: Vec<ExposureDay>,
    pub cuts: Vec<CutReport>,
    pub uplift: Option<UpliftReport>,
    pub funnel: Vec<FunnelStage>,
    pub survival: Vec<SurvivalReport>,
    /// Ways of estimating without chance, side by side; empty for randomised trials.
    pub adjusted: Vec<AdjustedRow>,
    /// Covariates before the entry: standardised differences, and after weighting where there is one.
    pub balance: Vec<BalanceRow>,
    /// Value of a proposed rule from logged probabilities.
    pub off_policy: Option<OffPolicyReport>,
    /// A comparison of whole versions: the decision's table.
    pub versions: Option<VersionsReport>,
    pub proposals: Vec<Proposal>,
    /// Every test that was run, also those not shown above.
    pub tests: Vec<TestRow>,
    /// Departures from what was registered, exclusions with counts, definitions.
    pub notes: Vec<Words>,
}

/// The card at the top: one sentence and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Verdict {
    /// `R0` … `R9`.
    pub rule: String,
    pub title: Words,
    /// Whether the primary goal is met.
    pub met: Met,
    /// "Goal: +0.5 pp … Result: +0.62 pp (0.31 to 0.93). Met."
    pub sentence: Words,
    /// What to do now.
    pub action: Words,
    /// What would change the answer.
    pub would_change: Words,
    /// The arm the verdict is about, by name: the best treatment arm against control.
    pub arm: Option<String>,
    /// Every rule in its order, fired or not, with its numbers; for the arm above.
    pub findings: Vec<Finding>,
    /// The rule for every treatment arm.
    pub by_arm: Vec<ArmVerdict>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ArmVerdict {
    pub arm: String,
    pub rule: String,
    pub title: Words,
    pub action: Words,
    pub findings: Vec<Finding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Met {
    Met,
    NotMet,
    NotYetKnowable,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Finding {
    pub rule: String,
    pub title: Words,
    /// `decides`, `outranked` or `rejected`.
    pub standing: String,
    pub facts: Vec<FindingFact>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct FindingFact {
    pub what: Words,
    /// Goal, guardrail or arm it is about; empty for the whole.
    pub of: String,
    pub value: Figure,
    /// `<`, `≤`, `>` or `≥`.
    pub sign: String,
    pub limit: f64,
    pub holds: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Light {
    Green,
    Amber,
    Red,
}

/// One check of whether the comparison can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Check {
    /// `sample-ratio`, `several-arms`, `leak`, `join-health`, `balance`, `maturity`, `contamination`, `drift`, `size`, `probabilities` …
    pub slug: String,
    pub title: Words,
    pub light: Light,
    /// What was found, with its numbers.
    pub sentence: Words,
    pub value: Figure,
    /// The limit it is held against.
    pub limit: Option<f64>,
}

/// One goal, guard or watched metric in one arm against its baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct GoalRow {
    pub name: String,
    pub label: Option<String>,
    /// `goal`, `guard` or `exploratory`.
    pub role: String,
    pub unit: Unit,
    /// As registered: `target +35% rel vs control`; and the figure's own text.
    pub registered: String,
    pub figure: String,
    pub arm: String,
    /// The arm compared with; `control`, or another arm.
    pub against: String,
    pub n: u64,
    pub n_against: u64,
    /// Successes of rates.
    pub count: Option<f64>,
    pub count_against: Option<f64>,
    pub level: Figure,
    pub level_against: Figure,
    /// Arm minus baseline, at level 1 − alpha. "adjusted difference" where units were not drawn by chance.
    pub difference: Estimate,
    /// Relative, by Fieller; withheld where not randomised.
    pub lift: Estimate,
    pub p: Figure,
    pub p_adjusted: Figure,
    /// Chance that the arm is better than what it is compared with.
    pub chance: Figure,
    /// The difference that can be seen with the units there are.
    pub detectable: Figure,
    /// Guards: `safe`, `unproven` or `breached`.
    pub guard: Option<String>,
    pub met: Met,
    /// Units left out because their value is not known, and units not yet mature, in both arms.
    pub unknown: u64,
    pub immature: u64,
    pub method: Words,
    /// Capped, variance-reduced and rank versions of the same comparison.
    pub beside: Vec<Beside>,
}

/// The same comparison by another method, shown beside the decision's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Beside {
    /// `uncapped`, `capped`, `variance-reduced`, `stratified`, `rank`, `bayes`, `clustered` …
    pub slug: String,
    pub title: Words,
    pub difference: Estimate,
    pub p: Figure,
    /// Cap, share of variance saved, design effect …
    pub extra: Option<(Words, Figure)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct ArmRow {
    pub name: String,
    pub label: Option<String>,
    pub control: bool,
    /// Registered share, share found, share proposed for the next wave.
    pub share: Option<f64>,
    pub found: Figure,
    pub proposed: Option<f64>,
    pub assigned: u64,
    pub reached: u64,
    /// Level of the primary goal.
    pub level: Estimate,
    /// Chance of being the best arm on the primary goal, and expected loss if chosen.
    pub best: Figure,
    pub loss: Figure,
    pub cost: f64,
    pub staff_minutes: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct MoneyRow {
    pub arm: String,
    pub contacted: u64,
    pub cost: f64,
    /// What one success is worth as registered; `None`: benefit not priced.
    pub value: Option<f64>,
    pub incremental: Estimate,
    pub cost_per_incremental: Figure,
    pub benefit: Estimate,
    pub net: Estimate,
    pub roi: Figure,
    /// The difference at which benefit equals cost.
    pub break_even: Figure,
    pub net_per_thousand: Estimate,
}

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
    /// How the formula of the rule ([`VersionRow::decided_by`]) is printed.
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct MetricReport {
    pub name: String,
    pub label: Option<String>,
    pub unit: Unit,
    pub written: String,
    pub groups: Vec<MetricGroup>,
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
