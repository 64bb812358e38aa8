//! The interval of a difference excludes no effect exactly when its own test says so; where two methods stand in one row, the
//! verdict waits until they agree.

use super::fixtures::*;
use crate::evaluate::evaluation::{Met, TrialReport};
use crate::evaluate::judge::judge;
use crate::ir::{Looks, Target};

fn excludes(estimate: &crate::evaluate::evaluation::Estimate) -> bool {
    let (_, lower, upper) = ends(estimate);
    lower > 0.0 || upper < 0.0
}

fn spread(centre: i64, n: i64) -> Vec<i64> {
    (0..n).map(|at| centre + (at * at * 37) % 2003 - 1000).collect()
}

#[test]
fn means_and_their_lifts_agree_with_their_test() {
    for looks in [Looks::Once, Looks::Anytime { planned: 500.0 }] {
        let mut seen = [0, 0];
        for step in 0..40 {
            let mut own =
                trial(&[("wake", Some(0.5)), ("control", Some(0.5))], vec![money_measure("spend")], vec![goal("spend", 0, Target::None)]);
            own.terms.looks = looks;
            let own = with_values(with_values(observed(own), 0, 0, &spread(10_000 + step * 15, 180)), 0, 1, &spread(10_000, 230));
            let report = judge(&own);
            let spend = row(&report, "spend", "wake");
            let significant = known(&spend.p) < 0.05;
            seen[usize::from(significant)] += 1;
            assert_eq!(excludes(&spend.difference), significant, "{looks:?} {step}");
            assert_eq!(excludes(&spend.lift), significant, "{looks:?} {step}: the relative interval disagrees");
        }
        assert!(seen.iter().all(|count| *count > 5), "{looks:?} {seen:?}");
    }
}

#[test]
fn rates_are_met_only_where_test_and_both_intervals_agree() {
    let mut parted = 0;
    for hits in 60..110 {
        let own =
            trial(&[("wake", Some(0.5)), ("control", Some(0.5))], vec![rate_measure("activated")], vec![goal("lift", 0, Target::None)]);
        let report = judge(&with_rates(observed(own), 0, &[(1000, hits), (1000, 60)]));
        let own = row(&report, "lift", "wake");
        let said = [known(&own.p) < 0.05, excludes(&own.difference), excludes(&own.lift)];
        parted += usize::from(said.iter().any(|one| *one != said[0]));
        assert_eq!(own.met == Met::Met, said.iter().all(|one| *one), "{hits} {said:?}");
        assert_eq!(ships(&report), own.met == Met::Met, "{hits}");
        assert!(own.method.en.contains("only where all agree"));
    }
    assert!(parted <= 3, "{parted}");
}

fn ships(report: &TrialReport) -> bool {
    report.verdict.rule == "R3"
}

#[test]
fn a_correction_over_arms_reaches_the_decision() {
    let own = trial(
        &[("a", Some(0.25)), ("b", Some(0.25)), ("c", Some(0.25)), ("control", Some(0.25))],
        vec![rate_measure("activated")],
        vec![goal("lift", 0, Target::None)],
    );
    let report = judge(&with_rates(observed(own), 0, &[(2000, 152), (2000, 121), (2000, 120), (2000, 120)]));
    let own = row(&report, "lift", "a");
    assert!(known(&own.p) < 0.05 && known(&own.p_adjusted) > 0.05, "{own:?}");
    assert_eq!((own.met, report.verdict.rule.as_str()), (Met::NotYetKnowable, "R8"));
}
