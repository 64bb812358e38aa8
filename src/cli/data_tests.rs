//! Files as banks write them, from the folder to physical frames.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::super::progress::Progress;
use super::open;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use strat::diag::Language;
use strat::engine::bind::{Bound, DataProblem, Reads, Settings, Zone, bind, snapshot};
use strat::ir::{Graph, Program};
use strat::source::{FileId, Span};
use strat::types::{Column, ColumnId, Reference, Table, TableId, TableKind, Type, Value};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

pub fn column(name: &str, label: &str, ty: Type) -> Column {
    Column {
        name: name.into(),
        label: (!label.is_empty()).then(|| label.into()),
        ty,
        optional: false,
        reference: None,
        pii: false,
        header: None,
        line_number: false,
        format: None,
        unit_milliseconds: 1,
        values: Vec::new(),
        span: SPAN,
    }
}

pub fn optional(name: &str, ty: Type) -> Column {
    Column { optional: true, ..column(name, "", ty) }
}

pub fn table(name: &str, columns: Vec<Column>, key: &[u32]) -> Table {
    Table {
        name: name.into(),
        label: Some(format!("{name}表")),
        kind: TableKind::Entity,
        columns,
        key: key.iter().map(|id| ColumnId(*id)).collect(),
        at: None,
        period: None,
        purpose: None,
        file: None,
        span: SPAN,
    }
}

pub fn program(tables: Vec<Table>) -> Program {
    Program {
        name: "test".into(),
        sources: Vec::new(),
        subject: TableId(0),
        tables,
        ladders: Vec::new(),
        graph: Graph::default(),
        facts: Vec::new(),
        strategies: Vec::new(),
        emissions: Vec::new(),
        watches: Vec::new(),
        channels: Vec::new(),
        params: Vec::new(),
        trials: Vec::new(),
        attributions: Vec::new(),
        lifetimes: Vec::new(),
        pacing: Vec::new(),
        metrics: Vec::new(),
        models: Vec::new(),
    }
}

/// Everything is read.
pub fn all(program: &Program) -> Reads {
    let columns = program.tables.iter().enumerate().map(|(at, table)| {
        let ids = (0..table.columns.len()).map(|id| ColumnId(u32::try_from(id).unwrap())).collect();
        (TableId(u32::try_from(at).unwrap()), ids)
    });
    Reads { columns: columns.collect() }
}

fn bound(folder: &Path, program: &Program) -> Result<Bound, Vec<DataProblem>> {
    let opened = open(folder, program, &all(program), &Progress::start(true)).unwrap();
    if opened.problems.iter().any(DataProblem::is_error) {
        return Err(opened.problems);
    }
    bind(program, &all(program), opened.raw, &opened.found, Settings { zone: Zone::default(), check_all: true })
}

type Columns = BTreeMap<String, Vec<Value>>;

fn values(folder: &Path, program: &Program) -> Columns {
    let bound = bound(folder, program).unwrap_or_else(|problems| panic!("{}", lines(&problems).join("\n")));
    columns(program, &bound)
}

/// The columns of the first table by name.
fn columns(program: &Program, bound: &Bound) -> Columns {
    let data = snapshot(program, &bound.tables).unwrap().table(TableId(0)).unwrap().clone();
    program.tables[0].columns.iter().map(|column| column.name.clone()).zip(data.columns).collect()
}

fn lines(problems: &[DataProblem]) -> Vec<String> {
    problems.iter().map(|problem| problem.line(Language::English)).collect()
}

fn slugs(folder: &Path, program: &Program) -> Vec<&'static str> {
    match bound(folder, program) {
        Ok(bound) => bound.notes.iter().map(|note| note.kind.slug).collect(),
        Err(problems) => problems.iter().map(|problem| problem.kind.slug).collect(),
    }
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn customers() -> Program {
    program(vec![table(
        "customers",
        vec![
            column("customer_id", "客户号", Type::Text),
            Column { pii: true, ..optional("salutation", Type::Text) },
            optional("aum", Type::Money),
            Column {
                label: Some("性别".into()),
                values: vec![("男".into(), "male".into())],
                ..optional("gender", Type::Choice(vec!["male".into(), "female".into()]))
            },
        ],
        &[0],
    )])
}

const ROWS: &str = "客户号,salutation,aum,性别\r\n000123,\"张三, 先生\",12.34,男\r\n000124,,-0.5,female\r\n";

