//! Days on the built binary. A month of random rules, whose ledger the auditor reads from the files; and thirty days of an example, with
//! days run twice, killed half-way and cut between two steps of writing: the ledger and the lists end up with the same bytes.

use super::DAYS;
use super::audit::{Breach, audit};
use super::bank::{Bank, DAY, Row, Tables, bank, instant, time};
use super::rules::rules;
use super::world::{Day, History, RUN, lived, program};
use crate::agree::random::Random;
use crate::main_job::{Tree, assert_exit, assert_same, command, copy_tree, list, read_tree, results};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A project folder and what its runs are asked besides.
struct Project {
    place: PathBuf,
    words: Vec<String>,
}

impl Project {
    fn command(&self, folder: &Path, as_of: i64) -> Command {
        let (out, ledger) = (folder.join("out"), folder.join("ledger"));
        let words = ["run".as_ref(), self.place.as_os_str(), "--out".as_ref(), out.as_os_str(), "--ledger".as_ref(), ledger.as_os_str()];
        let mut command = command(&words);
        command.args(["--as-of", &time(as_of), "--forms", "csv"]).args(&self.words);
        command
    }

    fn run(&self, folder: &Path, as_of: i64) {
        assert_exit(&self.command(folder, as_of).output().unwrap(), 0);
    }

    fn kill(&self, folder: &Path, as_of: i64, delay: Duration) {
        let mut child = self.command(folder, as_of).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        let _ = child.kill();
        child.wait().unwrap();
    }
}

/// The files of a bank as they stand at an instant.
fn write(place: &Path, program: &str, tables: &Tables) {
    let data = place.join("data");
    let _ = fs::remove_dir_all(&data);
    fs::create_dir_all(&data).unwrap();
    for (name, rows) in tables {
        let Some(first) = rows.first() else {
            if name != "contacts" {
                fs::write(data.join(format!("{name}.csv")), headers(name)).unwrap();
            }
            continue;
        };
        let columns: Vec<&String> = first.keys().collect();
        let mut writer = csv::Writer::from_path(data.join(format!("{name}.csv"))).unwrap();
        writer.write_record(&columns).unwrap();
        for row in rows {
            writer.write_record(columns.iter().map(|column| row.get(*column).map_or("", String::as_str))).unwrap();
        }
    }
    fs::write(place.join("main.strat"), program).unwrap();
    fs::write(place.join("strat.toml"), "entry = \"main.strat\"\ndata = \"data\"\nledger = \"ledger\"\nout = \"out\"\n").unwrap();
}

/// The columns of a table without rows.
fn headers(table: &str) -> &'static str {
    match table {
        "loans" => "loan_id,customer_id,maturity\n",
        "consents" => "consent_id,customer_id,channel,allowed\n",
        "moves" => "move_id,customer_id,ts,amount\n",
        other => panic!("{other} has rows"),
    }
}

/// States that a crash leaves, made from the folders before and after the run.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Lists were being written.
    Lists,
    /// Parts of the ledger are there, the record is not.
    Parts,
    /// One part is written, half of the next is beside its place.
    HalfPart,
    /// The ledger took the run, the lists of the run before are still in place.
    Record,
}

const CUTS: [Cut; 4] = [Cut::Lists, Cut::Parts, Cut::HalfPart, Cut::Record];

fn write_tree(tree: &Tree, to: &Path) {
    for (name, bytes) in tree {
        fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
        fs::write(to.join(name), bytes).unwrap();
    }
}

/// `folder` as a crash of the run that led to `after` would leave it.
fn cut(folder: &Path, after: &Path, way: Cut) {
    let (old, new) = (read_tree(&folder.join("ledger")), read_tree(&after.join("ledger")));
    let fresh: Tree = new.iter().filter(|(name, _)| !old.contains_key(*name)).map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
    let lists = read_tree(&after.join("out"));
    let staged: Tree = lists.iter().take(2).map(|(name, bytes)| (name.clone(), bytes[..bytes.len() / 2].to_vec())).collect();
    match way {
        Cut::Lists => write_tree(&staged, &folder.join(".out.strat-writing-999999-0")),
        Cut::Parts => {
            write_tree(&fresh, &folder.join("ledger"));
            write_tree(&lists, &folder.join(".out.strat-writing-999999-0"));
        }
        Cut::HalfPart => {
            let one: Tree = fresh.iter().take(1).map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
            write_tree(&one, &folder.join("ledger"));
        }
        Cut::Record => write_tree(&new, &folder.join("ledger")),
    }
}

fn rows_of(bytes: &[u8]) -> Vec<Row> {
    let (header, rows) = list(bytes);
    rows.into_iter().map(|row| header.iter().cloned().zip(row).collect()).collect()
}

/// The ledger as the auditor reads it: every part the record names, its rows marked with the instant of their run.
fn ledger(folder: &Path) -> Tables {
    let mut out = Tables::new();
    for line in rows_of(&fs::read(folder.join("runs.csv")).unwrap()) {
        if line["table"].is_empty() {
            continue;
        }
        let run = time(instant(&line["as_of"]).unwrap());
        let rows = rows_of(&fs::read(folder.join(&line["part"])).unwrap());
        let marked = rows.into_iter().map(|mut row| {
            row.insert(String::from(RUN), run.clone());
            row
        });
        out.entry(line["table"].clone()).or_default().extend(marked);
    }
    out
}

