//! Watching, comparing, testing: metrics, alerts, overlays, compares, tests.

use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::syntax::ast::{Alert, Compare, Expect, ExpectKind, Expression, Given, Metric, Overlay, Path, Test};

impl<'t> Walk<'t> {
    pub(super) fn metric_item(&mut self, node: &Node<'t>) -> Metric {
        Metric {
            name: self.child_name(node),
            label: self.child_label(node),
            table: self.child_table(node),
            value: self.child_expression(node),
            by: self.child(node, Rule::paths).map(|paths| self.paths(&paths)).unwrap_or_default(),
        }
    }

    pub(super) fn alert_item(&mut self, node: &Node<'t>) -> Alert {
        self.check_when(node);
        Alert {
            name: self.child_name(node),
            label: self.child_label(node),
            when: self.child_expression(node),
            to: self.child(node, Rule::to).map(|to| self.child_name(&to)),
        }
    }

    fn param_setting(&mut self, node: &Node<'t>) -> (Path, Expression) {
        for sign in self.all(node, Rule::sign_equals) {
            self.check_operator(&sign);
        }
        (self.child_path(node), self.child_expression(node))
    }

    pub(super) fn overlay_item(&mut self, node: &Node<'t>) -> Overlay {
        let mut overlay = Overlay {
            name: self.child_name(node),
            label: self.child_label(node),
            when: self.child_when(node),
            params: Vec::new(),
            disable: Vec::new(),
            order: Vec::new(),
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::param_setting => overlay.params.push(self.param_setting(&part)),
                Rule::disable => {
                    overlay.disable.extend(self.child(&part, Rule::paths).map(|paths| self.paths(&paths)).unwrap_or_default());
                }
                Rule::order => {
                    if !overlay.order.is_empty() {
                        self.repeated(&part);
                        continue;
                    }
                    overlay.order = self.order(&part);
                }
                _ => {}
            }
        }
        overlay
    }

    pub(super) fn compare_item(&mut self, node: &Node<'t>) -> Compare {
        let mut compare = Compare {
            name: self.child_name(node),
            label: self.child_label(node),
            owner: None,
            approver: None,
            population: None,
            arms: None,
            goals: Vec::new(),
            decide: None,
            judge: None,
        };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::owner => {
                    let owner = self.child_quoted(&part);
                    self.once(&mut compare.owner, owner, &part);
                }
                Rule::approver => {
                    let approver = self.child_quoted(&part);
                    self.once(&mut compare.approver, approver, &part);
                }
                Rule::population => {
                    let population = self.child_path(&part);
                    self.once(&mut compare.population, population, &part);
                }
                Rule::arms => {
                    let arms = self.arms(&part);
                    self.once(&mut compare.arms, arms, &part);
                }
                Rule::goal => compare.goals.push(self.goal(&part)),
                Rule::decide => {
                    let decide = (self.child(&part, Rule::kw_highest).is_some(), self.child_expression(&part));
                    self.once(&mut compare.decide, decide, &part);
                }
                Rule::judge => {
                    let judge = self.judge(&part);
                    self.once(&mut compare.judge, judge, &part);
                }
                _ => {}
            }
        }
        compare
    }

    pub(super) fn test_item(&mut self, node: &Node<'t>) -> Test {
        let mut test =
            Test { title: self.child_quoted(node), as_of: None, previous: None, params: Vec::new(), given: Vec::new(), expect: Vec::new() };
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::test_as_of => {
                    let moment = self.child_expression(&part);
                    self.once(&mut test.as_of, moment, &part);
                }
                Rule::test_previous => {
                    let moment = self.child_expression(&part);
                    self.once(&mut test.previous, moment, &part);
                }
                Rule::param_setting => test.params.push(self.param_setting(&part)),
                Rule::given => test.given.push(self.given(&part)),
                Rule::expect => test.expect.push(self.expect_clause(&part)),
                _ => {}
            }
        }
        test
    }

    fn given(&mut self, node: &Node<'t>) -> Given {
        let columns = self.child(node, Rule::given_columns).and_then(|columns| self.child(&columns, Rule::names));
        let mut rows = Vec::new();
        for row in self.all(node, Rule::given_row) {
            let values = self.all(&row, Rule::expression).iter().map(|value| self.expression(value)).collect();
            rows.push((self.span(&row), values));
        }
        Given {
            span: self.span(node),
            table: self.child_name(node),
            columns: columns.map(|columns| self.names(&columns)).unwrap_or_default(),
            rows,
        }
    }

    fn expect_clause(&mut self, node: &Node<'t>) -> Expect {
        let span = self.span(node);
        let mut parts = node.clone().into_inner().skip(1);
        let subject = parts.next();
        let subject = self.expression_or_absent(node, subject);
        let kind = match parts.next() {
            Some(part) => self.expect_kind(&part),
            None => ExpectKind::Nothing,
        };
        Expect { span, subject, kind }
    }

    fn expect_kind(&mut self, node: &Node<'t>) -> ExpectKind {
        let negation = self.child(node, Rule::not);
        if let (Some(not), true) = (&negation, node.as_rule() != Rule::expression) {
            self.check_operator(not);
        }
        let negated = negation.is_some();
        match node.as_rule() {
            Rule::expect_send => {
                let names = self.names(node);
                let channel = names.first().cloned().unwrap_or_else(|| self.child_name(node));
                ExpectKind::Send { channel, template: names.get(1).cloned(), negated }
            }
            Rule::expect_do => ExpectKind::Do { action: self.child_name(node), negated },
            Rule::expect_nothing => ExpectKind::Nothing,
            Rule::expect_excluded => ExpectKind::Excluded { reason: self.child_name(node) },
            Rule::expect_arm => ExpectKind::Arm { arm: self.child_name(node) },
            Rule::expect_text => ExpectKind::Text(self.child_quoted(node)),
            Rule::expect_exit => ExpectKind::Exit { name: self.child_name(node) },
            _ => ExpectKind::Holds(self.expression(node)),
        }
    }
}
