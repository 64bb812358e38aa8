//! Random folds over the rows of another table.

use super::data::{CUSTOMERS, DAY, EVENTS, LOANS, MANAGERS, MONTHS, TODAY};
use super::graph::Builder;
use strat::ir::{Aggregate, AggregateFunction, Associated, Association, Comparison, FirstCrossing, Kind, Link, NodeId};
use strat::source::Span;
use strat::types::{ColumnId, Physical, TableId, Type, Value};

impl Builder<'_> {
    /// Rows of `table` that belong to a place in the context.
    fn link(&mut self, context: &[TableId], table: TableId) -> Option<Link> {
        if context.is_empty() && self.random.chance(80) {
            return Some(Link::Everyone);
        }
        let physical =
            if self.random.chance(90) { Physical::Text } else { *self.random.pick(&[Physical::Int, Physical::Float, Physical::Bool]) };
        // Mostly the reference columns, which meet.
        if physical == Physical::Text && self.random.chance(80) {
            let row_key = match table {
                CUSTOMERS | MANAGERS => ColumnId(0),
                LOANS => ColumnId(2),
                EVENTS => ColumnId(1),
                _ => ColumnId(0),
            };
            let row_key = self.add(&[table], Kind::Column(row_key), Type::Text);
            let outer = match context.first() {
                Some(&CUSTOMERS | &MANAGERS | &MONTHS) => Some(ColumnId(0)),
                Some(&LOANS) => Some(ColumnId(2)),
                Some(_) => Some(ColumnId(1)),
                None => None,
            };
            if let (Some(outer), Some(own)) = (outer, context.first()) {
                let outer_key = self.program.graph.add(Kind::Column(outer), Type::Text, true, Some(*own), Span::default());
                return Some(Link::Key { row_key, outer_key });
            }
        }
        Some(Link::Key { row_key: self.held_as(&[table], physical)?, outer_key: self.held_as(context, physical)? })
    }

    fn bound(&mut self, context: &[TableId]) -> Option<NodeId> {
        let place: &[TableId] = if self.random.chance(15) { context } else { &[] };
        if place.is_empty() && self.random.chance(60) {
            let time = (TODAY - self.random.between(-10, 400)) * DAY;
            return Some(self.add(&[], Kind::Constant(Value::Int(time)), Type::Time));
        }
        self.of(place, &Type::Time)
    }

    pub fn aggregate(&mut self, context: &[TableId]) -> Option<NodeId> {
        let table = *self.random.pick(&[EVENTS, EVENTS, EVENTS, MONTHS, LOANS, CUSTOMERS]);
        let link = self.link(context, table)?;
        // Row expressions may read the surrounding row only where rows of that nesting are prepared.
        let mut inside = vec![table];
        if self.random.chance(30) {
            inside.extend(context);
            if !self.pools.contains_key(&inside) {
                inside.truncate(1);
            }
        }
        let (function, value) = self.folded(&inside)?;
        let filter = if self.random.chance(50) { self.of(&inside, &Type::Bool) } else { None };
        let needs_time = matches!(function, AggregateFunction::Latest | AggregateFunction::Earliest);
        let at = if self.random.chance(if needs_time { 95 } else { 60 }) { self.of(&inside, &Type::Time) } else { None };
        let from = if at.is_some() && self.random.chance(50) { self.bound(context) } else { None };
        let until = if at.is_some() && self.random.chance(50) { self.bound(context) } else { None };
        let at_least = if self.random.chance(20) { Some(u32::try_from(self.random.below(4)).unwrap()) } else { None };
        let ty = self.folded_type(function, value);
        let aggregate = Aggregate { table, link, function, value, filter, at, from, until, at_least };
        Some(self.add(context, Kind::Aggregate(Box::new(aggregate)), ty))
    }

    fn folded(&mut self, inside: &[TableId]) -> Option<(AggregateFunction, Option<NodeId>)> {
        let numeric = |ty: &Type| matches!(ty, Type::Int | Type::Money | Type::Number | Type::Percent | Type::Duration);
        let function = *self.random.pick(&[
            AggregateFunction::Count,
            AggregateFunction::Sum,
            AggregateFunction::Sum,
            AggregateFunction::Mean,
            AggregateFunction::Min,
            AggregateFunction::Max,
            AggregateFunction::Median,
            AggregateFunction::Quantile(0),
            AggregateFunction::Quantile(70_000),
            AggregateFunction::Quantile(1_000_000),
            AggregateFunction::Deviation,
            AggregateFunction::Distinct,
            AggregateFunction::Latest,
            AggregateFunction::Earliest,
            AggregateFunction::Exists,
        ]);
        let value = match function {
            AggregateFunction::Exists => None,
            AggregateFunction::Count if self.random.chance(50) => None,
            AggregateFunction::Sum | AggregateFunction::Mean | AggregateFunction::Deviation => Some(self.operand(inside, &numeric)?),
            _ => Some(self.operand(inside, &|_| true)?),
        };
        Some((function, value))
    }

    fn folded_type(&mut self, function: AggregateFunction, value: Option<NodeId>) -> Type {
        let of = value.map_or(Type::Int, |value| self.ty(value));
        match function {
            AggregateFunction::Count | AggregateFunction::Distinct => Type::Int,
            AggregateFunction::Exists => Type::Bool,
            AggregateFunction::Deviation => Type::Number,
            AggregateFunction::Mean if of == Type::Int => Type::Number,
            _ => of,
        }
    }

    pub fn association(&mut self, context: &[TableId]) -> Option<NodeId> {
        if context.len() != 1 {
            return None;
        }
        let table = *self.random.pick(&[EVENTS, LOANS]);
        let Some(Link::Key { row_key, outer_key }) = self.link(context, table) else { return None };
        let rows = [table];
        let held = |builder: &mut Self, physical| builder.held_as(&rows, physical);
        if !matches!(self.ty(row_key).physical(), Physical::Text | Physical::Int) {
            return None;
        }
        let item = if self.random.chance(70) { held(self, Physical::Text) } else { held(self, Physical::Int) }?;
        let filter = if self.random.chance(50) { self.of(&rows, &Type::Bool) } else { None };
        let mut limit = |limits: &[u32]| *self.random.pick(limits);
        let (support, confidence, lift) = (
            limit(&[0, 1, 20_000, 200_000, 1_000_000]),
            limit(&[0, 50_000, 333_333, 500_000, 1_000_000]),
            limit(&[0, 500_000, 1_000_000, 1_200_000]),
        );
        let gives =
            *self.random.pick(&[Associated::Item, Associated::Because, Associated::Support, Associated::Confidence, Associated::Lift]);
        let ty = match gives {
            Associated::Item | Associated::Because => self.ty(item),
            Associated::Support | Associated::Confidence => Type::Percent,
            Associated::Lift => Type::Number,
        };
        let association = Association { table, row_key, outer_key, item, filter, support, confidence, lift, gives };
        Some(self.add(context, Kind::Association(Box::new(association)), ty))
    }

    pub fn crossing(&mut self, context: &[TableId]) -> Option<NodeId> {
        if context.len() > 1 {
            return None;
        }
        let link = self.link(context, EVENTS)?;
        let rows = [EVENTS];
        let filter = if self.random.chance(50) { self.of(&rows, &Type::Bool) } else { None };
        let at = self.of(&rows, &Type::Time)?;
        let order = vec![self.add(&rows, Kind::Column(ColumnId(0)), Type::Int)];
        let group: Option<Vec<NodeId>> = (0..self.random.below(3)).map(|_| self.held_as(&rows, Physical::Text)).collect();
        let value = if self.random.chance(60) { self.of(&rows, &Type::Money) } else { None };
        let comparison = *self.random.pick(&[Comparison::Greater, Comparison::GreaterOrEqual, Comparison::Equal, Comparison::Less]);
        let limit = self.random.between(-3, 30);
        let threshold = self.add(&[], Kind::Constant(Value::Int(limit)), Type::Money);
        let from = if self.random.chance(60) { self.bound(&[]) } else { None };
        let until = self.bound(&[])?;
        let crossing = FirstCrossing { table: EVENTS, link, filter, at, order, group: group?, value, comparison, threshold, from, until };
        Some(self.add(context, Kind::FirstCrossing(Box::new(crossing)), Type::Time))
    }
}
