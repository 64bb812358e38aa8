//! Ways to act: channels, roles, actions, offers, templates, and what they share with strategies and policies.

use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::syntax::ast::{
    Action, Again, AgainKind, Capacity, Channel, Exclude, Hours, Limit, LimitWindow, Offer, Policy, PolicyLayer, PolicyRule, Role, Template,
};

impl<'t> Walk<'t> {
    pub(super) fn channel_item(&mut self, node: &Node<'t>) -> Channel {
        let mut channel = Channel { name: self.child_name(node), label: self.child_label(node), cost: None, staff: None, length: None };
        for part in node.clone().into_inner() {
            let slot = match part.as_rule() {
                Rule::cost => &mut channel.cost,
                Rule::staff => &mut channel.staff,
                Rule::length => &mut channel.length,
                _ => continue,
            };
            let value = self.child_expression(&part);
            self.once(slot, value, &part);
        }
        channel
    }

    pub(super) fn role_item(&mut self, node: &Node<'t>) -> Role {
        Role {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            value: self.child_expression(node),
        }
    }

    pub(super) fn action_item(&mut self, node: &Node<'t>) -> Action {
        let mut action = Action {
            name: self.child_name(node),
            label: self.child_label(node),
            excludes: Vec::new(),
            cost: None,
            staff: None,
            to: None,
            due: None,
            writes: None,
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::exclude => action.excludes.push(self.exclude(&part)),
                Rule::to => {
                    let to = self.child_name(&part);
                    self.once(&mut action.to, to, &part);
                }
                Rule::writes => {
                    let table = self.child_name(&part);
                    let entries = self.child(&part, Rule::entries).map(|entries| self.entries(&entries)).unwrap_or_default();
                    self.once(&mut action.writes, (table, entries), &part);
                }
                Rule::cost | Rule::staff | Rule::due => {
                    let value = self.child_expression(&part);
                    let slot = match part.as_rule() {
                        Rule::cost => &mut action.cost,
                        Rule::staff => &mut action.staff,
                        _ => &mut action.due,
                    };
                    self.once(slot, value, &part);
                }
                _ => {}
            }
        }
        action
    }

    pub(super) fn exclude(&mut self, node: &Node<'t>) -> Exclude {
        self.check_when(node);
        Exclude {
            span: self.span(node),
            documentation: self.documentation(node),
            name: self.child_name(node),
            label: self.child_label(node),
            when: self.child_expression(node),
        }
    }

    pub(super) fn again(&mut self, node: &Node<'t>) -> Again {
        let kind = if self.child(node, Rule::kw_always).is_some() {
            AgainKind::Always
        } else if self.child(node, Rule::kw_never).is_some() {
            AgainKind::Never
        } else {
            AgainKind::After(self.child_expression(node))
        };
        Again { span: self.span(node), kind }
    }

    pub(super) fn offer_item(&mut self, node: &Node<'t>) -> Offer {
        let mut offer = Offer {
            name: self.child_name(node),
            label: self.child_label(node),
            bp: None,
            value: None,
            quota: None,
            holds: None,
            reserve: None,
            again: None,
            valid: None,
            cost: None,
            approved: None,
            points: None,
            amount: None,
            target: None,
            cap: None,
            bundle: Vec::new(),
            excludes: Vec::new(),
            limits: Vec::new(),
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::exclude => offer.excludes.push(self.exclude(&part)),
                Rule::limit_rule => offer.limits.push(self.limit_rule(&part)),
                Rule::again => {
                    let again = self.again(&part);
                    self.once(&mut offer.again, again, &part);
                }
                Rule::offer_valid => {
                    let range = self.child_range(&part);
                    self.once(&mut offer.valid, range, &part);
                }
                Rule::offer_approved => {
                    let by = self.child_quoted(&part);
                    self.once(&mut offer.approved, by, &part);
                }
                Rule::offer_cap => {
                    let sides: Vec<Node<'t>> = self.all(&part, Rule::amount);
                    if let [cap, base] = sides.as_slice() {
                        let pair = (self.expression(cap), self.expression(base));
                        self.once(&mut offer.cap, pair, &part);
                    }
                }
                Rule::offer_bundle => {
                    let paths = self.child(&part, Rule::paths);
                    offer.bundle.extend(paths.map(|paths| self.paths(&paths)).unwrap_or_default());
                }
                _ => self.offer_value(&mut offer, &part),
            }
        }
        offer
    }

    /// Clauses that are one value.
    fn offer_value(&mut self, offer: &mut Offer, part: &Node<'t>) {
        let slot = match part.as_rule() {
            Rule::offer_bp => &mut offer.bp,
            Rule::value => &mut offer.value,
            Rule::offer_quota => &mut offer.quota,
            Rule::offer_holds => &mut offer.holds,
            Rule::offer_reserve => &mut offer.reserve,
            Rule::offer_points => &mut offer.points,
            Rule::offer_amount => &mut offer.amount,
            Rule::offer_target => &mut offer.target,
            Rule::cost => &mut offer.cost,
            _ => return,
        };
        let value = self.child_expression(part);
        self.once(slot, value, part);
    }

    pub(super) fn template_item(&mut self, node: &Node<'t>) -> Template {
        let mut template = Template {
            name: self.child_name(node),
            label: self.child_label(node),
            channels: self.child(node, Rule::names).map(|names| self.names(&names)).unwrap_or_default(),
            tactic: None,
            approved: None,
            claims: Vec::new(),
            generated: None,
            says: Vec::new(),
            text: self.child_text(node),
        };
        for part in self.all(node, Rule::said_part) {
            template.says.push(self.child_name(&part));
            template.text.parts.extend(self.child_text(&part).parts);
        }
        for outer in self.all(node, Rule::template_part) {
            let Some(part) = outer.into_inner().next() else { continue };
            match part.as_rule() {
                Rule::template_tactic => {
                    let tactic = self.child_name(&part);
                    self.once(&mut template.tactic, tactic, &part);
                }
                Rule::template_approved => {
                    let until = self.child(&part, Rule::amount).map(|until| self.expression(&until));
                    let approved = (self.child_quoted(&part), until);
                    self.once(&mut template.approved, approved, &part);
                }
                Rule::template_claim => {
                    let claim = (self.child_name(&part), self.child_expression(&part));
                    template.claims.push(claim);
                }
                Rule::template_generated => {
                    let by = self.child_quoted(&part);
                    self.once(&mut template.generated, by, &part);
                }
                _ => {}
            }
        }
        template
    }

    pub(super) fn policy_item(&mut self, node: &Node<'t>) -> Policy {
        let mut policy = Policy {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            always: self.child(node, Rule::kw_always).is_some(),
            locked: self.child(node, Rule::kw_locked).is_some(),
            layers: Vec::new(),
        };
        for part in self.all(node, Rule::policy_layer) {
            let span = self.span(&part);
            let name = match self.child(&part, Rule::layer_name) {
                Some(found) => self.name(&found),
                None => self.child_name(&part),
            };
            let rules = part.into_inner().filter_map(|rule| self.policy_rule(&rule)).collect();
            policy.layers.push(PolicyLayer { span, name, rules });
        }
        policy
    }

    fn policy_rule(&mut self, node: &Node<'t>) -> Option<PolicyRule> {
        let span = self.span(node);
        Some(match node.as_rule() {
            Rule::exclude => PolicyRule::Exclude(self.exclude(node)),
            Rule::limit_rule => PolicyRule::AtMost(self.limit_rule(node)),
            Rule::hours | Rule::quiet => {
                let (from, to) = self.child_range(node);
                PolicyRule::Hours(Hours {
                    span,
                    quiet: node.as_rule() == Rule::quiet,
                    from,
                    to,
                    workdays: self.child(node, Rule::hours_days).is_some(),
                    channels: self.child(node, Rule::names).map(|names| self.names(&names)).unwrap_or_default(),
                    drop: self.child(node, Rule::outside).is_some_and(|outside| self.child(&outside, Rule::kw_drop).is_some()),
                })
            }
            Rule::order => PolicyRule::Order { span, classes: self.order(node) },
            Rule::control => PolicyRule::Control { span, share: self.child_expression(node) },
            Rule::capacity => PolicyRule::Capacity(Capacity {
                span,
                count: self.child_expression(node),
                channel: self.child_name(node),
                per: self.child(node, Rule::limit_per).map(|per| self.child_path(&per)),
                window: self.child(node, Rule::limit_window).map(|window| self.limit_window(&window)),
                overflow: self.child(node, Rule::overflow).and_then(|overflow| {
                    let word = overflow.into_inner().nth(1)?;
                    Some(self.name(&word))
                }),
            }),
            _ => return None,
        })
    }

    pub(super) fn order(&mut self, node: &Node<'t>) -> Vec<crate::syntax::ast::Name> {
        self.child(node, Rule::names).map(|names| self.names(&names)).unwrap_or_default()
    }

    pub(super) fn limit_rule(&mut self, node: &Node<'t>) -> Limit {
        Limit {
            span: self.span(node),
            count: self.child_expression(node),
            what: self.child(node, Rule::limit_what).map(|what| self.child_name(&what)),
            per: self.child(node, Rule::limit_per).map(|per| self.child_path(&per)),
            window: self.child(node, Rule::limit_window).map(|window| self.limit_window(&window)),
        }
    }

    pub(super) fn limit_window(&mut self, node: &Node<'t>) -> LimitWindow {
        if self.child(node, Rule::kw_any).is_some() {
            LimitWindow::InAny(self.child_expression(node))
        } else {
            LimitWindow::PerCalendar(self.period(node))
        }
    }
}
