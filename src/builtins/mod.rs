//! The functions of the language, one item each: name, signature, documentation, example and its meanings, all together.

use crate::types::{Type, Value};

mod arbitration;
pub mod calendar;
mod format;
pub mod hash;
mod number;
mod opening;
pub mod sums;
mod text;
mod time;
mod words;

pub use format::format_value;
pub use number::round_value;
#[cfg(feature = "engine")]
pub use time::DAY_MILLISECONDS;
pub use words::keyword_table;

/// A function over the values of one row.
pub struct Builtin {
    pub name: &'static str,
    /// As printed in help: `days_between(time, time) -> int`.
    pub signature: &'static str,
    pub documentation: &'static str,
    /// A whole expression, run by the tests.
    pub example: &'static str,
    /// The result type for operand types, or `None` when they do not fit.
    pub result: fn(&[Type]) -> Option<Type>,
    /// Whether the result may be missing although no operand is.
    pub partial: bool,
    /// Whether it is called from source by its name, or only built by the checker.
    pub internal: bool,
    /// Row meaning. Operands are never missing: a missing operand makes the result missing without a call.
    pub row: fn(&[Value]) -> Value,
    /// Frame meaning where the row function lifted over the column is not fast enough.
    #[cfg(feature = "engine")]
    pub frame: Option<fn(Vec<polars::prelude::Expr>) -> polars::prelude::Expr>,
}

/// All builtins, sorted by name.
#[must_use]
pub fn all() -> Vec<&'static Builtin> {
    let mut out: Vec<&'static Builtin> = Vec::new();
    out.extend(time::ALL);
    out.extend(number::ALL);
    out.extend(text::ALL);
    out.extend(words::ALL);
    out.extend(arbitration::ALL);
    out.extend(opening::ALL);
    out.sort_by_key(|builtin| builtin.name);
    out
}

/// Finds a builtin by name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Builtin> {
    let all = [time::ALL, number::ALL, text::ALL, words::ALL, arbitration::ALL, opening::ALL];
    all.into_iter().flatten().find(|builtin| builtin.name == name).copied()
}

#[cfg(feature = "engine")]
fn first(arguments: Vec<polars::prelude::Expr>) -> polars::prelude::Expr {
    arguments.into_iter().next().unwrap_or_else(|| polars::prelude::lit(polars::prelude::NULL))
}
