//! Caps: how often one person may be reached, over the ledger and everything ahead in this run.

use super::Draft;
use super::action::Reach;
use super::group::Group;
use crate::check::Checker;
use crate::check::length::Length;
use crate::check::names::Scope;
use crate::check::policy::RuleKind;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Kind, Link, NodeId, Operator, PlaceEntry, Population, Stage};
use crate::source::Span;
use crate::syntax::ast::{self, CalendarPeriod, ItemKind, LimitWindow};
use crate::types::{TableId, Type, Value};

/// States of what an operation gave.
const GIVEN: [&str; 3] = ["accepted", "held", "redeemed"];

/// A contact that passed a layer and stands ahead of the one being asked.
#[derive(Clone)]
pub(super) struct Ahead {
    /// Index among the contenders.
    pub contender: usize,
    pub table: TableId,
    /// Who is reached, as text, in the space of `table`.
    pub customer: NodeId,
    /// Whether the row is the person, so that no other row of the table reaches the same one.
    pub own: bool,
    pub said: Said,
    pub passed: NodeId,
}

/// What a cap may ask of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// Whether somebody is reached; else an operation that gives an offer, which only caps about that offer concern.
    pub contact: bool,
    pub channel: String,
    pub strategy: String,
    pub class: Option<String>,
    pub offer: Option<String>,
}

/// The contacts a cap is about; all that is given must be met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CapSubject {
    channel: Option<String>,
    class: Option<String>,
    offer: Option<String>,
    strategy: Option<String>,
}

impl CapSubject {
    pub fn concerns(&self, said: &Said) -> bool {
        let is = |wanted: &Option<String>, found: Option<&String>| wanted.is_none() || wanted.as_ref() == found;
        (said.contact || self.offer.is_some())
            && is(&self.channel, Some(&said.channel))
            && is(&self.strategy, Some(&said.strategy))
            && is(&self.class, said.class.as_ref())
            && is(&self.offer, said.offer.as_ref())
    }
}

/// Since when contacts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CapWindow {
    /// In any window of this length.
    Any(Length),
    /// Since the start of the calendar period of the run.
    Calendar(CalendarPeriod),
    Always,
}

/// One `at most` as it binds an action.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CapRule {
    pub name: String,
    pub subject: CapSubject,
    pub most: i64,
    pub window: CapWindow,
    /// Counted for all who share this; for the person alone when not given.
    pub per: Option<Group>,
    pub span: Span,
}

/// A cap as it stands before an action.
pub(super) struct Cap {
    pub rule: CapRule,
    pub most: NodeId,
    /// Contacts in the ledger; missing when nobody knows who is reached.
    pub past: NodeId,
    /// Those and the ones ahead.
    pub used: NodeId,
}

impl Draft<'_> {
    pub(super) fn said(&self, reach: &Reach) -> Option<Said> {
        if reach.channel.is_none() && reach.offer.is_none() {
            return None;
        }
        Some(Said {
            contact: reach.channel.is_some(),
            channel: reach.channel.clone().unwrap_or_default(),
            strategy: self.ast.name.text.clone(),
            class: self.ast.class.as_ref().map(|class| class.text.clone()),
            offer: reach.offer.as_ref().map(|(_, offer)| offer.name.text.clone()),
        })
    }
}

impl Checker {
    /// The caps of a layer that bind an action: those of policies, and in the contact layer those of its strategy and its offer.
    pub(super) fn caps_of(&mut self, draft: &Draft<'_>, reach: &Reach, said: &Said, stage: Stage) -> Option<Vec<CapRule>> {
        let mut limits: Vec<(usize, ast::Limit, CapSubject, bool)> = Vec::new();
        for binding in &draft.rules {
            if let (RuleKind::Limit(limit), true) = (&binding.rule, binding.stage == stage) {
                limits.push((binding.module, limit.clone(), self.cap_subject(binding.module, limit), false));
            }
        }
        if stage == Stage::Contact {
            for limit in &draft.ast.at_most {
                let subject = CapSubject { strategy: Some(draft.ast.name.text.clone()), ..self.cap_subject(draft.module, limit) };
                limits.push((draft.module, limit.clone(), subject, true));
            }
            if let Some((module, offer)) = &reach.offer {
                let subject = CapSubject { offer: Some(offer.name.text.clone()), ..CapSubject::default() };
                limits.extend(offer.limits.iter().map(|limit| (*module, limit.clone(), subject.clone(), false)));
            }
        }
        let mut out = Vec::new();
        for (module, limit, subject, own) in limits {
            if !subject.concerns(said) {
                continue;
            }
            let scope = Scope::constant(module);
            let most = self.whole(&limit.count, &scope, "`at most`")?;
            let window = self.cap_window(limit.window.as_ref(), &scope)?;
            let what = limit.what.as_ref().map_or_else(
                || subject.offer.as_deref().unwrap_or("contacts"),
                |what| if what.text == "contact" { "contacts" } else { what.text.as_str() },
            );
            let mut name = format!("at_most_{most}_{what}");
            let per = limit.per.clone().map(|path| Group { path, module, own });
            if let Some(group) = &per {
                name = format!("{name}_per_{}", group.path.text().replace('.', "_"));
            }
            out.push(CapRule { name, subject, most, window, per, span: limit.span });
        }
        Some(out)
    }

