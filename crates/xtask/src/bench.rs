//! `cargo xtask bench`: builds the binary for release and measures it.

use std::process::{Command, ExitCode};

use crate::process::run as run_program;
use crate::repository;

/// Measure start, cold index, edits, completion, hover, definition and memory.
#[derive(clap::Args)]
pub struct Args {
    /// What the benchmark takes; `-- --help` lists it
    #[arg(last = true)]
    benchmark: Vec<String>,
}

/// Builds and measures.
pub fn run(args: &Args) -> ExitCode {
    let built = run_program(
        Command::new("cargo")
            .args(["build", "--release", "--package", "infragen"])
            .current_dir(repository()),
    );
    let binary = repository().join("target/release/infragen");
    let measured = built.and_then(|()| {
        run_program(
            Command::new("cargo")
                .args([
                    "run",
                    "--quiet",
                    "--package",
                    "infragen-bench",
                    "--",
                    "--binary",
                ])
                .arg(binary)
                .args(&args.benchmark)
                .current_dir(repository()),
        )
    });
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
