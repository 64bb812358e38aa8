//! Numbers with their units, dates, and texts with slots.

use super::grammar::Rule;
use super::walk::{Node, Walk, unescape};
use crate::diag::{Problem, Text};
use crate::source::Span;
use crate::syntax::ast::{Decimal, DurationUnit, Literal, Name, Path, Slot, TextLiteral, TextPart};
use crate::syntax::problems;

const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };

impl<'t> Walk<'t> {
    /// A literal node, or `None` when the node is something else.
    pub(super) fn literal(&mut self, node: &Node<'t>) -> Option<Literal> {
        let literal = match node.as_rule() {
            Rule::plain => Literal::Number(self.first_decimal(node)),
            Rule::money => self.money(node),
            Rule::percent => Literal::Percent(self.first_decimal(node)),
            Rule::relative => Literal::RelativePercent(self.first_decimal(node)),
            Rule::bp => Literal::BasisPoints(self.first_decimal(node)),
            Rule::pp => Literal::PercentagePoints(self.first_decimal(node)),
            Rule::times => Literal::Times(self.first_decimal(node)),
            Rule::duration => {
                let unit = self.child(node, Rule::unit).map_or(DurationUnit::Day, |unit| unit_of(unit.as_str()));
                Literal::Duration { amount: self.first_decimal(node), unit }
            }
            Rule::date => {
                let (year, month, day) = self.calendar_day(node);
                Literal::Date { year, month, day }
            }
            Rule::instant => self.instant(node),
            Rule::clock => self.clock(node),
            Rule::constant => match node.as_str() {
                "true" => Literal::True,
                "false" => Literal::False,
                "missing" => Literal::Missing,
                "unknown" => Literal::Unknown,
                "any" => Literal::Any,
                _ => Literal::None,
            },
            _ => return None,
        };
        Some(literal)
    }

    fn first_decimal(&mut self, node: &Node<'t>) -> Decimal {
        let Some(number) = self.child(node, Rule::number) else { return ZERO };
        self.decimal(number.as_str(), self.span(&number))
    }

    /// Exact value of a written number.
    fn decimal(&mut self, written: &str, span: Span) -> Decimal {
        match exact(written) {
            Some(decimal) => decimal,
            None => {
                self.report(Problem::new(&problems::NUMBER_TOO_LARGE, span).with("found", shortened(written)));
                ZERO
            }
        }
    }

    fn money(&mut self, node: &Node<'t>) -> Literal {
        let amount = self.first_decimal(node);
        if self.child(node, Rule::money_sign).is_some() {
            let span = self.span(node);
            let number = self.child(node, Rule::number).map_or(String::new(), |number| number.as_str().to_owned());
            let plain = format!("{number}元");
            let title = Text { en: "put the unit behind the number", zh: "把单位写在数字后面" };
            let problem = Problem::new(&problems::CURRENCY_SIGN, span).with("plain", &plain);
            self.report(problem.fix(title, span, plain, true));
        }
        Literal::Money(amount)
    }

    /// Year, month and day of a date or instant; reports days that do not exist and other spellings.
    fn calendar_day(&mut self, node: &Node<'t>) -> (i32, u32, u32) {
        let parts: Vec<Node<'t>> = node.clone().into_inner().collect();
        let number = |at: usize| parts.get(at).and_then(|part| part.as_str().parse::<u32>().ok()).unwrap_or(0);
        let (year, month, day) = (i32::try_from(number(0)).unwrap_or(0), number(1), number(2));
        let written_end = if node.as_str().contains('日') {
            node.as_str().find('日').map_or(0, |at| at + '日'.len_utf8())
        } else {
            parts.get(2).map_or(0, |part| part.as_span().end() - node.as_span().start())
        };
        let start = node.as_span().start();
        let span = self.place(start, start + written_end);
        let written = node.as_str().get(..written_end).unwrap_or("").to_owned();
        if chrono::NaiveDate::from_ymd_opt(year, month, day).is_none() {
            self.report(Problem::new(&problems::NO_SUCH_DATE, span).with("found", written));
            return (year, month, day);
        }
        let plain = format!("{year:04}-{month:02}-{day:02}");
        if written != plain {
            let title = Text { en: "write the date with hyphens", zh: "改用连字符书写日期" };
            let problem = Problem::new(&problems::DATE_SPELLING, span).with("plain", &plain);
            self.report(problem.fix(title, span, plain, true));
        }
        (year, month, day)
    }

