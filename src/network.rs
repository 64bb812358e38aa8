//! Networks in ONNX form, run in process: bytes in, one score per row out.
//!
//! A network is fed numbers, row by row, and gives a number per row; what the numbers mean is said by the `model` that names its
//! file. It is run in batches of one fixed size, the last one filled up, so that a score never depends on how many rows there are
//! but for what the network itself makes of a row. Files and the clock are never touched: weights in files beside it are refused.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::prelude::{
    Datum, DatumType, Framework, InferenceFact, InferenceModelExt, IntoRunnable, IntoTValue, RunnableModel, TValue, TVec, Tensor,
    TractResult, TypedFact, TypedOp,
};
use tract_onnx::tract_hir::infer::Factoid;

/// Rows of a batch where the network does not say how many it takes.
const BATCH: usize = 1_024;

/// Scores are rounded to so many parts: a network counts in single precision, where 0.7 is a little less than 0.7, and a bound of 0.7
/// is meant to include it.
const PARTS: f64 = 1_000_000.0;

/// Why a network cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkError {
    /// The bytes are no network, or one with operations that are not known here.
    Unreadable(String),
    /// It takes another number of inputs than it is given.
    Inputs { expects: usize, given: usize },
    /// Its last output is not one number per row, or the two of a yes-or-no classifier.
    Output(Vec<usize>),
    /// It stopped while it ran.
    Failed(String),
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NetworkError::Unreadable(reason) => write!(f, "it is no network that can be run here ({reason})"),
            NetworkError::Inputs { expects, given } => write!(f, "it expects {expects} inputs and is given {given}"),
            NetworkError::Output(shape) => write!(f, "its last output is not one number per row: its shape is {shape:?}"),
            NetworkError::Failed(reason) => write!(f, "it failed ({reason})"),
        }
    }
}

impl NetworkError {
    /// The same in Chinese; what the reader of the file says stays as it is.
    #[must_use]
    pub fn in_chinese(&self) -> String {
        match self {
            NetworkError::Unreadable(reason) => format!("这不是能在这里运行的网络（{reason}）"),
            NetworkError::Inputs { expects, given } => format!("它需要 {expects} 个输入，而给出了 {given} 个"),
            NetworkError::Output(shape) => format!("它的最后一个输出不是每行一个数，形状是 {shape:?}"),
            NetworkError::Failed(reason) => format!("运行失败（{reason}）"),
        }
    }
}

type Plan = Arc<RunnableModel<TypedFact, Box<dyn TypedOp>>>;

/// A network ready to run.
pub struct Network {
    plan: Plan,
    /// What each of its own inputs takes: one for all columns together, or one per column.
    takes: Vec<DatumType>,
    /// Columns it is fed.
    columns: usize,
    batch: usize,
    /// Numbers per row of its last output, of which the last is the score.
    width: usize,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network")
            .field("columns", &self.columns)
            .field("batch", &self.batch)
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Reads a network that is fed so many columns: as one input with a row per subject, or as that many inputs. Its score is its last
    /// output; where that has two numbers per row, as that of a yes-or-no classifier has, the second.
    ///
    /// # Errors
    /// See [`NetworkError`].
    pub fn read(bytes: &[u8], columns: usize) -> Result<Network, NetworkError> {
        // A damaged file must not end the program.
        catch_unwind(AssertUnwindSafe(|| read(bytes, columns))).unwrap_or_else(|_| Err(NetworkError::Unreadable(String::from("damaged"))))
    }

    /// One score per row, rounded to six decimals. `columns` are as long as one another. A row with a missing number has no score, and
    /// neither has one for which the network gives no finite number.
    ///
    /// # Errors
    /// [`NetworkError::Inputs`] and [`NetworkError::Failed`].
    pub fn scores(&self, columns: &[Vec<Option<f64>>]) -> Result<Vec<Option<f64>>, NetworkError> {
        if columns.len() != self.columns {
            return Err(NetworkError::Inputs { expects: self.columns, given: columns.len() });
        }
        let rows = columns.iter().map(Vec::len).min().unwrap_or(0);
        let whole: Vec<usize> = (0..rows).filter(|row| columns.iter().all(|column| cell(column, *row).is_some())).collect();
        let mut out = vec![None; rows];
        for batch in whole.chunks(self.batch) {
            let found = self.batch_scores(columns, batch).map_err(|error| NetworkError::Failed(error.to_string()))?;
            for (row, score) in batch.iter().zip(found) {
                if let Some(place) = out.get_mut(*row) {
                    *place = score;
                }
            }
        }
        Ok(out)
    }

