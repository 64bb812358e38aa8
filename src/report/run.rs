//! What one run decided, for people who will not open the lists: who was considered, what is to be done, who was left out and why.
//!
//! The report may be passed on, so a number of fewer than ten subjects is shown as `<10`, and nothing that would give it away by
//! subtraction is shown beside it; see [`Tally`] and `anonymity`.

mod anonymity;
mod html;
mod markdown;
mod view;

pub use html::html;
pub use markdown::markdown;

use crate::evaluate::evaluation::Words;

/// Fewer subjects than these are not counted out in a report that may be passed on.
pub const FEWEST_SHOWN: u64 = 10;

/// Rows, and whether they are about fewer than [`FEWEST_SHOWN`] subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub rows: u64,
    pub few: bool,
}

impl Tally {
    /// Rows of which one subject has at most `each`.
    #[must_use]
    pub fn new(rows: u64, each: u64) -> Self {
        Self { rows, few: rows > 0 && rows < FEWEST_SHOWN.saturating_mul(each.max(1)) }
    }
}

/// A name with its display name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Name {
    pub name: String,
    pub label: Option<String>,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunReport {
    pub program: String,
    /// Hex.
    pub program_hash: String,
    pub run_id: String,
    pub as_of: String,
    pub previous_run: Option<String>,
    /// Up to when the run looked ahead.
    pub ahead_until: Option<String>,
    pub currency: String,
    pub strategies: Vec<StrategyRun>,
    /// In the order of the program.
    pub actions: Vec<ActionCell>,
    pub exclusions: Vec<ExclusionCell>,
    pub assignments: Tally,
    /// Channels that some strategy uses.
    pub channels: Vec<ChannelUse>,
    /// Segments and ladders with the subjects they hold, and those they could not decide.
    pub groups: Vec<Group>,
    pub journeys: Vec<JourneyCell>,
    pub alerts: Vec<Alert>,
    pub inputs: Vec<Input>,
}

/// The tie-out of a strategy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrategyRun {
    pub name: Name,
    pub owner: Option<String>,
    pub approver: Option<String>,
    pub class: Option<String>,
    /// Subjects that were considered, and those of them with an action or a reason.
    pub candidates: u64,
    pub accounted_for: u64,
}

/// Actions of one strategy, tier, arm and channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionCell {
    pub strategy: Name,
    pub tier: Option<Name>,
    pub arm: Option<String>,
    /// `None` for operational actions.
    pub channel: Option<Name>,
    pub actions: Tally,
}

/// Exclusions of one strategy by one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExclusionCell {
    pub strategy: Name,
    /// The word of outputs: `contact_policy`.
    pub layer: String,
    pub layer_words: Words,
    pub rule: String,
    /// The author's title, or what is said of rules that no author wrote.
    pub title: Option<Words>,
    pub exclusions: Tally,
}

/// What a channel had to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelUse {
    pub channel: Name,
    /// Minor units of the currency: price of a contact times contacts.
    pub cost: i64,
    /// Time of people.
    pub staff_minutes: i64,
    /// Who has to do it: people, and the most that one of them has.
    pub people: u64,
    pub busiest: Tally,
}

/// Subjects of a segment or of the labels of a ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// As the run counts it: `segment dormant`.
    pub watch: String,
    /// Labels with their subjects; a segment's are those inside it, under the empty name.
    pub counts: Vec<(Name, Tally)>,
    pub undecided: Tally,
    /// Columns whose missing values can leave it undecided: `table.column`.
    pub may_be_missing: Vec<String>,
}

/// What happened in journeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JourneyCell {
    pub strategy: Name,
    /// Empty for exits.
    pub wave: String,
    pub event: JourneyEvent,
    /// Why: the exit's name, or what waits.
    pub reason: Option<String>,
    pub subjects: Tally,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JourneyEvent {
    Executed,
    Skipped,
    Deferred,
    Exited,
}

/// A line that was crossed, or that was not judged for lack of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub name: String,
    pub group: String,
    pub raised: bool,
    pub to: String,
    pub value: String,
    pub n: u64,
    pub reason: String,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub table: String,
    pub file: String,
    pub rows: u64,
    /// blake3, hex.
    pub hash: String,
}

impl RunReport {
    /// Every strategy has as many subjects accounted for as considered.
    #[must_use]
    pub fn ties(&self) -> bool {
        self.strategies.iter().all(|strategy| strategy.candidates == strategy.accounted_for)
    }
}
