//! Facts about one subject among all: a few breakpoints from one column, then a comparison per row.

use super::error::{EngineError, while_doing};
use super::executor::Executor;
use super::kernels::{self, Breakpoints};
use super::space::{ROW, Space, literal, node_name, raw_name};
use crate::builtins::sums;
use crate::ir::{Kind, NodeId, PlaceEntry, Population};
use crate::types::{Physical, Value};
use polars::prelude::*;

/// Known values of a population and how many rows it has.
struct Sample {
    known: Series,
    rows: usize,
}

impl Executor<'_> {
    pub(super) fn attach_population(&self, space: &mut Space, id: NodeId, population: &Population) -> Result<(), EngineError> {
        self.refuse_open(&self.node(id)?.kind)?;
        match population {
            Population::Quintile { value, best_low, missing_worst, within } => {
                self.attach_quintile(space, id, *value, (*best_low, *missing_worst), *within)
            }
            Population::Top { value, share, within } => self.attach_top(space, id, *value, *share, *within),
            Population::Place { entries, at } => self.attach_places(space, entries, &[(id, *at)]),
            Population::Total { flag } => self.attach_total(space, id, *flag),
        }
    }

    /// No checked program asks for a population that depends on a surrounding row.
    pub(super) fn refuse_open(&self, kind: &Kind) -> Result<(), EngineError> {
        if self.shape.own_operands(kind).iter().any(|operand| self.shape.is_open(*operand)) {
            return Err(EngineError::Unsupported { what: String::from("a fact about a population that depends on a surrounding row") });
        }
        Ok(())
    }

    /// Bools rank like ints.
    fn ranked(&self, value: NodeId, root: Expr) -> Result<(Expr, Physical), EngineError> {
        Ok(match self.physical(value)? {
            Physical::Bool => (root.cast(DataType::Int64), Physical::Int),
            Physical::Int => (root, Physical::Int),
            Physical::Float => (root, Physical::Float),
            Physical::Text => return Err(EngineError::Unsupported { what: String::from("an order of texts") }),
        })
    }

    fn sample(&self, space: &Space, value: NodeId, within: Option<NodeId>) -> Result<Sample, EngineError> {
        let step = "ranked a population";
        let mut roots = vec![value];
        roots.extend(within);
        let projection = self.project(space, &roots)?;
        let mut found = projection.roots.into_iter();
        let root = found.next().ok_or(EngineError::Damaged(value))?;
        let (ranked, _) = self.ranked(value, root)?;
        let columns: Vec<Expr> = [ranked.alias("value")].into_iter().chain(found.map(|within| within.alias("within"))).collect();
        let mut frame = projection.frame.with_columns(columns);
        if within.is_some() {
            frame = frame.filter(col("within"));
        }
        let data = self.collect(frame.select([col("value")])).map_err(while_doing(step))?;
        let column = data.column("value").map_err(while_doing(step))?.as_materialized_series();
        Ok(Sample { known: column.drop_nulls(), rows: data.height() })
    }

    fn attach_quintile(
        &self,
        space: &mut Space,
        id: NodeId,
        value: NodeId,
        (best_low, missing_worst): (bool, bool),
        within: Option<NodeId>,
    ) -> Result<(), EngineError> {
        let step = "ranked a population";
        self.keep_rows(space)?;
        let sample = self.sample(space, value, within)?;
        let known = sample.known.len();
        let missing = if missing_worst { sample.rows - known } else { 0 };
        let count = known + missing;
        // score > s exactly where at least ceil(s·n/5) rows are strictly worse: where the value beats the one at that place from the worst.
        let places: Vec<Option<usize>> = (1..=4_usize).map(|score| (score * count).div_ceil(5).checked_sub(missing + 1)).collect();
        let values = if count == 0 {
            vec![Value::Missing; 4]
        } else {
            self.at_places(&sample.known, &places, best_low).map_err(while_doing(step))?
        };
        let breakpoints = Breakpoints { values, best_low, of_missing: missing_worst.then_some(1) };
        let mut roots = vec![value];
        roots.extend(within);
        let projection = self.project(space, &roots)?;
        let mut found = projection.roots.into_iter();
        let root = found.next().ok_or(EngineError::Damaged(value))?;
        let (ranked, physical) = self.ranked(value, root)?;
        let score = kernels::score(ranked, physical, found.next(), breakpoints);
        space.extend(projection.frame.with_columns([score.alias(node_name(id))]), [id]);
        Ok(())
    }

    fn attach_top(&self, space: &mut Space, id: NodeId, value: NodeId, share: NodeId, within: Option<NodeId>) -> Result<(), EngineError> {
        let step = "ranked a population";
        self.keep_rows(space)?;
        let sample = self.sample(space, value, within)?;
        let share = self.scalars.get(&share).and_then(Value::as_float);
        let rows = u64::try_from(sample.rows).unwrap_or(u64::MAX);
        let count = share.map(|share| sums::top_count(share, rows));
        let mut roots = vec![value];
        roots.extend(within);
        let projection = self.project(space, &roots)?;
        let mut found = projection.roots.into_iter();
        let root = found.next().ok_or(EngineError::Damaged(value))?;
        let (ranked, _) = self.ranked(value, root)?;
        let is_in = match count.map(|count| usize::try_from(count).unwrap_or(usize::MAX)) {
            None => literal(&Value::Missing, Physical::Bool),
            Some(0) => when(ranked.is_not_null()).then(lit(false)).otherwise(lit(Scalar::null(DataType::Boolean))),
            Some(count) if count > sample.known.len() => kernels::threshold(ranked, Value::Missing),
            Some(count) => {
                let limit = self.at_places(&sample.known, &[Some(count - 1)], true).map_err(while_doing(step))?;
                kernels::threshold(ranked, limit.into_iter().next().unwrap_or(Value::Missing))
            }
        };
        let is_in = match found.next() {
            Some(within) => when(within).then(is_in).otherwise(literal(&Value::Missing, Physical::Bool)),
            None => is_in,
        };
        space.extend(projection.frame.with_columns([is_in.alias(node_name(id))]), [id]);
        Ok(())
    }

    fn attach_total(&self, space: &mut Space, id: NodeId, flag: NodeId) -> Result<(), EngineError> {
        let step = "counted a population";
        let table = self.node(flag)?.space.ok_or(EngineError::Damaged(flag))?;
        let projection = self.project(self.space(table)?, &[flag])?;
        let flags: Vec<Expr> = projection.roots.into_iter().map(|root| root.alias("flag")).collect();
        let counted = projection.frame.with_columns(flags).filter(col("flag")).select([len().cast(DataType::Int64).alias("total")]);
        let data = self.collect(counted).map_err(while_doing(step))?;
        let total =
            super::executor::first_value(data.column("total").map_err(while_doing(step))?, Physical::Int).map_err(while_doing(step))?;
        space.extend(space.frame.clone().with_columns([literal(&total, Physical::Int).alias(node_name(id))]), [id]);
        Ok(())
    }

    /// Places of flagged pairs of a row and an entry: sorted on their own and written back by place of row, for all entries asked for.
    pub(super) fn attach_places(&self, space: &mut Space, entries: &[PlaceEntry], nodes: &[(NodeId, u32)]) -> Result<(), EngineError> {
        let step = "put subjects in order";
        let mut data = space.materialise(|frame| self.collect(frame))?;
        let mut standing = Vec::new();
        for (at, entry) in (0_i64..).zip(entries) {
            standing.push(self.standing(space, entry, at)?);
        }
        let (Some(first), Some(table)) = (entries.first(), space.table) else { return Err(EngineError::Damaged(NodeId(0))) };
        let mut by: Vec<Expr> = first.per.iter().map(|_| col("per")).collect();
        let mut descending = vec![false; by.len()];
        for (at, (_, from_greatest)) in first.keys.iter().enumerate() {
            by.push(col(key_name(at)));
            descending.push(*from_greatest);
        }
        by.extend(self.key(table)?.iter().map(|column| col(raw_name(*column))));
        by.extend([col(ROW), col(ENTRY)]);
        descending.resize(by.len(), false);
        let nulls_last = vec![true; by.len()];
        let options = SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last_multi(nulls_last);
        let mut selected = vec![col(ROW), col(ENTRY)];
        selected.extend(first.per.map(|_| col("per")));
        selected.extend(first.weight.iter().flat_map(|_| [col("amount"), col("most")]));
        let pool = concat(standing, UnionArgs { parallel: false, ..UnionArgs::default() }).map_err(while_doing(step))?;
        let sorted = self.collect(pool.sort_by_exprs(by, options).select(selected)).map_err(while_doing(step))?;
        for (id, at) in nodes {
            let places = places(&sorted, i64::from(*at), data.height()).map_err(while_doing(step))?;
            data.with_column(places.with_name(node_name(*id)).into_column()).map_err(while_doing(step))?;
        }
        space.extend(data.clone().lazy(), nodes.iter().map(|(id, _)| *id));
        space.data = Some(data);
        Ok(())
    }

    /// The rows whose flag is true for an entry, with what orders them.
    fn standing(&self, space: &Space, entry: &PlaceEntry, at: i64) -> Result<LazyFrame, EngineError> {
        let mut roots = vec![entry.flag];
        roots.extend(entry.keys.iter().map(|(key, _)| *key));
        roots.extend(entry.per);
        roots.extend(entry.weight.iter().flat_map(|weight| [weight.amount, weight.most]));
        let types = roots.iter().map(|root| self.physical(*root)).collect::<Result<Vec<Physical>, EngineError>>()?;
        let projection = self.project(space, &roots)?;
        let keys = (0..entry.keys.len()).map(key_name);
        let kept: Vec<PlSmallStr> = keys
            .chain(entry.per.map(|_| PlSmallStr::from("per")))
            .chain(entry.weight.iter().flat_map(|_| ["amount", "most"].map(PlSmallStr::from)))
            .collect();
        let names = [PlSmallStr::from("flag")].into_iter().chain(kept.iter().cloned());
        let typed = projection.roots.into_iter().zip(types).zip(names);
        let columns: Vec<Expr> = typed.map(|((root, physical), name)| root.cast(kernels::data_type(physical)).alias(name)).collect();
        let mut selected = vec![col(ROW), super::kernels::int_literal(at).alias(ENTRY)];
        selected.extend(kept.into_iter().map(col));
        if let Some(table) = space.table {
            selected.extend(self.key(table)?.iter().map(|column| col(raw_name(*column))));
        }
        Ok(projection.frame.with_columns(columns).filter(col("flag")).select(selected))
    }

    /// Rows that are looked at more than once are brought into memory first.
    fn keep_rows(&self, space: &mut Space) -> Result<(), EngineError> {
        if space.table.is_some() {
            space.materialise(|frame| self.collect(frame))?;
        }
        Ok(())
    }

    /// Values at places of the order, from the front (0 is first); `None` stands for a missing value.
    fn at_places(&self, known: &Series, places: &[Option<usize>], descending: bool) -> PolarsResult<Vec<Value>> {
        if self.options.select_places {
            return selected(known, places, descending);
        }
        let sorted = known.sort(SortOptions::default().with_order_descending(descending))?.into_column();
        let at = |place: &Option<usize>| match place {
            Some(place) if *place < sorted.len() => {
                let physical = if sorted.dtype() == &DataType::Float64 { Physical::Float } else { Physical::Int };
                super::executor::first_value(&sorted.slice(i64::try_from(*place).unwrap_or(i64::MAX), 1), physical)
            }
            Some(_) | None => Ok(Value::Missing),
        };
        places.iter().map(at).collect()
    }
}

