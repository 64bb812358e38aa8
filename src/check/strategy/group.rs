//! Caps and capacities per something people share: a branch, a household, who referred them.
//!
//! A path of a policy is read from the subject of the policy's file, or from the person reached; a path of a strategy from its own rows.

use super::Draft;
use super::cap::{Ahead, CapRule};
use super::course::Course;
use super::layer::{Contender, LayerRule};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::problems::policy as problems;
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Kind, Link, NodeId, Operator, PlaceEntry, Population};
use crate::source::Span;
use crate::syntax::ast::{Name, Path};
use crate::types::{Physical, TableId, Type, Value};

/// What people share, as written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub path: Path,
    pub module: usize,
    /// Written in a strategy, about its own rows.
    pub own: bool,
}

/// A cap per group before an action: the cap, the action's group, and the groups of those ahead that it counts.
pub(super) struct GroupCap {
    rule: CapRule,
    group: Group,
    own: NodeId,
    ahead: Vec<(Ahead, NodeId)>,
}

impl Checker {
    /// The table a group's path is read from, for a strategy.
    fn group_table(&mut self, draft: &Draft<'_>, group: &Group) -> Option<TableId> {
        if group.own || self.about(group.module, None, group.path.span)? == draft.table {
            return Some(draft.table);
        }
        Some(self.find_table("customers").unwrap_or(draft.table))
    }

    /// The group of a strategy's subject, as text.
    pub(super) fn group_of(&mut self, draft: &Draft<'_>, group: &Group) -> Option<NodeId> {
        let span = group.path.span;
        let table = self.group_table(draft, group)?;
        if table == draft.table {
            let typed = self.path(&group.path, &Scope { module: group.module, ..draft.scope.clone() })?;
            return Some(self.as_text(typed.node, span));
        }
        let key = self.person(draft)?;
        let value = self.path(&group.path, &Scope::of(group.module, table))?;
        let value = self.as_text(value.node, span);
        Some(self.add_in(draft.table, Kind::Via { key, table, value }, Type::Text, true, span))
    }

    /// In contact rows: the group of the person reached, or of the subject where the path is about other rows; with it, whether the row is
    /// about such a subject.
    pub(super) fn group_of_contact(&mut self, draft: &Draft<'_>, group: &Group, ledger: TableId) -> Option<(NodeId, Option<NodeId>)> {
        let span = group.path.span;
        let table = self.group_table(draft, group)?;
        if Some(table) == self.find_table("customers") {
            let mut segments = vec![Name { text: String::from("customer"), span }];
            segments.extend(group.path.segments.iter().cloned());
            let typed = self.path(&Path { segments, span }, &Scope::of(group.module, ledger))?;
            return Some((self.as_text(typed.node, span), None));
        }
        let own_key = self.own_key(table, span)?;
        let name = self.table(table)?.name.clone();
        if self.type_of(own_key).physical() != Physical::Text {
            self.report(Problem::new(&problems::GROUP_KEY, span).with("path", group.path.text()).with("table", name));
            return None;
        }
        let key = self.ledger_unit(ledger, span)?;
        let value = self.path(&group.path, &Scope::of(group.module, table))?;
        let value = self.as_text(value.node, span);
        let node = self.add_in(ledger, Kind::Via { key, table, value }, Type::Text, true, span);
        let subject = self.named_column(ledger, "subject", span)?;
        Some((node, Some(self.one_of(subject, &[name.as_str()], span))))
    }

    /// Who is reached, as the key of a customer.
    fn person(&mut self, draft: &Draft<'_>) -> Option<NodeId> {
        let customers = self.find_table("customers")?;
        if let Some(path) = &draft.ast.recipient {
            return Some(self.path(path, &draft.scope)?.node);
        }
        let columns = &self.table(draft.table)?.columns;
        let at = columns.iter().position(|column| column.reference.as_ref().is_some_and(|reference| reference.table == customers))?;
        Some(self.column(draft.table, crate::types::ColumnId(u32::try_from(at).ok()?), draft.span))
    }

