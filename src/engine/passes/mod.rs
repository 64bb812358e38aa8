//! One pass over the rows of a table for everything that folds them alike, and how its result is joined back.

mod aggregate;
mod association;
mod correlated;
mod crossing;
mod grouping;
mod parts;
mod via;

use super::error::EngineError;
use super::executor::Executor;
use super::space::{Space, node_name, raw_name};
use crate::ir::{Kind, NodeId};
use polars::prelude::*;

/// Name of the key column of a pass's result.
const KEY: &str = "key";

/// Left join that keeps the rows and their order; missing keys match nothing.
fn join(left: LazyFrame, right: LazyFrame, left_key: PlSmallStr) -> LazyFrame {
    left.join_builder()
        .with(right)
        .left_on([col(left_key)])
        .right_on([col(KEY)])
        .how(JoinType::Left)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .maintain_order(MaintainOrderJoin::Left)
        .finish()
}

impl Executor<'_> {
    /// The frame with `key` as a column, and that column's name.
    fn with_key(&self, space: &Space, key: NodeId) -> Result<(LazyFrame, PlSmallStr), EngineError> {
        if space.attached.contains(&key) {
            return Ok((space.frame.clone(), node_name(key)));
        }
        if let (Kind::Column(column), false) = (&self.node(key)?.kind, self.scalars.contains_key(&key)) {
            return Ok((space.frame.clone(), raw_name(*column)));
        }
        let name = PlSmallStr::from(format!("k{}", key.0));
        let projection = self.project(space, &[key])?;
        let columns: Vec<Expr> = projection.roots.into_iter().map(|root| root.alias(name.clone())).collect();
        Ok((projection.frame.with_columns(columns), name))
    }
}
