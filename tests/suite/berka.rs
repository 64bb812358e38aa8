//! The Czech bank's counts, computed once more without any of our engine: plain loops over the CSV files.
//!
//! `examples/berka/expected/*.json` must agree with them; other tests compare runs of the example with those files.

use chrono::{Datelike, Duration, NaiveDate};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use strat::interp::Snapshot;
use strat::ir::{Output, Program};

const BANK_OWN: [&str; 3] = ["UROK", "SLUZBY", "SANKC. UROK"];
const WINDOW_DAYS: i64 = 90;
const QUIET_DAYS: i64 = 14;
const LARGE_LOAN_MINOR: i64 = 20_000_000;

/// A file of the folder as header -> cell maps, `.csv` or `.csv.gz`.
fn rows(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let packed = folder.join(format!("{name}.csv.gz"));
    let reader: Box<dyn Read> = if packed.exists() {
        Box::new(flate2::read::GzDecoder::new(File::open(packed).unwrap()))
    } else {
        Box::new(File::open(folder.join(format!("{name}.csv"))).unwrap())
    };
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(reader);
    reader.deserialize().map(Result::unwrap).collect()
}

fn date(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%y%m%d").unwrap()
}

/// Minor units of an amount with up to two decimals.
fn minor(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: i64 = format!("{}{part:0<2}", whole.trim_start_matches('-')).parse().unwrap();
    if text.starts_with('-') { -digits } else { digits }
}

struct Booking {
    on: NaiveDate,
    kind: String,
    amount: i64,
    symbol: String,
}

struct Account {
    opened: NaiveDate,
    bookings: Vec<Booking>,
    troubled: bool,
}

impl Account {
    fn own(&self) -> impl Iterator<Item = NaiveDate> {
        self.bookings.iter().filter(|booking| !BANK_OWN.contains(&booking.symbol.as_str())).map(|booking| booking.on)
    }

    fn quiet(&self, as_of: NaiveDate) -> Option<i64> {
        self.own().max().map(|last| (as_of - last).num_days())
    }

    fn has_symbol(&self, symbol: &str, from: NaiveDate) -> bool {
        self.bookings.iter().any(|booking| booking.symbol == symbol && booking.on >= from)
    }

    fn months_open(&self, as_of: NaiveDate) -> i64 {
        let months = i64::from(as_of.year() - self.opened.year()) * 12 + i64::from(as_of.month()) - i64::from(self.opened.month());
        if as_of.day() < self.opened.day() { months - 1 } else { months }
    }
}

fn accounts(folder: &Path, as_of: NaiveDate) -> BTreeMap<i64, Account> {
    let mut all: BTreeMap<i64, Account> = BTreeMap::new();
    for row in rows(folder, "account") {
        let account = Account { opened: date(&row["date"]), bookings: Vec::new(), troubled: false };
        all.insert(row["account_id"].parse().unwrap(), account);
    }
    for row in rows(folder, "trans_1993-01-01_1994-03-30") {
        let booking = Booking {
            on: date(&row["date"]),
            kind: row["type"].clone(),
            amount: minor(&row["amount"]),
            symbol: row["k_symbol"].trim().to_string(),
        };
        if booking.on < as_of {
            all.get_mut(&row["account_id"].parse().unwrap()).unwrap().bookings.push(booking);
        }
    }
    for row in rows(folder, "loan") {
        if row["status"] == "B" || row["status"] == "D" {
            all.get_mut(&row["account_id"].parse().unwrap()).unwrap().troubled = true;
        }
    }
    all
}

/// 1 + floor(5 × strictly worse / n); a missing value is worse than every other.
fn quintiles(values: &[Option<i64>], low_is_best: bool) -> Vec<i64> {
    let worse = |one: Option<i64>, other: Option<i64>| match (one, other) {
        (None, Some(_)) => true,
        (Some(one), Some(other)) => {
            if low_is_best {
                one > other
            } else {
                one < other
            }
        }
        (_, None) => false,
    };
    let count = i64::try_from(values.len()).unwrap();
    let strictly_worse = |value: Option<i64>| i64::try_from(values.iter().filter(|other| worse(**other, value)).count()).unwrap();
    values.iter().map(|value| 1 + 5 * strictly_worse(*value) / count).collect()
}

