//! What the ledger says of a trial's units: contacts and how far they got, answers, money, time of staff, and how journeys ended.

use super::super::Tables;
use super::super::bind::Reads;
use super::super::blocks::observe::Units;
use super::super::error::{EngineError, while_doing};
use crate::evaluate::observed::{Observed, ObservedArm};
use crate::ir::{Moment, Program, Trial, TrialKind};
use indexmap::IndexSet;
use polars::prelude::*;
use std::collections::BTreeMap;

const STEP: &str = "read what the ledger says of the units of a trial";

/// Ledger tables and the columns that are read.
const TABLES: [(&str, &[&str]); 5] = [
    ("assignments", &["experiment", "unit_id", "arm", "assigned_at"]),
    ("contacts", &["contact_id", "customer_id", "subject", "unit_id", "strategy_id", "channel", "sent_at", "status", "cost"]),
    ("responses", &["contact_id", "customer_id", "ts", "kind"]),
    ("spending", &["strategy_id", "subject", "unit_id", "spent_at", "amount"]),
    ("journeys", &["strategy_id", "subject", "unit_id", "event", "happened_at", "reason"]),
];

/// States of a contact, each further than those before it.
const STATES: [&str; 5] = ["failed", "sent", "delivered", "opened", "clicked"];

/// The table whose key `responses.customer_id` is.
const CUSTOMERS: &str = "customers";

/// Adds the columns to what is read; a program's own table of such a name may lack some.
pub(super) fn add_reads(reads: &mut Reads, program: &Program) {
    for (name, columns) in TABLES {
        let Some(id) = program.find_table(name) else { continue };
        let Some(table) = program.table(id) else { continue };
        reads.columns.entry(id).or_default().extend(columns.iter().filter_map(|column| table.find_column(column)));
    }
}

pub(super) struct Ledger<'a> {
    pub(super) program: &'a Program,
    pub(super) trial: &'a Trial,
    pub(super) tables: &'a Tables,
    pub(super) moment: Moment,
}

