//! From the wide frame to what leaves the engine: rows of emissions, counts of watches, values of nodes.

use super::error::{EngineError, while_doing};
use super::executor::Executor;
use super::space::{ROW, Space, node_name, raw_name};
use super::{Count, Outcome};
use crate::ir::{Emission, NodeId, Watch};
use crate::types::{TableId, Type};
use indexmap::IndexMap;
use polars::prelude::*;

const STEP: &str = "wrote down what was decided";

/// What one table's wide frame gives.
struct Decided {
    /// Index of the emission, and its rows so far.
    emissions: IndexMap<usize, DataFrame>,
    watches: IndexMap<usize, Count>,
}

impl Executor<'_> {
    pub(super) fn outcome(&mut self) -> Result<Outcome, EngineError> {
        let mut rows: IndexMap<TableId, u64> = IndexMap::new();
        let mut emissions: Vec<DataFrame> = vec![DataFrame::empty(); self.program.emissions.len()];
        let mut watches: Vec<Count> = vec![Count::default(); self.program.watches.len()];
        let tables: Vec<TableId> = self.program.emissions.iter().map(|emission| emission.table).chain(self.program.watches.iter().map(|watch| watch.table)).collect();
        for table in tables {
            if rows.contains_key(&table) {
                continue;
            }
            let decided = self.decide(table)?;
            rows.insert(table, u64::try_from(self.materialised(table)?.height()).unwrap_or(u64::MAX));
            for (at, data) in decided.emissions {
                if let Some(slot) = emissions.get_mut(at) {
                    *slot = data;
                }
            }
            for (at, count) in decided.watches {
                if let Some(slot) = watches.get_mut(at) {
                    *slot = count;
                }
            }
        }
        Ok(Outcome { emissions, watches, rows })
    }

    fn materialised(&mut self, table: TableId) -> Result<DataFrame, EngineError> {
        let mut space = self.space(table)?.clone();
        let data = space.materialise(|frame| self.collect(frame))?;
        self.spaces.insert(table, space);
        Ok(data)
    }

    /// Flags and watches of one table on its wide frame, whole or slice by slice.
    fn decide(&mut self, table: TableId) -> Result<Decided, EngineError> {
        let data = self.materialised(table)?;
        let space = self.space(table)?;
        let emissions: Vec<(usize, &Emission)> = self.program.emissions.iter().enumerate().filter(|(_, emission)| emission.table == table).collect();
        let watches: Vec<(usize, &Watch)> = self.program.watches.iter().enumerate().filter(|(_, watch)| watch.table == table).collect();
        let mut roots: Vec<NodeId> = emissions.iter().map(|(_, emission)| emission.flag).chain(watches.iter().map(|(_, watch)| watch.node)).collect();
        roots.sort_unstable();
        roots.dedup();
        let mut decided = Decided { emissions: IndexMap::new(), watches: IndexMap::new() };
        let height = data.height();
        let slice = self.options.slice_rows.unwrap_or(height).max(1);
        let mut offset = 0;
        while offset < height || offset == 0 {
            let part = if slice >= height { data.clone() } else { data.slice(i64::try_from(offset).unwrap_or(i64::MAX), slice) };
            let flags = self.over(space, &part, &roots)?;
            for (at, emission) in &emissions {
                let rows = self.emitted(space, &part, &flags, emission)?;
                match decided.emissions.get_mut(at) {
                    Some(earlier) => {
                        earlier.vstack_mut(&rows).map_err(while_doing(STEP))?;
                    }
                    None => {
                        decided.emissions.insert(*at, rows);
                    }
                }
            }
            for (at, watch) in &watches {
                let column = flags.column(&node_name(watch.node)).map_err(while_doing(STEP))?;
                let count = decided.watches.entry(*at).or_insert_with(|| self.no_count(watch.node));
                add_counts(count, column).map_err(while_doing(STEP))?;
            }
            offset += slice;
        }
        for (at, emission) in emissions {
            if let Some(data) = decided.emissions.get_mut(&at) {
                *data = self.sorted(space, std::mem::take(data), emission)?;
            }
        }
        Ok(decided)
    }

    /// Values of `roots` for the given rows of a space, one column each.
    fn over(&self, space: &Space, rows: &DataFrame, roots: &[NodeId]) -> Result<DataFrame, EngineError> {
        let mut part = space.clone();
        part.frame = rows.clone().lazy();
        let projection = self.project(&part, roots)?;
        let mut selected = vec![col(ROW)];
        selected.extend(roots.iter().zip(projection.roots).map(|(id, root)| root.alias(node_name(*id))));
        self.collect(projection.frame.select(selected)).map_err(while_doing(STEP))
    }

    /// Key columns and fields of the rows whose flag is true.
    fn emitted(&self, space: &Space, rows: &DataFrame, flags: &DataFrame, emission: &Emission) -> Result<DataFrame, EngineError> {
        let flag = flags.column(&node_name(emission.flag)).map_err(while_doing(STEP))?;
        let mask = flag.bool().map_err(while_doing(STEP))?;
        let fields: Vec<NodeId> = emission.fields.iter().map(|(_, node)| *node).collect();
        let survivors = rows.filter(mask).map_err(while_doing(STEP))?;
        let mut part = space.clone();
        part.frame = survivors.lazy();
        let projection = self.project(&part, &fields)?;
        let mut selected: Vec<Expr> = self.sort_key(space)?.into_iter().map(col).collect();
        selected.extend(projection.roots.into_iter().enumerate().map(|(at, root)| root.alias(format!("f{at}"))));
        self.collect(projection.frame.select(selected)).map_err(while_doing(STEP))
    }

    /// What rows are sorted by: the key, then the place of the row.
    fn sort_key(&self, space: &Space) -> Result<Vec<PlSmallStr>, EngineError> {
        let key = match space.table {
            Some(table) => self.key(table)?,
            None => &[],
        };
        Ok(key.iter().map(|column| raw_name(*column)).chain([PlSmallStr::from(ROW)]).collect())
    }

    fn sorted(&self, space: &Space, rows: DataFrame, emission: &Emission) -> Result<DataFrame, EngineError> {
        let options = SortMultipleOptions::default().with_nulls_last(true);
        let sorted = rows.sort(self.sort_key(space)?, options).map_err(while_doing(STEP))?;
        let mut columns = Vec::new();
        for (at, (name, _)) in emission.fields.iter().enumerate() {
            let column = sorted.column(&format!("f{at}")).map_err(while_doing(STEP))?;
            columns.push(column.clone().with_name(PlSmallStr::from(name.as_str())));
        }
        DataFrame::new(sorted.height(), columns).map_err(while_doing(STEP))
    }

    pub(super) fn values(&mut self, table: TableId, nodes: &[NodeId]) -> Result<DataFrame, EngineError> {
        let rows = self.materialised(table)?;
        let space = self.space(table)?;
        let mut part = space.clone();
        part.frame = rows.lazy();
        let projection = self.project(&part, nodes)?;
        let mut seen = indexmap::IndexSet::new();
        let roots = nodes.iter().zip(projection.roots).filter(|(id, _)| seen.insert(**id)).map(|(id, root)| root.alias(format!("v{}", id.0)));
        let mut selected: Vec<Expr> = self.sort_key(space)?.into_iter().map(col).collect();
        selected.extend(roots);
        let options = SortMultipleOptions::default().with_nulls_last(true);
        let data = self.collect(projection.frame.select(selected)).map_err(while_doing(STEP))?;
        let sorted = data.sort(self.sort_key(space)?, options).map_err(while_doing(STEP))?;
        let schema = self.program.table(table).ok_or(EngineError::NoTable(table))?;
        let mut columns = Vec::new();
        for id in self.key(table)? {
            let name = &schema.column(*id).ok_or(EngineError::NoTable(table))?.name;
            let column = sorted.column(&raw_name(*id)).map_err(while_doing(STEP))?;
            columns.push(column.clone().with_name(PlSmallStr::from(name.as_str())));
        }
        for id in seen {
            let column = sorted.column(&format!("v{}", id.0)).map_err(while_doing(STEP))?;
            columns.push(column.clone().with_name(node_name(id)));
        }
        DataFrame::new(sorted.height(), columns).map_err(while_doing(STEP))
    }

    fn no_count(&self, node: NodeId) -> Count {
        let labels = match self.program.type_of(node) {
            Type::Label(ladder) => self.program.ladder(ladder).map_or(0, |ladder| ladder.labels.len()),
            Type::Bool | Type::Missing => 2,
            _ => 0,
        };
        Count { known: vec![0; labels], unknown: 0 }
    }
}

/// Adds a column's values to a count; labels outside the ladder count as unknown.
fn add_counts(count: &mut Count, column: &Column) -> PolarsResult<()> {
    let mut add = |ordinal: Option<usize>| match ordinal.and_then(|ordinal| count.known.get_mut(ordinal)) {
        Some(slot) => *slot += 1,
        None => count.unknown += 1,
    };
    if column.dtype() == &DataType::Boolean {
        column.bool()?.iter().for_each(|value| add(value.map(usize::from)));
    } else if column.dtype() == &DataType::Int64 {
        column.i64()?.iter().for_each(|value| add(value.and_then(|value| usize::try_from(value).ok())));
    } else {
        count.unknown += u64::try_from(column.len()).unwrap_or(u64::MAX);
    }
    Ok(())
}
