//! Counts of a run: actions per strategy, tier, arm and channel, exclusions per rule, and the check that nobody was lost.

use super::Lists;
use super::sheet::Sheet;
use polars::prelude::{PlHashMap, PlHashSet, StringChunked};
use serde::Serialize;
use std::collections::BTreeMap;
use strat::diag::Language;
use strat::ir::Program;

/// Actions with the same strategy, tier, arm and channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionCount {
    pub strategy: String,
    pub tier: String,
    pub arm: String,
    /// Empty for operational actions.
    pub channel: String,
    pub actions: u64,
}

/// Exclusions with the same strategy, stage and rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExclusionCount {
    pub strategy: String,
    pub stage: String,
    pub rule: String,
    pub exclusions: u64,
}

/// Units of one strategy: considered ones, and where they ended up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tie {
    pub strategy: String,
    pub candidates: u64,
    /// Different units with an action, an exclusion or an assignment.
    pub accounted_for: u64,
}

/// Counts of a run, strategies in the order of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub actions: Vec<ActionCount>,
    pub exclusions: Vec<ExclusionCount>,
}

impl Summary {
    /// Counts the lists.
    pub fn of(program: &Program, lists: &Lists) -> Summary {
        let place = |name: &str| program.strategies.iter().position(|strategy| strategy.name == name).unwrap_or(usize::MAX);
        let mut actions: Vec<ActionCount> = grouped(&lists.actions, ["strategy_id", "tier", "arm", "channel"])
            .into_iter()
            .map(|([strategy, tier, arm, channel], actions)| ActionCount { strategy, tier, arm, channel, actions })
            .collect();
        actions.sort_by_key(|count| place(&count.strategy));
        let mut exclusions: Vec<ExclusionCount> = grouped(&lists.exclusions, ["strategy_id", "stage", "rule"])
            .into_iter()
            .map(|([strategy, stage, rule], exclusions)| ExclusionCount { strategy, stage, rule, exclusions })
            .collect();
        exclusions.sort_by_key(|count| place(&count.strategy));
        Summary { actions, exclusions }
    }

    /// Headers of the table of counts.
    pub fn header(language: Language) -> [&'static str; 5] {
        match language {
            Language::English => ["strategy", "tier", "arm", "channel", "actions"],
            Language::Chinese => ["策略", "层级", "实验组", "渠道", "动作数"],
        }
    }

    /// Rows of the table of counts.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let row = |count: &ActionCount| {
            vec![count.strategy.clone(), count.tier.clone(), count.arm.clone(), count.channel.clone(), count.actions.to_string()]
        };
        self.actions.iter().map(row).collect()
    }
}

/// Rows per combination of texts, in their order; missing is the empty text.
fn grouped<const N: usize>(sheet: &Sheet, names: [&str; N]) -> BTreeMap<[String; N], u64> {
    let columns: [Option<&StringChunked>; N] = names.map(|name| sheet.texts(name));
    let mut counts: PlHashMap<[&str; N], u64> = PlHashMap::default();
    for row in 0..sheet.rows() {
        let key = columns.map(|column| column.and_then(|column| column.get(row)).unwrap_or(""));
        *counts.entry(key).or_default() += 1;
    }
    counts.into_iter().map(|(key, count)| (key.map(String::from), count)).collect()
}

/// Counts the units of every strategy that ended up somewhere, beside the number of those considered.
pub fn tie_out(program: &Program, lists: &Lists, candidates: &[u64]) -> Vec<Tie> {
    let listed: Vec<PlHashMap<&str, Vec<&str>>> = [&lists.actions, &lists.exclusions].map(units_of).into();
    let of = |strategy: &str| -> Vec<&[&str]> { listed.iter().filter_map(|units| units.get(strategy)).map(Vec::as_slice).collect() };
    program
        .strategies
        .iter()
        .zip(candidates)
        .map(|(strategy, candidates)| Tie {
            strategy: strategy.name.clone(),
            candidates: *candidates,
            accounted_for: different(&of(&strategy.name)),
        })
        .collect()
}

/// The units of every strategy in a list, in its order.
fn units_of(sheet: &Sheet) -> PlHashMap<&str, Vec<&str>> {
    let mut out: PlHashMap<&str, Vec<&str>> = PlHashMap::default();
    let names = sheet.texts("unit_id").or_else(|| sheet.texts("customer_id"));
    let (Some(strategies), Some(names)) = (sheet.texts("strategy_id"), names) else { return out };
    let rows: Vec<(&str, &str)> = strategies.iter().zip(names.iter()).filter_map(|(strategy, unit)| strategy.zip(unit)).collect();
    // A list is sorted by strategy.
    for part in rows.chunk_by(|(a, _), (b, _)| a == b) {
        if let Some((strategy, _)) = part.first() {
            out.entry(strategy).or_default().extend(part.iter().map(|(_, unit)| *unit));
        }
    }
    out
}

/// How many different units some lists hold together.
fn different(lists: &[&[&str]]) -> u64 {
    let count = if lists.iter().all(|units| units.is_sorted()) {
        let mut rest: Vec<&[&str]> = lists.to_vec();
        let mut count = 0_usize;
        while let Some(least) = rest.iter().filter_map(|units| units.first()).min().copied() {
            count += 1;
            for units in &mut rest {
                let same = units.iter().take_while(|unit| **unit == least).count();
                *units = units.get(same..).unwrap_or_default();
            }
        }
        count
    } else {
        lists.iter().flat_map(|units| units.iter()).collect::<PlHashSet<_>>().len()
    };
    count as u64
}
