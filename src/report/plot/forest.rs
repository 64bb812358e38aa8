//! Forest plot: differences with their intervals, one group per figure, each with its own axis, its line of no difference and the
//! line that was registered.

use super::super::voice::Voice;
use super::axis::{Scale, below};
use super::canvas::{Anchor, Canvas, LETTER, LINE, stacked};
use super::{NARROW, Picture, narrow, picture};
use crate::evaluate::evaluation::Unit;

/// One difference.
#[derive(Debug, Clone)]
pub struct Bar {
    pub label: String,
    /// Which marker and colour.
    pub arm: usize,
    pub value: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// A mark of this bar's own: where it pays for itself.
    pub mark: Option<f64>,
    /// As written: the estimate, or the reason why there is none.
    pub text: String,
}

/// Differences of one figure.
#[derive(Debug, Clone)]
pub struct Group {
    pub title: String,
    pub unit: Unit,
    /// Whether more is better; `None` where nobody said so.
    pub up: Option<bool>,
    /// The line the intervals are held against: the goal's target, a guard's margin.
    pub line: Option<(f64, String)>,
    pub bars: Vec<Bar>,
}

#[derive(Debug, Clone)]
pub struct Forest {
    pub title: String,
    pub description: String,
    pub groups: Vec<Group>,
}

/// The plot.
#[must_use]
pub fn forest(forest: &Forest, voice: Voice) -> Picture {
    picture(&forest.title, |width, class| draw(forest, width, class, voice))
}

/// The plot for a place half as wide as the page, which is as wide as a phone.
#[must_use]
pub fn half_forest(forest: &Forest, voice: Voice) -> Picture {
    Picture { title: forest.title.clone(), wide: String::new(), narrow: draw(forest, NARROW, "pn", voice) }
}

fn draw(forest: &Forest, width: f64, class: &str, voice: Voice) -> String {
    let mut canvas = Canvas::new(width);
    let mut y = 4.0;
    for group in &forest.groups {
        y = draw_group(&mut canvas, group, y, voice) + 14.0;
    }
    canvas.finish(class, y, &forest.title, &forest.description)
}

fn scale_of(group: &Group, from: f64, to: f64) -> Scale {
    let ends = group.bars.iter().flat_map(|bar| [bar.value, bar.lower, bar.upper, bar.mark]).flatten();
    Scale::around(ends.chain([0.0]).chain(group.line.iter().map(|line| line.0)), from, to)
}

fn draw_group(canvas: &mut Canvas, group: &Group, top: f64, voice: Voice) -> f64 {
    let small = narrow(canvas.width);
    let (left, right) = if small { (8.0, canvas.width - 8.0) } else { (canvas.width * 0.27, canvas.width * 0.715) };
    let two = small && stacked(canvas.width, group.bars.iter().map(|bar| (bar.label.as_str(), bar.text.as_str())));
    let row = if two {
        42.0 + LINE
    } else if small {
        42.0
    } else {
        27.0
    };
    let scale = scale_of(group, left, right);
    let mut y = top;
    if !group.title.is_empty() {
        canvas.text("b", (0.0, y + LETTER), Anchor::Start, &group.title, canvas.width);
        y += 22.0;
    }
    if group.line.is_some() {
        y += 16.0;
    }
    let bottom = y + row * group.bars.len() as f64 + 4.0;
    below(canvas, &scale, y, bottom, if small { 4 } else { 6 }, |tick, step| voice.tick(group.unit, tick, step));
    if let Some((place, words)) = &group.line {
        let x = scale.place(*place);
        canvas.line("q", (x, y), (x, bottom));
        let anchor = if x < canvas.width * 0.3 {
            Anchor::Start
        } else if x > canvas.width * 0.7 {
            Anchor::End
        } else {
            Anchor::Middle
        };
        canvas.text("qt", (x, y - 4.0), anchor, words, canvas.width * 0.6);
    }
    for bar in &group.bars {
        draw_bar(canvas, bar, &scale, (y, row, left), two);
        y += row;
    }
    y = bottom + 15.0;
    directions(canvas, group, (left, right), y + 15.0, voice);
    y + 17.0
}

