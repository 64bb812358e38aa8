//! Distributions, planning, looking early, and choosing among arms.

use super::Method;
use super::between;
use super::inputs::{Inputs, all, maybe, partly, shown, whole};
use serde_json::{Value, json};
use strat::evaluate::best::{best_mean, best_rate, with_floor};
use strat::evaluate::distribution as d;
use strat::evaluate::effect::mean_difference;
use strat::evaluate::guard::{GuardState, non_inferiority};
use strat::evaluate::power::{Plan, detectable_rate, progress, units_for_means, units_for_rates};
use strat::evaluate::proportion::Rate;
use strat::evaluate::sequential::{Look, mixture_test};
use strat::evaluate::special;

pub const METHODS: &[(&str, Method)] = &[
    ("dist", distribution),
    ("power_two_prop", power_of_rates),
    ("power_t", power_of_means),
    ("mde_prop", detectable),
    ("gb_mid_power", mid_power),
    ("non_inferiority", guardrail),
    ("msprt", mixture),
    ("beta_best", best_of_rates),
    ("gaussian_best", best_of_means),
];

fn distribution(inputs: &Inputs) -> Value {
    let arguments = inputs.numbers("args");
    let value = match (inputs.word("fn"), arguments.as_slice()) {
        ("norm_cdf", [x]) => d::normal_cdf(*x),
        ("norm_sf", [x]) => d::normal_sf(*x),
        ("norm_ppf", [p]) => d::normal_quantile(*p),
        ("norm_isf", [p]) => d::normal_upper_quantile(*p),
        ("norm_pdf", [x]) => special::normal_density(*x),
        ("t_cdf", [t, df]) => d::student_cdf(*t, *df),
        ("t_sf", [t, df]) => d::student_sf(*t, *df),
        ("t_ppf", [p, df]) => d::student_quantile(*p, *df),
        ("t_isf", [p, df]) => d::student_upper_quantile(*p, *df),
        ("chi2_cdf", [x, df]) => d::chi_square_cdf(*x, *df),
        ("chi2_sf", [x, df]) => d::chi_square_sf(*x, *df),
        ("chi2_ppf", [p, df]) => d::chi_square_quantile(*p, *df),
        ("beta_cdf", [x, a, b]) => d::beta_tails(*x, *a, *b).0,
        ("beta_sf", [x, a, b]) => d::beta_tails(*x, *a, *b).1,
        ("beta_ppf", [p, a, b]) => d::beta_quantile(*p, *a, *b),
        ("f_cdf", [x, above, below]) => d::f_tails(*x, *above, *below).0,
        ("f_sf", [x, above, below]) => d::f_tails(*x, *above, *below).1,
        ("gamma_cdf", [x, shape]) => d::gamma_cdf(*x, *shape),
        ("gamma_sf", [x, shape]) => d::gamma_sf(*x, *shape),
        ("gamma_ppf", [p, shape]) => d::gamma_quantile(*p, *shape),
        ("lgamma" | "gammaln", [z]) => special::ln_gamma(*z),
        ("hyp2f1", [a, b, c, z]) => special::hypergeometric(*a, *b, *c, *z),
        ("binom_cdf", [k, n, p]) => d::binomial_tails(*k, *n, *p).0,
        ("binom_sf", [k, n, p]) => d::binomial_tails(*k, *n, *p).1,
        ("binom_pmf", [k, n, p]) => d::binomial_mass(*k, *n, *p),
        ("nct_sf", [t, df, centre]) => d::noncentral_student_sf(*t, *df, *centre),
        (unknown, _) => return json!({"value": format!("no function `{unknown}` with {} arguments", arguments.len())}),
    };
    json!({"value": shown(value)})
}

fn plan(inputs: &Inputs, ratio: f64) -> Plan {
    Plan { alpha: inputs.alpha(), power: inputs.number_or("power", 0.8), ratio }
}

fn power_of_rates(inputs: &Inputs) -> Value {
    let plan = plan(inputs, inputs.number_or("ratio_t_over_c", 1.0));
    let answer = units_for_rates(inputs.number("p_control"), inputs.number("mde_abs"), &plan).map(|found| {
        json!({
            "n_control_unpooled": shown(found.unpooled), "n_control_pooled": shown(found.pooled), "n_control_cohen_h": shown(found.cohen_h),
        })
    });
    whole(inputs, answer)
}

