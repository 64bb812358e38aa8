//! Three-valued logic, comparison and choice over blocks.

use super::bits::Bits;
use super::column::{Values, certain};
use crate::ir::Comparison;
use crate::types::{Physical, Value};
use polars::prelude::{BooleanChunked, ChunkCompareEq, ChunkZip, StringChunked};
use std::collections::BTreeSet;
use std::rc::Rc;

pub(super) fn not(value: &Values) -> Values {
    let known = value.known();
    Values::Bool { yes: known.and_not(&value.yes()), known }
}

/// Kleene: false if any is false, else unknown if any is unknown, else true.
pub(super) fn and(values: &[Rc<Values>], len: usize) -> Values {
    let (mut yes, mut no) = (Bits::all(len), Bits::none(len));
    for value in values {
        if let Values::Bool { yes: this, known } = value.as_ref() {
            yes = yes.and(this);
            no = no.or(&known.and_not(this));
        } else {
            yes = Bits::none(len);
        }
    }
    let known = yes.or(&no);
    Values::Bool { yes, known }
}

/// Kleene: true if any is true, else unknown if any is unknown, else false.
pub(super) fn or(values: &[Rc<Values>], len: usize) -> Values {
    let (mut yes, mut no) = (Bits::none(len), Bits::all(len));
    for value in values {
        if let Values::Bool { yes: this, known } = value.as_ref() {
            yes = yes.or(this);
            no = no.and(&known.and_not(this));
        } else {
            no = Bits::none(len);
        }
    }
    let known = yes.or(&no);
    Values::Bool { yes, known }
}

fn ordered<T: PartialOrd + Copy>(operator: Comparison, a: &[T], b: &[T]) -> Bits {
    match operator {
        Comparison::Equal => Bits::of_pairs(a, b, |a, b| a == b),
        Comparison::NotEqual => Bits::of_pairs(a, b, |a, b| a != b),
        Comparison::Less => Bits::of_pairs(a, b, |a, b| a < b),
        Comparison::LessOrEqual => Bits::of_pairs(a, b, |a, b| a <= b),
        Comparison::Greater => Bits::of_pairs(a, b, |a, b| a > b),
        Comparison::GreaterOrEqual => Bits::of_pairs(a, b, |a, b| a >= b),
    }
}

/// Unknown when a side is missing; texts and bools have no order.
pub(super) fn compare(operator: Comparison, left: &Values, right: &Values) -> Values {
    let known = left.known().and(&right.known());
    let yes = match (left, right) {
        (Values::Int { values: a, known: _ }, Values::Int { values: b, known: _ }) => ordered(operator, a, b),
        (Values::Float { values: a, known: _ }, Values::Float { values: b, known: _ }) => ordered(operator, a, b),
        (Values::Bool { yes: a, known: _ }, Values::Bool { yes: b, known: _ }) => {
            let differ = a.and_not(b).or(&b.and_not(a));
            return equality(operator, differ.not(), known);
        }
        (Values::Text(a), Values::Text(b)) => return equality(operator, certain(&a.equal(b)), known),
        (_, _) => return Values::Bool { yes: Bits::none(left.len()), known: Bits::none(left.len()) },
    };
    Values::Bool { yes: yes.and(&known), known }
}

fn equality(operator: Comparison, same: Bits, known: Bits) -> Values {
    match operator {
        Comparison::Equal => Values::Bool { yes: same.and(&known), known },
        Comparison::NotEqual => Values::Bool { yes: known.and_not(&same), known },
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
            Values::Bool { yes: Bits::none(same.len()), known: Bits::none(same.len()) }
        }
    }
}

/// Sets larger than this are searched, not compared one by one.
const FEW: usize = 8;

/// Membership in a set of known values: unknown for a missing value, but nothing is in an empty set.
pub(super) fn one_of(value: &Values, set: &[Value]) -> Values {
    if set.is_empty() {
        return Values::Bool { yes: Bits::none(value.len()), known: Bits::all(value.len()) };
    }
    let known = value.known();
    let yes = match value {
        Values::Int { values, known: _ } => {
            let set: Vec<i64> = set.iter().filter_map(Value::as_int).collect();
            if set.len() <= FEW {
                Bits::of_each(values, |value| set.contains(&value))
            } else {
                let set: BTreeSet<i64> = set.into_iter().collect();
                Bits::of_each(values, |value| set.contains(&value))
            }
        }
        Values::Float { values, known: _ } => Bits::of_each(values, |value| set.iter().any(|member| member.as_float() == Some(value))),
        Values::Bool { yes, known: _ } => {
            let has = |wanted: bool| set.iter().any(|member| member.as_bool() == Some(wanted));
            Bits::collect(yes.len(), yes.iter().map(|yes| has(yes)))
        }
        Values::Text(texts) => text_in(texts, set),
    };
    Values::Bool { yes: yes.and(&known), known }
}

