//! Flow between the labels of a ladder: how many went from each label to each, as bands between two columns.

use super::super::voice::Voice;
use super::canvas::{Anchor, Canvas, STYLES, at};
use super::{Picture, narrow, picture};

/// One band: from the label and to the label, by index, and how many.
#[derive(Debug, Clone, Copy)]
pub struct Flow {
    pub from: usize,
    pub to: usize,
    pub count: u64,
}

/// The plot. `ends` are the words above the two columns.
#[must_use]
pub fn flow(title: &str, description: &str, labels: &[String], flows: &[Flow], ends: (&str, &str), voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let side = width * if narrow(width) { 0.24 } else { 0.2 };
        let total = flows.iter().map(|flow| flow.count).sum::<u64>().max(1) as f64;
        let height = 46.0 * labels.len() as f64;
        let one = (height - 12.0 * labels.len() as f64).max(10.0) / total;
        let (left, right) = (side, width - side);
        canvas.text("t", (left, 12.0), Anchor::End, ends.0, side);
        canvas.text("t", (right, 12.0), Anchor::Start, ends.1, side);
        let sides = [side_of(labels, flows, one, |flow| flow.from), side_of(labels, flows, one, |flow| flow.to)];
        bands(&mut canvas, labels, flows, &sides, (left + 8.0, right - 8.0, one), voice);
        for (column, (x, anchor)) in sides.iter().zip([(left, Anchor::End), (right, Anchor::Start)]) {
            for (index, ((top, size), label)) in column.iter().zip(labels).enumerate() {
                let (bar, text) = if anchor == Anchor::End { (x, x - 8.0) } else { (x - 8.0, x + 8.0) };
                canvas.rect(&format!("f{}", index % STYLES), (bar, *top), (8.0, size.max(1.0)), label);
                canvas.text("", (text, top + size / 2.0 + 4.0), anchor, label, side - 10.0);
            }
        }
        let ends = sides.iter().filter_map(|side| side.last()).map(|(top, size)| top + size.max(18.0));
        canvas.finish(class, ends.fold(height, f64::max) + 8.0, title, description)
    })
}

/// Top and height of each label's bar in one column.
fn side_of(labels: &[String], flows: &[Flow], one: f64, of: impl Fn(&Flow) -> usize) -> Vec<(f64, f64)> {
    let mut top = 24.0;
    (0..labels.len())
        .map(|index| {
            let size = flows.iter().filter(|flow| of(flow) == index).map(|flow| flow.count).sum::<u64>() as f64 * one;
            let place = (top, size);
            top += size + 12.0 + (18.0 - size).max(0.0);
            place
        })
        .collect()
}

fn bands(
    canvas: &mut Canvas,
    labels: &[String],
    flows: &[Flow],
    sides: &[Vec<(f64, f64)>; 2],
    (left, right, one): (f64, f64, f64),
    voice: Voice,
) {
    let [from, to] = sides;
    let mut used = [vec![0.0; labels.len()], vec![0.0; labels.len()]];
    let [used_from, used_to] = &mut used;
    for flow in flows {
        let (Some(start), Some(end)) = (from.get(flow.from), to.get(flow.to)) else { continue };
        let (Some(start_used), Some(end_used)) = (used_from.get_mut(flow.from), used_to.get_mut(flow.to)) else { continue };
        let size = flow.count as f64 * one;
        let (y0, y1) = (start.0 + *start_used, end.0 + *end_used);
        *start_used += size;
        *end_used += size;
        let middle = at(f64::midpoint(left, right));
        let path = format!(
            "M{l} {}C{middle} {} {middle} {} {r} {}V{}C{middle} {} {middle} {} {l} {}z",
            at(y0),
            at(y0),
            at(y1),
            at(y1),
            at(y1 + size),
            at(y1 + size),
            at(y0 + size),
            at(y0 + size),
            l = at(left),
            r = at(right)
        );
        let class = if flow.from == flow.to { "same".to_owned() } else { format!("f{} o3", flow.from % STYLES) };
        let name = |index: usize| labels.get(index).map_or("", String::as_str);
        canvas.shape(&class, &path, &format!("{} → {}: {}", name(flow.from), name(flow.to), voice.count(flow.count)));
    }
}
