//! Whole months on the built binary: days run once, run twice, killed half-way and cut between two steps of writing. The ledger ends up
//! with the same bytes, and the auditor reads it from the files.

use super::audit::{Breach, audit};
use super::bank::{Bank, Row, Tables, bank, instant, time};
use super::rules::{Rules, rules};
use super::world::{Day, History, RUN};
use super::DAYS;
use crate::agree::random::Random;
use crate::main_job::{Tree, assert_exit, assert_same, command, copy_tree, list, read_tree, results};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A project folder whose data is that of one day at a time.
struct Project<'a> {
    place: &'a Path,
    program: String,
    bank: &'a Bank,
}

impl Project<'_> {
    fn write(&self, as_of: i64) {
        let data = self.place.join("data");
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(&data).unwrap();
        for (name, rows) in self.bank.tables(as_of) {
            let Some(first) = rows.first() else {
                if name != "contacts" {
                    fs::write(data.join(format!("{name}.csv")), headers(&name)).unwrap();
                }
                continue;
            };
            let columns: Vec<&String> = first.keys().collect();
            let mut writer = csv::Writer::from_path(data.join(format!("{name}.csv"))).unwrap();
            writer.write_record(&columns).unwrap();
            for row in &rows {
                writer.write_record(columns.iter().map(|column| row.get(*column).map_or("", String::as_str))).unwrap();
            }
        }
        fs::write(self.place.join("main.strat"), &self.program).unwrap();
        fs::write(self.place.join("strat.toml"), "entry = \"main.strat\"\ndata = \"data\"\nledger = \"ledger\"\nout = \"out\"\n").unwrap();
    }

    fn command(&self, folder: &Path, as_of: i64) -> Command {
        let (out, ledger) = (folder.join("out"), folder.join("ledger"));
        let (as_of, since) = (time(as_of), time(self.bank.since));
        let words = ["run".as_ref(), self.place.as_os_str(), "--out".as_ref(), out.as_os_str(), "--ledger".as_ref(), ledger.as_os_str()];
        let mut command = command(&words);
        command.args(["--as-of", &as_of, "--since", &since, "--forms", "csv"]);
        if self.bank.ahead > 0 {
            command.args(["--ahead", &format!("{}h", self.bank.ahead / 3_600_000)]);
        }
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

/// A clean pass; the folder of every day is kept.
fn clean(project: &Project<'_>, folder: &Path) -> (History, Vec<PathBuf>) {
    let (mut days, mut kept, mut previous) = (Vec::new(), Vec::new(), project.bank.since);
    for (at, as_of) in project.bank.runs.iter().enumerate() {
        project.write(*as_of);
        project.run(folder, *as_of);
        let lists = |name: &str| rows_of(&fs::read(folder.join("out").join(name)).unwrap());
        days.push(Day { as_of: *as_of, previous, horizon: as_of + project.bank.ahead, data: project.bank.tables(*as_of), actions: lists("actions.csv"), exclusions: lists("exclusions.csv") });
        let copy = folder.with_file_name(format!("day-{at}"));
        copy_tree(folder, &copy);
        kept.push(copy);
        previous = *as_of;
    }
    (History { days, ledger: ledger(&folder.join("ledger")) }, kept)
}

/// The same days with accidents.
fn accidents(project: &Project<'_>, folder: &Path, kept: &[PathBuf], random: &mut Random, seed: u64) {
    for (at, as_of) in project.bank.runs.iter().enumerate() {
        project.write(*as_of);
        let what = format!("month {seed} day {at}");
        match random.below(10) {
            0 | 1 => project.run(folder, *as_of),
            2 | 3 => project.kill(folder, *as_of, Duration::from_millis(u64::try_from(random.between(1, 250)).unwrap())),
            4 | 5 if at > 0 => cut(folder, &kept[at], *random.pick(&CUTS)),
            _ => {}
        }
        project.run(folder, *as_of);
        if random.chance(20) {
            project.run(folder, *as_of);
        }
        assert_same(&read_tree(&folder.join("ledger")), &read_tree(&kept[at].join("ledger")), &what);
        assert_same(&results(&folder.join("out")), &results(&kept[at].join("out")), &what);
        let left: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{what} leaves {left:?}");
    }
}

fn month(seed: u64) -> (Rules, History) {
    let mut random = Random::new(seed);
    let rules = rules(&mut random);
    let bank = bank(&mut random, DAYS);
    let place = tempfile::tempdir().unwrap();
    let project = Project { place: &place.path().join("project"), program: rules.text(), bank: &bank };
    fs::create_dir_all(project.place).unwrap();
    let (history, kept) = clean(&project, &place.path().join("clean"));
    accidents(&project, &place.path().join("rough"), &kept, &mut random, seed);
    (rules, history)
}

#[test]
fn accidents_leave_no_trace_in_the_ledger() {
    for seed in [12] {
        let (rules, history) = month(seed);
        let breaches = audit(&rules, &history);
        let lines: Vec<String> = breaches.iter().take(6).map(|Breach { kind, story }| format!("  {kind}: {story}")).collect();
        assert!(breaches.is_empty(), "month {seed}\n{}\n{}", lines.join("\n"), rules.text());
        assert!(history.days.iter().any(|day| !day.actions.is_empty()), "month {seed} has no action");
    }
}
