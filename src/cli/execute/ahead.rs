//! `strat run --ahead 24h`: what falls due after the instant of the run, within this time, is written too.

use super::super::problems::BAD_SETTING;
use super::super::session::{Failure, Session};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;

/// A year is as far as anybody can look ahead.
const MOST: i64 = 366 * 86_400_000;

/// The time of `--ahead` in milliseconds.
///
/// # Errors
/// A text that is no length of time, or one longer than a year.
pub(super) fn length(session: &Session, text: &str) -> Result<i64, Failure> {
    parsed(text).filter(|length| (1..=MOST).contains(length)).ok_or_else(|| {
        let advice = session.words("write a length of time: 24h, 90m, 2d, 24 hours", "请写时长：24h、90m、2d 或 24小时");
        let problem = Problem::new(&BAD_SETTING, NOWHERE).with("name", "--ahead").with("value", format!("`{text}`"));
        Failure::could_not_run(problem.with("advice", advice))
    })
}

fn parsed(text: &str) -> Option<i64> {
    let text = text.trim();
    let split = text.find(|sign: char| !sign.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(split)?;
    let unit: i64 = match unit.trim() {
        "m" | "min" | "minute" | "minutes" | "分钟" => 60_000,
        "h" | "hour" | "hours" | "小时" => 3_600_000,
        "d" | "day" | "days" | "天" => 86_400_000,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn lengths_are_written_short_and_long() {
        assert_eq!(parsed("24h"), Some(86_400_000));
        assert_eq!(parsed("1 day"), Some(86_400_000));
        assert_eq!(parsed("90 分钟"), Some(5_400_000));
        assert_eq!([parsed("24"), parsed("h"), parsed("1.5h"), parsed("-1h"), parsed("99999999999999999999h")], [None; 5]);
    }
}
