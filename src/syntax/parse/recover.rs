//! Reading a file with mistakes: one run reports them all and keeps every good item.
//!
//! The file is cut at item words in column one. A piece that does not parse is parsed again with the clause around the mistake
//! blanked out, until it parses; what cannot be saved is dropped. Blanking keeps every offset. A mistake is reported once: a
//! failure right behind a blanked clause is its consequence and only widens the blank.

use super::explain::{Failure, explain};
use super::grammar::{Rule, StratParser};
use super::scan::Cleaned;
use super::tokens::{Token, TokenKind, tokenize};
use super::walk::Walk;
use super::words::{begins_with_item_word, is_clause_word, is_continuation, is_item_word};
use crate::diag::{Problem, Text};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Item, Name};
use crate::syntax::problems;
use pest::Parser;
use pest::error::InputLocation;

/// Mistakes reported for one declaration before the rest of it is given up.
const MISTAKE_LIMIT: usize = 60;
/// Bytes read again and again for one file before declarations with mistakes are dropped whole.
const REREAD_LIMIT: usize = 12 << 20;

/// What recovery yields.
pub(super) struct Recovered {
    pub(super) items: Vec<Item>,
    pub(super) problems: Vec<Problem>,
    /// Names of declarations that were dropped.
    pub(super) broken: Vec<Name>,
}

/// Reads a file piece by piece.
pub(super) fn recover(walk: &mut Walk<'_>, cleaned: &Cleaned) -> Recovered {
    let mut bytes = cleaned.text.clone().into_bytes();
    for comment in &cleaned.comments {
        blank(&mut bytes, comment.start, comment.end);
    }
    let text = String::from_utf8(bytes).unwrap_or_default();
    let mut recovered = Recovered { items: Vec::new(), problems: Vec::new(), broken: Vec::new() };
    let mut spent = 0;
    for (start, end) in pieces(&text) {
        let piece = text.get(start..end).unwrap_or("").to_owned();
        walk.base = start;
        let mut reading = Piece {
            file: walk.file,
            base: start,
            tokens: Vec::new(),
            text: piece,
            problems: Vec::new(),
            last: None,
            broken: Vec::new(),
            spent: &mut spent,
        };
        reading.balance();
        let good = reading.repair();
        let Piece { text, problems, tokens, broken, .. } = reading;
        recovered.problems.extend(problems);
        recovered.broken.extend(broken.iter().filter_map(|first| dropped_name(walk, &tokens, *first)));
        if !good || !read_items(walk, &text, &mut recovered.items) {
            recovered.broken.extend(dropped_name(walk, &tokens, 0));
        }
    }
    recovered.problems.retain(|problem| {
        let at = problem.span.start as usize;
        !cleaned.broken_lines.iter().any(|(start, end)| (*start..=*end).contains(&at))
    });
    recovered
}

/// Parses a repaired piece and appends its items; false when it does not parse.
fn read_items(walk: &mut Walk<'_>, text: &str, items: &mut Vec<Item>) -> bool {
    let Ok(nodes) = StratParser::parse(Rule::file, text) else { return false };
    // The nodes live as long as the piece, the walk as long as the file: a walk of its own bridges the two.
    let mut inner = Walk { file: walk.file, original: walk.original, base: walk.base, comments: walk.comments, problems: Vec::new() };
    inner.read(nodes, items);
    walk.problems.append(&mut inner.problems);
    true
}

/// The name a dropped declaration would have given, when its first two tokens say so.
fn dropped_name(walk: &Walk<'_>, tokens: &[Token], first: usize) -> Option<Name> {
    let head = walk.place(tokens.get(first)?.start, tokens.get(first)?.end);
    let head = walk.original.get(head.start as usize..head.end as usize)?;
    let word = tokens.get(first + 1).filter(|token| token.kind == TokenKind::Word)?;
    if !is_item_word(head) {
        return None;
    }
    let span = walk.place(word.start, word.end);
    let original = walk.original.get(span.start as usize..span.end as usize)?;
    Some(Name { text: original.to_owned(), span })
}