fn bucket(experiment: &str, unit: i64) -> u64 {
    let digest = Sha256::digest(format!("{experiment}:s0:{unit}").as_bytes());
    let first = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (first >> 12) % 10_000
}

fn counted<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    json!(counts)
}

/// Candidates, excluded by the first rule that stops them, and subjects per arm.
fn funnel(name: &str, candidates: &[(i64, Vec<&str>)], arms: &[(&str, u64)]) -> Value {
    let excluded = candidates.iter().filter(|(_, rules)| !rules.is_empty());
    let mut reasons: Vec<&str> = excluded.clone().filter_map(|(_, rules)| rules.first().copied()).collect();
    reasons.extend(excluded.map(|_| "subjects"));
    let arm = |unit: i64| {
        let place = bucket(name, unit);
        let mut below = 0;
        arms.iter()
            .find(|(_, share)| {
                below += share;
                place < below
            })
            .map(|(arm, _)| *arm)
    };
    let assigned = candidates.iter().filter(|(_, rules)| rules.is_empty()).filter_map(|(unit, _)| arm(*unit));
    json!({ "candidates": candidates.len(), "excluded": counted(reasons), "arms": counted(assigned) })
}

fn worth(all: &BTreeMap<i64, Account>, as_of: NaiveDate) -> Value {
    let from = as_of - Duration::days(WINDOW_DAYS);
    let open: Vec<&Account> = all.values().filter(|account| account.opened < as_of).collect();
    let quiet: Vec<_> = open.iter().map(|account| account.quiet(as_of)).collect();
    let activity: Vec<_> = open.iter().map(|account| i64::try_from(account.own().filter(|on| *on >= from).count()).ok()).collect();
    let credit = |booking: &&Booking| booking.kind == "PRIJEM" && booking.on >= from;
    let income: Vec<_> =
        open.iter().map(|account| Some(account.bookings.iter().filter(credit).map(|booking| booking.amount).sum())).collect();
    let (r, f, m) = (quintiles(&quiet, true), quintiles(&activity, false), quintiles(&income, false));
    let tier = |at: usize| match (r[at] >= 4, f[at] >= 4, m[at] >= 4) {
        (true, true, true) => "core",
        (_, _, true) => "rich",
        (true, true, false) => "busy",
        (_, _, false) => "plain",
    };
    let closed = std::iter::repeat_n("closed", all.len() - open.len());
    counted((0..open.len()).map(tier).chain(closed))
}

fn standing(folder: &Path) -> Value {
    let loans = rows(folder, "loan");
    counted(loans.iter().map(|row| match row["status"].as_str() {
        "B" => "lost",
        "D" => "debt",
        _ if minor(&row["amount"]) >= LARGE_LOAN_MINOR => "large",
        _ => "sound",
    }))
}

