//! What `strat evaluate` judges: arms, figures of every customer, goals, and the terms registered for the judgement.
//!
//! A trial is a strategy with arms or goals, a comparison of whole strategies, or an experiment that somebody else assigned. All its
//! nodes are of the space of its table; engines compute them for every row of which `assigned` is true, as for anything else.

use super::NodeId;
use crate::source::Span;
use crate::types::{TableId, Type};
use serde::{Deserialize, Serialize};

/// Where a trial comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TrialKind {
    Strategy,
    /// Arms are whole strategies.
    Compare,
    /// Assigned outside strat; read from columns.
    Experiment,
    /// Everybody whom the strategies under a policy would take, against its control group.
    Programme,
}

/// How units came into their arms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Design {
    /// By chance: differences may be called lifts.
    Randomised,
    /// Otherwise: "adjusted difference" at best, never shipped. `because` is the author's word on how they came there.
    Observed { because: Option<String> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialArm {
    /// The value `arm` has for its units.
    pub name: String,
    pub label: Option<String>,
    /// The registered share as a fraction; `None` where none was said (then equal shares are not assumed and no ratio is tested).
    pub share: Option<f64>,
    pub control: bool,
}

/// How the values of customers become one number per arm. Nodes are held as bool, int or float; money is in minor units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Fold {
    /// Share of customers for whom it is true; the node is a bool, unknown customers are left out and counted.
    Rate { holds: NodeId },
    /// Mean per customer.
    Mean { value: NodeId },
    /// Total over all customers of the arm; compared per customer.
    Sum { value: NodeId },
    /// Σ numerator / Σ denominator: spend per purchase, answers per question.
    Ratio { numerator: NodeId, denominator: NodeId },
    /// In parts per million.
    Quantile { value: NodeId, at: u32 },
    /// How long until something ends: length in `unit`, whether it ended (else it is censored there), and the horizon of the
    /// restricted mean in the same unit.
    Lasting { length: NodeId, ended: NodeId, horizon: Option<f64> },
}

/// One figure of a trial: `rate(exists(…, within 30 days))`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Name of the goal, guard or metric it was written for; unique in the trial.
    pub name: String,
    pub label: Option<String>,
    /// As the author wrote it.
    pub written: String,
    /// `Percent` for rates, `Money`, `Number`, `Duration` …: how it is printed.
    pub ty: Type,
    pub fold: Fold,
    /// Two-valued: everything it looks at has happened. `None` where it has no window: everybody is mature.
    pub mature: Option<NodeId>,
    /// The same value before the entry, for variance reduction, balance and differences in differences; a number or a bool.
    pub before: Option<NodeId>,
    /// Values beyond this percentile of all arms together count as the percentile (parts per million); the uncapped result is shown beside.
    pub cap: Option<u32>,
}

/// How far a goal should move its figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// `+35% rel`: relative to the baseline, 0.35. `×3` is 2.0.
    Relative(f64),
    /// `+3pp`, `+5元`: in units of the figure (fractions for shares, minor units for money).
    Absolute(f64),
    /// `at most X`, `at least X`: the arm's own level.
    AtMost(f64),
    AtLeast(f64),
    /// `at most control + 0.2pp`: never worse than the baseline by more than this margin ≥ 0; `up` of the goal says which way is good.
    Margin(f64),
    /// A metric that is only watched.
    None,
}

/// What a goal is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Baseline {
    Control,
    /// The figure over another window or of other people: a measure of the same trial, by index. Not a randomised comparison.
    Measure(usize),
    /// An arithmetic over figures of the same arm, such as minutes per customer kept. Not a randomised comparison.
    Figure(Formula),
    /// A fixed bound.
    Bound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GoalRole {
    /// The first goal is the primary one.
    Goal,
    Guard,
    /// A metric beside the registered ones.
    Exploratory,
}

/// An arithmetic over the figures of one arm against its baseline; what `decide` and compound goals are made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Formula {
    /// The arm's level of a measure.
    Measure(usize),
    Number(f64),
    /// What the arm cost so far, in minor units.
    Cost,
    /// Staff minutes of the arm.
    Minutes,
    /// Customers of the arm beyond what the baseline rate would have given: (rate − baseline) × n. The index of a goal.
    Incremental(usize),
    /// Customers of the arm that reached a goal, by index.
    Reached(usize),
    /// Customers of the arm.
    Entered,
    Negate(Box<Formula>),
    Add(Box<Formula>, Box<Formula>),
    Subtract(Box<Formula>, Box<Formula>),
    Multiply(Box<Formula>, Box<Formula>),
    Divide(Box<Formula>, Box<Formula>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialGoal {
    pub name: String,
    pub label: Option<String>,
    pub role: GoalRole,
    /// The registered text: `target +35% rel vs control`.
    pub written: String,
    pub figure: Formula,
    pub ty: Type,
    pub target: Target,
    pub baseline: Baseline,
    /// Whether more is better.
    pub up: bool,
    /// The effect worth having, registered with `worthwhile`: as [`Target::Relative`] or [`Target::Absolute`]; else the target's.
    pub worthwhile: Option<Target>,
    pub span: Span,
}

/// A registered cut: differences are shown for each of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    pub name: String,
    pub label: Option<String>,
    /// Text, choice, bool, int or label.
    pub value: NodeId,
    /// Names and display names of a ladder's labels, in order; empty for texts.
    pub levels: Vec<(String, Option<String>)>,
    /// Arms were drawn within its values: the result is combined over them.
    pub stratified: bool,
    /// Its values are the arms of another trial: where effects differ between them, the two get in each other's way.
    pub beside: bool,
}

