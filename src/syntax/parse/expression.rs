//! Expressions: flat lists of operands and operators become a tree by strength.
//!
//! Strongest first: call and path · `??` · `-x` · `* /` · `+ -` · one comparison · `not` · `and` · `or`.

use super::grammar::Rule;
use super::literal::unit_of;
use super::walk::{Node, Nodes, Walk};
use crate::diag::{Problem, Text};
use crate::source::Span;
use crate::syntax::ast::{
    Argument, ArgumentKind, ArithmeticOperator, CalendarPeriod, ComparisonLink, ComparisonOperator, Entry, Expression, ExpressionKind,
    InSet, Literal, Presence, Window, WindowKind,
};
use crate::syntax::problems;
use std::iter::Peekable;

/// Longer chains would make trees that later stages cannot walk safely.
const OPERATOR_LIMIT: usize = 500;

type Pieces<'t> = Peekable<Nodes<'t>>;

fn build(span: Span, kind: ExpressionKind) -> Expression {
    Expression { span, kind: Box::new(kind) }
}

fn next_is(pieces: &mut Pieces<'_>, wanted: &[Rule]) -> bool {
    pieces.peek().is_some_and(|piece| wanted.contains(&piece.as_rule()))
}

impl<'t> Walk<'t> {
    /// The tree of an `expression` or `amount` node.
    pub(super) fn expression(&mut self, node: &Node<'t>) -> Expression {
        let pieces = node.clone().into_inner();
        if pieces.len() > 2 * OPERATOR_LIMIT {
            let span = self.span(node);
            self.report(Problem::new(&problems::EXPRESSION_TOO_LONG, span).with("limit", OPERATOR_LIMIT));
            return self.absent(node);
        }
        let mut pieces = pieces.peekable();
        self.disjunction(node, &mut pieces)
    }

    fn disjunction(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let mut left = self.conjunction(node, pieces);
        while next_is(pieces, &[Rule::or]) {
            self.take_operator(pieces);
            let right = self.conjunction(node, pieces);
            left = build(left.span.to(right.span), ExpressionKind::Or(left, right));
        }
        left
    }

    fn conjunction(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let mut left = self.negation(node, pieces);
        while next_is(pieces, &[Rule::and]) {
            self.take_operator(pieces);
            let right = self.negation(node, pieces);
            left = build(left.span.to(right.span), ExpressionKind::And(left, right));
        }
        left
    }

    fn negation(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let mut signs = Vec::new();
        while next_is(pieces, &[Rule::not]) {
            signs.extend(self.take_operator(pieces));
        }
        let mut inner = self.comparison(node, pieces);
        for (_, span) in signs.into_iter().rev() {
            inner = build(span.to(inner.span), ExpressionKind::Not(inner));
        }
        inner
    }

    fn comparison(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let first = self.sum(node, pieces);
        if next_is(pieces, &[Rule::in_test]) {
            return match pieces.next() {
                Some(test) => self.in_test(first, &test),
                None => first,
            };
        }
        if next_is(pieces, &[Rule::is_test]) {
            return match pieces.next() {
                Some(test) => self.is_test(first, &test),
                None => first,
            };
        }
        let mut rest = Vec::new();
        while next_is(pieces, &[Rule::comparison_operator]) {
            let Some((written, operator_span)) = self.take_operator(pieces) else { break };
            let right = self.sum(node, pieces);
            rest.push(ComparisonLink { operator: comparison_operator(&written), operator_span, right });
        }
        self.check_chain(&rest);
        match rest.last() {
            Some(last) => build(first.span.to(last.right.span), ExpressionKind::Comparison { first, rest }),
            None => first,
        }
    }

    /// `a <= x < b` is a range; other chains have no one meaning.
    fn check_chain(&mut self, links: &[ComparisonLink]) {
        let [first, second] = links else { return };
        let upward = |link: &ComparisonLink| matches!(link.operator, ComparisonOperator::Less | ComparisonOperator::LessOrEqual);
        let downward = |link: &ComparisonLink| matches!(link.operator, ComparisonOperator::Greater | ComparisonOperator::GreaterOrEqual);
        if !(upward(first) && upward(second) || downward(first) && downward(second)) {
            self.report(Problem::new(&problems::MIXED_CHAIN, second.operator_span));
        }
    }

    fn sum(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let mut left = self.product(node, pieces);
        while next_is(pieces, &[Rule::plus, Rule::minus]) {
            let Some((written, operator_span)) = self.take_operator(pieces) else { break };
            let operator = if written == "+" { ArithmeticOperator::Add } else { ArithmeticOperator::Subtract };
            let right = self.product(node, pieces);
            left = build(left.span.to(right.span), ExpressionKind::Arithmetic { operator, operator_span, left, right });
        }
        left
    }

