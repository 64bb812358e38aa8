//! Tiers that move slowly: `improve after 2 evaluations`, `worsen after 3 months one step at a time`.
//!
//! The whole state of a subject is its last row in the ledger: the label in force, the label the rules gave, and since when or for
//! how many evaluations the two have differed in this direction. One row is one evaluation day, and rows of the day itself are not
//! read, so a day run twice counts once. A label that only `when unknown` gives stands outside the order: it comes and goes at
//! once, and afterwards the last label in the order is in force again.

use super::Checker;
use super::length::Length;
use super::memory::History;
use super::names::Scope;
use super::problems::{ladders as problems, names};
use crate::diag::Problem;
use crate::ir::{Comparison, Emission, Kind, NodeId, Operator, Output};
use crate::source::Span;
use crate::syntax::ast::{self, DurationUnit, Expression, ExpressionKind, ItemKind, Literal, RowCondition};
use crate::types::{LadderId, TableId, Type, Value};
use indexmap::IndexMap;

/// How long the rules must ask for a move before it is made.
#[derive(Debug, Clone, Copy)]
enum Wait {
    None,
    Evaluations(i64),
    Length(Length),
}

#[derive(Debug, Clone, Copy)]
struct Side {
    wait: Wait,
    one_step: bool,
}

/// What a remembering ladder writes at each evaluation, to be read by the next.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub scheme: String,
    pub table: TableId,
    pub unit: NodeId,
    /// Two-valued: something differs from the last row.
    pub flag: NodeId,
    /// Column of `tier_history` and its value.
    pub fields: Vec<(&'static str, NodeId)>,
}

/// The last row of the subject, and what it means for this evaluation.
struct Last {
    /// Label in force, by name.
    label: NodeId,
    /// Label the rules gave.
    raw: NodeId,
    since: NodeId,
    count: NodeId,
    /// The last label in force that has a place in the order; missing at the first evaluation.
    before: NodeId,
    day: NodeId,
}

/// One direction of a move: whether it is asked for, since when, and whether it is made. All conditions are two-valued.
struct Direction {
    asked: NodeId,
    made: NodeId,
    since: NodeId,
    count: NodeId,
    /// Whether evaluations are counted, so that each one leaves a row.
    counted: bool,
    one_step: bool,
}

impl Checker {
    /// The label in force, given the one of the rules; registers what has to be recorded.
    pub(super) fn held(&mut self, ladder: &ast::Ladder, id: LadderId, raw: NodeId, table: TableId, module: usize) -> Option<NodeId> {
        let span = ladder.name.span;
        let (improve, worsen) = self.sides(ladder, module)?;
        let best_first = self.order_of(id, "`improve` and `worsen`", ladder.memory.first().map_or(span, |memory| memory.span))?;
        let scheme = self.ladders.get(id.0 as usize)?.name.clone();
        let unit = self.unit_of(table, span)?;
        let places = ordered_places(ladder);
        let last = self.last_row(id, &places, unit, table, &scheme, span)?;
        let better = if best_first { Comparison::Less } else { Comparison::Greater };
        let worse = if best_first { Comparison::Greater } else { Comparison::Less };
        let up = self.direction(better, improve, raw, &last, &places, span);
        let down = self.direction(worse, worsen, raw, &last, &places, span);
        let before = self.first_known(last.before, raw, span);
        let mut held = raw;
        for (direction, step_up) in [(&up, true), (&down, false)] {
            let toward_first = step_up == best_first;
            if direction.one_step {
                let next = self.next_label(before, id, &places, toward_first, span)?;
                let next = self.first_known(next, raw, span);
                held = self.either(direction.made, next, held, span);
            }
            let not_made = self.negation(direction.made, span);
            let kept = self.all(&[direction.asked, not_made], span);
            held = self.either(kept, before, held, span);
        }
        self.register_held(raw, held, &last, &[up, down], (scheme, unit, table), span);
        Some(held)
    }

    /// Whether the first label is the best; a problem when labels have no order.
    pub(super) fn order_of(&mut self, ladder: LadderId, what: &str, span: Span) -> Option<bool> {
        let known = self.ladders.get(ladder.0 as usize)?;
        if known.best_first.is_none() {
            let problem =
                Problem::new(&problems::LADDER_WITHOUT_ORDER, span).with("what", what).with("what_zh", what.replace(" and ", " 与 "));
            let name = known.name.rsplit('.').next().unwrap_or_default().to_string();
            self.report(problem.with("ladder", name));
            return None;
        }
        known.best_first
    }

    fn sides(&mut self, ladder: &ast::Ladder, module: usize) -> Option<(Side, Side)> {
        let (mut improve, mut worsen) = (None, None);
        for memory in &ladder.memory {
            let wait = match &memory.after {
                Some(after) => self.wait(after, module)?,
                None => Wait::None,
            };
            let side = if memory.improve { &mut improve } else { &mut worsen };
            if side.is_some() {
                let word = if memory.improve { "improve" } else { "worsen" };
                self.report(Problem::new(&names::DUPLICATE_CLAUSE, memory.span).with("name", word));
                return None;
            }
            *side = Some(Side { wait, one_step: memory.one_step });
        }
        let at_once = Side { wait: Wait::None, one_step: false };
        Some((improve.unwrap_or(at_once), worsen.unwrap_or(at_once)))
    }

