//! Strategies: triggers, gates, arms, plans, all lowered to conditions of one subject.
//!
//! The order of a run is the order of this room. Strategy by strategy: who is triggered, which wave of the journey is due, which rules
//! stop it, which arm it has (`course`). Then layer by layer over all strategies together, so that the order of the file never
//! decides (`layer`): how often a person may be reached, who gets the places. Then the rows that are written.

mod action;
pub(super) mod budget;
mod calendar;
mod cap;
mod capacity;
mod choose;
mod compare;
mod contact;
mod content;
mod control;
mod course;
mod emission;
mod expiry;
mod gate;
mod group;
mod hours;
mod journey;
mod layer;
mod ledger;
mod order;
mod prove;
mod quota;
mod told;
mod trigger;

use super::Checker;
use super::names::{Scope, TriggerRow};
use super::policy::BindingRule;
use super::problems::{declarations, strategy as problems};
use crate::diag::{Problem, Text};
use crate::ir::{self, Arm, Emission, Gate, Ladder, LadderLabel, NodeId, Stage};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name};
use crate::types::{LadderId, TableId, Value};
use course::{Course, Rank};
use indexmap::IndexMap;
use layer::Contender;
use std::rc::Rc;

/// All strategies of the entry file, lowered.
#[derive(Default)]
pub(super) struct Lowered {
    pub strategies: Vec<ir::Strategy>,
    pub emissions: Vec<Emission>,
}

/// What is known about the strategy being lowered.
pub(crate) struct Draft<'a> {
    pub ast: &'a ast::Strategy,
    pub module: usize,
    pub index: u32,
    pub table: TableId,
    pub span: Span,
    /// The subject's key as text.
    pub unit: NodeId,
    /// Who is reached, as text.
    pub customer: Option<NodeId>,
    /// The key of the customer who is reached, where the strategy is about another table.
    pub recipient: Option<NodeId>,
    pub rules: Vec<BindingRule>,
    pub scope: Scope,
    pub arms: Vec<Arm>,
    pub arm_ladder: Option<LadderId>,
    pub gates: Vec<Gate>,
    pub emissions: Vec<Emission>,
    /// Every flag that accounts for a candidate: actions and exclusions.
    pub accounted: Vec<NodeId>,
    /// Subjects that strategies above with the same experiment assign in this run.
    pub assigned_before: Vec<NodeId>,
}

/// An experiment that strategies share, as the first of them declares it.
struct Experiment {
    span: Span,
    table: TableId,
    salt: String,
    arms: Vec<Arm>,
    assigned: Vec<NodeId>,
}

impl Checker {
    pub(super) fn lower_strategies(&mut self) -> Lowered {
        let mut recorded: IndexMap<String, (TableId, NodeId)> = IndexMap::new();
        let items = self.items(0);
        let classes = self.class_order();
        let mut courses: Vec<Course<'_>> = Vec::new();
        let mut experiments: IndexMap<String, Experiment> = IndexMap::new();
        let written = items.iter().filter_map(|item| match &item.kind {
            ItemKind::Strategy(strategy) => Some(strategy),
            _ => None,
        });
        let overlaid: Vec<ast::Strategy> = written.map(|strategy| self.overlaid(strategy)).collect();
        self.check_compares();
        let strategies: Vec<ast::Strategy> = overlaid.into_iter().map(|strategy| self.compared(strategy)).collect();
        for strategy in &strategies {
            let index = u32::try_from(courses.len()).unwrap_or(u32::MAX);
            courses.extend(self.lower_strategy(strategy, index, &classes, &mut recorded, &mut experiments));
        }
        for course in &courses {
            self.prove_course(course);
        }
        let contenders = self.pass_layers(&mut courses);
        let controls = courses.iter_mut().flat_map(|course| std::mem::take(&mut course.journey.controls)).collect();
        let mut out = Lowered::default();
        for (at, course) in courses.into_iter().enumerate() {
            let emitted: Vec<&Contender> = contenders.iter().filter(|contender| contender.course == at).collect();
            self.write_rows(course, &emitted, &mut out);
        }
        out.emissions.extend(self.record_controls(controls));
        out.emissions.extend(self.record_labels(recorded));
        out.emissions.extend(self.expired_grants());
        out
    }

