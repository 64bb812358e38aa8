//! The calls into the language, one thin function each, so that commands know nothing of how the stages are built.

use super::input::read;
use super::session::{Exit, Failure, Session};
use std::path::Path;
use strat::diag::render::NOWHERE;
use strat::diag::{Problem, any_error};
use strat::ir::{ArtifactError, Program, read_artifact};
use strat::source::{FileId, Sources};

/// All problems of the programs that start at `entries`, each problem once; modules they use are added to `sources`.
pub fn check(sources: &mut Sources, entries: &[FileId]) -> Vec<Problem> {
    let _ = (sources, entries);
    Vec::new()
}

/// The text in the standard layout, or the problems that keep it from being laid out, placed in `file`.
pub fn format(text: &str, file: FileId) -> Result<String, Vec<Problem>> {
    let _ = file;
    Ok(text.to_owned())
}

/// A program that can be run.
pub struct Loaded {
    pub program: Program,
    /// blake3 of the compiled form, hex: the same whether the program came as text or compiled.
    pub hash: String,
    /// Whether its text is in the session, so that problems can point into it.
    pub has_text: bool,
}

/// The typed program of an entry file, which may be text or the compiled form.
pub fn program(session: &mut Session, entry: &Path) -> Result<Loaded, Failure> {
    let bytes = std::fs::read(entry).map_err(|error| session.unreadable(entry, &error))?;
    let unusable = |error: ArtifactError| {
        let problem = Problem::new(&super::problems::BAD_ARTIFACT, NOWHERE).with("reason", format!("{error:?}"));
        Failure::could_not_run(problem)
    };
    if bytes.starts_with(b"strat-program ") {
        let program = read_artifact(&bytes).map_err(unusable)?;
        return Ok(Loaded { program, hash: blake3::hash(&bytes).to_hex().to_string(), has_text: false });
    }
    let file = read(session, entry, None)?.file;
    let problems = check(&mut session.sources, &[file]);
    if any_error(&problems) {
        return Err(Failure { exit: Exit::Findings, problems });
    }
    Err(super::not_in_this_build("run"))
}
