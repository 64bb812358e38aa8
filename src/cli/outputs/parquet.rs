//! Parquet with the types of the schema: money as exact decimals, days as dates.

use super::sheet::Sheet;
use super::text::{OutputFile, WriteError};
use polars::prelude::*;
use std::fs::{self, File};
use std::path::Path;
use strat::types::Type;

/// Digits of money that 18 digits hold, in minor units.
const EIGHTEEN_DIGITS: u64 = 1_000_000_000_000_000_000;

/// Writes a sheet as one file.
pub fn write_parquet(sheet: &Sheet, folder: &Path, name: &str) -> Result<OutputFile, WriteError> {
    let columns = sheet
        .fields
        .iter()
        .map(|field| typed(sheet.frame.column(&field.name)?, &field.ty))
        .collect::<PolarsResult<Vec<_>>>()?;
    let mut frame = DataFrame::new(sheet.rows(), columns)?;
    let path = folder.join(name);
    ParquetWriter::new(File::create(&path)?).with_compression(ParquetCompression::Zstd(None)).finish(&mut frame)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(&path)?)?;
    Ok(OutputFile { file: name.to_owned(), rows: sheet.rows() as u64, blake3: hasher.finalize().to_hex().to_string() })
}

fn typed(column: &Column, ty: &Type) -> PolarsResult<Column> {
    match ty {
        Type::Money => {
            let wide = column.i64()?.iter().flatten().any(|value| value.unsigned_abs() >= EIGHTEEN_DIGITS);
            let digits = column.cast(&DataType::Int128)?;
            let decimal = digits.i128()?.clone().into_decimal_unchecked(if wide { 38 } else { 18 }, 2);
            Ok(decimal.into_column().with_name(column.name().clone()))
        }
        Type::Date | Type::Month | Type::Quarter => column.cast(&DataType::Int32)?.cast(&DataType::Date),
        Type::Time => column.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)),
        _ => Ok(column.clone()),
    }
}
