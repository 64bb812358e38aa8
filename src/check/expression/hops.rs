//! `hops(company.relations where …, to SEGMENT, at most 2)`: how many steps along links lead to a thing of a segment.
//!
//! Lowered level by level: a thing is near within k steps when it is in the segment, or a link leads from it to a thing that is
//! near within k - 1 steps. Links are followed both ways unless their table is `directed`.

use crate::check::names::Scope;
use crate::check::problems::{facts as problems, types};
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Kind, Link, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Argument, ArgumentKind, ColumnRole, Expression, ExpressionKind, ItemKind};
use crate::types::{TableId, Type, Value};

/// Steps beyond which nearly everybody is near, and the work grows with every one.
const MOST_STEPS: i64 = 6;

/// The links to follow.
struct Edges {
    table: TableId,
    from: NodeId,
    to: NodeId,
    directed: bool,
    /// In link rows.
    filter: Option<NodeId>,
    span: Span,
}

/// The things to reach.
struct Goal {
    table: TableId,
    node: NodeId,
}

impl Checker {
    pub(super) fn hops(&mut self, arguments: &[Argument], span: Span, scope: &Scope) -> Option<Typed> {
        let (mut rows, mut filter, mut to, mut bound) = (None, None, None, None);
        for argument in arguments {
            match &argument.kind {
                ArgumentKind::Rows { value, per: None, filter: condition, among: None } if rows.is_none() => {
                    rows = Some(value);
                    filter = condition.as_ref();
                }
                ArgumentKind::To(goal) if to.is_none() => to = Some(goal),
                ArgumentKind::AtMost(steps) if bound.is_none() => bound = Some(steps),
                _ => return self.bad_hops(argument.span),
            }
        }
        let (Some(rows), Some(to)) = (rows, to) else { return self.bad_hops(span) };
        let Some(bound) = bound else {
            self.report(Problem::new(&problems::HOPS_UNBOUNDED, span));
            return None;
        };
        let steps = self.whole(bound, scope, "`at most`")?;
        if !(1..=MOST_STEPS).contains(&steps) {
            self.report(Problem::new(&problems::HOPS_TOO_FAR, bound.span).with("steps", steps).with("most", MOST_STEPS));
            return None;
        }
        let Some(found) = self.rows_in(rows, scope) else {
            self.report(Problem::new(&types::ROWS_EXPECTED, rows.span).with("function", "hops"));
            return None;
        };
        let found = found?;
        let Link::Key { row_key: _, outer_key: start } = found.link else { return None };
        let edges = self.edges(found.table, &found.prefix, filter, rows.span, scope)?;
        let goal = self.goal(to, scope)?;
        self.check_ends(&edges, &goal, start, span)?;
        self.count_steps(scope.table?, start, &edges, &goal, steps, span)
    }

    fn bad_hops(&mut self, span: Span) -> Option<Typed> {
        let signature = "hops(LINK where CONDITION, to SEGMENT, at most N)";
        self.report(Problem::new(&types::BAD_ARGUMENT, span).with("function", "hops").with("signature", signature));
        None
    }

    /// Both ends of a link table, and which of its rows count.
    fn edges(&mut self, table: TableId, prefix: &[String], filter: Option<&Expression>, span: Span, scope: &Scope) -> Option<Edges> {
        let name = self.table(table)?.name.clone();
        let written = self.modules.iter().flat_map(|module| &module.items).find_map(|item| match &item.kind {
            ItemKind::Table(written) if written.name.text == name => Some(written.clone()),
            _ => None,
        })?;
        let end =
            |role: ColumnRole| written.columns.iter().find(|column| column.roles.contains(&role)).map(|column| column.name.text.clone());
        let (Some(from), Some(to)) = (end(ColumnRole::From), end(ColumnRole::To)) else {
            self.report(Problem::new(&problems::NOT_A_LINK, span).with("table", name));
            return None;
        };
        let (from, to) = (self.named_column(table, &from, span)?, self.named_column(table, &to, span)?);
        // Links far from the start are asked too, so a condition can only be about the link itself.
        let row_scope = Scope { prefix: prefix.to_vec(), ..Scope::of(scope.module, table) };
        let filter = match filter {
            Some(filter) => Some(self.condition_of(filter, &row_scope, "`where`")?.node),
            None => None,
        };
        Some(Edges { table, from, to, directed: written.directed, filter, span })
    }

