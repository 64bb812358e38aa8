//! Texts: looking into them, naming things, reading values out of them.

use super::Builtin;
use crate::types::{Type, Value};
use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};

pub(super) static ALL: &[&Builtin] =
    &[&CONTAINS, &STARTS_WITH, &LENGTH, &IDENTIFIER, &FINGERPRINT, &DIGITS, &TRIM, &STRONGEST_REASONS, &READ_VALUE];

fn texts(values: &[Value]) -> Option<(&str, &str)> {
    Some((values.first()?.as_text()?, values.get(1)?.as_text()?))
}

fn two_texts(types: &[Type]) -> Option<Type> {
    match types {
        [a, b] if a.is_text() && b.is_text() => Some(Type::Bool),
        _ => None,
    }
}

static CONTAINS: Builtin = Builtin {
    name: "contains",
    signature: "contains(text, text) -> bool",
    documentation: "Whether the second text stands in the first.",
    example: "contains(\"问题还没解决\", \"没解决\")",
    result: two_texts,
    partial: false,
    internal: false,
    row: |values| texts(values).map_or(Value::Missing, |(whole, part)| Value::Bool(whole.contains(part))),
    #[cfg(feature = "engine")]
    frame: None,
};

static STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    signature: "starts_with(text, text) -> bool",
    documentation: "Whether the first text begins with the second.",
    example: "starts_with(\"C0001\", \"C\")",
    result: two_texts,
    partial: false,
    internal: false,
    row: |values| texts(values).map_or(Value::Missing, |(whole, part)| Value::Bool(whole.starts_with(part))),
    #[cfg(feature = "engine")]
    frame: None,
};

static LENGTH: Builtin = Builtin {
    name: "length",
    signature: "length(text) -> int",
    documentation: "Characters, not bytes.",
    example: "length(\"客户\") = 2",
    result: |types| match types {
        [ty] if ty.is_text() => Some(Type::Int),
        _ => None,
    },
    partial: false,
    internal: false,
    row: |values| {
        let length = values.first().and_then(Value::as_text).map(|text| text.chars().count());
        length.and_then(|length| i64::try_from(length).ok()).map_or(Value::Missing, Value::Int)
    },
    #[cfg(feature = "engine")]
    frame: None,
};

static IDENTIFIER: Builtin = Builtin {
    name: "identifier",
    signature: "identifier(text or int, …) -> text",
    documentation: "A stable name for a combination of values: 16 hex digits of SHA-256 over the values, each preceded by its length in bytes.",
    example: "identifier(\"wake_up\", \"C1\", 1) != \"\"",
    result: |types| types.iter().all(|ty| ty.is_text() || matches!(ty.physical(), crate::types::Physical::Int)).then_some(Type::Text),
    partial: false,
    internal: true,
    row: |values| {
        let mut hash = Sha256::new();
        let mut key = String::with_capacity(64);
        for value in values {
            match value {
                Value::Text(text) => {
                    key.push_str(&text.len().to_string());
                    key.push(':');
                    key.push_str(text);
                }
                Value::Int(value) => {
                    let digits = value.to_string();
                    key.push_str(&digits.len().to_string());
                    key.push(':');
                    key.push_str(&digits);
                }
                Value::Bool(_) | Value::Float(_) | Value::Missing => key.push_str("0:"),
            }
        }
        hash.update(key.as_bytes());
        let first = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Value::Text(format!("{first:016x}"))
    },
    #[cfg(feature = "engine")]
    frame: None,
};