/// Everything `examples/berka/expected` states about a folder.
pub fn counts(folder: &Path) -> Value {
    let as_of = NaiveDate::from_ymd_opt(1994, 4, 1).unwrap();
    let from = as_of - Duration::days(WINDOW_DAYS);
    let all = accounts(folder, as_of);
    let rules = |account: &Account| {
        let found = [("troubled", account.troubled), ("penalty", account.has_symbol("SANKC. UROK", from))];
        found.into_iter().filter(|(_, holds)| *holds).map(|(rule, _)| rule).collect::<Vec<_>>()
    };
    let pensioner = |account: &Account| account.has_symbol("DUCHOD", from);
    let pension: Vec<_> = all.iter().filter(|(_, account)| pensioner(account)).map(|(unit, account)| (*unit, rules(account))).collect();
    let quiet = |account: &Account| account.opened < as_of && account.quiet(as_of).is_some_and(|days| days >= QUIET_DAYS);
    let wake: Vec<_> = all
        .iter()
        .filter(|(_, account)| quiet(account) && !pensioner(account))
        .map(|(unit, account)| {
            let young = (account.months_open(as_of) < 3).then_some("young");
            (*unit, rules(account).into_iter().chain(young).collect())
        })
        .collect();
    json!({
        "as_of": "1994-04-01 00:00",
        "accounts": all.len(),
        "open_now": all.values().filter(|account| account.opened < as_of).count(),
        "transactions": all.values().map(|account| account.bookings.len()).sum::<usize>(),
        "worth": worth(&all, as_of),
        "standing": standing(folder),
        "pensioner": pension.len(),
        "troubled": all.values().filter(|account| account.troubled).count(),
        "pension_savings": funnel("pension_savings", &pension, &[("letter", 4_500), ("call", 4_500), ("control", 1_000)]),
        "wake_up": funnel("wake_up", &wake, &[("wake", 8_000), ("control", 2_000)]),
    })
}

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/berka")
}

/// The folder with the real files: `STRAT_BERKA`, or beside the repository.
pub fn real_data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/berka");
    let folder = std::env::var_os("STRAT_BERKA").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// The counts the example states: `real` or `standin`.
pub fn expected(name: &str) -> Value {
    serde_json::from_reader(File::open(example().join(format!("expected/{name}.json"))).unwrap()).unwrap()
}

#[test]
fn expected_counts_of_the_stand_in_are_those_of_plain_loops() {
    assert_eq!(counts(&example().join("data")), expected("standin"));
}

#[test]
fn expected_counts_of_the_real_bank_are_those_of_plain_loops() {
    let Some(folder) = real_data() else {
        println!("skipped: no ../shared/data/berka and no STRAT_BERKA");
        return;
    };
    assert_eq!(counts(&folder), expected("real"));
}

/// What a run of the example came to, whatever executed it.
struct Run {
    /// Known values in order, and undecided subjects, of every watch of the program.
    watches: BTreeMap<String, (Vec<u64>, u64)>,
    /// Strategy, stage, rule, unit.
    exclusions: Vec<Vec<String>>,
    /// Experiment, arm, unit.
    assignments: Vec<Vec<String>>,
    /// Strategy, arm, channel, unit.
    actions: Vec<Vec<String>>,
}

fn on_the_interpreter(program: &Program, snapshot: &Snapshot) -> Run {
    let moment = strat::ir::Moment { as_of: super::examples::instant("1994-04-01 00:00"), previous: None };
    let outcome = strat::interp::Interpreter::new(program, snapshot, moment).run();
    let watches = program.watches.iter().zip(&outcome.watches);
    let rows = |output, columns: &[&str]| {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_string()).collect();
        super::examples::rows(program, &outcome, output, &columns)
    };
    Run {
        watches: watches.map(|(watch, count)| (watch.name.clone(), (count.known.clone(), count.unknown))).collect(),
        exclusions: rows(Output::Exclusions, &["strategy_id", "stage", "rule", "unit_id"]),
        assignments: rows(Output::Assignments, &["experiment", "arm", "unit_id"]),
        actions: rows(Output::Actions, &["strategy_id", "arm", "channel", "unit_id"]),
    }
}

