//! Were those who came later like those who came first: the stability index of everything registered, and of the primary outcome.
//!
//! A drift takes nothing from a comparison by chance, whose arms drift together; it says that the result is of these customers and
//! need not hold for the next ones. Without chance it is one more reason for a difference.

use crate::evaluate::drift::{FLOOR, Stability, stability};
use crate::evaluate::evaluation::{Check, DriftMove, DriftReport, DriftRow, Light, Words};
use crate::evaluate::observed::ObservedCharacteristic;
use crate::evaluate::withheld::{Measured, Withheld};
use crate::ir::Characteristic;

use super::print;
use super::trust::check;
use super::view::{View, named};

/// An index above this is watched, if chance alone does not explain it.
pub const MOVED: f64 = 0.1;
/// Fewest customers of a value that is named.
const NAMED: u64 = 10;

/// The section; `None` where no drift was registered.
pub fn report(view: &View) -> Option<DriftReport> {
    let (drift, observed) = (view.trial.drift.as_ref()?, view.observed.drift.as_ref()?);
    let mut rows: Vec<DriftRow> = drift.of.iter().zip(&observed.of).map(|(own, seen)| row(own, seen)).collect();
    let size = |row: &DriftRow| row.index.known().unwrap_or(-1.0);
    rows.sort_by(|a, b| (a.outcome, size(b)).partial_cmp(&(b.outcome, size(a))).unwrap_or(std::cmp::Ordering::Equal));
    Some(DriftReport {
        along: observed.along.clone(),
        first: observed.units.first,
        later: observed.units.later,
        unplaced: observed.unplaced,
        rows,
    })
}

fn row(own: &Characteristic, seen: &ObservedCharacteristic) -> DriftRow {
    let first: Vec<f64> = seen.bins.iter().map(|(_, _, halves)| halves.first as f64).collect();
    let later: Vec<f64> = seen.bins.iter().map(|(_, _, halves)| halves.later as f64).collect();
    let found = if first.len() == 1 { same_everywhere(&first, &later) } else { stability(&first, &later, FLOOR) };
    let light = match &found {
        Ok(found) if found.index > MOVED && found.critical.is_ok_and(|critical| found.index > critical) => Light::Amber,
        _ => Light::Green,
    };
    let moved = found.as_ref().ok().and_then(|found| most_moved(own, seen, found, first.iter().sum(), later.iter().sum()));
    DriftRow {
        name: own.name.clone(),
        label: own.label.clone(),
        outcome: own.outcome,
        index: found.as_ref().map(|found| found.index).map_err(|reason| *reason).into(),
        critical: found.and_then(|found| found.critical).into(),
        light,
        moved,
    }
}

/// Everybody has the one value there is, in both halves: nothing can have moved.
fn same_everywhere(first: &[f64], later: &[f64]) -> Measured<Stability> {
    let none = [0.0];
    stability(&[first, &none].concat(), &[later, &none].concat(), FLOOR)
}

fn most_moved(own: &Characteristic, seen: &ObservedCharacteristic, found: &Stability, first: f64, later: f64) -> Option<DriftMove> {
    let large = seen.bins.iter().zip(&found.per_bin).filter(|((_, _, halves), _)| halves.first + halves.later >= NAMED);
    let large = large.filter(|((name, _, _), _)| !own.outcome || name == "true");
    let ((name, label, halves), part) = large.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (own.outcome || *part > 0.0).then(|| DriftMove {
        value: name.clone(),
        label: label.clone(),
        first: halves.first as f64 / first,
        later: halves.later as f64 / later,
    })
}

/// The check of the trust section.
pub fn checked(found: &DriftReport) -> Check {
    let title = Words::new("drift", "前后客群变化");
    if found.first == 0 || found.later == 0 {
        let sentence =
            Words::new("all customers came at one moment, so there is no earlier and no later half", "全部客户同时进入，没有先后之分");
        return check("drift", title, Light::Green, sentence, Err(Withheld::NoVariation), Some(MOVED));
    }
    let known: Vec<&DriftRow> = found.rows.iter().filter(|row| !row.outcome).collect();
    let moved: Vec<&&DriftRow> = known.iter().filter(|row| row.light != Light::Green).collect();
    let greatest = known.iter().filter_map(|row| row.index.known()).max_by(f64::total_cmp);
    let value = greatest.ok_or(Withheld::NoUnits);
    let outcome = found.rows.iter().find(|row| row.outcome).and_then(|row| row.moved.as_ref()).map(|moved| {
        let (first, later) = (print::percent(moved.first), print::percent(moved.later));
        Words::new(format!("; the outcome went from {first} to {later}"), format!("；结果从 {first} 变为 {later}"))
    });
    let outcome = outcome.unwrap_or_default();
    let sentence = if moved.is_empty() {
        Words::new(
            format!("those who came later are like those who came first in all {} characteristics{}", known.len(), outcome.en),
            format!("后来的客户与先来的客户在全部 {} 项特征上相近{}", known.len(), outcome.zh),
        )
    } else {
        let names: Vec<Words> = moved.iter().take(5).map(|row| with_index(row)).collect();
        let names = print::listed(&names);
        Words::new(
            format!(
                "those who came later are not like those who came first: {}{}; what held for them need not hold for the next",
                names.en, outcome.en
            ),
            format!("后来的客户与先来的客户不同：{}{}；对他们成立的结果不一定适用于下一批", names.zh, outcome.zh),
        )
    };
    let light = if moved.is_empty() { Light::Green } else { Light::Amber };
    check("drift", title, light, sentence, value, Some(MOVED))
}

/// `month 4.15`
fn with_index(row: &DriftRow) -> Words {
    let index = row.index.known().map(|index| print::number(index, 2)).unwrap_or_default();
    let name = named(&row.name, row.label.as_deref());
    Words::new(format!("{} {index}", name.en), format!("{} {index}", name.zh))
}
