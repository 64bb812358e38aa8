//! Expressions, windows, literals and texts with slots.

use super::{Name, Path};
use crate::source::Span;

#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub span: Span,
    pub kind: Box<ExpressionKind>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    Literal(Literal),
    /// `"您的{school}"`; a plain text is one with a single `TextPart::Text` or none.
    Text(TextLiteral),
    Path(Path),
    /// `[a, b]`
    List(Vec<Expression>),
    /// `sum(accounts.balance where …, last 30 days)`; also `if(c, a, b)` and features with arguments.
    Call {
        function: Path,
        arguments: Vec<Argument>,
    },
    /// `days since X`, `months since X`.
    Since {
        unit: DurationUnit,
        unit_span: Span,
        moment: Expression,
    },
    Negate(Expression),
    Not(Expression),
    /// `a ?? b`
    Coalesce(Expression, Expression),
    Arithmetic {
        operator: ArithmeticOperator,
        operator_span: Span,
        left: Expression,
        right: Expression,
    },
    /// `a < b`, or the chain `a <= x < b` with two links.
    Comparison {
        first: Expression,
        rest: Vec<ComparisonLink>,
    },
    /// `x in [..]`, `x in next 30 days`, `x in top 20%`, `x not in …`
    In {
        value: Expression,
        negated: bool,
        set: InSet,
    },
    /// `x is missing`, `x is known`
    Is {
        value: Expression,
        state: Presence,
    },
    And(Expression, Expression),
    Or(Expression, Expression),
}

#[derive(Debug, Clone, PartialEq)]
pub struct ComparisonLink {
    pub operator: ComparisonOperator,
    pub operator_span: Span,
    pub right: Expression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparisonOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArithmeticOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    Missing,
    Known,
}

#[derive(Debug, Clone, PartialEq)]
pub enum InSet {
    /// A list, or a param/closed set named by a path.
    Values(Expression),
    Window(Window),
    /// `in top 20%`, `in top best_share among active`
    Top {
        share: Expression,
        among: Option<Expression>,
    },
}

/// One argument of a call. Aggregates use several forms together: `EXPR per COL where E among same PATH, WINDOW, at least N`.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    pub span: Span,
    pub kind: ArgumentKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ArgumentKind {
    /// A plain expression is `Rows` with only `value`.
    Rows {
        value: Expression,
        per: Option<Path>,
        filter: Option<Expression>,
        among: Option<Path>,
    },
    Window(Window),
    AtLeast(Expression),
    AtMost(Expression),
    To(Expression),
    /// `best: low`, `rule: last_touch`; the name may be a reserved word.
    Named {
        name: Name,
        value: Expression,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    pub span: Span,
    pub kind: WindowKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum WindowKind {
    /// `last D`, `last D ending E ago`
    Last { length: Expression, ending_ago: Option<Expression> },
    /// `next D`
    Next { length: Expression },
    /// `this month`, `this quarter`, `this year`
    This(CalendarPeriod),
    /// `previous month` …
    Previous(CalendarPeriod),
    /// `since TIME`
    Since { moment: Expression },
    /// `within D`, from entry; outcomes only
    Within { length: Expression },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarPeriod {
    Month,
    Quarter,
    Year,
    Week,
    Day,
}

/// Unit words after a number, in either language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurationUnit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Workday,
    /// `2 evaluations`, only in ladder memory clauses.
    Evaluation,
}

/// `mantissa × 10^-scale`; `50万` is 500000 with scale 0, `1.5` is 15 with scale 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub mantissa: i128,
    pub scale: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Number(Decimal),
    /// `80元`, `2.3万元`: the amount in currency units.
    Money(Decimal),
    /// `30%`, as written: 30.
    Percent(Decimal),
    /// `+35% rel`
    RelativePercent(Decimal),
    BasisPoints(Decimal),
    /// `3pp`, as written: 3.
    PercentagePoints(Decimal),
    /// `×3`
    Times(Decimal),
    Duration {
        amount: Decimal,
        unit: DurationUnit,
    },
    /// `2026-11-20`, written parts not yet checked for existence.
    Date {
        year: i32,
        month: u32,
        day: u32,
    },
    Instant {
        year: i32,
        month: u32,
        day: u32,
        hour: u32,
        minute: u32,
        second: u32,
    },
    Clock {
        hour: u32,
        minute: u32,
    },
    True,
    False,
    Missing,
    Unknown,
    Any,
    None,
}

/// A text in quotes with `{path}`, `{path:format}`, `{path|fallback}` slots, escapes already resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLiteral {
    pub span: Span,
    pub parts: Vec<TextPart>,
}

impl TextLiteral {
    /// The text when it has no slots.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Text(text) => out.push_str(text),
                TextPart::Slot(_) => return None,
            }
        }
        Some(out)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum TextPart {
    Text(String),
    Slot(Slot),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    pub span: Span,
    pub path: Path,
    pub format: Option<Name>,
    pub fallback: Option<String>,
}
