//! What the snippet renderer may read: all files laid end to end, found through their line tables.
//!
//! miette's own view of a text walks it from the start for every problem and counts columns in bytes. This one touches only
//! the lines asked for and counts characters.

use crate::source::{SourceFile, Sources, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// All files of a [`Sources`] in one line of offsets, two bytes apart so that spans of two files never touch.
#[derive(Debug)]
pub(super) struct SourceView<'a> {
    files: Vec<Laid<'a>>,
}

#[derive(Debug)]
struct Laid<'a> {
    base: usize,
    file: &'a SourceFile,
    /// The text with control characters blanked byte for byte, and one space after its end: the caret of a problem at the end
    /// of the file stands there.
    text: String,
}

impl<'a> SourceView<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        let mut base = 0;
        let mut files = Vec::new();
        for (_, file) in sources.iter() {
            files.push(Laid { base, file, text: blanked(&file.text) });
            base += file.text.len() + 2;
        }
        Self { files }
    }

    /// The span in laid-out offsets, cut to the file; `None` when the file is unknown.
    pub(super) fn lay(&self, span: Span) -> Option<SourceSpan> {
        let laid = self.files.get(span.file.0 as usize)?;
        let start = super::place_of(laid.file, span.start as usize).byte;
        let end = super::place_of(laid.file, span.end as usize).byte.max(start);
        Some(SourceSpan::new((laid.base + start).into(), end - start))
    }

    fn find(&self, offset: usize) -> Option<&Laid<'a>> {
        let after = self.files.partition_point(|laid| laid.base <= offset);
        self.files.get(after.checked_sub(1)?)
    }
}

impl SourceCode for SourceView<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let laid = self.find(span.offset()).ok_or(MietteError::OutOfBounds)?;
        let start = span.offset() - laid.base;
        let end = start + span.len();
        let file = laid.file;
        let size = file.text.len();
        if end > size {
            return Err(MietteError::OutOfBounds);
        }
        let first = file.line_of(start).saturating_sub(lines_before);
        let last = file.line_of(if end > start { end - 1 } else { end }) + lines_after;
        let at_line_start = lines_before > 0 || lines_after > 0;
        let from = if at_line_start { file.line_start(first) } else { start };
        let until = (file.line_start(last) + file.line_text(last).len()).max(from);
        let until = if end == size { size + 1 } else { until };
        let column = if at_line_start { 0 } else { super::place_of(file, start).column - 1 };
        let data = laid.text.get(from..until).ok_or(MietteError::OutOfBounds)?;
        let line_count = last.min(file.line_count().saturating_sub(1)).saturating_sub(first) + 1;
        Ok(Box::new(MietteSpanContents::new_named(
            file.name.clone(),
            data.as_bytes(),
            SourceSpan::new((laid.base + from).into(), data.len()),
            if at_line_start { first } else { file.line_of(start) },
            column,
            line_count,
        )))
    }
}

/// Control characters other than line breaks and tabs become `?`, one per byte, so that offsets stay true.
fn blanked(text: &str) -> String {
    let harmful = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if harmful(c) {
            out.push_str(&"?".repeat(c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out.push(' ');
    out
}
