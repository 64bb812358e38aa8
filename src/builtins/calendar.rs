//! China's statutory workdays, as the State Council decrees them year by year.
//!
//! Outside a decreed holiday or make-up day, Monday to Friday are workdays. The table is `stdlib/calendar/china.csv`; a year without
//! a decree has no answer, so a plan that reaches past the last one is refused instead of guessed.

use chrono::{Datelike, NaiveDate};
use std::sync::OnceLock;

static TABLE: &str = include_str!("../../stdlib/calendar/china.csv");

/// One answer per day, from 1 January of the first decreed year to 31 December of the last.
struct Decreed {
    first_year: i32,
    last_year: i32,
    /// Days since 1970-01-01 of the first entry.
    start: i64,
    workdays: Vec<bool>,
}

/// The day `count` workdays after `day` (before it, when negative), in days since 1970-01-01.
///
/// `None` when the way leaves the decreed years, the first day included.
#[must_use]
pub fn add_workdays(day: i64, count: i64) -> Option<i64> {
    is_workday(day)?;
    let mut day = day;
    let mut left = count;
    while left != 0 {
        let step = left.signum();
        day += step;
        if is_workday(day)? {
            left -= step;
        }
    }
    Some(day)
}

/// Whether a day (days since 1970-01-01) is a workday; `None` outside the decreed years.
#[must_use]
pub fn is_workday(day: i64) -> Option<bool> {
    let decreed = decreed();
    let at = usize::try_from(day.checked_sub(decreed.start)?).ok()?;
    decreed.workdays.get(at).copied()
}

/// The last year whose holidays are decreed, for messages.
#[must_use]
pub fn last_decreed_year() -> i32 {
    decreed().last_year
}

/// The first year of the table, for messages.
#[must_use]
pub fn first_decreed_year() -> i32 {
    decreed().first_year
}

fn decreed() -> &'static Decreed {
    static DECREED: OnceLock<Decreed> = OnceLock::new();
    DECREED.get_or_init(|| build(TABLE))
}

/// Reads `date,kind,name`; rows that cannot be read are left out, which a test forbids for the embedded table.
fn build(table: &str) -> Decreed {
    let rows: Vec<(NaiveDate, bool)> = table.lines().skip(1).filter_map(row).collect();
    let years = || rows.iter().map(|(date, _)| date.year());
    let (first_year, last_year) = (years().min().unwrap_or(1970), years().max().unwrap_or(1969));
    let start = NaiveDate::from_ymd_opt(first_year, 1, 1).map_or(0, number);
    let end = NaiveDate::from_ymd_opt(last_year, 12, 31).map_or(start - 1, number);
    let mut workdays: Vec<bool> = (start..=end).map(is_weekday).collect();
    for (date, is_workday) in rows {
        if let Some(entry) = usize::try_from(number(date) - start).ok().and_then(|at| workdays.get_mut(at)) {
            *entry = is_workday;
        }
    }
    Decreed { first_year, last_year, start, workdays }
}

fn row(line: &str) -> Option<(NaiveDate, bool)> {
    let mut cells = line.split(',');
    let date = NaiveDate::parse_from_str(cells.next()?, "%Y-%m-%d").ok()?;
    match cells.next()? {
        "workday" => Some((date, true)),
        "holiday" => Some((date, false)),
        _ => None,
    }
}

/// Days since 1970-01-01.
fn number(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// 1970-01-01 was a Thursday.
fn is_weekday(day: i64) -> bool {
    (day + 3).rem_euclid(7) < 5
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        number(NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap())
    }

    fn works(text: &str) -> Option<bool> {
        is_workday(day(text))
    }

    fn after(text: &str, count: i64) -> Option<i64> {
        add_workdays(day(text), count)
    }

    #[test]
    fn every_row_is_read_and_says_something_about_its_day() {
        let mut previous = i64::MIN;
        for line in TABLE.lines().skip(1) {
            let (date, is_workday) = row(line).unwrap();
            assert!(number(date) > previous, "{line}: dates ascend");
            previous = number(date);
            assert!(!is_workday || !is_weekday(previous), "{line}: a make-up day lies on a weekend");
            assert!(line.split(',').nth(2).is_some_and(|name| !name.is_empty()), "{line}: a reason is named");
        }
        assert_eq!((first_decreed_year(), last_decreed_year()), (2019, 2026));
    }

    /// 2020 had 251 by its first notice; prolonging the Spring Festival took two away.
    #[test]
    fn workdays_per_year_add_up() {
        let count = |year: i32| {
            (day(&format!("{year}-01-01"))..=day(&format!("{year}-12-31"))).filter(|day| is_workday(*day) == Some(true)).count()
        };
        let counted: Vec<usize> = (2019..=2026).map(count).collect();
        assert_eq!(counted, [250, 249, 250, 249, 249, 251, 248, 248]);
    }

    #[test]
    fn holidays_and_make_up_days() {
        // National Day and Mid-autumn 2025 are off together; the Sunday before and the Saturday after are worked.
        for off in ["2025-10-01", "2025-10-06", "2025-10-08", "2025-01-28", "2025-02-04", "2024-02-12", "2026-02-23"] {
            assert_eq!(works(off), Some(false), "{off}");
        }
        for on in ["2025-09-28", "2025-10-11", "2025-01-26", "2025-02-08", "2024-02-04", "2024-02-18", "2026-02-14", "2026-02-28"] {
            assert_eq!(works(on), Some(true), "{on}");
        }
        assert_eq!(works("2025-07-05"), Some(false), "a plain Saturday");
        assert_eq!(works("2025-07-07"), Some(true), "a plain Monday");
        // The holiday of 2020 was prolonged to 2 February.
        assert_eq!(works("2020-01-31"), Some(false));
    }

    #[test]
    fn workdays_are_counted_over_the_national_holiday() {
        assert_eq!(after("2025-09-30", 1), Some(day("2025-10-09")));
        assert_eq!(after("2025-09-30", 3), Some(day("2025-10-11")));
        assert_eq!(after("2025-09-26", 1), Some(day("2025-09-28")));
        assert_eq!(after("2025-10-09", -1), Some(day("2025-09-30")));
        assert_eq!(after("2025-01-24", 2), Some(day("2025-01-27")));
        assert_eq!(after("2025-07-05", 0), Some(day("2025-07-05")));
    }

    #[test]
    fn past_the_last_decree_there_is_no_answer() {
        assert_eq!(works("2026-12-31"), Some(true));
        assert_eq!(works("2027-01-04"), None);
        assert_eq!(works("2018-12-31"), None);
        assert_eq!(after("2026-12-30", 1), Some(day("2026-12-31")));
        assert_eq!(after("2026-12-31", 1), None);
        assert_eq!(after("2019-01-02", -1), None);
        assert_eq!(add_workdays(i64::MAX, 1), None);
    }
}
