//! Capacity: what staff and channels can do in a period, given to the first in the order of the run.

use super::Draft;
use super::cap::CapWindow;
use super::course::Course;
use super::group::Group;
use super::layer::{Contender, LayerRule};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::policy::RuleKind;
use crate::check::problems::strategy as problems;
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Kind, Link, NodeId, Operator, PlaceEntry, Population, Stage};
use crate::syntax::ast;
use crate::types::{TableId, Type, Value};

/// A contender that a capacity stopped, for those that stand in for it and for what is recorded in the end.
pub(super) struct Overflow {
    pub contender: usize,
    pub wanted: NodeId,
    pub rules: Vec<LayerRule>,
    /// Two-valued: some rule stops it.
    pub stopped: NodeId,
    /// Two-valued: it waits for a later run.
    pub deferred: NodeId,
}

/// One contender of a capacity.
struct Seat {
    contender: usize,
    table: TableId,
    /// Whose capacity it is, as text; `None` when it is everybody's.
    per: Option<NodeId>,
    most: NodeId,
    used: NodeId,
}

/// What passed a capacity in one table: who, whose it is, and the flag.
#[derive(Clone, Copy)]
pub(super) struct Served {
    pub contender: usize,
    table: TableId,
    per: Option<NodeId>,
    pub passed: NodeId,
}

impl Checker {
    /// Every capacity for the actions of a round, those ahead first. Nothing is recorded yet.
    pub(super) fn pass_capacity(
        &mut self,
        round: u8,
        courses: &[Course<'_>],
        contenders: &mut [Contender],
        served: &mut Vec<(crate::source::Span, Served)>,
    ) -> Vec<Overflow> {
        let mut out: Vec<Overflow> = Vec::new();
        for (module, capacity) in capacities(courses) {
            let bound: Vec<usize> = (0..contenders.len()).filter(|at| is_bound(courses, contenders, *at, round, &capacity)).collect();
            let mut tables: Vec<TableId> = Vec::new();
            let mut seats = Vec::new();
            for at in bound {
                let Some(seat) = self.seat(module, &capacity, courses, contenders, at) else { continue };
                if !tables.contains(&seat.table) {
                    tables.push(seat.table);
                }
                seats.push(seat);
            }
            for table in tables {
                let here: Vec<&Seat> = seats.iter().filter(|seat| seat.table == table).collect();
                self.fill_seats(&capacity, table, &here, courses, contenders, served, &mut out);
            }
        }
        out
    }

    /// How much of a capacity an action may take: its size, whose it is, and what the ledger holds.
    fn seat(
        &mut self,
        module: usize,
        capacity: &ast::Capacity,
        courses: &[Course<'_>],
        contenders: &[Contender],
        at: usize,
    ) -> Option<Seat> {
        let contender = contenders.get(at)?;
        let course = courses.get(contender.course)?;
        let draft = &course.draft;
        let (_, reach) = course.action(contender.wave, contender.reach)?;
        let role = reach.tail.to.clone();
        let mut scope = Scope { module, ..draft.scope.clone() };
        let about_assignee = capacity.per.as_ref().is_some_and(|per| per.text() == "assignee")
            || self.sources.text(capacity.count.span).contains("assignee");
        if about_assignee {
            let Some(role) = role else {
                let problem = Problem::new(&problems::ASSIGNEE_MISSING, reach.span).with("channel", &capacity.channel.text);
                self.report(problem);
                return None;
            };
            let person = self.role_node(draft, &role)?;
            self.bind_assignee(&mut scope, draft.table, person, capacity.span);
        }
        let most = self.expression(&capacity.count, &scope)?;
        if most.ty != Type::Int {
            let problem = Problem::new(&crate::check::problems::types::WRONG_TYPE, capacity.count.span).with("where", "`capacity`");
            self.report(problem.with("expected", "a whole number").with("found", &most.ty));
            return None;
        }
        let per = match &capacity.per {
            Some(path) => {
                if about_assignee {
                    let typed = self.path(path, &scope)?;
                    Some(self.as_text(typed.node, path.span))
                } else {
                    Some(self.group_of(draft, &Group { path: path.clone(), module, own: false })?)
                }
            }
            None => None,
        };
        let window = self.cap_window(capacity.window.as_ref(), &Scope::constant(module))?;
        let used = self.capacity_used(draft, module, capacity, window, per)?;
        Some(Seat { contender: at, table: draft.table, per, most: most.node, used })
    }

    /// `assignee` and, where its table is known, `assignee.COLUMN`.
    fn bind_assignee(&mut self, scope: &mut Scope, space: TableId, person: NodeId, span: crate::source::Span) {
        let (ty, optional) = (self.type_of(person), self.optional(person));
        scope.bind("assignee", person, ty, optional, span);
        let Some(table) = self.referred_table(person) else { return };
        let columns = self.table(table).map(|table| table.columns.clone()).unwrap_or_default();
        for (at, column) in (0..).zip(columns) {
            let value = self.column(table, crate::types::ColumnId(at), span);
            let node = self.add_in(space, Kind::Via { key: person, table, value }, column.ty.clone(), true, span);
            scope.bind(format!("assignee.{}", column.name), node, column.ty, true, span);
        }
    }

    /// The table that a reference, read directly or along a path, points to.
    pub(super) fn referred_table(&self, node: NodeId) -> Option<TableId> {
        let found = self.graph.get(node)?;
        match &found.kind {
            Kind::Via { key: _, table: _, value } => self.referred_table(*value),
            Kind::Column(column) => Some(self.table(found.space?)?.column(*column)?.reference.as_ref()?.table),
            _ => None,
        }
    }

    /// Contacts on the channel in the ledger, of this person's or for everybody.
    fn capacity_used(
        &mut self,
        draft: &Draft<'_>,
        module: usize,
        capacity: &ast::Capacity,
        window: CapWindow,
        per: Option<NodeId>,
    ) -> Option<NodeId> {
        let span = capacity.span;
        let contacts = self.find_table("contacts")?;
        let channel = self.named_column(contacts, "channel", span)?;
        let on_channel = self.one_of(channel, &[capacity.channel.text.as_str()], span);
        let in_window = self.in_cap_window(contacts, "sent_at", window, span)?;
        let mut conditions = vec![on_channel, in_window];
        let link = match (per, &capacity.per) {
            (Some(outer_key), Some(path)) if path.text() == "assignee" => {
                let row_key = self.named_column(contacts, "rm_id", span)?;
                Link::Key { row_key: self.as_text(row_key, span), outer_key }
            }
            (Some(outer_key), Some(path)) => {
                let (row_key, about) = self.group_of_contact(draft, &Group { path: path.clone(), module, own: false }, contacts)?;
                conditions.extend(about);
                Link::Key { row_key, outer_key }
            }
            (_, _) => Link::Everyone,
        };
        let filter = self.all(&conditions, span);
        let aggregate = self.ledger_aggregate(contacts, link, AggregateFunction::Count, None, filter, span);
        Some(self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), Type::Int, true, span))
    }

