//! Overlays of modules, and the order of classes they set for everybody.

use super::{assert_passes, assert_passes_with, both_ways, slugs, strategy};
use strat::check::Loader;

const HEAD: &str = r#"use std.schema
subject customers
template a for sms = "甲"
template b for sms = "乙"
policy house always { arbitration { order risk, sales } contact { at most 1 sms in any 7 days } }
"#;

#[test]
fn an_overlay_for_everybody_sets_the_order_of_classes() {
    let strategies = [strategy("first", "class risk", "send sms using a"), strategy("second", "class sales", "send sms using b")];
    let test = |winner: &str| format!("test \"x\" {{ as of 2025-07-01 00:00 given customers (customer_id, status) (\"C1\", \"active\") expect \"C1\" send sms using {winner} expect \"C1\" excluded at_most_1_sms }}\n");
    for text in both_ways(HEAD, &strategies, &test("a")) {
        assert_passes(&text);
    }
    for text in both_ways(&format!("{HEAD}overlay season {{ order sales, risk }}\n"), &strategies, &test("b")) {
        assert_passes(&text);
    }
    let with = |head: &str, overlay: &str| slugs(&format!("{head}{overlay}\n"));
    assert_eq!(with(&HEAD.replace("always", "always locked"), "overlay season { order sales, risk }"), ["locked-order"]);
    assert_eq!(with(HEAD, "overlay one { order sales, risk } overlay two { order risk, sales }"), ["param-set-twice"]);
    assert_eq!(with(HEAD, "overlay one when is_employee { order sales, risk }"), ["not-available-yet"]);
}

/// One module called `region`.
struct Region(&'static str);

impl Loader for Region {
    fn load(&self, module: &str) -> Option<(String, String)> {
        (module == "region").then(|| (String::from("region.strat"), String::from(self.0)))
    }

    fn known(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn an_overlay_of_a_module_holds_for_the_program_that_uses_it() {
    let region = Region(
        "use std.schema\nsubject customers\nparam floor = 5万元 in 1万元 .. 20万元
feature worth = sum(accounts.balance) ?? 0元\nsegment rich = worth >= floor
overlay county \"县域\" when county is known { param floor = 3万元  disable calls }
overlay staff when is_employee { disable texts }\n",
    );
    let head = HEAD.replace("use std.schema\n", "use std.schema\nuse region\n");
    let texts = "strategy texts { purpose \"service\" on while region.rich again always plan { send sms using a } }\n";
    let calls = "template c for ai_call = \"丙\"\nstrategy calls { purpose \"service\" on while region.rich again always plan { send ai_call using c } }\n";
    let test = "test \"region\" { as of 2025-07-01 00:00
  given customers (customer_id, status, county, is_employee)
    (\"C1\", \"active\", \"x\", false) (\"C2\", \"active\", missing, false) (\"C3\", \"active\", \"x\", true) (\"C4\", \"active\", missing, true) (\"C5\", \"active\", missing, false)
  given accounts (account_id, customer_id, account_class, balance, status)
    (\"A1\", \"C1\", \"I\", 4万元, \"active\") (\"A2\", \"C2\", \"I\", 4万元, \"active\") (\"A3\", \"C3\", \"I\", 4万元, \"active\")
    (\"A4\", \"C4\", \"I\", 9万元, \"active\") (\"A5\", \"C5\", \"I\", 9万元, \"active\")
  expect \"C1\" send sms using a  expect \"C1\" excluded county
  expect \"C2\" nothing
  expect \"C3\" excluded overlay_conflict  expect \"C3\" nothing
  expect \"C4\" excluded staff  expect \"C4\" send ai_call
  expect \"C5\" send sms using a  expect \"C5\" send ai_call }\n";
    assert_passes_with(&format!("{head}{texts}{calls}{test}"), &region);
}
