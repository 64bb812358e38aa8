//! Pictures of a report as SVG: one file per picture. Each is drawn twice, for wide pages and for phones, with letters of one size;
//! the style sheet shows one of them. Colours come from the style sheet; shape, dash or text says the same as colour everywhere.

mod allocation;
mod axis;
mod balance;
mod best;
pub mod canvas;
mod cumulative;
mod exposure;
mod flow;
mod forest;
mod funnel;
mod money;
mod qini;
mod strip;
mod survival;

pub use allocation::{Share, allocation};
pub use balance::{Covariate, balance};
pub use best::{Chance, best};
pub use cumulative::{Line, LinePoint, cumulative};
pub use exposure::{Day, exposure};
pub use flow::{Flow, flow};
pub use forest::{Bar, Forest, Group, forest, half_forest, meter};
pub use funnel::{Stage, funnel};
pub use money::{Purse, money};
pub use qini::{Decile, qini};
pub use strip::{StripCell, StripRow, strip};
pub use survival::{Curve, Step, survival};

/// Width of a picture on a wide page and on a phone.
pub const WIDE: f64 = 880.0;
pub const NARROW: f64 = 330.0;

/// A picture with its words. `wide` and `narrow` say the same; one of them is empty where the other serves for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub title: String,
    pub wide: String,
    pub narrow: String,
}

/// Draws at both widths.
fn picture(title: &str, draw: impl Fn(f64, &str) -> String) -> Picture {
    Picture { title: title.to_owned(), wide: draw(WIDE, "pw"), narrow: draw(NARROW, "pn") }
}

/// Whether a width is the phone's.
fn narrow(width: f64) -> bool {
    width < 500.0
}
