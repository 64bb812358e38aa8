//! `strat sample`: writes a synthetic bank to a folder.

use super::arguments::{Sample, TableForm};
use super::problems::SAMPLE_FAILED;
use super::session::{Exit, Failure, Session, shown};
use chrono::NaiveDate;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use strat::diag::Problem;
use strat::diag::render::NOWHERE;
use strat::sample::{Bank, TableName, Tables, write_csv_head, write_csv_rows};

/// The file that marks a folder as written by this command, so that it may be replaced.
const MARK: &str = "sample.json";
/// Above this many customers the default format is Parquet.
const CSV_LIMIT: u64 = 100_000;
/// Customers held in memory at once.
const CHUNK: u64 = 5_000;
/// Customers per Parquet part.
#[cfg(feature = "engine")]
const PART: u64 = 50_000;

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Sample) -> Result<Exit, Failure> {
    let stop = |reason: String| Failure::could_not_run(Problem::new(&SAMPLE_FAILED, NOWHERE).with("reason", reason));
    let as_of = NaiveDate::parse_from_str(&arguments.as_of, "%Y-%m-%d")
        .map_err(|_| stop(format!("`{}` is not a day such as 2025-07-01", arguments.as_of)))?;
    write(arguments, as_of).map_err(stop)?;
    session.say(&format!("{}\n", session.words("wrote {}", "已写入 {}").replace("{}", &shown(&arguments.out))));
    Ok(Exit::Ok)
}

/// Writes the sample next to the folder and moves it into place at the end.
///
/// # Errors
/// A sentence for the user: the folder holds something else, or writing failed.
fn write(arguments: &Sample, as_of: NaiveDate) -> Result<(), String> {
    let out = arguments.out.as_path();
    check_free(out)?;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(|error| failed("create", parent, &error))?;
    let workshop = tempfile::Builder::new().prefix(".sample-").tempdir_in(parent).map_err(|error| failed("write in", parent, &error))?;
    let fresh = workshop.path().join("new");
    fs::create_dir(&fresh).map_err(|error| failed("create", &fresh, &error))?;
    let bank = Bank::new(arguments.customers, arguments.seed, as_of);
    let small = arguments.customers <= CSV_LIMIT || cfg!(not(feature = "engine"));
    let format = arguments.tables.unwrap_or(if small { TableForm::Csv } else { TableForm::Parquet });
    match format {
        TableForm::Csv => write_csv(&bank, &fresh)?,
        TableForm::Parquet => write_parquet(&bank, &fresh)?,
    }
    write_mark(arguments, format, &fresh)?;
    if out.exists() {
        fs::rename(out, workshop.path().join("old")).map_err(|error| failed("replace", out, &error))?;
    }
    fs::rename(&fresh, out).map_err(|error| failed("write", out, &error))
}

fn failed(what: &str, path: &Path, error: &dyn std::fmt::Display) -> String {
    format!("cannot {what} {}: {error}", path.display())
}

fn check_free(out: &Path) -> Result<(), String> {
    if !out.exists() {
        return Ok(());
    }
    let mut entries = fs::read_dir(out).map_err(|error| failed("read", out, &error))?;
    if entries.next().is_none() || out.join(MARK).is_file() {
        return Ok(());
    }
    Err(format!("{} is not empty and was not written by strat sample; name another folder", out.display()))
}

fn write_mark(arguments: &Sample, format: TableForm, fresh: &Path) -> Result<(), String> {
    let format = match format {
        TableForm::Csv => "csv",
        TableForm::Parquet => "parquet",
    };
    let mark = serde_json::json!({
        "customers": arguments.customers,
        "seed": arguments.seed,
        "as_of": arguments.as_of.to_string(),
        "format": format,
        "version": env!("CARGO_PKG_VERSION"),
    });
    let path = fresh.join(MARK);
    fs::write(&path, format!("{mark:#}\n")).map_err(|error| failed("write", &path, &error))
}

/// Says on standard error how far long work has come, at every tenth.
struct Progress {
    total: u64,
    said: u64,
}

impl Progress {
    fn reached(&mut self, done: u64) {
        let tenth = done.saturating_mul(10) / self.total.max(1);
        if self.total >= CSV_LIMIT && tenth > self.said {
            self.said = tenth;
            eprintln!("sample: {done} of {} customers", self.total);
        }
    }
}

fn write_csv(bank: &Bank, folder: &Path) -> Result<(), String> {
    let mut files = Vec::new();
    for name in TableName::ALL {
        let path = folder.join(format!("{}.csv", name.name()));
        let mut file = BufWriter::with_capacity(1 << 18, File::create(&path).map_err(|error| failed("create", &path, &error))?);
        write_csv_head(name.columns(), &mut file).map_err(|error| failed("write", &path, &error))?;
        files.push((path, file));
    }
    let mut add = |tables: &Tables| -> Result<(), String> {
        for (table, (path, file)) in tables.iter().zip(&mut files) {
            write_csv_rows(table, file).map_err(|error| failed("write", path, &error))?;
        }
        Ok(())
    };
    let mut progress = Progress { total: bank.customers(), said: 0 };
    add(&bank.reference())?;
    let mut start = 1;
    while start <= bank.customers() {
        let end = start + CHUNK;
        add(&bank.chunk(start..end))?;
        progress.reached((end - 1).min(bank.customers()));
        start = end;
    }
    for (path, mut file) in files {
        file.flush().map_err(|error| failed("write", &path, &error))?;
    }
    Ok(())
}

#[cfg(not(feature = "engine"))]
fn write_parquet(_: &Bank, _: &Path) -> Result<(), String> {
    Err("this build of strat cannot write Parquet; use --format csv".to_owned())
}

#[cfg(feature = "engine")]
fn write_parquet(bank: &Bank, folder: &Path) -> Result<(), String> {
    let mut progress = Progress { total: bank.customers(), said: 0 };
    write_part(&bank.reference(), folder, 0, true)?;
    let mut start = 1;
    let mut part = 0;
    while start <= bank.customers() {
        let end = start + PART;
        write_part(&bank.chunk(start..end), folder, part, part == 0)?;
        progress.reached((end - 1).min(bank.customers()));
        start = end;
        part += 1;
    }
    Ok(())
}

/// Writes one part of every table that has rows in it; the first part of a customer table is written even when empty.
#[cfg(feature = "engine")]
fn write_part(tables: &Tables, folder: &Path, part: u64, first: bool) -> Result<(), String> {
    for table in tables.iter() {
        let parts = folder.join(table.name);
        let path = parts.join(format!("part-{part:05}.parquet"));
        if table.rows == 0 && (!first || path.exists()) {
            continue;
        }
        fs::create_dir_all(&parts).map_err(|error| failed("create", &parts, &error))?;
        let file = File::create(&path).map_err(|error| failed("create", &path, &error))?;
        strat::sample::write_parquet(table, BufWriter::new(file)).map_err(|error| failed("write", &path, &error))?;
    }
    Ok(())
}
