//! From one column of a file to one physical column: an expression for the values and one for the code of the check pass.

use super::cell::{Cell, Number, Reader, period};
use super::zone::Zone;
use super::{FINE, MISSING, NOT_IN_SET, WRONG};
use crate::types::{Column as Declared, Physical, Type};
use polars::prelude::arity::unary_elementwise_values;
use polars::prelude::*;

/// How a column of a file becomes physical.
#[derive(Clone)]
pub(super) struct Conversion {
    /// The physical values; whatever is wrong is missing.
    pub values: Expr,
    /// One code per cell, `UInt8`.
    pub codes: Expr,
    /// The cell as text, for samples.
    pub shown: Expr,
    /// Whether cells can be fine or missing only.
    pub always_right: bool,
}

/// The type of Polars that holds a physical type.
#[must_use]
pub fn held_as(physical: Physical) -> DataType {
    match physical {
        Physical::Bool => DataType::Boolean,
        Physical::Int => DataType::Int64,
        Physical::Float => DataType::Float64,
        Physical::Text => DataType::String,
    }
}

/// How a column with the given type in the file is read; `None` when the type can never be the declared one.
pub(super) fn conversion(raw: &DataType, header: &str, column: &Declared, zone: Zone) -> Option<Conversion> {
    let cell = col(PlSmallStr::from_str(header));
    let conversion = match raw {
        DataType::String => from_text(cell, column, zone),
        DataType::Categorical(..) | DataType::Enum(..) => from_text(cell.cast(DataType::String), column, zone),
        DataType::Null => native(cell.clone().cast(held_as(column.ty.physical())), cell),
        DataType::Boolean if column.ty == Type::Bool => native(cell.clone(), cell),
        DataType::Date => from_date(cell, column)?,
        DataType::Datetime(unit, zoned) => from_instant(cell, *unit, zoned.is_some(), column, zone)?,
        DataType::Duration(unit) if column.ty == Type::Duration => {
            native(cell.clone().cast(DataType::Int64).floor_div(lit(per_millisecond(*unit))), cell)
        }
        DataType::List(inner) if column.ty == Type::List && **inner == DataType::String => from_list(cell),
        raw if raw.is_primitive_numeric() || raw.is_decimal() => from_number(raw, cell, column, zone)?,
        _ => return None,
    };
    Some(conversion)
}

/// Values that cannot be wrong, only missing.
fn native(values: Expr, cell: Expr) -> Conversion {
    let codes = cell.clone().is_null().cast(DataType::UInt8);
    Conversion { values, codes, shown: cell.cast(DataType::String), always_right: true }
}

fn field(name: &PlSmallStr, dtype: DataType) -> PolarsResult<Field> {
    Ok(Field::new(name.clone(), dtype))
}

/// Lifts a reading of cells over a column.
fn lift<F>(cell: Expr, out: DataType, read: F) -> Expr
where
    F: Fn(&Column) -> PolarsResult<Column> + Send + Sync + 'static,
{
    cell.map(move |column| read(&column), move |_, input| field(input.name(), out.clone()))
}

fn codes_of<T>(name: &PlSmallStr, cells: impl Iterator<Item = Cell<T>>) -> Column {
    let codes: UInt8Chunked = cells.map(|cell| Some(cell.code())).collect();
    codes.with_name(name.clone()).into_column()
}

fn ints_of(name: &PlSmallStr, cells: impl Iterator<Item = Cell<i64>>) -> Column {
    let values: Int64Chunked = cells.map(Cell::value).collect();
    values.with_name(name.clone()).into_column()
}

fn floats_of(name: &PlSmallStr, cells: impl Iterator<Item = Cell<f64>>) -> Column {
    let values: Float64Chunked = cells.map(Cell::value).collect();
    values.with_name(name.clone()).into_column()
}

fn from_text(cell: Expr, column: &Declared, zone: Zone) -> Conversion {
    let reader = Reader::new(column, zone);
    let shown = cell.clone();
    match column.ty.physical() {
        Physical::Text => match &column.ty {
            Type::Choice(allowed) => from_choice(cell, allowed, column),
            _ if !column.values.is_empty() => from_spelled_text(cell, column),
            _ => from_plain_text(cell, column.optional),
        },
        Physical::Float => {
            let values = reader.clone();
            Conversion {
                values: lift(cell.clone(), DataType::Float64, move |column| {
                    Ok(floats_of(column.name(), texts(column.str()?, |text| values.float_text(text))))
                }),
                codes: lift(cell, DataType::UInt8, move |column| {
                    Ok(codes_of(column.name(), texts(column.str()?, |text| reader.float_text(text))))
                }),
                shown,
                always_right: false,
            }
        }
        Physical::Int | Physical::Bool => {
            let values = reader.clone();
            let whole = lift(cell.clone(), DataType::Int64, move |column| {
                Ok(ints_of(column.name(), texts(column.str()?, |text| values.whole_text(text))))
            });
            Conversion {
                values: finished(whole, &column.ty),
                codes: lift(cell, DataType::UInt8, move |column| {
                    Ok(codes_of(column.name(), texts(column.str()?, |text| reader.whole_text(text))))
                }),
                shown,
                always_right: false,
            }
        }
    }
}

