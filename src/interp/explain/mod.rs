//! Why one subject got what it got: plain data, then text.
//!
//! The data holds positions, not source text, because a stored program has no text. Values of columns that hold personal data are
//! masked, and so is every value that was copied or computed from one (a label or a condition that looked at one is not).

mod naming;
mod reason;
mod render;
mod subject;
mod wording;

pub(super) use reason::condition_in_words;
pub use render::render;
pub use subject::{explain, explain_row};
pub use wording::{rule_words, stage_words};

use crate::ir::FactKind;
use crate::source::Span;
use serde::Serialize;

/// What is printed for a masked value.
pub const MASK: &str = "•••";

/// A three-valued answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    True,
    False,
    Unknown,
}

/// A named value that an answer depended on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// `table.column`, the name of a fact, `count(transactions)`, `bucket`.
    pub name: String,
    pub label: Option<String>,
    /// As people read it; `None` is missing.
    pub value: Option<String>,
    /// Whether `value` is hidden.
    pub masked: bool,
}

/// The smallest part of a condition that decides it, with what it looked at.
///
/// For an `and` that is false that is its first false operand, for an `or` that is true its first true one. For an unknown
/// condition `seen` lists the missing leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The answer of the whole condition.
    pub truth: Truth,
    /// Where the deciding part is written.
    pub span: Span,
    pub seen: Vec<Seen>,
}

/// One fact about the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactView {
    pub kind: FactKind,
    pub name: String,
    pub label: Option<String>,
    pub span: Span,
    /// As people read it; `None` is missing or unknown.
    pub value: Option<String>,
    pub masked: bool,
    /// The author's words for the ladder row that won.
    pub because: Option<String>,
    /// Where the ladder row that won is written.
    pub row: Option<Span>,
    /// What the rows of a score added, in written order; rows that added nothing are left out.
    pub points: Vec<PointsView>,
    /// Why a segment is true, false or unknown, and why any other fact is missing.
    pub reason: Option<Reason>,
}

/// One row of a score that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PointsView {
    /// With its sign: `+30`.
    pub points: String,
    /// The author's words.
    pub because: Option<String>,
    pub span: Span,
}

/// One rule that could stop the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateView {
    /// The word of the stage: `consent`.
    pub stage: &'static str,
    pub rule: String,
    pub label: Option<String>,
    /// The wave it was asked for.
    pub wave: Option<String>,
    /// The template or operational action it was asked for; `None` for rules of a whole wave.
    pub action: Option<String>,
    pub span: Span,
    /// Whether this rule is the one that stops.
    pub stops: bool,
    /// Whether the question came up: rules over places and contacts ask only for those who got that far.
    pub reached: bool,
    /// What the exclusions record beside the rule: the strategy that won, the channel that is full, all rules that fail.
    pub detail: Option<String>,
    pub reason: Reason,
}

/// One action the strategy could take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionView {
    pub wave: String,
    pub wave_number: u32,
    /// `None` for operational actions.
    pub channel: Option<String>,
    pub name: String,
    pub span: Span,
    pub emitted: bool,
    /// The text, personal data masked; only for emitted actions.
    pub message: Option<String>,
}

/// The smallest reason why a strategy does nothing for the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// The trigger does not fire, or nothing is due in a journey.
    NotTriggered(Reason),
    /// A rule stops it.
    Stopped { stage: &'static str, rule: String, label: Option<String>, reason: Reason },
    /// The subject is in the control group.
    Control { arm: String },
    /// It passed, but no action applies now.
    NothingDue,
}

/// One strategy for the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrategyView {
    pub name: String,
    pub label: Option<String>,
    pub span: Span,
    pub trigger: Reason,
    pub candidate: bool,
    /// In the order of the run. A rule asked for several waves or actions is told for those the subject came to, else once.
    pub gates: Vec<GateView>,
    pub assigned: bool,
    pub arm: Option<String>,
    /// 0 to 9999; `None` without arms or when not assigned.
    pub bucket: Option<i64>,
    pub actions: Vec<ActionView>,
    /// Names of the exits by which the journey ends now.
    pub exits: Vec<String>,
    /// `None` when an action is emitted.
    pub absence: Option<Absence>,
}

/// A param in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ParamView {
    /// Qualified name.
    pub name: String,
    /// As the author wrote it: `5万元`.
    pub value: String,
}

/// Everything a program says about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The subject's table.
    pub table: String,
    /// Its key.
    pub subject: String,
    /// The params in force.
    pub params: Vec<ParamView>,
    pub facts: Vec<FactView>,
    pub strategies: Vec<StrategyView>,
}
