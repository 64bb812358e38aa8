//! Data without a random control, value and retention: training programme, minimum wage, bank calls, CDNOW, telephone customers.

use super::{Table, check, reference, table};
use std::collections::BTreeMap;
use strat::evaluate::drift::{FLOOR, binned, reference_edges, stability};
use strat::evaluate::effect::{Alternative, mean_difference};
use strat::evaluate::lifetime::{History, Purchases};
use strat::evaluate::moments::{Moments, Sample};
use strat::evaluate::observational::{Observed, difference_in_differences, weighted};
use strat::evaluate::proportion::Rate;
use strat::evaluate::regression::propensities;
use strat::evaluate::segments::{mantel_haenszel, post_stratified};
use strat::evaluate::survival::{Spell, kaplan_meier, log_rank_groups};

#[test]
fn minimum_wage() {
    let Some(data) = table("minwage_did/minwage.csv", b',') else { return };
    let treated: Vec<bool> = data.text("location").iter().map(|place| place != "PA").collect();
    let sum = |full: &str, part: &str| -> Vec<f64> {
        data.numbers(full).iter().zip(data.numbers(part)).map(|(full, part)| full + part / 2.0).collect()
    };
    let (before, after) = (sum("fullBefore", "partBefore"), sum("fullAfter", "partAfter"));
    let found = difference_in_differences(&treated, &before, &after).unwrap();
    check("minwage_did/fte/did/diff", found.effect);
    let change = |wanted: bool| -> Sample {
        let rows = before.iter().zip(&after).zip(&treated).filter(|(_, own)| **own == wanted);
        Moments::of(&rows.map(|((from, to), _)| to - from).collect::<Vec<_>>()).sample()
    };
    let test = mean_difference(&change(true), &change(false)).unwrap().test(Alternative::Different, 0.05).unwrap();
    check("minwage_did/fte/did/p", test.p);
    let wage = difference_in_differences(&treated, &data.numbers("wageBefore"), &data.numbers("wageAfter")).unwrap();
    check("minwage_did/wage/did/diff", wage.effect);
}

/// Dehejia and Wahba's columns: powers of age and schooling, flags, earnings, no earnings, schooling × earnings.
fn columns(tables: &[(&Table, bool)]) -> (Vec<bool>, Vec<f64>, Vec<Vec<f64>>) {
    let mut treated = Vec::new();
    let mut outcome = Vec::new();
    let mut found: Vec<Vec<f64>> = vec![Vec::new(); 14];
    for (data, only_treated) in tables {
        let of = |name: &str| data.numbers(name);
        let earned = of("re78");
        let (treat, age, educ, re74, re75) = (of("treat"), of("age"), of("educ"), of("re74"), of("re75"));
        let flags = ["marr", "nodegree", "black", "hisp"].map(of);
        for (at, own) in treat.iter().enumerate() {
            if *only_treated && *own == 0.0 {
                continue;
            }
            treated.push(*own == 1.0);
            outcome.push(earned[at]);
            let none = |value: f64| f64::from(u8::from(value == 0.0));
            let (age, educ, re74, re75) = (age[at], educ[at], re74[at], re75[at]);
            let row = [age, age * age, age.powi(3), educ, educ * educ, flags[0][at], flags[1][at], flags[2][at], flags[3][at]];
            let money = [re74, re75, none(re74), none(re75), educ * re74];
            for (column, value) in found.iter_mut().zip(row.into_iter().chain(money)) {
                column.push(value);
            }
        }
    }
    (treated, outcome, found)
}

#[test]
fn training_programme_moves_with_the_method() {
    let (Some(trial), Some(survey)) = (table("nsw_matching/nsw_experimental.csv", b','), table("nsw_matching/cps_controls.csv.gz", b','))
    else {
        return;
    };
    let sample = |data: &Table, word: &str| Moments::of(&data.numbers_where("re78", "treat", word)).sample();
    let truth = mean_difference(&sample(&trial, "1"), &sample(&trial, "0")).unwrap();
    check("nsw/experimental/diff", truth.estimate);
    check("nsw/experimental/p", truth.test(Alternative::Different, 0.05).unwrap().p);
    let naive = mean_difference(&sample(&trial, "1"), &sample(&survey, "0")).unwrap();
    check("nsw/naive_v_cps", naive.estimate);
    let (treated, outcome, covariates) = columns(&[(&trial, true), (&survey, false)]);
    let propensity = propensities(&treated, &covariates).unwrap();
    let data = Observed { outcome: &outcome, treated: &treated, propensity: &propensity };
    let found = weighted(&data).unwrap();
    let near = |got: f64, path: &str| {
        let wanted = reference(path).as_f64().unwrap();
        assert!((got - wanted).abs() < 1e-3 * wanted.abs(), "{path}: got {got}, expected {wanted}");
    };
    near(found.treated, "nsw/ipw_att_v_cps");
    near(found.effective_odds, "nsw/ess_controls");
    // Seventy effective controls are too few to believe it.
    assert!(found.supported().is_err());
    let kept = data.within(0.1, 0.9);
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().map(|at| values[*at]).collect() };
    let flags: Vec<bool> = kept.iter().map(|at| treated[*at]).collect();
    let trimmed = Observed { outcome: &pick(&outcome), treated: &flags, propensity: &pick(&propensity) };
    near(weighted(&trimmed).unwrap().treated, "nsw/ipw_att_v_cps_trimmed_0.1_0.9");
}

