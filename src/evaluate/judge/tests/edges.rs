//! What a bank's campaigns are like: no response in an arm, an empty arm, no control, no chance.

use super::fixtures::*;
use crate::evaluate::evaluation::{Light, Met};
use crate::evaluate::judge::judge;
use crate::evaluate::observed::{Entered, Observed};
use crate::ir::{Baseline, Design, Looks, Target};

fn two(counts: &[(u64, u64)]) -> Observed {
    let own = trial(
        &[("wake", Some(0.5)), ("control", Some(0.5))],
        vec![rate_measure("activated")],
        vec![goal("lift", 0, Target::Relative(0.35))],
    );
    with_rates(observed(own), 0, counts)
}

#[test]
fn nobody_responded_in_control_and_the_difference_still_has_its_interval() {
    let report = judge(&two(&[(1000, 12), (1000, 0)]));
    let own = row(&report, "lift", "wake");
    let (difference, lower, upper) = ends(&own.difference);
    assert!(lower > 0.0 && lower < difference && difference < upper);
    assert_eq!((slug(&own.lift.value), slug(&own.lift.lower)), ("no-responses", "no-responses"));
    assert!(known(&own.p) < 0.05);
    // A relative goal without a baseline is not knowable.
    assert_ne!(own.met, Met::Met);
    let none = judge(&two(&[(1000, 0), (1000, 0)]));
    assert_eq!(known(&row(&none, "lift", "wake").p), 1.0);
}

#[test]
fn values_without_spread_are_withheld() {
    let own = trial(&[("wake", Some(0.5)), ("control", Some(0.5))], vec![money_measure("spend")], vec![goal("spend", 0, Target::None)]);
    let own = with_values(with_values(observed(own), 0, 0, &[500; 300]), 0, 1, &[300; 300]);
    let report = judge(&own);
    let own = row(&report, "spend", "wake");
    assert_eq!((known(&own.level), known(&own.difference.value)), (5.0, 2.0));
    assert_eq!((slug(&own.difference.lower), slug(&own.p)), ("no-variation", "no-variation"));
    assert_eq!(own.met, Met::NotYetKnowable);
}

#[test]
fn an_empty_arm_is_named_and_nothing_is_made_up() {
    let report = judge(&two(&[(0, 0), (1000, 60)]));
    let own = row(&report, "lift", "wake");
    assert_eq!((own.n, own.n_against, slug(&own.level), slug(&own.difference.value)), (0, 1000, "no-units", "no-units"));
    // A thousand in control and nobody in treatment is not what was registered.
    assert_eq!(report.trust[0].light, Light::Red);
    assert_eq!(report.verdict.rule, "R0");
}

#[test]
fn without_control_levels_are_shown_and_nothing_is_said_of_the_effect() {
    let mut own = two(&[(1000, 80), (1000, 60)]);
    own.trial.arms[1].control = false;
    let report = judge(&own);
    let own = row(&report, "lift", "wake");
    assert_eq!((known(&own.level), slug(&own.difference.value), own.met), (0.08, "not-registered", Met::NotYetKnowable));
    // The arms are still held against each other.
    assert!(report.goals.iter().any(|row| row.against == "control" && row.arm == "wake" && row.difference.value.known().is_some()));
    assert!(report.verdict.sentence.en.contains("no control arm"), "{}", report.verdict.sentence.en);
    assert!(report.money.is_empty() && report.over_time.is_empty());
}

#[test]
fn arms_not_drawn_by_chance_have_no_lift_and_never_ship() {
    let mut own = two(&[(4000, 480), (4000, 240)]);
    own.trial.design = Design::Observed { because: Some("branches chose".to_owned()) };
    own.trial.terms.value = Some(6000.0);
    let report = judge(&own);
    let wake = row(&report, "lift", "wake");
    assert_eq!((slug(&wake.lift.value), slug(&wake.chance)), ("not-randomised", "not-randomised"));
    assert_eq!(slug(&report.money[0].net.value), "not-randomised");
    assert_eq!((report.verdict.rule.as_str(), report.because.as_deref()), ("R9", Some("branches chose")));
    assert!(report.arms.iter().all(|arm| arm.proposed.is_none()));
    let said = serde_json::to_string(&[&report.verdict.sentence, &report.verdict.action, &report.verdict.would_change]).unwrap();
    let all = serde_json::to_string(&(&report.verdict, &report.trust, &report.notes, &report.goals[0].method)).unwrap();
    for word in ["lift ", "Lift", "caused", "提升"] {
        assert!(!said.contains(word) && !all.contains(word), "{word}: {all}");
    }
    assert!(said.contains("Adjusted difference") && said.contains("调整后差异"), "{said}");
}

#[test]
fn nothing_is_decided_before_the_registered_number_of_customers() {
    let mut own = two(&[(300, 30), (300, 18)]);
    own.trial.terms.least_units = 6000;
    let report = judge(&own);
    assert_eq!(report.verdict.rule, "R1");
    assert_eq!(row(&report, "lift", "wake").met, Met::NotYetKnowable);
    let keep = &report.proposals[0];
    assert_eq!((keep.slug.as_str(), known(&keep.next_units)), ("keep", 5400.0));
    // 600 customers came in 30 days.
    assert_eq!(keep.next_date.as_deref(), Some("2026-04-27"));
    assert!(report.notes.iter().any(|note| note.en.contains("interim look")));
}

