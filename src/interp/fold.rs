//! Folds over the rows of another table.

use super::reader::{Indexes, Reader};
use crate::builtins::round_value;
use crate::builtins::sums::{ExactSum, float_deviation, int_deviation, quantile_place};
use crate::ir::{Aggregate, AggregateFunction, NodeId};
use crate::types::{Physical, Type, Value};
use std::collections::BTreeSet;

/// The nodes evaluated for each folded row, the row key excepted.
pub(super) fn row_nodes(aggregate: &Aggregate) -> Vec<NodeId> {
    [aggregate.value, aggregate.filter, aggregate.at].into_iter().flatten().collect()
}

/// One end of a window: not given, or given and perhaps missing.
type Bound = Option<Option<i64>>;

/// One row that counts: its time and its value, where there are such nodes.
struct Row<'a> {
    at: Option<i64>,
    value: Option<&'a Value>,
}

/// The aggregate for the reader's place; `None` while operands are unknown.
pub(super) fn aggregate(reader: &mut Reader<'_>, indexes: &mut Indexes, aggregate: &Aggregate, ty: &Type) -> Option<Value> {
    let mut nodes = row_nodes(aggregate);
    if let crate::ir::Link::Key { row_key, outer_key: _ } = &aggregate.link {
        nodes.push(*row_key);
    }
    let frames = reader.inside(&nodes);
    let linked = reader.linked(indexes, &aggregate.link, aggregate.table, &frames);
    let from = bound(reader, aggregate.from);
    let until = bound(reader, aggregate.until);
    let (linked, from, until) = (linked?, from?, until?);
    let Some(linked) = linked else { return Some(Value::Missing) };

    let mut counted = Vec::new();
    let mut complete = true;
    for row in linked {
        let filter = aggregate.filter.map(|node| reader.at(node, row, &frames));
        let at = aggregate.at.map(|node| reader.at(node, row, &frames));
        let value = aggregate.value.map(|node| reader.at(node, row, &frames));
        let (Some(filter), Some(at), Some(value)) = (known(filter), known(at), known(value)) else {
            complete = false;
            continue;
        };
        let at = at.and_then(Value::as_int);
        if filter.is_none_or(|filter| filter.as_bool() == Some(true)) && in_window(at, from, until) {
            counted.push(Row { at, value });
        }
    }
    if !complete {
        return None;
    }
    let enough = aggregate.at_least.is_none_or(|least| counted.len() >= least as usize);
    Some(if enough { fold(aggregate, &counted, ty) } else { Value::Missing })
}

/// Turns "there is no such node" into a known answer.
fn known(read: Option<Option<&Value>>) -> Option<Option<&Value>> {
    match read {
        None => Some(None),
        Some(None) => None,
        Some(Some(value)) => Some(Some(value)),
    }
}

fn bound(reader: &mut Reader<'_>, node: Option<NodeId>) -> Option<Bound> {
    match node {
        None => Some(None),
        Some(node) => reader.here(node).map(|value| Some(value.as_int())),
    }
}

/// `from <= at < until`; a missing time or bound never holds.
fn in_window(at: Option<i64>, from: Bound, until: Bound) -> bool {
    let after = from.is_none_or(|from| from.zip(at).is_some_and(|(from, at)| from <= at));
    let before = until.is_none_or(|until| until.zip(at).is_some_and(|(until, at)| at < until));
    after && before
}

