//! Love plot: how far arms differ, in standard deviations, in what was known of customers before they entered. Open markers are
//! before weighting, full ones after; beyond the dashed lines the arms are not alike.

use super::super::voice::{Voice, fixed};
use super::axis::{Scale, below};
use super::canvas::{Anchor, Canvas, LINE, STYLES, at, stacked};
use super::{Picture, narrow, picture};

/// Beyond this standardised difference arms count as unlike (Austin 2009).
pub const UNLIKE: f64 = 0.1;

#[derive(Debug, Clone)]
pub struct Covariate {
    pub label: String,
    pub arm: usize,
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub text: String,
}

/// The plot.
#[must_use]
pub fn balance(title: &str, description: &str, covariates: &[Covariate], voice: Voice) -> Picture {
    picture(title, |width, class| {
        let mut canvas = Canvas::new(width);
        let small = narrow(width);
        let (left, right) = if small { (10.0, width - 10.0) } else { (width * 0.25, width * 0.78) };
        let two = small && stacked(width, covariates.iter().map(|covariate| (covariate.label.as_str(), covariate.text.as_str())));
        let row = if two {
            38.0 + LINE
        } else if small {
            38.0
        } else {
            25.0
        };
        let numbers = covariates.iter().flat_map(|covariate| [covariate.before, covariate.after]).flatten();
        let scale = Scale::around(numbers.chain([-UNLIKE * 1.3, UNLIKE * 1.3]), left, right);
        let bottom = 4.0 + row * covariates.len() as f64;
        below(&mut canvas, &scale, 4.0, bottom, if small { 4 } else { 7 }, |tick, _| fixed(tick, 2));
        for limit in [-UNLIKE, UNLIKE] {
            canvas.line("q", (scale.place(limit), 4.0), (scale.place(limit), bottom));
        }
        let mut y = 4.0;
        for covariate in covariates {
            let middle = if small {
                canvas.name_and_words(y + 13.0, &covariate.label, &covariate.text, two);
                y + row - 12.0
            } else {
                canvas.text("", (0.0, y + row / 2.0 + 4.0), Anchor::Start, &covariate.label, left - 14.0);
                canvas.text("v", (width, y + row / 2.0 + 4.0), Anchor::End, &covariate.text, width * 0.21);
                y + row / 2.0
            };
            dots(&mut canvas, covariate, &scale, middle);
            y += row;
        }
        let words = voice.say("standardised difference from control; dashed: ±0.1", "与对照组的标准化差异；虚线：±0.1");
        canvas.text("t", (if small { 0.0 } else { left }, bottom + 31.0), Anchor::Start, words, width);
        let height = if covariates.iter().any(|covariate| covariate.after.is_some()) {
            let words = voice.say("○ before weighting  ● after", "○ 加权前  ● 加权后");
            canvas.text("t", (if small { 0.0 } else { left }, bottom + 47.0), Anchor::Start, words, width);
            bottom + 52.0
        } else {
            bottom + 36.0
        };
        canvas.finish(class, height, title, description)
    })
}

fn dots(canvas: &mut Canvas, covariate: &Covariate, scale: &Scale, y: f64) {
    let style = covariate.arm % STYLES;
    let tip = format!("{}: {}", covariate.label, covariate.text);
    match (covariate.before, covariate.after) {
        (Some(before), Some(after)) => {
            let (from, to) = (scale.place(before), scale.place(after));
            canvas.line(&format!("s{style} w o4"), (from, y), (to, y));
            canvas.path(&format!("s{style} w hollow"), &format!("M{} {}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", at(from - 5.0), at(y)));
            canvas.shape(&format!("f{style}"), &format!("M{} {}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", at(to - 5.0), at(y)), &tip);
        }
        (Some(only), None) | (None, Some(only)) => canvas.marker(covariate.arm, (scale.place(only), y), &tip),
        (None, None) => {}
    }
}
