//! Which rows of a pass count for which fold, with everything that folds have in common done once.

use super::super::error::EngineError;
use super::super::executor::Executor;
use super::super::kernels::int_literal;
use super::super::space::{Space, literal, outer_name};
use super::KEY;
use crate::ir::{Aggregate, Kind, NodeId};
use crate::types::{Physical, Value};
use indexmap::{IndexMap, IndexSet};
use polars::prelude::*;

/// One condition on a row; a fold counts rows for which all of its conditions are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Conjunct {
    Holds(NodeId),
    /// `at >= bound`
    From {
        at: NodeId,
        bound: NodeId,
    },
    /// `at < bound`
    Until {
        at: NodeId,
        bound: NodeId,
    },
}

/// How the rows of a pass are keyed.
#[derive(Debug, Clone)]
pub(super) enum PassKey {
    /// By a node of the row space.
    Node(NodeId),
    /// By a column of the frame.
    Carried(PlSmallStr),
    /// All rows together.
    Together,
}

/// Rows of a pass: key, and the masked columns that folds asked for.
pub(super) struct Rows {
    pub(super) frame: LazyFrame,
    /// Column of the mask of each set of conditions; `None` when every row of the frame counts.
    pub(super) masks: IndexMap<Vec<Conjunct>, Option<PlSmallStr>>,
    /// Column of each row-space node.
    pub(super) values: IndexMap<NodeId, PlSmallStr>,
}

