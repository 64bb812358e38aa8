//! Who takes part in strat's own trials: the ledger says so.

use super::Enrolment;
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::policy::{RuleKind, control_experiment};
use crate::check::problems::outcomes as problems;
use crate::check::strategy::experiment_of;
use crate::diag::Problem;
use crate::ir::{self, AggregateFunction, Cut, Design, Kind, Link, NodeId, TrialArm, TrialKind};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, PolicyRule};
use crate::types::{TableId, Type};

/// The arm of everybody in a strategy without arms.
const ALL: &str = "all";

/// Rows of a ledger about the subjects of a table.
struct Records {
    ledger: TableId,
    table: TableId,
    filter: NodeId,
    span: Span,
}

impl Checker {
    /// Those assigned by a strategy, or, where it has goals and no arms, those who entered it.
    pub(super) fn enrolled_by_strategy(&mut self, strategy: &ast::Strategy, lowered: &[ir::Strategy]) -> Option<Enrolment> {
        if strategy.arms.is_none() && strategy.goals.is_empty() {
            return None;
        }
        let at = lowered.iter().position(|lowered| lowered.name == strategy.name.text)?;
        let own = lowered.get(at)?;
        let (index, table) = (u32::try_from(at).ok()?, own.table);
        let names = vec![strategy.name.text.clone()];
        let kind = TrialKind::Strategy;
        if strategy.arms.is_none() {
            let (assigned, entry) = self.entered(strategy, table)?;
            let arm = self.text_constant(ALL, strategy.name.span);
            let arms = vec![TrialArm { name: ALL.into(), label: None, share: None, control: false }];
            let (design, experiment) = (Design::Observed { because: None }, strategy.name.text.clone());
            let (probability, proposed) = (None, None);
            return Some(Enrolment {
                assigned,
                arm,
                entry: Some(entry),
                probability,
                proposed,
                arms,
                strategies: vec![index],
                kind,
                design,
                experiment,
                names,
            });
        }
        let arms: Vec<TrialArm> = own.arms.iter().map(|arm| self.trial_arm(arm)).collect();
        let strategies = vec![index; arms.len()];
        self.assigned(experiment_of(strategy), table, strategy.name.span, Enrolled { arms, strategies, kind, names })
    }

    /// Those assigned by a comparison, whose arms are whole strategies.
    pub(super) fn enrolled_by_compare(&mut self, compare: &ast::Compare, lowered: &[ir::Strategy]) -> Option<(TableId, Enrolment)> {
        let written = &compare.arms.as_ref()?.arms;
        let place = |name: &str| lowered.iter().position(|strategy| strategy.name == name);
        let first = written.iter().find_map(|(name, _)| place(&name.text))?;
        let table = lowered.get(first)?.table;
        let arms: Vec<TrialArm> = lowered.get(first)?.arms.iter().map(|arm| self.trial_arm(arm)).collect();
        let index = |arm: &TrialArm| u32::try_from(place(&arm.name).unwrap_or(first)).unwrap_or(u32::MAX);
        let strategies = arms.iter().map(index).collect();
        let mut names: Vec<String> = written.iter().map(|(name, _)| name.text.clone()).filter(|name| name != "control").collect();
        names.push(compare.name.text.clone());
        let enrolled = Enrolled { arms, strategies, kind: TrialKind::Compare, names };
        Some((table, self.assigned(compare.name.text.clone(), table, compare.name.span, enrolled)?))
    }

