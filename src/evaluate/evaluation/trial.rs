//! One trial judged: its verdict, whether it can be trusted, its goals, arms and money.

use super::{
    AdjustedRow, BalanceRow, CutReport, DriftReport, Estimate, ExposureDay, Figure, FunnelStage, OffPolicyReport, Proposal, Series,
    SurvivalReport, TestRow, Unit, UpliftReport, VersionsReport, Words,
};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One trial judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct TrialReport {
    pub name: String,
    pub label: Option<String>,
    pub owner: Option<String>,
    /// `strategy`, `compare`, `experiment` or `programme`.
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
    /// Whether those who came later were like those who came first, where that was registered.
    pub drift: Option<DriftReport>,
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
    /// Whether more is better.
    #[serde(default = "more_is_better")]
    pub up: bool,
    /// The difference that the row is held against, in units of the figure: what the goal asks for; a guard's margin, on the side that
    /// is worse. `None` for watched metrics and where it cannot be put as a difference.
    #[serde(default)]
    pub threshold: Option<f64>,
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

fn more_is_better() -> bool {
    true
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
