//! When people may be reached: built by the checker, never called from source.
//!
//! A plan text holds the rules, joined by blanks: `h32400000-72000000` is from 09:00 up to 20:00 of any day, `w32400000-72000000` of a
//! workday, `q20500-20506` keeps the days from the first to the last quiet. Hours whose end is not after their start run past midnight.

use super::Builtin;
use super::calendar::is_workday;
use super::time::DAY_MILLISECONDS as DAY;
use crate::types::{Type, Value};

pub(super) static ALL: &[&Builtin] = &[&OPENING];

/// How many days a contact is held at most.
const HORIZON: i64 = 366;

static OPENING: Builtin = Builtin {
    name: "opening",
    signature: "opening(text, time) -> time",
    documentation: "The first instant from a time on that every rule of a plan allows; missing when none does within a year.",
    example: "opening(\"h32400000-72000000\", 2026-11-20 21:00) = 2026-11-21 09:00",
    result: |types| matches!(types, [text, Type::Time] if text.is_text()).then_some(Type::Time),
    partial: true,
    internal: true,
    row: |values| {
        values
            .first()
            .and_then(Value::as_text)
            .zip(values.get(1).and_then(Value::as_int))
            .and_then(|(plan, time)| opening(plan, time))
            .map_or(Value::Missing, Value::Int)
    },
    #[cfg(feature = "engine")]
    frame: None,
};

enum Rule {
    Hours { from: i64, to: i64, workdays: bool },
    Quiet { first: i64, last: i64 },
}

impl Rule {
    fn read(text: &str) -> Option<Rule> {
        let (from, to) = text.get(1..)?.split_once('-')?;
        let (from, to) = (from.parse().ok()?, to.parse().ok()?);
        match text.get(..1)? {
            "h" => Some(Rule::Hours { from, to, workdays: false }),
            "w" => Some(Rule::Hours { from, to, workdays: true }),
            "q" => Some(Rule::Quiet { first: from, last: to }),
            _ => None,
        }
    }

    /// The first instant from `time` on that this rule may allow: it allows `time` itself when that comes back.
    fn next(&self, time: i64) -> Option<i64> {
        let (day, clock) = (time.div_euclid(DAY), time.rem_euclid(DAY));
        match self {
            Rule::Quiet { first, last } if (first..=last).contains(&&day) => last.checked_add(1)?.checked_mul(DAY),
            Rule::Quiet { .. } => Some(time),
            Rule::Hours { workdays: true, .. } if !is_workday(day)? => Some((day + 1) * DAY),
            Rule::Hours { from, to, .. } if from < to && clock >= *to => Some((day + 1) * DAY),
            Rule::Hours { from, to, .. } if clock < *from && (from < to || clock >= *to) => Some(day * DAY + from),
            Rule::Hours { .. } => Some(time),
        }
    }
}

fn opening(plan: &str, time: i64) -> Option<i64> {
    let rules: Vec<Rule> = plan.split(' ').map(Rule::read).collect::<Option<_>>()?;
    let last = time.checked_add(HORIZON * DAY)?;
    let mut at = time;
    while at <= last {
        let mut next = at;
        for rule in &rules {
            next = next.max(rule.next(next)?);
        }
        if next == at {
            return Some(at);
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Value::{Int, Missing, Text};

    const HOUR: i64 = 3_600_000;

    /// Hours from the start of 2025-09-30, a Tuesday before eight days of holiday.
    fn open(plan: &str, hours: i64) -> Option<i64> {
        let start = 20_361 * DAY;
        match (OPENING.row)(&[Text(String::from(plan)), Int(start + hours * HOUR)]) {
            Int(time) => Some((time - start) / HOUR),
            Missing => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_start_belongs_to_the_hours_and_the_end_does_not() {
        let day = "h32400000-72000000";
        assert_eq!([0, 9, 12, 19, 20, 23].map(|hour| open(day, hour)), [9, 9, 12, 19, 33, 33].map(Some));
        let night = "h79200000-21600000";
        assert_eq!([0, 5, 6, 21, 22, 23].map(|hour| open(night, hour)), [0, 5, 22, 22, 22, 23].map(Some));
        assert_eq!(open("h32400000-86400000", 23), Some(23));
    }

    #[test]
    fn every_rule_must_allow_it() {
        assert_eq!(open("w32400000-72000000", 19), Some(19));
        assert_eq!(open("w32400000-72000000", 20), Some(9 * 24 + 9), "the holiday ends on 8 October");
        assert_eq!(open("h32400000-72000000 q20361-20362", 0), Some(2 * 24 + 9));
        assert_eq!(open("h32400000-43200000 h36000000-72000000", 11), Some(11));
        assert_eq!(open("h32400000-43200000 h36000000-72000000", 12), Some(34));
        assert_eq!(open("h32400000-36000000 h36000000-72000000", 0), None, "hours that never meet");
        assert_eq!(open("q20361-29999", 0), None);
        assert_eq!(open("w32400000-72000000", 24 * 800), None, "nobody has decreed that year");
    }
}
