//! Running the strategy: the features first, then one streaming pass over the customers, then the few rows that are left.

use crate::strategy::{
    ACTIONS, Breakpoints, LABELS, LADDERS, NEVER, WORTH, aggregates, breakpoints, candidates, first_two, ladders, recency, segments, worth,
};
use polars::prelude::*;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fs::File;

fn scan(folder: &str, table: &str) -> PolarsResult<LazyFrame> {
    LazyFrame::scan_parquet(PlRefPath::new(format!("{folder}/{table}.parquet")), ScanArgsParquet::default())
}

fn collect(frame: LazyFrame) -> PolarsResult<DataFrame> {
    Ok(frame.collect_with_engine(Engine::Streaming)?.unwrap_single())
}

/// All customers with segments, ladders and candidates, not yet computed; and how many customers there are.
fn customers(folder: &str) -> PolarsResult<(LazyFrame, usize)> {
    let customers = scan(folder, "customers")?;
    let height =
        collect(customers.clone().select([len().alias("n")]))?.column("n")?.cast(&DataType::UInt64)?.u64()?.get(0).unwrap_or(0) as usize;
    let features = collect(recency(aggregates(scan(folder, "transactions")?)).drop(by_name(["latest"], true, false)))?;
    let silent = height - features.height();
    let points: [Breakpoints; 3] = [
        breakpoints(features.column("recency")?, silent, NEVER)?,
        breakpoints(features.column("frequency")?, silent, 0)?,
        breakpoints(features.column("monetary")?, silent, 0)?,
    ];
    let joined = customers.join(features.lazy(), [col("customer_no")], [col("customer_no")], JoinArgs::new(JoinType::Left)).with_columns([
        col("recency").fill_null(lit(NEVER)),
        col("frequency").fill_null(lit(0_i64)),
        col("monetary").fill_null(lit(0_i64)),
        col("spend30").fill_null(lit(0_i64)),
        col("spend60").fill_null(lit(0_i64)),
    ]);
    Ok((candidates(ladders(segments(worth(joined, &points)))), height))
}

/// The arm of a customer: first, second, or control.
fn arm(id: &str) -> &'static str {
    let digest = Sha256::new().chain_update(b"outreach:s0:").chain_update(id.as_bytes()).finalize();
    let number = digest.iter().take(7).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)) >> 4;
    match number % 10_000 {
        0..4_500 => "a",
        4_500..9_000 => "b",
        _ => "control",
    }
}

/// One action that may be sent.
struct Row<'a> {
    score: i64,
    number: i64,
    place: u8,
    customer: &'a str,
    arm: &'static str,
}

/// The actions under the quota, best first: score, then customer, then place in the order of priority.
fn actions(survivors: &DataFrame, quota: usize) -> PolarsResult<Vec<Row<'_>>> {
    let ids = survivors.column("customer_id")?.str()?;
    let numbers = survivors.column("customer_no")?.i64()?;
    let churn = survivors.column("churn_bp")?.i32()?;
    let assets = survivors.column("aum_fen")?.i64()?;
    let places = [survivors.column("first")?.u8()?, survivors.column("second")?.u8()?];
    let mut rows = Vec::with_capacity(survivors.height());
    for (((id, number), (churn, assets)), (first, second)) in
        ids.iter().zip(numbers.iter()).zip(churn.iter().zip(assets.iter())).zip(places[0].iter().zip(places[1].iter()))
    {
        let (Some(id), Some(number), Some(churn), Some(assets)) = (id, number, churn, assets) else { continue };
        let arm = arm(id);
        if arm == "control" {
            continue;
        }
        for place in [first, second].into_iter().flatten() {
            let weight = ACTIONS.get(usize::from(place) - 1).map_or(0, |(_, weight)| *weight);
            let score = 1_000 * weight * (3_000 + i64::from(churn)) + assets.min(300_000_000);
            rows.push(Row { score, number, place, customer: id, arm });
        }
    }
    let order = |left: &Row<'_>, right: &Row<'_>| {
        right.score.cmp(&left.score).then(left.number.cmp(&right.number)).then(left.place.cmp(&right.place))
    };
    if rows.len() > quota {
        rows.select_nth_unstable_by(quota, order);
        rows.truncate(quota);
    }
    rows.sort_unstable_by(order);
    Ok(rows)
}

fn action_counts(rows: &[Row<'_>]) -> Value {
    let mut counts = Map::new();
    for (place, (name, _)) in ACTIONS.iter().enumerate() {
        for arm in ["a", "b"] {
            let count = rows.iter().filter(|row| usize::from(row.place) == place + 1 && row.arm == arm).count();
            counts.insert(format!("{name}/{arm}"), json!(count));
        }
    }
    Value::Object(counts)
}

/// Prints every count of the strategy.
pub fn count(folder: &str) -> PolarsResult<()> {
    let (frame, height) = customers(folder)?;
    let sum = |condition: Expr, name: String| condition.cast(DataType::Int64).sum().alias(name);
    let mut wanted: Vec<Expr> = (1..=30).map(|number| sum(col(format!("s{number:02}")), format!("segment/{number:02}"))).collect();
    for (place, label) in WORTH.iter().enumerate() {
        wanted.push(sum(col("worth").eq(lit(place as u8)), format!("worth/{label}")));
    }
    for ladder in LADDERS {
        wanted.extend(LABELS.iter().map(|(label, held)| sum(col(ladder).eq(lit(*held)), format!("{ladder}/{label}"))));
    }
    for (place, (name, _)) in ACTIONS.iter().enumerate() {
        wanted.push(sum(col(format!("a{}", place + 1)), format!("candidate/{name}")));
    }
    let sums = collect(frame.clone().select(wanted))?;
    let mut counts = Map::new();
    for column in sums.columns() {
        counts.insert(column.name().to_string(), json!(column.i64()?.get(0)));
    }
    let survivors = collect(first_two(frame))?;
    let rows = actions(&survivors, height / 10)?;
    counts.insert("actions".to_owned(), action_counts(&rows));
    println!("{}", Value::Object(counts));
    Ok(())
}

/// Runs the strategy from files to files and prints the counts of its actions.
pub fn run(folder: &str, out: &str) -> PolarsResult<()> {
    let (frame, height) = customers(folder)?;
    let survivors = collect(first_two(frame))?;
    let rows = actions(&survivors, height / 10)?;
    let name = |place: u8| ACTIONS.get(usize::from(place) - 1).map_or("", |(name, _)| *name);
    let mut table = DataFrame::new(
        rows.len(),
        vec![
            Column::new("customer_id".into(), rows.iter().map(|row| row.customer).collect::<Vec<_>>()),
            Column::new("action".into(), rows.iter().map(|row| name(row.place)).collect::<Vec<_>>()),
            Column::new("arm".into(), rows.iter().map(|row| row.arm).collect::<Vec<_>>()),
            Column::new("score".into(), rows.iter().map(|row| row.score).collect::<Vec<_>>()),
        ],
    )?;
    std::fs::create_dir_all(out)?;
    ParquetWriter::new(File::create(format!("{out}/actions.parquet"))?).finish(&mut table)?;
    CsvWriter::new(File::create(format!("{out}/actions.csv"))?).finish(&mut table)?;
    println!("{}", action_counts(&rows));
    Ok(())
}
