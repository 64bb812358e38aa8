//! Shares of the arms as registered, as found and as proposed: one bar each, cut into arms in one order.

use super::canvas::{Anchor, Canvas, STYLES, text_width};
use super::cumulative::names;
use super::{Picture, narrow, picture};

#[derive(Debug, Clone)]
pub struct Share {
    /// `registered`, `found`, `next wave`.
    pub label: String,
    /// Fraction and its text per arm, in the order of the arms.
    pub parts: Vec<(f64, String)>,
}

/// The plot; `arms` are the names, aligned with the parts.
#[must_use]
pub fn allocation(title: &str, description: &str, arms: &[(usize, String)], bars: &[Share]) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let left = if small { 0.0 } else { width * 0.18 };
        let mut y = 0.0;
        for bar in bars {
            if small {
                canvas.text("", (0.0, y + 14.0), Anchor::Start, &bar.label, width);
                y += 20.0;
            } else {
                canvas.text("", (0.0, y + 20.0), Anchor::Start, &bar.label, left - 10.0);
            }
            let whole: f64 = bar.parts.iter().map(|part| part.0).sum::<f64>().max(f64::MIN_POSITIVE);
            let mut x = left;
            for ((share, text), (arm, name)) in bar.parts.iter().zip(arms) {
                let size = (width - left) * share / whole;
                canvas.rect(&format!("h{} gap", arm % STYLES), (x, y), (size, 30.0), &format!("{name}: {text}"));
                if text_width(text) + 16.0 < size {
                    let half = text_width(text) / 2.0 + 5.0;
                    let middle = x + size / 2.0;
                    canvas.rect("paper", (middle - half, y + 6.0), (half * 2.0, 18.0), "");
                    canvas.text("", (middle, y + 19.0), Anchor::Middle, text, size);
                }
                x += size;
            }
            y += 42.0;
        }
        let height = names(&mut canvas, arms, y + 8.0);
        canvas.finish(class, height, title, description)
    })
}
