//! Reading programs: files, folders and standard input, always as UTF-8.

use super::problems::{NO_PROGRAMS, NOT_UTF8};
use super::session::{Failure, Session, shown};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::source::{FileId, SourceFile, Span};

/// The path that means standard input.
pub const STANDARD_INPUT: &str = "-";

/// A program that was read.
#[derive(Debug)]
pub struct Program {
    pub file: FileId,
    /// Where it came from; `None` for standard input.
    pub path: Option<PathBuf>,
}

/// The `.strat` files the paths name, folders searched through and sorted; nothing named means this folder. A file named
/// twice is taken once.
pub fn programs(session: &Session, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found: Vec<PathBuf> = Vec::new();
    for path in paths {
        if path.as_os_str() == STANDARD_INPUT {
            found.push(path.clone());
            continue;
        }
        let about = fs::metadata(path).map_err(|error| session.unreadable(path, &error))?;
        if !about.is_dir() {
            found.push(path.clone());
            continue;
        }
        let before = found.len();
        walk(path, &mut found).map_err(|error| session.unreadable(path, &error))?;
        if found.len() == before {
            return Err(Failure::could_not_run(Problem::new(&NO_PROGRAMS, NOWHERE).with("path", shown(path))));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(shown(path)));
    Ok(found)
}

/// The entry files of a folder whose programs run together: its `.strat` files in the order of their names, without those that
/// another of them uses as a module.
pub fn entries(session: &mut Session, folder: &Path) -> Result<Vec<FileId>, Failure> {
    let listed =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>());
    let mut paths = listed.map_err(|error| session.unreadable(folder, &error))?;
    paths.retain(|path| path.is_file() && is_program(path));
    paths.sort();
    let (mut found, mut used) = (Vec::new(), std::collections::BTreeSet::new());
    for path in &paths {
        let file = read(session, path, None)?.file;
        let text = session.sources.get(file).map(|file| file.text.clone()).unwrap_or_default();
        let uses = strat::syntax::parse(file, &text).file.items.into_iter().filter_map(|item| match item.kind {
            strat::syntax::ast::ItemKind::Use(used) => Some(used.module.text()),
            _ => None,
        });
        used.extend(uses);
        found.push((path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(), file));
    }
    found.retain(|(stem, _)| !used.contains(stem));
    if found.is_empty() {
        return Err(Failure::could_not_run(Problem::new(&NO_PROGRAMS, NOWHERE).with("path", shown(folder))));
    }
    Ok(found.into_iter().map(|(_, file)| file).collect())
}

fn is_program(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(".strat") && !name.to_string_lossy().starts_with('.'))
}

/// Whether programs lie directly in a folder.
pub fn holds_programs(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.filter_map(Result::ok).any(|entry| is_program(&entry.path()) && entry.path().is_file())
}

/// Hidden folders and build output are not programs.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_link = path.is_symlink();
        if path.is_dir() && !is_link && !name.starts_with('.') && name != "target" {
            walk(&path, found)?;
        } else if path.is_file() && name.ends_with(".strat") && !name.starts_with('.') {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads every program that can be read; the problems of the others keep nobody from seeing the rest.
pub fn read_all(session: &mut Session, paths: &[PathBuf], name_for_input: Option<&str>) -> (Vec<Program>, Vec<Problem>) {
    let mut programs = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        match read(session, path, name_for_input) {
            Ok(program) => programs.push(program),
            Err(failure) => problems.extend(failure.problems),
        }
    }
    (programs, problems)
}

/// Reads one program into the session. Standard input is called `name_for_input`, or `<stdin>`.
pub fn read(session: &mut Session, path: &Path, name_for_input: Option<&str>) -> Result<Program, Failure> {
    let (bytes, name, path) = if path.as_os_str() == STANDARD_INPUT {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(|error| session.unreadable(path, &error))?;
        (bytes, name_for_input.unwrap_or("<stdin>").to_owned(), None)
    } else {
        (fs::read(path).map_err(|error| session.unreadable(path, &error))?, shown(path), Some(path.to_owned()))
    };
    let text = text(session, &name, bytes)?;
    Ok(Program { file: session.sources.add(SourceFile::new(name, text)), path })
}

/// The text of the bytes, a byte-order mark cut off; bytes that are not UTF-8 are a problem at the place where they start.
pub fn text(session: &mut Session, name: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text)),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let before = String::from_utf8_lossy(bytes.get(..good).unwrap_or_default()).into_owned();
            let encoding = guessed(&bytes);
            let file = session.sources.add(SourceFile::new(name, before));
            let guess = encoding.map(|name| format!("{} {name}", session.words("; it looks like", "，看起来是"))).unwrap_or_default();
            let command = format!("iconv -f {} -t UTF-8 {name} > utf8.strat", encoding.unwrap_or("GB18030"));
            let problem = Problem::new(&NOT_UTF8, Span::new(file, good, good)).with("guess", guess).with("command", command);
            Err(Failure::could_not_run(problem))
        }
    }
}

/// The likely encoding of bytes that are not UTF-8, from their structure alone.
fn guessed(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some("UTF-16");
    }
    is_gb18030(bytes).then_some("GB18030")
}

/// Whether every byte above ASCII belongs to a well-formed pair or quadruple of GB18030.
fn is_gb18030(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return true,
            [0..=0x7f, tail @ ..] => tail,
            [0x81..=0xfe, 0x40..=0x7e | 0x80..=0xfe, tail @ ..] => tail,
            [0x81..=0xfe, 0x30..=0x39, 0x81..=0xfe, 0x30..=0x39, tail @ ..] => tail,
            [_, ..] => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::guessed;

    #[test]
    fn encodings_are_guessed_from_structure() {
        // "客户" in GB18030.
        assert_eq!(guessed(b"segment \xbf\xcd\xbb\xa7 = true"), Some("GB18030"));
        assert_eq!(guessed(&[0xff, 0xfe, b's', 0]), Some("UTF-16"));
        assert_eq!(guessed(&[b'a', 0xff]), None);
        assert_eq!(guessed(&[b'a', 0xe4]), None);
    }
}
