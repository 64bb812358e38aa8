//! What a report shows besides trials: credit for conversions, and the value customers will bring.

use super::NodeId;
use crate::types::{TableId, Type};
use serde::{Deserialize, Serialize};

/// How credit for a conversion is given to the contacts before it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum CreditRule {
    First,
    Last,
    Linear,
    /// 40% to the first, 40% to the last, the rest to those between.
    Position,
    /// Halved with every so many milliseconds before the conversion.
    Decay {
        half_life: i64,
    },
}

/// `attributed(count(accounts where …), rule: last_touch, lookback: 30 days)`: every row of an event table that counts is a conversion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributionStudy {
    pub name: String,
    pub label: Option<String>,
    /// The event table; the nodes below are of its rows.
    pub table: TableId,
    /// The row is a conversion.
    pub counts: NodeId,
    /// Who converted, a key of `of`.
    pub who: NodeId,
    pub of: TableId,
    pub at: NodeId,
    /// What the conversion is worth; `None` counts 1.
    pub value: Option<NodeId>,
    /// `Int` for counts, `Money` for amounts.
    pub ty: Type,
    pub rule: CreditRule,
    /// Contacts this long before a conversion share in it, in milliseconds.
    pub lookback: i64,
}

/// `lifetime(repeats, recency: R, age: A, value: V, next: 39)`: one row per customer, all times in one unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LifetimeStudy {
    pub name: String,
    pub label: Option<String>,
    pub table: TableId,
    /// Repeat purchases, time from the first to the last one, time from the first one until now.
    pub repeats: NodeId,
    pub recency: NodeId,
    pub age: NodeId,
    /// Mean value of a purchase.
    pub value: Option<NodeId>,
    pub value_type: Type,
    /// How far ahead, in the unit of `age`, and as written.
    pub next: f64,
    pub written: String,
}
