//! Figures as values per subject: nodes judged from the entry, whether everything they look at has happened, and the value before.

use super::super::figure::OUTCOME;
use super::super::linked::Linked;
use super::super::moment::is_quantity;
use super::super::parts::{Parts, lengths_within};
use super::figure::View;
use super::{Docket, Planned};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::types;
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Fold, GoalRole, Kind, Link, Measure, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Argument, Expression};
use crate::types::{TableId, Type, Value};

impl Checker {
    /// How a figure folds the values of subjects.
    pub(super) fn outcome_fold(
        &mut self,
        docket: &Docket,
        view: &View<'_>,
        name: &str,
        arguments: &[Argument],
        span: Span,
    ) -> Option<Fold> {
        let parts = Parts::of(arguments)?;
        let scope = self.outcome_scope(view, docket.table, span);
        if self.is_of_linked_rows(name, parts.value, &scope) {
            let Linked { total, rows, ty: _ } = self.linked(name, arguments, &parts, span, &scope)?;
            return Some(match rows {
                Some(rows) => Fold::Ratio { numerator: total, denominator: rows },
                None => Fold::Sum { value: total },
            });
        }
        let end = match parts.within() {
            Some(length) => Some(self.end_of(view, length, &scope, span)?),
            None => None,
        };
        let filter = self.counted_subjects(docket, &parts, &scope, span)?;
        let at_end = |checker: &mut Self, node: NodeId| match (end, view.entry) {
            (Some(end), Some(entry)) => checker.moved(node, docket.table, end, &[entry], span).node,
            (_, _) => node,
        };
        match name {
            "rate" | "retained" => {
                let condition = self.condition_of(parts.value, &scope, &format!("`{name}`"))?.node;
                let condition = at_end(self, condition);
                Some(Fold::Rate { holds: self.among(filter, condition, span) })
            }
            "lasting" => {
                let lasting = self.lasting(&parts, span, &scope)?;
                Some(Fold::Lasting { length: lasting.length, ended: lasting.ended, horizon: lasting.horizon })
            }
            "count" => {
                let known = match self.is_whole_row(parts.value, docket.table) {
                    true => self.truth(true, span),
                    false => {
                        let value = self.expression(parts.value, &scope)?.node;
                        let value = at_end(self, value);
                        self.is_known(value, span)
                    }
                };
                Some(Fold::Sum { value: self.one_where(filter, known, span) })
            }
            "mean" | "sum" | "median" | "quantile" | "nps" => {
                let value = self.figure_value(name, parts.value, span, &scope)?;
                let node = at_end(self, value.node);
                self.value_fold(name, (node, &value.ty), filter, &parts, &scope, span)
            }
            _ => None,
        }
    }

    /// One value per subject: its total, its mean, or a quantile.
    fn value_fold(
        &mut self,
        name: &str,
        (node, ty): (NodeId, &Type),
        filter: Option<NodeId>,
        parts: &Parts<'_>,
        scope: &Scope,
        span: Span,
    ) -> Option<Fold> {
        if name == "sum" {
            let Some(filter) = filter else { return Some(Fold::Sum { value: node }) };
            let (filter, zero) = (self.surely(filter, span), self.zero(ty, span));
            return Some(Fold::Sum { value: self.either(filter, node, zero, span) });
        }
        let value = self.among(filter, node, span);
        let at = self.quantile_at(AggregateFunction::Quantile(500_000), parts, scope)?;
        Some(match (name, at) {
            ("median" | "quantile", AggregateFunction::Quantile(at)) => Fold::Quantile { value, at },
            (_, _) => Fold::Mean { value },
        })
    }

    /// 1 for a subject that is counted, 0 for others.
    fn one_where(&mut self, filter: Option<NodeId>, known: NodeId, span: Span) -> NodeId {
        let counted: Vec<NodeId> = filter.into_iter().chain([known]).collect();
        let counted = self.all(&counted, span);
        let counted = self.surely(counted, span);
        let (one, none) = (self.constant(Value::Int(1), Type::Int, span), self.constant(Value::Int(0), Type::Int, span));
        self.either(counted, one, none, span)
    }

