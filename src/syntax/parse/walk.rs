//! What every part of the walk needs: places in the author's file, names, texts, documentation, repeated clauses.

use super::comments::Comments;
use super::grammar::Rule;
use crate::diag::{Problem, Text};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Expression, ExpressionKind, Literal, Name, Path, Quoted};
use crate::syntax::problems;
use pest::iterators::{Pair, Pairs};
use unicode_normalization::UnicodeNormalization;

pub(super) type Node<'t> = Pair<'t, Rule>;
pub(super) type Nodes<'t> = Pairs<'t, Rule>;

/// Builds the tree from the nodes of one stretch of text and collects what it finds wrong.
pub(super) struct Walk<'t> {
    pub(super) file: FileId,
    /// The author's text; offsets are rounded to its character boundaries.
    pub(super) original: &'t str,
    /// Where the stretch begins in the author's text.
    pub(super) base: usize,
    pub(super) comments: &'t Comments,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Walk<'t> {
    /// The place of a node in the author's file.
    pub(super) fn span(&self, node: &Node<'t>) -> Span {
        self.place(node.as_span().start(), tight_end(node))
    }

    /// The place of a range of the stretch in the author's file.
    pub(super) fn place(&self, start: usize, end: usize) -> Span {
        let mut start = (self.base + start).min(self.original.len());
        let mut end = (self.base + end).min(self.original.len());
        while !self.original.is_char_boundary(start) {
            start -= 1;
        }
        while !self.original.is_char_boundary(end) {
            end += 1;
        }
        Span::new(self.file, start, end)
    }

    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn name(&mut self, node: &Node<'t>) -> Name {
        let text = node.as_str();
        let span = self.span(node);
        if text.is_ascii() {
            return Name { text: text.to_owned(), span };
        }
        if mixes_scripts(text) {
            self.report(Problem::new(&problems::MIXED_SCRIPTS, span).with("found", text));
        }
        Name { text: text.nfc().collect(), span }
    }

    pub(super) fn path(&mut self, node: &Node<'t>) -> Path {
        let span = self.span(node);
        Path { segments: node.clone().into_inner().map(|part| self.name(&part)).collect(), span }
    }

    pub(super) fn quoted(&mut self, node: &Node<'t>) -> Quoted {
        let span = self.span(node);
        if node.as_rule() == Rule::label {
            let inner = node.clone().into_inner().next();
            return inner.map_or(Quoted { text: String::new(), span }, |inner| self.quoted(&inner));
        }
        let mut text = String::new();
        for part in node.clone().into_inner() {
            match part.as_rule() {
                Rule::quoted_run => text.push_str(part.as_str()),
                Rule::text_escape => text.push_str(unescape(part.as_str())),
                _ => {}
            }
        }
        Quoted { text, span }
    }

    /// All names directly below a node.
    pub(super) fn names(&mut self, node: &Node<'t>) -> Vec<Name> {
        self.all(node, Rule::name).iter().map(|part| self.name(part)).collect()
    }

    /// All paths directly below a node.
    pub(super) fn paths(&mut self, node: &Node<'t>) -> Vec<Path> {
        self.all(node, Rule::path).iter().map(|part| self.path(part)).collect()
    }

    pub(super) fn all(&self, node: &Node<'t>, rule: Rule) -> Vec<Node<'t>> {
        node.clone().into_inner().filter(|part| part.as_rule() == rule).collect()
    }

    /// The first node of a rule directly below.
    pub(super) fn child(&self, node: &Node<'t>, rule: Rule) -> Option<Node<'t>> {
        node.clone().into_inner().find(|part| part.as_rule() == rule)
    }

    /// The first name directly below; the grammar promises one, an empty name stands in otherwise.
    pub(super) fn child_name(&mut self, node: &Node<'t>) -> Name {
        match self.child(node, Rule::name) {
            Some(found) => self.name(&found),
            None => Name { text: String::new(), span: self.span(node) },
        }
    }

    pub(super) fn child_path(&mut self, node: &Node<'t>) -> Path {
        match self.child(node, Rule::path) {
            Some(found) => self.path(&found),
            None => Path { segments: Vec::new(), span: self.span(node) },
        }
    }

    pub(super) fn child_quoted(&mut self, node: &Node<'t>) -> Quoted {
        let found = node.clone().into_inner().find(|part| matches!(part.as_rule(), Rule::quoted | Rule::label));
        match found {
            Some(found) => self.quoted(&found),
            None => Quoted { text: String::new(), span: self.span(node) },
        }
    }

    pub(super) fn child_label(&mut self, node: &Node<'t>) -> Option<Quoted> {
        self.child(node, Rule::label).map(|found| self.quoted(&found))
    }

    /// `for T`
    pub(super) fn child_table(&mut self, node: &Node<'t>) -> Option<Name> {
        let mut found = None;
        for part in self.all(node, Rule::for_table) {
            let table = self.child_name(&part);
            self.once(&mut found, table, &part);
        }
        found
    }

    /// The first expression or amount directly below.
    pub(super) fn child_expression(&mut self, node: &Node<'t>) -> Expression {
        match node.clone().into_inner().find(|part| matches!(part.as_rule(), Rule::expression | Rule::amount)) {
            Some(found) => self.expression(&found),
            None => self.absent(node),
        }
    }

    /// `A .. B` directly below.
    pub(super) fn child_range(&mut self, node: &Node<'t>) -> (Expression, Expression) {
        let Some(range) = self.child(node, Rule::range) else {
            return (self.absent(node), self.absent(node));
        };
        self.two_amounts(&range)
    }

    /// The first two amounts directly below.
    pub(super) fn two_amounts(&mut self, node: &Node<'t>) -> (Expression, Expression) {
        let mut amounts = self.all(node, Rule::amount).into_iter();
        let first = self.expression_or_absent(node, amounts.next());
        let second = self.expression_or_absent(node, amounts.next());
        (first, second)
    }

    /// The expression of a node the grammar promises.
    pub(super) fn expression_or_absent(&mut self, holder: &Node<'t>, found: Option<Node<'t>>) -> Expression {
        match found {
            Some(found) => self.expression(&found),
            None => self.absent(holder),
        }
    }

    /// The first word directly below, which may be a reserved one.
    pub(super) fn child_word(&mut self, node: &Node<'t>) -> Name {
        match self.child(node, Rule::word) {
            Some(word) => self.name(&word),
            None => self.child_name(node),
        }
    }

    /// Stands where the grammar promises something that is not there.
    pub(super) fn absent(&self, node: &Node<'t>) -> Expression {
        Expression { span: self.span(node), kind: Box::new(ExpressionKind::Literal(Literal::Missing)) }
    }

    /// Fills a slot that may be given once; a second time is a problem and the first stays.
    pub(super) fn once<T>(&mut self, slot: &mut Option<T>, value: T, node: &Node<'t>) {
        if slot.is_none() {
            *slot = Some(value);
            return;
        }
        self.repeated(node);
    }

    pub(super) fn repeated(&mut self, node: &Node<'t>) {
        let clause = node.as_str().split_whitespace().next().unwrap_or("").to_owned();
        let span = self.span(node);
        self.report(Problem::new(&problems::REPEATED_CLAUSE, span).with("clause", clause));
    }

    /// Refuses `if` where `when` belongs.
    pub(super) fn check_when(&mut self, node: &Node<'t>) {
        for part in self.all(node, Rule::when) {
            if part.as_str() == "if" {
                let span = self.span(&part);
                let title = Text { en: "write `when`", zh: "改为 `when`" };
                self.report(Problem::new(&problems::IF_FOR_WHEN, span).fix(title, span, "when", true));
            }
        }
    }

    /// `##` lines directly above a node.
    pub(super) fn documentation(&self, node: &Node<'t>) -> Option<String> {
        self.comments.documentation_above(self.base + node.as_span().start())
    }
}

/// Where a node really ends: blanks and comments skipped on the way to something optional belong to nobody.
fn tight_end(node: &Node<'_>) -> usize {
    let mut last = node.clone();
    loop {
        let text = last.as_str();
        if !text.contains('#') && !text.ends_with(char::is_whitespace) {
            return last.as_span().end();
        }
        match last.clone().into_inner().next_back() {
            Some(inner) => last = inner,
            None => return last.as_span().end(),
        }
    }
}

/// What an escape stands for.
pub(super) fn unescape(written: &str) -> &'static str {
    match written {
        "{{" | "\\{" => "{",
        "}}" | "\\}" => "}",
        "\\n" => "\n",
        "\\t" => "\t",
        "\\\\" => "\\",
        _ => "\"",
    }
}

/// Latin letters beside Cyrillic or Greek ones in one name: they look alike and are not the same.
fn mixes_scripts(text: &str) -> bool {
    let latin = text.chars().any(|letter| letter.is_ascii_alphabetic());
    let other = text.chars().any(|letter| matches!(letter, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}'));
    latin && other
}
