//! What goes with what: the items of each holder, how many holders have which of them together, and the best of each holder.

use super::super::error::EngineError;
use super::block::Block;
use super::column::Values;
use super::keys::{Keys, NO_KEY};
use crate::ir::{Associated, Association, NodeId};
use crate::types::{Physical, Value};
use indexmap::{IndexMap, IndexSet};

const MILLION: u128 = 1_000_000;

/// One item that speaks for another.
#[derive(Debug, Clone, Copy)]
struct Rule {
    from: u32,
    to: u32,
    support: f64,
    confidence: f64,
    lift: f64,
}

/// Who holds what, while rows are taken; after that the best of each holder.
pub(super) struct Holdings {
    holders: Keys,
    items: IndexSet<Value>,
    /// Holder and item.
    pairs: Vec<(u32, u32)>,
    rules: Vec<Rule>,
    /// Per holder, the place of its best rule.
    best: Vec<Option<u32>>,
}

impl Holdings {
    pub(super) fn new() -> Holdings {
        Holdings { holders: Keys::new(), items: IndexSet::new(), pairs: Vec::new(), rules: Vec::new(), best: Vec::new() }
    }

    /// What nodes that ask different things of one best have in common.
    pub(super) fn of_whatever_it_gives(association: &Association) -> Association {
        Association { gives: Associated::Item, ..association.clone() }
    }

    /// Nodes of the rows.
    pub(super) fn roots(association: &Association) -> Vec<NodeId> {
        [Some(association.row_key), Some(association.item), association.filter].into_iter().flatten().collect()
    }

    pub(super) fn take(&mut self, block: &Block<'_>, association: &Association) -> Result<(), EngineError> {
        let (keys, items) = (block.values(association.row_key)?, block.values(association.item)?);
        let mut rows = keys.known().and(&items.known());
        if let Some(filter) = association.filter {
            rows = rows.and(&block.values(filter)?.yes());
        }
        let picked: Vec<u32> = rows.ones().filter_map(|row| u32::try_from(row).ok()).collect();
        let (keys, items) = (keys.gather(&picked), items.gather(&picked));
        for (at, holder) in self.holders.insert(Some(&keys), picked.len()).into_iter().enumerate().filter(|(_, holder)| *holder != NO_KEY) {
            let item = self.items.insert_full(items.get(at)).0;
            self.pairs.push((holder, u32::try_from(item).unwrap_or(u32::MAX)));
        }
        Ok(())
    }

    pub(super) fn close(&mut self, association: &Association) {
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.sort_unstable();
        pairs.dedup();
        let mut alone: Vec<u64> = vec![0; self.items.len()];
        let mut together: IndexMap<(u32, u32), u64> = IndexMap::new();
        for held in pairs.chunk_by(|a, b| a.0 == b.0) {
            for (place, (_, item)) in held.iter().enumerate() {
                if let Some(count) = alone.get_mut(*item as usize) {
                    *count += 1;
                }
                for (_, other) in held.iter().skip(place + 1) {
                    *together.entry((*item, *other)).or_default() += 1;
                }
            }
        }
        self.rules = self.speaking(association, &alone, &together);
        let mut of_item: Vec<Vec<u32>> = vec![Vec::new(); self.items.len()];
        for (at, rule) in (0..).zip(&self.rules) {
            if let Some(own) = of_item.get_mut(rule.from as usize) {
                own.push(at);
            }
        }
        self.best = vec![None; self.holders.groups() as usize];
        for held in pairs.chunk_by(|a, b| a.0 == b.0) {
            let has = |item: u32| held.binary_search_by_key(&item, |(_, own)| *own).is_ok();
            // Rules stand in order, so the first of an item that is not held is its best.
            let own = held.iter().filter_map(|(_, item)| {
                let rules = of_item.get(*item as usize)?;
                rules.iter().copied().find(|at| self.rules.get(*at as usize).is_some_and(|rule| !has(rule.to)))
            });
            let best = own.min();
            if let Some(slot) = held.first().and_then(|(holder, _)| self.best.get_mut(*holder as usize)) {
                *slot = best;
            }
        }
    }

    /// Every rule, the best first.
    #[allow(clippy::cast_precision_loss)]
    fn speaking(&self, association: &Association, alone: &[u64], together: &IndexMap<(u32, u32), u64>) -> Vec<Rule> {
        let holders = u128::from(self.holders.groups());
        let mut out = Vec::new();
        for ((one, other), both) in together {
            for (from, to) in [(*one, *other), (*other, *one)] {
                let count = |item: u32| alone.get(item as usize).copied().map_or(0, u128::from);
                let (both, of_from, of_to) = (u128::from(*both), count(from), count(to));
                let (joint, apart) = (both * holders, of_from * of_to);
                let speaks = both * MILLION >= u128::from(association.support) * holders
                    && both * MILLION >= u128::from(association.confidence) * of_from
                    && joint * MILLION > u128::from(association.lift) * apart;
                if speaks {
                    let share = |part: u128, whole: u128| part as f64 / whole as f64;
                    out.push(Rule { from, to, support: share(both, holders), confidence: share(both, of_from), lift: share(joint, apart) });
                }
            }
        }
        out.sort_by(|a, b| {
            let item = |at: u32| self.items.get_index(at as usize);
            let strength = b.confidence.total_cmp(&a.confidence).then_with(|| b.lift.total_cmp(&a.lift));
            strength.then_with(|| item(a.to).cmp(&item(b.to))).then_with(|| item(a.from).cmp(&item(b.from)))
        });
        out
    }

    pub(super) fn values(&self, block: &Block<'_>, association: &Association, physical: Physical) -> Result<Values, EngineError> {
        let keys = block.values(association.outer_key)?;
        let item = |at: u32| self.items.get_index(at as usize).cloned().unwrap_or(Value::Missing);
        let value = |group: u32| {
            let rule = self.best.get(group as usize).copied().flatten().and_then(|at| self.rules.get(at as usize));
            rule.map_or(Value::Missing, |rule| match association.gives {
                Associated::Item => item(rule.to),
                Associated::Because => item(rule.from),
                Associated::Support => Value::float(rule.support),
                Associated::Confidence => Value::float(rule.confidence),
                Associated::Lift => Value::float(rule.lift),
            })
        };
        Ok(Values::collect(self.holders.find(Some(&keys), block.len).into_iter().map(value), physical, block.len))
    }
}
