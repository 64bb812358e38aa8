//! Randomised data: Hillstrom's three arms, the Cookie Cats gate, the Open Bandit logs.

use super::{Table, assert_close, check, reference, table};
use strat::evaluate::best::best_rate;
use strat::evaluate::cuped::cuped_difference;
use strat::evaluate::effect::{Alternative, Scale, mean_difference};
use strat::evaluate::lift::{delta_lift, fieller};
use strat::evaluate::moments::{Moments, PairMoments};
use strat::evaluate::multiple::{benjamini_hochberg, holm};
use strat::evaluate::off_policy::off_policy;
use strat::evaluate::proportion::{Rate, pooled_p, pooled_z};
use strat::evaluate::quantile::capped_difference;
use strat::evaluate::validity::sample_ratio;
use strat::evaluate::withheld::Withheld;

/// Compares a block of reference answers (`diff`, `ci`, `p`, `lift`, …) with the two samples' numbers; returns p.
fn compare(path: &str, treatment: &[f64], control: &[f64]) -> f64 {
    let answers = reference(path);
    let (t, c) = (Moments::of(treatment).sample(), Moments::of(control).sample());
    let effect = mean_difference(&t, &c).unwrap();
    let test = effect.test(Alternative::Different, 0.05).unwrap();
    for (key, got) in [("mean_t", t.mean), ("mean_c", c.mean), ("diff", effect.estimate), ("p", test.p)] {
        assert_close(&format!("{path}/{key}"), got, &answers[key]);
    }
    assert_close(&format!("{path}/ci"), test.interval.lower, &answers["ci"][0]);
    assert_close(&format!("{path}/ci"), test.interval.upper, &answers["ci"][1]);
    assert_close(&format!("{path}/lift"), delta_lift(&t, &c).unwrap().estimate, &answers["lift"]);
    if answers.get("x_t").is_some() {
        let rate = |values: &[f64]| Rate { successes: values.iter().sum(), n: values.len() as f64 };
        let (t, c) = (rate(treatment), rate(control));
        assert_close(&format!("{path}/z_pooled"), pooled_z(&t, &c).unwrap(), &answers["z_pooled"]);
        assert_close(&format!("{path}/p_pooled"), pooled_p(&t, &c).unwrap(), &answers["p_pooled"]);
    }
    test.p
}

fn cuped(path: &str, data: &Table, arm: &str) {
    let pair = |segment: &str| {
        let mut pair = PairMoments::default();
        for (spend, history) in
            data.numbers_where("spend", "segment", segment).iter().zip(data.numbers_where("history", "segment", segment))
        {
            pair.push(*spend, history);
        }
        pair
    };
    let (t, c) = (pair(arm), pair("No E-Mail"));
    let found = cuped_difference(&t.pair(), &c.pair(), &t.merged(&c).pair(), Scale::Absolute).unwrap();
    check(&format!("{path}/theta"), found.theta);
    check(&format!("{path}/diff"), found.effect.estimate);
    check(&format!("{path}/p"), found.effect.test(Alternative::Different, 0.05).unwrap().p);
    // It bought nothing, and the page says so.
    assert!(found.variance_saved.abs() < 0.001, "{found:?}");
}

