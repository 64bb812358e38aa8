#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::cli::session::Exit;

fn session() -> Session {
    Session::quiet(Language::English)
}

fn folder(content: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(PROJECT_FILE), content).unwrap();
    folder
}

fn slugs(failure: &Failure) -> Vec<&'static str> {
    failure.problems.iter().map(|problem| problem.kind.slug).collect()
}

#[test]
fn settings_are_read_and_paths_count_from_the_folder() {
    let folder = folder(
        "entry = \"campaigns/main.strat\"\ndata = \"data\"\nas_of = 2026-11-20\nzone = \"Asia/Shanghai\"\n\
         currency = \"CNY\"\nlocale = \"en\"\nout = \"out\"\nledger = \"ledger\"\n",
    );
    let project = Project::load(&mut session(), folder.path()).unwrap();
    assert_eq!(project.entry, folder.path().join("campaigns/main.strat"));
    assert_eq!(project.data.as_deref(), Some(folder.path().join("data").as_path()));
    assert_eq!(project.as_of, Some(AsOf::Day(NaiveDate::from_ymd_opt(2026, 11, 20).unwrap())));
    assert_eq!(project.locale, Language::English);
    assert_eq!(project.instant(&session()).unwrap().to_string(), "2026-11-21 00:00:00");
}

#[test]
fn flags_win() {
    let folder = folder("entry = \"main.strat\"\ndata = \"data\"\nas_of = 2026-11-20\n");
    let flags = SettingFlags { data: Some("elsewhere".into()), as_of: Some("2026-11-21 09:30".into()), ledger: None };
    let project = Project::load(&mut session(), folder.path()).unwrap().override_with(&session(), &flags).unwrap();
    assert_eq!(project.data.as_deref(), Some(Path::new("elsewhere")));
    assert_eq!(project.instant(&session()).unwrap().to_string(), "2026-11-21 09:30:00");
    let wrong = SettingFlags { as_of: Some("soon".into()), ..SettingFlags::default() };
    assert_eq!(slugs(&project.override_with(&session(), &wrong).unwrap_err()), ["bad-setting"]);
}

#[test]
fn every_wrong_setting_is_told_at_its_place() {
    let folder = folder("entry = 3\ncurency = \"CNY\"\nlocale = \"fr\"\nas_of = \"2026-13-01\"\nzone = \"here\"\n");
    let mut session = session();
    let failure = Project::load(&mut session, folder.path()).unwrap_err();
    assert_eq!(failure.exit, Exit::CouldNotRun);
    assert_eq!(slugs(&failure), ["bad-setting", "unknown-setting", "bad-setting", "bad-setting", "bad-setting"]);
    assert_eq!(failure.problems[1].help(Language::English).unwrap(), "did you mean `currency`?");
    assert!(session.sources.place(failure.problems[1].span).ends_with("strat.toml:2:1"));
    assert_eq!(failure.problems[0].title(Language::English), "`entry` cannot be 3");
}

#[test]
fn broken_and_missing_files_are_told() {
    assert_eq!(slugs(&Project::load(&mut session(), folder("entry = main.strat").path()).unwrap_err()), ["bad-project-file"]);
    assert_eq!(slugs(&Project::load(&mut session(), folder("data = \"d\"").path()).unwrap_err()), ["missing-setting"]);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(slugs(&Project::load(&mut session(), empty.path()).unwrap_err()), ["no-project"]);
    assert_eq!(slugs(&Project::load(&mut session(), &empty.path().join("nothing")).unwrap_err()), ["unreadable-file"]);
}

#[test]
fn an_entry_file_is_a_project_and_wins_over_the_setting() {
    let folder = folder("entry = \"main.strat\"\ndata = \"data\"\n");
    let other = folder.path().join("other.strat");
    fs::write(&other, "").unwrap();
    let project = Project::load(&mut session(), &other).unwrap();
    assert_eq!(project.entry, other);
    assert_eq!(project.data.as_deref(), Some(folder.path().join("data").as_path()));
    fs::remove_file(folder.path().join(PROJECT_FILE)).unwrap();
    let alone = Project::load(&mut session(), &other).unwrap();
    assert_eq!(alone.data, None);
    assert_eq!(slugs(&alone.data(&session()).unwrap_err()), ["missing-setting"]);
}
