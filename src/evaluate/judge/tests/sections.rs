//! The sections of a report from observations made for them.

use super::fixtures::*;
use crate::evaluate::evaluation::Met;
use crate::evaluate::judge::judge;
use crate::evaluate::judge::shares::rounded;
use crate::evaluate::moments::Sample;
use crate::evaluate::observed::{Entered, Observed, Rows};
use crate::evaluate::proportion::Rate;
use crate::evaluate::segments::post_stratified;
use crate::ir::{Fold, Target};
use crate::types::Type;

fn two(counts: &[(u64, u64)]) -> Observed {
    let own = trial(&[("wake", Some(0.5)), ("control", Some(0.5))], vec![rate_measure("activated")], vec![goal("lift", 0, Target::None)]);
    with_rates(observed(own), 0, counts)
}

#[test]
fn money_is_the_difference_stretched() {
    let mut own = two(&[(4000, 324), (4000, 240)]);
    own.arms[0].cost = 160_000;
    own.arms[0].reached = 3900;
    let report = judge(&own);
    let money = &report.money[0];
    assert_eq!((money.cost, money.value, slug(&money.net.value)), (1600.0, None, "not-priced"));
    let (extra, low, high) = ends(&money.incremental);
    let (difference, lower, upper) = ends(&row(&report, "lift", "wake").difference);
    assert_eq!((extra, low, high), (difference * 4000.0, lower * 4000.0, upper * 4000.0));
    assert!(report.verdict.action.en.contains("not priced"), "{}", report.verdict.action.en);
    own.trial.terms.value = Some(6000.0);
    let report = judge(&own);
    let money = &report.money[0];
    let (net, low, high) = ends(&money.net);
    near(net, 84.0 * 60.0 - 1600.0, 1e-6);
    assert_eq!((low, high), (lower * 4000.0 * 60.0 - 1600.0, upper * 4000.0 * 60.0 - 1600.0));
    near(known(&money.break_even), 1600.0 / (4000.0 * 60.0), 1e-12);
    near(known(&money.roi), net / 1600.0, 1e-9);
    near(known(&money.net_per_thousand.value), net / 4.0, 1e-9);
    // Some of the treated were not reached: the effect on the others is shown apart.
    let reached = row(&report, "lift", "wake").beside.iter().find(|own| own.slug == "reached").unwrap();
    near(known(&reached.difference.value), difference / 0.975, 1e-12);
}

#[test]
fn goal_met_at_a_loss_is_a_conflict_with_its_price() {
    let mut own = two(&[(40_000, 3240), (40_000, 2400)]);
    own.trial.terms.value = Some(6000.0);
    own.arms[0].cost = 9_000_000;
    let report = judge(&own);
    assert_eq!((report.verdict.rule.as_str(), report.verdict.met), ("R6", Met::Met));
    assert!(report.verdict.action.en.contains("Each percentage point of the goal costs"), "{}", report.verdict.action.en);
    assert!(report.verdict.action.zh.contains("目标每提高 1 个百分点，代价"), "{}", report.verdict.action.zh);
}

