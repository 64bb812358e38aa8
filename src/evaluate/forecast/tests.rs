#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::evaluate::power::{Plan, detectable_rate, units_for_means, units_for_rates};
use crate::evaluate::withheld::Withheld;
use crate::ir::{Baseline, Design, Fold, Formula, GoalRole, Looks, Measure, NodeId, Target, Terms, Trial, TrialArm, TrialGoal, TrialKind};
use crate::source::Span;
use crate::types::{TableId, Type};

fn goal(name: &str, role: GoalRole, figure: Formula, target: Target, baseline: Baseline) -> TrialGoal {
    let up = role == GoalRole::Goal;
    TrialGoal {
        name: name.to_owned(),
        label: None,
        role,
        written: String::new(),
        figure,
        ty: Type::Percent,
        target,
        baseline,
        up,
        worthwhile: None,
        span: Span::default(),
    }
}

fn trial(shares: &[(&str, f64)], goals: Vec<TrialGoal>) -> Trial {
    let measure = |name: &str, ty: Type, fold: Fold| Measure {
        name: name.to_owned(),
        label: None,
        written: String::new(),
        ty,
        fold,
        mature: None,
        before: None,
        cap: None,
    };
    Trial {
        name: String::from("t"),
        label: None,
        kind: TrialKind::Strategy,
        owner: None,
        design: Design::Randomised,
        table: TableId(0),
        span: Span::default(),
        assigned: NodeId(0),
        arm: NodeId(0),
        arms: shares
            .iter()
            .map(|(name, share)| TrialArm { name: (*name).to_owned(), label: None, share: Some(*share), control: *name == "control" })
            .collect(),
        strategies: Vec::new(),
        entry: None,
        probability: None,
        proposed: None,
        cluster: None,
        score: None,
        measures: vec![
            measure("rate", Type::Percent, Fold::Rate { holds: NodeId(0) }),
            measure("spend", Type::Money, Fold::Mean { value: NodeId(0) }),
            measure("slow", Type::Number, Fold::Quantile { value: NodeId(0), at: 900_000 }),
        ],
        goals,
        decide: None,
        cuts: Vec::new(),
        covariates: Vec::new(),
        drift: None,
        terms: Terms::default(),
    }
}

fn levels() -> Vec<Level> {
    let level = |level: f64, variance: f64| Level { units: 5_000.0, level: Ok(level), variance: Ok(variance), source: Words::same("data") };
    vec![level(0.06, 0.06 * 0.94), level(20_000.0, 9e8), level(3.0, 4.0)]
}

fn close(figure: &Figure, expected: f64) {
    let found = figure.known().unwrap();
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} {expected}");
}

#[test]
fn what_a_rate_needs_is_what_the_formula_says_for_these_shares() {
    let primary = goal("woken", GoalRole::Goal, Formula::Measure(0), Target::Relative(0.35), Baseline::Control);
    let trial = trial(&[("a", 0.9), ("control", 0.1)], vec![primary]);
    let audience = Audience { first_day: 4_000.0, per_day: Ok(100.0) };
    let found = plan(&trial, &levels(), &audience);
    let plan = Plan { alpha: 0.05, power: 0.8, ratio: 9.0 };
    let needed = units_for_rates(0.06, 0.021, &plan).unwrap().unpooled / 0.1;
    close(&found[0].target, 0.021);
    close(&found[0].effects[1].needed, needed.ceil());
    close(&found[0].effects[1].days, ((needed - 4_000.0) / 100.0).ceil());
    close(&found[0].detectable, detectable_rate(0.06, 400.0, 3_600.0, &plan).unwrap().absolute);
    assert_eq!(found[0].answerable, Answerable::Later);
    // The number has the planned power, up to the far tail.
    let enough = Audience { first_day: needed.ceil(), per_day: Err(Withheld::NoUnits) };
    let again = super::plan(&trial, &levels(), &enough);
    assert!((again[0].effects[1].power.known().unwrap() - 0.8).abs() < 1e-3);
    assert_eq!(again[0].answerable, Answerable::AtOnce);
}

