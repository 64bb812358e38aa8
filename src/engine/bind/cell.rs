//! From one cell of a file to one value of the schema. Text and numbers take the same way, so a column means the same in CSV
//! and in Parquet.

use super::zone::{Zone, offset};
use crate::types::{Column, Type};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};

const DAY: i64 = 86_400_000;
/// Numbers beyond this are not exact as whole numbers in a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// What a cell turned out to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<T> {
    Value(T),
    Missing,
    /// Not of the type.
    Wrong,
    /// An amount finer than the currency.
    TooFine,
}

impl<T> Cell<T> {
    /// The code of the check pass; see the constants of the module above.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Cell::Value(_) => super::FINE,
            Cell::Missing => super::MISSING,
            Cell::Wrong => super::WRONG,
            Cell::TooFine => super::TOO_FINE,
        }
    }

    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Cell::Value(value) => Some(value),
            Cell::Missing | Cell::Wrong | Cell::TooFine => None,
        }
    }
}

/// A number as a file holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// `digits / 10^scale`
    Decimal(i128, u32),
    Float(f64),
}

/// How the cells of one column are read.
#[derive(Debug, Clone)]
pub struct Reader {
    pub ty: Type,
    /// strftime pattern, when the files do not use ISO.
    pub format: Option<String>,
    pub unit_milliseconds: i64,
    pub zone: Zone,
}

impl Reader {
    #[must_use]
    pub fn new(column: &Column, zone: Zone) -> Self {
        Reader { ty: column.ty.clone(), format: column.format.clone(), unit_milliseconds: column.unit_milliseconds, zone }
    }

    /// A whole value (int, money, bp, moments, duration; booleans as 0 and 1) from text.
    #[must_use]
    pub fn whole_text(&self, text: &str) -> Cell<i64> {
        let text = text.trim();
        if text.is_empty() {
            return Cell::Missing;
        }
        match self.ty {
            Type::Bool => found(truth(text).map(i64::from)),
            Type::Date => found(self.moment(text).filter(|time| time.rem_euclid(DAY) == 0).map(|time| time.div_euclid(DAY))),
            Type::Time => found(self.moment(text)),
            Type::Month => found(month(text).or_else(|| self.moment(text).and_then(|time| period(time, 1)))),
            Type::Quarter => found(quarter(text).or_else(|| self.moment(text).and_then(|time| period(time, 3)))),
            Type::BasisPoints => self.whole(text.strip_suffix("bp").unwrap_or(text)),
            Type::Int | Type::Money | Type::Duration => self.whole(text),
            Type::Number | Type::Percent | Type::Rate | Type::Text | Type::Choice(_) | Type::Label(_) | Type::List | Type::Missing => {
                Cell::Wrong
            }
        }
    }

    fn whole(&self, text: &str) -> Cell<i64> {
        match (decimal(text), not_a_number(text)) {
            (Some(number), _) => self.whole_number(number),
            (None, true) => Cell::Missing,
            (None, false) => Cell::Wrong,
        }
    }

    /// A whole value from a number.
    #[must_use]
    pub fn whole_number(&self, number: Number) -> Cell<i64> {
        if let Number::Float(value) = number
            && !value.is_finite()
        {
            return Cell::Missing;
        }
        match self.ty {
            Type::Bool => match scaled(number, 1) {
                Some(value @ (0 | 1)) => Cell::Value(value),
                Some(_) | None => Cell::Wrong,
            },
            Type::Money => match (scaled(number, 100), too_fine(number)) {
                (Some(value), _) => Cell::Value(value),
                (None, true) => Cell::TooFine,
                (None, false) => Cell::Wrong,
            },
            Type::Int | Type::BasisPoints => found(scaled(number, 1)),
            Type::Duration => found(rounded(number, self.unit_milliseconds)),
            // 19930101 with a pattern arrives as a number in Parquet.
            Type::Date | Type::Time | Type::Month | Type::Quarter => match (scaled(number, 1), &self.format) {
                (Some(value), Some(_)) => self.whole_text(&value.to_string()),
                (Some(_), None) | (None, _) => Cell::Wrong,
            },
            Type::Number | Type::Percent | Type::Rate | Type::Text | Type::Choice(_) | Type::Label(_) | Type::List | Type::Missing => {
                Cell::Wrong
            }
        }
    }

