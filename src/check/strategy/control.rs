//! A control group of the whole bank: a stable share of customers that the strategies a policy binds leave alone.
//!
//! It is asked where arms are assigned, so its members passed every layer before, as the others did. It belongs to people, not to
//! subjects: whoever is reached decides, whatever table a strategy is about.

use super::Draft;
use super::journey::{Journey, WaveState};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::policy::RuleKind;
use crate::check::problems::policy as problems;
use crate::diag::Problem;
use crate::ir::{Aggregate, AggregateFunction, Comparison, Emission, Gate, Kind, Link, NodeId, Output, Stage};
use crate::source::Span;
use crate::syntax::ast::{ItemKind, Name};
use crate::types::{TableId, Type, Value};

const SALT: &str = "s0";
const RULE: &str = "global_control";
const OTHER: &str = "other_experiment";

/// Who may not be assigned although no rule stopped them: a control group, or members of another experiment.
#[derive(Clone)]
pub(super) struct HeldBack {
    rule: &'static str,
    /// What is recorded beside the rule.
    detail: NodeId,
    /// Whether a row of the ledger says who belongs to it.
    recorded: bool,
    experiment: String,
    /// Share of the group in basis points of 10,000.
    share: u32,
    span: Span,
    table: TableId,
    /// Who is reached, as text.
    person: NodeId,
    /// Two-valued.
    pub member: NodeId,
    /// Two-valued: the ledger holds nobody's group.
    fresh: NodeId,
    /// Two-valued: those who would be assigned in this run.
    asked: Vec<NodeId>,
}

impl Checker {
    /// The groups that bind a strategy. Whoever the ledger holds stays where they are; the others go by the hash.
    pub(super) fn global_controls(&mut self, draft: &Draft<'_>, considered: NodeId) -> Option<Vec<HeldBack>> {
        let mut out = Vec::new();
        for binding in draft.rules.clone() {
            let RuleKind::Control { experiment, share } = &binding.rule else { continue };
            let span = share.span;
            let share = self.share_of(share, &Scope::constant(binding.module), "`control`")?;
            let person = draft.customer.unwrap_or(draft.unit);
            let recorded = self.recorded_group(experiment, draft.table, person, span)?;
            let bucket = self.control_bucket(experiment, draft.table, person, considered, span);
            let by_hash = self.in_group(bucket, share, span);
            let in_ledger = self.one_of(recorded, &["control"], span);
            let known = self.is_known(recorded, span);
            let member = self.either(known, in_ledger, by_hash, span);
            let member = self.surely(member, span);
            let fresh = self.negation(known, span);
            let detail = self.text_constant(experiment.clone(), span);
            let held = HeldBack {
                rule: RULE,
                detail,
                recorded: true,
                experiment: experiment.clone(),
                share,
                span,
                table: draft.table,
                person,
                member,
                fresh,
                asked: Vec::new(),
            };
            out.push(held);
        }
        out.extend(self.other_experiment(draft, considered)?);
        Some(out)
    }

