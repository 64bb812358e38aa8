//! The comparison of two versions of waking dormant customers (fixture F-SC32), to the printed digits.

use super::fixtures::*;
use crate::evaluate::evaluation::{Met, TrialReport, Unit, VersionRow};
use crate::evaluate::judge::{judge, print};
use crate::evaluate::observed::Observed;
use crate::ir::{Formula, Target, TrialKind};

/// `incremental(activated) * 60元 - cost`
fn profit() -> Formula {
    Formula::Subtract(
        Box::new(Formula::Multiply(Box::new(Formula::Incremental(0)), Box::new(Formula::Number(6000.0)))),
        Box::new(Formula::Cost),
    )
}

fn fixture(a: (u64, u64), cost_a: i128, decide: (bool, Formula, &str)) -> Observed {
    let mut own = trial(
        &[("wake_a", None), ("wake_b", None), ("control", None)],
        vec![rate_measure("activated")],
        vec![goal("lift", 0, Target::Relative(0.35))],
    );
    own.kind = TrialKind::Compare;
    own.arms[0].label = Some("仅短信".to_owned());
    own.decide = Some((decide.0, decide.1, decide.2.to_owned()));
    let mut own = with_rates(observed(own), 0, &[a, (4000, 380), (2000, 120)]);
    own.arms[0].cost = cost_a * 100;
    own.arms[1].cost = 900_000;
    own
}

fn version<'a>(report: &'a TrialReport, arm: &str) -> &'a VersionRow {
    report.versions.as_ref().unwrap().rows.iter().find(|row| row.arm == arm).unwrap()
}

/// Rate, relative lift, difference, incremental, cost, per incremental, profit, as the table prints them.
fn printed(row: &VersionRow) -> [String; 7] {
    let (lift, low, high) = ends(&row.lift);
    let (gap, least, most) = ends(&row.difference);
    let pp = |value: f64| print::number(value * 100.0, 2);
    [
        print::percent(known(&row.level)),
        format!("{} ({} … {})", print::signed_percent(lift), print::signed(low * 100.0, 1), print::signed(high * 100.0, 1)),
        format!("+{} pp ({} … {})", pp(gap), pp(least), pp(most)),
        print::count(known(&row.incremental)),
        print::count(row.cost),
        print::number(known(&row.per_incremental), 2),
        print::signed(known(&row.decided_by), 0),
    ]
}

#[test]
fn the_table_of_two_versions_to_the_printed_digits() {
    let report = judge(&fixture((4000, 324), 1600, (true, profit(), "profit")));
    let versions = report.versions.as_ref().unwrap();
    assert_eq!((versions.rule.as_str(), versions.unit, versions.chosen.as_deref()), ("highest profit", Unit::Money, Some("wake_a")));
    let (a, b, control) = (version(&report, "wake_a"), version(&report, "wake_b"), version(&report, "control"));
    let a_printed = ["8.1%", "+35.0% (+11.1 … +67.3)", "+2.10 pp (0.71 … 3.41)", "84", "1,600", "19.05", "+3,440"];
    assert_eq!(printed(a), a_printed);
    assert_eq!(printed(b), ["9.5%", "+58.3% (+31.0 … +95.5)", "+3.50 pp (2.08 … 4.85)", "140", "9,000", "64.29", "−600"]);
    assert_eq!((a.verdict.as_str(), b.verdict.as_str(), control.verdict.as_str()), ("chosen", "beaten", "control"));
    assert_eq!(b.words.en, "larger lift, loses money");
    assert_eq!((control.n, control.reached, slug(&control.lift.value)), (2000, Some(120.0), "control"));
    assert_eq!(versions.sentence.zh, "按规则 `highest profit`，仅短信入选，取值 3,440.00元");
}

#[test]
fn the_card_has_goal_result_and_verdict() {
    let report = judge(&fixture((4000, 324), 1600, (true, profit(), "profit")));
    let verdict = &report.verdict;
    assert_eq!(verdict.sentence.en, "Goal: +35% relative against control. Result: +35.0% (+11.1% to +67.3%). Met.");
    assert_eq!(verdict.sentence.zh, "目标：相对对照组 +35%。结果：+35.0%（+11.1% 至 +67.3%）。已达成。");
    assert_eq!((verdict.rule.as_str(), verdict.met, verdict.arm.as_deref()), ("R3", Met::Met, Some("wake_a")));
    assert_eq!(
        verdict.action.en,
        "By the rule `highest profit` wake_a is chosen with 3,440.00 yuan. Give wake_a to 95.0% of the customers and keep 5.0% held out."
    );
    // The other one is not shipped: what it earns may be less than nothing.
    let other = verdict.by_arm.iter().find(|arm| arm.arm == "wake_b").unwrap();
    assert_eq!(other.rule, "R8");
    assert_eq!(verdict.findings.len(), 10);
}

#[test]
fn five_hundred_customers_are_inconclusive_and_cannot_win() {
    let report = judge(&fixture((500, 41), 200, (true, profit(), "profit")));
    let a = version(&report, "wake_a");
    assert_eq!(printed(a), ["8.2%", "+36.7% (−6.6 … +88.4)", "+2.20 pp (−0.18 … 5.10)", "11", "200", "18.18", "+460"]);
    assert_eq!(a.verdict, "inconclusive");
    // The one that is left loses money, so none is chosen.
    assert_eq!(report.versions.as_ref().unwrap().chosen, None);
    assert_eq!(row(&report, "lift", "wake_a").met, Met::NotYetKnowable);
}

#[test]
fn another_rule_chooses_the_other_version() {
    let report = judge(&fixture((4000, 324), 1600, (true, Formula::Measure(0), "lift")));
    let versions = report.versions.as_ref().unwrap();
    assert_eq!((versions.rule.as_str(), versions.chosen.as_deref(), versions.unit), ("highest lift", Some("wake_b"), Unit::Share));
    assert_eq!(version(&report, "wake_a").words.en, "beaten by the rule");
    assert_eq!(report.verdict.arm.as_deref(), Some("wake_b"));
}

#[test]
fn a_version_that_breaches_a_guard_cannot_win() {
    let mut own = fixture((4000, 324), 1600, (true, profit(), "profit"));
    own.trial.measures.push(rate_measure("complaints"));
    own.trial.goals.push(guard("complaints", 1, 0.002));
    own.measures.push(own.measures[0].clone());
    let own = with_rates(own, 1, &[(4000, 120), (4000, 8), (2000, 4)]);
    let report = judge(&own);
    assert_eq!(version(&report, "wake_a").verdict, "guard_breached");
    assert_eq!(row(&report, "complaints", "wake_a").guard.as_deref(), Some("breached"));
    assert_eq!(row(&report, "complaints", "wake_a").met, Met::NotMet);
    assert_eq!(report.versions.as_ref().unwrap().chosen, None);
    // Goal met and guard breached: harm stops it, before any conflict is asked about.
    assert_eq!(report.verdict.by_arm[0].rule, "R2");
}
