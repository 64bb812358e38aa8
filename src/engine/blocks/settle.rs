//! Level by level: what looks beyond its own row is prepared, each table read at most once per level.

use super::super::error::EngineError;
use super::super::shape::is_boundary;
use super::Blocks;
use super::association::Holdings;
use super::block::{Block, Rows};
use super::constants::Wanted;
use super::crossing::Firings;
use super::fold::{Correlated, Pass, row_roots};
use super::held::Held;
use super::keys::Keys;
use super::plan::Plan;
use super::population::{Places, Ranking, Sample};
use super::prepared::Prepared;
use super::source::Source;
use super::stored::Stored;
use crate::ir::{Aggregate, Association, Kind, Link, NodeId, PlaceEntry, Population};
use crate::types::{ColumnId, Physical, TableId, Value};
use indexmap::{IndexMap, IndexSet};
use std::rc::Rc;

/// Something that takes all rows of a table.
enum Taker {
    Fold(Pass),
    /// Nodes that step into the table, with the node whose values they read.
    Hold {
        held: Held,
        key: HeldBy,
        steps: Vec<(NodeId, NodeId)>,
        folds: Vec<NodeId>,
    },
    Crossing(NodeId, Firings),
    /// Nodes that say different things of the same best.
    Holdings(Vec<NodeId>, Association, Holdings),
    Scores {
        id: NodeId,
        sample: Sample,
        best_low: bool,
        missing_worst: bool,
    },
    Threshold {
        id: NodeId,
        sample: Sample,
        share: NodeId,
    },
    /// Nodes with the entry each asks for.
    Places {
        nodes: Vec<(NodeId, u32)>,
        ranking: Ranking,
    },
    Total {
        id: NodeId,
        flag: NodeId,
        count: i64,
    },
}

/// What one pass over a table leaves.
#[derive(Default)]
struct Passed {
    prepared: Vec<(NodeId, Prepared)>,
    scalars: Vec<(NodeId, Value)>,
    stored: Vec<(NodeId, Stored)>,
}

/// What has to see the rows of which table.
type Takers = IndexMap<TableId, Vec<Taker>>;

/// Folds by table and key of its rows.
type Folds<'a> = IndexMap<(TableId, Option<NodeId>), Vec<(NodeId, &'a Aggregate)>>;

/// Folds that look at each linked row, likewise.
type Holds = IndexMap<(TableId, Option<NodeId>), Vec<NodeId>>;

/// Steps into a table, with the node each reads there.
type Steps = IndexMap<TableId, Vec<(NodeId, NodeId)>>;

/// What rows are held by.
enum HeldBy {
    Column(ColumnId),
    Node(NodeId),
    Nothing,
}

