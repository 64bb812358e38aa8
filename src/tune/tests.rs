#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
//! Proposals on whole programs: what is edited, what is left alone, and that the checker takes what comes out.

use super::*;
use crate::check::{Checked, Loader, check_together};
use crate::evaluate::evaluation::{Figure, Met, Verdict};
use std::collections::BTreeMap;

const HEAD: &str = "use std.schema\nsubject customers\n\ntemplate hi for sms = \"您好，欢迎您。退订回T\"\n\n";

/// A strategy `s` with these clauses, after these declarations.
fn program(declarations: &str, clauses: &str) -> String {
    let clauses: String = clauses.lines().map(|line| format!("  {line}\n")).collect();
    format!(
        "{HEAD}{declarations}strategy s \"甲\" {{\n  class service\n  purpose \"service\"\n  on while status = \"active\" again after 30 days\n{clauses}  plan {{ send sms using hi }}\n}}\n"
    )
}

struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load(&self, module: &str) -> Option<(String, String)> {
        let name = format!("{}.strat", module.replace('.', "/"));
        self.0.get(&name).map(|text| (name.clone(), text.clone()))
    }

    fn known(&self) -> Vec<String> {
        Vec::new()
    }
}

fn checked(text: &str, modules: &Files) -> Checked {
    check_together("main.strat", &[("main.strat".to_owned(), text.to_owned())], modules, None)
}

fn proposal(slug: &str, what: &str, to: &str) -> Proposal {
    Proposal {
        slug: slug.to_owned(),
        what: what.to_owned(),
        from: String::new(),
        to: to.to_owned(),
        because: Words::new("a is ahead by 0.62 pp (0.31 to 0.93)", "甲组高出 0.62 个百分点（0.31 至 0.93）"),
        next_units: Figure::Known(4_200.0),
        next_date: Some(String::from("2025-08-01")),
    }
}

fn judged(trial: &str, proposals: Vec<Proposal>) -> Evaluation {
    let verdict = Verdict {
        rule: String::from("R7"),
        title: Words::same(""),
        met: Met::NotYetKnowable,
        sentence: Words::same(""),
        action: Words::same(""),
        would_change: Words::same(""),
        arm: None,
        findings: Vec::new(),
        by_arm: Vec::new(),
    };
    let report = TrialReport {
        name: trial.to_owned(),
        label: None,
        owner: None,
        kind: String::from("strategy"),
        randomised: true,
        because: None,
        first_entry: Some(String::from("2025-05-20 00:00")),
        last_entry: None,
        days: None,
        alpha: 0.05,
        looks: String::from("once"),
        verdict,
        trust: Vec::new(),
        goals: Vec::new(),
        arms: Vec::new(),
        money: Vec::new(),
        over_time: Vec::new(),
        exposure: Vec::new(),
        cuts: Vec::new(),
        uplift: None,
        funnel: Vec::new(),
        survival: Vec::new(),
        adjusted: Vec::new(),
        balance: Vec::new(),
        drift: None,
        off_policy: None,
        versions: None,
        proposals,
        tests: Vec::new(),
        notes: Vec::new(),
    };
    Evaluation {
        format: crate::evaluate::evaluation::REPORT_FORMAT,
        program: String::from("main.strat"),
        program_hash: String::from("3f2a9c1d77aa00bb"),
        as_of: String::from("2025-07-01 00:00"),
        inputs: Vec::new(),
        trials: vec![report],
        metrics: Vec::new(),
        migrations: Vec::new(),
        attributions: Vec::new(),
        lifetimes: Vec::new(),
        pacing: Vec::new(),
    }
}

/// The entry file after the proposals, which the checker took.
fn tuned(text: &str, evaluation: &Evaluation, language: Language) -> (Tuned, String, Vec<Words>) {
    let none = Files(BTreeMap::new());
    let before = checked(text, &none);
    let program = before.program.unwrap_or_else(|| panic!("{:?}", before.problems));
    let tuned = propose(&before.sources, 1, &program, evaluation, language);
    let after = tuned.texts.get(&FileId(0)).cloned().unwrap_or_else(|| text.to_owned());
    let again = checked(&after, &none);
    let edited = again.program.unwrap_or_else(|| panic!("{after}\n{:?}", again.problems));
    let notes = confirm(&program, &edited, &tuned).unwrap();
    (tuned, after, notes)
}

/// Lines of `after` that are not in `before`, and the other way round.
fn changed(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let lines =
        |text: &str, other: &str| text.lines().filter(|line| !other.lines().any(|known| known == *line)).map(String::from).collect();
    (lines(before, after), lines(after, before))
}