/// Booleans are read as 0 and 1.
fn finished(whole: Expr, ty: &Type) -> Expr {
    if *ty == Type::Bool { whole.cast(DataType::Boolean) } else { whole }
}

fn texts<'a, T>(column: &'a StringChunked, read: impl Fn(&str) -> Cell<T> + 'a) -> impl Iterator<Item = Cell<T>> + 'a {
    column.iter().map(move |cell| cell.map_or(Cell::Missing, &read))
}

/// Texts stay untouched; an empty one is missing, as in CSV.
fn from_plain_text(cell: Expr, optional: bool) -> Conversion {
    let empty = cell.clone().eq(lit(""));
    let missing = cell.clone().is_null().or(empty.clone());
    // A required text with an empty cell never gets past the checks, so it needs no rewriting.
    let values = if optional { when(empty).then(lit(NULL).cast(DataType::String)).otherwise(cell.clone()) } else { cell.clone() };
    Conversion { values, codes: missing.cast(DataType::UInt8), shown: cell, always_right: true }
}

/// Texts of which some have other spellings; the others stay untouched.
fn from_spelled_text(cell: Expr, column: &Declared) -> Conversion {
    let Conversion { values, codes, shown, always_right } = from_plain_text(cell, column.optional);
    let spellings = column.values.clone();
    let values = lift(values, DataType::String, move |column| {
        let texts = column.str()?;
        let own = |text: &str| spellings.iter().find(|(spelling, _)| spelling == text).map(|(_, value)| value.as_str());
        // Few texts stand in such a column, and mostly none of them is another spelling.
        if texts.unique()?.iter().flatten().all(|text| own(text).is_none()) {
            return Ok(column.clone());
        }
        let texts = texts.iter().map(|cell| cell.map(|text| own(text).unwrap_or(text)));
        Ok(texts.collect::<StringChunked>().with_name(column.name().clone()).into_column())
    });
    Conversion { values, codes, shown, always_right }
}

/// Sets up to this size are compared value by value, whole columns at once.
const FEW: usize = 16;

fn from_choice(cell: Expr, allowed: &[String], column: &Declared) -> Conversion {
    if column.values.is_empty() && allowed.len() <= FEW {
        return from_plain_choice(cell, allowed, column.optional);
    }
    let known: Vec<(String, String)> =
        column.values.iter().cloned().chain(allowed.iter().map(|value| (value.clone(), value.clone()))).collect();
    let for_codes = known.clone();
    let (as_they_are, also) = (allowed.to_vec(), allowed.to_vec());
    let find = |known: &[(String, String)], text: &str| known.iter().position(|(spelling, _)| spelling == text);
    Conversion {
        values: lift(cell.clone(), DataType::String, move |column| {
            let texts = column.str()?;
            if all_within(texts, &as_they_are) {
                return Ok(column.clone());
            }
            let values: StringChunked = texts
                .iter()
                .map(|cell| cell.and_then(|text| find(&known, text)).and_then(|at| known.get(at)).map(|(_, value)| value.as_str()))
                .collect();
            Ok(values.with_name(column.name().clone()).into_column())
        }),
        codes: lift(cell.clone(), DataType::UInt8, move |column| {
            let texts = column.str()?;
            if all_within(texts, &also) {
                return Ok(UInt8Chunked::full(column.name().clone(), FINE, texts.len()).into_column());
            }
            let codes = texts.iter().map(|cell| match cell {
                None | Some("") => Some(MISSING),
                Some(text) if find(&for_codes, text).is_some() => Some(FINE),
                Some(_) => Some(NOT_IN_SET),
            });
            Ok(codes.collect::<UInt8Chunked>().with_name(column.name().clone()).into_column())
        }),
        shown: cell,
        always_right: false,
    }
}

