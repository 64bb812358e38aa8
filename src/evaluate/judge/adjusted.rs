//! Ways of estimating without chance, side by side: their spread is the message. None of them is a lift and none ever ships.

use crate::evaluate::effect::{Alternative, Effect};
use crate::evaluate::evaluation::{AdjustedRow, Figure, TestRow, Words};
use crate::evaluate::matrix::dot;
use crate::evaluate::observational::{self, Observed, augmented, difference_in_differences, e_value, treated_error, weighted};
use crate::evaluate::regression::{least_squares, propensities, regression_adjusted};
use crate::evaluate::segments::post_stratified;
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::{GoalRole, TrialGoal};

use super::beside::reading;
use super::compare::compare;
use super::contrast::measure_of;
use super::estimate::{estimate, uncorrected};
use super::people::{self, People};
use super::print;
use super::view::{View, named};

/// Chances of treatment outside are left out (Crump et al. 2009).
const TRIM: (f64, f64) = (0.1, 0.9);

/// Empty where arms were drawn by chance or there is no control.
pub fn rows(view: &View) -> Vec<AdjustedRow> {
    let Some(control) = view.control.filter(|_| !view.randomised) else { return Vec::new() };
    let mut found = Vec::new();
    for goal in view.trial.goals.iter().filter(|goal| goal.role == GoalRole::Goal) {
        let Some(measure) = measure_of(goal) else { continue };
        for arm in &view.treatments {
            let section = Section { view, goal, measure, arm: *arm, control };
            section.naive(&mut found);
            section.strata(&mut found);
            section.covariates(&mut found);
            section.panel(&mut found);
        }
    }
    found
}

struct Section<'a> {
    view: &'a View<'a>,
    goal: &'a TrialGoal,
    measure: usize,
    arm: usize,
    control: usize,
}

/// An estimate with its error on a normal reference unless degrees are given.
#[derive(Clone, Copy)]
struct Found {
    estimate: f64,
    error: Measured<f64>,
    degrees: f64,
}

