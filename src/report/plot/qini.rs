//! Qini curve: additional responses when customers are taken from the highest score down, against taking them at random, with the
//! difference of each part as a bar below.

use super::super::voice::Voice;
use super::axis::{Scale, beside};
use super::canvas::{Anchor, Canvas, at};
use super::{Picture, narrow, picture};
use crate::evaluate::evaluation::Unit;

/// One part of the customers, from the highest scores.
#[derive(Debug, Clone)]
pub struct Decile {
    pub label: String,
    pub difference: Option<f64>,
    /// As written.
    pub text: String,
}

/// The plot; the curve runs from (0, 0) over shares of customers.
#[must_use]
pub fn qini(title: &str, description: &str, curve: &[(f64, f64)], parts: &[Decile], voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let (left, right) = (if small { 48.0 } else { 60.0 }, width - 8.0);
        let (top, bottom) = (22.0, if small { 190.0 } else { 240.0 });
        let vertical = Scale::around(curve.iter().map(|point| point.1).chain([0.0]), bottom, top);
        let horizontal = Scale::new(0.0, 1.0, left, right);
        beside(&mut canvas, &vertical, left, right, 5, |tick, step| voice.tick(Unit::Number, tick, step));
        shares(&mut canvas, &horizontal, bottom, voice);
        let end = curve.last().map_or(0.0, |point| point.1);
        canvas.line("q", (horizontal.place(0.0), vertical.place(0.0)), (horizontal.place(1.0), vertical.place(end)));
        let path = curve.iter().enumerate().map(|(index, (share, gained))| {
            format!("{}{} {}", if index == 0 { 'M' } else { 'L' }, at(horizontal.place(*share)), at(vertical.place(*gained)))
        });
        canvas.path("s1 l", &path.collect::<String>());
        for (share, gained) in curve.iter().skip(1) {
            let tip = format!("{:.0}%: {}", share * 100.0, super::super::voice::number(*gained));
            canvas.marker(0, (horizontal.place(*share), vertical.place(*gained)), &tip);
        }
        let key = voice.say("— by score   - - at random", "— 按评分   - - 随机");
        canvas.text("t", (left + 4.0, 12.0), Anchor::Start, key, right - left);
        let height = bars(&mut canvas, parts, (left, right), bottom + 46.0, voice);
        canvas.finish(class, height, title, description)
    })
}

fn shares(canvas: &mut Canvas, scale: &Scale, bottom: f64, voice: Voice) {
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let anchor = if tick == 1.0 { Anchor::End } else { Anchor::Middle };
        canvas.text("t", (scale.place(tick), bottom + 16.0), anchor, &format!("{:.0}%", tick * 100.0), 60.0);
    }
    let middle = scale.place(0.5);
    canvas.text(
        "t",
        (middle, bottom + 31.0),
        Anchor::Middle,
        voice.say("share of customers, highest scores first", "客户占比（评分从高到低）"),
        canvas.width,
    );
}

fn bars(canvas: &mut Canvas, parts: &[Decile], (left, right): (f64, f64), top: f64, voice: Voice) -> f64 {
    if parts.is_empty() {
        return top;
    }
    let bottom = top + 90.0;
    let scale = Scale::around(parts.iter().filter_map(|part| part.difference).chain([0.0]), bottom, top + 14.0);
    canvas.text("t", (0.0, top + 4.0), Anchor::Start, voice.say("difference in each part (pp)", "各分段的差异（pp）"), canvas.width);
    beside(canvas, &scale, left, right, 3, |tick, step| voice.tick(Unit::Share, tick, step));
    let slot = (right - left) / parts.len() as f64;
    for (index, part) in parts.iter().enumerate() {
        let x = left + slot * index as f64;
        if let Some(difference) = part.difference {
            let (zero, end) = (scale.place(0.0), scale.place(difference));
            let class = if difference < 0.0 { "h2" } else { "h1" };
            let tip = format!("{}: {}", part.label, part.text);
            canvas.rect(class, (x + slot * 0.15, zero.min(end)), (slot * 0.7, (zero - end).abs()), &tip);
        }
        canvas.text("t", (x + slot / 2.0, bottom + 16.0), Anchor::Middle, &part.label, slot + 6.0);
    }
    bottom + 22.0
}
