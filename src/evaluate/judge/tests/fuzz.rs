//! Whatever was observed, the report is well formed: every number is a number, counts tie, shares sum to one, and the same
//! observation gives the same bytes.

use super::fixtures::*;
use crate::evaluate::evaluation::TrialReport;
use crate::evaluate::judge::judge;
use crate::evaluate::observed::{Entered, Observed, Rows};
use crate::evaluate::tally::{PairTally, Scale, Tally};
use crate::ir::{Baseline, Covariate, Design, Fold, Formula, GoalRole, Looks, Measure, Target, Terms};
use crate::types::Type;
use proptest::prelude::*;
use serde_json::Value;

/// A few numbers from one seed; not random, only varied.
struct Varied(u64);

impl Varied {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n.max(1)
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 1
    }
}

fn measures() -> Vec<Measure> {
    let of = |name: &str, ty: Type, fold: Fold| Measure { ty, fold, before: Some(NODE), ..rate_measure(name) };
    vec![
        of("activated", Type::Percent, Fold::Rate { holds: NODE }),
        of("spend", Type::Money, Fold::Mean { value: NODE }),
        of("total", Type::Money, Fold::Sum { value: NODE }),
        of("ratio", Type::Number, Fold::Ratio { numerator: NODE, denominator: NODE }),
        of("median", Type::Money, Fold::Quantile { value: NODE, at: 500_000 }),
        of("kept", Type::Duration, Fold::Lasting { length: NODE, ended: NODE, horizon: None }),
    ]
}

fn target(varied: &mut Varied) -> Target {
    match varied.below(6) {
        0 => Target::Relative(0.1),
        1 => Target::Absolute(0.02),
        2 => Target::AtMost(0.5),
        3 => Target::AtLeast(0.01),
        4 => Target::Margin(0.01),
        _ => Target::None,
    }
}

fn random_trial(varied: &mut Varied) -> crate::ir::Trial {
    let count = varied.below(4) as usize + 1;
    let share = varied.flag().then_some(1.0 / count as f64);
    let names = ["a", "b", "c", "control"];
    let arms: Vec<(&str, Option<f64>)> = names[4 - count..].iter().map(|name| (*name, share)).collect();
    let mut goals = Vec::new();
    for measure in 0..6 {
        let mut own = goal(&format!("g{measure}"), measure, target(varied));
        own.role = [GoalRole::Goal, GoalRole::Goal, GoalRole::Guard, GoalRole::Exploratory][varied.below(4) as usize];
        own.up = varied.flag();
        own.baseline = if varied.below(5) == 0 { Baseline::Measure(0) } else { Baseline::Control };
        goals.push(own);
    }
    let mut compound = goal("profit", 0, Target::None);
    compound.ty = Type::Money;
    compound.figure = Formula::Subtract(
        Box::new(Formula::Multiply(Box::new(Formula::Incremental(0)), Box::new(Formula::Measure(1)))),
        Box::new(Formula::Cost),
    );
    let decide = varied.flag().then(|| (varied.flag(), compound.figure.clone(), "profit".to_owned()));
    goals.push(compound);
    let mut own = trial(&arms, measures(), goals);
    own.design = if varied.below(3) == 0 { Design::Observed { because: None } } else { Design::Randomised };
    if varied.below(5) == 0 {
        own.arms.iter_mut().for_each(|arm| arm.control = false);
    }
    own.decide = decide;
    own.probability = varied.flag().then_some(NODE);
    own.proposed = own.probability;
    own.cluster = (varied.below(4) == 0).then_some(NODE);
    own.score = Some(NODE);
    own.cuts = vec![cut("city", varied.flag())];
    own.covariates = vec![Covariate { name: "age".to_owned(), label: None, value: NODE }];
    own.drift = varied.flag().then(|| super::drift::registered(&["month", "visits"]));
    own.measures[1].cap = varied.flag().then_some(990_000);
    own.terms = Terms {
        looks: if varied.flag() { Looks::Once } else { Looks::Anytime { planned: 1000.0 } },
        value: varied.flag().then_some(6000.0),
        adaptive: varied.flag(),
        cheaper: varied.flag().then_some(0.01),
        ..Terms::default()
    };
    own
}

