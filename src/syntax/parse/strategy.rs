//! Strategies: who, when, which arm.

use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::diag::Problem;
use crate::syntax::ast::{Arms, Budget, Exit, Expression, Plan, PlanBody, RankKey, Strategy, Trigger, TriggerKind, Wave};
use crate::syntax::problems;

impl<'t> Walk<'t> {
    pub(super) fn strategy_item(&mut self, node: &Node<'t>) -> Strategy {
        let mut strategy = Strategy {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            body: self.body(node),
            owner: None,
            approver: None,
            class: None,
            priority: None,
            purpose: None,
            product: None,
            under: Vec::new(),
            recipient: None,
            triggers: Vec::new(),
            excludes: Vec::new(),
            at_most: Vec::new(),
            value: None,
            rank: Vec::new(),
            limit: None,
            budget: None,
            runs: None,
            about: Vec::new(),
            arms: None,
            plan: None,
            exits: Vec::new(),
            goals: Vec::new(),
            judge: None,
        };
        for part in node.clone().into_inner() {
            self.strategy_heading(&mut strategy, &part);
            self.strategy_clause(&mut strategy, &part);
        }
        strategy
    }

    /// Clauses whose value is one text, name or expression.
    fn strategy_heading(&mut self, strategy: &mut Strategy, node: &Node<'t>) {
        match node.as_rule() {
            Rule::owner | Rule::approver | Rule::purpose | Rule::product => {
                let value = self.child_quoted(node);
                let slot = match node.as_rule() {
                    Rule::owner => &mut strategy.owner,
                    Rule::approver => &mut strategy.approver,
                    Rule::purpose => &mut strategy.purpose,
                    _ => &mut strategy.product,
                };
                self.once(slot, value, node);
            }
            Rule::priority | Rule::value | Rule::limit => {
                let value = self.child_expression(node);
                let slot = match node.as_rule() {
                    Rule::priority => &mut strategy.priority,
                    Rule::value => &mut strategy.value,
                    _ => &mut strategy.limit,
                };
                self.once(slot, value, node);
            }
            Rule::budget => {
                let window = self.child(node, Rule::limit_window).map(|window| self.limit_window(&window));
                let budget = Budget { span: self.span(node), amount: self.child_expression(node), window };
                self.once(&mut strategy.budget, budget, node);
            }
            Rule::class => {
                let class = self.child_name(node);
                self.once(&mut strategy.class, class, node);
            }
            Rule::recipient => {
                let recipient = self.child_path(node);
                self.once(&mut strategy.recipient, recipient, node);
            }
            Rule::runs => {
                let runs = self.child_range(node);
                self.once(&mut strategy.runs, runs, node);
            }
            _ => {}
        }
    }

    fn strategy_clause(&mut self, strategy: &mut Strategy, node: &Node<'t>) {
        match node.as_rule() {
            Rule::under => {
                let policies = self.child(node, Rule::paths).map(|paths| self.paths(&paths)).unwrap_or_default();
                strategy.under.extend(policies);
            }
            Rule::trigger => strategy.triggers.push(self.trigger(node)),
            Rule::exclude => strategy.excludes.push(self.exclude(node)),
            Rule::limit_rule => strategy.at_most.push(self.limit_rule(node)),
            Rule::rank => {
                if !strategy.rank.is_empty() {
                    self.repeated(node);
                    return;
                }
                for key in self.all(node, Rule::rank_key) {
                    let descending = self.child(&key, Rule::kw_desc).is_some();
                    strategy.rank.push(RankKey { value: self.child_expression(&key), descending });
                }
            }
            Rule::about => {
                let entries = self.child(node, Rule::entries).map(|entries| self.entries(&entries)).unwrap_or_default();
                strategy.about.extend(entries);
            }
            Rule::arms => {
                let arms = self.arms(node);
                self.once(&mut strategy.arms, arms, node);
            }
            Rule::plan => {
                let plan = self.plan(node);
                self.once(&mut strategy.plan, plan, node);
            }
            Rule::exit => {
                self.check_when(node);
                strategy.exits.push(Exit {
                    span: self.span(node),
                    name: self.child_name(node),
                    label: self.child_label(node),
                    when: self.child_expression(node),
                });
            }
            Rule::goal => strategy.goals.push(self.goal(node)),
            Rule::judge => {
                let judge = self.judge(node);
                self.once(&mut strategy.judge, judge, node);
            }
            _ => {}
        }
    }

