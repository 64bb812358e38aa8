//! Models that are run from files: opened before any data is, run over it before anything is decided.

#[cfg(not(feature = "onnx"))]
use super::super::problems::MODEL_NEEDS_ANOTHER_BUILD;
#[cfg(feature = "onnx")]
use super::super::problems::{MODEL_FILE_CHANGED, MODEL_FILE_UNUSABLE};
use super::super::session::Failure;
#[cfg(feature = "onnx")]
use super::super::session::shown;
use super::super::stages::model_path;
use super::{Job, failed};
use polars::prelude::{Column, DataFrame, DataType, IntoLazy, PlSmallStr};
use strat::diag::Problem;
use strat::engine::bind::{Bound, RawSource, RawTables, Reads};
use strat::engine::{Options, add_scores};
#[cfg(feature = "onnx")]
use strat::network::Network;

/// The networks of a program, in the order of its models; none for those whose scores nobody reads.
#[cfg(feature = "onnx")]
pub type Networks = Vec<Option<Network>>;
#[cfg(not(feature = "onnx"))]
pub type Networks = ();

impl Job<'_> {
    /// Opens the networks whose scores are read.
    ///
    /// # Errors
    /// A file that cannot be read, is another one than when the program was compiled, or is no network fed so many numbers.
    #[cfg(feature = "onnx")]
    pub(super) fn networks(&self, reads: &Reads) -> Result<Networks, Failure> {
        let wanted: Vec<&str> = reads.models(self.program).map(|model| model.name.as_str()).collect();
        let open = |model: &strat::ir::ModelFile| -> Result<Option<Network>, Failure> {
            if !wanted.contains(&model.name.as_str()) {
                return Ok(None);
            }
            let path = model_path(&self.project.entry, model);
            let problem = |kind| self.loaded.placed(Problem::new(kind, model.span).with("name", &model.name).with("path", shown(&path)));
            let bytes = std::fs::read(&path).map_err(|error| self.session.unreadable(&path, &error))?;
            if model.blake3.as_ref().is_some_and(|hash| *hash != blake3::hash(&bytes).to_hex().as_str()) {
                return Err(Failure::could_not_run(problem(&MODEL_FILE_CHANGED)));
            }
            let unusable = |error: strat::network::NetworkError| {
                let problem = problem(&MODEL_FILE_UNUSABLE).with("reason", &error).with("reason_zh", error.in_chinese());
                Failure::could_not_run(problem)
            };
            Network::read(&bytes, model.inputs.len()).map(Some).map_err(unusable)
        };
        self.program.models.iter().map(open).collect()
    }

    /// Refuses a model that this build cannot run.
    ///
    /// # Errors
    /// A model whose scores are read.
    #[cfg(not(feature = "onnx"))]
    pub(super) fn networks(&self, reads: &Reads) -> Result<Networks, Failure> {
        let Some(model) = reads.models(self.program).next() else { return Ok(()) };
        let path = super::super::session::shown(&model_path(&self.project.entry, model));
        let problem = Problem::new(&MODEL_NEEDS_ANOTHER_BUILD, model.span).with("name", &model.name).with("path", path);
        Err(Failure::could_not_run(self.loaded.placed(problem)))
    }

    /// Where the run itself writes all scores, their table need not be in the data.
    pub(super) fn with_score_tables(&self, mut raw: RawTables, reads: &Reads) -> RawTables {
        for model in reads.models(self.program) {
            let Some(table) = self.program.table(model.scores) else { continue };
            raw.entry(model.scores).or_insert_with(|| {
                let columns =
                    table.columns.iter().map(|column| Column::new_empty(PlSmallStr::from(column.name.as_str()), &DataType::String));
                let nothing = DataFrame::new(0, columns.collect()).unwrap_or_default();
                vec![RawSource { ours: true, ..RawSource::new(table.name.clone(), nothing.lazy()) }]
            });
        }
        raw
    }

    /// Adds the scores of the models that are run to the bound tables.
    ///
    /// # Errors
    /// A network that fails over this data.
    pub(super) fn with_scores(&self, mut bound: Bound, reads: &Reads, networks: &Networks) -> Result<Bound, Failure> {
        for (at, model) in self.program.models.iter().enumerate() {
            let Some(columns) = reads.columns.get(&model.scores) else { continue };
            let scoring = |fed: &[Vec<Option<f64>>]| scores(networks, at, fed);
            add_scores(self.program, &mut bound.tables, self.moment, &Options::default(), model, columns, &scoring)
                .map_err(|error| failed(&error))?;
        }
        Ok(bound)
    }
}

#[cfg(feature = "onnx")]
fn scores(networks: &Networks, at: usize, fed: &[Vec<Option<f64>>]) -> Result<Vec<Option<f64>>, String> {
    match networks.get(at) {
        Some(Some(network)) => network.scores(fed).map_err(|error| error.to_string()),
        Some(None) | None => Ok(vec![None; fed.first().map_or(0, Vec::len)]),
    }
}

/// Never asked: a model that is read was refused.
#[cfg(not(feature = "onnx"))]
fn scores((): &Networks, _: usize, fed: &[Vec<Option<f64>>]) -> Result<Vec<Option<f64>>, String> {
    Ok(vec![None; fed.first().map_or(0, Vec::len)])
}
