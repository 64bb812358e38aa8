//! `strat count`: how many subjects an expression holds for.

use super::arguments::Count;
use super::session::{Exit, Failure, Session};

/// Runs the command.
#[cfg(feature = "engine")]
pub fn run(session: &mut Session, arguments: &Count) -> Result<Exit, Failure> {
    super::tally::run(session, arguments)
}

/// Runs the command.
#[cfg(not(feature = "engine"))]
pub fn run(session: &mut Session, arguments: &Count) -> Result<Exit, Failure> {
    let project = super::settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    let _ = (project.data(session)?, &arguments.expression, &arguments.by);
    Err(super::not_in_this_build("count"))
}
