//! Texts with slots.

use crate::check::names::Scope;
use crate::check::problems::declarations as problems;
use crate::check::wording;
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{FormatStyle, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{Name, Slot, TextLiteral, TextPart};
use crate::types::{Type, Value};

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
            Some(format) => self.format_style(format)?,
            None => FormatStyle::Plain,
        };
        let node = self.formatted(&typed, style, slot.span);
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
                    self.report(Problem::new(&problems::NULLABLE_SLOT, slot.span).with("slot", slot.path.text()).with("fallback", format!("{{{}|…}}", slot.path.text())));
                    return None;
                }
                Some(node)
            }
        }
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

    fn format_style(&mut self, format: &Name) -> Option<FormatStyle> {
        let style = match format.text.as_str() {
            "万元" => FormatStyle::TenThousandYuan,
            "亿元" => FormatStyle::HundredMillionYuan,
            "月日" => FormatStyle::MonthDay,
            "整数" | "whole" => FormatStyle::Whole,
            _ => {
                let problem = Problem::new(&super::super::problems::names::UNKNOWN_PART, format.span).with("kind", "format");
                let formats = ["万元", "亿元", "月日", "整数"];
                self.report(wording::advised(problem.with("name", &format.text), &format.text, &formats, ("formats are", "格式有")));
                return None;
            }
        };
        Some(style)
    }
}

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