impl Section<'_> {
    fn row(&self, slug: &str, title: Words, found: Measured<Found>, effective: Measured<f64>) -> AdjustedRow {
        let tested = found.and_then(|own| {
            let effect = Effect { estimate: own.estimate, standard_error: own.error?, degrees: own.degrees, units: 0.0 };
            effect.test(Alternative::Different, self.view.terms.alpha)
        });
        AdjustedRow {
            goal: self.goal.name.clone(),
            arm: self.view.arm_key(self.arm),
            slug: slug.to_owned(),
            title,
            difference: estimate(found.map(|own| own.estimate), tested.map(|test| test.interval)),
            p: tested.map(|test| test.p).into(),
            effective: effective.into(),
        }
    }

    fn naive(&self, out: &mut Vec<AdjustedRow>) {
        let (own, base) = (self.view.reading(self.measure, self.arm), self.view.reading(self.measure, self.control));
        let compared = compare(&own, &base, self.view.terms);
        out.push(AdjustedRow {
            goal: self.goal.name.clone(),
            arm: self.view.arm_key(self.arm),
            slug: "naive".to_owned(),
            title: Words::new("as found, not adjusted", "原始差异，未调整"),
            difference: estimate(compared.difference, compared.interval),
            p: compared.p.into(),
            effective: Figure::Known(base.units as f64),
        });
    }

    /// Within the values of each registered cut.
    fn strata(&self, out: &mut Vec<AdjustedRow>) {
        for (cut, observed) in self.view.trial.cuts.iter().zip(&self.view.observed.cuts) {
            let mut strata = Vec::new();
            let (mut kept, mut all) = (0, 0);
            for level in &observed.levels {
                let of = |arm: usize| {
                    let tally = level.measures.get(self.measure).and_then(|arms| arms.get(arm));
                    tally.map_or_else(super::reading::Reading::nobody, |tally| reading(self.view, self.measure, tally))
                };
                let (own, base) = (of(self.arm), of(self.control));
                all += own.units + base.units;
                // A value that only one group has compares nothing.
                if let (Ok(t), Ok(c)) = (own.sample, base.sample) {
                    kept += t.n + c.n;
                    strata.push((t, c));
                }
            }
            if all == 0 {
                continue;
            }
            let found = post_stratified(&strata);
            let name = named(&cut.name, cut.label.as_deref());
            let title = Words::new(format!("within {}, combined by size", name.en), format!("在{}内比较后按规模合并", name.zh));
            let found = found.map(|own| Found { estimate: own.difference, error: Ok(own.standard_error), degrees: f64::INFINITY });
            out.push(self.row("post-stratified", title, found, Ok(kept as f64)));
        }
    }

    fn covariates(&self, out: &mut Vec<AdjustedRow>) {
        if self.view.trial.covariates.is_empty() {
            return;
        }
        let Some(people) = people::of(self.view, self.measure, self.arm, self.control, true) else { return };
        if people.outcome.is_empty() {
            return;
        }
        let lin = regression_adjusted(&people.outcome, &people.treated, &people.covariates);
        let own = lin.map(|own| Found { estimate: own.effect, error: Ok(own.standard_error), degrees: own.degrees });
        let title = Words::new("least squares with covariates (Lin)", "协变量最小二乘（Lin）");
        out.push(self.row("regression", title, own, Ok(people.outcome.len() as f64)));
        let chances = people.checked().and_then(|()| propensities(&people.treated, &people.covariates));
        let title = Words::new("on the treated, controls weighted by the odds of treatment", "处理组效应：对照按处理几率加权");
        let (found, effective) = odds(&people, &chances);
        out.push(self.row("weighted", title, found, effective));
        let title = Words::new("the same, chances of treatment between 0.1 and 0.9", "同上，仅保留处理概率 0.1 至 0.9");
        let (found, effective) = trimmed(&people, &chances);
        out.push(self.row("trimmed", title, found, effective));
        let title = Words::new("doubly robust, on everybody", "双重稳健，全体效应");
        let (found, effective) = doubly_robust(&people, &chances);
        out.push(self.row("doubly-robust", title, found, effective));
    }

    /// Before and after, where the value before the entry is known.
    fn panel(&self, out: &mut Vec<AdjustedRow>) {
        if self.view.measure(self.measure).is_none_or(|own| own.before.is_none()) {
            return;
        }
        let Some(people) = people::of(self.view, self.measure, self.arm, self.control, false) else { return };
        let known: Vec<(bool, f64, f64)> = people
            .treated
            .iter()
            .zip(&people.before)
            .zip(&people.outcome)
            .filter(|((_, before), _)| !before.is_nan())
            .map(|((treated, before), after)| (*treated, *before, *after))
            .collect();
        if known.is_empty() {
            return;
        }
        let treated: Vec<bool> = known.iter().map(|own| own.0).collect();
        let (before, after): (Vec<f64>, Vec<f64>) = known.iter().map(|own| (own.1, own.2)).unzip();
        let found = difference_in_differences(&treated, &before, &after);
        let own = found.map(|own| Found { estimate: own.effect, error: own.error_clustered, degrees: known.len() as f64 - 1.0 });
        let title = Words::new("difference in differences, errors by customer", "双重差分，按客户聚类的标准误");
        out.push(self.row("difference-in-differences", title, own, Ok(known.len() as f64)));
    }
}

/// On the treated, controls weighted by e/(1 − e); with the effective number of controls. Refused where groups hardly overlap.
fn odds(people: &People, chances: &Measured<Vec<f64>>) -> (Measured<Found>, Measured<f64>) {
    let chances = match chances {
        Ok(chances) => chances,
        Err(reason) => return (Err(*reason), Err(*reason)),
    };
    let data = Observed { outcome: &people.outcome, treated: &people.treated, propensity: chances };
    match weighted(&data) {
        Ok(own) => {
            let found = Found { estimate: own.treated, error: treated_error(&data), degrees: f64::INFINITY };
            (Ok(found), Ok(own.effective_odds))
        }
        Err(reason) => (Err(reason), Err(reason)),
    }
}

fn trimmed(people: &People, chances: &Measured<Vec<f64>>) -> (Measured<Found>, Measured<f64>) {
    let chances = match chances {
        Ok(chances) => chances,
        Err(reason) => return (Err(*reason), Err(*reason)),
    };
    let data = Observed { outcome: &people.outcome, treated: &people.treated, propensity: chances };
    let kept = data.within(TRIM.0, TRIM.1);
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().filter_map(|at| values.get(*at).copied()).collect() };
    let inside = People {
        outcome: pick(&people.outcome),
        treated: kept.iter().filter_map(|at| people.treated.get(*at).copied()).collect(),
        ..People::default()
    };
    odds(&inside, &Ok(pick(chances)))
}

