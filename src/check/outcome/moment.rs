//! A value as it was at another moment: the same nodes with that moment in place of T.
//!
//! Rows of tables with a time are seen as they were then. What a table keeps only as it is now – a column of a customer, a place among
//! all customers – stays as it is now, and is named.

use super::figure::OUTCOME;
use crate::check::names::Scope;
use crate::check::problems::outcomes as problems;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, Kind, Link, NodeId, Population};
use crate::source::Span;
use crate::types::{TableId, Type};
use indexmap::IndexMap;

/// A value at another moment.
pub(super) struct Moved {
    pub node: NodeId,
    /// What is in it as of now: `customers.age`.
    pub now: Vec<String>,
}

/// The rows a node is evaluated for, and the moment as seen from them.
#[derive(Clone, Copy)]
struct Level {
    moment: NodeId,
    table: Option<TableId>,
}

/// One move; nodes in `fixed` say nothing of T themselves.
struct Move<'c> {
    checker: &'c mut Checker,
    fixed: &'c [NodeId],
    levels: Vec<Level>,
    known: IndexMap<(NodeId, usize, Option<TableId>), NodeId>,
    now: Vec<String>,
    span: Span,
}

impl Checker {
    /// A node of `table` with `moment`, a time of the same rows, in place of T. Nodes in `fixed` keep their meaning, and so does the moment.
    pub(super) fn moved(&mut self, node: NodeId, table: TableId, moment: NodeId, fixed: &[NodeId], span: Span) -> Moved {
        let levels = vec![Level { moment, table: Some(table) }];
        self.moved_from(node, levels, fixed, span)
    }

    fn moved_from(&mut self, node: NodeId, levels: Vec<Level>, fixed: &[NodeId], span: Span) -> Moved {
        let depth = levels.len().saturating_sub(1);
        let mut fixed = fixed.to_vec();
        fixed.extend(levels.iter().map(|level| level.moment));
        let mut moving = Move { checker: self, fixed: &fixed, levels, known: IndexMap::new(), now: Vec::new(), span };
        let node = moving.node(node, depth);
        let mut now = moving.now;
        now.sort();
        now.dedup();
        Moved { node, now }
    }

    /// `at_entry(x)`: the value of x at the entry whose outcome is judged.
    pub(in crate::check) fn at_entry(&mut self, value: &Typed, entry: NodeId, scope: &Scope, span: Span) -> Option<Typed> {
        let mut scopes: Vec<&Scope> = vec![scope];
        while let Some(outer) = scopes.last().filter(|scope| !scope.bindings.contains_key(OUTCOME)).and_then(|scope| scope.outer.as_deref())
        {
            scopes.push(outer);
        }
        let mut levels: Vec<Level> = Vec::new();
        for scope in scopes.into_iter().rev() {
            let moment = match (levels.last(), scope.table) {
                (Some(above), Some(table)) => self.seen_from(above.moment, table, span),
                (_, _) => entry,
            };
            levels.push(Level { moment, table: scope.table });
        }
        let Moved { node, now } = self.moved_from(value.node, levels, &[entry], span);
        if let Some(first) = now.first() {
            let text = self.sources.text(value.span).split_whitespace().collect::<Vec<_>>().join(" ");
            self.report(Problem::new(&problems::KNOWN_ONLY_NOW, value.span).with("text", text).with("what", first));
            return None;
        }
        Some(Typed { node, ty: value.ty.clone(), optional: true, span })
    }

    /// A node of the surrounding rows, read from rows of a table.
    fn seen_from(&mut self, node: NodeId, table: TableId, span: Span) -> NodeId {
        let constant = self.graph.get(node).is_some_and(|node| node.space.is_none());
        if constant {
            return node;
        }
        let ty = self.type_of(node);
        self.add_in(table, Kind::Outer(node), ty, true, span)
    }
}

