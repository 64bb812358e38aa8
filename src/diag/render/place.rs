//! Positions in every unit an output may want.

use crate::source::{SourceFile, Sources, Span};
use serde::Serialize;

/// One end of a span. Lines and both columns count from 1, bytes from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    pub line: usize,
    /// Unicode scalar values from the start of the line.
    pub column: usize,
    /// UTF-16 code units from the start of the line.
    pub utf16_column: usize,
    /// UTF-8 bytes from the start of the file.
    pub byte: usize,
}

/// The place of a byte offset; an offset past the end or inside a character moves back to the nearest character start.
#[must_use]
pub fn place_of(file: &SourceFile, offset: usize) -> Place {
    let mut byte = offset.min(file.text.len());
    while !file.text.is_char_boundary(byte) {
        byte = byte.saturating_sub(1);
    }
    let line = file.line_of(byte);
    let before = file.text.get(file.line_start(line)..byte).unwrap_or("");
    Place { line: line + 1, column: before.chars().count() + 1, utf16_column: before.encode_utf16().count() + 1, byte }
}

/// The file a span stands in with both of its ends, the second exclusive; `None` for [`super::NOWHERE`].
pub(super) fn ends(span: Span, sources: &Sources) -> Option<(&SourceFile, Place, Place)> {
    let file = sources.get(span.file)?;
    let start = place_of(file, span.start as usize);
    let end = place_of(file, (span.end as usize).max(span.start as usize));
    Some((file, start, end))
}
