//! Numbers as they stand in sentences: percent with one decimal, percentage points with two, money with separators, the sign of
//! a difference always shown. Tables print their own numbers from the report's figures.

use crate::evaluate::effect::Interval;
use crate::evaluate::evaluation::{Unit, Words};
use crate::evaluate::withheld::Measured;

/// Digits with a separator every three, and `−` as the sign of negative numbers; never `−0`.
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let mut out = String::with_capacity(text.len() + 8);
    if value < 0.0 && text.chars().any(|digit| digit.is_ascii_digit() && digit != '0') {
        out.push('−');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !part.is_empty() {
        out.push('.');
        out.push_str(part);
    }
    out
}

/// The same with `+` before positive numbers.
pub fn signed(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    let positive = value > 0.0 && text.chars().any(|digit| digit.is_ascii_digit() && digit != '0');
    if positive { format!("+{text}") } else { text }
}

/// A whole number of customers.
pub fn count(value: f64) -> String {
    number(value, 0)
}

/// `8.1%`
pub fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0, 1))
}

/// `+35.0%`
pub fn signed_percent(share: f64) -> String {
    format!("{}%", signed(share * 100.0, 1))
}

/// As many decimals as say something, at most four: `35`, `0.2`.
pub fn short(value: f64) -> String {
    let text = number(value, 4);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `0.0086`; below a ten-thousandth `< 0.0001`.
pub fn chance(p: f64) -> String {
    if p < 1e-4 { "< 0.0001".to_owned() } else { format!("= {p:.4}") }
}

/// Decimals of plain numbers in sentences.
fn decimals(unit: Unit) -> usize {
    match unit {
        Unit::Share | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => 1,
        Unit::Money | Unit::Number => 2,
    }
}

/// What stands behind a number, in English and Chinese.
fn behind(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Share => ("%", "%"),
        Unit::Money => (" yuan", "元"),
        Unit::Number => ("", ""),
        Unit::Nps => (" points", "分"),
        Unit::Days => (" days", "天"),
        Unit::Months => (" months", "个月"),
        Unit::Minutes => (" minutes", "分钟"),
    }
}

/// A level: `8.1%`, `3,440.00 yuan`.
pub fn level(unit: Unit, value: f64) -> Words {
    let value = if unit == Unit::Share { value * 100.0 } else { value };
    let (text, (en, zh)) = (number(value, decimals(unit)), behind(unit));
    Words::new(format!("{text}{en}"), format!("{text}{zh}"))
}

/// A difference: `+2.10 pp`, `+3.00 yuan`.
pub fn difference(unit: Unit, value: f64) -> Words {
    if unit == Unit::Share {
        let text = signed(value * 100.0, 2);
        return Words::new(format!("{text} pp"), format!("{text}个百分点"));
    }
    let (text, (en, zh)) = (signed(value, decimals(unit)), behind(unit));
    Words::new(format!("{text}{en}"), format!("{text}{zh}"))
}

/// `+2.10 pp (+0.71 to +3.41)`; the number alone where the interval is withheld, the reason where all is.
pub fn with_interval(unit: Unit, value: Measured<f64>, interval: Measured<Interval>) -> Words {
    let value = match value {
        Ok(value) => difference(unit, value),
        Err(reason) => return reasoned(reason),
    };
    let Ok(ends) = interval else { return value };
    let (factor, places) = if unit == Unit::Share { (100.0, 2) } else { (1.0, decimals(unit)) };
    between(&value, &signed(ends.lower * factor, places), &signed(ends.upper * factor, places))
}

/// `+35.0% (+11.1% to +67.3%)`
pub fn lift_with_interval(lift: Measured<f64>, interval: Measured<Interval>) -> Words {
    let value = match lift {
        Ok(lift) => Words::same(signed_percent(lift)),
        Err(reason) => return reasoned(reason),
    };
    let Ok(ends) = interval else { return value };
    between(&value, &signed_percent(ends.lower), &signed_percent(ends.upper))
}

fn between(value: &Words, lower: &str, upper: &str) -> Words {
    Words::new(format!("{} ({lower} to {upper})", value.en), format!("{}（{lower} 至 {upper}）", value.zh))
}

/// The reason why a number is not there.
pub fn reasoned(reason: crate::evaluate::Withheld) -> Words {
    use crate::diag::Language;
    Words::new(reason.sentence(Language::English), reason.sentence(Language::Chinese))
}

/// Sentences one after the other; Chinese ones stand without a blank.
pub fn joined(parts: &[Words]) -> Words {
    let kept = || parts.iter().filter(|part| !part.en.is_empty());
    Words::new(
        kept().map(|part| part.en.as_str()).collect::<Vec<_>>().join(" "),
        kept().map(|part| part.zh.as_str()).collect::<Vec<_>>().concat(),
    )
}

/// Names in a row: `a, b` and `a、b`.
pub fn listed(parts: &[Words]) -> Words {
    Words::new(
        parts.iter().map(|part| part.en.as_str()).collect::<Vec<_>>().join(", "),
        parts.iter().map(|part| part.zh.as_str()).collect::<Vec<_>>().join("、"),
    )
}

/// `2025-07-01 00:00` of milliseconds of local time; `None` beyond the calendar.
pub fn time(milliseconds: i64) -> Option<String> {
    chrono::DateTime::from_timestamp_millis(milliseconds).map(|time| time.format("%Y-%m-%d %H:%M").to_string())
}

/// `2025-07-01` of days since 1970.
pub fn day(days: i64) -> Option<String> {
    let milliseconds = days.checked_mul(86_400_000)?;
    chrono::DateTime::from_timestamp_millis(milliseconds).map(|time| time.format("%Y-%m-%d").to_string())
}
