//! Actions: what each wave sends or does, for whom.

use super::gate::Rule;
use super::journey::{Journey, WaveState};
use super::{Draft, Planned};
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::policy::RuleKind;
use crate::check::problems::strategy as problems;
use crate::diag::Problem;
use crate::ir::{self, AggregateFunction, Comparison, Kind, NodeId, Operator, Population, Stage};
use crate::source::Span;
use crate::syntax::ast::{self, Branch, ItemKind, Name, Path, Step, StepKind};
use crate::types::{Type, Value};

/// One `send` or `do` with the way that leads to it.
pub(super) struct Reach {
    pub number: usize,
    /// Two-valued: its branches by label hold; arms are apart.
    pub branch: NodeId,
    /// Two-valued: its arm and its own `when`.
    pub chosen: NodeId,
    /// The label of the innermost `by LABEL` branch other than arms.
    pub tier: Option<String>,
    pub channel: Option<String>,
    pub template: Option<(usize, ast::Template)>,
    /// Name of an operational action.
    pub operation: Option<ast::Action>,
    pub offer: Option<(usize, ast::Offer)>,
    pub tail: ast::StepTail,
    pub rules: Vec<Rule>,
    /// The action it stands in for, and the stage that must have stopped that one.
    pub fallback_of: Option<(usize, Stage)>,
    pub span: Span,
}

pub(super) struct Outcome {
    pub assigned: NodeId,
    pub arm: Option<NodeId>,
    pub actions: Vec<ir::Action>,
    /// Every emitted flag.
    pub emitted: Vec<NodeId>,
}

/// Where a step stands: the branch conditions on the way.
#[derive(Clone)]
struct Way {
    branch: Vec<NodeId>,
    chosen: Vec<NodeId>,
    tier: Option<String>,
}

impl Checker {
    pub(super) fn lower_waves(&mut self, draft: &mut Draft<'_>, _plan: &ast::Plan, journey: &Journey, planned: &mut Vec<Planned>) -> Option<Outcome> {
        self.trigger_gates(draft, journey);
        let mut out = Outcome { assigned: journey.enters, arm: journey.arm, actions: Vec::new(), emitted: Vec::new() };
        let mut whole = true;
        let mut entered = None;
        for (at, wave) in journey.waves.iter().enumerate() {
            let mut reaches = Vec::new();
            let way = Way { branch: Vec::new(), chosen: Vec::new(), tier: None };
            whole &= self.collect_steps(draft, &wave.steps, &way, wave.runs, &mut reaches).is_some();
            for reach in &mut reaches {
                match self.action_rules(draft, reach) {
                    Some(rules) => reach.rules = rules,
                    None => whole = false,
                }
            }
            if !whole {
                continue;
            }
            let passed = match at {
                0 => {
                    let waiting = self.any(&[wave.runs, journey.waits], wave.span);
                    let passed = self.pass_gates(draft, wave, &reaches, waiting, true);
                    let new = self.all(&[passed, journey.enters], wave.span);
                    entered = Some(new);
                    out.assigned = new;
                    self.assign(draft, journey, new);
                    self.all(&[passed, wave.runs], wave.span)
                }
                _ => {
                    let mut at_wave = vec![wave.runs];
                    at_wave.extend(entered.map(|entered| self.still_in(journey, entered, wave.span)));
                    let at_wave = self.all(&at_wave, wave.span);
                    self.pass_gates(draft, wave, &reaches, at_wave, false)
                }
            };
            let treated = self.all(&[passed, journey.treated], wave.span);
            self.emit_wave(draft, journey, wave, &reaches, treated, &mut out, planned)?;
        }
        whole.then_some(out)
    }

    /// A wave after the first in the same run is for those who got in.
    fn still_in(&mut self, journey: &Journey, entered: NodeId, span: Span) -> NodeId {
        let old = self.negation(journey.enters, span);
        self.any(&[old, entered], span)
    }