#[test]
fn counts_tie_over_days_levels_and_arms() {
    let mut own = two(&[(300, 30), (200, 10)]);
    let days = &mut own.measures[0].by_day;
    let first = (START / DAY) as i32;
    days.insert(first, vec![flags(100, 12), flags(80, 4)]);
    days.insert(first + 3, vec![flags(200, 18), flags(120, 6)]);
    own.phases.clear();
    let entered = |units: u64| Entered { units, share: Some(0.5) };
    own.phases.insert(START + 5, vec![entered(100), entered(80)]);
    own.phases.insert(START + 3 * DAY, vec![entered(200), entered(120)]);
    let own = with_cut(own, cut("city", false), vec![level("云阳", &[(120, 20), (90, 4)]), level("城东", &[(180, 10), (110, 6)])]);
    let report = judge(&own);
    let points = &report.over_time[0].points;
    assert_eq!((points[0].day.as_str(), points[0].n, points[0].n_against), ("2025-07-01", 100, 80));
    let goal = row(&report, "lift", "wake");
    assert_eq!((points[1].n, points[1].n_against, &points[1].difference), (goal.n, goal.n_against, &goal.difference));
    assert_eq!(report.exposure.iter().map(|day| day.counts.clone()).collect::<Vec<_>>(), [vec![100, 80], vec![200, 120]]);
    let cut = &report.cuts[0];
    assert_eq!(cut.levels.iter().map(|level| level.n).sum::<u64>(), goal.n);
    assert_eq!(report.first_entry.as_deref(), Some("2025-07-01 00:00"));
    assert!(report.funnel.is_empty() && report.survival.is_empty() && report.adjusted.is_empty() && report.versions.is_none());
}

#[test]
fn arms_drawn_within_strata_are_combined_over_them() {
    // One city has nine times the treated share of the other and half its rate: pooled, the treatment looks harmful.
    let (small, large) = ([(900, 90), (100, 8)], [(100, 24), (900, 198)]);
    let own = with_cut(two(&[(1000, 114), (1000, 206)]), cut("city", true), vec![level("x", &small), level("y", &large)]);
    let report = judge(&own);
    let goal = row(&report, "lift", "wake");
    let sample = |own: (u64, u64)| Sample::rate(own.0, own.1 as f64);
    let wanted = post_stratified(&[(sample(small[0]), sample(small[1])), (sample(large[0]), sample(large[1]))]).unwrap();
    let (difference, lower, upper) = ends(&goal.difference);
    near(difference, wanted.difference, 1e-12);
    let interval = wanted.interval(0.05).unwrap();
    near(lower, interval.lower, 1e-12);
    near(upper, interval.upper, 1e-12);
    near(known(&goal.level) - known(&goal.level_against), difference, 1e-12);
    assert!(goal.method.en.starts_with("within city"), "{}", goal.method.en);
    assert!(known(&goal.beside.iter().find(|own| own.slug == "pooled").unwrap().difference.value) < -0.09);
}

/// `clusters` groups of 40, the first half treated; a group's rate swings around its arm's.
fn clustered(clusters: u64, rate: u64) -> Observed {
    let mut own = two(&[(0, 0), (0, 0)]);
    own.trial.cluster = Some(NODE);
    let mut rows = Rows { values: vec![Vec::new()], before: vec![Vec::new()], ..Rows::default() };
    let mut hits = [(0, 0), (0, 0)];
    for cluster in 0..clusters {
        let arm = usize::from(cluster >= clusters / 2);
        let own_rate = 8 + (cluster * 7) % 9 + if arm == 0 { rate } else { 0 };
        for at in 0..40 {
            let hit = at < own_rate;
            rows.arm.push(arm as u32);
            rows.cluster.push(cluster);
            rows.values[0].push(f64::from(u8::from(hit)));
            hits[arm].0 += 1;
            hits[arm].1 += u64::from(hit);
        }
    }
    let mut own = with_rates(own, 0, &hits);
    own.rows = Some(rows);
    own
}

#[test]
fn groups_assigned_together_widen_the_interval() {
    let report = judge(&clustered(40, 2));
    let goal = row(&report, "lift", "wake");
    let (difference, lower, upper) = ends(&goal.difference);
    let pooled = goal.beside.iter().find(|own| own.slug == "pooled").unwrap();
    let (same, _, _) = ends(&pooled.difference);
    near(difference, same, 1e-12);
    assert!(goal.method.en.starts_with("40 groups assigned together"), "{}", goal.method.en);
    assert_eq!(known(&goal.p) < 0.05, lower > 0.0 || upper < 0.0);
    // Seven groups in an arm say nothing.
    assert_eq!(slug(&row(&judge(&clustered(14, 2)), "lift", "wake").difference.lower), "too-few-units");
}

