//! Numbers as people read them, in either language: `8.1%`, `+2.10 pp (0.71 to 3.41)`, `p = 0.004`, `1.23万元`.

use crate::diag::Language;
use crate::evaluate::evaluation::{Estimate, Figure, Unit};

/// The minus sign of print, as wide as the plus.
const MINUS: char = '\u{2212}';

/// One language with its way of writing numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    pub language: Language,
}

/// A number with its interval, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// The number, its interval in brackets (empty where both ends are withheld), and the exact amount where it was shortened.
    Known {
        value: String,
        interval: String,
        exact: Option<String>,
    },
    Reason(String),
}

impl Voice {
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self { language }
    }

    /// One of two fixed texts.
    #[must_use]
    pub fn say(self, en: &'static str, zh: &'static str) -> &'static str {
        match self.language {
            Language::English => en,
            Language::Chinese => zh,
        }
    }

    #[must_use]
    pub fn chinese(self) -> bool {
        self.language == Language::Chinese
    }

    /// Between a head and what it is of.
    #[must_use]
    pub fn colon(self) -> &'static str {
        self.say(": ", "：")
    }

    /// `4,000`
    #[must_use]
    pub fn count(self, count: u64) -> String {
        grouped(&count.to_string())
    }

    /// `8.1%`, `0.57%`, `0.012%`: never fewer than two digits that say something, but for zero.
    #[must_use]
    pub fn share(self, share: f64) -> String {
        let percent = share * 100.0;
        let decimals = match percent.abs() {
            size if size == 0.0 || size >= 0.995 => 1,
            size if size >= 0.0995 => 2,
            _ => 3,
        };
        format!("{}%", fixed(percent, decimals))
    }

    /// `p = 0.004`, `p < 0.001`
    #[must_use]
    pub fn p(self, p: f64) -> String {
        if p < 0.001 { "p < 0.001".into() } else { format!("p = {}", fixed(p, 3)) }
    }

    /// A chance; none is ever quite nothing or certain.
    #[must_use]
    pub fn chance(self, chance: f64) -> String {
        match chance {
            chance if chance < 0.001 => "<0.1%".into(),
            chance if chance > 0.999 => ">99.9%".into(),
            chance => format!("{}%", fixed(chance * 100.0, 1)),
        }
    }

    /// A level of a figure in its unit.
    #[must_use]
    pub fn level(self, unit: Unit, value: f64) -> String {
        match unit {
            Unit::Share => self.share(value),
            Unit::Money => self.money(value),
            Unit::Number => number(value),
            Unit::Nps => fixed(value, 1),
            Unit::Days | Unit::Months | Unit::Minutes => format!("{} {}", number(value), self.unit(unit)),
        }
    }

    /// The word after a number of a unit; empty for plain numbers and shares, which carry theirs.
    #[must_use]
    pub fn unit(self, unit: Unit) -> &'static str {
        match unit {
            Unit::Share | Unit::Money | Unit::Number => "",
            Unit::Nps => self.say("points", "分"),
            Unit::Days => self.say("days", "天"),
            Unit::Months => self.say("months", "个月"),
            Unit::Minutes => self.say("minutes", "分钟"),
        }
    }

    /// Money in yuan: `¥3,440`, `¥1.23M`; `3,440元`, `1.23万元`, `2.30亿元`.
    #[must_use]
    pub fn money(self, yuan: f64) -> String {
        self.scaled_money(yuan, MoneyScale::of(self.language, yuan.abs()))
    }

    fn scaled_money(self, yuan: f64, scale: MoneyScale) -> String {
        let text = grouped(&fixed(yuan / scale.divisor, scale.decimals(yuan)));
        match self.language {
            Language::Chinese => format!("{text}{}元", scale.suffix),
            Language::English => match text.strip_prefix(MINUS) {
                Some(size) => format!("{MINUS}¥{size}{}", scale.suffix),
                None => format!("¥{text}{}", scale.suffix),
            },
        }
    }

    /// The whole amount to the cent, where [`Voice::money`] shortens it.
    #[must_use]
    pub fn exact_money(self, yuan: f64) -> Option<String> {
        let shortened = MoneyScale::of(self.language, yuan.abs()).divisor > 1.0 || (yuan.abs() >= 1000.0 && yuan.fract() != 0.0);
        let exact = MoneyScale { divisor: 1.0, suffix: "", fixed: Some(2) };
        shortened.then(|| self.scaled_money(yuan, exact))
    }

    /// `+2.10 pp`, `+3.2 points`, `+¥0.77`
    #[must_use]
    pub fn difference(self, unit: Unit, value: f64) -> String {
        self.signed(unit, value, &Precision::of(self, unit, &[value]))
    }

    fn signed(self, unit: Unit, value: f64, precision: &Precision) -> String {
        let body = self.bare(unit, value, precision);
        let sign = if value > 0.0 && body.chars().any(|c| ('1'..='9').contains(&c)) { "+" } else { "" };
        match unit {
            Unit::Share => format!("{sign}{body} pp"),
            Unit::Money | Unit::Number => format!("{sign}{body}"),
            Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => format!("{sign}{body} {}", self.unit(unit)),
        }
    }

    /// Without sign for positive numbers and without the unit's word.
    fn bare(self, unit: Unit, value: f64, precision: &Precision) -> String {
        match unit {
            Unit::Share => fixed(value * 100.0, precision.decimals),
            Unit::Money => self.scaled_money(value, precision.money),
            Unit::Number | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => grouped(&fixed(value, precision.decimals)),
        }
    }

    /// As an end of an interval, which is counted as the number before it is.
    fn end(self, unit: Unit, value: f64, precision: &Precision) -> String {
        match unit {
            Unit::Money => grouped(&fixed(value / precision.money.divisor, precision.money.decimals(value))),
            Unit::Share | Unit::Number | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => self.bare(unit, value, precision),
        }
    }

    /// A difference with its interval, all three with as many decimals.
    #[must_use]
    pub fn estimate(self, unit: Unit, estimate: &Estimate) -> Spoken {
        self.spoken(estimate, |precision, value| self.signed(unit, value, precision), unit)
    }

    /// A level with its interval.
    #[must_use]
    pub fn level_estimate(self, unit: Unit, estimate: &Estimate) -> Spoken {
        let value = |_: &Precision, value: f64| self.level(unit, value);
        match self.spoken(estimate, value, unit) {
            Spoken::Known { value, exact, .. } => {
                let ends = self.ends(estimate, |end| self.level(unit, end));
                Spoken::Known { value, interval: ends, exact }
            }
            Spoken::Reason(reason) => Spoken::Reason(reason),
        }
    }

    fn spoken(self, estimate: &Estimate, write: impl Fn(&Precision, f64) -> String, unit: Unit) -> Spoken {
        match &estimate.value {
            Figure::Withheld(reason) => Spoken::Reason(reason.words.of(self.language).to_owned()),
            Figure::Known(value) => {
                let all: Vec<f64> =
                    [&estimate.value, &estimate.lower, &estimate.upper].iter().filter_map(|figure| figure.known()).collect();
                let precision = Precision::of(self, unit, &all);
                let interval = self.ends(estimate, |end| self.end(unit, end, &precision));
                let exact = if unit == Unit::Money { self.exact_money(*value) } else { None };
                Spoken::Known { value: write(&precision, *value), interval, exact }
            }
        }
    }

    /// `(0.71 to 3.41)`; an open end is said in words.
    fn ends(self, estimate: &Estimate, write: impl Fn(f64) -> String) -> String {
        let inside = match (estimate.lower.known(), estimate.upper.known()) {
            (Some(lower), Some(upper)) => match self.language {
                Language::English => format!("{} to {}", write(lower), write(upper)),
                Language::Chinese => format!("{} 至 {}", write(lower), write(upper)),
            },
            (Some(lower), None) => match self.language {
                Language::English => format!("{} or more", write(lower)),
                Language::Chinese => format!("{} 以上", write(lower)),
            },
            (None, Some(upper)) => match self.language {
                Language::English => format!("{} or less", write(upper)),
                Language::Chinese => format!("{} 以下", write(upper)),
            },
            (None, None) => return String::new(),
        };
        match self.language {
            Language::English => format!("({inside})"),
            Language::Chinese => format!("（{inside}）"),
        }
    }

    /// `+35.0% (11.1 to 67.3)`
    #[must_use]
    pub fn relative(self, estimate: &Estimate) -> Spoken {
        match &estimate.value {
            Figure::Withheld(reason) => Spoken::Reason(reason.words.of(self.language).to_owned()),
            Figure::Known(value) => {
                let sign = if *value > 0.0 { "+" } else { "" };
                let interval = self.ends(estimate, |end| fixed(end * 100.0, 1));
                Spoken::Known { value: format!("{sign}{}%", fixed(value * 100.0, 1)), interval, exact: None }
            }
        }
    }

    /// Axis ticks of differences, with decimals that fit the step between them.
    #[must_use]
    pub fn tick(self, unit: Unit, value: f64, step: f64) -> String {
        match unit {
            Unit::Share => fixed(value * 100.0, decimals_for(step * 100.0)),
            Unit::Money => {
                let scale = MoneyScale::of(self.language, value.abs().max(step));
                let text = grouped(&fixed(value / scale.divisor, decimals_for(step / scale.divisor)));
                format!("{text}{}", if value == 0.0 { "" } else { scale.suffix })
            }
            Unit::Number | Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => grouped(&fixed(value, decimals_for(step))),
        }
    }

    /// What the ticks of an axis of differences count in.
    #[must_use]
    pub fn axis_unit(self, unit: Unit) -> &'static str {
        match unit {
            Unit::Share => self.say("percentage points", "百分点 (pp)"),
            Unit::Money => self.say("yuan", "元"),
            Unit::Number => "",
            Unit::Nps | Unit::Days | Unit::Months | Unit::Minutes => self.unit(unit),
        }
    }

    /// One figure, or its reason.
    #[must_use]
    pub fn figure(self, figure: &Figure, write: impl Fn(f64) -> String) -> Spoken {
        match figure {
            Figure::Known(value) => Spoken::Known { value: write(*value), interval: String::new(), exact: None },
            Figure::Withheld(reason) => Spoken::Reason(reason.words.of(self.language).to_owned()),
        }
    }
}

