//! Data that cases and reference answers name.

use std::io::Read;
use std::path::{Path, PathBuf};

/// The file an input names: beside the folder of the cases, or in `shared` beside the package.
pub fn data_file(name: &str) -> PathBuf {
    let own = std::env::var_os("STRAT_ORACLES").map(PathBuf::from);
    let beside = own.as_deref().and_then(Path::parent).and_then(Path::parent).map(|folder| folder.join(name));
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    beside.filter(|path| path.exists()).unwrap_or(shared)
}

/// A text file, unpacked when it is packed.
pub fn text_of(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
    if path.extension().is_none_or(|ending| ending != "gz") {
        return String::from_utf8(bytes).expect("the data is text");
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("the data is text");
    text
}