    #[allow(clippy::too_many_arguments)]
    fn fill_seats(
        &mut self,
        capacity: &ast::Capacity,
        table: TableId,
        seats: &[&Seat],
        courses: &[Course<'_>],
        contenders: &mut [Contender],
        served: &mut Vec<(crate::source::Span, Served)>,
        out: &mut Vec<Overflow>,
    ) -> Option<()> {
        let span = capacity.span;
        let entries = self.seat_entries(seats, courses, contenders, span)?;
        let mut passed_here = Vec::new();
        for (at, seat) in seats.iter().enumerate() {
            let place = Population::Place { entries: entries.clone(), at: u32::try_from(at).ok()? };
            let place = self.add_in(table, Kind::Population(Box::new(place)), Type::Int, true, span);
            let before = self.binary(Operator::Add, place, seat.used, Type::Int, span);
            let elsewhere = self.served_elsewhere(table, seat.per, served, span);
            let needed = self.binary(Operator::Add, before, elsewhere, Type::Int, span);
            let over = self.compare(Comparison::Greater, needed, seat.most, span);
            let contender = contenders.get_mut(seat.contender)?;
            let wanted = contender.wanted;
            let mut rules = Vec::new();
            if let Some(per) = seat.per {
                let known = self.is_known(per, span);
                let condition = self.negation(known, span);
                rules.push(LayerRule { name: String::from("no_assignee"), label: None, condition, detail: None, span });
            }
            let overflow = capacity.overflow.as_ref().map_or("drop", |overflow| overflow.text.as_str());
            let detail = self.text_constant(format!("{} {overflow}", capacity.channel.text), span);
            rules.push(LayerRule { name: String::from("capacity"), label: None, condition: over, detail: Some(detail), span });
            let mut stops = Vec::new();
            for rule in &rules {
                stops.push(self.possibly(rule.condition, span));
            }
            let stops = self.any(&stops, span);
            let free = self.negation(stops, span);
            contender.wanted = self.all(&[wanted, free], span);
            let stopped = self.all(&[wanted, stops], span);
            let waits = match overflow {
                "defer" => self.surely(over, span),
                _ => self.truth(false, span),
            };
            let deferred = self.all(&[wanted, waits], span);
            passed_here.push((span, Served { contender: seat.contender, table, per: seat.per, passed: contender.wanted }));
            match out.iter_mut().find(|known| known.contender == seat.contender) {
                Some(known) => {
                    known.rules.extend(rules);
                    known.stopped = self.any(&[known.stopped, stopped], span);
                    known.deferred = self.any(&[known.deferred, deferred], span);
                }
                None => out.push(Overflow { contender: seat.contender, wanted, rules, stopped, deferred }),
            }
        }
        served.extend(passed_here);
        Some(())
    }

    /// One line: by class, priority, value and name, then by the rank of the strategy.
    fn seat_entries(
        &mut self,
        seats: &[&Seat],
        courses: &[Course<'_>],
        contenders: &[Contender],
        span: crate::source::Span,
    ) -> Option<Vec<PlaceEntry>> {
        let mut bands: Vec<(usize, i64)> = Vec::new();
        let mut keys_of: Vec<(usize, Vec<(NodeId, bool)>)> = Vec::new();
        let mut values = Vec::new();
        for seat in seats {
            let contender = contenders.get(seat.contender)?;
            let course = courses.get(contender.course)?;
            bands.push(contender.band);
            if !keys_of.iter().any(|(known, _)| *known == contender.course) {
                keys_of.push((contender.course, self.rank_keys(&course.draft)?));
            }
            let channel = course.action(contender.wave, contender.reach).and_then(|(_, reach)| reach.channel.clone());
            values.push(self.action_value(&course.draft, channel.as_deref())?);
        }
        let worth = values.iter().flatten().next().map(|value| self.type_of(*value));
        let mut distinct = bands.clone();
        distinct.dedup();
        let mut out = Vec::new();
        for ((seat, band), value) in seats.iter().zip(bands).zip(values) {
            let contender = contenders.get(seat.contender)?;
            let band = distinct.iter().position(|known| *known == band)?;
            let strategy = keys_of.iter().position(|(known, _)| *known == contender.course)?;
            let number = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
            let mut keys = vec![(self.constant(number(band), Type::Int, span), false)];
            if let Some(worth) = &worth {
                let none = self.constant(Value::Missing, worth.clone(), span);
                keys.push((value.unwrap_or(none), true));
            }
            keys.push((self.constant(number(strategy), Type::Int, span), false));
            for (course, own) in &keys_of {
                for (key, descending) in own {
                    let none = self.constant(Value::Missing, self.type_of(*key), span);
                    keys.push((if *course == contender.course { *key } else { none }, *descending));
                }
            }
            let flag = match seat.per {
                Some(per) => {
                    let known = self.is_known(per, span);
                    self.all(&[contender.wanted, known], span)
                }
                None => contender.wanted,
            };
            out.push(PlaceEntry { flag, keys, per: seat.per, weight: None });
        }
        Some(out)
    }

    /// What strategies about other tables, or actions of the round before, already took of the same capacity.
    fn served_elsewhere(
        &mut self,
        table: TableId,
        per: Option<NodeId>,
        served: &[(crate::source::Span, Served)],
        span: crate::source::Span,
    ) -> NodeId {
        let mut groups: Vec<(TableId, Option<NodeId>, Vec<NodeId>)> = Vec::new();
        for (_, Served { contender: _, table: other, per: key, passed: flag }) in served.iter().filter(|(known, _)| *known == span) {
            match groups.iter_mut().find(|(table, known, _)| (*table, *known) == (*other, *key)) {
                Some((_, _, flags)) => flags.push(*flag),
                None => groups.push((*other, *key, vec![*flag])),
            }
        }
        let none = self.constant(Value::Int(0), Type::Int, span);
        let mut total = none;
        for (other, row_key, flags) in groups {
            let value = self.number_of(&flags, span);
            let filter = self.any(&flags, span);
            let link = match (row_key, per) {
                (Some(row_key), Some(outer_key)) => Link::Key { row_key, outer_key },
                (_, _) => Link::Everyone,
            };
            let sum = Aggregate {
                table: other,
                link,
                function: AggregateFunction::Sum,
                value: Some(value),
                filter: Some(filter),
                at: None,
                from: None,
                until: None,
                at_least: None,
            };
            let sum = self.add_in(table, Kind::Aggregate(Box::new(sum)), Type::Int, true, span);
            let sum = self.first_known(sum, none, span);
            total = self.binary(Operator::Add, total, sum, Type::Int, span);
        }
        total
    }

    /// Actions that stand in for what a later layer stopped come to life: they pass their own rules, and every layer again.
    pub(super) fn start_fallbacks(&mut self, round: u8, overflows: &[Overflow], courses: &mut [Course<'_>], contenders: &mut [Contender]) {
        let lost: Vec<Vec<(Stage, NodeId)>> = contenders.iter().map(|contender| contender.lost.clone()).collect();
        for contender in contenders.iter_mut().filter(|contender| contender.round == round) {
            let Some(course) = courses.get_mut(contender.course) else { continue };
            let Some(wave) = course.journey.waves.get(contender.wave) else { continue };
            let Some(reach) = course.reaches.get(contender.wave).and_then(|reaches| reaches.get(contender.reach)) else { continue };
            let stopped = match reach.fallback_of {
                Some((_, Stage::Capacity)) => {
                    overflows.iter().find(|overflow| Some(overflow.contender) == contender.replaces).map(|overflow| overflow.stopped)
                }
                Some((_, stage)) => contender
                    .replaces
                    .and_then(|at| lost.get(at))
                    .and_then(|lost| lost.iter().find(|(known, _)| *known == stage))
                    .map(|(_, lost)| *lost),
                None => None,
            };
            let Some(stopped) = stopped else {
                contender.wanted = self.truth(false, reach.span);
                continue;
            };
            contender.wanted = self.all(&[contender.wanted, stopped], reach.span);
            for stage in [Stage::Legal, Stage::Consent, Stage::Eligibility, Stage::Suitability] {
                let rules = reach.rules.iter().filter(|rule| rule.stage == stage).map(|rule| LayerRule {
                    name: rule.name.clone(),
                    label: rule.label.clone(),
                    condition: rule.condition,
                    detail: None,
                    span: rule.span,
                });
                let rules: Vec<LayerRule> = rules.collect();
                contender.wanted = self.pass_layer(&mut course.draft, wave, reach, stage, &rules, contender.wanted);
            }
        }
    }

    /// Writes down what capacities stopped and nothing stands in for.
    pub(super) fn record_overflows(&mut self, overflows: Vec<Overflow>, courses: &mut [Course<'_>], contenders: &[Contender]) {
        for overflow in overflows {
            let Some(contender) = contenders.get(overflow.contender) else { continue };
            // What stands in where the budget stops it is not asked yet.
            let instead = contenders.iter().filter(|other| other.replaces == Some(overflow.contender) && other.round < 2);
            let standing_in: Vec<NodeId> = instead.map(|other| other.wanted).collect();
            let Some(course) = courses.get_mut(contender.course) else { continue };
            let Some(wave) = course.journey.waves.get(contender.wave) else { continue };
            let Some(reach) = course.reaches.get(contender.wave).and_then(|reaches| reaches.get(contender.reach)) else { continue };
            let replaced = self.any(&standing_in, reach.span);
            let alone = self.negation(replaced, reach.span);
            let asked = self.all(&[overflow.wanted, alone], reach.span);
            self.pass_layer(&mut course.draft, wave, reach, Stage::Capacity, &overflow.rules, asked);
            let deferred = self.all(&[overflow.deferred, alone], reach.span);
            self.record_deferral(&mut course.draft, &course.journey, wave, reach, deferred);
        }
    }
}

/// Every capacity that binds some strategy, as written.
fn capacities(courses: &[Course<'_>]) -> Vec<(usize, ast::Capacity)> {
    let mut out: Vec<(usize, ast::Capacity)> = Vec::new();
    for binding in courses.iter().flat_map(|course| &course.draft.rules) {
        if let RuleKind::Capacity(capacity) = &binding.rule {
            if !out.iter().any(|(_, known)| known.span == capacity.span) {
                out.push((binding.module, capacity.clone()));
            }
        }
    }
    out.sort_by_key(|(_, capacity)| capacity.span);
    out
}

fn is_bound(courses: &[Course<'_>], contenders: &[Contender], at: usize, round: u8, capacity: &ast::Capacity) -> bool {
    let Some(contender) = contenders.get(at).filter(|contender| contender.round == round) else { return false };
    let Some(course) = courses.get(contender.course) else { return false };
    let channel = course.action(contender.wave, contender.reach).and_then(|(_, reach)| reach.channel.clone());
    let binds = |rule: &RuleKind| matches!(rule, RuleKind::Capacity(own) if own.span == capacity.span);
    channel.as_deref() == Some(capacity.channel.text.as_str()) && course.draft.rules.iter().any(|binding| binds(&binding.rule))
}

/// Whether some capacity may make a strategy's action on a channel wait.
pub(super) fn may_wait(draft: &Draft<'_>, channel: Option<&str>) -> bool {
    draft.rules.iter().any(|binding| match &binding.rule {
        RuleKind::Capacity(capacity) => {
            let defers = capacity.overflow.as_ref().is_some_and(|overflow| overflow.text == "defer");
            defers && channel.is_none_or(|channel| channel == capacity.channel.text)
        }
        RuleKind::Exclude(_) | RuleKind::Limit(_) | RuleKind::Hours(_) | RuleKind::Control { .. } => false,
    })
}
