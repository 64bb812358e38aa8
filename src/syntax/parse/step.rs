//! Steps of a plan: send, do, by, choose, none.

use super::grammar::Rule;
use super::walk::{Node, Walk};
use crate::syntax::ast::{Branch, ChooseOption, Do, Fallback, Name, Send, Step, StepKind, StepTail};

impl<'t> Walk<'t> {
    pub(super) fn steps(&mut self, node: &Node<'t>) -> Vec<Step> {
        self.all(node, Rule::step).iter().filter_map(|step| self.step(step)).collect()
    }

    pub(super) fn step(&mut self, node: &Node<'t>) -> Option<Step> {
        let span = self.span(node);
        let inner = node.clone().into_inner().next()?;
        let kind = match inner.as_rule() {
            Rule::send => self.send(&inner),
            Rule::do_step => self.do_step(&inner),
            Rule::by => self.by(&inner),
            Rule::choose => self.choose(&inner),
            Rule::none => StepKind::None { because: self.child(&inner, Rule::name).map(|because| self.name(&because)) },
            _ => return None,
        };
        Some(Step { span, kind })
    }

    fn send(&mut self, node: &Node<'t>) -> StepKind {
        let head = self.child(node, Rule::send_head).unwrap_or_else(|| node.clone());
        StepKind::Send(Box::new(Send {
            channel: self.child_name(&head),
            template: self.child(&head, Rule::path).map(|template| self.path(&template)),
            tail: self.tail(node),
            fallbacks: self.fallbacks(node),
        }))
    }

    fn do_step(&mut self, node: &Node<'t>) -> StepKind {
        let head = self.child(node, Rule::do_head).unwrap_or_else(|| node.clone());
        StepKind::Do(Box::new(Do { action: self.child_path(&head), tail: self.tail(node), fallbacks: self.fallbacks(node) }))
    }

    /// `else on LAYER …` belong to the step they follow; a replacement has none of its own.
    fn fallbacks(&mut self, node: &Node<'t>) -> Vec<Fallback> {
        let mut fallbacks = Vec::new();
        for part in self.all(node, Rule::fallback) {
            let layer = self.child_name(&part);
            let send = self.child(&part, Rule::fallback_send);
            let operate = self.child(&part, Rule::fallback_do);
            let (kind, place) = match (send, operate) {
                (Some(inner), _) => (self.send(&inner), self.span(&inner)),
                (None, Some(inner)) => (self.do_step(&inner), self.span(&inner)),
                (None, None) => continue,
            };
            fallbacks.push(Fallback { span: self.span(&part), layer, step: Step { span: place, kind } });
        }
        fallbacks
    }

    fn tail(&mut self, node: &Node<'t>) -> StepTail {
        let mut tail = StepTail::default();
        for outer in self.all(node, Rule::step_tail) {
            let Some(part) = outer.clone().into_inner().next() else { continue };
            match part.as_rule() {
                Rule::tail_offer => {
                    let offer = self.child_path(&part);
                    if tail.offer.is_none() {
                        tail.offer_state = self.child(&part, Rule::name).map(|state| self.name(&state));
                    }
                    self.once(&mut tail.offer, offer, &part);
                }
                Rule::to => {
                    let to = self.child_name(&part);
                    self.once(&mut tail.to, to, &part);
                }
                Rule::tail_queue => {
                    let queue = self.child_path(&part);
                    self.once(&mut tail.queue, queue, &part);
                }
                Rule::due => {
                    let due = self.child_expression(&part);
                    self.once(&mut tail.due, due, &part);
                }
                Rule::tail_with => {
                    let entries = self.child(&part, Rule::entries).map(|entries| self.entries(&entries));
                    tail.with.extend(entries.unwrap_or_default());
                }
                Rule::when_clause => {
                    self.check_when(&part);
                    let condition = self.child_expression(&part);
                    self.once(&mut tail.when, condition, &part);
                }
                _ => {}
            }
        }
        tail
    }

    fn by(&mut self, node: &Node<'t>) -> StepKind {
        let label = self.child_path(node);
        let mut branches = Vec::new();
        for part in self.all(node, Rule::branch) {
            let labels: Vec<Name> = self.child(&part, Rule::names).map(|names| self.names(&names)).unwrap_or_default();
            branches.push(Branch { span: self.span(&part), labels, steps: self.steps(&part) });
        }
        StepKind::By { label, branches }
    }

    fn choose(&mut self, node: &Node<'t>) -> StepKind {
        let (count, by) = self.two_amounts(node);
        let mut options = Vec::new();
        for part in self.all(node, Rule::option) {
            options.push(ChooseOption {
                span: self.span(&part),
                name: self.child_name(&part),
                when: self.child_when(&part),
                steps: self.steps(&part),
            });
        }
        StepKind::Choose { count, by, options }
    }
}