    /// The scope of one subject, with the entry the figure is judged from.
    fn outcome_scope(&mut self, view: &View<'_>, table: TableId, span: Span) -> Scope {
        let mut scope = Scope::of(view.module, table);
        if let Some(entry) = view.entry {
            for name in [OUTCOME, "entry"] {
                scope.bind(name, entry, Type::Time, true, span);
            }
        }
        scope
    }

    /// The end of `within D`, or T where that comes first.
    fn end_of(&mut self, view: &View<'_>, length: &Expression, scope: &Scope, span: Span) -> Option<NodeId> {
        let length = self.length(length, scope, "`within`")?;
        let now = self.as_of(span);
        let end = self.shift(view.entry?, length, span);
        Some(self.earlier(end, now, span))
    }

    /// `where` of a figure and a window over the rows of its own table: whom it is about. `None` inside for all.
    fn counted_subjects(&mut self, docket: &Docket, parts: &Parts<'_>, scope: &Scope, span: Span) -> Option<Option<NodeId>> {
        let mut conditions = Vec::new();
        if let Some(filter) = parts.filter {
            conditions.push(self.condition_of(filter, scope, "`where`")?.node);
        }
        if let (Some(window), None) = (parts.window, parts.within()) {
            let bounds = self.table_window(window, docket.table, scope)?;
            let at = self.at_of(docket.table, span)?;
            conditions.push(self.within_bounds(at, bounds, span));
        }
        Some(if conditions.is_empty() { None } else { Some(self.all(&conditions, span)) })
    }

    /// The value where the condition certainly holds; others are not counted at all.
    fn among(&mut self, filter: Option<NodeId>, value: NodeId, span: Span) -> NodeId {
        match filter {
            Some(filter) => {
                let filter = self.surely(filter, span);
                self.only_where(filter, value, span)
            }
            None => value,
        }
    }

    /// Adds a measure to the trial, or finds the equal one.
    pub(super) fn measured(&mut self, docket: &mut Docket, view: &View<'_>, figure: &Expression, fold: Fold) -> Option<usize> {
        let span = figure.span;
        let ty = self.type_of_figure(docket, view, figure)?;
        let lengths = lengths_within(figure);
        let fold = match (view.before_entry, view.entry.zip(docket.entry)) {
            (true, Some((earlier, entry))) => {
                self.refold(fold, |checker, node| checker.moved(node, docket.table, entry, &[entry, earlier], span).node)
            }
            (_, _) => fold,
        };
        let fold = match view.people {
            Some(people) => self.of_people(docket.table, people, &fold, &ty, span)?,
            None => fold,
        };
        let mature = if view.before_entry { None } else { self.mature(view, &lengths, span)? };
        let planned = docket.plan.iter().find(|planned| planned.name == view.name && planned.role != GoalRole::Exploratory).cloned();
        let own = view.people.is_none() && !view.before_entry;
        let (before, cap) = match planned.filter(|_| own) {
            Some(planned) => (self.value_before(docket, &planned)?, self.cap_of(&planned)?),
            None => (None, None),
        };
        let same = |known: &Measure| (&known.fold, known.mature, known.before, known.cap) == (&fold, mature, before, cap);
        if let Some(known) = docket.measures.iter().position(same) {
            return Some(known);
        }
        let name = free_name(docket, view.name);
        let written = self.as_written(span);
        docket.measures.push(Measure { name, label: view.label.map(String::from), written, ty, fold, mature, before, cap });
        Some(docket.measures.len() - 1)
    }

    /// Two-valued: all windows of a figure are over. `None` inside where it has none.
    fn mature(&mut self, view: &View<'_>, lengths: &[&Expression], span: Span) -> Option<Option<NodeId>> {
        let Some(entry) = view.entry.filter(|_| !lengths.is_empty()) else { return Some(None) };
        let now = self.as_of(span);
        let mut over = Vec::new();
        for length in lengths {
            let length = self.length(length, &Scope::constant(view.module), "`within`")?;
            let end = self.shift(entry, length, span);
            over.push(self.surely_compare(Comparison::LessOrEqual, end, now, span));
        }
        Some(Some(self.all(&over, span)))
    }

