//! What one grouping computes: every part once, however many folds read it.

use super::super::kernels::{self, Moments};
use super::parts::Rows;
use crate::ir::NodeId;
use crate::types::Physical;
use indexmap::IndexMap;
use polars::prelude::*;

/// The folds of one pass with what grouping leaves of them.
pub(super) struct Grouping<'a> {
    pub(super) rows: &'a Rows,
    /// Columns the grouping computes, each once.
    pub(super) parts: IndexMap<PlSmallStr, Expr>,
    /// Masked columns the parts read.
    pub(super) masked: IndexMap<PlSmallStr, Expr>,
}

impl Grouping<'_> {
    pub(super) fn part(&mut self, name: String, part: Expr) -> Expr {
        let name = PlSmallStr::from(name);
        self.parts.entry(name.clone()).or_insert(part);
        col(name)
    }

    pub(super) fn count_rows(&mut self, mask: Option<&PlSmallStr>) -> Expr {
        match mask {
            Some(mask) => self.part(format!("rows {mask}"), col(mask.clone()).sum().cast(DataType::Int64)),
            None => self.part(String::from("rows"), len().cast(DataType::Int64)),
        }
    }

    /// The column of a value where the mask is true, missing elsewhere.
    pub(super) fn value(&mut self, value: NodeId, mask: Option<&PlSmallStr>) -> Option<PlSmallStr> {
        let plain = self.rows.values.get(&value)?.clone();
        let Some(mask) = mask else { return Some(plain) };
        let name = PlSmallStr::from(format!("{plain}{mask}"));
        self.masked.entry(name.clone()).or_insert_with(|| when(col(mask.clone())).then(col(plain)).otherwise(lit(NULL)));
        Some(name)
    }

    pub(super) fn known(&mut self, column: &PlSmallStr) -> Expr {
        self.part(format!("known {column}"), col(column.clone()).count().cast(DataType::Int64))
    }

    /// The value at the last or first instant.
    pub(super) fn extreme(&mut self, at: &PlSmallStr, value: PlSmallStr, of: Physical, latest: bool) -> Expr {
        let stamps = kernels::stamp(col(at.clone()), col(value.clone()), of, latest);
        let end = if latest { stamps.max() } else { stamps.min() };
        kernels::unstamp(self.part(format!("end {at} {value} {latest}"), end), of, latest)
    }

    pub(super) fn moments(&mut self, column: &PlSmallStr, of: Physical) -> Moments {
        let count = self.known(column);
        if of == Physical::Float {
            let term = kernels::fixed(col(column.clone()), false);
            let kept = self.part(format!("kept {column}"), term.clone().count().cast(DataType::Int64));
            Moments { total: self.part(format!("sum {column}"), term.sum()), kept, count }
        } else {
            let total = self.part(format!("sum {column}"), col(column.clone()).cast(DataType::Int128).sum());
            Moments { total, kept: count.clone(), count }
        }
    }

    pub(super) fn squares(&mut self, column: &PlSmallStr, of: Physical) -> (Moments, Option<Expr>) {
        let count = self.known(column);
        if of == Physical::Float {
            let term = kernels::fixed(col(column.clone()), true);
            let kept = self.part(format!("kept squares {column}"), term.clone().count().cast(DataType::Int64));
            (Moments { total: self.part(format!("squares {column}"), term.sum()), kept, count }, None)
        } else {
            let low = self.part(format!("low {column}"), kernels::square_low(col(column.clone())).sum());
            let high = self.part(format!("high {column}"), kernels::square_high(col(column.clone())).sum());
            (Moments { total: low, kept: count.clone(), count }, Some(high))
        }
    }

    pub(super) fn distinct(&mut self, column: &PlSmallStr) -> Expr {
        let known = self.known(column);
        let rows = self.count_rows(None);
        let all = self.part(format!("distinct {column}"), col(column.clone()).n_unique().cast(DataType::Int64));
        // A missing value was counted as one more.
        all - rows.gt(known).cast(DataType::Int64)
    }
}