#[test]
fn hillstrom() {
    let Some(data) = table("hillstrom/hillstrom.csv.gz", b',') else { return };
    let of = |metric: &str, arm: &str| data.numbers_where(metric, "segment", arm);
    let mut p = Vec::new();
    for arm in ["Mens E-Mail", "Womens E-Mail"] {
        for metric in ["visit", "conversion", "spend"] {
            p.push(Some(compare(&format!("hillstrom/{arm} v none: {metric}"), &of(metric, arm), &of(metric, "No E-Mail"))));
        }
        cuped(&format!("hillstrom/{arm} v none: spend CUPED on history"), &data, arm);
    }
    let names = [
        "Mens E-Mail:visit",
        "Mens E-Mail:conversion",
        "Mens E-Mail:spend",
        "Womens E-Mail:visit",
        "Womens E-Mail:conversion",
        "Womens E-Mail:spend",
    ];
    for (name, (step, rate)) in names.iter().zip(holm(&p).into_iter().zip(benjamini_hochberg(&p))) {
        check(&format!("hillstrom/holm/{name}"), step.unwrap());
        check(&format!("hillstrom/bh/{name}"), rate.unwrap());
    }
    for metric in ["visit", "conversion", "spend"] {
        compare(&format!("hillstrom/Mens v Womens/{metric}"), &of(metric, "Mens E-Mail"), &of(metric, "Womens E-Mail"));
        let sample = |arm: &str| Moments::of(&of(metric, arm)).sample();
        let found = fieller(&sample("Mens E-Mail"), &sample("Womens E-Mail"), 0.05).unwrap();
        assert_eq!(found.interval.unwrap().excludes(0.0), found.absolute_p < 0.05, "{metric}");
    }
    let arms = ["No E-Mail", "Mens E-Mail", "Womens E-Mail"];
    let rates = arms.map(|arm| Rate::new(of("conversion", arm).iter().sum::<f64>() as u64, of("conversion", arm).len() as u64));
    let chances = best_rate(&rates, (1.0, 1.0)).unwrap();
    assert!((chances[1].best - 0.999_899_12).abs() < 1e-8 && (chances[2].best - 0.000_100_876_93).abs() < 1e-11);
    let ratio = sample_ratio(&rates.map(|rate| rate.n), &[1.0; 3]).unwrap();
    check("hillstrom/srm/p", ratio.p);
}

#[test]
fn cookie_cats() {
    let Some(data) = table("cookie_cats/cookie_cats.csv.gz", b',') else { return };
    let of = |metric: &str, arm: &str| data.numbers_where(metric, "version", arm);
    let flags = |metric: &str, arm: &str| -> Vec<f64> {
        let rows = data.text(metric).iter().zip(data.text("version")).filter(|(_, own)| *own == arm);
        rows.map(|(cell, _)| f64::from(u8::from(cell == "TRUE"))).collect()
    };
    for metric in ["retention_1", "retention_7"] {
        compare(&format!("cookie_cats/{metric}"), &flags(metric, "gate_40"), &flags(metric, "gate_30"));
    }
    let (t, c) = (of("sum_gamerounds", "gate_40"), of("sum_gamerounds", "gate_30"));
    compare("cookie_cats/rounds", &t, &c);
    let capped = capped_difference(&t, &c, 0.999, false, 0.05).unwrap();
    check("cookie_cats/rounds_capped_p99_9/cap", capped.cap);
    check("cookie_cats/rounds_capped_p99_9/diff", capped.difference);
    check("cookie_cats/rounds_capped_p99_9/p", capped.test.unwrap().p);
    let ratio = sample_ratio(&[c.len() as f64, t.len() as f64], &[1.0, 1.0]).unwrap();
    check("cookie_cats/srm/chi2", ratio.chi_square);
    check("cookie_cats/srm/p", ratio.p);
    // Watch: below one in a hundred, above the alarm.
    assert!(!ratio.mismatch && ratio.p < 0.01);
    // One player with 49,854 rounds makes the plain test worthless.
    assert!(Moments::of(&c).units_for_normality().unwrap() > c.len() as f64);
}

#[test]
fn open_bandit_is_refused_for_lack_of_overlap() {
    let Some(data) = table("open_bandit/women_bts.csv.gz", b',') else { return };
    let (reward, logged) = (data.numbers("click"), data.numbers("propensity_score"));
    let items = reference("open_bandit_women/items").as_f64().unwrap();
    let found = off_policy(&reward, &logged, &vec![1.0 / items; reward.len()]).unwrap();
    let path = "open_bandit_women/uniform_policy_from_bts_log";
    check(&format!("{path}/ips"), found.weighted);
    check(&format!("{path}/se"), found.standard_error.unwrap());
    check(&format!("{path}/snips"), found.normalised.unwrap());
    check(&format!("{path}/ess"), found.effective.unwrap());
    assert!(matches!(found.supported(), Err(Withheld::PoorOverlap { .. })));
}
