//! Real public data judged by the programs of `examples/real_data`: the report's numbers are those of independent packages.

use super::{check, evaluate, example, goal, number, report};
use crate::oracles::files::{data_file, text_of};
use crate::real_data::{assert_close, reference};
use serde_json::{Value, json};
use std::path::Path;

/// The judgement of one program over one folder of real data; `None`, with a line, where the data is not there.
fn judged(program: &str, folder: &str) -> Option<Value> {
    let data = data_file(&format!("data/{folder}"));
    if !data.exists() {
        println!("skipped: no data/{folder}");
        return None;
    }
    Some(judged_over(program, &data))
}

fn judged_over(program: &str, data: &Path) -> Value {
    let out = tempfile::tempdir().unwrap();
    let entry = example("real_data").join(format!("{program}.strat"));
    let tree = evaluate(&entry, data, "2026-01-01", &out.path().join("report"), &[]);
    for name in ["report.html", "report.xlsx", "report.md"] {
        assert!(tree.contains_key(name), "{name}");
    }
    assert!(tree["report.html"].len() < 400_000, "{} bytes", tree["report.html"].len());
    report(&tree)
}

fn same(path: &str, got: &Value) {
    assert_close(path, number(got), &reference(path));
}

/// The Welch comparison of a row as the reference prints it; rates are judged by other tests and have it beside.
fn compared(path: &str, row: &Value) {
    let answers = reference(path);
    assert_close(path, number(&row["level"]), &answers["mean_t"]);
    assert_close(path, number(&row["level_against"]), &answers["mean_c"]);
    assert_close(path, number(&row["difference"]["value"]), &answers["diff"]);
    assert_eq!(row["n"], answers["n_t"]);
    assert_eq!(row["n_against"], answers["n_c"]);
    match answers.get("p_pooled") {
        // A rate: p of the pooled test; the interval of Newcombe lies near the one of the normal approximation.
        Some(p) => {
            assert_close(path, number(&row["p"]), p);
            assert!((number(&row["count"]) - number(&answers["x_t"])).abs() < 0.5, "{path}: {row}");
            let width = number(&answers["ci"][1]) - number(&answers["ci"][0]);
            for (end, at) in [("lower", 0), ("upper", 1)] {
                let (got, wanted) = (number(&row["difference"][end]), number(&answers["ci"][at]));
                assert!((got - wanted).abs() < 0.02 * width, "{path} {end}: {got} {wanted}");
            }
        }
        None => {
            assert_close(path, number(&row["p"]), &answers["p"]);
            assert_close(path, number(&row["difference"]["lower"]), &answers["ci"][0]);
            assert_close(path, number(&row["difference"]["upper"]), &answers["ci"][1]);
        }
    }
}