#[test]
fn a_segment_that_is_too_small_is_told_so() {
    let primary = goal("woken", GoalRole::Goal, Formula::Measure(0), Target::Relative(0.35), Baseline::Control);
    let trial = trial(&[("a", 0.9), ("control", 0.1)], vec![primary]);
    let found = plan(&trial, &levels(), &Audience { first_day: 500.0, per_day: Ok(0.0) });
    assert_eq!(found[0].answerable, Answerable::Never);
    assert!(found[0].sentence.en.starts_with("cannot be answered with this segment") && found[0].sentence.zh.contains("无法回答"));
    // Nobody knows who enters later: neither yes nor no.
    let unknown = plan(&trial, &levels(), &Audience { first_day: 500.0, per_day: Err(Withheld::NoUnits) });
    assert_eq!(unknown[0].answerable, Answerable::Unknown);
}

#[test]
fn several_arms_goals_and_looks_ask_for_more() {
    let goals = vec![
        goal("woken", GoalRole::Goal, Formula::Measure(0), Target::Absolute(0.02), Baseline::Control),
        goal("spend", GoalRole::Goal, Formula::Measure(1), Target::Relative(0.1), Baseline::Control),
        goal("angry", GoalRole::Guard, Formula::Measure(0), Target::Margin(0.01), Baseline::Control),
    ];
    let mut trial = trial(&[("a", 0.4), ("b", 0.4), ("control", 0.2)], goals);
    let audience = Audience { first_day: 10_000.0, per_day: Ok(0.0) };
    let found = plan(&trial, &levels(), &audience);
    assert_eq!(found.len(), 6);
    close(&Figure::Known(found[0].alpha), 0.025);
    close(&Figure::Known(found[2].alpha), 0.025);
    close(&Figure::Known(found[4].alpha), 0.1);
    let plan_of = Plan { alpha: 0.025, power: 0.8, ratio: 2.0 };
    close(&found[2].effects[1].needed, (units_for_means(2_000.0 / 30_000.0, &plan_of).unwrap() / 0.2).ceil());
    // Money is shown in yuan.
    close(&found[2].baseline, 200.0);
    close(&found[2].target, 20.0);
    // The textbook's number for a margin: one-sided, equal rates.
    let by_hand = (1.644_853_626_951_472_7_f64 + 0.841_621_233_572_914_3).powi(2) * 0.06 * 0.94 * (1.0 / 0.4 + 1.0 / 0.2) / (0.01 * 0.01);
    assert!((found[4].effects[1].needed.known().unwrap() - by_hand).abs() <= by_hand * 2e-3 + 1.0);
    let once = found[0].effects[1].needed.known().unwrap();
    trial.terms.looks = Looks::Anytime { planned: 10_000.0 };
    let anytime = plan(&trial, &levels(), &audience)[0].effects[1].needed.known().unwrap();
    assert!(anytime > once * 1.2, "{anytime} {once}");
}

#[test]
fn what_cannot_be_planned_says_why() {
    let goals = vec![
        goal("slow", GoalRole::Goal, Formula::Measure(2), Target::Relative(0.1), Baseline::Control),
        goal(
            "sum",
            GoalRole::Goal,
            Formula::Subtract(Box::new(Formula::Measure(0)), Box::new(Formula::Cost)),
            Target::Relative(0.1),
            Baseline::Control,
        ),
        goal("before", GoalRole::Goal, Formula::Measure(0), Target::Relative(0.1), Baseline::Measure(1)),
        goal("tripled", GoalRole::Goal, Formula::Measure(0), Target::Relative(20.0), Baseline::Control),
        goal("bound", GoalRole::Guard, Formula::Measure(0), Target::AtMost(0.08), Baseline::Bound),
    ];
    let trial = trial(&[("a", 0.9), ("control", 0.1)], goals);
    let mut levels = levels();
    let audience = Audience { first_day: 10_000.0, per_day: Ok(0.0) };
    let found = plan(&trial, &levels, &audience);
    let slug = |figure: &Figure| match figure {
        Figure::Withheld(reason) => reason.withheld.clone(),
        Figure::Known(value) => value.to_string(),
    };
    let slugs: Vec<String> = found.iter().map(|goal| slug(&goal.effects[1].needed)).collect();
    assert_eq!(slugs[..4], ["no-formula", "several-figures", "no-control", "out-of-range"]);
    assert!(found[..4].iter().all(|goal| goal.answerable == Answerable::Unknown));
    assert!(found[4].effects[1].needed.known().unwrap() > 1_000.0);
    levels[0].level = Ok(0.0);
    levels[0].variance = Ok(0.0);
    let nobody = plan(&trial, &levels, &audience);
    assert_eq!(slug(&nobody[4].detectable), "no-variation");
}
