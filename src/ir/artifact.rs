//! The stored form of a program: an envelope of one line with format version and hash, then canonical JSON.

use super::Program;
use std::fmt;

/// Raised when the stored form changes; older versions are refused by name.
pub const FORMAT_VERSION: u32 = 6;

/// Why stored bytes are not a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactError {
    /// The first line is not ours.
    NotAnArtifact,
    /// Written by another version.
    Version(u32),
    /// The text does not match its hash.
    Damaged,
    /// The hash holds but the content is not a program.
    Unreadable(String),
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArtifactError::NotAnArtifact => f.write_str("it is not a compiled program"),
            ArtifactError::Version(version) => write!(f, "it has form {version}, and this strat reads form {FORMAT_VERSION}"),
            ArtifactError::Damaged => f.write_str("it was changed after it was compiled"),
            ArtifactError::Unreadable(reason) => write!(f, "its content is no program ({reason})"),
        }
    }
}

/// The bytes of `strat compile`: equal programs give equal bytes.
///
/// # Errors
/// When the program cannot be written as JSON, which no checked program is known to cause.
pub fn write_artifact(program: &Program) -> Result<Vec<u8>, ArtifactError> {
    let body = serde_json::to_vec(program).map_err(|error| ArtifactError::Unreadable(error.to_string()))?;
    let mut out = format!("strat-program {FORMAT_VERSION} {}\n", blake3::hash(&body).to_hex()).into_bytes();
    out.extend(body);
    Ok(out)
}

/// Reads what [`write_artifact`] wrote.
///
/// # Errors
/// See [`ArtifactError`].
pub fn read_artifact(bytes: &[u8]) -> Result<Program, ArtifactError> {
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or(ArtifactError::NotAnArtifact)?;
    let (head, rest) = bytes.split_at(end);
    let body = rest.get(1..).unwrap_or_default();
    let head = std::str::from_utf8(head).map_err(|_| ArtifactError::NotAnArtifact)?;
    let mut words = head.split(' ');
    let (Some("strat-program"), Some(version), Some(hash), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err(ArtifactError::NotAnArtifact);
    };
    let version: u32 = version.parse().map_err(|_| ArtifactError::NotAnArtifact)?;
    if version != FORMAT_VERSION {
        return Err(ArtifactError::Version(version));
    }
    if blake3::hash(body).to_hex().as_str() != hash {
        return Err(ArtifactError::Damaged);
    }
    serde_json::from_slice(body).map_err(|error| ArtifactError::Unreadable(error.to_string()))
}
