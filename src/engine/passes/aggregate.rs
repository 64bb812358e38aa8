//! Folds over linked rows: all folds of a pass in one grouping, then one join.

use super::super::error::{EngineError, while_doing};
use super::super::executor::Executor;
use super::super::kernels;
use super::super::kernels::int_literal;
use super::super::space::{Space, literal, node_name};
use super::grouping::Grouping;
use super::parts::{PassKey, Rows};
use super::{KEY, join};
use crate::ir::{Aggregate, AggregateFunction, Link, NodeId};
use crate::types::{Physical, TableId, Value};
use indexmap::IndexMap;
use polars::prelude::*;

/// Folds that share one pass: table, key of its rows, and a number of its own when folds are not fused.
type PassName = (TableId, Option<NodeId>, usize);

/// Folds with the nodes they are.
type Folds<'a> = Vec<(NodeId, &'a Aggregate)>;

/// How a fold is executed.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Way {
    /// By running reductions, together with others.
    Reduced,
    /// From the sorted values of each group.
    Place(u32),
    /// By a reduction over instants and values in one.
    Stamped { latest: bool },
    /// In two steps: the extreme instant of each group, then the extreme value at it.
    Extreme { latest: bool },
}

/// Latest (true) and earliest values need their times, unless all rows share one instant or the time itself is the value.
fn needs_times(aggregate: &Aggregate) -> Option<bool> {
    let latest = match aggregate.function {
        AggregateFunction::Latest => true,
        AggregateFunction::Earliest => false,
        AggregateFunction::Count
        | AggregateFunction::Sum
        | AggregateFunction::Mean
        | AggregateFunction::Min
        | AggregateFunction::Max
        | AggregateFunction::Median
        | AggregateFunction::Quantile(_)
        | AggregateFunction::Deviation
        | AggregateFunction::Distinct
        | AggregateFunction::Exists => return None,
    };
    (aggregate.at.is_some() && aggregate.at != aggregate.value).then_some(latest)
}

fn result_name(id: NodeId) -> PlSmallStr {
    PlSmallStr::from(format!("r{}", id.0))
}

fn enough_name(id: NodeId) -> PlSmallStr {
    PlSmallStr::from(format!("e{}", id.0))
}

/// Result of one pass: a key column and columns per fold.
pub(super) struct PassResult {
    pub(super) data: DataFrame,
}