impl Move<'_> {
    fn node(&mut self, id: NodeId, depth: usize) -> NodeId {
        let Some(level) = self.levels.get(depth).copied() else { return id };
        if self.fixed.contains(&id) {
            return id;
        }
        let key = (id, depth, level.table);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let moved = self.moved(id, depth, level);
        self.known.insert(key, moved);
        moved
    }

    fn moved(&mut self, id: NodeId, depth: usize, level: Level) -> NodeId {
        let Some(node) = self.checker.graph.get(id).cloned() else { return id };
        let kind = match &node.kind {
            Kind::AsOf => return level.moment,
            Kind::Constant(_) => return id,
            Kind::PreviousRun => {
                self.now.push(String::from("the last run"));
                return id;
            }
            Kind::Column(column) => {
                if let Some(table) = node.space {
                    self.note_column(table, *column);
                }
                return id;
            }
            Kind::Outer(inner) => match depth.checked_sub(1) {
                Some(above) => Kind::Outer(self.node(*inner, above)),
                None => return id,
            },
            Kind::Via { key, table, value } => {
                self.note_step(*table, *value);
                Kind::Via { key: self.node(*key, depth), table: *table, value: *value }
            }
            Kind::Aggregate(aggregate) => match self.aggregate(aggregate, depth) {
                Some(moved) => Kind::Aggregate(Box::new(moved)),
                None => return id,
            },
            Kind::FirstCrossing(_) => {
                self.now.push(String::from("the first time something is reached"));
                return id;
            }
            Kind::Association(_) => {
                self.now.push(String::from("what goes together among all"));
                return id;
            }
            Kind::Population(population) => {
                self.now.push(String::from(match population.as_ref() {
                    Population::Total { .. } => "a total over all",
                    Population::Quintile { .. } | Population::Top { .. } | Population::Place { .. } => "a place among all",
                }));
                return id;
            }
            other => with_operands(other, &mut |operand| self.node(operand, depth)),
        };
        if kind == node.kind {
            return id;
        }
        let certain = matches!(kind, Kind::IsMissing(_) | Kind::IsTrue(_));
        let space = kind.operands().into_iter().find_map(|operand| self.checker.graph.get(operand).and_then(|operand| operand.space));
        let space = match &kind {
            Kind::Outer(_) | Kind::Via { .. } | Kind::Aggregate(_) => node.space,
            _ => space,
        };
        self.checker.graph.add(kind, node.ty, !certain, space, node.span)
    }

    /// Rows with a time are seen as they were; those of a table without one only as they are.
    fn aggregate(&mut self, aggregate: &Aggregate, depth: usize) -> Option<Aggregate> {
        let name = self.checker.table(aggregate.table).map_or_else(String::new, |table| table.name.clone());
        let Link::Key { row_key, outer_key } = aggregate.link else {
            self.now.push(format!("{name} of all"));
            return None;
        };
        if aggregate.at.is_none() {
            self.now.push(name);
            return None;
        }
        let outer_key = self.node(outer_key, depth);
        let mut edge = |bound: Option<NodeId>| bound.map(|bound| self.node(bound, depth));
        let (from, until) = (edge(aggregate.from), edge(aggregate.until));
        let above = self.levels.get(depth).copied()?;
        self.levels.truncate(depth + 1);
        let moment = self.checker.seen_from(above.moment, aggregate.table, self.span);
        self.levels.push(Level { moment, table: Some(aggregate.table) });
        let mut inside = |node: Option<NodeId>| node.map(|node| self.node_of_rows(node, depth + 1, aggregate.table, moment));
        let (value, filter, at) = (inside(aggregate.value), inside(aggregate.filter), inside(aggregate.at));
        let row_key = inside(Some(row_key))?;
        self.levels.truncate(depth + 1);
        Some(Aggregate { link: Link::Key { row_key, outer_key }, value, filter, at, from, until, ..aggregate.clone() })
    }

    /// A node of rows; an aggregate inside it may have replaced the level.
    fn node_of_rows(&mut self, node: NodeId, depth: usize, table: TableId, moment: NodeId) -> NodeId {
        self.levels.truncate(depth);
        self.levels.push(Level { moment, table: Some(table) });
        self.node(node, depth)
    }

    /// A column of a table without a time says how things are now, unless it names a thing or a moment.
    fn note_column(&mut self, table: TableId, column: crate::types::ColumnId) {
        let Some(known) = self.checker.table(table) else { return };
        let Some(found) = known.column(column) else { return };
        let lasts = known.at.is_some() || known.key.contains(&column) || found.reference.is_some() || found.ty.is_moment();
        if !lasts {
            self.now.push(format!("{}.{}", known.name, found.name));
        }
    }

    /// What is read of another thing is read as it is now.
    fn note_step(&mut self, table: TableId, value: NodeId) {
        for id in self.checker.graph.reachable([value]) {
            match self.checker.graph.get(id).map(|node| node.kind.clone()) {
                Some(Kind::Column(column)) if id == value => self.note_column(table, column),
                Some(Kind::AsOf) => {
                    let name = self.checker.table(table).map_or_else(String::new, |table| table.name.clone());
                    self.now.push(name);
                }
                Some(_) | None => {}
            }
        }
    }
}