    /// `arms layer X`: a subject belongs to one experiment of the layer. The ledger says to which; the others go by the hash of `X.layer`,
    /// each experiment having an equal part of the buckets, in the order of the names.
    fn other_experiment(&mut self, draft: &Draft<'_>, considered: NodeId) -> Option<Option<HeldBack>> {
        let Some(layer) = draft.ast.arms.as_ref().and_then(|arms| arms.layer.clone()) else { return Some(None) };
        let span = layer.span;
        let own = super::experiment_of(draft.ast);
        let names = self.experiments_of_layer(&layer, draft.table);
        let assignments = self.find_table("assignments")?;
        let column = self.named_column(assignments, "experiment", span)?;
        let filter = self.one_of(column, &names.iter().map(String::as_str).collect::<Vec<_>>(), span);
        let holder = self.of_unit(draft, assignments, AggregateFunction::Earliest, Some(column), filter, Type::Text)?;
        let bucket = self.control_bucket(&format!("{}.layer", layer.text), draft.table, draft.unit, considered, span);
        let mut by_hash = self.text_constant(names.last().cloned().unwrap_or_default(), span);
        let count = i64::try_from(names.len()).unwrap_or(i64::MAX);
        for (at, name) in (1..).zip(names.iter().take(names.len().saturating_sub(1))).collect::<Vec<_>>().into_iter().rev() {
            let bound: i64 = at;
            let bound = self.constant(Value::Int(bound.saturating_mul(10_000) / count), Type::Int, span);
            let here = self.surely_compare(Comparison::Less, bucket, bound, span);
            let name = self.text_constant(name.clone(), span);
            by_hash = self.either(here, name, by_hash, span);
        }
        let home = self.first_known(holder, by_hash, span);
        let mine = self.one_of(home, &[own.as_str()], span);
        let recorded = self.recorded_arm(draft)?;
        let stays = self.is_known(recorded, span);
        let at_home = self.surely(mine, span);
        let inside = self.any(&[stays, at_home], span);
        let member = self.negation(inside, span);
        let fresh = self.truth(false, span);
        let (rule, recorded, experiment) = (OTHER, false, layer.text);
        Some(Some(HeldBack {
            rule,
            detail: home,
            recorded,
            experiment,
            share: 0,
            span,
            table: draft.table,
            person: draft.unit,
            member,
            fresh,
            asked: Vec::new(),
        }))
    }

