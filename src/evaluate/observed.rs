//! What was observed of a trial: sizes, sums and counts per arm, cut and day. Everything the judgement needs and nothing of any
//! single customer, but for the lists that some methods cannot do without ([`Rows`]).
//!
//! Sums are exact integers ([`Tally`]), so no order of rows or threads changes a bit of what is judged.

use super::moments::{Moments, PairMoments, Sample};
use super::tally::{PairTally, Tally};
use crate::ir::Trial;
use std::collections::BTreeMap;

/// All that was observed of one trial. Vectors named `arms` align with `trial.arms`.
#[derive(Debug, Clone)]
pub struct Observed {
    pub trial: Trial,
    /// T, milliseconds of local time.
    pub as_of: i64,
    pub arms: Vec<ObservedArm>,
    /// Units whose arm is none of the trial's, by its value.
    pub foreign_arms: BTreeMap<String, u64>,
    /// Units that the ledger lists in more than one arm; they are in no arm here.
    pub several_arms: u64,
    /// Rows of `assignments` whose unit is not in the table of subjects, per arm.
    pub lost: Vec<u64>,
    /// Who entered when: instant of entry (ms), then per arm how many and the share logged for them.
    pub phases: BTreeMap<i64, Vec<Entered>>,
    /// Aligned with `trial.measures`.
    pub measures: Vec<ObservedMeasure>,
    /// Aligned with `trial.cuts`.
    pub cuts: Vec<ObservedCut>,
    /// Aligned with `trial.covariates`; per arm.
    pub covariates: Vec<Vec<Tally>>,
    /// Where a drift was registered.
    pub drift: Option<ObservedDrift>,
    /// Only where a method needs single customers: observed designs with covariates, clusters, scores, logged probabilities.
    pub rows: Option<Rows>,
}

/// Who entered one arm at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Entered {
    pub units: u64,
    /// The probability logged for them; `None` where none was.
    pub share: Option<f64>,
}

/// One arm as a whole.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObservedArm {
    pub assigned: u64,
    /// Units with at least one contact of the trial's strategies since their entry.
    pub reached: u64,
    /// Contacts of the trial's strategies, by channel.
    pub contacts: BTreeMap<String, u64>,
    /// Units by the furthest state any contact of theirs got to: `sent`, `delivered`, `opened`, `clicked`, `failed`.
    pub statuses: BTreeMap<String, u64>,
    /// Units with a response of each kind since their entry.
    pub responses: BTreeMap<String, u64>,
    /// Minor units: contacts, offers and operations.
    pub cost: i128,
    /// Milliseconds of staff time.
    pub staff: i128,
    /// Units that other strategies contacted since their entry.
    pub elsewhere: u64,
    /// Candidates left out before assignment are not known by arm; see the manifest of each run.
    pub exits: BTreeMap<String, u64>,
}

/// One measure in one arm.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Mature units whose value is known: what decisions rest on. Numerator of ratios.
    pub value: Tally,
    /// Ratios: numerator as x, denominator as y, of mature units where both are known.
    pub ratio: PairTally,
    /// The value before the entry as x, the value as y, of mature units where both are known.
    pub before: PairTally,
    /// Mature units whose value is not known; they are left out.
    pub unknown: u64,
    /// Units whose window is not over.
    pub immature: u64,
    /// Values so far of units whose window is not over: watched, never decided on.
    pub early: Tally,
    /// Ascending; kept for quantiles, caps and skewness, of figures that are not rates.
    pub values: Vec<f64>,
    /// For `Lasting`: days or other units of the length (rounded to 1e-6) → (ended, censored).
    pub spells: BTreeMap<i64, (u64, u64)>,
}

/// One measure over arms and days.
#[derive(Debug, Clone, Default)]
pub struct ObservedMeasure {
    pub arms: Vec<Cell>,
    /// By day of entry (days since 1970), per arm: mature units with a known value. For ratios the pair, else the value as x.
    pub by_day: BTreeMap<i32, Vec<PairTally>>,
}

/// One cut.
#[derive(Debug, Clone, Default)]
pub struct ObservedCut {
    /// In the order of a ladder's labels, else sorted; at most [`MOST_LEVELS`], the rest together as the last, named `(other)`.
    pub levels: Vec<ObservedLevel>,
}

/// Levels of a cut that are shown singly.
pub const MOST_LEVELS: usize = 20;

/// One value of a cut.
#[derive(Debug, Clone, Default)]
pub struct ObservedLevel {
    /// Empty for customers whose value is missing.
    pub name: String,
    pub label: Option<String>,
    /// Assigned units per arm.
    pub assigned: Vec<u64>,
    /// Per measure, per arm: mature units with a known value (ratios: numerator x, denominator y).
    pub measures: Vec<Vec<PairTally>>,
}

/// The units in the order in which they came, halved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObservedDrift {
    /// What they are ordered by, as it is shown; `None`: their entry.
    pub along: Option<String>,
    pub units: Halves,
    /// Units without a place in the order; they are in neither half.
    pub unplaced: u64,
    /// Aligned with the registered characteristics.
    pub of: Vec<ObservedCharacteristic>,
}

/// How many of each value were among those who came first and later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObservedCharacteristic {
    /// Name (empty where the value is missing; `#1` … for the tenths of a number) and display name, in the order of a ladder's labels, else
    /// sorted by name.
    pub bins: Vec<(String, Option<String>, Halves)>,
}

/// A count of the first half and of the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Halves {
    pub first: u64,
    pub later: u64,
}

/// Who had which label of a ladder at its last two evaluations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Moves {
    pub ladder: String,
    pub label: Option<String>,
    /// Days since 1970.
    pub from: i32,
    pub to: i32,
    /// Names and display names, in the ladder's order.
    pub labels: Vec<(String, Option<String>)>,
    /// Rows: label at the first evaluation; columns: at the last; aligned with `labels`. Who had a label at one of them only is not here.
    pub counts: Vec<Vec<u64>>,
    /// Who had no label at the first of the two.
    pub new: u64,
}

/// Single customers, all lists of one length, in the order of the table's key.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Index of the arm.
    pub arm: Vec<u32>,
    /// Per measure; NaN where the value is not known or not mature. Never leaves this room.
    pub values: Vec<Vec<f64>>,
    /// Per measure with a `before`; empty otherwise.
    pub before: Vec<Vec<f64>>,
    /// Per covariate; NaN where missing.
    pub covariates: Vec<Vec<f64>>,
    pub probability: Vec<f64>,
    pub proposed: Vec<f64>,
    /// Numbered in order of first appearance.
    pub cluster: Vec<u64>,
    pub score: Vec<f64>,
}

impl Halves {
    /// Counts one of the later half (`true`), of the first, or of neither.
    pub fn add(&mut self, later: Option<bool>) {
        match later {
            Some(false) => self.first += 1,
            Some(true) => self.later += 1,
            None => {}
        }
    }
}

impl Cell {
    /// Mature units with a known value.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.value.count()
    }

    #[must_use]
    pub fn sample(&self) -> Sample {
        self.value.moments().sample()
    }
}

impl ObservedLevel {
    /// The moments of one measure in one arm.
    #[must_use]
    pub fn moments(&self, measure: usize, arm: usize) -> Moments {
        self.measures.get(measure).and_then(|arms| arms.get(arm)).map_or_else(Moments::default, |tally| tally.x().moments())
    }

    /// Numerator and denominator of a ratio.
    #[must_use]
    pub fn pair(&self, measure: usize, arm: usize) -> PairMoments {
        self.measures.get(measure).and_then(|arms| arms.get(arm)).map_or_else(PairMoments::default, PairTally::moments)
    }
}