    /// The caps per group before an action, with the groups of all that are ahead of it.
    pub(super) fn group_caps(
        &mut self,
        courses: &[Course<'_>],
        contenders: &[Contender],
        at: usize,
        rules: Vec<CapRule>,
        ahead: &[Ahead],
    ) -> Option<Vec<GroupCap>> {
        let draft = &courses.get(contenders.get(at)?.course)?.draft;
        let mut out = Vec::new();
        for rule in rules {
            let Some(group) = rule.per.clone() else { continue };
            let own = self.group_of(draft, &group)?;
            let mut counted = Vec::new();
            for other in ahead.iter().filter(|other| rule.subject.concerns(&other.said)) {
                let theirs = &courses.get(contenders.get(other.contender)?.course)?.draft;
                counted.push((other.clone(), self.group_of(theirs, &group)?));
            }
            out.push(GroupCap { rule, group, own, ahead: counted });
        }
        Some(out)
    }

    /// Each cap per group after the rules before it: those of the group ahead in this action count as far as no such rule stops them.
    pub(super) fn group_rules(
        &mut self,
        draft: &Draft<'_>,
        caps: &[GroupCap],
        rules: &mut Vec<LayerRule>,
        wanted: NodeId,
        contact: bool,
    ) -> Option<()> {
        for cap in caps {
            let span = cap.rule.span;
            let mut line = vec![wanted];
            for rule in rules.iter() {
                let stops = self.possibly(rule.condition, span);
                line.push(self.negation(stops, span));
            }
            let flag = self.all(&line, span);
            let entries = vec![PlaceEntry { flag, keys: self.rank_keys(draft)?, per: Some(cap.own), weight: None }];
            let place = Population::Place { entries, at: 0 };
            let place = self.add_in(draft.table, Kind::Population(Box::new(place)), Type::Int, true, span);
            let (zero, one) = (self.constant(Value::Int(0), Type::Int, span), self.constant(Value::Int(1), Type::Int, span));
            let before = self.binary(Operator::Subtract, place, one, Type::Int, span);
            let before = self.first_known(before, zero, span);
            let past = self.group_past(draft, cap, contact)?;
            let planned = self.group_planned(draft, cap, span);
            let used = self.binary(Operator::Add, past, planned, Type::Int, span);
            let used = self.binary(Operator::Add, used, before, Type::Int, span);
            let most = self.constant(Value::Int(cap.rule.most), Type::Int, span);
            let condition = self.compare(Comparison::GreaterOrEqual, used, most, span);
            rules.push(LayerRule { name: cap.rule.name.clone(), label: None, condition, detail: None, span });
        }
        Some(())
    }

    /// What the ledger holds for the group; missing when the group is not known.
    fn group_past(&mut self, draft: &Draft<'_>, cap: &GroupCap, contact: bool) -> Option<NodeId> {
        let span = cap.rule.span;
        let ledger = self.find_table(if contact { "contacts" } else { "grants" })?;
        let (row_key, about) = self.group_of_contact(draft, &cap.group, ledger)?;
        let mut conditions = self.counted_rows(&cap.rule, ledger, contact)?;
        conditions.extend(about);
        let filter = self.all(&conditions, span);
        let link = Link::Key { row_key, outer_key: cap.own };
        // A gift may have several rows, one per state.
        let (function, value) =
            if contact { (AggregateFunction::Count, None) } else { (AggregateFunction::Distinct, Some(self.ledger_unit(ledger, span)?)) };
        let aggregate = self.ledger_aggregate(ledger, link, function, value, filter, span);
        Some(self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), Type::Int, true, span))
    }

    /// What passed ahead for the same group.
    fn group_planned(&mut self, draft: &Draft<'_>, cap: &GroupCap, span: Span) -> NodeId {
        let mut groups: Vec<(TableId, NodeId, Vec<NodeId>)> = Vec::new();
        for (other, key) in &cap.ahead {
            match groups.iter_mut().find(|(table, known, _)| (*table, *known) == (other.table, *key)) {
                Some((_, _, flags)) => flags.push(other.passed),
                None => groups.push((other.table, *key, vec![other.passed])),
            }
        }
        let none = self.constant(Value::Int(0), Type::Int, span);
        let mut total = none;
        for (table, row_key, flags) in groups {
            let (value, filter) = (Some(self.number_of(&flags, span)), Some(self.any(&flags, span)));
            let link = Link::Key { row_key, outer_key: cap.own };
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
            let sum = self.first_known(sum, none, span);
            total = self.binary(Operator::Add, total, sum, Type::Int, span);
        }
        total
    }
}
