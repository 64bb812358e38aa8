//! The reference meaning on graphs built by hand.

mod aggregates;
mod operations;
mod population;
mod world;
