//! Days, month ends and the rhythm of the year. A day is a count of days since 1970-01-01; a moment is milliseconds of local wall clock.

/// Milliseconds in a day.
pub(super) const DAY: i64 = 86_400_000;

/// Year, month (1–12) and day of month of a day number.
pub(super) fn civil(day: i32) -> (i32, i32, i32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    (year_of_era + era * 400 + i32::from(month <= 2), month, day_of_month)
}

/// The day number of a date; a day past the end of its month runs on into the next.
pub(super) fn day_number(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_index = (month + 9) % 12;
    let day_of_year = (153 * month_index + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Months since year 0 of the month a day lies in.
pub(super) fn month_of(day: i32) -> i32 {
    let (year, month, _) = civil(day);
    year * 12 + month - 1
}

/// First day of a month given as months since year 0.
pub(super) fn month_start(month: i32) -> i32 {
    day_number(month.div_euclid(12), month.rem_euclid(12) + 1, 1)
}

/// Last day of a month given as months since year 0.
pub(super) fn month_end(month: i32) -> i32 {
    month_start(month + 1) - 1
}

/// Day of the week: Monday 0 to Sunday 6.
pub(super) fn weekday(day: i32) -> i32 {
    (day + 3).rem_euclid(7)
}

/// First day of the lunar year, where it falls within the years a sample can cover; elsewhere 5 February stands in.
fn spring_festival(year: i32) -> i32 {
    let (month, day) = match year {
        2020 => (1, 25),
        2021 => (2, 12),
        2022 => (2, 1),
        2023 => (1, 22),
        2024 => (2, 10),
        2025 => (1, 29),
        2026 => (2, 17),
        2027 => (2, 6),
        2028 => (1, 26),
        2029 => (2, 13),
        2030 => (2, 3),
        _ => (2, 5),
    };
    day_number(year, month, day)
}

/// Days from the lunar new year of the same calendar year: negative before it.
pub(super) fn festival_distance(day: i32) -> i32 {
    day - spring_festival(civil(day).0)
}

/// How busy a day is for payments, in (0, 1]: rush before the festival, hush in it, fuller weekends, the days after salaries.
pub(super) fn busyness(day: i32) -> f64 {
    let distance = festival_distance(day);
    let festival = match distance {
        -12..=-1 => 1.0,
        0..=9 => 0.32,
        10..=14 => 0.55,
        _ => 0.75,
    };
    let (_, _, day_of_month) = civil(day);
    let salary = if matches!(day_of_month, 10..=12 | 15..=17 | 25..=27) { 1.0 } else { 0.85 };
    let weekend = if weekday(day) >= 5 { 1.0 } else { 0.86 };
    festival * salary * weekend
}

/// Share of the usual month-end balance kept in a month: cash leaves before the festival, quarter ends are dressed up.
pub(super) fn month_season(month: i32) -> f64 {
    let end = month_end(month);
    let festival = if (-28..=3).contains(&festival_distance(end)) { 0.91 } else { 1.0 };
    let quarter = if month.rem_euclid(3) == 2 { 1.035 } else { 1.0 };
    festival * quarter
}

/// A moment on a day, its hour drawn from the given point in [0, 1): few at night, peaks at noon and in the evening.
pub(super) fn moment(day: i32, point: f64) -> i64 {
    // Share of a day's payments before each hour from 0 to 24.
    const BEFORE: [f64; 25] = [
        0.0, 0.008, 0.012, 0.014, 0.016, 0.019, 0.026, 0.05, 0.1, 0.165, 0.235, 0.305, 0.39, 0.46, 0.515, 0.57, 0.625, 0.685, 0.755, 0.825,
        0.89, 0.94, 0.973, 0.99, 1.0,
    ];
    let mut hour = 0;
    let mut within = 0.0;
    for (index, pair) in BEFORE.windows(2).enumerate() {
        if let [low, high] = pair
            && point >= *low
            && point < *high
        {
            hour = index as i64;
            within = (point - low) / (high - low);
        }
    }
    i64::from(day) * DAY + hour * 3_600_000 + (within * 3_599.0) as i64 * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_agree() {
        assert_eq!(day_number(1970, 1, 1), 0);
        assert_eq!(civil(day_number(2024, 2, 29)), (2024, 2, 29));
        for day in (-200_000..200_000).step_by(37) {
            let (year, month, of_month) = civil(day);
            assert_eq!(day_number(year, month, of_month), day);
        }
        assert_eq!(month_end(month_of(day_number(2025, 6, 3))), day_number(2025, 6, 30));
        assert_eq!(weekday(day_number(2025, 7, 1)), 1);
    }

    #[test]
    fn a_moment_stays_on_its_day() {
        for step in 0..1_000 {
            let at = moment(20_000, f64::from(step) / 1_000.0);
            assert_eq!(at.div_euclid(DAY), 20_000);
        }
    }
}
