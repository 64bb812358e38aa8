//! Tables as Parquet. Money is a decimal of 18 digits with two after the point, in yuan: exact, and what banks' own warehouses write.

use super::table::{Cells, Column, Kind, Table, Value};
use polars::prelude::{
    DataFrame, DataType, Int128Chunked, IntoColumn, IntoSeries, NamedFrom, NewChunkedArray, ParquetCompression, ParquetWriter,
    PolarsResult, Series, StatisticsOptions, TimeUnit,
};
use std::io::Write;

/// Digits of money in a Parquet file, and how many of them follow the point.
const MONEY_DIGITS: (usize, usize) = (18, 2);

/// Writes a table or a chunk of it as one Parquet file.
///
/// # Errors
/// Whatever Polars or the writer reports.
pub fn write_parquet(table: &Table, out: impl Write + Send) -> PolarsResult<()> {
    let columns = table.columns.iter().zip(&table.cells).map(|(column, cells)| series(column, cells).map(IntoColumn::into_column));
    let mut frame = DataFrame::new(table.rows, columns.collect::<PolarsResult<Vec<_>>>()?)?;
    ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(None))
        .with_statistics(StatisticsOptions::default())
        .finish(&mut frame)?;
    Ok(())
}

fn series(column: &Column, cells: &Cells) -> PolarsResult<Series> {
    let name = column.name.into();
    match cells {
        Cells::Text { known, .. } => {
            let texts: Vec<Option<&str>> =
                (0..known.len()).map(|row| if let Value::Text(text) = cells.get(row) { Some(text) } else { None }).collect();
            Ok(Series::new(name, texts))
        }
        Cells::Integer(values) if column.kind == Kind::Money => {
            let (digits, decimals) = MONEY_DIGITS;
            let fen = Int128Chunked::from_iter_options(name, values.iter().map(|value| value.map(i128::from)));
            Ok(fen.into_decimal(digits, decimals)?.into_series())
        }
        Cells::Integer(values) => Ok(Series::new(name, values)),
        Cells::Number(values) => Ok(Series::new(name, values)),
        Cells::Flag(values) => Ok(Series::new(name, values)),
        Cells::Date(values) => Series::new(name, values).cast(&DataType::Date),
        Cells::Time(values) => Series::new(name, values).cast(&DataType::Datetime(TimeUnit::Milliseconds, None)),
    }
}
