//! Bytes of files: their hash, and text in UTF-8 whatever the bank's system wrote.

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What one pass over a file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// blake3 of the file, hex.
    pub hash: String,
    pub bytes: u64,
    /// Whether the whole file is UTF-8.
    pub utf8: bool,
}

/// Reads a file once.
pub(super) fn fingerprint(path: &Path) -> io::Result<Seen> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0_u8; 1 << 20];
    let (mut bytes, mut kept, mut utf8) = (0_u64, 0_usize, true);
    loop {
        let Some(space) = buffer.get_mut(kept..) else { break };
        let read = file.read(space)?;
        if read == 0 {
            break;
        }
        hasher.update(space.get(..read).unwrap_or_default());
        bytes += read as u64;
        let filled = buffer.get(..kept + read).unwrap_or_default();
        let tail = if utf8 { open_end(filled) } else { Some(0) };
        utf8 = utf8 && tail.is_some();
        let tail = tail.unwrap_or(0);
        buffer.copy_within(kept + read - tail..kept + read, 0);
        kept = tail;
    }
    Ok(Seen { hash: hasher.finalize().to_hex().to_string(), bytes, utf8: utf8 && kept == 0 })
}

/// Bytes at the end that begin a character; `None` when the text is not UTF-8.
fn open_end(bytes: &[u8]) -> Option<usize> {
    match std::str::from_utf8(bytes) {
        Ok(_) => Some(0),
        Err(error) => error.error_len().is_none().then(|| bytes.len() - error.valid_up_to()),
    }
}

/// The content of a gzip file.
pub(super) fn unzipped(path: &Path) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    MultiGzDecoder::new(File::open(path)?).read_to_end(&mut out)?;
    Ok(out)
}

/// The text in UTF-8 and the name of what it was in.
///
/// # Errors
/// The place, from 1, of the first byte that fits no encoding.
pub(super) fn to_utf8(bytes: Vec<u8>) -> Result<(Vec<u8>, &'static str), usize> {
    let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    if let Some(encoding) = marked.filter(|encoding| *encoding == UTF_16LE || *encoding == UTF_16BE) {
        let name = if encoding == UTF_16LE { "utf-16le" } else { "utf-16be" };
        let (text, wrong) = encoding.decode_with_bom_removal(&bytes);
        return if wrong { Err(1) } else { Ok((text.into_owned().into_bytes(), name)) };
    }
    let wrong = match std::str::from_utf8(&bytes) {
        Ok(_) => return Ok((bytes, "utf-8")),
        Err(error) => error.valid_up_to() + 1,
    };
    let text = GB18030.decode_without_bom_handling_and_without_replacement(&bytes).map(|text| text.into_owned().into_bytes());
    text.map(|text| (text, "gb18030")).ok_or(wrong)
}
