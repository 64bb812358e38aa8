//! Decision rules R0 to R9: each fires on evidence made for it, and only in its order.

use strat::evaluate::best::{LiveArm, ReallocationRules};
use strat::evaluate::decide::{
    Action, Adaptive, AdaptiveArm, Decision, Evidence, Goal, Guardrail, Progress, Rule, Standing, Trust, decide,
};
use strat::evaluate::effect::{Effect, Interval};
use strat::evaluate::guard::non_inferiority;
use strat::evaluate::withheld::Withheld;

fn goal(name: &str, lower: f64, upper: f64, p: f64) -> Goal {
    Goal {
        name: name.to_owned(),
        interval: Ok(Interval { lower, upper }),
        estimate: Ok(f64::midpoint(lower, upper)),
        p: Ok(p),
        p_adjusted: Ok(p),
        threshold: 0.0,
        worthwhile: 0.5,
        detectable: Ok(0.4),
    }
}

/// A guardrail with this estimate and standard error, margin 1, on 1,000 customers.
fn guardrail(estimate: f64, standard_error: f64) -> Guardrail {
    let effect = Effect { estimate, standard_error, degrees: f64::INFINITY, units: 1000.0 };
    Guardrail { name: "complaints".to_owned(), margin: 1.0, found: non_inferiority(&effect, 1.0, true, 0.05), units: 1000.0 }
}

/// A goal met, everything in order.
fn met() -> Evidence {
    Evidence {
        randomised: true,
        trust: Trust::clean(),
        primary: goal("activation", 0.3, 0.9, 0.0001),
        other_goals: Vec::new(),
        guardrails: vec![guardrail(0.0, 0.1)],
        net: Some(Ok(Interval { lower: 10.0, upper: 50.0 })),
        progress: Progress {
            mature_units: 5000.0,
            planned_units: 4000.0,
            days: 30.0,
            least_days: 14.0,
            sequential: false,
            more_units: Ok(0.0),
            more_days: Ok(0.0),
        },
        alpha: 0.05,
        holdout: 0.02,
        cheaper_margin: None,
        adaptive: None,
        test_units: Ok(8000.0),
    }
}

fn inconclusive() -> Evidence {
    Evidence { primary: goal("activation", -0.2, 0.7, 0.3), ..met() }
}

fn early(evidence: Evidence) -> Evidence {
    Evidence { progress: Progress { mature_units: 100.0, more_units: Ok(3900.0), more_days: Ok(12.0), ..evidence.progress }, ..evidence }
}

fn rule(evidence: &Evidence) -> Rule {
    decide(evidence).rule
}

fn standing(decision: &Decision, rule: Rule) -> Standing {
    decision.findings.iter().find(|finding| finding.rule == rule).unwrap().standing
}

#[test]
fn a_clean_win_ships_all_but_five_percent() {
    let decision = decide(&met());
    assert_eq!(decision.rule, Rule::Ship);
    assert_eq!(decision.action, Action::Ship { share: 0.95, priced: true });
    let unpriced = decide(&Evidence { net: None, ..met() });
    assert_eq!(unpriced.action, Action::Ship { share: 0.95, priced: false });
    assert_eq!(decide(&Evidence { holdout: 0.2, ..met() }).action, Action::Ship { share: 0.8, priced: true });
}

#[test]
fn every_rule_is_listed_with_its_numbers() {
    let decision = decide(&inconclusive());
    assert_eq!(decision.rule, Rule::Continue);
    let codes: Vec<&str> = decision.findings.iter().map(|finding| finding.rule.code()).collect();
    assert_eq!(codes, ["R0", "R2", "R1", "R6", "R9", "R3", "R4", "R5", "R7", "R8"]);
    assert!(decision.findings.iter().all(|finding| !finding.facts.is_empty()));
    assert!(decision.findings.iter().flat_map(|finding| &finding.facts).all(|fact| !fact.what.en.is_empty() && !fact.what.zh.is_empty()));
    assert_eq!(decision.findings.iter().filter(|finding| finding.standing == Standing::Decides).count(), 1);
}

#[test]
fn doubt_about_the_comparison_stops_everything_but_a_stop_for_harm() {
    let doubts = [
        Trust { ratio_p: Ok(0.0009), ..Trust::clean() },
        Trust { leaked_units: 1.0, ..Trust::clean() },
        Trust { join_p: Ok(1e-5), ..Trust::clean() },
        Trust { imbalance: Ok(-0.11), ..Trust::clean() },
        Trust { unlogged: 0.01, ..Trust::clean() },
    ];
    for trust in doubts {
        let decision = decide(&Evidence { trust: trust.clone(), ..met() });
        assert_eq!(decision.rule, Rule::Investigate, "{trust:?}");
        assert_eq!(decision.action, Action::Investigate);
        assert_eq!(standing(&decision, Rule::Ship), Standing::Outranked);
        let harmful = Evidence { primary: goal("activation", -0.9, -0.3, 0.0001), trust, ..met() };
        let decision = decide(&harmful);
        assert_eq!(decision.rule, Rule::StopForHarm);
        assert_eq!(standing(&decision, Rule::Investigate), Standing::Outranked);
        assert_eq!(decision.action, Action::Stop);
    }
}