/// The same counts as those of plain loops.
fn run_counts(program: &Program, snapshot: &Snapshot, run: &Run) -> Value {
    let known = |name: &str| &run.watches[name].0;
    let labels = |ladder: &str| {
        let labels = &program.ladders.iter().find(|known| known.name == ladder).unwrap().labels;
        let counts = labels.iter().zip(known(&format!("tiers {ladder}"))).filter(|(_, count)| **count > 0);
        json!(counts.map(|(label, count)| (label.name.clone(), *count)).collect::<BTreeMap<_, _>>())
    };
    let funnel = |strategy: &str| {
        let of = |row: &&Vec<String>| row[0] == strategy && row[1] == "eligibility";
        let units: std::collections::BTreeSet<_> = run.exclusions.iter().filter(of).map(|row| &row[3]).collect();
        let assigned: Vec<_> = run.assignments.iter().filter(|row| row[0] == strategy).collect();
        let reasons = run.exclusions.iter().filter(of).map(|row| row[2].as_str()).chain(units.iter().map(|_| "subjects"));
        json!({
            "candidates": units.len() + assigned.len(),
            "excluded": counted(reasons),
            "arms": counted(assigned.iter().map(|row| row[1].as_str())),
        })
    };
    json!({
        "as_of": "1994-04-01 00:00",
        "accounts": snapshot.rows(program.find_table("accounts").unwrap()),
        "open_now": known("segment open_now")[1],
        "transactions": snapshot.rows(program.find_table("transactions").unwrap()),
        "worth": labels("worth"),
        "standing": labels("standing"),
        "pensioner": known("segment pensioner")[1],
        "troubled": known("segment troubled")[1],
        "pension_savings": funnel("pension_savings"),
        "wake_up": funnel("wake_up"),
    })
}

/// The interpreter over a folder counts as expected; what it came to.
fn assert_counts(folder: &Path, name: &str) -> Run {
    let program = super::examples::program("berka");
    let snapshot = super::examples::load(&program, folder);
    let run = on_the_interpreter(&program, &snapshot);
    assert_eq!(run_counts(&program, &snapshot, &run), expected(name));
    run
}

/// The binary reads the same folder by itself and executes on frames; every row and every count must be the interpreter's.
#[cfg(feature = "engine")]
fn assert_frames_agree(folder: &Path, run: &Run) {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    super::main_job::assert_exit(&super::main_job::run(&example(), &out, &["--data", folder.to_str().unwrap()]), 0);
    let tree = super::main_job::read_tree(&out);
    let rows = |file: &str, columns: &[&str]| {
        let columns: Vec<String> = columns.iter().map(|column| (*column).to_string()).collect();
        super::main_job::cut(&tree[file], &columns)
    };
    // The lists name who is reached; here that is the account itself.
    assert_eq!(rows("exclusions.csv", &["strategy_id", "stage", "rule", "customer_id"]), run.exclusions);
    assert_eq!(rows("assignments.csv", &["experiment", "arm", "unit_id"]), run.assignments);
    assert_eq!(rows("actions.csv", &["strategy_id", "arm", "channel", "customer_id"]), run.actions);
    let manifest: Value = serde_json::from_slice(&tree["manifest.json"]).unwrap();
    let mut seen = 0;
    for watch in manifest["watches"].as_array().unwrap() {
        let Some((known, unknown)) = run.watches.get(watch["name"].as_str().unwrap()) else { continue };
        let counts: Vec<u64> = watch["counts"].as_array().unwrap().iter().map(|pair| pair[1].as_u64().unwrap()).collect();
        assert_eq!((&counts, watch["unknown"].as_u64().unwrap()), (known, *unknown), "{}", watch["name"]);
        seen += 1;
    }
    assert_eq!(seen, run.watches.len());
    let listed = manifest["actions"].as_array().unwrap().iter().map(|count| count["actions"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(listed, run.actions.len() as u64);
}

#[cfg(not(feature = "engine"))]
fn assert_frames_agree(_: &Path, run: &Run) {
    println!("frames are not in this build: {} actions not compared", run.actions.len());
}

#[test]
fn the_example_over_the_stand_in_counts_as_expected() {
    let run = assert_counts(&example().join("data"), "standin");
    assert_frames_agree(&example().join("data"), &run);
}

#[test]
fn the_example_over_the_real_bank_counts_as_expected() {
    let Some(folder) = real_data() else {
        println!("skipped: no ../shared/data/berka and no STRAT_BERKA");
        return;
    };
    let run = assert_counts(&folder, "real");
    assert!(!run.actions.is_empty());
    assert_frames_agree(&folder, &run);
}
