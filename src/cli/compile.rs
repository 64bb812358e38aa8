//! `strat compile`: a checked program in its compiled form.

use super::arguments::Compile;
use super::project::Project;
use super::session::{Exit, Failure, Session};
use super::{atomic, stages};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;

/// Runs the command. A program with errors has no compiled form.
pub fn run(session: &mut Session, arguments: &Compile) -> Result<Exit, Failure> {
    let project = Project::load(session, &arguments.file)?;
    let checked = stages::checked(session, &project.entry)?;
    if !checked.problems.is_empty() || session.format.is_machine() {
        session.report(checked.problems);
    }
    let Some(mut program) = checked.program else { return Ok(Exit::Findings) };
    stages::fingerprint_models(session, &mut program, &project.entry)?;
    let bytes = strat::ir::write_artifact(&program)
        .map_err(|error| Failure::could_not_run(Problem::new(&super::problems::BAD_ARTIFACT, NOWHERE).with("reason", error)))?;
    atomic::replace_file(&arguments.out, &bytes).map_err(|error| session.unwritable(&arguments.out, &error))?;
    Ok(Exit::Ok)
}