#[test]
fn harm_stops_and_outranks_a_met_goal() {
    assert_eq!(rule(&Evidence { primary: goal("activation", -0.9, -0.1, 0.01), ..met() }), Rule::StopForHarm);
    let decision = decide(&Evidence { guardrails: vec![guardrail(-3.0, 0.2)], ..met() });
    assert_eq!(decision.rule, Rule::StopForHarm);
    // It is a conflict as well, and the page says so.
    assert_eq!(standing(&decision, Rule::Conflict), Standing::Outranked);
    assert_eq!(standing(&decision, Rule::Ship), Standing::Rejected);
}

#[test]
fn too_early_unless_overwhelming() {
    let decision = decide(&early(Evidence { primary: goal("activation", 0.1, 0.9, 0.02), ..met() }));
    assert_eq!(decision.rule, Rule::TooEarly);
    assert_eq!(decision.action, Action::Continue { more_units: Ok(3900.0), days: Ok(12.0) });
    assert_eq!(rule(&early(met())), Rule::Ship);
    // A loss at an early look is no harm yet, unless it is overwhelming.
    assert_eq!(rule(&early(Evidence { primary: goal("activation", -0.9, -0.1, 0.02), ..met() })), Rule::TooEarly);
    assert_eq!(rule(&early(Evidence { primary: goal("activation", -0.9, -0.1, 0.0002), ..met() })), Rule::StopForHarm);
    assert_eq!(rule(&early(Evidence { guardrails: vec![guardrail(-1.4, 0.2)], ..met() })), Rule::Conflict);
    assert_eq!(rule(&early(Evidence { guardrails: vec![guardrail(-3.0, 0.2)], ..met() })), Rule::StopForHarm);
    // With a confidence sequence the interval itself may be believed at any look.
    let watched = early(Evidence { primary: goal("activation", 0.1, 0.9, 0.02), ..met() });
    assert_eq!(rule(&Evidence { progress: Progress { sequential: true, ..watched.progress }, ..watched }), Rule::Ship);
    let short = Evidence { primary: goal("activation", 0.1, 0.9, 0.02), ..met() };
    assert_eq!(rule(&Evidence { progress: Progress { days: 3.0, ..short.progress }, ..short }), Rule::TooEarly);
}

#[test]
fn a_conflict_is_never_a_winner() {
    let loses_money = Evidence { net: Some(Ok(Interval { lower: -50.0, upper: -10.0 })), ..met() };
    let decision = decide(&loses_money);
    assert_eq!(decision.rule, Rule::Conflict);
    let Action::OwnerDecides { exchange } = decision.action else { panic!("{decision:?}") };
    assert_eq!(exchange[0].against, "net");
    assert!((exchange[0].per_goal.unwrap() - 30.0 / 0.6).abs() < 1e-9);
    assert_eq!(rule(&Evidence { other_goals: vec![goal("balance", -2.0, -1.0, 0.001)], ..met() }), Rule::Conflict);
    assert_eq!(standing(&decide(&loses_money), Rule::Ship), Standing::Rejected);
}

#[test]
fn an_unproven_guardrail_ramps_with_the_number_that_settles_it() {
    let decision = decide(&Evidence { guardrails: vec![guardrail(0.0, 1.0)], ..met() });
    assert_eq!(decision.rule, Rule::ShipWithWatch);
    let Action::Ramp { at_most, settles } = decision.action else { panic!("{:?}", decision.action) };
    assert!((at_most - 0.5).abs() < 1e-12);
    // One-sided 1.645 standard errors must shrink to the margin: 1.645² times the customers.
    assert_eq!(settles, [("complaints".to_owned(), Ok(2706.0))]);
    let unknown = Guardrail { found: Err(Withheld::NoVariation), ..guardrail(0.0, 1.0) };
    assert_eq!(rule(&Evidence { guardrails: vec![unknown], ..met() }), Rule::ShipWithWatch);
    // Money that is not certain neither ships nor conflicts.
    assert_eq!(rule(&Evidence { net: Some(Ok(Interval { lower: -1.0, upper: 9.0 })), ..met() }), Rule::Continue);
    assert_eq!(rule(&Evidence { net: Some(Err(Withheld::NoVariation)), ..met() }), Rule::Continue);
    assert_eq!(rule(&Evidence { primary: Goal { p_adjusted: Ok(0.2), ..met().primary }, ..met() }), Rule::Continue);
}

