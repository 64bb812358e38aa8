//! `strat run --require-approval FILE`: only programs that somebody approved are run.
//!
//! The file holds one approval per line: the hash of the compiled program, who approved it, and whatever the bank wants to add;
//! `#` begins a comment. Any change to the program, its params or a module it uses changes the hash.

use super::super::problems::{APPROVED_BY_OWNER, NOT_APPROVED};
use super::super::session::{Failure, Session, shown};
use super::super::stages::Loaded;
use std::path::Path;
use strat::diag::Problem;
use strat::diag::render::NOWHERE;

/// Refuses a program that the file does not approve, or that an owner of one of its strategies approved.
///
/// # Errors
/// A file that cannot be read, a program that is not approved.
pub(super) fn require(session: &Session, loaded: &Loaded, file: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| session.unreadable(file, &error))?;
    let Some(approver) = approver(&text, &loaded.hash) else {
        let problem = Problem::new(&NOT_APPROVED, NOWHERE).with("program", &loaded.program.name).with("path", shown(file));
        return Err(Failure::refused(problem.with("hash", &loaded.hash)));
    };
    let owned = loaded.program.strategies.iter().find(|strategy| strategy.owner.as_deref().map(str::trim) == Some(approver.as_str()));
    match owned {
        Some(strategy) => {
            let problem = Problem::new(&APPROVED_BY_OWNER, NOWHERE).with("name", approver).with("strategy", &strategy.name);
            Err(Failure::refused(problem))
        }
        None => Ok(()),
    }
}

/// Who approved a program, if anybody did.
fn approver(text: &str, hash: &str) -> Option<String> {
    let mut lines = text.lines().map(|line| line.split('#').next().unwrap_or("").split_whitespace());
    lines.find_map(|mut words| (words.next() == Some(hash)).then(|| words.next().map(String::from)).flatten())
}

#[cfg(test)]
mod tests {
    use super::approver;

    #[test]
    fn an_approval_names_the_program_and_somebody() {
        let text = "# approvals\nabc 风险管理部 2026-11-20 # first\n\ndef\n";
        assert_eq!(approver(text, "abc").as_deref(), Some("风险管理部"));
        assert_eq!(approver(text, "def"), None);
        assert_eq!(approver(text, "approvals"), None);
    }
}