/// Values at places by selection: linear in the number of values.
fn selected(known: &Series, places: &[Option<usize>], descending: bool) -> PolarsResult<Vec<Value>> {
    if known.dtype() == &DataType::Float64 {
        let mut values: Vec<f64> = known.f64()?.iter().flatten().collect();
        let order = |a: &f64, b: &f64| if descending { b.total_cmp(a) } else { a.total_cmp(b) };
        Ok(places.iter().map(|place| place.and_then(|place| nth(&mut values, place, order)).map_or(Value::Missing, Value::Float)).collect())
    } else {
        let mut values: Vec<i64> = known.i64()?.iter().flatten().collect();
        let order = |a: &i64, b: &i64| if descending { b.cmp(a) } else { a.cmp(b) };
        Ok(places.iter().map(|place| place.and_then(|place| nth(&mut values, place, order)).map_or(Value::Missing, Value::Int)).collect())
    }
}

fn nth<T: Copy>(values: &mut [T], place: usize, order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    (place < values.len()).then(|| *values.select_nth_unstable_by(place, order).1)
}

/// Places from 1 of the sorted pairs, or sums of what was served, restarting where `per` changes; those of one entry, written to the height
/// of the space.
fn places(sorted: &DataFrame, entry: i64, height: usize) -> PolarsResult<Series> {
    let mut out: Vec<Option<i64>> = vec![None; height];
    let per = sorted.column("per").ok();
    let weights = weights(sorted)?;
    let mut place = 0_i128;
    for (at, (row, own)) in sorted.column(ROW)?.i64()?.iter().zip(sorted.column(ENTRY)?.i64()?.iter()).enumerate() {
        let restarts = match per {
            Some(per) if at > 0 => per.get(at)? != per.get(at - 1)?,
            Some(_) | None => false,
        };
        if restarts {
            place = 0;
        }
        let (amount, most) = weights.as_ref().map_or((1, Some(i64::MAX)), |weights| weights.get(at).copied().unwrap_or((0, None)));
        let next = place.saturating_add(i128::from(amount));
        if most.is_none_or(|most| next > i128::from(most)) {
            continue;
        }
        place = next;
        let slot = row.filter(|_| own == Some(entry)).and_then(|row| usize::try_from(row).ok()).and_then(|row| out.get_mut(row));
        if let Some(slot) = slot {
            *slot = i64::try_from(place).ok();
        }
    }
    Ok(Int64Chunked::from_iter(out).into_series())
}

/// What each pair takes and how far the sum may go, where entries have weights.
type Weights = Vec<(i64, Option<i64>)>;

fn weights(sorted: &DataFrame) -> PolarsResult<Option<Weights>> {
    let (Ok(amounts), Ok(most)) = (sorted.column("amount"), sorted.column("most")) else { return Ok(None) };
    Ok(Some(amounts.i64()?.iter().zip(most.i64()?.iter()).map(|(amount, most)| (amount.unwrap_or(0), most)).collect()))
}

/// Which entry of a pool a row stands in line for.
const ENTRY: &str = "entry";

fn key_name(at: usize) -> PlSmallStr {
    PlSmallStr::from(format!("k{at}"))
}
