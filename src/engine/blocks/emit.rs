//! What leaves the engine: rows of emissions, counts of watches, values of nodes.

use super::super::error::{EngineError, while_doing};
use super::super::{Count, Outcome};
use super::Blocks;
use super::block::{Block, Rows};
use super::column::Values;
use super::held::gathered;
use super::plan::Plan;
use crate::ir::{Emission, NodeId, Watch};
use crate::types::{ColumnId, Physical, TableId, Type, Value};
use indexmap::{IndexMap, IndexSet};
use polars::prelude::*;
use std::rc::Rc;

const STEP: &str = "wrote down what was decided";

/// Rows of all emissions with one flag so far.
struct Written {
    flag: NodeId,
    /// Fields of all of them, each once.
    fields: IndexSet<NodeId>,
    plan: Plan,
    /// Nodes the fields take from the block of the flags.
    taken: Vec<NodeId>,
    /// Per field; fields that are one value for the run have none.
    columns: Vec<Option<Series>>,
    /// Places of the rows in their table.
    rows: Vec<u32>,
}

/// Whether rows came in the order of their key, and the last one.
struct Order {
    key: Vec<ColumnId>,
    last: Vec<Value>,
    sorted: bool,
}

impl Order {
    fn take(&mut self, block: &Block<'_>) -> Result<(), EngineError> {
        if !self.sorted {
            return Ok(());
        }
        let columns = self.key.iter().map(|id| block.read(*id)).collect::<Result<Vec<_>, _>>()?;
        if let [one] = columns.as_slice() {
            if let Values::Text(texts) = one.as_ref() {
                self.sorted = texts.null_count() == 0 && ascending(texts, self.last.first());
            } else {
                let numbers = one.ordered().unwrap_or_default();
                let begins = self.last.first().is_none_or(|last| *last <= one.get(0));
                self.sorted = begins && numbers.is_sorted() && one.known().is_all();
            }
        } else {
            for row in 0..block.len {
                let key: Vec<Value> = columns.iter().map(|column| column.get(row)).collect();
                self.sorted &= self.last <= key;
                self.last = key;
            }
        }
        if let Some(row) = block.len.checked_sub(1) {
            self.last = columns.iter().map(|column| column.get(row)).collect();
        }
        Ok(())
    }
}

fn ascending(texts: &StringChunked, last: Option<&Value>) -> bool {
    let mut before = last.and_then(Value::as_text).unwrap_or_default();
    texts.iter().flatten().all(|text| {
        let follows = before <= text;
        before = text;
        follows
    })
}

