#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

const DAY: &str = "2026-11-20T00:00";

fn tables(text: &str) -> Vec<(String, Vec<u8>)> {
    vec![("contacts".into(), text.into()), ("assignments".into(), b"customer_id,arm\n".to_vec())]
}

#[test]
fn runs_add_parts_and_the_same_run_adds_nothing() {
    let place = tempfile::tempdir().unwrap();
    let ledger = LedgerStore::new(place.path().join("ledger"));
    assert_eq!(ledger.read_parts().unwrap(), []);
    assert_eq!(ledger.commit("r1", DAY, &tables("a"), "lists").unwrap(), Committed::Now);
    assert_eq!(ledger.commit("r2", "2026-11-21T00:00", &tables("a"), "lists").unwrap(), Committed::Now);
    let record = fs::read(place.path().join("ledger/runs.csv")).unwrap();
    assert_eq!(ledger.commit("r1", DAY, &tables("a"), "lists").unwrap(), Committed::Before);
    assert_eq!(fs::read(place.path().join("ledger/runs.csv")).unwrap(), record);
    let parts = ledger.read_parts().unwrap();
    let seen: Vec<_> = parts.iter().map(|part| (part.run.as_str(), part.table.as_str())).collect();
    assert_eq!(seen, [("r1", "contacts"), ("r1", "assignments"), ("r2", "contacts"), ("r2", "assignments")]);
    assert_eq!(parts[0].bytes, b"a");
    assert_eq!(ledger.runs().unwrap(), [("r1".into(), DAY.into()), ("r2".into(), "2026-11-21T00:00".into())]);
}

#[test]
fn other_rows_for_the_same_run_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let ledger = LedgerStore::new(place.path());
    ledger.commit("r1", DAY, &tables("a"), "lists").unwrap();
    assert!(matches!(ledger.commit("r1", DAY, &tables("b"), "lists"), Err(LedgerError::Conflict { .. })));
    assert!(matches!(ledger.commit("r1", DAY, &[], "lists"), Err(LedgerError::Conflict { .. })));
    assert!(matches!(ledger.commit("r1", DAY, &tables("a"), "other lists"), Err(LedgerError::Conflict { .. })));
    assert_eq!(ledger.read_parts().unwrap()[0].bytes, b"a");
}

#[test]
fn a_crash_before_the_record_leaves_nothing_to_see() {
    let place = tempfile::tempdir().unwrap();
    let ledger = LedgerStore::new(place.path());
    ledger.commit("r1", DAY, &tables("a"), "lists").unwrap();
    let record = fs::read(place.path().join(RECORD)).unwrap();
    ledger.commit("r2", DAY, &tables("b"), "lists").unwrap();
    // The record is written last, so this is the disk as a kill just before it leaves it.
    fs::write(place.path().join(RECORD), record).unwrap();
    assert_eq!(ledger.read_parts().unwrap().len(), 2);
    assert_eq!(ledger.commit("r2", DAY, &tables("b"), "lists").unwrap(), Committed::Now);
    assert_eq!(ledger.read_parts().unwrap().len(), 4);
}

#[test]
fn a_run_without_rows_is_remembered() {
    let place = tempfile::tempdir().unwrap();
    let ledger = LedgerStore::new(place.path());
    assert_eq!(ledger.commit("r1", DAY, &[], "lists").unwrap(), Committed::Now);
    assert_eq!(ledger.commit("r1", DAY, &[], "lists").unwrap(), Committed::Before);
    assert_eq!(ledger.read_parts().unwrap(), []);
    assert_eq!(ledger.runs().unwrap().len(), 1);
}

#[test]
fn edited_and_missing_parts_and_torn_records_are_found() {
    let place = tempfile::tempdir().unwrap();
    let ledger = LedgerStore::new(place.path());
    ledger.commit("r1", DAY, &tables("a"), "lists").unwrap();
    let part = fs::read_dir(place.path().join("contacts")).unwrap().next().unwrap().unwrap().path();
    let damaged = || matches!(ledger.read_parts(), Err(LedgerError::Damaged { .. }));
    fs::write(&part, "edited").unwrap();
    assert!(damaged());
    fs::remove_file(&part).unwrap();
    assert!(damaged());
    fs::write(place.path().join(RECORD), "run,as_of,table,part,blake3\nr1,2026").unwrap();
    assert!(damaged());
    fs::write(place.path().join(RECORD), format!("{HEADER}\nr1,x,contacts,../../secret,00\n")).unwrap();
    assert!(damaged());
}

#[test]
fn names_that_would_leave_the_folder_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let ledger = LedgerStore::new(place.path());
    for name in ["../x", "a/b", "a,b", "", ".hidden", "a\nb"] {
        assert!(ledger.commit("r1", DAY, &[(name.into(), Vec::new())], "lists").is_err(), "{name:?}");
        assert!(ledger.commit(name, DAY, &[], "lists").is_err(), "{name:?}");
    }
    assert!(ledger.read_parts().unwrap().is_empty());
}
