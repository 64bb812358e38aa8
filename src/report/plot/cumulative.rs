//! The difference over time: everybody who entered until that day, with the interval as a band.

use super::super::voice::Voice;
use super::axis::{Scale, below, beside};
use super::canvas::{Anchor, Canvas, HEAVY, STYLES, at, text_width};
use super::{Picture, narrow, picture};
use crate::evaluate::evaluation::Unit;

#[derive(Debug, Clone)]
pub struct LinePoint {
    /// Days since 1970.
    pub day: f64,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

/// One arm over time.
#[derive(Debug, Clone)]
pub struct Line {
    pub label: String,
    pub arm: usize,
    pub points: Vec<LinePoint>,
}

/// The plot. `target` is the registered line, where there is one.
#[must_use]
pub fn cumulative(
    title: &str,
    description: &str,
    unit: Unit,
    lines: &[Line],
    target: Option<(f64, String)>,
    day: impl Fn(f64) -> String,
    voice: Voice,
) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let (left, right) = (if small { 44.0 } else { 60.0 }, width - if small { 8.0 } else { room(lines) + 14.0 });
        let (top, bottom) = (22.0, if small { 200.0 } else { 270.0 });
        let vertical = Scale::around(reach(lines).into_iter().chain([0.0]).chain(target.iter().map(|line| line.0)), bottom, top);
        let days = lines.iter().flat_map(|line| &line.points).map(|point| point.day);
        let (first, last) = days.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), day| (low.min(day), high.max(day)));
        let horizontal = Scale::new(first, last, left + 4.0, right);
        canvas.text("t", (0.0, 12.0), Anchor::Start, voice.axis_unit(unit), width / 2.0);
        beside(&mut canvas, &vertical, left, right, 5, |tick, step| voice.tick(unit, tick, step));
        day_ticks(&mut canvas, &horizontal, bottom, if small { 3 } else { 6 }, &day);
        for line in lines {
            draw(&mut canvas, line, &horizontal, &vertical);
        }
        if let Some((place, words)) = &target {
            let y = vertical.place(*place);
            canvas.line("q", (left, y), (right, y));
            canvas.text("qt", (left + 6.0, y - 5.0), Anchor::Start, words, right - left);
        }
        let height = if small { key(&mut canvas, lines, bottom + 34.0) } else { ends(&mut canvas, lines, &vertical, right, bottom + 24.0) };
        canvas.finish(class, height, title, description)
    })
}

/// For the names at the ends of the lines.
fn room(lines: &[Line]) -> f64 {
    lines.iter().map(|line| text_width(&line.label) * HEAVY + 2.0).fold(60.0, f64::max).min(210.0)
}

/// The first days have intervals so wide that nothing else could be seen: the scale holds every value, and the intervals of the later
/// two thirds of the days. Wider bands leave the picture.
fn reach(lines: &[Line]) -> Vec<f64> {
    let later = lines.iter().flat_map(|line| line.points.iter().skip(line.points.len() / 3));
    let values = lines.iter().flat_map(|line| line.points.iter().skip(line.points.len() / 8)).filter_map(|point| point.value);
    later.flat_map(|point| [point.lower, point.upper]).flatten().chain(values).collect()
}

fn day_ticks(canvas: &mut Canvas, scale: &Scale, bottom: f64, wanted: usize, day: &impl Fn(f64) -> String) {
    let (ticks, step) = scale.ticks(wanted);
    let step = step.max(1.0);
    let mut last = f64::NEG_INFINITY;
    for tick in ticks.into_iter().map(f64::round) {
        if tick - last < step * 0.99 || tick < scale.low || tick > scale.high {
            continue;
        }
        last = tick;
        let x = scale.place(tick);
        canvas.line("g", (x, bottom), (x, bottom + 4.0));
        let text = day(tick);
        let half = text_width(&text) / 2.0;
        canvas.text("t", (x.min(canvas.width - half).max(half), bottom + 17.0), Anchor::Middle, &text, 90.0);
    }
}

fn draw(canvas: &mut Canvas, line: &Line, horizontal: &Scale, vertical: &Scale) {
    let style = line.arm % STYLES;
    let mut upper = String::new();
    let mut lower = Vec::new();
    let mut middle = String::new();
    for point in &line.points {
        let x = at(horizontal.place(point.day));
        if let (Some(low), Some(high)) = (point.lower, point.upper) {
            upper.push_str(&format!("{}{x} {}", if upper.is_empty() { 'M' } else { 'L' }, at(vertical.place(high))));
            lower.push(format!("L{x} {}", at(vertical.place(low))));
        }
        if let Some(value) = point.value {
            middle.push_str(&format!("{}{x} {}", if middle.is_empty() { 'M' } else { 'L' }, at(vertical.place(value))));
        }
    }
    if !upper.is_empty() {
        lower.reverse();
        canvas.path(&format!("f{style} o"), &format!("{upper}{}z", lower.concat()));
    }
    canvas.path(&format!("s{style} l d{style}"), &middle);
    if let Some((day, value)) = line.points.iter().rev().find_map(|point| point.value.map(|value| (point.day, value))) {
        canvas.marker(line.arm, (horizontal.place(day), vertical.place(value)), &line.label);
    }
}

/// Names at the ends of their lines, moved apart where they would overlap.
fn ends(canvas: &mut Canvas, lines: &[Line], vertical: &Scale, right: f64, height: f64) -> f64 {
    let mut places: Vec<(f64, &Line)> = lines
        .iter()
        .filter_map(|line| line.points.iter().rev().find_map(|point| point.value).map(|value| (vertical.place(value), line)))
        .collect();
    places.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut least = f64::NEG_INFINITY;
    for (y, line) in places {
        let y = y.max(least);
        least = y + 16.0;
        canvas.text(&format!("c{} b", line.arm % STYLES), (right + 12.0, y + 4.0), Anchor::Start, &line.label, canvas.width - right - 12.0);
    }
    height.max(least)
}

/// Names with their markers, below the picture.
pub(super) fn key(canvas: &mut Canvas, lines: &[Line], top: f64) -> f64 {
    names(canvas, &lines.iter().map(|line| (line.arm, line.label.clone())).collect::<Vec<_>>(), top)
}

/// One name after another, broken into lines.
pub(super) fn names(canvas: &mut Canvas, arms: &[(usize, String)], top: f64) -> f64 {
    let (mut x, mut y) = (6.0, top);
    for (arm, label) in arms {
        let width = super::canvas::text_width(&super::canvas::fitted(label, 200.0)) + 34.0;
        if x > 6.0 && x + width > canvas.width {
            (x, y) = (6.0, y + 19.0);
        }
        canvas.marker(*arm, (x + 2.0, y), label);
        canvas.text("", (x + 14.0, y + 4.0), Anchor::Start, label, (canvas.width - x - 14.0).min(200.0));
        x += width;
    }
    y + 12.0
}

/// Ticks of a scale of plain numbers.
pub(super) fn plain_ticks(canvas: &mut Canvas, scale: &Scale, top: f64, bottom: f64, wanted: usize, voice: Voice) {
    below(canvas, scale, top, bottom, wanted, |tick, step| voice.tick(Unit::Number, tick, step));
}
