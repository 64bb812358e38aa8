//! Texts: looking into them, naming things, and writing values as people read them.

use super::Builtin;
use super::time::DAY_MILLISECONDS;
use crate::ir::FormatStyle;
use crate::types::{Type, Value};
use chrono::{Datelike, NaiveDate};
use sha2::{Digest, Sha256};

pub(super) static ALL: &[&Builtin] = &[&CONTAINS, &STARTS_WITH, &LENGTH, &IDENTIFIER, &DIGITS, &TRIM];

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

/// A known value as people read it; see [`FormatStyle`]. Missing stays missing.
#[must_use]
pub fn format_value(value: &Value, ty: &Type, style: &FormatStyle) -> Value {
    let text = match (value, style) {
        (Value::Missing, _) => return Value::Missing,
        (Value::Int(amount), FormatStyle::TenThousandYuan) => Some(floored_tenths(*amount, 1_000_000, "万元")),
        (Value::Int(amount), FormatStyle::HundredMillionYuan) => Some(floored_tenths(*amount, 10_000_000_000, "亿元")),
        (Value::Int(day), FormatStyle::MonthDay) => month_day(*day, ty),
        (Value::Float(number), FormatStyle::Whole) => Some(format!("{:.0}", number.floor())),
        (value, FormatStyle::Plain | FormatStyle::TenThousandYuan | FormatStyle::HundredMillionYuan | FormatStyle::MonthDay | FormatStyle::Whole) => plain(value, ty),
    };
    text.map_or(Value::Missing, Value::Text)
}

/// Money in units of `unit` minor units, floored to one decimal so that it never overstates.
fn floored_tenths(amount: i64, unit: i64, word: &str) -> String {
    let tenths = amount.div_euclid(unit / 10);
    let (sign, tenths) = if tenths < 0 { ("-", -tenths) } else { ("", tenths) };
    match tenths % 10 {
        0 => format!("{sign}{}{word}", tenths / 10),
        rest => format!("{sign}{}.{rest}{word}", tenths / 10),
    }
}

fn day_of(value: i64, ty: &Type) -> Option<NaiveDate> {
    let day = if matches!(ty, Type::Time) { value.div_euclid(DAY_MILLISECONDS) } else { value };
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day.checked_add(719_163)?).ok()?)
}

fn month_day(value: i64, ty: &Type) -> Option<String> {
    let date = day_of(value, ty)?;
    Some(format!("{}月{}日", date.month(), date.day()))
}

fn plain(value: &Value, ty: &Type) -> Option<String> {
    match value {
        Value::Missing => None,
        Value::Bool(value) => Some(String::from(if *value { "true" } else { "false" })),
        Value::Text(text) => Some(text.clone()),
        Value::Float(number) => Some(match ty {
            Type::Percent | Type::Rate => format!("{}%", shortest((number * 1e11).round() / 1e9)),
            _ => shortest(*number),
        }),
        Value::Int(number) => plain_int(*number, ty),
    }
}

fn plain_int(number: i64, ty: &Type) -> Option<String> {
    match ty {
        Type::Money => Some(money(number)),
        Type::BasisPoints => Some(format!("{number}bp")),
        Type::Date => day_of(number, ty).map(|date| date.format("%Y-%m-%d").to_string()),
        Type::Month => day_of(number, ty).map(|date| date.format("%Y-%m").to_string()),
        Type::Quarter => day_of(number, ty).map(|date| format!("{}Q{}", date.year(), date.month0() / 3 + 1)),
        Type::Time => {
            let minutes = number.rem_euclid(DAY_MILLISECONDS) / 60_000;
            day_of(number, ty).map(|date| format!("{} {:02}:{:02}", date.format("%Y-%m-%d"), minutes / 60, minutes % 60))
        }
        Type::Duration => Some(duration(number)),
        _ => Some(number.to_string()),
    }
}

fn shortest(number: f64) -> String {
    format!("{number}")
}

/// `23,000元`, `23,000.50元`.
fn money(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    let digits = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest == 0 { format!("{sign}{grouped}元") } else { format!("{sign}{grouped}.{rest:02}元") }
}

fn duration(milliseconds: i64) -> String {
    let units = [(DAY_MILLISECONDS, "天"), (3_600_000, "小时"), (60_000, "分钟"), (1_000, "秒")];
    for (unit, word) in units {
        if milliseconds % unit == 0 && milliseconds.unsigned_abs() >= unit.unsigned_abs() {
            return format!("{}{word}", milliseconds / unit);
        }
    }
    format!("{}秒", milliseconds / 1_000)
}