    /// Whether a word names contacts a cap can be about: all, a channel, an offer, a class of some strategy.
    pub(crate) fn is_cap_subject(&self, module: usize, what: &ast::Name) -> bool {
        matches!(what.text.as_str(), "contact" | "contacts" | "risk" | "service" | "retention" | "sales")
            || self.is_channel(&what.text)
            || self.offer_named(module, what).is_some()
            || self.strategies_of_class(&what.text).next().is_some()
    }

    fn is_channel(&self, name: &str) -> bool {
        let items = self.modules.iter().flat_map(|module| &module.items);
        items.into_iter().any(|item| matches!(&item.kind, ItemKind::Channel(channel) if channel.name.text == name))
    }

    fn offer_named(&self, module: usize, what: &ast::Name) -> Option<String> {
        let path = ast::Path { segments: vec![what.clone()], span: what.span };
        match &self.find_item(&path, module)?.1.kind {
            ItemKind::Offer(offer) => Some(offer.name.text.clone()),
            _ => None,
        }
    }

    fn strategies_of_class<'b>(&'b self, class: &'b str) -> impl Iterator<Item = &'b str> {
        let items = self.modules.first().map(|module| module.items.as_slice()).unwrap_or_default();
        items.iter().filter_map(move |item| match &item.kind {
            ItemKind::Strategy(strategy) if strategy.class.as_ref().is_some_and(|own| own.text == class) => {
                Some(strategy.name.text.as_str())
            }
            _ => None,
        })
    }

    fn cap_subject(&self, module: usize, limit: &ast::Limit) -> CapSubject {
        let Some(what) = limit.what.as_ref().filter(|what| what.text != "contact" && what.text != "contacts") else {
            return CapSubject::default();
        };
        if self.is_channel(&what.text) {
            return CapSubject { channel: Some(what.text.clone()), ..CapSubject::default() };
        }
        match self.offer_named(module, what) {
            Some(offer) => CapSubject { offer: Some(offer), ..CapSubject::default() },
            None => CapSubject { class: Some(what.text.clone()), ..CapSubject::default() },
        }
    }

    pub(super) fn cap_window(&mut self, window: Option<&LimitWindow>, scope: &Scope) -> Option<CapWindow> {
        Some(match window {
            Some(LimitWindow::InAny(length)) => CapWindow::Any(self.length(length, scope, "`in any`")?),
            Some(LimitWindow::PerCalendar(period)) => CapWindow::Calendar(*period),
            None => CapWindow::Always,
        })
    }

    /// In rows of a ledger with this time: in the window, as a condition.
    pub(super) fn in_cap_window(&mut self, ledger: TableId, column: &str, window: CapWindow, span: Span) -> Option<NodeId> {
        // A run that looks ahead counts as if all it sends went out at T, and all contacts after the window's start count: so that no
        // window is passed, whenever the contacts go out.
        let sent = if column == "sent_at" { self.contact_time(ledger, span)? } else { self.named_column(ledger, column, span)? };
        let now = self.as_of(span);
        Some(match window {
            CapWindow::Any(length) => {
                let from = self.shift(now, length.negated(), span);
                self.compare(Comparison::Greater, sent, from, span)
            }
            CapWindow::Calendar(period) => {
                let day = self.call("day", vec![now], Type::Date, span);
                let start = match period {
                    CalendarPeriod::Day => day,
                    CalendarPeriod::Week => self.call("week_start", vec![day], Type::Date, span),
                    CalendarPeriod::Month => self.call("month_start", vec![day], Type::Date, span),
                    CalendarPeriod::Quarter => self.call("quarter_start", vec![day], Type::Date, span),
                    CalendarPeriod::Year => self.call("year_start", vec![day], Type::Date, span),
                };
                let start = self.call("to_time", vec![start], Type::Time, span);
                self.compare(Comparison::GreaterOrEqual, sent, start, span)
            }
            CapWindow::Always => self.truth(true, span),
        })
    }

