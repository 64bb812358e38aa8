//! `strat compile`: a checked program in its compiled form.

use super::arguments::Compile;
use super::input::read;
use super::project::Project;
use super::session::{Exit, Failure, Session};
use super::{not_in_this_build, stages};
use strat::diag::any_error;

/// Runs the command. A program with errors has no compiled form.
pub fn run(session: &mut Session, arguments: &Compile) -> Result<Exit, Failure> {
    let project = Project::load(session, &arguments.file)?;
    let program = read(session, &project.entry, None)?;
    let problems = stages::check(&mut session.sources, &[program.file]);
    let failed = any_error(&problems);
    if !problems.is_empty() || session.format.is_machine() {
        session.report(problems);
    }
    if failed {
        return Ok(Exit::Findings);
    }
    let _ = &arguments.out;
    Err(not_in_this_build("compile"))
}