    fn collect_steps(&mut self, draft: &mut Draft<'_>, steps: &[Step], way: &Way, at: NodeId, out: &mut Vec<Reach>) -> Option<()> {
        let mut whole = true;
        for step in steps {
            let done = match &step.kind {
                StepKind::Send(send) => self.collect_send(draft, send, step.span, way, out),
                StepKind::Do(operation) => self.collect_do(draft, operation, step.span, way, out),
                StepKind::By { label, branches } => self.collect_branches(draft, label, branches, way, at, out),
                StepKind::Choose { count, .. } => {
                    self.later("`choose`", count.span);
                    None
                }
                StepKind::None { because } => self.collect_none(draft, because.as_ref(), step.span, way, at),
            };
            whole &= done.is_some();
        }
        whole.then_some(())
    }

    fn collect_none(&mut self, draft: &mut Draft<'_>, because: Option<&Name>, span: Span, way: &Way, at: NodeId) -> Option<()> {
        let Some(reason) = because else {
            self.report(Problem::new(&problems::NO_REASON, span));
            return None;
        };
        let mut parts = vec![at];
        parts.extend(&way.branch);
        parts.extend(&way.chosen);
        let flag = self.all(&parts, span);
        self.exclude(draft, flag, Stage::Plan, &reason.text, None);
        Some(())
    }

    fn collect_branches(&mut self, draft: &mut Draft<'_>, label: &Path, branches: &[Branch], way: &Way, at: NodeId, out: &mut Vec<Reach>) -> Option<()> {
        let typed = self.path(label, &draft.scope)?;
        let ladder = self.require_label(&typed, &label.text())?;
        let is_arm = Some(ladder) == draft.arm_ladder;
        let names: Vec<String> = self.ladders.get(ladder.0 as usize)?.labels.iter().map(|label| label.name.clone()).collect();
        let mut covered: Vec<String> = branches.iter().flat_map(|branch| branch.labels.iter().map(|label| label.text.clone())).collect();
        if is_arm {
            covered.push(String::from("control"));
        }
        let missing: Vec<String> = names.iter().filter(|name| !covered.contains(name)).cloned().collect();
        let total = branches.iter().any(|branch| branch.labels.is_empty());
        if !missing.is_empty() && !total {
            let problem = Problem::new(&problems::BRANCH_MISSING, label.span).with("label", label.text());
            self.report(problem.with("missing", missing.join(", ")));
        }
        let mut whole = true;
        for branch in branches {
            let mut set = Vec::new();
            for name in &branch.labels {
                match self.find_label(ladder, &name.text, name.span) {
                    Some(typed) => set.extend(self.fixed_value(&typed)),
                    None => {
                        self.unknown_label(ladder, name);
                        whole = false;
                    }
                }
            }
            if branch.labels.is_empty() {
                set = missing.iter().filter_map(|name| self.label_ordinal(ladder, name)).map(|at| Value::Int(i64::from(at))).collect();
            }
            set.sort();
            set.dedup();
            let holds = self.add(Kind::OneOf { value: typed.node, set }, Type::Bool, typed.optional, branch.span);
            let holds = self.surely(holds, branch.span);
            let mut inner = way.clone();
            if is_arm {
                inner.chosen.push(holds);
            } else {
                inner.branch.push(holds);
                inner.tier = branch.labels.first().map(|label| label.text.clone());
            }
            whole &= self.collect_steps(draft, &branch.steps, &inner, at, out).is_some();
        }
        whole.then_some(())
    }

    fn reach(&mut self, draft: &Draft<'_>, tail: &ast::StepTail, span: Span, way: &Way, number: usize) -> Option<Reach> {
        if let Some(entry) = tail.with.first() {
            self.later("`with { … }`", entry.name.span);
        }
        let offer = match &tail.offer {
            Some(path) => Some(self.find_offer(path, draft.module)?),
            None => None,
        };
        let mut chosen = way.chosen.clone();
        if let Some(when) = &tail.when {
            let condition = self.condition_of(when, &draft.scope, "`when`")?;
            chosen.push(self.surely(condition.node, span));
        }
        let (branch, chosen) = (self.all(&way.branch, span), self.all(&chosen, span));
        Some(Reach {
            number,
            branch,
            chosen,
            tier: way.tier.clone(),
            channel: None,
            template: None,
            operation: None,
            offer,
            tail: tail.clone(),
            rules: Vec::new(),
            fallback_of: None,
            span,
        })
    }