#[test]
fn futile_only_with_power_and_a_cheaper_arm_may_ship_if_registered() {
    let small = Evidence { primary: goal("activation", -0.1, 0.4, 0.2), ..met() };
    assert_eq!(rule(&small), Rule::Futile);
    assert_eq!(decide(&small).action, Action::Stop);
    let registered = Evidence { cheaper_margin: Some(0.2), ..small.clone() };
    assert_eq!(decide(&registered).action, Action::ShipAsCheaper { share: 0.95 });
    assert_eq!(decide(&Evidence { randomised: false, ..registered }).action, Action::Stop);
    let blind = Goal { detectable: Ok(0.8), ..small.primary.clone() };
    assert_eq!(rule(&Evidence { primary: blind, ..small.clone() }), Rule::Continue);
    let unknown = Goal { detectable: Err(Withheld::NoVariation), ..small.primary.clone() };
    assert_eq!(rule(&Evidence { primary: unknown, ..small }), Rule::Continue);
}

fn adaptive(chances: &[f64], before: Option<(f64, f64)>, loss: f64) -> Adaptive {
    let share = 1.0 / chances.len() as f64;
    let arm = |chance: f64| AdaptiveArm {
        live: LiveArm { share, units: 400.0, conversions: 60.0, chance },
        expected_loss: loss,
        before: before.map(|(own, loss)| (if chance > 0.5 { own } else { 1.0 - own }, loss)),
    };
    Adaptive { arms: chances.iter().map(|chance| arm(*chance)).collect(), rules: ReallocationRules::default(), baseline: 0.1 }
}

#[test]
fn only_adaptive_strategies_move_their_shares() {
    let moving = Evidence { adaptive: Some(adaptive(&[0.8, 0.2], None, 0.01)), ..inconclusive() };
    let decision = decide(&moving);
    assert_eq!(decision.rule, Rule::Reallocate);
    let Action::Reallocate { shares, drop, winner } = decision.action else { panic!("{:?}", decision.action) };
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && (shares[0] - 0.7).abs() < 1e-12);
    assert_eq!((drop, winner), (Vec::new(), None));
    let thin = Adaptive { rules: ReallocationRules { units: 1000.0, ..ReallocationRules::default() }, ..adaptive(&[0.8, 0.2], None, 0.01) };
    assert_eq!(rule(&Evidence { adaptive: Some(thin), ..inconclusive() }), Rule::Continue);
    assert_eq!(rule(&Evidence { adaptive: Some(adaptive(&[1.0], None, 0.0)), ..inconclusive() }), Rule::Continue);
    // Two waves in a row make a winner and a loser, guardrails permitting.
    let settled = adaptive(&[0.995, 0.005], Some((0.995, 1e-5)), 1e-5);
    let Action::Reallocate { drop, winner, .. } = decide(&Evidence { adaptive: Some(settled.clone()), ..inconclusive() }).action else {
        panic!()
    };
    assert_eq!((drop, winner), (vec![1], Some(0)));
    let doubtful = Evidence { adaptive: Some(settled), guardrails: vec![guardrail(0.0, 1.0)], ..inconclusive() };
    let Action::Reallocate { winner, .. } = decide(&doubtful).action else { panic!() };
    assert_eq!(winner, None);
}

#[test]
fn an_observational_comparison_never_ships_and_never_moves_shares() {
    let decision = decide(&Evidence { randomised: false, ..met() });
    assert_eq!(decision.rule, Rule::Observational);
    assert_eq!(decision.action, Action::WorthTesting { units: Ok(8000.0) });
    for rule in [Rule::Ship, Rule::ShipWithWatch, Rule::Reallocate] {
        assert_eq!(standing(&decision, rule), Standing::Rejected, "{rule:?}");
    }
    let moving = Evidence { randomised: false, adaptive: Some(adaptive(&[0.8, 0.2], None, 0.01)), ..inconclusive() };
    assert_eq!(rule(&moving), Rule::Continue);
    let unlike = Trust { imbalance: Ok(0.8), unlogged: 1.0, ..Trust::clean() };
    assert_eq!(rule(&Evidence { randomised: false, trust: unlike, ..met() }), Rule::Observational);
}

#[test]
fn a_withheld_goal_decides_nothing() {
    let nothing = Goal {
        interval: Err(Withheld::NoVariation),
        estimate: Err(Withheld::NoVariation),
        p: Err(Withheld::NoVariation),
        p_adjusted: Err(Withheld::NoVariation),
        ..met().primary
    };
    assert_eq!(rule(&Evidence { primary: nothing.clone(), ..met() }), Rule::Continue);
    assert_eq!(rule(&early(Evidence { primary: nothing, ..met() })), Rule::TooEarly);
}
