//! `strat check`: every problem of every program named, without data.

use super::arguments::{Check, Deny};
use super::edits::{difference, fixed};
use super::input::{Program, STANDARD_INPUT, programs, read_all};
use super::project::{PROJECT_FILE, Project};
use super::session::{Exit, Failure, Session};
use super::{atomic, stages};
use std::path::PathBuf;
use strat::diag::render::summary;
use strat::diag::{Problem, Severity, tidy};
use strat::source::FileId;

/// Fixes can uncover problems with fixes of their own; this many rounds are enough for any program a person wrote.
const ROUNDS: usize = 8;

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Check) -> Result<Exit, Failure> {
    let mut named = Vec::new();
    for path in project_folders(&arguments.paths) {
        named.push(Project::load(session, &path)?.entry);
    }
    let together: Vec<PathBuf> = named.iter().filter(|entry| entry.is_dir()).cloned().collect();
    named.extend(if arguments.paths.is_empty() { vec![PathBuf::from(".")] } else { arguments.paths.clone() });
    let paths = programs(session, &named)?;
    let (mut read_programs, unreadable) = read_all(session, &paths, arguments.stdin_filename.as_deref());
    if arguments.diff {
        return Ok(show_fixes(session, &read_programs, unreadable));
    }
    let mut problems = check(session, &read_programs);
    if arguments.fix {
        problems = apply_fixes(session, &mut read_programs, problems)?;
    }
    // A folder whose files run together must be one program, which each file alone does not show.
    if !problems.iter().any(Problem::is_error) {
        for folder in named.iter().filter(|path| together.contains(path)) {
            problems.extend(stages::checked(session, folder)?.problems);
        }
        tidy(&mut problems);
    }
    let grave = problems.iter().any(|problem| is_grave(problem, arguments.deny));
    let exit = if unreadable.is_empty() { if grave { Exit::Findings } else { Exit::Ok } } else { Exit::CouldNotRun };
    problems.extend(unreadable);
    let clean = problems.is_empty();
    // The fixed text of standard input is the result then, so problems go beside it.
    let prints_text = arguments.fix && read_programs.iter().any(|program| program.path.is_none());
    if prints_text {
        session.report(problems);
    } else {
        session.show(problems);
    }
    if clean && !session.format.is_machine() {
        session.say(&praise(session, paths.len()));
    }
    Ok(exit)
}

fn praise(session: &Session, files: usize) -> String {
    match files {
        1 => session.words("no problems in 1 file\n", "1 个文件没有问题\n").to_owned(),
        n => session.words("no problems in {n} files\n", "{n} 个文件没有问题\n").replace("{n}", &n.to_string()),
    }
}

fn is_grave(problem: &Problem, deny: Option<Deny>) -> bool {
    match (problem.kind.severity, deny) {
        (Severity::Error, _) | (Severity::Warning, Some(Deny::Warnings)) => true,
        (Severity::Warning, None) | (Severity::Info, _) => false,
    }
}

/// Folders named on the command line (this one when none is) that hold a project file.
fn project_folders(paths: &[PathBuf]) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    paths.iter().filter(|path| path.as_os_str() != STANDARD_INPUT && path.join(PROJECT_FILE).is_file()).cloned().collect()
}

fn check(session: &mut Session, programs: &[Program]) -> Vec<Problem> {
    let entries: Vec<FileId> = programs.iter().map(|program| program.file).collect();
    let mut problems = stages::check(&mut session.sources, &entries);
    tidy(&mut problems);
    problems
}

/// Writes the fixed text of files until nothing changes, and returns what is left. The text of standard
/// input is printed instead, unless a machine format owns the stream.
fn apply_fixes(session: &mut Session, programs: &mut [Program], mut problems: Vec<Problem>) -> Result<Vec<Problem>, Failure> {
    for _ in 0..ROUNDS {
        let changed = fixed(&problems, &session.sources);
        let mut any = false;
        for program in programs.iter_mut() {
            let Some(text) = changed.get(&program.file) else { continue };
            any = true;
            let name = session.sources.get(program.file).map(|file| file.name.clone()).unwrap_or_default();
            if let Some(path) = &program.path {
                atomic::replace_file(path, text.as_bytes()).map_err(|error| session.unwritable(path, &error))?;
            }
            program.file = session.sources.add(strat::source::SourceFile::new(name, text.clone()));
        }
        if !any {
            break;
        }
        problems = check(session, programs);
    }
    let input = programs.iter().find(|program| program.path.is_none()).and_then(|program| session.sources.get(program.file));
    if let Some(file) = input.filter(|_| !session.format.is_machine()) {
        session.print(&file.text);
    }
    Ok(problems)
}

/// Prints what one round of fixes would change.
fn show_fixes(session: &mut Session, programs: &[Program], unreadable: Vec<Problem>) -> Exit {
    let problems = check(session, programs);
    let mut exit = if problems.iter().any(Problem::is_error) { Exit::Findings } else { Exit::Ok };
    for (file, after) in fixed(&problems, &session.sources) {
        let Some(before) = session.sources.get(file) else { continue };
        session.print(&difference(&before.name, &before.text, &after));
        exit = Exit::Findings;
    }
    if !session.format.is_machine() {
        session.say(&format!("{}\n", summary(&problems, session.language)));
    }
    if !unreadable.is_empty() {
        session.report(unreadable);
        exit = Exit::CouldNotRun;
    }
    exit
}
