//! Models that are run: their scores become rows of the table of scores before anything else is decided, so that both engines and every
//! explanation read them like scores from outside.

use super::error::{EngineError, while_doing};
use super::space::node_name;
use super::{Options, Tables, evaluate, kernels};
use crate::ir::{ModelFile, Moment, Program};
use crate::types::{Column as Declared, ColumnId, Table};
use polars::prelude::*;
use std::collections::BTreeSet;

const STEP: &str = "wrote the scores of a model";

/// From columns of numbers, one per input and all of one length, to a score per row.
pub type Scoring<'a> = dyn Fn(&[Vec<Option<f64>>]) -> Result<Vec<Option<f64>>, String> + 'a;

/// Runs one model over bound tables and adds its scores, computed just before the instant of the run. `columns` are those of the table
/// of scores that are read. Scores of the same model and version that were there give way: a model has one source.
///
/// # Errors
/// See [`EngineError`].
pub fn add_scores(
    program: &Program,
    tables: &mut Tables,
    moment: Moment,
    options: &Options,
    model: &ModelFile,
    columns: &BTreeSet<ColumnId>,
    scoring: &Scoring<'_>,
) -> Result<(), EngineError> {
    let schema = program.table(model.scores).ok_or(EngineError::NoTable(model.scores))?;
    let inputs = evaluate(program, tables, moment, options, model.table, &model.inputs)?;
    let unit = inputs.columns().first().ok_or(EngineError::NoTable(model.table))?;
    let fed =
        model.inputs.iter().map(|id| numbers(&inputs, &node_name(*id))).collect::<PolarsResult<Vec<_>>>().map_err(while_doing(STEP))?;
    let scores = scoring(&fed).map_err(|reason| EngineError::Model { name: model.name.clone(), reason })?;
    let rows = score_rows(schema, model, columns, moment, (unit, &scores)).map_err(while_doing(STEP))?;
    let whole = match tables.get(&model.scores) {
        Some(others) => {
            let order = UnionArgs { parallel: false, rechunk: false, maintain_order: true, ..UnionArgs::default() };
            concat([others.clone().filter(of_others(model)), rows.lazy()], order).map_err(while_doing(STEP))?
        }
        None => rows.lazy(),
    };
    tables.insert(model.scores, whole);
    Ok(())
}

fn numbers(inputs: &DataFrame, name: &str) -> PolarsResult<Vec<Option<f64>>> {
    let column = inputs.column(name)?.cast(&DataType::Float64)?;
    Ok(column.f64()?.iter().collect())
}

/// One row per subject with a score, in the order of subjects.
fn score_rows(
    schema: &Table,
    model: &ModelFile,
    columns: &BTreeSet<ColumnId>,
    moment: Moment,
    (unit, scores): (&Column, &[Option<f64>]),
) -> PolarsResult<DataFrame> {
    let scored = BooleanChunked::from_iter_values(PlSmallStr::EMPTY, scores.iter().map(Option::is_some));
    let values: Vec<f64> = scores.iter().flatten().copied().collect();
    let height = values.len();
    let cells = |id: ColumnId, declared: &Declared| -> PolarsResult<Column> {
        let name = PlSmallStr::from(declared.name.as_str());
        let text = |text: &str| Column::new_scalar(name.clone(), Scalar::from(PlSmallStr::from(text)), height);
        Ok(match declared.name.as_str() {
            _ if id == model.unit => unit.filter(&scored)?.with_name(name),
            "model" => text(&model.name),
            "version" if model.version.is_some() => text(model.version.as_deref().unwrap_or_default()),
            "score" => Column::new(name, &values),
            // The last instant that this run sees.
            _ if schema.at == Some(id) => Column::new_scalar(name, Scalar::from(moment.as_of.saturating_sub(1)), height),
            _ => Column::full_null(name, height, &kernels::data_type(declared.ty.physical())),
        })
    };
    let declared = columns.iter().filter_map(|id| schema.column(*id).map(|declared| cells(*id, declared)));
    DataFrame::new(height, declared.collect::<PolarsResult<Vec<_>>>()?)
}

/// Rows that are not of this model and version.
fn of_others(model: &ModelFile) -> Expr {
    let own = col("model").eq(lit(model.name.as_str()));
    let own = match &model.version {
        Some(version) => own.and(col("version").eq(lit(version.as_str()))),
        None => own,
    };
    own.fill_null(lit(false)).not()
}
