//! The forms in which a judgement is read. Everything here is drawn from [`Evaluation`](crate::evaluate::evaluation::Evaluation);
//! scales, ticks and roundings are made here, statistics are not.

pub mod html;
pub mod markup;
pub mod plot;
pub mod voice;

pub use html::html;
