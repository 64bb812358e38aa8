//! Marks on a page of fixed width: lines, boxes, texts that fit their place, one marker per arm.

use super::super::markup::{cleaned, escaped};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar;

/// Size of a plot's letters in its own units; one unit is one CSS pixel where the plot is shown at its own width.
pub const LETTER: f64 = 12.0;
/// Arms beyond this many share colours, dashes and shapes with the first ones.
pub const STYLES: usize = 8;

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing under way.
#[derive(Debug)]
pub struct Canvas {
    pub width: f64,
    body: String,
    /// Whether marks have words that are shown when they are pointed at. Nobody points on a phone.
    tips: bool,
}

/// A coordinate, to a tenth.
#[must_use]
pub fn at(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".into() } else { text.to_owned() }
}

/// Width of a text at the size of letters; Chinese characters are as wide as high. As wide as in the widest of the usual fonts, since
/// nobody knows which one a reader has.
#[must_use]
pub fn text_width(text: &str) -> f64 {
    text.chars().map(letter_width).sum::<f64>() * LETTER
}

/// As a share of the size of letters.
fn letter_width(character: char) -> f64 {
    match character.width() {
        Some(2) => 1.0,
        Some(1) => match character {
            'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.96,
            '+' | '−' | '<' | '>' | '=' | '≤' | '≥' | '~' | '&' | '→' | '←' => 0.84,
            'i' | 'l' | 'j' | '.' | ',' | ' ' | '(' | ')' | ':' | '·' | '|' | '\'' => 0.39,
            't' | 'f' | 'r' => 0.42,
            character if character.is_ascii_uppercase() => 0.72,
            _ => 0.64,
        },
        Some(_) | None => 0.0,
    }
}

/// Heavy letters are wider.
pub const HEAVY: f64 = 1.09;

/// What a row of a narrow picture grows by where names stand on a line of their own.
pub const LINE: f64 = 16.0;

/// Whether some name has no room beside what is said of it, so that names need lines of their own.
#[must_use]
pub fn stacked<'a>(width: f64, mut rows: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    rows.any(|(name, words)| text_width(&cleaned(name, 200)) + text_width(&cleaned(words, 200)) * HEAVY + 12.0 > width)
}

/// The text, its end cut off where it is wider than its place.
#[must_use]
pub fn fitted(text: &str, width: f64) -> String {
    let text = cleaned(text, 200);
    if text_width(&text) <= width {
        return text;
    }
    let mut out = String::new();
    let mut used = LETTER;
    for character in text.chars() {
        used += letter_width(character) * LETTER;
        if used > width {
            break;
        }
        out.push(character);
    }
    format!("{}…", out.trim_end())
}

