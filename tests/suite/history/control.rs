//! The control group of the whole bank, looked at afterwards: who belongs to it is found here from the hash the language names.

use super::audit::{Audit, cell, rows};
use super::bank::{instant, time};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const EXPERIMENT: &str = "house.control";

/// The integer of the first 13 hex digits of SHA-256 over `house.control:s0:` and the person, modulo 10000.
fn bucket(person: &str) -> u64 {
    let hex: String = Sha256::digest(format!("{EXPERIMENT}:s0:{person}")).iter().map(|byte| format!("{byte:02x}")).collect();
    u64::from_str_radix(&hex[..13], 16).unwrap() % 10_000
}

impl Audit<'_> {
    /// Members of the group are left alone by everybody, belong to it by the hash, and everybody asked is recorded.
    pub fn control(&mut self) {
        let Some(share) = self.rules.control else { return };
        let member = |person: &str| bucket(person) >= 10_000 - u64::try_from(share).unwrap() * 100;
        let mut found = Vec::new();
        let mut since: BTreeMap<&str, i64> = BTreeMap::new();
        for row in rows(&self.history.ledger, "assignments").iter().filter(|row| cell(row, "experiment") == EXPERIMENT) {
            let person = cell(row, "unit_id");
            let right = if member(person) { "control" } else { "treated" };
            if cell(row, "arm") != right || cell(row, "bucket") != bucket(person).to_string() {
                found.push(format!("recorded falsely: {row:?}"));
            }
            since.insert(person, instant(cell(row, "assigned_at")).unwrap());
        }
        for day in &self.history.days {
            let recorded = |person: &str| since.get(person).is_some_and(|at| *at <= day.as_of);
            for action in &day.actions {
                let person = cell(action, "customer_id");
                if member(person) || !recorded(person) {
                    found.push(format!("{person} is reached as of {}", time(day.as_of)));
                }
            }
            for row in day.exclusions.iter().filter(|row| cell(row, "rule") == "global_control") {
                let person = cell(row, "customer_id");
                if !member(person) || !recorded(person) {
                    found.push(format!("{person} is held back as of {}", time(day.as_of)));
                }
            }
        }
        found.into_iter().for_each(|story| self.breach("control", story));
    }
}
