//! The calls into the language, one thin function each, so that commands know nothing of how the stages are built.

use super::input::read;
use super::project::{AsOf, PROJECT_FILE};
use super::session::{Exit, Failure, Session};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use strat::check::{self, Checked, Loader};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::ir::{ArtifactError, ModelFile, Program, Test, read_artifact, write_artifact};
use strat::source::{FileId, SourceFile, Sources};

/// Modules beside the entry file: `a.b` is `a/b.strat` in its folder.
struct Beside {
    folder: PathBuf,
}

impl Beside {
    /// The folder of an entry file; the current folder for standard input.
    fn of(entry: &str) -> Self {
        let folder = Path::new(entry).parent().filter(|folder| !folder.as_os_str().is_empty());
        Beside { folder: folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf) }
    }
}

impl Beside {
    /// The day the project beside the entry file runs for, in days since 1970, where its file says one.
    fn day(&self) -> Option<i64> {
        let text = std::fs::read_to_string(self.folder.join(PROJECT_FILE)).ok()?;
        let written = text.lines().find_map(|line| line.trim().strip_prefix("as_of")?.trim_start().strip_prefix('='))?;
        let instant = AsOf::parse(written.split('#').next()?.trim().trim_matches('"'))?.instant()?;
        Some(instant.and_utc().timestamp().div_euclid(86_400))
    }
}

impl Loader for Beside {
    fn load(&self, module: &str) -> Option<(String, String)> {
        let mut path = self.folder.clone();
        path.extend(module.split('.'));
        path.set_extension("strat");
        let text = std::fs::read_to_string(&path).ok()?;
        let text = text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text);
        Some((super::session::shown(&path), text))
    }

    fn known(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".strat").map(String::from))
            .collect();
        names.sort();
        names
    }
}

/// A program that starts at one file, with everything found about it; places are those of the session's `sources`.
pub struct CheckedEntry {
    pub problems: Vec<Problem>,
    pub program: Option<Program>,
    pub tests: Vec<(Program, Test)>,
    /// The program's own files; places inside `program` are in these.
    pub own: Sources,
    /// For each of the program's own files, the same file in the session.
    pub files: Vec<FileId>,
}

/// Checks the program that starts at `entry`; modules it uses are added to `sources`.
pub fn check_entry(sources: &mut Sources, entry: FileId) -> CheckedEntry {
    let name = sources.get(entry).map(|file| file.name.clone()).unwrap_or_default();
    check_together(sources, &name, &[entry])
}

/// Checks the program that starts at several files of one folder, all its strategies together; modules are added to `sources`.
pub fn check_together(sources: &mut Sources, name: &str, entries: &[FileId]) -> CheckedEntry {
    let texts: Vec<(String, String)> =
        entries.iter().filter_map(|entry| sources.get(*entry)).map(|file| (file.name.clone(), file.text.clone())).collect();
    let (Some(entry), Some((first, _))) = (entries.first().copied(), texts.first()) else {
        return CheckedEntry { problems: Vec::new(), program: None, tests: Vec::new(), own: Sources::default(), files: Vec::new() };
    };
    let beside = Beside::of(first);
    let Checked { sources: own, problems, program, tests } = check::check_together(name, &texts, &beside, beside.day());
    let files = adopt(sources, &own, entry);
    let problems = problems.into_iter().map(|problem| moved(problem, &files)).collect();
    CheckedEntry { problems, program, tests, own, files }
}

/// The modules beside an entry file, some with another text.
struct Edited {
    beside: Beside,
    /// By the name the file is shown with.
    texts: BTreeMap<String, String>,
}

impl Loader for Edited {
    fn load(&self, module: &str) -> Option<(String, String)> {
        let (name, text) = self.beside.load(module)?;
        let text = self.texts.get(&name).cloned().unwrap_or(text);
        Some((name, text))
    }

    fn known(&self) -> Vec<String> {
        self.beside.known()
    }
}

/// A loaded program as it would be with other texts of some of its own files, of which the first `entries` are entry files.
pub fn edited(sources: &mut Sources, loaded: &Loaded, entries: usize, texts: &BTreeMap<FileId, String>) -> Option<CheckedEntry> {
    let own = loaded.own.as_ref()?;
    let text_of = |(id, file): (FileId, &SourceFile)| (file.name.clone(), texts.get(&id).unwrap_or(&file.text).clone());
    let first: Vec<(String, String)> = own.iter().take(entries).map(text_of).collect();
    let (name, text) = first.first()?;
    let entry = sources.add(SourceFile::new(name.clone(), text.clone()));
    let loader = Edited { beside: Beside::of(name), texts: own.iter().map(text_of).collect() };
    let day = loader.beside.day();
    let Checked { sources: own, problems, program, tests } = check::check_together(&loaded.program.name, &first, &loader, day);
    let files = adopt(sources, &own, entry);
    let problems = problems.into_iter().map(|problem| moved(problem, &files)).collect();
    Some(CheckedEntry { problems, program, tests, own, files })
}

/// All problems of the programs that start at `entries`, each problem once; modules they use are added to `sources`.
pub fn check(sources: &mut Sources, entries: &[FileId]) -> Vec<Problem> {
    entries.iter().flat_map(|entry| check_entry(sources, *entry).problems).collect()
}

