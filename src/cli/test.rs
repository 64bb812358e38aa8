//! `strat test`: the tests written in programs.

use super::arguments::Test;
use super::input::{programs, read};
use super::session::{Exit, Failure, Session};
use super::stages;
use strat::diag::any_error;
use strat::interp::test::run_test;

/// Runs the command: every test of every program named, on the reference meaning.
pub fn run(session: &mut Session, arguments: &Test) -> Result<Exit, Failure> {
    let (mut passed, mut failed) = (0_usize, 0_usize);
    let mut broken = false;
    let mut problems = Vec::new();
    for path in programs(session, &arguments.paths)? {
        let entry = read(session, &path, None)?;
        let checked = stages::check_entry(&mut session.sources, entry.file);
        broken |= any_error(&checked.problems);
        problems.extend(checked.problems.into_iter().filter(strat::diag::Problem::is_error));
        for (program, test) in &checked.tests {
            if arguments.filter.as_ref().is_some_and(|filter| !test.title.contains(filter.as_str())) {
                continue;
            }
            let report = run_test(program, test);
            let name = session.sources.get(entry.file).map(|file| file.name.clone()).unwrap_or_default();
            let mark = if report.passed() { session.words("passed", "通过") } else { session.words("failed", "未通过") };
            if !session.format.is_machine() {
                session.print(&format!("{mark}  {name}  {}\n", report.title));
            }
            if report.passed() {
                passed += 1
            } else {
                failed += 1
            }
            let mut found: Vec<_> = report.failures.iter().map(strat::interp::test::Failure::problem).collect();
            for problem in &mut found {
                problem.span.file = entry.file;
            }
            problems.extend(found);
        }
    }
    if !problems.is_empty() || session.format.is_machine() {
        session.report(problems);
    }
    if !session.format.is_machine() {
        let words = session.words("{passed} passed, {failed} failed", "{passed} 项通过，{failed} 项未通过");
        session.print(&format!("{}\n", words.replace("{passed}", &passed.to_string()).replace("{failed}", &failed.to_string())));
    }
    Ok(if broken || failed > 0 { Exit::Findings } else { Exit::Ok })
}
