//! Kaplan–Meier curves: the share that is still there by time, with bands, and below how many are still watched.

use super::super::voice::Voice;
use super::axis::Scale;
use super::canvas::{Anchor, Canvas, STYLES, at, text_width};
use super::{Picture, cumulative, narrow, picture};

#[derive(Debug, Clone)]
pub struct Step {
    pub time: f64,
    pub at_risk: u64,
    pub kept: f64,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
}

#[derive(Debug, Clone)]
pub struct Curve {
    pub label: String,
    pub arm: usize,
    /// Times ascending.
    pub steps: Vec<Step>,
}

/// The plot; `axis` names the unit of time.
#[must_use]
pub fn survival(title: &str, description: &str, axis: &str, curves: &[Curve], voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let (left, right) = (if small { 44.0 } else { names(curves) + 40.0 }, width - 10.0);
        let (top, bottom) = (10.0, if small { 180.0 } else { 240.0 });
        let last = curves.iter().flat_map(|curve| &curve.steps).map(|step| step.time).fold(0.0, f64::max);
        let least = curves.iter().flat_map(|curve| &curve.steps).map(|step| step.lower.unwrap_or(step.kept)).fold(1.0, f64::min);
        let floor = ((least * 10.0).floor() / 10.0 - 0.1).max(0.0);
        let vertical = Scale::new(floor, 1.0, bottom, top);
        let horizontal = Scale::new(0.0, last, left, right - 6.0);
        super::axis::beside(&mut canvas, &vertical, left, right, 5, |tick, _| format!("{:.0}%", tick * 100.0));
        let ticks = if small { 4 } else { 8 };
        cumulative::plain_ticks(&mut canvas, &horizontal, bottom, bottom + 4.0, ticks, voice);
        canvas.text("t", (f64::midpoint(left, right), bottom + 31.0), Anchor::Middle, axis, right - left);
        for curve in curves {
            band(&mut canvas, curve, &horizontal, &vertical);
        }
        for curve in curves {
            stair(&mut canvas, curve, &horizontal, &vertical);
        }
        let height = watched(&mut canvas, curves, &horizontal, bottom + 56.0, ticks, voice);
        canvas.finish(class, height, title, description)
    })
}

fn stair(canvas: &mut Canvas, curve: &Curve, horizontal: &Scale, vertical: &Scale) {
    let mut path = format!("M{} {}", at(horizontal.place(0.0)), at(vertical.place(1.0)));
    for step in &curve.steps {
        path.push_str(&format!("H{}V{}", at(horizontal.place(step.time)), at(vertical.place(step.kept))));
    }
    let style = curve.arm % STYLES;
    canvas.path(&format!("s{style} l d{style}"), &path);
    if let Some(step) = curve.steps.last() {
        canvas.marker(curve.arm, (horizontal.place(step.time), vertical.place(step.kept)), &curve.label);
    }
}

fn band(canvas: &mut Canvas, curve: &Curve, horizontal: &Scale, vertical: &Scale) {
    let known: Vec<(f64, f64, f64)> = curve.steps.iter().filter_map(|step| Some((step.time, step.lower?, step.upper?))).collect();
    let Some(first) = known.first() else { return };
    let mut path = format!("M{} {}", at(horizontal.place(first.0)), at(vertical.place(first.2)));
    for (time, _, upper) in known.iter().skip(1) {
        path.push_str(&format!("H{}V{}", at(horizontal.place(*time)), at(vertical.place(*upper))));
    }
    let mut before: Option<f64> = None;
    for (time, lower, _) in known.iter().rev() {
        let x = at(horizontal.place(before.unwrap_or(*time)));
        path.push_str(&format!("L{x} {}H{}", at(vertical.place(*lower)), at(horizontal.place(*time))));
        before = Some(*time);
    }
    canvas.path(&format!("f{} o", curve.arm % STYLES), &format!("{path}z"));
}

/// Room for the names to the left of the row below the plot.
fn names(curves: &[Curve]) -> f64 {
    curves.iter().map(|curve| text_width(&curve.label)).fold(60.0, f64::max).min(180.0)
}

/// The row below the plot: how many are still watched at each tick.
fn watched(canvas: &mut Canvas, curves: &[Curve], horizontal: &Scale, top: f64, wanted: usize, voice: Voice) -> f64 {
    canvas.text("t", (0.0, top), Anchor::Start, voice.say("still watched", "仍在观察的客户数"), canvas.width);
    let small = narrow(canvas.width);
    let mut y = top + 18.0;
    for curve in curves {
        canvas.marker(curve.arm, (6.0, y - 4.0), &curve.label);
        if small {
            canvas.text("", (18.0, y), Anchor::Start, &curve.label, canvas.width - 20.0);
            y += 16.0;
        } else {
            canvas.text("", (18.0, y), Anchor::Start, &curve.label, names(curves));
        }
        let (ticks, _) = horizontal.ticks(wanted);
        let many = ticks.len();
        for (index, tick) in ticks.into_iter().enumerate() {
            let Some(step) = curve.steps.iter().find(|step| step.time >= tick) else { continue };
            let anchor = if index + 1 == many { Anchor::End } else { Anchor::Middle };
            let x = if index + 1 == many { (horizontal.place(tick) + 14.0).min(canvas.width) } else { horizontal.place(tick) };
            canvas.text("t", (x, y), anchor, &voice.count(step.at_risk), 70.0);
        }
        y += 18.0;
    }
    y
}
