//! The synthetic bank: repeatable, consistent, and shaped like a bank.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use strat::sample::{Bank, Cells, Kind, TableName, Tables, Value, write_csv_head, write_csv_rows};

const CUSTOMERS: u64 = 3_000;

fn as_of() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 7, 1).unwrap()
}

fn as_of_day() -> i32 {
    (as_of() - NaiveDate::default()).num_days() as i32
}

fn bank(seed: u64) -> Bank {
    Bank::new(CUSTOMERS, seed, as_of())
}

/// All tables of one bank, made once.
fn whole() -> &'static Tables {
    static WHOLE: OnceLock<Tables> = OnceLock::new();
    WHOLE.get_or_init(|| bank(1).chunk(1..CUSTOMERS + 1))
}

fn reference() -> Tables {
    bank(1).reference()
}

fn bytes(parts: &[Tables]) -> BTreeMap<&'static str, Vec<u8>> {
    let mut files: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    for part in parts {
        for table in part.iter() {
            let file = files.entry(table.name).or_default();
            if file.is_empty() {
                write_csv_head(table.columns, file).unwrap();
            }
            write_csv_rows(table, file).unwrap();
        }
    }
    files
}

fn column(tables: &Tables, table: TableName, name: &str) -> Cells {
    tables.get(table).unwrap().column(name).unwrap_or_else(|| panic!("{} has no {name}", table.name())).clone()
}

fn rows(tables: &Tables, table: TableName) -> usize {
    tables.get(table).unwrap().rows
}

fn texts(tables: &Tables, table: TableName, name: &str) -> Vec<Option<String>> {
    let cells = column(tables, table, name);
    (0..rows(tables, table)).map(|row| if let Value::Text(text) = cells.get(row) { Some(text.to_owned()) } else { None }).collect()
}

fn numbers(tables: &Tables, table: TableName, name: &str) -> Vec<Option<i64>> {
    let cells = column(tables, table, name);
    (0..rows(tables, table))
        .map(|row| match cells.get(row) {
            Value::Integer(number) | Value::Time(number) => Some(number),
            Value::Date(day) => Some(i64::from(day)),
            _ => None,
        })
        .collect()
}

fn known(tables: &Tables, table: TableName, name: &str) -> BTreeSet<String> {
    texts(tables, table, name).into_iter().flatten().collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let range = 1..201;
    assert_eq!(bytes(&[bank(1).chunk(range.clone())]), bytes(&[bank(1).chunk(range.clone())]));
    assert_ne!(bytes(&[bank(1).chunk(range.clone())]), bytes(&[bank(2).chunk(range)]));
}

#[test]
fn the_size_of_chunks_does_not_show() {
    let bank = bank(5);
    let once = bytes(&[bank.chunk(1..301)]);
    let sevens: Vec<Tables> = (0..43).map(|chunk| bank.chunk(1 + chunk * 7..(8 + chunk * 7).min(301))).collect();
    assert_eq!(once, bytes(&sevens));
}

#[test]
fn numbers_outside_the_bank_are_skipped() {
    let few = Bank::new(3, 1, as_of());
    assert_eq!(rows(&few.chunk(0..1_000), TableName::Customers), 3);
    assert_eq!(rows(&Bank::new(0, 1, as_of()).chunk(0..10), TableName::Customers), 0);
}

