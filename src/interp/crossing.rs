//! The first event at which a running fold over its group meets a condition.

use super::reader::{Indexes, Reader};
use super::scalar;
use crate::ir::{FirstCrossing, Link, NodeId};
use crate::types::Value;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Times of the firing rows by link key, ascending. Without a key all are under `Missing`.
pub(super) type Firings = IndexMap<Value, Vec<i64>>;

/// The nodes evaluated for each row, the row key excepted.
pub(super) fn row_nodes(crossing: &FirstCrossing) -> Vec<NodeId> {
    let mut out = vec![crossing.at];
    out.extend(crossing.filter);
    out.extend(&crossing.order);
    out.extend(&crossing.group);
    out.extend(crossing.value);
    out
}

/// The time for the reader's place; `None` while operands are unknown.
pub(super) fn first_crossing(reader: &mut Reader<'_>, indexes: &mut Indexes, crossing: &FirstCrossing) -> Option<Value> {
    let mut nodes = row_nodes(crossing);
    let (row_key, outer_key) = match &crossing.link {
        Link::Key { row_key, outer_key } => (Some(*row_key), Some(*outer_key)),
        Link::Everyone => (None, None),
    };
    nodes.extend(row_key);
    let frames = reader.inside(&nodes);
    let key = match outer_key {
        Some(node) => reader.here(node),
        None => Some(&super::snapshot::MISSING),
    };
    let from = match crossing.from {
        Some(node) => reader.here(node).map(|value| value.as_int()),
        None => Some(Some(i64::MIN)),
    };
    let name = (reader.place.node, frames.clone());
    let firings = match indexes.firings.get(&name) {
        Some(firings) => Rc::clone(firings),
        None => {
            let firings = Rc::new(firings(reader, crossing, row_key, &frames)?);
            indexes.firings.insert(name, Rc::clone(&firings));
            firings
        }
    };
    let (key, from) = (key?, from?);
    if outer_key.is_some() && key.is_missing() {
        return Some(Value::Missing);
    }
    let times = firings.get(key).map(Vec::as_slice).unwrap_or_default();
    let first = from.and_then(|from| times.iter().find(|at| **at >= from));
    Some(first.map_or(Value::Missing, |at| Value::Int(*at)))
}

/// One row that passed the filter and lies before the end.
struct Row<'a> {
    at: i64,
    order: Vec<&'a Value>,
    row: u32,
    link: &'a Value,
    value: i128,
}

fn firings(reader: &mut Reader<'_>, crossing: &FirstCrossing, row_key: Option<NodeId>, frames: &[u32]) -> Option<Firings> {
    let threshold = reader.here(crossing.threshold);
    let until = reader.here(crossing.until);
    let groups = rows_by_group(reader, crossing, row_key, frames, until);
    let (threshold, groups) = (threshold?, groups?);
    let mut out = Firings::new();
    for mut rows in groups.into_values() {
        rows.sort_by(|a, b| (a.at, &a.order, a.row).cmp(&(b.at, &b.order, b.row)));
        let mut sum: i128 = 0;
        for row in rows {
            sum = sum.saturating_add(row.value);
            // A sum beyond 64 bits is missing, so it meets no condition.
            let running = i64::try_from(sum).map_or(Value::Missing, Value::Int);
            if scalar::compare(crossing.comparison, &running, threshold).as_bool() == Some(true) {
                out.entry(row.link.clone()).or_default().push(row.at);
                break;
            }
        }
    }
    for times in out.values_mut() {
        times.sort_unstable();
    }
    Some(out)
}

type Groups<'a> = BTreeMap<Vec<&'a Value>, Vec<Row<'a>>>;

fn rows_by_group<'a>(
    reader: &mut Reader<'a>,
    crossing: &FirstCrossing,
    row_key: Option<NodeId>,
    frames: &[u32],
    until: Option<&Value>,
) -> Option<Groups<'a>> {
    let mut groups = Groups::new();
    let mut complete = true;
    for row in 0..reader.interpreter.rows(crossing.table) {
        let mut read = |node: NodeId| {
            let value = reader.at(node, row, frames);
            complete &= value.is_some();
            value.unwrap_or(&super::snapshot::MISSING)
        };
        let passes = crossing.filter.is_none_or(|node| read(node).as_bool() == Some(true));
        let at = read(crossing.at).as_int();
        let order: Vec<&Value> = crossing.order.iter().map(|node| read(node.to_owned())).collect();
        let group: Vec<&Value> = crossing.group.iter().map(|node| read(node.to_owned())).collect();
        let link = row_key.map_or(&super::snapshot::MISSING, &mut read);
        let value = crossing.value.map_or(1, |node| i128::from(read(node).as_int().unwrap_or(0)));
        let before = at.zip(until.and_then(Value::as_int)).filter(|(at, until)| at < until);
        if let (true, Some((at, _)), true) = (passes, before, group.iter().all(|key| !key.is_missing())) {
            groups.entry(group).or_default().push(Row { at, order, row, link, value });
        }
    }
    (complete && until.is_some()).then_some(groups)
}
