//! Lines to text: aligned columns, indents, trailing comments.

use super::layout::{ALIGNED_PAGE, Content, Indent, Line, Page, width};
use std::collections::BTreeMap;

/// Extra blanks before tokens, by token index.
type Padding = BTreeMap<usize, usize>;

/// Writes the lines.
pub(super) fn render(page: &Page<'_>, lines: &[Line]) -> String {
    let padding = align(page, lines);
    let mut out = String::with_capacity(page.text.len() + page.text.len() / 8);
    let mut arrows: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, line) in lines.iter().enumerate() {
        if line.blank_before && !out.is_empty() {
            out.push('\n');
        }
        let columns = match line.indent {
            Indent::Columns(columns) => columns,
            Indent::UnderArrow(target, plus) => arrows.get(&target).copied().unwrap_or(0) + plus,
        };
        out.push_str(&" ".repeat(columns));
        match &line.content {
            Content::Comment(index) => out.push_str(comment(page, *index)),
            Content::Tokens(range) => {
                let mut column = columns;
                for index in range.clone() {
                    let Some(token) = page.tokens.get(index) else { continue };
                    if index > range.start {
                        let space = page.space_before(index) + padding.get(&index).copied().unwrap_or(0);
                        out.push_str(&" ".repeat(space));
                        column += space;
                    }
                    let written = token.text(page.text);
                    out.push_str(written);
                    column += width(written);
                    if written == "->" {
                        arrows.entry(number).or_insert(column + 1);
                    }
                }
            }
        }
        if let Some(index) = line.trailing {
            out.push_str("  ");
            out.push_str(comment(page, index));
        }
        out.push('\n');
    }
    out
}

fn comment<'t>(page: &Page<'t>, index: usize) -> &'t str {
    let text = page.text;
    page.comments.get(index).and_then(|comment| text.get(comment.start..comment.end)).unwrap_or("").trim_end()
}

/// Padding that lines up the columns of neighbouring units of one kind.
fn align(page: &Page<'_>, lines: &[Line]) -> Padding {
    let mut padding = Padding::new();
    let mut group: Vec<usize> = Vec::new();
    let mut inside_branch = false;
    for (number, line) in lines.iter().enumerate() {
        let aligned = line.unit.is_some_and(|kind| line.single || kind.aligns_over_lines());
        let joins = group
            .last()
            .and_then(|last| lines.get(*last))
            .is_some_and(|last| last.unit == line.unit && last.indent == line.indent && !line.blank_before);
        if inside_branch && matches!(line.indent, Indent::UnderArrow(..)) {
            continue;
        }
        if !aligned || !joins {
            close(page, lines, &group, &mut padding);
            group.clear();
        }
        inside_branch = line.unit.is_some_and(|kind| kind.aligns_over_lines());
        if aligned {
            group.push(number);
        }
    }
    close(page, lines, &group, &mut padding);
    padding
}

/// Columns of one line: number of the column and index of its first token.
fn columns_of(page: &Page<'_>, line: &Line) -> Vec<(usize, usize)> {
    let Content::Tokens(range) = &line.content else { return Vec::new() };
    let unit = page.tokens.get(range.start).and_then(|token| page.outline.units.get(&token.start));
    let Some(unit) = unit else { return Vec::new() };
    let mut columns = Vec::new();
    for (offset, column) in &unit.cells {
        let index = page.tokens.partition_point(|token| token.start < *offset);
        if range.contains(&index) {
            columns.push((*column, index));
        }
    }
    columns
}

/// Pads a group, unless that would make a line wider than the page.
fn close(page: &Page<'_>, lines: &[Line], group: &[usize], padding: &mut Padding) {
    if group.len() < 2 {
        return;
    }
    let members: Vec<(&Line, Vec<(usize, usize)>)> =
        group.iter().filter_map(|number| lines.get(*number)).map(|line| (line, columns_of(page, line))).collect();
    let last = members.iter().flat_map(|(_, columns)| columns.iter().map(|(column, _)| *column)).max().unwrap_or(0);
    let mut added: Vec<usize> = vec![0; members.len()];
    let mut own = Padding::new();
    for column in 1..=last {
        let place = |line: &Line, index: usize, extra: usize| match &line.content {
            Content::Tokens(range) => page.flat_width(&(range.start..index)) + page.space_before(index) + extra,
            Content::Comment(_) => 0,
        };
        let mut widest = 0;
        for ((line, columns), extra) in members.iter().zip(&added) {
            if let Some((_, index)) = columns.iter().find(|(known, _)| *known == column) {
                widest = widest.max(place(line, *index, *extra));
            }
        }
        for ((line, columns), extra) in members.iter().zip(added.iter_mut()) {
            if let Some((_, index)) = columns.iter().find(|(known, _)| *known == column) {
                let pad = widest - place(line, *index, *extra);
                own.insert(*index, pad);
                *extra += pad;
            }
        }
    }
    let too_wide = members.iter().zip(&added).any(|((line, _), extra)| match &line.content {
        Content::Tokens(range) => page.columns(&line.indent, lines) + page.flat_width(range) + extra > ALIGNED_PAGE && *extra > 0,
        Content::Comment(_) => false,
    });
    if !too_wide {
        padding.extend(own);
    }
}
