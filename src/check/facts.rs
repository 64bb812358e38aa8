//! Features, segments and ladders: named nodes, each lowered once, when first needed.

use super::cohort::Frozen;
use super::lexicon::Keywords;
use super::names::Scope;
use super::problems::names as problems;
use super::score::Totals;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Emission, Fact, FactKind, FactRow, Kind, NodeId, Watch};
use crate::source::Span;
use crate::syntax::ast::{Item, ItemKind, Name};
use crate::types::{TableId, Type};
use indexmap::IndexMap;
use std::rc::Rc;

#[derive(Debug, Clone)]
enum State {
    InProgress,
    Done(Option<Typed>),
}

/// The facts lowered so far.
#[derive(Debug, Default)]
pub(crate) struct FactStore {
    /// By module and name.
    states: IndexMap<(usize, String), State>,
    listed: Vec<(usize, Span, Fact)>,
    /// The totals a score can reach.
    pub totals: IndexMap<NodeId, Totals>,
    /// By module and name.
    pub cohorts: IndexMap<(usize, String), Frozen>,
    /// By module and name; `None` for one that is wrong.
    pub lexicons: IndexMap<(usize, String), Option<Keywords>>,
    /// Ledger rows that facts write: members of cohorts.
    pub emissions: Vec<Emission>,
}

impl FactStore {
    /// All facts in source order, entry file first.
    pub fn listed(&self) -> Vec<Fact> {
        let mut out = self.listed.clone();
        out.sort_by_key(|(module, span, _)| (*module, *span));
        out.into_iter().map(|(_, _, fact)| fact).collect()
    }

    pub fn list(&mut self, module: usize, fact: Fact) {
        self.listed.push((module, fact.span, fact));
    }

    pub fn find(&self, node: NodeId) -> Option<&Fact> {
        self.listed.iter().map(|(_, _, fact)| fact).find(|fact| fact.node == node)
    }
}

pub(crate) fn is_fact(kind: &ItemKind) -> bool {
    about_clause(kind).is_some()
}

/// The `for TABLE` of a fact; `None` for declarations that are no facts.
fn about_clause(kind: &ItemKind) -> Option<Option<&Name>> {
    match kind {
        ItemKind::Feature(feature) => Some(feature.table.as_ref()),
        ItemKind::Segment(segment) => Some(segment.table.as_ref()),
        ItemKind::Ladder(ladder) => Some(ladder.table.as_ref()),
        ItemKind::Score(score) => Some(score.table.as_ref()),
        ItemKind::Model(model) => Some(model.table.as_ref()),
        ItemKind::Cohort(cohort) => Some(cohort.table.as_ref()),
        ItemKind::Tag(_) => Some(None),
        _ => None,
    }
}

pub(crate) fn kind_word(kind: &ItemKind) -> &'static str {
    match kind {
        ItemKind::Use(_) => "use",
        ItemKind::Subject(_) => "subject",
        ItemKind::Table(_) => "table",
        ItemKind::Param(_) => "param",
        ItemKind::Feature(_) => "feature",
        ItemKind::Segment(_) => "segment",
        ItemKind::Ladder(_) => "tiers",
        ItemKind::Score(_) => "score",
        ItemKind::Lexicon(_) => "lexicon",
        ItemKind::Model(_) => "model",
        ItemKind::Tag(_) => "tag",
        ItemKind::Cohort(_) => "cohort",
        ItemKind::Channel(_) => "channel",
        ItemKind::Role(_) => "role",
        ItemKind::Action(_) => "action",
        ItemKind::Offer(_) => "offer",
        ItemKind::Template(_) => "template",
        ItemKind::Policy(_) => "policy",
        ItemKind::Strategy(_) => "strategy",
        ItemKind::Metric(_) => "metric",
        ItemKind::Alert(_) => "alert",
        ItemKind::Overlay(_) => "overlay",
        ItemKind::Compare(_) => "compare",
        ItemKind::Experiment(_) => "experiment",
        ItemKind::Test(_) => "test",
    }
}

impl Checker {
    /// Lowers the facts of the author's own modules; standard ones come when used.
    pub(super) fn lower_facts(&mut self) {
        for module in 0..self.modules.len() {
            let standard = self.modules.get(module).is_some_and(|module| module.name.starts_with("std."));
            if standard {
                continue;
            }
            for item in self.items(module) {
                // A feature with arguments has no value of its own.
                let called = matches!(&item.kind, ItemKind::Feature(feature) if !feature.arguments.is_empty());
                if is_fact(&item.kind) && !called {
                    if let Some(table) = self.fact_about(module, &item) {
                        self.fact(module, &item, table);
                    }
                }
            }
        }
    }

    fn fact_about(&mut self, module: usize, item: &Item) -> Option<TableId> {
        let (name, _) = super::names::declared(&item.kind)?;
        self.about(module, about_clause(&item.kind)?, name.span)
    }

    /// The table a fact is about, without reporting.
    pub(crate) fn fact_table(&self, module: usize, item: &Item) -> Option<TableId> {
        match about_clause(&item.kind)? {
            Some(name) => self.find_table(&name.text),
            None => self.modules.get(module)?.subject,
        }
    }

