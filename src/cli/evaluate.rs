//! `strat evaluate`: what came of the strategies of a program, judged by the terms they registered.

use super::arguments::Evaluate;
use super::session::{Exit, Failure, Session};
use super::settings_of;

/// Runs the command.
#[cfg(feature = "engine")]
pub fn run(session: &mut Session, arguments: &Evaluate) -> Result<Exit, Failure> {
    let mut project = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    project.out = arguments.out.clone().or_else(|| project.out.as_ref().map(|out| out.join("evaluation")));
    project.data(session)?;
    project.instant(session)?;
    let loaded = super::stages::program(session, &project.entry)?;
    super::execute::judge_program(session, &project, &loaded, arguments)
}

/// Runs the command.
#[cfg(not(feature = "engine"))]
pub fn run(session: &mut Session, arguments: &Evaluate) -> Result<Exit, Failure> {
    let _ = (settings_of(session, arguments.project.as_deref(), &arguments.settings)?, &arguments.out, &arguments.forms);
    Err(super::not_in_this_build("evaluate"))
}