#[test]
fn every_encoding_and_form_reads_the_same() {
    let expected: Columns = [
        ("customer_id", vec![text("000123"), text("000124")]),
        ("salutation", vec![text("张三, 先生"), Value::Missing]),
        ("aum", vec![Value::Int(1234), Value::Int(-50)]),
        ("gender", vec![text("male"), text("female")]),
    ]
    .into_iter()
    .map(|(name, values)| (name.to_owned(), values))
    .collect();
    let gb18030 = encoding_rs::GB18030.encode(ROWS).0.into_owned();
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zipped.write_all(&gb18030).unwrap();
    let zipped = zipped.finish().unwrap();
    let with_mark = format!("\u{feff}{ROWS}").into_bytes();
    let semicolons = ROWS.replace("\"张三, 先生\"", "\"张三, 先生\"").replace(',', ";").replace("; 先生", ", 先生");
    let tabs = semicolons.replace(';', "\t");
    let cases: [(&str, &[u8]); 7] = [
        ("customers.csv", ROWS.as_bytes()),
        ("customers.csv", &with_mark),
        ("customers.csv", &gb18030),
        ("customers.csv.gz", &zipped),
        ("customers表.csv", semicolons.as_bytes()),
        ("customers.CSV", tabs.as_bytes()),
        ("customers/part-0.csv", ROWS.as_bytes()),
    ];
    for (name, bytes) in cases {
        let folder = folder(&[(name, bytes)]);
        assert_eq!(values(folder.path(), &customers()), expected, "{name}");
    }
    let folder = folder(&[("customers.csv", &gb18030)]);
    let opened = open(folder.path(), &customers(), &all(&customers()), &Progress::start(true)).unwrap();
    assert_eq!(opened.inputs[0].encoding, Some("gb18030"));
    assert_eq!(opened.inputs[0].blake3, blake3::hash(&gb18030).to_hex().to_string());
}

#[test]
fn parquet_reads_like_csv() {
    let folder = tempfile::tempdir().unwrap();
    let mut frame = df!(
        "客户号" => ["000123", "000124"],
        "salutation" => [Some("张三, 先生"), Some("")],
        "aum" => [Some(12.34), Some(f64::NAN)],
        "性别" => ["男", "female"],
        "unused" => [1_i64, 2],
    )
    .unwrap();
    let file = fs::File::create(folder.path().join("customers.parquet")).unwrap();
    ParquetWriter::new(file).finish(&mut frame).unwrap();
    let found = values(folder.path(), &customers());
    assert_eq!(found["customer_id"], [text("000123"), text("000124")]);
    assert_eq!(found["salutation"], [text("张三, 先生"), Value::Missing]);
    assert_eq!(found["aum"], [Value::Int(1234), Value::Missing]);
    assert_eq!(found["gender"], [text("male"), text("female")]);
}

fn one(ty: Type, cells: &[&str]) -> Result<Vec<Value>, Vec<String>> {
    one_of(optional("x", ty), cells)
}

fn one_of(declared: Column, cells: &[&str]) -> Result<Vec<Value>, Vec<String>> {
    let rows: String = cells.iter().enumerate().map(|(at, cell)| format!("{at},\"{cell}\"\n")).collect();
    let folder = folder(&[("t.csv", format!("id,x\n{rows}").as_bytes())]);
    let program = program(vec![table("t", vec![column("id", "", Type::Int), declared], &[0])]);
    match bound(folder.path(), &program) {
        Ok(bound) => Ok(columns(&program, &bound).remove("x").unwrap()),
        Err(problems) => Err(lines(&problems)),
    }
}

fn ints(values: &[i64]) -> Vec<Value> {
    values.iter().map(|value| Value::Int(*value)).collect()
}

#[test]
fn money_is_exact() {
    let found = one(Type::Money, &["12.34", "0.1", "-1", "92233720368547758.07", ".5", "7.", "12.3400"]).unwrap();
    assert_eq!(found, ints(&[1234, 10, -100, i64::MAX, 50, 700, 1234]));
    let fine = one(Type::Money, &["1", "12.345"]).unwrap_err();
    assert!(
        fine[0]
            .starts_with("error[too-many-decimals-in-data]: t.csv: 1 amounts of `x` have more than two decimals, first in row 2: \"12…\""),
        "{fine:?}"
    );
    for wrong in ["12,000.00", "1e3", "￥5", "92233720368547758.08", "一"] {
        assert!(one(Type::Money, &[wrong]).unwrap_err()[0].starts_with("error[wrong-type-in-data]"), "{wrong}");
    }
}

