//! Channels and offers.

use super::names::Scope;
use super::problems::names as problems;
use super::wording;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Channel, Comparison, Kind, Link, NodeId, Operator};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name, Path};
use crate::types::{TableId, Type, Value};

/// States of a grant that keep a place for good.
const TAKEN: [&str; 2] = ["accepted", "redeemed"];
/// States after which an invitation is no longer open.
const CLOSED: [&str; 4] = ["accepted", "declined", "expired", "redeemed"];

impl Checker {
    pub(super) fn lower_channels(&mut self) -> Vec<Channel> {
        let mut out: Vec<Channel> = Vec::new();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Channel(channel) = &item.kind else { continue };
                if out.iter().any(|known| known.name == channel.name.text) {
                    self.report(Problem::new(&problems::DUPLICATE_NAME, channel.name.span).with("name", &channel.name.text));
                    continue;
                }
                let scope = Scope::constant(module);
                let cost = channel.cost.as_ref().and_then(|cost| self.fixed_of_type(cost, &Type::Money, "`cost`", &scope));
                let staff = channel.staff.as_ref().and_then(|staff| self.length(staff, &scope, "`staff`"));
                out.push(Channel {
                    name: channel.name.text.clone(),
                    label: channel.label.as_ref().map(|label| label.text.clone()),
                    cost: cost.unwrap_or(0),
                    staff_milliseconds: staff.map_or(0, |length| length.milliseconds),
                });
            }
        }
        out
    }

    /// An int-held constant of a type.
    fn fixed_of_type(&mut self, expression: &ast::Expression, ty: &Type, place: &str, scope: &Scope) -> Option<i64> {
        let typed = self.expression(expression, scope)?;
        self.require_type(&typed, ty, place)?;
        match self.fixed_value(&typed) {
            Some(Value::Int(value)) => Some(value),
            Some(_) | None => {
                self.report(Problem::new(&super::problems::types::NOT_CONSTANT, expression.span).with("where", place));
                None
            }
        }
    }

    /// The channel of a name, wherever it is declared.
    pub(crate) fn find_channel(&mut self, name: &Name) -> Option<ast::Channel> {
        let channels: Vec<ast::Channel> = self
            .modules
            .iter()
            .flat_map(|module| &module.items)
            .filter_map(|item| match &item.kind {
                ItemKind::Channel(channel) => Some(channel.clone()),
                _ => None,
            })
            .collect();
        let found = channels
            .iter()
            .find(|channel| channel.name.text == name.text || channel.label.as_ref().is_some_and(|label| label.text == name.text));
        if found.is_none() {
            let known = channels.iter().map(|channel| channel.name.text.clone()).collect();
            self.undeclared("channel", name, known);
        }
        found.cloned()
    }

    pub(crate) fn undeclared(&mut self, kind: &str, name: &Name, known: Vec<String>) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let problem = Problem::new(&problems::UNKNOWN_PART, name.span).with("kind", kind).with("name", &name.text);
        let problem = if known.is_empty() {
            problem.with("advice", "declare it first")
        } else {
            wording::advised(problem, &name.text, &known, ("declare it first; declared are", "请先声明；已声明的有"))
        };
        self.report(problem);
    }

    /// The offer a path names, with its module.
    pub(crate) fn find_offer(&mut self, path: &Path, module: usize) -> Option<(usize, ast::Offer)> {
        if let Some((at, item)) = self.find_item(path, module) {
            if let ItemKind::Offer(offer) = &item.kind {
                return Some((at, offer.clone()));
            }
        }
        let known = self.declared_names(module, |kind| matches!(kind, ItemKind::Offer(_)));
        let name = Name { text: path.text(), span: path.span };
        self.undeclared("offer", &name, known);
        None
    }

    pub(crate) fn declared_names(&self, module: usize, wanted: fn(&ItemKind) -> bool) -> Vec<String> {
        let items = self.modules.get(module).map(|module| module.items.as_slice()).unwrap_or_default();
        let names = items.iter().filter(|item| wanted(&item.kind)).filter_map(|item| super::names::declared(&item.kind));
        names.map(|(name, _)| name.text.clone()).collect()
    }

    /// `rate50.bp`, `rate50.open_places`, `rate50.quota`, `rate50.value` inside expressions and texts.
    pub(crate) fn offer_value(&mut self, module: usize, offer: &ast::Offer, member: &Name, table: TableId) -> Option<Typed> {
        let scope = Scope::of(module, table);
        let written = match member.text.as_str() {
            "open_places" => {
                let node = self.open_places(module, offer, table)?;
                return Some(self.typed(node, member.span));
            }
            "bp" => offer.bp.as_ref(),
            "value" => offer.value.as_ref(),
            "quota" => offer.quota.as_ref(),
            "cost" => offer.cost.as_ref(),
            "points" => offer.points.as_ref(),
            "amount" => offer.amount.as_ref(),
            "target" => offer.target.as_ref(),
            _ => None,
        };
        match written {
            Some(expression) => self.expression(expression, &scope).map(|typed| Typed { span: member.span, ..typed }),
            None => {
                let problem = Problem::new(&problems::UNKNOWN_PART, member.span).with("kind", "offer clause").with("name", &member.text);
                let known = ["bp", "value", "quota", "open_places", "cost", "points", "amount", "target"];
                self.report(wording::advised(problem, &member.text, &known, ("an offer has", "权益有")));
                None
            }
        }
    }

    /// Quota less places taken and places still held by open invitations; one number for the run.
    pub(crate) fn open_places(&mut self, module: usize, offer: &ast::Offer, table: TableId) -> Option<NodeId> {
        let span = offer.name.span;
        let Some(quota) = &offer.quota else {
            let problem = Problem::new(&problems::UNKNOWN_PART, span).with("kind", "offer clause").with("name", "quota");
            self.report(problem.with("advice", "an offer has open places only with a `quota`"));
            return None;
        };
        let quota = self.whole(quota, &Scope::constant(module), "`quota`")?;
        let quota = self.constant(Value::Int(quota), Type::Int, span);
        let grants = self.find_table("grants")?;
        let taken = self.grant_state(grants, &offer.name.text, &TAKEN, span)?;
        let invited = self.grant_state(grants, &offer.name.text, &["invited"], span)?;
        let open = self.still_open(grants, span)?;
        let closed = self.closed_at(grants, grants, &offer.name.text, span)?;
        let invited_at = self.at_of(grants, span)?;
        let closed = self.surely_compare(Comparison::GreaterOrEqual, closed, invited_at, span);
        let not_closed = self.negation(closed, span);
        let pending = self.all(&[invited, open, not_closed], span);
        let taken = self.count_units(grants, taken, table, span)?;
        let pending = self.count_units(grants, pending, table, span)?;
        let left = self.binary(Operator::Subtract, quota, taken, Type::Int, span);
        let left = self.binary(Operator::Subtract, left, pending, Type::Int, span);
        let none = self.constant(Value::Int(0), Type::Int, span);
        let optional = self.optional(left);
        let bounded = self.graph.add(
            Kind::Call { function: String::from("larger"), arguments: vec![left, none] },
            Type::Int,
            optional,
            Some(table),
            span,
        );
        let known = self.graph.add(Kind::Coalesce(bounded, none), Type::Int, false, Some(table), span);
        Some(known)
    }

    /// In grant rows: this offer, in one of these states.
    fn grant_state(&mut self, grants: TableId, offer: &str, states: &[&str], span: Span) -> Option<NodeId> {
        let offer_id = self.named_column(grants, "offer_id", span)?;
        let state = self.named_column(grants, "state", span)?;
        let same = self.one_of(offer_id, &[offer], span);
        let in_state = self.one_of(state, states, span);
        Some(self.all(&[same, in_state], span))
    }

    pub(crate) fn one_of(&mut self, node: NodeId, texts: &[&str], span: Span) -> NodeId {
        let mut set: Vec<Value> = texts.iter().map(|text| Value::Text((*text).to_string())).collect();
        set.sort();
        let optional = self.optional(node);
        self.add(Kind::OneOf { value: node, set }, Type::Bool, optional, span)
    }

    /// In grant rows: the place is held beyond T. An invitation without an end stays open.
    fn still_open(&mut self, grants: TableId, span: Span) -> Option<NodeId> {
        let expires = self.named_column(grants, "expires_at", span)?;
        let as_of = self.as_of(span);
        let later = self.add(Kind::Compare { operator: Comparison::Greater, left: expires, right: as_of }, Type::Bool, true, span);
        let missing = self.add(Kind::IsMissing(expires), Type::Bool, false, span);
        Some(self.any(&[later, missing], span))
    }

    /// Different units among grant rows that meet a condition, over the whole table.
    fn count_units(&mut self, grants: TableId, condition: NodeId, table: TableId, span: Span) -> Option<NodeId> {
        let unit = self.ledger_unit(grants, span)?;
        let aggregate = self.ledger_aggregate(grants, Link::Everyone, AggregateFunction::Distinct, Some(unit), condition, span);
        Some(self.add_in(table, Kind::Aggregate(Box::new(aggregate)), Type::Int, false, span))
    }

    /// When the unit of a row (of `space`) last answered an invitation to this offer or let it expire: an invitation after that is open.
    pub(crate) fn closed_at(&mut self, space: TableId, grants: TableId, offer: &str, span: Span) -> Option<NodeId> {
        self.grant_time(space, grants, offer, &CLOSED, span)
    }

    /// When the unit of a row (of `space`) last had a grant of this offer in one of these states.
    pub(crate) fn grant_time(&mut self, space: TableId, grants: TableId, offer: &str, states: &[&str], span: Span) -> Option<NodeId> {
        let condition = self.grant_state(grants, offer, states, span)?;
        let row_key = self.ledger_unit(grants, span)?;
        let outer_key = if space == grants { row_key } else { self.unit_of(space, span)? };
        let at = self.at_of(grants, span)?;
        let link = Link::Key { row_key, outer_key };
        let aggregate = self.ledger_aggregate(grants, link, AggregateFunction::Max, Some(at), condition, span);
        Some(self.add_in(space, Kind::Aggregate(Box::new(aggregate)), Type::Time, true, span))
    }

    /// The subject's key as text: what ledgers keep as unit.
    pub(crate) fn unit_of(&mut self, table: TableId, span: Span) -> Option<NodeId> {
        let key = self.own_key(table, span)?;
        Some(self.as_text(key, span))
    }

    /// The unit a ledger row is about: `unit_id`, else the customer.
    pub(crate) fn ledger_unit(&mut self, ledger: TableId, span: Span) -> Option<NodeId> {
        let unit = self.named_column(ledger, "unit_id", span);
        let customer = self.named_column(ledger, "customer_id", span);
        match (unit, customer) {
            (Some(unit), Some(customer)) if self.type_of(unit) == self.type_of(customer) => {
                let optional = self.optional(customer);
                Some(self.add(Kind::Coalesce(unit, customer), Type::Text, optional, span))
            }
            (Some(unit), _) => Some(unit),
            (None, Some(customer)) => Some(self.as_text(customer, span)),
            (None, None) => {
                let table = self.table(ledger).map_or_else(String::new, |table| table.name.clone());
                let problem = Problem::new(&super::problems::declarations::COLUMN_MISSING, span).with("table", table);
                self.report(problem.with("column", "unit_id"));
                None
            }
        }
    }

    /// An aggregate over ledger rows written before T. What only runs write may be dated later, by one that looked ahead.
    pub(crate) fn ledger_aggregate(
        &mut self,
        ledger: TableId,
        link: Link,
        function: AggregateFunction,
        value: Option<NodeId>,
        filter: NodeId,
        span: Span,
    ) -> Aggregate {
        // Rows whose time was not recorded are old, not future.
        let at = self.at_of(ledger, span).map(|at| {
            let start = self.constant(Value::Int(0), Type::Time, span);
            if self.optional(at) { self.add(Kind::Coalesce(at, start), Type::Time, false, span) } else { at }
        });
        let only_runs = self.table(ledger).is_some_and(|table| ["entries", "journeys"].contains(&table.name.as_str()));
        let until = at.filter(|_| !only_runs).map(|_| self.as_of(span));
        Aggregate { table: ledger, link, function, value, filter: Some(filter), at, from: None, until, at_least: None }
    }
}