    fn instant(&mut self, node: &Node<'t>) -> Literal {
        let (year, month, day) = self.calendar_day(node);
        let parts: Vec<u32> = node.clone().into_inner().skip(3).filter_map(|part| part.as_str().parse().ok()).collect();
        let at = |index: usize| parts.get(index).copied().unwrap_or(0);
        let (hour, minute, second) = (at(0), at(1), at(2));
        if hour > 23 || minute > 59 || second > 59 {
            self.no_such_time(node);
        }
        Literal::Instant { year, month, day, hour, minute, second }
    }

    fn clock(&mut self, node: &Node<'t>) -> Literal {
        let (hour, minute) = node.as_str().split_once(':').unwrap_or(("0", "0"));
        let (hour, minute) = (hour.parse().unwrap_or(99), minute.parse().unwrap_or(99));
        if hour > 24 || minute > 59 || (hour == 24 && minute > 0) {
            self.no_such_time(node);
        }
        Literal::Clock { hour, minute }
    }

    fn no_such_time(&mut self, node: &Node<'t>) {
        let span = self.span(node);
        self.report(Problem::new(&problems::NO_SUCH_TIME, span).with("found", node.as_str()));
    }

    /// A text with slots, escapes resolved, neighbouring plain parts joined.
    pub(super) fn text(&mut self, node: &Node<'t>) -> TextLiteral {
        let span = self.span(node);
        let mut parts = Vec::new();
        let mut plain = String::new();
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::text_run => plain.push_str(part.as_str()),
                Rule::text_escape => plain.push_str(unescape(part.as_str())),
                Rule::slot => {
                    if !plain.is_empty() {
                        parts.push(TextPart::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(TextPart::Slot(self.slot(&part)));
                }
                _ => {}
            }
        }
        if !plain.is_empty() {
            parts.push(TextPart::Text(plain));
        }
        TextLiteral { span, parts }
    }

    /// The first text directly below.
    pub(super) fn child_text(&mut self, node: &Node<'t>) -> TextLiteral {
        match self.child(node, Rule::text) {
            Some(found) => self.text(&found),
            None => TextLiteral { span: self.span(node), parts: Vec::new() },
        }
    }

    fn slot(&mut self, node: &Node<'t>) -> Slot {
        let span = self.span(node);
        let mut slot = Slot { span, path: Path { segments: Vec::new(), span }, format: None, fallback: None };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::path => slot.path = self.path(&part),
                Rule::slot_format => {
                    slot.format = Some(Name { text: part.as_str().trim().to_owned(), span: self.span(&part) });
                }
                Rule::slot_fallback => slot.fallback = Some(part.as_str().to_owned()),
                _ => {}
            }
        }
        slot
    }
}

/// Exact value of digits with `_`, a point, `万` or `亿`; `None` beyond 18 digits before or 12 after the point.
fn exact(written: &str) -> Option<Decimal> {
    let (digits, power) = match (written.strip_suffix('万'), written.strip_suffix('亿')) {
        (Some(digits), _) => (digits, 4u32),
        (None, Some(digits)) => (digits, 8),
        (None, None) => (written, 0),
    };
    let clean: String = digits.chars().filter(|sign| *sign != '_').collect();
    let (whole, fraction) = clean.split_once('.').unwrap_or((clean.as_str(), ""));
    if whole.trim_start_matches('0').len() > 18 || fraction.len() > 12 {
        return None;
    }
    let mantissa: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = u32::try_from(fraction.len()).ok()?;
    if power <= scale {
        return Some(Decimal { mantissa, scale: scale - power });
    }
    let factor = 10i128.checked_pow(power - scale)?;
    Some(Decimal { mantissa: mantissa.checked_mul(factor)?, scale: 0 })
}

/// A long number cut for a message.
fn shortened(written: &str) -> String {
    if written.chars().count() <= 24 {
        return written.to_owned();
    }
    format!("{}…", written.chars().take(24).collect::<String>())
}

/// The unit a word names, in either language.
pub(super) fn unit_of(word: &str) -> DurationUnit {
    match word {
        "second" | "seconds" | "秒" | "秒钟" => DurationUnit::Second,
        "minute" | "minutes" | "分钟" => DurationUnit::Minute,
        "hour" | "hours" | "小时" | "个小时" => DurationUnit::Hour,
        "week" | "weeks" | "周" | "个星期" => DurationUnit::Week,
        "month" | "months" | "个月" => DurationUnit::Month,
        "quarter" | "quarters" | "季度" | "个季度" => DurationUnit::Quarter,
        "year" | "years" | "年" => DurationUnit::Year,
        "workday" | "workdays" | "工作日" | "个工作日" => DurationUnit::Workday,
        "evaluation" | "evaluations" | "次评估" => DurationUnit::Evaluation,
        _ => DurationUnit::Day,
    }
}
