//! A flat list of the words and signs of a cleaned text, for recovery and for the formatter.

use super::comments::Comment;
use super::words::is_word_part;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Word,
    /// A number with everything that touches it: units, percent sign, the parts of a date or a clock time.
    Number,
    Text,
    /// `( [ {`
    Open,
    /// `) ] }`
    Close,
    Sign,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) first_on_line: bool,
    /// Braces around the token; a brace itself counts as outside.
    pub(crate) depth: usize,
}

impl Token {
    pub(crate) fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// Splits a cleaned text, leaving out comments.
pub(crate) fn tokenize(text: &str, comments: &[Comment]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5);
    let mut comments = comments.iter().peekable();
    let (mut at, mut depth, mut fresh_line) = (0, 0usize, true);
    while let Some(sign) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(comment) = comments.next_if(|comment| comment.start <= at && at < comment.end.max(comment.start + 1)) {
            at = comment.end;
            continue;
        }
        if sign.is_whitespace() {
            fresh_line |= sign == '\n';
            at += sign.len_utf8();
            continue;
        }
        let (kind, length) = measure(text.get(at..).unwrap_or(""), sign);
        if sign == '}' {
            depth = depth.saturating_sub(1);
        }
        tokens.push(Token { kind, start: at, end: at + length, first_on_line: fresh_line, depth });
        if sign == '{' {
            depth += 1;
        }
        fresh_line = false;
        at += length;
    }
    tokens
}

fn measure(rest: &str, sign: char) -> (TokenKind, usize) {
    match sign {
        '(' | '[' | '{' => (TokenKind::Open, 1),
        ')' | ']' | '}' => (TokenKind::Close, 1),
        '"' => (TokenKind::Text, text_length(rest)),
        _ if sign.is_ascii_digit() => (TokenKind::Number, number_length(rest)),
        '×' | '¥' | '￥' | '$' => {
            let width = sign.len_utf8();
            let number = rest.get(width..).filter(|after| after.starts_with(|next: char| next.is_ascii_digit()));
            match number {
                Some(after) => (TokenKind::Number, width + number_length(after)),
                None => (TokenKind::Sign, width),
            }
        }
        _ if sign == '_' || unicode_ident::is_xid_start(sign) => (TokenKind::Word, word_length(rest)),
        _ => {
            let joined = ["->", "<=", ">=", "!=", "==", "<>", "??", "..", "&&", "||"];
            let length = joined.iter().find(|pair| rest.starts_with(**pair)).map_or(sign.len_utf8(), |pair| pair.len());
            (TokenKind::Sign, length)
        }
    }
}

fn word_length(rest: &str) -> usize {
    rest.find(|sign: char| !is_word_part(sign)).unwrap_or(rest.len())
}

fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn digits(text: &str) -> usize {
    text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len())
}

fn number_length(rest: &str) -> usize {
    let lead = digits(rest);
    for separator in ['-', '/'] {
        if lead == 4 {
            let month = rest.get(lead..).and_then(|after| after.strip_prefix(separator)).map(digits).unwrap_or(0);
            let second = lead + 1 + month;
            let day = rest.get(second..).and_then(|after| after.strip_prefix(separator)).map(digits).unwrap_or(0);
            if (1..=2).contains(&month) && (1..=2).contains(&day) {
                return second + 1 + day;
            }
        }
    }
    let minutes = rest.get(lead..).and_then(|after| after.strip_prefix(':')).map(digits).unwrap_or(0);
    if lead <= 2 && minutes == 2 {
        let end = lead + 3;
        let seconds = rest.get(end..).and_then(|after| after.strip_prefix(':')).map(digits).unwrap_or(0);
        return if seconds == 2 { end + 3 } else { end };
    }
    let mut end = word_length(rest);
    if let Some(after) = rest.get(end..).and_then(|after| after.strip_prefix('.'))
        && after.starts_with(|next: char| next.is_ascii_digit())
    {
        end += 1 + word_length(after);
    }
    if rest.get(end..).is_some_and(|after| after.starts_with('%')) {
        end += 1;
    }
    end
}
