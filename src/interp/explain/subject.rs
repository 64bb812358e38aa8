//! Gathers what a program says about one row.

use super::naming::Naming;
use super::{Absence, ActionView, Explanation, FactView, GateView, ParamView, PointsView, StrategyView};
use crate::interp::Interpreter;
use crate::ir::{Emission, Fact, FactKind, FactRow, Gate, Kind, NodeId, Output, Program, Stage, Strategy};
use crate::types::{TableId, Type};
use std::collections::BTreeSet;

/// Explains the subject of the program's own table with this key, as people write it; `None` when there is no such row.
#[must_use]
pub fn explain(program: &Program, interpreter: &Interpreter<'_>, subject: &str) -> Option<Explanation> {
    let row = interpreter.find(program.subject, subject)?;
    Some(explain_row(interpreter, program.subject, row))
}

/// Explains a row of any table: the facts and strategies about that table.
#[must_use]
pub fn explain_row(interpreter: &Interpreter<'_>, table: TableId, row: u32) -> Explanation {
    let program = interpreter.program();
    let naming = Naming::new(interpreter);
    let settled = naming.settled();
    let facts = program.facts.iter().filter(|fact| fact.table == table);
    let strategies = program.strategies.iter().filter(|strategy| strategy.table == table);
    Explanation {
        table: program.table(table).map(|table| table.name.clone()).unwrap_or_default(),
        subject: interpreter.key_text(table, row),
        params: program.params.iter().map(|param| ParamView { name: param.name.clone(), value: param.value.clone() }).collect(),
        facts: facts.map(|fact| naming.fact_view(fact, row)).collect(),
        strategies: strategies.map(|strategy| naming.strategy_view(strategy, row, &settled)).collect(),
    }
}

/// Conditions that are told where they were decided.
struct ToldBefore<'a> {
    /// Those of the strategy's own trigger.
    trigger: BTreeSet<NodeId>,
    /// Those of all strategies, up to what each wants to do.
    settled: &'a BTreeSet<NodeId>,
}

