//! Renderers of problems.
