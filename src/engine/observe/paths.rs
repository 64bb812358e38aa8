//! Contacts before conversions, and what customers bought so far: the rows of the studies a report shows besides trials.

use super::super::bind::Reads;
use super::super::error::{EngineError, while_doing};
use super::super::{Options, Tables, evaluate};
use crate::builtins::DAY_MILLISECONDS;
use crate::evaluate::attribution::Journey;
use crate::evaluate::lifetime::History;
use crate::ir::{AttributionStudy, LifetimeStudy, Moment, NodeId, Program};
use crate::types::Type;
use indexmap::IndexMap;
use polars::prelude::*;

const STEP: &str = "read the contacts before conversions";
const CONTACTS: &str = "contacts";
const COLUMNS: [&str; 4] = ["subject", "unit_id", "channel", "sent_at"];

/// Adds what the studies of a program read.
pub(super) fn add_reads(reads: &mut Reads, program: &Program) {
    let of_attribution = |study: &AttributionStudy| [Some(study.counts), Some(study.who), Some(study.at), study.value];
    let of_lifetime = |study: &LifetimeStudy| [Some(study.repeats), Some(study.recency), Some(study.age), study.value];
    let nodes = program.attributions.iter().flat_map(of_attribution).chain(program.lifetimes.iter().flat_map(of_lifetime));
    for (table, columns) in Reads::of_nodes(program, nodes.flatten()).columns {
        reads.columns.entry(table).or_default().extend(columns);
    }
    let tables = program.attributions.iter().map(|study| study.table).chain(program.lifetimes.iter().map(|study| study.table));
    for table in tables {
        reads.add_key(program, table);
    }
    if program.attributions.is_empty() {
        return;
    }
    if let Some((id, table)) = program.find_table(CONTACTS).and_then(|id| Some((id, program.table(id)?))) {
        reads.columns.entry(id).or_default().extend(COLUMNS.iter().filter_map(|column| table.find_column(column)));
    }
}

/// Contacts of one unit in order of time.
type Touches = Vec<(i64, String)>;

/// The journeys of everybody who was touched within the lookback of a conversion, and of everybody touched within it before the
/// instant who did not convert. Conversions without a touch are the second result. Values are in yuan, or counted.
///
/// # Errors
/// See [`EngineError`].
pub fn journeys(program: &Program, study: &AttributionStudy, tables: &Tables, moment: Moment) -> Result<(Vec<Journey>, f64), EngineError> {
    let touches = touches(program, study, tables, moment)?;
    let nodes: Vec<NodeId> = [Some(study.counts), Some(study.who), Some(study.at), study.value].into_iter().flatten().collect();
    let rows = evaluate(program, tables, moment, &Options::default(), study.table, &nodes)?;
    let column = |node: NodeId| rows.column(&format!("n{}", node.0)).map_err(while_doing(STEP)).cloned();
    let counts = column(study.counts)?;
    let counts = counts.bool().map_err(while_doing(STEP))?;
    let who = column(study.who)?.cast(&DataType::String).map_err(while_doing(STEP))?;
    let (who, at) = (who.str().map_err(while_doing(STEP))?.clone(), column(study.at)?);
    let at = at.i64().map_err(while_doing(STEP))?.clone();
    let values = match study.value {
        Some(value) => Some(column(value)?.cast(&DataType::Float64).map_err(while_doing(STEP))?),
        None => None,
    };
    let values = values.as_ref().map(|values| values.f64().map_err(while_doing(STEP))).transpose()?;
    let unit = if study.ty == Type::Money { 100.0 } else { 1.0 };
    let (mut journeys, mut untouched) = (Vec::new(), 0.0);
    let mut converted: IndexMap<String, ()> = IndexMap::new();
    for row in 0..rows.height() {
        let (Some(true), Some(who), Some(at)) = (counts.get(row), who.get(row), at.get(row)) else { continue };
        if at >= moment.as_of {
            continue;
        }
        converted.insert(who.to_owned(), ());
        let value = match values {
            Some(values) => values.get(row).map_or(0.0, |value| value / unit),
            None => 1.0,
        };
        match touches.get(who).and_then(|touches| journey(touches, at, study.lookback)) {
            Some(journey) => journeys.push(Journey { conversions: value, ..journey }),
            None => untouched += value,
        }
    }
    for (unit, touches) in &touches {
        if let (false, Some(journey)) = (converted.contains_key(unit), journey(touches, moment.as_of, study.lookback)) {
            journeys.push(Journey { others: 1.0, ..journey });
        }
    }
    Ok((journeys, untouched))
}

