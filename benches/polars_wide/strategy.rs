//! The strategy as expressions. Wide: one row per customer from the first scan to the last filter, one column per flag.

use crate::generate::TODAY;
use polars::prelude::*;

/// Actions in order of priority, with ten times their weight.
pub const ACTIONS: [(&str, i64); 8] = [
    ("manager_call", 50),
    ("retention_text", 30),
    ("loan_call", 40),
    ("loan_text", 25),
    ("upsell_mail", 20),
    ("cross_mail", 18),
    ("winback_text", 22),
    ("thanks_mail", 5),
];
/// Ladders in the order they are counted.
pub const LADDERS: [&str; 3] = ["care", "credit", "growth"];
/// Labels of every ladder; the number is how a label is held in a column.
pub const LABELS: [(&str, u8); 4] = [("none", 0), ("green", 1), ("yellow", 2), ("red", 3)];
/// Labels of recency, frequency and money.
pub const WORTH: [&str; 8] = ["champion", "loyal", "potential", "fresh", "promising", "attention", "at_risk", "hibernating"];

const MILLISECONDS: i64 = 86_400_000;

fn day(offset: i32) -> Expr {
    lit(TODAY + offset).cast(DataType::Date)
}

fn moment(offset: i64) -> Expr {
    lit((i64::from(TODAY) + offset) * MILLISECONDS).cast(DataType::Datetime(TimeUnit::Milliseconds, None))
}

fn one_of(column: &str, values: &[&str]) -> Expr {
    values.iter().map(|value| col(column).eq(lit(*value))).reduce(Expr::or).unwrap_or_else(|| lit(false))
}

fn fen(yuan: i64) -> Expr {
    lit(yuan * 100)
}

fn within(column: &str, low: i32, high: i32) -> Expr {
    col(column).gt_eq(day(low)).and(col(column).lt(day(high)))
}

fn s(number: usize) -> Expr {
    col(format!("s{number:02}"))
}

/// Five aggregates of every customer with a transaction, in one pass.
pub fn aggregates(transactions: LazyFrame) -> LazyFrame {
    let bought = || col("kind").eq(lit("purchase"));
    let amount = |condition: Expr| when(condition).then(col("amount_fen")).otherwise(lit(0_i64)).sum();
    let year = || bought().and(col("ts").gt_eq(moment(-365)));
    transactions.group_by([col("customer_no")]).agg([
        col("ts").max().alias("latest"),
        year().cast(DataType::Int64).sum().alias("frequency"),
        amount(year()).alias("monetary"),
        amount(bought().and(col("ts").gt_eq(moment(-30)))).alias("spend30"),
        amount(bought().and(col("ts").gt_eq(moment(-60))).and(col("ts").lt(moment(-30)))).alias("spend60"),
    ])
}

/// The four values a score must pass: it is one plus how many of them lie below it.
pub type Breakpoints = [i64; 4];

/// Breakpoints of 1 + floor(5 × count strictly lower / n) over the known values and `padding` customers with the value `rest`.
pub fn breakpoints(values: &Column, padding: usize, rest: i64) -> PolarsResult<Breakpoints> {
    let mut all: Vec<i64> = values.as_materialized_series().i64()?.into_no_null_iter().collect();
    all.resize(all.len() + padding, rest);
    let count = all.len();
    let mut found = [0; 4];
    for (step, place) in found.iter_mut().enumerate() {
        let rank = ((step + 1) * count).div_ceil(5).max(1) - 1;
        let (_, value, _) = all.select_nth_unstable(rank);
        *place = *value;
    }
    Ok(found)
}

fn score(column: &str, breakpoints: &Breakpoints) -> Expr {
    breakpoints.iter().fold(lit(1_i8), |sum, value| sum + col(column).gt(lit(*value)).cast(DataType::Int8))
}

/// What stands for the recency of customers without any transaction: worse than every other. Recency is held negated, more is better.
pub const NEVER: i64 = i64::MIN / 2;

/// Days since the latest transaction, negated so that more is better.
pub fn recency(aggregated: LazyFrame) -> LazyFrame {
    let days = (lit(i64::from(TODAY) * MILLISECONDS) - col("latest").cast(DataType::Int64)) / lit(MILLISECONDS);
    aggregated.with_columns([(lit(0_i64) - days.cast(DataType::Int64)).alias("recency")])
}

