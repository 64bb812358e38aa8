//! The benchmark strategy written by hand for Polars, and the generator of its data.
//!
//! ```text
//! polars_wide generate DIR CUSTOMERS TRANSACTIONS [SEED]   writes DIR/customers.parquet and DIR/transactions.parquet
//! polars_wide count DIR                                    prints every count of the strategy as JSON
//! polars_wide run DIR OUT                                  writes OUT/actions.parquet and OUT/actions.csv, prints their counts as JSON
//! ```

mod generate;
mod outcome;
mod strategy;

use polars::prelude::PolarsResult;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["generate", folder, customers, transactions, rest @ ..] => generate(folder, customers, transactions, rest.first().copied()),
        ["count", folder] => outcome::count(folder),
        ["run", folder, out] => outcome::run(folder, out),
        _ => Err(polars::prelude::polars_err!(ComputeError: "usage: polars_wide generate|count|run …")),
    };
    if let Err(error) = done {
        eprintln!("polars_wide: {error}");
        std::process::exit(1);
    }
}

fn generate(folder: &str, customers: &str, transactions: &str, seed: Option<&str>) -> PolarsResult<()> {
    let number = |text: &str| text.parse::<u64>().map_err(|error| polars::prelude::polars_err!(ComputeError: "{text}: {error}"));
    let size = generate::Size { customers: number(customers)?, transactions: number(transactions)?, seed: seed.map_or(Ok(1), number)? };
    std::fs::create_dir_all(folder)?;
    generate::customers(folder, &size)?;
    generate::transactions(folder, &size)
}
