//! The one integration test binary; a module per topic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "engine")]
mod agree;
#[cfg(feature = "engine")]
mod alerts;
mod berka;
#[cfg(feature = "engine")]
mod closed_loop;
mod blocks;
#[cfg(feature = "engine")]
mod engine;
mod syntax;
mod trials;
mod interp;
mod layers;
#[cfg(feature = "onnx")]
mod network;
mod pages;
mod pairs;
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
mod report;
mod report_forms;
#[cfg(feature = "engine")]
mod main_job;
mod oracles;
mod sample;
mod tiers;
mod tuned;
#[cfg(feature = "engine")]
mod sources;
#[cfg(feature = "engine")]
mod spellings;
#[cfg(feature = "engine")]
mod history;
#[cfg(feature = "engine")]
mod forecast;