/// Scores and the label of recency, frequency and money; expects the aggregates with their gaps filled.
pub fn worth(frame: LazyFrame, [recency, frequency, monetary]: &[Breakpoints; 3]) -> LazyFrame {
    let scores = [score("recency", recency).alias("r"), score("frequency", frequency).alias("f"), score("monetary", monetary).alias("m")];
    let (r, f, m) = (|| col("r"), || col("f"), || col("m"));
    let at_least = |score: Expr, low: i8| score.gt_eq(lit(low));
    let label = when(at_least(r(), 4).and(at_least(f(), 4)).and(at_least(m(), 4)))
        .then(lit(0_u8))
        .when(at_least(f(), 4).and(at_least(r(), 3)))
        .then(lit(1_u8))
        .when(at_least(r(), 4).and(at_least(f(), 2)).and(f().lt(lit(4_i8))))
        .then(lit(2_u8))
        .when(r().eq(lit(5_i8)).and(f().eq(lit(1_i8))))
        .then(lit(3_u8))
        .when(r().eq(lit(4_i8)).and(f().eq(lit(1_i8))))
        .then(lit(4_u8))
        .when(r().eq(lit(3_i8)).and(f().lt_eq(lit(3_i8))))
        .then(lit(5_u8))
        .when(r().lt_eq(lit(2_i8)).and(at_least(f(), 3)))
        .then(lit(6_u8))
        .otherwise(lit(7_u8));
    frame.with_columns(scores).with_columns([label.alias("worth")])
}

/// The thirty segments; unknown is outside. Two passes, because some are built from others.
pub fn segments(frame: LazyFrame) -> LazyFrame {
    let flag = |number: usize, condition: Expr| condition.fill_null(lit(false)).alias(format!("s{number:02}"));
    let metro = one_of("city", &["北京", "上海", "广州", "深圳", "杭州"]);
    let (this, last) = (|| col("app_seconds_this"), || col("app_seconds_last"));
    let (aum, churn) = (|| col("aum_fen"), || col("churn_bp"));
    let simple = [
        within("last_login", -30, 0),
        col("last_login").lt(day(-90)),
        last().gt(lit(600)).and((this() * lit(2)).lt(last())),
        this().gt(lit(600)).and((this() * lit(2)).gt(last() * lit(3))),
        aum().gt_eq(fen(1_000_000)),
        aum().gt_eq(fen(100_000)).and(aum().lt(fen(1_000_000))),
        one_of("band", &["private", "affluent"]),
        col("age").gt_eq(lit(18)).and(col("age").lt_eq(lit(27))),
        col("age").gt_eq(lit(60)),
        metro,
        churn().gt_eq(lit(7_000)),
        churn().gt_eq(lit(4_000)).and(churn().lt(lit(7_000))),
        one_of("risk_grade", &["D", "E"]),
        one_of("risk_grade", &["A", "B"]).and(col("open_complaints").eq(lit(0))),
        within("loan_maturity", 0, 60),
        within("loan_maturity", -30, 0),
        col("nps").gt_eq(lit(9)),
        col("nps").lt_eq(lit(6)),
        col("products").eq(lit(1)),
        col("products").gt_eq(lit(4)),
        col("pos_volatility_bp").gt(lit(6_000)),
        (col("spend30") * lit(2_i64)).lt(col("spend60")).and(col("spend60").gt(fen(500))),
    ];
    let built = [
        s(5).and(s(11)).and(s(2)),
        s(3).and((col("balance_fen") * lit(10_i64)).lt(aum() * lit(3_i64))),
        col("last_txn").lt(day(-180)).and(churn().gt_eq(lit(4_000))),
        s(8).and(s(10)).and(s(1)),
        col("salary").and(col("products").lt_eq(lit(2))).and(one_of("risk_grade", &["A", "B"])),
        col("gender").eq(lit("F")).and(s(7)).and(s(10)),
        col("band").eq(lit("small_business")).and(col("tax_growth_bp").gt(lit(1_000))).and(col("pos_volatility_bp").lt(lit(4_000))),
        col("worth").lt_eq(lit(1_u8)).and(col("products").lt_eq(lit(3))).and(s(18).not()),
    ];
    let first: Vec<Expr> = simple.into_iter().enumerate().map(|(place, condition)| flag(place + 1, condition)).collect();
    let second: Vec<Expr> = built.into_iter().enumerate().map(|(place, condition)| flag(place + 23, condition)).collect();
    frame.with_columns(first).with_columns(second)
}

