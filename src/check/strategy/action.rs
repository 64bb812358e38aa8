//! Actions: what each wave sends or does, and the way that leads to it.

use super::Draft;
use super::gate::Rule;
use super::journey::WaveState;
use super::told::Told;
use crate::check::Checker;
use crate::check::policy::stage_of;
use crate::check::problems::strategy as problems;
use crate::diag::Problem;
use crate::ir::{Kind, NodeId, Stage};
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
    /// The label of the innermost `by LABEL` branch other than arms, as a text: of each subject where a branch is for several.
    pub tier: Option<NodeId>,
    pub channel: Option<String>,
    pub template: Option<(usize, ast::Template)>,
    /// Name of an operational action.
    pub operation: Option<ast::Action>,
    /// The module that declares it.
    pub operation_module: usize,
    pub offer: Option<(usize, ast::Offer)>,
    pub tail: ast::StepTail,
    pub rules: Vec<Rule>,
    /// The action it stands in for, and the stage that must have stopped that one.
    pub fallback_of: Option<(usize, Stage)>,
    pub span: Span,
    /// Tells apart the actions of one wave that send or do the same; empty for the first of them.
    pub mark: String,
    /// The option it opens, and the flag of those for whom better ones were taken.
    pub passed_over: Option<(String, NodeId)>,
}

/// Where a step stands: the branch conditions on the way.
#[derive(Clone)]
pub(super) struct Way {
    pub branch: Vec<NodeId>,
    pub chosen: Vec<NodeId>,
    pub tier: Option<NodeId>,
}

impl Reach {
    /// The template or the operational action.
    pub fn name(&self) -> String {
        match (&self.template, &self.operation) {
            (Some((_, template)), _) => template.name.text.clone(),
            (None, Some(operation)) => operation.name.text.clone(),
            (None, None) => String::new(),
        }
    }
}

/// Layers after which something else may be done.
const LAYERS: [&str; 9] = ["legal", "consent", "eligibility", "suitability", "contact", "arbitration", "quota", "capacity", "budget"];

impl Checker {
    /// Every step of a wave, in written order.
    pub(super) fn collect_wave(&mut self, draft: &mut Draft<'_>, wave: &WaveState) -> Option<Vec<Reach>> {
        let mut out = Vec::new();
        let way = Way { branch: Vec::new(), chosen: Vec::new(), tier: None };
        let mut whole = self.collect_steps(draft, &wave.steps, &way, wave.runs, &mut out).is_some();
        for reach in &mut out {
            match self.action_rules(draft, reach) {
                Some(rules) => reach.rules = rules,
                None => whole = false,
            }
        }
        mark_repeats(&mut out);
        whole.then_some(out)
    }

    pub(super) fn collect_steps(
        &mut self,
        draft: &mut Draft<'_>,
        steps: &[Step],
        way: &Way,
        at: NodeId,
        out: &mut Vec<Reach>,
    ) -> Option<()> {
        let mut whole = true;
        for step in steps {
            let done = match &step.kind {
                StepKind::Send(send) => self.collect_send(draft, send, step.span, way, out),
                StepKind::Do(operation) => self.collect_do(draft, operation, step.span, way, out),
                StepKind::By { label, branches } => self.collect_branches(draft, label, branches, way, at, out),
                StepKind::Choose { count, by, options } => self.collect_choices(draft, count, by, options, way, at, out),
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
        let chosen = [way.branch.as_slice(), way.chosen.as_slice()].concat();
        let chosen = self.all(&chosen, span);
        self.tell(draft, Told { stage: Stage::Plan, rule: &reason.text, label: None, wave: None, span }, chosen, flag, at);
        Some(())
    }

    fn collect_branches(
        &mut self,
        draft: &mut Draft<'_>,
        label: &Path,
        branches: &[Branch],
        way: &Way,
        at: NodeId,
        out: &mut Vec<Reach>,
    ) -> Option<()> {
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
                inner.tier = Some(match branch.labels.as_slice() {
                    [one] => self.text_constant(one.text.clone(), branch.span),
                    _ => self.add(Kind::LabelName(typed.node), Type::Text, typed.optional, branch.span),
                });
            }
            whole &= self.collect_steps(draft, &branch.steps, &inner, at, out).is_some();
        }
        whole.then_some(())
    }

    fn reach(&mut self, draft: &Draft<'_>, tail: &ast::StepTail, span: Span, way: &Way, number: usize) -> Option<Reach> {
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
            tier: way.tier,
            channel: None,
            template: None,
            operation: None,
            operation_module: 0,
            offer,
            tail: tail.clone(),
            rules: Vec::new(),
            fallback_of: None,
            span,
            mark: String::new(),
            passed_over: None,
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
        let found = self.find_item(&operation.action, draft.module).and_then(|(module, item)| match &item.kind {
            ItemKind::Action(action) => Some((module, action.clone())),
            _ => None,
        });
        let Some((operation_module, action)) = found else {
            let known = self.declared_names(draft.module, |kind| matches!(kind, ItemKind::Action(_)));
            self.undeclared("action", &Name { text: operation.action.text(), span: operation.action.span }, known);
            return None;
        };
        reach.operation = Some(action);
        reach.operation_module = operation_module;
        out.push(reach);
        self.collect_fallbacks(draft, &operation.fallbacks, way, number, out)
    }

    fn collect_fallbacks(
        &mut self,
        draft: &mut Draft<'_>,
        fallbacks: &[ast::Fallback],
        way: &Way,
        number: usize,
        out: &mut Vec<Reach>,
    ) -> Option<()> {
        let mut whole = true;
        // What stands in for an action is for nobody the action itself is not for.
        let mut way = way.clone();
        way.chosen.extend(out.get(number).map(|first| first.chosen));
        for fallback in fallbacks {
            let layer = fallback.layer.text.as_str();
            let stage = match layer {
                "quota" => Some(Stage::Quota),
                "budget" => Some(Stage::Budget),
                _ => stage_of(layer).filter(|_| LAYERS.contains(&layer)),
            };
            let Some(stage) = stage else {
                self.undeclared("layer", &fallback.layer, LAYERS.map(String::from).to_vec());
                continue;
            };
            let before = out.len();
            let never = self.truth(false, fallback.span);
            whole &= self.collect_steps(draft, std::slice::from_ref(&fallback.step), &way, never, out).is_some();
            for reach in out.iter_mut().skip(before) {
                reach.fallback_of = Some((number, stage));
            }
        }
        whole.then_some(())
    }
}

/// Two actions of a wave may send one template, on two channels or under two conditions; each needs a name of its own.
fn mark_repeats(reaches: &mut [Reach]) {
    let mut seen: Vec<(String, Option<String>)> = Vec::new();
    for reach in reaches {
        let said = (reach.name(), reach.channel.clone());
        let alike = seen.iter().filter(|known| **known == said).count();
        if seen.iter().any(|(name, _)| *name == said.0) {
            reach.mark = format!("/{}/{alike}", said.1.as_deref().unwrap_or_default());
        }
        seen.push(said);
    }
}
