//! What a proposed rule of choosing arms would have given, from the logged probabilities; refused where the log does not support
//! an answer.

use crate::evaluate::distribution::normal_upper_quantile;
use crate::evaluate::effect::Interval;
use crate::evaluate::evaluation::{OffPolicyReport, Words};
use crate::evaluate::off_policy::off_policy;

use super::contrast::measure_of;
use super::estimate::{estimate, figure};
use super::print;
use super::view::{View, factor_of};

/// `None` where no proposed rule or no logged probability is registered.
pub fn report(view: &View) -> Option<OffPolicyReport> {
    view.trial.proposed?;
    let goal = view.goal(view.primary?)?;
    let measure = measure_of(goal)?;
    let rows = view.observed.rows.as_ref()?;
    let factor = view.measure(measure).map_or(1.0, factor_of);
    let all = rows.values.get(measure)?.iter().zip(&rows.probability).zip(&rows.proposed);
    let known: Vec<(f64, f64, f64)> = all
        .filter(|((value, logged), proposed)| !value.is_nan() && !logged.is_nan() && !proposed.is_nan())
        .map(|((value, logged), proposed)| (value * factor, *logged, *proposed))
        .collect();
    let (reward, (logged, proposed)): (Vec<f64>, (Vec<f64>, Vec<f64>)) = known.iter().map(|own| (own.0, (own.1, own.2))).unzip();
    let found = off_policy(&reward, &logged, &proposed);
    let supported = found.and_then(|own| own.supported().map(|()| own));
    let half = normal_upper_quantile(view.terms.alpha / 2.0);
    let sentence = match supported {
        Ok(own) => {
            let (n, all) = (print::count(own.effective.unwrap_or(0.0)), print::count(own.decisions));
            Words::new(
                format!("{n} of {all} logged decisions speak for the proposed rule"),
                format!("{all} 条历史决策中有效 {n} 条支持所提规则"),
            )
        }
        Err(reason) => print::reasoned(reason),
    };
    Some(OffPolicyReport {
        goal: goal.name.clone(),
        rows: reward.len() as u64,
        inverse: estimate(
            supported.map(|own| own.weighted),
            supported.and_then(|own| Ok(Interval::around(own.weighted, half * own.standard_error?))),
        ),
        self_normalised: figure(supported.and_then(|own| own.normalised)),
        effective: figure(found.and_then(|own| own.effective)),
        supported: supported.is_ok(),
        sentence,
    })
}
