//! What a run needs before any row is read: columns, and values that need no data.

use super::error::EngineError;
use crate::ir::{Kind, Moment, NodeId, Population, Program};
use crate::types::{ColumnId, TableId, Value};
use indexmap::{IndexMap, IndexSet};

/// Columns per table, ascending.
pub(super) type Columns = IndexMap<TableId, IndexSet<ColumnId>>;

/// Columns that are read of each table; `outputs` are tables whose keys are needed besides.
pub(super) fn columns(program: &Program, reachable: &[NodeId], outputs: &[TableId]) -> Result<Columns, EngineError> {
    let key = |table: TableId| program.table(table).map(|table| &table.key).ok_or(EngineError::NoTable(table));
    let mut needed: Columns = IndexMap::new();
    for table in outputs {
        needed.entry(*table).or_default().extend(key(*table)?);
    }
    for id in reachable {
        let node = program.graph.get(*id).ok_or(EngineError::Damaged(*id))?;
        if let Some(table) = node.space {
            needed.entry(table).or_default();
        }
        match (&node.kind, node.space) {
            (Kind::Column(column), Some(table)) => {
                needed.entry(table).or_default().insert(*column);
            }
            (Kind::Via { key: _, table, value: _ }, _) => needed.entry(*table).or_default().extend(key(*table)?.first()),
            (Kind::Aggregate(aggregate), _) => {
                needed.entry(aggregate.table).or_default();
            }
            (Kind::FirstCrossing(crossing), _) => {
                needed.entry(crossing.table).or_default();
            }
            (Kind::Association(association), _) => {
                needed.entry(association.table).or_default();
            }
            (Kind::Population(population), Some(table)) if matches!(population.as_ref(), Population::Place { .. }) => {
                needed.entry(table).or_default().extend(key(table)?);
            }
            _ => {}
        }
    }
    needed.values_mut().for_each(IndexSet::sort_unstable);
    Ok(needed)
}

/// Values that need no data.
pub(super) fn known_before(program: &Program, reachable: &[NodeId], moment: Moment) -> Result<IndexMap<NodeId, Value>, EngineError> {
    let mut known = IndexMap::new();
    for id in reachable {
        let value = match &program.graph.get(*id).ok_or(EngineError::Damaged(*id))?.kind {
            Kind::Constant(value) => value.clone(),
            Kind::AsOf => Value::Int(moment.as_of),
            Kind::PreviousRun => moment.previous.map_or(Value::Missing, Value::Int),
            _ => continue,
        };
        known.insert(*id, value);
    }
    Ok(known)
}
