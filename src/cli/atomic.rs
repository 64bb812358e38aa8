//! Writing that is either done or not begun, whenever the process dies.
//!
//! A file is written beside its target and renamed over it. A folder is filled beside its target, made durable, and then
//! exchanged with it in one step where the system can do that; where it cannot, the previous folder is moved aside first and
//! the next start finishes or undoes a swap that was cut in two. States a crash can leave, and what the next start does:
//!
//! | beside the target | target | then |
//! |---|---|---|
//! | `.NAME.strat-writing-*` that nobody holds | any | removed |
//! | `-ready` and `-old` | missing | `-ready` becomes the target, `-old` is removed |
//! | `-old` alone | missing | `-old` becomes the target again |
//! | `-ready` or `-old` | there | removed |

use super::problems::{CANNOT_WRITE, OUTPUT_NOT_OURS};
use super::session::{Failure, Session, shown};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use thiserror::Error;

/// The file that shows that a folder is ours, and the key in it.
pub const MANIFEST: &str = "manifest.json";

/// The key every manifest has; its value begins with `strat`.
pub const MANIFEST_KEY: &str = "written_by";

/// Replaces one file as a whole; links are followed, permissions kept.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = parent(&path);
    let mut file = tempfile::Builder::new().prefix(".strat-writing-").tempfile_in(&folder)?;
    file.write_all(bytes)?;
    match fs::metadata(&path) {
        Ok(about) => fs::set_permissions(file.path(), about.permissions())?,
        Err(_) => open_to_readers(file.path())?,
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    sync_folder(&folder)
}

/// Temporary files are private to their owner; results are not meant to be.
#[cfg(unix)]
fn open_to_readers(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_readers(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Why a folder was not written.
#[derive(Debug, Error)]
pub enum FolderError {
    #[error("{} was not written by strat", .0.display())]
    NotOurs(PathBuf),
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
}

impl FolderError {
    /// The problem shown to the user, and how the process ends.
    pub fn failure(&self, session: &Session) -> Failure {
        match self {
            FolderError::NotOurs(path) => Failure::refused(Problem::new(&OUTPUT_NOT_OURS, NOWHERE).with("path", shown(path))),
            FolderError::Io { path, error } => {
                Failure::could_not_run(Problem::new(&CANNOT_WRITE, NOWHERE).with("path", shown(path)).with("reason", session.reason(error)))
            }
        }
    }
}

/// A folder that appears whole or not at all.
#[derive(Debug)]
pub struct AtomicFolder {
    target: PathBuf,
    working: PathBuf,
    /// Held while the working folder is in use, so that another process does not take it for a leftover.
    _held: Option<File>,
}

impl AtomicFolder {
    /// Cleans up after crashes and opens an empty working folder beside the target. Refuses a target that strat did not write.
    pub fn begin(target: &Path) -> Result<Self, FolderError> {
        let target = absolute(target).map_err(|error| FolderError::Io { path: target.to_owned(), error })?;
        let failed = |error| FolderError::Io { path: target.clone(), error };
        let above = parent(&target);
        fs::create_dir_all(&above).map_err(failed)?;
        let _alone = hold(&above);
        recover(&target).map_err(failed)?;
        if !may_replace(&target).map_err(failed)? {
            return Err(FolderError::NotOurs(target));
        }
        let working = new_working_folder(&target).map_err(failed)?;
        let held = File::open(&working).ok().filter(|file| file.try_lock().is_ok());
        Ok(Self { target, working, _held: held })
    }

    /// Where the files go until the folder is committed, for writers that need a path.
    pub fn path(&self) -> &Path {
        &self.working
    }

    /// Writes one file; `name` is relative and may name folders.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.working.join(name);
        let failed = |error| FolderError::Io { path: self.target.join(name), error };
        if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(failed(io::Error::from(io::ErrorKind::InvalidInput)));
        }
        fs::create_dir_all(parent(&path)).and_then(|()| fs::write(&path, bytes)).map_err(failed)
    }

    /// Writes the manifest, makes everything durable and puts the folder in place of the previous one. The manifest must be a
    /// JSON object with [`MANIFEST_KEY`], else the next run could not replace what this one wrote.
    pub fn commit(self, manifest: &[u8]) -> Result<(), FolderError> {
        let failed = |error| FolderError::Io { path: self.target.clone(), error };
        if !is_our_manifest(manifest) {
            return Err(failed(io::Error::from(io::ErrorKind::InvalidData)));
        }
        self.write(MANIFEST, manifest)?;
        sync_all(&self.working).map_err(failed)?;
        let above = parent(&self.target);
        let _alone = hold(&above);
        // The target may have changed hands while the files were written.
        if !may_replace(&self.target).map_err(failed)? {
            return Err(FolderError::NotOurs(self.target.clone()));
        }
        put_in_place(&self.working, &self.target, exchange).and_then(|()| sync_folder(&above)).map_err(failed)
    }
}

impl Drop for AtomicFolder {
    fn drop(&mut self) {
        // After a commit this is the previous folder or nothing; what cannot be removed now is removed by the next start.
        let _ = fs::remove_dir_all(&self.working);
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

/// Links are followed, so that the folder and its working folder are on one disk.
fn absolute(path: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(path).or_else(|_| std::path::absolute(path))
}

/// An exclusive hold on a folder, waiting for others; systems that cannot lock folders go without.
fn hold(folder: &Path) -> Option<File> {
    File::open(folder).ok().filter(|file| file.lock().is_ok())
}

/// `.NAME.strat-SUFFIX` beside the target.
fn beside(target: &Path, suffix: &str) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    parent(target).join(format!(".{name}.strat-{suffix}"))
}

fn new_working_folder(target: &Path) -> io::Result<PathBuf> {
    let mut attempt = 0_u32;
    loop {
        let path = beside(target, &format!("writing-{}-{attempt}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 10_000 => attempt += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Missing, empty, or with our manifest.
fn may_replace(target: &Path) -> io::Result<bool> {
    match fs::read_dir(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(error),
        Ok(mut entries) => Ok(entries.next().is_none() || fs::read(target.join(MANIFEST)).is_ok_and(|bytes| is_our_manifest(&bytes))),
    }
}

fn is_our_manifest(bytes: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else { return false };
    value.get(MANIFEST_KEY).and_then(|writer| writer.as_str()).is_some_and(|writer| writer.starts_with("strat"))
}

/// Finishes or undoes a swap that was cut in two, and removes what nobody uses any more.
fn recover(target: &Path) -> io::Result<()> {
    let (ready, old) = (beside(target, "ready"), beside(target, "old"));
    if !target.exists() && old.exists() {
        fs::rename(if ready.exists() { &ready } else { &old }, target)?;
    }
    for leftover in [ready, old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover)?;
        }
    }
    let prefix = beside(target, "writing-").file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for entry in fs::read_dir(parent(target))? {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(&prefix);
        if is_ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Afterwards `working` is gone or holds the previous folder.
fn put_in_place(working: &Path, target: &Path, exchange: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    if !target.exists() {
        return fs::rename(working, target);
    }
    if exchange(working, target).is_ok() {
        return Ok(());
    }
    let (ready, old) = (beside(target, "ready"), beside(target, "old"));
    fs::rename(working, &ready)?;
    fs::rename(target, &old)?;
    fs::rename(&ready, target)?;
    fs::rename(&old, working)
}

#[cfg(target_os = "linux")]
fn exchange(left: &Path, right: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, left, CWD, right, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Everything below a folder, then the folder.
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            File::open(&path)?.sync_all()?;
        }
    }
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[path = "atomic_tests.rs"]
mod tests;
