//! The tree a file is read into: what was written, with places, before anything is known about names or types.
//!
//! Every node keeps its [`Span`]. Numbers keep exact decimal value, not floats. Nothing here names the parser.

mod declaration;
mod expression;
mod strategy;
mod trial;

pub use declaration::*;
pub use expression::*;
pub use strategy::*;
pub use trial::*;

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
    Experiment(Box<Experiment>),
    Test(Test),
}

impl ItemKind {
    /// The table a declaration says it is about, where one may say so.
    pub fn about_mut(&mut self) -> Option<&mut Option<Name>> {
        match self {
            ItemKind::Feature(feature) => Some(&mut feature.table),
            ItemKind::Segment(segment) => Some(&mut segment.table),
            ItemKind::Ladder(ladder) => Some(&mut ladder.table),
            ItemKind::Score(score) => Some(&mut score.table),
            ItemKind::Model(model) => Some(&mut model.table),
            ItemKind::Cohort(cohort) => Some(&mut cohort.table),
            ItemKind::Role(role) => Some(&mut role.table),
            ItemKind::Metric(metric) => Some(&mut metric.table),
            ItemKind::Strategy(strategy) => Some(&mut strategy.table),
            ItemKind::Experiment(experiment) => Some(&mut experiment.table),
            ItemKind::Use(_)
            | ItemKind::Subject(_)
            | ItemKind::Table(_)
            | ItemKind::Param(_)
            | ItemKind::Lexicon(_)
            | ItemKind::Tag(_)
            | ItemKind::Channel(_)
            | ItemKind::Action(_)
            | ItemKind::Offer(_)
            | ItemKind::Template(_)
            | ItemKind::Policy(_)
            | ItemKind::Alert(_)
            | ItemKind::Overlay(_)
            | ItemKind::Compare(_)
            | ItemKind::Test(_) => None,
        }
    }

    /// Whether two files that say it word for word say one thing. Strategies and offers keep books under their name, so that the same
    /// name in two files is a mistake whatever it says; tests have no name to share.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        match self {
            ItemKind::Strategy(_) | ItemKind::Offer(_) | ItemKind::Experiment(_) | ItemKind::Test(_) => false,
            ItemKind::Use(_)
            | ItemKind::Subject(_)
            | ItemKind::Table(_)
            | ItemKind::Param(_)
            | ItemKind::Feature(_)
            | ItemKind::Segment(_)
            | ItemKind::Ladder(_)
            | ItemKind::Score(_)
            | ItemKind::Lexicon(_)
            | ItemKind::Model(_)
            | ItemKind::Tag(_)
            | ItemKind::Cohort(_)
            | ItemKind::Channel(_)
            | ItemKind::Role(_)
            | ItemKind::Action(_)
            | ItemKind::Template(_)
            | ItemKind::Policy(_)
            | ItemKind::Metric(_)
            | ItemKind::Alert(_)
            | ItemKind::Overlay(_)
            | ItemKind::Compare(_) => true,
        }
    }
}