    /// A cap before an action whose person is `customer`.
    pub(super) fn cap_before(
        &mut self,
        draft: &Draft<'_>,
        rule: CapRule,
        contact: bool,
        (customer, own): (NodeId, bool),
        ahead: &[Ahead],
    ) -> Option<Cap> {
        let span = rule.span;
        let past = self.past_of_person(draft, &rule, contact, customer)?;
        let planned = self.contacts_ahead(draft, &rule, customer, own, ahead);
        let used = self.binary(Operator::Add, past, planned, Type::Int, span);
        Some(Cap { most: self.constant(Value::Int(rule.most), Type::Int, span), past, used, rule })
    }

    /// What one person got in the ledger that a cap counts: contacts, or what operations gave.
    fn past_of_person(&mut self, draft: &Draft<'_>, rule: &CapRule, contact: bool, customer: NodeId) -> Option<NodeId> {
        let span = rule.span;
        let ledger = self.find_table(if contact { "contacts" } else { "grants" })?;
        let conditions = self.counted_rows(rule, ledger, contact)?;
        let filter = self.all(&conditions, span);
        let row_key = self.named_column(ledger, "customer_id", span)?;
        let row_key = self.as_text(row_key, span);
        let link = Link::Key { row_key, outer_key: customer };
        let aggregate = self.ledger_aggregate(ledger, link, AggregateFunction::Count, None, filter, span);
        Some(self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), Type::Int, true, span))
    }

    /// In rows of the ledger: those a cap counts. What operations gave stands in the grants.
    pub(super) fn counted_rows(&mut self, rule: &CapRule, ledger: TableId, contact: bool) -> Option<Vec<NodeId>> {
        let span = rule.span;
        let one = |text: &Option<String>| text.clone().map(|text| vec![text]);
        let of_class: Option<Vec<String>> =
            rule.subject.class.as_ref().map(|class| self.strategies_of_class(class).map(String::from).collect());
        let mut conditions = vec![self.in_cap_window(ledger, if contact { "sent_at" } else { "ts" }, rule.window, span)?];
        let mut asked = vec![("offer_id", one(&rule.subject.offer))];
        if contact {
            asked.extend([
                ("channel", one(&rule.subject.channel)),
                ("strategy_id", one(&rule.subject.strategy)),
                ("strategy_id", of_class),
            ]);
        } else {
            asked.push(("state", Some(GIVEN.map(String::from).to_vec())));
        }
        for (column, texts) in asked {
            if let Some(texts) = texts {
                let column = self.named_column(ledger, column, span)?;
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                conditions.push(self.one_of(column, &texts, span));
            }
        }
        Some(conditions)
    }

    /// Contacts of the same person that passed this layer ahead: on the same row, on other rows, in strategies about other tables.
    fn contacts_ahead(&mut self, draft: &Draft<'_>, rule: &CapRule, customer: NodeId, own: bool, ahead: &[Ahead]) -> NodeId {
        let span = rule.span;
        let mut same_row: Vec<NodeId> = Vec::new();
        let mut elsewhere: Vec<(TableId, NodeId, Vec<NodeId>)> = Vec::new();
        for other in ahead.iter().filter(|other| rule.subject.concerns(&other.said)) {
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
            let sum = Aggregate {
                table,
                link,
                function: AggregateFunction::Sum,
                value,
                filter,
                at: None,
                from: None,
                until: None,
                at_least: None,
            };
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

    /// How often this action passes for rows ahead that reach the same person: at most as often as the tightest cap allows.
    pub(super) fn same_action_ahead(&mut self, draft: &Draft<'_>, caps: &[Cap], customer: NodeId, wanted: NodeId) -> Option<NodeId> {
        let span = draft.span;
        let entries = vec![PlaceEntry { flag: wanted, keys: self.rank_keys(draft)?, per: Some(customer), weight: None }];
        let place = Population::Place { entries, at: 0 };
        let place = self.add_in(draft.table, Kind::Population(Box::new(place)), Type::Int, true, span);
        let one = self.constant(Value::Int(1), Type::Int, span);
        let mut least = self.binary(Operator::Subtract, place, one, Type::Int, span);
        for cap in caps {
            let left = self.binary(Operator::Subtract, cap.most, cap.used, Type::Int, cap.rule.span);
            let smaller = self.surely_compare(Comparison::Less, left, least, cap.rule.span);
            least = self.either(smaller, left, least, cap.rule.span);
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
