//! Levels of a run: what rows decide, then folds and joins over that, then what those decide, and so on.

use super::error::{EngineError, while_doing};
use super::shape::{Shape, is_boundary};
use super::space::{ROW, Space, node_name, raw_name};
use super::{Options, Tables, kernels, needs};
use crate::ir::{Kind, Moment, Node, NodeId, PlaceEntry, Population, Program};
use crate::types::{ColumnId, Physical, TableId, Value};
use indexmap::{IndexMap, IndexSet};
use polars::prelude::*;

/// State of one run.
pub(super) struct Executor<'a> {
    pub(super) program: &'a Program,
    pub(super) options: &'a Options,
    pub(super) shape: Shape,
    /// Values that are one for the whole run, as they become known.
    pub(super) scalars: IndexMap<NodeId, Value>,
    pub(super) spaces: IndexMap<TableId, Space>,
    /// The one-row space of such values.
    run: Space,
}

impl<'a> Executor<'a> {
    /// Prepares the spaces that `roots` need; `outputs` are tables whose keys are needed besides.
    pub(super) fn new(
        program: &'a Program,
        tables: &Tables,
        moment: Moment,
        options: &'a Options,
        roots: &[NodeId],
        outputs: &[TableId],
    ) -> Result<Self, EngineError> {
        let reachable = program.graph.reachable(roots.iter().copied());
        let mut executor = Executor {
            program,
            options,
            shape: Shape::of(&program.graph),
            scalars: IndexMap::new(),
            spaces: IndexMap::new(),
            run: Space::of_the_run()?,
        };
        for (table, columns) in needs::columns(program, &reachable, outputs)? {
            let frame = executor.scan(table, tables, &columns)?;
            executor.spaces.insert(table, Space::new(Some(table), frame, columns.into_iter().collect()));
        }
        executor.scalars = needs::known_before(program, &reachable, moment)?;
        executor.settle(&reachable)?;
        Ok(executor)
    }

