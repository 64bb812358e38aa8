//! Who to treat, who earned it, what customers are worth, how long they stay, and what it all costs.

use super::Method;
use super::files::{data_file, text_of};
use super::inputs::{Inputs, all, maybe, maybe_interval, partly, shown, whole};
use serde_json::{Map, Value, json};
use strat::evaluate::attribution::{Credits, Journey, Rule, credits, markov, shapley};
use strat::evaluate::economics::{Costs, cost_per_response, from_interval};
use strat::evaluate::effect::{Alternative, Interval, mean_difference};
use strat::evaluate::lifetime::{History, Purchases, Values};
use strat::evaluate::moments::Sample;
use strat::evaluate::off_policy::{direct_method, doubly_robust, off_policy};
use strat::evaluate::survival::{Curve, Spell, kaplan_meier, log_rank};
use strat::evaluate::uplift::{Scored, by_parts, coefficients, qini_curve, uplift_at, uplift_curve};

pub const METHODS: &[(&str, Method)] = &[
    ("uplift", uplift),
    ("attribution", attribution),
    ("bgnbd", purchases),
    ("gamma_gamma", values),
    ("bgnbd_fit", fitted),
    ("kaplan_meier", survival),
    ("logrank", equal_curves),
    ("off_policy", other_rule),
    ("economics", money),
];

fn uplift(inputs: &Inputs) -> Value {
    let (outcome, treatment) = (inputs.flags("y"), inputs.flags("treatment"));
    let customers: Vec<Scored> = inputs
        .numbers("score")
        .into_iter()
        .zip(outcome.iter().zip(&treatment))
        .map(|(score, (responded, treated))| Scored { responded: *responded, score, treated: *treated })
        .collect();
    let areas = coefficients(&customers);
    let (qini, curve) = (qini_curve(&customers), uplift_curve(&customers));
    let parts = by_parts(&customers, 5).map(|parts| {
        let part = |own: &strat::evaluate::uplift::Part| {
            json!({
                "n_t": own.treated, "n_c": own.control, "rate_t": own.rate_treated, "rate_c": own.rate_control, "uplift": own.uplift,
                "se": own.standard_error,
            })
        };
        Value::Array(parts.iter().map(part).collect())
    });
    json!({
        "qini_auc_score": maybe(areas.and_then(|found| found.qini)),
        "qini_auc_score_no_negative_effect": maybe(areas.and_then(|found| found.qini_without_harm)),
        "uplift_auc_score": maybe(areas.and_then(|found| found.uplift)),
        "uplift_at_30_overall": maybe(uplift_at(&customers, 0.3, false)),
        "uplift_at_30_by_group": maybe(uplift_at(&customers, 0.3, true)),
        "qini_curve_area": maybe(qini.clone().map(|found| found.area())),
        "uplift_curve_area": maybe(curve.map(|found| found.area())),
        "by_quintile_by_group": parts.unwrap_or(Value::Null),
        "qini_curve": qini.map_or(Value::Null, |found| json!([all(found.customers), all(found.effect)])),
    })
}

fn attribution(inputs: &Inputs) -> Value {
    let touches = |path: &Inputs| -> Vec<String> {
        path.raw("touches").as_array().into_iter().flatten().filter_map(|touch| touch.as_str().map(str::to_owned)).collect()
    };
    let journey = |path: &Inputs| Journey {
        touches: touches(path),
        days_before: path.numbers("days_before"),
        conversions: path.number("conversions"),
        others: path.number_or("nulls", 0.0),
    };
    let journeys: Vec<Journey> = inputs.items("paths").iter().map(journey).collect();
    let shown_all =
        |found: Credits| Value::Object(found.into_iter().map(|(channel, credit)| (channel, shown(credit))).collect::<Map<_, _>>());
    let by = |rule: Rule| credits(&journeys, rule).map_or(Value::Null, shown_all);
    let chain = markov(&journeys);
    json!({
        "first": by(Rule::First), "last": by(Rule::Last), "linear": by(Rule::Linear), "position": by(Rule::Position),
        "time_decay": by(Rule::TimeDecay { half_life_days: inputs.number_or("half_life_days", 7.0) }),
        "shapley": shapley(&journeys).map_or(Value::Null, shown_all),
        "markov": chain.clone().map_or(Value::Null, |found| shown_all(found.credits)),
        "removal_effect": chain.clone().map_or(Value::Null, |found| shown_all(found.removal)),
        "markov_p_conversion": maybe(chain.map(|found| found.conversion)),
    })
}