    fn wait(&mut self, after: &Expression, module: usize) -> Option<Wait> {
        let scope = Scope::constant(module);
        let found = match self.evaluations(after, module) {
            Some(count) => (count >= 1).then_some(Wait::Evaluations(count)),
            None => self.try_length(after, &scope).filter(|length| length.approximate() > 0).map(Wait::Length),
        };
        if found.is_none() {
            let text = self.sources.text(after.span).trim().to_string();
            self.report(Problem::new(&problems::NOT_A_WAIT, after.span).with("text", text));
        }
        found
    }

    /// A number of evaluations, written or as a param.
    pub(super) fn evaluations(&mut self, expression: &Expression, module: usize) -> Option<i64> {
        match expression.kind.as_ref() {
            ExpressionKind::Literal(Literal::Duration { amount, unit: DurationUnit::Evaluation }) => {
                (amount.scale == 0).then_some(amount.mantissa).and_then(|count| i64::try_from(count).ok())
            }
            ExpressionKind::Path(path) => {
                let (module, item) = self.find_item(path, module)?;
                let ItemKind::Param(param) = &item.kind else { return None };
                let value = self.param_expression(module, param);
                self.evaluations(&value, module)
            }
            _ => None,
        }
    }

    fn last_row(&mut self, id: LadderId, places: &[u32], unit: NodeId, table: TableId, scheme: &str, span: Span) -> Option<Last> {
        let labels: Vec<String> = self.ladders.get(id.0 as usize)?.labels.iter().map(|label| label.name.clone()).collect();
        let in_order: Vec<&str> = places.iter().filter_map(|place| labels.get(*place as usize)).map(String::as_str).collect();
        let only: &[&str] = if in_order.len() == labels.len() { &[] } else { &in_order };
        let until = self.evaluation_day_start(span);
        let all = History { unit, space: table, scheme, only: &[], until, span };
        let label = self.history(&all, "label")?;
        let raw = self.history(&all, "raw")?;
        let since = self.history(&all, "since")?;
        let count = self.history(&all, "evaluations")?;
        let before = self.history(&History { only, ..all }, "label")?;
        let before = self.label_named(before, id, span)?;
        let raw = self.first_known(raw, label, span);
        let (label, raw) = (self.label_named(label, id, span)?, self.label_named(raw, id, span)?);
        let day = self.evaluation_day(span);
        Some(Last { label, raw, since, count, before, day })
    }

    /// Whether a label lies on this side of another, both with a place in the order.
    fn beyond(&mut self, operator: Comparison, label: NodeId, other: NodeId, places: &[u32], span: Span) -> NodeId {
        let mut conditions = vec![self.surely_compare(operator, label, other, span)];
        for node in [label, other] {
            let set = places.iter().map(|place| Value::Int(i64::from(*place))).collect();
            let optional = self.optional(node);
            let placed = self.add(Kind::OneOf { value: node, set }, Type::Bool, optional, span);
            conditions.push(self.surely(placed, span));
        }
        self.all(&conditions, span)
    }

    fn direction(&mut self, operator: Comparison, side: Side, raw: NodeId, last: &Last, places: &[u32], span: Span) -> Direction {
        let asked = self.beyond(operator, raw, last.before, places, span);
        let was_asked = self.beyond(operator, last.raw, last.label, places, span);
        let known_since = self.first_known(last.since, last.day, span);
        let since = self.either(was_asked, known_since, last.day, span);
        let zero = self.constant(Value::Int(0), Type::Int, span);
        let one = self.constant(Value::Int(1), Type::Int, span);
        let known_count = self.first_known(last.count, zero, span);
        let counted = self.either(was_asked, known_count, zero, span);
        let count = self.add(Kind::Arithmetic { operator: Operator::Add, left: counted, right: one }, Type::Int, false, span);
        let enough = match side.wait {
            Wait::None => self.truth(true, span),
            Wait::Evaluations(needed) => {
                let needed = self.constant(Value::Int(needed), Type::Int, span);
                self.compare(Comparison::GreaterOrEqual, count, needed, span)
            }
            Wait::Length(length) => {
                let begun = self.call("to_time", vec![since], Type::Time, span);
                let over = self.shift(begun, length, span);
                let today = self.call("to_time", vec![last.day], Type::Time, span);
                self.surely_compare(Comparison::LessOrEqual, over, today, span)
            }
        };
        let made = self.all(&[asked, enough], span);
        Direction { asked, made, since, count, counted: matches!(side.wait, Wait::Evaluations(_)), one_step: side.one_step }
    }

