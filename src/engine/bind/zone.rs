//! The project's time zone: how an instant with a zone becomes local time.

use chrono::{DateTime, Offset, TimeZone};

/// A time zone by name or a fixed distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// Milliseconds east of UTC.
    Fixed(i64),
    Named(chrono_tz::Tz),
}

impl Default for Zone {
    fn default() -> Self {
        Zone::Named(chrono_tz::Asia::Shanghai)
    }
}

impl Zone {
    /// `Asia/Shanghai`, `UTC`, `+08:00`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Zone> {
        if let Ok(zone) = text.parse::<chrono_tz::Tz>() {
            return Some(Zone::Named(zone));
        }
        offset(text).map(Zone::Fixed)
    }

    /// Milliseconds of local time at an instant given in milliseconds of UTC; `None` outside the calendar.
    #[must_use]
    pub fn local(&self, utc: i64) -> Option<i64> {
        let shift = match self {
            Zone::Fixed(shift) => *shift,
            Zone::Named(zone) => {
                let instant = DateTime::from_timestamp_millis(utc)?.naive_utc();
                i64::from(zone.offset_from_utc_datetime(&instant).fix().local_minus_utc()) * 1000
            }
        };
        utc.checked_add(shift)
    }
}

/// Milliseconds of `+08:00`, `-0330`, `+08` or `Z`.
pub(super) fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i64>().ok()?, digits.get(2..)?.parse::<i64>().ok()?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}
