//! `strat explain`: the page of a problem, or the decision about one subject.

use super::arguments::Explain;
use super::problems::UNKNOWN_PROBLEM;
use super::project::Project;
use super::session::{Exit, Failure, Session};
use super::{not_in_this_build, settings_of};
use std::path::{Path, PathBuf};
use strat::diag::Problem;
use strat::diag::nearest::nearest;
use strat::diag::render::NOWHERE;
use strat::stdlib::{docs_errors, error_page};

/// Runs the command. Names of problems win over subjects: they are never keys of customers.
pub fn run(session: &mut Session, arguments: &Explain) -> Result<Exit, Failure> {
    let what = arguments.what.as_deref().unwrap_or_default();
    if arguments.list {
        let names: String = docs_errors().iter().map(|(slug, _)| format!("{slug}\n")).collect();
        session.print(&names);
        return Ok(Exit::Ok);
    }
    if let Some(page) = error_page(what) {
        session.print(page);
        return Ok(Exit::Ok);
    }
    if looks_like_slug(what) && arguments.project.is_none() {
        let near = nearest(what, docs_errors().iter().map(|(slug, _)| *slug));
        let advice = match near.first() {
            Some(best) => session.words("did you mean `{}`?", "是不是 `{}`？").replace("{}", best),
            None => session.words("strat explain --list shows all names", "strat explain --list 可列出所有名称").to_owned(),
        };
        let problem = Problem::new(&UNKNOWN_PROBLEM, NOWHERE).with("name", what).with("advice", advice);
        return Err(Failure::could_not_run(problem));
    }
    let folder = arguments.project.clone().unwrap_or_else(|| PathBuf::from("."));
    let project = settings_of(session, Some(&folder), &arguments.settings)?;
    subject(session, &project, what, arguments.strategy.as_deref())
}

/// Kebab-case words without a digit; keys of subjects have digits or capitals.
fn looks_like_slug(what: &str) -> bool {
    what.contains('-') && what.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

/// The decision about one subject.
fn subject(_: &mut Session, project: &Project, key: &str, strategy: Option<&str>) -> Result<Exit, Failure> {
    let _: (&Path, &str, Option<&str>) = (&project.entry, key, strategy);
    Err(not_in_this_build("explain"))
}
