//! The statistics of judging strategies: one family per file, pure functions over moments and slices.
//!
//! A number that cannot be given is a [`Withheld`] with its reason, in place of the number. Nothing here draws random numbers,
//! reads data or knows the language: the same arguments give the same bits.
//!
//! Differences are treatment minus control; "relative" divides by |control mean|; `alpha` is the level of a two-sided test
//! unless said otherwise. Formulas and sources stand at the functions; worked cases in `tests/suite/oracles`.

pub mod attribution;
pub mod bayes;
pub mod best;
pub mod contextual;
pub mod contingency;
pub mod cuped;
pub mod decide;
pub mod distribution;
pub mod drift;
pub mod economics;
pub mod effect;
pub mod evaluation;
pub mod forecast;
pub mod guard;
pub mod judge;
pub mod lifetime;
pub mod lift;
pub mod matrix;
pub mod moments;
pub mod multiple;
pub mod numeric;
pub mod observational;
pub mod observed;
pub mod off_policy;
pub mod power;
pub mod proportion;
pub mod quantile;
pub mod ratio;
pub mod regression;
pub mod segments;
pub mod sequential;
pub mod special;
pub mod survival;
pub mod tally;
pub mod uplift;
pub mod validity;
pub mod withheld;

pub use withheld::{Measured, Withheld};

/// Words in both languages.
fn words(en: &'static str, zh: &'static str) -> crate::diag::Text {
    crate::diag::Text { en, zh }
}
