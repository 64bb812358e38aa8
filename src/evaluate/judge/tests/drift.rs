//! Those who came first and those who came later.

use super::fixtures::*;
use crate::evaluate::evaluation::Light;
use crate::evaluate::judge::judge;
use crate::evaluate::observed::{Halves, ObservedCharacteristic, ObservedDrift};
use crate::ir::{Characteristic, Drift, Target};

/// Characteristics by name; the last one is the outcome.
pub fn registered(names: &[&str]) -> Drift {
    let own = |(at, name): (usize, &&str)| Characteristic {
        name: (*name).to_owned(),
        label: None,
        value: NODE,
        levels: Vec::new(),
        tenths: false,
        outcome: at + 1 == names.len(),
    };
    Drift { along: None, of: names.iter().enumerate().map(own).collect() }
}

/// Values `true`, `v1`, `v2` … with their counts.
pub fn seen(counts: impl IntoIterator<Item = (u64, u64)>) -> ObservedCharacteristic {
    let name = |at: usize| if at == 0 { "true".to_owned() } else { format!("v{at}") };
    let bin = |(at, (first, later)): (usize, (u64, u64))| (name(at), None, Halves { first, later });
    ObservedCharacteristic { bins: counts.into_iter().enumerate().map(bin).collect() }
}

pub fn observed(units: (u64, u64), of: Vec<ObservedCharacteristic>) -> ObservedDrift {
    ObservedDrift { along: None, units: Halves { first: units.0, later: units.1 }, unplaced: 0, of }
}

fn judged(own: ObservedDrift, names: &[&str]) -> crate::evaluate::evaluation::TrialReport {
    let mut trial = trial(&[("a", Some(0.5)), ("control", Some(0.5))], vec![rate_measure("visits")], vec![goal("visits", 0, Target::None)]);
    trial.drift = Some(registered(names));
    let mut all = super::fixtures::observed(trial);
    all.drift = Some(own);
    judge(&with_rates(all, 0, &[(500, 50), (500, 40)]))
}

#[test]
fn what_moved_is_named_and_the_outcome_told() {
    let moved = seen([(300, 100), (200, 400)]);
    let still = seen([(250, 250), (250, 250)]);
    let outcome = seen([(30, 60), (470, 440)]);
    let report = judged(observed((500, 500), vec![still, moved, outcome]), &["city", "month", "visits"]);
    let drift = report.drift.unwrap();
    let order: Vec<&str> = drift.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(order, ["month", "city", "visits"]);
    // (0.2 − 0.6) ln(0.2 / 0.6) + (0.8 − 0.4) ln(0.8 / 0.4)
    near(drift.rows[0].index.known().unwrap(), 0.4 * 3.0_f64.ln() + 0.4 * 2.0_f64.ln(), 1e-12);
    assert_eq!((drift.rows[0].light, drift.rows[1].light), (Light::Amber, Light::Green));
    assert_eq!(drift.rows[1].moved, None);
    let check = report.trust.iter().find(|check| check.slug == "drift").unwrap();
    assert_eq!(check.light, Light::Amber);
    assert_eq!(
        check.sentence.en,
        "those who came later are not like those who came first: month 0.72; the outcome went from 6.0% to 12.0%; what held for them need not \
         hold for the next"
    );
    assert_eq!(check.sentence.zh, "后来的客户与先来的客户不同：month 0.72；结果从 6.0% 变为 12.0%；对他们成立的结果不一定适用于下一批");
}

#[test]
fn one_moment_has_no_halves_and_one_value_cannot_move() {
    let report = judged(observed((0, 500), vec![seen([(0, 500)]), seen([(0, 50), (0, 450)])]), &["city", "visits"]);
    let check = report.trust.iter().find(|check| check.slug == "drift").unwrap();
    assert_eq!((check.light, check.value.known()), (Light::Green, None));
    assert!(check.sentence.en.contains("no earlier and no later half"), "{}", check.sentence.en);
    let report = judged(observed((250, 250), vec![seen([(250, 250)]), seen([(25, 25), (225, 225)])]), &["city", "visits"]);
    assert_eq!(report.drift.unwrap().rows[0].index.known(), Some(0.0));
}