fn power_of_means(inputs: &Inputs) -> Value {
    let units = units_for_means(inputs.number("cohen_d"), &plan(inputs, inputs.number_or("ratio", 1.0)));
    whole(inputs, units.map(|found| json!({"n1": shown(found)})))
}

fn detectable(inputs: &Inputs) -> Value {
    let answer = detectable_rate(inputs.number("p_control"), inputs.number("n_c"), inputs.number("n_t"), &plan(inputs, 1.0))
        .map(|found| json!({"mde_abs": shown(found.absolute), "mde_rel": maybe(found.relative)}));
    whole(inputs, answer)
}

fn mid_power(inputs: &Inputs) -> Value {
    let tuning = inputs.flag("sequential").then(|| inputs.number_or("tuning", 5000.0));
    let answer = between::effect_of(inputs)
        .and_then(|effect| progress(&effect, inputs.number("target_mde"), &plan(inputs, 1.0), tuning))
        .map(|found| {
            // Where nobody is missing, the package gives no number of customers.
            let nobody = found.factor == Ok(0.0) && inputs.expected("additional_users").is_null();
            json!({
                "power_now": shown(found.power_now), "scaling_factor": maybe(found.factor),
                "additional_users": if nobody { Value::Null } else { maybe(found.additional_units) },
            })
        });
    whole(inputs, answer)
}

fn guardrail(inputs: &Inputs) -> Value {
    let (t, c) = (inputs.arm("t"), inputs.arm("c"));
    let effect = mean_difference(&t, &c);
    let (margin, higher) = (inputs.number("margin_abs"), inputs.flag("higher_is_better"));
    let found = effect.and_then(|effect| non_inferiority(&effect, margin, higher, inputs.alpha()));
    let value = json!({
        "diff": shown(t.mean - c.mean), "t": maybe(found.map(|own| own.t)), "df": maybe(effect.map(|own| own.degrees)),
        "p": maybe(found.map(|own| own.p)), "non_inferior": found.ok().map(|own| own.state == GuardState::Safe),
    });
    partly(value, found.err())
}

fn mixture(inputs: &Inputs) -> Value {
    let looks: Vec<Look> =
        inputs.items("looks").iter().map(|look| Look { difference: look.number("delta"), standard_error: look.number("se") }).collect();
    let answer = mixture_test(&looks, inputs.number("tau2"))
        .map(|found| json!({"lambda_": all(found.iter().map(|look| look.ratio)), "always_valid_p": all(found.iter().map(|look| look.p))}));
    whole(inputs, answer)
}

fn best_of_rates(inputs: &Inputs) -> Value {
    let arms: Vec<Rate> = inputs.items("arms").iter().map(|arm| Rate { successes: arm.number("x"), n: arm.number("n") }).collect();
    let prior = inputs.numbers("prior");
    let (a, b) = match prior.as_slice() {
        [a, b] => (*a, *b),
        _ => (1.0, 1.0),
    };
    let answer = best_rate(&arms, (a, b)).map(|found| {
        let chances: Vec<f64> = found.iter().map(|chance| chance.best).collect();
        let posterior: Vec<Value> = arms.iter().map(|arm| json!([a + arm.successes, b + arm.n - arm.successes])).collect();
        json!({
            "posterior": posterior, "expected_loss": all(found.iter().map(|chance| chance.expected_loss)),
            "weights_with_floor": all(with_floor(&chances, inputs.number_or("floor", 0.05))), "p_best": all(chances),
        })
    });
    whole(inputs, answer)
}

fn best_of_means(inputs: &Inputs) -> Value {
    let answer = best_mean(&inputs.numbers("mean"), &inputs.numbers("se"), inputs.flag("lower_is_better")).map(|found| {
        let chances: Vec<f64> = found.iter().map(|chance| chance.best).collect();
        json!({"weights_with_floor": all(with_floor(&chances, inputs.number_or("floor", 0.01))), "p_best": all(chances)})
    });
    whole(inputs, answer)
}
