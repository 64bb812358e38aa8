//! The first event at which a running fold over its group meets a condition.

use super::super::error::{EngineError, while_doing};
use super::super::executor::Executor;
use super::super::kernels::int_literal;
use super::super::lower::compare;
use super::super::space::{Space, literal, node_name};
use super::{KEY, join};
use crate::ir::{FirstCrossing, Link, NodeId};
use crate::types::{Physical, Value};
use polars::prelude::*;

impl Executor<'_> {
    pub(in crate::engine) fn attach_crossing(&self, space: &mut Space, id: NodeId, crossing: &FirstCrossing) -> Result<(), EngineError> {
        if !self.shape.captured(&self.node(id)?.kind).is_empty() {
            return Err(EngineError::Unsupported { what: String::from("a running total that depends on a surrounding row") });
        }
        let data = self.collect(self.firing(id, crossing)?).map_err(while_doing("followed running totals"))?;
        let (frame, key) = match &crossing.link {
            Link::Key { row_key: _, outer_key } => self.with_key(space, *outer_key)?,
            Link::Everyone => {
                let name = PlSmallStr::from("all");
                (space.frame.clone().with_columns([int_literal(0).alias(name.clone())]), name)
            }
        };
        space.extend(join(frame, data.lazy(), key), [id]);
        Ok(())
    }

    /// Per link key, the smallest firing time.
    fn firing(&self, id: NodeId, crossing: &FirstCrossing) -> Result<LazyFrame, EngineError> {
        let rows = self.space(crossing.table)?;
        let mut roots = vec![crossing.at];
        roots.extend(&crossing.order);
        roots.extend(&crossing.group);
        let by = roots.len();
        roots.extend(crossing.value);
        roots.extend(crossing.filter);
        if let Link::Key { row_key, outer_key: _ } = &crossing.link {
            roots.push(*row_key);
        }
        let projection = self.project(rows, &roots)?;
        let mut found = projection.roots.into_iter();
        let mut columns = Vec::new();
        let names: Vec<PlSmallStr> = (0..by).map(|at| PlSmallStr::from(format!("b{at}"))).collect();
        columns.extend(names.iter().cloned().zip(&mut found).map(|(name, root)| root.alias(name)));
        let term = match crossing.value {
            Some(_) => found.next().map_or_else(|| int_literal(0), |value| value.fill_null(int_literal(0))),
            None => int_literal(1),
        };
        columns.push(term.cast(DataType::Int128).alias("term"));
        let filter = if crossing.filter.is_some() { found.next() } else { None };
        columns.push(filter.unwrap_or_else(|| lit(true)).alias("counts"));
        columns.push(found.next().unwrap_or_else(|| int_literal(0)).alias(KEY));
        let group: Vec<Expr> = names.iter().skip(1 + crossing.order.len()).cloned().map(col).collect();
        let order: Vec<Expr> = names.iter().take(1 + crossing.order.len()).cloned().map(col).collect();
        let mut rows = projection.frame.with_columns(columns).filter(col("counts")).filter(col("b0").lt(self.constant(crossing.until)?));
        rows = group.iter().cloned().fold(rows, |rows, part| rows.filter(part.is_not_null()));
        let running = self.running(rows, &group, order)?;
        let limit = self.constant(crossing.threshold)?;
        // A sum beyond 64 bits is missing, so it meets no condition.
        let crossed = running.filter(compare(crossing.comparison, col("sum").cast(DataType::Int64), limit));
        let mut firing = crossed.group_by_stable(self.group_keys(&group)).agg([col("b0").first(), col(KEY).first()]);
        if let Some(from) = crossing.from {
            firing = firing.filter(col("b0").gt_eq(self.constant(from)?));
        }
        Ok(firing.group_by([col(KEY)]).agg([col("b0").min().alias(node_name(id))]))
    }

    /// Rows in order within their group, with the running sum.
    fn running(&self, rows: LazyFrame, group: &[Expr], order: Vec<Expr>) -> Result<LazyFrame, EngineError> {
        let mut by = group.to_vec();
        by.extend(order);
        let options = SortMultipleOptions::default().with_nulls_last(true).with_maintain_order(true);
        let sorted = rows.sort_by_exprs(by, options);
        let sum = col("term").cum_sum(false);
        let sum = if group.is_empty() { sum } else { sum.over(group).map_err(while_doing("followed running totals"))? };
        Ok(sorted.with_columns([sum.alias("sum")]))
    }

    /// Grouping keys; without any, all rows are one group.
    fn group_keys(&self, group: &[Expr]) -> Vec<Expr> {
        if group.is_empty() { vec![int_literal(0).alias("together")] } else { group.to_vec() }
    }

    fn constant(&self, id: NodeId) -> Result<Expr, EngineError> {
        self.scalars.get(&id).map(|value: &Value| literal(value, Physical::Int)).ok_or(EngineError::Damaged(id))
    }
}