    fn product(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let mut left = self.signed(node, pieces);
        while next_is(pieces, &[Rule::star, Rule::slash]) {
            let Some((written, operator_span)) = self.take_operator(pieces) else { break };
            let operator = if written == "*" { ArithmeticOperator::Multiply } else { ArithmeticOperator::Divide };
            let right = self.signed(node, pieces);
            left = build(left.span.to(right.span), ExpressionKind::Arithmetic { operator, operator_span, left, right });
        }
        left
    }

    fn signed(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        let mut signs = Vec::new();
        while next_is(pieces, &[Rule::minus]) {
            signs.extend(self.take_operator(pieces));
        }
        let mut inner = self.operand_or_absent(node, pieces);
        while next_is(pieces, &[Rule::coalesce]) {
            self.take_operator(pieces);
            let right = self.operand_or_absent(node, pieces);
            inner = build(inner.span.to(right.span), ExpressionKind::Coalesce(inner, right));
        }
        for (_, span) in signs.into_iter().rev() {
            inner = build(span.to(inner.span), ExpressionKind::Negate(inner));
        }
        inner
    }

    fn operand_or_absent(&mut self, node: &Node<'t>, pieces: &mut Pieces<'t>) -> Expression {
        match pieces.next() {
            Some(piece) => self.operand(&piece),
            None => self.absent(node),
        }
    }

    fn operand(&mut self, node: &Node<'t>) -> Expression {
        let span = self.span(node);
        match node.as_rule() {
            Rule::text => build(span, ExpressionKind::Text(self.text(node))),
            Rule::list => {
                let items = self.all(node, Rule::expression);
                build(span, ExpressionKind::List(items.iter().map(|item| self.expression(item)).collect()))
            }
            Rule::group => {
                let inner = self.child_expression(node);
                Expression { span, kind: inner.kind }
            }
            Rule::call_or_path => self.call_or_path(node),
            Rule::since_expression => {
                let mut parts = node.clone().into_inner();
                let unit = parts.next();
                let moment = parts.nth(1);
                let (Some(unit), Some(moment)) = (unit, moment) else { return self.absent(node) };
                let unit_span = self.span(&unit);
                let moment = self.operand(&moment);
                build(span, ExpressionKind::Since { unit: unit_of(unit.as_str()), unit_span, moment })
            }
            _ => match self.literal(node) {
                Some(literal) => build(span, ExpressionKind::Literal(literal)),
                None => self.absent(node),
            },
        }
    }

    fn call_or_path(&mut self, node: &Node<'t>) -> Expression {
        let span = self.span(node);
        let function = self.child_path(node);
        let Some(arguments) = self.child(node, Rule::arguments) else {
            return build(span, ExpressionKind::Path(function));
        };
        let arguments = self.all(&arguments, Rule::argument).iter().map(|argument| self.argument(argument)).collect();
        build(span, ExpressionKind::Call { function, arguments })
    }

    fn argument(&mut self, node: &Node<'t>) -> Argument {
        let span = self.span(node);
        let Some(inner) = node.clone().into_inner().next() else {
            let value = self.absent(node);
            return Argument { span, kind: ArgumentKind::Rows { value, per: None, filter: None, among: None } };
        };
        let kind = match inner.as_rule() {
            Rule::window => ArgumentKind::Window(self.window(&inner)),
            Rule::at_least => ArgumentKind::AtLeast(self.child_expression(&inner)),
            Rule::at_most => ArgumentKind::AtMost(self.child_expression(&inner)),
            Rule::to_argument => ArgumentKind::To(self.child_expression(&inner)),
            Rule::named_argument => ArgumentKind::Named { name: self.child_word(&inner), value: self.child_expression(&inner) },
            _ => self.rows(&inner),
        };
        Argument { span, kind }
    }

    fn rows(&mut self, node: &Node<'t>) -> ArgumentKind {
        let mut expressions = self.all(node, Rule::expression).into_iter();
        let value = self.expression_or_absent(node, expressions.next());
        let filter = expressions.next().map(|filter| self.expression(&filter));
        let per = self.child(node, Rule::path).map(|path| self.path(&path));
        let among = self.child(node, Rule::among_path).map(|path| self.child_path(&path));
        ArgumentKind::Rows { value, per, filter, among }
    }

    pub(super) fn window(&mut self, node: &Node<'t>) -> Window {
        let span = self.span(node);
        let kind = match node.clone().into_inner().next() {
            Some(inner) => self.window_kind(&inner),
            None => WindowKind::This(CalendarPeriod::Day),
        };
        Window { span, kind }
    }