/// The three ladders, worst first, held as the numbers of `LABELS`.
pub fn ladders(frame: LazyFrame) -> LazyFrame {
    let ladder = |name: &str, red: Vec<Expr>, yellow: Vec<Expr>, green: Vec<Expr>| {
        let any = |rows: Vec<Expr>| rows.into_iter().reduce(Expr::or).unwrap_or_else(|| lit(false));
        when(any(red)).then(lit(3_u8)).when(any(yellow)).then(lit(2_u8)).when(any(green)).then(lit(1_u8)).otherwise(lit(0_u8)).alias(name)
    };
    let churn = || col("churn_bp");
    let complaints = || col("open_complaints");
    let no_loan = || col("loan_maturity").is_null();
    let few = || col("products").lt_eq(lit(2));
    let care = ladder(
        "care",
        vec![s(23), s(11).and(s(3)), s(18).and(complaints().gt_eq(lit(2))), s(22).and(churn().gt_eq(lit(6_000)))],
        vec![s(12).and(s(3)), s(2).and(col("aum_fen").gt_eq(fen(100_000))), s(24)],
        vec![s(1).and(churn().lt(lit(2_000))), s(17), col("worth").lt_eq(lit(1_u8))],
    );
    let credit = ladder(
        "credit",
        vec![
            s(15).and(s(13)),
            s(16).and(complaints().eq(lit(0))).and(churn().gt_eq(lit(5_000))),
            s(15).and(col("aum_fen").lt(fen(5_000))).and(s(19)),
        ],
        vec![s(15).and(s(11)), s(15).and(s(6)), s(16), col("salary").and(few()).and(no_loan()).and(s(13))],
        vec![s(15), s(14).and(s(27)), s(14).and(col("age").gt_eq(lit(25))).and(col("age").lt_eq(lit(55))).and(no_loan())],
    );
    let growth = ladder(
        "growth",
        vec![s(28).and(s(21)), s(25).and(s(5)), s(25).and(s(10))],
        vec![s(29), s(26).and(s(19)), s(9).and(s(7)).and(few())],
        vec![s(30), s(27), s(4).and(s(14))],
    );
    frame.with_columns([care, credit, growth])
}

/// Which of the eight actions a customer is a candidate for, before eligibility.
pub fn candidates(frame: LazyFrame) -> LazyFrame {
    let at = |ladder: &str, label: u8| col(ladder).eq(lit(label));
    let (call, text, mail) = (|| col("consent_call"), || col("consent_sms"), || col("consent_email"));
    let conditions = [
        at("care", 3).and(call()).and(s(7).or(s(5))),
        at("care", 2).and(text()),
        at("credit", 3).and(call()),
        at("credit", 2).and(text()),
        at("growth", 1).and(mail()),
        at("growth", 2).and(mail()),
        s(25).and(text()),
        at("care", 1).and(s(17)).and(mail()),
    ];
    frame.with_columns(
        conditions.into_iter().enumerate().map(|(place, condition)| condition.alias(format!("a{}", place + 1))).collect::<Vec<_>>(),
    )
}

/// First and second action of those who may be contacted and have one, as places from 1; nothing else survives.
pub fn first_two(frame: LazyFrame) -> LazyFrame {
    let a = |place: u8| col(format!("a{place}"));
    let none = || lit(NULL).cast(DataType::UInt8);
    let first = (1..=8_u8).rev().fold(none(), |rest, place| when(a(place)).then(lit(place)).otherwise(rest));
    let second =
        (2..=8_u8).rev().fold(none(), |rest, place| when(a(place).and(col("first").lt(lit(place)))).then(lit(place)).otherwise(rest));
    frame
        .filter(col("suppressed").not().and(col("open_complaints").lt(lit(3))))
        .with_columns([first.alias("first")])
        .filter(col("first").is_not_null())
        .with_columns([second.alias("second")])
        .select([col("customer_id"), col("customer_no"), col("churn_bp"), col("aum_fen"), col("first"), col("second")])
}
