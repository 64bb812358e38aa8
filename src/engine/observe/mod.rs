//! What was observed of a trial: the pass over its table, and what the ledger says of its units.

mod ledger;
mod moves;
mod paths;

pub use moves::moves;
pub use paths::{histories, journeys};

use super::bind::Reads;
use super::blocks::observe::{Asked, pass};
use super::{EngineError, Options, Tables};
use crate::evaluate::observed::Observed;
use crate::ir::{Moment, Program, Trial, TrialKind};
use indexmap::IndexSet;
use ledger::Ledger;

/// Everything that judging the program's trials reads: their nodes, the keys of their tables, and what the ledger says of their units.
#[must_use]
pub fn trial_reads(program: &Program) -> Reads {
    let mut reads = Reads::of_nodes(program, program.trials.iter().flat_map(Trial::nodes));
    moves::add_reads(&mut reads, program);
    paths::add_reads(&mut reads, program);
    let of_metric =
        |emission: &crate::ir::Emission| emission.fields.iter().map(|(_, node)| *node).chain([emission.flag]).collect::<Vec<_>>();
    for (table, columns) in Reads::of_nodes(program, program.metrics.iter().chain(&program.pacing).flat_map(of_metric)).columns {
        reads.columns.entry(table).or_default().extend(columns);
    }
    for emission in program.metrics.iter().chain(&program.pacing) {
        reads.add_key(program, emission.table);
    }
    for trial in &program.trials {
        reads.add_key(program, trial.table);
        if reads_ledger(trial) {
            ledger::add_reads(&mut reads, program);
        }
    }
    reads
}

/// Observes one trial of the program as of an instant. The same tables give the same bits, in any order of rows.
///
/// # Errors
/// See [`EngineError`].
pub fn observe(program: &Program, trial: &Trial, tables: &Tables, moment: Moment, options: &Options) -> Result<Observed, EngineError> {
    if !reads_ledger(trial) {
        let asked = Asked { trial, in_several: &IndexSet::new(), units: false };
        return Ok(pass(program, tables, moment, options, &asked)?.0);
    }
    let ledger = Ledger { program, trial, tables, moment };
    let (in_several, listed) = ledger.assignments()?;
    let (mut observed, units) = pass(program, tables, moment, options, &Asked { trial, in_several: &in_several, units: true })?;
    for (lost, (listed, arm)) in observed.lost.iter_mut().zip(listed.iter().zip(&observed.arms)) {
        *lost = listed.saturating_sub(arm.assigned);
    }
    // Some of them may not even be in the table.
    observed.several_arms = observed.several_arms.max(in_several.len() as u64);
    ledger.fill(&mut observed, units)?;
    Ok(observed)
}

/// Whether strat itself assigned the units, so that its ledger knows them.
fn reads_ledger(trial: &Trial) -> bool {
    match trial.kind {
        TrialKind::Strategy | TrialKind::Compare | TrialKind::Programme => true,
        TrialKind::Experiment => false,
    }
}
