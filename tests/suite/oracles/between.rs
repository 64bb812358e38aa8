//! Comparisons of two arms.

use super::Method;
use super::inputs::{Inputs, interval, maybe, maybe_interval, shown, whole};
use serde_json::{Value, json};
use strat::evaluate::bayes::{Prior, posterior};
use strat::evaluate::cuped::{Adjusted, RatioArm, cuped_difference, cuped_ratio_difference};
use strat::evaluate::effect::{Alternative, Effect, Scale, mean_difference};
use strat::evaluate::lift::{delta_lift, fieller};
use strat::evaluate::moments::{Pair, Sample, covariance_from_sums};
use strat::evaluate::proportion::{
    Rate, agresti_coull, clopper_pearson, difference_agresti_caffo, difference_newcombe, difference_score, difference_wald, fisher_exact,
    jeffreys, pooled_p, pooled_z, ratio_interval, score_p, wald, wilson,
};
use strat::evaluate::quantile::{EventQuantile, quantile_lift};
use strat::evaluate::ratio::ratio_difference;
use strat::evaluate::sequential::{confidence_sequence, touching_level};
use strat::evaluate::withheld::Measured;

pub const METHODS: &[(&str, Method)] = &[
    ("prop_ci", one_rate),
    ("two_prop", two_rates),
    ("welch", welch),
    ("fieller", fieller_lift),
    ("gb_ttest", t_test),
    ("gb_ttest_one_sided", t_test),
    ("gb_ratio", ratio),
    ("gb_cuped", cuped),
    ("gb_cuped_ratio", cuped_ratio),
    ("gb_sequential", sequence),
    ("gb_sequential_one_sided", sequence),
    ("gb_quantile", quantile),
    ("gb_bayesian", bayesian),
];

fn one_rate(inputs: &Inputs) -> Value {
    let rate = Rate { successes: inputs.number("x"), n: inputs.number("n") };
    let alpha = inputs.alpha();
    json!({
        "wilson": maybe_interval(wilson(&rate, alpha)),
        "agresti_coull": maybe_interval(agresti_coull(&rate, alpha)),
        "jeffreys": maybe_interval(jeffreys(&rate, alpha)),
        "clopper_pearson": maybe_interval(clopper_pearson(&rate, alpha)),
        "wald": maybe_interval(wald(&rate, alpha)),
    })
}

fn two_rates(inputs: &Inputs) -> Value {
    let t = Rate { successes: inputs.number("x_t"), n: inputs.number("n_t") };
    let c = Rate { successes: inputs.number("x_c"), n: inputs.number("n_c") };
    let alpha = inputs.alpha();
    json!({
        "diff": maybe(t.share().and_then(|share| Ok(share - c.share()?))),
        "z_pooled": maybe(pooled_z(&t, &c)),
        "p_pooled": maybe(pooled_p(&t, &c)),
        "ci_diff_wald": maybe_interval(difference_wald(&t, &c, alpha)),
        "ci_diff_newcomb": maybe_interval(difference_newcombe(&t, &c, alpha)),
        "ci_diff_score": maybe_interval(difference_score(&t, &c, alpha)),
        "ci_diff_agresti_caffo": maybe_interval(difference_agresti_caffo(&t, &c, alpha)),
        "ci_ratio_log": maybe_interval(ratio_interval(&t, &c, alpha)),
        "p_score": maybe(score_p(&t, &c)),
        "p_fisher": maybe(fisher_exact(&t, &c)),
    })
}

fn welch(inputs: &Inputs) -> Value {
    let (t, c) = (inputs.arm("t"), inputs.arm("c"));
    let tested = mean_difference(&t, &c).and_then(|effect| Ok((effect, effect.test(Alternative::Different, inputs.alpha())?)));
    json!({
        "diff": shown(t.mean - c.mean),
        "se": maybe(tested.map(|found| found.0.standard_error)),
        "df": maybe(tested.map(|found| found.0.degrees)),
        "t": maybe(tested.map(|found| found.1.statistic)),
        "p": maybe(tested.map(|found| found.1.p)),
        "ci": maybe_interval(tested.map(|found| found.1.interval)),
    })
}

fn fieller_lift(inputs: &Inputs) -> Value {
    let answer = fieller(&inputs.arm("t"), &inputs.arm("c"), inputs.alpha()).map(|found| {
        json!({
            "g": shown(found.g), "lift": maybe(found.lift), "ci": maybe_interval(found.interval), "absolute_p": shown(found.absolute_p),
        })
    });
    whole(inputs, answer)
}

fn alternative(inputs: &Inputs) -> Alternative {
    match inputs.word("alternative") {
        "greater" => Alternative::Greater,
        "lesser" | "less" => Alternative::Less,
        _ => Alternative::Different,
    }
}

/// The answer of a comparison that is tested as a t test.
fn tested(inputs: &Inputs, effect: Measured<Effect>) -> Value {
    let answer = effect.and_then(|effect| {
        let test = effect.test(alternative(inputs), inputs.alpha())?;
        Ok(json!({
            "expected": shown(effect.estimate), "se": shown(effect.standard_error), "ci": interval(test.interval), "p": shown(test.p),
            "df": shown(effect.degrees),
        }))
    });
    whole(inputs, answer)
}

fn difference(treatment: &Sample, control: &Sample, scale: Scale) -> Measured<Effect> {
    match scale {
        Scale::Absolute => mean_difference(treatment, control),
        Scale::Relative => delta_lift(treatment, control),
    }
}