impl Ledger<'_> {
    /// Rows of a ledger table before the instant; `None` where the table or a column of it is not there.
    fn rows(&self, name: &str, at: &str) -> Option<LazyFrame> {
        let id = self.program.find_table(name)?;
        let table = self.program.table(id)?;
        let (_, columns) = TABLES.iter().find(|(known, _)| *known == name)?;
        let all = columns.iter().all(|column| table.find_column(column).is_some());
        let frame = self.tables.get(&id).filter(|_| all)?.clone();
        Some(frame.filter(col(at).lt(lit(self.moment.as_of))))
    }

    /// Rows of the trial's own strategies, or of all others.
    fn strategies(&self) -> Expr {
        let names: Vec<&str> = self
            .trial
            .strategies
            .iter()
            .filter_map(|at| self.program.strategies.get(*at as usize))
            .map(|strategy| strategy.name.as_str())
            .collect();
        names.into_iter().fold(lit(false), |any, name| any.or(col("strategy_id").eq(lit(name))))
    }

    /// Contacts of the trial's units. Strategies of a programme are about many tables; whom they reach is what counts.
    fn contacts_of(&self, rows: LazyFrame, units: &LazyFrame) -> LazyFrame {
        let rows = match self.trial.kind {
            TrialKind::Programme => rows.with_columns([col("customer_id").cast(DataType::String).alias("unit_id")]),
            TrialKind::Strategy | TrialKind::Compare | TrialKind::Experiment => rows.filter(col("subject").eq(lit(self.subject()))),
        };
        self.since_entry(rows, units, "sent_at")
    }

    fn subject(&self) -> &str {
        self.program.table(self.trial.table).map_or("", |table| table.name.as_str())
    }

    /// Units listed in several arms, and per arm how many are listed in it alone.
    pub(super) fn assignments(&self) -> Result<(IndexSet<String>, Vec<u64>), EngineError> {
        let mut listed = vec![0; self.trial.arms.len()];
        let Some(rows) = self.rows("assignments", "assigned_at") else { return Ok((IndexSet::new(), listed)) };
        let of_unit = rows
            .filter(col("experiment").eq(lit(self.trial.name.as_str())))
            .group_by([col("unit_id").alias("unit")])
            .agg([col("arm").n_unique().cast(DataType::Int64).alias("several"), col("arm").min().alias("arm")]);
        let several = collected(
            of_unit.clone().filter(col("several").gt(lit(1))).select([col("unit")]).sort(["unit"], SortMultipleOptions::default()),
        )?;
        let several: IndexSet<String> = texts(&several, "unit")?.into_iter().flatten().collect();
        let counts =
            collected(of_unit.filter(col("several").eq(lit(1))).group_by([col("arm")]).agg([len().cast(DataType::Int64).alias("n")]))?;
        for (name, n) in texts(&counts, "arm")?.into_iter().zip(ints(&counts, "n")?) {
            let place = self.trial.arms.iter().position(|arm| Some(&arm.name) == name.as_ref());
            if let Some(slot) = place.and_then(|place| listed.get_mut(place)) {
                *slot = u64::try_from(n.unwrap_or(0)).unwrap_or(0);
            }
        }
        Ok((several, listed))
    }

    /// Fills what is known per arm.
    pub(super) fn fill(&self, observed: &mut Observed, units: Units) -> Result<(), EngineError> {
        let height = units.keys.len();
        let entries: Int64Chunked = units.entries.into_iter().collect();
        let columns = vec![
            Column::new("unit".into(), units.keys),
            Column::new("arm".into(), units.arms.iter().map(|arm| i64::from(*arm)).collect::<Vec<i64>>()),
            entries.with_name("entry".into()).into_column(),
        ];
        let units = DataFrame::new(height, columns).map_err(while_doing(STEP))?.lazy();
        self.contacts(observed, &units)?;
        self.responses(observed, &units)?;
        self.spending(observed, &units)?;
        self.exits(observed, &units)
    }

    /// Rows of the trial's units since their entry, with `arm`.
    fn of_units(&self, rows: LazyFrame, units: &LazyFrame, at: &str) -> LazyFrame {
        self.since_entry(rows.filter(col("subject").eq(lit(self.subject()))), units, at)
    }

    fn since_entry(&self, rows: LazyFrame, units: &LazyFrame, at: &str) -> LazyFrame {
        rows.join(units.clone(), [col("unit_id")], [col("unit")], JoinArgs::new(JoinType::Inner))
            .filter(col("entry").is_null().or(col(at).gt_eq(col("entry"))))
    }

    fn contacts(&self, observed: &mut Observed, units: &LazyFrame) -> Result<(), EngineError> {
        let Some(rows) = self.rows("contacts", "sent_at") else { return Ok(()) };
        let all = self.contacts_of(rows, units).with_columns([self.strategies().alias("own")]);
        let own = all.clone().filter(col("own"));
        let by_channel = own.clone().group_by([col("arm"), col("channel")]).agg([
            len().cast(DataType::Int64).alias("n"),
            col("cost").sum().alias("cost"),
            col("cost").is_null().sum().cast(DataType::Int64).alias("unpriced"),
        ]);
        let by_channel = collected(by_channel)?;
        let (arms, channels) = (ints(&by_channel, "arm")?, texts(&by_channel, "channel")?);
        let (counts, costs, unpriced) = (ints(&by_channel, "n")?, ints(&by_channel, "cost")?, ints(&by_channel, "unpriced")?);
        let numbers = counts.into_iter().zip(costs).zip(unpriced);
        for ((arm, channel), ((n, cost), unpriced)) in arms.into_iter().zip(channels).zip(numbers) {
            let Some(arm) = arm_of(observed, arm) else { continue };
            let channel = channel.unwrap_or_default();
            let known = self.program.channels.iter().find(|known| known.name == channel);
            let n = n.unwrap_or(0);
            *arm.contacts.entry(channel).or_default() += u64::try_from(n).unwrap_or(0);
            arm.cost += i128::from(cost.unwrap_or(0)) + i128::from(unpriced.unwrap_or(0)) * known.map_or(0, |known| i128::from(known.cost));
            arm.staff += i128::from(n) * known.map_or(0, |known| i128::from(known.staff_milliseconds));
        }
        let furthest = STATES
            .iter()
            .zip(0_i64..)
            .fold(lit(1_i64), |rank, (state, place)| when(col("status").eq(lit(*state))).then(lit(place)).otherwise(rank));
        let reached = own.with_columns([furthest.alias("state")]).group_by([col("arm"), col("unit_id")]).agg([col("state").max()]);
        let reached = collected(reached.group_by([col("arm"), col("state")]).agg([len().cast(DataType::Int64).alias("n")]))?;
        for ((arm, state), n) in ints(&reached, "arm")?.into_iter().zip(ints(&reached, "state")?).zip(ints(&reached, "n")?) {
            let Some(arm) = arm_of(observed, arm) else { continue };
            let n = u64::try_from(n.unwrap_or(0)).unwrap_or(0);
            arm.reached += n;
            let state = state.and_then(|state| usize::try_from(state).ok()).and_then(|state| STATES.get(state));
            *arm.statuses.entry(state.map_or_else(String::new, |state| (*state).to_owned())).or_default() += n;
        }
        let elsewhere =
            all.filter(col("own").not()).group_by([col("arm")]).agg([col("unit_id").n_unique().cast(DataType::Int64).alias("n")]);
        let elsewhere = collected(elsewhere)?;
        for (arm, n) in ints(&elsewhere, "arm")?.into_iter().zip(ints(&elsewhere, "n")?) {
            if let Some(arm) = arm_of(observed, arm) {
                arm.elsewhere = u64::try_from(n.unwrap_or(0)).unwrap_or(0);
            }
        }
        Ok(())
    }

    /// Answers of customers; of other units, answers to the trial's own contacts.
    fn responses(&self, observed: &mut Observed, units: &LazyFrame) -> Result<(), EngineError> {
        let Some(rows) = self.rows("responses", "ts") else { return Ok(()) };
        let since_entry = col("entry").is_null().or(col("ts").gt_eq(col("entry")));
        let rows = if self.subject() == CUSTOMERS {
            rows.with_columns([col("customer_id").cast(DataType::String).alias("unit")]).join(
                units.clone(),
                [col("unit")],
                [col("unit")],
                JoinArgs::new(JoinType::Inner),
            )
        } else {
            let Some(contacts) = self.rows("contacts", "sent_at") else { return Ok(()) };
            let own = self.contacts_of(contacts.filter(self.strategies()), units);
            let own = own.select([col("contact_id"), col("unit_id").alias("unit"), col("arm"), col("entry")]);
            rows.join(own, [col("contact_id")], [col("contact_id")], JoinArgs::new(JoinType::Inner))
        };
        let kinds =
            rows.filter(since_entry).group_by([col("arm"), col("kind")]).agg([col("unit").n_unique().cast(DataType::Int64).alias("n")]);
        self.count(observed, collected(kinds)?, "kind", |arm| &mut arm.responses)
    }

    fn spending(&self, observed: &mut Observed, units: &LazyFrame) -> Result<(), EngineError> {
        let Some(rows) = self.rows("spending", "spent_at") else { return Ok(()) };
        let rows = self.of_units(rows.filter(self.strategies()), units, "spent_at");
        let spent = collected(rows.group_by([col("arm")]).agg([col("amount").sum().alias("amount")]))?;
        for (arm, amount) in ints(&spent, "arm")?.into_iter().zip(ints(&spent, "amount")?) {
            if let Some(arm) = arm_of(observed, arm) {
                arm.cost += i128::from(amount.unwrap_or(0));
            }
        }
        Ok(())
    }

    fn exits(&self, observed: &mut Observed, units: &LazyFrame) -> Result<(), EngineError> {
        let Some(rows) = self.rows("journeys", "happened_at") else { return Ok(()) };
        let ended = rows.filter(self.strategies().and(col("event").eq(lit("exited"))));
        let exits = self.of_units(ended, units, "happened_at").group_by([col("arm"), col("reason")]);
        let exits = exits.agg([col("unit_id").n_unique().cast(DataType::Int64).alias("n")]);
        self.count(observed, collected(exits)?, "reason", |arm| &mut arm.exits)
    }

    /// Puts counts by arm and a name where they belong.
    fn count(
        &self,
        observed: &mut Observed,
        counts: DataFrame,
        by: &str,
        into: impl Fn(&mut ObservedArm) -> &mut BTreeMap<String, u64>,
    ) -> Result<(), EngineError> {
        for ((arm, name), n) in ints(&counts, "arm")?.into_iter().zip(texts(&counts, by)?).zip(ints(&counts, "n")?) {
            if let Some(arm) = arm_of(observed, arm) {
                *into(arm).entry(name.unwrap_or_default()).or_default() += u64::try_from(n.unwrap_or(0)).unwrap_or(0);
            }
        }
        Ok(())
    }
}

fn arm_of(observed: &mut Observed, arm: Option<i64>) -> Option<&mut ObservedArm> {
    usize::try_from(arm?).ok().and_then(|arm| observed.arms.get_mut(arm))
}

fn collected(rows: LazyFrame) -> Result<DataFrame, EngineError> {
    rows.collect().map_err(while_doing(STEP))
}

fn ints(data: &DataFrame, column: &str) -> Result<Vec<Option<i64>>, EngineError> {
    let column = data.column(column).and_then(|column| column.cast(&DataType::Int64)).map_err(while_doing(STEP))?;
    Ok(column.i64().map_err(while_doing(STEP))?.iter().collect())
}

fn texts(data: &DataFrame, column: &str) -> Result<Vec<Option<String>>, EngineError> {
    let column = data.column(column).map_err(while_doing(STEP))?;
    Ok(column.str().map_err(while_doing(STEP))?.iter().map(|text| text.map(String::from)).collect())
}
