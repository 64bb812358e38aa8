//! A number that cannot be given is a value of its own, with its reason: never zero, never "not a number".

use crate::diag::{Language, Text};
use std::collections::BTreeMap;

/// A number, or the reason why there is none. Every function of this room that can fail returns it.
pub type Measured<T> = Result<T, Withheld>;

/// Why a number is withheld.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Withheld {
    /// Nobody is in the group, or there is nothing to compute from.
    NoUnits,
    /// Fewer units than the method needs.
    TooFewUnits { have: f64, need: f64 },
    /// Everybody has the same value, so that no spread can be measured.
    NoVariation,
    /// The control mean is zero, so that nothing can be said relative to it.
    ZeroBaseline,
    /// The control mean cannot be told from zero (Fieller's g is 1 or more), so that the relative interval has no end.
    UncertainBaseline { g: f64 },
    /// Nobody responded in one of the arms; a ratio of rates does not exist.
    NoResponses,
    /// The denominator of a ratio sums to zero.
    ZeroDenominator,
    /// There is no extra response to divide by.
    NoIncrement,
    /// An argument lies outside its range: a rate below zero, a level of one, more responses than people.
    OutOfRange { value: f64 },
    /// The lists that belong together have different lengths.
    UnequalLengths { left: f64, right: f64 },
    /// The columns depend on each other, so that the equations have no single solution.
    Dependent,
    /// The search found no solution.
    NoSolution,
    /// The curve never falls to the asked level.
    NotReached,
    /// Too few of the logged decisions resemble the proposed ones.
    PoorOverlap { effective: f64, need: f64 },
    /// Frequency and value depend on each other, so that the value model does not hold.
    Correlated { correlation: f64 },
    /// A unit cost or a value was not declared.
    NotPriced,
    /// The result is larger than any number that can be stored.
    TooLarge,
    /// Nothing was registered that the number could be held against: a share, a target.
    NotRegistered,
    /// Units did not come into their arms by chance, so that the number would claim a cause.
    NotRandomised,
}