    fn window_kind(&mut self, node: &Node<'t>) -> WindowKind {
        match node.as_rule() {
            Rule::last_window => {
                let length = self.child_expression(node);
                let ending_ago = self.all(node, Rule::amount).get(1).map(|ago| self.expression(ago));
                WindowKind::Last { length, ending_ago }
            }
            Rule::next_window => WindowKind::Next { length: self.child_expression(node) },
            Rule::this_window => WindowKind::This(self.period(node)),
            Rule::previous_window => WindowKind::Previous(self.period(node)),
            Rule::since_window => WindowKind::Since { moment: self.child_expression(node) },
            _ => WindowKind::Within { length: self.child_expression(node) },
        }
    }

    /// The calendar period directly below.
    pub(super) fn period(&self, node: &Node<'t>) -> CalendarPeriod {
        match self.child(node, Rule::period).map(|period| period.as_str()) {
            Some("month") => CalendarPeriod::Month,
            Some("quarter") => CalendarPeriod::Quarter,
            Some("year") => CalendarPeriod::Year,
            Some("week") => CalendarPeriod::Week,
            Some(_) | None => CalendarPeriod::Day,
        }
    }

    fn in_test(&mut self, value: Expression, node: &Node<'t>) -> Expression {
        let span = value.span.to(self.span(node));
        let mut negated = false;
        let mut set = None;
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::not => {
                    negated = true;
                    self.check_operator(&part);
                }
                Rule::window => set = Some(InSet::Window(self.window(&part))),
                Rule::top_share => {
                    let among = self.child(&part, Rule::top_among).map(|among| self.expression(&among));
                    set = Some(InSet::Top { share: self.child_expression(&part), among });
                }
                Rule::amount => set = Some(InSet::Values(self.expression(&part))),
                _ => {}
            }
        }
        let set = set.unwrap_or_else(|| InSet::Values(self.absent(node)));
        build(span, ExpressionKind::In { value, negated, set })
    }

    fn is_test(&mut self, value: Expression, node: &Node<'t>) -> Expression {
        let span = value.span.to(self.span(node));
        let state = if self.child(node, Rule::kw_missing).is_some() { Presence::Missing } else { Presence::Known };
        build(span, ExpressionKind::Is { value, state })
    }

    fn take_operator(&mut self, pieces: &mut Pieces<'t>) -> Option<(String, Span)> {
        let node = pieces.next()?;
        self.check_operator(&node);
        Some((node.as_str().to_owned(), self.span(&node)))
    }

    /// Refuses operators of other languages.
    pub(super) fn check_operator(&mut self, node: &Node<'t>) {
        let plain = match node.as_str() {
            "==" => "=",
            "<>" => "!=",
            "&&" => "and",
            "||" => "or",
            "!" => "not",
            _ => return,
        };
        let span = self.span(node);
        let (before, after) = self.blanks_needed(node, plain);
        let replacement = format!("{before}{plain}{after}");
        let title = Text { en: "write it the way of this language", zh: "改为本语言的写法" };
        let problem = Problem::new(&problems::FOREIGN_OPERATOR, span).with("found", node.as_str()).with("plain", plain);
        self.report(problem.fix(title, span, replacement, true));
    }

    /// A word needs blanks around it where a sign needed none.
    fn blanks_needed(&self, node: &Node<'t>, plain: &str) -> (&'static str, &'static str) {
        if !plain.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return ("", "");
        }
        let span = self.span(node);
        let before = self.original.get(..span.start as usize).and_then(|text| text.chars().next_back());
        let after = self.original.get(span.end as usize..).and_then(|text| text.chars().next());
        let touches = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        (if touches(before) { " " } else { "" }, if touches(after) { " " } else { "" })
    }

    /// `name: value` pairs directly below.
    pub(super) fn entries(&mut self, node: &Node<'t>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for part in self.all(node, Rule::entry) {
            entries.push(Entry { name: self.child_word(&part), value: self.child_expression(&part) });
        }
        entries
    }

    /// Whether an expression is exactly the word `unknown`.
    pub(super) fn is_unknown(expression: &Expression) -> bool {
        matches!(*expression.kind, ExpressionKind::Literal(Literal::Unknown))
    }
}

pub(super) fn comparison_operator(written: &str) -> ComparisonOperator {
    match written {
        "=" | "==" => ComparisonOperator::Equal,
        "!=" | "<>" => ComparisonOperator::NotEqual,
        "<" => ComparisonOperator::Less,
        "<=" => ComparisonOperator::LessOrEqual,
        ">" => ComparisonOperator::Greater,
        _ => ComparisonOperator::GreaterOrEqual,
    }
}
