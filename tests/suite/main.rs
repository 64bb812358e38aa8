//! The one integration test binary; a module per topic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(feature = "engine")]
mod agree;
#[cfg(feature = "engine")]
mod alerts;
mod berka;
mod blocks;
#[cfg(feature = "engine")]
mod closed_loop;
mod command_line;
mod coverage;
mod data;
mod decide;
#[cfg(feature = "engine")]
mod engine;
mod examples;
mod explained;
#[cfg(feature = "engine")]
mod forecast;
mod guards;
#[cfg(feature = "engine")]
mod history;
mod interp;
mod layers;
#[cfg(feature = "engine")]
mod main_job;
#[cfg(feature = "onnx")]
mod network;
mod oracles;
mod pages;
mod pairs;
mod programs;
mod readme;
mod real_data;
mod refusals;
mod report;
mod report_forms;
mod sample;
#[cfg(feature = "engine")]
mod sources;
#[cfg(feature = "engine")]
mod spellings;
mod syntax;
mod tiers;
mod trials;
mod tuned;