impl Executor<'_> {
    pub(in crate::engine) fn attach_folds(&self, space: &mut Space, folds: &[(NodeId, &Aggregate)]) -> Result<(), EngineError> {
        let mut passes: IndexMap<PassName, Folds<'_>> = IndexMap::new();
        let mut correlated: IndexMap<(TableId, Link, usize), Folds<'_>> = IndexMap::new();
        for (at, (id, aggregate)) in folds.iter().enumerate() {
            let alone = if self.options.fuse_folds { 0 } else { at };
            if self.is_correlated(*id, aggregate)? {
                correlated.entry((aggregate.table, aggregate.link.clone(), alone)).or_default().push((*id, aggregate));
            } else {
                let row_key = match &aggregate.link {
                    Link::Key { row_key, outer_key: _ } => Some(*row_key),
                    Link::Everyone => None,
                };
                passes.entry((aggregate.table, row_key, alone)).or_default().push((*id, aggregate));
            }
        }
        for ((table, row_key, _), folds) in passes {
            let key = row_key.map_or(PassKey::Together, PassKey::Node);
            let results = self.fold(self.space(table)?, &key, &folds)?;
            self.join_by_outer_key(space, &results, &folds)?;
            self.shorten(space)?;
        }
        for ((table, link, _), folds) in correlated {
            self.attach_correlated(space, table, &link, &folds)?;
        }
        Ok(())
    }

    /// Whether rows count differently for different surrounding rows, beyond the link.
    fn is_correlated(&self, id: NodeId, aggregate: &Aggregate) -> Result<bool, EngineError> {
        let bounds = [aggregate.from, aggregate.until].into_iter().flatten();
        Ok(!self.shape.captured(&self.node(id)?.kind).is_empty() || bounds.into_iter().any(|bound| !self.scalars.contains_key(&bound)))
    }

    fn way(&self, aggregate: &Aggregate, stamped: bool) -> Result<Way, EngineError> {
        let text = aggregate.value.map(|value| self.physical(value)).transpose()? == Some(Physical::Text);
        Ok(match (aggregate.function, needs_times(aggregate)) {
            (AggregateFunction::Median, _) => Way::Place(500_000),
            (AggregateFunction::Quantile(quantile), _) => Way::Place(quantile),
            (_, Some(latest)) if stamped && !text => Way::Stamped { latest },
            (_, Some(latest)) => Way::Extreme { latest },
            (_, None) => Way::Reduced,
        })
    }

    /// Folds the rows of a space; one result for all reductions, one for each other fold.
    pub(super) fn fold(&self, rows: &Space, key: &PassKey, folds: &[(NodeId, &Aggregate)]) -> Result<Vec<PassResult>, EngineError> {
        match self.fold_by(rows, key, folds, self.options.stamp_extremes) {
            // Instants that cannot be stamped go the long way.
            Err(_) if self.options.stamp_extremes => self.fold_by(rows, key, folds, false),
            result => result,
        }
    }

    fn fold_by(&self, rows: &Space, key: &PassKey, folds: &[(NodeId, &Aggregate)], stamped: bool) -> Result<Vec<PassResult>, EngineError> {
        let mut results = Vec::new();
        let mut reduced = Vec::new();
        for (id, aggregate) in folds {
            let way = self.way(aggregate, stamped)?;
            if matches!(way, Way::Reduced | Way::Stamped { .. }) || aggregate.at_least.is_some() {
                reduced.push((*id, *aggregate, way));
            }
        }
        if !reduced.is_empty() {
            results.push(self.reduce(rows, key, &reduced)?);
        }
        for (id, aggregate) in folds {
            match self.way(aggregate, stamped)? {
                Way::Reduced | Way::Stamped { .. } => {}
                Way::Place(quantile) => results.push(self.place(rows, key, *id, aggregate, quantile)?),
                Way::Extreme { latest } => results.push(self.extreme(rows, key, *id, aggregate, latest)?),
            }
        }
        Ok(results)
    }

    fn reduce(&self, space: &Space, key: &PassKey, folds: &[(NodeId, &Aggregate, Way)]) -> Result<PassResult, EngineError> {
        let aggregates: Vec<&Aggregate> = folds.iter().map(|(_, aggregate, _)| *aggregate).collect();
        let mut values: Vec<NodeId> = aggregates.iter().filter_map(|aggregate| aggregate.value).collect();
        let stamped = folds.iter().filter(|(_, _, way)| matches!(way, Way::Stamped { .. }));
        values.extend(stamped.filter_map(|(_, aggregate, _)| aggregate.at));
        let (rows, sets) = self.rows(space, key, &aggregates, &values)?;
        let mut grouping = Grouping { rows: &rows, parts: IndexMap::new(), masked: IndexMap::new() };
        let mut finished = vec![col(KEY)];
        for ((id, aggregate, way), set) in folds.iter().zip(&sets) {
            let mask = rows.masks.get(set).cloned().flatten();
            match way {
                Way::Reduced => finished.push(self.reduction(*id, aggregate, &mut grouping, mask.as_ref())?.alias(result_name(*id))),
                Way::Stamped { latest } => {
                    let (Some(value), Some(at)) = (aggregate.value, aggregate.at) else { return Err(EngineError::Damaged(*id)) };
                    let of = self.physical(value)?;
                    // Rows that do not count have no instant, so their value need not be hidden.
                    let (Some(at), Some(value)) = (grouping.value(at, mask.as_ref()), grouping.value(value, None)) else {
                        return Err(EngineError::Damaged(*id));
                    };
                    finished.push(grouping.extreme(&at, value, of, *latest).alias(result_name(*id)));
                }
                Way::Place(_) | Way::Extreme { .. } => {}
            }
            if let Some(least) = aggregate.at_least {
                finished.push(grouping.count_rows(mask.as_ref()).gt_eq(int_literal(i64::from(least))).alias(enough_name(*id)));
            }
        }
        let Grouping { rows: _, mut parts, masked } = grouping;
        if parts.is_empty() {
            parts.insert(PlSmallStr::from("rows"), len());
        }
        let masked: Vec<Expr> = masked.into_iter().map(|(name, value)| value.alias(name)).collect();
        let parts: Vec<Expr> = parts.into_iter().map(|(name, part)| part.alias(name)).collect();
        let frame = rows.frame.clone().with_columns(masked).group_by([col(KEY)]).agg(parts).select(finished);
        let data = self.collect(frame).map_err(while_doing("folded the rows of a table"))?;
        Ok(PassResult { data })
    }

    fn reduction(
        &self,
        id: NodeId,
        aggregate: &Aggregate,
        grouping: &mut Grouping<'_>,
        mask: Option<&PlSmallStr>,
    ) -> Result<Expr, EngineError> {
        let Some(value) = aggregate.value else {
            let count = grouping.count_rows(mask);
            return match aggregate.function {
                AggregateFunction::Count => Ok(count),
                AggregateFunction::Exists => Ok(count.gt(int_literal(0))),
                _ => Err(EngineError::Damaged(id)),
            };
        };
        let of = self.physical(value)?;
        let column = grouping.value(value, mask).ok_or(EngineError::Damaged(value))?;
        Ok(match aggregate.function {
            AggregateFunction::Count => grouping.known(&column),
            AggregateFunction::Exists => grouping.count_rows(mask).gt(int_literal(0)),
            AggregateFunction::Sum => kernels::total(grouping.moments(&column, of), self.physical(id)?),
            AggregateFunction::Mean if of == Physical::Int => kernels::mean(grouping.moments(&column, of), of, self.physical(id)?),
            AggregateFunction::Mean => self.as_held(id, kernels::mean(grouping.moments(&column, of), of, Physical::Float))?,
            AggregateFunction::Deviation => {
                let moments = grouping.moments(&column, of);
                let (squares, high) = grouping.squares(&column, of);
                self.as_held(id, kernels::deviation(moments, squares, high))?
            }
            AggregateFunction::Min | AggregateFunction::Earliest => grouping.part(format!("min {column}"), col(column).min()),
            AggregateFunction::Max | AggregateFunction::Latest => grouping.part(format!("max {column}"), col(column).max()),
            AggregateFunction::Distinct => grouping.distinct(&column),
            AggregateFunction::Median | AggregateFunction::Quantile(_) => return Err(EngineError::Damaged(id)),
        })
    }

    /// A float result as the node's type holds it.
    fn as_held(&self, id: NodeId, result: Expr) -> Result<Expr, EngineError> {
        Ok(if self.physical(id)? == Physical::Int { kernels::round(result) } else { result })
    }

    /// Rows that count for one fold, narrowed by filters instead of masks.
    fn counted(&self, space: &Space, key: &PassKey, aggregate: &Aggregate, values: &[NodeId]) -> Result<Rows, EngineError> {
        let (rows, _) = self.rows(space, key, &[aggregate], values)?;
        Ok(rows)
    }

    fn place(&self, space: &Space, key: &PassKey, id: NodeId, aggregate: &Aggregate, quantile: u32) -> Result<PassResult, EngineError> {
        let value = aggregate.value.ok_or(EngineError::Damaged(id))?;
        let rows = self.counted(space, key, aggregate, &[value])?;
        let name = rows.values.get(&value).cloned().ok_or(EngineError::Damaged(value))?;
        let output = kernels::data_type(self.physical(value)?);
        let known = rows.frame.filter(col(name.clone()).is_not_null()).select([col(KEY), col(name.clone())]);
        let frame = known
            .group_by([col(KEY)])
            .agg([col(name.clone()).implode(false)])
            .select([col(KEY), kernels::pick_place(col(name), quantile, output).alias(result_name(id))]);
        let data = self.collect(frame).map_err(while_doing("took a quantile of the rows of a table"))?;
        Ok(PassResult { data })
    }

    fn extreme(&self, space: &Space, key: &PassKey, id: NodeId, aggregate: &Aggregate, latest: bool) -> Result<PassResult, EngineError> {
        let (Some(value), Some(at)) = (aggregate.value, aggregate.at) else { return Err(EngineError::Damaged(id)) };
        let rows = self.counted(space, key, aggregate, &[value, at])?;
        let (Some(value), Some(at)) = (rows.values.get(&value).cloned(), rows.values.get(&at).cloned()) else {
            return Err(EngineError::Damaged(id));
        };
        let side = |expression: Expr| if latest { expression.max() } else { expression.min() };
        let timed =
            rows.frame.filter(col(at.clone()).is_not_null()).select([col(KEY), col(at.clone()).alias("at"), col(value).alias("value")]);
        let ends = timed.clone().group_by([col(KEY)]).agg([side(col("at"))]);
        let at_ends = timed.join_builder().with(ends).on([col(KEY), col("at")]).how(JoinType::Inner).finish();
        let frame = at_ends.group_by([col(KEY)]).agg([side(col("value")).alias(result_name(id))]);
        let data = self.collect(frame).map_err(while_doing("took the latest row of each subject"))?;
        Ok(PassResult { data })
    }

    fn join_by_outer_key(&self, space: &mut Space, results: &[PassResult], folds: &[(NodeId, &Aggregate)]) -> Result<(), EngineError> {
        let mut by_key: IndexMap<Option<NodeId>, Vec<(NodeId, &Aggregate)>> = IndexMap::new();
        for (id, aggregate) in folds {
            let outer_key = match &aggregate.link {
                Link::Key { row_key: _, outer_key } => Some(*outer_key),
                Link::Everyone => None,
            };
            by_key.entry(outer_key).or_default().push((*id, aggregate));
        }
        for (outer_key, folds) in by_key {
            let (mut frame, key) = match outer_key {
                Some(outer_key) => self.with_key(space, outer_key)?,
                None => {
                    let name = PlSmallStr::from("all");
                    (space.frame.clone().with_columns([int_literal(0).alias(name.clone())]), name)
                }
            };
            for result in results {
                frame = join(frame, result.selected(&folds)?, key.clone());
            }
            self.finish(space, frame, key, &folds)?;
        }
        Ok(())
    }

    /// Turns joined results into nodes: what no rows mean, what too few rows mean.
    pub(super) fn finish(
        &self,
        space: &mut Space,
        frame: LazyFrame,
        key: PlSmallStr,
        folds: &[(NodeId, &Aggregate)],
    ) -> Result<(), EngineError> {
        let mut nodes = Vec::new();
        for (id, aggregate) in folds {
            let physical = self.physical(*id)?;
            let result = col(result_name(*id));
            let nothing = aggregate.function.of_nothing();
            let missing = || literal(&Value::Missing, physical);
            let mut value = match nothing {
                Value::Missing => result,
                nothing => when(col(key.clone()).is_not_null()).then(result.fill_null(literal(&nothing, physical))).otherwise(missing()),
            };
            if let Some(least) = aggregate.at_least {
                value = when(col(enough_name(*id)).fill_null(lit(least == 0))).then(value).otherwise(missing());
            }
            nodes.push(value.alias(node_name(*id)));
        }
        space.extend(frame.with_columns(nodes), folds.iter().map(|(id, _)| *id));
        Ok(())
    }
}

impl PassResult {
    /// The key and the columns of the given folds.
    pub(super) fn selected(&self, folds: &[(NodeId, &Aggregate)]) -> Result<LazyFrame, EngineError> {
        let names = self.data.get_column_names_owned();
        let wanted = folds.iter().flat_map(|(id, _)| [result_name(*id), enough_name(*id)]).filter(|name| names.contains(name));
        let columns: Vec<Expr> = std::iter::once(PlSmallStr::from(KEY)).chain(wanted).map(col).collect();
        Ok(self.data.clone().lazy().select(columns))
    }
}