impl Naming<'_> {
    fn holds(&self, node: NodeId, row: u32) -> bool {
        self.interpreter.value(node, row).as_bool() == Some(true)
    }

    fn fact_view(&self, fact: &Fact, row: u32) -> FactView {
        let (value, masked) = self.show(fact.node, row);
        let reason = (fact.kind == FactKind::Segment || value.is_none()).then(|| self.reason(fact.node, row));
        let ordinal = self.interpreter.value(fact.node, row).as_int();
        let won = fact.rows.iter().find(|candidate| candidate.condition.is_some_and(|condition| self.holds(condition, row)));
        let won =
            won.or_else(|| fact.rows.iter().find(|candidate| candidate.condition.is_none() && Some(i64::from(candidate.label)) == ordinal));
        // A label that is held back is not the one the rows give.
        let won = won.filter(|candidate| Some(i64::from(candidate.label)) == ordinal && fact.kind != FactKind::Score);
        FactView {
            kind: fact.kind,
            name: fact.name.clone(),
            label: fact.label.clone(),
            span: fact.span,
            value,
            masked,
            because: won.and_then(|row| row.because.clone()),
            row: won.map(|row| row.span),
            points: fact.rows.iter().filter_map(|scored| self.points_view(scored, row)).collect(),
            reason,
        }
    }

    /// What a row of a score added; nothing for rows of ladders and rows that did not count.
    fn points_view(&self, scored: &FactRow, row: u32) -> Option<PointsView> {
        let points = self.interpreter.value(scored.points?, row);
        let zero = points.as_int() == Some(0) || points.as_float() == Some(0.0);
        let shown = self.show(scored.points?, row).0.filter(|_| !zero)?;
        let points = if shown.starts_with('-') { shown } else { format!("+{shown}") };
        Some(PointsView { points, because: scored.because.clone(), span: scored.span })
    }

    /// What is told elsewhere, of all strategies: who comes to assignment and to which arm, and who got as far as a rule or an action.
    /// A later rule that counts the others does not say again why each of them is there.
    fn settled(&self) -> BTreeSet<NodeId> {
        let program = self.interpreter.program();
        let roots = program
            .strategies
            .iter()
            .flat_map(|strategy| [strategy.trigger, strategy.candidate, strategy.assigned].into_iter().chain(strategy.arm));
        let mut out = self.conditions_under(roots);
        for strategy in &program.strategies {
            out.extend(strategy.gates.iter().map(|gate| gate.asked));
            out.extend(strategy.actions.iter().map(|action| action.emitted));
        }
        out
    }

    fn conditions_under(&self, roots: impl IntoIterator<Item = NodeId>) -> BTreeSet<NodeId> {
        let graph = &self.interpreter.program().graph;
        let is_condition = |id: &NodeId| graph.get(*id).is_some_and(|node| matches!(node.ty, Type::Bool));
        graph.reachable(roots).into_iter().filter(is_condition).collect()
    }

    /// What the row of the exclusions says beside the rule.
    fn detail(&self, gate: &Gate, strategy: usize, row: u32) -> Option<String> {
        let program = self.interpreter.program();
        let own = |emission: &&Emission| {
            emission.output == Output::Exclusions
                && emission.flag == gate.stops
                && emission.strategy.is_some_and(|own| own as usize == strategy)
        };
        let emission = program.emissions.iter().find(own).filter(|_| self.holds(gate.stops, row))?;
        let (_, detail) = emission.fields.iter().find(|(name, _)| name == "detail")?;
        self.show(*detail, row).0.filter(|detail| *detail != gate.rule)
    }

    fn gate_view(&self, gate: &Gate, index: usize, row: u32, told: &ToldBefore<'_>) -> GateView {
        // What is asked before assignment is what settles things: it tells everything, and it is told of everybody.
        let nothing = BTreeSet::new();
        let early = (Stage::Legal..=Stage::Suitability).contains(&gate.stage);
        let settled = match gate.stage {
            Stage::Trigger | Stage::Legal | Stage::Consent | Stage::Eligibility | Stage::Suitability | Stage::Assignment => &nothing,
            Stage::Contact | Stage::Arbitration | Stage::Quota | Stage::Capacity | Stage::Budget => told.settled,
            Stage::Plan => &told.trigger,
        };
        GateView {
            stage: gate.stage.word(),
            rule: gate.rule.clone(),
            label: gate.label.clone(),
            wave: gate.wave.clone(),
            action: gate.action.clone(),
            span: gate.span,
            stops: self.holds(gate.stops, row),
            reached: early || self.holds(gate.asked, row),
            detail: self.detail(gate, index, row),
            reason: self.reason_after(gate.condition, row, settled),
        }
    }

    /// Each rule for the waves and actions that the subject came to; the first of those that would ask it when it came to none.
    fn gates_of<'b>(&self, strategy: &'b Strategy, row: u32) -> Vec<&'b Gate> {
        let same = |one: &Gate, other: &Gate| (one.stage, &one.rule, one.span) == (other.stage, &other.rule, other.span);
        let mut out: Vec<&Gate> = Vec::new();
        // What the plan says speaks for itself where it did not come up.
        let plan = |gate: &&Gate| {
            gate.stage == Stage::Plan && !self.holds(gate.stops, row) && (gate.rule == "no_step" || !self.holds(gate.asked, row))
        };
        for gate in strategy.gates.iter().filter(|gate| !plan(gate)) {
            let asked = |gate: &Gate| self.holds(gate.asked, row);
            let kept = match asked(gate) {
                true => true,
                false => {
                    !strategy.gates.iter().any(|other| same(gate, other) && asked(other)) && !out.iter().any(|other| same(gate, other))
                }
            };
            if kept {
                out.push(gate);
            }
        }
        out
    }

    fn strategy_view(&self, strategy: &Strategy, row: u32, settled: &BTreeSet<NodeId>) -> StrategyView {
        let told = ToldBefore { trigger: self.conditions_under([strategy.trigger]), settled };
        let index = self.interpreter.program().strategies.iter().position(|known| known.name == strategy.name).unwrap_or_default();
        let gates: Vec<GateView> = self.gates_of(strategy, row).into_iter().map(|gate| self.gate_view(gate, index, row, &told)).collect();
        let assigned = self.holds(strategy.assigned, row);
        let arm = strategy.arm.filter(|_| assigned).and_then(|arm| self.show(arm, row).0);
        let bucket = arm.as_ref().and_then(|_| self.bucket(strategy, row));
        let actions: Vec<ActionView> = strategy.actions.iter().map(|action| self.action_view(action, row)).collect();
        let absent = !actions.iter().any(|action| action.emitted);
        let absence = absent.then(|| self.absence(strategy, row, &gates, arm.as_deref()));
        let exits = strategy.exits.iter().filter(|exit| self.holds(exit.node, row));
        StrategyView {
            name: strategy.name.clone(),
            label: strategy.label.clone(),
            span: strategy.span,
            trigger: self.reason(strategy.trigger, row),
            trigger_span: strategy.trigger_span,
            candidate: self.holds(strategy.candidate, row),
            gates,
            assigned,
            arm,
            bucket,
            actions,
            exits: exits.map(|exit| exit.name.clone()).collect(),
            absence,
        }
    }

    fn action_view(&self, action: &crate::ir::Action, row: u32) -> ActionView {
        let emitted = self.holds(action.emitted, row);
        let message = action.message.filter(|_| emitted);
        ActionView {
            wave: action.wave.clone(),
            wave_number: action.wave_number,
            channel: action.channel.clone(),
            name: action.name.clone(),
            span: action.span,
            emitted,
            message: message.and_then(|message| self.show(message, row).0),
        }
    }

    fn absence(&self, strategy: &Strategy, row: u32, gates: &[GateView], arm: Option<&str>) -> Absence {
        if !self.holds(strategy.candidate, row) {
            let fires = self.holds(strategy.trigger, row);
            return Absence::NotTriggered(self.reason(if fires { strategy.candidate } else { strategy.trigger }, row));
        }
        if let Some(gate) = gates.iter().find(|gate| gate.stops) {
            let (stage, rule, label) = (gate.stage, gate.rule.clone(), gate.label.clone());
            return Absence::Stopped { stage, rule, label, reason: gate.reason.clone() };
        }
        match arm.filter(|arm| strategy.arms.iter().any(|candidate| candidate.control && candidate.name == **arm)) {
            Some(arm) => Absence::Control { arm: String::from(arm) },
            None => Absence::NothingDue,
        }
    }

    /// The bucket the arm was cut from: the one of the strategy's own experiment, else any with its salt.
    fn bucket(&self, strategy: &Strategy, row: u32) -> Option<i64> {
        let graph = &self.interpreter.program().graph;
        let mut found = None;
        for id in graph.reachable(strategy.arm) {
            match graph.get(id).map(|node| (&node.kind, node.space)) {
                Some((Kind::Bucket { experiment, salt, .. }, space)) if *salt == strategy.salt && space == Some(strategy.table) => {
                    if *experiment == strategy.name {
                        return self.interpreter.value(id, row).as_int();
                    }
                    found = found.or(Some(id));
                }
                Some(_) | None => {}
            }
        }
        found.and_then(|id| self.interpreter.value(id, row).as_int())
    }
}
