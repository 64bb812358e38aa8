#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn part(table: &str, text: &str) -> LedgerPart {
    LedgerPart {
        run: String::from("r"),
        as_of: String::from("2026-11-02T00:00:00"),
        table: table.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

#[test]
fn the_last_recorded_plan_counts() {
    let first = part(
        PLANS,
        "strategy_id,subject,place,wave,after\ns,customers,1,text,\ns,customers,2,call,3 days\nt,loans,1,a,\nt,loans,2,b,1 days\n",
    );
    let second = part(PLANS, "strategy_id,subject,place,wave,after\ns,customers,1,text,\nt,,0,,\n");
    let found = recorded(&[first, part("contacts", "x\n"), second]);
    assert_eq!(found["s"].waves, [(String::from("text"), String::new())]);
    assert!(found["t"].waves.is_empty());
}
