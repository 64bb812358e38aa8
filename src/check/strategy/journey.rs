//! Journeys: which wave of the plan is due for whom, from what the ledger holds.

use super::control::HeldBack;
use super::{Draft, Entry, Held, Missed};
use crate::check::Checker;
use crate::check::length::Length;
use crate::check::problems::strategy as problems;
use crate::diag::Problem;
use crate::ir::{Comparison, Exit, Kind, NodeId};
use crate::source::Span;
use crate::syntax::ast::{self, Plan, PlanBody, Step};
use crate::types::{Type, Value};

/// One wave for every subject.
pub(super) struct WaveState {
    pub name: String,
    pub number: u32,
    pub span: Span,
    pub steps: Vec<Step>,
    /// Two-valued: due now, its condition met.
    pub runs: NodeId,
    /// Two-valued: due now, its condition not met.
    pub skips: NodeId,
    /// When it was or is due.
    pub due: NodeId,
    /// When what it sends is to go out: now, or when it falls due after T.
    pub goes: NodeId,
    /// From the wave before, or the entry.
    pub wait: Length,
    /// Three-valued: its `when`.
    pub condition: NodeId,
}

pub(super) struct Journey {
    /// Two-valued: looked at in this run.
    pub candidate: NodeId,
    /// Two-valued: enters now (rules may still stop it).
    pub enters: NodeId,
    /// Two-valued: enters now, and its first wave waits for its delay.
    pub waits: NodeId,
    pub entry_time: NodeId,
    pub cooling: NodeId,
    /// The triggers seen too late, by subjects who neither enter nor are inside.
    pub missed: Vec<Missed>,
    pub arm: Option<NodeId>,
    /// The arm the ledger holds, as text.
    pub recorded_arm: Option<NodeId>,
    pub bucket: Option<NodeId>,
    /// Two-valued: has an arm other than control, or there are no arms.
    pub treated: NodeId,
    /// Groups that are held back, whatever the arm.
    pub controls: Vec<HeldBack>,
    pub waves: Vec<WaveState>,
    pub exits: Vec<Exit>,
    /// Three-valued, what each exit asks by itself.
    pub exit_conditions: Vec<NodeId>,
    /// Two-valued: inside, so that exits are asked.
    pub may_leave: NodeId,
    /// How the trigger that fired reads, as text.
    pub reason: NodeId,
    /// The triggers that `again` may stop.
    pub held: Vec<Held>,
    /// One wave without delay: there is nothing to come back to.
    pub single: bool,
    /// Something may fall due after T.
    pub ahead: bool,
}

/// Names of the waves of a plan; a plan without waves is one wave called `1`.
pub(super) fn wave_names(strategy: &ast::Strategy) -> Vec<String> {
    match strategy.plan.as_ref().map(|plan| &plan.body) {
        Some(PlanBody::Waves(waves)) => waves.iter().map(|wave| wave.name.text.clone()).collect(),
        Some(PlanBody::Steps(_)) | None => vec![String::from("1")],
    }
}

/// Places on the way through the waves.
struct Progress {
    /// One wave without delay: there is nothing to come back to.
    single: bool,
    /// Something may fall due after T.
    ahead: bool,
    active: NodeId,
    /// When the wave before was executed or skipped; missing when neither.
    before: NodeId,
    /// The same as the ledger has it: whether a wave of this run goes out is not known before all layers are asked.
    recorded: NodeId,
}

/// What the draw of arms and control groups says of a subject, as in [`Journey`].
struct Drawn {
    arm: Option<NodeId>,
    recorded_arm: Option<NodeId>,
    bucket: Option<NodeId>,
    treated: NodeId,
    controls: Vec<HeldBack>,
}

