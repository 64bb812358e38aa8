//! Templates: texts for channels, whose slots are filled for one subject.

use super::Checker;
use super::expression::{least_length, plain_words};
use super::names::Scope;
use super::problems::declarations as problems;
use crate::diag::Problem;
use crate::ir::NodeId;
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name, Path, StepKind};
use crate::types::{TableId, Type, Value};

/// Words that say places or time are short.
const SCARCITY: [&str; 10] = ["仅剩", "仅限", "限量", "最后", "抢完", "名额有限", "only ", "left", "last chance", "limited"];

/// What a text may try.
const TACTICS: [&str; 8] = ["anchor", "empathy", "scarcity", "fabe", "social_proof", "endowment", "reply", "yes_and"];

/// Tactics that say one thing after the other: what it is, what it does better, what that gives, what shows it; agreeing, then adding.
const IN_PARTS: [(&str, &[&str]); 2] = [("fabe", &["feature", "advantage", "benefit", "evidence"]), ("yes_and", &["yes", "also"])];

impl Checker {
    pub(crate) fn find_template(&mut self, path: &Path, module: usize) -> Option<(usize, ast::Template)> {
        if let Some((at, item)) = self.find_item(path, module) {
            if let ItemKind::Template(template) = &item.kind {
                return Some((at, template.clone()));
            }
        }
        let known = self.declared_names(module, |kind| matches!(kind, ItemKind::Template(_)));
        let name = Name { text: path.text(), span: path.span };
        self.undeclared("template", &name, known);
        None
    }

    /// The message of a template for subjects of the scope's table.
    pub(crate) fn message(&mut self, module: usize, template: &ast::Template, scope: &Scope) -> Option<NodeId> {
        let mut inner = Scope { module, ..scope.clone() };
        inner.outer = None;
        self.text_with_slots(&template.text, &inner, true)
    }

    pub(crate) fn check_template_channel(&mut self, template: &ast::Template, channel: &ast::Channel, span: Span) {
        let known: Vec<String> = template.channels.iter().map(|name| name.text.clone()).collect();
        if !known.contains(&channel.name.text) {
            let problem = Problem::new(&problems::TEMPLATE_CHANNEL, span).with("template", &template.name.text);
            self.report(problem.with("channel", &channel.name.text).with("known", known.join(", ")));
        }
        let limit = channel.length.as_ref().and_then(|limit| self.whole(limit, &Scope::constant(0), "`length`"));
        let length = least_length(&template.text);
        if limit.is_some_and(|limit| usize::try_from(limit).is_ok_and(|limit| length > limit)) {
            let problem = Problem::new(&problems::TEMPLATE_LENGTH, template.text.span).with("length", length);
            self.report(problem.with("channel", &channel.name.text).with("limit", limit.unwrap_or(0)));
        }
    }

    /// Scarcity may be claimed only where an offer has a quota.
    pub(crate) fn check_scarcity(&mut self, template: &ast::Template, offer: Option<&ast::Offer>) {
        if offer.is_some_and(|offer| offer.quota.is_some()) {
            return;
        }
        let words = plain_words(&template.text);
        let found = SCARCITY.iter().find(|word| words.contains(**word)).map(|word| word.trim().to_string());
        let tactic = template.tactic.as_ref().filter(|tactic| tactic.text == "scarcity").map(|tactic| tactic.text.clone());
        let first_n = first_places(&words);
        if let Some(words) = first_n.or(found).or(tactic) {
            self.report(Problem::new(&problems::SCARCITY_WITHOUT_QUOTA, template.text.span).with("words", words));
        }
    }

    /// Templates that no strategy sends are read for the subjects they could be about.
    pub(super) fn check_unsent_templates(&mut self) {
        let (sent, waves) = (self.sent_templates(), self.all_waves());
        for module in 0..self.modules.len() {
            for item in self.items(module) {
                let ItemKind::Template(template) = &item.kind else { continue };
                if sent.contains(&(module, template.name.text.clone())) {
                    continue;
                }
                self.check_slots(module, template, &waves);
                // What a library is sent along with is known only where it is sent.
                if module == 0 && !self.names_open_places(module, template) {
                    self.check_scarcity(template, None);
                }
            }
        }
    }

    /// Every slot must be readable for one table, any of the program's; the names of a journey are taken as given.
    fn check_slots(&mut self, module: usize, template: &ast::Template, waves: &[Name]) {
        if slots(&template.text).any(|slot| slot.path.segments.first().is_some_and(|head| head.text == "trigger")) {
            return;
        }
        let own = self.modules.get(module).and_then(|module| module.subject).or_else(|| self.entry_subject());
        let all = (0..).zip(&self.tables).map(|(at, _)| TableId(at));
        let tables: Vec<TableId> = own.into_iter().chain(all).collect();
        let mut first: Option<Vec<Problem>> = None;
        for table in tables {
            let mut scope = Scope::of(module, table);
            let missing = self.constant(Value::Missing, Type::Time, template.text.span);
            for name in waves.iter().map(|name| name.text.as_str()).chain(["entry"]) {
                scope.bind(name, missing, Type::Time, true, template.text.span);
            }
            let arm = self.constant(Value::Missing, Type::Text, template.text.span);
            scope.bind("arm", arm, Type::Text, true, template.text.span);
            let reported = self.problems.len();
            self.message(module, template, &scope);
            let found = self.problems.split_off(reported);
            if found.is_empty() {
                return;
            }
            first = first.or(Some(found));
        }
        self.problems.extend(first.into_iter().flatten());
    }

