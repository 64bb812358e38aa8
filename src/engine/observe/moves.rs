//! Who moved between the labels of a ladder, from its last evaluation but one to the last.

use super::super::Tables;
use super::super::bind::Reads;
use super::super::error::{EngineError, while_doing};
use crate::builtins::DAY_MILLISECONDS;
use crate::evaluate::observed::Moves;
use crate::ir::{Ladder, Moment, Program};
use polars::prelude::*;
use std::collections::BTreeMap;

const STEP: &str = "read who moved between labels";
const HISTORY: &str = "tier_history";
const COLUMNS: [&str; 5] = ["subject", "unit_id", "scheme", "as_of", "label"];

/// Adds the history of labels to what is read.
pub(super) fn add_reads(reads: &mut Reads, program: &Program) {
    let Some(id) = program.find_table(HISTORY) else { return };
    let Some(table) = program.table(id) else { return };
    reads.columns.entry(id).or_default().extend(COLUMNS.iter().filter_map(|column| table.find_column(column)));
}

/// Moves of every ladder of the program that the ledger has at least two evaluations of, before the instant.
///
/// # Errors
/// See [`EngineError`].
pub fn moves(program: &Program, tables: &Tables, moment: Moment) -> Result<Vec<Moves>, EngineError> {
    let history = program.find_table(HISTORY).and_then(|id| Some((program.table(id)?, tables.get(&id)?.clone())));
    let Some((_, rows)) = history.filter(|(table, _)| COLUMNS.iter().all(|column| table.find_column(column).is_some())) else {
        return Ok(Vec::new());
    };
    let rows = rows.filter((col("as_of") * lit(DAY_MILLISECONDS)).lt(lit(moment.as_of)));
    let mut out = Vec::new();
    for ladder in &program.ladders {
        let of_ladder = rows.clone().filter(col("scheme").eq(lit(ladder.name.as_str())));
        let days = of_ladder.clone().select([col("as_of").unique().sort(SortOptions::default().with_order_descending(true)).head(Some(2))]);
        let days = days.collect().map_err(while_doing(STEP))?;
        let days: Vec<i64> =
            days.column("as_of").and_then(|days| days.i64().cloned()).map_err(while_doing(STEP))?.iter().flatten().collect();
        let [to, from] = days.as_slice() else { continue };
        out.push(moved(ladder, &of_ladder, *from, *to)?);
    }
    Ok(out)
}

fn moved(ladder: &Ladder, rows: &LazyFrame, from: i64, to: i64) -> Result<Moves, EngineError> {
    // A row is written where something differs from the row before, so the label in force is that of the latest row.
    let in_force = |day: i64, name: &str| {
        let latest = col("label").sort_by([col("as_of")], SortMultipleOptions::default()).last().alias(name);
        rows.clone().filter(col("as_of").lt_eq(lit(day))).group_by([col("subject"), col("unit_id")]).agg([latest])
    };
    let both = in_force(to, "to").join(
        in_force(from, "from"),
        [col("subject"), col("unit_id")],
        [col("subject"), col("unit_id")],
        JoinArgs::new(JoinType::Left),
    );
    let counts =
        both.group_by([col("from"), col("to")]).agg([len().cast(DataType::Int64).alias("n")]).collect().map_err(while_doing(STEP))?;
    let place: BTreeMap<&str, usize> = ladder.labels.iter().map(|label| label.name.as_str()).zip(0..).collect();
    let day = |day: i64| i32::try_from(day).unwrap_or(i32::MAX);
    let mut moves = Moves {
        ladder: ladder.name.clone(),
        label: ladder.label.clone(),
        from: day(from),
        to: day(to),
        labels: ladder.labels.iter().map(|label| (label.name.clone(), label.label.clone())).collect(),
        counts: vec![vec![0; ladder.labels.len()]; ladder.labels.len()],
        new: 0,
    };
    let texts = |name: &str| counts.column(name).and_then(|column| column.str().cloned()).map_err(while_doing(STEP));
    let numbers = counts.column("n").and_then(|column| column.i64().cloned()).map_err(while_doing(STEP))?;
    for ((from, to), n) in texts("from")?.iter().zip(texts("to")?.iter()).zip(numbers.iter()) {
        let n = u64::try_from(n.unwrap_or(0)).unwrap_or(0);
        let Some(from) = from else {
            moves.new += n;
            continue;
        };
        let slot = place.get(from).and_then(|row| moves.counts.get_mut(*row)).zip(to.and_then(|to| place.get(to)));
        if let Some(count) = slot.and_then(|(row, column)| row.get_mut(*column)) {
            *count += n;
        }
    }
    Ok(moves)
}
