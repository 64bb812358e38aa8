//! Comparison, membership and the agreement of units.

use crate::check::names::Scope;
use crate::check::problems::{names, types as problems};
use crate::check::{Checker, Typed};
use crate::diag::Problem;
use crate::ir::{Comparison, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{ComparisonLink, ComparisonOperator, Expression, ExpressionKind, InSet};
use crate::types::{LadderId, Type, Value};

impl Checker {
    pub(super) fn comparison(&mut self, first: &Expression, rest: &[ComparisonLink], span: Span, scope: &Scope) -> Option<Typed> {
        let mut nodes = Vec::new();
        let mut left = first;
        let mut whole = true;
        for link in rest {
            match self.compare_two(left, link, scope) {
                Some(node) => nodes.push(node),
                None => whole = false,
            }
            left = &link.right;
        }
        if !whole {
            return None;
        }
        let node = self.all(&nodes, span);
        Some(self.typed(node, span))
    }

    fn compare_two(&mut self, left: &Expression, link: &ComparisonLink, scope: &Scope) -> Option<NodeId> {
        let (left, right) = self.both_sides(left, &link.right, scope)?;
        let span = left.span.to(right.span);
        self.compare_typed(link.operator, left, right, span, link.operator_span)
    }

    /// Lowers two operands, either of which may be a bare label of the other's ladder.
    fn both_sides(&mut self, left: &Expression, right: &Expression, scope: &Scope) -> Option<(Typed, Typed)> {
        if self.is_bare_name(left, scope) && !self.is_bare_name(right, scope) {
            let right = self.expression(right, scope)?;
            let left = self.operand(left, &right.ty, scope)?;
            return Some((left, right));
        }
        let left = self.expression(left, scope);
        let right = match &left {
            Some(left) => self.operand(right, &left.ty.clone(), scope),
            None => None,
        };
        Some((left?, right?))
    }

    /// Whether a name means nothing by itself here, so that it can only be a label.
    fn is_bare_name(&self, expression: &Expression, scope: &Scope) -> bool {
        match expression.kind.as_ref() {
            ExpressionKind::Path(path) => path.segments.len() == 1 && !self.means_something(path, scope),
            _ => false,
        }
    }

    /// Lowers an operand whose other side has type `other`: a bare name is a label there, a text a value of its closed set.
    pub(crate) fn operand(&mut self, expression: &Expression, other: &Type, scope: &Scope) -> Option<Typed> {
        match (expression.kind.as_ref(), other) {
            (ExpressionKind::Path(path), Type::Label(ladder)) if path.segments.len() == 1 => {
                let name = path.segments.first()?;
                if let Some(typed) = self.find_label(*ladder, &name.text, name.span) {
                    return Some(typed);
                }
                if self.means_something(path, scope) {
                    return self.expression(expression, scope);
                }
                self.unknown_label(*ladder, name);
                None
            }
            (ExpressionKind::Path(path), Type::Text | Type::Choice(_))
                if path.segments.len() == 1 && !self.means_something(path, scope) =>
            {
                let name = path.segments.first()?;
                let quoted = format!("\"{}\"", name.text);
                let problem = Problem::new(&names::UNQUOTED_VALUE, name.span).with("name", &name.text);
                self.report(problem.fix(crate::diag::Text { en: "put it in quotes", zh: "加上引号" }, name.span, quoted, false));
                None
            }
            (ExpressionKind::Text(text), Type::Choice(values)) => {
                if let Some(plain) = text.plain() {
                    if !values.contains(&plain) {
                        self.unknown_value(&plain, values, expression.span);
                        return None;
                    }
                }
                self.expression(expression, scope)
            }
            (_, _) => self.expression(expression, scope),
        }
    }

    pub(crate) fn find_label(&mut self, ladder: LadderId, name: &str, span: Span) -> Option<Typed> {
        let labels = &self.ladders.get(ladder.0 as usize)?.labels;
        let at = labels.iter().position(|label| label.name == name || label.label.as_deref() == Some(name))?;
        let node = self.constant(Value::Int(i64::try_from(at).ok()?), Type::Label(ladder), span);
        Some(self.typed(node, span))
    }

    pub(crate) fn unknown_label(&mut self, ladder: LadderId, name: &crate::syntax::ast::Name) {
        let (ladder, known) = match self.ladders.get(ladder.0 as usize) {
            Some(ladder) => (ladder.name.clone(), ladder.labels.iter().map(|label| label.name.clone()).collect::<Vec<_>>().join(", ")),
            None => return,
        };
        let problem = Problem::new(&names::UNKNOWN_LABEL, name.span).with("ladder", ladder).with("name", &name.text).with("known", known);
        self.report(problem);
    }

    fn unknown_value(&mut self, value: &str, known: &[String], span: Span) {
        let list: Vec<String> = known.iter().map(|value| format!("\"{value}\"")).collect();
        let close = crate::diag::nearest::nearest(value, known.iter().map(String::as_str));
        let mut problem = Problem::new(&names::UNKNOWN_VALUE, span).with("value", value).with("known", list.join(", "));
        if let Some(best) = close.first() {
            problem =
                problem.fix(crate::diag::Text { en: "use the nearest value", zh: "用最接近的取值" }, span, format!("\"{best}\""), false);
        }
        self.report(problem);
    }

    pub(crate) fn compare_typed(
        &mut self,
        operator: ComparisonOperator,
        left: Typed,
        right: Typed,
        span: Span,
        operator_span: Span,
    ) -> Option<NodeId> {
        if left.ty == Type::Missing || right.ty == Type::Missing {
            self.report(Problem::new(&problems::MISSING_COMPARED, span));
            return None;
        }
        let ordered = !matches!(operator, ComparisonOperator::Equal | ComparisonOperator::NotEqual);
        let mut operator = operator;
        if ordered {
            let best_first = match &left.ty {
                Type::Label(ladder) => self.ladders.get(ladder.0 as usize).and_then(|ladder| ladder.best_first).map(Some),
                Type::Text | Type::Choice(_) | Type::Bool | Type::List => None,
                _ => Some(None),
            };
            match best_first {
                None => {
                    let text = self.sources.text(operator_span).to_string();
                    self.report(Problem::new(&problems::TEXT_HAS_NO_ORDER, span).with("operator", text));
                    return None;
                }
                // A better label is the greater one.
                Some(Some(true)) => operator = flipped(operator),
                Some(Some(false) | None) => {}
            }
        }
        let (left, right) = self.same_unit(left, right, "compared", "比较")?;
        if self.outside_range(&left, &right).or_else(|| self.outside_range(&right, &left)).is_some() {
            return None;
        }
        let optional = left.optional || right.optional;
        let kind = Kind::Compare { operator: comparison(operator), left: left.node, right: right.node };
        Some(self.add(kind, Type::Bool, optional, span))
    }

    /// Brings two operands to one unit, or reports why that can't be.
    pub(crate) fn same_unit(&mut self, left: Typed, right: Typed, verb: &str, verb_zh: &str) -> Option<(Typed, Typed)> {
        let share = |ty: &Type| matches!(ty, Type::Number | Type::Percent | Type::Rate);
        match (&left.ty, &right.ty) {
            (a, b) if a == b => Some((left, right)),
            (a, b) if share(a) && share(b) => Some((left, right)),
            (a, b) if a.is_text() && b.is_text() => Some((left, right)),
            (Type::Missing, ty) => {
                let ty = ty.clone();
                let node = self.constant(Value::Missing, ty, left.span);
                Some((self.typed(node, left.span), right))
            }
            (ty, Type::Missing) => {
                let ty = ty.clone();
                let node = self.constant(Value::Missing, ty, right.span);
                let right = self.typed(node, right.span);
                Some((left, right))
            }
            (Type::Int, b) if share(b) => {
                let node = self.float(left.node, b.clone(), left.span);
                Some((self.typed(node, left.span), right))
            }
            (a, Type::Int) if share(a) => {
                let node = self.float(right.node, a.clone(), right.span);
                let right = self.typed(node, right.span);
                Some((left, right))
            }
            (a, b) if a.is_moment() && b.is_moment() => Some((self.as_time(&left), self.as_time(&right))),
            (_, _) => {
                self.disagreement(&left, &right, verb, verb_zh);
                None
            }
        }
    }

    fn disagreement(&mut self, left: &Typed, right: &Typed, verb: &str, verb_zh: &str) {
        let bare = |checker: &Self, side: &Typed, other: &Typed| {
            let number = matches!(side.ty, Type::Int | Type::Number) && checker.fixed_value(side).is_some();
            (number && matches!(other.ty, Type::Money | Type::Duration | Type::BasisPoints)).then(|| (side.span, other.ty.clone()))
        };
        let missing_unit = bare(self, left, right).or_else(|| bare(self, right, left));
        if let Some((span, other)) = missing_unit {
            let number = self.sources.text(span).trim().to_string();
            let (unit, units, units_zh) = match other {
                Type::Money => ("元", format!("`{number}元` or `{number}万元`"), format!("`{number}元` 或 `{number}万元`")),
                Type::BasisPoints => ("bp", format!("`{number}bp`"), format!("`{number}bp`")),
                _ => (" minutes", format!("`{number} seconds` or `{number} minutes`"), format!("`{number}秒` 或 `{number}分钟`")),
            };
            let suggestion = format!("{number}{unit}");
            let problem = Problem::new(&problems::UNIT_MISSING, span).with("number", number).with("type", other);
            let problem = problem.with("suggestion", units).with("suggestion_zh", units_zh);
            self.report(problem.fix(crate::diag::Text { en: "add the unit", zh: "加上单位" }, span, suggestion, false));
            return;
        }
        let problem = Problem::new(&problems::UNIT_MISMATCH, left.span.to(right.span)).with("left", &left.ty).with("right", &right.ty);
        self.report(problem.with("verb", verb).with("verb_zh", verb_zh));
    }

    pub(super) fn membership(&mut self, value: &Expression, negated: bool, set: &InSet, span: Span, scope: &Scope) -> Option<Typed> {
        let node = match set {
            InSet::Values(values) => self.in_values(value, values, span, scope)?,
            InSet::Window(window) => self.in_window(value, window, span, scope)?,
            InSet::Top { share, among } => self.in_top(value, share, among.as_ref(), span, scope)?,
        };
        let node = if negated { self.negation(node, span) } else { node };
        Some(self.typed(node, span))
    }

    fn in_values(&mut self, value: &Expression, values: &Expression, span: Span, scope: &Scope) -> Option<NodeId> {
        let typed = self.expression(value, scope);
        let ExpressionKind::List(items) = values.kind.as_ref() else {
            let problem = Problem::new(&problems::WRONG_TYPE, values.span)
                .with("where", "`in`")
                .with("expected", "a list `[a, b]`, a window or `top 20%`");
            self.report(problem.with("found", "one value"));
            return None;
        };
        let typed = typed?;
        let mut constants = Vec::new();
        let mut comparisons = Vec::new();
        let mut whole = true;
        for item in items {
            let Some(operand) = self.operand(item, &typed.ty, scope) else {
                whole = false;
                continue;
            };
            let Some((left, right)) = self.same_unit(typed.clone(), operand, "compared", "比较") else {
                whole = false;
                continue;
            };
            match self.fixed_value(&right) {
                Some(known) if left.node == typed.node && !known.is_missing() => constants.push(known),
                Some(_) | None => {
                    let optional = left.optional || right.optional;
                    let kind = Kind::Compare { operator: Comparison::Equal, left: left.node, right: right.node };
                    comparisons.push(self.add(kind, Type::Bool, optional, span));
                }
            }
        }
        if !whole {
            return None;
        }
        constants.sort();
        constants.dedup();
        if !constants.is_empty() {
            let optional = typed.optional;
            comparisons.insert(0, self.add(Kind::OneOf { value: typed.node, set: constants }, Type::Bool, optional, span));
        }
        Some(self.any(&comparisons, span))
    }
}

fn flipped(operator: ComparisonOperator) -> ComparisonOperator {
    match operator {
        ComparisonOperator::Equal => ComparisonOperator::Equal,
        ComparisonOperator::NotEqual => ComparisonOperator::NotEqual,
        ComparisonOperator::Less => ComparisonOperator::Greater,
        ComparisonOperator::LessOrEqual => ComparisonOperator::GreaterOrEqual,
        ComparisonOperator::Greater => ComparisonOperator::Less,
        ComparisonOperator::GreaterOrEqual => ComparisonOperator::LessOrEqual,
    }
}

pub(crate) fn comparison(operator: ComparisonOperator) -> Comparison {
    match operator {
        ComparisonOperator::Equal => Comparison::Equal,
        ComparisonOperator::NotEqual => Comparison::NotEqual,
        ComparisonOperator::Less => Comparison::Less,
        ComparisonOperator::LessOrEqual => Comparison::LessOrEqual,
        ComparisonOperator::Greater => Comparison::Greater,
        ComparisonOperator::GreaterOrEqual => Comparison::GreaterOrEqual,
    }
}