impl Blocks<'_> {
    pub(in super::super) fn outcome(&self) -> Result<Outcome, EngineError> {
        let mut emissions: Vec<DataFrame> = vec![DataFrame::empty(); self.program.emissions.len()];
        let mut watches: Vec<Count> = vec![Count::default(); self.program.watches.len()];
        let mut rows: IndexMap<TableId, u64> = IndexMap::new();
        let of_emissions = self.program.emissions.iter().map(|emission| emission.table);
        let tables: IndexSet<TableId> = of_emissions.chain(self.program.watches.iter().map(|watch| watch.table)).collect();
        for table in tables {
            let about: Vec<(usize, &Emission)> =
                self.program.emissions.iter().enumerate().filter(|(_, emission)| emission.table == table).collect();
            let watched: Vec<(usize, &Watch)> = self.program.watches.iter().enumerate().filter(|(_, watch)| watch.table == table).collect();
            let mut written = self.opened(&about, &watched)?;
            let mut counts: Vec<Count> = watched.iter().map(|(_, watch)| self.no_count(watch.node)).collect();
            let (height, sorted) = self.decide(table, &mut written, &watched, &mut counts)?;
            let order = if sorted { None } else { Some(self.order(table)?) };
            for written in &mut written {
                written.put_in_order(order.as_deref())?;
            }
            for (at, emission) in &about {
                let written = written.iter().find(|written| written.flag == emission.flag);
                if let (Some(slot), Some(written)) = (emissions.get_mut(*at), written) {
                    *slot = self.frame(written, &emission.fields)?;
                }
            }
            for ((at, _), count) in watched.iter().zip(counts) {
                if let Some(slot) = watches.get_mut(*at) {
                    *slot = count;
                }
            }
            rows.insert(table, u64::try_from(height).unwrap_or(u64::MAX));
        }
        Ok(Outcome { emissions, watches, rows })
    }

    fn kept(&self) -> IndexSet<NodeId> {
        self.stored.keys().copied().collect()
    }

    /// Plans of the fields, which share what flags and watches compute anyway.
    fn opened(&self, emissions: &[(usize, &Emission)], watches: &[(usize, &Watch)]) -> Result<Vec<Written>, EngineError> {
        let mut fields: IndexMap<NodeId, IndexSet<NodeId>> = IndexMap::new();
        for (_, emission) in emissions {
            let needed = emission.fields.iter().map(|(_, node)| *node).filter(|_| !self.is_never(emission.flag));
            fields.entry(emission.flag).or_default().extend(needed);
        }
        let roots = roots(fields.keys().copied(), watches);
        let main = self.plan(&roots, &self.kept())?;
        // A field may read what a pass stored although no flag asks for it any more.
        let there: IndexSet<NodeId> =
            main.order.iter().map(|planned| planned.id).chain(self.kept()).filter(|id| !self.scalars.contains_key(id)).collect();
        fields.into_iter().map(|(flag, fields)| self.written(flag, fields, &there)).collect()
    }

    fn written(&self, flag: NodeId, fields: IndexSet<NodeId>, there: &IndexSet<NodeId>) -> Result<Written, EngineError> {
        let wanted: Vec<NodeId> = fields.iter().filter(|id| !self.scalars.contains_key(*id)).copied().collect();
        let plan = self.plan(&wanted, there)?;
        let mut taken: IndexSet<NodeId> = wanted.into_iter().filter(|id| there.contains(id)).collect();
        for planned in &plan.order {
            taken.extend(self.reads(planned.id)?.into_iter().filter(|id| there.contains(id)));
        }
        let columns = vec![None; fields.len()];
        Ok(Written { flag, fields, plan, taken: taken.into_iter().collect(), columns, rows: Vec::new() })
    }

    /// Evaluates flags and watches, and writes the rows whose flag is true. Returns the rows of the table and whether they are sorted.
    fn decide(
        &self,
        table: TableId,
        written: &mut [Written],
        watches: &[(usize, &Watch)],
        counts: &mut [Count],
    ) -> Result<(usize, bool), EngineError> {
        let mut roots = roots(written.iter().map(|written| written.flag), watches);
        let mut more: IndexSet<ColumnId> = self.key(table)?.iter().copied().collect();
        for written in written.iter() {
            roots.extend(&written.taken);
            more.extend(&written.plan.columns);
        }
        roots.sort_unstable();
        roots.dedup();
        let plan = self.plan(&roots, &self.kept())?;
        let more: Vec<ColumnId> = more.into_iter().collect();
        let mut order = Order { key: self.key(table)?.to_vec(), last: Vec::new(), sorted: true };
        let height = self.each_block(table, &plan, &more, |block| {
            order.take(block)?;
            for written in written.iter_mut() {
                written.take(block)?;
            }
            for ((_, watch), count) in watches.iter().zip(counts.iter_mut()) {
                add_counts(count, &*block.values(watch.node)?);
            }
            Ok(())
        })?;
        Ok((height, order.sorted))
    }

    /// For each row of a table its place in the order of the key, rows of one key in the order of the table.
    pub(super) fn order(&self, table: TableId) -> Result<Vec<u32>, EngineError> {
        let key = self.key(table)?;
        let mut columns: Vec<Vec<Series>> = vec![Vec::new(); key.len()];
        let height = self.each_block(table, &Plan::default(), key, |block| {
            for (parts, id) in columns.iter_mut().zip(key) {
                parts.extend(block.raw(*id).cloned());
            }
            Ok(())
        })?;
        let mut parts = Vec::with_capacity(key.len() + 1);
        for (at, series) in columns.into_iter().enumerate() {
            parts.push(joined(series)?.with_name(PlSmallStr::from(format!("k{at}"))).into_column());
        }
        let rows: Vec<u32> = (0..u32::try_from(height).unwrap_or(u32::MAX)).collect();
        parts.push(UInt32Chunked::from_vec(PlSmallStr::from("row"), rows).into_column());
        let names: Vec<PlSmallStr> = parts.iter().map(|part| part.name().clone()).collect();
        let options = SortMultipleOptions::default().with_nulls_last(true);
        let sorted = DataFrame::new(height, parts).and_then(|data| data.sort(names, options)).map_err(while_doing(STEP))?;
        let mut places = vec![0_u32; height];
        let rows = sorted.column("row").map_err(while_doing(STEP))?;
        for (place, row) in (0_u32..).zip(rows.u32().map_err(while_doing(STEP))?.iter().flatten()) {
            if let Some(slot) = places.get_mut(row as usize) {
                *slot = place;
            }
        }
        Ok(places)
    }

    /// The rows of an emission as a frame.
    fn frame(&self, written: &Written, fields: &[(String, NodeId)]) -> Result<DataFrame, EngineError> {
        let height = written.rows.len();
        let mut columns = Vec::with_capacity(fields.len());
        for (name, id) in fields {
            let name = PlSmallStr::from(name.as_str());
            let physical = self.physical(*id)?;
            let column = written.fields.get_index_of(id).and_then(|at| written.columns.get(at)).cloned().flatten();
            columns.push(match (self.scalars.get(id), column) {
                (Some(value), _) => Column::new_scalar(name, scalar(value, physical), height),
                (None, Some(series)) => series.with_name(name).into_column(),
                (None, None) => Column::new_empty(name, &super::super::kernels::data_type(physical)),
            });
        }
        DataFrame::new(height, columns).map_err(while_doing(STEP))
    }

    /// Values of nodes for every row of a table: its key columns, then `n<id>` per node, sorted by key.
    pub(in super::super) fn values(&self, table: TableId, nodes: &[NodeId]) -> Result<DataFrame, EngineError> {
        let nodes: IndexSet<NodeId> = nodes.iter().copied().collect();
        let key = self.key(table)?;
        let plan = self.plan(&nodes.iter().copied().collect::<Vec<_>>(), &IndexSet::new())?;
        let mut parts: Vec<Vec<Series>> = vec![Vec::new(); key.len() + nodes.len()];
        let height = self.each_block(table, &plan, key, |block| {
            for (parts, id) in parts.iter_mut().zip(key) {
                parts.extend(block.raw(*id).cloned());
            }
            for (parts, id) in parts.iter_mut().skip(key.len()).zip(&nodes) {
                parts.push(block.values(*id)?.series());
            }
            Ok(())
        })?;
        let schema = self.program.table(table).ok_or(EngineError::NoTable(table))?;
        let mut names = Vec::new();
        for id in key {
            let column = schema.column(*id).ok_or(EngineError::NoTable(table))?;
            names.push((column.name.clone(), column.ty.physical()));
        }
        for id in &nodes {
            names.push((format!("n{}", id.0), self.physical(*id)?));
        }
        let order = self.order(table)?;
        let mut sorted: Vec<u32> = (0..u32::try_from(height).unwrap_or(u32::MAX)).collect();
        sorted.sort_by_key(|row| order.get(*row as usize));
        let places = IdxCa::from_vec(PlSmallStr::EMPTY, sorted);
        let mut columns = Vec::with_capacity(names.len());
        for ((name, physical), parts) in names.into_iter().zip(parts) {
            let name = PlSmallStr::from(name);
            if parts.is_empty() {
                columns.push(Column::new_empty(name, &super::super::kernels::data_type(physical)));
                continue;
            }
            let series = joined(parts)?.take(&places).map_err(while_doing(STEP))?;
            columns.push(series.with_name(name).into_column());
        }
        DataFrame::new(height, columns).map_err(while_doing(STEP))
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

fn roots(flags: impl Iterator<Item = NodeId>, watches: &[(usize, &Watch)]) -> Vec<NodeId> {
    let mut roots: Vec<NodeId> = flags.chain(watches.iter().map(|(_, watch)| watch.node)).collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}

fn joined(parts: Vec<Series>) -> Result<Series, EngineError> {
    let mut parts = parts.into_iter();
    let mut whole = parts.next().unwrap_or_else(|| Series::new_empty(PlSmallStr::EMPTY, &DataType::Int64));
    for part in parts {
        whole.append(&part).map_err(while_doing(STEP))?;
    }
    Ok(whole.rechunk())
}

fn scalar(value: &Value, physical: Physical) -> Scalar {
    match value {
        Value::Missing => Scalar::null(super::super::kernels::data_type(physical)),
        Value::Bool(value) => Scalar::from(*value),
        Value::Int(value) => Scalar::from(*value),
        Value::Float(value) => Scalar::from(*value),
        Value::Text(value) => Scalar::from(PlSmallStr::from(value.as_str())),
    }
}

impl Written {
    /// Sorts the rows by the place of each in the order of the table; without one they are in order.
    fn put_in_order(&mut self, order: Option<&[u32]>) -> Result<(), EngineError> {
        let places = order.map(|order| {
            let mut sorted: Vec<u32> = (0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX)).collect();
            sorted.sort_by_key(|at| self.rows.get(*at as usize).and_then(|row| order.get(*row as usize)));
            IdxCa::from_vec(PlSmallStr::EMPTY, sorted)
        });
        for series in self.columns.iter_mut().flatten() {
            *series = series.rechunk();
            if let Some(places) = &places {
                *series = series.take(places).map_err(while_doing(STEP))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, block: &Rc<Block<'_>>) -> Result<(), EngineError> {
        let flags = block.values(self.flag)?.yes();
        let picked: Vec<u32> = flags.ones().filter_map(|row| u32::try_from(row).ok()).collect();
        if picked.is_empty() {
            return Ok(());
        }
        self.rows.extend(picked.iter().map(|row| block.place(*row as usize)));
        let wanted: Vec<(ColumnId, Series)> =
            self.plan.columns.iter().filter_map(|id| block.raw(*id).map(|series| (*id, series.clone()))).collect();
        let raw = gathered(&wanted, &picked)?;
        let places = Rows::Picked(picked.iter().map(|row| block.place(*row as usize)).collect());
        let part = Rc::new(Block::new(block.engine, block.table, places, picked.len(), raw));
        for id in &self.taken {
            part.put(*id, Rc::new(block.values(*id)?.gather(&picked)));
        }
        part.compute(&self.plan)?;
        for (id, column) in self.fields.iter().zip(&mut self.columns) {
            if block.engine.scalars.contains_key(id) {
                continue;
            }
            let series = part.values(*id)?.series();
            match column {
                Some(column) => {
                    column.append(&series).map_err(while_doing(STEP))?;
                }
                None => *column = Some(series),
            }
        }
        Ok(())
    }
}

/// Adds values to a count; labels outside the ladder count as unknown.
fn add_counts(count: &mut Count, values: &Values) {
    if let Values::Bool { yes, known } = values {
        let (yes, known) = (yes.count() as u64, known.count() as u64);
        if let [no_count, yes_count, ..] = count.known.as_mut_slice() {
            *no_count += known - yes;
            *yes_count += yes;
        }
        count.unknown += values.len() as u64 - known;
        return;
    }
    for row in 0..values.len() {
        let label = values.get(row).as_int().and_then(|label| usize::try_from(label).ok());
        match label.and_then(|label| count.known.get_mut(label)) {
            Some(slot) => *slot += 1,
            None => count.unknown += 1,
        }
    }
}