/// A number known before the entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Covariate {
    pub name: String,
    pub label: Option<String>,
    /// Bool, int or float.
    pub value: NodeId,
}

/// Whether those who came later are like those who came first: the units in their order, halved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// What units are ordered by, a whole number, a date or a time, as the author wrote it; `None`: by their entry.
    pub along: Option<(NodeId, String)>,
    pub of: Vec<Characteristic>,
}

/// What may have drifted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Characteristic {
    pub name: String,
    pub label: Option<String>,
    pub value: NodeId,
    /// Names and display names of a ladder's labels, in order; empty otherwise.
    pub levels: Vec<(String, Option<String>)>,
    /// Numbers are taken in tenths of the first half, everything else by value.
    pub tenths: bool,
    /// The outcome of the primary goal, not something known before.
    pub outcome: bool,
}

/// When a result may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Looks {
    /// Once, at the planned size.
    Once,
    /// At any time: confidence sequences tuned for this many customers of all arms.
    Anytime { planned: f64 },
}

/// The terms a result is judged by, all registered before it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// Two-sided level, a fraction.
    pub alpha: f64,
    pub power: f64,
    pub looks: Looks,
    /// Mature customers and days before anything is decided.
    pub least_units: u64,
    pub least_days: f64,
    /// What one customer who reached the primary goal is worth, in minor units.
    pub value: Option<f64>,
    /// Shares move from wave to wave.
    pub adaptive: bool,
    /// Least share of an arm, and of the group that stays held out: fractions.
    pub floor: f64,
    pub holdout: f64,
    /// "no worse than control by this margin, and cheaper" counts as a success.
    pub cheaper: Option<f64>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            power: 0.8,
            looks: Looks::Once,
            least_units: 200,
            least_days: 0.0,
            value: None,
            adaptive: false,
            floor: 0.05,
            holdout: 0.05,
            cheaper: None,
        }
    }
}

/// One comparison to be judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Name of the experiment in the ledger `assignments`; of the declaration for [`TrialKind::Experiment`].
    pub name: String,
    pub label: Option<String>,
    pub kind: TrialKind,
    pub owner: Option<String>,
    pub design: Design,
    pub table: TableId,
    pub span: Span,
    /// Two-valued: the row belongs to the trial. Strat's own: it has a row in `assignments`.
    pub assigned: NodeId,
    /// The name of the arm, a text; a value that is no arm of the trial is counted as such.
    pub arm: NodeId,
    pub arms: Vec<TrialArm>,
    /// Indices of strategies whose contacts, costs and minutes count for each arm; all arms of a strategy share its index. Of a programme:
    /// every strategy under its policy, in no relation to the arms.
    pub strategies: Vec<u32>,
    /// When the unit entered, a time; `None` where the rows have none.
    pub entry: Option<NodeId>,
    /// The logged probability of the unit's own arm, a number.
    pub probability: Option<NodeId>,
    /// What a proposed rule would give: the probability of the unit's own arm under it, for off-policy value.
    pub proposed: Option<NodeId>,
    /// Units that were assigned together, a text or int.
    pub cluster: Option<NodeId>,
    /// A score by which uplift is shown in tenths.
    pub score: Option<NodeId>,
    pub measures: Vec<Measure>,
    /// Goals first, then guards, then what is only watched; in written order within each.
    pub goals: Vec<TrialGoal>,
    /// `decide highest E`: whether the highest wins, the formula, and its text.
    pub decide: Option<(bool, Formula, String)>,
    pub cuts: Vec<Cut>,
    /// What observed designs adjust for and randomised ones check for balance.
    pub covariates: Vec<Covariate>,
    pub drift: Option<Drift>,
    pub terms: Terms,
}

impl Trial {
    /// Place of the control arm among the arms.
    #[must_use]
    pub fn control(&self) -> Option<usize> {
        self.arms.iter().position(|arm| arm.control)
    }

    /// All nodes an observation reads.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        let mut out = vec![self.assigned, self.arm];
        out.extend([self.entry, self.probability, self.proposed, self.cluster, self.score].into_iter().flatten());
        for measure in &self.measures {
            match &measure.fold {
                Fold::Rate { holds: value } | Fold::Mean { value } | Fold::Sum { value } | Fold::Quantile { value, at: _ } => {
                    out.push(*value)
                }
                Fold::Ratio { numerator, denominator } => out.extend([*numerator, *denominator]),
                Fold::Lasting { length, ended, horizon: _ } => out.extend([*length, *ended]),
            }
            out.extend([measure.mature, measure.before].into_iter().flatten());
        }
        out.extend(self.cuts.iter().map(|cut| cut.value));
        out.extend(self.covariates.iter().map(|covariate| covariate.value));
        if let Some(drift) = &self.drift {
            out.extend(drift.along.iter().map(|(node, _)| *node));
            out.extend(drift.of.iter().map(|own| own.value));
        }
        out
    }
}