    /// The value of a fact about `table`. `None` when the item is no fact about it; `Some(None)` when it is wrong.
    pub(crate) fn fact(&mut self, module: usize, item: &Rc<Item>, table: TableId) -> Option<Option<Typed>> {
        if self.fact_table(module, item) != Some(table) {
            return None;
        }
        if let ItemKind::Feature(feature) = &item.kind {
            if !feature.arguments.is_empty() {
                self.report_bare_feature(feature, feature.name.span);
                return Some(None);
            }
        }
        let (name, span) = super::names::declared(&item.kind).map(|(name, _)| (name.text.clone(), name.span))?;
        let key = (module, name.clone());
        match self.facts.states.get(&key) {
            Some(State::Done(typed)) => return Some(typed.clone()),
            Some(State::InProgress) => {
                self.report(Problem::new(&problems::CYCLIC_DEFINITION, span).with("name", &name));
                return Some(None);
            }
            None => {}
        }
        self.facts.states.insert(key.clone(), State::InProgress);
        let typed = self.lower_fact(module, item, table);
        self.facts.states.insert(key, State::Done(typed.clone()));
        Some(typed)
    }

    fn lower_fact(&mut self, module: usize, item: &Rc<Item>, table: TableId) -> Option<Typed> {
        let scope = Scope::of(module, table);
        match &item.kind {
            ItemKind::Feature(feature) => {
                let typed = self.expression(&feature.value, &scope)?;
                self.list_fact(module, item, FactKind::Feature, typed.node, table, Vec::new());
                Some(typed)
            }
            ItemKind::Segment(segment) => {
                let typed = self.condition_of(&segment.condition, &scope, "a segment")?;
                self.list_fact(module, item, FactKind::Segment, typed.node, table, Vec::new());
                Some(typed)
            }
            ItemKind::Ladder(ladder) => self.lower_ladder(module, item, ladder, &scope, table),
            ItemKind::Score(score) => self.lower_score(module, item, score, &scope, table),
            ItemKind::Model(model) => self.lower_model(module, item, model, &scope, table),
            ItemKind::Tag(tag) => self.lower_tag(module, item, tag, &scope, table),
            ItemKind::Cohort(cohort) => self.lower_cohort(module, item, cohort, &scope, table),
            _ => None,
        }
    }

    pub(super) fn list_fact(&mut self, module: usize, item: &Item, kind: FactKind, node: NodeId, table: TableId, rows: Vec<FactRow>) {
        let Some((name, label)) = super::names::declared(&item.kind) else { return };
        let qualified = self.modules.get(module).map_or_else(|| name.text.clone(), |module| module.qualified(&name.text));
        let label = label.map(|label| label.text.clone());
        if kind != FactKind::Feature {
            self.watch(format!("{} {qualified}", kind_word(&item.kind)), table, node);
        }
        let fact = Fact { kind, name: qualified, label, node, table, span: name.span, rows, not_before: None };
        self.facts.listed.push((module, name.span, fact));
    }

    /// Marks a fact as being lowered; a problem when it already is, for then it is defined by itself.
    pub(crate) fn enter_fact(&mut self, module: usize, name: &Name) -> Option<(usize, String)> {
        let key = (module, name.text.clone());
        if matches!(self.facts.states.get(&key), Some(State::InProgress)) {
            self.report(Problem::new(&problems::CYCLIC_DEFINITION, name.span).with("name", &name.text));
            return None;
        }
        self.facts.states.insert(key.clone(), State::InProgress);
        Some(key)
    }

    pub(crate) fn leave_fact(&mut self, key: &(usize, String)) {
        self.facts.states.shift_remove(key);
    }

    /// A call of a feature with its arguments, so that explanations name it.
    pub(crate) fn list_call(&mut self, module: usize, feature: &crate::syntax::ast::Feature, call: &str, node: NodeId, table: TableId) {
        let name = self.modules.get(module).map_or_else(|| call.to_string(), |module| module.qualified(call));
        if !self.facts.listed.iter().any(|(_, _, fact)| fact.name == name) {
            let label = feature.label.as_ref().map(|label| label.text.clone());
            let span = feature.name.span;
            let fact = Fact { kind: FactKind::Feature, name, label, node, table, span, rows: Vec::new(), not_before: None };
            self.facts.listed.push((module, span, fact));
        }
    }

    /// The label the rules give, next to the one in force: `light.raw`.
    pub(super) fn list_raw(&mut self, module: usize, item: &Item, node: NodeId, table: TableId, rows: Vec<FactRow>) {
        let Some((name, label)) = super::names::declared(&item.kind) else { return };
        let qualified = self.modules.get(module).map_or_else(|| name.text.clone(), |module| module.qualified(&name.text));
        let label = label.map(|label| label.text.clone());
        let fact =
            Fact { kind: FactKind::Tiers, name: format!("{qualified}.raw"), label, node, table, span: name.span, rows, not_before: None };
        self.facts.listed.push((module, name.span, fact));
    }

    /// Has every run count a condition or label.
    pub(crate) fn watch(&mut self, name: String, table: TableId, node: NodeId) {
        let countable =
            matches!(self.type_of(node), Type::Bool | Type::Label(_)) && self.graph.get(node).is_some_and(|node| node.space == Some(table));
        if countable {
            let reads = if self.optional(node) { self.optional_reads(node) } else { Vec::new() };
            self.watches.push(Watch { name, table, node, reads });
        }
    }

    /// The columns below a node that may be missing, as `table.column`.
    pub(crate) fn optional_reads(&self, node: NodeId) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for id in self.graph.reachable([node]) {
            let Some(node) = self.graph.get(id) else { continue };
            let (Kind::Column(column), true, Some(table)) = (&node.kind, node.optional, node.space) else { continue };
            if let Some(table) = self.table(table) {
                if let Some(column) = table.column(*column) {
                    out.push(format!("{}.{}", table.name, column.name));
                }
            }
        }
        out.sort();
        out.dedup();
        out
    }
}