    /// Everybody whom a strategy under the policy would take, since the first time, against those its `control` holds back.
    pub(super) fn enrolled_by_policy(
        &mut self,
        experiment: &ast::Experiment,
        policy: &ast::Path,
        table: TableId,
        lowered: &[ir::Strategy],
    ) -> Option<Enrolment> {
        let span = experiment.name.span;
        let own = [
            experiment.arms.as_ref().map(|(column, _)| ("arm", column.span)),
            experiment.control.as_ref().map(|control| ("control", control.span)),
            experiment.at.as_ref().map(|at| ("at", at.span)),
            experiment.probability.as_ref().map(|written| ("probability", written.span)),
            experiment.propose.as_ref().map(|written| ("propose", written.span)),
            experiment.observed.as_ref().map(|(span, _)| ("observed", *span)),
        ];
        if let Some((clause, span)) = own.into_iter().flatten().next() {
            let problem = Problem::new(&problems::EXPERIMENT_OF_POLICY, span).with("experiment", &experiment.name.text);
            self.report(problem.with("clause", clause).with("policy", policy.text()));
            return None;
        }
        let (name, share) = self.control_of(policy)?;
        // The ledger keeps the group by the person reached.
        let home = self.find_table("customers").unwrap_or(table);
        if home != table {
            let wanted = self.rows_named(home);
            let problem = Problem::new(&problems::JUDGE_UNIT, span).with("unit", self.rows_named(table));
            self.report(problem.with("name", &experiment.name.text).with("table", wanted));
            return None;
        }
        let mut strategies = Vec::new();
        for (at, strategy) in lowered.iter().enumerate() {
            let declared = self.items(0).iter().find_map(|item| match &item.kind {
                ItemKind::Strategy(declared) if declared.name.text == strategy.name => Some(declared.clone()),
                _ => None,
            });
            let Some(declared) = declared else { continue };
            let rules = self.binding_rules(0, &declared);
            let held = |rule: &RuleKind| matches!(rule, RuleKind::Control { experiment, share: _ } if *experiment == name);
            if rules.iter().any(|binding| held(&binding.rule)) {
                strategies.push(u32::try_from(at).ok()?);
            }
        }
        let arm = |name: &str, share: u32, control: bool| TrialArm {
            name: name.into(),
            label: None,
            share: Some(f64::from(share) / 10_000.0),
            control,
        };
        let arms = vec![arm("treated", 10_000_u32.saturating_sub(share), false), arm("control", share, true)];
        let names = vec![experiment.name.text.clone()];
        self.assigned(name, table, span, Enrolled { arms, strategies, kind: TrialKind::Programme, names })
    }

    /// The name that the ledger knows the group of a policy by, and its share in basis points.
    fn control_of(&mut self, policy: &ast::Path) -> Option<(String, u32)> {
        let found = self.find_item(policy, 0).and_then(|(module, item)| match &item.kind {
            ItemKind::Policy(found) => Some((module, found.clone())),
            _ => None,
        });
        let Some((module, found)) = found else {
            self.unknown_policy(policy, 0);
            return None;
        };
        let share = found.layers.iter().flat_map(|layer| &layer.rules).find_map(|rule| match rule {
            PolicyRule::Control { span: _, share } => Some(share.clone()),
            _ => None,
        });
        let Some(share) = share else {
            self.report(Problem::new(&problems::POLICY_WITHOUT_CONTROL, policy.span).with("policy", policy.text()));
            return None;
        };
        let share = self.share_of(&share, &Scope::constant(module), "`control`")?;
        let name = self.modules.get(module).map_or_else(String::new, |module| module.qualified(&found.name.text));
        Some((control_experiment(&name), share))
    }

    /// An arm with its registered share; in a comparison it is called what its strategy is called.
    fn trial_arm(&self, arm: &ir::Arm) -> TrialArm {
        let label = self.items(0).iter().find_map(|item| match &item.kind {
            ItemKind::Strategy(strategy) if strategy.name.text == arm.name => strategy.label.as_ref().map(|label| label.text.clone()),
            _ => None,
        });
        TrialArm { name: arm.name.clone(), label, share: Some(f64::from(arm.share) / 10_000.0), control: arm.control }
    }