fn text_in(texts: &StringChunked, set: &[Value]) -> Bits {
    let members: Vec<&str> = set.iter().filter_map(Value::as_text).collect();
    if members.len() <= FEW {
        members.iter().fold(Bits::none(texts.len()), |yes, member| yes.or(&certain(&texts.equal(*member))))
    } else {
        let members: BTreeSet<&str> = members.into_iter().collect();
        Bits::collect(texts.len(), texts.iter().map(|text| text.is_some_and(|text| members.contains(text))))
    }
}

/// The first where `mask` is set, else the second.
pub(super) fn choose(mask: &Bits, first: &Values, second: &Values, physical: Physical) -> Values {
    let known = mask.and(&first.known()).or(&second.known().and_not(mask));
    match (first, second) {
        (Values::Bool { yes: a, known: _ }, Values::Bool { yes: b, known: _ }) if physical == Physical::Bool => {
            Values::Bool { yes: mask.and(a).or(&b.and_not(mask)), known }
        }
        (Values::Int { values: a, known: _ }, Values::Int { values: b, known: _ }) => Values::Int { values: mask.choose(a, b), known },
        (Values::Float { values: a, known: _ }, Values::Float { values: b, known: _ }) => {
            Values::Float { values: mask.choose(a, b), known }
        }
        (Values::Text(a), Values::Text(b)) => {
            let cells: BooleanChunked = mask.iter().map(Some).collect();
            match a.zip_with(&cells, b) {
                Ok(texts) => Values::Text(texts),
                Err(_) => Values::Text(mask.iter().enumerate().map(|(row, first)| if first { a.get(row) } else { b.get(row) }).collect()),
            }
        }
        // One side is the literal `missing`, which has the type of its surroundings.
        (_, _) => {
            let value = |(row, is_first): (usize, bool)| if is_first { first.get(row) } else { second.get(row) };
            Values::collect(mask.iter().enumerate().map(value), physical, mask.len())
        }
    }
}

/// Missing where `kept` is not set.
pub(super) fn hide(values: Values, kept: &Bits) -> Values {
    if kept.is_all() {
        return values;
    }
    match values {
        Values::Bool { yes, known } => Values::Bool { yes: yes.and(kept), known: known.and(kept) },
        Values::Int { values, known } => Values::Int { values, known: known.and(kept) },
        Values::Float { values, known } => Values::Float { values, known: known.and(kept) },
        Values::Text(texts) => Values::Text(kept.iter().enumerate().map(|(row, kept)| if kept { texts.get(row) } else { None }).collect()),
    }
}

/// The label of the first true condition; when none is true, `otherwise` if all are false, else `unknown`.
pub(super) fn ladder(conditions: &[(Rc<Values>, u32)], otherwise: Option<u32>, unknown: Option<u32>, len: usize) -> Values {
    let mut labels = vec![i64::from(otherwise.unwrap_or(0)); len];
    let (mut open, mut decided) = (Bits::all(len), Bits::all(len));
    for (condition, label) in conditions {
        let yes = condition.yes();
        write(&mut labels, &yes.and(&open), *label);
        open = open.and_not(&yes);
        decided = decided.and(&condition.known());
    }
    let undecided = open.and_not(&decided);
    write(&mut labels, &undecided, unknown.unwrap_or(0));
    let mut known = open.not();
    if otherwise.is_some() {
        known = known.or(&open.and(&decided));
    }
    if unknown.is_some() {
        known = known.or(&undecided);
    }
    Values::Int { values: labels, known }
}

fn write(labels: &mut [i64], rows: &Bits, label: u32) {
    for row in rows.ones() {
        if let Some(slot) = labels.get_mut(row) {
            *slot = i64::from(label);
        }
    }
}