#[test]
fn bank_calls_drift_and_differ_by_month() {
    let Some(data) = table("uci_bank/bank-additional-full.csv.gz", b';') else { return };
    let (month, contact, bought) = (data.text("month"), data.text("contact"), data.text("y"));
    let mut cells: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
    for ((month, contact), bought) in month.iter().zip(contact).zip(bought) {
        let cell = cells.entry((month, contact)).or_default();
        cell.0 += f64::from(u8::from(bought == "yes"));
        cell.1 += 1.0;
    }
    let months: Vec<&str> = cells.keys().map(|(month, _)| *month).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let cell = |month: &str, contact: &str| cells.get(&(month, contact)).copied().unwrap_or_default();
    // The reference divides by n - 1 in each cell.
    let sample = |(x, n): (f64, f64)| Sample { variance: x / n * (1.0 - x / n) * n / (n - 1.0), ..Sample::rate(n as u64, x) };
    let rate = |(x, n): (f64, f64)| Rate { successes: x, n };
    let samples: Vec<_> = months.iter().map(|month| (sample(cell(month, "cellular")), sample(cell(month, "telephone")))).collect();
    let rates: Vec<_> = months.iter().map(|month| (rate(cell(month, "cellular")), rate(cell(month, "telephone")))).collect();
    let combined = post_stratified(&samples).unwrap();
    check("uci_bank/stratified_by_month/diff", combined.difference);
    check("uci_bank/stratified_by_month/se", combined.standard_error);
    check("uci_bank/stratified_by_month/p", combined.p());
    let odds = mantel_haenszel(&rates).unwrap();
    check("uci_bank/stratified_by_month/mh_odds_ratio", odds.odds_ratio.unwrap());
    check("uci_bank/stratified_by_month/cmh_p", odds.p);
    for column in ["job", "marital", "education", "contact", "month", "poutcome"] {
        let values = data.text(column);
        let (first, second) = values.split_at(values.len() / 2);
        let names: std::collections::BTreeSet<&String> = values.iter().collect();
        let counts =
            |half: &[String]| -> Vec<f64> { names.iter().map(|name| half.iter().filter(|own| own == name).count() as f64).collect() };
        check(&format!("uci_bank/psi_first_half_v_second_half/{column}"), stability(&counts(first), &counts(second), FLOOR).unwrap().index);
    }
    let ages = data.numbers("age");
    let (first, second) = ages.split_at(ages.len() / 2);
    let edges = reference_edges(first, 10).unwrap();
    let found = stability(&binned(first, &edges), &binned(second, &edges), FLOOR).unwrap();
    check("uci_bank/psi_age_deciles_of_first_half", found.index);
}

#[test]
fn cdnow_buys_what_the_model_expects() {
    let Some(data) = table("cdnow/cdnow_customers_summary_with_transactions.csv.gz", b',') else { return };
    let (x, recency, age) = (data.numbers("x"), data.numbers("t_x"), data.numbers("T"));
    let customers: Vec<History> =
        x.iter().zip(recency.iter().zip(&age)).map(|(x, (recency, age))| History { frequency: *x, recency: *recency, age: *age }).collect();
    let (model, _) = Purchases::fit(&customers).unwrap();
    let expected: f64 = customers.iter().map(|customer| model.expected_given(customer, 39.0).unwrap()).sum();
    let wanted = reference("cdnow/bgnbd_expected_holdout_39_weeks").as_f64().unwrap();
    assert!((expected - wanted).abs() < 1.0, "got {expected}, expected {wanted}");
}

#[test]
fn telephone_customers_stay_by_contract() {
    let Some(data) = table("telco_churn/Telco-Customer-Churn.csv.gz", b',') else { return };
    let (tenure, churn, contract) = (data.numbers("tenure"), data.text("Churn"), data.text("Contract"));
    let spells = |wanted: &str| -> Vec<Spell> {
        let rows = tenure.iter().zip(churn).zip(contract).filter(|(_, own)| *own == wanted);
        rows.map(|((duration, left), _)| Spell { duration: *duration, ended: left == "Yes" }).collect()
    };
    let contracts = ["Month-to-month", "One year", "Two year"];
    for contract in contracts {
        let curve = kaplan_meier(&spells(contract), 0.05).unwrap();
        for months in [12, 24, 48, 72] {
            check(&format!("telco/KM {contract}/{months}"), curve.at(f64::from(months)).unwrap());
        }
    }
    let (chi_square, p) = log_rank_groups(&contracts.map(spells)).unwrap();
    check("telco/logrank_contract_chi2", chi_square);
    assert!(p < 1e-300);
}
