//! CSV that opens well in Excel, and the plain CSV of the ledger.

use super::cell::{CellValue, Cells};
use super::sheet::{Page, Sheet};
use polars::prelude::PolarsError;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use thiserror::Error;

/// Why a file was not written.
#[derive(Debug, Error)]
pub enum WriteError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Frame(#[from] PolarsError),
    #[error("{0}")]
    Excel(#[from] rust_xlsxwriter::XlsxError),
}

/// A written file, as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OutputFile {
    pub file: String,
    pub rows: u64,
    /// Hex.
    pub blake3: String,
}

/// A file that is hashed while it is written.
struct Hashed {
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    rows: u64,
}

impl Hashed {
    fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(Hashed { file: BufWriter::new(File::create(path)?), hasher: blake3::Hasher::new(), rows: 0 })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.write_all(bytes)
    }

    fn finish(mut self, name: &str) -> io::Result<OutputFile> {
        self.file.flush()?;
        Ok(OutputFile { file: name.to_owned(), rows: self.rows, blake3: self.hasher.finalize().to_hex().to_string() })
    }
}

/// How cells are put into CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A spreadsheet: byte-order mark, texts that would run as formulas begin with an apostrophe.
    Spreadsheet,
    /// Our own binding.
    Ledger,
}

/// Whether a spreadsheet would run the text.
fn runs_as_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn push_cell(value: CellValue<'_>, reader: Reader, scratch: &mut String, line: &mut String) {
    scratch.clear();
    if let (CellValue::Text(text), Reader::Spreadsheet) = (value, reader)
        && runs_as_formula(text)
    {
        scratch.push('\'');
    }
    value.write(scratch);
    if scratch.contains(['"', ',', '\n', '\r']) || scratch.starts_with([' ', '\t']) || scratch.ends_with([' ', '\t']) {
        line.push('"');
        line.push_str(&scratch.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(scratch);
    }
}

fn header(sheet: &Sheet<'_>, reader: Reader) -> String {
    let mut line = String::new();
    let mut scratch = String::new();
    if reader == Reader::Spreadsheet {
        line.push('\u{feff}');
    }
    for (at, field) in sheet.fields.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        push_cell(CellValue::Text(&field.name), reader, &mut scratch, &mut line);
    }
    line.push_str(end(reader));
    line
}

/// Spreadsheets expect the line end of RFC 4180.
fn end(reader: Reader) -> &'static str {
    match reader {
        Reader::Spreadsheet => "\r\n",
        Reader::Ledger => "\n",
    }
}

/// The lines of a page, one by one.
fn each_line(page: &Page<'_>, reader: Reader, mut take: impl FnMut(usize, &str) -> io::Result<()>) -> Result<(), WriteError> {
    let cells = page.cells()?;
    let (mut line, mut scratch) = (String::new(), String::new());
    for row in 0..page.rows() {
        push_row(&cells, row, reader, &mut scratch, &mut line);
        take(row, &line)?;
    }
    Ok(())
}

fn push_row(cells: &[Cells<'_>], row: usize, reader: Reader, scratch: &mut String, line: &mut String) {
    line.clear();
    for (at, cells) in cells.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        push_cell(cells.get(row), reader, scratch, line);
    }
    line.push_str(end(reader));
}

/// Writes a sheet as one file.
pub fn write_csv(sheet: &Sheet<'_>, folder: &Path, name: &str) -> Result<OutputFile, WriteError> {
    let mut file = Hashed::create(&folder.join(name))?;
    file.write(header(sheet, Reader::Spreadsheet).as_bytes())?;
    for page in sheet.pages() {
        each_line(&page?, Reader::Spreadsheet, |_, line| file.write(line.as_bytes()))?;
    }
    file.rows = sheet.rows() as u64;
    Ok(file.finish(name)?)
}

/// The hash of the file that [`write_csv`] would write.
pub fn csv_hash(sheet: &Sheet<'_>) -> Result<String, WriteError> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header(sheet, Reader::Spreadsheet).as_bytes());
    for page in sheet.pages() {
        each_line(&page?, Reader::Spreadsheet, |_, line| {
            hasher.update(line.as_bytes());
            Ok(())
        })?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Writes a sheet as one file per channel; rows without a channel are operational actions.
pub fn write_channels(sheet: &Sheet<'_>, channels: &[String], folder: &Path) -> Result<Vec<OutputFile>, WriteError> {
    let mut files: BTreeMap<String, Hashed> = BTreeMap::new();
    let header = header(sheet, Reader::Spreadsheet);
    let begin = |name: &str| -> io::Result<Hashed> {
        let mut file = Hashed::create(&folder.join(name))?;
        file.write(header.as_bytes())?;
        Ok(file)
    };
    for channel in channels {
        let name = file_of(Some(channel));
        files.insert(name.clone(), begin(&name)?);
    }
    for page in sheet.pages() {
        let page = page?;
        let Some(column) = page.texts("channel") else { return Ok(Vec::new()) };
        each_line(&page, Reader::Spreadsheet, |row, line| {
            let name = file_of(column.get(row));
            let file = match files.entry(name) {
                Entry::Occupied(file) => file.into_mut(),
                Entry::Vacant(free) => {
                    let file = begin(free.key())?;
                    free.insert(file)
                }
            };
            file.rows += 1;
            file.write(line.as_bytes())
        })?;
    }
    files.into_iter().map(|(name, file)| file.finish(&name).map_err(WriteError::from)).collect()
}

/// `actions/sms.csv`; what cannot stand in a file name becomes `_`.
fn file_of(channel: Option<&str>) -> String {
    let stem: String =
        channel.unwrap_or("operations").chars().map(|c| if c.is_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect();
    format!("actions/{stem}.csv")
}

/// A sheet as the ledger keeps it.
///
/// # Errors
/// A column that is not held as its type says.
pub fn ledger_bytes(sheet: &Sheet<'_>) -> Result<Vec<u8>, WriteError> {
    let mut out = header(sheet, Reader::Ledger);
    for page in sheet.pages() {
        each_line(&page?, Reader::Ledger, |_, line| {
            out.push_str(line);
            Ok(())
        })?;
    }
    Ok(out.into_bytes())
}
