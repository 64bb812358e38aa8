//! The rows a strategy writes: actions, exclusions, assignments, and the ledgers of entries, contacts, waves and grants.

use super::Draft;
use super::action::Reach;
use super::journey::{Journey, WaveState};
use super::told::Told;
use crate::check::Checker;
use crate::check::names::Scope;
use crate::ir::{self, Emission, Kind, NodeId, Output, Stage};
use crate::syntax::ast;
use crate::types::{TableId, Type, Value};

/// Fields of one row under construction.
pub(super) struct Row(pub(super) Vec<(String, NodeId)>);

impl Row {
    pub(super) fn field(&mut self, name: &str, node: NodeId) {
        self.0.push((name.to_string(), node));
    }
}

impl Checker {
    pub(super) fn never(&self, flag: NodeId) -> bool {
        self.graph.constant(flag) == Some(&Value::Bool(false))
    }

    fn push_emission(&mut self, draft: &mut Draft<'_>, output: Output, flag: NodeId, row: Row) {
        if !self.never(flag) {
            let emission = Emission { output, table: draft.table, flag, fields: row.0, strategy: Some(draft.index) };
            draft.emissions.push(emission);
        }
    }

    /// What every row of a strategy begins with: who, and for which strategy.
    fn identity(&mut self, draft: &Draft<'_>, with_subject: bool) -> Row {
        let span = draft.span;
        let mut row = Row(Vec::new());
        let strategy = self.text_constant(draft.ast.name.text.clone(), span);
        row.field("strategy_id", strategy);
        if with_subject {
            let subject = self.table(draft.table).map_or_else(String::new, |table| table.name.clone());
            let subject = self.text_constant(subject, span);
            row.field("subject", subject);
        }
        row.field("unit_id", draft.unit);
        row.field("customer_id", draft.customer.unwrap_or(draft.unit));
        row
    }

    pub(super) fn exclude(&mut self, draft: &mut Draft<'_>, flag: NodeId, stage: Stage, rule: &str, detail: Option<NodeId>) {
        if self.never(flag) {
            return;
        }
        let span = draft.span;
        let mut row = self.identity(draft, false);
        let stage = self.text_constant(stage.word(), span);
        row.field("stage", stage);
        let rule = self.text_constant(rule, span);
        row.field("rule", rule);
        if let Some(detail) = detail {
            row.field("detail", detail);
        }
        draft.accounted.push(flag);
        self.push_emission(draft, Output::Exclusions, flag, row);
    }

    /// Assignment and entry of those who passed every rule before it; control leaves a ghost record.
    pub(super) fn assign(&mut self, draft: &mut Draft<'_>, journey: &Journey, first: &WaveState, entered: NodeId) {
        let span = draft.span;
        let arm_name = journey.arm.map(|arm| {
            let optional = self.optional(arm);
            self.add(Kind::LabelName(arm), Type::Text, optional, span)
        });
        let now = self.as_of(span);
        if let (Some(arm), Some(recorded), Some(bucket)) = (arm_name, journey.recorded_arm, journey.bucket) {
            let mut row = Row(Vec::new());
            let experiment = self.text_constant(super::experiment_of(draft.ast), span);
            row.field("experiment", experiment);
            row.field("unit_id", draft.unit);
            row.field("arm", arm);
            row.field("bucket", bucket);
            row.field("assigned_at", now);
            if let Some(share) = self.share_in_force(draft, journey.arm) {
                row.field("share", share);
            }
            let known = self.is_known(recorded, span);
            let new = self.negation(known, span);
            // Strategies of one experiment assign a subject once.
            let elsewhere = self.any(&draft.assigned_before.clone(), span);
            let nobody_else = self.negation(elsewhere, span);
            let flag = self.all(&[entered, new, nobody_else], span);
            self.push_emission(draft, Output::Assignments, flag, row);
            let untreated = self.negation(journey.treated, span);
            let held_out = self.all(&[entered, untreated], span);
            let control = journey.arm.and_then(|arm| self.held_back(draft, arm)).unwrap_or(held_out);
            let in_control = self.all(&[held_out, control], span);
            let elsewhere = self.negation(control, span);
            let other_version = self.all(&[held_out, elsewhere], span);
            self.exclude(draft, in_control, Stage::Assignment, "control", None);
            let place = draft.ast.arms.as_ref().map_or(span, |arms| arms.span);
            let rule = |rule| Told { stage: Stage::Assignment, rule, label: None, wave: None, span: place };
            let drawn = self.control_drawn(draft, recorded, bucket, place);
            self.tell(draft, rule("control"), drawn, in_control, entered);
            if self.treated_by_version(draft, journey.arm).is_some() {
                self.exclude(draft, other_version, Stage::Assignment, "other_version", None);
                let drawn = self.other_drawn(draft, recorded, bucket, place);
                self.tell(draft, rule("other_version"), drawn, other_version, entered);
            }
        }
        let mut row = self.identity(draft, true);
        row.field("entered_at", journey.entry_time);
        if let Some(arm) = arm_name {
            row.field("arm", arm);
        }
        row.field("trigger", journey.reason);
        self.push_emission(draft, Output::Entries, entered, row);
        let waiting = self.all(&[entered, journey.waits, journey.treated], span);
        self.exclude(draft, waiting, Stage::Plan, "not_due", None);
        let later = self.compare(ir::Comparison::Greater, first.due, now, first.span);
        let rule = Told { stage: Stage::Plan, rule: "not_due", label: None, wave: Some(&first.name), span: first.span };
        self.tell(draft, rule, later, waiting, waiting);
    }

