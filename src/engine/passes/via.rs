//! Steps along a reference to the one row of another table.

use super::super::error::EngineError;
use super::super::executor::Executor;
use super::super::space::{Space, node_name, raw_name};
use super::{KEY, join};
use crate::ir::{Kind, NodeId};
use crate::types::TableId;
use polars::prelude::*;

impl Executor<'_> {
    /// Joins the values that `nodes` read in `table`, all along the same key, in one join. Keys of the table are unique.
    pub(in crate::engine) fn attach_via(
        &self,
        space: &mut Space,
        table: TableId,
        key: NodeId,
        nodes: &[NodeId],
    ) -> Result<(), EngineError> {
        let mut values = Vec::new();
        for id in nodes {
            match &self.node(*id)?.kind {
                Kind::Via { key: _, table: _, value } if !self.shape.is_open(*value) => values.push(*value),
                _ => {
                    return Err(EngineError::Unsupported {
                        what: String::from("a step to another table that depends on a surrounding row"),
                    });
                }
            }
        }
        let target = self.space(table)?;
        let Some(key_column) = self.key(table)?.first() else { return Err(EngineError::Damaged(key)) };
        let projection = self.project(target, &values)?;
        let found: Vec<Expr> = nodes.iter().zip(projection.roots).map(|(id, root)| root.alias(node_name(*id))).collect();
        let mut selected = vec![col(raw_name(*key_column)).alias(KEY)];
        selected.extend(found);
        let (left, left_key) = self.with_key(space, key)?;
        space.extend(join(left, projection.frame.select(selected), left_key), nodes.iter().copied());
        Ok(())
    }
}
