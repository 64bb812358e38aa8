//! Single customers of two arms, for the methods that cannot do without: clusters, covariates, propensities.

use crate::evaluate::moments::Moments;
use crate::evaluate::withheld::{Measured, Withheld};

use super::view::{View, factor_of};

/// Customers of two arms with a known mature value, all lists of one length.
#[derive(Debug, Clone, Default)]
pub struct People {
    pub outcome: Vec<f64>,
    pub treated: Vec<bool>,
    /// Empty where the measure has none.
    pub before: Vec<f64>,
    /// Per covariate; only customers of whom all are known.
    pub covariates: Vec<Vec<f64>>,
    pub cluster: Vec<u64>,
    /// Customers left out because a covariate is missing.
    pub incomplete: u64,
}

/// Customers of `arm` (treated) and `against`; `None` where single customers were not kept.
pub fn of(view: &View, measure: usize, arm: usize, against: usize, with_covariates: bool) -> Option<People> {
    let rows = view.observed.rows.as_ref()?;
    let values = rows.values.get(measure)?;
    let factor = view.measure(measure).map_or(1.0, factor_of);
    let cap = view.caps.get(measure).copied().flatten().unwrap_or(f64::INFINITY);
    let covariates = if with_covariates { rows.covariates.as_slice() } else { &[] };
    let mut found = People { covariates: vec![Vec::new(); covariates.len()], ..People::default() };
    for (at, (own, value)) in rows.arm.iter().zip(values).enumerate() {
        let treated = *own as usize == arm;
        if value.is_nan() || (!treated && *own as usize != against) {
            continue;
        }
        let known: Vec<f64> = covariates.iter().filter_map(|column| column.get(at).copied().filter(|value| !value.is_nan())).collect();
        if known.len() < covariates.len() {
            found.incomplete += 1;
            continue;
        }
        found.outcome.push((value * factor).min(cap));
        found.treated.push(treated);
        for (column, value) in found.covariates.iter_mut().zip(known) {
            column.push(value);
        }
        if let Some(before) = rows.before.get(measure).and_then(|column| column.get(at)) {
            found.before.push(before * factor);
        }
        if let Some(cluster) = rows.cluster.get(at) {
            found.cluster.push(*cluster);
        }
    }
    Some(found)
}

impl People {
    /// Both arms have somebody.
    pub fn checked(&self) -> Measured<()> {
        let treated = self.treated.iter().filter(|own| **own).count();
        if treated == 0 || treated == self.treated.len() { Err(Withheld::NoUnits) } else { Ok(()) }
    }

    /// Clusters with at least one customer of the arm.
    pub fn clusters(&self, treated: bool) -> usize {
        let own = self.cluster.iter().zip(&self.treated).filter(|(_, group)| **group == treated);
        own.map(|(cluster, _)| *cluster).collect::<std::collections::BTreeSet<u64>>().len()
    }

    /// Treated first.
    pub fn moments(&self) -> (Moments, Moments) {
        let of = |wanted: bool| {
            Moments::of(
                &self.outcome.iter().zip(&self.treated).filter(|(_, own)| **own == wanted).map(|(value, _)| *value).collect::<Vec<_>>(),
            )
        };
        (of(true), of(false))
    }
}
