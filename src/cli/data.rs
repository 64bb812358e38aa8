//! A data folder: which files hold which table, read as they are. What they mean is bound in the library.
//!
//! A table is one `<table>.csv`, `<table>.csv.gz`, `<table>.parquet` or a folder `<table>` of such parts; its label is as good a
//! name as its name. Cells of CSV are read as text, so an identifier keeps its leading zeros.

mod csv;
mod decode;
mod footer;
pub mod problems;

use super::ledger::LedgerPart;
use super::progress::Progress;
use footer::Footer;
use polars::prelude::*;
use problems::{AMBIGUOUS_TABLE, BAD_ENCODING};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use strat::engine::bind::problems::UNREADABLE_DATA;
use strat::engine::bind::{DataProblem, RawSource, RawTables, Reads};
use strat::ir::Program;
use strat::types::{Table, TableId};

/// What the manifest says about one input file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct InputFile {
    /// Relative to the data folder, with `/`.
    pub file: String,
    pub table: String,
    /// Known after binding.
    pub rows: u64,
    pub bytes: u64,
    /// Hex.
    pub blake3: String,
    /// `utf-8`, `gb18030` …; none for Parquet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
}

/// A data folder that was looked through.
#[derive(Clone, Default)]
pub struct OpenedData {
    pub raw: RawTables,
    pub inputs: Vec<InputFile>,
    /// Names of the tables the folder has.
    pub found: Vec<String>,
    pub problems: Vec<DataProblem>,
}

/// How a file holds rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Csv,
    GzippedCsv,
    Parquet,
}

/// Where the rows of one table are.
struct Place {
    path: PathBuf,
    /// `None` for a folder of parts.
    form: Option<Form>,
}

/// Opens the files of the tables that are read; other files are not touched.
///
/// # Errors
/// A folder that cannot be listed. What is wrong with single files is among the problems.
pub fn open(folder: &Path, program: &Program, reads: &Reads, progress: &Progress) -> io::Result<OpenedData> {
    let places = places(folder)?;
    let mut opened = OpenedData { found: places.keys().cloned().collect(), ..OpenedData::default() };
    for id in reads.columns.keys() {
        let Some(table) = program.table(*id) else { continue };
        let here: Vec<&Place> = stems(table).iter().filter_map(|stem| places.get(*stem)).flatten().collect();
        match here.as_slice() {
            [] => {}
            [place] => open_place(folder, *id, table, place, &mut opened, progress),
            several => {
                let names: Vec<String> = several.iter().map(|place| relative(folder, &place.path)).collect();
                opened.problems.push(DataProblem::of_table(&AMBIGUOUS_TABLE, table).with("found", names.join(", ")));
            }
        }
    }
    Ok(opened)
}

/// The names a table's file may have.
fn stems(table: &Table) -> Vec<&str> {
    match &table.file {
        Some(file) => vec![file.as_str()],
        None => std::iter::once(table.name.as_str()).chain(table.label.as_deref().filter(|label| *label != table.name)).collect(),
    }
}

/// Everything in the folder that could be a table, by its name without extension.
fn places(folder: &Path) -> io::Result<BTreeMap<String, Vec<Place>>> {
    let mut found: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for path in sorted(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            found.entry(name).or_default().push(Place { path, form: None });
        } else if let Some((stem, form)) = form_of(&name) {
            found.entry(stem.to_owned()).or_default().push(Place { path, form: Some(form) });
        }
    }
    Ok(found)
}

/// Visible entries in the order of their names.
fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().starts_with(['.', '_'])));
    paths.sort();
    Ok(paths)
}

/// The name without extension, and the form the extension says.
fn form_of(name: &str) -> Option<(&str, Form)> {
    let lower = name.to_ascii_lowercase();
    [(".csv.gz", Form::GzippedCsv), (".csv", Form::Csv), (".parquet", Form::Parquet)]
        .into_iter()
        .find(|(ending, _)| lower.ends_with(ending) && lower.len() > ending.len())
        .and_then(|(ending, form)| Some((name.get(..name.len() - ending.len())?, form)))
}

