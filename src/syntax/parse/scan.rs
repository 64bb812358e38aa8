//! First look at a file: finds comments and texts, and replaces what is certainly a slip of the keyboard by its plain form.
//!
//! The cleaned text has the byte length of the author's text (one closing quote may be added at the end), so offsets agree.

use super::comments::Comment;
use super::words::{begins_with_item_word, is_word_part};
use crate::diag::{Problem, ProblemKind, Text};
use crate::source::{FileId, Span};
use crate::syntax::problems;

/// Brackets of all kinds inside each other.
pub(crate) const DEPTH_LIMIT: usize = 100;
/// Slips reported per file; all are repaired for reading, the rest come up in the next run.
const SLIP_LIMIT: usize = 100;

/// How far the closing one of foreign quotes is looked for.
const QUOTE_REACH: usize = 2000;

/// What the first look yields.
pub(crate) struct Cleaned {
    pub(crate) text: String,
    pub(crate) comments: Vec<Comment>,
    pub(crate) problems: Vec<Problem>,
    /// Lines with an unclosed text: further problems there would be noise.
    pub(crate) broken_lines: Vec<(usize, usize)>,
}

struct Scan<'t> {
    file: FileId,
    text: &'t str,
    out: Vec<u8>,
    at: usize,
    depth: usize,
    comments: Vec<Comment>,
    problems: Vec<Problem>,
    broken_lines: Vec<(usize, usize)>,
    slips: usize,
}

/// Cleans a whole file.
pub(crate) fn clean(file: FileId, text: &str) -> Cleaned {
    let mut scan = Scan {
        file,
        text,
        out: text.as_bytes().to_vec(),
        at: 0,
        depth: 0,
        comments: Vec::new(),
        problems: Vec::new(),
        broken_lines: Vec::new(),
        slips: 0,
    };
    if text.starts_with('\u{feff}') {
        scan.replace(0, 3, "");
        scan.at = 3;
    }
    while scan.at < text.len() {
        scan.step();
    }
    let text = String::from_utf8(scan.out).unwrap_or_default();
    Cleaned { text, comments: scan.comments, problems: scan.problems, broken_lines: scan.broken_lines }
}

