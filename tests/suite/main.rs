//! The one integration test binary; a module per topic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod berka;
mod syntax;
mod interp;
mod command_line;
mod data;
mod guards;
mod programs;
mod sample;
