//! The forms of a judgement beside the page: workbook, comment, JSON with its schema; and the report of a run.

#[cfg(feature = "engine")]
mod run_page;
mod schema;
mod text;
#[cfg(feature = "engine")]
mod workbook;

use strat::evaluate::evaluation::Evaluation;

const SAMPLE: &str = include_str!("evaluation.json");

/// A judgement with everything a report can hold, hostile names and withheld figures among it.
fn sample() -> Evaluation {
    serde_json::from_str(SAMPLE).unwrap()
}

/// A judgement of nothing.
fn empty() -> Evaluation {
    Evaluation {
        format: strat::evaluate::evaluation::REPORT_FORMAT,
        program: String::from("empty"),
        program_hash: String::new(),
        as_of: String::new(),
        inputs: Vec::new(),
        trials: Vec::new(),
        metrics: Vec::new(),
        migrations: Vec::new(),
        attributions: Vec::new(),
        lifetimes: Vec::new(),
        pacing: Vec::new(),
    }
}
