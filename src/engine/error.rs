//! Why a run over frames stopped.

use crate::ir::NodeId;
use crate::types::TableId;
use polars::prelude::PolarsError;

/// A run that could not finish. Data problems are found earlier, when tables are bound; these are what is left.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program names a node or table it does not hold: it was not checked, or was damaged.
    #[error("the program is damaged: node {0:?} is missing or has no meaning where it stands")]
    Damaged(NodeId),
    /// See [`EngineError::Damaged`].
    #[error("the program is damaged: it has no table {0:?}")]
    NoTable(TableId),
    /// A combination of constructs that frames cannot execute.
    #[error("this engine cannot compute {what}")]
    Unsupported { what: String },
    /// A network that cannot be run over this data.
    #[error("model `{name}` could not be run: {reason}")]
    Model { name: String, reason: String },
    /// The computation failed while it `step`.
    #[error("the run failed while it {step}: {source}")]
    Frame { step: &'static str, source: PolarsError },
}

/// Wraps what Polars reports with what the run was doing.
pub(super) fn while_doing(step: &'static str) -> impl Fn(PolarsError) -> EngineError {
    move |source| EngineError::Frame { step, source }
}
