//! Which tables and columns a program reads: nothing else has to exist in the data.

use crate::ir::{Kind, Node, NodeId, Population, Program};
use crate::types::{ColumnId, TableId};
use std::collections::{BTreeMap, BTreeSet};

/// Columns read, by table. A table with an empty set is read for its rows alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    pub columns: BTreeMap<TableId, BTreeSet<ColumnId>>,
}

impl Reads {
    /// What a run reads: emissions and watches.
    #[must_use]
    pub fn of_run(program: &Program) -> Reads {
        let emissions = program.emissions.iter().flat_map(|emission| {
            emission.fields.iter().map(|(_, node)| *node).chain([emission.flag])
        });
        let watches = program.watches.iter().map(|watch| watch.node);
        let mut reads = Reads::of_nodes(program, emissions.chain(watches));
        for table in program.emissions.iter().map(|emission| emission.table).chain(program.watches.iter().map(|watch| watch.table)) {
            reads.add_key(program, table);
        }
        reads
    }

    /// What the given nodes read, with the keys of the tables they are about.
    #[must_use]
    pub fn of_nodes(program: &Program, roots: impl IntoIterator<Item = NodeId>) -> Reads {
        let mut reads = Reads::default();
        for id in program.graph.reachable(roots) {
            if let Some(node) = program.graph.get(id) {
                reads.add_node(program, node);
            }
        }
        reads
    }

    fn add_node(&mut self, program: &Program, node: &Node) {
        if let Some(table) = node.space {
            self.columns.entry(table).or_default();
        }
        match &node.kind {
            Kind::Column(column) => {
                if let Some(table) = node.space {
                    self.columns.entry(table).or_default().insert(*column);
                }
            }
            Kind::Via { key: _, table, value: _ } => self.add_key(program, *table),
            Kind::Aggregate(aggregate) => {
                self.columns.entry(aggregate.table).or_default();
            }
            Kind::FirstCrossing(crossing) => {
                self.columns.entry(crossing.table).or_default();
            }
            Kind::Population(population) => self.add_population(program, population, node.space),
            Kind::Constant(_)
            | Kind::AsOf
            | Kind::PreviousRun
            | Kind::Outer(_)
            | Kind::Not(_)
            | Kind::And(_)
            | Kind::Or(_)
            | Kind::Compare { .. }
            | Kind::OneOf { .. }
            | Kind::IsMissing(_)
            | Kind::IsTrue(_)
            | Kind::Coalesce(..)
            | Kind::If { .. }
            | Kind::Arithmetic { .. }
            | Kind::Negate(_)
            | Kind::ToFloat(_)
            | Kind::Round(_)
            | Kind::Call { .. }
            | Kind::Ladder { .. }
            | Kind::LabelName(_)
            | Kind::Bucket { .. }
            | Kind::Concat(_)
            | Kind::Format { .. } => {}
        }
    }

    fn add_population(&mut self, program: &Program, population: &Population, space: Option<TableId>) {
        let about = match population {
            Population::Total { flag } => program.graph.get(*flag).and_then(|node| node.space),
            Population::Quintile { .. } | Population::Top { .. } | Population::Place { .. } => space,
        };
        if let Some(table) = about {
            self.add_key(program, table);
        }
    }

    /// Adds the key of a table.
    pub fn add_key(&mut self, program: &Program, table: TableId) {
        let columns = self.columns.entry(table).or_default();
        if let Some(table) = program.table(table) {
            columns.extend(&table.key);
        }
    }
}
