//! Funnel by arm: at each stage a bar per arm, as a share of those assigned to it.

use super::canvas::{Anchor, Canvas, STYLES};
use super::cumulative::names;
use super::{Picture, narrow, picture};

#[derive(Debug, Clone)]
pub struct Stage {
    pub label: String,
    /// Share of the assigned and its text per arm, in the order of the arms; `None`: not a number that may be shown.
    pub arms: Vec<(Option<f64>, String)>,
}

/// The plot.
#[must_use]
pub fn funnel(title: &str, description: &str, arms: &[(usize, String)], stages: &[Stage]) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let left = if small { 0.0 } else { width * 0.2 };
        let room = if small { 128.0 } else { 150.0 };
        let right = width - room;
        let mut y = 2.0;
        for stage in stages {
            if small {
                canvas.text("b", (0.0, y + 12.0), Anchor::Start, &stage.label, width);
                y += 20.0;
            } else {
                let middle = y + 18.0 * stage.arms.len() as f64 / 2.0 + 4.0;
                canvas.text("b", (0.0, middle), Anchor::Start, &stage.label, left - 12.0);
            }
            for ((share, text), (arm, name)) in stage.arms.iter().zip(arms) {
                canvas.rect("e", (left, y), (right - left, 15.0), "");
                if let Some(share) = share {
                    let tip = format!("{} · {name}: {text}", stage.label);
                    canvas.rect(&format!("h{}", arm % STYLES), (left, y), ((right - left) * share.clamp(0.0, 1.0), 15.0), &tip);
                }
                canvas.text("v", (width, y + 12.0), Anchor::End, text, room - 8.0);
                y += 18.0;
            }
            y += 10.0;
        }
        let height = names(&mut canvas, arms, y + 8.0);
        canvas.finish(class, height, title, description)
    })
}