#[test]
fn cells_of_every_type() {
    let day = |text: &str| {
        chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp() / 86_400
    };
    assert_eq!(one(Type::Int, &["7", " -3 ", "5.0", ""]).unwrap(), [ints(&[7, -3, 5]), vec![Value::Missing]].concat());
    assert!(one(Type::Int, &["5.5"]).is_err());
    let shares = one(Type::Rate, &["3.8%", "0.038", "3.8％", "NaN"]).unwrap();
    assert_eq!(shares, [Value::Float(0.038), Value::Float(0.038), Value::Float(0.038), Value::Missing]);
    assert_eq!(one(Type::Number, &["-0.0", "1e3", "inf"]).unwrap(), [Value::Float(0.0), Value::Float(1000.0), Value::Missing]);
    let truths = one(Type::Bool, &["true", "0", "是", "否", "Y", "n", ""]).unwrap();
    let expected = [true, false, true, false, true, false].map(Value::Bool).to_vec();
    assert_eq!(truths, [expected, vec![Value::Missing]].concat());
    assert_eq!(one(Type::Date, &["2026-11-20", "2026/11/20", "20261120", "2026-11-20 00:00:00"]).unwrap(), ints(&[day("2026-11-20"); 4]));
    assert!(one(Type::Date, &["2026-02-30"]).is_err() && one(Type::Date, &["2026-11-20 08:00"]).is_err());
    let months = one(Type::Month, &["2025-06-30", "2025-06", "202506", "2025/06/01"]).unwrap();
    assert_eq!(months, ints(&[day("2025-06-01"); 4]));
    assert_eq!(one(Type::Quarter, &["2025Q2", "2025-06-30", "2025-05"]).unwrap(), ints(&[day("2025-04-01"); 3]));
    let morning = day("2026-11-20") * 86_400_000 + 9 * 3_600_000;
    let times =
        one(Type::Time, &["2026-11-20 09:00", "2026-11-20T09:00:00.000", "2026-11-20T01:00:00Z", "2026-11-20 02:00+01:00"]).unwrap();
    assert_eq!(times, ints(&[morning; 4]));
    assert_eq!(one(Type::BasisPoints, &["25", "25bp"]).unwrap(), ints(&[25, 25]));
    let seconds = Column { unit_milliseconds: 1000, ..optional("x", Type::Duration) };
    assert_eq!(one_of(seconds, &["90", "0.5"]).unwrap(), ints(&[90_000, 500]));
    let czech = Column { format: Some("%y%m%d".into()), ..optional("x", Type::Date) };
    assert_eq!(one_of(czech, &["930101"]).unwrap(), ints(&[day("1993-01-01")]));
    let stamp = Column { format: Some("%d.%m.%Y %H:%M".into()), ..optional("x", Type::Time) };
    assert_eq!(one_of(stamp, &["20.11.2026 09:00"]).unwrap(), ints(&[morning]));
}

#[test]
fn all_problems_come_together() {
    let rows = "customer_id,salutation,aum,gender\n1,张三丰,x,mal\n1,,1.234,female\n,李四,1,female\n";
    let folder = folder(&[("customers.csv", rows.as_bytes())]);
    let problems = bound(folder.path(), &customers()).err().unwrap();
    let expected = [
        "error[null-key]: customers.csv: 1 rows have no key `customer_id 客户号`, first row 3",
        "error[wrong-type-in-data]: customers.csv: 1 values of `aum` are not money, first in row 1: \"x\"",
        "error[too-many-decimals-in-data]: customers.csv: 1 amounts of `aum` have more than two decimals, first in row 2: \"1.…\"",
        "error[value-not-in-set]: customers.csv: 1 values of `gender 性别` are not in its list, first in row 1: \"ma…\"",
    ];
    assert_eq!(lines(&problems), expected);
    assert_eq!(problems[3].problem().help(Language::English).unwrap(), "→ \"male\"? allowed are: male, female");
    assert_eq!(problems[1].problem().title(Language::Chinese), "customers.csv：`aum` 有 1 个值不是 money，首次出现在第 1 行：\"x\"");
}

