//! `strat fmt`: the one standard layout.

use super::arguments::Fmt;
use super::edits::difference;
use super::input::{Program, programs, read_all};
use super::session::{Exit, Failure, Session};
use super::{atomic, stages};

/// Runs the command. A program that cannot be read as one is reported and left alone; the others are still laid out.
pub fn run(session: &mut Session, arguments: &Fmt) -> Result<Exit, Failure> {
    let paths = programs(session, &arguments.paths)?;
    let (read_programs, mut problems) = read_all(session, &paths, None);
    let unreadable = !problems.is_empty();
    let mut would_change = 0_usize;
    for program in &read_programs {
        let Some(before) = session.sources.get(program.file) else { continue };
        match stages::format(&before.text, program.file) {
            Ok(after) => would_change += usize::from(settle(session, arguments, program, &after)?),
            Err(found) => problems.extend(found),
        }
    }
    let only_looking = arguments.check || arguments.diff;
    if would_change > 0 {
        let text = match only_looking {
            true => session.words("{n} of {all} files would change\n", "{all} 个文件中有 {n} 个需要排版\n"),
            false => session.words("{n} of {all} files changed\n", "{all} 个文件中改动了 {n} 个\n"),
        };
        session.say(&text.replace("{n}", &would_change.to_string()).replace("{all}", &paths.len().to_string()));
    }
    let broken = !problems.is_empty();
    if broken || session.format.is_machine() {
        session.report(problems);
    }
    Ok(match (unreadable, broken || (only_looking && would_change > 0)) {
        (true, _) => Exit::CouldNotRun,
        (false, true) => Exit::Findings,
        (false, false) => Exit::Ok,
    })
}

/// Writes, lists or shows the change of one program; true when there is one. Standard input is always printed.
fn settle(session: &Session, arguments: &Fmt, program: &Program, after: &str) -> Result<bool, Failure> {
    let Some(before) = session.sources.get(program.file) else { return Ok(false) };
    let changes = before.text != after;
    if arguments.diff {
        if changes {
            session.print(&difference(&before.name, &before.text, after));
        }
        return Ok(changes);
    }
    if arguments.check {
        if changes && !session.format.is_machine() {
            session.print(&format!("{}\n", before.name));
        }
        return Ok(changes);
    }
    match &program.path {
        None => {
            session.print(after);
            Ok(false)
        }
        Some(path) if changes => {
            atomic::replace_file(path, after.as_bytes()).map_err(|error| session.unwritable(path, &error))?;
            Ok(true)
        }
        Some(_) => Ok(false),
    }
}
