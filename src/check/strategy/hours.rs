//! Hours and quiet days: a contact outside them is held until they allow it, or given up.
//!
//! What is held goes out in this run with the instant from which it may be made; what is given up is stopped in the contact layer.

use super::Draft;
use super::layer::LayerRule;
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::policy::RuleKind;
use crate::check::problems::{policy as problems, types};
use crate::diag::{Problem, ProblemKind};
use crate::ir::{Comparison, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::types::{Type, Value};

const DAY: i64 = 86_400_000;

/// One rule as the builtin `opening` reads it.
struct Open {
    name: &'static str,
    code: String,
    drop: bool,
    span: Span,
}

impl Checker {
    /// Channels must exist, and some time must be left.
    pub(crate) fn check_hours(&mut self, module: usize, hours: &ast::Hours) {
        for channel in &hours.channels {
            self.find_channel(channel);
        }
        self.hours_code(module, hours);
    }

    /// `h`, `w` or `q` with the two ends; reports ends that are wrong.
    fn hours_code(&mut self, module: usize, hours: &ast::Hours) -> Option<String> {
        let ty = if hours.quiet { Type::Date } else { Type::Duration };
        let mut ends = [0_i64; 2];
        for (end, expression) in ends.iter_mut().zip([&hours.from, &hours.to]) {
            let typed = self.expression(expression, &Scope::constant(module))?;
            self.require_type(&typed, &ty, if hours.quiet { "`quiet`" } else { "`hours`" })?;
            let Some(Value::Int(value)) = self.fixed_value(&typed) else {
                self.report(
                    Problem::new(&types::NOT_CONSTANT, expression.span).with("where", if hours.quiet { "`quiet`" } else { "`hours`" }),
                );
                return None;
            };
            *end = value;
        }
        let [from, to] = ends;
        if hours.quiet {
            return if from <= to { Some(format!("q{from}-{to}")) } else { self.no_time(&problems::QUIET_EMPTY, hours) };
        }
        let inside = (0..DAY).contains(&from) && (0..=DAY).contains(&to) && from != to;
        let letter = if hours.workdays { 'w' } else { 'h' };
        if inside { Some(format!("{letter}{from}-{to}")) } else { self.no_time(&problems::HOURS_EMPTY, hours) }
    }

    fn no_time(&mut self, kind: &'static ProblemKind, hours: &ast::Hours) -> Option<String> {
        let range = format!("{} .. {}", self.sources.text(hours.from.span), self.sources.text(hours.to.span));
        self.report(Problem::new(kind, hours.from.span.to(hours.to.span)).with("range", range));
        None
    }

    /// The hours that bind contacts of a strategy on a channel.
    fn hours_of(&mut self, draft: &Draft<'_>, channel: &str) -> Vec<Open> {
        let mut out = Vec::new();
        for binding in &draft.rules {
            let RuleKind::Hours(hours) = &binding.rule else { continue };
            if !hours.channels.is_empty() && !hours.channels.iter().any(|known: &Name| known.text == channel) {
                continue;
            }
            let code = self.hours_code(binding.module, hours);
            let name = if hours.quiet { "quiet_days" } else { "hours" };
            out.extend(code.map(|code| Open { name, code, drop: hours.drop, span: hours.span }));
        }
        out
    }

    /// The first instant that some rules allow, from the time on at which something goes out: T, or later where a run looks ahead;
    /// missing when there is none.
    fn opening(&mut self, rules: &[&Open], goes: NodeId, span: Span) -> NodeId {
        let plan: Vec<&str> = rules.iter().map(|rule| rule.code.as_str()).collect();
        let plan = self.text_constant(plan.join(" "), span);
        let now = self.as_of(span);
        let at_once = self.call("opening", vec![plan, now], Type::Time, span);
        if goes == now {
            return at_once;
        }
        let later = self.surely_compare(Comparison::Greater, goes, now, span);
        let planned = self.only_where(later, goes, span);
        let planned = self.call("opening", vec![plan, planned], Type::Time, span);
        self.either(later, planned, at_once, span)
    }

    /// The rules of the contact layer that give a contact up: it is outside hours that drop, or nothing ever allows it.
    pub(super) fn hour_rules(&mut self, draft: &Draft<'_>, channel: &str, goes: NodeId) -> Vec<LayerRule> {
        let found = self.hours_of(draft, channel);
        let mut out = Vec::new();
        for rule in found.iter().filter(|rule| rule.drop) {
            let opening = self.opening(&[rule], goes, rule.span);
            let condition = self.compare(Comparison::NotEqual, opening, goes, rule.span);
            out.push(LayerRule { name: rule.name.to_string(), label: None, condition, detail: None, span: rule.span });
        }
        if let Some(first) = found.iter().find(|rule| !rule.drop) {
            let opening = self.opening(&found.iter().collect::<Vec<_>>(), goes, first.span);
            let condition = self.add(Kind::IsMissing(opening), Type::Bool, false, first.span);
            out.push(LayerRule { name: first.name.to_string(), label: None, condition, detail: None, span: first.span });
        }
        out
    }

    /// `wanted`, of a contact that no hours give up.
    pub(super) fn inside_hours(&mut self, draft: &Draft<'_>, channel: &str, goes: NodeId, wanted: NodeId) -> NodeId {
        let mut parts = vec![wanted];
        for rule in self.hour_rules(draft, channel, goes) {
            let stops = self.possibly(rule.condition, rule.span);
            parts.push(self.negation(stops, rule.span));
        }
        self.all(&parts, draft.span)
    }

    /// From when a contact may be made, where hours hold it; missing where it may go at once, `None` where no hours hold it ever.
    pub(super) fn held_until(&mut self, draft: &Draft<'_>, channel: &str, goes: NodeId) -> Option<NodeId> {
        let found = self.hours_of(draft, channel);
        let first = found.iter().find(|rule| !rule.drop)?;
        let span = first.span;
        let opening = self.opening(&found.iter().collect::<Vec<_>>(), goes, span);
        let later = self.surely_compare(Comparison::Greater, opening, goes, span);
        Some(self.only_where(later, opening, span))
    }
}
