//! `strat forecast`: what a launch would reach, cost and be able to answer, before anybody is contacted.

use super::arguments::Forecast;
use super::session::{Exit, Failure, Session};
use super::settings_of;

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Forecast) -> Result<Exit, Failure> {
    let mut project = settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    if let Some(last) = arguments.to.as_deref().and_then(super::project::AsOf::parse) {
        project.as_of = Some(last);
    }
    forecast(session, &project, arguments)
}

#[cfg(feature = "engine")]
fn forecast(session: &mut Session, project: &super::project::Project, arguments: &Forecast) -> Result<Exit, Failure> {
    project.data(session)?;
    project.instant(session)?;
    let loaded = super::stages::program(session, &project.entry)?;
    let judged = arguments.report.as_deref().map(|folder| super::judged::judged(session, folder)).transpose()?;
    super::execute::forecast_program(session, project, &loaded, arguments, judged.as_ref())
}

#[cfg(not(feature = "engine"))]
fn forecast(_: &mut Session, _: &super::project::Project, _: &Forecast) -> Result<Exit, Failure> {
    Err(super::not_in_this_build("forecast"))
}
