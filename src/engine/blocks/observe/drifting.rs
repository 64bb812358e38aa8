//! Who came first and who came later: the characteristics of units in the order in which they came.

use super::names::Names;
use super::{Members, View};
use crate::engine::error::EngineError;
use crate::evaluate::drift::{binned, reference_edges};
use crate::evaluate::observed::{Halves, ObservedCharacteristic, ObservedDrift};
use crate::ir::{Characteristic, Drift, NodeId, Program};

/// Bins of a number: the tenths of the first half.
const TENTHS: u32 = 10;

/// The place of every unit in the order, and its characteristics.
pub(super) struct Drifting<'t> {
    drift: &'t Drift,
    along: NodeId,
    places: Vec<Option<i64>>,
    of: Vec<Seen<'t>>,
}

/// One characteristic of every unit.
struct Seen<'t> {
    own: &'t Characteristic,
    names: Names<'t>,
    which: Vec<u32>,
    numbers: Vec<f64>,
}

impl<'t> Drifting<'t> {
    /// `None` where nothing was registered.
    pub(super) fn wanted(program: &Program, drift: Option<&'t Drift>, entry: Option<NodeId>) -> Option<Drifting<'t>> {
        let drift = drift?;
        let along = drift.along.as_ref().map(|(node, _)| *node).or(entry)?;
        let seen = |own: &'t Characteristic| {
            let names = Names::new(program.type_of(own.value).clone(), &own.levels);
            Seen { own, names, which: Vec::new(), numbers: Vec::new() }
        };
        Some(Drifting { drift, along, places: Vec::new(), of: drift.of.iter().map(seen).collect() })
    }

    pub(super) fn take(&mut self, view: &View<'_>, members: &Members) -> Result<(), EngineError> {
        let along = view.reading(self.along)?;
        self.places.extend(members.rows.iter().map(|row| along.get(*row as usize)));
        for seen in &mut self.of {
            if seen.own.tenths {
                let reading = view.reading(seen.own.value)?;
                seen.numbers.extend(members.rows.iter().map(|row| reading.float(*row as usize)));
                continue;
            }
            seen.which.extend(seen.names.of(&*view.values(seen.own.value)?, &members.rows));
        }
        Ok(())
    }

    /// Both halves counted. Whoever has no place in the order is in neither.
    pub(super) fn finish(self) -> ObservedDrift {
        let mut sorted: Vec<i64> = self.places.iter().flatten().copied().collect();
        sorted.sort_unstable();
        let unplaced = (self.places.len() - sorted.len()) as u64;
        let split = split(&sorted);
        let later = |at: usize| self.places.get(at).copied().flatten().map(|place| split.is_some_and(|split| place >= split));
        let mut units = Halves::default();
        (0..self.places.len()).for_each(|at| units.add(later(at)));
        ObservedDrift {
            along: self.drift.along.as_ref().map(|(_, name)| name.clone()),
            units,
            unplaced,
            of: self.of.iter().map(|seen| seen.counted(&later)).collect(),
        }
    }
}

/// The least place of the later half: the middle, or the next place where all of the first half came at once.
fn split(sorted: &[i64]) -> Option<i64> {
    let (least, middle) = (sorted.first()?, sorted.get(sorted.len() / 2)?);
    if middle > least { Some(*middle) } else { sorted.iter().find(|place| *place > least).copied() }
}

impl Seen<'_> {
    fn counted(&self, later: &dyn Fn(usize) -> Option<bool>) -> ObservedCharacteristic {
        let mut bins = if self.own.tenths { self.by_tenths(later) } else { self.by_value(later) };
        bins.retain(|(_, _, halves)| halves.first + halves.later > 0);
        ObservedCharacteristic { bins }
    }

    fn by_value(&self, later: &dyn Fn(usize) -> Option<bool>) -> Vec<(String, Option<String>, Halves)> {
        let mut counts = vec![Halves::default(); self.names.len()];
        for (at, which) in self.which.iter().enumerate() {
            let Some(count) = counts.get_mut(*which as usize) else { continue };
            count.add(later(at));
        }
        let told = self.names.told().zip(counts).map(|((place, name, label), count)| (place, name, label, count));
        let mut bins: Vec<(usize, String, Option<String>, Halves)> = told.collect();
        bins.sort_by(|(a, left, _, _), (b, right, _, _)| (a, left).cmp(&(b, right)));
        bins.into_iter().map(|(_, name, label, count)| (name, label, count)).collect()
    }

    /// Bins are numbered from the least; their bounds are values of single customers and are not told.
    fn by_tenths(&self, later: &dyn Fn(usize) -> Option<bool>) -> Vec<(String, Option<String>, Halves)> {
        let half = |wanted: bool| -> Vec<f64> {
            let own = self.numbers.iter().enumerate().filter(|(at, _)| later(*at) == Some(wanted));
            own.map(|(_, number)| *number).collect()
        };
        let (first, rest) = (half(false), half(true));
        let known = |numbers: &[f64]| -> Vec<f64> { numbers.iter().copied().filter(|number| !number.is_nan()).collect() };
        let edges = reference_edges(&known(&first), TENTHS).unwrap_or_default();
        let (before, after) = (binned(&known(&first), &edges), binned(&known(&rest), &edges));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
        let whole = |count: &f64| *count as u64;
        let mut bins: Vec<(String, Option<String>, Halves)> = before
            .iter()
            .zip(&after)
            .enumerate()
            .map(|(at, (first, later))| (format!("#{}", at + 1), None, Halves { first: whole(first), later: whole(later) }))
            .collect();
        let missing = |numbers: &[f64]| numbers.iter().filter(|number| number.is_nan()).count() as u64;
        bins.push((String::new(), None, Halves { first: missing(&first), later: missing(&rest) }));
        bins
    }
}
