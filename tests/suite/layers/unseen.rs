//! Rows of events at or after the instant of the run: nobody decides on them and nobody is ranked against them.

use super::{assert_passes, written};
use strat::ir::Output;

const PROGRAM: &str = r#"use std.schema
subject visits
event visits "到访" {
  key visit_id : text
  customer_id  : ref customers as customer
  at ts        : time
  minutes      : int
}
template thanks for sms = "感谢到访"
tiers length "时长" worst first { long "长" when minutes >= 60  middle "中" when minutes >= 30  short "短" otherwise }
strategy thank "致谢" {
  class service  purpose "service"
  on while place(minutes where minutes > 0, best: high) <= 2 again never
  plan { by length { long, middle -> send sms using thanks  short -> none because short_stay } }
}
test "the longest visit has not been yet" {
  as of 2025-07-01 00:00
  given customers (customer_id, status) ("C1", "active")
  given visits (visit_id, customer_id, ts, minutes)
    ("V1", "C1", 2025-06-30 23:59, 40) ("V2", "C1", 2025-07-01 00:00, 90) ("V3", "C1", 2025-06-01 00:00, 70)
    ("V4", "C1", 2025-06-02 00:00, 10) ("V5", "C1", 2026-01-01 00:00, 80)
  expect "V1" send sms using thanks
  expect "V2" nothing
  expect "V3" send sms using thanks
  expect "V4" nothing
  expect "V5" nothing
}
"#;

#[test]
fn rows_that_have_not_happened_are_not_decided_on() {
    assert_passes(PROGRAM);
    assert!(written(PROGRAM, Output::Exclusions, "rule").is_empty());
    // A branch for several labels says which one it was.
    let tiers = written(PROGRAM, Output::Actions, "tier");
    assert_eq!(tiers, [("V1".to_owned(), "middle".to_owned()), ("V3".to_owned(), "long".to_owned())]);
}
