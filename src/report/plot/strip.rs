//! Heat strip: one row per value of a cut, one cell per arm; the difference stands in the cell in words, its colour and its sign say
//! which way it goes.

use super::canvas::{Anchor, Canvas, text_width};
use super::{Picture, narrow, picture};

#[derive(Debug, Clone)]
pub struct StripCell {
    /// From −1 (worst seen) over 0 to 1 (best seen); `None`: nothing to colour.
    pub heat: Option<f64>,
    pub text: String,
    pub tip: String,
}

#[derive(Debug, Clone)]
pub struct StripRow {
    pub label: String,
    /// A heading of its own above the row: the cut's name.
    pub heading: Option<String>,
    pub cells: Vec<StripCell>,
}

/// The plot; cells are aligned with `columns`.
#[must_use]
pub fn strip(title: &str, description: &str, columns: &[String], rows: &[StripRow]) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let left = width * if narrow(width) { 0.34 } else { 0.25 };
        let slot = (width - left) / columns.len().max(1) as f64;
        let most = columns
            .iter()
            .enumerate()
            .map(|(index, column)| canvas.lines("b", (left + slot * (index as f64 + 0.5), 13.0), column, slot - 4.0, 4));
        let mut y = 5.0 + 15.0 * most.max().unwrap_or(1) as f64;
        for row in rows {
            if let Some(heading) = &row.heading {
                canvas.text("b", (0.0, y + 18.0), Anchor::Start, heading, width);
                y += 26.0;
            }
            canvas.text("", (0.0, y + 18.0), Anchor::Start, &row.label, left - 10.0);
            for (index, cell) in row.cells.iter().enumerate() {
                let x = left + slot * index as f64;
                canvas.rect(heat(cell.heat), (x + 1.0, y + 1.0), (slot - 2.0, 25.0), &cell.tip);
                let text =
                    if text_width(&cell.text) > slot - 6.0 { cell.text.split([' ', '（']).next().unwrap_or("") } else { &cell.text };
                canvas.text("np", (x + slot / 2.0, y + 18.0), Anchor::Middle, text, slot - 4.0);
            }
            y += 28.0;
        }
        canvas.finish(class, y + 2.0, title, description)
    })
}

/// Seven steps; the middle one for next to nothing.
fn heat(heat: Option<f64>) -> &'static str {
    match heat {
        None => "e",
        Some(heat) if heat < -0.66 => "n3",
        Some(heat) if heat < -0.33 => "n2",
        Some(heat) if heat < -0.05 => "n1",
        Some(heat) if heat <= 0.05 => "n0",
        Some(heat) if heat <= 0.33 => "p1",
        Some(heat) if heat <= 0.66 => "p2",
        Some(_) => "p3",
    }
}