    fn refold(&mut self, fold: Fold, mut change: impl FnMut(&mut Self, NodeId) -> NodeId) -> Fold {
        match fold {
            Fold::Rate { holds } => Fold::Rate { holds: change(self, holds) },
            Fold::Mean { value } => Fold::Mean { value: change(self, value) },
            Fold::Sum { value } => Fold::Sum { value: change(self, value) },
            Fold::Ratio { numerator, denominator } => {
                Fold::Ratio { numerator: change(self, numerator), denominator: change(self, denominator) }
            }
            Fold::Quantile { value, at } => Fold::Quantile { value: change(self, value), at },
            Fold::Lasting { length, ended, horizon } => Fold::Lasting { length: change(self, length), ended: change(self, ended), horizon },
        }
    }

    /// The figure of other people, as the same value for everybody.
    fn of_people(&mut self, table: TableId, people: NodeId, fold: &Fold, ty: &Type, span: Span) -> Option<Fold> {
        let mut over_all = |function: AggregateFunction, value: NodeId, ty: &Type| {
            let aggregate = Aggregate {
                table,
                link: Link::Everyone,
                function,
                value: Some(value),
                filter: Some(people),
                at: None,
                from: None,
                until: None,
                at_least: None,
            };
            self.add_in(table, Kind::Aggregate(Box::new(aggregate)), ty.clone(), true, span)
        };
        Some(match fold {
            Fold::Rate { holds } => {
                let (one, none) =
                    (self.constant(Value::Float(1.0), Type::Percent, span), self.constant(Value::Float(0.0), Type::Percent, span));
                let share = self.either(*holds, one, none, span);
                return self.of_people(table, people, &Fold::Mean { value: share }, ty, span);
            }
            Fold::Mean { value } => Fold::Mean { value: over_all(AggregateFunction::Mean, *value, ty) },
            Fold::Sum { value } => Fold::Sum { value: over_all(AggregateFunction::Mean, *value, &Type::Number) },
            Fold::Ratio { numerator, denominator } => Fold::Ratio {
                numerator: over_all(AggregateFunction::Sum, *numerator, &Type::Number),
                denominator: over_all(AggregateFunction::Sum, *denominator, &Type::Number),
            },
            Fold::Quantile { value, at } => Fold::Mean { value: over_all(AggregateFunction::Quantile(*at), *value, ty) },
            Fold::Lasting { .. } => return None,
        })
    }

    /// `before EXPR` as of the entry; `None` inside where the goal has none.
    fn value_before(&mut self, docket: &Docket, planned: &Planned) -> Option<Option<NodeId>> {
        let Some(written) = planned.goal.as_ref().and_then(|goal| goal.before.as_ref()) else { return Some(None) };
        let value = self.expression(written, &Scope::of(0, docket.table))?;
        if !is_quantity(&value.ty) {
            let problem = Problem::new(&types::WRONG_TYPE, written.span).with("where", "`before`").with("expected", "a number or yes/no");
            self.report(problem.with("found", &value.ty));
            return None;
        }
        Some(Some(self.known_at_entry(docket, value.node, written.span)))
    }

    /// A fact as of the entry, as far as its rows have a time; else as it is now.
    pub(super) fn known_at_entry(&mut self, docket: &Docket, node: NodeId, span: Span) -> NodeId {
        match docket.entry {
            Some(entry) => self.moved(node, docket.table, entry, &[entry], span).node,
            None => node,
        }
    }

    /// `cap 99.9%` in parts per million.
    fn cap_of(&mut self, planned: &Planned) -> Option<Option<u32>> {
        let Some(written) = planned.goal.as_ref().and_then(|goal| goal.cap.as_ref()) else { return Some(None) };
        let share = self.share_between(written, "cap", 0.5, 1.0)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between half a million and a million")]
        Some(Some((share * 1e6).round() as u32))
    }
}

/// The name of a measure: the goal's, with a number where it has several.
fn free_name(docket: &Docket, name: &str) -> String {
    let taken = |name: &str| docket.measures.iter().any(|measure| measure.name == name);
    if !taken(name) {
        return name.to_string();
    }
    let mut number = 2;
    loop {
        let candidate = format!("{name} {number}");
        if !taken(&candidate) {
            return candidate;
        }
        number += 1;
    }
}
