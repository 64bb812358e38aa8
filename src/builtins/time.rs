//! Moments and lengths of time. Days and milliseconds count from 1970-01-01 of local time.

use super::Builtin;
use crate::types::{Type, Value};
use chrono::{Datelike, Months, NaiveDate};

pub(super) static ALL: &[&Builtin] = &[
    &TO_TIME,
    &DAY,
    &MONTH_START,
    &QUARTER_START,
    &YEAR_START,
    &WEEK_START,
    &SHIFT_MONTHS,
    &SHIFT_MONTHS_TIME,
    &UNITS_BETWEEN,
    &MONTHS_BETWEEN,
    &ADD_WORKDAYS,
    &MONTH_OF_YEAR,
    &YEAR_OF,
    &WHOLE_PARTS,
];

pub const DAY_MILLISECONDS: i64 = 86_400_000;

fn date(days: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(days.checked_add(719_163)?).ok()?)
}

fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

fn int(values: &[Value], at: usize) -> Option<i64> {
    values.get(at).and_then(Value::as_int)
}

fn optional(value: Option<i64>) -> Value {
    value.map_or(Value::Missing, Value::Int)
}

fn one_date(types: &[Type], result: Type) -> Option<Type> {
    match types {
        [Type::Date | Type::Month | Type::Quarter] => Some(result),
        _ => None,
    }
}

fn one_moment(types: &[Type], result: Type) -> Option<Type> {
    match types {
        [Type::Time | Type::Date | Type::Month | Type::Quarter] => Some(result),
        _ => None,
    }
}

/// The first day of the period of `months` months that holds the day.
fn period_start(day: i64, months: u32) -> Option<i64> {
    let date = date(day)?;
    let month = (date.month0() / months) * months + 1;
    NaiveDate::from_ymd_opt(date.year(), month, 1).map(days)
}

/// A day moved by whole months, clamped to the end of the month.
pub(crate) fn shift_months(day: i64, months: i64) -> Option<i64> {
    let start = date(day)?;
    let count = u32::try_from(months.unsigned_abs()).ok()?;
    let moved = if months < 0 { start.checked_sub_months(Months::new(count)) } else { start.checked_add_months(Months::new(count)) };
    moved.map(days)
}

fn shift_time(time: i64, months: i64) -> Option<i64> {
    let day = time.div_euclid(DAY_MILLISECONDS);
    shift_months(day, months)?.checked_mul(DAY_MILLISECONDS)?.checked_add(time.rem_euclid(DAY_MILLISECONDS))
}

/// Whole months from one instant to a later one; negative the other way round.
fn months_between(from: i64, to: i64) -> Option<i64> {
    if from > to {
        return months_between(to, from).map(|months| -months);
    }
    let (first, last) = (date(from.div_euclid(DAY_MILLISECONDS))?, date(to.div_euclid(DAY_MILLISECONDS))?);
    let months = i64::from(last.year() - first.year()) * 12 + i64::from(last.month0()) - i64::from(first.month0());
    let reached = shift_time(from, months)?;
    Some(if reached > to { months - 1 } else { months })
}

static TO_TIME: Builtin = Builtin {
    name: "to_time",
    signature: "to_time(date) -> time",
    documentation: "The first instant of a day.",
    example: "to_time(2026-11-20)",
    result: |types| one_date(types, Type::Time),
    partial: false,
    internal: true,
    row: |values| optional(int(values, 0).and_then(|day| day.checked_mul(DAY_MILLISECONDS))),
    #[cfg(feature = "engine")]
    frame: Some(|arguments| {
        use polars::prelude::{ClosedInterval, lit, when};
        let day = super::first(arguments);
        let fits = day.clone().is_between(lit(i64::MIN / DAY_MILLISECONDS), lit(i64::MAX / DAY_MILLISECONDS), ClosedInterval::Both);
        when(fits).then(day * lit(DAY_MILLISECONDS)).otherwise(lit(polars::prelude::NULL))
    }),
};

