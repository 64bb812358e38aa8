//! The data: every row is a function of (seed, row number), written in slices, so memory does not grow with the bank.
//!
//! Amounts stand twice in each file: `aum` is a decimal in yuan, `aum_fen` the same amount as a whole number of fen.

use polars::prelude::*;
use std::fs::File;

/// The day the strategy runs: 2026-07-01, as days since 1970-01-01. Everything happened before its start.
pub const TODAY: i32 = 20_635;
const DAY: i64 = 86_400_000;
const SLICE: u64 = 500_000;
const ROW_GROUP: usize = 250_000;

/// How much to generate.
pub struct Size {
    pub customers: u64,
    pub transactions: u64,
    pub seed: u64,
}

/// SplitMix64, started anew for each row.
struct Draw(u64);

impl Draw {
    fn new(seed: u64, table: u64, row: u64) -> Draw {
        let mut draw = Draw(
            seed.wrapping_mul(0xA076_1D64_78BD_642F) ^ table.wrapping_mul(0xE703_7ED1_A0B4_28DB) ^ row.wrapping_mul(0x8EBC_6AF0_9C88_C6E3),
        );
        draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn below(&mut self, bound: i32) -> i32 {
        (self.unit() * f64::from(bound)) as i32
    }

    fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// How many of `trials` succeed: small counts with a tail.
    fn successes(&mut self, trials: u32, share: f64) -> i32 {
        (0..trials).filter(|_| self.chance(share)).count() as i32
    }

    /// A place in the list of cumulated shares.
    fn place(&mut self, cumulated: &[f64]) -> usize {
        let point = self.unit();
        cumulated.iter().position(|share| point < *share).unwrap_or(cumulated.len())
    }
}

fn customer_id(number: u64) -> String {
    format!("C{number:08}")
}

fn decimal(name: &str, fen: &[i64]) -> PolarsResult<Column> {
    let wide = Int128Chunked::from_iter_values(name.into(), fen.iter().map(|amount| i128::from(*amount)));
    Ok(wide.into_decimal(18, 2)?.into_series().into_column())
}

fn date(name: &str, days: Vec<Option<i32>>) -> PolarsResult<Column> {
    Ok(Series::new(name.into(), days).cast(&DataType::Date)?.into_column())
}

fn writer(path: String) -> PolarsResult<ParquetWriter<File>> {
    Ok(ParquetWriter::new(File::create(path)?).with_compression(ParquetCompression::Zstd(None)).with_row_group_size(Some(ROW_GROUP)))
}

fn in_slices(path: String, total: u64, slice: impl Fn(u64, u64) -> PolarsResult<DataFrame>) -> PolarsResult<()> {
    let mut open = None;
    let mut start = 0;
    while start < total {
        let end = (start + SLICE).min(total);
        let frame = slice(start, end)?;
        if open.is_none() {
            open = Some(writer(path.clone())?.batched(frame.schema())?);
        }
        if let Some(file) = open.as_mut() {
            file.write_batch(&frame)?;
        }
        start = end;
    }
    if let Some(file) = open {
        file.finish()?;
    }
    Ok(())
}

/// The big five, then 75 other cities.
fn city(draw: &mut Draw) -> String {
    const METRO: [&str; 5] = ["北京", "上海", "广州", "深圳", "杭州"];
    let place = draw.place(&[0.08, 0.17, 0.23, 0.29, 0.36]);
    METRO.get(place).map_or_else(|| format!("城市{:02}", 6 + draw.below(75)), |name| (*name).to_owned())
}

/// Writes the customers.
pub fn customers(folder: &str, size: &Size) -> PolarsResult<()> {
    in_slices(format!("{folder}/customers.parquet"), size.customers, |start, end| customer_slice(size.seed, start, end))
}

fn customer_slice(seed: u64, start: u64, end: u64) -> PolarsResult<DataFrame> {
    let rows: Vec<Draw> = (start..end).map(|row| Draw::new(seed, 1, row)).collect();
    let mut rows = rows;
    let height = rows.len();
    // One column after the other; each row goes on drawing from its own stream.
    let aum: Vec<i64> = rows.iter_mut().map(|draw| ((10.0 + 1.85 * draw.normal()).exp() * 100.0) as i64).collect();
    let balance: Vec<i64> = rows.iter_mut().zip(&aum).map(|(draw, aum)| (*aum as f64 * draw.unit().powf(1.7)) as i64).collect();
    let seconds: Vec<i32> = rows.iter_mut().map(|draw| (draw.exponential(3_600.0) + draw.exponential(3_600.0)) as i32).collect();
    let now: Vec<i32> = rows
        .iter_mut()
        .zip(&seconds)
        .map(|(draw, last)| (f64::from(*last) * draw.exponential(0.5) + f64::from(*last) * 0.5 * draw.unit()) as i32)
        .collect();
    macro_rules! each {
        ($name:literal, $kind:ty, |$draw:ident| $body:expr) => {
            Column::new($name.into(), rows.iter_mut().map(|$draw| $body).collect::<Vec<$kind>>())
        };
    }
    let before = |share: f64, mean: f64| move |draw: &mut Draw| (!draw.chance(share)).then(|| TODAY - 1 - draw.exponential(mean) as i32);
    let login = before(0.06, 45.0);
    let paid = before(0.04, 65.0);
    let columns = vec![
        Column::new("customer_id".into(), (start..end).map(|row| customer_id(row + 1)).collect::<Vec<_>>()),
        Column::new("customer_no".into(), (start..end).map(|row| row as i64 + 1).collect::<Vec<_>>()),
        each!("age", i32, |draw| (41.0 + 15.0 * draw.normal()).clamp(18.0, 95.0) as i32),
        each!("gender", &str, |draw| ["F", "M", "U"][draw.place(&[0.48, 0.98])]),
        each!("city", String, |draw| city(draw)),
        each!("band", &str, |draw| ["mass", "affluent", "private", "small_business"][draw.place(&[0.69, 0.87, 0.9])]),
        decimal("aum", &aum)?,
        Column::new("aum_fen".into(), &aum),
        decimal("balance", &balance)?,
        Column::new("balance_fen".into(), &balance),
        each!("risk_grade", &str, |draw| ["A", "B", "C", "D", "E"][draw.place(&[0.24, 0.6, 0.82, 0.94])]),
        date("last_login", rows.iter_mut().map(login).collect())?,
        date("last_txn", rows.iter_mut().map(paid).collect())?,
        Column::new("app_seconds_this".into(), &now),
        Column::new("app_seconds_last".into(), &seconds),
        each!("churn_bp", i32, |draw| (10_000.0 * draw.unit().powf(2.2)) as i32),
        each!("consent_sms", bool, |draw| draw.chance(0.75)),
        each!("consent_email", bool, |draw| draw.chance(0.65)),
        each!("consent_call", bool, |draw| draw.chance(0.45)),
        each!("suppressed", bool, |draw| draw.chance(0.03)),
        date("loan_maturity", rows.iter_mut().map(|draw| draw.chance(0.3).then(|| TODAY - 400 + draw.below(1_900))).collect())?,
        each!("nps", Option<i32>, |draw| draw
            .chance(0.4)
            .then(|| draw.place(&[0.04, 0.06, 0.09, 0.13, 0.18, 0.26, 0.36, 0.53, 0.73, 0.88]) as i32)),
        each!("products", i32, |draw| 1 + draw.successes(8, 0.2)),
        each!("pos_volatility_bp", i32, |draw| (10_000.0 * draw.unit() * draw.unit().sqrt()) as i32),
        each!("tax_growth_bp", i32, |draw| (800.0 + 1_800.0 * draw.normal()) as i32),
        each!("salary", bool, |draw| draw.chance(0.35)),
        each!("tenure_months", i32, |draw| draw.below(300)),
        each!("open_complaints", i32, |draw| draw.successes(4, 0.03)),
    ];
    DataFrame::new(height, columns)
}

/// Writes the transactions: a few customers have very many, and they are spread over the whole range of numbers.
pub fn transactions(folder: &str, size: &Size) -> PolarsResult<()> {
    in_slices(format!("{folder}/transactions.parquet"), size.transactions, |start, end| transaction_slice(size, start, end))
}

fn transaction_slice(size: &Size, start: u64, end: u64) -> PolarsResult<DataFrame> {
    // A prime above any number of customers: multiplying by it visits every number once.
    const SPREAD: u128 = 1_000_000_007;
    let mut rows: Vec<Draw> = (start..end).map(|row| Draw::new(size.seed, 2, row)).collect();
    let height = rows.len();
    let owner = |draw: &mut Draw| {
        let rank = (size.customers as f64 * draw.unit().powf(1.65)) as u128;
        1 + ((rank * SPREAD + 98_765) % u128::from(size.customers)) as u64
    };
    let owners: Vec<u64> = rows.iter_mut().map(owner).collect();
    let times: Vec<i64> = rows.iter_mut().map(|draw| i64::from(TODAY) * DAY - 1 - (draw.exponential(85.0) * DAY as f64) as i64).collect();
    let fen: Vec<i64> = rows.iter_mut().map(|draw| ((4.6 + 1.2 * draw.normal()).exp() * 100.0) as i64 + 1).collect();
    let channel: Vec<&str> =
        rows.iter_mut().map(|draw| ["pos", "app", "web", "atm", "counter"][draw.place(&[0.4, 0.72, 0.86, 0.95])]).collect();
    let kind: Vec<&str> =
        rows.iter_mut().map(|draw| ["purchase", "transfer", "withdrawal", "fee", "salary"][draw.place(&[0.6, 0.8, 0.9, 0.96])]).collect();
    let columns = vec![
        Column::new("customer_id".into(), owners.iter().map(|number| customer_id(*number)).collect::<Vec<_>>()),
        Column::new("customer_no".into(), owners.iter().map(|number| *number as i64).collect::<Vec<_>>()),
        Series::new("ts".into(), times).cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?.into_column(),
        decimal("amount", &fen)?,
        Column::new("amount_fen".into(), &fen),
        Column::new("channel".into(), channel),
        Column::new("kind".into(), kind),
    ];
    DataFrame::new(height, columns)
}
