//! What the footer of a Parquet file already says, so that its cells need not be read to know it.

use polars::prelude::{ParquetReader, PolarsResult, SerReader};
use std::collections::BTreeSet;
use std::fs::File;

/// Facts about one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Footer {
    pub rows: u64,
    /// Top-level columns in which no cell is null and no text is empty.
    pub complete: BTreeSet<String>,
}

/// Reads the footer.
///
/// # Errors
/// A file that is cut off or no Parquet.
pub(super) fn read(file: File) -> PolarsResult<Footer> {
    let mut reader = ParquetReader::new(file);
    let metadata = reader.get_metadata()?;
    let mut footer = Footer { rows: metadata.num_rows as u64, complete: BTreeSet::new() };
    for (at, group) in metadata.row_groups.iter().enumerate() {
        let here: BTreeSet<String> = group
            .parquet_columns()
            .iter()
            .filter_map(|column| {
                let [name] = column.descriptor().path_in_schema.as_slice() else { return None };
                let statistics = column.statistics(&metadata.footer_buf)?.ok()?;
                let nulls = match statistics.as_binary() {
                    Some(texts) => texts.null_count.filter(|_| texts.min_value.as_ref().is_some_and(|least| !least.is_empty())),
                    None => statistics
                        .as_int64()
                        .map(|numbers| numbers.null_count)
                        .or_else(|| statistics.as_int32().map(|numbers| numbers.null_count))
                        .or_else(|| statistics.as_boolean().map(|truths| truths.null_count))
                        .flatten(),
                };
                (nulls == Some(0)).then(|| name.to_string())
            })
            .collect();
        footer.complete = if at == 0 { here } else { footer.complete.intersection(&here).cloned().collect() };
    }
    Ok(footer)
}
