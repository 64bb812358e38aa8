//! Values of a node as whole numbers that can be tallied exactly.

use super::super::bits::Bits;
use super::super::column::Values;
use crate::evaluate::tally::Scale;
use crate::types::Physical;

/// Values of one node for the rows of a block.
pub(super) struct Reading {
    pub(super) scale: Scale,
    whole: Vec<i64>,
    /// A value too large to be squared is not known.
    known: Bits,
}

/// The scale of values that are held so.
pub(super) fn scale_of(physical: Physical) -> Scale {
    match physical {
        Physical::Bool | Physical::Int | Physical::Text => Scale::Whole,
        Physical::Float => Scale::Billionths,
    }
}

impl Reading {
    pub(super) fn of(values: &Values) -> Reading {
        match values {
            Values::Bool { yes, known } => {
                Reading { scale: Scale::Whole, whole: yes.iter().map(i64::from).collect(), known: known.clone() }
            }
            Values::Int { values, known } => Reading { scale: Scale::Whole, whole: values.clone(), known: known.clone() },
            Values::Float { values, known } => {
                let whole: Vec<Option<i64>> = values.iter().map(|value| Scale::Billionths.whole(*value)).collect();
                let small = Bits::of_each(&whole, |whole| whole.is_some());
                let whole = whole.into_iter().map(Option::unwrap_or_default).collect();
                Reading { scale: Scale::Billionths, whole, known: known.and(&small) }
            }
            Values::Text(texts) => Reading { scale: Scale::Whole, whole: vec![0; texts.len()], known: Bits::none(texts.len()) },
        }
    }

    /// The value of a row in the reading's scale.
    pub(super) fn get(&self, row: usize) -> Option<i64> {
        self.known.get(row).then(|| self.whole.get(row).copied()).flatten()
    }

    /// The value of a row as a number; "not a number" where there is none.
    #[allow(clippy::cast_precision_loss)]
    pub(super) fn float(&self, row: usize) -> f64 {
        self.get(row).map_or(f64::NAN, |whole| whole as f64 / self.scale.units())
    }
}