impl Checker {
    pub(super) fn lower_journey(&mut self, draft: &mut Draft<'_>, plan: &Plan, entry: &Entry) -> Option<Journey> {
        let span = draft.span;
        let waves = waves_of(plan);
        let delayed = waves.first().is_some_and(|wave| wave.after.is_some());
        let single = waves.len() == 1 && !delayed;
        if let (true, Some(exit)) = (single, draft.ast.exits.first()) {
            self.report(Problem::new(&problems::EXIT_WITHOUT_WAVES, exit.span).with("name", &exit.name.text));
        }
        let (in_flight, resting) = self.in_flight(draft, &waves, entry.last, single)?;
        let not_in_flight = self.negation(in_flight, span);
        let not_resting = self.negation(resting, span);
        let enters = self.all(&[entry.enters, not_in_flight], span);
        let cooling = self.all(&[entry.cooling, not_in_flight, not_resting], span);
        let stays_out = self.negation(enters, span);
        let missed: Vec<Missed> = entry
            .missed
            .iter()
            .map(|missed| Missed { late: self.all(&[missed.late, not_in_flight, stays_out], missed.span), ..*missed })
            .collect();
        let entry_time = self.either(enters, entry.time, entry.last, span);
        draft.scope.bind("entry", entry_time, Type::Time, true, span);
        let waiting = self.any_deferred(draft, entry.last)?;
        let considered = self.any(&[enters, in_flight, resting, waiting], span);
        let Drawn { arm, recorded_arm, bucket, treated, controls } = self.drawn(draft, considered)?;
        let active = self.all(&[in_flight, treated], span);
        let ahead = !single || draft.ast.triggers.iter().any(|trigger| matches!(trigger.kind, ast::TriggerKind::Before { .. }));
        let mut progress = Progress { single, ahead, active, before: entry_time, recorded: entry_time };
        let states = self.lower_waves_in_turn(draft, &waves, enters, &mut progress);
        let inside = self.any(&[in_flight, resting], span);
        let not_anew = self.negation(enters, span);
        let may_leave = self.all(&[inside, treated, not_anew], span);
        let (exits, exit_conditions) = self.lower_exits(draft, may_leave)?;
        let mut states = states?;
        self.stop_at_exits(&mut states, &exits, span);
        let waits = self.waits(enters, delayed, &states, span);
        let outside: Vec<NodeId> = [enters, cooling].into_iter().chain(missed.iter().map(|missed| missed.late)).collect();
        let candidate = self.looked_at(&outside, &exits, &states, span);
        Some(Journey {
            candidate,
            enters,
            waits,
            entry_time,
            cooling,
            missed,
            arm,
            recorded_arm,
            bucket,
            treated,
            controls,
            waves: states,
            exits,
            exit_conditions,
            may_leave,
            reason: entry.words,
            held: entry.held.clone(),
            single,
            ahead,
        })
    }

    /// Who is treated, of those considered.
    fn drawn(&mut self, draft: &mut Draft<'_>, considered: NodeId) -> Option<Drawn> {
        let (arm, recorded_arm, bucket) = self.arm(draft, considered)?;
        let own = self.treated(draft, arm);
        let controls = self.global_controls(draft, considered)?;
        let outside = self.outside_controls(&controls, draft.span);
        let treated = self.all(&[own, outside], draft.span);
        Some(Drawn { arm, recorded_arm, bucket, treated, controls })
    }

    /// Every wave, so that all its mistakes are found; `None` when there was one.
    fn lower_waves_in_turn(
        &mut self,
        draft: &mut Draft<'_>,
        waves: &[ast::Wave],
        enters: NodeId,
        progress: &mut Progress,
    ) -> Option<Vec<WaveState>> {
        let states: Vec<Option<WaveState>> =
            waves.iter().enumerate().map(|(at, wave)| self.lower_wave(draft, wave, at, enters, progress)).collect();
        states.into_iter().collect()
    }

    /// In this run something may happen to the subject, or it is said why not.
    fn looked_at(&mut self, entry: &[NodeId], exits: &[Exit], states: &[WaveState], span: Span) -> NodeId {
        let mut parts = entry.to_vec();
        parts.extend(exits.iter().map(|exit| exit.node));
        parts.extend(states.iter().flat_map(|state| [state.runs, state.skips]));
        self.any(&parts, span)
    }

    /// Something was deferred since the last entry, sent by now or not.
    fn any_deferred(&mut self, draft: &Draft<'_>, last: NodeId) -> Option<NodeId> {
        if !super::capacity::may_wait(draft, None) {
            return Some(self.truth(false, draft.span));
        }
        let deferred = self.latest_time(draft, "journeys", "happened_at", &[("event", &["deferred"])])?;
        Some(self.surely_compare(Comparison::GreaterOrEqual, deferred, last, draft.span))
    }

