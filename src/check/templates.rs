//! Templates: texts for channels, whose slots are filled for one subject.

use super::Checker;
use super::expression::{least_length, plain_words};
use super::names::Scope;
use super::problems::declarations as problems;
use crate::diag::Problem;
use crate::ir::NodeId;
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name, Path};

/// Words that say places or time are short.
const SCARCITY: [&str; 10] = ["仅剩", "仅限", "限量", "最后", "抢完", "名额有限", "only ", "left", "last chance", "limited"];

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

    /// Channels a template names must exist, whether it is used or not.
    pub(super) fn check_template(&mut self, template: &ast::Template) {
        for channel in &template.channels {
            self.find_channel(channel);
        }
        self.check_content(template);
    }
}

/// `前100名`
fn first_places(words: &str) -> Option<String> {
    let (_, rest) = words.split_once('前')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = rest.strip_prefix(digits.as_str())?;
    (!digits.is_empty() && (after.starts_with('名') || after.starts_with('位'))).then(|| format!("前{digits}名"))
}
