//! Estimates and figures of the report from measured numbers. Nothing that is no number passes here.

use crate::evaluate::effect::Interval;
use crate::evaluate::evaluation::{Estimate, Figure, Reason, Words};
use crate::evaluate::withheld::{Measured, Withheld};

/// A value with its interval; an end without limit is withheld alone.
pub fn estimate(value: Measured<f64>, interval: Measured<Interval>) -> Estimate {
    Estimate { value: value.into(), lower: interval.map(|own| own.lower).into(), upper: interval.map(|own| own.upper).into() }
}

/// No number, for one reason.
pub fn withheld(reason: Withheld) -> Estimate {
    Estimate { value: reason.into(), lower: reason.into(), upper: reason.into() }
}

/// A figure.
pub fn figure(value: Measured<f64>) -> Figure {
    value.into()
}

/// No number, for a reason of the page rather than of the arithmetic.
pub fn because(slug: &str, words: Words) -> Figure {
    Figure::Withheld(Reason { withheld: slug.to_owned(), words })
}

/// A p-value that belongs to no family.
pub fn uncorrected() -> Figure {
    because("not-corrected", Words::new("not corrected: it belongs to no family of tests", "不校正：不属于任何检验族"))
}
