//! Values as people read them, in texts of either language. Figures are floored where a text must not overstate.

use super::time::DAY_MILLISECONDS;
use crate::ir::FormatStyle;
use crate::types::{Type, Value};
use chrono::{Datelike, NaiveDate};

/// A known value as people read it; see [`FormatStyle`]. Missing stays missing.
#[must_use]
pub fn format_value(value: &Value, ty: &Type, style: &FormatStyle) -> Value {
    styled(value, ty, style).or_else(|| plain(value, ty)).map_or(Value::Missing, Value::Text)
}

/// The text in a style other than plain; `None` for plain and for values that a style is not for.
fn styled(value: &Value, ty: &Type, style: &FormatStyle) -> Option<String> {
    match (value, style) {
        (Value::Int(amount), FormatStyle::TenThousandYuan) => Some(floored_tenths(*amount, 1_000_000, "", "万元")),
        (Value::Int(amount), FormatStyle::HundredMillionYuan) => Some(floored_tenths(*amount, 10_000_000_000, "", "亿元")),
        (Value::Int(amount), FormatStyle::EnglishMillion) => Some(floored_tenths(*amount, 100_000_000, "CNY ", " million")),
        (Value::Int(amount), FormatStyle::Whole | FormatStyle::Yuan) if *ty == Type::Money => {
            Some(format!("{}元", grouped(amount.div_euclid(100))))
        }
        (Value::Int(amount), FormatStyle::EnglishYuan) if *ty == Type::Money => Some(format!("CNY {}", grouped(amount.div_euclid(100)))),
        (Value::Int(day), FormatStyle::MonthDay) => month_day(*day, ty),
        (Value::Int(day), FormatStyle::FullDate) => {
            day_of(*day, ty).map(|date| format!("{}年{}月{}日", date.year(), date.month(), date.day()))
        }
        (Value::Int(day), FormatStyle::EnglishDay) => day_of(*day, ty).map(|date| date.format("%-d %B").to_string()),
        (Value::Int(day), FormatStyle::EnglishDate) => day_of(*day, ty).map(|date| date.format("%-d %B %Y").to_string()),
        (Value::Float(number), FormatStyle::Whole) => Some(format!("{:.0}", number.floor())),
        (Value::Float(share), FormatStyle::Percent) => Some(floored_percent(*share, 100_000_000, 10)),
        (Value::Float(share), FormatStyle::WholePercent) => Some(floored_percent(*share, 1_000_000_000, 1)),
        (
            _,
            FormatStyle::Plain
            | FormatStyle::TenThousandYuan
            | FormatStyle::HundredMillionYuan
            | FormatStyle::MonthDay
            | FormatStyle::Whole
            | FormatStyle::Yuan
            | FormatStyle::EnglishYuan
            | FormatStyle::EnglishMillion
            | FormatStyle::FullDate
            | FormatStyle::EnglishDay
            | FormatStyle::EnglishDate
            | FormatStyle::Percent
            | FormatStyle::WholePercent,
        ) => None,
    }
}

/// A share in percent, floored. The share is first rounded to eleven decimals, so that 0.29 is 29% and not 28%.
#[allow(clippy::cast_possible_truncation)]
fn floored_percent(share: f64, step: i128, parts: i128) -> String {
    let steps = ((share * 1e11).round() as i128).div_euclid(step);
    let (sign, steps) = if steps < 0 { ("-", -steps) } else { ("", steps) };
    match steps % parts {
        0 => format!("{sign}{}%", steps / parts),
        rest => format!("{sign}{}.{rest}%", steps / parts),
    }
}

/// `23,000`
fn grouped(whole: i64) -> String {
    let sign = if whole < 0 { "-" } else { "" };
    let digits = whole.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}

/// Money in units of `unit` minor units, floored to one decimal so that it never overstates.
fn floored_tenths(amount: i64, unit: i64, before: &str, after: &str) -> String {
    let tenths = amount.div_euclid(unit / 10);
    let (sign, tenths) = if tenths < 0 { ("-", -tenths) } else { ("", tenths) };
    match tenths % 10 {
        0 => format!("{before}{sign}{}{after}", tenths / 10),
        rest => format!("{before}{sign}{}.{rest}{after}", tenths / 10),
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
    let whole = grouped(i64::try_from(whole).unwrap_or(i64::MAX));
    if rest == 0 { format!("{sign}{whole}元") } else { format!("{sign}{whole}.{rest:02}元") }
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