    /// Every action through the layers that all strategies share, one layer after the other.
    fn pass_layers(&mut self, courses: &mut [Course<'_>]) -> Vec<Contender> {
        let mut contenders = self.contenders(courses);
        let (mut reached, mut chosen) = (Vec::new(), Vec::new());
        for (stage, passed) in [(Stage::Contact, &mut reached), (Stage::Arbitration, &mut chosen)] {
            let before = Self::wishes_of(&contenders);
            self.pass_caps(stage, 0, courses, &mut contenders, passed);
            self.note_lost(stage, &mut contenders, &before);
        }
        self.pass_quota(courses, &mut contenders);
        let mut seated = Vec::new();
        let mut overflows = self.pass_capacity(0, courses, &mut contenders, &mut seated);
        self.start_fallbacks(1, &overflows, courses, &mut contenders);
        self.pass_caps(Stage::Contact, 1, courses, &mut contenders, &mut reached);
        self.pass_caps(Stage::Arbitration, 1, courses, &mut contenders, &mut chosen);
        overflows.extend(self.pass_capacity(1, courses, &mut contenders, &mut seated));
        self.record_overflows(overflows, courses, &contenders);
        let mut exposed = Vec::new();
        self.pass_caps(Stage::Capacity, 0, courses, &mut contenders, &mut exposed);
        self.pass_caps(Stage::Capacity, 1, courses, &mut contenders, &mut exposed);
        let before = Self::wishes_of(&contenders);
        self.pass_budgets(false, courses, &mut contenders);
        self.note_lost(Stage::Budget, &mut contenders, &before);
        if contenders.iter().any(|contender| contender.round == 2) {
            self.start_fallbacks(2, &[], courses, &mut contenders);
            self.pass_caps(Stage::Contact, 2, courses, &mut contenders, &mut reached);
            self.pass_caps(Stage::Arbitration, 2, courses, &mut contenders, &mut chosen);
            // What the budget stopped takes no capacity.
            for (_, served) in &mut seated {
                served.passed = contenders.get(served.contender).map_or(served.passed, |contender| contender.wanted);
            }
            let overflows = self.pass_capacity(2, courses, &mut contenders, &mut seated);
            self.record_overflows(overflows, courses, &contenders);
            self.pass_caps(Stage::Capacity, 2, courses, &mut contenders, &mut exposed);
            self.pass_budgets(true, courses, &mut contenders);
        }
        contenders
    }

    fn wishes_of(contenders: &[Contender]) -> Vec<NodeId> {
        contenders.iter().map(|contender| contender.wanted).collect()
    }

    /// One strategy up to the wish of each of its actions.
    fn lower_strategy<'a>(
        &mut self,
        strategy: &'a ast::Strategy,
        index: u32,
        classes: &[String],
        recorded: &mut IndexMap<String, (TableId, NodeId)>,
        experiments: &mut IndexMap<String, Experiment>,
    ) -> Option<Course<'a>> {
        let mut draft = self.draft(strategy, index)?;
        self.refuse_later_clauses(strategy);
        self.lower_arms(&mut draft);
        let entry = self.lower_triggers(&mut draft, recorded);
        let plan = match &strategy.plan {
            Some(plan) => Some(plan),
            None => {
                self.report(Problem::new(&problems::NO_PLAN, strategy.name.span).with("strategy", &strategy.name.text));
                None
            }
        };
        self.ask_for_consent(&draft);
        let plan = plan?;
        let whole = entry.is_some();
        // A plan is checked whatever is wrong with the way into it.
        let entry = entry.or_else(|| self.stand_in(&draft))?;
        draft.scope.trigger = entry.row.clone().map(Rc::new);
        let mut journey = self.lower_journey(&mut draft, plan, &entry)?;
        let rank = self.rank_of(strategy, classes);
        self.join_experiment(&mut draft, experiments);
        let (reaches, wanted, assigned) = self.lower_waves(&mut draft, &mut journey)?;
        if !whole {
            return None;
        }
        if let Some(experiment) = experiments.get_mut(&experiment_of(strategy)) {
            experiment.assigned.push(assigned);
        }
        self.watch(format!("strategy {} trigger", strategy.name.text), draft.table, entry.fired);
        Some(Course { draft, fired: entry.fired, journey, assigned, reaches, wanted, rank: rank? })
    }

    /// A class that no policy orders comes after those that are ordered.
    fn rank_of(&mut self, strategy: &ast::Strategy, classes: &[String]) -> Option<Rank> {
        let class = strategy.class.as_ref().and_then(|class| classes.iter().position(|known| *known == class.text));
        let priority = match &strategy.priority {
            Some(priority) => self.whole(priority, &Scope::constant(0), "`priority`")?,
            None => i64::MAX,
        };
        Some(Rank { class: class.unwrap_or(usize::MAX), priority, name: strategy.name.text.clone() })
    }

    /// What is left of each action after all layers becomes rows.
    fn write_rows(&mut self, mut course: Course<'_>, contenders: &[&Contender], out: &mut Lowered) -> Option<()> {
        let (mut actions, mut emitted) = (Vec::new(), Vec::new());
        for (at, wave) in course.journey.waves.iter().enumerate() {
            let mut executed = Vec::new();
            for (number, reach) in course.reaches.get(at)?.iter().enumerate() {
                let ways = contenders.iter().filter(|contender| (contender.wave, contender.reach) == (at, number));
                let wanted = self.any(&ways.map(|contender| contender.wanted).collect::<Vec<_>>(), reach.span);
                actions.push(self.emit_action(&mut course.draft, &course.journey, wave, reach, wanted)?);
                executed.push(wanted);
            }
            emitted.extend(&executed);
            let executed = self.any(&executed, wave.span);
            self.record_wave(&mut course.draft, &course.journey, wave, executed);
        }
        self.account_for_all(&mut course.draft, &course.journey, &emitted);
        out.emissions.append(&mut course.draft.emissions);
        let described = self.described(course, actions);
        out.strategies.push(described);
        Some(())
    }

    fn draft<'a>(&mut self, strategy: &'a ast::Strategy, index: u32) -> Option<Draft<'a>> {
        let span = strategy.name.span;
        let table = self.about(0, strategy.table.as_ref(), span)?;
        let unit = self.unit_of(table, span)?;
        let mut scope = Scope::of(0, table);
        self.bind_overlays(&mut scope, table, span);
        let (customer, recipient) = self.recipient(strategy, table, unit, &scope).unzip();
        let recipient = recipient.flatten();
        let rules = self.binding_rules(0, strategy);
        Some(Draft {
            ast: strategy,
            module: 0,
            index,
            table,
            span,
            unit,
            customer,
            recipient,
            rules,
            scope,
            arms: Vec::new(),
            arm_ladder: None,
            gates: Vec::new(),
            emissions: Vec::new(),
            accounted: Vec::new(),
            assigned_before: Vec::new(),
        })
    }

    /// Who is reached, as text, and the key of a customer other than the subject: `recipient PATH`, the subject itself when it is a
    /// customer, else the customer it refers to.
    fn recipient(&mut self, strategy: &ast::Strategy, table: TableId, unit: NodeId, scope: &Scope) -> Option<(NodeId, Option<NodeId>)> {
        let customers = self.find_table("customers");
        if let Some(path) = &strategy.recipient {
            let typed = self.path(path, scope)?;
            let key = customers.filter(|customers| self.referred_table(typed.node) == Some(*customers)).map(|_| typed.node);
            return Some((self.as_text(typed.node, path.span), key));
        }
        let Some(customers) = customers else { return Some((unit, None)) };
        if customers == table {
            return Some((unit, None));
        }
        let columns = &self.table(table)?.columns;
        let at = columns.iter().position(|column| column.reference.as_ref().is_some_and(|reference| reference.table == customers))?;
        let column = crate::types::ColumnId(u32::try_from(at).ok()?);
        let node = self.column(table, column, strategy.name.span);
        Some((self.as_text(node, strategy.name.span), Some(node)))
    }

    fn refuse_later_clauses(&mut self, strategy: &ast::Strategy) {
        for limit in &strategy.at_most {
            self.check_limit(0, limit, Stage::Contact);
        }
        for exclude in &strategy.excludes {
            self.check_reason(&exclude.name);
        }
    }

    fn lower_arms(&mut self, draft: &mut Draft<'_>) {
        let Some(arms) = &draft.ast.arms else { return };
        let mut out: Vec<Arm> = Vec::new();
        let mut sum = 0;
        for (name, share) in &arms.arms {
            if out.iter().any(|arm| arm.name == name.text) {
                self.report(Problem::new(&super::problems::names::DUPLICATE_CLAUSE, name.span).with("name", &name.text));
            }
            let Some(share) = self.share_of(share, &Scope::constant(0), "an arm's share") else { return };
            sum += share;
            out.push(Arm { name: name.text.clone(), share, control: name.text == "control" });
        }
        if sum != 10_000 {
            let text = format!("{}.{:02}%", sum / 100, sum % 100).replace(".00%", "%");
            self.report(Problem::new(&declarations::SHARES, arms.span).with("sum", text));
        }
        let control = out.iter().position(|arm| arm.control);
        if control.is_some_and(|at| at + 1 != out.len()) {
            let span = arms.arms.iter().find(|(name, _)| name.text == "control").map_or(arms.span, |(name, _)| name.span);
            self.report(Problem::new(&declarations::ARM_ORDER, span));
        }
        self.check_experiment(arms.experiment.as_ref().unwrap_or(&draft.ast.name), arms.salt.as_ref());
        let labels = out.iter().map(|arm| LadderLabel { name: arm.name.clone(), label: None }).collect();
        let ladder = Ladder { name: format!("{}.arm", draft.ast.name.text), label: None, labels, best_first: None };
        draft.arm_ladder = self.add_ladder(ladder);
        draft.arms = out;
    }

    /// Strategies of one experiment have the same arms, so that a subject has one of them everywhere.
    fn join_experiment(&mut self, draft: &mut Draft<'_>, experiments: &mut IndexMap<String, Experiment>) {
        let Some(arms) = &draft.ast.arms else { return };
        let (name, salt) = (experiment_of(draft.ast), salt_of(draft.ast));
        match experiments.get(&name) {
            Some(known) if (&known.salt, &known.arms, known.table) == (&salt, &draft.arms, draft.table) => {
                draft.assigned_before = known.assigned.clone();
            }
            Some(known) => {
                let problem = Problem::new(&declarations::EXPERIMENT_DIFFERS, arms.span).with("name", &name);
                self.report(problem.label(known.span, Text { en: "as first declared", zh: "首次声明" }));
            }
            None => {
                let experiment = Experiment { span: arms.span, table: draft.table, salt, arms: draft.arms.clone(), assigned: Vec::new() };
                experiments.insert(name, experiment);
            }
        }
    }

    fn check_experiment(&mut self, name: &Name, salt: Option<&ast::Quoted>) {
        if let Some(salt) = salt {
            if salt.text.contains(':') {
                self.report(Problem::new(&declarations::BAD_KEY, salt.span).with("name", &salt.text));
            }
        }
        if name.text.contains(':') {
            self.report(Problem::new(&declarations::BAD_KEY, name.span).with("name", &name.text));
        }
    }

    /// A share in basis points of 10,000.
    pub(crate) fn share_of(&mut self, share: &ast::Expression, scope: &Scope, place: &str) -> Option<u32> {
        let value = self.fixed_float(share, scope, place)?;
        let points = value * 10_000.0;
        let rounded = points.round();
        if (points - rounded).abs() > 1e-6 || !(0.0..=10_000.0).contains(&rounded) {
            let text = self.sources.text(share.span).to_string();
            self.report(Problem::new(&declarations::SHARE_PRECISION, share.span).with("share", text));
            return None;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some(rounded as u32)
    }
}