    fn trigger(&mut self, node: &Node<'t>) -> Trigger {
        let mut per = Vec::new();
        let mut when = None;
        let mut filter = None;
        let mut again = None;
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::trigger_where => {
                    let condition = self.child_expression(&part);
                    self.once(&mut filter, condition, &part);
                }
                Rule::trigger_per => {
                    per.extend(self.child(&part, Rule::paths).map(|paths| self.paths(&paths)).unwrap_or_default());
                }
                Rule::trigger_when => {
                    self.check_when(&part);
                    let condition = self.child_expression(&part);
                    self.once(&mut when, condition, &part);
                }
                Rule::again => again = Some(self.again(&part)),
                _ => {}
            }
        }
        let kind = match self.child(node, Rule::trigger_kind).and_then(|kind| kind.into_inner().next()) {
            Some(inner) => self.trigger_kind(&inner, per, when),
            None => TriggerKind::Event { path: self.child_path(node), per, when },
        };
        Trigger { span: self.span(node), kind, filter, again }
    }

    fn trigger_kind(&mut self, node: &Node<'t>, per: Vec<crate::syntax::ast::Path>, when: Option<Expression>) -> TriggerKind {
        match node.as_rule() {
            Rule::while_trigger => TriggerKind::While(self.child_expression(node)),
            Rule::entering_trigger => TriggerKind::Entering(self.child_expression(node)),
            Rule::change_trigger => TriggerKind::ChangeOf(self.child_path(node)),
            Rule::every_trigger => {
                let within = self.child(node, Rule::amount).map(|within| self.expression(&within));
                TriggerKind::Every { period: self.period(node), within }
            }
            Rule::before_trigger => {
                let (offset, date) = self.two_amounts(node);
                TriggerKind::Before { offset, date }
            }
            Rule::after_trigger => {
                let (length, date) = self.two_amounts(node);
                TriggerKind::WithinAfter { length, date }
            }
            _ => TriggerKind::Event { path: self.child_path(node), per, when },
        }
    }

    pub(super) fn arms(&mut self, node: &Node<'t>) -> Arms {
        let mut arms = Arms { span: self.span(node), experiment: None, layer: None, salt: None, arms: Vec::new() };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::arms_experiment => {
                    let experiment = self.child_name(&part);
                    self.once(&mut arms.experiment, experiment, &part);
                }
                Rule::arms_layer => {
                    let layer = self.child_name(&part);
                    self.once(&mut arms.layer, layer, &part);
                }
                Rule::arms_salt => {
                    let salt = self.child_quoted(&part);
                    self.once(&mut arms.salt, salt, &part);
                }
                Rule::arm => {
                    let arm = (self.child_name(&part), self.child_expression(&part));
                    arms.arms.push(arm);
                }
                _ => {}
            }
        }
        arms
    }

    fn plan(&mut self, node: &Node<'t>) -> Plan {
        let span = self.span(node);
        let waves = self.all(node, Rule::wave);
        let steps = self.all(node, Rule::step);
        if waves.is_empty() {
            return Plan { span, body: PlanBody::Steps(steps.iter().filter_map(|step| self.step(step)).collect()) };
        }
        for step in &steps {
            let place = self.span(step);
            self.report(Problem::new(&problems::MIXED_PLAN, place));
        }
        Plan { span, body: PlanBody::Waves(waves.iter().map(|wave| self.wave(wave)).collect()) }
    }

    fn wave(&mut self, node: &Node<'t>) -> Wave {
        let mut after = None;
        for part in self.all(node, Rule::wave_after) {
            let value = self.child_expression(&part);
            self.once(&mut after, value, &part);
        }
        let was: Vec<Node<'t>> = self.all(node, Rule::wave_was).iter().filter_map(|was| self.child(was, Rule::names)).collect();
        Wave {
            span: self.span(node),
            name: self.child_name(node),
            label: self.child_label(node),
            was: was.iter().flat_map(|names| self.names(names)).collect(),
            after,
            when: self.child_when(node),
            steps: self.steps(node),
        }
    }
}