#[test]
fn an_adaptive_trial_moves_its_shares_and_leaves_the_holdout() {
    let arms = [("a", Some(0.4)), ("b", Some(0.4)), ("control", Some(0.2))];
    let mut own = trial(&arms, vec![rate_measure("activated")], vec![goal("lift", 0, Target::Relative(0.35))]);
    own.terms.adaptive = true;
    let report = judge(&with_rates(observed(own), 0, &[(2000, 160), (2000, 130), (1000, 70)]));
    assert_eq!(report.verdict.rule, "R7");
    let proposed: Vec<f64> = report.arms.iter().map(|arm| arm.proposed.unwrap()).collect();
    near(proposed.iter().sum(), 1.0, 1e-12);
    assert!(proposed[0] > 0.45 && proposed[1] >= 0.04 && (proposed[2] - 0.2).abs() < 1e-12, "{proposed:?}");
    assert!(report.proposals.iter().all(|own| own.slug == "shares"));
}

#[test]
fn proposed_shares_are_thousandths_that_sum_to_one() {
    for shares in [vec![1.0 / 3.0; 3], vec![0.95, 0.05], vec![0.123_45, 0.5, 0.376_55], vec![2.0, 1.0, 1.0, 3.0]] {
        let found = rounded(&shares);
        near(found.iter().sum(), 1.0, 1e-12);
        assert!(found.iter().all(|share| (share * 1000.0 - (share * 1000.0).round()).abs() < 1e-9));
    }
    assert_eq!(rounded(&[1.0 / 3.0; 3]), [0.334, 0.333, 0.333]);
}

#[test]
fn how_long_customers_stay() {
    let mut kept = rate_measure("kept");
    kept.ty = Type::Duration;
    kept.fold = Fold::Lasting { length: NODE, ended: NODE, horizon: Some(30.0) };
    let own = trial(&[("wake", Some(0.5)), ("control", Some(0.5))], vec![kept], vec![goal("kept", 0, Target::None)]);
    let mut own = observed(own);
    for (arm, speed) in [(0, 1_u64), (1, 3)] {
        for day in 1..=40_i64 {
            own.measures[0].arms[arm].spells.insert(day * 1_000_000, (speed, if day == 40 { 200 - 40 * speed } else { 0 }));
        }
        own.arms[arm].assigned = 200;
    }
    let report = judge(&own);
    let survival = &report.survival[0];
    let (arm, longer) = &survival.kept_longer[0];
    let (days, lower, upper) = ends(longer);
    assert!(arm == "wake" && days > 0.0 && lower > 0.0 && upper < 30.0, "{longer:?}");
    assert!(known(&survival.log_rank_p) < 1e-6);
    assert_eq!(slug(&survival.curves[0].median), "not-reached");
    assert!(survival.curves.iter().all(|curve| curve.steps.iter().all(|step| step.at_risk >= 20)));
    let goal = row(&report, "kept", "wake");
    assert_eq!((&goal.difference, goal.met), (longer, Met::Met));
    assert!(report.verdict.sentence.en.contains(" days ("), "{}", report.verdict.sentence.en);
}

/// 400 customers per arm; responders of the treated have the higher scores.
fn scored() -> Observed {
    let mut rows = Rows { values: vec![Vec::new()], before: vec![Vec::new()], ..Rows::default() };
    for at in 0..800_u32 {
        let (arm, score) = (at % 2, f64::from(at / 2));
        let hit = if arm == 0 { score > 250.0 } else { at % 16 == 1 };
        rows.arm.push(arm);
        rows.score.push(score);
        rows.values[0].push(f64::from(u8::from(hit)));
        rows.probability.push(0.5);
        rows.proposed.push(if arm == 0 { 1.0 } else { 0.0 });
    }
    let mut own = two(&[(400, 149), (400, 50)]);
    own.rows = Some(rows);
    own
}

