//! What folds keep beside cells: exact sums of any numbers, the values themselves, and texts.

use super::super::super::error::EngineError;
use super::super::bits::Bits;
use super::super::block::Block;
use super::super::column::Values;
use super::parts::Column;
use crate::builtins::sums::ExactSum;
use crate::ir::NodeId;
use indexmap::{IndexMap, IndexSet};

/// The values of one column by group.
#[derive(Default)]
pub(super) struct Gathered {
    /// Group and value; sorted once all rows were taken.
    pub(super) pairs: Vec<(u32, i64)>,
    /// Texts by the number that stands for them; in order once all rows were taken.
    texts: IndexSet<String>,
    sorted: bool,
}

impl Gathered {
    fn close(&mut self) {
        let before = std::mem::take(&mut self.texts);
        if !before.is_empty() {
            self.texts = before.iter().cloned().collect();
            self.texts.sort_unstable();
            let place = |number: i64| {
                let text = usize::try_from(number).ok().and_then(|number| before.get_index(number))?;
                self.texts.get_index_of(text).and_then(|place| i64::try_from(place).ok())
            };
            for (_, number) in &mut self.pairs {
                *number = place(*number).unwrap_or(*number);
            }
        }
        self.pairs.sort_unstable();
        self.sorted = true;
    }

    /// The text a value of a group stands for.
    pub(super) fn text(&self, number: i64) -> Option<&str> {
        usize::try_from(number).ok().and_then(|number| self.texts.get_index(number)).map(String::as_str)
    }

    /// The values of a group in ascending order.
    pub(super) fn of(&self, group: u32) -> &[(u32, i64)] {
        let from = self.pairs.partition_point(|(other, _)| *other < group);
        let rest = self.pairs.get(from..).unwrap_or_default();
        let len = rest.partition_point(|(other, _)| *other == group);
        rest.get(..len).unwrap_or_default()
    }
}

/// The text at the first or last instant of a group: the instant, and the text if it is known.
type TextEnds = Vec<Option<(i64, Option<String>)>>;

#[derive(Default)]
pub(super) struct Lists {
    exact: IndexMap<(Column, bool), Vec<ExactSum>>,
    pub(super) gathered: IndexMap<Column, Gathered>,
    texts: IndexMap<(Option<NodeId>, Column, bool), TextEnds>,
}

impl Lists {
    /// Sums of values, or of their squares.
    pub(super) fn exact(&mut self, column: Column, squares: bool) -> usize {
        let entry = self.exact.entry((column, squares));
        let at = entry.index();
        entry.or_default();
        at
    }

    pub(super) fn gathered(&mut self, column: Column) -> usize {
        let entry = self.gathered.entry(column);
        let at = entry.index();
        entry.or_default();
        at
    }

    pub(super) fn text_end(&mut self, at: Option<NodeId>, column: Column, last: bool) -> usize {
        let entry = self.texts.entry((at, column, last));
        let at = entry.index();
        entry.or_default();
        at
    }

    pub(super) fn sum_of(&self, list: usize, group: u32) -> Option<&ExactSum> {
        self.exact.get_index(list).and_then(|(_, sums)| sums.get(group as usize))
    }

    pub(super) fn text_of(&self, list: usize, group: u32) -> Option<&str> {
        let (_, ends) = self.texts.get_index(list)?;
        ends.get(group as usize)?.as_ref()?.1.as_deref()
    }

    pub(super) fn reach(&mut self, groups: usize) {
        self.exact.values_mut().for_each(|sums| sums.resize(groups, ExactSum::new()));
        self.texts.values_mut().for_each(|ends| ends.resize(groups, None));
    }

    pub(super) fn close(&mut self) {
        for gathered in self.gathered.values_mut().filter(|gathered| !gathered.sorted) {
            gathered.close();
        }
    }

    pub(super) fn take(&mut self, block: &Block<'_>, groups: &[u32], masks: &[Bits]) -> Result<(), EngineError> {
        for ((column, squares), sums) in &mut self.exact {
            let (values, rows) = counted(block, *column, masks)?;
            for row in rows.ones() {
                let Some(sum) = groups.get(row).and_then(|group| sums.get_mut(*group as usize)) else { continue };
                add(sum, &values, row, *squares);
            }
        }
        for (column, gathered) in &mut self.gathered {
            gathered.sorted = false;
            let (values, rows) = counted(block, *column, masks)?;
            let numbers = match values.as_ref() {
                Values::Text(texts) => texts
                    .iter()
                    .map(|text| text.map_or(0, |text| i64::try_from(number(&mut gathered.texts, text)).unwrap_or(i64::MAX)))
                    .collect(),
                Values::Bool { .. } | Values::Int { .. } | Values::Float { .. } => values.ordered().unwrap_or_default().into_owned(),
            };
            let pairs = rows.ones().filter_map(|row| groups.get(row).copied().zip(numbers.get(row).copied()));
            gathered.pairs.extend(pairs);
        }
        for ((at, column, last), ends) in &mut self.texts {
            take_texts(block, groups, masks, (*at, *column, *last), ends)?;
        }
        Ok(())
    }
}

fn number(texts: &mut IndexSet<String>, text: &str) -> usize {
    match texts.get_index_of(text) {
        Some(number) => number,
        None => texts.insert_full(text.to_owned()).0,
    }
}

fn counted(block: &Block<'_>, column: Column, masks: &[Bits]) -> Result<(std::rc::Rc<Values>, Bits), EngineError> {
    let values = block.values(column.value)?;
    let rows = masks.get(column.mask).map_or_else(|| Bits::none(block.len), |mask| mask.and(&values.known()));
    Ok((values, rows))
}

fn add(sum: &mut ExactSum, values: &Values, row: usize, squares: bool) {
    match values {
        Values::Int { values, known: _ } => {
            let value = values.get(row).copied().unwrap_or(0);
            if squares {
                sum.add(i128::from(value).checked_mul(i128::from(value)));
            } else {
                sum.add_int(value);
            }
        }
        Values::Float { values, known: _ } => {
            let value = values.get(row).copied().unwrap_or(0.0);
            sum.add_float(if squares { value * value } else { value });
        }
        Values::Bool { .. } | Values::Text(_) => {}
    }
}

fn take_texts(
    block: &Block<'_>,
    groups: &[u32],
    masks: &[Bits],
    (at, column, last): (Option<NodeId>, Column, bool),
    ends: &mut TextEnds,
) -> Result<(), EngineError> {
    let values = block.values(column.value)?;
    let Values::Text(texts) = values.as_ref() else { return Ok(()) };
    let Some(mask) = masks.get(column.mask) else { return Ok(()) };
    let at = at.map(|at| block.values(at)).transpose()?;
    for row in mask.ones() {
        let instant = match at.as_deref() {
            Some(at) => match at.get(row).as_int() {
                Some(instant) => instant,
                None => continue,
            },
            None => 0,
        };
        let Some(end) = groups.get(row).and_then(|group| ends.get_mut(*group as usize)) else { continue };
        let text = texts.get(row);
        let replaces = match end {
            None => true,
            Some((held, _)) if instant != *held => (instant > *held) == last,
            Some((_, None)) => text.is_some(),
            Some((_, Some(held))) => text.is_some_and(|text| text != held.as_str() && (text > held.as_str()) == last),
        };
        if replaces {
            *end = Some((instant, text.map(str::to_owned)));
        }
    }
    Ok(())
}