/// A month of a bank, day by day.
fn month(project: &Project, program: &str, bank: &Bank, folder: &Path) -> History {
    let (mut days, mut previous) = (Vec::new(), bank.since);
    for as_of in &bank.runs {
        let data = bank.tables(*as_of);
        write(&project.place, program, &data);
        project.run(folder, *as_of);
        let lists = |name: &str| rows_of(&fs::read(folder.join("out").join(name)).unwrap());
        days.push(Day {
            as_of: *as_of,
            previous,
            horizon: as_of + bank.ahead,
            data,
            actions: lists("actions.csv"),
            exclusions: lists("exclusions.csv"),
        });
        previous = *as_of;
    }
    History { days, ledger: ledger(&folder.join("ledger")) }
}

/// Whether a month has hours, a control group and a budget of which something is spent.
fn rich(seed: u64) -> bool {
    let mut random = Random::new(seed);
    let rules = rules(&mut random);
    let bank = bank(&mut random, DAYS);
    if rules.hours.is_empty() || rules.control.is_none() || rules.strategies.iter().all(|strategy| strategy.budget.is_none()) {
        return false;
    }
    let history = lived(&program(&rules).unwrap(), &bank, seed, false);
    history.ledger.get("contacts").is_some_and(|contacts| contacts.iter().any(|row| row.get("cost").is_some_and(|cost| !cost.is_empty())))
}

#[test]
fn a_month_on_files_keeps_every_promise() {
    let seed = (0..).find(|seed| rich(*seed)).unwrap();
    let mut random = Random::new(seed);
    let rules = rules(&mut random);
    let bank = bank(&mut random, DAYS);
    let place = tempfile::tempdir().unwrap();
    let mut words = vec![String::from("--since"), time(bank.since)];
    if bank.ahead > 0 {
        words.extend([String::from("--ahead"), format!("{}h", bank.ahead / 3_600_000)]);
    }
    let project = Project { place: place.path().join("project"), words };
    let history = month(&project, &rules.text(), &bank, &place.path().join("run"));
    let breaches = audit(&rules, &history);
    let lines: Vec<String> = breaches.iter().take(6).map(|Breach { kind, story }| format!("  {kind}: {story}")).collect();
    assert!(breaches.is_empty(), "month {seed}\n{}\n{}", lines.join("\n"), rules.text());
    let paid = |row: &Row| row.get("cost").is_some_and(|cost| !cost.is_empty());
    assert!(history.ledger["contacts"].iter().any(paid), "month {seed} spends nothing");
}

/// One day of thirty with an accident before it, or another run after it.
fn rough_day(project: &Project, folder: &Path, as_of: i64, at: u32, after: &Path, whole: Duration) {
    let cut_short = usize::try_from(at / 3).unwrap();
    match at % 3 {
        0 => project.run(folder, as_of),
        // Delays go round the length of a whole run in steps that share no factor with it.
        1 => project.kill(folder, as_of, whole * (at * 7 % 11) / 11 + Duration::from_millis(2)),
        _ => cut(folder, after, CUTS[cut_short % CUTS.len()]),
    }
    project.run(folder, as_of);
}

#[test]
fn thirty_days_with_accidents_leave_the_ledger_of_a_clean_pass() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/dormant_three_waves");
    let project = Project { place: example, words: Vec::new() };
    let place = tempfile::tempdir().unwrap();
    let (clean, rough) = (place.path().join("clean"), place.path().join("rough"));
    let first = instant("2025-07-01 00:00").unwrap();
    let days: Vec<i64> = (0..DAYS).map(|day| first + day * DAY).collect();
    let started = Instant::now();
    let mut kept = Vec::new();
    for (at, as_of) in days.iter().enumerate() {
        project.run(&clean, *as_of);
        let copy = place.path().join(format!("day-{at}"));
        copy_tree(&clean, &copy);
        kept.push(copy);
    }
    let whole = started.elapsed() / u32::try_from(DAYS).unwrap();
    for ((at, as_of), after) in (0..).zip(&days).zip(&kept) {
        rough_day(&project, &rough, *as_of, at, after, whole);
        let what = format!("day {at}");
        assert_same(&read_tree(&rough.join("ledger")), &read_tree(&after.join("ledger")), &what);
        assert_same(&results(&rough.join("out")), &results(&after.join("out")), &what);
        let left: Vec<_> = fs::read_dir(&rough).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{what} leaves {left:?}");
    }
    // People went through all three waves and out by both exits: the days were not empty ones.
    let ledger = ledger(&rough.join("ledger"));
    let told = |table: &str, column: &str| ledger[table].iter().map(|row| row[column].clone()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(told("contacts", "wave").into_iter().collect::<Vec<_>>(), ["call", "text", "visit"]);
    assert_eq!(told("journeys", "event").into_iter().collect::<Vec<_>>(), ["executed", "exited", "skipped"]);
}
