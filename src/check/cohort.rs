//! Cohorts: who belonged, and with which label, the first time a run looked at or after a date; kept in the ledger `cohorts`.

use super::names::Scope;
use super::problems::{facts as problems, names, types};
use super::synthetic::Synthetic;
use super::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{AggregateFunction, Comparison, Emission, FactKind, Kind, Link, NodeId, Output, Program};
use crate::source::Span;
use crate::syntax::ast::{self, ComparisonOperator, Item, ItemKind, Name};
use crate::types::{LadderId, TableId, Type, Value};
use std::rc::Rc;

const COHORTS: &str = "cohorts";

/// A cohort as lowered, for its label and for refusing runs before its date.
#[derive(Debug, Clone)]
pub(crate) struct Frozen {
    pub node: NodeId,
    /// Two-valued: an earlier run froze it.
    recorded: NodeId,
    /// Two-valued: belongs by the condition itself.
    now: NodeId,
    /// The first instant at which it may be frozen.
    pub from: i64,
}

impl Checker {
    pub(super) fn lower_cohort(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        cohort: &ast::Cohort,
        scope: &Scope,
        table: TableId,
    ) -> Option<Typed> {
        let span = cohort.name.span;
        let Some(written) = &cohort.frozen else {
            self.report(Problem::new(&problems::COHORT_WITHOUT_DATE, span).with("name", &cohort.name.text));
            return None;
        };
        let from = self.frozen_instant(written, module)?;
        let condition = self.condition_of(&cohort.condition, scope, "a cohort")?;
        let now = self.surely(condition.node, span);
        let (ledger, recorded) = self.recorded_cohort(cohort, table)?;
        let member = match self.is_about_customers(table) {
            true => {
                let name = Synthetic(span);
                let same = name.compare(name.path(&["cohort_id"]), ComparisonOperator::Equal, name.text(&cohort.name.text));
                self.expression(&name.aggregate("exists", &[COHORTS], Some(same), None), scope)?.node
            }
            false => self.of_member(cohort, ledger, table, AggregateFunction::Exists, None, Type::Bool)?,
        };
        let member = self.surely(member, span);
        let current = self.either(recorded, member, now, span);
        let due = self.cohort_due(from, span);
        let never = self.truth(false, span);
        let node = self.add_in(table, Kind::If { condition: due, then: current, otherwise: never }, Type::Bool, false, span);
        let frozen = Frozen { node, recorded, now, from };
        self.facts.cohorts.insert((module, cohort.name.text.clone()), frozen);
        self.list_fact(module, item, FactKind::Cohort, node, table, Vec::new());
        let not_yet = self.negation(recorded, span);
        let flag = self.all(&[due, not_yet, now], span);
        self.record_cohort(module, cohort, flag, ledger, table)?;
        Some(self.typed(node, span))
    }

    fn is_about_customers(&self, table: TableId) -> bool {
        self.find_table("customers") == Some(table)
    }

    /// An aggregate over the rows of the ledger that hold a thing other than a customer: they name its table and its key.
    fn of_member(
        &mut self,
        cohort: &ast::Cohort,
        ledger: TableId,
        table: TableId,
        function: AggregateFunction,
        value: Option<NodeId>,
        ty: Type,
    ) -> Option<NodeId> {
        let span = cohort.name.span;
        let about = self.table(table)?.name.clone();
        let (id, subject) = (self.named_column(ledger, "cohort_id", span)?, self.named_column(ledger, "subject", span)?);
        let (same, ours) = (self.one_of(id, &[cohort.name.text.as_str()], span), self.one_of(subject, &[about.as_str()], span));
        let filter = self.all(&[same, ours], span);
        let unit = self.named_column(ledger, "unit_id", span)?;
        let link = Link::Key { row_key: self.as_text(unit, span), outer_key: self.unit_of(table, span)? };
        let aggregate = self.ledger_aggregate(ledger, link, function, value, filter, span);
        Some(self.add_in(table, Kind::Aggregate(Box::new(aggregate)), ty, function != AggregateFunction::Exists, span))
    }

