//! What a percentage in a target may mean, worked out with its figures.

use crate::syntax::ast::{Decimal, Expression, ExpressionKind, Literal};

/// How far a target wants to move its metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// `+35% rel`, as written: 35.
    Relative(f64),
    /// `+3pp`
    Points,
    /// `×3`
    Times,
    /// `+12%`: of what?
    Bare(f64),
    /// An amount in the metric's own unit: money, a number, a length of time.
    Own,
}

/// Reads the literal of a target.
pub(super) fn step_of(by: &Expression) -> Step {
    match by.kind.as_ref() {
        ExpressionKind::Literal(Literal::RelativePercent(decimal)) => Step::Relative(as_written(*decimal)),
        ExpressionKind::Literal(Literal::Percent(decimal)) => Step::Bare(as_written(*decimal)),
        ExpressionKind::Literal(Literal::PercentagePoints(_)) => Step::Points,
        ExpressionKind::Literal(Literal::Times(_)) => Step::Times,
        ExpressionKind::Negate(inner) => match step_of(inner) {
            Step::Relative(percent) => Step::Relative(-percent),
            Step::Bare(percent) => Step::Bare(-percent),
            other @ (Step::Points | Step::Times | Step::Own) => other,
        },
        _ => Step::Own,
    }
}

fn as_written(decimal: Decimal) -> f64 {
    crate::check::expression::decimal_float(decimal, 0)
}

/// `12`, `12.5`: as short as it can be written.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn signed(value: f64) -> String {
    if value < 0.0 { short(value) } else { format!("+{}", short(value)) }
}

/// Both readings of a bare percentage, in English and Chinese.
pub(super) fn readings(percent: f64) -> (String, String) {
    if percent >= 100.0 {
        let (rel, of) = multiples(percent);
        let english = format!("write `×{rel}` (a baseline of 100 becomes {}) or `×{of}` (it becomes {})", hundred(&rel), hundred(&of));
        let chinese = format!("请写 `×{rel}`（基准 100 变为 {}）或 `×{of}`（变为 {}）", hundred(&rel), hundred(&of));
        return (english, chinese);
    }
    let base = if percent > 40.0 {
        20.0
    } else if percent < -50.0 {
        90.0
    } else {
        50.0
    };
    let (relative, points) = (base * (1.0 + percent / 100.0), base + percent);
    let sign = signed(percent);
    let (base, relative, points) = (short(base), short(relative), short(points));
    let english = format!("write `{sign}% rel` (from {base}% to {relative}%) or `{sign}pp` (from {base}% to {points}%)");
    let chinese = format!("请写 `{sign}% rel`（相对：{base}% 变为 {relative}%）或 `{sign}pp`（百分点：{base}% 变为 {points}%）");
    (english, chinese)
}

/// `+200%` on top of what was there is three times as much; 200% of it is twice as much.
pub(super) fn multiples(percent: f64) -> (String, String) {
    (short(1.0 + percent / 100.0), short(percent / 100.0))
}

fn hundred(times: &str) -> String {
    short(times.parse::<f64>().unwrap_or_default() * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_readings_are_worked_out() {
        assert_eq!(readings(12.0).0, "write `+12% rel` (from 50% to 56%) or `+12pp` (from 50% to 62%)");
        assert_eq!(readings(-60.0).0, "write `-60% rel` (from 90% to 36%) or `-60pp` (from 90% to 30%)");
        assert_eq!(readings(200.0).0, "write `×3` (a baseline of 100 becomes 300) or `×2` (it becomes 200)");
    }
}
