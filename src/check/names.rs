//! Modules, their names, and the scopes expressions are read in.

use super::Typed;
use crate::ir::NodeId;
use crate::syntax::ast::{self, ItemKind};
use crate::types::{TableId, Type};
use indexmap::IndexMap;
use std::rc::Rc;

/// One file of the program. Module 0 is the entry.
#[derive(Debug)]
pub(crate) struct Module {
    /// `std.rfm`; empty for the entry.
    pub name: String,
    pub items: Vec<Rc<ast::Item>>,
    /// Alias -> module index.
    pub uses: IndexMap<String, usize>,
    pub subject: Option<TableId>,
    /// Names of declarations that could not be read; what uses them is not wrong for that.
    pub broken: Vec<String>,
    /// Name or label -> item index.
    symbols: IndexMap<String, usize>,
}

impl Module {
    pub fn new(name: String, items: Vec<Rc<ast::Item>>) -> Self {
        let mut symbols = IndexMap::new();
        for (at, item) in items.iter().enumerate() {
            if let Some((name, _)) = declared(&item.kind) {
                symbols.entry(name.text.clone()).or_insert(at);
            }
        }
        for (at, item) in items.iter().enumerate() {
            if let Some((_, Some(label))) = declared(&item.kind) {
                symbols.entry(label.text.clone()).or_insert(at);
            }
        }
        Self { name, items, uses: IndexMap::new(), subject: None, broken: Vec::new(), symbols }
    }

    /// The item a name or label means here.
    pub fn find(&self, name: &str) -> Option<(usize, Rc<ast::Item>)> {
        let at = *self.symbols.get(name)?;
        Some((at, self.items.get(at)?.clone()))
    }

    /// Every declared name, for nearest-name help.
    pub fn known(&self) -> impl Iterator<Item = &str> {
        self.symbols.keys().map(String::as_str)
    }

    /// The name facts of this module carry outside: `rfm.octant`, and bare in the entry file.
    pub fn qualified(&self, name: &str) -> String {
        match self.name.rsplit('.').next() {
            Some(last) if !last.is_empty() => format!("{last}.{name}"),
            Some(_) | None => name.to_string(),
        }
    }
}

/// Name and label of a declaration.
pub(crate) fn declared(kind: &ItemKind) -> Option<(&ast::Name, Option<&ast::Quoted>)> {
    Some(match kind {
        ItemKind::Use(_) | ItemKind::Subject(_) | ItemKind::Test(_) => return None,
        ItemKind::Table(item) => (&item.name, item.label.as_ref()),
        ItemKind::Param(item) => (&item.name, item.label.as_ref()),
        ItemKind::Feature(item) => (&item.name, item.label.as_ref()),
        ItemKind::Segment(item) => (&item.name, item.label.as_ref()),
        ItemKind::Ladder(item) => (&item.name, item.label.as_ref()),
        ItemKind::Score(item) => (&item.name, item.label.as_ref()),
        ItemKind::Lexicon(item) => (&item.name, item.label.as_ref()),
        ItemKind::Model(item) => (&item.name, item.label.as_ref()),
        ItemKind::Tag(item) => (&item.name, item.label.as_ref()),
        ItemKind::Cohort(item) => (&item.name, item.label.as_ref()),
        ItemKind::Channel(item) => (&item.name, item.label.as_ref()),
        ItemKind::Role(item) => (&item.name, item.label.as_ref()),
        ItemKind::Action(item) => (&item.name, item.label.as_ref()),
        ItemKind::Offer(item) => (&item.name, item.label.as_ref()),
        ItemKind::Template(item) => (&item.name, item.label.as_ref()),
        ItemKind::Policy(item) => (&item.name, item.label.as_ref()),
        ItemKind::Strategy(item) => (&item.name, item.label.as_ref()),
        ItemKind::Metric(item) => (&item.name, item.label.as_ref()),
        ItemKind::Alert(item) => (&item.name, item.label.as_ref()),
        ItemKind::Overlay(item) => (&item.name, item.label.as_ref()),
        ItemKind::Compare(item) => (&item.name, item.label.as_ref()),
        ItemKind::Experiment(item) => (&item.name, item.label.as_ref()),
    })
}

/// The row a trigger fired on: its table, and how a node of that table becomes one of the subject.
#[derive(Debug, Clone)]
pub(crate) struct TriggerRow {
    pub table: TableId,
    /// The aggregate that finds the entry, whose `value` is replaced to read another node of the same row.
    pub earliest: crate::ir::Aggregate,
}

/// Where an expression stands: which rows it is about and which extra names it sees.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub module: usize,
    /// The rows; `None` where only constants are allowed.
    pub table: Option<TableId>,
    /// The surrounding scope inside `where` and the value of an aggregate.
    pub outer: Option<Rc<Scope>>,
    /// Names that exist only here: `entry`, wave names, arguments of a feature, `candidate.channel`.
    pub bindings: IndexMap<String, Typed>,
    /// Lengths of time given to a feature as arguments.
    pub lengths: IndexMap<String, super::length::Length>,
    pub trigger: Option<Rc<TriggerRow>>,
    /// The path by which these rows were reached: `accounts`, `company.pos_month`; a path that begins with it means the row.
    pub prefix: Vec<String>,
    /// The rows' own column that holds the key of the surrounding thing, where that is how the thing is read from them.
    pub owner: Option<NodeId>,
}

impl Scope {
    pub fn of(module: usize, table: TableId) -> Self {
        Self {
            module,
            table: Some(table),
            outer: None,
            bindings: IndexMap::new(),
            lengths: IndexMap::new(),
            trigger: None,
            prefix: Vec::new(),
            owner: None,
        }
    }

    pub fn constant(module: usize) -> Self {
        Self {
            module,
            table: None,
            outer: None,
            bindings: IndexMap::new(),
            lengths: IndexMap::new(),
            trigger: None,
            prefix: Vec::new(),
            owner: None,
        }
    }

    /// The scope of rows of `table` seen from here.
    pub fn rows(&self, table: TableId, prefix: Vec<String>) -> Self {
        Self { outer: Some(Rc::new(self.clone())), prefix, ..Self::of(self.module, table) }
    }

    /// Whether a name exists only here or in a surrounding scope.
    pub fn binds(&self, name: &str) -> bool {
        self.bindings.contains_key(name) || self.lengths.contains_key(name) || self.outer.as_ref().is_some_and(|outer| outer.binds(name))
    }

    /// A length given as an argument, here or in a surrounding scope.
    pub fn length(&self, name: &str) -> Option<super::length::Length> {
        self.lengths.get(name).copied().or_else(|| self.outer.as_ref().and_then(|outer| outer.length(name)))
    }

    pub fn bind(&mut self, name: impl Into<String>, node: NodeId, ty: Type, optional: bool, span: crate::source::Span) {
        self.bindings.insert(name.into(), Typed { node, ty, optional, span });
    }
}