impl Blocks<'_> {
    pub(super) fn settle(&mut self, reachable: &[NodeId], wanted: Wanted<'_>) -> Result<(), EngineError> {
        let highest = reachable.iter().map(|id| self.shape.level(*id)).max().unwrap_or(0);
        for level in 0..=highest {
            let reachable = self.living(wanted)?;
            let mut boundary = Vec::new();
            for id in reachable.iter().filter(|id| self.shape.level(**id) == level) {
                if is_boundary(&self.node(*id)?.kind) && !self.scalars.contains_key(id) {
                    boundary.push(*id);
                }
            }
            for (table, takers) in self.takers(&boundary)? {
                let frontier =
                    if self.is_last(table, level, &reachable) { self.frontier(table, &takers, wanted)? } else { IndexSet::new() };
                let Passed { prepared, scalars, stored } = self.pass(table, takers, &frontier)?;
                self.ready.extend(prepared);
                self.scalars.extend(scalars);
                self.stored.extend(stored);
            }
            self.settle_scalars(&reachable, level)?;
            self.spread(&reachable)?;
            self.forget(wanted)?;
        }
        Ok(())
    }

    /// What has to see the rows of which table.
    fn takers(&self, boundary: &[NodeId]) -> Result<Takers, EngineError> {
        let mut folds: Folds<'_> = IndexMap::new();
        let mut holds: Holds = IndexMap::new();
        let mut steps: Steps = IndexMap::new();
        let mut pools: IndexMap<(TableId, &[PlaceEntry]), Vec<(NodeId, u32)>> = IndexMap::new();
        let mut alike: IndexMap<Association, Vec<NodeId>> = IndexMap::new();
        let mut out: Takers = IndexMap::new();
        for id in boundary {
            match &self.node(*id)?.kind {
                Kind::Aggregate(aggregate) => {
                    let row_key = row_key(&aggregate.link);
                    if self.is_correlated(*id, aggregate)? {
                        holds.entry((aggregate.table, row_key)).or_default().push(*id);
                    } else {
                        folds.entry((aggregate.table, row_key)).or_default().push((*id, aggregate));
                    }
                }
                Kind::Via { key: _, table, value } => steps.entry(*table).or_default().push((*id, *value)),
                Kind::FirstCrossing(crossing) => {
                    let taker = Taker::Crossing(*id, Firings::new(crossing));
                    out.entry(crossing.table).or_default().push(taker);
                }
                Kind::Association(association) => {
                    self.refuse_open(*id)?;
                    alike.entry(Holdings::of_whatever_it_gives(association)).or_default().push(*id);
                }
                Kind::Population(population) => {
                    self.refuse_open(*id)?;
                    if let Population::Place { entries, at } = population.as_ref() {
                        let table = self.node(*id)?.space.ok_or(EngineError::Damaged(*id))?;
                        pools.entry((table, entries.as_slice())).or_default().push((*id, *at));
                    } else {
                        let (table, taker) = self.population(*id, population)?;
                        out.entry(table).or_default().push(taker);
                    }
                }
                _ => return Err(EngineError::Damaged(*id)),
            }
        }
        for ((table, entries), nodes) in pools {
            let ranking = Ranking::new(entries, self.key(table)?);
            out.entry(table).or_default().push(Taker::Places { nodes, ranking });
        }
        for (association, nodes) in alike {
            let table = association.table;
            out.entry(table).or_default().push(Taker::Holdings(nodes, association, Holdings::new()));
        }
        self.keyed(folds, &mut out)?;
        self.held(holds, steps, &mut out)?;
        Ok(out)
    }

    /// Folds of one table by one key are one pass.
    fn keyed(&self, folds: Folds<'_>, out: &mut Takers) -> Result<(), EngineError> {
        for ((table, row_key), folds) in folds {
            let seed = self.seed(table, &folds)?;
            let pass = Pass::new(self, row_key, folds, seed)?;
            out.entry(table).or_default().push(Taker::Fold(pass));
        }
        Ok(())
    }

    /// Tables whose rows are looked at one by one.
    fn held(&self, holds: Holds, steps: Steps, out: &mut Takers) -> Result<(), EngineError> {
        for ((table, row_key), folds) in holds {
            let mut roots = Vec::new();
            for id in &folds {
                if let Kind::Aggregate(aggregate) = &self.node(*id)?.kind {
                    roots.extend(row_roots(aggregate));
                }
            }
            let columns = self.plan(&roots, &IndexSet::new())?.columns;
            let key = row_key.map_or(HeldBy::Nothing, HeldBy::Node);
            let held = Held::new(self.schema(table)?, table, &columns, row_key.is_none());
            out.entry(table).or_default().push(Taker::Hold { held, key, steps: Vec::new(), folds });
        }
        for (table, steps) in steps {
            let roots: Vec<NodeId> = steps.iter().map(|(_, value)| *value).collect();
            if roots.iter().any(|value| self.shape.is_open(*value)) {
                return Err(EngineError::Unsupported { what: String::from("a step to another table that depends on a surrounding row") });
            }
            let columns = self.plan(&roots, &IndexSet::new())?.columns;
            let key = HeldBy::Column(*self.key(table)?.first().ok_or(EngineError::NoTable(table))?);
            let held = Held::new(self.schema(table)?, table, &columns, false);
            out.entry(table).or_default().push(Taker::Hold { held, key, steps, folds: Vec::new() });
        }
        Ok(())
    }

    /// The keys of the table that folds are for, one group per row in the order of its rows, where that pays: between long tables,
    /// joined by the table's own key. Neighbours then stay neighbours, and only the folded rows have to be looked up.
    fn seed(&self, table: TableId, folds: &[(NodeId, &Aggregate)]) -> Result<Option<(TableId, Rc<Keys>)>, EngineError> {
        let outer = |aggregate: &Aggregate| match &aggregate.link {
            Link::Key { row_key: _, outer_key } => Some(*outer_key),
            Link::Everyone => None,
        };
        let Some(key) = folds.first().and_then(|(_, aggregate)| outer(aggregate)) else { return Ok(None) };
        if folds.iter().any(|(_, aggregate)| outer(aggregate) != Some(key)) {
            return Ok(None);
        }
        let node = self.node(key)?;
        let (Kind::Column(column), Some(space)) = (&node.kind, node.space) else { return Ok(None) };
        let long = |table: TableId| self.sources.get(&table).is_some_and(|source| !source.is_kept());
        if self.key(space)? != [*column] || !long(table) || !long(space) {
            return Ok(None);
        }
        let mut keys = Keys::new();
        let mut rows = 0_usize;
        self.each_block(space, &Plan::default(), &[*column], |block| {
            keys.insert(Some(&*block.read(*column)?), block.len);
            rows += block.len;
            Ok(())
        })?;
        keys.close();
        // A key that repeats or is missing would put later rows in the groups of others.
        Ok((keys.groups() as usize == rows).then(|| (space, Rc::new(keys))))
    }

    /// No checked program asks for a population that depends on a surrounding row.
    fn refuse_open(&self, id: NodeId) -> Result<(), EngineError> {
        if self.shape.own_operands(&self.node(id)?.kind).iter().any(|operand| self.shape.is_open(*operand)) {
            return Err(EngineError::Unsupported { what: String::from("a fact about a population that depends on a surrounding row") });
        }
        Ok(())
    }

    fn population(&self, id: NodeId, population: &Population) -> Result<(TableId, Taker), EngineError> {
        let table_of = |id: NodeId| self.node(id)?.space.ok_or(EngineError::Damaged(id));
        let own = || self.node(id)?.space.ok_or(EngineError::Damaged(id));
        let sample = |table: TableId, value: NodeId, within: Option<NodeId>| Sample::new(value, within, self.rows_of(table));
        Ok(match population {
            Population::Quintile { value, best_low, missing_worst, within } => {
                let (table, best_low, missing_worst) = (own()?, *best_low, *missing_worst);
                (table, Taker::Scores { id, sample: sample(table, *value, *within), best_low, missing_worst })
            }
            Population::Top { value, share, within } => {
                let table = own()?;
                (table, Taker::Threshold { id, sample: sample(table, *value, *within), share: *share })
            }
            // Places are pooled.
            Population::Place { .. } => return Err(EngineError::Damaged(id)),
            Population::Total { flag } => (table_of(*flag)?, Taker::Total { id, flag: *flag, count: 0 }),
        })
    }

    fn rows_of(&self, table: TableId) -> usize {
        self.sources.get(&table).map_or(0, Source::rows)
    }

    /// Whether no later level reads a long table before the outcome does.
    fn is_last(&self, table: TableId, level: u32, living: &[NodeId]) -> bool {
        let later = |id: &NodeId| {
            let here = self.program.graph.get(*id).is_some_and(|node| node.space == Some(table) && is_boundary(&node.kind));
            here && self.shape.level(*id) > level && matches!(self.program.graph.get(*id).map(|node| &node.kind), Some(Kind::Population(_)))
        };
        let long = self.sources.get(&table).is_some_and(|source| !source.is_kept());
        let written = self.program.emissions.iter().any(|emission| emission.table == table);
        long && written && !living.iter().any(later)
    }

    /// Nodes a pass computes that the outcome reads beside what the pass prepares: truths and ints, where anything is left to decide.
    fn frontier(&self, table: TableId, takers: &[Taker], wanted: Wanted<'_>) -> Result<IndexSet<NodeId>, EngineError> {
        let Wanted::Outcome = wanted else { return Ok(IndexSet::new()) };
        let (mut roots, mut columns) = (IndexSet::new(), IndexSet::new());
        for taker in takers {
            taker.needs(self, &mut roots, &mut columns)?;
        }
        let here: IndexSet<NodeId> =
            self.plan(&roots.into_iter().collect::<Vec<_>>(), &IndexSet::new())?.order.iter().map(|planned| planned.id).collect();
        let of_table = self.program.emissions.iter().filter(|emission| emission.table == table && !self.is_never(emission.flag));
        let mut stack: Vec<NodeId> = of_table.map(|emission| emission.flag).collect();
        stack.extend(self.program.watches.iter().filter(|watch| watch.table == table).map(|watch| watch.node));
        let (mut seen, mut out) = (IndexSet::new(), IndexSet::new());
        while let Some(id) = stack.pop() {
            if !seen.insert(id) || self.scalars.contains_key(&id) {
                continue;
            }
            let node = self.node(id)?;
            let worth_it = matches!(self.physical(id)?, Physical::Bool | Physical::Int) && !matches!(node.kind, Kind::Column(_));
            if here.contains(&id) && worth_it {
                out.insert(id);
            } else {
                stack.extend(self.reads(id)?);
            }
        }
        Ok(out)
    }

    /// One pass over a table for everything that takes its rows.
    fn pass(&self, table: TableId, mut takers: Vec<Taker>, frontier: &IndexSet<NodeId>) -> Result<Passed, EngineError> {
        let mut roots: IndexSet<NodeId> = frontier.clone();
        let mut columns: IndexSet<ColumnId> = IndexSet::new();
        for taker in &takers {
            taker.needs(self, &mut roots, &mut columns)?;
        }
        let roots: Vec<NodeId> = roots.into_iter().collect();
        let more: Vec<ColumnId> = columns.into_iter().collect();
        let plan = self.plan(&roots, &IndexSet::new())?;
        let mut passed = Passed::default();
        let rows = self.rows_of(table);
        for id in frontier {
            let stored = if self.physical(*id)? == Physical::Bool { Stored::of_truths(rows) } else { Stored::of_ints(rows) };
            passed.stored.push((*id, stored));
        }
        self.each_block(table, &plan, &more, |block| {
            for (id, stored) in &mut passed.stored {
                stored.push(&*block.values(*id)?);
            }
            takers.iter_mut().try_for_each(|taker| taker.take(self, block))
        })?;
        for taker in takers {
            taker.close(self, &mut passed.prepared, &mut passed.scalars)?;
        }
        Ok(passed)
    }

    /// Computes the run-wide values of a level, so that every block reads them as constants.
    fn settle_scalars(&mut self, reachable: &[NodeId], level: u32) -> Result<(), EngineError> {
        let wanted = |id: &&NodeId| self.shape.level(**id) == level && self.shape.is_scalar(**id) && !self.scalars.contains_key(*id);
        let nodes: Vec<NodeId> = reachable.iter().filter(wanted).copied().collect();
        if nodes.is_empty() {
            return Ok(());
        }
        let mut found = Vec::with_capacity(nodes.len());
        {
            let plan = self.plan(&nodes, &IndexSet::new())?;
            let block = Rc::new(Block::new(self, None, Rows::From(0), 1, Vec::new()));
            block.compute(&plan)?;
            for id in nodes {
                found.push((id, block.values(id)?.get(0)));
            }
        }
        self.scalars.extend(found);
        Ok(())
    }
}

