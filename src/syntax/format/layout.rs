//! Which tokens share a line: decided from the author's breaks, the outline and the width of the page.

use super::outline::{Outline, Unit, UnitKind};
use crate::syntax::parse::comments::Comment;
use crate::syntax::parse::tokens::{Token, TokenKind};
use std::ops::Range;
use unicode_width::UnicodeWidthStr;

/// Display columns of a line; a Chinese character takes two.
const PAGE: usize = 100;
/// Alignment may make a line somewhat wider.
pub(super) const ALIGNED_PAGE: usize = 120;
const STEP: usize = 2;
const HANG: usize = 4;

/// Where a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Indent {
    Columns(usize),
    /// Behind the arrow of an earlier line, plus some columns.
    UnderArrow(usize, usize),
}

#[derive(Debug, Clone)]
pub(super) enum Content {
    Tokens(Range<usize>),
    Comment(usize),
}

/// One line of the result.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) indent: Indent,
    /// What lines that continue this one hang on.
    base: Indent,
    pub(super) content: Content,
    pub(super) blank_before: bool,
    /// A comment behind the tokens.
    pub(super) trailing: Option<usize>,
    /// Set on the first line of a unit.
    pub(super) unit: Option<UnitKind>,
    /// The unit ends on this line too.
    pub(super) single: bool,
}

pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    pub(super) comments: &'t [Comment],
    pub(super) outline: &'t Outline,
    /// Columns from the start of the file to the start of token `i`, everything on one line.
    flat: Vec<usize>,
    spread: Vec<bool>,
}

impl Line {
    /// The token behind the last one.
    fn end(&self) -> usize {
        match &self.content {
            Content::Tokens(range) => range.end,
            Content::Comment(_) => 0,
        }
    }
}

impl Indent {
    fn plus(self, more: usize) -> Self {
        match self {
            Indent::Columns(columns) => Indent::Columns(columns + more),
            Indent::UnderArrow(line, columns) => Indent::UnderArrow(line, columns + more),
        }
    }
}

