//! CSV as frames of texts.

use polars::prelude::*;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// A header longer than this is not looked at for the separator.
const LONGEST_HEADER: u64 = 1 << 20;

/// A file in UTF-8, with or without byte-order mark, read when it is needed.
///
/// # Errors
/// The reason, for people.
pub(super) fn scan_file(path: &Path) -> Result<LazyFrame, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut header = Vec::new();
    BufReader::new(file.take(LONGEST_HEADER)).read_until(b'\n', &mut header).map_err(|error| error.to_string())?;
    let path = PlRefPath::try_from_path(path).map_err(|error| error.to_string())?;
    finish(LazyCsvReader::new(path), &header)
}

/// Text in UTF-8 that is in memory.
///
/// # Errors
/// The reason, for people.
pub(super) fn scan_bytes(bytes: Vec<u8>) -> Result<LazyFrame, String> {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let header = bytes.get(..end).unwrap_or_default().to_vec();
    finish(LazyCsvReader::new_with_sources(ScanSources::Buffers(Arc::new([bytes.into()]))), &header)
}

fn finish(reader: LazyCsvReader, header: &[u8]) -> Result<LazyFrame, String> {
    if header.iter().all(u8::is_ascii_whitespace) {
        return Err(String::from("it is empty / 文件为空"));
    }
    reader
        .with_has_header(true)
        .with_separator(separator(header))
        .with_infer_schema_length(Some(0))
        .with_glob(false)
        .finish()
        .map_err(|error| error.to_string())
}

/// The separator that stands most often in the header outside quotes; a comma when none does.
fn separator(header: &[u8]) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in header {
        if *byte == b'"' {
            quoted = !quoted;
        }
        for (candidate, count) in &mut counts {
            *count += u32::from(!quoted && candidate == byte);
        }
    }
    let best = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == best).map_or(b',', |(candidate, _)| *candidate)
}
