//! The main job from outside: files in a folder, a compiled program, lists out.

#![cfg(feature = "engine")]

use assert_cmd::Command;
use calamine::{Data, Reader, open_workbook_auto};
use std::fs;
use std::path::Path;
use strat::ir::{
    Action, Channel, Comparison, Emission, Gate, Graph, Kind, NodeId, Output, Program, Stage, Strategy, Watch, write_artifact,
};
use strat::source::{FileId, Span};
use strat::types::{Column, ColumnId, Table, TableId, TableKind, Type, Value};
use tempfile::TempDir;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };
const CUSTOMERS: TableId = TableId(0);
const CONTACTS: TableId = TableId(1);

fn column(name: &str, ty: Type, optional: bool) -> Column {
    Column {
        name: name.into(),
        label: None,
        ty,
        optional,
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

fn table(name: &str, kind: TableKind, columns: Vec<Column>) -> Table {
    Table {
        name: name.into(),
        label: None,
        kind,
        columns,
        key: vec![ColumnId(0)],
        at: None,
        period: None,
        purpose: None,
        file: None,
        span: SPAN,
    }
}

/// Nodes over the rows of customers.
struct Nodes(Graph);

impl Nodes {
    fn add(&mut self, kind: Kind, ty: Type) -> NodeId {
        self.0.add(kind, ty, true, Some(CUSTOMERS), SPAN)
    }

    fn constant(&mut self, value: Value, ty: Type) -> NodeId {
        self.0.add(Kind::Constant(value), ty, false, None, SPAN)
    }

    fn text(&mut self, text: &str) -> NodeId {
        self.constant(Value::Text(text.into()), Type::Text)
    }

    fn column(&mut self, at: u32, ty: Type) -> NodeId {
        self.add(Kind::Column(ColumnId(at)), ty)
    }
}

/// Rich customers get a message, the others are excluded; a contact is recorded, and whoever was contacted before is not again.
fn program() -> Program {
    let tables = vec![
        table(
            "customers",
            TableKind::Entity,
            vec![column("customer_id", Type::Text, false), column("aum", Type::Money, true), column("note", Type::Text, true)],
        ),
        table(
            "contacts",
            TableKind::Ledger,
            vec![column("contact_id", Type::Text, false), column("customer_id", Type::Text, false), column("sent_at", Type::Time, false)],
        ),
    ];
    let mut nodes = Nodes(Graph::default());
    let id = nodes.column(0, Type::Text);
    let aum = nodes.column(1, Type::Money);
    let note = nodes.column(2, Type::Text);
    let floor = nodes.constant(Value::Int(10_000), Type::Money);
    let rich = nodes.add(Kind::Compare { operator: Comparison::GreaterOrEqual, left: aum, right: floor }, Type::Bool);
    let chosen = nodes.add(Kind::IsTrue(rich), Type::Bool);
    let stopped = nodes.add(Kind::Not(chosen), Type::Bool);
    let row_key = nodes.0.add(Kind::Column(ColumnId(1)), Type::Text, true, Some(CONTACTS), SPAN);
    let aggregate = strat::ir::Aggregate {
        table: CONTACTS,
        link: strat::ir::Link::Key { row_key, outer_key: id },
        function: strat::ir::AggregateFunction::Count,
        value: None,
        filter: None,
        at: None,
        from: None,
        until: None,
        at_least: None,
    };
    let contacted = nodes.add(Kind::Aggregate(Box::new(aggregate)), Type::Int);
    let as_of = nodes.0.add(Kind::AsOf, Type::Time, false, None, SPAN);
    let known = nodes.add(Kind::IsMissing(id), Type::Bool);
    let candidate = nodes.add(Kind::Not(known), Type::Bool);
    let [sms, wave, poor, stage, arm] = ["sms", "first", "poor", "eligibility", "all"].map(|text| nodes.text(text));
    let emission = |output, flag, fields: &[(&str, NodeId)]| Emission {
        output,
        table: CUSTOMERS,
        flag,
        fields: fields.iter().map(|(name, node)| ((*name).to_owned(), *node)).collect(),
        strategy: Some(0),
    };
    let emissions = vec![
        emission(
            Output::Actions,
            chosen,
            &[
                ("action_id", id),
                ("customer_id", id),
                ("arm", arm),
                ("wave", wave),
                ("channel", sms),
                ("message", note),
                ("due_from", as_of),
                ("expected_value", aum),
                ("contacted_before", contacted),
            ],
        ),
        emission(Output::Exclusions, stopped, &[("customer_id", id), ("stage", stage), ("rule", poor)]),
        emission(Output::Assignments, chosen, &[("experiment", arm), ("unit_id", id), ("arm", arm), ("assigned_at", as_of)]),
        emission(Output::Contacts, chosen, &[("contact_id", id), ("customer_id", id), ("sent_at", as_of)]),
    ];
    let strategy = Strategy {
        name: "greet".into(),
        label: None,
        table: CUSTOMERS,
        owner: None,
        approver: None,
        class: None,
        span: SPAN,
        trigger_span: Span::default(),
        trigger: candidate,
        candidate,
        gates: vec![Gate {
            stage: Stage::Eligibility,
            rule: "poor".into(),
            label: None,
            condition: stopped,
            stops: stopped,
            asked: candidate,
            wave: None,
            action: None,
            span: SPAN,
        }],
        assigned: chosen,
        arm: None,
        arm_ladder: None,
        arms: Vec::new(),
        salt: "s0".into(),
        plan: Vec::new(),
        actions: vec![Action {
            wave: "first".into(),
            wave_number: 1,
            channel: Some("sms".into()),
            name: "hello".into(),
            emitted: chosen,
            message: Some(note),
            span: SPAN,
        }],
        exits: Vec::new(),
    };
    Program {
        name: "greeting".into(),
        sources: Vec::new(),
        subject: CUSTOMERS,
        tables,
        ladders: Vec::new(),
        graph: nodes.0,
        facts: Vec::new(),
        strategies: vec![strategy],
        emissions,
        watches: vec![Watch { name: "segment rich".into(), table: CUSTOMERS, node: rich, reads: vec!["customers.aum".into()] }],
        channels: vec![Channel { name: "sms".into(), label: None, cost: 5, staff_milliseconds: 0 }],
        params: Vec::new(),
        trials: Vec::new(),
        attributions: Vec::new(),
        lifetimes: Vec::new(),
        pacing: Vec::new(),
        metrics: Vec::new(),
        models: Vec::new(),
    }
}

const ROWS: &str = "customer_id,aum,note\n\
    0003,250.5,\"=HYPERLINK(\"\"x\"\")\"\n\
    0001,100,\"你好，\n\"\"张三\"\"\"\n\
    0002,99.99,-1\n\
    0004,,\n\
    0005,12345678901.23,+86 1\n";

fn place(rows: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("data")).unwrap();
    fs::write(place.path().join("data/customers.csv"), rows).unwrap();
    fs::write(place.path().join("main.stratc"), write_artifact(&program()).unwrap()).unwrap();
    place
}

fn run(place: &Path, more: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = Command::new(env!("CARGO_BIN_EXE_strat"));
    command.current_dir(place).env_remove("LANG").env_remove("LC_ALL").env_remove("STRAT_LANG");
    command.args(["run", "main.stratc", "--data", "data", "--as-of", "2026-11-20", "--out", "out"]).args(more).assert()
}

fn text(place: &Path, file: &str) -> String {
    fs::read_to_string(place.join(file)).unwrap()
}

#[test]
fn a_run_writes_every_list() {
    let place = place(ROWS);
    let output = run(place.path(), &["--ledger", "ledger"]).code(0).get_output().clone();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("greet") && shown.contains("3 actions, 2 exclusions, 3 assignments in out"), "{shown}");
    let actions = text(place.path(), "out/actions.csv");
    let lines: Vec<&str> = actions.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}run_id,as_of,strategy_id,version,action_id,customer_id,arm,wave,tier,channel,offer_id,template_id,message,\
         assignee_role,assignee_id,due_from,due_by,priority,expected_value,reason,contacted_before"
    );
    assert!(
        lines[1].contains(",greet,")
            && lines[1].contains(",0001,0001,all,first,,sms,,,\"你好，\n\"\"张三\"\"\",,,2026-11-21 00:00:00,,,100.00,,0"),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("\"'=HYPERLINK(\"\"x\"\")\"") && lines[2].contains(",250.50,"), "{}", lines[2]);
    assert!(lines[3].contains(",'+86 1,") && lines[3].contains(",12345678901.23,"), "{}", lines[3]);
    assert_eq!(text(place.path(), "out/actions/sms.csv"), actions);
    let exclusions = text(place.path(), "out/exclusions.csv");
    assert!(exclusions.starts_with("\u{feff}run_id,strategy_id,customer_id,stage,rule,detail\r\n"));
    assert!(exclusions.contains(",greet,0002,eligibility,poor,\r\n") && exclusions.contains(",greet,0004,eligibility,poor,\r\n"));
    assert!(text(place.path(), "out/assignments.csv").contains("\r\nall,0001,all,,2026-11-21 00:00:00\r\n"));
    let manifest: serde_json::Value = serde_json::from_str(&text(place.path(), "out/manifest.json")).unwrap();
    assert_eq!(manifest["inputs"][0]["rows"], 5);
    assert_eq!(manifest["inputs"][0]["blake3"], blake3::hash(ROWS.as_bytes()).to_hex().to_string());
    assert_eq!(manifest["tie_out"][0], serde_json::json!({"strategy": "greet", "candidates": 5, "accounted_for": 5}));
    assert_eq!(
        manifest["watches"][0],
        serde_json::json!({"name": "segment rich", "counts": [["false", 1], ["true", 3]], "unknown": 1, "may_be_missing": ["customers.aum"]})
    );
    assert_eq!(manifest["actions"][0]["actions"], 3);
}