/// The name under which subjects are assigned: the strategy's own unless its arms name another.
pub(crate) fn experiment_of(strategy: &ast::Strategy) -> String {
    let named = strategy.arms.as_ref().and_then(|arms| arms.experiment.as_ref());
    named.unwrap_or(&strategy.name).text.clone()
}

pub(crate) fn salt_of(strategy: &ast::Strategy) -> String {
    let salt = strategy.arms.as_ref().and_then(|arms| arms.salt.as_ref());
    salt.map_or_else(|| String::from("s0"), |salt| salt.text.clone())
}

/// A row of the trigger, when it fired on one.
pub(crate) struct Entry {
    /// Three-valued: some trigger fires.
    pub fired: NodeId,
    /// Two-valued: fired and not cooling off.
    pub enters: NodeId,
    /// The entry's time, where it enters.
    pub time: NodeId,
    /// The last entry recorded, if any.
    pub last: NodeId,
    pub row: Option<TriggerRow>,
    /// Two-valued: fired, and stopped by `again`.
    pub cooling: NodeId,
    /// The triggers that may be seen too late.
    pub missed: Vec<Missed>,
    /// How the trigger that fired reads, as text.
    pub words: NodeId,
    /// The triggers that `again` may stop.
    pub held: Vec<Held>,
}

/// A trigger and its `again`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub span: Span,
    /// Two-valued: it fires.
    pub fires: NodeId,
    /// Two-valued: it fires too soon.
    pub too_soon: NodeId,
}

/// A trigger that may be seen too late.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Missed {
    pub span: Span,
    /// Two-valued.
    pub late: NodeId,
}

impl Checker {
    pub(crate) fn truth(&mut self, value: bool, span: Span) -> NodeId {
        self.constant(Value::Bool(value), crate::types::Type::Bool, span)
    }
}
