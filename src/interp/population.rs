//! Facts about one subject among all rows of its table. Computed once, for all rows together.

use super::reader::Reader;
use super::snapshot::MISSING;
use crate::builtins::sums::{quintile, top_count};
use crate::ir::{NodeId, PlaceEntry, Population};
use crate::types::{TableId, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The fact for each of the `rows` rows of the node's own space; `table` is the space of its operands.
pub(super) fn facts(reader: &mut Reader<'_>, population: &Population, table: TableId, rows: u32) -> Option<Vec<Value>> {
    match population {
        Population::Quintile { value, best_low, missing_worst, within } => {
            let (values, members) = values_within(reader, *value, *within, table)?;
            Some(quintiles(&values, &members, *best_low, *missing_worst))
        }
        Population::Top { value, share, within } => {
            let share = reader.here(*share);
            let (values, members) = values_within(reader, *value, *within, table)?;
            Some(tops(&values, &members, share?.as_float()))
        }
        Population::Place { entries, at } => places(reader, entries, *at, table),
        Population::Total { flag } => {
            let flags = reader.column(*flag, table)?;
            let total = flags.into_iter().filter(|flag| flag.as_bool() == Some(true)).count();
            let total = i64::try_from(total).map_or(Value::Missing, Value::Int);
            Some(vec![total; rows as usize])
        }
    }
}

/// Every row's value, and whether the row is one of those looked at.
fn values_within<'a>(
    reader: &mut Reader<'a>,
    value: NodeId,
    within: Option<NodeId>,
    table: TableId,
) -> Option<(Vec<&'a Value>, Vec<bool>)> {
    let values = reader.column(value, table);
    let members = match within {
        Some(node) => reader.column(node, table).map(|flags| flags.iter().map(|flag| flag.as_bool() == Some(true)).collect()),
        None => Some(vec![true; reader.interpreter.rows(table) as usize]),
    };
    Some((values?, members?))
}

fn quintiles(values: &[&Value], members: &[bool], best_low: bool, missing_worst: bool) -> Vec<Value> {
    let mut known: Vec<&Value> = within(values, members).filter(|value| !value.is_missing()).collect();
    known.sort_unstable();
    let missing = within(values, members).filter(|value| value.is_missing()).count();
    let n = known.len() + if missing_worst { missing } else { 0 };
    let score = |value: &Value| {
        if value.is_missing() {
            return if missing_worst { quintile(0, n as u64) } else { Value::Missing };
        }
        let worse = if best_low {
            known.len() - known.partition_point(|other| *other <= value)
        } else {
            known.partition_point(|other| *other < value)
        };
        quintile((worse + if missing_worst { missing } else { 0 }) as u64, n as u64)
    };
    values.iter().zip(members).map(|(value, member)| if *member { score(value) } else { Value::Missing }).collect()
}

fn tops(values: &[&Value], members: &[bool], share: Option<f64>) -> Vec<Value> {
    let mut known: Vec<&Value> = within(values, members).filter(|value| !value.is_missing()).collect();
    known.sort_unstable_by(|a, b| b.cmp(a));
    let n = within(values, members).count() as u64;
    let holds = |value: &Value| -> Option<bool> {
        let wanted = top_count(share?, n);
        if value.is_missing() {
            return None;
        }
        let Some(last) = wanted.checked_sub(1) else { return Some(false) };
        Some(known.get(usize::try_from(last).ok()?).is_none_or(|least| value >= *least))
    };
    let truth = |value: &Value| holds(value).map_or(Value::Missing, Value::Bool);
    values.iter().zip(members).map(|(value, member)| if *member { truth(value) } else { Value::Missing }).collect()
}

fn within<'a>(values: &'a [&'a Value], members: &'a [bool]) -> impl Iterator<Item = &'a Value> {
    values.iter().zip(members).filter(|(_, member)| **member).map(|(value, _)| *value)
}

/// One pair of a row and an entry that stands in line.
struct Standing<'a> {
    row: u32,
    entry: usize,
    values: Vec<&'a Value>,
    per: &'a Value,
    /// What it takes and how far the sum may go; 1 without end where entries have no weight.
    weight: (i64, Option<i64>),
    key: Vec<Value>,
}

fn places(reader: &mut Reader<'_>, entries: &[PlaceEntry], at: u32, table: TableId) -> Option<Vec<Value>> {
    let lines: Vec<Option<Vec<Standing<'_>>>> = (0..).zip(entries).map(|(at, entry)| standing(reader, entry, at, table)).collect();
    let mut ranked: Vec<Standing<'_>> = lines.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    let directions: Vec<bool> =
        entries.first().map(|entry| entry.keys.iter().map(|(_, descending)| *descending).collect()).unwrap_or_default();
    ranked.sort_by(|one, other| {
        by_keys(&one.values, &other.values, &directions)
            .then_with(|| one.key.cmp(&other.key))
            .then_with(|| (one.row, one.entry).cmp(&(other.row, other.entry)))
    });
    let mut out = vec![Value::Missing; reader.interpreter.rows(table) as usize];
    let mut counts: BTreeMap<&Value, i128> = BTreeMap::new();
    for standing in &ranked {
        let count = counts.entry(standing.per).or_insert(0);
        let (amount, most) = standing.weight;
        let next = count.saturating_add(i128::from(amount));
        if most.is_none_or(|most| next > i128::from(most)) {
            continue;
        }
        *count = next;
        if let Some(slot) = out.get_mut(standing.row as usize).filter(|_| standing.entry == at as usize) {
            *slot = i64::try_from(*count).map_or(Value::Missing, Value::Int);
        }
    }
    Some(out)
}

/// The rows whose flag is true for an entry.
fn standing<'a>(reader: &mut Reader<'a>, entry: &PlaceEntry, at: usize, table: TableId) -> Option<Vec<Standing<'a>>> {
    let flags = reader.column(entry.flag, table);
    let columns: Vec<Option<Vec<&'a Value>>> = entry.keys.iter().map(|(node, _)| reader.column(*node, table)).collect();
    let groups = match entry.per {
        Some(node) => reader.column(node, table).map(Some),
        None => Some(None),
    };
    let weights = match entry.weight {
        Some(weight) => reader.column(weight.amount, table).zip(reader.column(weight.most, table)).map(Some),
        None => Some(None),
    };
    let (flags, columns, groups, weights) = (flags?, columns.into_iter().collect::<Option<Vec<_>>>()?, groups?, weights?);
    let mut out = Vec::new();
    for (row, flag) in (0..).zip(&flags) {
        if flag.as_bool() == Some(true) {
            let values = columns.iter().map(|column| cell(column, row)).collect();
            let per = groups.as_ref().map_or(&MISSING, |column| cell(column, row));
            let weight = weights
                .as_ref()
                .map_or((1, Some(i64::MAX)), |(amounts, most)| (cell(amounts, row).as_int().unwrap_or(0), cell(most, row).as_int()));
            out.push(Standing { row, entry: at, values, per, weight, key: reader.interpreter.key(table, row) });
        }
    }
    Some(out)
}

fn cell<'a>(column: &[&'a Value], row: u32) -> &'a Value {
    column.get(row as usize).copied().unwrap_or(&MISSING)
}

/// Missing last in either direction.
fn by_keys(values: &[&Value], others: &[&Value], directions: &[bool]) -> Ordering {
    for ((value, other), descending) in values.iter().zip(others).zip(directions) {
        let order = match (value.is_missing(), other.is_missing()) {
            (false, false) if *descending => other.cmp(value),
            (_, _) => value.cmp(other),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}
