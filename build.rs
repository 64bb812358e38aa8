//! Lists the standard modules and the error pages, so that the binary carries both.
//!
//! Writes two tables into the build folder: `modules.rs` (name, text) and `error_pages.rs` (slug, page), both sorted by name.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed=build.rs");
    write_table(&root, "stdlib", "strat", &out.join("modules.rs"), |parts| parts.join("."))?;
    write_table(&root, "docs/errors", "md", &out.join("error_pages.rs"), |parts| parts.join("/"))
}

/// Writes `&[(name, include_str!(file)), …]` for every file with the ending below `folder`.
fn write_table(root: &Path, folder: &str, ending: &str, to: &Path, name: impl Fn(&[String]) -> String) -> io::Result<()> {
    println!("cargo:rerun-if-changed={folder}");
    let mut found = Vec::new();
    collect(&root.join(folder), &mut Vec::new(), ending, &mut found)?;
    let mut rows: Vec<(String, String)> = found.iter().map(|parts| (name(parts), parts.join("/"))).collect();
    rows.sort();
    let mut table = String::from("&[\n");
    for (name, path) in rows {
        let file = format!("/{folder}/{path}.{ending}");
        let _ = writeln!(table, "    ({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?}))),");
    }
    table.push_str("]\n");
    fs::write(to, table)
}

/// Path segments below the folder, the ending cut off. A folder that does not exist holds nothing.
fn collect(folder: &Path, above: &mut Vec<String>, ending: &str, found: &mut Vec<Vec<String>>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let (Some(stem), Some(whole)) = (text(path.file_stem()), text(path.file_name())) else { continue };
        if path.is_dir() {
            above.push(whole);
            collect(&path, above, ending, found)?;
            above.pop();
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(above.iter().cloned().chain([stem]).collect());
        }
    }
    Ok(())
}

fn text(name: Option<&std::ffi::OsStr>) -> Option<String> {
    name?.to_str().map(String::from)
}
