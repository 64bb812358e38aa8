//! What went wrong, in business words: from the place where reading stopped and what could have stood there.

use super::grammar::Rule;
use super::tokens::{Token, TokenKind};
use super::words::{is_continuation, is_item_word, is_reserved};
use crate::diag::{Problem, ProblemKind, Text};
use crate::source::{FileId, Span};
use crate::syntax::problems;

/// A mistake and where its clause is to be looked for.
pub(super) struct Failure {
    pub(super) problem: Problem,
    /// The failing word itself begins something unknown; otherwise the clause before it is unfinished.
    pub(super) begins_here: bool,
    /// A token of the unfinished clause, when it is not simply the one before.
    pub(super) culprit: Option<usize>,
    /// The clause ends at the first beginning of another one from this token on.
    pub(super) ends_from: usize,
}

struct Scene<'p> {
    file: FileId,
    base: usize,
    text: &'p str,
    tokens: &'p [Token],
    at: usize,
    expected: &'p [Rule],
}

/// Explains a failure at token `at` (byte `offset`).
pub(super) fn explain(file: FileId, base: usize, text: &str, tokens: &[Token], at: usize, offset: usize, expected: &[Rule]) -> Failure {
    let scene = Scene { file, base, text, tokens, at, expected };
    if let Some(problem) = scene.inside_token(offset) {
        return Failure { problem, begins_here: false, culprit: Some(at), ends_from: at + 1 };
    }
    if let Some(dangling) = scene.dangling() {
        return scene.unfinished(dangling);
    }
    scene.ordinary()
}