/// Augmented inverse propensity weighting, least squares of each group as the model of its outcome.
fn doubly_robust(people: &People, chances: &Measured<Vec<f64>>) -> (Measured<Found>, Measured<f64>) {
    let all = || -> Measured<(Found, f64)> {
        let chances = chances.clone()?;
        let design: Vec<Vec<f64>> = (0..people.outcome.len())
            .map(|at| std::iter::once(1.0).chain(people.covariates.iter().filter_map(|column| column.get(at).copied())).collect())
            .collect();
        let scaled = standardised(design);
        let predicted = |wanted: bool| -> Measured<Vec<f64>> {
            let own = || {
                scaled.iter().zip(&people.outcome).zip(&people.treated).filter(move |(_, treated)| **treated == wanted).map(|(row, _)| row)
            };
            let outcome: Vec<f64> = own().map(|(_, outcome)| *outcome).collect();
            let fit = least_squares(own().map(|(row, _)| row.clone()).collect(), &outcome)?;
            Ok(scaled.iter().map(|row| dot(row, &fit.coefficients)).collect())
        };
        let data = Observed { outcome: &people.outcome, treated: &people.treated, propensity: &chances };
        let own = weighted(&data)?;
        let (estimate, error) = augmented(&data, &predicted(false)?, &predicted(true)?)?;
        let error = if error > 0.0 { Ok(error) } else { Err(Withheld::NoVariation) };
        Ok((Found { estimate, error, degrees: f64::INFINITY }, own.effective_control.min(own.effective_treated)))
    };
    match all() {
        Ok((found, effective)) => (Ok(found), Ok(effective)),
        Err(reason) => (Err(reason), Err(reason)),
    }
}

/// Columns centred and scaled but the first; those without spread are left out.
fn standardised(design: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let width = design.first().map_or(0, Vec::len);
    let column = |at: usize| -> Vec<f64> { design.iter().filter_map(|row| row.get(at).copied()).collect() };
    let kept: Vec<(usize, f64, f64)> = (1..width)
        .filter_map(|at| {
            let moments = crate::evaluate::moments::Moments::of(&column(at));
            let spread = (moments.second / design.len() as f64).sqrt();
            (spread > 0.0).then_some((at, moments.mean, spread))
        })
        .collect();
    let scaled = |row: &Vec<f64>| -> Vec<f64> {
        let rest = kept.iter().filter_map(|(at, mean, spread)| row.get(*at).map(|value| (value - mean) / spread));
        std::iter::once(1.0).chain(rest).collect()
    };
    design.iter().map(scaled).collect()
}

/// How strong something unseen would have to be to explain the difference of the primary goal away.
pub fn hidden(view: &View, arm: usize) -> Option<Words> {
    let control = view.control.filter(|_| !view.randomised)?;
    let measure = measure_of(view.goal(view.primary?)?)?;
    let (own, base) = (view.reading(measure, arm).rate?.share().ok()?, view.reading(measure, control).rate?.share().ok()?);
    if base <= 0.0 || own <= 0.0 {
        return None;
    }
    let text = print::number(e_value(own / base).ok()?, 2);
    Some(Words::new(
        format!(
            "something unseen that goes with both arm and outcome by a risk ratio of {text} could explain the whole difference (E-value)"
        ),
        format!("若存在同时与分组和结果相关、风险比达到 {text} 的未观测因素，即可解释全部差异（E 值）"),
    ))
}

/// Every test of the adjusted estimates.
pub fn tests(view: &View, rows: &[AdjustedRow]) -> Vec<TestRow> {
    let against = view.control.map_or_else(String::new, |control| view.arm_key(control));
    let of = |row: &AdjustedRow| TestRow {
        goal: row.goal.clone(),
        arm: row.arm.clone(),
        against: against.clone(),
        method: row.title.clone(),
        p: row.p.clone(),
        p_adjusted: uncorrected(),
    };
    rows.iter().map(of).collect()
}

/// Whether the two groups resemble each other enough: a hundred effective customers on both sides.
pub fn overlap(view: &View, measure: usize, arm: usize) -> Option<Measured<()>> {
    let control = view.control?;
    let people = people::of(view, measure, arm, control, true).filter(|people| !people.covariates.is_empty())?;
    Some(people.checked().and_then(|()| propensities(&people.treated, &people.covariates)).and_then(|chances| {
        observational::weighted(&Observed { outcome: &people.outcome, treated: &people.treated, propensity: &chances })?.supported()
    }))
}
