//! The record of a run. Equal inputs give equal bytes: nothing in it tells the time of day or the machine.

use super::summary::{ActionCount, ExclusionCount, Summary, Tie};
use super::text::OutputFile;
use super::time_text;
use crate::cli::data::InputFile;
use serde::Serialize;
use strat::ir::{Count, Moment, Program, SourceReference};
use strat::types::Type;

/// Raised in its second part when keys are added, in its first when one changes its meaning or goes.
const FORMAT_VERSION: &str = "1.0";

/// How units are put into arms.
const ASSIGNMENT_HASH: &str = "h52 of sha-256 over experiment:salt:unit, modulo 10000";

#[derive(Serialize)]
struct ProgramEntry<'a> {
    name: &'a str,
    blake3: &'a str,
    sources: &'a [SourceReference],
}

#[derive(Serialize)]
struct ParamEntry<'a> {
    name: &'a str,
    value: &'a str,
}

/// A model that was run.
#[derive(Serialize)]
struct ModelEntry<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    blake3: Option<&'a str>,
}

#[derive(Serialize)]
struct WatchEntry<'a> {
    name: &'a str,
    /// Subjects per label, or `false` and `true`, in this order.
    counts: Vec<(String, u64)>,
    unknown: u64,
    /// Columns whose missing values can leave it undecided; given when some subject was.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    may_be_missing: &'a [String],
}

/// What went into a run.
pub struct Inputs<'a> {
    pub program: &'a Program,
    /// Hex.
    pub program_hash: &'a str,
    pub moment: Moment,
    /// How far the run looked beyond its instant, in milliseconds.
    pub ahead: Option<i64>,
    pub zone: &'a str,
    pub currency: &'a str,
    pub files: &'a [InputFile],
    /// Ledger parts that were visible: table, hash.
    pub ledger: &'a [(String, String)],
    /// Of the manifest this run replaces.
    pub previous_manifest: Option<&'a str>,
}

/// The record of a run.
#[derive(Serialize)]
pub struct Manifest<'a> {
    /// The mark by which the next run knows the folder is ours.
    written_by: String,
    format_version: &'static str,
    run_id: &'a str,
    as_of: String,
    previous_run: Option<String>,
    /// Given when the run looked ahead: up to when.
    #[serde(skip_serializing_if = "Option::is_none")]
    ahead_until: Option<String>,
    zone: &'a str,
    currency: &'a str,
    program: ProgramEntry<'a>,
    assignment: &'static str,
    params: Vec<ParamEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelEntry<'a>>,
    inputs: &'a [InputFile],
    ledger: Vec<LedgerEntry<'a>>,
    outputs: &'a [OutputFile],
    actions: &'a [ActionCount],
    exclusions: &'a [ExclusionCount],
    watches: Vec<WatchEntry<'a>>,
    tie_out: &'a [Tie],
    previous_manifest: Option<&'a str>,
}

#[derive(Serialize)]
struct LedgerEntry<'a> {
    table: &'a str,
    blake3: &'a str,
}

impl<'a> Manifest<'a> {
    /// Puts the record together. `counts` align with the watches of the program.
    pub fn new(
        run_id: &'a str,
        inputs: &Inputs<'a>,
        outputs: &'a [OutputFile],
        summary: &'a Summary,
        ties: &'a [Tie],
        counts: &[Count],
    ) -> Self {
        let program = inputs.program;
        Manifest {
            written_by: format!("strat {}", env!("CARGO_PKG_VERSION")),
            format_version: FORMAT_VERSION,
            run_id,
            as_of: time_text(inputs.moment.as_of),
            previous_run: inputs.moment.previous.map(time_text),
            ahead_until: inputs.ahead.map(|ahead| time_text(inputs.moment.as_of.saturating_add(ahead))),
            zone: inputs.zone,
            currency: inputs.currency,
            program: ProgramEntry { name: &program.name, blake3: inputs.program_hash, sources: &program.sources },
            assignment: ASSIGNMENT_HASH,
            params: program.params.iter().map(|param| ParamEntry { name: &param.name, value: &param.value }).collect(),
            models: program.models.iter().map(model_entry).collect(),
            inputs: inputs.files,
            ledger: inputs.ledger.iter().map(|(table, blake3)| LedgerEntry { table, blake3 }).collect(),
            outputs,
            actions: &summary.actions,
            exclusions: &summary.exclusions,
            watches: program.watches.iter().zip(counts).map(|(watch, count)| watch_entry(program, watch, count)).collect(),
            tie_out: ties,
            previous_manifest: inputs.previous_manifest,
        }
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// None known: it is a tree of texts and numbers.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

fn model_entry(model: &strat::ir::ModelFile) -> ModelEntry<'_> {
    ModelEntry { name: &model.name, version: model.version.as_deref(), file: &model.file, blake3: model.blake3.as_deref() }
}

fn watch_entry<'a>(program: &'a Program, watch: &'a strat::ir::Watch, count: &Count) -> WatchEntry<'a> {
    let names: Vec<String> = match program.type_of(watch.node) {
        Type::Label(ladder) => {
            program.ladder(ladder).map(|ladder| ladder.labels.iter().map(|label| label.name.clone()).collect()).unwrap_or_default()
        }
        _ => vec![String::from("false"), String::from("true")],
    };
    WatchEntry {
        name: &watch.name,
        counts: names.into_iter().zip(count.known.iter().copied()).collect(),
        unknown: count.unknown,
        may_be_missing: if count.unknown > 0 { &watch.reads } else { &[] },
    }
}