#[test]
fn a_score_that_finds_the_right_customers() {
    let mut own = scored();
    own.trial.score = Some(NODE);
    let report = judge(&own);
    let uplift = report.uplift.as_ref().unwrap();
    // A hundred per arm and part.
    assert_eq!(uplift.parts.len(), 4);
    assert!(known(&uplift.parts[0].level) > 0.99 && known(&uplift.parts[3].level) < 0.01);
    assert_eq!(uplift.parts.iter().map(|part| part.n).sum::<u64>(), 400);
    assert!(known(&uplift.coefficient) > 0.5);
    assert_eq!(slug(&uplift.parts[0].profit), "not-priced");
    near(uplift.curve.last().unwrap().0, 1.0, 1e-12);
    near(uplift.curve.last().unwrap().1, 149.0 - 50.0, 1e-9);
}

#[test]
fn a_proposed_rule_is_valued_or_refused() {
    let mut own = scored();
    own.trial.proposed = Some(NODE);
    let report = judge(&own);
    let value = report.off_policy.as_ref().unwrap();
    near(known(&value.inverse.value), 149.0 / 400.0, 1e-12);
    assert!(value.supported && value.rows == 800);
    near(known(&value.effective), 400.0, 1e-9);
    // A rule that hardly ever does what was logged.
    if let Some(rows) = &mut own.rows {
        rows.proposed.iter_mut().enumerate().for_each(|(at, chance)| *chance = if at < 50 { 1.0 } else { 0.0 });
    }
    let report = judge(&own);
    let value = report.off_policy.as_ref().unwrap();
    assert_eq!((value.supported, slug(&value.inverse.value), slug(&value.self_normalised)), (false, "poor-overlap", "poor-overlap"));
}

#[test]
fn the_funnel_counts_those_who_got_further_too() {
    let mut own = two(&[(100, 9), (100, 4)]);
    own.arms[0].reached = 90;
    own.arms[0].statuses = [("sent", 10), ("delivered", 40), ("opened", 25), ("clicked", 15)].map(|(name, n)| (name.to_owned(), n)).into();
    own.arms[0].responses = [("complaint".to_owned(), 2)].into();
    let report = judge(&own);
    let counts: Vec<(&str, u64)> = report.funnel.iter().map(|stage| (stage.slug.as_str(), stage.counts[0])).collect();
    let wanted = [("assigned", 100), ("reached", 90), ("delivered", 80), ("opened", 40), ("clicked", 15), ("complaint", 2), ("goal", 9)];
    assert_eq!(counts, wanted);
}

#[test]
fn a_guard_that_nobody_complained_about_is_judged_by_counts() {
    let mut own = trial(
        &[("wake", Some(0.5)), ("control", Some(0.5))],
        vec![rate_measure("activated"), rate_measure("complaints")],
        vec![goal("lift", 0, Target::None), guard("complaints", 1, 0.002)],
    );
    own.goals[1].label = Some("投诉率".to_owned());
    let state = |n: u64, hits: u64| {
        let own = with_rates(with_rates(observed(own.clone()), 1, &[(n, hits), (n, 0)]), 0, &[(n, n / 5), (n, n / 8)]);
        judge(&own)
    };
    let few = state(500, 0);
    assert_eq!(row(&few, "complaints", "wake").guard.as_deref(), Some("unproven"));
    assert_eq!(few.verdict.rule, "R4");
    assert!(few.verdict.action.zh.contains("护栏“投诉率”尚未证实"), "{}", few.verdict.action.zh);
    assert_eq!(few.arms[0].proposed, few.arms[1].proposed);
    assert_eq!(row(&state(20_000, 0), "complaints", "wake").guard.as_deref(), Some("safe"));
    assert_eq!(row(&state(20_000, 200), "complaints", "wake").guard.as_deref(), Some("breached"));
    assert_eq!(Rate::new(0, 500).share(), Ok(0.0));
}