impl Withheld {
    /// Stable word for files; never translated.
    #[must_use]
    pub fn slug(&self) -> &'static str {
        match self {
            Self::NoUnits => "no-units",
            Self::TooFewUnits { .. } => "too-few-units",
            Self::NoVariation => "no-variation",
            Self::ZeroBaseline => "zero-baseline",
            Self::UncertainBaseline { .. } => "uncertain-baseline",
            Self::NoResponses => "no-responses",
            Self::ZeroDenominator => "zero-denominator",
            Self::NoIncrement => "no-increment",
            Self::OutOfRange { .. } => "out-of-range",
            Self::UnequalLengths { .. } => "unequal-lengths",
            Self::Dependent => "dependent-columns",
            Self::NoSolution => "no-solution",
            Self::NotReached => "not-reached",
            Self::PoorOverlap { .. } => "poor-overlap",
            Self::Correlated { .. } => "value-depends-on-frequency",
            Self::NotPriced => "not-priced",
            Self::TooLarge => "too-large",
            Self::NotRegistered => "not-registered",
            Self::NotRandomised => "not-randomised",
        }
    }

    /// The reason in both languages; `{have}`, `{need}`, `{value}` are filled by [`Withheld::sentence`].
    #[must_use]
    pub fn text(&self) -> Text {
        match self {
            Self::NoUnits => Text { en: "withheld, because nobody is in the group", zh: "不予给出：该组没有人" },
            Self::TooFewUnits { .. } => Text {
                en: "withheld, because there are {have} customers and {need} are needed",
                zh: "不予给出：只有 {have} 位客户，需要 {need} 位",
            },
            Self::NoVariation => Text {
                en: "withheld, because everybody has the same value",
                zh: "不予给出：所有人的取值相同，无法衡量波动",
            },
            Self::ZeroBaseline => Text {
                en: "withheld, because the control mean is zero; see the absolute difference",
                zh: "不予给出：对照组均值为零，请看绝对差",
            },
            Self::UncertainBaseline { .. } => Text {
                en: "withheld, because the control mean cannot be told from zero (g = {value}); see the absolute difference",
                zh: "不予给出：对照组均值与零无法区分（g = {value}），请看绝对差",
            },
            Self::NoResponses => {
                Text { en: "withheld, because nobody responded in one of the arms", zh: "不予给出：有一组无人响应" }
            }
            Self::ZeroDenominator => Text { en: "withheld, because the denominator sums to zero", zh: "不予给出：分母合计为零" },
            Self::NoIncrement => Text { en: "none, because there is no extra response", zh: "无：没有增量响应" },
            Self::OutOfRange { .. } => {
                Text { en: "withheld, because {value} is outside the allowed range", zh: "不予给出：{value} 超出允许范围" }
            }
            Self::UnequalLengths { .. } => Text {
                en: "withheld, because the lists have {have} and {need} entries",
                zh: "不予给出：两列分别有 {have} 和 {need} 项",
            },
            Self::Dependent => Text { en: "withheld, because the columns depend on each other", zh: "不予给出：各列线性相关" },
            Self::NoSolution => Text { en: "withheld, because the search found no solution", zh: "不予给出：未找到解" },
            Self::NotReached => Text { en: "not reached", zh: "未达到" },
            Self::PoorOverlap { .. } => Text {
                en: "withheld, because only {have} of the logged decisions count for the proposed rule, {need} are needed",
                zh: "不予给出：历史决策中仅有效 {have} 条可用于所提规则，需要 {need} 条",
            },
            Self::Correlated { .. } => Text {
                en: "withheld, because value and frequency move together (correlation {value})",
                zh: "不予给出：金额与频率相关（相关系数 {value}）",
            },
            Self::NotPriced => Text { en: "benefit not priced", zh: "未定价" },
            Self::TooLarge => Text { en: "withheld, because the number is too large to store", zh: "不予给出：数值过大" },
            Self::NotRegistered => Text {
                en: "withheld, because nothing was registered to hold it against",
                zh: "不予给出：没有登记可供对照的值",
            },
            Self::NotRandomised => Text {
                en: "withheld, because customers did not come into the arms by chance",
                zh: "不予给出：客户不是随机分组的",
            },
        }
    }

    /// The reason as a sentence of one language, numbers filled in.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let mut arguments = BTreeMap::new();
        let mut put = |name: &'static str, value: f64| {
            arguments.insert(name, format!("{}", (value * 1e4).round() / 1e4));
        };
        match *self {
            Self::TooFewUnits { have, need } => {
                put("have", have);
                put("need", need);
            }
            Self::PoorOverlap { effective, need } => {
                put("have", effective.floor());
                put("need", need);
            }
            Self::UnequalLengths { left, right } => {
                put("have", left);
                put("need", right);
            }
            Self::UncertainBaseline { g: value } | Self::OutOfRange { value } | Self::Correlated { correlation: value } => {
                put("value", value)
            }
            Self::NoUnits
            | Self::NoVariation
            | Self::ZeroBaseline
            | Self::NoResponses
            | Self::ZeroDenominator
            | Self::NoIncrement
            | Self::Dependent
            | Self::NoSolution
            | Self::NotReached
            | Self::NotPriced
            | Self::TooLarge
            | Self::NotRegistered
            | Self::NotRandomised => {}
        }
        self.text().render(language, &arguments)
    }
}

/// A finite number, or [`Withheld::TooLarge`]: the last guard before a result leaves this room.
///
/// # Errors
/// The value is infinite or not a number.
pub fn finite(value: f64) -> Measured<f64> {
    if value.is_finite() { Ok(value) } else { Err(Withheld::TooLarge) }
}

/// A probability strictly between zero and one, such as an error level or a power.
///
/// # Errors
/// The value lies outside.
pub fn level(value: f64) -> Measured<f64> {
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err(Withheld::OutOfRange { value }) }
}

/// Two lists that belong together, row by row.
///
/// # Errors
/// Their lengths differ, or they are empty.
pub fn paired(left: usize, right: usize) -> Measured<()> {
    if left != right {
        return Err(Withheld::UnequalLengths { left: left as f64, right: right as f64 });
    }
    if left == 0 { Err(Withheld::NoUnits) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_its_numbers_in_both_languages() {
        let reason = Withheld::TooFewUnits { have: 3.0, need: 8.0 };
        assert_eq!(reason.sentence(Language::English), "withheld, because there are 3 customers and 8 are needed");
        assert_eq!(reason.sentence(Language::Chinese), "不予给出：只有 3 位客户，需要 8 位");
        assert_eq!(finite(f64::NAN), Err(Withheld::TooLarge));
        assert_eq!(level(1.0), Err(Withheld::OutOfRange { value: 1.0 }));
        assert_eq!(paired(0, 0), Err(Withheld::NoUnits));
    }
}
