//! Policies: rules in layers that bind strategies.

use super::Checker;
use super::names::Scope;
use super::problems::{names as problems, policy as policies, strategy as strategies};
use crate::diag::Problem;
use crate::ir::Stage;
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name, PolicyRule};
use crate::types::TableId;

/// A rule of a policy that binds a strategy, with the module it was written in.
#[derive(Debug, Clone)]
pub(crate) struct BindingRule {
    pub stage: Stage,
    pub module: usize,
    /// What the rule is about, where its policy says so.
    pub table: Option<TableId>,
    pub rule: RuleKind,
}

#[derive(Debug, Clone)]
pub(crate) enum RuleKind {
    Exclude(ast::Exclude),
    Limit(ast::Limit),
    Capacity(ast::Capacity),
    Hours(ast::Hours),
    /// The name of its experiment, and its share.
    Control {
        experiment: String,
        share: ast::Expression,
    },
}

/// What the control group of a policy is called in the ledger.
pub(crate) fn control_experiment(policy: &str) -> String {
    format!("{policy}.control")
}

pub(crate) fn stage_of(layer: &str) -> Option<Stage> {
    Some(match layer {
        "legal" => Stage::Legal,
        "consent" => Stage::Consent,
        "eligibility" => Stage::Eligibility,
        "suitability" => Stage::Suitability,
        "contact" => Stage::Contact,
        "arbitration" => Stage::Arbitration,
        "capacity" => Stage::Capacity,
        "exposure" => Stage::Capacity,
        _ => return None,
    })
}

impl Checker {
    /// The rules that bind a strategy: every `always` policy, and those it stands `under`, in layer order.
    pub(crate) fn binding_rules(&mut self, module: usize, strategy: &ast::Strategy) -> Vec<BindingRule> {
        let mut policies: Vec<(usize, ast::Policy)> = Vec::new();
        for at in 0..self.modules.len() {
            for item in self.items(at) {
                if let ItemKind::Policy(policy) = &item.kind {
                    if policy.always {
                        policies.push((at, policy.clone()));
                    }
                }
            }
        }
        for path in &strategy.under {
            match self.find_item(path, module) {
                Some((at, item)) => match &item.kind {
                    ItemKind::Policy(policy) if policy.always => {}
                    ItemKind::Policy(policy) => policies.push((at, policy.clone())),
                    _ => self.unknown_policy(path, module),
                },
                None => self.unknown_policy(path, module),
            }
        }
        let mut out = Vec::new();
        for (at, policy) in &policies {
            // One that does not say what it is about, in the entry file or a module without a subject, is read for each strategy it binds.
            let subject = self.items(*at).iter().any(|item| matches!(item.kind, ItemKind::Subject(_)));
            let says = policy.table.is_some() || *at != 0 && (subject || self.is_standard(*at));
            let table = says.then(|| self.about(*at, policy.table.as_ref(), policy.name.span)).flatten();
            for layer in &policy.layers {
                let Some(stage) = stage_of(&layer.name.text) else { continue };
                for rule in &layer.rules {
                    match rule {
                        PolicyRule::Exclude(exclude) => {
                            out.push(BindingRule { stage, module: *at, table, rule: RuleKind::Exclude(exclude.clone()) })
                        }
                        PolicyRule::AtMost(limit) => {
                            out.push(BindingRule { stage, module: *at, table, rule: RuleKind::Limit(limit.clone()) })
                        }
                        PolicyRule::Capacity(capacity) => {
                            out.push(BindingRule { stage, module: *at, table, rule: RuleKind::Capacity(capacity.clone()) })
                        }
                        PolicyRule::Hours(hours) => {
                            out.push(BindingRule { stage: Stage::Contact, module: *at, table, rule: RuleKind::Hours(hours.clone()) })
                        }
                        PolicyRule::Control { span: _, share } => {
                            let policy = self.modules.get(*at).map_or_else(String::new, |module| module.qualified(&policy.name.text));
                            let rule = RuleKind::Control { experiment: control_experiment(&policy), share: share.clone() };
                            out.push(BindingRule { stage: Stage::Assignment, module: *at, table, rule });
                        }
                        PolicyRule::Order { .. } => {}
                    }
                }
            }
        }
        out.sort_by_key(|rule| rule.stage);
        out
    }

    /// The order of classes that the policies in force agree on; empty when none declares one.
    pub(crate) fn class_order(&mut self) -> Vec<String> {
        let mut found: Option<Vec<String>> = None;
        for (_, policy) in self.policies_in_force() {
            for rule in policy.layers.iter().flat_map(|layer| &layer.rules) {
                let PolicyRule::Order { span, classes } = rule else { continue };
                let order: Vec<String> = classes.iter().map(|class| class.text.clone()).collect();
                match &found {
                    None => found = Some(order),
                    Some(known) if *known == order => {}
                    Some(known) => {
                        let problem = Problem::new(&strategies::ORDERS_DIFFER, *span).with("order", order.join(", "));
                        self.report(problem.with("other", known.join(", ")));
                    }
                }
            }
        }
        self.overlaid_order().or(found).unwrap_or_default()
    }

