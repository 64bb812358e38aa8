//! `strat count`: how many subjects an expression holds for.

use super::arguments::Count;
use super::session::{Exit, Failure, Session};
use super::{not_in_this_build, settings_of};

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Count) -> Result<Exit, Failure> {
    let project = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    let _ = (project.data(session)?, &arguments.expression, &arguments.by);
    Err(not_in_this_build("count"))
}
