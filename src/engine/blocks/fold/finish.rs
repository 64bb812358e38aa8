//! From what groups hold to what folds mean: nothing, too little, and the closing formulas.

use super::super::column::{Values, value_back};
use super::super::keys::{NO_GROUP, NO_KEY};
use super::parts::{Folding, or_missing};
use crate::builtins::round_value;
use crate::builtins::sums::{float_deviation, int_deviation, quantile_place, rounded_quotient};
use crate::types::{Physical, Value};

/// What the result is made of.
#[derive(Debug, Clone, Copy)]
enum Formula {
    Count(usize),
    Exists(usize),
    IntSum { sum: usize, known: usize },
    IntMean { sum: usize, known: usize },
    FloatSum(usize),
    FloatMean(usize),
    Deviation { sums: usize, squares: usize, of: Physical },
    End { cell: usize, known: usize, of: Physical },
    Timed { cells: usize, of: Physical },
    Text(usize),
    Place { list: usize, quantile: u32, of: Physical },
    Distinct(usize),
}

/// How the result of one fold is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finish {
    formula: Formula,
    /// The cell that counts rows, and how many there must be.
    enough: Option<(usize, i64)>,
    /// How the result is held.
    held: Physical,
}

type Enough = Option<(usize, i64)>;

impl Finish {
    pub(super) fn count(cell: usize, enough: Enough) -> Finish {
        Finish { formula: Formula::Count(cell), enough, held: Physical::Int }
    }

    pub(super) fn exists(cell: usize, enough: Enough) -> Finish {
        Finish { formula: Formula::Exists(cell), enough, held: Physical::Bool }
    }

    pub(super) fn int_sum(sum: usize, known: usize, enough: Enough) -> Finish {
        Finish { formula: Formula::IntSum { sum, known }, enough, held: Physical::Int }
    }

    pub(super) fn int_mean(sum: usize, known: usize, held: Physical, enough: Enough) -> Finish {
        Finish { formula: Formula::IntMean { sum, known }, enough, held }
    }

    pub(super) fn float_sum(list: usize, enough: Enough) -> Finish {
        Finish { formula: Formula::FloatSum(list), enough, held: Physical::Float }
    }

    pub(super) fn float_mean(list: usize, held: Physical, enough: Enough) -> Finish {
        Finish { formula: Formula::FloatMean(list), enough, held }
    }

    pub(super) fn deviation(sums: usize, squares: usize, of: Physical, held: Physical, enough: Enough) -> Finish {
        Finish { formula: Formula::Deviation { sums, squares, of }, enough, held }
    }

    pub(super) fn end(cell: usize, known: usize, of: Physical, enough: Enough) -> Finish {
        Finish { formula: Formula::End { cell, known, of }, enough, held: of }
    }

    pub(super) fn timed(cells: usize, of: Physical, enough: Enough) -> Finish {
        Finish { formula: Formula::Timed { cells, of }, enough, held: of }
    }

    pub(super) fn text(list: usize, enough: Enough) -> Finish {
        Finish { formula: Formula::Text(list), enough, held: Physical::Text }
    }

    pub(super) fn place(list: usize, quantile: u32, of: Physical, enough: Enough) -> Finish {
        Finish { formula: Formula::Place { list, quantile, of }, enough, held: of }
    }

    pub(super) fn distinct(list: usize, enough: Enough) -> Finish {
        Finish { formula: Formula::Distinct(list), enough, held: Physical::Int }
    }

    /// One result per group; missing for rows without key.
    pub(super) fn values(&self, folding: &Folding, groups: &[u32]) -> Values {
        let value = |group: &u32| if *group == NO_KEY { Value::Missing } else { self.value(folding, *group) };
        if let (None, Some(values)) = (self.enough, self.plain(folding, groups)) {
            return values;
        }
        match self.held {
            Physical::Int => Values::ints(groups.iter().map(|group| value(group).as_int()), groups.len()),
            Physical::Bool | Physical::Float | Physical::Text => Values::collect(groups.iter().map(value), self.held, groups.len()),
        }
    }

