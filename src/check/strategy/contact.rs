//! Contact caps: how often one person may be reached, over the ledger and everything this run plans.

use super::Draft;
use super::course::Course;
use super::layer::{Contender, LayerRule};
use crate::check::Checker;
use crate::check::length::Length;
use crate::check::names::Scope;
use crate::check::policy::RuleKind;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Kind, Link, NodeId, Operator, PlaceEntry, Population, Stage};
use crate::source::Span;
use crate::syntax::ast::LimitWindow;
use crate::types::{TableId, Type, Value};

/// A contact that passed the layer and stands ahead of the one being asked.
struct Ahead {
    table: TableId,
    /// Who is reached, as text, in the space of `table`.
    customer: NodeId,
    /// Whether the row is the person, so that no other row of the table reaches the same one.
    own: bool,
    channel: String,
    passed: NodeId,
}

/// One cap as it stands before an action.
struct Cap {
    rule: String,
    most: NodeId,
    /// Contacts in the ledger and ahead; missing when nobody knows who is reached.
    used: NodeId,
    span: Span,
}

impl Checker {
    /// Asks the caps of every contact, those ahead first; what passes counts for all behind, whatever a later layer says.
    pub(super) fn pass_contact(&mut self, courses: &mut [Course<'_>], contenders: &mut [Contender]) {
        let mut ahead: Vec<Ahead> = Vec::new();
        for contender in contenders {
            let Some(course) = courses.get_mut(contender.course) else { continue };
            let Some(reach) = course.reaches.get(contender.wave).and_then(|reaches| reaches.get(contender.reach)) else { continue };
            let Some(wave) = course.journey.waves.get(contender.wave) else { continue };
            let (Some(channel), Some(customer)) = (reach.channel.clone(), course.draft.customer) else { continue };
            let own = customer == course.draft.unit;
            let Some(caps) = self.caps(&course.draft, &channel, customer, own, &ahead) else { continue };
            let rules = self.cap_rules(&course.draft, &caps, customer, own, contender.wanted);
            contender.wanted = self.pass_layer(&mut course.draft, wave, reach, Stage::Contact, &rules, contender.wanted);
            ahead.push(Ahead { table: course.draft.table, customer, own, channel, passed: contender.wanted });
        }
    }

    fn caps(&mut self, draft: &Draft<'_>, channel: &str, customer: NodeId, own: bool, ahead: &[Ahead]) -> Option<Vec<Cap>> {
        let mut out = Vec::new();
        for binding in draft.rules.clone() {
            let RuleKind::Limit(limit) = &binding.rule else { continue };
            let Some(LimitWindow::InAny(length)) = &limit.window else { continue };
            let what = limit.what.as_ref().map(|what| what.text.clone());
            if !what.as_deref().is_none_or(|what| what == "contact" || what == "contacts" || what == channel) {
                continue;
            }
            let scope = Scope::constant(binding.module);
            let length = self.length(length, &scope, "`in any`")?;
            let count = self.whole(&limit.count, &scope, "`at most`")?;
            let one_channel = what.filter(|what| what == channel);
            let span = limit.span;
            let past = self.contacts_before(draft, one_channel.as_deref(), length, customer, span)?;
            let planned = self.contacts_ahead(draft, one_channel.as_deref(), customer, own, ahead, span);
            let used = self.binary(Operator::Add, past, planned, Type::Int, span);
            let rule = format!("at_most_{count}_{}", one_channel.as_deref().unwrap_or("contacts"));
            out.push(Cap { rule, most: self.constant(Value::Int(count), Type::Int, span), used, span });
        }
        Some(out)
    }

    /// Contacts of one person in the ledger, in a window of this length that ends now.
    fn contacts_before(&mut self, draft: &Draft<'_>, channel: Option<&str>, length: Length, customer: NodeId, span: Span) -> Option<NodeId> {
        let contacts = self.find_table("contacts")?;
        let sent = self.named_column(contacts, "sent_at", span)?;
        let now = self.as_of(span);
        let from = self.shift(now, length.negated(), span);
        let mut conditions = vec![self.compare(Comparison::Greater, sent, from, span)];
        if let Some(channel) = channel {
            let column = self.named_column(contacts, "channel", span)?;
            conditions.push(self.one_of(column, &[channel], span));
        }
        let filter = self.all(&conditions, span);
        let row_key = self.named_column(contacts, "customer_id", span)?;
        let row_key = self.as_text(row_key, span);
        let link = Link::Key { row_key, outer_key: customer };
        let aggregate = self.ledger_aggregate(contacts, link, AggregateFunction::Count, None, filter, span);
        Some(self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), Type::Int, true, span))
    }

    /// Contacts of the same person that passed this layer ahead: on the same row, on other rows, in strategies about other tables.
    fn contacts_ahead(&mut self, draft: &Draft<'_>, channel: Option<&str>, customer: NodeId, own: bool, ahead: &[Ahead], span: Span) -> NodeId {
        let counts = |other: &&Ahead| channel.is_none_or(|channel| channel == other.channel);
        let mut same_row: Vec<NodeId> = Vec::new();
        let mut elsewhere: Vec<(TableId, NodeId, Vec<NodeId>)> = Vec::new();
        for other in ahead.iter().filter(counts) {
            if other.table == draft.table && own && other.own {
                same_row.push(other.passed);
                continue;
            }
            match elsewhere.iter_mut().find(|(table, customer, _)| (*table, *customer) == (other.table, other.customer)) {
                Some((_, _, flags)) => flags.push(other.passed),
                None => elsewhere.push((other.table, other.customer, vec![other.passed])),
            }
        }
        let mut total = self.number_of(&same_row, span);
        for (table, row_key, flags) in elsewhere {
            let value = self.number_of(&flags, span);
            let filter = self.any(&flags, span);
            let link = Link::Key { row_key, outer_key: customer };
            let (value, filter) = (Some(value), Some(filter));
            let sum = Aggregate { table, link, function: AggregateFunction::Sum, value, filter, at: None, from: None, until: None, at_least: None };
            let sum = self.add_in(draft.table, Kind::Aggregate(Box::new(sum)), Type::Int, true, span);
            let none = self.constant(Value::Int(0), Type::Int, span);
            let sum = self.first_known(sum, none, span);
            total = self.binary(Operator::Add, total, sum, Type::Int, span);
        }
        total
    }

    /// How many of the flags are true.
    pub(super) fn number_of(&mut self, flags: &[NodeId], span: Span) -> NodeId {
        let (zero, one) = (self.constant(Value::Int(0), Type::Int, span), self.constant(Value::Int(1), Type::Int, span));
        let mut total = zero;
        for flag in flags {
            let add = self.either(*flag, one, zero, span);
            total = self.binary(Operator::Add, total, add, Type::Int, span);
        }
        total
    }

    /// A cap stops where it is used up. Where several rows reach one person, they count each other in rank order.
    fn cap_rules(&mut self, draft: &Draft<'_>, caps: &[Cap], customer: NodeId, own: bool, wanted: NodeId) -> Vec<LayerRule> {
        let before = if own || caps.is_empty() { None } else { self.same_action_ahead(draft, caps, customer, wanted) };
        let mut out = Vec::new();
        for cap in caps {
            let used = match before {
                Some(before) => self.binary(Operator::Add, cap.used, before, Type::Int, cap.span),
                None => cap.used,
            };
            let full = self.compare(Comparison::GreaterOrEqual, used, cap.most, cap.span);
            out.push(LayerRule { name: cap.rule.clone(), label: None, condition: full, span: cap.span });
        }
        out
    }

    /// How often this action passes for rows ahead that reach the same person: at most as often as the tightest cap allows.
    fn same_action_ahead(&mut self, draft: &Draft<'_>, caps: &[Cap], customer: NodeId, wanted: NodeId) -> Option<NodeId> {
        let span = draft.span;
        let entries = vec![PlaceEntry { flag: wanted, keys: self.rank_keys(draft)?, per: Some(customer) }];
        let place = Population::Place { entries, at: 0 };
        let place = self.add_in(draft.table, Kind::Population(Box::new(place)), Type::Int, true, span);
        let one = self.constant(Value::Int(1), Type::Int, span);
        let mut least = self.binary(Operator::Subtract, place, one, Type::Int, span);
        for cap in caps {
            let left = self.binary(Operator::Subtract, cap.most, cap.used, Type::Int, cap.span);
            let smaller = self.surely_compare(Comparison::Less, left, least, cap.span);
            least = self.either(smaller, left, least, cap.span);
        }
        let zero = self.constant(Value::Int(0), Type::Int, span);
        Some(self.call("larger", vec![least, zero], Type::Int, span))
    }

    /// `rank by`: value and whether the greatest comes first.
    pub(super) fn rank_keys(&mut self, draft: &Draft<'_>) -> Option<Vec<(NodeId, bool)>> {
        let mut keys = Vec::new();
        for key in &draft.ast.rank {
            keys.push((self.expression(&key.value, &draft.scope)?.node, key.descending));
        }
        Some(keys)
    }
}