    fn goal(&mut self, to: &Expression, scope: &Scope) -> Option<Goal> {
        let ExpressionKind::Path(path) = to.kind.as_ref() else { return self.no_goal(to) };
        let Some((module, item)) = self.find_item(path, scope.module) else { return self.no_goal(to) };
        let Some(table) = self.fact_table(module, &item) else { return self.no_goal(to) };
        let typed = self.fact(module, &item, table)??;
        if typed.ty != Type::Bool {
            return self.no_goal(to);
        }
        let node = self.surely(typed.node, to.span);
        Some(Goal { table, node })
    }

    fn no_goal(&mut self, to: &Expression) -> Option<Goal> {
        let text = self.sources.text(to.span).trim().to_string();
        self.report(Problem::new(&problems::NOT_A_SEGMENT, to.span).with("name", text));
        None
    }

    /// Both ends, the start and the key of the goal must be of one type.
    fn check_ends(&mut self, edges: &Edges, goal: &Goal, start: NodeId, span: Span) -> Option<()> {
        let key = self.own_key(goal.table, span)?;
        let expected = self.type_of(key);
        for end in [edges.from, edges.to, start] {
            let found = self.type_of(end);
            if found.physical() != expected.physical() {
                let name = self.table(goal.table).map_or_else(String::new, |table| table.name.clone());
                let problem = Problem::new(&problems::WRONG_END, span).with("table", name);
                self.report(problem.with("expected", &expected).with("found", &found));
                return None;
            }
        }
        Some(())
    }

    /// 0 for a start in the segment, 1 for a neighbour …, one more than the bound when no path is short enough.
    fn count_steps(&mut self, space: TableId, start: NodeId, edges: &Edges, goal: &Goal, steps: i64, span: Span) -> Option<Typed> {
        let there = self.is_goal(space, start, goal, span);
        let mut near = vec![(there, 0)];
        // Whether the end of a link is near within so many steps, for its two ends.
        let mut ends = (self.is_goal(edges.table, edges.to, goal, span), self.is_goal(edges.table, edges.from, goal, span));
        for step in 1..=steps {
            near.push((self.neighbour(space, start, edges, ends), step));
            if step < steps {
                let onward = self.neighbour(edges.table, edges.to, edges, ends);
                let backward = self.neighbour(edges.table, edges.from, edges, ends);
                ends = (self.any(&[ends.0, onward], span), self.any(&[ends.1, backward], span));
            }
        }
        let mut node = self.constant(Value::Int(steps + 1), Type::Int, span);
        for (condition, step) in near.into_iter().rev() {
            let step = self.constant(Value::Int(step), Type::Int, span);
            node = self.either(condition, step, node, span);
        }
        if self.optional(start) {
            let known = self.is_known(start, span);
            let nothing = self.constant(Value::Missing, Type::Int, span);
            node = self.add_in(space, Kind::If { condition: known, then: node, otherwise: nothing }, Type::Int, true, span);
        }
        Some(self.typed(node, span))
    }

    /// Two-valued: the thing with this key is in the segment.
    fn is_goal(&mut self, space: TableId, key: NodeId, goal: &Goal, span: Span) -> NodeId {
        let kind = Kind::Via { key, table: goal.table, value: goal.node };
        let node = self.add_in(space, kind, Type::Bool, true, span);
        self.surely(node, span)
    }

    /// Two-valued: a link leads from `key` to an end that is near.
    fn neighbour(&mut self, space: TableId, key: NodeId, edges: &Edges, near: (NodeId, NodeId)) -> NodeId {
        let mut ways = vec![(edges.from, near.0)];
        if !edges.directed {
            ways.push((edges.to, near.1));
        }
        let mut found = Vec::new();
        for (row_key, near) in ways {
            let mut conditions: Vec<NodeId> = edges.filter.into_iter().collect();
            conditions.push(near);
            let filter = self.all(&conditions, edges.span);
            let aggregate = Aggregate {
                table: edges.table,
                link: Link::Key { row_key, outer_key: key },
                function: AggregateFunction::Exists,
                value: None,
                filter: Some(filter),
                at: None,
                from: None,
                until: None,
                at_least: None,
            };
            let optional = self.optional(key);
            let node = self.add_in(space, Kind::Aggregate(Box::new(aggregate)), Type::Bool, optional, edges.span);
            found.push(self.surely(node, edges.span));
        }
        self.any(&found, edges.span)
    }
}
