//! The layers that all strategies of a program pass together: contact, arbitration, quota.
//!
//! A layer asks every action of every strategy before the next layer begins. Where one action counts others, it counts those ahead
//! of it in one total order – class, priority, name, wave, place in the wave – and never the order of the file.
//!
//! Where overlays order the classes for some subjects, each action stands in that order once per way its subject may be ordered, and
//! only one of these wants anything for a subject.

use super::Draft;
use super::action::Reach;
use super::course::{Course, Rank};
use super::journey::WaveState;
use crate::check::Checker;
use crate::ir::{Gate, NodeId, Stage};
use crate::source::Span;

/// One action of the program on its way through the layers.
pub(super) struct Contender {
    /// Index of the strategy.
    pub course: usize,
    pub wave: usize,
    pub reach: usize,
    /// Which order of classes it stands in: 0 for the usual one.
    pub variant: usize,
    /// Its class in that order, and its priority.
    pub band: (usize, i64),
    /// Two-valued: it passed every layer so far.
    pub wanted: NodeId,
    /// 0 for those asked first, 1 for those that stand in for an action that a later layer stopped, 2 where that layer is the budget.
    pub round: u8,
    /// The contender it stands in for.
    pub replaces: Option<usize>,
    /// Two-valued: the layers that stopped it, for those that stand in for it.
    pub lost: Vec<(Stage, NodeId)>,
}

impl Contender {
    /// Two-valued: a layer stopped it.
    pub fn lost_at(&self, stage: Stage) -> Option<NodeId> {
        self.lost.iter().find(|(known, _)| *known == stage).map(|(_, lost)| *lost)
    }
}

/// One order of classes as it holds for a strategy.
pub(super) struct Standing {
    pub course: usize,
    pub variant: usize,
    pub rank: Rank,
    /// Two-valued: the order holds for the subject; `None` for everybody.
    pub holds: Option<NodeId>,
}

/// The round in which what stands in for an action of a stage is asked.
fn round_of(stage: Stage) -> u8 {
    if stage == Stage::Budget { 2 } else { 1 }
}

/// A rule that may stop one action.
pub(super) struct LayerRule {
    pub name: String,
    pub label: Option<String>,
    /// Three-valued; unknown stops too.
    pub condition: NodeId,
    /// What is recorded beside the rule; the names of all failing rules of the layer when not given.
    pub detail: Option<NodeId>,
    pub span: Span,
}

impl Standing {
    fn span(&self, courses: &[Course<'_>]) -> Span {
        courses.get(self.course).map(|course| course.draft.span).unwrap_or_default()
    }
}

impl Checker {
    /// Every action of every strategy, those ahead first.
    pub(super) fn contenders(&mut self, courses: &[Course<'_>]) -> Vec<Contender> {
        let mut standings = self.standings(courses);
        standings.sort_by(|one, other| {
            let key = |standing: &Standing| (standing.rank.class, standing.rank.priority, standing.variant);
            key(one).cmp(&key(other)).then_with(|| one.rank.name.cmp(&other.rank.name))
        });
        let mut out = Vec::new();
        for standing in standings {
            let (course, variant, band) = (standing.course, standing.variant, (standing.rank.class, standing.rank.priority));
            let waves = courses.get(course).map(|course| course.wanted.as_slice()).unwrap_or_default();
            for (wave, wishes) in waves.iter().enumerate() {
                for (reach, wanted) in wishes.iter().enumerate() {
                    let wanted = match standing.holds {
                        Some(holds) => self.all(&[*wanted, holds], standing.span(courses)),
                        None => *wanted,
                    };
                    out.push(Contender { course, wave, reach, variant, band, wanted, round: 0, replaces: None, lost: Vec::new() });
                }
            }
        }
        for at in 0..out.len() {
            let Some(contender) = out.get(at) else { continue };
            let (course, wave, variant) = (contender.course, contender.wave, contender.variant);
            let reach = courses.get(course).and_then(|own| own.action(wave, contender.reach)).and_then(|(_, reach)| reach.fallback_of);
            let Some((number, stage)) = reach.filter(|(_, stage)| *stage > Stage::Assignment) else { continue };
            let replaces =
                out.iter().position(|other| (other.course, other.wave, other.variant, other.reach) == (course, wave, variant, number));
            if let Some(contender) = out.get_mut(at) {
                (contender.round, contender.replaces) = (round_of(stage), replaces);
            }
        }
        out
    }

    /// What was wanted before a layer and is not wanted after it was stopped by the layer.
    pub(super) fn note_lost(&mut self, stage: Stage, contenders: &mut [Contender], before: &[NodeId]) {
        let replaced: Vec<usize> = contenders.iter().filter_map(|contender| contender.replaces).collect();
        for (at, (contender, before)) in contenders.iter_mut().zip(before).enumerate() {
            if contender.wanted != *before && replaced.contains(&at) {
                let span = self.graph.get(*before).map(|node| node.span).unwrap_or_default();
                let stays = self.negation(contender.wanted, span);
                let lost = self.all(&[*before, stays], span);
                contender.lost.push((stage, lost));
            }
        }
    }

    /// Records the first rule that stops an action, with all that do, and gives back the flag of those who pass.
    pub(super) fn pass_layer(
        &mut self,
        draft: &mut Draft<'_>,
        wave: &WaveState,
        reach: &Reach,
        stage: Stage,
        rules: &[LayerRule],
        wanted: NodeId,
    ) -> NodeId {
        let mut stops = Vec::new();
        for rule in rules {
            stops.push(self.possibly(rule.condition, rule.span));
        }
        let failing = self.names_of_failing(rules, &stops, reach.span);
        let mut passed = wanted;
        for (rule, stops) in rules.iter().zip(stops) {
            let stopped = self.all(&[passed, stops], rule.span);
            self.exclude(draft, stopped, stage, &rule.name, rule.detail.or(failing));
            let free = self.negation(stops, rule.span);
            passed = self.all(&[passed, free], rule.span);
            draft.gates.push(Gate {
                stage,
                rule: rule.name.clone(),
                label: rule.label.clone(),
                condition: rule.condition,
                stops: stopped,
                asked: wanted,
                wave: Some(wave.name.clone()),
                action: Some(reach.name()),
                span: rule.span,
            });
        }
        passed
    }

    /// The names of all failing rules, joined by spaces.
    fn names_of_failing(&mut self, rules: &[LayerRule], stops: &[NodeId], span: Span) -> Option<NodeId> {
        let empty = self.text_constant("", span);
        let mut parts = Vec::new();
        for (rule, stops) in rules.iter().zip(stops) {
            let name = self.text_constant(format!("{} ", rule.name), span);
            parts.push(self.either(*stops, name, empty, span));
        }
        if parts.is_empty() {
            return None;
        }
        let text = self.concat(parts, span);
        Some(self.call("trim", vec![text], crate::types::Type::Text, span))
    }
}