    pub(super) fn node(&self, id: NodeId) -> Result<&'a Node, EngineError> {
        self.program.graph.get(id).ok_or(EngineError::Damaged(id))
    }

    pub(super) fn space(&self, table: TableId) -> Result<&Space, EngineError> {
        self.spaces.get(&table).ok_or(EngineError::NoTable(table))
    }

    /// Key columns of a table.
    pub(super) fn key(&self, table: TableId) -> Result<&'a [ColumnId], EngineError> {
        Ok(&self.program.table(table).ok_or(EngineError::NoTable(table))?.key)
    }

    /// Runs a query with the engine that the options choose.
    pub(super) fn collect(&self, frame: LazyFrame) -> PolarsResult<DataFrame> {
        let engine = if self.options.streaming { Engine::Streaming } else { Engine::InMemory };
        // Shared nodes are columns already; looking for more would only cost planning time.
        let result = frame.with_comm_subexpr_elim(false).with_comm_subplan_elim(false).collect_with_engine(engine)?;
        // A query without sinks of its own has one result.
        Ok(result.unwrap_single())
    }

    /// The needed columns of a table under their internal names; a table that is not there has no rows.
    fn scan(&self, table: TableId, tables: &Tables, columns: &IndexSet<ColumnId>) -> Result<LazyFrame, EngineError> {
        let schema = self.program.table(table).ok_or(EngineError::NoTable(table))?;
        let mut selected = Vec::new();
        let mut empty = Vec::new();
        for id in columns {
            let Some(column) = schema.column(*id) else { return Err(EngineError::NoTable(table)) };
            selected.push(col(column.name.as_str()).alias(raw_name(*id)));
            empty.push(Column::new_empty(raw_name(*id), &kernels::data_type(column.ty.physical())));
        }
        match tables.get(&table) {
            // Rows count even when no column is read.
            Some(frame) if selected.is_empty() => Ok(frame.clone()),
            Some(frame) => Ok(frame.clone().select(selected)),
            None if empty.is_empty() => {
                // A frame without columns is taken for one row by whatever adds a literal to it.
                let nothing = Column::new_empty(PlSmallStr::from("nothing"), &DataType::Int64);
                Ok(DataFrame::new(0, vec![nothing]).map_err(while_doing("opened an absent table"))?.lazy())
            }
            None => Ok(DataFrame::new(0, empty).map_err(while_doing("opened an absent table"))?.lazy()),
        }
    }

    fn settle(&mut self, reachable: &[NodeId]) -> Result<(), EngineError> {
        let highest = reachable.iter().map(|id| self.shape.level(*id)).max().unwrap_or(0);
        for level in 0..=highest {
            let mut batches: IndexMap<Option<TableId>, Vec<NodeId>> = IndexMap::new();
            for id in reachable.iter().filter(|id| self.shape.level(**id) == level) {
                let node = self.node(*id)?;
                if is_boundary(&node.kind) && !self.shape.is_open(*id) {
                    let space = if self.shape.is_scalar(*id) { None } else { node.space };
                    batches.entry(space).or_default().push(*id);
                }
            }
            for (table, nodes) in batches {
                self.settle_batch(table, &nodes)?;
            }
            self.settle_scalars(reachable, level)?;
        }
        Ok(())
    }

    fn settle_batch(&mut self, table: Option<TableId>, nodes: &[NodeId]) -> Result<(), EngineError> {
        match table {
            Some(table) => {
                let mut space = self.space(table)?.clone();
                self.attach(&mut space, nodes)?;
                self.spaces.insert(table, space);
            }
            None => {
                let mut run = self.run.clone();
                self.attach(&mut run, nodes)?;
                self.run = run;
            }
        }
        Ok(())
    }

    /// Computes the run-wide values of a level, so that every space reads them as literals.
    fn settle_scalars(&mut self, reachable: &[NodeId], level: u32) -> Result<(), EngineError> {
        let step = "computed values of the whole run";
        let wanted = |id: &&NodeId| self.shape.level(**id) == level && self.shape.is_scalar(**id) && !self.scalars.contains_key(*id);
        let nodes: Vec<NodeId> = reachable.iter().filter(wanted).copied().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let projection = self.project(&self.run, &nodes)?;
        let mut selected = vec![col(ROW)];
        selected.extend(nodes.iter().zip(projection.roots).map(|(id, root)| root.alias(node_name(*id))));
        let data = projection.frame.select(selected).with_comm_subexpr_elim(false).collect().map_err(while_doing(step))?;
        for id in nodes {
            let column = data.column(&node_name(id)).map_err(while_doing(step))?;
            let value = first_value(column, self.physical(id)?).map_err(while_doing(step))?;
            self.scalars.insert(id, value);
        }
        Ok(())
    }

    /// Attaches boundary nodes whose operands are all there; each group of equal work is done once.
    pub(super) fn attach(&self, space: &mut Space, nodes: &[NodeId]) -> Result<(), EngineError> {
        let mut vias: IndexMap<(TableId, NodeId), Vec<NodeId>> = IndexMap::new();
        let mut folds = Vec::new();
        let mut pools: IndexMap<&[PlaceEntry], Vec<(NodeId, u32)>> = IndexMap::new();
        for id in nodes {
            let node = self.node(*id)?;
            match &node.kind {
                Kind::Via { key, table, value: _ } => vias.entry((*table, *key)).or_default().push(*id),
                Kind::Aggregate(aggregate) => folds.push((*id, aggregate.as_ref())),
                Kind::FirstCrossing(crossing) => {
                    self.attach_crossing(space, *id, crossing)?;
                    self.shorten(space)?;
                }
                Kind::Association(association) => {
                    self.attach_association(space, *id, association)?;
                    self.shorten(space)?;
                }
                Kind::Population(population) => {
                    if let Population::Place { entries, at } = population.as_ref() {
                        self.refuse_open(&node.kind)?;
                        pools.entry(entries).or_default().push((*id, *at));
                        continue;
                    }
                    self.attach_population(space, *id, population)?;
                    self.shorten(space)?;
                }
                _ => return Err(EngineError::Damaged(*id)),
            }
        }
        for (entries, nodes) in pools {
            self.attach_places(space, entries, &nodes)?;
        }
        for ((table, key), nodes) in vias {
            self.attach_via(space, table, key, &nodes)?;
            self.shorten(space)?;
        }
        self.attach_folds(space, &folds)
    }

    /// Brings rows into memory once the way to them is long.
    pub(super) fn shorten(&self, space: &mut Space) -> Result<(), EngineError> {
        if space.is_long() {
            space.materialise(|frame| self.collect(frame))?;
        }
        Ok(())
    }

    /// Attaches every boundary node that `roots` need and the space does not have yet, lowest level first.
    pub(super) fn attach_below(&self, space: &mut Space, roots: &[NodeId]) -> Result<(), EngineError> {
        loop {
            let mut missing = Vec::new();
            let mut stack = roots.to_vec();
            let mut seen: IndexSet<NodeId> = IndexSet::new();
            while let Some(id) = stack.pop() {
                let node = self.node(id)?;
                if seen.insert(id) && !self.is_leaf(space, id, node) {
                    if is_boundary(&node.kind) {
                        missing.push(id);
                    }
                    stack.extend(self.shape.own_operands(&node.kind));
                }
            }
            let Some(lowest) = missing.iter().map(|id| self.shape.level(*id)).min() else { return Ok(()) };
            missing.retain(|id| self.shape.level(*id) == lowest);
            missing.sort_unstable();
            self.attach(space, &missing)?;
        }
    }
}

/// The first value of a column; missing when there is none.
pub(super) fn first_value(column: &Column, physical: Physical) -> PolarsResult<Value> {
    Ok(match physical {
        Physical::Bool => column.cast(&DataType::Boolean)?.bool()?.get(0).map_or(Value::Missing, Value::Bool),
        Physical::Int => column.cast(&DataType::Int64)?.i64()?.get(0).map_or(Value::Missing, Value::Int),
        Physical::Float => column.cast(&DataType::Float64)?.f64()?.get(0).map_or(Value::Missing, Value::Float),
        Physical::Text => column.cast(&DataType::String)?.str()?.get(0).map_or(Value::Missing, |text| Value::Text(String::from(text))),
    })
}