impl Spoken {
    /// As one line of text.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Known { value, interval, .. } if interval.is_empty() => value.clone(),
            Self::Known { value, interval, .. } if interval.starts_with('（') => format!("{value}{interval}"),
            Self::Known { value, interval, .. } => format!("{value} {interval}"),
            Self::Reason(reason) => reason.clone(),
        }
    }
}

/// Decimals and scale shared by a number and the ends of its interval.
struct Precision {
    decimals: usize,
    money: MoneyScale,
}

impl Precision {
    fn of(voice: Voice, unit: Unit, values: &[f64]) -> Self {
        let largest = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let decimals = match unit {
            Unit::Share if largest > 0.0 && largest < 0.000_1 => 4,
            Unit::Share if largest > 0.0 && largest < 0.001 => 3,
            Unit::Share | Unit::Money => 2,
            Unit::Nps => 1,
            Unit::Number | Unit::Days | Unit::Months | Unit::Minutes => number_decimals(largest),
        };
        let mut money = MoneyScale::of(voice.language, if largest < 100_000.0 { 0.0 } else { largest });
        money.fixed = Some(if money.divisor > 1.0 || largest < 1000.0 { 2 } else { 0 });
        Self { decimals, money }
    }
}

/// The unit in which an amount is counted.
#[derive(Debug, Clone, Copy)]
struct MoneyScale {
    divisor: f64,
    suffix: &'static str,
    fixed: Option<usize>,
}

