//! Single customers, for the methods that cannot do without them.

use super::{Members, View};
use crate::engine::error::EngineError;
use crate::evaluate::observed::Rows;
use crate::ir::{Design, Fold, NodeId, Trial};
use indexmap::IndexMap;

/// Lists in the order in which rows were read.
pub(super) struct Singles<'t> {
    trial: &'t Trial,
    rows: Rows,
    /// Place of each in its table.
    places: Vec<u32>,
    clusters: IndexMap<String, u64>,
}

impl<'t> Singles<'t> {
    /// `None` where sums are enough.
    pub(super) fn wanted(trial: &'t Trial) -> Option<Singles<'t>> {
        let observed = matches!(trial.design, Design::Observed { because: _ });
        let adjusted = observed && (!trial.covariates.is_empty() || trial.measures.iter().any(|measure| measure.before.is_some()));
        if !adjusted && trial.cluster.is_none() && trial.score.is_none() && trial.proposed.is_none() {
            return None;
        }
        let rows = Rows {
            values: vec![Vec::new(); trial.measures.len()],
            before: vec![Vec::new(); trial.measures.len()],
            covariates: vec![Vec::new(); trial.covariates.len()],
            ..Rows::default()
        };
        Some(Singles { trial, rows, places: Vec::new(), clusters: IndexMap::new() })
    }

    pub(super) fn take(&mut self, view: &View<'_>, members: &Members) -> Result<(), EngineError> {
        self.rows.arm.extend(&members.arms);
        self.places.extend(members.rows.iter().map(|row| view.block.place(*row as usize)));
        let column = |node: NodeId, into: &mut Vec<f64>| -> Result<(), EngineError> {
            let reading = view.reading(node)?;
            into.extend(members.rows.iter().map(|row| reading.float(*row as usize)));
            Ok(())
        };
        for (at, measure) in self.trial.measures.iter().enumerate() {
            let value = match &measure.fold {
                Fold::Rate { holds: value } | Fold::Mean { value } | Fold::Sum { value } | Fold::Quantile { value, at: _ } => *value,
                Fold::Ratio { numerator, denominator: _ } => *numerator,
                Fold::Lasting { length, ended: _, horizon: _ } => *length,
            };
            if let Some(values) = self.rows.values.get_mut(at) {
                let from = values.len();
                column(value, values)?;
                if let Some(mature) = measure.mature.map(|node| view.yes(node)).transpose()? {
                    for (slot, row) in values.iter_mut().skip(from).zip(&members.rows) {
                        *slot = if mature.get(*row as usize) { *slot } else { f64::NAN };
                    }
                }
            }
            if let (Some(node), Some(before)) = (measure.before, self.rows.before.get_mut(at)) {
                column(node, before)?;
            }
        }
        for (covariate, values) in self.trial.covariates.iter().zip(&mut self.rows.covariates) {
            column(covariate.value, values)?;
        }
        for (node, values) in [
            (self.trial.probability, &mut self.rows.probability),
            (self.trial.proposed, &mut self.rows.proposed),
            (self.trial.score, &mut self.rows.score),
        ] {
            if let Some(node) = node {
                column(node, values)?;
            }
        }
        if let Some(cluster) = self.trial.cluster {
            let values = view.values(cluster)?;
            for row in &members.rows {
                let next = self.clusters.len() as u64;
                let number = *self.clusters.entry(super::text_of(&values.get(*row as usize))).or_insert(next);
                self.rows.cluster.push(number);
            }
        }
        Ok(())
    }

    /// The lists in the order of the key: no sum over them depends on the order of the file. `order` has the place of every row of the table.
    pub(super) fn finish(mut self, order: Option<&[u32]>) -> Rows {
        let mut sorted: Vec<usize> = (0..self.places.len()).collect();
        if let Some(order) = order {
            sorted.sort_by_key(|at| self.places.get(*at).and_then(|place| order.get(*place as usize)));
        }
        let rows = &mut self.rows;
        rows.arm = in_order(&rows.arm, &sorted);
        for list in rows.values.iter_mut().chain(&mut rows.before).chain(&mut rows.covariates) {
            *list = in_order(list, &sorted);
        }
        for list in [&mut rows.probability, &mut rows.proposed, &mut rows.score] {
            *list = in_order(list, &sorted);
        }
        // Numbers of clusters follow the order of the key too.
        let mut numbers: IndexMap<u64, u64> = IndexMap::new();
        let clusters = in_order(&rows.cluster, &sorted);
        rows.cluster = clusters
            .into_iter()
            .map(|cluster| {
                let next = numbers.len() as u64;
                *numbers.entry(cluster).or_insert(next)
            })
            .collect();
        self.rows
    }
}

fn in_order<T: Copy>(list: &[T], sorted: &[usize]) -> Vec<T> {
    sorted.iter().filter_map(|at| list.get(*at).copied()).collect()
}