fn fold(aggregate: &Aggregate, rows: &[Row<'_>], ty: &Type) -> Value {
    let values: Vec<&Value> = rows.iter().filter_map(|row| row.value).filter(|value| !value.is_missing()).collect();
    match aggregate.function {
        AggregateFunction::Count => count(if aggregate.value.is_some() { values.len() } else { rows.len() }),
        AggregateFunction::Sum => sum(&values),
        AggregateFunction::Mean => mean(&values, ty),
        AggregateFunction::Min => values.into_iter().min().cloned().unwrap_or(Value::Missing),
        AggregateFunction::Max => values.into_iter().max().cloned().unwrap_or(Value::Missing),
        AggregateFunction::Median => quantile(values, 500_000),
        AggregateFunction::Quantile(quantile_parts) => quantile(values, quantile_parts),
        AggregateFunction::Deviation => deviation(&values, ty),
        AggregateFunction::Distinct => count(values.into_iter().collect::<BTreeSet<_>>().len()),
        AggregateFunction::Latest => at_instant(aggregate, rows, true),
        AggregateFunction::Earliest => at_instant(aggregate, rows, false),
        AggregateFunction::Exists => Value::Bool(!rows.is_empty()),
    }
}

fn count(rows: usize) -> Value {
    i64::try_from(rows).map_or(Value::Missing, Value::Int)
}

/// Exact sums of the values and of their squares, ints and floats apart. A column is all ints or all floats.
struct Sums {
    ints: ExactSum,
    floats: ExactSum,
    int_squares: ExactSum,
    float_squares: ExactSum,
}

fn sums(values: &[&Value]) -> Sums {
    let mut out = Sums { ints: ExactSum::new(), floats: ExactSum::new(), int_squares: ExactSum::new(), float_squares: ExactSum::new() };
    for value in values {
        match value {
            Value::Int(number) => {
                out.ints.add_int(*number);
                out.int_squares.add(i128::from(*number).checked_mul(i128::from(*number)));
            }
            Value::Float(number) => {
                out.floats.add_float(*number);
                out.float_squares.add_float(number * number);
            }
            Value::Missing | Value::Bool(_) | Value::Text(_) => {}
        }
    }
    out
}

fn sum(values: &[&Value]) -> Value {
    let sums = sums(values);
    if sums.ints.count() > 0 { sums.ints.int_sum() } else { sums.floats.float_sum() }
}

fn mean(values: &[&Value], ty: &Type) -> Value {
    let sums = sums(values);
    match (sums.ints.count() > 0, held_as_int(ty)) {
        (true, true) => sums.ints.int_mean(),
        (true, false) => sums.ints.int_mean_as_float(),
        (false, true) => round_value(&sums.floats.float_mean()),
        (false, false) => sums.floats.float_mean(),
    }
}

fn deviation(values: &[&Value], ty: &Type) -> Value {
    let sums = sums(values);
    let (values, squares, of) = match sums.ints.count() > 0 {
        true => (sums.ints, sums.int_squares, int_deviation as fn(u64, i128, i128) -> Value),
        false => (sums.floats, sums.float_squares, float_deviation as fn(u64, i128, i128) -> Value),
    };
    let totals = values.total().zip(squares.total());
    let deviation = totals.map_or(Value::Missing, |(sx, sxx)| of(values.count(), sx, sxx));
    if held_as_int(ty) { round_value(&deviation) } else { deviation }
}

fn held_as_int(ty: &Type) -> bool {
    ty.physical() == Physical::Int
}

fn quantile(mut values: Vec<&Value>, parts: u32) -> Value {
    values.sort_unstable();
    let place = quantile_place(parts, values.len() as u64);
    let at = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX);
    values.get(at).map_or(Value::Missing, |value| (*value).clone())
}

/// The value at the last or first instant; among equal instants the greatest or smallest known one.
fn at_instant(aggregate: &Aggregate, rows: &[Row<'_>], last: bool) -> Value {
    let rows: Vec<&Row<'_>> = rows.iter().filter(|row| aggregate.at.is_none() || row.at.is_some()).collect();
    let instants = rows.iter().map(|row| row.at);
    let instant = if last { instants.max() } else { instants.min() };
    let Some(instant) = instant else { return Value::Missing };
    let values = rows.iter().filter(|row| row.at == instant).filter_map(|row| row.value).filter(|value| !value.is_missing());
    let value = if last { values.max() } else { values.min() };
    value.cloned().unwrap_or(Value::Missing)
}
