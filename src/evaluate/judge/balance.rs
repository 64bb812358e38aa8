//! Were the arms alike before: values of goals from before the entry, and registered covariates; after weighting too, where
//! nobody was drawn by chance.

use crate::evaluate::decide::Trust;
use crate::evaluate::evaluation::{BalanceRow, Check, Figure, Light, TestRow, Words};
use crate::evaluate::moments::Sample;
use crate::evaluate::observational::covariate_balance;
use crate::evaluate::regression::propensities;
use crate::evaluate::validity::{MISMATCH_LEVEL, balance};
use crate::evaluate::withheld::{Measured, Withheld};

use super::contrast::measure_of;
use super::estimate::uncorrected;
use super::reading::earlier;
use super::trust::{self, before_goals};
use super::view::{View, factor_of};
use super::{people, print};

/// Standardised difference above which arms are called unlike.
const UNLIKE: f64 = 0.1;

/// The standardised difference that the rules are given. An imbalance that chance alone makes is no reason to doubt: a tenth can
/// be told from chance (p below a thousandth) from about 2,165 customers per arm on, and a larger one sooner.
fn doubtful(treatment: &Sample, control: &Sample) -> Measured<f64> {
    let found = balance(treatment, control)?;
    if found.standardised.abs() > UNLIKE && found.p >= MISMATCH_LEVEL {
        let z = crate::evaluate::distribution::normal_upper_quantile(MISMATCH_LEVEL / 2.0);
        return Err(Withheld::TooFewUnits { have: treatment.n.min(control.n) as f64, need: (2.0 * (z / UNLIKE).powi(2)).ceil() });
    }
    Ok(found.standardised)
}

/// The value before the entry of a measure in an arm.
fn before(view: &View, measure: usize, arm: usize) -> Option<Sample> {
    let factor = view.measure(measure).map_or(1.0, factor_of);
    Some(earlier(&view.cell(measure, arm)?.before, factor).pair().y)
}

fn covariate(view: &View, at: usize, arm: usize) -> Option<Sample> {
    Some(view.observed.covariates.get(at)?.get(arm)?.moments().sample())
}

/// Something known before the entry, in one treatment arm and in control.
struct Pair {
    name: String,
    label: Option<String>,
    arm: usize,
    treatment: Sample,
    control: Sample,
    /// Its place among the covariates; `None` for the value of a goal before the entry.
    covariate: Option<usize>,
}

/// Everything that can be compared.
fn pairs(view: &View) -> Vec<Pair> {
    let Some(control) = view.control else { return Vec::new() };
    let mut found = Vec::new();
    for arm in &view.treatments {
        for measure in before_goals(view) {
            let Some(own) = view.measure(measure) else { continue };
            if let (Some(t), Some(c)) = (before(view, measure, *arm), before(view, measure, control)) {
                let (name, label) = (own.name.clone(), own.label.clone());
                found.push(Pair { name, label, arm: *arm, treatment: t, control: c, covariate: None });
            }
        }
        for (at, own) in view.trial.covariates.iter().enumerate() {
            if let (Some(t), Some(c)) = (covariate(view, at, *arm), covariate(view, at, control)) {
                let (name, label) = (own.name.clone(), own.label.clone());
                found.push(Pair { name, label, arm: *arm, treatment: t, control: c, covariate: Some(at) });
            }
        }
    }
    found
}