    fn collect_send(&mut self, draft: &mut Draft<'_>, send: &ast::Send, span: Span, way: &Way, out: &mut Vec<Reach>) -> Option<()> {
        let channel = self.find_channel(&send.channel);
        let number = out.len();
        let mut reach = self.reach(draft, &send.tail, span, way, number)?;
        let channel = channel?;
        if draft.customer.is_none() {
            let table = self.table(draft.table).map_or_else(String::new, |table| table.name.clone());
            let problem = Problem::new(&problems::RECIPIENT, draft.span).with("strategy", &draft.ast.name.text);
            self.report(problem.with("table", table));
        }
        if let Some(path) = &send.template {
            let (module, template) = self.find_template(path, draft.module)?;
            self.check_template_channel(&template, &channel, path.span);
            self.check_scarcity(&template, reach.offer.as_ref().map(|(_, offer)| offer));
            // Holes in the text are found whatever else is wrong with the strategy.
            self.message(module, &template, &draft.scope.clone());
            reach.template = Some((module, template));
        }
        reach.channel = Some(channel.name.text.clone());
        out.push(reach);
        self.collect_fallbacks(draft, &send.fallbacks, way, number, out)
    }

    fn collect_do(&mut self, draft: &mut Draft<'_>, operation: &ast::Do, span: Span, way: &Way, out: &mut Vec<Reach>) -> Option<()> {
        let number = out.len();
        let mut reach = self.reach(draft, &operation.tail, span, way, number)?;
        let found = self.find_item(&operation.action, draft.module).and_then(|(_, item)| match &item.kind {
            ItemKind::Action(action) => Some(action.clone()),
            _ => None,
        });
        let Some(action) = found else {
            let known = self.declared_names(draft.module, |kind| matches!(kind, ItemKind::Action(_)));
            self.undeclared("action", &Name { text: operation.action.text(), span: operation.action.span }, known);
            return None;
        };
        if let Some((ledger, _)) = &action.writes {
            self.later("`writes`", ledger.span);
        }
        reach.operation = Some(action);
        out.push(reach);
        self.collect_fallbacks(draft, &operation.fallbacks, way, number, out)
    }

    fn collect_fallbacks(&mut self, draft: &mut Draft<'_>, fallbacks: &[ast::Fallback], way: &Way, number: usize, out: &mut Vec<Reach>) -> Option<()> {
        let mut whole = true;
        for fallback in fallbacks {
            if fallback.layer.text != "consent" {
                self.later("`else on` other than consent", fallback.layer.span);
                continue;
            }
            let before = out.len();
            let never = self.truth(false, fallback.span);
            whole &= self.collect_steps(draft, std::slice::from_ref(&fallback.step), way, never, out).is_some();
            for reach in out.iter_mut().skip(before) {
                reach.fallback_of = Some((number, Stage::Consent));
            }
        }
        whole.then_some(())
    }

    /// Contact caps, offer places and the rows of one wave.
    #[allow(clippy::too_many_arguments)]
    fn emit_wave(
        &mut self,
        draft: &mut Draft<'_>,
        journey: &Journey,
        wave: &WaveState,
        reaches: &[Reach],
        passed: NodeId,
        out: &mut Outcome,
        planned: &mut Vec<Planned>,
    ) -> Option<()> {
        let mut emitted_here = Vec::new();
        for reach in reaches {
            let span = reach.span;
            let own = self.reach_condition(reaches, reach, span);
            let wanted = self.all(&[passed, reach.branch, reach.chosen, own], span);
            let wanted = self.contact_caps(draft, reach, wanted, planned)?;
            let wanted = self.operation_rules(draft, reach, wanted)?;
            let wanted = self.offer_places(draft, reach, wanted)?;
            let flag = self.strategy_limit(draft, wanted, span)?;
            let action = self.emit_action(draft, journey, wave, reach, flag)?;
            if let Some(channel) = &reach.channel {
                planned.push(Planned { table: draft.table, channel: channel.clone(), emitted: flag });
            }
            emitted_here.push(flag);
            out.emitted.push(flag);
            out.actions.push(action);
        }
        let executed = self.any(&emitted_here, wave.span);
        self.record_wave(draft, journey, wave, executed, out);
        Some(())
    }

