#![allow(clippy::unwrap_used)]

use super::*;

const OURS: &[u8] = br#"{"written_by": "strat 0.1.0"}"#;

fn written(target: &Path, text: &str) {
    let folder = AtomicFolder::begin(target).unwrap();
    folder.write("actions/sms.csv", text.as_bytes()).unwrap();
    folder.commit(OURS).unwrap();
}

fn content(target: &Path) -> String {
    fs::read_to_string(target.join("actions/sms.csv")).unwrap()
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("deep/out");
    written(&target, "one");
    let folder = AtomicFolder::begin(&target).unwrap();
    folder.write("new.csv", b"two").unwrap();
    assert_eq!(content(&target), "one");
    folder.commit(OURS).unwrap();
    assert_eq!(entries(&target), ["manifest.json", "new.csv"]);
    assert_eq!(entries(&place.path().join("deep")), ["out"]);
}

#[test]
fn a_folder_given_up_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("out");
    written(&target, "one");
    AtomicFolder::begin(&target).unwrap().write("new.csv", b"two").unwrap();
    assert_eq!(content(&target), "one");
    assert_eq!(entries(place.path()), ["out"]);
}

#[test]
fn folders_and_files_of_others_are_never_replaced() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("thesis");
    fs::create_dir(&target).unwrap();
    AtomicFolder::begin(&target).unwrap();
    fs::write(target.join("chapter.txt"), "mine").unwrap();
    assert!(matches!(AtomicFolder::begin(&target), Err(FolderError::NotOurs(_))));
    fs::write(target.join(MANIFEST), r#"{"name": "a web page"}"#).unwrap();
    assert!(matches!(AtomicFolder::begin(&target), Err(FolderError::NotOurs(_))));
    assert!(matches!(AtomicFolder::begin(&target.join("chapter.txt")), Err(FolderError::NotOurs(_))));
    assert_eq!(fs::read_to_string(target.join("chapter.txt")).unwrap(), "mine");
}

#[test]
fn a_folder_that_changes_hands_while_we_write_is_not_replaced() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("out");
    let folder = AtomicFolder::begin(&target).unwrap();
    fs::create_dir(&target).unwrap();
    fs::write(target.join("chapter.txt"), "mine").unwrap();
    assert!(matches!(folder.commit(OURS), Err(FolderError::NotOurs(_))));
    assert_eq!(entries(&target), ["chapter.txt"]);
}

#[test]
fn manifests_and_names_are_checked() {
    let place = tempfile::tempdir().unwrap();
    let folder = AtomicFolder::begin(&place.path().join("out")).unwrap();
    assert!(folder.write("../escape.csv", b"").is_err());
    assert!(folder.write("/escape.csv", b"").is_err());
    assert!(folder.commit(b"{}").is_err());
    assert!(entries(place.path()).is_empty());
}

#[test]
fn every_state_a_crash_can_leave_is_put_right() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("out");
    let state = |old: bool, ready: bool, whole: bool| {
        for (present, path, text) in
            [(old, beside(&target, "old"), "old"), (ready, beside(&target, "ready"), "new"), (whole, target.clone(), "now")]
        {
            let _ = fs::remove_dir_all(&path);
            if present {
                fs::create_dir_all(path.join("actions")).unwrap();
                fs::write(path.join("actions/sms.csv"), text).unwrap();
                fs::write(path.join(MANIFEST), OURS).unwrap();
            }
        }
        fs::create_dir_all(beside(&target, "writing-1-0").join("half")).unwrap();
        drop(AtomicFolder::begin(&target).unwrap());
        assert_eq!(entries(place.path()), if target.exists() { vec!["out"] } else { vec![] });
        target.exists().then(|| content(&target))
    };
    assert_eq!(state(false, false, false), None);
    assert_eq!(state(false, false, true).as_deref(), Some("now"));
    assert_eq!(state(false, true, true).as_deref(), Some("now"));
    assert_eq!(state(true, true, false).as_deref(), Some("new"));
    assert_eq!(state(true, false, false).as_deref(), Some("old"));
    assert_eq!(state(true, false, true).as_deref(), Some("now"));
}

