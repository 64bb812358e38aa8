//! The typed program: what engines execute. It holds no names to resolve, no types to check and no choice of engine.
//!
//! A program is one graph of [`Node`]s, each built once (equal nodes share one id), and a list of [`Emission`]s: for every output
//! row a run may write, the flag that says for which subjects, and the node of each field. Triggers, policies, arms, waves and
//! quotas are all nodes, so an engine that evaluates nodes runs every strategy.
//!
//! **Spaces.** A node is evaluated once per row of its space: a table, or nothing for constants. A [`Kind::Via`] crosses to
//! another table along a key, a [`Kind::Aggregate`] folds rows of another table. Inside the row expressions of an aggregate,
//! [`Kind::Outer`] reads a node of the surrounding space.
//!
//! **Meaning.** Booleans are three-valued (Kleene). A missing operand makes arithmetic and comparison missing. Overflow and
//! division by zero are missing. Children always have smaller ids than their parents.

mod artifact;
mod graph;
mod node;
mod study;
mod trial;
mod window;

pub use artifact::{ArtifactError, FORMAT_VERSION, read_artifact, write_artifact};
pub use graph::Graph;
pub use node::*;
pub use study::*;
pub use trial::*;

use crate::source::Span;
use crate::types::{LadderId, Table, TableId, Type, Value};
use serde::{Deserialize, Serialize};

/// A ladder's labels (tiers, partition, lexicon, arms), in written order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// Qualified name: `rfm.octant`.
    pub name: String,
    pub label: Option<String>,
    pub labels: Vec<LadderLabel>,
    /// Whether the first label is the best one; `None` when labels have no order.
    pub best_first: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderLabel {
    pub name: String,
    /// Display name.
    pub label: Option<String>,
}

/// What a named fact was declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FactKind {
    Feature,
    Segment,
    Tiers,
    Partition,
    Score,
    Model,
    Tag,
    Cohort,
}

/// A named node: what `explain` prints and `count` accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    pub kind: FactKind,
    /// Qualified name: `rfm.octant`; facts of the entry file have none before the dot.
    pub name: String,
    pub label: Option<String>,
    pub node: NodeId,
    pub table: TableId,
    pub span: Span,
    /// Rows of a ladder in order, with the reason printed when the row wins.
    pub rows: Vec<FactRow>,
    /// A cohort that strategies use: runs as of an earlier instant are refused.
    pub not_before: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRow {
    /// Label ordinal; in a score the row's place from 0.
    pub label: u32,
    /// `None` for `otherwise`, `when unknown`, and points that everybody gets.
    pub condition: Option<NodeId>,
    /// What the row of a score adds for this subject; never missing. `None` in ladders.
    pub points: Option<NodeId>,
    pub because: Option<String>,
    pub span: Span,
}

/// Where in the order of a run something happens; also the `stage` column of the exclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stage {
    Trigger,
    Legal,
    Consent,
    Eligibility,
    Suitability,
    Assignment,
    Contact,
    Arbitration,
    Quota,
    Capacity,
    Budget,
    /// Decided, but nothing is to be done: `none because …`.
    Plan,
}

impl Stage {
    /// The word written to outputs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Stage::Trigger => "trigger",
            Stage::Legal => "legal",
            Stage::Consent => "consent",
            Stage::Eligibility => "eligibility",
            Stage::Suitability => "suitability",
            Stage::Assignment => "assignment",
            Stage::Contact => "contact_policy",
            Stage::Arbitration => "arbitration",
            Stage::Quota => "quota",
            Stage::Capacity => "capacity",
            Stage::Budget => "budget",
            Stage::Plan => "plan",
        }
    }

    /// The stage that is written as this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Stage> {
        use Stage::{Arbitration, Assignment, Budget, Capacity, Consent, Contact, Eligibility, Legal, Plan, Quota, Suitability, Trigger};
        let all = [Trigger, Legal, Consent, Eligibility, Suitability, Assignment, Contact, Arbitration, Quota, Capacity, Budget, Plan];
        all.into_iter().find(|stage| stage.word() == word)
    }
}