    /// An action of a wave was deferred since the last entry and neither it nor what stands in for it was sent since.
    pub(super) fn still_deferred(&mut self, draft: &Draft<'_>, journey: &Journey, wave: &str, names: &[&str]) -> Option<NodeId> {
        let span = draft.span;
        let first = names.get(..1).unwrap_or_default();
        let deferred =
            self.latest_time(draft, "journeys", "happened_at", &[("event", &["deferred"]), ("wave", &[wave]), ("reason", first)])?;
        let sent = self.latest_time(draft, "contacts", "sent_at", &[("wave", &[wave]), ("template_id", names)])?;
        let left = self.latest_time(draft, "journeys", "happened_at", &[("event", &["exited"])])?;
        let current = self.surely_compare(Comparison::GreaterOrEqual, deferred, journey.entry_time, span);
        let mut parts = vec![current, self.negation(journey.enters, span)];
        for over in [sent, left] {
            let over = self.surely_compare(Comparison::GreaterOrEqual, over, deferred, span);
            parts.push(self.negation(over, span));
        }
        parts.extend(journey.exits.iter().map(|exit| exit.node).map(|exit| self.negation(exit, span)).collect::<Vec<_>>());
        Some(self.all(&parts, span))
    }

    fn waits(&mut self, enters: NodeId, delayed: bool, states: &[WaveState], span: Span) -> NodeId {
        match states.first() {
            Some(first) if delayed => {
                let now = self.any(&[first.runs, first.skips], span);
                let not_now = self.negation(now, span);
                self.all(&[enters, not_now], span)
            }
            Some(_) | None => self.truth(false, span),
        }
    }

    /// Entered before and not left: not through all waves yet, and through but waiting for an exit, if the strategy has any.
    fn in_flight(&mut self, draft: &Draft<'_>, waves: &[ast::Wave], last: NodeId, single: bool) -> Option<(NodeId, NodeId)> {
        let span = draft.span;
        if single {
            let never = self.truth(false, span);
            return Some((never, never));
        }
        let entered = self.is_known(last, span);
        let exited = self.latest_time(draft, "journeys", "happened_at", &[("event", &["exited"])])?;
        let left = self.surely_compare(Comparison::GreaterOrEqual, exited, last, span);
        let through = match waves.len().checked_sub(1).and_then(|at| waves.get(at).map(|wave| (at, wave))) {
            Some((at, wave)) => {
                let done = self.wave_over(draft, wave, at, last)?;
                self.is_known(done, span)
            }
            None => self.truth(true, span),
        };
        let (not_left, not_through) = (self.negation(left, span), self.negation(through, span));
        let has_exits = self.truth(!draft.ast.exits.is_empty(), span);
        let in_flight = self.all(&[entered, not_left, not_through], span);
        Some((in_flight, self.all(&[entered, not_left, through, has_exits], span)))
    }

    /// When a wave was executed since the last entry.
    fn wave_time(&mut self, draft: &Draft<'_>, wave: &ast::Wave, at: usize, last: NodeId) -> Option<NodeId> {
        let number = (at + 1).to_string();
        let names = known_names(wave);
        let sent: Vec<&str> = names.iter().copied().chain([number.as_str()]).collect();
        let contacted = self.latest_time(draft, "contacts", "sent_at", &[("wave", &sent)])?;
        let executed = self.latest_time(draft, "journeys", "happened_at", &[("wave", &names), ("event", &["executed"])])?;
        // Each by itself: a contact of an earlier journey must not hide what this one did without a contact.
        let (contacted, executed) = (self.since_entry(contacted, last, draft.span), self.since_entry(executed, last, draft.span));
        Some(self.first_known(contacted, executed, draft.span))
    }

    /// When a wave was executed or skipped since the last entry.
    fn wave_over(&mut self, draft: &Draft<'_>, wave: &ast::Wave, at: usize, last: NodeId) -> Option<NodeId> {
        let executed = self.wave_time(draft, wave, at, last)?;
        let skipped = self.wave_skipped(draft, wave, last)?;
        Some(self.first_known(executed, skipped, draft.span))
    }

    fn wave_skipped(&mut self, draft: &Draft<'_>, wave: &ast::Wave, last: NodeId) -> Option<NodeId> {
        let skipped = self.latest_time(draft, "journeys", "happened_at", &[("wave", &known_names(wave)), ("event", &["skipped"])])?;
        Some(self.since_entry(skipped, last, draft.span))
    }

    fn since_entry(&mut self, time: NodeId, last: NodeId, span: Span) -> NodeId {
        let current = self.surely_compare(Comparison::GreaterOrEqual, time, last, span);
        self.only_where(current, time, span)
    }