#[test]
fn the_workbook_holds_texts_numbers_and_no_formula() {
    let place = place(ROWS);
    run(place.path(), &[]).code(0);
    let mut book = open_workbook_auto(place.path().join("out/actions.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["摘要", "名单", "排除", "分组"]);
    let list = book.worksheet_range("名单").unwrap();
    let at = |name: &str| list.rows().next().unwrap().iter().position(|cell| cell.to_string() == name).unwrap();
    assert_eq!(list.get((1, at("customer_id"))).unwrap(), &Data::String("0001".into()));
    assert_eq!(list.get((2, at("message"))).unwrap(), &Data::String("=HYPERLINK(\"x\")".into()));
    assert_eq!(list.get((2, at("expected_value"))).unwrap(), &Data::Float(250.5));
    assert!(book.worksheet_formula("名单").unwrap().is_empty());
    let summary = book.worksheet_range("摘要").unwrap();
    assert!(summary.rows().any(|row| row.iter().any(|cell| cell.to_string() == "greet")));
}

#[test]
fn parquet_keeps_types() {
    use polars::prelude::{DataType, ParquetReader, SerReader, TimeUnit};
    let place = place(ROWS);
    run(place.path(), &["--forms", "parquet"]).code(0);
    let frame = ParquetReader::new(fs::File::open(place.path().join("out/actions.parquet")).unwrap()).finish().unwrap();
    assert_eq!(frame.height(), 3);
    assert_eq!(frame.column("expected_value").unwrap().dtype(), &DataType::Decimal(18, 2));
    assert_eq!(frame.column("due_from").unwrap().dtype(), &DataType::Datetime(TimeUnit::Milliseconds, None));
    assert_eq!(frame.column("customer_id").unwrap().dtype(), &DataType::String);
    assert_eq!(frame.column("priority").unwrap().dtype(), &DataType::Int64);
}

/// Every file of the folder with its bytes.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().display().to_string(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found.retain(|(name, _)| name != "timings.json");
    found
}

#[test]
fn the_same_day_again_changes_nothing_and_the_next_day_knows_it() {
    let place = place(ROWS);
    run(place.path(), &["--ledger", "ledger"]).code(0);
    let (first, ledger) = (bytes(&place.path().join("out")), bytes(&place.path().join("ledger")));
    run(place.path(), &["--ledger", "ledger"]).code(0);
    assert_eq!(bytes(&place.path().join("out")), first);
    assert_eq!(bytes(&place.path().join("ledger")), ledger);
    run(place.path(), &["--ledger", "ledger", "--as-of", "2026-11-21"]).code(2);
    let mut next = Command::new(env!("CARGO_BIN_EXE_strat"));
    let next = next.current_dir(place.path()).args([
        "run",
        "main.stratc",
        "--data",
        "data",
        "--as-of",
        "2026-11-21",
        "--out",
        "out",
        "--ledger",
        "ledger",
    ]);
    next.assert().code(0);
    let actions = text(place.path(), "out/actions.csv");
    assert!(actions.lines().skip(1).any(|line| line.ends_with(",100.00,,1")) || actions.contains(",100.00,,1\r\n"), "{actions}");
    let manifest: serde_json::Value = serde_json::from_str(&text(place.path(), "out/manifest.json")).unwrap();
    assert_eq!(manifest["previous_run"], "2026-11-21 00:00:00");
    let before = first.iter().find(|(name, _)| name == "manifest.json").unwrap();
    assert_eq!(manifest["previous_manifest"], blake3::hash(&before.1).to_hex().to_string());
}

#[test]
fn shuffled_rows_and_parquet_give_the_same_lists() {
    let straight = place(ROWS);
    run(straight.path(), &["--forms", "csv,parquet"]).code(0);
    let mut lines: Vec<&str> = vec!["customer_id,aum,note", "0005,12345678901.23,+86 1", "0004,,", "0002,99.99,-1"];
    lines.extend(["0001,100,\"你好，\n\"\"张三\"\"\"", "0003,250.5,\"=HYPERLINK(\"\"x\"\")\""]);
    let shuffled = place(&(lines.join("\n") + "\n"));
    run(shuffled.path(), &["--forms", "csv,parquet"]).code(0);
    let without_run = |place: &Path| -> Vec<String> {
        let text = text(place, "out/actions.csv");
        text.split("\r\n").map(|line| line.split_once(',').map(|(_, rest)| rest.to_owned()).unwrap_or_default()).collect()
    };
    assert_eq!(without_run(straight.path()), without_run(shuffled.path()));
    assert!(!straight.path().join("out/actions.xlsx").exists());
}

#[test]
fn bad_data_stops_the_run_with_all_its_problems() {
    let place = place("customer_id,aum,note\n1,1.234,a\n1,x,b\n");
    fs::create_dir(place.path().join("out")).unwrap();
    let output = run(place.path(), &[]).code(2).get_output().clone();
    let shown = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(shown.contains("too-many-decimals-in-data") && shown.contains("wrong-type-in-data"), "{shown}");
    assert_eq!(fs::read_dir(place.path().join("out")).unwrap().count(), 0);
    let chinese = run(place.path(), &["--lang", "zh"]).code(2).get_output().clone();
    let shown = String::from_utf8([chinese.stdout, chinese.stderr].concat()).unwrap();
    assert!(shown.contains("超过两位小数"), "{shown}");
}

#[test]
fn a_cut_file_or_a_missing_folder_is_said_plainly() {
    let place = place(ROWS);
    fs::remove_file(place.path().join("data/customers.csv")).unwrap();
    fs::write(place.path().join("data/customers.parquet"), b"PAR1cut").unwrap();
    let output = run(place.path(), &[]).code(2).get_output().clone();
    assert!(String::from_utf8_lossy(&output.stderr).contains("unreadable-data"));
    fs::remove_dir_all(place.path().join("data")).unwrap();
    run(place.path(), &[]).code(2);
}
