//! Small drawings that say by their shape what their colour says too.

use super::super::markup::Markup;
use crate::evaluate::evaluation::{Light, Met};

/// A drawing that stands once in the page and is used by its name.
fn drawn(class: &str, name: &str) -> Markup {
    Markup::written(format!("<svg class=\"ic {class}\" aria-hidden=\"true\"><use href=\"#{name}\"/></svg>"))
}

/// The drawings themselves, for the head of the page.
#[must_use]
pub fn symbols() -> Markup {
    let symbols = [("i-yes", CIRCLE, TICK), ("i-no", OCTAGON, CROSS), ("i-mark", TRIANGLE, MARK), ("i-wait", CIRCLE, CLOCK)];
    let all = symbols.map(|(name, shape, sign)| {
        format!("<symbol id=\"{name}\" viewBox=\"0 0 20 20\"><path class=\"sh\" d=\"{shape}\"/><path class=\"sg\" d=\"{sign}\"/></symbol>")
    });
    Markup::written(all.concat())
}

const CIRCLE: &str = "M10 1a9 9 0 1 0 0 18a9 9 0 1 0 0-18z";
const OCTAGON: &str = "M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z";
const TRIANGLE: &str = "M10 1.5 19.5 18.5H.5z";
const TICK: &str = "M5.5 10.5l3 3 6-7";
const CROSS: &str = "M6.5 6.5l7 7m0-7l-7 7";
const MARK: &str = "M10 7v5.5m0 2.5v.6";
const CLOCK: &str = "M10 5v5.5l3.5 2";

/// A goal that is met without chance is no success yet: it looks like what is not yet knowable.
#[must_use]
pub fn shown(met: Met, randomised: bool) -> Met {
    if met == Met::Met && !randomised { Met::NotYetKnowable } else { met }
}

/// Circle with a tick, octagon with a cross, circle with a clock's hands.
#[must_use]
pub fn met(met: Met) -> Markup {
    match met {
        Met::Met => drawn("st-met", "i-yes"),
        Met::NotMet => drawn("st-not", "i-no"),
        Met::NotYetKnowable => drawn("st-wait", "i-wait"),
    }
}

/// Circle with a tick, triangle with a mark, octagon with a cross.
#[must_use]
pub fn light(light: Light) -> Markup {
    match light {
        Light::Green => drawn("st-green", "i-yes"),
        Light::Amber => drawn("st-amber", "i-mark"),
        Light::Red => drawn("st-red", "i-no"),
    }
}

/// Class of the state in the style sheet.
#[must_use]
pub fn state(met: Met) -> &'static str {
    match met {
        Met::Met => "met",
        Met::NotMet => "not",
        Met::NotYetKnowable => "wait",
    }
}
