//! `strat run`: a project over its data.

use super::arguments::Run;
use super::session::{Exit, Failure, Session};
use super::{not_in_this_build, settings_of};

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Run) -> Result<Exit, Failure> {
    let mut project = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    project.out = arguments.out.clone().or(project.out);
    let _ = (project.data(session)?, project.instant(session)?, &project.out, &project.ledger, &arguments.ahead);
    Err(not_in_this_build("run"))
}