    /// A number or share from text: `3.8%` and `0.038` are the same share.
    #[must_use]
    pub fn float_text(&self, text: &str) -> Cell<f64> {
        let text = text.trim();
        if text.is_empty() {
            return Cell::Missing;
        }
        let share = matches!(self.ty, Type::Percent | Type::Rate);
        let parsed = match text.strip_suffix(['%', '％']).filter(|_| share) {
            // Shifting the exponent keeps the nearest float, dividing by 100 would not.
            Some(digits) => format!("{}e-2", digits.trim_end()).parse::<f64>(),
            None => text.parse::<f64>(),
        };
        parsed.map_or(Cell::Wrong, float)
    }

    /// A number or share from a number.
    #[must_use]
    pub fn float_number(&self, number: Number) -> Cell<f64> {
        match number {
            Number::Float(value) => float(value),
            Number::Decimal(digits, scale) => format!("{digits}e-{scale}").parse::<f64>().map_or(Cell::Wrong, float),
        }
    }

    /// Milliseconds of local time.
    fn moment(&self, text: &str) -> Option<i64> {
        match &self.format {
            Some(format) => self.by_pattern(text, format),
            None => iso_moment(text, &self.zone),
        }
    }

    fn by_pattern(&self, text: &str, format: &str) -> Option<i64> {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return self.zone.local(time.timestamp_millis());
        }
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Some(time.and_utc().timestamp_millis());
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, format) {
            return days(date).checked_mul(DAY);
        }
        // A pattern without a day, such as %Y-%m, names the first of the month.
        NaiveDate::parse_from_str(&format!("{text} 1"), &format!("{format} %d")).ok().and_then(|date| days(date).checked_mul(DAY))
    }
}

fn found<T>(value: Option<T>) -> Cell<T> {
    value.map_or(Cell::Wrong, Cell::Value)
}

fn float(value: f64) -> Cell<f64> {
    // Adding zero leaves one zero only.
    if value.is_finite() { Cell::Value(value + 0.0) } else { Cell::Missing }
}

/// Texts that programs write for "no number".
fn not_a_number(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-']);
    ["nan", "inf", "infinity"].iter().any(|word| bare.eq_ignore_ascii_case(word))
}

fn truth(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(&["true", "1", "y", "yes", "是"]) {
        Some(true)
    } else if is(&["false", "0", "n", "no", "否"]) {
        Some(false)
    } else {
        None
    }
}

/// Plain digits with at most one point and a sign; no separators, no exponent.
fn decimal(text: &str) -> Option<Number> {
    let (negative, bare) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let mut digits: i128 = 0;
    let mut scale: Option<u32> = None;
    let mut any = false;
    for byte in bare.bytes() {
        match byte {
            b'0'..=b'9' => {
                any = true;
                digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                scale = scale.map(|scale| scale + 1);
            }
            b'.' if scale.is_none() => scale = Some(0),
            _ => return None,
        }
    }
    any.then(|| Number::Decimal(if negative { -digits } else { digits }, scale.unwrap_or(0)))
}

/// `number × factor` when that is whole and fits.
fn scaled(number: Number, factor: i64) -> Option<i64> {
    match number {
        Number::Decimal(digits, scale) => {
            let total = digits.checked_mul(i128::from(factor))?;
            let unit = 10_i128.checked_pow(scale)?;
            if total % unit == 0 { i64::try_from(total / unit).ok() } else { None }
        }
        Number::Float(value) => {
            #[expect(clippy::cast_precision_loss, reason = "factors are 1 and 100")]
            let total = value * factor as f64;
            let near = total.round();
            let slack = 1e-6_f64.max(total.abs() * 4.0 * f64::EPSILON);
            #[expect(clippy::cast_possible_truncation, reason = "bounded by EXACT")]
            if near.abs() < EXACT && (total - near).abs() <= slack { Some(near as i64) } else { None }
        }
    }
}

/// Whether an amount that is not whole fen would fit: it is then only too fine.
fn too_fine(number: Number) -> bool {
    match number {
        Number::Decimal(digits, scale) => match (digits.checked_mul(100), 10_i128.checked_pow(scale)) {
            (Some(total), Some(unit)) => total % unit != 0 && i64::try_from(total / unit).is_ok(),
            (None, _) | (_, None) => false,
        },
        Number::Float(value) => value.abs() * 100.0 < EXACT,
    }
}