impl MoneyScale {
    fn of(language: Language, size: f64) -> Self {
        let (divisor, suffix) = match language {
            Language::Chinese if size >= 1e8 => (1e8, "亿"),
            Language::Chinese if size >= 1e4 => (1e4, "万"),
            Language::English if size >= 1e9 => (1e9, "B"),
            Language::English if size >= 1e6 => (1e6, "M"),
            Language::Chinese | Language::English => (1.0, ""),
        };
        Self { divisor, suffix, fixed: None }
    }

    /// Cents below a thousand yuan, unless the amount is whole.
    fn decimals(self, yuan: f64) -> usize {
        self.fixed.unwrap_or(if self.divisor > 1.0 || (yuan.abs() < 1000.0 && yuan.fract() != 0.0) { 2 } else { 0 })
    }
}

/// `1,234.5`, with as many decimals as its size deserves.
#[must_use]
pub fn number(value: f64) -> String {
    let decimals = if value.fract() == 0.0 { 0 } else { number_decimals(value.abs()) };
    grouped(&fixed(value, decimals))
}

/// A number held against a limit: five decimals at most, without zeros at the end; very small ones as `1.2e−7`.
#[must_use]
pub fn precise(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.000_1 {
        return format!("{value:.1e}").replace('-', "\u{2212}");
    }
    if value.abs() >= 1000.0 {
        return number(value);
    }
    let text = fixed(value, if value.abs() < 1.0 { 5 } else { 3 });
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn number_decimals(size: f64) -> usize {
    match size {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 || size == 0.0 => 2,
        size if size >= 0.01 => 3,
        _ => 5,
    }
}

fn decimals_for(step: f64) -> usize {
    (0..5).find(|decimals| ((step * 10_f64.powi(*decimals)) - (step * 10_f64.powi(*decimals)).round()).abs() < 1e-6).unwrap_or(5) as usize
}

/// Rounded, with the minus of print, and never a signed zero.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(size) if size.chars().any(|c| ('1'..='9').contains(&c)) => format!("{MINUS}{size}"),
        Some(size) => size.to_owned(),
        None => text,
    }
}

