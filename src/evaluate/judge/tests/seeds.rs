//! Known effects judged over 500 seeds: the report's own intervals cover, its tests err as often as they say, and its rules decide as
//! registered. Bounds are four standard deviations of a binomial.

use super::super::compare::compare;
use super::super::judge;
use super::super::reading::Reading;
use super::fixtures::{ends, goal, known, observed, rate_measure, row, trial, with_rates};
use crate::evaluate::evaluation::TrialReport;
use crate::evaluate::proportion::Rate;
use crate::ir::{Looks, Target, Terms};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use std::collections::BTreeMap;

const RUNS: u64 = 500;

fn hits(random: &mut Pcg64, n: u64, rate: f64) -> u64 {
    (0..n).filter(|_| ((random.next_u64() >> 11) as f64) < rate * (1_u64 << 53) as f64).count() as u64
}

/// One trial of two arms of a size with known rates; the goal asks for two points more.
fn judged(seed: u64, n: u64, treated: f64, control: f64) -> TrialReport {
    let mut random = Pcg64::seed_from_u64(seed);
    let counts = [(n, hits(&mut random, n, treated)), (n, hits(&mut random, n, control))];
    let own =
        trial(&[("wake", Some(0.5)), ("control", Some(0.5))], vec![rate_measure("lift")], vec![goal("lift", 0, Target::Absolute(0.02))]);
    judge(&with_rates(observed(own), 0, &counts))
}

fn within_bounds(what: &str, found: u64, share: f64) {
    let (mean, deviation) = (RUNS as f64 * share, (RUNS as f64 * share * (1.0 - share)).sqrt());
    assert!((found as f64 - mean).abs() <= 4.0 * deviation, "{what}: {found} of {RUNS}, expected about {mean:.0}");
}

#[test]
fn intervals_cover_and_tests_of_nothing_err_as_often_as_they_say() {
    let covered = (0..RUNS).filter(|seed| {
        let report = judged(*seed, 1_500, 0.11, 0.08);
        let (_, lower, upper) = ends(&row(&report, "lift", "wake").difference);
        lower <= 0.03 && 0.03 <= upper
    });
    within_bounds("intervals that cover", covered.count() as u64, 0.95);
    let wrong = (0..RUNS).filter(|seed| known(&row(&judged(10_000 + seed, 1_500, 0.08, 0.08), "lift", "wake").p) < 0.05);
    within_bounds("tests of nothing that say something", wrong.count() as u64, 0.05);
}

#[test]
fn rules_decide_as_registered() {
    let decided = |from: u64, n: u64, treated: f64, control: f64| {
        let mut rules: BTreeMap<String, u64> = BTreeMap::new();
        for seed in 0..RUNS {
            *rules.entry(judged(from + seed, n, treated, control).verdict.rule).or_default() += 1;
        }
        rules
    };
    let count = |rules: &BTreeMap<String, u64>, rule: &str| rules.get(rule).copied().unwrap_or(0);
    // Twice the effect worth having ships; the same effect turned round is stopped as harm; nobody enough is too early.
    let good = decided(20_000, 3_000, 0.12, 0.08);
    assert!(count(&good, "R3") >= RUNS * 95 / 100, "{good:?}");
    let harm = decided(30_000, 3_000, 0.08, 0.12);
    assert!(count(&harm, "R2") >= RUNS * 95 / 100 && count(&harm, "R3") == 0, "{harm:?}");
    let early = decided(40_000, 60, 0.08, 0.08);
    assert!(count(&early, "R1") + count(&early, "R2") + count(&early, "R0") >= RUNS * 95 / 100, "{early:?}");
    // No effect and enough customers: futile, and a goal that nothing moved is hardly ever met.
    let nothing = decided(50_000, 8_000, 0.08, 0.08);
    assert!(count(&nothing, "R5") >= RUNS * 80 / 100, "{nothing:?}");
    assert!(count(&nothing, "R3") + count(&nothing, "R4") <= RUNS * 5 / 100, "{nothing:?}");
}

#[test]
fn looking_twenty_times_errs_no_more_often() {
    let terms = Terms { looks: Looks::Anytime { planned: 8_000.0 }, ..Terms::default() };
    let fooled = (0..RUNS).filter(|seed| {
        let mut random = Pcg64::seed_from_u64(60_000 + seed);
        let (mut treated, mut control) = (0, 0);
        (1..=20_u64).any(|look| {
            treated += hits(&mut random, 200, 0.1);
            control += hits(&mut random, 200, 0.1);
            let reading = |hits: u64| Reading::of_rate(200 * look, hits as f64);
            compare(&reading(treated), &reading(control), &terms).interval.is_ok_and(|interval| interval.excludes(0.0))
        })
    });
    let (fooled, bound) = (fooled.count() as u64, RUNS as f64 * 0.05 + 4.0 * (RUNS as f64 * 0.05 * 0.95).sqrt());
    assert!((fooled as f64) <= bound, "{fooled} of {RUNS} trials of nothing looked like something once");
    // The test sees what there is: with twice the rate it says so before the end.
    let t = Reading::of_rate(4_000, Rate::new(800, 4_000).successes);
    assert!(compare(&t, &Reading::of_rate(4_000, 400.0), &terms).interval.is_ok_and(|interval| interval.lower > 0.0));
}
