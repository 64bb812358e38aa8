//! Without chance: estimates side by side, none of them a lift.

use super::fixtures::*;
use crate::evaluate::evaluation::TrialReport;
use crate::evaluate::judge::judge;
use crate::evaluate::observed::{Observed, Rows};
use crate::evaluate::tally::{Scale, Tally};
use crate::ir::{Covariate, Design, Target};

/// Spend is 20 yuan for each decade of age and 10 yuan for the treated, who are older; before the entry it was all but the effect.
fn older_are_treated() -> Observed {
    let mut own = trial(&[("wake", None), ("control", None)], vec![money_measure("spend")], vec![goal("spend", 0, Target::None)]);
    own.design = Design::Observed { because: Some("managers chose".to_owned()) };
    own.covariates = vec![Covariate { name: "age".to_owned(), label: Some("年龄".to_owned()), value: NODE }];
    own.measures[0].before = Some(NODE);
    let mut own = observed(own);
    let mut rows = Rows { values: vec![Vec::new()], before: vec![Vec::new()], covariates: vec![Vec::new()], ..Rows::default() };
    let mut values = [Vec::new(), Vec::new()];
    let mut ages = vec![Tally::new(Scale::Whole), Tally::new(Scale::Whole)];
    for at in 0..3000_i64 {
        let age = 20 + (at * 7) % 50;
        let treated = (at * 13) % 100 < 10 + age;
        let noise = (at * 29) % 301 - 150;
        let before = age * 200 + (at * 17) % 101 - 50;
        let after = before + noise + if treated { 1000 } else { 0 };
        let arm = usize::from(!treated);
        rows.arm.push(arm as u32);
        rows.values[0].push(after as f64);
        rows.before[0].push(before as f64);
        rows.covariates[0].push(age as f64);
        values[arm].push(after);
        ages[arm].add(Some(age));
    }
    own.covariates = vec![ages];
    own.rows = Some(rows);
    with_values(with_values(own, 0, 0, &values[0]), 0, 1, &values[1])
}

fn estimate(report: &TrialReport, slug: &str) -> f64 {
    known(&report.adjusted.iter().find(|row| row.slug == slug).unwrap_or_else(|| panic!("no {slug}")).difference.value)
}

#[test]
fn adjusted_estimates_surround_the_truth_and_the_naive_one_does_not() {
    let report = judge(&older_are_treated());
    assert!(estimate(&report, "naive") > 25.0, "{}", estimate(&report, "naive"));
    for slug in ["regression", "weighted", "trimmed", "doubly-robust"] {
        near(estimate(&report, slug), 10.0, 0.6);
    }
    near(estimate(&report, "difference-in-differences"), 10.0, 0.1);
    let spend = row(&report, "spend", "wake");
    near(known(&spend.difference.value), estimate(&report, "regression"), 1e-12);
    assert!(spend.method.en.starts_with("adjusted difference"), "{}", spend.method.en);
    assert_eq!(slug(&spend.lift.value), "not-randomised");
    assert_eq!(report.verdict.rule, "R9");
    assert!(report.verdict.action.en.contains("worth a random test with"), "{}", report.verdict.action.en);
    let age = report.balance.iter().find(|row| row.covariate == "age").unwrap();
    assert!(known(&age.before) > 0.5 && known(age.after.as_ref().unwrap()).abs() < 0.05, "{age:?}");
    for row in report.adjusted.iter().filter(|row| row.slug != "naive") {
        let (value, lower, upper) = ends(&row.difference);
        assert!(lower < value && value < upper && known(&row.p) < 0.001, "{row:?}");
    }
}

#[test]
fn groups_that_do_not_overlap_are_refused() {
    let mut own = older_are_treated();
    if let Some(rows) = &mut own.rows {
        for (age, arm) in rows.covariates[0].iter_mut().zip(&rows.arm) {
            *age = if *arm == 0 { 60.0 } else { 30.0 };
        }
    }
    let report = judge(&own);
    let weighted = report.adjusted.iter().find(|row| row.slug == "weighted").unwrap();
    assert_eq!(slug(&weighted.difference.value), "no-solution");
    assert!(report.notes.iter().any(|note| note.en.contains("hardly resemble")));
}
