//! 6 Over time: the difference as customers came in, and how many came when.

use super::super::markup::{Markup, cleaned};
use super::super::plot::{Day, Line, LinePoint, cumulative, exposure};
use super::scene::{Scene, count, difference, thinned};
use super::table::{Cell, Table, figure};
use crate::evaluate::evaluation::Series;
use chrono::{Datelike, NaiveDate};

/// The section's content.
#[must_use]
pub fn content(scene: &Scene<'_>) -> Markup {
    let mut goals: Vec<&str> = Vec::new();
    for series in scene.trial.over_time.iter().filter(|series| !series.points.is_empty()) {
        if !goals.contains(&series.goal.as_str()) {
            goals.push(&series.goal);
        }
    }
    let most = if scene.detail.all_cuts { 6 } else { 1 };
    let mut out = Markup::default();
    for goal in goals.iter().take(most) {
        let series: Vec<&Series> =
            scene.trial.over_time.iter().filter(|series| series.goal == *goal && !series.points.is_empty()).collect();
        out = out.then(&goal_over_time(scene, goal, &series));
    }
    if goals.len() > most {
        out = out.then(&left_out(scene, goals.len() - most));
    }
    out.then(&entries(scene))
}

fn left_out(scene: &Scene<'_>, many: usize) -> Markup {
    let words = match scene.voice.chinese() {
        false => format!("{many} more goals over time are in report.json."),
        true => format!("另有 {many} 个目标的时间曲线见 report.json。"),
    };
    Markup::text(&words).inside("p", "nt")
}

/// Days since 1970 of `2025-07-01`, with or without a time behind it.
fn day_number(day: &str) -> Option<f64> {
    let date = NaiveDate::parse_from_str(day.get(..10)?, "%Y-%m-%d").ok()?;
    Some(f64::from(date.num_days_from_ce() - 719_163))
}

/// `07-01`
#[allow(clippy::cast_possible_truncation)]
fn month_day(day: f64) -> String {
    NaiveDate::from_num_days_from_ce_opt(day as i32 + 719_163).map(|date| date.format("%m-%d").to_string()).unwrap_or_default()
}

fn goal_over_time(scene: &Scene<'_>, goal: &str, series: &[&Series]) -> Markup {
    let Some(unit) = series.first().map(|series| series.unit) else { return Markup::default() };
    let name = cleaned(&scene.goal(goal), 60);
    let title = match scene.voice.chinese() {
        false => format!("{name}: difference of everybody who entered until the day"),
        true => format!("{name}：截至当日全部进入客户的累计差异"),
    };
    let heads = [
        scene.say("Arm", "组"),
        scene.say("Day", "日期"),
        scene.say("Customers", "客户数"),
        scene.say("In control", "对照客户数"),
        scene.say("Difference", "差异"),
    ];
    let mut data = Table::new(&title, &heads);
    let mut lines = Vec::new();
    let mut said = Vec::new();
    for one in series {
        let points = thinned(&one.points, scene.detail.points).into_iter().filter_map(|point| {
            Some(LinePoint {
                day: day_number(&point.day)?,
                value: point.difference.value.known(),
                lower: point.difference.lower.known(),
                upper: point.difference.upper.known(),
            })
        });
        lines.push(Line { label: cleaned(&scene.arm(&one.arm), 60), arm: scene.style(&one.arm), points: points.collect() });
        for point in thinned(&one.points, (scene.detail.rows / series.len().max(1)).clamp(4, 24)) {
            data.row(vec![
                Cell::words(scene.arm_markup(&one.arm)),
                Cell::text(&point.day),
                count(scene.voice, point.n),
                count(scene.voice, point.n_against),
                difference(scene.voice, unit, &point.difference),
            ]);
        }
        if let Some(last) = one.points.last() {
            said.push(format!("{}: {} ({})", scene.arm(&one.arm), scene.voice.estimate(unit, &last.difference).line(), last.day));
        }
    }
    let target = scene.trial.goals.iter().find(|row| row.name == goal).and_then(|row| {
        let words = if row.role == "guard" { scene.say("margin", "护栏界限") } else { scene.say("target", "目标") };
        row.threshold.map(|line| (line, format!("{words} {}", scene.voice.difference(unit, line))))
    });
    let note = if data.rows.len() < series.iter().map(|series| series.points.len()).sum::<usize>() {
        scene.say("The table holds a selection of the days; every day is in report.json.", "数据表为抽取的日期；全部日期见 report.json。")
    } else {
        ""
    };
    figure(&cumulative(&title, &said.join("; "), unit, &lines, target, month_day, scene.voice), note, &data, scene.detail, scene.voice)
}

/// Bars on a page; more days than that are put together.
const BARS: usize = 46;

fn entries(scene: &Scene<'_>) -> Markup {
    let all = &scene.trial.exposure;
    if all.is_empty() {
        return Markup::default();
    }
    let together = all.len().div_ceil(BARS).max(1);
    let short = |day: &str| day.get(5..10).unwrap_or(day).to_owned();
    let days: Vec<Day> = all
        .chunks(together)
        .map(|chunk| {
            let first = chunk.first().map(|day| short(&day.day)).unwrap_or_default();
            let mut counts = vec![0_u64; scene.trial.arms.len()];
            for day in chunk {
                for (sum, count) in counts.iter_mut().zip(&day.counts) {
                    *sum = sum.saturating_add(*count);
                }
            }
            Day { label: first, counts }
        })
        .collect();
    let title = match (together, scene.voice.chinese()) {
        (1, false) => "Customers entered per day".to_owned(),
        (1, true) => "每日进入客户数".to_owned(),
        (many, false) => format!("Customers entered per {many} days"),
        (many, true) => format!("每 {many} 天进入客户数"),
    };
    let arms = scene.arms();
    let heads: Vec<&str> = [scene.say("From", "起始日")].into_iter().chain(arms.iter().map(|arm| arm.1.as_str())).collect();
    let mut data = Table::new(&title, &heads);
    for day in &days {
        data.row([Cell::text(&day.label)].into_iter().chain(day.counts.iter().map(|many| count(scene.voice, *many))).collect());
    }
    let totals = arms.iter().zip(&scene.trial.arms).map(|(arm, row)| format!("{}: {}", arm.1, scene.voice.count(row.assigned)));
    let description = totals.collect::<Vec<_>>().join("; ");
    figure(&exposure(&title, &description, &arms, &days, scene.voice), "", &data, scene.detail, scene.voice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_numbers() {
        assert_eq!(day_number("1970-01-02"), Some(1.0));
        assert_eq!(day_number("2025-07-01 00:00"), Some(20_270.0));
        assert_eq!(day_number("x"), None);
        assert_eq!(month_day(20_270.0), "07-01");
    }
}
