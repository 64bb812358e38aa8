//! Folds whose rows count differently for different surrounding rows: the surrounding row's values are carried onto the rows first.

use super::super::error::EngineError;
use super::super::executor::Executor;
use super::super::kernels::int_literal;
use super::super::space::{ROW, Space, outer_name};
use super::aggregate::PassResult;
use super::parts::PassKey;
use super::{KEY, join};
use crate::ir::{Aggregate, Link, NodeId};
use crate::types::TableId;
use indexmap::IndexSet;
use polars::prelude::*;

/// Place of the surrounding row.
const OUTER_ROW: &str = "outer_row";

impl Executor<'_> {
    pub(super) fn attach_correlated(
        &self,
        space: &mut Space,
        table: TableId,
        link: &Link,
        folds: &[(NodeId, &Aggregate)],
    ) -> Result<(), EngineError> {
        space.materialise(|frame| self.collect(frame))?;
        let mut pairs = self.pairs(space, table, link, folds)?;
        let mut roots: Vec<NodeId> = Vec::new();
        for (_, aggregate) in folds {
            roots.extend([aggregate.value, aggregate.filter, aggregate.at].into_iter().flatten());
        }
        self.attach_below(&mut pairs, &roots)?;
        let results: Vec<PassResult> = self.fold(&pairs, &PassKey::Carried(PlSmallStr::from(OUTER_ROW)), folds)?;
        let mut frame = space.frame.clone();
        for result in &results {
            frame = join(frame, result.selected(folds)?, PlSmallStr::from(ROW));
        }
        let key = match link {
            Link::Key { row_key: _, outer_key } => {
                let mut joined = space.clone();
                joined.frame = frame;
                let (keyed, key) = self.with_key(&joined, *outer_key)?;
                frame = keyed;
                key
            }
            Link::Everyone => PlSmallStr::from(ROW),
        };
        self.finish(space, frame, key, folds)
    }

    /// Linked pairs of a surrounding row and a row of `table`.
    fn pairs(&self, space: &Space, table: TableId, link: &Link, folds: &[(NodeId, &Aggregate)]) -> Result<Space, EngineError> {
        let mut carried: IndexSet<NodeId> = IndexSet::new();
        for (id, aggregate) in folds {
            carried.extend(self.shape.captured(&self.node(*id)?.kind));
            carried.extend([aggregate.from, aggregate.until].into_iter().flatten().filter(|bound| !self.scalars.contains_key(bound)));
        }
        let rows = self.space(table)?;
        let mut outer_roots: Vec<NodeId> = carried.iter().copied().collect();
        // A table of which nothing is read still has rows.
        let mut columns = rows.columns();
        columns.push(col("one"));
        let mut right = rows.frame.clone().with_columns([int_literal(0).alias("one")]).select(columns);
        if let Link::Key { row_key, outer_key } = link {
            outer_roots.push(*outer_key);
            if self.shape.is_open(*row_key) {
                return Err(EngineError::Unsupported { what: String::from("a link that depends on the surrounding row") });
            }
            let projection = self.project(rows, &[*row_key])?;
            let mut columns = rows.columns();
            columns.extend(projection.roots.into_iter().map(|root| root.alias(KEY)));
            right = projection.frame.select(columns);
        }
        let projection = self.project(space, &outer_roots)?;
        let names = carried.iter().map(|id| outer_name(*id)).chain([PlSmallStr::from(KEY)]);
        let mut left_columns = vec![col(ROW).alias(OUTER_ROW)];
        left_columns.extend(projection.roots.into_iter().zip(names).map(|(root, name)| root.alias(name)));
        let left = projection.frame.select(left_columns);
        let frame = match link {
            Link::Key { .. } => left.join_builder().with(right).on([col(KEY)]).how(JoinType::Inner).finish(),
            Link::Everyone => left.cross_join(right, None),
        };
        let mut pairs = rows.clone();
        pairs.frame = frame;
        pairs.data = None;
        pairs.outer = carried;
        // Places of the rows before they were paired mean nothing now.
        pairs.carried.retain(|name| name != ROW);
        pairs.carried.push(PlSmallStr::from(OUTER_ROW));
        Ok(pairs)
    }
}
