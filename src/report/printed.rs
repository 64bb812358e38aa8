//! Numbers as people read them, in the words of one language.

use crate::diag::Language;
use crate::evaluate::evaluation::{Figure, Light, Met, Unit};

/// One of two texts.
#[must_use]
pub fn pick<'a>(language: Language, english: &'a str, chinese: &'a str) -> &'a str {
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// How a number is printed. Numbers are as in the [`Evaluation`](crate::evaluate::evaluation::Evaluation): shares are fractions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `8.10%`
    Share,
    /// A difference of shares: `+0.62 pp`
    Points,
    /// A relative difference: `+12.3%`
    Relative,
    /// `1,234.50`
    Money,
    /// `+1,234.50`
    MoneyDifference,
    /// Up to four decimals.
    Number,
    /// Up to four decimals, with its sign.
    Difference,
    /// A chance of error, four decimals.
    P,
}

impl Shape {
    /// A figure of this unit.
    #[must_use]
    pub fn level(unit: Unit) -> Self {
        match unit {
            Unit::Share => Self::Share,
            Unit::Money => Self::Money,
            Unit::Number | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => Self::Number,
        }
    }

    /// The difference of two figures of this unit.
    #[must_use]
    pub fn difference(unit: Unit) -> Self {
        match unit {
            Unit::Share => Self::Points,
            Unit::Money => Self::MoneyDifference,
            Unit::Number | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => Self::Difference,
        }
    }

    /// The number as it stands on a page of this shape: percentage points are a hundred times the difference of fractions.
    #[must_use]
    pub fn on_page(self, value: f64) -> f64 {
        match self {
            Self::Points => value * 100.0,
            Self::Share | Self::Relative | Self::Money | Self::MoneyDifference | Self::Number | Self::Difference | Self::P => value,
        }
    }

    /// The number with its sign and unit.
    #[must_use]
    pub fn print(self, value: f64, language: Language) -> String {
        match self {
            Self::Share => format!("{}%", fixed(value * 100.0, 2)),
            Self::Points => format!("{}{}", signed(fixed(self.on_page(value), 2)), pick(language, " pp", " 个百分点")),
            Self::Relative => format!("{}%", signed(fixed(value * 100.0, 1))),
            Self::Money => fixed(value, 2),
            Self::MoneyDifference => signed(fixed(value, 2)),
            Self::Number => shortened(value),
            Self::Difference => signed(shortened(value)),
            Self::P if value < 0.000_1 => String::from("< 0.0001"),
            Self::P => fixed(value, 4),
        }
    }
}

/// A figure, or its reason.
#[must_use]
pub fn figure(figure: &Figure, shape: Shape, language: Language) -> String {
    match figure {
        Figure::Known(value) => shape.print(*value, language),
        Figure::Withheld(reason) => reason.words.of(language).to_owned(),
    }
}

/// A whole number in groups of three digits.
#[must_use]
pub fn count(value: u64) -> String {
    grouped(&value.to_string())
}

/// So many decimals, whole part in groups of three digits; never a negative zero.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let negative = value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    format!("{}{}", if negative { "-" } else { "" }, grouped(&text))
}

/// At most four decimals, without zeros at the end.
fn shortened(value: f64) -> String {
    let text = fixed(value, 4);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn signed(text: String) -> String {
    if text.starts_with('-') || !text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) { text } else { format!("+{text}") }
}

