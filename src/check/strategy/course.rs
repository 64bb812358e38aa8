//! One strategy through the layers of its own: who enters, which rules stop it, which arm it has, what each action wants to do.

use super::Draft;
use super::action::Reach;
use super::journey::{Journey, WaveState};
use crate::check::Checker;
use crate::ir::{self, NodeId, Stage};
use crate::source::Span;

/// A strategy between the layers of its own and those it shares with the others.
pub(super) struct Course<'a> {
    pub draft: Draft<'a>,
    /// Three-valued: some trigger fires.
    pub fired: NodeId,
    pub journey: Journey,
    /// Two-valued: entered and passed every layer before assignment.
    pub assigned: NodeId,
    /// The actions of each wave of the journey.
    pub reaches: Vec<Vec<Reach>>,
    /// The flag of each action once its own layers are passed, in the order of `reaches`.
    pub wanted: Vec<Vec<NodeId>>,
    pub rank: Rank,
}

/// Where a strategy stands among all: its class, its priority (1 is before 2, none is last), its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub class: usize,
    pub priority: i64,
    pub name: String,
}

impl Course<'_> {
    /// A wave and one of its actions.
    pub fn action(&self, wave: usize, reach: usize) -> Option<(&WaveState, &Reach)> {
        Some((self.journey.waves.get(wave)?, self.reaches.get(wave)?.get(reach)?))
    }
}

impl Checker {
    /// Rules, assignment and the wish of each action, wave by wave. The second part of what comes back is the flag of assignment.
    pub(super) fn lower_waves(
        &mut self,
        draft: &mut Draft<'_>,
        journey: &mut Journey,
    ) -> Option<(Vec<Vec<Reach>>, Vec<Vec<NodeId>>, NodeId)> {
        self.trigger_gates(draft, journey);
        let mut whole = true;
        let (mut all_reaches, mut all_wanted) = (Vec::new(), Vec::new());
        let mut entered = None;
        let mut candidates = vec![journey.candidate];
        let waves = std::mem::take(&mut journey.waves);
        for (at, wave) in waves.iter().enumerate() {
            let Some(reaches) = self.collect_wave(draft, wave) else {
                whole = false;
                continue;
            };
            let due = self.due_of(draft, journey, wave, &reaches)?;
            let any_due = self.any(&due, wave.span);
            let any_due = self.any(&[wave.runs, any_due], wave.span);
            candidates.push(any_due);
            let passed = match at {
                0 => {
                    let waiting = self.any(&[any_due, journey.waits], wave.span);
                    let passed = self.pass_gates(draft, wave, &reaches, waiting, true);
                    let passed = self.pass_controls(draft, journey, wave, passed);
                    let new = self.all(&[passed, journey.enters], wave.span);
                    entered = Some(new);
                    self.assign(draft, journey, wave, new);
                    self.all(&[passed, any_due], wave.span)
                }
                _ => {
                    let mut at_wave = vec![any_due];
                    at_wave.extend(entered.map(|entered| self.still_in(journey, entered, wave.span)));
                    let at_wave = self.all(&at_wave, wave.span);
                    let passed = self.pass_gates(draft, wave, &reaches, at_wave, false);
                    self.pass_controls(draft, journey, wave, passed)
                }
            };
            let treated = self.all(&[passed, journey.treated], wave.span);
            all_wanted.push(self.wishes(draft, wave, &reaches, treated, &due)?);
            all_reaches.push(reaches);
        }
        journey.waves = waves;
        journey.candidate = self.any(&candidates, draft.span);
        whole.then_some((all_reaches, all_wanted, entered.unwrap_or(journey.enters)))
    }

    /// A wave after the first in the same run is for those who got in.
    fn still_in(&mut self, journey: &Journey, entered: NodeId, span: Span) -> NodeId {
        let old = self.negation(journey.enters, span);
        self.any(&[old, entered], span)
    }

    /// When each action of a wave is due: with its wave, or because it was deferred.
    fn due_of(&mut self, draft: &Draft<'_>, journey: &Journey, wave: &WaveState, reaches: &[Reach]) -> Option<Vec<NodeId>> {
        let mut out = Vec::new();
        for reach in reaches {
            // What stands in for another is due with it.
            let first = reaches.iter().find(|other| reach.fallback_of.is_some_and(|(number, _)| number == other.number)).unwrap_or(reach);
            if !first.channel.as_deref().is_some_and(|channel| super::capacity::may_wait(draft, Some(channel))) {
                out.push(wave.runs);
                continue;
            }
            let mut names = vec![first.name()];
            let same = |other: &&Reach| other.fallback_of.is_some_and(|(number, _)| number == first.number);
            names.extend(reaches.iter().filter(same).map(Reach::name));
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let deferred = self.still_deferred(draft, journey, &wave.name, &names)?;
            out.push(self.any(&[wave.runs, deferred], reach.span));
        }
        Some(out)
    }

