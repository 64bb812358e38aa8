//! The one integration test binary; a module per topic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "engine")]
mod agree;
#[cfg(feature = "engine")]
mod alerts;
mod berka;
mod blocks;
#[cfg(feature = "engine")]
mod engine;
mod syntax;
mod interp;
mod layers;
mod pages;
mod real_data;
mod refusals;
mod command_line;
mod coverage;
mod data;
mod decide;
mod guards;
mod programs;
mod examples;
mod explained;
mod readme;
mod report_forms;
#[cfg(feature = "engine")]
mod main_job;
mod oracles;
mod sample;
mod tiers;
#[cfg(feature = "engine")]
mod sources;
#[cfg(feature = "engine")]
mod history;
