//! Rounding and bounds. Money stays exact: rounding money is integer arithmetic on minor units.

use super::Builtin;
use crate::types::{Physical, Type, Value};

pub(super) static ALL: &[&Builtin] = &[&ABS, &CLAMP, &ROUND, &ROUNDUP, &ROUNDDOWN, &SMALLER, &LARGER, &STEADY];

fn like_first(types: &[Type], count: usize) -> Option<Type> {
    let first = types.first()?;
    let numeric = matches!(first, Type::Int | Type::Number | Type::Money | Type::Percent | Type::Rate | Type::BasisPoints | Type::Duration);
    (types.len() == count && numeric && types.iter().all(|ty| ty.physical() == first.physical() && same_unit(ty, first)))
        .then(|| first.clone())
}

fn same_unit(a: &Type, b: &Type) -> bool {
    let plain = |ty: &Type| matches!(ty, Type::Number | Type::Percent | Type::Rate);
    a == b || (plain(a) && plain(b))
}

fn pair(values: &[Value]) -> Option<(&Value, &Value)> {
    Some((values.first()?, values.get(1)?))
}

/// `value` moved to a multiple of `step`; floats by a quotient, ints exactly.
fn to_multiple(values: &[Value], up: bool) -> Value {
    match pair(values) {
        Some((Value::Int(value), Value::Int(step))) if *step > 0 => {
            let below = value.div_euclid(*step);
            let places = if up && value.rem_euclid(*step) != 0 { below.checked_add(1) } else { Some(below) };
            places.and_then(|count| count.checked_mul(*step)).map_or(Value::Missing, Value::Int)
        }
        Some((Value::Float(value), Value::Float(step))) if *step > 0.0 => {
            let places = value / step;
            Value::float(if up { places.ceil() } else { places.floor() } * step)
        }
        Some(_) | None => Value::Missing,
    }
}

static ABS: Builtin = Builtin {
    name: "abs",
    signature: "abs(x) -> x",
    documentation: "The size without its sign.",
    example: "abs(-3) = 3",
    result: |types| like_first(types, 1),
    partial: true,
    internal: false,
    row: |values| match values.first() {
        Some(Value::Int(value)) => value.checked_abs().map_or(Value::Missing, Value::Int),
        Some(Value::Float(value)) => Value::float(value.abs()),
        Some(Value::Missing | Value::Bool(_) | Value::Text(_)) | None => Value::Missing,
    },
    #[cfg(feature = "engine")]
    frame: None,
};

static CLAMP: Builtin = Builtin {
    name: "clamp",
    signature: "clamp(x, low, high) -> x",
    documentation: "The value, or the bound it passes.",
    example: "clamp(12, 0, 10) = 10",
    result: |types| like_first(types, 3),
    partial: false,
    internal: false,
    row: |values| match values {
        [value, low, high] if value < low => {
            if low > high {
                high.clone()
            } else {
                low.clone()
            }
        }
        [value, _, high] if value > high => high.clone(),
        [value, ..] => value.clone(),
        [] => Value::Missing,
    },
    #[cfg(feature = "engine")]
    frame: None,
};

static ROUND: Builtin = Builtin {
    name: "round",
    signature: "round(number) -> int",
    documentation: "The nearest whole number, halves away from zero.",
    example: "round(2.5) = 3",
    result: |types| match types {
        [Type::Number] => Some(Type::Int),
        _ => None,
    },
    partial: true,
    internal: false,
    row: |values| values.first().map_or(Value::Missing, round_value),
    #[cfg(feature = "engine")]
    frame: None,
};

/// A float as the nearest int, halves away from zero; missing beyond 64 bits.
#[must_use]
pub fn round_value(value: &Value) -> Value {
    match value {
        Value::Float(value) => {
            let rounded = value.round();
            // 2^63 itself is a float and does not fit.
            if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded) {
                #[allow(clippy::cast_possible_truncation)]
                Value::Int(rounded as i64)
            } else {
                Value::Missing
            }
        }
        Value::Int(value) => Value::Int(*value),
        Value::Missing | Value::Bool(_) | Value::Text(_) => Value::Missing,
    }
}

static ROUNDUP: Builtin = Builtin {
    name: "roundup",
    signature: "roundup(x, step) -> x",
    documentation: "The smallest multiple of the step that is not below the value.",
    example: "roundup(1_200元, 1_000元) = 2_000元",
    result: |types| like_first(types, 2),
    partial: true,
    internal: false,
    row: |values| to_multiple(values, true),
    #[cfg(feature = "engine")]
    frame: None,
};

static ROUNDDOWN: Builtin = Builtin {
    name: "rounddown",
    signature: "rounddown(x, step) -> x",
    documentation: "The greatest multiple of the step that is not above the value, so a claim never overstates.",
    example: "rounddown(1_900元, 1_000元) = 1_000元",
    result: |types| like_first(types, 2),
    partial: true,
    internal: false,
    row: |values| to_multiple(values, false),
    #[cfg(feature = "engine")]
    frame: None,
};

static SMALLER: Builtin = Builtin {
    name: "smaller",
    signature: "smaller(x, x) -> x",
    documentation: "The smaller of two values.",
    example: "smaller(2, 3) = 2",
    result: |types| like_first(types, 2),
    partial: false,
    internal: false,
    row: |values| pair(values).map_or(Value::Missing, |(a, b)| a.min(b).clone()),
    #[cfg(feature = "engine")]
    frame: None,
};

static LARGER: Builtin = Builtin {
    name: "larger",
    signature: "larger(x, x) -> x",
    documentation: "The larger of two values.",
    example: "larger(2, 3) = 3",
    result: |types| like_first(types, 2),
    partial: false,
    internal: false,
    row: |values| pair(values).map_or(Value::Missing, |(a, b)| a.max(b).clone()),
    #[cfg(feature = "engine")]
    frame: None,
};

/// Rates are sums of decimals; nine decimals make 1.60% + 50bp equal to 2.10%.
static STEADY: Builtin = Builtin {
    name: "steady",
    signature: "steady(number) -> number",
    documentation: "A computed share or rate at nine decimals, so that equal decimals are equal.",
    example: "steady(0.016 + 0.005) = 0.021",
    result: |types| match types {
        [ty] if ty.physical() == Physical::Float => Some(ty.clone()),
        _ => None,
    },
    partial: true,
    internal: true,
    row: |values| values.first().and_then(Value::as_float).map_or(Value::Missing, |value| Value::float((value * 1e9).round() / 1e9)),
    #[cfg(feature = "engine")]
    frame: None,
};
