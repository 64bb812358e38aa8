//! What comes of strategies, as far as it can be settled before they run: figures over many subjects, goals with their unit, baseline
//! and window, and alerts.

mod alert;
mod figure;
mod goal;
mod linked;
mod metric;
mod moment;
mod pacing;
mod parts;
mod readings;
mod study;
mod trial;