impl Canvas {
    #[must_use]
    pub fn new(width: f64) -> Self {
        Self { width, body: String::new(), tips: !super::narrow(width) }
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            at(from.0),
            at(from.1),
            at(to.0),
            at(to.1)
        );
    }

    pub fn path(&mut self, class: &str, path: &str) {
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// A closed shape with words that are shown when it is pointed at.
    pub fn shape(&mut self, class: &str, path: &str, tip: &str) {
        let tip = self.tip(tip);
        let _ = if tip.is_empty() {
            write!(self.body, "<path class=\"{class}\" d=\"{path}\"/>")
        } else {
            write!(self.body, "<path class=\"{class}\" d=\"{path}\">{tip}</path>")
        };
    }

    /// A box; negative sizes are drawn as nothing. The tip is shown when the box is pointed at.
    pub fn rect(&mut self, class: &str, corner: (f64, f64), size: (f64, f64), tip: &str) {
        let tip = self.tip(tip);
        let (width, height) = (size.0.max(0.0), size.1.max(0.0));
        let shape = format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            at(corner.0),
            at(corner.1),
            at(width),
            at(height)
        );
        let _ = if tip.is_empty() { write!(self.body, "{shape}/>") } else { write!(self.body, "{shape}>{tip}</rect>") };
    }

    /// Several marks that share one tip.
    pub fn group(&mut self, tip: &str, draw: impl FnOnce(&mut Self)) {
        let tip = self.tip(tip);
        if tip.is_empty() {
            return draw(self);
        }
        self.body.push_str("<g>");
        self.body.push_str(&tip);
        draw(self);
        self.body.push_str("</g>");
    }

    fn tip(&self, tip: &str) -> String {
        if tip.is_empty() || !self.tips { String::new() } else { format!("<title>{}</title>", escaped(&cleaned(tip, 300))) }
    }

    /// A text that is at most `width` wide; longer ones end in `…`.
    pub fn text(&mut self, class: &str, place: (f64, f64), anchor: Anchor, text: &str, width: f64) {
        let heavy = class.split(' ').any(|class| matches!(class, "b" | "v"));
        let shown = fitted(text, if heavy { width / HEAVY } else { width });
        if shown.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let tip = if shown == cleaned(text, 200) { String::new() } else { self.tip(text) };
        let _ = write!(self.body, "<text{class} x=\"{}\" y=\"{}\"{anchor}>{}{tip}</text>", at(place.0), at(place.1), escaped(&shown));
    }

    /// A text broken into lines of the width, at most so many; gives back how many there are. The place is the first line's.
    pub fn lines(&mut self, class: &str, place: (f64, f64), text: &str, width: f64, most: usize) -> usize {
        let mut rest: Vec<char> = cleaned(text, 200).chars().collect();
        let mut written = 0;
        while !rest.is_empty() && written < most {
            let mut used = 0.0;
            let fits = rest.iter().take_while(|character| {
                used += letter_width(**character) * LETTER * HEAVY;
                used <= width
            });
            let fits = fits.count().max(1);
            let break_at = match rest.get(..fits).and_then(|line| line.iter().rposition(|character| *character == ' ')) {
                Some(blank) if fits < rest.len() && blank > 0 => blank + 1,
                Some(_) | None => fits,
            };
            let line: String =
                if written + 1 == most { rest.drain(..).collect() } else { rest.drain(..break_at.min(rest.len())).collect() };
            self.text(class, (place.0, place.1 + 15.0 * written as f64), Anchor::Middle, line.trim(), width);
            written += 1;
        }
        written
    }

    /// A name and what is said of it above a row of a narrow picture: on one line, or on two where `stacked`, which is what
    /// [`stacked`] says of all rows together. On one line what is said comes first; the name gets the room that is left.
    pub fn name_and_words(&mut self, y: f64, name: &str, words: &str, stacked: bool) {
        self.rect("paper", (0.0, y - 13.0), (self.width, if stacked { 18.0 + LINE } else { 18.0 }), "");
        if stacked {
            self.text("", (0.0, y), Anchor::Start, name, self.width);
            self.text("v", (0.0, y + LINE), Anchor::Start, words, self.width);
        } else {
            let said = fitted(words, self.width / HEAVY);
            self.text("v", (self.width, y), Anchor::End, words, self.width);
            self.text("", (0.0, y), Anchor::Start, name, self.width - text_width(&said) * HEAVY - 10.0);
        }
    }

    /// The marker of the arm: a shape of its own, so that colour is not needed to tell arms apart.
    pub fn marker(&mut self, arm: usize, place: (f64, f64), tip: &str) {
        let (x, y) = place;
        let d = match arm % STYLES {
            0 => format!("M{} {}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", at(x - 5.0), at(y)),
            1 => format!("M{} {}h9v9h-9z", at(x - 4.5), at(y - 4.5)),
            2 => format!("M{} {}l6 6-6 6-6-6z", at(x), at(y - 6.0)),
            3 => format!("M{} {}l6 10h-12z", at(x), at(y - 6.0)),
            4 => format!("M{} {}l6-10h-12z", at(x), at(y + 6.0)),
            5 => format!("M{} {}h4v4h4v4h-4v4h-4v-4h-4v-4h4z", at(x - 2.0), at(y - 6.0)),
            6 => format!("M{} {}l5-3 5 3v6l-5 3-5-3z", at(x - 5.0), at(y - 3.0)),
            _ => format!("M{} {}l4 4 4-4 2 2-4 4 4 4-2 2-4-4-4 4-2-2 4-4-4-4z", at(x - 4.0), at(y - 6.0)),
        };
        self.shape(&format!("m f{}", arm % STYLES), &d, tip);
    }

    /// The drawing as one element, as high as its content needs.
    #[must_use]
    pub fn finish(self, class: &str, height: f64, label: &str, description: &str) -> String {
        format!(
            "<svg class=\"{class}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\"><desc>{}</desc>{}</svg>",
            at(self.width),
            at(height),
            escaped(&cleaned(label, 200)),
            escaped(&cleaned(description, 1500)),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_their_place() {
        assert_eq!(fitted("short", 100.0), "short");
        let shown = fitted("一个很长很长的分组名称，长到放不下", 80.0);
        assert!(shown.ends_with('…') && text_width(&shown) <= 80.0, "{shown}");
        assert_eq!(at(-0.04), "0");
        assert_eq!(at(12.34), "12.3");
    }

    #[test]
    fn hostile_texts_stay_texts() {
        let mut canvas = Canvas::new(100.0);
        canvas.text("", (0.0, 0.0), Anchor::Start, "<script>\"", 500.0);
        let svg = canvas.finish("x", 10.0, "\"><b>", "</desc>");
        assert!(!svg.contains("<script>") && !svg.contains("<b>") && svg.matches("</desc>").count() == 1, "{svg}");
    }
}
