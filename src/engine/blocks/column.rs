//! Values of one node for the rows of a block.

use super::bits::Bits;
use crate::types::{Physical, Value};
use polars::prelude::*;
use std::borrow::Cow;

/// One value per row. What stands in a row that is not known means nothing; a truth that is not known is not set.
#[derive(Debug, Clone)]
pub(super) enum Values {
    Bool { yes: Bits, known: Bits },
    Int { values: Vec<i64>, known: Bits },
    Float { values: Vec<f64>, known: Bits },
    Text(StringChunked),
}

/// The bits of a Polars bitmap.
macro_rules! bits_of {
    ($bitmap:expr) => {{
        let words = $bitmap.chunks::<u64>();
        let (rest, len) = (words.remainder(), $bitmap.len());
        Bits::of_words(words.chain(std::iter::once(rest)), len)
    }};
}

/// Cells that are certainly true.
pub(super) fn certain(cells: &BooleanChunked) -> Bits {
    let mut arrays = cells.downcast_iter();
    match (arrays.next(), arrays.next()) {
        (Some(array), None) => {
            let yes = bits_of!(array.values());
            match array.validity() {
                Some(validity) => yes.and(&bits_of!(validity)),
                None => yes,
            }
        }
        (_, _) => Bits::collect(cells.len(), cells.iter().map(|cell| cell == Some(true))),
    }
}

/// The bits of known cells of a Polars array.
macro_rules! known_cells {
    ($chunked:expr) => {{
        let len = $chunked.len();
        if $chunked.null_count() == 0 {
            Bits::all(len)
        } else {
            let mut arrays = $chunked.downcast_iter();
            match (arrays.next().and_then(|array| array.validity()), arrays.next()) {
                (Some(validity), None) => bits_of!(validity),
                (_, _) => Bits::collect(
                    len,
                    $chunked.downcast_iter().flat_map(|array| {
                        let validity = array.validity();
                        (0..array.len()).map(move |at| validity.is_none_or(|validity| validity.get(at).unwrap_or(false)))
                    }),
                ),
            }
        }
    }};
}

impl Values {
    pub(super) fn read(series: &Series) -> PolarsResult<Values> {
        Ok(match series.dtype() {
            DataType::Boolean => {
                let cells = series.bool()?;
                let known = known_cells!(cells);
                Values::Bool { yes: certain(cells), known }
            }
            DataType::Float64 => {
                let cells = series.f64()?;
                let mut values = Vec::with_capacity(cells.len());
                cells.downcast_iter().for_each(|array| values.extend_from_slice(array.values()));
                Values::Float { values, known: known_cells!(cells) }
            }
            DataType::String => Values::Text(series.str()?.clone()),
            DataType::Null => Values::Bool { yes: Bits::none(series.len()), known: Bits::none(series.len()) },
            DataType::Int64 => Values::of_ints(series.i64()?),
            _ => Values::of_ints(series.cast(&DataType::Int64)?.i64()?),
        })
    }

    fn of_ints(cells: &Int64Chunked) -> Values {
        let mut values = Vec::with_capacity(cells.len());
        cells.downcast_iter().for_each(|array| values.extend_from_slice(array.values()));
        Values::Int { values, known: known_cells!(cells) }
    }

    /// The same value in every row.
    pub(super) fn repeat(value: &Value, physical: Physical, len: usize) -> Values {
        let known = Bits::same(!value.is_missing(), len);
        match physical {
            Physical::Bool => Values::Bool { yes: Bits::same(value.as_bool() == Some(true), len), known },
            Physical::Int => Values::Int { values: vec![value.as_int().unwrap_or(0); len], known },
            Physical::Float => Values::Float { values: vec![value.as_float().unwrap_or(0.0); len], known },
            Physical::Text => match value.as_text() {
                Some(text) => Values::Text(StringChunked::full(PlSmallStr::EMPTY, text, len)),
                None => Values::Text(StringChunked::full_null(PlSmallStr::EMPTY, len)),
            },
        }
    }

    /// One value per item, all of one physical type.
    pub(super) fn collect(values: impl Iterator<Item = Value>, physical: Physical, len: usize) -> Values {
        match physical {
            Physical::Bool => {
                let truths: Vec<Option<bool>> = values.map(|value| value.as_bool()).collect();
                Values::truths(&truths)
            }
            Physical::Int => Values::ints(values.map(|value| value.as_int()), len),
            Physical::Float => Values::floats(values.map(|value| value.as_float()), len),
            Physical::Text => Values::Text(
                values
                    .map(|value| match value {
                        Value::Text(text) => Some(text),
                        Value::Missing | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
                    })
                    .collect(),
            ),
        }
    }

    pub(super) fn truths(truths: &[Option<bool>]) -> Values {
        Values::Bool { yes: Bits::of_each(truths, |truth| truth == Some(true)), known: Bits::of_each(truths, |truth| truth.is_some()) }
    }

    pub(super) fn ints(values: impl Iterator<Item = Option<i64>>, len: usize) -> Values {
        let (values, known) = apart(values, len);
        Values::Int { values, known }
    }

