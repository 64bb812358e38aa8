//! `strat run`: a project over its data.

use super::arguments::Run;
use super::session::{Exit, Failure, Session};
use super::settings_of;

/// Runs the command.
#[cfg(feature = "engine")]
pub fn run(session: &mut Session, arguments: &Run) -> Result<Exit, Failure> {
    let mut project = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    project.out = arguments.out.clone().or(project.out);
    project.data(session)?;
    project.instant(session)?;
    let loaded = super::stages::program(session, &project.entry)?;
    super::execute::run_program(session, &project, &loaded, arguments)
}

/// Runs the command.
#[cfg(not(feature = "engine"))]
pub fn run(session: &mut Session, arguments: &Run) -> Result<Exit, Failure> {
    let _ = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    Err(super::not_in_this_build("run"))
}
