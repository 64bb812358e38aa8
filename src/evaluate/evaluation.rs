//! What a judgement says: plain numbers with their methods, and sentences in both languages. `report.json` is this, written out;
//! every other form of the report is drawn from it and computes nothing.
//!
//! Shares and rates are fractions, money is in units of the currency (yuan), never minor units, times are local and written
//! `2025-07-01 00:00`. A number that cannot be given is its reason ([`Figure`]).

mod programme;
mod sections;
mod trial;

pub use programme::*;
pub use sections::*;
pub use trial::*;

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
    /// How far budgets and places have gone.
    #[serde(default)]
    pub pacing: Vec<Pace>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Input {
    pub table: String,
    pub file: String,
    pub rows: u64,
    pub hash: String,
}
