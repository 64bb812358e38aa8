//! The tree a file is read into: what was written, with places, before anything is known about names or types.
//!
//! Every node keeps its [`Span`]. Numbers keep exact decimal value, not floats. Nothing here names the parser.

mod declaration;
mod expression;
mod strategy;

pub use declaration::*;
pub use expression::*;
pub use strategy::*;

use crate::source::{FileId, Span};

/// A name as written (NFC).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// `a.b.c`; one segment is the common case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    pub segments: Vec<Name>,
    pub span: Span,
}

impl Path {
    /// The dotted text.
    #[must_use]
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.as_str()).collect::<Vec<_>>().join(".")
    }
}

/// A plain quoted text without slots: labels, units of closed sets, owners.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quoted {
    pub text: String,
    pub span: Span,
}

/// `# strat: allow(slug) reason`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    pub slug: Name,
    /// Empty when the author gave none, which the checker refuses.
    pub reason: String,
    pub span: Span,
}

/// One file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    pub id: FileId,
    /// `##` lines at the top of the file, before the first item and separated by it from item documentation.
    pub documentation: Option<String>,
    pub items: Vec<Item>,
    /// Names of declarations that could not be read: using one is no further mistake.
    pub broken: Vec<Name>,
}

/// A top-level declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// `##` lines directly above.
    pub documentation: Option<String>,
    /// Suppressions directly above.
    pub allows: Vec<Allow>,
    pub span: Span,
    pub kind: ItemKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    Use(Use),
    Subject(Subject),
    Table(Table),
    Param(Param),
    Feature(Feature),
    Segment(Segment),
    Ladder(Ladder),
    Score(Score),
    Lexicon(Lexicon),
    Model(Model),
    Tag(Tag),
    Cohort(Cohort),
    Channel(Channel),
    Role(Role),
    Action(Action),
    Offer(Offer),
    Template(Template),
    Policy(Policy),
    Strategy(Box<Strategy>),
    Metric(Metric),
    Alert(Alert),
    Overlay(Overlay),
    Compare(Compare),
    Test(Test),
}
