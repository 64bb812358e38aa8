//! The judgement of small and of real observations.

mod adjusting;
mod drift;
mod duality;
mod edges;
mod experiments;
mod fixtures;
mod fuzz;
mod interaction;
mod programme;
mod sections;
mod seeds;
mod versions;
