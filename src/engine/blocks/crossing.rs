//! The first event at which a running sum over its group meets a condition.

use super::super::error::EngineError;
use super::Blocks;
use super::block::Block;
use super::column::Values;
use super::keys::{Keys, NO_GROUP};
use crate::ir::{Comparison, FirstCrossing, Link, NodeId};
use crate::types::Value;
use indexmap::IndexSet;

/// One row that passed the filter and lies before the end.
struct Event {
    group: usize,
    at: i64,
    /// Where its tie-breaks begin.
    order: usize,
    row: u32,
    link: u32,
    value: i64,
}

/// Per link key, the smallest firing time.
pub(super) struct Firings {
    keys: Keys,
    groups: IndexSet<Vec<Value>>,
    events: Vec<Event>,
    orders: Vec<Value>,
    first: Vec<Option<i64>>,
}

fn meets(comparison: Comparison, sum: i64, threshold: i64) -> bool {
    match comparison {
        Comparison::Equal => sum == threshold,
        Comparison::NotEqual => sum != threshold,
        Comparison::Less => sum < threshold,
        Comparison::LessOrEqual => sum <= threshold,
        Comparison::Greater => sum > threshold,
        Comparison::GreaterOrEqual => sum >= threshold,
    }
}

impl Firings {
    pub(super) fn new(crossing: &FirstCrossing) -> Firings {
        let keys = match &crossing.link {
            Link::Key { .. } => Keys::new(),
            Link::Everyone => Keys::together(),
        };
        Firings { keys, groups: IndexSet::new(), events: Vec::new(), orders: Vec::new(), first: Vec::new() }
    }

    /// Nodes of the events.
    pub(super) fn roots(crossing: &FirstCrossing) -> Vec<NodeId> {
        let mut roots = vec![crossing.at];
        roots.extend(crossing.filter);
        roots.extend(&crossing.order);
        roots.extend(&crossing.group);
        roots.extend(crossing.value);
        if let Link::Key { row_key, outer_key: _ } = &crossing.link {
            roots.push(*row_key);
        }
        roots
    }

    pub(super) fn take(&mut self, block: &Block<'_>, crossing: &FirstCrossing) -> Result<(), EngineError> {
        let all = |ids: &[NodeId]| ids.iter().map(|id| block.values(*id)).collect::<Result<Vec<_>, _>>();
        let fixed = |id: NodeId| block.engine.scalars.get(&id).and_then(Value::as_int);
        let Some(until) = fixed(crossing.until) else { return Ok(()) };
        let at = block.values(crossing.at)?;
        let mut rows = at.known();
        if let Some(filter) = crossing.filter {
            rows = rows.and(&block.values(filter)?.yes());
        }
        let (orders, groups) = (all(&crossing.order)?, all(&crossing.group)?);
        for group in &groups {
            rows = rows.and(&group.known());
        }
        let value = crossing.value.map(|value| block.values(value)).transpose()?;
        let links = match &crossing.link {
            Link::Key { row_key, outer_key: _ } => Some(block.values(*row_key)?),
            Link::Everyone => None,
        };
        let links = self.keys.insert(links.as_deref(), block.len);
        for row in rows.ones() {
            let Some(instant) = at.get(row).as_int().filter(|at| *at < until) else { continue };
            let group = self.groups.insert_full(groups.iter().map(|group| group.get(row)).collect()).0;
            let order = self.orders.len();
            self.orders.extend(orders.iter().map(|order| order.get(row)));
            let value = value.as_ref().map_or(1, |value| value.get(row).as_int().unwrap_or(0));
            let link = links.get(row).copied().unwrap_or(NO_GROUP);
            self.events.push(Event { group, at: instant, order, row: block.place(row), link, value });
        }
        Ok(())
    }

    /// Follows the running sums.
    pub(super) fn close(&mut self, engine: &Blocks<'_>, crossing: &FirstCrossing) {
        let fixed = |id: NodeId| engine.scalars.get(&id).and_then(Value::as_int);
        let from = match crossing.from {
            Some(from) => fixed(from),
            None => Some(i64::MIN),
        };
        self.first = vec![None; self.keys.groups() as usize];
        let (mut events, orders) = (std::mem::take(&mut self.events), std::mem::take(&mut self.orders));
        self.groups = IndexSet::new();
        let (Some(threshold), Some(from)) = (fixed(crossing.threshold), from) else { return };
        let ties = |event: &Event| orders.get(event.order..event.order + crossing.order.len()).unwrap_or_default();
        events.sort_unstable_by(|a, b| {
            (a.group, a.at).cmp(&(b.group, b.at)).then_with(|| ties(a).cmp(ties(b))).then_with(|| a.row.cmp(&b.row))
        });
        for group in events.chunk_by(|a, b| a.group == b.group) {
            let mut sum: i128 = 0;
            let firing = group.iter().find(|event| {
                sum = sum.saturating_add(i128::from(event.value));
                // A sum beyond 64 bits is missing, so it meets no condition.
                i64::try_from(sum).is_ok_and(|sum| meets(crossing.comparison, sum, threshold))
            });
            let Some(event) = firing.filter(|event| event.at >= from) else { continue };
            if let Some(slot) = self.first.get_mut(event.link as usize) {
                *slot = Some(slot.map_or(event.at, |at| at.min(event.at)));
            }
        }
    }

    pub(super) fn values(&self, block: &Block<'_>, crossing: &FirstCrossing) -> Result<Values, EngineError> {
        let key = match &crossing.link {
            Link::Key { row_key: _, outer_key } => Some(block.values(*outer_key)?),
            Link::Everyone => None,
        };
        let groups = self.keys.find(key.as_deref(), block.len);
        let time = |group: &u32| self.first.get(*group as usize).copied().flatten();
        Ok(Values::ints(groups.iter().map(time), block.len))
    }
}