/// One rule that can stop a candidate, in order of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub stage: Stage,
    /// The recorded reason: `open_12_months`.
    pub rule: String,
    pub label: Option<String>,
    /// The rule as a three-valued condition.
    pub condition: NodeId,
    /// Two-valued: this gate is the one that stops the candidate.
    pub stops: NodeId,
    /// Two-valued: the subject got that far, to the wave or the action the rule is asked for.
    pub asked: NodeId,
    /// The wave it is asked for; `None` before the plan.
    pub wave: Option<String>,
    /// Template or operational action it is asked for; `None` for rules of a whole wave.
    pub action: Option<String>,
    pub span: Span,
}

/// One thing a strategy may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub wave: String,
    /// Place of the wave in the plan, from 1.
    pub wave_number: u32,
    /// `sms` for contacts, `None` for operational actions.
    pub channel: Option<String>,
    /// Template of a contact, or name of an operational action.
    pub name: String,
    /// Two-valued: it is emitted.
    pub emitted: NodeId,
    /// The text sent.
    pub message: Option<NodeId>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    pub name: String,
    /// Share in basis points of 10,000.
    pub share: u32,
    pub control: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    pub name: String,
    /// Two-valued: a journey ends here in this run.
    pub node: NodeId,
    pub span: Span,
}

/// A wave of a plan, for the comparison with the plan that people in flight entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanWave {
    pub name: String,
    /// Names it had before.
    pub was: Vec<String>,
    /// The delay as written; empty when there is none.
    pub after: String,
}

/// A strategy as explain, tests and summaries see it; engines need only its emissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    pub name: String,
    pub label: Option<String>,
    pub table: TableId,
    pub owner: Option<String>,
    pub approver: Option<String>,
    pub class: Option<String>,
    pub span: Span,
    /// The trigger, three-valued.
    pub trigger: NodeId,
    /// Where the triggers are written.
    pub trigger_span: Span,
    /// Two-valued: the subject is considered in this run, newly entered or with something due in its journey.
    pub candidate: NodeId,
    pub gates: Vec<Gate>,
    /// Two-valued: passed every stage before assignment.
    pub assigned: NodeId,
    /// A label of `arm_ladder`; missing when not assigned.
    pub arm: Option<NodeId>,
    pub arm_ladder: Option<LadderId>,
    pub arms: Vec<Arm>,
    pub salt: String,
    pub plan: Vec<PlanWave>,
    pub actions: Vec<Action>,
    pub exits: Vec<Exit>,
}

/// Which file an emission's rows go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Output {
    Actions,
    Exclusions,
    Assignments,
    /// Ledger `entries`: who entered which strategy when, with arm.
    Entries,
    /// Ledger `contacts`.
    Contacts,
    /// Ledger `grants`.
    Grants,
    /// Ledger `tier_history`.
    TierHistory,
    /// Ledger `journeys`: waves executed or skipped, and exits.
    Journeys,
    /// Alerts: one row per group in which a condition over figures holds, or too few rows were found.
    Alerts,
    /// Values of metrics, for a report; see [`Program::metrics`].
    Metrics,
    /// Rows of any other ledger: members of a cohort, what an action `writes`.
    Ledger(TableId),
}

/// Rows of one output: one for every subject whose `flag` is true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emission {
    pub output: Output,
    /// The space of `flag` and of all fields.
    pub table: TableId,
    /// Two-valued.
    pub flag: NodeId,
    /// Field name and node, in the order of the file. Label fields are already texts. Fields missing here are empty.
    pub fields: Vec<(String, NodeId)>,
    /// Index of the strategy it belongs to, if any.
    pub strategy: Option<u32>,
}

/// Something every run counts: true, false and unknown of a condition, or subjects per label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// `segment dormant`, `tiers worth`, `strategy wake_up exclude open_12_months`.
    pub name: String,
    pub table: TableId,
    /// A bool or a label.
    pub node: NodeId,
    /// Columns that may be missing and feed it, as `table.column`, for the report of undecided subjects.
    pub reads: Vec<String>,
}

/// A channel with what one contact costs in minor units and staff milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub name: String,
    pub label: Option<String>,
    pub cost: i64,
    pub staff_milliseconds: i64,
}

/// A model whose scores are computed in the run: before anything else is decided, its network is fed the inputs of every row of
/// `table`, and each score becomes a row of `scores`. Models whose inputs read the score of another come after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// What stands in the column `model` of its scores.
    pub name: String,
    /// What stands in the column `version`.
    pub version: Option<String>,
    /// The file of the network as the author wrote it, relative to the folder of the entry file.
    pub file: String,
    /// blake3 of the file, hex, once it was read; part of what makes a program another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    pub table: TableId,
    pub scores: TableId,
    /// The column of `scores` that names the row of `table`.
    pub unit: crate::types::ColumnId,
    /// Float nodes about `table`, in the order in which the network expects them. Where one is missing there is no score.
    pub inputs: Vec<NodeId>,
    pub span: Span,
}

