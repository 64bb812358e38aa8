//! Reasons that no rule of a layer gives – control, exits, waves passed over – told like rules, so that every exclusion is explained.

use super::Draft;
use crate::check::Checker;
use crate::ir::{Arm, Comparison, Gate, NodeId, Stage};
use crate::source::Span;
use crate::types::{Type, Value};

/// A reason that no rule of a layer gives: where it is written and what it is called.
pub(super) struct Told<'a> {
    pub stage: Stage,
    pub rule: &'a str,
    pub label: Option<&'a str>,
    pub wave: Option<&'a str>,
    pub span: Span,
}

impl Checker {
    /// Whether the ledger, else the bucket, says control: the condition as explained, asked for everybody.
    pub(super) fn control_drawn(&mut self, draft: &Draft<'_>, recorded: NodeId, bucket: NodeId, span: Span) -> NodeId {
        let treated = draft.arms.iter().filter(|arm| !arm.control).map(|arm| i64::from(arm.share)).sum();
        let bound = self.constant(Value::Int(treated), Type::Int, span);
        let by_hash = self.compare(Comparison::GreaterOrEqual, bucket, bound, span);
        let by_ledger = self.one_of(recorded, &["control"], span);
        let known = self.is_known(recorded, span);
        self.either(known, by_ledger, by_hash, span)
    }

    /// Whether the ledger, else the bucket, says another arm than the one that is this strategy: as explained, asked for everybody.
    pub(super) fn other_drawn(&mut self, draft: &Draft<'_>, recorded: NodeId, bucket: NodeId, span: Span) -> NodeId {
        let own = draft.ast.name.text.as_str();
        let shares = |arms: &mut dyn Iterator<Item = &Arm>| arms.map(|arm| i64::from(arm.share)).sum::<i64>();
        let from = shares(&mut draft.arms.iter().take_while(|arm| arm.name != own));
        let width = shares(&mut draft.arms.iter().filter(|arm| arm.name == own));
        let (from, to) = (self.constant(Value::Int(from), Type::Int, span), self.constant(Value::Int(from + width), Type::Int, span));
        let below = self.compare(Comparison::Less, bucket, from, span);
        let above = self.compare(Comparison::GreaterOrEqual, bucket, to, span);
        let by_hash = self.any(&[below, above], span);
        let mine = self.one_of(recorded, &[own], span);
        let by_ledger = self.negation(mine, span);
        let known = self.is_known(recorded, span);
        self.either(known, by_ledger, by_hash, span)
    }

    /// What explains a row of the exclusions that no rule before the plan wrote.
    pub(super) fn tell(&mut self, draft: &mut Draft<'_>, told: Told<'_>, condition: NodeId, stops: NodeId, asked: NodeId) {
        if self.never(stops) {
            return;
        }
        let Told { stage, rule, label, wave, span } = told;
        let (rule, label, wave) = (rule.to_string(), label.map(String::from), wave.map(String::from));
        draft.gates.push(Gate { stage, rule, label, condition, stops, asked, wave, action: None, span });
    }
}
