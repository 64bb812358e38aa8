//! How many customers entered on each day, by arm.

use super::super::voice::Voice;
use super::axis::{Scale, beside};
use super::canvas::{Anchor, Canvas, STYLES};
use super::cumulative::names;
use super::{Picture, narrow, picture};
use crate::evaluate::evaluation::Unit;

/// One bar: a day, or several days together.
#[derive(Debug, Clone)]
pub struct Day {
    pub label: String,
    pub counts: Vec<u64>,
}

/// The plot; counts are aligned with `arms`.
#[must_use]
pub fn exposure(title: &str, description: &str, arms: &[(usize, String)], days: &[Day], voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let (left, right) = (if small { 48.0 } else { 60.0 }, width);
        let (top, bottom) = (10.0, if small { 130.0 } else { 170.0 });
        let most = days.iter().map(|day| day.counts.iter().sum::<u64>()).max().unwrap_or(0).max(1);
        let scale = Scale::new(0.0, most as f64 * 1.05, bottom, top);
        beside(&mut canvas, &scale, left, right, 4, |tick, step| voice.tick(Unit::Number, tick, step));
        let slot = (right - left) / days.len().max(1) as f64;
        let bar = (slot * 0.8).min(48.0);
        for (index, day) in days.iter().enumerate() {
            let x = left + slot * index as f64;
            let words = day.counts.iter().zip(arms).map(|(count, (_, name))| format!("{name} {}", voice.count(*count))).collect::<Vec<_>>();
            canvas.group(&format!("{}: {}", day.label, words.join(", ")), |canvas| {
                let mut y = bottom;
                for (count, (arm, _)) in day.counts.iter().zip(arms) {
                    let size = (*count as f64) / (scale.high - scale.low) * (bottom - top);
                    canvas.rect(&format!("h{}", arm % STYLES), (x + (slot - bar) / 2.0, y - size), (bar, size), "");
                    y -= size;
                }
            });
        }
        let every = days.len().div_ceil(if small { 3 } else { 8 }).max(1);
        for (index, day) in days.iter().enumerate().step_by(every) {
            let x = left + slot * (index as f64) + slot * 0.5;
            let anchor = if x > width - 40.0 { Anchor::End } else { Anchor::Middle };
            canvas.text("t", (x, bottom + 16.0), anchor, &day.label, slot * every as f64 + 20.0);
        }
        let height = names(&mut canvas, arms, bottom + 36.0);
        canvas.finish(class, height, title, description)
    })
}
