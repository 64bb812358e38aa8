//! From numbers to a decision: rules R0 to R9 in their order, each with the numbers that made it hold or not.
//!
//! All rules are always looked at. The first in the order that holds decides; one that holds further down is listed as
//! outranked. A conflict of goals is never a winner, and an observational comparison never ships.

mod evidence;
mod rules;

pub use evidence::{Adaptive, AdaptiveArm, Evidence, Goal, Guardrail, Progress, Trust};

use super::withheld::Measured;
use super::words;
use crate::diag::Text;

/// A rule of the decision table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// R0: the comparison cannot be trusted; nothing but a stop for harm may follow.
    Investigate,
    /// R1: too few mature customers or too few days.
    TooEarly,
    /// R2: the goal or a guardrail got worse.
    StopForHarm,
    /// R3: goal met, guardrails safe, money positive.
    Ship,
    /// R4: goal met, a guardrail still unproven.
    ShipWithWatch,
    /// R5: the effect worth having is excluded.
    Futile,
    /// R6: goal met at a price; the owner decides.
    Conflict,
    /// R7: an adaptive strategy moves its shares.
    Reallocate,
    /// R8: none of the others.
    Continue,
    /// R9: no random control; at best worth a test.
    Observational,
}

impl Rule {
    /// The order in which rules decide. R9 stands where R3 stands, for strategies without a random control.
    pub const ORDER: [Self; 10] = [
        Self::Investigate,
        Self::StopForHarm,
        Self::TooEarly,
        Self::Conflict,
        Self::Observational,
        Self::Ship,
        Self::ShipWithWatch,
        Self::Futile,
        Self::Reallocate,
        Self::Continue,
    ];

    /// `R0` to `R9`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Investigate => "R0",
            Self::TooEarly => "R1",
            Self::StopForHarm => "R2",
            Self::Ship => "R3",
            Self::ShipWithWatch => "R4",
            Self::Futile => "R5",
            Self::Conflict => "R6",
            Self::Reallocate => "R7",
            Self::Continue => "R8",
            Self::Observational => "R9",
        }
    }

    /// The rule's name on a page.
    #[must_use]
    pub fn title(self) -> Text {
        match self {
            Self::Investigate => words("investigate", "先排查"),
            Self::TooEarly => words("too early", "为时过早"),
            Self::StopForHarm => words("stop: harm", "停止：有害"),
            Self::Ship => words("ship", "全面推广"),
            Self::ShipWithWatch => words("ship with watch", "边推广边观察"),
            Self::Futile => words("stop: futile", "停止：无望达标"),
            Self::Conflict => words("conflict: the owner decides", "目标冲突：由负责人决定"),
            Self::Reallocate => words("reallocate", "调整分组比例"),
            Self::Continue => words("continue", "继续"),
            Self::Observational => words("observational: worth testing at best", "观察性结果：至多值得试验"),
        }
    }
}

/// How a number is held against its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Comparison {
    /// The sign printed between number and limit.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "≤",
            Self::Above => ">",
            Self::AtLeast => "≥",
        }
    }

    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
        }
    }
}

/// One number held against its limit. A withheld number never holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub what: Text,
    /// Which goal, guardrail or arm; empty for the strategy as a whole.
    pub of: String,
    pub value: Measured<f64>,
    pub comparison: Comparison,
    pub limit: f64,
    pub holds: bool,
}

impl Fact {
    fn new(what: Text, of: &str, value: Measured<f64>, comparison: Comparison, limit: f64) -> Self {
        let holds = value.is_ok_and(|value| comparison.holds(value, limit));
        Self { what, of: of.to_owned(), value, comparison, limit, holds }
    }
}

/// Whether a rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Decides,
    /// It holds, but a rule before it decides.
    Outranked,
    Rejected,
}

/// A rule with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub rule: Rule,
    pub standing: Standing,
    pub facts: Vec<Fact>,
}

/// What one unit of goal costs in something that got worse.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The guardrail or goal that got worse; `net` for money.
    pub against: String,
    pub per_goal: Measured<f64>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Investigate,
    /// More mature customers until the registered effect can be seen, and days until then.
    Continue {
        more_units: Measured<f64>,
        days: Measured<f64>,
    },
    /// Arm weight to zero, its share back to control; logging goes on.
    Stop,
    /// Everything but the holdout. `priced` is false when no cost was declared: "benefit not priced".
    Ship {
        share: f64,
        priced: bool,
    },
    /// Shipped because it is no worse and cheaper, as registered.
    ShipAsCheaper {
        share: f64,
    },
    /// At most this share until each unproven guardrail has so many customers.
    Ramp {
        at_most: f64,
        settles: Vec<(String, Measured<f64>)>,
    },
    OwnerDecides {
        exchange: Vec<Exchange>,
    },
    /// Next shares of the treatment arms, arms to drop, and the winner if one is declared.
    Reallocate {
        shares: Vec<f64>,
        drop: Vec<usize>,
        winner: Option<usize>,
    },
    /// A random test of so many customers.
    WorthTesting {
        units: Measured<f64>,
    },
}

/// The decision and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub rule: Rule,
    pub action: Action,
    /// Every rule in the order of [`Rule::ORDER`].
    pub findings: Vec<Finding>,
}

/// Applies the rules. Pure: equal evidence gives the equal decision.
#[must_use]
pub fn decide(evidence: &Evidence) -> Decision {
    let mut decided: Option<Rule> = None;
    let mut findings = Vec::with_capacity(Rule::ORDER.len());
    for rule in Rule::ORDER {
        let (holds, facts) = rules::examine(rule, evidence);
        let standing = match (holds, decided) {
            (false, _) => Standing::Rejected,
            (true, None) => Standing::Decides,
            // A stop for harm is the only thing that may follow when the comparison is in doubt.
            (true, Some(Rule::Investigate)) if rule == Rule::StopForHarm => Standing::Decides,
            (true, Some(_)) => Standing::Outranked,
        };
        if standing == Standing::Decides {
            decided = Some(rule);
        }
        findings.push(Finding { rule, standing, facts });
    }
    let rule = decided.unwrap_or(Rule::Continue);
    for finding in &mut findings {
        if finding.standing == Standing::Decides && finding.rule != rule {
            finding.standing = Standing::Outranked;
        }
    }
    Decision { rule, action: rules::action(rule, evidence), findings }
}
