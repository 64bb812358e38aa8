//! Overlays: other params for some subjects, or strategies that are not for them.
//!
//! An overlay without `when` simply sets params. With `when`, a param is `if(overlay, its value, the usual value)` wherever a rule of
//! one subject reads it; an undecided overlay does not apply. A subject for whom two overlays hold is excluded from every strategy
//! as `overlay_conflict`, unless the checker proves that there is none; one shown by an example is refused at once.

use super::names::Scope;
use super::problems::{names, overlays as problems, policy as policies, strategy as strategies};
use super::proof::{combinations, pick};
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Fact, FactKind, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, Exclude, Expression, ExpressionKind, ItemKind, Name, Path};
use crate::types::{TableId, Type};

const CONFLICT: &str = "overlay_conflict";

/// An overlay, with its params resolved.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// Qualified.
    pub name: Name,
    /// The reason of exclusions.
    rule: String,
    module: usize,
    label: Option<String>,
    when: Option<Expression>,
    /// Qualified name of a param, and its value here.
    params: Vec<(String, Expression)>,
    disable: Vec<String>,
    /// The order of classes, for everybody or for its subjects.
    order: Vec<Name>,
    table: Option<TableId>,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    New,
    InProgress,
    /// The condition, three-valued; `None` when it is wrong.
    Done(Option<NodeId>),
}

