//! Moments that call a loan: days before its maturity, or the days after it. Who was called, and what was seen too late.

use super::audit::{Audit, cell, rows};
use super::bank::{DAY, instant};
use super::rules::{Strategy, Trigger};
use super::world::Day;
use std::collections::{BTreeMap, BTreeSet};

/// Units that a trigger saw too late, day by day.
pub type Late = Vec<BTreeSet<String>>;

fn maturity(day: &Day, loan: &str) -> Option<i64> {
    instant(cell(rows(&day.data, "loans").iter().find(|row| cell(row, "loan_id") == loan)?, "maturity"))
}

impl Trigger {
    pub fn may_be_missed(&self) -> bool {
        matches!(self, Trigger::Before(_) | Trigger::After(_) | Trigger::EveryWeekIn(_))
    }
}

/// The moment at which a trigger calls.
fn moment(trigger: &Trigger, maturity: i64) -> Option<i64> {
    match trigger {
        Trigger::Before(days) => Some(maturity - days * DAY),
        Trigger::After(_) => Some(maturity),
        Trigger::While(_) | Trigger::Entering(_) | Trigger::Move(_) | Trigger::EveryWeek | Trigger::EveryWeekIn(_) => None,
    }
}

/// Whether a moment calls on a day, or before an instant after it that the day looks ahead to; and whether it is too late.
fn called(trigger: &Trigger, maturity: i64, day: &Day, until: i64) -> Option<(bool, bool)> {
    let moment = moment(trigger, maturity)?;
    let (recent, past) = (day.previous <= moment, moment < day.as_of);
    Some(match trigger {
        Trigger::After(days) => {
            let end = moment + days * DAY;
            (past && day.as_of < end, end <= day.as_of)
        }
        _ => {
            // The day of the maturity itself belongs to the time before it.
            let over = day.as_of > maturity + DAY;
            (recent && past && !over || day.as_of <= moment && moment < until, past && (!recent || over))
        }
    })
}

/// The trigger calls a loan, which did not enter at or after the moment.
pub fn calls(trigger: &Trigger, day: &Day, loan: &str, last: Option<i64>, until: i64) -> bool {
    let Some(maturity) = maturity(day, loan) else { return false };
    let fresh = moment(trigger, maturity).is_some_and(|moment| last.is_none_or(|last| last < moment));
    fresh && called(trigger, maturity, day, until).is_some_and(|(calls, _)| calls)
}

impl Audit<'_> {
    /// What lies before the first moment that ever called is older than the strategy; what a run called or missed is not missed again.
    pub fn late(&self, strategy: &Strategy, trigger: &Trigger) -> Late {
        let mut first: Option<i64> = None;
        let mut latest: BTreeMap<&str, i64> = BTreeMap::new();
        let mut out = Late::new();
        for day in &self.history.days {
            let (mut missed, mut seen) = (BTreeSet::new(), Vec::new());
            for loan in rows(&day.data, "loans").iter().map(|row| cell(row, "loan_id")) {
                let Some(maturity) = maturity(day, loan) else { continue };
                let Some((calls, late)) = called(trigger, maturity, day, day.horizon) else { continue };
                let moment = moment(trigger, maturity).unwrap();
                if latest.get(loan).is_some_and(|known| *known >= moment) {
                    continue;
                }
                let ours = day.previous <= moment || first.is_some_and(|first| first <= moment);
                let entered = self.entry_before(strategy, loan, day).is_some_and(|last| last >= moment);
                let misses = late && ours && !entered;
                if misses {
                    missed.insert(loan.to_owned());
                }
                if calls || misses {
                    seen.push((loan, moment));
                }
            }
            for (loan, moment) in seen {
                first = Some(first.map_or(moment, |first| first.min(moment)));
                latest.insert(loan, moment);
            }
            out.push(missed);
        }
        out
    }

    /// The first days of a week passed without a run.
    pub fn week_missed(days: i64, day: &Day, last: Option<i64>) -> bool {
        let monday = monday(day);
        day.as_of > monday + days * DAY && day.previous <= monday && last.is_none_or(|last| last < monday)
    }
}

/// The beginning of the week that a day closes in.
pub fn monday(day: &Day) -> i64 {
    let closing = (day.as_of - 1).div_euclid(DAY);
    (closing - (closing + 3).rem_euclid(7)) * DAY
}