/// What stands between two tokens.
struct Gap {
    /// Comments by index; the first may stand behind the token before.
    comments: Range<usize>,
    breaks: bool,
    blank: bool,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token], comments: &'t [Comment], outline: &'t Outline) -> Self {
        let mut page = Self { text, tokens, comments, outline, flat: Vec::new(), spread: vec![false; tokens.len()] };
        let mut column = 0;
        for (index, token) in tokens.iter().enumerate() {
            column += page.space_before(index);
            page.flat.push(column);
            column += width(token.text(text));
        }
        page.flat.push(column);
        page
    }

    /// Columns between a token and the one before it on the same line.
    pub(super) fn space_before(&self, index: usize) -> usize {
        let Some(token) = self.tokens.get(index) else { return 0 };
        let Some(before) = index.checked_sub(1).and_then(|index| self.tokens.get(index)) else { return 0 };
        let (left, right) = (before.text(self.text), token.text(self.text));
        let touches = matches!(right, ")" | "]" | "," | ".")
            || matches!(left, "(" | "[" | ".")
            || self.outline.glued_before.contains(&token.start)
            || self.outline.glued_after.contains(&before.start)
            || (left == "{" && right == "}");
        if touches {
            return 0;
        }
        let unit = self.outline.units.get(&token.start);
        let second_unit = left != "{" && left != "->" && unit.is_some_and(|unit| !unit.kind.follows_author());
        if second_unit { 2 } else { 1 }
    }

    /// Columns of the tokens `range` on one line.
    pub(super) fn flat_width(&self, range: &Range<usize>) -> usize {
        let Some(last) = range.end.checked_sub(1) else { return 0 };
        let end = self.flat.get(last).copied().unwrap_or(0) + self.tokens.get(last).map_or(0, |token| width(token.text(self.text)));
        end.saturating_sub(self.flat.get(range.start).copied().unwrap_or(0))
    }

    fn gap(&self, index: usize) -> Gap {
        let from = index.checked_sub(1).and_then(|index| self.tokens.get(index)).map_or(0, |token| token.end);
        let to = self.tokens.get(index).map_or(self.text.len(), |token| token.start);
        let first = self.comments.partition_point(|comment| comment.start < from);
        let last = self.comments.partition_point(|comment| comment.start < to);
        let between = self.text.get(from..to).unwrap_or("");
        Gap { comments: first..last, breaks: between.contains('\n'), blank: blank_line(between) }
    }

    fn index_at(&self, offset: usize) -> usize {
        self.tokens.partition_point(|token| token.start < offset)
    }

    /// Decides which blocks are spread over lines, outer ones first.
    pub(super) fn decide_blocks(&mut self) {
        let mut depth = 0usize;
        let mut line_start = 0;
        let mut hang = 0;
        let mut open: Vec<(usize, bool)> = Vec::new();
        for index in 0..self.tokens.len() {
            let Some(token) = self.tokens.get(index).copied() else { continue };
            while open.last().is_some_and(|(close, _)| *close == index) {
                if open.pop().is_some_and(|(_, spread)| spread) {
                    depth -= 1;
                }
            }
            let inline = open.iter().any(|(_, spread)| !spread);
            let gap = self.gap(index);
            let begins = self.outline.items.contains(&token.start) || (!inline && self.begins_line(index, &gap));
            if begins {
                (line_start, hang) = (index, 0);
            } else if gap.breaks {
                (line_start, hang) = (index, HANG);
            }
            let Some(block) = self.outline.blocks.get(&token.start) else { continue };
            let close = self.index_at(block.close);
            let written_spread = (index + 1..=close).any(|inside| self.gap(inside).breaks);
            let width = depth * STEP + hang + self.flat_width(&(line_start..close + 1));
            let empty = close == index + 1 && !written_spread;
            let spread = !inline && !empty && (written_spread || block.always_spread || width > PAGE);
            if spread {
                depth += 1;
                if let Some(place) = self.spread.get_mut(index) {
                    *place = true;
                }
            }
            open.push((close, spread));
        }
    }

    fn begins_line(&self, index: usize, gap: &Gap) -> bool {
        let Some(token) = self.tokens.get(index) else { return false };
        let Some(unit) = self.outline.units.get(&token.start) else { return false };
        !unit.kind.follows_author() || gap.breaks
    }

    /// All lines, with over-long ones broken.
    pub(super) fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut depth = 0usize;
        let mut open: Vec<(usize, bool)> = Vec::new();
        let mut arrow: Option<(usize, usize)> = None;
        let mut current: Option<Line> = None;
        for (index, token) in self.tokens.iter().enumerate() {
            let mut closes_spread = false;
            while open.last().is_some_and(|(close, _)| *close == index) {
                closes_spread = open.pop().is_some_and(|(_, spread)| spread);
                if closes_spread {
                    depth -= 1;
                }
            }
            let inline = open.iter().any(|(_, spread)| !spread);
            let gap = self.gap(index);
            let begins = self.outline.items.contains(&token.start) || (!inline && self.begins_line(index, &gap));
            if arrow.is_some_and(|(_, end)| token.start >= end) {
                arrow = None;
            }
            let breaks = index == 0 || begins || closes_spread || gap.breaks || !gap.comments.is_empty();
            if breaks {
                let base = depth * STEP;
                let indent = self.line_indent(index, base, arrow, begins, closes_spread);
                let comments = if closes_spread { Indent::Columns(base + STEP) } else { indent };
                self.finish(&mut lines, &mut current, &gap, comments);
                let unit = self.outline.units.get(&token.start).filter(|_| begins);
                current = Some(Line {
                    indent,
                    base: self.continuation_base(base, arrow, unit, lines.len()),
                    content: Content::Tokens(index..index),
                    blank_before: !closes_spread && self.blank_before(index, &gap),
                    trailing: None,
                    unit: unit.map(|unit| unit.kind),
                    single: false,
                });
                if let Some(unit) = unit.filter(|unit| unit.kind.aligns_over_lines()) {
                    arrow = Some((lines.len(), unit.end));
                }
            }
            if let Some(Line { content: Content::Tokens(range), .. }) = &mut current {
                range.end = index + 1;
            }
            if let Some(block) = self.outline.blocks.get(&token.start) {
                let spread = self.spread.get(index).copied().unwrap_or(false);
                open.push((self.index_at(block.close), spread));
                if spread {
                    depth += 1;
                    arrow = None;
                }
            }
        }
        let gap = self.gap(self.tokens.len());
        self.finish(&mut lines, &mut current, &gap, Indent::Columns(0));
        lines
    }

    /// Where the line that begins with token `index` stands.
    fn line_indent(&self, index: usize, base: usize, arrow: Option<(usize, usize)>, begins: bool, closes: bool) -> Indent {
        let Some(token) = self.tokens.get(index) else { return Indent::Columns(base) };
        let later = self.outline.later_steps.contains(&token.start);
        match arrow {
            Some((line, _)) if later => Indent::UnderArrow(line, 0),
            Some((line, _)) if !begins && !closes => Indent::UnderArrow(line, self.hang(index)),
            Some(_) | None if begins && self.is_row(token) => Indent::Columns(base + STEP),
            Some(_) | None if begins || closes || index == 0 => Indent::Columns(base),
            Some(_) | None => Indent::Columns(base + self.hang(index)),
        }
    }

    /// Whether the author left a blank line right before token `index`.
    fn blank_before(&self, index: usize, gap: &Gap) -> bool {
        let after_open = index.checked_sub(1).and_then(|before| self.spread.get(before)).copied().unwrap_or(false);
        match self.tokens.get(index) {
            Some(token) if !gap.comments.is_empty() => self.blank_behind_comments(gap, token.start),
            Some(_) => gap.blank && !after_open && index > 0,
            None => false,
        }
    }

    /// What continuations of a line hang on: the arrow of its branch, or the indent of its block.
    fn continuation_base(&self, base: usize, arrow: Option<(usize, usize)>, unit: Option<&Unit>, line: usize) -> Indent {
        match (unit, arrow) {
            (Some(unit), _) if unit.kind.aligns_over_lines() => Indent::UnderArrow(line, 0),
            (Some(_) | None, Some((target, _))) => Indent::UnderArrow(target, 0),
            (Some(_) | None, None) => Indent::Columns(base),
        }
    }

    /// How far a line that goes on with token `index` stands behind the line it continues.
    fn hang(&self, index: usize) -> usize {
        let word = self.tokens.get(index).map_or("", |token| token.text(self.text));
        if word == "else" { STEP } else { HANG }
    }

    fn is_row(&self, token: &Token) -> bool {
        self.outline.units.get(&token.start).is_some_and(|unit| unit.kind.follows_author())
    }

    /// Ends the line being written and writes the comments of a gap.
    fn finish(&self, lines: &mut Vec<Line>, current: &mut Option<Line>, gap: &Gap, indent: Indent) {
        let mut comments = gap.comments.clone();
        let own_line = |index: usize| self.comments.get(index).is_none_or(|comment| comment.own_line);
        if let Some(mut line) = current.take() {
            if !comments.is_empty() && !own_line(comments.start) {
                line.trailing = Some(comments.start);
                comments.start += 1;
            }
            lines.push(line);
        }
        for index in comments {
            let Some(comment) = self.comments.get(index) else { continue };
            let before = self.text.get(..comment.start).unwrap_or("");
            let space = before.len() - before.trim_end().len();
            let blank = blank_line(before.get(before.len() - space..).unwrap_or(""));
            let after_open = lines.last().is_some_and(|line| self.opens_block(line));
            lines.push(Line {
                indent,
                base: indent,
                content: Content::Comment(index),
                blank_before: blank && !lines.is_empty() && !after_open,
                trailing: None,
                unit: None,
                single: false,
            });
        }
    }

    fn opens_block(&self, line: &Line) -> bool {
        match &line.content {
            Content::Tokens(range) => range.end.checked_sub(1).and_then(|last| self.spread.get(last)).copied().unwrap_or(false),
            Content::Comment(_) => false,
        }
    }

    fn blank_behind_comments(&self, gap: &Gap, to: usize) -> bool {
        let last = gap.comments.end.checked_sub(1).and_then(|last| self.comments.get(last));
        last.is_some_and(|comment| blank_line(self.text.get(comment.end..to).unwrap_or("")))
    }

    /// Splits lines wider than the page at the best place outside blocks.
    pub(super) fn break_long(&self, lines: Vec<Line>) -> Vec<Line> {
        let mut out: Vec<Line> = Vec::new();
        let mut moved: Vec<usize> = Vec::new();
        for mut line in lines {
            moved.push(out.len());
            if let Indent::UnderArrow(target, plus) = line.indent {
                line.indent = Indent::UnderArrow(moved.get(target).copied().unwrap_or(target), plus);
            }
            if let Indent::UnderArrow(target, plus) = line.base {
                line.base = Indent::UnderArrow(moved.get(target).copied().unwrap_or(target), plus);
            }
            while let Some((at, is_row)) = self.break_of(&line, &out) {
                let unit = self.tokens.get(at).and_then(|token| self.outline.units.get(&token.start)).filter(|_| is_row);
                let rest = Line {
                    indent: line.base.plus(if is_row { STEP } else { self.hang(at) }),
                    base: line.base,
                    content: Content::Tokens(at..line.end()),
                    blank_before: false,
                    trailing: line.trailing.take(),
                    unit: unit.map(|unit| unit.kind),
                    single: false,
                };
                if let Content::Tokens(range) = &mut line.content {
                    range.end = at;
                }
                out.push(std::mem::replace(&mut line, rest));
            }
            out.push(line);
        }
        self.mark_single(&mut out);
        out
    }

    /// Where to break a line that is too wide, and whether a row of a test begins there.
    fn break_of(&self, line: &Line, before: &[Line]) -> Option<(usize, bool)> {
        let Content::Tokens(range) = &line.content else { return None };
        let left = self.columns(&line.indent, before);
        if left + self.flat_width(range) <= PAGE {
            return None;
        }
        if let Some(row) = self.next_row(range) {
            return Some((row, true));
        }
        if line.unit.is_some_and(UnitKind::follows_author) {
            return None;
        }
        Some((self.best_break(range, PAGE.saturating_sub(left))?, false))
    }

    /// The first row of a test behind the start of a range.
    fn next_row(&self, range: &Range<usize>) -> Option<usize> {
        let first = self.tokens.get(range.start)?;
        if first.text(self.text) != "given" && !self.is_row(first) {
            return None;
        }
        range.clone().skip(1).find(|index| self.tokens.get(*index).is_some_and(|token| self.is_row(token)))
    }

    fn mark_single(&self, lines: &mut [Line]) {
        for line in lines.iter_mut() {
            let Content::Tokens(range) = &line.content else { continue };
            let Some(first) = self.tokens.get(range.start) else { continue };
            let end = self.tokens.get(range.end).map_or(usize::MAX, |token| token.start);
            line.single =
                line.unit.is_some() && self.outline.units.get(&first.start).is_some_and(|unit| self.last_token_end(unit.end) <= end);
        }
    }

    /// The end of the last token before an offset: units may carry blanks and comments behind them.
    fn last_token_end(&self, offset: usize) -> usize {
        let index = self.tokens.partition_point(|token| token.end <= offset);
        index.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(0, |token| token.end)
    }

    /// Columns before a line, as far as they are known before alignment.
    pub(super) fn columns(&self, indent: &Indent, lines: &[Line]) -> usize {
        match indent {
            Indent::Columns(columns) => *columns,
            Indent::UnderArrow(target, plus) => {
                let Some(line) = lines.get(*target) else { return *plus };
                let Content::Tokens(range) = &line.content else { return *plus };
                let arrow = range.clone().find(|index| self.tokens.get(*index).is_some_and(|token| token.text(self.text) == "->"));
                let inside = arrow.map_or(0, |arrow| self.flat_width(&(range.start..arrow + 1)) + 1);
                self.columns(&line.indent, lines) + inside + plus
            }
        }
    }

    /// The token to begin a new line with: least nested first, then as far right as fits.
    fn best_break(&self, range: &Range<usize>, room: usize) -> Option<usize> {
        let mut nesting = 0i32;
        let mut braces = 0i32;
        let mut best: Option<(i32, usize)> = None;
        let begin = self.flat.get(range.start).copied()?;
        for index in range.clone() {
            let token = self.tokens.get(index)?;
            let word = token.text(self.text);
            if self.flat.get(index).is_none_or(|at| at - begin > room) {
                break;
            }
            let before = index.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or("", |before| before.text(self.text));
            let definition = self.outline.definitions.contains(&token.start);
            let sign = self.outline.glued_after.contains(&token.start);
            if index > range.start && braces == 0 && (definition || breaks_well(token.kind, word, before)) && !sign {
                let rank = nesting * 3 + i32::from(before == ",") + 2 * i32::from(definition);
                if best.is_none_or(|(known, _)| rank <= known) {
                    best = Some((rank, index));
                }
            }
            match word {
                "(" | "[" => nesting += 1,
                ")" | "]" => nesting -= 1,
                "{" => braces += 1,
                "}" => braces -= 1,
                _ => {}
            }
        }
        best.map(|(_, index)| index)
    }
}

/// Whether a line may begin with a word: it leads what follows.
fn breaks_well(kind: TokenKind, word: &str, before: &str) -> bool {
    let leads = kind == TokenKind::Word
        && matches!(
            word,
            "and" | "or" | "because" | "again" | "target" | "where" | "per" | "else" | "using" | "when" | "due" | "approved" | "with"
        );
    leads || before == "," || (kind == TokenKind::Sign && matches!(word, "+" | "/" | "*" | "??"))
}

/// Display columns; a text over several lines counts its last line.
pub(super) fn width(text: &str) -> usize {
    text.rsplit('\n').next().unwrap_or(text).width()
}

fn blank_line(between: &str) -> bool {
    let lines: Vec<&str> = between.split('\n').collect();
    lines.len() > 2 && lines.iter().skip(1).take(lines.len() - 2).any(|line| line.trim().is_empty())
}