    /// The neighbour of a label in the order.
    fn next_label(&mut self, label: NodeId, id: LadderId, places: &[u32], toward_first: bool, span: Span) -> Option<NodeId> {
        let mut rows = Vec::new();
        for (from, to) in places.iter().zip(places.iter().skip(1)) {
            let (from, to) = if toward_first { (*to, *from) } else { (*from, *to) };
            let set = vec![Value::Int(i64::from(from))];
            let optional = self.optional(label);
            rows.push((self.add(Kind::OneOf { value: label, set }, Type::Bool, optional, span), to));
        }
        Some(self.add(Kind::Ladder { rows, otherwise: None, unknown: None }, Type::Label(id), true, span))
    }

    #[allow(clippy::too_many_arguments)]
    fn register_held(
        &mut self,
        raw: NodeId,
        held: NodeId,
        last: &Last,
        directions: &[Direction],
        (scheme, unit, table): (String, NodeId, TableId),
        span: Span,
    ) {
        let nothing = |checker: &mut Self, ty: Type| checker.constant(Value::Missing, ty, span);
        let (mut since, mut count) = (nothing(self, Type::Date), nothing(self, Type::Int));
        let zero = self.constant(Value::Int(0), Type::Int, span);
        let left = self.surely_compare(Comparison::NotEqual, raw, held, span);
        for direction in directions {
            // A step on the way starts the wait for the next one.
            let waiting = self.either(direction.made, last.day, direction.since, span);
            let pending = self.all(&[direction.asked, left], span);
            since = self.either(pending, waiting, since, span);
            if direction.counted {
                let counted = self.either(direction.made, zero, direction.count, span);
                count = self.either(pending, counted, count, span);
            }
        }
        let pairs = [(held, last.label), (raw, last.raw), (since, last.since), (count, last.count)];
        let mut changes = Vec::new();
        for (now, then) in pairs {
            changes.push(self.differs(now, then, span));
        }
        let flag = self.any(&changes, span);
        let known = self.is_known(held, span);
        let flag = self.all(&[flag, known], span);
        let name = |checker: &mut Self, label: NodeId| {
            let optional = checker.optional(label);
            checker.add(Kind::LabelName(label), Type::Text, optional, span)
        };
        let (label, raw) = (name(self, held), name(self, raw));
        let fields = vec![("as_of", last.day), ("label", label), ("raw", raw), ("since", since), ("evaluations", count)];
        self.held.push(Held { scheme, table, unit, flag, fields });
    }

    /// Two-valued; two missing values do not differ.
    fn differs(&mut self, now: NodeId, then: NodeId, span: Span) -> NodeId {
        let same = self.surely_compare(Comparison::Equal, now, then, span);
        let (known_now, known_then) = (self.is_known(now, span), self.is_known(then, span));
        let either = self.any(&[known_now, known_then], span);
        let not_same = self.negation(same, span);
        self.all(&[not_same, either], span)
    }

    /// The rows of every label that a later run reads: `recorded` are those of triggers.
    pub(super) fn record_labels(&mut self, recorded: IndexMap<String, (TableId, NodeId)>) -> Vec<Emission> {
        let mut out = Vec::new();
        let mut done: Vec<String> = Vec::new();
        for held in self.held.clone() {
            if !done.contains(&held.scheme) {
                out.push(self.held_row(&held));
                done.push(held.scheme);
            }
        }
        for (scheme, (table, node)) in recorded {
            if !done.contains(&scheme) {
                out.extend(self.record_label(&scheme, table, node));
                done.push(scheme);
            }
        }
        for (module, item, table) in std::mem::take(&mut self.remembered) {
            let Some(Some(typed)) = self.fact(module, &item, table) else { continue };
            let Type::Label(ladder) = typed.ty else { continue };
            let Some(scheme) = self.ladders.get(ladder.0 as usize).map(|ladder| ladder.name.clone()) else { continue };
            if !done.contains(&scheme) {
                out.extend(self.record_label(&scheme, table, typed.node));
                done.push(scheme);
            }
        }
        out
    }

    fn held_row(&mut self, held: &Held) -> Emission {
        let span = self.graph.get(held.flag).map(|node| node.span).unwrap_or_default();
        let subject = self.table(held.table).map_or_else(String::new, |table| table.name.clone());
        let (subject, scheme) = (self.text_constant(subject, span), self.text_constant(held.scheme.clone(), span));
        let mut fields = vec![(String::from("subject"), subject), (String::from("unit_id"), held.unit), (String::from("scheme"), scheme)];
        fields.extend(held.fields.iter().map(|(name, node)| ((*name).to_string(), *node)));
        Emission { output: Output::TierHistory, table: held.table, flag: held.flag, fields, strategy: None }
    }
}

/// Ordinals of the labels with a place in the order: those some row other than `when unknown` gives.
fn ordered_places(ladder: &ast::Ladder) -> Vec<u32> {
    let mut names: Vec<&str> = Vec::new();
    let mut placed: Vec<&str> = Vec::new();
    for row in &ladder.rows {
        if !names.contains(&row.name.text.as_str()) {
            names.push(&row.name.text);
        }
        if !matches!(row.condition, RowCondition::WhenUnknown(_)) {
            placed.push(&row.name.text);
        }
    }
    let at = |(at, name): (usize, &&str)| placed.contains(name).then(|| u32::try_from(at).ok()).flatten();
    names.iter().enumerate().filter_map(at).collect()
}
