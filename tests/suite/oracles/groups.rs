//! Several groups, several tests, and what must be checked before a comparison is believed.

use super::Method;
use super::inputs::{Inputs, all, maybe, maybe_interval, partly, shown, whole};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use strat::evaluate::contingency::association;
use strat::evaluate::drift::stability;
use strat::evaluate::effect::Interval;
use strat::evaluate::moments::Sample;
use strat::evaluate::multiple::{Family, adjusted_interval, benjamini_hochberg, benjamini_yekutieli, bonferroni, holm, sidak};
use strat::evaluate::observational::{Observed, Weighted, augmented, covariate_balance, difference_in_differences, weighted};
use strat::evaluate::proportion::Rate;
use strat::evaluate::quantile::{capped_difference, mann_whitney, quantile};
use strat::evaluate::regression::{clustered_difference, regression_adjusted};
use strat::evaluate::segments::{Between, heterogeneity, mantel_haenszel, post_stratified};
use strat::evaluate::validity::sample_ratio;
use strat::evaluate::withheld::Withheld;

pub const METHODS: &[(&str, Method)] = &[
    ("chi2_contingency", contingency),
    ("srm", ratio_mismatch),
    ("multiple_testing", several_tests),
    ("gb_adjusted_ci", adjusted),
    ("winsorized_welch", capped),
    ("quantile_ci", one_quantile),
    ("mann_whitney", ranks),
    ("stratified", strata),
    ("heterogeneity", segments),
    ("cluster_diff", clusters),
    ("lin_ancova", covariates),
    ("did", panel),
    ("observational", without_control),
    ("psi", drift),
];

fn contingency(inputs: &Inputs) -> Value {
    let rows = inputs.raw("table").as_array().cloned().unwrap_or_default();
    let table: Vec<Vec<f64>> =
        rows.iter().map(|row| row.as_array().into_iter().flatten().map(|cell| cell.as_f64().unwrap_or(f64::NAN)).collect()).collect();
    let answer = association(&table).map(|found| {
        json!({
            "chi2": shown(found.chi_square), "df": found.degrees, "p": shown(found.p), "g": shown(found.g), "p_g": shown(found.p_g),
            "cramers_v": shown(found.cramers_v),
        })
    });
    whole(inputs, answer)
}

fn ratio_mismatch(inputs: &Inputs) -> Value {
    let answer = sample_ratio(&inputs.numbers("observed"), &inputs.numbers("weights"))
        .map(|found| json!({"chi2": shown(found.chi_square), "df": found.degrees, "p": shown(found.p), "flag_at_0_001": found.mismatch}));
    whole(inputs, answer)
}

fn several_tests(inputs: &Inputs) -> Value {
    let p: Family = inputs.numbers("p").into_iter().map(|value| if value.is_nan() { None } else { Some(value) }).collect();
    let shown_all = |family: Family| Value::Array(family.into_iter().map(|value| value.map_or(Value::Null, shown)).collect());
    json!({
        "bonferroni": shown_all(bonferroni(&p)), "sidak": shown_all(sidak(&p)), "holm": shown_all(holm(&p)),
        "bh": shown_all(benjamini_hochberg(&p)), "by": shown_all(benjamini_yekutieli(&p)),
    })
}

fn adjusted(inputs: &Inputs) -> Value {
    let raw = match inputs.numbers("ci").as_slice() {
        [lower, upper] => Ok(Interval { lower: *lower, upper: *upper }),
        other => Err(Withheld::UnequalLengths { left: other.len() as f64, right: 2.0 }),
    };
    let found = raw.and_then(|raw| adjusted_interval(inputs.number("estimate"), raw, inputs.number("p_adjusted"), inputs.alpha()));
    json!({"ci_adjusted": maybe_interval(found)})
}

fn capped(inputs: &Inputs) -> Value {
    let answer = capped_difference(
        &inputs.numbers("treatment"),
        &inputs.numbers("control"),
        inputs.number("percentile"),
        inputs.flag("ignore_zeros"),
        inputs.alpha(),
    )
    .map(|found| {
        json!({
            "cap": shown(found.cap), "n_capped_t": found.capped_treatment, "n_capped_c": found.capped_control,
            "mean_t": shown(found.treatment.mean), "mean_c": shown(found.control.mean), "diff": shown(found.difference),
            "t": maybe(found.test.map(|own| own.statistic)), "df": maybe(found.effect.map(|own| own.degrees)),
            "p": maybe(found.test.map(|own| own.p)), "ci": maybe_interval(found.test.map(|own| own.interval)),
            "error": found.test.err().map(|reason| reason.slug()),
        })
    });
    answer.unwrap_or_else(|reason| whole(inputs, Err(reason)))
}