#[cfg(unix)]
#[test]
fn two_writers_do_not_take_each_other_for_leftovers() {
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("out");
    let first = AtomicFolder::begin(&target).unwrap();
    first.write("actions/sms.csv", b"first").unwrap();
    written(&target, "second");
    assert_eq!(content(&target), "second");
    first.commit(OURS).unwrap();
    assert_eq!(content(&target), "first");
    assert_eq!(entries(place.path()), ["out"]);
}

#[test]
fn the_swap_without_exchange_ends_the_same() {
    let place = tempfile::tempdir().unwrap();
    let (working, target) = (place.path().join("working"), place.path().join("out"));
    let cannot = |_: &Path, _: &Path| Err(io::Error::from(io::ErrorKind::Unsupported));
    for text in ["one", "two"] {
        let _ = fs::remove_dir_all(&working);
        fs::create_dir_all(working.join("actions")).unwrap();
        fs::write(working.join("actions/sms.csv"), text).unwrap();
        put_in_place(&working, &target, cannot).unwrap();
        assert_eq!(content(&target), text);
    }
    assert_eq!(content(&working), "one");
    assert_eq!(entries(place.path()), ["out", "working"]);
}

/// The folder a child process of the test below writes to; unset in an ordinary run.
const WRITE_HERE: &str = "STRAT_TEST_WRITES_HERE";

/// Writes folders and ledger runs without end; only as the child of the test below.
#[test]
fn a_process_to_be_killed() {
    let Some(place) = std::env::var_os(WRITE_HERE).map(PathBuf::from) else { return };
    let ledger = crate::cli::ledger::LedgerStore::new(place.join("ledger"));
    let mut generation = ledger.runs().unwrap().len();
    loop {
        let text = format!("{generation}").repeat(5_000);
        let folder = AtomicFolder::begin(&place.join("out")).unwrap();
        for file in 0..5 {
            folder.write(&format!("{file}.csv"), text.as_bytes()).unwrap();
        }
        folder.commit(OURS).unwrap();
        let tables = ["contacts", "assignments"].map(|table| (table.to_owned(), text.clone().into_bytes()));
        ledger.commit(&format!("run{generation}"), "2026-11-20", &tables, "same").unwrap();
        generation += 1;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn killing_the_writer_at_any_moment_leaves_something_whole() {
    let place = tempfile::tempdir().unwrap();
    let ledger = crate::cli::ledger::LedgerStore::new(place.path().join("ledger"));
    let mut before = 0;
    for round in 0..25_u64 {
        let mut writer = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cli::atomic::tests::a_process_to_be_killed"])
            .env(WRITE_HERE, place.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(15 + round * 3));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let parts = ledger.read_parts().unwrap();
        assert_eq!(parts.len(), 2 * ledger.runs().unwrap().len());
        assert!(parts.len() >= before, "a finished run was lost");
        before = parts.len();
        if !place.path().join("out").exists() {
            assert_eq!(before, 0, "the output was lost");
            continue;
        }
        let files: Vec<String> = (0..5).map(|file| fs::read_to_string(place.path().join(format!("out/{file}.csv"))).unwrap()).collect();
        assert!(files.iter().all(|text| Some(text) == files.first()), "the output is a mix of two runs");
    }
    assert!(before > 0, "the writer never finished a run");
    drop(AtomicFolder::begin(&place.path().join("out")).unwrap());
    assert_eq!(entries(place.path()), ["ledger", "out"]);
}

#[test]
fn a_file_is_replaced_and_keeps_its_permissions() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("a.strat");
    replace_file(&path, b"one").unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    replace_file(&path, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert!(fs::metadata(&path).unwrap().permissions().readonly());
    assert_eq!(entries(place.path()), ["a.strat"]);
}