pub fn effect_of(inputs: &Inputs) -> Measured<Effect> {
    difference(&inputs.at("treatment").sample(), &inputs.at("control").sample(), inputs.scale())
}

fn t_test(inputs: &Inputs) -> Value {
    tested(inputs, effect_of(inputs))
}

fn ratio(inputs: &Inputs) -> Value {
    let arm = |name: &str| inputs.at(name).pair("m", "d", "md");
    tested(inputs, ratio_difference(&arm("treatment"), &arm("control"), inputs.scale()))
}

fn adjusted(inputs: &Inputs, answer: Measured<Adjusted>) -> Value {
    let mut value = tested(inputs, answer.map(|found| found.effect));
    if let (Ok(found), Some(map)) = (answer, value.as_object_mut()) {
        map.insert("theta".into(), shown(found.theta));
    }
    value
}

fn cuped(inputs: &Inputs) -> Value {
    let (t, c) = (inputs.at("treatment"), inputs.at("control"));
    let arm = |of: &Inputs| of.pair("post", "pre", "post_pre");
    adjusted(inputs, cuped_difference(&arm(&t), &arm(&c), &joint(&t, &c), inputs.scale()))
}

/// Both arms as one group.
fn joint(t: &Inputs, c: &Inputs) -> Pair {
    let n = t.count("n") + c.count("n");
    let total = |of: &str, what: fn(&Inputs) -> f64| what(&t.at(of)) + what(&c.at(of));
    let sample = |of: &str| {
        let sum = total(of, |part| part.number("sum"));
        if t.at(of).is_rate() { Sample::rate(n, sum) } else { Sample::from_sums(n, sum, total(of, |part| part.squares())) }
    };
    let sum = |of: &str| total(of, |part| part.number("sum"));
    let products = t.number("post_pre") + c.number("post_pre");
    let both_rates = t.at("post").is_rate() && t.at("pre").is_rate();
    Pair { x: sample("post"), y: sample("pre"), covariance: covariance_from_sums(n, sum("post"), sum("pre"), products, both_rates) }
}

fn cuped_ratio(inputs: &Inputs) -> Value {
    adjusted(inputs, cuped_ratio_difference(&ratio_arm(&inputs.at("treatment")), &ratio_arm(&inputs.at("control")), inputs.scale()))
}

fn ratio_arm(arm: &Inputs) -> RatioArm {
    let n = arm.count("n");
    let names = ["m_post", "d_post", "m_pre", "d_pre"];
    let products = [
        ["", "mpost_dpost", "mm", "mpost_dpre"],
        ["mpost_dpost", "", "mpre_dpost", "dd"],
        ["mm", "mpre_dpost", "", "mpre_dpre"],
        ["mpost_dpre", "dd", "mpre_dpre", ""],
    ];
    let covariance = |row: usize, column: usize| {
        let (x, y) = (arm.at(names[row]), arm.at(names[column]));
        if row == column {
            return x.sample().variance;
        }
        let both = x.is_rate() && y.is_rate();
        covariance_from_sums(n, x.number("sum"), y.number("sum"), arm.number(products[row][column]), both)
    };
    RatioArm {
        n,
        means: names.map(|name| arm.at(name).sample().mean),
        covariances: [0, 1, 2, 3].map(|row| [0, 1, 2, 3].map(|column| covariance(row, column))),
    }
}

fn sequence(inputs: &Inputs) -> Value {
    let answer = effect_of(inputs).and_then(|effect| {
        let (side, tuning) = (alternative(inputs), inputs.number_or("tuning", 5000.0));
        let test = confidence_sequence(&effect, side, inputs.alpha(), tuning)?;
        // The package halves only until the end of the interval is within a millionth of zero.
        let p = if side == Alternative::Different { test.p } else { touching_level(&effect, side, inputs.alpha(), tuning, 1e-6)? };
        Ok(json!({
            "expected": shown(effect.estimate), "se": shown(effect.standard_error), "ci": interval(test.interval), "p": shown(p),
            "df": shown(effect.degrees),
        }))
    });
    whole(inputs, answer)
}

fn quantile(inputs: &Inputs) -> Value {
    let arm = |of: &Inputs| EventQuantile {
        n: of.count("n"),
        sampled: of.number("n_star"),
        level: of.number("nu"),
        estimate: of.number("q"),
        lower: of.number("lo"),
        upper: of.number("hi"),
        cluster_factor: 1.0,
    };
    tested(inputs, quantile_lift(&arm(&inputs.at("treatment")), &arm(&inputs.at("control")), inputs.scale()))
}

fn bayesian(inputs: &Inputs) -> Value {
    let prior =
        inputs.has("prior").then(|| Prior { mean: inputs.at("prior").number("mean"), deviation: inputs.at("prior").number("stddev") });
    let control = inputs.at("control").sample().mean;
    let answer = effect_of(inputs).and_then(|effect| posterior(&effect, prior, inputs.scale(), control, inputs.alpha())).map(|found| {
        json!({
            "chance_to_win": shown(found.chance_higher), "expected": shown(found.mean), "stddev": shown(found.deviation),
            "ci": interval(found.interval), "risk_control": shown(found.risk_of_control), "risk_treatment": shown(found.risk_of_treatment),
        })
    });
    whole(inputs, answer)
}
