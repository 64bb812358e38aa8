//! Which tables and columns a program reads: nothing else has to exist in the data.

use crate::ir::{Kind, ModelFile, Node, NodeId, Population, Program};
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
        let emissions = program.emissions.iter().flat_map(|emission| emission.fields.iter().map(|(_, node)| *node).chain([emission.flag]));
        let watches = program.watches.iter().map(|watch| watch.node);
        let mut reads = Reads::of_nodes(program, emissions.chain(watches));
        for table in program.emissions.iter().map(|emission| emission.table).chain(program.watches.iter().map(|watch| watch.table)) {
            reads.add_key(program, table);
        }
        reads
    }

    /// What an explanation reads: a run, every strategy, and every named fact.
    #[must_use]
    pub fn of_explanation(program: &Program) -> Reads {
        let strategies = program.strategies.iter().flat_map(|strategy| {
            let gates = strategy.gates.iter().flat_map(|gate| [gate.condition, gate.stops, gate.asked]);
            let actions = strategy.actions.iter().flat_map(|action| action.message.into_iter().chain([action.emitted]));
            let exits = strategy.exits.iter().map(|exit| exit.node);
            let own = [strategy.trigger, strategy.candidate, strategy.assigned].into_iter().chain(strategy.arm);
            own.chain(gates).chain(actions).chain(exits)
        });
        let facts = program.facts.iter().flat_map(|fact| fact.rows.iter().filter_map(|row| row.condition).chain([fact.node]));
        let mut reads = Reads::of_run(program);
        for (table, columns) in Reads::of_nodes(program, strategies.chain(facts)).columns {
            reads.columns.entry(table).or_default().extend(columns);
        }
        for table in program.strategies.iter().map(|strategy| strategy.table).chain([program.subject]) {
            reads.add_key(program, table);
        }
        reads
    }

    /// What the given nodes read, with the keys of the tables they are about.
    #[must_use]
    pub fn of_nodes(program: &Program, roots: impl IntoIterator<Item = NodeId>) -> Reads {
        let mut reads = Reads::default();
        reads.add_nodes(program, roots);
        for table in program.models.iter().map(|model| model.scores).collect::<BTreeSet<_>>() {
            reads.add_models(program, table);
        }
        reads
    }

    /// Models that are run because their scores are read.
    pub fn models<'a>(&'a self, program: &'a Program) -> impl Iterator<Item = &'a ModelFile> {
        program.models.iter().filter(|model| self.columns.contains_key(&model.scores))
    }

    fn add_nodes(&mut self, program: &Program, roots: impl IntoIterator<Item = NodeId>) {
        for id in program.graph.reachable(roots) {
            if let Some(node) = program.graph.get(id) {
                self.add_node(program, node);
            }
        }
    }

    /// Where scores are read, what the models that write them are fed.
    fn add_models(&mut self, program: &Program, scores: TableId) {
        if self.columns.contains_key(&scores) {
            for model in program.models.iter().filter(|model| model.scores == scores) {
                self.add_nodes(program, model.inputs.iter().copied());
                self.add_key(program, model.table);
                self.add_key(program, scores);
            }
        }
    }

    /// Whether everything a node reads is among these.
    #[must_use]
    pub fn hold(&self, program: &Program, node: NodeId) -> bool {
        let has = |table: &TableId, columns: &BTreeSet<ColumnId>| self.columns.get(table).is_some_and(|own| columns.is_subset(own));
        Reads::of_nodes(program, [node]).columns.iter().all(|(table, columns)| has(table, columns))
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
            Kind::Association(association) => {
                self.columns.entry(association.table).or_default();
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
