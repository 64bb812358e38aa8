//! Texts with slots.

use crate::check::names::Scope;
use crate::check::problems::{declarations as problems, facts};
use crate::check::wording;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{FormatStyle, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Name, Slot, TextLiteral, TextPart};
use crate::types::{LadderId, Physical, Type, Value};

impl Checker {
    /// An ordinary text: a missing slot makes the whole missing.
    pub(super) fn text(&mut self, text: &TextLiteral, scope: &Scope) -> Option<Typed> {
        let node = self.text_with_slots(text, scope, false)?;
        Some(self.typed(node, text.span))
    }

    /// A text whose slots are filled; with `strict`, a slot that may be missing needs a fallback.
    pub(crate) fn text_with_slots(&mut self, text: &TextLiteral, scope: &Scope, strict: bool) -> Option<NodeId> {
        let mut parts = Vec::new();
        let mut whole = true;
        for part in &text.parts {
            match part {
                TextPart::Text(plain) => parts.push(self.text_constant(plain.clone(), text.span)),
                TextPart::Slot(slot) => match self.slot(slot, scope, strict) {
                    Some(node) => parts.push(node),
                    None => whole = false,
                },
            }
        }
        if !whole {
            return None;
        }
        Some(match parts.as_slice() {
            [] => self.text_constant("", text.span),
            [single] => *single,
            _ => {
                let optional = parts.iter().any(|part| self.optional(*part));
                self.add(Kind::Concat(parts), Type::Text, optional, text.span)
            }
        })
    }

    fn slot(&mut self, slot: &Slot, scope: &Scope, strict: bool) -> Option<NodeId> {
        let typed = self.path(&slot.path, scope)?;
        let style = match &slot.format {
            Some(format) => self.format_style(slot, format, &typed.ty)?,
            None => FormatStyle::Plain,
        };
        let node = match typed.ty {
            Type::Label(ladder) => self.label_words(&typed, ladder, slot.span),
            _ => self.formatted(&typed, style, slot.span),
        };
        match &slot.fallback {
            Some(fallback) => {
                let fallback = self.text_constant(fallback.clone(), slot.span);
                if !self.optional(node) {
                    return Some(node);
                }
                Some(self.add(Kind::Coalesce(node, fallback), Type::Text, false, slot.span))
            }
            None => {
                if strict && typed.optional {
                    self.report(
                        Problem::new(&problems::NULLABLE_SLOT, slot.span)
                            .with("slot", slot.path.text())
                            .with("fallback", format!("{{{}|…}}", slot.path.text())),
                    );
                    return None;
                }
                Some(node)
            }
        }
    }

    /// A label as people read it: its display name, else its name.
    fn label_words(&mut self, label: &Typed, ladder: LadderId, span: Span) -> NodeId {
        let labels = self.ladders.get(ladder.0 as usize).map(|ladder| ladder.labels.clone()).unwrap_or_default();
        if labels.iter().all(|label| label.label.is_none()) {
            return self.formatted(label, FormatStyle::Plain, span);
        }
        // A label that is always there always has words: what is no other one is the last.
        let mut out: Option<NodeId> = label.optional.then(|| self.constant(Value::Missing, Type::Text, span));
        for (at, known) in labels.into_iter().enumerate().rev() {
            let words = self.text_constant(known.label.unwrap_or(known.name), span);
            out = Some(match out {
                None => words,
                Some(others) => {
                    let set = vec![Value::Int(i64::try_from(at).unwrap_or(i64::MAX))];
                    let is_it = self.add(Kind::OneOf { value: label.node, set }, Type::Bool, label.optional, span);
                    let is_it = self.surely(is_it, span);
                    self.either(is_it, words, others, span)
                }
            });
        }
        out.unwrap_or(label.node)
    }

    /// A value as people read it, as a text node.
    pub(crate) fn formatted(&mut self, typed: &Typed, style: FormatStyle, span: Span) -> NodeId {
        if let Some(value) = self.fixed_value(typed) {
            let formatted = crate::builtins::format_value(&value, &typed.ty, &style);
            if let Value::Text(_) = formatted {
                return self.constant(formatted, Type::Text, span);
            }
        }
        match typed.ty {
            Type::Text | Type::Choice(_) => typed.node,
            Type::Label(_) => self.add(Kind::LabelName(typed.node), Type::Text, typed.optional, span),
            _ => self.add(Kind::Format { value: typed.node, style }, Type::Text, typed.optional, span),
        }
    }

    fn format_style(&mut self, slot: &Slot, format: &Name, ty: &Type) -> Option<FormatStyle> {
        let Some((_, style, fits)) = FORMATS.iter().find(|(name, _, _)| *name == format.text.trim()) else {
            let problem = Problem::new(&super::super::problems::names::UNKNOWN_PART, format.span).with("kind", "format");
            let formats: Vec<&str> = FORMATS.iter().map(|(name, _, _)| *name).collect();
            self.report(wording::advised(problem.with("name", &format.text), &format.text, &formats, ("formats are", "格式有")));
            return None;
        };
        let (fit, expected) = match fits {
            Fits::Money => (*ty == Type::Money, "money"),
            Fits::Day => (ty.is_moment(), "a date or time"),
            Fits::Share => (matches!(ty, Type::Percent | Type::Rate | Type::Number), "a share"),
            Fits::Number => (!matches!(ty.physical(), Physical::Bool | Physical::Text), "a number"),
        };
        if !fit {
            let problem = Problem::new(&facts::FORMAT_MISFIT, format.span).with("format", &format.text).with("slot", slot.path.text());
            self.report(problem.with("expected", expected).with("found", ty));
            return None;
        }
        Some(style.clone())
    }
}

/// What values a format is for.
enum Fits {
    Money,
    Day,
    Share,
    Number,
}

/// Formats by name, Chinese first.
static FORMATS: [(&str, FormatStyle, Fits); 14] = [
    ("元", FormatStyle::Yuan, Fits::Money),
    ("万元", FormatStyle::TenThousandYuan, Fits::Money),
    ("亿元", FormatStyle::HundredMillionYuan, Fits::Money),
    ("月日", FormatStyle::MonthDay, Fits::Day),
    ("年月日", FormatStyle::FullDate, Fits::Day),
    ("百分比", FormatStyle::Percent, Fits::Share),
    ("整百分比", FormatStyle::WholePercent, Fits::Share),
    ("整数", FormatStyle::Whole, Fits::Number),
    ("yuan", FormatStyle::EnglishYuan, Fits::Money),
    ("million", FormatStyle::EnglishMillion, Fits::Money),
    ("day", FormatStyle::EnglishDay, Fits::Day),
    ("date", FormatStyle::EnglishDate, Fits::Day),
    ("percent", FormatStyle::Percent, Fits::Share),
    ("whole", FormatStyle::Whole, Fits::Number),
];

/// The longest run of plain characters a text certainly has, for length limits.
pub(crate) fn least_length(text: &TextLiteral) -> usize {
    text.parts
        .iter()
        .map(|part| match part {
            TextPart::Text(plain) => plain.chars().count(),
            TextPart::Slot(_) => 0,
        })
        .sum()
}

/// The plain words of a text, for lints.
pub(crate) fn plain_words(text: &TextLiteral) -> String {
    text.parts
        .iter()
        .map(|part| match part {
            TextPart::Text(plain) => plain.as_str(),
            TextPart::Slot(_) => " ",
        })
        .collect()
}
