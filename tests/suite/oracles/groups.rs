//! Several groups, several tests, and what must be checked before a comparison is believed.

use super::Method;
use super::inputs::{Inputs, all, interval, maybe, maybe_interval, shown, whole};
use serde_json::{Value, json};
use strat::evaluate::contingency::association;
use strat::evaluate::drift::stability;
use strat::evaluate::effect::Interval;
use strat::evaluate::moments::Sample;
use strat::evaluate::multiple::{Family, adjusted_interval, benjamini_hochberg, benjamini_yekutieli, bonferroni, holm, sidak};
use strat::evaluate::observational::{Observed, augmented, covariate_balance, difference_in_differences, weighted};
use strat::evaluate::proportion::Rate;
use strat::evaluate::quantile::{capped_difference, mann_whitney, quantile};
use strat::evaluate::regression::{clustered_difference, regression_adjusted};
use strat::evaluate::segments::{heterogeneity, mantel_haenszel, post_stratified};
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
            "mean_t": shown(found.treatment.mean), "mean_c": shown(found.control.mean), "diff": shown(found.effect.estimate),
            "t": shown(found.test.statistic), "df": shown(found.effect.degrees), "p": shown(found.test.p), "ci": interval(found.test.interval),
        })
    });
    whole(inputs, answer)
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
        json!({
            "fixed": shown(found.fixed), "se_fixed": shown(found.standard_error), "q": shown(found.q), "df": found.degrees,
            "p": shown(found.p),
            "i2": shown(if negative("i2") { 1.0 - found.degrees / found.q } else { found.i_squared }),
            "tau2_dl": shown(if negative("tau2_dl") { found.moment } else { found.tau_squared }),
        })
    });
    whole(inputs, answer)
}

fn clusters(inputs: &Inputs) -> Value {
    let cluster: Vec<u64> = inputs.numbers("cluster").into_iter().map(|value| value as u64).collect();
    let answer = clustered_difference(&inputs.numbers("y"), &inputs.flags("treatment"), &cluster).map(|found| {
        json!({
            "diff": shown(found.difference), "se_cr1": shown(found.standard_error), "p_t_df_g_minus_1": shown(found.p),
            "se_ignoring_clusters_hc2": shown(found.independent_error), "design_effect": shown(found.design_effect),
        })
    });
    whole(inputs, answer)
}

/// One column of numbers, or several.
fn columns(value: &Value) -> Vec<Vec<f64>> {
    let list = value.as_array().cloned().unwrap_or_default();
    let numbers = |list: &[Value]| list.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect::<Vec<f64>>();
    if list.iter().all(Value::is_array) {
        let rows: Vec<Vec<f64>> = list.iter().map(|row| numbers(row.as_array().expect("a row"))).collect();
        let width = rows.first().map_or(0, Vec::len);
        (0..width).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
    } else {
        vec![numbers(&list)]
    }
}

fn covariates(inputs: &Inputs) -> Value {
    let answer = regression_adjusted(&inputs.numbers("y"), &inputs.flags("treatment"), &columns(inputs.raw("x"))).map(|found| {
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
            "att": shown(found.effect), "se_ols": shown(found.error_plain), "se_hc1": shown(found.error_robust),
            "se_cluster_unit": shown(found.error_clustered), "p_cluster_unit": shown(found.p),
            "means": {"t_pre": t_pre, "t_post": t_post, "c_pre": c_pre, "c_post": c_post},
        })
    });
    whole(inputs, answer)
}

fn without_control(inputs: &Inputs) -> Value {
    let (outcome, treated, propensity) = (inputs.numbers("y"), inputs.flags("treatment"), inputs.numbers("propensity"));
    let data = Observed { outcome: &outcome, treated: &treated, propensity: &propensity };
    let balance = covariate_balance(&inputs.numbers("x"), &treated, &vec![1.0; treated.len()]);
    let robust = augmented(&data, &inputs.numbers("mu0"), &inputs.numbers("mu1"));
    let answer = weighted(&data).map(|found| {
        json!({
            "ate_ipw_hajek": shown(found.everybody), "att_ipw_odds": shown(found.treated), "ate_aipw": maybe(robust.map(|own| own.0)),
            "se_aipw": maybe(robust.map(|own| own.1)), "att_nn1_with_replacement": shown(found.matched), "smd_x": maybe(balance),
            "ess_treated": shown(found.effective_treated),
        })
    });
    whole(inputs, answer)
}

fn drift(inputs: &Inputs) -> Value {
    let floor = inputs.number_or("floor", strat::evaluate::drift::FLOOR);
    let answer = stability(&inputs.numbers("expected_counts"), &inputs.numbers("actual_counts"), floor)
        .map(|found| json!({"psi": shown(found.index), "per_bin": all(found.per_bin), "crit_95": shown(found.critical)}));
    whole(inputs, answer)
}