    /// A fallback goes out where the one before was stopped and its own rules let it; the first action where nothing stopped it.
    fn reach_condition(&mut self, reaches: &[Reach], reach: &Reach, span: Span) -> NodeId {
        let (stage, number) = match reach.fallback_of {
            Some((number, stage)) => (stage, number),
            None => (Stage::Consent, reach.number),
        };
        let own: Vec<NodeId> = reach.rules.iter().filter(|rule| rule.stage == stage).map(|rule| rule.condition).collect();
        let mut free = Vec::new();
        for condition in own {
            let stop = self.possibly(condition, span);
            free.push(self.negation(stop, span));
        }
        if reach.fallback_of.is_some() {
            let first = reaches.iter().find(|other| other.number == number);
            let stops: Vec<NodeId> = first.map(|first| first.rules.iter().filter(|rule| rule.stage == stage).map(|rule| rule.condition).collect()).unwrap_or_default();
            let mut stopped = Vec::new();
            for condition in stops {
                stopped.push(self.possibly(condition, span));
            }
            free.push(self.any(&stopped, span));
        }
        self.all(&free, span)
    }

    /// `at most N sms in any 7 days`: contacts in the ledger and those planned by strategies above.
    fn contact_caps(&mut self, draft: &mut Draft<'_>, reach: &Reach, wanted: NodeId, planned: &[Planned]) -> Option<NodeId> {
        let Some(channel) = &reach.channel else { return Some(wanted) };
        let mut wanted = wanted;
        for binding in draft.rules.clone() {
            let RuleKind::Limit(limit) = &binding.rule else { continue };
            let Some(ast::LimitWindow::InAny(length)) = &limit.window else { continue };
            let what = limit.what.as_ref().map(|what| what.text.clone());
            let concerns = what.as_deref().is_none_or(|what| what == "contact" || what == "contacts" || what == channel);
            if !concerns {
                continue;
            }
            let scope = Scope::constant(binding.module);
            let length = self.length(length, &scope, "`in any`")?;
            let count = self.whole(&limit.count, &scope, "`at most`")?;
            let one_channel = what.filter(|what| what == channel);
            let full = self.cap_reached(draft, one_channel.as_deref(), length, count, planned, limit.span)?;
            let rule = format!("at_most_{count}_{}", one_channel.as_deref().unwrap_or("contacts"));
            let stopped = self.all(&[wanted, full], limit.span);
            self.exclude(draft, stopped, Stage::Contact, &rule, None);
            draft.gates.push(ir::Gate { stage: Stage::Contact, rule, label: None, condition: full, stops: stopped, span: limit.span });
            let free = self.negation(full, limit.span);
            wanted = self.all(&[wanted, free], limit.span);
        }
        Some(wanted)
    }

    fn cap_reached(
        &mut self,
        draft: &Draft<'_>,
        channel: Option<&str>,
        length: crate::check::length::Length,
        count: i64,
        planned: &[Planned],
        span: Span,
    ) -> Option<NodeId> {
        let contacts = self.find_table("contacts")?;
        let sent = self.named_column(contacts, "sent_at", span)?;
        let now = self.as_of(span);
        let from = self.shift(now, length.negated(), span);
        let mut conditions = vec![self.compare(Comparison::Greater, sent, from, span)];
        if let Some(channel) = channel {
            let column = self.named_column(contacts, "channel", span)?;
            conditions.push(self.one_of(column, &[channel], span));
        }
        let filter = self.all(&conditions, span);
        let customer = draft.customer?;
        let row_key = self.named_column(contacts, "customer_id", span)?;
        let row_key = self.as_text(row_key, span);
        let link = ir::Link::Key { row_key, outer_key: customer };
        let aggregate = self.ledger_aggregate(contacts, link, AggregateFunction::Count, None, filter, span);
        let mut total = self.add_in(draft.table, Kind::Aggregate(Box::new(aggregate)), Type::Int, true, span);
        let (zero, one) = (self.constant(Value::Int(0), Type::Int, span), self.constant(Value::Int(1), Type::Int, span));
        for other in planned.iter().filter(|other| other.table == draft.table && channel.is_none_or(|channel| channel == other.channel)) {
            let add = self.either(other.emitted, one, zero, span);
            total = self.binary(Operator::Add, total, add, Type::Int, span);
        }
        let bound = self.constant(Value::Int(count), Type::Int, span);
        let full = self.compare(Comparison::GreaterOrEqual, total, bound, span);
        Some(self.possibly(full, span))
    }