    fn wishes(
        &mut self,
        draft: &mut Draft<'_>,
        wave: &WaveState,
        reaches: &[Reach],
        passed: NodeId,
        due: &[NodeId],
    ) -> Option<Vec<NodeId>> {
        let mut out = Vec::new();
        for (reach, due) in reaches.iter().zip(due) {
            if let Some((option, lost)) = &reach.passed_over {
                let lost = self.all(&[passed, *due, *lost], reach.span);
                let option = self.text_constant(option.clone(), reach.span);
                self.exclude(draft, lost, Stage::Plan, "not_chosen", Some(option));
            }
            let own = self.reach_condition(reaches, reach, reach.span);
            let wanted = self.all(&[passed, *due, reach.branch, reach.chosen, own], reach.span);
            let wanted = self.operation_rules(draft, wave, reach, wanted)?;
            out.push(self.needs_value(draft, wave, reach, wanted)?);
        }
        Some(out)
    }

    /// An action whose worth is not known is no candidate.
    fn needs_value(&mut self, draft: &mut Draft<'_>, wave: &WaveState, reach: &Reach, wanted: NodeId) -> Option<NodeId> {
        let Some(value) = self.action_value(draft, reach.channel.as_deref())? else { return Some(wanted) };
        let span = draft.ast.value.as_ref().map_or(reach.span, |value| value.span);
        let known = self.is_known(value, span);
        let condition = self.negation(known, span);
        let rule = super::layer::LayerRule { name: String::from("no_value"), label: None, condition, detail: None, span };
        Some(self.pass_layer(draft, wave, reach, Stage::Arbitration, &[rule], wanted))
    }

    /// A fallback goes out where the one before was stopped and its own rules let it; the first action where nothing stopped it.
    fn reach_condition(&mut self, reaches: &[Reach], reach: &Reach, span: Span) -> NodeId {
        match reach.fallback_of {
            // Whether it is needed, and may go out, turns out when the later layers are asked.
            Some((_, stage)) if stage > Stage::Assignment => self.truth(true, span),
            Some((number, stage)) => {
                let needed = reaches.iter().find(|other| other.number == number).map(|first| self.stops_of(first, stage, span));
                let free = self.passes_rules(reach, span);
                self.all(&needed.into_iter().chain([free]).collect::<Vec<_>>(), span)
            }
            None => {
                let mut stages: Vec<Stage> = reaches
                    .iter()
                    .filter_map(|other| other.fallback_of)
                    .filter(|(number, _)| *number == reach.number)
                    .map(|(_, stage)| stage)
                    .collect();
                stages.push(Stage::Consent);
                let mut free = Vec::new();
                for stage in stages {
                    let stops = self.stops_of(reach, stage, span);
                    free.push(self.negation(stops, span));
                }
                self.all(&free, span)
            }
        }
    }

    /// Two-valued: no rule before assignment stops this action.
    pub(super) fn passes_rules(&mut self, reach: &Reach, span: Span) -> NodeId {
        let mut free = Vec::new();
        for rule in &reach.rules {
            let stops = self.possibly(rule.condition, span);
            free.push(self.negation(stops, span));
        }
        self.all(&free, span)
    }

    /// Two-valued: some rule of the stage stops this action.
    pub(super) fn stops_of(&mut self, reach: &Reach, stage: Stage, span: Span) -> NodeId {
        let mut stops = Vec::new();
        for rule in reach.rules.iter().filter(|rule| rule.stage == stage) {
            stops.push(self.possibly(rule.condition, span));
        }
        self.any(&stops, span)
    }

    /// `exclude` lines of an operational action concern that action alone.
    fn operation_rules(&mut self, draft: &mut Draft<'_>, wave: &WaveState, reach: &Reach, wanted: NodeId) -> Option<NodeId> {
        let Some(operation) = &reach.operation else { return Some(wanted) };
        let mut rules = Vec::new();
        for exclude in &operation.excludes {
            let condition = self.condition_of(&exclude.when, &draft.scope.clone(), "`exclude`")?;
            rules.push(super::layer::LayerRule {
                name: exclude.name.text.clone(),
                label: exclude.label.as_ref().map(|label| label.text.clone()),
                condition: condition.node,
                detail: None,
                span: exclude.span,
            });
        }
        Some(self.pass_layer(draft, wave, reach, Stage::Eligibility, &rules, wanted))
    }

    /// What explain, tests and summaries see of a strategy.
    pub(super) fn described(&self, course: Course<'_>, actions: Vec<ir::Action>) -> ir::Strategy {
        let strategy = course.draft.ast;
        ir::Strategy {
            name: strategy.name.text.clone(),
            label: strategy.label.as_ref().map(|label| label.text.clone()),
            table: course.draft.table,
            owner: strategy.owner.as_ref().map(|owner| owner.text.clone()),
            approver: strategy.approver.as_ref().map(|approver| approver.text.clone()),
            class: strategy.class.as_ref().map(|class| class.text.clone()),
            span: strategy.name.span,
            trigger: course.fired,
            trigger_span: strategy
                .triggers
                .first()
                .zip(strategy.triggers.last())
                .map_or(strategy.name.span, |(first, last)| first.span.to(last.span)),
            candidate: course.journey.candidate,
            gates: course.draft.gates,
            assigned: course.assigned,
            arm: course.journey.arm,
            arm_ladder: course.draft.arm_ladder,
            arms: course.draft.arms,
            salt: super::salt_of(strategy),
            plan: super::journey::plan_waves(strategy, |span| self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")),
            actions,
            exits: course.journey.exits,
        }
    }
}
