//! What goes with what: pairs of items counted by joining holdings with themselves, and the best of each holder by joining them once more.

use super::super::error::{EngineError, while_doing};
use super::super::executor::Executor;
use super::super::space::{Space, node_name};
use super::{KEY, join};
use crate::ir::{Associated, Association, NodeId};
use polars::prelude::*;

const MILLION: i64 = 1_000_000;

impl Executor<'_> {
    pub(in crate::engine) fn attach_association(
        &self,
        space: &mut Space,
        id: NodeId,
        association: &Association,
    ) -> Result<(), EngineError> {
        if !self.shape.captured(&self.node(id)?.kind).is_empty() {
            return Err(EngineError::Unsupported { what: String::from("an association that depends on a surrounding row") });
        }
        let step = "counted what goes together";
        let held = self.collect(self.holdings(association)?).map_err(while_doing(step))?;
        let holders = held.column(KEY).and_then(Column::n_unique).map_err(while_doing(step))?;
        let holders = i64::try_from(holders).unwrap_or(i64::MAX);
        let rules = self.collect(speaking(&held.clone().lazy(), association, holders)).map_err(while_doing(step))?;
        let best = best(&held.lazy(), rules.lazy());
        let gives = match association.gives {
            Associated::Item => "to",
            Associated::Because => "item",
            Associated::Support => "support",
            Associated::Confidence => "confidence",
            Associated::Lift => "lift",
        };
        let data = self.collect(best.select([col(KEY), col(gives).alias(node_name(id))])).map_err(while_doing(step))?;
        let (frame, key) = self.with_key(space, association.outer_key)?;
        space.extend(join(frame, data.lazy(), key), [id]);
        Ok(())
    }

    /// Each holder with each of its items, once.
    fn holdings(&self, association: &Association) -> Result<LazyFrame, EngineError> {
        let rows = self.space(association.table)?;
        let roots: Vec<NodeId> = [Some(association.row_key), Some(association.item), association.filter].into_iter().flatten().collect();
        let projection = self.project(rows, &roots)?;
        let names = [KEY, "item", "counts"];
        let columns: Vec<Expr> = names.into_iter().zip(projection.roots).map(|(name, root)| root.alias(name)).collect();
        let mut frame = projection.frame.with_columns(columns);
        if association.filter.is_some() {
            frame = frame.filter(col("counts"));
        }
        let known = frame.filter(col(KEY).is_not_null().and(col("item").is_not_null()));
        Ok(known.select([col(KEY), col("item")]).unique(None, UniqueKeepStrategy::Any))
    }
}

/// Items that speak for others, with their figures.
fn speaking(held: &LazyFrame, association: &Association, holders: i64) -> LazyFrame {
    let wide = |expr: Expr| expr.cast(DataType::Int128);
    let limit = |parts: u32| wide(lit(i64::from(parts)));
    let alone = |name: &str, item: &str| held.clone().group_by([col("item").alias(item)]).agg([wide(len()).alias(name)]);
    let others = held.clone().select([col(KEY), col("item").alias("to")]);
    let inner = || JoinArgs::new(JoinType::Inner);
    let both = held.clone().join(others, [col(KEY)], [col(KEY)], inner()).filter(col("item").neq(col("to")));
    let counted = both.group_by([col("item"), col("to")]).agg([wide(len()).alias("both")]);
    let counted = counted.join(alone("of_from", "item"), [col("item")], [col("item")], inner());
    let counted = counted.join(alone("of_to", "to"), [col("to")], [col("to")], inner());
    let (million, holders) = (wide(lit(MILLION)), wide(lit(holders)));
    let (joint, apart) = (col("both") * holders.clone(), col("of_from") * col("of_to"));
    let supported = (col("both") * million.clone()).gt_eq(limit(association.support) * holders.clone());
    let confident = (col("both") * million.clone()).gt_eq(limit(association.confidence) * col("of_from"));
    let lifted = (joint.clone() * million).gt(limit(association.lift) * apart.clone());
    let share = |part: Expr, whole: Expr| part.cast(DataType::Float64) / whole.cast(DataType::Float64);
    counted.filter(supported.and(confident).and(lifted)).select([
        col("item"),
        col("to"),
        share(col("both"), holders).alias("support"),
        share(col("both"), col("of_from")).alias("confidence"),
        share(joint, apart).alias("lift"),
    ])
}

/// Of each holder the strongest rule to an item it has none of.
fn best(held: &LazyFrame, rules: LazyFrame) -> LazyFrame {
    let owned = held.clone().select([col(KEY), col("item").alias("to")]);
    let open = held.clone().join(rules, [col("item")], [col("item")], JoinArgs::new(JoinType::Inner)).join(
        owned,
        [col(KEY), col("to")],
        [col(KEY), col("to")],
        JoinArgs::new(JoinType::Anti),
    );
    let order = SortMultipleOptions::default().with_order_descending_multi([true, true, false, false]).with_maintain_order(true);
    let sorted = open.sort(["confidence", "lift", "to", "item"], order);
    sorted.unique_stable(Some(cols([KEY])), UniqueKeepStrategy::First)
}