fn row_key(link: &Link) -> Option<NodeId> {
    match link {
        Link::Key { row_key, outer_key: _ } => Some(*row_key),
        Link::Everyone => None,
    }
}

impl Taker {
    /// Nodes and columns it reads.
    fn needs(&self, engine: &Blocks<'_>, roots: &mut IndexSet<NodeId>, columns: &mut IndexSet<ColumnId>) -> Result<(), EngineError> {
        match self {
            Taker::Fold(pass) => roots.extend(pass.roots()),
            Taker::Hold { held, key, steps: _, folds: _ } => {
                columns.extend(held.columns());
                match key {
                    HeldBy::Column(column) => {
                        columns.insert(*column);
                    }
                    HeldBy::Node(node) => {
                        roots.insert(*node);
                    }
                    HeldBy::Nothing => {}
                }
            }
            Taker::Crossing(id, _) => {
                if let Kind::FirstCrossing(crossing) = &engine.node(*id)?.kind {
                    roots.extend(Firings::roots(crossing));
                }
            }
            Taker::Holdings(_, association, _) => roots.extend(Holdings::roots(association)),
            Taker::Scores { sample, .. } | Taker::Threshold { sample, .. } => roots.extend(sample.roots()),
            Taker::Places { nodes: _, ranking } => {
                roots.extend(ranking.roots());
                columns.extend(ranking.columns());
            }
            Taker::Total { id: _, flag, count: _ } => {
                roots.insert(*flag);
            }
        }
        Ok(())
    }

