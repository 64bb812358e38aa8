//! The `strat` command.

mod cli;

/// Columns come and go in large blocks; this allocator gives them back sooner than the system's.
#[cfg(feature = "engine")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
