//! Rules that stop candidates, in the order of a run.

use super::Draft;
use super::action::Reach;
use super::journey::{Journey, WaveState};
use super::told::Told;
use crate::check::Checker;
use crate::check::names::Scope;
use crate::check::policy::{BindingRule, Candidate, RuleKind};
use crate::ir::{Gate, Kind, NodeId, Stage};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::Type;

/// A rule for one action of a wave: the condition that stops it.
pub(super) struct Rule {
    pub stage: Stage,
    pub name: String,
    pub label: Option<String>,
    pub span: Span,
    /// Three-valued; unknown stops too.
    pub condition: NodeId,
}

/// A rule over all actions of a wave together.
struct WaveRule {
    rule: Rule,
    /// Two-valued.
    stops: NodeId,
}

impl Checker {
    /// The rules before assignment that concern one action, in layer order: policies, then the strategy's own, then the offer's.
    pub(super) fn action_rules(&mut self, draft: &Draft<'_>, reach: &Reach) -> Option<Vec<Rule>> {
        let mut out = Vec::new();
        let mut whole = true;
        if let Some(channel) = &reach.channel {
            for binding in draft.rules.clone() {
                let RuleKind::Exclude(exclude) = &binding.rule else { continue };
                if binding.stage > Stage::Suitability {
                    continue;
                }
                match self.policy_rule(draft, &binding, exclude, (reach, channel)) {
                    Some(rule) => out.push(rule),
                    None => whole = false,
                }
            }
        }
        for exclude in &draft.ast.excludes {
            let scope = self.scope_of_rule(draft, draft.module, reach.channel.as_deref(), exclude.span);
            match self.exclude_rule(exclude, Stage::Eligibility, &scope) {
                Some(rule) => out.push(rule),
                None => whole = false,
            }
        }
        out.extend(self.offer_rules(draft, reach, &mut whole));
        out.extend(self.content_rules(draft, reach, &mut whole));
        out.sort_by_key(|rule| rule.stage);
        whole.then_some(out)
    }

    /// A rule of a policy for one action. A policy about customers asks a strategy about another table about whom it reaches; nobody
    /// known there is unknown, and stops.
    fn policy_rule(
        &mut self,
        draft: &Draft<'_>,
        binding: &BindingRule,
        exclude: &ast::Exclude,
        (reach, channel): (&Reach, &str),
    ) -> Option<Rule> {
        let mut scope = self.scope_of_rule(draft, binding.module, Some(channel), exclude.span);
        self.bind_text(&mut scope, reach, exclude.span);
        let customers = self.find_table("customers").filter(|customers| binding.table == Some(*customers) && draft.table != *customers);
        let (Some(customers), Some(key)) = (customers, draft.recipient) else {
            return self.exclude_rule(exclude, binding.stage, &scope);
        };
        scope = self.candidate_of(draft, &Scope::of(binding.module, customers), Some(channel), exclude.span);
        self.bind_text(&mut scope, reach, exclude.span);
        self.bind_overlays(&mut scope, customers, exclude.span);
        let mut rule = self.exclude_rule(exclude, binding.stage, &scope)?;
        let kind = Kind::Via { key, table: customers, value: rule.condition };
        rule.condition = self.add_in(draft.table, kind, Type::Bool, true, exclude.span);
        Some(rule)
    }

    /// `candidate.template`, who approved its text and what wrote it; missing where nobody or nothing did.
    fn bind_text(&mut self, scope: &mut Scope, reach: &Reach, span: Span) {
        let template = reach.template.as_ref().map(|(_, template)| template);
        let approved = template.and_then(|template| template.approved.as_ref()).map(|(approver, _)| approver.text.clone());
        let generated = template.and_then(|template| template.generated.as_ref()).map(|writer| writer.text.clone());
        for (name, text) in
            [("template", template.map(|template| template.name.text.clone())), ("approved_by", approved), ("generated_by", generated)]
        {
            let node = match text {
                Some(text) => self.text_constant(text, span),
                None => self.constant(crate::types::Value::Missing, Type::Text, span),
            };
            scope.bind(format!("candidate.{name}"), node, Type::Text, true, span);
        }
    }

    pub(super) fn scope_of_rule(&mut self, draft: &Draft<'_>, module: usize, channel: Option<&str>, span: Span) -> Scope {
        self.candidate_of(draft, &Scope { module, ..draft.scope.clone() }, channel, span)
    }