impl Scene<'_> {
    fn word(&self, index: usize) -> &str {
        self.tokens.get(index).map_or("", |token| token.text(self.text))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    fn token_span(&self, index: usize) -> Span {
        match self.tokens.get(index) {
            Some(token) => self.span(token.start, token.end),
            None => {
                let end = self.tokens.last().map_or(0, |token| token.end);
                self.span(end, end)
            }
        }
    }

    /// The index of the last token before `at` that was not blanked.
    fn before(&self) -> Option<usize> {
        (0..self.at).rev().find(|index| !self.word(*index).trim().is_empty())
    }

    fn expects(&self, rules: &[Rule]) -> bool {
        self.expected.iter().any(|rule| rules.contains(rule))
    }

    /// Failures in the middle of a text or right behind the digits of a number.
    fn inside_token(&self, offset: usize) -> Option<Problem> {
        let token = self.tokens.get(self.at)?;
        if offset <= token.start {
            return self.glued_number(token);
        }
        let span = self.span(token.start, token.end);
        match token.kind {
            TokenKind::Number => Some(Problem::new(&problems::UNIT_RUNS_ON, span).with("found", token.text(self.text))),
            TokenKind::Text => Some(self.bad_text(token, offset)),
            TokenKind::Word | TokenKind::Open | TokenKind::Close | TokenKind::Sign => None,
        }
    }

    /// A number that nothing can read, where a value was welcome.
    fn glued_number(&self, token: &Token) -> Option<Problem> {
        let text = token.text(self.text);
        let odd = text.chars().next_back().is_some_and(|sign| !sign.is_ascii_digit() && sign != '%');
        let known = ["元", "万", "亿", "bp", "pp", "天", "日", "月", "年", "秒", "时", "钟", "周", "度"];
        if token.kind != TokenKind::Number || !odd || !self.wants_value() || known.iter().any(|unit| text.ends_with(unit)) {
            return None;
        }
        Some(Problem::new(&problems::UNIT_RUNS_ON, self.span(token.start, token.end)).with("found", text))
    }

    fn bad_text(&self, token: &Token, offset: usize) -> Problem {
        let inside = self.text.get(token.start..offset).unwrap_or("");
        let rest = self.text.get(offset..token.end).unwrap_or("");
        if rest.starts_with('\\') {
            let end = offset + rest.chars().take(2).map(char::len_utf8).sum::<usize>();
            let found = self.text.get(offset..end).unwrap_or("");
            return Problem::new(&problems::BAD_ESCAPE, self.span(offset, end)).with("found", found);
        }
        let start = inside.rfind('{').map_or(offset, |at| token.start + at);
        let end = rest.find('}').map_or(token.end - 1, |at| offset + at + 1);
        Problem::new(&problems::BAD_SLOT, self.span(start, end.max(start + 1)))
    }

    /// The token at the end of a line above that demands more, when reading stopped within the next two tokens.
    fn dangling(&self) -> Option<usize> {
        for (first, back) in [(self.at, 1), (self.at.saturating_sub(1), 1), (self.at.saturating_sub(2), 1)] {
            let starts_line = self.tokens.get(first).is_none_or(|token| token.first_on_line);
            if !starts_line || first == 0 || first > self.at {
                continue;
            }
            let last = first.checked_sub(back)?;
            let word = self.word(last);
            let sign = matches!(word, "=" | "<" | ">" | "<=" | ">=" | "!=" | "+" | "-" | "*" | "/" | "??" | ".." | "->" | ":");
            let demanding = sign || matches!(word, "and" | "or" | "not" | "when" | "where" | "in" | "is" | "if");
            if demanding && (first == self.at || self.clause_like(first)) {
                return Some(last);
            }
            if starts_line {
                return None;
            }
        }
        None
    }

    /// Whether a word that begins a line looks like the start of the next clause rather than a value.
    fn clause_like(&self, first: usize) -> bool {
        let next = self.tokens.get(first + 1);
        let next_word = self.word(first + 1);
        let follows = matches!(next_word, "when" | "otherwise" | "->" | "has" | ":" | "{" | "=") || is_reserved(next_word);
        follows || next.is_some_and(|token| matches!(token.kind, TokenKind::Word | TokenKind::Text | TokenKind::Number))
    }

    fn unfinished(&self, dangling: usize) -> Failure {
        let word = self.word(dangling);
        let condition = matches!(word, "when" | "where" | "and" | "or" | "not" | "if");
        let kind = match (condition, word == ":" && self.expects(&[Rule::column_type, Rule::type_named])) {
            (true, _) => &problems::EXPECTED_CONDITION,
            (false, true) => &problems::EXPECTED_TYPE,
            (false, false) => &problems::EXPECTED_VALUE,
        };
        let problem = Problem::new(kind, self.token_span(dangling)).with("after", word).with("found", "⏎");
        Failure { problem, begins_here: false, culprit: Some(dangling), ends_from: dangling + 1 }
    }

    fn wants_value(&self) -> bool {
        self.expects(&[
            Rule::expression,
            Rule::amount,
            Rule::call_or_path,
            Rule::list,
            Rule::group,
            Rule::plain,
            Rule::number,
            Rule::cell,
            Rule::range,
            Rule::argument,
            Rule::rows_argument,
            Rule::rank_key,
            Rule::text,
        ])
    }

    fn ordinary(&self) -> Failure {
        let found = self.word(self.at);
        let before = self.before();
        let after = before.map_or("", |index| self.word(index));
        let (kind, begins_here) = self.category(found, after);
        let mut problem = Problem::new(kind, self.token_span(self.at));
        if std::ptr::eq(kind, &problems::UNCLOSED_BRACKET) {
            let opener = self.opener();
            problem.span = self.token_span(opener);
            problem = problem.with("found", self.word(opener));
            return Failure { problem, begins_here: false, culprit: Some(opener), ends_from: self.at };
        }
        let shown = if found.is_empty() { "⏎" } else { found };
        let choices = self.choices(kind);
        problem = problem.with("found", excerpt(shown)).with("after", excerpt(after)).with("choices", listed(&choices));
        if let Some(near) = nearest(found, &choices) {
            let title = Text { en: "use the nearest word that can stand here", zh: "改为最接近的可用词" };
            let span = problem.span;
            problem = problem.fix(title, span, near, false);
        }
        Failure { problem, begins_here, culprit: None, ends_from: self.at }
    }

    /// Which problem it is, and whether the failing word begins something of its own.
    fn category(&self, found: &str, after: &str) -> (&'static ProblemKind, bool) {
        let token = self.tokens.get(self.at);
        let names = self.expects(&[Rule::name, Rule::names, Rule::path, Rule::paths, Rule::limit_what, Rule::word]);
        let block_end = self.expects(&[Rule::sign_close_brace]);
        if token.is_some_and(|token| token.depth == 0) && self.expects(&[Rule::item, Rule::EOI]) {
            return if found == "}" { (&problems::STRAY_BRACE, true) } else { (&problems::EXPECTED_DECLARATION, true) };
        }
        if names && !self.wants_value() && is_reserved(found) && !block_end {
            return (&problems::RESERVED_NAME, false);
        }
        if self.expects(&[Rule::path, Rule::paths]) && self.expects(&[Rule::sign_arrow]) {
            return (&problems::EXPECTED_NAME, false);
        }
        let strong = [Rule::sign_equals, Rule::sign_colon, Rule::sign_arrow, Rule::sign_open_brace, Rule::sign_dots];
        if self.expects(&strong) && !block_end {
            return (&problems::EXPECTED_WORD, false);
        }
        let inner_close = self.expects(&[Rule::sign_close, Rule::sign_close_bracket]);
        let leaves =
            token.is_none_or(|token| token.first_on_line || matches!(token.kind, TokenKind::Close)) && found != ")" && found != "]";
        if inner_close && leaves && !self.ends_demanding(after) {
            return (&problems::UNCLOSED_BRACKET, false);
        }
        if self.wants_value() {
            let condition = matches!(after, "when" | "where" | "while" | "entering" | "and" | "or" | "not" | "if");
            return (if condition { &problems::EXPECTED_CONDITION } else { &problems::EXPECTED_VALUE }, false);
        }
        if self.expects(&[Rule::column_type, Rule::type_named]) {
            return (&problems::EXPECTED_TYPE, false);
        }
        if block_end {
            return (&problems::EXPECTED_CLAUSE, self.stands_alone());
        }
        if inner_close {
            return (&problems::EXPECTED_WORD, false);
        }
        if self.expects(&[Rule::quoted, Rule::quoted_list, Rule::spelling]) {
            return (&problems::EXPECTED_TEXT, false);
        }
        if names {
            return (&problems::EXPECTED_NAME, false);
        }
        if self.expected.is_empty() { (&problems::UNEXPECTED, false) } else { (&problems::EXPECTED_WORD, false) }
    }

    fn ends_demanding(&self, after: &str) -> bool {
        is_continuation(after) || matches!(after, "," | "(" | "[" | "=" | "<" | ">" | "<=" | ">=" | "!=" | "+" | "-" | "*" | "/" | "??")
    }

    /// A word that begins its line starts something of its own; another one belongs to the clause before it.
    fn stands_alone(&self) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| token.first_on_line && token.kind == TokenKind::Word && !is_continuation(self.word(self.at)))
    }

    /// The innermost bracket still open before the failure.
    fn opener(&self) -> usize {
        let mut closed = 0usize;
        for index in (0..self.at).rev() {
            match self.word(index) {
                ")" | "]" => closed += 1,
                "(" | "[" if closed == 0 => return index,
                "(" | "[" => closed -= 1,
                _ => {}
            }
        }
        self.at.saturating_sub(1)
    }

    /// What could have stood there, as it is written.
    fn choices(&self, kind: &'static ProblemKind) -> Vec<String> {
        if std::ptr::eq(kind, &problems::EXPECTED_DECLARATION) {
            return super::words::ITEM_WORDS.iter().map(|word| (*word).to_owned()).chain(std::iter::once("test".to_owned())).collect();
        }
        let mut choices: Vec<String> = Vec::new();
        let mut weak: Vec<String> = Vec::new();
        for rule in self.expected {
            for written in written_forms(*rule) {
                let optional = matches!(written.as_str(), "," | "(" | "[" | "for");
                let list = if optional { &mut weak } else { &mut choices };
                if !list.contains(&written) {
                    list.push(written);
                }
            }
        }
        if choices.is_empty() { weak } else { choices }
    }
}