fn purchases(inputs: &Inputs) -> Value {
    let of = |name: &str| inputs.at("params").number(name);
    let model = Purchases { r: of("r"), alpha: of("alpha"), a: of("a"), b: of("b") };
    let customer = History { frequency: inputs.number("frequency"), recency: inputs.number("recency"), age: inputs.number("T") };
    let t = inputs.number("t");
    json!({
        "expected_purchases": maybe(model.expected_given(&customer, t)), "p_alive": maybe(model.alive(&customer)),
        "unconditional_expected": maybe(model.expected(t)),
    })
}

fn values(inputs: &Inputs) -> Value {
    let of = |name: &str| inputs.at("params").number(name);
    let model = Values { p: of("p"), q: of("q"), v: of("v") };
    json!({"expected_value": maybe(model.expected(inputs.number("frequency"), inputs.number("mean_value")))})
}

/// Frequency, recency, age and mean value of each customer, from a file or from lists in the inputs.
fn histories(inputs: &Inputs) -> Vec<[f64; 4]> {
    if !inputs.has("file") {
        let lists = ["frequency", "recency", "T", "monetary"].map(|name| inputs.numbers(name));
        return (0..lists[0].len()).map(|at| [0, 1, 2, 3].map(|list: usize| lists[list].get(at).copied().unwrap_or(f64::NAN))).collect();
    }
    // `x=frequency t_x=recency T zbar=monetary`: the column's name, then what it holds.
    let roles: Vec<(&str, &str)> =
        inputs.word("columns").split_whitespace().map(|part| part.split_once('=').unwrap_or((part, part))).collect();
    let text = text_of(&data_file(inputs.word("file")));
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or("").split(',').map(|name| name.trim_matches('"')).collect();
    let places = ["frequency", "recency", "T", "monetary"].map(|role| {
        let column = roles.iter().find(|(_, own)| *own == role).map(|(column, _)| *column)?;
        header.iter().position(|name| *name == column)
    });
    let rows: Vec<[f64; 4]> = lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            places.map(|place| place.and_then(|at| cells.get(at)?.trim_matches('"').parse().ok()).unwrap_or(f64::NAN))
        })
        .collect();
    match inputs.raw("rows").as_u64() {
        Some(first) => rows.into_iter().take(first as usize).collect(),
        None => rows,
    }
}

fn fitted(inputs: &Inputs) -> Value {
    let rows = histories(inputs);
    let customers: Vec<History> =
        rows.iter().map(|[frequency, recency, age, _]| History { frequency: *frequency, recency: *recency, age: *age }).collect();
    let money: Vec<(f64, f64)> = rows.iter().map(|[frequency, _, _, value]| (*frequency, *value)).collect();
    let (model, spend) = (Purchases::fit(&customers), Values::fit(&money));
    let of = |part: fn(&Purchases) -> f64| maybe(model.map(|found| part(&found.0)));
    let spent = |part: fn(&Values) -> f64| maybe(spend.map(|found| part(&found.0)));
    json!({
        "params": {"r": of(|own| own.r), "alpha": of(|own| own.alpha), "a": of(|own| own.a), "b": of(|own| own.b)},
        "n_customers": customers.len(),
        "log_likelihood": maybe(model.map(|found| found.1)),
        "gamma_gamma": {"p": spent(|own| own.p), "q": spent(|own| own.q), "v": spent(|own| own.v)},
    })
}

fn spells(inputs: &Inputs, suffix: &str) -> Vec<Spell> {
    let ended = inputs.flags(&format!("event{suffix}"));
    inputs.numbers(&format!("duration{suffix}")).into_iter().zip(ended).map(|(duration, ended)| Spell { duration, ended }).collect()
}