    fn lower_wave(
        &mut self,
        draft: &mut Draft<'_>,
        wave: &ast::Wave,
        at: usize,
        enters: NodeId,
        progress: &mut Progress,
    ) -> Option<WaveState> {
        let span = wave.span;
        let last = draft.scope.bindings.get("entry").map(|entry| entry.node)?;
        let after = match &wave.after {
            Some(after) => self.length(after, &draft.scope, "`after`")?,
            None => Length::default(),
        };
        let due = self.shift(progress.before, after, span);
        let now = self.as_of(span);
        let past_due = self.surely_compare(Comparison::LessOrEqual, due, now, span);
        let planned = self.shift(progress.recorded, after, span);
        let reached = if progress.ahead { self.before_horizon(past_due, planned, span) } else { past_due };
        let goes = if progress.ahead { self.either(past_due, now, due, span) } else { now };
        let (executed, skipped) = match progress.single {
            true => (None, None),
            false => (Some(self.wave_time(draft, wave, at, last)?), Some(self.wave_skipped(draft, wave, last)?)),
        };
        let later = self.not_yet(vec![progress.active, reached], [executed, skipped], span);
        let first = self.all(&[enters, reached], span);
        let due_now = self.any(&[first, later], span);
        let condition = match &wave.when {
            Some(when) => self.condition_of(when, &draft.scope, "`when`")?.node,
            None => self.truth(true, span),
        };
        let met = self.surely(condition, span);
        let unmet = self.negation(met, span);
        let runs = self.all(&[due_now, met], span);
        // Its condition may still come true before its time.
        let skips = self.all(&[due_now, past_due, unmet], span);
        self.bind_wave(draft, wave, at, last, executed, skipped, skips)?;
        let over_now = self.either(runs, goes, due, span);
        let happening = self.any(&[runs, skips], span);
        let past = match (executed, skipped) {
            (Some(executed), Some(skipped)) => self.first_known(executed, skipped, span),
            (_, _) => self.wave_time(draft, wave, at, last)?,
        };
        let present = self.only_where(happening, over_now, span);
        progress.recorded = past;
        progress.before = self.first_known(past, present, span);
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let (name, steps) = (wave.name.text.clone(), wave.steps.clone());
        Some(WaveState { name, number, span, steps, runs, skips, due, goes, wait: after, condition })
    }

    /// Those conditions, and none of these moments is known.
    fn not_yet(&mut self, mut open: Vec<NodeId>, moments: [Option<NodeId>; 2], span: Span) -> NodeId {
        for past in moments.into_iter().flatten() {
            let known = self.is_known(past, span);
            open.push(self.negation(known, span));
        }
        self.all(&open, span)
    }

    /// Due by T, or before the horizon of a run that looks ahead.
    pub(super) fn before_horizon(&mut self, past_due: NodeId, due: NodeId, span: Span) -> NodeId {
        let horizon = self.constant(Value::Int(crate::ir::NO_HORIZON), Type::Time, span);
        let soon = self.surely_compare(Comparison::Less, due, horizon, span);
        self.any(&[past_due, soon], span)
    }

    /// The wave's name is the time it was executed; `skipped(name)` whether it was passed over.
    #[allow(clippy::too_many_arguments)]
    fn bind_wave(
        &mut self,
        draft: &mut Draft<'_>,
        wave: &ast::Wave,
        at: usize,
        last: NodeId,
        executed: Option<NodeId>,
        skipped: Option<NodeId>,
        skips: NodeId,
    ) -> Option<()> {
        let span = wave.span;
        let time = match executed {
            Some(executed) => executed,
            None => self.wave_time(draft, wave, at, last)?,
        };
        draft.scope.bind(wave.name.text.clone(), time, Type::Time, true, span);
        let before = match skipped {
            Some(skipped) => self.is_known(skipped, span),
            None => self.truth(false, span),
        };
        let passed = self.any(&[before, skips], span);
        draft.scope.bind(format!("skipped({})", wave.name.text), passed, Type::Bool, false, span);
        Some(())
    }

    fn lower_exits(&mut self, draft: &mut Draft<'_>, active: NodeId) -> Option<(Vec<Exit>, Vec<NodeId>)> {
        let mut out: Vec<Exit> = Vec::new();
        let mut asked = Vec::new();
        let mut whole = true;
        for exit in &draft.ast.exits {
            let Some(condition) = self.condition_of(&exit.when, &draft.scope, "`exit`") else {
                whole = false;
                continue;
            };
            let sure = self.surely(condition.node, exit.span);
            let mut parts = vec![active, sure];
            for earlier in &out {
                parts.push(self.negation(earlier.node, exit.span));
            }
            let node = self.all(&parts, exit.span);
            out.push(Exit { name: exit.name.text.clone(), node, span: exit.span });
            asked.push(condition.node);
        }
        whole.then_some((out, asked))
    }