/// All ways a rule begins on paper.
fn written_forms(rule: Rule) -> Vec<String> {
    let words: &[&str] = match rule {
        Rule::step => &["send", "do", "by", "choose", "none"],
        Rule::step_tail => &["offer", "to", "queue", "due", "with", "when"],
        Rule::policy_layer | Rule::layer_name => {
            &["legal", "consent", "eligibility", "suitability", "contact", "arbitration", "capacity", "exposure"]
        }
        Rule::goal => &["goal", "guard"],
        Rule::ladder_memory => &["improve", "worsen"],
        Rule::ladder_row | Rule::ladder_order | Rule::ladder_axes | Rule::ladder_kind => &[],
        Rule::goal_target => &["target", "at most", "at least"],
        Rule::period => &["day", "week", "month", "quarter", "year"],
        _ => return written_form(rule).into_iter().collect(),
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Clauses that are called what their rule is called.
const CLAUSES: &str = "again exclude owner approver class priority purpose product under recipient value limit budget runs about arms plan exit wave by choose \
     send none hours quiet order control capacity cost staff length to due writes given expect disable population decide because overflow judge";

/// How a rule begins on paper: a sign or its first word; `None` for operators and everything without a fixed form.
fn written_form(rule: Rule) -> Option<String> {
    if let Some(sign) = sign_form(rule) {
        return Some(sign.to_owned());
    }
    let name = format!("{rule:?}");
    if let Some(word) = name.strip_prefix("kw_") {
        return (!matches!(word, "in" | "is")).then(|| word.to_owned());
    }
    if matches!(rule, Rule::goal_change | Rule::goal_target | Rule::judge_amount | Rule::judge_unit | Rule::judge_word) {
        return None;
    }
    for family in ["offer_", "tail_", "wave_", "test_", "ladder_", "table_", "arms_", "template_", "model_", "cohort_", "goal_", "judge_"] {
        if let Some(word) = name.strip_prefix(family) {
            return Some(word.to_owned());
        }
    }
    CLAUSES.split(' ').any(|clause| clause == name).then_some(name)
}

/// Rules whose form does not follow from their name.
fn sign_form(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::sign_open_brace => "{",
        Rule::sign_close_brace => "}",
        Rule::sign_open => "(",
        Rule::sign_close => ")",
        Rule::sign_open_bracket => "[",
        Rule::sign_close_bracket => "]",
        Rule::sign_comma => ",",
        Rule::sign_colon => ":",
        Rule::sign_equals => "=",
        Rule::sign_arrow => "->",
        Rule::sign_dots => "..",
        Rule::limit_rule | Rule::at_most => "at most",
        Rule::at_least | Rule::judge_least => "at least",
        Rule::judge_cuts => "by",
        Rule::drift_along => "along",
        Rule::experiment_arms => "arm",
        Rule::experiment_control => "control",
        Rule::experiment_policy => "control of",
        Rule::experiment_at => "at",
        Rule::experiment_probability => "probability",
        Rule::experiment_propose => "propose",
        Rule::experiment_observed => "observed",
        Rule::trigger => "on",
        Rule::when | Rule::when_clause | Rule::row_when => "when",
        Rule::row_otherwise => "otherwise",
        Rule::fallback => "else on",
        Rule::param_setting => "param",
        Rule::rank => "rank by",
        Rule::param_range | Rule::limit_window => "in",
        Rule::limit_per => "per",
        Rule::goal_change => "target",
        Rule::do_step | Rule::do_head => "do",
        Rule::send_head => "send",
        Rule::test_as_of => "as of",
        Rule::score_row => "add",
        Rule::max_age => "max age",
        _ => return None,
    })
}

fn listed(choices: &[String]) -> String {
    choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(" ")
}

/// The first line of a text, cut for a message.
fn excerpt(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() <= 30 {
        return line.to_owned();
    }
    format!("{}…", line.chars().take(30).collect::<String>())
}

/// The closest choice within two edits of a word of four letters or more.
fn nearest(found: &str, choices: &[String]) -> Option<String> {
    if found.len() < 3 || !found.is_ascii() || is_item_word(found) {
        return None;
    }
    let limit = if found.len() < 5 { 1 } else { 2 };
    choices
        .iter()
        .filter(|choice| choice.chars().all(|sign| sign.is_ascii_alphabetic()))
        .map(|choice| (edits(found, choice), choice))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, choice)| choice.clone())
}

/// Levenshtein distance over bytes.
fn edits(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, byte) in left.bytes().enumerate() {
        let mut next = vec![index + 1];
        for (column, other) in right.bytes().enumerate() {
            let replace = row.get(column).copied().unwrap_or(0) + usize::from(byte != other);
            let remove = row.get(column + 1).copied().unwrap_or(0) + 1;
            let add = next.last().copied().unwrap_or(0) + 1;
            next.push(replace.min(remove).min(add));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
