//! Overlays of modules, and the order of classes they set for everybody.

use super::{assert_passes, assert_passes_with, both_ways, explained, slugs, strategy};
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
    let test = |winner: &str| {
        format!(
            "test \"x\" {{ as of 2025-07-01 00:00 given customers (customer_id, status) (\"C1\", \"active\") expect \"C1\" send sms using {winner} expect \"C1\" excluded at_most_1_sms }}\n"
        )
    };
    for text in both_ways(HEAD, &strategies, &test("a")) {
        assert_passes(&text);
    }
    for text in both_ways(&format!("{HEAD}overlay season {{ order sales, risk }}\n"), &strategies, &test("b")) {
        assert_passes(&text);
    }
    let with = |head: &str, overlay: &str| slugs(&format!("{head}{overlay}\n"));
    assert_eq!(with(&HEAD.replace("always", "always locked"), "overlay season { order sales, risk }"), ["locked-order"]);
    assert_eq!(with(HEAD, "overlay one { order sales, risk } overlay two { order risk, sales }"), ["param-set-twice"]);
    assert_eq!(with(HEAD, "overlay one { order sales, risk, sales }"), ["duplicate-label"]);
    assert_eq!(with(&HEAD.replace("always", "always locked"), "overlay one when is_employee { order sales, risk }"), ["locked-order"]);
}

const PEOPLE: &str = "as of 2025-07-01 00:00 given customers (customer_id, status, county, risk_level, branch_id)
  (\"C1\", \"active\", missing, 1, \"B1\") (\"C2\", \"active\", \"x\", 1, \"B1\") (\"C3\", \"active\", missing, missing, \"B2\") (\"C4\", \"active\", \"x\", 5, \"B2\")
  given branches (branch_id, name, kind) (\"B1\", \"x\", \"standard\") (\"B2\", \"y\", \"standard\")\n";

#[test]
fn an_overlay_orders_the_classes_for_its_subjects_alone() {
    let strategies = [strategy("first", "class risk", "send sms using a"), strategy("second", "class sales", "send sms using b")];
    let overlays = "overlay county when county is known { order sales, risk }\noverlay bold when risk_level >= 5 { order sales }\n";
    let test = format!(
        "test \"order\" {{ {PEOPLE}
  expect \"C1\" send sms using a  expect \"C1\" not send sms using b  expect \"C1\" excluded at_most_1_sms
  expect \"C2\" send sms using b  expect \"C2\" not send sms using a  expect \"C2\" excluded at_most_1_sms
  expect \"C3\" send sms using a
  expect \"C4\" nothing  expect \"C4\" excluded overlay_conflict }}\n"
    );
    for text in both_ways(&format!("{HEAD}{overlays}"), &strategies, &test) {
        assert_passes(&text);
        let told = explained(&text, "C2");
        // Each action is told of once, by the order that holds for the subject.
        assert_eq!((told.matches("at_most_1_sms: true").count(), told.matches("at_most_1_sms: false").count()), (1, 1), "{told}");
    }
}

#[test]
fn an_order_by_subject_decides_capacities_and_what_people_share() {
    let head = HEAD.replace("at most 1 sms in any 7 days", "at most 1 sms per branch_id per calendar day");
    let strategies = [strategy("first", "class risk", "send sms using a"), strategy("second", "class sales", "send sms using b")];
    let overlay = "overlay county when county is known { order sales, risk }\n";
    // One text per branch: C1's risk and C2's sales are first of their orders, and who has no overlay goes before.
    let test = format!(
        "test \"shared\" {{ {PEOPLE}
  expect \"C1\" send sms using a  expect \"C2\" nothing  expect \"C3\" send sms using a  expect \"C4\" nothing }}\n"
    );
    for text in both_ways(&format!("{head}{overlay}"), &strategies, &test) {
        assert_passes(&text);
    }
    let head = HEAD.replace("contact { at most 1 sms in any 7 days }", "capacity { capacity 3 sms per calendar day overflow drop }");
    let ranked = [
        strategy("first", "class risk rank by aum desc", "send sms using a"),
        strategy("second", "class sales rank by aum desc", "send sms using b"),
    ];
    let test = format!("feature aum = sum(accounts.balance)\ntest \"capacity\" {{ {PEOPLE}
  given accounts (account_id, customer_id, account_class, balance, status) (\"A1\", \"C2\", \"I\", 9万元, \"active\") (\"A2\", \"C1\", \"I\", 1万元, \"active\") (\"A3\", \"C4\", \"I\", 5万元, \"active\")
  expect \"C1\" send sms using a  expect \"C3\" send sms using a  expect \"C2\" send sms using b  expect \"C2\" not send sms using a
  expect \"C4\" nothing  expect \"C4\" excluded capacity }}\n");
    for text in both_ways(&format!("{head}{overlay}"), &ranked, &test) {
        assert_passes(&text);
    }
}

#[test]
fn an_order_by_subject_holds_for_whoever_is_reached() {
    let remind = "strategy remind for loans { class risk purpose \"service\" on while status = \"active\" again always plan { send sms using a } }\n".to_string();
    let strategies = [remind, strategy("second", "class sales", "send sms using b")];
    let overlay = "overlay county when county is known { order sales, risk }\n";
    let test = format!("test \"reached\" {{ {PEOPLE} given loans (loan_id, customer_id, principal, outstanding, status)
    (\"L1\", \"C1\", 1万元, 1万元, \"active\") (\"L2\", \"C2\", 1万元, 1万元, \"active\") (\"L9\", \"C9\", 1万元, 1万元, \"active\")
  expect \"L1\" send sms using a  expect \"C1\" nothing  expect \"L2\" nothing  expect \"C2\" send sms using b  expect \"L9\" send sms using a }}\n");
    for text in both_ways(&format!("{HEAD}{overlay}"), &strategies, &test) {
        assert_passes(&text);
    }
    let about_loans = "subject loans\nuse std.schema\noverlay late when overdue_days > 0 { order sales, risk }\n";
    let region = Region(about_loans);
    let text = format!("{}{}", HEAD.replace("use std.schema\n", "use std.schema\nuse region\n"), strategies[1]);
    let found = strat::check::check("main.strat", &text, &region).problems;
    assert_eq!(
        found.iter().filter(|problem| problem.is_error()).map(|problem| problem.kind.slug).collect::<Vec<_>>(),
        ["order-of-other-table"]
    );
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
