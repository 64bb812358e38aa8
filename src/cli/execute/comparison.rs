//! What a comparison would take, from one run on one snapshot: who enters each version, whom both reach, contacts by channel, cost,
//! the managers' time and load, and who waits for capacity.

use super::super::outputs::{Lists, Sheet};
use std::collections::{BTreeMap, BTreeSet};
use strat::diag::Language;
use strat::ir::{Program, Strategy};

/// One version as counted.
#[derive(Default)]
struct Version {
    units: BTreeSet<String>,
    treated: BTreeSet<String>,
    /// Contacts by channel.
    contacts: BTreeMap<String, u64>,
    /// Contacts by assignee and channel.
    load: BTreeMap<(String, String), u64>,
    control: u64,
    waiting: u64,
}

/// The strategies of every comparison: those whose arms are named after strategies.
fn comparisons(program: &Program) -> Vec<Vec<&Strategy>> {
    let mut out: Vec<Vec<&Strategy>> = Vec::new();
    for strategy in &program.strategies {
        if !strategy.arms.iter().any(|arm| arm.name == strategy.name) {
            continue;
        }
        match out.iter_mut().find(|versions| versions.iter().any(|other| other.arms == strategy.arms)) {
            Some(versions) => versions.push(strategy),
            None => out.push(vec![strategy]),
        }
    }
    out
}

/// Calls `see` with the texts of some columns, row by row; missing is the empty text.
pub(super) fn each<const N: usize>(sheet: &Sheet<'_>, names: [&str; N], mut see: impl FnMut([&str; N])) {
    for page in sheet.narrowed(&names).pages() {
        let Ok(page) = page else { continue };
        let columns = names.map(|name| page.texts(name));
        for row in 0..page.rows() {
            see(columns.map(|column| column.and_then(|column| column.get(row)).unwrap_or("")));
        }
    }
}

/// Lines for people about every comparison of a program; empty without one.
pub(super) fn comparison_lines(program: &Program, lists: &Lists<'_>, language: Language) -> String {
    let compared = comparisons(program);
    if compared.is_empty() {
        return String::new();
    }
    let mut versions: BTreeMap<&str, Version> =
        compared.iter().flatten().map(|strategy| (strategy.name.as_str(), Version::default())).collect();
    let unit = |unit: &str, customer: &str| if unit.is_empty() { customer.to_owned() } else { unit.to_owned() };
    each(
        &lists.actions,
        ["strategy_id", "unit_id", "customer_id", "channel", "assignee_id"],
        |[strategy, id, customer, channel, assignee]| {
            let Some(version) = versions.get_mut(strategy) else { return };
            version.units.insert(unit(id, customer));
            version.treated.insert(unit(id, customer));
            if !channel.is_empty() {
                *version.contacts.entry(channel.to_owned()).or_default() += 1;
            }
            if !assignee.is_empty() {
                *version.load.entry((assignee.to_owned(), channel.to_owned())).or_default() += 1;
            }
        },
    );
    each(&lists.exclusions, ["strategy_id", "unit_id", "customer_id", "stage", "rule"], |[strategy, id, customer, stage, rule]| {
        let Some(version) = versions.get_mut(strategy) else { return };
        version.units.insert(unit(id, customer));
        version.control += u64::from(rule == "control");
        version.waiting += u64::from(stage == "capacity");
    });
    compared.iter().map(|strategies| lines_of(program, strategies, &versions, language)).collect()
}

fn lines_of(program: &Program, strategies: &[&Strategy], versions: &BTreeMap<&str, Version>, language: Language) -> String {
    let english = language == Language::English;
    let found: Vec<(&str, &Version)> =
        strategies.iter().filter_map(|strategy| Some((strategy.name.as_str(), versions.get(strategy.name.as_str())?))).collect();
    let all: BTreeSet<&String> = found.iter().flat_map(|(_, version)| &version.units).collect();
    let shared = all.iter().filter(|unit| found.iter().all(|(_, version)| version.units.contains(**unit))).count();
    let control = found.iter().map(|(_, version)| version.control).max().unwrap_or(0);
    let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
    let mut out = match english {
        true => format!(
            "comparison of {}: {} subjects, {shared} of them in every version's reach, {control} in control\n",
            names.join(", "),
            all.len()
        ),
        false => format!("对比 {}：共 {} 个对象，其中 {shared} 个同属各版本，对照组 {control} 个\n", names.join("、"), all.len()),
    };
    for (name, version) in found {
        let count = |channel: &str| version.contacts.get(channel).copied().unwrap_or(0);
        let (mut cost, mut staff) = (0_i64, 0_i64);
        for channel in &program.channels {
            let contacts = i64::try_from(count(&channel.name)).unwrap_or(i64::MAX);
            cost = cost.saturating_add(contacts.saturating_mul(channel.cost));
            staff = staff.saturating_add(contacts.saturating_mul(channel.staff_milliseconds));
        }
        let contacts: Vec<String> = version.contacts.iter().map(|(channel, count)| format!("{channel} {count}")).collect();
        let load: Vec<String> = version.load.iter().map(|((person, channel), count)| format!("{person} {channel} {count}")).collect();
        let (money, minutes) = (format!("{}.{:02}", cost / 100, cost % 100), staff / 60_000);
        let listed = |items: &[String]| if items.is_empty() { String::from("–") } else { items.join(", ") };
        let (contacts, load, waiting, treated) = (listed(&contacts), listed(&load), version.waiting, version.treated.len());
        out += &match english {
            true => format!(
                "  {name}: {treated} treated; {contacts}; cost {money}元; staff {minutes} minutes; load {load}; {waiting} wait for capacity\n"
            ),
            false => {
                format!("  {name}：触达 {treated} 个；{contacts}；成本 {money}元；人工 {minutes} 分钟；负荷 {load}；{waiting} 个等待产能\n")
            }
        };
    }
    out
}
