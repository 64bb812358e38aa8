//! What the values of nodes are called and how they are shown.

use super::{MASK, Seen};
use crate::builtins::format_value;
use crate::interp::Interpreter;
use crate::interp::evaluate::label_name;
use crate::ir::{Aggregate, AggregateFunction, Fact, FormatStyle, Kind, NodeId, Population, Program};
use crate::types::{ColumnId, TableId, Type, Value};
use std::collections::BTreeMap;

/// Names and masks for the nodes of one program.
pub(super) struct Naming<'a> {
    pub interpreter: &'a Interpreter<'a>,
    facts: BTreeMap<NodeId, &'a Fact>,
    private: Vec<bool>,
}

impl<'a> Naming<'a> {
    pub fn new(interpreter: &'a Interpreter<'a>) -> Self {
        let program = interpreter.program();
        let mut facts = BTreeMap::new();
        for fact in &program.facts {
            facts.entry(fact.node).or_insert(fact);
        }
        Self { interpreter, facts, private: private_nodes(program) }
    }

    pub fn kind(&self, node: NodeId) -> Option<&'a Kind> {
        self.interpreter.program().graph.get(node).map(|node| &node.kind)
    }

    /// The first fact declared as this node.
    pub fn fact(&self, node: NodeId) -> Option<&'a Fact> {
        self.facts.get(&node).copied()
    }

    /// The value as people read it and whether it is hidden; `None` for missing.
    pub fn show(&self, node: NodeId, row: u32) -> (Option<String>, bool) {
        let value = self.interpreter.value(node, row);
        if value.is_missing() {
            return (None, false);
        }
        if self.private.get(node.0 as usize).copied().unwrap_or(false) {
            return (Some(self.partly_masked(node, row)), true);
        }
        let program = self.interpreter.program();
        let shown = match program.type_of(node) {
            ty @ Type::Label(_) => label_name(program, &ty, &value),
            ty => format_value(&value, &ty, &FormatStyle::Plain),
        };
        (shown.as_text().map(String::from), false)
    }

    /// Of a joined text only the private parts are hidden.
    fn partly_masked(&self, node: NodeId, row: u32) -> String {
        let Some(Kind::Concat(parts)) = self.kind(node) else { return String::from(MASK) };
        let part = |part: &NodeId| {
            if self.private.get(part.0 as usize).copied().unwrap_or(false) {
                return String::from(MASK);
            }
            self.interpreter.value(*part, row).as_text().map(String::from).unwrap_or_default()
        };
        parts.iter().map(part).collect()
    }

    /// A value under the name of the fact it was declared as; `None` for nodes that are no fact.
    pub fn seen_as_fact(&self, node: NodeId, row: u32) -> Option<Seen> {
        let fact = self.fact(node)?;
        let (value, masked) = self.show(node, row);
        Some(Seen { name: fact.name.clone(), label: fact.label.clone(), value, masked })
    }

    /// A value under the name of what it reads; `None` for nodes that have no name an author would know.
    pub fn seen_as_data(&self, node: NodeId, row: u32) -> Option<Seen> {
        let (name, label) = self.name(node)?;
        let (value, masked) = self.show(node, row);
        Some(Seen { name, label, value, masked })
    }

    fn name(&self, node: NodeId) -> Option<(String, Option<String>)> {
        let program = self.interpreter.program();
        let definition = program.graph.get(node)?;
        let plain = |name: &str| Some((String::from(name), None));
        match &definition.kind {
            Kind::Column(column) => Some(column_name(program, definition.space?, *column)),
            Kind::Aggregate(aggregate) => Some((aggregate_name(program, aggregate), None)),
            Kind::FirstCrossing(crossing) => Some((format!("first({})", table_name(program, crossing.table)), None)),
            Kind::Association(association) => Some((format!("association({})", table_name(program, association.table)), None)),
            Kind::Population(population) => plain(match population.as_ref() {
                Population::Quintile { .. } => "quintile",
                Population::Top { .. } => "top",
                Population::Place { .. } => "place in line",
                Population::Total { .. } => "total",
            }),
            Kind::Bucket { .. } => plain("bucket"),
            Kind::PreviousRun => plain("previous run"),
            Kind::Arithmetic { .. } | Kind::Negate(_) | Kind::Round(_) => plain("arithmetic"),
            Kind::Call { function, arguments: _ } => plain(function),
            Kind::Constant(_)
            | Kind::AsOf
            | Kind::Outer(_)
            | Kind::Via { .. }
            | Kind::Not(_)
            | Kind::And(_)
            | Kind::Or(_)
            | Kind::Compare { .. }
            | Kind::OneOf { .. }
            | Kind::IsMissing(_)
            | Kind::IsTrue(_)
            | Kind::Coalesce(..)
            | Kind::If { .. }
            | Kind::ToFloat(_)
            | Kind::Ladder { .. }
            | Kind::LabelName(_)
            | Kind::Concat(_)
            | Kind::Format { .. } => None,
        }
    }
}

