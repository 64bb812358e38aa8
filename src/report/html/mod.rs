//! The report as one HTML file: no script, no request, thirteen sections in one order, for both languages, screens of all sizes and
//! paper.
//!
//! A section is made of blocks (templates in `templates/`), each from plain numbers of the evaluation. Names are texts of strangers
//! and pass through [`markup`](super::markup). A page that would be larger than [`LARGEST_PAGE`] is written with less detail.

mod appendix;
mod arms;
mod attribution;
mod contact;
mod goals;
mod heads;
mod icons;
mod money;
mod overview;
mod page;
mod programme;
mod proposals;
mod scene;
mod segments;
mod table;
mod time;
mod trust;
mod value;
mod verdict;

pub use scene::SMALLEST_CELL;

use super::markup::Markup;
use super::voice::Voice;
use crate::diag::Language;
use crate::evaluate::evaluation::Evaluation;
use askama::Template;

/// Bytes. A page that can be sent by mail and opened on a phone.
pub const LARGEST_PAGE: usize = 390_000;

/// The whole page in one language. The same evaluation gives the same bytes.
#[must_use]
pub fn html(evaluation: &Evaluation, language: Language) -> String {
    let voice = Voice::new(language);
    let mut out = String::new();
    for detail in scene::DETAILS {
        out = page::page(evaluation, voice, detail);
        if out.len() <= LARGEST_PAGE {
            break;
        }
    }
    out
}

/// A template filled in. Templates hold plain values, whose writing cannot fail.
fn rendered(template: &impl Template) -> Markup {
    Markup::written(template.render().unwrap_or_default())
}