/// The same node over other operands of its own space. Nodes that look at other rows are left to the caller.
fn with_operands(kind: &Kind, next: &mut dyn FnMut(NodeId) -> NodeId) -> Kind {
    let mut all = |nodes: &[NodeId]| nodes.iter().map(|node| next(*node)).collect::<Vec<_>>();
    match kind {
        Kind::Not(node) => Kind::Not(next(*node)),
        Kind::And(nodes) => Kind::And(all(nodes)),
        Kind::Or(nodes) => Kind::Or(all(nodes)),
        Kind::Concat(nodes) => Kind::Concat(all(nodes)),
        Kind::Compare { operator, left, right } => Kind::Compare { operator: *operator, left: next(*left), right: next(*right) },
        Kind::OneOf { value, set } => Kind::OneOf { value: next(*value), set: set.clone() },
        Kind::IsMissing(node) => Kind::IsMissing(next(*node)),
        Kind::IsTrue(node) => Kind::IsTrue(next(*node)),
        Kind::Coalesce(first, second) => Kind::Coalesce(next(*first), next(*second)),
        Kind::If { condition, then, otherwise } => Kind::If { condition: next(*condition), then: next(*then), otherwise: next(*otherwise) },
        Kind::Arithmetic { operator, left, right } => Kind::Arithmetic { operator: *operator, left: next(*left), right: next(*right) },
        Kind::Negate(node) => Kind::Negate(next(*node)),
        Kind::ToFloat(node) => Kind::ToFloat(next(*node)),
        Kind::Round(node) => Kind::Round(next(*node)),
        Kind::Call { function, arguments } => Kind::Call { function: function.clone(), arguments: all(arguments) },
        Kind::Ladder { rows, otherwise, unknown } => {
            let rows = rows.iter().map(|(node, label)| (next(*node), *label)).collect();
            Kind::Ladder { rows, otherwise: *otherwise, unknown: *unknown }
        }
        Kind::LabelName(node) => Kind::LabelName(next(*node)),
        Kind::Bucket { experiment, salt, unit, only } => {
            Kind::Bucket { experiment: experiment.clone(), salt: salt.clone(), unit: next(*unit), only: next(*only) }
        }
        Kind::Format { value, style } => Kind::Format { value: next(*value), style: style.clone() },
        Kind::Constant(_)
        | Kind::AsOf
        | Kind::PreviousRun
        | Kind::Column(_)
        | Kind::Outer(_)
        | Kind::Via { .. }
        | Kind::Aggregate(_)
        | Kind::FirstCrossing(_)
        | Kind::Population(_)
        | Kind::Association(_) => kind.clone(),
    }
}

/// Whether a type may be compared over time: a number or yes and no.
pub(super) fn is_quantity(ty: &Type) -> bool {
    *ty == Type::Bool || super::figure::is_measure(ty) && !ty.is_moment()
}