/// A condition about the subject of a program, as one more node of it: of one entry file, or of all of a folder.
pub fn check_expression(session: &mut Session, entry: &Path, expression: &str) -> Result<(Program, strat::ir::NodeId), Failure> {
    let (name, files) = entry_files(session, entry)?;
    let sources = &mut session.sources;
    let texts: Vec<(String, String)> =
        files.iter().filter_map(|file| sources.get(*file)).map(|file| (file.name.clone(), file.text.clone())).collect();
    let (Some(file), Some((first, _))) = (files.first().copied(), texts.first()) else {
        return Err(Failure { exit: Exit::CouldNotRun, problems: Vec::new() });
    };
    check::check_expression(&name, &texts, &Beside::of(first), expression).map_err(|(own, problems)| {
        let files = adopt(sources, &own, file);
        Failure { exit: Exit::CouldNotRun, problems: problems.into_iter().map(|problem| moved(problem, &files)).collect() }
    })
}

/// For each file of `own`, the same file in `sources`: the entry, one already read, or a new one.
fn adopt(sources: &mut Sources, own: &Sources, entry: FileId) -> Vec<FileId> {
    let mut out = Vec::new();
    for (at, file) in own.iter() {
        let known = sources.iter().find(|(_, other)| other.name == file.name && other.text == file.text).map(|(id, _)| id);
        out.push(match known {
            _ if at.0 == 0 => entry,
            Some(id) => id,
            None => sources.add(SourceFile::new(file.name.clone(), file.text.clone())),
        });
    }
    out
}

fn moved(mut problem: Problem, files: &[FileId]) -> Problem {
    let place = |file: FileId| files.get(file.0 as usize).copied().unwrap_or(file);
    problem.span.file = place(problem.span.file);
    for label in &mut problem.labels {
        label.span.file = place(label.span.file);
    }
    for edit in problem.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.span.file = place(edit.span.file);
    }
    problem
}

/// The text in the standard layout, or the problems that keep it from being laid out, placed in `file`.
pub fn format(text: &str, file: FileId) -> Result<String, Vec<Problem>> {
    strat::syntax::format(text).map_err(|problems| problems.into_iter().map(|problem| moved(problem, &[file])).collect())
}

/// A program that can be run.
pub struct Loaded {
    pub program: Program,
    /// blake3 of the compiled form, hex: the same whether the program came as text or compiled.
    pub hash: String,
    /// The program's text; none when it came compiled.
    pub own: Option<Sources>,
    /// For each of the program's own files, the same file in the session.
    files: Vec<FileId>,
}

impl Loaded {
    /// A problem about the program's own places, at those of the session; nowhere when there is no text to point into.
    pub fn placed(&self, problem: Problem) -> Problem {
        if self.own.is_some() { moved(problem, &self.files) } else { Problem { span: NOWHERE, ..problem } }
    }
}

/// The typed program of an entry file, which may be text or the compiled form, or of all entry files of a folder.
pub fn program(session: &mut Session, entry: &Path) -> Result<Loaded, Failure> {
    if entry.is_dir() {
        let checked = checked(session, entry)?;
        return loaded(session, checked, entry);
    }
    let bytes = std::fs::read(entry).map_err(|error| session.unreadable(entry, &error))?;
    if bytes.starts_with(b"strat-program ") {
        let program = read_artifact(&bytes).map_err(unusable)?;
        return Ok(Loaded { program, hash: blake3::hash(&bytes).to_hex().to_string(), own: None, files: Vec::new() });
    }
    let checked = checked(session, entry)?;
    loaded(session, checked, entry)
}

/// How many entry files a program has.
pub fn entry_count(session: &mut Session, entry: &Path) -> Result<usize, Failure> {
    if entry.is_dir() { Ok(super::input::entries(session, entry)?.len()) } else { Ok(1) }
}

/// Checks the program of an entry file, or of all entry files of a folder together.
pub fn checked(session: &mut Session, entry: &Path) -> Result<CheckedEntry, Failure> {
    let (name, files) = entry_files(session, entry)?;
    Ok(check_together(&mut session.sources, &name, &files))
}

/// The name of a program and its entry files: one, or all of a folder.
fn entry_files(session: &mut Session, entry: &Path) -> Result<(String, Vec<FileId>), Failure> {
    if !entry.is_dir() {
        let file = read(session, entry, None)?.file;
        return Ok((session.sources.get(file).map(|file| file.name.clone()).unwrap_or_default(), vec![file]));
    }
    let files = super::input::entries(session, entry)?;
    let folder = std::fs::canonicalize(entry).unwrap_or_else(|_| entry.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((name, files))
}

fn unusable(error: ArtifactError) -> Failure {
    Failure::could_not_run(Problem::new(&super::problems::BAD_ARTIFACT, NOWHERE).with("reason", error))
}

/// Where the network of a model is: its path counts from the folder of the entry file.
pub fn model_path(entry: &Path, model: &ModelFile) -> PathBuf {
    let folder = if entry.is_dir() { Some(entry) } else { entry.parent() };
    folder.map_or_else(|| PathBuf::from(&model.file), |folder| folder.join(&model.file))
}

/// The fingerprints of the networks a program runs: another network makes another program.
///
/// # Errors
/// A file that cannot be read.
pub fn fingerprint_models(session: &Session, program: &mut Program, entry: &Path) -> Result<(), Failure> {
    for model in &mut program.models {
        let path = model_path(entry, model);
        let bytes = std::fs::read(&path).map_err(|error| session.unreadable(&path, &error))?;
        model.blake3 = Some(blake3::hash(&bytes).to_hex().to_string());
    }
    Ok(())
}

fn loaded(session: &Session, checked: CheckedEntry, entry: &Path) -> Result<Loaded, Failure> {
    let Some(mut program) = checked.program else {
        return Err(Failure { exit: Exit::Findings, problems: checked.problems });
    };
    session.report_warnings(checked.problems);
    fingerprint_models(session, &mut program, entry)?;
    let bytes = write_artifact(&program).map_err(unusable)?;
    Ok(Loaded { program, hash: blake3::hash(&bytes).to_hex().to_string(), own: Some(checked.own), files: checked.files })
}
