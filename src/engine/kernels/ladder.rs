//! First true row of a ladder, on packed masks: 64 subjects per step.

use super::{full, lift};
use polars::prelude::*;

/// A condition as two masks of 64-subject words: certainly true, and known.
struct Masks {
    yes: Vec<u64>,
    known: Vec<u64>,
}

fn masks(condition: &BooleanChunked) -> Masks {
    let mut yes = vec![0_u64; condition.len().div_ceil(64)];
    let mut known = yes.clone();
    for (at, value) in condition.iter().enumerate() {
        if let Some(value) = value {
            if let Some(word) = known.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
            if let (true, Some(word)) = (value, yes.get_mut(at / 64)) {
                *word |= 1 << (at % 64);
            }
        }
    }
    Masks { yes, known }
}

/// Writes `label` where `mask` is set.
fn write(out: &mut [Option<i64>], word: usize, mut mask: u64, label: Option<i64>) {
    while mask != 0 {
        let at = word * 64 + mask.trailing_zeros() as usize;
        if let Some(slot) = out.get_mut(at) {
            *slot = label;
        }
        mask &= mask - 1;
    }
}

/// The label of the first true condition; when none is true, `otherwise` if all are false, else `unknown`.
pub(in crate::engine) fn ladder(rows: Vec<(Expr, u32)>, otherwise: Option<u32>, unknown: Option<u32>) -> Expr {
    let (conditions, labels): (Vec<Expr>, Vec<i64>) = rows.into_iter().map(|(condition, label)| (condition, i64::from(label))).unzip();
    let (otherwise, unknown) = (otherwise.map(i64::from), unknown.map(i64::from));
    lift(conditions, DataType::Int64, move |columns, height| {
        let mut out = vec![otherwise; height];
        let mut open = vec![u64::MAX; height.div_ceil(64)];
        let mut decided = open.clone();
        for (at, label) in labels.iter().enumerate() {
            let condition = full(columns, at, &DataType::Boolean, height)?;
            let masks = masks(condition.bool()?);
            for (word, ((open, decided), (yes, known))) in
                open.iter_mut().zip(&mut decided).zip(masks.yes.iter().zip(&masks.known)).enumerate()
            {
                write(&mut out, word, yes & *open, Some(*label));
                *open &= !yes;
                *decided &= known;
            }
        }
        for (word, (open, decided)) in open.iter().zip(&decided).enumerate() {
            write(&mut out, word, open & !decided, unknown);
        }
        Ok(Int64Chunked::from_iter(out).into_series())
    })
}