#[test]
fn hillstrom() {
    let Some(report) = judged("hillstrom", "hillstrom") else { return };
    let trial = &report["trials"][0];
    for arm in ["Mens E-Mail", "Womens E-Mail"] {
        for (name, column) in [("visits", "visit"), ("buyers", "conversion"), ("spent", "spend")] {
            let row = goal(trial, name, arm, "No E-Mail");
            compared(&format!("hillstrom/{arm} v none: {column}"), row);
            assert!(number(&row["p_adjusted"]) < 0.002, "{row}");
        }
    }
    same("hillstrom/srm/p", &check(trial, "sample-ratio")["value"]);
    // The relative interval excludes zero exactly when the test does, where the delta method would not.
    let spent = goal(trial, "spent", "Mens E-Mail", "Womens E-Mail");
    compared("hillstrom/Mens v Womens/spend", spent);
    assert!(number(&spent["p"]) < 0.05 && number(&spent["lift"]["lower"]) > 0.0, "{spent}");
    let mens = trial["arms"].as_array().unwrap().iter().find(|arm| arm["name"] == "Mens E-Mail").unwrap();
    assert!(number(&mens["best"]) > 0.999, "{mens}");
    // Past spend explains nothing of it, and the report says how little.
    let row = goal(trial, "spent", "Mens E-Mail", "No E-Mail");
    let reduced = row["beside"].as_array().unwrap().iter().find(|beside| beside["slug"] == "variance-reduced").unwrap();
    same("hillstrom/Mens E-Mail v none: spend CUPED on history/diff", &reduced["difference"]["value"]);
    // Heterogeneity by what was bought before is real for the womens mail.
    let cut = trial["cuts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|cut| cut["name"] == "womens" && cut["goal"] == "visits" && cut["arm"] == "Womens E-Mail")
        .unwrap();
    for level in cut["levels"].as_array().unwrap() {
        let name = level["name"].as_str().unwrap();
        same(&format!("hillstrom/Womens E-Mail v none: visit by past womens buyer/{name}"), &level["difference"]["value"]);
    }
    assert!(number(&cut["q_p"]) < 0.001, "{cut}");
}

#[test]
fn cookie_cats_is_watched() {
    let Some(report) = judged("cookie_cats", "cookie_cats") else { return };
    let trial = &report["trials"][0];
    let ratio = check(trial, "sample-ratio");
    same("cookie_cats/srm/p", &ratio["value"]);
    assert_eq!(ratio["light"], "amber", "{ratio}");
    compared("cookie_cats/retention_7", goal(trial, "kept_7", "gate_40", "gate_30"));
    compared("cookie_cats/retention_1", goal(trial, "kept_1", "gate_40", "gate_30"));
    // One player of 49,854 rounds does not decide: the capped result leads, the uncapped one stands beside.
    let rounds = goal(trial, "rounds", "gate_40", "gate_30");
    let capped = reference("cookie_cats/rounds_capped_p99_9");
    assert_close("capped", number(&rounds["difference"]["value"]), &capped["diff"]);
    let uncapped = rounds["beside"].as_array().unwrap().iter().find(|beside| beside["slug"] == "uncapped").unwrap();
    same("cookie_cats/rounds/diff", &uncapped["difference"]["value"]);
    // Fewer players came back after seven days: harm stops it, and nothing ships.
    assert_eq!(trial["verdict"]["rule"], "R2", "{}", trial["verdict"]);
}

#[test]
fn bank_calls_have_no_lift() {
    let Some(report) = judged("bank_calls", "uci_bank") else { return };
    let trial = &report["trials"][0];
    assert_eq!(trial["randomised"], false);
    assert_eq!(trial["verdict"]["rule"], "R9", "{}", trial["verdict"]);
    let row = goal(trial, "subscribed", "cellular", "telephone");
    assert!(row["lift"]["value"].as_f64().is_none(), "{row}");
    let adjusted = |slug: &str| {
        let rows = trial["adjusted"].as_array().unwrap();
        number(&rows.iter().find(|row| row["slug"] == slug).unwrap_or_else(|| panic!("no {slug} in {rows:#?}"))["difference"]["value"])
    };
    assert_close("naive", adjusted("naive"), &reference("uci_bank/naive_cellular_minus_telephone"));
    assert_close("by month", adjusted("post-stratified"), &reference("uci_bank/stratified_by_month/diff"));
    // The file is in date order: those who were called later are other people, and far more of them say yes.
    let rows = trial["drift"]["rows"].as_array().unwrap();
    let drifted = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no {name} in {rows:#?}"));
    for name in ["job", "marital", "education", "contact", "month", "poutcome"] {
        same(&format!("uci_bank/psi_first_half_v_second_half/{name}"), &drifted(name)["index"]);
    }
    same("uci_bank/psi_age_deciles_of_first_half", &drifted("age")["index"]);
    let outcome = &drifted("subscribed")["moved"];
    assert_close("first half", number(&outcome["first"]), &reference("uci_bank/rate_first_half"));
    assert_close("later half", number(&outcome["later"]), &reference("uci_bank/rate_second_half"));
    let lights = trial["trust"].as_array().unwrap();
    let light = |slug: &str| &lights.iter().find(|check| check["slug"] == slug).unwrap_or_else(|| panic!("no {slug}"))["light"];
    assert_eq!((light("drift"), light("by-chance")), (&json!("amber"), &json!("amber")));
}

#[test]
fn the_log_of_an_algorithm_cannot_answer_for_another_rule() {
    let Some(report) = judged("open_bandit", "open_bandit") else { return };
    let value = &report["trials"][0]["off_policy"];
    assert_eq!(value["supported"], false, "{value}");
    same("open_bandit_women/uniform_policy_from_bts_log/ess", &value["effective"]);
}

#[test]
fn answers_without_chance_are_shown_side_by_side() {
    let (treated, others) = (data_file("data/nsw_matching/nsw_experimental.csv"), data_file("data/nsw_matching/cps_controls.csv.gz"));
    if !treated.exists() || !others.exists() {
        return println!("skipped: no data/nsw_matching");
    }
    let (treated, others) = (text_of(&treated), text_of(&others));
    let is_treated = |line: &&str| line.split(',').nth(1) == Some("1");
    let rows: Vec<&str> = treated.lines().take(1).chain(treated.lines().filter(is_treated)).chain(others.lines().skip(1)).collect();
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("nsw_cps.csv"), rows.join("\n") + "\n").unwrap();
    let report = judged_over("job_training", data.path());
    let rows = report["trials"][0]["adjusted"].as_array().unwrap();
    let adjusted = |slug: &str| rows.iter().find(|row| row["slug"] == slug).unwrap_or_else(|| panic!("no {slug} in {rows:#?}"));
    same("nsw/naive_v_cps", &adjusted("naive")["difference"]["value"]);
    same("nsw/ipw_att_v_cps", &adjusted("weighted")["difference"]["value"]);
    same("nsw/ipw_att_v_cps_trimmed_0.1_0.9", &adjusted("trimmed")["difference"]["value"]);
    same("nsw/ess_controls", &adjusted("weighted")["effective"]);
}

#[test]
fn a_difference_of_differences() {
    let Some(report) = judged("minimum_wage", "minwage_did") else { return };
    let trial = &report["trials"][0];
    for (name, path) in [("jobs", "fte"), ("wages", "wage")] {
        let row = goal(trial, name, "NJ", "PA");
        let did = reference(&format!("minwage_did/{path}/did"));
        assert_close(name, number(&row["difference"]["value"]), &did["diff"]);
        assert_close(name, number(&row["difference"]["lower"]), &did["ci"][0]);
        assert_close(name, number(&row["difference"]["upper"]), &did["ci"][1]);
        assert_close(name, number(&row["p"]), &did["p"]);
        assert!(row["lift"]["value"].as_f64().is_none(), "{row}");
    }
}

#[test]
fn how_long_customers_stay() {
    let Some(report) = judged("contracts", "telco_churn") else { return };
    let survival = &report["trials"][0]["survival"][0];
    same("telco/logrank_contract_chi2", &survival["log_rank"]);
    for curve in survival["curves"].as_array().unwrap() {
        let arm = curve["arm"].as_str().unwrap();
        for (time, kept) in reference(&format!("telco/KM {arm}")).as_object().unwrap() {
            let time: f64 = time.parse().unwrap();
            // The curve ends where fewer than twenty are at risk.
            let steps = curve["steps"].as_array().unwrap();
            let ended = steps.last().is_none_or(|step| number(&step["time"]) < time);
            let Some(step) = steps.iter().rev().find(|step| number(&step["time"]) <= time).filter(|_| !ended) else { continue };
            if kept.as_f64() != Some(1.0) {
                assert_close(arm, number(&step["kept"]), kept);
            }
        }
    }
}

#[test]
fn what_buyers_will_buy() {
    let Some(report) = judged("buyers", "cdnow") else { return };
    let lifetime = &report["lifetimes"][0];
    assert_eq!(lifetime["customers"], 2357);
    let expected = number(&lifetime["expected_purchases"]);
    let wanted = number(&reference("cdnow/bgnbd_expected_holdout_39_weeks"));
    assert!((expected - wanted).abs() < 0.5, "{expected} {wanted}");
}
