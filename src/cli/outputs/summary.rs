//! Counts of a run: actions per strategy, tier, arm and channel, exclusions per rule, and the check that nobody was lost.

use super::Lists;
use super::sheet::{Part, Sheet};
use polars::prelude::{PlHashMap, PlHashSet, PolarsResult, StringChunked};
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

/// What one person has to do on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffCount {
    pub channel: String,
    pub assignee: String,
    pub contacts: u64,
}

/// Actions per channel and person, of those that have one.
///
/// # Errors
/// A part without a column of its emission.
pub fn staff_of(lists: &Lists<'_>) -> PolarsResult<Vec<StaffCount>> {
    let counts = grouped(&lists.actions, ["channel", "assignee_id"])?.into_iter();
    let with_somebody = counts.filter(|([_, assignee], _)| !assignee.is_empty());
    Ok(with_somebody.map(|([channel, assignee], contacts)| StaffCount { channel, assignee, contacts }).collect())
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
    ///
    /// # Errors
    /// A part without a column of its emission.
    pub fn of(program: &Program, lists: &Lists<'_>) -> PolarsResult<Summary> {
        let place = |name: &str| program.strategies.iter().position(|strategy| strategy.name == name).unwrap_or(usize::MAX);
        let mut actions: Vec<ActionCount> = grouped(&lists.actions, ["strategy_id", "tier", "arm", "channel"])?
            .into_iter()
            .map(|([strategy, tier, arm, channel], actions)| ActionCount { strategy, tier, arm, channel, actions })
            .collect();
        actions.sort_by_key(|count| place(&count.strategy));
        let mut exclusions: Vec<ExclusionCount> = grouped(&lists.exclusions, ["strategy_id", "stage", "rule"])?
            .into_iter()
            .map(|([strategy, stage, rule], exclusions)| ExclusionCount { strategy, stage, rule, exclusions })
            .collect();
        exclusions.sort_by_key(|count| place(&count.strategy));
        Ok(Summary { actions, exclusions })
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
fn grouped<const N: usize>(sheet: &Sheet<'_>, names: [&str; N]) -> PolarsResult<BTreeMap<[String; N], u64>> {
    let mut out: BTreeMap<[String; N], u64> = BTreeMap::new();
    for page in sheet.narrowed(&names).pages() {
        let page = page?;
        let columns: [Option<&StringChunked>; N] = names.map(|name| page.texts(name));
        let mut counts: PlHashMap<[&str; N], u64> = PlHashMap::default();
        for row in 0..page.rows() {
            let key = columns.map(|column| column.and_then(|column| column.get(row)).unwrap_or(""));
            *counts.entry(key).or_default() += 1;
        }
        for (key, count) in counts {
            *out.entry(key.map(String::from)).or_default() += count;
        }
    }
    Ok(out)
}

/// Counts the units of every strategy that ended up somewhere, beside the number of those considered.
pub fn tie_out(program: &Program, lists: &Lists<'_>, candidates: &[u64]) -> Vec<Tie> {
    let parts: Vec<(&Part, &StringChunked)> = [&lists.actions, &lists.exclusions].into_iter().flat_map(units_of).collect();
    (0_u32..)
        .zip(program.strategies.iter().zip(candidates))
        .map(|(at, (strategy, candidates))| {
            let own = parts.iter().filter(|(part, _)| part.strategy == Some(at));
            let units: Vec<Vec<&str>> = own.map(|(_, units)| units.iter().flatten().collect()).collect();
            let units: Vec<&[&str]> = units.iter().map(Vec::as_slice).collect();
            Tie { strategy: strategy.name.clone(), candidates: *candidates, accounted_for: different(&units) }
        })
        .collect()
}

/// The units of every part of a list.
fn units_of<'a>(sheet: &'a Sheet<'_>) -> Vec<(&'a Part, &'a StringChunked)> {
    let units = sheet.texts_of_parts("unit_id");
    if units.is_empty() { sheet.texts_of_parts("customer_id") } else { units }
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