/// A param in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Param {
    pub name: String,
    /// As the author would write it: `6 months`, `5万元`.
    pub value: String,
    pub range: Option<(String, String)>,
}

/// A table given in a test, row by row; cells align with `columns`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestTable {
    pub table: TableId,
    pub columns: Vec<crate::types::ColumnId>,
    pub rows: Vec<Vec<Value>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Expectation {
    /// Emitted by any strategy; `name` is the template of a send or the action of a do.
    Send {
        channel: String,
        template: Option<String>,
        negated: bool,
    },
    Do {
        action: String,
        negated: bool,
    },
    Nothing,
    Excluded {
        rule: String,
    },
    Arm {
        arm: String,
    },
    Text {
        text: String,
    },
    Exit {
        name: String,
    },
    Holds {
        node: NodeId,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestExpectation {
    /// The subject's key as text.
    pub subject: String,
    pub expectation: Expectation,
    pub span: Span,
}

/// One `test` block. Params it overrides are already in `program`, a variant of the whole with those values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    pub title: String,
    /// Milliseconds of local time.
    pub as_of: i64,
    /// The last completed run before it, if the test names one.
    pub previous: Option<i64>,
    pub tables: Vec<TestTable>,
    pub expectations: Vec<TestExpectation>,
    pub subject: TableId,
    pub span: Span,
}

/// A file the program was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReference {
    pub name: String,
    /// blake3 of the text, hex.
    pub hash: String,
}

/// A checked program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// The entry module's name.
    pub name: String,
    pub sources: Vec<SourceReference>,
    /// Table most declarations are about.
    pub subject: TableId,
    pub tables: Vec<Table>,
    pub ladders: Vec<Ladder>,
    pub graph: Graph,
    pub facts: Vec<Fact>,
    pub strategies: Vec<Strategy>,
    pub emissions: Vec<Emission>,
    pub watches: Vec<Watch>,
    pub channels: Vec<Channel>,
    pub params: Vec<Param>,
    /// What `strat evaluate` judges.
    pub trials: Vec<Trial>,
    /// What its report shows besides.
    pub attributions: Vec<AttributionStudy>,
    pub lifetimes: Vec<LifetimeStudy>,
    /// How far budgets and places have gone, one row each, for a report.
    pub pacing: Vec<Emission>,
    /// Figures as of now: one row per metric and group. A run does not write them.
    pub metrics: Vec<Emission>,
    /// Models that are run, in the order of running.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<ModelFile>,
}

/// The horizon of a run that does not look ahead: a time before all others. What is due before the horizon is due now; see
/// [`Program::look_ahead`].
pub const NO_HORIZON: i64 = i64::MIN;

impl Program {
    /// Lets everything that falls due before `until`, in milliseconds of local time, be due in this run.
    pub fn look_ahead(&mut self, until: i64) {
        self.graph.replace_constant(&Type::Time, &Value::Int(NO_HORIZON), &Value::Int(until));
    }

    #[must_use]
    pub fn table(&self, id: TableId) -> Option<&Table> {
        self.tables.get(id.0 as usize)
    }

    #[must_use]
    pub fn find_table(&self, name: &str) -> Option<TableId> {
        let at = self.tables.iter().position(|table| table.name == name)?;
        Some(TableId(u32::try_from(at).ok()?))
    }

    #[must_use]
    pub fn ladder(&self, id: LadderId) -> Option<&Ladder> {
        self.ladders.get(id.0 as usize)
    }

    /// The type of a node; missing ids are impossible in a checked program.
    #[must_use]
    pub fn type_of(&self, id: NodeId) -> Type {
        self.graph.get(id).map_or(Type::Missing, |node| node.ty.clone())
    }
}

/// What a run is relative to. Milliseconds of the project's local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// T: rows at or after it are invisible.
    pub as_of: i64,
    /// The last completed run, if there was one.
    pub previous: Option<i64>,
}

/// Counts of one watch.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Count {
    /// For a condition: `[false, true]`; for a label: subjects per ordinal.
    pub known: Vec<u64>,
    /// Undecided subjects.
    pub unknown: u64,
}