/// `number × factor`, half away from zero.
fn rounded(number: Number, factor: i64) -> Option<i64> {
    match number {
        Number::Decimal(digits, scale) => {
            let total = digits.checked_mul(i128::from(factor))?;
            let unit = 10_i128.checked_pow(scale)?;
            let half = if total < 0 { -unit / 2 } else { unit / 2 };
            i64::try_from(total.checked_add(half)? / unit).ok()
        }
        Number::Float(value) => {
            #[expect(clippy::cast_precision_loss, reason = "units are far below 2^53 milliseconds")]
            let total = (value * factor as f64).round();
            #[expect(clippy::cast_possible_truncation, reason = "bounded by EXACT")]
            if total.abs() < EXACT { Some(total as i64) } else { None }
        }
    }
}

/// Days since 1970-01-01.
pub(super) fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// First day of the period of `months` months around an instant.
pub(super) fn period(time: i64, months: u32) -> Option<i64> {
    let day = i32::try_from(time.div_euclid(DAY).checked_add(719_163)?).ok()?;
    let date = NaiveDate::from_num_days_from_ce_opt(day)?;
    NaiveDate::from_ymd_opt(date.year(), date.month0() / months * months + 1, 1).map(days)
}

fn first_of(year: &str, month: u32) -> Option<i64> {
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month, 1).map(days)
}

/// `2025-06`, `2025/06`, `202506`.
fn month(text: &str) -> Option<i64> {
    let (year, rest) = text.split_at_checked(4)?;
    let digits = rest.strip_prefix(['-', '/']).unwrap_or(rest);
    if digits.len() != 2 { None } else { first_of(year, digits.parse().ok()?) }
}

/// `2025Q2`, `2025-Q2`, or a month of it.
fn quarter(text: &str) -> Option<i64> {
    let (year, rest) = text.split_at_checked(4)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    match rest.strip_prefix(['Q', 'q']) {
        Some(number) => match number.parse::<u32>().ok()? {
            number @ 1..=4 => first_of(year, number * 3 - 2),
            _ => None,
        },
        None => month(text).and_then(|day| period(day.checked_mul(DAY)?, 3)),
    }
}

/// `2026-11-20`, `2026/11/20`, `20261120`, with `09:00`, `09:00:30` or `09:00:30.250` after a blank or `T`, and an offset at will.
fn iso_moment(text: &str, zone: &Zone) -> Option<i64> {
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (date, clock) = if compact { (text, "") } else { text.split_at_checked(10)? };
    let date = if compact {
        NaiveDate::from_ymd_opt(date.get(..4)?.parse().ok()?, digits(date.get(4..6)?)?, digits(date.get(6..)?)?)?
    } else {
        iso_date(date)?
    };
    let start = days(date).checked_mul(DAY)?;
    let Some(clock) = clock.strip_prefix(['T', ' ']) else {
        return clock.is_empty().then_some(start);
    };
    let end = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (clock, shift) = clock.split_at_checked(end)?;
    let local = start.checked_add(milliseconds(clock.trim_end())?)?;
    if shift.is_empty() { Some(local) } else { zone.local(local.checked_sub(offset(shift)?)?) }
}

fn digits(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { text.parse().ok() }
}

fn iso_date(text: &str) -> Option<NaiveDate> {
    let separator = text.as_bytes().get(4).copied().filter(|byte| matches!(byte, b'-' | b'/'))?;
    if text.as_bytes().get(7) != Some(&separator) {
        return None;
    }
    let year = i32::try_from(digits(text.get(..4)?)?).ok()?;
    NaiveDate::from_ymd_opt(year, digits(text.get(5..7)?)?, digits(text.get(8..10)?)?)
}

/// Milliseconds since midnight of `09:00[:30[.25]]`; finer than a millisecond is cut.
fn milliseconds(clock: &str) -> Option<i64> {
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':');
    let hours = digits(parts.next()?)?;
    let minutes = digits(parts.next()?)?;
    let seconds = parts.next().map_or(Some(0), digits)?;
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(i64::from((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths.parse::<i64>().ok()?)
}