    /// The scope with `candidate` bound.
    fn candidate_of(&mut self, draft: &Draft<'_>, base: &Scope, channel: Option<&str>, span: Span) -> Scope {
        let text = |quoted: &Option<ast::Quoted>| quoted.as_ref().map(|quoted| quoted.text.clone());
        let (purpose, product) = (text(&draft.ast.purpose), text(&draft.ast.product));
        let class = draft.ast.class.as_ref().map(|class| class.text.clone());
        let candidate = Candidate { channel, purpose: purpose.as_deref(), product: product.as_deref(), class: class.as_deref() };
        self.candidate_scope(base.module, base, &candidate, span)
    }

    fn exclude_rule(&mut self, exclude: &ast::Exclude, stage: Stage, scope: &Scope) -> Option<Rule> {
        let condition = self.condition_of(&exclude.when, scope, "`exclude`")?;
        let label = exclude.label.as_ref().map(|label| label.text.clone());
        Some(Rule { stage, name: exclude.name.text.clone(), label, span: exclude.span, condition: condition.node })
    }

    fn offer_rules(&mut self, draft: &Draft<'_>, reach: &Reach, whole: &mut bool) -> Vec<Rule> {
        let Some((module, offer)) = &reach.offer else { return Vec::new() };
        let mut out = Vec::new();
        let scope = Scope { module: *module, ..draft.scope.clone() };
        for exclude in &offer.excludes {
            match self.exclude_rule(exclude, Stage::Eligibility, &scope) {
                Some(rule) => out.push(rule),
                None => *whole = false,
            }
        }
        let span = offer.name.span;
        if let Some(condition) = self.offer_given(draft, *module, offer) {
            out.push(Rule { stage: Stage::Eligibility, name: String::from("already_invited"), label: None, span, condition });
        }
        match self.beyond_cap(draft, *module, offer) {
            Some(Some(condition)) => {
                out.push(Rule { stage: Stage::Eligibility, name: String::from("rate_cap"), label: None, span, condition })
            }
            Some(None) => {}
            None => *whole = false,
        }
        if let Some(condition) = self.offer_out_of_season(*module, offer) {
            out.push(Rule { stage: Stage::Eligibility, name: String::from("offer_not_valid"), label: None, span, condition });
        }
        out
    }

    /// `again` of an offer: it was granted before, or too lately.
    fn offer_given(&mut self, draft: &Draft<'_>, module: usize, offer: &ast::Offer) -> Option<NodeId> {
        let span = offer.name.span;
        let again = offer.again.as_ref()?;
        let grants = self.find_table("grants")?;
        let offer_id = self.named_column(grants, "offer_id", span)?;
        let filter = self.one_of(offer_id, &[offer.name.text.as_str()], span);
        let time = self.named_column(grants, "ts", span)?;
        let last = self.of_unit(draft, grants, crate::ir::AggregateFunction::Max, Some(time), filter, crate::types::Type::Time)?;
        match &again.kind {
            ast::AgainKind::Always => None,
            ast::AgainKind::Never => Some(self.is_known(last, span)),
            ast::AgainKind::After(length) => {
                let length = self.length(length, &Scope::constant(module), "`again after`")?;
                let free = self.shift(last, length, span);
                let now = self.as_of(span);
                Some(self.surely_compare(crate::ir::Comparison::Less, now, free, span))
            }
        }
    }

    fn offer_out_of_season(&mut self, module: usize, offer: &ast::Offer) -> Option<NodeId> {
        let (from, to) = offer.valid.as_ref()?;
        let scope = Scope::constant(module);
        let (from, to) = (self.expression(from, &scope)?, self.expression(to, &scope)?);
        let span = offer.name.span;
        let day = self.evaluation_day(span);
        let early = self.compare(crate::ir::Comparison::Less, day, from.node, span);
        let late = self.compare(crate::ir::Comparison::Greater, day, to.node, span);
        Some(self.any(&[early, late], span))
    }

    /// Applies the rules of all actions of a wave to the candidates at it; what comes back passed every rule.
    pub(super) fn pass_gates(&mut self, draft: &mut Draft<'_>, wave: &WaveState, reaches: &[Reach], at: NodeId, entering: bool) -> NodeId {
        let mut passed = at;
        let rules = self.wave_rules(reaches, wave.span);
        let failing = self.failing_by_stage(&rules, wave.span);
        for wave_rule in rules {
            let span = wave_rule.rule.span;
            let stopped = self.all(&[passed, wave_rule.stops], span);
            let detail = failing.iter().find(|(stage, _)| *stage == wave_rule.rule.stage).map(|(_, detail)| *detail);
            self.exclude(draft, stopped, wave_rule.rule.stage, &wave_rule.rule.name, detail);
            let goes = self.negation(wave_rule.stops, span);
            passed = self.all(&[passed, goes], span);
            let name = format!("strategy {} {} {}", draft.ast.name.text, wave_rule.rule.stage.word(), wave_rule.rule.name);
            if entering {
                self.watch(name, draft.table, wave_rule.rule.condition);
            }
            let rule = wave_rule.rule;
            let (stage, condition, wave) = (rule.stage, rule.condition, Some(wave.name.clone()));
            draft.gates.push(Gate {
                stage,
                rule: rule.name,
                label: rule.label,
                condition,
                stops: stopped,
                asked: at,
                wave,
                action: None,
                span,
            });
        }
        passed
    }

