//! Literals: numbers with their units.

use crate::check::problems::types as problems;
use crate::check::{Checker, Typed, length::Length};
use crate::diag::Problem;
use crate::source::Span;
use crate::syntax::ast::{Decimal, Literal};
use crate::types::{Type, Value};
use chrono::{Datelike, NaiveDate};

/// Minor units per unit of the currency.
const MINOR: i128 = 100;

impl Checker {
    pub(super) fn literal(&mut self, literal: &Literal, span: Span) -> Option<Typed> {
        let (value, ty) = match literal {
            Literal::Number(decimal) if decimal.scale == 0 => (self.whole_number(*decimal, 1, span)?, Type::Int),
            Literal::Number(decimal) | Literal::Times(decimal) => (Value::float(decimal_float(*decimal, 0)), Type::Number),
            Literal::Money(decimal) => (self.minor_units(*decimal, span)?, Type::Money),
            Literal::Percent(decimal) | Literal::RelativePercent(decimal) | Literal::PercentagePoints(decimal) => {
                (Value::float(decimal_float(*decimal, 2)), Type::Percent)
            }
            Literal::BasisPoints(decimal) => (self.whole_number(*decimal, 1, span)?, Type::BasisPoints),
            Literal::Duration { amount, unit } => (self.exact_length(*amount, *unit, span)?, Type::Duration),
            Literal::Date { year, month, day } => (Value::Int(days(*year, *month, *day)?), Type::Date),
            Literal::Instant { year, month, day, hour, minute, second } => {
                let clock = i64::from(*hour) * 3_600 + i64::from(*minute) * 60 + i64::from(*second);
                (Value::Int(days(*year, *month, *day)? * 86_400_000 + clock * 1_000), Type::Time)
            }
            Literal::Clock { hour, minute } => (Value::Int((i64::from(*hour) * 60 + i64::from(*minute)) * 60_000), Type::Duration),
            Literal::True => (Value::Bool(true), Type::Bool),
            Literal::False => (Value::Bool(false), Type::Bool),
            Literal::Missing | Literal::Unknown => (Value::Missing, Type::Missing),
            Literal::Any | Literal::None => {
                let problem = Problem::new(&problems::WRONG_TYPE, span).with("where", "this place").with("expected", "a value");
                self.report(problem.with("found", "a keyword"));
                return None;
            }
        };
        let node = self.constant(value, ty, span);
        Some(self.typed(node, span))
    }

    fn whole_number(&mut self, decimal: Decimal, factor: i128, span: Span) -> Option<Value> {
        let found = scaled(decimal, factor).and_then(|value| i64::try_from(value).ok());
        if found.is_none() {
            let text = self.sources.text(span).to_string();
            self.report(Problem::new(&problems::NOT_EXACT, span).with("number", text));
        }
        found.map(Value::Int)
    }

    fn minor_units(&mut self, decimal: Decimal, span: Span) -> Option<Value> {
        let text = self.sources.text(span).to_string();
        let Some(exact) = scaled(decimal, MINOR) else {
            self.report(Problem::new(&problems::TOO_MANY_DECIMALS, span).with("amount", text));
            return None;
        };
        let Ok(minor) = i64::try_from(exact) else {
            self.report(Problem::new(&problems::NOT_EXACT, span).with("number", text));
            return None;
        };
        Some(Value::Int(minor))
    }

    fn exact_length(&mut self, amount: Decimal, unit: crate::syntax::ast::DurationUnit, span: Span) -> Option<Value> {
        match Length::of(amount, unit) {
            Some(Length { months: 0, milliseconds, workdays: 0 }) => Some(Value::Int(milliseconds)),
            Some(_) => {
                let text = self.sources.text(span).to_string();
                self.report(
                    Problem::new(&problems::CALENDAR_LENGTH, span).with("amount", text).with("verb", "compared").with("verb_zh", "比较"),
                );
                None
            }
            None => {
                let text = self.sources.text(span).to_string();
                self.report(Problem::new(&problems::NOT_EXACT, span).with("number", text));
                None
            }
        }
    }
}

/// `decimal × factor` when that is whole.
fn scaled(decimal: Decimal, factor: i128) -> Option<i128> {
    let scale = 10_i128.checked_pow(decimal.scale)?;
    let value = decimal.mantissa.checked_mul(factor)?;
    (value % scale == 0).then_some(value / scale)
}

/// The float nearest to a decimal shifted right by `shift` places, through its decimal digits, so that 2.10% is exactly what 0.021 is.
pub(crate) fn decimal_float(decimal: Decimal, shift: u32) -> f64 {
    let text = format!("{}e-{}", decimal.mantissa, decimal.scale.saturating_add(shift));
    text.parse().unwrap_or(f64::NAN)
}

fn days(year: i32, month: u32, day: u32) -> Option<i64> {
    Some(i64::from(NaiveDate::from_ymd_opt(year, month, day)?.num_days_from_ce()) - 719_163)
}