    /// `exclude` lines of an operational action concern that action alone.
    fn operation_rules(&mut self, draft: &mut Draft<'_>, reach: &Reach, wanted: NodeId) -> Option<NodeId> {
        let Some(operation) = &reach.operation else { return Some(wanted) };
        let mut wanted = wanted;
        for exclude in &operation.excludes {
            let condition = self.condition_of(&exclude.when, &draft.scope.clone(), "`exclude`")?;
            let stops = self.possibly(condition.node, exclude.span);
            let stopped = self.all(&[wanted, stops], exclude.span);
            self.exclude(draft, stopped, Stage::Eligibility, &exclude.name.text, None);
            let label = exclude.label.as_ref().map(|label| label.text.clone());
            let rule = exclude.name.text.clone();
            draft.gates.push(ir::Gate { stage: Stage::Eligibility, rule, label, condition: condition.node, stops: stopped, span: exclude.span });
            let free = self.negation(stops, exclude.span);
            wanted = self.all(&[wanted, free], exclude.span);
        }
        Some(wanted)
    }

    fn rank_keys(&mut self, draft: &Draft<'_>) -> Option<Vec<(NodeId, bool)>> {
        let mut keys = Vec::new();
        for key in &draft.ast.rank {
            keys.push((self.expression(&key.value, &draft.scope)?.node, key.descending));
        }
        Some(keys)
    }

    /// Open places go to the first in rank order, the next ones are the reserve.
    fn offer_places(&mut self, draft: &mut Draft<'_>, reach: &Reach, wanted: NodeId) -> Option<NodeId> {
        let Some((module, offer)) = reach.offer.as_ref().filter(|(_, offer)| offer.quota.is_some()) else { return Some(wanted) };
        let span = reach.span;
        let open = self.open_places(*module, offer, draft.table)?;
        let reserve = match &offer.reserve {
            Some(reserve) => self.whole(reserve, &Scope::constant(*module), "`reserve`")?,
            None => 0,
        };
        let keys = self.rank_keys(draft)?;
        let place = Population::Place { flag: wanted, keys, per: None };
        let place = self.add_in(draft.table, Kind::Population(Box::new(place)), Type::Int, true, span);
        let served = self.surely_compare(Comparison::LessOrEqual, place, open, span);
        let reserve = self.constant(Value::Int(reserve), Type::Int, span);
        let last = self.binary(Operator::Add, open, reserve, Type::Int, span);
        let near = self.surely_compare(Comparison::LessOrEqual, place, last, span);
        let not_served = self.negation(served, span);
        let reserved = self.all(&[wanted, not_served, near], span);
        let number = self.binary(Operator::Subtract, place, open, Type::Int, span);
        let number = self.call("digits", vec![number], Type::Text, span);
        self.exclude(draft, reserved, Stage::Quota, "reserve", Some(number));
        let far = self.negation(near, span);
        let left_out = self.all(&[wanted, not_served, far], span);
        self.exclude(draft, left_out, Stage::Quota, "quota", None);
        for (rule, stops) in [("reserve", reserved), ("quota", left_out)] {
            draft.gates.push(ir::Gate { stage: Stage::Quota, rule: rule.to_string(), label: None, condition: stops, stops, span: offer.name.span });
        }
        Some(self.all(&[wanted, served], span))
    }

    /// `limit N`: the first N in rank order.
    fn strategy_limit(&mut self, draft: &mut Draft<'_>, wanted: NodeId, span: Span) -> Option<NodeId> {
        let Some(limit) = &draft.ast.limit else { return Some(wanted) };
        let most = self.whole(limit, &Scope::constant(draft.module), "`limit`")?;
        let keys = self.rank_keys(draft)?;
        let place = Population::Place { flag: wanted, keys, per: None };
        let place = self.add_in(draft.table, Kind::Population(Box::new(place)), Type::Int, true, span);
        let most = self.constant(Value::Int(most), Type::Int, span);
        let served = self.surely_compare(Comparison::LessOrEqual, place, most, span);
        let not_served = self.negation(served, span);
        let stopped = self.all(&[wanted, not_served], span);
        self.exclude(draft, stopped, Stage::Quota, "limit", None);
        draft.gates.push(ir::Gate { stage: Stage::Quota, rule: String::from("limit"), label: None, condition: stopped, stops: stopped, span });
        Some(self.all(&[wanted, served], span))
    }
}