fn blank(bytes: &mut [u8], start: usize, end: usize) {
    for byte in bytes.get_mut(start..end).unwrap_or(&mut []) {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

/// Cuts a text before item words in column one, unless they stand inside a text or continue a block that knows the word.
fn pieces(text: &str) -> Vec<(usize, usize)> {
    let mut cuts = vec![0];
    let mut block = "";
    for token in tokenize(text, &[]) {
        let column_one = token.start == 0 || text.get(..token.start).is_some_and(|before| before.ends_with('\n'));
        if !column_one || token.kind != TokenKind::Word || !text.get(token.start..).is_some_and(begins_with_item_word) {
            continue;
        }
        let word = token.text(text);
        let inner_param = word == "param" && token.depth > 0 && matches!(block, "test" | "overlay");
        let inner_strategy = token.depth > 0 && matches!(word, "score" | "role" | "action" | "offer" | "channel" | "link" | "event");
        if inner_param || inner_strategy {
            continue;
        }
        block = word;
        cuts.push(token.start);
    }
    cuts.dedup();
    let ends = cuts.iter().skip(1).copied().chain(std::iter::once(text.len()));
    cuts.iter().copied().zip(ends).filter(|(start, end)| start < end).collect()
}

/// Tokens `first..end` that were blanked last, and how often the blank has been widened.
#[derive(Clone, Copy)]
struct Blanked {
    first: usize,
    end: usize,
    widened: usize,
}

struct Piece<'w> {
    file: FileId,
    base: usize,
    text: String,
    tokens: Vec<Token>,
    problems: Vec<Problem>,
    last: Option<Blanked>,
    /// Tokens at which declarations begin that were blanked whole.
    broken: Vec<usize>,
    spent: &'w mut usize,
}

impl Piece<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.base + start, self.base + end)
    }

    /// Closes forgotten `}` and blanks `}` that close nothing, so that the clauses between them can be read.
    fn balance(&mut self) {
        let tokens = tokenize(&self.text, &[]);
        let forgotten = self.forgotten_braces(&tokens);
        let mut open: Vec<Token> = Vec::new();
        let mut insert_before: Vec<usize> = Vec::new();
        let mut stray: Vec<Token> = Vec::new();
        for token in &tokens {
            if token.first_on_line && forgotten > insert_before.len() {
                self.close_by_indentation(&mut open, token, &mut insert_before, forgotten);
            }
            match token.text(&self.text) {
                "{" => open.push(*token),
                "}" if open.pop().is_none() => stray.push(*token),
                _ => {}
            }
        }
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        for token in stray {
            blank(&mut bytes, token.start, token.end);
            let span = self.span(token.start, token.end);
            let remove = Text { en: "remove it", zh: "删除" };
            self.problems.push(Problem::new(&problems::STRAY_BRACE, span).fix(remove, span, "", false));
        }
        for place in insert_before {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = b'}';
            }
        }
        for token in open.iter().rev() {
            self.problems.push(Problem::new(&problems::MISSING_BRACE, self.span(token.start, token.end)));
            bytes.push(b'}');
        }
        self.text = String::from_utf8(bytes).unwrap_or_default();
        self.tokens = tokenize(&self.text, &[]);
    }

    /// How many blocks stay open.
    fn forgotten_braces(&self, tokens: &[Token]) -> usize {
        tokens.iter().fold(0usize, |open, token| match token.text(&self.text) {
            "{" => open + 1,
            "}" => open.saturating_sub(1),
            _ => open,
        })
    }

    /// A line that stands no further right than the line that opened the innermost block is outside it: its `}` was forgotten.
    fn close_by_indentation(&mut self, open: &mut Vec<Token>, line: &Token, insert_before: &mut Vec<usize>, most: usize) {
        let word = line.text(&self.text);
        let closes = word == "}";
        if !closes && (line.kind != TokenKind::Word || is_continuation(word)) {
            return;
        }
        let indent = self.indent(line.start);
        let mut place = line.start;
        while insert_before.len() < most {
            let Some(top) = open.last().copied() else { return };
            let outer = self.indent(top.start);
            if place == 0 || if closes { outer <= indent } else { outer < indent } {
                return;
            }
            let blank_before = self.text.as_bytes().get(place - 1).is_some_and(u8::is_ascii_whitespace);
            if !blank_before {
                return;
            }
            place -= 1;
            insert_before.push(place);
            self.problems.push(Problem::new(&problems::MISSING_BRACE, self.span(top.start, top.end)));
            open.pop();
        }
    }

    /// Blanks at the start of the line of an offset.
    fn indent(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |found| found + 1);
        let rest = self.text.get(line..).unwrap_or("");
        rest.len() - rest.trim_start_matches([' ', '\t']).len()
    }

    /// Blanks clauses until the piece parses; false when nothing is left of it.
    fn repair(&mut self) -> bool {
        for _ in 0..MISTAKE_LIMIT * 4 {
            *self.spent += self.text.len();
            let error = match StratParser::parse(Rule::file, &self.text) {
                Ok(_) => return true,
                Err(error) => error,
            };
            let offset = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let expected = match error.variant {
                pest::error::ErrorVariant::ParsingError { positives, .. } => positives,
                pest::error::ErrorVariant::CustomError { .. } => Vec::new(),
            };
            let at = self.tokens.partition_point(|token| token.end <= offset);
            let failure = explain(self.file, self.base, &self.text, &self.tokens, at, offset, &expected);
            let consequence = self.is_consequence(at, &failure);
            if !consequence {
                self.problems.push(failure.problem.clone());
            }
            if self.problems.len() > MISTAKE_LIMIT || *self.spent > REREAD_LIMIT {
                let span = self.span(0, self.tokens.first().map_or(0, |token| token.end));
                self.problems.push(Problem::new(&problems::TOO_MANY_PROBLEMS, span));
                return false;
            }
            if !self.blank_clause(at, &failure, consequence) {
                return false;
            }
        }
        false
    }

    /// Whether a failure only follows from the last blank.
    fn is_consequence(&self, at: usize, failure: &Failure) -> bool {
        let Some(last) = self.last else { return false };
        if at >= last.first && at < last.end {
            return true;
        }
        let next = self.tokens.iter().enumerate().skip(last.end).find(|(_, token)| !self.is_blank(token)).map(|(index, _)| index);
        let right_behind = next.is_none_or(|next| next == at) && at >= last.end;
        let own_mistake = failure.begins_here && self.tokens.get(at).is_some_and(|token| self.starts_clause(token, at));
        right_behind && !own_mistake
    }

    fn is_blank(&self, token: &Token) -> bool {
        token.text(&self.text).trim().is_empty()
    }

    /// Whether a token, first on its line, probably begins a clause.
    fn starts_clause(&self, token: &Token, _index: usize) -> bool {
        if !token.first_on_line {
            return false;
        }
        let word = token.text(&self.text);
        match token.kind {
            TokenKind::Word => !is_continuation(word),
            TokenKind::Open => word == "(",
            TokenKind::Number | TokenKind::Text | TokenKind::Close | TokenKind::Sign => false,
        }
    }

    /// Blanks the clause around a failing token, or widens the last blank; false when the whole piece would go.
    fn blank_clause(&mut self, at: usize, failure: &Failure, consequence: bool) -> bool {
        let (first, end, widened) = match (consequence, self.last) {
            (true, Some(last)) => self.widen(last, at),
            (true, None) | (false, _) => {
                let culprit = if failure.begins_here { at } else { failure.culprit.unwrap_or(at.saturating_sub(1)) };
                let (first, end) = self.clause_around(culprit, at, failure.ends_from, false);
                (first, end, 0)
            }
        };
        let (Some(from), Some(to)) = (self.tokens.get(first), self.tokens.get(end.saturating_sub(1))) else { return false };
        let (start, stop) = (from.start, to.end);
        if from.depth == 0 {
            self.broken.push(first);
        }
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        blank(&mut bytes, start, stop);
        self.text = String::from_utf8(bytes).unwrap_or_default();
        self.last = Some(Blanked { first, end, widened });
        true
    }

    /// First back to the start of the line, then over the next clause, then to the block around.
    fn widen(&self, last: Blanked, at: usize) -> (usize, usize, usize) {
        let widened = last.widened + 1;
        let end = last.end.max(at);
        match last.widened {
            0 => {
                let (first, stop) = self.clause_around(last.first, end, end, true);
                (first.min(last.first), stop.max(last.end), widened)
            }
            1 => {
                let depth = self.tokens.get(last.first).map_or(0, |token| token.depth);
                (last.first, self.clause_end(end + 1, depth).max(last.end), widened)
            }
            _ => {
                let depth = self.tokens.get(last.first).map_or(0, |token| token.depth);
                let mut opener = last.first;
                while opener > 0 && self.tokens.get(opener).is_some_and(|token| token.depth >= depth) {
                    opener -= 1;
                }
                let (first, stop) = self.clause_around(opener, end, end, true);
                (first.min(opener), stop.max(last.end), widened)
            }
        }
    }

    /// The tokens of the clause that holds `culprit`, up to where the next one begins at or behind `ends_from`.
    fn clause_around(&self, culprit: usize, at: usize, ends_from: usize, from_line_start: bool) -> (usize, usize) {
        let depth = self.tokens.get(culprit).map_or(0, |token| token.depth + usize::from(token.text(&self.text) == "}" && culprit == at));
        let mut first = culprit;
        let mut index = culprit;
        while let Some(token) = self.tokens.get(index) {
            if token.depth < depth {
                break;
            }
            if token.depth == depth && !(index == at && token.text(&self.text) == "}") {
                first = index;
                let word = token.text(&self.text);
                let mid_line = !from_line_start && token.kind == TokenKind::Word && is_clause_word(word) && index < at;
                if self.starts_clause(token, index) || mid_line {
                    break;
                }
            }
            if index == 0 {
                break;
            }
            index -= 1;
        }
        (first, self.clause_end(ends_from.max(first + 1), depth))
    }

    /// The first token at or behind `from` that begins a clause at this depth or ends the block.
    fn clause_end(&self, from: usize, depth: usize) -> usize {
        let mut index = from;
        while let Some(token) = self.tokens.get(index) {
            if token.depth < depth || (token.depth == depth && self.starts_clause(token, index)) {
                return index;
            }
            index += 1;
        }
        self.tokens.len()
    }
}