impl Executor<'_> {
    /// The conditions of a fold, conjunctions taken apart.
    fn conjuncts(&self, rows: &Space, aggregate: &Aggregate) -> Result<Vec<Conjunct>, EngineError> {
        let mut out: IndexSet<Conjunct> = IndexSet::new();
        let mut stack: Vec<NodeId> = aggregate.filter.into_iter().collect();
        while let Some(id) = stack.pop() {
            let node = self.node(id)?;
            match &node.kind {
                Kind::And(nodes) if !self.is_leaf(rows, id, node) => stack.extend(nodes),
                _ => {
                    out.insert(Conjunct::Holds(id));
                }
            }
        }
        if let Some(at) = aggregate.at {
            out.extend(aggregate.from.map(|bound| Conjunct::From { at, bound }));
            out.extend(aggregate.until.map(|bound| Conjunct::Until { at, bound }));
        }
        let mut out: Vec<Conjunct> = out.into_iter().collect();
        out.sort_unstable();
        Ok(out)
    }

    /// A bound of a window: one value for the run, or a column of the surrounding row.
    fn bound(&self, bound: NodeId) -> Expr {
        match self.scalars.get(&bound) {
            Some(value) => literal(value, Physical::Int),
            None => col(outer_name(bound)),
        }
    }

    /// Expressions of conditions over the space, each true, false or unknown.
    fn conditions(&self, space: &Space, conjuncts: &[Conjunct]) -> Result<(LazyFrame, Vec<Expr>), EngineError> {
        let roots: Vec<NodeId> = conjuncts
            .iter()
            .map(|conjunct| match conjunct {
                Conjunct::Holds(id) => *id,
                Conjunct::From { at, bound: _ } | Conjunct::Until { at, bound: _ } => *at,
            })
            .collect();
        let projection = self.project(space, &roots)?;
        let conditions = conjuncts.iter().zip(projection.roots).map(|(conjunct, root)| match conjunct {
            Conjunct::Holds(_) => root,
            Conjunct::From { at: _, bound } => root.gt_eq(self.bound(*bound)),
            Conjunct::Until { at: _, bound } => root.lt(self.bound(*bound)),
        });
        let conditions = conditions.collect();
        Ok((projection.frame, conditions))
    }

    /// Windows that are no condition of every fold still leave a loosest bound that rows must meet to count for any of them.
    fn loosest_bounds(&self, sets: &[Vec<Conjunct>]) -> Vec<(NodeId, bool, i64)> {
        let mut out = Vec::new();
        for latest in [false, true] {
            let per_set: Vec<Option<(NodeId, i64)>> = sets
                .iter()
                .map(|set| {
                    set.iter().find_map(|conjunct| {
                        let (at, bound) = match conjunct {
                            Conjunct::From { at, bound } if !latest => (at, bound),
                            Conjunct::Until { at, bound } if latest => (at, bound),
                            Conjunct::Holds(_) | Conjunct::From { .. } | Conjunct::Until { .. } => return None,
                        };
                        self.scalars.get(bound).and_then(Value::as_int).map(|bound| (*at, bound))
                    })
                })
                .collect();
            let Some(Some((at, _))) = per_set.first().copied() else { continue };
            let bounds: Option<Vec<i64>> =
                per_set.iter().map(|found| found.filter(|(other, _)| *other == at).map(|(_, bound)| bound)).collect();
            let Some(bounds) = bounds else { continue };
            let loosest = if latest { bounds.iter().max() } else { bounds.iter().min() };
            out.extend(loosest.map(|bound| (at, latest, *bound)));
        }
        out
    }

    /// The rows any of the folds counts, with a mask per distinct set of conditions and a column per distinct value.
    pub(super) fn rows(
        &self,
        space: &Space,
        key: &PassKey,
        aggregates: &[&Aggregate],
        values: &[NodeId],
    ) -> Result<(Rows, Vec<Vec<Conjunct>>), EngineError> {
        let sets: Vec<Vec<Conjunct>> = aggregates.iter().map(|aggregate| self.conjuncts(space, aggregate)).collect::<Result<_, _>>()?;
        let mut common: Vec<Conjunct> = sets.first().cloned().unwrap_or_default();
        common.retain(|conjunct| sets.iter().all(|set| set.contains(conjunct)));
        let rest: Vec<Vec<Conjunct>> =
            sets.iter().map(|set| set.iter().filter(|conjunct| !common.contains(*conjunct)).copied().collect()).collect();
        let mut narrowed = space.clone();
        narrowed.frame = self.narrow(space, &common, &rest)?;
        self.masked(&narrowed, key, &rest, values).map(|rows| (rows, rest))
    }

    fn narrow(&self, space: &Space, common: &[Conjunct], rest: &[Vec<Conjunct>]) -> Result<LazyFrame, EngineError> {
        let loosest = self.loosest_bounds(rest);
        let (frame, mut conditions) = self.conditions(space, common)?;
        let ats: Vec<NodeId> = loosest.iter().map(|(at, _, _)| *at).collect();
        let mut with_ats = space.clone();
        with_ats.frame = frame;
        let projection = self.project(&with_ats, &ats)?;
        for ((_, latest, bound), at) in loosest.into_iter().zip(projection.roots) {
            conditions.push(if latest { at.lt(int_literal(bound)) } else { at.gt_eq(int_literal(bound)) });
        }
        Ok(conditions.into_iter().fold(projection.frame, LazyFrame::filter))
    }

    /// Whether a condition holds, where that is one answer for the whole run. Polars does not spread such answers over all rows wherever
    /// they stand beside others of their kind.
    fn settled(&self, conjunct: &Conjunct) -> Option<bool> {
        match conjunct {
            Conjunct::Holds(id) => self.scalars.get(id).map(|value| *value == Value::Bool(true)),
            Conjunct::From { .. } | Conjunct::Until { .. } => None,
        }
    }

    /// All conditions of a set as one; `None` when every row meets them.
    fn tested(&self, set: &[Conjunct], tests: &IndexMap<Conjunct, Expr>) -> Option<Expr> {
        if set.iter().any(|conjunct| self.settled(conjunct) == Some(false)) {
            return Some(lit(false));
        }
        set.iter().filter(|conjunct| self.settled(conjunct).is_none()).filter_map(|conjunct| tests.get(conjunct).cloned()).reduce(Expr::and)
    }

    fn masked(&self, space: &Space, key: &PassKey, rest: &[Vec<Conjunct>], values: &[NodeId]) -> Result<Rows, EngineError> {
        // Everything goes through one projection, so that what conditions and values share is computed once.
        let mut conjuncts: IndexSet<Conjunct> = IndexSet::new();
        rest.iter().for_each(|set| conjuncts.extend(set));
        let conjuncts: Vec<Conjunct> = conjuncts.into_iter().collect();
        let mut roots: Vec<NodeId> = conjuncts
            .iter()
            .map(|conjunct| match conjunct {
                Conjunct::Holds(id) => *id,
                Conjunct::From { at, bound: _ } | Conjunct::Until { at, bound: _ } => *at,
            })
            .collect();
        let values: Vec<NodeId> = values.iter().copied().collect::<IndexSet<_>>().into_iter().collect();
        roots.extend(&values);
        if let PassKey::Node(id) = key {
            roots.push(*id);
        }
        let projection = self.project(space, &roots)?;
        let mut found = projection.roots.into_iter();
        let tests: IndexMap<Conjunct, Expr> = conjuncts
            .iter()
            .zip(&mut found)
            .map(|(conjunct, root)| {
                let test = match conjunct {
                    Conjunct::Holds(_) => root,
                    Conjunct::From { at: _, bound } => root.gt_eq(self.bound(*bound)),
                    Conjunct::Until { at: _, bound } => root.lt(self.bound(*bound)),
                };
                (*conjunct, test)
            })
            .collect();
        let mut columns = Vec::new();
        let mut value_names = IndexMap::new();
        for (id, root) in values.iter().zip(&mut found) {
            let name = PlSmallStr::from(format!("v{}", id.0));
            columns.push(root.alias(name.clone()));
            value_names.insert(*id, name);
        }
        columns.push(match key {
            PassKey::Node(_) => found.next().unwrap_or_else(|| int_literal(0)).alias(KEY),
            PassKey::Carried(name) => col(name.clone()).alias(KEY),
            PassKey::Together => int_literal(0).alias(KEY),
        });
        let mut masks: IndexMap<Vec<Conjunct>, Option<PlSmallStr>> = IndexMap::new();
        for set in rest {
            if masks.contains_key(set) {
                continue;
            }
            let tested = self.tested(set, &tests);
            let name = tested.map(|tested| {
                let name = PlSmallStr::from(format!("m{}", masks.len()));
                columns.push(tested.fill_null(lit(false)).alias(name.clone()));
                name
            });
            masks.insert(set.clone(), name);
        }
        Ok(Rows { frame: projection.frame.with_columns(columns), masks, values: value_names })
    }
}