    /// A bare day means its end, as for a run.
    fn frozen_instant(&mut self, written: &ast::Expression, module: usize) -> Option<i64> {
        let typed = self.expression(written, &Scope::constant(module))?;
        match (&typed.ty, self.fixed_value(&typed)) {
            (Type::Time, Some(Value::Int(time))) => Some(time),
            (Type::Date, Some(Value::Int(day))) => Some((day + 1) * super::length::DAY),
            (_, _) => {
                let problem = Problem::new(&types::WRONG_TYPE, written.span).with("where", "`frozen`").with("expected", "a date or time");
                self.report(problem.with("found", &typed.ty));
                None
            }
        }
    }

    fn cohort_due(&mut self, from: i64, span: Span) -> NodeId {
        let (now, from) = (self.as_of(span), self.constant(Value::Int(from), Type::Time, span));
        self.add(Kind::Compare { operator: Comparison::GreaterOrEqual, left: now, right: from }, Type::Bool, false, span)
    }

    /// The ledger, and whether any run before this one froze the cohort.
    fn recorded_cohort(&mut self, cohort: &ast::Cohort, table: TableId) -> Option<(TableId, NodeId)> {
        let span = cohort.name.span;
        let Some(ledger) = self.find_table(COHORTS) else {
            self.unknown_table(&Name { text: String::from(COHORTS), span });
            return None;
        };
        let id = self.named_column(ledger, "cohort_id", span)?;
        let same = self.one_of(id, &[cohort.name.text.as_str()], span);
        let aggregate = self.ledger_aggregate(ledger, Link::Everyone, AggregateFunction::Exists, None, same, span);
        Some((ledger, self.add_in(table, Kind::Aggregate(Box::new(aggregate)), Type::Bool, false, span)))
    }

    fn record_cohort(&mut self, module: usize, cohort: &ast::Cohort, flag: NodeId, ledger: TableId, table: TableId) -> Option<()> {
        let span = cohort.name.span;
        let mut fields = vec![(String::from("cohort_id"), self.text_constant(cohort.name.text.clone(), span))];
        let unit = self.unit_of(table, span)?;
        match self.is_about_customers(table) {
            true => fields.push((String::from("customer_id"), unit)),
            false => {
                let about = self.table(table)?.name.clone();
                fields.push((String::from("subject"), self.text_constant(about, span)));
                fields.push((String::from("unit_id"), unit));
            }
        }
        fields.push((String::from("frozen_at"), self.as_of(span)));
        if let Some((_, label)) = self.cohort_label(module, cohort, table)? {
            let optional = self.optional(label);
            let text = self.add(Kind::LabelName(label), Type::Text, optional, span);
            fields.push((String::from("label"), text));
        }
        self.facts.emissions.push(Emission { output: Output::Ledger(ledger), table, flag, fields, strategy: None });
        Some(())
    }

    /// The label kept with the members, as it is now.
    fn cohort_label(&mut self, module: usize, cohort: &ast::Cohort, table: TableId) -> Option<Option<(LadderId, NodeId)>> {
        let Some(path) = &cohort.labelled else { return Some(None) };
        let typed = self.path(path, &Scope::of(module, table))?;
        let ladder = self.require_label(&typed, &path.text())?;
        Some(Some((ladder, typed.node)))
    }

    /// `COHORT.label`: the label at the freeze.
    pub(crate) fn cohort_member(
        &mut self,
        module: usize,
        item: &Rc<Item>,
        cohort: &ast::Cohort,
        member: &Name,
        table: TableId,
    ) -> Option<Option<Typed>> {
        self.fact(module, item, table)?;
        let frozen = self.facts.cohorts.get(&(module, cohort.name.text.clone())).cloned();
        let (Some(frozen), Some(label)) = (frozen, self.cohort_label(module, cohort, table)) else { return Some(None) };
        let (Some((ladder, now)), "label") = (label, member.text.as_str()) else {
            let known: &[&str] = if cohort.labelled.is_some() { &["label"] } else { &[] };
            let problem = Problem::new(&names::UNKNOWN_PART, member.span).with("kind", "cohort part").with("name", &member.text);
            let none = ("add `labelled LADDER` to the cohort, then it has a label", "请给客群加上 `labelled 分层`，它才有标签");
            self.report(super::wording::advised(problem, &member.text, known, none));
            return Some(None);
        };
        Some(self.frozen_label(cohort, &frozen, ladder, now, table, member.span))
    }

