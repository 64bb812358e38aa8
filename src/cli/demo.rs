//! `strat demo`: a newcomer's first run, from nothing to an action list.

use super::arguments::{Demo, Run, Sample, SettingFlags, TableForm};
use super::session::{Exit, Failure, Session};
use super::{run, sample};
use std::fs;

/// The program and its project file, as in `examples/sample_bank`.
const FILES: [(&str, &str); 2] = [
    ("sample_bank.strat", include_str!("../../examples/sample_bank/sample_bank.strat")),
    ("strat.toml", include_str!("../../examples/sample_bank/strat.toml")),
];

/// Rows of the action list shown at the end.
const SHOWN: usize = 12;

/// Runs the command.
pub fn run(session: &mut Session, arguments: &Demo) -> Result<Exit, Failure> {
    let folder = &arguments.out;
    fs::create_dir_all(folder).map_err(|error| session.unwritable(folder, &error))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        super::atomic::replace_file(&path, text.as_bytes()).map_err(|error| session.unwritable(&path, &error))?;
    }
    let bank = Sample {
        out: folder.join("data"),
        customers: arguments.customers,
        seed: 1,
        as_of: String::from("2025-07-01"),
        tables: (arguments.customers <= 100_000).then_some(TableForm::Csv),
    };
    sample::run(session, &bank)?;
    let job = Run {
        project: Some(folder.clone()),
        out: Some(folder.join("lists")),
        ahead: None,
        since: None,
        forms: Vec::new(),
        check_all: false,
        require_approval: None,
        show: Some(SHOWN),
        settings: SettingFlags::default(),
    };
    run::run(session, &job)
}