/// Commas between thousands of the whole part.
fn grouped(text: &str) -> String {
    let (sign, size) = match text.strip_prefix(MINUS) {
        Some(size) => ("\u{2212}", size),
        None => ("", text),
    };
    let (whole, rest) = size.split_once('.').map_or((size, String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + &rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::Withheld;

    const EN: Voice = Voice { language: Language::English };
    const ZH: Voice = Voice { language: Language::Chinese };

    fn estimate(value: f64, lower: f64, upper: f64) -> Estimate {
        Estimate { value: Figure::Known(value), lower: Figure::Known(lower), upper: Figure::Known(upper) }
    }

    #[test]
    fn shares_and_differences() {
        assert_eq!(EN.share(0.081), "8.1%");
        assert_eq!(EN.share(0.0057), "0.57%");
        assert_eq!(EN.share(0.0), "0.0%");
        assert_eq!(EN.estimate(Unit::Share, &estimate(0.021, 0.0071, 0.0341)).line(), "+2.10 pp (0.71 to 3.41)");
        assert_eq!(ZH.estimate(Unit::Share, &estimate(0.021, -0.0071, 0.0341)).line(), "+2.10 pp（−0.71 至 3.41）");
        assert_eq!(EN.estimate(Unit::Share, &estimate(0.0002, -0.0004, 0.0007)).line(), "+0.020 pp (−0.040 to 0.070)");
        assert_eq!(EN.relative(&estimate(0.35, 0.111, 0.673)).line(), "+35.0% (11.1 to 67.3)");
        assert_eq!(EN.difference(Unit::Share, -1e-9), "0.0000 pp");
    }

    #[test]
    fn money_is_short_and_its_exact_amount_kept() {
        assert_eq!(EN.money(3440.0), "¥3,440");
        assert_eq!(EN.money(-600.0), "−¥600");
        assert_eq!(EN.money(19.047_619), "¥19.05");
        assert_eq!(ZH.money(23_456.0), "2.35万元");
        assert_eq!(ZH.money(-230_000_000.0), "−2.30亿元");
        assert_eq!(ZH.exact_money(23_456.0).as_deref(), Some("23,456.00元"));
        assert_eq!(EN.exact_money(600.0), None);
        assert_eq!(ZH.estimate(Unit::Money, &estimate(3440.0, 960.0, 5920.0)).line(), "+3,440元（960 至 5,920）");
    }

    #[test]
    fn a_withheld_number_is_its_reason() {
        let none = Estimate { value: Withheld::NoUnits.into(), lower: Withheld::NoUnits.into(), upper: Withheld::NoUnits.into() };
        assert_eq!(EN.estimate(Unit::Share, &none).line(), "withheld, because nobody is in the group");
        let open = Estimate { value: Figure::Known(0.02), lower: Figure::Known(0.01), upper: Withheld::TooLarge.into() };
        assert_eq!(EN.estimate(Unit::Share, &open).line(), "+2.00 pp (1.00 or more)");
        assert_eq!(EN.p(0.0004), "p < 0.001");
        assert_eq!(EN.p(0.0041), "p = 0.004");
        assert_eq!(EN.chance(0.000_4), "<0.1%");
        assert_eq!(precise(0.001), "0.001");
        assert_eq!(precise(1.3e-12), "1.3e−12");
        assert_eq!(precise(-20.5), "−20.5");
    }
}