    /// Each rule once, over the actions it concerns: in its branch, its own rule stops it and no fallback gets through.
    fn wave_rules(&mut self, reaches: &[Reach], span: Span) -> Vec<WaveRule> {
        let mut out: Vec<WaveRule> = Vec::new();
        for reach in reaches.iter().filter(|reach| reach.fallback_of.is_none()) {
            for rule in &reach.rules {
                let stops = self.possibly(rule.condition, span);
                let rescued = self.rescued(reaches, reach, rule.stage, span);
                let lost = self.negation(rescued, span);
                let here = self.all(&[reach.branch, stops, lost], span);
                match out.iter_mut().find(|known| known.rule.span == rule.span && known.rule.name == rule.name) {
                    Some(known) => {
                        let both = [known.stops, here];
                        known.stops = self.any(&both, span);
                    }
                    None => out.push(WaveRule {
                        rule: Rule {
                            stage: rule.stage,
                            name: rule.name.clone(),
                            label: rule.label.clone(),
                            span: rule.span,
                            condition: rule.condition,
                        },
                        stops: here,
                    }),
                }
            }
        }
        out.sort_by_key(|wave_rule| wave_rule.rule.stage);
        out
    }

    /// A fallback for this stage, or for an earlier one that stops the action too, passes every rule of its own.
    fn rescued(&mut self, reaches: &[Reach], reach: &Reach, stage: Stage, span: Span) -> NodeId {
        let mut ways = Vec::new();
        for fallback in reaches.iter() {
            let Some((_, own)) = fallback.fallback_of.filter(|(number, own)| *number == reach.number && *own <= stage) else { continue };
            let free = self.passes_rules(fallback, span);
            let stopped = self.stops_of(reach, own, span);
            ways.push(self.all(&[free, stopped], span));
        }
        self.any(&ways, span)
    }

    /// For each stage, the names of all failing rules, joined by spaces.
    fn failing_by_stage(&mut self, rules: &[WaveRule], span: Span) -> Vec<(Stage, NodeId)> {
        let mut out: Vec<(Stage, Vec<NodeId>)> = Vec::new();
        let empty = self.text_constant("", span);
        for wave_rule in rules {
            let name = self.text_constant(format!("{} ", wave_rule.rule.name), span);
            let part = self.either(wave_rule.stops, name, empty, span);
            match out.iter_mut().find(|(stage, _)| *stage == wave_rule.rule.stage) {
                Some((_, parts)) => parts.push(part),
                None => out.push((wave_rule.rule.stage, vec![part])),
            }
        }
        let mut joined = Vec::new();
        for (stage, parts) in out {
            let text = self.concat(parts, span);
            joined.push((stage, self.call("trim", vec![text], crate::types::Type::Text, span)));
        }
        joined
    }

    pub(crate) fn concat(&mut self, parts: Vec<NodeId>, span: Span) -> NodeId {
        match parts.as_slice() {
            [single] => *single,
            _ => {
                let optional = parts.iter().any(|part| self.optional(*part));
                self.add(crate::ir::Kind::Concat(parts), crate::types::Type::Text, optional, span)
            }
        }
    }

    /// Cool-off and missed windows, before anything else.
    pub(super) fn trigger_gates(&mut self, draft: &mut Draft<'_>, journey: &Journey) {
        let stage = Stage::Trigger;
        self.exclude(draft, journey.cooling, stage, "cool_off", None);
        for held in &journey.held {
            let stops = self.all(&[journey.cooling, held.fires, held.too_soon], held.span);
            let told = Told { stage, rule: "cool_off", label: None, wave: None, span: held.span };
            self.tell(draft, told, held.too_soon, stops, held.fires);
        }
        let missed: Vec<NodeId> = journey.missed.iter().map(|missed| missed.late).collect();
        let missed = self.any(&missed, draft.span);
        self.exclude(draft, missed, stage, "missed_window", None);
        for missed in &journey.missed {
            let always = self.truth(true, missed.span);
            let told = Told { stage, rule: "missed_window", label: None, wave: None, span: missed.span };
            self.tell(draft, told, missed.late, missed.late, always);
        }
    }
}