/// Which cells are values of a small set as they stand, whole columns at once.
fn within(texts: &StringChunked, allowed: &[String]) -> BooleanChunked {
    let none = BooleanChunked::full(PlSmallStr::EMPTY, false, texts.len());
    allowed.iter().fold(none, |fine, value| fine | texts.equal(value.as_str()))
}

/// Whether every cell is there and a value as it stands. Of large sets this is not asked.
fn all_within(texts: &StringChunked, allowed: &[String]) -> bool {
    allowed.len() <= FEW && texts.null_count() == 0 && within(texts, allowed).sum() == IdxSize::try_from(texts.len()).ok()
}

/// A closed set whose values stand in the file as they are. What is not in the set never gets past the checks.
fn from_plain_choice(cell: Expr, allowed: &[String], optional: bool) -> Conversion {
    let Conversion { values, .. } = from_plain_text(cell.clone(), optional);
    let allowed = allowed.to_vec();
    let codes = lift(cell.clone(), DataType::UInt8, move |column| {
        let texts = column.str()?;
        let fine = within(texts, &allowed);
        let all_fine = texts.null_count() == 0 && fine.sum() == IdxSize::try_from(texts.len()).ok();
        let codes: UInt8Chunked = if all_fine {
            UInt8Chunked::full(PlSmallStr::EMPTY, FINE, texts.len())
        } else {
            let code = |(cell, fine): (Option<&str>, Option<bool>)| match (cell, fine) {
                (None | Some(""), _) => Some(MISSING),
                (_, Some(true)) => Some(FINE),
                (_, _) => Some(NOT_IN_SET),
            };
            texts.iter().zip(fine.iter()).map(code).collect()
        };
        Ok(codes.with_name(column.name().clone()).into_column())
    });
    Conversion { values, codes, shown: cell, always_right: false }
}

fn from_list(cell: Expr) -> Conversion {
    let values = lift(cell.clone(), DataType::String, |column| {
        let lists = column.list()?;
        let joined: StringChunked = (0..lists.len())
            .map(|at| {
                let items = lists.get_as_series(at)?;
                let texts: Vec<&str> = items.str().ok()?.iter().flatten().collect();
                Some(texts.join(";"))
            })
            .collect();
        Ok(joined.with_name(column.name().clone()).into_column())
    });
    let codes = cell.is_null().cast(DataType::UInt8);
    Conversion { shown: values.clone(), values, codes, always_right: true }
}

fn from_number(raw: &DataType, cell: Expr, column: &Declared, zone: Zone) -> Option<Conversion> {
    match column.ty.physical() {
        Physical::Text => return None,
        Physical::Int if column.ty == Type::Int && raw.is_signed_integer() && *raw != DataType::Int128 => {
            return Some(native(cell.clone().cast(DataType::Int64), cell));
        }
        Physical::Float if raw.is_float() => return Some(from_float(cell)),
        Physical::Bool | Physical::Int | Physical::Float => {}
    }
    if column.ty.is_moment() && column.format.is_none() {
        return None;
    }
    if let (DataType::Decimal(precision, scale), Type::Money) = (raw, &column.ty)
        && *scale <= FEN_DECIMALS
        && precision + (FEN_DECIMALS - scale) <= MOST_DIGITS
    {
        return Some(native(fen(cell.clone(), *scale), cell));
    }
    let reader = Reader::new(column, zone);
    let for_codes = reader.clone();
    let shown = cell.clone().cast(DataType::String);
    if column.ty.physical() == Physical::Float {
        let values = lift(cell.clone(), DataType::Float64, move |column| {
            Ok(floats_of(column.name(), numbers(column, |number| reader.float_number(number))?.into_iter()))
        });
        let codes = lift(cell, DataType::UInt8, move |column| {
            Ok(codes_of(column.name(), numbers(column, |number| for_codes.float_number(number))?.into_iter()))
        });
        return Some(Conversion { values, codes, shown, always_right: false });
    }
    let whole = lift(cell.clone(), DataType::Int64, move |column| {
        Ok(ints_of(column.name(), numbers(column, |number| reader.whole_number(number))?.into_iter()))
    });
    let codes = lift(cell, DataType::UInt8, move |column| {
        Ok(codes_of(column.name(), numbers(column, |number| for_codes.whole_number(number))?.into_iter()))
    });
    Some(Conversion { values: finished(whole, &column.ty), codes, shown, always_right: false })
}

/// Decimals of an amount in yuan.
const FEN_DECIMALS: usize = 2;

/// Any number of so many digits fits 64 bits.
const MOST_DIGITS: usize = 18;

