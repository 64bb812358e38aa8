//! What the rules are given. Every interval and estimate is in the good direction: higher is better.

use crate::evaluate::best::{LiveArm, ReallocationRules};
use crate::evaluate::effect::Interval;
use crate::evaluate::guard::Guard;
use crate::evaluate::withheld::{Measured, Withheld};

/// Checks of the comparison itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Trust {
    /// p of the sample ratio test.
    pub ratio_p: Measured<f64>,
    /// Units in arms with weight zero.
    pub leaked_units: f64,
    /// p of equal match rates of outcomes over arms; withheld with [`Withheld::NoVariation`] when everybody was found.
    pub join_p: Measured<f64>,
    /// Largest standardised difference of a goal's own value before the start; withheld when there is none.
    pub imbalance: Measured<f64>,
    /// Share of rows without a logged assignment probability.
    pub unlogged: f64,
    /// Share of units that were in more than one arm.
    pub several: f64,
}

impl Trust {
    /// A comparison nothing is known against.
    #[must_use]
    pub fn clean() -> Self {
        Self { ratio_p: Ok(1.0), leaked_units: 0.0, join_p: Err(Withheld::NoVariation), imbalance: Ok(0.0), unlogged: 0.0, several: 0.0 }
    }
}

/// A registered goal, on mature customers.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    pub name: String,
    /// A confidence sequence if peeking is allowed, else the fixed-horizon interval at the planned size.
    pub interval: Measured<Interval>,
    pub estimate: Measured<f64>,
    /// Two-sided, as tested.
    pub p: Measured<f64>,
    /// After correction over the family of goals and arms.
    pub p_adjusted: Measured<f64>,
    /// T; 0 if none was registered.
    pub threshold: f64,
    /// m, the effect worth having.
    pub worthwhile: f64,
    /// The effect that can be seen with the mature customers there are.
    pub detectable: Measured<f64>,
}

/// A registered guardrail.
#[derive(Debug, Clone, PartialEq)]
pub struct Guardrail {
    pub name: String,
    /// δ > 0.
    pub margin: f64,
    pub found: Measured<Guard>,
    /// Customers it rests on.
    pub units: f64,
}

/// How far the run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    pub mature_units: f64,
    pub planned_units: f64,
    pub days: f64,
    pub least_days: f64,
    /// The interval of the goal may be looked at any time.
    pub sequential: bool,
    /// Customers still needed for the registered effect, and days until they are mature.
    pub more_units: Measured<f64>,
    pub more_days: Measured<f64>,
}

/// One treatment arm of an adaptive strategy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdaptiveArm {
    pub live: LiveArm,
    pub expected_loss: f64,
    /// P(best) and expected loss one wave ago.
    pub before: Option<(f64, f64)>,
}

/// A strategy declared adaptive.
#[derive(Debug, Clone, PartialEq)]
pub struct Adaptive {
    pub arms: Vec<AdaptiveArm>,
    pub rules: ReallocationRules,
    /// The goal's baseline, to which a loss is compared.
    pub baseline: f64,
}

/// All that the rules look at, for one arm against control.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Arms were drawn by strat or by another random assignment.
    pub randomised: bool,
    pub trust: Trust,
    /// The goal the strategy is judged by.
    pub primary: Goal,
    pub other_goals: Vec<Goal>,
    pub guardrails: Vec<Guardrail>,
    /// Net money with its interval; `None` when no cost was declared.
    pub net: Option<Measured<Interval>>,
    pub progress: Progress,
    pub alpha: f64,
    /// Part of everybody that stays held out after shipping; at least five percent.
    pub holdout: f64,
    /// Registered: "no worse than control by this margin, and cheaper" counts as a success.
    pub cheaper_margin: Option<f64>,
    pub adaptive: Option<Adaptive>,
    /// Customers a random test of the worthwhile effect needs.
    pub test_units: Measured<f64>,
}