    fn frozen_label(
        &mut self,
        cohort: &ast::Cohort,
        frozen: &Frozen,
        ladder: LadderId,
        now: NodeId,
        table: TableId,
        span: Span,
    ) -> Option<Typed> {
        let text = match self.is_about_customers(table) {
            true => {
                let written = Synthetic(span);
                let same = written.compare(written.path(&["cohort_id"]), ComparisonOperator::Equal, written.text(&cohort.name.text));
                self.expression(&written.aggregate("latest", &[COHORTS, "label"], Some(same), None), &Scope::of(0, table))?.node
            }
            false => {
                let ledger = self.find_table(COHORTS)?;
                let label = self.named_column(ledger, "label", span)?;
                self.of_member(cohort, ledger, table, AggregateFunction::Latest, Some(label), Type::Text)?
            }
        };
        let names: Vec<String> = self.ladders.get(ladder.0 as usize)?.labels.iter().map(|label| label.name.clone()).collect();
        let mut rows = Vec::new();
        for (at, name) in (0..).zip(&names) {
            rows.push((self.one_of(text, &[name.as_str()], span), at));
        }
        let recorded = self.add_in(table, Kind::Ladder { rows, otherwise: None, unknown: None }, Type::Label(ladder), true, span);
        let nothing = self.constant(Value::Missing, Type::Label(ladder), span);
        let now = self.add_in(table, Kind::If { condition: frozen.now, then: now, otherwise: nothing }, Type::Label(ladder), true, span);
        let kind = Kind::If { condition: frozen.recorded, then: recorded, otherwise: now };
        let node = self.add_in(table, kind, Type::Label(ladder), true, span);
        Some(self.typed(node, span))
    }

    /// For each cohort that a strategy depends on, the first instant of a run that may use it.
    pub(super) fn mark_used_cohorts(&mut self, program: &mut Program) {
        let outputs = program.emissions.iter().filter(|emission| emission.strategy.is_some());
        let used = self.graph.reachable(outputs.map(|emission| emission.flag));
        for frozen in self.facts.cohorts.values().filter(|frozen| used.contains(&frozen.node)) {
            for fact in program.facts.iter_mut().filter(|fact| fact.node == frozen.node) {
                fact.not_before = Some(frozen.from);
            }
        }
        self.check_runs(program);
    }

    /// A strategy that begins to run before a cohort it uses is frozen.
    fn check_runs(&mut self, program: &Program) {
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            let (Some((begin, _)), Some(at)) =
                (&strategy.runs, program.strategies.iter().position(|known| known.name == strategy.name.text))
            else {
                continue;
            };
            let Some(begin_typed) = self.expression(begin, &Scope::constant(0)) else { continue };
            let Some(Value::Int(day)) = self.fixed_value(&begin_typed) else { continue };
            let begins = if begin_typed.ty == Type::Date { (day + 1) * super::length::DAY } else { day };
            let own = program.emissions.iter().filter(|emission| emission.strategy.is_some_and(|index| index as usize == at));
            let used = self.graph.reachable(own.map(|emission| emission.flag));
            let early: Vec<String> = program
                .facts
                .iter()
                .filter(|fact| used.contains(&fact.node) && fact.not_before.is_some_and(|from| from > begins))
                .map(|fact| fact.name.clone())
                .collect();
            for name in early {
                self.report(Problem::new(&problems::COHORT_TOO_EARLY, begin.span).with("name", name));
            }
        }
    }
}