fn survival(inputs: &Inputs) -> Value {
    let answer = kaplan_meier(&spells(inputs, ""), inputs.alpha()).map(|curve| {
        let column = |value: &dyn Fn(&strat::evaluate::survival::Step) -> Value| Value::Array(curve.steps.iter().map(value).collect());
        // Before anybody left the interval is withheld; some packages print the curve itself there.
        let bounds = |key: &str, end: fn(Interval) -> f64| -> Value {
            let ends = curve.steps.iter().enumerate().map(|(at, step)| match step.interval {
                // Once nobody is left, some packages print no interval.
                Ok(_) if step.survival == 0.0 && inputs.expected(key)[at].is_null() => Value::Null,
                Ok(own) => shown(end(own)),
                Err(_) if inputs.expected(key)[at] == 1.0 => shown(step.survival),
                Err(_) => Value::Null,
            });
            Value::Array(ends.collect())
        };
        let mut value = json!({
            "time": column(&|step| shown(step.time)), "at_risk": column(&|step| shown(step.at_risk)),
            "events": column(&|step| shown(step.events)), "survival": column(&|step| shown(step.survival)),
            "ci_lower": bounds("ci_lower", |own| own.lower),
            "ci_upper": bounds("ci_upper", |own| own.upper),
            "median": median(inputs, &curve),
        });
        for key in inputs.expected_keys() {
            if let Some(horizon) = key.strip_prefix("rmst_").and_then(|text| text.parse::<f64>().ok()) {
                value[key] = maybe(curve.restricted_mean(horizon).map(|found| found.0));
            }
        }
        value
    });
    whole(inputs, answer)
}

/// Files write a median that is not reached as nothing or as infinity. Where the curve touches one half, packages that compare the
/// rounded product pass over it to the next event.
fn median(inputs: &Inputs, curve: &Curve) -> Value {
    let expected = inputs.expected("median");
    let unreached = || if expected == "inf" { json!("inf") } else { Value::Null };
    let Ok(found) = curve.median() else { return unreached() };
    let mut from = curve.steps.iter().skip_while(|step| step.time < found);
    let touches = from.next().is_some_and(|step| (step.survival - 0.5).abs() < 1e-12);
    let next = from.find(|step| step.events > 0.0).map_or_else(unreached, |step| shown(step.time));
    if touches && *expected == next { next } else { shown(found) }
}

fn equal_curves(inputs: &Inputs) -> Value {
    let answer = log_rank(&spells(inputs, "_a"), &spells(inputs, "_b"));
    whole(inputs, answer.map(|found| json!({"chi2": shown(found.chi_square), "p": shown(found.p)})))
}

fn other_rule(inputs: &Inputs) -> Value {
    let (reward, logged, proposed) = (inputs.numbers("reward"), inputs.numbers("behaviour_prob"), inputs.numbers("evaluation_prob"));
    let (model_logged, model) = (inputs.numbers("q_hat_logged"), inputs.numbers("v_hat"));
    let found = off_policy(&reward, &logged, &proposed);
    let value = json!({
        "ips": maybe(found.map(|own| own.weighted)), "se_ips": maybe(found.and_then(|own| own.standard_error)),
        "snips": maybe(found.and_then(|own| own.normalised)), "dm": maybe(direct_method(&model)),
        "dr": maybe(doubly_robust(&reward, &logged, &proposed, &model_logged, &model)),
        "ess": maybe(found.and_then(|own| own.effective)),
    });
    partly(value, found.err())
}

fn money(inputs: &Inputs) -> Value {
    let arm = |suffix: &str| {
        let of = |name: &str| inputs.number(&format!("{name}_{suffix}"));
        (Sample::from_sums(of("n") as u64, of("sum"), of("sumsq")), of("conv") / of("n"))
    };
    let ((t, rate_t), (c, rate_c)) = (arm("t"), arm("c"));
    let costs =
        Costs { per_contact: inputs.number("cost_per_contact"), fixed: inputs.number("fixed_cost"), margin: inputs.number("margin") };
    let treated = t.n as f64;
    let tested = mean_difference(&t, &c).and_then(|effect| effect.test(Alternative::Different, inputs.alpha()));
    let answer = from_interval(t.mean - c.mean, tested.map(|test| test.interval), treated, &costs).map(|found| {
        let (extra, each) = cost_per_response(rate_t - rate_c, treated, found.cost);
        json!({
            "inc_revenue_per_customer": shown(found.per_customer), "inc_revenue_total": shown(found.total),
            "inc_revenue_total_ci": maybe_interval(found.total_interval), "inc_conversions": shown(extra), "total_cost": shown(found.cost),
            "cost_per_inc_conversion": maybe(each), "inc_margin": shown(found.extra_margin), "net": shown(found.net),
            "net_ci": maybe_interval(found.net_interval), "roi": maybe(found.return_on_cost),
            "breakeven_lift_per_customer": maybe(found.break_even),
        })
    });
    match answer {
        Ok(value) => partly(value, tested.err()),
        Err(reason) => whole(inputs, Err(reason)),
    }
}
