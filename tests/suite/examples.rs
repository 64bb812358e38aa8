//! The examples over their own data, on the interpreter: the rows of `expected/` and no others.
//!
//! Data is read by a few plain lines here, so that neither the batch engine nor its reading of files is trusted.

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use strat::check::{StandardOnly, check};
use strat::interp::{Interpreter, Outcome, Snapshot};
use strat::ir::{Moment, Output, Program};
use strat::types::{Column, Table, TableId, Type, Value};

type Cells = BTreeMap<String, String>;

fn folder(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example)
}

/// A checked example; its problems are the business of another test.
pub fn program(example: &str) -> Program {
    let path = folder(example).join(format!("{example}.strat"));
    check(example, &std::fs::read_to_string(path).unwrap(), &StandardOnly).program.unwrap()
}

/// Milliseconds of `2025-07-01 00:00`.
pub fn instant(text: &str) -> i64 {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap().and_utc().timestamp_millis()
}

fn days(date: NaiveDate) -> i64 {
    (date - NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days()
}

fn date(text: &str, format: Option<&str>) -> NaiveDate {
    NaiveDate::parse_from_str(text, format.unwrap_or("%Y-%m-%d")).unwrap()
}

/// An exact decimal times `factor`.
fn scaled(text: &str, factor: i64) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let negative = whole.starts_with('-');
    let places = u32::try_from(part.len()).unwrap();
    let digits: i64 = format!("{}{part}", whole.trim_start_matches('-')).parse().unwrap();
    let value = digits * factor / 10_i64.pow(places);
    if negative { -value } else { value }
}

fn value(column: &Column, text: &str) -> Value {
    if text.is_empty() {
        return Value::Missing;
    }
    match &column.ty {
        Type::Bool => Value::Bool(text == "true"),
        Type::Int | Type::BasisPoints => Value::Int(text.parse().unwrap()),
        Type::Money => Value::Int(scaled(text, 100)),
        Type::Duration => Value::Int(scaled(text, column.unit_milliseconds)),
        Type::Date => Value::Int(days(date(text, column.format.as_deref()))),
        Type::Month => Value::Int(days(date(&format!("{}-01", &text[..7]), None))),
        Type::Time => {
            let format = column.format.as_deref().unwrap_or("%Y-%m-%d %H:%M:%S");
            Value::Int(NaiveDateTime::parse_from_str(text, format).unwrap().and_utc().timestamp_millis())
        }
        Type::Number | Type::Percent | Type::Rate => Value::Float(text.parse().unwrap()),
        Type::Choice(_) => {
            let spelled = column.values.iter().find(|(spelling, _)| spelling == text);
            Value::Text(spelled.map_or(text, |(_, value)| value).to_string())
        }
        Type::Text | Type::List => Value::Text(text.to_string()),
        Type::Quarter => Value::Int(days(date(text, None).with_day(1).unwrap().checked_sub_months(chrono::Months::new(2)).unwrap())),
        Type::Label(_) | Type::Missing => panic!("no example holds such a column"),
    }
}

fn cells(path: &Path) -> Option<Vec<Cells>> {
    let packed = path.with_extension("csv.gz");
    let mut text = String::new();
    if packed.exists() {
        flate2::read::GzDecoder::new(File::open(packed).unwrap()).read_to_string(&mut text).unwrap();
    } else {
        File::open(path).ok()?.read_to_string(&mut text).unwrap();
    }
    let delimiter = if text.lines().next().unwrap().contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    Some(reader.deserialize().map(Result::unwrap).collect())
}

fn load_table(snapshot: &mut Snapshot, id: TableId, table: &Table, data: &Path) {
    let name = table.file.as_ref().unwrap_or(&table.name);
    for row in cells(&data.join(format!("{name}.csv"))).unwrap_or_default() {
        let cell = |column: &Column| row.get(column.header.as_ref().unwrap_or(&column.name)).cloned().unwrap_or_default();
        snapshot.push(id, table.columns.iter().map(|column| (table.find_column(&column.name).unwrap(), value(column, &cell(column)))));
    }
}

/// The data folder as the interpreter takes it.
pub fn load(program: &Program, data: &Path) -> Snapshot {
    let mut snapshot = Snapshot::new();
    for table in &program.tables {
        load_table(&mut snapshot, program.find_table(&table.name).unwrap(), table, data);
    }
    snapshot
}

/// A time of local clocks as the lists write it.
fn time(milliseconds: i64) -> String {
    chrono::DateTime::from_timestamp_millis(milliseconds).unwrap().format("%Y-%m-%d %H:%M:%S").to_string()
}

fn shown(value: &Value) -> String {
    match value {
        Value::Missing => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(value) => value.clone(),
    }
}

