//! One invocation: what was asked, the files read so far, and the only two streams anything is written to.

use super::problems::{CANNOT_WRITE, UNREADABLE_FILE};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use strat::diag::render::{Format, NOWHERE, Options, render};
use strat::diag::{Language, Problem, tidy};
use strat::source::Sources;

/// How the process ends. The numbers are documented and never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to complain about.
    Ok = 0,
    /// Problems in programs, failing tests, files that would be formatted.
    Findings = 1,
    /// A wrong flag or setting, an unreadable file.
    CouldNotRun = 2,
    /// A guard said no: the output is not ours, the ledger is damaged, a budget or cap is passed.
    Refused = 4,
    /// A bug in strat.
    Bug = 101,
}

/// The status of a process that was interrupted with Ctrl-C.
pub const INTERRUPTED: i32 = 130;

/// Why a command stopped early.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub problems: Vec<Problem>,
}

impl Failure {
    /// The command could not do its work because of one problem.
    pub fn could_not_run(problem: Problem) -> Self {
        Failure { exit: Exit::CouldNotRun, problems: vec![problem] }
    }

    /// A guard refused the work.
    pub fn refused(problem: Problem) -> Self {
        Failure { exit: Exit::Refused, problems: vec![problem] }
    }
}

/// One invocation.
#[derive(Debug)]
pub struct Session {
    pub language: Language,
    pub format: Format,
    /// Every file read so far; problems point into it.
    pub sources: Sources,
    pub colour_out: bool,
    pub colour_err: bool,
}

impl Session {
    /// Shows problems as the result of the command: on standard output, in the format asked for.
    pub fn show(&self, mut problems: Vec<Problem>) {
        tidy(&mut problems);
        let options = Options { language: self.language, colour: self.colour_out, ..Options::default() };
        self.print(&render(self.format, &problems, &self.sources, &options));
    }

    /// Shows problems beside a result: machine formats on standard output, for people on standard error.
    pub fn report(&self, mut problems: Vec<Problem>) {
        if self.format.is_machine() {
            return self.show(problems);
        }
        tidy(&mut problems);
        let options = Options { language: self.language, colour: self.colour_err, ..Options::default() };
        self.say(&render(self.format, &problems, &self.sources, &options));
    }

    /// Shows warnings about a program that runs all the same, one line each on standard error.
    #[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only commands over data need it"))]
    pub fn report_warnings(&self, mut problems: Vec<Problem>) {
        tidy(&mut problems);
        if !problems.is_empty() && !self.format.is_machine() {
            let options = Options { language: self.language, colour: self.colour_err, ..Options::default() };
            self.say(&render(Format::Short, &problems, &self.sources, &options));
        }
    }

    /// Writes to standard output. A reader that went away (`| head`) is no error.
    pub fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes to standard error.
    pub fn say(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Chooses between the two languages.
    pub fn words<'a>(&self, english: &'a str, chinese: &'a str) -> &'a str {
        match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// A file that cannot be read, as a reason to stop.
    pub fn unreadable(&self, path: &Path, error: &io::Error) -> Failure {
        let problem = Problem::new(&UNREADABLE_FILE, NOWHERE).with("path", shown(path)).with("reason", self.reason(error));
        Failure::could_not_run(problem)
    }

    /// A file that cannot be written, as a reason to stop.
    pub fn unwritable(&self, path: &Path, error: &io::Error) -> Failure {
        let problem = Problem::new(&CANNOT_WRITE, NOWHERE).with("path", shown(path)).with("reason", self.reason(error));
        Failure::could_not_run(problem)
    }

    /// Why the system refused, in the language of the session where the reason is a common one.
    pub fn reason(&self, error: &io::Error) -> String {
        let words = match error.kind() {
            io::ErrorKind::NotFound => self.words("it does not exist", "不存在"),
            io::ErrorKind::PermissionDenied => self.words("permission denied", "没有权限"),
            io::ErrorKind::IsADirectory => self.words("it is a folder", "这是文件夹"),
            io::ErrorKind::NotADirectory => self.words("part of the path is not a folder", "路径中有一段不是文件夹"),
            io::ErrorKind::StorageFull => self.words("the disk is full", "磁盘已满"),
            io::ErrorKind::ReadOnlyFilesystem => self.words("the disk is read-only", "磁盘只读"),
            // The system has more reasons than we have words; its own are better than none.
            _ => return error.to_string(),
        };
        words.to_owned()
    }
}

/// Whether standard output and standard error are terminals.
pub fn terminals() -> (bool, bool) {
    (io::stdout().is_terminal(), io::stderr().is_terminal())
}

/// A path as people read it: with `/`, from the current folder where it lies below it, without a leading `./`.
pub fn shown(path: &Path) -> String {
    let here = if path.is_absolute() { std::env::current_dir().ok() } else { None };
    let path = here.and_then(|here| path.strip_prefix(here).ok()).filter(|path| !path.as_os_str().is_empty()).unwrap_or(path);
    let text = path.to_string_lossy().replace('\\', "/");
    match text.strip_prefix("./") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        Some(_) | None => text,
    }
}

#[cfg(test)]
impl Session {
    /// A session for tests that read and never print.
    pub fn quiet(language: Language) -> Self {
        Session { language, format: Format::Short, sources: Sources::default(), colour_out: false, colour_err: false }
    }
}