    /// Nothing more is due once a journey has ended; a skip that ends it stays on record.
    fn stop_at_exits(&mut self, states: &mut [WaveState], exits: &[Exit], span: Span) {
        if exits.is_empty() {
            return;
        }
        let nodes: Vec<NodeId> = exits.iter().map(|exit| exit.node).collect();
        let exited = self.any(&nodes, span);
        let stays = self.negation(exited, span);
        for state in states {
            state.runs = self.all(&[state.runs, stays], span);
        }
    }

    /// The arm as a label, what the ledger holds, and the bucket.
    #[allow(clippy::type_complexity)]
    fn arm(&mut self, draft: &mut Draft<'_>, considered: NodeId) -> Option<(Option<NodeId>, Option<NodeId>, Option<NodeId>)> {
        let span = draft.span;
        let Some(ladder) = draft.arm_ladder else { return Some((None, None, None)) };
        let ty = Type::Label(ladder);
        let recorded = self.recorded_arm(draft)?;
        let mut from_ledger = self.constant(Value::Missing, ty.clone(), span);
        for (at, arm) in draft.arms.clone().iter().enumerate().rev() {
            let same = self.one_of(recorded, &[arm.name.as_str()], span);
            let same = self.surely(same, span);
            let label = self.constant(Value::Int(i64::try_from(at).ok()?), ty.clone(), span);
            from_ledger = self.either(same, label, from_ledger, span);
        }
        let experiment = super::experiment_of(draft.ast);
        let kind = Kind::Bucket { experiment, salt: super::salt_of(draft.ast), unit: draft.unit, only: considered };
        let bucket = self.add_in(draft.table, kind, Type::Int, true, span);
        let by_hash = self.arm_of_bucket(draft, bucket, &ty)?;
        let arm = self.first_known(from_ledger, by_hash, span);
        let arm = self.only_where(considered, arm, span);
        draft.scope.bind("arm", arm, ty, true, span);
        Some((Some(arm), Some(recorded), Some(bucket)))
    }

    /// The first arm whose cumulative share is greater than the bucket.
    fn arm_of_bucket(&mut self, draft: &Draft<'_>, bucket: NodeId, ty: &Type) -> Option<NodeId> {
        let span = draft.span;
        let mut upper = 0_i64;
        let mut rows = Vec::new();
        for (at, arm) in draft.arms.iter().enumerate() {
            upper += i64::from(arm.share);
            let bound = self.constant(Value::Int(upper), Type::Int, span);
            rows.push((self.compare(Comparison::Less, bucket, bound, span), u32::try_from(at).ok()?));
        }
        let kind = Kind::Ladder { rows, otherwise: None, unknown: None };
        Some(self.add_in(draft.table, kind, ty.clone(), true, span))
    }

    fn treated(&mut self, draft: &Draft<'_>, arm: Option<NodeId>) -> NodeId {
        let span = draft.span;
        if let Some(own) = self.treated_by_version(draft, arm) {
            return own;
        }
        let control = draft.arms.iter().position(|arm| arm.control);
        match (arm, control) {
            (Some(arm), Some(at)) => {
                let kind = Kind::OneOf { value: arm, set: vec![Value::Int(i64::try_from(at).unwrap_or(i64::MAX))] };
                let is_control = self.add(kind, Type::Bool, true, span);
                let is_control = self.surely(is_control, span);
                self.negation(is_control, span)
            }
            (_, _) => self.truth(true, span),
        }
    }
}

/// The name of a wave, and those the ledger may know it by.
fn known_names(wave: &ast::Wave) -> Vec<&str> {
    std::iter::once(&wave.name).chain(&wave.was).map(|name| name.text.as_str()).collect()
}

/// The waves of a plan as later runs compare them.
pub(super) fn plan_waves(strategy: &ast::Strategy, text: impl Fn(Span) -> String) -> Vec<crate::ir::PlanWave> {
    let waves = strategy.plan.as_ref().map(waves_of).unwrap_or_default();
    let described = waves.iter().map(|wave| crate::ir::PlanWave {
        name: wave.name.text.clone(),
        was: wave.was.iter().map(|name| name.text.clone()).collect(),
        after: wave.after.as_ref().map_or_else(String::new, |after| text(after.span)),
    });
    described.collect()
}

fn waves_of(plan: &Plan) -> Vec<ast::Wave> {
    match &plan.body {
        PlanBody::Waves(waves) => waves.clone(),
        PlanBody::Steps(steps) => {
            let name = ast::Name { text: String::from("1"), span: plan.span };
            vec![ast::Wave { span: plan.span, name, label: None, was: Vec::new(), after: None, when: None, steps: steps.clone() }]
        }
    }
}
