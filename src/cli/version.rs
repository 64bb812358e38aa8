//! `strat version`.

use super::session::{Exit, Session};
use serde_json::json;
use strat::diag::render::Format;

/// Prints the version, as JSON when that was asked for.
pub fn run(session: &Session) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let modules = strat::stdlib::modules().len();
    let engine = cfg!(feature = "engine");
    match session.format {
        Format::Json => {
            let value = json!({ "format_version": "1.0", "strat_version": version, "engine": engine, "standard_modules": modules });
            session.print(&format!("{value}\n"));
        }
        Format::Human | Format::Short | Format::Sarif | Format::Github => session.print(&format!("strat {version}\n")),
    }
    Exit::Ok
}