#[test]
fn customers_without_a_time_of_entry_do_not_move_the_calendar() {
    let mut own = two(&[(1000, 80), (1000, 60)]);
    own.phases.insert(i64::MIN, vec![Entered { units: 3, share: Some(0.5) }, Entered { units: 2, share: Some(0.5) }]);
    let report = judge(&own);
    assert_eq!((report.days, report.first_entry.as_deref(), report.exposure.len()), (Some(30.0), Some("2025-07-01 00:00"), 1));
    own.phases.retain(|instant, _| *instant == i64::MIN);
    let report = judge(&own);
    assert_eq!((report.days, report.first_entry, report.exposure.len()), (None, None, 0));
}

#[test]
fn immature_customers_are_counted_and_decide_nothing() {
    let mut own = two(&[(1000, 80), (1000, 60)]);
    own.measures[0].arms[0].immature = 1500;
    own.measures[0].arms[0].unknown = 7;
    let report = judge(&own);
    let wake = row(&report, "lift", "wake");
    assert_eq!((wake.n, wake.unknown, wake.immature), (1000, 7, 1500));
    let maturity = report.trust.iter().find(|check| check.slug == "maturity").unwrap();
    assert!(maturity.sentence.en.contains("1,500 are not yet"), "{}", maturity.sentence.en);
}

#[test]
fn registered_changes_of_shares_are_no_alarm_and_equal_shares_are_never_assumed() {
    let mut own = two(&[(1100, 80), (900, 60)]);
    let day = |units: [u64; 2], shares: [f64; 2]| {
        units.iter().zip(shares).map(|(units, share)| Entered { units: *units, share: Some(share) }).collect::<Vec<_>>()
    };
    own.phases = [(START, day([100, 900], [0.1, 0.9])), (START + DAY, day([1000, 0], [1.0, 0.0]))].into();
    assert_eq!(judge(&own).trust[0].light, Light::Green);
    // The same sizes without any registered or logged share: nothing to test.
    for arm in &mut own.trial.arms {
        arm.share = None;
    }
    own.phases.clear();
    let report = judge(&own);
    assert_eq!((slug(&report.trust[0].value), report.trust[0].light), ("not-registered", Light::Amber));
    // A closed arm that somebody entered.
    own.phases = [(START, day([500, 0], [1.0, 0.0])), (START + DAY, day([500, 3], [1.0, 0.0]))].into();
    let report = judge(&own);
    assert!(report.trust.iter().any(|check| check.slug == "leak" && check.light == Light::Red));
    assert_eq!(report.verdict.rule, "R0");
}

#[test]
fn unlogged_probabilities_and_several_arms_cap_the_verdict() {
    let mut own = two(&[(4000, 324), (4000, 240)]);
    own.trial.probability = Some(NODE);
    assert_eq!(judge(&own).verdict.rule, "R3");
    // Some have one and some do not.
    own.phases.entry(START).and_modify(|arms| arms.iter_mut().for_each(|arm| arm.share = Some(0.5)));
    own.phases.entry(START + DAY).or_default().push(Entered { units: 5, share: None });
    let report = judge(&own);
    assert!(report.trust.iter().any(|check| check.slug == "probabilities" && check.light == Light::Red));
    assert_eq!(report.verdict.rule, "R0");
    let mut own = two(&[(4000, 324), (4000, 240)]);
    own.several_arms = 1000;
    let report = judge(&own);
    assert_eq!(report.verdict.rule, "R0");
    assert!(report.verdict.action.en.contains("customers in several arms"), "{}", report.verdict.action.en);
    own.several_arms = 100;
    assert_eq!(judge(&own).verdict.rule, "R3");
}

#[test]
fn a_bound_is_held_against_the_arm_itself() {
    let mut own = two(&[(4000, 324), (4000, 240)]);
    own.trial.goals[0].target = Target::AtLeast(0.07);
    own.trial.goals[0].baseline = Baseline::Bound;
    let report = judge(&own);
    let wake = row(&report, "lift", "wake");
    assert_eq!((wake.against.as_str(), wake.met, known(&wake.level_against)), ("bound", Met::Met, 0.07));
    assert_eq!(report.verdict.sentence.en, "Goal: at least 7.0%. Result: 8.1%. Met.");
    own.trial.goals[0].target = Target::AtLeast(0.1);
    let report = judge(&own);
    assert_eq!(row(&report, "lift", "wake").met, Met::NotMet);
    // Short of a bound is no harm.
    assert_ne!(report.verdict.rule, "R2");
}

#[test]
fn looking_at_any_time_costs_width() {
    let once = judge(&two(&[(4000, 324), (4000, 240)]));
    let mut own = two(&[(4000, 324), (4000, 240)]);
    own.trial.terms.looks = Looks::Anytime { planned: 8000.0 };
    let anytime = judge(&own);
    let width = |report: &crate::evaluate::evaluation::TrialReport| {
        let (_, lower, upper) = ends(&row(report, "lift", "wake").difference);
        upper - lower
    };
    let ratio = width(&anytime) / width(&once);
    assert!((1.3..1.7).contains(&ratio), "{ratio}");
    assert_eq!(anytime.looks, "anytime");
}