    /// The experiments of a layer by name; they are about one table, so that a subject is the same in all.
    fn experiments_of_layer(&mut self, layer: &Name, table: TableId) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for item in self.items(0) {
            let ItemKind::Strategy(other) = &item.kind else { continue };
            if other.arms.as_ref().and_then(|arms| arms.layer.as_ref()).is_none_or(|known| known.text != layer.text) {
                continue;
            }
            // The first strategy of a layer says what it is about.
            if names.is_empty() && self.about(0, other.table.as_ref(), other.name.span).is_some_and(|known| known != table) {
                self.report(Problem::new(&problems::LAYER_TABLES, layer.span).with("layer", &layer.text).with("other", &other.name.text));
            }
            names.push(super::experiment_of(other));
        }
        names.sort();
        names.dedup();
        names
    }

    fn recorded_group(&mut self, experiment: &str, table: TableId, person: NodeId, span: Span) -> Option<NodeId> {
        let assignments = self.find_table("assignments")?;
        let column = self.named_column(assignments, "experiment", span)?;
        let filter = self.one_of(column, &[experiment], span);
        let arm = self.named_column(assignments, "arm", span)?;
        let row_key = self.ledger_unit(assignments, span)?;
        let link = Link::Key { row_key, outer_key: person };
        let aggregate = self.ledger_aggregate(assignments, link, AggregateFunction::Latest, Some(arm), filter, span);
        Some(self.add_in(table, Kind::Aggregate(Box::new(aggregate)), Type::Text, true, span))
    }

    fn control_bucket(&mut self, experiment: &str, table: TableId, person: NodeId, only: NodeId, span: Span) -> NodeId {
        let kind = Kind::Bucket { experiment: experiment.to_string(), salt: String::from(SALT), unit: person, only };
        self.add_in(table, kind, Type::Int, true, span)
    }

    /// The group takes the last buckets, as the control of a strategy does.
    fn in_group(&mut self, bucket: NodeId, share: u32, span: Span) -> NodeId {
        let first = self.constant(Value::Int(10_000 - i64::from(share)), Type::Int, span);
        self.compare(Comparison::GreaterOrEqual, bucket, first, span)
    }

    /// Two-valued: no group holds the person back.
    pub(super) fn outside_controls(&mut self, controls: &[HeldBack], span: Span) -> NodeId {
        let members: Vec<NodeId> = controls.iter().map(|control| control.member).collect();
        let held = self.any(&members, span);
        self.negation(held, span)
    }

    /// Records whom a group holds back at a wave; gives back the flag of the others, and remembers who was asked to enter.
    pub(super) fn pass_controls(&mut self, draft: &mut Draft<'_>, journey: &mut Journey, wave: &WaveState, passed: NodeId) -> NodeId {
        let mut out = passed;
        for at in 0..journey.controls.len() {
            let Some(control) = journey.controls.get(at).cloned() else { continue };
            let stops = self.all(&[out, control.member], control.span);
            self.exclude(draft, stops, Stage::Assignment, control.rule, Some(control.detail));
            draft.gates.push(Gate {
                stage: Stage::Assignment,
                rule: control.rule.to_string(),
                label: None,
                condition: control.member,
                stops,
                asked: out,
                wave: Some(wave.name.clone()),
                action: None,
                span: control.span,
            });
            let enters = self.all(&[passed, journey.enters, control.fresh], control.span);
            let free = self.negation(control.member, control.span);
            out = self.all(&[out, free], control.span);
            if let Some(control) = journey.controls.get_mut(at) {
                control.asked.push(enters);
            }
        }
        out
    }

    /// One row per person and group, the first time some strategy would take them: `treated` or `control`.
    pub(super) fn record_controls(&mut self, controls: Vec<HeldBack>) -> Vec<Emission> {
        let mut homes: Vec<(HeldBack, TableId, Vec<NodeId>)> = Vec::new();
        for control in controls.into_iter().filter(|control| control.recorded) {
            let home = self.find_table("customers").unwrap_or(control.table);
            let Some(flag) = self.asked_at_home(&control, home) else { continue };
            match homes.iter_mut().find(|(known, table, _)| (&known.experiment, *table) == (&control.experiment, home)) {
                Some((_, _, flags)) => flags.push(flag),
                None => homes.push((control, home, vec![flag])),
            }
        }
        homes.into_iter().filter_map(|(control, home, flags)| self.control_rows(&control, home, &flags)).collect()
    }

    /// In the table of people: some row that reaches the person would be taken.
    fn asked_at_home(&mut self, control: &HeldBack, home: TableId) -> Option<NodeId> {
        let span = control.span;
        let asked = self.any(&control.asked, span);
        let unit = self.unit_of(home, span)?;
        if control.table == home && control.person == unit {
            return Some(asked);
        }
        let link = Link::Key { row_key: control.person, outer_key: unit };
        let aggregate = Aggregate {
            table: control.table,
            link,
            function: AggregateFunction::Exists,
            value: None,
            filter: Some(asked),
            at: None,
            from: None,
            until: None,
            at_least: None,
        };
        let found = self.add_in(home, Kind::Aggregate(Box::new(aggregate)), Type::Bool, true, span);
        Some(self.surely(found, span))
    }

    fn control_rows(&mut self, control: &HeldBack, home: TableId, flags: &[NodeId]) -> Option<Emission> {
        let span = control.span;
        let flag = self.any(flags, span);
        let unit = self.unit_of(home, span)?;
        let bucket = self.control_bucket(&control.experiment, home, unit, flag, span);
        let member = self.in_group(bucket, control.share, span);
        let (held, treated) = (self.text_constant("control", span), self.text_constant("treated", span));
        let arm = self.either(member, held, treated, span);
        let experiment = self.text_constant(control.experiment.clone(), span);
        let now = self.as_of(span);
        let mut fields = vec![("experiment", experiment), ("unit_id", unit), ("arm", arm), ("bucket", bucket), ("assigned_at", now)];
        let assignments = self.find_table("assignments")?;
        if self.table(assignments)?.find_column("share").is_some() {
            let fraction = |checker: &mut Self, share: u32| checker.constant(Value::float(f64::from(share) / 10_000.0), Type::Number, span);
            let (own, rest) = (fraction(self, control.share), fraction(self, 10_000_u32.saturating_sub(control.share)));
            fields.push(("share", self.either(member, own, rest, span)));
        }
        let fields = fields.into_iter().map(|(name, node)| (name.to_string(), node)).collect();
        Some(Emission { output: Output::Assignments, table: home, flag, fields, strategy: None })
    }
}
