//! Expressions that a declaration stands for: `model churn …` means a latest score, which is lowered like one the author wrote.

use crate::source::Span;
use crate::syntax::ast::{
    Argument, ArgumentKind, ComparisonLink, ComparisonOperator, Expression, ExpressionKind, InSet, Name, Path, Presence, TextLiteral,
    TextPart, Window, WindowKind,
};

/// Builds expressions that all stand at one place of the author's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Synthetic(pub Span);

impl Synthetic {
    fn of(self, kind: ExpressionKind) -> Expression {
        Expression { span: self.0, kind: Box::new(kind) }
    }

    /// `a.b`
    pub fn path(self, names: &[&str]) -> Expression {
        self.of(ExpressionKind::Path(self.dotted(names)))
    }

    fn dotted(self, names: &[&str]) -> Path {
        let segments = names.iter().map(|name| Name { text: (*name).to_string(), span: self.0 }).collect();
        Path { segments, span: self.0 }
    }

    pub fn text(self, text: &str) -> Expression {
        let parts = vec![TextPart::Text(text.to_string())];
        self.of(ExpressionKind::Text(TextLiteral { span: self.0, parts }))
    }

    pub fn compare(self, left: Expression, operator: ComparisonOperator, right: Expression) -> Expression {
        let rest = vec![ComparisonLink { operator, operator_span: self.0, right }];
        self.of(ExpressionKind::Comparison { first: left, rest })
    }

    pub fn one_of(self, value: Expression, texts: &[&str]) -> Expression {
        let list = self.of(ExpressionKind::List(texts.iter().map(|text| self.text(text)).collect()));
        self.of(ExpressionKind::In { value, negated: false, set: InSet::Values(list) })
    }

    pub fn missing(self, value: Expression) -> Expression {
        self.of(ExpressionKind::Is { value, state: Presence::Missing })
    }

    pub fn either(self, left: Expression, right: Expression) -> Expression {
        self.of(ExpressionKind::Or(left, right))
    }

    pub fn all(self, mut conditions: Vec<Expression>) -> Option<Expression> {
        let mut whole = conditions.pop()?;
        while let Some(next) = conditions.pop() {
            whole = self.of(ExpressionKind::And(next, whole));
        }
        Some(whole)
    }

    /// `FUNCTION(VALUE where FILTER, last LENGTH)`
    pub fn aggregate(self, function: &str, value: &[&str], filter: Option<Expression>, length: Option<&Expression>) -> Expression {
        let rows = ArgumentKind::Rows { value: self.path(value), per: None, filter, among: None };
        let mut arguments = vec![Argument { span: self.0, kind: rows }];
        arguments.extend(length.map(|length| {
            let kind = WindowKind::Last { length: length.clone(), ending_ago: None };
            Argument { span: length.span, kind: ArgumentKind::Window(Window { span: length.span, kind }) }
        }));
        self.of(ExpressionKind::Call { function: self.dotted(&[function]), arguments })
    }
}