/// The contacts within the lookback before an instant; `None` where there are none.
fn journey(touches: &Touches, until: i64, lookback: i64) -> Option<Journey> {
    let within: Vec<&(i64, String)> = touches.iter().filter(|(at, _)| *at < until && *at >= until - lookback).collect();
    if within.is_empty() {
        return None;
    }
    #[allow(clippy::cast_precision_loss)]
    let days_before = within.iter().map(|(at, _)| (until - at) as f64 / DAY_MILLISECONDS as f64).collect();
    Some(Journey { touches: within.into_iter().map(|(_, channel)| channel.clone()).collect(), days_before, conversions: 0.0, others: 0.0 })
}

fn touches(program: &Program, study: &AttributionStudy, tables: &Tables, moment: Moment) -> Result<IndexMap<String, Touches>, EngineError> {
    let mut out: IndexMap<String, Touches> = IndexMap::new();
    let subject = program.table(study.of).map_or("", |table| table.name.as_str());
    let Some(rows) = program.find_table(CONTACTS).and_then(|id| tables.get(&id)) else { return Ok(out) };
    let rows = rows
        .clone()
        .filter(col("subject").eq(lit(subject)).and(col("sent_at").lt(lit(moment.as_of))))
        .select([col("unit_id"), col("sent_at"), col("channel")])
        .sort(["unit_id", "sent_at", "channel"], SortMultipleOptions::default())
        .collect()
        .map_err(while_doing(STEP))?;
    let text = |name: &str| rows.column(name).and_then(|column| column.str().cloned()).map_err(while_doing(STEP));
    let at = rows.column("sent_at").and_then(|column| column.i64().cloned()).map_err(while_doing(STEP))?;
    for ((unit, at), channel) in text("unit_id")?.iter().zip(at.iter()).zip(text("channel")?.iter()) {
        if let (Some(unit), Some(at)) = (unit, at) {
            out.entry(unit.to_owned()).or_default().push((at, channel.unwrap_or_default().to_owned()));
        }
    }
    Ok(out)
}

/// Histories of the customers of a study with the mean value of their purchases (yuan where it is money), and how many customers are
/// left out because a part of theirs is not known.
///
/// # Errors
/// See [`EngineError`].
pub fn histories(
    program: &Program,
    study: &LifetimeStudy,
    tables: &Tables,
    moment: Moment,
) -> Result<(Vec<(History, Option<f64>)>, u64), EngineError> {
    let nodes: Vec<NodeId> = [Some(study.repeats), Some(study.recency), Some(study.age), study.value].into_iter().flatten().collect();
    let rows = evaluate(program, tables, moment, &Options::default(), study.table, &nodes)?;
    let floats = |node: NodeId| {
        let column = rows.column(&format!("n{}", node.0)).and_then(|column| column.cast(&DataType::Float64));
        column.and_then(|column| column.f64().cloned()).map_err(while_doing(STEP))
    };
    let (repeats, recency, age) = (floats(study.repeats)?, floats(study.recency)?, floats(study.age)?);
    let values = study.value.map(floats).transpose()?;
    let unit = if study.value_type == Type::Money { 100.0 } else { 1.0 };
    let (mut out, mut left_out) = (Vec::new(), 0);
    for row in 0..rows.height() {
        let (Some(frequency), Some(recency), Some(age)) = (repeats.get(row), recency.get(row), age.get(row)) else {
            left_out += 1;
            continue;
        };
        let value = values.as_ref().and_then(|values| values.get(row)).map(|value| value / unit);
        out.push((History { frequency, recency, age }, value));
    }
    Ok((out, left_out))
}