/// The rows of one output, cut to some columns and sorted.
pub fn rows(program: &Program, outcome: &Outcome, output: Output, columns: &[String]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for (emission, rows) in program.emissions.iter().zip(&outcome.emissions) {
        if emission.output != output {
            continue;
        }
        let places: Vec<_> = columns.iter().map(|column| emission.fields.iter().position(|(name, _)| name == column)).collect();
        let cell = |value: &Value, at: usize| match (value, program.type_of(emission.fields[at].1)) {
            (Value::Int(milliseconds), Type::Time) => time(*milliseconds),
            (value, _) => shown(value),
        };
        out.extend(rows.iter().map(|row| places.iter().map(|at| at.map_or_else(String::new, |at| cell(&row.fields[at], at))).collect()));
    }
    out.sort();
    out
}

fn assert_output(example: &str, program: &Program, outcome: &Outcome, output: Output, file: &str) {
    let mut reader = csv::Reader::from_path(folder(example).join("expected").join(file)).unwrap();
    let columns: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut expected: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect();
    expected.sort();
    let found = rows(program, outcome, output, &columns);
    assert_eq!(found, expected, "{example}/{file}: found, then expected, columns {columns:?}");
}

fn assert_example(example: &str) {
    // The first run of a ledger sees everything before it; here nothing earlier changes a row.
    assert_example_after(example, &[Some(instant("2025-06-30 00:00")), None]);
}

fn assert_example_after(example: &str, previous: &[Option<i64>]) {
    let program = program(example);
    let snapshot = load(&program, &folder(example).join("data"));
    for previous in previous.iter().copied() {
        let moment = Moment { as_of: instant("2025-07-01 00:00"), previous };
        let outcome = Interpreter::new(&program, &snapshot, moment).run();
        assert_output(example, &program, &outcome, Output::Actions, "actions.csv");
        assert_output(example, &program, &outcome, Output::Exclusions, "exclusions.csv");
        assert_output(example, &program, &outcome, Output::Assignments, "assignments.csv");
    }
}

#[test]
fn rfm_octants_gives_the_expected_rows() {
    assert_example("rfm_octants");
}

#[test]
fn rfm_octants_gives_the_expected_labels() {
    let program = program("rfm_octants");
    let snapshot = load(&program, &folder("rfm_octants").join("data"));
    let moment = Moment { as_of: instant("2025-07-01 00:00"), previous: None };
    let interpreter = Interpreter::new(&program, &snapshot, moment);
    let customers = program.find_table("customers").unwrap();
    let octant = program.ladders.iter().find(|ladder| ladder.name == "rfm.octant").unwrap();
    for expected in cells(&folder("rfm_octants").join("expected/labels.csv")).unwrap() {
        let row = interpreter.find(customers, &expected["customer_id"]).unwrap();
        for fact in ["quiet_days", "activity", "money_avg", "r", "f", "m", "total", "octant"] {
            let Some(known) = program.facts.iter().find(|known| known.name == format!("rfm.{fact}")) else { continue };
            let found = match (interpreter.value(known.node, row), fact) {
                (Value::Int(fen), "money_avg") => (fen / 100).to_string(),
                (Value::Int(ordinal), "octant") => octant.labels[usize::try_from(ordinal).unwrap()].name.clone(),
                (value, _) => shown(&value),
            };
            assert_eq!(found, expected[fact], "{fact} of {}", expected["customer_id"]);
        }
    }
}

#[test]
fn first_100_rate_uplift_gives_the_expected_rows() {
    assert_example("first_100_rate_uplift");
}

#[test]
fn study_abroad_dwell_gives_the_expected_rows() {
    assert_example("study_abroad_dwell");
}

#[test]
fn next_best_action_gives_the_expected_rows() {
    assert_example("next_best_action");
}

#[test]
fn dormant_three_waves_gives_the_expected_rows() {
    assert_example("dormant_three_waves");
}

#[test]
fn post_loan_traffic_light_gives_the_expected_rows() {
    assert_example_after("post_loan_traffic_light", &[Some(instant("2025-06-01 00:00")), None]);
}

#[test]
fn nps_closed_loop_gives_the_expected_rows() {
    // Reacts to answers since the run before, so that run matters.
    assert_example_after("nps_closed_loop", &[Some(instant("2025-06-30 00:00"))]);
}

#[test]
fn refer_999_points_gives_the_expected_rows() {
    assert_example("refer_999_points");
    let program = program("refer_999_points");
    let snapshot = load(&program, &folder("refer_999_points").join("data"));
    let outcome = Interpreter::new(&program, &snapshot, Moment { as_of: instant("2025-07-01 00:00"), previous: None }).run();
    assert_output("refer_999_points", &program, &outcome, Output::Grants, "grants.csv");
}

#[test]
fn high_value_churn_gives_the_expected_rows() {
    assert_example("high_value_churn");
}

#[test]
fn strategy_compare_gives_the_expected_rows() {
    assert_example("strategy_compare");
}