static FINGERPRINT: Builtin = Builtin {
    name: "fingerprint",
    signature: "fingerprint(text, …) -> text",
    documentation: "What proves that texts were not changed: 64 hex digits of SHA-256 over them, each preceded by its length in bytes and a colon.",
    example: "length(fingerprint(\"证据\", \"上一环\")) = 64",
    result: |types| (!types.is_empty() && types.iter().all(Type::is_text)).then_some(Type::Text),
    partial: false,
    internal: false,
    row: |values| {
        let mut hash = Sha256::new();
        for value in values {
            let Value::Text(text) = value else { return Value::Missing };
            hash.update(format!("{}:{text}", text.len()).as_bytes());
        }
        Value::Text(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    },
    #[cfg(feature = "engine")]
    frame: None,
};

static DIGITS: Builtin = Builtin {
    name: "digits",
    signature: "digits(int) -> text",
    documentation: "A whole number as plain digits: how integer keys become identifiers.",
    example: "digits(42) = \"42\"",
    result: |types| match types {
        [Type::Int] => Some(Type::Text),
        _ => None,
    },
    partial: false,
    internal: true,
    row: |values| values.first().and_then(Value::as_int).map_or(Value::Missing, |value| Value::Text(value.to_string())),
    #[cfg(feature = "engine")]
    frame: None,
};

static TRIM: Builtin = Builtin {
    name: "trim",
    signature: "trim(text) -> text",
    documentation: "The text without blanks at either end.",
    example: "trim(\" a b \") = \"a b\"",
    result: |types| match types {
        [ty] if ty.is_text() => Some(Type::Text),
        _ => None,
    },
    partial: false,
    internal: false,
    row: |values| values.first().and_then(Value::as_text).map_or(Value::Missing, |text| Value::Text(text.trim().to_string())),
    #[cfg(feature = "engine")]
    frame: None,
};

static READ_VALUE: Builtin = Builtin {
    name: "read_value",
    signature: "read_value(text, type) -> value",
    documentation: "A text of the data as a value of a type: int, number, money in yuan, percent such as 35%, bool, date. A text that is none is missing.",
    example: "read_value(\"35\", \"int\") = 35",
    result: |types| (types.len() == 2).then_some(Type::Text),
    partial: true,
    internal: true,
    row: |values| texts(values).and_then(|(text, ty)| read_value(text.trim(), ty)).unwrap_or(Value::Missing),
    #[cfg(feature = "engine")]
    frame: None,
};

fn read_value(text: &str, ty: &str) -> Option<Value> {
    match ty {
        "int" => text.parse().ok().map(Value::Int),
        "number" => text.parse().ok().map(Value::float),
        "percent" => text.strip_suffix('%')?.trim().parse::<f64>().ok().map(|share| Value::float(share / 100.0)),
        "bool" => match text {
            "true" | "1" | "是" => Some(Value::Bool(true)),
            "false" | "0" | "否" => Some(Value::Bool(false)),
            _ => None,
        },
        "date" => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|date| Value::Int(i64::from(date.num_days_from_ce()) - 719_163)),
        "money" => read_money(text),
        _ => None,
    }
}

/// Yuan with at most two decimals, exactly.
fn read_money(text: &str) -> Option<Value> {
    let text = text.strip_suffix('元').unwrap_or(text);
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || rest.len() > 2 || !plain(whole) || !plain(rest) {
        return None;
    }
    let minor: i64 = format!("{rest:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(minor)?.checked_mul(sign).map(Value::Int)
}

static STRONGEST_REASONS: Builtin = Builtin {
    name: "strongest_reasons",
    signature: "strongest_reasons(count, points, reason, …) -> text",
    documentation: "The reasons with most points, of either sign, first, joined; equal points in the order given. Rows without points do not count; none left is missing.",
    example: "strongest_reasons(1, 10, \"a\", 20, \"b\") = \"b\"",
    result: |types| (types.len() % 2 == 1).then_some(Type::Text),
    partial: true,
    internal: true,
    row: strongest_reasons,
    #[cfg(feature = "engine")]
    frame: None,
};

fn strongest_reasons(values: &[Value]) -> Value {
    let Some((count, rows)) = values.split_first() else { return Value::Missing };
    let most = count.as_int().and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
    let mut counted: Vec<(Value, &str)> = Vec::new();
    for row in rows.chunks(2) {
        let size = match row.first() {
            Some(Value::Int(points)) if *points != 0 => Value::Int(points.saturating_abs()),
            Some(Value::Float(points)) if *points != 0.0 => Value::Float(points.abs()),
            Some(_) | None => continue,
        };
        counted.extend(row.get(1).and_then(Value::as_text).map(|reason| (size, reason)));
    }
    counted.sort_by(|(a, _), (b, _)| b.cmp(a));
    let reasons: Vec<&str> = counted.into_iter().take(most).map(|(_, reason)| reason).collect();
    if reasons.is_empty() { Value::Missing } else { Value::Text(reasons.join("、")) }
}