#[test]
fn every_cell_fits_its_column_and_every_table_has_rows() {
    let reference = reference();
    for name in TableName::ALL {
        let mut total = 0;
        for part in [whole(), &reference] {
            let table = part.get(*name).unwrap();
            assert_eq!(table.misfits, 0, "{} has cells of the wrong kind", table.name);
            assert_eq!(table.cells.len(), table.columns.len());
            total += table.rows;
        }
        assert!(total > 0, "{} is empty", name.name());
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let tables = whole();
    let reference = reference();
    let customers = known(tables, TableName::Customers, "customer_id");
    let companies = known(tables, TableName::Companies, "company_id");
    let products = known(&reference, TableName::Products, "product_id");
    let branches = known(&reference, TableName::Branches, "branch_id");
    let staff = known(&reference, TableName::RmRoster, "rm_id");
    let accounts = known(tables, TableName::Accounts, "account_id");
    let contacts = known(tables, TableName::Contacts, "contact_id");
    let offers = known(&reference, TableName::Offers, "offer_id");
    let targets = BTreeMap::from([
        ("customer_id", &customers),
        ("referrer_id", &customers),
        ("referee_id", &customers),
        ("company_id", &companies),
        ("product_id", &products),
        ("branch_id", &branches),
        ("rm_id", &staff),
        ("agent_id", &staff),
        ("account_id", &accounts),
        ("contact_id", &contacts),
        ("offer_id", &offers),
    ]);
    for part in [tables, &reference] {
        for table in part.iter() {
            for column in table.columns {
                let Some(target) = targets.get(column.name) else { continue };
                let cells = table.column(column.name).unwrap();
                for row in 0..table.rows {
                    if let Value::Text(id) = cells.get(row) {
                        assert!(target.contains(id), "{}.{} leads to {id}, which is nowhere", table.name, column.name);
                    }
                }
            }
        }
    }
    for (ends, types) in [("src_id", "src_type"), ("dst_id", "dst_type")] {
        for (id, kind) in
            texts(tables, TableName::Relations, ends).iter().flatten().zip(texts(tables, TableName::Relations, types).iter().flatten())
        {
            let known = match kind.as_str() {
                "customer" => customers.contains(id),
                "company" => companies.contains(id),
                "branch" => branches.contains(id),
                other => other == "device",
            };
            assert!(known, "an edge ends at {kind} {id}, which is nowhere");
        }
    }
}

#[test]
fn nothing_happens_on_or_after_the_day_of_the_sample() {
    // Dates that may lie ahead: they say when something will end or fall due.
    let ahead = ["maturity_date", "bill_due", "expires_at", "valid_to", "leave_until"];
    let day = as_of_day();
    let reference = reference();
    for part in [whole(), &reference] {
        for table in part.iter() {
            for (column, cells) in table.columns.iter().zip(&table.cells) {
                if ahead.contains(&column.name) {
                    continue;
                }
                for row in 0..table.rows {
                    match cells.get(row) {
                        Value::Date(at) => assert!(at < day, "{}.{} of row {row} is day {at}", table.name, column.name),
                        Value::Time(at) => assert!(at < i64::from(day) * 86_400_000, "{}.{} of row {row}", table.name, column.name),
                        _ => {}
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_of_a_customer_happens_before_the_account_was_opened() {
    let tables = whole();
    let ids = texts(tables, TableName::Customers, "customer_id");
    let opened: BTreeMap<String, i64> =
        ids.into_iter().flatten().zip(numbers(tables, TableName::Customers, "open_date").into_iter().flatten()).collect();
    for (table, time) in [
        (TableName::Transactions, "ts"),
        (TableName::AppEvents, "ts"),
        (TableName::Interactions, "ts"),
        (TableName::Contacts, "sent_at"),
        (TableName::ModelScores, "scored_at"),
        (TableName::Consents, "ts"),
    ] {
        for (id, at) in texts(tables, table, "customer_id").into_iter().zip(numbers(tables, table, time)) {
            let (Some(id), Some(at)) = (id, at) else { panic!("{} has a row without customer or time", table.name()) };
            assert!(at >= opened[&id] * 86_400_000, "{} of {id} before opening", table.name());
        }
    }
}

#[test]
fn keys_are_unique() {
    let keys: &[(TableName, &[&str])] = &[
        (TableName::Customers, &["customer_id"]),
        (TableName::CustomerMonth, &["customer_id", "month"]),
        (TableName::Accounts, &["account_id"]),
        (TableName::Products, &["product_id"]),
        (TableName::Transactions, &["txn_id"]),
        (TableName::AppEvents, &["event_id"]),
        (TableName::Loans, &["loan_id"]),
        (TableName::Limits, &["customer_id"]),
        (TableName::PosMonth, &["company_id", "month"]),
        (TableName::TaxFilings, &["company_id", "quarter"]),
        (TableName::BureauAlerts, &["alert_id"]),
        (TableName::Companies, &["company_id"]),
        (TableName::Relations, &["src_id", "dst_id", "kind"]),
        (TableName::Interactions, &["interaction_id"]),
        (TableName::Surveys, &["survey_id"]),
        (TableName::JourneysDone, &["event_id"]),
        (TableName::Referrals, &["referral_id"]),
        (TableName::Contacts, &["contact_id"]),
        (TableName::Responses, &["response_id"]),
        (TableName::Offers, &["offer_id"]),
        (TableName::Grants, &["grant_id"]),
        (TableName::Consents, &["customer_id", "channel", "purpose"]),
        (TableName::RmRoster, &["rm_id"]),
        (TableName::Branches, &["branch_id"]),
        (TableName::ModelScores, &["customer_id", "model", "scored_at"]),
        (TableName::ChannelCosts, &["channel"]),
    ];
    let reference = reference();
    for (table, columns) in keys {
        let part = if rows(whole(), *table) > 0 { whole() } else { &reference };
        let cells: Vec<Cells> = columns.iter().map(|name| column(part, *table, name)).collect();
        let mut seen = BTreeSet::new();
        for row in 0..rows(part, *table) {
            let key = format!("{:?}", cells.iter().map(|cells| cells.get(row)).collect::<Vec<_>>());
            assert!(seen.insert(key.clone()), "{} has {key} twice", table.name());
        }
    }
}

#[test]
fn the_accounts_add_up_to_the_assets_of_the_last_month() {
    let tables = whole();
    let mut assets: BTreeMap<String, i64> = BTreeMap::new();
    let last = i64::from(as_of_day()) - 1;
    let months = numbers(tables, TableName::CustomerMonth, "month");
    let parts = numbers(tables, TableName::CustomerMonth, "deposit").into_iter().zip(numbers(tables, TableName::CustomerMonth, "wealth"));
    for ((id, month), (deposit, wealth)) in texts(tables, TableName::CustomerMonth, "customer_id").into_iter().zip(months).zip(parts) {
        if month == Some(last) {
            assets.insert(id.unwrap(), deposit.unwrap() + wealth.unwrap());
        }
    }
    let mut held: BTreeMap<String, i64> = BTreeMap::new();
    for (id, balance) in texts(tables, TableName::Accounts, "customer_id").into_iter().zip(numbers(tables, TableName::Accounts, "balance"))
    {
        *held.entry(id.unwrap()).or_default() += balance.unwrap();
    }
    assert!(assets.len() > 2_500);
    for (id, amount) in assets {
        assert_eq!(held.get(&id), Some(&amount), "accounts of {id}");
    }
}

#[test]
fn assets_are_skewed_and_a_good_part_of_customers_sleeps() {
    let tables = whole();
    let last = i64::from(as_of_day()) - 1;
    let months = numbers(tables, TableName::CustomerMonth, "month");
    let mut assets: Vec<i64> = numbers(tables, TableName::CustomerMonth, "aum")
        .into_iter()
        .zip(months)
        .filter(|(_, month)| *month == Some(last))
        .filter_map(|(aum, _)| aum)
        .collect();
    assets.sort_unstable_by(|left, right| right.cmp(left));
    let top: i64 = assets.iter().take(assets.len() / 100).sum();
    let share = top as f64 / assets.iter().sum::<i64>() as f64;
    assert!((0.15..0.7).contains(&share), "the top hundredth holds {share}");

    let half_year_ago = (i64::from(as_of_day()) - 181) * 86_400_000;
    let initiators = texts(tables, TableName::Transactions, "initiated_by");
    let times = numbers(tables, TableName::Transactions, "ts");
    let awake: BTreeSet<String> = texts(tables, TableName::Transactions, "customer_id")
        .into_iter()
        .zip(initiators.into_iter().zip(times))
        .filter(|(_, (initiator, at))| initiator.as_deref() == Some("customer") && at.unwrap() >= half_year_ago)
        .filter_map(|(id, _)| id)
        .collect();
    let status = texts(tables, TableName::Customers, "status");
    let active: Vec<String> = texts(tables, TableName::Customers, "customer_id")
        .into_iter()
        .zip(status)
        .filter(|(_, status)| status.as_deref() == Some("active"))
        .filter_map(|(id, _)| id)
        .collect();
    let asleep = active.iter().filter(|id| !awake.contains(*id)).count() as f64 / active.len() as f64;
    assert!((0.15..0.5).contains(&asleep), "{asleep} of the active customers are dormant");
}

#[test]
fn the_data_speaks_chinese_and_has_the_cases_strategies_look_for() {
    let tables = whole();
    let salutations = texts(tables, TableName::Customers, "salutation");
    let named = salutations.iter().flatten().count();
    assert!(named < salutations.len() && named * 10 > salutations.len() * 9, "{named} salutations");
    assert!(salutations.iter().flatten().all(|text| ["女士", "先生", "同学"].iter().any(|title| text.ends_with(title))));
    assert!(known(tables, TableName::Customers, "work_city").contains("杭州"));
    assert!(known(tables, TableName::AppEvents, "page_category").is_superset(&["study_abroad".to_owned(), "loan".to_owned()].into()));
    assert!(texts(tables, TableName::Loans, "company_id").iter().flatten().count() > 50);
    assert!(texts(tables, TableName::Loans, "company_id").iter().any(Option::is_none));
    let kinds = known(tables, TableName::Relations, "kind");
    for kind in ["owner", "director", "guarantee", "co_worker", "referral", "device_used", "supply_chain", "payroll"] {
        assert!(kinds.contains(kind), "no edge of kind {kind}");
    }
    for (table, name) in [(TableName::Customers, "rm_id"), (TableName::Customers, "target_school"), (TableName::CustomerMonth, "aum")] {
        let cells = column(tables, table, name);
        let missing = (0..rows(tables, table)).filter(|row| cells.get(*row) == Value::Missing).count();
        assert!(missing > 0 && missing < rows(tables, table), "{}.{name} misses {missing}", table.name());
    }
}

#[test]
fn csv_is_plain_to_read() {
    let part = bank(1).chunk(1..41);
    for table in part.iter() {
        let mut file = Vec::new();
        write_csv_head(table.columns, &mut file).unwrap();
        write_csv_rows(table, &mut file).unwrap();
        assert!(file.starts_with("\u{feff}".as_bytes()));
        let mut reader = csv::Reader::from_reader(&file[3..]);
        let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(head, table.columns.iter().map(|column| column.name).collect::<Vec<_>>());
        let mut count = 0;
        for record in reader.records() {
            let record = record.unwrap();
            count += 1;
            for (field, column) in record.iter().zip(table.columns).filter(|(field, _)| !field.is_empty()) {
                if column.kind == Kind::Money {
                    let (_, decimals) = field.split_once('.').unwrap();
                    assert_eq!(decimals.len(), 2, "{field}");
                } else if column.kind == Kind::Time {
                    assert!(chrono::NaiveDateTime::parse_from_str(field, "%Y-%m-%d %H:%M:%S").is_ok(), "{field}");
                } else if column.kind == Kind::Date {
                    assert!(NaiveDate::parse_from_str(field, "%Y-%m-%d").is_ok(), "{field}");
                }
            }
        }
        assert_eq!(count, table.rows);
    }
}
