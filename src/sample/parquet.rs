//! Tables as Parquet. Money is a whole number of fen in a column whose name ends in `_fen`, so that no reader can take it for yuan.

use super::table::{Cells, Column, Kind, Table, Value};
use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, ParquetCompression, ParquetWriter, PolarsResult, Series, StatisticsOptions, TimeUnit};
use std::io::Write;

/// Name of a column in a Parquet file: money columns say that they count fen.
#[must_use]
pub fn parquet_column_name(column: &Column) -> String {
    if column.kind == Kind::Money { format!("{}_fen", column.name) } else { column.name.to_owned() }
}

/// Writes a table or a chunk of it as one Parquet file.
///
/// # Errors
/// Whatever Polars or the writer reports.
pub fn write_parquet(table: &Table, out: impl Write + Send) -> PolarsResult<()> {
    let columns = table.columns.iter().zip(&table.cells).map(|(column, cells)| series(column, cells).map(IntoColumn::into_column));
    let mut frame = DataFrame::new(table.rows, columns.collect::<PolarsResult<Vec<_>>>()?)?;
    ParquetWriter::new(out).with_compression(ParquetCompression::Zstd(None)).with_statistics(StatisticsOptions::default()).finish(&mut frame)?;
    Ok(())
}

fn series(column: &Column, cells: &Cells) -> PolarsResult<Series> {
    let name = parquet_column_name(column);
    let name = name.as_str().into();
    match cells {
        Cells::Text { known, .. } => {
            let texts: Vec<Option<&str>> = (0..known.len()).map(|row| if let Value::Text(text) = cells.get(row) { Some(text) } else { None }).collect();
            Ok(Series::new(name, texts))
        }
        Cells::Integer(values) => Ok(Series::new(name, values)),
        Cells::Number(values) => Ok(Series::new(name, values)),
        Cells::Flag(values) => Ok(Series::new(name, values)),
        Cells::Date(values) => Series::new(name, values).cast(&DataType::Date),
        Cells::Time(values) => Series::new(name, values).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)),
    }
}