    /// The rows of the ledger `assignments` for an experiment: the entry is the earliest one.
    fn assigned(&mut self, experiment: String, table: TableId, span: Span, enrolled: Enrolled) -> Option<Enrolment> {
        let ledger = self.find_table("assignments")?;
        let column = self.named_column(ledger, "experiment", span)?;
        let filter = self.one_of(column, &[experiment.as_str()], span);
        let records = Records { ledger, table, filter, span };
        let assigned = self.recorded(&records, AggregateFunction::Exists, None, Type::Bool)?;
        let assigned = self.surely(assigned, span);
        let arm = self.named_column(ledger, "arm", span)?;
        let arm = self.recorded(&records, AggregateFunction::Latest, Some(arm), Type::Text)?;
        let at = self.at_of(ledger, span)?;
        let entry = self.recorded(&records, AggregateFunction::Min, Some(at), Type::Time)?;
        let probability = match self.named_column(ledger, "share", span) {
            Some(share) => Some(self.recorded(&records, AggregateFunction::Earliest, Some(share), Type::Number)?),
            None => None,
        };
        let Enrolled { arms, strategies, kind, names } = enrolled;
        let design = if arms.len() > 1 { Design::Randomised } else { Design::Observed { because: None } };
        Some(Enrolment {
            assigned,
            arm,
            entry: Some(entry),
            probability,
            proposed: None,
            arms,
            strategies,
            kind,
            design,
            experiment,
            names,
        })
    }

    /// Whether the ledger `entries` has the subject for a strategy, and since when.
    fn entered(&mut self, strategy: &ast::Strategy, table: TableId) -> Option<(NodeId, NodeId)> {
        let span = strategy.name.span;
        let ledger = self.find_table("entries")?;
        let (column, subject) = (self.named_column(ledger, "strategy_id", span)?, self.named_column(ledger, "subject", span)?);
        let own = self.one_of(column, &[strategy.name.text.as_str()], span);
        let about = self.rows_named(table);
        let same = self.one_of(subject, &[about.as_str()], span);
        let filter = self.all(&[own, same], span);
        let records = Records { ledger, table, filter, span };
        let assigned = self.recorded(&records, AggregateFunction::Exists, None, Type::Bool)?;
        let at = self.at_of(ledger, span)?;
        let entry = self.recorded(&records, AggregateFunction::Min, Some(at), Type::Time)?;
        Some((self.surely(assigned, span), entry))
    }

    /// `beside NAME`: the arm that the units have in another strategy or comparison.
    pub(super) fn arm_elsewhere(&mut self, path: &ast::Path, docket: &super::Docket) -> Option<Cut> {
        let name = path.text();
        let found = self.items(0).into_iter().find_map(|item| match &item.kind {
            ItemKind::Strategy(other) if other.name.text == name && other.arms.is_some() => {
                Some((experiment_of(other), other.label.clone(), other.table.clone(), other.name.span))
            }
            ItemKind::Compare(other) if other.name.text == name => Some((name.clone(), other.label.clone(), None, other.name.span)),
            _ => None,
        });
        let about = found.as_ref().and_then(|(_, _, table, span)| self.about(0, table.as_ref(), *span));
        let Some((experiment, label, _, _)) = found.filter(|_| about == Some(docket.table) && name != docket.name) else {
            let table = self.rows_named(docket.table);
            let problem = Problem::new(&problems::NOTHING_BESIDE, path.span).with("other", &name).with("name", &docket.name);
            self.report(problem.with("table", table));
            return None;
        };
        let ledger = self.find_table("assignments")?;
        let column = self.named_column(ledger, "experiment", path.span)?;
        let filter = self.one_of(column, &[experiment.as_str()], path.span);
        let records = Records { ledger, table: docket.table, filter, span: path.span };
        let arm = self.named_column(ledger, "arm", path.span)?;
        let value = self.recorded(&records, AggregateFunction::Latest, Some(arm), Type::Text)?;
        Some(Cut { name, label: label.map(|label| label.text), value, levels: Vec::new(), stratified: false, beside: true })
    }

    fn recorded(&mut self, records: &Records, function: AggregateFunction, value: Option<NodeId>, ty: Type) -> Option<NodeId> {
        let row_key = self.ledger_unit(records.ledger, records.span)?;
        let link = Link::Key { row_key, outer_key: self.unit_of(records.table, records.span)? };
        let aggregate = self.ledger_aggregate(records.ledger, link, function, value, records.filter, records.span);
        Some(self.add_in(records.table, Kind::Aggregate(Box::new(aggregate)), ty, true, records.span))
    }
}

/// What the declaration says of those assigned.
struct Enrolled {
    arms: Vec<TrialArm>,
    strategies: Vec<u32>,
    kind: TrialKind,
    names: Vec<String>,
}
