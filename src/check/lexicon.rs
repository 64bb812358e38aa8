//! Lexicons: free text to a label, by keywords.

use super::names::Scope;
use super::problems::{declarations, facts as problems, types};
use super::{Checker, Typed};
use crate::builtins::keyword_table;
use crate::diag::{Problem, Text};
use crate::ir::{Comparison, Kind, Ladder, LadderLabel};
use crate::source::Span;
use crate::syntax::ast::{self, Argument, ArgumentKind, Quoted};
use crate::types::{LadderId, Type, Value};
use indexmap::IndexMap;

/// Words that negate when a lexicon names none.
const NEGATIONS: [&str; 5] = ["不", "没", "别", "未", "勿"];
/// How many characters before a keyword a negation counts when a lexicon gives words only.
const WINDOW: i64 = 4;

/// A lexicon ready to be applied.
#[derive(Debug, Clone)]
pub(crate) struct Keywords {
    ladder: LadderId,
    /// See [`keyword_table`].
    table: String,
    /// Label of each row of keywords.
    labels: Vec<u32>,
    otherwise: u32,
}

impl Checker {
    /// `theme(comment)`
    pub(crate) fn lexicon_call(
        &mut self,
        module: usize,
        lexicon: &ast::Lexicon,
        arguments: &[Argument],
        span: Span,
        scope: &Scope,
    ) -> Option<Typed> {
        let keywords = self.keywords(module, lexicon)?;
        let [Argument { span: _, kind: ArgumentKind::Rows { value, per: None, filter: None, among: None } }] = arguments else {
            let name = &lexicon.name.text;
            self.report(Problem::new(&types::BAD_ARGUMENT, span).with("function", name).with("signature", format!("{name}(TEXT)")));
            return None;
        };
        let text = self.expression(value, scope)?;
        self.require_type(&text, &Type::Text, "a lexicon")?;
        let table = self.text_constant(keywords.table, span);
        let row = self.call("find_words", vec![text.node, table], Type::Int, span);
        let mut rows = Vec::new();
        for (at, label) in (0..).zip(&keywords.labels) {
            let place = self.constant(Value::Int(at), Type::Int, span);
            let kind = Kind::Compare { operator: Comparison::Equal, left: row, right: place };
            rows.push((self.add(kind, Type::Bool, text.optional, span), *label));
        }
        let kind = Kind::Ladder { rows, otherwise: Some(keywords.otherwise), unknown: None };
        let node = self.add(kind, Type::Label(keywords.ladder), text.optional, span);
        Some(self.typed(node, span))
    }

    /// A lexicon's labels and keywords, checked once.
    pub(crate) fn keywords(&mut self, module: usize, lexicon: &ast::Lexicon) -> Option<Keywords> {
        let key = (module, lexicon.name.text.clone());
        if let Some(known) = self.facts.lexicons.get(&key) {
            return known.clone();
        }
        let lowered = self.lower_lexicon(module, lexicon);
        self.facts.lexicons.insert(key, lowered.clone());
        lowered
    }

    fn lower_lexicon(&mut self, module: usize, lexicon: &ast::Lexicon) -> Option<Keywords> {
        let mut labels: Vec<LadderLabel> = Vec::new();
        let mut ordinals = Vec::new();
        let mut words: Vec<Vec<String>> = Vec::new();
        let mut otherwise = None;
        for row in &lexicon.rows {
            let display = row.label.as_ref().map(|label| label.text.clone());
            let at = match labels.iter().position(|label| label.name == row.name.text) {
                Some(at) => at,
                None => {
                    labels.push(LadderLabel { name: row.name.text.clone(), label: display });
                    labels.len() - 1
                }
            };
            let ordinal = u32::try_from(at).ok()?;
            if row.otherwise {
                otherwise = Some(ordinal);
                continue;
            }
            ordinals.push(ordinal);
            words.push(row.keywords.iter().map(|word| word.text.clone()).collect());
        }
        let clean = self.check_keywords(lexicon);
        let Some(otherwise) = otherwise else {
            let problem = Problem::new(&declarations::NO_OTHERWISE, lexicon.name.span).with("ladder", &lexicon.name.text);
            self.report(problem.with("example", "other texts"));
            return None;
        };
        let (window, negations) = self.negation_window(module, lexicon)?;
        let name = self.modules.get(module).map_or_else(|| lexicon.name.text.clone(), |module| module.qualified(&lexicon.name.text));
        let label = lexicon.label.as_ref().map(|label| label.text.clone());
        let ladder = self.add_ladder(Ladder { name, label, labels, best_first: None })?;
        let table = keyword_table(window, &negations, &words);
        clean.then_some(Keywords { ladder, table, labels: ordinals, otherwise })
    }

    /// One keyword may not lead to two labels, and an empty one would lead everywhere.
    fn check_keywords(&mut self, lexicon: &ast::Lexicon) -> bool {
        let mut seen: IndexMap<String, (Span, String)> = IndexMap::new();
        let mut clean = true;
        for row in &lexicon.rows {
            for word in &row.keywords {
                let key = word.text.to_lowercase();
                if key.trim().is_empty() || key.chars().any(char::is_control) {
                    self.report(Problem::new(&problems::EMPTY_KEYWORD, word.span).with("label", &row.name.text));
                    clean = false;
                    continue;
                }
                let first = seen.get(&key).cloned();
                match first {
                    Some((span, label)) => {
                        let problem = Problem::new(&problems::KEYWORD_TWICE, word.span).with("word", &word.text).with("first", label);
                        let problem = problem.with("second", &row.name.text);
                        self.report(problem.label(span, Text { en: "first here", zh: "首次出现在这里" }));
                        clean = false;
                    }
                    None => {
                        seen.insert(key, (word.span, row.name.text.clone()));
                    }
                }
            }
        }
        clean
    }

    fn negation_window(&mut self, module: usize, lexicon: &ast::Lexicon) -> Option<(i64, Vec<String>)> {
        let Some(negation) = &lexicon.negation else { return Some((0, Vec::new())) };
        let window = match &negation.within {
            Some(within) => self.whole(within, &Scope::constant(module), "`negation`")?,
            None => WINDOW,
        };
        let own: Vec<String> = negation.words.iter().map(|word: &Quoted| word.text.clone()).filter(|word| !word.is_empty()).collect();
        let words = if own.is_empty() { NEGATIONS.iter().map(|word| (*word).to_string()).collect() } else { own };
        Some((window, words))
    }
}
