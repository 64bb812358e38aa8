//! Nearest-name help.