/// Amounts that are whole fen by their type.
fn fen(cell: Expr, scale: usize) -> Expr {
    let factor = 10_i64.pow(u32::try_from(FEN_DECIMALS.saturating_sub(scale)).unwrap_or(0));
    lift(cell, DataType::Int64, move |column| {
        let held = column.decimal()?.physical();
        // The precision says that every number fits.
        let amounts: Int64Chunked =
            unary_elementwise_values(held, |digits: i128| i64::try_from(digits).unwrap_or(i64::MAX).saturating_mul(factor));
        Ok(amounts.with_name(column.name().clone()).into_column())
    })
}

/// NaN and infinity are missing, and there is one zero.
fn from_float(cell: Expr) -> Conversion {
    let number = cell.clone().cast(DataType::Float64);
    let values = when(number.clone().is_finite()).then(number.clone() + lit(0.0)).otherwise(lit(NULL).cast(DataType::Float64));
    let codes = number.is_finite().fill_null(lit(false)).not().cast(DataType::UInt8);
    Conversion { values, codes, shown: cell.cast(DataType::String), always_right: true }
}

fn numbers<T>(column: &Column, read: impl Fn(Number) -> Cell<T>) -> PolarsResult<Vec<Cell<T>>> {
    let cells = match column.dtype() {
        DataType::Decimal(_, scale) => {
            let scale = u32::try_from(*scale).unwrap_or(u32::MAX);
            let held = column.decimal()?.physical();
            held.iter().map(|cell| cell.map_or(Cell::Missing, |digits| read(Number::Decimal(digits, scale)))).collect()
        }
        dtype if dtype.is_float() => {
            let held = column.cast(&DataType::Float64)?;
            held.f64()?.iter().map(|cell| cell.map_or(Cell::Missing, |value| read(Number::Float(value)))).collect()
        }
        _ => {
            let held = column.cast(&DataType::Int128)?;
            held.i128()?.iter().map(|cell| cell.map_or(Cell::Missing, |value| read(Number::Decimal(value, 0)))).collect()
        }
    };
    Ok(cells)
}

fn from_date(cell: Expr, column: &Declared) -> Option<Conversion> {
    const DAY: i64 = 86_400_000;
    let days = cell.clone().to_physical().cast(DataType::Int64);
    let values = match column.ty {
        Type::Date => days,
        Type::Time => days * lit(DAY),
        Type::Month => period_start(days * lit(DAY), 1),
        Type::Quarter => period_start(days * lit(DAY), 3),
        _ => return None,
    };
    Some(native(values, cell))
}

fn from_instant(cell: Expr, unit: TimeUnit, zoned: bool, column: &Declared, zone: Zone) -> Option<Conversion> {
    const DAY: i64 = 86_400_000;
    let held = cell.clone().to_physical().cast(DataType::Int64);
    let naive = if unit == TimeUnit::Milliseconds { held } else { held.floor_div(lit(per_millisecond(unit))) };
    let time = if zoned { local(naive, zone) } else { naive };
    match column.ty {
        Type::Time => Some(native(time, cell)),
        Type::Month => Some(native(period_start(time, 1), cell)),
        Type::Quarter => Some(native(period_start(time, 3), cell)),
        Type::Date => {
            let midnight = (time.clone() % lit(DAY)).eq(lit(0_i64));
            let codes = when(cell.clone().is_null())
                .then(lit(MISSING))
                .when(midnight.clone())
                .then(lit(FINE))
                .otherwise(lit(WRONG))
                .cast(DataType::UInt8);
            let values = when(midnight).then(time.floor_div(lit(DAY))).otherwise(lit(NULL).cast(DataType::Int64));
            Some(Conversion { values, codes, shown: cell.cast(DataType::String), always_right: false })
        }
        _ => None,
    }
}

fn per_millisecond(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => 1_000_000,
        TimeUnit::Microseconds => 1_000,
        TimeUnit::Milliseconds => 1,
    }
}

fn local(utc: Expr, zone: Zone) -> Expr {
    match zone {
        Zone::Fixed(shift) => utc + lit(shift),
        Zone::Named(_) => each(utc, move |value| zone.local(value)),
    }
}

fn period_start(time: Expr, months: u32) -> Expr {
    each(time, move |value| period(value, months))
}

fn each(values: Expr, read: impl Fn(i64) -> Option<i64> + Send + Sync + 'static) -> Expr {
    lift(values, DataType::Int64, move |column| {
        let out: Int64Chunked = column.i64()?.iter().map(|cell| cell.and_then(&read)).collect();
        Ok(out.with_name(column.name().clone()).into_column())
    })
}
