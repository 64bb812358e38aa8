//! `strat explain`: the page of a problem, or the decision about one subject.

use super::arguments::Explain;
use super::problems::UNKNOWN_PROBLEM;
use super::session::{Exit, Failure, Session};
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
    decision(session, arguments, what)
}

/// The decision about one subject.
#[cfg(feature = "engine")]
fn decision(session: &mut Session, arguments: &Explain, key: &str) -> Result<Exit, Failure> {
    super::decision::run(session, arguments, key)
}

/// The decision about one subject.
#[cfg(not(feature = "engine"))]
fn decision(session: &mut Session, arguments: &Explain, _: &str) -> Result<Exit, Failure> {
    let _ = super::settings_of(session, arguments.project.as_deref(), &arguments.settings)?;
    Err(super::not_in_this_build("explain"))
}

/// Kebab-case words without a digit; keys of subjects have digits or capitals.
fn looks_like_slug(what: &str) -> bool {
    what.contains('-') && what.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}