impl Scan<'_> {
    fn step(&mut self) {
        let Some(byte) = self.text.as_bytes().get(self.at).copied() else { return };
        match byte {
            b'#' => self.comment(),
            b'"' => self.quoted(),
            b'\'' => self.foreign_quotes('\'', &['\'', '’']),
            b'(' | b'[' | b'{' => self.open(),
            b')' | b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                self.at += 1;
            }
            b';' => self.slip(self.at, self.at + 1, "", &problems::NEEDLESS_SEMICOLON, SEMICOLON),
            b'\t' | b'\n' | b'\r' => self.at += 1,
            0..=0x1f | 0x7f => self.control(1, byte.into()),
            0x80.. => self.wide(),
            _ => self.at += 1,
        }
    }

    fn line_end(&self, from: usize) -> usize {
        self.text.get(from..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |found| from + found)
    }

    /// What follows on the line, at most [`QUOTE_REACH`] bytes of it: many opening quotes on one endless line stay cheap.
    fn rest_of_line(&self, from: usize) -> &str {
        let mut end = (from + QUOTE_REACH).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let near = self.text.get(from..end).unwrap_or("");
        near.split('\n').next().unwrap_or("")
    }

    fn comment(&mut self) {
        let mut end = self.line_end(self.at);
        let line_start = self.text.get(..self.at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
        let before = self.text.get(line_start..self.at).unwrap_or("");
        let own_line = before.trim_start_matches('\u{feff}').trim().is_empty();
        let next = end;
        if self.text.get(..end).is_some_and(|text| text.ends_with('\r')) {
            end -= 1;
        }
        self.comments.push(Comment { start: self.at, end, own_line, touches_next: false });
        self.at = next;
    }

    fn open(&mut self) {
        self.depth += 1;
        self.at += 1;
        if self.depth > DEPTH_LIMIT {
            self.too_deep();
        }
    }

    /// Gives up the declaration that nests too deep and goes on at the next one.
    fn too_deep(&mut self) {
        let here = self.at - 1;
        let span = Span::new(self.file, here, here + 1);
        self.problems.push(Problem::new(&problems::NESTED_TOO_DEEP, span).with("limit", DEPTH_LIMIT));
        let mut start = 0;
        for (line, _) in self.text.get(..here).unwrap_or("").rmatch_indices('\n') {
            if self.text.get(line + 1..).is_some_and(begins_with_item_word) {
                start = line + 1;
                break;
            }
        }
        let mut end = self.text.len();
        for (line, _) in self.text.get(here..).unwrap_or("").match_indices('\n') {
            if self.text.get(here + line + 1..).is_some_and(begins_with_item_word) {
                end = here + line;
                break;
            }
        }
        for byte in self.out.get_mut(start..end).unwrap_or(&mut []) {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        self.depth = 0;
        self.at = end;
    }

    fn quoted(&mut self) {
        let start = self.at;
        match closing_quote(self.text, start + 1) {
            Some(end) if !looks_unclosed(self.text, start, end) => self.at = end + 1,
            Some(_) | None => self.unclosed(start),
        }
    }

    /// Ends the text at the end of its opening line.
    fn unclosed(&mut self, start: usize) {
        self.problems.push(Problem::new(&problems::UNCLOSED_TEXT, Span::new(self.file, start, start + 1)));
        let end = self.line_end(start);
        let line_start = self.text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1);
        self.broken_lines.push((line_start, end));
        if let Some(byte) = self.out.get_mut(start + 1..end) {
            byte.iter_mut().filter(|byte| matches!(**byte, b'\\' | b'{' | b'}')).for_each(|byte| *byte = b' ');
        }
        match self.out.get_mut(end) {
            Some(byte) => *byte = b'"',
            None => self.out.push(b'"'),
        }
        self.at = end;
    }

    /// A text in quotes of another kind, closed on its line.
    fn foreign_quotes(&mut self, open: char, close: &[char]) {
        let start = self.at;
        let inner = start + open.len_utf8();
        let line = self.rest_of_line(inner);
        let found = close.iter().find_map(|sign| line.find(*sign).map(|at| (at, *sign)));
        let Some((length, sign)) = found else {
            self.slip(start, inner, "", &problems::FOREIGN_QUOTES, QUOTES);
            return;
        };
        let inner_end = inner + length;
        let end = inner_end + sign.len_utf8();
        let content = self.text.get(inner..inner_end).unwrap_or("");
        let span = Span::new(self.file, start, end);
        let fixed = format!("\"{}\"", content.replace('"', "\\\""));
        if self.may_report() {
            let found = format!("{open}…{sign}");
            self.problems.push(Problem::new(&problems::FOREIGN_QUOTES, span).with("found", found).fix(QUOTES, span, fixed, true));
        }
        self.replace(start, inner, "");
        self.replace(inner_end, end, "\"");
        if let Some(byte) = self.out.get_mut(inner - 1) {
            *byte = b'"';
        }
        for byte in self.out.get_mut(inner..inner_end).unwrap_or(&mut []) {
            if *byte == b'"' {
                *byte = b'\'';
            }
        }
        self.at = end;
    }

    /// Letters pass; full-width signs, blanks and invisible characters are replaced.
    fn wide(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let Some(sign) = rest.chars().next() else {
            self.at = self.text.len();
            return;
        };
        let end = self.at + sign.len_utf8();
        match sign {
            '“' | '”' | '„' | '＂' => self.foreign_quotes(sign, &['”', '“', '＂', '"']),
            '‘' | '’' => self.foreign_quotes(sign, &['’', '\'', '‘']),
            '「' => self.foreign_quotes(sign, &['」']),
            '『' => self.foreign_quotes(sign, &['』']),
            '；' => self.slip(self.at, end, "", &problems::NEEDLESS_SEMICOLON, SEMICOLON),
            '＃' => {
                self.slip(self.at, end, "#", &problems::FULL_WIDTH, PLAIN);
                self.at = end - '＃'.len_utf8();
                self.comment();
            }
            '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => {
                let run = rest.find(|other: char| !is_wide_blank(other)).unwrap_or(rest.len());
                self.slip(self.at, self.at + run, "", &problems::FULL_WIDTH_BLANK, BLANK);
            }
            '\u{80}'..='\u{9f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                self.control(sign.len_utf8(), sign.into());
            }
            '０'..='９' => {
                let run = rest.find(|other: char| !('０'..='９').contains(&other)).unwrap_or(rest.len());
                self.full_width_run(run, plain_digit);
            }
            _ if glued_sign(sign).is_some() => {
                let run = rest.find(|other: char| glued_sign(other).is_none()).unwrap_or(rest.len());
                self.full_width_run(run, glued_sign);
            }
            _ => self.single_sign(sign, end),
        }
    }

    fn single_sign(&mut self, sign: char, end: usize) {
        let Some(plain) = single_sign(sign) else {
            self.at = end;
            return;
        };
        let start = self.at;
        self.slip(start, end, plain, &problems::FULL_WIDTH, PLAIN);
        match plain {
            "(" | "[" | "{" => {
                self.depth += 1;
                if self.depth > DEPTH_LIMIT {
                    self.too_deep();
                }
            }
            ")" | "]" | "}" => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// A run that becomes one plain word or operator; the blanks it leaves go to the side where no plain sign continues it.
    fn full_width_run(&mut self, length: usize, plain_of: fn(char) -> Option<&'static str>) {
        let (start, end) = (self.at, self.at + length);
        let run = self.text.get(start..end).unwrap_or("");
        let plain: String = run.chars().filter_map(plain_of).collect();
        let after = self.text.get(end..).and_then(|rest| rest.chars().next());
        let goes_on = after.is_some_and(|sign| is_word_part(sign) || "<>=!?.-&|%".contains(sign));
        let padded = if goes_on { format!("{plain:>length$}") } else { plain.clone() };
        self.slip(start, end, &plain, &problems::FULL_WIDTH, PLAIN);
        self.replace(start, end, &padded);
    }

    fn control(&mut self, length: usize, code: u32) {
        let span = Span::new(self.file, self.at, self.at + length);
        if self.may_report() {
            let code = format!("U+{code:04X}");
            let problem = Problem::new(&problems::CONTROL_CHARACTER, span).with("code", code);
            self.problems.push(problem.fix(Text { en: "remove it", zh: "删除" }, span, "", true));
        }
        self.replace(self.at, self.at + length, "");
        self.at += length;
    }

    fn may_report(&mut self) -> bool {
        self.slips += 1;
        self.slips <= SLIP_LIMIT
    }

    /// Reports a slip with its repair and puts the plain form in its place.
    fn slip(&mut self, start: usize, end: usize, plain: &str, kind: &'static ProblemKind, title: Text) {
        if self.may_report() {
            let span = Span::new(self.file, start, end);
            let found = self.text.get(start..end).unwrap_or("").to_owned();
            let replacement = if kind.slug == problems::FULL_WIDTH_BLANK.slug { " " } else { plain };
            let problem = Problem::new(kind, span).with("found", found).with("plain", plain);
            self.problems.push(problem.fix(title, span, replacement, true));
        }
        self.replace(start, end, plain);
        self.at = end;
    }

    /// Writes `plain` over a range of at least its length and fills up with blanks.
    fn replace(&mut self, start: usize, end: usize, plain: &str) {
        let mut bytes = plain.bytes();
        for place in self.out.get_mut(start..end).unwrap_or(&mut []) {
            *place = bytes.next().unwrap_or(b' ');
        }
    }
}

const PLAIN: Text = Text { en: "write it half-width", zh: "改为半角" };
const BLANK: Text = Text { en: "write an ordinary blank", zh: "改为普通空格" };
const QUOTES: Text = Text { en: "use straight double quotes", zh: "改用英文双引号" };
const SEMICOLON: Text = Text { en: "remove it", zh: "删除" };

fn is_wide_blank(sign: char) -> bool {
    matches!(sign, '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}')
}

/// Full-width signs that join into operators.
fn glued_sign(sign: char) -> Option<&'static str> {
    Some(match sign {
        '＞' => ">",
        '＜' => "<",
        '＝' => "=",
        '！' => "!",
        '？' => "?",
        '．' => ".",
        '－' | '–' | '—' | '−' => "-",
        '＆' => "&",
        '｜' => "|",
        _ => return None,
    })
}