    pub(super) fn emit_action(
        &mut self,
        draft: &mut Draft<'_>,
        journey: &Journey,
        wave: &WaveState,
        reach: &Reach,
        flag: NodeId,
    ) -> Option<ir::Action> {
        let span = reach.span;
        let name = reach.name();
        let message = match &reach.template {
            Some((module, template)) => {
                let scope = draft.scope.clone();
                Some(self.message(*module, template, &scope)?)
            }
            None => None,
        };
        let id = self.action_id(draft, journey, wave, &format!("{name}{}", reach.mark));
        let mut row = self.identity(draft, false);
        row.field("action_id", id);
        if let Some(arm) = journey.arm {
            let arm = self.add(Kind::LabelName(arm), Type::Text, true, span);
            row.field("arm", arm);
        }
        let wave_name = self.text_constant(wave.name.clone(), span);
        row.field("wave", wave_name);
        self.action_fields(draft, journey, wave, reach, &name, message, &mut row)?;
        draft.accounted.push(flag);
        self.push_emission(draft, Output::Actions, flag, row);
        if let Some(channel) = &reach.channel {
            self.emit_contact(draft, journey, wave, channel, &name, reach, id, flag);
        }
        self.emit_grant(draft, reach, id, flag)?;
        self.emit_writes(draft, reach, id, flag)?;
        self.emit_spending(draft, reach, id, flag)?;
        Some(ir::Action {
            wave: wave.name.clone(),
            wave_number: wave.number,
            channel: reach.channel.clone(),
            name,
            emitted: flag,
            message,
            span,
        })
    }

    /// Strategy, subject, wave and entry give one name for good: a re-run gives the same.
    fn action_id(&mut self, draft: &Draft<'_>, journey: &Journey, wave: &WaveState, name: &str) -> NodeId {
        let span = draft.span;
        let strategy = self.text_constant(draft.ast.name.text.clone(), span);
        let wave = self.text_constant(wave.name.clone(), span);
        let name = self.text_constant(name, span);
        self.call("identifier", vec![strategy, draft.unit, wave, journey.entry_time, name], Type::Text, span)
    }