fn one_quantile(inputs: &Inputs) -> Value {
    let answer = quantile(&inputs.numbers("values"), inputs.number("nu"), inputs.alpha()).map(|found| {
        json!({
            "quantile": shown(found.value), "lower": shown(found.lower), "upper": shown(found.upper), "var_of_quantile": shown(found.variance),
        })
    });
    whole(inputs, answer)
}

fn ranks(inputs: &Inputs) -> Value {
    let answer = mann_whitney(&inputs.numbers("x"), &inputs.numbers("y"))
        .map(|found| json!({"u": shown(found.u), "p": shown(found.p), "prob_superiority": shown(found.superiority)}));
    whole(inputs, answer)
}

fn strata(inputs: &Inputs) -> Value {
    let arm = |stratum: &Inputs, suffix: &str| (stratum.count(&format!("n_{suffix}")), stratum.number(&format!("x_{suffix}")));
    let sample = |(n, x): (u64, f64)| Sample::rate(n, x);
    let rate = |(n, x): (u64, f64)| Rate { successes: x, n: n as f64 };
    let strata = inputs.items("strata");
    let post = post_stratified(&strata.iter().map(|own| (sample(arm(own, "t")), sample(arm(own, "c")))).collect::<Vec<_>>());
    let odds = mantel_haenszel(&strata.iter().map(|own| (rate(arm(own, "t")), rate(arm(own, "c")))).collect::<Vec<_>>());
    json!({
        "diff_poststratified": maybe(post.map(|found| found.difference)),
        "se_poststratified": maybe(post.map(|found| found.standard_error)),
        "mh_odds_ratio": maybe(odds.and_then(|found| found.odds_ratio)),
        "cmh_chi2": maybe(odds.map(|found| found.chi_square)),
        "cmh_p": maybe(odds.map(|found| found.p)),
        "breslow_day_chi2": maybe(odds.and_then(|found| found.homogeneity).map(|found| found.0)),
        "breslow_day_p": maybe(odds.and_then(|found| found.homogeneity).map(|found| found.1)),
    })
}

fn segments(inputs: &Inputs) -> Value {
    let answer = heterogeneity(&inputs.numbers("effect"), &inputs.numbers("se")).map(|found| {
        // Some packages print both before they are cut at zero; the function gives both forms of the variance.
        let negative = |key: &str| inputs.expected(key).as_f64().is_some_and(|value| value < 0.0);
        // Where Q is zero but for rounding, its quotient is any number below zero without bound.
        let i_squared = inputs.expected("i2");
        let unbounded = found.q < 1e-20 && (*i_squared == "-inf" || i_squared.as_f64().is_some_and(|value| value < -1e15));
        let between = found.between.as_ref().map_err(|reason| *reason);
        let of = |value: &dyn Fn(&Between) -> f64| maybe(between.map(value));
        json!({
            "fixed": shown(found.fixed), "se_fixed": shown(found.standard_error), "q": shown(found.q), "df": found.degrees,
            "p": of(&|own| own.p),
            "i2": if unbounded {
                i_squared.clone()
            } else {
                of(&|own| if negative("i2") { 1.0 - found.degrees / found.q } else { own.i_squared })
            },
            "tau2_dl": of(&|own| if negative("tau2_dl") { own.moment } else { own.tau_squared }),
            "error": between.err().map(|reason| reason.slug()),
        })
    });
    answer.unwrap_or_else(|reason| whole(inputs, Err(reason)))
}

/// The same number for the same label, whether it is a word or a number.
fn labels(value: &Value) -> Vec<u64> {
    let mut known: BTreeMap<String, u64> = BTreeMap::new();
    let place = |label: &Value| {
        let next = known.len() as u64;
        *known.entry(label.as_f64().map_or_else(|| label.to_string(), |number| number.to_string())).or_insert(next)
    };
    value.as_array().into_iter().flatten().map(place).collect()
}

fn clusters(inputs: &Inputs) -> Value {
    let answer = clustered_difference(&inputs.numbers("y"), &inputs.flags("treatment"), &labels(inputs.raw("cluster"))).map(|found| {
        json!({
            "diff": shown(found.difference), "se_cr1": shown(found.standard_error), "p_t_df_g_minus_1": shown(found.p),
            "se_ignoring_clusters_hc2": shown(found.independent_error), "design_effect": shown(found.design_effect),
        })
    });
    whole(inputs, answer)
}

