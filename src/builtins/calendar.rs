//! China's statutory workdays, as decreed year by year.

/// The day `count` workdays after `day` (days since 1970-01-01); `None` past the last decreed year.
#[must_use]
pub fn add_workdays(day: i64, count: i64) -> Option<i64> {
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

/// Whether a day is a workday; `None` outside the decreed years.
#[must_use]
pub fn is_workday(day: i64) -> Option<bool> {
    Some((day + 3).rem_euclid(7) < 5)
}