/// Fills every part, customer by customer.
fn random_observed(seed: u64) -> Observed {
    let mut varied = Varied(seed);
    let trial = random_trial(&mut varied);
    let arms = trial.arms.len();
    let n = [0, 1, 2, 30, 250, 450][varied.below(6) as usize];
    let (constant, nobody) = (varied.below(4) == 0, varied.below(4) == 0);
    let mut own = observed(trial);
    own.covariates = vec![vec![Tally::new(Scale::Whole); arms]];
    let pair = PairTally::new(Scale::Whole, Scale::Whole);
    own.cuts = vec![crate::evaluate::observed::ObservedCut {
        levels: ["x", "y"]
            .map(|name| {
                let mut own = level(name, &vec![(0, 0); arms]);
                own.measures = vec![vec![pair; arms]; 6];
                own
            })
            .to_vec(),
    }];
    let mut rows = Rows { values: vec![Vec::new(); 6], before: vec![Vec::new(); 6], covariates: vec![Vec::new()], ..Rows::default() };
    for at in 0..n {
        let arm = varied.below(arms as u64) as usize;
        let values: [i64; 6] = std::array::from_fn(|measure| match measure {
            0 => i64::from(!nobody && varied.below(10) == 0),
            _ if constant => 300,
            _ => varied.below(50_000) as i64 - 2000,
        });
        add(&mut own, &mut rows, arm, at, &values, &mut varied);
    }
    for cell in own.measures.iter_mut().flat_map(|measure| &mut measure.arms) {
        cell.values.sort_by(f64::total_cmp);
    }
    own.drift = own.trial.drift.is_some().then(|| {
        let mut halves = |bins: u64| super::drift::seen((0..varied.below(bins)).map(|_| (varied.below(400), varied.below(400))));
        let of = vec![halves(4), halves(12)];
        super::drift::observed((varied.below(2) * 300, varied.below(2) * 250), of)
    });
    own.arms.iter_mut().for_each(|arm| arm.cost = i128::from(varied.below(1_000_000)));
    own.several_arms = varied.below(3);
    own.rows = (varied.below(3) > 0).then_some(rows);
    own
}

fn add(own: &mut Observed, rows: &mut Rows, arm: usize, at: u64, values: &[i64; 6], varied: &mut Varied) {
    let (day, level, age, arms) = (varied.below(3) as i64, varied.below(2) as usize, varied.below(60) as i64, own.arms.len());
    own.arms[arm].assigned += 1;
    own.arms[arm].reached += varied.below(2);
    own.arms[arm].elsewhere += varied.below(2);
    let share = own.trial.arms[arm].share;
    let phase = own.phases.entry(START + day * DAY).or_insert_with(|| vec![Entered::default(); arms]);
    phase[arm] = Entered { units: phase[arm].units + 1, share };
    own.cuts[0].levels[level].assigned[arm] += 1;
    own.covariates[0][arm].add(Some(age));
    rows.arm.push(arm as u32);
    rows.covariates[0].push(age as f64);
    rows.probability.push(0.5);
    rows.proposed.push(varied.below(3) as f64 / 2.0);
    rows.cluster.push(at % 25);
    rows.score.push(varied.below(1000) as f64);
    for (measure, value) in values.iter().enumerate() {
        let cell = &mut own.measures[measure].arms[arm];
        let before = varied.below(500) as i64;
        match measure {
            3 => cell.ratio.add(Some(*value), Some(before)),
            5 => {
                let spell = cell.spells.entry(value.abs() * 1000).or_default();
                if before % 2 == 0 { spell.0 += 1 } else { spell.1 += 1 }
            }
            _ => {
                cell.value.add(Some(*value));
                cell.before.add(Some(before), Some(*value));
                cell.values.push(*value as f64);
            }
        }
        let second = if measure == 3 { before } else { 0 };
        own.cuts[0].levels[level].measures[measure][arm].add(Some(*value), Some(second));
        let days = own.measures[measure].by_day.entry((START / DAY + day) as i32);
        days.or_insert_with(|| vec![PairTally::new(Scale::Whole, Scale::Whole); arms])[arm].add(Some(*value), Some(second));
        rows.values[measure].push(*value as f64);
        rows.before[measure].push(before as f64);
    }
}