static DAY: Builtin = Builtin {
    name: "day",
    signature: "day(time) -> date",
    documentation: "The day an instant lies in.",
    example: "day(2026-11-20 09:00) = 2026-11-20",
    result: |types| one_moment(types, Type::Date),
    partial: false,
    internal: false,
    row: |values| optional(int(values, 0).map(|time| time.div_euclid(DAY_MILLISECONDS))),
    #[cfg(feature = "engine")]
    frame: Some(|arguments| super::first(arguments).floor_div(polars::prelude::lit(DAY_MILLISECONDS))),
};

static MONTH_START: Builtin = Builtin {
    name: "month_start",
    signature: "month_start(date) -> date",
    documentation: "The first day of the month of a day.",
    example: "month_start(2026-11-20) = 2026-11-01",
    result: |types| one_date(types, Type::Date),
    partial: false,
    internal: false,
    row: |values| optional(int(values, 0).and_then(|day| period_start(day, 1))),
    #[cfg(feature = "engine")]
    frame: None,
};

static QUARTER_START: Builtin = Builtin {
    name: "quarter_start",
    signature: "quarter_start(date) -> date",
    documentation: "The first day of the quarter of a day.",
    example: "quarter_start(2026-11-20) = 2026-10-01",
    result: |types| one_date(types, Type::Date),
    partial: false,
    internal: false,
    row: |values| optional(int(values, 0).and_then(|day| period_start(day, 3))),
    #[cfg(feature = "engine")]
    frame: None,
};

static YEAR_START: Builtin = Builtin {
    name: "year_start",
    signature: "year_start(date) -> date",
    documentation: "The first day of the year of a day.",
    example: "year_start(2026-11-20) = 2026-01-01",
    result: |types| one_date(types, Type::Date),
    partial: false,
    internal: false,
    row: |values| optional(int(values, 0).and_then(|day| period_start(day, 12))),
    #[cfg(feature = "engine")]
    frame: None,
};

static WEEK_START: Builtin = Builtin {
    name: "week_start",
    signature: "week_start(date) -> date",
    documentation: "The Monday of the week of a day.",
    example: "week_start(2026-11-20) = 2026-11-16",
    result: |types| one_date(types, Type::Date),
    partial: false,
    internal: false,
    // 1970-01-01 was a Thursday.
    row: |values| optional(int(values, 0).and_then(|day| day.checked_sub(day.checked_add(3)?.rem_euclid(7)))),
    #[cfg(feature = "engine")]
    frame: None,
};

static SHIFT_MONTHS: Builtin = Builtin {
    name: "shift_months",
    signature: "shift_months(date, int) -> date",
    documentation: "A day moved by whole months, clamped to the end of the month.",
    example: "shift_months(2026-01-31, 1) = 2026-02-28",
    result: |types| match types {
        [Type::Date | Type::Month | Type::Quarter, Type::Int] => Some(Type::Date),
        _ => None,
    },
    partial: true,
    internal: false,
    row: |values| optional(int(values, 0).zip(int(values, 1)).and_then(|(day, months)| shift_months(day, months))),
    #[cfg(feature = "engine")]
    frame: None,
};

static SHIFT_MONTHS_TIME: Builtin = Builtin {
    name: "shift_months_time",
    signature: "shift_months_time(time, int) -> time",
    documentation: "An instant moved by whole months, clamped to the end of the month, same clock.",
    example: "shift_months_time(2026-01-31 09:00, 1) = 2026-02-28 09:00",
    result: |types| match types {
        [Type::Time, Type::Int] => Some(Type::Time),
        _ => None,
    },
    partial: true,
    internal: true,
    row: |values| optional(int(values, 0).zip(int(values, 1)).and_then(|(time, months)| shift_time(time, months))),
    #[cfg(feature = "engine")]
    frame: None,
};