    fn all_waves(&self) -> Vec<Name> {
        let mut out = Vec::new();
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            if let Some(ast::PlanBody::Waves(waves)) = strategy.plan.as_ref().map(|plan| &plan.body) {
                out.extend(waves.iter().map(|wave| wave.name.clone()));
            }
        }
        out
    }

    /// Module and name of every template that a plan names.
    fn sent_templates(&self) -> Vec<(usize, String)> {
        let mut paths = Vec::new();
        for item in self.items(0) {
            let ItemKind::Strategy(strategy) = &item.kind else { continue };
            match strategy.plan.as_ref().map(|plan| &plan.body) {
                Some(ast::PlanBody::Waves(waves)) => waves.iter().for_each(|wave| collect_sent(&wave.steps, &mut paths)),
                Some(ast::PlanBody::Steps(steps)) => collect_sent(steps, &mut paths),
                None => {}
            }
        }
        let known = paths.iter().filter_map(|path| {
            let (module, item) = self.find_item(path, 0)?;
            super::names::declared(&item.kind).map(|(name, _)| (module, name.text.clone()))
        });
        known.collect()
    }

    /// `{rate50.open_places}` of an offer with a quota is a true statement about places.
    fn names_open_places(&self, module: usize, template: &ast::Template) -> bool {
        slots(&template.text).any(|slot| {
            let [offer, member] = slot.path.segments.as_slice() else { return false };
            let path = Path { segments: vec![offer.clone()], span: offer.span };
            let found = self.find_item(&path, module);
            let counted = found.is_some_and(|(_, item)| matches!(&item.kind, ItemKind::Offer(offer) if offer.quota.is_some()));
            counted && member.text == "open_places"
        })
    }

    /// Channels a template names must exist, whether it is used or not.
    pub(super) fn check_template(&mut self, template: &ast::Template) {
        for channel in &template.channels {
            self.find_channel(channel);
        }
        self.check_tactic(template);
        self.check_content(template);
    }

    /// A tactic is one of the known ones, and one that is made of parts has them all, in their order.
    fn check_tactic(&mut self, template: &ast::Template) {
        for (at, part) in template.says.iter().enumerate() {
            if template.says.iter().take(at).any(|earlier| earlier.text == part.text) {
                self.report(Problem::new(&super::problems::names::DUPLICATE_CLAUSE, part.span).with("name", &part.text));
            }
        }
        let Some(tactic) = &template.tactic else { return };
        if !TACTICS.contains(&tactic.text.as_str()) {
            self.undeclared("tactic", tactic, TACTICS.map(String::from).to_vec());
        }
        let Some((_, parts)) = IN_PARTS.iter().find(|(name, _)| *name == tactic.text) else { return };
        if !template.says.iter().map(|part| part.text.as_str()).eq(parts.iter().copied()) {
            let listed = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let said: Vec<&str> = template.says.iter().map(|part| part.text.as_str()).collect();
            let found = if said.is_empty() { String::from("-") } else { listed(&said) };
            let example = parts.iter().map(|part| format!("{part} \"…\"")).collect::<Vec<_>>().join(" ");
            let problem = Problem::new(&problems::TACTIC_ORDER, tactic.span).with("tactic", &tactic.text).with("expected", listed(parts));
            self.report(problem.with("found", found).with("example", format!("`{{ {example} }}`")));
        }
    }
}

fn slots(text: &ast::TextLiteral) -> impl Iterator<Item = &ast::Slot> {
    text.parts.iter().filter_map(|part| match part {
        ast::TextPart::Slot(slot) => Some(slot),
        ast::TextPart::Text(_) => None,
    })
}

/// The templates of steps, those of branches, options and fallbacks included.
fn collect_sent(steps: &[ast::Step], out: &mut Vec<Path>) {
    for step in steps {
        match &step.kind {
            StepKind::Send(send) => {
                out.extend(send.template.clone());
                send.fallbacks.iter().for_each(|fallback| collect_sent(std::slice::from_ref(&fallback.step), out));
            }
            StepKind::Do(operation) => {
                operation.fallbacks.iter().for_each(|fallback| collect_sent(std::slice::from_ref(&fallback.step), out));
            }
            StepKind::By { label: _, branches } => branches.iter().for_each(|branch| collect_sent(&branch.steps, out)),
            StepKind::Choose { count: _, by: _, options } => options.iter().for_each(|option| collect_sent(&option.steps, out)),
            StepKind::None { because: _ } => {}
        }
    }
}

/// `前100名`
fn first_places(words: &str) -> Option<String> {
    let (_, rest) = words.split_once('前')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = rest.strip_prefix(digits.as_str())?;
    (!digits.is_empty() && (after.starts_with('名') || after.starts_with('位'))).then(|| format!("前{digits}名"))
}