    /// The commonest results, read from cells without a detour over single values.
    fn plain(&self, folding: &Folding, groups: &[u32]) -> Option<Values> {
        let cells = &folding.cells;
        let len = groups.len();
        Some(match self.formula {
            Formula::Count(cell) => Values::ints(
                groups.iter().map(|group| match *group {
                    NO_KEY => None,
                    NO_GROUP => Some(0),
                    group => cells.count(group, cell),
                }),
                len,
            ),
            Formula::IntSum { sum, known } => {
                let total = |group: u32| cells.exact(group, sum).and_then(|sum| i64::try_from(sum).ok());
                let some = |group: u32| group < NO_GROUP && cells.count(group, known).is_some_and(|count| count > 0);
                Values::ints(groups.iter().map(|group| if some(*group) { total(*group) } else { None }), len)
            }
            Formula::End { cell, known, of: Physical::Int } => {
                let some = |group: u32| group < NO_GROUP && cells.count(group, known).is_some_and(|count| count > 0);
                Values::ints(groups.iter().map(|group| if some(*group) { cells.get(*group, cell) } else { None }), len)
            }
            Formula::Exists(_)
            | Formula::IntMean { .. }
            | Formula::FloatSum(_)
            | Formula::FloatMean(_)
            | Formula::Deviation { .. }
            | Formula::End { .. }
            | Formula::Timed { .. }
            | Formula::Text(_)
            | Formula::Place { .. }
            | Formula::Distinct(_) => return None,
        })
    }

    fn value(&self, folding: &Folding, group: u32) -> Value {
        let cells = &folding.cells;
        let count = |cell: usize| if group == NO_GROUP { 0 } else { cells.count(group, cell).unwrap_or(0) };
        if let Some((rows, least)) = self.enough {
            if count(rows) < least {
                return Value::Missing;
            }
        }
        match self.formula {
            Formula::Count(cell) => Value::Int(count(cell)),
            Formula::Exists(cell) => Value::Bool(count(cell) > 0),
            Formula::IntSum { sum, known } if count(known) > 0 => {
                or_missing(cells.exact(group, sum).and_then(|sum| i64::try_from(sum).ok()).map(Value::Int))
            }
            Formula::IntMean { sum, known } if count(known) > 0 => {
                or_missing(cells.exact(group, sum).map(|sum| self.mean(sum, count(known))))
            }
            Formula::IntSum { .. } | Formula::IntMean { .. } => Value::Missing,
            Formula::FloatSum(list) => or_missing(folding.lists.sum_of(list, group).map(|sum| sum.float_sum())),
            Formula::FloatMean(list) => self.as_held(or_missing(folding.lists.sum_of(list, group).map(|sum| sum.float_mean()))),
            Formula::Deviation { sums, squares, of } => {
                let (sums, squares) = (folding.lists.sum_of(sums, group), folding.lists.sum_of(squares, group));
                let deviation = sums.zip(squares).and_then(|(sums, squares)| {
                    let of_totals = if of == Physical::Float { float_deviation } else { int_deviation };
                    Some(of_totals(sums.count(), sums.total()?, squares.total()?))
                });
                self.as_held(or_missing(deviation))
            }
            Formula::End { cell, known, of } if count(known) > 0 => or_missing(cells.get(group, cell).map(|cell| value_back(cell, of))),
            Formula::End { .. } => Value::Missing,
            Formula::Timed { cells: at, of } => or_missing(cells.at_end(group, at).map(|value| value_back(value, of))),
            Formula::Text(list) => or_missing(folding.lists.text_of(list, group).map(|text| Value::Text(text.to_owned()))),
            Formula::Place { list, quantile, of } => {
                let Some((_, gathered)) = folding.lists.gathered.get_index(list) else { return Value::Missing };
                let values = gathered.of(group);
                let place = quantile_place(quantile, u64::try_from(values.len()).unwrap_or(u64::MAX));
                let at = usize::try_from(place.saturating_sub(1)).unwrap_or(usize::MAX);
                match values.get(at) {
                    Some((_, number)) if of == Physical::Text => {
                        or_missing(gathered.text(*number).map(|text| Value::Text(text.to_owned())))
                    }
                    Some((_, value)) => value_back(*value, of),
                    None => Value::Missing,
                }
            }
            Formula::Distinct(list) => {
                let values = folding.lists.gathered.get_index(list).map(|(_, gathered)| gathered.of(group)).unwrap_or_default();
                let different = values.chunk_by(|a, b| a == b).count();
                or_missing(i64::try_from(different).ok().map(Value::Int))
            }
        }
    }

    /// The mean of ints: an int rounded half away from zero, or a float.
    #[allow(clippy::cast_precision_loss)]
    fn mean(&self, sum: i128, count: i64) -> Value {
        if self.held == Physical::Int {
            or_missing(u64::try_from(count).ok().and_then(|count| rounded_quotient(sum, count)).map(Value::Int))
        } else {
            Value::float(sum as f64 / count as f64)
        }
    }

    fn as_held(&self, value: Value) -> Value {
        if self.held == Physical::Int { round_value(&value) } else { value }
    }
}
