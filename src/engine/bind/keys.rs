//! Keys that repeat and references that lead nowhere.
//!
//! A key is compared by a 64-bit hash, so that fifty million keys take 400 MB and no more; what looks repeated is then compared in full.

use super::check::{collected, first_number};
use super::problems::{CHECK_LEFT_OUT, DANGLING_REFERENCE, DUPLICATE_KEY, DataProblem, masked};
use super::{Bound, LONG_TABLE, Reads};
use crate::ir::Program;
use crate::types::{Column as Declared, ColumnId, Physical, Table, TableId, TableKind};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Repeated hashes that are compared in full; beyond it the count rests on the hashes.
const COMPARED: usize = 1_000;

/// Looks at every table of `fresh`.
pub(super) fn check(program: &Program, reads: &Reads, bound: &mut Bound, fresh: &BTreeSet<TableId>, all: bool) {
    for (id, columns) in reads.columns.iter().filter(|(id, _)| fresh.contains(id)) {
        let (Some(table), Some(frame)) = (program.table(*id), bound.tables.get(id).cloned()) else { continue };
        let rows = bound.rows.get(id).copied().unwrap_or(0);
        let key: Vec<&Declared> = table.key.iter().filter(|id| columns.contains(id)).filter_map(|id| table.column(*id)).collect();
        let whole_key = !key.is_empty() && key.len() == table.key.len();
        if rows == 0 {
            continue;
        }
        let long = rows > LONG_TABLE && !all;
        if long && table.kind != TableKind::Entity {
            bound.notes.push(DataProblem::of_table(&CHECK_LEFT_OUT, table).counted(rows, None));
            continue;
        }
        let repeated = if whole_key { repeated_key(table, &key, &frame) } else { Ok(None) };
        match repeated {
            Ok(problem) => bound.notes.extend(problem),
            Err(error) => bound.notes.push(super::unreadable(table, &table.name, &error)),
        }
        if !long {
            references(program, table, columns, &frame, bound);
        }
    }
}

/// A key as one number per row: itself when it is an int, else a hash.
fn number(key: &[&Declared]) -> Expr {
    let held: Vec<Expr> = key.iter().map(|column| col(column.name.as_str())).collect();
    match (key, held.as_slice()) {
        ([one], [cell]) if one.ty.physical() == Physical::Int => cell.clone().cast(DataType::Int64),
        (_, [cell]) => cell.clone().hash(17, 23, 29, 31),
        (_, _) => whole(&held).hash(17, 23, 29, 31),
    }
}

/// A key of several columns as one text.
fn whole(held: &[Expr]) -> Expr {
    let texts: Vec<Expr> = held.iter().map(|cell| cell.clone().cast(DataType::String)).collect();
    concat_str(texts, "\u{1f}", true)
}

fn numbers(frame: &DataFrame) -> PolarsResult<Vec<u64>> {
    let column = frame.column("k")?;
    Ok(match column.dtype() {
        DataType::Int64 => column.i64()?.iter().flatten().map(i64::cast_unsigned).collect(),
        _ => column.u64()?.iter().flatten().collect(),
    })
}

/// Whether a text key stands in order, so that no value can repeat. Most banks write their tables that way.
fn ascends(key: &[&Declared], frame: &LazyFrame) -> PolarsResult<bool> {
    let [one] = key else { return Ok(false) };
    if one.ty.physical() != Physical::Text {
        return Ok(false);
    }
    let keys = collected(frame.clone().select([col(one.name.as_str()).alias("k")]))?;
    let mut before: Option<&str> = None;
    let mut ascending = true;
    for text in keys.column("k")?.str()?.iter() {
        ascending &= text.is_some() && before < text;
        if !ascending {
            break;
        }
        before = text;
    }
    Ok(ascending)
}

fn repeated_key(table: &Table, key: &[&Declared], frame: &LazyFrame) -> PolarsResult<Option<DataProblem>> {
    if ascends(key, frame)? {
        return Ok(None);
    }
    let mut hashes = numbers(&collected(frame.clone().select([number(key).alias("k")]))?)?;
    if !hashes.is_sorted() {
        hashes.sort_unstable();
    }
    let repeats = |pair: &[u64]| matches!(pair, [a, b] if a == b);
    let total = hashes.windows(2).filter(|pair| repeats(pair)).count();
    if total == 0 {
        return Ok(None);
    }
    let mut twice: Vec<u64> = hashes.windows(2).filter(|pair| repeats(pair)).filter_map(|pair| pair.first().copied()).collect();
    twice.dedup();
    drop(hashes);
    compared(table, key, frame, &twice, total as u64)
}

