//! The reference meaning on graphs built by hand.

mod aggregates;
mod campaign;
mod expected;
mod explained;
mod operations;
mod population;
mod world;