/// The traffic light of balance.
fn check_of(view: &View) -> Option<(Check, Measured<f64>)> {
    let pairs = pairs(view);
    let mut worst: Option<(String, f64, f64)> = None;
    let mut doubt: Measured<f64> = Err(Withheld::NoUnits);
    for pair in &pairs {
        let Ok(found) = balance(&pair.treatment, &pair.control) else { continue };
        if worst.as_ref().is_none_or(|(_, size, _)| found.standardised.abs() > size.abs()) {
            worst = Some((pair.name.clone(), found.standardised, found.p));
        }
        if pair.covariate.is_none() {
            doubt = match (doubt, doubtful(&pair.treatment, &pair.control)) {
                (Ok(before), Ok(own)) => Ok(if own.abs() > before.abs() { own } else { before }),
                (Ok(before), Err(_)) => Ok(before),
                (Err(_), own) => own,
            };
        }
    }
    let (name, size, p) = worst?;
    let red = view.randomised && doubt.is_ok_and(|own| own.abs() > UNLIKE);
    let light = if red {
        Light::Red
    } else if size.abs() > UNLIKE || p < MISMATCH_LEVEL {
        Light::Amber
    } else {
        Light::Green
    };
    let (text, chance) = (print::signed(size, 3), print::chance(p));
    let sentence = Words::new(
        format!("largest standardised difference before the entry: {text} in {name}, p {chance}"),
        format!("进入前最大的标准化差异：{name} {text}，p {chance}"),
    );
    Some((trust::check("balance", Words::new("alike before the entry", "进入前是否相近"), light, sentence, Ok(size), Some(UNLIKE)), doubt))
}

/// Adds the check, and what the rules look at.
pub fn check(view: &View, found: &mut Vec<Check>, trust: &mut Trust) {
    if let Some((own, doubt)) = check_of(view) {
        found.push(own);
        trust.imbalance = doubt;
    } else {
        trust.imbalance = Err(Withheld::NoUnits);
    }
}

/// The table: before, and after weighting by the odds of treatment where nobody was drawn by chance.
pub fn rows(view: &View) -> Vec<BalanceRow> {
    let mut found = Vec::new();
    let mut after: Option<(usize, Measured<Vec<f64>>)> = None;
    for Pair { name, label, arm, treatment, control, covariate } in pairs(view) {
        if !view.randomised && after.as_ref().is_none_or(|(own, _)| *own != arm) {
            after = Some((arm, weighted(view, arm)));
        }
        let weighted = after
            .as_ref()
            .filter(|_| !view.randomised)
            .zip(covariate)
            .map(|((_, all), at)| -> Figure { all.clone().and_then(|all| all.get(at).copied().ok_or(Withheld::NoUnits)).into() });
        let plain = balance(&treatment, &control);
        found.push(BalanceRow {
            covariate: name,
            label,
            arm: view.arm_key(arm),
            before: plain.map(|found| found.standardised).into(),
            after: weighted,
            p: plain.map(|found| found.p).into(),
        });
    }
    found
}

/// The tests of the table.
pub fn tests(view: &View, rows: &[BalanceRow]) -> Vec<TestRow> {
    let against = view.control.map_or_else(String::new, |control| view.arm_key(control));
    let of = |row: &BalanceRow| TestRow {
        goal: String::new(),
        arm: row.arm.clone(),
        against: against.clone(),
        method: Words::new(
            format!("{} before the entry: Welch's t", row.covariate),
            format!("进入前的{}：Welch t 检验", row.label.as_ref().unwrap_or(&row.covariate)),
        ),
        p: row.p.clone(),
        p_adjusted: uncorrected(),
    };
    rows.iter().map(of).collect()
}

/// Per covariate, the standardised difference with controls weighted by the odds e/(1 − e).
fn weighted(view: &View, arm: usize) -> Measured<Vec<f64>> {
    let control = view.control.ok_or(Withheld::NotRegistered)?;
    let measure = view.primary.and_then(|at| view.goal(at)).and_then(measure_of).ok_or(Withheld::NotRegistered)?;
    let people = people::of(view, measure, arm, control, true).ok_or(Withheld::NoUnits)?;
    people.checked()?;
    let chances = propensities(&people.treated, &people.covariates)?;
    let weights: Vec<f64> =
        chances.iter().zip(&people.treated).map(|(chance, treated)| if *treated { 1.0 } else { chance / (1.0 - chance) }).collect();
    people.covariates.iter().map(|column| covariate_balance(column, &people.treated, &weights)).collect()
}