/// One column of numbers, or several: a list per customer, or a list per column where only that has `customers` entries. A number
/// that a list lacks is "not a number".
fn columns(value: &Value, customers: usize) -> Vec<Vec<f64>> {
    let list = value.as_array().cloned().unwrap_or_default();
    let numbers = |list: &[Value]| list.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect::<Vec<f64>>();
    if !list.iter().all(Value::is_array) {
        return vec![numbers(&list)];
    }
    let rows: Vec<Vec<f64>> = list.iter().filter_map(Value::as_array).map(|row| numbers(row)).collect();
    if rows.len() != customers && rows.iter().all(|row| row.len() == customers) {
        return rows;
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..width).map(|column| rows.iter().map(|row| row.get(column).copied().unwrap_or(f64::NAN)).collect()).collect()
}

fn covariates(inputs: &Inputs) -> Value {
    let outcome = inputs.numbers("y");
    let answer = regression_adjusted(&outcome, &inputs.flags("treatment"), &columns(inputs.raw("x"), outcome.len())).map(|found| {
        json!({
            "ate": shown(found.effect), "se_hc2": shown(found.standard_error), "p": shown(found.p), "df": found.degrees,
            "diff_in_means": shown(found.plain),
        })
    });
    whole(inputs, answer)
}

fn panel(inputs: &Inputs) -> Value {
    let answer = difference_in_differences(&inputs.flags("group"), &inputs.numbers("y_pre"), &inputs.numbers("y_post")).map(|found| {
        let [t_pre, t_post, c_pre, c_post] = found.means;
        json!({
            "att": shown(found.effect), "se_ols": maybe(found.error_plain), "se_hc1": maybe(found.error_robust),
            "se_cluster_unit": maybe(found.error_clustered), "p_cluster_unit": maybe(found.p),
            "means": {"t_pre": t_pre, "t_post": t_post, "c_pre": c_pre, "c_post": c_post},
            "error": found.p.err().map(|reason| reason.slug()),
        })
    });
    answer.unwrap_or_else(|reason| whole(inputs, Err(reason)))
}

fn without_control(inputs: &Inputs) -> Value {
    let (outcome, treated, propensity) = (inputs.numbers("y"), inputs.flags("treatment"), inputs.numbers("propensity"));
    let data = Observed { outcome: &outcome, treated: &treated, propensity: &propensity };
    let balance = covariate_balance(&inputs.numbers("x"), &treated, &vec![1.0; treated.len()]);
    let robust = augmented(&data, &inputs.numbers("mu0"), &inputs.numbers("mu1"));
    let found = weighted(&data);
    let of = |value: fn(&Weighted) -> f64| maybe(found.as_ref().map(value).map_err(|reason| *reason));
    let value = json!({
        "ate_ipw_hajek": of(|own| own.everybody), "att_ipw_odds": of(|own| own.treated), "ate_aipw": maybe(robust.map(|own| own.0)),
        "se_aipw": maybe(robust.map(|own| own.1)), "att_nn1_with_replacement": of(|own| own.matched), "smd_x": maybe(balance),
        "ess_treated": of(|own| own.effective_treated),
    });
    partly(value, found.err())
}

fn drift(inputs: &Inputs) -> Value {
    let floor = inputs.number_or("floor", strat::evaluate::drift::FLOOR);
    let answer = stability(&inputs.numbers("expected_counts"), &inputs.numbers("actual_counts"), floor)
        .map(|found| json!({"psi": shown(found.index), "per_bin": all(found.per_bin), "crit_95": maybe(found.critical)}));
    whole(inputs, answer)
}

#[test]
fn inputs_of_any_shape_are_read() {
    assert_eq!(labels(&json!(["a", "b", "a"])), [0, 1, 0]);
    assert_eq!(labels(&json!([0.5, 0.7, 0.5, 3, 3.0])), [0, 1, 0, 2, 2]);
    assert_eq!(labels(&json!(["3", 3])), [0, 1]);
    let by_customer = columns(&json!([[1, 2], [3, 4], [5, 6]]), 3);
    assert_eq!(by_customer, [[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]);
    assert_eq!(columns(&json!([[1, 3, 5], [2, 4, 6]]), 3), by_customer);
    assert_eq!(columns(&json!([1, 2, 3]), 3), [[1.0, 2.0, 3.0]]);
    assert!(columns(&json!([[1, 2], [3]]), 2)[1][1].is_nan());
    let null = json!({"ci": null, "estimate": 0.1, "p_adjusted": 0.2});
    assert_eq!(adjusted(&Inputs::new(&null, &Value::Null)), json!({"ci_adjusted": null}));
}
