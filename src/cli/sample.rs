//! `strat sample`: the data of a synthetic bank.

use super::arguments::Sample;
use super::not_in_this_build;
use super::session::{Exit, Failure, Session};

/// Runs the command.
pub fn run(_: &mut Session, arguments: &Sample) -> Result<Exit, Failure> {
    let _ = (&arguments.out, arguments.customers, arguments.seed, &arguments.as_of, arguments.tables);
    Err(not_in_this_build("sample"))
}
