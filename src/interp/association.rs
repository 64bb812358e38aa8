//! What goes with what: the items of each holder, and the one they say most for.

use super::reader::{Indexes, Reader};
use super::snapshot::MISSING;
use crate::ir::{Associated, Association, NodeId};
use crate::types::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const MILLION: u128 = 1_000_000;

/// The best of a holder.
pub(super) struct Best {
    item: Value,
    because: Value,
    support: f64,
    confidence: f64,
    lift: f64,
}

/// By holder. Looked up, never iterated.
pub(super) type Bests = BTreeMap<Value, Best>;

/// The nodes evaluated for each row.
pub(super) fn row_nodes(association: &Association) -> Vec<NodeId> {
    [Some(association.row_key), Some(association.item), association.filter].into_iter().flatten().collect()
}

/// What is asked of the best for the reader's place; `None` while operands are unknown.
pub(super) fn associated(reader: &mut Reader<'_>, indexes: &mut Indexes, association: &Association) -> Option<Value> {
    let frames = reader.inside(&row_nodes(association));
    let key = reader.here(association.outer_key);
    let name = (reader.place.node, frames.clone());
    let bests = match indexes.associations.get(&name) {
        Some(bests) => Rc::clone(bests),
        None => {
            let bests = Rc::new(bests(association, &holdings(reader, association, &frames)?));
            indexes.associations.insert(name, Rc::clone(&bests));
            bests
        }
    };
    let best = bests.get(key?);
    Some(best.map_or(Value::Missing, |best| match association.gives {
        Associated::Item => best.item.clone(),
        Associated::Because => best.because.clone(),
        Associated::Support => Value::float(best.support),
        Associated::Confidence => Value::float(best.confidence),
        Associated::Lift => Value::float(best.lift),
    }))
}

type Holdings<'a> = BTreeMap<&'a Value, BTreeSet<&'a Value>>;

fn holdings<'a>(reader: &mut Reader<'a>, association: &Association, frames: &[u32]) -> Option<Holdings<'a>> {
    let mut out = Holdings::new();
    let mut complete = true;
    for row in 0..reader.interpreter.rows(association.table) {
        let mut read = |node: NodeId| {
            let value = reader.at(node, row, frames);
            complete &= value.is_some();
            value.unwrap_or(&MISSING)
        };
        let passes = association.filter.is_none_or(|filter| read(filter).as_bool() == Some(true));
        let (holder, item) = (read(association.row_key), read(association.item));
        if passes && !holder.is_missing() && !item.is_missing() {
            out.entry(holder).or_default().insert(item);
        }
    }
    complete.then_some(out)
}

/// Tries every pair of an item that a holder has and one that it has none of.
#[allow(clippy::cast_precision_loss)]
fn bests(association: &Association, holdings: &Holdings<'_>) -> Bests {
    let holders = holdings.len() as u128;
    let mut alone: BTreeMap<&Value, u128> = BTreeMap::new();
    let mut together: BTreeMap<(&Value, &Value), u128> = BTreeMap::new();
    for items in holdings.values() {
        for item in items {
            *alone.entry(item).or_default() += 1;
            for other in items.iter().filter(|other| *other != item) {
                *together.entry((item, other)).or_default() += 1;
            }
        }
    }
    let mut out = Bests::new();
    for (holder, items) in holdings {
        let mut candidates = Vec::new();
        for (from, of_from) in items.iter().filter_map(|item| alone.get_key_value(item)) {
            for (to, of_to) in alone.iter().filter(|(to, _)| !items.contains(*to)) {
                let both = together.get(&(*from, *to)).copied().unwrap_or(0);
                let (joint, apart) = (both * holders, of_from * of_to);
                let supported = both * MILLION >= u128::from(association.support) * holders;
                let confident = both * MILLION >= u128::from(association.confidence) * of_from;
                let lifted = joint * MILLION > u128::from(association.lift) * apart;
                if both > 0 && supported && confident && lifted {
                    let share = |part: u128, whole: u128| part as f64 / whole as f64;
                    let (confidence, lift) = (share(both, *of_from), share(joint, apart));
                    candidates.push((Reverse((confidence.to_bits(), lift.to_bits())), *to, *from, share(both, holders), confidence, lift));
                }
            }
        }
        // Bits of positive floats are ordered as the floats are.
        candidates.sort_by(|one, other| (one.0, one.1, one.2).cmp(&(other.0, other.1, other.2)));
        if let Some((_, item, because, support, confidence, lift)) = candidates.into_iter().next() {
            out.insert((*holder).clone(), Best { item: item.clone(), because: because.clone(), support, confidence, lift });
        }
    }
    out
}