#[test]
fn keys_headers_and_references() {
    let mut orders = table(
        "orders",
        vec![column("order_id", "", Type::Text), column("customer_id", "", Type::Text), optional("note", Type::Text)],
        &[0],
    );
    orders.columns[1].reference = Some(Reference { table: TableId(0), path_name: "customer".into(), back: None });
    let mut whole = customers();
    whole.tables.push(orders);
    let good = ("customers.csv", ROWS.as_bytes());
    let dangling = folder(&[good, ("orders.csv", b"order_id,customer_id\n1,000123\n2,000999\n")]);
    assert_eq!(slugs(dangling.path(), &whole), ["absent-column", "dangling-reference"]);
    let repeated = folder(&[good, ("orders.csv", b"order_id,customer_id\n1,000123\n2,000123\n1,000124\n")]);
    let problems = bound(repeated.path(), &whole).err().unwrap();
    assert_eq!(lines(&problems)[1], "error[duplicate-key]: `orders`: 1 rows repeat a key (order_id), first in row 3: \"1\"");
    let missing = folder(&[good]);
    assert_eq!(slugs(missing.path(), &whole), ["missing-table"]);
    let no_column = folder(&[good, ("orders.csv", b"order_id,custmer_id\n1,1\n")]);
    let problems = bound(no_column.path(), &whole).err().unwrap();
    assert_eq!(problems[0].problem().help(Language::English).unwrap(), "→ `custmer_id`? its headers are: order_id, custmer_id");
    let twice = folder(&[("customers.csv", b"customer_id,aum,aum\n1,2,3\n")]);
    assert_eq!(slugs(twice.path(), &customers())[1], "duplicate-header");
    let empty_required = folder(&[good, ("orders.csv", b"order_id,customer_id\n1,\n")]);
    assert_eq!(slugs(empty_required.path(), &whole), ["absent-column", "missing-required-value"]);
}

#[test]
fn broken_files_are_named() {
    let both = folder(&[("customers.csv", ROWS.as_bytes()), ("customers.parquet", b"PAR1")]);
    assert_eq!(slugs(both.path(), &customers()), ["ambiguous-table"]);
    for (name, bytes) in [
        ("customers.parquet", b"PAR1 cut off".as_slice()),
        ("customers.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]),
        ("customers.csv", b""),
        ("customers.csv", b"customer_id\n1,2,3\n"),
    ] {
        let broken = folder(&[(name, bytes)]);
        let problems = bound(broken.path(), &customers()).err().unwrap();
        assert!(problems.iter().any(|problem| problem.kind.slug == "unreadable-data"), "{name}: {:?}", lines(&problems));
    }
    let neither = folder(&[("customers.csv", &[b'a', 0xff, b'\n'])]);
    assert_eq!(slugs(neither.path(), &customers()), ["bad-encoding"]);
}

#[test]
fn a_cut_parquet_file_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("customers.parquet");
    let ids: Vec<String> = (0..5000).map(|id| format!("C{id:06}")).collect();
    let mut frame = df!("customer_id" => ids).unwrap();
    ParquetWriter::new(fs::File::create(&path).unwrap()).finish(&mut frame).unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(slugs(folder.path(), &customers()), ["unreadable-data"]);
}

#[test]
fn an_absent_ledger_is_empty() {
    let mut contacts = table("contacts", vec![column("contact_id", "", Type::Text), column("sent_at", "", Type::Time)], &[0]);
    contacts.kind = TableKind::Ledger;
    let folder = folder(&[]);
    let found = values(folder.path(), &program(vec![contacts]));
    assert_eq!(found["contact_id"], []);
    assert_eq!(found["sent_at"], []);
}

#[test]
fn missing_cells_of_parquet_are_found_whatever_the_footer_says() {
    let declared =
        program(vec![table("t", vec![column("id", "", Type::Text), column("n", "", Type::Int), column("day", "", Type::Date)], &[0])]);
    let write = |frame: &mut DataFrame, statistics: bool| {
        let folder = tempfile::tempdir().unwrap();
        let file = fs::File::create(folder.path().join("t.parquet")).unwrap();
        let statistics = if statistics { StatisticsOptions::full() } else { StatisticsOptions::empty() };
        ParquetWriter::new(file).with_statistics(statistics).with_row_group_size(Some(2)).finish(frame).unwrap();
        folder
    };
    let day = Series::new("day".into(), [1_i32, 2, 3, 4, 5]).cast(&DataType::Date).unwrap();
    let good = df!("id" => ["a", "b", "c", "d", "e"], "n" => [1_i64, 2, 3, 4, 5]).unwrap().hstack(&[day.clone().into_column()]).unwrap();
    let null = df!("id" => ["a", "b", "c", "d", "e"], "n" => [Some(1_i64), Some(2), Some(3), Some(4), None])
        .unwrap()
        .hstack(&[day.clone().into_column()])
        .unwrap();
    let empty = df!("id" => ["a", "b", "c", "", "e"], "n" => [1_i64, 2, 3, 4, 5]).unwrap().hstack(&[day.into_column()]).unwrap();
    for statistics in [true, false] {
        let found = bound(write(&mut good.clone(), statistics).path(), &declared);
        assert_eq!(found.unwrap_or_else(|problems| panic!("{:?}", lines(&problems))).rows[&TableId(0)], 5);
        assert_eq!(slugs(write(&mut null.clone(), statistics).path(), &declared), ["missing-required-value"], "{statistics}");
        assert_eq!(slugs(write(&mut empty.clone(), statistics).path(), &declared), ["null-key"], "{statistics}");
    }
}