#[test]
fn shares_change_where_they_stand_with_the_reason_above() {
    let text = program("", "arms { a 45%  b 45%  control 10% }  # agreed in May");
    let evaluation = judged("s", vec![proposal("shares", "a", "60%"), proposal("shares", "b", "30%")]);
    let (found, after, notes) = tuned(&text, &evaluation, Language::English);
    let (gone, new) = changed(&text, &after);
    assert_eq!(gone, ["  arms { a 45%  b 45%  control 10% }  # agreed in May"]);
    let expected = [
        "  # tune 2025-07-01 00:00, program 3f2a9c1d77aa: a 45% → 60%, b 45% → 30%",
        "  # tune a is ahead by 0.62 pp (0.31 to 0.93)",
        "  # tune next decision: 4,200 customers, 2025-08-01",
        "  arms { a 60%  b 30%  control 10% }  # agreed in May",
    ];
    assert_eq!(new, expected);
    assert!(found.left.is_empty() && notes.is_empty());
    assert_eq!(crate::syntax::format(&after).unwrap(), after);
}

#[test]
fn the_comment_of_an_earlier_judgement_is_replaced_in_either_language() {
    let text = program("", "arms { a 45%  b 45%  control 10% }");
    let (_, once, _) = tuned(&text, &judged("s", vec![proposal("shares", "a", "60%")]), Language::English);
    let (_, twice, _) = tuned(&once, &judged("s", vec![proposal("shares", "a", "70%")]), Language::Chinese);
    assert_eq!(twice.lines().filter(|line| line.contains("# tune")).count(), 3, "{twice}");
    assert!(twice.contains("# tune 2025-07-01 00:00，程序 3f2a9c1d77aa：a 60% → 70%"), "{twice}");
    assert!(twice.contains("# tune 下次决策：4,200 位客户，2025-08-01"));
    assert!(twice.contains("arms { a 70%  b 25%  control 5% }"), "{twice}");
}

#[test]
fn a_share_that_is_a_param_changes_the_param_inside_its_range() {
    let text = program(
        "param wait     = 3 days in 1 days .. 9 days\nparam held_out = 10%    in 5% .. 30%\n\n",
        "arms { a 100% - held_out  control held_out }",
    );
    let (found, after, _) = tuned(&text, &judged("s", vec![proposal("ship", "a", "95%")]), Language::English);
    assert!(after.contains("## tune next decision: 4,200 customers, 2025-08-01\nparam held_out = 5%"), "{after}");
    assert!(after.contains("arms { a 100% - held_out  control held_out }"));
    assert_eq!(found.changes[0].kind, ChangeKind::Param);
    assert_eq!(crate::syntax::format(&after).unwrap(), after);

    let (found, after, _) = tuned(&text, &judged("s", vec![proposal("shares", "a", "50%")]), Language::English);
    assert_eq!(after, text);
    assert_eq!(found.left[0].reason.en, "`held_out` would have to be 50%, and its range 5% .. 30% forbids that");
}

#[test]
fn a_strategy_nobody_is_treated_by_any_more_gets_a_last_day() {
    let dated = program("", "runs 2025-05-01 .. 2025-12-31\narms { a 90%  control 10% }");
    let (_, after, _) = tuned(&dated, &judged("s", vec![proposal("stop", "a", "0%")]), Language::English);
    assert!(after.contains("# tune 2025-07-01 00:00, program 3f2a9c1d77aa: s: 2025-12-31 → 2025-06-30\n"), "{after}");
    assert!(after.contains("runs 2025-05-01 .. 2025-06-30\n") && after.contains("a 90%  control 10%"));

    let by_param = program("param held_out = 10% in 5% .. 30%\n\n", "arms { a 100% - held_out  control held_out }");
    let (_, after, _) = tuned(&by_param, &judged("s", vec![proposal("stop", "a", "0%")]), Language::English);
    assert!(after.contains("  runs 2025-05-20 .. 2025-06-30\n  arms { a 100% - held_out"), "{after}");
    assert_eq!(crate::syntax::format(&after).unwrap(), after);
    let after_param = after;

    let plain = program("", "arms { a 90%  control 10% }");
    let (_, after, _) = tuned(&plain, &judged("s", vec![proposal("stop", "a", "0%")]), Language::English);
    assert!(after.contains("arms { a 0%  control 100% }"), "{after}");

    let with_control = judged("s", vec![proposal("stop", "a", "0%"), proposal("shares", "control", "100%")]);
    assert_eq!(tuned(&by_param, &with_control, Language::English).1, after_param);
    assert!(tuned(&plain, &with_control, Language::English).1.contains("arms { a 0%  control 100% }"));

    let two = program("", "runs 2025-05-01 .. 2025-12-31\narms { a 45%  b 45%  control 10% }");
    let (_, after, _) = tuned(&two, &judged("s", vec![proposal("stop", "a", "0%")]), Language::English);
    assert!(after.contains("arms { a 0%  b 45%  control 55% }") && after.contains("2025-12-31"), "{after}");
}

