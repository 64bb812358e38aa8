//! Chance of being the best arm, as bars on a scale from nothing to certainty.

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, LINE, STYLES, stacked};
use super::{Picture, narrow, picture};

#[derive(Debug, Clone)]
pub struct Chance {
    pub label: String,
    pub arm: usize,
    /// A fraction.
    pub chance: Option<f64>,
    /// As written, with the expected loss.
    pub text: String,
}

/// The plot.
#[must_use]
pub fn best(title: &str, description: &str, chances: &[Chance]) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let two = small && stacked(width, chances.iter().map(|chance| (chance.label.as_str(), chance.text.as_str())));
        let row = if two {
            44.0 + LINE
        } else if small {
            44.0
        } else {
            30.0
        };
        let (left, right) = if small { (0.0, width) } else { (width * 0.25, width * 0.66) };
        let scale = Scale::new(0.0, 1.0, left, right);
        let bottom = 4.0 + row * chances.len() as f64;
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let x = scale.place(tick);
            canvas.line("g", (x, 4.0), (x, bottom));
            let anchor = if tick == 0.0 {
                Anchor::Start
            } else if tick == 1.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            canvas.text("t", (x, bottom + 15.0), anchor, &format!("{:.0}%", tick * 100.0), 60.0);
        }
        let mut y = 4.0;
        for chance in chances {
            let bar = if small {
                canvas.name_and_words(y + 14.0, &chance.label, &chance.text, two);
                (y + row - 24.0, 16.0)
            } else {
                canvas.text("", (0.0, y + 19.0), Anchor::Start, &chance.label, left - 14.0);
                canvas.text("v", (width, y + 19.0), Anchor::End, &chance.text, width * 0.33);
                (y + 6.0, 18.0)
            };
            canvas.rect("e", (left, bar.0), (right - left, bar.1), "");
            if let Some(share) = chance.chance {
                let tip = format!("{}: {}", chance.label, chance.text);
                canvas.rect(&format!("h{}", chance.arm % STYLES), (left, bar.0), (scale.place(share) - left, bar.1), &tip);
            }
            y += row;
        }
        canvas.finish(class, bottom + 20.0, title, description)
    })
}