    pub(super) fn floats(values: impl Iterator<Item = Option<f64>>, len: usize) -> Values {
        let (values, known) = apart(values, len);
        Values::Float { values, known }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Values::Bool { yes: _, known } | Values::Int { values: _, known } | Values::Float { values: _, known } => known.len(),
            Values::Text(texts) => texts.len(),
        }
    }

    pub(super) fn known(&self) -> Bits {
        match self {
            Values::Bool { yes: _, known } | Values::Int { values: _, known } | Values::Float { values: _, known } => known.clone(),
            Values::Text(texts) if texts.null_count() == 0 => Bits::all(texts.len()),
            Values::Text(texts) => certain(&texts.is_not_null()),
        }
    }

    /// Rows where a truth is certainly so; none for other values.
    pub(super) fn yes(&self) -> Bits {
        match self {
            Values::Bool { yes, known: _ } => yes.clone(),
            Values::Int { .. } | Values::Float { .. } | Values::Text(_) => Bits::none(self.len()),
        }
    }

    pub(super) fn get(&self, row: usize) -> Value {
        match self {
            Values::Bool { yes, known } if known.get(row) => Value::Bool(yes.get(row)),
            Values::Int { values, known } if known.get(row) => values.get(row).map_or(Value::Missing, |value| Value::Int(*value)),
            Values::Float { values, known } if known.get(row) => values.get(row).map_or(Value::Missing, |value| Value::Float(*value)),
            Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => Value::Missing,
            Values::Text(texts) => texts.get(row).map_or(Value::Missing, |text| Value::Text(text.to_owned())),
        }
    }

    pub(super) fn gather(&self, rows: &[u32]) -> Values {
        let pick = |row: &u32| *row as usize;
        match self {
            Values::Bool { yes, known } => Values::Bool { yes: yes.gather(rows), known: known.gather(rows) },
            Values::Int { values, known } => Values::Int {
                values: rows.iter().map(|row| values.get(pick(row)).copied().unwrap_or(0)).collect(),
                known: known.gather(rows),
            },
            Values::Float { values, known } => Values::Float {
                values: rows.iter().map(|row| values.get(pick(row)).copied().unwrap_or(0.0)).collect(),
                known: known.gather(rows),
            },
            Values::Text(texts) => Values::Text(gathered(texts, rows)),
        }
    }

    /// As [`Values::gather`]; rows that are not there are missing.
    pub(super) fn gather_known(&self, rows: &[u32]) -> Values {
        let there = |row: &u32| (*row as usize) < self.len();
        if rows.iter().all(there) {
            return self.gather(rows);
        }
        match self {
            Values::Text(texts) => Values::Text(rows.iter().map(|row| if there(row) { texts.get(*row as usize) } else { None }).collect()),
            // The bits of rows that are not there are not set.
            Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => self.gather(rows),
        }
    }

    /// Values that sort as integers the way they sort as values; `None` for texts.
    pub(super) fn ordered(&self) -> Option<Cow<'_, [i64]>> {
        match self {
            Values::Bool { yes, known: _ } => Some(yes.iter().map(i64::from).collect()),
            Values::Int { values, known: _ } => Some(Cow::Borrowed(values)),
            Values::Float { values, known: _ } => Some(values.iter().map(|value| ordered_float(*value)).collect()),
            Values::Text(_) => None,
        }
    }

    /// As a column of a frame.
    pub(super) fn series(&self) -> Series {
        match self {
            Values::Bool { yes, known } => {
                let cells: BooleanChunked = known.iter().zip(yes.iter()).map(|(known, yes)| known.then_some(yes)).collect();
                cells.into_series()
            }
            Values::Int { values, known } if known.is_all() => Int64Chunked::from_vec(PlSmallStr::EMPTY, values.clone()).into_series(),
            Values::Int { values, known } => {
                let cells: Int64Chunked = known.iter().zip(values).map(|(known, value)| known.then_some(*value)).collect();
                cells.into_series()
            }
            Values::Float { values, known } => {
                let cells: Float64Chunked = known.iter().zip(values).map(|(known, value)| known.then_some(*value)).collect();
                cells.into_series()
            }
            Values::Text(texts) => texts.clone().into_series(),
        }
    }
}

/// Values, and which of them there are.
fn apart<T: Copy + Default>(values: impl Iterator<Item = Option<T>>, len: usize) -> (Vec<T>, Bits) {
    let (mut out, mut known) = (Vec::with_capacity(len), Vec::with_capacity(len));
    for value in values {
        out.push(value.unwrap_or_default());
        known.push(u8::from(value.is_some()));
    }
    (out, Bits::of_bytes(&known))
}

fn gathered(texts: &StringChunked, rows: &[u32]) -> StringChunked {
    let places = IdxCa::from_vec(PlSmallStr::EMPTY, rows.to_vec());
    match texts.take(&places) {
        Ok(taken) => taken,
        // A row that is not there has no text.
        Err(_) => rows.iter().map(|row| texts.get(*row as usize)).collect(),
    }
}

/// Floats in total order as ints; [`float_back`] undoes it.
pub(super) fn ordered_float(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

pub(super) fn float_back(ordered: i64) -> f64 {
    let bits = ordered ^ ((ordered >> 63).cast_unsigned() >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

/// An ordered int as a value of its type; texts have no such form.
pub(super) fn value_back(ordered: i64, physical: Physical) -> Value {
    match physical {
        Physical::Bool => Value::Bool(ordered != 0),
        Physical::Int => Value::Int(ordered),
        Physical::Float => Value::float(float_back(ordered)),
        Physical::Text => Value::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_keep_their_order_as_ints() {
        let values = [f64::MIN, -1.5, -0.0, 0.0, 1e-300, 2.0, f64::MAX];
        for pair in values.windows(2) {
            assert!(ordered_float(pair[0]) < ordered_float(pair[1]));
        }
        for value in values {
            assert_eq!(float_back(ordered_float(value)).to_bits(), value.to_bits());
        }
    }
}