#[test]
fn params_of_other_files_are_found_and_ranges_hold() {
    let modules = Files(BTreeMap::from([("limits.strat".to_owned(), "param wait = 5% in 5% .. 30%\n".to_owned())]));
    let text =
        program("", "arms { a 100% - limits.wait  control limits.wait }").replace("use std.schema\n", "use std.schema\nuse limits\n");
    let before = checked(&text, &modules);
    let program = before.program.unwrap_or_else(|| panic!("{:?}", before.problems));
    let evaluation =
        judged("s", vec![proposal("shares", "control", "20%"), proposal("param", "limits.wait", "40%"), proposal("param", "gone", "1")]);
    let found = propose(&before.sources, 1, &program, &evaluation, Language::English);
    let (file, after) = found.texts.iter().next().unwrap();
    assert_eq!(before.sources.get(*file).unwrap().name, "limits.strat");
    assert!(after.ends_with("\nparam wait = 20% in 5% .. 30%\n"), "{after}");
    assert_eq!(found.left.len(), 2);
    assert!(found.left[0].reason.zh.contains("超出它的范围 5% .. 30%"));
    let edited = checked(&text, &Files(BTreeMap::from([("limits.strat".to_owned(), after.clone())]))).program.unwrap();
    assert!(confirm(&program, &edited, &found).is_ok());
    // The same program unedited does not have the shares.
    assert!(confirm(&program, &program, &found).is_err());
}

#[test]
fn other_strategies_that_change_with_a_param_are_named() {
    let two = program("param held = 10% in 5% .. 30%\n\n", "arms { a 100% - held  control held }");
    let second = two[two.find("strategy s").unwrap()..].replace("strategy s \"甲\"", "strategy t \"乙\"");
    let text = format!("{two}\n{second}");
    let (_, _, notes) = tuned(&text, &judged("s", vec![proposal("ship", "a", "95%")]), Language::English);
    assert_eq!(
        notes,
        [Words::new("the arms of `t` change too, because they use the same param", "`t` 的分组也会改变，因为用了同一个参数")]
    );
}

#[test]
fn strategies_of_one_experiment_change_together() {
    let one = program("", "arms experiment e { a 90%  control 10% }");
    let second = one[one.find("strategy s").unwrap()..].replace("strategy s \"甲\"", "strategy t \"乙\"");
    let text = format!("{one}\n{second}");
    let (found, after, _) = tuned(&text, &judged("e", vec![proposal("ship", "a", "95%")]), Language::English);
    assert_eq!(after.matches("arms experiment e { a 95%  control 5% }").count(), 2, "{after}");
    assert_eq!(found.changes.len(), 2);
}

#[test]
fn comparisons_change_their_arms_and_foreign_experiments_nothing() {
    let one = program("cohort june = status = \"active\" frozen 2025-06-01\n\n", "");
    let second = one[one.find("strategy s").unwrap()..].replace("strategy s \"甲\"", "strategy t \"乙\"");
    let text = format!(
        "{one}\n{second}\ncompare c {{\n  population june\n  arms {{ s 40%  t 40%  control 20% }}\n  goal g = rate(exists(transactions, within 30 days)) target +3pp vs control\n  decide highest incremental(g)\n}}\n"
    );
    let (_, after, _) = tuned(&text, &judged("c", vec![proposal("ship", "t", "95%")]), Language::English);
    assert!(after.contains("arms { s 0%  t 95%  control 5% }"), "{after}");
    let (found, after, _) =
        tuned(&text, &judged("elsewhere", vec![proposal("ship", "t", "95%"), proposal("keep", "", "")]), Language::English);
    assert_eq!((found.left.len(), after), (1, text));
}

#[test]
fn a_text_in_a_layout_of_its_own_keeps_it() {
    let text = program("", "arms   {  a 45%\r\n b 45%   control 10% }").replace("\r\n", "\n").replace('\n', "\r\n");
    let (_, after, _) = tuned(&text, &judged("s", vec![proposal("stop", "b", "0%")]), Language::English);
    assert!(after.contains("\r\n  arms   {  a 45%\r\n   b 0%   control 55% }\r\n"), "{after}");
    assert_eq!(after.matches("\r\n").count(), after.matches('\n').count());
}
