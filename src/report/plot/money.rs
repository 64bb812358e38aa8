//! Money by arm: cost to the left, benefit to the right, net with its interval; the line between is where an arm pays for itself.

use super::super::voice::Voice;
use super::axis::{Scale, below};
use super::canvas::{Anchor, Canvas, LINE, STYLES, stacked};
use super::{Picture, narrow, picture};
use crate::evaluate::evaluation::Unit;

/// One arm's money, in yuan.
#[derive(Debug, Clone)]
pub struct Purse {
    pub label: String,
    pub arm: usize,
    pub cost: f64,
    pub benefit: Option<f64>,
    pub net: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// Net as written.
    pub text: String,
}

/// The plot.
#[must_use]
pub fn money(title: &str, description: &str, purses: &[Purse], voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let (left, right) = if small { (16.0, width - 16.0) } else { (width * 0.18, width * 0.71) };
        let numbers = purses.iter().flat_map(|purse| [Some(-purse.cost), purse.benefit, purse.net, purse.lower, purse.upper]).flatten();
        let scale = Scale::around(numbers.chain([0.0]), left, right);
        let two = small && stacked(width, purses.iter().map(|purse| (purse.label.as_str(), purse.text.as_str())));
        let row = if two {
            76.0 + LINE
        } else if small {
            76.0
        } else {
            58.0
        };
        let bottom = 22.0 + row * purses.len() as f64;
        below(&mut canvas, &scale, 18.0, bottom, if small { 3 } else { 6 }, |tick, step| voice.tick(Unit::Money, tick, step));
        let zero = scale.place(0.0);
        canvas.line("even", (zero, 16.0), (zero, bottom));
        let words = voice.say("break-even", "盈亏平衡");
        let anchor = if zero < width * 0.2 { Anchor::Start } else { Anchor::Middle };
        canvas.text("b", (zero, 12.0), anchor, words, width * 0.5);
        let mut y = 22.0;
        for purse in purses {
            draw(&mut canvas, purse, &scale, (y, left, two), voice);
            y += row;
        }
        let words = voice.say(
            "bars: cost ◂ ▸ benefit; marker and line: net with its interval; yuan",
            "条形：成本 ◂ ▸ 收益；标记与线：净收益及区间；单位：元",
        );
        canvas.text("t", (0.0, bottom + 33.0), Anchor::Start, words, width);
        canvas.finish(class, bottom + 38.0, title, description)
    })
}

fn draw(canvas: &mut Canvas, purse: &Purse, scale: &Scale, (top, left, two): (f64, f64, bool), voice: Voice) {
    let y = if narrow(canvas.width) {
        canvas.name_and_words(top + 14.0, &purse.label, &purse.text, two);
        top + if two { 20.0 + LINE } else { 20.0 }
    } else {
        canvas.text("b", (0.0, top + 32.0), Anchor::Start, &purse.label, left - 12.0);
        canvas.text("v", (canvas.width, top + 32.0), Anchor::End, &purse.text, canvas.width * 0.28);
        top + 6.0
    };
    let zero = scale.place(0.0);
    let cost = scale.place(-purse.cost);
    let tip = format!("{} · {}: {}", purse.label, voice.say("cost", "成本"), voice.money(purse.cost));
    canvas.rect("h0", (cost, y), (zero - cost, 18.0), &tip);
    if let Some(benefit) = purse.benefit {
        let end = scale.place(benefit);
        let tip = format!("{} · {}: {}", purse.label, voice.say("benefit", "收益"), voice.money(benefit));
        canvas.rect(&format!("h{}", purse.arm % STYLES), (zero.min(end), y), ((end - zero).abs(), 18.0), &tip);
    }
    let Some(net) = purse.net else { return };
    let middle = y + 34.0;
    if let (Some(lower), Some(upper)) = (purse.lower, purse.upper) {
        let class = format!("s{} w", purse.arm % STYLES);
        canvas.line(&class, (scale.place(lower), middle), (scale.place(upper), middle));
        for end in [lower, upper] {
            canvas.line(&class, (scale.place(end), middle - 5.0), (scale.place(end), middle + 5.0));
        }
    }
    canvas.marker(purse.arm, (scale.place(net), middle), &format!("{}: {}", purse.label, purse.text));
}