fn table_name(program: &Program, table: TableId) -> String {
    program.table(table).map(|table| table.name.clone()).unwrap_or_default()
}

fn column_name(program: &Program, table: TableId, column: ColumnId) -> (String, Option<String>) {
    let definition = program.table(table).and_then(|table| table.column(column));
    let name = definition.map(|column| column.name.as_str()).unwrap_or_default();
    (format!("{}.{name}", table_name(program, table)), definition.and_then(|column| column.label.clone()))
}

/// `sum(transactions.amount)`, `exists(consents)`.
fn aggregate_name(program: &Program, aggregate: &Aggregate) -> String {
    let function = match aggregate.function {
        AggregateFunction::Count => "count",
        AggregateFunction::Sum => "sum",
        AggregateFunction::Mean => "mean",
        AggregateFunction::Min => "min",
        AggregateFunction::Max => "max",
        AggregateFunction::Median => "median",
        AggregateFunction::Quantile(_) => "quantile",
        AggregateFunction::Deviation => "stddev",
        AggregateFunction::Distinct => "distinct",
        AggregateFunction::Latest => "latest",
        AggregateFunction::Earliest => "earliest",
        AggregateFunction::Exists => "exists",
    };
    let column = aggregate.value.and_then(|value| match program.graph.get(value).map(|node| &node.kind) {
        Some(Kind::Column(column)) => Some(column_name(program, aggregate.table, *column).0),
        Some(_) | None => None,
    });
    format!("{function}({})", column.unwrap_or_else(|| table_name(program, aggregate.table)))
}

/// Which nodes hand on a value of a column with personal data. Conditions, labels and counts do not.
fn private_nodes(program: &Program) -> Vec<bool> {
    let mut private: Vec<bool> = Vec::with_capacity(program.graph.len());
    for (_, node) in program.graph.iter() {
        let own = match (&node.kind, node.space) {
            (Kind::Column(column), Some(table)) => {
                program.table(table).and_then(|table| table.column(*column)).is_some_and(|column| column.pii)
            }
            (_, _) => false,
        };
        let hides_nothing = matches!(node.ty, Type::Bool | Type::Label(_));
        let copied = carried(&node.kind).into_iter().any(|operand| private.get(operand.0 as usize).copied().unwrap_or(false));
        private.push(!hides_nothing && (own || copied));
    }
    private
}

/// The operands whose value can be read off the result.
fn carried(kind: &Kind) -> Vec<NodeId> {
    match kind {
        Kind::Via { key: _, table: _, value } => vec![*value],
        Kind::If { condition: _, then, otherwise } => vec![*then, *otherwise],
        Kind::Aggregate(aggregate) => match aggregate.function {
            AggregateFunction::Count | AggregateFunction::Distinct | AggregateFunction::Exists => Vec::new(),
            AggregateFunction::Sum
            | AggregateFunction::Mean
            | AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::Median
            | AggregateFunction::Quantile(_)
            | AggregateFunction::Deviation
            | AggregateFunction::Latest
            | AggregateFunction::Earliest => aggregate.value.into_iter().collect(),
        },
        Kind::FirstCrossing(_) | Kind::Association(_) | Kind::Population(_) | Kind::Bucket { .. } => Vec::new(),
        Kind::Constant(_)
        | Kind::AsOf
        | Kind::PreviousRun
        | Kind::Column(_)
        | Kind::Outer(_)
        | Kind::Not(_)
        | Kind::And(_)
        | Kind::Or(_)
        | Kind::Compare { .. }
        | Kind::OneOf { .. }
        | Kind::IsMissing(_)
        | Kind::IsTrue(_)
        | Kind::Coalesce(..)
        | Kind::Arithmetic { .. }
        | Kind::Negate(_)
        | Kind::ToFloat(_)
        | Kind::Round(_)
        | Kind::Call { .. }
        | Kind::Ladder { .. }
        | Kind::LabelName(_)
        | Kind::Concat(_)
        | Kind::Format { .. } => kind.operands(),
    }
}

/// The truth of a value; anything but a bool is unknown.
pub(super) fn truth(value: &Value) -> super::Truth {
    match value.as_bool() {
        Some(true) => super::Truth::True,
        Some(false) => super::Truth::False,
        None => super::Truth::Unknown,
    }
}