fn grouped(text: &str) -> String {
    let (whole, rest) = text.find('.').map_or((text, ""), |at| text.split_at(at));
    let mut out = String::with_capacity(text.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// A name with its display name.
#[must_use]
pub fn named(name: &str, label: Option<&str>, language: Language) -> String {
    match (label, language) {
        (Some(label), _) if label == name => name.to_owned(),
        (Some(label), Language::English) => format!("{label} ({name})"),
        (Some(label), Language::Chinese) => format!("{label}（{name}）"),
        (None, _) => name.to_owned(),
    }
}

/// A light with its sign, which black and white keep apart, and its word.
#[must_use]
pub fn light(light: Light, language: Language) -> &'static str {
    match (light, language) {
        (Light::Green, Language::English) => "● green",
        (Light::Green, Language::Chinese) => "● 绿",
        (Light::Amber, Language::English) => "▲ amber",
        (Light::Amber, Language::Chinese) => "▲ 黄",
        (Light::Red, Language::English) => "■ red",
        (Light::Red, Language::Chinese) => "■ 红",
    }
}

/// Whether a goal is met.
#[must_use]
pub fn met(met: Met, language: Language) -> &'static str {
    match (met, language) {
        (Met::Met, Language::English) => "✓ met",
        (Met::Met, Language::Chinese) => "✓ 达成",
        (Met::NotMet, Language::English) => "✗ not met",
        (Met::NotMet, Language::Chinese) => "✗ 未达成",
        (Met::NotYetKnowable, Language::English) => "… not yet knowable",
        (Met::NotYetKnowable, Language::Chinese) => "… 尚不可知",
    }
}

/// A slug of the report in words; slugs that are not known stay as they are.
#[must_use]
pub fn slug(slug: &str, language: Language) -> &str {
    let known: Option<&(&str, &str, &str)> = SLUGS.iter().find(|(known, _, _)| *known == slug);
    known.map_or(slug, |(_, english, chinese)| pick(language, english, chinese))
}

const SLUGS: &[(&str, &str, &str)] = &[
    ("strategy", "strategy", "策略"),
    ("compare", "comparison", "对比"),
    ("experiment", "experiment", "实验"),
    ("once", "one look at the end", "到期一次判读"),
    ("anytime", "looks at any time", "可随时判读"),
    ("goal", "goal", "目标"),
    ("guard", "guard", "护栏"),
    ("exploratory", "exploratory", "探索"),
    ("safe", "safe", "安全"),
    ("unproven", "unproven", "未证实"),
    ("breached", "breached", "突破"),
    ("decides", "decides", "决定"),
    ("outranked", "outranked", "让位"),
    ("rejected", "rejected", "不成立"),
    ("shares", "shares", "分配比例"),
    ("param", "param", "参数"),
    ("stop", "stop", "停止"),
    ("ship", "ship", "推广"),
    ("keep", "keep", "保持"),
    ("first", "first touch", "首次触点"),
    ("last", "last touch", "末次触点"),
    ("linear", "linear", "平均"),
    ("position", "position", "首末加权"),
    ("time_decay", "time decay", "时间衰减"),
    ("time decay", "time decay", "时间衰减"),
    ("shapley", "Shapley", "Shapley 值"),
    ("markov", "Markov", "马尔可夫"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_with_sign_unit_and_groups() {
        let print = |shape: Shape, value| shape.print(value, Language::English);
        assert_eq!(print(Shape::Share, 0.081), "8.10%");
        assert_eq!(print(Shape::Points, 0.0062), "+0.62 pp");
        assert_eq!(Shape::Points.print(-0.0062, Language::Chinese), "-0.62 个百分点");
        assert_eq!(print(Shape::Points, -0.000_001), "0.00 pp");
        assert_eq!(print(Shape::Relative, 0.1234), "+12.3%");
        assert_eq!(print(Shape::Money, 1_234_567.5), "1,234,567.50");
        assert_eq!(print(Shape::MoneyDifference, -1_234.5), "-1,234.50");
        assert_eq!(print(Shape::Number, 12.5), "12.5");
        assert_eq!(print(Shape::Difference, 1200.0), "+1,200");
        assert_eq!(print(Shape::P, 0.000_01), "< 0.0001");
        assert_eq!(print(Shape::P, 0.05), "0.0500");
        assert_eq!((count(999), count(1_000), count(12_345_678)), ("999".into(), "1,000".into(), "12,345,678".into()));
    }
}
