//! An instant and a value in one 128-bit number that sorts by both, so that the latest value of a group is a plain maximum.
//!
//! From the top: the instant (63 bits), whether the value is known (1 bit), the value in an order-keeping form (64 bits). For the
//! earliest value the middle bit is turned round, so that known values come first at either end.

use super::{data_type, full, lift};
use crate::types::{Physical, Value};
use polars::prelude::*;

/// Instants of this size or more do not fit; they lie a hundred million years away.
const FIRST_TOO_FAR: i64 = 1 << 62;

const SIGN: u64 = 1 << 63;

fn ordered_int(value: i64) -> u64 {
    value.cast_unsigned() ^ SIGN
}

fn ordered_float(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits ^ SIGN } else { !bits }
}

fn float_back(ordered: u64) -> f64 {
    f64::from_bits(if ordered & SIGN == 0 { !ordered } else { ordered ^ SIGN })
}

fn pack(at: i64, value: Option<u64>, latest: bool) -> i128 {
    let known = i128::from(value.is_some() == latest);
    (i128::from(at) << 65) + (known << 64) + i128::from(value.unwrap_or(0))
}

fn unpack(stamp: i128, latest: bool) -> Option<u64> {
    let known = (stamp >> 64) & 1 == i128::from(latest);
    // The lower half is the value; the mask makes the cast exact.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    known.then_some((stamp & i128::from(u64::MAX)) as u64)
}

/// Stamps of rows; missing where the instant is. An instant too far away is an error: the fold must then go another way.
pub(in crate::engine) fn stamp(at: Expr, value: Expr, physical: Physical, latest: bool) -> Expr {
    lift(vec![at, value], DataType::Int128, move |columns, height| {
        let at = full(columns, 0, &DataType::Int64, height)?;
        let value = full(columns, 1, &data_type(physical), height)?;
        let ordered: Box<dyn Fn(usize) -> Option<u64>> = match physical {
            Physical::Float => {
                let value = value.f64()?.clone();
                Box::new(move |row| value.get(row).map(ordered_float))
            }
            Physical::Bool => {
                let value = value.bool()?.clone();
                Box::new(move |row| value.get(row).map(u64::from))
            }
            Physical::Int | Physical::Text => {
                let value = value.cast(&DataType::Int64)?.i64()?.clone();
                Box::new(move |row| value.get(row).map(ordered_int))
            }
        };
        let rows = at.i64()?.iter().enumerate().map(|(row, at)| match at {
            Some(at) if !(-FIRST_TOO_FAR..FIRST_TOO_FAR).contains(&at) => Err(polars_err!(ComputeError: "an instant is too far away")),
            Some(at) => Ok(Some(pack(at, ordered(row), latest))),
            None => Ok(None),
        });
        Ok(rows.collect::<PolarsResult<Int128Chunked>>()?.into_series())
    })
}

/// The value of a stamp.
pub(in crate::engine) fn unstamp(stamp: Expr, physical: Physical, latest: bool) -> Expr {
    lift(vec![stamp], data_type(physical), move |columns, height| {
        let stamps = full(columns, 0, &DataType::Int128, height)?;
        let ordered = stamps.i128()?.iter().map(|stamp| stamp.and_then(|stamp| unpack(stamp, latest)));
        Ok(match physical {
            Physical::Float => {
                let value = |ordered: Option<u64>| ordered.and_then(|ordered| Value::float(float_back(ordered)).as_float());
                ordered.map(value).collect::<Float64Chunked>().into_series()
            }
            Physical::Bool => ordered.map(|ordered| ordered.map(|ordered| ordered == 1)).collect::<BooleanChunked>().into_series(),
            Physical::Int | Physical::Text => {
                ordered.map(|ordered| ordered.map(|ordered| (ordered ^ SIGN).cast_signed())).collect::<Int64Chunked>().into_series()
            }
        })
    })
}