    /// What an action says of itself whoever gets it, and its tier.
    fn fixed_fields(&mut self, reach: &Reach, row: &mut Row) {
        if let Some(tier) = reach.tier {
            row.field("tier", tier);
        }
        let offer = reach.offer.as_ref().map(|(_, offer)| offer.name.text.clone());
        for (field, value) in [("channel", reach.channel.clone()), ("offer_id", offer)] {
            if let Some(value) = value {
                let node = self.text_constant(value, reach.span);
                row.field(field, node);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn action_fields(
        &mut self,
        draft: &mut Draft<'_>,
        journey: &Journey,
        wave: &WaveState,
        reach: &Reach,
        name: &str,
        message: Option<NodeId>,
        row: &mut Row,
    ) -> Option<()> {
        let span = reach.span;
        self.fixed_fields(reach, row);
        let name_node = self.text_constant(name, span);
        row.field(if reach.channel.is_some() { "template_id" } else { "action" }, name_node);
        if let Some(message) = message {
            row.field("message", message);
        }
        let role = reach.tail.to.clone().or_else(|| reach.operation.as_ref().and_then(|operation| operation.to.clone()));
        if let Some(role) = role {
            let assignee = self.role(draft, &role)?;
            let role_name = self.text_constant(role.text.clone(), span);
            row.field("assignee_role", role_name);
            row.field("assignee_id", assignee);
        }
        if let Some(queue) = &reach.tail.queue {
            let text = self.queue(draft, queue)?;
            row.field("queue", text);
        }
        row.field("due_from", wave.due);
        if let Some(held) = reach.channel.as_deref().and_then(|channel| self.held_until(draft, channel, wave.goes)) {
            row.field("held_until", held);
        }
        let due = reach.tail.due.clone().or_else(|| reach.operation.as_ref().and_then(|operation| operation.due.clone()));
        if let Some(due) = due {
            let length = self.length(&due, &draft.scope.clone(), "`due`")?;
            // What an event asks for is due from the event on, not from the run that saw it.
            let from = if draft.scope.trigger.is_some() && wave.number == 1 { wave.due } else { wave.goes };
            let by = self.shift(from, length, span);
            row.field("due_by", by);
        }
        if let Some(priority) = &draft.ast.priority {
            let priority = self.whole(priority, &Scope::constant(draft.module), "`priority`")?;
            let priority = self.constant(Value::Int(priority), Type::Int, span);
            row.field("priority", priority);
        }
        if let Some(value) = self.action_value(draft, reach.channel.as_deref())? {
            row.field("expected_value", value);
        }
        row.field("reason", journey.reason);
        for (name, node) in self.payload(draft, &reach.tail.with)? {
            row.field(&name, node);
        }
        Some(())
    }

    /// The person a role means for the subject, as text.
    fn role(&mut self, draft: &Draft<'_>, name: &ast::Name) -> Option<NodeId> {
        let node = self.role_node(draft, name)?;
        Some(self.as_text(node, name.span))
    }

    /// The person a role means for the subject, as its declaration gives it.
    pub(super) fn role_node(&mut self, draft: &Draft<'_>, name: &ast::Name) -> Option<NodeId> {
        let mut known = Vec::new();
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ast::ItemKind::Role(role) = &item.kind else { continue };
                known.push(role.name.text.clone());
                if role.name.text != name.text {
                    continue;
                }
                let table = self.about(module, role.table.as_ref(), role.name.span)?;
                if table != draft.table {
                    continue;
                }
                let typed = self.expression(&role.value, &Scope::of(module, table))?;
                return Some(typed.node);
            }
        }
        self.undeclared("role", name, known);
        None
    }

    #[allow(clippy::too_many_arguments)]
    fn emit_contact(
        &mut self,
        draft: &mut Draft<'_>,
        journey: &Journey,
        wave: &WaveState,
        channel: &str,
        template: &str,
        reach: &Reach,
        id: NodeId,
        flag: NodeId,
    ) {
        let span = reach.span;
        let mut row = self.identity(draft, true);
        row.field("contact_id", id);
        row.field("action_id", id);
        if let Some(arm) = journey.arm {
            let arm = self.add(Kind::LabelName(arm), Type::Text, true, span);
            row.field("arm", arm);
        }
        let offer = reach.offer.as_ref().map(|(_, offer)| offer.name.text.clone());
        let texts = [
            ("wave", Some(wave.name.clone())),
            ("channel", Some(channel.to_string())),
            ("offer_id", offer),
            ("template_id", Some(template.to_string())),
            ("status", Some(String::from("sent"))),
        ];
        for (field, value) in texts {
            if let Some(value) = value {
                let node = self.text_constant(value, span);
                row.field(field, node);
            }
        }
        let now = self.as_of(span);
        row.field("sent_at", now);
        let has_plan = self
            .find_table("contacts")
            .and_then(|contacts| self.table(contacts))
            .is_some_and(|table| table.find_column("due_from").is_some());
        if has_plan && journey.ahead {
            let later = self.surely_compare(ir::Comparison::Greater, wave.goes, now, span);
            let planned = self.only_where(later, wave.goes, span);
            row.field("due_from", planned);
        }
        if let Some(role) = &reach.tail.to {
            if let Some(person) = self.role(draft, role) {
                row.field("rm_id", person);
            }
        }
        if let Some(cost) = self.contact_cost(draft, channel, span) {
            row.field("cost", cost);
        }
        self.push_emission(draft, Output::Contacts, flag, row);
    }

    /// An offer sent along is a grant: invited with a send, redeemed with a deed, unless the step says otherwise.
    fn emit_grant(&mut self, draft: &mut Draft<'_>, reach: &Reach, id: NodeId, flag: NodeId) -> Option<()> {
        let writes_it =
            reach.operation.as_ref().and_then(|operation| operation.writes.as_ref()).is_some_and(|(ledger, _)| ledger.text == "grants");
        let Some((module, offer)) = reach.offer.as_ref().filter(|_| !writes_it) else { return Some(()) };
        let span = reach.span;
        let mut row = self.identity(draft, true);
        row.field("grant_id", id);
        let offer_name = self.text_constant(offer.name.text.clone(), span);
        row.field("offer_id", offer_name);
        let usual = if reach.channel.is_some() { "invited" } else { "redeemed" };
        let state = reach.tail.offer_state.as_ref().map_or(usual, |state| state.text.as_str()).to_string();
        let state = self.text_constant(state, span);
        row.field("state", state);
        let now = self.as_of(span);
        row.field("ts", now);
        if let Some(holds) = &offer.holds {
            let length = self.length(holds, &Scope::constant(*module), "`holds`")?;
            let end = self.shift(now, length, span);
            row.field("expires_at", end);
        }
        self.push_emission(draft, Output::Grants, flag, row);
        self.grant_parts(draft, *module, offer, id)
    }

    /// Waves executed and skipped are state wherever a journey can be looked at again.
    pub(super) fn record_wave(&mut self, draft: &mut Draft<'_>, journey: &Journey, wave: &WaveState, executed: NodeId) {
        if journey.single {
            return;
        }
        let span = wave.span;
        let skipped = self.all(&[wave.skips, journey.treated], span);
        // What was only waiting belongs to the wave as it was executed.
        let executed = self.all(&[executed, wave.runs], span);
        for (event, flag, time) in [("executed", executed, wave.goes), ("skipped", skipped, wave.due)] {
            let mut row = self.identity(draft, true);
            row.field("entered_at", journey.entry_time);
            let name = self.text_constant(wave.name.clone(), span);
            row.field("wave", name);
            let event = self.text_constant(event, span);
            row.field("event", event);
            row.field("happened_at", time);
            self.push_emission(draft, Output::Journeys, flag, row);
        }
        let name = self.text_constant(wave.name.clone(), span);
        // A skip that ends the journey is told by the exit.
        let exits: Vec<NodeId> = journey.exits.iter().map(|exit| exit.node).collect();
        let ends = self.any(&exits, span);
        let goes_on = self.negation(ends, span);
        let passed_over = self.all(&[skipped, goes_on], span);
        self.exclude(draft, passed_over, Stage::Plan, "skipped", Some(name));
        let met = self.surely(wave.condition, span);
        let unmet = self.negation(met, span);
        let asked = self.any(&[wave.runs, skipped], span);
        let rule = Told { stage: Stage::Plan, rule: "skipped", label: None, wave: Some(&wave.name), span };
        self.tell(draft, rule, unmet, passed_over, asked);
    }

    /// An action that waits for a later run is due again until it is sent, the journey ends or the subject enters anew.
    pub(super) fn record_deferral(&mut self, draft: &mut Draft<'_>, journey: &Journey, wave: &WaveState, reach: &Reach, deferred: NodeId) {
        let span = reach.span;
        let mut row = self.identity(draft, true);
        row.field("entered_at", journey.entry_time);
        for (field, text) in [("wave", wave.name.clone()), ("event", String::from("deferred")), ("reason", reach.name())] {
            let text = self.text_constant(text, span);
            row.field(field, text);
        }
        let now = self.as_of(span);
        row.field("happened_at", now);
        self.push_emission(draft, Output::Journeys, deferred, row);
    }

    /// Exits, and a reason for every candidate that no rule or action has accounted for.
    pub(super) fn account_for_all(&mut self, draft: &mut Draft<'_>, journey: &Journey, emitted: &[NodeId]) {
        let span = draft.span;
        let now = self.as_of(span);
        for (at, exit) in journey.exits.iter().enumerate() {
            let mut row = self.identity(draft, true);
            row.field("entered_at", journey.entry_time);
            let event = self.text_constant("exited", span);
            row.field("event", event);
            row.field("happened_at", now);
            let reason = self.text_constant(exit.name.clone(), span);
            row.field("reason", reason);
            self.push_emission(draft, Output::Journeys, exit.node, row);
            self.exclude(draft, exit.node, Stage::Plan, &exit.name, None);
            let label = draft.ast.exits.get(at).and_then(|exit| exit.label.as_ref()).map(|label| label.text.clone());
            let condition = journey.exit_conditions.get(at).copied().unwrap_or(exit.node);
            let rule = Told { stage: Stage::Plan, rule: &exit.name, label: label.as_deref(), wave: None, span: exit.span };
            self.tell(draft, rule, condition, exit.node, journey.may_leave);
        }
        let mut accounted = draft.accounted.clone();
        accounted.extend(emitted);
        let any = self.any(&accounted, span);
        let none = self.negation(any, span);
        let left = self.all(&[journey.candidate, none], span);
        self.exclude(draft, left, Stage::Plan, "no_step", None);
        let span = draft.ast.plan.as_ref().map_or(span, |plan| plan.span);
        let rule = Told { stage: Stage::Plan, rule: "no_step", label: None, wave: None, span };
        self.tell(draft, rule, left, left, journey.candidate);
    }

    /// Records a label or condition for later runs where it differs from what was recorded.
    pub(crate) fn record_label(&mut self, scheme: &str, table: TableId, node: NodeId) -> Option<Emission> {
        let span = self.graph.get(node).map(|node| node.span).unwrap_or_default();
        let unit = self.unit_of(table, span)?;
        let text = if self.type_of(node) == Type::Bool {
            let (yes, no, unknown) =
                (self.text_constant("true", span), self.text_constant("false", span), self.text_constant("unknown", span));
            let known = self.either(node, yes, no, span);
            self.first_known(known, unknown, span)
        } else {
            let optional = self.optional(node);
            self.add(Kind::LabelName(node), Type::Text, optional, span)
        };
        let before = self.recorded_label(unit, table, scheme, span)?;
        let same = self.surely_compare(ir::Comparison::Equal, text, before, span);
        let differs = self.negation(same, span);
        let known = self.is_known(text, span);
        let flag = self.all(&[differs, known], span);
        let mut row = Row(Vec::new());
        let subject = self.table(table).map_or_else(String::new, |table| table.name.clone());
        let subject = self.text_constant(subject, span);
        row.field("subject", subject);
        row.field("unit_id", unit);
        let scheme = self.text_constant(scheme, span);
        row.field("scheme", scheme);
        let day = self.evaluation_day(span);
        row.field("as_of", day);
        row.field("label", text);
        let flag = self.surely(flag, span);
        Some(Emission { output: Output::TierHistory, table, flag, fields: row.0, strategy: None })
    }
}
