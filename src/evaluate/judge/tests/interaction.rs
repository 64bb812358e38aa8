//! Is the effect the same in every arm of another strategy.

use super::fixtures::*;
use crate::evaluate::evaluation::{Check, Light};
use crate::evaluate::judge::judge;
use crate::evaluate::observed::ObservedLevel;
use crate::ir::{Cut, Target};

/// Hits of a thousand customers per arm, `a` and control, for each arm of the other strategy.
fn checked(levels: &[(&str, u64, u64)]) -> Check {
    let trial = trial(&[("a", Some(0.5)), ("control", Some(0.5))], vec![rate_measure("visits")], vec![goal("visits", 0, Target::None)]);
    let hits = |pick: fn(&(&str, u64, u64)) -> u64| levels.iter().map(pick).sum::<u64>();
    let n = 1_000 * levels.len() as u64;
    let own = with_rates(observed(trial), 0, &[(n, hits(|level| level.1)), (n, hits(|level| level.2))]);
    let told: Vec<ObservedLevel> = levels.iter().map(|(name, a, control)| level(name, &[(1_000, *a), (1_000, *control)])).collect();
    let other = Cut { beside: true, label: Some("唤醒".to_owned()), ..cut("wake", false) };
    let report = judge(&with_cut(own, other, told));
    report.trust.into_iter().find(|check| check.slug == "interaction").unwrap()
}

#[test]
fn an_effect_that_turns_in_the_other_arm_is_watched() {
    let check = checked(&[("", 150, 100), ("control", 200, 100), ("text", 100, 100)]);
    assert_eq!(check.light, Light::Amber);
    assert!(check.sentence.en.starts_with("the effect is not the same in all arms of wake: p < 0.0001"), "{}", check.sentence.en);
    assert!(check.sentence.zh.starts_with("在唤醒的各组中效果不同"), "{}", check.sentence.zh);
}

#[test]
fn one_that_is_alike_is_fine_and_one_arm_tells_nothing() {
    let check = checked(&[("", 150, 100), ("control", 152, 101), ("text", 149, 100)]);
    assert_eq!(check.light, Light::Green);
    assert!(check.value.known().unwrap() > 0.9, "{:?}", check.value);
    let check = checked(&[("", 150, 100)]);
    assert_eq!((check.light, check.value.known()), (Light::Green, None));
}
