//! The command line: the only place that prints, reads the environment, the disk and the clock.

mod arguments;
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only runs write results"))]
mod atomic;
mod check;
mod compile;
mod count;
#[cfg(feature = "engine")]
mod data;
mod demo;
mod edits;
mod evaluate;
#[cfg(feature = "engine")]
mod execute;
mod explain;
mod fmt;
mod forecast;
mod help;
mod input;
mod judged;
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only runs write results"))]
mod ledger;
mod locale;
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only runs write results"))]
mod output;
#[cfg(feature = "engine")]
mod outputs;
mod problems;
#[cfg(feature = "engine")]
mod progress;
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only runs write results"))]
mod project;
mod replay;
mod run;
mod sample;
mod session;
#[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only commands over data need it"))]
mod stages;
mod test;
mod tune;
mod usage;
mod version;

use arguments::{Arguments, Command, FormatName, SettingFlags};
use clap::{CommandFactory, FromArgMatches, ValueEnum};
use project::Project;
use session::{Exit, Failure, INTERRUPTED, Session};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use strat::diag::Problem;
use strat::diag::render::{Format, NOWHERE};
use strat::source::Sources;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // Without this Ctrl-C would end the process by a signal, which scripts see differently from shell to shell.
    let always = Arc::new(AtomicBool::new(true));
    let _ = signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGINT, INTERRUPTED, always);
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let mut session = first_session(&words);
    let what = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&what);
    panic::set_hook(Box::new(move |info| *seen.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string().replace('\n', " ")));
    let exit = guarded(&mut session, dispatch, || what.lock().unwrap_or_else(PoisonError::into_inner).clone());
    ExitCode::from(exit as u8)
}

/// Runs the work, shows why it stopped early, and turns a panic into a report about us. `what` tells what the panic said.
fn guarded(session: &mut Session, work: impl FnOnce(&mut Session) -> Result<Exit, Failure>, what: impl FnOnce() -> String) -> Exit {
    match panic::catch_unwind(AssertUnwindSafe(|| work(session))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => {
            session.report(failure.problems);
            failure.exit
        }
        Err(_) => {
            session.report(vec![Problem::new(&problems::INTERNAL_BUG, NOWHERE).with("what", what())]);
            Exit::Bug
        }
    }
}

/// Language and format as far as they can be seen before the command line is understood, so that a wrong command line is
/// reported in the language and the form that were asked for.
fn first_session(words: &[String]) -> Session {
    let format = locale::after_flag(words, "--format").and_then(|name| FormatName::from_str(&name, true).ok());
    Session {
        language: locale::language(words),
        format: format.map_or(Format::Human, FormatName::format),
        sources: Sources::default(),
        colour_out: false,
        colour_err: locale::colour(arguments::ColourChoice::Auto, session::terminals().1),
    }
}

fn dispatch(session: &mut Session) -> Result<Exit, Failure> {
    let command = help::localised(Arguments::command(), session.language);
    let parsed = command.try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return wrong_command_line(session, &error),
    };
    let (out, err) = session::terminals();
    session.format = arguments.everywhere.format.format();
    session.language = arguments.everywhere.lang.map_or(session.language, |name| name.language());
    session.colour_out = locale::colour(arguments.everywhere.color, out);
    session.colour_err = locale::colour(arguments.everywhere.color, err);
    match &arguments.command {
        Command::Check(arguments) => check::run(session, arguments),
        Command::Fmt(arguments) => fmt::run(session, arguments),
        Command::Compile(arguments) => compile::run(session, arguments),
        Command::Run(arguments) => run::run(session, arguments),
        Command::Replay(arguments) => replay::run(session, arguments),
        Command::Evaluate(arguments) => evaluate::run(session, arguments),
        Command::Forecast(arguments) => forecast::run(session, arguments),
        Command::Tune(arguments) => tune::run(session, arguments),
        Command::Test(arguments) => test::run(session, arguments),
        Command::Explain(arguments) => explain::run(session, arguments),
        Command::Count(arguments) => count::run(session, arguments),
        Command::Sample(arguments) => sample::run(session, arguments),
        Command::Demo(arguments) => demo::run(session, arguments),
        Command::Version => Ok(version::run(session)),
    }
}

/// Help that was asked for is a result; help because nothing was said is a reminder.
fn wrong_command_line(session: &Session, error: &clap::Error) -> Result<Exit, Failure> {
    use clap::error::ErrorKind;
    match error.kind() {
        ErrorKind::DisplayHelp => {
            session.print(&styled(error, session.colour_out || locale::colour(arguments::ColourChoice::Auto, session::terminals().0)));
            Ok(Exit::Ok)
        }
        ErrorKind::DisplayVersion => Ok(version::run(session)),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if !session.format.is_machine() => {
            session.say(&styled(error, session.colour_err));
            Ok(Exit::CouldNotRun)
        }
        // The list of kinds is open-ended in the parser's library.
        _ => Err(Failure::could_not_run(usage::problem(error, session.language))),
    }
}

fn styled(error: &clap::Error, colour: bool) -> String {
    let text = error.render();
    if colour { text.ansi().to_string() } else { text.to_string() }
}

/// The project in a folder or around a file (this folder when nothing is named), flags applied.
fn settings_of(session: &mut Session, path: Option<&Path>, flags: &SettingFlags) -> Result<Project, Failure> {
    let project = Project::load(session, path.unwrap_or(Path::new(".")))?;
    project.override_with(session, flags)
}

/// A command whose part of the program was left out of this build.
#[cfg_attr(feature = "engine", allow(dead_code, reason = "a full build does everything"))]
fn not_in_this_build(command: &str) -> Failure {
    Failure::could_not_run(Problem::new(&problems::NOT_IN_THIS_BUILD, NOWHERE).with("what", format!("strat {command}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::panic)]
    fn a_panic_is_our_bug_and_not_the_users() {
        let mut session = Session::quiet(strat::diag::Language::English);
        assert_eq!(guarded(&mut session, |_| panic!("on purpose"), || String::from("on purpose")), Exit::Bug);
        assert_eq!(guarded(&mut session, |_| Ok(Exit::Findings), String::new), Exit::Findings);
        assert_eq!(guarded(&mut session, |_| Err(not_in_this_build("run")), String::new), Exit::CouldNotRun);
    }
}