static UNITS_BETWEEN: Builtin = Builtin {
    name: "units_between",
    signature: "units_between(time, time, duration) -> int",
    documentation: "Whole lengths that fit between two instants, floored: days since, hours since.",
    example: "units_between(2026-11-18 09:00, 2026-11-20 00:00, 1 day) = 1",
    result: |types| match types {
        [Type::Time, Type::Time, Type::Duration] => Some(Type::Int),
        _ => None,
    },
    partial: true,
    internal: true,
    row: |values| {
        let (Some(from), Some(to), Some(unit)) = (int(values, 0), int(values, 1), int(values, 2)) else { return Value::Missing };
        if unit <= 0 { Value::Missing } else { optional(to.checked_sub(from).map(|length| length.div_euclid(unit))) }
    },
    #[cfg(feature = "engine")]
    frame: Some(|arguments| {
        let mut arguments = arguments.into_iter();
        match (arguments.next(), arguments.next(), arguments.next()) {
            (Some(from), Some(to), Some(unit)) => {
                use polars::prelude::{Expr, NULL, lit, when};
                let negative = |value: &Expr| value.clone().lt(lit(0_i64));
                let length = to.clone() - from.clone();
                // A difference wraps where the signs differ and its own is not that of what it was taken from.
                let wraps = negative(&to).neq(negative(&from)).and(negative(&length).neq(negative(&to)));
                when(unit.clone().gt(lit(0_i64)).and(wraps.not())).then(length.floor_div(unit)).otherwise(lit(NULL))
            }
            _ => polars::prelude::lit(polars::prelude::NULL),
        }
    }),
};

static MONTHS_BETWEEN: Builtin = Builtin {
    name: "months_between",
    signature: "months_between(time, time) -> int",
    documentation: "Whole months from one instant to another: a month is over on the same day of the next one, or at its end.",
    example: "months_between(2026-01-31 00:00, 2026-02-28 00:00) = 1",
    result: |types| match types {
        [Type::Time, Type::Time] => Some(Type::Int),
        _ => None,
    },
    partial: true,
    internal: true,
    row: |values| optional(int(values, 0).zip(int(values, 1)).and_then(|(from, to)| months_between(from, to))),
    #[cfg(feature = "engine")]
    frame: None,
};

static ADD_WORKDAYS: Builtin = Builtin {
    name: "add_workdays",
    signature: "add_workdays(date, int) -> date",
    documentation: "The day that many workdays later by China's statutory calendar, make-up days included. Missing past the last decreed year.",
    example: "add_workdays(2025-06-30, 2) = 2025-07-02",
    result: |types| match types {
        [Type::Date, Type::Int] => Some(Type::Date),
        _ => None,
    },
    partial: true,
    internal: false,
    row: |values| optional(int(values, 0).zip(int(values, 1)).and_then(|(day, count)| super::calendar::add_workdays(day, count))),
    #[cfg(feature = "engine")]
    frame: None,
};

static MONTH_OF_YEAR: Builtin = Builtin {
    name: "month_of_year",
    signature: "month_of_year(date) -> int",
    documentation: "1 for January.",
    example: "month_of_year(2026-11-20) = 11",
    result: |types| one_date(types, Type::Int),
    partial: false,
    internal: false,
    row: |values| optional(int(values, 0).and_then(date).map(|date| i64::from(date.month()))),
    #[cfg(feature = "engine")]
    frame: None,
};

static YEAR_OF: Builtin = Builtin {
    name: "year_of",
    signature: "year_of(date) -> int",
    documentation: "The calendar year.",
    example: "year_of(2026-11-20) = 2026",
    result: |types| one_date(types, Type::Int),
    partial: false,
    internal: false,
    row: |values| optional(int(values, 0).and_then(date).map(|date| i64::from(date.year()))),
    #[cfg(feature = "engine")]
    frame: None,
};

static WHOLE_PARTS: Builtin = Builtin {
    name: "whole_parts",
    signature: "whole_parts(int, int) -> int",
    documentation: "How many whole groups of that size fit, floored: quarters and years out of months.",
    example: "whole_parts(25, 12) = 2",
    result: |types| match types {
        [Type::Int, Type::Int] => Some(Type::Int),
        _ => None,
    },
    partial: true,
    internal: true,
    row: |values| match (int(values, 0), int(values, 1)) {
        (Some(value), Some(size)) if size > 0 => Value::Int(value.div_euclid(size)),
        (_, _) => Value::Missing,
    },
    #[cfg(feature = "engine")]
    frame: None,
};