/// Compares the rows behind repeated hashes in full.
fn compared(table: &Table, key: &[&Declared], frame: &LazyFrame, twice: &[u64], total: u64) -> PolarsResult<Option<DataProblem>> {
    let held: Vec<Expr> = key.iter().map(|column| col(column.name.as_str())).collect();
    let wanted: BTreeSet<u64> = twice.iter().take(COMPARED).copied().collect();
    let rows = frame.clone().select(held.clone()).with_row_index("__row", Some(1));
    let rows = rows.select([col("__row"), number(key).alias("k"), whole(&held).alias("__key")]);
    let hit = move |column: &Column| -> PolarsResult<Column> {
        let is_wanted = |value: u64| wanted.contains(&value);
        let mask: BooleanChunked = match column.dtype() {
            DataType::Int64 => column.i64()?.iter().map(|cell| Some(cell.is_some_and(|value| is_wanted(value.cast_unsigned())))).collect(),
            _ => column.u64()?.iter().map(|cell| Some(cell.is_some_and(is_wanted))).collect(),
        };
        Ok(mask.with_name(column.name().clone()).into_column())
    };
    let output = |_: &Schema, input: &Field| Ok(Field::new(input.name().clone(), DataType::Boolean));
    let found = collected(rows.filter(col("k").map(move |column| hit(&column), output)))?;
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut count, mut first) = (0_u64, None);
    let places = found.column("__row")?.cast(&DataType::UInt64)?;
    for (place, text) in places.u64()?.iter().zip(found.column("__key")?.str()?.iter()) {
        let text = text.unwrap_or_default();
        let times = seen.entry(text).or_default();
        *times += 1;
        if *times > 1 {
            count += 1;
            first = first.or(place.map(|place| (place, text.to_owned())));
        }
    }
    let Some((place, text)) = first else { return Ok(None) };
    let rows = if twice.len() > COMPARED { total } else { count };
    let pii = key.iter().any(|column| column.pii);
    let names: Vec<&str> = key.iter().map(|column| column.name.as_str()).collect();
    let problem = DataProblem::of_table(&DUPLICATE_KEY, table).counted(rows, Some(place));
    Ok(Some(problem.with("column", names.join(", ")).with("sample", masked(&text.replace('\u{1f}', ", "), pii))))
}

/// Counts rows whose reference is known but leads nowhere.
fn references(program: &Program, table: &Table, columns: &BTreeSet<ColumnId>, frame: &LazyFrame, bound: &mut Bound) {
    for column in columns.iter().filter_map(|id| table.column(*id)) {
        let Some(reference) = &column.reference else { continue };
        match dangling(program, column, reference.table, frame, bound) {
            Ok(Some((rows, sample, target))) => bound.notes.push(
                DataProblem::of_column(&DANGLING_REFERENCE, table, column)
                    .counted(rows, None)
                    .with("target", target)
                    .with("sample", masked(&sample, column.pii)),
            ),
            Ok(None) => {}
            Err(error) => bound.notes.push(super::unreadable(table, &table.name, &error)),
        }
    }
}

/// Rows, a sample and the name of the table they should be in.
fn dangling(
    program: &Program,
    column: &Declared,
    target: TableId,
    frame: &LazyFrame,
    bound: &Bound,
) -> PolarsResult<Option<(u64, String, String)>> {
    let (Some(table), Some(there)) = (program.table(target), bound.tables.get(&target)) else { return Ok(None) };
    let key = match table.key.as_slice() {
        [one] => table.column(*one),
        _ => None,
    };
    let Some(key) = key.filter(|key| key.ty.physical() == column.ty.physical()) else { return Ok(None) };
    let here = frame.clone().select([col(column.name.as_str()).alias("k")]).drop_nulls(None);
    let lost = here.join(there.clone().select([col(key.name.as_str()).alias("k")]), [col("k")], [col("k")], JoinArgs::new(JoinType::Anti));
    let counted = collected(lost.select([len().alias("n"), col("k").cast(DataType::String).min().alias("sample")]))?;
    let rows = first_number(&counted, "n")?;
    if rows == 0 {
        return Ok(None);
    }
    let sample = counted.column("sample")?.str()?.get(0).unwrap_or_default().to_owned();
    Ok(Some((rows, sample, table.name.clone())))
}