fn relative(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn open_place(folder: &Path, id: TableId, table: &Table, place: &Place, opened: &mut OpenedData, progress: &Progress) {
    let parts = match place.form {
        Some(form) => vec![(place.path.clone(), form)],
        None => match sorted(&place.path) {
            Ok(paths) => paths
                .into_iter()
                .filter_map(|path| {
                    let (_, form) = form_of(&path.file_name()?.to_string_lossy())?;
                    Some((path, form))
                })
                .collect(),
            Err(error) => return opened.problems.push(unreadable(table, &relative(folder, &place.path), &error.to_string())),
        },
    };
    let parquet = parts.iter().filter(|(_, form)| *form == Form::Parquet).count();
    if parquet != 0 && parquet != parts.len() {
        let names: Vec<String> = parts.iter().take(20).map(|(path, _)| relative(folder, path)).collect();
        return opened.problems.push(DataProblem::of_table(&AMBIGUOUS_TABLE, table).with("found", names.join(", ")));
    }
    let (mut paths, mut footers) = (Vec::new(), Vec::new());
    for (path, form) in parts {
        let name = relative(folder, &path);
        progress.step(&name);
        let read = match form {
            Form::Parquet => parquet_part(&path, &name, table).map(|(input, footer)| {
                paths.push(path);
                footers.push(footer);
                input
            }),
            Form::Csv | Form::GzippedCsv => csv_part(&path, &name, form, table).map(|(input, source)| {
                opened.raw.entry(id).or_default().push(source);
                input
            }),
        };
        match read {
            Ok(input) => opened.inputs.push(input),
            Err(problem) => opened.problems.push(problem),
        }
    }
    if !paths.is_empty() {
        match scan_parquet(&paths) {
            Ok(frame) => {
                let name = relative(folder, &place.path);
                let rows = footers.iter().map(|footer| footer.rows).sum();
                let complete =
                    footers.into_iter().map(|footer| footer.complete).reduce(|all, next| all.intersection(&next).cloned().collect());
                let source = RawSource { rows: Some(rows), complete: complete.unwrap_or_default(), ..RawSource::new(name, frame) };
                opened.raw.entry(id).or_default().push(source);
            }
            Err(error) => opened.problems.push(unreadable(table, &relative(folder, &place.path), &error.to_string())),
        }
    }
}

fn scan_parquet(paths: &[PathBuf]) -> PolarsResult<LazyFrame> {
    let paths = paths.iter().map(|path| PlRefPath::try_from_path(path)).collect::<PolarsResult<Vec<_>>>()?;
    let arguments = ScanArgsParquet { glob: false, ..ScanArgsParquet::default() };
    LazyFrame::scan_parquet_files(paths.into_iter().collect(), arguments)
}

fn unreadable(table: &Table, file: &str, reason: &str) -> DataProblem {
    let reason = reason.lines().next().unwrap_or_default();
    DataProblem::of_table(&UNREADABLE_DATA, table).with("file", file).with("reason", reason)
}

fn parquet_part(path: &Path, name: &str, table: &Table) -> Result<(InputFile, Footer), DataProblem> {
    let wrong = |reason: String| unreadable(table, name, &reason);
    let seen = decode::fingerprint(path).map_err(|error| wrong(error.to_string()))?;
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let footer = footer::read(file).map_err(|error| wrong(error.to_string()))?;
    let input =
        InputFile { file: name.into(), table: table.name.clone(), rows: footer.rows, bytes: seen.bytes, blake3: seen.hash, encoding: None };
    Ok((input, footer))
}

fn csv_part(path: &Path, name: &str, form: Form, table: &Table) -> Result<(InputFile, RawSource), DataProblem> {
    let wrong = |reason: String| unreadable(table, name, &reason);
    let seen = decode::fingerprint(path).map_err(|error| wrong(error.to_string()))?;
    let plain_utf8 = form == Form::Csv && seen.utf8;
    let (frame, encoding) = if plain_utf8 {
        (csv::scan_file(path).map_err(wrong)?, "utf-8")
    } else {
        let bytes = match form {
            Form::GzippedCsv => decode::unzipped(path),
            Form::Csv | Form::Parquet => fs::read(path),
        };
        let bytes = bytes.map_err(|error| wrong(error.to_string()))?;
        let (text, encoding) =
            decode::to_utf8(bytes).map_err(|at| DataProblem::of_table(&BAD_ENCODING, table).with("file", name).with("at", at))?;
        (csv::scan_bytes(text).map_err(wrong)?, encoding)
    };
    let input =
        InputFile { file: name.into(), table: table.name.clone(), rows: 0, bytes: seen.bytes, blake3: seen.hash, encoding: Some(encoding) };
    Ok((input, RawSource::new(name, frame)))
}

/// A part of the ledger as rows of its table.
///
/// # Errors
/// Bytes that are no CSV, as the problem to show.
pub fn ledger_source(table: &Table, part: LedgerPart) -> Result<RawSource, DataProblem> {
    let name = format!("ledger/{} ({})", part.table, part.as_of);
    match csv::scan_bytes(part.bytes) {
        Ok(frame) => Ok(RawSource { ours: true, ..RawSource::new(name, frame) }),
        Err(reason) => Err(unreadable(table, &name, &reason)),
    }
}

/// A table of which the bank has nothing: its headers alone.
pub fn no_rows(table: &Table) -> RawSource {
    let fields = table.columns.iter().map(|column| Field::new(column.name.as_str().into(), DataType::String));
    let frame = DataFrame::empty_with_schema(&fields.collect::<Schema>()).lazy();
    RawSource { ours: true, rows: Some(0), ..RawSource::new(table.name.clone(), frame) }
}

#[cfg(test)]
#[path = "data_tests.rs"]
mod tests;