    fn batch_scores(&self, columns: &[Vec<Option<f64>>], rows: &[usize]) -> TractResult<Vec<Option<f64>>> {
        let number = |column: &[Option<f64>], at: usize| rows.get(at).and_then(|row| cell(column, *row)).unwrap_or(0.0);
        let mut inputs: TVec<TValue> = TVec::new();
        if let [together] = self.takes.as_slice() {
            let cells: Vec<f64> = (0..self.batch).flat_map(|at| columns.iter().map(move |column| number(column, at))).collect();
            inputs.push(fed(&[self.batch, self.columns], &cells, *together)?);
        } else {
            for (column, takes) in columns.iter().zip(&self.takes) {
                let cells: Vec<f64> = (0..self.batch).map(|at| number(column, at)).collect();
                inputs.push(fed(&[self.batch, 1], &cells, *takes)?);
            }
        }
        let outputs = self.plan.run(inputs)?;
        let Some(last) = outputs.last() else { return Ok(vec![None; rows.len()]) };
        let numbers = last.cast_to::<f64>()?;
        let numbers = numbers.to_plain_array_view::<f64>()?;
        Ok(numbers.iter().skip(self.width - 1).step_by(self.width).take(rows.len()).map(|score| rounded(*score)).collect())
    }
}

fn cell(column: &[Option<f64>], row: usize) -> Option<f64> {
    column.get(row).copied().flatten()
}

fn rounded(score: f64) -> Option<f64> {
    let rounded = (score * PARTS).round() / PARTS;
    // There is one zero.
    score.is_finite().then_some(if rounded == 0.0 {
        0.0
    } else if rounded.is_finite() {
        rounded
    } else {
        score
    })
}

fn fed(shape: &[usize], cells: &[f64], takes: DatumType) -> TractResult<TValue> {
    Ok(Tensor::from_shape(shape, cells)?.cast_to_dt(takes)?.into_owned().into_tvalue())
}

fn read(bytes: &[u8], columns: usize) -> Result<Network, NetworkError> {
    let unreadable = |error: &dyn fmt::Display| NetworkError::Unreadable(error.to_string());
    let mut model = tract_onnx::onnx().model_for_read(&mut &*bytes).map_err(|error| unreadable(&error))?;
    let own = model.input_outlets().map_err(|error| unreadable(&error))?.len();
    let together = own == 1;
    if columns == 0 || (!together && own != columns) {
        return Err(NetworkError::Inputs { expects: own, given: columns });
    }
    let (mut takes, mut batch, mut width) = (Vec::new(), BATCH, columns);
    for input in 0..own {
        let fact = model.input_fact(input).map_err(|error| unreadable(&error))?;
        takes.push(fact.datum_type.concretize().unwrap_or(f32::datum_type()));
        let dimensions: Vec<Option<usize>> =
            fact.shape.dims().map(|dimension| usize::try_from(dimension.concretize()?.to_i64().ok()?).ok()).collect();
        // A network that was made for so many rows at a time gets as many.
        batch = dimensions.first().copied().flatten().filter(|rows| *rows > 0).unwrap_or(batch);
        if let (true, Some(Some(expects))) = (together, dimensions.get(1)) {
            width = *expects;
        }
    }
    if width != columns {
        return Err(NetworkError::Inputs { expects: width, given: columns });
    }
    for (input, takes) in takes.iter().enumerate() {
        let fact = InferenceFact::dt_shape(*takes, [batch, if together { columns } else { 1 }]);
        model.set_input_fact(input, fact).map_err(|error| unreadable(&error))?;
    }
    let last = model.output_outlets().map_err(|error| unreadable(&error))?.last().copied();
    model.select_output_outlets(last.as_slice()).map_err(|error| unreadable(&error))?;
    let plan: Plan = model.into_optimized().and_then(IntoRunnable::into_runnable).map_err(|error| unreadable(&error))?;
    let width = score_width(&plan, batch)?;
    Ok(Network { plan, takes, columns, batch, width })
}

/// Numbers per row of the last output: one, or two.
fn score_width(plan: &Plan, batch: usize) -> Result<usize, NetworkError> {
    let fact = plan.model().output_fact(0).map_err(|error| NetworkError::Unreadable(error.to_string()))?;
    let shape: Vec<usize> = fact.shape.iter().filter_map(|dimension| usize::try_from(dimension.to_i64().ok()?).ok()).collect();
    match shape.as_slice() {
        [rows] if *rows == batch => Ok(1),
        [rows, width @ (1 | 2)] if *rows == batch => Ok(*width),
        _ => Err(NetworkError::Output(shape)),
    }
}