    /// Every `always` policy, and each one that some strategy of the entry file stands `under`, once.
    fn policies_in_force(&mut self) -> Vec<(usize, ast::Policy)> {
        let mut out: Vec<(usize, ast::Policy)> = Vec::new();
        for at in 0..self.modules.len() {
            for item in self.items(at) {
                match &item.kind {
                    ItemKind::Policy(policy) if policy.always => out.push((at, policy.clone())),
                    _ => {}
                }
            }
        }
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            for path in &strategy.under {
                let Some((at, found)) = self.find_item(path, 0) else { continue };
                let ItemKind::Policy(policy) = &found.kind else { continue };
                if !out.iter().any(|(module, known)| (*module, &known.name.text) == (at, &policy.name.text)) {
                    out.push((at, policy.clone()));
                }
            }
        }
        out
    }

    pub(super) fn unknown_policy(&mut self, path: &ast::Path, module: usize) {
        let known = self.declared_names(module, |kind| matches!(kind, ItemKind::Policy(_)));
        self.undeclared("policy", &Name { text: path.text(), span: path.span }, known);
    }

    /// Refuses clauses without meaning yet. The grammar knows the layers.
    pub(super) fn check_policy(&mut self, module: usize, policy: &ast::Policy) {
        for layer in &policy.layers {
            for rule in &layer.rules {
                match rule {
                    PolicyRule::Exclude(exclude) => self.check_reason(&exclude.name),
                    PolicyRule::AtMost(limit) => self.check_limit(module, limit, stage_of(&layer.name.text).unwrap_or(Stage::Contact)),
                    PolicyRule::Hours(hours) => self.check_hours(module, hours),
                    PolicyRule::Order { classes, .. } => self.check_order(classes),
                    PolicyRule::Control { share, .. } => {
                        self.share_of(share, &Scope::constant(module), "`control`");
                    }
                    PolicyRule::Capacity(capacity) => self.check_capacity(capacity),
                }
            }
        }
    }

    /// A capacity is of a channel, in a period, and says what happens to the rest.
    fn check_capacity(&mut self, capacity: &ast::Capacity) {
        self.find_channel(&capacity.channel);
        if capacity.overflow.is_none() {
            self.report(Problem::new(&strategies::OVERFLOW_MISSING, capacity.span).with("channel", &capacity.channel.text));
        }
    }

    /// A class has one place in the order.
    pub(crate) fn check_order(&mut self, classes: &[Name]) {
        for (at, class) in classes.iter().enumerate() {
            if classes.iter().take(at).any(|earlier| earlier.text == class.text) {
                self.report(Problem::new(&problems::DUPLICATE_CLAUSE, class.span).with("name", &class.text));
            }
        }
    }

    /// Caps count what passed, so they stand in a layer after assignment, and are about contacts that are known by some name.
    pub(crate) fn check_limit(&mut self, module: usize, limit: &ast::Limit, stage: Stage) {
        if !matches!(stage, Stage::Contact | Stage::Arbitration | Stage::Capacity) {
            self.report(Problem::new(&policies::LIMIT_LAYER, limit.span).with("layer", stage.word()));
        }
        if let Some(what) = limit.what.as_ref().filter(|what| !self.is_cap_subject(module, what)) {
            let mut known = vec![String::from("contacts")];
            known.extend(self.modules.iter().flat_map(|module| &module.items).filter_map(|item| match &item.kind {
                ItemKind::Channel(channel) => Some(channel.name.text.clone()),
                _ => None,
            }));
            self.undeclared("channel", what, known);
        }
    }

    pub(crate) fn later(&mut self, what: &str, span: Span) {
        self.report(Problem::new(&problems::NOT_AVAILABLE, span).with("what", what));
    }

    /// Reasons that runs give by themselves are not for rules.
    pub(crate) fn check_reason(&mut self, name: &Name) {
        const BUILT_IN: [&str; 18] = [
            "cool_off",
            "already_invited",
            "reserve",
            "capacity",
            "budget",
            "arbitration",
            "missed_window",
            "no_value",
            "no_assignee",
            "control",
            "other_version",
            "quota",
            "limit",
            "hours",
            "quiet_days",
            "global_control",
            "other_experiment",
            "not_chosen",
        ];
        if BUILT_IN.contains(&name.text.as_str()) {
            self.report(Problem::new(&strategies::RESERVED_REASON, name.span).with("name", &name.text));
        }
    }

    /// A scope in which `candidate` is one action of a strategy.
    pub(crate) fn candidate_scope(&mut self, rule_module: usize, base: &Scope, candidate: &Candidate<'_>, span: Span) -> Scope {
        let mut scope = Scope { module: rule_module, ..base.clone() };
        for (name, value) in
            [("channel", candidate.channel), ("purpose", candidate.purpose), ("product", candidate.product), ("class", candidate.class)]
        {
            let node = match value {
                Some(value) => self.text_constant(value, span),
                None => self.constant(crate::types::Value::Missing, crate::types::Type::Text, span),
            };
            // A policy is written for strategies with and without each of these, so asking whether one is known is never idle.
            scope.bind(format!("candidate.{name}"), node, crate::types::Type::Text, true, span);
        }
        scope
    }
}

/// What a policy sees of an action.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub channel: Option<&'a str>,
    pub purpose: Option<&'a str>,
    pub product: Option<&'a str>,
    pub class: Option<&'a str>,
}