fn draw_bar(canvas: &mut Canvas, bar: &Bar, scale: &Scale, (y, row, left): (f64, f64, f64), two: bool) {
    let middle = if narrow(canvas.width) {
        canvas.name_and_words(y + 13.0, &bar.label, &bar.text, two);
        y + row - 14.0
    } else {
        canvas.text("", (0.0, y + row / 2.0 + 4.0), Anchor::Start, &bar.label, left - 14.0);
        canvas.text("v", (canvas.width, y + row / 2.0 + 4.0), Anchor::End, &bar.text, canvas.width * 0.275);
        y + row / 2.0
    };
    if let Some(mark) = bar.mark {
        let x = scale.place(mark);
        canvas.line("q", (x, middle - 11.0), (x, middle + 11.0));
    }
    interval(canvas, bar, scale, middle);
}

/// Whisker, end strokes and marker; an end that is open is drawn to the edge, without its stroke.
fn interval(canvas: &mut Canvas, bar: &Bar, scale: &Scale, y: f64) {
    let Some(value) = bar.value else { return };
    let class = format!("s{} w", bar.arm % super::canvas::STYLES);
    if bar.lower.is_some() || bar.upper.is_some() {
        let (from, to) = (scale.place(bar.lower.unwrap_or(scale.low)), scale.place(bar.upper.unwrap_or(scale.high)));
        canvas.line(&class, (from, y), (to, y));
        for (end, x) in [(bar.lower, from), (bar.upper, to)] {
            if end.is_some() {
                canvas.line(&class, (x, y - 5.0), (x, y + 5.0));
            }
        }
    }
    canvas.marker(bar.arm, (scale.place(value), y), &format!("{}: {}", bar.label, bar.text));
}

fn directions(canvas: &mut Canvas, group: &Group, (left, right): (f64, f64), y: f64, voice: Voice) {
    let unit = voice.axis_unit(group.unit);
    canvas.text("t", (f64::midpoint(left, right), y), Anchor::Middle, unit, right - left);
    let Some(up) = group.up else { return };
    let (low, high) = if up {
        (voice.say("worse", "变差"), voice.say("better", "变好"))
    } else {
        (voice.say("better", "变好"), voice.say("worse", "变差"))
    };
    canvas.text("t", (left, y), Anchor::Start, &format!("← {low}"), 90.0);
    canvas.text("t", (right, y), Anchor::End, &format!("{high} →"), 90.0);
}

/// One result against zero and against its target, for the card at the top.
#[must_use]
pub fn meter(group: &Group, title: &str, description: &str, voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let (left, right) = (10.0, width - 10.0);
        let scale = scale_of(group, left, right);
        let (top, bottom) = (22.0, 62.0);
        below(&mut canvas, &scale, top, bottom, if narrow(width) { 4 } else { 8 }, |tick, step| voice.tick(group.unit, tick, step));
        if let Some((place, words)) = &group.line {
            let x = scale.place(*place);
            canvas.line("q", (x, top - 4.0), (x, bottom));
            let anchor = if x < width * 0.3 {
                Anchor::Start
            } else if x > width * 0.7 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            canvas.text("qt", (x, top - 9.0), anchor, words, width * 0.6);
        }
        for bar in &group.bars {
            if let (Some(lower), Some(upper)) = (bar.lower, bar.upper) {
                let (from, to) = (scale.place(lower), scale.place(upper));
                let class = format!("f{} o2", bar.arm % super::canvas::STYLES);
                canvas.rect(&class, (from, 35.0), (to - from, 14.0), &bar.text);
            }
            interval(&mut canvas, bar, &scale, 42.0);
        }
        directions(&mut canvas, group, (left, right), bottom + 31.0, voice);
        canvas.finish(class, bottom + 36.0, title, description)
    })
}