impl Checker {
    /// Reads the overlays, before any param is used.
    pub(super) fn read_overlays(&mut self) {
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Overlay(overlay) = &item.kind else { continue };
                let layer = self.layer(module, overlay);
                if layer.when.is_none() {
                    for (name, value) in &layer.params {
                        if self.whole_params.insert(name.clone(), value.clone()).is_some() {
                            self.report(Problem::new(&problems::OVERLAY_TWICE, value.span).with("name", name));
                        }
                    }
                }
                self.layers.push(layer);
            }
        }
    }

    fn layer(&mut self, at: usize, overlay: &ast::Overlay) -> Layer {
        if let Some(class) = overlay.order.first() {
            self.check_order(&overlay.order);
            self.check_order_lock(class.span);
        }
        let mut params = Vec::new();
        for (path, value) in &overlay.params {
            let found = self.find_item(path, at).filter(|(_, item)| matches!(item.kind, ItemKind::Param(_)));
            let Some((module, item)) = found else {
                let known = self.declared_names(at, |kind| matches!(kind, ItemKind::Param(_)));
                self.undeclared("param", &Name { text: path.text(), span: path.span }, known);
                continue;
            };
            let ItemKind::Param(param) = &item.kind else { continue };
            let qualified = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&param.name.text));
            if params.iter().any(|(known, _)| *known == qualified) {
                self.report(Problem::new(&names::DUPLICATE_CLAUSE, path.span).with("name", path.text()));
                continue;
            }
            self.check_param_value(module, param, value);
            self.check_locks(module, param, path);
            params.push((qualified, value.clone()));
        }
        for path in &overlay.disable {
            let known = self.declared_names(0, |kind| matches!(kind, ItemKind::Strategy(_)));
            if !known.contains(&path.text()) {
                self.undeclared("strategy", &Name { text: path.text(), span: path.span }, known);
            }
        }
        Layer {
            name: Name {
                text: self.modules.get(at).map_or_else(String::new, |module| module.qualified(&overlay.name.text)),
                span: overlay.name.span,
            },
            label: overlay.label.as_ref().map(|label| label.text.clone()),
            when: overlay.when.clone(),
            params,
            disable: overlay.disable.iter().map(Path::text).collect(),
            order: overlay.order.clone(),
            module: at,
            rule: overlay.name.text.clone(),
            table: self.about(at, None, overlay.name.span),
            state: State::New,
        }
    }

    /// The order of classes that overlays set for everybody, if one does.
    pub(super) fn overlaid_order(&mut self) -> Option<Vec<String>> {
        let mut orders = self.layers.iter().filter(|layer| layer.when.is_none() && !layer.order.is_empty());
        let first = orders.next()?;
        let words = first.order.iter().map(|class| class.text.clone()).collect();
        let again = orders.next().and_then(|layer| layer.order.first()).map(|class| class.span);
        if let Some(span) = again {
            self.report(Problem::new(&problems::OVERLAY_TWICE, span).with("name", "order"));
        }
        Some(words)
    }

    /// Overlays that order the classes for their subjects, by name: their place, the name, the table they are about, and the order.
    pub(super) fn ordering_overlays(&self) -> Vec<(usize, Name, Option<TableId>, Vec<String>)> {
        let ordering = self.layers.iter().enumerate().filter(|(_, layer)| layer.when.is_some() && !layer.order.is_empty());
        let classes = |layer: &Layer| layer.order.iter().map(|class| class.text.clone()).collect();
        let mut out: Vec<_> = ordering.map(|(at, layer)| (at, layer.name.clone(), layer.table, classes(layer))).collect();
        out.sort_by(|one, other| one.1.text.cmp(&other.1.text));
        out
    }

    /// The order of a locked policy is not for overlays.
    fn check_order_lock(&mut self, place: Span) {
        for at in 0..self.modules.len() {
            for item in self.items(at) {
                let ItemKind::Policy(policy) = &item.kind else { continue };
                let orders = policy.layers.iter().flat_map(|layer| &layer.rules).any(|rule| matches!(rule, ast::PolicyRule::Order { .. }));
                if policy.locked && orders {
                    self.report(Problem::new(&policies::ORDER_LOCKED, place).with("policy", &policy.name.text));
                }
            }
        }
    }

    /// A param of a locked policy is the same for everybody.
    fn check_locks(&mut self, module: usize, param: &ast::Param, place: &Path) {
        for at in 0..self.modules.len() {
            for item in self.items(at) {
                let ItemKind::Policy(policy) = &item.kind else { continue };
                if policy.locked && self.policy_reads(at, policy, module, &param.name.text) {
                    let problem = Problem::new(&problems::OVERLAY_LOCKED, place.span).with("policy", &policy.name.text);
                    self.report(problem.with("name", &param.name.text));
                }
            }
        }
    }

    /// The condition of an overlay for the subjects of its table, three-valued.
    pub(super) fn overlay_condition(&mut self, at: usize) -> Option<NodeId> {
        let layer = self.layers.get_mut(at)?;
        let (name, module, table) = (layer.name.clone(), layer.module, layer.table?);
        match &layer.state {
            State::Done(node) => return *node,
            State::InProgress => {
                self.report(Problem::new(&names::CYCLIC_DEFINITION, name.span).with("name", &name.text));
                return None;
            }
            State::New => layer.state = State::InProgress,
        }
        let node = match self.layers.get(at)?.when.clone() {
            Some(when) => self.condition_of(&when, &Scope::of(module, table), "`when`").map(|typed| typed.node),
            None => Some(self.truth(true, name.span)),
        };
        self.layers.get_mut(at)?.state = State::Done(node);
        node
    }

    /// A param as a rule of one subject reads it.
    pub(super) fn param_value(&mut self, module: usize, param: &ast::Param, span: Span, scope: &Scope) -> Option<Typed> {
        let value = self.param_expression(module, param);
        let mut typed = self.expression(&value, &Scope::constant(module))?;
        let qualified = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&param.name.text));
        for at in self.layers_of(&qualified) {
            let condition = self.condition_in(at, &param.name.text, span, scope)?;
            let layer = self.layers.get(at)?;
            let layer_module = layer.module;
            let (_, value) = layer.params.iter().find(|(name, _)| *name == qualified)?.clone();
            let own = self.expression(&value, &Scope::constant(layer_module))?;
            let ty = self.common_type(&typed.ty, &own.ty);
            let (own, usual) = self.same_unit(own, typed, "combined", "合并")?;
            let sure = self.surely(condition, span);
            let kind = Kind::If { condition: sure, then: own.node, otherwise: usual.node };
            let node = self.add(kind, ty, own.optional || usual.optional, span);
            typed = self.typed(node, span);
        }
        Some(Typed { span, ..typed })
    }

    /// Overlays with `when` that set this param.
    fn layers_of(&self, qualified: &str) -> Vec<usize> {
        let sets = |layer: &Layer| layer.when.is_some() && layer.params.iter().any(|(name, _)| name == qualified);
        self.layers.iter().enumerate().filter(|(_, layer)| sets(layer)).map(|(at, _)| at).collect()
    }

    /// An overlay's condition for the rows of a scope, or the rows around it.
    fn condition_in(&mut self, at: usize, param: &str, span: Span, scope: &Scope) -> Option<NodeId> {
        let about = self.layers.get(at)?.table;
        let condition = self.overlay_condition(at)?;
        if scope.table.is_some() && scope.table == about {
            return Some(condition);
        }
        let outer = scope.outer.as_ref().and_then(|outer| outer.table);
        if outer.is_some() && outer == about {
            let typed = self.typed(condition, span);
            return Some(self.outer(typed, scope).node);
        }
        self.one_for_all(at, param, span);
        None
    }

    fn one_for_all(&mut self, at: usize, param: &str, span: Span) {
        let Some(layer) = self.layers.get(at) else { return };
        let table = layer.table.and_then(|table| self.table(table)).map_or_else(String::new, |table| table.name.clone());
        let problem = Problem::new(&problems::OVERLAY_WHOLE, span).with("name", param).with("overlay", &layer.name.text);
        self.report(problem.with("table", table));
    }

    /// A length is one for all subjects; a problem when an overlay says otherwise.
    pub(super) fn length_for_all(&mut self, module: usize, param: &ast::Param, span: Span) {
        let qualified = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&param.name.text));
        if let Some(at) = self.layers_of(&qualified).first() {
            self.one_for_all(*at, &param.name.text, span);
        }
    }

    /// Lists every overlay as a fact, and proves that no subject has two, or refuses with one who has.
    pub(super) fn check_overlays(&mut self) {
        let conditional: Vec<usize> =
            (0..self.layers.len()).filter(|at| self.layers.get(*at).is_some_and(|layer| layer.when.is_some())).collect();
        for at in &conditional {
            let Some(node) = self.overlay_condition(*at) else { continue };
            let Some(layer) = self.layers.get(*at).cloned() else { continue };
            let Some(table) = layer.table else { continue };
            self.watch(format!("overlay {}", layer.name.text), table, node);
            let fact = Fact {
                kind: FactKind::Segment,
                name: layer.name.text.clone(),
                label: layer.label,
                node,
                table,
                span: layer.name.span,
                rows: Vec::new(),
                not_before: None,
            };
            self.facts.list(layer.module, fact);
        }
        for (place, first) in conditional.iter().enumerate() {
            for second in conditional.iter().skip(place + 1) {
                self.check_pair(*first, *second);
            }
        }
    }

    fn check_pair(&mut self, first: usize, second: usize) {
        let table = |at: usize| self.layers.get(at).and_then(|layer| layer.table);
        if table(first) != table(second) {
            return;
        }
        let (Some(a), Some(b)) = (self.overlay_condition(first), self.overlay_condition(second)) else { return };
        let samples = self.samples_of(&[a, b]);
        let both = combinations(&samples).and_then(|count| {
            (0..count)
                .map(|index| pick(&samples, index))
                .find(|subject| self.holds(a, subject) == Some(true) && self.holds(b, subject) == Some(true))
        });
        let proved = combinations(&samples).is_some() && both.is_none();
        if proved {
            return;
        }
        // Conditions on different values may well exclude each other in the data, so those are left to the run.
        let (of_a, of_b) = (self.samples_of(&[a]), self.samples_of(&[b]));
        let shared = of_a.keys().any(|node| of_b.contains_key(node));
        let (Some(subject), true) = (both, shared) else {
            self.layer_pairs.push((first, second));
            return;
        };
        let name = |checker: &Self, at: usize| checker.layers.get(at).map(|layer| layer.name.clone());
        let (Some(one), Some(other)) = (name(self, first), name(self, second)) else { return };
        let problem = Problem::new(&problems::OVERLAY_CONFLICT, other.span).with("first", &one.text).with("second", &other.text);
        let example = self.describe(&subject);
        self.report(problem.with("example", example));
    }

    /// A strategy with the exclusions that overlays add to it.
    pub(super) fn overlaid(&mut self, strategy: &ast::Strategy) -> ast::Strategy {
        let mut out = strategy.clone();
        for exclude in &strategy.excludes {
            if exclude.name.text == CONFLICT {
                self.report(Problem::new(&strategies::RESERVED_REASON, exclude.name.span).with("name", CONFLICT));
            }
        }
        let span = strategy.name.span;
        if !self.layer_pairs.is_empty() {
            out.excludes.push(exclusion(CONFLICT, None, CONFLICT, span));
        }
        for layer in &self.layers {
            if layer.disable.contains(&strategy.name.text) {
                out.excludes.push(exclusion(&layer.rule, layer.label.as_deref(), &bound_name(&layer.name.text), layer.name.span));
            }
        }
        out
    }

    /// Makes the overlays known to the rules of a strategy about `table`.
    pub(super) fn bind_overlays(&mut self, scope: &mut Scope, table: TableId, span: Span) {
        for at in 0..self.layers.len() {
            let Some(condition) = self.overlay_condition(at) else { continue };
            let Some(layer) = self.layers.get(at).filter(|layer| layer.table == Some(table) || layer.when.is_none()) else { continue };
            let name = bound_name(&layer.name.text);
            let optional = self.optional(condition);
            scope.bind(name, condition, Type::Bool, optional, span);
        }
        let mut both = Vec::new();
        for (first_at, second_at) in self.layer_pairs.clone() {
            let (Some(first), Some(second)) = (self.overlay_condition(first_at), self.overlay_condition(second_at)) else { continue };
            let about = |at: usize| self.layers.get(at).is_some_and(|layer| layer.table == Some(table));
            if about(first_at) && about(second_at) {
                let (first, second) = (self.surely(first, span), self.surely(second, span));
                both.push(self.all(&[first, second], span));
            }
        }
        let conflict = self.any(&both, span);
        scope.bind(CONFLICT, conflict, Type::Bool, false, span);
    }
}

/// A name no author can write.
fn bound_name(overlay: &str) -> String {
    format!("overlay {overlay}")
}

fn exclusion(name: &str, label: Option<&str>, bound: &str, span: Span) -> Exclude {
    let path = Path { segments: vec![Name { text: bound.to_string(), span }], span };
    Exclude {
        span,
        documentation: None,
        name: Name { text: name.to_string(), span },
        label: label.map(|text| ast::Quoted { text: text.to_string(), span }),
        when: Expression { span, kind: Box::new(ExpressionKind::Path(path)) },
    }
}