/// Full-width signs that stand for themselves.
fn single_sign(sign: char) -> Option<&'static str> {
    Some(match sign {
        '，' | '、' => ",",
        '：' => ":",
        '（' => "(",
        '）' => ")",
        '［' | '【' => "[",
        '］' | '】' => "]",
        '｛' => "{",
        '｝' => "}",
        '％' => "%",
        '＋' => "+",
        '＊' => "*",
        '／' | '÷' => "/",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        '→' => "->",
        _ => return None,
    })
}

fn plain_digit(sign: char) -> Option<&'static str> {
    let digit = u32::from(sign).checked_sub(u32::from('０'))?;
    ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].get(digit as usize).copied()
}

/// The offset of the quote that ends a text, escapes respected.
fn closing_quote(text: &str, from: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.as_bytes().iter().enumerate().skip(from) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

/// A text over several lines whose end touches a word, or that swallows the start of a declaration, lost its closing quote.
fn looks_unclosed(text: &str, start: usize, end: usize) -> bool {
    let content = text.get(start + 1..end).unwrap_or("");
    if !content.contains('\n') {
        return false;
    }
    let after = text.get(end + 1..).and_then(|rest| rest.chars().next());
    if after.is_some_and(is_word_part) {
        return true;
    }
    content.match_indices('\n').any(|(at, _)| content.get(at + 1..).is_some_and(begins_with_item_word))
}