    fn take(&mut self, engine: &Blocks<'_>, block: &Rc<Block<'_>>) -> Result<(), EngineError> {
        match self {
            Taker::Fold(pass) => pass.take(block),
            Taker::Hold { held, key, steps: _, folds: _ } => {
                let key = match key {
                    HeldBy::Column(column) => Some(block.read(*column)?),
                    HeldBy::Node(node) => Some(block.values(*node)?),
                    HeldBy::Nothing => None,
                };
                held.take(block, key.as_deref())
            }
            Taker::Crossing(id, firings) => match &engine.node(*id)?.kind {
                Kind::FirstCrossing(crossing) => firings.take(block, crossing),
                _ => Err(EngineError::Damaged(*id)),
            },
            Taker::Holdings(_, association, holdings) => holdings.take(block, association),
            Taker::Scores { sample, .. } | Taker::Threshold { sample, .. } => sample.take(block),
            Taker::Places { nodes: _, ranking } => ranking.take(block),
            Taker::Total { id: _, flag, count } => {
                *count += i64::try_from(block.values(*flag)?.yes().count()).unwrap_or(i64::MAX);
                Ok(())
            }
        }
    }

    fn close(self, engine: &Blocks<'_>, out: &mut Vec<(NodeId, Prepared)>, scalars: &mut Vec<(NodeId, Value)>) -> Result<(), EngineError> {
        match self {
            Taker::Fold(mut pass) => {
                pass.folding.close();
                let pass = Rc::new(pass);
                out.extend(pass.folds.iter().map(|id| (*id, Prepared::Fold(Rc::clone(&pass)))));
            }
            Taker::Hold { mut held, key: _, steps, folds } => {
                held.close();
                let held = Rc::new(held);
                for (id, value) in steps {
                    out.push((id, Prepared::Step(Rc::clone(&held), engine.plan(&[value], &IndexSet::new())?)));
                }
                for id in folds {
                    let Kind::Aggregate(aggregate) = &engine.node(id)?.kind else { return Err(EngineError::Damaged(id)) };
                    let plan = engine.plan(&row_roots(aggregate), &IndexSet::new())?;
                    out.push((id, Prepared::Correlated(Correlated { held: Rc::clone(&held), plan })));
                }
            }
            Taker::Crossing(id, mut firings) => {
                if let Kind::FirstCrossing(crossing) = &engine.node(id)?.kind {
                    firings.close(engine, crossing);
                }
                out.push((id, Prepared::Firings(firings)));
            }
            Taker::Holdings(nodes, association, mut holdings) => {
                holdings.close(&association);
                let holdings = Rc::new(holdings);
                out.extend(nodes.into_iter().map(|id| (id, Prepared::Holdings(Rc::clone(&holdings)))));
            }
            Taker::Scores { id, sample, best_low, missing_worst } => {
                out.push((id, Prepared::Scores(sample.scores(best_low, missing_worst))))
            }
            Taker::Threshold { id, sample, share } => {
                let share = engine.scalars.get(&share).and_then(Value::as_float);
                out.push((id, Prepared::Threshold(sample.threshold(share))));
            }
            Taker::Places { nodes, ranking } => {
                let places: Vec<Rc<Places>> = ranking.places()?.into_iter().map(Rc::new).collect();
                for (id, at) in nodes {
                    let places = places.get(at as usize).ok_or(EngineError::Damaged(id))?;
                    out.push((id, Prepared::Places(Rc::clone(places))));
                }
            }
            Taker::Total { id, flag: _, count } => scalars.push((id, Value::Int(count))),
        }
        Ok(())
    }
}
