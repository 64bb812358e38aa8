//! What can be said before a launch: whom it reaches, what it costs, and which of its questions can be answered, with whom and when.
//!
//! [`Forecast`] is `forecast.json`, written out. Shares are fractions, money is in units of the currency, never minor units.

mod plan;
#[cfg(test)]
mod tests;

pub use plan::{Audience, Level, plan};

use super::evaluation::{Figure, Unit, Words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form of `forecast.json`; a change that readers would notice raises it.
pub const FORECAST_FORMAT: u32 = 1;

/// A whole forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// [`FORECAST_FORMAT`].
    pub format: u32,
    pub program: String,
    pub program_hash: String,
    /// The first and the last day that was tried.
    pub from: String,
    pub to: String,
    pub currency: String,
    pub strategies: Vec<StrategyForecast>,
    pub trials: Vec<TrialForecast>,
}

/// What one strategy would do on the days tried.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StrategyForecast {
    pub name: String,
    pub label: Option<String>,
    /// Subjects considered, summed over days.
    pub candidates: u64,
    pub excluded: Vec<Excluded>,
    /// Newly assigned, by arm; empty for a strategy without arms.
    pub arms: BTreeMap<String, u64>,
    /// Contacts by channel; operations stand under the empty name.
    pub contacts: BTreeMap<String, u64>,
    /// What the channels cost.
    pub cost: f64,
    /// What offers and operations cost.
    pub spending: f64,
    pub staff_minutes: f64,
    /// Contacts that people make, per channel.
    pub load: Vec<Load>,
}

/// Who is left out by which rule of which layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    pub layer: String,
    pub rule: String,
    pub subjects: u64,
}

/// Contacts of one channel that people have to make, against what they can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub channel: String,
    pub people: u64,
    pub contacts: u64,
    /// The one with most to do.
    pub busiest: String,
    pub most: u64,
}

/// What one trial could answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialForecast {
    pub name: String,
    pub label: Option<String>,
    /// Customers assigned on the first day, by arm, in the order of the arms.
    pub first_day: Vec<(String, u64)>,
    /// Customers newly assigned per day afterwards.
    pub per_day: Figure,
    /// The days a customer is looked at.
    pub window_days: f64,
    pub goals: Vec<GoalForecast>,
}

/// What one goal or guard needs, for one arm against control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoalForecast {
    pub name: String,
    pub label: Option<String>,
    /// `goal` or `guard`.
    pub role: String,
    pub registered: String,
    pub unit: Unit,
    pub arm: String,
    /// Two-sided level, with the correction for several tests.
    pub alpha: f64,
    /// The figure without treatment, from how many customers, and how it was found.
    pub baseline: Figure,
    pub baseline_units: f64,
    pub source: Words,
    /// The difference the registered target asks for.
    pub target: Figure,
    /// The difference that the customers of the first day can show.
    pub detectable: Figure,
    /// For half the target, the target and twice the target.
    pub effects: Vec<EffectForecast>,
    pub answerable: Answerable,
    pub sentence: Words,
}

/// What one size of effect needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EffectForecast {
    /// 0.5, 1 or 2 times the target.
    pub times: f64,
    pub difference: Figure,
    /// Customers of all arms together.
    pub needed: Figure,
    /// Days until so many have entered; 0 when the first day has them.
    pub days: Figure,
    /// Chance to see the effect with the customers of the first day.
    pub power: Figure,
}

/// Whether the registered effect can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answerable {
    /// The first day has enough customers.
    AtOnce,
    /// Enough will have entered later.
    Later,
    /// More customers are needed than the segment has.
    Never,
    /// A number that is needed is not there.
    Unknown,
}
