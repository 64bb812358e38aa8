//! Parquet with the types of the schema: money as exact decimals, days as dates.

use super::sheet::Sheet;
use super::text::{OutputFile, WriteError};
use polars::prelude::*;
use std::fs::{self, File};
use std::path::Path;
use strat::types::Type;

/// Digits of money that 18 digits hold, in minor units.
const EIGHTEEN_DIGITS: u64 = 1_000_000_000_000_000_000;

/// Rows that are written together.
const ROW_GROUP: usize = 1 << 18;

/// Writes a sheet as one file.
pub fn write_parquet(sheet: &Sheet<'_>, folder: &Path, name: &str) -> Result<OutputFile, WriteError> {
    let mut types = Vec::with_capacity(sheet.fields.len());
    for field in &sheet.fields {
        types.push((field, if field.ty == Type::Money { Some(digits(sheet, &field.name)?) } else { None }));
    }
    let typed = |frame: &DataFrame| -> PolarsResult<DataFrame> {
        let columns = types.iter().zip(frame.columns()).map(|((field, digits), column)| typed(column, &field.ty, *digits));
        DataFrame::new(frame.height(), columns.collect::<PolarsResult<_>>()?)
    };
    let schema = typed(&DataFrame::empty_with_schema(&sheet.schema()))?.schema().as_ref().clone();
    let path = folder.join(name);
    let mut writer = ParquetWriter::new(File::create(&path)?).with_compression(ParquetCompression::Zstd(None)).batched(&schema)?;
    for page in sheet.pages_of(0..sheet.rows(), ROW_GROUP) {
        writer.write_batch(&typed(page?.frame())?)?;
    }
    writer.finish()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(&path)?)?;
    Ok(OutputFile { file: name.to_owned(), rows: sheet.rows() as u64, blake3: hasher.finalize().to_hex().to_string() })
}

/// Digits that all amounts of a column fit.
fn digits(sheet: &Sheet<'_>, name: &str) -> PolarsResult<usize> {
    for page in sheet.narrowed(&[name]).pages() {
        if page?.frame().column(name)?.i64()?.iter().flatten().any(|value| value.unsigned_abs() >= EIGHTEEN_DIGITS) {
            return Ok(38);
        }
    }
    Ok(18)
}

/// Amounts have so many digits.
fn typed(column: &Column, ty: &Type, digits: Option<usize>) -> PolarsResult<Column> {
    match (ty, digits) {
        (Type::Money, digits) => {
            let whole = column.cast(&DataType::Int128)?;
            let decimal = whole.i128()?.clone().into_decimal_unchecked(digits.unwrap_or(38), 2);
            Ok(decimal.into_column().with_name(column.name().clone()))
        }
        (Type::Date | Type::Month | Type::Quarter, _) => column.cast(&DataType::Int32)?.cast(&DataType::Date),
        (Type::Time, _) => column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)),
        _ => Ok(column.clone()),
    }
}