/// serde_json writes a number that is none as null; nothing else of a report may be null but optional texts and lists.
fn no_lost_numbers(value: &Value, path: &str) {
    const OPTIONAL: [&str; 20] = [
        "label",
        "owner",
        "because",
        "first_entry",
        "last_entry",
        "days",
        "arm",
        "limit",
        "count",
        "count_against",
        "guard",
        "extra",
        "share",
        "proposed",
        "value",
        "uplift",
        "off_policy",
        "versions",
        "next_date",
        "threshold",
    ];
    let name = path.rsplit('/').next().unwrap_or_default();
    match value {
        Value::Null => {
            assert!(OPTIONAL.contains(&name) || ["chosen", "reached", "after", "drift", "moved", "along"].contains(&name), "null at {path}")
        }
        Value::Array(all) => all.iter().enumerate().for_each(|(at, own)| no_lost_numbers(own, &format!("{path}[{at}]"))),
        Value::Object(all) => all.iter().for_each(|(key, own)| no_lost_numbers(own, &format!("{path}/{key}"))),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn holds_together(own: &Observed, report: &TrialReport) {
    let assigned: u64 = report.arms.iter().map(|arm| arm.assigned).sum();
    assert_eq!(assigned, own.cuts[0].levels.iter().flat_map(|level| &level.assigned).sum::<u64>());
    assert_eq!(assigned, report.exposure.iter().flat_map(|day| &day.counts).sum::<u64>());
    if assigned > 0 {
        near(report.arms.iter().filter_map(|arm| arm.found.known()).sum(), 1.0, 1e-12);
    }
    let best: Vec<f64> = report.arms.iter().filter_map(|arm| arm.best.known()).collect();
    if !best.is_empty() {
        near(best.iter().sum(), 1.0, 1e-9);
    }
    let proposed: Vec<f64> = report.arms.iter().filter_map(|arm| arm.proposed).collect();
    if !proposed.is_empty() {
        near(proposed.iter().sum(), 1.0, 1e-9);
    }
    // Whatever is red caps the verdict.
    let red = report.trust.iter().any(|check| check.light == crate::evaluate::evaluation::Light::Red);
    assert!(
        !red || report.verdict.arm.is_none() || ["R0", "R2"].contains(&report.verdict.rule.as_str()),
        "{} {:?}",
        report.verdict.rule,
        report.trust
    );
    if !report.randomised {
        assert!(!["R3", "R4", "R7"].contains(&report.verdict.rule.as_str()));
        assert!(report.goals.iter().all(|row| row.lift.value.known().is_none()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_observation_gives_a_whole_report(seed in any::<u64>()) {
        let own = random_observed(seed);
        let report = judge(&own);
        let text = serde_json::to_string(&report).unwrap();
        for word in ["NaN", "inf ", "inf%", "inf)", "infinity"] {
            assert!(!text.contains(word), "{word} in the report");
        }
        let value: Value = serde_json::from_str(&text).unwrap();
        no_lost_numbers(&value, "");
        assert!(text == serde_json::to_string(&judge(&own)).unwrap(), "another time, other bytes");
        let back: TrialReport = serde_json::from_str(&text).unwrap();
        assert_eq!(back.goals.len(), report.goals.len());
        holds_together(&own, &report);
    }
}
