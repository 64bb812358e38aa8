//! `strat replay`: what a program would have done, day by day, before anybody is contacted.

use super::arguments::{Replay, SettingFlags};
use super::session::{Exit, Failure, Session};
use super::settings_of;

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Replay) -> Result<Exit, Failure> {
    let flags = SettingFlags { data: arguments.data.clone(), as_of: Some(arguments.to.clone()), ledger: arguments.ledger.clone() };
    let project = settings_of(session, arguments.project.as_deref(), &flags)?;
    replayed(session, &project, arguments)
}

#[cfg(feature = "engine")]
fn replayed(session: &mut Session, project: &super::project::Project, arguments: &Replay) -> Result<Exit, Failure> {
    project.data(session)?;
    let loaded = super::stages::program(session, &project.entry)?;
    super::execute::replay_program(session, project, &loaded, arguments)
}

#[cfg(not(feature = "engine"))]
fn replayed(_: &mut Session, _: &super::project::Project, _: &Replay) -> Result<Exit, Failure> {
    Err(super::not_in_this_build("replay"))
}
